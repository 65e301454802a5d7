"""Tables as people have them: what is read of each, or the one message that says what to do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import core
from tui import cli

TABLES = Path(__file__).parent / "expected_tables"

READ = {  # features, and the targets' names
    "binary01": (("x",), ("0", "1")),
    "bom": (("x", "y"), ("a", "b")),
    "huge-ids": (("id", "x"), ("y",)),
    "iris-id": (("Id", "SepalLengthCm", "SepalWidthCm"), ("Iris-setosa", "Iris-versicolor", "Iris-virginica")),
    "salary": (("years",), ("salary",)),
    "stairs": (("ImageId", "p1", "p2", "p3", "p4"), ("FALSE", "TRUE")),
    "unnamed-index": (("x", "y"), ("a", "b")),
    "wine-semicolons": (("fixed acidity", "volatile acidity", "pH"), ("5", "6", "7")),
}
FOR_NUMBERS = '; for numbers, the task is "regression"'
FOR_CLASSES = '; for classes, the task is "classification"'
REMARKS = {  # what is said of each
    "binary01": (f"3 rows; 1 feature; target spam: 2 classes (0, 1){FOR_NUMBERS}",),
    "bom": ("3 rows; 2 features; target label: 2 classes (a, b)",),
    "huge-ids": (
        f"3 rows; 2 features; target y: numbers from 2 to 5{FOR_CLASSES}",
        "id: 3 different numbers are only 1 as floats, which cannot tell numbers of more than 16 digits apart",
    ),
    "iris-id": (
        "3 rows; 3 features; target Species: 3 classes (Iris-setosa, Iris-versicolor, Iris-virginica)",
        "Id only counts the rows (1 to 3): remove the column unless it is meant as a feature",
    ),
    "salary": (f"5 rows; 1 feature; target salary: numbers from 30000 to 61000{FOR_CLASSES}",),
    "stairs": (
        "3 rows; 5 features; target IsStairs: 2 classes (FALSE, TRUE)",
        "ImageId only counts the rows (1 to 3): remove the column unless it is meant as a feature",
    ),
    "unnamed-index": (
        "3 rows; 2 features; target label: 2 classes (a, b)",
        "the first column has no name and only counts the rows: it is left out",
    ),
    "wine-semicolons": (f"4 rows; 3 features; target quality: 3 classes (5, 6, 7){FOR_NUMBERS}",),
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
}


def test_every_table_is_in_the_test() -> None:
    assert {path.stem for path in TABLES.glob("*.csv")} == READ.keys() | REFUSED.keys()
    assert READ.keys() == REMARKS.keys()


@pytest.mark.parametrize("table", READ)
def test_what_is_read(table: str) -> None:
    problem = core.load_problem(str(TABLES / f"{table}.csv"))
    assert (problem.input_names, problem.target_names) == READ[table]
    assert len(problem.input_names) == problem.inputs.shape[1]
    assert problem.remarks == REMARKS[table]


@pytest.mark.parametrize("table", READ)
def test_a_run_says_what_was_read(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", str(TABLES / f"{table}.csv"), "--steps", "1"]) == 0
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("table: ")]
    assert said == [f"table: {remark}" for remark in REMARKS[table]]


@pytest.mark.parametrize("table", REFUSED)
def test_what_is_refused_and_what_to_do(table: str) -> None:
    with pytest.raises(core.ProblemError) as caught:
        core.load_problem(str(TABLES / f"{table}.csv"))
    mistakes = caught.value.mistakes
    assert len(mistakes) == len(REFUSED[table])
    for mistake, words in zip(mistakes, REFUSED[table], strict=True):
        assert words in mistake


def read(folder: Path, text: str, **options: object) -> core.Problem:
    path = folder / "table.csv"
    path.write_text(text)
    return core.load_problem(path, options)


def test_what_was_asked_for_needs_no_hint(tmp_path: Path) -> None:
    prices = "x,price\n1,5\n2,7\n3,6\n"
    assert read(tmp_path, prices, task="regression").remarks == (
        "3 rows; 1 feature; target price: numbers from 5 to 7",
    )
    named = read(tmp_path, prices, task="classification").remarks
    assert named == ("3 rows; 1 feature; target price: 3 classes (5, 6, 7)",)


def test_many_classes_are_counted_and_the_first_named(tmp_path: Path) -> None:
    (remark,) = read(tmp_path, "x,y\n" + "".join(f"0.5,{j % 12}\n" for j in range(24))).remarks
    assert "12 classes (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...)" in remark


def test_a_long_name_of_a_class_is_cut(tmp_path: Path) -> None:
    (remark,) = read(tmp_path, f"x,y\n1,{'a' * 41}\n2,{'b' * 40}\n").remarks
    assert remark.endswith(f"2 classes ({'a' * 37}..., {'b' * 40})")


def test_long_numbers_that_are_the_same_number_are_no_loss(tmp_path: Path) -> None:
    assert len(read(tmp_path, "id,x,y\n1e17,1,a\n100000000000000000,2,b\n").remarks) == 1
    assert len(read(tmp_path, 'id,x,y\n100000000000000001,1,a\n"100000000000000000",2,b\n').remarks) == 2


@pytest.mark.parametrize(
    ("header", "rows", "told"),
    [
        ("x,y,kind", 3, False),  # 1, 2, 3 may be a feature
        ("x,y,kind", 10, True),
        ("x,kind", 10, False),  # there is no other
        ("PassengerId,y,kind", 3, True),
        ("row no,y,kind", 3, True),
        ("humid,y,kind", 3, False),
        ("Unnamed: 0,y,kind", 3, True),
    ],
)
def test_a_column_that_counts_the_rows_is_told_of(tmp_path: Path, header: str, rows: int, told: bool) -> None:
    others = ",0.5" * header.count(",y")
    text = f"{header}\n" + "".join(f"{i}{others},{'ab'[i % 2]}\n" for i in range(1, rows + 1))
    assert any("only counts the rows" in remark for remark in read(tmp_path, text).remarks) is told


def test_a_column_without_a_name_that_does_not_count_is_refused(tmp_path: Path) -> None:
    for text in (",x,y\n5,1,a\n6,2,b\n", ",y\n1,a\n2,b\n"):
        with pytest.raises(core.ProblemError, match="line 1, column 1: expected a column's name, found an empty cell"):
            read(tmp_path, text)
    with pytest.raises(core.ProblemError, match="line 1, column 1: expected a column's name"):
        read(tmp_path, ",x,y\n0,1,2\n1,2,3\n", target=" ")


def test_remarks_are_no_part_of_what_a_run_follows_from(tmp_path: Path) -> None:
    read(tmp_path, "x,y\n1,a\n2,b\n")
    (tmp_path / "problem.toml").write_text('[data]\ncsv = "table.csv"\n[[layers]]\nunits = 2\n')
    problem = core.load_problem(tmp_path / "problem.toml")
    assert problem.remarks == ("2 rows; 1 feature; target y: 2 classes (a, b)",)
    assert problem.particulars() == replace(problem, remarks=()).particulars()
