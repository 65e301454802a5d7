"""What is wrong with a product: its factors are paired with those of the right one, in whatever order they stand.

What is left over on one side does not belong, what is left over on the other is missing. Then the person's own product
is put right where it stands, or, where that does not do, its factors are put in the order of the right one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import dataclass, replace
from functools import reduce
from math import isclose, prod

from core.checking.formulas.edits import (
    FormulaFactor,
    Repair,
    edits,
    factors,
    flipped,
    is_constant,
    is_product,
    is_sum,
    joined,
    opposite,
    replaced,
    transposed,
    weight,
    without,
)
from core.checking.formulas.ground import Ground
from core.checking.formulas.notes import Note, Quoted, are_missing, do_not_belong, note
from core.expression.nodes import Function, Literal, Name, Node, Total, Transpose, walk
from core.expression.numbers import MINUS_ONE

NOTHING = Literal(1)  # what is left of a product without its factors
GROUPING = note("the parentheses are wrong")
DISORDER = note("the order, transposes or kinds of product are wrong")
SIGN = note("the sign is wrong")


@dataclass(frozen=True, eq=False)
class Pair:
    """A factor of the person's that stands for one of the right product; `crossed` where it is that one's transpose,
    `opposite` where it has the other sign.
    """

    mine: FormulaFactor
    right: FormulaFactor
    repair: Repair
    crossed: bool = False
    opposite: bool = False

    @property
    def is_turned(self) -> bool:
        """Whether the person's factor should be turned."""
        return self.right.turned != self.crossed


