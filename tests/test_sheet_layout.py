"""Where everything stands on the sheet: nothing moves, nothing overlaps, nothing is cut; and every number is true."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich.cells import cell_len

import core
from drawn import Cell, Sheets, cells, texts
from samples import LOSSES, examples, exercise_2, random_problem
from screen import SIZES, app, batches, digits, flowers, frame, press, regression, settle, training, view, wide
from screen import cells as measured_cells
from tui.sheet.lines import Line
from tui.training.frame import Frame
from tui.training.painter import Painted
from tui.training.stations import VERDICT
from tui.training.view import View

PROBLEMS = {
    "exercise 2": exercise_2,
    "exercise 3": lambda: core.load_problem("exercise-3"),
    "three classes": batches,
    "flowers": flowers,
    "cells": measured_cells,
    "wide": wide,
    "no classes": regression,
}


def by_size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


def laid_out(found: Frame) -> tuple[Any, Any]:
    """Where the panes and the parameters stand."""
    placed = found.matrices.placed
    return found.areas, placed and [(m.name, m.x, m.y, m.shown, m.stride) for m in placed]


def grouped(found: Frame) -> list[Any]:
    """Where the groups stand."""
    return [(g.station.above, g.x, g.width, g.shown, g.stride) for g in found.columns.groups]


@pytest.mark.parametrize("size", SIZES, ids=by_size)
@pytest.mark.parametrize("problem", ["exercise 2", "exercise 3", "flowers"])
async def test_nothing_moves_whatever_one_does(problem: str, size: tuple[int, int]) -> None:
    async with app(PROBLEMS[problem]()).run_test(size=size) as pilot:
        await settle(pilot)
        start, groups, left = laid_out(frame(pilot)), grouped(frame(pilot)), view(pilot).left
        walked = len(list(core.quantities(training(pilot).step))) + 2  # type: ignore[arg-type]
        steps = ["n", "n", "p", "shift+right", "home"]
        cell = ["enter", "down", "right", "n", "enter", "right", "escape", "tab", "tab", "escape"]
        for key in (*steps, *cell, *["full_stop"] * walked, "escape", "d", "n", "d", "f", "escape", "up", "down"):
            await press(pilot, key)
            assert laid_out(frame(pilot)) == start, key
            if view(pilot).left == left:
                assert grouped(frame(pilot)) == groups, key


@pytest.mark.parametrize("size", SIZES, ids=by_size)
async def test_a_smaller_last_batch_moves_nothing(size: tuple[int, int]) -> None:
    async with app(batches()).run_test(size=size) as pilot:
        await settle(pilot)
        start, groups = laid_out(frame(pilot)), grouped(frame(pilot))
        for _ in range(4):
            await press(pilot, "n")
            assert laid_out(frame(pilot)) == start
            assert grouped(frame(pilot)) == groups


def overlapping(found: Frame) -> list[tuple[str, str]]:
    """Panes that share a cell."""
    taken: dict[tuple[int, int], str] = {}
    shared = set()
    for name, area in found.areas.items():
        for y in range(area.y, area.y + area.height):
            for x in range(area.x, area.x + area.width):
                other = taken.setdefault((x, y), name)
                if other != name:
                    shared.add((other, name))
    return sorted(shared)


def check(sheets: Sheets, index: int, chosen: View | None = None) -> None:
    """The rules that hold for every sheet."""
    painted = sheets(index, chosen)
    found = painted.frame
    width, height = sheets.size
    assert len(painted.lines) == height
    assert overlapping(found) == []
    for name, area in found.areas.items():
        assert area.width >= 1, name
        assert area.height >= 1, name
        assert 0 <= area.x < area.x + area.width <= width, name
        assert 0 <= area.y < area.y + area.height <= height, name
    assert {"status", "activations", "deltas", "why", "loss", "keys"} <= set(found.areas)
    for line in painted.lines:
        for one, other in pairwise(line):
            assert one.end <= other.column, (one, other)
        assert not line or line[-1].end <= width, line
    # Row numbers are always in sight, and so are the outputs, or what stands for them.
    groups = found.columns.groups
    rows = found.areas["activations"]
    assert found.columns.gutter >= len(str(found.count)) + 2
    assert 1 <= found.rows <= found.count
    names = {group.station.above for group in groups}
    if chosen is None:
        assert names & {"y_out", "o"}, names
    # Groups stand side by side, whole.
    end = found.columns.gutter
    for group in groups:
        assert group.x >= end, group.station.above
        if group.squares:
            assert len(group.shown) <= group.width, group.station.above
        elif group.classes:
            assert max(map(cell_len, group.classes)) <= group.width, group.station.above
        elif group.station.above != "verdict":
            last = group.offsets[-1] + max(group.upper.width, group.lower.width)
            assert last <= group.width, group.station.above
        end = group.x + group.width
    assert found.columns.width <= rows.width
    shown = [group.station.above for group in groups]
    every = [s.above for s in painted.picture.stations if s.above != "verdict" or "verdict" in shown]
    start = every.index(shown[0])
    assert shown == every[start : start + len(shown)]
    for pane, header in zip(("activations", "deltas"), found.headers, strict=True):
        assert found.areas[pane].height >= 1 + header + found.rows, pane
    # Parameters are whole, or a line a layer.
    area = found.areas.get("weights")
    if area is not None and found.matrices.placed is not None:
        boxes = []
        for m in found.matrices.placed:
            right = m.x + m.offsets[-1] + (1 if m.squares else m.written.width)
            assert m.x - m.numbered >= 0, m.name
            assert right + found.beside <= area.width, m.name
            assert m.y + m.height <= area.height - 1, m.name
            boxes.append((m.x - m.numbered, m.y, right, m.y + m.height, m.name))
        for i, a in enumerate(boxes):
            for b in boxes[i + 1 :]:
                assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (a, b)
        for band in {m.y for m in found.matrices.placed}:
            assert len({m.header for m in found.matrices.placed if m.y == band}) == 1, band
    for cell in cells(painted):
        check_number(painted.picture.step, cell)


def check_number(step: core.Step, cell: Cell) -> None:
    """The text is the step's value, within the digits that it shows."""
    value = np.atleast_2d(step.values[cell.name])
    if step.values[cell.name].ndim == 1 and not cell.name.startswith(("b_", "db_")):
        value = value.T
    expected = float(value[cell.row, cell.column])
    text = cell.text.strip()
    if text == "—":
        assert cell.name in ("term", "dterm")
        true = (
            int(np.argmax(step.targets[cell.row])) if step.targets.shape[1] > 1 else int(step.targets[cell.row, 0] > 0)
        )
        assert cell.column == true
        return
    assert text, cell
    if not np.isfinite(expected):
        assert text == ("NaN" if np.isnan(expected) else "inf" if expected > 0 else "-inf")
        return
    mantissa, _, power = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    exact = not decimals and not power
    assert abs(float(text) - expected) <= (0 if exact else 0.500001 * 10.0 ** (int(power or 0) - decimals)), (
        cell,
        expected,
    )


