"""What kind of slip a wrong number is: each kind is tried by computing it, and offered only where it reproduces the
number that was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.own_values import OwnValues
from core.step import Step
from core.written import Written
from core.wrong_turns import Turn, WrongTurns

Place = tuple[int, ...]
MOST_OTHERS = 2
TINY = 1e-300


class Diagnosis(NamedTuple):
    """One kind of slip, in words."""

    kind: str
    text: str


class Finding(NamedTuple):
    """A slip in some places (counted from 0) of a quantity; without a diagnosis where no kind reproduces it."""

    places: tuple[Place, ...]
    diagnosis: Diagnosis | None
    others: tuple[Diagnosis, ...]


def diagnose(step: Step, own: OwnValues, name: str, wrong: Mapping[Place, Written]) -> list[Finding]:
    """The slips that explain the numbers written in these places of a quantity. One that was made in the same way in
    several places is one slip; a slip of the pen is one for each place.
    """
    method, pen = _by_method(step, own, name, wrong), _by_pen(own, name, wrong)
    findings: list[Finding] = []
    left = dict(wrong)
    while left:
        reach = Counter(diagnosis for place in left for diagnosis in method[place])
        best = max(reach.values(), default=0)
        # What explains a single number is more likely a slip of the pen, if that explains it, too.
        chosen = next((diagnosis for diagnosis, count in reach.items() if count == best), None)
        if chosen is None or best == 1:
            findings += [_single((place,), pen[place], method[place]) for place in left]
            break
        places = tuple(place for place in left if chosen in method[place])
        shared = [d for d in method[places[0]] if d != chosen and all(d in method[place] for place in places)]
        findings.append(_single(places, [chosen], shared))
        left = {place: written for place, written in left.items() if place not in places}
    return sorted(findings, key=lambda finding: finding.places[0])


def _single(places: tuple[Place, ...], *sources: Iterable[Diagnosis]) -> Finding:
    kinds: dict[str, Diagnosis] = {}
    for diagnosis in chain(*sources):
        kinds.setdefault(diagnosis.kind, diagnosis)
    first, *others = kinds.values() or (None,)
    return Finding(places, first, tuple(d for d in others if d)[:MOST_OTHERS])


def _by_method(step: Step, own: OwnValues, name: str, wrong: Mapping[Place, Written]) -> dict[Place, list[Diagnosis]]:
    """For each place the mistakes in computing that reproduce its number, the likeliest first."""
    found: dict[Place, dict[Diagnosis, None]] = {place: {} for place in wrong}
    for turn, slack in _turns(step, own, name):
        for place, written in wrong.items():
            if written.fits(float(turn.values[place]), float(slack[place])):
                found[place][Diagnosis(turn.kind, turn.text)] = None
    return {place: list(diagnoses) for place, diagnoses in found.items()}


def _turns(step: Step, own: OwnValues, name: str) -> Iterator[tuple[Turn, Array]]:
    """From the person's own numbers, with what their rounding leaves open, and from the right ones; in the quantity,
    and in those left out on the way.
    """
    turns = WrongTurns(step, own)
    exact = np.zeros(own.true[name].shape)
    theirs, open_ = np.abs(own.carry(own.values, {}, name)), own.tolerance(name)
    for at in (turns.at, turns.misread):
        for turn in at(name, own.values):
            # A mistake that makes a number larger makes what is left open larger.
            yield turn, open_ * np.fmax(1.0, np.abs(turn.values) / np.fmax(theirs, TINY))
        for turn in at(name, own.true):
            yield turn, exact
        for earlier in own.unwritten_before(name) if at == turns.at else ():
            for values in (own.values, own.true):
                for turn in at(earlier, values):
                    carried = own.carry(values, {earlier: turn.values}, name)
                    yield turn._replace(text=f"{turn.text} (in {earlier})", values=carried), exact


def _by_pen(own: OwnValues, name: str, wrong: Mapping[Place, Written]) -> dict[Place, list[Diagnosis]]:
    """For each place the likeliest slip in writing down the right number, or the one that follows from their own."""
    true, theirs, open_ = own.true[name], own.carry(own.values, {}, name), own.tolerance(name)

    def meant(number: Written, place: Place) -> bool:
        return number.fits(float(true[place])) or number.fits(float(theirs[place]), float(open_[place]))

    return {
        place: [Diagnosis(kind, text) for kind, text, number in written.variants() if meant(number, place)][:1]
        for place, written in wrong.items()
    }
