"""Which cells each cell of a step is computed from, and how: a rule for every quantity.

A cell is written with letters, as in Einstein's sums. What follows from them in both directions, the arithmetic of a
cell and the cells that it feeds, is read from these rules alone.

i, j      the row and the column of the cell that is computed
m         every index there is: a term for each
y         the true class of row i
w         every class but that: a term for each, unless the computed cell is itself in such a column
a number  that very column
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from core.activations import Activation
from core.arrays import Array, Mask
from core.losses import MarginLoss, SoftmaxHinge, SoftmaxLoss
from core.quantity import SUBSCRIPTS, layer_label
from core.step import Step
from core.text import exact

Index: TypeAlias = tuple[str | int, ...]

FAR = 300.0  # logits within ±FAR have exponentials, and sums of them, that are far from overflow
TINY = 1e-290  # a probability below it is about to underflow


class Ref(NamedTuple):
    """Cells of a quantity; `back` is 1 where they belong to the step before."""

    name: str
    cell: Index
    back: int = 0


@dataclass(frozen=True, eq=False)
class Operand:
    """A factor: a cell by itself, a function of one or more cells, or, without any, a constant.

    `form` has a {} for each cell; `value` is the function, entrywise over arrays. Where the factor is `evaluated`, its
    value is what stands among the numbers, else the form with the cells' numbers, or `number_form` where that differs.
    """

    refs: tuple[Ref, ...] = ()
    form: str = "{}"
    value: Callable[..., Any] = lambda cell: cell
    evaluated: bool = False
    number_form: str | None = None


Around: TypeAlias = tuple[Operand, ...]


class Product(NamedTuple):
    """A term, or a run of terms of one form, each the product of its operands; `sign` is 1 or -1."""

    operands: tuple[Operand, ...]
    sign: int = 1


@dataclass(frozen=True, eq=False)
class Combination:
    """What is made of the terms' sum and of the operands around it. `form` says so, with {0}, {1} for the operands and
    for the sum {terms}, or {factor} where it stands in a product; `number_form` likewise, where the line of numbers
    has another form.
    """

    form: str = "{terms}"
    value: Callable[..., Any] = lambda total: total
    around: Around = ()
    number_form: str | None = None


SUM = Combination()


@dataclass(frozen=True, eq=False)
class Rule:
    """How the cells `index` of a quantity are computed; `rows` are those it holds for (None: all).

    `choices` are cells that enter no term but decide which terms there are.
    """

    name: str
    index: Index
    terms: tuple[Product, ...]
    combination: Combination = SUM
    choices: tuple[Ref, ...] = ()
    rows: Collection[int] | None = None

    @property
    def refs(self) -> tuple[Ref, ...]:
        """Every cell that the rule names, once."""
        operands = [*(operand for term in self.terms for operand in term.operands), *self.combination.around]
        return tuple(dict.fromkeys([*(ref for operand in operands for ref in operand.refs), *self.choices]))


def rules(step: Step) -> Iterator[Rule]:
    """The rules of every quantity of a step but X_in and y_gt, which are given."""
    for kind in (_parameters, _forward, _loss, _deltas, _gradients, _updates):
        yield from kind(step)


def cell(name: str, *index: str | int) -> Operand:
    """A cell as a factor."""
    return Operand((Ref(name, index),))


def _parameters(step: Step) -> Iterator[Rule]:
    """W_k and b_k are what the step before has made of them."""
    for _, name, index, _ in _trained(step):
        yield Rule(name, index, (Product((Operand((Ref(f"{name}_next", index, back=1),)),)),))


def _forward(step: Step) -> Iterator[Rule]:
    """s_k = z_{k-1} W_k + b_k and z_k = f_k(s_k)."""
    depth, below = len(step.weights), "X_in"
    for k, layer in enumerate(step.problem.network.layers, start=1):
        label = layer_label(k, depth)
        terms = [Product((cell(below, "i", "m"), cell(f"W_{label}", "m", "j")))]
        if layer.bias is not None:
            terms.append(Product((cell(f"b_{label}", "j"),)))
        yield Rule(f"s_{label}", ("i", "j"), tuple(terms))
        below = "y_out" if k == depth else f"z_{label}"
        yield Rule(below, ("i", "j"), (Product((cell(f"s_{label}", "i", "j"),)),), _applied(layer.function, k, depth))


def _applied(function: Activation, k: int, depth: int) -> Combination:
    spelled = {"identity": "{terms}", "relu": "max(0, {terms})"}.get(function.name, f"{function.name}({{terms}})")
    return Combination(f"{_f(k, depth)}({{terms}})", _entrywise(function), number_form=spelled)


def _loss(step: Step) -> Iterator[Rule]:
    """o and p, the samples' losses and ℒ, and under a softmax loss the gradients at p and o."""
    mean = _share(step)
    yield Rule("loss", (), (Product((cell("sample_losses", "m"),)),), _times(mean))
    loss = step.problem.loss
    if not isinstance(loss, SoftmaxLoss):
        residual = Operand((Ref("y_out", ("i", "m")), Ref("y_gt", ("i", "m"))), "({} - {})²", lambda y, t: (y - t) ** 2)
        yield Rule("sample_losses", ("i",), (Product((Operand(form="½", value=lambda: 0.5), residual)),))
        return
    o = "y_out"
    if step.targets.shape[1] == 1:
        o = "o"
        for column, sign in ((1, -1), (2, 1)):
            yield Rule(o, ("i", column), (Product((cell("y_out", "i", 1),), sign),))
    yield from _softmax(step, o)
    if isinstance(loss, MarginLoss):
        yield from _margin(loss, max(1, step.targets.shape[1] - 1), mean)
    else:
        yield from _cross_entropy(step, o, mean)


