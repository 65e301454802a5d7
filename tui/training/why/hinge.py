"""The chosen sample under a loss over terms p_j - p_y + m: its terms, J, and ∂o = Jᵀ ∂p beside what is not quite it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

import core
from core import Step, significant
from tui.format import short_names
from tui.sheet.lines import Line, Words, line, width
from tui.sheet.written import Written
from tui.training.view import View
from tui.training.why.page import Page
from tui.training.why.rest import ANY, brief, wide_rows
from tui.training.why.sample import chosen, class_names, data_row, share
from tui.training.why.statement import formulas, legend
from tui.training.why.texts import (
    BRIEF,
    GAP,
    MARGIN,
    decimals,
    digits,
    flow,
    number_format,
    row,
    spoken,
    trimmed,
    wrapped,
)

if TYPE_CHECKING:
    from core import HingeView

Blocks: TypeAlias = Iterator[tuple[str, list[str]]]  # a heading, and what stands below it for each class

TITLE = 12  # columns at most of a class's name in the rule
SAME = 1e-9  # relative, between two ways to the same number
LOW = 9  # lines, below which J comes before the terms
MOST_TERMS = 4  # that are all written out; of more those that count
HEAD = MARGIN + 6  # where the numbers behind a heading start
NEEDED = {"p", "term", "dterm", "dp", "do"}


def has_terms(step: Step) -> bool:
    """Whether the step's loss goes by terms of probabilities."""
    return step.values.keys() >= NEEDED


def hinge(step: Step, view: View, columns: int, height: int, squares: Collection[str]) -> Page:
    """The page of the chosen sample."""
    i = chosen(step, view.sample)
    y = int(core.true_classes(step.targets)[i])
    single, letters = step.outputs.shape[1] == 1, step.statement.letters
    title = f"sample {i + 1}, {letters['y_gt']} = {spoken(float(step.targets[i, 0]))}: class {y + 1}" if single else ""
    name = f" {short_names(class_names(step), TITLE)[y]}" if step.problem.target_names else ""
    title = title or f"sample {i + 1}, y = {y + 1}{name}"
    terms = [*_forward(step, i, view, columns), *_terms(step, i, y, view, columns)]
    jacobian = [*_jacobian(step, i, view, columns)]
    groups = [
        *([terms, jacobian] if height >= LOW else [jacobian, terms]),
        [*_single(step, i, view, columns)] if single else [],
        [*wide_rows(step, i, view, columns, squares)],
        formulas(step.statement, columns),
        legend(step, squares, columns),
    ]
    return Page([title], brief(step, i, target=not single), groups)


@core.memoized(1)
def _hinge(step: Step) -> HingeView:
    return core.hinge_view(step)


def _forward(step: Step, i: int, view: View, columns: int) -> Iterator[Line]:
    """The logits and the probabilities."""
    assert step.logits is not None
    assert step.probabilities is not None
    yield from flow(data_row(step, i), columns)
    o, p = step.logits[i], step.probabilities[i]
    written = number_format(np.concatenate([o, p]), decimals(view.more))
    left = row([("o", "title")], o, ANY, written, start=HEAD)
    right = row([("p", "title")], p, ANY, written, left=width(left) + GAP)
    if width((*left, *right)) <= columns:
        yield (*left, *right)
    else:
        for name, values in (("o", o), ("p", p)):
            yield row([(name, "title")], values, columns, written, start=HEAD)


def _terms(step: Step, i: int, y: int, view: View, columns: int) -> Iterator[Line]:
    """Every term with its numbers, whether it counts, and their sum."""
    counts = step.values["dterm"][i]
    terms = step.values["term"][i]
    n = max(3, digits(view.more) - BRIEF)
    others = [j for j in range(len(terms)) if j != y]
    shown = [j for j in others if len(others) <= MOST_TERMS or counts[j] or terms[j] == 0]
    for k, j in enumerate(shown):
        _, numbers, result, *_ = core.explain(step, "term", (i + 1, j + 1)).lines(digits=n)
        said = "at the kink" if terms[j] == 0 else "counts" if counts[j] else "≤ 0, the max cuts it"
        head = "terms " if not k else "      "
        words: Words = [(head, "title"), f"j={j + 1}: {numbers[2:]} {result}"]
        style = "text" if counts[j] else "structure"
        tail = line(["   ", (said, style)], width(line(words, MARGIN)))
        whole = (*line(words, MARGIN), *tail)
        yield from [whole] if width(whole) <= columns else wrapped([*words, "  ", (said, style)], columns, indent=6)
    if len(shown) < len(others):
        yield from flow([[f"{len(others) - len(shown)} terms are ≤ 0: the max cuts them"]], columns, " " * 6)
    costs = [significant(float(terms[j]), n) for j in shown if counts[j]]
    loss = significant(float(step.sample_losses[i]), n)
    total = loss
    if len(costs) > 1:
        total = f"{' + '.join(costs)} {'=' if sum(map(Decimal, costs)) == Decimal(loss) else '≈'} {loss}"
    items: list[Words] = [[(step.statement.letters["sample_losses"].ljust(6), "title"), total]]
    yield from flow([*items, *share(step, i)], columns)


