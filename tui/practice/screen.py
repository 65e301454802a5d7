"""The exercise: a fresh problem on the left, what is to be found on the right, and a line to type numbers into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Footer, Input, Static

from core import ProblemError, given, layer_symbol, quantities, sources
from core.practice import (
    Exercise,
    Reply,
    Score,
    forget_progress,
    keep_progress,
    keep_score,
    now,
    resume,
    scores_path,
)
from tui.base import BaseScreen
from tui.dialogs.help import HelpScreen
from tui.format import fit, plain
from tui.matrix import RIGHT, UNSURE, WRONG, MatrixView, Pointer
from tui.practice.answer_input import AnswerInput
from tui.sheet import AnswerMatrix, GivenMatrix, answer_block, given_block

ROOMY = (100, 30)
SHORTEST_NAME = 8  # characters that are left of a problem's name
MARKS = {"right": (RIGHT, "$text-success"), "slip": (WRONG, "$text-error"), "coarse": (UNSURE, "$text-warning")}
LETTERS = {"hint": "h", "another": "n", "help": "?", "quit": "q"}
LINES = "Scroll the reply"
MATRICES = "Scroll the matrices"
START = "exactly or to three significant digits. h helps: the formula, then the numbers put in, then the value."
PAUSE = 0.5  # seconds between two presses of a key that is not held down
HOW = """\
a number   -0.25, 3e-4, 1/3; exactly, or to three
           significant digits
a row      1 2 3 or 1, 2, 3
a matrix   1 2 3; 4 5 6 or [[1, 2, 3], [4, 5, 6]],
           also pasted; _ leaves a cell open
points     1 for a number found at the first attempt,
           ½ after a slip or a hint, 0 if you asked for
           the value; unreadable input costs nothing

