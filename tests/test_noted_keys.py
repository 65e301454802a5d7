"""Watches and what-if by keys in the notation of a course, and on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label

import core
from core import Edit, SavedWatch, Session, Timeline, Timelines
from samples import exercise_2
from screen import app, commands, inspect, last_line, press, seek, settle, shown, texts, training
from session_samples import PROBLEM
from test_notation_screen import speak
from test_watches_screen import everything, watch
from test_what_if_screen import change
from tui import cli

MEAN = exercise_2(reduction="mean")


def complaint(pilot: Pilot[Any]) -> str:
    return str(pilot.app.screen.query_one("#complaint", Label).render())


async def test_watches_are_typed_and_shown_in_the_notation_and_saved_in_sgdbs_names() -> None:
    async with app(MEAN).run_test(size=(120, 40)) as pilot:
        await speak(pilot, "ng")
        await watch(pilot, "J < 0.46", "dZ2[1,2] > -0.99")
        saved = ("loss < 0.46", "n * delta_out[2,1] > -0.99")
        assert training(pilot).session.watches == tuple(map(SavedWatch, saved))
        await press(pilot, "c")
        await settle(pilot)
        deltas = [4 * Timeline(MEAN)[k].values["delta_out"][1, 0] for k in range(40)]
        first = next(k for k in range(1, 40) if deltas[k] > -0.99)
        assert shown(pilot).index == first
        delta = core.significant(deltas[first], 6)
        assert f"Step {first}, watch 2, dZ2[1,2] > -0.99: dZ2[1,2] = {delta}" in last_line(pilot)
        assert f"watch 2: dZ2[1,2] = {delta}" in texts(pilot)[1]
        await press(pilot, "w")
        await press(pilot, "down")
        told = everything(pilot)
        assert "dZ2[1,2] > -0.99" in told
        assert f"nearest: step {first}, dZ2[1,2] = {delta}" in told
        assert "delta_out" not in told
        await press(pilot, "e")
        assert pilot.app.screen.query_one(Input).value == "dZ2[1,2] > -0.99"
        pilot.app.screen.query_one(Input).value = "z_1[1,1] > 0"
        await press(pilot, "enter")
        assert "in ng the activation is A1 (z_1 in sgdb)" in complaint(pilot)
        pilot.app.screen.query_one(Input).value = "J < 0.46"
        await press(pilot, "enter")
        assert complaint(pilot) == "Watch 1 is that already."
        await press(pilot, "escape", "escape")
        await speak(pilot, "mitchell")
        await press(pilot, "w")
        assert "n * (-delta2[1,2]) > -0.99" in everything(pilot)
        assert "E < 0.46" in everything(pilot)
        await press(pilot, "escape")
        await speak(pilot, "sgdb's own")
        await press(pilot, "w")
        assert all(text in everything(pilot) for text in saved)


async def test_the_dialog_says_what_to_type_in_the_notation() -> None:
    async with app(MEAN).run_test(size=(120, 40)) as pilot:
        await speak(pilot, "ng")
        await press(pilot, "w")
        assert pilot.app.screen.query_one(Input).placeholder.startswith("a condition: J < 0.01, W1[3,1] changes sign")
        assert "J rises · all(A1[2,:] == 0) · max(abs(dW2)) > 1" in everything(pilot)


async def test_what_if_is_typed_and_shown_in_the_notation() -> None:
    async with app(MEAN).run_test(size=(120, 40)) as pilot:
        await speak(pilot, "ng")
        await seek(pilot, 4)
        await inspect(pilot, "W_1", (2, 1))
        await press(pilot, "e")
        value = core.significant(shown(pilot).values["W_1"][1, 0], 6)
        assert pilot.app.screen.query_one(Input).value == f"W1[1,2] = {value}"
        told = " ".join(everything(pilot).replace("│", " ").split())
        assert "W1, W2, X, Y, alpha, batch_size" in told
        pilot.app.screen.query_one(Input).value = "W_out[1,1] = 1"
        await press(pilot, "enter")
        assert "in ng the weights are W2 (W_out in sgdb)" in complaint(pilot)
        await press(pilot, "escape")
        await change(pilot, "W1[3,1] = W1[3,1] + 1")
        assert training(pilot).run.branch.edits == (Edit(4, "W_1", (1, 3), Timeline(MEAN)[4].values["W_1"][0, 2] + 1),)
        np.testing.assert_array_equal(shown(pilot).values["W_1"][0, 2], training(pilot).run.branch.edits[0].value)
        assert "changed here: W₁[3,1] = " in texts(pilot)[1]
        await press(pilot, "B")
        assert "W₁[3,1] = " in everything(pilot)
        assert ", J 0." in everything(pilot)


@pytest.fixture
def sgdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Any:
    """sgdb in a folder with ng.toml, in ng, and a.session, which was looked at in nielsen."""
    monkeypatch.chdir(tmp_path)
    Path("ng.toml").write_text(f'notation = "ng"\n{PROBLEM}')
    problem = core.load_problem("ng.toml", {"lr": "1000"})
    session, timelines = Session.of(problem).with_view({"notation": "nielsen"}), Timelines(problem)
    timelines[session.looked_at.branch].approach(3)
    core.save_session(session.at(2), "a.session", timelines)

    def run(*words: str) -> tuple[int, str, str]:
        status = cli.main([*words])
        out, err = capfd.readouterr()
        return status, out, err

    return run


def test_until_is_typed_in_the_notation(sgdb: Any) -> None:
    own = sgdb("run", "exercise-2", "--until", "loss < 0.5")
    status, out, _ = sgdb("run", "exercise-2", "--notation", "ng", "--until", "J < 0.5")
    assert (status, out) == (0, own[1].replace("loss", "J"))
    status, _, err = sgdb("run", "ng.toml", "--until", "loss < 0.01")
    assert status == 2
    assert "in ng the loss is J (loss in sgdb)\n  loss < 0.01\n  ^" in err
    assert sgdb("run", "ng.toml", "--notation", "sgdb", "--until", "loss < 100")[0] == 0
    status, _, err = sgdb("run", "exercise-2", "--notation", "ng", "--until", "J < 0", "--max-steps", "3")
    assert status == 1
    assert "in none of the steps 0 to 3: when J < 0\n" in err
    assert "expected" in sgdb("run", "exercise-2", "--notation", "none", "--until", "z < 3")[2]


def test_a_session_is_told_in_the_notation_that_it_was_looked_at(sgdb: Any) -> None:
    letters = {"sgdb": "ℒ ", "ng": "J ", "": "C "}
    for notation, letter in letters.items():
        words = ("--notation", notation) if notation else ()
        status, out, err = sgdb("run", "a.session", *words)
        assert status in (0, 1)
        assert out
        assert f": {letter}" in next(line for line in err.splitlines() if line.startswith("verdict: step"))
    assert sgdb("run", "a.session", "--notation", "none")[0] == 2


def test_places_of_a_diagnosis_have_the_notations_name_too(sgdb: Any) -> None:
    own, ng = (
        json.loads(sgdb("diagnose", "exercise-2", "--lr", "1", "--json", *words)[1])["findings"][0]["place"]
        for words in ((), ("--notation", "ng"))
    )
    assert own == {"step": 5, "name": "s_1", "cell": [1, 3]}
    assert ng == {**own, "label": "Z₁[3,1]"}
    told = [sgdb("diagnose", "a.session", *words)[1] for words in ((), ("--notation", "nielsen"), ("--notation", "ng"))]
    assert told[0] == told[1] != told[2]


async def test_help_and_palette_have_the_loss_as_it_is_typed() -> None:
    async with app(MEAN).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for notation, loss in (("sgdb's own", "loss"), ("ng", "J")):
            await speak(pilot, notation)
            text = f"Watches, such as {loss} < 0.01: add, change, and where they hold"
            assert text in commands(pilot)
            await press(pilot, "question_mark")
            assert f"Watches, such as {loss} < 0.01" in everything(pilot)
            await press(pilot, "escape")


def test_a_gradient_by_a_dot_needs_no_quotes(tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.toml"
    numbers = core.Timeline(exercise_2())[0].values["dW_1"].T.tolist()
    answers = f'[answers]\nW1.grad = {numbers}\n[formulas]\nW1.grad = "dz1\' * x"\n'
    sheet.write_text(f'problem = "exercise-2"\nnotation = "pytorch"\n{answers}', encoding="utf-8")
    report = core.check_answers(sheet).shown
    assert ({verdict.name for verdict in report.cells}, report.right) == ({"dW1"}, True)
    assert [formula.name for formula in report.formulas] == ["dW1"]
