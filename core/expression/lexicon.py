"""The words and symbols of formulas: what is typed, printed, said to numpy or set in LaTeX, in the plain letters that
the reader knows. Tables alone, and one pass over the text by them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from core.errors import FormulaError
from core.expression.greek import greek
from core.expression.latex import COMMANDS, FONTS, LAYER_ABOVE, SUPERSCRIPTS
from core.expression.nodes import ALL, COLUMNS, ROWS
from core.expression.style import LETTERS_OF_TRAINING, POWERS
from core.text import shown

SUM, TRUE_SUM = "Σ", "…"  # `…` stands for the words "for j≠y, minus their number for j=y"
SUMS: dict[str, str | None] = {  # what they are over; None: what the formula's quantity asks for
    **dict.fromkeys((SUM, "sum", "mean", "sum_i", "sum_n")),
    **dict.fromkeys(("Σ_rows", "sum_rows"), ROWS),
    **dict.fromkeys(("Σ_j", "Σ_wrong", "Σ_columns", "sum_columns", "sum_j", "sum_k"), COLUMNS),
    "sum_all": ALL,
}
OF_CLASSES = ("Σ_j", "Σ_wrong", "sum_j", "sum_k")  # within which every product is one of numbers
CLASS_LETTERS = "jkc"  # what runs over the classes in a sum
MODULES = ("np", "numpy", "torch", "jnp", "tf", "math", "F", "jax.numpy")
LEXEME = re.compile(
    r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?|\.\d+)"
    rf"|((?:(?:{'|'.join(map(re.escape, MODULES))})\.)[A-Za-z]\w*(?:\.[A-Za-z]\w*)?)"
    r"|([^\W\d]\w*?(?:(?:_\d+(?=[^\W\d_])|_out(?=[A-Z]))|(?!\w)))"  # delta_1W_2 is two names
    r"|(\.[A-Za-z]\w*)"
    r"|(\.\*|!=|>=|<=|==|:=|[-+]=|[-+*@/'()\[\]{},=<>^…|]))"
)
SUBSCRIPT = "[\u2080-\u2089]"
DIGITS = {0x2080 + digit: str(digit) for digit in range(10)}
SYMBOLS = {
    "ℒ_data": " data_loss ",
    "ℒ": " loss ",
    "m\u0302": " mhat",
    "n\u0302": " nhat",
    **{symbol: f" {name}" for name, symbol in LETTERS_OF_TRAINING.items()},
    "Ω": " penalty",
    "√": " sqrt",
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
    "./": "/",
    "≠": "!=",
    "≥": ">=",
    "≤": "<=",
    "←": ":=",
    "&": " if ",
    "one-hot": " one_hot",
}
RAISED = POWERS | {ord("⁻"): "-"}

# What is written in several letters: patterns by name, the first that fits wins, and what each is in plain letters.
GROUP = r"(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*"  # between braces
LOSS_LETTER = r"(?:[ℒLEJC]|\\mathcal\s*\{?\s*[LEJC]\s*\}?|\\ell)"
DERIVATIVE = rf"(?:(?:∂|(?<![A-Za-z_])d)[ℒLEJC]|\\partial\s*{LOSS_LETTER})\s*/\s*(?:[∂d]|\\partial\s*)"
HATTED = r"(?:ŷ|\\(?:hat|bar)\s*\{?\s*[A-Za-z]\s*\}?)"
ONE = r"(?:\\(?:mathbb|mathbf|mathds|mathbbm)\s*\{?\s*1\s*\}?|𝟙|𝟏)"
PATTERNS = {
    "backward": rf"(?:(?:{DERIVATIVE}|∂)s(?=_|{SUBSCRIPT})|\\partial\s*s(?=_))",
    "of_hatted": rf"(?:{DERIVATIVE}|∂|\\partial\s*){HATTED}",
    "derivative": DERIVATIVE,
    "digits": r"\\[dtc]?frac\s*\d\s*\d(?!\d)",
    "nabla": rf"(?:\\nabla|∇)\s*_?\s*(?:\{{{GROUP}\}}|[A-Za-zδ](?:_\w+|{SUBSCRIPT}+)?)(?:\s*{LOSS_LETTER}(?!\w))?",
    "fraction": rf"\\[dtc]?frac\s*\{{\s*(?:\\partial|[d∂])\s*{LOSS_LETTER}\s*\}}\s*(?=\{{\s*(?:\\partial|[d∂]))",
    "remark": r", y(?: the true class in |\s*\\text\{ the true class in \}\s*)y_(?:gt|\{(?:\\mathrm\{)?gt\}+)\s*\Z",
    "frozen": r"\(frozen\)\s*\Z",
    "true_sum": r"(?:for|\\text\{ for \}) *j *(?:≠|\\neq) *y, *"
    r"(?:minus their number for|\\text\{ minus their number for \}) *j *= *y",
    "sum": rf"(?:[Σ∑]|\\sum(?:\\limits)?)(?:\s*_\s*(?:(?:rows|columns)(?!\w)|[a-z](?!\w)|\([^()]*\)|\{{{GROUP}\}}))?"
    r"(?:\s*\^\s*(?:\{[^{}]*\}|\w))?",
    "index": rf"_?{SUBSCRIPT}+(?:⁺|_next)?",
    "powers": rf"[{''.join(map(chr, RAISED))}]+",
    "one_where": rf"(?:{ONE}|(?<![\w.])1)\s*_\s*\{{(?=[^{{}}]*(?:[<>]|\\[gl](?:eq?|t)(?![a-z])|[≥≤]|\{{)){GROUP}\}}",
    "one": rf"{ONE}|(?<![\w.])1(?=\s*\[)",
    "indicator": r"_\s*\{\s*\\?[\[{]?\s*j\s*(?:!=|≠|\\neq?|={1,2})\s*y\s*\\?[\]}]?\s*\}",
    "font": rf"\\(?:{FONTS})\s*\{{{GROUP}\}}",
    "font_alone": rf"\\(?:{FONTS})(?![A-Za-z])",
    "script": rf"_\s*\{{{GROUP}\}}",
    "counted": r"(?<![A-Za-z])(?:β|\\?beta)_?(?:\{\s*)?[12₁₂](?:\s*\})?\s*\^\s*(?:\{\s*t\s*\}|t(?!\w))",
    "raised": rf"\^\s*(?:\{{{GROUP}\}}|\((?:t|t\s*\+\s*1)\)|\\[A-Za-z]+|[Tt+](?!\w)|-?\d+(?!\.?\d))",
    "hat": r"\\hat\s*\{?\s*[A-Za-z]\s*\}?",
    "bar": r"\\(?:bar|tilde)\s*\{?\s*[A-Za-z]\s*\}?",
    "cases": r"\\begin\s*\{cases\}",
    "end_cases": r"\\end\s*\{cases\}",
    "new_line": r"\\\\(?:\[[^\]]*\])?",
    "space": r"\\[,;:!> ]",
    "brace": r"\\[{}]",
    "partial": r"\\partial\s*",
    "command": r"\\[A-Za-z]+",
    "count": r"\b[A-Za-z]\w*\.(?:shape\[0\]|size\(0\))|\blen\(\w+\)",
    "true_entry": r"\[\s*(?:np\.)?a?range\((?:[^()]|\([^()]*\))*\)\s*,\s*\w+\s*\]",
    "symbol": r"one-hot|ℒ_data|[mn]\u0302|\.T(?!\w)|\*\*|\./|.",
}
PRINT = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS.items()), re.DOTALL)


DERIVATIVES = re.compile(rf"\\[dtc]?frac\s*\{{\s*((?:\\partial|[d∂]){GROUP})\}}\s*\{{({GROUP})\}}")


class Lexeme(NamedTuple):
    """A word or sign in plain letters, its place in the formula as it was written, from 1, and how it stands there."""

    text: str
    place: int
    written: str


def spelled(text: str) -> str:
    """A name or formula in plain letters, where it was written with the symbols of print; Σ alone stays."""
    return "".join(_plain(match) for match in PRINT.finditer(text))


def in_line(name: str) -> str:
    """A name with a derivative in it, \\frac{\\partial C}{\\partial w_1}, as it stands in a line: behind a slash."""
    return DERIVATIVES.sub(r"\1/\2", name)


def lexemes(text: str, signs: str = "") -> Iterator[Lexeme]:
    """The words and signs of a formula, among which there may be these `signs`, too. Raises FormulaError."""
    others = re.compile(rf"\s*([{re.escape(signs)}])") if signs else None
    plain, origins = "", []
    for symbol in PRINT.finditer(text):
        new = _plain(symbol)
        plain += new
        origins += [symbol.span()] * len(new)
    place, end = 0, len(plain.rstrip())
    while place < end:
        match = LEXEME.match(plain, place) or (others.match(plain, place) if others else None)
        if match is None:
            at = origins[place + len(plain[place:]) - len(plain[place:].lstrip())]
            sign = text[slice(*at)] if text[at[0]] == "\\" else text[at[0]]
            raise FormulaError(f"nothing is written with {shown(sign)} (character {at[0] + 1})", at[0] + 1)
        found, place = match[match.lastindex or 0], match.end()
        start, stop = origins[place - len(found)][0], origins[place - 1][1]
        yield Lexeme(found, start + 1, text[start:stop].strip())


def _plain(symbol: re.Match[str]) -> str:
    """What a symbol is in plain letters."""
    found = PLAIN[symbol.lastgroup or "symbol"]
    return found if isinstance(found, str) else found(symbol[0])


def _inside(written: str) -> str:
    """What stands between the outer braces."""
    return written.partition("{")[2].rpartition("}")[0]


def _index(written: str) -> str:
    digits = written.strip("_").removesuffix("⁺").removesuffix("_next")
    return f"_{digits.translate(DIGITS)}{'_next' * (written[-1] in '⁺t')} "


def _sum(written: str) -> str:
    """Σ and what it is over."""
    over = written.partition("_")[2].partition("^")[0]
    inner = "".join(spelled(over.strip(" (){}")).split())
    if inner in ("rows", "columns", *CLASS_LETTERS):
        return f" {SUM}_{inner if len(inner) > 1 else 'j'} "
    return f" {SUM}{'_wrong' if re.fullmatch(r'[jk]!=y', inner) else '_j' if inner[:2] in ('j=', 'k=') else ''} "


def _nabla(written: str) -> str:
    """The gradient ∇_W L: what it is by, behind a d."""
    of = re.sub(rf"^(?:\\nabla|∇)\s*_?\s*|(?<=[}}\s]){LOSS_LETTER}\Z", "", written).strip()
    return f" d{spelled(_inside(of) if of[0] == '{' else of).strip()} "


def _where(written: str) -> str:
    """1 with a condition as its index."""
    condition = re.sub(r"^\s*\\?[{\[]|\\?[}\]]\s*$", "", _inside(written[written.index("_") :]))
    return f"[{spelled(condition)}]"


def _script(written: str) -> str:
    """An index in braces; the parts of several are indices behind each other."""
    return "".join(f"_{part.strip()}" for part in spelled(_inside(written)).split(",")) + " "


def _raised(written: str) -> str:
    """What stands raised: a transpose, what comes after the update, a layer in brackets, a power."""
    above = written[1:].strip()
    above = _inside(above) if above[0] == "{" else above
    bare = re.sub(rf"\\(?:{FONTS})|[\\\s{{}}]", "", above)
    if bare in SUPERSCRIPTS:
        return SUPERSCRIPTS[bare]
    layer = LAYER_ABOVE.fullmatch(bare)
    if layer and layer[2] in ("", *SUPERSCRIPTS):
        return f"_{layer[1]}{SUPERSCRIPTS.get(layer[2], ' ')}"
    return f"^({spelled(above)})"


def _hat(written: str) -> str:
    """ŷ, and the letters that an update puts a hat on."""
    letter = written.rstrip(" }")[-1]
    return f" {letter}hat" if letter in "mn" else f" {letter}_hat"


def _command(written: str) -> str:
    """One of LaTeX's commands, or a Greek letter; a command that nobody knows stays as it is."""
    name = written[1:]
    return COMMANDS[name] if name in COMMANDS else greek(name) or written


