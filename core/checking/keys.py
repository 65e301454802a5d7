"""Which quantity of a step people mean by the name that they give its numbers or its formula."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from core.arrays import Array
from core.expression.lexicon import in_line, spelled
from core.expression.names import asked, no_such_thing
from core.loading.fields import FieldReader
from core.step import Step
from core.suggestion import nearest, suggest
from core.text import clean, shown, significant

if TYPE_CHECKING:
    from core.checking.answers import Answer
    from core.checking.shapes import LaidOutAnswer

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
        return spelled(in_line(key))

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

    def of_given(self, reader: FieldReader, path: str, typed: str, answer: Answer) -> str | None:
        """Where a program's array is one of what is given: nothing but a note where it is another; but what the weights
        are after the step may be given under their name.
        """
        (name,) = self._names.as_key(typed).names
        why = self._difference(replace(answer, name=name))
        if not why:
            return None
        after = self._statement.updates.get(name, "")
        if after and not self._difference(replace(answer, name=after)):
            self.remarks.append(f"{clean(typed)} is read as {self.called(after)}: it is what {name} is after the step")
            return after
        reader.note(path, f"{self.called(name)} is given, and this is another: {why}")
        return None

    def is_given(self, typed: str) -> bool:
        """Whether a name can only mean something that is given."""
        names = self._names.as_key(typed).names
        return len(names) == 1 and names[0] in self._statement.given

    def lay_out(self, answer: Answer) -> LaidOutAnswer:
        """The numbers of an answer at their positions in what `values` has. Raises NoSuchCell."""
        from core.checking.shapes import lay_out

        return lay_out(answer, self.values(answer.name))

    def _difference(self, answer: Answer) -> str:
        """The first cell in which numbers are others than a quantity's, in words; empty where they are the same, as far
        as they are not left open.
        """
        from core.checking.shapes import NoSuchCell

        values = self.values(answer.name)
        found = [cell for row in answer.numbers.rows for cell in row]
        if not answer.position and len(found) == values.size:
            cells = dict(zip(np.ndindex(values.shape), found, strict=True))
        else:
            try:
                laid_out = self.lay_out(answer)
            except NoSuchCell as mistake:
                return str(mistake)
            if laid_out.problem:
                return laid_out.problem
            cells = laid_out.cells
        for place, cell in cells.items():
            right = float(values[place])
            if cell is not None and not cell.fits(right):
                where = ",".join(str(i + 1) for i in place)
                return f"{self.called(answer.name)}[{where}] is {significant(right, 7)}, found {cell.text}"
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
        from core.notations.reading import with_notation

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
        if not why and not nearest(word, self._statement.equations):
            why = with_notation(self._statement, typed.strip())
        unknown = f'unknown "{word}": {why}' if why else suggest(word, self._statement.equations)
        reader.note(path, asked(word, meaning) if meaning.names else unknown)
        return None
