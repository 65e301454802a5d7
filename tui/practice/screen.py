"""The exercise: what is given above, what is to be found below it, the question, and a line to type numbers into."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from core import ProblemError, sources
from core.practice import Exercise, Score, forget_progress, keep_progress, keep_score, now, resume, scores_path
from tui.key_reasons import KeyReasonsScreen
from tui.keys import key_groups
from tui.practice.answer_input import AnswerInput
from tui.practice.help import GROUPS, reading
from tui.practice.page import Page, Said, count, lines_of, minutes, page, place
from tui.sheet.keyline import Key, keyline
from tui.sheet.widget import Sheet

LETTERS = "hn?q"  # keys while nothing is being typed
LINES = "Scroll the hints"
MATRICES = "Scroll the matrices"
ACROSS = 4  # columns that a key scrolls
PAUSE = 0.5  # seconds between two presses of a key that is not held down
CHECK, CELL = Key("⏎", "check", ("check",)), Key("↑↓", "cell", ("move(-1, 0)", "move(1, 0)"))
HINT, NEW = Key("h", "hint", ("hint",)), Key("n", "new sheet", ("another",))
CLEAR, RESTORE = Key("esc", "clear", ("aside",)), Key("esc", "restore", ("aside",))
HELP, LEAVE = Key("?", "help", ("help",)), Key("q", "leave", ("leave",))


class PractiseScreen(KeyReasonsScreen[Exercise]):
    """An exercise, number by number. The score is kept when the last one is found. Answers with the exercise, once it
    is left.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "hint", "hint", tooltip="A hint: the formula, then the numbers put in, then the value"),
        Binding("left", "move(0, -1)", "cell left", show=False),
        Binding("right", "move(0, 1)", "cell right", show=False),
        Binding("pageup", "scroll_lines(-1)", "lines", tooltip=LINES, key_display="pgup"),
        Binding("pagedown", "scroll_lines(1)", "lines", tooltip=LINES, key_display="pgdn"),
        Binding("shift+up", "scroll_matrices(0, -1)", "matrices", tooltip=MATRICES, key_display="shift+↑↓←→"),
        Binding("shift+down", "scroll_matrices(0, 1)", "matrices", show=False),
        Binding("shift+left", "scroll_matrices(-1, 0)", "matrices", show=False),
        Binding("shift+right", "scroll_matrices(1, 0)", "matrices", show=False),
        Binding("n", "another", "new", tooltip="Another sheet, with other numbers"),
        Binding("question_mark", "help", "help", tooltip="The keys, and what can be typed", key_display="?"),
        Binding("q", "leave", "leave", tooltip="Leave the sheet; progress is saved"),
        Binding("ctrl+c", "app.quit", show=False),
    ]

    def __init__(
        self,
        exercise: Exercise,
        folder: Path,
        clock: Callable[[], float] = monotonic,
        keep: Callable[[Score, Path], str] = keep_score,
    ) -> None:
        """`folder` is where scores and unfinished sheets are kept; `clock` tells seconds; `keep` takes the score and
        the folder, and says what went wrong.
        """
        super().__init__()
        self._folder, self._clock, self._keep = folder, clock, keep
        self._pressed = -PAUSE  # when h was, last
        self._page: Page | None = None
        self._keys: list[tuple[int, int, str]] = []  # what the columns of the line of keys do
        self._take(exercise)

    def _take(self, exercise: Exercise) -> None:
        """Begin an exercise, or go on where it was left."""
        self.exercise = exercise
        self._started = self._clock()
        self._seconds: float | None = None  # in the end
        self._judged: object = None  # where what stands in the line was judged
        self._served: object = None  # whose sources were brought into view
        self._work_top: int | None = None
        self._said = Said(note=self._resume() or self._fewer_rows())

    def compose(self) -> ComposeResult:
        for name in ("page", "keys"):
            if name == "keys":
                yield AnswerInput(LETTERS, id="answer")
            sheet = Sheet(id=name)
            sheet.can_focus = False
            yield sheet

    def on_mount(self) -> None:
        self.query_one(AnswerInput).focus()
        self.set_interval(1, self.paint)

    def _resume(self) -> str:
        """Go on where the sheet was left, if it was. Returns what there is to say of that."""
        exercise = self.exercise
        try:
            seconds = resume(exercise, self._folder)
        except ProblemError as error:
            return f"Started over. {error}."
        if seconds is None:
            return ""
        self._started -= seconds
        return f"Sheet {exercise.seed} continues: {exercise.progress} found."

    def _fewer_rows(self) -> str:
        exercise = self.exercise
        rows = len(exercise.problem.inputs)
        if not exercise.rows_left_out:
            return ""
        return f"A step has {rows + exercise.rows_left_out} rows; the sheet uses {rows} of them, to stay short."

    # Painting: everything follows from the exercise and what was said last.

    def on_resize(self, _event: events.Resize) -> None:
        self._served = None
        self.call_after_refresh(self.paint)

    def paint(self) -> None:
        """Draw the page and the line of keys; only lines that differ from those on screen are painted."""
        sheet, exercise = self.query_one("#page", Sheet), self.exercise
        shown = page(exercise, self._said, (sheet.size.width, sheet.size.height), self._page, self._work_top)
        self._page = self._in_sight(shown)
        sheet.show(lines_of(self._page, exercise, self._said, self._time()))
        line, self._keys = keyline(self._available(), sheet.size.width)
        self.query_one("#keys", Sheet).show([line])
        answer = self.query_one(AnswerInput)
        answer.visible = not exercise.done
        answer.placeholder = f"{exercise.wanted.removeprefix('expected ')}; three significant digits"

    def _in_sight(self, shown: Page) -> Page:
        """With the number that is asked for in sight, and what it is computed from, until somebody scrolls."""
        exercise, here = self.exercise, self._before()
        if exercise.current is None or here == self._served:
            return shown
        self._served = here
        name, cell = exercise.current.name, exercise.cell
        given = shown.given
        for found in sources(exercise.step, name, cell):
            for source in (min(found), max(found)):
                given = given.revealing(found.name, source)
        last = exercise.current.values.shape  # the whole quantity where it fits, and the number in any case
        return replace(shown, given=given, found=shown.found.revealing(name, last).revealing(name, cell))

    def _available(self) -> Iterator[Key]:
        """The keys that matter now."""
        answer = self.query_one(AnswerInput)
        if self.exercise.done:
            yield from (NEW, LEAVE, HELP)
            return
        if not self.why_not("check"):
            yield CHECK
        yield CELL
        if answer.value:
            yield CLEAR
        elif answer.aside:
            yield RESTORE
        if not answer.typing:
            yield from (HINT, NEW, HELP, LEAVE)

    def _time(self) -> float:
        return self._clock() - self._started if self._seconds is None else self._seconds

    def _say(self, said: Said) -> None:
        self._said, self._work_top = said, None if said.hints else 0
        self.paint()

    # What can be done now, and why something cannot.

    @property
    def explained(self) -> list[Widget]:
        return [self.query_one(AnswerInput), self]

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:  # noqa: ARG002
        if self.exercise.done and action in ("check", "hint", "move", "aside"):
            return "This sheet is done: n opens another."
        if action == "check" and self.query_one(AnswerInput).spent and self._judged == self._before():
            return "This answer is checked: type another."  # one slip is not two
        return None

    # The keys.

    @on(Input.Changed)
    def _note_typing(self) -> None:
        self.paint()

    def action_check(self) -> None:
        answer = self.query_one(AnswerInput)
        before = self._before()
        reply = self.exercise.answer(answer.value)
        if reply.verdict == "right":
            answer.clear()
        self._judged, answer.spent = self._before(), bool(answer.value)
        said = Said(reply=reply)
        self._finish(said if self._judged != before else replace(self._said, reply=reply, note=""))

    def action_aside(self) -> None:
        """Clear the line, or restore it, wherever the focus is."""
        self.query_one(AnswerInput).action_aside()

    def action_hint(self) -> None:
        pressed, self._pressed = self._pressed, self._clock()
        if self.exercise.tells_next and self._pressed - pressed < PAUSE:
            return
        tells, here = self.exercise.tells_next, place(self.exercise)
        hints = self.exercise.hint()
        if tells:
            self.query_one(AnswerInput).clear()
            self._finish(Said(note=f"{here} {hints[-1]}, told."))
        else:
            self._finish(Said(hints=hints))

    def action_move(self, down: int, right: int) -> None:
        self.exercise.move(down, right)
        self._say(Said())

    def action_scroll_lines(self, pages: int) -> None:
        if self._page is not None:
            self._work_top = self._page.work_top + pages * max(1, self._page.work_lines - 1)
            self.paint()

    def action_scroll_matrices(self, right: int, down: int) -> None:
        self._scroll(("given", "found"), ACROSS * right, down)

    def _scroll(self, panes: Collection[str], right: int, down: int) -> None:
        shown = self._page
        if shown is None:
            return
        if "given" in panes:
            shown = replace(shown, given=shown.given.scrolled(right, down))
        if "found" in panes:
            shown = replace(shown, found=shown.found.scrolled(right, down))
        self._page = shown
        self.paint()

    def action_another(self) -> None:
        if self._may_leave("Press n again for another sheet", ask=True):
            self._take(self.exercise.another())
            self._page = None
            self.query_one(AnswerInput).clear()
            self.query_one(AnswerInput).focus()
            self.paint()

    async def action_leave(self) -> None:
        """Back to the screen that one came from; where there is none, quit."""
        if self.app.screen_stack[1] is self:
            await self.app.action_quit()
        elif self.may_quit():
            self.dismiss(self.exercise)

    def may_quit(self) -> bool:
        return self._may_leave("Press again to leave", ask=False)

    @property
    def last_word(self) -> str:
        exercise = self.exercise
        if not exercise.begun or exercise.done:
            return ""
        kept = f"Sheet {exercise.seed} is saved, {exercise.progress} found"
        return f"{kept}; to continue, use sgdb practise with {self._options}."

    @property
    def _options(self) -> str:
        """The options that open this very sheet."""
        chosen = self.exercise.chosen_notation
        return f"--seed {self.exercise.seed}{'' if chosen is None else f' --notation {chosen.name}'}"

    def _may_leave(self, what: str, ask: bool) -> bool:
        """Keep what is under way. Whether the sheet may be left: nothing is lost, or somebody says so twice, who is
        asked where the sheet cannot be kept, or `ask` says so.
        """
        exercise = self.exercise
        if exercise.done:
            return True
        lost = keep_progress(exercise, self._time(), self._folder) if exercise.begun else ""
        if lost:
            state = f"cannot be saved: {lost}"
        elif exercise.begun:
            state = "is not finished; progress is saved"
        else:
            state = "is not started"
        note = f"Sheet {exercise.seed} {state}. {what}."
        if self._said.note == note or not (lost or ask):
            return True
        self._say(replace(self._said, note=note, reply=None))
        return False

    def action_help(self) -> None:
        from tui.dialogs.help import HelpScreen

        self.app.push_screen(HelpScreen(key_groups(self.explained, GROUPS), reading(self.exercise)))

    def _before(self) -> tuple[object, tuple[int, ...]]:
        return self.exercise.current, self.exercise.cell

    def _finish(self, said: Said) -> None:
        """After each answer and hint: keep the sheet or, after the last number, the score."""
        exercise = self.exercise
        if not exercise.done:
            if exercise.begun:
                keep_progress(exercise, self._time(), self._folder)
        elif self._seconds is None:
            self._seconds = self._time()
            score = Score(
                exercise.like.name,
                exercise.seed,
                now(),
                round(self._seconds, 1),
                exercise.points,
                exercise.total,
                exercise.slips,
                exercise.hints,
                exercise.problem.loss.title,
            )
            kept = self._keep(score, self._folder)
            forget_progress(exercise, self._folder)
            said = replace(said, summary=tuple(self._summary(kept)))
        self._say(said)

    def _summary(self, kept: str) -> Iterator[str]:
        exercise = self.exercise
        alone = sum(standing == "found" for standing in exercise.standing.values())
        helped = f"{count(exercise.slips, 'slip')}, {count(exercise.hints, 'hint')}"
        score = f"{exercise.points:g} of {exercise.total} points in {minutes(self._time())}"
        yield f"{score}: {count(alone, 'number')} at the first attempt, {helped}."
        if recap := exercise.recap():
            yield f"What went wrong; the solution, {self._options} --key, says why:"
            yield from recap
        yield kept or f"Saved in {scores_path(self._folder)}; sgdb practise --scores shows all."

    # The mouse.

    def on_click(self, event: events.Click) -> None:
        if event.widget is self.query_one("#keys", Sheet):
            for start, end, action in self._keys:
                if start <= event.x < end:
                    self.call_later(self.performer(self, action))
                    return
        elif event.widget is self.query_one("#page", Sheet) and self._page is not None:
            found = self._page.found.cell_at(event.x - 1, event.y - self._page.found_y - 1)
            if found is not None:
                self._choose(*found)

    def _choose(self, name: str, cell: tuple[int, ...]) -> None:
        """To a cell of the quantity that is being found; another quantity has its turn later."""
        current = self.exercise.current
        if current is None or name != current.name:
            return
        change = [there - here for there, here in zip(cell, self.exercise.cell, strict=True)]
        self.action_move(*(change if len(change) == 2 else (*change, 0)))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._wheel(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._wheel(event, -1)

    def _wheel(self, event: events.MouseEvent, change: int) -> None:
        if self._page is None:
            return
        pane = self._page.pane_at(event.screen_y)
        if pane == "work":
            self.action_scroll_lines(change)
        else:
            self._scroll((pane,), ACROSS * change if event.shift else 0, 0 if event.shift else change)
