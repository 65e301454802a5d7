"""What somebody brings from outside, through public names alone: a smooth activation, one with a kink and a setting,
and a loss. Nothing is registered anywhere, and everything works with them; and with the losses of sgdb that no other
test takes through all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
import screen
from answer_sheets import ROUNDINGS, answers_of, carried_on, nested, significant
from core import COLUMNS, Function, Literal, Name, Node, Positive, Quotient, Total
from core.classes import softmax
from core.expression.nodes import Largest, Number, RunningSum
from core.solving import to_toml
from core.solving.export import render
from line_reader import assert_text_true, assert_true, lines_of

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


@dataclass(frozen=True)
class Distance(core.Loss):
    """ℒ = Σ log(1 + r) for r, one number a sample, the square of its distance; the way back goes by ∂ℒ/∂r."""

    name = "distance"
    title = "log-distance"

    def equations(self, single: bool) -> core.LossEquations:  # noqa: ARG002
        d, r = Name("d"), Name("r")
        return core.LossEquations(
            forward=(("d", Name("y_out") - Name("y_gt")), ("r", Total(COLUMNS, d**2))),
            sample_losses=Function("log", ONE + r),
            backward=(("dr", ONE / (ONE + r)),),
            output_gradient=Literal(2) * Name("dr") * d,
            symbols={"dr": "∂r"},
        )


@dataclass(frozen=True)
class Focal(core.Loss):
    """ℒ = Σ -(1 - u)³ log u for u = q_y, q = softmax(o): what is nearly right counts little."""

    name = "focal"
    title = "focal"

    def equations(self, single: bool) -> core.LossEquations:
        q, u, du, dq, dl = map(Name, ("q", "u", "du", "dq", "dl"))
        return core.LossEquations(
            forward=(
                ("q", core.Softmax(Name("y_out") @ core.Signs() if single else Name("y_out"))),
                ("u", Total(COLUMNS, core.IsTrueClass() * q)),
            ),
            sample_losses=-((ONE - u) ** 3) * Function("log", u),
            backward=(
                ("du", 3 * (ONE - u) ** 2 * Function("log", u) - (ONE - u) ** 3 / u),
                ("dq", core.IsTrueClass() * du),
                ("dl", q * (dq - Total(COLUMNS, q * dq))),
            ),
            output_gradient=dl @ core.Signs().T if single else dl,
            symbols={"du": "∂u", "dq": "∂q", "dl": "∂l"},
            zeros={"dq": "only q of the true class counts"},
        )

    def draw_targets(self, rng: np.random.Generator, rows: int, width: int) -> core.Array:
        return core.SoftmaxCrossEntropy().draw_targets(rng, rows, width)


@dataclass(frozen=True)
class Relative(core.Loss):
    """ℒ = Σ Σ_j d_j² / r for d = y_gt - y_out and r = 1 + the square of the target's length."""

    name = "relative"
    title = "relative"

    def equations(self, single: bool) -> core.LossEquations:  # noqa: ARG002
        d, r = Name("d"), Name("r")
        return core.LossEquations(
            forward=(("d", Name("y_gt") - Name("y_out")), ("r", ONE + Total(COLUMNS, Name("y_gt") ** 2))),
            sample_losses=Total(COLUMNS, d**2 / r),
            backward=(),
            output_gradient=-2 * d / r,
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
        core.Layer(rng.normal(size=(3, 2)), rng.normal(size=2), loss.output_activation),
    ]
    inputs, targets = rng.normal(size=(6, 2)), loss.draw_targets(rng, 6, 2)
    settings = {"learning_rate": 0.1, "batch_size": 4, **training}
    return core.Problem("from outside", inputs, targets, core.Network(layers), loss, **settings)


