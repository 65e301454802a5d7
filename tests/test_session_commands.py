"""Sessions on the command line: opened, replayed, written as a test."""

from __future__ import annotations

import errno
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import core
from core import Edit, Session, Timelines
from screen import settle
from session_samples import HEAD, PROBLEM
from tui import cli
from tui.app import SgdbApp
from tui.training.screen import TrainingScreen

ROOT = Path(__file__).parent.parent


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """The session in a.session of the working folder, on a problem file beside it."""
    monkeypatch.chdir(tmp_path)
    Path("problem.toml").write_text(PROBLEM)
    problem = core.load_problem("problem.toml", {"lr": "0.02"})
    session, timelines = Session.of(problem), Timelines(problem)
    main = timelines[session.looked_at.branch]
    main.advance(20)
    session = session.fork(*core.edits_for(main[7], "W_out", (2, 1), 0.1 / 3))
    session = session.fork(Edit(9, "loss", (), core.SquaredError(half=False)))
    timelines[session.looked_at.branch].advance(3)
    return core.save_session(session, "a.session", timelines)


def sgdb(capfd: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, list[str]]:
    status = cli.main([*words])
    out, err = capfd.readouterr()
    assert err.isprintable() or all(line.isprintable() for line in err.splitlines())
    return status, out, err.splitlines()


