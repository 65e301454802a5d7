"""Sessions: decisions that come back from a file as they were, whatever happens to the file."""

from __future__ import annotations

import errno
import os
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import core
from core import Bookmark, Branch, Cursor, Edit, NamedBranch, Replay, SavedWatch, Session, Timelines
from core.practice import Exercise
from core.text import clean as clean_text
from samples import exercise_2

HEAD = 'version = 1\nproblem = "exercise-2"\n'
PROBLEM = (
    "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [-1]]\n"
    "[[layers]]\nweights = [[1], [2]]\n[training]\nlearning_rate = 0.01\n"
)
LINES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).map(lambda text: f"~{text}~")


def begun(name: str = "exercise-2", **options: object) -> tuple[Session, Timelines]:
    problem = core.load_problem(name, options)
    return Session.of(problem), Timelines(problem)


def worked_on() -> tuple[Session, Timelines]:
    """A session with something of everything."""
    session, timelines = begun(lr="0.3")
    main = timelines[session.looked_at.branch]
    main.advance(50)
    session = session.fork(*core.edits_for(main[20], "W_1", (1, 3), 0.1 / 3)).add_bookmark(25, "here it dies")
    timelines[session.looked_at.branch].advance(10)
    session = session.fork(Edit(23, "loss", (), core.SquaredError(half=False)), Edit(23, "alpha", (), 0.25))
    timelines[session.looked_at.branch].advance(5)
    session = session.rename("what if 2", "no half").add_watch("loss < 0.01").add_watch("all(z_1[:,2] == 0)")
    session = session.change_watch("loss < 0.01", SavedWatch("loss < 0.01", enabled=False))
    session = replace(session, cursor=Cursor("what if 1", 22, ("W_1", (1, 3))))
    return session.with_view({"log": True, "digits": 4, "pane": "weights"}), timelines


def losses_of(session: Session, timelines: Timelines) -> dict[str, list[float]]:
    return {named.name: timelines[named.branch].losses.tolist() for named in session.branches}


def mistakes_in(path: Path) -> tuple[str, ...]:
    with pytest.raises(core.ProblemError) as caught:
        core.load_session(path)
    assert caught.value.source == str(path)
    assert all(line.isprintable() and len(line) < 400 for line in caught.value.mistakes)
    return caught.value.mistakes


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
        session = session.with_view(
            data.draw(st.dictionaries(LINES, st.booleans() | st.integers() | LINES.map(clean_text)))
        )
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
            (Edit(3, "W_1", (), 1.0), r"W_1: expected a cell of 2 x 3, found \[\]"),
            (Edit(3, "alpha", (1,), 1.0), "alpha: this is a single number, without a cell"),
            (Edit(3, "alpha", (), -1.0), "learning"),
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