BROUGHT = [
    pytest.param(SOFTPLUS, core.SquaredError(), id="softplus"),
    pytest.param(leaky(0.2), core.SoftmaxCrossEntropy(), id="leaky"),
    pytest.param(leaky(0.2), Huber(0.5), id="leaky and huber"),
    pytest.param(core.ACTIVATIONS["tanh"], Huber(0.25), id="huber"),
    pytest.param(SOFTPLUS, Distance(), id="distance"),
    pytest.param(core.ACTIVATIONS["tanh"], Focal(), id="focal"),
    pytest.param(core.ACTIVATIONS["tanh"], Relative(), id="relative"),
    pytest.param(core.ACTIVATIONS["tanh"], core.BinaryCrossEntropy(), id="bce"),
]
BUILT_IN = [
    pytest.param(SOFTPLUS, core.MeanSquaredError(), id="mse"),
    pytest.param(leaky(0.2), core.Hinge(0.5), id="svm"),
    pytest.param(SOFTPLUS, core.Hinge(0.5, squared=True), id="squared hinge"),
]
everything = pytest.mark.parametrize(("activation", "loss"), BROUGHT + BUILT_IN)


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


def steps(activation: core.Activation, loss: core.Loss, **training: Any) -> Iterator[core.Step]:
    timeline = core.Timeline(problem(activation, loss, **training))
    return (timeline[index] for index in (0, 3))


def cells_of(values: Any) -> Iterator[tuple[int, ...]]:
    return (tuple(i + 1 for i in place) for place in np.ndindex(np.shape(values)))


def is_absent(step: core.Step, name: str, cell: tuple[int, ...]) -> bool:
    """Whether a computed quantity has no number in a cell."""
    return name in step.statement.equations and bool(core.absent(step, name)[tuple(i - 1 for i in cell)])


@everything
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_every_number_is_explained(activation: core.Activation, loss: core.Loss, reduction: str) -> None:
    for step in steps(activation, loss, reduction=reduction):
        for name, values in step.values.items():
            for cell in cells_of(values):
                explanation = core.explain(step, name, cell)
                symbols, numbers, *result = explanation.lines()
                if explanation.origin is None:
                    shown = "—" if is_absent(step, name, cell) else explanation.symbols()
                    assert symbols == f"{explanation.symbol} = {shown}"
                    if explanation.symbols() == "0":
                        assert (explanation.value, numbers, result) == (0, step.statement.zeros[name], [])
                    else:
                        assert assert_text_true(numbers, result[0], 6)
                    assert core.sources(step, name, cell)


@everything
def test_what_a_number_is_computed_from_is_told_both_ways(activation: core.Activation, loss: core.Loss) -> None:
    step = core.Timeline(problem(activation, loss, reduction="mean"))[3]
    for quantity in core.quantities(step):
        for cell in cells_of(quantity.values):
            for source in core.sources(step, quantity.name, cell):
                feeds = core.targets(step, source.name, tuple(i[0] for i in source.indices))
                found = [block.indices for block in feeds if block.name == quantity.name]
                assert any(all(i in among for i, among in zip(cell, indices, strict=True)) for indices in found)


@everything
@pytest.mark.parametrize("reduction", ["sum", "mean"])
def test_its_formulas_are_printed_and_give_the_gradients(
    activation: core.Activation, loss: core.Loss, reduction: str
) -> None:
    step = core.Timeline(problem(activation, loss, reduction=reduction))[3]
    texts = {computation.name: computation.text for computation in core.computations(step.problem, 4)}
    assert texts["z_1"] == "f₁(s₁)"
    assert texts["delta_1"] == "∂z₁ ⊙ f₁'(s₁)"
    assert texts.get("c", "d - max(0, d - κ) + max(0, -d - κ)") == "d - max(0, d - κ) + max(0, -d - κ)"
    for layer in (1, 2):
        gradient = step.weight_gradients[layer - 1]
        formulas = [core.recursive(step, layer).formulas[-1], core.expanded(step, layer)]
        np.testing.assert_allclose(core.recursive(step, layer).evaluate(), gradient, rtol=1e-9, atol=1e-12)
        for formula in (*formulas, core.expanded(step, layer, forward=True)):
            assert formula.text.startswith(f"{formula.left.text} = ")
            np.testing.assert_allclose(formula.evaluate(), gradient, rtol=1e-9, atol=1e-12)


@everything
@pytest.mark.parametrize("digits", [3, 6])
def test_its_solution_is_true(activation: core.Activation, loss: core.Loss, digits: int) -> None:
    for step in steps(activation, loss, reduction="mean"):
        for parts, result, exact in lines_of(step, digits):
            assert assert_true(parts, result, exact, digits)