@st.composite
def networks(draw: st.DrawFn) -> tuple[core.Problem, tuple[int, int]]:
    """Networks from tiny to wide, with every loss, and a terminal."""
    depth = draw(st.integers(1, 4))
    widths = st.integers(1, 6) | st.sampled_from([8, 12, 17, 40, 120])
    sizes = (
        draw(widths),
        *(draw(widths) for _ in range(depth - 1)),
        draw(st.integers(1, 5) | st.sampled_from([8, 10])),
    )
    rows = draw(st.sampled_from([1, 2, 4, 5, 9, 33, 120]))
    loss = draw(st.sampled_from(LOSSES))
    problem = random_problem(
        draw(st.integers(0, 1000)),
        sizes,
        rows=rows,
        loss=loss,
        activation=draw(st.sampled_from(["relu", "tanh", ("relu", "identity", "sigmoid")])),
        batch_size=draw(st.none() | st.integers(1, rows)),
        reduction=draw(st.sampled_from(["sum", "mean"])),
        learning_rate=draw(st.sampled_from([0.01, 0.5])),
    )
    size = draw(st.sampled_from(SIZES) | st.tuples(st.integers(60, 240), st.integers(20, 80)))
    return problem, size


@given(networks(), st.integers(0, 3), st.booleans())
@examples(40)
def test_every_sheet_has_room_for_what_is_on_it(
    drawn: tuple[core.Problem, tuple[int, int]], index: int, numbers: bool
) -> None:
    sheets = Sheets(*drawn)
    try:
        sheets.run.timeline.advance(index)
    except core.DivergedError:
        assume(False)
    check(sheets, index, View(fresh=False, numbers=True) if numbers else None)


