"""What the screen of a sweep shows, worked out in another way: its grid, its order, its filters, its curves."""

from __future__ import annotations

import math
import random
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import OUTCOMES, Option, ProblemError, Result, steps_of_curve, table_csv
from swept import grid, result, snapshot
from tui.sheet.lines import Area
from tui.sweeps.cell_texts import SHAPES, texts
from tui.sweeps.cells import MOST, OUTCOME, PARTS, Cells, axis, cells, first_axes, first_figure, shades
from tui.sweeps.chosen_run import chosen_run
from tui.sweeps.curves import Band, Curve, CurvesPlot, middle
from tui.sweeps.filters import LETTERS, read_filter
from tui.sweeps.results import Results, label_of
from tui.sweeps.view import Look, effort, in_order, see

AXES: dict[str, list[Option]] = {"lr": [1.0, 0.1, 0.01], "update": ["sgd", "adam"], "seed": [0, 1, 2, 3, 4]}


def quartiles(values: Iterable[float]) -> list[float]:
    """By the standard library, and by hand where it has no answer."""
    known = sorted(value for value in values if not math.isnan(value))
    if len(known) < 2 or math.inf in known:
        found = []
        for share in (0.25, 0.5, 0.75):
            at = share * (len(known) - 1)
            below = math.floor(at)
            if not known:
                found.append(math.nan)
            elif at == below or known[below] == known[below + 1]:
                found.append(known[below])
            else:
                found.append(known[below] + (at - below) * (known[below + 1] - known[below]))
        return found
    return statistics.quantiles(known, n=4, method="inclusive")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("axes", [("lr", "update"), ("update", "seed"), ("", "lr"), ("", "")])
def test_a_cell_counts_its_runs_and_has_the_quartiles_of_their_figure(axes: tuple[str, str], seed: int) -> None:
    rows, columns = axes
    results = list(grid(AXES, seed))
    random.Random(seed).shuffle(results)
    found = snapshot(results)
    kept = np.array([index % 7 != 0 for index in range(len(results))])
    shown = cells(found, rows, columns, "loss", kept)
    members: dict[tuple[str, str], list[int]] = {}
    for place, one in enumerate(results):
        if kept[place]:
            members.setdefault(tuple(label_of(one.run.options[n]) if n else "" for n in axes), []).append(place)  # type: ignore[arg-type]
    assert len(shown.all_runs) == kept.sum()
    for i, down in enumerate(shown.rows.labels):
        for j, across in enumerate(shown.columns.labels):
            places = members.get((down, across), [])
            assert shown.runs(i, j).tolist() == places
            counts = Counter(results[place].outcome for place in places)
            assert shown.counts[i, j].tolist() == [counts[outcome] for outcome in OUTCOMES]
            np.testing.assert_allclose(shown.quartiles[:, i, j], quartiles(results[p].loss for p in places), rtol=1e-12)


def test_what_varies_is_found_and_numbers_are_in_their_order() -> None:
    found = snapshot([*grid(AXES), result({"lr": 0.5, "hidden": (8, 8)}), result({"lr": "0.05", "hidden": "none"})])
    assert {name: one.labels for name, one in found.parameters.items()} == {
        "hidden": ("—", "none", "8,8"),
        "lr": ("0.01", "0.1", "0.5", "1", "0.05"),
        "seed": ("—", "0", "1", "2", "3", "4"),
        "update": ("—", "adam", "sgd"),
    }
    assert found.fixed == {"steps": 100}
    assert "test loss" not in found.figures
    again = snapshot([result({"lr": 0.1}, steps=10, test_loss=0.5), result({"lr": 0.1}, steps=20)])
    assert [*again.parameters] == ["steps"]
    assert again.fixed == {"lr": 0.1}
    assert again.figures["test loss"].tolist()[0] == 0.5


def test_a_snapshot_stays_as_it_is_while_results_come() -> None:
    results, found = [*grid({"seed": range(3000)})], Results()
    found.add(enumerate(results[:1000], 1))
    before = found.snapshot()
    kept = before.figures["loss"].copy(), before.parameters["seed"].codes.copy()
    found.add(enumerate(results[1000:], 1001))
    assert len(before) == 1000
    np.testing.assert_array_equal(before.figures["loss"], kept[0])
    np.testing.assert_array_equal(before.parameters["seed"].codes, kept[1])
    after = found.snapshot()
    assert len(after) == found.newest == 3000
    np.testing.assert_array_equal(after.figures["loss"], [one.loss for one in results])


