"""The command `sgdb`: what it prints, where, and its exit status."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import core
from core import Timeline
from tui import cli

PROBLEM = "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [-1]]\n[[layers]]\nweights = [[1], [2]]\n"


@pytest.fixture
def terminals() -> set[str]:
    """The names of the streams that are terminals."""
    return set()


@pytest.fixture
def sgdb(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminals: set[str]
) -> Any:
    """Run the command in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> SimpleNamespace:
        with monkeypatch.context() as patch:
            for name in terminals:
                patch.setattr(getattr(sys, name), "isatty", lambda: True)
            status = cli.main(list(words))
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err, mistakes=err.splitlines())

    return run


@pytest.fixture
def opened(terminals: set[str], monkeypatch: pytest.MonkeyPatch) -> list[core.Problem]:
    """The problems that a screen was opened on, in place of the screen."""
    problems: list[core.Problem] = []

    def run_app(problem: core.Problem) -> int:
        problems.append(problem)
        return 0

    terminals |= {"stdin", "stdout", "stderr"}
    monkeypatch.setitem(sys.modules, "tui.app", SimpleNamespace(run_app=run_app))
    return problems


def process(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tui.cli", *words]
    return subprocess.run(command, text=True, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **options)


class TestAnswersWithoutAScreen:
    def test_help_tells_the_options_and_the_commands(self, sgdb: Any) -> None:
        for word in ("--help", "-h"):
            answer = sgdb(word)
            assert (answer.status, answer.err) == (0, "")
            for expected in ("PROBLEM", "--hidden UNITS", "--standardize", "--margin", "--list", "sgdb run"):
                assert expected in answer.out

    def test_a_command_has_its_own_help(self, sgdb: Any) -> None:
        answer = sgdb("run", "--help")
        assert answer.status == 0
        assert "--steps N" in answer.out

    def test_version(self, sgdb: Any) -> None:
        assert sgdb("--version").out.startswith("sgdb 0.")

    def test_list_has_a_line_for_each_built_in_problem(self, sgdb: Any) -> None:
        lines = sgdb("--list").out.splitlines()
        assert [line.split()[0] for line in lines] == list(core.built_in_problems())
        assert all(len(line.split()) > 4 for line in lines)

    @pytest.mark.parametrize(
        ("word", "left_alone"), [("--help", "numpy"), ("--version", "numpy"), ("--list", "textual"), ("run", "textual")]
    )
    def test_they_do_not_wait_for_what_they_do_not_need(self, word: str, left_alone: str) -> None:
        program = f"import sys; from tui.cli import main; main([{word!r}]); print(*sys.modules)"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        loaded = run.stdout.split()
        assert "tui.cli" in loaded
        assert not {left_alone, "textual", "plotext", "rich"} & set(loaded)


class TestScreen:
    def test_it_opens_exercise_2_unless_told_otherwise(self, sgdb: Any, opened: list[core.Problem]) -> None:
        assert sgdb().status == 0
        assert opened[0].name == "Exercise 2"

    def test_it_opens_a_problem_with_its_options(self, sgdb: Any, opened: list[core.Problem]) -> None:
        Path("points.csv").write_text("kind,x,y\na,1,2\nb,3,4\n")
        words = (
            "--target kind points.csv --task classification --hidden 4,3 --activation relu --loss hinge --margin 0.2"
        )
        more = "--batch 1 --seed 3 --standardize --reduction sum"
        assert sgdb(*words.split(), "--lr=0.5", *more.split()).status == 0
        (problem,) = opened
        assert problem.network.sizes == (2, 4, 3, 2)
        assert problem.network.layers[0].activation == "relu"
        assert problem.loss == core.Hinge(margin=0.2)
        assert (problem.learning_rate, problem.batch_size, problem.shuffle_seed) == (0.5, 1, 3)
        assert (problem.inputs.tolist(), problem.reduction) == ([[-1, -1], [1, 1]], "sum")

    def test_it_returns_the_screens_exit_status(
        self, sgdb: Any, opened: list[core.Problem], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys.modules["tui.app"], "run_app", lambda _problem: 3)
        assert sgdb().status == 3
        assert not opened

    def test_without_a_terminal_it_gives_a_hint(self, sgdb: Any) -> None:
        answer = sgdb("xor")
        assert (answer.status, answer.out) == (2, "")
        assert answer.err == "sgdb: the screen needs a terminal; to train without one: sgdb run xor --steps 1000\n"

    @pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
    def test_one_stream_that_is_no_terminal_is_enough(
        self, sgdb: Any, opened: list[core.Problem], terminals: set[str], stream: str
    ) -> None:
        terminals.remove(stream)
        assert sgdb().status == 2
        assert not opened

    def test_without_a_terminal_textual_is_not_loaded(self) -> None:
        program = "import sys; from tui.cli import main; main([]); print(*sys.modules)"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert "textual" not in run.stdout.split()

    def test_a_mistake_goes_before_the_hint(self, sgdb: Any) -> None:
        assert sgdb("xo").mistakes == ['sgdb: problem: unknown "xo"; did you mean "xor"?']

    def test_a_file_named_like_a_command_is_reached_by_its_path(self, sgdb: Any, opened: list[core.Problem]) -> None:
        Path("run").write_text(PROBLEM)
        assert sgdb("./run").status == 0
        assert opened[0].name == "run"


class TestWrongInput:
    @pytest.mark.parametrize(
        ("words", "mistakes"),
        [
            ("--los hinge", ['option: unknown "--los"; did you mean "--loss"?']),
            ("--standardise xor", ['option: unknown "--standardise"; did you mean "--standardize"?']),
            ("--lr", ["--lr: expected a value"]),
            ("--lr --seed 1", ["--lr: expected a value"]),
            ("--lr abc", ['--lr: expected a finite number above 0, found "abc"']),
            ("--lr -1", ['--lr: expected a finite number above 0, found "-1"']),
            ("--lr -1e3", ['--lr: expected a finite number above 0, found "-1e3"']),
            ("--lr=", ['--lr: expected a finite number above 0, found ""']),
            ("--list=yes", ["--list: expected no value"]),
            ("--hidden 8", ["--hidden: not for this problem, whose file gives the weights of layer 1"]),
            ("xor none.toml", ['expected one problem, found also "none.toml"']),
            ("rnu xor", ['command: unknown "rnu"; did you mean "run"?']),
            (
                "--lr 1 run xor",
                ['"run" is a command and must come first: sgdb run ...; for a file of this name, '],
            ),
            ("none.csv", ["none.csv: there is no such file"]),
            ("./none.toml", ["./none.toml: there is no such file"]),
            ("run --steps 1.5", ['--steps: expected a whole number from 0 to 1000000000, found "1.5"']),
            ("run --steps -1", ['--steps: expected a whole number from 0 to 1000000000, found "-1"']),
            ("run --list", ["option: unknown"]),
            ("run xor --csv none/losses.csv", ["--csv: none/losses.csv: there is no folder none"]),
            ("run xor --csv .", ["--csv: .: expected a file, found a folder"]),
            ("run xor --csv /dev/null", ["--csv: /dev/null: expected a file, found a device or a pipe"]),
            (
                "none.csv --losss hinge --lr x --hidden 8,x --margin --task guess",
                [
                    'option: unknown "--losss"; did you mean "--loss"?',
                    "--margin: expected a value",
                    "--lr: expected",
                    "--task: unknown",
                    "--hidden: expected",
                    "none.csv: there is no such file",
                ],
            ),
        ],
    )
    def test_each_mistake_is_told_on_stderr(self, sgdb: Any, words: str, mistakes: list[str]) -> None:
        answer = sgdb(*words.split())
        assert (answer.status, answer.out) == (2, "")
        assert len(answer.mistakes) == len(mistakes), answer.err
        for mistake in mistakes:
            assert any(line.startswith(f"sgdb: {mistake}") for line in answer.mistakes), answer.err

    def test_every_line_of_a_files_mistakes_names_the_file(self, sgdb: Any) -> None:
        Path("bad.toml").write_text(PROBLEM + "activation = 'sigmod'\nbias = 3\n")
        answer = sgdb("run", "bad.toml")
        assert answer.mistakes == [
            'sgdb: bad.toml: layers[1].activation: unknown "sigmod"; did you mean "sigmoid"?',
            "sgdb: bad.toml: layers[1].bias: expected a list of numbers, true or false, found 3",
        ]

    WORDS = "run xor -- - -h --lr --lr=1 --csv --steps 1 -1 --hidden 8,8 --bogus a=b"

    @settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        words=st.lists(
            st.sampled_from(WORDS.split()) | st.text(max_size=6),
            max_size=6,
        )
    )
    def test_any_words_give_an_exit_status(self, sgdb: Any, words: list[str]) -> None:
        answer = sgdb(*words)
        assert answer.status in (0, 1, 2)
        assert answer.status == 0 or answer.err.startswith("sgdb: ")
        assert all(line.isprintable() for line in answer.err.split("\n"))