def _softmax(step: Step, o: str) -> Iterator[Rule]:
    """p_j = exp(o_j) / Σ_m exp(o_m). In a row with a logit far out, the largest one is taken off first."""
    logits = step.logits
    assert logits is not None
    far = np.abs(logits).max(axis=1) > FAR
    near = _rows(~far)
    exp, share = "exp({})", "{0} / ({terms})"
    summand, own = (Operand((Ref(o, ("i", letter)),), exp, np.exp) for letter in "mj")
    yield Rule("p", ("i", "j"), (Product((summand,)),), Combination(share, lambda t, e: e / t, (own,)), rows=near)
    for largest, rows in _by_largest(logits, far):
        summand, own = (_shifted(o, letter, largest) for letter in "mj")
        how = Combination(share, lambda t, e: e / t, (own,))
        yield Rule("p", ("i", "j"), (Product((summand,)),), how, rows=rows)


def _by_largest(logits: Array, mask: Mask) -> Iterator[tuple[int, Collection[int]]]:
    """The rows where a mask is true by the column, from 1, of their largest logit."""
    largest = logits.argmax(axis=1)
    for column in np.unique(largest[mask]).tolist():
        yield column + 1, _rows(mask & (largest == column))


def _shifted(o: str, letter: str, largest: int) -> Operand:
    """exp(o - o_largest) of a row."""
    return Operand((Ref(o, ("i", letter)), Ref(o, ("i", largest))), "exp({} - {})", lambda a, b: np.exp(a - b))


def _cross_entropy(step: Step, o: str, mean: Around) -> Iterator[Rule]:
    """ℓ = -log p_y and ∂ℒ/∂o = p - (one-hot y). Where p_y underflows, ℓ = (the largest o) - o_y + log Σ exp(...)."""
    logits, p = step.logits, step.probabilities
    assert logits is not None
    assert p is not None
    true_class = (Ref("y_gt", ("i", "m")),)
    lost = (p * SoftmaxLoss.one_hot(step.targets)).sum(axis=1) < TINY
    usual = _rows(~lost)
    log = Combination("-log({terms})", lambda total: -np.log(total))
    yield Rule("sample_losses", ("i",), (Product((cell("p", "i", "y"),)),), log, true_class, usual)
    for largest, rows in _by_largest(logits, lost):
        log = Combination(
            "{0} - {1} + log({terms})",
            lambda total, top, own: top - own + np.log(total),
            (cell(o, "i", largest), cell(o, "i", "y")),
        )
        terms = (Product((_shifted(o, "m", largest),)),)
        yield Rule("sample_losses", ("i",), terms, log, true_class, rows)
    p_ij = Product((cell("p", "i", "j"),))
    if step.targets.shape[1] > 1:
        yield Rule("do", ("i", "j"), (p_ij, Product((cell("y_gt", "i", "j"),), -1)), _times(mean))
        return
    target = (Ref("y_gt", ("i", 1)),)
    for column, is_true in (
        (1, Operand(target, "[{} < 0]", lambda t: 1.0 * (t < 0))),
        (2, Operand(target, "[{} > 0]", lambda t: 1.0 * (t > 0))),
    ):
        yield Rule("do", ("i", column), (Product((cell("p", "i", column),)), Product((is_true,), -1)), _times(mean))


