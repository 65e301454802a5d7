"""Answers that were checked, on the screen."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label, Static

import core
from screen import app, commands, last_line, pane, press, settle, shown, styled, texts, training, view, why
from test_noted_answers import NG
from tui.dialogs.check import CheckScreen
from tui.dialogs.report import ReportScreen

EXAMPLES = Path(__file__).parent.parent / "examples"
PUBLISHED = EXAMPLES / "exercise-2-published.toml"


@pytest.fixture
def report() -> core.CheckReport:
    return core.check_answers(PUBLISHED)


def sheet(pilot: Pilot[Any]) -> str:
    """The numbers of the step, with their marks."""
    return "\n".join(line for name in ("activations", "deltas", "weights") for line in pane(pilot, name))


async def test_the_screen_begins_at_the_first_slip_and_says_what_was_written(report: core.CheckReport) -> None:
    async with app(report.step.problem, report).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert view(pilot).cursor == ("delta_1", (2, 3))
        assert "slip 1 of 2" in pane(pilot, "why")[0]
        assert "-0.8899" in why(pilot)
        assert "decimal point" in why(pilot)
        assert f"{report.step.deltas[0][1, 2]:.7g}" in why(pilot)
        assert "69 of 71" in texts(pilot)[0]


async def test_a_number_that_is_wrong_is_shown_as_it_was_written_and_others_are_true(report: core.CheckReport) -> None:
    async with app(report.step.problem, report).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "-0.8899" in sheet(pilot)
        await press(pilot, "escape")
        assert "-0.8899✗" in sheet(pilot)
        assert "-0.0890" in sheet(pilot)  # the same number of ∂z₁
        assert sheet(pilot).count("✗") == 2
        assert [text.strip() for text in styled(pilot, "slip") if "✗" in text and len(text) > 2] == [
            "-0.8899✗",
            "0.0505✗",
        ]
        assert 50 <= sheet(pilot).count("✓") <= 69


async def test_what_follows_from_a_slip_is_marked_so() -> None:
    step = core.Timeline(core.load_problem("exercise-2"))[0]
    wrong = core.check_answers({"s_out[1]": 0.9859, "y_out[1]": 0.9859, "delta_out[1]": -0.0141}, step)
    assert wrong.counts["follows"] > 0
    async with app(step.problem, wrong).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "escape")
        assert "→" in sheet(pilot)
        assert "✗" in sheet(pilot)


async def test_the_marks_belong_to_their_step_and_come_back_with_it(report: core.CheckReport) -> None:
    async with app(report.step.problem, report).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "escape", "n")
        assert "✗" not in sheet(pilot)
        assert "right 3 of 4" in texts(pilot)[0] or "right 2 of 4" in texts(pilot)[0]
        await press(pilot, "p")
        assert "✗" in sheet(pilot)
        await press(pilot, "escape")
        assert "✗" not in sheet(pilot)
        assert view(pilot).report is None


async def test_what_escape_hides_a_key_brings_back(report: core.CheckReport) -> None:
    async with app(report.step.problem, report).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "escape")
        assert "esc hide answers" in texts(pilot)[-1]
        await press(pilot, "escape")
        assert ("✗" in sheet(pilot), "you wrote" in why(pilot)) == (False, False)
        assert texts(pilot)[-1].startswith(" a answers")
        await press(pilot, "a")
        assert sheet(pilot).count("✗") == 1  # of the two that the size has in sight
        await press(pilot, "a", "n", "a")
        await settle(pilot)
        assert shown(pilot).index == 0
        assert "✗" in sheet(pilot)
        await press(pilot, "a", "s")
        assert view(pilot).cursor == ("delta_1", (2, 3))
        assert "you wrote" in why(pilot)
        await press(pilot, "escape", "escape", "r")
        assert isinstance(pilot.app.screen, ReportScreen)


async def test_without_answers_their_key_says_where_to_load_some() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "a")
        assert "No answers are loaded" in last_line(pilot)


MARKS = {
    "right": ("✓", "✓ right"),
    "rounded": ("≈", "≈ right within your own rounding"),
    "follows": ("→", "→ follows from your s₁"),
    "zeros": ("∅", "∅ follows from your s₁, but only from zeros"),
    "coarse": ("±", "± right to 3 digits only"),
    "open": ("?", "nothing was written here"),
}


@pytest.mark.parametrize("status", MARKS)
@pytest.mark.parametrize("colour", [True, False])
async def test_every_verdict_has_its_mark_and_its_words(
    report: core.CheckReport, status: str, colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not colour:
        monkeypatch.setenv("NO_COLOR", "1")
    zeros = status == "zeros"
    cells = [
        verdict._replace(status="follows" if zeros else status, follows_from=("s_1",), from_zeros=zeros)  # type: ignore[arg-type]
        if (verdict.name, verdict.cell) == ("z_1", (1, 2))
        else verdict
        for verdict in report.cells
    ]
    changed = replace(report, cells=tuple(cells))
    mark, words = MARKS[status]
    async with app(report.step.problem, changed).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "escape")
        assert f"0.8690{mark}" in pane(pilot, "activations")[3].split("│")[2]
        assert mark in why(pilot)  # what it means
        training(pilot).go(core.Place(0, "z_1", (1, 2)))
        await settle(pilot)
        assert words in " ".join(why(pilot).split())
        if status != "open":
            assert "you wrote 0.869 it is 0.869" in " ".join(why(pilot).split())


async def test_a_convention_is_told_once_at_the_top() -> None:
    path = Path(__file__).parent / "expected_sheets" / "one-record" / "answers-slope-at-z-target-minus-output.toml"
    found = core.check_answers(path)
    async with app(found.step.problem, found).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "your δ have the opposite sign convention" in texts(pilot)[1]
        assert "\n".join(texts(pilot)).count("opposite sign convention") == 1
        assert "it is 0.02248057 by your convention" in why(pilot)
        await press(pilot, "escape")
        assert "your δ have the opposite sign convention" in why(pilot)


async def test_where_nothing_was_written_there_is_nothing_to_judge() -> None:
    found = core.check_answers(Path(__file__).parent / "expected_sheets" / "small" / "blank-sheet.toml")
    async with app(found.step.problem, found).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "│ nothing to judge │" in texts(pilot)[0]
        assert "nothing to judge: 67 numbers left open" in texts(pilot)[1]
        assert "right" not in texts(pilot)[1]


async def test_the_marks_belong_to_their_loss_and_come_back_with_it(report: core.CheckReport) -> None:
    async with app(report.step.problem, report).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "you wrote" in why(pilot)
        marks = sheet(pilot).count("✓")
        await press(pilot, "h")
        assert "✓" not in sheet(pilot)
        assert "you wrote" not in why(pilot)
        await press(pilot, "s")
        assert "you wrote" not in why(pilot)
        await press(pilot, "h")
        assert sheet(pilot).count("✓") == pytest.approx(marks, abs=2)


async def test_s_goes_around_the_slips_and_comes_back_to_their_step(report: core.CheckReport) -> None:
    async with app(report.step.problem, report).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "s")
        assert view(pilot).cursor == ("W_out_next", (3, 1))
        assert "slip 2 of 2" in pane(pilot, "why")[0]
        await press(pilot, "s")
        assert view(pilot).cursor == ("delta_1", (2, 3))
        await press(pilot, "S", "escape", "n", "s")
        assert (shown(pilot).index, view(pilot).cursor) == (0, ("delta_1", (2, 3)))


async def test_a_wrong_shape_is_told(report: core.CheckReport) -> None:
    step = report.step
    turned = core.check_answers({"dW_1": step.weight_gradients[0].T}, step)
    async with app(step.problem, turned).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert view(pilot).cursor == ("dW_1", (1, 1))
        assert "slip 1 of 1" in pane(pilot, "why")[0]
        assert "transposed" in why(pilot)


async def test_right_answers_have_no_slip(report: core.CheckReport) -> None:
    right = core.check_answers({"loss": float(report.step.loss)}, report.step)
    async with app(report.step.problem, right).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert view(pilot).cursor is None
        assert "answers right 1 of 1" in texts(pilot)[0]
        await press(pilot, "s")
        assert "no slip" in last_line(pilot)


async def test_a_check_that_ends_below_another_screen_shows_when_that_is_closed(
    monkeypatch: pytest.MonkeyPatch, report: core.CheckReport
) -> None:
    covered = threading.Event()

    def check_slowly(*_: object, **__: object) -> core.CheckReport:
        covered.wait()
        return report

    monkeypatch.setattr("tui.dialogs.check.check_answers", check_slowly)
    async with app(report.step.problem).run_test() as pilot:
        await settle(pilot)
        training(pilot).action_check_answers()
        await pilot.pause()
        await pilot.press("a", "enter", "ctrl+p")
        await pilot.pause()
        covered.set()
        await settle(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert pilot.app.screen is training(pilot)
        assert view(pilot).report is report


async def test_the_palette_checks_a_file_on_the_step_on_screen_and_complains_of_a_bad_one(tmp_path: Path) -> None:
    answers = tmp_path / "mine.toml"
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        right = float(shown(pilot).loss)
        answers.write_text(f'problem = "exercise-2"\n[answers]\nloss = {right:.4f}\n"s_1[1,1]" = 17\n')
        await commands(pilot)["Check answers"]()
        await settle(pilot)
        screen = pilot.app.screen
        assert isinstance(screen, CheckScreen)
        screen.query_one(Input).value = str(tmp_path / "nowhere.toml")
        await press(pilot, "enter")
        assert "nowhere.toml" in str(screen.query_one("#complaint", Label).content)
        screen.query_one(Input).value = str(answers)
        await press(pilot, "enter")
        assert view(pilot).cursor == ("s_1", (1, 1))
        assert "slip 1 of 1" in pane(pilot, "why")[0]
        assert "17" in why(pilot)


async def test_a_sheet_of_formulas_opens_with_the_report() -> None:
    formulas = core.check_answers(EXAMPLES / "exercise-1-published.toml")
    async with app(formulas.step.problem, formulas).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        said = "\n".join(str(static.content) for static in pilot.app.screen.query(Static))
        assert isinstance(pilot.app.screen, ReportScreen)
        assert "3 of 3 formulas wrong" in said
        await press(pilot, "escape")
        assert "3 of 3 formulas" in " ".join(why(pilot).split())
        assert "✗" in why(pilot)
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, ReportScreen)


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_every_slip_is_in_sight_where_one_goes_to_it(report: core.CheckReport, size: tuple[int, int]) -> None:
    async with app(report.step.problem, report).run_test(size=size) as pilot:
        await settle(pilot)
        for wanted in ("-0.89", "0.050"):
            assert training(pilot).sheet.place is not None or wanted == "0.050"  # type: ignore[union-attr]
            assert "you wrote" in why(pilot) or size == (60, 20)
            await press(pilot, "s")


NOTED = """
[answers]
A1 = [[-0.00616578, 0.0020626, 0.00349619], [-0.05225116, 0.02725659, -0.02646251],
      [-0.02009721, 0.0036869, 0.02883756], [0.02152675, 0.01385234, 0.02599885]]