@everything
@pytest.mark.parametrize("format", ["md", "html", "latex"])
def test_its_solution_is_written(activation: core.Activation, loss: core.Loss, format: str, tmp_path: Path) -> None:
    step = core.Timeline(problem(activation, loss))[1]
    core.write_solution(step, tmp_path / "solution", format)
    text = (tmp_path / "solution").read_text(encoding="utf-8")
    assert activation.name in text
    assert loss.title in text
    for quantity in core.quantities(step):
        assert core.significant(float(quantity.values.flat[0]), 6) in text


@everything
@pytest.mark.parametrize("digits", [3, 6, 12])
def test_its_answer_sheet_reads_back_as_right(
    activation: core.Activation, loss: core.Loss, digits: int, tmp_path: Path
) -> None:
    for step in steps(activation, loss, reduction="mean"):
        sheet = tmp_path / "answers.toml"
        text = to_toml(core.solve([step], digits), "from outside")
        sheet.write_text(text.replace('problem = "from outside"', ""), encoding="utf-8")  # no file has it
        report = core.check_answers(sheet, step)
        assert report.right
        there = (~core.absent(step, quantity.name) for quantity in core.quantities(step))
        assert report.counts["right"] == sum(int(mask.sum()) for mask in there)


WRITE = significant(7, ROUNDINGS[1])
Slip = tuple[str, Callable[[dict[str, Any]], Any], str, str]
SLIPS: list[Slip] = [
    ("delta_1", lambda v: v["delta_out"] @ v["W_out"].T, "derivative left out", "the derivative f_1'(s_1) is left out"),
    ("z_1", lambda v: v["s_1"], "f left out", "f_1 ({f}) is not applied"),
    ("z_1", lambda v: np.maximum(v["s_1"], 0), "another function", "relu is applied, where f_1 is {f}"),
    (
        "delta_1",
        lambda v: v["delta_out"] @ v["W_out"].T * (v["s_1"] > 0),
        "another function",
        "the derivative of relu is taken, where f_1 is {f}",
    ),
    ("s_1", lambda v: v["s_1"] - v["b_1"], "bias left out", "the bias b_1 is left out"),
    ("delta_out", lambda v: -v["delta_out"], "sign", "the sign is wrong"),
    ("sample_losses", lambda v: -v["sample_losses"], "sign", "the sign is wrong"),
    ("loss", lambda v: 4 * v["loss"], "sum for mean", "the sum over the samples is taken, where it must be the mean"),
    ("delta_out", lambda v: 4 * v["delta_out"], "sum for mean", "the sum over the samples is taken, where"),
    ("W_1_next", lambda v: v["W_1"] - v["dW_1"], "learning rate left out", "the learning rate α is left out"),
    ("b_out_next", lambda v: v["b_out"] + 0.1 * v["db_out"], "added", "α db_out is added, where it must be subtracted"),
]
OF_HUBER: list[Slip] = [
    ("d", lambda v: v["y_gt"] - v["y_out"], "sign", "the sign is wrong"),
    ("c", lambda v: 0 * v["c"], "kappa left out", "the kappa κ is left out"),
    ("sample_losses", lambda v: (v["c"] * (v["d"] - v["c"])).sum(1), "half left out", "the ½ of the Huber is left out"),
]
OF_SQUARES: list[Slip] = [
    ("sample_losses", lambda v: 2 * v["sample_losses"], "half left out", "the ½ of the squared error is left out"),
    ("delta_out", lambda v: 2 * v["delta_out"], "half left out", "the ½ of the squared error is left out"),
]


OF_SCORES: list[Slip] = [
    (
        "delta_out",
        lambda v: (softmax(v["y_out"]) - v["y_gt"]) / 4,
        "another loss",
        "this is the gradient of the softmax c",
    ),
]
OF_MEANS: list[Slip] = [
    (
        "sample_losses",
        lambda v: 2 * v["sample_losses"],
        "outputs left out",
        "the division by d, the number of outputs, ",
    ),
    ("delta_out", lambda v: v["delta_out"] / 2, "factor 2 left out", "the factor 2 is left out"),
]
OF_SIGMOID: list[Slip] = [
    ("delta_out", lambda v: v["dy_out"], "derivative left out", "the derivative f_out'(s_out) is left out"),
    (
        "delta_out",
        lambda v: (v["y_out"] - v["y_gt"]) * v["y_out"] * (1 - v["y_out"]) / 4,
        "another loss",
        "this is the gradient of the squared error; the loss here is the binary cross-entropy",
    ),
]


