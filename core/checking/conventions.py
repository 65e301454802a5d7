"""Conventions of other books, which somebody may follow throughout: δ of the opposite sign, no ½ in the squared error,
the mean for the sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.layer_mistakes import ALPHA
from core.checking.mistakes import HALF, TWO, is_multiple
from core.checking.numbers import Numbers
from core.checking.report import Convention
from core.equations import BACKWARD, GRADIENT, LOSS, UPDATE, Equation, Statement
from core.expression.nodes import Node, Product, Sum, names_in
from core.expression.spots import spots, without_factor

Sheet = Mapping[str, Numbers]
OPPOSITE = 0.5  # of all δ: so many more have the opposite sign than have the right one
TWICE = 0.02  # relative: how near to twice the right number one is that may be without the ½


class Reading(NamedTuple):
    """A convention, the equations and the right values under it; and the quantities that must hold for it to be one."""

    convention: Convention
    statement: Statement
    true: dict[str, Array]
    hinges: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _ByConvention(Statement):
    """A statement with the trees that a convention has for some quantities."""

    trees: Mapping[str, Node] = field(default_factory=dict)

    @cached_property
    def equations(self) -> dict[str, Equation]:
        plain = Statement(self.problem, self.rows, self.detailed).equations
        return {name: e._replace(tree=self.trees.get(name, e.tree)) for name, e in plain.items()}


def readings(
    statement: Statement, true: Mapping[str, Array], sheet: Sheet, kinds: Mapping[str, set[str]]
) -> Iterator[Reading]:
    """The conventions that a sheet with slips may follow; `kinds` has those of its slips by quantity."""
    written = [name for name in statement.equations if sheet.get(name)]
    parts = {name: statement.equations[name] for name in written}
    costs = [name for name, e in parts.items() if e.part == LOSS and name in ("sample_losses", "loss")]
    start = next((name for name, e in parts.items() if e.part in (BACKWARD, GRADIENT)), None)
    if _is_opposite(parts, true, sheet):
        updates = tuple(name for name, e in parts.items() if e.part == UPDATE)
        words = "your δ have the opposite sign convention, with W + α ∂W; followed"
        yield _reading(Convention("sign", words), statement, true, dict(_opposite(statement)), updates)
    if start is None or not costs:
        return
    trees = dict(_without_half(statement)) if any(_is_twice(sheet[name], true[name]) for name in costs) else {}
    if trees:
        words = "your squared error has no ½, and its gradient is twice as large; followed"
        yield _reading(Convention("half left out", words), statement, true, trees, (*costs, start))
    for kind, reduction in (("mean for sum", "mean"), ("sum for mean", "sum")):
        if kind in kinds.get(costs[-1], ()) and kind in kinds.get(start, ()):
            taken, stated = kind.split(" for ")
            words = f"you take the {taken} over the samples, where the problem has the {stated}; followed"
            under = Statement(replace(statement.problem, reduction=reduction), statement.rows, statement.detailed)
            yield Reading(Convention(kind, words), under, _values(under, true, set(under.equations)), (*costs, start))


def _reading(
    convention: Convention,
    statement: Statement,
    true: Mapping[str, Array],
    trees: dict[str, Node],
    hinges: tuple[str, ...],
) -> Reading:
    under = _ByConvention(statement.problem, statement.rows, statement.detailed, trees)
    return Reading(convention, under, _values(under, true, set(trees)), hinges)


def _values(statement: Statement, true: Mapping[str, Array], changed: set[str]) -> dict[str, Array]:
    """The right values with other equations for some quantities."""
    values, changed = dict(true), set(changed)
    for name, equation in statement.equations.items():
        if name in changed or not changed.isdisjoint(names_in(equation.tree)):
            values[name] = statement.evaluate(name, values)
            changed.add(name)
    return values


def _opposite(statement: Statement) -> Iterator[tuple[str, Node]]:
    """δ = (t - y) f', and W + α ∂W."""
    depth = len(statement.problem.network)
    for name, equation in statement.equations.items():
        if (equation.letter, equation.layer) == ("delta", depth):
            yield name, Sum((-1, equation.tree))
        elif equation.part == UPDATE:
            for part, with_ in spots(equation.tree):
                if isinstance(part, Product) and ALPHA in part.children:
                    yield name, with_(Sum((-1, part)))


def _without_half(statement: Statement) -> Iterator[tuple[str, Node]]:
    costs = statement.equations["sample_losses"].tree
    if not is_multiple(costs, HALF):
        return
    tree: Node = costs
    for part, with_ in spots(costs):
        if isinstance(part, Product) and HALF in part.children:
            tree = with_(without_factor(part, HALF))
    yield "sample_losses", tree
    first = next(equation for equation in statement.equations.values() if equation.part == BACKWARD)
    yield first.name, TWO * first.tree


def _is_opposite(parts: Mapping[str, Equation], true: Mapping[str, Array], sheet: Sheet) -> bool:
    """Whether the δ that were written have the opposite sign, but for a few, and an update may make up for it. Where
    ∂ℒ/∂y or the like was written, the sign is no convention.
    """
    if any(e.part == BACKWARD and e.letter != "delta" for e in parts.values()):
        return False
    if not any(e.part == UPDATE for e in parts.values()):
        return False
    signs = [
        np.sign(sheet[name].values) * np.sign(sheet[name].of(true[name]))
        for name, equation in parts.items()
        if equation.letter == "delta"
    ]
    return bool(signs) and bool(np.concatenate(signs).mean() < -OPPOSITE)


def _is_twice(numbers: Numbers, true: Array) -> bool:
    twice = 2 * numbers.of(true)
    return bool((np.abs(numbers.values - twice) <= TWICE * np.abs(twice) + numbers.units).all())
