"""The hinge pane: what it says of a step, and how a sample and another margin are chosen."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from tui.panes.hinge import HingePane

import core


class Stage(App[None]):
    """The pane alone, which answers the wish for another margin as a screen does."""

    def __init__(self, problem: core.Problem) -> None:
        super().__init__()
        self.timeline = core.Timeline(problem)

    def compose(self) -> ComposeResult:
        yield HingePane(id="hinge")

    def on_mount(self) -> None:
        self.pane.focus()
        self.pane.step = self.timeline[0]

    def on_hinge_pane_margin_wanted(self, event: HingePane.MarginWanted) -> None:
        self.pane.margin = event.margin

    @property
    def pane(self) -> HingePane:
        return self.query_one(HingePane)

    def lines(self) -> list[str]:
        return [self.pane.render_line(y).text.rstrip() for y in range(self.pane.size.height)]


async def shown(pilot: Pilot[None], *keys: str) -> list[str]:
    await pilot.press(*keys)
    await pilot.pause()
    assert isinstance(pilot.app, Stage)
    return pilot.app.lines()


def words(lines: list[str], start: str) -> list[list[str]]:
    """The words of the lines that begin so."""
    return [line.split() for line in lines if line.strip().startswith(start)]


async def test_it_lays_a_sample_open_class_by_class() -> None:
    async with Stage(core.load_problem("exercise-3")).run_test(size=(80, 24)) as pilot:
        lines = await shown(pilot)
        assert str(pilot.app.pane.border_title).startswith("hinge m 0.5  ℒ 1.896  no max 1.46")  # type: ignore[attr-defined]
        assert pilot.app.pane.sample == 1  # type: ignore[attr-defined]  # the first that has a gradient
        lines = await shown(pilot, "up")
        assert words(lines, "▸1") == [["▸1", "1", "0.786986", "0", "○", "-0.360958", "0"]]
        assert words(lines, "2") == [["2", "2", "0.665241", "0.079488", "0.004277", "1"]]
        lines = await shown(pilot, "down", "down")
        assert words(lines, "j=1")[0] == ["j=1", "2", "0.705385", "j=1", "0.945888", "0.945888", "yes"]
        assert words(lines, "y=2")[0] == ["y=2", "1", "0.259496", "y=2", "–", "–", "–"]
        assert words(lines, "y=2")[1] == ["y=2", "-2", "-0.576474", "-0.192158✗", "-0.576474✓"]
        assert words(lines, "j=3")[2] == ["j=3", "-0.024772", "-0.009113", "0.033886"]


async def test_a_term_at_its_kink_says_so_and_so_does_the_difference_that_it_misleads() -> None:
    async with Stage(core.load_problem("exercise-3", {"margin": 0})).run_test(size=(80, 24)) as pilot:
        lines = await shown(pilot, "down", "down", "down")
        assert words(lines, "▸4")[0][-2:] == ["0", "∠"]
        assert words(lines, "j=2")[0][-2:] == ["at", "kink"]
        assert words(lines, "j=2")[1] == ["j=2", "0", "0", "0", "✓", "0.234155∠"]


async def test_one_output_is_said_to_be_read_as_two_classes_and_folded_back() -> None:
    async with Stage(core.load_problem("exercise-2")).run_test(size=(120, 40)) as pilot:
        lines = await shown(pilot)
        view = core.hinge_view(pilot.app.timeline[0])
        assert any("o=∓y" in line for line in lines)
        assert any("∂ℒ/∂y_out = ∂ℒ/∂o₂ - ∂ℒ/∂o₁" in line for line in lines)
        assert any(f"{view.output_gradients[0, 0]:.6f}" in line for line in lines)


async def test_samples_are_chosen_by_key_and_by_mouse_and_stay_within_the_batch() -> None:
    async with Stage(core.load_problem("exercise-3")).run_test(size=(80, 24)) as pilot:
        await shown(pilot, "up")
        assert pilot.app.pane.sample == 0
        await shown(pilot, *["down"] * 9)
        assert pilot.app.pane.sample == 3
        await pilot.click(HingePane, offset=(8, 3))
        assert pilot.app.pane.sample == 1


async def test_the_table_of_samples_follows_the_chosen_one() -> None:
    async with Stage(core.load_problem("three-classes")).run_test(size=(60, 20)) as pilot:
        lines = await shown(pilot, *["down"] * 8)
        assert words(lines, "▸9")
        assert not words(lines, "1 ")


async def test_a_smaller_batch_keeps_the_sample_within_it() -> None:
    problem = core.load_problem("three-classes", {"batch": 25})
    async with Stage(problem).run_test(size=(80, 24)) as pilot:
        await shown(pilot, *["down"] * 24)
        pilot.app.pane.step = pilot.app.timeline[2]
        assert words(await shown(pilot), "▸10")
        pilot.app.pane.step = pilot.app.timeline[3]
        assert words(await shown(pilot), "▸25")


async def test_another_margin_is_wanted_by_key_and_never_below_zero() -> None:
    async with Stage(core.load_problem("exercise-3", {"margin": 0.1})).run_test(size=(80, 24)) as pilot:
        await shown(pilot, "right_square_bracket")
        assert str(pilot.app.pane.border_title).startswith("hinge m 0.15 ")  # type: ignore[attr-defined]
        await shown(pilot, *["left_square_bracket"] * 5)
        assert str(pilot.app.pane.border_title).startswith("hinge m 0 ")  # type: ignore[attr-defined]


async def test_without_classes_it_is_empty() -> None:
    network = core.Network([core.Layer([[1.0]])])
    async with Stage(core.Problem("numbers", [[1.0]], [[0.3]], network)).run_test(size=(80, 24)) as pilot:
        assert not any(await shown(pilot))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_three_classes_are_whole_at_every_width(size: tuple[int, int]) -> None:
    async with Stage(core.load_problem("three-classes")).run_test(size=size) as pilot:
        await shown(pilot)
        assert pilot.app.pane.virtual_size.width <= size[0]
