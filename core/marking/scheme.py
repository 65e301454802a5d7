"""A marking scheme: what each quantity is worth, what numbers earn that are not quite right, and the wrong answers that
a teacher expects.

notation = "ng"                     whose names, layout and signs the scheme has, whatever a sheet's are; sgdb's own
digits = 3                          how many digits of a number are owed, whatever a sheet says
[points]                            by quantity, row or cell; what is not here earns nothing
s_1 = 2
"delta_1[2]" = 1.5
[formulas]                          the same for formulas
dW_1 = 2
[earns]                             the share of its points, from 0 to 1, that a number earns which is
rounded = 1                             right within the person's own rounding
follows = 1                             carried on from an earlier slip
from_zeros = 0                          carried on from nothing but zeros
coarse = 0.5                            right, but with fewer digits than are owed; a 0 earns nothing
slight = 0.5                            off in its last digit, or by rounding on the way
shape = 0.5                             in a matrix of the wrong shape
[costs]                             in points
slip = 1                                a slip of a known kind, whatever it spoils; without this, the numbers it spoils
convention = 0                          each convention other than sgdb's
[[expected]]                        a wrong answer that is expected
quantity = "delta_1"
formula = "delta_out * W_out'"          or numbers = [[...]], as on an answer sheet
message = "f_1' is missing"
earns = 0.25                            the share that these numbers earn; 0 unless told otherwise

Everything may be left out. Without points and formulas, whatever is asked for is worth one point.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from core.checking.answers import MOST_OWED
from core.checking.matrices import Matrix, read_matrix
from core.checking.written import as_decimal
from core.errors import FormulaError, ProblemError
from core.expression.reader import read as read_formula
from core.loading.fields import LIST, TABLE, TEXT, FieldReader, Kind, Unfit, whole
from core.loading.problem_file import read_toml
from core.notations.own import read_notation
from core.notations.words import Notation
from core.text import clean, shown

MOST_POINTS = 1000
MOST_DECIMALS = 6
MOST_EXPECTED = 200
NONE, HALF, ALL = Fraction(0), Fraction(1, 2), Fraction(1)


@dataclass(frozen=True)
class Earns:
    """The share of its points that a number earns, by what it is; one that is right earns all of them."""

    rounded: Fraction = ALL
    follows: Fraction = ALL
    from_zeros: Fraction = NONE
    coarse: Fraction = HALF
    slight: Fraction = HALF
    shape: Fraction = HALF


@dataclass(frozen=True)
class Costs:
    """What is taken off, in points: for a slip of a known kind (None: the points of the numbers it spoils), and for a
    convention other than sgdb's.
    """

    slip: Fraction | None = None
    convention: Fraction = NONE


@dataclass(frozen=True)
class ExpectedMistake:
    """A wrong answer that a teacher expects for a quantity, by a `formula` or as `numbers`; what to say of it, and the
    share of their points that such numbers earn. `place` is where it stands in the scheme.
    """

    place: str
    quantity: str
    message: str
    formula: str = ""
    numbers: Matrix | None = None
    earns: Fraction = NONE


@dataclass(frozen=True, eq=False)
class Scheme:
    """How sheets are marked. `points` and `formulas` have points by quantity, as the scheme's author calls it; both are
    None where whatever is asked for is worth one point. Of a number so many `digits` are owed (None: as the sheet says,
    else 2). `source` is the file's name, `notation` that of the scheme itself, None for sgdb's own.
    """

    source: str = ""
    points: Mapping[str, Fraction] | None = None
    formulas: Mapping[str, Fraction] | None = None
    earns: Earns = field(default_factory=Earns)
    costs: Costs = field(default_factory=Costs)
    expected: tuple[ExpectedMistake, ...] = ()
    digits: int | None = None
    notation: Notation | None = None

    @property
    def is_equal(self) -> bool:
        """Whether whatever is asked for is worth the same."""
        return self.points is None and self.formulas is None


def _amount(most: int) -> Kind:
    """A number from 0 to `most` of few decimals, as it is written: a tenth is a tenth."""
    expected = f"a number from 0 to {most} with at most {MOST_DECIMALS} decimals"

    def read(value: object) -> Fraction:
        number = Decimal(repr(value)) if isinstance(value, float) else value
        if isinstance(number, bool) or not isinstance(number, (int, Decimal, Fraction)):
            raise Unfit
        places = 0 if isinstance(number, Fraction) else Decimal(number).as_tuple().exponent
        if not isinstance(places, int) or not 0 <= number <= most or places < -MOST_DECIMALS:
            raise Unfit(f"expected {expected}, found {clean(str(value))[:20].lower()}")
        return Fraction(number)

    return Kind(expected, read)


POINTS, SHARE = _amount(MOST_POINTS), _amount(1)
NOTATION = "notation"
SCHEME: dict[str, Kind] = {
    NOTATION: Kind("a notation", lambda value: value),
    "digits": whole(1, MOST_OWED),
    **dict.fromkeys(("points", "formulas", "earns", "costs"), TABLE),
    "expected": LIST,
}
EARNS = dict.fromkeys((earned.name for earned in fields(Earns)), SHARE)
COSTS = dict.fromkeys((cost.name for cost in fields(Costs)), POINTS)
EXPECTED: dict[str, Kind] = {
    "quantity": TEXT,
    "message": TEXT,
    "formula": TEXT,
    "numbers": Kind("numbers", lambda value: value),
    "earns": SHARE,
}


def load_scheme(scheme: str | os.PathLike[str] | Mapping[str, Any]) -> Scheme:
    """The scheme in a TOML file, or in the same tables from Python: {"points": {"s_1": 2}, "earns": {"follows": 0.5}}.
    Raises ProblemError, which lists every mistake; whether its quantities are those of a problem shows when a sheet is
    marked.
    """
    if isinstance(scheme, Mapping):
        return _scheme_of("", scheme)
    source = clean(os.fspath(scheme))
    if not source:
        raise ProblemError("", ["expected the name of a scheme file"])
    read = read_toml(Path(scheme), source, parse_float=as_decimal)
    return _scheme_of(
        source, {key: float(value) if isinstance(value, Decimal) else value for key, value in read.items()}
    )


def _scheme_of(source: str, tables: Mapping[str, Any]) -> Scheme:
    reader = FieldReader()
    found = reader.table("", tables, SCHEME)
    points, formulas = (_points(reader, part, found.get(part)) for part in ("points", "formulas"))
    earns = Earns(**reader.table("earns", found.get("earns", {}), EARNS))
    costs = Costs(**reader.table("costs", found.get("costs", {}), COSTS))
    entries = found.get("expected", [])
    if len(entries) > MOST_EXPECTED:
        reader.note("expected", f"expected at most {MOST_EXPECTED} mistakes, found {len(entries)}")
    notation = read_notation(reader, found[NOTATION]) if NOTATION in found else None
    expected = [
        _expected(reader, f"expected[{k}]", entry, notation is not None)
        for k, entry in enumerate(entries[:MOST_EXPECTED], start=1)
    ]
    if not found.keys() - {NOTATION} and not reader.mistakes:
        parts = [key for key in SCHEME if key != NOTATION]
        reader.note("", f"expected one of {', '.join(parts)}, found nothing")
    if reader.mistakes:
        raise ProblemError(source, reader.mistakes)
    known = tuple(filter(None, expected))
    return Scheme(source, points, formulas, earns, costs, known, found.get("digits"), notation)


def _points(reader: FieldReader, path: str, table: Mapping[str, object] | None) -> dict[str, Fraction] | None:
    """Points by quantity; None where there is no such table."""
    if table is None:
        return None
    if not table:
        reader.note(path, "expected points by quantity, found an empty table")
    read = {key: reader.read(f"{path}.{shown(key)[1:-1]}", value, POINTS) for key, value in table.items()}
    return {key: points for key, points in read.items() if points is not None}


def _expected(reader: FieldReader, path: str, entry: object, is_noted: bool) -> ExpectedMistake | None:
    """An expected mistake; a formula in a notation shows on a step whether it can be read."""
    if not isinstance(entry, dict):
        reader.note(path, f"expected a table, found {shown(entry)}")
        return None
    before = len(reader.mistakes)
    found: dict[str, Any] = reader.table(path, entry, EXPECTED)
    for key in ("quantity", "message"):
        if key not in entry:
            reader.note(f"{path}.{key}", "missing")
        elif not found.get(key, "?"):
            reader.note(f"{path}.{key}", "expected a text, found an empty one")
    if ("formula" in entry) == ("numbers" in entry):
        both = "both" if "formula" in entry else "neither"
        reader.note(path, f"expected a formula or numbers, found {both}")
    numbers = read_matrix(reader, f"{path}.numbers", found["numbers"]) if "numbers" in found else None
    if "formula" in found and not is_noted:
        try:
            read_formula(found["formula"])
        except FormulaError as error:
            reader.note(f"{path}.formula", str(error))
    if len(reader.mistakes) > before:
        return None
    texts = found["quantity"], found["message"], found.get("formula", "")
    return ExpectedMistake(path, *texts, numbers, found.get("earns", NONE))
