"""A formula in print as pieces, each of one kind, which know what they show: nobody has to read a text again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from core.quantity import SUBSCRIPTS

NUMBER, WORD, LETTER, SPACE, SIGN = "number", "word", "letter", "space", "sign"


class Piece(NamedTuple):
    """A number without its sign, a word or more, a letter, a space, or a sign.

    subscript   its index: "1", "out", "j≠y"
    marks       behind it: ᵀ, ⁺, '
    before      before it: ∂, or ∂ℒ/∂
    cell        row and column of the cell that it shows, letters where they run
    name        the quantity that it shows; "" for none
    transposed  whether it shows it turned
    tex         the letter as LaTeX has it, where that does not follow from the text
    raised      the index as LaTeX and HTML have it above the letter, in place of the one below: "[1]"
    """

    kind: str
    text: str
    subscript: str = ""
    marks: str = ""
    before: str = ""
    cell: tuple[int | str, ...] = ()
    name: str = ""
    transposed: bool = False
    tex: str = ""
    raised: str = ""


Pieces: TypeAlias = tuple[Piece, ...]

BLANK = Piece(SPACE, " ")


def sign(text: str) -> Piece:
    return Piece(SIGN, text)


def word(text: str) -> Piece:
    return Piece(WORD, text)


def letter(text: str, subscript: str = "", marks: str = "") -> Piece:
    return Piece(LETTER, text, subscript, marks)


OPEN, CLOSE, EQUALS = sign("("), sign(")"), (BLANK, sign("="), BLANK)
PLUS, MINUS = sign("+"), sign("-")


def number(text: str) -> Pieces:
    """The pieces of a number that is written down, with its sign."""
    return (MINUS, Piece(NUMBER, text[1:])) if text.startswith("-") else (Piece(NUMBER, text),)


def as_text(pieces: Iterable[Piece]) -> str:
    """A formula as a line."""
    return "".join(map(_text, pieces))


def _text(piece: Piece) -> str:
    if piece.kind not in (LETTER, WORD):
        return piece.text
    cell = f"[{','.join(map(str, piece.cell))}]" if piece.cell else ""
    return f"{piece.before}{piece.text}{_index(piece.subscript)}{piece.marks}{cell}"


def _index(index: str) -> str:
    if not index or index.isdigit():
        return index.translate(SUBSCRIPTS)
    return f"_{index}" if index.isalpha() else f"_({index})"
