"""Losses: against formulas written out here, far out, at their kinks, and with targets they cannot take."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.expression.nodes import COLUMNS, Function, Literal, Name, Quotient, Sum, Total
from core.losses.base import OUTPUTS, TARGETS, LossEquations
from core.losses.stated import StatedLoss
from samples import LOSSES, oracle_sample_gradient, oracle_sample_loss, random_targets

ids = {"ids": lambda loss: loss.name}
SOFTMAX_LOSSES = LOSSES[1:]


@given(
    loss=st.sampled_from([*LOSSES, core.SoftmaxHinge(0.0), core.SoftmaxHinge(2.0)]),
    rows=st.integers(1, 6),
    columns=st.integers(1, 5),
    size=st.sampled_from([0.1, 1.0, 10.0]),
    seed=st.integers(0, 2**16),
)
def test_losses_and_gradients_agree_with_the_formulas_sample_by_sample(
    loss: core.Loss, rows: int, columns: int, size: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    outputs, targets = size * rng.normal(size=(rows, columns)), random_targets(rng, rows, columns, loss)
    samples = list(zip(outputs, targets, strict=True))
    expected = [oracle_sample_loss(loss, y, target) for y, target in samples]
    np.testing.assert_allclose(loss.sample_losses(outputs, targets), expected, rtol=1e-12, atol=1e-14)
    expected = [oracle_sample_gradient(loss, y, target) for y, target in samples]
    np.testing.assert_allclose(loss.gradient(outputs, targets), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loss", LOSSES, **ids)
def test_a_bound_loss_tells_the_sum_over_the_samples(loss: core.Loss) -> None:
    rng = np.random.default_rng(1)
    outputs, targets = rng.normal(size=(6, 3)), random_targets(rng, 6, 3, loss)
    told: list[float] = []
    loss.bind(outputs, targets, np.empty_like(outputs), told.append)()
    (total,) = told
    assert total == pytest.approx(loss.sample_losses(outputs, targets).sum(), rel=1e-14)


@pytest.mark.parametrize("loss", LOSSES, **ids)
@pytest.mark.parametrize("columns", [1, 2, 4])
def test_outputs_of_ten_thousand_give_finite_losses_and_gradients(loss: core.Loss, columns: int) -> None:
    rng = np.random.default_rng(0)
    targets = random_targets(rng, 40, columns, loss)
    outputs = rng.choice([-1e4, 0.0, 1e4], size=(40, columns))
    assert np.isfinite(loss.sample_losses(outputs, targets)).all()
    assert np.isfinite(loss.gradient(outputs, targets)).all()


def test_cross_entropy_of_a_hopeless_sample_is_the_distance_of_its_logits() -> None:
    loss = core.SoftmaxCrossEntropy()
    assert loss.sample_losses(np.array([[1e4, -1e4]]), np.array([[0.0, 1.0]])) == [2e4]
    assert loss.sample_losses(np.array([[-1e4]]), np.array([[1.0]])) == [2e4]


def test_logits_of_800_have_the_losses_and_gradients_of_certainty() -> None:
    # Beside each other, a sample that is right, one that is wrong, one undecided at 800 and one undecided at -800.
    outputs = np.array([[800.0, -800.0], [800.0, -800.0], [800.0, 800.0], [-800.0, -800.0]])
    targets = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    p = [[1, 0], [1, 0], [0.5, 0.5], [0.5, 0.5]]
    half = np.log(2)
    for loss, losses, gradient in (
        (core.SoftmaxCrossEntropy(), [0, 1600, half, half], [[0, 0], [1, -1], [-0.5, 0.5], [0.5, -0.5]]),
        (core.SoftmaxHinge(0.25), [0, 1.25, 0.25, 0.25], [[0, 0], [0, 0], [-0.5, 0.5], [0.5, -0.5]]),
        (core.SoftmaxMargin(0.25), [-0.75, 1.25, 0.25, 0.25], [[0, 0], [0, 0], [-0.5, 0.5], [0.5, -0.5]]),
    ):
        np.testing.assert_allclose(loss.probabilities(outputs), p, rtol=1e-14)
        np.testing.assert_allclose(loss.sample_losses(outputs, targets), losses, rtol=1e-14)
        np.testing.assert_allclose(loss.gradient(outputs, targets), gradient, rtol=1e-14)


def test_cross_entropy_of_even_logits_is_the_logarithm_of_the_number_of_classes() -> None:
    loss = core.SoftmaxCrossEntropy()
    losses = loss.sample_losses(np.zeros((1, 10)), np.eye(10)[[3]])
    np.testing.assert_allclose(losses, [np.log(10)], rtol=1e-15)


@pytest.mark.parametrize("loss", [*SOFTMAX_LOSSES, core.SoftmaxHinge(margin=1.5)], **ids)
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_a_single_output_is_the_network_with_the_two_columns_minus_y_and_plus_y(
    loss: core.Loss, reduction: str
) -> None:
    rng = np.random.default_rng(5)
    X, W, b = rng.normal(size=(6, 3)), rng.normal(size=(3, 1)), rng.normal(size=1)
    signs = rng.choice([-1.0, 1.0], size=(6, 1))
    one = core.Network([core.Layer(W, b)])
    two = core.Network([core.Layer(np.hstack([-W, W]), np.concatenate([-b, b]))])
    narrow = core.Timeline(core.Problem("one", X, signs, one, loss, reduction=reduction))[0]
    wide = core.Timeline(core.Problem("two", X, np.hstack([signs < 0, signs > 0]), two, loss, reduction=reduction))[0]
    assert narrow.loss == pytest.approx(wide.loss, rel=1e-14)
    np.testing.assert_allclose(narrow.probabilities, wide.probabilities, rtol=1e-14)
    for single, pair in (
        (narrow.deltas[0], wide.deltas[0]),
        (narrow.weight_gradients[0], wide.weight_gradients[0]),
        (narrow.bias_gradients[0], wide.bias_gradients[0]),
    ):
        expected = (pair @ [-1.0, 1.0]).reshape(single.shape)
        np.testing.assert_allclose(single, expected, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    ("margin", "logits"),
    [
        (0.0, [0.0, 0.0]),  # p = (1/2, 1/2)
        (0.0, [3.0, 3.0, 3.0]),
        (1.0, [1e4, -1e4]),  # p = (1, 0)
        (1.0, [1e4, -1e4, -1e4]),
    ],
)
def test_a_hinge_term_exactly_at_its_kink_costs_nothing_and_pulls_at_nothing(margin: float, logits: list) -> None:
    loss, outputs, targets = core.SoftmaxHinge(margin), np.array([logits]), np.eye(len(logits))[[0]]
    assert loss.sample_losses(outputs, targets) == [0.0]
    assert not loss.gradient(outputs, targets).any()


def test_the_hinge_gradient_uses_the_whole_jacobian() -> None:
    # p = (0.7, 0.2, 0.1), true class 2 and margin 0.5: both terms are active, so ∂ℒ/∂p = (1, -2, 1).
    p, slope = np.array([0.7, 0.2, 0.1]), np.array([1.0, -2.0, 1.0])
    gradient = core.SoftmaxHinge(0.5).gradient(np.log(p)[None], np.array([[0.0, 1.0, 0.0]]))
    np.testing.assert_allclose(gradient[0], (np.diag(p) - np.outer(p, p)) @ slope, rtol=1e-13)


@pytest.mark.parametrize("loss", SOFTMAX_LOSSES, **ids)
@pytest.mark.parametrize(
    ("targets", "said"),
    [
        ([[1.0], [0.0]], "row 2 is (0), expected -1 or +1"),
        ([[1.0], [2.5]], "row 2 is (2.5), expected -1 or +1"),
        ([[0.0, 1.0], [1.0, 1.0]], "row 2 is (1, 1), expected one-hot"),
        ([[0.0, 0.0], [1.0, 0.0]], "row 1 is (0, 0), expected one-hot"),
        ([[0.5, 0.5], [1.0, 0.0]], "row 1 is (0.5, 0.5), expected one-hot"),
        ([[2.0, -1.0], [1.0, 0.0]], "row 1 is (2, -1), expected one-hot"),
    ],
)
def test_softmax_losses_refuse_targets_that_are_not_classes(loss: core.Loss, targets: list, said: str) -> None:
    (mistake,) = loss.target_mistakes(np.array(targets))
    assert said in mistake
    assert loss.title in mistake


@pytest.mark.parametrize("loss", SOFTMAX_LOSSES, **ids)
def test_softmax_losses_take_signs_and_one_hot_rows(loss: core.Loss) -> None:
    assert loss.target_mistakes(np.array([[-1.0], [1.0]])) == []
    assert loss.target_mistakes(np.eye(3)) == []


def test_the_squared_error_takes_any_targets() -> None:
    assert core.SquaredError().target_mistakes(np.array([[0.3, -7.0]])) == []


def test_every_loss_is_found_by_its_name() -> None:
    assert {name: type(loss) for name, loss in zip(core.LOSSES, LOSSES, strict=True)} == core.LOSSES


@dataclass(frozen=True)
class Huber(core.Loss):
    """A loss as somebody brings it: its equations, and nothing else."""

    name = "huber"
    title = "Huber"
    kappa: float = field(default=1.0, metadata={"symbol": "κ"})

    def equations(self, single: bool) -> LossEquations:  # noqa: ARG002
        d, clipped, kappa = Name("d"), Name("c"), Name("kappa")
        beyond, below = Function("relu", d - kappa), Function("relu", Sum((-1, d), (-1, kappa)))
        cost = clipped * (d - Quotient(Literal(1), Literal(2)) * clipped)
        return LossEquations((("d", OUTPUTS - TARGETS), ("c", d - beyond + below)), Total(COLUMNS, cost), (), clipped)


def test_a_loss_needs_nothing_but_its_equations() -> None:
    loss, rng = Huber(0.5), np.random.default_rng(0)
    outputs, targets = rng.normal(size=(9, 2)), rng.normal(size=(9, 2))
    d = outputs - targets
    costs = np.where(np.abs(d) < 0.5, d**2 / 2, 0.5 * (np.abs(d) - 0.25))
    np.testing.assert_allclose(loss.sample_losses(outputs, targets), costs.sum(axis=1), rtol=1e-13)
    np.testing.assert_allclose(loss.gradient(outputs, targets), np.clip(d, -0.5, 0.5), rtol=1e-13)
    assert loss.settings == (("kappa", "kappa", "κ", 0.5),)
    assert loss.with_numbers(kappa=0.25) == Huber(0.25)


@pytest.mark.parametrize("loss", LOSSES, **ids)
@pytest.mark.parametrize("columns", [1, 3])
def test_the_equations_of_a_loss_give_what_its_own_operations_give(loss: core.Loss, columns: int) -> None:
    rng = np.random.default_rng(2)
    outputs, targets = rng.normal(size=(8, columns)), loss.draw_targets(rng, 8, columns)
    assert loss.target_mistakes(targets) == []
    stated, gradient, told = StatedLoss(loss, columns), np.empty_like(outputs), list[float]()
    np.testing.assert_allclose(stated.sample_losses(outputs, targets), loss.sample_losses(outputs, targets), rtol=1e-12)
    stated.bind(outputs, targets, gradient, told.append)()
    np.testing.assert_allclose(gradient, loss.gradient(outputs, targets), rtol=1e-12, atol=1e-15)
    assert told == [pytest.approx(loss.sample_losses(outputs, targets).sum())]


def test_kinks_and_straight_gradients_follow_from_the_equations() -> None:
    equations = {loss.name: loss.equations(False) for loss in LOSSES}
    assert [name for name, stated in equations.items() if stated.kinks] == ["softmax_hinge"]
    assert [name for name, stated in equations.items() if stated.quadratic] == ["squared_error"]
    rng = np.random.default_rng(3)
    outputs, targets = rng.normal(size=(8, 3)), random_targets(rng, 8, 3, core.SoftmaxHinge())
    (terms,) = StatedLoss(core.SoftmaxHinge(), 3).kinks(outputs, targets)
    p = np.exp(outputs) / np.exp(outputs).sum(axis=1, keepdims=True)
    expected = p - (p * targets).sum(axis=1, keepdims=True) + 0.5
    np.testing.assert_allclose(terms, np.where(targets == 1, np.nan, expected), rtol=1e-12)


def test_a_loss_takes_over_the_settings_of_another() -> None:
    assert core.SoftmaxHinge.like(core.SoftmaxMargin(0.25)) == core.SoftmaxHinge(0.25)
    assert core.SoftmaxHinge.like(core.SquaredError()) == core.SoftmaxHinge()
    assert core.SquaredError.like(core.SoftmaxHinge(0.25)) == core.SquaredError()
