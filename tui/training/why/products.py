"""A long sum of products as two lines of factors over a line of products."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from rich.cells import cell_len

from core import Cells, Explanation, Place, Step, Term, significant, sure
from tui.sheet.lines import Line, line
from tui.training.view import View
from tui.training.why.statement import block_label, cell_label
from tui.training.why.texts import BRIEF, FEWEST_DIGITS, MARGIN, MOST_DIGITS, digits, trimmed, wrapped

FEWEST = 3  # terms from which on a sum is set out in columns
NARROWEST = 5  # columns of a term, the blank behind it included
HEADS = ("largest", "products")


class Column(NamedTuple):
    """A term in print: the index `at` which it stands, its factors from the top, and what they come to. A single cell,
    such as a bias, stands by its name in the place of the second factor.
    """

    at: str
    factors: tuple[str, str]
    value: str
    places: tuple[Place, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.at, *self.factors, self.value)

    @property
    def width(self) -> int:
        """With a column for the sign before it and a blank behind it."""
        return max(cell_len(text) + (not text.startswith("-")) for text in self.texts) + 1

    def factor_of(self, place: Place | None) -> int:
        """Which of the texts is that of a cell; 0 for none of them."""
        if place not in self.places:
            return 0
        return 2 if len(self.places) == 1 else 1 + self.places.index(place)


def products(step: Step, explanation: Explanation, view: View, columns: int) -> tuple[list[Place], list[Line]] | None:
    """The cells that can be followed, and the lines: the terms in their own order if all of them fit, else the largest,
    the largest first. None where they are no such products.
    """
    count = len(explanation)
    if count < FEWEST:
        return None
    first, second = explanation.terms(0, 2)
    axis = _running_axis(first, second)
    if axis is None:
        return None
    labels = [_label(step, a.places[0], b.places[0]) for a, b in zip(first.factors, second.factors, strict=True)]
    start = MARGIN + max(cell_len(labels[0]), cell_len(labels[1]) + 2, *map(len, HEADS)) + 1
    table = _made(step, explanation, first, axis, min(count, max(1, (columns - start) // NARROWEST)), view.more)
    if table is None:
        return None
    while len(table) > 1 and start + sum(column.width for column in table) + _tail(count - len(table)) > columns:
        # Fewer than all are the largest ones, in another order.
        smaller = (
            _made(step, explanation, first, axis, len(table) - 1, view.more) if len(table) == count else table[:-1]
        )
        if smaller is None:
            return None
        table = smaller
    terms = [*dict.fromkeys(place for column in table for place in column.places)]
    terms += [place for factor in explanation.around for place in factor.places if place not in terms]
    picked = terms[view.term] if view.term is not None and 0 <= view.term < len(terms) else None
    lines = _printed(explanation, table, labels, start, picked, columns)
    return terms, [*lines, *_summed(explanation, table, picked, view.more, columns)]


def _tail(left: int) -> int:
    """Columns behind the table that tell of the terms that are left out."""
    return len(_left_out(left)) if left else 0


def _left_out(left: int, room: int = 1000) -> str:
    text = f" … {left} smaller"
    return text if len(text) <= room else f" … {left}"


def _running_axis(first: Term, second: Term) -> int | None:
    """The axis of the first factor along which terms that are products of two cells run; None if they are not."""
    for term in (first, second):
        if len(term.factors) != 2 or not all(factor.plain and factor.places for factor in term.factors):
            return None
    if [factor.name for factor in first.factors] != [factor.name for factor in second.factors]:
        return None
    one, other = first.factors[0].places[0].cell, second.factors[0].places[0].cell
    return next((axis for axis, (a, b) in enumerate(zip(one, other, strict=True)) if a != b), None)


def _label(step: Step, one: Place, other: Place) -> str:
    """A factor of all terms in print, with a dot for what runs."""
    shape = step.values[one.name].shape
    indices = [(a,) if a == b else range(1, n + 1) for a, b, n in zip(one.cell, other.cell, shape, strict=True)]
    return block_label(step, Cells(one.step, one.name, tuple(indices)))


def _made(step: Step, explanation: Explanation, kind: Term, axis: int, most: int, more: int) -> list[Column] | None:
    """At most so many terms in print; None if one is neither of the kind of the first nor a single cell."""
    found = []
    for term in explanation.shown(most).terms:
        column = _column(step, term, kind, axis, more)
        if column is None:
            return None
        found.append(column)
    return found


def _column(step: Step, term: Term, kind: Term, axis: int, more: int) -> Column | None:
    """A term in print. Its factors have as many digits as it takes for them to come out at the product as written."""
    if not all(factor.plain and factor.places for factor in term.factors):
        return None
    places = tuple(place for factor in term.factors for place in factor.places)
    least = max(FEWEST_DIGITS, digits(more) - BRIEF)
    value = significant(term.value, least)
    if len(term.factors) == 1:
        return Column("", ("", cell_label(step, places[0])), value, places)
    if [factor.name for factor in term.factors] != [factor.name for factor in kind.factors]:
        return None
    a, b = (factor.value for factor in term.factors)
    tried = ((significant(a, d), significant(b, d)) for d in range(least, MOST_DIGITS + 1))
    written = next((pair for pair in tried if _gives(pair, term.sign, value, least)), None)
    factors = (significant(a, MOST_DIGITS), significant(b, MOST_DIGITS)) if written is None else written
    return Column(str(places[0].cell[axis]), factors, value, places)


def _gives(factors: Sequence[str], sign: int, result: str, places: int) -> bool:
    try:
        return significant(float(sign * Decimal(factors[0]) * Decimal(factors[1])), places) == result
    except (InvalidOperation, OverflowError):  # not finite
        return False


def _printed(
    explanation: Explanation,
    table: Sequence[Column],
    labels: Sequence[str],
    start: int,
    picked: Place | None,
    columns: int,
) -> list[Line]:
    rows: list[list[str | tuple[str, str]]] = [[], [], [], []]
    for column in table:
        for k, (row, text) in enumerate(zip(rows, column.texts, strict=True)):
            style = "structure" if not k else "current" if k == column.factor_of(picked) else "text"
            sign = "" if text.startswith("-") else " "
            row += [sign, (text, style), " " * (column.width - cell_len(sign + text))]
    left = len(explanation) - len(table)
    if left:
        rest = significant(explanation.shown(len(table)).rest, FEWEST_DIGITS)
        room = columns - start - sum(column.width for column in table)
        rows[0].append((_left_out(left, room), "structure"))
        rows[3].append(f" {rest}")
    heads = ((HEADS[0], "structure"), (labels[0], "title"), (f"· {labels[1]}", "title"), (HEADS[1], "structure"))
    lines = [(*line([head], MARGIN), *line(trimmed(row), start)) for head, row in zip(heads, rows, strict=True)]
    return lines if left else lines[1:]


def _summed(
    explanation: Explanation, table: Sequence[Column], picked: Place | None, more: int, columns: int
) -> list[Line]:
    """What the products come to, and what is made of the sum."""
    total = significant(float(explanation.term_values.sum()), digits(more))
    words: list[str | tuple[str, str]] = [f"sum {'=' if _adds_up(explanation, table, total) else '≈'} {total}"]
    for factor in explanation.around:
        style = "current" if picked is not None and picked in factor.places else "title"
        words += [" · ", (factor.symbol, style), f" {significant(factor.value, digits(more))}"]
    if explanation.around:
        words.append(f" ≈ {significant(explanation.value, digits(more))}")
    words += [("   in full ", "structure"), repr(sure(explanation.value) + 0.0)]
    return wrapped(words, columns, indent=2)


def _adds_up(explanation: Explanation, table: Sequence[Column], total: str) -> bool:
    """Whether the products come to the total just as they are written."""
    try:
        return len(table) == len(explanation) and sum(Decimal(column.value) for column in table) == Decimal(total)
    except InvalidOperation:  # not finite
        return False
