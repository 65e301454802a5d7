"""How each quantity of a step follows from others: its formula, and its value from theirs.

The values need not be the step's own: whoever checks work done by hand asks what would follow from somebody's numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from core.activations import Activation
from core.arrays import Array
from core.losses import MarginLoss, SoftmaxHinge, SoftmaxLoss
from core.problem import Problem
from core.quantity import SUBSCRIPTS, given, layer_label, quantities
from core.step import Step

Values: TypeAlias = Mapping[str, Array]


@dataclass(frozen=True)
class Variable:
    """A quantity in a formula, by name; `transposed` where it is turned."""

    name: str
    transposed: bool = False


Formula: TypeAlias = tuple[str | Variable, ...]


@dataclass(frozen=True, eq=False)
class Computation:
    """One quantity of a step: `name`, the `formula` it is computed by (texts and factors, in order, without the left
    side), the names of its `inputs`, and `evaluate`, which gives its value from values of these.
    """

    name: str
    formula: Formula
    evaluate: Callable[[Values], Array]

    @property
    def inputs(self) -> tuple[str, ...]:
        """The quantities that the formula names, in its order."""
        return tuple(dict.fromkeys(part.name for part in self.formula if isinstance(part, Variable)))

    def text(self, symbols: Mapping[str, str]) -> str:
        """The right side in print, with these symbols for the quantities."""
        return in_print(self.formula, symbols)


def in_print(formula: Formula, symbols: Mapping[str, str]) -> str:
    """A formula as a line, with these symbols for the quantities."""
    parts = (part if isinstance(part, str) else symbols[part.name] + "ᵀ" * part.transposed for part in formula)
    return "".join(parts).strip()


def values_of(step: Step) -> dict[str, Array]:
    """Every quantity of a step by name, given ones first, then in the order of the computation."""
    return {quantity.name: quantity.values for source in (given, quantities) for quantity in source(step)}


def symbols_of(step: Step) -> dict[str, str]:
    """The symbol in print of every quantity of a step, by name."""
    return {quantity.name: quantity.symbol for source in (given, quantities) for quantity in source(step)}


def copies(problem: Problem) -> dict[str, str]:
    """The quantities of a step that are another one unchanged, each with that one: z of an identity, δ_out of an
    identity where y_out are the logits, a frozen W⁺ or b⁺. Who has worked out the one has the other.
    """
    found, depth = {}, len(problem.network)
    for k, layer in enumerate(problem.network.layers, start=1):
        label = layer_label(k, depth)
        if layer.activation == "identity":
            found["y_out" if k == depth else f"z_{label}"] = f"s_{label}"
        if not layer.train_weights:
            found[f"W_{label}_next"] = f"W_{label}"
        if layer.bias is not None and not layer.train_bias:
            found[f"b_{label}_next"] = f"b_{label}"
    if "y_out" in found and output_gradient(problem, rows=1) == (Variable("do"),):
        found["delta_out"] = "do"
    return found


def computations(problem: Problem, rows: int) -> tuple[Computation, ...]:
    """How a step of `problem` with a batch of `rows` rows is computed, in the order of `core.quantities`."""
    share = _share(problem, rows)
    return (
        *_forward(problem),
        *_loss(problem, share),
        *_deltas(problem, rows),
        *_gradients(problem),
        *_update(problem),
    )


def output_gradient(problem: Problem, rows: int) -> Formula:
    """∂ℒ/∂y_out in a batch of `rows` rows."""
    if not isinstance(problem.loss, SoftmaxLoss):
        return _shared(_share(problem, rows), Variable("y_out"), " - ", Variable("y_gt"))
    if problem.targets.shape[1] == 1:
        return Variable("do"), "_2 - ", Variable("do"), "_1"
    return (Variable("do"),)


def _share(problem: Problem, rows: int) -> float:
    """What each sample's loss counts in ℒ."""
    return 1.0 / rows if problem.reduction == "mean" else 1.0


