"""What the names in a watch stand for: the quantities of a problem's steps, with their shapes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from core.equations import NUMBER, PER_SAMPLE, PER_UNIT, Statement, statement_of
from core.errors import FormulaError
from core.expression.dialect import TYPED
from core.expression.lexicon import spelled
from core.expression.names import NUMBER_WORDS, Names, asked, no_such_thing
from core.expression.nodes import (
    ALL,
    Function,
    MatrixProduct,
    Name,
    Node,
    Softmax,
    Transpose,
)
from core.expression.reader import Context
from core.expression.shape import SINGLE, Shape, Shapes, shape_text
from core.expression.value import PRIMITIVES
from core.judgement import is_right_or_wrong
from core.problem import Problem
from core.quantity import canonical
from core.suggestion import suggest
from core.watching.nodes import (
    EVERY,
    Becomes,
    Comparison,
    Condition,
    Entry,
    Finite,
    Junction,
    Negation,
    Quantified,
    Remainder,
    Summary,
)
from core.watching.printer import as_watched

ACCURACY, STEP, EPOCH = "accuracy", "step", "epoch"
RATE, ROWS = "alpha", "n"
MOST_CELLS = 2_000_000  # of what is computed on the way
SIGNS = "%:"  # that formulas do not have


class MisplacedError(FormulaError):
    """There is a number where a condition must be, or the other way round: `part`."""

    def __init__(self, message: str, part: Node) -> None:
        super().__init__(message)
        self.part = part


class Vocabulary:
    """The names of a problem's steps over batches of `rows` rows, by default of as many as its largest have."""

    def __init__(self, problem: Problem, rows: int | None = None) -> None:
        self.problem = problem
        self.rows = rows or problem.batch_size or len(problem.inputs)
        self.statement: Statement = statement_of(problem, self.rows)
        self.depth = len(problem.network)
        self.shape_of_tree = WatchShapes(self)

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        """Of everything that has a name."""
        statement, problem = self.statement, self.problem
        found: dict[str, Shape] = dict.fromkeys((*statement.numbers, STEP, EPOCH), SINGLE)
        if is_right_or_wrong(problem):
            found[ACCURACY] = SINGLE
        found |= {"X_in": (self.rows, problem.inputs.shape[1]), "y_gt": (self.rows, problem.targets.shape[1])}
        for equation in statement.given.values():
            if equation.layer is not None:
                layer = problem.network.layers[equation.layer - 1]
                found[equation.name] = (None, layer.units) if equation.axes == PER_UNIT else layer.weights.shape
        of_equations = Shapes(lambda name: found[name])
        for equation in statement.equations.values():
            rows, columns = of_equations(equation.tree)
            by_axes = {PER_SAMPLE: (self.rows, None), PER_UNIT: (None, columns), NUMBER: SINGLE}
            found[equation.name] = by_axes.get(equation.axes, (rows, columns))
        return found

    @cached_property
    def context(self) -> Context:
        """What a watch is read with."""
        statement = self.statement
        symbols = {spelled(symbol).strip(): name for name, symbol in statement.own_symbols.items()}
        words = {word: name for word, name in NUMBER_WORDS.items() if name in (*statement.numbers, "loss")}
        numbers = [name for name, shape in self.shapes.items() if shape == SINGLE]
        return Context(ALL, statement.functions, numbers, words | symbols, dialect=TYPED, signs=SIGNS)

    @cached_property
    def _names(self) -> Names:
        return Names(self.shapes, self.statement.equations, self.depth)

    @cached_property
    def _aliases(self) -> dict[str, str]:
        """What else a quantity may be called: z_0, and o where the logits are y_out."""
        p = self.statement.equations.get("p")
        logits = p.tree.argument if p is not None and isinstance(p.tree, Softmax) else None
        return {"z_0": "X_in"} | ({"o": logits.name} if isinstance(logits, Name) else {})

    def spell(self, tree: Node) -> str:
        """A tree in these names, as it is typed."""
        return as_watched(tree)

    def meant(self, word: str) -> str:
        """The name that a word in the reader's plain letters stands for. Raises FormulaError."""
        return self.name(self.context.symbols.get(word, word))

    def name(self, typed: str) -> str:
        """The name of what somebody typed. Raises FormulaError."""
        found = canonical(typed, self.depth)
        found = self._aliases.get(found, found)
        if found in self.shapes:
            return found
        if typed == ACCURACY:
            raise FormulaError("accuracy: the targets are no classes, so that no output is right or wrong")
        meaning = self._names.meaning(typed)
        if len(meaning.names) == 1:
            return meaning.names[0]
        if meaning.names:
            raise FormulaError(asked(typed, meaning))
        if why := no_such_thing(typed, self.statement.numbers):
            raise FormulaError(f'unknown "{typed}": {why}')
        raise FormulaError(suggest(typed, self.shapes))

    def function(self, typed: str, slope: bool) -> str:
        """The name of a function, or one whose slope is asked for. Raises FormulaError."""
        found = canonical(typed, self.depth)
        if found in self.statement.functions or (found in PRIMITIVES and not slope):
            return found
        if found in PRIMITIVES:
            raise FormulaError(f"the derivative of {typed} is not known")
        raise FormulaError(f"there is no {typed}: the layers are 1 to {self.depth}, or out")

    def entry(self, argument: Node, cell: Sequence[int | str]) -> Entry:
        """Cells of the argument. Raises FormulaError for an index that it does not have."""
        shape, text = self.shape_of_tree(argument), self.spell(argument)
        counts = [count for count in shape if count is not None]
        if len(cell) == 1 and counts[1:] == [1]:
            cell = (*cell, 1)  # as cells of one column are printed: W_out[2]
        expected = ("no index", "one index", "two, a row and a column")[len(counts)]
        if len(cell) != len(counts):
            raise FormulaError(f"{text} is {shape_text(shape)}: expected {expected}, found {_cell(cell)}")
        if not all(at == EVERY or 1 <= int(at) <= count for at, count in zip(cell, counts, strict=True)):
            raise FormulaError(f"{text} is {shape_text(shape)}: there is no {_cell(cell)}; indices count from 1")
        rest = iter(cell)
        row, column = ("" if count is None else next(rest) for count in shape)
        return Entry(argument, (row, column))

    def refuse(self, tree: Node) -> None:
        """Raises FormulaError for a tree that steps of this kind have no value of: a name that is not theirs, an index
        that is out of range.
        """
        self.shape_of_tree(tree)

    def settled(self, tree: Node) -> Node:
        """The tree with the products that numbers have a part in as such, and vectors, which are one either way, not
        turned.
        """
        parts = tuple(map(self.settled, tree.children))
        if isinstance(tree, MatrixProduct) and any(self.shape_of_tree(part) == SINGLE for part in tree.children):
            return parts[0] * parts[1]
        if isinstance(tree, Transpose) and None in self.shape_of_tree(tree.argument):
            return parts[0]
        return tree.with_children(parts)


