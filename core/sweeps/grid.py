"""What is varied in a sweep: values as people type them, and the runs that they make together."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from typing import TypeVar

import numpy as np

from core.errors import ProblemError
from core.loading.fields import FieldReader
from core.loading.options import TABLE_OPTIONS
from core.source import Option, Source
from core.suggestion import suggest
from core.sweeps.run import Run
from core.text import shown

DOTS = ".."
LOG, LINEAR = "log", "linear"
DIGITS = 4  # of a value between the ends of a range: what is shown of it is all of it
MOST_VALUES = 100_000
SURE = 2.0**53  # whole numbers below it are exact
T = TypeVar("T")
RANGE = "expected a range such as 0..19, 0.01..10/log/13 or 1..2/5"


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, both included: evenly apart, or by equal factors where it is `log`. `count` is how many
    values it has; None where they are drawn.
    """

    low: float
    high: float
    log: bool = False
    count: int | None = None

    @property
    def values(self) -> tuple[float, ...]:
        """Its values, rounded to 4 digits between the ends."""
        assert self.count is not None
        if self.count == 1:
            return (self.low,)
        shares = [k / (self.count - 1) for k in range(self.count)]
        inner = [_rounded(self.at(share)) for share in shares[1:-1]]
        return tuple(dict.fromkeys((self.low, *inner, self.high)))

    def at(self, share: float) -> float:
        """The value so far on the way from `low` to `high`, from 0 to 1."""
        if self.log:
            return math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
        return self.low + share * (self.high - self.low)


def read_values(words: Iterable[str], option: str = "") -> tuple[Option | Range, ...]:
    """The values of an option as they are typed: single ones, and where they are numbers ranges: 0..19 for whole ones,
    1..2/5 for five values evenly apart, 0.01..10/log/13 for thirteen by equal factors, 0.01..10/log for one that is
    drawn from. Raises ProblemError, a line for each word that is wrong.
    """
    values: list[Option | Range] = []
    mistakes = []
    for word in words:
        try:
            values += _read(word) if _is_of_numbers(option) else [word]
        except ValueError as error:
            mistakes.append(f"{shown(word)}: {error}")
    if mistakes:
        raise ProblemError("", mistakes)
    return tuple(dict.fromkeys(values))


def _is_of_numbers(option: str) -> bool:
    """Whether the values of an option are numbers; those of an unknown one may be."""
    return option not in TABLE_OPTIONS or TABLE_OPTIONS[option].as_text or option == "hidden"


def _read(word: str) -> list[Option | Range]:
    ends, *rest = word.split("/")
    low, dots, high = ends.partition(DOTS)
    if not dots or not (_is_number(low) or _is_number(high)):
        return [_value(word)]  # a name with dots, such as ../a, is no range
    if not (_is_number(low) and _is_number(high)):
        raise ValueError(RANGE)
    log = rest[:1] == [LOG]
    if rest[:1] in ([LOG], [LINEAR]):
        rest = rest[1:]
    if len(rest) > 1 or (rest and not (rest[0].isascii() and rest[0].isdigit())):
        raise ValueError(RANGE)
    start, end = float(low), float(high)
    if not (math.isfinite(start) and math.isfinite(end) and start < end):
        raise ValueError(f"expected a range that goes up between two finite numbers, found {low} and {high}")
    if log and start <= 0:
        raise ValueError(f"a range by equal factors begins above 0, found {low}")
    whole = _is_whole(low) and _is_whole(high)
    if whole and not rest and not log:
        if end - start >= MOST_VALUES:
            raise ValueError(f"expected at most {MOST_VALUES:,} values, found {int(end - start) + 1:,}")
        return [*range(int(low), int(high) + 1)]
    if not rest:
        return [Range(start, end, log)]
    count = int(rest[0])
    if not 2 <= count <= MOST_VALUES:
        raise ValueError(f"expected 2 to {MOST_VALUES:,} values, found {count:,}")
    values = Range(start, end, log, count).values
    return [int(value) if whole and value == int(value) else value for value in values]


