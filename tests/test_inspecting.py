"""Asking where a number comes from, walking through a step, central differences, formulas and losses."""

from __future__ import annotations

import gc
import re
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot

import core
from core.explanation import explain
from samples import exercise_2, random_problem
from screen import (
    app,
    commands,
    diverging,
    frame,
    inspect,
    last_line,
    pane,
    place,
    press,
    seek,
    settle,
    shown,
    styled,
    texts,
    training,
    until,
    view,
    walked_through,
    why,
    wide,
)


def at(pilot: Pilot[Any]) -> tuple[str, tuple[int, ...]] | None:
    """The inspected cell."""
    return view(pilot).cursor


async def test_enter_asks_where_a_number_comes_from_and_escape_leaves() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert at(pilot) == ("s_out", (3, 1))  # of the chosen sample, which costs most
        assert "s_out[3]" in why(pilot)
        assert sum(line.count("◂") for line in texts(pilot)) == 1
        await press(pilot, "escape")
        assert at(pilot) is None
        assert not any("◂" in line for line in texts(pilot))


async def test_the_arithmetic_has_symbols_shapes_numbers_and_the_result_in_full() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "delta_1", (3, 3))
        said = why(pilot)
        assert "δ₁[3,3]" in pane(pilot, "why")[0]
        assert "δ₁ = ∂z₁ ⊙ f₁'(s₁)" in said
        assert "4×3" in said
        assert f"{shown(pilot).deltas[0][2, 2]:.8g}" in said
        assert "comes from" in said
        assert "goes into" in said


async def test_the_value_at_the_step_before_is_told() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "n")
        await inspect(pilot, "W_out", (2, 1))
        before = core.Timeline(training(pilot).problem)[1].weights[1][1, 0]
        assert f"{before:.6g}" in why(pilot)
        assert "step 1" in why(pilot)


async def test_the_sample_whose_number_is_inspected_is_the_chosen_one() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "s_1", (1, 1))
        assert view(pilot).sample == 0
        await press(pilot, "down", "right")
        assert view(pilot).sample == 1
        await inspect(pilot, "W_out", (3, 1))
        assert view(pilot).sample == 1
        await press(pilot, "escape")
        assert "sample 2" in pane(pilot, "why")[0]


async def test_arrows_move_the_cursor_and_n_and_p_still_step() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "s_1", (1, 1))
        await press(pilot, "down", "right", "right", "right", "left")
        assert at(pilot) == ("s_1", (2, 2))
        assert shown(pilot).index == 0
        await press(pilot, "n")
        assert shown(pilot).index == 1
        assert at(pilot) == ("s_1", (2, 2))
        assert f"{shown(pilot).pre_activations[0][1, 1]:.6g}" in why(pilot)
        await press(pilot, "p", "pagedown", "up", "ctrl+right", "ctrl+left", "pageup", "down", "down")
        assert at(pilot) == ("s_1", (3, 1))


async def test_from_the_last_row_of_weights_down_are_their_biases() -> None:
    async with app(core.load_problem("three-classes")).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await inspect(pilot, "W_1", (1, 3))
        await press(pilot, "down", "down")
        assert at(pilot) == ("b_1", (3,))
        await press(pilot, "up")
        assert at(pilot) == ("W_1", (2, 3))


@pytest.mark.parametrize("size", [(200, 60), (80, 24)])
@pytest.mark.parametrize("problem", ["three-classes", "exercise-3", "exercise-2"])
async def test_tab_visits_every_matrix_on_the_sheet_and_every_one_explains_itself(
    problem: str, size: tuple[int, int]
) -> None:
    async with app(core.load_problem(problem)).run_test(size=size) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        seen: set[str] = set()
        while (name := at(pilot)[0]) not in seen:  # type: ignore[index]
            seen.add(name)
            assert why(pilot)
            assert sum(line.count("◂") for line in texts(pilot)) <= 1
            await press(pilot, "tab")
        step = shown(pilot)
        rows = {name for name, e in step.statement.equations.items() if e.per_sample}
        same = {"y_out", "s_out", "dy_out", "delta_out", "do", "o"}  # the same numbers where the last layer is linear
        assert rows - same <= seen
        assert {e.name for e in step.statement.given.values()} <= seen | {"y_gt", "X_in"} | same
        await press(pilot, "shift+tab")
        assert at(pilot) is not None


