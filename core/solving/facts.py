"""What a worked solution says ahead of the numbers: the network, its loss and how it is trained."""

from __future__ import annotations

from collections.abc import Iterator

from core.computation import computations, copies, in_print, output_gradient, symbols_of
from core.equations import Statement
from core.expression.nodes import Function, Node, walk
from core.expression.text import entry_text
from core.formulas import expanded
from core.quantity import SUBSCRIPTS
from core.step import Step
from core.text import exact

MOST_EXPANDED = 20  # layers, from the output, whose gradients are written in one formula: each is longer than the last
LOSS = ("o", "p", "sample_losses", "loss")  # the quantities that define it


def facts(step: Step, blank: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Everything that somebody needs to work the step out, beside its matrices: a text and formulas each."""
    problem, symbols = step.problem, symbols_of(step)
    depth = len(problem.network)
    for k, layer in enumerate(problem.network.layers, start=1):
        f = "f_out" if k == depth else f"f{str(k).translate(SUBSCRIPTS)}"
        value, slope = entry_text(layer.function.tree), entry_text(layer.function.slope_tree)
        where = " for z = f(s)".replace("f(", f"{f}(") if "z" in slope else ""
        yield layer.activation, (f"{f}(s) = {value}", f"{f}'(s) = {slope}{where}")
    definitions = {c.name: f"{symbols[c.name]} = {c.text(symbols)}" for c in computations(problem, len(step.batch))}
    if "p" in definitions and "o" not in definitions:
        definitions |= {"o": f"o = {symbols['y_out']}", "p": "p = softmax(o)"}
    yield (
        f"{problem.loss.title}, the {problem.reduction} of the samples' losses",
        tuple(definitions[name] for name in LOSS if name in definitions),
    )
    if "p" in definitions and problem.targets.shape[1] == 1:
        yield "the classes, a column each of o and p, from the left", ("y_gt = -1", "y_gt = +1")
    if any(isinstance(part, Function) and part.name == "log" for tree in _stated(step) for part in walk(tree)):
        yield "log is the natural logarithm", ()
    for setting in problem.loss.settings:
        yield setting.field, (f"{setting.symbol} = {exact(setting.value)}",)
    yield "learning rate", (f"α = {exact(problem.learning_rate)}",)
    same = {name: f"{symbols[name]} = {symbols[other]}" for name, other in copies(problem).items()}
    frozen = tuple(text for name, text in same.items() if name.endswith("_next"))
    if frozen:
        yield "frozen, not trained", frozen
    rest = tuple(text for text in same.values() if text not in frozen)
    if rest and blank:
        yield "not asked for twice", rest


def _stated(step: Step) -> Iterator[Node]:
    """The trees of everything that is said of a step."""
    for layer in step.problem.network.layers:
        yield from (layer.function.tree, layer.function.slope_tree)
    yield from (equation.tree for equation in Statement(step.problem, len(step.batch)).equations.values())


def formulas(step: Step) -> Iterator[str]:
    """Every quantity from the ones before it; then the gradients of the weights, each in one formula, as far as these
    are not too long.
    """
    symbols, depth, rows = symbols_of(step), len(step.weights), len(step.batch)
    for computation in computations(step.problem, rows):
        if computation.name == "delta_out":
            yield f"∂ℒ/∂y_out = {in_print(output_gradient(step.problem, rows), symbols)}"
        yield f"{symbols[computation.name]} = {computation.text(symbols)}"
    last = max(0, depth - MOST_EXPANDED)
    for k in range(depth, last, -1):
        yield expanded(step, k).text
    if last:
        yield "…"
