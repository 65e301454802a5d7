"""The sheet in a course's notation: what it calls quantities, and that nothing else changes."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

import core
from core.branches import Timelines
from core.expression.pieces import as_text
from core.notations import SHIPPED, typed_formula
from core.notations.rendition import Rendition
from samples import exercise_2
from screen import app, commands, frame, inspect, last_line, pane, press, settle, texts, training, view, why
from tui.app import SgdbApp
from tui.sheet.lines import Span
from tui.training.help import READING, reading
from tui.training.plot import curve_of, title
from tui.training.rows import together
from tui.training.view import View

MEAN = exercise_2(reduction="mean")
NUMBER = re.compile(r"-?\d+\.\d{3,}")
CLASSES = core.load_problem("three-classes")


async def speak(pilot: Pilot[Any], notation: str) -> None:
    await settle(pilot)
    (command,) = [found for name, found in commands(pilot).items() if name.startswith(f"Notation: {notation}")]
    await command()
    await settle(pilot)


def numbers(pilot: Pilot[Any]) -> list[str]:
    """Those of the sheet's rows and matrices, in order."""
    lines = [line for name in ("activations", "deltas", "weights") for line in pane(pilot, name)]
    return [number for line in lines for number in NUMBER.findall(line)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_long_word_for_the_targets_has_its_place(size: tuple[int, int]) -> None:
    async with app(CLASSES).run_test(size=size) as pilot:
        await speak(pilot, "pytorch")
        assert {"target", "ℓ"} <= {*" ".join(pane(pilot, "activations")).split()}


async def test_the_palette_has_every_notation_and_sgdbs_own() -> None:
    async with app(MEAN).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        before = texts(pilot)
        assert sum(name.startswith("Notation: ") for name in commands(pilot)) == len(SHIPPED)
        await speak(pilot, "ng")
        assert view(pilot).notation == "ng"
        assert "On paper: Columns are samples; W is out x in; dZ has no 1/m." in last_line(pilot)
        told = " ".join(pane(pilot, "activations"))
        assert all(heading in told.split() for heading in ("Xᵀ", "Z₁ᵀ", "A₁ᵀ", "A₂ᵀ=Z₂ᵀ", "Yᵀ", "L"))
        assert " ".join(pane(pilot, "deltas")).count("ᵀ/m") == 3
        assert "J 0." in texts(pilot)[0]
        await speak(pilot, "sgdb's own")
        assert "sgdb's own names" in last_line(pilot)
        await press(pilot, "f", "f")
        assert texts(pilot)[:20] == before[:20]


@pytest.mark.parametrize("notation", [found.name for found in SHIPPED])
async def test_headings_are_the_notations_and_no_number_of_the_sheet_changes(notation: str) -> None:
    problem = CLASSES if notation in ("nielsen", "bishop") else MEAN
    async with app(problem).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n")
        before = numbers(pilot)
        assert len(before) > 50
        await speak(pilot, "sgdb's own" if notation == "sgdb" else f"{notation} ")
        assert numbers(pilot) == before
        rendition = Rendition(core.NOTATIONS[notation], training(pilot).recorded.statement)  # type: ignore[union-attr]
        sheet = "\n".join((*pane(pilot, "activations"), *pane(pilot, "deltas"), *pane(pilot, "weights")))
        for name in ("X_in", "y_gt", "W_1", "W_out", "s_1", "z_1", "delta_1", "delta_out"):
            assert as_text([rendition.spellings[name].piece]) in sheet
        if not rendition.notation.is_own:
            assert not re.search(r"[_](in|out|gt)", "\n".join(texts(pilot)))


@pytest.mark.parametrize("notation", ["ng", "mitchell", "goodfellow", "pytorch"])
@pytest.mark.parametrize("problem", [MEAN, CLASSES], ids=["exercise 2", "three classes"])
async def test_no_page_falls_back_to_sgdbs_names(notation: str, problem: core.Problem) -> None:
    async with app(replace(problem, notation=core.NOTATIONS[notation])).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert f"{training(pilot).step.statement.letters['loss']} of every step" in " ".join(texts(pilot))  # type: ignore[union-attr]
        for keys in (
            ["n"],
            ["down"],
            ["m"],
            ["m", "V"],
            ["V", "d"],
            ["d", "f"],
            ["f"],
            ["i"],
            ["i"],
            *[["full_stop"]] * 22,
        ):
            await press(pilot, *keys)
            assert not re.search(r"[_](in|out|gt)|ℒ", "\n".join(texts(pilot))), keys
            assert not re.search(r"\b[a-zA-Z]+_\d", "\n".join(texts(pilot))), keys
        await press(pilot, "escape")
        for name, cell in (("delta_1", (1, 1)), ("dW_out", (1, 1)), ("W_1", (1, 2)), ("y_out", (2, 1))):
            await inspect(pilot, name, cell)
            assert not re.search(r"[_](in|out|gt)|ℒ", "\n".join(texts(pilot))), name


async def test_a_number_is_called_by_its_place_on_paper() -> None:
    async with app(MEAN).run_test(size=(120, 40)) as pilot:
        await speak(pilot, "ng")
        await inspect(pilot, "delta_1", (1, 2))
        assert "dZ₁[2,1]/m" in pane(pilot, "why")[0]
        assert "dZ₁[2,1]/m = (dZ₂[1]/m · W₂[2]) · g'(Z₁[2,1])" in why(pilot)
        await press(pilot, "0")
        assert "ℒ" not in why(pilot)


async def test_a_problem_begins_in_its_notation_and_a_session_keeps_the_chosen_one(tmp_path: Path) -> None:
    problem = core.load_problem("exercise-2")
    async with SgdbApp(replace(problem, notation=core.NOTATIONS["bishop"])).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert "a₁ᵀ" in "\n".join(pane(pilot, "activations"))
        assert "δ gives each layer its ∂E/∂W." in why(pilot)
    path = tmp_path / "mine.session"
    core.save_session(core.Session.of(problem).with_view({"notation": "goodfellow"}), path, Timelines(problem))
    for given, expected in (("", "goodfellow"), ("ng", "ng")):
        session = core.load_session(path)
        opened = SgdbApp(session.problem(), session=session, path=str(path), notation=given)
        async with opened.run_test(size=(120, 40)) as pilot:
            await settle(pilot)
            await press(pilot, "n")
            assert view(pilot).notation == expected
    core.save_session(core.Session.of(problem).with_view({"notation": "klingon"}), path, Timelines(problem))
    session = core.load_session(path)
    async with SgdbApp(session.problem(), session=session, path=str(path)).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        assert view(pilot).notation == ""


async def test_the_help_says_what_names_mean_and_in_which_one_types() -> None:
    async with app(MEAN).run_test(size=(200, 60)) as pilot:
        await speak(pilot, "mitchell")
        step = training(pilot).step
        assert step is not None
        *groups, (title, entries) = reading(training(pilot).notation, step.statement)
        assert [found for found, _ in groups] == [found for found, _ in READING if found != "notation"]
        assert title == "notation: mitchell"
        told = dict(entries)
        assert told["paper"] == "Columns are samples; w is out x in; δ is minus the gradient."
        assert told["-δ₂ᵀ"] == "the gradient, which is -δ₂"
        assert told["typing"].endswith("in these names: net1, o1, delta1, w1[row,column on paper]")
        assert reading(None, step.statement) == READING
        await press(pilot, "question_mark", "end")
        assert "notation: mitchell" in "\n".join(texts(pilot))


async def test_the_frame_stays_where_the_notation_changes_the_names_alone() -> None:
    async with app(MEAN).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        areas = frame(pilot).areas
        await speak(pilot, "ng")
        assert frame(pilot).areas == areas


@pytest.mark.parametrize(("chosen", "letter"), [("nielsen", "z^{2}"), ("sgdb", "s_{1}")])
async def test_the_solution_is_written_in_the_notation_in_sight(tmp_path: Path, chosen: str, letter: str) -> None:
    path = tmp_path / "solution.tex"
    problem = replace(MEAN, notation=core.NOTATIONS["ng"])
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await speak(pilot, chosen)
        step = training(pilot).recorded
        assert step is not None
        await press(pilot, "x")
        pilot.app.screen.query_one(Input).value = str(path)
        await press(pilot, "enter")
        await settle(pilot)
    core.write_solution(step, tmp_path / "expected.tex", "latex", notation=core.NOTATIONS[chosen])
    text = path.read_text(encoding="utf-8")
    assert rf"\textbf{{${letter}$}}" in text
    assert text == (tmp_path / "expected.tex").read_text(encoding="utf-8")


def test_a_title_of_the_plot_of_any_width_calls_the_loss_what_the_notation_does() -> None:
    problem = core.load_problem("circles")
    timeline = core.Timeline(problem)
    timeline.advance(30)
    scores = core.Scores(timeline)
    scores.finish()
    curve = curve_of(timeline, "", held_out=scores.points(held_out=True))
    step = core.shown_in(timeline[30], core.notation("ng"))
    for width in range(20, 100):
        words = "".join(span.text for span in title(View(), step, [curve], width))
        assert "J" in words
        assert "ℒ" not in words


@pytest.mark.parametrize(
    ("title", "heading"),
    [
        ("∂C/∂a₂ᵀ/n", "∂a₂ᵀ/n 2 3"),
        ("-∂E/∂net₁ᵀ", "-∂net₁ᵀ 2 3"),
        ("∂C/∂nabla₂ᵀ/n", "∂C/∂nabla₂ᵀ/n 3"),
        ("∂a₂ and so on", "∂a₂ and so on 3"),
        ("δ₁", "δ₁ 1 2 3"),
    ],
)
def test_a_long_title_leaves_room_for_the_numbers_of_the_columns(title: str, heading: str) -> None:
    numbers = [Span(1 + 7 * i, str(i + 1), "dim") for i in range(3)]
    numbers = [number._replace(column=number.column + 2) for number in numbers]
    found = together([(Span(0, title, "title"),)], [numbers])
    assert " ".join(span.text for span in found) == heading


def test_the_penalty_in_a_gradient_without_its_share_is_one_product() -> None:
    problem = replace(MEAN, penalty=core.Penalty(l2=0.1))
    found = Rendition(core.notation("nielsen"), core.statement_of(problem, 3))
    assert typed_formula(found, "dW_1") == "nabla_w2 = delta2 * x' + n * lambda * w2"
