"""A worked solution in LaTeX: one file in ASCII that pdflatex takes with nothing but amsmath."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from core.expression.greek import greek_command
from core.expression.markup import tex, tex_number
from core.expression.pieces import Pieces, as_text
from core.solving.solution import BLANK, Arithmetic, Entry, Grid, Part, Prose, Solution
from core.solving.wording import dots, equals, fractions, heading, rounding_note, shape_note
from core.text import NONE

PREAMBLE = r"""\documentclass[10pt,a4paper,fleqn]{article}
\usepackage{amsmath}
\setlength{\textwidth}{17.6cm}
\setlength{\oddsidemargin}{-0.84cm}
\setlength{\arraycolsep}{3.5pt}
\setlength{\textheight}{25cm}
\setlength{\topmargin}{-1.5cm}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 2pt}
\raggedright
\raggedbottom
\interlinepenalty=10000
\allowdisplaybreaks
\makeatletter
\newcommand{\together}{\par\nobreak\@nobreaktrue} % with the heading that follows
\makeatother"""
KEEP = r"\postdisplaypenalty=10000"  # no page ends behind a display
SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "_": r"\_",
    "%": r"\%",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': "''",
    "`": r"\textasciigrave{}",
    "-": "{-}",  # two of them are not to become a dash
    "'": r"{'}",
    "ß": r"\ss{}",
    "æ": r"\ae{}",
    "Æ": r"\AE{}",
    "œ": r"\oe{}",
    "ø": r"\o{}",
    "Ø": r"\O{}",
    "ł": r"\l{}",
    "Ł": r"\L{}",
}
ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0304": "=",
    "\u0308": '"',
    "\u030a": "r",
    "\u030c": "v",
    "\u0327": "c",
}
# The most digits, or what is as wide, that fit into a line of each size.
SIZES = ((95, ""), (103, r"\small"))
TALL = 18  # rows of a matrix of which only one goes on a page
SMALLEST = r"\footnotesize"
ROOMY, ROOMY_COLUMNS, NARROW = "2.3cm", 5, "1.5cm"  # of a blank, and how many of a row there may be
NAME_AND_DATE = r"Name \underline{\hspace{8cm}} \quad Date \underline{\hspace{4cm}}"


def to_latex(solution: Solution) -> str:
    """The solution as a LaTeX document; names from the problem are escaped. Accents and Greek letters in them stay; any
    other letter that pdflatex has no font for is written as its code, U+6F22.
    """
    return "\n".join(_lines(solution)) + "\n"


def _lines(solution: Solution) -> Iterator[str]:
    yield from (PREAMBLE, r"\begin{document}")
    yield rf"\section*{{{escaped(solution.title)}: {heading(solution)}}}"
    if solution.blank:
        yield from (NAME_AND_DATE, r"\medskip", "")
    yield f"{_prose(solution.about_notation)} {_prose(rounding_note(solution))}"
    yield r"\begin{itemize}"
    for words, formulas in solution.facts:
        shown = ", ".join(f"${tex(formula)}$" for formula in formulas)
        yield rf"\item {_plain(words)}{': ' if formulas else ''}{shown}"
    yield r"\end{itemize}"
    if solution.formulas:
        yield r"\subsection*{Formulas}"
        # In a paragraph a long formula breaks where maths lets it.
        for formula in solution.formulas:
            yield from ("", f"${tex(formula, breaks=True)}$")
    for step in solution.steps:
        yield rf"\subsection*{{Step {step.index}}}"
        if step.rows:
            yield _prose(step.rows) + r"\together"
        for section in step.sections:
            yield rf"\subsubsection*{{{section.title}}}"
            for entry in section.entries:
                yield from _entry(entry)
    yield r"\end{document}"


def _entry(entry: Entry) -> Iterator[str]:
    notes = [_prose(shape_note(entry))]
    noun, names = entry.names
    notes += [f"{noun}: {', '.join(map(_name, names))}"] if names else []
    note = ", ".join(note for note in notes if note)
    symbol = tex(entry.symbol)
    yield from ("", r"\par\addpenalty{-100}\addvspace{9pt}", rf"\textbf{{${symbol}$}} {note}\nopagebreak")
    blocks = [*entry.result.blocks()]
    width = len(as_text(entry.symbol)) + 4
    widest = max(width + _width(parts) for parts in (entry.substituted, *([block] for _, block in blocks)))
    size = next((size for most, size in SIZES if widest <= most), SMALLEST)
    rows = [_normal(symbol, size) + "&= " + _normal(tex(entry.formula), size)] if entry.formula else []
    rows += [f"&= {_parts(entry.substituted)}"] if entry.substituted else []
    left, sign = "" if entry.formula else symbol, tex(equals(entry.exact))
    tall = any(isinstance(part, Grid) and len(part.cells) > TALL for part in entry.substituted)
    for place, block in blocks:
        if (place or tall) and rows:
            yield from _display(rows, size)
            rows = []
        rows += [rf"&\text{{({place})}}"] if place else []
        rows.append(f"{left}&{sign} {_parts([block])}")
        left, sign = "", r"\phantom{=}"
    yield from _display(rows, size, last=not entry.examples)
    if entry.remark:
        yield from ("", rf"({_plain(entry.remark)})\nopagebreak")
    for i, example in enumerate(entry.examples):
        yield from (r"\nopagebreak",) if i else ()
        yield from _example(example)


def _display(rows: Sequence[str], size: str, last: bool = True) -> Iterator[str]:
    """Lines that stand under each other; unless they are the last of an entry, what follows stays on their page."""
    yield f"{{{size}{'' if last else KEEP}\n" + r"\[\begin{aligned}"
    yield " \\\\[2pt]\n".join(rows)
    yield r"\end{aligned}\]}"


def _normal(formula: str, size: str) -> str:
    """A formula in the size of the text, beside matrices of another."""
    return rf"\mbox{{\normalsize${formula}$}}" if size else formula


def _name(text: str) -> str:
    return r"\dots" if text == "…" else escaped(text)


def _example(example: Arithmetic) -> Iterator[str]:
    # In a paragraph a long sum breaks where it has to.
    lines = [f"${tex(example.symbol)} = {tex(example.symbols)}$"]
    if not example.numbers:
        lines.append(f"is {_plain(example.result)}")
    else:
        lines.append(f"$= {tex(example.numbers)}$")
        if not example.is_number:
            lines.append(f"${tex(equals(example.exact))} {tex_number(example.result)}$")
    yield from ("", r"\hangindent=3em " + " ".join(lines))


def _width(parts: Sequence[Part]) -> float:
    """How many digits are as wide as this line."""
    return sum(part.width if isinstance(part, Grid) else len(as_text(part)) for part in parts)


def _parts(parts: Sequence[Part]) -> str:
    single = len(parts) == 1
    return " ".join(_matrix(part, single) if isinstance(part, Grid) else _between(part) for part in parts)


def _between(pieces: Pieces) -> str:
    """What stands between matrices, its parentheses as tall as they are."""
    return tex(pieces, tall=True)


def _matrix(grid: Grid, single: bool) -> str:
    room = ROOMY if grid.columns <= ROOMY_COLUMNS else NARROW
    if single and grid.rows == grid.columns == 1:
        return _cell(grid.cells[0][0], 0, room)
    down, across = dots(grid)
    rows = [
        " & ".join(_cell(text, pad, room) for text, pad in zip(row, pads, strict=True)) + r" & \cdots" * across
        for row, pads in zip(grid.cells, fractions(grid.cells), strict=True)
    ]
    columns = len(grid.cells[0]) + across
    if down:
        rows.append(" & ".join([r"\vdots"] * columns))
    body = " \\\\ ".join(rows)
    matrix = rf"\left[\begin{{array}}{{{'r' * columns}}} {body} \end{{array}}\right]"
    return rf"\renewcommand{{\arraystretch}}{{2.1}}{matrix}" if grid.blank else matrix


def _cell(text: str, pad: int, room: str) -> str:
    if text == NONE:
        return r"\text{--}"
    if text == BLANK:
        return rf"\underline{{\hspace{{{room}}}}}"
    # A decimal point is narrower than a digit, and stands free only where there is none in the number.
    free = "." * (pad > 0 and "." not in text) + "0" * (pad - (pad > 0 and "." not in text))
    return tex_number(text) + (rf"\phantom{{{free}}}" if free else "")


def _prose(prose: Prose) -> str:
    """A sentence of our own, its formulas in maths."""
    return "".join(part if isinstance(part, str) else f"${tex(part)}$" for part in prose)


def _plain(words: str) -> str:
    """Words of our own, in which the names of functions and losses may have an underscore."""
    return "".join(c if c in "-'" else _character(c) for c in words)


def escaped(text: str) -> str:
    """A person's text as LaTeX takes it, in ASCII."""
    return "".join(map(_character, unicodedata.normalize("NFC", text)))


def _character(c: str) -> str:
    if c in SPECIAL:
        return SPECIAL[c]
    if c.isascii():
        return c
    if command := greek_command(c):
        return f"${command}$"
    parts = unicodedata.normalize("NFD", c)
    if len(parts) == 2 and parts[1] in ACCENTS and parts[0].isascii():
        return rf"\{ACCENTS[parts[1]]}{{{parts[0]}}}"
    return f"U+{ord(c):04X}"
