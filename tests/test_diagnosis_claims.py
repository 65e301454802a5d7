"""What a diagnosis claims of a run, held against what becomes of it when it goes on."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import core
from samples import exercise_2, oracle_activation, oracle_slope, random_problem


def loaded(name: str, **options: Any) -> core.Problem:
    return core.load_problem(name, options)


def diagnosed(problem: core.Problem, last: int = 1000, thorough: bool = False) -> core.Diagnosis:
    return core.diagnose(core.Timeline(problem), last, thorough=thorough)


def over_all_rows(problem: core.Problem, last: int) -> float:
    return core.loss_over_all_rows(core.Timeline(problem)[last])


class TestDiverging:
    """What is said to diverge overflows when it is run on, and what comes back is not said to diverge."""

    @pytest.mark.parametrize(
        ("name", "batch", "rate"), [("why-the-max", 1, 1), ("exercise-3", 1, 2), ("exercise-3", 2, 2)]
    )
    def test_mini_batches_whose_loss_rises_and_falls_on_its_way_up(self, name: str, batch: int, rate: int) -> None:
        problem = loaded(name, loss="squared", batch=batch, lr=rate)
        losses = core.Timeline(problem)
        losses.advance(500)
        assert (np.diff(losses.losses) < 0).any()
        found = diagnosed(problem, 500)
        assert found.outcome.kind == "diverging"
        grows = next(f for f in found.alarms if f.kind == "grows")
        with pytest.raises(core.DivergedError) as error:
            core.Timeline(problem).advance(10_000)
        assert grows.last == error.value.step
        assert grows.lines == (f"run on with nothing changed, {error.value}",)
        assert found.outcome.text.endswith(str(error.value))

    def test_the_largest_rate_is_below_the_one_that_overflows(self) -> None:
        found = diagnosed(loaded("exercise-3", loss="squared", batch=1, lr=2), 500, thorough=True)
        (rate,) = (f for f in found.findings if f.kind == "rate")
        said = re.search(r"([\d,]+) steps stay finite up to α = (\S+) ", rate.text)
        assert said
        steps, largest = int(said[1].replace(",", "")), float(said[2])
        assert largest < 2
        core.Timeline(loaded("exercise-3", loss="squared", batch=1, lr=largest)).advance(steps)

    def test_four_losses_that_rise_are_no_divergence(self) -> None:
        problem = loaded("exercise-1", lr=2, loss="mse")
        timeline = core.Timeline(problem)
        timeline.advance(100)
        assert all(a < b for a, b in pairwise(timeline.losses[3:9]))
        assert timeline.losses[-1] < timeline.losses[0]
        for last in range(4, 10):
            found = diagnosed(problem, last, thorough=True)
            assert (found.outcome.kind, found.alarms) == ("still going", ())
            assert not any(f.kind in ("grows", "rate") for f in found.findings)

    def test_a_loss_that_has_grown_says_by_how_much_and_what_becomes_of_it(self) -> None:
        (back,) = (f for f in diagnosed(loaded("exercise-1", lr=2, loss="mse"), 8).findings if f.kind == "grown")
        losses = core.Timeline(loaded("exercise-1", lr=2, loss="mse"))
        losses.advance(20)
        at = 9 + int(np.argmax(losses.losses[9:] <= losses.losses[0]))
        assert f"; that is {losses.losses[8] / losses.losses[0]:.2g} times as much" in back.text
        assert back.text.endswith(f"but run on, it is {core.significant(losses.losses[at], 4)} at step {at}")
        assert not back.alarm
        (stays,) = (f for f in diagnosed(exercise_2(learning_rate=2.0)).findings if f.kind == "grown")
        assert "from 1.966 to 2 after 1,000 steps; that is 1.7 % more, and run on, it is 2 at step 11000" in stays.text
        assert stays.alarm


class TestTooLargeToRunOn:
    """Few steps tell what they show, and no more."""

    @pytest.fixture(autouse=True)
    def _few_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.diagnosis.ahead.MOST_PRODUCTS_UNASKED", 500)

    def test_a_loss_that_has_grown_is_no_alarm(self) -> None:
        (grown,) = (f for f in diagnosed(exercise_2(learning_rate=2.0), 8).findings if f.kind == "grown")
        assert "run on" not in grown.text
        assert not grown.alarm

    def test_a_level_loss_is_going_where_something_moves_it(self) -> None:
        problem = loaded("xor", lr=1e-5)
        assert diagnosed(problem).outcome == (
            "still going",
            "the loss is 0.5172 from step 191 to step 1000, to 3 digits",
        )

    def test_a_run_that_overflows_soon_is_diverging(self) -> None:
        assert diagnosed(exercise_2(learning_rate=3.0), 5).outcome.kind == "diverging"


class TestSmallRates:
    """A loss that only looks level is neither converged nor stuck."""

    @pytest.mark.parametrize(("name", "rate"), [("xor", 1e-5), ("xor", 1e-6), ("exercise-2", 1e-6)])
    def test_a_run_that_creeps_is_going(self, name: str, rate: float) -> None:
        found = diagnosed(loaded(name, lr=rate))
        said = re.search(r"run on, it is (\S+) at step (\d+)", found.outcome.text)
        assert found.outcome.kind == "still going"
        assert said
        assert core.significant(over_all_rows(loaded(name, lr=rate), int(said[2])), 4) == said[1]

    @pytest.mark.parametrize("name", ["xor", "exercise-2"])
    @pytest.mark.parametrize("rate", [1e-6, 1e-30])
    def test_what_larger_rate_makes_it_fall_is_told_and_does(self, name: str, rate: float) -> None:
        found = diagnosed(loaded(name, lr=rate))
        (slow,) = found.alarms
        said = re.search(r"but it falls to (\S+) in 100 steps with α = (\S+)", slow.text)
        assert slow.text.startswith(f"α is too small: 1,000 steps with α = {core.significant(rate, 4)} take the loss")
        assert said
        network = core.Timeline(loaded(name, lr=rate))[1000].network
        faster = replace(loaded(name), network=network, learning_rate=float(said[2]))
        assert over_all_rows(faster, 100) == pytest.approx(float(said[1]), rel=1e-3)
        assert found.outcome.kind == "still going"

    def test_a_rate_so_small_that_every_update_is_rounded_away(self) -> None:
        """It does not go on by itself."""
        network = core.Network([core.Layer(weights=[[0.5]])])
        found = diagnosed(core.Problem("still", [[1.0]], [[2.0]], network, learning_rate=1e-30), 40)
        assert found.outcome.kind == "stuck"
        (slow,) = found.alarms
        assert slow.text.startswith("α is too small: 40 steps with α = 1e-30 take the loss from 1.125 to 1.125, but")

    def test_small_weights_that_do_learn_in_the_end_are_not_said_to_learn_nothing(self) -> None:
        network = core.Network(
            [core.Layer(weights=[[1e-3, 2e-3]], activation="tanh"), core.Layer(weights=[[1e-3], [-1e-3]])]
        )
        for rate, learns in ((1e-3, True), (1e-6, False)):
            problem = core.Problem("small", [[1.0], [2.0]], [[1.0], [2.0]], network, learning_rate=rate)
            first, last, later = (over_all_rows(problem, k) for k in (0, 300, 3000))
            assert last == pytest.approx(first, rel=5e-4)
            assert (later < 0.9 * first) is learns
            assert [f.kind for f in diagnosed(problem, 300).findings if f.kind == "at zero"] == ["at zero"] * (
                not learns
            )

    def test_a_rate_that_a_schedule_took_to_0_stops_the_run(self) -> None:
        found = diagnosed(exercise_2(learning_rate=0.5, schedule=core.Cosine(20)), 200, thorough=True)
        assert found.outcome.kind == "stuck"
        assert re.search(r"but it falls to \S+ in 100 steps with α = ", found.outcome.text)


class TestMiniBatches:
    def test_losses_over_all_rows_are_compared(self) -> None:
        problem = loaded("exercise-2", batch=1, lr=0.1)
        first, last = (core.significant(over_all_rows(problem, k), 4) for k in (0, 1000))
        assert core.Timeline(problem)[0].loss != over_all_rows(problem, 0)
        assert diagnosed(problem).outcome.text == f"the loss goes from {first} to {last} in 1,000 steps"

    def test_a_first_batch_that_costs_nothing_is_not_what_it_is_compared_with(self) -> None:
        """Its loss is 0; that of all rows is not, and comes down."""
        layers = [core.Layer(weights=[[1.0]])]
        problem = core.Problem(
            "first",
            [[0.0], [1.0]],
            [[0.0], [3.0]],
            core.Network(layers),
            learning_rate=0.5,
            batch_size=1,
            shuffle=False,
        )
        assert core.Timeline(problem)[0].loss == 0
        found = diagnosed(problem, 200)
        assert found.outcome.kind == "converged"
        assert not any(f.kind == "grown" for f in found.findings)


class TestOffForAWhile:
    """What is off in the last steps alone tells nothing of why a network does not learn."""

    def lit(self, timeline: core.Timeline, layer: int, index: int) -> Any:
        """Which units of a layer have a slope, by row, worked out plainly."""
        step = timeline[index]
        z = np.array(step.problem.inputs)
        for k, (W, b) in enumerate(zip(step.weights, step.biases, strict=True), 1):
            s, activation = z @ W + (0 if b is None else b), step.problem.network.layers[k - 1].activation
            if k == layer:
                break
            z = oracle_activation(activation, s)
        return oracle_slope(activation, s) != 0

    def test_rows_that_flicker_are_no_alarm(self) -> None:
        timeline = core.Timeline(exercise_2(learning_rate=0.8))
        lit = np.array([self.lit(timeline, 1, k).any(axis=1) for k in range(1000, 1200)])
        flickers = 0
        for last in range(20):
            for finding in core.diagnose(timeline, 1000 + last, thorough=False).findings:
                if finding.kind == "unlit":
                    (row,) = finding.rows
                    again = last + int(np.argmax(lit[last:, row - 1]))
                    assert lit[again, row - 1]
                    assert finding.text.endswith(f", but run on, it lights one again at step {1000 + again}")
                    assert not finding.alarm
                    flickers += 1
        assert flickers > 3

    def test_units_that_wake_again_are_told_and_are_no_alarm(self) -> None:
        layers = [
            core.Layer(weights=[[1.0, 1.0]], bias=[-3.0, 0.0], activation="relu", train_weights=False),
            core.Layer(weights=[[0.0], [0.5]], bias=[0.0], train_weights=False),
        ]
        network, penalty = core.Network(layers), core.Penalty(l2=1.0, biases=True)
        problem = core.Problem("back", [[1.0], [2.0]], [[1.0], [2.0]], network, penalty=penalty, learning_rate=0.1)
        timeline = core.Timeline(problem)
        found = core.diagnose(timeline, 2)
        (idle,) = (f for f in found.findings if f.kind == "idle")
        wakes = next(k for k in range(2, 200) if self.lit(timeline, 1, k)[:, 0].any())
        assert (idle.alarm, idle.lines) == (False, (f"run on, it is not idle in step {wakes}",))
        assert idle.text in found.told


def test_a_loss_of_0_has_no_alarms_beside_it() -> None:
    """The margin is kept by all rows, whatever units are idle."""
    layers = [core.Layer(weights=[[1.0, -1.0]], activation="relu"), core.Layer(weights=[[2.0, -2.0], [0.0, 0.0]])]
    problem = core.Problem(
        "kept", [[1.0], [2.0]], [[1, 0], [1, 0]], core.Network(layers), loss=core.Hinge(margin=1.0), learning_rate=0.1
    )
    found = diagnosed(problem, 30)
    assert any(f.kind == "idle" for f in found.findings)
    assert (found.outcome.kind, found.alarms, found.told, found.learns) == ("converged", (), (), True)


LOSSES = (core.SquaredError(), core.Hinge(margin=1.0), core.SoftmaxCrossEntropy())


@pytest.mark.parametrize("seed", range(24))
def test_outcome_alarms_and_what_becomes_of_a_run_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(
        seed,
        (2, *[3] * int(rng.integers(0, 2)), 2),
        loss=LOSSES[seed % 3],
        learning_rate=float(10 ** rng.uniform(-6, 1)),
        batch_size=[None, 2][seed % 2],
    )
    found = diagnosed(problem, 60)
    kind, timeline = found.outcome.kind, core.Timeline(problem)
    assert found.learns == (not found.alarms and kind in ("converged", "still going"))
    if kind == "diverging":
        with pytest.raises(core.DivergedError):
            timeline.advance(2000)
    elif kind in ("converged", "stuck"):
        assert kind == "stuck" or not found.alarms
        size = timeline.steps_per_epoch
        timeline.advance(600)
        means = timeline.losses.reshape(-1, size).mean(axis=1)
        assert means[-1] == pytest.approx(means[60 // size - 1], rel=1e-3, abs=1e-12)
