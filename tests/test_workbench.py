"""Inspecting cells and walking through the computations of a step, by keys and mouse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Static
from tui.panes.arithmetic import ArithmeticPane
from tui.panes.deltas import DeltasPane
from tui.workbench import Workbench

import core
from core.computation import values_of
from core.explanation import explain
from samples import random_problem
from screen import app, diverging, notices, press, settle, shown, texts, training, wide
from tui.matrix import MatrixView


def bench(pilot: Pilot[Any]) -> Workbench:
    return training(pilot).query_one(Workbench)


def arithmetic(pilot: Pilot[Any]) -> str:
    """What the arithmetic pane says."""
    return str(training(pilot).query_one("#lines", Static).content)


async def inspect(pilot: Pilot[Any], name: str, cell: tuple[int, ...]) -> None:
    """Put the cell cursor on a cell."""
    bench(pilot).inspected = (name, cell)
    await settle(pilot)


async def test_enter_asks_where_a_number_comes_from_and_escape_leaves() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        assert bench(pilot).inspected == ("y_out", (1, 1))
        assert "y_out[1]" in arithmetic(pilot)
        await press(pilot, "escape")
        assert bench(pilot).inspected is None
        assert not training(pilot).query_one(ArithmeticPane).display or not bench(pilot).has_class("-detailed")


async def test_the_arithmetic_has_symbols_numbers_and_the_result_in_full() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "delta_1", (3, 3))
        formula, shapes, symbols, numbers, result = arithmetic(pilot).splitlines()
        assert formula == "δ₁ = ∂z₁ ⊙ f₁'(s₁)"
        assert shapes.split() == ["4×3", "4×3", "4×3"]
        assert symbols == "δ₁[3,3] = ∂z₁[3,3] · f₁'(s₁[3,3])"
        assert numbers.strip() == "= 0.0957024 · 1"
        assert result.strip() == f"= {float(shown(pilot).deltas[0][2, 2])!r}"
        await inspect(pilot, "dz_1", (3, 3))
        formula, shapes, symbols, numbers, _ = arithmetic(pilot).splitlines()
        assert formula == "∂z₁ = δ_out W_outᵀ"
        assert shapes.split() == ["4×3", "4×1", "1×3"]
        assert symbols == "∂z₁[3,3] = δ_out[3] · W_out[3]"
        assert numbers.strip() == "= 1.06336 · 0.09"


async def test_arrows_move_the_cursor_and_n_and_p_still_step() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "s_1", (1, 1))
        await press(pilot, "down", "right", "right", "right", "left")
        assert bench(pilot).inspected == ("s_1", (2, 2))
        assert shown(pilot).index == 0
        await press(pilot, "n")
        assert shown(pilot).index == 1
        assert bench(pilot).inspected == ("s_1", (2, 2))
        assert f"= {shown(pilot).pre_activations[0][1, 1]:.6g}" in arithmetic(pilot)
        await press(pilot, "p", "pagedown", "up")
        assert bench(pilot).inspected == ("s_1", (3, 2))


async def test_tab_visits_every_matrix_and_every_one_explains_itself() -> None:
    async with app(core.load_problem("three-classes")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "enter")
        seen = set()
        while (name := bench(pilot).inspected[0]) not in seen:  # type: ignore[index]
            seen.add(name)
            assert arithmetic(pilot)
            await press(pilot, "tab")
        assert seen == set(values_of(shown(pilot)))


async def test_a_term_can_be_followed_to_its_cell_and_the_trail_leads_back() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n")
        await inspect(pilot, "delta_1", (3, 3))
        await press(pilot, "enter", "enter")
        assert bench(pilot).inspected == ("dz_1", (3, 3))
        await press(pilot, "right", "enter")
        assert bench(pilot).inspected == ("W_out", (3, 1))
        await press(pilot, "enter")
        assert bench(pilot).inspected == ("W_out_next", (3, 1))
        assert shown(pilot).index == 0
        await press(pilot, "backspace")
        assert bench(pilot).inspected == ("W_out", (3, 1))
        assert shown(pilot).index == 1
        await press(pilot, "backspace")
        assert bench(pilot).inspected == ("dz_1", (3, 3))
        await press(pilot, "backspace")
        assert bench(pilot).inspected == ("delta_1", (3, 3))
        await press(pilot, "escape")
        assert bench(pilot).inspected == ("delta_1", (3, 3))
        await press(pilot, "escape")
        assert bench(pilot).inspected is None


async def test_a_given_number_says_that_it_was_given() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "X_in", (2, 1))
        assert "given" in arithmetic(pilot)
        await press(pilot, "enter", "enter")
        assert any("given" in message for message in notices(pilot))


async def test_y_copies_the_arithmetic() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "dW_out", (2, 1))
        await press(pilot, "y")
        assert pilot.app.clipboard == str(explain(shown(pilot), "dW_out", (2, 1)))


async def test_a_click_on_a_number_inspects_it() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        line = next(i for i, text in enumerate(texts(pilot)) if "-0.411784" in text)
        await pilot.click(offset=(texts(pilot)[line].index("-0.411784") + 3, line))
        await settle(pilot)
        assert bench(pilot).inspected == ("dW_out", (1, 1))


async def test_the_cells_that_feed_and_that_are_fed_are_marked() -> None:
    async with app().run_test(size=(200, 60)) as pilot:
        await settle(pilot)
        await inspect(pilot, "delta_1", (3, 3))
        marked = "\n".join(texts(pilot))
        assert marked.count("◆") == 2  # ∂z₁[3,3], s₁[3,3]
        assert marked.count("◇") == 2  # ∂W₁[1,3], ∂W₁[2,3]


async def test_the_walk_goes_through_every_computation_and_on_into_the_next_step() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        order = [quantity.name for quantity in core.quantities(shown(pilot))]
        walked = []
        for _ in order:
            await press(pilot, "full_stop")
            walked.append(bench(pilot).current)
        assert walked == order
        assert shown(pilot).index == 0
        await press(pilot, "full_stop")
        assert (shown(pilot).index, bench(pilot).current) == (1, "s_1")
        await press(pilot, "comma")
        assert (shown(pilot).index, bench(pilot).current) == (0, "W_out_next")
        await press(pilot, "escape")
        assert bench(pilot).current is None


async def test_before_the_first_computation_of_step_0_there_is_nothing() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "full_stop", "comma")
        assert bench(pilot).current == "s_1"
        assert any("first computation" in message for message in notices(pilot))


async def test_what_the_walk_has_not_reached_is_veiled() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        assert any("-0.90141" in line for line in texts(pilot))
        await press(pilot, "full_stop", "full_stop")
        screen = "\n".join(texts(pilot))
        assert "z₁ = f₁(s₁)" in screen
        assert "0.869" in screen
        assert "-0.90141" not in screen
        assert "0.09859" not in screen


async def test_the_cursor_stays_within_the_last_smaller_batch() -> None:
    async with app(wide()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "y_out", (32, 5))
        await press(pilot, "n", "n")
        assert len(shown(pilot).batch) == 6
        assert bench(pilot).inspected == ("y_out", (6, 5))


async def test_inspecting_goes_on_under_the_hinge_and_ends_where_a_quantity_is_not_there() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        await inspect(pilot, "p", (2, 1))
        assert "exp" in arithmetic(pilot) or "e^" in arithmetic(pilot)
        await press(pilot, "h")
        assert bench(pilot).inspected is None


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_cell_under_the_cursor_is_in_view_at_any_size(size: tuple[int, int]) -> None:
    async with app(wide()).run_test(size=size) as pilot:
        await settle(pilot)
        for name, cell in (("W_1", (60, 40)), ("dW_2", (1, 30)), ("s_1", (20, 1)), ("W_out_next", (30, 5))):
            await inspect(pilot, name, cell)
            pane = next(pane for pane in training(pilot).query(MatrixView) if pane.find(name))
            pane.focus()
            await settle(pilot)
            block = pane.find(name)
            assert block is not None
            text = block.format.text(float(block.values[block.place(cell)]))
            assert any(text in line for line in texts(pilot)), (name, cell)


async def test_d_puts_central_differences_beside_the_gradients_and_follows_the_step() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "tab", "z", "d")
        check = bench(pilot).query_one(DeltasPane).check
        assert check is not None
        assert check.step == 0
        screen = "\n".join(texts(pilot))
        assert "ΔW₁" in screen
        assert screen.count("✓") == 9
        await press(pilot, "n")
        assert bench(pilot).query_one(DeltasPane).check is not None
        assert bench(pilot).query_one(DeltasPane).check.step == 1  # type: ignore[union-attr]
        await press(pilot, "d")
        assert "ΔW₁" not in "\n".join(texts(pilot))


async def test_a_long_gradient_check_shows_itself_and_stops_for_the_next_step() -> None:
    problem = random_problem(0, (784, 300, 100, 10), rows=64, loss=core.SoftmaxCrossEntropy())
    async with app(problem).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await pilot.press("d")
        while not any("checking gradients" in line for line in texts(pilot)):
            await pilot.pause()
        await pilot.press("d")
        await press(pilot, "n")
        assert shown(pilot).index == 1
        assert bench(pilot).query_one(DeltasPane).check is None


async def test_f_shows_every_gradient_twice_and_their_numbers_agree() -> None:
    async with app(core.load_problem("exercise-1")).run_test(size=(120, 60)) as pilot:
        await settle(pilot)
        await press(pilot, "f")
        screen = "\n".join(texts(pilot))
        assert "δ₂ = (δ_out W_outᵀ) ⊙ f₂'(s₂)" in screen or "δ₂  = (δ_out W_outᵀ) ⊙ f₂'(s₂)" in screen
        statics = " ".join(str(static.content) for static in pilot.app.screen.query(Static))
        assert "∂ℒ/∂W₁ = X_inᵀ" in statics
        for k in (1, 2, 3):
            view = pilot.app.screen.query_one(f"#numbers_{k}", MatrixView)
            recursion, in_full = view.blocks_shown
            np.testing.assert_allclose(recursion.values, in_full.values, rtol=1e-12)
            np.testing.assert_allclose(
                recursion.values, core.Timeline(training(pilot).problem)[0].weight_gradients[k - 1]
            )
        await press(pilot, "escape")
        assert shown(pilot).index == 0


async def test_a_network_of_one_layer_can_be_inspected_from_every_pane() -> None:
    async with app(core.load_problem("exercise-3")).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        for pane in ("weights", "deltas", "activations"):
            training(pilot).query_one(f"#{pane}").focus()
            await press(pilot, "enter")
            assert bench(pilot).inspected is not None
            await press(pilot, "escape")


async def test_the_trail_forgets_what_another_loss_does_not_have() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "h")
        await inspect(pilot, "do", (1, 1))
        await press(pilot, "enter", "enter")
        assert bench(pilot).inspected is not None
        await press(pilot, "escape", "escape", "h", "backspace")
        assert any("trail is empty" in message for message in notices(pilot))


async def test_the_trail_leads_back_across_batches_of_different_size() -> None:
    async with app(wide()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "delta_out", (30, 1))
        await press(pilot, "enter", "enter", "n", "n")
        assert len(shown(pilot).batch) == 6
        await press(pilot, "backspace")
        assert shown(pilot).index == 0
        assert bench(pilot).inspected == ("delta_out", (30, 1))


async def test_the_picked_term_is_marked_from_the_first_and_every_term_can_be_reached() -> None:
    async with app(wide()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await inspect(pilot, "s_1", (3, 2))
        await press(pilot, "enter")
        pane = training(pilot).query_one(ArithmeticPane)
        assert "pick" in str(pane.border_title)
        spans = training(pilot).query_one("#lines", Static).content.spans  # type: ignore[union-attr]
        assert any("reverse" in str(span.style) for span in spans)
        assert arithmetic(pilot).splitlines()[2].count("·") == 60
        await press(pilot, "left", "enter")
        assert bench(pilot).inspected == ("b_1", (2,))
        await press(pilot, "escape")
        assert "arrows move" in str(pane.border_title)


async def test_the_walk_stays_where_the_next_step_cannot_come() -> None:
    async with app(diverging()).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        training(pilot).seek(1000)
        await settle(pilot)
        last = shown(pilot).index
        bench(pilot).current = "W_out_next"
        await press(pilot, "full_stop")
        assert (shown(pilot).index, bench(pilot).current) == (last, "W_out_next")


async def test_enter_in_a_pane_that_shows_nothing_yet_does_nothing() -> None:
    async with app().run_test() as pilot:
        await settle(pilot)
        for pane in bench(pilot).panes:
            pane.forget()
        bench(pilot).action_inspect()
        assert bench(pilot).inspected is None
