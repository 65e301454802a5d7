"""What the tests of the screen share."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from time import monotonic
from typing import Any

import numpy as np
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input
from textual.worker import WorkerCancelled

import core
from core import CheckReport, Step
from samples import exercise_2, random_problem
from tui.app import SgdbApp
from tui.sheet.widget import Sheet
from tui.training.frame import Frame
from tui.training.picture import Picture
from tui.training.screen import TrainingScreen
from tui.training.view import View

PATIENCE = 60  # seconds, for a machine that has other things to do
SIZES = ((60, 20), (80, 24), (120, 40), (200, 60))  # those that the sheet is drawn for


async def settle(pilot: Pilot[Any]) -> None:
    """Wait until the screen shows the step that its cursor is on."""
    await pilot.pause()
    await _shown(pilot)


async def _shown(pilot: Pilot[Any]) -> None:
    while working := [worker for worker in pilot.app.workers if not worker.is_finished]:
        for worker in working:
            with suppress(WorkerCancelled):  # another has its place
                await worker.wait()
        await pilot.pause()
    await pilot.pause()


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys one by one, each after the last one's step is on screen."""
    for key in keys:
        await pilot.press(key)  # returns when the key has been dealt with
        await _shown(pilot)


async def until(pilot: Pilot[Any], condition: Callable[[], object]) -> None:
    """Wait until something is so, however busy the machine is."""
    end = monotonic() + PATIENCE
    while not condition():
        assert monotonic() < end, "it never was so"
        await pilot.pause(0.001)  # threads have their turn


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


def view(pilot: Pilot[Any]) -> View:
    """What a person has chosen to see."""
    return training(pilot).view


def frame(pilot: Pilot[Any]) -> Frame:
    """Where everything stands."""
    sheet = training(pilot).sheet
    assert sheet is not None
    return sheet.frame


def picture(pilot: Pilot[Any]) -> Picture:
    """What every number looks like."""
    sheet = training(pilot).sheet
    assert sheet is not None
    return sheet.picture


async def inspect(pilot: Pilot[Any], name: str, cell: tuple[int, ...]) -> None:
    """Put the cell cursor on a cell."""
    training(pilot).look(cursor=(name, cell), term=None)
    await settle(pilot)


async def seek(pilot: Pilot[Any], index: int) -> None:
    """Go to a step, and wait for it."""
    training(pilot).seek(index)
    await settle(pilot)


def texts(pilot: Pilot[Any]) -> list[str]:
    """The lines on screen, as text."""
    screen, size = pilot.app.screen, pilot.app.size
    return ["".join(segment.text for segment in strip) for strip in screen._compositor.render_strips(size)]


def last_line(pilot: Pilot[Any]) -> str:
    """The keys, or what there is to say about the last one."""
    return texts(pilot)[-1]


def pane(pilot: Pilot[Any], name: str) -> list[str]:
    """The lines of a pane of the sheet, its rule included."""
    area = frame(pilot).areas[name]
    return [line[area.x : area.x + area.width] for line in texts(pilot)[area.y : area.y + area.height]]


def why(pilot: Pilot[Any]) -> str:
    """What the strip below says, its title included."""
    return "\n".join(line.strip(" ─│").rstrip() for line in pane(pilot, "why"))


def styled(pilot: Pilot[Any], style: str) -> list[str]:
    """The texts on the sheet in a style."""
    sheet = training(pilot).query_one(Sheet)
    return [span.text for line in sheet.lines for span in line if span.style == style]


def place(pilot: Pilot[Any], text: str, nth: int = 0) -> tuple[int, int]:
    """Where a text stands on screen, (x, y), the n-th from the top."""
    found = [(line.index(text), y) for y, line in enumerate(texts(pilot)) if text in line]
    return found[nth]


async def click(pilot: Pilot[Any], text: str, nth: int = 0, right: int = 0) -> None:
    """Click on a text, so many columns right of its first."""
    x, y = place(pilot, text, nth)
    await click_at(pilot, x + right, y)


async def click_at(pilot: Pilot[Any], x: int, y: int) -> None:
    """Click on a place as a terminal tells it."""
    await mouse(pilot, events.MouseDown, (x, y), button=1)
    await mouse(pilot, events.MouseUp, (x, y), button=1)


async def mouse(
    pilot: Pilot[Any], kind: type[events.MouseEvent], *places: tuple[int, int], button: int = 0, shift: bool = False
) -> None:
    """A mouse event at each of some places."""
    assert pilot.app._driver is not None
    for x, y in places:
        event = kind(None, x, y, 0, 0, button, shift, False, False, screen_x=x, screen_y=y)
        pilot.app._driver.process_message(event)
    await pilot.pause()
    if not any(isinstance(screen, TrainingScreen) and screen.journey.playing for screen in pilot.app.screen_stack):
        await settle(pilot)


def commands(pilot: Pilot[Any]) -> dict[str, Any]:
    """What the command palette offers, by its titles."""
    return {command.title: command.callback for command in pilot.app.get_system_commands(training(pilot))}


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


def batches() -> core.Problem:
    """Three classes in mini-batches, the last of each epoch smaller than the others."""
    return core.load_problem("three-classes", {"batch": 25})


def _grouped(
    name: str, sizes: tuple[int, ...], rows: int, classes: list[str], decimals: int, **how: Any
) -> core.Problem:
    """Rows around a centre for each class, and a network with small random weights."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(len(classes), sizes[0])) * 1.2 + how.pop("around", 0.0)
    labels = np.arange(rows) % len(classes)
    inputs = np.round(centres[labels] + rng.normal(size=(rows, sizes[0])) * 0.4, decimals)
    layers = []
    for k, (below, units) in enumerate(pairwise(sizes)):
        last = k == len(sizes) - 2
        limit = np.sqrt(6 / (below + units))
        layers.append(
            core.Layer(
                weights=rng.uniform(-limit, limit, size=(below, units)),
                bias=np.zeros(units),
                activation="identity" if last else how["activation"],
            )
        )
    return core.Problem(
        name,
        inputs,
        np.eye(len(classes))[labels],
        core.Network(layers),
        core.SoftmaxCrossEntropy(),
        how["rate"],
        batch_size=how["batch"],
        shuffle_seed=1,
        reduction="mean",
        target_names=classes,
    )


def flowers() -> core.Problem:
    """As iris: 150 rows of 4 positive numbers, 8 tanh units that saturate, 3 classes, batches of 32."""
    names = ["setosa", "versicolor", "virginica"]
    return _grouped("flowers", (4, 8, 3), 150, names, 1, activation="tanh", rate=0.1, batch=32, around=4.0)


def digits() -> core.Problem:
    """As handwritten digits: 784 pixels, 300 and 100 relu units, 10 classes, batches of 64."""
    names = [str(k) for k in range(10)]
    return _grouped("digits", (784, 300, 100, 10), 640, names, 2, activation="relu", rate=0.01, batch=64)


def cells() -> core.Problem:
    """As measurements of cells: 30 features, 16 tanh units, 2 classes, batches of 32."""
    names = ["benign", "malignant"]
    return _grouped("cells", (30, 16, 2), 569, names, 3, activation="tanh", rate=0.1, batch=32)


def app(problem: core.Problem | None = None, report: CheckReport | None = None) -> SgdbApp:
    return SgdbApp(exercise_2() if problem is None else problem, report)


def walked_through(step: Step) -> list[str]:
    """The computations of a step in their order; behind a linear layer ∂y_out is only another name for δ_out."""
    linear = step.problem.network.layers[-1].activation == "identity"
    return [quantity.name for quantity in core.quantities(step) if not (linear and quantity.name == "dy_out")]
