"""Formulas in print: pieces that know what they show, the same in every style, and numpy lines that run."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.classes import one_hot, softmax
from core.computation import computations, symbols_of, values_of
from core.equations import PER_SAMPLE, PER_UNIT, Statement
from core.expression.markup import html, tex
from core.expression.nodes import (
    ALL,
    COLUMNS,
    ROWS,
    Cell,
    Function,
    IsTrueClass,
    Largest,
    Literal,
    Name,
    Node,
    Positive,
    Power,
    Product,
    Quotient,
    RunningSum,
    Signs,
    Softmax,
    Sum,
    Total,
    put_in_place,
    walk,
)
from core.expression.paper import PaperPrinter, on_paper
from core.expression.pieces import Piece, as_text
from core.expression.printer import Printed, Printer
from core.expression.style import NUMPY, TYPED, printed_symbol, symbol_piece
from samples import BUILT_IN, LOSSES, problems

A, B, C, N, P = Name("A"), Name("B"), Name("C"), Name("n"), Name("p")
SHARE = Quotient(Literal(1), N)


def steps() -> Iterator[core.Step]:
    """The first step of every built-in problem under every loss that it can have, as a sum and as a mean."""
    for name in BUILT_IN:
        for reduction in ("sum", "mean"):
            problem = core.load_problem(name, {"reduction": reduction})
            for loss in LOSSES:
                if not problem.mistakes_under(loss):
                    yield core.Timeline(problem.with_loss(loss))[0]


def trees_of(step: core.Step) -> Iterator[Node]:
    """The tree of every quantity, and the same with what comes before it put in place, down to what is given."""
    put: dict[str, Node] = {}
    for name, equation in Statement(step.problem, len(step.batch)).equations.items():
        yield equation.tree
        put[name] = put_in_place(equation.tree, put)
        yield put[name]


def in_numpy(tree: Node) -> str:
    return as_text(Printer(NUMPY)(tree))


def by_python(line: str, step: core.Step) -> Any:
    """What a line gives when Python runs it over the step's values, as matrices."""
    statement = Statement(step.problem, len(step.batch))
    names: dict[str, Any] = dict(values_of(step))
    for name, values in names.items():
        axes = statement.equations[name].axes if name in statement.equations else PER_UNIT if values.ndim == 1 else ""
        names[name] = values[:, np.newaxis] if axes == PER_SAMPLE else np.atleast_2d(values) if values.ndim else values
    for name, function in statement.functions.items():
        names |= {name: function, f"{name}_slope": function.slope}
    names |= {"np": np, "softmax": softmax, "one_hot": one_hot}
    names |= {"lambda_" if name == "lambda" else name: number for name, number in statement.numbers.items()}
    return eval(line, {"__builtins__": {}}, names)


def assert_numpy_gives_the_values(step: core.Step) -> None:
    statement, values = Statement(step.problem, len(step.batch)), values_of(step)
    for tree in trees_of(step):
        line = in_numpy(tree)
        if len(line) < 20_000:
            np.testing.assert_allclose(
                by_python(line, step), statement.value_of(tree, values), rtol=1e-12, atol=1e-14, err_msg=line
            )


def test_the_numpy_lines_of_the_built_in_problems_give_the_values() -> None:
    for step in steps():
        assert_numpy_gives_the_values(step)


@given(problems())
def test_the_numpy_lines_of_any_problem_give_the_values(problem: core.Problem) -> None:
    with np.errstate(all="ignore"):
        assert_numpy_gives_the_values(core.Timeline(problem)[0])


def test_numpy_lines_read_as_people_write_them() -> None:
    step = core.Timeline(core.load_problem("exercise-2", {"reduction": "mean"}))[0]
    trees = {name: equation.tree for name, equation in Statement(step.problem, 4).equations.items()}
    assert in_numpy(trees["dW_1"]) == "X_in.T @ delta_1"
    assert in_numpy(trees["dz_1"]) == "delta_out @ W_out.T"
    assert in_numpy(trees["delta_1"]) == "dz_1 * f_1_slope(s_1)"
    assert in_numpy(trees["dy_out"]) == "1 / n * (y_out - y_gt)"
    assert in_numpy(trees["loss"]) == "1 / n * np.sum(sample_losses)"
    assert in_numpy(trees["sample_losses"]) == "np.sum(1 / 2 * (y_out - y_gt) ** 2, axis=1, keepdims=True)"
    assert in_numpy(trees["W_1_next"]) == "W_1 - alpha * dW_1"
    assert in_numpy(Function("relu", A @ B)) == "np.maximum(0, A @ B)"
    assert in_numpy(Largest(A)) == "np.max(A, axis=1, keepdims=True)"


