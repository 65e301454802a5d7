"""What inputs, outputs and numbers are called in pictures."""

from __future__ import annotations

from core import ANY, Problem, Wording, significant, statement_of
from tui.format import fit, plain

DIGITS = 3
NAMED = 14  # columns of a name


def wording_of(problem: Problem) -> Wording:
    """What its quantities are called."""
    return statement_of(problem, problem.batch_size or len(problem.inputs)).wording


def input_names(problem: Problem) -> tuple[str, ...]:
    """The columns of the inputs: by their names, else by their numbers."""
    names = problem.input_names or columns_of(problem, "X_in", problem.inputs.shape[1])
    return tuple(fit(plain(name), NAMED) for name in names)


def columns_of(problem: Problem, name: str, count: int) -> tuple[str, ...]:
    """The first columns of a quantity: X_in[.,1]."""
    wording = wording_of(problem)
    return tuple(wording.label(name, (ANY, j)) for j in range(1, count + 1))


def output_name(problem: Problem) -> str:
    """The outputs."""
    return wording_of(problem).letters["y_out"]


def target_name(problem: Problem) -> str:
    """The first column of the targets."""
    return fit(plain(problem.target_names[0]), NAMED) if problem.target_names else wording_of(problem).letters["y_gt"]


def number(value: float) -> str:
    """A number in few digits."""
    return significant(value, DIGITS)