@everything
def test_a_right_sheet_is_right(activation: core.Activation, loss: core.Loss) -> None:
    for step in steps(activation, loss, reduction="mean"):
        whole = {quantity.name: nested(quantity.values, WRITE) for quantity in core.quantities(step)}
        for sheet in (whole, answers_of(step.values, step, WRITE)):
            assert core.check_answers(sheet, step).right


@everything
def test_a_mistake_is_one_slip_and_named(activation: core.Activation, loss: core.Loss) -> None:
    step = core.Timeline(problem(activation, loss, reduction="mean"))[0]
    own = {
        Huber: OF_HUBER,
        core.SquaredError: OF_SQUARES,
        core.Hinge: OF_SCORES,
        core.MeanSquaredError: OF_MEANS,
        core.BinaryCrossEntropy: OF_SIGMOID,
    }
    for name, slip, kind, words in (*SLIPS, *own.get(type(loss), [])):
        answers = answers_of(carried_on(step, name, slip), step, WRITE)
        (found,) = core.check_answers(answers, step).slips
        assert (found.name, found.kind) == (name, kind)
        assert found.text.startswith(words.format(f=activation.name))


FORMULAS = [
    ("z_1", "f1(s_1)", "s_1"),
    ("delta_1", "delta_out * W_out' .* f1'(s_1)", "delta_out * W_out'"),
    ("delta_1", "dz_1 .* f1'(s_1)", "dz_1 .* f1(s_1)"),
    ("dW_1", "X_in' * delta_1", "X_in * delta_1"),
    ("W_1_next", "W_1 - alpha * dW_1", "W_1 + alpha * dW_1"),
    ("b_1_next", "b_1 - alpha * db_1", "b_1 - db_1"),
    ("loss", "mean(sample_losses)", "sum(sample_losses)"),
]
FORMULAS_OF_HUBER = [
    ("d", "y_out - y_gt", "y_gt - y_out"),
    ("c", "d - max(0, d - κ) + max(0, -d - κ)", "d - max(0, d - κ)"),
    ("sample_losses", "sum(c .* (d - 1/2 c))", "sum(c .* (d - c))"),
    ("delta_out", "1/n c .* f_out'(s_out)", "1/n d .* f_out'(s_out)"),
]
FORMULAS_OF_DISTANCE = [
    ("r", "sum(d^2)", "sum(d)"),
    ("sample_losses", "log(1 + r)", "1 + r"),
    ("dr", "1/n * 1 / (1 + r)", "1 / (1 + r)"),
    ("delta_out", "2 * dr .* d .* f_out'(s_out)", "dr .* d .* f_out'(s_out)"),
]
OF_LOSS = {Huber: FORMULAS_OF_HUBER, Distance: FORMULAS_OF_DISTANCE}


@everything
def test_printed_formulas_read_back(activation: core.Activation, loss: core.Loss) -> None:
    step = core.Timeline(problem(activation, loss, reduction="mean"))[0]
    printed = {c.name: c.text for detailed in (True, False) for c in core.computations(step.problem, 4, detailed)}
    for name, text in printed.items():
        (verdict,) = core.check_answers({}, step, formulas={name: text}).formulas
        assert verdict.right, (name, text, verdict)


def test_a_number_for_each_sample_has_no_index_in_a_sum_over_classes() -> None:
    step = core.Timeline(problem(SOFTPLUS, Relative()))[0]
    texts = {computation.name: computation.text for computation in core.computations(step.problem, 4)}
    assert texts["sample_losses"] == "Σ_j d_j² / r"
    (verdict,) = core.check_answers({}, step, formulas={"sample_losses": texts["sample_losses"]}).formulas
    assert verdict.right


