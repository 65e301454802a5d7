"""The arithmetic of a cell: in symbols, in numbers and the result; a long sum in columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.cells import cell_len

from core import Explanation, Factor, Place, Step, Term, significant, sure
from tui.sheet.lines import Line, Words, line, width
from tui.training.view import View
from tui.training.why.products import products
from tui.training.why.statement import cell_label
from tui.training.why.texts import MARGIN, MOST_DIGITS, digits, flow, wrapped

TERMS = 8  # at most, of a sum that is written in a line
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def arithmetic(step: Step, explanation: Explanation, view: View, columns: int) -> tuple[list[Place], list[Line]]:
    """The cells that can be followed from the arithmetic, and its lines."""
    if explanation.origin is not None:
        value = significant(explanation.value, digits(view.more))
        return [], flow([[f"{explanation.symbol} = {value}"], [f"given: {explanation.origin}"]], columns)
    symbols, *said = explanation.lines(TERMS, digits(view.more))
    terms = _places(explanation, explanation.shown(TERMS).terms)
    if len(said) == 1:  # 0 whatever the numbers are, or out of range: words in place of arithmetic
        return terms, flow([[symbols], said], columns)
    numbers, result, *notes = said
    indent = " " * (len(explanation.symbol) + 1)
    full = repr(sure(explanation.value) + 0.0)
    result_words: Words = [(f"{result[:2]}", "text"), (result[2:], "title")]
    if full.removesuffix(".0") != result[2:]:
        result_words = [*result_words, ("   in full ", "structure"), full]
    room = columns - MARGIN
    fits = max(cell_len(symbols), cell_len(indent + numbers)) <= room
    table = None if fits and len(explanation) <= TERMS else products(step, explanation, view, columns)
    if table is not None:
        return table
    picked = terms[view.term] if view.term is not None and 0 <= view.term < len(terms) else None
    marked = _Marked(step, explanation, symbols, numbers, picked)
    lines = wrapped(marked.symbols, columns, indent=min(len(indent), columns // 3))
    if numbers != result:
        lines += wrapped([indent, *marked.numbers], columns, indent=min(len(indent) + 2, columns // 3))
    lines += _result(indent, result_words, columns)
    lines += [one for note in notes for one in wrapped([note], columns, indent=2)]
    return terms, lines


def _result(indent: str, words: Words, columns: int) -> list[Line]:
    whole = line([indent, *words], MARGIN)
    return [whole] if width(whole) <= columns else wrapped(words, columns, indent=2)


def _places(explanation: Explanation, terms: Iterable[Term]) -> list[Place]:
    """The cells among these terms and around them, each once."""
    factors = [factor for term in terms for factor in term.factors]
    return [*dict.fromkeys(place for factor in (*factors, *explanation.around) for place in factor.places)]


class _Marked:
    """Symbols and numbers of a line, with a cell marked in both."""

    def __init__(self, step: Step, explanation: Explanation, symbols: str, numbers: str, place: Place | None) -> None:
        self.symbols: Words = [symbols]
        self.numbers: Words = [numbers]
        if place is None:
            return
        behind = symbols.index(" = ") + 3
        factors = [f for term in explanation.shown(TERMS).terms for f in term.factors] + [*explanation.around]
        known = {place: _values(step, factors, place) for factor in factors for place in factor.places}
        found: list[tuple[int, Place]] = []
        for other in known:
            found += [(at, other) for at in _occurrences(symbols, cell_label(step, other), behind)]
        spots, start = [], 0
        tokens = [*NUMBER.finditer(numbers)]
        for _, other in sorted(found, key=lambda one: one[0]):
            at = next((k for k in range(start, len(tokens)) if _same(tokens[k][0], known[other])), None)
            if at is not None:
                start = at + 1
                spots += [tokens[at].span()] if other == place else []
        label = cell_label(step, place)
        self.symbols = _reversed(symbols, [(at, at + len(label)) for at, other in found if other == place])
        self.numbers = _reversed(numbers, [_with_minus(numbers, span) for span in spots])


def _values(step: Step, factors: Iterable[Factor], place: Place) -> list[float]:
    """What a cell may be written as: its own number, or that of a function of it."""
    values = step.values.get(place.name)
    found = [] if values is None else [float(values[tuple(i - 1 for i in place.cell)])]
    return found + [factor.value for factor in factors if factor.places == (place,)]


def _same(text: str, values: Iterable[float]) -> bool:
    return any(text == significant(abs(value), d) for value in values for d in range(3, MOST_DIGITS + 1))


def _occurrences(text: str, label: str, start: int) -> Iterator[int]:
    at = text.find(label, start)
    while at >= 0:
        if not text[at - 1].isalpha() and text[at - 1] not in "∂_":
            yield at
        at = text.find(label, at + 1)


def _with_minus(text: str, span: tuple[int, int]) -> tuple[int, int]:
    """The place of a number with its sign, where that is its own."""
    start, end = span
    alone = start >= 1 and text[start - 1] == "-" and (start < 2 or text[start - 2] in "( ")
    return (start - 1, end) if alone else span


def _reversed(text: str, spans: Iterable[tuple[int, int]]) -> Words:
    words: list[str | tuple[str, str]] = []
    last = 0
    for start, end in sorted(spans):
        words += [text[last:start], (text[start:end], "current")]
        last = end
    return [*words, text[last:]]