class ProductRepairs:
    """Repairs of the product `mine` to the values of the product `right`; `repair` finds those of a single factor.

    Beside the pairs there are factors of the person's that are `foreign`, and factors of the right product that are
    `missing`, or would be but for having only ones.
    """

    def __init__(self, ground: Ground, mine: Node, right: Node, repair: Callable[[Node, Node], Repair | None]) -> None:
        self._ground, self._mine, self._right, self._repair = ground, mine, right, repair
        self._own, self._own_numbers = self._parted(mine)
        self._goals, self._right_numbers = self._parted(right)
        self._pairs: list[Pair] = []
        self._absorbed: list[FormulaFactor] = []  # those in the message about another factor
        foreign, missing = self._pair_slopes(*self._pair_equal(list(self._own)))
        self._foreign, missing = self._pair_similar(foreign, missing)
        self._missing = [goal for goal in missing if not ground.is_one(goal.node)]
        self._ones = [goal for goal in missing if ground.is_one(goal.node)]
        self._start = self._scaled(self._in_place())
        self.cost = self._start.cost + len(self._missing)  # what every repair takes, at least

    def __iter__(self) -> Iterator[Repair]:
        """Repairs, the likeliest first; whether they hold is for others to tell."""
        if not self._pairs and not self._own_numbers:
            return
        tree, missing = self._start.tree, [goal.node for goal in self._missing]
        if missing:  # it may be there without being seen
            yield self._start
        named = [("the division by " if goal.divides else "", goal.node) for goal in self._missing]
        notes = (*self._start.notes, *are_missing(named))
        cost, standard = self.cost, self._standard()
        if not missing:
            yield from (Repair(found, (*notes, *words), cost + len(words)) for found, words in self._ordered(tree))
        elif len(missing) == 1 and tree != NOTHING:
            yield from (Repair(found, notes, cost) for found in self._with_factor(tree, missing[0]))
        if missing and self._is_in_order():
            yield Repair(standard, notes, cost)
        inverted = [pair for pair in self._pairs if pair.mine.divides != pair.right.divides]
        if inverted and not missing:
            words = (note(f"{_side(pair.right)} by {{}}", pair.repair.tree) for pair in inverted)
            yield Repair(standard, (*notes, *words), cost + len(inverted))
        is_misgrouped = not missing and not self._foreign and self._is_in_order()
        yield Repair(standard, (*notes, GROUPING if is_misgrouped else DISORDER), cost + 1)

    def _parted(self, node: Node) -> tuple[list[FormulaFactor], list[FormulaFactor]]:
        """The factors of a product, matrices and numbers."""
        found = list(factors(node))
        numbers = [factor for factor in found if self._ground.number(factor.node) is not None]
        return [factor for factor in found if factor not in numbers], numbers

    def _pair_equal(self, left: list[FormulaFactor]) -> tuple[list[FormulaFactor], list[FormulaFactor]]:
        """Pairs factors with the same numbers; of several, those that stand nearest. What is left on both sides."""
        wanted = []
        for j, goal in enumerate(self._goals):
            nearest = sorted(left, key=lambda factor: abs(self._own.index(factor) - j))
            pair = next((pair for factor in nearest for pair in self._equal(factor, goal)), None)
            if pair is None:
                wanted.append(goal)
            else:
                left.remove(pair.mine)
                self._pairs.append(pair)
        return left, wanted

    def _equal(self, factor: FormulaFactor, goal: FormulaFactor) -> Iterator[Pair]:
        for crossed in (False, True):
            node = transposed(factor.node) if crossed else factor.node
            if self._ground.agree(node, goal.node):
                yield Pair(factor, goal, Repair(factor.node), crossed)
            elif self._ground.agree(opposite(node), goal.node):
                yield Pair(factor, goal, Repair(factor.node), crossed, opposite=True)

    def _pair_slopes(
        self, left: list[FormulaFactor], wanted: list[FormulaFactor]
    ) -> tuple[list[FormulaFactor], list[FormulaFactor]]:
        """Pairs f'(s_k) with whatever is there in its place, written out: 1 - z_k, or z_k .* (1 - z_k), which is two
        factors but one slip. What is left on both sides.
        """
        for goal in list(wanted):
            found = [factor for factor in left if self._is_like_slope(factor, goal)]
            if any(is_sum(factor.node) for factor in found):
                whole = reduce(lambda whole, factor: joined(".*", whole, factor.node), found[1:], found[0].node)
                words = note("{} must be {}", whole, goal.node)
                self._pairs.append(Pair(found[0], goal, Repair(copy(goal.node), (words,), 1)))
                self._absorbed += found[1:]
                wanted.remove(goal)
                left = [factor for factor in left if factor not in found]
        return left, wanted

    def _is_like_slope(self, factor: FormulaFactor, goal: FormulaFactor) -> bool:
        """Whether a factor has the goal's layer alone in it, entry by entry, where the goal is its f'(s_k)."""
        node, s = goal.node, goal.node.argument if isinstance(goal.node, Function) and goal.node.slope else None
        if not isinstance(s, Name) or factor.turned or factor.divides or isinstance(factor.node, Literal):
            return False
        parts, layer = list(walk(factor.node)), self._ground.quantity(s)
        quantities = filter(None, map(self._ground.quantity, parts))
        value, slope = self._ground.value(factor.node), self._ground.value(node)
        return (
            value is not None
            and slope is not None
            and value.shape == slope.shape
            and layer is not None
            and all((part.part, part.layer) == (layer.part, layer.layer) for part in quantities)
            and not any(isinstance(part, (Total, Transpose)) for part in parts)
        )

    def _pair_similar(
        self, left: list[FormulaFactor], wanted: list[FormulaFactor]
    ) -> tuple[list[FormulaFactor], list[FormulaFactor]]:
        """Pairs factors that can be repaired to others, those first that take least. What is left on both sides."""
        rated = []
        for j, goal in enumerate(wanted):
            for i, factor in enumerate(left):
                found = self._repair(factor.node, goal.node)
                if found is not None and found.cost <= weight(factor.node):
                    rated.append((found.cost, factor.turned != goal.turned, abs(i - j), Pair(factor, goal, found)))
        for *_, pair in sorted(rated, key=lambda rate: rate[:3]):
            if pair.mine in left and pair.right in wanted:
                left.remove(pair.mine)
                wanted.remove(pair.right)
                self._pairs.append(pair)
        return left, wanted

    def _in_place(self) -> Repair:
        """The person's own product with wrong factors put right and foreign ones left out."""
        tree: Node | None = self._mine
        notes: list[Note] = []
        cost = len(self._foreign)
        for pair in self._pairs:
            if pair.repair.cost and tree is not None:
                tree = replaced(tree, pair.mine.node, pair.repair.tree)
                notes += pair.repair.notes
                cost += pair.repair.cost
        for factor in (*self._absorbed, *self._foreign):
            tree = tree and without(tree, factor.node)
        notes += do_not_belong([factor.node for factor in self._foreign])
        return Repair(tree or NOTHING, tuple(notes), cost)

    def _scaled(self, start: Repair) -> Repair:
        """The product with the right sign and the right numbers."""
        (tree, notes, cost), own = self._signed(start)
        wanted = list(self._right_numbers)
        if isclose(prod(map(self._size, own)), prod(map(self._size, wanted))):
            return Repair(tree, notes, cost)
        for goal in list(wanted):
            same = next((number for number in own if isclose(self._size(number), self._size(goal))), None)
            if same is not None:
                own.remove(same)
                wanted.remove(goal)
        own, wanted = ([number for number in numbers if self._size(number) != 1] for numbers in (own, wanted))
        words: list[Note] = []
        for number in own:
            other = next((goal for goal in wanted if goal.divides == number.divides), None)
            if other is not None:
                wanted.remove(other)
                words.append(note(f"{_divided(number)}{{}} must be {_divided(other)}{{}}", _part(number), _part(other)))
                tree = replaced(tree, number.node, other.node)
            else:
                why = self._ground.no_mean if number.divides and number.node == Name("n") else ""
                words.append(Note(f"{_divided(number)}{{}} does not belong{why}", (_part(number),), int(not why)))
                tree = without(tree, number.node) or NOTHING
        for goal in wanted:
            if goal.divides:
                words.append(note("the division by {} is missing", goal.node))
                tree = joined("/", tree, goal.node)
            else:
                words.append(note("{} is missing before {}", goal.node, Quoted(self._mine)))
                tree = joined("*", goal.node, tree)
        return Repair(tree, (*notes, *words), cost + len(words))

    def _signed(self, start: Repair) -> tuple[Repair, list[FormulaFactor]]:
        """The product with the right sign, and the person's numbers as they stand in it."""
        negative, wanted = (
            [factor.node for factor in numbers if (self._ground.number(factor.node) or 0.0) < 0]
            for numbers in (self._own_numbers, self._right_numbers)
        )
        opposites = [pair.mine.node for pair in self._pairs if pair.opposite]
        own = list(self._own_numbers)
        if (len(negative) + len(opposites) + len(wanted)) % 2 == 0:
            return start, own
        if opposites:
            turned = opposite(opposites[0])
            words = note("the sign is wrong: {} must be {}", opposites[0], turned)
            return Repair(replaced(start.tree, opposites[0], turned), (*start.notes, words), start.cost + 1), own
        if not negative:
            return Repair(opposite(start.tree), (*start.notes, SIGN), start.cost + 1), own
        minus = negative[0]
        tree = without(start.tree, minus) or NOTHING
        if isinstance(minus, Literal) and minus != MINUS_ONE:
            plus = Literal(-minus.value)
            tree = replaced(start.tree, minus, plus)
            own = [replace(number, node=plus) if number.node is minus else number for number in own]
        return Repair(tree, (*start.notes, SIGN), start.cost + 1), own

    def _size(self, factor: FormulaFactor) -> float:
        """What a number multiplies the product by, but for the sign."""
        number = abs(self._ground.number(factor.node) or 0.0)
        return 1 / number if factor.divides and number else number

    def _standard(self) -> Node:
        """The right product in the person's own words."""
        tree = self._right
        for pair in self._pairs:
            node = opposite(pair.repair.tree) if pair.opposite else pair.repair.tree
            tree = replaced(tree, pair.right.node, transposed(node) if pair.crossed else node)
        for goal in self._ones:
            tree = without(tree, goal.node) or tree
        return tree

    def _ordered(self, tree: Node) -> Iterator[tuple[Node, tuple[Note, ...]]]:
        """The product as it is, with one change of how it is multiplied, or with its factors turned."""
        yield tree, ()
        yield from ((edit.tree, (edit.note,)) for edit in edits(tree))
        wrong = [pair for pair in self._pairs if pair.mine.turned != pair.is_turned]
        if not wrong or not self._is_in_sequence():
            return
        words = []
        for pair in wrong:
            words.append(note(f"{{}} must {'' if pair.is_turned else 'not '}be transposed", Quoted(pair.repair.tree)))
            tree = flipped(tree, pair.repair.tree)
        yield tree, tuple(words)
        yield from ((edit.tree, (*words, edit.note)) for edit in edits(tree))

    def _with_factor(self, tree: Node, node: Node) -> Iterator[Node]:
        """The product with one more factor, wherever it can stand; the first that holds."""
        for place in _places(tree):
            for new in (node, transposed(node)):
                for operator in ("*",) if is_constant(place) else (".*", "*"):
                    for product in (joined(operator, place, new), joined(operator, new, place)):
                        found = replaced(tree, place, product)
                        if self._ground.agree(found, self._right):
                            yield found
                            return

    def _is_in_sequence(self) -> bool:
        """Whether the factors that belong come in the right order."""
        places = [self._goals.index(pair.right) for pair in self._in_their_order()]
        return places == sorted(places)

    def _is_in_order(self) -> bool:
        """Whether they are turned and joined as they should be, too."""
        if not self._is_in_sequence() or any(pair.mine.turned != pair.is_turned for pair in self._pairs):
            return False
        places = {self._goals.index(pair.right): pair for pair in self._pairs}
        neighbours = ((places.get(j - 1), pair) for j, pair in places.items())
        return all(
            pair.mine.operator == pair.right.operator
            for before, pair in neighbours
            if before is not None and self._own.index(before.mine) == self._own.index(pair.mine) - 1
        )

    def _in_their_order(self) -> list[Pair]:
        return sorted(self._pairs, key=lambda pair: self._own.index(pair.mine))


def _divided(number: FormulaFactor) -> str:
    return "/ " if number.divides else ""


def _side(factor: FormulaFactor) -> str:
    return "it must be divided" if factor.divides else "it must be multiplied, not divided,"


def _part(number: FormulaFactor) -> Node | Quoted:
    return Quoted(number.node) if number.divides else number.node


def _places(tree: Node) -> Iterator[Node]:
    """Where a factor can be put into a product."""
    yield tree
    if is_product(tree):
        for part in tree.children:
            yield from _places(part)
    elif isinstance(tree, Transpose):
        yield from _places(tree.argument)
