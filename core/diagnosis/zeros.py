"""Which factors make the numbers of a step 0: from a cell on along everything that it is computed from."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from core.arithmetic import compiler_of
from core.arrays import Array, Mask, Rows
from core.equations import BACKWARD, GIVEN, GRADIENT
from core.expression.cell import ANY_OTHER, LARGEST, OTHER, TRUE, cells_in
from core.expression.nodes import (
    Cell,
    Function,
    Literal,
    Name,
    Node,
    Positive,
    Power,
    Product,
    Quotient,
    RunningSum,
    Sum,
    walk,
)
from core.expression.sums import Indices
from core.origins import Place, Scope
from core.rules import Rule

MOST_CELLS = 20_000  # that are looked into: about a second
# Why a path ends.
SLOPE, FUNCTION, INACTIVE, ZERO, NUMBER = "slope", "function", "inactive", "zero", "number"
ABSENT, CANCEL, UNDERFLOW, FROZEN, ROUNDING = "absent", "cancel", "underflow", "frozen", "rounding"


class Key(NamedTuple):
    """What cuts paths: the `reason`, the quantity `name` whose cells do, and the node of the factor, in which `name`'s
    cell may stand: f'(s), [term > 0], α.
    """

    reason: str
    name: str
    node: Node | None = None


class Zeros:
    """The factors that make a cell 0, found backward through the step's quantities, each of them once.

    cuts    by what cuts, the cells that do, a mask over its quantity's values
    left    how many cells were not looked into, since there are too many
    """

    def __init__(self, scope: Scope) -> None:
        self.cuts: dict[Key, Mask] = {}
        self.left = 0
        self._scope, self._compiler = scope, compiler_of(scope)
        self._pending: dict[str, Mask] = {}
        self._owner: tuple[str, Rows] = ("", np.zeros((0, 0), dtype=int))

    @np.errstate(all="ignore")
    def follow(self, place: Place) -> None:
        """Look into a cell that is 0, and into whatever makes it so."""
        self._mask(self._pending, place.name)[tuple(i - 1 for i in place.cell)] = True
        self._follow_pending()

    @np.errstate(all="ignore")
    def follow_change(self, place: Place, before: str) -> None:
        """Look into why an updated weight is what it was `before` the step."""
        found = self._scope.rule(place)
        assert found is not None
        rule, _ = found
        cells = np.array([place.cell])
        self._owner = (place.name, cells)
        if isinstance(rule.tree, Cell):
            self._cut_owner(FROZEN, np.ones(1, dtype=bool))
            return
        indices, where = self._arrays(rule, cells), np.ones(1, dtype=bool)
        assert isinstance(rule.tree, Sum)
        terms = [term for _, term in rule.tree.terms if not (isinstance(term, Cell) and term.name == before)]
        values = [self._value(term, indices, where) for term in terms]
        for term, value in zip(terms, values, strict=True):
            self._zero(term, indices, where & (value == 0))
        if any(value.any() for value in values):
            signs = [sign for sign, term in rule.tree.terms if term in terms]
            total = sum(sign * value for sign, value in zip(signs, values, strict=True))
            self._cut_owner(CANCEL if not np.any(total) else ROUNDING, where)
        self._follow_pending()

    def _follow_pending(self) -> None:
        seen = 0
        for name in reversed(list(self._scope.statement.equations)):
            mask = self._pending.pop(name, None)
            if mask is None:
                continue
            cells = np.argwhere(mask) + 1
            room = max(0, MOST_CELLS - seen)
            self.left += max(0, len(cells) - room)
            cells, seen = cells[:room], seen + len(cells)
            for rule, some in self._by_rule(name, cells):
                self._look_into(name, rule, some)

    def _by_rule(self, name: str, cells: Rows) -> list[tuple[Rule, Rows]]:
        """The cells by the rule that holds for them; one at a time where its letters depend on the row."""
        found: dict[Rule, list[Rows]] = {}
        for cell in cells:
            ruled = self._scope.rule(Place(self._scope.step.index, name, tuple(cell.tolist())))
            if ruled is not None:
                found.setdefault(ruled[0], []).append(cell)
        return [
            (rule, np.array(part))
            for rule, some in found.items()
            for part in ([[cell] for cell in some] if _depends_on_row(rule) else [some])
        ]

    def _look_into(self, name: str, rule: Rule, cells: Rows) -> None:
        self._owner = (name, cells)
        where = np.ones(len(cells), dtype=bool)
        if rule.is_zero:
            self._cut_owner(ABSENT, where)
            return
        self._zero(rule.tree, self._arrays(rule, cells), where)

    def _arrays(self, rule: Rule, cells: Rows) -> Indices:
        indices: dict[str, Any] = {}
        for axis, letter in enumerate(rule.letters):
            if isinstance(letter, str):
                column = cells[:, axis]
                indices[letter] = int(column[0]) if _depends_on_row(rule) else column
        return indices

    def _value(self, node: Node, indices: Indices, where: Mask) -> Array:
        return np.broadcast_to(np.asarray(self._compiler.value(node, indices), dtype=float), where.shape)

    def _zero(self, node: Node, indices: Indices, where: Mask) -> None:
        """Note why `node` is 0 `where` it is."""
        if not where.any():
            return
        if isinstance(node, (Sum, RunningSum)):
            self._zero_sum(node, indices, where)
        elif isinstance(node, Product):
            self._zero_product(node, indices, where)
        elif isinstance(node, (Power, Quotient)):
            argument = node.children[0]
            zero = where & (self._value(argument, indices, where) == 0)
            self._zero(argument, indices, zero)
            self._cut_owner(UNDERFLOW, where & ~zero)
        elif isinstance(node, Cell):
            self._zero_cell(node, indices, where)
        elif isinstance(node, (Function, Positive)) and isinstance(node.children[0], Cell):
            self._zero_function(node, node.children[0], indices, where)
        elif isinstance(node, Name):
            self._cut_owner(NUMBER, where, node)
        else:
            self._cut_owner(ABSENT if isinstance(node, Literal) else FUNCTION, where)

    def _zero_sum(self, node: Node, indices: Indices, where: Mask) -> None:
        equations, owner = self._scope.statement.equations, self._owner[0]
        if equations[owner].part in (BACKWARD, GRADIENT) and not self._is_of_way_back(node):
            self._cut_owner(CANCEL, where)  # the way back begins here: y_out - y_gt
            return
        if isinstance(node, RunningSum):
            among = self._compiler.source.range_of(node.letter, cells_in(node.body), indices)
            indices = {k: i[..., np.newaxis] if np.ndim(i) else i for k, i in indices.items()} | {
                node.letter: np.asarray(among)
            }
            terms, within = [node.body], np.broadcast_to(where[..., np.newaxis], (*where.shape, len(among)))
        else:
            terms, within = list(node.children), where
        open_ = np.zeros(where.shape, dtype=bool)
        for term in terms:
            zero = self._value(term, indices, within) == 0
            self._zero(term, indices, within & zero)
            open_ |= (within & ~zero).any(axis=-1) if within.ndim > where.ndim else within & ~zero
        self._cut_owner(CANCEL, open_)

    def _zero_product(self, node: Product, indices: Indices, where: Mask) -> None:
        """The first factor that is 0 on the way from the cell to the loss: what the gradient comes from is last."""
        left = where
        for factor in sorted(node.children, key=self._is_of_way_back):
            zero = left & (self._value(factor, indices, where) == 0)
            self._zero(factor, indices, zero)
            left = left & ~zero
        self._cut_owner(UNDERFLOW, left)

    def _is_of_way_back(self, node: Node) -> bool:
        equations = self._scope.statement.equations
        return any(
            cell.name in equations and equations[cell.name].part in (BACKWARD, GRADIENT) for cell in cells_in(node)
        )

    def _zero_cell(self, cell: Cell, indices: Indices, where: Mask) -> None:
        statement = self._scope.statement
        if cell.name in statement.given and statement.given[cell.name].part == GIVEN:
            self._cut(Key(ZERO, cell.name), cell, indices, where)
        else:
            self._mark(self._mask(self._pending, cell.name), cell, indices, where)

    def _zero_function(self, node: Function | Positive, cell: Cell, indices: Indices, where: Mask) -> None:
        functions = self._scope.statement.functions
        if isinstance(node, Function) and not node.slope and (known := functions.get(node.name)) and known.is_identity:
            self._zero_cell(cell, indices, where)
            return
        slope = isinstance(node, Function) and node.slope
        inactive = isinstance(node, Positive) or (isinstance(node, Function) and node.name == "relu" and not slope)
        reason = SLOPE if slope else INACTIVE if inactive else FUNCTION
        # The same node for all cells, whatever their letters.
        self._cut(Key(reason, cell.name, node.with_children((Name(cell.name),))), cell, indices, where)

    def _cut(self, key: Key, cell: Cell, indices: Indices, where: Mask) -> None:
        if key not in self.cuts:
            self.cuts[key] = np.zeros(self._scope.values[key.name].shape, dtype=bool)
        self._mark(self.cuts[key], cell, indices, where)

    def _cut_owner(self, reason: str, where: Mask, node: Node | None = None) -> None:
        """The cells of the quantity that is looked into are 0 for a reason that is no other cell's."""
        if not where.any():
            return
        name, cells = self._owner
        mask = self.cuts.setdefault(Key(reason, name, node), np.zeros(self._scope.values[name].shape, dtype=bool))
        some = cells[where.reshape(len(cells), -1).any(axis=1)]
        mask[tuple(some.T - 1)] = True

    def _mask(self, masks: dict[str, Mask], name: str) -> Mask:
        return masks.setdefault(name, np.zeros(self._scope.values[name].shape, dtype=bool))

    def _mark(self, mask: Mask, cell: Cell, indices: Indices, where: Mask) -> None:
        at = []
        for letter in cell.index:
            if isinstance(letter, str) and letter in indices:
                index = np.asarray(indices[letter])
            else:
                index = np.asarray(self._scope.range_of(letter, cell, indices)[0])
            at.append(np.broadcast_to(index - 1, where.shape)[where])
        mask[tuple(at)] = True


def _depends_on_row(rule: Rule) -> bool:
    """Whether the tree has letters whose range another row has otherwise: the true class, the largest entry."""
    letters = {letter for part in walk(rule.tree) if isinstance(part, Cell) for letter in part.index}
    letters |= {part.letter for part in walk(rule.tree) if isinstance(part, RunningSum)}
    return bool((letters & {TRUE, OTHER, ANY_OTHER, LARGEST}) - set(rule.letters))
