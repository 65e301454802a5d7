"""The samples' rows: the forward pass from X_in to the verdict, and below it the deltas, each under its quantity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from rich.cells import cell_len

from core import is_right_or_wrong
from tui.sheet.lines import Line, Span, clipped, line, width
from tui.sheet.written import Written
from tui.training.frame import Frame
from tui.training.groups import Group
from tui.training.picture import IDLE, SOURCE, Look, Picture
from tui.training.stations import SHARE, VERDICT
from tui.training.verdicts import RIGHT, WRONG, verdicts
from tui.training.why import short_names

CHOSEN, CURRENT = "▸", "▶"
GRADIENT = re.compile(r"∂[^∂/]+/∂")  # before a letter, in its gradient's name
CLEAR = 2  # blanks between a name and the number of a column
RULED = 4  # columns that a rule takes around its title
VERDICTS = f"{RIGHT} right  {WRONG} wrong"


def rule(title: Sequence[tuple[str, str]], columns: int, right: Sequence[tuple[str, str]] = ()) -> Line:
    """A line that divides panes, with the pane's name in it and more at its right end."""
    spans, x = [Span(0, "─ ", "structure")], 2
    for text, style in title:
        spans.append(Span(x, text, style))
        x += cell_len(text)
    tail = sum(cell_len(text) for text, _ in right)
    if right and x + tail + 4 <= columns:
        fill = columns - x - tail - 4
        spans.append(Span(x, " " + "─" * fill + " ", "structure"))
        x += fill + 2
        for text, style in right:
            spans.append(Span(x, text, style))
            x += cell_len(text)
        spans.append(Span(x, " ─", "structure"))
    elif x + 1 < columns:
        spans.append(Span(x, " " + "─" * (columns - x - 1), "structure"))
    return clipped(tuple(spans), columns)


