"""The answers to ready questions, in lines and small plots of at most 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import inf, isfinite
from statistics import median
from textwrap import wrap
from typing import TYPE_CHECKING

from tui.commands.arguments import printable
from tui.commands.text_plot import WIDTH, Point, scatter, stacks

if TYPE_CHECKING:
    from core import RateAnswer, SeedAnswer, Tried, WidthAnswer

DIGITS = 4
MARKS = {"learns": "L", "slow": "S", "unsteady": "U", "stuck": "K", "diverges": "D", "failed": "F"}
ORDER = "".join(MARKS.values())
MANY = 8  # values of a stretch; more are named by the first and the last ones
INDENT = 11
MEDIAN, TEST, RANGE, TEST_RANGE = "o", "x", "│", "┊"
ASIDE = 0.15  # of the place of a number of units: how far the test loss is drawn beside the other
CURVES = (("loss", MEDIAN, RANGE, 0.0), ("test_loss", TEST, TEST_RANGE, ASIDE))
FIGURES = {"loss": "loss", "test_loss": "test loss", "accuracy": "accuracy", "test_accuracy": "test accuracy"}


def rate_lines(found: RateAnswer) -> Iterator[str]:
    """Which α learn, the plot, and the whole line of those that were tried."""
    name, steps = printable(found.problem.name), _counted(found.steps, "step")
    best, start = found.best, _number(found.start.loss)
    if best is None or found.learning is None:
        yield from _wrapped(f"{name} learns with none of the {len(found.tried)} α that were tried, in {steps} each")
    else:
        low, high = map(_number, found.learning)
        course = f"the loss goes from {start} to {_number(best.result.loss)} in {steps}"
        which = f"α from {low} to {high}" if low != high else f"α = {low}"
        yield from _wrapped(f"{name} learns with {which}; best of those tried: {_number(best.value)}, {course}")
        first, last = found.learning
        between = [(rate, run) for rate, run in zip(found.rates, found.tried, strict=True) if first < rate < last]
        if others := [_number(rate) for rate, run in between if run.kind != "learns"]:
            yield from _wrapped(f"not with all between: not with {_some(others)}")
    if (end := found.diverging) is None:
        yield f"none of them diverges, up to α = {_number(found.tried[-1].value)}"
    elif found.finite is None:
        yield from _wrapped(f"all diverge, down to α = {_number(end.value)}: {end.result.reason}")
    else:
        at = f"finite up to α = {_number(found.finite)}; with {_number(end.value)}"
        yield from _wrapped(f"{at}, {end.result.reason}")
    yield ""
    points = [
        Point(rate, run.result.loss if run.is_finite else inf, MARKS[run.kind])
        for rate, run in zip(found.rates, found.tried, strict=True)
    ]
    yield from scatter(points, f"loss after {steps}", "α", ORDER)
    yield ""
    for stretch in found.stretches:
        values = _some([_number(tried.value) for tried in stretch.tried])
        yield from _row(stretch.kind, f"{values}: {_said(stretch.kind, stretch.tried)}")
    yield from _legend(found.tried, found.start.loss)


def _said(kind: str, tried: Sequence[Tried]) -> str:
    """What happens to some runs of one kind."""
    losses = [run.result.loss for run in tried]
    if kind == "stuck" and tried[0].result.outcome == "still going":
        return f"the loss hardly moves any more, and ends at {_number(losses[0])}"
    if kind in ("stuck", "diverges", "failed"):
        return printable(tried[0].result.reason)
    return f"the loss ends at {' to '.join(dict.fromkeys(map(_number, (min(losses), max(losses)))))}"


def seed_lines(found: SeedAnswer) -> Iterator[str]:
    """How often it gets stuck, why, the figures, and the plot."""
    name, steps = printable(found.problem.name), _counted(found.steps, "step")
    if not found.changes:
        only = found.tried[0]
        yield from _wrapped(f"{name}: the seed changes nothing: neither the initial weights nor the order of the rows")
        yield from _wrapped(f"every run of {steps} is the same: {only.result.outcome}, {only.result.reason}")
        return
    counts = ", ".join(
        f"{found.counts[kind]} {_verb(kind, found.counts[kind])}" for kind in MARKS if found.counts[kind]
    )
    yield from _wrapped(f"{name}, {len(found.tried)} seeds, {steps} each: {counts}")
    same = "" if "the initial weights" in found.changes else ", not the initial weights"
    yield f"the seed changes {' and '.join(found.changes)}{same}"
    for cause in found.causes:
        named = _some([str(tried.value) for tried in cause.tried])
        yield from _row("stuck", f"{_times(cause.tried)}: {cause.text} (seed {named})")
    for kind in ("diverges", "failed"):
        runs = [tried for tried in found.tried if tried.kind == kind]
        if runs:
            seeds = _some([str(tried.value) for tried in runs])
            yield from _row(kind, f"{_times(runs)}: {printable(runs[0].result.reason)} (seed {seeds})")
    finite = [tried for tried in found.tried if tried.is_finite]
    if not finite:
        return
    yield ""
    yield from _figures(finite)
    yield ""
    values = [(tried.result.loss, MARKS[tried.kind]) for tried in finite]
    yield from stacks(values, "runs, by their loss in the end", "loss", ORDER)
    yield from _legend(found.tried, found.start.loss)


def _figures(tried: Sequence[Tried]) -> Iterator[str]:
    """A table of the best, the median and the worst of each figure."""
    yield f"{'':<14}{'best':>12}{'median':>12}{'worst':>12}"
    for figure, name in FIGURES.items():
        values = [value for t in tried if (value := getattr(t.result, figure)) is not None]
        if values:
            share = "accuracy" in figure
            ends = sorted(values, reverse=share)
            shown = [_percent(v) if share else _number(v) for v in (ends[0], median(values), ends[-1])]
            yield f"{name:<14}{shown[0]:>12}{shown[1]:>12}{shown[2]:>12}"


def width_lines(found: WidthAnswer) -> Iterator[str]:
    """How many hidden units are enough, the figures of each number, and the plot."""
    name, steps = printable(found.problem.name), _counted(found.steps, "step")
    tested = found.widths[0].spread("test_loss") is not None
    measure = "test loss" if tested else "loss"
    runs = len(found.widths[0].tried)
    where = "" if found.layers == 1 else f" in each of {found.layers} hidden layers"
    enough = found.enough
    if enough is None:
        yield from _wrapped(f"{name}: no number of hidden units brings the {measure} down in {steps}")
    else:
        best = min(found.widths, key=lambda width: width.measure)
        share = (
            ""
            if (accuracy := enough.spread("test_accuracy" if tested else "accuracy")) is None
            else (f", {'test ' if tested else ''}accuracy {_percent(accuracy[1])}")
        )
        units = "1 hidden unit is" if enough.units == 1 else f"{enough.units} hidden units are"
        text = f"{name}: {units} enough{where}: {measure} {_number(enough.measure)}{share} after {steps}"
        if best.units != enough.units:
            text += f"; the best, {best.units}, come to {_number(best.measure)}"
        yield from _wrapped(text)
    if not found.ended:
        yield from _wrapped(f"more may be better still: {found.widths[-1].units} were the most that were tried")
    if found.changes:
        yield from _wrapped(f"medians of {runs} seeds each, which change {' and '.join(found.changes)}")
    else:
        yield "one run of each: another seed would change nothing" if runs == 1 else ""
    yield ""
    yield from _table(found, tested)
    yield ""
    yield from _width_plot(found, tested)
    yield ""
    which = "the median test loss" if tested else "the median loss"
    yield from _wrapped(f"learn: runs whose loss comes {_far(found.start.loss)}; enough: {which} comes as far")


def _table(found: WidthAnswer, tested: bool) -> Iterator[str]:
    """A row for each number of units: how many runs learn, the spread of the measure, and the median of the others."""
    measure = "test_loss" if tested else "loss"
    others = [f for f in FIGURES if f != measure and found.widths[0].spread(f) is not None]
    ends = ("lowest", "highest") if len(found.widths[0].tried) > 1 else ()
    yield f"units    learn{''.join(f'{name:>10}' for name in (FIGURES[measure], *ends))}" + "".join(
        f"{FIGURES[figure]:>{_room(figure)}}" for figure in others
    )
    for width in found.widths:
        learn = f"{sum(tried.kind == 'learns' for tried in width.tried)} of {len(width.tried)}"
        low, middle, high = width.spread(measure) or (inf, inf, inf)
        row = "".join(f"{_number(value):>10}" for value in (middle, low, high)[: 1 + len(ends)])
        for figure in others:
            value = (width.spread(figure) or (inf, inf, inf))[1]
            row += f"{_percent(value) if 'accuracy' in figure else _number(value):>{_room(figure)}}"
        yield f"{width.units:>5}{learn:>9}{row}"


def _room(figure: str) -> int:
    return max(10, len(FIGURES[figure]) + 2)


def _width_plot(found: WidthAnswer, tested: bool) -> Iterator[str]:
    """The median loss of each number of units, and its range over the seeds."""
    points = []
    for k, width in enumerate(found.widths):
        for figure, median_mark, range_mark, aside in CURVES:
            if (spread := width.spread(figure)) is not None:
                low, middle, high = spread
                points += [Point(k + aside, low, range_mark, high), Point(k + aside, middle, median_mark)]
    title = f"loss: {MEDIAN} training" + f", {TEST} test" * tested
    if found.changes:
        title += f" (medians; {RANGE}{f' and {TEST_RANGE}' * tested} lowest and highest)"
    names = {float(k): str(width.units) for k, width in enumerate(found.widths)}
    yield from scatter(points, title, "hidden units", MEDIAN + TEST + RANGE + TEST_RANGE, names)


def _row(kind: str, text: str) -> list[str]:
    """A mark, what it stands for, and a text, over as many lines as it takes."""
    first, *others = wrap(text, WIDTH - INDENT, break_long_words=False, break_on_hyphens=False)
    return [f"{MARKS[kind]} {kind:<{INDENT - 2}}{first}", *(" " * INDENT + line for line in others)]


def _legend(tried: Sequence[Tried], start: float) -> Iterator[str]:
    """What the kinds mean that are there; the runs begin with the loss `start`."""
    words = {
        "learns": f"L learns: comes {_far(start)}",
        "slow": "S slow: not so far, but still falling",
        "unsteady": "U unsteady: not so far, up and down",
        "stuck": "K stuck: level, or almost",
        "diverges": "D diverges: not finite in the end, or a million times the first loss",
        "failed": "F failed: no such run",
    }
    kinds = {run.kind for run in tried}
    yield ""
    yield from _wrapped("; ".join(text for kind, text in words.items() if kind in kinds))


def _far(start: float) -> str:
    """How far a run that learns comes."""
    return f"at least 90 % of the way from the first loss ({_number(start)}) down to the lowest one found"


def _verb(kind: str, count: int) -> str:
    """A kind of run, for one or several of them."""
    if kind in ("learns", "diverges"):
        return kind if count == 1 else kind.removesuffix("s")
    return kind


def _times(tried: Sequence[Tried]) -> str:
    return "once" if len(tried) == 1 else f"{len(tried)} times"


def _wrapped(text: str) -> list[str]:
    return wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _some(values: Sequence[str]) -> str:
    """Values, or the first and the last of them where they are many."""
    if len(values) <= MANY:
        return " ".join(values)
    return f"{' '.join(values[: MANY // 2])} ... {' '.join(values[-MANY // 2 :])} ({len(values)} values)"


def _number(value: object) -> str:
    from core import significant

    assert isinstance(value, (int, float))
    return significant(value, DIGITS) if isfinite(value) else "∞"


def _percent(share: float) -> str:
    return f"{_number(100 * share)} %"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' * (count != 1)}"
