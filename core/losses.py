"""Losses: what each sample costs, and the gradient of the batch's loss with respect to the network's output.

The softmax losses read y_out as logits o. A network with a single output is read as two classes with o = (-y, +y), for
the targets -1 and +1; with several outputs the targets are one-hot rows.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.arrays import Array, Mask, Rows


@dataclass(frozen=True)
class Loss(ABC):
    """A loss over outputs and targets of shape (n, d); `name` is what problem files call it, `title` what people do."""

    name: ClassVar[str]
    title: ClassVar[str]

    @abstractmethod
    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        """What each sample costs, shape (n,)."""

    @abstractmethod
    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        """An operation over these three arrays: each call writes ∂ℒ/∂y_out, for ℒ the sum over the samples, into
        `gradient` and tells `note` ℒ.
        """

    @abstractmethod
    def target_mistakes(self, targets: Array) -> list[str]:
        """What is wrong with `targets` (n, d) for this loss, a line for each mistake."""

    def setting_mistakes(self) -> list[str]:
        """What is wrong with the loss's own settings, a line for each mistake."""
        return []

    def gradient(self, outputs: Array, targets: Array) -> Array:
        """∂ℒ/∂y_out for ℒ the sum over the samples, shape (n, d)."""
        gradient = np.empty_like(outputs)
        self.bind(outputs, targets, gradient, note=lambda _: None)()
        return gradient


class SquaredError(Loss):
    """ℒ = Σ ½ (y_out - y_gt)²."""

    name: ClassVar[str] = "squared_error"
    title: ClassVar[str] = "squared error"

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        residuals = outputs - targets
        losses: Array = 0.5 * (residuals * residuals).sum(axis=1)
        return losses

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        residuals = gradient.reshape(-1)
        subtract, dot = np.subtract, residuals.dot

        def evaluate() -> None:
            subtract(outputs, targets, gradient)
            note(0.5 * float(dot(residuals)))

        return evaluate

    def target_mistakes(self, targets: Array) -> list[str]:  # noqa: ARG002
        return []


class SoftmaxLoss(Loss):
    """What the losses over class probabilities share: p = softmax(o)."""

    @staticmethod
    def logits(outputs: Array) -> Array:
        """o, shape (n, C): the outputs themselves, or (-y, +y) where there is a single one."""
        return np.concatenate([-outputs, outputs], axis=1) if outputs.shape[1] == 1 else outputs

    @staticmethod
    def one_hot(targets: Array) -> Array:
        """The true class of each sample as a row with a single 1, shape (n, C)."""
        return np.concatenate([targets < 0, targets > 0], axis=1).astype(float) if targets.shape[1] == 1 else targets

    @classmethod
    def classes(cls, targets: Array) -> Rows:
        """The column of each sample's true class, shape (n,)."""
        classes: Rows = np.argmax(cls.one_hot(targets), axis=1)
        return classes

    @staticmethod
    def softmax(logits: Array) -> Array:
        """p = softmax(o), shape (n, C); the largest logit is taken off first, so that exp never overflows."""
        e = np.exp(logits - logits.max(axis=1, keepdims=True))
        p: Array = e / e.sum(axis=1, keepdims=True)
        return p

    @classmethod
    def probabilities(cls, outputs: Array) -> Array:
        """p = softmax(o) for the logits that `outputs` stand for, shape (n, C)."""
        return cls.softmax(cls.logits(outputs))

    @staticmethod
    def output_gradient(logit_gradient: Array, outputs: Array) -> Array:
        """∂ℒ/∂y_out from ∂ℒ/∂o: the same, or for o = (-y, +y) the difference of its two columns."""
        if outputs.shape[1] == 1:
            return logit_gradient[:, 1:] - logit_gradient[:, :1]
        return logit_gradient

    @abstractmethod
    def probability_losses(self, probabilities: Array, one_hot: Array) -> Array:
        """What each sample costs, (n,), from its probabilities."""

    @abstractmethod
    def logit_gradient(self, outputs: Array, targets: Array) -> Array:
        """∂ℒ/∂o for ℒ the sum over the samples, shape (n, C)."""

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        def evaluate() -> None:
            gradient[...] = self.output_gradient(self.logit_gradient(outputs, targets), outputs)
            note(float(self.sample_losses(outputs, targets).sum()))

        return evaluate

    def target_mistakes(self, targets: Array) -> list[str]:
        if targets.shape[1] == 1:
            bad = (targets[:, 0] != -1) & (targets[:, 0] != 1)
            expected = "-1 or +1 (two classes read from one output)"
        else:
            bad = ((targets != 0) & (targets != 1)).any(axis=1) | (targets.sum(axis=1) != 1)
            expected = "one-hot: a single 1, the rest 0"
        if not bad.any():
            return []
        row = int(np.argmax(bad))
        found = ", ".join(f"{value:g}" for value in targets[row, :6]) + (", ..." if targets.shape[1] > 6 else "")
        return [
            f"targets: the {self.title} loss needs classes; row {row + 1} is ({found}), expected {expected}"
            + (f" ({int(bad.sum())} such rows)" if bad.sum() > 1 else "")
        ]


