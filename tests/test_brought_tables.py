"""Tables in the shapes in which R, pandas, Excel, Kaggle and UCI hand them out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

import core
from core.loading.columns.numbers import PLAIN, Notation, look_of


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "table.csv"


def read(path: Path, text: str, **options: Any) -> core.Problem:
    path.write_text(text)
    return core.load_problem(path, options)


def mistakes(path: Path, text: str, **options: Any) -> tuple[str, ...]:
    with pytest.raises(core.ProblemError) as caught:
        read(path, text, **options)
    return caught.value.mistakes


class TestMissing:
    def test_a_column_without_a_cell_can_only_be_dropped(self, path: Path) -> None:
        text = "x,empty,y\n1,,0.5\n2,NA,1.5\n"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            (mistake,) = mistakes(path, text)
            assert mistake.endswith("the first in line 2 (empty); all are missing: --drop empty leaves the column out")
            (mistake,) = mistakes(path, text, missing="mean")
        assert mistake.startswith('option missing: column "empty": expected a number')
        (mistake,) = mistakes(path, text, target="empty")
        assert mistake.endswith("all are missing: --target COLUMN chooses another target")

    def test_a_column_without_a_cell_cannot_be_encoded(self, path: Path) -> None:
        for options in ({}, {"only": "c"}):
            (mistake,) = mistakes(path, "c,x,y\n,1,0.5\nNA,2,1.5\n", encode="c", missing="mean", **options)
            assert mistake.endswith("all are missing: --drop c leaves the column out")

    @pytest.mark.parametrize("cell", ["#DIV/0!", "#VALUE!", "#REF!", "#NUM!", r"\N", "(null)"])
    def test_what_excel_and_databases_write_for_no_value(self, path: Path, cell: str) -> None:
        for numbers in ("0.5", "1.5"), ("a", "b"):
            text = f"x,y\n1,{numbers[0]}\n2,{cell}\n3,{numbers[1]}\n"
            assert "1 cell is missing, in line 3" in mistakes(path, text)[0]


class TestTexts:
    """What is said of a feature of texts."""

    def test_some_among_numbers_and_some_among_missing_cells(self, path: Path) -> None:
        ticket, cabin = mistakes(path, "ticket,cabin,y\nA5,,0.5\n17,C85,1.5\n18,,2.5\nB 3,,3.5\nB 3,C85,4\n19,D1,7\n")
        assert ticket.endswith(
            ': "A5"; correct them, write NA for a missing number, or --drop ticket leaves the column out'
        )
        assert cabin.endswith(
            "--encode cabin makes features of its 2 texts, --drop cabin leaves the column out; 3 more are missing"
        )

    def test_one_text_makes_no_feature(self, path: Path) -> None:
        (mistake,) = mistakes(path, "unit,x,y\nkg,1,0.5\nkg,2,1.5\nkg,3,2.5\n")
        assert mistake.endswith('the first in line 2: "kg"; --drop unit leaves the column out')

    def test_too_many_texts_to_encode_can_only_be_dropped(self, path: Path) -> None:
        text = "c,x,y\n" + "".join(f"n{k % 1001},{k % 7},{k % 2}\n" for k in range(2002))
        assert mistakes(path, text, encode="c") == (
            'column 1 ("c"): 2,002 cells are 1,001 different texts, the first in line 2: "n0"; '
            "at most 1,000 can be encoded: --drop c leaves the column out",
        )


class TestNotation:
    def test_a_comma_after_0_is_never_between_thousands(self, path: Path) -> None:
        assert mistakes(path, "x;y\n0,411;1.5\n0,5;2.5\n") == (
            'column 1 ("x"): 2 cells are no numbers, the first in line 2: "0,411"; --decimal , reads them',
        )
        assert mistakes(path, "x;y\n0,411;1.5\n0,512;2.5\n")[0].endswith('"0,411"; --decimal , reads them')
        (mistake,) = mistakes(path, "x;y\n1,411;1.5\n0,512;2.5\n", thousands=",")
        assert mistake.endswith('1 cell is no number, in line 3: "0,512"; --decimal , reads them')
        assert read(path, "x;y\n1,411;1.5\n100,512;2.5\n", thousands=",").inputs.tolist() == [[1411], [100512]]

    def test_what_cells_look_like_costs_as_much_as_their_shapes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = []

        def number(self: Notation, text: str) -> float | None:
            asked.append(text)
            return usual(self, text)

        usual = Notation.number
        monkeypatch.setattr(Notation, "number", number)
        look = look_of({f"{k // 100},{k % 100:02}": 1 for k in range(1000)}, PLAIN)
        assert look is not None
        assert (look.kind, look.often, look.notations[0]) == ("numbers", 1000, Notation(",", ""))
        assert len(asked) < 100


class TestRowNames:
    """What R and pandas write before the columns, without a heading."""

    @pytest.mark.parametrize(
        ("index", "how"),
        [
            ("0,1,2", "only counts the rows"),
            ("17,3,5,0,1,9,8,7,6,4", "is another whole number in each row"),  # of a part of a table
            ("Mazda RX4,Datsun 710,Hornet", "is another text in each row"),
        ],
    )
    def test_they_are_left_out_and_that_is_said(self, path: Path, index: str, how: str) -> None:
        rows = "".join(f"{name},{k}.5,{2 * k}.25\n" for k, name in enumerate(index.split(",")))
        problem = read(path, '"","x","y"\n' + rows)
        assert (problem.input_names, problem.inputs[:3].tolist()) == (("x",), [[0.5], [1.5], [2.5]])
        assert problem.remarks[1] == f"the first column has no name and {how}: it is left out"

    @pytest.mark.parametrize("column", ["0.5,1.5,2.5", "7,5,6", "7,7,8", "a,b,a", "a,,"])
    def test_other_columns_need_a_name(self, path: Path, column: str) -> None:
        rows = "".join(f"{cell},{k}.5,{2 * k}.25\n" for k, cell in enumerate(column.split(",")))
        assert mistakes(path, ",x,y\n" + rows) == ("line 1, column 1: expected a column's name, found an empty cell",)

    def test_a_heading_that_r_leaves_out_is_told_of_between_spaces_too(self, path: Path) -> None:
        assert mistakes(path, '"x" "kind"\n"1" 5.1 "a b"\n"2" 4.9 "c"\n') == (
            "line 2: expected 2 cells, found 3 (and 1 more such line); the header seems to have a name too few",
        )


class TestTargets:
    def test_equal_numbers_are_one_class_however_they_are_written(self, path: Path) -> None:
        problem = read(path, "x,y\n1,10.50\n2,2.5\n3,10.5\n4,2.50\n5,3\n", task="classification")
        assert problem.target_names == ("2.5", "3", "10.5")
        assert problem.targets.argmax(axis=1).tolist() == [2, 0, 2, 0, 1]
        ids = read(path, "x,y\n1,12345678901234567890\n2,12345678901234567891\n", task="classification")
        assert ids.target_names == ("12345678901234567890", "12345678901234567891")

    def test_the_ends_of_close_numbers_can_be_told_apart(self, path: Path) -> None:
        problem = read(path, "x,y\n1,20240105\n2,20240131\n")
        assert "numbers from 20240105 to 20240131" in problem.remarks[0]

    def test_names_that_differ_in_case_alone_are_pointed_out(self, path: Path) -> None:
        problem = read(path, "x,y\n1,Yes\n2,yes\n3,No\n4,maybe\n")
        assert problem.remarks[1] == "classes that differ only in upper and lower case: Yes and yes"


class TestAround:
    def test_characters_that_nobody_sees_are_no_part_of_a_number(self, path: Path) -> None:
        problem = read(path, "x,y\n\u200b12,0.5\n7\0,1.5\n")
        assert problem.inputs.tolist() == [[12], [7]]

    def test_names_where_data_are_promised(self, path: Path) -> None:
        text = "x,kind,y\n1,a,0.5\n2,b,1.5\n"
        (mistake,) = mistakes(path, text, **{"no-header": True})
        assert mistake == (
            'line 1: expected data, found the columns\' names "x, kind, y": without --no-header they are read as such'
        )
        first_missing = "NA,a,0.5\n2,b,1.5\n"
        assert read(path, first_missing, **{"no-header": True}, drop="2", missing="mean").inputs.tolist() == [[2], [2]]

    @pytest.mark.parametrize(
        ("text", "seems"),
        [
            ('{"x":1,"y":2}\n', "if it has a JSON object in each line, call it .jsonl"),
            ("<!DOCTYPE html>\n<html>404</html>\n", "it seems to be a web page, not a table"),
            ("Data of 2024\n\nby me\nx;y\n1;2\n3;4\n", "the table seems to begin on line 4: delete what is before it"),
            ('x,"y\n1,2\n', "it has a quotation mark that is never closed"),
        ],
    )
    def test_what_is_no_table(self, path: Path, text: str, seems: str) -> None:
        (mistake,) = mistakes(path, text)
        assert mistake.endswith(f"; {seems}")

    def test_what_was_typed_is_answered_by_what_can_be_typed(self) -> None:
        with pytest.raises(core.ProblemError, match=r"--encode species makes features of its 3 texts, --drop species"):
            core.load_problem("iris", {"target": "petal width"})

    def test_an_option_in_a_file_has_another_name(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.toml"
        file.write_text('[data]\ndataset = "moons"\ndata-seed = 3\n[[layers]]\nunits = 2\n')
        with pytest.raises(core.ProblemError, match=r'data\.data-seed: unknown "data-seed"; did you mean "seed"\?$'):
            core.load_problem(file)
