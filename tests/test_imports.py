"""What importing core and opening the screen bring along, and what they leave for later."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FIRST_PICTURE = """
import asyncio, sys
import core
from tui.app import SgdbApp

with_picture = set()

def note(app):
    if not with_picture and app.screen_stack and getattr(app.screen, "painted", 0):
        with_picture.update(sys.modules)

SgdbApp.post_display_hook = note

async def main():
    async with SgdbApp(core.load_problem("exercise-2")).run_test(size=(120, 40)) as pilot:
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert pilot.app.screen.step.index == 0
        ready = set(sys.modules)
        for key in ("n", "p", "enter", "escape", "full_stop"):
            await pilot.press(key)
        print(*(with_picture if sys.argv[1] == "picture" else set(sys.modules) - ready))

asyncio.run(main())
"""
LATER = {
    "plotext",
    "textual_fspicker",
    "core.loading.form",
    "core.loading.options_form",
    "tui.opening",
    "core.checking",
    "core.comparison",
    "core.explanation",
    "core.gradient_formulas",
    "core.gradient_check",
    "core.notations",
    "core.origins",
    "core.practice",
    "core.solving",
    "core.saving",
    "core.scores",
    "core.watching",
    "core.diagnosis",
    "tui.dialogs.change",
    "tui.dialogs.check",
    "tui.dialogs.watches",
    "tui.dialogs.export",
    "tui.dialogs.goto",
    "tui.dialogs.help",
    "tui.practice.screen",
    "tui.dialogs.report",
}


def modules_after(statement: str) -> set[str]:
    return printed(f"{statement}\nimport sys; print(*sys.modules)")


def printed(program: str, *arguments: str) -> set[str]:
    tests, command = Path(__file__).parent, [sys.executable, "-c", program, *arguments]
    return set(subprocess.run(command, cwd=tests, capture_output=True, text=True, check=True).stdout.split())


def test_core_brings_no_screen_along() -> None:
    brought = modules_after("import core, core.practice")
    assert not {"textual", "textual_plotext", "plotext", "rich", "platformdirs", "tui"} & brought


def test_core_leaves_for_later_what_only_files_and_mistakes_need() -> None:
    brought = modules_after("import core") - modules_after("import numpy")
    assert not {"csv", "tomllib", "difflib", "argparse", "zipfile"} & brought


def test_the_first_picture_leaves_for_later_what_only_other_screens_need() -> None:
    brought = printed(FIRST_PICTURE, "picture")
    assert "tui.training.screen" in brought
    assert not LATER & brought


def test_no_key_waits_for_what_could_be_imported_behind_the_first_picture() -> None:
    brought = printed(FIRST_PICTURE, "keys")
    assert not {name for name in brought if name.startswith(("core", "tui", "plotext", "textual"))}
