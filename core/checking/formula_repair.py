"""What is wrong with a formula: it is laid beside the right one, part by part, and what does not agree is named.

Parts agree when they have the same values, however they are written. The right formula is spelled out as far as the
person's is: δ_1 in a factor of its own, or in terms of δ_2, and so on up to y_out - y_gt. Every repair, of a part as of
the whole, is evaluated before it is offered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeGuard

import numpy as np

from core.arrays import Array
from core.checking.formula_edits import (
    MINUS,
    Factor,
    Term,
    added,
    edits,
    factors,
    flipped,
    is_multiple,
    is_number,
    is_product,
    is_sum,
    opposite,
    quoted,
    replaced,
    terms,
    transposed,
    weight,
    without,
)
from core.checking.formula_grammar import (
    Binary,
    Call,
    FormulaError,
    Name,
    Node,
    Number,
    Square,
    Total,
    Transpose,
    function_name,
    render,
    walk,
    with_children,
)
from core.checking.formula_values import Evaluator, is_same
from core.quantity import canonical

MOST_TRIED = 3_000
MOST_MISTAKES = 5
MOST_WORK = 20_000_000  # numbers computed while searching
BELONGS = "does not belong"
ROLES = {"forward": ("X", "s", "z", "y", "o", "p"), "backward": ("delta", "dW", "db", "do", "dp")}
GROUPING = "the parentheses are wrong"
DISORDER = "the order, transposes or kinds of product are wrong"


class Repair(NamedTuple):
    """A right formula out of a person's: what was wrong in words, and how much that was (0 where nothing was)."""

    tree: Node
    notes: tuple[str, ...] = ()
    cost: int = 0


@dataclass(frozen=True)
class Pair:
    """A factor of the person's that stands for one of the right product; `crossed` where it is that one's transpose."""

    mine: Factor
    right: Factor
    repair: Repair
    crossed: bool = False

    @property
    def is_turned_wrongly(self) -> bool:
        return (self.mine.turned ^ self.crossed) != self.right.turned


@dataclass
class Pairing:
    """The factors of two products, numbers apart, as far as they stand for each other. `optional` are those of the
    right product that are missing but have only ones, `opposites` those of the person's that have the other sign.
    """

    mine: list[Factor]
    right: list[Factor]
    pairs: list[Pair] = field(default_factory=list)
    foreign: list[Factor] = field(default_factory=list)
    missing: list[Factor] = field(default_factory=list)
    optional: list[Factor] = field(default_factory=list)
    opposites: list[Factor] = field(default_factory=list)

    @property
    def is_in_sequence(self) -> bool:
        """Whether the person's factors come in the right order."""
        return self._places == sorted(self._places)

    @property
    def is_in_order(self) -> bool:
        """Whether they are turned and joined as they should be, too."""
        if not self.is_in_sequence or any(pair.is_turned_wrongly for pair in self.pairs):
            return False
        joined = {self.right.index(pair.right): (self.mine.index(pair.mine), pair) for pair in self.pairs}
        return all(
            pair.mine.operator == pair.right.operator
            for j, (i, pair) in joined.items()
            if j - 1 in joined and joined[j - 1][0] == i - 1
        )

    @property
    def _places(self) -> list[int]:
        pairs = sorted(self.pairs, key=lambda pair: self.mine.index(pair.mine))
        return [self.right.index(pair.right) for pair in pairs]


