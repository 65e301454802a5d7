"""Somebody's own numbers carried on: what each quantity would be, given what they wrote for the ones before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from core.arrays import Array
from core.checking.written import Written
from core.computation import Computation, computations, values_of
from core.step import Step

Mask: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]
TINY = 1e-300
SLACK = 1.25  # a tolerance adds up what each number's rounding does alone; what two do together comes on top


@dataclass(frozen=True, eq=False)
class Answers:
    """What was written for one quantity: `values` where `given` is true, each known to within `radius`, and which of
    them are `wrong`.
    """

    values: Array
    given: Mask
    radius: Array
    wrong: Mask

    @classmethod
    def of(
        cls,
        cells: Mapping[tuple[int, ...], Written],
        true: Array,
        own: Array | None = None,
        slack: Array | None = None,
    ) -> Answers:
        """From the numbers written by place (counted from 0); `own` is what follows from theirs, to within `slack`."""
        values, radius = np.zeros(true.shape), np.zeros(true.shape)
        given, wrong = np.zeros(true.shape, dtype=bool), np.zeros(true.shape, dtype=bool)
        for place, written in cells.items():
            values[place], given[place] = written.value, True
            # Whoever wrote a right number may have gone on with more digits of it: those of the true one.
            exact = float(true[place])
            wrong[place] = not written.fits(exact)
            radius[place] = written.unit if wrong[place] else abs(written.value - exact)
            if own is None or slack is None:
                continue
            theirs, open_ = float(own[place]), float(slack[place])
            if written.fits(theirs, open_):
                # It may only look right after a slip, and they may have gone on with more digits of what they had.
                radius[place] = max(radius[place], min(written.unit, abs(written.value - theirs) + open_))
        return cls(values, given, radius, wrong)


class OwnValues:
    """A step's quantities as they follow from what somebody wrote.

    `true` has the step's own values and `values` theirs: written where written, and elsewhere what follows from it.
    """

    def __init__(self, step: Step) -> None:
        self.order: dict[str, Computation] = {c.name: c for c in computations(step.problem, len(step.batch))}
        self.true = values_of(step)
        self.values: dict[str, Array] = dict(self.true)
        self.written: dict[str, Answers] = {}
        self._dirty: set[str] = set()
        self._assumed: dict[str, Answers | None] = {}
        self._tolerances: dict[str, Array] = {}

    @property
    def astray(self) -> bool:
        """Whether some number so far is not right."""
        return any(answers.wrong.any() for answers in self.written.values())

    def compute(self, name: str) -> Array:
        """What `name` would be, given their numbers before it; kept as theirs until `write` says otherwise."""
        computation = self.order[name]
        if self._dirty.isdisjoint(computation.inputs):
            return self.true[name]  # to the last bit, as the step has it
        self._dirty.add(name)
        self.values[name] = np.asarray(computation.evaluate(self.values))
        return self.values[name]

    def write(self, name: str, answers: Answers) -> None:
        """Take what was written for `name` in place of what follows."""
        self.written[name] = answers
        self.values[name] = np.where(answers.given, answers.values, self.values[name])
        self._dirty.add(name)

    def left_out(self, name: str) -> bool:
        """Whether at least one number of `name` was not written."""
        return name in self._assumed or name not in self.written or not bool(self.written[name].given.all())

    def assume(self, name: str, values: Array) -> None:
        """Take it that `name` came to `values` where it was not written, and carry on from there."""
        self.retract(name)
        before, theirs = self.written.get(name), self.values[name]
        given = np.zeros(theirs.shape, dtype=bool) if before is None else before.given
        radius = scaled(self.tolerance(name), theirs, values)
        wrong = values != self.true[name]
        if before is not None:
            radius, wrong = np.where(given, before.radius, radius), np.where(given, before.wrong, wrong)
        kept = np.where(given, theirs, values)
        self._assumed[name] = before
        self.write(name, Answers(kept, np.ones(theirs.shape, dtype=bool), radius, wrong))
        self._carry_on_from(name)

    def retract(self, name: str) -> None:
        """Take back what was assumed of `name`."""
        if name not in self._assumed:
            return
        before = self._assumed.pop(name)
        if before is None:
            del self.written[name]
        else:
            self.written[name] = before
        self._carry_on_from(name, itself=True)

    def _carry_on_from(self, first: str, itself: bool = False) -> None:
        self._tolerances.clear()
        names = list(self.order)
        for name in names[names.index(first) + (not itself) :]:
            self.compute(name)
            if name in self.written:
                self.write(name, self.written[name])

    def carry(self, values: Mapping[str, Array], changes: Mapping[str, Array], target: str) -> Array:
        """`target` from `values` with some of them changed, through everything between that was not written."""
        needed = {target, *self.unwritten_before(target)}
        changed = {**values, **changes}
        touched = set(changes)
        for name, computation in self.order.items():
            if name == target:
                break
            if name in needed and name not in changes and not touched.isdisjoint(computation.inputs):
                value = np.asarray(computation.evaluate(changed))
                if name in self.written:
                    value = np.where(self.written[name].given, values[name], value)
                changed[name] = value
                touched.add(name)
        return np.asarray(self.order[target].evaluate(changed))

    def tolerance(self, target: str) -> Array:
        """How far `target` may be from what follows from the digits that were written, given what they leave open."""
        if target not in self._tolerances:
            self._tolerances[target] = self._tolerance(target)
        return self._tolerances[target]

    def _tolerance(self, target: str) -> Array:
        centre = self.carry(self.values, {}, target)
        total = np.zeros(centre.shape)
        for name in self.written_before(target):
            radius = self.written[name].radius
            for place in np.argwhere(radius > 0):
                total += self._reach(name, tuple(place), radius[tuple(place)], target, centre)
        return SLACK * total

    def _reach(self, name: str, place: tuple[int, ...], radius: float, target: str, centre: Array) -> Array:
        reach = np.zeros(centre.shape)
        for sign in (1.0, -1.0):
            moved = self.values[name].copy()
            moved[place] += sign * radius
            change = np.abs(self.carry(self.values, {name: moved}, target) - centre)
            np.fmax(reach, np.where(np.isfinite(change), change, 0.0), out=reach)
        return reach

    def sources(self, target: str, place: tuple[int, ...]) -> tuple[str, ...]:
        """The quantities that were written and that one place of `target` follows from: those with a number that is
        not right, or else those whose rounding counts. Empty where nothing was written before it.
        """
        before = self.written_before(target)
        wrong = [name for name in before if self._matters(name, self.written[name].wrong, target, place)]
        inexact = wrong or [name for name in before if self._matters(name, self.written[name].given, target, place)]
        return tuple(inexact or before)

    def _matters(self, name: str, mended: Mask, target: str, place: tuple[int, ...]) -> bool:
        """Whether one place of `target` would be another with the right numbers for some of those of `name`."""
        if not mended.any():
            return False
        values = np.where(mended, self.true[name], self.values[name])
        theirs = self.carry(self.values, {}, target)
        return float(self.carry(self.values, {name: values}, target)[place]) != float(theirs[place])

    def written_before(self, target: str) -> list[str]:
        """The nearest quantities before `target` that were written, in the order of the computation."""
        return [name for name in self._before(target) if name in self.written]

    def unwritten_before(self, target: str) -> list[str]:
        """The quantities between these and `target`, of which at least one number was left out, nearest first."""
        names = [
            name
            for name in self._before(target)
            if name in self.order and not (name in self.written and self.written[name].given.all())
        ]
        return names[::-1]

    def _before(self, target: str) -> list[str]:
        seen = set(self._walk(target))
        return [name for name in self.true if name in seen]

    def _walk(self, target: str) -> Iterator[str]:
        seen: set[str] = set()
        left = [target]
        while left:
            for name in self.order[left.pop()].inputs:
                if name in seen or name not in self.order:
                    continue
                seen.add(name)
                yield name
                if not (name in self.written and self.written[name].given.all()):
                    left.append(name)


def scaled(slack: Array, theirs: Array, values: Array) -> Array:
    """What is left open in `theirs` once a mistake has made them `values`: a larger number leaves more open."""
    return slack * np.fmax(1.0, np.abs(values) / np.fmax(np.abs(theirs), TINY))
