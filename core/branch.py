"""Branch: which run it is, by where its problem came from and what was changed on the way."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral, Real
from typing import TypeAlias

from core.errors import ProblemError
from core.losses import Loss
from core.problem import Problem
from core.source import Source
from core.text import shown

Cell: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Edit:
    """From step `step` on, the number `name`[`cell`] is `value`; cells are counted from 1.

    - "W_1", "b_1" or a buffer such as "vW_1": the number before that step
    - "X_in", "y_gt": the number of the data, whose rows the cell counts, not those of a batch
    - "alpha", "batch_size", "l1", "l2", or a setting by its name in formulas, "m", "mu": without a cell
    - "loss": a loss, without a cell

    A value of -0.0 is 0.0, so that equal edits have the same bits. Raises ProblemError for what is no such thing; what
    a problem does not have is told where its run is made.
    """

    step: int
    name: str
    cell: Cell
    value: float | Loss

    def __post_init__(self) -> None:
        step, cell, value = self.step, self.cell, _as_value(self.value)
        mistakes = []
        if not isinstance(step, Integral) or step < 0:
            mistakes.append(f"step: expected a whole number of at least 0, found {step!r}")
        if not isinstance(self.name, str):
            mistakes.append(f"name: expected a text, found {self.name!r}")
        if not isinstance(cell, (tuple, list)) or not all(isinstance(at, Integral) for at in cell):
            mistakes.append(f"cell: expected whole numbers, such as (1, 3), or (), found {cell!r}")
        if value is None:
            mistakes.append(f"value: expected a number or a loss, found {shown(self.value)}")
        if mistakes:
            raise ProblemError("", mistakes)
        for name, found in (("step", int(step)), ("cell", tuple(map(int, cell))), ("value", value)):
            object.__setattr__(self, name, found)

    @property
    def number(self) -> float:
        """Its value, where that is a number."""
        assert not isinstance(self.value, Loss)
        return self.value

    @property
    def target(self) -> tuple[int, str, Cell]:
        """What it changes, and when."""
        return self.step, self.name, self.cell


def _as_value(value: object) -> float | Loss | None:
    """A float, none of them -0.0, or a loss; None for anything else."""
    if isinstance(value, Loss):
        return value
    try:
        return float(value) + 0.0 if isinstance(value, Real) else None
    except OverflowError:
        return None


@dataclass(frozen=True)
class Branch:
    """A run: the source of its problem, and the edits made to it, which it puts in the order of their steps. Equal
    branches are the same run, to the last bit on one machine.

    A problem that was made in Python is its own source, and equals no other: a branch of it that was pickled comes back
    with a problem of its own, and is not equal to the one before.
    """

    source: Source | Problem
    edits: tuple[Edit, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "edits", tuple(sorted(self.edits, key=lambda edit: edit.target)))

    @classmethod
    def of(cls, problem: Problem) -> Branch:
        """The run of a problem as it is."""
        return cls(problem.source or problem)

    @property
    def start(self) -> int:
        """The step from which on it is a run of its own: that of its last edits."""
        return self.edits[-1].step if self.edits else 0

    @property
    def loss(self) -> Loss | None:
        """The loss that the run is under from step 0 on; None: that of its problem."""
        found = next((edit.value for edit in self.edits if edit.target == (0, "loss", ())), None)
        return found if isinstance(found, Loss) else None

    @property
    def own(self) -> tuple[Edit, ...]:
        """Its edits at that step."""
        return tuple(edit for edit in self.edits if edit.step == self.start)

    @property
    def parent(self) -> Branch | None:
        """The run that it left with these edits; None for one without edits."""
        if not self.edits:
            return None
        return Branch(self.source, tuple(edit for edit in self.edits if edit.step < self.start))

    @property
    def lineage(self) -> tuple[Branch, ...]:
        """The runs that it came from, the oldest first, and itself."""
        return (self,) if self.parent is None else (*self.parent.lineage, self)

    def with_edits(self, *edits: Edit) -> Branch:
        """The run that leaves this one at the first step of `edits`, with what was changed up to there. What was
        changed later is not part of it; what is changed again is as in `edits`. Without `edits`, this run.
        """
        if not edits:
            return self
        first = min(edit.step for edit in edits)
        again = {edit.target for edit in edits}
        kept = [edit for edit in self.edits if edit.step <= first and edit.target not in again]
        return Branch(self.source, (*kept, *edits))

    def under(self, loss: Loss | None) -> Branch:
        """The same run under another loss from step 0 on; None: under that of its problem."""
        kept = [edit for edit in self.edits if edit.target != (0, "loss", ())]
        return Branch(self.source, (*kept, *([] if loss is None else [Edit(0, "loss", (), loss)])))

    def parts_from(self, other: Branch) -> int | None:
        """The first step that the two do not share, by their edits; None for the same run."""
        if self.source != other.source:
            return 0
        return min((edit.step for edit in {*self.edits} ^ {*other.edits}), default=None)