async def test_a_term_can_be_followed_to_its_cell_and_the_trail_leads_back() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        await inspect(pilot, "delta_1", (3, 3))
        path = [(1, at(pilot))]
        for _ in range(12):
            await press(pilot, "enter", "enter")
            path.append((shown(pilot).index, at(pilot)))
            if shown(pilot).index == 0:
                break
            await press(pilot, "enter")
            if view(pilot).term is None:
                break
            await press(pilot, "escape")
        assert len(path) > 2
        for step, cell in path[-2::-1]:
            await press(pilot, "backspace")
            assert (shown(pilot).index, at(pilot)) == (step, cell)
        await press(pilot, "backspace")
        assert "trail is empty" in last_line(pilot)


async def test_weights_lead_into_the_step_before_and_back() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        await inspect(pilot, "W_out", (3, 1))
        await press(pilot, "enter", "enter")
        assert shown(pilot).index == 0
        assert at(pilot)[0] in ("W_out", "W_out_next")  # type: ignore[index]
        assert at(pilot)[1] == (3, 1)  # type: ignore[index]
        await press(pilot, "backspace")
        assert (shown(pilot).index, at(pilot)) == (1, ("W_out", (3, 1)))
        await press(pilot, "escape")
        assert at(pilot) is None
        assert shown(pilot).index == 1


async def test_every_term_can_be_picked_and_the_picked_one_is_marked() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "s_1", (3, 2))
        await press(pilot, "enter")
        terms = training(pilot).sheet.terms  # type: ignore[union-attr]
        assert {(t.name, t.cell) for t in terms} == {
            ("X_in", (3, 1)),
            ("X_in", (3, 2)),
            ("W_1", (1, 2)),
            ("W_1", (2, 2)),
        }
        pictures = set()
        for k in range(len(terms)):
            assert view(pilot).term == k
            pictures.add(str([(s.text, s.style) for line in training(pilot).sheet.lines for s in line]))  # type: ignore[union-attr]
            (on_the_sheet,) = [text for text in styled(pilot, "current") if text.endswith("◆")]
            value = shown(pilot).values[terms[k].name][tuple(i - 1 for i in terms[k].cell)]
            assert float(on_the_sheet.rstrip("◆")) == pytest.approx(value, abs=5e-5)
            await press(pilot, "right")
        assert view(pilot).term == 0
        assert len(pictures) == len(terms)
        await press(pilot, "left", "enter")
        last = terms[-1]
        assert at(pilot) == (last.name, last.cell)


async def test_a_given_number_says_that_it_was_given() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "X_in", (2, 1))
        assert "given" in why(pilot)
        await press(pilot, "enter")
        assert "given" in last_line(pilot)
        assert view(pilot).term is None


async def test_y_copies_the_arithmetic() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "dW_out", (2, 1))
        await press(pilot, "y")
        assert pilot.app.clipboard == str(explain(shown(pilot), "dW_out", (2, 1)))
        assert "Copied" in last_line(pilot)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("delta_1", (3, 3)),
        ("z_1", (1, 2)),
        ("W_out", (2, 1)),
        ("dW_1", (1, 3)),
        ("sample_losses", (2,)),
        ("s_out", (4, 1)),
    ],
)
async def test_the_cells_that_feed_and_that_are_fed_are_marked(name: str, cell: tuple[int, ...]) -> None:
    async with app().run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        await inspect(pilot, name, cell)
        step = shown(pilot)
        sheet = "".join("".join(pane(pilot, part)) for part in ("activations", "deltas", "weights"))
        alias = {"s_out": "y_out", "dy_out": "delta_out"}

        def count(blocks: Any) -> int:
            found = set()
            for block in blocks:
                if block.step == step.index and step.values[block.name].ndim:
                    for place in np.ndindex(step.values[block.name].shape):
                        one = tuple(i + 1 for i in place)
                        if one in block:
                            found.add((alias.get(block.name, block.name), one))
            return len(found - {(alias.get(name, name), cell)})

        feeding = [*core.sources(step, name, cell)]
        equations = step.statement.equations
        if name in equations and not equations[name].detail:  # a smaller step, and what that comes from
            ways = [block for block in feeding if block.name in equations and equations[block.name].detail]
            feeding += [found for block in ways for at in block for found in core.sources(step, block.name, at)]
        assert sheet.count("◆") == count(feeding)
        assert sheet.count("◇") == count(core.targets(step, name, cell))
        assert sheet.count("◂") == 1


