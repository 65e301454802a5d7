"""The deltas pane: the backward pass, from δ_out to ∂W_1."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from textual import work
from textual.reactive import reactive
from textual.worker import get_current_worker

import core
from core import Step, quantities
from tui.block import Block, laid
from tui.format import relative_error
from tui.matrix import RIGHT, UNSURE, WRONG
from tui.pane_grid import Busy
from tui.panes.matrix_pane import MatrixPane, idle

if TYPE_CHECKING:
    from core import CheckedGradient, GradientCheck

PROGRESS_AFTER = 0.1  # seconds after which a wait shows itself


class DeltasPane(MatrixPane):
    """For each layer, last to first: δ_k, and the gradients ∂W_k and ∂b_k. In detail the
    gradients at z, p and o, too; with a gradient check the central differences beside the gradients: ✓ they agree,
    ✗ they do not, ~ there is a kink between the two losses.
    """

    TITLE = "deltas and gradients"
    HOME = "delta_out"

    checking: reactive[bool] = reactive(False, init=False)
    check: reactive[GradientCheck | None] = reactive(None, init=False)

    def watch_step(self) -> None:
        super().watch_step()
        self.watch_checking(self.checking)

    def watch_check(self) -> None:
        self._refresh()

    def watch_checking(self, checking: bool) -> None:
        self.check = None
        self.post_message(Busy(""))
        if checking and self.step is not None:
            self._check(self.step)
        else:
            self.workers.cancel_group(self, "check")

    @work(thread=True, exclusive=True, group="check")
    def _check(self, step: Step) -> None:
        """Compare the step's gradients with differences; a step that comes meanwhile stops it."""
        worker = get_current_worker()
        started = monotonic()

        def progress(done: int, total: int) -> bool:
            if not worker.is_cancelled and monotonic() - started > PROGRESS_AFTER:
                self.app.call_from_thread(self._progress, f"checking gradients: {done:,} of {total:,}, d stops")
            return worker.is_cancelled

        check = core.check_gradients(step, progress=progress)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._checked, check)

    def _progress(self, text: str) -> None:
        self.post_message(Busy(text))

    def _checked(self, check: GradientCheck) -> None:
        self.post_message(Busy(""))
        self.check = check

    def blocks(self, step: Step) -> list[Block]:
        backward = (quantity for quantity in quantities(step) if quantity.part in ("backward", "gradient"))
        found = [quantity for quantity in backward if self.detailed or not quantity.detail]
        whole = [quantity for quantity in found if quantity.layer is None]
        blocks = [self.block(quantity, names=step.problem.class_names) for quantity in whole * self.detailed]
        layers = [(quantity.layer, quantity) for quantity in found if quantity.layer is not None]
        for k, quantity in sorted(layers, key=lambda pair: -pair[0]):
            note = "×".join(map(str, quantity.values.shape)) if quantity.axes == "ij" else ""
            blocks.append(
                self.block(quantity, note, off=idle(step, k) if quantity.per_sample and not quantity.detail else None)
            )
            if self.check is not None and self.check.step == step.index and quantity.part == "gradient":
                blocks.append(self._difference(self.check[quantity.name], quantity.axes))
        return blocks

    def _difference(self, checked: CheckedGradient, axes: str) -> Block:
        """The central differences that stand beside a gradient."""
        flags = np.select([checked.wrong, checked.misleading, checked.agrees], [WRONG, UNSURE, RIGHT], "")
        error = np.nanmax(np.where(checked.misleading, np.nan, checked.relative_error), initial=0.0)
        return Block(
            f"difference_{checked.name}",
            checked.symbol.replace("∂", "Δ"),
            laid(checked.difference, axes),
            f"largest error {relative_error(error)}",
            self.format(),
            flags=flags if flags.ndim == 2 else flags[np.newaxis, :],
            axes=axes,
        )
