"""What kind of slip a wrong number is: each kind is tried by computing it, and offered only where it reproduces the
number that was written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.mistakes import Mistakes, Turn
from core.checking.own_values import Evaluate, OwnValues, Range, Rounding
from core.checking.written import Written
from core.computation import Computation, Values
from core.text import significant

Position = tuple[int, ...]
MOST_OTHERS = 2
MOST_OPEN = 0.05
WIDER = 4.0  # a mistake may leave open more than the right way does: so much more, before it is looked at closely
EARLY = "rounded early"
ROUGHLY = "about the result of rounding on the way"
LAST_DIGIT = "last digit"
SLIGHT = (EARLY, LAST_DIGIT)
ONE_NUMBER = "one number before"
MOST_TRIED = 200  # numbers of a quantity
NEWTON = 4  # steps; where all is linear, one is enough
STEP = 1e-6
OFF_BY = 5  # in the last digit
BY_ROUNDING = 2  # what is off by so much is rather a matter of rounding than of a digit that nobody else has
EVEN = 1e-9  # relative: how near a number is to be to one with few digits, to be that number
ROUGH = 100.0  # units of the last digit that somebody wrote: two digits fewer on the way
NEAR = 0.01  # relative: how far rounding on the way leads


class Diagnosis(NamedTuple):
    """One kind of slip, in words, and the quantity in which it was made; with the `rounding` that it was."""

    kind: str
    text: str
    at: str
    rounding: Rounding | None = None

    def words(self, name: str) -> str:
        """The slip as it is told of the quantity `name`."""
        return self.text if self.at == name or self.kind == ONE_NUMBER else f"{self.text} (in {self.at})"


class Made(NamedTuple):
    """What a mistake made of the quantity it was made in, and how far that may be off."""

    values: Array
    radius: Array


class Finding(NamedTuple):
    """A slip at some positions (from 0) of a quantity; without a diagnosis where no kind reproduces it. `causes`
    are the mistakes in method that explain it, each with what came of it.
    """

    positions: tuple[Position, ...]
    diagnosis: Diagnosis | None
    others: tuple[Diagnosis, ...]
    causes: Mapping[Diagnosis, Made]

    def elsewhere(self, name: str) -> str | None:
        """The quantity in which the slip was made, where that is not `name` itself."""
        return None if self.diagnosis is None or self.diagnosis.at == name else self.diagnosis.at


class _Try(NamedTuple):
    """A mistake tried: where the quantity may lie with it, and from whose values."""

    diagnosis: Diagnosis
    range: Range
    turn: Turn | None
    values: Values


class Diagnoser:
    """Finds the slips of a quantity on a step."""

    def __init__(self, own: OwnValues) -> None:
        self.own = own
        self.turns = Mistakes(own.statement, own.true)

    def findings(
        self, name: str, wrong: Mapping[Position, Written], right: Mapping[Position, Written]
    ) -> list[Finding]:
        """The slips that explain the numbers written in the `wrong` positions of a quantity. One that was made in the
        same way in several positions is one slip; a slip of the pen is one for each position.
        """
        method: dict[Position, dict[Diagnosis, _Try]] = {position: {} for position in wrong}
        for attempt in self._tries(name, wrong, right):
            for position, written in wrong.items():
                if attempt.range.holds(position, written) and self._tells(name, position, written, attempt):
                    method[position].setdefault(attempt.diagnosis, attempt)
        made = self._credible(name, method, wrong, right)
        pen = self._by_pen(name, wrong, right)
        found: list[Finding] = []
        left = dict(wrong)
        while left:
            reach = Counter(diagnosis for position in left for diagnosis in method[position])
            best = max(reach.values(), default=0)
            chosen = next((diagnosis for diagnosis, count in reach.items() if count == best), None)
            # What explains one number is more likely rounding or, of several, a slip of the pen.
            if chosen is None or best == 1:
                pen_first = self.own.true[name].size > 1
                alone: list[Finding] = []
                for position, written in left.items():
                    early = [d for d in method[position] if d.kind == EARLY and self._near(name, position, written)]
                    exactly = [d for d in early if d.text != ROUGHLY]
                    otherwise = [] if pen_first else [d for d in method[position] if d.kind != EARLY]
                    first = [*exactly, *otherwise, *pen[position]] if exactly else [*otherwise, *pen[position], *early]
                    alone.append(_finding((position,), first, method, made))
                found += _with_last_digits_together(alone)
                break
            positions = tuple(position for position in left if chosen in method[position])
            found.append(_finding(positions, [chosen], method, made))
            left = {position: written for position, written in left.items() if position not in positions}
        return sorted(found, key=lambda finding: finding.positions[0])

    def _tells(self, name: str, position: Position, written: Written, attempt: _Try) -> bool:
        """Whether a number tells of a mistake: one that changes it by more than what is left open anyway. No rounding
        makes a 0.
        """
        if attempt.diagnosis.kind == EARLY:
            return written.value != 0
        (low, high), (at_least, at_most) = self.own.range(name), attempt.range
        change = abs(at_least[position] + at_most[position] - low[position] - high[position]) / 2
        return bool(change > attempt.range.width(position))

    def _near(self, name: str, position: Position, written: Written) -> bool:
        """Whether a number is off by no more than what rounding on the way leads to."""
        true = float(self.own.true[name][position])
        return abs(written.value - true) <= max(NEAR * abs(true), BY_ROUNDING * written.unit)

    def _credible(
        self,
        name: str,
        method: Mapping[Position, dict[Diagnosis, _Try]],
        wrong: Mapping[Position, Written],
        right: Mapping[Position, Written],
    ) -> dict[Diagnosis, Made]:
        """What came of each mistake; the mistakes against which right numbers speak are dropped, and so are those of
        which a single 0 tells, where it may come of others here as well, or was made before.
        """
        made: dict[Diagnosis, Made] = {}
        for diagnosis in dict.fromkeys(diagnosis for tries in method.values() for diagnosis in tries):
            positions = tuple(position for position, tries in method.items() if diagnosis in tries)
            came = self._made(name, positions, method[positions[0]][diagnosis], right)
            vague = len(positions) == 1 and wrong[positions[0]].value == 0
            if vague and diagnosis.at == name:
                vague = len({d.kind for d in method[positions[0]] if d.at == name}) > 1
            if came is not None and not vague:
                made[diagnosis] = came
                continue
            for position in positions:
                del method[position][diagnosis]
        return made

    def _made(
        self, name: str, positions: tuple[Position, ...], tried: _Try, right: Mapping[Position, Written]
    ) -> Made | None:
        """What came of a mistake in the quantity it was made in: throughout, or in the rows of these positions alone;
        None where the right numbers speak against it.
        """
        at = tried.diagnosis.at
        throughout = all(tried.range.holds(position, written) for position, written in right.items())
        if tried.turn is None:
            return Made(tried.range.low, np.zeros(())) if throughout else None
        whole = self._came(at, tried)
        if throughout or at == name:
            return whole
        rows = sorted({position[0] for position in positions if position})
        theirs = self.own.values[at]
        if not rows or theirs.ndim != 2 or len(theirs) != len(self.own.true[name]):
            return None
        partly = Made(theirs.copy(), np.zeros(theirs.shape))
        partly.values[rows], partly.radius[rows] = whole.values[rows], whole.radius[rows]
        carried = self.own.carry(name, instead={at: _always(partly.values)})
        open_ = (tried.range.high - tried.range.low) / 2
        near = Range(carried - open_, carried + open_)
        return partly if all(near.holds(position, written) for position, written in right.items()) else None

    def _came(self, at: str, tried: _Try) -> Made:
        assert tried.turn is not None
        instead = {at: tried.turn.evaluate}
        values = self.own.carry(at, instead=instead, values=tried.values)
        if tried.values is self.own.true:
            return Made(values, np.zeros(values.shape))
        low, high = self._reach(at, partial(self.own.carry, at, instead=instead), tried.turn)
        return Made(values, np.fmax(high - values, values - low))

    def _reach(self, name: str, result: Callable[[Values], Array], turn: Turn) -> Range:
        return self.own.reach(name, result, turn.reads)

    def _tries(self, name: str, wrong: Mapping[Position, Written], right: Mapping[Position, Written]) -> Iterator[_Try]:
        """From the person's own numbers, with what their rounding leaves open, and from the right ones; in the
        quantity, and in those left out on the way.
        """
        own = self.own
        unwritten = own.unwritten_before(name)
        for tries in (self.turns.at, self.turns.misread):
            for at in (name, *unwritten):
                for turn in tries(at):
                    yield from self._attempts(name, at, turn, wrong)
        roundings = list(_roundings([*wrong.values(), *right.values()])) if unwritten else []
        for rounding in roundings:
            words = f"the result of intermediate numbers {rounding}"
            values = own.carry(name, rounding=rounding)
            if self._promising(name, values, wrong):
                reach = own.reach(name, partial(own.carry, name, rounding=rounding))
                yield _Try(Diagnosis(EARLY, words, name, rounding), reach, None, own.values)
        for at in unwritten:
            for rounding in roundings:
                turn = Turn(EARLY, f"the result of numbers {rounding}", _rounded(rounding, own.order[at]))
                yield from self._attempts(name, at, turn, wrong)
        if unwritten and all(self._near(name, position, written) for position, written in wrong.items()):
            yield _Try(Diagnosis(EARLY, ROUGHLY, name), self._roughly(name, unwritten[0], wrong), None, own.values)
        for at in unwritten if len(wrong) > 1 else ():
            yield from self._one_number(name, at, wrong)

    def _one_number(self, name: str, at: str, wrong: Mapping[Position, Written]) -> Iterator[_Try]:
        """What follows if one number was wrong in a quantity that was not written: each in turn, as it must have been
        for the wrong numbers to come out.
        """
        own = self.own
        theirs, values, unit = own.carry(name), own.values[at], max(w.unit for w in wrong.values())
        index = tuple(np.array(list(wrong)).T)
        found = np.array([w.value for w in wrong.values()])
        for position in np.ndindex(values.shape) if values.size <= MOST_TRIED else ():
            moved = values.copy()
            for _ in range(NEWTON):
                now = own.carry(name, instead={at: _always(moved)})
                ahead = moved.copy()
                ahead[position] += STEP
                slope = (own.carry(name, instead={at: _always(ahead)}) - now)[index] / STEP
                steepness = float(slope @ slope)
                if not steepness > 0 or not math.isfinite(steepness):
                    break
                moved[position] += float(slope @ (found - now[index])) / steepness
            else:
                carried = own.carry(name, instead={at: _always(moved)})
                open_ = (own.range(name).high - own.range(name).low) / 2 + unit / 2
                reach = Range(carried - open_, carried + open_)
                if all(reach.holds(p, w) for p, w in wrong.items()) and np.any(
                    np.abs(carried - theirs)[index] > open_[index]
                ):
                    cell = f"[{','.join(str(i + 1) for i in position)}]" if position else ""
                    words = (
                        f"the result of one wrong number, {at}{cell} of about {significant(float(moved[position]), 4)}"
                    )
                    yield _Try(
                        Diagnosis(ONE_NUMBER, words, at), reach, Turn(ONE_NUMBER, words, _always(moved)), own.values
                    )

    def _roughly(self, name: str, before: str, wrong: Mapping[Position, Written]) -> Range:
        """Where a quantity may lie if the numbers of the one before it were off by a few units of their last digit."""
        own, off = self.own, ROUGH * 10.0 ** -max(w.decimals for w in wrong.values())
        centre, values = own.carry(name), own.values[before]
        open_ = np.zeros(centre.shape)
        for position in np.ndindex(values.shape):
            moved = values.copy()
            moved[position] += off
            open_ += np.nan_to_num(np.abs(own.carry(name, instead={before: _always(moved)}) - centre))
        return Range(centre - open_, centre + open_)

    def _attempts(self, name: str, at: str, turn: Turn, wrong: Mapping[Position, Written]) -> Iterator[_Try]:
        own, diagnosis, instead = self.own, Diagnosis(turn.kind, turn.text, at), {at: turn.evaluate}
        theirs = own.carry(name, instead=instead)
        if self._promising(name, theirs, wrong):
            reach = self._reach(name, partial(own.carry, name, instead=instead), turn)
            yield _Try(diagnosis, reach, turn, own.values)
        if own.written:
            true = own.carry(name, instead=instead, values=own.true)
            yield _Try(diagnosis, Range(true, true), turn, own.true)

    def _promising(self, name: str, values: Array, wrong: Mapping[Position, Written]) -> bool:
        """Whether a mistake comes so near to some number written that it is worth a closer look."""
        low, high = self.own.range(name)
        open_ = high - low
        size = np.fmax(1.0, np.abs(values) / np.fmax(np.abs(low + open_ / 2), 1e-300))
        slack = WIDER * np.fmax(open_ * size, np.max(open_, initial=0.0, where=np.isfinite(open_)))
        return any(w.fits(float(values[p] - slack[p]), float(values[p] + slack[p])) for p, w in wrong.items())

    def _by_pen(
        self, name: str, wrong: Mapping[Position, Written], right: Mapping[Position, Written]
    ) -> dict[Position, list[Diagnosis]]:
        """For each position the slips in writing down the right number, or the one that follows from their own: first
        what gives the very number, of as many digits as others have, then what reproduces most digits.
        """
        units, counts = {w.unit for w in right.values()}, {w.digits for w in right.values()}
        true, theirs = self.own.true[name], self.own.range(name)
        found: dict[Position, list[Diagnosis]] = {}
        for position, written in wrong.items():
            right_one, own_one = float(true[position]), float(theirs.low[position] + theirs.high[position]) / 2
            fitting: list[tuple[tuple[bool, bool, float], Diagnosis]] = []
            for kind, text, meant in written.variants():
                if kind == "digit dropped" and written.digits == 1 and meant.unit not in units:
                    # A single digit is a digit away from far too much: then the number meant has to come out even.
                    meant = meant.at(EVEN * abs(meant.value))
                # Where much is left open, any number would fit.
                told = theirs.width(position) <= 2 * MOST_OPEN * abs(meant.value)
                exact = meant.fits(right_one) or (told and meant.fits(own_one))
                if exact or (told and theirs.holds(position, meant)):
                    odd = meant.unit not in units and meant.digits not in counts
                    fitting.append(((not exact, odd, meant.unit), Diagnosis(kind, text, name)))
            apart = [abs(written.value - number) / written.unit for number in (right_one, own_one)]
            off = min((round(units) for units in apart if math.isfinite(units)), default=0)
            if 0 < off <= OFF_BY and written.digits > BY_ROUNDING:
                usual = written.unit in units or written.digits in counts
                rank = (False, True, 0.0) if off <= BY_ROUNDING and usual else (True, True, 1.0)
                fitting.append((rank, Diagnosis(LAST_DIGIT, f"off by {off} in the last digit", name)))
            fitting.sort(key=lambda ranked: ranked[0])
            found[position] = [diagnosis for _, diagnosis in fitting]
        return found


def _roundings(numbers: list[Written]) -> Iterator[Rounding]:
    """How numbers on the way may have been rounded, from the digits of those that were written: the finest first."""
    decimals = max(w.decimals for w in numbers)
    digits = max(w.digits for w in numbers)
    for fewer in range(4):
        for cut in (False, True):
            if decimals - fewer >= 1:
                yield Rounding(decimals - fewer, False, cut)
            if digits - fewer >= 2:
                yield Rounding(digits - fewer, True, cut)


def _always(values: Array) -> Evaluate:
    return lambda _: values


def _rounded(rounding: Rounding, right: Computation) -> Evaluate:
    return lambda v: rounding(np.asarray(right.evaluate(v)))


def _with_last_digits_together(findings: list[Finding]) -> Iterator[Finding]:
    """Numbers that are a little off in their last digits are so for one reason."""
    off = [finding for finding in findings if finding.diagnosis is not None and finding.diagnosis.kind == LAST_DIGIT]
    yield from (finding for finding in findings if finding not in off)
    if len(off) > 1:
        diagnosis = off[0].diagnosis
        assert diagnosis is not None
        together = diagnosis._replace(text="off in the last digit")
        yield Finding(tuple(finding.positions[0] for finding in off), together, (), {})
    else:
        yield from off


def _finding(
    positions: tuple[Position, ...],
    first: list[Diagnosis],
    method: Mapping[Position, Mapping[Diagnosis, _Try]],
    made: Mapping[Diagnosis, Made],
) -> Finding:
    shared = [d for d in method[positions[0]] if all(d in method[position] for position in positions)]
    kinds: dict[str, Diagnosis] = {}
    for diagnosis in (*first, *shared):
        kinds.setdefault(diagnosis.kind, diagnosis)
    likeliest, *others = kinds.values() or (None,)
    return Finding(positions, likeliest, tuple(d for d in others if d)[:MOST_OTHERS], {d: made[d] for d in shared})
