"""The matrices of a sheet to fill in: where they stand, what is in sight, and what is drawn of them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.solving import rounded
from tui.practice.matrices import Layout, Matrix, Window, answer_matrix, arrange, cropped, given_matrix
from tui.sheet.lines import Line, Span
from tui.training.picture import VEIL


def matrix(name: str, rows: int, columns: int) -> Matrix:
    values = np.arange(1, 1 + rows * columns, dtype=float).reshape(rows, columns) / 8
    return given_matrix(core.Quantity(name, name, values))


def text_of(line: Line) -> str:
    found = ""
    for span in line:
        found = found.ljust(span.column) + span.text
    return found


SHAPES = st.lists(st.tuples(st.integers(1, 12), st.integers(1, 9)), min_size=1, max_size=6)
SIZES = st.tuples(st.integers(8, 90), st.integers(4, 40))


@given(SHAPES, SIZES, st.data())
def test_a_cell_that_is_revealed_is_in_sight_and_can_be_clicked(
    shapes: list[tuple[int, int]], size: tuple[int, int], data: st.DataObject
) -> None:
    matrices = [matrix(f"m{i}", *shape) for i, shape in enumerate(shapes)]
    chosen = data.draw(st.sampled_from(matrices))
    cell = (data.draw(st.integers(1, chosen.rows)), data.draw(st.integers(1, chosen.columns)))
    layout = arrange(matrices, *size).revealing(chosen.name, cell)
    lines = layout.lines((chosen.name, cell))
    assert len(lines) == size[1]
    assert all(span.column >= 0 and span.end <= size[0] for line in lines for span in line)
    y, span = next((y, span) for y, line in enumerate(lines) for span in line if span.style == "cursor")
    assert span.text.strip() == rounded(((cell[0] - 1) * chosen.columns + cell[1]) / 8)
    assert {layout.cell_at(span.column + i, y) for i in range(len(span.text))} == {(chosen.name, cell)}


@given(SHAPES, SIZES)
def test_no_number_is_drawn_over_another(shapes: list[tuple[int, int]], size: tuple[int, int]) -> None:
    layout = arrange([matrix(f"m{i}", *shape) for i, shape in enumerate(shapes)], *size)
    for _ in range(3):
        for line in layout.lines():
            assert all(a.end <= b.column for a, b in pairwise(line))
        layout = layout.scrolled(3, 5)


def test_matrices_are_read_like_words() -> None:
    layout = arrange([matrix("a", 2, 2), matrix("b", 3, 1), matrix("c", 1, 2)], 24, 20)
    assert [(placed.matrix.name, placed.x > 0, placed.y) for placed in layout.placed] == [
        ("a", False, 0),
        ("b", True, 0),
        ("c", False, 6),
    ]


def test_where_room_is_short_the_headings_take_one_line() -> None:
    matrices = [matrix("a", 3, 2), matrix("b", 3, 2)]
    assert [arrange(matrices, 14, height).placed[0].header for height in (11, 10, 9, 8)] == [2, 2, 1, 1]
    assert [arrange(matrices, 14, height).height for height in (11, 10, 9, 8)] == [11, 10, 8, 8]


def test_a_heading_stays_in_sight_over_its_rows() -> None:
    layout = arrange([matrix("a", 9, 1)], 20, 5).scrolled(0, 3)
    assert [text_of(line).split()[0] for line in layout.lines()] == ["a", "4", "5", "6", "7"]


def test_scrolling_ends_at_the_edges() -> None:
    layout = arrange([matrix("a", 9, 9)], 20, 5)
    end = layout.scrolled(1000, 1000)
    assert (end.window.left, end.window.top) == (layout.beside, layout.below)
    assert end.scrolled(-1000, -1000).window == layout.window


def test_what_was_in_sight_stays() -> None:
    before = arrange([matrix("a", 9, 1)], 20, 5).scrolled(0, 3)
    assert arrange([matrix("a", 9, 1)], 20, 5, before).window == before.window
    assert arrange([matrix("a", 4, 1)], 20, 5, before).window.top == 0


@pytest.mark.parametrize(
    ("values", "axes", "shape"),
    [(np.array([1.0, 2.0]), "i", (2, 1)), (np.array([1.0, 2.0]), "j", (1, 2)), (np.array(3.0), "", (1, 1))],
)
def test_vectors_stand_or_lie(values: core.Array, axes: str, shape: tuple[int, int]) -> None:
    found = given_matrix(core.Quantity("v", "v", values, axes=axes))
    assert (found.rows, found.columns) == shape
    for cell in np.ndindex(values.shape):
        counted = tuple(i + 1 for i in cell)
        assert found.cell(*found.place(counted)) == counted


def test_columns_have_their_names() -> None:
    found = given_matrix(core.Quantity("X_in", "X_in", np.array([[1.0, 2.0]])), ("height", "2"))
    heading = text_of(arrange([found], 60, 9).lines()[1])
    assert heading.split() == ["1", "he…", "2"]


def test_numbers_stand_under_their_points() -> None:
    values = np.array([[0.25], [-12.5], [3.0], [1e-7]])
    quantity = core.Quantity("a", "a", values)
    found = answer_matrix(quantity, lambda _, cell: rounded(float(values[cell[0] - 1, 0])), current=False)
    lines = arrange([found], 40, 9).lines()
    points = [span.column + len(span.text.split("e")[0].split(".")[0]) for line in lines[2:6] for span in line[1:]]
    assert len(set(points)) == 1


def test_what_is_not_known_is_veiled() -> None:
    quantity = core.Quantity("a", "a", np.array([[1.0, 2.0]]))
    found = answer_matrix(quantity, lambda _, cell: "1.00" if cell == (1, 1) else "", current=True)
    assert found.texts == (("1.00", VEIL),)
    assert text_of(arrange([found], 40, 9).lines()[0]).split() == ["▶a", "1×2"]


@given(SHAPES, st.integers(0, 30), st.integers(0, 30), st.integers(0, 20))
def test_a_number_is_drawn_whole_or_not_at_all(
    shapes: list[tuple[int, int]], width: int, right: int, down: int
) -> None:
    matrices = [matrix(f"m{i}", *shape) for i, shape in enumerate(shapes)]
    layout = arrange(matrices, width, 12).scrolled(right, down)
    whole = replace(layout, window=Window(0, layout.window.top, layout.width, 12))
    for line, uncut in zip(layout.lines(), whole.lines(), strict=True):
        left = layout.window.left
        assert {(span.column + left, span.text) for span in line if span.text != "…"} <= {
            (span.column, span.text) for span in uncut
        }
        assert all(span.column >= 0 and span.end <= width for span in line)


def test_what_an_edge_cuts_leaves_an_ellipsis() -> None:
    assert text_of(cropped([Span(1, "abc"), Span(6, "-1.25"), Span(13, "2")], 2, 7)) == "…   …"


def test_nothing_is_laid_out_where_there_is_no_room() -> None:
    for size in ((0, 0), (1, 1), (3, 0)):
        assert all(span.end <= size[0] for line in arrange([matrix("a", 2, 2)], *size).lines() for span in line)
    assert Layout().lines() == []
