"""What is wrong with a loss that somebody brings from outside, before anything is computed with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from numbers import Real

from core.errors import FormulaError
from core.expression.lexicon import spelled
from core.expression.nodes import (
    Function,
    Largest,
    MatrixProduct,
    Name,
    Node,
    Number,
    Rest,
    Softmax,
    Total,
    Transpose,
    walk,
)
from core.expression.numbers import is_number
from core.expression.reader import Context, read
from core.expression.shape import SINGLE, Shape, Shapes, shape_text
from core.expression.value import Compiler
from core.losses.base import Loss, LossEquations
from core.own_activation import function_mistakes
from core.suggestion import suggest

OF_MATRICES = (MatrixProduct, Softmax, Total, Transpose, Largest)  # operations that a single number does not bear
OF_CELLS = (Number, Rest)  # which have a value, but stand in the trees of cells alone
QUANTITY, SAMPLE_LOSSES, OUTPUT_GRADIENT = "quantity", "sample_losses", "output_gradient"  # what trees are for

Meaning = Callable[[str], str | None]


def mistakes_from_outside(loss: Loss, width: int, meaning: Meaning) -> list[str]:
    """What is wrong with the settings and the equations of a loss over `width` outputs, a line for each mistake.
    `meaning` tells what a name stands for in a step whatever its loss; None where it stands for nothing.
    """
    found = [*_setting_mistakes(loss, meaning)]
    if not found:
        found += _Equations(loss, width, meaning).mistakes()
    return [f"loss: {loss.name}: {mistake}" for mistake in found]


def _setting_mistakes(loss: Loss, meaning: Meaning) -> Iterator[str]:
    for setting in loss.settings:
        if not isinstance(setting.value, Real):
            yield f"{setting.field}: expected a number, found {setting.value!r}"
        yield from _name_mistakes(setting.field, setting.name, setting.symbol, meaning)


def _name_mistakes(place: str, name: str, symbol: str, meaning: Meaning) -> Iterator[str]:
    if meant := meaning(name):
        yield f'{place} needs another name in formulas: "{name}" is {meant}'
        return
    written = spelled(symbol).strip()
    if written != name and (meant := meaning(written)):
        yield f'{place} needs another symbol in formulas: "{symbol}" is {meant}'
        return
    for kind, text in (("name", name), ("symbol", symbol)):
        try:
            is_name = read(text, Context(symbols={written: name})) == Name(name)
        except FormulaError:
            is_name = False
        if not is_name:
            yield f'{place} needs another {kind} in formulas: "{text}" is not read as a name there'
            return


class _Equations:
    """The equations of a loss as it states them, looked through in their order."""

    def __init__(self, loss: Loss, width: int, meaning: Meaning) -> None:
        self._loss, self._width, self._meaning = loss, width, meaning
        self._rows = next(rows for rows in (3, 4) if rows != width)

    def mistakes(self) -> list[str]:
        stated = self._loss.equations(self._width == 1)
        forms = [stated, stated.detailed] if isinstance(stated, LossEquations) else [stated]
        found: list[str] = []
        for form in (form for form in forms if form is not None):
            if not isinstance(form, LossEquations):
                return [f"expected its equations as LossEquations, found {form!r}"]
            found += self._of_form(form)
        return list(dict.fromkeys(found))

    def _of_form(self, stated: LossEquations) -> Iterator[str]:
        self._known: dict[str, Shape] = dict.fromkeys(("y_out", "y_gt"), (self._rows, self._width))
        self._known |= dict.fromkeys(self._loss.numbers, SINGLE)
        self._shapes = Shapes(self._known.__getitem__)
        for role, name, tree in _in_order(stated):
            found = [*self._of_quantity(role, name, tree, stated.symbols)]
            yield from found
            if found:
                return  # what comes after it may stand on it
        for name, tree in (*stated.out_of_range, *stated.long_way):
            if name not in self._known and name != SAMPLE_LOSSES:
                yield f"out_of_range and long_way: {suggest(name, [SAMPLE_LOSSES, *self._known])}"
            yield from self._of_tree(name, tree, out_of_range=True)

    def _of_quantity(self, role: str, name: str, tree: Node, symbols: Mapping[str, str]) -> Iterator[str]:
        if role == QUANTITY and name in self._known:
            yield f'{name} needs another name: there is a "{name}" already'
        elif role == QUANTITY:
            yield from _name_mistakes(name, name, symbols.get(name, name), self._meaning)
            if is_number(Name(name)) and not self._meaning(name):
                yield f'{name} needs another name in formulas: "{name}" is a number there'
        found = [*self._of_tree(name, tree)]
        yield from found
        if found:
            return
        shape = self._shapes(tree)
        if not self._fits(role, shape):
            yield f"{name}: expected {self._expected(role)}, found {shape_text(shape)}"
        if role == QUANTITY:
            self._known[name] = shape

    def _of_tree(self, name: str, tree: Node, out_of_range: bool = False) -> Iterator[str]:
        if not isinstance(tree, Node):
            yield f"{name}: expected a tree, found {tree!r}"
            return
        found: dict[str, None] = {}
        for part in walk(tree):
            if not _has_value(part, out_of_range):
                found[f"{type(part).__name__} has no value in a loss"] = None
            elif isinstance(part, Name) and part.name not in self._known:
                found[suggest(part.name, self._known)] = None
            elif isinstance(part, Function):
                found |= dict.fromkeys(function_mistakes(part))
        if not found:
            try:
                self._shapes(tree)
            except FormulaError as error:
                found[str(error)] = None
        if not found:
            for part in walk(tree):
                shapes = [*map(self._shapes, part.children)]
                if isinstance(part, OF_MATRICES) and SINGLE in shapes:
                    found[f"{type(part).__name__}: expected a quantity of the samples, found a number"] = None
                elif isinstance(part, Transpose) and None in shapes[0]:
                    found[f"Transpose: expected a matrix, found {shape_text(shapes[0])}"] = None
        yield from (f"{name}: {mistake}" for mistake in found)

    def _fits(self, role: str, shape: Shape) -> bool:
        rows, columns = shape
        fits = {QUANTITY: True, SAMPLE_LOSSES: columns in (None, 1), OUTPUT_GRADIENT: (columns or 1) == self._width}
        return rows == self._rows and fits[role]

    def _expected(self, role: str) -> str:
        if role == QUANTITY:
            return f"a row, or a number, for each of {self._rows} samples"
        what, columns = ("", None) if role == SAMPLE_LOSSES else (" and output", self._width)
        shape = shape_text((self._rows, columns))
        return f"a number for each sample{what}, {shape} for {self._rows} samples"


def _has_value(node: Node, out_of_range: bool) -> bool:
    """Whether a node can be computed in a loss; the largest logit is known only where numbers are out of range."""
    if isinstance(node, Largest):
        return out_of_range
    return hasattr(Compiler, node.kind) and not isinstance(node, OF_CELLS)


def _in_order(stated: LossEquations) -> Iterator[tuple[str, str, Node]]:
    """The trees of a loss: what each is for, its name, and itself."""
    yield from ((QUANTITY, *named) for named in stated.forward)
    yield SAMPLE_LOSSES, SAMPLE_LOSSES, stated.sample_losses
    yield from ((QUANTITY, *named) for named in stated.backward)
    yield OUTPUT_GRADIENT, OUTPUT_GRADIENT, stated.output_gradient
