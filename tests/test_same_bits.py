"""Functions with the same bits on every machine, beside those of numpy."""

from __future__ import annotations

import numpy as np

from core.loading.draws import Draws
from core.loading.same_bits import cosine_of_turns, logarithm


def test_the_logarithm_is_that_of_a_library_to_its_last_bits() -> None:
    x = np.concatenate([np.geomspace(1e-300, 1, 1000)[:-1], 1 - np.geomspace(1e-15, 0.5, 1000), [1.0]])
    np.testing.assert_allclose(logarithm(x), np.log(x), rtol=1e-15)


def test_the_cosine_is_that_of_a_library_to_its_last_bits() -> None:
    turns = np.concatenate([np.linspace(0, 1, 1001), np.geomspace(1e-17, 0.5, 100)])
    np.testing.assert_allclose(cosine_of_turns(turns), np.cos(2 * np.pi * turns), rtol=0, atol=5e-16)
    assert cosine_of_turns(np.array([0, 0.25, 0.5, 0.75, 1])).tolist() == [1, 0, -1, 0, 1]


def test_normal_numbers_are_those_of_box_and_muller() -> None:
    uniform = Draws(7, 1)
    radius, turns = uniform.uniform(1000), uniform.uniform(1000)
    expected = np.sqrt(-2 * np.log1p(-radius)) * np.cos(2 * np.pi * turns)
    np.testing.assert_allclose(Draws(7, 1).normal(1000), expected, rtol=1e-12, atol=1e-15)
