"""What every number on the sheet looks like in a step: its text, the mark behind it, its style."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from rich.cells import cell_len, set_cell_size

import core
from core import Array, Mask, Step, quantities
from tui.sheet.styles import shade
from tui.sheet.written import Written
from tui.training.columns import WORDY
from tui.training.compared import report_on
from tui.training.marks import DOUBTFUL, JUDGED, RIGHT, WRONG, mark_of
from tui.training.origins_shown import by_way_of, origins
from tui.training.stations import Station, stations
from tui.training.units import idle
from tui.training.view import View

if TYPE_CHECKING:
    from core import Cells, CellVerdict, Notation, Place

CURSOR, SOURCE, TARGET, IDLE, UP, DOWN = "◂", "◆", "◇", "○", "▴", "▾"
VEIL, NO_TERM, GAP = "·", "—", "…"
POSITIVE, NEGATIVE, NEAR, NOT_FINITE = ("■", "▪"), ("□", "▫"), "·", "!"
BIG, SMALL = 1 / 2, 1 / 8  # of the largest in the matrix: from where a square is big, and where it is one at all
IDLE_LETTERS = ("s", "z", "y", "delta")  # the quantities of a layer in which an idle unit is marked


class Look(NamedTuple):
    """A number as it is to be drawn."""

    text: str
    mark: str = " "
    style: str = "zero"


class Shown(NamedTuple):
    """A number as it is written, in the style that its sign and size ask for."""

    value: float
    text: str
    style: str


class RowOfNumbers(dict[int, Shown]):
    """A row of a quantity by column, each number written when it is first asked for."""

    def __init__(self, values: list[float], written: Written, largest: float) -> None:
        super().__init__()
        self._values, self._written, self._largest = values, written, largest

    def __missing__(self, column: int) -> Shown:
        value = self._values[column]
        style = shade(value, self._largest) if math.isfinite(value) else "alarm"
        shown = self[column] = Shown(value, self._written.cell(value), style)
        return shown


class Numbers:
    """The values of a step as matrices, and what is known of them for drawing; made once for a step."""

    def __init__(self, step: Step) -> None:
        self.step = step
        self._largest: dict[str, float] = {}
        self._matrices: dict[str, Array] = {}
        self._rows: dict[tuple[str, int, Written], RowOfNumbers] = {}
        self._shown: tuple[Notation, Numbers] | None = None

    def shown_in(self, notation: Notation | None) -> Numbers:
        """The same numbers under a notation's names."""
        if notation is None or notation.is_own:
            return self
        if self._shown is None or self._shown[0] != notation:
            self._shown = notation, Numbers(core.shown_in(self.step, notation))
        return self._shown[1]

    def row(self, name: str, row: int, written: Written) -> RowOfNumbers:
        """A row of a quantity as it is written; step k-1's are there already when step k is shown."""
        key = (name, row, written)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = RowOfNumbers(self[name][row].tolist(), written, self.largest(name))
        return found

    def __getitem__(self, name: str) -> Array:
        """The values of a quantity as a matrix: a number for each sample stands upright, one for each unit lies."""
        found = self._matrices.get(name)
        if found is None:
            values = self.step.values[name]
            axes = self.axes[name]
            found = values if values.ndim == 2 else values[:, np.newaxis] if axes == "i" else values.reshape(1, -1)
            self._matrices[name] = found
        return found

    @cached_property
    def axes(self) -> Mapping[str, str]:
        """How the values of each quantity are laid out."""
        statement = self.step.statement
        return {name: e.axes for name, e in (*statement.given.items(), *statement.equations.items())}

    def largest(self, name: str) -> float:
        """The size of the largest finite number of a quantity."""
        if name not in self._largest:
            sizes = np.abs(self[name])
            largest = float(sizes.max(initial=0.0))
            if not math.isfinite(largest):
                largest = float(sizes[np.isfinite(sizes)].max(initial=0.0))
            self._largest[name] = largest
        return self._largest[name]

    @cached_property
    def idle(self) -> Mapping[str, Mask]:
        """Which cells stand for a unit that is off, in s, z and δ: where f' is 0, as of a relu with s ≤ 0. And which
        terms of a loss the max cuts.
        """
        found = {}
        for equation in self.step.statement.equations.values():
            off = idle(self.step)[equation.layer - 1] if equation.layer and equation.letter in IDLE_LETTERS else None
            if off is not None:
                found[equation.name] = off
        for name in self.without:
            if self.step.statement.equations[name].part == "loss":
                found[name] = self[name] <= 0
        return found

    @cached_property
    def without(self) -> Mapping[str, Mask]:
        """Which cells are no number of their own: the true class's, of what a loss leaves it out of, and of the
        gradients by that.
        """
        equations = self.step.statement.equations
        found = {name: core.absent(self.step, name) for name in equations if self.step.statement.zeros.get(name)}
        found = {name: mask for name, mask in found.items() if mask.any()}
        return found | {e.name: found[e.gradient_of] for e in equations.values() if e.gradient_of in found}


