"""How a .csv file is taken apart: by which separator, and all at once or row by row with the same result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import core
from core.loading.columns.csv_file import CsvFile
from core.loading.reading import Reading
from core.loading.table_file import read_table


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "mine.csv"


class TestSeparator:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ('x,"a;b;c"\n1,2\n3,4\n', ("x", "a;b;c")),
            ('x;"a, b, c"\n1;2\n3;4\n', ("x", "a, b, c")),
            ('x\t"a, b, c"\n1\t2\n3\t4\n', ("x", "a, b, c")),
            ("x, in m;y, in s;z\n1;2;3\n4;5;6\n", ("x, in m", "y, in s", "z")),
            ("x;y\tz;w\n1\t2\n3\t4\n", ("x;y", "z;w")),
            ('"a;b",y\n1,2\n3,4\n', ("a;b", "y")),
            ("x;y,z\n1,2\n3,4\n", ("x;y", "z")),
            ("x,y;z\n1;2\n3;4\n", ("x,y", "z")),
        ],
    )
    def test_it_is_the_one_that_makes_the_rows_as_long_as_the_header(
        self, path: Path, text: str, names: tuple[str, ...]
    ) -> None:
        path.write_text(text)
        table = read_table(path, Reading(task="regression"))
        assert (*table.input_names, *table.targets.names) == names

    def test_most_of_the_rows_decide(self, path: Path) -> None:
        path.write_text('x,"a;b;c"\n1,2\n0;1;2\n3,4\n5,6\n')
        with pytest.raises(core.ProblemError) as caught:
            read_table(path, Reading())
        assert caught.value.mistakes == ("line 3: expected 2 cells, found 1",)

    @pytest.mark.parametrize(
        ("text", "mistake"),
        [
            ("x;y;z\n1;2\n", "line 2: expected 3 cells, found 2"),
            ("x,y,z\n1,2,3,\n4,5,6,7\n", "line 2: expected 3 cells, found 4 (and 1 more such line)"),
            ("x,y,z\n1;2;3\n", "line 2: expected 3 cells, found 1"),
            ("x;y\n0,5;1\n", 'column 1 ("x"): 1 cell is no number, in line 2: "0,5"'),
            ("x,y;z;t\n1\n", "line 2: expected 3 cells, found 1"),
            ('x;y,z\n1;"2\n', "line 2: expected 2 cells, found 1"),
        ],
    )
    def test_where_no_row_fits_the_header_decides(self, path: Path, text: str, mistake: str) -> None:
        path.write_text(text)
        with pytest.raises(core.ProblemError) as caught:
            read_table(path, Reading())
        assert caught.value.mistakes[0].startswith(mistake)


def outcome(path: Path, target: str | None, task: str | None) -> tuple[object, ...]:
    """A table to the bit, or what is wrong with it."""
    try:
        table = read_table(path, Reading(target=target, task=task))
    except core.ProblemError as error:
        return error.mistakes
    inputs, targets = table.inputs, table.targets
    bits = inputs.shape, inputs.tobytes(), targets.values.shape, targets.values.tobytes()
    return *bits, table.input_names, targets.names, targets.are_classes, table.remarks


def row_by_row(monkeypatch: pytest.MonkeyPatch, *arguments: Any) -> tuple[object, ...]:
    with monkeypatch.context() as patch:
        patch.setattr(CsvFile, "_at_once", lambda *_: None)
        return outcome(*arguments)


NUMBER = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.integers(-9, 9).map(str)
WRITTEN = NUMBER | st.builds(
    "{:{}}".format, st.floats(-100, 100), st.sampled_from(["g", ".3f", "+.2e", ".17g", "8.1f"])
)
SPACE = st.sampled_from([""] * 5 + [" ", "\t", "\v", "\f", "\x1c", "\x85", "\xa0", "\u2028"])
ODD = st.text(max_size=3) | st.sampled_from(
    [
        *("", "1_000", "nan", "inf", "-Infinity", "1e999", "0x1p3", "0x10", "٣", "1d5", "1e", "+", "1 2", "1j", "True"),
        *(
            '"1"',
            '"1,5"',
            '"1;5"',
            '"1\n"',
            '1"',
            '"1',
            '"1"2',
            "1\0",
            "\0",
            "\ufeff1",
            "#1",
            "1#",
            "1,",
            "1;",
            "1L",
            "a",
        ),
    ]
)
CELL = st.builds("{}{}{}".format, SPACE, WRITTEN, SPACE)
LABEL = st.sampled_from(["a", "b", " c", "a b", "é", "0", "1", "2.0", "0.5", '"q"', "#"])


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, str | None]:
    """The text of a table, and its target's column or None: most of them good, some with a cell that is odd."""
    separator = draw(st.sampled_from(",;\t"))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    width = draw(st.integers(2, 4))
    target = draw(st.integers(0, width - 1))
    label = draw(st.sampled_from([CELL, LABEL, LABEL.filter(str.isalpha), st.sampled_from("012")]))
    rows = [[draw(label if j == target else CELL) for j in range(width)] for _ in range(draw(st.integers(0, 5)))]
    names = draw(st.sampled_from([["x", "y", "z", "t"], ["x;1", "y,1", "z", "t"], ['"x"', '"y\n"', "z", '"t,;"']]))[
        :width
    ]
    lines = [separator.join(cells) for cells in (names, *rows)]
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        if rows:
            i, j = draw(st.integers(1, len(rows))), draw(st.integers(0, width - 1))
            cells = list(rows[i - 1])
            cells[j] = draw(ODD)
            lines[i] = separator.join(cells)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        lines.insert(draw(st.integers(0, len(lines))), draw(st.sampled_from(["", "", " ", "\t", separator, "#", "1"])))
    text = draw(st.sampled_from(["", "\ufeff"])) + end.join(lines) + draw(st.sampled_from(["", end, end + end]))
    return text, draw(st.sampled_from([None, names[target].strip('"')]))


