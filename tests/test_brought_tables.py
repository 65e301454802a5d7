"""Tables in the shapes in which R, pandas, Excel, Kaggle and UCI hand them out."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

import core


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


class TestTargets:
    def test_the_ends_of_close_numbers_can_be_told_apart(self, path: Path) -> None:
        problem = read(path, "x,y\n1,20240105\n2,20240131\n")
        assert "numbers from 20240105 to 20240131" in problem.remarks[0]
