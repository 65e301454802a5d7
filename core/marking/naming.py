"""How a scheme or a sheet names and lays out the quantities of a step: in sgdb's own names, or in a notation."""

from __future__ import annotations

from collections.abc import Mapping

from core.arrays import Array
from core.checking.answers import Answer
from core.checking.formulas.definitions import SEVERAL, aliases, context_of, names_of
from core.checking.formulas.edits import in_pairs
from core.checking.formulas.evaluation import Evaluator
from core.checking.keys import Keys
from core.checking.shapes import LaidOutAnswer, lay_out
from core.equations import Statement
from core.errors import FormulaError
from core.expression.dialect import IN_NUMPY
from core.expression.names import asked
from core.expression.nodes import Function, Name, Node, walk
from core.expression.reader import read_formula
from core.notations.words import Notation
from core.quantity import canonical
from core.step import Step


class Naming:
    """sgdb's own names for the quantities of a step, and its layout."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self.keys = Keys(step)

    def called(self, name: str) -> str:
        """What a quantity is called."""
        return name

    def lay_out(self, answer: Answer) -> LaidOutAnswer:
        """The numbers of an answer at their positions. Raises NoSuchCell."""
        return lay_out(answer, self._step.values[answer.name])

    def factor(self, name: str) -> float:  # noqa: ARG002
        """What the step's numbers of a quantity are multiplied by."""
        return 1.0

    def tree(self, name: str, text: str, dialect: str = "") -> Node:
        """A formula for a quantity, in sgdb's names and layout. Raises FormulaError."""
        context = context_of(name, self._step.statement)._replace(dialect=dialect)
        read = in_pairs(read_formula(text, context).tree)
        meanings = _meanings(read, self._step)
        Evaluator(self._step, name, meanings=meanings).look_up(read)
        return _in_own_names(read, meanings, len(self._step.weights))

    def is_numpy(self, name: str, text: str) -> bool:
        """Whether a formula can only be a line of numpy: then those beside it may be, too."""
        try:
            return read_formula(text, context_of(name, self._step.statement)).dialect == IN_NUMPY
        except FormulaError:
            return False

    def stated(self, statement: Statement, values: Mapping[str, Array]) -> tuple[Statement, Mapping[str, Array]]:
        """The equations and the values that numbers are compared with."""
        return statement, values

    def as_stated(self, name: str, tree: Node) -> Node:  # noqa: ARG002
        """A formula in sgdb's names and layout, over these values."""
        return tree


class NotedNaming(Naming):
    """The names and the layout of a notation."""

    def __init__(self, step: Step, notation: Notation) -> None:
        from core.checking.noted import NotedKeys
        from core.notations.rendition import Rendition

        super().__init__(step)
        self.keys = NotedKeys(step, notation)
        self._notation = notation
        self._rendition = Rendition(notation, step.statement)
        self._general = Rendition(notation, Statement(step.problem, SEVERAL, index=step.index))

    def called(self, name: str) -> str:
        return self.keys.called(name)

    def lay_out(self, answer: Answer) -> LaidOutAnswer:
        from core.checking.noted import Noted

        return Noted(self._notation, self._step.statement, self._step.values).lay_out(answer, 1)

    def factor(self, name: str) -> float:
        return self._rendition.factor(name)

    def tree(self, name: str, text: str, dialect: str = "") -> Node:
        from core.notations.reading import reading_in

        return in_pairs(self._general.as_stated(name, reading_in(self._general, name, text, dialect).tree))

    def is_numpy(self, name: str, text: str) -> bool:
        from core.notations.reading import reading_in

        try:
            return reading_in(self._general, name, text).dialect == IN_NUMPY
        except FormulaError:
            return False

    def stated(self, statement: Statement, values: Mapping[str, Array]) -> tuple[Statement, Mapping[str, Array]]:
        from core.checking.noted import Noted

        noted = Noted(self._notation, statement, values)
        return noted.statement, noted.true

    def as_stated(self, name: str, tree: Node) -> Node:
        return self._rendition.scaled(name, tree)


def naming_of(step: Step, notation: Notation | None) -> Naming:
    """How a step's quantities are named in a notation; in sgdb's own without one."""
    return Naming(step) if notation is None or notation.is_own else NotedNaming(step, notation)


def _meanings(tree: Node, step: Step) -> dict[str, str]:
    """The quantities that the words of a formula mean. Raises FormulaError where one can mean several."""
    names, others = names_of(step.statement), aliases(step.statement)
    found: dict[str, str] = dict(others)
    for typed in dict.fromkeys(part.name for part in walk(tree) if isinstance(part, Name)):
        meaning = names.meaning(typed)
        if len(meaning.names) > 1 and typed not in others:
            raise FormulaError(asked(typed, meaning))
        if meaning.names:
            found.setdefault(typed, meaning.names[0])
    return found


def _in_own_names(node: Node, meanings: Mapping[str, str], depth: int) -> Node:
    """A formula with each quantity and function under its first name."""
    if isinstance(node, Name):
        name = canonical(node.name, depth)
        return Name(meanings.get(name, name))
    parts = tuple(_in_own_names(part, meanings, depth) for part in node.children)
    if isinstance(node, Function):
        return Function(canonical(node.name, depth), parts[0], node.slope)
    return node.with_children(parts)
