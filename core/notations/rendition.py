"""A step's equations as a notation writes them: names, layout, the sign of δ and the place of 1/n."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from core.arrays import Array
from core.equations import (
    BACKWARD,
    GRADIENT,
    NUMBER,
    PER_SAMPLE,
    PER_UNIT,
    UPDATE,
    Equation,
    Statement,
)
from core.expression.nodes import (
    COLUMNS,
    NUMBERS,
    ROWS,
    Literal,
    Name,
    Node,
    Product,
    Quotient,
    Sum,
    product_of,
    put_in_place,
)
from core.losses import SquaredError
from core.network import Layer, Network
from core.notations.names import Spelling, function_words, lowered, role_of, spellings
from core.notations.turning import Layout, numbers_first, shared, transposes, with_opposites
from core.notations.words import (
    GRADIENTS,
    IN_DELTA,
    IN_GRADIENT,
    IN_UPDATE,
    MINUS,
    OUT_IN,
    ROLES,
    Notation,
)
from core.problem import Problem
from core.quantity import NEXT
from core.record import Record

SHARE = Quotient(Literal(1), Name("n"))
LETTERS = {"dweight": "dW", "dbias": "db"}


def typical_statement(depth: int) -> Statement:
    """The equations of a network of so many layers with biases, whose squared error is a mean."""
    zeros = np.zeros((2, 1))
    layers = [Layer(weights=np.zeros((1, 1)), bias=np.zeros(1)) for _ in range(depth)]
    problem = Problem("", zeros, zeros, Network(layers), SquaredError(), 1.0, reduction="mean")
    return Statement(problem, 2, detailed=False)


@dataclass(frozen=True, eq=False)
class Rendition(Record):
    """The equations of a statement as a notation writes them. Quantities go by sgdb's names; what a tree has of them is
    what the notation calls so: turned, with its sign, and without the 1/n that it has elsewhere.
    """

    notation: Notation
    statement: Statement

    @cached_property
    def spellings(self) -> dict[str, Spelling]:
        """How every quantity and number is written, by sgdb's name."""
        found = spellings(self.notation, self.statement)
        return {name: spelling for name, spelling in found.items() if name not in self._unnamed}

    @cached_property
    def names(self) -> dict[str, str]:
        """sgdb's names by every form of the notation's, in the reader's plain letters."""
        found = {form: name for name, spelling in self.spellings.items() for form in spelling.forms()}
        if behind := self.notation.behind:
            of = {e.gradient_of: name for name, e in self.statement.equations.items() if e.gradient_of}
            found |= {f"{form}{behind}": of[name] for form, name in found.items() if name in of}
        word = self.notation.word("activation")
        return found if word is None else {f"{word.typed}{self.notation.units}": "X_in", **found}

    def lowered(self, text: str) -> str:
        """A formula or name with the layers' numbers as indices below, as many characters as before: Z_1 for Z[1]."""
        return lowered(self.notation, self.names, text)

    @property
    def classes(self) -> str:
        """What a sum over a sample's classes runs over."""
        return ROWS if self.notation.in_columns else COLUMNS

    def meaning(self, name: str) -> str:
        """What a quantity or number is, in words."""
        equation = self._equations.get(name)
        letter, layer = ("", None) if equation is None else (equation.letter, equation.layer)
        role = role_of(name, letter, layer == len(self.statement.problem.network))
        what = self.statement.own_symbols[name] if role is None else ROLES[role][0]
        return f"{what} after the step" if name.endswith(NEXT) else what

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """The words for the layers' functions, each with sgdb's name; "" for that of the layer it is applied to."""
        return function_words(self.notation, len(self.statement.problem.network))

    @cached_property
    def trees(self) -> dict[str, Node]:
        """What every quantity that the notation has a name for is computed by, in its layout."""
        return {name: self._tree(name) for name in self.statement.equations if name not in self._unnamed}

    @cached_property
    def plain_trees(self) -> dict[str, Node]:
        """The same in sgdb's layout."""
        return {name: self._layout(tree, self.turns(name)) for name, tree in self.trees.items()}

    @cached_property
    def stated(self) -> dict[str, Node]:
        """What every quantity is computed by, with the notation's signs and its place of 1/n, in sgdb's layout."""
        return {name: self._with_sign(name, self._scaled_tree(name, e)) for name, e in self.statement.equations.items()}

    def turns(self, name: str) -> bool:
        """Whether a quantity is turned: W where it is out x in, anything else where samples are columns."""
        equation = self._equations.get(name)
        if equation is None or equation.axes == NUMBER:
            return False
        is_weight = equation.letter[-1:] == "W"
        return self.notation.weights == OUT_IN if is_weight else self.notation.in_columns

    def factor(self, name: str) -> float:
        """What sgdb's numbers of a quantity are multiplied by: -1 for a δ of the other sign, n without the 1/n."""
        sign = -1.0 if name in self._opposite else 1.0
        return sign * (self.statement.rows if name in self._scaled else 1)

    def turned(self, name: str, values: Array) -> Array:
        """A quantity's values as the notation has them: a matrix in its layout, a bias a row or column; or a number."""
        found: Array = self.laid_out(name, self.factor(name) * np.asarray(values))
        return found

    def laid_out(self, name: str, values: Any) -> Any:
        """An array of a quantity's shape, whatever is in it, in the notation's layout."""
        found, axes = np.asarray(values), self._equations[name].axes
        if axes == PER_SAMPLE:
            found = found[:, np.newaxis]
        elif axes == PER_UNIT:
            found = found[np.newaxis, :]
        return found.T if self.turns(name) else found

    def plain(self, name: str, values: Array) -> Array:
        """A quantity's values as sgdb has them, from those of the notation. Raises ValueError where a bias, or what is
        per sample, is a matrix of more than one row and column.
        """
        found = np.asarray(values) / self.factor(name)
        found = found.T if self.turns(name) else found
        axes = self._equations[name].axes
        if axes not in (PER_SAMPLE, PER_UNIT):
            return found
        if found.ndim == 2 and 1 not in found.shape:
            raise ValueError(f"expected a row or a column, found an array of shape {found.shape}")
        return found.reshape(-1)

    def as_stated(self, name: str, tree: Node) -> Node:
        """What a formula for a quantity in this notation comes to in sgdb's names, layout, signs and place of 1/n."""
        plain = put_in_place(self._layout(tree, self.turns(name)), self._leaves)
        if name in self._scaled:
            plain = SHARE * plain
        return Sum((-1, plain)) if name in self._opposite else plain

    def scaled(self, name: str, tree: Node) -> Node:
        """One of sgdb's formulas for a quantity with the notation's signs and place of 1/n, in sgdb's layout."""
        leaves: dict[str, Node] = {}
        for other in self._scaled | self._opposite:
            leaf = SHARE * Name(other) if other in self._scaled else Name(other)
            leaves[other] = Sum((-1, leaf)) if other in self._opposite else leaf
        tree = put_in_place(tree, leaves)
        tree = Name("n") * tree if name in self._scaled else tree
        return Sum((-1, tree)) if name in self._opposite else tree

    def part(self, tree: Node) -> Node:
        """A part of one of sgdb's formulas in the notation's layout, turned or not, whichever has fewer transposes."""
        return min((self._layout(tree), self._layout(tree, over=True)), key=transposes)

    @cached_property
    def _equations(self) -> dict[str, Equation]:
        return {**self.statement.given, **self.statement.equations}

    @cached_property
    def _layout(self) -> Layout:
        return Layout(self.turns, self.notation.in_columns, NUMBERS.union(self.statement.numbers))

    @cached_property
    def _unnamed(self) -> frozenset[str]:
        letters = {LETTERS[role] for role in GRADIENTS if self.notation.lacks(role)}
        return frozenset(name for name, e in self._equations.items() if e.letter in letters)

    @cached_property
    def _opposite(self) -> frozenset[str]:
        opposite = self.notation.sign == MINUS
        return frozenset(name for name, e in self._equations.items() if opposite and e.letter == "delta")

    @property
    def layout(self) -> str:
        """What a reader must know in a line: "Columns are samples; W is out x in; dZ has no 1/m.\"."""
        return self.notation.layout(self.is_mean)

    @property
    def is_mean(self) -> bool:
        """Whether there is a 1/n at all."""
        return self.statement.problem.reduction == "mean" and self.statement.rows > 1

    @property
    def mean(self) -> str:
        """Where the 1/n is; in δ where there is none."""
        return self.notation.mean if self.is_mean else IN_DELTA

    @cached_property
    def _scaled(self) -> frozenset[str]:
        """The quantities without the 1/n that they have in sgdb."""
        parts = {IN_DELTA: (), IN_GRADIENT: (BACKWARD,), IN_UPDATE: (BACKWARD, GRADIENT)}[self.mean]
        return frozenset(name for name, e in self._equations.items() if e.part in parts)

    @cached_property
    def _leaves(self) -> dict[str, Node]:
        """What the notation's quantities are in sgdb's, where they differ."""
        found: dict[str, Node] = {}
        for name in self._scaled | self._opposite:
            leaf = Name("n") * Name(name) if name in self._scaled else Name(name)
            found[name] = Sum((-1, leaf)) if name in self._opposite else leaf
        return found

    @cached_property
    def _without_share(self) -> dict[str, Equation]:
        """The equations of the same problem whose loss is a sum."""
        problem = replace(self.statement.problem, reduction="sum")
        return replace(self.statement, problem=problem, index=0).equations

    def _tree(self, name: str) -> Node:
        equation = self.statement.equations[name]
        tree = self._scaled_tree(name, equation)
        if self._unnamed:
            tree = put_in_place(
                tree, {other: self._scaled_tree(other, self._equations[other]) for other in self._unnamed}
            )
        tree = self._layout(self._with_sign(name, tree), self.turns(name))
        is_changed = self.mean != IN_DELTA or bool(self._unnamed)
        return numbers_first(tree) if is_changed and equation.part in (GRADIENT, UPDATE) else tree

    def _with_sign(self, name: str, tree: Node) -> Node:
        """A quantity's tree with the sign that the notation has for δ."""
        return with_opposites(tree, self._opposite, name in self._opposite) if self._opposite else tree

    def _scaled_tree(self, name: str, equation: Equation) -> Node:
        """A quantity's tree with the 1/n where the notation has it."""
        if self.mean == IN_DELTA:
            return equation.tree
        if equation.part == BACKWARD:
            return self._without_share[name].tree
        if equation.part == GRADIENT:
            data, *penalty = equation.tree.terms if isinstance(equation.tree, Sum) else ((1, equation.tree),)
            if self.mean == IN_GRADIENT:
                terms = [(1, Product(SHARE, data[1])), *penalty]
            else:
                terms = [data, *((sign, product_of((Name("n"), *_factors(term)))) for sign, term in penalty)]
            return Sum(*terms) if penalty else terms[0][1]
        if equation.part == UPDATE and self.mean == IN_UPDATE:
            shares: dict[str, Node] = {other: Product(SHARE, Name(other)) for other in self._scaled}
            return shared(put_in_place(equation.tree, shares), SHARE)
        return equation.tree


def _factors(node: Node) -> tuple[Node, ...]:
    """The factors of a product, or what is none by itself."""
    return node.children if isinstance(node, Product) else (node,)
