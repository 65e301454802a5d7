"""How each quantity of a step follows from others: its formula, and its value from theirs.

The values need not be the step's own: whoever checks work done by hand asks what would follow from somebody's numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from core.arrays import Array
from core.equations import Statement
from core.expression.nodes import Name
from core.expression.text import Pieces, Variable, formula_text
from core.problem import Problem
from core.step import Step

Values: TypeAlias = Mapping[str, Array]
Formula: TypeAlias = Pieces

FROZEN = "   (frozen)"


@dataclass(frozen=True, eq=False)
class Computation:
    """One quantity of a step: `name`, and the `formula` it is computed by: texts and factors, in order, without the
    left side.
    """

    name: str
    formula: Formula
    statement: Statement

    @property
    def inputs(self) -> tuple[str, ...]:
        """The quantities that the formula names, in its order."""
        return tuple(dict.fromkeys(part.name for part in self.formula if isinstance(part, Variable)))

    def evaluate(self, values: Values) -> Array:
        """The quantity's value from values of its inputs."""
        return self.statement.evaluate(self.name, values)

    def text(self, symbols: Mapping[str, str]) -> str:
        """The right side in print, with these symbols for the quantities."""
        return in_print(self.formula, symbols)


def in_print(formula: Formula, symbols: Mapping[str, str]) -> str:
    """A formula as a line, with these symbols for the quantities."""
    parts = (part if isinstance(part, str) else symbols[part.name] + "ᵀ" * part.transposed for part in formula)
    return "".join(parts).strip()


def values_of(step: Step) -> dict[str, Array]:
    """Every quantity of a step by name, given ones first, then in the order of the computation."""
    return dict(step.values)


def symbols_of(step: Step) -> dict[str, str]:
    """The symbol in print of every quantity of a step, by name."""
    return {name: step.statement.symbols[name] for name in step.values}


def copies(problem: Problem) -> dict[str, str]:
    """The quantities of a step that are another one unchanged, each with that one: z of an identity, δ_out of an
    identity where y_out are the logits, a frozen W⁺ or b⁺. Who has worked out the one has the other.
    """
    statement = Statement(problem, rows=1)
    found = {name: statement.without_identities(equation.tree) for name, equation in statement.equations.items()}
    return {name: tree.name for name, tree in found.items() if isinstance(tree, Name)}


def computations(problem: Problem, rows: int) -> tuple[Computation, ...]:
    """How a step of `problem` with a batch of `rows` rows is computed, in the order of `core.quantities`."""
    statement = Statement(problem, rows)
    return tuple(
        Computation(name, formula_text(equation.tree, rows) + (FROZEN,) * isinstance(equation.tree, Name), statement)
        for name, equation in statement.equations.items()
    )


def output_gradient(problem: Problem, rows: int) -> Formula:
    """∂ℒ/∂y_out in a batch of `rows` rows."""
    return formula_text(Statement(problem, rows).output_gradient, rows)