def _margin(loss: MarginLoss, wrong_classes: int, mean: Around) -> Iterator[Rule]:
    """ℓ = Σ_{w≠y} max(0, p_w - p_y + m), or without the max; its gradient at p, ∂ℒ/∂o_j = p_j (∂p_j - Σ_m p_m ∂p_m)."""
    pair = (Ref("p", ("i", "w")), Ref("p", ("i", "y")))
    true_class = (Ref("y_gt", ("i", "m")),)

    def term(form: str, value: Callable[..., Any]) -> Operand:
        """What is made of p_w - p_y + m."""
        symbols, numbers = (form.format(f"{{}} - {{}} + {margin}") for margin in ("m", exact(loss.margin)))
        return Operand(pair, symbols, lambda p_w, p_y: value(p_w - p_y + loss.margin), number_form=numbers)

    if isinstance(loss, SoftmaxHinge):
        cost = term("max(0, {})", lambda x: np.maximum(0.0, x))
        active = term("[{} > 0]", lambda x: 1.0 * (x > 0))
        falls = Product((active,), -1)
    else:
        cost = term("({})", lambda x: x)
        active = Operand(form="1", value=lambda: 1.0)
        falls = Product((Operand(form=str(wrong_classes), value=lambda: float(wrong_classes)),), -1)
    yield Rule("sample_losses", ("i",), (Product((cost,)),), choices=true_class)
    yield Rule("dp", ("i", "w"), (Product((active,)),), _times(mean), true_class)
    yield Rule("dp", ("i", "y"), (falls,), _times(mean), true_class)
    terms = (Product((cell("dp", "i", "j"),)), Product((cell("p", "i", "m"), cell("dp", "i", "m")), -1))
    yield Rule("do", ("i", "j"), terms, _times((cell("p", "i", "j"),)))


def _deltas(step: Step) -> Iterator[Rule]:
    """δ_L = ∂ℒ/∂y_out ⊙ f_L'(s_L), then δ_k = (δ_{k+1} W_{k+1}ᵀ) ⊙ f_k'(s_k)."""
    layers, depth = step.problem.network.layers, len(step.weights)
    mean: Around = ()
    terms: tuple[Product, ...] = (Product((cell("do", "i", "j"),)),)
    if not isinstance(step.problem.loss, SoftmaxLoss):
        mean = _share(step)
        terms = (Product((cell("y_out", "i", "j"),)), Product((cell("y_gt", "i", "j"),), -1))
    elif step.targets.shape[1] == 1:
        terms = (Product((cell("do", "i", 2),)), Product((cell("do", "i", 1),), -1))
    for k in range(depth, 0, -1):
        label = layer_label(k, depth)
        slope = Operand(
            (Ref(f"s_{label}", ("i", "j")),),
            f"{_f(k, depth)}'({{}})",
            _entrywise(layers[k - 1].function.slope),
            evaluated=True,
        )
        yield Rule(f"delta_{label}", ("i", "j"), terms, _times(mean, (slope,)))
        mean, terms = (), (Product((cell(f"delta_{label}", "i", "m"), cell(f"W_{label}", "j", "m"))),)


def _gradients(step: Step) -> Iterator[Rule]:
    """∂W_k = z_{k-1}ᵀ δ_k, and ∂b_k, the column sums of δ_k."""
    depth = len(step.weights)
    for k, name, index, _ in _trained(step):
        below, delta = "X_in" if k == 1 else f"z_{k - 1}", f"delta_{layer_label(k, depth)}"
        factors = (cell(below, "m", "i"), cell(delta, "m", "j")) if name[0] == "W" else (cell(delta, "m", "j"),)
        yield Rule(f"d{name}", index, (Product(factors),))


def _updates(step: Step) -> Iterator[Rule]:
    """W_k⁺ = W_k - α ∂W_k, or W_k where it is frozen; likewise b_k⁺."""
    alpha = step.learning_rate
    rate = Operand(form="α", value=lambda: alpha, evaluated=True)
    for _, name, index, trained in _trained(step):
        before, change = Product((cell(name, *index),)), Product((rate, cell(f"d{name}", *index)), -1)
        yield Rule(f"{name}_next", index, (before, change) if trained else (before,))


def _trained(step: Step) -> Iterator[tuple[int, str, Index, bool]]:
    """Every W_k and b_k: its layer, its name, the letters of its cells, and whether it is trained."""
    for k, layer in enumerate(step.problem.network.layers, start=1):
        label = layer_label(k, len(step.weights))
        yield k, f"W_{label}", ("i", "j"), layer.train_weights
        if layer.bias is not None:
            yield k, f"b_{label}", ("j",), layer.train_bias


def _times(before: Around, after: Around = ()) -> Combination:
    """The terms' sum between factors."""
    if not before and not after:
        return SUM
    slots = [f"{{{i}}}" for i in range(len(before) + len(after))]
    form = " · ".join([*slots[: len(before)], "{factor}", *slots[len(before) :]])
    return Combination(form, lambda total, *factors: total * np.prod(factors), (*before, *after))


def _share(step: Step) -> Around:
    """1/n where the problem takes the mean of several rows."""
    share = step.share
    return (Operand(form=f"1/{len(step.batch)}", value=lambda: share),) if share != 1.0 else ()


def _entrywise(function: Callable[[Array], Array]) -> Callable[[Any], Array]:
    return lambda cells: function(np.asarray(cells, dtype=float))


def _rows(mask: Mask) -> Collection[int]:
    return frozenset((np.flatnonzero(mask) + 1).tolist())


def _f(k: int, depth: int) -> str:
    return "f_out" if k == depth else f"f{str(k).translate(SUBSCRIPTS)}"
