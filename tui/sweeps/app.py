"""Many runs on the terminal, until the person quits."""

from __future__ import annotations

from collections.abc import Sequence

from tui.app import SgdbApp, run
from tui.sweeps.compare import Side
from tui.sweeps.compare_screen import ComparedScreen
from tui.sweeps.screen import SweepScreen


def run_sweep_app(path: str) -> int:
    """Open the results of a sweep, the SQLite file `path`; other processes may write it meanwhile. Returns the exit
    status, as `tui.app.run_app` does. Raises ProblemError where there is no such file.
    """
    return run(SgdbApp(first=SweepScreen(path)))


def run_compare_app(sides: Sequence[Side]) -> int:
    """Open runs side by side. Returns the exit status, as `tui.app.run_app` does."""
    return run(SgdbApp(first=ComparedScreen(sides)))
