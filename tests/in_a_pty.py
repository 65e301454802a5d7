"""A program on a terminal of its own, which it does not outlive."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent


def in_a_pty(
    command: Sequence[str], environment: Mapping[str, str], size: tuple[int, int] | None = None
) -> tuple[subprocess.Popen[bytes], int]:
    """Start Python with these words on a terminal of so many columns and rows. Returns the process and our side of the
    terminal: once that is closed, by whatever ends this process, the other gets SIGHUP.
    """
    ours, theirs = os.openpty()
    if size is not None:
        termios.tcsetwinsize(theirs, size[::-1])
    process = subprocess.Popen(
        [sys.executable, *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # else nobody tells it that the terminal is gone
    )
    os.close(theirs)
    return process, ours
