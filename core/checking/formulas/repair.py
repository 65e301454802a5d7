"""What is wrong with a formula: it is laid beside the right one, part by part, and what does not agree is named.

Parts agree when they have the same values, however they are written. The right formula is spelled out as far as the
person's is: δ_1 in a factor of its own, or in terms of δ_2, and so on up to y_out - y_gt. Every repair, of a part as of
the whole, is evaluated before it is offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial, reduce
from itertools import islice

from core.checking.formulas.edits import (
    PRODUCTS,
    FormulaTerm,
    Repair,
    added,
    factors,
    in_pairs,
    is_constant,
    is_multiple,
    is_product,
    is_sum,
    joined,
    operator_of,
    replaced,
    terms,
    tidy,
    transposed,
    weight,
)
from core.checking.formulas.ground import Ground
from core.checking.formulas.notes import SQUARE, Applied, Note, Part, Quoted, are_missing, do_not_belong, note
from core.checking.formulas.products import ProductRepairs
from core.equations import BACKWARD, FORWARD, GRADIENT, NUMBER, UPDATE, Equation
from core.expression.nodes import (
    ALL,
    COLUMNS,
    ROWS,
    Function,
    IsTrueClass,
    Literal,
    Name,
    Node,
    Positive,
    Power,
    Product,
    Signs,
    Softmax,
    Total,
    Transpose,
    walk,
)
from core.expression.numbers import is_number

MOST_MISTAKES = 5
MOST_OPERATORS = 4  # of a formula that are tried as others
MOST_SUMS = 4  # in a formula of which one is tried over something else
MOST_PAIRS = 800  # parts that are laid beside each other
PARAMETERS = ("W", "b")
EXP = "exp"
SAMPLES = {COLUMNS: "the samples (rows)", ROWS: "the samples (columns)"}  # by what a sum over the classes runs over
SUMMED = {
    COLUMNS: {COLUMNS: "the sum of each row", ROWS: f"the sum over {SAMPLES[COLUMNS]}", ALL: "the sum over everything"},
    ROWS: {ROWS: "the sum of each column", COLUMNS: f"the sum over {SAMPLES[ROWS]}", ALL: "the sum over everything"},
}


class Mender:
    """Finds repairs of formulas on a ground, given the right formula of every quantity."""

    def __init__(self, ground: Ground, definitions: Mapping[str, Node]) -> None:
        self._ground = ground
        self._definitions = definitions
        self._found: dict[tuple[Node, Node], Repair | None] = {}

    def mend(self, mine: Node, right: Node) -> Repair | None:
        """The least repair that turns `mine` into a formula with the values of `right`, if enough of it belongs."""
        found = self._repair(tidy(mine), right)
        allowed = min(MOST_MISTAKES, max(2, weight(mine) - 1))  # something of it must belong
        return found if found is not None and found.cost <= allowed else None

    def _repair(self, mine: Node, right: Node) -> Repair | None:
        if (mine, right) not in self._found:
            if len(self._found) > MOST_PAIRS:
                return None
            self._found[mine, right] = None  # as long as it is being looked for
            self._found[mine, right] = self._least(mine, right)
        return self._found[mine, right]

    def _least(self, mine: Node, right: Node) -> Repair | None:
        if self._ground.agree(mine, right):
            return Repair(mine)
        best: Repair | None = None
        for found in self._candidates(mine, right):
            if (best is None or found.cost < best.cost) and self._ground.agree(found.tree, right):
                best = found
                if best.cost == 1:
                    break
        return best

    def _candidates(self, mine: Node, right: Node) -> Iterator[Repair]:
        yield from self._operators(mine)
        yield from self._sums(mine, right)
        if not is_sum(mine) and not is_multiple(mine):
            yield self._whole(mine)
        if isinstance(right, Function):
            yield from self._call(mine, right)
            written = self._ground.written_out(right)
            if written is not None and all(any(map(_is_exp, walk(tree))) for tree in (mine, written)):
                yield from _some(self._repair(mine, in_pairs(written)))
        elif isinstance(right, (Softmax, Positive)):
            if isinstance(right, Softmax) and any(
                isinstance(part, Function) and part.name == EXP for part in walk(mine)
            ):
                exp = Function(EXP, right.argument)
                yield from _some(self._repair(mine, in_pairs(exp / Total(self._ground.classes, exp))))
            yield from self._applied(mine, right)
        elif isinstance(right, Total):
            yield from self._total(mine, right)
        elif isinstance(right, Power) and isinstance(right.power, int):
            yield from self._power(mine, right)
            if is_product(mine):
                yield from self._products(mine, right)
            right = reduce(
                partial(joined, ".*"), (right.argument, *(in_pairs(right.argument) for _ in range(1, right.power)))
            )
        if is_product(mine) or is_product(right):
            yield from self._products(mine, right)
        if is_sum(right) or (is_sum(mine) and (not _is_leaf(right) or self._has_term(mine, right))):
            yield from self._sum(mine, right)
        definition = self._definition(right)
        if definition is not None and (not _is_leaf(mine) or self._is_near(mine, definition)):
            yield from _some(self._repair(mine, definition))
        if _is_leaf(mine) and _is_leaf(right):
            yield self._exchange(mine, right)
        if isinstance(mine, (Function, Total, Power, Softmax)) and type(mine) is not type(right):
            yield from self._too_much(mine, right)

    def _operators(self, mine: Node) -> Iterator[Repair]:
        """A product where there is a sum, a difference or a quotient."""
        for part in islice((part for part in walk(mine) if operator_of(part)), MOST_OPERATORS):
            operator, (left, right) = operator_of(part), part.children
            is_of_numbers = is_constant(right) and (operator == "/" or is_constant(left))
            is_rest = left == Literal(1) and not is_number(right)  # 1 - p, which no product with 1 is meant for
            for other in () if is_of_numbers or is_rest or operator in PRODUCTS else PRODUCTS:
                words = note(f"{operator} must be {other} before {{}}", Quoted(right))
                yield Repair(replaced(mine, part, joined(other, left, right)), (words,), 1)

    def _sums(self, mine: Node, right: Node) -> Iterator[Repair]:
        """A sum over something else; what the right one sums over is tried first."""
        sums, wanted = ([part for part in walk(tree) if isinstance(part, Total)] for tree in (mine, right))
        axes = dict.fromkeys([*(part.over for part in wanted), *self._summed])
        for part in sums if len(sums) <= MOST_SUMS else ():
            for over in axes:
                if over != part.over:
                    new = Total(over, part.argument)
                    yield Repair(replaced(mine, part, new), (self._another_sum(part, new),), 1)

    @property
    def _summed(self) -> Mapping[str, str]:
        """What a sum over each of them is, in words."""
        return SUMMED[self._ground.classes]

    def _another_sum(self, mine: Total, right: Total) -> Note:
        return note(f"{{}} must be {{}}, {self._summed[right.over]}", mine, right)

    def _definition(self, node: Node) -> Node | None:
        return self._definitions.get(self._ground.known(node.name)) if isinstance(node, Name) else None

    def _whole(self, mine: Node) -> Repair:
        if isinstance(mine, Transpose):
            return Repair(mine.argument, (note("{} must not be transposed", mine.argument),), 1)
        return Repair(transposed(mine), (note("{} must be transposed", Quoted(mine)),), 1)

    def _call(self, mine: Node, right: Function) -> Iterator[Repair]:
        """f(argument) where it should be another f, or another argument, or where the f is missing."""
        if not isinstance(mine, Function):
            yield from self._applied(mine, right)
            return
        inner = self._repair(mine.argument, right.argument) or Repair(right.argument, cost=weight(mine))
        is_function = self._ground.is_same_function(mine, right)
        new = Function((mine if is_function else right).name, inner.tree, right.slope)
        wrong = (not is_function) + (mine.slope != right.slope)
        if not wrong and inner.notes and not _is_leaf(mine.argument):
            yield Repair(new, inner.notes, inner.cost)
            return
        own = self._ground.argument_of(mine)
        if (
            own is not None and self._ground.agree(mine.argument, own) and inner.cost
        ):  # f_j(s_j) for f_k(s_k) is one slip
            new, wrong = Function(right.name, inner.tree, right.slope), wrong - (not is_function)
        yield Repair(new, (note("{} must be {}", mine, new),), wrong + inner.cost)

    def _applied(self, mine: Node, right: Node) -> Iterator[Repair]:
        """What a function is applied to, put right, and the function where it is missing."""
        is_there, (argument,) = type(mine) is type(right), right.children
        inner = self._repair(mine.children[0] if is_there else mine, argument)
        if inner is None:
            return
        new = right.with_children((inner.tree,))
        words = note("{} is missing: {} must be {}", Applied(right), inner.tree, new)
        yield Repair(new, (*inner.notes, *(() if is_there else (words,))), inner.cost + (not is_there))

    def _total(self, mine: Node, right: Total) -> Iterator[Repair]:
        classes = self._ground.classes
        summed = f"the sum over {'the outputs' if right.over == classes else SAMPLES[classes]}"
        if isinstance(mine, Total):
            inner = self._repair(mine.argument, right.argument)
            if inner is not None:
                new = Total(right.over, inner.tree)
                notes = inner.notes if mine.over == right.over else (*inner.notes, self._another_sum(mine, new))
                yield Repair(new, notes, inner.cost + (mine.over != right.over))
            return
        if isinstance(mine, Power) and isinstance(mine.argument, Total):
            inner = self._repair(mine.argument.argument**2, right.argument)
            if inner is not None:
                words = note("the squares must be summed, not the sum squared")
                yield Repair(Total(right.over, inner.tree), (*inner.notes, words), inner.cost + 1)
        if isinstance(right.argument, Product) and self._ground.agree(mine, right.argument.children[-1]):
            yield Repair(right, (note("{} must be {}", mine, right),), 1)  # p for p_y
        inner = self._repair(mine, right.argument)
        if inner is None:
            return
        if self._ground.agree(inner.tree, right):
            yield inner
        yield Repair(Total(right.over, inner.tree), (*inner.notes, note(f"{summed} is missing")), inner.cost + 1)

    def _power(self, mine: Node, right: Power) -> Iterator[Repair]:
        argument, power = (mine.argument, mine.power) if isinstance(mine, Power) else (mine, 1)
        inner = self._repair(argument, right.argument)
        if inner is None:
            return
        tree, is_right = Power(inner.tree, right.power), power == right.power
        if power == 1:
            words = note("{} must be squared" if right.power == SQUARE else "{} must be {}", Quoted(inner.tree), tree)
        else:
            words = note(f"^{power} must be ^{right.power}")
        yield Repair(tree, inner.notes if is_right else (*inner.notes, words), inner.cost + (not is_right))

    def _too_much(self, mine: Node, right: Node) -> Iterator[Repair]:
        """A function where there should be none."""
        inner = self._repair(mine.children[0], right)
        if inner is not None:
            yield Repair(inner.tree, (*inner.notes, Note("{} does not belong", (Applied(mine),), 1)), inner.cost + 1)

    def _sum(self, mine: Node, right: Node) -> Iterator[Repair]:
        """Terms that are wrong, missing, too many or of the wrong sign."""
        left, wanted = list(terms(mine)), list(terms(right))
        chosen: dict[int, FormulaTerm] = {}
        rated = []
        for j, goal in enumerate(wanted):
            for i, term in enumerate(left):
                found = self._repair(term.node, goal.node)
                if found is not None and found.cost <= weight(term.node):
                    rated.append((found.cost, term.positive != goal.positive, abs(i - j), i, j, found))
        notes: list[Note] = []
        signs: list[Note] = []
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
                signs.append(note(f"{{}} must be {words}", found.tree))
        foreign = [term.node for i, term in enumerate(left) if i not in chosen]
        missing = [term for j, term in enumerate(wanted) if j not in done]
        if chosen:
            parts = [chosen[i] for i in sorted(chosen)]
            if len(signs) == len(parts) == 2:
                turned = added([part._replace(positive=not part.positive) for part in parts])
                signs = [note("the sign is wrong: {} must be {}", turned, added(parts))]
            notes += [*signs, *do_not_belong(foreign), *are_missing(map(_signed, missing))]
            yield Repair(added([*parts, *missing]), tuple(notes), cost + len(signs) + len(foreign) + len(missing))

    def _exchange(self, mine: Node, right: Node) -> Repair:
        """One leaf for another; of another kind, it counts as one too many and one missing."""
        before, after = self._ground.quantity(right), self._ground.quantity(mine)
        is_updated = before is not None and after is not None and _is_update(after, before)
        why = ", the one before the update" if is_updated else ""
        words = note(f"{{}} must be {{}}{why}", mine, right)
        return Repair(right, (words,), 1 + (self._role(mine) != self._role(right)))

    def _role(self, node: Node) -> str:
        """What a leaf is: the letter of a weight or bias, else FORWARD for whatever comes of the inputs, BACKWARD for
        every gradient.
        """
        if isinstance(node, Transpose):
            return self._role(node.argument)
        quantity = self._ground.quantity(node)
        if quantity is None:
            return FORWARD if isinstance(node, Function) else type(node).__name__
        if quantity.axes == NUMBER or quantity.letter in PARAMETERS:
            return quantity.letter or quantity.name
        return BACKWARD if quantity.part in (BACKWARD, GRADIENT) else FORWARD

    def _has_term(self, whole: Node, part: Node) -> bool:
        return any(self._ground.agree(term.node, part) for term in terms(whole))

    def _is_near(self, leaf: Node, definition: Node) -> bool:
        """Whether a leaf is to be compared with a definition, and not only with the name of what is defined."""
        return isinstance(definition, (type(leaf), Total)) or self._has_term(definition, leaf)

    def _products(self, mine: Node, right: Node) -> Iterator[Repair]:
        """Factors that are wrong, missing, too many or out of order, under the spelling of `right` that takes least."""
        least = MOST_MISTAKES + 1
        levels = [ProductRepairs(self._ground, mine, level, self._repair) for level in self._levels(right)]
        for repairs in sorted(levels, key=lambda repairs: repairs.cost):
            for found in repairs if repairs.cost < least else ():
                if found.cost < least and self._ground.agree(found.tree, right):
                    least = found.cost
                    yield found

    def _levels(self, right: Node) -> Iterator[Node]:
        """The right product, spelled out further and further."""
        while True:
            yield right
            for factor in factors(right):
                definition = self._definition(factor.node)
                if definition is not None and is_product(definition):
                    right = replaced(right, factor.node, definition)
                    break
            else:
                return


def _is_exp(node: Node) -> bool:
    return isinstance(node, Function) and node.name == EXP


def _is_leaf(node: Node) -> bool:
    """Whether it is a quantity, or a function of one."""
    inner = node.argument if isinstance(node, (Function, Transpose)) else node
    return isinstance(inner, (Name, Literal, IsTrueClass, Signs))


def _is_update(after: Equation, before: Equation) -> bool:
    return after.part == UPDATE and (after.letter, after.layer) == (before.letter, before.layer)


def _some(found: Repair | None) -> Iterator[Repair]:
    if found is not None:
        yield found


def _signed(term: FormulaTerm) -> tuple[str, Part]:
    return "" if term.positive else "- ", Quoted(term.node) if is_sum(term.node) and not term.positive else term.node
