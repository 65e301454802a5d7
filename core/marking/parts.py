"""What there are points for on a sheet: the numbers of a quantity, of a row or of a cell, or a formula."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from core.asked import absent
from core.checking.answers import NAME, Answer
from core.checking.matrices import WrittenMatrix
from core.checking.report import Cell, CheckReport
from core.checking.shapes import NoSuchCell
from core.loading.fields import FieldReader
from core.marking.naming import Naming, naming_of
from core.marking.scheme import Scheme
from core.step import Step
from core.text import shown

OPEN = WrittenMatrix(((None,),), flat=True)
ONE = Fraction(1)


@dataclass(frozen=True)
class Part:
    """What has `points`: the `cells` of the quantity `name`, counted from 1, or where there are none its formula; and
    how a table calls it: "delta_1[2]", "formula dW_1".
    """

    label: str
    name: str
    cells: tuple[Cell, ...]
    points: Fraction

    @property
    def is_formula(self) -> bool:
        return not self.cells


def parts_of(scheme: Scheme, step: Step, naming: Naming) -> tuple[tuple[Part, ...], dict[str, str]]:
    """What a scheme with this naming has points for on a step, in the order of the computation; and what it has points
    for that is not there, in words by its place in the scheme.
    """
    reader = _Places()
    numbers = [_numbers(reader, naming, step, key, points) for key, points in (scheme.points or {}).items()]
    formulas = [_formula(reader, naming, key, points) for key, points in (scheme.formulas or {}).items()]
    order = {name: i for i, name in enumerate(step.statement.equations)}
    found = sorted(filter(None, (*numbers, *formulas)), key=lambda part: (part.is_formula, order[part.name]))
    for part in _twice(found):
        path = f"formulas.{naming.called(part.name)}" if part.is_formula else f"points.{part.label}"
        reader.note(path, "has points twice, at least in part")
    return tuple(found), reader.found


def equal_parts(reports: Sequence[CheckReport]) -> dict[CheckReport, tuple[Part, ...]]:
    """What there are points for on sheets without a scheme, one for each quantity and each formula: what at least half
    of the sheets have that are about the same step of problems that differ in nothing but their numbers, as those for
    practice do.
    """
    kinds: dict[tuple[object, ...], list[CheckReport]] = {}
    for report in reports:
        step, problem = report.step, report.step.problem
        shapes = tuple((name, values.shape) for name, values in step.values.items())
        functions = tuple(layer.function.name for layer in problem.network.layers)
        kinds.setdefault((step.index, problem.loss.name, problem.reduction, functions, shapes), []).append(report)
    return {report: tuple(_in_half(alike)) for alike in kinds.values() for report in alike}


def _in_half(reports: Sequence[CheckReport]) -> Iterator[Part]:
    cells = Counter((verdict.name, verdict.cell) for report in reports for verdict in report.cells)
    # Numbers in a wrong shape have no cells, and stand for all of their quantity.
    shapeless = Counter(slip.name for r in reports for slip in r.slips if not slip.cells and slip.name not in r.names)
    formulas = Counter(formula.name for report in reports for formula in report.formulas)
    half, step, notations = len(reports) / 2, reports[0].step, {report.notation for report in reports}
    naming = naming_of(step, notations.pop() if len(notations) == 1 else None)
    for name in step.statement.equations:
        asked = tuple(cell for cell in _all_cells(step, name) if cells[name, cell] + shapeless[name] >= half)
        if asked:
            yield Part(naming.called(name), name, asked, ONE)
    for name in step.statement.equations:
        if formulas[name] >= half:
            yield Part(f"formula {naming.called(name)}", name, (), ONE)


class _Places(FieldReader):
    """Takes one mistake for each place."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def note(self, path: str, message: str) -> None:
        self.found.setdefault(path, message)


def _numbers(reader: FieldReader, naming: Naming, step: Step, key: str, points: Fraction) -> Part | None:
    path, keys = f"points.{shown(key)[1:-1]}", naming.keys
    match = NAME.fullmatch(keys.in_plain_letters(key))
    if match is None:
        reader.note(path, 'expected a name such as s_1, or one with a row or a cell such as "s_1[2]" or "s_1[2,3]"')
        return None
    typed, *place = match.groups()
    name, position = keys.of_answer(reader, path, typed), tuple(int(n) for n in place if n)
    if name is None:
        return None
    try:
        cells = naming.lay_out(Answer(key, name, position, OPEN)).cells
    except NoSuchCell as mistake:
        reader.note(path, str(mistake))
        return None
    without = absent(step, name)
    asked = tuple(tuple(i + 1 for i in p) for p in cells if not without[p])
    if not asked:
        reader.note(path, "there is no number here")
        return None
    where = f"[{','.join(map(str, position))}]" if position else ""
    return Part(f"{naming.called(name)}{where}", name, asked, points)


def _formula(reader: FieldReader, naming: Naming, key: str, points: Fraction) -> Part | None:
    keys = naming.keys
    name = keys.of_formula(reader, f"formulas.{shown(key)[1:-1]}", keys.in_plain_letters(key).strip())
    return None if name is None else Part(f"formula {naming.called(name)}", name, (), points)


def _twice(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts with something that a part before them has."""
    seen: set[tuple[str, Cell | None]] = set()
    for part in parts:
        places: set[tuple[str, Cell | None]] = {(part.name, cell) for cell in part.cells} or {(part.name, None)}
        if not seen.isdisjoint(places):
            yield part
        seen |= places


def _all_cells(step: Step, name: str) -> Iterator[Cell]:
    without = absent(step, name)
    return (tuple(i + 1 for i in position) for position in np.ndindex(without.shape) if not without[position])
