"""In which of four styles a formula is written: typed as sgdb has it, as sgdb prints it, lines of numpy, LaTeX."""

from __future__ import annotations

import re
from collections.abc import Sequence

from core.expression.lexicon import MODULES, Lexeme
from core.expression.names import function_of

TYPED, PRINTED, IN_NUMPY, IN_LATEX = "typed", "printed", "numpy", "LaTeX"
LATEX_CUE = re.compile(r"\\[A-Za-z]|[_^]\s*\{")
PRINTED_CUES = frozenset("⊙ᵀ₀₁₂₃₄₅₆₇₈₉")
NUMPY_CUES = frozenset(("@", "axis", "keepdims", "dim"))
NUMPY_HINTS = frozenset((".T", "**"))  # which sgdb's own formulas may have, too
ROWS_OF_AN_ARRAY = re.compile(r"\.shape\[|\.size\(|len\(")
COMPARISONS = frozenset((">", "<", ">=", "<="))
PLAIN_CUES = frozenset((".*", "⊙", "∘", "ᵀ", "·"))


def dialect_of(text: str, found: Sequence[Lexeme], functions: Sequence[str] = ()) -> str:
    """The style that the words and signs `found` in a formula speak."""
    if LATEX_CUE.search(text):
        return IN_LATEX
    if any(_is_numpy(lexeme) for lexeme in found):
        return IN_NUMPY
    written = {lexeme.written for lexeme in found}
    compares = written & COMPARISONS and "[" not in written  # (s_1 > 0), where sgdb has [s_1 > 0]
    asks = any(map(ROWS_OF_AN_ARRAY.search, written))
    hints = asks or compares or written & NUMPY_HINTS or any(_is_slope(lexeme.text, functions) for lexeme in found)
    if hints and not written & PLAIN_CUES and not _turns(found, functions):
        return IN_NUMPY
    return PRINTED if PRINTED_CUES.intersection(text) else TYPED


def is_plain(text: str, found: Sequence[Lexeme], functions: Sequence[str] = ()) -> bool:
    """Whether nothing tells sgdb's own formulas from lines of numpy: y_out * (1 - y_out)."""
    written = {lexeme.written for lexeme in found}
    return not (written & PLAIN_CUES or "[" in written or not text.isascii() or _turns(found, functions))


def _is_numpy(lexeme: Lexeme) -> bool:
    is_method = lexeme.text[:1] == "." and lexeme.text[1:2].isalpha()
    return lexeme.text in NUMPY_CUES or is_method or lexeme.text.partition(".")[0] in MODULES


def _is_slope(word: str, functions: Sequence[str]) -> bool:
    """Whether it is a program's name for a derivative: relu_prime, f_1_slope."""
    function = function_of(word, functions)
    return function is not None and function[1]


def _turns(found: Sequence[Lexeme], functions: Sequence[str]) -> bool:
    """Whether a ' turns a matrix, as it does in sgdb's own formulas, behind anything but a function's name."""
    before = [""] + [lexeme.text for lexeme in found]
    return any(
        lexeme.text == "'" and lexeme.written != ".T" and function_of(name, functions) is None
        for lexeme, name in zip(found, before, strict=False)
    )
