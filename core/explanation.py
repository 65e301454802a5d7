"""Where a number came from: the arithmetic of a cell, as terms and factors, each of which names its own cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from core.arrays import Array, Rows
from core.origins import Bound, Cell, Cells, Place, scope_of
from core.rules import SUM, Operand, Product
from core.step import Step
from core.text import significant

DIGITS = 6
TERMS = 8

Spelling: TypeAlias = Callable[[float], str]  # how a number is written down


def spelling(digits: int = DIGITS) -> Spelling:
    """Numbers of `digits` significant digits, without zeros at the end."""
    return lambda value: significant(value, digits)


USUAL = spelling()


@dataclass(frozen=True)
class Factor:
    """A factor of a term.

    symbol   as printed: "W_out[3]", "f₁'(s₁[3,3])", "α"
    value    what it amounts to
    places   the cells that it is made of: one for a plain factor or a function of one cell, more for a function of
             several, none for a constant
    plain    whether it is a cell by itself
    numbers  as printed with numbers in place of cells; without, its value
    """

    symbol: str
    value: float
    places: tuple[Place, ...] = ()
    plain: bool = True
    numbers: tuple[str | float, ...] = ()

    @property
    def name(self) -> str | None:
        """The name of its quantity; None for a constant or a function."""
        return self.places[0].name if self.plain and self.places else None

    @property
    def cell(self) -> Cell | None:
        """Its cell; None for a constant or a function."""
        return self.places[0].cell if self.plain and self.places else None

    @property
    def step(self) -> int | None:
        """The step that its cells belong to; None for a constant."""
        return self.places[0].step if self.places else None

    def text(self, spell: Spelling) -> str:
        """The factor in numbers, a negative one in parentheses but where it stands alone in them."""
        parts = self.numbers or (self.value,)
        text = ""
        for part in parts:
            alone = text.endswith(("(", ", ", "["))
            text += part if isinstance(part, str) else spell(part) if alone else enclosed(spell(part))
        return text


@dataclass(frozen=True)
class Term:
    """A product of factors with its sign, 1 or -1; `value` is what it adds to the sum."""

    factors: tuple[Factor, ...]
    sign: int
    value: float


class Shown(NamedTuple):
    """Some terms of a sum, how many more there are, and what these come to."""

    terms: tuple[Term, ...]
    left: int
    rest: float


@dataclass(frozen=True, eq=False)
class _Run:
    """Terms of one form: their values (n,), and the cells and values of each operand's references."""

    operands: tuple[tuple[Operand, tuple[tuple[Cells, Any], ...], Any], ...]
    sign: int
    values: Array


