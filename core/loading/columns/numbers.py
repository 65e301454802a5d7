"""Numbers as people write them in the cells of a table, and what else a cell may be."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from core.text import clean, shown

# What people write where a value is missing; where only a number can stand, some more.
MISSING = frozenset(
    (
        *("", "na", "n/a", "nan", "null", "?", "<na>", "(null)", "\\n"),
        *("#n/a", "#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!"),  # Excel
    )
)
MISSING_NUMBER = MISSING | {"none", "nil", "nat", "n.a.", "missing", "-", "--", "—", "–", "."}
BOOLEANS = {"false": 0.0, "true": 1.0}
MARKS = {",": ",", ".": r"\.", " ": " \u00a0\u2009\u202f", "'": "'’"}  # how each mark may look, in a set of a pattern


class Notation(NamedTuple):
    """The mark before the decimals, "." or ",", and the one between thousands, if there is one."""

    decimal: str
    thousands: str

    def number(self, text: str) -> float | None:
        """The number, perhaps NaN or an infinity, that a cell holds, or None."""
        text = text.strip().replace("−", "-")  # float by itself leaves some of the spaces, such as \x1c
        if "_" in text:  # float("1_000") is 1000 in Python, and nowhere else
            return None
        if self != PLAIN:
            whole, mark, decimals = text.partition(self.decimal)
            if self.thousands:
                between = f"[{MARKS[self.thousands]}]"
                if re.fullmatch(rf"[-+]?[1-9]\d{{0,2}}(?:{between}\d{{3}})+", whole):  # 0,411 is no 411
                    whole = re.sub(between, "", whole)
            if self.decimal != "." and "." in whole + decimals:
                return None
            text = f"{whole}.{decimals}" if mark else whole
        try:
            return float(text)
        except ValueError:
            return None

    def numbers(self, cells: Sequence[str]) -> list[float]:
        """All numbers at once. Raises ValueError where a cell is none, or may be none."""
        if self == PLAIN:
            if "_" in "".join(cells):
                raise ValueError
            return list(map(float, cells))
        text = "".join(cells)
        if "_" in text or (self.decimal != "." and "." in text) or (self.thousands and self.thousands in text):
            raise ValueError
        return [float(cell.replace(self.decimal, ".")) for cell in cells]


PLAIN = Notation(".", "")
# Those that a column may be written in, the likelier first.
NOTATIONS = (
    *(PLAIN, Notation(".", ","), Notation(",", ""), Notation(",", "."), Notation(".", " "), Notation(",", " ")),
    *(Notation(".", "'"), Notation(",", "'")),
)

_AMOUNT = r"[-+]?\d[\d.,'’ \u00a0\u202f]*"
_CURRENCY = r"(?:[$€£¥₹]|USD|EUR|GBP|CHF)"
_TIME = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
_MONTH = (
    "(?i:jan(?:uary|uar|v|vier)?|feb(?:ruary|ruar)?|f[ée]v(?:r|rier)?|mar(?:ch|s)?|märz?|apr(?:il)?|avr(?:il)?|ma[yi]"
    "|june?|juni|juin|july?|juli|juil(?:let)?|aug(?:ust)?|ao[uû]t|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?"
    r"|nov(?:ember|embre)?|d[eé][cz](?:ember|embre)?)\.?"
)
_DAY = (
    r"(?:[A-Z][a-z]{1,8}\.?,? )?(?:\d{4}([-/.])\d{1,2}\1\d{1,2}|\d{1,2}([-/.])\d{1,2}\2(?:\d{4}|\d{2})"
    r"|\d{1,2}[- .]+[A-Za-zäé]{3,9}\.?[-, ]+(?:\d{4}|\d{2})|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4})"
)
_PART_OF_A_YEAR = (
    rf"{_MONTH}[-/ ']+(?:\d{{4}}|\d{{2}})|\d{{4}}[-/ ]{_MONTH}|\d{{4}}[-/](?:0?[1-9]|1[0-2])"
    r"|(?:0?[1-9]|1[0-2])/\d{4}|\d{4}[- ]?(?:Q[1-4]|W\d{2})|Q[1-4][-/ ]?\d{4}"
)
_KINDS = {
    "amounts of money": re.compile(rf"[-+]?\(?{_CURRENCY}\s*{_AMOUNT}\)?|{_AMOUNT}\s*{_CURRENCY}"),
    "negative amounts": re.compile(rf"\({_AMOUNT}\)"),
    "percentages": re.compile(rf"{_AMOUNT}\s*%"),
    "dates": re.compile(rf"{_DAY}(?:[T ]+{_TIME}(?:Z|[-+]\d\d:?\d\d)?)?|{_PART_OF_A_YEAR}"),
    "times": re.compile(_TIME),
}
_UNIT = re.compile(rf"{_AMOUNT}\s*([A-Za-zµ°²³/]{{1,6}})")


_SHAPE = str.maketrans("23456789", "1" * 8)
SAMPLE = 1000  # different cells that tell what a column looks like


class Look(NamedTuple):
    """What cells that are no numbers look like: `kind` in words, and the notations that read `often` of them."""

    kind: str
    often: int
    notations: tuple[Notation, ...] = ()


def look_of(counts: Mapping[str, int], notation: Notation) -> Look | None:
    """What most of the cells that are no numbers in `notation` look like, if it is something like numbers; `counts`
    says how often each of them is there.
    """
    if len(counts) > SAMPLE:
        return _look_of_many(counts, notation)
    total = sum(counts.values())
    shapes: Counter[str] = Counter()  # all that a notation looks at, and fewer than the cells
    for cell, often in counts.items():
        shapes[cell.translate(_SHAPE)] += often
    read = {other: _read(shapes, other) for other in NOTATIONS if other != notation}
    best = max(read.values())
    if best > total / 2:
        return Look("numbers", best, tuple(other for other, often in read.items() if often == best))
    for kind, pattern in _KINDS.items():
        if (often := sum(often for cell, often in counts.items() if pattern.fullmatch(cell))) > total / 2:
            return Look(kind, often)
    units = {match and match[1] for match in map(_UNIT.fullmatch, counts)}
    if len(counts) > 1 and len(units) == 1 and None not in units:
        return Look(f"numbers with the unit {shown(units.pop())}", total)
    return None


def _look_of_many(counts: Mapping[str, int], notation: Notation) -> Look | None:
    """What so many cells look like that trying every notation on each of them would take long: a part of them tells."""
    cells = list(counts)
    look = look_of({cell: counts[cell] for cell in cells[:: -(-len(cells) // SAMPLE)]}, notation)
    if look is None:
        return None
    total = sum(counts.values())
    if not look.notations:
        return look._replace(often=total)
    try:
        look.notations[0].numbers(cells)
    except ValueError:
        total = _read(counts, look.notations[0])
    return look._replace(often=total)


def _read(counts: Mapping[str, int], notation: Notation) -> int:
    """How many of the cells a notation reads."""
    return sum(often for cell, often in counts.items() if notation.number(cell) is not None)


def counts_of(cells: Iterable[str]) -> Counter[str]:
    """How often each of the different cells is there, cleaned."""
    counts: Counter[str] = Counter()
    for cell, often in Counter(cells).items():
        counts[clean(cell)] += often
    return counts


def is_missing(cell: str, number: bool) -> bool:
    """Whether a cell, cleaned, says that there is no value; `number` where only a number can be one."""
    return cell.lower() in (MISSING_NUMBER if number else MISSING)
