"""Sessions: decisions that come back from a file as they were, whatever happens to the file."""

from __future__ import annotations

import os
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import core
from core import Bookmark, Branch, Edit, NamedBranch, Replay, SavedWatch, Session, Timelines
from core.practice import Exercise
from samples import exercise_2
from session_samples import HEAD, PROBLEM, begun, worked_on
from test_branches import run_by_hand

LINES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).map(lambda text: f"~{text}~")


def losses_of(session: Session, timelines: Timelines) -> dict[str, list[float]]:
    return {named.name: timelines[named.branch].losses.tolist() for named in session.branches}


class TestDecisions:
    def test_a_fork_is_looked_at_and_called_what_if(self) -> None:
        session, _ = begun()
        forked = session.fork(Edit(3, "alpha", (), 0.1))
        assert forked.names == ("main", "what if 1")
        assert forked.looked_at.branch == session.looked_at.branch.with_edits(Edit(3, "alpha", (), 0.1))
        assert forked.switch("main").fork(Edit(3, "alpha", (), 0.1)).names == forked.names
        assert session.names == ("main",)

    def test_without_a_branch_its_parent_is_looked_at_and_the_others_stay(self) -> None:
        session = begun()[0].fork(Edit(3, "alpha", (), 0.1)).fork(Edit(5, "alpha", (), 0.2)).add_bookmark(6)
        left = session.remove("what if 2")
        assert (left.cursor.branch, left.bookmarks) == ("what if 1", ())
        assert left.branches == session.branches[:2]
        assert session.switch("main").remove("what if 1").names == ("main", "what if 2")
        with pytest.raises(core.ProblemError, match="the only branch"):
            left.remove("what if 1").remove("main")

    def test_names_watches_and_bookmarks_are_there_once(self) -> None:
        session = begun()[0].fork(Edit(3, "alpha", (), 0.1)).add_bookmark(4, "a").add_bookmark(4, "b")
        assert session.bookmarks == (Bookmark("what if 1", 4, "b"),)
        assert session.rename("what if 1", "other").bookmarks == (Bookmark("other", 4, "b"),)
        with pytest.raises(core.ProblemError, match=r'branches\[2\].name: there is "main" already'):
            session.rename("what if 1", "main")
        off = session.add_watch("loss < 1").change_watch("loss < 1", SavedWatch("loss < 1", enabled=False))
        assert off.add_watch("loss < 1").watches == (SavedWatch("loss < 1"),)
        with pytest.raises(core.ProblemError, match='branch: unknown "mian"; did you mean "main"'):
            session.switch("mian")

    def test_more_edits_than_a_session_takes_are_refused_when_they_are_made(self) -> None:
        session, timelines = begun()
        edits = tuple(Edit(step, "alpha", (), 0.1) for step in range(200))
        session = session.fork(*edits)
        assert timelines[session.looked_at.branch][200].learning_rate == 0.1
        with pytest.raises(core.ProblemError, match="expected edits at 200 steps at most, found 201 steps"):
            session.fork(Edit(200, "alpha", (), 0.1))