class Explanation:
    """How a cell was computed from others: a sum of terms, and what was made of it.

    place        the cell: its step, name and row and column from 1
    symbol       the cell as printed: "δ₁[3,3]"
    value        what stands in it
    origin       what it was given by, for a cell that nothing in the run has computed: it has no terms. Else None
    around       the factors outside of the sum, such as f'(s), 1/n; in a softmax, the numerator

    `len` counts the terms. Terms are made when they are asked for; their values are there at once.
    """

    def __init__(self, step: Step, name: str, cell: Cell) -> None:
        self._scope = scope = scope_of(step)
        self.place = scope.place(name, cell)
        self.symbol = scope.label(self.place)
        self.value = scope.value(self.place)
        self.origin: str | None = None
        self._combination = SUM
        self._runs: list[_Run] = []
        self.around: tuple[Factor, ...] = ()
        found = scope.rule(self.place)
        if found is None:
            self.origin = self._given()
            return
        rule, bound = found
        self._combination = rule.combination
        with np.errstate(all="ignore"):
            self._runs = [self._run(term, bound) for term in rule.terms]
            self.around = tuple(
                self._factor(operand, *self._operand(operand, bound), 0) for operand in self._combination.around
            )

    def __reduce__(self) -> tuple[Callable[..., Explanation], tuple[Step, str, Cell]]:
        return Explanation, (self._scope.step, self.place.name, self.place.cell)

    def __len__(self) -> int:
        return len(self.term_values)

    @cached_property
    def term_values(self) -> Array:
        """What each term adds to the sum, (len(self),)."""
        return np.concatenate([run.values for run in self._runs]) if self._runs else np.zeros(0)

    @cached_property
    def _by_size(self) -> Rows:
        order: Rows = np.argsort(-np.abs(self.term_values), kind="stable")
        return order

    def terms(self, first: int = 0, count: int | None = None, by_size: bool = False) -> tuple[Term, ...]:
        """`count` terms (None: all) from the `first` on, counted from 0, in their own order or the largest first."""
        places = range(len(self))[first : None if count is None else first + count]
        return tuple(self._term(int(self._by_size[i]) if by_size else i) for i in places)

    @np.errstate(all="ignore")
    def shown(self, n: int = TERMS) -> Shown:
        """All terms in their own order where there are at most `n`; else the `n` largest, the largest first."""
        if len(self) <= n:
            return Shown(self.terms(), 0, 0.0)
        return Shown(self.terms(0, n, by_size=True), len(self) - n, float(self.term_values[self._by_size[n:]].sum()))

    @np.errstate(all="ignore")
    def recombine(self) -> float:
        """The cell's value anew from its terms."""
        if self.origin is not None:
            return self.value
        return self._combined(float(self.term_values.sum()))

    @property
    @np.errstate(all="ignore")
    def scale(self) -> float:
        """How large the numbers are that went into the cell, so that rounding can be told from error."""
        sizes = [abs(self.value), float(np.abs(self.term_values).sum())]
        if self._combination.around:
            sizes = [abs(self.value), abs(self._combined(sizes[1])), *(abs(f.value) for f in self.around if f.plain)]
        return max(sizes)

    def symbols(self, n: int = TERMS) -> str:
        """The right side in symbols, with the `n` largest terms where there are more."""
        return self._line(n, self._combination.form, lambda factor: factor.symbol, None)

    def numbers(self, n: int = TERMS, spell: Spelling = USUAL) -> str:
        """The right side with numbers, each written as `spell` does, in place of the symbols."""
        form = self._combination.number_form or self._combination.form
        return self._line(n, form, lambda factor: factor.text(spell), spell)

    def lines(self, n: int = TERMS, digits: int = DIGITS) -> tuple[str, ...]:
        """Symbols, numbers and result, a line each, for a screen or the clipboard; where it came from, if given."""
        spell = spelling(digits)
        if self.origin is not None:
            return (f"{self.symbol} = {spell(self.value)}", f"given: {self.origin}")
        return (f"{self.symbol} = {self.symbols(n)}", f"= {self.numbers(n, spell)}", f"= {spell(self.value)}")

    def __str__(self) -> str:
        first, *rest = self.lines()
        indent = " " * (len(self.symbol) + 1)
        return "\n".join([first, *(indent + line for line in rest)])

    def _combined(self, total: float) -> float:
        return float(self._combination.value(total, *(factor.value for factor in self.around)))

    def _given(self) -> str:
        step, name = self._scope.step, self.place.name
        if name in ("X_in", "y_gt"):
            return f"row {step.batch[self.place.cell[0] - 1] + 1} of the {'inputs' if name == 'X_in' else 'targets'}"
        return f"the starting {'weights' if name[0] == 'W' else 'biases'}"

    def _operand(self, operand: Operand, bound: Bound) -> tuple[tuple[tuple[Cells, Any], ...], Any]:
        """The cells and the values of an operand's references, and the operand's own: numbers, or arrays (n,)."""
        refs = []
        for ref in operand.refs:
            cells = self._scope.cells(ref, bound)
            refs.append((cells, self._scope.array(ref)[tuple(map(_from_0, cells.indices))]))
        return tuple(refs), operand.value(*(values for _, values in refs))

    def _run(self, product: Product, bound: Bound) -> _Run:
        operands = tuple((operand, *self._operand(operand, bound)) for operand in product.operands)
        counts = [len(cells) for _, refs, _ in operands for cells, _ in refs]
        values = np.full(max([n for n in counts if n != 1], default=min(counts, default=1)), float(product.sign))
        for _, _, factor in operands:
            values *= factor
        return _Run(operands, product.sign, values)

    def _term(self, i: int) -> Term:
        for run in self._runs:
            if i < len(run.values):
                factors = tuple(self._factor(*operand, i) for operand in run.operands)
                return Term(factors, run.sign, float(run.values[i]))
            i -= len(run.values)
        raise IndexError

    def _factor(self, operand: Operand, refs: Iterable[tuple[Cells, Any]], values: Any, i: int) -> Factor:
        """Factor `i` of those that an operand stands for."""
        places, numbers = [], []
        for cells, array in refs:
            places.append(Place(cells.step, cells.name, _nth(cells, i)))
            numbers.append(_pick(array, i))
        labels = [
            self._scope.label(place) + (f" of step {place.step}" if place.step != self.place.step else "")
            for place in places
        ]
        plain = bool(places) and operand.form == "{}"
        form = operand.number_form or operand.form
        substituted = () if plain or operand.evaluated else tuple(_interleave(form, numbers))
        return Factor(operand.form.format(*labels), _pick(values, i), tuple(places), plain, substituted)

    def _line(self, n: int, form: str, text: Callable[[Factor], str], spell: Spelling | None) -> str:
        shown = self.shown(n)
        total = ""
        for term in shown.terms:
            body = " · ".join(map(text, term.factors))
            minus = term.sign < 0
            if spell is not None and not total and not minus and len(term.factors) == 1 and term.factors[0].plain:
                body = spell(term.factors[0].value)  # alone at the start, a minus needs no parentheses
            total += (
                body if not total and not minus else f"-{body}" if not total else f" {'-' if minus else '+'} {body}"
            )
        if shown.left:
            rest = "…" if spell is None else enclosed(spell(shown.rest))
            total += f" + {rest} ({shown.left} smaller)"
        total = total or "0"
        single = len(shown.terms) == 1 and len(shown.terms[0].factors) == 1 and not total.startswith("-")
        return form.format(*map(text, self.around), terms=total, factor=total if single else f"({total})")


