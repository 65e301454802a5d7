"""The page of runs side by side: their curves, what each is under the cursor, and what differs there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rich.cells import cell_len

from tui.format import fit, plain, short_names
from tui.sheet.keyline import Key, keyline
from tui.sheet.lines import Area, Line, Span, Words, clipped, fitting, line, moved
from tui.sweeps.cell_texts import number
from tui.sweeps.compare import Runner, curves, drawn
from tui.sweeps.curves import CurvesPlot, Drawn
from tui.training.late import Compared
from tui.training.plot_lines import mark_of
from tui.training.rows import rule
from tui.training.view import View
from tui.training.why.compared import compared
from tui.training.why.page import laid_out
from tui.training.why.texts import wrapped

UPPER = 0.5  # of the lines, for the curves
LESS = 0.4  # the same where the rest stands below each other
LEFT = 0.5  # of the columns, for the table
BESIDE = 100  # columns from which on what differs stands beside the table
FEW = 4  # runs in sight where it does not
WIDEST = 28  # of a title
ENDED = "ended"
SHORTEST = 8
WORTHWHILE = 20  # columns from which on what is known about a run stands in its line
ABOUT = (3, 1)  # lines for it below the runs, where what differs stands beside them, and where not
DIGITS = 4
FIGURE = 9
NOWHERE = Area(0, 0, 0, 0)
KEYS = [
    Key("←→", "step", ("along(-1)", "along(1)")),
    Key("↑↓", "run", ("run(-1)", "run(1)")),
    Key("⏎", "open here", ("open",)),
    Key("d", "differences", ("differences",)),
    Key("l", "log", ("log",)),
    Key("?", "help", ("help",)),
    Key("q", "leave", ("leave_runs",)),
    Key("n p", "one step", ("step(1)", "step(-1)")),
    Key("g", "go to", ("go_to",)),
]


class Shown(NamedTuple):
    """What is seen.

    chosen       which run is pointed at
    step         where the cursor stands
    logarithmic  whether the losses are on a log scale
    differences  whether by how much they differ from those of the first run
    scroll       the first line of what differs
    activity     what goes on
    message      what there is to say about the last key
    """

    chosen: int
    step: int
    logarithmic: bool
    differences: bool
    scroll: int = 0
    activity: str = ""
    message: str = ""


@dataclass
class ComparePage:
    """Paints the page, and knows what stands where on it."""

    plot: CurvesPlot = field(default_factory=CurvesPlot)
    drawn: Drawn = field(default=Drawn([], None, 0))
    upper: Area = NOWHERE
    table: Area = NOWHERE
    aside: Area = NOWHERE
    top: int = 0
    keys: list[tuple[int, int, str]] = field(default_factory=list)

    def paint(self, size: tuple[int, int], runner: Runner, shown: Shown, found: Compared | None) -> list[Line]:
        """The lines on a terminal of this size; `found` is what differs at the cursor, None while nobody knows."""
        width, height = size
        self._place(width, height, len(runner.sides))
        lines = [self._status(runner, shown, width), *self._curves(runner, shown)]
        table, aside = self._table(runner, shown), self._differences(shown, found)
        if self.aside.x == 0:
            lines += [*table, *aside]
        else:
            for y, (one, other) in enumerate(zip(table, aside, strict=True)):
                edge = Span(self.table.width, "│" if y else "─", "structure")
                lines.append((*one, edge, *moved(clipped(other, self.aside.width), self.aside.x)))
        offered, self.keys = keyline(KEYS, width)
        return [*lines, clipped(line([(shown.message, "amber")], 1), width) if shown.message else offered]

    def _place(self, width: int, height: int, runs: int) -> None:
        """The curves above; below them the table, and beside it, or below it where room is short, what differs."""
        upper = round(UPPER * (height - 2)) if width >= BESIDE else round(LESS * (height - 2))
        rest = height - 2 - upper
        self.upper = Area(0, 1, width, upper)
        if width >= BESIDE:
            left = round(LEFT * width)
            self.table = Area(0, 1 + upper, left, rest)
            self.aside = Area(left + 1, 1 + upper, width - left - 1, rest)
        else:
            lines = 2 + min(runs, FEW, rest - 2 - FEW) + ABOUT[1]
            self.table = Area(0, 1 + upper, width, lines)
            self.aside = Area(0, 1 + upper + lines, width, rest - lines)

    def run_at(self, y: int) -> int:
        """The run that stands on a line of the page; below 0 above the runs."""
        at = y - self.table.y - 2
        return at if at < 0 else self.top + at

    def _status(self, runner: Runner, shown: Shown, width: int) -> Line:
        items: list[Words] = [[("compare", "title"), f" {len(runner.sides)} runs"], [(f"step {shown.step:,}", "amber")]]
        if shown.activity:
            items.append([(shown.activity, "amber")])
        return fitting([*items, ["with ", (plain(runner.sides[0].title), "text")]], width, start=1)

    def _curves(self, runner: Runner, shown: Shown) -> list[Line]:
        area = self.upper
        which = drawn(len(runner.sides), shown.chosen)
        found = curves(runner, which, shown.differences, shown.logarithmic)
        what = "loss per SGD step"
        if shown.differences:
            what = f"loss {'apart from' if shown.logarithmic else 'minus'} that of {plain(runner.sides[0].title)}"
        title = fit(what + (", log scale" if shown.logarithmic else ""), area.width - 6)
        self.drawn = self.plot.draw(
            (area.width, area.height - 1), found, None, shown.step, shown.logarithmic, (shown.differences, *which)
        )
        return [rule([(title, "title")], area.width), *(clipped(one, area.width) for one in self.drawn.lines)]

    def _table(self, runner: Runner, shown: Shown) -> list[Line]:
        area, sides = self.table, runner.sides
        below = ABOUT[self.aside.x == 0]
        rows = max(1, area.height - 2 - below)
        self.top = max(0, min(max(shown.chosen - rows + 1, min(self.top, shown.chosen)), len(sides) - rows))
        wide = min(WIDEST, max(cell_len(plain(side.title)) for side in sides))
        wide = max(SHORTEST, min(wide, area.width - 4 - 3 * (FIGURE + 1)))
        places = [4 + wide + k * (FIGURE + 1) for k in (1, 2, 3)]  # where the figures end
        heads = ["ℒ", "- first", "parts at"]
        lines = [rule([("runs", "title")], area.width)]
        head = [Span(4, "run", "structure")]
        head += [Span(end - len(text), text, "structure") for end, text in zip(places, heads, strict=True)]
        lines.append(tuple(head))
        which = drawn(len(sides), shown.chosen)
        names = short_names([plain(side.title) for side in sides], wide)
        first = runner.losses(0)
        for k in range(self.top, min(len(sides), self.top + rows)):
            losses, chosen = runner.losses(k), k == shown.chosen
            style = "title" if chosen else "text"
            spans = [Span(0, "▸", "amber bold")] if chosen else []
            if k in which:
                mark, color = mark_of(which.index(k))
                spans.append(Span(2, mark, color))
            spans.append(Span(4, names[k], style))
            here = shown.step < len(losses)
            texts = [number(float(losses[shown.step]), DIGITS) or "NaN" if here else _beyond(runner, k)]
            gap = float(losses[shown.step] - first[shown.step]) if here and k and shown.step < len(first) else None
            texts.append("" if gap is None else _signed(gap))
            apart = runner.apart(k)
            texts.append("" if not k else f"{apart:,}" if apart is not None else "same")
            for end, text in zip(places, texts, strict=True):
                wrong = text == ENDED and runner.ended[k]
                spans.append(Span(end - cell_len(text), text, "wrong" if wrong else style))
            if area.width - places[-1] - 2 >= WORTHWHILE:
                spans.append(Span(places[-1] + 2, *_about(runner, k)))
            lines.append(clipped(tuple(spans), area.width))
        lines += [()] * (area.height - below - len(lines))
        return lines + _in_full(runner, shown.chosen, area.width, below)

    def _differences(self, shown: Shown, found: Compared | None) -> list[Line]:
        area = self.aside
        if not shown.chosen:
            lines = [rule([("what differs", "title")], area.width), line([(" ↑↓ chooses another run", "dim")])]
            return (lines + [()] * area.height)[: area.height]
        told = compared(found, View(), area.width - 1)._replace(name="what differs")
        why = laid_out(told, shown.scroll, area.width - 4, area.height - 1)
        lines = [rule(_spaced(why.title), area.width), *why.lines]
        return (lines + [()] * area.height)[: area.height]


def _beyond(runner: Runner, k: int) -> str:
    """What stands in place of the loss of a step that a run does not have, or not yet."""
    return ENDED if runner.ended[k] or len(runner.losses(k)) > runner.sides[k].steps else "…"


def _about(runner: Runner, k: int) -> tuple[str, str]:
    """What is known about a run, or why it has ended, and the style of that."""
    ended = runner.ended[k]
    return plain(ended or runner.sides[k].about), "wrong" if ended else "dim"


def _in_full(runner: Runner, k: int, width: int, height: int) -> list[Line]:
    """The same in so many lines."""
    text, style = _about(runner, k)
    lines = wrapped([("▸ ", "amber"), (text, "wrong" if style == "wrong" else "text")], width, 2, prose=True)
    return (lines + [()] * height)[:height]


def _spaced(title: Line) -> list[tuple[str, str]]:
    """The texts of a title with the blanks between them."""
    words, column = [], 0
    for span in title:
        if span.column > column:
            words.append((" " * (span.column - column), "structure"))
        words.append((span.text, span.style))
        column = span.end
    return words


def _signed(gap: float) -> str:
    text = number(gap, DIGITS) or "NaN"
    return text if text.startswith("-") or text == "NaN" else f"+{text}"


READING: Sequence[tuple[str, Sequence[tuple[str, str]]]] = (
    (
        "how to read the runs",
        (
            ("⠒ • + x", "the curves: of the first run, and of those around the chosen one"),
            ("ℒ", "of the step under the cursor; over the rows of its batch"),
            ("- first", "by how much it is larger than that of the first run"),
            ("parts at", "the first step whose loss is another one; same: none so far, bit by bit"),
        ),
    ),
    (
        "what differs",
        (("", "the numbers of the chosen run's step beside those of the first run, the largest difference first"),),
    ),
    (
        "mouse",
        (("click", "a run, a step of the curves, a key"), ("wheel", "scrolls what differs; chooses another run")),
    ),
)
GROUPS = (
    ("moving", ("along", "step", "edge", "go_to", "run", "scroll")),
    ("looking", ("differences", "log")),
    ("a run", ("open",)),
    ("the rest", ("",)),
)
