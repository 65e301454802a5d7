"""What can go wrong with a person's problem or a person's run, each told in words.

What an error is made from is its `args`, so that it can be copied and pickled.
"""

from __future__ import annotations

from collections.abc import Sequence


class ProblemError(ValueError):
    """A problem that cannot be used. `mistakes` has one line for each thing to mend: its place, what was expected
    and what was found; `source` is the file (or the name) that they stand in.
    """

    def __init__(self, source: str, mistakes: Sequence[str]) -> None:
        self.source = source
        self.mistakes = tuple(mistakes)
        super().__init__(source, self.mistakes)

    def __str__(self) -> str:
        return "\n".join(f"{self.source}: {mistake}" if self.source else mistake for mistake in self.mistakes)


class DivergedError(ArithmeticError):
    """A run that stopped being finite.

    `step` is the index of the SGD step in which it happened, `quantity` the first in the order of the computation that
    holds a NaN or an infinity ("s_2", "dW_1", "W_out_next"), `symbol` its name in print, `cell` where in it (row and
    column counted from 1; one number for a vector, none for the loss) and `value` what stands there: an infinity
    or a NaN, by the order in which the processor adds up. The steps before it are whole.
    """

    def __init__(self, step: int, quantity: str, symbol: str, cell: tuple[int, ...], value: float) -> None:
        self.step = step
        self.quantity = quantity
        self.symbol = symbol
        self.cell = cell
        self.value = value
        super().__init__(step, quantity, symbol, cell, value)

    def __str__(self) -> str:
        return self.told(f"{self.symbol}[{','.join(map(str, self.cell))}]" if self.cell else self.symbol)

    def told(self, place: str) -> str:
        """The same with another name for the cell."""
        return f"the run stops being finite at step {self.step}: {place} overflows"


class FormulaError(ValueError):
    """A formula that cannot be read or evaluated, in words. `place` is the character, from 1, at which the mistake
    stands; None where that is not known.
    """

    def __init__(self, message: str, place: int | None = None) -> None:
        self.message = message
        self.place = place
        super().__init__(message, place)

    def __str__(self) -> str:
        return self.message