def test_a_wrong_formula_comes_to_0_not_to_minus_0() -> None:
    step = core.Timeline(problem(leaky(0.2), Huber(0.5)))[0]
    (verdict,) = core.check_answers({}, step, formulas={"delta_1": "dz_1 .* relu'(s_1)"}).formulas
    assert verdict.message.startswith("[3,1] comes to 0, where -0.1")


def test_another_power_is_mended() -> None:
    step = core.Timeline(problem(core.ACTIVATIONS["tanh"], Focal()))[0]
    for typed, message in (("-(1 - u)^2 log u", "^2 must be ^3"), ("-(1 - u) .* log u", "(1 - u) must be (1 - u)^3")):
        (verdict,) = core.check_answers({}, step, formulas={"sample_losses": typed}).formulas
        assert message in verdict.message
        (mended,) = core.check_answers({}, step, formulas={"sample_losses": verdict.mended}).formulas
        assert mended.right


def test_a_number_for_each_sample_is_a_vector() -> None:
    step = core.Timeline(problem(SOFTPLUS, Distance()))[0]
    found = {quantity.name: quantity for quantity in core.quantities(step)}
    for name, symbol in (("r", "r"), ("dr", "∂r")):
        assert (found[name].symbol, found[name].axes, found[name].values.shape) == (symbol, "i", (4,))
    assert found["d"].axes == "ij"
    single = core.Problem("one", [[1.0], [2.0]], [[1.0], [0.0]], core.Network([core.Layer([[1.0]])]), Distance())
    assert [core.Timeline(single)[0].values[name].shape for name in ("d", "r")] == [(2, 1), (2,)]


@everything
def test_formulas_are_judged_and_mended(activation: core.Activation, loss: core.Loss) -> None:
    step = core.Timeline(problem(activation, loss, reduction="mean"))[0]
    for name, right, wrong in FORMULAS + OF_LOSS.get(type(loss), []):
        (verdict,) = core.check_answers({}, step, formulas={name: right}).formulas
        assert verdict.right, (name, right, verdict)
        (verdict,) = core.check_answers({}, step, formulas={name: wrong}).formulas
        assert not verdict.right, (name, wrong)
        assert verdict.message
        (mended,) = core.check_answers({}, step, formulas={name: verdict.mended}).formulas
        assert mended.right, (name, wrong, verdict)


@everything
def test_it_is_practised_to_the_end(activation: core.Activation, loss: core.Loss) -> None:
    work = core.Exercise(problem(activation, loss), seed=2)
    while work.current is not None:
        quantity = work.current
        for cell in cells_of(quantity.values):
            formula, symbols, numbers, result = work.lines(quantity.name, cell, 3)
            assert formula.startswith(f"{quantity.symbol} = ")
            assert symbols.startswith(quantity.symbol)
            assert assert_text_true(numbers, result, 6)
        rows = np.atleast_2d(quantity.values).tolist()
        reply = work.answer("; ".join(" ".join(f"{value:.6g}" for value in row) for row in rows))
        assert reply.verdict == "right", (quantity.name, reply)
    assert (work.points, work.slips) == (work.total, 0)