@pytest.mark.parametrize("size", SIZES, ids=by_size)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_usual_sheet_has_room_for_what_is_on_it(problem: str, size: tuple[int, int]) -> None:
    sheets = Sheets(PROBLEMS[problem](), size)
    for index in (0, 2):
        check(sheets, index)
        check(sheets, index, View(fresh=False, by_loss=True))
        check(sheets, index, View(fresh=False, numbers=True))


def shared_headings(painted: Painted) -> Iterator[Line]:
    """The lines on which names and the numbers of columns stand together."""
    found = painted.frame
    places = [
        (found.areas[pane].y, 0, found.areas[pane].width)
        for pane, header in zip(("activations", "deltas"), found.headers, strict=True)
        if header == 1
    ]
    if "weights" in found.areas:
        area = found.areas["weights"]
        placed = [m for m in found.matrices.placed or () if m.header == 1]
        places += [(area.y + m.y, area.x + found.beside + m.x, m.width) for m in placed]
    for y, start, columns in places:
        yield tuple(span for span in painted.lines[y + 1] if start <= span.column < start + columns)


@pytest.mark.parametrize("size", [*SIZES, (80, 40), (100, 30), (160, 24)], ids=by_size)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_number_of_a_column_stands_clear_of_names(problem: str, size: tuple[int, int]) -> None:
    for chosen in (View(fresh=False), View(fresh=False, current="delta_out")):
        for heading in shared_headings(Sheets(PROBLEMS[problem](), size)(1, chosen)):
            for one, other in pairwise(heading):
                if one.text.isdecimal() != other.text.isdecimal() and "│" not in (one.text, other.text):
                    assert one.end + 2 <= other.column, (one, other)


@pytest.mark.parametrize("loss", [core.Hinge(), core.SoftmaxHinge()], ids=lambda loss: loss.name)
def test_the_terms_of_a_single_output_have_room(loss: core.Loss) -> None:
    for size in SIZES:
        check(Sheets(exercise_2(loss=loss), size), 1)


@pytest.mark.parametrize("size", SIZES, ids=by_size)
def test_handwritten_digits_have_room(size: tuple[int, int]) -> None:
    check(Sheets(digits(), size), 1)


# Marks, from the texts of both steps and from the step's values alone.


def idle(step: core.Step, cell: Cell) -> bool:
    letter, _, layer = cell.name.partition("_")
    if letter == "term":
        return bool(step.values["term"][cell.row, cell.column] <= 0)
    if cell.name in ("y_out", "s_out"):
        letter = "s"
    if letter not in ("s", "z", "delta"):
        return False
    k = len(step.problem.network.layers) if layer == "out" else int(layer)
    relu = step.problem.network.layers[k - 1].activation == "relu"
    return relu and bool(step.pre_activations[k - 1][cell.row, cell.column] <= 0)


