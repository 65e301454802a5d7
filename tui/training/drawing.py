"""The whole sheet of a step: every pane's lines in the place that the frame has for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tui.sheet.lines import Line, Span, clipped, moved
from tui.training.frame import Frame
from tui.training.picture import Picture
from tui.training.rows import Rows, rule
from tui.training.slots import in_place
from tui.training.stations import SHARE, VERDICT
from tui.training.weights import scrolled, weights


class Pane(NamedTuple):
    """A pane that is no matrices: what stands in its rule, or is its one line; and the lines below."""

    title: Line
    lines: Sequence[Line] = ()


class Drawn(NamedTuple):
    """The lines of a sheet, and where on it the inspected cell stands; None where it is not in sight."""

    lines: list[Line]
    place: tuple[int, int] | None


def draw(frame: Frame, picture: Picture, others: Mapping[str, Pane], rows: Rows) -> Drawn:
    """The sheet; `others` has the panes that are no matrices."""
    grid: list[list[Span]] = [[] for _ in range(frame.height)]

    def put(x: int, y: int, width: int, line: Line) -> None:
        if 0 <= y < frame.height:
            grid[y] += moved(clipped(line, width), x)

    panes: dict[str, Sequence[Line]] = {}
    if "activations" in frame.areas:
        panes["activations"] = rows.activations()
    if "deltas" in frame.areas:
        panes["deltas"] = rows.deltas()
    if "weights" in frame.areas:
        panes["weights"] = weights(frame, picture)
    for name, (title, lines) in others.items():
        area = frame.areas.get(name)
        if area is None:
            continue
        if name == "why" and area.height == 1:
            panes[name] = lines[:1]
        elif area.height == 1:
            panes[name] = [title]
        else:
            panes[name] = [rule_with(title, area.width), *lines]
    for name, found in panes.items():
        area = frame.areas[name]
        beside_why = name in ("loss", "picture")
        divided = (beside_why and area.x > 0) or (name == "weights" and frame.beside)
        for i in range(area.height):
            line = found[i] if i < len(found) else ()
            if divided and i and beside_why:
                put(area.x, area.y + i, 1, (Span(0, "│", "structure"),))
                put(area.x + 1, area.y + i, area.width - 1, line)
            elif divided and name == "weights":
                if i:
                    put(area.x, area.y + i, 1, (Span(0, "│", "structure"),))
                    put(area.x + 1, area.y + i, area.width - 1, line)
                else:
                    put(area.x, area.y, area.width, line)
            else:
                put(area.x, area.y + i, area.width, line)
    return Drawn([tuple(sorted(spans)) for spans in grid], place_of(frame, picture, rows))


def rule_with(title: Line, columns: int) -> Line:
    """A line that divides panes, with a title in it."""
    return rule([(span.text, span.style) for span in _joined(title)], columns)


def _joined(title: Line) -> list[Span]:
    """A title's texts with the blanks between them."""
    spans, x = [], 0
    for span in title:
        if span.column > x:
            spans.append(Span(x, " " * (span.column - x), "structure"))
        spans.append(span)
        x = span.end
    return spans


def place_of(frame: Frame, picture: Picture, rows: Rows) -> tuple[int, int] | None:
    """Where the inspected cell stands."""
    if picture.cursor is None:
        return None
    name, (row, column) = picture.cursor
    for pane, header in (("activations", frame.headers[0]), ("deltas", frame.headers[1])):
        area = frame.areas.get(pane)
        if area is None or row not in rows.rows:
            continue
        for group in frame.columns.groups:
            own = group.station.above if pane == "activations" else group.station.below
            x = group.place_of(column) if own == name else None
            if x is not None:
                return area.x + x, area.y + 1 + header + rows.rows.index(row)
    area = frame.areas.get("weights")
    if area is None:
        return None
    for matrix in in_place(frame, picture):
        if name in (matrix.name, matrix.bias) and column in matrix.shown:
            down = matrix.rows if name == matrix.bias else row
            x = matrix.x + matrix.offsets[matrix.shown.index(column)]
            y = matrix.y + matrix.header + down - scrolled(frame, picture)
            return (area.x + x + frame.beside, area.y + 1 + y) if 0 <= y < area.height - 1 else None
    return None


class Spot(NamedTuple):
    """What stands at a place of the sheet: a "cell" of a quantity, the "name" of one, a "row" of the batch, the plot's
    "loss", a "picture", a "note", a "key" or a "group" off an edge.
    """

    kind: str
    name: str = ""
    row: int = 0
    column: int = 0


def spot_at(frame: Frame, picture: Picture, rows: Rows, x: int, y: int) -> Spot | None:
    """What stands at a place."""
    pane = frame.pane_at(x, y)
    if pane in ("activations", "deltas"):
        return _spot_in_rows(frame, rows, pane, x, y)
    if pane == "weights":
        area = frame.areas[pane]
        if y == area.y:
            return None
        x, y = x - area.x - frame.beside, y - area.y - 1 + scrolled(frame, picture)
        for matrix in in_place(frame, picture):
            column, down = matrix.column_at(x), y - matrix.y - matrix.header
            if column is not None and 0 <= down < matrix.rows + bool(matrix.bias):
                bias = down == matrix.rows
                return Spot("cell", matrix.bias if bias else matrix.name, 0 if bias else down, column)
            if y == matrix.y and matrix.x <= x < matrix.x + matrix.width:
                return Spot("name", matrix.name)
        return None
    return Spot(pane) if pane else None


def _spot_in_rows(frame: Frame, rows: Rows, pane: str, x: int, y: int) -> Spot | None:
    area = frame.areas[pane]
    upper = pane == "activations"
    header = frame.headers[0] if upper else frame.headers[1]
    down = y - area.y - 1
    if down < 0:
        before, behind = frame.columns.before, frame.columns.behind
        if upper and before and x < area.width // 2:
            return Spot("group", column=-1)
        return Spot("group", column=1) if upper and behind and x >= area.width // 2 else None
    if x < frame.columns.gutter:
        return Spot("row", row=rows.rows[down - header]) if 0 <= down - header < len(rows.rows) else None
    for group in frame.columns.groups:
        if not group.x - 1 <= x < group.x + group.width:
            continue
        name = group.station.above if upper else group.station.below
        if down < header:
            return Spot("name", name)
        column = group.column_at(x)
        if column is not None and down - header < len(rows.rows) and name not in ("", SHARE, VERDICT):
            asked = (group.station.asked or name) if upper else name
            return Spot("cell", asked, rows.rows[down - header], column)
        return Spot("row", row=rows.rows[down - header]) if down - header < len(rows.rows) else None
    return None
