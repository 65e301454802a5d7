"""What is worth a look in a step: at most four short notes, and the cell that each is about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rich.cells import cell_len

from core import Array, Loss, Mask, Step, layer_label, significant, sure
from tui.sheet.lines import Line, Words, clipped, line
from tui.training.compared import same_rows
from tui.training.units import bounds, idle, moved_by
from tui.training.verdicts import right
from tui.training.view import Cell

if TYPE_CHECKING:
    from core import CheckReport

HEAD, BETWEEN = " notes  ", " · "
MOST = 4
NAMED = 4  # rows or units that a note names before it goes over to …
LEAST_SHARE = 0.01  # of ℒ
SATURATED = 0.05  # of a layer's z
LARGE_STEP = 0.1  # ‖α ∂W‖/‖W‖
FEW_ROWS = 12  # so many that idle units are told row by row

Place = tuple[str, Cell]


class Note(NamedTuple):
    """A note in words, and the cell that a click on it goes to: its quantity's name and its indices from 1."""

    words: Words
    place: Place | None


class Link(NamedTuple):
    """The columns of a note in its line, from `start` up to `end`, and the cell that a click on them goes to."""

    start: int
    end: int
    place: Place


def notes(
    step: Step,
    before: Step | None,
    width: int,
    report: CheckReport | None = None,
    own: bool = True,
    ending: str = "",
    others: Sequence[Note] = (),
) -> tuple[Line, list[Link]]:
    """The line of notes on a step, after the step before it (None: there is none), in `width` columns, and where a
    click on each goes. At most four, each whole or not at all. First comes why the run is `ending` here, then
    `others`, a `report` on answers for the step, and that the run is not the problem's `own`.
    """
    words: list[str | tuple[str, str]] = [(HEAD, "dim")]
    links: list[Link] = []
    column, shown = cell_len(HEAD), 0
    first = [Note([(ending, "alarm")], None)] if ending else []
    first += others
    first += [] if report is None else _answers(report)
    if not own:
        first.append(Note([("another run, trained under this loss from step 0: its numbers differ", "wrong")], None))
    for note in chain(first, every_note(step, before)):
        gap = cell_len(BETWEEN) if shown else 0
        end = column + gap + sum(cell_len(word if isinstance(word, str) else word[0]) for word in note.words)
        if end > width:
            continue
        words += [(BETWEEN, "structure"), *note.words] if shown else note.words
        if note.place is not None:
            links.append(Link(column + gap, end, note.place))
        column, shown = end, shown + 1
        if shown == MOST:
            break
    return clipped(line(words), width), links


def every_note(step: Step, before: Step | None) -> Iterator[Note]:
    """The notes on a step, the most important first."""
    yield from _not_finite(step)
    if step.index == 0:
        yield Note(["the first step"], None)
    else:
        yield from _sides(step, before)
    yield from _worst(step)
    yield from _units(step)
    yield from _free(step)
    yield from _without_max(step)
    yield from _most_moved(step)
    yield from _idle(step)


def _answers(report: CheckReport) -> Iterator[Note]:
    """What came of checked answers: whose convention is followed, the slips, and what is all right."""
    for convention in report.conventions:
        yield Note([(convention.brief, "amber")], None)
    slips, counts = report.slips, report.counts
    count = len(report.cells) - counts["open"]
    in_place = report.step.statement.wording.in_place
    where = [f"{s.symbol}{_cell(in_place(s.name, s.cells[0]))}" if s.cells else s.symbol for s in slips]
    head = "no slip" if not slips else f"{len(slips)} slip{'s' * (len(slips) > 1)}"
    listed = f": {', '.join(where[:NAMED])}{' …' * (len(where) > NAMED)}" if slips else ""
    style = "alarm" if slips else "right"
    first = (slips[0].name, slips[0].cells[0]) if slips and slips[0].cells else None
    if report.blank:
        yield Note([(f"nothing to judge: {counts['open']} numbers left open", "amber")], None)
    elif report.cells or slips or not report.formulas:
        yield Note([(f"{head} in {count} {'number' if count == 1 else 'numbers'}{listed}", style)], first)
    if report.formulas:
        mistaken = [formula.symbol for formula in report.formulas if not formula.right]
        said = f"formulas wrong: {', '.join(mistaken)}" if mistaken else "every formula is right"
        yield Note([(said, "alarm" if mistaken else "right")], None)
    if report.unreadable:
        entries = "entry" if len(report.unreadable) == 1 else "entries"
        yield Note([(f"{len(report.unreadable)} {entries} could not be read", "alarm")], None)
    if counts["coarse"]:
        yield Note([(f"{counts['coarse']} with too few digits", "amber")], _first(report, "coarse"))
    if counts["rounded"]:
        yield Note([f"{counts['rounded']} right within your own rounding"], _first(report, "rounded"))
    wrong = {verdict.name for verdict in report.cells if verdict.status not in ("right", "rounded")}
    symbols = [report.step.statement.symbols[name] for name in report.names if name not in wrong]
    if symbols and slips:
        yield Note([f"{' '.join(symbols)} all right"], None)


