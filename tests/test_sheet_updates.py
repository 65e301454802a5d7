"""The training sheet under updates with buffers and under penalties."""

from __future__ import annotations

import pytest

import core
from drawn import Sheets, texts
from samples import random_problem
from screen import app, last_line, pane, press, settle
from tui.training.painter import Painted
from tui.training.view import View

SIZES = [(80, 24), (120, 40), (200, 60)]
UPDATES = [core.Momentum(), core.Nesterov(), core.RMSprop(), core.Adam(weight_decay=0.01)]


def problem(update: core.Update) -> core.Problem:
    """Two layers with biases, under a penalty."""
    return random_problem(
        4, (2, 3, 1), rows=3, activation="tanh", bias=True, update=update, penalty=core.Penalty(l2=0.1)
    )


def words(painted: Painted) -> str:
    return "\n".join(texts(painted.lines, painted.frame.width))


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("update", UPDATES, ids=lambda update: update.name)
def test_every_buffer_can_be_inspected_and_is_in_sight(update: core.Update, size: tuple[int, int]) -> None:
    sheets = Sheets(problem(update), size)
    step = sheets(2).picture.step
    statement = step.statement
    letters = {f"{buffer}{letter}" for buffer in (*update.buffers, *update.helpers) for letter in "Wb"}
    names = [e.name for e in (*statement.given.values(), *statement.equations.values()) if e.letter in letters]
    assert len(names) == 4 * (2 * len(update.buffers) + len(update.helpers))
    for name in names:
        cell = (1,) * step.values[name].ndim
        looked = sheets(2, View(fresh=False, cursor=(name, cell)))
        assert looked.place is not None, name
        assert statement.symbols[name] in words(looked)
        assert looked.frame == sheets(2).frame


@pytest.mark.parametrize("update", [core.SGD(), *UPDATES], ids=lambda update: update.name)
def test_a_walk_says_what_every_computation_does(update: core.Update) -> None:
    sheets = Sheets(problem(update), (120, 40))
    statement = sheets(2).picture.step.statement
    said = set()
    for name, equation in statement.equations.items():
        painted = sheets(2, View(fresh=False, current=name))
        assert "▶" in words(painted) or equation.layer is None
        said.add(words(painted).split("─ walk")[1])
    assert len(said) == len(statement.equations)


def test_buffers_take_turns_with_the_gradients() -> None:
    sheets = Sheets(problem(core.Adam()), (120, 40))
    shown = {letter: words(sheets(2, View(fresh=False, middle=letter))) for letter in ("", "m", "n", "mhat", "nhat")}
    for letter, symbol in {"": "∂W₁", "m": "mW₁⁺", "n": "nW₁⁺", "mhat": "m̂W₁", "nhat": "n̂W₁"}.items():
        pane = shown[letter].split("─ weights")[1].split("─ why")[0]
        assert symbol in pane
        assert "W₁⁺" in pane
    assert "u: 4 more" in shown[""]
    assert "(u" not in words(Sheets(problem(core.SGD()), (120, 40))(2))


async def test_u_brings_buffers_in_the_place_of_the_gradients_and_back() -> None:
    async with app(problem(core.Momentum())).run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "n", "u")
        assert "vW₁⁺" in "\n".join(pane(pilot, "weights"))
        await press(pilot, "u")
        assert "∂W₁" in "\n".join(pane(pilot, "weights"))


async def test_plain_sgd_says_that_it_remembers_nothing() -> None:
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "u")
        assert "there are no buffers" in last_line(pilot)