class Mender:
    """Finds repairs of formulas for the quantity `name` that hold at some points, given the right formula of every
    quantity.
    """

    def __init__(self, name: str, points: Sequence[Evaluator], definitions: Mapping[str, Node]) -> None:
        self._name = name
        self._points = points
        self._depth = points[0].depth
        self._definitions = definitions
        self._values: list[dict[Node, Array | None]] = [{} for _ in points]
        self._found: dict[tuple[Node, Node], Repair | None] = {}

    def mend(self, mine: Node, right: Node) -> Repair | None:
        """The least repair that turns `mine` into a formula with the values of `right`, if enough of it belongs."""
        found = self._repair(self._tidy(mine), right)
        allowed = min(MOST_MISTAKES, max(2, weight(mine) - 1))  # something of it must belong
        return found if found is not None and found.cost <= allowed else None

    def _value(self, node: Node, point: int = 0) -> Array | None:
        """The value of a formula at a point; None where it has none, or names the very quantity that it is for."""
        values, evaluate = self._values[point], self._points[point]
        if node not in values:
            if len(values) > MOST_TRIED or evaluate.work > MOST_WORK:
                return None
            try:
                values[node] = None if self._name in evaluate.names(node) else evaluate(node)
            except FormulaError:
                values[node] = None
        return values[node]

    def _agree(self, mine: Node, right: Node) -> bool:
        return all(self._matches(mine, right, point) for point in range(len(self._points)))

    def _matches(self, mine: Node, right: Node, point: int) -> bool:
        found, target = self._value(mine, point), self._value(right, point)
        return found is not None and target is not None and is_same(found, target)

    def _is_number(self, node: Node) -> bool:
        """Whether it is a number, but for a sum, which is a factor like any other."""
        value = self._value(node)
        return value is not None and value.ndim == 0 and not any(isinstance(part, Total) for part in walk(node))

    def _is_one(self, node: Node) -> bool:
        value = self._value(node)
        return value is not None and bool((value == 1).all())

    def _tidy(self, node: Node) -> Node:
        """The formula with the numbers in front of its sums, not inside, and with squares for A .* A."""
        if isinstance(node, (Number, Name)):
            return node
        if isinstance(node, Binary):
            if node.operator == ".*" and node.left == node.right:
                return Square(self._tidy(node.left))
            return with_children(node, (self._tidy(node.left), self._tidy(node.right)))
        inner = self._tidy(node.argument)
        if isinstance(node, Total) and isinstance(inner, Binary) and is_product(inner):
            if self._is_number(inner.left) and inner.operator != "/":
                return Binary(inner.operator, inner.left, self._tidy(Total(inner.right)))
            if self._is_number(inner.right):
                return Binary(inner.operator, self._tidy(Total(inner.left)), inner.right)
        return with_children(node, (inner,))

    def _repair(self, mine: Node, right: Node) -> Repair | None:
        if (mine, right) not in self._found:
            self._found[mine, right] = None  # as long as it is being looked for
            self._found[mine, right] = self._least(mine, right)
        return self._found[mine, right]

    def _least(self, mine: Node, right: Node) -> Repair | None:
        if self._agree(mine, right):
            return Repair(mine)
        best: Repair | None = None
        for found in self._candidates(mine, right):
            if (best is None or found.cost < best.cost) and self._agree(found.tree, right):
                best = found
                if best.cost == 1:
                    break
        return best

    def _candidates(self, mine: Node, right: Node) -> Iterator[Repair]:
        if not is_sum(mine) and not is_multiple(mine):
            yield self._whole(mine)
        if isinstance(right, Call):
            yield from self._call(mine, right)
        elif isinstance(right, Total):
            yield from self._total(mine, right)
        elif isinstance(right, Square):
            yield from self._square(mine, right)
            right = Binary(".*", right.argument, replace(right.argument))
        if is_product(mine) or is_product(right):
            for level in self._levels(right):
                yield from self._product(mine, level)
        if is_sum(right) or (is_sum(mine) and (not _is_leaf(right) or self._has_term(mine, right))):
            yield from self._sum(mine, right)
        definition = self._definitions.get(canonical(right.name, self._depth)) if _is_name(right) else None
        if definition is not None and (not _is_leaf(mine) or isinstance(definition, (type(mine), Total))):
            yield from _some(self._repair(mine, definition))
        if _is_leaf(mine) and _is_leaf(right):
            yield _exchange(mine, right)
        if isinstance(mine, (Call, Total, Square)) and type(mine) is not type(right):
            yield from self._too_much(mine, right)

    def _whole(self, mine: Node) -> Repair:
        if isinstance(mine, Transpose):
            return Repair(mine.argument, (f"{render(mine.argument)} must not be transposed",), 1)
        return Repair(transposed(mine), (f"{quoted(mine)} must be transposed",), 1)

    def _call(self, mine: Node, right: Call) -> Iterator[Repair]:
        """f(argument) where it should be another f, or another argument, or where the f is missing."""
        if not isinstance(mine, Call):
            inner = self._repair(mine, right.argument)
            if inner is not None:
                words = (
                    f"{function_name(right)} is missing: {render(inner.tree)} must be {render(_on(right, inner.tree))}"
                )
                yield Repair(_on(right, inner.tree), (*inner.notes, words), inner.cost + 1)
            return
        inner = self._repair(mine.argument, right.argument) or Repair(right.argument, ("",), weight(mine))
        is_function = self._points[0].function(mine) is self._points[0].function(right)
        new = replace(mine if is_function else right, derivative=right.derivative, argument=inner.tree)
        wrong = (not is_function) + (mine.derivative != right.derivative)
        if not wrong and not _is_leaf(mine.argument):
            yield Repair(new, inner.notes, inner.cost)
            return
        label = canonical(f"s_{mine.function}", self._depth)
        if mine.argument == Name(label) and inner.cost:  # f_j(s_j) for f_k(s_k) is one slip
            new, wrong = replace(right, argument=inner.tree), wrong - (not is_function)
        yield Repair(new, (f"{render(mine)} must be {render(new)}",), wrong + inner.cost)

    def _total(self, mine: Node, right: Total) -> Iterator[Repair]:
        if isinstance(mine, Total):
            inner = self._repair(mine.argument, right.argument)
            if inner is not None:
                yield Repair(Total(inner.tree), inner.notes, inner.cost)
            return
        if isinstance(mine, Square) and isinstance(mine.argument, Total):
            inner = self._repair(Square(mine.argument.argument), right.argument)
            if inner is not None:
                words = "the squares must be summed, not the sum squared"
                yield Repair(Total(inner.tree), (*inner.notes, words), inner.cost + 1)
        inner = self._repair(mine, right.argument)
        if inner is None:
            return
        if self._agree(inner.tree, right):
            yield inner
        words = f"the sum over {self._points[0].summed} is missing"
        yield Repair(Total(inner.tree), (*inner.notes, words), inner.cost + 1)

    def _square(self, mine: Node, right: Square) -> Iterator[Repair]:
        inner = self._repair(mine.argument if isinstance(mine, Square) else mine, right.argument)
        if inner is not None and isinstance(mine, Square):
            yield Repair(Square(inner.tree), inner.notes, inner.cost)
        elif inner is not None:
            yield Repair(Square(inner.tree), (*inner.notes, f"{quoted(inner.tree)} must be squared"), inner.cost + 1)

    def _too_much(self, mine: Call | Total | Square, right: Node) -> Iterator[Repair]:
        """A function where there should be none."""
        inner = self._repair(mine.argument, right)
        if inner is not None:
            what = {Total: "the sum", Square: "the square"}.get(type(mine), "")
            what = what or function_name(mine) if isinstance(mine, Call) else what
            yield Repair(inner.tree, (*inner.notes, f"{what} {BELONGS}"), inner.cost + 1)

    def _sum(self, mine: Node, right: Node) -> Iterator[Repair]:
        """Terms that are wrong, missing, too many or of the wrong sign."""
        left, wanted = list(terms(mine)), list(terms(right))
        chosen: dict[int, Term] = {}
        rated = []
        for j, goal in enumerate(wanted):
            for i, term in enumerate(left):
                found = self._repair(term.node, goal.node)
                if found is not None and found.cost <= weight(term.node):
                    rated.append((found.cost, term.positive != goal.positive, abs(i - j), i, j, found))
        notes: list[str] = []
        signs: list[str] = []
        cost, done = 0, set()
        for _, sign, _, i, j, found in sorted(rated, key=lambda rate: rate[:3]):
            if i in chosen or j in done:
                continue
            done.add(j)
            chosen[i] = wanted[j]._replace(node=found.tree)
            notes += found.notes
            cost += found.cost
            if sign:
                words = "added, not subtracted" if wanted[j].positive else "subtracted, not added"
                signs.append(f"{quoted(found.tree)} must be {words}")
        foreign = [term.node for i, term in enumerate(left) if i not in chosen]
        missing = [term for j, term in enumerate(wanted) if j not in done]
        if chosen:
            parts = [chosen[i] for i in sorted(chosen)]
            if len(signs) == len(parts) == 2:
                turned = added([part._replace(positive=not part.positive) for part in parts])
                signs = [f"the sign is wrong: {render(turned)} must be {render(added(parts))}"]
            notes += [*signs, *_belongs(foreign), *_are_missing(map(_signed, missing))]
            yield Repair(added([*parts, *missing]), tuple(notes), cost + len(signs) + len(foreign) + len(missing))

    def _has_term(self, mine: Node, right: Node) -> bool:
        return any(self._agree(term.node, right) for term in terms(mine))

    def _levels(self, right: Node) -> Iterator[Node]:
        """The right product, spelled out further and further."""
        while True:
            yield right
            for factor in factors(right):
                definition = self._definitions.get(factor.node.name) if isinstance(factor.node, Name) else None
                if definition is not None and is_product(definition):
                    right = replaced(right, factor.node, definition)
                    break
            else:
                return

    def _product(self, mine: Node, right: Node) -> Iterator[Repair]:
        """Factors that are wrong, missing, too many or out of order."""
        pairing = self._paired(mine, right)
        if not pairing.pairs and not any(self._is_number(factor.node) for factor in factors(mine)):
            return
        tree, notes, cost = self._in_place(mine, pairing)
        tree, more, price = self._scaled(tree, mine, right, pairing)
        notes, cost = [*notes, *more], cost + price
        missing = [factor.node for factor in pairing.missing]
        notes += _are_missing(map(render, missing))
        cost += len(missing)
        standard = self._standard(right, pairing)
        if tree is not None and not missing:
            yield from (
                Repair(found, (*notes, *words), cost + len(words))
                for found, words in self._ordered(tree, pairing, right)
            )
        elif tree is not None and len(missing) == 1:
            yield from (Repair(found, tuple(notes), cost) for found in self._inserted(tree, missing[0], right))
        if notes and missing and pairing.is_in_order:
            yield Repair(standard, tuple(notes), cost)
        is_whole = not pairing.foreign and not missing
        yield Repair(standard, (*notes, GROUPING if is_whole and pairing.is_in_order else DISORDER), cost + 1)

    def _paired(self, mine: Node, right: Node) -> Pairing:
        left, goals = ([f for f in factors(node) if not self._is_number(f.node)] for node in (mine, right))
        result = Pairing(list(left), goals)
        wanted = []
        for goal in goals:
            nearest = sorted(left, key=lambda factor: abs(result.mine.index(factor) - result.right.index(goal)))
            pair = next(filter(None, (self._equal(factor, goal, result) for factor in nearest)), None)
            if pair is not None:
                left.remove(pair.mine)
                result.pairs.append(pair)
            else:
                wanted.append(goal)
        rated = []
        for j, goal in enumerate(wanted):
            for i, factor in enumerate(left):
                found = self._repair(factor.node, goal.node)
                if found is not None and found.cost <= weight(factor.node):
                    rated.append((found.cost, factor.turned != goal.turned, abs(i - j), factor, goal, found))
        for *_, factor, goal, found in sorted(rated, key=lambda rate: rate[:3]):
            if factor in left and goal in wanted:
                left.remove(factor)
                wanted.remove(goal)
                result.pairs.append(Pair(factor, goal, found))
        result.foreign = left
        for goal in wanted:
            (result.optional if self._is_one(goal.node) else result.missing).append(goal)
        return result

    def _equal(self, factor: Factor, goal: Factor, pairing: Pairing) -> Pair | None:
        """The pair of two factors with the same numbers, perhaps transposed, perhaps of the other sign."""
        for crossed in (False, True):
            node = transposed(factor.node) if crossed else factor.node
            if self._agree(node, goal.node):
                return Pair(factor, goal, Repair(factor.node), crossed)
            if self._agree(opposite(node), goal.node):
                pairing.opposites.append(factor)
                return Pair(factor, goal, Repair(factor.node), crossed)
        return None

    def _in_place(self, mine: Node, pairing: Pairing) -> tuple[Node | None, list[str], int]:
        """The person's own product with wrong factors put right and foreign ones left out."""
        tree: Node | None = mine
        notes: list[str] = []
        cost = 0
        for pair in pairing.pairs:
            if pair.repair.cost and tree is not None:
                tree = replaced(tree, pair.mine.node, pair.repair.tree)
                notes += pair.repair.notes
                cost += pair.repair.cost
        for factor in pairing.foreign:
            tree = None if tree is None else without(tree, factor.node)
            cost += 1
        return tree, [*notes, *_belongs([factor.node for factor in pairing.foreign])], cost

    def _scaled(
        self, tree: Node | None, mine: Node, right: Node, pairing: Pairing
    ) -> tuple[Node | None, list[str], int]:
        """The product with the right numbers and sign."""
        own, wanted = ([f for f in factors(node) if self._is_number(f.node)] for node in (mine, right))
        notes: list[str] = []
        cost = 0
        negative = (sum(self._number(f) < 0 for f in own) + len(pairing.opposites)) % 2
        if negative and pairing.opposites:
            node = pairing.opposites[0].node
            notes.append(f"the sign is wrong: {render(node)} must be {render(opposite(node))}")
            tree = None if tree is None else replaced(tree, node, opposite(node))
        elif negative:
            notes.append("the sign is wrong")
            node = next(f.node for f in own if self._number(f) < 0)
            tree = _without_minus(tree, node)
        cost += negative
        if np.isclose(self._size(own), self._size(wanted)):
            return tree, notes, cost
        for goal in list(wanted):
            factor = next((f for f in own if np.isclose(self._size([f]), self._size([goal]))), None)
            if factor is not None:
                own.remove(factor)
                wanted.remove(goal)
        foreign = [f for f in own if abs(self._number(f)) != 1]
        wanted = [f for f in wanted if self._number(f) != 1]
        for f in foreign:
            why = self._points[0].no_mean if f.divides and f.node == Name("n") else ""
            notes.append(f"{'/ ' * f.divides}{render(f.node)} {BELONGS}{why}")
            tree = None if tree is None else without(tree, f.node)
        for f in wanted:
            if f.divides:
                notes.append(f"the division by {render(f.node)} is missing")
                tree = None if tree is None else Binary("/", tree, f.node)
            else:
                notes.append(f"{render(f.node)} is missing before {quoted(mine)}")
                tree = None if tree is None else Binary("*", f.node, tree)
        return tree, notes, cost + len(foreign) + len(wanted)

    def _number(self, factor: Factor) -> float:
        value = self._value(factor.node)
        return float("nan") if value is None else float(value)

    def _size(self, numbers: list[Factor]) -> float:
        size = 1.0
        for factor in numbers:
            number = abs(self._number(factor))
            size = size / number if factor.divides and number else size * number
        return size

    def _standard(self, right: Node, pairing: Pairing) -> Node:
        """The right product in the person's own words."""
        tree: Node | None = right
        for pair in pairing.pairs:
            node = pair.repair.tree
            if pair.mine in pairing.opposites:
                node = opposite(node)
            tree = tree and replaced(tree, pair.right.node, transposed(node) if pair.crossed else node)
        for goal in pairing.optional:
            tree = tree and without(tree, goal.node)
        return tree or right

    def _ordered(self, tree: Node, pairing: Pairing, right: Node) -> Iterator[tuple[Node, tuple[str, ...]]]:
        """The product as it is, with one change of how it is multiplied, or with its factors turned."""
        yield tree, ()
        if self._agree(tree, right):
            return
        yield from ((edit.tree, (edit.text,)) for edit in edits(tree))
        turned = [pair for pair in pairing.pairs if pair.is_turned_wrongly]
        if not turned or not pairing.is_in_sequence:
            return
        words = []
        for pair in turned:
            node = pair.repair.tree
            words.append(f"{quoted(node)} must {'not ' * (not pair.right.turned ^ pair.crossed)}be transposed")
            tree = flipped(tree, node)
        yield tree, tuple(words)
        yield from ((edit.tree, (*words, edit.text)) for edit in edits(tree))

    def _inserted(self, tree: Node, node: Node, right: Node) -> Iterator[Node]:
        """The product with one more factor, wherever it can stand."""
        for place in _places(tree):
            for new in (node, transposed(node)):
                for operator in ("*",) if is_number(place) else (".*", "*"):
                    for product in (Binary(operator, place, new), Binary(operator, new, place)):
                        found = replaced(tree, place, product)
                        if self._agree(found, right):
                            yield found
                            return


