"""Pictures, each held to numpy: what stands in which cell, in which colour."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from pictured import circles, many_inputs, plane_regression, sine, small_digits, text_of, width_of
from samples import LOSSES, examples, exercise_2, random_problem
from tui.pictures import looked_at
from tui.pictures.drawn import Drawn
from tui.pictures.gallery import PICTURES, entry, pictures_of
from tui.pictures.looked_at import Looked, MatrixLookedAt
from tui.pictures.plane import Axis, below, left_labels
from tui.pictures.tiles import captions as captions_of
from tui.sheet.colours import HUES, LEVELS, ORANGE
from tui.sheet.lines import Line
from tui.sheet.styles import styles

WIDTH, HEIGHT = 50, 16
RAMP = re.compile(r"ramp(\d+)\.(\d)")
THREE = core.load_problem("three-classes")
PROBLEMS = [
    circles(),
    sine(),
    small_digits(),
    plane_regression(),
    plane_regression(2),
    many_inputs(),
    exercise_2(),
    THREE,
]


def seen(
    problem: core.Problem, step: int = 0, plain: bool = False, sample: int = 0, matrix: MatrixLookedAt | None = None
) -> Looked:
    """A step as it is looked at."""
    timeline = core.Timeline(problem)
    timeline.advance(step)
    at = timeline[step]
    outputs = at.network.outputs(problem.inputs[sample : sample + 1])[0]
    weights = matrix or MatrixLookedAt("W_1", "W₁", at.weights[0])
    return Looked(problem, at.network, sample, outputs, core.verdict_on(problem, at.network), weights, plain)


def drawn(name: str, looked: Looked, width: int = WIDTH, height: int = HEIGHT) -> Drawn:
    draw = entry(name).draw
    assert draw is not None
    return draw(looked, width, height)


class Cell(NamedTuple):
    """A character, its ink and its ground."""

    text: str
    ink: str
    ground: str


def cells(line: Line, width: int = WIDTH) -> list[Cell]:
    """What stands in each column."""
    found = [Cell(" ", "", "ground")] * width
    for span in line:
        ink, _, ground = span.style.partition(" on ")
        for x, character in enumerate(span.text, span.column):
            found[x] = Cell(character, ink, ground or "ground")
    return found


def pixels(lines: Sequence[Line], start: int, width: int = WIDTH) -> list[list[str]]:
    """The colour of each pixel, two rows a line; "" where a mark stands."""
    found = []
    for line in lines:
        row = cells(line, width)[start:]
        for half in (0, 1):
            colours = [{" ": cell.ground, "▀": (cell.ink, cell.ground)[half]}.get(cell.text, "") for cell in row]
            found.append(colours)
    return found


def axis_width(line: Line) -> int:
    return max(text_of(line).find("│"), text_of(line).find("┤")) + 1


def axis(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[float, float]:
    """The data and a margin."""
    low, high = float(values.min()), float(values.max())
    return low - 0.08 * (high - low), high + 0.08 * (high - low)


# The surface.


@pytest.mark.parametrize("problem", [circles(), THREE, exercise_2()], ids=lambda problem: problem.name)
def test_each_pixel_has_the_class_that_the_network_says_at_its_middle(problem: core.Problem) -> None:
    looked = seen(problem, 30)
    found = drawn("surface", looked)
    assert len(found.lines) == HEIGHT
    rows = found.lines[1:-1]
    start = axis_width(rows[0])
    shown = pixels(rows, start)
    every = problem.inputs if problem.held_out is None else np.concatenate([problem.inputs, problem.held_out.inputs])
    (left, right), (bottom, top) = axis(every[:, 0]), axis(every[:, 1])
    height, width = len(shown), len(shown[0])
    hues = (1, 0) if problem.targets.shape[1] == 1 else range(HUES)
    compared = 0
    for i in range(height):
        for j in range(width):
            point = [[left + (j + 0.5) / width * (right - left), top - (i + 0.5) / height * (top - bottom)]]
            y = looked.network.outputs(np.array(point))[0]
            if len(y) == 1:
                middle = 0.5 if problem.name == "circles" else 0.0
                said, sure = int(y[0] > middle), min(1.0, abs(float(y[0]) - middle) / (middle or 1.0))
                if y[0] == middle:
                    continue
            else:
                p = np.exp(y - y.max()) / np.exp(y - y.max()).sum()
                said, sure = int(y.argmax()), float(np.sort(p)[-1] - np.sort(p)[-2])
            if shown[i][j] and min(sure * LEVELS % 1, 1 - sure * LEVELS % 1) > 1e-6:
                assert shown[i][j] == f"ramp{hues[said]}.{min(LEVELS - 1, int(sure * LEVELS))}"
                compared += 1
    assert compared > 0.7 * height * width


def test_numbers_are_blue_above_the_middle_of_the_targets_and_orange_below() -> None:
    problem = plane_regression()
    looked = seen(problem, 200)
    rows = drawn("surface", looked).lines[1:-1]
    shown = pixels(rows, axis_width(rows[0]))
    (left, right), (bottom, top) = axis(problem.inputs[:, 0]), axis(problem.inputs[:, 1])
    middle = (problem.targets.min() + problem.targets.max()) / 2
    reach = problem.targets.max() - middle
    for i in (0, 7, 15, 25):
        for j in (0, 11, 30, len(shown[0]) - 1):
            x = left + (j + 0.5) / len(shown[0]) * (right - left)
            y = top - (i + 0.5) / len(shown) * (top - bottom)
            value = float(looked.network.outputs(np.array([[x, y]]))[0, 0]) - middle
            if shown[i][j] and value:
                level = int(np.ceil(min(1.0, abs(value) / reach) * LEVELS)) - 1
                assert shown[i][j] == f"ramp{int(value < 0)}.{level}"


@pytest.mark.parametrize("plain", [False, True], ids=["colours", "plain"])
def test_samples_stand_where_numpy_says_and_those_that_are_wrong_in_reverse(plain: bool) -> None:
    problem = circles()
    assert problem.held_out is not None
    looked = seen(problem, 5, plain, sample=7)
    found = drawn("surface", looked, 90, 40)
    rows = found.lines[1:-1]
    start = axis_width(rows[0])
    inputs = np.concatenate([problem.inputs, problem.held_out.inputs])
    labels = np.concatenate([problem.targets, problem.held_out.targets])[:, 0].astype(int)
    said = looked.network.outputs(inputs)[:, 0] > 0.5
    (left, right), (bottom, top) = axis(inputs[:, 0]), axis(inputs[:, 1])
    where: dict[tuple[int, int], set[int]] = {}
    for k, (x, y) in enumerate(inputs):
        column = int((x - left) / (right - left) * (90 - start))
        row = int((top - y) / (top - bottom) * len(rows))
        where.setdefault((row, column), set()).add(k)
    brackets = 0
    for (row, column), here in where.items():
        cell = cells(rows[row], 90)[start + column]
        if cell.text in "▸◂":
            brackets += 1
            continue
        marks = {("●○" if k < 40 else "ab")[labels[k]] for k in here}
        assert cell.text in marks
        wrong = any(said[k] != labels[k] for k in here)
        assert (cell.ground == "pointed") == (wrong if 7 not in here else said[7] != labels[7])
        assert found.at(start + column, 1 + row) in here
    assert brackets < 3
    row, column = next(place for place, here in where.items() if 7 in here)
    around = cells(rows[row], 90)[start + column - 1 : start + column + 2]
    assert [around[0].text, around[2].text] == ["▸", "◂"]
    assert all(mark in text_of(found.lines[0]) for mark in ("●/a", "○/b", "wrong", "ab held out", "↑ up"))
    assert text_of(found.lines[-1]).endswith("→ across")


def test_without_colours_each_class_has_its_texture() -> None:
    looked = seen(THREE, 100, plain=True)
    found = drawn("surface", looked)
    coloured = drawn("surface", replace(looked, plain=False))
    legend = text_of(found.lines[0])
    textures = dict(zip((0, 1, 2), re.findall(r"[●○+] ([░▒·])", legend), strict=True))
    assert len(set(textures.values())) == 3
    told = set()
    for line, other in zip(found.lines[1:-1], coloured.lines[1:-1], strict=True):
        for cell, colour in zip(cells(line), cells(other), strict=True):
            ramps = RAMP.findall(f"{colour.ink} {colour.ground}")
            if colour.text == " " and ramps and cell.text != " ":
                assert cell.text == textures[int(ramps[0][0])]
                told.add(cell.text)
    assert told == set(textures.values())


# The other pictures.


def test_the_curve_goes_through_what_the_network_says() -> None:
    problem = sine()
    looked = seen(problem, 3)
    rows = drawn("curve", looked, 60, 30).lines[1:-1]
    start = axis_width(rows[0])
    (left, right), (bottom, top) = axis(problem.inputs[:, 0]), axis(problem.targets[:, 0])
    grid = [cells(line, 60)[start:] for line in rows]
    checked = 0
    for column in range(len(grid[0])):
        x = left + (column + 0.5) / len(grid[0]) * (right - left)
        y = float(looked.network.outputs(np.array([[x]]))[0, 0])
        here = [i for i, row in enumerate(grid) if "⠀" < row[column].text <= "⣿"]
        if here and not any(row[column].text in "●▸◂" for row in grid):
            expected = (top - y) / (top - bottom) * len(grid)
            assert min(abs(i + 0.5 - expected) for i in here) <= 1
            checked += 1
    assert checked > 10


def test_output_against_target_has_a_sample_at_both() -> None:
    problem = many_inputs()
    looked = seen(problem, 20)
    found = drawn("fit", looked, 60, 30)
    rows = found.lines[1:-1]
    start = axis_width(rows[0])
    low, high = axis(problem.targets[:, 0])
    outputs = looked.network.outputs(problem.inputs)[:, 0]
    for k, (y, target) in enumerate(zip(outputs, problem.targets[:, 0], strict=True)):
        row = int((high - min(max(y, low), high)) / (high - low) * len(rows))
        column = int((target - low) / (high - low) * (60 - start))
        assert cells(rows[min(row, len(rows) - 1)], 60)[start + column].text in "●▸◂"
        assert found.at(start + column, 1 + min(row, len(rows) - 1)) is not None, k


def test_the_confusion_table_counts_as_a_loop_does() -> None:
    looked = seen(THREE, 8)
    outputs = looked.network.outputs(THREE.inputs)
    counts: dict[tuple[int, int], int] = {}
    for y, target in zip(outputs, THREE.targets, strict=True):
        place = int(target.argmax()), int(y.argmax())
        counts[place] = counts.get(place, 0) + 1
    found = drawn("confusion", looked, 50, 6)
    assert text_of(found.lines[0]).split() == ["true/said", "amber", "blue", "coral"]
    for i, line in enumerate(found.lines[1:]):
        name, *shown = text_of(line).split()
        assert name == THREE.class_names[i]
        assert [0 if text == "·" else int(text) for text in shown] == [counts.get((i, j), 0) for j in range(3)]
        assert found.places is not None
        assert list(dict.fromkeys(found.places[i + 1][found.places[i + 1] >= 0].tolist())) == [
            3 * i + j for j in range(3)
        ]
    right = sum(count for (true, said), count in counts.items() if true == said)
    assert [f"{right} of 60 right"] in [list(words) for words in found.told]


def test_classes_whose_names_begin_alike_can_be_told_apart_in_the_table() -> None:
    names = ("Iris setosa", "Iris versicolor", "Iris virginica")
    found = drawn("confusion", seen(replace(THREE, target_names=names)), 32, 6)
    across = text_of(found.lines[0]).removeprefix("true/said").split()
    down = [text_of(line)[:12].strip() for line in found.lines[1:]]
    assert len(set(across)) == len(set(down)) == 3


def test_until_all_rows_are_counted_the_table_says_so() -> None:
    found = drawn("confusion", replace(seen(THREE), verdict=None))
    assert "counted" in text_of(found.lines[0])


def test_a_unit_s_own_surface_is_blue_where_it_is_positive() -> None:
    problem = circles()
    looked = seen(problem, 10)
    found = drawn("units", looked, 120, 40)
    assert text_of(found.lines[0]).split()[:3] == ["z₁[.,1]", "z₁[.,2]", "z₁[.,3]"]
    tile = next(i for i, line in enumerate(found.lines[1:], 1) if "z" in text_of(line)) - 1
    shown = pixels(found.lines[1 : 1 + tile], 0, 120)
    columns = text_of(found.lines[0]).index("z₁[.,2]") - 1
    assert problem.held_out is not None
    inputs = np.concatenate([problem.inputs, problem.held_out.inputs])
    (left, right), (bottom, top) = axis(inputs[:, 0]), axis(inputs[:, 1])
    layer = looked.network.layers[0]
    assert layer.bias is not None
    for i in range(0, 2 * tile, 3):
        for j in range(0, columns, 5):
            x = left + (j + 0.5) / columns * (right - left)
            y = top - (i + 0.5) / (2 * tile) * (top - bottom)
            z = np.tanh(np.array([x, y]) @ layer.weights[:, 0] + layer.bias[0])
            ramp = RAMP.match(shown[i][j])
            assert ramp is not None
            assert (int(ramp[1]) == ORANGE) == (z < 0)


def test_a_heat_map_has_a_rectangle_for_each_number() -> None:
    values = np.array([[1.0, -2.0, 0.0], [0.5, np.nan, 2.0]])
    looked = seen(THREE, matrix=MatrixLookedAt("W_1", "W₁", values))
    found = drawn("heat", looked, 30, 9)
    assert [text_of(words) if words and not isinstance(words[0], (str, tuple)) else words for words in found.told]
    assert found.places is not None
    colours = {}
    for y, line in enumerate(found.lines[:-1]):
        for x, cell in enumerate(cells(line, 30)):
            if found.places[y, x] >= 0:
                colours.setdefault(int(found.places[y, x]), set()).add(cell.ground)
    assert colours == {
        0: {f"ramp{ORANGE - 1}.2"},
        1: {f"ramp{ORANGE}.5"},
        2: {"ground"},
        3: {f"ramp{ORANGE - 1}.1"},
        4: {"not finite"},
        5: {f"ramp{ORANGE - 1}.5"},
    }
    assert text_of(found.lines[-1]).split() == ["1", "2", "3"]


@given(st.integers(1, 90), st.integers(1, 90), st.integers(5, 40), st.integers(4, 20), st.booleans())
def test_a_heat_map_has_every_row_and_the_largest_number(
    rows: int, columns: int, width: int, height: int, plain: bool
) -> None:
    values = np.random.default_rng(rows * 100 + columns).normal(size=(rows, columns))
    place = int(np.abs(values).argmax())
    matrix = MatrixLookedAt("W_1", "W₁", values, divmod(place, columns))
    found = drawn("heat", seen(THREE, plain=plain, matrix=matrix), width, height)
    told = " ".join("".join(word if isinstance(word, str) else word[0] for word in words) for words in found.told)
    if found.places is None:
        assert len(found.lines) == 1
        return
    row, column = divmod(place, columns)
    assert f"largest [{row + 1},{column + 1}]" in told
    assert any("◂" in text_of(line) for line in found.lines)


def test_the_chosen_image_stands_beside_what_is_said_of_it() -> None:
    problem = small_digits()
    looked = seen(problem, sample=1)
    found = drawn("sample", looked, 60, 8)
    p = np.exp(looked.outputs) / np.exp(looked.outputs).sum()
    for j, line in enumerate(found.lines[:3]):
        words = text_of(line).split()
        assert problem.class_names[j] in words
        assert f"{p[j]:.3g}" in words
        assert ("true" in words) == (j == 1)
        assert ("said" in " ".join(words)) == (j == int(p.argmax()))
    plain = drawn("sample", replace(looked, plain=True), 60, 8)
    image = [text_of(line)[:16] for line in plain.lines]  # 4 columns and 2 lines to a pixel
    assert image[4] == image[5] == "█" * 16  # the bar that lies
    assert all("█" not in line for k, line in enumerate(image) if k not in (4, 5))


def test_weights_of_first_units_are_images_of_their_own() -> None:
    looked = seen(small_digits(), plain=True)
    found = drawn("weights", looked, 60, 12)
    weights = looked.network.layers[0].weights
    first = weights[:, 0].reshape(4, 4)
    lines = [text_of(line) for line in found.lines]
    tile = lines[0].index("W₁[.,2]") - 1
    times = tile // 8
    for i in range(4):
        for j in range(4):
            shown = lines[1 + i * times][2 * j * times]
            assert shown in ("■▪" if first[i, j] > 0 else "□▫") + "·"


@pytest.mark.parametrize("sample", range(6))
def test_the_true_class_is_in_sight_where_not_all_are(sample: int) -> None:
    rng = np.random.default_rng(1)
    images = {"inputs": rng.random((6, 16)), "targets": np.eye(6), "image_shape": (4, 4)}
    problem = replace(random_problem(0, (16, 6), 6, core.SoftmaxCrossEntropy()), **images)
    looked = seen(problem, sample=sample)
    lines = [text_of(line) for line in drawn("sample", looked, 60, 3).lines]
    assert sum("true" in line for line in lines) == 1
    assert "said" in lines[0]


def said_of(found: Drawn) -> list[str]:
    """What is said beside the title."""
    return ["".join(word if isinstance(word, str) else word[0] for word in words) for words in found.told]


def test_a_table_with_more_classes_than_fit_says_so_first() -> None:
    problem = random_problem(0, (3, 12), 24, core.SoftmaxCrossEntropy())
    assert said_of(drawn("confusion", seen(problem), 60, 7))[0] == "1-6 of 12"
    assert "right" in said_of(drawn("confusion", seen(problem), 60, 14))[0]


@pytest.mark.parametrize("width", [20, 30, 60])
def test_every_small_picture_is_told_from_the_others(width: int) -> None:
    problem = random_problem(0, (2, 12, 1))
    found = drawn("units", seen(problem), width, 40)
    captions = [words for line in found.lines for words in re.findall(r"(\d+)\]?(?= |$)", text_of(line))]
    assert sorted(map(int, captions)) == list(range(1, 13))
    assert not any("…" in text_of(line) for line in found.lines)
    assert captions_of("W₁", 16, 4) == [str(k) for k in range(1, 17)]


def test_hidden_units_fill_their_lines_evenly() -> None:
    found = drawn("units", seen(THREE), 50, 7)
    heads = [text_of(line).split("z₁")[1:] for line in found.lines if "z₁" in text_of(line)]
    assert [len(head) for head in heads] == [4, 4]
    assert 40 < max(map(width_of, found.lines)) <= 50


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(3, 60), st.integers(12, 200))
def test_an_axis_shows_its_scale(low: float, length: float, rows: int, columns: int) -> None:
    axis = Axis(low, low + length)
    labels = [label[:-1].strip() for label in left_labels(axis, rows)]
    assert sum(map(bool, labels)) >= 2
    for row, label in enumerate(labels):
        if label and length > 1e-3 * abs(low):  # four digits tell ticks apart
            height = axis.high - float(label) - 1e-9 * (abs(low) + length)
            assert row - 0.01 * rows <= height / length * rows <= row + 1 + 0.01 * rows
    if length > 1e-2 * abs(low) and columns >= 40:
        assert len(below(axis, columns, 0, "x")) >= 3  # two ticks and the name


def test_a_curve_that_leaves_its_axis_says_how_far_it_goes() -> None:
    problem = sine()
    looked = seen(problem)
    assert not said_of(drawn("curve", looked))
    *layers, last = looked.network.layers
    steep = core.Network([*layers, core.Layer(last.weights * 1000, last.bias)])
    (told,) = said_of(drawn("curve", replace(looked, network=steep)))
    x = np.linspace(problem.inputs.min(), problem.inputs.max(), 2000)[:, np.newaxis]
    outputs = steep.outputs(x)[:, 0]
    farthest = outputs[np.abs(outputs).argmax()]
    assert float(told.removeprefix("reaches ")) == pytest.approx(farthest, rel=0.3)


def test_a_curve_is_explained() -> None:
    assert "⠒ y_out" in text_of(drawn("curve", seen(sine())).lines[0])


def test_samples_beyond_the_edge_are_counted() -> None:
    looked = seen(many_inputs())
    problem = looked.problem
    *layers, last = looked.network.layers
    far = core.Network([*layers, core.Layer(last.weights * 30, last.bias)])
    outputs, targets = far.outputs(problem.inputs), problem.targets
    margin = 0.08 * np.ptp(targets)
    beyond = int(((outputs < targets.min() - margin) | (outputs > targets.max() + margin)).sum())
    assert said_of(drawn("fit", replace(looked, network=far))) == [f"{beyond} beyond the edge"]


def test_a_heat_map_of_many_numbers_says_what_a_place_stands_for() -> None:
    values = np.random.default_rng(0).normal(size=(300, 8))
    told = said_of(drawn("heat", seen(THREE, matrix=MatrixLookedAt("W_1", "W₁", values)), 57, 7))
    assert told[:2] == ["W₁ 300 x 8", "the largest of 25 x 1"]


def test_weights_that_are_left_out_are_counted_first() -> None:
    told = said_of(drawn("weights", seen(small_digits()), 12, 3))
    assert re.fullmatch(r"1-\d of 5", told[0])


# All of them.


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: f"{problem.name} {problem.targets.shape[1]}")
def test_a_problem_has_the_pictures_that_fit_it(problem: core.Problem) -> None:
    names = {found.name for found in pictures_of(problem)}
    inputs, classes = problem.inputs.shape[1], core.is_right_or_wrong(problem)
    assert ("surface" in names) == (inputs == 2)
    assert ("curve" in names) == (inputs == 1)
    assert ("confusion" in names) == classes
    assert ("fit" in names) == (not classes)
    assert ("units" in names) == (inputs <= 2)
    assert {"sample", "weights"} <= names or problem.image_shape is None
    assert {"loss", "heat", "accuracy"} <= names
    assert len(names) < len(PICTURES)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: f"{problem.name} {problem.targets.shape[1]}")
def test_nothing_moves_while_one_steps(problem: core.Problem) -> None:
    for found in pictures_of(problem):
        if found.draw is None or found.name == "heat":
            continue
        first, later = (found.draw(seen(problem, step), WIDTH, HEIGHT) for step in (0, 9))
        assert len(first.lines) == len(later.lines)
        structure = [
            [[(s.column, s.text) for s in line if s.style == "structure"] for line in one.lines]
            for one in (first, later)
        ]
        assert structure[0] == structure[1]
        assert (first.lines[0] == later.lines[0]) or found.name in ("sample", "weights", "units")


@examples(40)
@given(
    st.integers(0, 10**6),
    st.lists(st.integers(1, 5), min_size=2, max_size=4),
    st.sampled_from(LOSSES),
    st.integers(0, 70),
    st.integers(0, 24),
    st.booleans(),
    st.sampled_from([1.0, 1e3, 1e200, 1e308]),
)
def test_whatever_the_problem_and_the_size_a_picture_fits(
    seed: int, sizes: list[int], loss: core.Loss, width: int, height: int, plain: bool, scale: float
) -> None:
    problem = random_problem(seed, tuple(sizes), rows=6, loss=loss)
    weights = problem.network.layers[0].weights / np.abs(problem.network.layers[0].weights).max()
    layers = [replace(problem.network.layers[0], weights=weights * scale), *problem.network.layers[1:]]
    network = core.Network(layers)  # whose outputs overflow
    outputs = network.outputs(problem.inputs[:1])[0]
    verdict = core.verdict_on(problem, network)
    looked = Looked(problem, network, 0, outputs, verdict, MatrixLookedAt("W_1", "W₁", layers[0].weights), plain)
    known = styles(True, "#101010", "#e0e0e0")
    for found in pictures_of(problem):
        if found.draw is None:
            continue
        made = found.draw(looked, width, height)
        assert len(made.lines) <= height
        for line in made.lines:
            assert width_of(line) <= width
            columns = [span.column for span in line]
            assert columns == sorted(columns)
            assert all(a.end <= b.column for a, b in pairwise(line))
            assert all(known[span.style] for span in line)
            if plain:  # nothing is told by a colour of the ground
                grounds = {span.style.partition(" on ")[2] for span in line}
                assert grounds <= {"", "ground", "pointed"} or found.name == "confusion"
        for y in range(-1, height + 1):
            assert made.at(width // 2, y) is None or made.kind


@pytest.mark.parametrize("plain", [False, True], ids=["colours", "plain"])
def test_what_is_not_finite_is_drawn_as_such(plain: bool) -> None:
    problem = exercise_2()
    first, last = problem.network.layers
    broken = core.Network([replace(first, weights=first.weights * 1e308), replace(last, weights=last.weights * 1e308)])
    found = drawn("surface", replace(seen(problem, plain=plain), network=broken))
    shown = [cell for line in found.lines[1:-1] for cell in cells(line)]
    assert any(cell.text == "!" if plain else cell.ground == "not finite" for cell in shown)


def test_a_network_that_is_too_large_for_the_time_is_drawn_coarser_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(looked_at, "AT_ONCE", 60_000)
    found = drawn("surface", seen(circles(), 10), 70, 20)
    assert any("coarse" in str(words) for words in found.told)
    shown = pixels(found.lines[1:-1], axis_width(found.lines[1]), 70)
    side = int(re.findall(r"coarse: (\d+)", str(found.told))[0])
    assert side > 1
    for i in range(0, len(shown) - side, side):
        for j in range(0, len(shown[0]) - side, side):
            block = {shown[i + a][j + b] for a in range(side) for b in range(side)} - {""}
            assert len(block) <= 1


def test_of_more_rows_than_there_is_time_for_some_are_drawn_and_the_chosen_one_is_among_them() -> None:
    rng = np.random.default_rng(8)
    inputs = rng.normal(size=(9001, 2))
    problem = exercise_2(inputs=inputs, targets=np.sign(inputs[:, :1]))
    for sample in (0, 3, 4502, 8999, 9000):
        looked = seen(problem, sample=sample)
        found = drawn("surface", looked)
        assert re.search(r"2,00[01] of 9,001 rows", str(found.told))
        assert found.places is not None
        assert sample in found.places
        rows = looked_at.drawn_rows(looked)
        assert rows.ids[rows.chosen] == sample
        assert sorted(set(rows.ids.tolist())) == rows.ids.tolist()
        np.testing.assert_array_equal(rows.inputs, inputs[rows.ids])
