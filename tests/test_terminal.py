"""The application on a terminal of its own: how it ends, and what it leaves behind."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

import tui

pytest.importorskip("pty")

ROOT = Path(tui.__file__).parents[1]
PUBLISHED = str(ROOT / "examples" / "exercise-2-published.toml")
PATIENCE = 120  # seconds, for a machine that has other things to do
LEFT = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?25h")  # no other screen, no mouse, a cursor
APPS = pytest.mark.parametrize(
    ("words", "drawn"),
    [((), b"step 0"), (("practise", "--seed", "3"), b"sheet 3")],
    ids=["training", "practice"],
)
CRASH = """
import sys
from tui.practice.screen import PractiseScreen
from tui.training.screen import TrainingScreen
def crash(*_):
    raise ZeroDivisionError("planted")
TrainingScreen.action_help = PractiseScreen.action_help = crash
from tui.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Terminal:
    """A command on a terminal."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str]) -> None:
        from in_a_pty import in_a_pty  # which not every system has what it needs for

        self.process, self._ours = in_a_pty(command, environment)

    def read(self, until: bytes | None = None) -> bytes:
        """What it shows until it shows that; None: until it ends."""
        shown, end = b"", monotonic() + PATIENCE
        while until is None or until not in shown:
            assert monotonic() < end, shown
            if not select.select([self._ours], [], [], 1)[0]:
                continue
            try:
                some = os.read(self._ours, 65536)
            except OSError:  # Linux says so that nobody is there any more
                some = b""
            if not some:
                break
            shown += some
        return shown

    def press(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._ours)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Any]:
    """Opens commands on terminals: sgdb with these words, or with `crash` a sgdb that breaks at the key ?."""
    opened = []

    def open_terminal(*words: str, crash: bool = False) -> Terminal:
        command = ("-c", CRASH) if crash else ("-m", "tui.cli")
        environment = {
            **os.environ,
            "XDG_DATA_HOME": str(tmp_path),
            "XDG_STATE_HOME": str(tmp_path),
            "TERM": "xterm-256color",
            "LINES": "",
            "COLUMNS": "",
        }
        opened.append(Terminal((*command, *words), environment))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.close()


@APPS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT], ids=lambda number: number.name)
def test_a_signal_leaves_the_terminal_as_it_was(
    terminal: Any, words: tuple[str, ...], drawn: bytes, number: signal.Signals
) -> None:
    app = terminal(*words)
    app.read(drawn)
    app.process.send_signal(number)
    shown = app.read()
    assert app.process.wait(PATIENCE) == 128 + number
    assert all(code in shown for code in LEFT)
    assert b"Traceback" not in shown


@APPS
def test_a_terminal_that_goes_away_takes_the_application_with_it(
    terminal: Any, words: tuple[str, ...], drawn: bytes
) -> None:
    app = terminal(*words)
    app.read(drawn)
    ours, app._ours = app._ours, os.open(os.devnull, os.O_RDONLY)
    os.close(ours)
    assert app.process.wait(PATIENCE) == 128 + signal.SIGHUP


@pytest.mark.parametrize(
    ("words", "drawn"),
    [((), b"step 0"), (("practise", "--seed", "3"), b"sheet 3"), (("check", PUBLISHED, "--screen"), b"slip 1 of 2")],
    ids=["training", "practice", "check"],
)
def test_a_crash_ends_with_status_1_and_a_traceback(terminal: Any, words: tuple[str, ...], drawn: bytes) -> None:
    app = terminal(*words, crash=True)
    app.read(drawn)
    app.press(b"?")
    shown = app.read()
    assert app.process.wait(PATIENCE) == 1
    after = shown[shown.rindex(LEFT[0]) :]
    assert b"Traceback" in after
    assert b"ZeroDivisionError" in after
    assert all(code in shown for code in LEFT)


def test_a_screen_that_is_quit_ends_with_status_0(terminal: Any) -> None:
    app = terminal()
    app.read(b"step 0")
    app.press(b"q")
    app.read()
    assert app.process.wait(PATIENCE) == 0


@APPS
def test_ctrl_z_suspends_and_the_screen_comes_back(terminal: Any, words: tuple[str, ...], drawn: bytes) -> None:
    app = terminal(*words)
    app.read(drawn)
    app.press(b"\x1a")
    shown = app.read(LEFT[-1])
    assert all(code in shown for code in LEFT)
    _, status = os.waitpid(app.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    app.process.send_signal(signal.SIGCONT)
    assert b"\x1b[?1049h" in app.read(drawn)
    app.process.send_signal(signal.SIGTERM)
    app.read()
    assert app.process.wait(PATIENCE) == 128 + signal.SIGTERM