def _first(report: CheckReport, status: str) -> Place:
    """The first number with a verdict."""
    return next((verdict.name, verdict.cell) for verdict in report.cells if verdict.status == status)


def _cell(cell: Sequence[int | str]) -> str:
    return f"[{','.join(map(str, cell))}]" if cell else ""


def _not_finite(step: Step) -> Iterator[Note]:
    for name, values in _arrays(step):
        if np.isfinite(values).all():
            continue
        index = tuple(np.argwhere(~np.isfinite(values))[0].tolist())
        cell = tuple(i + 1 for i in index)
        what = "NaN" if np.isnan(values[index]) else "inf"
        where = step.statement.wording.label(name, cell)
        yield Note([(f"{what} in {where}", "alarm")], (name, cell))
        return


def _arrays(step: Step) -> Iterator[tuple[str, Array]]:
    """Names and values of what the step computes, in the order of the computation."""
    depth = len(step.weights)
    for k, (s, z) in enumerate(zip(step.pre_activations, step.activations, strict=True), 1):
        yield _named("s", k, depth), s
        if z is not s:
            yield _named("z", k, depth), z
    yield "sample_losses", step.sample_losses
    yield "loss", np.asarray(step.loss)
    for k in range(depth, 0, -1):
        yield _named("delta", k, depth), step.deltas[k - 1]
        yield _named("dW", k, depth), step.weight_gradients[k - 1]
        yield f"{_named('W', k, depth)}_next", step.next_weights[k - 1]


def _named(letter: str, layer: int, depth: int) -> str:
    """The name of a layer's quantity; z of the last layer is y_out."""
    return f"{'y' if letter == 'z' and layer == depth else letter}_{layer_label(layer, depth)}"


def _sides(step: Step, before: Step | None) -> Iterator[Note]:
    """Who changed sides since the step before, where that had the same rows; else who is wrong."""
    mask = right(step)
    if mask is None:
        return
    was = right(before) if before is not None and same_rows(step, before) else None
    wrong = _rows(~mask)
    if was is not None and (changed := mask != was).any():
        better, worse = _rows(changed & mask), _rows(changed & was)
        words: list[str | tuple[str, str]] = []
        if worse:
            words.append((f"{_samples(worse)} went wrong", "wrong"))
        if better:
            words += [", " if words else "", (f"{_samples(better)} came right", "right")]
        yield Note(words, _output((worse or better)[0]))
    elif not wrong:
        yield Note(["all of this batch right" if step.problem.batch_size is not None else "all right"], None)
    elif was is not None:
        yield Note(["no side changed"], _output(wrong[0]))
    else:
        count = f"{len(wrong)} samples, " if len(wrong) > 1 else "sample "
        yield Note([("wrong", "wrong"), f": {count}{_listed(wrong)}"], _output(wrong[0]))


def _output(row: int) -> Place:
    return "y_out", (row + 1, 1)


def _rows(mask: Mask) -> list[int]:
    found: list[int] = np.flatnonzero(mask).tolist()
    return found


def _samples(rows: Sequence[int]) -> str:
    return f"sample{'s' if len(rows) > 1 else ''} {_listed(rows)}"


def _listed(rows: Sequence[int]) -> str:
    """Places, counted from 1, the first few of many."""
    return ", ".join(str(row + 1) for row in rows[:NAMED]) + (" …" if len(rows) > NAMED else "")


def _worst(step: Step) -> Iterator[Note]:
    """The sample with most of ℒ."""
    losses = step.sample_losses
    with np.errstate(all="ignore"):
        total = float(losses.sum())
        if not (0 < total < np.inf) or losses.min() < 0 or len(losses) == 1:
            return
        worst = int(losses.argmax())
        share = float(losses[worst]) / total
    if share * len(losses) > 1 + 1e-9 and share >= LEAST_SHARE:
        yield Note(
            [f"sample {worst + 1} is {100 * sure(share):.0f}% of {step.statement.letters['loss']}"],
            ("sample_losses", (worst + 1,)),
        )


