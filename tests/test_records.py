"""Records and errors that are copied and pickled: the same content, and nothing that can be changed."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.checking.answers import answers_from
from core.checking.formulas.evaluation import UnknownNameError
from core.checking.shapes import NoSuchCell
from core.errors import FormulaError
from core.expression.reader import read
from core.loading.fields import Unfit
from core.practice import Reply, Score
from core.record import memoized
from core.solving import worksheet
from samples import LOSSES, random_problem, step_bits

WAYS: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {p}": lambda x, p=p: pickle.loads(pickle.dumps(x, p)) for p in (0, 2, 5)},
}
every_way = pytest.mark.parametrize("again", WAYS.values(), ids=WAYS.keys())
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.name)


def a_step(loss: core.Loss = LOSSES[2], outputs: int = 3) -> core.Step:
    return core.Timeline(random_problem(3, (2, 3, outputs), rows=6, loss=loss, bias=True, batch_size=4))[2]


RECORDS: dict[str, Callable[[core.Step], Any]] = {
    "Problem": lambda step: step.problem,
    "Network": lambda step: step.problem.network,
    "Layer": lambda step: step.problem.network.layers[0],
    "Loss": lambda step: step.problem.loss,
    "Step": lambda step: step,
    "Quantity": lambda step: list(core.quantities(step))[3],
    "a single number": lambda step: next(q for q in core.quantities(step) if q.name == "loss"),
    "HingeView": core.hinge_view,
    "LossComparison": lambda step: core.compare_losses(step),
    "GradientCheck": core.check_gradients,
    "Explanation": lambda step: core.explain(step, "s_1", (1, 2)),
    "Term": lambda step: core.explain(step, "s_1", (1, 2)).terms(),
    "Scope": core.Scope,
    "Cells": lambda step: core.sources(step, "delta_1", (1, 2)),
    "Place": lambda step: core.explain(step, "s_1", (1, 2)).place,
    "GradientFormula": lambda step: core.expanded(step, 1, forward=True),
    "Recursion": lambda step: core.recursive(step, 1),
    "Variable": lambda step: core.computations(step.problem, 4)[0].formula,
    "CheckReport": lambda step: core.check_answers({"s_1[1,2]": 7, "loss": "?"}, step, formulas={"dW_1": "X_in"}),
    "AnswerSheet": lambda step: answers_from({"s_1[1,2]": 7, "loss": "?"}, {"dW_1": "X_in'"}, step),
    "a parsed formula": lambda _: read("X_in' * (delta_1 - 0.5 * sum(f1'(s_1)^2))"),
    "Solution": lambda step: core.solve([step]),
    "a sheet": worksheet,
    "Reply": lambda _: Reply("right", "s₁: right"),
    "Score": lambda _: Score("2024-01-01T00:00", "x", 1, "hinge", 5, 3.5, 1, 2, 30.0),
}


def content(value: Any) -> Any:
    """Everything in a record, to the last bit, as something that can be compared."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, value.tobytes()
    if isinstance(value, core.Explanation):
        return value.place, value.value, str(value), content(value.term_values), value.terms()
    if isinstance(value, core.Scope):
        return content(value.step), [rule.name for rule in value.rules]
    if is_dataclass(value) and not isinstance(value, type):
        return type(value), [content(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, dict):
        return [(key, content(part)) for key, part in value.items()]
    if isinstance(value, (tuple, list)):
        return [content(part) for part in value]
    return value


def arrays(value: Any) -> Iterator[Any]:
    """Every array that a record keeps, those included that it keeps when somebody has asked for them."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, core.Scope):
        yield from arrays(value.step)
    elif is_dataclass(value) and not isinstance(value, type):
        for name in dir(type(value)):
            if name[0] != "_":
                getattr(value, name)
        yield from arrays(vars(value))
    elif isinstance(value, (tuple, list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from arrays(part)


@every_way
@pytest.mark.parametrize("record", RECORDS.values(), ids=RECORDS.keys())
def test_a_record_comes_back_the_same_and_cannot_be_changed(record: Any, again: Callable[[Any], Any]) -> None:
    before = record(a_step())
    expected = content(before)
    list(arrays(before))  # what is derived is there already
    after = again(before)
    assert content(after) == expected == content(before)
    assert all(not array.flags.writeable for array in arrays(after))
    for part in (after, *(after if isinstance(after, tuple) else ())):
        if is_dataclass(part):
            with pytest.raises(FrozenInstanceError):
                setattr(part, fields(part)[0].name, None)


@every_way
@every_loss
@pytest.mark.parametrize("outputs", [1, 3])
def test_a_step_goes_on_as_before(loss: core.Loss, outputs: int, again: Callable[[Any], Any]) -> None:
    step = a_step(loss, outputs)
    other = again(step)
    assert step_bits(other) == step_bits(step)
    assert core.solve([other]) == core.solve([step])
    assert core.check_answers({q.name: q.values for q in core.quantities(step)}, other).right
    # The arrays of an unpickled problem are taken over as they are, and its run has the same bits.
    assert step_bits(core.Timeline(again(step.problem))[2]) == step_bits(step)


def test_what_came_from_a_pickle_cannot_be_changed_through_what_it_was_read_from() -> None:
    buffers: list[Any] = []
    writable = [np.arange(6.0).reshape(3, 2), np.ones((3, 1))]
    quantity = core.Quantity("s_1", "s₁", writable[0])
    data = pickle.dumps(quantity, 5, buffer_callback=buffers.append)
    read = pickle.loads(data, buffers=[bytearray(buffer.raw()) for buffer in buffers])
    assert not read.values.flags.writeable
    assert read.values.base is None or not read.values.base.flags.writeable


ERRORS = (
    core.ProblemError("a.toml", ["data: missing", "layers: missing"]),
    core.ProblemError("", ["expected a number"]),
    core.DivergedError(3, "W_out_next", "W_out⁺", (2, 1), float("inf")),
    core.DivergedError(0, "loss", "ℒ", (), float("-inf")),
    Unfit("expected a number"),
    FormulaError("expected a name"),
    UnknownNameError("s_9 is unknown"),
    NoSuchCell("there is no row 7"),
)


@every_way
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_back_the_same(error: Exception, again: Callable[[Any], Any]) -> None:
    error.add_note("while reading")
    after = again(error)
    assert (type(after), str(after), repr(after)) == (type(error), str(error), repr(error))
    assert vars(after) == vars(error)
    assert after.args == error.args


def test_errors_that_were_raised_come_back_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("name = 3")
    diverging = random_problem(1, (2, 3, 1), learning_rate=1e300)
    for fail in (partial(core.load_problem, tmp_path / "a.toml"), partial(core.Timeline(diverging).advance, 10)):
        with pytest.raises((core.ProblemError, core.DivergedError)) as raised:
            fail()
        after = pickle.loads(pickle.dumps(raised.value))
        assert (str(after), vars(after)) == (str(raised.value), vars(raised.value))


@pytest.mark.parametrize("again", [v for k, v in WAYS.items() if k != "copy"], ids=[k for k in WAYS if k != "copy"])
def test_an_exercise_goes_on_from_where_it_was(again: Callable[[Any], Any]) -> None:
    exercise = core.Exercise(core.load_problem("exercise-2"), 3)
    exercise.hint()
    exercise.answer(" ".join(f"{value:.6g}" for value in exercise.step.pre_activations[0][0]))
    other = again(exercise)
    assert (other.standing, other.hinted, other.slipped) == (exercise.standing, exercise.hinted, exercise.slipped)
    assert (other.current.name, other.cell, other.progress) == (
        exercise.current.name if exercise.current else "",
        exercise.cell,
        exercise.progress,
    )
    assert other.answer("1e9") == exercise.answer("1e9")
    assert other.hint() == exercise.hint()
    other.hint()
    assert other.hints == exercise.hints + 1  # each has a state of its own


def test_what_is_kept_of_a_record_goes_with_it() -> None:
    asked: list[int] = []

    @memoized(2)
    def rows(problem: core.Problem, more: int = 0) -> int:
        asked.append(more)
        return len(problem.inputs) + more

    problem, other = random_problem(1, (2, 1), rows=4), random_problem(1, (2, 1), rows=5)
    assert [rows(problem, 0), rows(problem, 0), rows(other, 0), rows(problem, 1), rows(problem, 0)] == [4, 4, 5, 5, 4]
    assert asked == [0, 0, 1]
    assert [rows(problem, more) for more in (2, 0, 1)] == [6, 4, 5]
    assert asked == [0, 0, 1, 2, 1]
    kept = weakref.ref(problem)
    gc.collect()
    gc.disable()  # nothing of it is left for the collector
    try:
        del problem
        assert kept() is None
    finally:
        gc.enable()
