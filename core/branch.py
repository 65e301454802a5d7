"""Branch: which run it is, by where its problem came from and what was changed on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from core.losses import Loss
from core.problem import Problem
from core.source import Source

Cell: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Edit:
    """From step `step` on, the number `name`[`cell`] is `value`; cells are counted from 1.

    - "W_1", "b_1" or a buffer such as "vW_1": the number before that step
    - "X_in", "y_gt": the number of the data, whose rows the cell counts, not those of a batch
    - "alpha", "batch_size", "l1", "l2", or a setting by its name in formulas, "m", "mu": without a cell
    - "loss": a loss, without a cell
    """

    step: int
    name: str
    cell: Cell
    value: float | Loss

    @property
    def number(self) -> float:
        """Its value, where that is a number."""
        assert not isinstance(self.value, Loss)
        return self.value

    @property
    def target(self) -> tuple[int, str, Cell]:
        """What it changes, and when."""
        return self.step, self.name, self.cell


@dataclass(frozen=True)
class Branch:
    """A run: the source of its problem, and the edits made to it, in the order of their steps. A problem that was made
    in Python is its own source. Equal branches are the same run, to the last bit on one machine.
    """

    source: Source | Problem
    edits: tuple[Edit, ...] = ()

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
        changed later is not part of it; what is changed again is as in `edits`.
        """
        first = min(edit.step for edit in edits)
        again = {edit.target for edit in edits}
        kept = [edit for edit in self.edits if edit.step <= first and edit.target not in again]
        return Branch(self.source, tuple(sorted((*kept, *edits), key=lambda edit: edit.target)))

    def under(self, loss: Loss | None) -> Branch:
        """The same run under another loss from step 0 on; None: under that of its problem."""
        kept = [edit for edit in self.edits if edit.target != (0, "loss", ())]
        edits = kept if loss is None else [Edit(0, "loss", (), loss), *kept]
        return Branch(self.source, tuple(sorted(edits, key=lambda edit: edit.target)))

    def parts_from(self, other: Branch) -> int | None:
        """The first step that the two do not share, by their edits; None for the same run."""
        if self.source != other.source:
            return 0
        return min((edit.step for edit in {*self.edits} ^ {*other.edits}), default=None)
