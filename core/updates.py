"""Updates: what a step makes of the gradients, and the buffers that it hands on to the next step.

They are defined as PyTorch defines its optimisers of these names (torch.optim: SGD, RMSprop, Adam, AdamW).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import ClassVar, NamedTuple

import numpy as np

from core.arrays import Array
from core.expression.nodes import COUNT, Function, Literal, Name, Node
from core.primitives import Operation
from core.settings import Setting, setting_mistakes, settings_of

PIECE = 2**14  # cells of the parameters that are updated in one go
ALPHA, ONE = Name("alpha"), Literal(1)
MU, BETA_1, BETA_2, RHO, EPSILON = map(Name, ("mu", "beta_1", "beta_2", "rho", "epsilon"))
WEIGHT_DECAY = Name("weight_decay")


class Named(NamedTuple):
    """The names of one parameter's quantities: itself, its gradient, and what is remembered of it by letter, before
    the step and after it.
    """

    parameter: Name
    gradient: Name
    before: Callable[[str], Name]
    after: Callable[[str], Name]


class Piece(NamedTuple):
    """Some cells of the trained parameters, with their gradients and buffers, and room for as many numbers; (cells,)
    each, or (R, cells) in a stack of R runs.
    """

    parameters: Array
    gradients: Array
    buffers: Mapping[str, Array]
    room: Array


@dataclass(frozen=True)
class Update(ABC):
    """How the parameters follow from their gradients. Its fields are its settings.

    name     what problem files call it
    title    what people call it
    buffers  the letters of what is remembered from step to step, 0 at first, a matrix for each parameter
    helpers  the letters of what else a step works out for each parameter

    weight_decay    λ_w: every step also takes α λ_w of each parameter away from it (as AdamW does)
    """

    name: ClassVar[str]
    title: ClassVar[str]
    buffers: ClassVar[tuple[str, ...]] = ()
    helpers: ClassVar[tuple[str, ...]] = ()

    weight_decay: float = field(default=0.0, kw_only=True, metadata={"symbol": "λ_w", "at_least": 0})

    @abstractmethod
    def remembered(self, named: Named) -> Iterator[tuple[str, Node]]:
        """What a step works out for a parameter before it changes it: buffers after the step, and helpers."""

    @abstractmethod
    def change(self, named: Named) -> Node:
        """What is taken away from the parameter."""

    def updated(self, named: Named) -> Node:
        """The parameter after the step."""
        decayed = named.parameter - ALPHA * WEIGHT_DECAY * named.parameter if self.weight_decay else named.parameter
        return decayed - self.change(named)

    @abstractmethod
    def bind(self, piece: Piece, rates: Rates) -> Iterator[Operation]:
        """The numpy operations that do the same for some of the parameters, to be called in order."""

    def operations(self, piece: Piece, rates: Rates) -> list[Operation]:
        """`bind`, with the weight decay before it."""
        decay = [partial(np.multiply, piece.parameters, rates.kept, piece.parameters)] if self.weight_decay else []
        return [*decay, *self.bind(piece, rates)]

    @property
    def counts_steps(self) -> bool:
        """Whether what it does depends on how many steps were taken before."""
        return False

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The numbers that it was made with; without the weight decay, where there is none."""
        return tuple(part for part in settings_of(self) if part.field != "weight_decay" or part.value)

    def setting_mistakes(self) -> list[str]:
        """What is wrong with its settings."""
        return setting_mistakes(self)


class Rates:
    """The numbers of a step that an update computes with, as 0-d arrays that `set` fills anew for each step; in a stack
    of R runs those with α are of `shape` (R, 1).
    """

    def __init__(self, update: Update, shape: tuple[int, ...] = ()) -> None:
        self._update = update
        self.alpha = np.zeros(shape)
        self.kept = np.ones(shape)  # 1 - α λ_w
        self.first = np.ones(shape)  # α / (1 - β₁ᵗ)
        self.second = np.ones(())  # 1 - β₂ᵗ

    def set(self, alpha: float | Array, t: int) -> None:
        """Those of a step with the learning rate `alpha`, or that of each run, the `t`-th of its run."""
        update = self._update
        self.alpha[...] = alpha
        self.kept[...] = 1.0 - alpha * update.weight_decay
        if isinstance(update, Adam):
            self.first[...] = alpha / (1.0 - update.beta_1**t)
            self.second[()] = 1.0 - update.beta_2**t

    def of(self, first: int, end: int) -> Rates:
        """Those of some runs of a stack, which change with these."""
        rates = copy(self)
        for name in ("alpha", "kept", "first"):
            setattr(rates, name, getattr(self, name)[first:end])
        return rates


