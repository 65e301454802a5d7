"""How a sheet to practise on has a step: in the names, numbers and formulas of a notation, a row for each sample."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from core.arrays import Array, Mask, frozen
from core.asked import asked
from core.checking.check import check_answers
from core.checking.report import CheckReport, Slip
from core.computation import copies
from core.expression.pieces import as_text
from core.notations.rendition import Rendition
from core.notations.shipped import SGDB
from core.notations.words import Notation
from core.practice.replies import Cell
from core.quantity import Quantity, given, layer_label, quantities
from core.solving.noted import writing_of
from core.solving.solution import Arithmetic
from core.solving.worked import arithmetic_of
from core.step import Step

Words: TypeAlias = "np.ndarray[Any, np.dtype[np.object_]]"

DIGITS = 3  # significant ones that are asked for, of a number that is not exact
TURNED = "ᵀ"
OWN_NAME = re.compile(r"\b(?:[A-Za-z]+_\w+|(?:(?<=of )|(?<=in ))\w+)")  # of sgdb's, in a sentence


class Paper:
    """A step on the sheet of somebody who works it out in a notation; None is its problem's.

    Names and cells are sgdb's here. The numbers are those that the notation has: δ with its sign, and without the 1/n
    that is elsewhere. Each sample is a row in every notation, so that a matrix that the notation turns is headed with
    ᵀ: Z₁ᵀ. What stands at a place of it goes by its row and column in the notation: Z₁[2,1].
    """

    def __init__(self, step: Step, notation: Notation | None) -> None:
        self.step = step
        self.notation = notation or step.problem.notation or SGDB
        self.writing = writing_of(step, self.notation)
        self.rendition = Rendition(self.notation, step.statement)
        self.letters = {name: as_text([piece]) for name, piece in self.writing.symbols.items()}

    @cached_property
    def given(self) -> tuple[Quantity, ...]:
        """What the step starts from."""
        return tuple(map(self._quantity, given(self.step)))

    @cached_property
    def quantities(self) -> tuple[Quantity, ...]:
        """What is computed, as far as the notation has a name for it, in the order of the computation."""
        return tuple(self._quantity(q) for q in quantities(self.step) if q.name in self.letters)

    @cached_property
    def asked(self) -> dict[str, Mask]:
        """The numbers that are asked for, by quantity."""
        return {name: mask for name, mask in asked(self.step).items() if name in self.letters}

    @cached_property
    def values(self) -> Mapping[str, Array]:
        """The numbers of every quantity."""
        return {quantity.name: quantity.values for quantity in (*self.given, *self.quantities)}

    def _quantity(self, quantity: Quantity) -> Quantity:
        factor = self.rendition.factor(quantity.name)
        values = quantity.values if factor == 1 else frozen(factor * quantity.values)
        return replace(quantity, symbol=self.heading(quantity.name), values=values)

    def is_turned(self, name: str) -> bool:
        """Whether the notation has the rows of a matrix in columns."""
        return self.rendition.turns(name) and np.ndim(self.step.values[name]) == 2

    def heading(self, name: str) -> str:
        """What stands over the numbers of a quantity."""
        return f"{self.letters[name]}{TURNED * self.is_turned(name)}"

    def label(self, name: str, cell: Cell) -> str:
        """A number's place as it is printed everywhere."""
        return self.writing.explain(name, cell).symbol

    def function(self, k: int) -> str:
        """What the function of a layer is called, from 1."""
        return as_text([self.writing.function(k)])

    def formula(self, name: str) -> str:
        """How a quantity is computed: δ₁ = ∂z₁ ⊙ f₁'(s₁)."""
        return f"{self.letters[name]} = {self.writing.computations[name].text}"

    def arithmetic(self, name: str, cell: Cell) -> Arithmetic:
        """How a number comes about."""
        return arithmetic_of(self.writing, name, cell)

    @cached_property
    def copies(self) -> Mapping[str, tuple[str, bool]]:
        """The quantities that are another one: each with that one, and whether it has the other sign."""
        factor = self.rendition.factor
        return {name: (of, factor(name) != factor(of)) for name, of in copies(self.step.problem).items()}

    @property
    def differences(self) -> tuple[object, ...]:
        """What makes its numbers others than sgdb's: empty where they are the same."""
        factors = {name: self.rendition.factor(name) for name in self.asked}
        unasked = sorted(asked(self.step).keys() - factors.keys())
        return (*(found for found in factors.items() if found[1] != 1), *unasked)

    def check(self, sheet: Mapping[str, Words]) -> tuple[CheckReport, tuple[tuple[Slip, Slip], ...]]:
        """What is thought of numbers, each with the digits that were typed; and every slip, with what is said of it: in
        the notation's names.
        """
        if self.notation.is_own:
            numbers = {name: words.tolist() for name, words in sheet.items()}
        else:
            spellings, laid_out = self.rendition.spellings, self.rendition.laid_out
            numbers = {spellings[name].typed: laid_out(name, words).tolist() for name, words in sheet.items()}
        report = check_answers(numbers, self.step, digits=DIGITS, notation=self.notation)
        return report, tuple(zip(report.slips, report.shown.slips, strict=True))

    def in_print(self, text: str) -> str:
        """A sentence with quantities as they are printed in place of what they are called where they are typed."""
        return self._named.sub(lambda found: self._words.get(found[0], found[0]), text)

    @cached_property
    def _words(self) -> Mapping[str, str]:
        """Quantities and layers' functions in print, by what they are called where they are typed."""
        depth = len(self.step.problem.network)
        layers = {f"f_{layer_label(k, depth)}": self.function(k) for k in range(1, depth + 1)}
        if self.notation.is_own:
            return {**self.letters, **layers}
        functions = {typed: layers[name] for typed, name in self.rendition.functions.items() if name}
        typed = {spelling.typed: self.letters[name] for name, spelling in self.rendition.spellings.items()}
        return {**layers, **functions, **typed}

    @cached_property
    def _named(self) -> re.Pattern[str]:
        if self.notation.is_own:
            return OWN_NAME
        names = sorted(self._words, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names))})(?!\w)")
