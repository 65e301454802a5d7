"""Arrays that cannot change: what passes from one part of the program to another."""

from __future__ import annotations

from typing import Any, TypeAlias, TypeVar

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Rows: TypeAlias = np.ndarray[Any, np.dtype[np.intp]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]
T = TypeVar("T")


def frozen(values: Any) -> Array:
    """A read-only float64 copy of `values`; an array that nobody can write to is passed on as it is."""
    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        owner = values if values.base is None else values.base
        if values.flags.c_contiguous and isinstance(owner, np.ndarray) and not owner.flags.writeable:
            return values
    copy: Array = np.array(values, dtype=np.float64, order="C")
    copy.setflags(write=False)
    return copy


def sealed(value: T) -> T:
    """`value` itself; an array, or every array in a tuple or among the values of a dict, is made read-only for good."""
    if isinstance(value, (tuple, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            sealed(part)
    elif isinstance(value, np.ndarray):
        if isinstance(value.base, np.ndarray):
            value.base.setflags(write=False)
        value.setflags(write=False)
    return value
