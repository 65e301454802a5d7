"""What is printed reads back as the tree that it was printed from."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import pytest
from hypothesis import given

import core
from core.checking.formulas.definitions import context_of
from core.errors import FormulaError
from core.expression.nodes import ALL, COLUMNS, ROWS, Literal, Name, Node, Product, Sum, Total, put_in_place
from core.expression.reader import Context, read
from core.expression.typed import as_typed
from samples import BUILT_IN, LOSSES, problems, random_problem
from test_from_outside import Focal, Huber, Relative


def as_printed(node: Node, rows: int | None = None) -> Node:
    """A tree without what print drops on purpose: a sum or product in front of another is of one piece with it, and n
    is printed as the number of `rows`.
    """
    tree = node if rows is None else put_in_place(node, {"n": Literal(rows)})
    parts = [as_printed(part, rows) for part in tree.children]
    if isinstance(tree, Sum):
        (sign, first), *rest = zip([sign for sign, _ in tree.terms], parts, strict=True)
        terms = first.terms if isinstance(first, Sum) and sign > 0 else ((sign, first),)
        return Sum(*terms, *rest)
    if isinstance(tree, Product):
        return Product(*(parts[0].children if isinstance(parts[0], Product) else parts[:1]), *parts[1:])
    return tree.with_children(tuple(parts))


def printed(step: core.Step) -> Iterator[tuple[str, str, Node]]:
    """Every formula that is printed of a step: the quantity, the right side, and its tree."""
    for computation in core.computations(step.problem, len(step.batch)):
        yield computation.name, computation.text, computation.tree
    for k in range(1, len(step.weights) + 1):
        for formula in (
            *core.recursive(step, k).formulas,
            core.expanded(step, k),
            core.expanded(step, k, forward=True),
        ):
            yield formula.left.name, formula.text.partition(" = ")[2], formula.right


def assert_all_come_back(step: core.Step) -> None:
    rows = len(step.batch)
    for name, text, tree in printed(step):
        context = context_of(name, step.statement)._replace(longest=100_000)
        found = read(text, context)
        assert as_printed(found, rows) == as_printed(tree, rows), text
        assert read(as_typed(tree, context.over), context) == as_printed(tree)


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_is_printed_of_the_built_in_problems_reads_back(name: str) -> None:
    assert_all_come_back(core.Timeline(core.load_problem(name))[0])


@given(problem=problems())
def test_what_is_printed_of_any_problem_reads_back(problem: core.Problem) -> None:
    assert_all_come_back(core.Timeline(problem)[0])


@pytest.mark.parametrize("loss", [*LOSSES, Huber(0.5), Focal(), Relative()], ids=lambda loss: loss.name)
@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_what_is_printed_of_every_loss_reads_back(loss: core.Loss, outputs: int, reduction: str) -> None:
    problem = random_problem(seed=2, sizes=(2, 3, outputs), rows=4, loss=loss, reduction=reduction)
    assert_all_come_back(core.Timeline(problem)[0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max(1, p)", 'expected 0 in max() at character 5, found "1"'),
        ("one-hot(p)", 'expected y_gt in one_hot() at character 9, found "p"'),
        ("softmax y", 'expected ( behind the function softmax at character 9, found "y"'),
        ("(-p, +o)", 'expected (-a, +a), the same a twice at character 8, found ")"'),
        ("[p = 1]", 'expected a comparison with > or <, or of max(0, ...) with 0 at character 7, found "]"'),
        ("[p > 0", "expected ] at the end"),
        ("2e400 p", 'expected a smaller number at character 1, found "2e400"'),
    ],
)
def test_every_refusal_says_what_and_where(text: str, message: str) -> None:
    with pytest.raises(FormulaError) as error:
        read(text)
    assert str(error.value) == message


def test_a_product_by_a_number_is_a_multiple() -> None:
    assert read("alpha * dW_1 * 2") == Product(Name("alpha"), Name("dW_1"), Literal(2))
    assert read("loss X_in") == Product(Name("loss"), Name("X_in"))
    assert read("κ X_in", Context(numbers=["κ"])) == Product(Name("κ"), Name("X_in"))
    assert read("X_in W_1") == Name("X_in") @ Name("W_1")


def test_a_sum_is_over_what_is_asked_for_unless_it_says_it_itself() -> None:
    a = Name("a")
    assert [read("sum(a)", Context(over)) for over in (ROWS, COLUMNS, ALL)] == [
        Total(ROWS, a),
        Total(COLUMNS, a),
        Total(ALL, a),
    ]
    assert read("sum_all(a) + Σ_j a_j - Σ_rows a") == Total(ALL, a) + Total(COLUMNS, a) - Total(ROWS, a)


def test_numbers_are_exact() -> None:
    assert read("0.1") == Literal(Fraction(1, 10))
    assert read("1e300") == Literal(10**300)
    assert read("12.0") == Literal(12)