def update_operations(
    update: Update, trained: Array, gradients: Array, buffers: Mapping[str, Array], rates: Rates
) -> Iterator[Operation]:
    """The update of all that is trained, (P,), or (R, P) in a stack of R runs, in pieces whose change stays in the
    processor's cache.
    """
    size, room = trained.shape[-1], np.empty(min(PIECE, trained.size))
    runs = max(1, PIECE // max(1, size))  # in a piece
    for first in range(0, trained.size // max(1, size), runs):
        of_these = rates if trained.ndim == 1 else rates.of(first, first + runs)
        for start in range(0, size, PIECE):
            cells = (*(() if trained.ndim == 1 else (slice(first, first + runs),)), slice(start, start + PIECE))
            parameters, held = trained[cells], {letter: flat[cells] for letter, flat in buffers.items()}
            piece = Piece(parameters, gradients[cells], held, room[: parameters.size].reshape(parameters.shape))
            yield from update.operations(piece, of_these)


def _setting(default: float, symbol: str, below: float = 1.0) -> float:
    found: float = field(default=default, metadata={"symbol": symbol, "at_least": 0, "below": below})
    return found


@dataclass(frozen=True)
class SGD(Update):
    """W⁺ = W - α ∂W."""

    name: ClassVar[str] = "sgd"
    title: ClassVar[str] = "SGD"

    def remembered(self, named: Named) -> Iterator[tuple[str, Node]]:  # noqa: ARG002
        return iter(())

    def change(self, named: Named) -> Node:
        return ALPHA * named.gradient

    def bind(self, piece: Piece, rates: Rates) -> Iterator[Operation]:
        yield partial(np.multiply, piece.gradients, rates.alpha, piece.room)
        yield partial(np.subtract, piece.parameters, piece.room, piece.parameters)


@dataclass(frozen=True)
class Momentum(Update):
    """v⁺ = μ v + ∂W, W⁺ = W - α v⁺."""

    name: ClassVar[str] = "momentum"
    title: ClassVar[str] = "SGD with momentum"
    buffers: ClassVar[tuple[str, ...]] = ("v",)

    momentum: float = field(default=0.9, metadata={"name": "mu", "symbol": "μ", "at_least": 0, "below": 1.0})

    def remembered(self, named: Named) -> Iterator[tuple[str, Node]]:
        yield "v", MU * named.before("v") + named.gradient

    def change(self, named: Named) -> Node:
        return ALPHA * named.after("v")

    def bind(self, piece: Piece, rates: Rates) -> Iterator[Operation]:
        v = piece.buffers["v"]
        yield partial(np.multiply, v, np.array(self.momentum), v)
        yield partial(np.add, v, piece.gradients, v)
        yield partial(np.multiply, v, rates.alpha, piece.room)
        yield partial(np.subtract, piece.parameters, piece.room, piece.parameters)


@dataclass(frozen=True)
class Nesterov(Momentum):
    """v⁺ = μ v + ∂W, W⁺ = W - α (∂W + μ v⁺)."""

    name: ClassVar[str] = "nesterov"
    title: ClassVar[str] = "SGD with Nesterov momentum"

    def change(self, named: Named) -> Node:
        return ALPHA * (named.gradient + MU * named.after("v"))

    def bind(self, piece: Piece, rates: Rates) -> Iterator[Operation]:
        v, mu = piece.buffers["v"], np.array(self.momentum)
        yield partial(np.multiply, v, mu, v)
        yield partial(np.add, v, piece.gradients, v)
        yield partial(np.multiply, v, mu, piece.room)
        yield partial(np.add, piece.gradients, piece.room, piece.room)
        yield partial(np.multiply, piece.room, rates.alpha, piece.room)
        yield partial(np.subtract, piece.parameters, piece.room, piece.parameters)


@dataclass(frozen=True)
class RMSprop(Update):
    """n⁺ = ρ n + (1 - ρ) ∂W², W⁺ = W - α ∂W / (√n⁺ + ε)."""

    name: ClassVar[str] = "rmsprop"
    title: ClassVar[str] = "RMSprop"
    buffers: ClassVar[tuple[str, ...]] = ("n",)

    rho: float = _setting(0.99, "ρ")
    epsilon: float = _setting(1e-8, "ε", below=np.inf)

    def remembered(self, named: Named) -> Iterator[tuple[str, Node]]:
        yield "n", RHO * named.before("n") + (ONE - RHO) * named.gradient**2

    def change(self, named: Named) -> Node:
        return ALPHA * named.gradient / (Function("sqrt", named.after("n")) + EPSILON)

    def bind(self, piece: Piece, rates: Rates) -> Iterator[Operation]:
        n, g, room = piece.buffers["n"], piece.gradients, piece.room
        yield from _mean_of_squares(n, g, room, self.rho)
        yield partial(np.sqrt, n, room)
        yield partial(np.add, room, np.array(self.epsilon), room)
        yield partial(np.divide, g, room, room)
        yield partial(np.multiply, room, rates.alpha, room)
        yield partial(np.subtract, piece.parameters, room, piece.parameters)


@dataclass(frozen=True)
class Adam(Update):
    """m⁺ = β₁ m + (1 - β₁) ∂W, n⁺ = β₂ n + (1 - β₂) ∂W²; with t the steps so far, this one included,
    m̂ = m⁺ / (1 - β₁ᵗ), n̂ = n⁺ / (1 - β₂ᵗ), W⁺ = W - α m̂ / (√n̂ + ε).
    """

    name: ClassVar[str] = "adam"
    title: ClassVar[str] = "Adam"
    buffers: ClassVar[tuple[str, ...]] = ("m", "n")
    helpers: ClassVar[tuple[str, ...]] = ("mhat", "nhat")

    beta_1: float = _setting(0.9, "β₁")
    beta_2: float = _setting(0.999, "β₂")
    epsilon: float = _setting(1e-8, "ε", below=np.inf)

    @property
    def counts_steps(self) -> bool:
        return True

    def remembered(self, named: Named) -> Iterator[tuple[str, Node]]:
        yield "m", BETA_1 * named.before("m") + (ONE - BETA_1) * named.gradient
        yield "n", BETA_2 * named.before("n") + (ONE - BETA_2) * named.gradient**2
        yield "mhat", named.after("m") / (ONE - BETA_1 ** Name(COUNT))
        yield "nhat", named.after("n") / (ONE - BETA_2 ** Name(COUNT))

    def change(self, named: Named) -> Node:
        return ALPHA * named.after("mhat") / (Function("sqrt", named.after("nhat")) + EPSILON)

    def bind(self, piece: Piece, rates: Rates) -> Iterator[Operation]:
        m, n, g, room = piece.buffers["m"], piece.buffers["n"], piece.gradients, piece.room
        yield partial(np.multiply, m, np.array(self.beta_1), m)
        yield partial(np.multiply, g, np.array(1.0 - self.beta_1), room)
        yield partial(np.add, m, room, m)
        yield from _mean_of_squares(n, g, room, self.beta_2)
        yield partial(np.divide, n, rates.second, room)
        yield partial(np.sqrt, room, room)
        yield partial(np.add, room, np.array(self.epsilon), room)
        yield partial(np.divide, m, room, room)
        yield partial(np.multiply, room, rates.first, room)
        yield partial(np.subtract, piece.parameters, room, piece.parameters)


def _mean_of_squares(n: Array, gradients: Array, room: Array, kept: float) -> Iterator[Operation]:
    """n⁺ = kept n + (1 - kept) ∂W²."""
    yield partial(np.multiply, n, np.array(kept), n)
    yield partial(np.multiply, gradients, gradients, room)
    yield partial(np.multiply, room, np.array(1.0 - kept), room)
    yield partial(np.add, n, room, n)


KINDS: tuple[type[Update], ...] = (SGD, Momentum, Nesterov, RMSprop, Adam)
UPDATES = {kind.name: kind for kind in KINDS}
