"""Jumps, forks, undoing, switching, saving and opening again, by keys, against runs that keep every step."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

import core
from screen import press, seek, settle, shown, training
from test_branches import run_by_hand, same
from test_what_if_screen import change
from tui.app import SgdbApp

NAMES = {"W_1": "W_1[1,2]", "alpha": "alpha", "X_in": "X_in[1,2]"}
LENGTH = 16  # steps of the runs
Edits = tuple[tuple[int, str, tuple[int, ...], float], ...]


class Reference:
    """What a person has done: the edits of each branch, which is looked at, and how it was before each decision."""

    def __init__(self) -> None:
        self.problem = core.load_problem("exercise-2")
        self.branches: dict[str, Edits] = {"main": ()}
        self.here = "main"
        self.before: list[tuple[dict[str, Edits], str]] = []

    def fork(self, step: int, name: str, value: float) -> None:
        cell = () if name == "alpha" else (1, 2)
        kept = [edit for edit in self.branches[self.here] if edit[0] <= step and edit[:3] != (step, name, cell)]
        edits = tuple(sorted([*kept, (step, name, cell, value)]))
        self.before.append((dict(self.branches), self.here))
        known = [branch for branch, others in self.branches.items() if others == edits]
        numbers = (f"what if {k}" for k in range(1, 100))
        self.here = known[0] if known else next(name for name in numbers if name not in self.branches)
        self.branches[self.here] = edits

    def step(self, step: int) -> core.Step:
        return run_by_hand(self.problem, [*self.branches[self.here]], step + 1)[step]


async def act(pilot: Pilot[Any], reference: Reference, rng: random.Random, file: Path) -> None:
    """A random thing that a person may do."""
    here = shown(pilot).index
    choice = rng.choice(["jump", "jump", "step", "fork", "fork", "undo", "switch", "save"])
    if choice == "jump":
        await seek(pilot, rng.randrange(LENGTH))
    elif choice == "step":
        await press(pilot, rng.choice(["left", "right"]))
    elif choice == "fork":
        name, value = rng.choice([*NAMES]), round(rng.uniform(0.01, 0.6), 3)
        reference.fork(here, name, value)
        await change(pilot, f"{NAMES[name]} = {value}")
    elif choice == "undo" and reference.before:
        reference.branches, reference.here = reference.before.pop()
        await press(pilot, "U")
    elif choice == "switch":
        names = [*reference.branches]
        wanted = rng.randrange(len(names))
        moves = wanted - names.index(reference.here)
        reference.here = names[wanted]
        await press(pilot, "B", *(["down"] * moves if moves > 0 else ["up"] * -moves), "enter")
    elif choice == "save":
        await save(pilot, file)
    await settle(pilot)


async def save(pilot: Pilot[Any], file: Path) -> None:
    """Save in a file; its name is asked for the first time."""
    await press(pilot, "ctrl+s")
    if pilot.app.screen is not training(pilot):
        pilot.app.screen.query_one(Input).value = str(file)
        await press(pilot, "enter")
    await settle(pilot)


async def check(pilot: Pilot[Any], reference: Reference) -> None:
    """The step on screen has the bits of the run that was made by hand."""
    screen, step = training(pilot), shown(pilot)
    assert {named.name for named in screen.session.branches} == {*reference.branches}
    assert screen.session.cursor.branch == reference.here
    assert same(step, reference.step(step.index))


@pytest.mark.parametrize("seed", [1, 2])
async def test_every_branch_has_its_bits_however_it_is_reached(tmp_path: Path, seed: int) -> None:
    rng, reference, file = random.Random(seed), Reference(), tmp_path / "own.session"
    async with SgdbApp(reference.problem).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        for _ in range(20):
            await act(pilot, reference, rng, file)
            await check(pilot, reference)
        await save(pilot, file)
        step = shown(pilot).index
    session = core.load_session(file)
    async with SgdbApp(session.problem(), session=session, path=str(file)).run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        reference.before.clear()
        assert shown(pilot).index == step
        for _ in range(8):
            await check(pilot, reference)
            await act(pilot, reference, rng, file)
