"""A change that a person types: W_1[1,3] = 0.1/3."""

from __future__ import annotations

import re
from contextlib import suppress
from math import isfinite

from core.branch import Cell, Edit
from core.edits import BATCH, DATA, PENALTIES, RATE, changeable, edits_for
from core.equations import statement_of
from core.errors import FormulaError
from core.expression.lexicon import spelled
from core.losses import Loss
from core.problem import Problem
from core.step import Step
from core.text import significant
from core.watching.language import Language, language_of
from core.watching.number import number_of

NUMBER = r"\s*([^\[\]=<>!]{1,40}?)\s*(?:\[\s*(\d{1,9})\s*(?:,\s*(\d{1,9})\s*)?\])?\s*"
ALONE, LEFT = re.compile(NUMBER), re.compile(rf"{NUMBER}(?:←|:?=)(?!=)\s*")
OPTIONS = (BATCH, *PENALTIES)  # which have these names in every notation
ALSO = {"eta": RATE, "lr": RATE, "learning_rate": RATE, "batch": BATCH}
EXPECTED = "expected a name, = and a number, such as {weights}[1,2] = 0.1/3 or {rate} = 0.05"
LONGEST = 200


def read_change(text: str, step: Step) -> tuple[Edit, ...]:
    """The edits of `step` that a text asks for: a name with its cell, "=", and a number or a formula over the numbers
    of the step, as watches have them, in the names that it speaks: "W_1[1,3] = W_1[1,3] * 2". Raises FormulaError, with
    the place of what cannot be read; ProblemError for what cannot be changed.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"expected at most {LONGEST} characters, found {len(text)}", LONGEST + 1)
    language = language_of(step.problem, step.problem.shown_in, len(step.batch))
    left = LEFT.match(language.in_plain_letters(text))
    if left is None:
        typed = step.statement.wording.typed
        raise FormulaError(EXPECTED.format(weights=typed("W_1"), rate=typed(RATE)), 1)
    name, cell = _named(left) if language.is_own else _named_in(language, left, step.problem)
    name = _name(name, language, step.problem) if language.is_own else name
    return edits_for(step, name, cell, _number(text, left.end(), step))


def read_number(text: str) -> tuple[str, Cell] | None:
    """The name and the cell of a number as people write it: "W_1[1,3]", "W₁[ 1, 3 ]", "lr". None for anything else."""
    found = ALONE.fullmatch(text)
    return None if found is None else _named(found)


def _named(found: re.Match[str]) -> tuple[str, Cell]:
    typed = _typed(found)
    return ALSO.get(typed, typed), _cell(found)


def _named_in(language: Language, found: re.Match[str], problem: Problem) -> tuple[str, Cell]:
    """The same in a notation, in which only its own names mean something, and those that options have. Raises
    FormulaError.
    """
    typed = _typed(found)
    typed = BATCH if typed == "batch" else typed
    try:
        name = language.name(typed)
    except FormulaError as error:
        if typed not in OPTIONS:
            raise FormulaError(error.message, found.start(1) + 1) from None
        name = typed
    cell = _cell(found)
    if name in changeable(problem):  # else there is nothing to change, whatever the cell
        try:
            cell = language.cell(name, cell)
        except FormulaError as error:
            raise FormulaError(error.message, found.end(1) + 1) from None
    return name, cell


def _typed(found: re.Match[str]) -> str:
    return "".join(spelled(found[1]).split())


def _cell(found: re.Match[str]) -> Cell:
    return tuple(int(at) for at in found.groups()[1:] if at is not None)


def unchanged_text(step: Step, name: str, cell: tuple[int, ...] = ()) -> str:
    """The text that would change nothing: the number as it is, in the names that the step speaks, to write over."""
    return f"{step.statement.wording.typed(name, cell)} = {significant(_of_step(step, name, cell), 6)}"


def changes(edit: Edit, step: Step) -> bool:
    """Whether an edit of a step makes any number another one."""
    if isinstance(edit.value, Loss):
        return edit.value != step.problem.loss
    if edit.name in DATA:
        return float(getattr(step.problem, DATA[edit.name])[tuple(at - 1 for at in edit.cell)]) != edit.value
    return _of_step(step, edit.name, edit.cell) != edit.value


def edit_text(problem: Problem, edit: Edit) -> str:
    """An edit in print: "W₁[1,3] = 0.1"."""
    if isinstance(edit.value, Loss):
        return f"under the {edit.value.title}"
    wording = statement_of(problem, 1).wording
    place = wording.label(edit.name, edit.cell) if edit.name in wording.pieces else edit.name
    return f"{place} = {significant(edit.value, 6)}"


def _of_step(step: Step, name: str, cell: tuple[int, ...]) -> float:
    """A number of the step, by its cell on the sheet where it has one."""
    problem = step.problem
    if cell:
        return float(step.values[name][tuple(at - 1 for at in cell)])
    if name == BATCH:
        return float(problem.batch_size or len(problem.inputs))
    return float(getattr(problem.penalty, name) if name in PENALTIES else step.statement.numbers[name])


def _name(typed: str, language: Language, problem: Problem) -> str:
    """The name of what somebody typed: of what can be changed, else as in watches; as typed where neither has it."""
    if typed not in changeable(problem):
        with suppress(FormulaError):
            return language.name(typed)
    return typed


def _number(text: str, start: int, step: Step) -> float:
    """What stands behind the sign."""
    if not text[start:].strip():
        raise FormulaError("expected a number at the end", len(text) + 1)
    # Blanks in place of what is left of it, so that places are those of the whole text.
    value = number_of(" " * start + text[start:], step)
    if not isfinite(value):
        raise FormulaError(f"this cannot be worked out: expected a finite number, found {value}", start + 1)
    return value
