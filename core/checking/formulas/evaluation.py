"""The value of a formula on a step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, partial

import numpy as np

from core.arrays import Array
from core.checking.formulas.definitions import aliases
from core.checking.formulas.notes import FormulaStyle
from core.computation import values_of
from core.equations import FORWARD, PER_SAMPLE, PER_UNIT, Equation
from core.errors import FormulaError
from core.expression.names import no_such_thing
from core.expression.nodes import Function, MatrixProduct, Name, Node, Product, Transpose, put_in_place, walk
from core.expression.shape import SINGLE, Shape, Shapes
from core.expression.value import PRIMITIVES, Compiler, Evaluate
from core.quantity import canonical
from core.step import Step
from core.suggestion import suggest
from core.text import shown

MOST_CELLS = 2_000_000
EXACT = 1e-9
UNKNOWN_FUNCTIONS = frozenset(("min", "diag", "ones", "dot", "np"))


class UnknownNameError(FormulaError):
    """A formula with a name that the step does not have, in words."""


class Evaluator:
    """Formulas for the quantity `target`, evaluated on a step; one that names the target itself has no value. `work`
    counts the numbers computed so far. `meanings` are the quantities by words that only people have for them; `values`
    are those of the quantities, where they are not the step's own.
    """

    def __init__(
        self,
        step: Step,
        target: str,
        spell: FormulaStyle = FormulaStyle(),  # noqa: B008
        meanings: Mapping[str, str] = {},
        values: Mapping[str, Array] | None = None,
    ) -> None:
        statement = step.statement
        self._depth, self._target = len(step.weights), target
        self._functions = statement.functions
        self._equations = {**statement.given, **statement.equations}
        self._aliases = {**aliases(statement), **meanings}
        self._values = values_of(step) if values is None else values
        per_unit, per_sample = statement.with_axes(PER_UNIT), statement.with_axes(PER_SAMPLE)
        self._plain_shapes: dict[str, Shape] = dict.fromkeys(statement.numbers, SINGLE)
        self._plain_shapes |= {name: _shape(value, name in per_unit) for name, value in self._values.items()}
        self._names = [*self._values, *statement.numbers]
        self._shapes = Shapes(self._shape_of, MOST_CELLS, spell.__call__, spell.signs)
        self._compile = _Remembering(statement.functions, statement.numbers, per_unit, per_sample)
        self._known: dict[Node, Node] = {}

    def known(self, name: str) -> str:
        """The name of a quantity, a number or a function that the step has for one that is typed."""
        found = canonical(name, self._depth)
        return self._aliases.get(found, found)

    def quantity(self, node: Node) -> Equation | None:
        """The quantity of the step that a name stands for; None where it stands for none."""
        return self._equations.get(self.known(node.name)) if isinstance(node, Name) else None

    def _shape_of(self, name: str) -> Shape:
        """The shape of what a name stands for in formulas."""
        return self._plain_shapes[self.known(name)]

    def _as_written(self, node: Node) -> Node:
        """What is evaluated for an operand, or an operation on a sample's classes, that is written so."""
        return node

    def _called(self, name: str) -> str:
        """What a quantity is called in a sentence."""
        return name

    @cached_property
    def _arguments(self) -> dict[str, Node]:
        """What the function of each layer is applied to, by its name."""
        trees = [equation.tree for equation in self._equations.values() if equation.part == FORWARD]
        return {tree.name: tree.argument for tree in trees if isinstance(tree, Function)}

    def argument_of(self, function: Function) -> Node | None:
        """What the function of a layer is applied to in the step: s_1 for f_1; None where it is no layer's."""
        return self._arguments.get(self.known(function.name))

    def written_out(self, function: Function) -> Node | None:
        """The formula of a function, as of 1 / (1 + exp(-s_1)); None for a slope, or where there is none."""
        found = None if function.slope else self._functions.get(self.known(function.name))
        return None if found is None else put_in_place(found.tree, {"s": function.argument})

    @property
    def work(self) -> int:
        return self._compile.work

    @np.errstate(all="ignore")
    def __call__(self, node: Node) -> Array:
        """The value of a formula: a matrix, a vector or a number. Raises FormulaError where it has none."""
        tree = self._in_known_names(node)
        rows, columns = self._shapes(node)
        value: Array = self._compile(tree)(self._values)
        return value.reshape([count for count in (rows, columns) if count is not None])

    def look_up(self, node: Node) -> None:
        """Raises UnknownNameError, which tells of each thing that a formula names and the step does not have."""
        unknown = dict.fromkeys(filter(None, map(self._unknown, walk(node))))
        if unknown:
            raise UnknownNameError(_listed(list(unknown)))

    def is_same_function(self, one: Function, other: Function) -> bool:
        """Whether two functions are the same, whatever their names, but for the derivative."""
        names = [self.known(node.name) for node in (one, other)]
        first, second = (self._functions.get(name) for name in names)
        return names[0] == names[1] or (first is not None and first is second)

    def _in_known_names(self, node: Node) -> Node:
        """The formula with each quantity and function under its first name."""
        if node not in self._known:
            parts = tuple(map(self._in_known_names, node.children))
            if message := self._unknown(node):
                raise UnknownNameError(message)
            if isinstance(node, Name):
                name = self.known(node.name)
                if name == self._target:
                    raise FormulaError(f"it says what {self._called(name)} is by {self._called(name)} itself")
                self._known[node] = self._as_written(Name(name))
            elif isinstance(node, Function):
                self._known[node] = Function(self.known(node.name), parts[0], node.slope)
            elif isinstance(node, Transpose) and None in self._shapes(node.argument):
                self._known[node] = parts[0]  # a vector is one either way
            elif isinstance(node, MatrixProduct) and any(self._shapes(part) == SINGLE for part in node.children):
                self._known[node] = Product(*parts)
            else:
                self._known[node] = self._as_written(node.with_children(parts))
        return self._known[node]

    def _unknown(self, part: Node) -> str:
        """What is wrong with a name; empty where nothing is."""
        if isinstance(part, Function):
            name = self.known(part.name)
            if name in self._functions or (name in PRIMITIVES and not part.slope):
                return ""
            if name in PRIMITIVES:
                return f"the derivative of {part.name} is not known"
            return f"there is no {part.name}: the layers are 1 to {self._depth}, or out"
        if not isinstance(part, Name) or self.known(part.name) in self._names:
            return ""
        if why := no_such_thing(part.name, self._names):
            return f'unknown "{shown(part.name)[1:-1]}": {why}'
        if part.name in UNKNOWN_FUNCTIONS:
            return (
                f'"{part.name}" is not known; expected quantities of the step, f1(...) to f_out(...), their '
                "derivatives f1'(...), relu, tanh, sigmoid, softmax, exp, log, sqrt, max(0, ...), sum, mean and the "
                "operators + - * .* / ' ^2"
            )
        return suggest(shown(part.name)[1:-1], self._names)