def _units(step: Step) -> Iterator[Note]:
    """Units that give 0 for every sample, and those of which z has come to the end of its range."""
    depth, rows = len(step.weights), len(step.batch)
    dead = []
    for k, mask in enumerate(idle(step), 1):
        if mask is not None and rows > 1 and (units := _rows(np.asarray(mask.all(axis=0)))):
            name = _named("z", k, depth)
            symbol = step.statement.letters[name]
            dead.append((f"{len(units)} of {mask.shape[1]} in {symbol}", (name, (1, units[0] + 1))))
    if dead:
        head = "dead in this batch" if step.problem.batch_size is not None else "dead"
        yield Note([f"{head}: {', '.join(text for text, _ in dead)}"], dead[0][1])
    for k, (layer, z) in enumerate(zip(step.problem.network.layers, step.activations, strict=True), 1):
        found = bounds(layer.function)
        if found is None:
            continue
        below, above = found.saturated_from
        mask = (z < below) | (z > above)
        if (share := float(mask.mean())) >= SATURATED:
            name = _named("z", k, depth)
            symbol = step.statement.letters[name]
            rule = f"|{symbol}| > {above:g}" if below == -above else f"{symbol} < {below:g} or > {above:g}"
            cell = np.unravel_index(int(mask.argmax()), mask.shape)
            place = name, (int(cell[0]) + 1, int(cell[1]) + 1)
            yield Note([f"{100 * share:.0f}% of {symbol} saturated ({rule})"], place)


@lru_cache(maxsize=16)
def _has_terms(loss: Loss, single: bool) -> bool:
    """Whether the loss is made of terms of which some may be cut."""
    stated = loss.equations(single)
    detailed = stated.detailed or stated
    return bool(stated.kinks) and any(name == "term" for name, _ in detailed.forward)


def _free(step: Step) -> Iterator[Note]:
    """Samples of which every term is cut, so that they cost nothing."""
    if not _has_terms(step.problem.loss, step.outputs.shape[1] == 1):
        return
    rows = _rows(step.sample_losses == 0)
    if rows:
        costs = "cost" if len(rows) > 1 else "costs"
        yield Note([f"{_samples(rows)} {costs} nothing: all terms ≤ 0"], ("sample_losses", (rows[0] + 1,)))


def _without_max(step: Step) -> Iterator[Note]:
    loss = step.problem.loss
    if loss.companion is not None and _has_terms(loss, step.outputs.shape[1] == 1):
        with np.errstate(all="ignore"):
            value = step.share * float(loss.companion.sample_losses(step.outputs, step.targets).sum())
        yield Note([f"without the max {step.statement.letters['loss']} is {_short(value)}"], None)


def _short(value: float) -> str:
    """Four decimals, or as many digits as a small or large number needs."""
    return f"{sure(value):.4f}" if 1e-3 <= abs(value) < 1e4 else significant(value, 3) if np.isfinite(value) else "inf"


@np.errstate(all="ignore")
def _most_moved(step: Step) -> Iterator[Note]:
    """The parameter that the update moves most, and its layer's ‖α ∂W‖/‖W‖ where that is large."""
    depth = len(step.weights)
    best: tuple[float, str, int, tuple[int, ...]] = (0.0, "", 0, ())
    for k in range(1, depth + 1):
        for letter, old, new in (
            ("W", step.weights[k - 1], step.next_weights[k - 1]),
            ("b", step.biases[k - 1], step.next_biases[k - 1]),
        ):
            if old is None or new is None or old is new:
                continue
            moves = new - old
            least, most = int(moves.argmin()), int(moves.argmax())
            at = least if -moves.flat[least] > moves.flat[most] else most
            if abs(move := float(moves.flat[at])) > abs(best[0]):
                cell = tuple(int(i) + 1 for i in np.unravel_index(at, moves.shape))
                best = move, letter, k, cell
    move, letter, k, cell = best
    if not move or not np.isfinite(move):
        return
    name = f"{letter}_{layer_label(k, depth)}"
    text = f"most moved {step.statement.wording.label(name, cell)} {'+' if move > 0 else ''}{_short(move)}"
    share = moved_by(step, k)
    if share is not None and share >= LARGE_STEP:
        yield Note(
            [f"{text}, {100 * sure(share):.0f}% of |{step.statement.letters[_named('W', k, depth)]}|: a large step"],
            (name, cell),
        )
    else:
        yield Note([text], (name, cell))


def _idle(step: Step) -> Iterator[Note]:
    """Which units are idle on which samples, where these are few."""
    rows, depth = len(step.batch), len(step.weights)
    if rows > FEW_ROWS:
        return
    layers = [(k, mask) for k, mask in enumerate(idle(step), 1) if mask is not None and _sometimes(mask).any()]
    for k, mask in layers:
        name = _named("z", k, depth)
        symbol = step.statement.letters[name]
        units = _rows(_sometimes(mask))
        texts = [f"unit {unit + 1} on {_listed(_rows(mask[:, unit]))}" for unit in units]
        place = name, (_rows(mask[:, units[0]])[0] + 1, units[0] + 1)
        head = "idle" if len(layers) == 1 else f"idle in {symbol}"
        yield Note([f"{head} {', '.join(texts)}"], place)


def _sometimes(mask: Mask) -> Mask:
    """The units that are idle on some samples; on all, they are dead, but for a batch of one."""
    some: Mask = np.asarray(mask.any(axis=0))
    return some if len(mask) == 1 else some & ~np.asarray(mask.all(axis=0))