def _forward(problem: Problem) -> Iterator[Computation]:
    """s_k = z_{k-1} W_k + b_k and z_k = f_k(s_k)."""
    depth, below = len(problem.network), "X_in"
    for k, layer in enumerate(problem.network.layers, start=1):
        label = layer_label(k, depth)
        s, z = f"s_{label}", "y_out" if k == depth else f"z_{label}"
        weights, bias = f"W_{label}", f"b_{label}" if layer.bias is not None else None
        formula: Formula = (Variable(below), " ", Variable(weights))
        if bias is not None:
            formula += (" + ", Variable(bias))
        yield Computation(s, formula, _affine(below, weights, bias))
        yield Computation(z, (f"{_f(k, depth)}(", Variable(s), ")"), _apply(layer.function, s))
        below = z


def _affine(below: str, weights: str, bias: str | None) -> Callable[[Values], Array]:
    def evaluate(v: Values) -> Array:
        product: Array = v[below] @ v[weights]
        return product if bias is None else product + v[bias]

    return evaluate


def _apply(function: Activation, s: str) -> Callable[[Values], Array]:
    return lambda v: function(v[s])


def _loss(problem: Problem, share: float) -> Iterator[Computation]:
    """o and p, the samples' losses and ℒ, and under a softmax loss the gradients at p and o."""
    loss, y, t, p, dp = problem.loss, Variable("y_out"), Variable("y_gt"), Variable("p"), Variable("dp")
    total = "Σ " if problem.reduction == "sum" else "mean "
    batch = Computation(
        "loss", (total, Variable("sample_losses")), lambda v: np.array(v["sample_losses"].sum() * share)
    )
    if not isinstance(loss, SoftmaxLoss):
        squares = ("Σ ½ (", y, " - ", t, ")²")
        yield Computation("sample_losses", squares, lambda v: loss.sample_losses(v["y_out"], v["y_gt"]))
        yield batch
        return
    o = "y_out"
    if problem.targets.shape[1] == 1:
        o = "o"
        yield Computation(o, ("(-", y, ", +", y, ")"), lambda v: loss.logits(v["y_out"]))
    yield Computation("p", ("softmax(", Variable(o), ")"), lambda v: loss.softmax(v[o]))
    cost: Formula = ("-log ", p, "_y")
    if isinstance(loss, MarginLoss):
        hinge = isinstance(loss, SoftmaxHinge)
        cost = ("Σ_(j≠y) max(0, " if hinge else "Σ_(j≠y) (", p, "_j - ", p, "_y + m)")
    true_class: Formula = (", y the true class in ", t)
    yield Computation(
        "sample_losses", cost + true_class, lambda v: loss.probability_losses(v["p"], loss.one_hot(v["y_gt"]))
    )
    yield batch
    if isinstance(loss, MarginLoss):
        active: Formula = ("1 for each ", p, "_j with j≠y, minus their number for j=y")
        if hinge:
            active = ("[", p, "_j - ", p, "_y + m > 0] for j≠y, minus their number for j=y")
        yield Computation(
            "dp",
            _shared(share, *active) + true_class,
            lambda v: share * loss.probability_gradient(v["p"], loss.one_hot(v["y_gt"])),
        )
        yield Computation(
            "do",
            (p, " ⊙ (", dp, " - Σ_j ", p, "_j ", dp, "_j)"),
            lambda v: v["p"] * (v["dp"] - (v["p"] * v["dp"]).sum(axis=1, keepdims=True)),
        )
    else:
        yield Computation(
            "do", _shared(share, p, " - one-hot(", t, ")"), lambda v: share * (v["p"] - loss.one_hot(v["y_gt"]))
        )


