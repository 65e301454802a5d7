"""The small picture of a problem's data."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from pictured import circles, many_inputs, plane_regression, sine, small_digits, text_of, width_of
from samples import BUILT_IN, exercise_2
from tui.pictures import thumbnail
from tui.sheet.styles import styles

PROBLEMS = [circles(), sine(), small_digits(), plane_regression(), many_inputs(), exercise_2()]
PROBLEMS += [core.load_problem(name) for name in BUILT_IN]


@given(st.sampled_from(PROBLEMS), st.integers(0, 30), st.integers(0, 9))
def test_it_fits_in_whatever_size_it_is_asked_for(problem: core.Problem, width: int, height: int) -> None:
    lines = thumbnail(problem, width, height)
    assert len(lines) in (0, height)
    known = styles(True, "#101010", "#e0e0e0")
    for line in lines:
        assert width_of(line) <= width
        assert all(known[span.style] for span in line)


def test_samples_stand_in_the_corners_where_their_inputs_are() -> None:
    corners = {(0.0, 0.0): -1.0, (1.0, 0.0): 1.0, (0.0, 1.0): 1.0, (1.0, 1.0): -1.0}
    problem = exercise_2(inputs=list(corners), targets=[[sign] for sign in corners.values()])
    drawn = [text_of(line).ljust(12) for line in thumbnail(problem, 12, 4)]
    # -1 is the first class, ●; the second input points upwards.
    assert [drawn[3][0], drawn[3][11], drawn[0][0], drawn[0][11]] == ["●", "○", "○", "●"]
    assert "".join(drawn).replace(" ", "") == "○●●○"


def test_each_kind_of_problem_has_its_own_picture() -> None:
    assert all("⠀" <= mark <= "⣿" for line in thumbnail(sine(), 12, 4) for mark in text_of(line).replace(" ", ""))
    assert text_of(thumbnail(many_inputs(), 12, 4)[-1]) == "5-4-1"
    digits = core.Problem("one", [[0, 1, 0, 1] * 4], [[1.0]], many_network(), image_shape=(4, 4))
    assert [text_of(line) for line in thumbnail(digits, 12, 4)] == [" █ █", " █ █", "", ""]


def many_network() -> core.Network:
    return core.Network([core.Layer([[0.1]] * 16)])


@pytest.mark.parametrize(("sizes", "below"), [((4, 3), "4-3"), ((784, 300, 100, 10), "784-…-10")])
def test_sizes_of_layers_stand_below_their_bars(sizes: tuple[int, ...], below: str) -> None:
    layers = [core.Layer([[0.0] * after] * before) for before, after in pairwise(sizes)]
    problem = core.Problem("deep", [[0.0] * sizes[0]], [[0.0] * sizes[-1]], core.Network(layers))
    lines = [text_of(line) for line in thumbnail(problem, 12, 4)]
    assert lines[-1] == below
    largest = below.index("…") if "…" in below else 0
    assert lines[0].ljust(12)[largest] == "█"


def test_a_place_shows_the_class_that_most_of_its_samples_have() -> None:
    inputs = [[0.0, 0.0], [0.01, 0.0], [0.02, 0.0], [1.0, 1.0]]
    problem = exercise_2(inputs=inputs, targets=[[1.0], [1.0], [-1.0], [-1.0]])
    drawn = [text_of(line).ljust(12) for line in thumbnail(problem, 12, 4)]
    assert (drawn[3][0], drawn[0][11]) == ("○", "●")
