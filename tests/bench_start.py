"""What opening the screen costs, against a Textual app with nothing in it: python tests/bench_start.py [--quick]

Both start in a fresh Python on a terminal of their own, in turns, so that a noisy machine disturbs both alike. The time
runs from the start of the process until its first complete picture has been written.
"""

from __future__ import annotations

import os
import re
import select
import statistics
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench_core import QUICK, Result

ROOT = Path(__file__).parent.parent
GOAL = 1.5
LIMIT = 60.0  # seconds after which a start has failed
SIZE = (40, 120)
ESCAPE_CODE = re.compile(rb"\x1b(\[[0-9;:?<=>]*[ -/]*[@-~]|[^\[])")

# A program, and what stands in each part of its first complete picture.
BARE = """
import numpy
from textual.app import App
from textual.widgets import Footer, Static

class Bare(App):
    BINDINGS = [("q", "quit", "quit")]

    def compose(self):
        yield Static("nothing in it")
        yield Footer()

Bare().run()
"""
BARE_PICTURE = ("nothing in it", "quit", "palette")
SGDB_PICTURE = ("ℒ 1.966", "W_out 3×1", "y_gt", "∂W₁ 2×3", "The loss of each step", "quit", "palette")


def first_picture(program: Sequence[str], picture: Sequence[str], environment: Mapping[str, str]) -> float:
    """Seconds until all of `picture` has been written."""
    terminal, own_side = os.openpty()
    termios.tcsetwinsize(own_side, SIZE)
    wanted = [text.encode() for text in picture]
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *program],
        stdin=own_side,
        stdout=own_side,
        stderr=own_side,
        env=environment,
        cwd=ROOT,
        start_new_session=True,
    )
    os.close(own_side)
    written = b""
    try:
        while not all(text in ESCAPE_CODE.sub(b"", written) for text in wanted):
            ready, _, _ = select.select([terminal], [], [], max(0, start + LIMIT - time.perf_counter()))
            try:
                written += os.read(terminal, 2**16) if ready else b""
            except OSError:  # it ended
                ready = []
            if not ready:
                sys.exit(f"no picture from {program}:\n{written.decode(errors='replace')}")
        return time.perf_counter() - start
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


def start() -> Result:
    sgdb = ("-m", "tui.cli", "exercise-2"), SGDB_PICTURE
    bare = ("-c", BARE), BARE_PICTURE
    with TemporaryDirectory() as cache:
        # As on every start but the first: the byte code of both lies ready, whatever this process is told.
        environment = {
            key: value
            for key, value in os.environ.items()
            if key not in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR") and not key.startswith("TEXTUAL_")
        }
        environment |= {
            "PYTHONPYCACHEPREFIX": cache,
            "PYTHONPATH": str(ROOT),
            "TERM": "xterm-256color",
        }
        for way in (sgdb, bare):
            first_picture(*way, environment)
        pairs = []
        for turn in range(5 if QUICK else 31):
            order = (sgdb, bare) if turn % 2 else (bare, sgdb)
            found = {way: first_picture(*way, environment) for way in order}
            pairs.append((found[sgdb], found[bare]))
    ours, theirs = map(statistics.median, zip(*pairs, strict=True))
    ratio = statistics.median(first / second for first, second in pairs)
    return Result(
        f"the first picture of sgdb exercise-2 / of a bare app with numpy ({1e3 * theirs:.0f} ms)",
        f"{1e3 * ours:.0f} ms = {ratio:.3f} x",
        f"{GOAL} x",
        ratio <= GOAL,
    )


if __name__ == "__main__":
    print(f"{'what':<72}{'measured':>24}{'goal':>16}")
    print(start())
