"""The activations pane: the forward pass, from X_in to y_out beside y_gt and what each sample costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core import Array, SoftmaxLoss, Step, layer_label, layer_symbol
from tui.block import Block, Mask
from tui.format import NumberFormat
from tui.panes.matrix_pane import MatrixPane, idle


class ActivationsPane(MatrixPane):
    """X_in, s_k, z_k, y_out, y_gt; under a softmax loss o and p, too; and the samples' losses ℓ. In
    detail s_out and ℒ, too."""

    TITLE = "activations"
    HOME = "y_out"

    def blocks(self, step: Step) -> list[Block]:
        return [*self._batch(step), *self._layers(step), *self._loss(step)]

    def _batch(self, step: Step) -> Iterator[Block]:
        problem = step.problem
        if problem.batch_size is not None:
            rows: Array = step.batch[:, np.newaxis].astype(np.float64) + 1
            yield _samples("batch", "row", rows, self.given_format(np.array([[float(len(problem.inputs))]])))
        yield _samples("X_in", "X_in", step.inputs, self.given_format(problem.inputs), names=problem.input_names)

    def _layers(self, step: Step) -> Iterator[Block]:
        depth, layers = len(step.weights), step.problem.network.layers
        for k in range(1, depth):
            off, label = idle(step, k), layer_label(k, depth)
            for letter, values in (("s", step.pre_activations[k - 1]), ("z", step.activations[k - 1])):
                yield _samples(f"{letter}_{label}", layer_symbol(letter, k, depth), values, self.format(), off=off)
        # Outputs are written as wide before the point as what they are compared with.
        outputs, names = self.outputs_format(step.problem.targets), step.problem.target_names
        off = idle(step, depth)
        if self.detailed or layers[-1].activation != "identity":  # else s_out is y_out itself
            yield _samples("s_out", "s_out", step.pre_activations[-1], self.format(), off=off)
        yield _samples("y_out", "y_out", step.outputs, outputs, off=off, names=names)
        yield _samples("y_gt", "y_gt", step.targets, self.given_format(step.problem.targets), names=names)

    def _loss(self, step: Step) -> Iterator[Block]:
        loss = step.problem.loss
        if isinstance(loss, SoftmaxLoss) and step.probabilities is not None:
            names = step.problem.class_names
            if step.outputs.shape[1] == 1:
                yield _samples("o", "o", loss.logits(step.outputs), self.format(), names=names)
            yield _samples("p", "p", step.probabilities, self.format(), names=names)
        yield _samples("sample_losses", "ℓ", step.sample_losses[:, np.newaxis], self.format(), axes="i")
        if self.detailed:
            total = np.array([[step.loss]])
            yield Block("loss", "ℒ", total, "", self.format(float(step.loss)), axes="")


def _samples(
    name: str,
    symbol: str,
    values: Array,
    number_format: NumberFormat,
    off: Mask | None = None,
    names: Sequence[str] = (),
    axes: str = "ij",
) -> Block:
    """A matrix with a row for each sample."""
    note = f"{values.shape[0]}×{values.shape[1]}" if values.shape[1] > 1 else ""
    return Block(name, symbol, values, note, number_format, off, per_row=True, axes=axes, column_names=names)
