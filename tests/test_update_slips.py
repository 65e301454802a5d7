"""Slips with penalties and updates, planted in whole sheets: each is one slip, named by its own kind."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from samples import random_problem
from tui import cli

STEP = 3  # buffers are not zero there


def step_of(update: core.Update, penalty: core.Penalty | None = None) -> core.Step:
    problem = random_problem(
        9,
        (2, 3, 1),
        rows=4,
        activation="tanh",
        bias=True,
        update=update,
        penalty=penalty or core.Penalty(),
        learning_rate=0.1,
    )
    return core.Timeline(problem)[STEP]


def sheet(step: core.Step, wrong: dict[str, Any] | None = None) -> dict[str, Any]:
    """Every computed number of a step, with those that are wrong and all that follows from them."""
    values = dict(step.values)
    changed = set(wrong or {})
    values |= wrong or {}
    for name, equation in step.statement.equations.items():
        if name not in changed and changed.intersection(core.names_in(equation.tree)):
            values[name] = step.statement.evaluate(name, values)
            changed.add(name)
    return {
        name: np.round(values[name], 6).tolist()
        for name in step.statement.equations
        if not step.statement.equations[name].detail
    }


def slips(step: core.Step, wrong: dict[str, Any]) -> list[Any]:
    return list(core.check_answers(sheet(step, wrong), step).slips)


PLANTED = {
    "λ W left out": (core.SGD(), core.Penalty(l2=0.3), "dW_1", lambda v, _: v["dW_1"] - 0.3 * v["W_1"], "penalty"),
    "λ W twice": (core.SGD(), core.Penalty(l2=0.3), "dW_1", lambda v, _: v["dW_1"] + 0.3 * v["W_1"], "2"),
    "penalty left out of the loss": (core.SGD(), core.Penalty(l2=0.3), "loss", lambda v, _: v["data_loss"], "penalty"),
    "λ sign(W) left out": (
        core.SGD(),
        core.Penalty(l1=0.3),
        "dW_1",
        lambda v, _: v["dW_1"] - 0.3 * np.sign(v["W_1"]),
        "penalty",
    ),
    "μ v left out": (core.Momentum(), None, "vW_1_next", lambda v, _: v["dW_1"], "momentum"),
    "momentum left out of the step": (
        core.Momentum(),
        None,
        "W_1_next",
        lambda v, a: v["W_1"] - a * v["dW_1"],
        "momentum",
    ),
    "nesterov as plain momentum": (
        core.Nesterov(),
        None,
        "W_1_next",
        lambda v, a: v["W_1"] - a * v["vW_1_next"],
        "look ahead",
    ),
    "bias correction left out of m": (core.Adam(), None, "mhatW_1", lambda v, _: v["mW_1_next"], "bias correction"),
    "ε left out": (
        core.Adam(epsilon=0.05),
        None,
        "W_1_next",
        lambda v, a: v["W_1"] - a * v["mhatW_1"] / np.sqrt(v["nhatW_1"]),
        "ε is left out",
    ),
    "root left out": (
        core.RMSprop(epsilon=0.05),
        None,
        "W_1_next",
        lambda v, a: v["W_1"] - a * v["dW_1"] / (v["nW_1_next"] + 0.05),
        "root",
    ),
    "square left out": (core.Adam(), None, "nW_1_next", lambda v, _: 0.999 * v["nW_1"] + 0.001 * v["dW_1"], "square"),
    "shares swapped": (
        core.Adam(),
        None,
        "mW_1_next",
        lambda v, _: 0.1 * v["mW_1"] + 0.9 * v["dW_1"],
        "changed places",
    ),
    "λ for λ sign(W)": (
        core.SGD(),
        core.Penalty(l1=0.3),
        "dW_1",
        lambda v, _: v["dW_1"] - 0.3 * np.sign(v["W_1"]) + 0.3,
        "sign(W_1) is left out",
    ),
    "λ W for λ sign(W)": (
        core.SGD(),
        core.Penalty(l1=0.3),
        "dW_1",
        lambda v, _: v["dW_1"] - 0.3 * np.sign(v["W_1"]) + 0.3 * v["W_1"],
        "W_1 stands for sign(W_1)",
    ),
    "½ left out of the penalty": (core.SGD(), core.Penalty(l2=0.3), "penalty", lambda v, _: 2 * v["penalty"], "½"),
    "biases penalised": (core.SGD(), core.Penalty(l2=0.3), "db_1", lambda v, _: v["db_1"] + 0.3 * v["b_1"], "biases"),
    "biases in the penalty": (
        core.SGD(),
        core.Penalty(l2=0.3),
        "penalty",
        lambda v, _: v["penalty"] + 0.15 * (np.sum(v["b_1"] ** 2) + np.sum(v["b_out"] ** 2)),
        "the biases are penalised",
    ),
    "m not carried over": (core.Adam(), None, "mW_1_next", lambda v, _: 0.1 * v["dW_1"], "not carried over"),
    "n not carried over": (
        core.RMSprop(rho=0.5),
        None,
        "nW_1_next",
        lambda v, _: 0.5 * v["dW_1"] ** 2,
        "not carried over",
    ),
    "∂W for m̂": (
        core.Adam(),
        None,
        "W_1_next",
        lambda v, a: v["W_1"] - a * v["dW_1"] / (np.sqrt(v["nhatW_1"]) + 1e-8),
        "dW_1 stands for mhatW_1",
    ),
    "plain SGD for RMSprop": (
        core.RMSprop(),
        None,
        "W_1_next",
        lambda v, a: v["W_1"] - a * v["dW_1"],
        "plain SGD",
    ),
    "plain SGD for Adam": (core.Adam(), None, "W_1_next", lambda v, a: v["W_1"] - a * v["dW_1"], "plain SGD"),
    "weight decay left out": (
        core.SGD(weight_decay=0.2),
        None,
        "W_1_next",
        lambda v, a: v["W_1"] - a * v["dW_1"],
        "weight decay",
    ),
}


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_a_slip_is_one_and_has_its_name(planted: str) -> None:
    update, penalty, name, wrong, words = PLANTED[planted]
    step = step_of(update, penalty)
    assert not slips(step, {})
    found = slips(step, {name: wrong(step.values, step.learning_rate)})
    assert [slip.name for slip in found] == [name]
    assert words in f"{found[0].kind}: {found[0].text} or {found[0].others}"


def test_velocities_that_are_added_are_a_convention() -> None:
    step = step_of(core.Momentum())
    answers = sheet(step)
    for name in [name for name in answers if name.startswith("v")]:
        answers[name] = np.round(-step.learning_rate * step.values[name], 7).tolist()
    report = core.check_answers(answers, step)
    assert not report.slips
    assert ["W + v" in convention.text for convention in report.conventions] == [True]


def test_at_the_first_step_plain_sgd_would_pass_for_momentum() -> None:
    first = core.Timeline(replace(step_of(core.Momentum()).problem))[0]
    assert not slips(first, {"vW_1_next": first.values["dW_1"]})


@pytest.mark.parametrize("update", [core.Momentum(), core.Adam()], ids=lambda update: update.name)
def test_practice_is_at_a_step_whose_buffers_are_not_zero(update: core.Update) -> None:
    like = replace(core.load_problem("exercise-2"), update=update, penalty=core.Penalty(l2=0.1))
    exercise = core.Exercise(like, seed=3)
    assert exercise.step.index == 1
    assert all(exercise.step.values[name].any() for name in exercise.step.buffers)
    asked = {question.name for question in exercise.questions}
    assert {"penalty", "loss", f"{update.buffers[0]}W_1_next", "W_1_next"} <= asked


@pytest.mark.parametrize("update", core.UPDATES)
def test_a_practice_sheet_s_key_checks_as_right(update: str, tmp_path: Path) -> None:
    key = tmp_path / "key.toml"
    options = ["--update", update, "--l2", "0.1", "--l1", "0.2", "--seed", "5"]
    assert cli.main(["practise", "exercise-2", *options, "--key", "-o", str(key)]) == 0
    assert "l2 = 0.1" in key.read_text(encoding="utf-8")
    assert cli.main(["check", str(key)]) == 0


@pytest.mark.parametrize(
    "update", [core.Momentum(), core.Nesterov(), core.RMSprop(), core.Adam()], ids=lambda u: u.name
)
def test_any_wrong_number_of_a_later_step_is_judged(update: core.Update) -> None:
    step = step_of(update)
    for name, equation in step.statement.equations.items():
        if equation.part == "update":
            report = core.check_answers({f"{name}[1,1]" if step.values[name].ndim == 2 else f"{name}[1]": 9.87}, step)
            assert [slip.name for slip in report.slips] == [name]
            assert "momentum 0" not in report.slips[0].text


@pytest.mark.parametrize("other", [STEP, STEP + 2])
def test_another_t_in_both_hats_that_were_not_written(other: int) -> None:
    """t is STEP + 1."""
    step = step_of(core.Adam())
    v = step.values
    hats = v["mW_1_next"] / (1 - 0.9**other), v["nW_1_next"] / (1 - 0.999**other)
    wrong = v["W_1"] - step.learning_rate * hats[0] / (np.sqrt(hats[1]) + 1e-8)
    found = core.check_answers({"W_1_next": np.round(wrong, 6).tolist()}, step).slips
    assert [(slip.name, slip.kind) for slip in found] == [("W_1_next", "another t")]
    assert found[0].text.startswith("t - 1" if other == STEP else "t + 1")


def test_the_mean_for_the_sum_is_a_convention_under_a_penalty_too() -> None:
    step = step_of(core.SGD(), core.Penalty(l2=0.3))
    assert step.problem.reduction == "sum"
    other = core.Timeline(replace(step.problem, reduction="mean", update=core.SGD()))[0]
    first = core.Timeline(step.problem)[0]
    report = core.check_answers(sheet(other), first)
    assert [convention.kind for convention in report.conventions] == ["mean for sum"]
    assert not report.slips


@pytest.mark.parametrize(("key", "words"), [("velocity_7", "no momentum"), ("lambda_9", "no penalty")])
def test_that_there_is_no_such_thing_is_said_where_there_is_none(key: str, words: str) -> None:
    without, with_ = step_of(core.SGD()), step_of(core.Momentum(), core.Penalty(l2=0.1))
    for step, said in ((without, True), (with_, False)):
        formula = core.check_answers({"loss": 1.0}, step, formulas={"W_1_next": f"W_1 - {key} dW_1"})
        assert (words in formula.unreadable[0]) is said
        with pytest.raises(core.ProblemError) as error:
            core.check_answers({key: 1.0}, step)
        assert (words in str(error.value)) is said
