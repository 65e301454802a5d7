"""A walk through a step: the computation that it has come to, in words, and the chosen sample's row in numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from core import (
    ANY,
    Array,
    Computation,
    Equation,
    Function,
    MatrixProduct,
    Name,
    Node,
    Product,
    Softmax,
    Step,
    Sum,
    Transpose,
    explain,
    significant,
)
from tui.sheet.lines import Line, Words, line
from tui.sheet.written import Written
from tui.training.view import View
from tui.training.why.inspected import LOW, formula
from tui.training.why.page import Page
from tui.training.why.sample import chosen
from tui.training.why.statement import copied, handed_on, in_order, row_label, walked
from tui.training.why.texts import MARGIN, MOST, decimals, digits, flow, number_format, row, wrapped

SEEN = 24  # numbers of a row, at most, that are looked at to see whether it comes out
MORE = 2  # decimals more, at most, so that what is written comes out
MOST_UNITS = 6  # idle ones that are named
CELLS = 3  # of a row whose arithmetic is written out one by one
ROWS = 6  # of a matrix product that are written out, the largest
SIGNS = {1: "+", -1: "-"}


def walk(step: Step, view: View, columns: int, height: int) -> Page:
    """The page of the computation that a walk has come to."""
    assert view.current is not None
    statement = step.statement
    order = walked(statement)
    order = order if view.current in order else tuple(statement.equations)
    at = order.index(view.current)
    symbols = [statement.letters[name] for name in order]
    left_out = [name for name in statement.equations if name not in order]
    same = handed_on(statement).get(view.current)
    ways = [name for name in left_out if name == copied(statement).get(view.current)]
    computation = next(c for c in in_order(statement) if c.name == (same if ways else view.current))
    i = chosen(step, view.sample)
    text = f"{at + 1} of {len(order)}: {symbols[at]}"
    words = wrapped([sentence(step, statement.equations[view.current])], columns)
    worked = [*_worked(step, view.current, computation, i, view, columns)]
    groups = [
        formula(step, view.current, ways, columns),
        *([words, worked] if height >= LOW else [worked, words]),
        [
            *_listed("done     ", symbols[:at], columns),
            *_listed("now      ", symbols[at : at + 1], columns, "title"),
            *_listed("to come  ", symbols[at + 1 :], columns, "structure"),
        ],
    ]
    brief: list[Words] = [[f"{symbols[at]} = {computation.text}"]]
    return Page([text], brief, groups, name="walk")


def _listed(head: str, symbols: list[str], columns: int, style: str = "text") -> list[Line]:
    """Names in the order of the computation."""
    if not symbols:
        return []
    items: list[Words] = [
        [*([] if not k else [("→ ", "structure")]), (symbol, style)] for k, symbol in enumerate(symbols)
    ]
    return flow(items, columns, head, gap=1)


# What an update works out for a parameter, by its letter, and what it does with it, by the update's name.
REMEMBERED = {
    "v": "The velocity: what is left of the last one, and the gradient.",
    "m": "The running mean of the gradients: most of the last one, and some of the new gradient.",
    "n": "The running mean of the squared gradients: how large they usually are.",
    "mhat": "The mean without its start from 0: divided by the share that real gradients have in it.",
    "nhat": "The mean of the squares without its start from 0: divided by the share that real gradients have in it.",
}
STEPS = {
    "sgd": "a step of α against the gradient",
    "momentum": "a step of α against the velocity",
    "nesterov": "a step of α against the gradient and the velocity that comes next",
    "rmsprop": "a step of α against the gradient, divided by how large it usually is",
    "adam": "a step of α against the mean gradient, divided by how large gradients usually are",
}


def sentence(step: Step, equation: Equation) -> str:
    """What a computation does, from its part of the step and its tree."""
    letters = step.statement.letters
    tree, own, loss = equation.tree, letters[equation.name], letters["loss"]
    if equation.part == "update":
        if (letter := equation.letter[:-1]) in REMEMBERED:
            return REMEMBERED[letter]
        update = step.problem.update
        how = "the same, it is frozen" if isinstance(tree, Name) else STEPS[update.name].replace("α", letters["alpha"])
        shrunk = ", after it has shrunk a little" * (bool(update.weight_decay) and not isinstance(tree, Name))
        return f"{own} is what the next step starts from: {how}{shrunk}."
    if equation.part == "gradient":
        what = "weight" if equation.axes == "ij" else "bias"
        delta = step.statement.wording.word("delta")
        how = f"what comes in times {delta}" if what == "weight" else delta
        penalised = ", and how the penalty does" * step.problem.penalty.takes(equation.letter[-1])
        return f"How {loss} changes with every {what}: {how}, added up over the samples{penalised}."
    if equation.part == "forward" and equation.layer is not None:
        if isinstance(tree, Function):
            function = step.problem.network.layers[equation.layer - 1].function
            if function.is_identity:
                return f"The identity: {own} is what comes in, unchanged."
            return f"The activation, {function.name}, of every unit for every sample."
        return "What comes into each unit: every input times its weight, added up" + (
            ", and the bias." if isinstance(tree, Sum) else "."
        )
    if equation.part == "backward":
        of = letters.get(equation.gradient_of, own.removeprefix("∂"))
        if isinstance(tree, MatrixProduct) and equation.layer is not None:
            return f"Back through the weights: what each unit adds to {loss} by way of all units that it feeds."
        if isinstance(tree, Product) and isinstance(tree.children[-1], Function) and tree.children[-1].slope:
            return f"Back through the activation: how {loss} changes with every {of}, by its slope there."
        return f"How {loss} changes with every number of {of}."
    if isinstance(tree, Softmax):
        return "Every sample's outputs become probabilities: none below 0, and 1 in all."
    if equation.axes == "i":
        return "What each sample costs: the further from its target, the more."
    if equation.name.startswith("penalty"):
        return "What the weights cost: the larger they are, the more."
    if equation.name == "loss" and step.problem.penalty:
        return "What the samples and the weights cost together: this is what training makes smaller."
    if equation.axes == "":
        return "The samples' losses in one number: the one that training makes smaller."
    return "A part of the loss, for every sample."


def _worked(step: Step, name: str, computation: Computation, i: int, view: View, columns: int) -> Iterator[Line]:
    """A row of a quantity worked out by a computation: its parts under each other, column by column, or the arithmetic
    of a number.
    """
    equation = step.statement.equations[name]
    own = step.values[name]
    r = i if equation.per_sample else 0
    parts = list(_parts(step, computation, r)) if own.ndim == 2 or equation.axes == "j" else []
    if not parts:
        cells: list[tuple[int, ...]] = (
            [(r + 1, j + 1) for j in range(min(CELLS, own.shape[1]))] if own.ndim == 2 else []
        )
        for cell in cells or [(r + 1,)[: own.ndim]]:
            lines = explain(step, name, cell).lines(digits=digits(view.more))
            symbols, *said = lines[:3]  # two lines of what is 0 or out of range
            line_of_it = [symbols, *dict.fromkeys(text for text in said if not symbols.endswith(f" {text}"))]
            yield from wrapped([" ".join(line_of_it)], columns, indent=2)
        return
    came_out: Array = np.atleast_1d(own if equation.axes == "j" else own[r])
    written, equal = _written(parts, came_out, decimals(view.more))
    if isinstance(computation.tree, (Function, Softmax)):
        equal = "→"
    label = row_label(step, name, r) if equation.axes == "ij" else step.statement.wording.label(name, ())
    left = max(len(label), *(len(text) for _, text, _ in parts))
    if equation.per_sample:
        yield line([(f"row {r + 1} of it, with the numbers", "structure")], MARGIN)
    for sign, text, values in parts:
        yield row([f"{sign} {text.rjust(left)} "], values, columns, written)
    yield row([f"{equal} ", (label.rjust(left), "title"), " "], came_out, columns, written)
    yield from _idle(step, computation, r, columns)


def _idle(step: Step, computation: Computation, r: int, columns: int) -> Iterator[Line]:
    """The units that an activation switches off in this row: where its slope, which jumps somewhere, is 0."""
    for node in computation.tree.children:
        if isinstance(node, Function) and node.slope and step.statement.functions[node.name].kinks:
            off = np.flatnonzero(step.statement.value_of(node, step.values)[r] == 0) + 1
            if len(off):
                units = ", ".join(map(str, off[:MOST_UNITS])) + f" … of {len(off)}" * (len(off) > MOST_UNITS)
                yield from wrapped(
                    [(f"○ idle, its slope is 0: unit{'s' * (len(off) > 1)} {units}", "structure")], columns
                )


def _written(parts: list[tuple[str, str, Array]], result: Array, least: int) -> tuple[Written, str]:
    """How the rows are written: all alike, with as many decimals as it takes for them to come out at the result as it
    is written, if a few more than usual are enough; and the sign before the result.
    """
    numbers = np.concatenate([result, *(values for _, _, values in parts)])
    for places in range(least, min(MOST, least + MORE) + 1):
        written = number_format(numbers, places)
        total = np.zeros(len(result[:SEEN]))
        for k, (sign, _, values) in enumerate(parts):
            read = np.array([float(written.text(value)) for value in values[:SEEN].tolist()])
            with np.errstate(all="ignore"):
                total = read if not k and sign != "-" else _combined(total, sign, read)
        pairs = zip(total.tolist(), result[:SEEN].tolist(), strict=True)
        if all(written.text(a) == written.text(b) for a, b in pairs):
            return written, "="
    return number_format(numbers, least), "≈"


def _combined(total: Array, sign: str, values: Array) -> Array:
    combined: Array = total * values if sign == "⊙" else total - values if sign == "-" else total + values
    return combined


def _parts(step: Step, computation: Computation, r: int) -> Iterator[tuple[str, str, Array]]:
    """The parts of a row that are put together column by column, each with its sign: the factors of a product, the
    terms of a sum, the rows of a matrix product. Nothing where the computation is none of these.
    """
    tree = computation.tree
    own = step.values[computation.name]
    terms: list[tuple[str, Node]] = []
    if isinstance(tree, Product):
        terms = [("⊙" if k else " ", child) for k, child in enumerate(tree.children)]
    elif isinstance(tree, Sum):
        terms = [(SIGNS[sign] if k or sign < 0 else " ", child) for k, (sign, child) in enumerate(tree.terms)]
    elif isinstance(tree, MatrixProduct):
        terms = [(" ", tree)]
    elif isinstance(tree, (Function, Softmax)):
        terms = [(" ", tree.argument)]
    found: list[tuple[str, str, Array]] = []
    for sign, node in terms:
        if isinstance(node, MatrixProduct):
            rows = list(_products(step, node, r))
            if not rows:
                return
            found += [(" " if not found else "+", *one) for one in rows]
            continue
        label, values = _label(step, node, r), _row_of(step, node, r, own)
        if label is None or values is None:
            return
        found.append((sign, label, values))
    yield from found


def _row_of(step: Step, node: Node, r: int, own: Array) -> Array | None:
    """The row of a part that goes into a row of the quantity, as wide as that; None where the two do not fit."""
    with np.errstate(all="ignore"):
        value = np.atleast_2d(step.statement.value_of(node, step.values))
    width = own.shape[-1]
    if value.shape[1] not in (1, width) or value.shape[0] not in (1, len(own) if own.ndim == 2 else 1):
        return None
    chosen_row: Array = np.broadcast_to(value[min(r, len(value) - 1)], (width,))
    return chosen_row


def _products(step: Step, node: MatrixProduct, r: int) -> Iterator[tuple[str, Array]]:
    """Row r of a matrix product as the rows of its right side, each times a number of the left one: the largest."""
    left, right = node.children
    if not all(isinstance(side.argument if isinstance(side, Transpose) else side, Name) for side in (left, right)):
        return
    a, b = (np.atleast_2d(step.statement.value_of(side, step.values)) for side in (left, right))
    with np.errstate(all="ignore"):
        products = a[r][:, np.newaxis] * b
        order = [*range(len(b))]
        if len(b) > ROWS:
            sizes = np.abs(products).max(axis=1)
            order = [int(k) for k in np.argsort(-sizes, kind="stable")[: ROWS - 1]]
        for k in order:
            yield f"{significant(float(a[r, k]), 6)} · {_row_label(step, right, k)}", products[k]
        if len(order) < len(b):
            rest = np.setdiff1d(np.arange(len(b)), order)
            yield f"{len(rest)} smaller", products[rest].sum(axis=0)


def _row_label(step: Step, node: Node, k: int) -> str:
    """Row k of a factor, from 0: of one that is turned, a column."""
    part = node.argument if isinstance(node, Transpose) else node
    assert isinstance(part, Name)
    indices: list[int | str] = [ANY, k + 1] if isinstance(node, Transpose) else [k + 1, ANY]
    return step.statement.wording.label(part.name, indices)


def _label(step: Step, node: Node, r: int) -> str | None:
    """A part of a formula in print, for row r; None for what has no short name."""
    if isinstance(node, Name):
        values = step.values.get(node.name)
        if values is None:
            return step.statement.letters[node.name]
        return step.statement.wording.label(node.name, [r + 1, ANY] if values.ndim == 2 else [])
    if isinstance(node, Function) and node.name.startswith("f_"):
        label = node.name.removeprefix("f_")
        depth = len(step.weights)
        inner = _label(step, node.argument, r)
        symbol = step.statement.wording.function(depth if label == "out" else int(label))
        return None if inner is None else f"{symbol}{chr(39) * node.slope}({inner})"
    if isinstance(node, Product) and len(node.children) == 2:
        one, other = (_label(step, child, r) for child in node.children)
        return None if one is None or other is None else f"{one} {other}"
    return None
