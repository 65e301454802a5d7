"""What a worked solution says ahead of the numbers: the network, its loss and how it is trained."""

from __future__ import annotations

from collections.abc import Iterator

from core.equations import LOSS, UPDATE
from core.expression.nodes import COUNT, Function, Name, Node, Softmax, names_in, walk
from core.expression.paper import on_entries
from core.expression.pieces import BLANK, CLOSE, EQUALS, OPEN, Pieces, as_text, number, sign, word
from core.expression.style import printed_symbol
from core.solving.writing import Writing
from core.step import Step
from core.text import exact

OF_OUTPUTS = Softmax(Name("y_out"))


def facts(writing: Writing, blank: bool) -> Iterator[tuple[str, tuple[Pieces, ...]]]:
    """Everything that somebody needs to work the step out, beside its matrices: a text and formulas each."""
    step, symbols, stated = writing.step, writing.symbols, writing.statement.equations
    problem = step.problem
    s, z = writing.of_a_layer
    letters = {"s": s, "z": z}
    for k, layer in enumerate(problem.network.layers, start=1):
        of_s, slope_of_s = ((writing.function(k, mark), OPEN, s, CLOSE, *EQUALS) for mark in ("", "'"))
        value = on_entries(layer.function.tree, letters)
        slope = on_entries(layer.function.slope_tree, letters)
        where = (BLANK, word("for"), BLANK, z, *EQUALS, *of_s[: -len(EQUALS)])
        uses_z = "z" in names_in(layer.function.slope_tree)
        yield layer.activation, (of_s + value, slope_of_s + slope + where * uses_z)
    yield (
        f"{problem.loss.full_title}, the {problem.reduction} of the samples' losses",
        tuple(_definitions(writing).values()),
    )
    of_loss = [equation.tree for equation in stated.values() if equation.part == LOSS]
    if problem.targets.shape[1] == 1 and any(isinstance(tree, Softmax) and tree != OF_OUTPUTS for tree in of_loss):
        classes = (number("-1"), (sign("+"), *number("1")))
        o, p = (as_text([symbols.get(name, printed_symbol(name))]) for name in "op")
        each = f"a row each of {o} and {p}, from the top"
        yield (
            f"the classes, {each if writing.turns('y_out') else f'a column each of {o} and {p}, from the left'}",
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
    yield from writing.counts
    yield "learning rate", ((symbols["alpha"], *EQUALS, *number(exact(step.learning_rate))),)
    same = dict(writing.same())
    frozen = tuple(formula for name, formula in same.items() if stated[name].part == UPDATE)
    if frozen:
        yield "frozen, not trained", frozen
    rest = tuple(formula for formula in same.values() if formula not in frozen)
    if rest and blank:
        yield "not asked for twice", rest


def _definitions(writing: Writing) -> dict[str, Pieces]:
    """What defines the loss: its quantities on the way forward, each from those that textbooks name."""
    symbols, stated = writing.symbols, writing.statement.equations
    found = {name: (c.symbol, *EQUALS, *c.pieces) for name, c in writing.definitions().items()}
    of_outputs = [name for name in found if stated[name].tree == OF_OUTPUTS]
    o = printed_symbol("o")
    if not of_outputs or "o" in found or writing.notation is not None:
        return found
    found |= {name: (symbols[name], *EQUALS, word("softmax"), OPEN, o, CLOSE) for name in of_outputs}
    return {"o": (o, *EQUALS, symbols["y_out"]), **found}


def _stated(step: Step) -> Iterator[Node]:
    """The trees of everything that is said of a step."""
    for layer in step.problem.network.layers:
        yield from (layer.function.tree, layer.function.slope_tree)
    yield from (equation.tree for equation in step.statement.equations.values())
