"""What edits do to a run: to its problem, and to the state that it goes on from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import numpy as np

from core.arrays import Array
from core.branch import Edit
from core.equations import statement_of
from core.errors import ProblemError
from core.losses import Loss
from core.network import Layer, Network
from core.problem import Problem
from core.quantity import canonical, layer_label
from core.settings import Setting
from core.sgd import Trainer
from core.step import Step
from core.suggestion import suggest

DATA = {"X_in": "inputs", "y_gt": "targets"}
RATE, BATCH, LOSS = "alpha", "batch_size", "loss"
PENALTIES = ("l1", "l2")
COUNTED, ACCURACY = ("step", "epoch"), "accuracy"


def changeable(problem: Problem) -> tuple[str, ...]:
    """What of a run can be changed: quantities first, then numbers."""
    return (*_quantities(problem), RATE, BATCH, *_numbers(problem))


def edits_for(step: Step, name: str, cell: tuple[int, ...], value: float) -> tuple[Edit, ...]:
    """The edits that make a number of `step` another one, from that step on; cells are those on the sheet, whose rows
    are the batch's. Where the targets are one-hot, a 1 makes the others of its row 0, and its 0 is told what to do.

    Raises ProblemError: what there is not, what is computed, a cell that is not there, and a number that cannot be.
    """
    problem = step.problem
    name = canonical(name, len(problem.network))
    arrays = _quantities(problem)
    if name not in arrays:
        if name not in (RATE, BATCH, *_numbers(problem)):
            raise ProblemError("", [_unknown(problem, name)])
        if cell:
            raise ProblemError("", [_single(problem, name)])
        edits: tuple[Edit, ...] = (Edit(step.index, name, (), value),)
    else:
        shape = step.values[name].shape
        if len(cell) == 1 and shape[1:] == (1,):
            cell = (*cell, 1)  # as cells of one column are printed: W_out[2]
        if mistake := _cell_mistake(problem, name, shape, cell, value):
            raise ProblemError("", [mistake])
        places = {cell: value}
        if name == "y_gt" and shape[1] > 1 and problem.has_classes:
            if value == 0:
                why = "one class is the true one: write 1 at it, and the others become 0"
                raise ProblemError("", [f"{_called(problem, name)}: {why}"])
            places = {(cell[0], j): float(j == cell[1]) for j in range(1, shape[1] + 1)} if value == 1 else places
        if name in DATA:
            places = {(int(step.batch[i - 1]) + 1, j): number for (i, j), number in places.items()}
        edits = tuple(Edit(step.index, name, place, number) for place, number in places.items())
    changed(problem, edits)
    return edits


def changed(problem: Problem, edits: Sequence[Edit]) -> Problem:
    """The problem that a run follows after edits of one step. Raises ProblemError for what cannot be."""
    edits = _as_named(problem, edits)
    if mistakes := [line for edit in edits if (line := _mistake(problem, edit))]:
        raise ProblemError("", mistakes)
    for edit in edits:
        problem = _changed(problem, edit)
    data = {DATA[name]: _put(problem, name, edits) for name in {edit.name for edit in edits} & DATA.keys()}
    return replace(problem, **cast("dict[str, Any]", data)) if data else problem


def put(trainer: Trainer, edits: Sequence[Edit]) -> None:
    """Change what a trainer goes on from."""
    numbers = trainer.numbers
    for edit in _as_named(trainer.problem, edits):
        if edit.name in numbers:
            numbers[edit.name][tuple(at - 1 for at in edit.cell)] = edit.number


def _as_named(problem: Problem, edits: Sequence[Edit]) -> list[Edit]:
    """The edits, each of its number's one name: W_out, where there is a W_2 and no more."""
    return [replace(edit, name=canonical(edit.name, len(problem.network))) for edit in edits]


def _quantities(problem: Problem) -> dict[str, tuple[int, ...]]:
    """The quantities that are given to a step, those of the network in order, the data last; each with its shape, over
    all rows.
    """
    depth = len(problem.network)
    labels = [(layer_label(k, depth), layer) for k, layer in enumerate(problem.network.layers, 1)]
    own = [
        (f"{letter}_{label}", values.shape, trained)
        for label, layer in labels
        for letter, values, trained in (
            ("W", layer.weights, layer.train_weights),
            ("b", layer.bias, layer.train_bias),
        )
        if values is not None
    ]
    shapes = {name: shape for name, shape, _ in own}
    shapes |= {f"{letter}{name}": shape for name, shape, trained in own if trained for letter in problem.update.buffers}
    return shapes | {name: getattr(problem, field).shape for name, field in DATA.items()}


