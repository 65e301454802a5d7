"""Parquet, Feather, Arrow, JSON-lines and Excel files, which need the extra "tables"."""

from __future__ import annotations

import datetime
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

import core

DAY = datetime.date(2024, 1, 31)


@pytest.fixture
def frame() -> Any:
    polars = pytest.importorskip("polars")
    return polars.DataFrame(
        {
            "n": [1, 2, None, 4],
            "x": [0.5, 1.5, 2.5, 3.5],
            "colour": ["red", "blue", "red", None],
            "old": [True, False, True, True],
            "day": [DAY] * 4,
            "all": [[1], [2], [3], [4]],
            "kind": ["p", "q", "p", "p"],
        }
    )


WRITERS = {".parquet": "write_parquet", ".feather": "write_ipc", ".arrow": "write_ipc", ".jsonl": "write_ndjson"}


@pytest.mark.parametrize("suffix", WRITERS)
def test_it_is_read_through_the_same_columns(tmp_path: Path, frame: Any, suffix: str) -> None:
    path = tmp_path / f"mine{suffix}"
    getattr(frame, WRITERS[suffix])(path)
    problem = core.load_problem(path, {"drop": "day,all", "encode": "colour", "missing": "drop"})
    assert problem.input_names == ("n", "x", "colour=blue", "colour=red", "old")
    assert problem.inputs.tolist() == [[1, 0.5, 0, 1, 1], [2, 1.5, 1, 0, 0]]
    assert problem.target_names == ("p", "q")
    assert problem.remarks[0] == "2 rows; 5 features; target kind: classes p, q (--task to change)"


def test_a_message_for_each_column(tmp_path: Path, frame: Any) -> None:
    frame.write_parquet(tmp_path / "mine.parquet")
    with pytest.raises(core.ProblemError) as caught:
        core.load_problem(tmp_path / "mine.parquet")
    found = dict(line.split(": ", 1) for line in caught.value.mistakes)
    assert found.keys() == {f'column {j} ("{name}")' for j, name in ((1, "n"), (3, "colour"), (5, "day"), (6, "all"))}
    assert found['column 1 ("n")'].startswith("1 cell is missing, in row 3 (empty); --missing drop")
    assert "they look like dates" in found['column 5 ("day")']
    assert found['column 6 ("all")'] == "expected numbers or texts, found List(Int64); --drop all leaves the column out"


def test_what_only_a_text_has(tmp_path: Path, frame: Any) -> None:
    frame.write_parquet(tmp_path / "mine.parquet")
    with pytest.raises(core.ProblemError, match=r"encoding: only for a text, such as a \.csv file$"):
        core.load_problem(tmp_path / "mine.parquet", {"encoding": "latin-1"})


def test_texts_among_its_cells_are_numbers_as_people_write_them(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    path = tmp_path / "mine.parquet"
    polars.DataFrame({"x": ["1.200,5", "2,5"], "y": [0.5, 1.5]}).write_parquet(path)
    with pytest.raises(core.ProblemError, match=r"--thousands \. reads them$"):
        core.load_problem(path)
    assert core.load_problem(path, {"thousands": "."}).inputs.tolist() == [[1200.5], [2.5]]


def test_a_list_of_objects_is_no_line_of_them(tmp_path: Path) -> None:
    path = tmp_path / "mine.jsonl"
    path.write_text('[{"x": 1, "y": 2}, {"x": 2, "y": 3.5}]')
    with pytest.raises(core.ProblemError, match=r"expected a JSON object in each line, .* found a list$"):
        core.load_problem(path)


def test_the_index_that_pandas_saves_is_told_of(tmp_path: Path) -> None:
    polars = pytest.importorskip("polars")
    path = tmp_path / "mine.parquet"
    polars.DataFrame({"x": [1, 2, 4], "y": [0.5, 1.5, 2], "__index_level_0__": [5, 3, 1]}).write_parquet(path)
    assert "--drop __index_level_0__" in core.load_problem(path, {"target": "y"}).remarks[1]


@pytest.mark.parametrize("suffix", [*WRITERS, ".xlsx"])
@pytest.mark.parametrize("data", [b"PAR1 nothing", b"PK\x03\x04 nothing", b"{", b"\xff" * 9])
def test_a_file_that_is_none(tmp_path: Path, suffix: str, data: bytes) -> None:
    pytest.importorskip("polars")
    path = tmp_path / f"mine{suffix}"
    path.write_bytes(data)
    with pytest.raises(core.ProblemError, match="cannot be read as") as caught:
        core.load_problem(path)
    assert len(caught.value.mistakes) == 1


def test_a_sheet_of_excel(tmp_path: Path) -> None:
    pytest.importorskip("polars")
    pytest.importorskip("fastexcel")
    names = "".join(f'<c r="{c}1" t="inlineStr"><is><t>{name}</t></is></c>' for c, name in (("A", "x"), ("B", "y")))
    rows = "".join(f'<row r="{r}"><c r="A{r}"><v>{r}</v></c><c r="B{r}"><v>{r}.5</v></c></row>' for r in (2, 3))
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    with zipfile.ZipFile(tmp_path / "mine.xlsx", "w") as archive:
        archive.writestr(
            "_rels/.rels",
            f'<Relationships {package}><Relationship Id="r" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="{office}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships {package}><Relationship Id="r1" Type="{office}/worksheet" '
            'Target="worksheets/a.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/a.xml",
            f'<worksheet {main}><sheetData><row r="1">{names}</row>{rows}</sheetData></worksheet>',
        )
    problem = core.load_problem(tmp_path / "mine.xlsx")
    assert (problem.inputs.tolist(), problem.targets.tolist()) == ([[2], [3]], [[2.5], [3.5]])


def test_without_the_extra_one_message_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(core.ProblemError) as caught:
        core.load_problem(tmp_path / "mine.parquet")
    assert caught.value.mistakes == ("a .parquet file needs the extra tables: pip install 'sgdb[tables]'",)
