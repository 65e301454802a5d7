"""Runs of every loss, penalty and update against PyTorch's: its figures as they were, and anew where it is there."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import core
import torch_oracle

PROBLEMS = dict(torch_oracle.problems())
FIGURES = json.loads(torch_oracle.GOLDEN.read_text(encoding="utf-8"))


def close(problem: core.Problem) -> dict[str, float]:
    """How near the figures must be: an update that divides by small numbers makes rounding larger."""
    return {"rtol": 0, "atol": 1e-10 if isinstance(problem.update, (core.RMSprop, core.Adam)) else 1e-12}


def flat_weights(step: core.Step) -> Any:
    layers = zip(step.next_weights, step.next_biases, strict=True)
    return np.concatenate([part.ravel() for layer in layers for part in layer if part is not None])


@pytest.mark.parametrize("name", PROBLEMS)
def test_fifty_steps_end_at_the_same_weights(name: str) -> None:
    problem, expected = PROBLEMS[name], FIGURES[name]
    timeline = core.Timeline(problem)
    timeline.advance(torch_oracle.STEPS)
    np.testing.assert_allclose(timeline.losses[::10], expected["losses"], **close(problem))
    np.testing.assert_allclose(flat_weights(timeline[torch_oracle.STEPS - 1]), expected["weights"], **close(problem))


def test_there_are_figures_for_each_loss_and_no_other() -> None:
    assert FIGURES.keys() == PROBLEMS.keys()
    assert {type(loss) for loss in torch_oracle.LOSSES} == {*core.LOSSES.values()}


def test_pytorch_still_has_these_figures() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[oracle]'")
    for name, problem in PROBLEMS.items():
        found = torch_oracle.run(problem)
        for key, expected in FIGURES[name].items():
            np.testing.assert_allclose(found[key], expected, err_msg=name, **close(problem))


def test_the_mean_squared_error_is_what_pytorch_takes_by_default() -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install '.[oracle]'")
    problem = torch_oracle.problem_of(core.MeanSquaredError(), 3, "mean")
    step = core.Timeline(problem)[0]
    outputs, targets = torch.tensor(np.array(step.outputs)), torch.tensor(np.array(step.targets))
    assert step.loss == pytest.approx(float(torch.nn.MSELoss()(outputs, targets)), rel=1e-14)
