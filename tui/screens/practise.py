"""The exercise: a fresh problem on the left, what is to be found on the right, and a line to type numbers into."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import ClassVar

import numpy as np
from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.screen import Screen
from textual.widgets import Footer, Input, Static

from core import Array, MarginLoss, Quantity, given, layer_symbol, quantities
from core.practice import Exercise, Reply, Score, keep_score, now, scores_path
from core.solving import SURE
from tui.block import Block
from tui.format import exact_format, plain
from tui.matrix import RIGHT, UNSURE, VEIL, WRONG, MatrixView, Pointer
from tui.palette import Palette
from tui.screens.help import HelpScreen

ROOMY = (100, 30)
DIGITS = 6
TYPED = "0123456789.+-−eE,;[] "
MARKS = {"right": (RIGHT, "$text-success"), "slip": (WRONG, "$text-error"), "coarse": (UNSURE, "$text-warning")}
CELL = "To another cell of this matrix"
START = "h helps: the formula, then the numbers put in, then the value."


class AnswerInput(Input):
    """A line for numbers: what belongs to none is a key of the screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.check", "check", tooltip="Check what was typed: a number, a row, or the whole matrix"),
        Binding("down", "screen.move(1, 0)", "cell", tooltip=CELL, key_display="↑ ↓"),
        Binding("up", "screen.move(-1, 0)", "cell up", show=False),
    ]

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return character is not None and character in TYPED and super().check_consume_key(key, character)

    def on_key(self, event: events.Key) -> None:
        if event.is_printable and event.character is not None and event.character not in TYPED:
            event.prevent_default()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        # In an empty line there is no way to go, so that left and right are the cell's.
        return bool(self.value) or action not in ("cursor_left", "cursor_right")


class AnswerMatrix(MatrixView, can_focus=False):
    """Matrices of which some numbers are not known yet; `known` says which are."""

    TITLE = "to be found"

    def __init__(self, known: Callable[[str, tuple[int, ...]], bool], *, id: str) -> None:
        super().__init__(id=id)
        self._known = known

    def _cell(self, block: Block, row: int, column: int, colours: Palette) -> tuple[str, str, Style]:
        if self._known(block.name, block.cell(row, column)):
            return super()._cell(block, row, column, colours)
        return (" " * block.format.integers + VEIL).ljust(block.format.width), " ", colours.dim


class GivenMatrix(MatrixView, can_focus=False):
    """What an exercise starts from."""

    TITLE = "given"