def _is_name(node: Node) -> TypeGuard[Name]:
    return isinstance(node, Name)


def _is_leaf(node: Node) -> bool:
    """Whether it is a quantity, or a function of one."""
    return isinstance(node.argument if isinstance(node, (Call, Transpose)) else node, (Name, Number))


def _role(node: Node) -> str:
    """What a leaf is: "W", "b", "forward" for whatever comes of the inputs, "backward" for every gradient."""
    if isinstance(node, Transpose):
        return _role(node.argument)
    role = node.name.split("_")[0] if isinstance(node, Name) else "z" if isinstance(node, Call) else ""
    return next((group for group, members in ROLES.items() if role in members), role)


def _exchange(mine: Node, right: Node) -> Repair:
    """One leaf for another; of another kind, it counts as one too many and one missing."""
    why = ", the one before the update" if render(mine) == f"{render(right)}_next" else ""
    return Repair(right, (f"{render(mine)} must be {render(right)}{why}",), 1 + (_role(mine) != _role(right)))


def _on(call: Call, argument: Node) -> Call:
    return replace(call, argument=argument)


def _some(found: Repair | None) -> Iterator[Repair]:
    if found is not None:
        yield found


def _signed(term: Term) -> str:
    return render(term.node) if term.positive else f"- {quoted(term.node) if is_sum(term.node) else render(term.node)}"


def _belongs(nodes: list[Node]) -> list[str]:
    words = BELONGS if len(nodes) == 1 else BELONGS.replace("does", "do")
    return [f"{', '.join(map(render, nodes))} {words}"] if nodes else []


def _are_missing(names: Iterable[str]) -> list[str]:
    found = list(names)
    return [f"{', '.join(found)} {'is' if len(found) == 1 else 'are'} missing"] if found else []


def _without_minus(tree: Node | None, node: Node) -> Node | None:
    if tree is None or not isinstance(node, Number):
        return tree
    return without(tree, node) if node == MINUS else replaced(tree, node, Number(-node.value))


def _places(tree: Node) -> Iterator[Node]:
    """Where a factor can be put into a product."""
    yield tree
    if isinstance(tree, Binary) and is_product(tree):
        yield from _places(tree.left)
        yield from _places(tree.right)
    elif isinstance(tree, Transpose):
        yield from _places(tree.argument)
