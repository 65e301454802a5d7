"""The keys that watch a run: conditions, where they hold, what became of a cell, and bookmarks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

import core
from core import FormulaError, SavedWatch, Step
from tui.base import work
from tui.training.actions.seeing import SeeingKeys
from tui.training.actions.stepping import SteppingKeys
from tui.training.deciding import DecidingScreen
from tui.training.notes import Note
from tui.training.picture import Numbers
from tui.training.plot import Curve
from tui.training.step_marks import Marks
from tui.training.view import View
from tui.training.watching import Watching

if TYPE_CHECKING:
    from core import History, Hit, Problem, Search, Watch
    from tui.dialogs.watches import WatchesScreen

FARTHEST = 100_000  # steps that a search goes on from where one is
BOOKMARK = "b"
NO_CONDITION = "No watch is on: w adds a watch, b a bookmark."


class WatchKeys(DecidingScreen, SteppingKeys, SeeingKeys):
    """Watches, bookmarks, and the history of a cell."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self._watching = Watching(self.run)
        self._watches_shown: WatchesScreen | None = None

    # What the sheet shows of them.

    @property
    def on(self) -> list[tuple[str, str]]:
        """The numbers of the watches that are on, and their texts as the session has them."""
        return [(str(i), watch.text) for i, watch in enumerate(self.session.watches, 1) if watch.enabled]

    def bookmarked(self) -> list[int]:
        """The steps of this branch with a bookmark, in order."""
        name = self.name_of(self.run.branch)
        return [mark.step for mark in self.session.bookmarks if mark.branch == name]

    def marks(self) -> list[Marks]:
        steps = self.bookmarked()
        found = [Marks(sign[-1], self._watching.steps(text)) for sign, text in self.on]
        return [*found, Marks(BOOKMARK, np.array(steps))] if steps else found

    def first_notes(self, step: Step) -> list[Note]:
        """With the watches that hold in a step, and their numbers; and its bookmark."""
        found = super().first_notes(step)
        for sign, text in self.on:
            steps = self._watching.steps(text)
            place = int(np.searchsorted(steps, step.index))
            if place < len(steps) and steps[place] == step.index:
                hit = self._watching.hit(text, place)
                if hit is None and not (self.journey.under_way or self.journey.playing):
                    work(self, self._with_numbers, "numbers of watches")
                found.append(Note([(f"watch {sign}: {self._said_of(text, hit)}", "amber")], None))
        here = self.session.remarks(self.name_of(self.run.branch), step.index)
        return [*found, *(Note([(f"bookmark{f': {note}' if note else ''}", "amber")], None) for note in here)]

    def _said_of(self, text: str, hit: Hit | None) -> str:
        """The numbers of a watch where it holds, in the names of the sheet; the watch while they are not known."""
        watch = self._watching.shown(text, self.notation)
        if isinstance(watch, FormulaError):
            return text
        return watch.text if hit is None else str(hit.told_as(watch))

    async def _with_numbers(self) -> None:
        """Paint the sheet again as soon as nothing else is computed: then the numbers of its watches can be had."""
        await self.run.engine.do(int)
        self.paint()

    def curves(self) -> list[Curve]:
        """The history of the cell, while it is followed."""
        if self.view.history and self.view.cursor is not None and self.step is not None:
            name, cell = self.view.cursor
            from tui.training.why.statement import cell_label

            values = self._watching.values(name, cell)
            if values is not None and name in self.step.values:
                return [Curve(cell_label(self.step, core.Place(0, name, cell)), values, of_cell=True)]
        return super().curves()

    def arrive(self, numbers: Numbers, before: Numbers | None) -> None:
        if self.journey.playing:  # else all is brought up to date
            self._watching.keep_up(text for _, text in self.on)
        super().arrive(numbers, before)

    def keep_up(self) -> None:
        super().keep_up()
        self._watching.keep_up(text for _, text in self.on)

    def _beside_step(self, step: Step) -> None:
        super()._beside_step(step)
        if not self._watching.keep_up(text for _, text in self.on):
            work(self, self._catch_up, "watches")

    async def _catch_up(self) -> None:
        branch = self.run.branch
        await self._watching.catch_up([text for _, text in self.on], lambda: not self.journey.playing)
        if self.run.branch == branch:
            self.paint()
            if self._watches_shown is not None:
                self._watches_shown.show_hits()

    # Watches.

    def action_watches(self) -> None:
        from tui.dialogs.watches import WatchesScreen

        def closed(step: int | None) -> None:
            self._watches_shown = None
            if step is not None:
                self.go_to_step(step)

        self._pause()
        wording = core.statement_of(self.problem.speaking(self.notation), 1).wording
        self._watches_shown = WatchesScreen(self, wording)
        self.app.push_screen(self._watches_shown, closed)

    @property
    def watches(self) -> tuple[SavedWatch, ...]:
        """All of them, on or off."""
        return self.session.watches

    def shown_watch(self, watch: SavedWatch) -> Watch | FormulaError:
        return self._watching.shown(watch.text, self.notation)

    def read_watch(self, text: str) -> Watch | FormulaError:
        return self._watching.typed(text, self.notation)

    def put_watch(self, old: str, new: SavedWatch | None) -> None:
        """Another watch in place of one ("" for a new one), or none. Raises ProblemError."""
        self.decide(self.session.change_watch(old, new) if old or new is None else self.session.add_watch(new.text))
        if self.step is not None:
            self._beside_step(self.step)

    def hits_of(self, text: str, most: int) -> tuple[list[tuple[int, str]], int, int]:
        """The steps in which a watch holds that are nearest to the one on screen, at most so many, each with its
        numbers; how many there are; and how many were looked at.
        """
        steps = self._watching.steps(text)
        here = int(np.searchsorted(steps, self.journey.cursor))
        first = max(0, min(here - most // 2, len(steps) - most))
        near = [(place, self._watching.hit(text, place)) for place in range(first, min(first + most, len(steps)))]
        told = [(int(steps[place]), self._said_of(text, hit) if hit is not None else "") for place, hit in near]
        return told, len(steps), self._watching.looked_at(text)

    def action_continue(self, direction: int) -> None:
        """To the next step in which a watch holds, or that has a bookmark; or back to the last."""
        self._pause()
        here = self.journey.cursor
        marks = [step for step in self.bookmarked() if (step - here) * direction > 0]
        mark = None if not marks else marks[0] if direction > 0 else marks[-1]
        watches = [watch for _, text in self.on if not isinstance(watch := self._watching.read(text), FormulaError)]
        if not watches:
            self._arrive_at_bookmark(mark, direction)
            return
        limit = mark if direction > 0 and mark is not None else here + FARTHEST
        search = core.Search(self.run.timeline, watches, here, limit, back=direction < 0)

        def enough() -> bool:
            return direction < 0 and mark is not None and search.reached <= mark

        def told() -> str:
            return f"looking, at step {search.reached:,}"

        self.hunt.begin(search, told, lambda: self._found(search, mark), enough)

    def _found(self, search: Search, mark: int | None) -> None:
        hit, direction = search.found, -1 if search.back else 1
        if hit is not None and (mark is None or (mark - hit.step) * direction >= 0):
            sign, text = next(on for on in self.on if self._watching.read(on[1]) == hit.watch)
            self.go_to_step(hit.step)
            self.say(f"Step {hit.step:,}, watch {sign}, {self._said_of(text, None)}: {self._said_of(text, hit)}")
        elif mark is not None and search.diverged is None:
            self._arrive_at_bookmark(mark, direction)
        elif search.diverged is not None:
            self.go_to_step(search.diverged.step - 1)
            self.say(f"No watch holds before the run stops being finite, at step {search.diverged.step:,}.")
        elif search.back:
            self.say("No watch holds in any step before.")
        else:
            self.say(f"No watch holds up to step {search.limit:,}.")

    def _arrive_at_bookmark(self, mark: int | None, direction: int) -> None:
        if mark is None:
            self.say(f"There is no bookmark {'behind' if direction > 0 else 'before'} this step, and no watch is on.")
        else:
            self.go_to_step(mark)
            note = "".join(self.session.remarks(self.name_of(self.run.branch), mark))
            self.say(f"Step {mark:,}: a bookmark{f', {note}' if note else ''}")

    # Bookmarks.

    def action_bookmark(self) -> None:
        from tui.dialogs.bookmarks import BookmarksScreen

        def closed(place: tuple[str, int] | None) -> None:
            if place is not None:
                name, step = place
                if name != self.session.cursor.branch:
                    self.look_at(name)
                self.go_to_step(step)

        self._pause()
        self.app.push_screen(BookmarksScreen(self, self.journey.cursor), closed)

    # The history of a cell.

    def action_event(self, direction: int) -> None:
        """To where something happened to the inspected cell; without one, pan the plot."""
        cursor = self.view.cursor
        if cursor is None or self.step is None:
            self.action_pan(direction)
            return
        self._pause()
        history = self._watching.follow(*cursor)
        self.hunt.begin(
            history,
            lambda: f"reading its history, at step {history.reached:,}",
            lambda: self._happened(history, direction),
        )

    def _happened(self, history: History, direction: int) -> None:
        from tui.training.why.statement import cell_label

        step = self.step
        if step is None or self.view.cursor is None:
            return
        name, cell = self.view.cursor
        symbol = cell_label(step, core.Place(step.index, name, cell))
        event = history.before(step.index) if direction < 0 else history.after(step.index)
        self.view = replace(self.view, history=True, shown=View.shown, fresh=False)
        if event is None:
            self.paint()
            before = f"Nothing happened to {symbol} before this step."
            self.say(before if direction < 0 else f"Nothing more happens to {symbol} in the computed steps.")
        else:
            self.go_to_step(event.step)
            kind = event.kind.replace("largest", "largest in size")
            self.say(f"Step {event.step:,}: {symbol} {kind}, {core.significant(event.value, 6)}")
