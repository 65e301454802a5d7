"""What importing core brings along."""

from __future__ import annotations

import subprocess
import sys


def modules_after(statement: str) -> set[str]:
    program = f"{statement}; import sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_core_brings_no_screen_along() -> None:
    assert not {"textual", "textual_plotext", "plotext", "rich", "tui"} & modules_after("import core")


def test_core_leaves_for_later_what_only_files_and_mistakes_need() -> None:
    brought = modules_after("import core") - modules_after("import numpy")
    assert not {"csv", "tomllib", "difflib", "argparse", "zipfile"} & brought