@given(problems())
def test_a_piece_knows_the_quantity_that_it_shows(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    symbols = symbols_of(step)
    for computation in computations(problem, len(step.batch)):
        for piece in computation.pieces:
            if piece.name:
                index = f"_{piece.subscript}" if piece.subscript and "_" not in piece.name else ""
                assert as_text([piece]) == symbols[piece.name] + index + "ᵀ" * piece.transposed
        named = {part.name for part in walk(computation.tree) if isinstance(part, Name)} - {*step.statement.numbers}
        assert {piece.name for piece in computation.pieces if piece.name} - {"y_gt"} == named - {"y_gt"}


def test_every_symbol_is_that_of_its_quantity() -> None:
    for step in steps():
        for name, symbol in symbols_of(step).items():
            assert as_text([printed_symbol(name)]) == as_text([step.statement.pieces[name]]) == symbol


def test_names_of_a_problem_s_own_have_the_symbols_that_it_says() -> None:
    symbols = {
        "kappa": symbol_piece("kappa", "κ", is_number=True),
        "diff": symbol_piece("diff", "diff"),
        "ddiff": symbol_piece("ddiff", "∂diff"),
    }
    pieces = on_paper(Name("kappa") * Name("diff") * Name("ddiff"), symbols=symbols)
    assert as_text(pieces) == "κ diff ⊙ ∂diff"
    assert [piece.name for piece in pieces if piece.name] == ["diff", "ddiff"]
    assert tex(pieces) == r"\kappa \, \mathrm{diff} \odot \partial\mathrm{diff}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Total(ROWS, A) @ B, Total(ROWS, A @ B)),
        (Total(ROWS, A) * B, Total(ROWS, A * B)),
        (Total(ALL, A) + B, Total(ALL, A + B)),
        (SHARE * Total(ALL, A) * B, SHARE * Total(ALL, A * B)),
        (Product(SHARE * Total(ALL, A), B), SHARE * Total(ALL, A * B)),
        (P * SHARE * A, (P * SHARE) @ A),
        (Product(SHARE, A) @ B, Product(SHARE, A @ B)),
        (Power(Function("log", A), 2), Function("log", A**2)),
        (A * (B / C), (A * B) / C),
        (A - (B + C), A - B + C),
        ((A @ B) * C, A @ (B * C)),
        (A @ (B @ C), A @ B @ C),
        ((A**2).T, (A.T) ** 2),
        (Literal(-2) * A, Sum((-1, Literal(2))) - A),
        (Total(COLUMNS, IsTrueClass(other=True) * P), Total(COLUMNS, P)),
        (Total(COLUMNS, IsTrueClass(other=True)), Total(COLUMNS, Literal(1))),
        (Total(COLUMNS, P - IsTrueClass() * A), Total(COLUMNS, P - A)),
        (Total(COLUMNS, IsTrueClass() * Name("y_out")), Name("y_out")),
        (Total(COLUMNS, IsTrueClass() * (P @ B)), Total(COLUMNS, IsTrueClass() * P) @ B),
        (IsTrueClass(other=True) * A, IsTrueClass() * A),
        (A - IsTrueClass() * Total(COLUMNS, A), Positive(A) - IsTrueClass() * Total(COLUMNS, Positive(A))),
        (Softmax(A) @ Signs(), A @ Signs()),
        (Name("W_1_next") ** 2, Name("W_1") ** 2),
    ],
)
def test_different_trees_look_different(one: Node, other: Node) -> None:
    assert as_text(on_paper(one)) != as_text(on_paper(other))
    for notation in (TYPED, NUMPY):
        assert as_text(Printer(notation)(one)) != as_text(Printer(notation)(other))


