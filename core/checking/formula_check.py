"""A person's formula evaluated on a step: whether it gives the quantity, and where it does not, what is wrong with it.

A formula that fails is first changed in small ways (a factor left out, a transpose, the order, the kind of a product, a
sign), one or two at a time; then its factors are put in the order of backpropagation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from core.activations import Activation
from core.arrays import Array
from core.checking.answers import Formula
from core.checking.formula_edits import Edit, edits
from core.checking.formula_grammar import Binary, Call, FormulaError, Name, Node, Number, Transpose, render, walk
from core.checking.formula_order import reorder
from core.checking.report import FormulaVerdict
from core.computation import values_of
from core.errors import DivergedError
from core.quantity import canonical
from core.step import Step
from core.suggestion import suggest
from core.timeline import Timeline

MOST_CELLS = 2_000_000
MOST_TRIED = 2_000
MOST_WORK = 50_000_000  # cells computed while searching
EXACT = 1e-9
BELONGS = "does not belong"


class UnknownNameError(FormulaError):
    """A formula with a name that the step does not have, in words."""


class Evaluator:
    """Formulas evaluated on a step."""

    def __init__(self, step: Step) -> None:
        self.depth = len(step.weights)
        self.work = 0
        self._layers = step.problem.network.layers
        self._values = values_of(step)
        self._constants = {"alpha": np.array(step.learning_rate), "n": np.array(float(len(step.batch)))}

    def __call__(self, node: Node) -> Array:
        """The value of a formula: a matrix, a vector or a number. Raises FormulaError where it has none."""
        with np.errstate(all="ignore"):
            return self._evaluate(node)

    def names(self, node: Node) -> set[str]:
        """The quantities that a formula names."""
        return {canonical(part.name, self.depth) for part in walk(node) if isinstance(part, Name)}

    def look_up(self, node: Node) -> None:
        """Raises UnknownNameError where the step does not have something that a formula names."""
        for part in walk(node):
            if isinstance(part, Name):
                self._name(part.name)
            elif isinstance(part, Call):
                self._layer(part)

    def _evaluate(self, node: Node) -> Array:
        if isinstance(node, Number):
            return np.array(node.value)
        if isinstance(node, Name):
            return self._name(node.name)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Transpose):
            return self._evaluate(node.argument).T
        return self._binary(node)

    def _name(self, typed: str) -> Array:
        name = canonical(typed, self.depth)
        if name in self._values:
            return self._values[name]
        if name in self._constants:
            return self._constants[name]
        raise UnknownNameError(suggest(typed[:40], [*self._values, *self._constants]))

    def _layer(self, node: Call) -> Activation:
        k = self.depth if node.layer == "out" else int(node.layer)
        if not 1 <= k <= self.depth:
            raise UnknownNameError(f"there is no f_{node.layer}: the layers are 1 to {self.depth}, or out")
        return self._layers[k - 1].function

    def _call(self, node: Call) -> Array:
        function, argument = self._layer(node), np.asarray(self._evaluate(node.argument))
        return function.slope(argument) if node.derivative else function(argument)

    def _binary(self, node: Binary) -> Array:
        left, right = self._evaluate(node.left), self._evaluate(node.right)
        operator = node.operator
        if operator == "/":
            if right.ndim:
                raise FormulaError(f"{render(node)}: only division by a number is known")
            return np.asarray(left / right)
        if operator == "*" and left.ndim and right.ndim:
            return self._matrix_product(node, left, right)
        if left.ndim and right.ndim and left.shape != right.shape and not _is_bias(operator, left, right):
            raise FormulaError(f"{render(node)}: the shapes do not fit: {_shape(left)} {operator} {_shape(right)}")
        self.work += max(left.size, right.size)
        if operator in ("*", ".*"):
            return np.asarray(left * right)
        return np.asarray(left + right if operator == "+" else left - right)

    def _matrix_product(self, node: Node, left: Array, right: Array) -> Array:
        if left.shape[-1] != right.shape[0]:
            raise FormulaError(f"{render(node)}: the shapes do not fit: {_shape(left)} * {_shape(right)}")
        size = int(np.prod(left.shape[:-1] + right.shape[1:]))
        if size > MOST_CELLS:
            raise FormulaError(f"{render(node)}: this would be a matrix of {size} numbers")
        self.work += size * right.shape[0]
        return np.asarray(left @ right)


def check_formula(step: Step, name: str, symbol: str, formula: Formula) -> FormulaVerdict:
    """Whether a formula gives the values of the quantity `name` on a step, and what is wrong where it does not."""
    found = _check_on(step, name, symbol, formula)
    if not found.right or step.index:
        return found
    try:
        later = Timeline(step.problem)[1]
    except DivergedError:
        return found
    # At the start a bias may be 0, or a gradient vanish, and hide what is wrong.
    after = _check_on(later, name, symbol, formula)
    return after if after.right else replace(after, message=f"right at step 0, but not at step 1: {after.message}")


def _check_on(step: Step, name: str, symbol: str, formula: Formula) -> FormulaVerdict:
    evaluate, tree = Evaluator(step), formula.tree
    target = values_of(step)[name]

    def verdict(right: bool, message: str = "", mended: Node | None = None) -> FormulaVerdict:
        text = "" if mended is None else render(mended)
        return FormulaVerdict(name, symbol, formula.text, right, message, text)

    evaluate.look_up(tree)
    if name in evaluate.names(tree):
        return verdict(False, f"it says what {name} is by {name} itself")
    try:
        value = evaluate(tree)
    except FormulaError as error:
        wrong = str(error)
    else:
        if _equal(value, target):
            return verdict(True)
        by_shape = value.shape != target.shape
        wrong = f"it gives {_shape(value)}, and {name} is {_shape(target)}" if by_shape else _largest(value, target)
    found = _whole(evaluate, tree, target) or _mended(evaluate, tree, target)
    found = (
        found or _scaled(evaluate, tree, target) or reorder(step, name, tree, lambda node: _try(evaluate, node, target))
    )
    if found is None:
        return verdict(False, wrong)
    it = "them" if found.text.count(BELONGS) > 1 else "it"
    promise = f": without {it} the product has the shape and value of {name}" if found.text.endswith(BELONGS) else ""
    return verdict(False, f"{wrong}; {found.text}{promise}", found.tree)


def _whole(evaluate: Evaluator, tree: Node, target: Array) -> Edit | None:
    """The formula transposed, if that is all it needs."""
    turned = tree.argument if isinstance(tree, Transpose) else Transpose(tree)
    product = isinstance(tree, Binary) and _try(evaluate, turned, target)
    return Edit("the whole must be transposed", turned) if product else None


def _scaled(evaluate: Evaluator, tree: Node, target: Array) -> Edit | None:
    """The formula with the number that it lacks in front or behind."""
    for factor in (Name("n"), Name("alpha"), Number(2.0)):
        text = render(factor)
        over = Edit(f"the division by {text} is missing", Binary("/", tree, factor))
        for edit in (over, Edit(f"the factor {text} is missing", Binary("*", factor, tree))):
            if _try(evaluate, edit.tree, target):
                return edit
    opposite = Edit("the sign is wrong", Binary("*", Number(-1.0), tree))
    return opposite if _try(evaluate, opposite.tree, target) else None


def _mended(evaluate: Evaluator, tree: Node, target: Array) -> Edit | None:
    """The smallest change that gives the values: one edit, or else two."""
    once = list(islice(edits(tree), MOST_TRIED))
    for edit in once:
        if _try(evaluate, edit.tree, target):
            return edit
    for second in islice(_twice(once), MOST_TRIED):
        if evaluate.work > MOST_WORK:
            return None
        if _try(evaluate, second.tree, target):
            return second
    return None


def _twice(once: list[Edit]) -> Iterator[Edit]:
    for first in once:
        for second in edits(first.tree):
            yield Edit(f"{first.text}, and {second.text}", second.tree)


def _try(evaluate: Evaluator, tree: Node, target: Array) -> bool:
    try:
        return _equal(evaluate(tree), target)
    except FormulaError:
        return False


def _equal(found: Array, target: Array) -> bool:
    """Whether two values are the same but for rounding; a vector may come out as a matrix of one row or column."""
    if found.shape != target.shape and not (found.size == target.size and max(target.ndim, 1) < found.ndim):
        return False
    if found.shape != target.shape and 1 not in found.shape:
        return False
    scale = float(np.abs(target).max(initial=0.0))
    return bool(np.allclose(found.reshape(target.shape), target, rtol=EXACT, atol=EXACT * scale))


def _is_bias(operator: str, left: Array, right: Array) -> bool:
    """Whether a vector is added to each row of a matrix."""
    return operator in ("+", "-") and right.ndim == 1 and left.ndim == 2 and left.shape[1] == len(right)


def _largest(found: Array, target: Array) -> str:
    place = np.unravel_index(int(np.argmax(np.abs(found - target))), target.shape)
    where = f"[{','.join(str(int(i) + 1) for i in place)}]" if place else ""
    return f"{where or 'it'} comes to {float(found[place]):.6g}, where {float(target[place]):.6g} is right"


def _shape(values: Array) -> str:
    """ "4 x 3", "3 numbers", "a number"."""
    if values.ndim == 2:
        return f"{values.shape[0]} x {values.shape[1]}"
    return f"{len(values)} numbers" if values.ndim else "a number"
