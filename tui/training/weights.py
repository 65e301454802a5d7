"""The parameters' pane: W, ∂W and W⁺ of each layer with the biases, or a line a layer."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from rich.cells import cell_len

from core import Array, Computation
from tui.sheet.lines import Line, Span, clipped
from tui.training.frame import Frame
from tui.training.groups import span_of
from tui.training.matrices import Matrix
from tui.training.picture import NOT_FINITE, SOURCE, Picture
from tui.training.rows import CURRENT, RULED, rough, rule, ticks, together
from tui.training.slots import in_place, middle, turns
from tui.training.units import can_idle, idle, moved_by

BARS = "▁▂▃▄▅▆▇█"
BINS = 13
LEFT = 1  # the column of what stands left of the matrices
MOVED, IDLE = "moved by", "idle"
HEADS = (
    *("layer", "parameters", "rms {W}", "max |{W}|", "spread of {W}", "rms {dW}", "max |{dW}|", "spread of {dW}"),
    *(MOVED, IDLE),
)
NUMBER = 6  # columns of a number in the table of layers, at its longest
LEAST = (0, 0, NUMBER, NUMBER, BINS, NUMBER, NUMBER, BINS, NUMBER)  # columns that are kept, whatever the numbers
WAYS = (range(len(HEADS)), (0, 2, 4, 5, 7, 8, 9), (0, 2, 4, 5, 7, 8), (0, 8, 2, 5), (0, 8, 2), (0, 8))
KIND_TITLES = {"given": "before the step", "gradient": "gradients", "update": "after the step"}
BUFFERS = {
    "v": "velocities",
    "m": "running means",
    "n": "means of squares",
    "mhat": "corrected means",
    "nhat": "corrected squares",
}
NO_ROOM = ("a line a layer; z opens the matrices", "z opens the matrices")  # where a layer is a line


def weights(frame: Frame, picture: Picture) -> list[Line]:
    """The pane, its rule first."""
    area = frame.areas["weights"]
    placed = frame.matrices.placed
    if placed is None:
        lines = _a_line_each(picture, area.width)
    else:
        top = scrolled(frame, picture)
        grid = Grid(area.height - 1, top)
        for matrix in in_place(frame, picture):
            _draw(matrix, frame, picture, grid, area.width)
        _remarks(frame, picture, grid, area.width)
        lines = [_rule(frame, picture, area.width, top), *grid.lines()]
    return [clipped(line, area.width) for line in lines[: area.height]]


def scrolled(frame: Frame, picture: Picture) -> int:
    """The first line of the matrices that is in sight, where they take more than there are."""
    room = frame.areas["weights"].height - 1
    return max(0, min(picture.view.scroll, frame.matrices.height - room)) if picture.view.alone else 0


class Grid:
    """The lines of the pane that are in sight, from `top` on; what is put on others is left out."""

    def __init__(self, height: int, top: int = 0) -> None:
        self.height, self.top = height, top
        self._spans: dict[int, list[Span]] = {}

    def __contains__(self, y: int) -> bool:
        return self.top <= y < self.top + self.height

    def put(self, y: int, *spans: Span) -> None:
        if y in self:
            self._spans.setdefault(y, []).extend(spans)

    def lines(self) -> list[Line]:
        return [tuple(sorted(self._spans.get(y, ()))) for y in range(self.top, self.top + self.height)]


def _rule(frame: Frame, picture: Picture, columns: int, top: int) -> Line:
    """The pane's name, and what the columns of matrices are; or which lines of them are in sight."""
    height, room = frame.matrices.height, frame.areas["weights"].height - 1
    if height > room:
        last = min(height, top + room)
        return rule([("weights", "title")], columns, [(f"lines {top + 1}-{last} of {height} · shift+↑↓", "dim")])
    placed = frame.matrices.placed
    assert placed is not None
    title = [("weights", "title")]
    xs = {kind: sorted({m.x for m in placed if m.kind == kind}) for kind in KIND_TITLES}
    in_columns = all(len(x) <= 1 for x in xs.values()) and len({m.y for m in placed}) > 1
    if in_columns and columns >= 75:
        spans = [Span(0, "─ ", "structure"), Span(2, "weights", "title")]
        x = 9
        for kind, text in _titles(picture).items():
            if xs[kind]:
                start = max(x + 2, xs[kind][0])
                spans.append(Span(x, " " + "─" * (start - x - 2) + " ", "structure"))
                spans.append(Span(start, text, "title" if kind == "gradient" else "dim"))
                x = start + len(text)
        spans.append(Span(x, " " + "─" * (columns - x - 1), "structure"))
        return clipped(tuple(spans), columns)
    for kind, text in list(_titles(picture).items())[1:]:
        if xs[kind]:
            text = text if _fits([*title, (" │ ", ""), (text, "")], columns) else text.split()[0]
            title += [(" │ ", "structure"), (text, "dim")]
    return rule(title, columns)


