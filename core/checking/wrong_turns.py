"""The mistakes that people make in computing a quantity, each as the way in which they compute it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

import numpy as np

from core.activations import ACTIVATIONS, Activation
from core.arrays import Array
from core.checking.own_values import Evaluate
from core.computation import Computation, computations
from core.expression.text import Variable
from core.losses import MarginLoss, SoftmaxCrossEntropy, SoftmaxHinge, SoftmaxMargin, SquaredError
from core.network import Layer
from core.quantity import layer_label
from core.step import Step

Change: TypeAlias = Callable[[Array], Array]

ROW_OR_COLUMN = ("row", "column")


class Turn(NamedTuple):
    """A mistake: its `kind`, the mistake in words, and `evaluate`, what the quantity comes to with it, from values of
    those before it; it `reads` these besides the ones that the right way reads.
    """

    kind: str
    text: str
    evaluate: Evaluate
    reads: tuple[str, ...] = ()


class WrongTurns:
    """Every mistake that can be made in a quantity of a step."""

    def __init__(self, step: Step, order: Mapping[str, Computation], shapes: Mapping[str, Array]) -> None:
        """`order` has the quantities as they are computed; `shapes` has arrays of their shapes."""
        self.step, self.order, self.shapes = step, order, shapes
        self.depth = len(step.weights)

    def at(self, name: str) -> Iterator[Turn]:
        """The mistakes in method that can be made in computing `name`."""
        computation = self.order[name]
        kind, _, rest = name.partition("_")
        if name.endswith("_next"):
            yield from self._update(name.removesuffix("_next"), computation)
        elif kind == "delta":
            yield from self._delta(self._layer(rest), computation)
        elif kind in ("z", "y"):
            yield from self._activation(self._layer(rest))
        elif name == "do":
            yield from self._diagonal()
        elif kind == "s" and (bias := f"b_{rest}") in computation.inputs:
            yield Turn("bias left out", f"the bias {bias} is left out", _with(computation, bias, np.zeros_like))
        yield from self._scale(name, kind, computation)
        if isinstance(self.step.problem.loss, MarginLoss):
            yield from self._other_margins(name)

    def misread(self, name: str) -> Iterator[Turn]:
        """What comes of reading a wrong place: s for z, a matrix turned, a row or column beside the right one."""
        right = self.order[name]
        kind, _, rest = name.partition("_")
        if kind in ("s", "dW"):
            yield from self._without_f(self._layer(rest) - 1, right)
        if _is_square(self.shapes[name]):
            yield Turn("transposed", f"{name} is transposed", lambda v: right.evaluate(v).T)
        turned = {part.name: part.transposed for part in right.formula if isinstance(part, Variable)}
        for source, transposed in turned.items():
            if _is_square(self.shapes[source]):
                words = f"{source} must be transposed here" if transposed else f"{source} is transposed"
                yield Turn("transposed", words, _with(right, source, np.transpose))
        for words, moved in _neighbours(self.shapes[name]):
            yield Turn("neighbour", f"{words} of {name}", _after(moved, right))
        for source in turned:
            for words, moved in _neighbours(self.shapes[source]):
                yield Turn("neighbour", f"{words} of {source}", _with(right, source, moved))

    def _label(self, k: int) -> str:
        return layer_label(k, self.depth)

    def _layer(self, label: str) -> int:
        return self.depth if label == "out" else int(label)

    def _network_layer(self, k: int) -> Layer:
        return self.step.problem.network.layers[k - 1]

    def _update(self, name: str, right: Computation) -> Iterator[Turn]:
        gradient, rate = f"d{name}", self.step.learning_rate
        if gradient not in right.inputs:  # frozen
            return
        for kind, words, factor in (
            ("learning rate left out", "the learning rate α is left out", 1 / rate),
            ("learning rate twice", "the learning rate α is in it twice", rate),
            ("learning rate twice", "the learning rate α is added twice", 2.0),
            ("added", f"α {gradient} is added, where it must be subtracted", -1.0),
        ):
            if factor != 1.0:
                yield Turn(kind, words, _with(right, gradient, _times(factor)))

    def _delta(self, k: int, right: Computation) -> Iterator[Turn]:
        label, layer = self._label(k), self._network_layer(k)
        s = f"s_{label}"
        if k < self.depth:
            yield from self._updated_weights(k, right)
        if layer.activation != "identity":
            plain = self._plain(k)
            yield Turn("derivative left out", f"the derivative f_{label}'({s}) is left out", plain)
            for other, slope in self._other_slopes(k):
                words = f"the derivative of {other} is taken, where f_{label} is {layer.activation}"
                yield Turn("another function", words, _times_slope(plain, slope, s))
        if k == self.depth and "do" in self.order:
            for turn in self._diagonal():
                reads = (*turn.reads, "p", "dp")
                yield Turn(turn.kind, turn.text, _given(right, "do", turn.evaluate), reads)

    def _updated_weights(self, k: int, right: Computation) -> Iterator[Turn]:
        """W_{k+1}⁺ in δ_k, as it follows or, where it was written, as it was."""
        above = self._label(k + 1)
        weights, z, delta = f"W_{above}", f"z_{k}", f"delta_{above}"
        words = f"the updated {weights}_next is used, where it must be the old {weights}"
        rate = self.step.learning_rate if f"d{weights}" in self.order[f"{weights}_next"].inputs else 0.0
        updated: tuple[Evaluate, ...] = (
            lambda v: v[weights] - rate * (v[z].T @ v[delta]),
            lambda v: v[f"{weights}_next"],
        )
        for evaluate in updated:
            yield Turn("updated weights", words, _given(right, weights, evaluate), (z,))

    def _plain(self, k: int) -> Evaluate:
        """δ_k without its f_k'."""
        if k < self.depth:
            above = self._label(k + 1)
            return lambda v: np.asarray(v[f"delta_{above}"] @ v[f"W_{above}"].T)
        if isinstance(self.step.problem.loss, SquaredError):
            return lambda v: np.asarray(self.step.share * (v["y_out"] - v["y_gt"]))
        if self.step.targets.shape[1] == 1:
            return lambda v: np.asarray(v["do"][:, 1:] - v["do"][:, :1])
        return lambda v: v["do"]

    def _activation(self, k: int) -> Iterator[Turn]:
        label, layer = self._label(k), self._network_layer(k)
        if layer.activation != "identity":
            s, f = f"s_{label}", layer.function
            yield Turn("f left out", f"f_{label} ({layer.activation}) is not applied", lambda v: v[s])
            yield Turn("f twice", f"f_{label} ({layer.activation}) is applied twice", lambda v: f(f(v[s])))
        for other in self._other_functions(k):
            words = f"{other.name} is applied, where f_{label} is {layer.activation}"
            yield Turn("another function", words, _applied(other, f"s_{label}"))

    def _other_functions(self, k: int) -> list[Activation]:
        """The functions that layer k does not have."""
        return [f for name, f in ACTIVATIONS.items() if name not in (self._network_layer(k).activation, "identity")]

    def _other_slopes(self, k: int) -> Iterator[tuple[str, Change]]:
        """Their derivatives: of s, and as they are written with z, of the z that is there."""
        own = self._network_layer(k).function
        for other in self._other_functions(k):
            yield other.name, other.slope
            yield other.name, _slope_from(other, own)

    def _other_margins(self, name: str) -> Iterator[Turn]:
        """The loss and its gradient with the margin left out, and with the max left out."""
        problem = self.step.problem
        assert isinstance(problem.loss, MarginLoss)
        others: list[tuple[str, str, MarginLoss]] = []
        if problem.loss.margin:
            others.append(("margin left out", "the margin m is left out", type(problem.loss)(0.0)))
        if isinstance(problem.loss, SoftmaxHinge):
            others.append(("max left out", "the max is left out", SoftmaxMargin(problem.loss.margin)))
        for kind, words, loss in others if name in ("sample_losses", "dp") else ():
            for computation in computations(problem.with_loss(loss), len(self.step.batch)):
                if computation.name == name:
                    yield Turn(kind, words, computation.evaluate)

    def _without_f(self, k: int, right: Computation) -> Iterator[Turn]:
        """What follows from s_k where it must be z_k."""
        if k >= 1 and self._network_layer(k).activation != "identity":
            words = f"f_{k} ({self._network_layer(k).activation}) is not applied: s_{k} stands for z_{k}"
            yield Turn("f left out", words, _given(right, f"z_{k}", lambda v: v[f"s_{k}"]), (f"s_{k}",))

    def _scale(self, name: str, kind: str, right: Computation) -> Iterator[Turn]:
        rows, mean = len(self.step.batch), self.step.problem.reduction == "mean"
        shared = name in ("loss", "dp", "do", "delta_out")
        if rows > 1 and (shared or kind in ("dW", "db")) and not name.endswith("_next"):
            if mean:
                words = "the sum over the samples is taken, where it must be the mean"
                yield Turn("sum for mean", words, _after(_times(rows), right))
            else:
                words = "the mean over the samples is taken, where it must be the sum"
                yield Turn("mean for sum", words, _after(_times(1 / rows), right))
        if isinstance(self.step.problem.loss, SquaredError) and name in ("sample_losses", "loss", "delta_out"):
            yield Turn("half left out", "the ½ of the squared error is left out", _after(_times(2.0), right))
        yield Turn("sign", "the sign is wrong", _after(np.negative, right))

    def _diagonal(self) -> Iterator[Turn]:
        words = "only the diagonal of the softmax Jacobian is taken"
        loss, share = self.step.problem.loss, self.step.share
        if "dp" in self.order:
            yield Turn("diagonal only", words, lambda v: v["p"] * (1 - v["p"]) * v["dp"])
        elif isinstance(loss, SoftmaxCrossEntropy):
            # ∂ℒ/∂p_y = -1/p_y, so that p_y (1 - p_y) leaves p_y - 1 in the column of the true class.
            yield Turn("diagonal only", words, lambda v: share * loss.one_hot(v["y_gt"]) * (v["p"] - 1))