class WatchShapes(Shapes):
    """The shapes of the trees of watches."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__(self._of_name, MOST_CELLS, vocabulary.spell)
        self._vocabulary = vocabulary

    def _of_name(self, name: str) -> Shape:
        return self._vocabulary.shapes[self._vocabulary.name(name)]

    def _shape(self, node: Node) -> Shape:
        self._refuse_mixed(node)
        if isinstance(node, Finite) and not node.children:
            return SINGLE
        if isinstance(node, Function):
            self._vocabulary.function(node.name, node.slope)
        if isinstance(node, (Summary, Finite, Quantified)):
            self(node.children[0])
            return SINGLE
        if isinstance(node, Entry):
            wanted = [at for at in node.index if at != ""]
            self._vocabulary.entry(node.argument, wanted)
            shape = self(node.argument)
            rows, columns = (count if at == EVERY else None for at, count in zip(node.index, shape, strict=True))
            return rows, columns
        if isinstance(node, (Comparison, Remainder, Junction)):
            sign = node.sign if isinstance(node, Comparison) else node.word if isinstance(node, Junction) else "%"
            first, *rest = map(self, node.children)
            for shape in rest:
                first = self._common(node, first, sign, shape)
            return first
        return super()._shape(node)

    def _refuse_mixed(self, node: Node) -> None:
        of_conditions = isinstance(node, (Quantified, Negation, Junction, Becomes))
        for child in node.children:
            if isinstance(child, Condition) and not of_conditions:
                raise MisplacedError(f"expected a number, found the condition {self._spell(child)}", child)
            if of_conditions and not isinstance(child, Condition):
                text = self._spell(child)
                raise MisplacedError(f"expected a condition, such as {text} > 0, found {text}", child)


def _cell(cell: Sequence[int | str]) -> str:
    return f"[{','.join(map(str, cell))}]"