@everything
def test_a_slip_in_practice_is_named(activation: core.Activation, loss: core.Loss) -> None:
    work = core.Exercise(problem(activation, loss), seed=2)
    assert work.answer("; ".join(" ".join(map(str, row)) for row in work.step.pre_activations[0])).verdict == "right"
    reply = work.answer("; ".join(" ".join(f"{value:.6g}" for value in row) for row in work.step.pre_activations[0]))
    assert reply.verdict == "slip"
    assert reply.text.endswith(f"f₁ ({activation.name}) is not applied")


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
@pytest.mark.parametrize(("activation", "loss"), BROUGHT)
async def test_it_is_on_the_screen(activation: core.Activation, loss: core.Loss, size: tuple[int, int]) -> None:
    async with screen.app(problem(activation, loss)).run_test(size=size) as pilot:
        await screen.settle(pilot)
        await screen.press(pilot, "n", "n")
        step = screen.shown(pilot)
        assert step.index == 2
        if size[0] > 80:
            assert loss.title in screen.texts(pilot)[0]
        of_loss = [quantity.name for quantity in core.quantities(step) if quantity.layer is None]
        for name in ("z_1", *of_loss, "delta_1"):
            cell = (1,) * step.values[name].ndim
            await screen.inspect(pilot, name, cell)
            symbol = core.explain(step, name, cell).symbol
            assert symbol in screen.why(pilot), name
            await screen.press(pilot, "enter", "right", "escape", "escape")
        walked = len(list(core.quantities(step)))
        await screen.press(pilot, *["full_stop"] * walked, "escape", "d", "d", "f", "escape", "t", "v", "z", "escape")
        # Another loss beside it, where the targets are classes, and all of them side by side.
        await screen.press(pilot, "h")
        is_class = not core.SoftmaxHinge().target_mistakes(step.problem.targets)
        assert is_class == (screen.shown(pilot).problem.loss != loss)
        await screen.press(pilot, *["h"] * is_class, "m")
        if size[0] > 80:
            assert any(loss.title in line for line in screen.texts(pilot))
        await screen.press(pilot, "escape")
        assert screen.shown(pilot).problem.loss == loss


@dataclass(frozen=True)
class Poisson(core.Loss):
    """ℒ = Σ exp(y) - t y, with its rate as a quantity of its own."""

    name = "poisson"
    title = "Poisson"

    def equations(self, single: bool) -> core.LossEquations:  # noqa: ARG002
        y, t, rate = Name("y_out"), Name("y_gt"), Name("rate")
        costs = Total(COLUMNS, rate - t * y)
        return core.LossEquations((("rate", Function("exp", y)),), costs, (), rate - t)


@dataclass(frozen=True)
class Pinball(core.Loss):
    """A loss whose setting has the name of something else."""

    name = "pinball"
    title = "pinball"

    alpha: float = 0.25

    def equations(self, single: bool) -> core.LossEquations:  # noqa: ARG002
        d = Name("alpha") * (Name("y_out") - Name("y_gt"))
        return core.LossEquations((), Total(COLUMNS, d), (), Name("alpha"))


@dataclass(frozen=True)
class Numbered(core.Loss):
    """A loss with a quantity that has a number, as the layers have, and a p that is no softmax."""

    name = "numbered"
    title = "numbered"

    def equations(self, single: bool) -> core.LossEquations:  # noqa: ARG002
        e, square = Name("e_2"), Name("p")
        forward = (("e_2", Name("y_out") - Name("y_gt")), ("p", e * e))
        return core.LossEquations(forward, Total(COLUMNS, square), (), Literal(2) * e)


def test_a_quantity_of_a_loss_may_have_a_number_of_its_own() -> None:
    step = core.Timeline(problem(SOFTPLUS, Numbered()))[0]
    for name, right in (("e_2", "y_out - y_gt"), ("p", "e_2 .* e_2"), ("sample_losses", "sum(p)")):
        explanation = core.explain(step, name, (1,) * step.values[name].ndim)
        assert explanation.value == step.values[name].flat[0]
        (verdict,) = core.check_answers({}, step, formulas={name: right}).formulas
        assert verdict.right, (name, verdict)
    assert core.check_answers({name: step.values[name] for name in ("e_2", "p")}, step).right
    assert core.explain(step, "delta_2", (1, 1)).place.name == "delta_out"
    assert "softmax" not in render(core.solve([step]), "md")


@pytest.mark.parametrize("format", ["md", "html", "latex"])
def test_a_function_of_a_quantity_of_a_loss_is_solved(format: str) -> None:
    step = core.Timeline(problem(SOFTPLUS, Poisson()))[0]
    assert "rate" in render(core.solve([step]), format)


Y, T, D, E, Q = map(Name, ("y_out", "y_gt", "d", "e", "q"))
DIFFERENCE, HALF_SQUARES = ("d", Y - T), Total(COLUMNS, HALF * D**2)


@dataclass(frozen=True)
class Stated(core.Loss):
    """A loss with these equations."""

    name = "stated"
    title = "stated"

    made: core.LossEquations = field(repr=False)

    @property
    def settings(self) -> tuple[core.Setting, ...]:
        return ()

    def equations(self, single: bool) -> core.LossEquations:  # noqa: ARG002
        return self.made


