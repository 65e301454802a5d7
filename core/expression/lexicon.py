"""The words and symbols of formulas: what is typed, printed, said to numpy or set in LaTeX, in the plain letters that
the reader knows. Tables alone, and one pass over the text by them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from core.errors import FormulaError
from core.expression.nodes import ALL, COLUMNS, ROWS
from core.text import shown

SUM, TRUE_SUM = "Σ", "…"  # `…` stands for the words "for j≠y, minus their number for j=y"
SUMS: dict[str, str | None] = {  # what they are over; None: what the formula's quantity asks for
    **dict.fromkeys((SUM, "sum", "mean", "sum_i", "sum_n")),
    **dict.fromkeys(("Σ_rows", "sum_rows"), ROWS),
    **dict.fromkeys(("Σ_j", "Σ_wrong", "sum_columns", "sum_j", "sum_k"), COLUMNS),
    "sum_all": ALL,
}
OF_CLASSES = ("Σ_j", "Σ_wrong", "sum_j", "sum_k")  # within which every product is one of numbers
CLASS_LETTERS = "jkc"  # what runs over the classes in a sum
PER_CLASS = frozenset(("o", "p", "do", "dp", "term", "dterm"))  # quantities without a layer: o_2 is a column of theirs
MODULES = ("np", "numpy", "torch", "jnp", "tf", "math", "F", "jax.numpy")
TOKEN = re.compile(
    r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|\.\d+)"
    rf"|((?:(?:{'|'.join(map(re.escape, MODULES))})\.)[A-Za-z]\w*(?:\.[A-Za-z]\w*)?)"
    r"|([^\W\d]\w*?(?:(?:_\d+(?=[^\W\d_])|_out(?=[A-Z]))|(?!\w)))"  # delta_1W_2 is two names
    r"|(\.[A-Za-z]\w*)"
    r"|(\.\*|!=|>=|<=|==|:=|[-+]=|[-+*@/'()\[\]{},=<>^…]))"
)
SUBSCRIPT = "[\u2080-\u2089]"
DIGITS = {0x2080 + digit: str(digit) for digit in range(10)}
SYMBOLS = {
    "ℒ": " loss ",
    "ℓ": " sample_losses ",
    "α": " alpha ",
    "η": " eta ",
    "σ": " sigma",
    "ŷ": " y_hat",
    **dict.fromkeys("Σ∑", f" {SUM} "),
    "½": " (1/2) ",
    "∂": " d",
    "δ": " delta",
    "⁺": "_next ",
    **dict.fromkeys(("ᵀ", ".T", "′", "’"), "'"),
    **dict.fromkeys("⊙∘", ".*"),
    **dict.fromkeys("·⋅×", "*"),
    **dict.fromkeys("−–", "-"),
    "**": "^",
    "≠": "!=",
    "≥": ">=",
    "≤": "<=",
    "←": ":=",
    "&": " if ",
    "one-hot": " one_hot",
}
RAISED = {digit: str(i) for i, digit in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"⁻": "-"}

# LaTeX: commands, fonts, and what stands raised behind a name.
COMMANDS = {
    "delta": " delta",
    "alpha": " alpha ",
    "eta": " eta ",
    "sigma": " sigma",
    "ell": " sample_losses ",
    "partial": " d",
    **dict.fromkeys(("odot", "circ", "ast"), ".*"),
    **dict.fromkeys(("cdot", "times"), "*"),
    **dict.fromkeys(("neq", "ne"), "!="),
    **dict.fromkeys(("geq", "ge", "geqslant"), ">="),
    **dict.fromkeys(("leq", "le", "leqslant"), "<="),
    **dict.fromkeys(("gets", "leftarrow", "coloneqq"), ":="),
    **dict.fromkeys(("gt",), ">"),
    **dict.fromkeys(("lt",), "<"),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac"), " frac "),
    **{name: f" {name} " for name in ("exp", "log", "ln", "max", "tanh")},
    "prime": "'",
    **dict.fromkeys(("left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr"), ""),
    **dict.fromkeys(("quad", "qquad", "allowbreak", "displaystyle", "textstyle", "limits", "nolimits", "nonumber"), " "),
    **dict.fromkeys(("lbrack", "lbrace"), "["),
    **dict.fromkeys(("rbrack", "rbrace"), "]"),
}
FONTS = "mathrm|mathbf|mathsf|mathit|mathcal|mathscr|boldsymbol|bm|operatorname|text|textbf|textrm|textit|mathop|vec"
SUPERSCRIPTS = {
    **dict.fromkeys(("T", "top", "intercal", "tr"), "'"),
    **dict.fromkeys(("prime", "'"), "'"),
    **dict.fromkeys(("+", "new", "next", "t+1", "(t+1)", "neu"), "_next "),
    **dict.fromkeys(("+T", "+top"), "_next '"),
    **dict.fromkeys(("t", "(t)", "old"), " "),
}
LAYER_ABOVE = re.compile(r"[(\[](\d{1,4}|out|L)[)\]]")  # W^{[1]}, δ^{(out)}
GROUP = r"(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*"
LOSS_LETTER = r"(?:[ℒLEJC]|\\mathcal\s*\{?\s*[LEJC]\s*\}?|\\ell)"
DERIVATIVE = r"(?:∂|(?<![A-Za-z_])d)[ℒLEJC]\s*/\s*[∂d]"
PARTIAL_S = rf"(?:(?:{DERIVATIVE}|∂)s(?=_|{SUBSCRIPT})|\\partial\s*s(?=_))"
J_IS_Y = r"j\s*(?:(?P<{}>!=|≠|\\neq?)|={{1,2}})\s*y"
PRINT = re.compile(
    rf"(?P<backward>{PARTIAL_S})|(?P<derivative>{DERIVATIVE})"
    rf"|(?P<fraction>\\[dtc]?frac\s*\{{\s*\\partial\s*{LOSS_LETTER}\s*\}}\s*(?=\{{\s*\\partial))"
    r"|(?P<remark>, y(?: the true class in |\s*\\text\{ the true class in \}\s*)y_(?:gt|\{(?:\\mathrm\{)?gt\}+)\s*\Z"
    r"|\(frozen\)\s*\Z)"
    r"|(?P<true_sum>(?:for|\\text\{ for \}) *j *(?:≠|\\neq) *y, *(?:minus their number for|\\text\{ minus their number for \}) *j *= *y)"
    rf"|(?:[Σ∑]|\\sum(?:\\limits)?)(?:\s*_\s*(?P<over>rows(?!\w)|[a-z](?!\w)|\([^()]*\)|\{{{GROUP}\}}))?(?:\s*\^\s*(?:\{{[^{{}}]*\}}|\w))?"
    rf"|_?(?P<index>{SUBSCRIPT}+)(?P<next>⁺|_next)?"
    rf"|(?P<powers>[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|(?P<one>\\(?:mathbb|mathbf|mathds|mathbbm)\s*\{?\s*1\s*\}?|𝟙|𝟏)"
    rf"|(?P<is_true>_\s*\{{\s*\[?\s*{J_IS_Y.format('other')}\s*\]?\s*\}})"
    rf"|\\(?:{FONTS})\s*\{{(?P<font>{GROUP})\}}|(?P<font_alone>\\(?:{FONTS})(?![A-Za-z]))"
    rf"|_\s*\{{(?P<script>{GROUP})\}}"
    rf"|\^\s*(?:\{{(?P<above>{GROUP})\}}|(?P<above_in>\((?:t|t\s*\+\s*1)\))|\\(?P<above_command>[A-Za-z]+)|(?P<above_sign>[Tt+](?!\w)|-?\d+))"
    r"|\\hat\s*\{?\s*(?P<hat>[A-Za-z])\s*\}?|(?P<bar>\\(?:bar|tilde)\s*\{?\s*[A-Za-z]\s*\}?)"
    r"|(?P<cases>\\begin\s*\{cases\})|(?P<end_cases>\\end\s*\{cases\})|(?P<new_line>\\\\(?:\[[^\]]*\])?)|\\(?P<space>[,;:!> ])|\\(?P<brace>[{}])"
    r"|\\partial\s*(?P<partial>)"
    r"|\\(?P<command>[A-Za-z]+)"
    r"|(?P<count>\b[A-Za-z]\w*\.(?:shape\[0\]|size\(0\))|\blen\(\w+\))"
    r"|(?P<true_entry>\[\s*(?:np\.)?a?range\((?:[^()]|\([^()]*\))*\)\s*,\s*\w+\s*\])"
    r"|one-hot|\.T(?!\w)|\*\*|.",
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
            at = origins[place + len(plain[place:]) - len(plain[place:].lstrip())]
            found = text[slice(*at)] if text[at[0]] == "\\" else text[at[0]]
            raise FormulaError(f"nothing is written with {shown(found)} (character {at[0] + 1})")
        token, place = match[match.lastindex or 0], match.end()
        start, stop = origins[place - len(token)][0], origins[place - 1][1]
        yield Token(token, start + 1, text[start:stop].strip())


def _plain(symbol: re.Match[str]) -> str:
    """What a symbol is in plain letters; a command that nobody knows stays as it is."""
    kind = symbol.lastgroup
    written = symbol[0]
    if symbol["index"]:
        return f"_{symbol['index'].translate(DIGITS)}{'_next' if symbol['next'] else ''} "
    if written[0] in "Σ∑" or written.startswith("\\sum"):
        return f" {SUM}{_over(symbol['over'] or '')} "
    if symbol["is_true"]:
        return f"[j{'!=' if symbol['other'] else '='}y]"
    match kind:
        case None:
            return SYMBOLS.get(written, written)
        case "backward":
            return " delta"
        case "derivative":
            return " d"
        case "true_sum":
            return TRUE_SUM
        case "powers":
            return f"^({''.join(RAISED[digit] for digit in written)})"
        case "font":
            return spelled(symbol["font"])
        case "script":
            return _script(symbol["script"])
        case "above" | "above_command" | "above_sign" | "above_in":
            return _above(symbol[kind])
        case "hat":
            return f" {symbol['hat']}_hat"
        case "partial":
            return " d"
        case "command":
            return COMMANDS.get(symbol["command"]) or (
                written if symbol["command"] not in COMMANDS and not _greek(symbol["command"]) else _greek(symbol["command"])
            )
        case "brace":
            return "[" if symbol["brace"] == "{" else "]"
        case _:
            return FIXED[kind]


FIXED = {
    "fraction": " dloss_by ",
    "remark": "",
    "one": "",
    "font_alone": "",
    "bar": " y_bar",
    "cases": " cases ( ",
    "end_cases": " ) ",
    "new_line": " , ",
    "space": " ",
    "count": " n ",
    "true_entry": "_y ",
}


def _over(text: str) -> str:
    """What a sum is over, behind its sign."""
    inner = "".join(spelled(text.strip("(){}")).split())
    if inner == "rows" or inner in (*CLASS_LETTERS,):
        return "_rows" if inner == "rows" else "_j"
    return "_wrong" if re.fullmatch(r"[jk]!=y", inner) else "_j" if inner[:2] in ("j=", "k=") else ""


def _script(text: str) -> str:
    """An index in braces; the parts of several are indices behind each other."""
    return "".join(f"_{part.strip()}" for part in spelled(text).split(",")) + " "


def _above(text: str) -> str:
    """What stands raised: a transpose, what comes after the update, a layer in brackets, a power."""
    bare = re.sub(rf"\\(?:{FONTS})|[\\\s{{}}]", "", text)
    if bare in SUPERSCRIPTS:
        return SUPERSCRIPTS[bare]
    layer = LAYER_ABOVE.fullmatch(bare)
    return f"_{layer[1]} " if layer else f"^({spelled(text)})"


def _greek(name: str) -> str:
    """The letter of a command for a Greek one; empty for any other command."""
    try:
        return unicodedata.lookup(f"GREEK SMALL LETTER {name.replace('lambda', 'lamda').upper()}")
    except KeyError:
        return ""
