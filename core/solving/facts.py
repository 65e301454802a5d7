"""What a worked solution says ahead of the numbers: the network, its loss and how it is trained."""

from __future__ import annotations

from collections.abc import Iterator

from core.computation import computations, copies
from core.equations import LOSS, UPDATE
from core.expression.nodes import COUNT, Function, Name, Node, Softmax, names_in, walk
from core.expression.paper import on_entries
from core.expression.pieces import BLANK, CLOSE, EQUALS, OPEN, Pieces, letter, number, sign, word
from core.expression.style import printed_symbol
from core.gradient_formulas import expanded
from core.quantity import layer_label
from core.step import Step
from core.text import exact

OF_OUTPUTS = Softmax(Name("y_out"))
MOST_EXPANDED = 20  # layers, from the output, whose gradients are written in one formula: each is longer than the last


def facts(step: Step, blank: bool) -> Iterator[tuple[str, tuple[Pieces, ...]]]:
    """Everything that somebody needs to work the step out, beside its matrices: a text and formulas each."""
    problem = step.problem
    for k, layer in enumerate(problem.network.layers, start=1):
        label = layer_label(k, len(problem.network))
        value, slope = on_entries(layer.function.tree), on_entries(layer.function.slope_tree)
        where = _where(label) if "z" in names_in(layer.function.slope_tree) else ()
        yield layer.activation, (_of_s(label) + value, _of_s(label, "'") + slope + where)
    symbols, stated = step.statement.pieces, step.statement.equations
    yield (
        f"{problem.loss.full_title}, the {problem.reduction} of the samples' losses",
        tuple(_definitions(step).values()),
    )
    of_loss = [equation.tree for equation in stated.values() if equation.part == LOSS]
    if problem.targets.shape[1] == 1 and any(isinstance(tree, Softmax) and tree != OF_OUTPUTS for tree in of_loss):
        classes = (number("-1"), (sign("+"), *number("1")))
        yield (
            "the classes, a column each of o and p, from the left",
            tuple((symbols["y_gt"], *EQUALS, *c) for c in classes),
        )
    if any(isinstance(part, Function) and part.name == "log" for tree in _stated(step) for part in walk(tree)):
        yield "log is the natural logarithm", ()
    if problem.update.name != "sgd":
        yield problem.update.title, ()
    for setting in step.statement.settings:
        words = setting.field.replace("_", " ")
        yield words, ((symbols[setting.name], *EQUALS, *number(exact(setting.value))),)
    for name, count in problem.loss.counts(problem.targets.shape[1]).items():
        yield "the number of outputs", ((symbols[name], *EQUALS, *number(exact(count))),)
    if COUNT in symbols:
        yield "the steps so far, with this one", ((symbols[COUNT], *EQUALS, *number(str(step.index + 1))),)
    yield "learning rate", ((symbols["alpha"], *EQUALS, *number(exact(step.learning_rate))),)
    same = {name: (symbols[name], *EQUALS, symbols[other]) for name, other in copies(problem).items()}
    frozen = tuple(formula for name, formula in same.items() if stated[name].part == UPDATE)
    if frozen:
        yield "frozen, not trained", frozen
    rest = tuple(formula for formula in same.values() if formula not in frozen)
    if rest and blank:
        yield "not asked for twice", rest


def _definitions(step: Step) -> dict[str, Pieces]:
    """What defines the loss: its quantities on the way forward, each from those that textbooks name."""
    symbols, rows = step.statement.pieces, len(step.batch)
    found = {
        c.name: (c.symbol, *EQUALS, *c.pieces)
        for detailed in (True, False)
        for c in computations(step.problem, rows, detailed, step.index)
        if c.statement.equations[c.name].part == LOSS
    }
    of_outputs = [name for name in found if step.statement.equations[name].tree == OF_OUTPUTS]
    if not of_outputs or "o" in found:
        return found
    o = printed_symbol("o")
    found |= {name: (symbols[name], *EQUALS, word("softmax"), OPEN, o, CLOSE) for name in of_outputs}
    return {"o": (o, *EQUALS, symbols["y_out"]), **found}


def _stated(step: Step) -> Iterator[Node]:
    """The trees of everything that is said of a step."""
    for layer in step.problem.network.layers:
        yield from (layer.function.tree, layer.function.slope_tree)
    yield from (equation.tree for equation in step.statement.equations.values())


def formulas(step: Step) -> Iterator[Pieces]:
    """Every quantity from the ones before it; then the gradients of the weights, each in one formula, as far as these
    are not too long.
    """
    depth, rows = len(step.weights), len(step.batch)
    for computation in computations(step.problem, rows, index=step.index):
        yield (computation.symbol, *EQUALS, *computation.pieces)
    last = max(0, depth - MOST_EXPANDED)
    for k in range(depth, last, -1):
        yield expanded(step, k).pieces
    if last:
        yield (sign("…"),)


def _of_s(label: str, mark: str = "") -> Pieces:
    """f₁(s) = ..., or f₁'(s) = ..."""
    return (letter("f", label, mark), OPEN, letter("s"), CLOSE, *EQUALS)


def _where(label: str) -> Pieces:
    """... for z = f₁(s)"""
    return (BLANK, word("for"), BLANK, letter("z"), *EQUALS, *_of_s(label)[: -len(EQUALS)])
