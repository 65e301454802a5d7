"""Tables in the many ways that people write them: what was written is read back, or one message tells what to do."""

from __future__ import annotations

import csv
import io
import re
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import core
from core.loading.reading import Reading
from core.loading.table_file import read_table

STANDARD, GERMAN, SWISS, FRENCH, ENGLISH = (".", ""), (",", "."), (".", "'"), (",", " "), (".", ",")
NOTATIONS = [STANDARD, GERMAN, SWISS, FRENCH, ENGLISH, (",", "")]


def written(value: float, notation: tuple[str, str]) -> str:
    """A number with two decimals as people write it."""
    decimal, thousands = notation
    return f"{value:,.2f}".translate({ord(","): thousands, ord("."): decimal})


class Written(NamedTuple):
    """The bytes of a table, how it must be read, and what it must be."""

    data: bytes
    reading: dict[str, Any]
    inputs: list[list[float]]
    targets: list[float]
    names: list[str]


AMOUNT = st.integers(-(10**9), 10**9).map(lambda cents: cents / 100) | st.integers(-999, 999).map(float)
COLOURS = ["red", "grün", "blue, dark", "a;b", 'so "called"']


@st.composite
def tables(draw: st.DrawFn) -> Written:
    """A date, two columns of numbers, one of colours, and a target of numbers."""
    count = draw(st.integers(2, 6))
    notation = draw(st.sampled_from(NOTATIONS))
    numbers = [[draw(AMOUNT) for _ in range(3)] for _ in range(count)]
    colours = [draw(st.sampled_from(COLOURS)) for _ in range(count)]
    missing = draw(st.sampled_from([None, "drop", "mean"]))
    absent = {draw(st.integers(0, count - 2)): draw(st.sampled_from(["", "NA", "?", "nan", "-", "N/A"]))}
    header = draw(st.booleans())
    names = ["day", "preço", draw(st.sampled_from(["size, in m", "x|y", "b"])), "colour", "price"]
    rows = [names] if header else []
    for i, (a, b, y) in enumerate(numbers):
        first = absent[i] if missing and i in absent else written(a, notation)
        rows.append([f"2024-01-{i + 1:02}", first, written(b, notation), colours[i], written(y, notation)])
    text = io.StringIO()
    csv.writer(
        text,
        delimiter=draw(st.sampled_from(",;\t|")),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    ).writerows(rows)
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]))
    shown = names if header else ["1", "2", "3", "4", "5"]
    kept = [i for i in range(count) if missing != "drop" or i not in absent]
    kinds = sorted({colours[i] for i in kept})
    inputs = [
        [
            np.nan if missing and i in absent else numbers[i][0],
            numbers[i][1],
            *(float(colours[i] == kind) for kind in kinds),
        ]
        for i in kept
    ]
    reading = {
        "task": "regression",
        "drop": (shown[0],),
        "encode": (shown[3],),
        "missing": missing,
        "header": None if header else False,
        "encoding": encoding if encoding == "latin-1" else None,
        "decimal": notation[0],
        "thousands": notation[1],
    }
    features = [*shown[1:3], *(f"{shown[3]}={kind}" for kind in kinds)]
    return Written(text.getvalue().encode(encoding), reading, inputs, [numbers[i][2] for i in kept], features)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def read(path: Path, text: str | bytes, **options: object) -> core.Problem:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return core.load_problem(path, options)


def mistakes(path: Path, text: str | bytes, **options: object) -> tuple[str, ...]:
    with pytest.raises(core.ProblemError) as caught:
        read(path, text, **options)
    assert all(line.isprintable() for line in caught.value.mistakes)
    return caught.value.mistakes


def refused(path: Path, reading: dict[str, Any]) -> tuple[str, ...]:
    """The mistakes in a table; none where it is read."""
    try:
        read_table(path, Reading(**reading))
    except core.ProblemError as error:
        return error.mistakes
    return ()


