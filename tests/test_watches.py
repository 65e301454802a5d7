"""Watches hold in exactly the steps in which what they say is so, however these are come by."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import core
from core import Branch, DivergedError, Edit, History, Hits, Search, Step, Timeline, Timelines, Watch, read_watch
from core.quantity import canonical
from core.watching.blocks import Blocks
from samples import problems

STEPS = 24
Truth = Callable[[Step, Step | None], bool]


def number(step: Step, name: str) -> Any:
    return step.values[canonical(name, len(step.network))]


def size(values: Any) -> Any:
    return np.sqrt(np.sum(np.square(values)))


# What is typed, and the same said of a step and the one before it.
MEANINGS: dict[str, Truth] = {
    "loss < 0.5": lambda step, _: step.loss < 0.5,
    "becomes loss < 0.5": lambda step, before: before is not None and step.loss < 0.5 <= before.loss,
    "loss rises": lambda step, before: before is not None and step.loss > before.loss,
    "W_1[1,1] changes sign": lambda step, before: (
        before is not None and number(step, "W_1")[0, 0] * number(before, "W_1")[0, 0] < 0
    ),
    "W_1[1,1] changes": lambda step, before: (
        before is not None and number(step, "W_1")[0, 0] != number(before, "W_1")[0, 0]
    ),
    "any(s_1[1,:] falls)": lambda step, before: (
        before is not None and bool(np.any(number(step, "s_1")[0] < number(before, "s_1")[0]))
    ),
    "all(z_1[:,1] == 0)": lambda step, _: bool(np.all(number(step, "z_1")[:, 0] == 0)),
    "max(abs(dW_out)) > 0.3": lambda step, _: bool(np.max(np.abs(number(step, "dW_out"))) > 0.3),
    "step % 5 == 2 or epoch > 3 and not alpha < 0.1": lambda step, _: (
        step.index % 5 == 2 or (step.epoch > 3 and not step.learning_rate < 0.1)
    ),
    "norm(W_1_next - W_1)/norm(W_1) > 0.05": lambda step, _: bool(
        size(step.next_weights[0] - step.weights[0]) / size(step.weights[0]) > 0.05
    ),
    "mean(sample_losses) <= 0.4 < n": lambda step, _: np.mean(step.sample_losses) <= 0.4 and len(step.batch) > 0.4,
    "min(X_in @ W_1) < -1": lambda step, _: bool(np.min(step.inputs @ step.weights[0]) < -1),
    "sum(delta_out .* y_out) > 0.1": lambda step, _: bool(np.sum(step.deltas[-1] * step.outputs) > 0.1),
    "sum(dy_out .* dy_out) > 0.1": lambda step, _: bool(np.sum(np.square(number(step, "dy_out"))) > 0.1),
    "not finite(z_1)": lambda step, _: not np.isfinite(number(step, "z_1")).all(),
    "not finite": lambda *_: False,
}


def computed(timeline: Timeline, steps: int = STEPS) -> Timeline:
    with suppress(DivergedError):
        timeline.advance(steps)
    return timeline


def truths(timeline: Timeline, meaning: Truth) -> list[bool]:
    steps = list(timeline)
    with np.errstate(all="ignore"):
        return [bool(meaning(step, before)) for step, before in zip(steps, [None, *steps], strict=False)]


def in_blocks(timeline: Timeline, watch: Watch, length: int) -> list[bool]:
    blocks, found = Blocks(timeline, [watch.tree]), []
    for start in range(0, len(timeline), length):
        found += blocks[start : min(start + length, len(timeline))].holds(watch.tree).tolist()
    return found


@st.composite
def runs(draw: st.DrawFn) -> Timeline:
    """Runs of any problem, some of them branches."""
    problem = draw(problems())
    edits = [
        Edit(step, *draw(st.sampled_from([("alpha", (), 0.05), ("W_1", (1, 1), 0.3), ("batch_size", (), 1.0)])))
        for step in draw(st.sets(st.integers(1, 9), max_size=2))
    ]
    timelines, branch = Timelines(problem), Branch.of(problem)
    found = computed(timelines[branch])
    with suppress(DivergedError):
        for edit in sorted(edits, key=lambda edit: edit.step):
            if edit.name != "W_1" or problem.network.layers[0].train_weights:
                branch = branch.with_edits(edit)
                found = computed(timelines[branch])
    return found


@given(runs(), st.integers(1, STEPS), st.data())
def test_a_watch_holds_where_each_step_says_so(timeline: Timeline, length: int, data: st.DataObject) -> None:
    for text in data.draw(st.sets(st.sampled_from([*MEANINGS]), min_size=4, max_size=6)):
        if text.startswith("sum(delta_out * y_out)") and timeline.problem.targets.shape[1] > 1:
            text = "not finite"
        try:
            watch = read_watch(text, timeline.problem)
        except core.FormulaError:
            assert "delta_out * y_out" in text
            continue
        assert in_blocks(timeline, watch, length) == truths(timeline, MEANINGS[text]), text


@given(runs(), st.data())
def test_a_history_has_the_bits_of_the_steps(timeline: Timeline, data: st.DataObject) -> None:
    steps = list(timeline)
    if not steps:
        return
    smallest = min((step.values for step in steps), key=lambda values: len(values["y_out"]))
    for name in data.draw(st.sets(st.sampled_from([*smallest]), min_size=4, max_size=8)):
        cell = tuple(data.draw(st.integers(1, count)) for count in smallest[name].shape)
        history = History(timeline, name, cell)
        history.finish()
        place = tuple(at - 1 for at in cell)
        expected = [step.loss if name == "loss" else step.values[name][place] for step in steps]
        np.testing.assert_array_equal(history.values, expected, err_msg=name)


@given(runs(), st.sampled_from([*MEANINGS]), st.integers(-1, STEPS))
def test_searches_and_hits_are_the_steps_where_it_holds(timeline: Timeline, text: str, at: int) -> None:
    watch = read_watch(text, timeline.problem)
    held = np.flatnonzero(in_blocks(timeline, watch, len(timeline) or 1)).tolist()
    hits = Hits(timeline, watch)
    while not hits.further(0.0):
        pass
    at_end = [] if timeline.diverged is None else [timeline.diverged.step]
    assert hits.steps.tolist() == held + (at_end if "finite" in text else [])
    forward = Search(timeline, [watch], min(at, len(timeline) - 1))
    forward.finish()
    expected = next((step for step in held if step > at), None)
    assert (forward.found.step if forward.found else None) == expected
    back = Search(timeline, [watch], max(0, min(at, len(timeline))), back=True)
    back.finish()
    assert (back.found.step if back.found else None) == next((step for step in reversed(held) if step < at), None)