class Rows:
    """Both panes of rows, for a frame and a step."""

    def __init__(self, frame: Frame, picture: Picture) -> None:
        self.frame, self.picture = frame, picture
        self.columns = frame.columns
        self.problem = picture.step.problem
        self._letters = picture.step.statement.letters
        worded = any(group.station.above == VERDICT for group in self.columns.groups)
        self._marks = not worded and is_right_or_wrong(self.problem)  # beside y_gt
        count = len(picture.step.batch)
        top = max(0, min(picture.view.top, count - frame.rows))
        self.rows = list(picture.order[top : top + frame.rows])
        self.top = top
        self._verdicts = dict(zip(self.rows, verdicts(picture.step, self.rows, self._written()), strict=True))

    def _written(self) -> Written:
        """How a difference to the target is written: as the outputs are."""
        outputs = next((g for g in self.columns.groups if g.station.above == "y_out"), None)
        return outputs.upper if outputs is not None else Written()

    def activations(self) -> list[Line]:
        frame = self.frame
        lines = [self._activations_rule(), *self._headings(upper=True, lines=frame.headers[0])]
        lines += [self._row(row, upper=True) for row in self.rows]
        return lines

    def deltas(self) -> list[Line]:
        frame = self.frame
        lines = [self._deltas_rule(), *self._headings(upper=False, lines=frame.headers[1])]
        lines += [self._row(row, upper=False) for row in self.rows]
        return lines

    def _activations_rule(self) -> Line:
        columns, frame = self.columns, self.frame
        width_here = frame.areas["activations"].width if "activations" in frame.areas else frame.width
        title = [("activations", "title")]
        if width_here >= 75:
            title.append((" ─ ", "structure"))
            title.append(("forward →", "dim"))
        if columns.before:
            title.append((" ─ ", "structure"))
            title.append(("‹ " + "  ".join(columns.before), "amber"))
        right: list[tuple[str, str]] = []
        if columns.behind:
            right.append(("  ".join(columns.behind) + " ›", "amber"))
        count = len(self.picture.step.batch)
        if frame.rows < count:
            text = f"rows {self.top + 1}-{self.top + frame.rows} of {count}"
            if self.picture.view.by_loss:
                text = f"{frame.rows} of {count} rows, worst {self._letters['sample_losses']} first"
            right += [(" ─ ", "structure")] if right else []
            right.append((text, "dim"))
        elif self.picture.view.by_loss:
            right += [(" ─ ", "structure")] if right else []
            right.append((f"worst {self._letters['sample_losses']} first", "dim"))
        for meaning in self._meanings():
            longer = [(meaning, "dim"), *([(" ─ ", "structure")] if right else []), *right]
            if 2 * RULED + sum(cell_len(text) for text, _ in (*title, *longer)) <= width_here:
                right = longer
                break
        return rule(title, width_here, right)

    def _meanings(self) -> list[str]:
        """What marks in these rows mean, in full and shorter."""
        cut = any(group.station.above == "term" for group in self.columns.groups)
        if self._marks:
            return [*([f"{IDLE} cut  {VERDICTS}"] if cut else []), VERDICTS]
        return [f"{IDLE} the max cuts it", f"{IDLE} cut"] if cut else []

    def _deltas_rule(self) -> Line:
        frame = self.frame
        width_here = frame.areas["deltas"].width if "deltas" in frame.areas else frame.width
        title = [("deltas", "title")]
        if width_here >= 75:
            title += [(" ─ ", "structure"), (f"← backward: ∂{self._letters['loss']}/∂ of what stands above", "dim")]
        return rule(title, width_here)

    # Headings.

    def _headings(self, upper: bool, lines: int) -> list[Line]:
        """The names of the groups, and the numbers of their columns: on lines of their own, or together."""
        titles, numbers = [], []
        for i, group in enumerate(self.columns.groups):
            start = group.x + (1 if group.upper.signed and not group.squares and self.columns.density.blank else 0)
            numbered = lines > 1 or (not group.squares and len(group.shown) > 1)
            numbers.append(self._numbers(group, upper) if numbered else [])
            formula = not numbers[-1] or lines > 1
            titles.append(line(self._title(group, upper, self._room(i, upper), formula), start))
        return [tuple(chain(*titles)), tuple(chain(*numbers))] if lines == 2 else [together(titles, numbers)]

    def _room(self, i: int, upper: bool) -> int:
        """Columns for the title of a group: up to the next group that has one."""
        groups = self.columns.groups
        end = self.columns.width
        for group in groups[i + 1 :]:
            if (group.station.title if upper else group.station.under) or group.station.above == VERDICT:
                end = group.x - 1 - self.columns.density.pad
                break
        return end - groups[i].x - 1

    def _title(self, group: Group, upper: bool, room: int, computed: bool) -> list[tuple[str, str]]:
        """A group's name, and behind it what it is `computed` by, where there is room."""
        station = self.picture.station(group.station.above)
        name = station.above if upper else station.below
        title, formula = (station.title, station.formula) if upper else (station.under, station.below_formula)
        formula = formula if computed and self.columns.density.blank and formula != f" = {title}" else ""
        if not self.columns.density.words or cell_len(title) > group.width - group.upper.signed:
            title = title.split("=")[0]
        if not title:
            return []
        picture = self.picture
        current = picture.view.current is not None and picture.shown_as(picture.view.current) == name
        factor = name in picture.factors and not current
        words = [(f"{CURRENT}{title}", "current")] if current else [(title + SOURCE * factor, "title")]
        used = cell_len(words[0][0])
        size = f" ≤{rough(picture.numbers.largest(name))}" if group.squares and name in picture.numbers.axes else ""
        if size and used + len(size) < room:
            words.append((size, "dim"))
        elif formula and used + cell_len(formula) <= room:
            words.append((formula, "dim"))
        return words

    def _numbers(self, group: Group, upper: bool) -> list[Span]:
        """The numbers of a group's columns, with their names."""
        station = group.station
        if station.above in (VERDICT, "sample_losses") or (not upper and not station.below) or group.classes:
            return []
        if len(group.shown) == 1 and station.columns == 1:
            return [Span(group.x + group.upper.signed, "1", "dim")] if self.columns.density.blank else []
        if group.squares:
            return _ticks(group, self.picture.cursor)
        spans = []
        names: Sequence[str] = ()
        first = station.above not in ("p", "term")
        if upper and station.names and first:
            names = short_names(station.names, group.stride - 3 - len(str(station.columns)))
        for column, offset in zip(group.shown, group.offsets, strict=True):
            if column is None:
                spans.append(Span(group.x + offset, "…", "dim"))
                continue
            text = str(column + 1)
            if names and names[column] != text and self.columns.density.blank:
                text = f"{text} {names[column]}"
            spans.append(Span(group.x + offset + group.upper.signed, text, "dim"))
        return spans

    # Rows.

    def _row(self, row: int, upper: bool) -> Line:
        view, gutter = self.picture.view, self.columns.gutter
        chosen = row == view.sample
        number = str(row + 1).rjust(gutter - 2)
        style = "amber bold" if chosen else "dim"
        spans = [Span(0, f"{CHOSEN if chosen else ' '}{number} ", style)]
        for i, group in enumerate(self.columns.groups):
            if i:
                spans.append(Span(group.x - 1 - (0 if group.squares else self.columns.density.pad), "│", "structure"))
            spans += self._cells(group, row, upper)
        return tuple(spans)

    def _cells(self, group: Group, row: int, upper: bool) -> Iterator[Span]:
        station = group.station
        name = station.above if upper else station.below
        if station.above == VERDICT:
            if upper:
                verdict = self._verdicts[row]
                yield Span(group.x, verdict.word, verdict.style)
            return
        if not name:
            return
        if name == SHARE:
            yield Span(group.x + group.upper.signed, self._share, "dim")
            return
        picture = self.picture
        if upper and station.above == "y_gt":
            yield from self._targets(group, row)
            return
        if group.squares:
            x = group.x
            for look in picture.squares(name, row, group.shown):
                if look.text:
                    yield Span(x, look.text, look.style)
                    x += len(look.text)
            return
        written = group.upper if upper else group.lower
        for offset, look in zip(group.offsets, picture.looks(name, row, group.shown, written), strict=True):
            yield _span(group.x + offset, look)

    def _targets(self, group: Group, row: int) -> Iterator[Span]:
        verdict = self._verdicts[row]
        if group.classes:
            name = group.classes[int(np.argmax(self.picture.step.targets[row]))]
            yield Span(group.x, name, "zero")
            end = group.x + cell_len(name)
        else:
            for offset, look in zip(
                group.offsets, self.picture.looks("y_gt", row, group.shown, group.upper), strict=True
            ):
                yield Span(group.x + offset, look.text + look.mark.strip(), look.style)
            end = group.x + group.offsets[-1] + group.upper.width
        if self._marks:
            yield Span(end, verdict.mark, verdict.style)

    @property
    def _share(self) -> str:
        step = self.picture.step
        return f"1/{len(step.batch)}" if step.share != 1 else "1"


