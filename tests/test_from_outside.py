"""What somebody brings from outside, through public names alone: a smooth activation, one with a kink and a setting,
and a loss. Nothing is registered anywhere, and everything works with them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import core
from core import COLUMNS, Function, Literal, Name, Positive, Quotient, Total

S, Z = Name("s"), Name("z")
ONE, HALF = Literal(1), Quotient(Literal(1), Literal(2))

SOFTPLUS = core.Activation("softplus", Function("log", ONE + Function("exp", S)), ONE - Function("exp", -Z))


def leaky(slope: float) -> core.Activation:
    below = Literal(slope)
    return core.Activation(
        "leaky",
        Function("relu", S) - below * Function("relu", -S),
        Positive(S) + below * (ONE - Positive(S)),
        settings=(("slope", slope),),
    )


@dataclass(frozen=True)
class Huber(core.Loss):
    """ℒ = Σ ½ d² for residuals d within κ, and from there on a straight line."""

    name = "huber"
    title = "Huber"

    kappa: float = field(default=1.0, metadata={"symbol": "κ"})

    def equations(self, single: bool) -> core.LossEquations:  # noqa: ARG002
        d, c, kappa = Name("d"), Name("c"), Name("kappa")
        return core.LossEquations(
            forward=(
                ("d", Name("y_out") - Name("y_gt")),
                ("c", d - Function("relu", d - kappa) + Function("relu", -d - kappa)),
            ),
            sample_losses=Total(COLUMNS, c * (d - HALF * c)),
            backward=(),
            output_gradient=c,
        )


def softplus(s: Any) -> Any:
    return np.log(1 + np.exp(s)), 1 / (1 + np.exp(-s))


def leaky_by_hand(s: Any) -> Any:
    return np.where(s > 0, s, 0.2 * s), np.where(s > 0, 1.0, 0.2)


def huber_by_hand(d: Any, kappa: float = 0.5) -> Any:
    return np.where(np.abs(d) <= kappa, d**2 / 2, kappa * (np.abs(d) - kappa / 2)), np.clip(d, -kappa, kappa)


def problem(activation: core.Activation, loss: core.Loss, **training: Any) -> core.Problem:
    rng = np.random.default_rng(5)
    layers = [
        core.Layer(rng.normal(size=(2, 3)), rng.normal(size=3), activation),
        core.Layer(rng.normal(size=(3, 2)), rng.normal(size=2)),
    ]
    inputs, targets = rng.normal(size=(6, 2)), loss.draw_targets(rng, 6, 2)
    settings = {"learning_rate": 0.1, "batch_size": 4, **training}
    return core.Problem("from outside", inputs, targets, core.Network(layers), loss, **settings)


BROUGHT = [
    pytest.param(SOFTPLUS, core.SquaredError(), id="softplus"),
    pytest.param(leaky(0.2), core.SoftmaxCrossEntropy(), id="leaky"),
    pytest.param(leaky(0.2), Huber(0.5), id="leaky and huber"),
    pytest.param(core.ACTIVATIONS["tanh"], Huber(0.25), id="huber"),
]
everything = pytest.mark.parametrize(("activation", "loss"), BROUGHT)


@everything
def test_it_trains(activation: core.Activation, loss: core.Loss) -> None:
    timeline = core.Timeline(problem(activation, loss, batch_size=None))
    timeline.advance(200)
    assert timeline.diverged is None
    assert timeline.losses[-1] < 0.6 * timeline.losses[0]
    assert timeline[3].loss == timeline.losses[3]


@pytest.mark.parametrize(
    ("activation", "by_hand"), [(SOFTPLUS, softplus), (leaky(0.2), leaky_by_hand)], ids=["softplus", "leaky"]
)
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_a_step_has_the_numbers_of_the_textbook(activation: core.Activation, by_hand: Any, reduction: str) -> None:
    step = core.Timeline(problem(activation, Huber(0.5), reduction=reduction))[2]
    share = 0.25 if reduction == "mean" else 1.0
    (w1, w2), (b1, b2) = step.weights, step.biases
    s = step.inputs @ w1 + b1
    z, slope = by_hand(s)
    costs, clipped = huber_by_hand(z @ w2 + b2 - step.targets)
    delta = share * clipped
    np.testing.assert_allclose(step.loss, share * costs.sum(), rtol=1e-12)
    np.testing.assert_allclose(step.deltas[1], delta, rtol=1e-10, atol=1e-14)
    np.testing.assert_allclose(step.weight_gradients[0], step.inputs.T @ (delta @ w2.T * slope), rtol=1e-9, atol=1e-14)


@everything
def test_its_quantities_follow_from_the_statement(activation: core.Activation, loss: core.Loss) -> None:
    step = core.Timeline(problem(activation, loss, reduction="mean"))[3]
    assert [quantity.name for quantity in core.quantities(step)] == [*step.statement.equations]
    for quantity in core.quantities(step):
        found = step.statement.evaluate(quantity.name, step.values)
        np.testing.assert_allclose(found, quantity.values, rtol=1e-9, atol=1e-12, err_msg=quantity.name)
        assert found.shape == quantity.values.shape


def test_what_a_loss_adds_is_a_quantity_like_any_other() -> None:
    step = core.Timeline(problem(SOFTPLUS, Huber(0.5)))[0]
    d = next(quantity for quantity in core.quantities(step) if quantity.name == "d")
    assert (d.symbol, d.part, d.axes, d.per_sample, d.layer) == ("d", "loss", "ij", True, None)
    assert step.statement.symbols["kappa"] == "κ"
    assert step.statement.numbers["kappa"] == 0.5


@everything
def test_its_gradients_agree_with_differences(activation: core.Activation, loss: core.Loss) -> None:
    for index in (0, 5):
        check = core.check_gradients(core.Timeline(problem(activation, loss))[index])
        assert check.ok
        assert check.complete
        assert not check.misleading


def test_a_wrong_slope_is_found() -> None:
    wrong = core.Activation("wrong", SOFTPLUS.tree, Z)
    assert not core.check_gradients(core.Timeline(problem(wrong, Huber()))[0])["dW_1"].agrees.any()


def test_a_kink_is_told() -> None:
    layers = [core.Layer([[1.0]], activation=leaky(0.2)), core.Layer([[1.0]])]
    near = core.Problem("near a kink", [[1e-9]], [[2.0]], core.Network(layers), Huber(0.5))
    (of_output, of_kink) = core.check_gradients(core.Timeline(near)[0]).gradients
    assert of_output.agrees.all()
    assert of_kink.misleading.all()


def test_runs_with_other_settings_are_told_apart() -> None:
    one, two = (problem(leaky(slope), Huber()) for slope in (0.1, 0.2))
    assert one.particulars() != two.particulars()
    assert one.particulars() != one.with_loss(Huber(0.5)).particulars()


@everything
def test_a_sheet_to_practise_is_drawn(activation: core.Activation, loss: core.Loss) -> None:
    like = problem(activation, loss)
    fresh = core.practice_problem(like, seed=1)
    assert fresh.loss == loss
    assert fresh.network.layers[0].function is activation
    assert core.practice_problem(like, seed=1).particulars() == fresh.particulars()