def test_the_grid_begins_with_numbers_across_and_the_seed_last() -> None:
    assert first_axes(snapshot([])) == ("", "")
    assert first_axes(snapshot(grid({"lr": [1.0]}))) == ("", "")
    assert first_axes(snapshot(grid({"lr": [1.0, 2.0]}))) == ("", "lr")
    assert first_axes(snapshot(grid({"lr": [1.0, 2.0], "seed": range(30)}))) == ("seed", "lr")
    assert first_axes(snapshot(grid(AXES))) == ("update", "lr")
    assert first_axes(snapshot(grid({"batch": [1, 2], "lr": [0.1, 1.0], "seed": range(3)}))) == ("batch", "lr")
    assert first_axes(snapshot(grid({"lr": [0.1, 1.0], "update": ["sgd", "adam", "rmsprop"]}))) == ("update", "lr")


@pytest.mark.parametrize(
    ("outcomes", "figure"),
    [
        ("gggggggggS", "loss"),
        ("ggggggggSS", OUTCOME),
        ("SSSSSSSSSS", "loss"),
        ("DDDDDDDDDg", OUTCOME),
        ("ffffffffff", OUTCOME),
        ("", OUTCOME),
    ],
)
def test_the_grid_begins_with_a_figure_where_nearly_all_runs_have_one_outcome(outcomes: str, figure: str) -> None:
    runs = [result({"seed": k}, LETTERS[letter]) for k, letter in enumerate(outcomes)]
    assert first_figure(snapshot(runs)) == figure
    tested = [replace(run, test_loss=1.0, test_accuracy=0.5) for run in runs]
    assert first_figure(snapshot(tested)) == ("test accuracy" if figure == "loss" else OUTCOME)


def test_an_option_that_is_called_like_a_figure_is_another_column() -> None:
    runs = [result({"loss": loss}, loss=value) for loss, value in (("bce", 0.25), ("mse", 0.5))]
    found = snapshot(runs)
    assert [*found.parameters] == ["--loss"]
    assert see(found, Look()).columns == ("run", "--loss", "outcome", "step", "loss", "accuracy", "reason")
    assert read_filter("loss < 0.3", found).keeps(found).tolist() == [True, False]
    assert read_filter("--loss = mse", found).keeps(found).tolist() == [False, True]
    assert table_csv(runs).splitlines()[0].split(",")[:4] == ["--loss", "steps", "last", "loss"]
    assert told(runs, "exercise-2")[0] == " ▸ run 1: sgdb run exercise-2 --loss bce --steps 100"


def gridded(results: Iterable[Result], figure: str = OUTCOME, rows: str = "update") -> Cells:
    found = snapshot(results)
    return cells(found, rows, "lr", figure, np.ones(len(found), dtype=bool))


def test_cells_say_more_where_there_is_room_and_all_have_one_size() -> None:
    runs = [
        result(
            {"lr": lr, "update": update, "seed": seed}, LETTERS["SSD"[seed] if lr == 1.0 else "g"], loss=lr * (seed + 1)
        )
        for update in ("sgd", "adam")
        for lr in (0.5, 1.0)
        for seed in range(3)
    ]
    written = texts(gridded(runs), OUTCOME, 60, 12)
    assert (written.tall, written.gap) == (5, 1)
    assert written.cells[0] == [("g 3",), ("S 2", "D 1")]
    assert [written.line(0, 1, k).strip() for k in range(5)] == ["", "S 2", "D 1", "", ""]
    assert [written.line(0, 0, k).strip() for k in range(5)] == ["", "", "g 3", "", ""]
    assert {len(written.line(i, j, k)) for i in (0, 1) for j in (0, 1) for k in range(5)} == {written.wide}
    assert texts(gridded(runs, "loss"), "loss", 60, 5).cells[1] == [("1", "±0.25"), ("2", "±0.5 ")]
    assert texts(gridded(runs, "loss"), "loss", 60, 7).cells[1] == [("1", "±0.25", "g 3"), ("2", "±0.5 ", "S 2 D 1")]
    assert texts(gridded(runs), OUTCOME, 60, 3).cells[0] == [("g",), ("S 2/3",)]
    assert texts(gridded(runs), OUTCOME, 8, 12).cells[0] == [("g",), ("S67",)]
    alone = texts(gridded([run for run in runs if run.run.options["seed"] == 0], "loss"), "loss", 60, 12)
    assert alone.cells[0] == [("0.5", "g"), ("1  ", "S")]


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 70), st.integers(1, 40), st.sampled_from([OUTCOME, "loss"]))
def test_cells_of_several_lines_are_all_in_sight(down: int, across: int, columns: int, lines: int, figure: str) -> None:
    found = gridded(grid({"seed": range(down), "lr": range(across), "x": [0, 1]}), figure, "seed")
    written = texts(found, figure, columns, lines)
    assert (written.tall, written.gap) in {*SHAPES, (1, 0)}
    if written.tall > 1:
        assert down * (written.tall + written.gap) - written.gap <= lines
        assert across * (written.wide + 1) <= columns
    for row in written.cells:
        assert all(len(cell) <= written.tall and all(len(text) <= written.wide for text in cell) for cell in row)


