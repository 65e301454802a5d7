"""Diagnoses of runs, held against a plain loop over their steps."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import core
from samples import (
    BUILT_IN,
    exercise_2,
    oracle_activation,
    oracle_slope,
    problems,
    problems_of_any_size,
    random_problem,
)

KINKED = ("relu", "leaky_relu")
STEPS = 12


def slopes_of(step: core.Step) -> Iterator[tuple[core.Layer, Any]]:
    """f_k'(s_k) of every layer over all rows of the data, worked out plainly."""
    z = np.array(step.problem.inputs)
    for layer, W, b in zip(step.problem.network.layers, step.weights, step.biases, strict=True):
        s = z @ W + (0 if b is None else b)
        yield layer, oracle_slope(layer.activation, s)
        z = oracle_activation(layer.activation, s)


def begun(holds: list[bool]) -> int | None:
    """From which step on it holds up to the last one; None where it does not hold there."""
    if not holds[-1]:
        return None
    return next(k for k in range(len(holds)) if all(holds[k:]))


def idle_since(timeline: core.Timeline, last: int) -> dict[tuple[int, int], int]:
    """From which step on each unit, by layer and number from 1, has a slope of 0 in every row."""
    found = {}
    steps = [[slopes for _, slopes in slopes_of(timeline[k])] for k in range(last + 1)]
    for k, layer in enumerate(timeline.problem.network.layers):
        for j in range(layer.units):
            holds = [layer.activation in KINKED and bool((step[k][:, j] == 0).all()) for step in steps]
            if (first := begun(holds)) is not None:
                found[k + 1, j + 1] = first
    return found


def unlit_since(timeline: core.Timeline, last: int, layer: int) -> dict[int, int]:
    """From which step on each row, from 1, has a slope of 0 in every unit of a layer."""
    steps = [[slopes for _, slopes in slopes_of(timeline[k])][layer - 1] for k in range(last + 1)]
    firsts = {i + 1: begun([bool((step[i] == 0).all()) for step in steps]) for i in range(len(steps[0]))}
    return {row: first for row, first in firsts.items() if first is not None}


def check_units(timeline: core.Timeline, last: int, found: core.Diagnosis) -> None:
    """What is said of units and rows is what the plain loop finds."""
    idle = [finding for finding in found.findings if finding.kind == "idle"]
    wanted = idle_since(timeline, last)
    assert {(f.layer, unit) for f in idle for unit in f.units} == set(wanted)
    for finding in idle:
        among = [wanted[finding.layer, unit] for unit in finding.units]
        if " or a later one on" in finding.text:
            assert (finding.first, True) == (min(among), f"all of them from step {max(among)} on" in finding.text)
        else:
            assert finding.first == max(among)
        assert finding.exact
        _, name, (_, unit) = finding.place
        assert wanted[finding.layer, unit] == finding.first == finding.place.step
        assert name == ("s_out" if finding.layer == len(timeline.problem.network) else f"s_{finding.layer}")
    for finding in (finding for finding in found.findings if finding.kind == "unlit"):
        firsts = unlit_since(timeline, last, finding.layer)
        assert {*finding.rows} <= {*firsts}
        assert min(firsts[row] for row in finding.rows) == finding.first


@settings(max_examples=20)
@given(problems())
def test_units_and_rows_are_those_of_a_plain_loop(problem: core.Problem) -> None:
    timeline = core.Timeline(problem)
    found = core.diagnose(timeline, STEPS, thorough=False)
    assume(found.last >= 0)
    check_units(timeline, found.last, found)
    assert len(timeline) <= STEPS + 1
    assert found.complete
    assert found.alarms == tuple(finding for finding in found.findings if finding.alarm)