class PractiseScreen(Screen[None]):
    """An exercise, number by number. The score is kept when the last one is found."""

    CSS_PATH = "practise.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "hint", "hint", tooltip="A hint: the formula, then the numbers put in, then the value"),
        Binding("left", "move(0, -1)", "cell left", tooltip=CELL, show=False),
        Binding("right", "move(0, 1)", "cell right", tooltip=CELL, show=False),
        Binding("pagedown", "page(1)", "scroll", tooltip="Scroll what is given", show=False),
        Binding("pageup", "page(-1)", "scroll", tooltip="Scroll what is given", show=False),
        Binding("n", "another", "new sheet", tooltip="Another sheet, with other numbers"),
        Binding("question_mark", "help", "help", tooltip="The keys, and what the letters mean", key_display="?"),
        Binding("q", "quit", "quit", tooltip="Quit"),
    ]

    def __init__(
        self,
        exercise: Exercise,
        clock: Callable[[], float] = monotonic,
        keep: Callable[[Score], str] = keep_score,
    ) -> None:
        """`clock` tells seconds; `keep` takes the score, and says what went wrong."""
        super().__init__()
        self.exercise = exercise
        self._clock, self._keep = clock, keep
        self._started = clock()
        self._seconds: float | None = None  # in the end
        self._hints: tuple[str, ...] = ()
        self._reply: Reply | None = None
        self._kept = ""
        self._warned = ""

    def compose(self) -> ComposeResult:
        yield Static(id="status")
        yield Static(Text(" · ".join(self._facts()), no_wrap=True, overflow="ellipsis"), id="facts")
        with Horizontal(id="matrices"):
            yield GivenMatrix(id="given")
            yield AnswerMatrix(self._known, id="computed")
        with VerticalScroll(id="work", can_focus=False):
            yield Static(id="lines")
        yield AnswerInput(id="answer", compact=True, select_on_focus=False)
        yield Footer(compact=True)

    def on_mount(self) -> None:
        self.query_one(AnswerInput).focus()
        self.set_interval(1, self._write_status)
        step = self.exercise.step
        blocks = [_block(q, names) for q, names in zip(given(step), self._names(), strict=False)]
        self.query_one("#given", GivenMatrix).show(blocks)
        self._write()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= ROOMY[0] and event.size.height >= ROOMY[1], "-roomy")
        self.call_after_refresh(self._write)

    # What it shows.

    def _facts(self) -> Iterator[str]:
        """What is given, but for the matrices."""
        problem, depth = self.exercise.problem, len(self.exercise.problem.network)
        for k, layer in enumerate(problem.network.layers, start=1):
            yield f"{layer_symbol('f', k, depth)} {layer.activation}"
        margin = f", m = {problem.loss.margin:g}" if isinstance(problem.loss, MarginLoss) else ""
        yield f"{problem.loss.title}{margin}, {problem.reduction}"
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
        blocks = [_block(q, current=current is not None and q.name == current.name) for q in quantities(exercise.step)]
        view = self.query_one("#computed", AnswerMatrix)
        view.show(blocks, again=True)
        view.point(Pointer(current.name, exercise.cell) if current is not None else None)
        self.query_one("#work").border_title = self._title()
        self.query_one(AnswerInput).placeholder = f"type {exercise.wanted.removeprefix('expected ')}, then enter"
        self.query_one("#lines", Static).update(Text("\n").join(self._lines()))
        self._write_status()
        self.refresh_bindings()

    def _title(self) -> str:
        exercise = self.exercise
        if exercise.current is None:
            return "done"
        return self._place()

    def _place(self) -> str:
        assert self.exercise.current is not None
        cell = self.exercise.cell
        return self.exercise.current.symbol + (f"[{','.join(map(str, cell))}]" if cell else "")

    def _lines(self) -> Iterator[Text]:
        exercise = self.exercise
        theme = self.app.theme_variables
        if self._warned:
            yield Text(self._warned, style="bold")
        if self._reply is not None:
            mark, colour = MARKS.get(self._reply.verdict, (" ", "$foreground"))
            style = Style.parse(f"bold {_hex(theme.get(colour[1:], ''))}".strip())
            yield Text(f"{mark} {self._reply.text}".strip(), style=style)
        if exercise.done:
            yield from map(Text, self._summary())
            return
        for i, line in enumerate(self._hints):
            yield Text(line, style="bold" if i == 0 else "")
        if self._reply is None and not self._hints:
            yield Text(f"Find {self._place()}. {START}", style="dim")

    def _summary(self) -> Iterator[str]:
        exercise = self.exercise
        alone = sum(standing == "found" for standing in exercise.standing.values())
        yield f"{exercise.points:g} of {exercise.total} points in {_minutes(self._time())}."
        yield f"{alone} numbers at the first go; {_count(exercise.slips, 'slip')}, {_count(exercise.hints, 'hint')}."
        yield self._kept or f"Kept in {scores_path()}; sgdb practise --scores shows all."
        yield "n: another sheet · q: quit"

    def _time(self) -> float:
        return self._clock() - self._started if self._seconds is None else self._seconds

    def _write_status(self) -> None:
        exercise = self.exercise
        name = plain(exercise.like.name)
        parts = [
            f"{name} · sheet {exercise.seed}",
            f"{len(exercise.standing)} of {exercise.total} numbers",
            _count(exercise.slips, "slip"),
            _count(exercise.hints, "hint"),
            _minutes(self._time()),
        ]
        self.query_one("#status", Static).update(Text(" · ".join(parts), no_wrap=True, overflow="ellipsis"))

    # The keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        return not self.exercise.done or action not in ("check", "hint", "move")

    def action_check(self) -> None:
        answer = self.query_one(AnswerInput)
        before = self._before()
        self._reply, self._warned = self.exercise.answer(answer.value), ""
        if self._reply.verdict == "right":
            answer.clear()
        if self._before() != before:
            self._hints = ()
        self._finish()

    def action_hint(self) -> None:
        self._hints, self._reply, self._warned = self.exercise.hint(), None, ""
        self._finish()

    def action_move(self, down: int, right: int) -> None:
        self.exercise.move(down, right)
        self._hints, self._reply, self._warned = (), None, ""
        self._write()

    def action_page(self, pages: int) -> None:
        view = self.query_one("#given", GivenMatrix)
        view.scroll_relative(y=pages * view.size.height, animate=False)

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
        if self._sure("n begins another sheet"):
            exercise = Exercise(self.exercise.like, self.exercise.seed + 1)
            self.app.switch_screen(PractiseScreen(exercise, self._clock, self._keep))

    def action_quit(self) -> None:
        if self._sure("q quits"):
            self.app.exit()

    def action_help(self) -> None:
        keys: dict[str, list[str]] = {}
        for binding in Binding.make_bindings([*AnswerInput.BINDINGS, *self.BINDINGS]):
            if binding.tooltip:
                keys.setdefault(binding.tooltip, []).append(self.app.get_key_display(binding))
        self.app.push_screen(HelpScreen([(" ".join(shown), meaning) for meaning, shown in keys.items()]))

    def _sure(self, what: str) -> bool:
        """Whether what is under way may be left: nothing is, or somebody says so twice."""
        warning = f"This sheet is not done, and is not kept: once more, and {what}."
        if self.exercise.done or not self.exercise.standing or self._warned == warning:
            return True
        self._warned, self._reply = warning, None
        self._write()
        return False

    def _before(self) -> tuple[Quantity | None, tuple[int, ...]]:
        return self.exercise.current, self.exercise.cell

    def _finish(self) -> None:
        """After each step: keep the score, if it was the last."""
        exercise = self.exercise
        if exercise.done and self._seconds is None:
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
            )
            self._kept = self._keep(score)
        self._write()