async def test_a_cell_among_squares_is_in_reverse_and_its_column_is_told() -> None:
    async with app(wide()).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await inspect(pilot, "s_1", (3, 2))
        (cursor,) = [text for text in styled(pilot, "cursor") if len(text) == 1]
        assert cursor in "■▪□▫·○"
        row, column = shown(pilot).pre_activations[0][2], 1
        assert f"{row[column]:.6g}" in why(pilot)
        assert f"{row[0]:.4f}" in why(pilot) or f"{row[2]:.4f}" in why(pilot)  # its neighbours
        x, _ = place(pilot, "s₁ ")
        header = pane(pilot, "activations")[2]
        assert header[x - 2 : x + 12].split()[0] == "2"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_the_inspected_cell_is_in_sight_at_any_size(size: tuple[int, int]) -> None:
    async with app(wide()).run_test(size=size) as pilot:
        await settle(pilot)
        for name, cell in (
            ("s_1", (1, 1)),
            ("s_1", (20, 1)),
            ("delta_2", (30, 2)),
            ("y_out", (32, 5)),
            ("X_in", (5, 1)),
        ):
            await inspect(pilot, name, cell)
            assert training(pilot).sheet.place is not None, (name, cell)  # type: ignore[union-attr]
            x, y = training(pilot).sheet.place  # type: ignore[misc, union-attr]
            row = pane(pilot, "activations" if name[0] != "d" else "deltas")
            found = frame(pilot).areas["activations" if name[0] != "d" else "deltas"]
            assert row[y - found.y][1:].split()[0] == str(cell[0])
            assert x < size[0]


async def test_the_cursor_stays_within_the_last_smaller_batch() -> None:
    async with app(wide()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "y_out", (32, 5))
        await press(pilot, "n", "n")
        assert len(shown(pilot).batch) == 6
        assert at(pilot) == ("y_out", (6, 5))


async def test_the_trail_leads_back_across_batches_of_different_size() -> None:
    async with app(wide()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "delta_out", (30, 1))
        await press(pilot, "enter", "enter", "n", "n")
        assert len(shown(pilot).batch) == 6
        await press(pilot, "backspace")
        assert shown(pilot).index == 0
        assert at(pilot) == ("delta_out", (30, 1))


# The walk through a step.


async def test_the_walk_goes_through_every_computation_and_on_into_the_next_step() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        order = walked_through(shown(pilot))
        walked = []
        for _ in order:
            await press(pilot, "full_stop")
            walked.append(view(pilot).current)
            assert view(pilot).current == "loss" or "▶" in "".join(texts(pilot)[2:])
        assert walked == order
        assert shown(pilot).index == 0
        await press(pilot, "full_stop")
        assert (shown(pilot).index, view(pilot).current) == (1, order[0])
        await press(pilot, "comma")
        assert (shown(pilot).index, view(pilot).current) == (0, order[-1])
        await press(pilot, "escape")
        assert view(pilot).current is None


async def test_before_the_first_computation_of_step_0_there_is_nothing() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "full_stop", "comma")
        assert view(pilot).current == "s_1"
        assert "first computation" in last_line(pilot)


async def test_what_the_walk_has_not_reached_is_veiled() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert any("-0.9014" in line for line in texts(pilot))
        await press(pilot, "full_stop", "full_stop")
        screen = "\n".join(texts(pilot))
        assert "z₁ = f₁(s₁)" in why(pilot)
        assert "0.8690" in screen
        sheet = "\n".join(line for part in ("activations", "deltas", "weights") for line in pane(pilot, part))
        assert "-0.9014" not in sheet
        assert "0.0986" not in sheet
        assert "0.4118" not in sheet


async def test_the_walk_names_its_computation_and_marks_its_factors() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, *["full_stop"] * 9)
        assert view(pilot).current == "delta_1"
        assert any("▶δ₁" in text for text in styled(pilot, "current"))
        assert any(text == "∂z₁◆" for text in styled(pilot, "title"))
        assert any(text == "s₁◆" for text in styled(pilot, "title"))
        assert re.search(r"9 of \d+", pane(pilot, "why")[0])


async def test_enter_on_the_walk_inspects_its_computation() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "full_stop", "full_stop", "enter")
        assert at(pilot) == ("z_1", (3, 1))
        await press(pilot, "full_stop")
        assert at(pilot)[0] == view(pilot).current  # type: ignore[index]


