"""The scores of finished exercises, in a file: a line of JSON for each."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from core.errors import ProblemError
from core.text import clean

LARGEST_FILE = 2**20
FILE = "practice.jsonl"


@dataclass(frozen=True)
class Score:
    """An exercise that was finished: of which problem and seed, when, in how many seconds, the points out of how many
    numbers, how many slips and hints there were, and under which loss.
    """

    problem: str
    seed: int
    finished: str
    seconds: float
    points: float
    numbers: int
    slips: int
    hints: int
    loss: str = ""


def now() -> str:
    """The time of day as a score keeps it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def scores_path(folder: Path) -> Path:
    """The file of the scores in a folder."""
    return folder / FILE


def keep_score(score: Score, folder: Path) -> str:
    """Add a score to the file in `folder`, which is made where it is missing. Returns why the score could not be saved,
    or an empty text.
    """
    path = scores_path(folder)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            file.seek(0, os.SEEK_END)
            broken = False
            if file.tell():
                file.seek(-1, os.SEEK_END)
                broken = file.read(1) != b"\n"  # somebody's editor, or a full disk
            file.write(b"\n" * broken + json.dumps(asdict(score)).encode() + b"\n")
    except (OSError, ValueError) as error:
        return f"the score could not be saved: {clean(str(path))}: {getattr(error, 'strerror', None) or error}"
    return ""


def load_scores(folder: Path) -> tuple[list[Score], str]:
    """The scores in `folder`, oldest first, and a warning about lines that are not scores, which are skipped, or an
    empty text. Raises ProblemError where the file cannot be read, or there is none and `folder` cannot be created.
    """
    path = scores_path(folder)
    source = clean(str(path))
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)  # whether scores can be kept there is not known otherwise
            return [], ""
        if not path.is_file():
            raise ProblemError(source, ["expected a file, found a folder or a device"])
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - LARGEST_FILE))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError as error:
        raise ProblemError(source, [f"cannot be used: {error.strerror}"]) from None
    read = [_read(line) for line in lines if line.strip()]
    scores = [score for score in read if score is not None]
    lost = len(read) - len(scores)
    return scores, f"{source}: {lost} {'line is not a score' if lost == 1 else 'lines are not scores'}" if lost else ""


def _read(line: str) -> Score | None:
    try:
        found = json.loads(line)
        score = Score(
            clean(str(found["problem"])),
            int(found["seed"]),
            clean(str(found["finished"])),
            float(found["seconds"]),
            float(found["points"]),
            int(found["numbers"]),
            int(found["slips"]),
            int(found["hints"]),
            clean(str(found.get("loss", ""))),
        )
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        return None
    return score if 0 <= score.seconds < float("inf") and 0 <= score.points <= score.numbers else None