class Picture:
    """A step on the sheet: `before` is step k-1, where there is one, whatever was on the sheet before."""

    def __init__(self, numbers: Numbers, before: Numbers | None, view: View, columns: int) -> None:
        """For a terminal with so many columns."""
        self._moves = columns >= WORDY
        self.numbers, self.step, self.view = numbers, numbers.step, view
        self._before = before
        self.earlier = None if before is None else before.step
        self.picked: Place | None = None  # the term of the inspected cell that can be followed next
        step = self.step
        self._same_rows = before is not None and np.array_equal(before.step.batch, step.batch)
        self.stations = stations(step.problem, len(step.batch))
        self._aliases = {name: shown for station in self.stations for name, shown in station.aliases}

    @cached_property
    def order(self) -> Sequence[int]:
        """The rows of the batch in the order in which they stand: by loss, worst first, or as they come."""
        if not self.view.by_loss:
            return range(len(self.step.batch))
        losses = np.nan_to_num(self.step.sample_losses, nan=np.inf)
        found: list[int] = np.argsort(-losses, kind="stable").tolist()
        return found

    def station(self, above: str) -> Station:
        """The station of a quantity, as it is over the rows of this step."""
        return next(station for station in self.stations if station.above == above)

    def shown_as(self, name: str) -> str:
        """The quantity in whose place another with the same numbers is shown."""
        return self._aliases.get(name, name)

    @cached_property
    def cursor(self) -> tuple[str, tuple[int, int]] | None:
        """The inspected quantity as it is shown, and the cell's row and column from 0."""
        if self.view.cursor is None:
            return None
        name, cell = self.view.cursor
        return self.shown_as(name), self.place(name, cell)

    @cached_property
    def _picked(self) -> tuple[str, tuple[int, int]] | None:
        """The same of the picked term, where it is of this step."""
        if self.picked is None or self.picked.step != self.step.index:
            return None
        return self.shown_as(self.picked.name), self.place(self.picked.name, self.picked.cell)

    def place(self, name: str, cell: Sequence[int]) -> tuple[int, int]:
        """The row and the column, from 0, of a cell of a quantity."""
        axes = self.numbers.axes[name]
        found = dict(zip(axes, cell, strict=True))
        return found.get("i", 1) - 1, found.get("j", 1) - 1

    def cell_at(self, name: str, row: int, column: int) -> tuple[int, ...]:
        """The cell of a quantity in a row and column from 0, counted from 1."""
        return tuple({"i": row, "j": column}[axis] + 1 for axis in self.numbers.axes[name])

    @cached_property
    def _feeding(self) -> tuple[dict[str, list[Cells]], dict[str, list[Cells]]]:
        """The cells of this step that feed the cursor's, and those that it feeds, by the quantity that is shown."""
        marks: tuple[dict[str, list[Cells]], dict[str, list[Cells]]] = ({}, {})
        if self.view.cursor is not None:
            feeding = [*origins(self.step, *self.view.cursor), *by_way_of(self.step, *self.view.cursor)]
            for found, blocks in zip(marks, (feeding, core.targets(self.step, *self.view.cursor)), strict=True):
                for block in blocks:
                    if block.step == self.step.index:
                        found.setdefault(self.shown_as(block.name), []).append(block)
        return marks

    @cached_property
    def veiled(self) -> frozenset[str]:
        """The quantities that a walk through the step has not come to."""
        if self.view.current is None:
            return frozenset()
        order = [self.shown_as(quantity.name) for quantity in quantities(self.step)]
        here = order.index(self.shown_as(self.view.current))
        return frozenset(order[here + 1 :]) - set(order[: here + 1])

    @cached_property
    def factors(self) -> frozenset[str]:
        """The quantities that the walk's computation, or the cursor's, is computed from."""
        name = self.view.current
        if name is None:
            return frozenset()
        return frozenset(map(self.shown_as, core.names_in(self.step.statement.equations[name].tree)))

    @cached_property
    def verdicts(self) -> Mapping[str, Mapping[tuple[int, ...], CellVerdict]]:
        """What was found of checked answers, by the quantity in whose place they stand: of two that are the same
        numbers the slip, not what follows from it.
        """
        report = report_on(self.view, self.step)
        if report is None:
            return {}
        found: dict[str, dict[tuple[int, ...], CellVerdict]] = {}
        for name in report.names:
            known = found.setdefault(self.shown_as(name), {})
            slips = {cell: verdict for cell, verdict in known.items() if verdict.status == "slip"}
            known.update(report.verdicts(name) | slips)
        return found

    def looks(self, name: str, row: int, columns: Sequence[int | None], written: Written) -> Iterator[Look]:
        """The numbers of a row of a quantity, at these columns; None is the gap between them."""
        if name in self.veiled:
            for _ in columns:
                yield Look(f"{' ' * written.signed}{VEIL}".ljust(written.width), " ", "dim")
            return
        numbers = self.numbers.row(name, row, written)
        idle = self.numbers.idle.get(name)
        none = self.numbers.without.get(name)
        old = self._older(name, row, written)
        plain = not (self.cursor or self.verdicts or self.view.gradients)
        for column in columns:
            if column is None:
                yield Look(GAP, "", "dim")
                continue
            if none is not None and none[row, column]:
                look = Look(f"{' ' * written.signed}{NO_TERM}".ljust(written.width), " ", "dim")
            else:
                value, text, style = shown = numbers[column]
                mark = " "
                if math.isfinite(value):
                    if idle is not None and idle[row, column]:
                        mark, style = IDLE, "dim"
                    elif old is not None:
                        mark = _moved(shown, old[column])
                look = Look(text, mark, style)
            yield look if plain else self._marked(look, name, row, column, written)

    def _older(self, name: str, row: int, written: Written) -> RowOfNumbers | None:
        """The same row at step k-1, where its numbers can be compared."""
        before = self._before
        if not self._moves or before is None or name not in before.step.values or not self._comparable(name):
            return None
        return before.row(name, row, written)

    def _comparable(self, name: str) -> bool:
        equation = self.step.statement.equations.get(name)
        if equation is None:
            equation = self.step.statement.given[name]
        if equation.layer is None and equation.part == "given":
            return False  # data
        if equation.part == "update":
            return False
        return not equation.per_sample or self._same_rows

    def _marked(self, look: Look, name: str, row: int, column: int, written: Written) -> Look:
        """With the marks of checked answers, central differences and the cursor, the first that applies."""
        cell = self.cell_at(name, row, column)
        verdict = self.verdicts.get(name, {}).get(cell)
        if verdict is not None and verdict.status == "slip":
            look = Look(_as_written(verdict.written, written), WRONG, "slip")
        elif verdict is not None:
            look = look._replace(mark=mark_of(verdict))
        elif self.view.gradients is not None and name in self.judged:
            agrees, misleading = self.judged[name]
            good = bool(agrees.reshape(self.numbers[name].shape)[row, column])
            doubtful = bool(misleading.reshape(self.numbers[name].shape)[row, column])
            look = look._replace(mark=DOUBTFUL if doubtful else RIGHT if good else WRONG)
        judged = look.mark in JUDGED
        if self.cursor == (name, (row, column)):
            return Look(look.text, CURSOR, "cursor")
        if self._picked == (name, (row, column)):
            return Look(look.text, look.mark if judged else SOURCE, "current")
        if self.cursor is not None and not judged:
            sources, targets = self._feeding
            if any(cell in block for block in sources.get(name, ())):
                return Look(look.text, SOURCE, "source")
            if any(cell in block for block in targets.get(name, ())):
                return Look(look.text, TARGET, "source")
        return look

    @cached_property
    def judged(self) -> Mapping[str, tuple[Mask, Mask]]:
        """Of each gradient that was compared with central differences: where they agree, and where a kink misleads."""
        check = self.view.gradients
        if check is None or check.step != self.step.index:
            return {}
        return {gradient.name: (gradient.agrees, gradient.misleading) for gradient in check.gradients}

    def squares(self, name: str, row: int, columns: Sequence[int | None], among: str = "") -> Iterator[Look]:
        """A row of a quantity with a character for each number, by its size `among` those of another, or its own."""
        if name in self.veiled:
            yield Look(VEIL * len(columns), "", "dim")
            return
        values = self.numbers[name][row].tolist()
        idle = self.numbers.idle.get(name)
        largest = self.numbers.largest(among or name)
        text = []
        for column in columns:
            if column is None:
                text.append(GAP)
            elif idle is not None and idle[row, column]:
                text.append(IDLE)
            else:
                text.append(_square(values[column], largest))
        found, cursor = "".join(text), self.cursor
        if cursor is not None and cursor[0] == name and cursor[1][0] == row and cursor[1][1] in columns:
            at = list(columns).index(cursor[1][1])
            yield Look(found[:at], "", "text")
            yield Look(found[at], "", "cursor")
            yield Look(found[at + 1 :], "", "text")
        else:
            yield Look(found, "", "text")


def _as_written(answer: str, written: Written) -> str:
    """What a person wrote, in the width of a number: rounded where that is needed, and cut where it is no number."""
    text = answer if answer.startswith("-") or not written.signed else f" {answer}"
    if cell_len(text) > written.width:
        try:
            return written.cell(float(answer))
        except ValueError:
            pass
    return set_cell_size(text, written.width)


def _square(value: float, largest: float) -> str:
    if not math.isfinite(value):
        return NOT_FINITE
    size = abs(value)
    if not largest or size < SMALL * largest:
        return NEAR
    return (POSITIVE if value > 0 else NEGATIVE)[size < BIG * largest]


def _moved(now: Shown, before: Shown) -> str:
    """▴ or ▾ where the digits that are shown have changed."""
    if now.value == before.value or now.text == before.text:
        return " "
    return UP if now.value > before.value else DOWN