class TestRoundTrips:
    def test_a_session_comes_back_and_its_runs_come_to_the_same_bits(self, tmp_path: Path) -> None:
        session, timelines = worked_on()
        saved = core.save_session(session, tmp_path / "a.session", timelines)
        assert [named.steps for named in saved.branches] == [50, 30, 28]
        again = core.load_session(tmp_path / "a.session")
        assert again == saved
        assert again.recorded == saved.recorded
        anew = Timelines()
        replay = Replay(again, anew)
        replay.go()
        assert (replay.differences, replay.complete) == ((), True)
        assert losses_of(again, anew) == losses_of(session, timelines)
        text = (tmp_path / "a.session").read_text(encoding="utf-8")
        core.save_session(again, tmp_path / "a.session", anew)
        assert (tmp_path / "a.session").read_text(encoding="utf-8") == text

    def test_a_replay_goes_in_pieces_of_any_size(self, tmp_path: Path) -> None:
        session = core.save_session(*(made := worked_on())[:1], tmp_path / "a.session", made[1])
        replay, left = Replay(session, Timelines()), [50 + 10 + 5]
        assert replay.left == left[0]
        while left[-1]:
            left.append(replay.go(7))
        assert left == [65, 58, 51, 44, 37, 30, 23, 16, 9, 2, 0]
        assert replay.complete

    @settings(max_examples=15)
    @given(st.data())
    def test_whatever_is_decided_comes_back(
        self, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
    ) -> None:
        session, timelines = begun(data.draw(st.sampled_from(["exercise-2", "xor", "three-classes", "svm"])))
        edits = {
            "alpha": st.floats(1e-300, 1e300),
            "batch_size": st.integers(1, 4),
            "W_1": st.floats(allow_nan=False, allow_infinity=False),
            "loss": st.sampled_from([core.SquaredError(half=False), core.SoftmaxHinge(margin=0.3)]),
        }
        for _ in range(data.draw(st.integers(0, 4))):
            session = session.switch(data.draw(st.sampled_from(session.names)))
            name = data.draw(st.sampled_from([*edits]))
            cell = (data.draw(st.integers(1, 2)), data.draw(st.integers(1, 3))) if name == "W_1" else ()
            session = session.fork(Edit(data.draw(st.integers(0, 10**9)), name, cell, data.draw(edits[name])))
            new = data.draw(LINES)
            if core.NamedBranch(new, session.looked_at.branch).name not in session.names:
                session = session.rename(session.cursor.branch, core.NamedBranch(new, session.looked_at.branch).name)
            session = session.add_bookmark(data.draw(st.integers(0, 10**9)), data.draw(LINES))
            session = session.add_watch(data.draw(LINES))
        session = session.with_view(data.draw(st.dictionaries(LINES, st.booleans() | st.integers() | LINES)))
        path = tmp_path_factory.mktemp("sessions") / "any.session"
        saved = core.save_session(session, path, timelines)
        assert core.load_session(path) == saved == session
        assert tomllib.loads(path.read_text(encoding="utf-8"))["version"] == 1

    @pytest.mark.parametrize("name", ["exercise-2", "problem.toml", "below/problem.toml", "../problem.toml", "./xor"])
    def test_any_source_comes_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        (tmp_path / "work/below").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "work")
        if name != "exercise-2":
            Path(name).write_text(PROBLEM)
        session, timelines = begun(name, lr="0.02", reduction="mean", margin=None)
        core.save_session(session, "a.session", timelines)
        monkeypatch.chdir(tmp_path)
        again = core.load_session("work/a.session")
        assert again.source == session.source
        assert again.problem().learning_rate == 0.02
        if name == "below/problem.toml":  # a folder that is moved takes its sessions along
            os.rename("work", "elsewhere")
            assert core.load_session("elsewhere/a.session").problem().learning_rate == 0.02

    def test_a_sheet_that_is_practised_on_comes_back(self, tmp_path: Path) -> None:
        problem = Exercise(core.load_problem("xor"), 7).problem
        session, timelines = Session.of(problem), Timelines(problem)
        timelines[session.looked_at.branch].advance(5)
        core.save_session(session, tmp_path / "a.session", timelines)
        again = core.load_session(tmp_path / "a.session")
        assert again.title == "sheet 7 of xor"
        assert again.problem().source == again.source
        replay = Replay(again, Timelines())
        assert replay.go() == 0
        assert replay.differences == ()

    def test_a_file_whose_name_is_not_utf_8_comes_back(self, tmp_path: Path) -> None:
        path = tmp_path / os.fsdecode(b"caf\xe9.toml")
        try:
            path.write_text(PROBLEM)
        except OSError:
            pytest.skip("every file name is UTF-8 here")
        session, timelines = begun(str(path))
        core.save_session(session, tmp_path / "a.session", timelines)
        assert core.load_session(tmp_path / "a.session").problem().learning_rate == 0.01

    def test_a_problem_or_a_loss_made_in_python_cannot_be_saved_and_says_so(self, tmp_path: Path) -> None:
        problem = exercise_2()
        session, timelines = Session.of(problem), Timelines(problem)
        with pytest.raises(core.ProblemError, match="made in Python; a session is saved of a built-in problem or a fi"):
            core.save_session(session, tmp_path / "a.session", timelines)

        class Own(core.SquaredError):
            pass

        session, timelines = begun()
        with pytest.raises(core.ProblemError, match="made in Python; a session is saved with those of problem files"):
            core.save_session(session.fork(Edit(0, "loss", (), Own())), tmp_path / "a.session", timelines)
        assert os.listdir(tmp_path) == []

    def test_what_is_saved_before_a_replay_is_over_keeps_what_it_came_to(self, tmp_path: Path) -> None:
        session, timelines = worked_on()
        saved = core.save_session(session, tmp_path / "a.session", timelines)
        anew = Timelines()
        Replay(saved, anew).go(20)
        assert core.save_session(saved, tmp_path / "a.session", anew).recorded == saved.recorded
        assert core.load_session(tmp_path / "a.session") == saved


