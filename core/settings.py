"""The numbers that a loss, a penalty or an update was made with: its fields, and what formulas call them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, fields
from typing import Any, NamedTuple

import numpy as np


class Setting(NamedTuple):
    """A number that something was made with: its field, "momentum"; its `name` in formulas as they are typed, "mu";
    its `symbol` as they are printed, "μ"; and its value.
    """

    field: str
    name: str
    symbol: str
    value: float


def settings_of(made: Any) -> tuple[Setting, ...]:
    """The settings of a dataclass, in the order of its fields; a switch is none. A field that is called otherwise in
    formulas says so in its metadata: "name" as it is typed there, "symbol" as it is printed.
    """
    return tuple(_setting(made, field) for field in _numeric(made))


def setting_mistakes(made: Any) -> list[str]:
    """What is wrong with its settings: each is a finite number of at least 0, and below what its metadata say."""
    found = []
    for field in _numeric(made):
        value, below = getattr(made, field.name), field.metadata.get("below", np.inf)
        if not isinstance(value, (int, float, np.number)) or isinstance(value, bool) or not 0 <= value < below:
            least = "a finite number of at least 0" if below == np.inf else f"a number from 0 to below {below:g}"
            found.append(f"{field.name}: expected {least}, found {value!r}")
    return found


def is_switch(field: Field[Any]) -> bool:
    """Whether a field is true or false, and no number."""
    return field.type in (bool, "bool")


def _numeric(made: Any) -> Iterator[Field[Any]]:
    return (field for field in fields(made) if not is_switch(field))


def _setting(made: Any, field: Field[Any]) -> Setting:
    name = field.metadata.get("name", field.name)
    return Setting(field.name, name, field.metadata.get("symbol", name), getattr(made, field.name))
