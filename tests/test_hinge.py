"""The hinge laid open: against dense formulas and central differences computed here, and the step's own bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.hinge import SHIFT
from samples import (
    LOSSES,
    exercise_2,
    oracle_classes,
    oracle_sample_gradient,
    oracle_sample_loss,
    oracle_softmax,
    problems,
    random_problem,
    random_targets,
    step_bits,
)

MARGINS = (0.0, 0.5, 1.0, 2.0)
FAR = st.sampled_from([-1e4, -30.0, -1.0, 0.0, 1.0, 30.0, 1e4])
NEAR = st.floats(-4, 4)


def step_with(outputs: Any, targets: Any, **training: Any) -> core.Step:
    """A step whose y_out are `outputs`: a linear layer over one-hot inputs."""
    outputs, targets = np.array(outputs, dtype=float), np.array(targets, dtype=float)
    network = core.Network([core.Layer(outputs)])
    return core.Timeline(core.Problem("given", np.eye(len(outputs)), targets, network, **training))[0]


def logits_of(p: list[float]) -> list[list[float]]:
    """Logits whose softmax is `p`, for one sample."""
    return [np.log(p).tolist()]


@st.composite
def views(draw: st.DrawFn, logits: st.SearchStrategy[float] = NEAR | FAR) -> core.HingeView:
    """Random, extreme and tied logits in one column and more, for each margin and both reductions."""
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    outputs = draw(st.lists(st.lists(logits, min_size=columns, max_size=columns), min_size=rows, max_size=rows))
    targets = random_targets(np.random.default_rng(draw(st.integers(0, 99))), rows, columns, LOSSES[2])
    step = step_with(outputs, targets, reduction=draw(st.sampled_from(["sum", "mean"])))
    return core.hinge_view(step, draw(st.sampled_from(MARGINS)))


def share(view: core.HingeView) -> float:
    return 1 / len(view.logits) if view.step.problem.reduction == "mean" else 1.0


@given(views())
def test_each_number_is_that_of_the_formula(view: core.HingeView) -> None:
    hinge = core.SoftmaxHinge(view.margin)
    losses = []
    for i, (y, target) in enumerate(zip(view.step.outputs, view.step.targets, strict=True)):
        o, true = oracle_classes(y, target)
        p = oracle_softmax(o)
        terms = np.array([np.nan if j == true else p[j] - p[true] + view.margin for j in range(len(p))])
        assert view.classes[i] == true
        assert view.logits[i].tolist() == o.tolist()
        np.testing.assert_allclose(view.probabilities[i], p, rtol=1e-13)
        np.testing.assert_allclose(view.terms[i], terms, rtol=0, atol=1e-15 * (2 + view.margin))
        assert np.array_equal(view.costs[i], np.maximum(view.terms[i], 0), equal_nan=True)
        assert view.active[i].tolist() == (view.terms[i] > 0).tolist()
        np.testing.assert_allclose(view.jacobian(i), np.diag(p) - np.outer(p, p), rtol=1e-12, atol=1e-15)
        assert view.sample_losses_without_max[i] == pytest.approx(np.nansum(view.terms[i]), rel=1e-13, abs=1e-14)
        losses.append(oracle_sample_loss(hinge, y, target))
    np.testing.assert_allclose(view.sample_losses, losses, rtol=1e-12, atol=1e-14)
    assert view.loss == pytest.approx(sum(losses) * share(view), rel=1e-12, abs=1e-14)
    assert view.loss_without_max <= view.loss


@given(views())
def test_the_gradient_is_the_whole_jacobian_times_the_gradient_at_p(view: core.HingeView) -> None:
    for i in range(len(view.logits)):
        active = view.active[i].astype(float)
        by_p = active.copy()
        by_p[view.classes[i]] = -active.sum()
        assert view.probability_gradients[i].tolist() == (share(view) * by_p).tolist()
        dense = np.zeros(len(by_p))
        p = oracle_softmax(view.logits[i])
        for j in range(len(p)):
            for k in range(len(p)):
                dense[k] += by_p[j] * p[j] * ((j == k) - p[k])
        np.testing.assert_allclose(view.logit_gradients[i], share(view) * dense, rtol=1e-13, atol=1e-13)
        folded = dense[1:] - dense[:1] if view.paired else dense
        np.testing.assert_allclose(view.output_gradients[i], share(view) * folded, rtol=1e-13, atol=1e-13)
        assert view.no_gradient[i] == (not view.logit_gradients[i].any())


@given(views())
def test_the_central_difference_agrees_with_the_gradient_away_from_kinks(view: core.HingeView) -> None:
    smooth = ~view.near_kink.any(axis=1)
    assert view.difference_agrees[smooth].all()
    np.testing.assert_allclose(view.differences[smooth], view.logit_gradients[smooth], rtol=0, atol=1e-9)


@given(views(NEAR))
def test_the_central_difference_is_that_of_a_loss_written_out_here(view: core.HingeView) -> None:
    eye, hinge, column = np.eye(view.logits.shape[1]), core.SoftmaxHinge(view.margin), view.logits.shape[1]
    for i in range(len(view.logits)):
        target = eye[view.classes[i]]
        for j in range(column):
            ends = [oracle_sample_loss(hinge, view.logits[i] + end * eye[j], target) for end in (SHIFT, -SHIFT)]
            expected = share(view) * (ends[0] - ends[1]) / (2 * SHIFT)
            if column > 1:
                assert view.differences[i, j] == pytest.approx(expected, abs=1e-9)


def test_a_term_at_its_kink_says_so_and_misleads_the_difference() -> None:
    view = core.hinge_view(step_with([[1, 1, -1]], [[1, 0, 0]]), margin=0)
    assert view.at_kink.tolist() == view.near_kink.tolist() == [[False, True, False]]
    assert not view.active.any()
    assert view.no_gradient.tolist() == [True]
    # A difference over a kink finds half of the slope on its steep side, here p_j (1 - p_j + p_y) / 2 = p_j / 2.
    assert view.differences[0, 1] == pytest.approx(view.probabilities[0, 1] / 2, rel=1e-5)
    assert view.difference_agrees.tolist() == [[False, False, True]]


@pytest.mark.parametrize(
    ("o", "margin", "near"),
    [(0.0, 0.5e-5, True), (0.0, 2e-5, False), (1e-5, 0.5e-5, True), (1e-5, 0.0, True), (3e-5, 0.5e-5, False)],
)
def test_a_term_is_near_its_kink_where_a_central_difference_reaches_across(o: float, margin: float, near: bool) -> None:
    view = core.hinge_view(step_with([[o, -o]], [[1, 0]]), margin)
    assert view.terms[0, 1] == pytest.approx(margin - np.tanh(o), rel=1e-6)
    assert view.near_kink.tolist() == [[False, near]]
    assert not view.at_kink.any()


@pytest.mark.parametrize("past", [1e-4, -1e-4])
def test_a_difference_that_only_just_reaches_across_a_kink_does_not_agree(past: float) -> None:
    # Moving a logit by SHIFT moves p_j - p_y by half of that; the kink lies a ten-thousandth nearer or farther.
    view = core.hinge_view(step_with([[SHIFT / 2 * (1 - past), -SHIFT / 2 * (1 - past)]], [[1, 0]]), margin=0.0)
    assert not view.logit_gradients.any()
    assert np.abs(view.differences).max() == pytest.approx(2.5e-5 if past > 0 else 0, rel=1e-3, abs=1e-10)
    assert view.difference_agrees.tolist() == [[past < 0] * 2]


@pytest.mark.parametrize("margin", [1.0, 0.0])
def test_extreme_logits_lie_at_the_kink_when_the_margin_is_what_p_can_reach(margin: float) -> None:
    logits = [[1e4, -1e4, -1e4]] if margin else [[1e4, 1e4, 1e4]]
    view = core.hinge_view(step_with(logits, [[1, 0, 0]]), margin)
    assert view.at_kink.tolist() == [[False, True, True]]
    assert view.loss == 0


def test_a_hopeless_sample_has_active_terms_and_no_gradient_all_the_same() -> None:
    view = core.hinge_view(step_with([[-1e4, 1e4], [1e4, -1e4], [0, 0]], [[1, 0], [1, 0], [1, 0]]), 0.5)
    assert view.active.any(axis=1).tolist() == [True, False, True]
    assert view.no_gradient.tolist() == [True, True, False]
    assert view.sample_losses.tolist() == [1.5, 0, 0.5]


# The shortcut.


@given(views())
def test_the_shortcut_is_said_to_agree_exactly_where_it_does(view: core.HingeView) -> None:
    for i in range(len(view.logits)):
        p, active, true = view.probabilities[i], view.active[i], view.classes[i]
        for j in range(len(p)):
            sign = -float(active.any()) if j == true else float(active[j])
            assert view.shortcuts[i, j] == pytest.approx(share(view) * sign * p[j] * (1 - p[j]), rel=1e-14, abs=0)
            # What the shortcut leaves out, written without the gradient itself.
            k = active.sum()
            if j == true:
                left_out = -p[j] * ((k - active.any()) * (1 - p[j]) + p[active].sum())
            else:
                left_out = -p[j] * (p[active].sum() - k * p[true] - active[j] * p[j])
            if abs(left_out) > 1e-9:
                assert not view.shortcut_agrees[i, j]
            elif abs(left_out) < 1e-16:
                assert view.shortcut_agrees[i, j]


@given(o=st.floats(-8, 8), margin=st.sampled_from(MARGINS))
def test_of_two_classes_the_shortcut_has_half_the_gradient(o: float, margin: float) -> None:
    view = core.hinge_view(step_with([[o, 0]], [[1, 0]]), margin)
    np.testing.assert_allclose(2 * view.shortcuts, view.logit_gradients, rtol=1e-12)
    assert (view.shortcut_agrees == (not view.active.any())).all()


def test_of_three_classes_with_one_active_the_shortcut_is_wrong_even_where_it_says_zero() -> None:
    view = core.hinge_view(step_with(logits_of([0.6, 0.3, 0.1]), [[1, 0, 0]]), 0.4)
    assert view.active.tolist() == [[False, True, False]]
    np.testing.assert_allclose(view.shortcuts, [[-0.24, 0.21, 0]], atol=1e-15)
    np.testing.assert_allclose(view.logit_gradients, [[-0.42, 0.39, 0.03]], atol=1e-15)
    assert not view.shortcut_agrees.any()


def test_of_several_active_terms_the_shortcut_counts_the_right_class_once() -> None:
    view = core.hinge_view(step_with(logits_of([0.4, 0.3, 0.2, 0.1]), [[1, 0, 0, 0]]), 0.5)
    assert view.active.sum() == 3
    assert view.logit_gradients[0, 0] == pytest.approx(
        -4 * 0.4 * 0.6
    )  # each term counts it, and so does their pull at p_j
    assert view.shortcuts[0, 0] == pytest.approx(-0.4 * 0.6)


def test_the_shortcut_happens_to_be_right_for_a_wrong_class() -> None:
    # p_j (1 - Σ_active p + k p_y) = p_j (1 - p_j) where the other active ones' p are k p_y: here 0.4 = 2 · 0.2.
    view = core.hinge_view(step_with(logits_of([0.2, 0.4, 0.4]), [[1, 0, 0]]), 0.5)
    assert view.shortcut_agrees.tolist() == [[False, True, True]]
    assert view.difference_agrees.all()


def test_the_shortcut_is_right_where_nothing_pulls() -> None:
    view = core.hinge_view(step_with([[3, 0, 0], [-1e4, 1e4, 0]], [[1, 0, 0], [1, 0, 0]]), 0.5)
    assert view.shortcut_agrees.all()
    assert view.no_gradient.all()


# The record and the step.


@pytest.mark.parametrize("margin", MARGINS)
@given(problem=problems())
def test_the_record_has_the_steps_own_bits(margin: float, problem: core.Problem) -> None:
    if not problem.has_classes:
        return
    step = core.Timeline(problem.with_loss(core.SoftmaxHinge(margin)))[0]
    view = core.hinge_view(step)
    assert view.margin == margin
    for values, own in (
        (view.logits, step.logits),
        (view.probabilities, step.probabilities),
        (view.sample_losses, step.sample_losses),
        (view.probability_gradients, step.probability_gradients),
        (view.logit_gradients, step.logit_gradients),
    ):
        assert own is not None
        assert values.tobytes() == own.tobytes()
    assert view.loss == (pytest.approx(step.values["data_loss"]) if problem.penalty else step.loss)
    if problem.network.layers[-1].activation == "identity":
        assert view.output_gradients.tobytes() == step.deltas[-1].tobytes()


def test_under_another_loss_it_is_the_hinge_on_the_steps_own_outputs() -> None:
    problem = core.load_problem("exercise-2")
    step = core.Timeline(problem)[7]
    view = core.hinge_view(step)
    assert view.margin == 0.5
    assert view.paired
    assert view.logits.tolist() == np.hstack([-step.outputs, step.outputs]).tolist()
    expected = [
        oracle_sample_gradient(core.SoftmaxHinge(), y, t) for y, t in zip(step.outputs, step.targets, strict=True)
    ]
    np.testing.assert_allclose(view.output_gradients, expected, rtol=1e-13)


def test_the_margin_is_the_problems_unless_told_otherwise() -> None:
    for loss in (core.SoftmaxHinge(1.25), core.SoftmaxMargin(1.25)):
        step = step_with([[0, 0]], [[1, 0]], loss=loss)
        assert core.hinge_view(step).margin == 1.25
        assert core.hinge_view(step, 0).margin == 0


@pytest.mark.parametrize("margin", [-0.1, float("nan"), float("inf")])
def test_a_margin_that_is_none_is_refused(margin: float) -> None:
    with pytest.raises(core.ProblemError, match="margin: expected a finite number of at least 0"):
        core.hinge_view(step_with([[0, 0]], [[1, 0]]), margin)


def test_targets_that_are_not_classes_are_refused() -> None:
    with pytest.raises(core.ProblemError, match="needs classes"):
        core.hinge_view(step_with([[0, 0]], [[0.5, 0.5]]))


def test_nothing_in_the_record_can_be_written_to() -> None:
    view = core.hinge_view(core.Timeline(core.load_problem("exercise-3"))[0])
    arrays = [value for name in dir(view) if isinstance(value := getattr(view, name), np.ndarray)]
    assert len(arrays) > 15
    assert not any(array.flags.writeable for array in [*arrays, view.jacobian(0)])


# Losses side by side.


@given(problem=problems(), index=st.integers(0, 5))
def test_the_step_under_its_own_loss_is_the_step(problem: core.Problem, index: int) -> None:
    timeline = core.Timeline(problem)
    try:
        step = timeline[index]
    except core.DivergedError:
        return
    again = core.step_under(step, problem.loss)
    assert (again.index, again.epoch, again.loss) == (step.index, step.epoch, step.loss)
    assert again.batch.tolist() == step.batch.tolist()
    for mine, own in (
        (again.activations, step.activations),
        (again.deltas, step.deltas),
        (again.weight_gradients, step.weight_gradients),
        (again.next_weights, step.next_weights),
    ):
        assert [a.tobytes() for a in mine] == [a.tobytes() for a in own]


@pytest.mark.parametrize("sizes", [(2, 3, 1), (2, 3, 3)])
@pytest.mark.parametrize("margin", [None, 0.25])
def test_losses_side_by_side_are_those_of_runs_that_begin_there(sizes: tuple[int, ...], margin: float | None) -> None:
    problem = random_problem(4, sizes, loss=core.SoftmaxHinge(1.5), bias=True, freeze=True, learning_rate=0.3)
    found = core.compare_losses(core.Timeline(problem)[0], margin)
    losses = (core.SquaredError(), core.SoftmaxCrossEntropy(), core.SoftmaxHinge(1.5 if margin is None else margin))
    assert [comparison.title for comparison in found] == ["squared error", "softmax cross-entropy", "softmax hinge"]
    for comparison, loss in zip(found, losses, strict=True):
        step = core.Timeline(problem.with_loss(loss))[0]
        assert comparison.loss == step.loss
        assert comparison.delta_out is not None
        assert comparison.delta_out.tobytes() == step.deltas[-1].tobytes()
        before, after = (*step.weights, *step.biases), (*step.next_weights, *step.next_biases)
        moved = np.sqrt(sum(((a - b) ** 2).sum() for a, b in zip(after, before, strict=True)))
        assert comparison.distance == pytest.approx(moved, rel=1e-9)


def test_a_loss_that_does_not_fit_the_targets_has_no_numbers() -> None:
    found = core.compare_losses(core.Timeline(random_problem(0, (2, 2)))[3])
    assert [comparison.step is None for comparison in found] == [False, True, True]
    assert [comparison.loss is None for comparison in found] == [False, True, True]
    assert found[1].delta_out is found[1].distance is None


@pytest.mark.parametrize("loss", [core.Hinge(2.0), core.BinaryCrossEntropy(), core.MeanSquaredError()])
def test_the_problems_own_loss_is_among_those_side_by_side(loss: core.Loss) -> None:
    step = core.Timeline(random_problem(0, (2, 3), loss=loss))[2]
    *compared, own = core.compare_losses(step)
    assert (own.loss_function, own.loss) == (loss, step.loss)
    assert [found.loss_function for found in compared] == [
        core.SquaredError(),
        core.SoftmaxCrossEntropy(),
        core.SoftmaxHinge(0.5),
    ]


def test_ten_thousand_switches_between_two_runs_at_random_steps_change_no_number_of_either() -> None:
    problem = exercise_2()
    runs = [core.Timeline(problem.with_loss(loss), budget=4096) for loss in (core.SquaredError(), core.SoftmaxHinge())]
    fresh = [core.Timeline(run.problem) for run in runs]
    expected = [[step_bits(timeline[k]) for k in range(200)] for timeline in fresh]
    chance = np.random.default_rng(0)
    for switch, index in enumerate(chance.integers(0, 200, size=10_000).tolist()):
        assert step_bits(runs[switch % 2][index]) == expected[switch % 2][index]
