"""Where scores and sheets are kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import core
from tui.commands.data_folder import data_folder

WHERE = "import sys; sys.platform = {platform!r}; from tui.commands.data_folder import {which}; print({which}())"


def folder_on(platform: str, which: str = "data_folder", **environment: str) -> str:
    """What the folder is on a platform; asked in a process of its own, as platformdirs decides when it is imported."""
    program = [sys.executable, "-c", WHERE.format(platform=platform, which=which)]
    root = {"PYTHONPATH": str(Path(core.__file__).parent.parent)}
    run = subprocess.run(program, env={**root, **environment}, capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_it_is_where_it_always_was(platform: str) -> None:
    usual = {"linux": ".local/share", "darwin": "Library/Application Support"}[platform]
    assert folder_on(platform, HOME="/home/somebody") == f"/home/somebody/{usual}/sgdb"
    assert folder_on(platform, HOME="/home/somebody", XDG_DATA_HOME="relative") == f"/home/somebody/{usual}/sgdb"
    assert folder_on(platform, HOME="/home/somebody", XDG_DATA_HOME="/data") == "/data/sgdb"


def test_sessions_that_were_not_ended_are_among_the_state() -> None:
    assert folder_on("linux", "state_folder", HOME="/home/somebody") == "/home/somebody/.local/state/sgdb"
    assert folder_on("linux", "state_folder", HOME="/home/somebody", XDG_STATE_HOME="/state") == "/state/sgdb"


def test_where_there_is_no_home_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(*_: object, **__: object) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr("tui.commands.data_folder.user_data_path", homeless)
    with pytest.raises(core.ProblemError, match="set XDG_DATA_HOME to a folder"):
        data_folder()
