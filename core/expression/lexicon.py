"""The words and symbols of formulas: what is typed and what is printed, in the plain letters that the reader knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from core.errors import FormulaError
from core.expression.nodes import ALL, COLUMNS, ROWS
from core.expression.notation import POWERS
from core.text import shown

SUM, TRUE_SUM = "Σ", "…"  # `…` stands for the words "for j≠y, minus their number for j=y"
SUMS: dict[str, str | None] = {  # what they are over; None: what the formula's quantity asks for
    **dict.fromkeys((SUM, "sum", "mean")),
    **dict.fromkeys(("Σ_rows", "sum_rows"), ROWS),
    **dict.fromkeys(("Σ_j", "Σ_wrong", "Σ_columns", "sum_columns"), COLUMNS),
    "sum_all": ALL,
}
POWER = "^"
TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|\.\d+)"
    r"|([^\W\d]\w*?(?:(?:_\d+(?=[^\W\d_])|_out(?=[A-Z]))|(?!\w)))"  # delta_1W_2 is two names
    r"|(\.\*|\^\s*[1-9]\d?(?![\d.]*\d)|!=|[-+*/'()\[\],>=…]))"
)
SUBSCRIPT = "[\u2080-\u2089]"
DIGITS = {0x2080 + digit: str(digit) for digit in range(10)}
SYMBOLS = {
    "ℒ": " loss ",
    "ℓ": " sample_losses ",
    "α": " alpha ",
    **dict.fromkeys("Σ∑", f" {SUM} "),
    "½": " (1/2) ",
    "∂": " d",
    "δ": " delta",
    "⁺": "_next ",
    **dict.fromkeys(("ᵀ", "^T", ".T", "′", "’"), "'"),
    **dict.fromkeys("⊙∘", ".*"),
    **dict.fromkeys("·⋅×@", "*"),
    "−": "-",
    "**": POWER,
    "≠": "!=",
    "one-hot": " one_hot",
}
DERIVATIVE = r"(?:∂|(?<![A-Za-z_])d)[ℒL]\s*/\s*[∂d]"
PRINT = re.compile(
    rf"(?P<backward>(?:{DERIVATIVE}|∂)s(?=_|{SUBSCRIPT}))|(?P<derivative>{DERIVATIVE})"
    r"|(?P<remark>, y the true class in y_gt\s*\Z|\(frozen\)\s*\Z)"
    r"|(?P<true_sum>for j *≠ *y, minus their number for j *= *y)"
    r"|[Σ∑]_(?:(?P<over>rows|columns|j)(?!\w)|\( *j *(?:≠|!=) *y *\))"
    rf"|_?(?P<index>{SUBSCRIPT}+)(?P<next>⁺|_next)?|(?P<power>[⁰¹²³⁴-⁹]+)|one-hot|\^T|\.T(?!\w)|\*\*|.",
    re.DOTALL,
)


class Token(NamedTuple):
    """A word or sign in plain letters, its place in the formula as it was written, from 1, and how it stands there."""

    text: str
    place: int
    written: str


def spelled(text: str) -> str:
    """A name or formula in plain letters, where it was written with the symbols of print; Σ alone stays."""
    return "".join(_plain(match) for match in PRINT.finditer(text))


def tokens(text: str) -> Iterator[Token]:
    """The words and signs of a formula. Raises FormulaError."""
    plain, origins = "", []
    for symbol in PRINT.finditer(text):
        new = _plain(symbol)
        plain += new
        origins += [symbol.span()] * len(new)
    place, end = 0, len(plain.rstrip())
    while place < end:
        match = TOKEN.match(plain, place)
        if match is None:
            at = origins[place + len(plain[place:]) - len(plain[place:].lstrip())][0]
            hint = "; expected a whole power, ^2 for a square" if plain[place:].lstrip()[0] == POWER else ""
            raise FormulaError(f"nothing is written with {shown(text[at])} (character {at + 1}){hint}")
        token, place = match[match.lastindex or 0], match.end()
        start, stop = origins[place - len(token)][0], origins[place - 1][1]
        yield Token(token, start + 1, text[start:stop].strip())


def _plain(symbol: re.Match[str]) -> str:
    if symbol["index"]:
        return f"_{symbol['index'].translate(DIGITS)}{'_next' if symbol['next'] else ''} "
    if symbol["power"]:
        return f"{POWER}{symbol['power'].translate(POWERS)}"
    if symbol["backward"] or symbol["derivative"]:
        return " delta" if symbol["backward"] else " d"
    if symbol["remark"] or symbol["true_sum"]:
        return "" if symbol["remark"] else TRUE_SUM
    if len(symbol[0]) > 2 and symbol[0][0] in "Σ∑":
        return f" {SUM}_{symbol['over'] or 'wrong'} "
    return SYMBOLS.get(symbol[0], symbol[0])