def _span(x: int, look: Look) -> Span:
    """A number with its mark: one text, so that a terminal switches colours once."""
    return Span(x, look.text + look.mark, look.style)


def together(titles: Sequence[Line], numbers: Sequence[Sequence[Span]]) -> Line:
    """Titles and the numbers of the columns below each on one line. A number close to a title reads as a part of it:
    that of the first column gives way to the right, where there is room; any other is left out. A long title of a
    gradient, ∂C/∂a₂, is ∂a₂ where that leaves room for the others.
    """
    titles = [_short(title, found) for title, found in zip(titles, numbers, strict=True)]
    spans = [span for title in titles for span in title]
    taken = [(title[0].column, width(title)) for title in titles if title]
    for title, found in zip(titles, numbers, strict=True):
        least = width(title) + CLEAR if title else 0
        if found and found[0].column < least:
            first = found[0]._replace(column=least)
            found = [first, *found[1:]] if first.end + CLEAR <= found[1].column else found[1:]
        spans += [
            number
            for number in found
            if all(number.end + CLEAR <= start or end + CLEAR <= number.column for start, end in taken)
        ]
    return tuple(sorted(spans))


def _short(title: Line, numbers: Sequence[Span]) -> Line:
    """A title that hides the number of no column but the first, if it can be shortened to that."""
    if len(numbers) < 2 or not title or width(title) + CLEAR <= numbers[1].column:
        return title
    first, *rest = title
    short = (first._replace(text=GRADIENT.sub("∂", first.text)), *rest)
    return short if width(short) + CLEAR <= numbers[1].column else title


def _ticks(group: Group, cursor: tuple[str, tuple[int, int]] | None) -> list[Span]:
    names = (group.station.above, group.station.below)
    return ticks(group.x, group.shown, group.station.columns, names, cursor)


def ticks(
    x: int,
    shown: Sequence[int | None],
    columns: int,
    names: Sequence[str],
    cursor: tuple[str, tuple[int, int]] | None,
) -> list[Span]:
    """The numbers of squares' columns: each where there are few, else some; at the cursor's column that one alone."""
    if cursor is not None and cursor[0] in names and cursor[1][1] in shown:
        number = str(cursor[1][1] + 1)
        at = min(list(shown).index(cursor[1][1]), max(0, len(shown) - len(number)))
        return [Span(x + at, number, "amber bold")]
    if columns <= 9:
        return [Span(x, "".join("…" if c is None else str(c + 1) for c in shown), "dim")]
    text = [" "] * len(shown)
    for k, column in enumerate(shown):
        if column is None:
            text[k] = "…"
        elif column == 0 or (column + 1) % 5 == 0 or k == len(shown) - 1:
            mark = str(column + 1)
            at = min(k, len(shown) - len(mark))
            if all(c == " " for c in text[max(0, at - 1) : at + len(mark)]):
                text[at : at + len(mark)] = list(mark)
    return [Span(x, "".join(text).rstrip(), "dim")]


def rough(value: float) -> str:
    """A size in two digits."""
    return f"{value:.2g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