def _titles(picture: Picture) -> dict[str, str]:
    """What the columns of matrices are."""
    letter = middle(picture)
    others = len(turns(picture.step.statement)) - 1
    found = f"{BUFFERS[letter]}" if letter else KIND_TITLES["gradient"]
    return KIND_TITLES | {"gradient": f"{found} (u: {others} more)" if others else found}


def _fits(title: Sequence[tuple[str, str]], columns: int) -> bool:
    """Whether a rule has room for a title."""
    return RULED + sum(cell_len(text) for text, _ in title) <= columns


def _draw(matrix: Matrix, frame: Frame, picture: Picture, grid: Grid, columns: int) -> None:
    """A matrix into the lines of the pane."""
    y, name = matrix.y, picture.shown_as(matrix.name)
    current = picture.view.current
    here = current is not None and current in (matrix.name, matrix.bias)
    factor = not here and bool({matrix.name, matrix.bias} & picture.factors)
    title = f"{CURRENT}{matrix.title}" if here else matrix.title + SOURCE * factor
    start = matrix.x + (0 if matrix.squares else 1)
    heading = [Span(start, title, "current" if here else "title")]
    room = _room_right(matrix, frame, columns)
    if matrix.squares:
        more = f" ≤{rough(picture.numbers.largest(name))}"
    elif matrix.header > 1 or len(matrix.shown) == 1:
        more = _formula(picture, matrix.name)
    else:
        more = ""  # the column numbers stand here
    if more and cell_len(title) + cell_len(more) <= room:
        heading.append(Span(start + cell_len(title), more, "dim"))
    numbers = _column_numbers(matrix, picture)
    if matrix.header == 1:
        numbers = numbers if len(matrix.shown) > 1 and not matrix.squares else []
        grid.put(y, *together([tuple(heading)], [numbers]))
    else:
        grid.put(y, *heading)
        grid.put(y + 1, *numbers)
    y += matrix.header
    for i in range(matrix.rows):
        _row(matrix, picture, grid, y + i, matrix.name, i, str(i + 1))
    if matrix.bias:
        _row(matrix, picture, grid, y + matrix.rows, matrix.bias, 0, "b")


def _row(matrix: Matrix, picture: Picture, grid: Grid, y: int, name: str, row: int, label: str) -> None:
    if y not in grid:
        return
    if matrix.numbered:
        grid.put(y, Span(matrix.x - matrix.numbered, label.rjust(matrix.numbered - 1), "dim"))
    if matrix.squares:
        x = matrix.x
        for look in picture.squares(name, row, matrix.shown, matrix.name):
            if look.text:
                grid.put(y, Span(x, look.text, look.style))
                x += len(look.text)
        return
    for offset, look in zip(matrix.offsets, picture.looks(name, row, matrix.shown, matrix.written), strict=True):
        grid.put(y, Span(matrix.x + offset, look.text + look.mark, look.style))


def _room_right(matrix: Matrix, frame: Frame, columns: int) -> int:
    """Columns for a heading: up to the next matrix on its line."""
    placed = frame.matrices.placed or ()
    behind = [m.x - m.numbered for m in placed if m.y == matrix.y and m.x > matrix.x]
    return min(behind, default=columns) - matrix.x - 2


def _formula(picture: Picture, name: str) -> str:
    statement = picture.step.statement
    if name not in statement.equations:
        return ""
    return statement.wording.behind(name) + Computation(name, statement).text


def _column_numbers(matrix: Matrix, picture: Picture) -> list[Span]:
    if matrix.squares:
        columns = max((column or 0) + 1 for column in matrix.shown)
        return ticks(matrix.x, matrix.shown, columns, (matrix.name, matrix.bias), picture.cursor)
    spans = []
    for column, offset in zip(matrix.shown, matrix.offsets, strict=True):
        text, signed = ("…", 0) if column is None else (str(column + 1), 1)
        spans.append(Span(matrix.x + offset + signed, text, "dim"))
    return spans


