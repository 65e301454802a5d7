"""Watches and numbers as they are typed in a course's notation: its names, its layout, its sign of δ, its 1/n."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeAlias, TypeVar

from core.errors import FormulaError
from core.expression.cursor import Context
from core.expression.nodes import (
    Name,
    Node,
    Product,
    Quotient,
    Sum,
    Transpose,
    walk,
)
from core.expression.pieces import as_text
from core.expression.shape import SINGLE, Shape
from core.notations.printing import typed_style, typed_symbols
from core.notations.reading import named_elsewhere
from core.notations.rendition import Rendition
from core.notations.turning import Layout, transposes
from core.notations.wording import with_gradients
from core.notations.words import Notation
from core.problem import Problem
from core.suggestion import suggest
from core.text import shown
from core.watching.language import Language
from core.watching.nodes import Condition, Entry
from core.watching.printer import WatchPrinter
from core.watching.reader import WatchReader
from core.watching.vocabulary import ACCURACY, EPOCH, STEP, Vocabulary

COUNTED = (STEP, EPOCH, ACCURACY)  # which have these names in every notation
N = Name("n")

ShapeOf: TypeAlias = Callable[[Node], Shape]
T = TypeVar("T")


class NotedLanguage(Language):
    """What is typed in a notation. Trees of what was typed go by sgdb's names, in the notation's layout; what they come
    to in sgdb's layout, sign and place of 1/n is what is kept.
    """

    is_own = False

    def __init__(self, problem: Problem, notation: Notation, rows: int | None = None) -> None:
        super().__init__(problem, rows)
        self._noted = NotedVocabulary(problem, notation, rows)
        self._scaling = _Scaling(self._noted.rendition)
        own, noted = self.vocabulary.shape_of_tree, self._noted.shape_of_tree
        self._plain, self._turned = (
            _WatchLayout(self._noted.rendition, here, there) for here, there in ((noted, own), (own, noted))
        )

    def condition(self, text: str) -> Condition:
        return _kept(super().condition, self._as_own(self._reader(text).watch()))

    def number(self, text: str) -> Node:
        return _kept(super().number, self._as_own(self._reader(text).number()))

    def _reader(self, text: str) -> WatchReader:
        return WatchReader(self.in_plain_letters(text), self._noted)

    def _as_own(self, tree: Node) -> str:
        """What was typed in the notation as it is typed in sgdb's names."""
        return super().spell(self._plain.of(self._scaling.own(tree)))

    def spell(self, tree: Node) -> str:
        return self._noted.spell(self._turned.of(self._scaling.noted(tree)))

    def in_plain_letters(self, text: str) -> str:
        return self._noted.in_plain_letters(text)

    def name(self, word: str) -> str:
        return self._noted.meant(word)

    def cell(self, name: str, cell: Sequence[int]) -> tuple[int, ...]:
        if not cell or name not in self._noted.shapes:
            return tuple(cell)
        index = self._noted.entry(Name(name), cell).index
        index = index[::-1] if self._noted.rendition.turns(name) else index
        return tuple(int(at) for at in index if at != "")


def _kept(read: Callable[[str], T], text: str) -> T:
    """What was typed, read once more in sgdb's names: as a session has it. Raises FormulaError."""
    try:
        return read(text)
    except FormulaError as error:
        raise FormulaError(f"{error.message}; in sgdb's names it is {shown(text)}") from None


class NotedVocabulary(Vocabulary):
    """The names of a problem's steps in a notation, with the shapes that quantities have there."""

    def __init__(self, problem: Problem, notation: Notation, rows: int | None = None) -> None:
        super().__init__(problem, rows)
        self.rendition = Rendition(with_gradients(notation), self.statement)
        self.shape_of_tree.in_columns = self.rendition.notation.in_columns

    @cached_property
    def shapes(self) -> dict[str, Shape]:
        return {name: shape[::-1] if self.rendition.turns(name) else shape for name, shape in super().shapes.items()}

    @cached_property
    def context(self) -> Context:
        rendition = self.rendition
        return super().context._replace(symbols=rendition.names, classes=rendition.classes, layers=rendition.functions)

    @cached_property
    def _printer(self) -> WatchPrinter:
        return WatchPrinter(typed_symbols(self.rendition), typed_style(self.rendition))

    def spell(self, tree: Node) -> str:
        return as_text(self._printer(tree))

    def in_plain_letters(self, text: str) -> str:
        return self.rendition.lowered(text)

    def meant(self, word: str) -> str:
        names = self.rendition.names
        if word in COUNTED:  # also where something is printed so: cs231n's step, the rate
            return self.name(word)
        if word in names:
            return names[word]
        if elsewhere := named_elsewhere(self.rendition, word):
            raise FormulaError(f"unknown {shown(word)}: {elsewhere}")
        known = [spelling.typed for spelling in self.rendition.spellings.values()]
        raise FormulaError(suggest(shown(word)[1:-1], [*known, *(name for name in COUNTED if name in self.shapes)]))

    def entry(self, argument: Node, cell: Sequence[int | str]) -> Entry:
        rows, columns = self.shape_of_tree(argument)
        if len(cell) == 1 and rows == 1 and columns is not None:
            cell = (1, *cell)  # of a single row, as of a single column
        elif len(cell) == 2 and None in (rows, columns) and (rows, columns) != SINGLE:
            across, along = cell if rows is None else cell[::-1]
            cell = (along,) if across == 1 else cell  # of a vector that is written as a row or a column
        return super().entry(argument, cell)


