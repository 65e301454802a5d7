"""At rest: the chosen sample in words and numbers, the step's formulas, and what the sheet's marks mean."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from core import Step
from tui.sheet.lines import Line, Words, line, width
from tui.training.view import View
from tui.training.why.page import Group, Page
from tui.training.why.sample import chosen, costs_of, data_row, share, verdict
from tui.training.why.statement import copied, formulas, handed_on, in_order, legend, of_row, row_label
from tui.training.why.texts import GAP, MARGIN, decimals, decimals_for, flow, number_format, row, spoken, wrapped

WIDE = 6  # units of a layer whose rows are not written out beside the sheet that has them in numbers
FEW = 3  # numbers in a row that goes beside another
ANY = 10_000  # columns: as good as any number
FRESH = (
    "sgdb steps a network through training, forward and back.",
    "Each row is one sample: read {X} → {s} → {z} → {y} against {t}, then its deltas below, right to left; "
    "{delta} gives each layer its {dW}.",
)
KEYS = (
    (("→", " takes the next SGD step, "), ("←", " goes back")),
    ((".", " walks through it"),),
    (("enter", " asks where a number comes from"),),
    (("?", " explains"),),
)
# The same where there is no room for all of it.
FRESH_IN_SHORT = ("Each row is one sample: {X} → {s} → {z} → {y}, its loss; below, right to left, its deltas.",)
KEYS_IN_SHORT = (
    (("→", " next SGD step"),),
    ((".", " walk through it"),),
    (("enter", " where a number is from"),),
    (("?", " explains"),),
)


def at_rest(step: Step, view: View, columns: int, height: int, squares: Collection[str]) -> Page:
    """The chosen sample."""
    i = chosen(step, view.sample)
    rows = [*wide_rows(step, i, view, columns, squares)]
    groups: list[Group] = [_sample(step, i, columns, view.more), rows]
    groups += [legend(step, squares, columns)] if squares else []
    groups.append(formulas(step.statement, columns))
    marks = [] if squares else legend(step, squares, columns)
    room = height - sum(map(len, groups)) - len(marks) - len(groups) - 1
    if not rows and room > 0:
        worked = [*worked_out(step, i, view, columns)]
        groups += [worked] if len(worked) <= room else []
    return Page([f"sample {i + 1}"], brief(step, i), [*groups, marks])


def fresh(step: Step, columns: int, height: int) -> Page:
    """Before the first key: what this is, and the keys to begin with; all of that is in sight."""
    wording = step.statement.wording
    words = {letter: wording.word(letter) for letter in ("s", "z", "delta", "dW")}
    words |= {word: wording.letters[name] for word, name in (("X", "X_in"), ("y", "y_out"), ("t", "y_gt"))}
    says, keys = _opening([text.format(**words) for text in FRESH], KEYS, columns)
    if len(says) + len(keys) > height:
        says, keys = _opening([text.format(**words) for text in FRESH_IN_SHORT], KEYS_IN_SHORT, columns)
    brief: list[Words] = [[("→", "key"), " takes the next step"], [("?", "key"), " explains"]]
    return Page([], brief, [says, keys, formulas(step.statement, columns)])


def _opening(
    texts: Sequence[str], keys: Sequence[Sequence[tuple[str, str]]], columns: int
) -> tuple[list[Line], list[Line]]:
    words: list[Words] = [[part for key, text in pairs for part in ((key, "key"), text)] for pairs in keys]
    return [one for text in texts for one in wrapped([text], columns, prose=True)], flow(words, columns)


def brief(step: Step, i: int, target: bool = True) -> list[Words]:
    """The chosen sample in a line; `target` tells whether that of a single output is in it."""
    letters = step.statement.letters
    loss = f"{letters['sample_losses']} {spoken(float(step.sample_losses[i]))}"
    if step.outputs.shape[1] > 1:
        return [*verdict(step, i, ANY), [loss], *share(step, i)]
    y = float(step.outputs[i, 0])
    wanted: list[Words] = [[f"{letters['y_gt']} {spoken(float(step.targets[i, 0]))}"]] if target else []
    return [[f"{letters['y_out']} {spoken(y)}"], *wanted, [loss], *share(step, i)]


def _sample(step: Step, i: int, columns: int, more: int) -> list[Line]:
    first, part = [*data_row(step, i), *verdict(step, i, columns - MARGIN)], share(step, i)
    in_symbols, in_numbers, alone = costs_of(step, i, more)
    fitting = [costs for costs in (in_numbers, in_symbols) if MARGIN + width(line(costs)) <= columns]
    lines, *longer = (flow([*first, costs, *part], columns) for costs in fitting or [alone])
    return longer[0] if longer and len(longer[0]) == len(lines) else lines


def wide_rows(step: Step, i: int, view: View, columns: int, squares: Collection[str]) -> Iterator[Line]:
    """The sample's row of every quantity that is shown as squares or is wide, and, if there is one, of what the loss
    makes of it.
    """
    equations = step.statement.equations
    wide = [name for name in ("X_in", *equations) if _is_wide(step, name, squares)]
    if not wide:
        return
    own = [name for name, equation in equations.items() if equation.part == "loss" and equation.per_sample]
    shown = [name for name in ("X_in", *equations) if name in wide]
    shown += [name for name in ("y_out", *own, "delta_out") if name not in shown]
    same = {source for name, source in handed_on(step.statement).items() if name in shown}
    details = {name for name, equation in equations.items() if equation.detail}
    kept = [name for name in shown if step.values[name].ndim == 2 and name not in same | details]
    symbols = step.statement.symbols
    start = MARGIN + max(len(symbols[name]) for name in kept) + 1
    before: Line = ()
    for name in kept:
        values = step.values[name][i]
        written = number_format(values, decimals_for(values, decimals(view.more)))
        label: Words = [(symbols[name], "title")]
        if len(values) <= FEW and before:
            beside = row(label, values, ANY, written, left=width(before) + GAP)
            if width(beside) <= columns:
                before = (*before, *beside)
                continue
        if before:
            yield before
        before = row(label, values, columns, written, start=start, count=len(values) > FEW)
        if len(values) > FEW:
            yield before
            before = ()
    if before:
        yield before


def _is_wide(step: Step, name: str, squares: Collection[str]) -> bool:
    equation = step.statement.equations.get(name)
    if name != "X_in" and (equation is None or not equation.per_sample or step.values[name].ndim != 2):
        return False
    return name in squares or step.values[name].shape[1] > WIDE


def worked_out(step: Step, i: int, view: View, columns: int) -> Iterator[Line]:
    """The chosen sample's row of every quantity, with the formula that it follows by."""
    found = []
    computations = {computation.name: computation for computation in in_order(step.statement)}
    first = handed_on(step.statement)
    passed = {*copied(step.statement).values()}
    for name, equation in step.statement.equations.items():
        if equation.per_sample and name not in passed:
            right = of_row(computations[first.get(name, name)], i)
            found.append((row_label(step, name, i), right, step.values[name][i].reshape(-1)))
    lefts = max((len(left) for left, _, _ in found), default=0)
    rights = max((len(right) for _, right, _ in found), default=0)
    written = number_format(np.concatenate([values for _, _, values in found]), decimals(view.more))
    yield line([(f"sample {i + 1}, worked out", "title")], MARGIN)
    for left, right, values in found:
        label: Words = [(left.ljust(lefts), "title"), f" = {right.ljust(rights)} ="]
        if MARGIN + lefts + rights + 20 <= columns:
            yield row(label, values, columns, written)
        else:
            yield from wrapped([(left, "title"), f" = {right}"], columns, indent=2)
            yield row(["  ="], values, columns, written)
