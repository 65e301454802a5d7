"""Texts and numbers, made fit to be shown to a person."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context

MOST_DIGITS = 10**20
NONE = "—"  # in place of a number that there is not
PERCENT_DIGITS = 3
SURE = 13  # significant digits of a float64 that arithmetic leaves sharp; those behind depend on the processor


def clean(text: str) -> str:
    """`text` on one line and without control characters, so that no escape code reaches a terminal."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in legible(text))
    return text.strip()


def sure(value: float) -> float:
    """A computed number without the digits that rounding has blurred: what is shown is the same on every machine."""
    return float(f"{value:.{SURE}g}")


def rounded_to(value: float, digits: int) -> float:
    """A computed number rounded to 1 to 12 significant digits as people do it: 0.25 to 0.3, -0.25 to -0.3."""
    return float(Context(prec=digits, rounding=ROUND_HALF_UP).create_decimal(f"{value:.{SURE}g}"))


def significant(value: float, digits: int) -> str:
    """A computed number with at most `digits` significant digits, without zeros at the end; -0 is 0 to people."""
    return f"{rounded_to(value, digits) + 0.0:.{digits}g}"


def percent(part: int, whole: int) -> str:
    """A share in percent, 97.3 %; 100 % is said only of all."""
    share, digits = 100 * part / whole, PERCENT_DIGITS
    while part < whole and digits < SURE and significant(share, digits) == "100":
        digits += 1
    return f"{significant(share, digits)} %"


def legible(text: str) -> str:
    r"""`text` with the bytes of a file's name that are not UTF-8, which Python keeps as surrogates, as \xe9."""
    return "".join(f"\\x{ord(c) & 0xFF:02x}" if "\udc80" <= c <= "\udcff" else c for c in text)


def exact(value: float) -> str:
    """A number as briefly as it can be written without being rounded: 0.5, 1, 1e-09."""
    text = f"{value:g}"
    return text if float(text) == value else repr(value)


def counted(count: int, noun: str) -> str:
    """A number of things: 1 row, 2,000 rows."""
    return f"{count:,} {noun}{'s' * (count != 1)}"


def shown(value: object, width: int = 40) -> str:
    """A value from a file as an error message names it: short, clean, texts in quotation marks."""
    if isinstance(value, str):
        text = clean(value)
        return f'"{text}"' if len(text) <= width else f'"{text[: width - 3]}..."'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= MOST_DIGITS:
        return "a number of more than 20 digits"  # Python refuses to print the longest of them
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "an empty list" if not value else f"a list of {len(value)}"
    if isinstance(value, dict):
        return "a table"
    return "nothing" if value is None else f"a {type(value).__name__}"
