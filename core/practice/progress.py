"""Exercises that are not finished yet: a file for each, deleted when the exercise is done."""

from __future__ import annotations

import json
import math
import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from core.checking.written import OPEN
from core.errors import ProblemError
from core.files import MIB, read_bytes, write_lines
from core.practice.exercise import HINTS, POINTS, Exercise, key_of
from core.practice.replies import Made
from core.practice.typed import read_rows
from core.text import clean

FOLDER = "sheets"


def progress_path(exercise: Exercise, folder: Path) -> Path:
    """The file of an exercise in `folder`. Its name depends on every number of the problem, and on which numbers the
    notation asks for, so that a changed file or another option starts an exercise of its own.
    """
    differences = exercise.paper.differences
    told = exercise.seed, exercise.problem.particulars(), *((differences,) if differences else ())
    return folder / FOLDER / f"{sha256(repr(told).encode()).hexdigest()[:16]}.json"


def keep_progress(exercise: Exercise, seconds: float, folder: Path) -> str:
    """Save in `folder` how far an exercise is, after so many seconds. Returns why that failed, or an empty text."""
    path = progress_path(exercise, folder)
    labels = {key: key_of(*key) for key in exercise.asked_cells()}
    kept = {
        "problem": exercise.like.name,
        "seed": exercise.seed,
        "seconds": round(seconds, 1),
        "standing": {labels[key]: standing for key, standing in exercise.standing.items()},
        "written": {labels[key]: written for key, written in exercise.written.items()},
        "hinted": {labels[key]: level for key, level in exercise.hinted.items()},
        "slipped": [labels[key] for key in exercise.asked_cells() if key in exercise.slipped],
        "slips": [{"kind": slip.kind, "at": labels[slip.name, slip.cell]} for slip in exercise.made],
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_lines(path, [json.dumps(kept, indent=1), "\n"])
    except OSError as error:
        return f"{clean(str(path))}: {error.strerror or error}"
    return ""


def resume(exercise: Exercise, folder: Path) -> float | None:
    """Put a new exercise where it was left. Returns the seconds that it had taken, or None where `folder` has nothing
    of it. Raises ProblemError where what was saved cannot be used; the exercise is then unchanged.
    """
    path = progress_path(exercise, folder)
    if not os.path.exists(path):
        return None
    data = read_bytes(path, MIB)
    keys = {key_of(*key): key for key in exercise.asked_cells()}
    try:
        kept: Any = json.loads(data)
        seconds = float(kept["seconds"])
        standing = {keys[label]: _one_of(found, POINTS) for label, found in kept["standing"].items()}
        hinted = {keys[label]: _one_of(level, range(1, HINTS + 1)) for label, level in kept["hinted"].items()}
        written = {keys[label]: _number(text) for label, text in kept["written"].items()}
        slipped = {keys[label] for label in kept["slipped"]}
        made = [Made(clean(slip["kind"]), *keys[slip["at"]]) for slip in kept["slips"]]
        if not (0 <= seconds < math.inf and written.keys() == standing.keys() and len(standing) < exercise.total):
            raise ValueError
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        raise ProblemError(clean(str(path)), ["this is not a saved sheet"]) from None
    exercise.go_on(standing, written, hinted, slipped, made)
    return seconds


def forget_progress(exercise: Exercise, folder: Path) -> None:
    """Delete what `folder` keeps of an exercise, if that can be done."""
    with suppress(OSError):
        progress_path(exercise, folder).unlink()


def _number(text: Any) -> str:
    """A number as it was typed."""
    ((number,),) = read_rows(text)
    if number == OPEN:
        raise ValueError
    return number


def _one_of(found: Any, known: Any) -> Any:
    if isinstance(found, (bool, float)) or found not in known:
        raise ValueError
    return found