def _mistake(problem: Problem, edit: Edit) -> str:
    """What keeps an edit from being made, whatever its number is; empty where nothing does."""
    name, shapes = edit.name, _quantities(problem)
    if isinstance(edit.value, Loss) != (name == LOSS):
        return f"{name}: expected a {'loss' if name == LOSS else 'number'}, found {edit.value!r}"
    if name in shapes:
        return _cell_mistake(problem, name, shapes[name], edit.cell, edit.number)
    if name not in (RATE, BATCH, LOSS, *_numbers(problem)):
        return _unknown(problem, name)
    return _single(problem, name) if edit.cell else ""


def _called(problem: Problem, name: str, cell: Sequence[int] = ()) -> str:
    """A number as it is typed in what the problem speaks."""
    return statement_of(problem, len(problem.inputs)).wording.typed(name, cell)


def _single(problem: Problem, name: str) -> str:
    return f"{_called(problem, name)}: this is a single number, without a cell"


def _cell_mistake(problem: Problem, name: str, shape: tuple[int, ...], cell: tuple[int, ...], value: float) -> str:
    if not cell:
        return f"{_called(problem, name)} needs a cell, such as {_called(problem, name, (1,) * len(shape))}"
    if len(cell) != len(shape) or not all(1 <= at <= size for at, size in zip(cell, shape, strict=True)):
        in_place = statement_of(problem, len(problem.inputs)).wording.in_place
        sizes, found = (in_place(name, at) for at in (shape, cell))
        expected = f"expected a cell of {' x '.join(map(str, sizes))}"
        return f"{_called(problem, name)}: {expected}, found [{','.join(map(str, found))}]"
    return "" if np.isfinite(value) else f"{_called(problem, name)}: expected a finite number, found {value}"


def _settings(problem: Problem) -> dict[str, tuple[str, Setting]]:
    """The numbers that parts of a problem were made with, by their names in formulas, each with its part."""
    return {
        setting.name: (part, setting)
        for part in ("loss", "penalty", "update")
        for setting in getattr(problem, part).settings
    }


def _numbers(problem: Problem) -> tuple[str, ...]:
    return (*_settings(problem), *PENALTIES)


def _changed(problem: Problem, edit: Edit) -> Problem:
    """After an edit that is not one of the data."""
    name, settings = edit.name, _settings(problem)
    if isinstance(edit.value, Loss):
        return problem.with_loss(edit.value)
    value = edit.value
    if name == RATE:
        if not (np.isfinite(value) and value > 0):
            raise ProblemError("", [f"{_called(problem, RATE)}: expected a finite number above 0, found {value:g}"])
        return replace(problem, learning_rate=value, schedule=None)
    if name == BATCH:
        if not float(value).is_integer():
            raise ProblemError("", [f"{BATCH}: expected a whole number of at least 1, found {value:g}"])
        if value > (rows := len(problem.inputs)):
            raise ProblemError("", [f"{BATCH}: expected at most {rows}, the number of all rows, found {value:g}"])
        return replace(problem, batch_size=int(value))
    if name in settings:
        part, setting = settings[name]
        return replace(problem, **{part: replace(getattr(problem, part), **{setting.field: value})})
    if name in PENALTIES:
        changes: dict[str, Any] = {name: value}
        return replace(problem, penalty=replace(problem.penalty, **changes))
    if name in DATA:
        return problem
    return _frozen_changed(problem, edit)


def _frozen_changed(problem: Problem, edit: Edit) -> Problem:
    """What is not trained stands in the network; what is trained, in the state of the run."""
    letter, _, label = edit.name.partition("_")
    depth = len(problem.network)
    layers = list(problem.network.layers)
    for k, layer in enumerate(layers):
        frozen = {"W": not layer.train_weights, "b": not layer.train_bias}.get(letter, False)
        if frozen and label == layer_label(k + 1, depth):
            layers[k] = _with_number(layer, letter, edit)
            return replace(problem, network=Network(layers))
    return problem


def _with_number(layer: Layer, letter: str, edit: Edit) -> Layer:
    values: Array = np.array(layer.weights if letter == "W" else layer.bias)
    values[tuple(at - 1 for at in edit.cell)] = edit.number
    return replace(layer, weights=values) if letter == "W" else replace(layer, bias=values)


def _put(problem: Problem, name: str, edits: Sequence[Edit]) -> Array:
    """The data after edits."""
    values: Array = np.array(getattr(problem, DATA[name]))
    for edit in edits:
        if edit.name == name:
            values[edit.cell[0] - 1, edit.cell[1] - 1] = edit.number
    return values


def _unknown(problem: Problem, name: str) -> str:
    """Why there is nothing of this name to change."""
    names, statement = (
        [_called(problem, known) for known in changeable(problem)],
        statement_of(problem, len(problem.inputs)),
    )
    if name in COUNTED:
        return f"{name} is counted, and cannot be changed; expected one of {', '.join(names)}"
    if name in statement.equations or name in statement.numbers or name == ACCURACY:
        return f"{_called(problem, name)} is computed: change what it is computed from, {', '.join(names)}"
    return suggest(name, names)
