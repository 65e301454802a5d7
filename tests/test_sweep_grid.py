"""What is varied: values as they are typed, combinations, draws, and the thinned curve."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core import Grid, ProblemError, Source, read_values
from core.sweeps.curve import BLOCKS, MOST, steps_of_curve, thinned
from core.sweeps.grid import Range
from core.sweeps.run import Run
from core.sweeps.sweep import read_axes

SOURCE = Source("exercise-2")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["0..3"], (0, 1, 2, 3)),
        (["-1..1"], (-1, 0, 1)),
        (["1..2/5"], (1, 1.25, 1.5, 1.75, 2)),
        (["1..5/3"], (1, 3, 5)),
        (["1..1000/log/4"], (1, 10, 100, 1000)),
        (["0.1..1/linear/4"], (0.1, 0.4, 0.7, 1)),
        (["0.5", "1..2", "0.5"], (0.5, 1, 2)),
        (["none", "8,8", "8"], ("none", "8,8", 8)),
        (["true", "1e-3"], (True, 0.001)),
    ],
)
def test_values_are_read_as_typed(words: list[str], values: tuple[object, ...]) -> None:
    assert read_values(words) == values


def test_a_range_by_equal_factors_has_its_ends_and_equal_ratios() -> None:
    values = read_values(["0.01..10/log/13"])
    assert len(values) == 13
    assert (values[0], values[-1]) == (0.01, 10)
    assert values == pytest.approx(np.geomspace(0.01, 10, 13), rel=5e-4)  # 4 digits


def test_names_of_columns_are_no_ranges() -> None:
    assert read_values(["1..3", "a..b"], "target") == ("1..3", "a..b")


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("3..1", "goes up"),
        ("0..1/log/5", "begins above 0"),
        ("1..2/x", "expected a range such as"),
        ("1..2/3/4", "expected a range such as"),
        ("1..", "expected a range such as"),
        ("1..2/1", "2 to 100,000 values"),
        ("0..1000000", "at most 100,000 values"),
        ("1..inf/3", "finite"),
    ],
)
def test_a_wrong_range_is_told(word: str, said: str) -> None:
    with pytest.raises(ProblemError, match=said):
        read_values([word])


def test_every_mistake_in_what_is_varied_is_told_at_once() -> None:
    axes = read_axes({"lr": "0.1..1 abc", "rate": [1], "batch": [0]})
    with pytest.raises(ProblemError) as caught:
        Grid(SOURCE, axes, -1)
    assert len(caught.value.mistakes) == 5
    for part in ("say how many values", '"abc"', 'unknown "rate"', "batch: expected a whole number", "steps: expected"):
        assert any(part in mistake for mistake in caught.value.mistakes)


def test_the_runs_are_all_combinations_in_order() -> None:
    grid = Grid(Source("iris", (("test", 0.2),)), read_axes({"hidden": "2 4,4", "seed": "0..2"}), 50)
    runs = list(grid.runs())
    assert len(runs) == grid.size == 6
    for run, (hidden, seed) in zip(runs, itertools.product(("2", "4,4"), range(3)), strict=True):
        assert run == Run(Source("iris", (("hidden", hidden), ("seed", seed), ("test", 0.2))), 50)
        run.source.problem()


def test_a_number_is_the_same_run_however_it_is_typed() -> None:
    typed = Grid(SOURCE, read_axes({"lr": "1 1.0 1e0 0.5..1.5/3"}), 5)
    assert [run.options["lr"] for run in typed.runs()] == [1, 0.5, 1.5]


@given(st.integers(1, 40), st.integers(0, 9))
def test_drawn_runs_are_of_the_grid_and_come_once(count: int, seed: int) -> None:
    axes = read_axes({"lr": "0.1 0.2 0.3", "seed": "0..9"})
    everything = {run.key for run in Grid(SOURCE, axes, 5).runs()}
    grid = Grid(SOURCE, axes, 5, count, seed)
    drawn = [run.key for run in grid.runs()]
    assert len(drawn) == len(set(drawn)) == grid.size == min(count, 30)
    assert set(drawn) <= everything
    assert drawn == [run.key for run in Grid(SOURCE, axes, 5, count, seed).runs()]


def test_what_is_drawn_from_a_range_lies_in_it_by_equal_factors() -> None:
    grid = Grid(SOURCE, {"lr": (Range(0.001, 10, log=True),)}, 5, 1000)
    rates = np.array([run.options["lr"] for run in grid.runs()], dtype=float)
    assert len(rates) == 1000
    assert rates.min() >= 0.001
    assert rates.max() <= 10
    # A quarter of the draws in each of the four powers of ten, but for chance: five standard deviations.
    counts = np.histogram(np.log10(rates), bins=4, range=(-3, 1))[0]
    assert (abs(counts - 250) < 5 * math.sqrt(1000 * 0.25 * 0.75)).all()


@given(
    st.text(max_size=8), st.dictionaries(st.sampled_from(["lr", "drop", "hidden"]), st.text(max_size=5)), st.integers(0)
)
def test_a_run_is_had_again_from_its_key_and_its_pickle(name: str, options: dict[str, str], steps: int) -> None:
    import pickle

    run = Run(Source.of(name, options), steps)
    assert Run.of_key(run.key) == run == pickle.loads(pickle.dumps(run))


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=3000))
def test_a_thinned_curve_keeps_the_extremes_of_every_block(losses: list[float]) -> None:
    curve, steps = thinned(np.array(losses)), steps_of_curve(len(losses))
    assert len(curve) == len(steps) <= MOST
    assert (np.diff(steps) >= 0).all()
    assert steps[-1] == len(losses) - 1
    if len(losses) <= MOST:
        assert curve.tolist() == losses
        return
    size = math.ceil(len(losses) / BLOCKS)
    blocks = [losses[start : start + size] for start in range(0, len(losses), size)]
    for block, pair in zip(blocks, curve.reshape(-1, 2).tolist(), strict=True):
        assert sorted(pair) == [min(block), max(block)]
        assert block.index(pair[0]) <= len(block) - 1 - block[::-1].index(pair[1])


def test_a_problem_made_in_python_says_why_it_is_not_swept() -> None:
    problem = core.load_problem("exercise-2").with_loss(core.SquaredError())
    with pytest.raises(ProblemError, match="loaded anew"):
        next(iter(core.sweep(problem, {"lr": [1]})))


@pytest.mark.parametrize("drawn", [None, 5])
def test_a_grid_knows_its_runs_without_making_them(drawn: int | None) -> None:
    source = Source("iris", (("lr", 0.3), ("test", 0.5)))
    grid = Grid(source, {"lr": (1, 2.0, 0.5), "hidden": (4, "8,8")}, 7, drawn)
    runs = list(grid.runs())
    others = [
        Run(runs[0].source, 8),
        Run(Source("iris", (("lr", 1),)), 7),
        Run(replace(runs[0].source, seed=3), 7),
        *Grid(source, {"lr": (1, 3)}, 7).runs(),
        *Grid(source, {"lr": (3,), "hidden": ("4",)}, 7).runs(),
    ]
    assert all(run in grid for run in runs)
    assert not any(run in grid for run in others)
    known = {run.key for run in (*runs[:2], *others)}
    assert grid.missing(known | {"no key"}) == len(runs) - 2


def test_a_grid_of_billions_is_counted_at_once() -> None:
    assert (
        Grid(Source("xor"), {"seed": tuple(range(50_000)), "lr": tuple(range(1, 50_000))}, 5).missing(())
        == 2_499_950_000
    )
