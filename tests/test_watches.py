"""Watches hold in exactly the steps in which what they say is so, however these are come by."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core import (
    Branch,
    DivergedError,
    Edit,
    History,
    Hits,
    Search,
    Step,
    Timeline,
    Timelines,
    Watch,
    layer_label,
    read_watch,
)
from core.quantity import canonical
from core.watching.blocks import Blocks
from samples import exercise_2, problems, random_problem

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
    first = layer_label(1, len(problem.network))
    edits = [
        Edit(step, *draw(st.sampled_from([("alpha", (), 0.05), (f"W_{first}", (1, 1), 0.3), ("batch_size", (), 1.0)])))
        for step in draw(st.sets(st.integers(1, 9), max_size=2))
    ]
    timelines, branch = Timelines(problem), Branch.of(problem)
    found = computed(timelines[branch])
    with suppress(DivergedError):
        for edit in sorted(edits, key=lambda edit: edit.step):
            if not edit.name.startswith("W") or problem.network.layers[0].train_weights:
                branch = branch.with_edits(edit)
                found = computed(timelines[branch])
    return found


@given(runs(), st.integers(1, STEPS), st.data())
def test_a_watch_holds_where_each_step_says_so(timeline: Timeline, length: int, data: st.DataObject) -> None:
    for text in data.draw(st.sets(st.sampled_from([*MEANINGS]), min_size=4, max_size=6)):
        watch = read_watch(text, timeline.problem)
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


@given(
    runs(),
    st.sampled_from([*MEANINGS, "becomes loss rises", "becomes any(s_1[1,:] falls)"]),
    st.integers(-1, STEPS),
)
def test_searches_and_hits_are_the_steps_where_it_holds(timeline: Timeline, text: str, at: int) -> None:
    watch = read_watch(text, timeline.problem)
    held = np.flatnonzero(in_blocks(timeline, watch, len(timeline) or 1)).tolist()
    hits = Hits(timeline, watch)
    while not hits.further(0.0):
        pass
    bad = [] if timeline.diverged is None else [timeline.diverged.step]
    assert [step for step in hits.steps.tolist() if step not in bad] == held
    if text == "not finite":
        held += bad
    forward = Search(timeline, [watch], min(at, len(timeline) - 1))
    forward.finish()
    expected = next((step for step in hits.steps.tolist() if step > at), None)
    assert (forward.found.step if forward.found else None) == expected
    assert text == "not finite(z_1)" or hits.steps.tolist() == held
    back = Search(timeline, [watch], max(0, min(at, len(timeline))), back=True)
    back.finish()
    assert (back.found.step if back.found else None) == next((step for step in reversed(held) if step < at), None)


def test_a_history_has_rows_that_only_earlier_batches_have() -> None:
    problem = random_problem(8, (2, 3, 1), rows=4)
    timeline = Timelines(problem)[Branch.of(problem).with_edits(Edit(3, "batch_size", (), 1.0))]
    timeline.advance(5)
    history = History(timeline, "z_1", (3, 2))
    history.finish()
    assert history.values[:3].tolist() == [float(timeline[k].activations[0][2, 1]) for k in range(3)]
    assert np.isnan(history.values[3:]).all()
    with pytest.raises(core.FormulaError, match="there is no"):
        History(timeline, "z_1", (5, 2))


def steps_of(timeline: Timeline, text: str) -> list[int]:
    hits = Hits(timeline, read_watch(text, timeline.problem))
    hits.finish()
    return hits.steps.tolist()


def found(
    timeline: Timeline, *texts: str, at: int = -1, limit: int | None = None, back: bool = False
) -> core.Hit | None:
    search = Search(timeline, [read_watch(text, timeline.problem) for text in texts], at, limit, back)
    search.finish()
    return search.found


@pytest.mark.parametrize("text", ["loss rises", "W_1[1,1] changes", "any(s_1[1,:] falls)"])
@pytest.mark.parametrize("word", ["", "not "])
def test_what_begins_or_stops_changing_is_the_same_from_every_step(text: str, word: str) -> None:
    problem = exercise_2()
    timeline = Timelines(problem)[Branch.of(problem).with_edits(Edit(10, "alpha", (), 0.25))]
    timeline.advance(10)
    held = [truth == (not word) for truth in truths(timeline, MEANINGS[text])]
    begins = [k for k in range(1, 20) if held[k] and not held[k - 1]]
    text = f"becomes {word}{text}"
    assert steps_of(timeline, text) == begins
    for at in range(20):
        forward, back = (found(timeline, text, at=at, back=back) for back in (False, True))
        assert (forward and forward.step) == next((k for k in begins if k > at), None), at
        assert (back and back.step) == next((k for k in reversed(begins) if k < at), None), at


def test_nothing_becomes_so_in_the_first_step() -> None:
    timeline = computed(Timeline(exercise_2()))
    assert steps_of(timeline, "loss < 10") == [*range(STEPS)]
    assert steps_of(timeline, "becomes loss < 10") == []


def test_a_search_computes_on_up_to_its_limit() -> None:
    timeline = Timeline(exercise_2())
    search = Search(timeline, [read_watch("loss < -1", timeline.problem)], -1, 300)
    assert not search.further(0.0)
    assert 0 <= search.reached < 300
    assert 0 < search.progress < 1
    search.finish()
    assert (search.found, search.reached, search.progress, len(timeline)) == (None, 300, 1.0, 301)
    assert found(timeline, "step == 300", limit=299) is None
    assert found(timeline, "step == 300", limit=300) is not None
    assert found(Timeline(exercise_2()), "step == 0") is None  # nothing is computed, nothing may be


def test_a_hit_says_what_the_numbers_are() -> None:
    timeline = Timeline(exercise_2())
    hit = found(timeline, "loss < 0.01", limit=2_000)
    assert hit is not None
    assert str(hit) == f"loss = {timeline[hit.step].loss:.6g}"
    assert timeline[hit.step].loss < 0.01 <= min(timeline.losses[: hit.step])
    hit = found(timeline, "loss < 0.01", "W_1[1,3] changes sign", "step > 3", at=0)
    assert hit is not None
    assert (hit.step, hit.watch.text) == (4, "W_1[1,3] changes sign")  # of several in a step the first
    (said,) = hit.numbers
    assert (said.value, said.before) == tuple(float(timeline[k].weights[0][0, 2]) for k in (4, 3))
    assert "→" in str(hit)


def test_back_is_the_nearest_before_and_forward_the_nearest_behind() -> None:
    timeline = computed(Timeline(exercise_2()), 5_000)
    for at in (0, 99, 100, 101, 4_000):
        hits = [found(timeline, "step % 100 == 0", at=at, back=back) for back in (True, False)]
        assert [hit and hit.step for hit in hits] == [(at - 1) // 100 * 100 if at else None, at // 100 * 100 + 100]


def test_the_step_that_is_not_finite_is_found_and_ends_a_search() -> None:
    problem = random_problem(5, (2, 3, 1), activation="identity", learning_rate=1e3)
    timeline = Timeline(problem)
    search = Search(timeline, [read_watch("loss < 0", problem)], -1, 10_000)
    search.finish()
    assert search.found is None
    assert search.done
    assert search.diverged is not None
    bad = search.diverged.step
    assert bad == len(timeline) > 1
    with pytest.raises(DivergedError):
        core.run_until(Timeline(problem), read_watch("loss < 0", problem), limit=10_000)
    for text in ("not finite", "not finite(W_1_next) or not finite(delta_1) or not finite(loss)", "becomes not finite"):
        for run in (Timeline(problem), timeline):
            hit = found(run, text, limit=10_000)
            assert hit is not None, text
            assert hit.step == bad, text
        assert steps_of(timeline, text) == [bad]
    assert found(timeline, "step >= 0", at=bad - 1, limit=10_000) is None  # it is no step of the run
    assert found(timeline, "not finite", at=bad, limit=10_000) is None  # nothing is behind it
    hit = found(timeline, "not finite", at=0)
    assert hit is not None
    assert hit.step == bad


def test_a_batch_without_the_row_has_no_hit() -> None:
    problem = random_problem(7, (2, 3, 1), rows=5, batch_size=2)  # two, two and one
    timeline = computed(Timeline(problem))
    assert steps_of(timeline, "z_1[2,1] > -1") == [k for k in range(STEPS) if k % 3 != 2]
    assert steps_of(timeline, "not z_1[2,1] < -1") == [k for k in range(STEPS) if k % 3 != 2]
    assert steps_of(timeline, "any(z_1[2,:] changes)") == [k for k in range(STEPS) if k % 3 == 1]
    assert steps_of(timeline, "n == 1") == [k for k in range(STEPS) if k % 3 == 2]
    assert steps_of(timeline, "becomes n == 1") == [k for k in range(STEPS) if k % 3 == 2]


def test_a_branch_is_searched_with_the_numbers_of_each_part() -> None:
    problem = exercise_2()
    timelines, branch = Timelines(problem), Branch.of(problem)
    timeline = timelines[branch.with_edits(Edit(10, "alpha", (), 0.25), Edit(10, "W_1", (1, 1), -0.7))]
    timeline.advance(10)
    assert steps_of(timeline, "alpha < 0.5") == [*range(10, 20)]
    assert steps_of(timeline, "becomes alpha < 0.5") == [10]
    assert steps_of(timeline, "W_1[1,1] == -0.7") == [10]
    assert steps_of(timeline, "W_1[1,1] changes sign") == [
        k for k in range(1, 20) if timeline[k].weights[0][0, 0] * timeline[k - 1].weights[0][0, 0] < 0
    ]
    hit = found(timeline, "alpha > 0.25", at=19, back=True)
    assert hit is not None
    assert hit.step == 9


def test_rounding_around_0_is_0_as_it_is_on_the_screen() -> None:
    layers = [core.Layer(weights=[[0.1], [-0.3]], bias=None, activation="identity")]
    problem = core.Problem("noise", [[3.0, 1.0], [1.0, 2.0]], [[1.0], [2.0]], core.Network(layers), learning_rate=0.125)
    timeline = computed(Timeline(problem))
    assert timeline[0].pre_activations[0][0, 0] != 0 == timeline[0].values["s_out"][0, 0]
    assert steps_of(timeline, "s_out[1,1] == 0") == [0]
    history = History(timeline, "s_out", (1, 1))
    history.finish()
    assert history.before(1) == (0, "was zero", 0.0)


def test_the_events_of_a_cell_are_where_its_values_say() -> None:
    timeline = computed(Timeline(exercise_2()), 200)
    history = History(timeline, "W_1", (1, 3))
    assert not history.done
    history.finish()
    values = history.values.tolist()
    assert values == [float(step.weights[0][0, 2]) for step in timeline]
    assert history.before(1) == (0, "was zero", 0.0)
    assert history.after(0) == (4, "changed sign", values[4])
    largest = max(range(200), key=lambda k: abs(values[k]))
    assert history.before(200) == history.after(4) == (largest, "was largest", values[largest])
    assert history.after(largest) is None
    timeline.advance(1_000)
    assert not history.done
    history.finish()
    assert len(history.values) == 1_200


def test_zeros_in_a_row_are_two_events() -> None:
    timeline = computed(Timeline(exercise_2(learning_rate=1.0)), 60)  # unit 3 dies
    history = History(timeline, "z_1", (1, 3))
    history.finish()
    values = history.values.tolist()
    first = next(k for k in range(60) if not any(values[k:]))
    assert values[first - 1] != 0
    assert history.before(60) == (first, "was zero", 0.0)
    assert history.after(first) is None  # it may go on


def test_hits_are_brought_up_to_date() -> None:
    timeline = computed(Timeline(exercise_2()), 100)
    hits = Hits(timeline, read_watch("step % 10 == 5", timeline.problem))
    hits.finish()
    assert len(hits) == 10
    timeline.advance(50)
    assert not hits.done
    hits.finish()
    assert len(hits) == 15
    assert hits[-1].step == 145
    assert str(hits[-1]) == "step % 10 = 5"


def test_what_is_observed_leaves_the_run_as_it_was() -> None:
    plain, watched = (Timeline(random_problem(2, (3, 4, 2), rows=7, batch_size=3)) for _ in range(2))
    plain.advance(300)
    found(watched, "max(abs(dW_1)) < -1", limit=299)
    found(watched, "norm(W_1) < -1", at=300, back=True)
    assert plain.losses.tobytes() == watched.losses.tobytes()
    assert all(plain[k].next_weights[0].tobytes() == watched[k].next_weights[0].tobytes() for k in (299, 7, 300))


@pytest.mark.parametrize(
    "training", [{}, {"batch_size": 3}, {"update": core.Adam(), "batch_size": 2, "shuffle": False}]
)
def test_long_blocks_and_few_checkpoints_change_nothing(training: dict[str, Any]) -> None:
    problem, steps = random_problem(4, (2, 3, 1), rows=7, learning_rate=0.01, **training), 2_100
    watch = read_watch("dW_1[1,1] changes sign", problem)
    fresh = Timeline(problem, budget=20_000)
    assert len(fresh) == 0
    in_one = Blocks(fresh, [watch.tree])[0:2_000].holds(watch.tree)
    plain = computed(Timeline(problem), steps)
    signs = np.sign([step.weight_gradients[0][0, 0] for step in plain])
    held = np.concatenate([[False], signs[1:] * signs[:-1] < 0])
    np.testing.assert_array_equal(in_one, held[:2_000])
    fresh.advance(steps - len(fresh))
    for at in (2_100, 1_500, 77):
        hit, last = found(fresh, watch.text, at=at, back=True), np.flatnonzero(held[:at])
        assert (hit and hit.step) == (int(last[-1]) if len(last) else None)
        hit, following = found(fresh, watch.text, at=at - 50), np.flatnonzero(held[at - 49 :])
        assert (hit and hit.step) == (int(following[0]) + at - 49 if len(following) else None)


def test_what_a_step_works_out_with_its_own_numbers_is_that_of_each_step() -> None:
    timeline = computed(Timeline(random_problem(6, (2, 3, 1), update=core.Adam())))
    for name in ("mhatW_1", "nhatW_1"):
        history = History(timeline, name, (1, 1))
        history.finish()
        assert history.values.tolist() == [float(step.values[name][0, 0]) for step in timeline]


def test_a_block_that_goes_back_starts_where_the_state_is_kept() -> None:
    timeline = computed(Timeline(exercise_2(), budget=20_000), 2_000)
    for text, before in (("W_1[1,1] > 0", 0), ("W_1[1,1] rises", 1), ("becomes W_1[1,1] rises", 2)):
        blocks = Blocks(timeline, [read_watch(text, timeline.problem).tree])
        for stop in (2_000, 1_234, 5, 1):
            start = blocks.start_of(stop, 3)
            assert start == 0 or timeline.kept(start - before) == start - before
            assert start <= max(0, stop - 3)
    assert Blocks(timeline, [read_watch("loss < 1", timeline.problem).tree]).start_of(1_234, 3) == 1_231
