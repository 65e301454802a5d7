"""Records that cannot change, whatever is done with them: copied, pickled, or asked for numbers that overflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cached_property, lru_cache, wraps
from typing import Any, Concatenate, ParamSpec, Self, TypeVar
from weakref import ref

import numpy as np

from core.arrays import sealed

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R", bound="Record")


class Record:
    """What the frozen dataclasses that hold arrays share: a copy of a record is the record itself, and a record that
    was pickled comes back with its fields alone, its arrays read-only.
    """

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: Mapping[int, Any]) -> Self:
        return self

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        # Not what was derived: numpy brings every array back writable, and these are outside of the fields.
        return _restored, (type(self), *(getattr(self, field.name) for field in fields(self)))  # type: ignore[arg-type]


def _restored(kind: type[Any], *values: object) -> object:
    record = object.__new__(kind)
    for field, value in zip(fields(kind), values, strict=True):
        object.__setattr__(record, field.name, sealed(value))
    return record


class derived(cached_property[T]):  # noqa: N801
    """A property of a record that is computed once, when it is first asked for. Where numbers overflow, it holds inf or
    NaN; numpy does not warn.
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        super().__init__(np.errstate(all="ignore")(compute))


def memoized(most: int) -> Callable[[Callable[Concatenate[R, P], T]], Callable[Concatenate[R, P], T]]:
    """Keeps the last `most` results of a function for each record that it is called with, as long as the record lives:
    `functools.lru_cache` would keep the record alive, and a problem may have a gigabyte of data.
    """

    def decorated(compute: Callable[Concatenate[R, P], T]) -> Callable[Concatenate[R, P], T]:
        name = f"{compute.__module__}.{compute.__qualname__}"

        @wraps(compute)
        def found(record: R, /, *rest: P.args, **named: P.kwargs) -> T:
            kept = vars(record).get(name)
            if kept is None:
                itself = ref(record)  # no cycle: the record goes at once when nobody has it any more

                def computed(*rest: P.args, **named: P.kwargs) -> T:
                    alive = itself()
                    assert alive is not None
                    return compute(alive, *rest, **named)

                kept = vars(record)[name] = lru_cache(maxsize=most)(computed)
            result: T = kept(*rest, **named)  # type: ignore[arg-type]  # which are hashable
            return result

        return found

    return decorated
