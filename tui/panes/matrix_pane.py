"""What the matrix panes share: they turn the step and the number of digits into matrices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from textual.reactive import reactive

from core import Array, Quantity, Step, given, quantities
from tui.block import Block, Mask, laid
from tui.format import DEFAULT_DIGITS, MOST_WHOLE, NumberFormat, exact_format, integers_for
from tui.matrix import RIGHT, WRONG, MatrixView

if TYPE_CHECKING:
    from core import CheckReport

VERDICTS = {"right": RIGHT, "follows": "≈", "slip": WRONG, "open": "?"}

WIDEST = 4  # digits before the point, beyond which computed numbers go over to powers of ten


class MatrixPane(MatrixView):
    """A pane of matrices of the current step.

    current    the quantity that is being computed, in a walk through the step: later ones are veiled
    detailed   whether to show every quantity, those that say nothing new included
    report     of answers that were checked, whose verdicts are marked; None: there are none
    HOME       the matrix to have in view first
    """

    step: reactive[Step | None] = reactive(None, init=False)
    digits: reactive[int] = reactive(DEFAULT_DIGITS, init=False)
    current: reactive[str | None] = reactive(None, init=False)
    detailed: reactive[bool] = reactive(False, init=False)

    report: reactive[CheckReport | None] = reactive(None, init=False)

    HOME: ClassVar[str]
    _shown: Step | None = None

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, home=self.HOME)
        self._integers: dict[str, int] = {}

    def blocks(self, step: Step) -> Sequence[Block]:
        """The matrices of this pane, in reading order."""
        raise NotImplementedError

    def watch_step(self) -> None:
        self._refresh()

    def watch_digits(self) -> None:
        self._refresh()

    def watch_current(self) -> None:
        self._refresh()

    def watch_detailed(self) -> None:
        self._refresh()

    def watch_report(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        step = self.step
        if step is None:
            return
        before = self._shown
        same_rows = before is None or np.array_equal(before.batch, step.batch)
        if before is not None and before.problem.loss != step.problem.loss:
            self.forget()  # another run: nothing has changed, it is another number
        self.show([*self._unveiled(step)], same_rows=same_rows, again=step is before)
        self._shown = step

    def _unveiled(self, step: Step) -> Iterator[Block]:
        """The blocks, those that the walk through the step has not reached veiled."""
        order = [quantity.name for quantity in quantities(step)]
        later = set(order[order.index(self.current) + 1 :]) if self.current in order else set()
        # Data stay what they are, and have a width of their own.
        data = {"batch"} | {quantity.name for quantity in given(step) if quantity.layer is None}
        for block in self.blocks(step):
            block = block if block.name in data else self._roomy(block)
            block = replace(block, veiled=block.name in later, current=block.name == self.current)
            yield block if self.report is None else judged(self.report, step, block)

    def _roomy(self, block: Block) -> Block:
        """The block with room before the point for its numbers. A room once made stays: nothing jumps back."""
        if not block.values.size:
            return block
        largest = float(np.abs(block.values).max())
        needed = integers_for(largest, block.format.integers, WIDEST) if largest < 10.0**WIDEST else 0
        integers = self._integers[block.name] = max(self._integers.get(block.name, 0), block.format.integers, needed)
        return replace(block, format=replace(block.format, integers=integers))

    def block(
        self,
        quantity: Quantity,
        note: str = "",
        number_format: NumberFormat | None = None,
        off: Mask | None = None,
        names: Sequence[str] = (),
    ) -> Block:
        """The matrix of a quantity. `names` are its columns', or those of something else that has as many or not."""
        values = laid(quantity.values, quantity.axes)
        names = names if len(names) == values.shape[1] else ()
        written = self.format() if number_format is None else number_format
        return Block(
            quantity.name,
            quantity.symbol,
            values,
            note,
            written,
            off,
            per_row=quantity.per_sample,
            axes=quantity.axes,
            column_names=names,
        )

    def format(self, largest: float = 0.0) -> NumberFormat:
        """How this pane writes numbers, with room before the point for such as `largest`."""
        return NumberFormat(self.digits, integers_for(largest))

    def outputs_format(self, targets: Array) -> NumberFormat:
        """How this pane writes outputs: as wide before the point as what they are compared with."""
        return NumberFormat(self.digits, integers_for(float(np.abs(targets).max()), most=MOST_WHOLE))

    def given_format(self, values: Array) -> NumberFormat:
        """How this pane writes given data, which stay what they are: as wide as they need."""
        return exact_format(values, self.digits)


def belongs(report: CheckReport, step: Step) -> bool:
    """Whether answers were checked on this step, under this loss."""
    return report.step.index == step.index and report.step.problem.loss == step.problem.loss


def judged(report: CheckReport, step: Step, block: Block) -> Block:
    """A matrix with what was found of the answers for it: ✓ right, ≈ follows from an earlier slip, ✗ a slip, ? left
    open; and ✗ at its name where its shape is wrong.
    """
    found = report.verdicts(block.name) if belongs(report, step) else {}
    flags = np.full(block.values.shape, "", dtype="<U1")
    for cell, verdict in found.items():
        flags[block.place(cell)] = VERDICTS[verdict.status]
    block = replace(block, flags=flags if found else None)
    for slip in report.slips if belongs(report, step) else ():
        if slip.name == block.name and not slip.cells:
            return replace(block, symbol=f"{block.symbol} {WRONG}", note=slip.kind)
    return block


def idle(step: Step, layer: int) -> Mask | None:
    """Which units of layer 1..L are off for which samples: where f' is 0, as of a ReLU with s <= 0. None where f has no
    kink, beyond which it could be off.
    """
    function = step.problem.network.layers[layer - 1].function
    if not function.kinks:
        return None
    off: Mask = function.slope(step.pre_activations[layer - 1]) == 0
    return off
