"""The sheets of a class found and named, and the table of their marks as a file."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.marking.sheets import names_of_sheets
from core.marking.table import FORMULA

HEAD = "problem = 'exercise-2'\n[answers]\n"
RIGHT = HEAD + "loss = 1.966\n"
PROBLEM = "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [-1]]\n[[layers]]\nweights = [[1], [2]]\n"


def write(folder: Path, **texts: str) -> list[str]:
    """Files by name in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return [str(folder / f"{name}.toml") for name in texts]


def rows_of(table: core.MarkTable) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.csv())))


class TestFinding:
    def test_files_and_folders_in_their_order_and_each_once(self, tmp_path: Path) -> None:
        (ada, ben) = write(tmp_path / "a", ada=RIGHT, ben=RIGHT)
        (cyd,) = write(tmp_path / "a" / "late", cyd=RIGHT)
        (hidden,) = write(tmp_path / "a" / ".old", dan=RIGHT)
        found = core.find_sheets([ben, str(tmp_path / "a"), f"{tmp_path}/a/../a/ada.toml"])
        assert found.paths == (ben, ada, cyd)
        assert hidden not in found.paths
        assert not found.skipped

    def test_what_is_something_else_is_left_out_with_the_reason(self, tmp_path: Path) -> None:
        (ada, _, scheme, _) = write(
            tmp_path, ada=RIGHT, problem=PROBLEM, scheme="[points]\nloss = 1\n", pyproject="[project]\nname = 'x'\n"
        )
        np.savez(tmp_path / "arrays.npz", loss=np.array(1.0))
        (tmp_path / "notes.txt").write_text("not looked at")
        found = core.find_sheets([str(tmp_path)], scheme, arrays=False)
        assert found.paths == (ada,)
        assert {os.path.basename(path): reason for path, reason in found.skipped} == {
            "arrays.npz": "arrays are checked for a problem that is named: --problem NAME",
            "problem.toml": "not an answer sheet: it has no problem, answers or formulas",
            "pyproject.toml": "not an answer sheet: it has no problem, answers or formulas",
        }
        assert str(tmp_path / "arrays.npz") in core.find_sheets([str(tmp_path)], scheme).paths

    def test_what_may_be_a_sheet_is_never_left_out(self, tmp_path: Path) -> None:
        broken = write(
            tmp_path, empty="", no_toml="s_1 is 3", no_table="problem = 'exercise-2'\nloss = 2\n", open="[answers\n"
        )
        assert set(core.find_sheets([str(tmp_path)]).paths) == set(broken)
        missing = str(tmp_path / "missing.toml")
        assert core.find_sheets([missing]).paths == (missing,)

    def test_a_folder_without_sheets(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        (ada,) = write(tmp_path / "full", ada=RIGHT)
        with pytest.raises(core.ProblemError, match="empty: no answer sheet in this folder"):
            core.find_sheets([str(tmp_path / "empty")])
        found = core.find_sheets([str(tmp_path / "empty"), ada])
        assert (found.paths, found.skipped[0][1]) == ((ada,), "no answer sheet in this folder")

    def test_names_have_no_folder_unless_two_are_the_same(self) -> None:
        assert names_of_sheets(["x/ada.toml", "y/ben.toml"]) == ["ada.toml", "ben.toml"]
        paths = ["a/1/ada.toml", "a/2/ada.toml", "a/2/ben.toml", "b/2/ada.toml"]
        assert names_of_sheets(paths) == ["1/ada.toml", "a/2/ada.toml", "ben.toml", "b/2/ada.toml"]
        assert names_of_sheets(["caf\udce9.toml"]) == ["caf\\xe9.toml"]


class TestTable:
    def test_a_row_for_each_sheet_and_a_column_for_each_quantity(self, tmp_path: Path) -> None:
        paths = write(
            tmp_path,
            ada=HEAD + "loss = 1.966\nz_1 = '?'\n[formulas]\ns_1 = 'X_in W_1'\n",
            ben=HEAD + "loss = 9.2\n",
            cyd="problem = 'exercise-2'\nanswers = 3\n",
            dan="problem = 'xor'\n[answers]\ny_out = '?'\nloss = 1.2.3\n",
        )
        rows = rows_of(core.mark_sheets(paths, core.load_scheme({"points": {"loss": 2, "db_1": 1}})))
        assert list(rows[0]) == [
            *("sheet", "problem", "step", "points", "of", "loss", "db_1"),
            *("slips", "conventions", "could not be read", "reasons"),
        ]
        assert [row["sheet"] for row in rows] == ["ada.toml", "ben.toml", "cyd.toml", "dan.toml"]
        assert [(row["points"], row["of"], row["loss"], row["db_1"]) for row in rows] == [
            ("2", "2", "2", ""),
            ("0", "2", "0", ""),
            ("", "", "", ""),
            ("0", "3", "0", "0"),
        ]
        assert rows[1]["slips"] == "1"
        assert rows[1]["reasons"].startswith("loss 0 of 2: ")
        assert rows[2]["could not be read"] == "answers: expected a table, found 3"
        assert rows[3]["could not be read"].startswith("answers.loss: expected a number alone")

    def test_whether_everything_could_be_read(self, tmp_path: Path) -> None:
        ada, ben, cyd = write(tmp_path, ada=RIGHT, ben=HEAD + "loss = 9.2\ns_9 = 1\n", cyd="")
        assert core.mark_sheets([ada]).is_complete
        assert not core.mark_sheets([ada, ben]).is_complete
        assert not core.mark_sheets([ada, cyd]).is_complete

    def test_no_text_is_a_formula_to_a_spreadsheet(self, tmp_path: Path) -> None:
        text = HEAD + "loss = 1.966\ns_1 = ';=cmd|1'\n"
        paths = write(tmp_path, **{"=1+1": text, "@sum": RIGHT, "-x": RIGHT, "+y": RIGHT, "＝z": RIGHT})
        mistake = {"quantity": "loss", "message": "=HYPERLINK(1)", "formula": "sum_all(sample_losses) / 2"}
        (tmp_path / "half.toml").write_text(HEAD + "loss = 0.98322\n")
        table = core.mark_sheets([*paths, tmp_path / "half.toml"], core.load_scheme({"expected": [mistake]}))
        rows = rows_of(table)
        assert [row["sheet"] for row in rows] == [
            "'=1+1.toml", "'@sum.toml", "'-x.toml", "'+y.toml", "'＝z.toml", "half.toml"
        ]  # fmt: skip
        assert "=HYPERLINK(1)" in rows[-1]["reasons"]
        for row in rows:
            for cell in row.values():
                assert not FORMULA.search(cell), cell
        assert ";=cmd" not in table.csv()

    @given(st.text(alphabet="=+-@;\t,\"' ab1", max_size=12))
    def test_whoever_splits_cells_at_semicolons_finds_no_formula(self, text: str) -> None:
        row = core.UnreadableSheet(text, text, (text,))
        for cell in core.MarkTable((row,)).csv().splitlines()[1].replace("\t", ";").split(";"):
            assert cell.strip(" ")[:1] not in ("=", "+", "-", "@")

    def test_names_that_are_the_same_have_their_folder(self, tmp_path: Path) -> None:
        paths = [*write(tmp_path / "mon", ada=RIGHT), *write(tmp_path / "tue", ada=RIGHT)]
        assert [row["sheet"] for row in rows_of(core.mark_sheets(paths))] == ["mon/ada.toml", "tue/ada.toml"]

    def test_common_slips(self, tmp_path: Path) -> None:
        texts = {f"p{i}": HEAD + "delta_out = [0.90141, 0.988785, -1.06336, -1.005945]\n" for i in range(3)}
        table = core.mark_sheets(write(tmp_path, ada=RIGHT, **texts))
        assert table.common_slips == (("delta_out: the sign is wrong", 3),)

    def test_progress_is_told_after_each_sheet(self, tmp_path: Path) -> None:
        told: list[tuple[int, int]] = []
        core.mark_sheets(write(tmp_path, ada=RIGHT, ben="", cyd=RIGHT), progress=lambda *so_far: told.append(so_far))
        assert told == [(1, 3), (2, 3), (3, 3)]

    def test_sheets_for_a_step_need_not_name_it(self, tmp_path: Path) -> None:
        step = core.Timeline(core.load_problem("xor"))[3]
        np.savez(tmp_path / "ada.npz", y_out=step.values["y_out"])
        ben, cyd = write(tmp_path, ben=f"[answers]\nloss = {step.loss:.5f}\n", cyd=RIGHT)
        table = core.mark_sheets(
            [tmp_path / "ada.npz", ben, cyd], core.load_scheme({"points": {"y_out": 1, "loss": 1}}), step
        )
        assert [sheet.points for sheet in table.sheets] == [1, 1]
        assert table.unreadable[0].mistakes[0].startswith("problem: the sheet is for Exercise 2")
