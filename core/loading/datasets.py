"""Data that come with the program: figures that are drawn from a seed, and the handwritten digits of scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from core.arrays import Array, Rows
from core.errors import ProblemError
from core.files import MIB, read_bytes
from core.loading.draws import Draws
from core.loading.fields import Kind, Unfit, choice, from_text, number, whole
from core.loading.same_bits import cosine_of_turns
from core.loading.table import Table, Targets

ROWS, NOISE = 200, 0.1
MOST_ROWS, MOST_NOISE = 100_000, 100
PLACES, STRAYING = (0, 2), (0, 3)  # tell the streams of the points and of the noise apart from those of weights
INNER = 0.5  # radius of the inner circle; that of the outer one is 1
CENTRE, TURNS = 0.1, 1.25  # of the spiral: the radius that an arm begins at, and how often it goes round
CORNERS = np.array([[-1.0, -0.6], [1.0, -0.6], [0.0, 1.0]])  # the centres of the blobs
DIGITS, PIXELS, DARKEST = "digits", (8, 8), 16
EXTRA = "pip install 'sgdb[datasets]'"


def _circles(t: Array, kind: Rows) -> Array:
    return np.where(kind == 0, 1.0, INNER)[:, None] * _around(t)


def _moons(t: Array, kind: Rows) -> Array:
    upper = _around(t / 2)
    return np.where(kind[:, None] == 0, upper, np.array([1.0, 0.5]) - upper)


def _spiral(t: Array, kind: Rows) -> Array:
    return (CENTRE + (1 - CENTRE) * t)[:, None] * _around(TURNS * t + kind / 2)


def _blobs(_t: Array, kind: Rows) -> Array:
    return np.asarray(CORNERS[kind])


def _around(turns: Array) -> Array:
    """Points (n, 2) on the circle of radius 1, so many turns from (1, 0)."""
    return np.column_stack([cosine_of_turns(turns % 1), _sine_of_turns(turns)])


def _sine_of_turns(turns: Array) -> Array:
    return cosine_of_turns((turns + 0.75) % 1)


class Figure(NamedTuple):
    """Points of several classes in a plane: the classes' names, and the point (n, 2) of each class that is at `t` (n,)
    from 0 to 1 on its way.
    """

    classes: tuple[str, ...]
    points: Callable[[Array, Rows], Array]


FIGURES = {
    "blobs": Figure(("left", "right", "top"), _blobs),
    "circles": Figure(("outer", "inner"), _circles),
    "moons": Figure(("upper", "lower"), _moons),
    "spiral": Figure(("first", "other"), _spiral),
}
SINE = "sine"
GENERATED = (*sorted((*FIGURES, SINE)),)
DATASETS = (*GENERATED, DIGITS)


def _noise(value: object) -> float:
    noise: float = number(at_least=0).read(value)
    if noise > MOST_NOISE:
        raise Unfit
    return noise


DATASET = choice(DATASETS)
GENERATING: dict[str, Kind] = {
    "rows": whole(3, MOST_ROWS),
    "noise": Kind(f"a number from 0 to {MOST_NOISE}", _noise),
}
GENERATING_OPTIONS = {name: from_text(kind) for name, kind in GENERATING.items()}


def read_dataset(name: str, settings: Mapping[str, Any]) -> Table:
    """The dataset of this name, a generated one with those of the settings `rows`, `noise` and `seed` that are given.
    Raises ProblemError where it is not there.
    """
    if name == DIGITS:
        return _digits()
    return generated(name, settings.get("rows", ROWS), settings.get("noise", NOISE), settings.get("seed", 0))


def generated(name: str, rows: int, noise: float, seed: int) -> Table:
    """A figure in a plane, with as many points of each class as of the others to within one, in turns; or the sine,
    whose y is the target. `noise` is the deviation by which points stray from the figure, in x and y, or from the sine,
    in y. The numbers follow from `seed`, with the same bits on every machine.
    """
    t, straying = Draws(seed, *PLACES).uniform(rows), Draws(seed, *STRAYING).normal(2 * rows)
    noted = f"{name}: {rows:,} rows with noise {noise:g} (--data-seed {seed})"
    if name == SINE:
        x = np.pi * (2 * t - 1)
        y = _sine_of_turns(t + 0.5) + noise * straying[:rows]
        return Table(x[:, None], ("x",), Targets(y[:, None], ("y",), are_classes=False, column="y"), (noted,))
    figure = FIGURES[name]
    kind = np.arange(rows) % len(figure.classes)
    points = figure.points(t, kind) + noise * straying.reshape(rows, 2)
    targets = Targets(np.eye(len(figure.classes))[kind], figure.classes, are_classes=True, column="class")
    return Table(points, ("x", "y"), targets, (noted,))


def digits_file() -> Path | None:
    """The digits among the files of scikit-learn; None where it is not installed. scikit-learn itself is not imported,
    which would take a second.
    """
    from importlib.util import find_spec

    found = find_spec("sklearn")
    folders = (found.submodule_search_locations if found is not None else None) or ()
    files = (Path(folder, "datasets", "data", "digits.csv.gz") for folder in folders)
    return next((file for file in files if file.is_file()), None)


def needs_extra(name: str) -> bool:
    """Whether a dataset is not there because the extra that brings it is not installed."""
    return name == DIGITS and digits_file() is None


def _digits() -> Table:
    file = digits_file()
    if file is None:
        raise ProblemError("", [f"the digits come with scikit-learn, which is not installed: {EXTRA}"])
    import gzip
    import zlib

    width = PIXELS[0] * PIXELS[1]
    try:
        text = gzip.decompress(read_bytes(file, MIB)).decode("ascii")
        # Three times as fast as loadtxt: the file has whole numbers and nothing else.
        numbers = np.array(text.replace("\n", ",").rstrip(",").split(","), dtype=np.float64).reshape(-1, width + 1)
    except (OSError, EOFError, zlib.error, ValueError):
        raise ProblemError("", [f"digits: expected rows of {width + 1} numbers in {file}; {EXTRA}"]) from None
    pictures, labels = numbers[:, :width], numbers[:, width]
    if not (len(labels) and (pictures >= 0).all() and (pictures <= DARKEST).all() and np.isin(labels, range(10)).all()):
        raise ProblemError("", [f"digits: expected pictures of 0 to {DARKEST} and a digit in {file}; {EXTRA}"])
    classes = np.eye(10)[labels.astype(int)]
    targets = Targets(classes, tuple("0123456789"), are_classes=True, column="digit")
    remark = f"digits: {len(labels):,} pictures of {PIXELS[0]} x {PIXELS[1]}, from 0 (white) to 1"
    return Table(pictures / DARKEST, (), targets, (remark,))