class PractiseApp(App[None]):
    """Exercises on a screen, and nothing else."""

    TITLE = "sgdb"
    CSS_PATH = "../app.tcss"

    def __init__(self, screen: PractiseScreen) -> None:
        super().__init__()
        self._first = screen

    def on_mount(self) -> None:
        self.push_screen(self._first)


def run_practice(exercise: Exercise) -> int:
    """Open an exercise on the terminal, until the person quits. Returns the exit status."""
    PractiseApp(PractiseScreen(exercise)).run()
    return 0


def _block(quantity: Quantity, names: Sequence[str] = (), current: bool = False) -> Block:
    values, axes = _laid(quantity)
    # 1.7000000000000002 is 1.7 to whoever computes by hand.
    values = np.vectorize(lambda value: float(f"{value:.{SURE}g}"), otypes=[float])(values)
    note = f"{values.shape[0]}×{values.shape[1]}" if axes == "ij" and values.shape[1] > 1 else ""
    number_format = exact_format(values, DIGITS)
    return Block(
        quantity.name, quantity.symbol, values, note, number_format, axes=axes, current=current, column_names=names
    )


def _laid(quantity: Quantity) -> tuple[Array, str]:
    """The values as a matrix, and its axes: a number for each sample stands upright, one for each unit lies."""
    values = quantity.values
    if values.ndim == 2:
        return values, "ij"
    if values.ndim == 0:
        return values.reshape(1, 1), ""
    return (values[:, np.newaxis], "i") if quantity.name == "sample_losses" else (values[np.newaxis, :], "j")


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _hex(colour: str) -> str:
    return colour if colour.startswith("#") else ""
