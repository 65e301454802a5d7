"""Tables as people have them: what is read of each, or the one message that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

import core

TABLES = Path(__file__).parent / "expected_tables"

READ = {  # features, and the targets' names
    "binary01": (("x",), ("0", "1")),
    "bom": (("x", "y"), ("a", "b")),
    "huge-ids": (("id", "x"), ("y",)),
    "iris-id": (("Id", "SepalLengthCm", "SepalWidthCm"), ("Iris-setosa", "Iris-versicolor", "Iris-virginica")),
    "salary": (("years",), ("salary",)),
    "stairs": (("ImageId", "p1", "p2", "p3", "p4"), ("FALSE", "TRUE")),
    "wine-semicolons": (("fixed acidity", "volatile acidity", "pH"), ("5", "6", "7")),
}
REFUSED = {
    "comment-line": ("a comment is no part of a table: remove the line",),
    "decimal-comma-target": ('"70,5"; write decimals with a point, as in 0.5 (3 more like it)',),
    "decimal-commas": ('"2,6"; write decimals with a point, as in 0.5 (7 more like it)',),
    "empty-target": ('line 3, column 2 ("y"): expected a number, found an empty cell',),
    "latin1": ("expected UTF-8 text, found the byte 0xf6; save it as UTF-8",),
    "na-target": ('line 2, column 2 ("y"): expected a number, found "NA": the value is missing', "line 3, column 2"),
    "overflow": ('line 2, column 2 ("y"): expected a finite number, found "1e400"',),
    "pipes": ('it seems to be separated by "|"',),
    "q-target": ('found "?": the value is missing', "line 3", "line 4"),
    "ragged": ("line 3: expected 3 cells, found 4",),
    "spaces": ("it seems to be separated by spaces",),
    "thousands": ('"1,200"; write thousands without a comma, as in 1200 (4 more like it)',),
    "trailing-separators": ("remove the separators at the ends of the lines",),
    "unnamed-index": ("line 1, column 1: expected a column's name, found an empty cell",),
}


def test_every_table_is_in_the_test() -> None:
    assert {path.stem for path in TABLES.glob("*.csv")} == READ.keys() | REFUSED.keys()


@pytest.mark.parametrize("table", READ)
def test_what_is_read(table: str) -> None:
    problem = core.load_problem(str(TABLES / f"{table}.csv"))
    assert (problem.input_names, problem.target_names) == READ[table]


@pytest.mark.parametrize("table", REFUSED)
def test_what_is_refused_and_what_to_do(table: str) -> None:
    with pytest.raises(core.ProblemError) as caught:
        core.load_problem(str(TABLES / f"{table}.csv"))
    mistakes = caught.value.mistakes
    assert len(mistakes) == len(REFUSED[table])
    for mistake, words in zip(mistakes, REFUSED[table], strict=True):
        assert words in mistake