class TestGenerated:
    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(table=tables())
    def test_what_was_written_is_read_back(self, path: Path, table: Written) -> None:
        path.write_bytes(table.data)
        found = read_table(path, Reading(**table.reading))
        np.testing.assert_array_equal(found.inputs, table.inputs)
        assert found.targets.values.ravel().tolist() == table.targets
        assert list(found.input_names) == table.names

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(table=tables())
    def test_or_a_message_for_each_column_names_the_options_that_read_it(self, path: Path, table: Written) -> None:
        path.write_bytes(table.data)
        reading = table.reading | {"decimal": None, "thousands": ""}
        told = "\n".join(refused(path, reading))
        assert told.count("\n") < 3  # a line for each column of numbers
        if mark := re.search(r"--decimal (\S)", told):
            reading["decimal"] = mark[1]
        if mark := re.search(r'--thousands ("."|\S)', told):
            reading["thousands"] = mark[1].strip('"')
        found = read_table(path, Reading(**reading))
        np.testing.assert_array_equal(found.inputs, table.inputs)
        assert found.targets.values.ravel().tolist() == table.targets

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.binary(max_size=200) | st.text(max_size=60).map(str.encode))
    def test_nothing_ends_in_a_traceback(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        for options in ({}, {"no-header": True, "missing": "drop"}, {"encoding": "utf-16"}, {"decimal": ","}):
            with suppress(core.ProblemError):
                core.load_problem(path, options)


LIKE_NUMBERS = [
    ("amounts of money", ["$12", "$1,300.50", "-$5"]),
    ("amounts of money", ["12 €", "13,50 €", "9€"]),
    ("amounts of money", ["CHF 1’300", "CHF 7", "CHF 12’000.50"]),
    ("percentages", ["10 %", "12.5%", "3%"]),
    ("dates", ["2024-01-31", "2024-02-01", "2023-12-24 10:30"]),
    ("dates", ["31.01.2024", "1.2.2024", "24.12.2023"]),
    ("dates", ["1/31/24", "2/1/24", "12/24/23"]),
    ("dates", ["31 Jan 2024", "1 Feb 2024", "24 Dec 2023"]),
    ("dates", ["Mon Jan 1 2024", "Tue Feb 6 2024", "Fri Dec 1 2023"]),
    ("dates", ["Jan-24", "Feb 2024", "déc. 2023"]),
    ("dates", ["2024-01", "2024-02", "2023-12"]),
    ("dates", ["2024-Q1", "2024-Q2", "Q3 2024"]),
    ("negative amounts", ["(12)", "(1,300.50)", "(7)"]),
    ("times", ["12:30", "1:05 pm", "23:59:59"]),
    ('numbers with the unit "kg"', ["12 kg", "5.5kg", "80 kg"]),
]


class TestLikeNumbers:
    @pytest.mark.parametrize(("kind", "cells"), LIKE_NUMBERS)
    def test_they_are_no_classes_and_no_features_in_silence(self, path: Path, kind: str, cells: list[str]) -> None:
        text = "x;y;z\n" + "".join(f'{i};"{cell}";0.5\n' for i, cell in enumerate(cells))
        (feature,) = mistakes(path, text)
        (target,) = mistakes(path, text, target="y")
        first = f'column 2 ("y"): 3 cells are no numbers, the first in line 2: "{cells[0]}"; they look like {kind}: '
        assert feature.startswith(first)
        assert feature.endswith("--drop y leaves the column out")
        assert target.startswith(first)
        assert target.endswith("or --task classification if they are names of classes")
        assert read(path, text, drop="y").input_names == ("x",)
        assert read(path, text, target="y", task="classification").target_names == tuple(sorted(cells))

    @pytest.mark.parametrize(
        "cells", [["1st", "2nd", "3rd"], ["class 1", "class 2", "class 3"], ["3a", "3b", "12c"], ["Marx 12", "B-24"]]
    )
    def test_names_with_numbers_in_them_are_classes(self, path: Path, cells: list[str]) -> None:
        text = "x,y\n" + "".join(f"{i},{cell}\n" for i, cell in enumerate(cells))
        assert set(read(path, text).target_names) == set(cells)

    def test_some_among_numbers_are_counted(self, path: Path) -> None:
        assert mistakes(path, "x;y\n0,5;1.5\n1,5;2.5\nabc;3.5\n") == (
            'column 1 ("x"): 3 cells are no numbers, the first in line 2: "0,5"; 2 look like numbers: '
            "--decimal , reads them",
        )

    def test_what_is_encoded_and_looks_like_numbers_is_told_of(self, path: Path) -> None:
        problem = read(path, "x;y\n0,5;1.5\n1,5;2.5\n", encode="x")
        assert problem.input_names == ("x=0,5", "x=1,5")
        assert problem.remarks[1] == 'x is encoded, but looks like numbers ("0,5"): --decimal , reads them'

    def test_what_is_encoded_and_different_in_each_row_is_told_of(self, path: Path) -> None:
        remark = read(path, "name,y\nann,1.5\nbob,2.5\ncy,2\n", encode="name").remarks[1]
        assert remark == "name is encoded, but is different in each row: --drop name leaves the column out"

    def test_so_many_that_only_some_are_looked_at_are_all_counted(self, path: Path) -> None:
        cells = [f"{i},5" for i in range(3000)]
        start = 'column 1 ("x"): 3,000 cells are no numbers, the first in line 2: "0,5"; '
        assert mistakes(path, "x;y\n" + "".join(f"{cell};{i % 2}\n" for i, cell in enumerate(cells))) == (
            f"{start}--decimal , reads them",
        )
        cells[2000] = "abc"
        assert mistakes(path, "x;y\n" + "".join(f"{cell};{i % 2}\n" for i, cell in enumerate(cells))) == (
            f"{start}2,999 look like numbers: --decimal , reads them",
        )

    def test_a_point_where_a_comma_was_promised(self, path: Path) -> None:
        (mistake,) = mistakes(path, "x;y\n0.5;1\n1.5;2\n", decimal=",")
        assert mistake.endswith('in line 2: "0.5"; --decimal . reads them')


PASSENGERS = "Id,Name,Sex,Class,Age,Survived\n1,Ann,f,1,30,1\n2,Bob,m,3,,0\n3,Cy,m,3,25,0\n4,Di,f,2,40,1\n"


class TestChoice:
    def test_a_message_for_each_column_names_what_can_be_done(self, path: Path) -> None:
        assert mistakes(path, PASSENGERS) == (
            'column 2 ("Name"): 4 cells are no numbers, the first in line 2: "Ann"; all are different: '
            "--drop Name leaves the column out",
            'column 3 ("Sex"): 4 cells are no numbers, the first in line 2: "f"; '
            "--encode Sex makes features of its 2 texts, --drop Sex leaves the column out",
            'column 5 ("Age"): 1 cell is missing, in line 3 (empty); '
            "--missing drop leaves such rows out, --missing mean fills them in",
        )

    def test_columns_are_dropped_and_encoded_in_their_places(self, path: Path) -> None:
        problem = read(path, PASSENGERS, drop="Id, Name", encode=["Class", "Sex"], missing="drop")
        assert problem.input_names == ("Sex=f", "Sex=m", "Class=1", "Class=2", "Class=3", "Age")
        assert problem.inputs.tolist() == [[1, 0, 1, 0, 0, 30], [0, 1, 0, 0, 1, 25], [1, 0, 0, 1, 0, 40]]
        assert problem.remarks[:2] == (
            "3 rows; 6 features; target Survived: classes 0, 1 (--task to change)",
            "1 row with a missing cell left out",
        )

    def test_only_some_columns_are_features(self, path: Path) -> None:
        assert read(path, PASSENGERS, only="Class").input_names == ("Class",)
        assert read(path, PASSENGERS, only="Class,Survived", target="Class").input_names == ("Survived",)

    def test_the_last_column_that_is_left_is_the_target(self, path: Path) -> None:
        assert read(path, "a,b,c\n1,2.5,x\n3,4.5,y\n", drop="c").target_names == ("b",)

    def test_a_missing_cell_stays_as_nan_where_it_is_to_be_filled(self, path: Path) -> None:
        path.write_text(PASSENGERS.replace("Bob,m", "Bob,"))
        table = read_table(path, Reading(drop=("Id", "Name"), encode=("Sex",), missing="mean"))
        assert np.isnan(table.inputs[1]).tolist() == [True, True, False, True]
        assert not np.isnan(table.inputs[[0, 2, 3]]).any()

    def test_a_missing_target_is_a_mistake_unless_its_row_is_left_out(self, path: Path) -> None:
        text = "x,y\n1,0.5\n2,\n3,1.5\n"
        for missing in (None, "mean"):
            (mistake,) = mistakes(path, text, missing=missing)
            assert (
                mistake == 'column 2 ("y"): 1 cell is missing, in line 3 (empty); --missing drop leaves such rows out'
            )
        assert read(path, text, missing="drop").targets.tolist() == [[0.5], [1.5]]
        assert mistakes(path, "x,y\n,1\n1,\n", missing="drop") == ("expected rows without a missing cell, found none",)

    def test_a_name_with_a_comma_stands_in_quotes(self, path: Path) -> None:
        text = '"x, in m","a ""b""",y\nu,1,0\nv,2,1\nu,3,1\n'
        assert read(path, text, drop='"x, in m"').input_names == ('a "b"',)
        assert read(path, text, drop=["x, in m"], encode='"a ""b"""').input_names[0] == 'a "b"=1'
        (mistake,) = mistakes(path, text)
        assert mistake.endswith(
            """--encode '"x, in m"' makes features of its 2 texts, --drop '"x, in m"' leaves the column out"""
        )

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"drop": "Nme"}, 'drop: unknown "Nme"; did you mean "Name"?'),
            ({"drop": "Survived", "target": "Survived"}, 'drop: "Survived" is the target'),
            ({"drop": "Age", "only": "Age"}, 'drop: "Age" is in only, too'),
            ({"encode": "Survived"}, 'encode: "Survived" is the target'),
            ({"encode": "Sex", "only": "Age"}, 'encode: "Sex" is not in only'),
            ({"encode": "Sex", "drop": "Sex"}, 'encode: "Sex" is dropped'),
            ({"only": "Survived"}, 'expected a feature beside the target "Survived", found none'),
            ({"drop": "Id,Name,Sex,Class,Age,Survived"}, "drop: expected a column to be left, found none"),
            (
                {"thousands": ".", "decimal": "."},
                'thousands: "." cannot stand both before decimals and between thousands',
            ),
        ],
    )
    def test_a_choice_that_cannot_be_made(self, path: Path, options: dict[str, str], message: str) -> None:
        assert mistakes(path, PASSENGERS, **options)[0] == message

    @pytest.mark.parametrize(
        ("option", "value", "message"),
        [
            ("encoding", "latin-11", 'unknown "latin-11"; did you mean "latin-1"?'),
            ("encoding", "base64", 'unknown "base64"; expected one of utf-8, utf-16, latin-1'),
            ("decimal", ";", 'unknown ";"; expected one of ., ,'),
            ("missing", "median", 'unknown "median"; did you mean "mean"?'),
            ("drop", "", "expected the names of columns with commas between them"),
            ("drop", 'a,"b', "expected the names of columns with commas between them"),
            ("no-header", "perhaps", 'expected true or false, found "perhaps"'),
        ],
    )
    def test_an_option_that_is_wrong_is_the_only_mistake(
        self, path: Path, option: str, value: str, message: str
    ) -> None:
        (mistake,) = mistakes(path, PASSENGERS, **{option: value})
        assert mistake.startswith(f"option {option}: {message}")

    def test_arrays_have_no_columns_to_choose(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "mine.npz", inputs=np.eye(2), targets=[0.5, 1.5])
        with pytest.raises(core.ProblemError, match="drop: only a table of cells with named columns") as caught:
            core.load_problem(tmp_path / "mine.npz", {"drop": "x", "encode": "y"})
        assert len(caught.value.mistakes) == 2

    def test_a_problem_file_has_the_same_keys(self, path: Path) -> None:
        path.write_text("Größe;Farbe;n;y\n1,5;rot;1;1.200,5\n2,5;blau;2;3,5\n-;rot;3;4\n", encoding="latin-1")
        file = path.with_suffix(".toml")
        file.write_text(
            '[data]\ncsv = "table.csv"\ndrop = ["n"]\nencode = "Farbe"\nmissing = "drop"\nencoding = "latin-1"\n'
            'thousands = "."\nheader = true\n[[layers]]\nunits = 1\n'
        )
        problem = core.load_problem(file)
        assert problem.input_names == ("Größe", "Farbe=blau", "Farbe=rot")
        assert problem.inputs.tolist() == [[1.5, 0, 1], [2.5, 1, 0]]
        assert problem.targets.tolist() == [[1200.5], [3.5]]
        file.write_text('[data]\ntable = "table.csv"\nencoding = "latin-1"\n[[layers]]\nunits = 1\n')
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem(file)
        assert [line.rpartition("; ")[2] for line in caught.value.mistakes] == [
            "1 more is missing",
            'encode = ["Farbe"] makes features of its 2 texts, drop = ["Farbe"] leaves the column out',
            'thousands = "." reads them',
        ]


