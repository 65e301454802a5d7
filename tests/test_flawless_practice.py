"""A student who works everything out rightly and rounds as asked has every point, on any sheet: each answer is judged
from what the student wrote before. More sheets, by hand: --hypothesis-profile long.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import core
from core.arrays import Array
from core.practice import Exercise
from core.solving import rounded
from samples import BUILT_IN

SEEDS = st.integers(0, 10**9)
DIGITS = st.sampled_from([3, 4, 6])
LONG = settings.get_current_profile_name() == "long"
SHEETS = 40 if LONG else 3  # of each problem


class Student:
    """Works a sheet out in its order, each quantity from the numbers that stand on the student's own sheet."""

    def __init__(self, exercise: Exercise, digits: int, slope_of_z: bool = False) -> None:
        """Rounds to so many significant digits. `slope_of_z`: f'(s) is taken from z, as z (1 - z)."""
        self.exercise, self.digits, self.slope_of_z = exercise, digits, slope_of_z
        self.statement = exercise.step.statement
        self.own = {name: exercise.step.values[name] for name in self.statement.given}

    def quantities(self) -> Iterator[tuple[str, Any]]:
        """Each quantity that is asked for, with its numbers as texts."""
        asked = {quantity.name for quantity in self.exercise.questions}
        for name in self.statement.equations:
            values = self.worked_out(name)
            if name not in asked:
                self.own[name] = values
                continue
            texts = np.vectorize(lambda value: rounded(float(value), self.digits), otypes=[object])(values)
            self.own[name] = texts.astype(float)
            yield name, texts

    def worked_out(self, name: str) -> Array:
        with np.errstate(all="ignore"):
            equation, own = self.statement.equations[name], self.own
            if self.slope_of_z and equation.letter == "delta" and equation.layer is not None:
                z = "y_out" if equation.layer == len(self.exercise.problem.network) else f"z_{equation.layer}"
                of, activation = f"d{z}", self.exercise.problem.network.layers[equation.layer - 1].activation
                slope = {"tanh": 1 - own[z] ** 2, "sigmoid": own[z] * (1 - own[z])}.get(activation)
                if slope is not None and of in own:
                    return np.asarray(own[of] * slope)
            return np.asarray(self.statement.evaluate(name, own))

    def hand_in(self, by_number: bool) -> None:
        """Type everything, by matrix or number by number."""
        exercise = self.exercise
        for name, texts in self.quantities():
            assert exercise.current is not None
            assert exercise.current.name == name
            if by_number:
                while exercise.current is not None and exercise.current.name == name:
                    reply = exercise.answer(texts[tuple(i - 1 for i in exercise.cell)])
                    assert reply.verdict == "right", (name, exercise.cell, reply)
            else:
                reply = exercise.answer("; ".join(" ".join(row) for row in np.atleast_2d(texts)))
                assert reply.verdict == "right", (name, reply)
        assert exercise.done
        assert (exercise.points, exercise.slips, exercise.hints) == (exercise.total, 0, 0)
        assert exercise.recap() == ()


@pytest.mark.parametrize("name", BUILT_IN)
@settings(max_examples=SHEETS)
@given(SEEDS, DIGITS, st.booleans())
def test_who_rounds_as_asked_has_every_point(name: str, seed: int, digits: int, slope_of_z: bool) -> None:
    try:
        exercise = Exercise(core.load_problem(name), seed)
    except core.ProblemError:
        pytest.skip("too large to practise by hand")
    Student(exercise, digits, slope_of_z).hand_in(by_number=False)


@settings(max_examples=SHEETS)
@given(st.sampled_from(["exercise-1", "exercise-2", "exercise-3", "xor"]), SEEDS, DIGITS)
@example("xor", 1_000_000_000, 3)  # 0.101 for what is 0.0999 from exact numbers
def test_number_by_number_as_well(name: str, seed: int, digits: int) -> None:
    Student(Exercise(core.load_problem(name), seed), digits).hand_in(by_number=True)


def test_a_zero_is_a_zero() -> None:
    """What is 0 by exact decimals is right as 0 and as what floating point has left of it, and nothing else is."""
    tried = 0
    for seed in range(400 if LONG else 40):
        exercise = Exercise(core.load_problem("xor"), seed)
        assert exercise.current is not None
        noise = exercise.step.noise.get("s_1")
        for i, j in [] if noise is None else np.argwhere(noise).tolist():
            tried += 1
            exercise.cell = (i + 1, j + 1)
            assert exercise.answer("0.1").verdict == "slip"
            left = exercise.step.computed["s_1"][i, j]
            assert left != 0
            assert exercise.answer("0" if seed % 2 else f"{left:.6g}").verdict == "right"
            assert exercise.slips == 1
            exercise.made.clear()
    assert tried >= 5