class TestRun:
    def test_it_replays_all_branches_and_prints_the_last_loss(
        self, saved: Session, capfd: pytest.CaptureFixture[str]
    ) -> None:
        timelines = Timelines()
        core.Replay(saved, timelines).go()
        losses = [timelines[named.branch].losses[-1] for named in saved.branches]
        status, out, err = sgdb(capfd, "run", "a.session")
        assert (status, out) == (0, f"{losses[2]:.8g}\n")
        assert err == [
            f"session: main: step 19: loss {losses[0]:.8g}",
            f"session: what if 1: step 8: loss {losses[1]:.8g}",
            f"session: what if 2 (looked at): step 11: loss {losses[2]:.8g}",
            "session: 3 branches, 41 steps: the losses are those saved, to the last bit",
            f"verdict: step 11, all 2 rows: ℒ {losses[2]:.8g}, accuracy 50 % (1 of 2)",
            "verdict: training, rows: true class, columns: predicted class",
            "verdict:     -1  +1",
            "verdict: -1   1   0",
            "verdict: +1   1   0",
        ]

    def test_a_branch_without_a_step_of_its_own_has_one_loss_that_of_its_first(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        problem = core.load_problem("exercise-2")
        session, timelines = Session.of(problem), Timelines(problem)
        timelines[session.looked_at.branch].advance(50)
        session = session.fork(Edit(20, "W_1", (1, 3), 0.1))
        core.save_session(session, tmp_path / "a.session", timelines)
        status, out, err = sgdb(capfd, "run", str(tmp_path / "a.session"))
        loss = f"{timelines[session.looked_at.branch][20].loss:.8g}"
        assert (status, out) == (0, f"{loss}\n")
        assert err[:2] == [
            f"session: main: step 49: loss {timelines[session.branches[0].branch][49].loss:.8g}",
            f"session: what if 1 (looked at): step 20: loss {loss}",
        ]

    def test_the_facts_of_the_branch_that_is_looked_at_are_told_as_those_of_a_problem(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        path = tmp_path / "a.session"
        path.write_text(f"{HEAD}[options]\nlr = '1'\n[[branches]]\nname = 'main'\nsteps = 101\n")
        as_problem = sgdb(capfd, "run", "exercise-2", "--lr", "1", "--steps", "100")
        assert as_problem[2][6] == "run: 1 of 3 hidden units (3) is idle in all rows from step 5 on"
        status, out, err = sgdb(capfd, "run", str(path))
        assert (status, out, [line for line in err if not line.startswith("session: ")]) == as_problem

    def test_a_loss_that_grows_without_bound_fails(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "problem.toml").write_text(PROBLEM)
        path = tmp_path / "a.session"
        path.write_text(
            "version = 1\nproblem = 'problem.toml'\n[[branches]]\nname = 'main'\nsteps = 61\n"
            "edits = [{step = 5, number = 'lr', value = 0.3}]\n"
        )
        status, out, err = sgdb(capfd, "run", str(path))
        assert (status, err[-1][:15]) == (1, "run: the loss g")
        assert float(out) > 1e6

    @pytest.mark.parametrize("steps", [0, 12])
    def test_a_branch_that_stops_at_its_edits_fails_whatever_was_saved(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str], steps: int
    ) -> None:
        path = tmp_path / "a.session"
        edits = "edits = [{step = 2, number = 'lr', value = 1e200}, {step = 9, number = 'lr', value = 0.1}]"
        path.write_text(f"{HEAD}[[branches]]\nname = 'a'\nsteps = {steps}\n{edits}\n")
        status, out, err = sgdb(capfd, "run", str(path))
        assert (status, out) == (1, "")
        assert any(line.startswith("session: a: the run stops being finite at step 3") for line in err)
        path.write_text(f"{HEAD}[[branches]]\nname = 'b'\n[[branches]]\nname = 'a'\nsteps = {steps}\n{edits}\n")
        assert sgdb(capfd, "run", str(path))[0] == 1

    def test_fewer_steps_than_the_edits_need_are_told(self, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "a.session"
        edits = "edits = [{step = 9, number = 'lr', value = 0.1}]"
        path.write_text(f"{HEAD}[[branches]]\nname = 'a'\nsteps = 3\n{edits}\n")
        told = "session: a: 3 steps are asked for; its edits take it to step 9"
        for words in (["run", str(path)], ["export", str(path), "--to", str(tmp_path / "test_it.py")]):
            status, _, err = sgdb(capfd, *words)
            assert status == 0
            assert told in err

    @pytest.mark.usefixtures("saved")
    def test_a_problem_that_changed_is_told_and_the_run_goes_on(self, capfd: pytest.CaptureFixture[str]) -> None:
        Path("problem.toml").write_text(PROBLEM.replace("[[1], [2]]", "[[1], [3]]"))
        status, out, err = sgdb(capfd, "run", "a.session")
        assert status == 0
        assert float(out) > 0
        assert err[3] == "session: problem.toml has changed since the session was saved"
        assert err[4].startswith("session: main: the losses differ, first in step 0; ")

    def test_a_run_that_no_longer_gets_there_fails(self, saved: Session, capfd: pytest.CaptureFixture[str]) -> None:
        core.save_session(saved.switch("main"), "a.session", Timelines())
        Path("problem.toml").write_text(PROBLEM.replace("[[1], [2]]", "[[1], [1e160]]"))
        status, out, err = sgdb(capfd, "run", "a.session")
        assert (status, out) == (1, "")
        assert any("finite at step" in line and line.endswith("20 steps were saved") for line in err)

    def test_it_fails_too_where_that_is_another_branch_than_the_one_looked_at(
        self, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        edits = "edits = [{step = 2, number = 'alpha', value = 1e200}]"
        path = tmp_path / "b.session"
        path.write_text(f"{HEAD}[[branches]]\nname = 'a'\nsteps = 5\n[[branches]]\nname = 'b'\nsteps = 9\n{edits}\n")
        status, out, err = sgdb(capfd, "run", str(path))
        assert (status, out) == (1, f"{core.Timeline(core.load_problem('exercise-2'))[4].loss:.8g}\n")
        assert [line for line in err if line.startswith("session: ")][-1].startswith(
            "session: b: the run stops being finite at step 3: "
        )

    @pytest.mark.parametrize(
        ("change", "mistake"),
        [
            (
                ("version = 1", "version = 2"),
                "version: a newer sgdb has saved this session, in version 2; this one reads 1",
            ),
            (('lr = "0.02"', 'lr = "0,02"'), 'options.lr: expected a finite number above 0, found "0,02"'),
            (('"problem.toml"', '"other.toml"'), "there is no such file"),
            (('"W_out[2,1]"', '"W_out[3,1]"'), "branches[3].edits[1]: W_out: expected a cell of 2 x 1, found [3,1]"),
            (('"W_out[2,1]"', '"y_out[1,1]"'), "branches[3].edits[1]: y_out is computed: change w"),
        ],
    )
    @pytest.mark.parametrize("command", [["run"], ["export", "--to", "test_it.py"]])
    @pytest.mark.usefixtures("saved")
    def test_a_mistake_in_it_is_told_with_its_place(
        self, capfd: pytest.CaptureFixture[str], command: list[str], change: tuple[str, str], mistake: str
    ) -> None:
        text = Path("a.session").read_text(encoding="utf-8")
        assert change[0] in text
        Path("a.session").write_text(text.replace(*change), encoding="utf-8")
        status, out, err = sgdb(capfd, *command, "a.session")
        assert (status, out) == (2, "")
        assert mistake in err[-1]
        assert re.match(r"sgdb: (a\.session: |/.*other\.toml: )", err[-1])
        assert not Path("test_it.py").exists()

    @pytest.mark.usefixtures("saved")
    def test_options_of_a_problem_are_of_no_use(self, capfd: pytest.CaptureFixture[str]) -> None:
        status, _, err = sgdb(capfd, "run", "a.session", "--lr", "3", "--steps", "4")
        assert (status, err) == (
            2,
            ["sgdb: --lr: of no use with a session", "sgdb: --steps: of no use with a session"],
        )


class TestExport:
    @pytest.mark.parametrize("place", ["test_it.py", "tests/test_it.py"])
    def test_the_test_passes_where_the_run_is_the_same_and_fails_where_it_is_not(
        self, saved: Session, capfd: pytest.CaptureFixture[str], place: str
    ) -> None:
        os.makedirs("tests")
        assert sgdb(capfd, "export", "a.session", "--to", place) == (0, "", [])
        assert failing(place) == []
        Path("problem.toml").write_text(PROBLEM.replace("[[1], [2]]", "[[1], [2.00001]]"))
        assert failing(place) == [*saved.names]

    @pytest.mark.usefixtures("saved")
    def test_the_last_step_of_a_branch_is_asserted_and_little_is_enough_to_fail(
        self, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert sgdb(capfd, "export", "a.session", "--to", "test_it.py")[0] == 0
        text = Path("test_it.py").read_text(encoding="utf-8")
        (loss,) = re.findall(r"        19: (\S+),", text)
        for off, failed in ((1e-12, []), (1e-8, ["main"])):
            Path("test_it.py").write_text(text.replace(loss, repr(float(loss) * (1 + off))))
            assert failing("test_it.py") == failed

    def test_a_session_that_no_longer_gets_as_far_is_told_and_not_written(
        self, saved: Session, capfd: pytest.CaptureFixture[str]
    ) -> None:
        core.save_session(saved.switch("main"), "a.session", Timelines())
        Path("problem.toml").write_text(PROBLEM.replace("[[1], [2]]", "[[1], [1e160]]"))
        status, out, err = sgdb(capfd, "export", "a.session", "--to", "test_it.py")
        assert (status, out) == (1, "")
        assert any("finite at step" in line and line.endswith("20 steps were saved") for line in err)
        assert err[-1] == "sgdb: --to: test_it.py is not written: the session does not get as far any more"
        assert not Path("test_it.py").exists()

    def test_pytest_runs_it(self, saved: Session, capfd: pytest.CaptureFixture[str]) -> None:
        assert sgdb(capfd, "export", "a.session", "--to", "test_it.py")[0] == 0
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py"]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        run = subprocess.run(command, env=environment, capture_output=True, text=True)
        assert run.returncode == 0
        assert f"{len(saved.branches)} passed" in run.stdout

    @pytest.mark.usefixtures("saved")
    def test_what_is_wrong_is_told_at_once(self, capfd: pytest.CaptureFixture[str]) -> None:
        Path("there.py").touch()
        for words, mistakes in (
            ([], ["expected FILE, a .session file", "--to: expected a file to write, such as --to test_run.py"]),
            (["xor", "--to", "t.py"], ["xor: expected a .session file"]),
            (["a.session", "--to", "there.py"], ["--to: there.py: the file exists; --force replaces it"]),
            (["a.session", "--to", "a.session", "--force"], ["--to: a.session: the session was read from this file"]),
            (["a.session", "--to", "none/t.py"], ["--to: none/t.py: there is no folder none"]),
            (["a.session", "--lr=3", "--to", "t.py"], ["option: unknown"]),
        ):
            status, _, err = sgdb(capfd, "export", *words)
            assert status == 2
            assert len(err) == len(mistakes)
            assert all(line.startswith(f"sgdb: {mistake}") for line, mistake in zip(err, mistakes, strict=True)), err
        assert sgdb(capfd, "export", "a.session", "--to", "there.py", "--force")[0] == 0


def failing(file: str) -> list[str]:
    """The branches for which the test in a file fails."""
    found = runpy.run_path(file)
    failed = []
    for branch in found["LOSSES"]:
        try:
            found["test_the_losses_are_as_they_were"](branch)
        except AssertionError:
            failed.append(branch)
    return failed


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize("command", [["run"], ["export", "--to", "test_it.py"]])
def test_what_is_interrupted_says_so(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], command: list[str]
) -> None:
    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(core.Replay, "go", interrupt)
    status, out, err = sgdb(capfd, *command, "a.session")
    assert (status, out, err) == (130, "", ["sgdb: stopped on the way to where the session was"])
    assert not Path("test_it.py").exists()


@pytest.mark.usefixtures("saved")
def test_a_test_that_cannot_be_written_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full)
    status, _, err = sgdb(capfd, "export", "a.session", "--to", "test_it.py")
    assert (status, err) == (74, ["sgdb: --to: test_it.py: No space left on device"])
    assert sorted(os.listdir()) == ["a.session", "problem.toml"]


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize(
    "words",
    [["gradcheck"], ["solve"], ["practise"], ["check"], ["check", "answers.npz", "--problem"]],
)
def test_other_commands_say_what_sessions_are_for(capfd: pytest.CaptureFixture[str], words: list[str]) -> None:
    status, out, err = sgdb(capfd, *words, "a.session")
    assert (status, out) == (2, "")
    assert err == ["sgdb: a.session: a session is for the screen (sgdb FILE), sgdb run, diagnose and export"]


def test_a_problem_that_cannot_be_read_says_which_session_asks_for_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.session"
    path.write_text("version = 1\nproblem = 'data.csv'\n")
    status, _, err = sgdb(capfd, "run", str(path))
    assert (status, err) == (2, [f"sgdb: {path}: problem: {tmp_path / 'data.csv'}: there is no such file"])


class TestScreen:
    def test_a_session_opens_with_its_problem(self, saved: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        opened: list[Any] = []

        def run_app(problem: core.Problem, *, session: Session | None = None, path: str = "") -> int:
            opened.extend((problem.learning_rate, session, path))
            return 0

        monkeypatch.setattr("tui.commands.arguments.terminal", lambda: True)
        monkeypatch.setattr("tui.app.run_app", run_app)
        assert cli.main(["a.session"]) == 0
        assert opened == [0.02, saved, "a.session"]

    @pytest.mark.usefixtures("saved")
    def test_without_a_terminal_it_says_how_to_replay(self, capfd: pytest.CaptureFixture[str]) -> None:
        status, _, err = sgdb(capfd, "a.session")
        hint = "the screen needs a terminal; to train without one: sgdb run a.session"
        assert (status, err) == (2, [f"sgdb: {hint}"])
        assert sgdb(capfd, "none.session") == (2, "", ["sgdb: none.session: there is no such file"])

    async def test_the_training_screen_is_given_it(self, saved: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        given: list[tuple[Session | None, str]] = []

        class Screen(TrainingScreen):
            def __init__(
                self,
                problem: core.Problem,
                report: core.CheckReport | None = None,
                session: Session | None = None,
                path: str = "",
                *_: Any,
            ) -> None:
                super().__init__(problem, report)
                given.append((session, path))

        monkeypatch.setattr("tui.app.TrainingScreen", Screen)
        async with SgdbApp(saved.problem(), session=saved, path="a.session").run_test() as pilot:
            await settle(pilot)
            assert given == [(saved, "a.session")]
