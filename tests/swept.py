"""Results of sweeps that nobody has computed, and files of them."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import inf, nan
from pathlib import Path
from typing import Any

import numpy as np

import core
from core import OUTCOMES, Array, Fingerprint, Option, Result, Run, Source, SweepFile
from tui.sweeps.results import Results, Snapshot

MACHINE = core.fingerprint()
OTHER = Fingerprint("1.0", "other", "Nehalem", 1, "SSE3")
NOTHING: Array = np.empty(0)


def result(options: Mapping[str, Option], outcome: str = "converged", loss: float = 1.0, **changes: Any) -> Result:
    """A result with these options; what `changes` says is otherwise."""
    steps = changes.pop("steps", 100)
    run = Run(Source("exercise-2", tuple(sorted(options.items()))), steps)
    kept = Result(run, steps, loss, 0.5, None, None, None, None, outcome, 7, f"the loss is {loss}", NOTHING, MACHINE)
    return replace(kept, **changes) if changes else kept


def grid(axes: Mapping[str, Iterable[Option]], seed: int = 0) -> Iterator[Result]:
    """A result for each combination, of which some have no loss, some an infinite one."""
    rng = random.Random(seed)
    for values in product(*axes.values()):
        outcome = rng.choice(OUTCOMES)
        loss = rng.choice([nan, inf, rng.uniform(0, 2), rng.uniform(0, 2), 10 ** rng.uniform(-5, 5)])
        last = -1 if outcome == "failed" else rng.choice([100, 40])
        curve = np.linspace(2.0, rng.uniform(0, 1), min(last + 1, 256))
        yield result(dict(zip(axes, values, strict=True)), outcome, loss, last=last, curve=curve)


def snapshot(results: Iterable[Result]) -> Snapshot:
    """Results as they are looked at, with numbers from 1."""
    found = Results()
    found.add(enumerate(results, 1))
    return found.snapshot()


def file_of(path: Path, results: Iterable[Result], planned: int = 0) -> str:
    """A file with results, whose numbers are from 1."""
    with SweepFile.create(path, core.load_problem("exercise-2")) as file:
        file.add(list(results))
        file.plan(planned)
    return str(path)


def many(path: Path, runs: int) -> str:
    """A file with so many results over 5 α and 2 updates, written by SQL alone: the run with the number k has the seed
    (k - 1) // 10 and the loss (k % 1000) / 1000.
    """
    file_of(path, [])
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO machines VALUES (1, ?)", (json.dumps(MACHINE),))
        connection.execute(
            """
            WITH RECURSIVE count (k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM count WHERE k < ?)
            INSERT INTO results
            SELECT
                k,
                '["exercise-2", null, [["lr", 0.' || (1 + k % 5) || '], ["seed", ' || ((k - 1) / 10)
                || '], ["update", "' || iif(k / 5 % 2, 'adam', 'sgd') || '"]], 100]',
                100, k % 1000 / 1000.0, 0.5, NULL, NULL, NULL, NULL,
                iif(k % 3, 'converged', 'stuck'), 7, 'the loss is level', 1
            FROM count
            """,
            (runs,),
        )
    return str(path)
