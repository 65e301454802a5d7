"""What watches come to in many steps of a run at once: block by block, over copies of the training loop's numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from core.arrays import Array, Mask, Rows
from core.errors import DivergedError
from core.expression.nodes import COUNT, Node, walk
from core.judgement import judged
from core.noise import MOST_DIGITS
from core.tap import LOSS, STATE, Tap
from core.timeline import Timeline
from core.watching.compiler import changed
from core.watching.kinds import Kind
from core.watching.nodes import Becomes, Change, Condition, Finite
from core.watching.vocabulary import ACCURACY, EPOCH, RATE, ROWS, STEP

MOST_STEPS = 2048  # of a block: enough to spread the cost of a call
MOST_BYTES = 2**25  # of a block
ROUNDING = 4 * np.finfo(float).eps


class Blocks:
    """The values of trees in the steps of a run, block by block: those of watches, and of the numbers that they are
    about. A block is computed as far as it must be.
    """

    def __init__(self, timeline: Timeline, trees: Sequence[Node]) -> None:
        self._timeline, lineage = timeline, timeline.lineage
        conditions = [tree.argument if isinstance(tree, Becomes) else tree for tree in trees]
        self._befores = max(map(befores, trees), default=0)
        self._segments = [_Segment(part, conditions, self._befores) for part in lineage]
        self._starts = [part.start for part in lineage]
        parts = [part for tree in trees for part in walk(tree)]
        self._compared = {
            part.argument for part in parts if isinstance(part, (Change, Becomes))
        }  # with the step before
        self._last: tuple[int, dict[Node, Any]] = -1, {}  # a step, and what they were in it

    @property
    def most(self) -> int:
        """How many steps a block may have."""
        return min(segment.most for segment in self._segments) - self._befores

    def start_of(self, stop: int, steps: int) -> int:
        """Where a block of about so many steps up to `stop` should start: where the state is kept, so that every step
        that must be computed anew on the way is one of the block.
        """
        start, before = max(0, stop - steps), self._befores
        if not any(segment.observes for segment in self._segments):
            return start
        kept = self._timeline.kept(max(0, start - before))
        return max(min(kept + before if kept else 0, start), stop - self.most)

    def __getitem__(self, steps: slice) -> Block:
        """The steps from `steps.start` up to `steps.stop`, or to the one in which the run stops being finite. Its
        values can be asked for until the next block is.
        """
        start, stop = steps.start, steps.stop
        index, last = self._last
        if index != start - 1 or not self._compared <= last.keys():
            last = {}
        first = start if last else max(0, start - self._befores)
        groups: list[_Group] = []
        diverged: DivergedError | None = None
        for segment, (begin, end) in zip(self._segments, pairwise([*self._starts, stop]), strict=True):
            begin, end = max(begin, first), min(end, stop)
            if begin < end and diverged is None:
                diverged = segment.read(begin, end, groups)
        stop = stop if diverged is None else diverged.step + 1
        self._last = stop - 1, {}
        return Block((first, start, stop), groups, diverged, last, self._last[1])


class Block:
    """Some steps of a run, from `start` up to `stop`; `diverged` tells that it stops being finite in the last one, of
    which only watches say something that ask whether it is.
    """

    def __init__(
        self,
        steps: tuple[int, int, int],
        groups: list[_Group],
        diverged: DivergedError | None,
        before: Mapping[Node, Any],
        last: dict[Node, Any],
    ) -> None:
        """The groups are those of all steps from the first of `steps` on, which has the steps in front of the block
        that its values need. Where those are left out, what is compared with the step before has the values `before`
        there. Those of the last step are added to `last`.
        """
        self._first, self.start, self.stop = steps
        self.diverged = diverged
        self._groups, self._before, self._last = groups, before, last
        self._changes: set[Node] = set()

    def holds(self, condition: Condition) -> Mask:
        """In which of the steps it holds, (steps,)."""
        if isinstance(condition, Becomes):
            held = self._found(condition.argument, False)
            self._last[condition.argument] = held[-1]
            before = np.concatenate([[self._before.get(condition.argument, True)], held[:-1]])
            holds: Mask = (held & ~before)[self.start - self._first :]
        else:
            holds = self._found(condition, False)[self.start - self._first :]
        if self.diverged is not None and not any(isinstance(part, Finite) for part in walk(condition)):
            holds[-1:] = False
        return holds

    def numbers(self, tree: Node) -> tuple[Array, Array]:
        """What a single number is in each of the steps, and was in the step before, where that was looked at; NaN where
        it has no value.
        """
        found: Array = self._found(tree, np.nan)
        before = self._before.get(tree)
        was = np.concatenate([[np.nan if before is None else before.item()], found[:-1]])
        return found[self.start - self._first :], was[self.start - self._first :]

    @np.errstate(all="ignore")
    def _found(self, tree: Node, absent: Any) -> Any:
        for part in walk(tree):
            if isinstance(part, Change) and part not in self._changes:
                self._changes.add(part)
                self._compare(part)
        found = np.full(self.stop - self._first, absent)
        for group in self._groups:
            evaluate = group.kind.evaluate(tree)
            if evaluate is not None:
                found[group.steps - self._first] = np.broadcast_to(evaluate(group.values), group.shape)[:, 0, 0]
        return found

    def _compare(self, change: Change) -> None:
        """Put what a Change comes to among the values."""
        count, argument = self.stop - self._first, change.argument
        now: list[tuple[_Group, Array]] = []
        latest: dict[tuple[int, ...], tuple[Array, Mask]] = {}  # by shape, where the step behind finds it
        for group in self._groups:
            evaluate = group.kind.evaluate(argument)
            if evaluate is None:
                continue
            values = np.asarray(evaluate(group.values))
            shape = values.shape[1:]
            values = np.broadcast_to(values, (len(group.steps), *shape))
            now.append((group, values))
            if shape not in latest:
                latest[shape] = np.full((count + 1, *shape), np.nan), np.zeros(count + 1, dtype=bool)
            before, known = latest[shape]
            before[group.steps - self._first + 1] = values
            known[group.steps - self._first + 1] = True
        earlier = self._before.get(argument)
        if earlier is not None and earlier.shape in latest:
            before, known = latest[earlier.shape]
            before[0], known[0] = earlier, True
        self._last[argument] = next((before[-1].copy() for before, known in latest.values() if known[-1]), None)
        for group, values in now:
            before, known = latest[values.shape[1:]]
            rows = group.steps - self._first
            differs = changed(change.how, values, before[rows])
            group.values[change] = differs & known[rows][:, np.newaxis, np.newaxis]


class _Group(NamedTuple):
    """Steps of one kind, by their index, and their values: by name, and by node."""

    kind: Kind
    steps: Rows
    values: dict[Any, Any]

    @property
    def shape(self) -> tuple[int, int, int]:
        return len(self.steps), 1, 1


class _Segment:
    """The steps of a run that are of one timeline."""

    def __init__(self, timeline: Timeline, trees: Sequence[Node], befores: int) -> None:
        """A block has room for a step and as many before it as `befores`."""
        self._timeline, problem, schedule = timeline, timeline.problem, timeline.schedule
        first = schedule.start
        sizes = {int(size) for size in schedule.sizes(first, first + schedule.steps_per_epoch)}
        self._kinds = {size: Kind(problem, size, trees) for size in sizes}
        names = {name for kind in self._kinds.values() for name in kind.recorded}
        bytes_of_a_step = max(kind.bytes_of_a_step for kind in self._kinds.values())
        self.most = max(befores + 1, min(MOST_STEPS, MOST_BYTES // max(1, bytes_of_a_step)))
        self._tap = Tap(names, self.most)
        self._clean: tuple[bytes, dict[str, Array]] = b"", {}  # a state, and what was worked out from it

    @property
    def observes(self) -> bool:
        """Whether a step must be computed, anew or for the first time, to be read."""
        return bool(self._tap.names)

    def read(self, start: int, stop: int, groups: list[_Group]) -> DivergedError | None:
        """Add the groups of the steps from `start` up to `stop`, or to the one that is not finite; which that is."""
        timeline, diverged = self._timeline, None
        try:
            if self.observes:
                timeline.observe(start, stop, self._tap)
            elif stop > len(timeline):
                timeline.approach(stop)
        except DivergedError as error:
            diverged, stop = error, error.step + 1
        sizes = timeline.schedule.sizes(start, stop)
        for size, kind in self._kinds.items():
            steps = start + np.flatnonzero(sizes == size)
            if len(steps):
                groups.append(_Group(kind, steps, self._values(kind, steps)))
        return diverged

    def _values(self, kind: Kind, steps: Rows) -> dict[Any, Any]:
        """The values of steps of a kind, of which the tap has copies."""
        recorded = {name: rows[: len(steps)] for name, rows in self._tap.rows(kind.rows).items()}
        if kind.problem.batch_size is None:
            recorded |= {"X_in": kind.problem.inputs[np.newaxis], "y_gt": kind.problem.targets[np.newaxis]}
        values = self._numbers(kind, steps, recorded)
        if kind.derived:
            recorded |= kind.work_out(steps.tolist(), recorded)
        if kind.may_have_noise:
            self._take_noise_off(kind, steps, recorded)
        values |= {name: kind.laid_out(name, recorded[name]) for name in kind.arrays}
        values[Finite()] = (steps < len(self._timeline)).reshape(-1, 1, 1)
        return values

    def _numbers(self, kind: Kind, steps: Rows, recorded: dict[str, Array]) -> dict[Any, Any]:
        """The values of what is a single number."""
        problem, timeline = kind.problem, self._timeline
        found = {name: np.array(value) for name, value in kind.statement.numbers.items() if name in kind.numbers}
        if RATE in kind.numbers and problem.schedule is not None:
            found[RATE] = np.array([problem.rate(int(index)) for index in steps])
        if COUNT in kind.numbers:
            found[COUNT] = steps + 1.0
        if STEP in kind.numbers:
            found[STEP] = steps.astype(float)
        if EPOCH in kind.numbers:
            first = int(steps[0])
            found[EPOCH] = timeline.schedule.epochs_of(first, int(steps[-1]) + 1)[steps - first].astype(float)
        if LOSS in kind.numbers:
            losses = timeline.losses
            found[LOSS] = losses[np.minimum(steps, len(losses) - 1)] if len(losses) else np.full(len(steps), np.nan)
            if steps[-1] >= len(losses):
                found[LOSS][-1] = recorded[LOSS][-1] if LOSS in recorded else np.nan
        if ACCURACY in kind.numbers:
            right = judged(problem, recorded["y_out"], recorded["y_gt"])
            assert right is not None
            found[ACCURACY] = right.mean(axis=-1)
        assert ROWS not in found or found[ROWS] == kind.rows
        return {name: array.reshape(-1, 1, 1) for name, array in found.items()}

    def _take_noise_off(self, kind: Kind, steps: Rows, recorded: dict[str, Array]) -> None:
        """Put 0 where a Step has 0 for what is but rounding: that is so where everything is a short decimal number."""
        states = recorded[STATE]
        rows = np.flatnonzero(_are_short(states[:, 0])) if states.shape[1] else np.arange(len(steps))
        rows = rows[_are_short(states[rows]).all(axis=1)]
        names = kind.arrays & kind.statement.equations.keys()
        for row in rows.tolist():
            index = int(steps[row])
            if index >= len(self._timeline):
                continue
            state = states[row].tobytes()
            is_same = state == self._clean[0] and kind.problem.batch_size is None
            if not is_same or kind.problem.changes_with_step:
                step = self._timeline[index]
                self._clean = state, {name: step.values[name] for name in names if name in step.noise}
            for name, values in self._clean[1].items():
                recorded[name][row] = values


def befores(tree: Node) -> int:
    """How many steps in front of a step its value depends on: as many as there are comparisons with the step before
    inside each other.
    """
    return isinstance(tree, (Change, Becomes)) + max(map(befores, tree.children), default=0)


def _are_short(numbers: Array) -> Mask:
    """Which numbers may be decimals of few digits; those that are not can only be so by their last bits."""
    sizes = np.abs(numbers)
    with np.errstate(all="ignore"):
        scale = 10.0 ** (MOST_DIGITS - 1 - np.floor(np.log10(sizes)))
        short: Mask = np.abs(np.rint(sizes * scale) / scale - sizes) <= ROUNDING * sizes
    short |= sizes == 0
    return short
