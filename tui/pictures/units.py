"""What each hidden unit makes of the inputs: its own surface, or its curve where there is one input."""

from __future__ import annotations

import numpy as np

from core import Rows
from tui.pictures import looked_at, shades
from tui.pictures.canvas import PIXELS
from tui.pictures.curve import braille_curve
from tui.pictures.drawn import Drawn, no_room
from tui.pictures.looked_at import Looked, enlarged, ranges
from tui.pictures.names import wording_of
from tui.pictures.plane import Axis, Plane
from tui.pictures.tiles import captions, grid, tiled, widened
from tui.sheet.braille import DOTS_ACROSS
from tui.sheet.lines import Words

ROWS = range(20, 1, -1)  # of a unit's picture
LEAST = 6  # columns
WIDEST = 5  # columns of a unit's picture for each of its rows


def units(looked: Looked, width: int, height: int) -> Drawn:
    """A small picture a unit, layer by layer: blue above 0, orange below, stronger the nearer to the largest of the
    layer; over the same inputs as the surface.
    """
    sizes = looked.network.sizes[1:-1]
    found = grid(sum(sizes), width, height, ((max(LEAST, 2 * rows), rows) for rows in ROWS))
    if found is None:
        return no_room(width, height)
    found = widened(found, sum(sizes), width, WIDEST * found.rows)
    down = 1 if looked.plain else PIXELS
    axes = ranges(looked.problem).inputs
    flat = len(axes) == 1
    plane = Plane(axes[0], axes[-1], found.columns, found.rows)
    side = 1 if flat else looked_at.coarseness(looked.network, plane.rows * down * plane.columns)
    if flat:
        dots = found.columns * DOTS_ACROSS
        points = (axes[0].low + axes[0].length * (np.arange(dots) + 0.5) / dots)[:, np.newaxis]
    else:
        points = plane.centres(down, side)
    *hidden, _ = looked.network.activations(points)
    names: list[str] = []
    shaded: list[Rows] = []
    for k, values in enumerate(hidden, 1):
        count = min(values.shape[1], found.places - len(names))
        if not count:
            break
        symbol = wording_of(looked.problem).letters[f"z_{k}"]
        names += captions(symbol, count, found.columns)
        largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
        if flat:
            shares = values[:, :count].T / (largest or 1.0)
            shaded += [braille_curve(unit, Axis(-1.0, 1.0), found.rows).astype(np.intp) for unit in shares]
        else:
            filled = shades.by_sign(values[:, :count].T, largest, looked.plain)
            tiles = filled.reshape(count, -1, -(-plane.columns // side))
            shaded += [enlarged(tile, side, plane.rows * down, plane.columns) for tile in tiles]
    told: list[Words] = []
    if found.places < sum(sizes):
        told.append([f"1-{found.places} of {sum(sizes)}"])
    return Drawn(tiled(found, names, shaded, looked.plain or flat), told)