dZ2 = [[-0.4997693, 0.49985831, -0.4437]]
[formulas]
dZ1 = "W2' * dZ2 .* g'(Z2)"
"""


@pytest.mark.parametrize("chosen", ["", "ng"])
async def test_answers_in_the_notation_of_the_screen_are_told_in_it(tmp_path: Path, chosen: str) -> None:
    (tmp_path / "problem.toml").write_text(NG, encoding="utf-8")
    (tmp_path / "sheet.toml").write_text(NOTED, encoding="utf-8")
    problem = core.load_problem(str(tmp_path / "problem.toml"))
    problem = problem if chosen else replace(problem, notation=core.notation("ng"))
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        if chosen:
            training(pilot).look(notation=chosen)
            await settle(pilot)
        training(pilot).action_check_answers()
        await pilot.pause()
        pilot.app.screen.query_one(Input).value = str(tmp_path / "sheet.toml")
        await press(pilot, "enter")
        await settle(pilot)
        assert "A₁[4,2]: slip 1 of 2" in pane(pilot, "why")[0]
        assert "the sign is wrong" in why(pilot)
        assert "2 slips in 15 numbers: A₁[4,2], dZ₂[1,3]" in "\n".join(texts(pilot))
        assert "formulas wrong: dZ₁" in "\n".join(texts(pilot))
        await press(pilot, "s")
        assert "it is -0.4997604 in the notation ng" in " ".join(why(pilot).split())
        training(pilot).action_report()
        await pilot.pause()
        said = "\n".join(str(line.content) for line in pilot.app.screen.query(Static))
        assert "in the notation ng: Columns are samples" in said
        assert "g'(Z2) must be g'(Z1)" in said
        assert "dZ₂[1,3] = A₂[1,3] - Y[1,3]" in said
