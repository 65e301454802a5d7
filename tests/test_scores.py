"""How well a run does over its steps: beside plain numpy, and the same however the run was reached."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.scores import MOST
from samples import exercise_2, random_problem


def held_out(rows: int = 40, test: int = 12, **training: Any) -> core.Problem:
    """Three classes in mini-batches, with rows that are not trained on."""
    problem = random_problem(
        3,
        (4, 5, 3),
        rows + test,
        core.SoftmaxCrossEntropy(),
        "tanh",
        True,
        **({"batch_size": 8, "reduction": "mean"} | training),
    )
    inputs, targets = problem.inputs, problem.targets
    return replace(
        problem,
        inputs=inputs[:rows],
        targets=targets[:rows],
        held_out=core.HeldOut(inputs[rows:], targets[rows:]),
    )


def numbers(problem: core.Problem, step: core.Step, test: bool) -> tuple[float, float]:
    """The mean cross-entropy and the accuracy, written out plainly."""
    assert problem.held_out is not None
    z, targets = problem.held_out if test else (problem.inputs, problem.targets)
    for weights, bias, layer in zip(step.weights, step.biases, problem.network.layers, strict=True):
        assert bias is not None
        s = z @ weights + bias
        z = np.tanh(s) if layer.activation == "tanh" else s
    logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-(targets * logs).sum(axis=1).mean()), float((z.argmax(axis=1) == targets.argmax(axis=1)).mean())


def found(scores: core.Scores) -> list[list[float]]:
    scores.finish()
    return [part.tolist() for points in map(scores.points, (False, True)) for part in points]


class TestScores:
    @pytest.mark.parametrize("test", [False, True])
    def test_every_point_is_what_numpy_says(self, test: bool) -> None:
        problem = held_out()
        timeline = core.Timeline(problem)
        timeline.advance(2 * MOST + 50)
        scores = core.Scores(timeline)
        assert not len(scores.points(test).steps)
        scores.finish()
        steps, losses, accuracies = scores.points(test)
        assert steps.tolist() == list(range(0, 2 * MOST + 50, 4))
        for step, loss, accuracy in zip(steps.tolist(), losses, accuracies, strict=True):
            assert (loss, accuracy) == pytest.approx(numbers(problem, timeline[step], test), rel=1e-9)

    @given(st.data())
    def test_it_has_the_same_points_whichever_way_the_run_was_reached(self, data: st.DataObject) -> None:
        problem, most = held_out(rows=9, test=4, batch_size=4), 3 * MOST
        timeline = core.Timeline(problem, budget=data.draw(st.sampled_from([1_000, 2**20])))
        scores = core.Scores(timeline)
        for way in data.draw(st.lists(st.sampled_from(["step", "jump", "back", "look", "seen"]), max_size=12)):
            if way == "jump":
                timeline.approach(data.draw(st.integers(0, most)))
            elif way == "look":
                if scores.due is not None:
                    scores.evaluate(scores.due)
            elif len(timeline) and way != "step":
                step = timeline[data.draw(st.integers(0, len(timeline) - 1))]
                if way == "seen":
                    scores.put(step.index, core.verdict_on(problem, step.network))
            else:
                timeline[len(timeline)]
        straight = core.Timeline(problem)
        straight.advance(len(timeline))
        assert found(scores) == found(core.Scores(straight))
        assert len(scores.points().steps) <= MOST

    def test_a_fork_shares_the_points_before_it(self) -> None:
        problem = held_out()
        timelines, own = core.Timelines(problem), core.Branch.of(problem)
        timelines[own].advance(40)
        scores = core.Scores(timelines[own])
        scores.finish()
        branch = own.with_edits(core.Edit(10, "W_1", (1, 1), 5.0))
        timeline = timelines[branch]
        timeline.approach(30)
        fork = core.Scores(timeline, scores)
        assert fork.due == 10
        fork.finish()
        before, after = scores.points(True), fork.points(True)
        assert after.steps.tolist() == list(range(30))
        assert after.losses[:10].tolist() == before.losses[:10].tolist()
        assert not (after.losses[10:] == before.losses[10:30]).any()
        for step in (9, 10, 29):
            assert after.losses[step] == pytest.approx(numbers(problem, timeline[step], True)[0], rel=1e-9)
        assert found(core.Scores(timeline)) == found(fork)

    def test_numbers_have_the_rms_error(self) -> None:
        problem = exercise_2(targets=[[0.5], [1.5], [-1.0], [2.25]])
        timeline = core.Timeline(problem)
        timeline.advance(3)
        scores = core.Scores(timeline)
        scores.finish()
        errors = [timeline[k].outputs - problem.targets for k in range(3)]
        assert scores.points().scores == pytest.approx([np.sqrt((e**2).mean()) for e in errors])
        assert not len(scores.points(held_out=True).steps)

    def test_the_network_before_a_step_is_that_of_the_step(self) -> None:
        timeline = core.Timeline(random_problem(1, (3, 4, 2), 7, batch_size=2, freeze=True, update=core.Adam()))
        timeline.advance(20)
        for step in (7, 19, 0):
            network, record = timeline.network(step), timeline[step]
            for layer, other in zip(network.layers, record.network.layers, strict=True):
                assert layer.weights.tolist() == other.weights.tolist()
                assert (layer.bias is None) == (other.bias is None)
                assert layer.bias is None or other.bias is None or layer.bias.tolist() == other.bias.tolist()


def test_a_verdict_is_on_both_kinds_of_rows() -> None:
    problem = held_out()
    verdict = core.verdict_on(problem, problem.network)
    assert verdict.training.loss == core.evaluate(problem, problem.network).loss
    assert verdict.held_out is not None
    assert verdict.held_out.rows == 12
    assert verdict.brief.held_out is not None
    assert (verdict.brief.training.confusion, verdict.brief.held_out.confusion) == (None, None)
    assert core.verdict_on(replace(problem, held_out=None), problem.network).held_out is None
