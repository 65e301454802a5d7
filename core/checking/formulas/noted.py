"""Formulas in a notation, judged and mended in its own names and layout."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.arrays import Array
from core.checking.answers import WrittenFormula
from core.checking.formulas.check import FormulaChecker
from core.checking.formulas.definitions import SEVERAL, DefinedStatement
from core.checking.formulas.edits import in_pairs, tidy
from core.checking.formulas.evaluation import Evaluator
from core.checking.formulas.ground import Ground
from core.checking.formulas.notes import EQUALS, FormulaStyle, as_printed
from core.computation import values_of
from core.equations import PER_SAMPLE, Statement
from core.errors import FormulaError
from core.expression.dialect import IN_NUMPY, TYPED
from core.expression.lexicon import lexemes
from core.expression.nodes import ROWS, Function, IsTrueClass, Largest, Name, Node, Softmax
from core.expression.pieces import Piece, as_text
from core.expression.printer import Printer
from core.expression.shape import Shape
from core.expression.style import NUMPY
from core.expression.typed import RELU
from core.notations.printing import paper_printer, printed_function_in, typed_printer
from core.notations.reading import over_in, reading_in
from core.notations.rendition import Rendition
from core.step import Step


@dataclass(frozen=True)
class NotedStyle(FormulaStyle):
    """How somebody writes in a notation; see FormulaStyle."""

    rendition: Rendition | None = None

    def formula(self, node: Node) -> str:
        rendition = self._rendition
        if self.dialect == TYPED:
            return as_text(typed_printer(rendition, self.over or ROWS, self.relu, self.indicator)(node))
        if self.dialect == IN_NUMPY:
            symbols = {name: Piece("letter", s.typed, name=name) for name, s in rendition.spellings.items()}
            return as_text(Printer(NUMPY, symbols)(as_printed(node)))
        per_sample = rendition.statement.with_axes(PER_SAMPLE)
        return self.in_print(paper_printer(rendition, per_sample)(as_printed(node)))

    def function_name(self, node: Function) -> str:
        if node.name == RELU or not node.name.startswith("f_"):
            return super().function_name(node)
        if self.dialect == TYPED:
            return self.formula(node).partition("(")[0]
        name = printed_function_in(self._rendition, node).parts[0]
        return self.in_print((name,)) if isinstance(name, Piece) else super().function_name(node)

    @property
    def _rendition(self) -> Rendition:
        assert self.rendition is not None
        return self.rendition


class NotedChecker(FormulaChecker):
    """Checks formulas that are written in a notation. `translated` says in it what is said in sgdb's names."""

    def __init__(
        self,
        rendition: Rendition,
        step: Step,
        others: Iterable[WrittenFormula],
        translated: Callable[[str], str],
    ) -> None:
        super().__init__(step, others)
        general = Statement(step.problem, SEVERAL, index=step.index)  # which has the 1/n of a mean
        self._rendition = Rendition(rendition.notation, general)
        self._translated = translated

    def _read(self, name: str, text: str, dialect: str) -> tuple[Node, FormulaStyle]:
        rendition = self._rendition
        reading = reading_in(rendition, name, text, dialect)
        if reading.left and name not in (reading.left, self.step.statement.updates.get(reading.left)):
            raise FormulaError(f"it begins with {self._called(reading.left)} =, and stands for {self._called(name)}")
        words = {lexeme.text for lexeme in lexemes(text)}
        over = over_in(rendition, name)
        style = NotedStyle(over, RELU in words, EQUALS in words, reading.dialect, {}, rendition)
        return self._with_epsilon(in_pairs(reading.tree)), style

    def _evaluator(self, point: Step, name: str, spell: FormulaStyle = FormulaStyle()) -> Evaluator:  # noqa: B008
        return NotedEvaluator(Rendition(self._rendition.notation, point.statement), point, name, spell)

    def _target(self, name: str) -> Array:
        rendition, values = self._rendition, values_of(self.step)[name]
        values = self._factor(name) * values
        return values.T if rendition.turns(name) else values

    def _factor(self, name: str) -> float:
        return Rendition(self._rendition.notation, self.step.statement).factor(name)

    def _plain(self, name: str, tree: Node) -> Node:
        return in_pairs(self._rendition.as_stated(name, tree))

    def _called(self, name: str) -> str:
        spelling = self._rendition.spellings.get(name)
        return name if spelling is None else spelling.typed

    def _number(self, name: str) -> str:
        return as_text([self._rendition.spellings[name].piece])

    def _ground(self, points: tuple[Step, ...], name: str) -> Ground:
        return Ground([self._evaluator(point, name) for point in points], self._no_mean, self._rendition.classes)

    def _defining(self, named: frozenset[str]) -> dict[str, Node]:
        stated = Rendition(self._rendition.notation, DefinedStatement(self.step.problem, SEVERAL, named=named))
        return {name: tidy(in_pairs(tree)) for name, tree in stated.trees.items()}

    def _known_mistake(self, ground: Ground, points: tuple[Step, ...], name: str, tree: Node) -> str:  # noqa: ARG002
        plain = Ground([Evaluator(point, name) for point in points], self._no_mean)
        return self._translated(next(self._mistakes(plain, name, self._plain(name, tree)), ""))


class NotedEvaluator(Evaluator):
    """Formulas in the layout of a notation, evaluated on a step."""

    def __init__(self, rendition: Rendition, step: Step, target: str, spell: FormulaStyle) -> None:
        self._rendition = rendition
        self._in_columns = rendition.notation.in_columns
        values = {name: rendition.factor(name) * value for name, value in values_of(step).items()}
        super().__init__(step, target, spell, values=values)
        self._shapes.in_columns = self._in_columns

    def _shape_of(self, name: str) -> Shape:
        rows, columns = super()._shape_of(name)
        return (columns, rows) if self._rendition.turns(self.known(name)) else (rows, columns)

    def _as_written(self, node: Node) -> Node:
        if isinstance(node, Name):
            return node.T if self._rendition.turns(node.name) else node
        if self._in_columns and isinstance(node, (IsTrueClass, Softmax, Largest)):
            return node.with_children(tuple(part.T for part in node.children)).T
        return node

    def _called(self, name: str) -> str:
        spelling = self._rendition.spellings.get(name)
        return name if spelling is None else spelling.typed
