"""The activations pane: the forward pass, from X_in to y_out beside y_gt and what each sample costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from core import Array, Quantity, Step, given, quantities
from tui.block import Block, Mask
from tui.format import NumberFormat
from tui.panes.matrix_pane import MatrixPane, idle


class ActivationsPane(MatrixPane):
    """X_in, s_k, z_k, y_out, y_gt; under a softmax loss o and p, too; and the samples' losses ℓ. In
    detail s_out and ℒ, too."""

    TITLE = "activations"
    HOME = "y_out"

    def blocks(self, step: Step) -> list[Block]:
        return [*self._batch(step), *self._quantities(step)]

    def _batch(self, step: Step) -> Iterator[Block]:
        problem = step.problem
        if problem.batch_size is not None:
            rows: Array = step.batch[:, np.newaxis].astype(np.float64) + 1
            number_format = self.given_format(np.array([[float(len(problem.inputs))]]))
            yield Block("batch", "row", rows, "", number_format, per_row=True)

    def _quantities(self, step: Step) -> Iterator[Block]:
        problem, depth = step.problem, len(step.weights)
        inputs, targets = (quantity for quantity in given(step) if quantity.layer is None)
        yield self._samples(inputs, self.given_format(problem.inputs), names=problem.input_names)
        for quantity in quantities(step):
            if quantity.detail and not self.detailed:
                continue
            if quantity.part == "forward" and quantity.layer is not None:
                off, is_output = idle(step, quantity.layer), quantity.name == "y_out"
                last = problem.network.layers[-1].function
                if quantity.layer == depth and not is_output and last.is_identity and not self.detailed:
                    continue  # it is y_out itself
                # Outputs are written as wide before the point as what they are compared with.
                written = self.outputs_format(problem.targets) if is_output else None
                yield self._samples(quantity, written, off, problem.target_names if is_output else ())
                if is_output:
                    yield self._samples(targets, self.given_format(problem.targets), names=problem.target_names)
            elif quantity.part == "loss" and quantity.axes:
                names = problem.class_names if problem.has_classes else problem.target_names
                yield self._samples(quantity, names=names if quantity.axes == "ij" else ())
            elif quantity.part == "loss" and self.detailed:
                yield self.block(quantity, number_format=self.format(float(quantity.values)))

    def _samples(
        self,
        quantity: Quantity,
        number_format: NumberFormat | None = None,
        off: Mask | None = None,
        names: Sequence[str] = (),
    ) -> Block:
        """A matrix with a row for each sample."""
        shape = quantity.values.shape
        note = "×".join(map(str, shape)) if len(shape) == 2 and shape[1] > 1 else ""
        return self.block(quantity, note, number_format, off, names)
