"""A loss and the function of the output layer, taken together."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from core.arrays import Array

if TYPE_CHECKING:
    from core.losses.base import LossEquations


class JoinedLoss(ABC):
    """A loss over s_out and targets, both (n, d), where y_out = f_out(s_out) has lost too much: a sigmoid is 1 in
    floating point from 37 on.
    """

    @abstractmethod
    def equations(self, stated: LossEquations) -> LossEquations:
        """The loss's part of the statement with an `output_delta`, and with what holds where y_out is out of range."""

    @abstractmethod
    def sample_losses(self, scores: Array, targets: Array) -> Array:
        """What each sample costs, shape (n,)."""

    @abstractmethod
    def gradient(self, scores: Array, targets: Array) -> Array:
        """∂ℒ/∂s_out for ℒ the sum over the samples, shape (n, d)."""

    @abstractmethod
    def bind(
        self, scores: Array, outputs: Array, targets: Array, delta: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        """An operation over these arrays, of which `outputs` has f_out(scores): each call writes ∂ℒ/∂s_out, for ℒ the
        sum over the samples, into `delta` and tells `note` ℒ.
        """

    @abstractmethod
    def own_values(self, scores: Array, targets: Array, share: float) -> Mapping[str, Array]:
        """As `Loss.own_values`."""

    def bend(self, scores: Array) -> Array:
        """A bound on the second and third derivative of each sample's loss in s_out, (n, 1)."""
        return np.ones((len(scores), 1))
