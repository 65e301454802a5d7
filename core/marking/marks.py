"""What a sheet earns: points for each of its parts, and why there are fewer than there could be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from core.checking.diagnosis import SLIGHT
from core.checking.report import Cell, CellVerdict, CheckReport, Slip, Status
from core.checking.written import read_written
from core.marking.expected import Judged
from core.marking.naming import naming_of
from core.marking.parts import Part
from core.marking.scheme import ALL, NONE, Earns, Scheme

CENT = Decimal("0.01")
MISSING = "missing"  # in the kinds of slips, too: rows or numbers
ALL_MISSING = (MISSING,)
MOST_CELLS = 3  # of a slip, that are listed


@dataclass(frozen=True)
class PartMark:
    """The `points` earned for a part, exactly, and why they are not all of it, a text for each reason."""

    part: Part
    points: Fraction
    reasons: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The same in words."""
        points = f"{self.part.label} {shown_points(self.points)} of {shown_points(self.part.points)}"
        return f"{points}: {', '.join(self.reasons)}" if self.reasons else points


@dataclass(frozen=True, eq=False)
class MarkedSheet:
    """What a sheet earns. `report` names the mistakes that the scheme expects; `elsewhere` are slips in what there are
    no points for, and `costs` is what other conventions take off.
    """

    name: str
    report: CheckReport
    parts: tuple[PartMark, ...]
    elsewhere: tuple[str, ...] = ()
    costs: Fraction = NONE

    @property
    def points(self) -> Fraction:
        """What is earned in all, exactly, from 0 to `total`."""
        return max(NONE, sum((part.points for part in self.parts), NONE) - self.costs)

    @property
    def total(self) -> Fraction:
        """What could be earned."""
        return sum((part.part.points for part in self.parts), NONE)

    def called(self, name: str) -> str:
        """What the sheet calls a quantity, by sgdb's name."""
        return naming_of(self.report.step, self.report.notation).called(name)

    @property
    def conventions(self) -> tuple[str, ...]:
        """The conventions that the sheet follows, each with what it costs if that is anything."""
        each = self.costs / len(self.report.conventions) if self.costs else NONE
        ending = f" (-{shown_points(each)})" if each else ""
        return tuple(convention.text + ending for convention in self.report.shown.conventions)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it does not earn everything: a text for each part, with its points, and one for all that is missing."""
        found = [part.text for part in self.parts if part.reasons and part.reasons != ALL_MISSING]
        missing = [part.part.label for part in self.parts if part.reasons == ALL_MISSING]
        return (*found, *([f"{MISSING}: {', '.join(missing)}"] if missing else []), *self.elsewhere)


def mark(name: str, judged: Judged, scheme: Scheme, parts: Sequence[Part]) -> MarkedSheet:
    """What the sheet called `name` earns for these parts of it."""
    marker = _SheetMarker(judged, scheme)
    marks = tuple(marker.part(part) for part in parts)
    costs = scheme.costs.convention * len(judged.report.conventions)
    return MarkedSheet(name, judged.report, marks, tuple(marker.elsewhere(parts)), costs)


def shown_points(points: Fraction) -> str:
    """Points as a person reads them, rounded to two decimals: 2, 1.5, 0.67."""
    exact = Decimal(points.numerator) / Decimal(points.denominator)
    return f"{exact.quantize(CENT, ROUND_HALF_UP).normalize() + 0:f}"


class _SheetMarker:
    """Marks the parts of a sheet, one after the other; a slip that costs points does so once."""

    def __init__(self, judged: Judged, scheme: Scheme) -> None:
        self._report, self._granted = judged.report, judged.earns
        self._called = naming_of(judged.report.step, judged.report.notation).called
        self._said = dict(zip(judged.report.slips, judged.report.shown.slips, strict=True))
        self._earns = scheme.earns
        self._verdicts = {(verdict.name, verdict.cell): verdict for verdict in self._report.cells}
        self._slips = {(slip.name, cell): slip for slip in self._report.slips for cell in slip.cells}
        self._shapes = [slip for slip in self._report.slips if not slip.cells]
        cost = scheme.costs.slip
        self._due = {slip: cost for slip in self._report.slips if cost is not None and self._has_price(slip)}

    def part(self, part: Part) -> PartMark:
        share, reasons = self._formula(part) if part.is_formula else self._numbers(part)
        points = part.points * share
        for slip in self._touching(part):
            if slip in self._due:
                taken = min(points, self._due[slip])
                points, self._due[slip] = points - taken, self._due[slip] - taken
        return PartMark(part, points, tuple(reasons) if points < part.points else ())

    def elsewhere(self, parts: Sequence[Part]) -> Iterator[str]:
        """The slips in what there are no points for."""
        asked = {(part.name, cell) for part in parts for cell in part.cells}
        names = {part.name for part in parts if part.cells}
        for slip in self._report.slips:
            if asked.isdisjoint((slip.name, cell) for cell in slip.cells) and (slip.cells or slip.name not in names):
                yield f"{self._said[slip].name}: {self._words(slip, ())}, without points"

    def _has_price(self, slip: Slip) -> bool:
        """Whether a slip costs what all slips of a known kind cost, and not the numbers that it spoils."""
        is_other = slip in self._granted or slip.kind in SLIGHT or slip.kind.startswith(MISSING)
        return bool(slip.kind) and not is_other

    def _touching(self, part: Part) -> list[Slip]:
        """The slips in a part, in the order of the report."""
        if part.is_formula:
            return []
        here = {self._slips.get((part.name, cell)) for cell in part.cells}
        return [s for s in self._report.slips if s in here or (s.name == part.name and not s.cells)]

    def _formula(self, part: Part) -> tuple[Fraction, list[str]]:
        """The share that a formula earns, and why."""
        found = next((formula for formula in self._report.formulas if formula.name == part.name), None)
        if found is None:
            return NONE, [MISSING]
        return (ALL if found.right else self._granted.get(found, NONE)), [found.message or "wrong"]

    def _numbers(self, part: Part) -> tuple[Fraction, list[str]]:
        """The share that numbers earn, but for what slips cost, and why."""
        verdicts = [self._verdicts.get((part.name, cell)) for cell in part.cells]
        share = sum((self._worth(verdict) for verdict in verdicts), NONE) / len(verdicts)
        for slip in self._shapes:
            if slip.name == part.name and slip not in self._due and not slip.kind.startswith(MISSING):
                share *= self._earns.shape
        reasons = [self._words(slip, part.cells) for slip in self._touching(part)]
        reasons += self._unfinished([verdict for verdict in verdicts if verdict is not None])
        missing = verdicts.count(None)
        if missing and not any(slip.name == part.name for slip in self._shapes):
            reasons.append(MISSING if missing == len(verdicts) else f"{missing} {MISSING}")
        return share, reasons

    def _worth(self, verdict: CellVerdict | None) -> Fraction:
        """The share of its points that a number earns; one whose slip has a price earns all of them first."""
        if verdict is None or verdict.status == "open":
            return NONE
        if verdict.status == "slip":
            slip = self._slips.get((verdict.name, verdict.cell))
            if slip is None:
                return NONE
            share = self._earns.slight if slip.kind in SLIGHT else NONE
            return ALL if slip in self._due else self._granted.get(slip, share)
        return _share(verdict, self._earns)

    def _unfinished(self, verdicts: Sequence[CellVerdict]) -> Iterator[str]:
        """Why numbers that are no slips do not earn everything."""
        earns = self._earns

        def count(status: Status, from_zeros: bool = False) -> int:
            return sum(v.status == status and v.from_zeros == from_zeros for v in verdicts)

        follows = [v for v in verdicts if v.status == "follows" and not v.from_zeros]
        if follows and earns.follows < 1:
            sources = (self._called(source) for verdict in follows for source in verdict.follows_from)
            yield f"{_follow(len(follows))} {_from(sources)}"
        from_zeros = count("follows", from_zeros=True)
        if from_zeros and min(earns.follows, earns.from_zeros) < 1:
            yield f"{_follow(from_zeros)} from zeros only"
        if (rounded := count("rounded")) and earns.rounded < 1:
            yield f"{rounded} right within {'its' if rounded == 1 else 'their'} own rounding"
        coarse = [v for v in verdicts if v.status == "coarse"]
        zeros = sum(map(_is_zero, coarse))
        if len(coarse) > zeros and earns.coarse < 1:
            yield f"{len(coarse) - zeros} with too few digits"
        if zeros:
            yield f"{zeros} written as 0"
        if left := count("open"):
            yield f"{left} left open"

    def _words(self, slip: Slip, cells: Sequence[Cell]) -> str:
        """A slip in words, with where it is among these cells unless it is in all of them."""
        said = self._said[slip]
        text = said.text or "wrong"
        if not slip.cells or slip.cells == ((),) or set(slip.cells).issuperset(cells or ((),)):
            return text
        if len(slip.cells) > MOST_CELLS:
            return text if text[0].isdigit() else f"{text} ({len(slip.cells)} numbers)"
        return f"{text} (in {', '.join(_bracketed(cell) for cell in said.cells)})"


def _share(verdict: CellVerdict, earns: Earns) -> Fraction:
    """What a number earns that is no slip and was not left open."""
    if verdict.status == "follows":
        return min(earns.from_zeros, earns.follows) if verdict.from_zeros else earns.follows
    shares: dict[Status, Fraction] = {"rounded": earns.rounded, "coarse": NONE if _is_zero(verdict) else earns.coarse}
    return shares.get(verdict.status, ALL)


def _is_zero(verdict: CellVerdict) -> bool:
    written = read_written(verdict.written)
    return written is not None and written.value == 0


def _follow(count: int) -> str:
    return "1 follows" if count == 1 else f"{count} follow"


def _from(sources: Iterable[str]) -> str:
    return f"from {', '.join(names)}" if (names := dict.fromkeys(sources)) else "from the slip before"


def _bracketed(cell: Cell) -> str:
    return f"[{','.join(map(str, cell))}]"
