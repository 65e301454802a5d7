"""The gradient check: accepts every right gradient, refuses every wrong one, and blames a kink where there is one."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

import core
from core.files import MIB
from samples import LOSSES, exercise_2, oracle_loss, problems, random_problem

by_name = {"ids": lambda loss: loss.name}


def step_of(seed: int = 0, index: int = 1, **choices: object) -> core.Step:
    return core.Timeline(random_problem(seed, (3, 4, 5, 2), learning_rate=0.05, **choices))[index]


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("loss", LOSSES, **by_name)
@pytest.mark.parametrize("activation", core.ACTIVATIONS)
class TestEveryNetwork:
    def test_right_gradients_are_accepted(self, activation: str, loss: core.Loss, reduction: str) -> None:
        for seed in range(5):
            check = core.check_gradients(step_of(seed, activation=activation, loss=loss, reduction=reduction))
            assert check.ok
            assert check.complete
            assert all(gradient.agrees.all() for gradient in check.gradients if not gradient.kink.any())

    @pytest.mark.parametrize("name", ["weight_gradients", "bias_gradients"])
    @pytest.mark.parametrize("k", [0, 1, 2])
    def test_a_gradient_a_thousandth_too_large_is_refused(
        self, activation: str, loss: core.Loss, reduction: str, name: str, k: int
    ) -> None:
        steps = (step_of(seed, 0, activation=activation, loss=loss, reduction=reduction, bias=True) for seed in count())
        step = next(step for step in steps if np.abs(getattr(step, name)[k]).max() > 1e-3)
        gradients = list(getattr(step, name))
        gradients[k] = gradients[k] * 1.001
        check = core.check_gradients(replace(step, **{name: tuple(gradients)}))
        assert not check.ok
        refused = [gradient.name for gradient in check.gradients if gradient.wrong.any()]
        assert refused == [("dW_" if name == "weight_gradients" else "db_") + ("out" if k == 2 else str(k + 1))]


@given(problems())
def test_right_gradients_of_any_network_are_accepted(problem: core.Problem) -> None:
    assert core.check_gradients(core.Timeline(replace(problem, learning_rate=0.1))[1]).ok


@given(problems())
def test_a_sign_that_is_wrong_is_refused(problem: core.Problem) -> None:
    step = core.Timeline(problem)[0]
    check = core.check_gradients(replace(step, weight_gradients=tuple(-dW for dW in step.weight_gradients)))
    for gradient in check.gradients:
        if gradient.name.startswith("dW"):
            clear = (np.abs(gradient.analytic) > 1e-4) & ~gradient.kink
            assert gradient.wrong[clear].all()


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "tanh", "sigmoid"])
def test_a_slope_that_is_left_out_is_refused(activation: str) -> None:
    step = core.Timeline(random_problem(3, (3, 4, 2), activation=activation))[0]
    without_slope = step.deltas[1] @ step.weights[1].T
    check = core.check_gradients(
        replace(step, weight_gradients=(step.inputs.T @ without_slope, step.weight_gradients[1]))
    )
    assert check["dW_1"].wrong.any()
    assert not check["dW_out"].wrong.any()


def test_a_single_wrong_entry_is_found() -> None:
    step = step_of(activation="tanh", bias=True)
    gradient = np.array(step.weight_gradients[1])
    gradient[2, 3] *= 1.001
    check = core.check_gradients(
        replace(step, weight_gradients=(step.weight_gradients[0], gradient, step.weight_gradients[2]))
    )
    assert np.argwhere(check["dW_2"].wrong).tolist() == [[2, 3]]
    assert check.wrong == 1


@pytest.mark.parametrize(("factor", "wrong"), [(1.00005, False), (0.99995, False), (1.0002, True), (0.9998, True)])
def test_a_gradient_may_be_off_by_a_ten_thousandth(factor: float, wrong: bool) -> None:
    step = step_of(activation="tanh")
    largest = np.abs(step.weight_gradients[1]) == np.abs(step.weight_gradients[1]).max()
    gradient = np.where(largest, factor, 1.0) * step.weight_gradients[1]
    check = core.check_gradients(
        replace(step, weight_gradients=(step.weight_gradients[0], gradient, step.weight_gradients[2]))
    )
    assert check.wrong == wrong
    assert check["dW_2"].wrong[largest].tolist() == [wrong]


def test_nan_is_wrong() -> None:
    step = step_of(activation="tanh")
    check = core.check_gradients(
        replace(step, weight_gradients=(*step.weight_gradients[:2], np.full_like(step.weight_gradients[2], np.nan)))
    )
    assert check["dW_out"].wrong.all()


def test_the_difference_is_that_of_the_loss_of_the_step_s_own_batch() -> None:
    problem = random_problem(5, (3, 4, 2), rows=7, bias=True, activation="tanh", batch_size=3, reduction="mean")
    step = core.Timeline(problem)[4]
    check = core.check_gradients(step)
    h, differences = 1e-5, []
    for shift in (h, -h):
        weights = [np.array(W) for W in step.weights]
        weights[0][2, 1] += shift
        differences.append(oracle_loss(problem, weights, step.biases, step.inputs, step.targets))
    assert check["dW_1"].difference[2, 1] == pytest.approx((differences[0] - differences[1]) / (2 * h), rel=1e-6)


class TestCurvature:
    """Where s of one sample is a million, the moves are of 6e-4: the curve of tanh shows in the difference.

    The second weight feels the other sample alone, whose output is what it should be.
    """

    def step(self, activation: str) -> core.Step:
        network = core.Network([core.Layer([[1.0], [0.65]], activation=activation)])
        inputs = np.array([[1e6, 0.0], [0.0, 1.0]])
        return core.Timeline(core.Problem("curve", inputs, network.outputs(inputs), network))[0]

    def test_what_it_does_to_a_difference_is_no_mistake(self) -> None:
        check = core.check_gradients(self.step("tanh"))
        assert check["dW_out"].analytic[1, 0] == pytest.approx(0, abs=1e-12)
        assert check["dW_out"].difference[1, 0] == pytest.approx(-9.33e-8, rel=0.01)
        assert check.ok

    @pytest.mark.parametrize("activation", ["tanh", "identity"])
    def test_a_mistake_a_hundred_times_as_large_is_found(self, activation: str) -> None:
        step = self.step(activation)
        wrong = step.weight_gradients[0] + np.array([[0.0], [1e-5]])
        check = core.check_gradients(replace(step, weight_gradients=(wrong,)))
        assert check["dW_out"].wrong.tolist() == [[False], [True]]


class TestKinks:
    def relu_at_0(self) -> core.Problem:
        network = core.Network([core.Layer([[1.0, 0.5]], [-1.0, 0.25], "relu"), core.Layer([[1.0], [1.0]])])
        return core.Problem("kink", [[1.0]], [[3.0]], network)

    def test_a_relu_that_passes_0_is_not_called_wrong(self) -> None:
        check = core.check_gradients(core.Timeline(self.relu_at_0())[0])
        dW, db = check["dW_1"], check["db_1"]
        assert check.ok
        assert dW.analytic[0].tolist() == [0.0, pytest.approx(-2.25)]
        assert dW.difference[0] == pytest.approx([-1.125, -2.25], rel=1e-5)
        assert (dW.misleading.tolist(), db.misleading.tolist()) == ([[True, False]], [True, False])
        assert check.misleading == 2

    def test_a_kink_further_on_is_seen_from_below(self) -> None:
        network = core.Network([core.Layer([[1.0]]), core.Layer([[1.0]], [-1.0], "relu"), core.Layer([[1.0]])])
        check = core.check_gradients(core.Timeline(core.Problem("kink", [[1.0]], [[3.0]], network))[0])
        assert check["dW_1"].misleading.all()

    def test_a_hinge_term_at_its_margin_is_not_called_wrong(self) -> None:
        # Even logits: p_j - p_y + 0 = 0, just not active.
        network = core.Network([core.Layer([[1.0, 1.0]])])
        problem = core.Problem("kink", [[1.0]], [[1.0, 0.0]], network, core.SoftmaxHinge(margin=0.0))
        check = core.check_gradients(core.Timeline(problem)[0])
        assert check["dW_out"].analytic.tolist() == [[0.0, 0.0]]
        assert check["dW_out"].misleading.all()
        assert check.ok

    @pytest.mark.parametrize(("weights", "targets"), [([[2.0, 1.0]], [[1.0, 0.0]]), ([[1.0]], [[1.0]])])
    def test_a_score_at_its_margin_is_not_called_wrong(self, weights: list, targets: list) -> None:
        for loss in (core.Hinge(1.0), core.Hinge(1.0, squared=True)):
            problem = core.Problem("kink", [[1.0]], targets, core.Network([core.Layer(weights)]), loss)
            check = core.check_gradients(core.Timeline(problem)[0])
            assert not check["dW_out"].analytic.any()
            assert check["dW_out"].misleading.all()
            assert check.ok

    def test_far_from_a_kink_nothing_is_flagged(self) -> None:
        check = core.check_gradients(core.Timeline(exercise_2())[0])
        assert not any(gradient.kink.any() for gradient in check.gradients)


class TestProgress:
    def test_it_is_told_how_far_the_check_is(self) -> None:
        calls: list[tuple[int, int]] = []
        check = core.check_gradients(step_of(bias=True), progress=lambda done, total: calls.append((done, total)))
        total = sum(gradient.analytic.size for gradient in check.gradients)
        assert calls[-1] == (total, total)
        assert [done for done, _ in calls] == sorted(done for done, _ in calls)

    def test_it_can_stop_the_check(self) -> None:
        check = core.check_gradients(step_of(bias=True), progress=lambda _done, _total: True)
        assert not check.complete
        assert check["dW_out"].checked.all()
        assert not check["dW_1"].checked.any()
        assert np.isnan(check["dW_1"].difference).all()
        assert check.ok

    def test_some_gradients_may_be_asked_for(self) -> None:
        check = core.check_gradients(step_of(), names={"dW_2"})
        assert [gradient.name for gradient in check.gradients] == ["dW_2"]
        with pytest.raises(KeyError):
            check["dW_1"]

    @pytest.mark.parametrize("elements", [1, 50, 10_000])
    def test_the_size_of_the_pieces_changes_nothing(self, elements: int, monkeypatch: pytest.MonkeyPatch) -> None:
        expected = core.check_gradients(step_of(bias=True))
        monkeypatch.setattr("core.gradient_check.ELEMENTS", elements)
        found = core.check_gradients(step_of(bias=True))
        for a, b in zip(expected.gradients, found.gradients, strict=True):
            np.testing.assert_allclose(a.difference, b.difference, rtol=1e-6, atol=1e-9)

    def test_a_check_takes_little_memory(self) -> None:
        network = {"loss": core.SoftmaxCrossEntropy(), "activation": "relu"}
        step = core.Timeline(random_problem(1, (60, 40, 30, 5), rows=32, **network))[0]
        tracemalloc.start()
        try:
            core.check_gradients(step)
            assert tracemalloc.get_traced_memory()[1] < 5 * MIB
        finally:
            tracemalloc.stop()

    def test_no_more_than_two_forward_passes_for_each_parameter(self, monkeypatch: pytest.MonkeyPatch) -> None:
        step = step_of(loss=LOSSES[2], activation="relu", bias=True)
        rows = 0
        costs: Callable[..., object] = core.SoftmaxHinge.sample_losses

        def counted(self: core.Loss, outputs: np.ndarray, targets: np.ndarray) -> object:
            nonlocal rows
            rows += len(outputs)
            return costs(self, outputs, targets)

        monkeypatch.setattr(core.SoftmaxHinge, "sample_losses", counted)
        check = core.check_gradients(step)
        parameters = sum(gradient.analytic.size for gradient in check.gradients)
        assert rows <= (2 * parameters + 2) * len(step.batch)


class TestCommand:
    def sgdb(self, *argv: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tui.cli", "gradcheck", *argv]
        return subprocess.run(command, capture_output=True, text=True)

    def test_a_table_of_every_entry(self) -> None:
        run = self.sgdb("exercise-2")
        lines = run.stdout.splitlines()
        assert (run.returncode, run.stderr) == (0, "")
        assert lines[0].split() == ["parameter", "analytic", "difference", "relative", "error", "verdict"]
        assert [line.split()[0] for line in lines[1:4]] == ["dW_out[1,1]", "dW_out[2,1]", "dW_out[3,1]"]
        assert all(line.endswith("agrees") for line in lines[1:10])
        assert lines[10:] == ["step 0: gradients and differences agree"]

    def test_another_step_under_another_loss(self) -> None:
        run = self.sgdb("exercise-2", "--step", "3", "--loss", "hinge")
        assert run.stdout.splitlines()[-1] == "step 3: gradients and differences agree"

    def test_a_large_network_is_summed_up(self, tmp_path: Path) -> None:
        path = tmp_path / "table.csv"
        path.write_text("a,b,t\n" + "".join(f"{i % 3},{i % 5},{i % 7}\n" for i in range(10)))
        short = self.sgdb(str(path), "--task", "classification", "--hidden", "20,10").stdout.splitlines()
        assert short[0] == "dW_out (10x7): 70 agree, 0 differ, 0 at a kink"
        assert len(short) < 40
        everything = self.sgdb(str(path), "--task", "classification", "--hidden", "20,10", "--all").stdout.splitlines()
        assert len(everything) > 100

    def test_a_wrong_gradient_is_told_and_gives_1(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        from tui.commands.gradcheck import main

        getitem = core.Timeline.__getitem__

        def planted(timeline: core.Timeline, index: int) -> core.Step:
            step = getitem(timeline, index)
            return replace(step, weight_gradients=tuple(1.001 * dW for dW in step.weight_gradients))

        monkeypatch.setattr(core.Timeline, "__getitem__", planted)
        assert main(["exercise-2"]) == 1
        out = capsys.readouterr().out
        assert out.count("DIFFERS") == 9
        assert out.splitlines()[-1] == "step 0: gradients and differences disagree in 9 of 9 entries"

    def test_all_mistakes_are_told_and_give_2(self) -> None:
        run = self.sgdb("exercise3", "--step", "-1", "--lr", "fast")
        assert (run.returncode, run.stdout) == (2, "")
        assert len(run.stderr.splitlines()) == 3
        assert "--step: expected a whole number from 0 to" in run.stderr

    def test_a_run_that_does_not_get_there_is_told_and_gives_1(self) -> None:
        run = self.sgdb("xor", "--lr", "1e300", "--step", "50", "--activation", "tanh")
        assert run.returncode == 2  # a built-in problem has its activations
        run = self.sgdb("exercise-2", "--lr", "1e200", "--step", "50")
        assert (run.returncode, run.stdout) == (1, "")
        assert run.stderr.startswith("sgdb: the run stops being finite at step")

    def test_an_interrupt_gives_130(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        from tui.commands.gradcheck import main

        def interrupted(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr("core.gradient_check.check_gradients", interrupted)
        assert main(["exercise-2"]) == 130
        assert capsys.readouterr().err == "sgdb: interrupted before the check was complete\n"