def _deltas(problem: Problem, rows: int) -> Iterator[Computation]:
    """δ_L = ∂ℒ/∂y_out ⊙ f_L'(s_L), then δ_k = (δ_{k+1} W_{k+1}ᵀ) ⊙ f_k'(s_k)."""
    layers, depth, share = problem.network.layers, len(problem.network), _share(problem, rows)
    if not isinstance(problem.loss, SoftmaxLoss):
        first = lambda v: share * (v["y_out"] - v["y_gt"])  # noqa: E731
    elif problem.targets.shape[1] == 1:
        first = lambda v: v["do"][:, 1:] - v["do"][:, :1]  # noqa: E731
    else:
        first = lambda v: v["do"]  # noqa: E731
    start = output_gradient(problem, rows)
    if len(start) > 1 and isinstance(start[0], Variable):  # a difference, with no factor in front
        start = ("(", *start, ")")
    yield Computation("delta_out", (*start, *_slope(problem, depth)), _times_slope(first, layers[-1].function, "s_out"))
    for k in range(depth - 1, 0, -1):
        above, label = layer_label(k + 1, depth), layer_label(k, depth)
        delta, weights = f"delta_{above}", f"W_{above}"
        yield Computation(
            f"delta_{label}",
            ("(", Variable(delta), " ", Variable(weights, transposed=True), ")", *_slope(problem, k)),
            _times_slope(_back(delta, weights), layers[k - 1].function, f"s_{label}"),
        )


def _slope(problem: Problem, k: int) -> Formula:
    depth = len(problem.network)
    return (f" ⊙ {_f(k, depth)}'(", Variable(f"s_{layer_label(k, depth)}"), ")")


def _back(delta: str, weights: str) -> Callable[[Values], Array]:
    return lambda v: v[delta] @ v[weights].T


def _times_slope(first: Callable[[Values], Array], function: Activation, s: str) -> Callable[[Values], Array]:
    return lambda v: first(v) * function.slope(v[s])


def _gradients(problem: Problem) -> Iterator[Computation]:
    """∂W_k = z_{k-1}ᵀ δ_k, and ∂b_k, the column sums of δ_k."""
    depth = len(problem.network)
    for k in range(depth, 0, -1):
        label, delta = layer_label(k, depth), f"delta_{layer_label(k, depth)}"
        below = "X_in" if k == 1 else f"z_{k - 1}"
        yield Computation(f"dW_{label}", (Variable(below, transposed=True), " ", Variable(delta)), _outer(below, delta))
        if problem.network.layers[k - 1].bias is not None:
            yield Computation(f"db_{label}", ("Σ_rows ", Variable(delta)), _column_sums(delta))


def _outer(below: str, delta: str) -> Callable[[Values], Array]:
    return lambda v: v[below].T @ v[delta]


def _column_sums(delta: str) -> Callable[[Values], Array]:
    return lambda v: v[delta].sum(axis=0)


def _update(problem: Problem) -> Iterator[Computation]:
    """W_k⁺ = W_k - α ∂W_k, or W_k where it is frozen; likewise b_k⁺."""
    depth = len(problem.network)
    for k, layer in enumerate(problem.network.layers, start=1):
        for letter, trained, there in (
            ("W", layer.train_weights, True),
            ("b", layer.train_bias, layer.bias is not None),
        ):
            name = f"{letter}_{layer_label(k, depth)}"
            if there:
                step: Formula = (" - α ", Variable(f"d{name}")) if trained else ("   (frozen)",)
                rate = problem.learning_rate if trained else 0.0
                yield Computation(f"{name}_next", (Variable(name), *step), _descend(name, rate))


def _descend(name: str, rate: float) -> Callable[[Values], Array]:
    return lambda v: v[name] - rate * v[f"d{name}"] if rate else v[name]


def _shared(share: float, *formula: str | Variable) -> Formula:
    """A formula with its 1/n in front, where there is one."""
    return formula if share == 1.0 else (f"1/{round(1 / share)} ", "(", *formula, ")")


def _f(k: int, depth: int) -> str:
    return "f_out" if k == depth else f"f{str(k).translate(SUBSCRIPTS)}"