def _jacobian(step: Step, i: int, view: View, columns: int) -> Iterator[Line]:
    """J, ∂p, ∂o = Jᵀ ∂p, what J's diagonal alone would give, and the central difference, a line a class."""
    p, dp, do = (step.values[name][i] for name in ("p", "dp", "do"))
    found = _hinge(step)
    own = bool(np.allclose(found.logit_gradients, step.values["do"], rtol=SAME, atol=SAME * step.share, equal_nan=True))
    alone = p * (1 - p) * np.sign(dp) * step.share
    same = np.isclose(alone, do, rtol=SAME, atol=SAME * step.share)
    J = np.diag(p) - np.outer(p, p)

    def blocks(places: int, brief: bool) -> Blocks:
        written = Written(1, places)
        yield (
            "J = ∂p/∂o" if brief else "J = diag(p) - p pᵀ",
            [" ".join(map(written.cell, map(float, one))) for one in J],
        )
        yield "∂p", [_aligned(value, written) for value in dp]
        yield "∂o = Jᵀ∂p", [_aligned(value, written) for value in do]
        diagonal = [_aligned(a, written) + ("✓" if ok else "✗") for a, ok in zip(alone, same, strict=True)]
        yield "diag only" if brief else "diagonal only", diagonal
        if own and not brief:
            marks = ["✓" if ok else "~" if found.near_kink[i].any() else "✗" for ok in found.difference_agrees[i]]
            differences = found.differences[i]
            yield "central", [_aligned(d, written) + mark for d, mark in zip(differences, marks, strict=True)]

    places = decimals(view.more)
    tried = [[*blocks(places, False)], [*blocks(places, True)], [*blocks(max(2, places - 1), True)]]
    tried += [tried[0][1:], *(tried[1][1:end] for end in (4, 3))]
    fits = (one for one in tried if _wide(one, len(p)) <= columns)
    yield from _columns(next(fits, tried[-1]), len(p))
    if not same.all():
        yield from wrapped([("✗ ", "slip"), "the diagonal alone is not the gradient: o_j moves every p"], columns)
    if own and found.difference_agrees[i].all():
        yield from wrapped(
            [("✓ ", "right"), f"the central difference of {step.statement.letters['loss']} in o_j agrees with Jᵀ ∂p"],
            columns,
        )


def _aligned(value: float, written: Written) -> str:
    return written.cell(float(value)).rstrip()


def _columns(blocks: list[tuple[str, list[str]]], count: int) -> Iterator[Line]:
    """Blocks side by side, a line a class."""
    start = len(str(count)) + 1
    sizes = [max(len(head), *(len(cell.rstrip()) for cell in cells)) for head, cells in blocks]
    words: list[str | tuple[str, str]] = [" " * start]
    for (head, _), size in zip(blocks, sizes, strict=True):
        words += [(head.ljust(size), "structure"), "  "]
    yield line(trimmed(words), MARGIN)
    for j in range(count):
        words = [(str(j + 1).rjust(start - 1), "structure"), " "]
        for (_, cells), size in zip(blocks, sizes, strict=True):
            cell = cells[j].rstrip()
            style = {"✓": "right", "✗": "slip", "~": "wrong"}.get(cell[-1:])
            words += [cell[:-1], (cell[-1], style)] if style else [cell]
            words.append(" " * (size - len(cell) + 2))
        yield line(trimmed(words), MARGIN)


def _wide(blocks: list[tuple[str, list[str]]], count: int) -> int:
    return MARGIN + len(str(count)) - 1 + sum(max(len(head), *map(len, cells)) + 2 for head, cells in blocks)


def _single(step: Step, i: int, view: View, columns: int) -> Iterator[Line]:
    """How a single output's δ comes from those of the two classes that it stands for."""
    found = core.explain(step, "dy_out", (i + 1, 1))
    symbols, numbers, result, *_ = found.lines(digits=max(3, digits(view.more) - BRIEF))
    yield from wrapped([symbols, " ", numbers, " ", result], columns, indent=2)
    yield from wrapped(
        [f"the single output {step.statement.letters['y_out']} stands for two classes, -1 and +1"], columns
    )
