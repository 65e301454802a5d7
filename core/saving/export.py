"""A session as a test: a pytest file that asserts the losses of its branches."""

from __future__ import annotations

import os
from collections.abc import Iterator

from core.branch import Edit
from core.branches import Timelines
from core.files import write_lines
from core.losses import Loss
from core.saving.digests import lengths
from core.saving.text import loss_settings, source_of
from core.session import Session
from core.source import Source

WITHIN = 1e-9  # chosen, not measured: far above the rounding of one step, far below a change that is meant
TEST = '''\
"""The losses of a session of sgdb, within a relative {within:g}."""

{imports}import pytest

import core

SOURCE = {source}

EDITS = {{
{edits}
}}

LOSSES = {{  # by branch and step
{losses}
}}


@pytest.mark.parametrize("branch", LOSSES)
def test_the_losses_are_as_they_were(branch: str) -> None:
    timeline = core.Timelines()[core.Branch(SOURCE, EDITS[branch])]
    found = {{step: timeline[step].loss for step in LOSSES[branch]}}
    assert found == pytest.approx(LOSSES[branch], rel={within:g})
'''


def export_session(session: Session, path: str | os.PathLike[str], timelines: Timelines) -> None:
    """Write a test for pytest, whole or not at all: it makes every branch anew and asserts its losses at some steps,
    up to where `timelines` have computed it, and at step 0 at least.

    Raises OSError, ValueError for what is no file name, ProblemError and DivergedError where a branch cannot be made.
    """
    write_lines(path, [_text(session, os.path.dirname(os.path.abspath(path)), timelines)])


def _text(session: Session, folder: str, timelines: Timelines) -> str:
    source = source_of(session)
    edits, losses = [], []
    for named in session.branches:
        timeline = timelines[named.branch]
        if not len(timeline):
            timeline.approach(1)
        found = timeline.losses
        edits += [f"    {named.name!r}: ({''.join(_edits(named.branch.edits))}),"]
        losses += [f"    {named.name!r}: {{", *_losses(found.tolist()), "    },"]
    return TEST.format(
        within=WITHIN,
        imports="from pathlib import Path\n\n" if source.is_file else "",
        source=_source(source, folder),
        edits="\n".join(edits),
        losses="\n".join(losses),
    )


def _losses(losses: list[float]) -> Iterator[str]:
    for length in lengths(len(losses)):
        yield f"        {length - 1}: {losses[length - 1]!r},"


def _edits(edits: tuple[Edit, ...]) -> Iterator[str]:
    for edit in edits:
        changed = _loss(edit.value) if isinstance(edit.value, Loss) else repr(float(edit.value))
        yield f"\n        core.Edit({edit.step}, {edit.name!r}, {edit.cell!r}, {changed}),"
    if edits:
        yield "\n    "


def _loss(loss: Loss) -> str:
    settings = ", ".join(f"{name}={found!r}" for name, found in loss_settings(loss).items())
    return f"core.{type(loss).__name__}({settings})"


def _source(source: Source, folder: str) -> str:
    name = repr(source.name)
    if source.is_file:
        name = f"str((Path(__file__).parent / {_relative(source.name, folder)!r}).resolve())"
    seed = "" if source.seed is None else f", seed={source.seed}"
    options = f", {source.options!r}" if source.options else ""
    return f"core.Source({name}{options}{seed})"


def _relative(name: str, folder: str) -> str:
    try:
        return os.path.relpath(name, folder).replace(os.sep, "/")
    except ValueError:  # on another drive
        return name
