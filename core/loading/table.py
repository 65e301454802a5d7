"""Table: features and targets as arrays, whatever file they stood in."""

from __future__ import annotations

from dataclasses import dataclass

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
