"""The hinge pane: the softmax hinge on the current step, all samples in a table and one of them class by class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import reactive

import core
from core import Array, ProblemError, Step
from tui.block import Block
from tui.format import DEFAULT_DIGITS, NumberFormat, fit, integers_for, plain, short
from tui.layout import arrange
from tui.matrix import IDLE, MatrixView
from tui.palette import Palette

if TYPE_CHECKING:
    from core import HingeView

CHOSEN, KINK, AGREES, DIFFERS, NONE = "▸", "∠", "✓", "✗", "–"
FEWEST_SAMPLES = 3  # that are in view at least, however low the pane is
LONGEST_NAME = 8
MARGIN_STEP = 0.05

SAMPLE = Binding.Group("sample", compact=True)
MARGIN = Binding.Group("margin", compact=True)

Places: TypeAlias = Mapping[tuple[int, int], str]  # something to write, by row and column


@dataclass(frozen=True, eq=False)
class Table(Block):
    """Columns of several quantities. By their places, counted from 0: `marks` behind numbers, `texts` in place of them.
    NaN is a place that has no number.
    """

    row_names: Sequence[str] = ()
    marks: Places = field(default_factory=dict)
    texts: Places = field(default_factory=dict)

    def row_name(self, row: int) -> str:
        return self.row_names[row]

    def column_name(self, column: int) -> str:
        return self.column_names[column]

    @property
    def gutter(self) -> int:
        return max(map(len, self.row_names)) + 1

    @property
    def cell_width(self) -> int:
        """A number with the mark behind it and a space: a minus right after a ✗ is hard to read."""
        return super().cell_width + 1


class HingePane(MatrixView):
    """The samples of the batch, and for the chosen one o, p, its terms, the gradients and J.

    step     what is shown; under any loss, so long as the targets are classes
    digits   of its numbers
    margin   of the hinge; None: that of the step's problem
    sample   which row of the batch is laid open, counted from 0

    That a person wants another margin goes up as a message.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "sample(-1)", "sample", tooltip="Hinge: the sample above", group=SAMPLE),
        Binding("down", "sample(1)", "sample", tooltip="Hinge: the sample below", group=SAMPLE),
        Binding("left_square_bracket", "margin(-1)", "margin", tooltip="Smaller margin", key_display="[", group=MARGIN),
        Binding("right_square_bracket", "margin(1)", "margin", tooltip="Larger margin", key_display="]", group=MARGIN),
    ]

    step: reactive[Step | None] = reactive(None, init=False)
    digits: reactive[int] = reactive(DEFAULT_DIGITS, init=False)
    margin: reactive[float | None] = reactive(None, init=False)
    sample: reactive[int] = reactive(0, init=False)

    @dataclass
    class MarginWanted(Message):
        """Another margin is wanted."""

        margin: float

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, home="hinge_samples")
        self._seen: tuple[bytes, int, float] | None = None
        self._first = 0

    def watch_step(self, before: Step | None, _step: Step | None) -> None:
        view = self._view()
        if before is None and view is not None:  # begin with a sample that has something to show
            self.set_reactive(HingePane.sample, int(np.argmin(view.no_gradient)))
        self._refresh()

    def watch_digits(self) -> None:
        self._refresh()

    def watch_margin(self) -> None:
        self._refresh()

    def watch_sample(self) -> None:
        self._refresh()

    def on_resize(self, _event: events.Resize) -> None:
        self._refresh()

    def validate_sample(self, sample: int) -> int:
        return max(0, sample if self.step is None else min(sample, len(self.step.batch) - 1))

    def action_sample(self, change: int) -> None:
        self.sample += change

    def action_margin(self, change: int) -> None:
        view = self._view()
        if view is None:
            return
        margin = max(0.0, round(view.margin + change * MARGIN_STEP, 10))
        if margin == view.margin:
            self.notify("0 is the smallest margin.", timeout=4)
        else:
            self.post_message(self.MarginWanted(margin))

    def on_click(self, event: events.Click) -> None:
        event.prevent_default()  # a cell here is no quantity's own, so that nobody can be asked about it
        offset = event.get_content_offset(self)
        found = None if offset is None else self._cell_at(offset.x, offset.y)
        if found is not None and found[0] == "hinge_samples":
            self.sample = self._first + found[1][0] - 1

    def _view(self) -> HingeView | None:
        try:
            return None if self.step is None else core.hinge_view(self.step, self.margin)
        except ProblemError:
            return None

    def _refresh(self) -> None:
        view = self._view()
        if view is None:
            self.show([], same_rows=False)
            return
        sample = self.validate_sample(self.sample)
        seen = (view.step.batch.tobytes(), sample, view.margin)
        detail = list(self._detail(view, sample))
        rows = self._window(view, sample, detail)
        self.show([self._samples(view, sample, rows), *detail], same_rows=seen == self._seen)
        self._seen, self._first = seen, rows.start

    def title(self) -> str:
        view = self._view()
        if view is None:
            return "hinge"
        mean = "mean " if view.step.problem.reduction == "mean" else ""
        numbers = f"m {short(view.margin)}  {mean}ℒ {short(view.loss, 4)}  no max {short(view.loss_without_max, 4)}"
        return f"hinge {numbers}   {IDLE} no gradient  {KINK} at a kink  {AGREES} {DIFFERS} as ∂ℒ/∂o or not"

    def _window(self, view: HingeView, sample: int, detail: Sequence[Block]) -> range:
        """The rows of the samples' table: as many as the pane has room for, the chosen one near their middle."""
        count, size = len(view.classes), self.scrollable_content_region.size
        rows = min(count, max(FEWEST_SAMPLES, size.height - 2))
        while rows > min(count, FEWEST_SAMPLES):
            table = self._samples(view, sample, range(rows))
            if arrange([table, *detail], size.width, size.height).height <= size.height:
                break
            rows -= 1
        first = max(0, min(sample - rows // 2, count - rows))
        return range(first, first + rows)

    def _format(self, values: Array) -> NumberFormat:
        finite = np.abs(values[np.isfinite(values)])
        return NumberFormat(self.digits, integers_for(float(finite.max(initial=0.0)), least=1))

    def _samples(self, view: HingeView, sample: int, rows: range) -> Block:
        chosen = slice(rows.start, rows.stop)
        classes = view.classes + 1.0
        true = np.take_along_axis(view.probabilities, view.classes[:, np.newaxis], axis=1)[:, 0]
        count = view.active.sum(axis=1).astype(float)
        values = np.stack([classes, true, view.sample_losses, view.sample_losses_without_max, count], axis=1)
        called = _class_names(view)
        names = [f"{CHOSEN if i == sample else ' '}{i + 1}".rjust(1 + len(str(rows.stop))) for i in rows]
        marks = {(i, 2): IDLE for i in np.flatnonzero(view.no_gradient[chosen]).tolist()}
        marks |= {(i, 4): KINK for i in np.flatnonzero(view.near_kink[chosen].any(axis=1)).tolist()}
        return Table(
            "hinge_samples",
            "samples",
            values[chosen],
            "",
            self._format(values),
            per_row=True,
            column_names=("y", "p_y", "ℓ", "no max", "active"),
            row_names=names,
            marks=marks,
            texts={(i, 0): called[view.classes[j]] for i, j in enumerate(rows)},
        )

    def _detail(self, view: HingeView, sample: int) -> Iterator[Block]:
        """The blocks of one sample: a row for each class."""
        i, true = sample, int(view.classes[sample])
        names = _class_names(view)
        rows = [f"{'y' if j == true else 'j'}={name}" for j, name in enumerate(names)]

        def table(
            name: str,
            symbol: str,
            note: str,
            columns: Mapping[str, Array],
            marks: Places | None = None,
            texts: Places | None = None,
        ) -> Table:
            values = np.stack(list(columns.values()), axis=1)
            return Table(
                f"hinge_{name}",
                symbol,
                values,
                note,
                self._format(values),
                per_row=True,
                column_names=[*columns],
                row_names=rows,
                marks=marks or {},
                texts=texts or {},
            )

        read = "o=∓y" if view.paired else "o"
        forward = {read: view.logits[i], "p": view.probabilities[i]}
        yield table("forward", f"sample {i + 1}", f"class {names[true]}", forward)
        terms = {"raw": view.terms[i], "max(0,·)": view.costs[i], "active": np.where(view.terms[i] >= 0, 1.0, 0.0)}
        texts = {(j, 2): _state(view, i, j) for j in range(len(names))}
        yield table("terms", "terms", f"p_j - p_y + {short(view.margin)}", terms, texts=texts)
        gradients = {
            "∂ℒ/∂p": view.probability_gradients[i],
            "∂ℒ/∂o": view.logit_gradients[i],
            "shortcut": view.shortcuts[i],
            "central": view.differences[i],
        }
        marks = {}
        astray = KINK if view.near_kink[i].any() else DIFFERS  # a difference over a kink is no slope
        for j in range(len(names)):
            marks[j, 2] = AGREES if view.shortcut_agrees[i, j] else DIFFERS
            marks[j, 3] = AGREES if view.difference_agrees[i, j] else astray
        yield table("gradients", "gradients", "∂ℒ/∂o = Jᵀ ∂ℒ/∂p; shortcut: J's diagonal", gradients, marks=marks)
        J = view.jacobian(i)
        yield table("jacobian", "J", "diag(p) - p pᵀ", {name: J[:, j] for j, name in enumerate(names)})
        if view.paired:
            folded = view.output_gradients[i : i + 1]
            yield Table(
                "hinge_folded",
                "∂ℒ/∂y_out",
                folded,
                "= ∂ℒ/∂o₂ - ∂ℒ/∂o₁",
                self._format(folded),
                per_row=True,
                column_names=[""],
                row_names=[""],
            )

    def _cell(self, block: Block, row: int, column: int, colours: Palette) -> tuple[str, str, Style]:
        assert isinstance(block, Table)
        place, width = (row, column), block.format.width
        if place in block.texts:
            return (" " * block.format.integers + block.texts[place]).ljust(width), " ", colours.plain
        if np.isnan(block.values[place]):
            return (" " * block.format.integers + NONE).ljust(width), " ", colours.dim
        text, mark, style = super()._cell(block, row, column, colours)
        if place in block.marks and len(text.rstrip()) < width - 1:  # beside the number, which often is a short 0
            return f"{text.rstrip()} {block.marks[place]}".ljust(width), " ", style
        return text, block.marks.get(place, mark), style


def _class_names(view: HingeView) -> list[str]:
    return [fit(plain(name), LONGEST_NAME) for name in view.step.problem.class_names]


def _state(view: HingeView, sample: int, column: int) -> str:
    """What a term does, in a word."""
    if column == view.classes[sample]:
        return NONE
    if view.at_kink[sample, column]:
        return "at kink"
    word = "yes" if view.active[sample, column] else "no"
    return f"{word} {KINK}" if view.near_kink[sample, column] else word
