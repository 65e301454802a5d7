"""Large problems on paper: the work is bounded by what is printed, or refused with the limit and the way out."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core import fresh
from core.solving import solution, solve, worked
from samples import random_problem
from screen import app, press, settle
from tui import cli


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, those of C included: a count that no clock and no load changes."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def many_rows(rows: int, scale: float = 1.0, loss: core.Loss | None = None) -> core.Problem:
    rng = np.random.default_rng(0)
    loss = core.SoftmaxCrossEntropy() if loss is None else loss
    small = random_problem(1, (3, 4, 3), rows=8, loss=loss, bias=True, reduction="mean", activation="relu")
    targets = rng.permutation(np.resize(small.targets, (rows, 3)))
    return core.Problem("many rows", rng.normal(size=(rows, 3)) * scale, targets, small.network, loss)


@pytest.mark.parametrize("scale", [1.0, 1e5])
@pytest.mark.parametrize("loss", core.LOSSES.values(), ids=core.LOSSES.keys())
def test_a_solution_of_many_rows_looks_at_those_that_are_printed(loss: type[core.Loss], scale: float) -> None:
    first, few, many = (core.Timeline(many_rows(rows, scale, loss()))[0] for rows in (100, 200, 20_000))
    solve([first])  # what is imported is not counted; what is worked out once for a problem is, of both
    assert calls(lambda: solve([many])) < 1.1 * calls(lambda: solve([few]))


def write(name: str, rows: int, columns: int, classes: int = 0) -> str:
    rng = np.random.default_rng(0)
    targets = rng.integers(0, classes, rows) if classes else rng.normal(size=rows)
    np.savez(name, inputs=rng.normal(size=(rows, columns)), targets=targets)
    return name


def deep(layers: int) -> str:
    hidden = '[[layers]]\nunits = 2\nactivation = "tanh"\n' * (layers - 1)
    data = "[data]\ninputs = [[0.5, 1], [1, 0.25]]\ntargets = [[1], [-1]]\n"
    Path("deep.toml").write_text(f'name = "deep"\n{data}{hidden}[[layers]]\nunits = 1\n', encoding="utf-8")
    return "deep.toml"


@pytest.fixture
def sgdb(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def run(*words: str) -> tuple[int, str, str]:
        status = cli.main(list(words))
        return status, *capsys.readouterr()

    return run


@pytest.mark.parametrize("format", ["md", "latex", "html"])
def test_a_whole_matrix_that_is_too_large_is_refused(sgdb: Any, format: str) -> None:
    table = write("big.npz", 40_000, 3, classes=3)
    status, out, err = sgdb("solve", table, "--batch", "40000", "--whole", "--format", format)
    assert (status, out) == (2, "")
    assert err == (
        "sgdb: big: too large to be written out: expected at most 600000 numbers, found 2400178 or more; "
        "without --whole large matrices are cut\n"
    )
    status, out, err = sgdb("solve", table, "--batch", "40000", "--format", format)
    assert (status, err) == (0, "")
    assert "the first 16 of 40000 rows" in out


@pytest.mark.parametrize("format", ["md", "latex", "html"])
def test_whole_matrices_of_many_columns_are_written_and_measured_once(
    sgdb: Any, monkeypatch: pytest.MonkeyPatch, format: str
) -> None:
    """Neither for a line that they are too large for, nor anew for each block of a page."""
    table = write("wide.npz", 4, 500)
    counts: Counter[str] = Counter()

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def count(*arguments: Any, **options: Any) -> Any:
            counts[name] += 1
            return function(*arguments, **options)

        return count

    monkeypatch.setattr(worked, "rounded", counted("written", worked.rounded))
    monkeypatch.setattr(solution, "_width", counted("measured", solution._width))
    status, out, _ = sgdb("solve", table, "--whole", "--format", format)
    step = core.Timeline(core.load_problem(table))[0]
    printed = sum(quantity.values.size for source in (core.given, core.quantities) for quantity in source(step))
    assert status == 0
    assert "columns 1 to " in out
    assert printed < counts["written"] < 1.1 * printed
    assert printed <= counts["measured"] < 2.1 * printed  # whole, and each block


def test_too_many_steps_are_refused(sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worked, "MOST_NUMBERS", 100)
    assert sgdb("solve", "--steps", "0..1")[::2] == (
        2,
        "sgdb: Exercise 2: too large to be written out: expected at most 100 numbers, found 216 or more; "
        "take fewer --steps\n",
    )


def test_steps_are_taken_one_by_one() -> None:
    timeline = core.Timeline(core.load_problem("exercise-2"))
    solved = solve(timeline[index] for index in range(3))
    assert [step.index for step in solved.steps] == [0, 1, 2]


@pytest.mark.parametrize("words", [(), ("--whole",), ("--format", "latex")])
def test_a_network_of_too_many_layers_is_refused(sgdb: Any, words: tuple[str, ...]) -> None:
    assert sgdb("solve", deep(401), *words) == (
        2,
        "",
        "sgdb: deep: too large to be written out: expected at most 400 layers, found 401\n",
    )


def test_an_answer_sheet_that_is_too_large_is_refused_before_it_is_written(
    sgdb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worked, "rounded", lambda *_: pytest.fail("a number was written"))
    status, out, err = sgdb("solve", write("wide.npz", 4, 500), "--format", "toml")
    assert (status, out) == (2, "")
    assert err.startswith("sgdb: --format: an answer sheet (toml) has at most 5000 numbers, found ")


def test_of_a_deep_network_the_last_gradients_are_expanded(sgdb: Any) -> None:
    """Each expanded formula is longer than the one before: all of them together would be of no use to anybody."""
    status, out, _ = sgdb("solve", deep(60))
    assert status == 0
    formulas = out.split("## Formulas")[1].split("## Step")[0]
    assert formulas.count(" = X_inᵀ [") + formulas.count("ᵀ [") == 20
    assert formulas.rstrip("`\n ").endswith("\n…")
    assert len(formulas) < 20_000
    status, out, _ = sgdb("solve", deep(20))
    assert "\n…\n" not in out.split("## Step")[0]
    assert "∂W₁ = X_inᵀ [" in out


def test_one_step_of_as_many_layers_as_may_be_is_never_too_large() -> None:
    """Where large matrices are cut, fewer steps always help."""
    network = core.Network([core.Layer(weights=np.eye(20), bias=np.zeros(20))] * worked.MOST_LAYERS)
    targets = np.eye(20)[:17]
    problem = core.Problem("most", targets, targets, network, core.SoftmaxHinge(), 1e-9)
    assert worked._numbers(core.Timeline(problem)[0], whole=False) < worked.MOST_NUMBERS


async def test_the_screen_refuses_a_network_of_too_many_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(worked, "MOST_LAYERS", 1)
    async with app().run_test(size=(120, 40)) as pilot:
        await settle(pilot)
        await press(pilot, "x", "enter")
        complaint = str(pilot.app.screen.query_one("#complaint").render())
    assert "expected at most 1 layers, found 2" in complaint
    assert list(tmp_path.iterdir()) == []


def test_targets_that_differ_are_not_sorted(monkeypatch: pytest.MonkeyPatch) -> None:
    sorted_rows: list[int] = []
    unique = np.unique

    def noted(values: Any, **options: Any) -> Any:
        sorted_rows.append(len(values))
        return unique(values, **options)

    monkeypatch.setattr(fresh.np, "unique", noted)
    for loss in (core.SquaredError(), core.SoftmaxHinge()):
        core.practice_problem(many_rows(30_000, loss=loss), 1)
    assert max(sorted_rows) < 100


@given(st.lists(st.lists(st.integers(-1, 2), min_size=2, max_size=2), min_size=1, max_size=20), st.integers(1, 6))
def test_the_different_rows_of_targets(rows: list[list[int]], most: int) -> None:
    values = np.array(rows, dtype=float)
    expected = np.unique(values, axis=0)
    assert np.array_equal(fresh._different(values, None), expected)
    bounded = fresh._different(values, most)
    if len(expected) <= most:
        assert np.array_equal(bounded, expected)
    else:
        assert len(bounded) == most + 1
