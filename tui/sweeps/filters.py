"""A filter of runs as it is typed: lr < 0.1 and outcome = stuck."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from core import OUTCOMES, Array, Mask, ProblemError, suggest
from tui.sweeps.cells import OUTCOME
from tui.sweeps.results import Snapshot, label_of, number_of

NUMBER = "run"  # what a run's number is called in a filter
LETTERS = dict(zip("CgSDf", OUTCOMES, strict=True))
AND = re.compile(r"\s+and\s+|\s*[;&]\s*|,\s+", re.IGNORECASE)
CONDITION = re.compile(r"(?P<name>[^<>=!]*?)\s*(?P<sign><=|>=|!=|==|=|<|>)\s*(?P<value>.*)")
SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}
ALSO = {"α": "lr", "alpha": "lr", "number": NUMBER, "#": NUMBER}


class Condition(NamedTuple):
    """What is compared, how, and with what: a text, and the number that it is, NaN for none."""

    name: str
    sign: str
    text: str
    number: float

    def keeps(self, found: Snapshot) -> Mask:
        """Which runs (n,) it is true of. A run without the number is kept by != alone."""
        kept: Mask
        if self.name == OUTCOME:
            kept = SIGNS[self.sign](found.outcomes, OUTCOMES.index(self.text))
        elif self.name in found.parameters:
            parameter = found.parameters[self.name]
            kept = self._compared(parameter.numbers, parameter.labels)[parameter.codes]
        elif self.name in found.fixed:
            value = found.fixed[self.name]
            kept = self._compared(np.array([number_of(value)]), (label_of(value),)).repeat(len(found))
        else:
            none = np.full(len(found), np.nan)
            values = found.numbers if self.name == NUMBER else found.figures.get(self.name, none)
            kept = SIGNS[self.sign](values, self.number)
        return kept

    def _compared(self, numbers: Array, labels: Iterable[str]) -> Mask:
        compared: Mask
        if self.sign not in ("=", "==", "!="):
            compared = SIGNS[self.sign](numbers, self.number)
        else:
            compared = np.array([label == self.text for label in labels]) | (numbers == self.number)
        return ~compared if self.sign == "!=" else compared


@dataclass(frozen=True)
class Filter:
    """Conditions, all of which are to hold, as they were typed."""

    text: str = ""
    conditions: tuple[Condition, ...] = ()

    def keeps(self, found: Snapshot) -> Mask:
        """Which runs (n,) it keeps."""
        kept: Mask = np.ones(len(found), dtype=bool)
        for condition in self.conditions:
            kept &= condition.keeps(found)
        return kept


def names_in(found: Snapshot) -> list[str]:
    """What a filter can ask about."""
    return [*found.parameters, *found.fixed, OUTCOME, *found.figures, NUMBER]


def read_filter(text: str, found: Snapshot) -> Filter:
    """The filter of a text. Raises ProblemError, a line for each condition that is wrong."""
    conditions, mistakes = [], []
    for part in filter(None, map(str.strip, AND.split(text.strip()))):
        try:
            conditions.append(_condition(part, found))
        except ValueError as error:
            mistakes.append(str(error))
    if mistakes:
        raise ProblemError("", mistakes)
    return Filter(" and ".join(_written(condition) for condition in conditions), tuple(conditions))


def _condition(text: str, found: Snapshot) -> Condition:
    match = CONDITION.fullmatch(text)
    if match is None:
        if (outcome := _outcome(text)) is None:
            raise ValueError(f"{text}: expected an outcome such as stuck, or a comparison such as lr < 0.1")
        return Condition(OUTCOME, "=", outcome, np.nan)
    name, sign, value = _name(match["name"], found), match["sign"], match["value"].strip()
    sign = "=" if sign == "==" else sign
    if not value:
        raise ValueError(f"{text}: expected a value behind {sign}")
    if name == OUTCOME:
        if sign not in ("=", "!="):
            raise ValueError(f"{text}: expected = or != with an outcome")
        if (outcome := _outcome(value)) is None:
            raise ValueError(f"{text}: {suggest(value, OUTCOMES)}")
        return Condition(name, sign, outcome, np.nan)
    number = number_of(value)
    is_text = name in found.parameters or name in found.fixed
    if number != number and not (is_text and sign in ("=", "!=")):
        raise ValueError(f"{text}: expected a number behind {sign}, found {value}")
    return Condition(name, sign, value, number)


def _name(text: str, found: Snapshot) -> str:
    known = {_plain(name): name for name in names_in(found)}
    asked = _plain(text)
    if asked not in known and _plain(ALSO.get(asked, "")) in known:
        asked = _plain(ALSO[asked])
    if asked not in known:
        raise ValueError(suggest(text, known.values()) if text else "expected a name before the comparison")
    return known[asked]


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.strip()).casefold()


def _outcome(text: str) -> str | None:
    """The outcome that a text names: in full, by how it begins, or by its letter."""
    asked = _plain(text)
    if text in LETTERS:
        return LETTERS[text]
    words = {outcome: (outcome, *outcome.split()) for outcome in OUTCOMES if len(asked) > 2}
    begun = [outcome for outcome in words if any(word.startswith(asked) for word in words[outcome])]
    by_letter = [outcome for letter, outcome in LETTERS.items() if letter.casefold() == asked]
    return next(iter([*begun, *by_letter]), None)


def _written(condition: Condition) -> str:
    return condition.text if condition.name == OUTCOME and condition.sign == "=" else " ".join(condition[:3])