class TestBadFiles:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", "the file is empty"),
            ("PK\x03\x04", "not TOML: Expected '=' after a key"),
            ("[data]\ninputs = [[1]]\n", "this is no session: expected a version and a problem"),
            ('problem = "xor"\n[answers]\n', "answers: unknown"),
            ("version = 1\n", "problem: missing; expected a built-in problem's name or a file"),
            ('problem = "xor"\n', "version: missing; expected 1"),
            ('version = 7\nproblem = [1]\nnew = "?"', "a newer sgdb has saved this session, in version 7; this one r"),
            ('version = 0\nproblem = "xor"', "version: expected a whole number of at least 1, found 0"),
            ("version = true\nproblem = 7", "problem: expected a text, the path of a file, found 7"),
            ('version = 1\nproblem = "xro"', 'problem: unknown "xro"; did you mean "xor"?'),
            (HEAD + "branches = 7", "branches: expected a list, found 7"),
            (HEAD + "branches = [7]", "branches[1]: expected a table, found 7"),
            (HEAD + "[[branches]]\nsteps = 3", "branches[1].name: missing; expected a text"),
            (HEAD + "[[branches]]\nname = ''", "branches[1].name: expected a text, found an empty one"),
            (HEAD + "[[branches]]\nname = 'a'\n" * 2, 'branches[2].name: there is "a" already'),
            (HEAD + "[[branches]]\nname = 'a'\nsteps = 1" + 18 * "0", "steps: expected a whole number from 0 to 10000"),
            (HEAD + "[[branches]]\nname = 'a'\nsteps = " + "9" * 5000, "not TOML: "),
            (HEAD + "[[branches]]\nname = 'a'\nedits = [{step = 3}]", "branches[1].edits[1].number: missing; expected"),
            (
                HEAD + "[[branches]]\nname = 'a'\nedits = [{step = -1, number = 'W_1[0,', value = nan}]",
                "branches[1].edits[1].value: expected a finite number, or a table with the name of a loss, found nan",
            ),
            (
                HEAD + "[[branches]]\nname = 'a'\nedits = [{step = 1, number = 'loss', value = {name = 'hinges'}}]",
                'branches[1].edits[1].value: name: unknown "hinges"; did you mean "hinge"?',
            ),
            (
                HEAD + "[[branches]]\nname = 'a'\nedits = [7" + ",{step = 1, number = 'alpha', value = 1}" * 2 + "]",
                "branches[1].edits[3]: step 1 changes this number already",
            ),
            (HEAD + "[cursor]\nbranch = 'b'", 'cursor.branch: unknown "b"'),
            (HEAD + "[cursor]\nstep = 0.5", "cursor.step: expected a whole number from 0 to 1000000000, found 0.5"),
            (HEAD + "[[bookmarks]]\nbranch = 'b'\nstep = 1", 'bookmarks[1].branch: unknown "b"; expected one of main'),
            (HEAD + "[[bookmarks]]\nbranch = 'main'\nstep = 1\n" * 2, 'bookmarks[2]: there is one on step 1 of "main"'),
            (HEAD + "[[watches]]\ntext = 'a'\n" * 2, 'watches[2].text: there is "a" already'),
            (HEAD + "[[watches]]\ntext = 'a'\nenabled = 1", "watches[1].enabled: expected true or false, found 1"),
            (HEAD + "[view]\nlog = [1]", "view.log: expected a text, a whole number, or true or false, found a list"),
            (HEAD + "[options]\nlearning = 1", "options.learning: unknown"),
            (HEAD + "[machine]\nthreads = 'x'", "machine.threads: expected a whole number"),
            (HEAD + "a = " + "[" * 10**5, "lists or tables are nested too deep"),
            (HEAD + "\x1b[31m" + "a" * 1000 + " = 1", "not TOML: "),
            (HEAD + f'"{"a" * 1000}" = 1', "unknown"),
            (
                HEAD + "[[branches]]\nname = 'a'\ndigests = {x = 'y'}",
                "branches[1].digests: expected numbers of steps, fo",
            ),
        ],
    )
    def test_each_is_refused_in_words_with_the_place(self, tmp_path: Path, text: str, expected: str) -> None:
        path = tmp_path / "bad.session"
        path.write_text(text)
        assert any(expected in line for line in mistakes_in(path)), mistakes_in(path)

    def test_all_mistakes_are_told_at_once_up_to_ten(self, tmp_path: Path) -> None:
        path = tmp_path / "bad.session"
        path.write_text(HEAD + "[cursor]\nstep = 'x'\n[[watches]]\ntext = 7\n[[bookmarks]]\nstep = 1")
        assert [line.partition(":")[0] for line in mistakes_in(path)] == [
            "watches[1].text",
            "bookmarks[1].branch",
            "cursor.step",
        ]
        path.write_text(HEAD + "[[bookmarks]]\nstep = 'x'\n" * 1000)
        assert len(mistakes_in(path)) == 11
        path.write_text(HEAD + "".join(f"[[bookmarks]]\nbranch = 'b'\nstep = {k}\n" for k in range(10_000)))
        assert len(mistakes_in(path)) == 10

    def test_a_million_edits_are_too_much_and_many_are_not(self, tmp_path: Path) -> None:
        path = tmp_path / "bad.session"
        line = "{{step = {}, number = 'alpha', value = 1}},\n"
        path.write_text(HEAD + "[[branches]]\nname = 'a'\nedits = [" + line.format(1) * 10**6 + "]")
        assert mistakes_in(path) == ("the file is too large: expected at most 1 MiB",)
        path.write_text(HEAD + "[[branches]]\nname = 'a'\nedits = [" + "".join(map(line.format, range(9999))) + "]")
        assert mistakes_in(path) == ("branches[1].edits: expected edits at 200 steps at most, found 9999 steps",)

    def test_what_would_be_too_large_to_be_read_is_not_saved(self, tmp_path: Path) -> None:
        session, timelines = begun()
        core.save_session(session, tmp_path / "a.session", timelines)
        text = (tmp_path / "a.session").read_bytes()
        with pytest.raises(core.ProblemError, match="too large to be saved"):
            core.save_session(session.add_bookmark(1, "long " * 300_000), tmp_path / "a.session", timelines)
        assert (tmp_path / "a.session").read_bytes() == text

    def test_what_is_no_file_is_refused(self, tmp_path: Path) -> None:
        assert mistakes_in(tmp_path / "none.session") == ("there is no such file",)
        assert mistakes_in(tmp_path) == ("expected a file, found a folder",)
        (tmp_path / "latin").write_bytes(b"problem = '\xe9'")
        assert mistakes_in(tmp_path / "latin") == ("line 1: expected UTF-8 text, found the byte 0xe9",)

    def test_a_file_that_is_cut_off_anywhere_or_spoilt_ends_in_no_traceback(self, tmp_path: Path) -> None:
        session, timelines = worked_on()
        saved = core.save_session(session, tmp_path / "a.session", timelines)
        data, path = (tmp_path / "a.session").read_bytes(), tmp_path / "b.session"
        random = np.random.default_rng(0)
        read = 0
        for cut in random.integers(0, len(data), 60):
            spoilt = bytearray(data)
            spoilt[cut] = random.integers(256)
            for found in (data[:cut], bytes(spoilt)):
                path.write_bytes(found)
                try:
                    again = core.load_session(path)
                except core.ProblemError:
                    continue
                read += 1
                assert again.source.name
        assert 0 < read < 110
        assert core.load_session(tmp_path / "a.session") == saved