def expected_mark(step: core.Step, before: core.Step | None, cell: Cell, old: Cell | None) -> str:
    if cell.text.strip() == "—":
        return " "
    if idle(step, cell):
        return "○"
    if before is None or old is None or cell.name in ("X_in", "y_gt") or cell.name.endswith("_next"):
        return " "
    per_sample = not cell.name.startswith(("W_", "b_", "dW_", "db_"))
    if per_sample and not np.array_equal(step.batch, before.batch):
        return " "
    if cell.text == old.text:
        return " "
    now, then = (np.reshape(s.values[cell.name], (-1,)) for s in (step, before))
    flat = (
        cell.row * np.atleast_2d(step.values[cell.name]).shape[-1] + cell.column
        if step.values[cell.name].ndim == 2
        else max(cell.row, cell.column)
    )
    return "▴" if now[flat] > then[flat] else "▾"


@pytest.mark.parametrize("size", [(120, 40), (200, 60)], ids=by_size)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_mark_tells_what_happened_to_its_number(problem: str, size: tuple[int, int]) -> None:
    sheets = Sheets(PROBLEMS[problem](), size)
    seen = set()
    for index in (0, 1, 2, 3, 7):
        painted = sheets(index)
        step = painted.picture.step
        before = sheets.run.timeline[index - 1] if index else None
        old = {cell[:3]: cell for cell in cells(sheets(index - 1))} if index else {}
        for cell in cells(painted):
            if cell.mark.strip() or cell.name not in ("y_gt",):
                expected = expected_mark(step, before, cell, old.get(cell[:3]))
                assert cell.mark == expected or (cell.name == "y_gt" and cell.mark in "=≠"), (
                    index,
                    cell,
                    old.get(cell[:3]),
                )
                seen.add(cell.mark)
    assert {" ", "▴", "▾"} <= seen or not any(cell.name[:2] in ("W_", "b_") for cell in cells(painted))


@pytest.mark.parametrize("size", [(60, 20), (80, 24)], ids=by_size)
def test_where_room_is_short_only_idle_units_are_marked(size: tuple[int, int]) -> None:
    painted = Sheets(exercise_2(), size)(3)
    step = painted.picture.step
    for cell in cells(painted):
        if cell.name != "y_gt":
            assert cell.mark.strip(" │") == ("○" if idle(step, cell) else ""), cell
    assert not {"▴", "▾"} & set("".join(texts(painted.lines, size[0])[1:]))


def labelled(names: tuple[str, ...], layers: int = 1) -> core.Problem:
    """Samples of as many classes as there are names, one after the other."""
    rng = np.random.default_rng(5)
    hidden = [core.Layer(rng.normal(size=(8 if k else 4, 8)), np.zeros(8), "tanh") for k in range(layers)]
    network = core.Network([*hidden, core.Layer(rng.normal(size=(8, len(names))), np.zeros(len(names)))])
    targets = np.eye(len(names))[np.arange(12) % len(names)]
    inputs = rng.normal(size=(12, 4)).round(1)
    return core.Problem("labelled", inputs, targets, network, core.SoftmaxCrossEntropy(), target_names=names)


def test_every_row_says_right_or_wrong_also_where_the_word_is_off_the_edge() -> None:
    for layers, size in ((1, (140, 40)), (2, (120, 40))):
        painted = Sheets(labelled(("setosa", "versicolor", "virginica"), layers), size)(1)
        right = painted.picture.step.outputs.argmax(axis=1) == painted.picture.step.targets.argmax(axis=1)
        lines, words = texts(painted.lines, size[0]), layers == 1
        assert words == any(group.station.above == VERDICT for group in painted.frame.columns.groups)
        assert words != ("says" in painted.frame.columns.behind)
        area = painted.frame.areas["activations"]
        for row, line in zip(painted.rows.rows, lines[area.y + 3 : area.y + area.height], strict=True):
            assert (("right" if words else "=") in line) == right[row], line
            assert ("≠" in line) == (not right[row]), line


