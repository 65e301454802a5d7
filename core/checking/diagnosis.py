"""What kind of slip a wrong number is: each kind is tried by computing it, and offered only where it reproduces the
number that was written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.own_values import OwnValues, scaled
from core.checking.written import Written
from core.checking.wrong_turns import WrongTurns
from core.step import Step

Place = tuple[int, ...]
MOST_OTHERS = 2
MOST_OPEN = 0.05


class Diagnosis(NamedTuple):
    """One kind of slip, in words, and the quantity in which it was made."""

    kind: str
    text: str
    at: str

    def words(self, name: str) -> str:
        """The slip as it is told of the quantity `name`."""
        return self.text if self.at == name else f"{self.text} (in {self.at})"


class Finding(NamedTuple):
    """A slip in some places (counted from 0) of a quantity; without a diagnosis where no kind reproduces it. `causes`
    are the mistakes in method that explain it, each with what the quantity in which it was made came to.
    """

    places: tuple[Place, ...]
    diagnosis: Diagnosis | None
    others: tuple[Diagnosis, ...]
    causes: Mapping[Diagnosis, Array]

    def elsewhere(self, name: str) -> tuple[str, Array] | None:
        """The quantity in which the slip was made, and what that came to, where it is not `name` itself."""
        if self.diagnosis is None or self.diagnosis.at == name:
            return None
        return self.diagnosis.at, self.causes[self.diagnosis]


class _Try(NamedTuple):
    """A mistake tried: what the quantity comes to with it, to within `slack`, and what it makes of the quantity in
    which it is made.
    """

    diagnosis: Diagnosis
    values: Array
    slack: Array
    made: Array

    def fits(self, place: Place, written: Written) -> bool:
        return written.fits(float(self.values[place]), float(self.slack[place]))


class Diagnoser:
    """Finds the slips of a quantity on a step."""

    def __init__(self, step: Step, own: OwnValues) -> None:
        self.step = step
        self.own = own

    def findings(self, name: str, wrong: Mapping[Place, Written], right: Mapping[Place, Written]) -> list[Finding]:
        """The slips that explain the numbers written in the `wrong` places of a quantity. One that was made in the
        same way in several places is one slip; a slip of the pen is one for each place.
        """
        method: dict[Place, dict[Diagnosis, _Try]] = {place: {} for place in wrong}
        for attempt in self._tries(name):
            for place, written in wrong.items():
                if attempt.fits(place, written):
                    method[place].setdefault(attempt.diagnosis, attempt)
        made = self._credible(name, method, wrong, right)
        pen = self._by_pen(name, wrong, right)
        found: list[Finding] = []
        left = dict(wrong)
        while left:
            reach = Counter(diagnosis for place in left for diagnosis in method[place])
            best = max(reach.values(), default=0)
            chosen = next((diagnosis for diagnosis, count in reach.items() if count == best), None)
            # What explains one number of several is more likely a slip of the pen, if that explains it, too.
            if chosen is None or (best == 1 and self.own.true[name].size > 1):
                found += [_finding((place,), pen[place], method, made) for place in left]
                break
            places = tuple(place for place in left if chosen in method[place])
            found.append(_finding(places, [chosen, *(pen[places[0]] if best == 1 else [])], method, made))
            left = {place: written for place, written in left.items() if place not in places}
        return sorted(found, key=lambda finding: finding.places[0])

    def _credible(
        self,
        name: str,
        method: Mapping[Place, dict[Diagnosis, _Try]],
        wrong: Mapping[Place, Written],
        right: Mapping[Place, Written],
    ) -> dict[Diagnosis, Array]:
        """What the quantity of each mistake came to; the mistakes against which right numbers speak are dropped, and
        so are those of which a single 0 tells.
        """
        made: dict[Diagnosis, Array] = {}
        for diagnosis in dict.fromkeys(diagnosis for tries in method.values() for diagnosis in tries):
            places = tuple(place for place, tries in method.items() if diagnosis in tries)
            values = self._made(name, places, method[places[0]][diagnosis], right)
            if values is not None and (len(places) > 1 or wrong[places[0]].value != 0):
                made[diagnosis] = values
                continue
            for place in places:
                del method[place][diagnosis]
        return made

    def _made(self, name: str, places: tuple[Place, ...], tried: _Try, right: Mapping[Place, Written]) -> Array | None:
        """What the quantity of a mistake came to: with the mistake throughout, or in the rows of these places alone;
        None where the right numbers speak against it.
        """
        if all(tried.fits(place, written) for place, written in right.items()) or tried.diagnosis.at == name:
            return tried.made
        rows = sorted({place[0] for place in places if place})
        theirs = self.own.values[tried.diagnosis.at]
        if not rows or theirs.ndim != 2 or len(theirs) != len(tried.values):
            return None
        partly = theirs.copy()
        partly[rows] = tried.made[rows]
        carried, open_ = self.own.carry(self.own.values, {tried.diagnosis.at: partly}, name), tried.slack
        kept = all(written.fits(float(carried[place]), float(open_[place])) for place, written in right.items())
        return partly if kept else None

    def _tries(self, name: str) -> Iterator[_Try]:
        """From the person's own numbers, with what their rounding leaves open, and from the right ones; in the
        quantity, and in those left out on the way.
        """
        own, turns = self.own, WrongTurns(self.step, self.own)
        exact = np.zeros(own.true[name].shape)
        theirs, open_ = own.carry(own.values, {}, name), own.tolerance(name)
        for at in (turns.at, turns.misread):
            for values in (own.values, own.true):
                for turn in at(name, values):
                    slack = scaled(open_, theirs, turn.values) if values is own.values else exact
                    yield _Try(Diagnosis(turn.kind, turn.text, name), turn.values, slack, turn.values)
            for earlier in own.unwritten_before(name) if at == turns.at else ():
                for values in (own.values, own.true):
                    for turn in turns.at(earlier, values):
                        carried = own.carry(values, {earlier: turn.values}, name)
                        slack = scaled(open_, theirs, carried) if values is own.values else exact
                        yield _Try(Diagnosis(turn.kind, turn.text, earlier), carried, slack, turn.values)

    def _by_pen(
        self, name: str, wrong: Mapping[Place, Written], right: Mapping[Place, Written]
    ) -> dict[Place, list[Diagnosis]]:
        """For each place the slips in writing down the right number, or the one that follows from their own: first what
        gives a number of as many digits as others have, then what reproduces most digits.
        """
        units, counts = {w.unit for w in right.values()}, {w.digits for w in right.values()}
        own = self.own
        true, theirs, open_ = own.true[name], own.carry(own.values, {}, name), own.tolerance(name)

        def meant(number: Written, place: Place) -> bool:
            slack = float(open_[place])
            told = slack <= MOST_OPEN * abs(number.value)  # where much is left open, any number would fit
            return number.fits(float(true[place])) or (told and number.fits(float(theirs[place]), slack))

        found: dict[Place, list[Diagnosis]] = {}
        for place, written in wrong.items():
            fitting = [variant for variant in written.variants() if meant(variant[2], place)]
            fitting.sort(key=lambda v: (v[2].unit not in units and v[2].digits not in counts, v[2].unit))
            found[place] = [Diagnosis(kind, text, name) for kind, text, _ in fitting]
        return found


def _finding(
    places: tuple[Place, ...],
    first: list[Diagnosis],
    method: Mapping[Place, Mapping[Diagnosis, _Try]],
    made: Mapping[Diagnosis, Array],
) -> Finding:
    shared = [d for d in method[places[0]] if all(d in method[place] for place in places)]
    kinds: dict[str, Diagnosis] = {}
    for diagnosis in (*first, *shared):
        kinds.setdefault(diagnosis.kind, diagnosis)
    likeliest, *others = kinds.values() or (None,)
    return Finding(places, likeliest, tuple(d for d in others if d)[:MOST_OTHERS], {d: made[d] for d in shared})
