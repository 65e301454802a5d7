"""Whatever stands on a sheet or in a scheme, the others are marked or the mistake is told, and never a traceback."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from test_any_answers import FORMULAS, PIECES, SHEET
from test_any_input import edited, edits
from tui import cli

SCHEME = """[points]
s_1 = 2
"delta_1[2]" = 1.5
W_out_next = 4
[formulas]
dW_1 = 2
[earns]
follows = 0.5
coarse = 0.25
[costs]
slip = 1
convention = 0.5
[[expected]]
quantity = "delta_1"
formula = "delta_out * W_out'"
message = "f_1' is missing"
earns = 0.25
[[expected]]
quantity = "s_1"
numbers = [[0.458, 0.869, 0.704], ["?", "?", "?"], [-0.442, -0.181, 0.704], [0.1195, 0.1185, -0.044]]
message = "one row too few"
"""
any_class = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def mark(folder: Path, capsys: pytest.CaptureFixture[str]) -> int:
    """A line and a row for each sheet, or words on stderr."""
    table = folder / "marks.csv"
    table.unlink(missing_ok=True)
    words = [str(folder / "ada.toml"), str(folder / "ben.toml"), "--scheme", str(folder / "scheme.toml")]
    status = cli.main(["check", *words, "--csv", str(table)])
    out, err = capsys.readouterr()
    assert status in (0, 1, 2)
    assert all(line.isprintable() for line in (out + err).splitlines())
    assert "Traceback" not in out + err
    assert table.exists() == bool(out) == (status != 2)
    if status != 2:
        with table.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert rows[0]["sheet"] == "ada.toml"
        assert all(0 <= float(row["points"]) <= float(row["of"]) for row in rows if row["points"])
    return status


@any_class
@given(changes=edits(PIECES + FORMULAS))
def test_any_sheet_beside_a_right_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: list[tuple[int, int, str]]
) -> None:
    (tmp_path / "ada.toml").write_text("problem = 'exercise-2'\n[answers]\nloss = 1.966\n")
    (tmp_path / "ben.toml").write_text(
        edited(SHEET, [(2 * start, length, piece) for start, length, piece in changes]), newline=""
    )
    (tmp_path / "scheme.toml").write_text(SCHEME)
    assert mark(tmp_path, capsys) in (0, 1)


@any_class
@given(changes=edits([*PIECES, *FORMULAS, "[points]", "[[expected]]", "0.5", "2", "formula = ", "numbers = "]))
def test_any_scheme(tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: list[tuple[int, int, str]]) -> None:
    for name in ("ada", "ben"):
        (tmp_path / f"{name}.toml").write_text(SHEET)
    (tmp_path / "scheme.toml").write_text(edited(SCHEME, changes), newline="")
    mark(tmp_path, capsys)