def _is_whole(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _value(word: str) -> Option:
    """A whole number or a number, where that is all that the word says, or the text."""
    for convert in (int, float):
        try:
            value = convert(word)
        except ValueError:
            continue
        if math.isfinite(value):
            return value
    return {"true": True, "false": False}.get(word, word)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")


@dataclass(frozen=True)
class Grid:
    """What is varied: a source, the options that vary with their values, and the steps of each run.

    axes    for each option its values as the option takes them, each once
    drawn   how many runs are drawn at random; None: every combination is a run
    seed    of the draw
    """

    source: Source
    axes: Mapping[str, tuple[Option | Range, ...]]
    steps: int
    drawn: int | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        mistakes = [*self._mistakes()]
        if mistakes:
            raise ProblemError("", mistakes)
        axes = {name: tuple(dict.fromkeys(self._given(name, values))) for name, values in self.axes.items()}
        object.__setattr__(self, "axes", axes)

    def _given(self, name: str, values: Iterable[Option | Range]) -> Iterator[Option | Range]:
        """The values of an option as it takes them; of a range that is not drawn from, its own."""
        for value in values:
            if not isinstance(value, Range):
                yield _as_given(name, value)
            elif self.drawn is None:
                yield from (_as_given(name, each) for each in value.values)
            else:
                yield value

    def _mistakes(self) -> Iterator[str]:
        for name, values in self.axes.items():
            if name not in TABLE_OPTIONS:
                yield f"option {name}: {suggest(name, TABLE_OPTIONS)}"
                continue
            if not values:
                yield f"option {name}: expected a value"
            for value in values:
                if isinstance(value, Range):
                    if self.drawn is None and value.count is None:
                        yield f"option {name}: say how many values, such as {value.low:g}..{value.high:g}/5"
                    continue
                reader = FieldReader()
                reader.read(name, _as_given(name, value), TABLE_OPTIONS[name])
                yield from (f"option {mistake}" for mistake in reader.mistakes)
        numbers = {"steps": (self.steps, 0), "drawn": (self.drawn, 1), "seed of the draw": (self.seed, 0)}
        for name, (number, least) in numbers.items():
            if not (isinstance(number, int) and number >= least) and (name, number) != ("drawn", None):
                yield f"{name}: expected a whole number of at least {least}, found {shown(number)}"

    @property
    def size(self) -> int:
        """How many combinations there are; of one that is drawn from, as many as are drawn."""
        if self._is_continuous:
            assert self.drawn is not None
            return self.drawn
        everything = math.prod(map(len, self.axes.values()))
        return everything if self.drawn is None else min(self.drawn, everything)

    @property
    def _is_continuous(self) -> bool:
        return any(isinstance(value, Range) for values in self.axes.values() for value in values)

    def runs(self) -> Iterator[Run]:
        """The runs, in order: the last option varies fastest; those that are drawn in the order of the draw. None comes
        twice.
        """
        names = list(self.axes)
        for values in self._combinations():
            yield self.run(dict(zip(names, values, strict=True)))

    def missing(self, known: Collection[str]) -> int:
        """How many runs there are without those with a key that is `known`. Of all combinations, which may be millions,
        none is looked at.
        """
        if self.drawn is not None:
            return len(self._drawn_keys.difference(known))
        return self.size - sum(map(self._has, known))

    def _has(self, key: str) -> bool:
        """Whether the run with a key is one of them; none is where a damaged file has the key."""
        try:
            return Run.of_key(key) in self
        except (TypeError, ValueError):
            return False

    def __contains__(self, run: Run) -> bool:
        """Whether a run is one of them."""
        if self.drawn is not None:
            return run.key in self._drawn_keys
        source, options = self.source, run.options
        same = (run.steps, run.source.name, run.source.seed) == (self.steps, source.name, source.seed)
        others = {name: value for name, value in options.items() if name not in self.axes}
        usual = {name: value for name, value in source.options if name not in self.axes}
        return (
            same
            and others == usual
            and all(name in options and options[name] in self._values[name] for name in self.axes)
        )

    @cached_property
    def _drawn_keys(self) -> frozenset[str]:
        return frozenset(run.key for run in self.runs())

    @cached_property
    def _values(self) -> dict[str, frozenset[Option | Range]]:
        return {name: frozenset(values) for name, values in self.axes.items()}

    def run(self, values: Mapping[str, Option]) -> Run:
        """The run with these values of what varies."""
        given = {name: _as_given(name, value) for name, value in values.items()}
        options = {**dict(self.source.options), **given}
        return Run(Source(self.source.name, tuple(sorted(options.items())), self.source.seed), self.steps)

    def _combinations(self) -> Iterator[tuple[Option, ...]]:
        lists = list(self.axes.values())
        if self.drawn is None:
            yield from product(*lists)  # no Range is left
            return
        rng = np.random.Generator(np.random.PCG64(self.seed))
        if self._is_continuous:
            drawn = (tuple(_draw(rng, values) for values in lists) for _ in range(1000 * self.drawn))
            yield from islice(_once(drawn), self.drawn)
            return
        sizes = [len(values) for values in lists]
        for place in _places(rng, math.prod(sizes), self.size):
            combination: list[Option] = []
            for values, size in zip(reversed(lists), reversed(sizes), strict=True):
                place, at = divmod(place, size)
                combination.append(values[at])  # type: ignore[arg-type]
            yield tuple(reversed(combination))


def _as_given(name: str, value: Option) -> Option:
    """A value as its option takes it: a text, where no number is understood. 1.0 is 1, so that it is the same run."""
    if isinstance(value, float) and value.is_integer() and abs(value) < SURE:
        value = int(value)
    return value if TABLE_OPTIONS[name].as_text or isinstance(value, (str, tuple)) else str(value)


def _draw(rng: np.random.Generator, values: Sequence[Option | Range]) -> Option:
    value = values[int(rng.random() * len(values))]
    return _rounded(value.at(float(rng.random()))) if isinstance(value, Range) else value


def _places(rng: np.random.Generator, everything: int, count: int) -> Iterator[int]:
    """So many different whole numbers below `everything`, which may be too many to list."""
    if everything <= MOST_VALUES:
        # The rank of raw draws: numpy keeps those the same from version to version.
        yield from np.argsort(rng.bit_generator.random_raw(everything), kind="stable")[:count].tolist()
        return
    yield from islice(_once(int(rng.random() * everything) for _ in range(1000 * count)), count)


def _once(values: Iterable[T]) -> Iterator[T]:
    """The values without those that came before."""
    seen: set[T] = set()
    for value in values:
        if value not in seen:
            seen.add(value)
            yield value