async def test_the_walk_stays_where_the_next_step_cannot_come() -> None:
    async with app(diverging()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await seek(pilot, 1000)
        last = shown(pilot).index
        training(pilot).look(current="W_out_next")
        await press(pilot, "full_stop")
        assert shown(pilot).index == last


# Central differences.


async def test_d_puts_central_differences_beside_the_gradients_and_follows_the_step() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "d")
        check = view(pilot).gradients
        assert check is not None
        assert check.step == 0
        assert "".join(pane(pilot, "weights")).count("✓") == 9
        await press(pilot, "n")
        assert view(pilot).gradients is not None
        assert view(pilot).gradients.step == 1  # type: ignore[union-attr]
        assert "".join(pane(pilot, "weights")).count("✓") == 9
        await inspect(pilot, "dW_1", (1, 2))
        assert "central" in why(pilot) or "difference" in why(pilot)
        await press(pilot, "escape", "d")
        assert "✓" not in "".join(texts(pilot))


async def test_a_long_gradient_check_is_stopped_by_the_next_step() -> None:
    problem = random_problem(0, (784, 300, 100, 10), rows=64, loss=core.SoftmaxCrossEntropy())
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("d")
        await pilot.pause()
        assert view(pilot).differences
        assert view(pilot).gradients is None
        await pilot.press("d")
        await press(pilot, "n")
        assert shown(pilot).index == 1
        assert view(pilot).gradients is None


# Formulas and losses.


async def test_f_shows_every_gradient_by_the_recursion_and_in_full() -> None:
    async with app(core.load_problem("exercise-1")).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        before = pane(pilot, "activations")
        await press(pilot, "f")
        seen = why(pilot)
        for _ in range(40):
            await press(pilot, "shift+down")
            seen += "\n" + why(pilot)
        for formula in ("δ₂", "(δ_out W_outᵀ) ⊙ f₂'(s₂)", "∂W₁", "X_inᵀ"):
            assert formula in seen
        assert pane(pilot, "activations") == before
        await press(pilot, "escape")
        assert view(pilot).aside == ""
        await press(pilot, "f", "f")
        assert view(pilot).aside == ""


async def test_m_puts_the_losses_side_by_side_and_plots_every_run() -> None:
    async with app().run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "shift+right", "m")
        await settle(pilot)
        step = core.Timeline(training(pilot).problem)[10]
        said = why(pilot)
        for comparison in core.compare_losses(step):
            assert comparison.title in said
            if comparison.loss is not None:
                assert f"{comparison.loss:.4f}" in said or f"{comparison.loss:.4g}" in said
        runs = (training(pilot).run.timeline, *training(pilot)._beside.timelines)
        assert [len(timeline) for timeline in runs] == [11] * len(runs)
        others = [c for c in core.compare_losses(step) if c.loss is not None]
        assert {t.problem.loss.title for t in runs} == {c.title for c in others}
        await press(pilot, "n")
        assert view(pilot).aside == "losses"
        await press(pilot, "m")
        assert training(pilot)._beside.timelines == ()
        assert shown(pilot).index == 11


async def test_a_loss_that_is_none_of_those_compared_stands_beside_them() -> None:
    problem = exercise_2(loss=core.SoftmaxMargin(margin=0.5))
    assert [c.title for c in core.compare_losses(core.Timeline(problem)[0])][3:] == [problem.loss.title]
    async with app(problem).run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "m")
        said = why(pilot)
        assert f"⠒ {problem.loss.title} ◂" in said
        assert f"{shown(pilot).loss:.4f}" in said
        assert len(training(pilot)._beside.timelines) == 3


@pytest.mark.filterwarnings("always::RuntimeWarning")
async def test_what_is_computed_beside_and_stopped_at_once_leaves_nothing_to_await(
    recwarn: pytest.WarningsRecorder,
) -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        training(pilot).action_losses()
        training(pilot).action_differences()
        pilot.app.workers.cancel_all()
        await settle(pilot)
    gc.collect()
    assert [str(warning.message) for warning in recwarn if "never awaited" in str(warning.message)] == []


async def test_the_strip_scrolls_no_further_than_its_end() -> None:
    async with app().run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        start = why(pilot)
        assert "shift+↑↓" in start
        await press(pilot, *["shift+down"] * 30)
        end = why(pilot)
        assert end != start
        await press(pilot, "shift+up")
        assert why(pilot) != end
        await press(pilot, *["shift+up"] * 30)
        assert why(pilot) == start


async def test_a_network_of_one_layer_can_be_inspected() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert at(pilot) is not None
        await until(pilot, lambda: "◂" in "".join(texts(pilot)))
        found = commands(pilot)
        assert "Copy the arithmetic of the cell" in found
