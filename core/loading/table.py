"""Table: features and targets as arrays, whatever file they stood in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.arrays import Array


@dataclass(frozen=True, eq=False)
class Targets:
    """What a table's outputs are compared with: (n, C) one-hot rows with the classes' names, or (n, c) numbers;
    `column` is the name of the column that they stood in, if it has one.
    """

    values: Array
    names: tuple[str, ...]
    are_classes: bool
    column: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """`inputs` (n, d) and `targets` of n samples, with the features' names (empty where they have none); `remarks` say
    how it was understood. The inputs have NaN where a number is missing, if the reading keeps such rows.
    """

    inputs: Array
    input_names: tuple[str, ...]
    targets: Targets
    remarks: tuple[str, ...] = ()

    def standardized(self) -> Table:
        """The features with mean 0 and deviation 1; a constant feature becomes 0."""
        # Divided by a power of two first, which is exact, so that no square overflows; a constant column is told by
        # its extremes, because the mean of equal numbers is not always that number.
        _, exponents = np.frexp(np.abs(self.inputs).max(axis=0))
        scaled = np.ldexp(self.inputs, -exponents)
        varies = self.inputs.max(axis=0) > self.inputs.min(axis=0)
        centred = np.where(varies, scaled - scaled.mean(axis=0), 0.0)
        deviation = np.sqrt((centred * centred).mean(axis=0))
        return replace(self, inputs=centred / np.where(varies & (deviation > 0), deviation, 1.0))
