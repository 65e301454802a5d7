"""Inputs that are images: the chosen sample beside what the network says of it, and the weights of each first unit."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

import core
from core import Array, Problem, Rows
from tui.format import fit, plain
from tui.pictures import looked_at, shades
from tui.pictures.canvas import PIXELS, Canvas
from tui.pictures.drawn import Drawn, no_room
from tui.pictures.looked_at import Looked
from tui.pictures.names import columns_of, number, wording_of
from tui.pictures.small import shrunk
from tui.pictures.tiles import captions, grid, tiled
from tui.sheet.lines import Line, Span, Words, moved

LEAST = (4, 2)  # columns and rows of a unit's weights
TIMES = (8, 7, 6, 5, 4, 3, 2, 1, 1 / 2, 1 / 3, 1 / 4, 1 / 6, 1 / 8)  # how large a pixel of an image is
SMALLEST = 8, 3  # columns and lines of a sample beside its outputs
BAR = 10  # columns of the longest bar
NAMED = 12
SAID, TRUE = "◂ said", "true"


def scaled(image: Array, rows: int, columns: int) -> Array:
    """An image (h, w) as large as there are rows and columns of pixels, each of its pixels a square, or shrunk."""
    times = min(rows // image.shape[0], columns // image.shape[1])
    return image.repeat(times, axis=0).repeat(times, axis=1) if times >= 1 else shrunk(image, rows, columns)


def _lines(shaded: Rows, plain: bool) -> list[Line]:
    """Shades on a canvas of their own."""
    canvas = Canvas(-(-len(shaded) // (1 if plain else PIXELS)), shaded.shape[1])
    canvas.fill(shaded, plain)
    return canvas.lines()


def in_cells(image: Array, rows: int, columns: int, plain: bool) -> Array:
    """An image as large as there are rows and columns of cells: two pixels to a cell, or two cells to a pixel."""
    if plain:
        return scaled(image, rows, columns // 2).repeat(2, axis=1)
    return scaled(image, rows * PIXELS, columns)


@core.memoized(1)
def brightness(problem: Problem) -> tuple[float, float]:
    """The least and the largest number of all rows: what is black and what is white."""
    return float(problem.inputs.min()), float(problem.inputs.max())


def sample(looked: Looked, width: int, height: int) -> Drawn:
    """The chosen sample, and right of it a bar for each class, or each output beside its target."""
    problem = looked.problem
    assert problem.image_shape is not None
    beside = min(width // 2, NAMED + BAR + 16)
    if width - beside < SMALLEST[0] or height < SMALLEST[1]:
        return no_room(width, height)
    image = problem.inputs[looked.sample].reshape(problem.image_shape)
    low, high = brightness(problem)
    small = in_cells(image, height, width - beside - 2, looked.plain)
    drawn = _lines(shades.by_brightness(small, low, high, looked.plain), looked.plain)
    across = small.shape[1] + 2
    words = _said(looked, width - across, height)
    lines = [
        (*(drawn[y] if y < len(drawn) else ()), *moved(words[y] if y < len(words) else (), across))
        for y in range(max(len(drawn), len(words)))
    ]
    return Drawn(lines, [[f"row {looked.sample + 1}"]])


def _said(looked: Looked, width: int, height: int) -> list[Line]:
    """What the network says, a line for each class or output: the largest first where there is no room for all, and the
    true class in any case.
    """
    problem = looked.problem
    outputs = looked_at.said(problem, looked.outputs[np.newaxis])[0]
    targets = problem.targets[looked.sample]
    classes = core.is_right_or_wrong(problem)
    names = list(problem.target_names) or list(columns_of(problem, "y_out", len(outputs)))
    if classes and len(outputs) > 1:
        names = list(problem.class_names)
    order = list(range(len(outputs)))
    if len(order) > height:
        order = sorted(order, key=lambda j: -outputs[j] if math.isfinite(outputs[j]) else -math.inf)[:height]
        if classes and not targets[order].any():
            order[-1] = int(targets.argmax())
    largest = max((abs(v) for v in outputs.tolist() if math.isfinite(v)), default=0.0)
    largest = 1.0 if looked_at.says_probabilities(problem) else largest
    named = min(NAMED, max(len(plain(name)) for name in names))
    found = []
    for j in order:
        value = float(outputs[j])
        share = abs(value) / largest if largest and math.isfinite(value) else 0.0
        bar = "█" * round(min(1.0, share) * min(BAR, max(0, width - named - 16)))
        spans = [Span(0, fit(plain(names[j]), named), "text"), Span(named + 1, number(value).rjust(8), "text")]
        x = named + 10
        if bar:
            spans.append(Span(x, bar, "positive5" if value > 0 else "negative5"))
            x += len(bar) + 1
        if classes and len(outputs) > 1:
            marks = ([SAID] if j == int(outputs.argmax()) else []) + ([TRUE] if targets[j] else [])
            text = ", ".join(marks)
        else:
            text = f"{wording_of(problem).letters['y_gt']} {number(float(targets[j]))}"
        if text and x + len(text) <= width:
            spans.append(Span(x, text, "amber" if SAID in text else "text"))
        found.append(tuple(spans))
    return found


def _sizes(h: int, w: int, plain: bool) -> Iterator[tuple[int, int]]:
    """The columns and rows of cells that an image takes, the largest first."""
    across, down = (2, 1) if plain else (1, PIXELS)
    for times in TIMES:
        yield max(LEAST[0], round(across * times * w)), max(LEAST[1], math.ceil(times * h / down))


def weights(looked: Looked, width: int, height: int) -> Drawn:
    """The weights into each unit of the first layer as an image: blue above 0, orange below, stronger the larger."""
    assert looked.problem.image_shape is not None
    matrix = looked.network.layers[0].weights
    h, w = looked.problem.image_shape
    found = grid(matrix.shape[1], width, height, _sizes(h, w, looked.plain))
    if found is None:
        return no_room(width, height)
    finite = matrix[np.isfinite(matrix)]
    largest = float(np.abs(finite).max(initial=0.0))
    symbol = wording_of(looked.problem).letters["W_1" if len(looked.network) > 1 else "W_out"]
    count = min(found.places, matrix.shape[1])
    images = [in_cells(matrix[:, j].reshape(h, w), found.rows, found.columns, looked.plain) for j in range(count)]
    shaded = [shades.by_sign(image, largest, looked.plain) for image in images]
    names = captions(symbol, count, found.columns)
    told: list[Words] = [[f"1-{count} of {matrix.shape[1]}"]] if count < matrix.shape[1] else []
    told.append([f"largest {number(largest)}"])
    return Drawn(tiled(found, names, shaded, looked.plain), told)