@pytest.mark.parametrize(
    ("names", "told"), [(("-1", "1"), ("1 -1", "2 1")), (("no", "yes"), ("no", "yes")), (("1", "2"), ("1", "2"))]
)
def test_a_class_is_never_taken_for_the_number_of_another(names: tuple[str, ...], told: tuple[str, ...]) -> None:
    painted = Sheets(labelled(names), (120, 40))(1)
    group = next(g for g in painted.frame.columns.groups if g.station.above == "y_gt")
    assert group.classes == told
    lines = texts(painted.lines, 120)
    y = painted.frame.areas["activations"].y + 3
    shown = lines[y][group.x : group.x + group.width - 1].strip(" =≠")
    assert shown == told[int(painted.picture.step.targets[painted.rows.rows[0]].argmax())]


@pytest.mark.parametrize("problem", ["three-classes", "why-the-max", "xor"])
def test_a_short_rule_has_whole_words_in_it(problem: str) -> None:
    painted = Sheets(core.load_problem(problem), (60, 20))(2)
    lines = texts(painted.lines, 60)
    for name in ("activations", "deltas", "weights"):
        assert "…" not in lines[painted.frame.areas[name].y]
    if painted.frame.matrices.placed is None:
        assert "z opens the matrices" in lines[painted.frame.areas["weights"].y]
        assert "moved by" in lines[painted.frame.areas["weights"].y + 1]


def test_only_layers_that_can_be_idle_have_a_column_for_it() -> None:
    for problem, told in ((measured_cells(), False), (digits(), True)):
        painted = Sheets(problem, (120, 40))(1)
        header = texts(painted.lines, 120)[painted.frame.areas["weights"].y + 1]
        assert "moved by" in header
        assert ("idle" in header) == told


def test_a_line_a_layer_has_room_for_numbers_of_any_size() -> None:
    problem = labelled(("no", "yes"))
    layers = [core.Layer(layer.weights * 1e80, layer.bias, layer.activation) for layer in problem.network.layers]
    painted = Sheets(core.Problem("huge", problem.inputs, problem.targets, core.Network(layers)), (80, 24))(0)
    area = painted.frame.areas["weights"]
    lines = texts(painted.lines, 80)[area.y + 1 : area.y + 4]
    assert "moved by" in lines[0]
    for line in lines[1:]:
        assert "e79" in line or "e80" in line


def test_the_table_of_layers_has_its_columns_in_one_place_whatever_the_numbers() -> None:
    problem = labelled(("no", "yes"))
    for width in (80, 100, 120):
        places = set()
        for scale in (1e-80, 1e-5, 1, 1e3, 1e80):
            network = core.Network([replace(layer, weights=layer.weights * scale) for layer in problem.network.layers])
            painted = Sheets(replace(problem, network=network), (width, 24))(0)
            header = texts(painted.lines, width)[painted.frame.areas["weights"].y + 1]
            places.add(tuple(found.start() for found in re.finditer(r"\S+( \S+)*", header)))
            assert "moved by" in header
        assert len(places) == 1


@pytest.mark.parametrize("size", [(120, 40), (200, 60)], ids=by_size)
def test_squares_tell_sign_and_size(size: tuple[int, int]) -> None:
    painted = Sheets(flowers(), size)(3)
    step, found = painted.picture.step, painted.frame
    lines = texts(painted.lines, found.width)
    count = 0
    for pane, header in zip(("activations", "deltas"), found.headers, strict=True):
        area = found.areas[pane]
        for group in found.columns.groups:
            if not group.squares:
                continue
            name = group.station.above if pane == "activations" else group.station.below
            values = step.values[name]
            largest = np.abs(values).max()
            for y in range(area.y + 1 + header, area.y + 1 + header + found.rows):
                row = int(lines[y][1 : found.columns.gutter]) - 1
                for k, column in enumerate(group.shown):
                    if column is None:
                        assert lines[y][group.x + k] == "…"
                        continue
                    value = values[row, column]
                    share = abs(value) / largest
                    wanted = (
                        "·"
                        if share < 1 / 8
                        else ("■" if share >= 1 / 2 else "▪")
                        if value > 0
                        else ("□" if share >= 1 / 2 else "▫")
                    )
                    assert lines[y][group.x + k] == wanted
                    count += 1
    assert count > 100
