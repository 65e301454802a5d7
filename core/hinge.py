"""The softmax hinge laid open: every number between a step's outputs and ∂ℒ/∂y_out, sample by sample."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np

from core.arrays import Array, Mask, Rows, frozen
from core.classes import one_hot, true_classes
from core.equations import Statement
from core.errors import ProblemError
from core.expression.nodes import Name, Softmax
from core.losses import SoftmaxHinge
from core.losses.stated import StatedLoss
from core.penalty import Penalty
from core.record import Record, derived
from core.step import Step

SHIFT = 1e-5  # how far to each side of a logit the central difference looks
ROUNDING = 1e-12  # relative: what two formulas for the same number may differ by
DIFFERENCE_ROUNDING = 1e-9  # what a central difference may be off by, for each unit of loss that there can be


@dataclass(frozen=True, eq=False)
class HingeView(Record):
    """The softmax hinge on the outputs of a step, for a batch of n samples and C classes. All arrays are read-only.

    step                    the step, which may be under any loss
    loss_function, margin   the hinge that is looked at, and its m
    paired                  whether a single output stands for two classes
    classes                 (n,) the column y of each sample's true class
    logits                  o (n, C): y_out, or (-y_out, +y_out) where a single output stands for two classes
    probabilities           p = softmax(o), (n, C)
    terms                   p_j - p_y + m, (n, C); NaN in column y, which has no term
    costs                   max(0, p_j - p_y + m), (n, C); NaN in column y
    active                  (n, C) where p_j - p_y + m > 0
    at_kink                 (n, C) where p_j - p_y + m is exactly 0: costs nothing, counts as inactive
    near_kink               (n, C) where it is within SHIFT of 0, near enough for a central difference to reach across
    sample_losses, loss     (n,) Σ_j max(0, p_j - p_y + m) for each sample; their sum ℒ, or mean
    sample_losses_without_max, loss_without_max    the same of p_j - p_y + m itself
    probability_gradients   ∂ℒ/∂p (n, C)
    logit_gradients         ∂ℒ/∂o = Jᵀ ∂ℒ/∂p (n, C), J = diag(p) - p pᵀ
    output_gradients        ∂ℒ/∂y_out (n, d_L): ∂ℒ/∂o, or ∂ℒ/∂o_2 - ∂ℒ/∂o_1 where a single output stands for two classes
    no_gradient             (n,) whether ∂ℒ/∂o is zero in all its columns
    shortcuts               (n, C) what the diagonal of J alone makes of ∂ℒ/∂o: p_j (1 - p_j) for an active wrong class,
                            -p_y (1 - p_y) for the true one if any term is active, else 0
    differences             (n, C) the central difference of ℒ in o, over SHIFT to each side
    shortcut_agrees         (n, C) whether the shortcut is ∂ℒ/∂o, but for rounding
    difference_agrees       (n, C) whether the central difference is ∂ℒ/∂o, within what it can tell; a sample with a
                            term near its kink may differ without anything being wrong

    Where the problem takes the mean, gradients and differences have its 1/n, as ℒ has; the samples' losses do not.
    """

    step: Step
    loss_function: SoftmaxHinge

    @property
    def margin(self) -> float:
        """m."""
        return self.loss_function.margin

    @property
    def paired(self) -> bool:
        """Whether a single output is read as two classes."""
        return bool(self.step.outputs.shape[1] == 1)

    @derived
    def _one_hot(self) -> Array:
        return frozen(one_hot(self.step.targets))

    @derived
    def classes(self) -> Rows:
        classes = true_classes(self.step.targets)
        classes.setflags(write=False)
        return classes

    @derived
    def _statement(self) -> Statement:
        """How everything follows under the hinge, for ℒ the sum over the samples, whatever the problem takes."""
        problem = replace(self.step.problem, loss=self.loss_function, reduction="sum", penalty=Penalty())
        return Statement(problem, len(self.step.batch), detailed=False)

    @derived
    def _values(self) -> Mapping[str, Array]:
        """The values of the loss's quantities."""
        loss, outputs, targets = self.loss_function, self.step.outputs, self.step.targets
        found = {"y_out": outputs, "y_gt": targets, "sample_losses": loss.sample_losses(outputs, targets)}
        found |= loss.own_values(outputs, targets, share=1.0)
        for name, equation in self._statement.equations.items():
            if equation.layer is None and name not in found:
                found[name] = self._statement.evaluate(name, found)
        return MappingProxyType({name: frozen(values) for name, values in found.items()})

    @property
    def logits(self) -> Array:
        return self._values.get("o", self.step.outputs)

    @property
    def probabilities(self) -> Array:
        return self._values["p"]

    @derived
    def terms(self) -> Array:
        (terms,) = StatedLoss(self.loss_function, self.step.outputs.shape[1]).kinks(
            self.step.outputs, self.step.targets
        )
        return frozen(terms)

    @derived
    def costs(self) -> Array:
        return frozen(np.maximum(self.terms, 0.0))

    @derived
    def active(self) -> Mask:
        return _read_only(self.terms > 0)

    @derived
    def at_kink(self) -> Mask:
        return _read_only(self.terms == 0)

    @derived
    def near_kink(self) -> Mask:
        return _read_only(np.abs(self.terms) <= SHIFT)

    @property
    def sample_losses(self) -> Array:
        return self._values["sample_losses"]

    @property
    def loss(self) -> float:
        return self._reduced(self.sample_losses)

    @derived
    def sample_losses_without_max(self) -> Array:
        return frozen(self.loss_function.companion.sample_losses(self.step.outputs, self.step.targets))

    @property
    def loss_without_max(self) -> float:
        return self._reduced(self.sample_losses_without_max)

    @np.errstate(all="ignore")
    def _reduced(self, losses: Array) -> float:
        return float(losses.sum()) / (len(losses) if self.step.problem.reduction == "mean" else 1)

    @derived
    def probability_gradients(self) -> Array:
        return frozen(self.step.share * self._values["dp"])

    @derived
    def logit_gradients(self) -> Array:
        return frozen(self.step.share * self._values["do"])

    @derived
    def output_gradients(self) -> Array:
        return frozen(self.step.share * self._statement.value_of(self._statement.output_gradient, self._values))

    @derived
    def no_gradient(self) -> Mask:
        return _read_only(~self._values["do"].any(axis=1))

    def jacobian(self, sample: int) -> Array:
        """J = ∂p/∂o = diag(p) - p pᵀ of a sample, counted from 0: (C, C), symmetric."""
        p = self.probabilities[sample]
        return frozen(np.diag(p) - np.outer(p, p))

    @derived
    def shortcuts(self) -> Array:
        diagonal = self.probabilities * (1 - self.probabilities)
        signs = self.active - self._one_hot * self.active.any(axis=1, keepdims=True)
        return frozen(self.step.share * signs * diagonal)

    @derived
    def differences(self) -> Array:
        # p depends on the distances of the logits alone; near 0 they are finest.
        middle = self.logits - self.logits.max(axis=1, keepdims=True)
        differences = np.empty_like(middle)
        for j in range(middle.shape[1]):
            above, below = (self._losses_at(middle, j, shift) for shift in (SHIFT, -SHIFT))
            differences[:, j] = (above - below) / (2 * SHIFT)
        return frozen(self.step.share * differences)

    def _losses_at(self, logits: Array, column: int, shift: float) -> Array:
        moved = logits.copy()
        moved[:, column] += shift
        p = self._statement.value_of(Softmax(Name("o")), {"o": moved})
        return self._statement.evaluate("sample_losses", {"p": p, "y_gt": self.step.targets})

    @derived
    def shortcut_agrees(self) -> Mask:
        return _read_only(np.isclose(self.shortcuts, self.logit_gradients, rtol=ROUNDING, atol=1e-3 * ROUNDING))

    @derived
    def difference_agrees(self) -> Mask:
        most = self.logits.shape[1] * (1 + self.margin) * self.step.share
        return _read_only(np.abs(self.differences - self.logit_gradients) <= DIFFERENCE_ROUNDING * most)


def hinge_view(step: Step, margin: float | None = None) -> HingeView:
    """The softmax hinge on the outputs of `step`, under whatever loss it was trained; `margin` None: that of its
    problem's loss, or the usual one where it has none. Raises ProblemError where the targets are not classes, or the
    margin is none.
    """
    problem = step.problem
    loss = SoftmaxHinge.like(problem.loss) if margin is None else SoftmaxHinge(margin)
    mistakes = [*loss.target_mistakes(problem.targets), *loss.setting_mistakes()]
    if mistakes:
        raise ProblemError(problem.name, mistakes)
    return HingeView(step, loss)


def _read_only(mask: Any) -> Mask:
    values: Mask = np.asarray(mask, dtype=bool)
    values.setflags(write=False)
    return values
