"""The weights pane: W_k and b_k before the update."""

from __future__ import annotations

from core import Step
from core.quantities import layer_label, layer_symbol
from tui.block import Block
from tui.panes.matrix_pane import MatrixPane, as_matrix


class WeightsPane(MatrixPane):
    """W_k with its shape and activation, and b_k."""

    TITLE = "weights"

    def blocks(self, step: Step) -> list[Block]:
        blocks = []
        depth = len(step.weights)
        for k, layer in enumerate(step.problem.network.layers, start=1):
            weights, bias, label = step.weights[k - 1], step.biases[k - 1], layer_label(k, depth)
            note = f"{weights.shape[0]}×{weights.shape[1]} {layer.activation}"
            if not layer.train_weights:
                note += ", frozen"
            blocks.append(Block(f"W_{label}", layer_symbol("W", k, depth), weights, note, self.format()))
            if bias is not None:
                frozen = "" if layer.train_bias else "frozen"
                blocks.append(Block(f"b_{label}", layer_symbol("b", k, depth), as_matrix(bias), frozen, self.format()))
        return blocks
