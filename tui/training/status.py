"""The line on top: what is being trained, where in the run one is, and how well it does."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from rich.cells import cell_len

import core
from core import Evaluation, Step, Verdict, significant, sure
from tui.format import fit, plain
from tui.sheet.lines import Line, Words, clipped, fitting, line, width
from tui.sheet.written import Written
from tui.training.compared import report_on, same_rows
from tui.training.units import idle
from tui.training.verdicts import right
from tui.training.view import View

DECIMALS = 4
LONGEST_NAME = 24
BETWEEN = " │ "
RATE = 6  # how early α gives way


class Facts(NamedTuple):
    """What the status tells beyond the step.

    reached          the last step that has been computed
    activity         what is going on, or nothing
    verdict          what the step's network makes of all rows; None while that is being computed
    verdict_before   the same of the step before
    own              whether the step is under the problem's own loss
    ending           why the run stops being finite behind this step, if it does
    branch           what the branch is called, where there are several
    """

    reached: int
    activity: str = ""
    verdict: Verdict | None = None
    verdict_before: Verdict | None = None
    own: bool = True
    ending: str = ""
    branch: str = ""


class Item(NamedTuple):
    """A part of the line, and how early it gives way, if there is something shorter to that first: the greatest first;
    0 never does.
    """

    gives_way: int
    words: Words
    shorter: Words | None = None


def loss_text(loss: float, view: View) -> str:
    """ℒ, or what is of its size, as it is written in running text."""
    return Written(5, max(1, DECIMALS + view.more)).text(sure(loss))


def status(step: Step, before: Step | None, facts: Facts, view: View, width: int) -> Line:
    """The line for a step, after the step before it (None: there is none), in `width` columns. What does not fit is
    left out whole, the least important first; the step and ℒ stay. Before the first key, what was made of a table is
    the most important.
    """
    items = list(_items(step, before, facts, view, short=False))
    if _length(items, most=RATE if facts.branch else 3) > width:
        items = list(_items(step, before, facts, view, short=True))
    if view.fresh and step.index == 0 and step.problem.remarks and not facts.activity:
        items = _after_reading(items, plain(step.problem.remarks[0]))
    while _length(items) > width and any(item.gives_way for item in items):
        at = max(range(len(items)), key=lambda i: items[i].gives_way)
        gone = items.pop(at)
        if gone.shorter is not None:
            items.insert(at, Item(gone.gives_way, gone.shorter))
    return clipped(fitting([item.words for item in items], 10**6, BETWEEN, start=1), width)


def _after_reading(items: list[Item], read: str) -> list[Item]:
    """The items with what was made of a table, before which the others give way."""
    name, *others = (item._replace(gives_way=item.gives_way + 2) for item in items)
    without_hint = read.rpartition(" (")[0] if read.endswith(" to change)") else read
    return [name, Item(1, [(read, "amber")], [(without_hint, "amber")]), *others]


def _length(items: list[Item], most: int = 10**6) -> int:
    """Columns of the items that give way at `most`, and the blank before them."""
    kept = [line(item.words) for item in items if item.gives_way <= most]
    return 1 + sum(map(width, kept)) + cell_len(BETWEEN) * (len(kept) - 1)


def _items(step: Step, before: Step | None, facts: Facts, view: View, short: bool) -> Iterator[Item]:
    problem, letters = step.problem, step.statement.letters
    whole = problem.batch_size is None
    compared = before if same_rows(step, before) else None
    yield Item(3, [(fit(plain(problem.name), LONGEST_NAME), "title")])
    if facts.branch:
        yield Item(1, [(fit(plain(facts.branch), LONGEST_NAME), "amber")])
    yield Item(0, [f"step {step.index} of {max(facts.reached, step.index)}"])
    if facts.activity:
        yield Item(1, [(plain(facts.activity), "amber bold")])
    finite = math.isfinite(step.loss)
    own_change = _change(step.loss, compared.loss if whole and compared is not None else None, view, short)
    yield Item(0, [(f"{letters['loss']} {loss_text(step.loss, view)}", "title" if finite else "alarm"), own_change])
    yield Item(2, [_score(step, view)])
    if whole:
        yield from _idle(step)
    else:
        known = facts.verdict and facts.verdict.training, facts.verdict_before and facts.verdict_before.training
        yield Item(4, _over(f"all {len(problem.inputs)}", *known, view, letters["loss"]))
    if problem.held_out is not None:
        known = facts.verdict and facts.verdict.held_out, facts.verdict_before and facts.verdict_before.held_out
        short_loss = "…" if known[0] is None else loss_text(known[0].loss, view)
        yield Item(
            4,
            _over(f"test {len(problem.held_out.inputs)}", *known, view, letters["loss"]),
            [f"test {letters['loss']} {short_loss}"],
        )
    if not whole:
        yield Item(5, [f"epoch {step.epoch}"])
    settings = ", ".join(
        f"{letters[setting.name]} {significant(setting.value, 6)}" for setting in problem.loss.settings
    )
    loss = ", ".join(part for part in (problem.loss.full_title, settings, problem.reduction) if part)
    # One that may be taken for another stays longer.
    gives_way = 4 if not facts.own else 5 if problem.loss.remark else 8
    loss_item = Item(gives_way, [loss], [problem.loss.word or problem.loss.title])
    if not facts.own:
        loss_item = Item(gives_way, [(f"under the {loss}", "amber")])
    update = "" if problem.update == core.SGD() else f"{problem.update.title}, "
    costs = "".join(f", {part.field} {significant(part.value, 6)}" for part in problem.penalty.settings)
    alpha = Item(
        RATE if problem.schedule is None else 3,
        [f"{update}{letters['alpha']} {significant(step.learning_rate, 6)}{costs}"],
    )
    if whole:
        yield loss_item
        yield alpha
        rows = len(problem.inputs)
        yield Item(10, ["one row in each step" if rows == 1 else f"all {rows} rows in each step"])
    else:
        yield alpha
        yield loss_item
        yield Item(10, [f"batch {len(step.batch)} of {len(problem.inputs)}"])


def _change(value: float, before: float | None, view: View, short: bool = False) -> str:
    """How far a number moved since the step before, with ▴ or ▾; nothing where it is the same."""
    if before is None or value == before or not math.isfinite(value - before):
        return ""
    mark = "▴" if value > before else "▾"
    return f" {mark}" if short else f" {mark} {loss_text(abs(value - before), view)}"


def _score(step: Step, view: View) -> str:
    report = report_on(view, step)
    if report is not None:
        if report.blank:
            return "nothing to judge"
        counts = report.counts
        answered = len(report.cells) - counts["open"]
        if not report.cells and report.formulas:
            return f"formulas right {sum(formula.right for formula in report.formulas)} of {len(report.formulas)}"
        return f"answers right {counts['right'] + counts['rounded']} of {answered}"
    mask = right(step)
    if mask is not None:
        return f"right {int(mask.sum())} of {len(mask)}"
    with np.errstate(all="ignore"):
        rmse = math.sqrt(float(((step.outputs - step.targets) ** 2).mean()))
    return f"rms error {loss_text(rmse, view)}"


def _idle(step: Step) -> Iterator[Item]:
    masks = [mask for mask in idle(step) if mask is not None]
    if masks:
        yield Item(9, [f"idle {sum(int(mask.sum()) for mask in masks)} of {sum(mask.size for mask in masks)}"])


def _over(which: str, found: Evaluation | None, before: Evaluation | None, view: View, loss: str) -> Words:
    """What the network makes of some rows, after the step before."""
    if found is None:
        return [(f"{which}: {loss} …", "dim")]
    change = _change(found.loss, None if before is None else before.loss, view)
    score = f"rms error {loss_text(found.rmse, view)}" if found.right is None else f"right {found.right}"
    return [f"{which}: {loss} {loss_text(found.loss, view)}{change}, {score}"]
