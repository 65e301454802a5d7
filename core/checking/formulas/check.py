"""Whether a person's formula gives a quantity, on a step and everywhere, and what is wrong with it where it does not.

A formula is judged at points of other numbers, so that no 0 or 1 of the step excuses a slip. Where it has a number in
it, which may stand for this problem's α or n, these are kept; else they are others, too. In an update that names n, n
is another all the same: there n/8 is not α, although it may come to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain
from types import MappingProxyType

from core.arrays import Array
from core.checking.answers import WrittenFormula
from core.checking.conventions import formula_values
from core.checking.formulas.definitions import SEVERAL, aliases, context_of, definitions, names_of, rights
from core.checking.formulas.edits import Repair, in_pairs, replaced
from core.checking.formulas.evaluation import Evaluator, fitted, is_same
from core.checking.formulas.ground import Ground
from core.checking.formulas.notes import FormulaStyle, note, style_of
from core.checking.formulas.points import epsilon_of, points_like
from core.checking.formulas.repair import MOST_MISTAKES, Mender
from core.checking.formulas.words import largest, says_more, words_of
from core.checking.layouts import meant
from core.checking.loss_mistakes import BINARY_CROSS_ENTROPY, LossMistakes, Mistake, without_output_slope
from core.checking.report import FormulaVerdict
from core.computation import values_of
from core.equations import UPDATE, Equation, Statement
from core.errors import FormulaError
from core.expression.dialect import IN_NUMPY, TYPED, dialect_of, is_plain
from core.expression.lexicon import lexemes
from core.expression.names import Meaning, asked
from core.expression.nodes import NUMBERS, Literal, Name, Node, Quotient, Total, names_in, put_in_place, walk
from core.expression.pieces import Piece
from core.expression.reader import read_formula
from core.expression.shape import shape_text
from core.notations.rendition import Rendition
from core.notations.turning import ACROSS
from core.notations.words import Notation
from core.quantity import canonical
from core.step import Step

MOST_ROWS = 12  # where a formula is searched


def in_twos(mistakes: LossMistakes, equation: Equation, single: Iterable[Mistake]) -> Iterator[Mistake]:
    """Two mistakes at once in what the loss adds to a step, one in the quantity and another in what it is made of."""
    for first in single if equation.layer is None else ():
        for second in mistakes.within(equation._replace(tree=first.tree), 1):
            if second.kind != first.kind:
                yield Mistake(first.kind, f"{first.text}, and {second.text}", second.tree)


class FormulaChecker:
    """Checks formulas on a step. `others` are all that stand together: where one speaks numpy, those that do not tell
    do so, too. `before` has what z is where it is the pre-activation.
    """

    def __init__(
        self, step: Step, others: Iterable[WrittenFormula] = (), before: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.step = step
        self._functions = [*step.statement.functions]
        self._speaks_numpy = any(self._dialect(formula.text) == IN_NUMPY for formula in others)
        self._rows = len(step.batch)
        self._equations = step.statement.equations
        self._names = names_of(step.statement)
        self._before = before
        self._meanings: dict[str, str] = {}
        self._checked: dict[str, tuple[tuple[Step, ...], tuple[Node, Node], dict[str, str]]] = {}
        self._by_convention: dict[tuple[str, Step], Mapping[str, Array]] = {}
        self._defined: dict[frozenset[str], dict[str, Node]] = {}
        self._known: dict[tuple[str, LossMistakes], list[Mistake]] = {}
        self.remarks: dict[str, str] = {}  # words that were read as a quantity that sgdb calls otherwise

    @cached_property
    def _of_loss(self) -> list[tuple[dict[str, Equation], LossMistakes]]:
        """The equations in small steps and in larger ones, with the mistakes in those of the loss."""
        statements = [Statement(self.step.problem, SEVERAL, detailed) for detailed in (True, False)]
        return [(statement.equations, LossMistakes(statement)) for statement in statements]

    @cached_property
    def _own(self) -> tuple[Step, ...]:
        """Points with the step's α and n."""
        return points_like(self.step, own_rate=True, own_rows=True) or self._other

    @cached_property
    def _small(self) -> tuple[Step, ...]:
        """Points with the step's α, and with few rows, so that they can be searched."""
        return self._own if self._rows <= MOST_ROWS else self._own_rate

    @cached_property
    def _own_rate(self) -> tuple[Step, ...]:
        """Points with the step's α and another n."""
        return points_like(self.step, own_rate=True) or self._other

    @cached_property
    def _other(self) -> tuple[Step, ...]:
        """Points with another α and n."""
        return points_like(self.step)

    def check(self, name: str, symbol: str, formula: WrittenFormula) -> FormulaVerdict:
        """Whether a formula gives the values of the quantity `name`, and what is wrong where it does not. Raises
        FormulaError where it cannot be read, or names something that the step does not have.
        """
        tree, spell = self._read(name, formula.text, IN_NUMPY if self._may_be_numpy(formula.text) else "")
        evaluate = self._evaluator(self.step, name, spell)
        evaluate.look_up(tree)

        def verdict(right: bool, message: str = "", mended: Node | None = None) -> FormulaVerdict:
            return FormulaVerdict(name, symbol, formula.text, right, message, "" if mended is None else spell(mended))

        has_numbers = any(isinstance(part, Literal) for part in walk(tree))
        counts = has_numbers and self._equations[name].part == UPDATE and Name("n") in walk(tree)
        points = self._own_rate if counts else self._own if has_numbers else self._other
        self._checked[name] = points, (tree, self._with_n(tree)), self._meanings
        wrong, fits = self._on_the_step(evaluate, name, tree)
        if fits and any(self._holds(points, name, found) for found in (tree, self._with_n(tree))):
            return verdict(True)
        small = points if counts or not has_numbers else self._small
        mistake, repair = self._diagnosed(small, name, tree if small is points else self._with_n(tree))
        reasons = self._reasons(name, tree) if fits and self._holds(self._own, name, tree) else []
        if reasons:
            general = "" if repair is None else f": in general it is {spell(repair.tree)}"
            verb = "is" if len(reasons) == 1 else "are"
            return verdict(True, f"right here, where {' and '.join(reasons)} {verb} 1{general}")
        other = f"; right for a {BINARY_CROSS_ENTROPY}" if self._is_of_cross_entropy(points, name, tree) else ""
        if repair is None or not repair.notes:
            return verdict(False, f"{wrong}{other}")
        words = "" if mistake and not says_more(repair) else words_of(repair, self._called(name), tree, spell)
        return verdict(False, f"{wrong}; {': '.join(filter(None, (mistake, words)))}{other}", repair.tree)

    def _read(self, name: str, text: str, dialect: str) -> tuple[Node, FormulaStyle]:
        """A formula for a quantity in pairs, and how it is written; in a style of print, if it does not tell itself."""
        context = context_of(name, self.step.statement)
        context = context._replace(dialect=dialect or context.dialect)
        reading = read_formula(text, context)
        self._look_at_left(name, reading.left)
        tree = self._with_epsilon(in_pairs(self._as_meant(reading.tree)))
        self._meanings = self._meanings_in(name, tree)
        spell = style_of(text, reading, context.over, self._meanings, values_of(self.step), self._own_symbols)
        return tree, spell

    def _evaluator(self, point: Step, name: str, spell: FormulaStyle = FormulaStyle()) -> Evaluator:  # noqa: B008
        """What formulas for a quantity come to at a point."""
        return Evaluator(point, name, spell, self._meanings)

    def _target(self, name: str) -> Array:
        """What a formula for a quantity must come to on the step."""
        return values_of(self.step)[name]

    def _plain(self, name: str, tree: Node) -> Node:  # noqa: ARG002
        """A formula for a quantity as it is judged: what it comes to in sgdb's layout."""
        return tree

    def _called(self, name: str) -> str:
        """What a quantity is called in a sentence."""
        return name

    def _number(self, name: str) -> str:
        """What a number of the step is called in a sentence."""
        return self.step.statement.own_symbols[name]

    def _is_of_cross_entropy(self, points: tuple[Step, ...], name: str, tree: Node) -> bool:
        """Whether a formula is that of δ_out for a binary cross-entropy of the outputs."""
        right = without_output_slope(self.step.statement) if name == "delta_out" else None
        if right is None:
            return False
        try:
            plain = self._plain(name, tree)
            found = [(point, Evaluator(point, "", meanings=self._meanings)(plain)) for point in points]
        except FormulaError:
            return False
        return all(is_same(value, point.statement.value_of(right, values_of(point))) for point, value in found)

    @cached_property
    def _own_symbols(self) -> dict[str, Piece]:
        """The pieces of the names that the problem's loss brings."""
        own = {setting.name for setting in self.step.problem.loss.settings} - {"m"}
        return {name: piece for name, piece in self.step.statement.pieces.items() if name in own}

    def _dialect(self, text: str) -> str:
        try:
            return dialect_of(text, [*lexemes(text)], self._functions)
        except FormulaError:
            return ""

    def _may_be_numpy(self, text: str) -> bool:
        """Whether it may be a line of numpy as well as one of sgdb's own formulas, beside others that are."""
        if not self._speaks_numpy or self._dialect(text) != TYPED:
            return False
        return is_plain(text, [*lexemes(text)], self._functions)

    def _look_at_left(self, name: str, left: str) -> None:
        """Whether what a formula says it is the value of is the quantity that it stands for."""
        found = meant(left, self._names.meaning(left).names, self._before) if left else (name,)
        if name not in found and name not in (self.step.statement.updates.get(old, "") for old in found):
            raise FormulaError(f"it begins with {left} =, and stands for {name}")

    def _as_meant(self, tree: Node) -> Node:
        """A formula in sgdb's names where z is the pre-activation in it."""
        if not self._before:
            return tree
        found = {typed: meant(typed, self._names.meaning(typed).names, self._before) for typed in names_in(tree)}
        return put_in_place(tree, {typed: Name(*names) for typed, names in found.items() if len(names) == 1})

    def _meanings_in(self, name: str, tree: Node) -> dict[str, str]:
        """The quantities that the words of a formula for `name` mean; in an update those of the parameter that it is
        about. Raises FormulaError where one can mean several.
        """
        found: dict[str, str] = {}
        open_: dict[str, Meaning] = {}
        others = aliases(self.step.statement)
        for typed in dict.fromkeys(part.name for part in walk(tree) if isinstance(part, Name)):
            if typed in others:
                found[typed] = others[typed]
                continue
            meaning = self._names.meaning(typed)
            if typed in NUMBERS and typed not in meaning.names:
                continue  # the name of a number, which this problem does not have
            own = tuple(other for other in meaning.names if self._is_of_one_parameter(name, other))
            meaning = meaning._replace(names=own) if len(own) == 1 else meaning
            if len(meaning.names) == 1:
                found[typed] = meaning.names[0]
                if meaning.remark:
                    self.remarks[typed] = found[typed]
            elif meaning.names:
                open_[typed] = meaning
        for typed, meaning in open_.items():
            named = {*found.values(), *(("y_out",) if "p" in found.values() else ())}
            left = [name for name in meaning.names if name not in named]
            if len(left) != 1 or len(left) == len(meaning.names):
                raise FormulaError(asked(typed, meaning))
            found[typed] = left[0]
        return found

    def _is_of_one_parameter(self, updated: str, name: str) -> bool:
        """Whether a quantity is of the weights or biases that an update, `updated`, is about: W_1 or dW_1 of mW_1⁺."""
        one, other = self._equations[updated], {**self.step.statement.given, **self._equations}.get(name)
        same = other is not None and (one.layer, one.letter[-1:]) == (other.layer, other.letter[-1:])
        return one.part == UPDATE and same

    def _reasons(self, name: str, tree: Node) -> list[str]:
        """Which of α and n must be 1, as they are, for a formula to hold."""
        reasons = []
        if self.step.learning_rate == 1 and not self._holds(points_like(self.step, own_rows=True), name, tree):
            reasons.append(self._number("alpha"))
        if self._rows == 1 and not self._holds(points_like(self.step, own_rate=True), name, tree):
            reasons.append(self._number("n"))
        return reasons

    def _on_the_step(self, evaluate: Evaluator, name: str, tree: Node) -> tuple[str, bool]:
        """What is wrong with the value on the step itself, in words, and whether there is one."""
        target = self._target(name)
        try:
            value = evaluate(tree)
        except FormulaError as error:
            return str(error), False
        if is_same(value, target):
            return "it comes out right on the numbers of this step, but not in general", True
        if not any(isinstance(part, Name) for part in walk(tree)):
            return "this is a number, not a formula", False
        value = fitted(value, target)
        if value.shape != target.shape:
            return f"it gives {shape_text(value.shape)}, and {self._called(name)} is {shape_text(target.shape)}", True
        return largest(value, target), True

    def _with_n(self, tree: Node) -> Node:
        """The formula with n for numbers that can only be it, where it is tried with other rows."""
        rows = self._rows
        for part in list(walk(tree)):
            if isinstance(part, Literal) and float(part.value) in (rows, 1 / rows):
                tree = replaced(tree, part, Name("n") if part.value == rows else Quotient(Literal(1), Name("n")))
        return tree

    def _with_epsilon(self, tree: Node) -> Node:
        """The formula with ε for the number that it is, which is another where formulas are tried."""
        epsilon, numbers = epsilon_of(self.step.problem.update), [*self.step.statement.numbers.values()]
        for part in list(walk(tree)) if numbers.count(epsilon) == 1 else ():
            if isinstance(part, Literal) and float(part.value) == epsilon:
                tree = replaced(tree, part, Name("epsilon"))
        return tree

    def holds_under(self, kind: str, name: str) -> bool:
        """Whether the formula that was checked for a quantity is right by a convention."""
        points, trees = self._look_again(name)
        return any(self._holds(points, name, tree, kind) for tree in trees)

    def holds_in(self, notation: Notation, name: str) -> bool:
        """Whether the formula that was checked for a quantity is right in the layout of a notation, with sgdb's names;
        where it does not say what a sum is over, that is the other way round there.
        """
        points, trees = self._look_again(name)
        for tree in trees:
            known = put_in_place(tree, {typed: Name(self._known_name(typed)) for typed in names_in(tree)})
            for found in dict.fromkeys((known, across(known))):
                stated = [(point, Rendition(notation, point.statement).as_stated(name, found)) for point in points]
                if stated and all(self._holds((point,), name, as_stated) for point, as_stated in stated):
                    return True
        return False

    def _look_again(self, name: str) -> tuple[tuple[Step, ...], tuple[Node, Node]]:
        """Where a formula that was checked is tried, and what is: a single row stays one, for which n is left out."""
        points, trees, self._meanings = self._checked[name]
        return points_like(self.step, own_rows=True) if self._rows == 1 else points, trees

    def _known_name(self, typed: str) -> str:
        found = canonical(typed, len(self.step.weights))
        return {**aliases(self.step.statement), **self._meanings}.get(found, found)

    def _holds(self, points: tuple[Step, ...], name: str, tree: Node, convention: str = "") -> bool:
        """Whether a formula gives the quantity at all points, by a convention, if there is one."""
        plain = self._plain(name, tree)
        for point in points:
            try:
                values = values_of(point) if not convention else self._values_under(convention, point)
                if not is_same(Evaluator(point, name, meanings=self._meanings, values=values)(plain), values[name]):
                    return False
            except FormulaError:
                return False
        return bool(points)

    def _values_under(self, kind: str, point: Step) -> Mapping[str, Array]:
        if (kind, point) not in self._by_convention:
            values = values_of(point)
            found = formula_values(kind, point.statement, values)
            self._by_convention[kind, point] = values if found is None else found
        return self._by_convention[kind, point]

    def _diagnosed(self, points: tuple[Step, ...], name: str, tree: Node) -> tuple[str, Repair | None]:
        """The mistake that the formula is, in words, if it is a known one; and its least repair."""
        ground = self._ground(points, name)
        known = self._definitions(frozenset(map(ground.known, names_in(tree))))
        tree = in_pairs(put_in_place(tree, {name: known[name]}))  # where it says what the quantity is by itself
        mender = Mender(ground, known)
        found = [mender.mend(tree, right) for right in rights(name, known)]
        repair = min(filter(None, found), key=lambda repair: repair.cost, default=None)
        mistake = self._known_mistake(ground, points, name, tree)
        if mistake and repair is None:
            repair = Repair(known[name], (note(mistake),), MOST_MISTAKES)
        return mistake, repair

    def _ground(self, points: tuple[Step, ...], name: str) -> Ground:
        """Where formulas for a quantity are compared."""
        return Ground([self._evaluator(point, name) for point in points], self._no_mean)

    @property
    def _no_mean(self) -> str:
        return "" if self.step.problem.reduction == "mean" else ": the problem takes the sum"

    def _definitions(self, named: frozenset[str]) -> dict[str, Node]:
        """The right formulas, for somebody who has named these."""
        if named not in self._defined:
            self._defined[named] = self._defining(named)
        return self._defined[named]

    def _defining(self, named: frozenset[str]) -> dict[str, Node]:
        return definitions(self.step.problem, named)

    def _known_mistake(self, ground: Ground, points: tuple[Step, ...], name: str, tree: Node) -> str:  # noqa: ARG002
        """The first of the known mistakes at the loss that a formula is, in words; empty where it is none."""
        return next(self._mistakes(ground, name, tree), "")

    def _mistakes(self, ground: Ground, name: str, tree: Node) -> Iterator[str]:
        """The known mistakes at the loss that have the values of a formula, or would have them with its 1/n."""
        as_written = [(tree, "")]
        if self.step.problem.reduction == "mean":
            as_written.append((Quotient(tree, Name("n")), ", and the division by n is missing"))
        for equations, mistakes in self._of_loss:
            if name not in equations:
                continue
            if (name, mistakes) not in self._known:
                self._known[name, mistakes] = [*mistakes.within(equations[name], len(equations))]
            single = self._known[name, mistakes]
            for mistake in chain(single, in_twos(mistakes, equations[name], single)):
                for found, more in as_written:
                    if ground.agree(found, mistake.tree) and not ground.agree(mistake.tree, equations[name].tree):
                        yield mistake.text + more


def across(node: Node) -> Node:
    """A tree whose sums are over the rows where they were over the columns, and the other way round."""
    if isinstance(node, Total):
        return Total(ACROSS[node.over], across(node.argument))
    return node.with_children(tuple(map(across, node.children))) if node.children else node
