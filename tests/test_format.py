"""Numbers as a screen writes them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.format import NumberFormat, exact_format


@pytest.mark.parametrize(
    "numbers", [[1.5, -2.0], [12.25, 0.5], [0.75, 0.8], [1.0, -1.0], [1234.5], [0.0], [100.0, 0.125]]
)
def test_given_numbers_are_written_out_in_full(numbers: list[float]) -> None:
    found = exact_format(np.array(numbers), 6)
    assert [float(found.text(number)) for number in numbers] == numbers
    assert {len(found.cell(number)) for number in numbers} == {found.width}


@pytest.mark.parametrize("number", [1000.0, -20000.0, 100.0, 10.0])
@pytest.mark.parametrize("digits", [1, 4, 6])
def test_a_round_number_keeps_its_zeros(number: float, digits: int) -> None:
    assert float(NumberFormat(digits, 5).text(number)) == number


@given(st.lists(st.integers(-9999, 9999).map(lambda n: n / 100), min_size=1))
def test_two_decimals_are_never_rounded(numbers: list[float]) -> None:
    found = exact_format(np.array(numbers), 6)
    assert [float(found.text(number)) for number in numbers] == numbers