class _Remembering(Compiler):
    """Evaluates every part of all formulas once, to matrices; for the same values each time."""

    work = 0

    def __call__(self, node: Node) -> Evaluate:
        return partial(self._value, node)

    def _value(self, node: Node, values: Mapping[str, Array]) -> Array:
        if node not in self._found:
            value = self._found[node] = np.atleast_2d(super().__call__(node)(values))
            inner = self._found[node.children[0]].shape[1] if isinstance(node, MatrixProduct) else 1
            self.work += value.size * inner if node.children else 0
        return self._found[node]

    @cached_property
    def _found(self) -> dict[Node, Array]:
        return {}


def is_same(found: Array, target: Array) -> bool:
    """Whether two values are the same but for rounding; a vector may come out as a matrix of one row or column, and a
    single number as a matrix or vector of one.
    """
    found = fitted(found, target)
    if found.shape != target.shape:
        return False
    scale = float(np.abs(target).max(initial=0.0))
    return bool((np.abs(found - target) <= EXACT * scale).all())


def fitted(found: Array, target: Array) -> Array:
    """A value in the shape of its target, where it merely is a matrix of one row or column, or of one number, for that;
    else as it is.
    """
    is_flat = found.size == target.size and found.ndim > target.ndim and 1 in found.shape
    return found.reshape(target.shape) if is_flat else found


def _shape(value: Array, is_per_unit: bool) -> Shape:
    """The shape of a quantity's values in a tree."""
    if value.ndim == 1:
        return (None, len(value)) if is_per_unit else (len(value), None)
    return (value.shape[0], value.shape[1]) if value.ndim else SINGLE


def _listed(messages: list[str]) -> str:
    """Several messages about names as one, which says but once what there is to choose from."""
    choices = [message.partition("; expected one of ") for message in messages]
    last = {tail: i for i, (_, _, tail) in enumerate(choices)}
    return "; ".join(m if last[c[2]] == i else c[0] for i, (m, c) in enumerate(zip(messages, choices, strict=True)))
