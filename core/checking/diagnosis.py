"""What kind of slip wrong numbers are: each kind is tried by computing it, and claimed only where it reproduces what
was written, and where hardly any other wrong number would fit as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

import numpy as np

from core.arrays import Array, Mask
from core.checking.answered import Range
from core.checking.finding import Diagnosis, Finding, Made, is_filled, of_other_kinds, without_little_parts
from core.checking.mistakes import WrongWay, mistakes_of
from core.checking.momentum import Momentum
from core.checking.numbers import Numbers
from core.checking.own_values import Evaluate, OwnValues, Rule, always
from core.checking.pen import BY_ROUNDING, LAST_DIGIT, OFF_BY, PenSlip, pen_slips
from core.checking.rounding import Rounding, roundings
from core.checking.terms import term_slips
from core.checking.unknowns import MISREAD, Solved, Unknowns
from core.checking.written import Position, Written
from core.computation import Values
from core.equations import LOSS

CHANCE = 0.006  # a reason is stated if fewer than so many of all wrong numbers of as many digits would fit as well
OF_A_TERM = 0.05  # the same for a slip in one term of a number, which may be one, for all that a few digits tell
AGAIN = 0.2  # the same for a mistake that was made before on the same sheet
WIDER = 4.0  # a mistake may leave open more than the right way does: so much more, before it is looked at closely
OFTEN, RARE = 1, 3  # the rank of the mistakes that are tried first, and of those that right numbers must speak for
MOST_PENNED = 6  # wrong numbers of a quantity, of which each may be a slip of the pen of its own
LEAST_PART = 0.1  # of the wrong numbers, that a mistake in some of them explains
MOST_REACHED = 12  # mistakes that explain some of the numbers, of which the reach is computed
EARLY = "rounded early"
ROUGHLY = "about the result of rounding on the way"
SLIGHT = (EARLY, LAST_DIGIT)
ROUGH = 100.0  # units of the last digit that somebody wrote: two digits fewer on the way
FINE = 0.15  # relative to the largest number beside it: a coarser one was hardly rounded on the way
NEAR = 0.01  # relative: how far rounding on the way leads
NEAR_OF_LARGEST = 0.002  # the same relative to the largest number beside it: sums may cancel


class _Try:
    """A mistake tried: where the numbers lie with it, from some values; more widely once it was looked at closely."""

    def __init__(self, diagnosis: Diagnosis, way: WrongWay | None, values: Values, low: Array, high: Array) -> None:
        self.diagnosis, self.way, self.values, self.low, self.high = diagnosis, way, values, low, high
        self.close = self.looked_at = False
        self.fit: Mask | None = None

    @property
    def rank(self) -> int:
        return 0 if self.way is None else self.way.rank

    def reached(self, reach: Range) -> None:
        self.low, self.high, self.close = np.fmin(self.low, reach.low), np.fmax(self.high, reach.high), True
        self.fit = None


class Diagnoser:
    """Finds the slips of a quantity on a step."""

    def __init__(self, own: OwnValues, momentum: Momentum) -> None:
        self.own, self.momentum = own, momentum
        self._mistakes = mistakes_of(own.statement)
        self._kinds: set[str] = set()

    def findings(self, name: str, wrong: Numbers, right: Numbers) -> list[Finding]:
        """The slips that explain the `wrong` numbers of a quantity: what has one cause is one slip, and so is what has
        no cause that is found.
        """
        found: list[Finding] = []
        base: dict[str, Evaluate] = {}
        if is_filled(wrong, right):
            is_of_loss = self.own.statement.equations[name].part == LOSS  # where a number left out may leave nothing
            search = _Search(self, name, wrong, right, base)
            return [(search.whole() if is_of_loss and not wrong.values.any() else None) or Finding(wrong.positions)]
        while wrong:
            search = _Search(self, name, wrong, right, base, alone=not found)
            finding = search.penned() if search.is_rounded() else None
            finding = finding or search.whole() or search.solved() or search.penned() or search.part()
            if finding is None:
                found += search.rest()
                break
            found.append(finding)
            if finding.diagnosis is not None:
                self._kinds.add(finding.diagnosis.kind)
            wrong = wrong.where(~wrong.mask(finding.positions))
            if wrong and finding.diagnosis is not None and search.claimed is not None:
                base = {finding.diagnosis.at: search.claimed.evaluate}
        return sorted(without_little_parts(found), key=lambda finding: finding.positions[0])

    def knows(self, kind: str) -> bool:
        """Whether such a mistake was found before on this sheet."""
        return kind in self._kinds


class _Search:
    """The causes of wrong numbers of a quantity, with `base` for what is known to be computed otherwise."""

    def __init__(
        self,
        diagnoser: Diagnoser,
        name: str,
        wrong: Numbers,
        right: Numbers,
        base: Mapping[str, Evaluate],
        alone: bool = True,
    ) -> None:
        """`alone` tells that no others of the quantity are wrong."""
        self._diagnoser, self._own, self._name, self._wrong, self._right = diagnoser, diagnoser.own, name, wrong, right
        self._base, self._alone = base, alone
        self._unwritten = self._own.unwritten_before(name)
        self._theirs = self._own.range(name)
        self._rough = self._own.roughly(name) if self._unwritten else self._theirs
        ways = list(self._mistakes())
        self._seldom = [(at, way) for at, way in ways if way.rank > OFTEN]
        self._tries = list(self._tried((at, way) for at, way in ways if way.rank <= OFTEN))
        self.claimed: WrongWay | None = None

    # The ways to explain the numbers.

    def whole(self) -> Finding | None:
        """One mistake in method that explains all of them, and that what is right is right as well, if there is one;
        those that are made seldom are tried if no other does.
        """
        found = self._whole(spares=True)
        if found is None and self._seldom:
            self._tries += self._tried(self._seldom)
            self._seldom = []
            found = self._whole(spares=True)
        return found or self._whole(spares=False)

    def _whole(self, spares: bool) -> Finding | None:
        def fits(attempt: _Try) -> bool:
            if not self._fits(attempt).all():
                return False
            return not self._speaks_against(attempt) if spares else attempt.rank < RARE

        fitting = [attempt for attempt in self._tries if fits(attempt)]
        if not fitting:
            new = [attempt for attempt in self._tries if not attempt.looked_at]
            self._closely(attempt for attempt in new if self._near(attempt).all())
            for attempt in new:
                attempt.looked_at = True
            fitting = [attempt for attempt in self._tries if attempt.close and fits(attempt)]
        fitting.sort(key=lambda attempt: attempt.rank)
        for attempt in fitting:
            if not self._is_credible(attempt, self._wrong, not spares):
                continue
            if not spares and (pen := self.penned()):
                return pen
            made = self._made(attempt, self._wrong.positions)
            if made is None:
                continue
            alike = [other for other in fitting if other is not attempt and not self._speaks_against(other)]
            causes = {attempt.diagnosis: made}
            for other in alike:
                if (came := self._made(other, self._wrong.positions)) is not None:
                    causes.setdefault(other.diagnosis, came)
            return self._finding(attempt, self._wrong.positions, causes)
        return None

    def solved(self) -> Finding | None:
        """One number that was another, which explains all of them."""
        if self._base or self.is_rounded():
            return None
        unknowns = Unknowns(self._own, self._diagnoser.momentum, self._name, self._wrong, self._right)
        if len(self._wrong) == 1:
            return next(map(self._of_solved, unknowns.with_momentum()), None)
        for solved in unknowns.found():
            came = self._wrong.of(solved.values)
            chances = np.sort(self._wrong.chances(came, came))[1:]
            if solved.tried * float(np.prod(chances)) < CHANCE:
                return self._of_solved(solved)
        return None

    def penned(self) -> Finding | None:
        """A slip of the pen in a number alone among right ones; several numbers that are off in the last digit."""
        if len(self._wrong) == 1:
            ((position, written),) = self._wrong.written.items()
            found, near = self._pen(position, written), self._roundings()
            if near and near[0].diagnosis.text != ROUGHLY:
                return self._early(near)
            is_negated = any(
                slip.kind == "sign" for slip in found
            )  # of which two terms that cancel are no better cause
            if not near and self._alone and not is_negated and (term := self._term(position, written)):
                return term
            if found:
                likeliest, *others = (Diagnosis(slip.kind, slip.text, self._name) for slip in found)
                return Finding((position,), likeliest, tuple(of_other_kinds(likeliest, others)))
            return self._early(near) if near else None
        if near := self._roundings():
            return self._early(near)
        true, wrong = self._wrong.of(self._own.true[self._name]), self._wrong
        own = wrong.of(self._theirs.low + self._theirs.high) / 2
        off = np.fmin(np.abs(wrong.values - true), np.abs(wrong.values - own)) / wrong.units
        if (np.round(off) <= OFF_BY).all() and float(np.prod(11 * wrong.chances(own, own))) < CHANCE:
            return Finding(wrong.positions, Diagnosis(LAST_DIGIT, "off in the last digit", self._name))
        return None

    def _term(self, position: Position, written: Written) -> Finding | None:
        """A slip in one term of a number."""
        own, half = self._own, self._theirs.width(position) / 2
        for values in (own.values, own.exact):
            slips = list(term_slips(own.statement, self._name, position, values))
            for slip in slips:
                low, high = slip.value - half, slip.value + half
                chance = float(self._wrong.chances(np.array([low]), np.array([high]))[0])
                if written.fits(low, high) and chance * len(slips) < OF_A_TERM:
                    text = slip.text if chance * len(slips) < CHANCE else f"perhaps {slip.text}"
                    return Finding((position,), Diagnosis(slip.kind, text, self._name))
        return None

    def part(self) -> Finding | None:
        """A mistake in method that explains some of them."""
        if len(self._wrong) == 1:
            return None
        least = max(1, len(self._wrong) * LEAST_PART)
        near = [attempt for attempt in self._tries if self._near(attempt).sum() >= least]
        near.sort(key=lambda attempt: (-int(self._near(attempt).sum()), attempt.rank))
        self._closely(near[:MOST_REACHED])
        near = [attempt for attempt in near if self._tells(attempt) and not self._speaks_against(attempt)]
        near.sort(key=lambda attempt: (-int(self._fits(attempt).sum()), attempt.rank))
        for attempt in near:
            some = self._wrong.where(self._fits(attempt))
            if self._is_credible(attempt, some, speaks_against=True, ways=len(self._wrong)):
                made = self._made(attempt, some.positions)
                if made is not None:
                    return self._finding(attempt, some.positions, {attempt.diagnosis: made})
        return None

    def _tells(self, attempt: _Try) -> bool:
        """Whether a mistake explains more than some of many zeros, which may stand for anything."""
        fits, zero = self._fits(attempt), self._wrong.values == 0
        return bool((fits & ~zero).any() or (fits.any() and fits[zero].all()))

    def rest(self) -> list[Finding]:
        """What is left: slips of the pen, where few numbers are wrong among right ones; else one slip without cause."""
        left, found = dict(self._wrong.written), []
        if 1 < len(left) <= min(len(self._right), MOST_PENNED):
            for position, written in self._wrong.written.items():
                if slips := [slip for slip in self._pen(position, written) if slip.chance * len(self._wrong) < CHANCE]:
                    likeliest, *others = (Diagnosis(slip.kind, slip.text, self._name) for slip in slips)
                    found.append(Finding((position,), likeliest, tuple(of_other_kinds(likeliest, others))))
                    del left[position]
        return [*found, Finding(tuple(left))] if left else found

    # What each comes to.

    def _mistakes(self) -> Iterator[tuple[str, WrongWay]]:
        for at in (self._name, *self._unwritten):
            if at not in self._base:
                for way in self._diagnoser._mistakes.at(at, self._own.true):
                    yield at, way

    def _tried(self, ways: Iterable[tuple[str, WrongWay]]) -> Iterator[_Try]:
        """From the person's own numbers, as written and with more digits, and from the right ones."""
        own = self._own
        starts: list[Values] = [own.exact, own.values] if own.written else [own.true]
        if own.astray:
            starts.append(own.true)
        for at, way in ways:
            instead = {**self._base, at: way.evaluate}
            for values in starts:
                try:
                    came = own.carry(self._name, instead=instead, values=values)
                except (ValueError, KeyError):  # of no such shape
                    break
                yield _Try(Diagnosis(way.kind, way.text, at), way, values, came, came)

    def _closely(self, attempts: Iterable[_Try]) -> None:
        """See where the numbers lie with mistakes, given what the digits of those before leave open."""
        own = self._own
        for attempt in attempts:
            if not attempt.close and attempt.way is not None and attempt.values is own.values:
                instead = {**self._base, attempt.diagnosis.at: attempt.way.evaluate}
                result = partial(own.carry, self._name, instead=instead)
                attempt.reached(own.reach(self._name, result, attempt.way.reads, rough=True))

    def _fits(self, attempt: _Try) -> Mask:
        if attempt.fit is None:
            attempt.fit = self._wrong.fit(attempt.low, attempt.high)
        return attempt.fit

    def _near(self, attempt: _Try) -> Mask:
        """Which numbers a mistake comes so near to that it is worth a closer look."""
        if attempt.values is not self._own.values:
            return self._fits(attempt)
        low, high = self._rough
        open_ = high - low
        with np.errstate(all="ignore"):
            size = np.fmax(1.0, np.abs(attempt.low) / np.fmax(np.abs(low + open_ / 2), 1e-300))
            most = np.max(open_, initial=0.0, where=np.isfinite(open_))
            slack = WIDER * np.fmax(open_ * size, most)
        return self._wrong.fit(attempt.low - slack, attempt.high + slack)

    def _speaks_against(self, attempt: _Try) -> bool:
        """Whether right numbers are not what they would be with this mistake."""
        return not bool(self._right.fit(*self._open(attempt)).all())

    def _open(self, attempt: _Try) -> tuple[Array, Array]:
        """Where the right numbers would lie: as they are written, they leave open what the right way does."""
        half = np.nan_to_num((self._theirs.high - self._theirs.low) / 2, nan=0.0, posinf=0.0)
        return attempt.low - half, attempt.high + half

    def _is_credible(self, attempt: _Try, numbers: Numbers, speaks_against: bool, ways: int = 1) -> bool:
        """Whether hardly any other wrong numbers would be explained as well by this mistake or by a likelier one; there
        are so many `ways` to choose those that it explains.
        """
        chances = numbers.chances(numbers.of(attempt.low), numbers.of(attempt.high), bare=ways > 1)
        chance = ways * float(np.prod(chances))
        if numbers is self._wrong and len(numbers) > 1 and not speaks_against and len(self._right):
            chance /= len(numbers) + len(self._right)  # that it is these very places where the mistake shows
        if self._diagnoser.knows(attempt.diagnosis.kind):
            return chance < AGAIN
        if chance * len(self._tries) < CHANCE:
            return True
        likelier = [other for other in self._tries if other.rank <= attempt.rank and other.values is attempt.values]
        if not speaks_against:
            likelier = [other for other in likelier if not self._speaks_against(other)]
        theirs = numbers.of(self._theirs.low + self._theirs.high) / 2
        different = {
            tuple(np.round(came, 12)) for o in likelier if not np.allclose(came := numbers.of(o.low), theirs, rtol=1e-6)
        }
        return chance * max(1, len(different)) < CHANCE

    def _made(self, attempt: _Try, positions: tuple[Position, ...]) -> Made | None:
        """What came of a mistake in the quantity it was made in: throughout, or in the rows of these positions alone;
        None where the right numbers speak against it.
        """
        at, own, way = attempt.diagnosis.at, self._own, attempt.way
        assert way is not None
        if at == self._name:
            return Made(attempt.low, attempt.high - attempt.low)
        instead = {**self._base, at: way.evaluate}
        values = own.carry(at, instead=instead, values=attempt.values)
        radius = own.off_by_rounding(values)
        if attempt.values is not own.true:
            low, high = own.reach(at, partial(own.carry, at, instead=instead), way.reads, rough=True)
            radius += (high - low) / 2 + np.abs(low + high - 2 * values) / 2
        if not self._speaks_against(attempt):
            return Made(values, radius)
        rows, theirs = sorted({position[0] for position in positions if position}), own.values[at]
        if not rows or theirs.ndim != 2 or len(theirs) != len(own.true[self._name]):
            return None
        partly = Made(theirs.copy(), np.zeros(theirs.shape))
        partly.values[rows], partly.radius[rows] = values[rows], radius[rows]
        carried = own.carry(self._name, instead={at: always(partly.values)})
        half = (attempt.high - attempt.low) / 2
        return partly if self._right.fit(carried - half, carried + half).all() else None

    def _finding(self, attempt: _Try, positions: tuple[Position, ...], causes: Mapping[Diagnosis, Made]) -> Finding:
        self.claimed = attempt.way
        return Finding(positions, attempt.diagnosis, tuple(of_other_kinds(attempt.diagnosis, causes)), causes)

    def _of_solved(self, solved: Solved) -> Finding:
        at = self._name if solved.kind == MISREAD else solved.at
        diagnosis = Diagnosis(solved.kind, solved.text, at, constant=solved.constant)
        if solved.kind == MISREAD:
            return Finding(self._wrong.positions, diagnosis, given={solved.at: solved.made})
        causes = {diagnosis: Made(solved.made, np.zeros(solved.made.shape))}
        return Finding(self._wrong.positions, diagnosis, causes=causes)

    def _pen(self, position: Position, written: Written) -> list[PenSlip]:
        true = float(self._own.true[self._name][position])
        beside = list(self._right.written.values())
        slips = pen_slips(written, position, true, self._theirs, beside, self._own.digits)
        return [slip for slip in slips if slip.chance < CHANCE]

    # Rounding on the way.

    def is_rounded(self) -> bool:
        """Whether every number is off by no more than what rounding on the way leads to. No rounding makes a 0."""
        true, wrong = self._wrong.of(self._own.true[self._name]), self._wrong
        largest = float(np.max(np.abs(self._own.true[self._name]), initial=0.0))
        by_digits = np.where(wrong.units <= FINE * largest, BY_ROUNDING * wrong.units, 0.0)
        allowed = np.fmax(np.fmax(NEAR * np.abs(true), by_digits), NEAR_OF_LARGEST * largest)
        return bool(((np.abs(wrong.values - true) <= allowed) & (wrong.values != 0)).all())

    def _roundings(self) -> list[_Try]:
        """Roundings of what was not written that explain all of the numbers."""
        own, name, found = self._own, self._name, []
        if not self._unwritten or not self.is_rounded():
            return []
        for rounding in roundings([*self._wrong.written.values(), *self._right.written.values()]):
            words = f"the result of intermediate numbers {rounding}"
            reach = own.reach(name, partial(own.carry, name, rounding=rounding))
            found.append(_Try(Diagnosis(EARLY, words, name, rounding), None, own.values, *reach))
        for at in self._unwritten:
            for rounding in roundings(list(self._wrong.written.values())):
                way = WrongWay(EARLY, f"the result of numbers {rounding}", _rounded(rounding, own.order[at]))
                reach = own.reach(name, partial(own.carry, name, instead={at: way.evaluate}))
                found.append(_Try(Diagnosis(EARLY, way.text, at), way, own.values, *reach))
        found.append(_Try(Diagnosis(EARLY, ROUGHLY, name), None, own.values, *self._roughly()))
        return [attempt for attempt in found if self._fits(attempt).all()]

    def _roughly(self) -> Range:
        """Where a quantity may lie if the numbers of the one before it were off by a few units of their last digit."""
        own, off = self._own, ROUGH * 10.0 ** -max(w.decimals for w in self._wrong.written.values())
        before = self._unwritten[0]
        centre, values = own.carry(self._name), own.values[before]
        open_ = np.zeros(centre.shape)
        for position in np.ndindex(values.shape):
            moved = values.copy()
            moved[position] += off
            open_ += np.nan_to_num(np.abs(own.carry(self._name, instead={before: always(moved)}) - centre))
        return Range(centre - open_, centre + open_)

    def _early(self, fitting: list[_Try]) -> Finding:
        chosen = fitting[0]
        causes = {}
        for attempt in fitting:
            if attempt.way is not None and (made := self._made(attempt, self._wrong.positions)) is not None:
                causes[attempt.diagnosis] = made
            elif attempt.way is None and not self._speaks_against(attempt):
                causes[attempt.diagnosis] = Made(attempt.low, np.zeros(()))
        return Finding(self._wrong.positions, chosen.diagnosis, (), causes)


def _rounded(rounding: Rounding, right: Rule) -> Callable[[Values], Array]:
    return lambda v: rounding(np.asarray(right.evaluate(v)))
