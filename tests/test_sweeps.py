"""The results of a sweep: those of single runs, whatever computes them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from core import Grid, Result, Run, Source, Sweep, Timeline
from core.sweeps.executors import THREADS, Chunk, Executor, Here, Local, Processes, _submitted
from core.sweeps.run import BUDGET, failed, result_of
from core.sweeps.sweep import MOST_GUESSED, _Pace, read_axes
from core.sweeps.work import Done, results_of

STEPS = 60
PROBLEMS = {
    "exercise-2": {"lr": "0.1 0.5 1 2 3 100", "update": "sgd adam"},
    "circles": {"lr": "0.3 1", "seed": "0..2", "hidden": "3 4,4"},
    "three-classes": {"lr": "0.3 1e308", "batch": "3 6", "loss": "cross-entropy hinge"},
}


def told(result: Result) -> list[object]:
    """Everything in a result, comparable to the bit; NaN is itself."""
    values = [getattr(result, field.name) for field in fields(result)]
    return [repr(value.tolist()) if isinstance(value, np.ndarray) else repr(value) for value in values]


def alone(run: Run) -> Result:
    return result_of(run, Timeline(run.source.problem(), BUDGET), core.fingerprint())


class Shuffled(Executor):
    """In this process, in chunks of other sizes and in another order."""

    def __init__(self, order: list[int]) -> None:
        self._order = order

    def results(self, chunks: Iterator[Chunk]) -> Iterator[object]:  # type: ignore[override]
        runs = [run for chunk in chunks for run in chunk]
        runs.sort(key=lambda run: self._order[crc32(run.key.encode()) % len(self._order)])
        while runs:
            size = 1 + self._order[len(runs) % len(self._order)]
            yield results_of(runs[:size])
            del runs[:size]


@pytest.fixture(scope="module")
def single() -> dict[str, Result]:
    """The result of each run by its key, computed alone."""
    found = {}
    for name, options in PROBLEMS.items():
        for run in Grid(Source(name), read_axes(options), STEPS).runs():
            found[run.key] = alone(run)
    return found


@pytest.mark.parametrize("name", PROBLEMS)
@given(order=st.lists(st.integers(0, 12), min_size=1, max_size=12))
@settings(max_examples=3)
def test_results_are_those_of_single_runs(single: dict[str, Result], name: str, order: list[int]) -> None:
    grid = Grid(Source(name), read_axes(PROBLEMS[name]), STEPS)
    for executor in (Here(), Shuffled(order)):
        found = [result for results in Sweep(grid, executor=executor).chunks() for result in results]
        assert sorted(result.run.key for result in found) == sorted(run.key for run in grid.runs())
        for result in found:
            assert told(result) == told(single[result.run.key])


def test_results_of_processes_are_the_same(single: dict[str, Result]) -> None:
    grid = Grid(Source("circles"), read_axes(PROBLEMS["circles"]), STEPS)
    with pytest.MonkeyPatch.context() as patch:
        for name in THREADS:
            patch.setenv(name, str(core.fingerprint().threads or 1))
        found = [result for results in Sweep(grid, executor=Processes(2)).chunks() for result in results]
    assert {result.run.key: told(result) for result in found} == {
        result.run.key: told(single[result.run.key]) for result in found
    }
    assert len(found) == grid.size
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_result_says_what_the_run_says(single: dict[str, Result], name: str) -> None:
    for result in single.values():
        if result.run.source.name != name or result.last < 0:
            continue
        problem = result.run.source.problem()
        timeline = Timeline(problem)
        with suppress(core.DivergedError):
            timeline.advance(STEPS + 1)
        end, step = timeline.diverged, timeline[min(STEPS, len(timeline) - 1)]
        assert (end is not None) == (result.outcome == "diverging")
        assert end is None or (result.step, result.reason) == (end.step, str(end))
        assert result.last == step.index
        found = core.evaluate(problem, step.network)
        assert result.accuracy == found.accuracy
        assert repr(result.rmse) == repr(found.rmse if found.accuracy is None else None)
        assert result.curve.tolist() == timeline.losses.tolist()[: len(result.curve)]
        if problem.held_out is not None:
            assert result.test_loss == core.evaluate(problem, step.network, held_out=True).loss


def test_what_became_of_exercise_2_is_known() -> None:
    results = {result.run.options["lr"]: result for result in core.sweep("exercise-2", {"lr": "0.5 1 2 3"}, steps=2000)}
    assert results[0.5].outcome == "still going"
    assert results[0.5].loss < 0.05
    assert (results[1].outcome, round(results[1].loss, 3)) == ("stuck", 1.5)
    assert results[2].outcome == "stuck"
    assert "all 3 hidden units are idle in all rows" in results[2].reason
    assert (results[3].outcome, results[3].step) == ("diverging", 8)


def test_a_run_that_fails_is_a_result() -> None:
    results = list(core.sweep("exercise-2", {"update": "sgd momentum", "momentum": [0.5]}, steps=5))
    assert [result.outcome for result in results] == ["failed", "still going"]
    assert "sgd has no momentum" in results[0].reason


def test_runs_that_differ_in_the_rate_alone_have_the_problems_that_are_loaded() -> None:
    from core.sweeps.work import _problem

    for name in ("exercise-2", "iris", "moons"):
        loaded: dict[object, core.Problem] = {}
        for rate in (0.25, 1, 3):
            run = Run(Source(name, (("lr", rate), ("seed", 2))), 1)
            assert _problem(run, loaded).particulars() == run.source.problem().particulars()
        assert len(loaded) == 1


def test_a_process_that_is_killed_is_replaced(single: dict[str, Result]) -> None:
    grid = Grid(Source("circles"), read_axes(PROBLEMS["circles"]), STEPS)
    runs = list(grid.runs())
    chunks = (runs[start : start + 2] for start in range(0, len(runs), 2))
    found: list[Result] = []
    for done in Processes(2).results(chunks):
        if not found:
            os.kill(multiprocessing.active_children()[0].pid or 0, signal.SIGKILL)
        found += done.results
    assert sorted(result.run.key for result in found) == sorted(run.key for run in runs)
    assert {result.outcome for result in found} == {"still going"}
    assert [result.loss for result in found] == pytest.approx([single[result.run.key].loss for result in found])


class Deadly(Run):
    """One that ends the process which unpickles it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (1,)


