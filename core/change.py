"""A change that a person types: W_1[1,3] = 0.1/3."""

from __future__ import annotations

import re

import numpy as np

from core.branch import Edit
from core.edits import RATE, edits_for
from core.equations import statement_of
from core.errors import FormulaError
from core.expression.cursor import Context
from core.expression.lexicon import spelled
from core.expression.nodes import names_in
from core.expression.reader import read
from core.losses import Loss
from core.problem import Problem
from core.step import Step
from core.text import significant

LEFT = re.compile(r"\s*([^\[\]=<>!]{1,40}?)\s*(?:\[\s*(\d{1,9})\s*(?:,\s*(\d{1,9})\s*)?\])?\s*(?:←|:?=)(?!=)\s*")
ALSO = {"eta": RATE, "lr": RATE, "learning_rate": RATE, "batch": "batch_size"}
EXPECTED = "expected a name, = and a number, such as W_1[1,2] = 0.1/3 or alpha = 0.05"
LONGEST = 200


def read_change(text: str, step: Step) -> tuple[Edit, ...]:
    """The edits of `step` that a text asks for: a name with its cell, "=", and a number or a formula over the numbers
    of the step. Raises FormulaError, with the place of what cannot be read; ProblemError for what cannot be changed.
    """
    if len(text) > LONGEST:
        raise FormulaError(f"expected at most {LONGEST} characters, found {len(text)}", LONGEST + 1)
    left = LEFT.match(text)
    if left is None:
        raise FormulaError(EXPECTED, 1)
    typed = "".join(spelled(left[1]).split())
    name = ALSO.get(typed, typed)
    cell = tuple(int(at) for at in left.groups()[1:] if at is not None)
    return edits_for(step, name, cell, _number(text, left.end(), step))


def unchanged_text(step: Step, name: str, cell: tuple[int, ...] = ()) -> str:
    """The text that would change nothing: the number as it is, to be written over."""
    place = f"[{','.join(map(str, cell))}]" if cell else ""
    values = step.statement.numbers | {"batch_size": float(step.problem.batch_size or len(step.problem.inputs))}
    value = float(step.values[name][tuple(at - 1 for at in cell)]) if cell else values.get(name, 0.0)
    return f"{name}{place} = {significant(value, 6)}"


def edit_text(problem: Problem, edit: Edit) -> str:
    """An edit in print: "W₁[1,3] = 0.1"."""
    if isinstance(edit.value, Loss):
        return f"under the {edit.value.title}"
    symbol = statement_of(problem, 1).symbols.get(edit.name, edit.name)
    place = f"[{','.join(map(str, edit.cell))}]" if edit.cell else ""
    return f"{symbol}{place} = {significant(edit.value, 6)}"


def _number(text: str, start: int, step: Step) -> float:
    """What stands behind the sign."""
    if not text[start:].strip():
        raise FormulaError("expected a number at the end", len(text) + 1)
    statement = step.statement
    # Blanks in place of what is left of it, so that places are those of the whole text.
    tree = read(" " * start + text[start:], Context(functions=statement.functions, numbers=statement.numbers))
    known = {*step.values, *statement.numbers}
    for name in names_in(tree):
        if name not in known:
            raise FormulaError(f'"{name}" is no number of this step', text.find(name, start) + 1 or start + 1)
    try:
        with np.errstate(all="ignore"):
            found = statement.value_of(tree, step.values)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise FormulaError("this cannot be worked out", start + 1) from None
    if found.size != 1:
        raise FormulaError(f"expected a number, found {found.size} of them", start + 1)
    value = float(found.reshape(-1)[0])
    if not np.isfinite(value):
        raise FormulaError(f"expected a finite number, found {value}", start + 1)
    return value
