"""Whatever stands in a file of answers, there is a report or a list of what is wrong, and never a traceback."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samples import examples
from test_any_input import edited, edits
from tui import cli

SHEET = """problem = "exercise-2"
step = 0
[answers]
s_1 = [[0.458, 0.869, 0.704], [0.1205, 0.1615, 0.044], [-0.442, -0.181, 0.704], [0.1195, 0.1185, -0.044]]
"z_1[3]" = [0, "?", 0.704]
"delta_1[2,3]" = -0.8899
y_out = [0.09859, 0.011215, 0.06336, 0.005945]
loss = 1.9664477984
dW_1 = [[-0.01345251, -0.02017877, -0.1504201], [-0.01641729, -0.02462594, 0.00721087]]
W_out_next = [0.22589, 0.4419, 0.050474687]
[formulas]
dW_1 = "X_in' * (((y_out - y_gt) .* f_out'(s_out)) * W_out' .* f1'(s_1))"
dW_out = "(y_out - y_gt) z_1"
delta_1 = "delta_2 * W_2 .* f1'(s_1)"
"""
PIECES = [
    "nan",
    "-inf",
    "1e999",
    "1e-999",
    "1e99999999999999999999",
    "9" * 5000,
    "0x1f",
    "1_000.5",
    "1979-05-27",
    "true",
    "'?'",
    "'\\u001b[2J'",
    "[]",
    "[[]]",
    "{a = 1}",
    "[" * 300,
    "[" + "0.1," * 6000 + "]",
    "[[" + "1," * 3000 + "]]",
    "[answers]",
    '"s_1[99,1]" = 1\n',
    "s_2 = 1\n",
    "W_1 = 1\n",
    "=",
    "\n",
    "-0",
    "1e300",
    "-1e308",
]
FORMULAS = ["(" * 40, "'" * 50, "*W_1", ".*", "-" * 60, "f9(", "f_out'", "X_in*" * 100, "alpha", "n/", "1e308*", "0/0"]
WORDS = ["X_in", "W_1", "s_1", "z_1", "delta_1", "delta_out", "W_out", "y_out", "y_gt", "f1(s_1)", "f_out'(", "(", ")"]
WORDS += ["*", ".*", "+", "-", "/", "'", "2", "1e9", "alpha", "n", "loss", "sample_losses", "b_1", "\u00e9"]
any_sheet = settings(examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])


def check(path: Path, capsys: pytest.CaptureFixture[str], *options: str) -> int:
    """A proper report, or words on stderr that can be shown."""
    status = cli.main(["check", str(path), *options])
    out, err = capsys.readouterr()
    assert status in (0, 1, 2)
    assert all(line.isprintable() for line in (out + err).splitlines())
    assert bool(err) == (status == 2)
    assert bool(out) == (status != 2)
    assert "Traceback" not in out + err
    return status


@any_sheet
@given(changes=edits(PIECES + FORMULAS))
def test_any_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str], changes: list[tuple[int, int, str]]) -> None:
    path = tmp_path / "any.toml"
    path.write_text(edited(SHEET, [(2 * start, length, piece) for start, length, piece in changes]), newline="")
    check(path, capsys)


@any_sheet
@given(
    values=st.lists(st.sampled_from(re.findall(r"^\S+ = (.+)$", SHEET, re.M) + PIECES[:19]), min_size=12, max_size=12)
)
def test_any_value_under_any_key(tmp_path: Path, capsys: pytest.CaptureFixture[str], values: list[str]) -> None:
    left = ['"exercise-2"', "0", *values][::-1]
    path = tmp_path / "any.toml"
    path.write_text(re.sub(r"^(\S+) = .+$", lambda match: f"{match[1]} = {left.pop()}", SHEET, flags=re.M))
    check(path, capsys, "--json")


@any_sheet
@given(
    parts=st.lists(st.sampled_from(WORDS) | st.text(string.printable, max_size=2), max_size=25),
    name=st.sampled_from(["dW_1", "delta_1", "s_1", "loss", "W_1_next"]),
)
def test_any_formula(tmp_path: Path, capsys: pytest.CaptureFixture[str], parts: list[str], name: str) -> None:
    text = " ".join(parts).replace("\\", "\\\\").replace('"', '\\"')
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
    path = tmp_path / "any.toml"
    path.write_text(f'problem = "exercise-2"\n[formulas]\n{name} = "{text}"\n')
    check(path, capsys)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty"),
        ("x = [", "not TOML"),
        ("[answers]\n", "problem: missing"),
        ("problem = 'exercise-9'\n", 'problem: unknown "exercise-9"; did you mean "exercise-'),
        ("problem = 'exercise-2'\n", "expected answers or formulas, found neither"),
        ("problem = 'exercise-2'\n[answers]\n", "expected answers or formulas, found neither"),
        ("problem = 'there.toml'\n[answers]\nloss = 1\n", "there is no such file"),
        ("problem = 'exercise-2'\nstep = -1\n[answers]\n", "step: expected a whole number from 0 to 100000, found -1"),
        ("problem = 'exercise-2'\n[answer]\n", 'unknown "answer"; did you mean "answers"?'),
        ("problem = 'exercise-2'\n[answers]\nloss = nan\n", "answers.loss: expected a finite number, found nan"),
        ("problem = 'exercise-2'\n[answers]\nloss = 1e999\n", "answers.loss: expected a finite number, found one of"),
        ("problem = 'exercise-2'\n[answers]\nloss = " + "9" * 60, "expected a number of at most 50 digits"),
        (
            "problem = 'exercise-2'\n[answers]\ns_1 = [" + "1," * 9000 + "]\n",
            "expected at most 5000 numbers, found 9000",
        ),
        (
            "problem = 'exercise-2'\n[formulas]\ndW_1 = '" + "(" * 99 + "'",
            "formulas.dW_1: the formula is nested too deep",
        ),
    ],
)
def test_an_unusable_sheet_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(text)
    status = cli.main(["check", str(path)])
    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert message in err
