"""The monkey finds what is there, and nothing in sgdb."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from textual import events
from textual.app import App

import monkey


async def test_the_monkey_breaks_nothing() -> None:
    with monkey.cage():
        outcome = await monkey.run(40 * len(monkey.SCENES), seed=1, each=40)
    assert outcome.faults == []
    assert outcome.events == 40 * len(monkey.SCENES)


class Broken(App[None]):
    """Breaks at a key."""

    def on_key(self) -> None:
        raise ValueError("planted")


def test_it_tells_of_what_breaks(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(monkey, "SCENES", {"broken": Broken})
    monkeypatch.setattr(sys, "argv", ["monkey.py", "--events", "60"])
    assert monkey.main() == 1
    told = capsys.readouterr()
    assert "events      60\n" in told.out
    assert "seed 1, session 0 (broken)" in told.err
    assert "ValueError: planted" in told.err


def test_a_seed_gives_the_same_events_again() -> None:
    def drawn(seed: str) -> list[str]:
        return [repr(event) for burst in monkey.Monkey(seed).bursts(300) for event in burst]

    assert drawn("1 2") == drawn("1 2") != drawn("1 3")
    assert len(drawn("1 2")) == 300


def test_nothing_that_it_types_leads_out_of_its_folder() -> None:
    typed = {
        event.character
        for burst in monkey.Monkey("typed").bursts(5000)
        for event in burst
        if isinstance(event, events.Key) and event.character
    }
    assert len(typed) > 30
    assert not typed & {"/", "\\", "~"}
    before = Path.cwd()
    with monkey.cage() as folder:
        assert Path.cwd() == Path(os.path.expanduser("~")).resolve() == folder.resolve() != before
    assert Path.cwd() == before
    assert not folder.exists()
