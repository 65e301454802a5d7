"""Loss: what every loss can do, and what it adds to the statement of a step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np

from core.arrays import Array
from core.expression.nodes import Name, Node

OUTPUTS, TARGETS = Name("y_out"), Name("y_gt")


class LossEquations(NamedTuple):
    """What a loss adds to the statement of a step, each quantity a tree over those before it.

    forward           from y_out up to the samples' losses: "o", "p"
    sample_losses     what each sample costs
    backward          from ℒ back to ∂ℒ/∂y_out: "dp", "do"
    output_gradient   ∂ℒ/∂y_out
    out_of_range      the same as the trees of these quantities, for rows in which a number of those is out of range
    """

    forward: tuple[tuple[str, Node], ...]
    sample_losses: Node
    backward: tuple[tuple[str, Node], ...]
    output_gradient: Node
    out_of_range: tuple[tuple[str, Node], ...] = ()


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

    def equations(self, single: bool, share: Node | None) -> LossEquations:
        """The loss's part of the statement of a step. `single` tells that the network has one output; `share` is the
        factor that each sample's loss has in ℒ, None for 1. A loss without it can be trained, but not worked out.
        """
        raise NotImplementedError(f"{type(self).__name__} does not state its equations")

    def setting_mistakes(self) -> list[str]:
        """What is wrong with the loss's own settings, a line for each mistake."""
        return []

    def gradient(self, outputs: Array, targets: Array) -> Array:
        """∂ℒ/∂y_out for ℒ the sum over the samples, shape (n, d)."""
        gradient = np.empty(outputs.shape)
        self.bind(outputs, targets, gradient, note=lambda _: None)()
        return gradient


def shared(share: Node | None, gradient: Node) -> Node:
    """A gradient of the samples' losses as one of ℒ."""
    return gradient if share is None else share * gradient
