"""The arithmetic of a number of a step: its tree with the cells in place, in symbols and in numbers that come out."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from core.arrays import Array, Rows
from core.equations import FORWARD
from core.expression import nodes
from core.expression.exact import exactly, gives
from core.expression.line import LinePrinter
from core.expression.nodes import Function, Literal, Name, Node, Number, Rest, RunningSum, Sum
from core.expression.pieces import BLANK, NUMBER, Piece, Pieces, as_text, word
from core.expression.sums import CellCompiler, Indices
from core.expression.value import PRIMITIVES
from core.origins import Place, Scope, scope_of
from core.step import Step
from core.text import significant

DIGITS, MOST_DIGITS = 6, 12
TERMS = 8
OUT_OF_RANGE = {
    math.inf: "out of range: above 1.8e308, the largest number in floating point",
    -math.inf: "out of range: below -1.8e308, the lowest number in floating point",
}
NO_NUMBER = "no number: what it is computed from is out of range"

Spelling: TypeAlias = Callable[[float], str]  # how a number is written down


def spelling(digits: int = DIGITS) -> Spelling:
    """Numbers of `digits` significant digits, without zeros at the end."""
    return partial(significant, digits=digits)


USUAL = spelling()


class Line(NamedTuple):
    """The arithmetic with numbers put in, and what it gives as it is to be written; `exact` where the numbers, as they
    are written, give just that. Where that is out of range there are no numbers, and `result` says so in words.
    """

    numbers: Pieces
    result: str
    exact: bool


class CellArithmetic:
    """How a number of a step comes about: `tree` over cells whose letters stand for `indices`, and its `value`."""

    def __init__(self, scope: Scope, tree: Node, indices: Indices, value: float) -> None:
        self.value = value
        self._scope, self._compiler, self._tree, self._indices = scope, compiler_of(scope), tree, indices

    def symbols(self, n: int = TERMS) -> str:
        """The right side in symbols, with the `n` largest terms where there are more."""
        return as_text(self.symbol_pieces(n))

    def symbol_pieces(self, n: int = TERMS) -> Pieces:
        """The same in pieces."""
        return self._print(self._written_out(n))

    def numbers(self, n: int = TERMS, spell: Spelling = USUAL) -> str:
        """The right side with numbers, each written as `spell` does, in place of the symbols."""
        return as_text(self._print(self._numbered(self._written_out(n)), spell))

    def line(self, n: int = TERMS, digits: int = DIGITS, spell: Callable[[float, int], str] = significant) -> Line:
        """The line of numbers and its result of `digits` significant digits. The numbers have as many digits as it
        takes for them to come out at just that; where 12 are too few, as many as come nearest. `spell(value, digits)`
        writes them.
        """
        if not math.isfinite(self.value):
            return Line((), OUT_OF_RANGE.get(self.value, NO_NUMBER), True)
        tree, result = self._numbered(self._written_out(n)), spell(self.value, digits)
        statement, number = self._scope.statement, Decimal(result)
        nearest, least = partial(_spelled, spell, digits), Decimal("inf")
        for more in range(digits, MOST_DIGITS + 1):
            write = partial(_spelled, spell, more)
            found = exactly(tree, statement.functions, {"n": statement.rows}, write)
            if found is not None and gives(found, result, digits):
                return Line(self._print(tree, write), result, True)
            off = least if found is None else abs(found - number)
            if off < least:
                nearest, least = write, off
        return Line(self._print(tree, nearest), result, False)

    def _print(self, tree: Node, spell: Spelling | None = None) -> Pieces:
        scope = self._scope
        return LinePrinter(self._label, scope.statement.rows, scope.symbols, spell, scope.style)(tree)

    def _place(self, cell: nodes.Cell, indices: Indices) -> Place:
        found = self._scope.cells(cell, indices)
        return Place(found.step, found.name, tuple(i[0] for i in found.indices))

    def _label(self, cell: nodes.Cell) -> Pieces:
        place, here = self._place(cell, {}), self._scope.step.index
        step = (BLANK, word("of step"), BLANK, Piece(NUMBER, str(place.step)))
        return (*self._scope.pieces(place), *(step if place.step != here else ()))

    @np.errstate(all="ignore")
    def _written_out(self, n: int) -> Node:
        return self._closed(self._tree, self._indices, n)

    def _closed(self, node: Node, indices: Indices, n: int) -> Node:
        """A tree without letters, with the `n` largest terms of each sum."""
        if isinstance(node, nodes.Cell):
            place = self._place(node, indices)
            return nodes.Cell(node.name, place.cell, node.back)
        if not isinstance(node, (Sum, RunningSum)):
            return node.with_children(tuple(self._closed(child, indices, n) for child in node.children))
        found = self._compiler.term_groups(node, indices)
        values = np.concatenate([group.values for group in found])
        starts = np.cumsum([0, *(len(group.values) for group in found)])
        order, rest = largest_of(values, n if any(group.letters for group in found) else len(values))
        terms = []
        for i in order:
            at = int(np.searchsorted(starts, i, side="right")) - 1
            group = found[at]
            terms.append((group.sign, self._closed(group.body, {**indices, **group.indices(i - int(starts[at]))}, n)))
        if len(order) < len(values):
            terms.append((1, Rest(len(values) - len(order), Number(rest))))
        return nodes.sum_of(terms)

    def _numbered(self, node: Node) -> Node:
        """A closed tree with numbers in place of its cells, and with the functions of the layers as what they are."""
        statement = self._scope.statement
        if isinstance(node, nodes.Cell):
            return Number(float(self._compiler.value(node, {})))
        if isinstance(node, Name) and node.name != "n":
            return Number(statement.numbers[node.name])
        if isinstance(node, nodes.Power) and isinstance(node.power, str):
            return nodes.Power(self._numbered(node.argument), int(statement.numbers[node.power]))
        if isinstance(node, Literal) and node.value.denominator > 1 and Literal(float(node.value)) == node:
            return Number(float(node.value))
        if isinstance(node, Function) and node.name not in PRIMITIVES:
            if node.slope:
                return Number(float(self._compiler.value(node, {})))
            tree = statement.functions[node.name].tree
            return self._numbered(nodes.put_in_place(tree, {"s": node.argument}))
        return node.with_children(tuple(map(self._numbered, node.children)))


def slope_of(step: Step, k: int, cell: tuple[int, ...], scope: Scope | None = None) -> tuple[Pieces, CellArithmetic]:
    """How a cell of f_k'(s_k) comes about (layers from 1): its symbol, and its arithmetic over s and z."""
    scope = scope or scope_of(step)
    activation, applied = next(
        (equation, equation.tree)
        for equation in scope.statement.equations.values()
        if equation.layer == k and equation.part == FORWARD and isinstance(equation.tree, Function)
    )
    s, z = (nodes.Cell(name, cell) for name in (*nodes.names_in(applied), activation.name))
    tree = nodes.put_in_place(scope.statement.functions[applied.name].slope_tree, {"s": s, "z": z})
    slope = Function(applied.name, s, slope=True)
    value = CellArithmetic(scope, slope, {}, 0.0)
    return value.symbol_pieces(), CellArithmetic(scope, tree, {}, float(compiler_of(scope).value(slope, {})))