def told(results: Iterable[Result], problem: str, width: int = 100, height: int = 4) -> list[str]:
    """What stands below the table of the first run."""
    found = snapshot(results)
    lines = chosen_run(see(found, Look(whole=True)), problem, Area(0, 0, width, height))
    assert len(lines) == height
    assert all(not line or line[-1].end <= width for line in lines)
    return ["".join(span.text for span in line) for line in lines]


def test_the_chosen_run_is_told_as_it_is_typed_with_all_of_its_reason() -> None:
    options: dict[str, Option] = {"lr": 0.1, "hidden": (8, 4), "in-order": True, "drop": "a b"}
    run = result(options, "stuck", reason="the loss is 1.5 from step 9 on: 2 of 3 hidden units are idle in all rows")
    typed = "--drop 'a b' --hidden 8,4 --in-order true --lr 0.1 --steps 100"
    assert told([run], "my table.csv") == [
        f" ▸ run 1: sgdb run 'my table.csv' {typed}",
        f"stuck: {run.reason}",
        "",
        "",
    ]
    short = told([run], "a/long/path/to/a/folder/of/the/table.csv", 60, 3)
    assert short[0] == f" ▸ run 1: {typed}"[:59] + "…"
    assert " ".join(short[1:]) == f"stuck: {run.reason}"
    assert told([run], "xor", 60, 0) == []
    assert told([], "xor", 60, 2) == ["", ""]


@pytest.mark.parametrize("factor", [1.0, 1e6])
def test_many_values_stand_in_parts_of_their_range(factor: float) -> None:
    rng = random.Random(1)
    values = [10 ** rng.uniform(-3, 2) if factor > 1 else rng.uniform(-1, 1) for _ in range(MOST + 40)]
    found = axis(snapshot(result({"lr": value}) for value in values), "lr")
    assert 2 <= len(found) <= PARTS
    assert len({*found.labels}) == len(found)
    of_part = [[value for value, code in zip(values, found.codes, strict=True) if code == k] for k in range(len(found))]
    assert all(of_part)
    assert [max(part) for part in of_part[:-1]] < [min(part) for part in of_part[1:]]
    for title, part in zip(found.titles, of_part, strict=True):
        low, high = (float(word) for word in title.removeprefix("lr from ").split(" to "))
        assert low * (1 - math.copysign(0.006, low)) <= min(part)
        assert max(part) <= high * (1 + math.copysign(0.006, high))
    whole = axis(snapshot(result({"seed": seed}) for seed in range(100)), "seed")
    assert (whole.labels[:2], whole.titles[:2]) == (("0…", "9…"), ("seed from 0 to 8", "seed from 9 to 16"))
    assert (whole.labels[-1], whole.titles[-1]) == ("91…", "seed from 91 to 99")
    assert [whole.codes.tolist().index(k) for k in range(len(whole))] == [int(label[:-1]) for label in whole.labels]
    texts = axis(snapshot(result({"hidden": f"{k},x"}) for k in range(MOST + 1)), "hidden")
    assert texts.labels == ("…",)


def test_runs_are_sorted_those_without_a_number_last() -> None:
    results = [*grid(AXES, 3)]
    found = snapshot(results)
    everything = np.arange(len(found))
    assert in_order(found, everything, "", False).tolist() == everything.tolist()
    for descending in (False, True):
        sign = -1 if descending else 1
        order = in_order(found, everything, "loss", descending).tolist()
        assert order == sorted(
            everything.tolist(), key=lambda p: (math.isnan(results[p].loss), sign * _number(results[p].loss))
        )
        order = in_order(found, everything, "outcome", descending).tolist()
        assert order == sorted(everything.tolist(), key=lambda p: sign * OUTCOMES.index(results[p].outcome))
        order = in_order(found, everything, "lr", descending).tolist()
        assert order == sorted(everything.tolist(), key=lambda p: sign * float(results[p].run.options["lr"]))  # type: ignore[arg-type]


def _number(value: float) -> float:
    return 0.0 if math.isnan(value) else value


# Filters.


def kept(text: str, results: Sequence[Result]) -> list[int]:
    found = snapshot(results)
    return np.flatnonzero(read_filter(text, found).keeps(found)).tolist()