def printed_loss(out: str) -> float:
    """The number on a line of its own, which has no digit that depends on the machine."""
    (line,) = out.splitlines()
    assert len(line.replace(".", "").lstrip("0")) <= 8
    return float(line)


class TestRun:
    def test_it_prints_the_loss_after_the_last_step(self, sgdb: Any) -> None:
        answer = sgdb("run", "exercise-2", "--steps", "1000")
        assert (answer.status, answer.out) == (0, "0.016279254\n")
        assert answer.err == "verdict: step 1,000, all 4 rows: ℒ 0.016279254, accuracy 100 % (4 of 4)\n"
        assert printed_loss(answer.out) == pytest.approx(Timeline(core.load_problem("exercise-2"))[1000].loss, rel=1e-7)

    def test_0_steps_print_the_loss_of_the_start(self, sgdb: Any) -> None:
        assert printed_loss(sgdb("run", "--steps", "0").out) == 1.9664478

    def test_options_change_the_training(self, sgdb: Any) -> None:
        options = {"loss": "hinge", "margin": "0.2", "lr": "0.1", "batch": "2", "seed": "3", "reduction": "mean"}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        answer = sgdb("run", *words, "--steps", "20")
        loss = core.loss_over_all_rows(Timeline(core.load_problem("exercise-2", options))[20])
        assert printed_loss(answer.out) == pytest.approx(loss, rel=1e-7)

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("exercise-2 --loss hinge", "hinge on scores, m = 1, mean (softmax_hinge is the hinge on probabilities)"),
            ("svm", "hinge on scores, m = 1, mean (softmax_hinge is the hinge on probabilities)"),
            ("exercise-2 --loss softmax_hinge --reduction mean", "softmax hinge, m = 0.5, mean"),
            ("exercise-2 --loss squared --half false", "squared error, without the ½, sum"),
        ],
    )
    def test_it_says_which_loss_was_asked_for(self, sgdb: Any, words: str, said: str) -> None:
        answer = sgdb("run", *words.split(), "--steps", "0")
        assert answer.status == 0
        assert [line for line in answer.mistakes if not line.startswith("verdict: ")] == [f"loss: {said}"]
        assert printed_loss(answer.out) > 0

    def test_the_losses_are_written_to_the_bit(self, sgdb: Any) -> None:
        answer = sgdb("run", "--steps", "300", "--csv", "losses.csv")
        with open("losses.csv", newline="") as file:
            header, *rows = csv.reader(file)
        timeline = Timeline(core.load_problem("exercise-2"))
        timeline.advance(301)
        assert header == ["step", "loss"]
        assert [int(step) for step, _ in rows] == list(range(301))
        assert [float(loss) for _, loss in rows] == timeline.losses.tolist()
        assert float(rows[-1][1]) == pytest.approx(printed_loss(answer.out), rel=1e-7)
        assert os.listdir() == ["losses.csv"]

    def test_an_old_file_of_losses_is_replaced_when_told_to_and_a_link_followed(self, sgdb: Any) -> None:
        Path("losses.csv").write_text("old")
        os.symlink("losses.csv", "link.csv")
        answer = sgdb("run", "--steps", "1", "--csv", "link.csv")
        assert answer.mistakes == ["sgdb: --csv: link.csv: the file exists; --force replaces it"]
        assert Path("losses.csv").read_text() == "old"
        assert sgdb("run", "--steps", "1", "--csv", "link.csv", "--force").status == 0
        assert Path("link.csv").is_symlink()
        assert Path("losses.csv").read_text().startswith("step,loss\n0,")

    def test_it_trains_until_a_watch_holds(self, sgdb: Any) -> None:
        answer = sgdb("run", "--until", "loss < 0.01", "--max-steps", "100000", "--csv", "losses.csv")
        assert (answer.status, answer.out) == (0, "step 1669: loss = 0.00999767\n")
        losses = [float(row["loss"]) for row in csv.DictReader(Path("losses.csv").read_text().splitlines())]
        assert [index for index, loss in enumerate(losses) if loss < 0.01] == [1669]  # no step behind it is written
        answer = sgdb("run", "--until", "becomes W_1[1,3] < 0")
        assert (answer.status, answer.out) == (0, "step 4: W_1[1,3] = -0.0419636\n")

    def test_a_watch_that_does_not_hold_is_a_failure(self, sgdb: Any) -> None:
        answer = sgdb("run", "--until", "loss < 0.01", "--max-steps", "1668")
        assert (answer.status, answer.out) == (1, "")
        assert answer.mistakes[0] == "sgdb: --until: in none of the steps 0 to 1668: when loss < 0.01"
        Path("wild.toml").write_text(PROBLEM + 'activation = "identity"\n[training]\nlearning_rate = 10\n')
        answer = sgdb("run", "wild.toml", "--until", "loss < 0")
        assert answer.status == 1
        assert "the run stops being finite at step" in answer.mistakes[0]
        answer = sgdb("run", "wild.toml", "--until", "not finite")
        assert answer.status == 0
        assert answer.out.endswith(": not finite\n")

    def test_a_mistake_in_a_watch_is_shown_under_its_character(self, sgdb: Any) -> None:
        answer = sgdb("run", "--until", "1 > los", "--steps", "3")
        assert answer.status == 2
        assert answer.mistakes == [
            "sgdb: --steps: expected no --until; write --max-steps",
            'sgdb: --until: unknown "los"; did you mean "loss"?',
            "  1 > los",
            "      ^",
        ]
        assert sgdb("run", "--max-steps", "3").mistakes == ["sgdb: --max-steps: expected an --until; write --steps"]
        assert sgdb("run", "--until", "(" * 100_000).mistakes == [
            "sgdb: --until: expected a watch of at most 1000 characters, found 100000"
        ]

    def test_a_run_that_diverges_says_where_and_keeps_the_losses_before(self, sgdb: Any) -> None:
        Path("wild.toml").write_text(PROBLEM + "[training]\nlearning_rate = 1000\n")
        answer = sgdb("run", "wild.toml", "--csv", "losses.csv")
        timeline = Timeline(core.load_problem("wild.toml"))
        with pytest.raises(core.DivergedError) as caught:
            timeline.advance(1000)
        assert (answer.status, answer.out) == (1, "")
        last = caught.value.step - 1
        grown = f"{timeline.losses[last]:.4g} after {last} steps"
        assert [answer.mistakes[0], answer.mistakes[-1]] == [
            f"sgdb: {caught.value}",
            f"run: the loss grows without bound: {grown}; try a smaller --lr",
        ]
        assert answer.mistakes[1].startswith(f"verdict: step {last}, all 2 rows: ℒ {timeline.losses[last]:.8g}, ")
        lines = Path("losses.csv").read_text().splitlines()
        assert len(lines) == 1 + caught.value.step
        assert lines[-1] == f"{caught.value.step - 1},{timeline.losses[-1].item()!r}"

    def test_ctrl_c_says_how_far_it_came_and_keeps_the_losses(self, sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        approach = Timeline.approach

        def interrupted(self: Timeline, index: int, steps: int | None = None) -> int:
            if len(self) >= 63:
                raise KeyboardInterrupt
            return approach(self, index, steps)

        monkeypatch.setattr(Timeline, "approach", interrupted)
        answer = sgdb("run", "--csv", "losses.csv")
        assert (answer.status, answer.out) == (130, "")
        written = len(Path("losses.csv").read_text().splitlines()) - 1
        assert written >= 63
        assert answer.err == f"sgdb: stopped at step {written} of 1000\n"

    def test_nothing_is_trained_where_the_losses_cannot_be_written(
        self, sgdb: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Timeline, "approach", lambda *_: pytest.fail("trained"))
        assert sgdb("run", "--csv", "none/losses.csv").status == 2

    def test_the_problems_own_file_is_not_written_over(self, sgdb: Any) -> None:
        Path("points.csv").write_text("x,y\n1,a\n2,b\n")
        answer = sgdb("run", "points.csv", "--csv", "./points.csv")
        assert answer.mistakes == ["sgdb: --csv: ./points.csv: the problem was read from this file"]
        assert Path("points.csv").read_text().startswith("x,y")

    @pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may write everything")
    def test_a_read_only_file_stays(self, sgdb: Any) -> None:
        Path("losses.csv").touch(mode=0o444)
        assert sgdb("run", "--csv", "losses.csv").mistakes == ["sgdb: --csv: losses.csv: the file is read-only"]

    def test_a_disk_that_fills_up_leaves_the_old_file(self, sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        Path("losses.csv").write_text("old")

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
        answer = sgdb("run", "--steps", "3", "--csv", "losses.csv", "--force")
        assert (answer.status, answer.mistakes[0]) == (74, "sgdb: --csv: losses.csv: No space left on device")
        assert answer.out
        assert Path("losses.csv").read_text() == "old"
        assert os.listdir() == ["losses.csv"]


class TestOutput:
    def test_a_reader_that_goes_away_is_no_error(self) -> None:
        reading, writing = os.pipe()
        os.close(reading)
        try:
            run = process("--list", stdout=writing)
        finally:
            os.close(writing)
        assert (run.returncode, run.stderr) == (141, "")

    @pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
    def test_a_full_disk_is_told(self) -> None:
        with open("/dev/full", "w") as full:
            run = process("run", "--steps", "1", stdout=full)
        assert run.returncode == 74
        assert run.stderr.splitlines()[-1] == "sgdb: the output cannot be written: No space left on device"

    def test_too_large_for_the_memory_is_told(self, sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def exhausted(*_: object) -> None:
            raise MemoryError

        monkeypatch.setattr(core, "Timeline", exhausted)
        answer = sgdb("run")
        assert (answer.status, answer.err) == (1, "sgdb: there is not enough memory for this\n")

    def test_ctrl_c_before_the_run_is_no_traceback(self, sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupted(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(core, "load_problem", interrupted)
        assert sgdb("run").status == 130
