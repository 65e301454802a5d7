"""The notation of the formulas, as a screen prints it (δ_out, W₁⁺, Σ_(j≠y) max(0, p_j)), in LaTeX and in HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import NamedTuple

SUBSCRIPT_DIGITS = "₀₁₂₃₄₅₆₇₈₉"
TO_DIGITS = str.maketrans(SUBSCRIPT_DIGITS, "0123456789")
OPERATORS = {"max", "log", "exp", "tanh"}  # that LaTeX knows by name
FUNCTIONS = {"softmax", "sigmoid", "relu", "mean", "one-hot", "identity"}
TEX_LETTERS = {"δ": r"\delta", "ℒ": r"\mathcal{L}", "ℓ": r"\ell", "α": r"\alpha", "Σ": r"\sum"}
TEX_SIGNS = {
    "⊙": r"\odot",
    "·": r"\cdot",
    "≠": r"\neq",
    "½": r"\tfrac{1}{2}",
    "²": "^{2}",
    "∂": r"\partial",
    "×": r"\times",
    "…": r"\dots",
    "≈": r"\approx",
}
TEX_MARKS = {"ᵀ": r"\mathsf{T}", "⁺": "+"}
BINARY = "⊙·≠=≈+-><,/…"

NUMBER = r"\d+(?:\.\d+)?(?:e[+-]?\d+)?|(?<![A-Za-z])(?:inf|NaN)(?![A-Za-z])"  # in print, without its sign
COMMAND = re.compile(r"\\[A-Za-z]+$")
PIECE = re.compile(
    rf"(?P<number>{NUMBER})"
    r"|(?P<word>[a-z]{2,}(?:[ -][a-z]{2,})*)(?!_)"
    rf"|(?P<letter>[A-Za-zδℒℓαΣ])(?P<sub>[{SUBSCRIPT_DIGITS}]+|_\([^)]*\)|_(?:out|in|gt|rows|[a-z])(?![a-z]))?"
    r"(?P<marks>[ᵀ⁺']*)"
    r"|(?P<space>\s+)"
    r"|(?P<sign>.)"
)


class Piece(NamedTuple):
    """A number, a word or more, a letter with its index and marks, a space, or a sign."""

    kind: str
    text: str
    subscript: str = ""
    marks: str = ""


def pieces(text: str) -> Iterator[Piece]:
    """A formula in print, taken apart. A power of ten that is squared, 1e-7², comes in parentheses: both notations have
    it as a product.
    """
    for match in PIECE.finditer(text):
        kind = match.lastgroup or ""
        if match["letter"]:
            index = (match["sub"] or "").translate(TO_DIGITS)
            yield Piece("letter", match["letter"], index.removeprefix("_").strip("()"), match["marks"])
        elif match["number"] and "e" in match[0] and text[match.end() :].startswith("²"):
            yield from (Piece("sign", "("), Piece(kind, match[0]), Piece("sign", ")"))
        else:
            yield Piece(kind, match[0])


def tex(text: str) -> str:
    """A formula in print as LaTeX has it in maths, in ASCII; it needs amsmath."""
    found = [*pieces(text)]
    result = ""
    for i, piece in enumerate(found):
        if piece.kind == "space":
            near = [other for other in (found[i - 1 : i] + found[i + 1 : i + 2]) if other.kind in ("sign", "word")]
            tight = any(other.kind == "word" or other.text in BINARY for other in near)
            result += " " if tight else r" \, "
            continue
        new = _tex_piece(piece)
        # A command must not run into the letter behind it.
        result += f" {new}" if COMMAND.search(result) and new[0].isalpha() else new
    return result


def _tex_piece(piece: Piece) -> str:
    if piece.kind == "number":
        return tex_number(piece.text)
    if piece.kind == "word":
        if piece.text in OPERATORS:
            return rf"\{piece.text}"
        return rf"\operatorname{{{piece.text}}}" if piece.text in FUNCTIONS else rf"\text{{ {piece.text} }}"
    if piece.kind == "letter":
        marks = "".join(TEX_MARKS.get(mark, "") for mark in piece.marks)
        primes = "'" * piece.marks.count("'")
        letter = TEX_LETTERS.get(piece.text, piece.text)
        return f"{letter}{_tex_index(piece.subscript)}{primes}{f'^{{{marks}}}' if marks else ''}"
    return TEX_SIGNS.get(piece.text, piece.text)


def _tex_index(index: str) -> str:
    if not index:
        return ""
    return f"_{{\\mathrm{{{index}}}}}" if len(index) > 1 and index.isalpha() else f"_{{{tex(index).strip()}}}"


def tex_number(text: str) -> str:
    """A number in maths: 1.2e-7 as 1.2 · 10⁻⁷."""
    mantissa, e, power = text.partition("e")
    if mantissa.lstrip("-") in ("inf", "NaN"):
        return mantissa.replace("inf", r"\infty").replace("NaN", r"\text{NaN}")
    return rf"{mantissa} \cdot 10^{{{int(power)}}}" if e else text


def html(text: str) -> str:
    """A formula in print as HTML has it."""
    return "".join(map(_html_piece, pieces(text)))


def _html_piece(piece: Piece) -> str:
    if piece.kind == "number":
        return html_number(piece.text)
    if piece.kind != "letter":
        return escape(piece.text)
    index = f"<sub>{escape(piece.subscript)}</sub>" if piece.subscript else ""
    marks = "".join(f"<sup>{escape({'ᵀ': 'T', '⁺': '+'}.get(mark, mark))}</sup>" for mark in piece.marks if mark != "'")
    primes = "′" * piece.marks.count("'")
    return f"<var>{piece.text}</var>{index}{primes}{marks}"


def html_number(text: str) -> str:
    """A number in HTML: 1.2e-7 as 1.2 · 10⁻⁷."""
    mantissa, e, power = text.partition("e")
    return f"{mantissa}·10<sup>{int(power)}</sup>" if e else text