class TestShape:
    """What stands around the cells."""

    def test_a_file_without_a_header(self, path: Path) -> None:
        numbers = "1,2\n3,4\n5,6.5\n"
        (mistake,) = mistakes(path, numbers)
        assert mistake.endswith("found numbers only; --no-header takes the first line for data")
        problem = read(path, numbers, **{"no-header": True})
        assert (problem.input_names, problem.inputs.tolist()) == (("1",), [[1], [3], [5]])
        flowers = "5.1,3.5,setosa\n4.9,3,setosa\n7,3.2,virginica\n"
        (mistake,) = mistakes(path, flowers)
        assert mistake.endswith('found "5.1, 3.5, setosa": --no-header takes the first line for data')
        assert read(path, flowers, **{"no-header": True}, target="3", drop="2").inputs.tolist() == [[5.1], [4.9], [7]]
        assert read(path, "country,1990,1991\n1,2,3\n2,4,5.5\n").input_names == ("country", "1990")

    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("# by me\n#\n\nx,y\n1,2\n3,4\n", ("x", "y")),
            ("# x,y\n1,2\n3,4\n", ("x", "y")),
            ("# written by me, today\nx,y\n1,2\n3,4\n", ("x", "y")),
            ("#,x,y\n5,1,2\n6,3,4\n", ("#", "x", "y")),
            ("x  y\n 1   2 \n3 4\n", ("x", "y")),
            ('"x 1"   y\n1 2\n3 4\n', ("x 1", "y")),
            ("x|y|\n1|2|\n3|4|\n", ("x", "y")),
            ("x,y\n1,2,,\n3,4,,\n,,,\n", ("x", "y")),
            ("sep=;\r\nx;y\r\n1;2\r\n3;4\r\n", ("x", "y")),
            (" x , y \n 1 , 2 \n\t3 , 4\n", ("x", "y")),
        ],
    )
    def test_it_is_read_through(self, path: Path, text: str, names: tuple[str, ...]) -> None:
        problem = read(path, text)
        assert (*problem.input_names, *problem.target_names) == names
        assert problem.inputs[:, -1].tolist() == [1, 3]
        assert problem.targets.tolist() == [[2], [4]]

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"\x1f\x8b\x08\x00\x97\xb4", "expected a table as text, found a gzip file: unpack it first"),
            (b"PAR1\x00\x01", "expected a table as text, found a Parquet file: call it .parquet"),
            (b"\x00\xff\xfe\x80" * 20, "expected a table as text, found a binary file"),
            (
                "x,y\n1,a\n".encode("utf-16-le"),
                "expected UTF-8 text, found every other byte to be 0; --encoding utf-16-le may read it",
            ),
            (
                b"x,y\n1,\x93a\x94\n",
                "line 2: expected UTF-8 text, found the byte 0x93; --encoding cp1252 may read it, or save it as UTF-8",
            ),
            (b"x,y\nz,1,2\n", "line 2: expected 2 cells, found 3; the header seems to have a name too few"),
            (b"x,y\n1,2\n3\n4\n5,6\n", "line 3: expected 2 cells, found 1 (and 1 more such line)"),
            (b'x,y\n1,2\n3,"4\n', "line 3: a quotation mark is opened and never closed"),
        ],
    )
    def test_what_cannot_be_taken_apart(self, path: Path, data: bytes, message: str) -> None:
        assert mistakes(path, data) == (message,)

    def test_a_minus_sign_is_one(self, path: Path) -> None:
        assert read(path, "x,y\n−1,0.5\n2,−1.5\n").targets.tolist() == [[0.5], [-1.5]]

    def test_true_and_false_are_1_and_0_as_a_feature(self, path: Path) -> None:
        problem = read(path, "x,y\nTRUE,0.5\nfalse,1.5\nTrue,2.5\n")
        assert problem.inputs.tolist() == [[1], [0], [1]]
        assert problem.remarks[1] == "x: false and true are read as 0 and 1"

    def test_rows_that_are_classes_of_their_own_are_told_of(self, path: Path) -> None:
        problem = read(path, "x,name\n" + "".join(f"{i % 3},n{i:02}\n" for i in range(10)))
        assert problem.remarks[1] == "each row is a class of its own: --target COLUMN chooses another target"

    def test_ids_that_do_not_count_are_told_of_by_their_name(self, path: Path) -> None:
        problem = read(path, "user_id,x,y\n17,1,0\n5,2,1\n99,2,1\n")
        assert problem.remarks[1:] == (
            "user_id is another whole number in each row: --drop user_id unless it is meant as a feature",
        )

    def test_a_bad_column_of_a_long_table_is_one_line(self, path: Path) -> None:
        rows = [f"{i * 0.5},{i % 7}\n" for i in range(20_000)]
        bad = "".join(row.replace(",", "oops,") for row in rows)
        assert mistakes(path, f"x,y\n{bad}") == (
            'column 1 ("x"): 20,000 cells are no numbers, the first in line 2: "0.0oops"; '
            'they look like numbers with the unit "oops": write bare numbers, or --drop x leaves the column out',
        )
        rows[15_000] = "abc,1\n"
        assert mistakes(path, "x,y\n" + "".join(rows)) == (
            'column 1 ("x"): 1 cell is no number, in line 15002: "abc"; '
            "correct it, write NA for a missing number, or --drop x leaves the column out",
        )


def test_a_session_keeps_how_its_table_is_read(path: Path) -> None:
    text = 'Id,x,c,y\n1,"1 200,5",r,2\n2,"2,5",b,4\n'
    problem = read(path, text, drop=["Id"], encode="c", thousands=" ", decimal=",")
    session, file = core.Session.of(problem), path.with_suffix(".session")
    core.save_session(session, file, core.Timelines(problem))
    again = core.load_session(file).source
    assert again == problem.source
    assert again is not None
    assert again.problem().inputs.tolist() == problem.inputs.tolist() == [[1200.5, 0, 1], [2.5, 1, 0]]


def test_a_column_that_is_different_in_each_row_is_pointed_out(tmp_path: Path) -> None:
    file = tmp_path / "refs.csv"
    file.write_text("ref,x,y\n" + "".join(f"{7 * i},{i % 5},{i % 3}\n" for i in range(60)), encoding="utf-8")
    said = "ref is another whole number in each row: --drop ref unless it is meant as a feature"
    assert said in core.load_problem(file).remarks
    assert said not in core.load_problem(file, {"only": "ref"}).remarks  # the only feature is meant