class SoftmaxCrossEntropy(SoftmaxLoss):
    """ℒ = Σ -log p_y, for p = softmax(o) and y the true class; ∂ℒ/∂o = p - (one-hot y)."""

    name: ClassVar[str] = "softmax_cross_entropy"
    title: ClassVar[str] = "softmax cross-entropy"

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        # log Σ exp(o_j) - o_y with the largest logit taken off both: finite where p_y itself is 0.
        o = self.logits(outputs)
        shifted = o - o.max(axis=1, keepdims=True)
        losses: Array = np.log(np.exp(shifted).sum(axis=1)) - (shifted * self.one_hot(targets)).sum(axis=1)
        return losses

    def probability_losses(self, probabilities: Array, one_hot: Array) -> Array:
        with np.errstate(divide="ignore"):  # p_y = 0 costs inf
            losses: Array = -np.log((probabilities * one_hot).sum(axis=1))
        return losses

    def logit_gradient(self, outputs: Array, targets: Array) -> Array:
        return self.probabilities(outputs) - self.one_hot(targets)


@dataclass(frozen=True)
class MarginLoss(SoftmaxLoss):
    """What the losses over the terms p_j - p_y + m of the wrong classes j share, for p = softmax(o), y the true class
    and m the margin.
    """

    margin: float = 0.5

    @abstractmethod
    def costs(self, terms: Array) -> Array:
        """What each term costs, shape (n, C)."""

    @abstractmethod
    def active(self, terms: Array, one_hot: Array) -> Mask:
        """Which terms pull at p, shape (n, C); never the column of the true class."""

    def terms(self, probabilities: Array, one_hot: Array) -> Array:
        """p_j - p_y + m, shape (n, C); 0 in the column of the true class, which has no term."""
        true = (probabilities * one_hot).sum(axis=1, keepdims=True)
        terms: Array = np.where(one_hot == 1, 0.0, probabilities - true + self.margin)
        return terms

    def probability_gradient(self, probabilities: Array, one_hot: Array) -> Array:
        """∂ℒ/∂p, shape (n, C): 1 for each wrong class whose term is active, minus their number for the true class."""
        active = self.active(self.terms(probabilities, one_hot), one_hot).astype(float)
        gradient: Array = active - one_hot * active.sum(axis=1, keepdims=True)
        return gradient

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        return self.probability_losses(self.probabilities(outputs), self.one_hot(targets))

    def probability_losses(self, probabilities: Array, one_hot: Array) -> Array:
        losses: Array = self.costs(self.terms(probabilities, one_hot)).sum(axis=1)
        return losses

    def logit_gradient(self, outputs: Array, targets: Array) -> Array:
        p = self.probabilities(outputs)
        slope = self.probability_gradient(p, self.one_hot(targets))
        # Jᵀ slope for J = diag(p) - p pᵀ, without building J: p ⊙ (slope - p·slope).
        gradient: Array = p * (slope - (p * slope).sum(axis=1, keepdims=True))
        return gradient

    def setting_mistakes(self) -> list[str]:
        if isinstance(self.margin, (int, float)) and 0 <= self.margin < np.inf:
            return []
        return [f"margin: expected a finite number of at least 0, found {self.margin}"]


class SoftmaxHinge(MarginLoss):
    """ℒ = Σ Σ_{j≠y} max(0, p_j - p_y + m)."""

    name: ClassVar[str] = "softmax_hinge"
    title: ClassVar[str] = "softmax hinge"

    def costs(self, terms: Array) -> Array:
        costs: Array = np.maximum(terms, 0.0)
        return costs

    def active(self, terms: Array, one_hot: Array) -> Mask:  # noqa: ARG002
        active: Mask = terms > 0
        return active


class SoftmaxMargin(MarginLoss):
    """ℒ = Σ Σ_{j≠y} (p_j - p_y + m): the hinge without its max, under which terms on the right side pay for wrong ones
    and go on pulling.
    """

    name: ClassVar[str] = "softmax_margin"
    title: ClassVar[str] = "softmax margin (no max)"

    def costs(self, terms: Array) -> Array:
        return terms

    def active(self, terms: Array, one_hot: Array) -> Mask:  # noqa: ARG002
        active: Mask = one_hot == 0
        return active


LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (SquaredError, SoftmaxCrossEntropy, SoftmaxHinge, SoftmaxMargin)
}
