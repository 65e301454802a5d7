"""An interrupt anywhere in a timeline's work leaves every step with its bits.

The tests inject one at each line of it; `python tests/test_interrupts.py` at each byte code, which takes some minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from types import FrameType
from typing import Any

import pytest

import core
from core import batches, checkpoints, sgd, tap, timeline
from samples import exercise_2, step_bits

TRACED = frozenset(module.__file__ for module in (batches, checkpoints, sgd, tap, timeline))
OFTEN = 2  # times that each line is interrupted, and once more when it runs for the last time
STEPS = 26
STATES = 6  # room for so few checkpoints that they are thinned again and again
SEEN = (25, 3, 11, 4, 0, 18, 25)

Place = tuple[str, int]


def work(run: core.Timeline) -> None:
    """All ways through a run: on, back, onto it again, beyond it."""
    run.advance(13)
    run[12]
    run[5]
    run[4]
    run.approach(9, 3)
    run[14]
    run.advance(9)
    run[1]
    run[20]
    run.observe(17, 24, tap.Tap({"W_1", "z_1", "W_1_next", "loss"}, 8))


@contextmanager
def traced(seen: Callable[[Place], None], event: str) -> Iterator[None]:
    """Tell `seen` of each "line" or "opcode" of the engine before it runs."""

    def trace(frame: FrameType, what: str, _: Any) -> Any:
        if frame.f_code.co_filename not in TRACED:
            return None
        frame.f_trace_opcodes = event == "opcode"
        if what == event:
            seen((frame.f_code.co_filename, frame.f_lasti if event == "opcode" else frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield
    finally:
        sys.settrace(before)


def interrupted(make: Callable[[], core.Timeline], at: int, event: str) -> core.Timeline:
    """A timeline whose work an interrupt ended before the event with the number `at`."""
    numbers, run = count(), make()

    def strike(_: Place) -> None:
        if next(numbers) == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), traced(strike, event):
        work(run)
    return run


def events_of(make: Callable[[], core.Timeline], event: str) -> list[Place]:
    found: list[Place] = []
    run = make()
    with traced(found.append, event):
        work(run)
    return found


def chosen(events: list[Place]) -> list[int]:
    """The first few times that each line runs, and the last."""
    numbers: dict[Place, list[int]] = {}
    for number, place in enumerate(events):
        numbers.setdefault(place, []).append(number)
    return sorted({number for found in numbers.values() for number in (*found[:OFTEN], found[-1])})


def wrong_after(
    make: Callable[[], core.Timeline], at: int, event: str, expected: list[tuple[object, ...]]
) -> list[int]:
    """The steps that have other bits after an interrupt."""
    run = interrupted(make, at, event)
    wrong = [index for index in SEEN if step_bits(run[index]) != expected[index]]
    work(run)
    return [*wrong, *(index for index in range(STEPS) if step_bits(run[index]) != expected[index])]


def runs(batch_size: int | None) -> Callable[[], core.Timeline]:
    problem = exercise_2(batch_size=batch_size)
    size = sum(layer.weights.nbytes for layer in problem.network.layers)
    return lambda: core.Timeline(problem, budget=STATES * size)


@pytest.mark.parametrize("batch_size", [None, 3])
def test_an_interrupt_at_any_line_leaves_every_step_with_its_bits(batch_size: int | None) -> None:
    make = runs(batch_size)
    straight = core.Timeline(make().problem)
    expected = [step_bits(straight[index]) for index in range(STEPS)]
    events = events_of(make, "line")
    assert {file for file, _ in events} >= TRACED - {batches.__file__}
    for at in chosen(events):
        wrong = wrong_after(make, at, "line", expected)
        assert not wrong, f"steps {wrong} differ after an interrupt at {events[at]}"


def filled(capacity: int) -> checkpoints.Checkpoints:
    """Checkpoints that are full: row i has the state before step i, which is the number i."""
    kept = checkpoints.Checkpoints(1, capacity * 8)
    kept.reserve(capacity)
    kept.rows[:, 0] = range(capacity)
    kept.extend(capacity)
    return kept


def test_an_interrupted_thinning_of_many_states_is_finished() -> None:
    capacity = 23  # twelve are kept, which are moved in stretches of 1, 2, 4 and 4
    events: list[Place] = []
    full = filled(capacity)
    with traced(events.append, "opcode"):
        full.reserve(capacity + 1)
    assert full.used == 12
    for at in range(len(events)):
        kept, numbers = filled(capacity), count()

        def strike(_: Place, at: int = at, numbers: Iterator[int] = numbers) -> None:
            if next(numbers) == at:
                raise KeyboardInterrupt

        with suppress(KeyboardInterrupt), traced(strike, "opcode"):
            kept.reserve(capacity + 1)
        for index in range(capacity):
            found = kept.nearest(index)
            assert found is not None
            step, state = found
            assert step <= index
            assert state.tolist() == [step]


def main() -> None:
    for batch_size in (None, 3):
        make = runs(batch_size)
        straight = core.Timeline(make().problem)
        expected = [step_bits(straight[index]) for index in range(STEPS)]
        events = events_of(make, "opcode")
        failed = [events[at] for at in range(len(events)) if wrong_after(make, at, "opcode", expected)]
        print(
            f"batches of {batch_size}: {len(events)} byte codes interrupted, {len(failed)} left wrong bits {failed[:5]}"
        )


if __name__ == "__main__":
    main()
