"""The right formula of every quantity, from the quantities before it, as the statement of a step has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.checking.formulas.edits import in_pairs, tidy
from core.equations import NUMBER, PER_SAMPLE, Statement
from core.expression.lexicon import spelled
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
    put_in_place,
    walk,
)
from core.expression.reader import Context
from core.problem import Problem
from core.quantity import canonical

OVER = {NUMBER: ALL, PER_SAMPLE: COLUMNS}  # what a sum leads to these axes over
SAMPLE_LOSSES = "sample_losses"
SEVERAL = 2  # rows, with which a mean has its 1/n


def definitions(problem: Problem) -> dict[str, Node]:
    """The formulas by quantity, each in terms of quantities that come before it in the computation."""
    return {name: tidy(in_pairs(tree)) for name, tree in _trees(problem).items()}


def other_names(problem: Problem) -> dict[str, Node]:
    """What may be named beside the quantities that others are stated by, each with its formula: z_0, the gradients dz_k
    and dy_out, the terms of the hinge, and o where it is y_out.
    """
    trees, plain = _trees(problem), Statement(problem, SEVERAL, detailed=False).equations
    found: dict[str, Node] = {"z_0": Name("X_in")}
    for name, tree in trees.items():
        if name not in plain:
            found[name] = put_in_place(tree, found)
    if isinstance(p := trees.get("p"), Softmax) and "o" not in plain:
        found["o"] = p.argument
    return found


def in_quantities(tree: Node, problem: Problem) -> Node:
    """The formula with the quantities of a step for whatever other names it has."""
    others, depth = other_names(problem), len(problem.network)
    names = {part.name for part in walk(tree) if isinstance(part, Name)}
    found = {name: others[canonical(name, depth)] for name in names if canonical(name, depth) in others}
    return in_pairs(put_in_place(tree, found))


def context_of(name: str, statement: Statement) -> Context:
    """What a formula for a quantity is read with: a sum is over what it is over in the right one."""
    equation, over = statement.equations.get(name), ROWS
    if equation is not None:
        stated = (part.over for part in walk(equation.tree) if isinstance(part, Total))
        over = OVER.get(equation.axes) or next(stated, ROWS)
    symbols = {spelled(symbol).strip(): name for name, symbol in statement.symbols.items()}
    return Context(over, statement.functions, NUMBERS.union(statement.numbers), symbols)


def rights(name: str, known: Mapping[str, Node]) -> Iterator[Node]:
    """The right formulas of a quantity among the definitions."""
    if name == "loss":  # a sum over samples and outputs alike
        yield tidy(in_pairs(put_in_place(known["loss"], {SAMPLE_LOSSES: known[SAMPLE_LOSSES]})))
    yield known[name]


def _trees(problem: Problem) -> dict[str, Node]:
    """What every quantity is computed by, without the smaller steps but for these themselves."""
    is_one_hot = problem.targets.shape[1] > 1
    stated = (Statement(problem, SEVERAL, detailed).equations for detailed in (True, False))
    trees = {name: equation.tree for equations in stated for name, equation in equations.items()}
    return {name: _as_written(tree, is_one_hot) for name, tree in trees.items()}


def _as_written(node: Node, is_one_hot: bool) -> Node:
    """The formula as people write it: a / n for 1/n a, and y_gt for the true classes where these are subtracted."""
    parts = [_as_written(part, is_one_hot) for part in node.children]
    if isinstance(node, Sum) and is_one_hot:
        parts = [Name("y_gt") if part == IsTrueClass() else part for part in parts]
    if isinstance(node, Product) and parts[0] == Quotient(Literal(1), Name("n")):
        return Product(Quotient(parts[1], Name("n")), *parts[2:]) if parts[2:] else Quotient(parts[1], Name("n"))
    return node.with_children(tuple(parts))