PLAIN: dict[str, str | Callable[[str], str]] = {
    "backward": " delta",
    "of_hatted": lambda written: f" d{spelled(re.findall(HATTED, written)[0]).strip()}",
    "derivative": " d",
    "digits": lambda written: " ({}/{}) ".format(*re.findall(r"\d", written)),
    "nabla": _nabla,
    "fraction": " dloss_by ",
    "remark": "",
    "frozen": "",
    "true_sum": TRUE_SUM,
    "sum": _sum,
    "index": _index,
    "powers": lambda written: f"^({written.translate(RAISED)})",
    "one_where": _where,
    "one": "",
    "indicator": lambda written: "[j!=y]" if re.search(r"!=|≠|\\ne", written) else "[j=y]",
    "font": lambda written: spelled(_inside(written)),
    "font_alone": "",
    "script": _script,
    "raised": _raised,
    "counted": lambda written: f" beta_{re.findall('[12₁₂]', written)[0].translate(DIGITS)}^(t)",
    "hat": _hat,
    "bar": " y_bar",
    "cases": " cases ( ",
    "end_cases": " ) ",
    "new_line": " , ",
    "space": " ",
    "brace": lambda written: "[" if written[1] == "{" else "]",
    "partial": " d",
    "command": _command,
    "count": " n ",
    "true_entry": "_y ",
    "symbol": lambda written: SYMBOLS.get(written, written),
}