def test_a_run_that_ends_every_process_is_a_result_and_the_others_go_on() -> None:
    runs = [Run(Source("exercise-2", (("lr", rate),)), 5) for rate in (0.1, 0.2, 0.3)]
    deadly = Deadly(Source("exercise-2"), 5)
    found = [
        result
        for done in Processes(2).results(iter([runs[:1], [runs[1], deadly], runs[2:]]))
        for result in done.results
    ]
    assert {result.run.key: result.outcome for result in found} == {
        deadly.key: "failed",
        **{run.key: "still going" for run in runs},
    }
    assert len(found) == 4


def test_a_sweep_that_is_left_ends_its_processes() -> None:
    working = Sweep(Grid(Source("xor"), read_axes({"lr": "0.1..1/200"}), 500), executor=Processes(2)).chunks()
    next(working)
    assert multiprocessing.active_children()
    working.close()
    assert not multiprocessing.active_children()


def test_a_short_sweep_starts_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.sweeps.executors._pool", lambda _: pytest.fail("a process was started"))
    monkeypatch.setattr("core.sweeps.executors.WORTH_PROCESSES", float("inf"))
    assert len(list(core.sweep("exercise-2", {"lr": "0.1 0.2"}, steps=5, executor=Local(8)))) == 2


def test_a_file_keeps_the_results_and_the_same_sweep_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, options = tmp_path / "a.sqlite", {"lr": "0.1 0.5 3", "seed": "0 1"}
    first = list(core.sweep("exercise-2", options, steps=20, into=path))
    more = list(core.sweep("exercise-2", options | {"lr": "0.1 0.5 3 4"}, steps=20, into=path))
    assert (len(first), len(more)) == (6, 8)
    monkeypatch.setattr("core.sweeps.executors.results_of", lambda _: pytest.fail("computed again"))
    again = list(core.sweep("exercise-2", options, steps=20, into=path))
    assert [told(result) for result in again] == [told(result) for result in first]


def test_the_command_and_the_engine_name_the_same_threads() -> None:
    from tui import cli

    assert cli.THREADS == THREADS


def test_chunks_are_large_where_the_file_has_other_runs() -> None:
    sizes = []

    class Watched(Here):
        workers = 2

        def results(self, chunks: Iterator[Chunk]) -> Iterator[object]:  # type: ignore[override]
            for chunk in chunks:
                sizes.append(len(chunk))
                yield results_of(chunk)

    grid = Grid(Source("exercise-2"), read_axes({"lr": "0.01..1/log/40"}), 20)
    others = [replace(run, steps=k).key for run in grid.runs() for k in (5, 10)]
    assert sum(map(len, Sweep(grid, others, Watched()).chunks())) == 40
    assert sizes[0] == 10  # a quarter: two workers, twice
    assert len(sizes) < 20


