"""The mistakes that people make in computing a quantity, each as the values it would lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.own_values import OwnValues
from core.computation import Computation, Variable
from core.losses import SoftmaxCrossEntropy, SquaredError
from core.network import Layer
from core.quantity import layer_label
from core.step import Step

ROW_OR_COLUMN = ("row", "column")


class Turn(NamedTuple):
    """A mistake: its `kind`, the mistake in words, and what the quantity comes to with it."""

    kind: str
    text: str
    values: Array


class WrongTurns:
    """Every mistake that can be made in a quantity of a step."""

    def __init__(self, step: Step, own: OwnValues) -> None:
        self.step = step
        self.order, self.left_out = own.order, own.left_out
        self.depth = len(step.weights)

    def at(self, name: str, values: Mapping[str, Array]) -> Iterator[Turn]:
        """The mistakes in method that can be made in computing `name` from `values`."""
        computation = self.order[name]
        kind, _, rest = name.partition("_")
        if name.endswith("_next"):
            yield from self._update(name.removesuffix("_next"), computation, values)
        elif kind == "delta":
            yield from self._delta(self._layer(rest), computation, values)
        elif kind in ("z", "y"):
            yield from self._activation(self._layer(rest), values)
        elif name == "do":
            yield from self._diagonal(values)
        elif kind in ("s", "dW"):
            yield from self._without_f(self._layer(rest) - 1, computation, values)
        yield from self._scale(name, kind, computation, values)

    def misread(self, name: str, values: Mapping[str, Array]) -> Iterator[Turn]:
        """What comes of reading a wrong place: a matrix turned, a row or column beside the right one."""
        computation = self.order[name]
        right = np.asarray(computation.evaluate(values))
        if _is_square(right):
            yield Turn("transposed", f"{name} is transposed", right.T)
        turned = {part.name: part.transposed for part in computation.formula if isinstance(part, Variable)}
        for source, transposed in turned.items():
            if _is_square(values[source]):
                words = f"{source} must be transposed here" if transposed else f"{source} is transposed"
                value = computation.evaluate({**values, source: values[source].T})
                yield Turn("transposed", words, np.asarray(value))
        yield from (Turn("neighbour", f"{words} of {name}", value) for words, value in _neighbours(right))
        for source in turned:
            for words, moved in _neighbours(values[source]):
                value = computation.evaluate({**values, source: moved})
                yield Turn("neighbour", f"{words} of {source}", np.asarray(value))

    def _label(self, k: int) -> str:
        return layer_label(k, self.depth)

    def _layer(self, label: str) -> int:
        return self.depth if label == "out" else int(label)

    def _network_layer(self, k: int) -> Layer:
        return self.step.problem.network.layers[k - 1]

    def _update(self, name: str, computation: Computation, values: Mapping[str, Array]) -> Iterator[Turn]:
        gradient, rate = f"d{name}", self.step.learning_rate
        if gradient not in computation.inputs:  # frozen
            return
        for kind, words, factor in (
            ("learning rate left out", "the learning rate α is left out", 1 / rate),
            ("learning rate twice", "the learning rate α is in it twice", rate),
            ("learning rate twice", "the learning rate α is added twice", 2.0),
            ("added", f"α {gradient} is added, where it must be subtracted", -1.0),
        ):
            if factor != 1.0:
                value = computation.evaluate({**values, gradient: factor * values[gradient]})
                yield Turn(kind, words, np.asarray(value))

    def _delta(self, k: int, computation: Computation, values: Mapping[str, Array]) -> Iterator[Turn]:
        label, layer = self._label(k), self._network_layer(k)
        s = f"s_{label}"
        if k < self.depth:
            above = self._label(k + 1)
            weights = f"W_{above}"
            value = computation.evaluate({**values, weights: values[f"{weights}_next"]})
            words = f"the updated {weights}_next is used, where it must be the old {weights}"
            yield Turn("updated weights", words, np.asarray(value))
        if layer.activation != "identity":
            yield Turn("derivative left out", f"the derivative f_{label}'({s}) is left out", self._plain(k, values))
        if k == self.depth and "do" in self.order and not self.left_out("do"):
            for turn in self._diagonal(values):
                yield turn._replace(values=np.asarray(computation.evaluate({**values, "do": turn.values})))

    def _plain(self, k: int, values: Mapping[str, Array]) -> Array:
        """δ_k without its f_k'."""
        if k < self.depth:
            above = self._label(k + 1)
            return np.asarray(values[f"delta_{above}"] @ values[f"W_{above}"].T)
        if isinstance(self.step.problem.loss, SquaredError):
            return np.asarray(self.step.share * (values["y_out"] - values["y_gt"]))
        do = values["do"]
        return np.asarray(do[:, 1:] - do[:, :1]) if self.step.targets.shape[1] == 1 else do

    def _activation(self, k: int, values: Mapping[str, Array]) -> Iterator[Turn]:
        label, layer = self._label(k), self._network_layer(k)
        if layer.activation != "identity":
            s = values[f"s_{label}"]
            yield Turn("f left out", f"f_{label} ({layer.activation}) is not applied", s)
            yield Turn("f twice", f"f_{label} ({layer.activation}) is applied twice", layer.function(layer.function(s)))

    def _without_f(self, k: int, computation: Computation, values: Mapping[str, Array]) -> Iterator[Turn]:
        """What follows from s_k where it must be z_k; with z_k left out, the mistake would be one in that."""
        if k >= 1 and self._network_layer(k).activation != "identity" and not self.left_out(f"z_{k}"):
            words = f"f_{k} ({self._network_layer(k).activation}) is not applied: s_{k} stands for z_{k}"
            value = computation.evaluate({**values, f"z_{k}": values[f"s_{k}"]})
            yield Turn("f left out", words, np.asarray(value))

    def _scale(self, name: str, kind: str, computation: Computation, values: Mapping[str, Array]) -> Iterator[Turn]:
        rows, mean = len(self.step.batch), self.step.problem.reduction == "mean"
        shared = name in ("loss", "dp", "do", "delta_out")
        right = np.asarray(computation.evaluate(values))
        if rows > 1 and (shared or kind in ("dW", "db")) and not name.endswith("_next"):
            if mean:
                yield Turn("sum for mean", "the sum over the samples is taken, where it must be the mean", right * rows)
            else:
                yield Turn("mean for sum", "the mean over the samples is taken, where it must be the sum", right / rows)
        if isinstance(self.step.problem.loss, SquaredError) and name in ("sample_losses", "loss", "delta_out"):
            yield Turn("half left out", "the ½ of the squared error is left out", 2 * right)
        yield Turn("sign", "the sign is wrong", -right)

    def _diagonal(self, values: Mapping[str, Array]) -> Iterator[Turn]:
        words = "only the diagonal of the softmax Jacobian is taken"
        p, loss = values["p"], self.step.problem.loss
        if "dp" in self.order:
            yield Turn("diagonal only", words, p * (1 - p) * values["dp"])
        elif isinstance(loss, SoftmaxCrossEntropy):
            # ∂ℒ/∂p_y = -1/p_y, so that p_y (1 - p_y) leaves p_y - 1 in the column of the true class.
            yield Turn("diagonal only", words, self.step.share * loss.one_hot(values["y_gt"]) * (p - 1))


def _is_square(values: Array) -> bool:
    return values.ndim == 2 and values.shape[0] == values.shape[1] > 1


def _neighbours(values: Array) -> Iterator[tuple[str, Array]]:
    """The array with each row, and then each column, replaced by the one before or behind it."""
    for axis, size in enumerate(values.shape):
        if size > 1:
            words = "a neighbouring number" if values.ndim == 1 else f"a neighbouring {ROW_OR_COLUMN[axis]}"
            yield words, np.roll(values, 1, axis)
            yield words, np.roll(values, -1, axis)
