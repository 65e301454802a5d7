"""What is said of an answer, and in the end of all that went wrong. No number that is asked for is given away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from core.checking.pen import LAST_DIGIT
from core.checking.report import Slip
from core.checking.unknowns import FACTOR, OFFSET, ONE_NUMBER

Verdict: TypeAlias = Literal["right", "slip", "coarse", "unreadable"]
Cell: TypeAlias = tuple[int, ...]

NO_KIND = "wrong; this doesn't match any common mistake"
INEXACT = "too few digits"
# The usual words for these slips name the number, or what leads straight to it.
WITHOUT_NUMBERS = {
    "digits swapped": "two digits are swapped",
    "digit dropped": "a digit is missing",
    "digit inserted": "a digit is one too many",
    LAST_DIGIT: "off in the last digit",
    FACTOR: "every number is the same multiple of what it must be",
    OFFSET: "every number is off by the same amount",
    ONE_NUMBER: "the result of one wrong number before",
}
MOST_PLACES = 3  # of a kind of slip that are named in the end


@dataclass(frozen=True)
class Reply:
    """What is thought of an answer: right; a slip; right as far as it goes, but of too few digits; or unreadable. The
    text says so, without giving the number away.
    """

    verdict: Verdict
    text: str


class Made(NamedTuple):
    """A slip that was made: its kind ("" where none is known), the quantity, and the first of its cells."""

    kind: str
    name: str
    cell: Cell


def reason(slip: Slip) -> str:
    """Why an answer is a slip."""
    return WITHOUT_NUMBERS.get(slip.kind, slip.text) if slip.kind else NO_KIND


def recap(made: Sequence[Made], labels: Mapping[tuple[str, Cell], str], formulas: Mapping[str, str]) -> Iterator[str]:
    """Which kinds of slips were made, most often made first and each with its places, and the formulas of the
    quantities in which they were made.
    """
    kinds: dict[str, list[Made]] = {}
    for slip in made:
        kinds.setdefault(slip.kind, []).append(slip)
    for kind, slips in sorted(kinds.items(), key=lambda item: -len(item[1])):
        places = list(dict.fromkeys(labels[slip.name, slip.cell] for slip in slips))
        more = f" and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
        yield f"{len(slips)}× {kind or 'no common mistake'}: {', '.join(places[:MOST_PLACES])}{more}"
    yield from (formulas[name] for name in dict.fromkeys(slip.name for slip in made))
