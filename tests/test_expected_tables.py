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
    "comment-line": (("x",), ("y",)),
    "huge-ids": (("id", "x"), ("y",)),
    "iris-id": (("Id", "SepalLengthCm", "SepalWidthCm"), ("Iris-setosa", "Iris-versicolor", "Iris-virginica")),
    "pipes": (("a", "b"), ("0", "1")),
    "salary": (("years",), ("salary",)),
    "spaces": (("x", "y"), ("a", "b")),
    "stairs": (("ImageId", "p1", "p2", "p3", "p4"), ("FALSE", "TRUE")),
    "trailing-separators": (("CO(GT)", "T"), ("RH",)),
    "unnamed-index": (("x", "y"), ("a", "b")),
    "wine-semicolons": (("fixed acidity", "volatile acidity", "pH"), ("quality",)),
}
CHANGE = " (--task to change)"
REMARKS = {  # what is said of each
    "binary01": (f"3 rows; 1 feature; target spam: classes 0, 1{CHANGE}",),
    "bom": (f"3 rows; 2 features; target label: classes a, b{CHANGE}",),
    "comment-line": (
        f"3 rows; 1 feature; target y: numbers from 2 to 5{CHANGE}",
        'the lines before the table that begin with "#" are left out',
    ),
    "huge-ids": (
        f"3 rows; 2 features; target y: numbers from 2 to 5{CHANGE}",
        "id: 3 different numbers are only 1 as floats, which cannot tell numbers of more than 16 digits apart",
    ),
    "iris-id": (
        f"3 rows; 3 features; target Species: classes Iris-setosa, Iris-versicolor, Iris-virginica{CHANGE}",
        "Id only counts the rows (1 to 3): --drop Id unless it is meant as a feature",
    ),
    "pipes": (f"2 rows; 2 features; target c: classes 0, 1{CHANGE}",),
    "salary": (f"5 rows; 1 feature; target salary: numbers from 30000 to 61000{CHANGE}",),
    "spaces": (f"3 rows; 2 features; target label: classes a, b{CHANGE}",),
    "stairs": (
        f"3 rows; 5 features; target IsStairs: classes FALSE, TRUE{CHANGE}",
        "ImageId only counts the rows (1 to 3): --drop ImageId unless it is meant as a feature",
    ),
    "trailing-separators": (
        f"3 rows; 2 features; target RH: numbers from 47.7 to 54{CHANGE}",
        "2 empty cells at the end of each line left out",
    ),
    "unnamed-index": (
        f"3 rows; 2 features; target label: classes a, b{CHANGE}",
        "the first column has no name and only counts the rows: it is left out",
    ),
    "wine-semicolons": (f"4 rows; 3 features; target quality: numbers from 5 to 7{CHANGE}",),
}
DROP = "--missing drop leaves such rows out"
REFUSED = {  # and with which options it is read then, if there are some
    "decimal-comma-target": (
        'column 2 ("Gewicht"): 4 cells are no numbers, the first in line 2: "70,5"; --decimal , reads them',
        {"decimal": ","},
    ),
    "decimal-commas": (
        'column 1 ("CO(GT)") and 2 more columns: 8 cells are no numbers, the first in line 2: "2,6"; '
        "--decimal , reads them",
        {"decimal": ","},
    ),
    "empty-target": (f'column 2 ("y"): 1 cell is missing, in line 3 (empty); {DROP}', {"missing": "drop"}),
    "latin1": (
        "line 1: expected UTF-8 text, found the byte 0xf6; --encoding latin-1 may read it, or save it as UTF-8",
        {"encoding": "latin-1"},
    ),
    "na-target": (f'column 2 ("y"): 2 cells are missing, the first in line 2: "NA"; {DROP}', {"missing": "drop"}),
    "overflow": ('column 2 ("y"): 1 cell is no finite number, in line 2: "1e400"', {}),
    "q-target": (f'column 2 ("y"): 3 cells are missing, the first in line 2: "?"; {DROP}', {"missing": "drop"}),
    "ragged": ("line 3: expected 3 cells, found 4", {}),
    "thousands": (
        'column 1 ("area") and 1 more column: 5 cells are no numbers, the first in line 2: "1,200"; '
        "--thousands , reads them as 1200 (--decimal , as 1.2)",
        {"thousands": ","},
    ),
}
THEN = {  # what they are then
    "decimal-comma-target": ([[23], [31], [45], [52]], [[70.5], [82.1], [77], [70.5]]),
    "decimal-commas": ([[2.6, 1360, 13.6], [2, 1292, 13.3], [2.2, 1402, 11.9]], [[48.9], [47.7], [54]]),
    "empty-target": ([[1], [3]], [[2], [5]]),
    "latin1": ([[1.75], [1.8], [1.62]], [[70], [82], [55]]),
    "na-target": ([[3]], [[1.5]]),
    "q-target": ([[4], [5]], [[0, 1], [1, 0]]),
    "thousands": ([[1200], [1650], [900]], [[250_000], [310_500], [180_000]]),
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
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("data: ")]
    assert said == [f"data: {remark}" for remark in REMARKS[table]]


@pytest.mark.parametrize("table", REFUSED)
def test_what_is_refused_and_what_to_do(table: str) -> None:
    with pytest.raises(core.ProblemError) as caught:
        core.load_problem(str(TABLES / f"{table}.csv"))
    assert caught.value.mistakes == (REFUSED[table][0],)


@pytest.mark.parametrize("table", THEN)
def test_what_the_message_names_reads_it(table: str) -> None:
    message, options = REFUSED[table]
    assert all(f"--{option} {value}" in message for option, value in options.items())
    problem = core.load_problem(str(TABLES / f"{table}.csv"), options)
    assert (problem.inputs.tolist(), problem.targets.tolist()) == THEN[table]


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
    assert named == ("3 rows; 1 feature; target price: classes 5, 6, 7",)


def test_many_classes_are_counted_and_the_first_named(tmp_path: Path) -> None:
    (remark,) = read(tmp_path, "x,y\n" + "".join(f"0.5,{j % 12}\n" for j in range(24))).remarks
    assert "classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ... (12 in all)" in remark


def test_a_long_name_of_a_class_is_cut(tmp_path: Path) -> None:
    (remark,) = read(tmp_path, f"x,y\n1,{'a' * 41}\n2,{'b' * 40}\n").remarks
    assert remark.endswith(f"classes {'a' * 37}..., {'b' * 40}{CHANGE}")


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
    with pytest.raises(core.ProblemError, match='target: unknown ""; expected one of x, y'):
        read(tmp_path, ",x,y\n0,1,2\n1,2,3\n", target=" ")


def test_remarks_are_no_part_of_what_a_run_follows_from(tmp_path: Path) -> None:
    read(tmp_path, "x,y\n1,a\n2,b\n")
    (tmp_path / "problem.toml").write_text('[data]\ncsv = "table.csv"\n[[layers]]\nunits = 2\n')
    problem = core.load_problem(tmp_path / "problem.toml")
    assert problem.remarks == ("2 rows; 1 feature; target y: classes a, b (--task to change)",)
    assert problem.particulars() == replace(problem, remarks=()).particulars()
