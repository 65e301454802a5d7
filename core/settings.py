"""The numbers that a loss, a penalty or an update was made with: its fields, and what formulas call them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import Field, fields
from numbers import Real
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
    """What is wrong with its fields: a switch is true or false, a number finite, and within the bounds that a field's
    metadata have, "at_least" and "below"; without bounds it is anything.
    """
    wanted = ((field, _expected(field, getattr(made, field.name))) for field in fields(made))
    return [f"{field.name}: expected {words}, found {getattr(made, field.name)}" for field, words in wanted if words]


def _expected(field: Field[Any], value: object) -> str:
    """What a field should have been; empty where it is that."""
    if is_switch(field):
        return "" if isinstance(value, bool) else "true or false"
    least, below = field.metadata.get("at_least"), field.metadata.get("below", np.inf)
    if least is None or (isinstance(value, Real) and not isinstance(value, bool) and least <= value < below):
        return ""
    return (
        f"a finite number of at least {least:g}" if below == np.inf else f"a number from {least:g} to below {below:g}"
    )


def is_switch(field: Field[Any]) -> bool:
    """Whether a field is true or false, and no number."""
    return field.type in (bool, "bool")


def _numeric(made: Any) -> Iterator[Field[Any]]:
    return (field for field in fields(made) if not is_switch(field))


def _setting(made: Any, field: Field[Any]) -> Setting:
    name = field.metadata.get("name", field.name)
    return Setting(field.name, name, field.metadata.get("symbol", name), getattr(made, field.name))