CASES: list[tuple[str, Any]] = [
    ("lr < 0.1", lambda r: r.run.options["lr"] < 0.1),
    ("lr<=0.1", lambda r: r.run.options["lr"] <= 0.1),
    ("α > 0.1", lambda r: r.run.options["lr"] > 0.1),
    ("lr = 1", lambda r: r.run.options["lr"] == 1),
    ("lr != 1.0", lambda r: r.run.options["lr"] != 1),
    ("update = sgd", lambda r: r.run.options["update"] == "sgd"),
    ("update != sgd", lambda r: r.run.options["update"] != "sgd"),
    ("stuck", lambda r: r.outcome == "stuck"),
    ("outcome = D", lambda r: r.outcome == "diverging"),
    ("outcome != still going", lambda r: r.outcome != "still going"),
    ("going", lambda r: r.outcome == "still going"),
    ("loss < 0.5 and seed >= 2", lambda r: r.loss < 0.5 and r.run.options["seed"] >= 2),
    (
        "loss < 0.5; seed = 1 & update = adam",
        lambda r: r.loss < 0.5 and r.run.options == {**r.run.options, "seed": 1, "update": "adam"},
    ),
    ("steps = 100, f", lambda r: r.outcome == "failed"),
    ("accuracy > 0.9", lambda _r: False),
    ("", lambda _r: True),
]


@pytest.mark.parametrize(("text", "keeps"), CASES, ids=[text for text, _ in CASES])
def test_a_filter_keeps_what_it_says(text: str, keeps: Any) -> None:
    results = [*grid(AXES, 4)]
    assert kept(text, results) == [place for place, one in enumerate(results) if keeps(one)]
    found = snapshot(results)
    again = read_filter(read_filter(text, found).text, found)
    assert again == read_filter(text, found)


