"""The deltas pane: the backward pass, from δ_out to ∂W_1."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from textual import work
from textual.reactive import reactive
from textual.worker import get_current_worker

import core
from core import Step, layer_label, layer_symbol
from tui.block import Block
from tui.format import relative_error
from tui.matrix import RIGHT, UNSURE, WRONG
from tui.pane_grid import Busy
from tui.panes.matrix_pane import MatrixPane, as_matrix, idle

if TYPE_CHECKING:
    from core import CheckedGradient, GradientCheck

PROGRESS_AFTER = 0.1  # seconds after which a wait shows itself


class DeltasPane(MatrixPane):
    """For each layer, last to first: δ_k, and the gradients ∂W_k and ∂b_k. In detail the
    gradients at p and o, too; with a gradient check the central differences beside the gradients: ✓ they agree,
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
        blocks = []
        if self.detailed:
            for name, symbol, gradient in (
                ("dp", "∂p", step.probability_gradients),
                ("do", "∂o", step.logit_gradients),
            ):
                if gradient is not None:
                    names = step.problem.class_names
                    blocks.append(Block(name, symbol, gradient, "", self.format(), per_row=True, column_names=names))
        depth = len(step.weights)
        for k in range(depth, 0, -1):
            delta, weights, bias = step.deltas[k - 1], step.weight_gradients[k - 1], step.bias_gradients[k - 1]
            label = layer_label(k, depth)
            for name, letter, values, off in (
                ("delta", "δ", delta, idle(step, k)),
                ("dW", "∂W", weights, None),
                ("db", "∂b", bias, None),
            ):
                if values is None:
                    continue
                matrix = as_matrix(values)
                axes = "ij" if values.ndim == 2 else "j"
                blocks.append(
                    Block(
                        f"{name}_{label}",
                        layer_symbol(letter, k, depth),
                        matrix,
                        "" if values.ndim == 1 else f"{matrix.shape[0]}×{matrix.shape[1]}",
                        self.format(),
                        off,
                        per_row=name == "delta",
                        axes=axes,
                    )
                )
                if self.check is not None and self.check.step == step.index and name != "delta":
                    blocks.append(self._difference(self.check[f"{name}_{label}"], axes))
        return blocks

    def _difference(self, checked: CheckedGradient, axes: str) -> Block:
        """The central differences that stand beside a gradient."""
        flags = np.select([checked.wrong, checked.misleading, checked.agrees], [WRONG, UNSURE, RIGHT], "")
        error = np.nanmax(np.where(checked.misleading, np.nan, checked.relative_error), initial=0.0)
        return Block(
            f"difference_{checked.name}",
            checked.symbol.replace("∂", "Δ"),
            as_matrix(checked.difference),
            f"largest error {relative_error(error)}",
            self.format(),
            flags=flags if flags.ndim == 2 else flags[np.newaxis, :],
            axes=axes,
        )
