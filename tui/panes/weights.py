"""The weights pane: W_k and b_k before the update."""

from __future__ import annotations

from core import Array, Step, layer_label, layer_symbol
from tui.block import Block
from tui.panes.matrix_pane import MatrixPane, as_matrix


class WeightsPane(MatrixPane):
    """W_k with its shape and activation, and b_k; in detail W_k⁺ and b_k⁺, too."""

    TITLE = "weights"
    HOME = "W_1"

    def blocks(self, step: Step) -> list[Block]:
        blocks = []
        depth = len(step.weights)
        for k, layer in enumerate(step.problem.network.layers, start=1):
            weights, bias, label = step.weights[k - 1], step.biases[k - 1], layer_label(k, depth)
            shape = f"{weights.shape[0]}×{weights.shape[1]}"
            note = f"{shape} {layer.activation}" + ("" if layer.train_weights else ", frozen")
            blocks.append(Block(f"W_{label}", layer_symbol("W", k, depth), weights, note, self.format()))
            if bias is not None:
                frozen = "" if layer.train_bias else "frozen"
                blocks.append(self._vector(f"b_{label}", layer_symbol("b", k, depth), bias, frozen))
            if self.detailed:
                symbol = layer_symbol("W", k, depth) + "⁺"
                blocks.append(Block(f"W_{label}_next", symbol, step.next_weights[k - 1], shape, self.format()))
                next_bias = step.next_biases[k - 1]
                if next_bias is not None:
                    blocks.append(self._vector(f"b_{label}_next", layer_symbol("b", k, depth) + "⁺", next_bias))
        return blocks

    def _vector(self, name: str, symbol: str, bias: Array, note: str = "") -> Block:
        return Block(name, symbol, as_matrix(bias), note, self.format(), axes="j")
