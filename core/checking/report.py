"""What comes of checking an answer sheet: a verdict for every cell, the slips, and what was said of each formula."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from core.step import Step

if TYPE_CHECKING:
    from core.notations.words import Notation

Status: TypeAlias = Literal["right", "rounded", "follows", "coarse", "slip", "open"]
STATUSES: tuple[Status, ...] = ("right", "rounded", "follows", "coarse", "slip", "open")
EXPECTED = "expected"  # the kind of a slip that a scheme expects, in words of its own
FOLLOWED = "; followed"  # what a convention's words end with, but for advice
Cell: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Convention:
    """A convention other than sgdb's that a whole sheet follows: its kind, and in words. It is no slip. `keys` are
    those of a notation that says so, with their values.
    """

    kind: str
    text: str
    keys: tuple[tuple[str, str], ...] = ()

    @property
    def brief(self) -> str:
        """It in words, without any advice."""
        return f"{self.text.partition(FOLLOWED)[0]}{FOLLOWED}"


class CellVerdict(NamedTuple):
    """One cell of an answer: `cell` counts row and column from 1 (one number for a vector, none for the loss).

    right     the true value, rounded or cut off at the digits written
    rounded   right within the person's own rounding: what comes of their right numbers as they wrote them
    follows   carried on from a slip: what comes of the person's own earlier numbers, the quantities in `follows_from`,
              or, where that is empty, of a slip in what was not written; `from_zeros` if every such number is a 0
    coarse    right as far as it goes, but with fewer digits than are owed
    slip      none of these: a mistake that was made here
    open      nothing was written ("?")

    `written` is the number as written, `true` the step's value, `own` what follows from the person's numbers.
    """

    name: str
    cell: Cell
    status: Status
    written: str
    true: float
    own: float
    follows_from: tuple[str, ...] = ()
    from_zeros: bool = False


@dataclass(frozen=True)
class Slip:
    """One mistake: the quantity, its cells (more than one where the same was done to each; none for a wrong shape),
    its `kind` ("decimal point", "transposed", ...; empty where none reproduces the numbers), the kind in words,
    and other explanations that reproduce the numbers as well. `arithmetic` is how the first cell really comes about.
    """

    name: str
    symbol: str
    cells: tuple[Cell, ...]
    kind: str
    text: str
    others: tuple[str, ...] = ()
    arithmetic: tuple[str, ...] = ()


@dataclass(frozen=True)
class FormulaVerdict:
    """What a formula for the quantity `name` is worth: whether it gives its values on the step and in general; what is
    wrong with it, or why it is right on this step alone, where α or n is 1 (empty where there is nothing to say); and a
    right formula made of its parts, if it is wrong and one was found.
    """

    name: str
    symbol: str
    text: str
    right: bool
    message: str = ""
    mended: str = ""


@dataclass(frozen=True, eq=False)
class CheckReport:
    """The outcome of a check, in the order of the computation: the first slip is the one to mend first. What is but
    a matter of rounding comes behind the other slips. `unreadable` is what could not be judged, a line for each;
    `remarks` are how words were read that sgdb has others for. Everything is judged within the `conventions` of the
    sheet. In a sheet with a `notation` numbers are as this has them; `shown` is the report in its names and layout, of
    which `named` says whose they are.
    """

    step: Step
    source: str
    cells: tuple[CellVerdict, ...]
    slips: tuple[Slip, ...]
    formulas: tuple[FormulaVerdict, ...]
    unreadable: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    conventions: tuple[Convention, ...] = ()
    notation: Notation | None = None
    named: Notation | None = None

    @property
    def shown(self) -> CheckReport:
        """The same in the notation of the sheet: its names, and rows and columns as it has them."""
        if self.notation is None or self.named is not None:
            return self
        from core.checking.noted import in_notation

        return in_notation(self, self.notation)

    def worded(self, notation: Notation | None) -> CheckReport:
        """The same beside its step on a screen that speaks a notation, None for sgdb's own: what is said is in its
        names; numbers and places are as they were.
        """
        if notation is None or notation.is_own:
            return self
        if notation not in self._in_words:
            from core.checking.noted import in_words

            self._in_words[notation] = in_words(self, notation)
        return self._in_words[notation]

    @cached_property
    def _in_words(self) -> dict[Notation, CheckReport]:
        return {}

    @cached_property
    def blank(self) -> bool:
        """Whether there is nothing to judge: no formula, and no number but those that are 0 whatever the others are,
        which a practice sheet prints.
        """
        from core.asked import zeros

        if self.unreadable or self.slips or self.formulas:
            return False
        written = [verdict for verdict in self.cells if verdict.status != "open"]
        if any(verdict.true for verdict in written):
            return False
        printed = {name: zeros(self.step, name) for name in {verdict.name for verdict in written}}
        return all(printed[verdict.name][tuple(i - 1 for i in verdict.cell)] for verdict in written)

    @property
    def right(self) -> bool:
        """Whether something was written, and there is nothing to mend: no slip, and no number of too few digits."""
        is_exact = not any(verdict.status == "coarse" for verdict in self.cells)
        formulas = all(formula.right for formula in self.formulas)
        return not (self.blank or self.slips or self.unreadable) and is_exact and formulas

    @property
    def first_slip(self) -> Slip | None:
        return self.slips[0] if self.slips else None

    @property
    def names(self) -> tuple[str, ...]:
        """The quantities with answers, in the order of the computation."""
        return tuple(dict.fromkeys(verdict.name for verdict in self.cells))

    @cached_property
    def counts(self) -> dict[Status, int]:
        """How many cells have each verdict."""
        counted = Counter(verdict.status for verdict in self.cells)
        return {status: counted[status] for status in STATUSES}

    def verdict(self, name: str, cell: Cell) -> CellVerdict | None:
        """The verdict on a cell, counted from 1, of a quantity by name; None where nothing was answered."""
        return next((v for v in self.cells if v.name == name and v.cell == cell), None)

    def verdicts(self, name: str) -> dict[Cell, CellVerdict]:
        """The verdicts on a quantity, by cell."""
        return {verdict.cell: verdict for verdict in self.cells if verdict.name == name}

    def slip_at(self, name: str, cell: Cell) -> Slip | None:
        """The slip that was made in a cell, if any."""
        return next((slip for slip in self.slips if slip.name == name and cell in slip.cells), None)
