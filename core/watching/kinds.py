"""What watches need of the steps of one kind: a problem's, over batches of one size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

import numpy as np

from core.arrays import Array
from core.equations import Equation, Statement, statement_of
from core.errors import FormulaError
from core.expression.nodes import COUNT, Name, Node, Power, names_in, walk
from core.expression.value import Evaluate
from core.losses import JoinedLoss, Loss
from core.noise import MOST_NUMBERS
from core.problem import Problem
from core.tap import LOSS, STATE
from core.watching.compiler import BlockCompiler
from core.watching.nodes import Finite
from core.watching.vocabulary import ACCURACY, EPOCH, RATE, STEP, Vocabulary

DATA = ("X_in", "y_gt")
SCORES, LAST = "s_out", ("y_out", "y_gt")
# What the training loop leaves in its arrays, by part of the step and letter.
WORKED_OUT = frozenset(
    (
        ("forward", "s"),
        ("forward", "z"),
        ("forward", "y"),
        ("backward", "delta"),
        ("gradient", "dW"),
        ("gradient", "db"),
    )
)


class Kind:
    """The steps of `problem` over batches of `rows` rows, and what `trees` come to in them."""

    def __init__(self, problem: Problem, rows: int, trees: Sequence[Node]) -> None:
        self.problem, self.rows = problem, rows
        self.vocabulary = Vocabulary(problem, rows)
        self.statement: Statement = self.vocabulary.statement
        self._compile = BlockCompiler(self.statement)
        self._compiled: dict[Node, Evaluate | None] = {}
        fitting = [part for tree in trees if self.evaluate(tree) is not None for part in walk(tree)]
        powers = {part.power for part in fitting if isinstance(part, Power) and isinstance(part.power, str)}
        self.names = {name for part in fitting for name in names_in(part)} | powers
        self.asks_whether_finite = any(isinstance(part, Finite) for part in fitting)
        numbers = {*self.statement.numbers, STEP, EPOCH, LOSS, ACCURACY}
        self.numbers = self.names & numbers
        self.arrays = self.names - numbers
        self.derived: list[str] = []  # in the order in which they are worked out
        self.recorded: set[str] = set()
        for name in sorted(self.arrays):
            self._plan(name)
        if ACCURACY in self.numbers:
            self.recorded |= {*LAST}
        if self.may_have_noise:
            self.recorded.add(STATE)
        if problem.batch_size is None:
            self.recorded -= {*DATA}
        if self.asks_whether_finite and LOSS in self.numbers:
            self.recorded.add(LOSS)

    def evaluate(self, tree: Node) -> Evaluate | None:
        """What a tree comes to in many of these steps, as a function of their values; None where it has no value."""
        if tree not in self._compiled:
            try:
                self.vocabulary.refuse(tree)
                self._compiled[tree] = self._compile(tree)
            except FormulaError:
                self._compiled[tree] = None
        return self._compiled[tree]

    @cached_property
    def may_have_noise(self) -> bool:
        """Whether some of the numbers are computed, and a step has so few that what is but rounding is taken off."""
        sizes = [(rows or 1) * (columns or 1) for rows, columns in self.vocabulary.shapes.values()]
        return bool(self.arrays & self.statement.equations.keys()) and sum(sizes) <= MOST_NUMBERS

    @property
    def bytes_of_a_step(self) -> int:
        """How much memory the copies of a step take."""
        shapes = (self.vocabulary.shapes.get(name, (1, 1)) for name in (*self.recorded, *self.derived))
        state = sum(layer.weights.size + layer.units for layer in self.problem.network.layers if STATE in self.recorded)
        return 8 * sum((rows or 1) * (columns or 1) for rows, columns in shapes) + 8 * 3 * state

    def laid_out(self, name: str, values: Array) -> Array:
        """The values of a quantity in many steps with the axes step, row and column."""
        rows, columns = self.vocabulary.shapes[name]
        return values.reshape(len(values), rows or 1, columns or 1)

    @np.errstate(all="ignore")
    def work_out(self, steps: Sequence[int], recorded: Mapping[str, Array]) -> dict[str, Array]:
        """The quantities of `steps` that the training loop leaves out, from those that it leaves, (steps, ...): as a
        Step has them, one by one, since numpy would add up many at once in another order.
        """
        names, rows = zip(*((name, _one_each(recorded[name], len(steps))) for name in self._sources), strict=True)
        ways = self._ways(0)
        found: dict[str, list[Array]] = {name: [] for name in self.derived}
        for index, *arrays in zip(steps, *rows, strict=True):
            values = dict(zip(names, arrays, strict=True))
            if self._varies:
                ways = self._ways(index)
            for add in ways:
                add(values)
            for name, into in found.items():
                into.append(values[name])
        return {name: np.array(values) for name, values in found.items()}

    def _ways(self, index: int) -> list[Callable[[dict[str, Array]], object]]:
        """What adds the quantities that are worked out, in order, to the values of step `index`."""
        statement, (loss, last) = statement_of(self.problem, self.rows, index=index), self._loss
        own = self._of_loss & {*self.derived}

        def costs(values: dict[str, Array]) -> None:
            values["sample_losses"] = loss.sample_losses(values[last], values["y_gt"])

        def owned(values: dict[str, Array]) -> None:
            values |= loss.own_values(values[last], values["y_gt"], self._share)

        def follows(name: str) -> Callable[[dict[str, Array]], None]:
            equation = statement.equations[name]
            evaluate = statement.compiled(equation.tree, equation.axes)

            def work_out(values: dict[str, Array]) -> None:
                values[name] = evaluate(values)

            return work_out

        ways = [costs] * ("sample_losses" in own) + [owned] * bool(own - {"sample_losses"})
        return ways + [follows(name) for name in self.derived if name not in own]

    @cached_property
    def _varies(self) -> bool:
        """Whether steps work these out with other numbers each."""
        trees = [self.statement.equations[name].tree for name in self.derived]
        parts = [part for tree in trees for part in walk(tree)]
        rate = any(isinstance(part, Name) and part.name in (RATE, COUNT) for part in parts)
        count = any(isinstance(part, Power) and part.power == COUNT for part in parts)
        return self.problem.changes_with_step and (rate or count)

    @cached_property
    def _sources(self) -> list[str]:
        """What the quantities that are worked out follow from."""
        trees = [self.statement.equations[name].tree for name in self.derived if name not in self._of_loss]
        names = {name for tree in trees for name in names_in(tree)}
        if self._of_loss & {*self.derived}:
            names |= {SCORES, *LAST}
        return sorted(names - {*self.derived} - self.statement.numbers.keys())

    def _plan(self, name: str) -> None:
        """Let this quantity be recorded, or worked out after what it follows from."""
        if name in self.recorded or name in self.derived or name in self.statement.numbers:
            return
        equation = self.statement.equations.get(name)
        if name in DATA or equation is None or self._is_left_by_the_loop(equation):
            self.recorded.add(name)
            return
        sources = {SCORES, *LAST} if name in self._of_loss else names_in(equation.tree)
        for source in sorted(sources):
            self._plan(source)
        self.derived.append(name)

    def _is_left_by_the_loop(self, equation: Equation) -> bool:
        return (equation.part, equation.letter) in WORKED_OUT or equation.name in self.statement.updates.values()

    @property
    def _share(self) -> float:
        return 1.0 / self.rows if self.problem.reduction == "mean" else 1.0

    @property
    def _loss(self) -> tuple[Loss | JoinedLoss, str]:
        """What has own values, and the quantity that it has them of."""
        joined = self.problem.joined_loss
        return (self.problem.loss, "y_out") if joined is None else (joined, SCORES)

    @cached_property
    def _of_loss(self) -> frozenset[str]:
        """The quantities that the loss works out by itself."""
        loss, _ = self._loss
        outputs = np.zeros((self.rows, self.problem.targets.shape[1]))
        own: Mapping[str, Array] = loss.own_values(outputs, self.problem.targets[: self.rows], self._share)
        return frozenset(("sample_losses", *own))


def _one_each(rows: Array, steps: int) -> Iterable[Array]:
    """The array of each step; of what all steps share, always that."""
    return rows if len(rows) == steps else [rows[0]] * steps