@settings(max_examples=15)
@given(st.integers(0, 200), st.data())
def test_a_branch_is_diagnosed_over_the_runs_that_it_came_from(seed: int, data: st.DataObject) -> None:
    problem = random_problem(seed, (2, 4, 1), rows=3, activation="relu", bias=False, learning_rate=0.3)
    timelines, branch = core.Timelines(problem), core.Branch.of(problem)
    values = {"W_1": 5.0, "X_in": -2.0, "alpha": 0.01}
    for step in sorted(data.draw(st.sets(st.integers(0, STEPS), max_size=3))):
        name = data.draw(st.sampled_from(sorted(values)))
        cell = () if name == "alpha" else (1, data.draw(st.integers(1, 2)))
        branch = branch.with_edits(core.Edit(step, name, cell, values[name]))
    timeline = timelines[branch]
    found = core.diagnose(timeline, STEPS, thorough=data.draw(st.booleans()))
    check_units(timeline, found.last, found)


@pytest.mark.parametrize(
    "training", [{}, {"update": core.Momentum(0.9)}, {"penalty": core.Penalty(l2=1.0, biases=True)}]
)
def test_a_long_run_is_bisected_to_the_same_steps(training: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where units can come back to life, it is not."""
    monkeypatch.setattr("core.diagnosis.off.BISECTION", 1)
    for seed in range(20, 32):  # with momentum, a unit of 25 dies, lives and dies
        problem = random_problem(seed, (2, 4, 1), rows=3, activation="relu", bias=True, learning_rate=0.3, **training)
        timeline = core.Timeline(problem)
        found = core.diagnose(timeline, 60, thorough=False)
        if found.last >= 0:
            check_units(timeline, found.last, found)


@pytest.mark.parametrize("bisection", [1, 10**6])
def test_a_unit_that_an_edit_woke_is_idle_from_where_it_died_again(
    bisection: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is idle from step 5 on, awake at 10, dead again at 12, and another dead one from 14 on."""
    monkeypatch.setattr("core.diagnosis.off.BISECTION", bisection)
    problem = exercise_2(learning_rate=1.0)
    timelines, branch = core.Timelines(problem), core.Branch.of(problem)
    branch = branch.with_edits(core.Edit(10, "W_1", (1, 3), 0.1), core.Edit(10, "W_1", (2, 3), 0.1))
    dead = core.Timeline(problem)[8].weights[0][:, 2]
    timeline = timelines[branch.with_edits(*(core.Edit(14, "W_1", (i + 1, 3), float(dead[i])) for i in (0, 1)))]
    found = core.diagnose(timeline, 60)
    assert next(f.first for f in found.findings if 3 in f.units) == 12
    check_units(timeline, 60, found)


class TestExercise2:
    def said(self, rate: float, last: int = 1000) -> core.Diagnosis:
        return core.diagnose(core.Timeline(exercise_2(learning_rate=rate)), last)

    def test_at_1_a_unit_dies_and_then_rows_do(self) -> None:
        found = self.said(1.0)
        assert found.outcome == ("stuck", "the loss is 1.5 from step 43 to step 1000, to 3 digits")
        assert [(f.kind, f.first, f.units, f.rows) for f in found.alarms] == [
            ("idle", 5, (3,), ()),
            ("unlit", 5, (), (1, 3)),
            ("unlit", 41, (), (2,)),
        ]
        assert [f.text for f in found.alarms] == [
            "1 of 3 hidden units (3) is idle in all rows from step 5 on",
            "rows 1 and 3 light no unit of layer 1 from step 5 on: nothing pulls on their loss",
            "row 2 lights no unit of layer 1 from step 41 on: nothing pulls on its loss",
        ]
        assert [f.place for f in found.alarms] == [(5, "s_1", (1, 3)), (5, "s_1", (1, 1)), (41, "s_1", (2, 1))]

    def test_at_2_all_units_die(self) -> None:
        found = self.said(2.0)
        assert found.outcome == ("stuck", "the loss is 2 from step 3 to step 1000, to 3 digits")
        idle = [f for f in found.findings if f.kind == "idle"]
        assert [(f.first, f.units, f.alarm) for f in idle] == [(3, (1, 2, 3), True), (2, (1,), False)]

    @pytest.mark.parametrize("last", [0, 3, 17, 46, 100, 1000])
    def test_at_its_own_rate_there_is_no_alarm(self, last: int) -> None:
        found = self.said(0.5, last)
        assert (found.learns, found.alarms) == (True, ())

    def test_at_3_it_diverges_and_the_largest_rate_that_does_not_is_found(self) -> None:
        found = self.said(3.0)
        assert (found.last, found.outcome.kind) == (7, "diverging")
        first, grows = found.findings[:2]
        assert (first.kind, first.first, first.place) == ("not finite", 8, (8, "s_out", (3, 1)))
        assert first.lines[0] == "s_out[3] = z₁[3,1] · W_out[1] + z₁[3,2] · W_out[2] + z₁[3,3] · W_out[3]"
        assert grows.kind == "grows"
        (rate,) = (f for f in found.findings if f.kind == "rate")
        said = r"from the weights of step 0, 100 steps stay finite up to α = 2\.54 \(ℒ goes from 1\.97 to 2\); "
        falling = re.fullmatch(said + r"with α = (0\.63\d) the loss falls", rate.text)
        assert falling
        core.Timeline(exercise_2(learning_rate=2.54)).advance(100)
        with pytest.raises(core.DivergedError):
            core.Timeline(exercise_2(learning_rate=2.55)).advance(100)
        timeline = core.Timeline(exercise_2(learning_rate=float(falling[1])))
        timeline.advance(100)
        assert timeline.losses[-1] < timeline.losses[0]

    def test_what_a_run_becomes_later_is_not_said_of_its_first_steps(self) -> None:
        fresh, known = (core.Timeline(exercise_2(learning_rate=3.0)) for _ in range(2))
        with pytest.raises(core.DivergedError):
            known.advance(100)
        for last in range(7):
            assert core.diagnose(known, last) == core.diagnose(fresh, last)
        assert core.diagnose(known, 2).outcome.kind == "still going"
        assert core.diagnose(known, 7).outcome.kind == "diverging"


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_problem_raises_no_alarm(name: str) -> None:
    timeline = core.Timeline(core.load_problem(name))
    for last in (0, 5, 40, 300, 1000):
        found = core.diagnose(timeline, last, thorough=last == 1000)
        assert (found.learns, found.outcome.kind in ("converged", "still going")) == (True, True)


class TestNoGradient:
    """What is said to have no gradient has none: finite differences of the losses of a step."""

    SHIFT = 1e-4

    def losses(self, step: core.Step, shifted: list[Any]) -> Any:
        """ℓ of every row with other weights, worked out plainly; squared error, one output."""
        z = np.array(step.problem.inputs)
        for layer, W, b in zip(step.problem.network.layers, shifted, step.biases, strict=True):
            z = oracle_activation(layer.activation, z @ W + (0 if b is None else b))
        return 0.5 * (z[:, 0] - np.array(step.problem.targets)[:, 0]) ** 2

    def differences(self, step: core.Step) -> Iterator[tuple[tuple[int, int, int], Any]]:
        """By how much ℓ of every row moves for each weight."""
        weights = [np.array(W) for W in step.weights]
        for k, W in enumerate(weights):
            for i, j in np.ndindex(W.shape):
                ends = []
                for sign in (1, -1):
                    other = [V.copy() for V in weights]
                    other[k][i, j] += sign * self.SHIFT
                    ends.append(self.losses(step, other))
                yield (k, i, j), ends[0] - ends[1]

    @pytest.mark.parametrize("rate", [0.1, 1.0, 2.0])
    def test_of_idle_units_and_of_rows_that_nothing_pulls_on(self, rate: float) -> None:
        timeline = core.Timeline(exercise_2(learning_rate=rate))
        found = core.diagnose(timeline, 400)
        units = {unit for f in found.findings if f.kind == "idle" for unit in f.units}
        rows = {row for f in found.alarms if f.kind == "unlit" for row in f.rows}
        assert units or rows
        for (k, _, j), moved in self.differences(timeline[400]):
            if k == 0 and j + 1 in units:
                assert not moved.any()
            assert not any(moved[row - 1] for row in rows)
        if 0 < len(rows) < 4:
            pulled = sum(abs(moved) for _, moved in self.differences(timeline[400]))
            assert all(pulled[row] > 0 for row in range(4) if row + 1 not in rows and timeline[400].sample_losses[row])


class TestOtherFindings:
    def test_a_row_that_only_the_bias_of_the_output_feels_is_no_alarm(self) -> None:
        layers = [
            core.Layer(weights=[[1.0, 2.0]], activation="relu"),
            core.Layer(weights=[[0.5], [0.5]], bias=[0.0]),
        ]
        problem = core.Problem("bias", [[-1.0], [1.0]], [[1.0], [1.0]], core.Network(layers), learning_rate=0.01)
        (finding,) = (f for f in core.diagnose(core.Timeline(problem), 3).findings if f.kind == "unlit")
        assert (finding.rows, finding.alarm) == ((1,), False)
        assert finding.text.endswith(": only the layers above feel its loss")

    def test_a_row_that_costs_nothing_needs_no_unit(self) -> None:
        layers = [core.Layer(weights=[[1.0]], activation="relu"), core.Layer(weights=[[1.0]])]
        problem = core.Problem("rows", [[-1], [-2], [1]], [[0], [1], [3]], core.Network(layers), learning_rate=0.1)
        (finding,) = (f for f in core.diagnose(core.Timeline(problem), 3).findings if f.kind == "unlit")
        assert finding.rows == (2,)

    def test_saturated_layers_are_an_alarm_only_where_the_run_is_stuck(self) -> None:
        layers = [core.Layer(weights=[[40.0, 60.0]], activation="tanh"), core.Layer(weights=[[0.5], [0.5]])]
        problem = core.Problem("flat", [[1.0], [2.0]], [[0.0], [3.0]], core.Network(layers), learning_rate=0.1)
        early, late = (core.diagnose(core.Timeline(problem), last) for last in (2, 500))
        for found, alarm in ((early, False), (late, True)):
            (finding,) = (f for f in found.findings if f.kind == "saturated")
            assert (finding.first, finding.alarm, finding.layer) == (0, alarm, 1)
            assert "every slope f₁' is below 0.001 in all rows" in finding.text
        assert (early.outcome.kind, late.outcome.kind) == ("still going", "stuck")

    def test_nothing_is_trained(self) -> None:
        layers = [replace(layer, train_weights=False) for layer in exercise_2().network.layers]
        found = core.diagnose(core.Timeline(exercise_2(network=core.Network(layers))), 30)
        assert [f.kind for f in found.alarms] == ["frozen"]
        assert found.outcome.kind == "stuck"
        _, name, cell = found.alarms[0].place
        (cut,) = core.why_not(core.Timeline(exercise_2(network=core.Network(layers)))[30], name, cell).cuts
        assert cut.reason == "frozen"

    def test_the_size_of_an_update_beside_its_weights_is_no_alarm(self) -> None:
        timeline = core.Timeline(exercise_2())
        ratios = [f for f in core.diagnose(timeline, 2).findings if f.kind == "ratio"]
        step = timeline[2]
        for k, finding in enumerate(ratios):
            moved = np.linalg.norm(step.next_weights[k] - step.weights[k]) / np.linalg.norm(step.weights[k])
            assert f"= {core.significant(float(moved), 2)} at step 2" in finding.text
            assert not finding.alarm
            at = tuple(i - 1 for i in finding.place.cell)
            assert abs(step.next_weights[k] - step.weights[k]).max() == abs(step.next_weights[k] - step.weights[k])[at]

    def test_where_step_0_is_not_finite_there_is_nothing_but_its_arithmetic(self) -> None:
        found = core.diagnose(core.Timeline(exercise_2(inputs=[[1e308, 1e308]] * 4)), 10)
        assert (found.last, found.outcome.kind, np.isnan(found.loss)) == (-1, "diverging", True)
        assert found.findings[0].place.step == 0
        assert found.findings[0].lines

    def test_a_fork_that_overflows_where_it_begins_has_its_arithmetic(self) -> None:
        problem = exercise_2()
        branch = core.Branch.of(problem).with_edits(core.Edit(4, "W_1", (1, 1), 1e200))
        found = core.diagnose(core.Timelines(problem)[branch], 10)
        assert found.findings[0].kind == "not finite"
        assert found.findings[0].lines

    def test_a_loss_that_became_another_one_has_not_grown(self) -> None:
        problem = exercise_2()
        branch = core.Branch.of(problem).with_edits(core.Edit(5, "y_gt", (1, 1), 100.0))
        found = core.diagnose(core.Timelines(problem)[branch], 9)
        assert "at step 5" in found.outcome.text
        assert not any(f.kind == "grown" and "at step 5" not in f.text for f in found.findings)

    def test_many_units_that_die_one_by_one_are_few_findings(self) -> None:
        problem = random_problem(11, (3, 60, 40, 1), rows=6, activation="relu", learning_rate=0.3)
        found = core.diagnose(core.Timeline(problem), 60, thorough=False)
        idle = [f for f in found.findings if f.kind == "idle"]
        assert sum(len(f.units) for f in idle) > 20
        assert len(idle) == 5
        check_units(core.Timeline(problem), 60, found)

    def test_all_rows_are_looked_at_where_batches_are_small(self) -> None:
        problem = random_problem(1, (2, 5, 1), rows=6, activation="relu", learning_rate=0.2, batch_size=2)
        timeline = core.Timeline(problem)
        found = core.diagnose(timeline, 80)
        check_units(timeline, found.last, found)
        for finding in (f for f in found.findings if f.kind == "unlit"):
            step, _, (row, _) = finding.place
            assert int(timeline[step].batch[row - 1]) + 1 in finding.rows


class TestInSlices:
    def test_a_stopped_diagnosis_says_what_it_has(self) -> None:
        problem = exercise_2(learning_rate=0.1)
        for stop in range(1, 9):
            calls = iter([True] * stop)
            found = core.diagnose(core.Timeline(problem), 6000, lambda *_, calls=calls: next(calls, False))
            assert not found.complete
            assert found.last <= 6000
            for finding in found.findings:
                if finding.kind == "unlit":
                    assert finding.first >= 236
                    assert finding.exact == (finding.first == 236)
        assert core.diagnose(core.Timeline(problem), 6000, lambda *_: True).complete

    def test_the_timeline_may_be_used_in_between(self) -> None:
        problem = exercise_2(learning_rate=0.1)
        whole = core.diagnose(core.Timeline(problem), 5000)
        timeline = core.Timeline(problem)
        slices = core.diagnosing(timeline, 5000)
        index, found = 0, []

        def wholly() -> Iterator[tuple[int, int]]:
            found.append((yield from slices))

        for done, total in wholly():
            assert 0 <= done <= total
            index = (index + 37) % len(timeline)
            assert timeline[index].index == index
        assert found == [whole]

    def test_a_step_before_the_first_is_refused(self) -> None:
        with pytest.raises(IndexError, match="at least 0, found -1"):
            core.diagnose(core.Timeline(exercise_2()), -1)


@settings(max_examples=12)
@given(problems_of_any_size(), st.integers(0, 30), st.booleans())
def test_numbers_of_any_size_are_diagnosed_and_every_finding_leads_somewhere(
    problem: core.Problem, last: int, thorough: bool
) -> None:
    timeline = core.Timeline(problem)
    found = core.diagnose(timeline, last, thorough=thorough)
    for finding in found.findings:
        assert finding.place is not None or finding.kind == "unlit"
        if finding.place is not None and finding.place.step <= found.last:
            step, name, cell = finding.place
            assert core.explain(timeline[step], name, cell).lines()


def test_means_over_an_epoch_do_not_overflow() -> None:
    network = core.Network([core.Layer(weights=[[0.5]])])
    loss = core.SoftmaxHinge(margin=1.7e308)
    problem = core.Problem("huge", [[1.0], [2.0]], [[1.0], [-1.0]], network, loss=loss, learning_rate=0.1, batch_size=1)
    with np.errstate(all="raise"):
        assert core.diagnose(core.Timeline(problem), 40).outcome.kind == "stuck"
