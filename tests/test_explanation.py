"""Every number of a step explained by others, back to what was given."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.asked import absent, zeros
from core.computation import computations, values_of
from core.rules import rules_of
from samples import LOSSES, exercise_2, fit_for, problems, random_problem, random_targets
from work import counted_calls

GIVEN = ("X_in", "y_gt")


def cells_of(values: np.ndarray) -> list[tuple[int, ...]]:
    return [tuple(i + 1 for i in cell) for cell in np.ndindex(values.shape)]


def step_of(problem: core.Problem, index: int = 2) -> core.Step:
    """Step `index`, or the last one that the run gets to."""
    timeline = core.Timeline(problem)
    try:
        return timeline[index]
    except core.DivergedError as error:
        return timeline[error.step - 1] if error.step else timeline[0]


def assert_recombines(explanation: core.Explanation) -> None:
    if explanation.recombine() == explanation.value:  # infinite, perhaps
        return
    error = abs(explanation.recombine() - explanation.value)
    assert error <= 1e-12 * explanation.scale, str(explanation)


@given(problems())
def test_the_terms_of_every_cell_recombine_to_the_cell(problem: core.Problem) -> None:
    step = step_of(replace(problem, learning_rate=0.1))
    for name, values in values_of(step).items():
        for cell in cells_of(values):
            explanation = core.explain(step, name, cell)
            assert_recombines(explanation)
            for term, value in zip(explanation.terms(), explanation.term_values, strict=True):
                product = term.sign * np.prod([factor.value for factor in term.factors])
                assert product == pytest.approx(value, rel=1e-12, abs=0) == pytest.approx(term.value, rel=1e-12, abs=0)


@pytest.mark.parametrize("columns", [1, 2, 4])
@pytest.mark.parametrize("loss", LOSSES[1:], ids=lambda loss: loss.name)
@pytest.mark.parametrize("size", [10.0, 350.0, 708.9, 800.0, 1e4])
def test_logits_far_out_are_explained_as_exactly(loss: core.Loss, columns: int, size: float) -> None:
    rng = np.random.default_rng(columns)
    inputs = size * rng.choice([-1.0, -0.5, 0.0, 1.0], size=(12, columns))
    targets = random_targets(rng, 12, columns, loss)
    network = fit_for(loss, core.Network([core.Layer(np.eye(columns))]))
    step = core.Timeline(core.Problem("far out", inputs, targets, network, loss))[0]
    for quantity in core.quantities(step):
        for cell in cells_of(quantity.values):
            assert_recombines(core.explain(step, quantity.name, cell))


@given(problems())
def test_factors_hold_the_numbers_of_the_cells_that_they_name(problem: core.Problem) -> None:
    timeline = core.Timeline(replace(problem, learning_rate=0.1))
    step, values = timeline[1], {k: values_of(timeline[k]) for k in (0, 1)}
    for name, array in values[1].items():
        for cell in cells_of(array):
            explanation = core.explain(step, name, cell)
            for factor in [*explanation.around, *(f for term in explanation.terms() for f in term.factors)]:
                if factor.name is not None:
                    assert factor.cell is not None
                    assert values[factor.step][factor.name][tuple(i - 1 for i in factor.cell)] == factor.value


@given(problems())
def test_the_trail_from_any_gradient_reaches_the_data_and_from_any_weight_the_starting_weights(
    problem: core.Problem,
) -> None:
    timeline = core.Timeline(replace(problem, learning_rate=0.1))
    steps = [timeline[k] for k in range(3)]
    start = core.explain(steps[2], "dW_1", (1, 1)).place
    seen, waiting = {start}, [start]
    ends = set()
    while waiting:
        place = waiting.pop()
        explanation = core.explain(steps[place.step], place.name, place.cell)
        if explanation.origin is not None:
            ends.add((place.step, place.name))
            assert place.name in GIVEN or place.step == 0
            assert len(explanation) == 0
        factors = [*explanation.around, *(factor for term in explanation.terms() for factor in term.factors)]
        found = {place for factor in factors for place in factor.places} - seen
        seen |= found
        waiting += found
    assert (2, "X_in") in ends
    assert len(problem.network) == 1 or any(name.startswith("W_") and step == 0 for step, name in ends)


@given(problems(), st.integers(0, 1))
def test_sources_and_targets_are_each_other_s_inverse(problem: core.Problem, index: int) -> None:
    timeline = core.Timeline(replace(problem, learning_rate=0.1))
    forward, backward = set(), set()
    for k in (index, index + 1):
        step = timeline[k]
        for name, values in values_of(step).items():
            for cell in cells_of(values):
                here = core.Place(k, name, cell)
                forward |= {
                    (here, core.Place(block.step, block.name, other))
                    for block in core.targets(step, name, cell)
                    for other in block
                }
                backward |= {
                    (core.Place(block.step, block.name, other), here)
                    for block in core.sources(step, name, cell)
                    for other in block
                }
    inside = range(index, index + 2)
    assert {pair for pair in forward if pair[1].step in inside} == {p for p in backward if p[0].step in inside}


@given(problems())
def test_the_cells_that_an_explanation_names_are_its_sources(problem: core.Problem) -> None:
    step = step_of(replace(problem, learning_rate=0.1))
    for name, values in values_of(step).items():
        for cell in cells_of(values):
            explanation = core.explain(step, name, cell)
            factors = [*explanation.around, *(factor for term in explanation.terms() for factor in term.factors)]
            named = {place for factor in factors for place in factor.places}
            blocks = core.sources(step, name, cell)
            sources = {core.Place(block.step, block.name, cell) for block in blocks for cell in block}
            assert named <= sources
            assert {place.name for place in sources - named} <= {"y_gt"}  # which tells the true class


@given(problems())
def test_the_rules_name_what_the_formulas_name(problem: core.Problem) -> None:
    step = step_of(replace(problem, learning_rate=0.1), 0)
    named: dict[str, set[str]] = {}
    for rule in rules_of(problem, len(step.batch)):
        if not rule.out_of_range:
            named.setdefault(rule.name, set()).update(cell.name for cell in rule.cells if cell.back == 0)
    for computation in computations(problem, len(step.batch)):
        formula = set(computation.inputs)
        if computation.name == "dp" and isinstance(problem.loss, core.SoftmaxMargin):
            formula -= {"p"}  # is written about p, but does not depend on it
        assert named[computation.name] == formula


class TestText:
    def test_the_arithmetic_of_exercise_2(self) -> None:
        explanation = core.explain(core.Timeline(exercise_2())[0], "delta_1", (3, 3))
        assert str(explanation).splitlines() == [
            "δ₁[3,3] = ∂z₁[3,3] · f₁'(s₁[3,3])",
            "        = 0.0957024 · 1",
            "        = 0.0957024",
        ]
        assert str(core.explain(core.Timeline(exercise_2())[0], "dz_1", (3, 3))).splitlines() == [
            "∂z₁[3,3] = δ_out[3] · W_out[3]",
            "         = 1.06336 · 0.09",
            "         = 0.0957024",
        ]

    def test_the_smaller_steps_can_be_spelled_out(self) -> None:
        explanation = core.explain(core.Timeline(exercise_2())[0], "delta_1", (3, 3), detailed=False)
        assert str(explanation).splitlines() == [
            "δ₁[3,3] = (δ_out[3] · W_out[3]) · f₁'(s₁[3,3])",
            "        = (1.06336 · 0.09) · 1",
            "        = 0.0957024",
        ]
        (term,) = explanation.terms()
        delta, weight = term.factors
        assert (delta.name, delta.cell, delta.step, weight.name, weight.cell) == (
            "delta_out",
            (3, 1),
            0,
            "W_out",
            (3, 1),
        )
        assert delta.value == pytest.approx(1.06336)
        (slope,) = explanation.around
        assert (slope.name, slope.places, slope.value) == (None, (core.Place(0, "s_1", (3, 3)),), 1.0)

    @pytest.mark.parametrize(
        ("name", "cell", "symbols", "numbers"),
        [
            ("s_1", (3, 1), "X_in[3,1] · W₁[1,1] + X_in[3,2] · W₁[2,1]", "(-0.75) · 0.6 + 0.8 · 0.01"),
            ("z_1", (3, 1), "f₁(s₁[3,1])", "max(0, -0.442)"),
            ("y_out", (1, 1), "f_out(s_out[1])", "0.09859"),
            ("sample_losses", (3,), "½ · (y_out[3] - y_gt[3])²", "½ · (0.06336 - (-1))²"),
            ("loss", (), "ℓ[1] + ℓ[2] + ℓ[3] + ℓ[4]", "0.40627 + 0.488848 + 0.565367 + 0.505963"),
            ("W_1_next", (2, 3), "W₁[2,3] - α · ∂W₁[2,3]", "0.88 - 0.5 · 0.00721087"),
        ],
    )
    def test_lines_read_as_on_paper(self, name: str, cell: tuple[int, ...], symbols: str, numbers: str) -> None:
        explanation = core.explain(core.Timeline(exercise_2())[0], name, cell)
        assert (explanation.symbols(), explanation.numbers()) == (symbols, numbers)
        result = explanation.lines()[-1].removeprefix("= ")
        assert float(result) == pytest.approx(explanation.value, rel=5e-6)
        assert len(result.lstrip("-0.").replace(".", "")) <= 6

    def test_a_weight_is_what_the_step_before_has_made_of_it(self) -> None:
        explanation = core.explain(core.Timeline(exercise_2())[2], "W_1", (1, 2))
        assert explanation.symbols() == "W₁⁺[1,2] of step 1"
        assert explanation.terms()[0].factors[0].places == (core.Place(1, "W_1_next", (1, 2)),)

    @pytest.mark.parametrize(
        ("name", "cell", "origin"),
        [
            ("X_in", (2, 1), "row 2 of the inputs"),
            ("y_gt", (4, 1), "row 4 of the targets"),
            ("W_1", (1, 1), "the starting weights"),
        ],
    )
    def test_what_is_given_says_so(self, name: str, cell: tuple[int, ...], origin: str) -> None:
        explanation = core.explain(core.Timeline(exercise_2())[0], name, cell)
        assert (explanation.origin, explanation.recombine()) == (origin, explanation.value)
        assert explanation.lines()[1] == f"given: {origin}"

    def test_a_negative_zero_is_written_as_0(self) -> None:
        network = core.Network([core.Layer([[-0.0], [2.0]])])
        step = core.Timeline(core.Problem("zeros", [[3.0, -0.0]], [[1.0]], network))[0]
        assert core.explain(step, "s_out", (1, 1)).numbers() == "3 · 0 + 0 · 2"

    def test_names_may_be_those_that_a_person_uses(self) -> None:
        step = core.Timeline(exercise_2())[0]
        assert core.explain(step, "z_out", (1, 1)).place.name == "y_out"
        assert core.explain(step, "delta_2", (1, 1)).place.name == "delta_out"

    @pytest.mark.parametrize("cell", [(), (1,), (0, 1), (5, 1), (1, 4), (1, 1, 1)])
    def test_a_cell_that_is_not_there_is_an_index_error(self, cell: tuple[int, ...]) -> None:
        for ask in (core.explain, core.sources, core.targets):
            with pytest.raises(IndexError, match=r"s_1 of shape \(4, 3\) has no cell"):
                ask(core.Timeline(exercise_2())[0], "s_1", cell)

    def test_a_quantity_that_is_not_there_is_a_key_error(self) -> None:
        with pytest.raises(KeyError, match='no quantity "s_3"'):
            core.explain(core.Timeline(exercise_2())[0], "s_3", (1, 1))
        with pytest.raises(KeyError, match='no quantity "dz_1"'):
            core.explain(core.Timeline(exercise_2())[0], "dz_1", (1, 1), detailed=False)

    @pytest.mark.parametrize(("name", "value"), [("X_in", "0.75"), ("y_gt", "1"), ("W_1", "0.6")])
    def test_what_is_given_stands_for_itself(self, name: str, value: str) -> None:
        explanation = core.explain(core.Timeline(exercise_2())[0], name, (1, 1))
        assert explanation.symbols() == explanation.symbol
        assert explanation.numbers() == value
        assert explanation.line().result == value


class TestLongSums:
    def test_the_largest_terms_come_first_and_the_rest_is_summed(self) -> None:
        step = core.Timeline(random_problem(0, (100, 3, 2), bias=True))[0]
        explanation = core.explain(step, "s_1", (2, 3))
        assert len(explanation) == 101
        shown = explanation.shown(5)
        sizes = [abs(term.value) for term in shown.terms]
        assert sizes == sorted(sizes, reverse=True) == sorted(np.abs(explanation.term_values))[:-6:-1]
        assert shown.left == 96
        assert sum(term.value for term in shown.terms) + shown.rest == pytest.approx(explanation.value, rel=1e-12)
        assert explanation.symbols(5).endswith(" + … (96 smaller)")
        assert explanation.terms(90, 20)[-1].factors[0].symbol == "b₁[3]"
        assert explanation.terms(3, 2, by_size=True) == shown.terms[3:]

    def test_a_large_negative_term_comes_before_smaller_positive_ones(self) -> None:
        weights = np.array([[1.0], [-9.0], [2.0], [-3.0], [4.0], [5.0], [-6.0], [7.0], [-8.0], [-1.5]])
        problem = core.Problem("long", np.ones((1, 10)), [[0.0]], core.Network([core.Layer(weights)]))
        explanation = core.explain(core.Timeline(problem)[0], "s_out", (1, 1))
        assert [term.value for term in explanation.shown().terms] == [-9, -8, 7, -6, 5, 4, -3, 2]
        assert explanation.shown().left == 2
        assert explanation.shown().rest == -0.5
        assert explanation.numbers(2) == "1 · (-9) + 1 · (-8) + 8.5 (8 smaller)"
        assert explanation.numbers().endswith(" + 1 · 2 + (-0.5) (2 smaller)")

    def test_a_short_sum_keeps_its_order(self) -> None:
        explanation = core.explain(core.Timeline(exercise_2())[0], "dW_1", (1, 2))
        assert explanation.shown(4) == core.explanation.Shown(explanation.terms(), 0, 0.0)

    def test_a_large_network_answers_at_once(self) -> None:
        step = core.Timeline(random_problem(0, (784, 300, 100, 10), rows=64, loss=LOSSES[1], activation="relu"))[0]
        core.explain(step, "s_1", (1, 1))
        for name, cell in (("s_1", (64, 300)), ("delta_1", (3, 7)), ("dW_1", (784, 300)), ("W_1_next", (700, 1))):
            with counted_calls() as calls:
                str(core.explain(step, name, cell))
                core.sources(step, name, cell)
                core.targets(step, name, cell)
            assert calls.count < 20_000  # of the 500,000 numbers of this step hardly any are touched one by one


def test_a_gradient_out_of_range_has_its_share_of_the_mean() -> None:
    network, classes = core.Network([core.Layer([[1.0, -1.0]])]), [[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]
    inputs = [[1.0], [2.0], [900.0], [-1.0]]
    far = core.Problem("far", inputs, classes, network, core.SoftmaxCrossEntropy(), reduction="mean")
    _, numbers, result = core.explain(core.Timeline(far)[0], "do", (3, 1)).lines()
    assert (numbers, result) == ("= 1/4 · (1 - 0)", "= 0.25")


def test_the_gradient_at_the_logits_of_a_cross_entropy_goes_the_short_way() -> None:
    step = core.Timeline(core.load_problem("exercise-3", {"loss": "cross-entropy"}))[0]
    assert core.explain(step, "do", (1, 1)).symbols() == "p[1,1] - y_gt[1,1]"
    assert core.explain(step, "dp", (1, 1)).symbols() == "-1 / p[1,1]"


@pytest.mark.parametrize(
    ("loss", "name", "cell", "lines"),
    [
        (core.SoftmaxHinge(), "term", (1, 1), ("term[1,1] = —", "the true class has no term")),
        (core.SoftmaxHinge(), "dterm", (1, 1), ("∂term[1,1] = 0", "the true class has no term")),
        (core.SoftmaxCrossEntropy(), "dp", (1, 2), ("∂p[1,2] = 0", "only p of the true class counts")),
    ],
)
def test_what_is_0_by_definition_is_said_once_with_its_reason(
    loss: core.Loss, name: str, cell: tuple[int, ...], lines: tuple[str, ...]
) -> None:
    step = core.Timeline(core.load_problem("exercise-3").with_loss(loss))[0]
    assert step.targets[0].tolist() == [1, 0, 0]
    assert core.explain(step, name, cell).lines() == lines
    assert absent(step, name).tolist() == ((step.targets == 1) & (name == "term")).tolist()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (np.inf, "out of range: above 1.8e308, the largest number in floating point"),
        (-np.inf, "out of range: below -1.8e308, the lowest number in floating point"),
        (np.nan, "no number: what it is computed from is out of range"),
    ],
)
def test_a_number_out_of_range_is_told_in_words(value: float, words: str) -> None:
    explanation = core.explain(core.Timeline(exercise_2())[0], "s_1", (1, 1))
    explanation.value = value
    assert explanation.lines() == (f"s₁[1,1] = {explanation.symbols()}", words)


@pytest.mark.parametrize(
    ("activation", "weight", "numbers"),
    [
        ("sigmoid", -0.04, "= 1 / (1 + exp(0.04))"),
        ("sigmoid", 0.04, "= 1 / (1 + exp(-0.04))"),
        ("leaky_relu", -0.5, "= max(0, -0.5) - 0.01 · max(0, 0.5)"),
    ],
)
def test_a_minus_before_a_number_is_its_sign(activation: str, weight: float, numbers: str) -> None:
    network = core.Network([core.Layer([[weight]], activation=activation)])
    step = core.Timeline(core.Problem("a sign", [[1.0]], [[1.0]], network))[0]
    assert core.explain(step, "y_out", (1, 1)).lines()[1] == numbers


def test_the_minus_of_two_classes_is_a_sign_too() -> None:
    network = core.Network([core.Layer([[-0.04]])])
    step = core.Timeline(core.Problem("two", [[1.0]], [[1.0]], network, core.SoftmaxCrossEntropy()))[0]
    assert core.explain(step, "o", (1, 1)).lines() == ("o[1,1] = -y_out[1]", "= 0.04", "= 0.04")
    assert core.explain(step, "loss", ()).lines()[1] == "= 0.733947"


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)
def test_where_a_number_is_0_by_definition(loss: core.Loss, outputs: int) -> None:
    step = core.Timeline(random_problem(3, (2, 3, outputs), rows=5, loss=loss))[0]
    for quantity in core.quantities(step):
        found = [core.explain(step, quantity.name, cell).symbols() == "0" for cell in cells_of(quantity.values)]
        assert zeros(step, quantity.name).ravel().tolist() == found