def compiler_of(scope: Scope) -> CellCompiler:
    """What works out the cells of a step."""
    return CellCompiler(StepSource(scope), scope.statement.functions, scope.statement.numbers)


class StepSource:
    """The values of a step's cells."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def values_at(self, cell: nodes.Cell, indices: Indices, computed: bool = False) -> Any:
        at = tuple(
            indices[letter] - 1
            if isinstance(letter, str) and letter in indices
            else self._scope.range_of(letter, cell, indices)[0] - 1
            for letter in cell.index
        )
        return self._scope.array(cell, computed)[at]

    def range_of(self, letter: str, cells: tuple[nodes.Cell, ...], indices: Indices) -> Any:
        return self._scope.range_of(letter, next(cell for cell in cells if letter in cell.index), indices)


def order_by_size(values: Array) -> Rows:
    order: Rows = np.argsort(-np.abs(values), kind="stable")
    return order


def largest_of(values: Array, n: int) -> tuple[list[int], float]:
    """Which of the terms of these values are shown, and what the others come to."""
    if len(values) <= n:
        return [*range(len(values))], 0.0
    order = order_by_size(values)
    return order[:n].tolist(), float(values[order[n:]].sum())


def _spelled(spell: Callable[[float, int], str], digits: int, value: float) -> str:
    return spell(value, digits)
