"""Somebody's own numbers carried on: what each quantity would be, given what they wrote for the ones before it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from core.arrays import Array, Mask
from core.checking.answered import Answers, Range
from core.checking.numbers import Numbers
from core.checking.rounding import Rounding
from core.computation import Values
from core.equations import Statement
from core.expression.nodes import Function, names_in, walk

Evaluate: TypeAlias = Callable[[Values], Array]
HALF = 0.501  # of a unit of the last digit: a number that is further off was cut off, if it is right
FEWEST_DIGITS, FEWEST_NUMBERS = 3, 4  # that tell how somebody rounds
SLACK = 1.25  # a range adds up what each number's rounding does alone; what two do together comes on top
COARSEST = 0.1  # relative: what is off by more was not rounded
MOST_GROUPS = 64  # of a quantity's numbers, whose rounding is followed one group at a time


class Cause(NamedTuple):
    """The quantities that were written and that a number follows from; whether these have a slip, or what comes of one,
    and whether every such number is a 0.
    """

    names: tuple[str, ...] = ()
    is_slip: bool = False
    only_zeros: bool = False


class Rule(NamedTuple):
    """How a quantity is computed, and from which."""

    inputs: tuple[str, ...]
    evaluate: Evaluate


class OwnValues:
    """A step's quantities as they follow from what somebody wrote.

    `true` has the right values and `values` theirs: written where written, and elsewhere what follows from it,
    with the `rounding` of what is not written, once it is known. `exact` has theirs with more digits than were written,
    as somebody has them who goes on with all that a calculator shows.
    """

    def __init__(self, statement: Statement, true: Mapping[str, Array]) -> None:
        self.statement = statement
        self.order = {
            name: Rule(names_in(equation.tree), statement.evaluator(name))
            for name, equation in statement.equations.items()
        }
        self.true: dict[str, Array] = dict(true)
        # By which quantity each layer's function shows: f_1 by z_1.
        trees = {name: equation.tree for name, equation in self.statement.equations.items()}
        self._made_by = {tree.name: name for name, tree in trees.items() if isinstance(tree, Function)}
        self.values: dict[str, Array] = dict(self.true)
        self.exact: dict[str, Array] = dict(self.true)
        self.written: dict[str, Answers] = {}
        self.slipped: dict[str, Mask] = {}
        self.rounding: Rounding | None = None
        self.misread: list[dict[str, Array]] = []
        self._dirty: set[str] = set()
        self._assumed: dict[str, tuple[Answers | None, str]] = {}
        self._ranges: dict[str, Range] = {}
        self._rough: dict[str, Range] = {}
        # How they write numbers: with at most so many digits, so many of them behind the point, and cut off or not.
        self.digits, self.decimals, self.cuts = math.inf, 0, False
        self._befores: dict[str, list[str]] = {}
        self._unwritten: dict[str, list[str]] = {}
        self._influences: dict[str, list[tuple[str, Mask]]] = {}

    def learn(self, sheet: Mapping[str, Numbers]) -> None:
        """Take note of how numbers are written on a sheet."""
        fine = [found for n in sheet.values() if (found := n.where((n.values != 0) & (n.units < 1)))]
        digits = max((float(numbers.digits.max()) for numbers in fine), default=0.0)
        if digits >= FEWEST_DIGITS and sum(map(len, sheet.values())) >= FEWEST_NUMBERS:
            self.digits, self.decimals = digits, -round(math.log10(min(numbers.units.min() for numbers in fine)))
        for name, numbers in sheet.items():
            off = np.abs(numbers.values - numbers.of(self.true[name])) / numbers.units
            self.cuts |= bool(((off > HALF) & (off < 1)).any())

    @property
    def astray(self) -> bool:
        """Whether some number so far is not right."""
        return self.rounding is not None or any(answers.wrong.any() for answers in self.written.values())

    def compute(self, name: str) -> None:
        """Let `name` be what follows from their numbers before it, until `write` says otherwise."""
        rule = self.order[name]
        if self.rounding is None and self._dirty.isdisjoint(rule.inputs):
            return  # it stays the true value, to the last bit as the step has it
        self._dirty.add(name)
        value = np.asarray(rule.evaluate(self.values))
        self.values[name] = value if self.rounding is None else self.rounding(value)
        self.exact[name] = np.asarray(rule.evaluate(self.exact))

    def write(self, name: str, answers: Answers) -> None:
        """Take what was written for `name` in place of what follows."""
        self._befores.clear()
        self._unwritten.clear()
        self._influences.clear()
        self.written[name] = answers
        self.values[name] = np.where(answers.given, answers.values, self.values[name])
        self.exact[name] = np.where(answers.given, answers.exact, self.exact[name])
        self._dirty.add(name)

    def mark(self, name: str, slipped: Mask) -> None:
        """Note which numbers of a quantity are slips or come of one."""
        if slipped.any():
            self.slipped[name] = slipped

    def left_out(self, name: str) -> bool:
        """Whether at least one number of `name` was not written."""
        return name in self._assumed or not self._whole(name)

    def assume(self, name: str, values: Array, radius: Array, told_by: str) -> None:
        """Take it that `name` came to `values`, to within `radius`, where it was not written, as the numbers of the
        quantity `told_by` tell; and carry on from there.
        """
        self.retract(name)
        before, theirs = self.written.get(name), self.values[name]
        given = np.zeros(theirs.shape, dtype=bool) if before is None else before.given
        wrong, exact = values != self.true[name], values
        if before is not None:
            radius, wrong = np.where(given, before.radius, radius), np.where(given, before.wrong, wrong)
            exact = np.where(given, before.exact, exact)
        kept = np.where(given, theirs, values)
        self._assumed[name] = before, told_by
        self.write(name, Answers(kept, np.ones(theirs.shape, dtype=bool), exact, radius, wrong))
        self._carry_on_from(name)

    def retract(self, name: str) -> None:
        """Take back what was assumed of `name`."""
        if name not in self._assumed:
            return
        before, _ = self._assumed.pop(name)
        self._befores.clear()
        self._unwritten.clear()
        self._influences.clear()
        if before is None:
            del self.written[name]
            self.values[name], self.exact[name] = self.true[name], self.true[name]
        else:
            self.written[name] = before
        self._carry_on_from(name, itself=True)

    def round_with(self, rounding: Rounding | None) -> None:
        """Take it that everything that was not written was rounded so, or not at all."""
        self.rounding = rounding
        self._carry_on_from(next(iter(self.order)), itself=True)

    def _carry_on_from(self, first: str, itself: bool = False) -> None:
        self._ranges.clear()
        self._rough.clear()
        names = list(self.order)
        for name in names[names.index(first) + (not itself) :]:
            self.compute(name)
            if name in self.written:
                self.write(name, self.written[name])

    def carry(
        self,
        target: str,
        changes: Values | None = None,
        instead: Mapping[str, Evaluate] | None = None,
        values: Values | None = None,
        rounding: Rounding | None = None,
        shifts: Mapping[str, Array] | None = None,
    ) -> Array:
        """`target` from `values` (None: theirs) with `changes` to what was written, through everything between that was
        not; `instead` has quantities that are computed in another way, `rounding` is of what is between, and `shifts`
        are added to that.
        """
        values, changes, instead, shifts = values or self.values, changes or {}, instead or {}, shifts or {}
        rounding = rounding or self.rounding
        changed = {**values, **changes}
        touched = set(changes)
        for name in reversed(self.unwritten_before(target)):
            if name in changes and name not in self.written:
                continue
            rule = self.order[name]
            if rounding is not None or name in instead or name in shifts or not touched.isdisjoint(rule.inputs):
                value = np.asarray(instead.get(name, rule.evaluate)(changed))
                if name in shifts:
                    value = value + shifts[name]
                value = value if rounding is None else rounding(value)
                if name in self.written:
                    value = np.where(self.written[name].given, changed[name], value)
                changed[name] = value
                touched.add(name)
        return np.asarray(instead.get(target, self.order[target].evaluate)(changed))

    def range(self, target: str) -> Range:
        """Where `target` may lie as it follows from their numbers, given what their digits leave open."""
        if target not in self._ranges:
            self._ranges[target] = self.reach(target, partial(self.carry, target))
        return self._ranges[target]

    def roughly(self, target: str) -> Range:
        """The same if they rounded what they did not write down to as many digits as what they did."""
        if target not in self._rough:
            self._rough[target] = self.reach(target, partial(self.carry, target), rough=True)
        return self._rough[target]

    def reading(self, target: str, given: Mapping[str, Array]) -> Range:
        """The same with numbers that were given copied wrong."""

        def result(changes: Values, shifts: Values | None = None) -> Array:
            return self.carry(target, {**given, **changes}, shifts=shifts)

        return self.reach(target, result)

    def reach(
        self, target: str, result: Callable[..., Array], reads: tuple[str, ...] = (), rough: bool = False
    ) -> Range:
        """Where `result` may lie, a function of changes to their numbers and of `shifts` of what they did not write,
        given what the digits of those before `target` and of `reads` leave open; if `rough`, what they did not write
        was rounded, too.
        """
        centre = result({})
        low, high = np.zeros(centre.shape), np.zeros(centre.shape)
        for changes in (*self._moves([*self.written_before(target), *reads]), *self._slopes(target)):
            change = result(changes) - centre
            change = np.where(np.isfinite(change), change, 0.0)
            low, high = low + np.fmin(change, 0.0), high + np.fmax(change, 0.0)
        for shifts in self._shifts(target) if rough else ():
            change = np.abs(result({}, shifts=shifts) - centre)
            change = np.where(np.isfinite(change), change, 0.0)
            low, high = low - change, high + change
        return Range(centre + SLACK * low, centre + SLACK * high)

    def _shifts(self, target: str) -> Iterator[dict[str, Array]]:
        """What rounding may do to the numbers between that were not written, one after the other."""
        for name in self.unwritten_before(target):
            values = self.values[name]
            units = self.off_by_rounding(values)
            for group in _groups(units > 0):
                shift = np.zeros(values.shape)
                shift[group] = units[group]
                yield {name: shift}

    def off_by_rounding(self, values: Array) -> Array:
        """How far values may be off that were rounded to as many digits as what was written."""
        if not math.isfinite(self.digits):
            return np.zeros(values.shape)
        with np.errstate(all="ignore"):
            places = np.floor(np.log10(np.abs(values))) - self.digits + 1
        units = np.fmax(10.0**places, 10.0**-self.decimals) * (1.0 if self.cuts else 0.5)
        return np.where(np.isfinite(units) & (values != 0), units, 0.0)

    def _moves(self, names: list[str]) -> Iterator[dict[str, Array]]:
        """The numbers written, with more digits of some of them, each in the ways in which it may be."""
        for name in dict.fromkeys(names):
            if name not in self.written:
                continue
            answers, values = self.written[name], self.values[name]
            for group in _groups(answers.given & (answers.exact != values)):
                moved = values.copy()
                moved[group] = answers.exact[group]
                yield {name: moved}
            for group in _groups(answers.radius > 0):
                # Of numbers that are moved at once, every other one goes the other way: they are not all too large.
                ways = 1.0 - 2.0 * (np.arange(len(group[0])) % 2) if group else 1.0
                for sign in (1.0, -1.0):
                    moved = values.copy()
                    moved[group] += sign * ways * answers.radius[group]
                    yield {name: moved}

    def _slopes(self, target: str) -> Iterator[dict[str, Array]]:
        """Whoever has z may well have taken f' from it, as z (1 - z): then s stands for what would give just this z."""
        functions, made = self.statement.functions, self._made_by
        for name in (target, *self.unwritten_before(target)):
            for part in walk(self.statement.equations[name].tree):
                if not (isinstance(part, Function) and part.slope and made.get(part.name) in self.written):
                    continue
                s, z, f = names_in(part)[0], made[part.name], functions[part.name]
                if "z" not in names_in(f.slope_tree):
                    continue
                before = self.values[s]
                value, slope = f(before), f.slope(before)
                off = self.values[z] - value
                rounded = (slope > 0) & (np.abs(off) <= COARSEST * np.abs(value))
                yield {s: before + np.divide(off, slope, out=np.zeros(slope.shape), where=rounded)}

    def causes(self, target: str, numbers: Numbers) -> list[Cause]:
        """What numbers of `target` follow from: the quantities with a number that is a slip or comes of one, or else
        those whose rounding counts. Empty where nothing was written before it.
        """
        influences = self._influences_on(target)
        marks = np.array([numbers.of(mask) for _, mask in influences], dtype=bool).reshape(-1, len(numbers)).T
        kinds, which = np.unique(marks, axis=0, return_inverse=True)
        found = [
            self._cause(target, [name for (name, _), is_so in zip(influences, kind, strict=True) if is_so])
            for kind in kinds
        ]
        return [found[i] for i in which.reshape(-1).tolist()]

    def _cause(self, target: str, slipped: list[str]) -> Cause:
        inexact = slipped or [name for name in self.written_before(target) if self.written[name].given.any()]
        told = (self._assumed[name][1] if name in self._assumed else name for name in inexact)
        only_zeros = bool(slipped) and all(
            name in self.slipped and not self.values[name][self.slipped[name]].any() for name in slipped
        )
        return Cause(tuple(dict.fromkeys(name for name in told if name != target)), bool(slipped), only_zeros)

    def _influences_on(self, target: str) -> list[tuple[str, Mask]]:
        """The quantities with a slip, or with what comes of one, and where that makes `target` another."""
        if target not in self._influences:
            found = []
            for name in self.written_before(target):
                slipped = self.written[name].wrong if name in self._assumed else self.slipped.get(name)
                if slipped is not None:
                    mended = np.where(slipped, self.true[name], self.values[name])
                    found.append((name, self.carry(target, {name: mended}) != self.carry(target)))
            self._influences[target] = found
        return self._influences[target]

    def written_before(self, target: str) -> list[str]:
        """The nearest quantities before `target` that were written, in the order of the computation."""
        return [name for name in self._before(target) if name in self.written]

    def unwritten_before(self, target: str) -> list[str]:
        """The quantities between these and `target`, of which at least one number was left out, nearest first."""
        if target not in self._unwritten:
            before = self._before(target)
            self._unwritten[target] = [n for n in before if n in self.order and not self._whole(n)][::-1]
        return self._unwritten[target]

    def _whole(self, name: str) -> bool:
        return name in self.written and bool(self.written[name].given.all())

    def _before(self, target: str) -> list[str]:
        if target not in self._befores:
            seen = set(self._walk(target))
            self._befores[target] = [name for name in self.true if name in seen]
        return self._befores[target]

    def _walk(self, target: str) -> Iterator[str]:
        seen: set[str] = set()
        left = [target]
        while left:
            for name in self.order[left.pop()].inputs:
                if name in seen or name not in self.order:
                    continue
                seen.add(name)
                yield name
                if not self._whole(name):
                    left.append(name)


def _groups(places: Mask) -> Iterator[tuple[Any, ...]]:
    """The places where a mask is true, one by one or, where there are very many, in groups."""
    found = np.argwhere(places)
    for group in np.array_split(found, min(MOST_GROUPS, len(found))) if len(found) else ():
        yield tuple(group.T)


def always(values: Array) -> Evaluate:
    """A quantity that comes to these values whatever was before it."""
    return lambda _: values