def _slope_from(other: Activation, own: Activation) -> Change:
    def slope(s: Array) -> Array:
        out = np.empty_like(s)
        for operation in other.derivative(s, own(s), out):
            operation()
        return out

    return slope


def _applied(function: Change, s: str) -> Evaluate:
    return lambda v: function(v[s])


def _times_slope(plain: Evaluate, slope: Change, s: str) -> Evaluate:
    return lambda v: plain(v) * slope(v[s])


def _times(factor: float) -> Change:
    return lambda values: factor * values


def _after(change: Change, right: Computation) -> Evaluate:
    """The quantity, computed and then changed."""
    return lambda v: np.asarray(change(np.asarray(right.evaluate(v))))


def _with(right: Computation, source: str, change: Change) -> Evaluate:
    """The quantity, computed from one that is changed."""
    return lambda v: right.evaluate({**v, source: change(v[source])})


def _given(right: Computation, source: str, wrong: Evaluate) -> Evaluate:
    """The quantity, computed with something else in place of one."""
    return lambda v: right.evaluate({**v, source: wrong(v)})


def _is_square(values: Array) -> bool:
    return values.ndim == 2 and values.shape[0] == values.shape[1] > 1


def _neighbours(values: Array) -> Iterator[tuple[str, Change]]:
    """Each row, and then each column, in the place of the one before or behind it."""
    for axis, size in enumerate(values.shape):
        if size > 1:
            words = "a neighbouring number" if values.ndim == 1 else f"a neighbouring {ROW_OR_COLUMN[axis]}"
            for shift in (1, -1):
                yield words, _rolled(shift, axis)


def _rolled(shift: int, axis: int) -> Change:
    return lambda values: np.roll(values, shift, axis)
