"""A small picture of a problem's data, or of its network's shape; the same with and without colours."""

from __future__ import annotations

import math

import numpy as np

from core import Array, Problem, classes_said, is_right_or_wrong
from tui.pictures import marks
from tui.pictures.canvas import BLANK, Canvas
from tui.pictures.plane import Plane, spanning
from tui.sheet.braille import BITS, EMPTY
from tui.sheet.colours import MARK
from tui.sheet.lines import Line

MOST = 2000  # rows that are drawn
HALVES = np.array([ord(c) for c in " ▄▀█"], dtype=np.intp)  # by which halves are filled: none, lower, upper, both
BARS = "▁▂▃▄▅▆▇█"
BIG, SMALL = "■", "□"  # samples of regression, above and below the middle
LEAST = 2, 3  # lines and columns


def thumbnail(problem: Problem, width: int, height: int) -> list[Line]:
    """`height` lines of at most `width` columns. Two inputs: the samples by class, in each place the one that most of
    them have, or by whether the target is in the upper half. One input: the samples as a curve. Images: the first
    sample. Else a bar for each layer, and its units below. No lines where there is no room.
    """
    if height < LEAST[0] or width < LEAST[1]:
        return []
    if problem.image_shape is not None:
        return _image(problem.inputs[0].reshape(problem.image_shape), width, height)
    inputs = problem.inputs.shape[1]
    if inputs in (1, 2):
        canvas = Canvas(height, width)
        (_samples if inputs == 2 else _curve)(problem, canvas)
        return canvas.lines()
    return _layers(problem.network.sizes, width, height)


def _samples(problem: Problem, canvas: Canvas) -> None:
    inputs, targets = problem.inputs[:MOST], problem.targets[:MOST]
    rows, columns = canvas.characters.shape
    plane = Plane(spanning(problem.inputs[:, 0], 0.0), spanning(problem.inputs[:, 1], 0.0), columns, rows)
    y, x, inside = plane.cells(inputs[:, 0], inputs[:, 1])
    if is_right_or_wrong(problem):
        groups, characters = classes_said(problem, targets), marks.sample_marks(len(problem.class_names))
        inks = marks.inks(problem)
    else:
        groups = (targets[:, 0] >= np.median(problem.targets[:, 0])).astype(np.intp)
        characters = np.array([ord(SMALL), ord(BIG)], dtype=np.uint32)
        inks = MARK + marks.two_hues()
    counts = np.zeros((rows, columns, len(characters)), dtype=np.intp)
    np.add.at(counts, (y[inside], x[inside], groups[inside]), 1)
    y, x = np.nonzero(counts.any(axis=2))
    most = counts[y, x].argmax(axis=1)
    canvas.put(y, x, characters[most], inks[most])


def _curve(problem: Problem, canvas: Canvas) -> None:
    rows, columns = canvas.characters.shape
    down, across = BITS.shape
    x, y = problem.inputs[:MOST, 0], problem.targets[:MOST, 0]
    plane = Plane(
        spanning(problem.inputs[:, 0], 0.0), spanning(problem.targets[:, 0], 0.0), columns * across, rows * down
    )
    dots_down, dots_across, inside = plane.cells(x, y)
    dots_down, dots_across = dots_down[inside], dots_across[inside]
    codes = np.zeros((rows, columns), dtype=np.uint32)
    bits = BITS.astype(np.uint32)[dots_down % down, dots_across % across]
    np.bitwise_or.at(codes, (dots_down // down, dots_across // across), bits)
    canvas.draw(np.where(codes, EMPTY + codes, BLANK).astype(np.uint32), MARK)


def shrunk(image: Array, rows: int, columns: int) -> Array:
    """A picture (h, w) in at most so many rows and columns, its shape kept: the nearest pixels, none enlarged."""
    scale = max(1.0, image.shape[0] / rows, image.shape[1] / columns)
    down, across = (max(1, math.floor(side / scale)) for side in image.shape)
    y = ((np.arange(down) + 0.5) * image.shape[0] / down).astype(np.intp)
    x = ((np.arange(across) + 0.5) * image.shape[1] / across).astype(np.intp)
    found: Array = image[y[:, np.newaxis], x]
    return found


def _image(image: Array, width: int, height: int) -> list[Line]:
    small = shrunk(image, 2 * height, width)
    small = np.pad(small, ((0, len(small) % 2), (0, 0)), constant_values=small.min())
    filled = small > (float(small.min()) + float(small.max())) / 2
    canvas = Canvas(height, width)
    codes = HALVES[2 * filled[::2] + filled[1::2]]
    canvas.fill(codes, plain=True)
    return canvas.lines()


def _layers(sizes: tuple[int, ...], width: int, height: int) -> list[Line]:
    """A bar for each layer, on a log scale, and how many units it has; the first, the largest and the last where there
    is no room for all.
    """
    largest = max(sizes)
    ways = (
        (sizes, "-".join(map(str, sizes))),
        ((sizes[0], largest, sizes[-1]), f"{sizes[0]}-…-{sizes[-1]}"),
        (sizes[:width], ""),
    )
    shown, below = next(way for way in ways if len(way[1]) <= width)
    texts = below.split("-") if below else [""] * len(shown)
    canvas = Canvas(height, width)
    lines = height - bool(below)
    column = 0
    for size, text in zip(shown, texts, strict=True):
        eighths = max(1, round(math.log(size + 1) / math.log(largest + 1) * lines * len(BARS)))
        for row in range(lines):
            part = min(len(BARS), eighths - (lines - 1 - row) * len(BARS))
            if part > 0:
                canvas.write(row, column, BARS[part - 1], MARK)
        column += len(text) + 1
    canvas.write(height - 1, 0, below)
    return canvas.lines()