class TestWhatChanged:
    def test_a_problem_file_that_changed_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "problem.toml"
        file.write_text(PROBLEM)
        session, timelines = begun(str(file))
        timelines[session.looked_at.branch].advance(20)
        saved = core.save_session(session, tmp_path / "a.session", timelines)
        file.write_text(PROBLEM + "# another word changes nothing\n")
        replay = Replay(saved, Timelines())
        replay.go()
        assert replay.differences == ()
        file.write_text(PROBLEM.replace("[[1], [2]]", "[[1], [2.5]]"))
        replay = Replay(saved, Timelines())
        replay.go()
        changed, losses = replay.differences
        assert changed == "problem.toml has changed since the session was saved"
        assert losses.startswith("main: the losses differ, first in step 0; that of step 19 is ")
        assert replay.complete

    def test_another_machine_is_told_where_its_bits_differ(self, tmp_path: Path) -> None:
        session, timelines = begun()
        run = timelines[session.looked_at.branch]
        run.advance(20)
        here = core.fingerprint()
        saved = core.save_session(session, tmp_path / "a.session", timelines)
        text = (tmp_path / "a.session").read_text(encoding="utf-8")
        elsewhere = text.replace(f'simd = "{here.simd}"', 'simd = "ABACUS"')
        (tmp_path / "b.session").write_text(elsewhere)
        replay = Replay(core.load_session(tmp_path / "b.session"), Timelines())
        replay.go()
        assert replay.differences == ()  # another machine with the same bits
        digest = saved.recorded.losses[session.looked_at.branch].digests[16]
        (tmp_path / "b.session").write_text(elsewhere.replace(digest, "0" * 8))
        replay = Replay(core.load_session(tmp_path / "b.session"), Timelines())
        replay.go()
        assert replay.differences == (
            f"this machine computes with other last bits: simd {here.simd}, was ABACUS",
            "main: the losses differ, first between steps 4 and 15; that of step 19 is the same",
        )

    def test_the_first_loss_that_differs_is_told_as_soon_as_it_has_been_computed(self, tmp_path: Path) -> None:
        session, timelines = begun()
        timelines[session.looked_at.branch].advance(100)
        saved = core.save_session(session, tmp_path / "a.session", timelines)
        branch = saved.looked_at.branch
        digest = saved.recorded.losses[branch]
        off = replace(saved.recorded, losses={branch: digest._replace(digests=digest.digests | {16: "0" * 8})})
        replay = Replay(replace(saved, recorded=off), Timelines())
        replay.go(15)
        assert replay.differences == ()
        replay.go(1)
        assert replay.differences == ("main: the losses differ, first between steps 4 and 15",)

    def test_a_run_that_no_longer_gets_there_is_told_and_the_others_go_on(self) -> None:
        session, _ = begun()
        branch = session.looked_at.branch.with_edits(Edit(2, "alpha", (), 1e200))
        session = session.add(branch).fork(Edit(30, "alpha", (), 0.1)).switch("main").fork(Edit(4, "alpha", (), 0.2))
        far = tuple(replace(named, steps=40) for named in session.branches)
        replay = Replay(replace(session, branches=far), timelines := Timelines())
        assert replay.go() == 0
        assert not replay.complete
        first, second = replay.differences
        assert first.startswith("what if 2: the run stops being finite at step 3: ")
        assert second.startswith("what if 1: the run stops being finite at step 3: ")
        assert second.endswith("; 40 steps were saved")
        assert len(timelines[session.named("what if 3").branch]) == 40

    @pytest.mark.parametrize(
        ("edit", "mistake"),
        [
            (Edit(3, "W_9", (1, 1), 1.0), 'unknown "W_9"'),
            (Edit(3, "W_1", (3, 1), 1.0), r"W_1: expected a cell of 2 x 3, found \[3,1\]"),
            (Edit(3, "W_1", (), 1.0), r"W_1 needs a cell, such as W_1\[1,1\]"),
            (Edit(3, "alpha", (1,), 1.0), "alpha: this is a single number, without a cell"),
            (Edit(3, "alpha", (), -1.0), "alpha: expected"),
            (Edit(3, "alpha", (), core.SquaredError()), "alpha: expected a number"),
            (Edit(3, "loss", (), 0.5), "loss: expected a loss, found 0.5"),
            (Edit(3, "batch_size", (), 0.5), "batch_size: expected a whole number of at least 1, found 0.5"),
            (Edit(3, "X_in", (5, 1), 0.5), r"X_in: expected a cell of 4 x 2, found \[5,1\]"),
        ],
    )
    def test_an_edit_that_cannot_be_made_is_told_with_its_branch(self, edit: Edit, mistake: str) -> None:
        session = begun()[0].add(Branch(begun()[0].source, (edit,)), "wrong")
        with pytest.raises(core.ProblemError, match=mistake) as caught:
            Replay(session, Timelines()).go()
        assert caught.value.source == "wrong"