def test_chunks_towards_the_end_are_not_small() -> None:
    grid = Grid(Source("exercise-2"), read_axes({"lr": "0.01..1/log/400"}), 20)
    runs, pace = list(grid.runs()), _Pace(400, 2)
    assert pace.size(runs[0]) == 100  # a quarter: two workers, twice
    pace.note(Done([failed(run, "", core.fingerprint()) for run in pace.taken(runs[:100])], 0.4))
    pace.taken(runs[:280])
    assert pace.size(runs[0]) == 50  # of the 20 that are left each takes 4 ms


def test_runs_of_many_kinds_share_chunks_and_few_of_their_problems_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    grid = Grid(Source("moons"), read_axes({"data-seed": "0..199", "lr": "0.1 0.2"}), 5)
    guessed: list[Run] = []
    monkeypatch.setattr("core.sweeps.sweep._guess", lambda run: guessed.append(run) or 0.01)
    monkeypatch.setattr("core.sweeps.sweep.MOST_WAITING", 150)
    sweep = Sweep(grid)
    chunks = list(sweep._chunks(_Pace(sweep.missing, 1)))
    assert len(guessed) == MOST_GUESSED
    assert sorted(run.key for chunk in chunks for run in chunk) == sorted(run.key for run in grid.runs())
    assert max(map(len, chunks)) == 50  # half a second of 10 ms each
    assert len(chunks) <= 10
    for chunk in chunks:
        assert len(chunk) == 2 * len({run.options["data-seed"] for run in chunk})


def test_processes_leave_ctrl_c_to_the_one_that_starts_them() -> None:
    """From their first moment on, before they run anything of ours."""
    asked: list[object] = []

    class Pool:
        def submit(self, *_: object) -> None:
            asked.append(signal.pthread_sigmask(signal.SIG_BLOCK, ()))  # as a new process takes it over

    _submitted(Pool(), [])  # type: ignore[arg-type]
    assert asked == [{signal.SIGINT}]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_processes_that_do_not_start_end_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """No run is to blame: as where a program does its work without asking whether it is the main one."""
    spawn = multiprocessing.get_context("spawn")
    monkeypatch.setattr("core.sweeps.executors._pool", lambda _: ProcessPoolExecutor(1, spawn, os._exit, (1,)))
    with pytest.raises(RuntimeError, match=r"no process can be started.*__main__"):
        list(core.sweep("exercise-2", {"lr": [0.1]}, steps=5, executor=2))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"lr": 0.1}, [{"lr": 0.1}]),
        ({"lr": [1, 1.0, "1", "0.5..1/2"]}, [{"lr": 1}, {"lr": 0.5}]),
        ({"lr": np.array([0.1, 0.2]), "seed": [np.int64(3)]}, [{"lr": 0.1, "seed": 3}, {"lr": 0.2, "seed": 3}]),
        ({"hidden": [[4, 4], 8, "8"]}, [{"hidden": (4, 4)}, {"hidden": "8"}]),
        ({"lr": [core.Range(0.1, 1, log=True, count=3)]}, [{"lr": 0.1}, {"lr": 0.3162}, {"lr": 1}]),
    ],
)
def test_values_are_given_as_python_has_them(options: Any, expected: list[dict[str, object]]) -> None:
    grid = Grid(Source("iris"), read_axes(options), 5)
    assert [run.options for run in grid.runs()] == expected
    assert grid.size == len(expected)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"steps": "10"}, 'steps: expected a whole number of at least 0, found "10"'),
        ({"steps": 1.5}, "steps: expected a whole number of at least 0, found 1.5"),
        ({"drawn": "3"}, 'drawn: expected a whole number of at least 1, found "3"'),
        ({"drawn": 2, "seed": -1}, "seed of the draw: expected a whole number of at least 0, found -1"),
        ({"executor": 0}, "executor: expected a number of processes of at least 1, .*, found 0"),
        ({"executor": "tcp://x:1"}, 'executor: expected .* a dask.distributed.Client, found "tcp://x:1"'),
        ({"options": ["lr"]}, "options: expected a dict"),
    ],
)
def test_what_is_no_sweep_is_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises(core.ProblemError, match=said):
        list(core.sweep("xor", **{"options": {"lr": [0.1]}, **given}))
