"""Slips in one term of the sum that a number is: the term left out, or with the wrong sign."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.written import Position
from core.computation import Values
from core.equations import UPDATE, Statement
from core.expression.nodes import ALL, COLUMNS, MatrixProduct, Name, Node, Sum, Total, Transpose, sum_of
from core.expression.spots import Spot, spots
from core.expression.typed import as_typed

LEFT_OUT, SIGN = "term left out", "sign of a term"
MOST_TERMS = 64
THE_SUM = "the sum"


class TermSlip(NamedTuple):
    """A slip in one term of a number: its kind, in words, and what the number comes to with it."""

    kind: str
    text: str
    value: float


class _Terms(NamedTuple):
    """The terms of a sum in one place of it: their `values`, `labels`, the whole sum, and the place."""

    values: Array
    labels: list[str]
    whole: Array
    place: tuple[int, int]


def term_slips(statement: Statement, name: str, position: Position, values: Values) -> Iterator[TermSlip]:
    """The slips in a term of the number at a position (from 0) of a quantity, from `values` of those before it."""
    equation = statement.equations[name]
    right = _at(statement, name, equation.tree, values, position)
    found: dict[float, TermSlip] = {}
    for spot in spots(equation.tree):
        for slip in _of_spot(statement, name, spot, position, values):
            found.setdefault(float(f"{slip.value:.12g}"), slip)
    for value, slip in found.items():
        if np.isfinite(value) and value and not np.isclose(abs(value), abs(right), rtol=1e-9):
            yield slip


def _of_spot(statement: Statement, name: str, spot: Spot, position: Position, values: Values) -> Iterator[TermSlip]:
    equation = statement.equations[name]
    if isinstance(spot.part, Sum) and equation.part != UPDATE:
        yield from _of_sum(statement, name, spot, spot.part, position, values)
        return
    terms = _terms(statement, spot.part, position, values)
    if terms is None or np.count_nonzero(terms.values) < 2 or len(terms.values) > MOST_TERMS:
        return
    evaluate = statement.compiled(spot.with_(Name(THE_SUM)), equation.axes)
    for term, label in zip(terms.values.tolist(), terms.labels, strict=True):
        for kind, times, words in ((LEFT_OUT, 1, "{} is left out"), (SIGN, 2, "the sign of {} is wrong")):
            changed = terms.whole.copy()
            changed[terms.place] -= times * term
            made = evaluate({**values, THE_SUM: changed})
            yield TermSlip(kind, words.format(label), _number(made, values[name].shape, position))


def _of_sum(
    statement: Statement, name: str, spot: Spot, total: Sum, position: Position, values: Values
) -> Iterator[TermSlip]:
    """Of a sum that is written out; a minus alone is none."""
    if len(total.terms) < 2:
        return
    for i, (sign, term) in enumerate(total.terms):
        rest = [t for j, t in enumerate(total.terms) if j != i]
        label = f"{as_typed(term)} in {as_typed(total)}"
        made = _at(statement, name, spot.with_(sum_of(rest)), values, position)
        yield TermSlip(LEFT_OUT, f"{as_typed(term)} is left out of {as_typed(total)}", made)
        turned = Sum(*total.terms[:i], (-sign, term), *total.terms[i + 1 :])
        made = _at(statement, name, spot.with_(turned), values, position)
        yield TermSlip(SIGN, f"the sign of {label} is wrong", made)


def _at(statement: Statement, name: str, tree: Node, values: Values, position: Position) -> float:
    """What a tree in the place of a quantity's comes to at a position; not a number where it has no such shape."""
    try:
        made = statement.compiled(tree, statement.equations[name].axes)(values)
    except IndexError:  # a number is left, where a matrix was to be summed
        return np.nan
    return _number(made, values[name].shape, position)


def _number(made: Array, shape: tuple[int, ...], position: Position) -> float:
    """A number of what was computed, repeated over rows or columns where it has fewer."""
    found = made if made.size == prod(shape) else np.broadcast_to(made, shape)
    return float(found.reshape(shape)[position])


def _terms(statement: Statement, part: Node, position: Position, values: Values) -> _Terms | None:
    """What a product of matrices or a sum over rows or columns adds up for a position; None for anything else."""

    def matrix(node: Node) -> Any:
        return np.asarray(statement.compiled(node, "ij")(values))

    if isinstance(part, MatrixProduct) and len(part.children) == 2 and len(position) == 2:
        (left, right), (i, j) = part.children, position
        one, other = matrix(left), matrix(right)
        labels = [f"{_label(left, (i, k))} {_label(right, (k, j))}".strip() for k in range(one.shape[1])]
        return _Terms(one[i] * other[:, j], labels, one @ other, (i, j))
    if isinstance(part, Total) and isinstance(part.argument, Name):
        summed, name = np.atleast_2d(matrix(part.argument)), part.argument
        if part.over == ALL:
            shape = values[name.name].shape
            return _Terms(
                summed.ravel(), [_cell(name.name, at) for at in np.ndindex(shape)], summed.sum(keepdims=True), (0, 0)
            )
        if part.over == COLUMNS:
            i = position[0] if position else 0
            labels = [_label(name, (i, k)) for k in range(summed.shape[1])]
            return _Terms(summed[i], labels, summed.sum(axis=1, keepdims=True), (i, 0))
        j = position[-1] if position else 0
        labels = [_label(name, (k, j)) for k in range(summed.shape[0])]
        return _Terms(summed[:, j], labels, summed.sum(axis=0, keepdims=True), (0, j))
    return None


def _label(node: Node, place: tuple[int, int]) -> str:
    """A place of a matrix by its quantity's name and cell; "" where it is none by itself."""
    if isinstance(node, Transpose):
        return _label(node.argument, place[::-1])
    return _cell(node.name, place) if isinstance(node, Name) else ""


def _cell(name: str, place: tuple[int, ...]) -> str:
    return f"{name}[{','.join(str(i + 1) for i in place)}]"