class TestBadDisks:
    @pytest.mark.parametrize("failing", ["open", "fsync", "replace", "mkdir"])
    @pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EROFS, errno.EIO])
    def test_what_cannot_be_written_leaves_the_session_before(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str, reason: int
    ) -> None:
        session, timelines = worked_on()
        saved = core.save_session(session, tmp_path / "a.session", timelines)

        def fail(*_: object, **__: object) -> None:
            raise OSError(reason, os.strerror(reason))

        with monkeypatch.context() as broken:
            if failing == "open":
                broken.setattr("core.files.open", lambda *_, **__: fail(), raising=False)
            else:
                broken.setattr(os, failing, fail)
            with pytest.raises(OSError, match=os.strerror(reason)):
                core.save_session(session.add_bookmark(7), tmp_path / "a.session", timelines)
        assert core.load_session(tmp_path / "a.session") == saved
        assert os.listdir(tmp_path) == ["a.session"]

    def test_a_disk_that_fills_up_while_it_is_written_leaves_the_session_before(self, tmp_path: Path) -> None:
        resource = pytest.importorskip("resource")
        import signal

        session, timelines = worked_on()
        saved = core.save_session(session, tmp_path / "a.session", timelines)
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (200, limits[1]))
            with pytest.raises(OSError, match="File too large"):
                core.save_session(session.add_bookmark(7), tmp_path / "a.session", timelines)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
            signal.signal(signal.SIGXFSZ, before)
        assert core.load_session(tmp_path / "a.session") == saved
        assert os.listdir(tmp_path) == ["a.session"]


def test_a_session_that_only_names_its_problem_has_its_run(tmp_path: Path) -> None:
    (tmp_path / "a.session").write_text(HEAD)
    session = core.load_session(tmp_path / "a.session")
    assert session == begun()[0]
    assert session.branches == (NamedBranch("main", Branch(core.Source("exercise-2"))),)