def explain(step: Step, name: str, cell: Cell) -> Explanation:
    """Where the number in a cell came from: `name` of the quantity, as `quantities` has it (also X_in, y_gt, W_k, b_k),
    and `cell`, its row and column from 1: (i, j), (i,) in a vector, () for the loss.

    The weights of a step after the first are explained by the updated ones of the step before. Raises KeyError for an
    unknown name, IndexError for a cell that it does not have.
    """
    return Explanation(step, name, cell)


def _from_0(indices: Sequence[int]) -> int | slice | list[int]:
    """Indices counted from 1 as numpy takes them: a single one takes its axis away, a range copies nothing."""
    if len(indices) == 1:
        return indices[0] - 1
    return slice(indices[0] - 1, indices[-1]) if isinstance(indices, range) else [i - 1 for i in indices]


def _nth(cells: Cells, i: int) -> Cell:
    return tuple(indices[i] if len(indices) > 1 else indices[0] for indices in cells.indices)


def _pick(values: Any, i: int) -> float:
    return float(values[i] if np.ndim(values) else values)


def _interleave(form: str, numbers: Sequence[float]) -> Iterator[str | float]:
    """The texts of a form and, between them, the numbers that fill it."""
    texts = form.split("{}")
    for text, number in zip(texts, numbers, strict=False):
        yield text
        yield number
    yield texts[-1]


def enclosed(number: str) -> str:
    """A number as it stands behind a sign: a negative one in parentheses."""
    return f"({number})" if number.startswith("-") else number
