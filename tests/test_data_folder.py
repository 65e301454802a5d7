"""Where scores and sheets are kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import core
from tui.commands.data_folder import data_folder

WHERE = (
    "import sys; sys.platform = {platform!r}; from tui.commands.data_folder import data_folder; print(data_folder())"
)


def folder_on(platform: str, **environment: str) -> str:
    """What the folder is on a platform; asked in a process of its own, as platformdirs decides when it is imported."""
    program = [sys.executable, "-c", WHERE.format(platform=platform)]
    root = {"PYTHONPATH": str(Path(core.__file__).parent.parent)}
    run = subprocess.run(program, env={**root, **environment}, capture_output=True, text=True, check=True)
    return run.stdout.strip()


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_it_is_where_it_always_was(platform: str) -> None:
    usual = {"linux": ".local/share", "darwin": "Library/Application Support"}[platform]
    assert folder_on(platform, HOME="/home/somebody") == f"/home/somebody/{usual}/sgdb"
    assert folder_on(platform, HOME="/home/somebody", XDG_DATA_HOME="relative") == f"/home/somebody/{usual}/sgdb"
    assert folder_on(platform, HOME="/home/somebody", XDG_DATA_HOME="/data") == "/data/sgdb"


def test_where_there_is_no_home_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(*_: object, **__: object) -> Path:
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.setattr("tui.commands.data_folder.user_data_path", homeless)
    with pytest.raises(core.ProblemError, match="set XDG_DATA_HOME to a folder"):
        data_folder()
