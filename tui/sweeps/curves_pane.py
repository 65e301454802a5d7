"""The curves on the screen: the chosen run, the middle of the selected ones, and what they are under the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tui.sheet.lines import Area, Line, Words, clipped, fitting, line
from tui.sweeps.cell_texts import number
from tui.sweeps.curves import SHADE, Curve, CurvesPlot, Drawn, legend
from tui.sweeps.reader import Curves
from tui.sweeps.view import CURVES, Look
from tui.training.plot_lines import mark_of

DIGITS = 4
NO_CURVES = "no curve"
COMING = "…"


@dataclass
class CurvesPane:
    """Draws the curves; keeps where steps are for the mouse."""

    plot: CurvesPlot = field(default_factory=CurvesPlot)
    drawn: Drawn = field(default=Drawn([], None, 0))

    def draw(self, curves: Curves | None, look: Look, at: int | None, area: Area, of: object) -> list[Line]:
        """The lines below the pane's title: which mark is which, the plot, and its numbers at step `at`."""
        width, height = area.width - 1, area.height - 1
        found, band, words = [], None, ""
        if curves is not None and curves.own is not None:
            found.append(curves.own)
        if curves is not None and curves.middle is not None:
            middle = curves.middle
            if not found:
                found.append(Curve("", middle.median.steps[:0], middle.median.values[:0]))
            found.append(middle.median)
            band, words = middle.band, f"half of {middle.runs:,}"
        if not found:
            self.drawn = Drawn([], None, 0)
            return [line([(f" {COMING if curves is None else NO_CURVES}", "dim")]), *[()] * (height - 1)]
        lines = [_legend(found, words, width)]
        self.drawn = self.plot.draw((width, height - 2), found, band, at, look.logarithmic, of)
        lines += [clipped(one, width) for one in self.drawn.lines]
        return [*lines, self._numbers(found, curves, look, at, width)]

    def step_at(self, x: int, y: int) -> int | None:
        """The step that a place of the pane stands for, its title being line 0; None beside the curves."""
        return self.drawn.step_at(x) if y >= 2 else None

    def _numbers(self, found: list[Curve], curves: Curves | None, look: Look, at: int | None, width: int) -> Line:
        if at is None:
            return ()
        here = "cursor" if look.pane == CURVES else "amber"
        items: list[Words] = [[(f"step {at:,}", here)]]
        for i, curve in enumerate(found):
            if (near := curve.near(at)) is not None:
                items.append([mark_of(i), f" {number(near[1], DIGITS)}"])
            elif curve.title:
                items.append([mark_of(i), " ended"])
        if curves is not None and curves.middle is not None and (between := curves.middle.band.near(at)) is not None:
            items.append([(SHADE, "structure"), f" {' to '.join(number(value, 3) for value in between)}"])
        return fitting(items, width, "  ", 1)


def _legend(found: Sequence[Curve], band: str, width: int) -> Line:
    """Which mark is which, in full or shorter."""
    for words in (band, band.partition(" of ")[0]):
        named = [item for item in legend(found, words) if item[-1] != " "]
        drawn = fitting(named, width, "  ", 1)
        if len(drawn) >= 2 * len(named):
            break
    return drawn


def title(look: Look, width: int) -> Words:
    """What stands in the pane's rule, behind its name, in so many columns."""
    how = ", log scale" if look.logarithmic else ""
    return [next((text for text in (f"loss per SGD step{how}", f"loss{how}") if len(text) <= width), "")]
