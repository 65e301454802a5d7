"""Pieces of formulas in LaTeX and in HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from core.expression.greek import greek_command
from core.expression.pieces import CLOSE, LETTER, NUMBER, OPEN, SIGN, SPACE, WORD, Piece, sign
from core.expression.style import POWERS

OPERATORS = {"max", "log", "exp", "tanh"}  # that LaTeX knows by name
MEAN = "mean"  # a function without brackets
HAT = "\u0302"  # over the letter before it
TEX_LETTERS = {"ℒ": r"\mathcal{L}", "ℓ": r"\ell", "Σ": r"\sum", "Ω": r"\Omega"}
TEX_SIGNS = {
    "⊙": r"\odot",
    "·": r"\cdot",
    "≠": r"\neq",
    "½": r"\tfrac{1}{2}",
    "ᵀ": r"^{\mathsf{T}}",
    "∂": r"\partial",
    "×": r"\times",
    "…": r"\dots",
    "≈": r"\approx",
    "√": r"\surd",
}
ODOT, BRACKET = sign("⊙"), sign("[")
TALL = {OPEN: r"\left(", CLOSE: r"\right)"}
TEX_MARKS = {"ᵀ": r"\mathsf{T}", "⁺": "+"}
HTML_MARKS = {"ᵀ": "T", "⁺": "+"}
BINARY = "⊙·≠=≈+-><,/…"


def tex(pieces: Iterable[Piece], breaks: bool = False, tall: bool = False) -> str:
    """A formula as LaTeX has it in maths, in ASCII; it needs amsmath. It may break before ⊙ and brackets, too, if it
    `breaks`; `tall` parentheses are as tall as what stands between them.
    """
    found = [*_single(pieces)]
    result = ""
    for i, piece in enumerate(found):
        if piece.kind == SPACE:
            near = found[max(i - 1, 0) : i] + found[i + 1 : i + 2]
            tight = any(other.kind == WORD or (other.kind == SIGN and other.text in BINARY) for other in near)
            result += " " if tight else r" \, "
            continue
        if breaks and (piece == ODOT or (piece == BRACKET and i and found[i - 1].kind == SPACE)):
            result += r"\allowbreak "
        applied = piece.text == MEAN or found[i + 1 : i + 2] == [OPEN]
        new = TALL[piece] if tall and piece in TALL else _tex_piece(piece, applied)
        # A command must not run into the letter behind it.
        result += f" {new}" if _ends_in_command(result) and new[0].isalpha() else new
    return result


def html(pieces: Iterable[Piece]) -> str:
    """A formula as HTML has it."""
    return "".join(map(_html_piece, _single(pieces)))


def tex_number(text: str) -> str:
    """A number in maths: 1.2e-7 as 1.2 · 10⁻⁷."""
    mantissa, e, power = text.partition("e")
    if mantissa.lstrip("-") in ("inf", "NaN"):
        return mantissa.replace("inf", r"\infty").replace("NaN", r"\text{NaN}")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if e else text


def html_number(text: str) -> str:
    """A number in HTML: 1.2e-7 as 1.2 · 10⁻⁷."""
    mantissa, e, power = text.partition("e")
    return f"{mantissa}·10<sup>{int(power)}</sup>" if e else text


def _single(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces, with what stands before a letter and the cell behind it as pieces of their own. A power of ten with
    another, 1e-7², comes in brackets: both styles have it as a product.
    """
    found = tuple(pieces)
    for piece, following in zip(found, (*found[1:], None), strict=True):
        if piece.kind == NUMBER and "e" in piece.text and following is not None and _is_power(following):
            yield from (OPEN, piece, CLOSE)
            continue
        yield from (sign(part) if part in "∂/" else Piece(LETTER, part) for part in piece.before)
        yield piece
        if piece.cell:
            yield from _cell(piece.cell)


def _is_power(piece: Piece) -> bool:
    return piece.kind == SIGN and all(ord(digit) in POWERS for digit in piece.text)


def _cell(cell: Sequence[int | str]) -> Iterator[Piece]:
    for i, index in enumerate(cell):
        yield sign("," if i else "[")
        yield Piece(NUMBER if isinstance(index, int) else LETTER, str(index))
    yield sign("]")


def _ends_in_command(text: str) -> bool:
    _, backslash, name = text.rpartition("\\")
    return bool(backslash) and name.isascii() and name.isalpha()


def _tex_piece(piece: Piece, applied: bool = False) -> str:
    """A piece; a word is a function where it is `applied` to something."""
    if piece.kind == NUMBER:
        return tex_number(piece.text)
    if _is_power(piece):
        power = piece.text.translate(POWERS)
        return rf"^{{\mathrm{{{power}}}}}" if len(power) > 1 and power.isalpha() else f"^{{{power}}}"
    if piece.kind not in (WORD, LETTER):
        return TEX_SIGNS.get(piece.text, piece.text)
    marks = "".join(TEX_MARKS.get(mark, "") for mark in piece.marks)
    primes = "'" * piece.marks.count("'")
    above = f"^{{{piece.raised}{marks}}}" if piece.raised or marks else ""
    if piece.raised.isdigit() and marks:  # which would look like a part of the index
        return f"({_tex_name(piece, applied)}^{{{piece.raised}}})^{{{marks}}}"
    index = "" if piece.raised else _tex_index(piece.subscript)
    return f"{_tex_name(piece, applied)}{index}{primes}{above}"


def _tex_name(piece: Piece, applied: bool) -> str:
    if piece.tex:
        return piece.tex
    if piece.kind == LETTER:
        letter = TEX_LETTERS.get(piece.text) or greek_command(piece.text)
        return letter or (piece.text if len(piece.text) == 1 else rf"\mathrm{{{_several(piece.text)}}}")
    if piece.text in OPERATORS:
        return rf"\{piece.text}"
    name = piece.text.replace("_", r"\_")
    return rf"\operatorname{{{name}}}" if applied else rf"\text{{ {name} }}"


def _several(text: str) -> str:
    """Several letters: m̂W as \\hat{m}W, vθ as v\\theta."""
    before, hat, behind = text.partition(HAT)
    text = rf"{before[:-1]}\hat{{{before[-1]}}}{behind}" if hat else text
    return "".join(f"{command} " if (command := greek_command(c)) else c for c in text).rstrip()


def _tex_index(index: str) -> str:
    if not index:
        return ""
    if index.isalpha() and len(index) > 1:
        return rf"_{{\mathrm{{{index}}}}}"
    return f"_{{{tex(Piece(LETTER if c.isalpha() else SIGN, c) for c in index)}}}"


def _html_piece(piece: Piece) -> str:
    if piece.kind == NUMBER:
        return html_number(piece.text)
    if piece.kind not in (WORD, LETTER):
        return escape(piece.text)
    index = f"<sub>{escape(piece.subscript)}</sub>" if piece.subscript else ""
    index = f"<sup>{escape(piece.raised)}</sup>" if piece.raised else index
    marks = "".join(f"<sup>{HTML_MARKS[mark]}</sup>" for mark in piece.marks if mark in HTML_MARKS)
    primes = "′" * piece.marks.count("'")
    name = f"<var>{piece.text}</var>" if piece.kind == LETTER else escape(piece.text)
    return f"{name}{index}{primes}{marks}"