def random_tree(rng: random.Random, depth: int) -> Node:
    """A tree over matrices, with numbers in front of products alone and no sum over classes within another."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice((Name("A_1"), P, Name("q")))
    part, other = (random_tree(rng, depth - 1) for _ in "12")
    summed = not any(isinstance(node, Total) for node in walk(part))
    trees = [
        *(part @ other, part * other, part / other, part + other, part - other, Sum((-1, part)), part**2, part.T),
        *(Name("alpha") * part, Function("f_1", part), Function("log", part), Positive(part), Softmax(part)),
        *(part @ Signs(), part * IsTrueClass(), part * IsTrueClass(other=True)),
    ]
    if summed:
        trees += [Total(over, part) for over in (ROWS, COLUMNS)]
        trees += [Total(COLUMNS, Product(IsTrueClass(wrong), part)) for wrong in (False, True)]
    return rng.choice(trees)


def in_one_form(tree: Node) -> Node:
    """A tree in which no sum begins with a sum, no product with a product."""
    parts = tuple(map(in_one_form, tree.children))
    if isinstance(tree, Product) and isinstance(parts[0], Product):
        return Product(*parts[0].children, *parts[1:])
    if isinstance(tree, Sum) and isinstance(parts[0], Sum) and tree.terms[0][0] > 0:
        rest = zip((plus for plus, _ in tree.terms[1:]), parts[1:], strict=True)
        return Sum(*parts[0].terms, *rest)
    return tree.with_children(parts)


@pytest.mark.parametrize("notation", ["paper", "numpy"])
def test_no_two_trees_look_alike(notation: str) -> None:
    rng, seen = random.Random(0), dict[str, Node]()
    for _ in range(5_000):
        tree = in_one_form(random_tree(rng, rng.randint(1, 4)))
        printed = as_text(on_paper(tree)) if notation == "paper" else in_numpy(tree)
        assert seen.setdefault(printed, tree) == tree, printed
    assert len(seen) > 2_000


@pytest.mark.parametrize(
    ("tree", "latex"),
    [
        (Name("W_1_next").T, r"W_{1}^{+\mathsf{T}}"),
        (Name("W_1_next") ** 2, r"(W_{1}^{+})^{2}"),
        (A.T**2, r"(A^{\mathsf{T}})^{2}"),
        ((A**2).T, r"(A^{2})^{\mathsf{T}}"),
        ((A @ B).T, r"(A \, B)^{\mathsf{T}}"),
        (Function("relu", A, slope=True), r"\operatorname{relu}'(A)"),
        (Function("leaky_relu", A), r"\operatorname{leaky\_relu}(A)"),
        (Function("softplus", A**3), r"\operatorname{softplus}(A^{3})"),
        (A**12, "A^{12}"),
        (Function("f_1", A, slope=True) ** 2, r"f_{1}'(A)^{2}"),
        (Name("do") @ B, r"\partial o \, B"),
        (Name("dW_12"), r"\partial W_{12}"),
    ],
)
def test_a_formula_in_latex(tree: Node, latex: str) -> None:
    assert tex(on_paper(tree)) == latex


def test_the_tree_of_a_cell_in_print() -> None:
    tree = RunningSum("m", Cell("z_1", (3, "m")) * Cell("W_out", ("m", 2))) + Function("exp", Cell("b_out", (2,)))
    pieces = PaperPrinter()(tree)
    assert as_text(pieces) == "Σ_m z₁[3,m] ⊙ W_out[m,2] + exp(b_out[2])"
    assert [piece.cell for piece in pieces if piece.name] == [(3, "m"), ("m", 2), (2,)]
    assert html(pieces).startswith("<var>Σ</var><sub>m</sub> <var>z</var><sub>1</sub>[3,<var>m</var>] ⊙ ")
    assert tex(pieces).startswith(r"\sum_{m} \, z_{1}[3,m] \odot W_{\mathrm{out}}[m,2] + \exp(")
    assert as_text(PaperPrinter()(Largest(Name("o")))) == "max_j o_j"


def test_a_printer_can_print_a_kind_of_node_in_its_own_way() -> None:
    class Rounded(PaperPrinter):
        def cell(self, node: Cell) -> Printed:
            return Printed(0, (Piece("number", f"{sum(map(int, node.index))}"),))

    assert as_text(Rounded()(Cell("A", (1, 2)) ** 2)) == "(3)²"


@given(st.integers(1, 30))
def test_a_deep_formula_is_printed(depth: int) -> None:
    tree: Node = A
    for k in range(depth):
        tree = Function(f"f_{k}", tree @ Name(f"W_{k}") + Name(f"b_{k}"))
    text = as_text(on_paper(tree))
    assert text.count("W") == depth
    assert text.count("(") == text.count(")")
