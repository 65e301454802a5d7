"""The gradients of a step beside central differences of its loss, entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.activations import ACTIVATIONS
from core.arrays import Array, Mask, Rows, sealed
from core.expression.value import Compiler
from core.losses import JoinedLoss, Loss
from core.losses.stated import StatedLoss
from core.quantity import quantities
from core.record import Record
from core.step import Step

# How far a pre-activation is moved to either side: the cube root of the rounding error, where the error of the
# difference, which rounding makes grow and curvature fall as the move becomes smaller, is least.
MOVE = 6e-6
ROUNDING = 8 * np.finfo(float).eps
CURVATURE = 20.0  # a bound on the third derivative that a difference leaves out, relative to the gradient's parts
TOLERANCE = 1e-4
ELEMENTS = 50_000  # numbers of one layer that are worked on at a time: more are hardly faster, and take memory

Progress = Callable[[int, int], object]


@dataclass(frozen=True, eq=False)
class CheckedGradient(Record):
    """The gradient of one W_k or b_k; all arrays have its shape and are read-only.

    name, symbol    "dW_1", "∂W₁"
    analytic        what the step has
    difference      (ℒ at w + h, minus ℒ at w - h) / 2h; NaN where the check was stopped before it got there
    relative_error  their distance relative to the larger of both, but to no less than what a difference can tell
    kink            whether an activation or the loss passes a kink between w - h and w + h, as a ReLU does at 0, so
                    that the difference is a mean of two slopes
    checked         what the check got to
    """

    name: str
    symbol: str
    analytic: Array
    difference: Array
    relative_error: Array
    kink: Mask
    checked: Mask

    @property
    def agrees(self) -> Mask:
        """Where the two are the same as far as a difference can tell."""
        agrees: Mask = self.checked & (self.relative_error <= TOLERANCE)
        return agrees

    @property
    def misleading(self) -> Mask:
        """Where they are not, but the difference goes over a kink and says nothing."""
        misleading: Mask = self.checked & self.kink & ~self.agrees
        return misleading

    @property
    def wrong(self) -> Mask:
        """Where they are not, and there is no kink to blame."""
        wrong: Mask = self.checked & ~self.kink & ~self.agrees
        return wrong


@dataclass(frozen=True, eq=False)
class GradientCheck:
    """What `check_gradients` found: an entry for each gradient that was asked for, in the order of `quantities`."""

    step: int
    gradients: tuple[CheckedGradient, ...]

    def __getitem__(self, name: str) -> CheckedGradient:
        for gradient in self.gradients:
            if gradient.name == name:
                return gradient
        raise KeyError(name)

    @property
    def ok(self) -> bool:
        """Whether no entry that was checked is wrong."""
        return self.wrong == 0

    @property
    def complete(self) -> bool:
        return all(bool(gradient.checked.all()) for gradient in self.gradients)

    @property
    def wrong(self) -> int:
        return sum(int(gradient.wrong.sum()) for gradient in self.gradients)

    @property
    def misleading(self) -> int:
        return sum(int(gradient.misleading.sum()) for gradient in self.gradients)


def check_gradients(
    step: Step, names: Collection[str] | None = None, progress: Progress | None = None
) -> GradientCheck:
    """Compare every ∂W_k and ∂b_k of a step (or those among `names`, such as "dW_1") with central differences of the
    loss of its own batch: two forward passes for each entry.

    `progress(done, total)`, if given, is called a few times a second or more often, with numbers of entries; the check
    stops where it returns True, and what it has got so far is returned.
    """
    with np.errstate(all="ignore"):
        probe = _Probe(step)
        gradients = (quantity for quantity in quantities(step) if quantity.part == "gradient")
        wanted = [quantity for quantity in gradients if names is None or quantity.name in names]
        total, done, stopped = sum(quantity.values.size for quantity in wanted), 0, False
        found = []
        for quantity in wanted:
            assert quantity.layer is not None
            k, flat = quantity.layer - 1, quantity.values.reshape(-1)
            difference, error = np.full(flat.shape, np.nan), np.full(flat.shape, np.nan)
            kink, reached = np.zeros(flat.shape, dtype=bool), 0
            for part in probe.parts(k, flat.size):
                if stopped:
                    break
                difference[part], floor, kink[part] = probe.differences(k, part, bias=quantity.axes == "j")
                larger = np.maximum(np.abs(flat[part]), np.abs(difference[part]))
                error[part] = np.abs(flat[part] - difference[part]) / (larger + floor)
                reached = part.stop
                done += part.stop - part.start
                stopped = progress is not None and progress(done, total) is True
            checked = np.arange(flat.size) < reached
            shape = quantity.values.shape
            found.append(
                CheckedGradient(
                    quantity.name,
                    quantity.symbol,
                    quantity.values,
                    sealed(difference.reshape(shape)),
                    sealed(error.reshape(shape)),
                    sealed(kink.reshape(shape)),
                    sealed(checked.reshape(shape)),
                )
            )
    return GradientCheck(step.index, tuple(found))


class _Probe:
    """The loss of a step's batch as a function of a single weight. Layers are counted from 0.

    A weight W_k[i,j] moves column j of s_k alone, and that by z_{k-1}[:,i] for each unit; so a pass begins there, and
    many weights of a layer go through the rest of the network together.
    """

    def __init__(self, step: Step) -> None:
        self.step, self.layers = step, step.problem.network.layers
        self._loss = StatedLoss(step.problem.loss, step.outputs.shape[1])
        self.functions, joined = [layer.function for layer in self.layers], step.problem.joined_loss
        self.costs: Loss | JoinedLoss = step.problem.loss
        if joined is not None:  # which takes s_out for what comes out
            self.functions[-1], self.costs = ACTIVATIONS["identity"], joined
        compiled = Compiler({}, {})
        self._kinks = [[compiled(kink) for kink in function.kinks] for function in self.functions]
        self.below, self.s = [step.inputs], []
        for k in range(len(self.layers)):
            self.s.append(self._affine(k, self.below[k]))
            self.below.append(self.functions[k](self.s[k]))
        self._measure()

    def _affine(self, k: int, z: Array) -> Array:
        bias = self.step.biases[k]
        s: Array = z @ self.step.weights[k]
        return s if bias is None else s + bias

    def _measure(self) -> None:
        """How far each pre-activation is to be moved, and what rounding and curvature do to a difference."""
        step, depth, share = self.step, len(self.layers), self.step.share
        loss, y = self.costs, self.below[-1]
        linear = step.problem.loss.equations(y.shape[1] == 1).quadratic
        parts = share * (np.abs(loss.gradient(y, step.targets)) + loss.bend(y))
        rounding = share * float((np.abs(loss.sample_losses(y, step.targets)) + 1).sum())
        gain = np.ones(y.shape[1])  # by how much a unit's move grows on its way to the outputs
        self.moves: list[Array] = [np.empty(0)] * depth
        self.bends: list[Array] = [np.empty(0)] * depth
        self.rounding: list[float] = [0.0] * depth
        self.curvature: list[float] = [0.0] * depth
        for k in reversed(range(depth)):
            weights, bias, function = np.abs(step.weights[k]), step.biases[k], self.functions[k]
            linear = linear and function.piecewise_linear
            sizes = np.abs(self.below[k]) @ weights + (0.0 if bias is None else np.abs(bias))
            largest = np.maximum(1.0, np.abs(self.s[k]).max(axis=0))
            # Without curvature rounding is all there is to fear; with it, the cube root is where the two balance.
            self.moves[k] = MOVE * (largest if linear else np.cbrt(largest)) / gain
            # f'' and f''' are seldom more than a few times f'; where they are, rounding counts for more than they do.
            parts = parts * np.abs(function.slope(self.s[k]))
            self.bends[k] = parts
            rounding += float((np.abs(step.deltas[k]) * sizes).sum())
            self.rounding[k] = ROUNDING * rounding
            self.curvature[k] = 0.0 if linear else CURVATURE
            parts = parts @ weights.T
            gain = np.maximum(1.0, np.sqrt(((weights * gain) ** 2).sum(axis=1)))

    def parts(self, k: int, size: int) -> Iterator[slice]:
        """The entries of a gradient of layer k, as many at a time as make good use of the memory."""
        widest = max(layer.units for layer in self.layers[min(k + 1, len(self.layers) - 1) :])
        count = max(1, ELEMENTS // (len(self.step.inputs) * widest))
        for start in range(0, size, count):
            yield slice(start, min(start + count, size))

    def differences(self, k: int, part: slice, bias: bool) -> tuple[Array, Array, Mask]:
        """The central differences for some entries (m,) of W_k, counted row by row, or of b_k; below which size of a
        gradient they say little; and which of them go over a kink.
        """
        entries: Rows = np.arange(part.start, part.stop)
        j = entries % self.layers[k].units
        z = np.ones((len(entries), 1)) if bias else self.below[k].T[entries // self.layers[k].units]
        reach = np.abs(z).max(axis=1)
        move = self.moves[k][j]
        h = move / np.where(reach > 0, reach, 1.0)
        either = [self._pass(k, j, self.s[k].T[j] + sign * h[:, None] * z) for sign in (1, -1)]
        (above, signs_above), (below, signs_below) = either
        difference = (above - below).sum(axis=1) * self.step.share / (2 * h)
        kink = np.zeros(len(entries), dtype=bool)
        for a, b in zip(signs_above, signs_below, strict=True):
            kink |= (a != b).reshape(len(entries), -1).any(axis=1)
        penalty, parameters = self.step.problem.penalty, self.step.biases[k] if bias else self.step.weights[k]
        if parameters is not None and penalty.takes("b" if bias else "W"):
            moved = [parameters.reshape(-1)[part] + sign * h for sign in (1, -1)]
            difference += np.subtract(*map(penalty.cost, moved)) / (2 * h)
            kink |= np.not_equal(*map(penalty.above_kink, moved))
        sizes = (np.abs(z) * self.bends[k].T[j]).sum(axis=1)
        floor = (self.rounding[k] / h + self.curvature[k] * move**2 * sizes) / TOLERANCE
        return difference, floor, kink

    def _pass(self, k: int, j: Rows, column: Array) -> tuple[Array, list[Any]]:
        """The samples' losses (m, n) where column j[m] of s_k is `column[m]` (m, n), and on which side of every kink
        the pass has gone, in arrays of m entries.
        """
        m, n = column.shape
        layers, functions = self.layers, self.functions
        active = functions[k](column)
        signs: list[Any] = [*self._sides(k, column, active)]
        if k + 1 == len(layers):
            z = np.repeat(self.below[-1][None], m, axis=0)
            z[np.arange(m), :, j] = active
        else:
            change = active - self.below[k + 1].T[j]
            s = self.s[k + 1] + change[:, :, None] * self.step.weights[k + 1][j][:, None, :]
            for above in range(k + 1, len(layers)):
                if above > k + 1:
                    s = self._affine(above, z)
                z = functions[above](s)
                signs += self._sides(above, s, z)
        outputs = z.reshape(m * n, -1)
        targets = np.repeat(self.step.targets[None], m, axis=0).reshape(m * n, -1)
        signs += ((kink > 0).reshape(m, -1) for kink in self._loss.kinks(outputs, targets))
        return self.costs.sample_losses(outputs, targets).reshape(m, n), signs

    def _sides(self, k: int, s: Array, z: Array) -> Iterator[Mask]:
        """On which side of each kink of f_k its values are."""
        return (kink({"s": s, "z": z}) > 0 for kink in self._kinks[k])
