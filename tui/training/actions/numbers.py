"""The keys that go over the numbers of a step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import core
from tui.training import moves
from tui.training.actions.stepping import SteppingKeys

if TYPE_CHECKING:
    from core import Place

TO_THE_END = 10**6  # a group of columns behind the last: the last ones are in sight then


class NumberKeys(SteppingKeys):
    """Inspects cells, follows terms, walks through the computations."""

    def action_arrow(self, down: int, right: int) -> None:
        """A cell further, or a term, while one is inspected; else a step, or a sample."""
        if self.view.term is not None:
            self._pick(down + right)
        elif self.view.cursor is not None:
            self.action_move(down, right)
        elif right:
            self.action_step(right)
        elif self.sheet is not None:
            self.view = moves.choose(self.view, self.sheet.picture, down)
            self.look()

    def action_move(self, down: int, right: int) -> None:
        if self.sheet is not None:
            self.view = moves.move(self.view, self.sheet.picture, self.sheet.frame, down, right)
            self.look(scroll=0)

    def action_inspect(self) -> None:
        """Inspect a cell; at one, pick a term; at a term, go there."""
        if self.sheet is None:
            return
        view, terms = self.view, self.sheet.terms
        if view.cursor is None:
            self.view = moves.inspect(view, self.sheet.picture)
            self.look(scroll=0, aside="")
        elif view.term is not None and terms:
            self._trail.append(core.Place(self.sheet.picture.step.index, *view.cursor))
            self.go(terms[min(view.term, len(terms) - 1)])
        elif terms:
            self.look(term=0)
        else:
            self.say("This number is given, not computed.")

    def _pick(self, change: int) -> None:
        terms = self.sheet.terms if self.sheet is not None else []
        if terms and self.view.term is not None:
            self.look(term=(self.view.term + change) % len(terms))

    def go(self, place: Place) -> None:
        """To a cell, in its step."""
        if self.step is not None and place.step != self.step.index:
            self._coming = place
            self.go_to_step(place.step)
        else:
            self.look(cursor=(place.name, place.cell), term=None, scroll=0, aside="")

    def action_back(self) -> None:
        if self._trail:  # a key may come before the sheet that says what it can do
            self.go(self._trail.pop())

    def action_walk(self, change: int) -> None:
        sheet, step = self.sheet, self.step
        if step is None or sheet is None:
            return
        view, index = moves.walk(self.view, step, change)
        if index < 0:
            self.say("This is the first computation of step 0.")
            return
        if view.cursor is not None and view.current is not None:
            view = replace(view, cursor=(view.current, moves.first_cell(view, sheet.picture, view.current)))
        self.view = replace(view, aside="", term=None)
        if index == step.index:
            self.look()
        else:
            self.go_to_step(index)

    def action_next(self, change: int) -> None:
        """The next matrix, while a cell is inspected; else the next group of columns."""
        if self.sheet is None:
            return
        frame, picture = self.sheet.frame, self.sheet.picture
        if self.view.term is not None:
            self._pick(change)
        elif self.view.cursor is not None:
            self.view = moves.next_matrix(self.view, picture, frame, change)
            self.look(scroll=0)
        else:
            first = len(frame.columns.before) + change
            if change > 0 and not frame.columns.behind:
                first = 0
            self.look(left=first if first >= 0 else TO_THE_END)

    def action_copy(self) -> None:
        if self.step is not None and self.view.cursor is not None:
            self.app.copy_to_clipboard(str(core.explain(self.step, *self.view.cursor)))
            self.say("Copied the arithmetic of the cell.")
