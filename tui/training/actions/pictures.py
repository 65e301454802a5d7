"""The keys and the clicks that are about the pictures in the place of the plot."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
from textual.app import SystemCommand

import core
from core import Step
from tui.base import work
from tui.format import plain
from tui.training.sheet_screen import SheetScreen

BLOCK = 4096  # rows between two looks at whether they are still wanted
LISTED = 8  # rows that are named
IN_PLACE = ("loss", "picture")  # the panes that take turns
OUT_OF_SIGHT = "The plot is out of sight: esc shows all panes."


class PictureKeys(SheetScreen):
    """Chooses the picture, and what is picked in it."""

    def commands(self) -> Iterator[SystemCommand]:
        """With every picture by its name."""
        from tui.pictures.gallery import pictures_of

        yield from super().commands()
        for entry in pictures_of(self.problem):
            does = self.performer(self, f"show_picture({entry.name!r})")
            yield SystemCommand(f"Picture: {entry.title}", "in the place of the plot, key P", does)

    def action_picture(self) -> None:
        """The next picture that the problem has."""
        from tui.pictures.gallery import pictures_of

        names = [entry.name for entry in pictures_of(self.problem)]
        here = names.index(self.view.shown) if self.view.shown in names else 0
        self.action_show_picture(names[(here + 1) % len(names)])

    def action_show_picture(self, name: str) -> None:
        """The picture of this name."""
        from tui.pictures.gallery import entry

        alone = self.view.alone
        if alone in IN_PLACE:
            alone = "loss" if entry(name).draw is None else "picture"
        self.view = replace(self.view, shown=name, alone=alone)
        self.look()

    def why_no_picture(self) -> str | None:
        """Why another picture would not be seen."""
        return OUT_OF_SIGHT if self.view.alone and self.view.alone not in IN_PLACE else None

    def pick(self, x: int, y: int) -> None:
        """What stands at a place of the picture: a sample becomes the chosen one, a number is inspected, and of samples
        that are counted is said which they are.
        """
        sheet, step = self.sheet, self.step
        if sheet is None or step is None or sheet.pictured is None:
            return
        place = sheet.pictured.at(x, y)
        if place is None:
            return
        if sheet.pictured.kind == "sample":
            self._pick_sample(step, place)
        elif sheet.pictured.kind == "cell":
            from tui.training.pictured import matrix_of

            matrix = matrix_of(sheet.picture)
            cell = sheet.picture.cell_at(matrix.name, *divmod(place, matrix.values.shape[1]))
            self.look(cursor=(matrix.name, cell), term=None, scroll=0, aside="")
        elif sheet.pictured.kind == "class":
            work(self, partial(self._tell_samples, step, *divmod(place, len(step.problem.class_names))), "samples")

    def _pick_sample(self, step: Step, place: int) -> None:
        from tui.pictures.looked_at import data_row

        row, held_out, targets = data_row(step.problem, place)
        here = (step.batch == row).nonzero()[0]
        if not held_out and len(here):
            self.look(sample=int(here[0]), scroll=0)
            return
        where = "is held out: no step trains on it" if held_out else "is not in this step's batch"
        self.say(f"{'Held-out' if held_out else 'Data'} row {row + 1}, {self._told(step, targets)}, {where}.")

    def _told(self, step: Step, targets: core.Array) -> str:
        problem = step.problem
        if core.is_right_or_wrong(problem):
            return f"class {plain(problem.class_names[int(core.classes_said(problem, targets)[0])])}"
        letter = step.statement.letters["y_gt"]
        return f"{letter} {', '.join(core.significant(value, 4) for value in targets[0].tolist())}"

    async def _tell_samples(self, step: Step, true: int, said: int) -> None:
        problem, found = step.problem, []
        if len(problem.inputs) > BLOCK:
            self.say("Looking which samples these are …")
        for start in range(0, len(problem.inputs), BLOCK):
            found.append(await asyncio.to_thread(step.network.outputs, problem.inputs[start : start + BLOCK]))
            if self.step is not step:
                return
        outputs = np.concatenate(found)
        here = core.classes_said(problem, problem.targets) == true
        rows = (here & (core.classes_said(problem, outputs) == said)).nonzero()[0] + 1
        names = [plain(problem.class_names[k]) for k in (true, said)]
        shown = ", ".join(map(str, rows[:LISTED].tolist())) + (" …" if len(rows) > LISTED else "")
        which = f"data row{'s' if len(rows) > 1 else ''} {shown}" if len(rows) else "no row"
        self.say(f"{names[0]}, said to be {names[1]}: {which}.")
