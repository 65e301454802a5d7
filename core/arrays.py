"""Arrays that cannot change: what passes from one part of the program to another."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Rows: TypeAlias = np.ndarray[Any, np.dtype[np.intp]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]


def frozen(values: Any) -> Array:
    """A read-only float64 copy of `values`; an array that nobody can write to is passed on as it is."""
    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        owner = values if values.base is None else values.base
        if values.flags.c_contiguous and isinstance(owner, np.ndarray) and not owner.flags.writeable:
            return values
    copy: Array = np.array(values, dtype=np.float64, order="C")
    copy.setflags(write=False)
    return copy
