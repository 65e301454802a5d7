"""The right formula of every quantity, from the quantities before it, as the statement of a step has it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from core.checking.formulas.edits import in_pairs, tidy
from core.equations import MATRIX, NUMBER, PER_SAMPLE, UPDATE, Equation, Statement
from core.expression.lexicon import spelled
from core.expression.names import NUMBER_WORDS, Names
from core.expression.nodes import (
    ALL,
    COLUMNS,
    NUMBERS,
    ROWS,
    IsTrueClass,
    Literal,
    Name,
    Node,
    Product,
    Quotient,
    Softmax,
    Sum,
    Total,
    names_in,
    put_in_place,
    walk,
)
from core.expression.reader import Context
from core.problem import Problem
from core.quantity import layer_label

OVER = {NUMBER: ALL, PER_SAMPLE: COLUMNS}  # what a sum leads to these axes over
SAMPLE_LOSSES = "sample_losses"
LOGITS = Name("o")
SEVERAL = 2  # rows, with which a mean has its 1/n


def definitions(problem: Problem, named: Collection[str] = ()) -> dict[str, Node]:
    """The formulas by quantity, each in terms of quantities that come before it in the computation. Of those that only
    make the steps smaller they have the ones that are `named`, and with one gradient dz_k those of all layers; what
    stands for the others is put in their place.
    """
    return {name: tidy(in_pairs(tree)) for name, tree in _trees(problem, named).items()}


@dataclass(frozen=True, eq=False)
class DefinedStatement(Statement):
    """The equations of a step with the formulas that `definitions` have, before they are tidied."""

    named: frozenset[str] = frozenset()

    @cached_property
    def equations(self) -> dict[str, Equation]:
        trees = _trees(self.problem, self.named)
        return {name: e._replace(tree=trees[name]) for name, e in Statement(self.problem, self.rows).equations.items()}


def aliases(statement: Statement) -> dict[str, str]:
    """What may be named beside the quantities of a step, each with the quantity that it is: z_0, and o where it is
    y_out.
    """
    found, p = {"z_0": "X_in"}, statement.equations.get("p")
    if (
        p is not None
        and isinstance(p.tree, Softmax)
        and isinstance(p.tree.argument, Name)
        and p.tree.argument != LOGITS
    ):
        found[LOGITS.name] = p.tree.argument.name
    return found


def context_of(name: str, statement: Statement) -> Context:
    """What a formula for a quantity is read with: a sum is over what it is over in the right one."""
    equation, over = statement.equations.get(name), ROWS
    if equation is not None:
        stated = (part.over for part in walk(statement.in_detail(name)) if isinstance(part, Total))
        over = OVER.get(equation.axes) or next(stated, ROWS)
    without_layer = (name for name, equation in statement.equations.items() if equation.layer is None)
    columns = {LOGITS.name, *without_layer} & {LOGITS.name, *statement.with_axes(MATRIX)}
    symbols = {spelled(symbol).strip(): name for name, symbol in statement.symbols.items()}
    words = {word: number for word, number in NUMBER_WORDS.items() if number in (*statement.numbers, "loss")}
    buffer = "" if equation is None or equation.part != UPDATE else f"m{equation.letter[-1]}_{name.split('_')[1]}"
    if buffer in statement.given and "m" not in statement.numbers:
        words["m"] = buffer
    elif not statement.problem.has_classes:
        words["m"] = "n"  # where nobody thinks of a margin, people call the samples so
    outputs = next(iter(statement.problem.loss.counts(statement.problem.targets.shape[1])), "")
    numbers = NUMBERS.union(statement.numbers)
    sizes = statement.problem.network.sizes
    labels = {
        label for k, units in enumerate(sizes) if k and units == 1 for label in (k, layer_label(k, len(sizes) - 1))
    }
    thin = [f"W_{label}" for label in labels]
    return Context(over, statement.functions, numbers, {**words, **symbols}, columns, outputs=outputs, thin=thin)


def names_of(statement: Statement) -> Names:
    """What the quantities of a step are called."""
    known = {*statement.given, *statement.equations, *statement.numbers}
    return Names(known, statement.equations, len(statement.problem.network))


def rights(name: str, known: Mapping[str, Node]) -> Iterator[Node]:
    """The right formulas of a quantity among the definitions."""
    if SAMPLE_LOSSES in names_in(known[name]):  # a sum over samples and outputs alike
        yield tidy(in_pairs(put_in_place(known[name], {SAMPLE_LOSSES: known[SAMPLE_LOSSES]})))
    elif name == "loss":  # the data's and what the penalty adds
        yield tidy(in_pairs(put_in_place(known[name], {part: known[part] for part in names_in(known[name])})))
    yield known[name]


def _trees(problem: Problem, named: Collection[str]) -> dict[str, Node]:
    """What every quantity is computed by, over the quantities without detail and the details that are named."""
    is_one_hot = problem.targets.shape[1] > 1
    statement = Statement(problem, SEVERAL)
    plain, detailed = Statement(problem, SEVERAL, detailed=False).equations, statement.equations
    details = {name: equation for name, equation in detailed.items() if equation.detail}
    in_layers = any(name in details and details[name].layer for name in named)
    kept = {name for name, equation in details.items() if name in named or (in_layers and equation.layer)}
    put: dict[str, Node] = {}
    trees: dict[str, Node] = {}
    for name in detailed:
        tree = put_in_place(statement.in_detail(name), put)
        is_by_details = name in details or not kept.isdisjoint(names_in(tree))
        trees[name] = tree if is_by_details else plain[name].tree
        if name in details and name not in kept:
            put[name] = trees[name]
    return {name: _as_written(tree, is_one_hot) for name, tree in trees.items()}


def _as_written(node: Node, is_one_hot: bool) -> Node:
    """The formula as people write it: a / n for 1/n a, and y_gt for the true classes where these are subtracted."""
    parts = [_as_written(part, is_one_hot) for part in node.children]
    if isinstance(node, Sum) and is_one_hot:
        parts = [Name("y_gt") if part == IsTrueClass() else part for part in parts]
    if isinstance(node, Product) and parts[0] == Quotient(Literal(1), Name("n")):
        return Product(Quotient(parts[1], Name("n")), *parts[2:]) if parts[2:] else Quotient(parts[1], Name("n"))
    return node.with_children(tuple(parts))
