"""What the tests of the screen share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from textual.pilot import Pilot
from textual.widgets import Input

import core
from core import Step
from samples import exercise_2, random_problem
from tui.app import SgdbApp
from tui.training.screen import TrainingScreen


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until the screen shows the step that its cursor is on."""
    await pilot.pause()
    await _shown(pilot)


async def _shown(pilot: Pilot[Any]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one by one, each after the last one's step is on screen."""
    for key in keys:
        await pilot.press(key)  # returns when the key has been dealt with
        await _shown(pilot)


async def stand_still(pilot: Pilot[Any]) -> None:
    """Let no cursor blink: a picture depends on no clock."""
    for line in pilot.app.screen.query(Input):
        line.cursor_blink = False
    await pilot.pause()


def training(pilot: Pilot[Any]) -> TrainingScreen:
    return next(screen for screen in pilot.app.screen_stack if isinstance(screen, TrainingScreen))


def shown(pilot: Pilot[Any]) -> Step:
    """The step on screen."""
    step = training(pilot).step
    assert step is not None
    return step


def texts(pilot: Pilot[Any]) -> list[str]:
    """The lines on screen, as text."""
    screen, size = pilot.app.screen, pilot.app.size
    return ["".join(segment.text for segment in strip) for strip in screen._compositor.render_strips(size)]


def notices(pilot: Pilot[Any]) -> list[str]:
    """The messages that are showing."""
    return [notification.message for notification in pilot.app._notifications]


def diverging() -> core.Problem:
    """Exercise 2 without its ReLU, at a learning rate that makes it blow up."""
    first, last = exercise_2().network.layers
    linear = core.Network([replace(first, activation="identity"), last])
    return exercise_2(name="diverging", network=linear, learning_rate=5.0)


def wide() -> core.Problem:
    """A network larger than any pane, in mini-batches."""
    return random_problem(
        1, (60, 40, 30, 5), rows=70, loss=core.SoftmaxCrossEntropy(), activation="relu", bias=True, batch_size=32
    )


def regression() -> core.Problem:
    """Exercise 2 with targets that are no classes."""
    return exercise_2(name="regression", targets=np.array([[0.5], [1.5], [-1.0], [2.25]]))


def app(problem: core.Problem | None = None) -> SgdbApp:
    return SgdbApp(exercise_2() if problem is None else problem)
