"""What the pictures cost: drawing one in 60 x 30 cells, and making its strips. Run by hand on a quiet machine.

OPENBLAS_NUM_THREADS=1 python tests/bench_pictures.py
"""

from __future__ import annotations

import statistics
import time

import core
from pictured import circles, many_inputs, plane_regression, sine, small_digits
from tui.pictures.gallery import pictures_of
from tui.pictures.looked_at import Looked, MatrixLookedAt
from tui.sheet.strips import strip
from tui.sheet.styles import styles

COLUMNS, LINES = 60, 30
TURNS = 300
STEP = 100  # that is looked at
LIMIT = 3.0  # milliseconds for a picture with its strips


def looked_at(problem: core.Problem) -> Looked:
    timeline = core.Timeline(problem)
    timeline.advance(STEP)
    step = timeline[STEP]
    verdict = core.verdict_on(problem, step.network)
    matrix = MatrixLookedAt("W_1", "W₁", step.weights[0])
    return Looked(problem, step.network, int(step.batch[0]), step.outputs[0], verdict, matrix)


def main() -> None:
    known = styles(True, "#1e1e1e", "#e0e0e0")
    print(f"{'problem':16} {'picture':24} {'draw ms':>8} {'strips ms':>9} {'both, p95':>9}")
    for problem in (
        circles(),
        core.load_problem("three-classes"),
        plane_regression(),
        sine(),
        many_inputs(),
        small_digits(),
    ):
        looked = looked_at(problem)
        for entry in pictures_of(problem):
            if entry.draw is None:
                continue
            times = []
            for _ in range(TURNS):
                start = time.perf_counter()
                drawn = entry.draw(looked, COLUMNS, LINES)
                middle = time.perf_counter()
                for line in drawn.lines:
                    strip(line, COLUMNS, known)
                times.append((middle - start, time.perf_counter() - middle))
            draw, strips = (1e3 * statistics.median(part) for part in zip(*times, strict=True))
            p95 = 1e3 * statistics.quantiles([sum(pair) for pair in times], n=20)[-1]
            mark = "" if draw + strips <= LIMIT else f"  over {LIMIT:g}"
            print(f"{problem.name:16} {entry.title:24} {draw:8.2f} {strips:9.2f} {p95:9.2f}{mark}")


if __name__ == "__main__":
    main()
