"""What is said of runs that people had trouble with, beside the loss: facts, and none for a run that learns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import core
from samples import BUILT_IN
from tui import cli

RUNS = Path(__file__).parent / "expected_runs"
TABLE_OPTIONS = {"hidden": "10", "activation": "sigmoid", "batch": "1000"}
TOO_SMALL = (
    "run: the loss after 1,000 steps is that of the start, {}: the weights start so small that nothing is learned"
)


@pytest.fixture
def sgdb_run(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(name: str, *words: str) -> SimpleNamespace:
        path = RUNS / f"{name}.toml"
        status = cli.main(["run", str(path) if path.exists() else name, *words])
        out, err = capsys.readouterr()
        lines = err.splitlines()
        said = [line for line in lines if not line.startswith("verdict: ")]
        return SimpleNamespace(status=status, out=out, said=said, verdict=[line for line in lines if line not in said])

    return run


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A thousand rows of a noisy line."""
    rng = np.random.default_rng(7)
    x = rng.uniform(0, 10, 1000)
    y = 0.7 * x + rng.normal(0, 1, 1000)
    path = tmp_path / "data.csv"
    path.write_text("x,y\n" + "".join(f"{a:.6f},{b:.6f}\n" for a, b in zip(x, y, strict=True)))
    return path


def facts(problem: core.Problem, steps: int) -> tuple[str, ...]:
    return core.facts_of_run(core.Timeline(problem), steps)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_run_that_learns_raises_no_alarm(name: str) -> None:
    assert facts(core.load_problem(name), 1000) == ()


class TestLossThatGrows:
    WORDS = ("--hidden", "10", "--activation", "sigmoid", "--lr", "1", "--batch", "1000", "--reduction", "sum")
    REASON = "; the sum over 1,000 rows with the learning rate 1 makes the steps too large: "
    REMEDY = "try --reduction mean or a smaller --lr"

    def test_the_sum_over_many_rows_is_named(self, sgdb_run: Any, table: Path) -> None:
        answer = sgdb_run(str(table), *self.WORDS, "--steps", "20")
        loss = core.significant(float(answer.out), 4)
        assert answer.status == 1
        assert float(answer.out) > 1e100
        (said,) = [line for line in answer.said if line.startswith("run: ")]
        assert said == f"run: the loss grows without bound: {loss} after 20 steps{self.REASON}{self.REMEDY}"

    def test_a_run_that_stops_being_finite_says_the_same(self, sgdb_run: Any, table: Path) -> None:
        answer = sgdb_run(str(table), *self.WORDS, "--steps", "100")
        assert (answer.status, answer.out) == (1, "")
        assert "the run stops being finite at step" in answer.said[0]
        assert answer.said[-1].startswith("run: the loss grows without bound: ")
        assert answer.said[-1].endswith(self.REASON + self.REMEDY)

    def test_what_is_advised_helps(self, table: Path) -> None:
        learns = core.load_problem(table, {**TABLE_OPTIONS, "lr": "0.1", "reduction": "mean"})
        assert facts(learns, 200) == ()

    def test_mini_batches_grow_without_bound_too(self, table: Path) -> None:
        options = {**TABLE_OPTIONS, "lr": "1", "reduction": "sum", "batch": "100"}
        (fact,) = facts(core.load_problem(table, options), 20)
        assert fact.startswith("the loss grows without bound: ")
        assert "the sum over 100 rows" in fact

    def test_large_inputs_are_named_where_they_are_handed_on(self, tmp_path: Path) -> None:
        path = tmp_path / "prices.csv"
        path.write_text("area,price\n" + "".join(f"{700 + 13 * i},{1.5 * i + 0.25}\n" for i in range(40)))
        reason = "inputs as large as 1207 make the steps too large: try standardized features or a smaller --lr"
        for hidden, named in ((("none", "tanh"), True), (("4", "relu"), True), (("4", "tanh"), False)):
            options = {"hidden": hidden[0], "activation": hidden[1], "lr": "10", "reduction": "mean"}
            timeline = core.Timeline(core.load_problem(path, options))
            with pytest.raises(core.DivergedError):
                timeline.advance(2000)
            assert any(fact.endswith(reason) for fact in core.facts_of_run(timeline, len(timeline) - 1)) is named
        learns = core.load_problem(path, {"hidden": "none", "lr": "0.1", "standardize": True})
        assert facts(learns, 200) == ()

    def test_one_row_is_no_sum_and_neither_is_a_mean(self, table: Path) -> None:
        problem = core.load_problem(table, {**TABLE_OPTIONS, "lr": "1000", "reduction": "mean"})
        for wild in (problem, replace(problem, batch_size=1, reduction="sum", shuffle=False)):
            (fact,) = facts(wild, 12)
            assert fact.endswith("; try a smaller --lr")

    def test_a_loss_that_has_grown_is_told_with_both_numbers(self) -> None:
        problem = core.load_problem(RUNS / "idle-units.toml")
        timeline = core.Timeline(problem)
        first, second = (core.significant(timeline[k].loss, 4) for k in (0, 1))
        fact, idle = core.facts_of_run(timeline, 1)
        assert idle == "1 of 2 hidden units (1) is idle in all rows from step 1 on"
        assert fact.startswith(f"the loss has grown from {first} to {second} after 1 step; ")

    def test_the_start_has_no_facts(self) -> None:
        assert facts(core.load_problem(RUNS / "xor-se.toml"), 0) == ()


