"""Files of sessions that are damaged, foreign or hostile, and disks that are full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

import core
from core import Edit
from session_samples import HEAD, begun, worked_on


def mistakes_in(path: Path) -> tuple[str, ...]:
    with pytest.raises(core.ProblemError) as caught:
        core.load_session(path)
    assert caught.value.source == str(path)
    assert all(line.isprintable() and len(line) < 400 for line in caught.value.mistakes)
    return caught.value.mistakes


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

    def test_a_file_that_is_cut_off_anywhere_never_reads_as_another_session(self, tmp_path: Path) -> None:
        session, timelines = begun()
        timelines[session.looked_at.branch].advance(50)
        session = session.fork(Edit(20, "W_1", (1, 3), 0.1)).add_bookmark(20, "here").add_watch("loss < 1")
        saved = core.save_session(session, tmp_path / "a.session", timelines)
        data, path = (tmp_path / "a.session").read_bytes(), tmp_path / "b.session"
        cut_off = 0
        for cut in range(len(data)):
            path.write_bytes(data[:cut])
            try:
                again = core.load_session(path)
            except core.ProblemError as error:
                cut_off += "the file was cut off: it has no [end]" in str(error)
            else:
                assert (again, again.recorded, cut) == (saved, saved.recorded, len(data) - 1)  # the end of the line
        assert cut_off > 5

    def test_a_saved_file_can_be_edited_by_hand(self, tmp_path: Path) -> None:
        path, (session, timelines) = tmp_path / "a.session", worked_on()
        saved = core.save_session(session, path, timelines)
        text = path.read_text(encoding="utf-8").replace("here it dies", "here they part")
        path.write_text(text + '\n[[bookmarks]]\nbranch = "main"\nstep = 3\n', encoding="utf-8")
        assert [mark.note for mark in core.load_session(path).bookmarks] == ["here they part", ""]
        path.write_text(text.replace("has_end = true", "").replace("[end]", ""), encoding="utf-8")
        assert core.load_session(path).branches == saved.branches
        path.write_text(text + "step = 3\n", encoding="utf-8")
        assert mistakes_in(path) == ("end: expected nothing below [end]; write it above",)

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


@pytest.mark.parametrize(
    ("written", "name", "cell"),
    [
        ("W_1[1, 3]", "W_1", (1, 3)),
        (" W₁[ 1,3 ]", "W_1", (1, 3)),
        ("α", "alpha", ()),
        ("lr", "alpha", ()),
        ("batch", "batch_size", ()),
        ("vW_out[2,1]", "vW_out", (2, 1)),
    ],
)
def test_numbers_are_named_as_in_what_if(tmp_path: Path, written: str, name: str, cell: tuple[int, ...]) -> None:
    path = tmp_path / "a.session"
    path.write_text(f"{HEAD}[[branches]]\nname = 'a'\nedits = [{{step = 3, number = '{written}', value = 0.5}}]\n")
    assert core.load_session(path).branches[0].branch.edits == (Edit(3, name, cell, 0.5),)


@pytest.mark.parametrize("update", ["sgd", "momentum", "adam"])
def test_every_number_on_the_screen_is_read_by_the_name_that_it_is_saved_by(tmp_path: Path, update: str) -> None:
    session, timelines = begun("three-classes", update=update)
    for name, values in timelines[session.looked_at.branch][0].values.items():
        cell = values.shape
        path = tmp_path / "a.session"
        core.save_session(session.at(0, (name, cell)), path, timelines)
        assert core.load_session(path).cursor.cell == (name, cell)


class TestAgainstTheProblem:
    def test_what_the_problem_does_not_have_is_told_with_its_place(self, tmp_path: Path) -> None:
        path = tmp_path / "a.session"
        path.write_text(
            HEAD
            + """[cursor]
