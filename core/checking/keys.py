"""Which quantity of a step people mean by the name that they give its numbers or its formula."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from core.arrays import Array
from core.checking.matrices import Matrix
from core.expression.lexicon import spelled
from core.expression.names import asked, no_such_thing
from core.expression.shape import shape_text
from core.loading.fields import FieldReader
from core.step import Step
from core.suggestion import suggest
from core.text import clean, shown, significant

OF_A_CLASS = re.compile(r"_[jkc]\Z")  # ∂ℒ/∂o_j


class Keys:
    """The quantities of a step by the names that people give their numbers and formulas, with remarks on how they were
    read where sgdb calls them otherwise. `may_be_given` tells that numbers of what is given may be among them, too. All
    names of a sheet are `beside` one that can mean two quantities: it means the one that no other does.
    """

    may_be_given = False

    def __init__(self, step: Step, beside: Iterable[str] = ()) -> None:
        from core.checking.formulas.definitions import names_of

        self._step, self._statement = step, step.statement
        self._names = names_of(step.statement)
        meanings = (self._names.as_key(typed).names for typed in beside)
        self._beside = {names[0] for names in meanings if len(names) == 1}
        self.remarks: list[str] = []

    def shape(self, name: str, position: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of a quantity, or of a row of it."""
        shape: tuple[int, ...] = self.values(name).shape
        return shape[len(position) :]

    def largest(self, name: str) -> float:
        """The size of a quantity's largest number."""
        return float(np.abs(self.values(name)).max())

    def values(self, name: str) -> Array:
        """A quantity's values, laid out as they are written."""
        found: Array = self._step.values[name]
        return found

    def called(self, name: str) -> str:
        """What a quantity is called."""
        return name

    def in_plain_letters(self, key: str) -> str:
        """A key as the reader has it."""
        return spelled(key)

    def of_scheme(self, typed: str) -> str:
        """A name of a scheme as `of_answer` has it."""
        return typed

    def of_answer(self, reader: FieldReader, path: str, typed: str) -> str | None:
        """The quantity whose numbers are given under a name; None after a note of what there is."""
        name = self._meant(reader, path, typed)
        if name is None or name in self._statement.equations:
            return name
        after = self._statement.updates.get(name)
        hint = f'; after the step it is "{self.called(after)}"' if after else ""
        reader.note(path, f"{self.called(name)} is given, not computed{hint}")
        return None

    def of_given(self, reader: FieldReader, path: str, typed: str, matrix: Matrix) -> str | None:
        """Where a program's array is one of what is given: nothing but a note where it is another; but what the weights
        are after the step may be given under their name.
        """
        (name,) = self._names.as_key(typed).names
        if self._is_same(name, matrix):
            return None
        after = self._statement.updates.get(name, "")
        if after and self._is_same(after, matrix):
            self.remarks.append(f"{clean(typed)} is read as {self.called(after)}: it is what {name} is after the step")
            return after
        reader.note(path, f"{self.called(name)} is given, and this is another: {self._difference(name, matrix)}")
        return None

    def is_given(self, typed: str) -> bool:
        """Whether a name can only mean something that is given."""
        names = self._names.as_key(typed).names
        return len(names) == 1 and names[0] in self._statement.given

    def _is_same(self, name: str, matrix: Matrix) -> bool:
        return not self._difference(name, matrix)

    def _difference(self, name: str, matrix: Matrix) -> str:
        """The first cell in which an array is another than a quantity, in words; empty where it is the same."""
        values = self.values(name)
        found = [cell for row in matrix.rows for cell in row]
        if len(found) != values.size:
            return f"expected {shape_text(values.shape)}, found {matrix.size} numbers"
        for place, cell in zip(np.ndindex(values.shape), found, strict=True):
            right = float(values[place])
            if cell is None or not cell.fits(right):
                where = ",".join(str(i + 1) for i in place)
                found_there = "none" if cell is None else cell.text
                return f"{self.called(name)}[{where}] is {significant(right, 7)}, found {found_there}"
        return ""

    def of_formula(self, reader: FieldReader, path: str, typed: str) -> str | None:
        """The quantity whose formula stands under a name, of one class or of all: that of the weights is what they are
        after the step.
        """
        name = self._meant(reader, path, OF_A_CLASS.sub("", typed))
        if name in self._statement.updates:
            self.remarks.append(f"{typed} is read as {self.called(self._statement.updates[name])}")
            return self._statement.updates[name]
        if name is None or name in self._statement.equations:
            return name
        reader.note(path, f"{self.called(name)} is given, not computed")
        return None

    def _meant(self, reader: FieldReader, path: str, typed: str) -> str | None:
        meaning = self._names.as_key(typed)
        left = [name for name in meaning.names if name not in self._beside]
        layers = {equation and equation.layer for equation in map(self._statement.equations.get, meaning.names)}
        if len(left) == len(layers) == 1 < len(meaning.names) and None not in layers:  # a_1, with z_1 beside it
            meaning = meaning._replace(names=(left[0],), remark=True)
        if len(meaning.names) == 1:
            if meaning.remark:
                self.remarks.append(f"{clean(typed)} is read as {meaning.names[0]}")
            return meaning.names[0]
        word = shown(typed)[1:-1]
        why = no_such_thing(typed, self._statement.numbers)
        unknown = f'unknown "{word}": {why}' if why else suggest(word, self._statement.equations)
        reader.note(path, asked(word, meaning) if meaning.names else unknown)
        return None
