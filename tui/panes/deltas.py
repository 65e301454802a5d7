"""The deltas pane: the backward pass, from δ_out to ∂W_1."""

from __future__ import annotations

import numpy as np
from textual.reactive import reactive

from core import CheckedGradient, GradientCheck, Step, layer_label, layer_symbol
from tui.block import Block
from tui.matrix import RIGHT, UNSURE, WRONG
from tui.panes.matrix_pane import MatrixPane, as_matrix, idle


class DeltasPane(MatrixPane):
    """For each layer, last to first: δ_k, and the gradients ∂W_k and ∂b_k. In detail the
    gradients at p and o, too; with a gradient check the central differences beside the gradients: ✓ they agree,
    ✗ they do not, ~ there is a kink between the two losses.
    """

    TITLE = "deltas and gradients"
    HOME = "delta_out"

    check: reactive[GradientCheck | None] = reactive(None, init=False)

    def watch_check(self) -> None:
        self._refresh()

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
            f"off by {error:.0e} at most",
            self.format(),
            flags=flags if flags.ndim == 2 else flags[np.newaxis, :],
            axes=axes,
        )
