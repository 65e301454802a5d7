"""What is done to a table once it is read: rows held out, missing numbers filled, features standardised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.arrays import Array, Rows
from core.classes import class_mistake
from core.errors import ProblemError
from core.loading.draws import Draws
from core.loading.fields import POSITIVE, SWITCH, FieldReader, Kind, Unfit, from_text, whole
from core.loading.table import Table
from core.problem import HeldOut
from core.text import shown

MOST_LISTED = 5  # columns in a remark
SPLIT = 0, 1  # tells the stream that a split is drawn from apart from those of the weights and of generated data


def _share(value: object) -> float:
    share: float = POSITIVE.read(value)
    if share >= 1:
        raise Unfit
    return share


def _shape(value: object) -> tuple[int, int]:
    """(height, width) from [8, 8], "8,8" or "8x8"."""
    parts = value.lower().replace("x", ",").split(",") if isinstance(value, str) else value
    if not isinstance(parts, (list, tuple)) or len(parts) != 2:
        raise Unfit
    height, width = (from_text(whole(1, 1_000_000)).read(part) for part in parts)
    return height, width


# The settings of a problem file's table [data], and the options that go before them.
PREPARING: dict[str, Kind] = {
    "test": Kind("a number above 0 and below 1", _share),
    "standardize": SWITCH,
    "seed": whole(at_least=0),
    "shape": Kind("the height and width of a picture, such as 8,8 or [8, 8]", _shape, as_text=True),
}
PREPARING_OPTIONS: dict[str, Kind] = {
    "test": from_text(PREPARING["test"]),
    "data-seed": from_text(PREPARING["seed"]),
    "standardize": from_text(PREPARING["standardize"]),
    "shape": PREPARING["shape"],
}
OVERRIDES = {"data-seed": "seed"}  # an option, and the setting that it goes before, where they have different names


@dataclass(frozen=True)
class Preparing:
    """What to do to a table: `test` is the share of the rows to hold out, which are drawn from `seed`; `shape` (height,
    width) says that a row of the inputs is a picture.
    """

    test: float | None = None
    standardize: bool = False
    seed: int = 0
    shape: tuple[int, int] | None = None


class Prepared(NamedTuple):
    """What a Problem takes of a table."""

    inputs: Array
    targets: Array
    held_out: HeldOut | None
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    image_shape: tuple[int, int] | None
    remarks: tuple[str, ...]


def prepare(table: Table, how: Preparing) -> Prepared:
    """A table as a problem has it. Rows are held out first: whatever is worked out of the data, the means that missing
    numbers (NaN) are filled with and the scale of the features, is worked out of the training rows alone. Training rows
    and held-out rows keep their order. Raises ProblemError; each line begins with the setting that it is about.
    """
    targets, remarks, mistakes = table.targets.values, list(table.remarks), []
    kept: slice | NDArray[np.bool_] = slice(None)  # all rows, without a copy of them
    chosen: slice | NDArray[np.bool_] = slice(0)
    if how.test is not None:
        chosen = held_out_rows(targets, how.test, how.seed)
        kept = ~chosen
        if not chosen.any():
            why = "there is only one" if len(targets) == 1 else "each class needs one for training, and has no other"
            mistakes.append(f"test: no row can be held out: {why}")
        count = f"{int(chosen.sum()):,} of {len(targets):,} rows held out"
        remarks.append(f"{count} (--test {how.test:g}, --data-seed {how.seed})")
    training, rest = table.inputs[kept], table.inputs[chosen]
    missing = np.isnan(table.inputs)
    if missing.any():
        mistakes += [
            f"missing: {_column(table.input_names, int(j))}: expected a number in one of the training rows at least"
            for j in np.flatnonzero(np.isnan(training).all(axis=0))
        ]
        remarks.append(_filled(table.input_names, missing, how.test is not None))
    columns = table.inputs.shape[1]
    if how.shape is not None and how.shape[0] * how.shape[1] != columns:
        height, width = how.shape
        mistakes.append(f"shape: expected a picture of {columns} numbers, found {height} x {width}")
    if mistakes:
        raise ProblemError("", mistakes)
    if missing.any():
        means = _means(training)
        training, rest = (np.where(np.isnan(part), means, part) for part in (training, rest))
    if how.standardize:
        constant = np.flatnonzero(training.max(axis=0) == training.min(axis=0)).tolist()
        training, rest = _standardized(training, rest)
        for row, column in np.argwhere(~np.isfinite(rest))[:1]:
            where = f"{_column(table.input_names, int(column))}, held-out row {row + 1}"
            raise ProblemError("", [f"standardize: {where}: the number is too far from those of the training rows"])
        which = "the training" if how.test else "all"
        remarks.append(f"standardised: mean 0, deviation 1 over {which} rows")
        if constant:
            columns = _listed([_name(table.input_names, j) for j in constant])
            remarks.append(
                f"the same in all {'training ' * (how.test is not None)}rows, so 0 after standardising: {columns}"
            )
    held_out = None if how.test is None else HeldOut(rest, targets[chosen])
    names = table.input_names, table.targets.names
    return Prepared(training, targets[kept], held_out, *names, how.shape, tuple(remarks))


def read_prepared(
    reader: FieldReader, table: Table, settings: Mapping[str, Any], places: Mapping[str, str]
) -> Prepared | None:
    """What becomes of a table under those of the settings that are for `prepare`; None where there are mistakes, which
    are noted at the settings' `places`.
    """
    try:
        return prepare(table, Preparing(**{key: settings[key] for key in PREPARING if key in settings}))
    except ProblemError as error:
        for mistake in error.mistakes:
            setting, _, message = mistake.partition(": ")
            reader.note(places.get(setting, setting), message)
        return None


def held_out_rows(targets: Array, share: float, seed: int) -> NDArray[np.bool_]:
    """Which of n rows of targets (n, c) are held out: as near to `share` of them as whole rows allow, and one at least,
    if that leaves a row of each class for training. Of each class, too, it is its share to within one row. Which ones,
    follows from `seed`.
    """
    classes = _classes(targets)
    counts = np.bincount(classes)
    wanted = max(1, round(share * len(targets)))
    quotas = share * counts
    taken = np.minimum(np.floor(quotas).astype(int), counts - 1)
    # The rows that are still to be found come from the classes that are furthest below their share.
    for j in np.argsort(taken - quotas, kind="stable"):
        if taken.sum() < wanted and taken[j] < counts[j] - 1:
            taken[j] += 1
    chosen = np.zeros(len(targets), dtype=bool)
    order = np.argsort(Draws(seed, *SPLIT).raw(len(targets)), kind="stable")
    for j, count in enumerate(taken):
        chosen[order[classes[order] == j][:count]] = True
    return chosen


def _classes(targets: Array) -> Rows:
    """The class (n,) of each row of targets, from 0 on; where they are no classes, all are of one."""
    is_binary = targets.shape[1] == 1 and bool(((targets == 0) | (targets == 1)).all())
    if not is_binary and class_mistake(targets) is not None:
        return np.zeros(len(targets), dtype=np.intp)
    _, classes = np.unique(targets, axis=0, return_inverse=True)
    return np.asarray(classes.reshape(-1), dtype=np.intp)


def _means(columns: Array) -> Array:
    """The mean of the numbers in each column, leaving NaN out."""
    exponents = _exponents(columns)
    return np.asarray(np.ldexp(np.nanmean(np.ldexp(columns, -exponents), axis=0), exponents))


def _standardized(training: Array, rest: Array) -> tuple[Array, Array]:
    """Both with the scale on which the features of `training` have mean 0 and deviation 1; a feature that is constant
    there becomes 0.
    """
    # Divided by a power of two first, which is exact, so that no square overflows; a constant column is told by its
    # extremes, because the mean of equal numbers is not always that number.
    exponents = _exponents(training)
    scaled = np.ldexp(training, -exponents)
    varies = training.max(axis=0) > training.min(axis=0)
    means = scaled.mean(axis=0)
    centred = np.where(varies, scaled - means, 0.0)
    deviation = np.sqrt((centred * centred).mean(axis=0))
    divisor = np.where(varies & (deviation > 0), deviation, 1.0)
    with np.errstate(over="ignore"):
        return centred / divisor, np.where(varies, np.ldexp(rest, -exponents) - means, 0.0) / divisor


def _exponents(columns: Array) -> NDArray[np.intc]:
    """The power of two that each column's largest number is below."""
    return np.asarray(np.frexp(np.fmax.reduce(np.abs(columns), axis=0))[1])


def _column(names: Sequence[str], j: int) -> str:
    return f"column {shown(names[j])}" if names else f"column {j + 1}"


def _name(names: Sequence[str], j: int) -> str:
    return names[j] if names else f"column {j + 1}"


def _listed(columns: Sequence[str]) -> str:
    """The first few columns, and how many more there are."""
    more = len(columns) - MOST_LISTED
    return ", ".join(columns[:MOST_LISTED]) + (f" and {more} more" if more > 0 else "")


def _filled(names: Sequence[str], missing: NDArray[np.bool_], only_training: bool) -> str:
    """What to say of missing numbers (n, d) that are filled."""
    counts = missing.sum(axis=0)
    columns = [f"{_name(names, j)} {count:,}" for j, count in enumerate(counts.tolist()) if count]
    filled = "1 missing number is" if counts.sum() == 1 else f"{int(counts.sum()):,} missing numbers are"
    return f"{filled} filled with the column's mean{' over the training rows' * only_training}: {_listed(columns)}"
