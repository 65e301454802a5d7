"""What `sgdb run` says of all rows at the last step, beside plain numpy."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import core
from samples import exercise_2
from test_scores import held_out
from tui import cli
from tui.commands.learned import tell_verdict

CLASSES = "amber", "blue", "coral"


@pytest.fixture
def points(tmp_path: Path) -> Path:
    """90 points around a centre for each of three classes, which overlap."""
    rng = np.random.default_rng(0)
    labels = np.arange(90) % 3
    xy = np.array([[0.0, 0.0], [1.5, 0.0], [0.0, 1.5]])[labels] + rng.normal(size=(90, 2))
    rows = (f"{x:.3f},{y:.3f},{CLASSES[label]}" for (x, y), label in zip(xy.tolist(), labels.tolist(), strict=True))
    path = tmp_path / "points.csv"
    path.write_text("x,y,colour\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def told(*words: str) -> SimpleNamespace:
        status = cli.main(["run", *words])
        out, err = capsys.readouterr()
        lines = [line.removeprefix("verdict: ") for line in err.splitlines() if line.startswith("verdict: ")]
        return SimpleNamespace(status=status, out=out, verdict=lines)

    return told


def over_all(step: core.Step) -> tuple[float, list[list[int]]]:
    """The mean cross-entropy over all rows, and how often each class is taken for each."""
    problem, z = step.problem, step.problem.inputs
    for weights, bias, layer in zip(step.weights, step.biases, problem.network.layers, strict=True):
        z = z @ weights + (0.0 if bias is None else bias)
        z = np.tanh(z) if layer.activation == "tanh" else z
    logs = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    said, true = z.argmax(axis=1), problem.targets.argmax(axis=1)
    counts = [[int(((true == i) & (said == j)).sum()) for j in range(3)] for i in range(3)]
    return float(-(problem.targets * logs).sum(axis=1).mean()), counts


WORDS = (
    "--hidden",
    "5",
    "--activation",
    "tanh",
    "--batch",
    "7",
    "--reduction",
    "mean",
    "--loss",
    "softmax_cross_entropy",
)


class TestRun:
    @pytest.mark.parametrize("until", [False, True])
    def test_it_prints_the_verdict_over_all_rows_at_the_last_step(self, run: Any, points: Path, until: bool) -> None:
        ending = ("--until", "epoch == 3") if until else ("--steps", "39")
        answer = run(str(points), *WORDS, *ending)
        options = dict(zip((word.removeprefix("--") for word in WORDS[::2]), WORDS[1::2], strict=True))
        step = core.Timeline(core.load_problem(points, options))[39]
        loss, counts = over_all(step)
        right = sum(counts[i][i] for i in range(3))
        assert answer.status == 0
        if not until:
            assert float(answer.out) == pytest.approx(loss, rel=1e-7)
            assert float(answer.out) != pytest.approx(step.loss, rel=1e-3)
        head, says, names, *rows = answer.verdict
        assert head == f"step 39, all 90 rows: ℒ {loss:.8g}, accuracy {100 * right / 90:.3g} % ({right} of 90)"
        assert says == "training, rows: true class, columns: predicted class"
        assert names.split() == [*CLASSES]
        assert [row.split() for row in rows] == [
            [name, *map(str, row)] for name, row in zip(CLASSES, counts, strict=True)
        ]
        assert len({len(row) for row in (names, *rows)}) == 1

    def test_a_run_that_is_interrupted_has_one_too(
        self, run: Any, points: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        approach = core.Timeline.approach

        def interrupted(self: core.Timeline, index: int, steps: int | None = None) -> int:
            if len(self) >= 20 and index >= len(self):
                raise KeyboardInterrupt
            return approach(self, index, steps)

        monkeypatch.setattr(core.Timeline, "approach", interrupted)
        answer = run(str(points), *WORDS)
        assert (answer.status, answer.out) == (130, "")
        assert answer.verdict[0].startswith("step ")
        assert ", all 90 rows: ℒ " in answer.verdict[0]


def told(problem: core.Problem, index: int, capsys: pytest.CaptureFixture[str]) -> list[str]:
    tell_verdict(core.Timeline(problem)[index])
    return [line.removeprefix("verdict: ") for line in capsys.readouterr().err.splitlines()]


class TestVerdict:
    def test_rows_held_out_are_told_beside(self, capsys: pytest.CaptureFixture[str]) -> None:
        problem = held_out()
        assert problem.held_out is not None
        step = core.Timeline(problem)[25]
        said = step.network.outputs(problem.held_out.inputs).argmax(axis=1)
        right = int((said == problem.held_out.targets.argmax(axis=1)).sum())
        lines = told(problem, 25, capsys)
        loss = core.evaluate(problem, step.network, held_out=True).loss
        assert lines[1] == (
            f"test, 12 rows held out: ℒ {loss:.8g}, accuracy {core.significant(100 * right / 12, 3)} % ({right} of 12)"
        )
        assert sum(line.startswith("test, rows: true class") for line in lines) == 1

    def test_one_row_held_out_is_one_row(self, run: Any, points: Path) -> None:
        assert (
            run(str(points), *WORDS, "--test", "0.001", "--steps", "1").verdict[1].startswith("test, 1 row held out: ")
        )

    def test_numbers_have_r2(self, capsys: pytest.CaptureFixture[str]) -> None:
        problem = exercise_2(targets=[[0.5], [1.5], [-1.0], [2.25]])
        step = core.Timeline(problem)[2]
        errors = step.outputs - problem.targets
        rmse, r2 = np.sqrt((errors**2).mean()), 1 - (errors**2).mean() / np.var(problem.targets)
        assert told(problem, 2, capsys) == [
            f"step 2, all 4 rows: ℒ {step.loss:.8g}, rms error {rmse:.8g}, R² {round(r2, 8):.8g}"
        ]

    def test_many_classes_are_told_by_the_worst_mistakes(self, capsys: pytest.CaptureFixture[str]) -> None:
        targets = np.eye(12)[[0, 0, 0, 1, 2, *range(12)]]
        inputs = np.eye(12)[[1, 1, 1, 0, 3, *range(12)]]
        network = core.Network([core.Layer(np.eye(12))])
        problem = core.Problem("twelve", inputs, targets, network, core.SoftmaxCrossEntropy())
        assert told(problem, 0, capsys)[1:] == ["training: 3 × 1 taken for 2; 1 × 2 taken for 1; 1 × 3 taken for 4"]

    @pytest.mark.parametrize(
        ("names", "lines"),
        [
            (
                ("日本", "a name that is too long for a column"),
                [
                    " " * 16 + "              日本  a name that is …",
                    "            日本                 0                 0",
                    "a name that is …                 1                 1",
                ],
            ),
            (("été", "hiver"), ["         été  hiver", "  été      0      0", "hiver      1      1"]),
        ],
    )
    def test_long_names_are_cut_and_wide_ones_line_up(
        self, names: tuple[str, str], lines: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        network = core.Network([core.Layer([[1.0, 0.0], [0.0, 1.0]])])
        rows = [[1.0, 0.0], [0.0, 1.0]], [[0.0, 1.0], [0.0, 1.0]]
        problem = core.Problem("names", *rows, network, core.SoftmaxCrossEntropy(), target_names=names)
        assert told(problem, 0, capsys)[2:] == lines

    def test_numbers_far_out_are_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        network = core.Network([core.Layer([[1e153], [1e153]])])
        problem = exercise_2(network=network, targets=[[0.5], [1.5], [-1.0], [2.25]], learning_rate=1e-300)
        assert told(problem, 0, capsys)[0].startswith("step 0, all 4 rows: ℒ 1.2")

    def test_outputs_of_no_class_are_counted(self, capsys: pytest.CaptureFixture[str]) -> None:
        problem = core.Problem("none", [[0.0], [1.0]], [[1.0], [1.0]], core.Network([core.Layer([[1.0]])]))
        assert told(problem, 0, capsys)[-1] == "1 of no class"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(146, 150, "97.3 %"), (0, 3, "0 %"), (3, 3, "100 %"), (99_999, 100_000, "99.999 %"), (1, 3, "33.3 %")],
)
def test_100_percent_is_said_only_of_all(part: int, whole: int, said: str) -> None:
    assert core.percent(part, whole) == said


def test_a_run_that_ends_at_once_has_none(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "lost.toml"
    path.write_text("[data]\ninputs = [[1e200]]\ntargets = [[1]]\n[[layers]]\nweights = [[1e200]]\n")
    answer = run(str(path), "--until", "not finite")
    assert (answer.status, answer.verdict) == (0, [])
    assert run(str(path)).verdict == []
