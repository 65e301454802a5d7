"""Numbers that leave the range of a double: no command and no screen shows a warning of numpy, or fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.practice import Exercise
from screen import app, press, settle
from tui import cli

TOML = """
name = "far out"
[data]
inputs = [[{size}, 0.0], [0.5, {size}]]
targets = {targets}
[[layers]]
weights = [[1, 0], [0, 1]]
activation = "{activation}"
[[layers]]
weights = {weights}
[training]
loss = "{loss}"
reduction = "mean"
learning_rate = 1e-3
"""
ONE = "[[1.0], [-0.5]]", "[[1], [-1]]"
THREE = "[[1.0, -1, 0.5], [-0.5, 0.1, 1]]", "[[1, 0, 0], [0, 0, 1]]"
COMMANDS = (
    ("solve",),
    ("solve", "--whole", "--format", "latex"),
    ("solve", "--lr", "1e300", "--format", "toml"),
    ("gradcheck",),
    ("gradcheck", "--lr", "1e300", "--step", "1"),
    ("practise", "--key", "--seed", "3", "--lr", "1e300"),
    ("practise", "--sheet", "--seed", "3"),
    ("run", "--steps", "3"),
)


def far_out(size: str, activation: str = "identity", loss: str = "softmax_hinge", outputs: int = 3) -> str:
    weights, targets = ONE if outputs == 1 else THREE
    text = TOML.format(size=size, targets=targets, activation=activation, weights=weights, loss=loss)
    if loss != "binary_cross_entropy":
        return text
    return text.replace("\n[training]", '\nactivation = "sigmoid"\n[training]').replace("[-1]", "[0]")


@pytest.mark.parametrize("outputs", [1, 3])
@pytest.mark.parametrize("loss", core.LOSSES)
@pytest.mark.parametrize(
    ("size", "activation"),
    [("1e308", "identity"), ("-1e308", "identity"), ("-1e308", "tanh"), ("800.0", "relu"), ("1e154", "relu")],
)
def test_no_command_warns(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
    size: str,
    activation: str,
    loss: str,
    outputs: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.toml").write_text(far_out(size, activation, loss, outputs), encoding="utf-8")
    for command, *options in COMMANDS:
        status = cli.main([command, "a.toml", *options])
        out, err = capsys.readouterr()
        assert status in (0, 1)
        told = ("loss: hinge on scores, ", "verdict: ", "run: ")
        err = "".join(line for line in err.splitlines(keepends=True) if not line.startswith(told))
        assert err == "" or (status == 1 and err.startswith("sgdb: the run stops being finite at step "))
        if "toml" in options and status == 0:
            Path("answers.toml").write_text(out, encoding="utf-8")
            cli.main(["check", "answers.toml"])
            assert capsys.readouterr().err == ""
    assert not recwarn.list


def test_a_process_of_its_own_is_silent_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(far_out("1e308"), encoding="utf-8")
    words = [sys.executable, "-W", "always", "-m", "tui.cli", "solve", "a.toml"]
    root = Path(core.__file__).parent.parent
    run = subprocess.run(
        words, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, check=True
    )
    assert run.stdout.startswith(b"# far out: step 0, worked out")
    assert run.stderr == b""


@pytest.mark.parametrize(("margin", "rate"), [(0.5, 1e300), (1e300, 0.1), (1e6, 1e6)])
def test_an_exercise_with_a_rate_or_a_margin_far_out(margin: float, rate: float) -> None:
    like = core.load_problem("exercise-3", {"loss": "hinge", "margin": margin, "lr": rate})
    exercise = Exercise(like, 3, keep_rate=True)
    while not exercise.done:
        exercise.hint()
        exercise.answer("0.5")
        name = exercise.current.name if exercise.current is not None else ""
        while exercise.current is not None and exercise.current.name == name:
            exercise.hint()


@pytest.mark.parametrize(
    ("size", "activation", "loss", "outputs"),
    [
        ("1e308", "identity", "softmax_hinge", 1),
        ("-1e308", "identity", "softmax_margin", 3),
        ("1e308", "tanh", "squared_error", 1),
        ("800.0", "relu", "softmax_cross_entropy", 3),
    ],
)
async def test_the_screen_shows_numbers_far_out(
    tmp_path: Path, size: str, activation: str, loss: str, outputs: int, recwarn: Any
) -> None:
    (tmp_path / "a.toml").write_text(far_out(size, activation, loss, outputs), encoding="utf-8")
    async with app(core.load_problem(str(tmp_path / "a.toml"))).run_test(size=(140, 45)) as pilot:
        await settle(pilot)
        await press(
            pilot, "d", "h", "enter", "right", "enter", "escape", "f", "escape", "m", "escape", "n", "l", "h", "n"
        )
    assert not [warning for warning in recwarn.list if warning.category is RuntimeWarning]


def test_what_is_derived_from_numbers_far_out_says_nothing() -> None:
    """Python's own callers are spared, too: records, views, formulas and explanations."""
    network = core.Network([core.Layer(weights=[[1e308, -1e308, 5.0]]), core.Layer(weights=np.eye(3))])
    problem = core.Problem("x", [[1.0], [1.5]], [[1, 0, 0], [0, 1, 0]], network, core.SoftmaxHinge(1e307), 1e-3)
    step = core.Timeline(problem)[0]
    assert np.isfinite(step.loss)
    view = core.hinge_view(step)
    assert view.loss_without_max == view.loss
    for name in dir(type(view)):
        if name[0] != "_":
            getattr(view, name)
    for quantity in core.quantities(step):
        for place in np.ndindex(quantity.values.shape):
            explanation = core.explain(step, quantity.name, tuple(i + 1 for i in place))
            assert str(explanation)
            assert explanation.scale == explanation.scale or np.isnan(explanation.recombine())
            explanation.shown(1)
    core.expanded(step, 1, forward=True).evaluate()
    core.recursive(step, 1).evaluate()
    network.outputs(np.array([[10.0]]))
    core.compare_losses(step)
    core.check_gradients(step)
