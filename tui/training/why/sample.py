"""One sample of the batch: what it is, what the network says of it, and what it costs."""

from __future__ import annotations

import math

import numpy as np

import core
from core import Step, significant
from tui.format import plain, short, short_names
from tui.sheet.lines import Words, line, width
from tui.training.why.texts import BRIEF, FEWEST_DIGITS, digits, spoken

LONGEST_NAME = 20  # columns of a class in a sentence


def chosen(step: Step, sample: int) -> int:
    """The row of the batch that is looked at, from 0: the last one where the batch is smaller."""
    return max(0, min(sample, len(step.batch) - 1))


def class_names(step: Step) -> list[str]:
    """The classes' names, fit for a screen."""
    names = [plain(name) or str(j) for j, name in enumerate(step.problem.class_names, 1)]
    return names if step.problem.target_names else [f"class {name}" for name in names]


def data_row(step: Step, i: int) -> list[Words]:
    """Which row of the data it is, where batches are but a part of them."""
    return [] if step.problem.batch_size is None else [[f"data row {step.batch[i] + 1}"]]


def verdict(step: Step, i: int, columns: int) -> list[Words]:
    """What the network says of a sample, and whether that is right."""
    y, target = step.outputs[i], step.targets[i]
    y_out, y_gt = (step.statement.letters[name] for name in ("y_out", "y_gt"))
    if not np.isfinite(y).all():
        return [[(f"{y_out} is no finite number", "alarm")]]
    if len(y) == 1:
        output, wanted = f"{y_out} = {spoken(float(y[0]))}", f"{y_gt} = {short(float(target[0]))}"
        middle = step.problem.threshold
        if middle is None:
            return [[output], [wanted], [f"{y_out} - {y_gt} = {spoken(float(y[0] - target[0]))}"]]
        side = "right" if (y[0] - middle) * (target[0] - middle) > 0 else "wrong"
        said: Words = [f"{wanted}: ", (f"{side} side of {middle:g}", side)]
        joined: Words = [f"{output}, ", *said]
        return [joined] if width(line(joined)) <= columns else [[output], said]
    if not step.problem.has_classes:
        j = int(np.abs(y - target).argmax())
        where = step.statement.wording.label("y_out", (i + 1, j + 1))
        return [[f"farthest off: {where} by {spoken(float(y[j] - target[j]))}"]]
    names, says, true = short_names(class_names(step), LONGEST_NAME), int(y.argmax()), int(target.argmax())
    if says == true:
        return [[names[true], ", ", ("right", "right")]]
    return [[names[true], ", ", (f"says {names[says]}", "wrong")]]


def costs_of(step: Step, i: int, more: int) -> list[Words]:
    """What the sample costs, the longest way to say it first: with its arithmetic in symbols and numbers, in numbers,
    and without.
    """
    found = core.explain(step, "sample_losses", (i + 1,), detailed=False)
    symbols, numbers, result, *_ = found.lines(digits=max(FEWEST_DIGITS, digits(more) - BRIEF))
    symbols = symbols.removeprefix(f"{found.symbol} = ")
    loss = step.statement.letters["sample_losses"]
    return [[f"{loss} = {symbols} {numbers} {result}"], [f"{loss} {numbers} {result}"], [f"{loss} = {result[2:]}"]]


def share(step: Step, i: int) -> list[Words]:
    """The sample's share of ℒ."""
    part, whole = float(step.sample_losses[i]) * step.share, step.loss
    if not (math.isfinite(whole) and whole > 0 and 0 <= part <= whole * (1 + 1e-9)):
        return []
    percent = 100 * part / whole
    text = "all" if percent > 99.95 and part >= whole else f"{significant(percent, 2 if percent < 99.5 else 3)}%"
    return [[f"{text} of {step.statement.letters['loss']}"]]