class TestIdleUnits:
    def test_both_from_step_2_on(self, sgdb_run: Any) -> None:
        answer = sgdb_run("idle-units")
        assert (answer.status, answer.out) == (0, "0.25\n")
        assert answer.said == ["run: both hidden units are idle in all rows from step 2 on"]

    @pytest.mark.parametrize("update", [core.SGD(), core.Momentum(0.0)])
    def test_the_step_is_that_of_the_timeline(self, update: core.Update) -> None:
        problem = replace(core.load_problem(RUNS / "idle-units.toml"), update=update)
        timeline = core.Timeline(problem)
        idle = [(timeline[k].pre_activations[0] <= 0).all() for k in range(21)]
        first = next(k for k in range(21) if all(idle[k:]))
        assert core.facts_of_run(timeline, 20) == (f"both hidden units are idle in all rows from step {first} on",)

    def test_a_long_way_back_is_not_walked_to_its_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Momentum may move an idle unit, so that every step must be looked at."""
        monkeypatch.setattr("core.diagnosis.off.FARTHEST", 5)
        problem = replace(core.load_problem(RUNS / "idle-units.toml"), update=core.Momentum(0.0))
        assert facts(problem, 20) == ("both hidden units are idle in all rows from step 15 on at the latest",)

    def test_units_that_come_back_are_no_idle_units(self) -> None:
        """The penalty takes the bias away that keeps a unit idle."""
        layers = [
            core.Layer(weights=[[1.0, 1.0]], bias=[-3.0, 0.0], activation="relu", train_weights=False),
            core.Layer(weights=[[0.0], [0.5]], bias=[0.0], train_weights=False),
        ]
        problem = core.Problem(
            name="back",
            inputs=[[1.0], [2.0]],
            targets=[[1.0], [2.0]],
            network=core.Network(layers),
            penalty=core.Penalty(l2=1.0, biases=True),
            learning_rate=0.1,
        )
        timeline = core.Timeline(problem)
        assert (timeline[0].pre_activations[0][:, 0] < 0).all()
        told = "1 of 2 hidden units (1) is idle in all rows from step 0 on"
        assert told in core.facts_of_run(timeline, 2)
        steps = next(k for k in range(200) if (timeline[k].pre_activations[0][:, 0] > 0).any())
        assert not any("idle" in fact for fact in core.facts_of_run(timeline, steps))

    def test_a_leaky_unit_is_never_idle(self) -> None:
        problem = core.load_problem(RUNS / "idle-units.toml")
        hidden, out = problem.network.layers
        leaky = replace_activation(hidden, "leaky_relu")
        found = facts(replace(problem, network=core.Network([leaky, out]), learning_rate=1e-4), 10)
        assert not any("idle" in fact for fact in found)


def replace_activation(layer: core.Layer, activation: str) -> core.Layer:
    return core.Layer(weights=layer.weights, bias=layer.bias, activation=activation)


class TestNothingLearned:
    @pytest.mark.parametrize(
        ("name", "loss", "shown"),
        [("xor-bce", 0.693147, "0.693"), ("xor-pm1", 0.693147, "0.693"), ("xor-se", 0.125, "0.125")],
    )
    def test_weights_that_start_too_small(self, sgdb_run: Any, name: str, loss: float, shown: str) -> None:
        answer = sgdb_run(name)
        assert float(answer.out) == pytest.approx(loss, abs=1e-6)
        assert answer.said == [TOO_SMALL.format(shown)]
        assert sgdb_run(name, "--steps", "20000").out.startswith(shown)

    def test_larger_weights_learn(self) -> None:
        problem = core.load_problem(RUNS / "xor-bce.toml")
        layers = [replace(layer, weights=100 * layer.weights) for layer in problem.network.layers]
        assert facts(replace(problem, network=core.Network(layers), learning_rate=1.0), 1000) == ()

    def test_targets_0_and_1_under_a_softmax_loss_are_refused_with_both_ways_out(self, sgdb_run: Any) -> None:
        answer = sgdb_run("xor-softmax")
        assert (answer.status, answer.out) == (2, "")
        (said,) = answer.said
        assert "0 and 1 go with binary_cross_entropy and a sigmoid output, -1 and +1 with a linear one" in said


class TestRowsOneAtATime:
    def test_four_steps_in_the_file_s_order_give_the_weights_of_the_page(self, sgdb_run: Any) -> None:
        problem = core.load_problem(RUNS / "xor-by-hand.toml", {"in-order": True})
        timeline = core.Timeline(problem)
        assert [timeline[k].batch.tolist() for k in range(4)] == [[0], [1], [2], [3]]
        after = timeline[4]
        assert after.weights[0].round(6).tolist() == [[0.898922, 0.098728], [0.299153, 0.498714]]
        assert after.weights[1].round(6).ravel().tolist() == [0.789281, 0.690234]
        answer = sgdb_run("xor-by-hand", "--steps", "4", "--in-order")
        whole = core.Timeline(replace(problem, network=after.network, batch_size=None))[0].loss
        assert after.loss != whole
        assert (answer.out, answer.said) == (f"{core.significant(whole, 8)}\n", [])
        assert answer.verdict[0].startswith(f"verdict: step 4, all 4 rows: ℒ {core.significant(whole, 8)}, ")

    def test_a_penalty_counts_once(self) -> None:
        problem = replace(core.load_problem(RUNS / "xor-by-hand.toml"), penalty=core.Penalty(l2=0.5))
        step = core.Timeline(problem)[2]
        batches = [
            replace(problem, network=step.network, inputs=[x], targets=[y])
            for x, y in zip(problem.inputs, problem.targets, strict=True)
        ]
        cost = 0.25 * sum(float((weights**2).sum()) for weights in step.weights)
        single = sum(core.Timeline(batch)[0].loss - cost for batch in batches)
        assert core.loss_over_all_rows(step) == pytest.approx(single + cost)
