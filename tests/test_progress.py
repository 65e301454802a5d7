"""The bar of a long command, on a terminal and without one."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import termios

import pytest

from tui.commands.progress import Bar

STYLE = re.compile(r"\x1b\[[0-9;]*m")


def run(patience: float, columns: int = 120, **environment: str) -> tuple[str, str, set[str]]:
    """Train ten steps with stderr on a terminal of so many columns. Returns what was printed, what the terminal
    was sent before the verdict, and the modules that were imported.
    """
    program = f"""
import sys
import tui.commands.progress
from tui.cli import main
tui.commands.progress.PATIENCE, tui.commands.progress.SLICE = {patience}, 0
assert main(["run", "--steps", "10"]) == 0
print(*sys.modules)
"""
    ours, theirs = pty.openpty()
    try:
        termios.tcsetwinsize(theirs, (24, columns))
        process = subprocess.run(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            stderr=theirs,
            check=True,
            text=True,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), **environment},
        )
        os.set_blocking(ours, False)
        try:
            sent = os.read(ours, 2**16)
        except BlockingIOError:
            sent = b""
    finally:
        os.close(ours)
        os.close(theirs)
    printed, modules = process.stdout.splitlines()
    told, _, verdict = sent.decode(environment.get("PYTHONIOENCODING", "utf-8")).partition("verdict: ")
    assert verdict
    return printed, told, set(modules.split())


def test_a_bar_fills_on_stderr_and_is_gone_in_the_end() -> None:
    printed, sent, _ = run(patience=0)
    assert "step 1 of 10, loss " in sent
    assert "━ step 10 of 10, loss " in STYLE.sub("", sent)
    assert sent.endswith("\x1b[1A\x1b[2K")
    assert printed.startswith("0.")


@pytest.mark.parametrize("columns", [2, 8, 20, 40, 60])
def test_it_stays_on_one_line_however_narrow(columns: int) -> None:
    _, sent, _ = run(patience=0, columns=columns)
    assert sent.count("\n") == 1, "the one before the line is cleared"
    pictures = [STYLE.sub("", picture) for picture in sent.partition("\r\n")[0].split("\r\x1b[2K")[1:]]
    assert pictures
    assert max(map(len, pictures)) <= columns


def test_without_colour_it_has_none() -> None:
    assert re.search(r"\x1b\[[0-9;]*3[0-9]", run(patience=0)[1])
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", run(patience=0, NO_COLOR="1")[1])


def test_a_terminal_that_is_not_unicode_gets_hyphens() -> None:
    _, sent, _ = run(patience=0, PYTHONIOENCODING="latin-1")
    assert "- step 10 of 10, loss " in STYLE.sub("", sent)


def test_a_short_run_shows_none_and_does_not_wait_for_it() -> None:
    _, sent, modules = run(patience=1000)
    assert sent == ""
    assert "rich" not in modules


def test_its_cursor_is_not_hidden() -> None:
    _, sent, _ = run(patience=0)
    assert sent.index("\x1b[?25h") < sent.index("step 1 of 10")


def test_a_bar_appears_where_nothing_is_told_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[int, int, str]] = []
    monkeypatch.setattr(Bar, "_draw", lambda _, *told: drawn.append(told))
    bar = Bar()
    bar._terminal = True
    bar.show(0, 3, "run 0 of 3")
    bar.show(1, 3, "run 1 of 3")
    if bar._first is not None:  # None: the machine was slow, and each was drawn
        bar._first.join()
    assert drawn[-1] == (1, 3, "run 1 of 3")