class _Scaling:
    """Goes between the signs and the 1/n of sgdb and those of a notation, in any layout: dZ1[2,3] of the one is
    n * delta_1[2,3] of the other.
    """

    def __init__(self, rendition: Rendition) -> None:
        statement = rendition.statement
        factors = {name: rendition.factor(name) for name in (*statement.given, *statement.equations)}
        self._opposite = {name for name, factor in factors.items() if factor < 0}
        self._scaled = {name for name, factor in factors.items() if abs(factor) != 1}

    def own(self, node: Node) -> Node:
        """What the notation's numbers are of sgdb's: n * delta_1 for delta_1, delta_1 for delta_1 / n."""
        if isinstance(node, Quotient) and node.children[1] == N and (found := self._scaled_leaf(node.children[0])):
            return found
        if (leaf := self._leaf(node)) is not None:
            name, signed = leaf
            return N * signed if name in self._scaled else signed
        return _with_children(node, tuple(map(self.own, node.children)))

    def noted(self, node: Node) -> Node:
        """What sgdb's numbers are of the notation's: the same the other way round."""
        if isinstance(node, Product) and N in node.children:
            rest = [*node.children]
            rest.remove(N)
            for i, child in enumerate(rest):
                if (found := self._scaled_leaf(child)) is not None:
                    others = [self.noted(other) for other in rest]
                    others[i] = found
                    return others[0] if len(others) == 1 else Product(*others)
        if (leaf := self._leaf(node)) is not None:
            name, signed = leaf
            return signed / N if name in self._scaled else signed
        return _with_children(node, tuple(map(self.noted, node.children)))

    def _scaled_leaf(self, node: Node) -> Node | None:
        """What is left of n times this, or of this over n, on the other side, where that is all of what differs."""
        leaf = self._leaf(node)
        return leaf[1] if leaf is not None and leaf[0] in self._scaled else None

    def _leaf(self, node: Node) -> tuple[str, Node] | None:
        """The name of a quantity that differs, and the numbers that are meant, with the sign that they have on the
        other side; None for anything else.
        """
        bare = node.children[0] if _is_minus(node) else node
        named = bare
        while isinstance(named, (Entry, Transpose)):
            named = named.argument
        name = named.name if isinstance(named, Name) else ""
        if name in self._opposite:
            return name, bare if bare is not node else Sum((-1, node))
        return (name, node) if name in self._scaled and bare is node else None


def _is_minus(node: Node) -> bool:
    return isinstance(node, Sum) and [sign for sign, _ in node.terms] == [-1]


def _with_children(node: Node, children: tuple[Node, ...]) -> Node:
    """A tree of other parts; a minus that comes behind another takes it away."""
    if _is_minus(node) and _is_minus(children[0]) and not _is_minus(node.children[0]):
        return children[0].children[0]
    return node.with_children(children)


class _WatchLayout(Layout):
    """Turns what was typed between the layouts of sgdb and of a notation. A single number is made of whichever of its
    parts, turned or not, has fewer transposes; vectors are never transposed, since they are one either way.

    `here` and `there` are the shapes of trees in the layout that they come from, and in the other one.
    """

    def __init__(self, rendition: Rendition, here: ShapeOf, there: ShapeOf) -> None:
        super().__init__(rendition.turns, rendition.notation.in_columns, ())
        self._here, self._there = here, there
        self._single: dict[Node, Node] = {}

    def of(self, tree: Node) -> Node:
        """A condition or number in the other layout."""
        return self(tree) if self._here(tree) == SINGLE else self._best(tree)

    def __call__(self, node: Node, over: bool = False) -> Node:
        if self._here(node) != SINGLE:
            return self._part(node, over)
        if node not in self._single:  # else each in another one would be turned twice as often as that
            is_of_numbers = all(self._here(child) == SINGLE for child in node.children)
            parts = tuple(map(self, node.children)) if is_of_numbers else ()
            self._single[node] = node.with_children(parts) if is_of_numbers else self._best(node)
        return self._single[node]

    def _best(self, node: Node) -> Node:
        """The part or its transpose; one of them at least transposes no vector, since all of them are turned alike."""
        both = (self._part(node, over) for over in (True, False))
        return min((part for part in both if not self._turns_a_vector(part)), key=transposes)

    def _part(self, node: Node, over: bool) -> Node:
        if isinstance(node, Entry):
            return Entry(self(node.argument, over), node.index[::-1] if over else node.index)
        return super().__call__(node, over)

    def _turns_a_vector(self, tree: Node) -> bool:
        return any(isinstance(part, Transpose) and None in self._there(part.argument) for part in walk(tree))