SUSPECT = [
    "x,y\n0." + "0" * 200_000 + "1,0.5\n2,1\n",  # csv reads no cell that is so long
    "x,y\n1," + "a" * 200_000 + "\n2,b\n",
    "x,y\n1,0\n2,1,3\n",
    "x,y\n1,0,3\n2,1,3\n",
    "x,y\n1,0\n2\n",
    "x,y\n1,0\n1e999,1\n",
    'x,y\n1,a\n2,"b"\n',
    'x,y\n1,a\n"1"2,b\n',
    "x,y\n1,0\n1_000,1\n",
    "x,y\n",
    "x,y\n\n\n",
    "x,y,x\n1,2,3\n",
    "x\ty\n\t\n1\t0\n2\t1\n",
]


class TestAllAtOnce:
    @settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(table=tables(), task=st.sampled_from([None, "classification", "regression"]))
    def test_it_gives_the_same_as_row_by_row(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, table: tuple[str, str | None], task: str | None
    ) -> None:
        text, target = table
        path.write_text(text, encoding="utf-8", newline="")
        assert outcome(path, target, task) == row_by_row(monkeypatch, path, target, task)

    @pytest.mark.parametrize("text", SUSPECT, ids=range(len(SUSPECT)))
    @pytest.mark.parametrize("task", [None, "classification", "regression"])
    def test_it_hides_no_mistake(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, text: str, task: str | None
    ) -> None:
        path.write_text(text)
        assert outcome(path, None, task) == row_by_row(monkeypatch, path, None, task)

    @pytest.mark.parametrize(
        ("text", "target"),
        [
            ("x,y,z\n1,2,0.5\n3,-4e-5,1.5\n", None),
            ("x,y,z\n1,2,0\n3,4,1\n", "x"),
            ("x,kind,z\n1,b,0.5\n3,a,1.5\n", "kind"),
            ("\ufeffx;kind;z\r\n 1 ; b ;0.5\r\n3;é;1.5\r\n\r\n", "kind"),
            ("x\ty\r\r1\t2\r\r3\t0.5", None),
            ('"x, ""m""","y\n"\n1,2\n3,0.5\n', None),
        ],
    )
    def test_an_ordinary_table_is_not_read_row_by_row(
        self, path: Path, monkeypatch: pytest.MonkeyPatch, text: str, target: str | None
    ) -> None:
        path.write_text(text, newline="")
        expected = row_by_row(monkeypatch, path, target, None)
        assert len(expected) == 8, expected
        monkeypatch.setattr(CsvFile, "_row_by_row", lambda *_: pytest.fail("read row by row"))
        assert outcome(path, target, None) == expected
