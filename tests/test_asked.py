"""`sgdb sweep --ask`: the lines of an answer, and its small plot."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from pathlib import Path
from typing import Any

import pytest

import core
from core.sweeps.executors import Chunk, Dones, Executor
from tui.commands.asked import answer
from tui.commands.text_plot import Point, Scale, scatter, stacks

QUESTIONS: tuple[tuple[str, str, dict[str, Any], int], ...] = (
    ("rate", "exercise-2", {}, 60),
    ("rate", "exercise-2", {"lr": "1e300"}, 20),
    ("rate", "sine", {}, 40),
    ("seed", "moons", {}, 20),
    ("seed", "sine", {"lr": "0.9"}, 60),
    ("seed", "exercise-2", {}, 20),
    ("width", "moons", {}, 20),
    ("width", "sine", {"lr": "0.9"}, 40),
    ("width", "blobs", {"hidden": "2,2", "in-order": True}, 20),
)


@pytest.mark.parametrize(("question", "name", "options", "steps"), QUESTIONS)
def test_an_answer_fits_80_columns(
    question: str, name: str, options: dict[str, Any], steps: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(question, core.load_problem(name, options), steps) == 0
    out, err = capsys.readouterr()
    assert err == ""
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert all(line == line.rstrip() for line in lines)
    assert "nan" not in out
    assert "None" not in out
    assert len(lines) < 60


def test_the_answer_to_exercise_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("rate", core.load_problem("exercise-2"), 1000) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert "Exercise 2 learns with α from 0.4" in text
    assert "; best of those tried: 0.4" in text or "; best of those tried: 0.5" in text
    assert "finite up to α = 2.5" in text
    assert "K stuck 2: the loss is 2 from step 3 on: all 3 hidden units are idle in all rows" in text
    assert "1: the loss is 1.5 from step" in text
    assert "3 4: the run stops being finite at step" in text
    assert "of the way from the first loss (1.966) down to the lowest one found" in text


def test_the_answers_to_the_others(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    answer("seed", core.load_problem("exercise-2"), 20)
    assert "the seed changes nothing" in capsys.readouterr().out
    path = tmp_path / "same.csv"
    path.write_text("a,b,same\n0,0,yes\n0,1,no\n1,0,no\n1,1,yes\n")
    problem = core.load_problem(str(path), {"hidden": "2", "activation": "relu", "lr": "0.5", "batch": "4"})
    answer("seed", problem, 300, seeds=(0, 1, 3, 13))
    out = capsys.readouterr().out
    assert out.startswith("same, 4 seeds, 300 steps each: 2 learn, 2 stuck\nthe seed changes the initial weights\n")
    assert "K stuck    2 times: all units of layer 1 are idle in all rows (seed 3 13)\n" in out
    answer("width", problem, 300)
    out = capsys.readouterr().out
    assert out.startswith("same: 8 hidden units are enough: loss 0.00")
    assert "\nunits    learn      loss    lowest   highest  accuracy\n    1   0 of 5" in out


@pytest.mark.parametrize(
    ("question", "name", "steps", "seeds", "message"),
    [
        ("height", "xor", 20, (), 'sgdb: --ask: expected rate, seed or width, found "height"'),
        ("rate", "xor", 5, (), "sgdb: --steps: expected at least 10 for a question, found 5"),
        ("rate", "xor", 20, (1, 2), "sgdb: --seed: expected one seed with --ask rate, which varies the learning rate"),
        ("seed", "circles", 20, (1,), "sgdb: --seed: expected at least 2 seeds to compare"),
        (
            "width",
            "exercise-2",
            20,
            (),
            "sgdb: exercise-2: the number of hidden units cannot vary: not for this problem, whose file gives the "
            "weights of layer 1",
        ),
    ],
)
def test_a_mistake_is_one_line(
    question: str, name: str, steps: int, seeds: tuple[int, ...], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(question, core.load_problem(name), steps, seeds=seeds) == 2
    assert capsys.readouterr() == ("", message + "\n")


class Interrupted(Executor):
    def results(self, chunks: Iterator[Chunk]) -> Dones:
        next(chunks)
        raise KeyboardInterrupt
        yield


def test_ctrl_c_ends_a_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer("rate", core.load_problem("xor"), 20, Interrupted()) == 130
    assert capsys.readouterr() == ("", "sgdb: interrupted before the answer was complete\n")


def test_marks_are_where_their_numbers_are() -> None:
    points = [Point(1, 1, "a"), Point(10, 100, "b"), Point(100, 10_000, "c"), Point(100, inf, "d"), Point(10, 100, "e")]
    title, *lines, axis, names = scatter(points, "y", "x", "abcde")
    assert title == "y (log)"
    assert axis.endswith(" x (log)")
    rows = [line[line.index("┤" if "┤" in line else "│") + 1 :] for line in lines]
    assert rows[0].rstrip().endswith("d")
    assert lines[0].lstrip().startswith("∞ ┤")
    assert rows[1].rstrip().endswith("c")
    assert lines[1].startswith("1e+04 ┤")
    assert rows[-1][0] == "a"
    assert lines[-1].split(" ┤")[0].strip() == "1"
    assert rows[5].strip() == "b"  # e is behind it
    assert rows[5].index("b") == pytest.approx((len(rows[0]) - 1) / 2, abs=1)
    for name in ("1", "10", "100"):
        column = axis.index("┬", names.index(name) - 1)
        assert abs(column - names.index(name)) <= 2
        names = names.replace(name, " " * len(name), 1)


def test_a_range_is_drawn_from_end_to_end() -> None:
    lines = scatter([Point(0, 1, "|", 9), Point(0, 5, "o"), Point(1, 2, "|", inf)], "y", "x", "o|", {0: "a", 1: "b"})
    columns = ["".join(column) for column in zip(*(line.ljust(80) for line in lines[1:-2]), strict=True)]
    assert [column.strip() for column in columns if "o" in column] == ["||||o||||"]
    assert [column.strip() for column in columns if "|" in column and "o" not in column] == ["|||||||||"]


def test_stacks_have_a_mark_for_each_run_as_long_as_there_is_room() -> None:
    few = stacks([(1.0, "K"), (1.0, "L"), (1.01, "L"), (2.0, "K"), (inf, "D")], "runs", "loss", "LKD")
    assert ["".join(line[line.index("│") + 1 :].split()) if "│" in line else line for line in few[1:2]]
    assert sum(line.count("K") + line.count("L") for line in few[1:-2]) == 4
    assert few[-3][few[-3].index("┤") + 1] == "L"
    many = stacks([(1.0, "L")] * 20, "runs", "loss", "LKD")
    assert many[0] == "runs (a mark for up to 3)"
    assert sum(line.count("L") for line in many[1:-2]) == 7


def test_an_axis_has_round_numbers() -> None:
    assert Scale.of([0.3, 2.7]).ticks() == pytest.approx([0.5, 1, 1.5, 2, 2.5])
    assert Scale.of([0.01, 10]).ticks() == pytest.approx([0.01, 0.1, 1, 10])
    assert Scale.of([0.1, 40], log=True).ticks() == pytest.approx([0.1, 1, 10])
    assert Scale.of([3.0]).ticks() == [3.0]
    assert Scale.of([0.0, 1.0]).low == 1e-6
    assert len(Scale.of([1e-30, 1e30], log=True).ticks()) <= 8
    for scale in (Scale.of([0.3, 2.7]), Scale.of([0.01, 10])):
        assert [scale.share(scale.at(k / 8)) for k in range(9)] == pytest.approx([k / 8 for k in range(9)])
