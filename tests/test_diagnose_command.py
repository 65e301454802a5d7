"""`sgdb diagnose`: what it prints, as text and as JSON, and its exit status; and that of a run that diverges."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import core
from tui import cli


@pytest.fixture
def sgdb(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*words: str) -> SimpleNamespace:
        status = cli.main(list(words))
        out, err = capsys.readouterr()
        return SimpleNamespace(status=status, out=out, err=err)

    return run


def test_a_network_that_dies(sgdb: Any) -> None:
    run = sgdb("diagnose", "exercise-2", "--lr", "1")
    assert (run.status, run.err) == (1, "")
    assert run.out.splitlines()[:7] == [
        "stuck: the loss is 1.5 from step 43 to step 1000, to 3 digits",
        "! 1 of 3 hidden units (3) is idle in all rows from step 5 on",
        "    look at s_1[1,3] of step 5",
        "! rows 1 and 3 light no unit of layer 1 from step 5 on: nothing pulls on their loss",
        "    look at s_1[1,1] of step 5",
        "! row 2 lights no unit of layer 1 from step 41 on: nothing pulls on its loss",
        "    look at s_1[2,1] of step 41",
    ]


def test_a_network_that_learns(sgdb: Any) -> None:
    run = sgdb("diagnose", "exercise-2", "--steps", "100")
    assert (run.status, run.err) == (0, "")
    first, *others = run.out.splitlines()
    assert first == "still going: the loss goes from 1.966 to 0.6982 in 100 steps"
    assert all(line.startswith("  layer ") for line in others)


def test_a_run_that_stops_being_finite_has_its_arithmetic(sgdb: Any) -> None:
    run = sgdb("diagnose", "exercise-2", "--lr", "3")
    assert run.status == 1
    lines = run.out.splitlines()
    assert lines[0].startswith("diverging: the loss goes from 1.966 to ")
    assert lines[1] == "! the run stops being finite at step 8: s_out[3,1] overflows"
    assert lines[2].startswith("    s_out[3] = z₁[3,1] · W_out[1] + ")
    assert lines[3].startswith("    = 0 · ")


def test_json_has_the_same_findings(sgdb: Any) -> None:
    run = sgdb("diagnose", "exercise-2", "--lr", "1", "--steps", "500", "--json")
    said = json.loads(run.out)
    found = core.diagnose(core.Timeline(core.load_problem("exercise-2", {"lr": "1"})), 500)
    assert (run.status, said["learns"], said["complete"]) == (1, False, True)
    assert (said["problem"], said["last_step"], said["loss"]) == ("Exercise 2", 500, found.loss)
    assert (said["outcome"], said["text"]) == found.outcome
    assert [(f["text"], f["first_step"], f["alarm"], f["units"], f["rows"]) for f in said["findings"]] == [
        (f.text, f.first, f.alarm, list(f.units), list(f.rows)) for f in found.findings
    ]
    assert said["findings"][0]["place"] == {"step": 5, "name": "s_1", "cell": [1, 3]}
    # What is not finite is null, as in every JSON of sgdb.
    nothing = json.loads(sgdb("diagnose", "exercise-2", "--lr", "1e300", "--json").out)
    assert (nothing["last_step"], nothing["learns"]) == (0, False)


def test_what_is_wrong_is_reported_all_at_once(sgdb: Any) -> None:
    run = sgdb("diagnose", "no-such", "--steps", "many")
    assert (run.status, run.out) == (2, "")
    assert len(run.err.splitlines()) == 2
    assert sgdb("diagnose", "--help").status == 0


def test_an_interrupted_diagnosis_says_so(sgdb: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("core.diagnosis.run.first_with_this_loss", interrupted)
    run = sgdb("diagnose", "exercise-2")
    assert (run.status, run.out) == (130, "")
    assert "interrupted before the diagnosis was complete" in run.err


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> core.Session:
    """In a.session of the working folder: Exercise 2 at α = 1, 301 steps, and a fork with α = 0.3 from step 1 on."""
    monkeypatch.chdir(tmp_path)
    problem = core.load_problem("exercise-2", {"lr": "1"})
    session, timelines = core.Session.of(problem), core.Timelines(problem)
    timelines[session.looked_at.branch].advance(301)
    forked = session.fork(core.Edit(1, "alpha", (), 0.3))
    timelines[forked.looked_at.branch].advance(400)
    return core.save_session(forked.switch("main"), "a.session", timelines)


class TestSession:
    @pytest.mark.usefixtures("session")
    def test_its_branch_is_diagnosed_as_far_as_it_was(self, sgdb: Any) -> None:
        run = sgdb("diagnose", "a.session")
        assert (run.status, run.err) == (1, "")
        assert run.out == sgdb("diagnose", "exercise-2", "--lr", "1", "--steps", "300").out

    def test_a_fork_is_diagnosed_where_it_is_looked_at(self, sgdb: Any, session: core.Session) -> None:
        timelines = core.Timelines()
        core.Replay(session, timelines).go()
        branch = session.switch("what if 1")
        core.save_session(branch, "b.session", timelines)
        run = sgdb("diagnose", "b.session", "--json")
        said, timeline = json.loads(run.out), timelines[branch.looked_at.branch]
        found = core.diagnose(timeline, len(timeline) - 1)
        assert (run.status, run.err, said["last_step"]) == (0, "", 400)
        assert said["loss"] == pytest.approx(found.loss)
        assert (said["outcome"], said["text"]) == found.outcome

    @pytest.mark.usefixtures("session")
    def test_what_a_session_has_cannot_be_given_beside_it(self, sgdb: Any) -> None:
        run = sgdb("diagnose", "a.session", "--steps", "5", "--lr", "2")
        assert (run.status, run.out) == (2, "")
        assert [line.split(": ")[1] for line in run.err.splitlines()] == ["--steps", "--lr"]
        assert sgdb("diagnose", "none.session").status == 2


class TestRun:
    """`sgdb run` says how a run ends that does not learn; only one that diverges is a failure."""

    def test_a_run_that_is_stuck_says_why(self, sgdb: Any) -> None:
        run = sgdb("run", "exercise-2", "--lr", "1")
        assert (run.status, float(run.out)) == (0, pytest.approx(1.5))
        assert run.err.startswith("verdict: step 1,000, all 4 rows: ℒ 1.5, accuracy 25 % (1 of 4)\n")
        assert [line for line in run.err.splitlines() if not line.startswith("verdict: ")] == [
            "run: 1 of 3 hidden units (3) is idle in all rows from step 5 on",
            "run: rows 1 and 3 light no unit of layer 1 from step 5 on: nothing pulls on their loss",
            "run: row 2 lights no unit of layer 1 from step 41 on: nothing pulls on its loss",
            "run: stuck: the loss is 1.5 from step 43 to step 1000, to 3 digits",
        ]

    def test_a_loss_without_bound_is_a_failure_before_it_overflows(self, sgdb: Any) -> None:
        for steps, printed in (("7", True), ("100", False)):
            run = sgdb("run", "exercise-2", "--lr", "3", "--steps", steps)
            assert (run.status, bool(run.out)) == (1, printed)
            assert "run: the loss grows without bound: " in run.err

    def test_a_loss_that_rises_for_a_while_is_none(self, sgdb: Any) -> None:
        run = sgdb("run", "exercise-2", "--steps", "17")
        assert run.status == 0
        assert "run: the loss has grown from 1.966 to " in run.err

    def test_a_watch_that_holds_is_a_success_whatever_becomes_of_the_loss(self, sgdb: Any) -> None:
        run = sgdb("run", "exercise-2", "--lr", "3", "--until", "loss > 1e200")
        assert run.status == 0
        assert "run: the loss grows without bound: " in run.err


def test_in_the_names_of_a_notation(sgdb: Any, tmp_path: Path) -> None:
    run = sgdb("diagnose", "exercise-2", "--lr", "1", "--notation", "ng")
    assert run.out.splitlines()[2] == "    look at Z₁[3,1] of step 5"
    run = sgdb("diagnose", "exercise-2", "--lr", "3", "--notation", "mitchell")
    assert "! the run stops being finite at step 8: net₂[1,3] overflows" in run.out.splitlines()
    assert (
        sgdb("diagnose", "exercise-2", "--notation", "nng").err
        == 'sgdb: --notation: unknown "nng"; did you mean "ng"?\n'
    )

    run = sgdb("run", "exercise-2", "--lr", "3", "--notation", "mitchell")
    said = run.err.splitlines()
    assert said[0] == "sgdb: the run stops being finite at step 8: net₂[1,3] overflows"
    assert said[1].startswith("verdict: step 7, all 4 rows: E ")
    assert sgdb("run", "exercise-2", "--notation", "nng").status == 2

    path = tmp_path / "p.toml"
    path.write_text(
        'notation = "nielsen"\n[data]\ninputs = [[1.0]]\ntargets = [[1.0]]\n'
        "[[layers]]\nweights = [[0.5]]\nbias = [0.0]\n[training]\nlearning_rate = 0.1\n"
    )
    assert sgdb("run", str(path), "--steps", "2").err.startswith("verdict: step 2, the only row: C ")
