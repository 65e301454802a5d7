"""Losses: against formulas written out here, far out, at their kinks, and with targets they cannot take."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Context, Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.expression.nodes import COLUMNS, Function, Literal, Name, Quotient, Sum, Total
from core.losses.base import OUTPUTS, TARGETS, LossEquations
from core.losses.stated import StatedLoss
from samples import LOSSES, VARIANTS, oracle_activation, oracle_sample_gradient, oracle_sample_loss, random_targets

ids = {"ids": lambda loss: loss.full_title}
EVERY_LOSS = (*LOSSES, *VARIANTS)
SOFTMAX_LOSSES = tuple(loss for loss in LOSSES if isinstance(loss, core.SoftmaxLoss))
CLASS_LOSSES = (*SOFTMAX_LOSSES, core.Hinge())


def outputs_of(loss: core.Loss, scores: np.ndarray) -> np.ndarray:
    """Outputs that the loss can take."""
    return oracle_activation(loss.output_activation, scores)


@given(
    loss=st.sampled_from([*EVERY_LOSS, core.SoftmaxHinge(0.0), core.SoftmaxHinge(2.0), core.Hinge(0.0)]),
    rows=st.integers(1, 6),
    columns=st.integers(1, 5),
    size=st.sampled_from([0.1, 1.0, 10.0]),
    seed=st.integers(0, 2**16),
)
def test_losses_and_gradients_agree_with_the_formulas_sample_by_sample(
    loss: core.Loss, rows: int, columns: int, size: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    scores, targets = size * rng.normal(size=(rows, columns)), random_targets(rng, rows, columns, loss)
    outputs = outputs_of(loss, scores)
    samples = list(zip(outputs, targets, strict=True))
    expected = [oracle_sample_loss(loss, y, target) for y, target in samples]
    np.testing.assert_allclose(loss.sample_losses(outputs, targets), expected, rtol=1e-12, atol=1e-14)
    expected = [oracle_sample_gradient(loss, y, target) for y, target in samples]
    np.testing.assert_allclose(loss.gradient(outputs, targets), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("loss", EVERY_LOSS, **ids)
def test_a_bound_loss_tells_the_sum_over_the_samples(loss: core.Loss) -> None:
    rng = np.random.default_rng(1)
    outputs, targets = outputs_of(loss, rng.normal(size=(6, 3))), random_targets(rng, 6, 3, loss)
    told: list[float] = []
    loss.bind(outputs, targets, np.empty_like(outputs), told.append)()
    (total,) = told
    assert total == pytest.approx(loss.sample_losses(outputs, targets).sum(), rel=1e-14)


def far_out(loss: core.Loss, columns: int, sizes: tuple[float, ...]) -> core.Step:
    """A step whose s_out has numbers of these sizes."""
    rng = np.random.default_rng(0)
    scores = rng.choice(sizes, size=(40, columns))
    network = core.Network([core.Layer(np.eye(columns), activation=loss.output_activation)])
    return core.Timeline(core.Problem("far", scores, random_targets(rng, 40, columns, loss), network, loss))[0]


@pytest.mark.parametrize("loss", EVERY_LOSS, **ids)
@pytest.mark.parametrize("columns", [1, 2, 4])
def test_scores_of_ten_thousand_give_finite_losses_and_gradients(loss: core.Loss, columns: int) -> None:
    step = far_out(loss, columns, (-1e4, 0.0, 1e4))
    assert np.isfinite(step.sample_losses).all()
    assert np.isfinite(step.deltas[0]).all()
    assert not np.isnan(step.values["dy_out"]).any()
    assert core.check_gradients(step).ok


@pytest.mark.parametrize("columns", [1, 3])
def test_the_binary_cross_entropy_is_exact_where_a_sigmoid_saturates(columns: int) -> None:
    step = far_out(core.BinaryCrossEntropy(), columns, (-1e4, -750, -40, -37, -20, -1, 0, 1, 20, 37, 40, 750, 1e4))
    s, t = step.pre_activations[0], step.targets
    right = [
        [Decimal(a) if b == 0 else -Decimal(a) for a, b in zip(*row, strict=True)] for row in zip(s, t, strict=True)
    ]
    with localcontext(Context(prec=60, Emax=10**6, Emin=-(10**6))):
        costs = [[float((1 + u.exp()).ln()) for u in row] for row in right]
        sizes = [[float(1 / (1 + (-u).exp())) for u in row] for row in right]
        slopes = [[float(1 + u.exp()) for u in row] for row in right]
    np.testing.assert_allclose(step.sample_losses, np.sum(costs, axis=1), rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(step.deltas[0], (1 - 2 * t) * sizes / 40, rtol=0, atol=1e-12 / 40)
    np.testing.assert_allclose(step.values["dy_out"], (1 - 2 * t) * slopes / 40, rtol=1e-12)


def test_what_has_no_digits_left_of_the_sigmoid_is_explained_by_s() -> None:
    network = core.Network([core.Layer([[1.0]], activation="sigmoid")])
    inputs, targets = [[30.0], [-800.0], [2.0], [40.0]], [[0.0], [1.0], [0.0], [1.0]]
    step = core.Timeline(core.Problem("far", inputs, targets, network, core.BinaryCrossEntropy()))[0]
    lines = [core.explain(step, "sample_losses", (row,)).lines() for row in (1, 2, 3, 4)]
    assert "log(1 + exp(-max(0, s_out[1]) - max(0, -s_out[1])))" in lines[0][0]
    assert [line[-1] for line in lines] == ["= 30", "= 800", "= 2.12693", "= 4.24835e-18"]
    assert "log(1 - y_out[3])" in lines[2][0]
    assert core.explain(step, "dy_out", (2, 1)).lines()[1].startswith("out of range")
    assert core.explain(step, "dy_out", (4, 1)).lines()[-1] == "= -0.25"


def test_the_binary_cross_entropy_takes_another_function_by_the_chain_rule() -> None:
    s = Name("s")
    squashed = core.Activation("squashed", (1 + Function("tanh", s)) / 2, (1 - Function("tanh", s) ** 2) / 2)
    rng = np.random.default_rng(1)
    layers = [core.Layer(rng.normal(size=(2, 3)), activation="tanh"), core.Layer(rng.normal(size=(3, 2)))]
    layers[1] = core.Layer(layers[1].weights, activation=squashed)
    loss = core.BinaryCrossEntropy()
    step = core.Timeline(
        core.Problem("own", rng.normal(size=(4, 2)), loss.draw_targets(rng, 4, 2), core.Network(layers), loss)
    )[1]
    assert core.check_gradients(step).ok
    texts = {computation.name: computation.text for computation in core.computations(step.problem, 4)}
    assert texts["delta_out"] == "∂y_out ⊙ f_out'(s_out)"


@pytest.mark.parametrize(
    ("targets", "activation", "said"),
    [
        (
            [[1.0], [-1.0]],
            "sigmoid",
            "targets: the binary cross-entropy loss needs 0 and 1; row 2 is -1; write 0 for -1",
        ),
        ([[0.5], [1.0]], "sigmoid", "targets: the binary cross-entropy loss needs 0 and 1; row 1 is 0.5"),
        (
            [[0.0], [1.0]],
            "tanh",
            "loss: the binary cross-entropy needs outputs between 0 and 1: "
            'give the last layer the activation "sigmoid", not "tanh"',
        ),
    ],
)
def test_the_binary_cross_entropy_refuses_what_are_no_probabilities(targets: list, activation: str, said: str) -> None:
    network = core.Network([core.Layer([[1.0]], activation=activation)])
    with pytest.raises(core.ProblemError) as raised:
        core.Problem("x", [[1.0], [2.0]], targets, network, core.BinaryCrossEntropy())
    assert raised.value.mistakes == (said,)


def test_a_function_of_ones_own_is_looked_at_before_what_it_gives() -> None:
    for tree, said in (
        (Name("q"), 'activation: mine: f: unknown "q"; expected one of s'),
        (
            Name("s"),
            'loss: the binary cross-entropy needs outputs between 0 and 1: give the last layer the activation "sig',
        ),
    ):
        network = core.Network([core.Layer([[1.0]], activation=core.Activation("mine", tree, Literal(1)))])
        with pytest.raises(core.ProblemError) as raised:
            core.Problem("x", [[1.0], [2.0]], [[0.0], [1.0]], network, core.BinaryCrossEntropy())
        (mistake,) = raised.value.mistakes
        assert mistake.startswith(said), mistake


def test_the_three_images_of_the_svm_have_the_known_losses() -> None:
    problem = core.load_problem("svm")
    step = core.Timeline(problem)[0]
    np.testing.assert_allclose(step.sample_losses, [2.9, 0, 12.9], rtol=1e-12, atol=1e-12)
    assert step.loss == pytest.approx(15.8 / 3, rel=1e-12)
    assert (problem.loss, problem.reduction) == (core.Hinge(1.0), "mean")
    np.testing.assert_array_equal(3 * step.values["dy_out"], [[-1, 1, 0], [0, 0, 0], [1, 1, -2]])


def test_the_hinge_of_one_output_is_not_that_of_two_classes() -> None:
    loss, outputs, targets = core.Hinge(), np.array([[0.25], [0.25], [-2.0]]), np.array([[1.0], [-1.0], [1.0]])
    assert loss.sample_losses(outputs, targets).tolist() == [0.75, 1.25, 3.0]
    assert loss.gradient(outputs, targets).tolist() == [[-1.0], [1.0], [-1.0]]
    squared = core.Hinge(squared=True)
    assert squared.sample_losses(outputs, targets).tolist() == [0.5625, 1.5625, 9.0]
    assert squared.gradient(outputs, targets).tolist() == [[-1.5], [2.5], [-6.0]]


@pytest.mark.parametrize("outputs", [[[1.0, 0.0]], [[1.0]]])
def test_a_hinge_on_scores_at_its_kink_costs_nothing_and_pulls_at_nothing(outputs: list) -> None:
    loss, targets = core.Hinge(1.0), np.array([[1.0, 0.0]]) if len(outputs[0]) == 2 else np.array([[1.0]])
    assert loss.sample_losses(np.array(outputs), targets) == [0.0]
    assert not loss.gradient(np.array(outputs), targets).any()


@pytest.mark.parametrize("loss", EVERY_LOSS, **ids)
def test_a_problem_takes_the_usual_reduction_of_its_loss_unless_told_otherwise(loss: core.Loss) -> None:
    network = core.Network([core.Layer([[1.0]], activation=loss.output_activation)])
    problem = core.Problem("x", [[1.0]], random_targets(np.random.default_rng(0), 1, 1, loss), network, loss)
    usual = "mean" if loss.name in ("mean_squared_error", "binary_cross_entropy", "hinge") else "sum"
    assert problem.reduction == usual
    for reduction in ("sum", "mean"):
        assert replace(problem, reduction=reduction).reduction == reduction


def test_a_loss_says_how_it_is_switched() -> None:
    titles = [loss.full_title for loss in VARIANTS]
    assert titles == ["squared error, without the ½", "hinge on scores, squared"]
    assert [setting.field for setting in core.Hinge(squared=True).settings] == ["margin"]
    assert [loss.particulars for loss in VARIANTS] == ["SquaredError(half=False)", "Hinge(margin=0.5, squared=True)"]
    assert core.SquaredError().particulars == "SquaredError()"  # as it was before there was a switch
    assert core.SquaredError(half="no").setting_mistakes() == ["half: expected true or false, found no"]


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


@pytest.mark.parametrize("loss", CLASS_LOSSES, **ids)
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
def test_losses_over_classes_refuse_targets_that_are_not_classes(loss: core.Loss, targets: list, said: str) -> None:
    (mistake,) = loss.target_mistakes(np.array(targets))
    assert said in mistake
    assert loss.title in mistake


@pytest.mark.parametrize("loss", CLASS_LOSSES, **ids)
def test_losses_over_classes_take_signs_and_one_hot_rows(loss: core.Loss) -> None:
    assert loss.target_mistakes(np.array([[-1.0], [1.0]])) == []
    assert loss.target_mistakes(np.eye(3)) == []


def test_targets_of_a_binary_cross_entropy_are_told_from_classes() -> None:
    (mistake,) = core.SoftmaxCrossEntropy().target_mistakes(np.array([[0.0], [1.0]]))
    assert mistake.endswith("; 0 and 1 go with binary_cross_entropy and a sigmoid output, -1 and +1 with a linear one")


def test_the_squared_error_takes_any_targets() -> None:
    assert core.SquaredError().target_mistakes(np.array([[0.3, -7.0]])) == []


def test_every_loss_is_found_by_its_name() -> None:
    assert {loss.name: type(loss) for loss in LOSSES} == core.LOSSES


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


@pytest.mark.parametrize("loss", EVERY_LOSS, **ids)
@pytest.mark.parametrize("columns", [1, 3])
def test_the_equations_of_a_loss_give_what_its_own_operations_give(loss: core.Loss, columns: int) -> None:
    rng = np.random.default_rng(2)
    outputs, targets = outputs_of(loss, rng.normal(size=(8, columns))), loss.draw_targets(rng, 8, columns)
    assert loss.target_mistakes(targets) == []
    stated, gradient, told = StatedLoss(loss, columns), np.empty_like(outputs), list[float]()
    np.testing.assert_allclose(stated.sample_losses(outputs, targets), loss.sample_losses(outputs, targets), rtol=1e-12)
    stated.bind(outputs, targets, gradient, told.append)()
    np.testing.assert_allclose(gradient, loss.gradient(outputs, targets), rtol=1e-12, atol=1e-15)
    assert told == [pytest.approx(loss.sample_losses(outputs, targets).sum())]


def test_kinks_and_straight_gradients_follow_from_the_equations() -> None:
    equations = {loss.name: loss.equations(False) for loss in LOSSES}
    assert [name for name, stated in equations.items() if stated.kinks] == ["softmax_hinge", "hinge"]
    assert [name for name, stated in equations.items() if stated.quadratic] == ["squared_error", "hinge"]
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
    assert core.SquaredError.like(core.SquaredError(half=False)) == core.SquaredError(half=False)
    assert core.Hinge.like(core.Hinge(2.0, squared=True)) == core.Hinge(2.0, squared=True)


def test_a_margin_on_probabilities_is_none_on_scores() -> None:
    assert core.Hinge.like(core.SoftmaxHinge(0.25)) == core.Hinge(1.0)
    assert core.SoftmaxHinge.like(core.Hinge(2.0)) == core.SoftmaxHinge(0.5)
