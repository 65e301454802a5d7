"""The weights pane: W_k and b_k before the update."""

from __future__ import annotations

from core import Quantity, Step, given, quantities
from tui.block import Block
from tui.panes.matrix_pane import MatrixPane


class WeightsPane(MatrixPane):
    """W_k with its shape and activation, and b_k; in detail W_k⁺ and b_k⁺, too."""

    TITLE = "weights"
    HOME = "W_1"

    def blocks(self, step: Step) -> list[Block]:
        parts = ("given", "update") if self.detailed else ("given",)
        found = [(q.layer, q) for q in (*given(step), *quantities(step)) if q.layer is not None and q.part in parts]
        return [self._block(step, layer, quantity) for layer, quantity in sorted(found, key=lambda pair: pair[0])]

    def _block(self, step: Step, k: int, quantity: Quantity) -> Block:
        layer, words = step.problem.network.layers[k - 1], []
        is_matrix = quantity.axes == "ij"
        if is_matrix:
            words.append("×".join(map(str, quantity.values.shape)))
        if quantity.part == "given":
            words += [layer.activation] * is_matrix
            if not (layer.train_weights if is_matrix else layer.train_bias):
                return self.block(quantity, ", ".join([*[" ".join(words)] * is_matrix, "frozen"]))
        return self.block(quantity, " ".join(words))