def stated(**changes: Any) -> core.LossEquations:
    return core.LossEquations((DIFFERENCE,), HALF_SQUARES, (), D)._replace(**changes)


SAMPLES = "expected a number for each sample, 3 numbers for 3 samples"
OUTPUTS = "expected a number for each sample and output, 3 x 2 for 3 samples"
A_ROW = "expected a row, or a number, for each of 3 samples"
UNFIT: list[tuple[Any, str]] = [
    (stated(sample_losses=ONE), f"sample_losses: {SAMPLES}, found a number"),
    (stated(sample_losses=D), f"sample_losses: {SAMPLES}, found 3 x 2"),
    (stated(sample_losses=Total("rows", D)), f"sample_losses: {SAMPLES}, found 2 numbers"),
    (stated(output_gradient=ONE), f"output_gradient: {OUTPUTS}, found a number"),
    (stated(output_gradient=Total(COLUMNS, D)), f"output_gradient: {OUTPUTS}, found 3 numbers"),
    (
        stated(forward=(DIFFERENCE, ("e", HALF))),
        f"e: {A_ROW}, found a number",
    ),
    (stated(backward=(("e", D.T @ D),)), f"e: {A_ROW}, found 2 x 2"),
    (stated(backward=(("e", D @ D),)), "e: d * d: the shapes do not fit: 3 x 2 * 3 x 2"),
    (
        stated(sample_losses=Total(COLUMNS, ONE)),
        "sample_losses: Total: expected a quantity of the samples, found a",
    ),
    (stated(sample_losses=Total(COLUMNS, D).T), "sample_losses: Transpose: expected a matrix, found 3 numbers"),
    (stated(output_gradient=Q), 'output_gradient: unknown "q"; expected one of y_out, y_gt, d'),
    (stated(forward=(("d", Y - E), ("e", Y - T))), 'd: unknown "e"; expected one of y_out, y_gt'),
    (stated(output_gradient=Function("gamma", D)), 'output_gradient: unknown "gamma"; expected one of exp, log, tanh'),
    (stated(output_gradient=Function("exp", D, True)), 'output_gradient: unknown "exp"; expected one of'),
    (stated(output_gradient=Largest(D)), "output_gradient: Largest has no value in a loss"),
    (stated(output_gradient=D * Number(2.0)), "output_gradient: Number has no value in a loss"),
    (stated(output_gradient=RunningSum("k", D)), "output_gradient: RunningSum has no value in a loss"),
    (stated(output_gradient=Node(D)), "output_gradient: Node has no value in a loss"),
    (stated(output_gradient=1.0), "output_gradient: expected a tree, found 1.0"),
    (stated(forward=(DIFFERENCE, DIFFERENCE)), 'd needs another name: there is a "d" already'),
    (stated(backward=(DIFFERENCE,)), 'd needs another name: there is a "d" already'),
    (stated(forward=(("y_out", Y - T),)), 'y_out needs another name: there is a "y_out" already'),
    *(
        (stated(forward=((name, Y - T), DIFFERENCE)), f'{name} needs another name in formulas: "{name}" is {meant}')
        for name, meant in (
            *dict.fromkeys(
                ("W_1", "delta_2", "z_out", "dz_1", "loss", "b_1_next", "sample_losses"), "a quantity of the step"
            ).items(),
            ("alpha", "the learning rate"),
            ("softplus", "the function of a layer"),
            ("m", "a number there"),
            *dict.fromkeys(("log", "sum", "a_y", "a b", "2", ""), "not read as a name there").items(),
        )
    ),
    (stated(symbols={"d": "d²"}), 'd needs another symbol in formulas: "d²" is not read as a name there'),
    (stated(symbols={"d": "δ₁"}), 'd needs another symbol in formulas: "δ₁" is a quantity of the step'),
    (stated(detailed=stated(output_gradient=Q)), 'output_gradient: unknown "q"'),
    (stated(out_of_range=(("q", D),)), 'out_of_range and long_way: unknown "q"'),
    (stated(out_of_range=(("sample_losses", Q),)), 'sample_losses: unknown "q"'),
    ([], "expected its equations as LossEquations, found []"),
]