def test_a_session_that_only_names_its_problem_has_its_run(tmp_path: Path) -> None:
    (tmp_path / "a.session").write_text(HEAD)
    session = core.load_session(tmp_path / "a.session")
    assert session == begun()[0]
    assert session.branches == (NamedBranch("main", Branch(core.Source("exercise-2"))),)


Reference = list[tuple[int, str, tuple[int, ...], float]]


class Debugging(RuleBasedStateMachine):
    """Somebody who debugs a run, against the edits of each branch in a plain list, and runs made by hand."""

    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.session, self.timelines = begun()
        self.edits: dict[str, Reference] = {"main": []}
        self.steps = {"main": 0}
        self.file = self.folder / "own.session"
        self.saved: tuple[dict[str, Reference], dict[str, int]] | None = None

    @property
    def here(self) -> str:
        return self.session.cursor.branch

    @rule(step=st.integers(0, 30))
    def jump(self, step: int) -> None:
        self.session = self.session.at(step)
        timeline = self.timelines[self.session.looked_at.branch]
        assert timeline[step].loss == run_by_hand(self.session.problem(), self.edits[self.here], step + 1)[step].loss

    @rule(step=st.integers(0, 20), name=st.sampled_from(["W_1", "alpha", "X_in"]), value=st.floats(0.01, 0.5))
    def fork(self, step: int, name: str, value: float) -> None:
        cell = () if name == "alpha" else (1, 2)
        kept = [edit for edit in self.edits[self.here] if edit[0] <= step and edit[:3] != (step, name, cell)]
        before = set(self.session.names)
        self.session = self.session.fork(Edit(step, name, cell, value))
        if self.here not in before:
            self.edits[self.here] = sorted([*kept, (step, name, cell, value)])
            self.steps[self.here] = 0

    @rule(data=st.data())
    def switch(self, data: st.DataObject) -> None:
        self.session = self.session.switch(data.draw(st.sampled_from(self.session.names)))

    @rule()
    def undo(self) -> None:
        if len(self.edits) > 1:
            gone = self.here
            self.session = self.session.remove(gone)
            del self.edits[gone], self.steps[gone]
            self.timelines.keep_only(named.branch for named in self.session.branches)

    @rule(step=st.integers(0, 30), note=LINES)
    def bookmark(self, step: int, note: str) -> None:
        self.session = self.session.add_bookmark(step, note)

    @rule()
    def save(self) -> None:
        self.session = core.save_session(self.session, self.file, self.timelines)
        self.steps = {named.name: named.steps for named in self.session.branches}
        self.saved = dict(self.edits), dict(self.steps)

    @rule()
    def reload(self) -> None:
        if self.saved is not None:
            self.edits, self.steps = map(dict, self.saved)  # type: ignore[arg-type]
            self.session, self.timelines = core.load_session(self.file), Timelines()
            replay = Replay(self.session, self.timelines)
            while replay.go(7):
                pass
            assert replay.differences == ()

    @invariant()
    def every_branch_is_what_it_was_decided_to_be(self) -> None:
        assert {*self.session.names} == {*self.edits}
        for named in self.session.branches:
            assert [(e.step, e.name, e.cell, e.value) for e in named.branch.edits] == self.edits[named.name]
            assert named.steps == self.steps[named.name]

    def teardown(self) -> None:
        Replay(self.session, self.timelines).go()
        for named in self.session.branches:
            losses = self.timelines[named.branch].losses.tolist()
            by_hand = run_by_hand(self.session.problem(), self.edits[named.name], len(losses))
            assert losses == [step.loss for step in by_hand]


def test_whoever_debugs_finds_every_branch_as_it_was(tmp_path: Path) -> None:
    machine: Any = type("DebuggingHere", (Debugging,), {"folder": tmp_path})
    few = settings() if settings.default.max_examples > 100 else settings(max_examples=8, stateful_step_count=12)
    run_state_machine_as_test(machine, settings=few)