cell = "Q[1]"
[[branches]]
name = "a"
edits = [
  {step = 9, number = "alpha", value = -1},
  {step = 3, number = "z_1[1,1]", value = 1},
  {step = 3, number = "W_2[1,1]", value = 1},
  {step = 3, number = "W_out[1,1]", value = 2},
]
[[branches]]
name = "b"
edits = [{step = 1, number = "X_in[1,1]", value = 1}, {step = 2, number = "batch", value = 99}]
[[watches]]
text = "loss <"
[[watches]]
text = "loss < 1"
[[watches]]
text = "z_9 > 0"
enabled = false
""",
            encoding="utf-8",
        )
        with pytest.raises(core.ProblemError) as caught:
            core.load_session(path).problem()
        lines = [line.split(": ", 1) for line in caught.value.mistakes]
        assert [(place, line[:38]) for place, line in lines] == [
            ("branches[1].edits[1]", "alpha: expected a finite number above "),
            ("branches[1].edits[2]", "z_1 is computed: change what it is com"),
            ("branches[1].edits[4]", "step 3 changes this number already"),
            ("branches[2].edits[2]", "batch_size: expected at most 4, the nu"),
            ("watches[1].text", "expected a number, a name or a parenth"),
            ("watches[3].text", 'unknown "z_9"; did you mean "z_1"? (ch'),
            ("cursor.cell", 'unknown "Q"; expected one of X_in, y_g'),
        ]

    @pytest.mark.parametrize(
        ("cell", "mistake"),
        [
            ("W_1[3,1]", "cursor.cell: W_1: expected a cell of 2 x 3, found [3,1]"),
            ("W_2[1,1]", "cursor.cell: W_2 goes by the name W_out here"),
            ("loss[1]", "cursor.cell: loss: expected no cell, found [1]"),
            ("alpha", 'cursor.cell: unknown "alpha"; expected one of X_in'),
        ],
    )
    def test_the_cursor_is_on_a_cell_that_there_is(self, tmp_path: Path, cell: str, mistake: str) -> None:
        path = tmp_path / "a.session"
        path.write_text(f'{HEAD}[cursor]\ncell = "{cell}"\n')
        with pytest.raises(core.ProblemError) as caught:
            core.load_session(path).problem()
        assert str(caught.value).startswith(mistake)

    def test_targets_that_go_together_are_no_mistake_where_another_edit_is(self) -> None:
        session, timelines = begun("three-classes")
        step = timelines[session.looked_at.branch][0]
        wrong = int(np.argmin(step.problem.targets[0])) + 1
        session = session.fork(*core.edits_for(step, "y_gt", (1, wrong), 1.0), Edit(0, "W_9", (1, 1), 1.0))
        with pytest.raises(core.ProblemError) as caught:
            session.problem()
        assert len(caught.value.mistakes) == 1
        assert 'branches[2].edits[1]: unknown "W_9"' in str(caught.value)

    @pytest.mark.parametrize("name", ["exercise-2", "three-classes", "svm", "xor"])
    def test_what_the_screen_may_have_saved_is_no_mistake(self, name: str) -> None:
        session, timelines = begun(name)
        step = timelines[session.looked_at.branch][0]
        session = session.add_watch("max(abs(dW_out)) > 1").add_watch(f"z_1[{len(step.problem.inputs)},1] > 0")
        for loss in core.LOSSES.values():
            if not step.problem.mistakes_under(under := loss.like(step.problem.loss)):
                values = timelines[session.looked_at.branch.under(under)][0].values
                for quantity, numbers in values.items():
                    assert session.at(0, (quantity, numbers.shape)).problem().name == step.problem.name


class TestBadDisks:
    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders here")
    def test_only_a_file_is_replaced(self, tmp_path: Path) -> None:
        session, timelines = worked_on()
        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "link").symlink_to(tmp_path / "pipe")
        for name, found in (("folder", "a folder"), ("pipe", "a device or a pipe"), ("link", "a device or a pipe")):
            for write in (core.save_session, core.export_session):
                with pytest.raises(FileExistsError, match=f"expected a file, found {found}"):
                    write(session, tmp_path / name, timelines)
        assert (tmp_path / "pipe").is_fifo()
        assert (tmp_path / "link").is_symlink()
        assert sorted(os.listdir(tmp_path)) == ["folder", "link", "pipe"]

    def test_a_file_that_is_read_only_stays(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        session, timelines = worked_on()
        path = tmp_path / "a.session"
        path.write_text("mine")
        monkeypatch.setattr(os, "access", lambda *_: False)
        with pytest.raises(PermissionError, match="the file is read-only"):
            core.save_session(session, path, timelines)
        assert path.read_text() == "mine"

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