@pytest.mark.parametrize(("made", "mistake"), UNFIT, ids=[mistake[:60] for _, mistake in UNFIT])
def test_equations_that_do_not_fit_are_told(made: Any, mistake: str) -> None:
    with pytest.raises(core.ProblemError) as raised:
        problem(SOFTPLUS, Stated(made))
    assert raised.value.mistakes[0].startswith(f"loss: stated: {mistake}"), raised.value.mistakes
    assert len(raised.value.mistakes) == 1


@pytest.mark.parametrize("made", [stated(), stated(out_of_range=(("sample_losses", Largest(D)),))])
def test_equations_that_fit_are_taken(made: core.LossEquations) -> None:
    assert core.check_gradients(core.Timeline(problem(SOFTPLUS, Stated(made)))[0]).ok


def test_a_softmax_over_the_only_output_is_not_over_two_classes() -> None:
    made = stated(forward=(DIFFERENCE, ("q", core.Softmax(Y))), sample_losses=Total(COLUMNS, HALF * D**2 * Q))
    network = core.Network([core.Layer([[0.5]])])
    step = core.Timeline(core.Problem("one output", [[1.0], [2.0]], [[1.0], [-1.0]], network, Stated(made)))[0]
    assert "a column each of o and p" not in render(core.solve([step]), "md")


@dataclass(frozen=True)
class Sized(Huber):
    """A loss whose setting is called as a weight is."""

    name = "sized"

    kappa: float = field(default=1.0, metadata={"name": "W_1"})


def test_a_setting_that_is_no_number_is_told() -> None:
    with pytest.raises(core.ProblemError, match="loss: huber: kappa: expected a number, found 'one'"):
        problem(SOFTPLUS, Huber("one"))  # type: ignore[arg-type]
    with pytest.raises(core.ProblemError, match='loss: sized: kappa needs another name in formulas: "W_1" is a quant'):
        problem(SOFTPLUS, Sized())


def test_a_setting_may_not_take_a_name_that_means_something_else() -> None:
    with pytest.raises(core.ProblemError, match='alpha needs another name in formulas: "alpha" is the learning rate'):
        problem(SOFTPLUS, Pinball())


@pytest.mark.parametrize(
    ("name", "tree", "slope", "mistake"),
    [
        ("mine", Name("q") * S, ONE, 'f: unknown "q"; expected one of s'),
        ("mine", Z, ONE, 'f: unknown "z"; expected one of s'),
        ("mine", S @ S, ONE, "f: MatrixProduct does not work entry by entry"),
        ("mine", Function("tan", S), ONE, 'f: unknown "tan"; did you mean "tanh"?'),
        (
            "mine",
            S,
            Function("exp", S, slope=True),
            'f\': unknown "exp"; expected one of identity, relu, tanh, sigmoid',
        ),
        ("mine", S, 1, "f': expected a formula, found 1"),
        ("relu", Function("relu", S) ** 2, 2 * Function("relu", S), 'expected another name: "relu" is a function'),
        ("W_1", S, ONE, 'expected another name: "W_1" is a quantity of the step'),
        ("f_1", S, ONE, 'expected another name: "f_1" is the function of a layer'),
    ],
)
def test_an_activation_that_cannot_be_used_is_told(name: str, tree: Node, slope: Any, mistake: str) -> None:
    with pytest.raises(core.ProblemError) as error:
        problem(core.Activation(name, tree, slope), core.SoftmaxHinge())
    assert f"activation: {name}: {mistake}" in str(error.value)


def test_an_activation_may_be_made_of_others() -> None:
    sigmoid = Function("sigmoid", S)
    swish = core.Activation("swish", S * sigmoid, sigmoid + S * Function("sigmoid", S, slope=True))
    step = core.Timeline(problem(swish, core.SquaredError()))[1]
    assert core.check_gradients(step).ok
    s = step.pre_activations[0]
    np.testing.assert_allclose(step.activations[0], s / (1 + np.exp(-s)), rtol=1e-14)
    for cell in cells_of(s):
        _, numbers, result = core.explain(step, "z_1", cell).lines()
        assert assert_text_true(numbers, result, 6)
