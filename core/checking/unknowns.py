"""One number that somebody had wrong before: found from several of those that came of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from core.activations import ACTIVATIONS, Activation, leaky_relu
from core.arrays import Array
from core.checking.answered import Range
from core.checking.momentum import Momentum
from core.checking.numbers import EVEN, Numbers
from core.checking.own_values import Evaluate, OwnValues, always
from core.computation import Values
from core.equations import UPDATE
from core.expression.nodes import Function, Name, names_in, put_in_place
from core.expression.spots import Spot, spots
from core.text import significant

MISREAD, ONE_NUMBER, ANOTHER_NUMBER = "misread", "one number before", "another number"
WITH_MOMENTUM, MOMENTA = "momentum", 99  # of two digits
FACTOR, OFFSET = "common factor", "common offset"
MOST_TRIED = 200  # numbers of a quantity
OTHER_STARTS = (2.0, 0.5)  # times a setting, where a kink hides in which direction to go
NEWTON = 6  # steps; where all is linear, two are enough
STEP = 1e-6
NEAR = 1e-9  # relative: how near to what is solved for a step is to come
ABOUT = 4  # digits of a number that is solved for
ROUND = (1, 2, 3, 4)  # digits of a number that somebody may have read
NEAREST = 0.01  # relative: what is nearer to the right number is a matter of rounding
LAST_DIGITS = 5  # units: the same for what is added
FARTHEST = 100.0  # times what it should be: nobody takes a number that is farther off than a slip of two places

Predict = Callable[[float], Array]


class Constant(NamedTuple):
    """Another value of a number by name, as the numbers that come of it leave it: off by no more than `room`."""

    name: str
    value: float
    room: float

    def may_be(self, other: Constant) -> bool:
        """Whether both may be one and the same."""
        return self.name == other.name and abs(self.value - other.value) <= self.room + other.room


class Solved(NamedTuple):
    """What was found: the kind, in words, the quantity it was found `at`, what the numbers come to with it, and what
    that quantity comes to. `tried` is how many such numbers there are; `constant` is the number that is another.
    """

    kind: str
    text: str
    at: str
    values: Array
    made: Array
    tried: int
    constant: Constant | None = None


class Unknowns:
    """Solves for numbers from the wrong ones of a quantity."""

    def __init__(self, own: OwnValues, momentum: Momentum, name: str, wrong: Numbers, right: Numbers) -> None:
        self._own, self._momentum, self._name, self._wrong, self._right = own, momentum, name, wrong, right
        self._theirs = own.carry(name)
        self._open = own.range(name)

    def found(self) -> Iterator[Solved]:
        """Numbers each of which explains all that is wrong, and nothing that is right otherwise."""
        yield from self.with_momentum()
        yield from self._misread()
        yield from self._numbers()
        yield from self._settings()
        yield from self._one_number()
        yield from self._multiple()

    def with_momentum(self) -> Iterator[Solved]:
        """A run with momentum, which is a number of no more than two digits; a number alone must come of it as it was
        written, with no digit more.
        """
        if not self._momentum.concerns(self._name):
            return
        predict = partial(self._momentum.update, self._name)
        solved = self._solve(predict, 0.0)
        if solved is not None and 0 < solved < 1 and round(solved, 2) == solved:
            made, written = predict(solved), self._wrong.values
            is_even = (np.abs(self._wrong.of(made) - written) <= EVEN * np.abs(written)).all()
            if len(self._wrong) == 1 and not is_even:
                return
            yield Solved(WITH_MOMENTUM, f"this is what momentum {solved:g} gives", self._name, made, made, MOMENTA)

    def _misread(self) -> Iterator[Solved]:
        """One number that was given, copied wrong."""
        own, names = self._own, set(self._own.order[self._name].inputs)
        for at in own.unwritten_before(self._name):
            names |= set(own.order[at].inputs)
        given = [name for name in own.statement.given if name in names and own.true[name].size <= MOST_TRIED]
        tried = sum(own.true[name].size for name in given)
        for name in given:
            true = own.true[name]
            for position, number in np.ndenumerate(true):
                predict = self._moving(name, true, position, given=True)
                solved = self._solve(predict, float(number))
                if solved is not None and _may_be_taken(solved, float(number), true):
                    made = true.copy()
                    made[position] = solved
                    words = f"{_cell(name, position)} was read as {solved:.6g}, not {number:.6g}"
                    yield Solved(MISREAD, words, name, predict(solved), made, tried)

    def _one_number(self) -> Iterator[Solved]:
        """One number of a quantity that was not written."""
        own = self._own
        for at in own.unwritten_before(self._name):
            values = own.values[at]
            for position in np.ndindex(values.shape) if values.size <= MOST_TRIED else ():
                predict = self._moving(at, values, position, given=False)
                solved = self._solve(predict, float(values[position]), snap=False)
                if solved is not None and _may_be_taken(solved, float(values[position]), values):
                    made = values.copy()
                    made[position] = solved
                    words = (
                        f"the result of one wrong number, {_cell(at, position)} of about {significant(solved, ABOUT)}"
                    )
                    yield Solved(ONE_NUMBER, words, at, predict(solved), made, values.size)

    def _numbers(self) -> Iterator[Solved]:
        """Another α, or another setting of the loss."""
        statement, equation = self._own.statement, self._own.statement.equations[self._name]
        used = names_in(equation.tree)
        numbers = {name: number for name, number in statement.numbers.items() if name in used}
        for name, number in numbers.items():
            if name == "n" or (name == "alpha" and equation.part != UPDATE):
                continue
            unknown = f"another {name}"
            evaluate = statement.compiled(put_in_place(equation.tree, {name: Name(unknown)}), equation.axes)
            predict = _with_number(evaluate, self._own.values, unknown)
            starts = (number, *(times * number for times in OTHER_STARTS if name != "alpha"))
            solved = next((found for start in starts if (found := self._solve(predict, start)) is not None), None)
            if solved is not None and _may_multiply(solved / number if number else 1 + solved):
                words = f"{statement.symbols[name]} of {solved:.6g} was used, not {number:.6g}"
                made = predict(solved)
                constant = Constant(name, solved, self._room(predict, solved))
                yield Solved(ANOTHER_NUMBER, words, self._name, made, made, len(numbers), constant)

    def _settings(self) -> Iterator[Solved]:
        """Another setting of a layer's function: the slope of a leaky ReLU."""
        statement, equation = self._own.statement, self._own.statement.equations[self._name]
        for spot in spots(equation.tree):
            own = statement.functions.get(spot.part.name) if isinstance(spot.part, Function) else None
            if own is ACTIVATIONS["relu"]:
                yield from self._leaky(spot)
            if own is None or own.make is None:
                continue
            for setting, number in own.settings:
                predict = self._made_with(spot, own, setting)
                solved = self._solve(predict, number)
                if solved is not None and _may_multiply(solved / number if number else 1 + solved):
                    words = f"the {setting} of {own.name} is taken as {solved:.6g}, not {number:.6g}"
                    made = predict(solved)
                    yield Solved(ANOTHER_NUMBER, words, self._name, made, made, len(own.settings))

    def _leaky(self, spot: Spot) -> Iterator[Solved]:
        """A leaky ReLU of any slope for a ReLU."""
        flat = leaky_relu(0.0)
        predict = self._made_with(spot, flat, "slope")
        solved = self._solve(predict, 0.0)
        if solved is not None and 1 / FARTHEST <= abs(solved) < 1:
            words = f"{flat.name} with the slope {solved:.6g} is applied, where {_function_name(spot)} is relu"
            made = predict(solved)
            yield Solved("another function", words, self._name, made, made, 1)

    def _made_with(self, spot: Spot, own: Activation, setting: str) -> Predict:
        """What comes of a function with another setting."""
        applied, axes = spot.part, self._own.statement.equations[self._name].axes
        assert isinstance(applied, Function)
        assert own.make is not None
        make, kept = own.make, dict(own.settings)

        def predict(x: float) -> Array:
            function = make(**{**kept, setting: x})
            tree = function.slope_tree if applied.slope else function.tree
            put = put_in_place(put_in_place(tree, {"z": function.tree}), {"s": applied.argument})
            made: Array = self._own.statement.compiled(spot.with_(put), axes)(self._own.values)
            return made

        return predict

    def _multiple(self) -> Iterator[Solved]:
        """All multiplied by a number, or a number added to all."""
        theirs, wrong = self._theirs, self._wrong
        solved = self._solve(lambda c: c * theirs, 1.0)
        if solved is not None and _may_multiply(abs(solved)):
            words = f"every number is {solved:.4g} times what it must be"
            yield Solved(FACTOR, words, self._name, solved * theirs, solved * theirs, 1)
        if len(wrong) > 1 and np.ptp(wrong.of(theirs)) > np.max(wrong.units):
            solved = self._solve(lambda c: c + theirs, 0.0)
            if solved is not None and LAST_DIGITS * np.max(wrong.units) < abs(solved) <= FARTHEST * np.max(
                np.abs(theirs)
            ):
                words = f"every number is {abs(solved):.4g} too {'large' if solved > 0 else 'small'}"
                yield Solved(OFFSET, words, self._name, solved + theirs, solved + theirs, 1)

    def _moving(self, name: str, values: Array, position: tuple[int, ...], given: bool) -> Predict:
        """What comes of another number at a position of a quantity, given or computed."""
        own, target = self._own, self._name

        def predict(x: float) -> Array:
            moved = values.copy()
            moved[position] = x
            return own.carry(target, {name: moved}) if given else own.carry(target, instead={name: always(moved)})

        return predict

    def _solve(self, predict: Predict, start: float, snap: bool = True) -> float | None:
        """The number with which everything comes out as it was written; None where there is none."""
        wrong, x, scale = self._wrong, start, max(1.0, abs(start))
        now = wrong.of(predict(start))
        for i in range(NEWTON):
            slope = (wrong.of(predict(x + STEP * scale)) - now) / (STEP * scale)
            steepness = float(slope @ slope)
            if not steepness > 0 or not math.isfinite(steepness) or not slope.all():
                return None
            change = float(slope @ (wrong.values - now)) / steepness
            x += change
            values = predict(x)
            now = wrong.of(values)
            if i == 0 and not self._spares(values):
                return None
            if abs(change) <= NEAR * scale:
                break
        for number in (*(float(f"{x:.{digits}g}") for digits in ROUND if snap), x):
            if self._fits(predict(number), exactly=number != x):
                return number
        return None

    def _room(self, predict: Predict, solved: float) -> float:
        """How far a number that was solved for may be off, by the digits of what comes of it."""
        step = STEP * max(1.0, abs(solved))
        slopes = np.abs(self._wrong.of(predict(solved + step)) - self._wrong.of(predict(solved))) / step
        open_ = self._wrong.units + np.nan_to_num(self._wrong.of(self._open.high - self._open.low), posinf=0.0) / 2
        return float(np.min(open_ / slopes))

    def _spares(self, values: Array) -> bool:
        """Whether the numbers that are right stay about as they are."""
        off = np.abs(self._right.of(values) - self._right.values)
        size = np.abs(self._wrong.values - self._wrong.of(self._theirs)).max()
        return bool((off <= 2 * self._right.units + 0.1 * size).all())

    def _fits(self, values: Array, exactly: bool) -> bool:
        if not np.isfinite(self._wrong.of(values)).all():
            return False
        half = (self._open.high - self._open.low) / 2
        half = np.where(np.isfinite(half), half, 0.0)
        reach = Range(values - half, values + half)
        if not exactly:
            pad = self._wrong.units / 2
            fit = self._wrong.fit_within(self._wrong.of(reach.low) - pad, self._wrong.of(reach.high) + pad)
        else:
            fit = self._wrong.fit(reach.low, reach.high)
        if not fit.all():
            return False
        return bool(self._right.fit(reach.low, reach.high).all())


def _function_name(spot: Spot) -> str:
    assert isinstance(spot.part, Function)
    return f"{spot.part.name}{chr(39) * spot.part.slope}"


def _may_be_taken(found: float, right: float, beside: Array) -> bool:
    """Whether somebody may have taken a number for the right one, among others."""
    return abs(found - right) > NEAREST * abs(right) and abs(found) <= FARTHEST * float(np.max(np.abs(beside)))


def _may_multiply(factor: float) -> bool:
    return abs(factor - 1) > NEAREST and 1 / FARTHEST <= factor <= FARTHEST


def _with_number(evaluate: Evaluate, values: Values, name: str) -> Predict:
    """What comes of a number under a name of its own."""
    return lambda x: evaluate({**values, name: np.asarray(x)})


def _cell(name: str, position: tuple[int, ...]) -> str:
    return f"{name}[{','.join(str(i + 1) for i in position)}]" if position else name