def _remarks(frame: Frame, picture: Picture, grid: Grid, columns: int) -> None:
    """Left of each layer's matrices its shape and activation, right of them how far it moves; where there is room."""
    placed = frame.matrices.placed
    assert placed is not None
    step = picture.step
    layers = step.problem.network.layers
    for k in range(1, len(layers) + 1) if frame.matrices.banded else ():
        own = [m for m in placed if m.layer == k]
        y = own[0].y
        rows, width = layers[k - 1].weights.shape
        shape = f"{rows}×{width}"
        function = "" if layers[k - 1].function.is_identity else f" {layers[k - 1].function.name.replace('_', ' ')}"
        for text in (f"{shape}{function}", shape):
            if len(text) + 1 <= own[0].x - LEFT:
                grid.put(y, Span(LEFT, text, "dim"))
                break
        right = max(m.x + span_of(m.shown, m.stride) for m in own)
        share = moved_by(step, k)
        update = next(m.name for m in own if m.kind == "update") if any(m.kind == "update" for m in own) else ""
        if share is None or update in picture.veiled or own[0].rows + bool(own[0].bias) < 2:
            continue
        texts = (f"{_percent(share)} of |{picture.step.statement.wording.word('W')}|", _percent(share))
        text = next((text for text in texts if right + 1 + max(len(MOVED), len(text)) <= columns), "")
        if text:
            bottom = y + own[0].height
            grid.put(bottom - 2, Span(right + 1, MOVED, "dim"))
            grid.put(bottom - 1, Span(right + 1, text, "wrong" if share > 1 else "dim"))


def _percent(share: float) -> str:
    value = 100 * share
    return f"{value:.0f}%" if value >= 10 else f"{value:.1f}%" if value >= 1 else f"{value:.2f}%"


# A line a layer.


def _a_line_each(picture: Picture, columns: int) -> list[Line]:
    """The layers in a table: what their weights and gradients are like. Of its columns as many as there is room for,
    whatever the numbers are.
    """
    layers = picture.step.problem.network.layers
    word = picture.step.statement.wording.word
    heads = [head.format(W=word("W"), dW=word("dW")) for head in HEADS]
    rows = [_layer(picture, k) for k in range(1, len(layers) + 1)]
    idlest = max((layer.weights.shape[1] for layer in layers if can_idle(layer.function)), default=0)
    least = [*LEAST, len(f"{idlest} of {idlest}")]
    widths = [max(len(head), wide) for head, wide in zip(heads, least, strict=True)]
    widths[0] = max(cell_len(row[0]) for row in rows)
    for way in WAYS:
        shown = [j for j in way if idlest or HEADS[j] != IDLE]
        if LEFT + sum(widths[j] + 2 for j in shown) - 2 < columns:
            break
    titles = [[("weights", "title"), (" ─ ", "structure"), (text, "dim")] for text in NO_ROOM]
    lines = [rule(next((t for t in titles if _fits(t, columns)), titles[0][:1]), columns)]
    for style, row in zip(("dim", *["zero"] * len(rows)), (heads, *rows), strict=True):
        places = accumulate((widths[j] + 2 for j in shown), initial=LEFT)
        lines.append(tuple(Span(x, row[j], style) for x, j in zip(places, shown, strict=False)))
    return lines


def _layer(picture: Picture, k: int) -> list[str]:
    """What a line tells of a layer."""
    step = picture.step
    layer = step.problem.network.layers[k - 1]
    weights, gradient = step.weights[k - 1], step.weight_gradients[k - 1]
    given = next(e for e in step.statement.given.values() if e.layer == k and e.axes == "ij")
    function = "" if layer.function.is_identity else f" {layer.function.name.replace('_', ' ')}"
    size = weights.size + (0 if layer.bias is None else layer.bias.size)
    off = idle(step)[k - 1]
    share = moved_by(step, k)
    return [
        f"{step.statement.symbols[given.name]:<5} {weights.shape[0]}×{weights.shape[1]}{function}",
        f"{size:>10,}",
        _four(_rms(weights)),
        _four(picture.numbers.largest(given.name)),
        spread(weights),
        _four(_rms(gradient)),
        _four(float(np.abs(gradient).max())),
        spread(gradient),
        "" if share is None else _percent(share),
        "" if off is None else f"{int(off.all(axis=0).sum())} of {off.shape[1]}",
    ]


def _rms(values: Array) -> float:
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.mean(values**2)))


def _four(value: float) -> str:
    """A size in about five digits, in NUMBER columns."""
    if value and not 5e-5 <= value < 1e5:
        return rough(value)
    return f"{value:.{5 - len(str(int(value)))}f}"


def spread(values: Array) -> str:
    """How numbers spread, in bars over ± the largest; a bar for none is a blank."""
    finite = values[np.isfinite(values)]
    largest = float(np.abs(finite).max(initial=0.0))
    if len(finite) < values.size or not largest:
        return (NOT_FINITE if len(finite) < values.size else "·") * BINS
    counts, _ = np.histogram(finite, bins=BINS, range=(-largest, largest))
    most = counts.max()
    levels = np.ceil(counts * (len(BARS) / most)).astype(int)
    return "".join(" " if not level else BARS[level - 1] for level in levels)