Numbers you found are shown: use those digits.
Letters are keys if the line is empty or checked.
Progress is saved: open the same seed to continue.
"""


class PractiseScreen(BaseScreen[None]):
    """An exercise, number by number. The score is kept when the last one is found."""

    CSS_PATH = "practice.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "hint", "hint", tooltip="A hint: the formula, the numbers put in, the value"),
        Binding("left", "move(0, -1)", "cell left", show=False),
        Binding("right", "move(0, 1)", "cell right", show=False),
        Binding("pageup", "scroll_lines(-1)", "lines", tooltip=LINES, show=False, key_display="pgup pgdn"),
        Binding("pagedown", "scroll_lines(1)", "lines", show=False),
        Binding(
            "shift+up", "scroll_matrices(0, -1)", "matrices", tooltip=MATRICES, show=False, key_display="shift+↑↓←→"
        ),
        Binding("shift+down", "scroll_matrices(0, 1)", "matrices", show=False),
        Binding("shift+left", "scroll_matrices(-1, 0)", "matrices", show=False),
        Binding("shift+right", "scroll_matrices(1, 0)", "matrices", show=False),
        Binding("n", "another", "new", tooltip="Another sheet, with other numbers"),
        Binding("question_mark", "help", "help", tooltip="This help", key_display="?"),
        Binding("q", "quit", "quit", tooltip="Quit; progress is saved"),
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
        self._folder = folder
        self.exercise = exercise
        self._clock, self._keep = clock, keep
        self._started = clock()
        self._seconds: float | None = None  # in the end
        self._hints: tuple[str, ...] = ()
        self._hinted = ""  # what they are about
        self._reply: Reply | None = None
        self._kept = ""
        self._note = ""
        self._judged: object = None  # where what stands in the line was judged
        self._pressed = -PAUSE  # when h was, last
        self._served: object = None  # whose sources were brought into view

    def compose(self) -> ComposeResult:
        yield Static(id="status")
        yield Static(Text(" · ".join(self._facts()), no_wrap=True, overflow="ellipsis"), id="facts")
        with Horizontal(id="matrices"):
            yield GivenMatrix(id="given")
            yield AnswerMatrix(id="computed")
        with VerticalScroll(id="work", can_focus=False):
            yield Static(id="lines")
        yield AnswerInput("".join(LETTERS.values()), id="answer")
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(AnswerInput).focus()
        self.set_interval(1, self._write_status)
        blocks = [given_block(q, names) for q, names in zip(given(self.exercise.step), self._names(), strict=False)]
        self.query_one("#given", GivenMatrix).show(blocks)
        self._note = self._resume() or self._fewer_rows()
        self._write()

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

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= ROOMY[0] and event.size.height >= ROOMY[1], "-roomy")
        self._served = None
        self.call_after_refresh(self._write)

    # What it shows.

    def _facts(self) -> Iterator[str]:
        """What is given, but for the matrices."""
        problem, depth = self.exercise.problem, len(self.exercise.problem.network)
        for k, layer in enumerate(problem.network.layers, start=1):
            settings = "".join(f", {name} = {value:g}" for name, value in layer.function.settings)
            yield f"{layer_symbol('f', k, depth)} {layer.activation}{settings}"
        settings = "".join(f", {setting.symbol} = {setting.value:g}" for setting in problem.loss.settings)
        yield f"{problem.loss.title}{settings}, {problem.reduction}"
        yield f"α = {problem.learning_rate:g}"

    def _names(self) -> Iterator[Sequence[str]]:
        """The columns' names of what is given."""
        yield self.exercise.problem.input_names
        yield self.exercise.problem.target_names
        while True:
            yield ()

    def _known(self, name: str, cell: tuple[int, ...]) -> bool:
        return self.exercise.knows(name, cell) or self.exercise.reached(name)

    def _write(self) -> None:
        exercise = self.exercise
        self.set_class(exercise.done, "-done")
        current = exercise.current
        name = current.name if current is not None else ""
        view = self.query_one("#computed", AnswerMatrix)
        view.show([answer_block(q, self._known, q.name == name) for q in quantities(exercise.step)], again=True)
        view.point(Pointer(name, exercise.cell) if current is not None else None)
        self._show_sources()
        placeholder = f"{exercise.wanted.removeprefix('expected ')}; three significant digits"
        self.query_one(AnswerInput).placeholder = placeholder
        self.query_one("#lines", Static).update(Text("\n").join(self._lines()))
        self._write_status()
        self.refresh_bindings()
        self.call_after_refresh(self._show_last_line)

    def _show_sources(self) -> None:
        """Have in view what the current cell is computed from, of what is given, until somebody scrolls."""
        exercise, here = self.exercise, self._before()
        if exercise.current is None or here == self._served:
            return
        self._served = here
        view = self.query_one("#given", GivenMatrix)
        for found in sources(exercise.step, exercise.current.name, exercise.cell):
            for cell in (min(found), max(found)):
                view.reveal_cell(found.name, cell)

    def _show_last_line(self) -> None:
        work = self.query_one("#work", VerticalScroll)
        more = " · h tells it" if self._hints and self.exercise.tells_next else ""
        more += " · pgup pgdn" if work.max_scroll_y > 0 else ""
        work.border_title = self._title() + more
        work.scroll_to(y=work.max_scroll_y if self._hints else 0, animate=False)

    def _title(self) -> str:
        exercise = self.exercise
        if exercise.current is None:
            return "done"
        here = self._place()
        return here if self._hinted in ("", here) else f"{self._hinted}, told; next {here}"

    def _place(self) -> str:
        assert self.exercise.current is not None
        return self.exercise.label(self.exercise.current.name, self.exercise.cell)

    def _lines(self) -> Iterator[Text]:
        exercise = self.exercise
        theme = self.app.theme_variables
        if self._note:
            yield Text(self._note, style="bold")
        if self._reply is not None:
            mark, colour = MARKS.get(self._reply.verdict, (" ", "$foreground"))
            style = Style.parse(f"bold {_hex(theme.get(colour[1:], ''))}".strip())
            yield Text(f"{mark} {self._reply.text}".strip(), style=style)
        for i, line in enumerate(self._hints):
            yield Text(line, style="bold" if i == 0 else "")
        if exercise.done:
            yield from map(Text, self._summary())
        elif self._reply is None and not self._hints:
            yield Text(f"Find {self._place()}, {START}", style="dim")

    def _summary(self) -> Iterator[str]:
        exercise = self.exercise
        alone = sum(standing == "found" for standing in exercise.standing.values())
        yield f"{exercise.points:g} of {exercise.total} points in {_minutes(self._time())}."
        helped = f"{_count(exercise.slips, 'slip')}, {_count(exercise.hints, 'hint')}"
        yield f"{alone} numbers at the first attempt; {helped}."
        yield self._kept or f"Saved in {scores_path(self._folder)}; sgdb practise --scores shows all."
        yield "n: another sheet · q: quit"

    def _time(self) -> float:
        return self._clock() - self._started if self._seconds is None else self._seconds

    def _write_status(self) -> None:
        exercise = self.exercise
        parts = [
            f"sheet {exercise.seed}",
            exercise.progress,
            _count(exercise.slips, "slip"),
            _count(exercise.hints, "hint"),
            _minutes(self._time()),
        ]
        status = self.query_one("#status", Static)
        room = status.content_size.width - len(" · ".join(["", *parts]))
        if room < SHORTEST_NAME:
            parts[1] = parts[1].removesuffix(" numbers")
            room += len(" numbers")
        name = fit(plain(exercise.like.name), max(room, SHORTEST_NAME))
        status.update(Text(" · ".join([name, *parts]), no_wrap=True, overflow="ellipsis"))

    # The keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        answer = self.focused
        if isinstance(answer, AnswerInput):
            if action in LETTERS and answer.typing:
                return False
            if action == "check" and answer.spent and self._judged == self._before():
                return False  # one slip is not two
        return not self.exercise.done or action not in ("check", "hint", "move")

    @on(Input.Changed)
    def _note_typing(self) -> None:
        self.refresh_bindings()

    def action_check(self) -> None:
        answer = self.query_one(AnswerInput)
        before = self._before()
        self._reply, self._note = self.exercise.answer(answer.value), ""
        if self._reply.verdict == "right":
            answer.clear()
        self._judged, answer.spent = self._before(), bool(answer.value)
        if self._judged != before:
            self._hints, self._hinted = (), ""
        self._finish()

    def action_hint(self) -> None:
        pressed, self._pressed = self._pressed, self._clock()
        if self.exercise.tells_next and self._pressed - pressed < PAUSE:
            return
        self._hinted = self._place()
        self._hints, self._reply, self._note = self.exercise.hint(), None, ""
        self._finish()

    def action_move(self, down: int, right: int) -> None:
        self.exercise.move(down, right)
        self._hints, self._hinted, self._reply, self._note = (), "", None, ""
        self._write()

    def action_scroll_lines(self, pages: int) -> None:
        work = self.query_one("#work", VerticalScroll)
        work.scroll_relative(y=pages * max(1, work.size.height - 1), animate=False)

    def action_scroll_matrices(self, right: int, down: int) -> None:
        for view in self.query(MatrixView):
            view.scroll_relative(4 * right, down, animate=False)

    @on(MatrixView.Chosen)
    def _choose(self, event: MatrixView.Chosen) -> None:
        current = self.exercise.current
        if current is not None and event.name == current.name:
            here = (*self.exercise.cell, 1, 1)
            there = (*event.cell, 1, 1)
            if len(event.cell) == 1:
                self.action_move(there[0] - here[0], 0)
            else:
                self.action_move(there[0] - here[0], there[1] - here[1])

    def action_another(self) -> None:
        if self._may_leave("Press n again for another sheet", ask=True):
            self.app.switch_screen(PractiseScreen(self.exercise.another(), self._folder, self._clock, self._keep))

    async def action_quit(self) -> None:
        await self.app.action_quit()

    def may_quit(self) -> bool:
        """Whether nothing is lost by it, or somebody wants it all the same."""
        return self._may_leave("Press again to quit", ask=False)

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
        if self._note == note or not (lost or ask):
            return True
        self._note, self._reply = note, None
        self._write()
        return False

    def action_help(self) -> None:
        keys: dict[str, list[str]] = {}
        for binding in Binding.make_bindings([*AnswerInput.BINDINGS, *self.BINDINGS]):
            if binding.tooltip:
                keys.setdefault(binding.tooltip, []).append(self.app.get_key_display(binding))
        self.app.push_screen(HelpScreen([(" ".join(shown), meaning) for meaning, shown in keys.items()], HOW))

    def _before(self) -> tuple[object, tuple[int, ...]]:
        return self.exercise.current, self.exercise.cell

    def _finish(self) -> None:
        """After each step: keep it or, after the last, the score."""
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
            self._kept = self._keep(score, self._folder)
            forget_progress(exercise, self._folder)
        self._write()


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _hex(colour: str) -> str:
    return colour if colour.startswith("#") else ""