def test_a_run_is_found_by_its_number_and_a_pair_of_sizes_by_its_text() -> None:
    results = [result({"hidden": text}) for text in ("8", "8,8", "none")]
    assert kept("run = 2", results) == kept("number>1 and run<3", results) == [1]
    assert kept("hidden = 8,8", results) == [1]
    assert kept("hidden > 1", results) == [0]


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("lrr < 0.1", 'unknown "lrr"; did you mean "lr"?'),
        ("lr < ", "lr <: expected a value behind <"),
        ("< 1", "expected a name before the comparison"),
        ("lr < much", "lr < much: expected a number behind <, found much"),
        ("loss = stuck", "loss = stuck: expected a number behind =, found stuck"),
        ("outcome < stuck", "outcome < stuck: expected = or != with an outcome"),
        ("outcome = gone", 'outcome = gone: unknown "gone"'),
        ("hello", "hello: expected an outcome such as stuck, or a comparison such as lr < 0.1"),
        ("lr < 1 and loss < x", "loss < x: expected a number behind <, found x"),
    ],
)
def test_a_filter_that_cannot_be_read_says_why(text: str, mistake: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_filter(text, snapshot(grid(AXES)))
    (told,) = caught.value.mistakes
    assert told.startswith(mistake)


@given(st.text(alphabet="lr<>=! 01.e-stuckaoupdg,;&", max_size=30))
def test_whatever_is_typed_is_read_or_told(text: str) -> None:
    found = snapshot(grid({"lr": [0.1, 1.0], "seed": [0, 1]}))
    with suppress(ProblemError):
        assert read_filter(text, found).keeps(found).shape == (4,)


# What follows from what.


def test_only_what_has_changed_is_worked_out_anew() -> None:
    found = snapshot(grid(AXES))
    look = Look(rows="update", columns="lr")
    first = see(found, look)
    assert (first.cell, len(first.order), first.line) == ((0, 0), 5, 0)
    moved = see(found, Look(rows="update", columns="lr", row="update sgd", column="lr 1"), first)
    assert moved.cells is first.cells
    assert moved.cell == (1, 2)
    same = Look(rows="update", columns="lr", row="update sgd", column="lr 1", pane="table", chosen=3, logarithmic=True)
    assert effort(found, same, moved) == 0
    assert see(found, same, moved).order is moved.order
    assert effort(found, Look(rows="update", columns="lr"), moved) == 5
    assert effort(found, Look(rows="update", columns="lr", whole=True), moved) == effort(found, Look(), moved) == 30
    assert see(found, Look(rows="update", columns="lr", whole=True), moved).order.tolist() == list(range(30))
    assert len(see(found, Look(only="stuck", whole=True)).order) == int(
        (found.outcomes == OUTCOMES.index("stuck")).sum()
    )


# Shades and curves.


def test_a_few_that_are_far_above_the_others_stretch_no_scale() -> None:
    assert shades(np.array([math.nan, math.inf])) is None
    usual = shades(np.array([1.0, 2.0, 3.0, 4.0]))
    assert usual is not None
    assert (usual.low, usual.high, usual.by_factors) == (1, 4, False)
    assert [usual.share(value) for value in (1, 2.5, 4, math.inf)] == [0, 0.5, 1, 1]
    wide = shades(np.array([0.001, 0.01, 0.1, 1.0, 1e200]))
    assert wide is not None
    assert (wide.low, wide.high, wide.by_factors) == (0.001, 1.0, True)
    assert wide.share(0.01) == pytest.approx(1 / 3)
    assert wide.share(1e200) == 1
    one = shades(np.array([2.0, 2.0]))
    assert one is not None
    assert one.share(2.0) == 0


@pytest.mark.parametrize("seed", range(5))
def test_the_middle_of_runs_is_the_median_at_each_step(seed: int) -> None:
    rng = np.random.default_rng(seed)
    runs = [(steps_of_curve(n), rng.normal(size=len(steps_of_curve(n)))) for n in (200, 200, 200, 120, 1)]
    found = middle(runs)
    assert found is not None
    assert found.runs == 5
    for step in range(200):
        values = sorted(float(losses[step]) for _, losses in runs if step < len(losses))
        assert found.median.values[step] == pytest.approx(statistics.median(values))
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
        assert (found.band.low[step], found.band.high[step]) == pytest.approx((low, high))
    assert middle([]) is None
    assert middle([(np.arange(0), np.empty(0))]) is None


def test_a_curve_has_ended_behind_its_last_step() -> None:
    curve = Curve("", np.array([0, 4, 8]), np.array([3.0, 2.0, 1.0]))
    assert [curve.near(step) for step in (0, 3, 4, 8, 9)] == [(0, 3.0), (0, 3.0), (4, 2.0), (8, 1.0), None]
    assert Curve("", np.arange(0), np.empty(0)).near(0) is None


@pytest.mark.parametrize("logarithmic", [False, True])
def test_a_plot_has_its_size_and_knows_its_steps(logarithmic: bool) -> None:
    steps = steps_of_curve(1000)
    curve = Curve("a", steps, np.geomspace(1.0, 0.01, len(steps)))
    lines, frame, reached = drawn = CurvesPlot().draw((60, 12), [curve, curve], None, 999, logarithmic)
    assert (len(lines), reached) == (12, 999)
    assert frame is not None
    assert drawn.step_at(frame.start) == 0
    assert drawn.step_at(frame.start + frame.columns - 1) == 999
    assert drawn.step_at(0) is drawn.step_at(60) is None
    rows = [span.text for line in lines for span in line if span.style == "amber bold"]
    assert rows == ["●"]


def test_a_plot_keeps_its_axis_while_it_is_not_far_too_long() -> None:
    plot, steps = CurvesPlot(), np.arange(10)
    axes = []
    for most in (100.0, 60.0, 5.0):
        frame = plot.draw((60, 12), [Curve("", steps, np.linspace(0.0, most, 10))], None, None, False, "a sweep").frame
        assert frame is not None
        axes.append(frame.heights.high)
    assert axes[0] == axes[1] >= 100.0
    assert axes[2] < 20.0


def test_the_middle_of_runs_some_of_which_are_infinite_is_no_nan() -> None:
    found = middle([(np.arange(2), np.array([1.0, value])) for value in (1.0, 2.0, 3.0, np.inf, np.inf)])
    assert found is not None
    assert found.median.values.tolist() == [1.0, 3.0]


def test_a_plot_leaves_out_what_is_not_finite_and_holds_a_band_that_goes_beyond() -> None:
    steps = np.arange(50)
    wild = np.where(steps % 5 == 0, np.nan, np.where(steps % 7 == 0, np.inf, 1.0))
    band = Band(steps, np.zeros(50), np.full(50, np.inf))
    for logarithmic in (False, True):
        lines = CurvesPlot().draw((40, 10), [Curve("a", steps, wild)], band, 3, logarithmic).lines
        shaded = ["".join(span.text for span in line).count("░") for line in lines[:-1]]
        assert sorted(shaded)[1] >= 30  # the curve has a row of its own
    nothing = CurvesPlot().draw((40, 10), [Curve("a", steps, np.full(50, np.nan))], None, 3, True)
    assert len(nothing.lines) == 10
    assert CurvesPlot().draw((5, 2), [Curve("a", steps, wild)], None, 3, True).lines == [(), ()]
    assert CurvesPlot().draw((40, 10), [], None, None, False).frame is None
