"""What inputs, outputs and numbers are called in pictures."""

from __future__ import annotations

from core import Problem, significant
from tui.format import fit, plain

DIGITS = 3
NAMED = 14  # columns of a name


def input_names(problem: Problem) -> tuple[str, ...]:
    """The columns of the inputs: by their names, else by their numbers."""
    names = problem.input_names or tuple(f"X_in[.,{j}]" for j in range(1, problem.inputs.shape[1] + 1))
    return tuple(fit(plain(name), NAMED) for name in names)


def target_name(problem: Problem) -> str:
    """The first column of the targets."""
    return fit(plain(problem.target_names[0]), NAMED) if problem.target_names else "y_gt"


def number(value: float) -> str:
    """A number in few digits."""
    return significant(value, DIGITS)
