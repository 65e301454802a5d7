"""The numpy operations that a training step is made of, over ready arrays: of one run, or of a stack of runs.

Those of a stack have an axis of runs before the others: a matrix is (n, d) in a single run and (R, n, d) in a stack, a
vector (d,) and (R, d). What works number by number takes both as they are; the rest stands here. `dot` is the fastest
for a single run but takes no stack; `matmul` gives each run of a stack the same bits (tests/test_stack.py).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from core.arrays import Array

Operation: TypeAlias = Callable[[], object]

FEW_COLUMNS = 16  # are compared column by column: numpy takes 50 to 100 ns for each row that it looks through by itself


def product(a: Array, b: Array, out: Array) -> Operation:
    """out = a b, for matrices (n, m), (m, d) and (n, d); a stack may share `a`, (n, m)."""
    return partial(a.dot, b, out) if out.ndim == 2 else partial(np.matmul, a, b, out)


def transposed(matrix: Array) -> Array:
    """A view of a matrix with its rows as columns."""
    return matrix.swapaxes(-2, -1)


def as_row(vector: Array) -> Array:
    """What is added to each row of a matrix (n, d) for a vector (d,)."""
    return vector if vector.ndim == 1 else vector[:, np.newaxis]


def flat(matrix: Array) -> Array:
    """A view of a matrix (n, d) as a vector, row by row."""
    return matrix.reshape(-1) if matrix.ndim == 2 else matrix.reshape(len(matrix), -1)


def column_for(matrix: Array) -> Array:
    """Room for a number for each row of a matrix (n, d), (n, 1)."""
    return np.empty((*matrix.shape[:-1], 1))


def sum_columns(matrix: Array, out: Array) -> Operation:
    """out = the sums of the columns of a matrix (n, d), a vector (d,)."""
    ones = np.ones((1, matrix.shape[-2]))
    if matrix.ndim == 2:
        return partial(ones[0].dot, matrix, out)
    return partial(np.matmul, ones, matrix, out[:, np.newaxis])


def sum_rows(matrix: Array, out: Array) -> Operation:
    """out = the sums of the rows of a matrix (n, d), (n, 1): a product with ones, which takes a fifth of the time of
    `sum`.
    """
    ones = np.ones((matrix.shape[-1], 1))
    if matrix.ndim == 2:
        return partial(matrix.dot, ones[:, 0], out[:, 0])
    return partial(np.matmul, matrix, ones, out)


def find_largest(matrix: Array, out: Array) -> Operation:
    """out = the largest number of each row of a matrix (n, d), (n, 1)."""
    columns, largest = [matrix[..., j] for j in range(matrix.shape[-1])], out[..., 0]
    if matrix.ndim == 2 or not 1 < len(columns) <= FEW_COLUMNS:
        return partial(np.maximum.reduce, matrix, axis=-1, out=largest)
    first, second, *rest = columns
    maximum = np.maximum

    def compare_columns() -> None:
        maximum(first, second, out=largest)
        for column in rest:
            maximum(largest, column, out=largest)

    return compare_columns


def total(vector: Array) -> Callable[[], Any]:
    """What gives the sum of a vector, as `number` takes it."""
    return partial(np.add.reduce, vector) if vector.ndim == 1 else partial(np.add.reduce, vector, -1)


def squared_length(vector: Array) -> Callable[[], Any]:
    """What gives the sum of the squares of a vector, as `number` takes it."""
    if vector.ndim == 1:
        return partial(vector.dot, vector)
    return partial(np.matmul, vector[:, np.newaxis], vector[:, :, np.newaxis])


def number(vector: Array) -> Callable[[Any], Any]:
    """What makes of a result from a vector a number: a float, or in a stack one for each run, (R,)."""
    return float if vector.ndim == 1 else _of_each_run


def _of_each_run(result: Array) -> Array:
    return result.reshape(-1)
