"""A worked solution in HTML: one file that needs nothing else, for dark and light screens and for paper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from core.expression.markup import html, html_number
from core.expression.pieces import CLOSE, OPEN, Pieces
from core.solving.solution import BLANK, Arithmetic, Entry, Grid, Part, Prose, Solution
from core.solving.wording import dots, equals, fractions, heading, prose_text, rounding_note, shape_note

STYLE = """\
:root { color-scheme: light dark; }
body { font: 16px/1.5 Georgia, "Times New Roman", serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; }
h1 { overflow-wrap: anywhere; }
section { margin: 0 0 1.6rem; }
.entry { margin: 1rem 0 1.6rem; break-inside: avoid; overflow-x: auto; }
.line { margin: .35rem 0 .35rem 1.5rem; white-space: nowrap; }
.formula { white-space: normal; }
.symbol { font-weight: bold; }
.note { font-size: .85em; opacity: .75; }
sub, sup { font-size: .7em; line-height: 0; }
table { display: inline-table; vertical-align: middle; border-collapse: collapse; margin: 0 .25em; position: relative; }
table::before, table::after { content: ""; position: absolute; top: 0; bottom: 0; width: .3em;
  border: 1.5px solid currentColor; }
table::before { left: 0; border-right: none; }
table::after { right: 0; border-left: none; }
td { padding: .05em .6em; text-align: right; white-space: pre;
  font: .85em/1.4 ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.tall { display: inline-block; vertical-align: middle; font-size: 2.4em; line-height: 1; font-weight: 100; }
.open { border-collapse: separate; border-spacing: .45em; padding: 0 .2em; }
.blank { min-width: 6em; height: 2.4em; padding: 0; border: 1px solid #888; border-radius: 3px; }
span.blank { display: inline-block; vertical-align: middle; min-width: 8em; }
.who span { display: inline-block; width: 22em; margin: 0 1.5em 0 .4em; border-bottom: 1px solid currentColor; }
.who span:last-child { width: 10em; margin-right: 0; }
@page { margin: 15mm; }
@media print {
  body { margin: 0; max-width: none; font-size: 11pt; }
  .entry { overflow: visible; }
  td { padding: .05em .4em; font-size: .75em; }
  h1, h2, h3, .entry > div:first-child { break-after: avoid; }
}"""
WHO = '<p class="who">Name<span></span> Date<span></span></p>'


def to_html(solution: Solution) -> str:
    """The solution as an HTML document; names from the problem are escaped. Every entry has the id "step-0-s_1"."""
    return "\n".join(_lines(solution)) + "\n"


def _lines(solution: Solution) -> Iterator[str]:
    title = escape(f"{solution.title}: {heading(solution)}")
    yield from ("<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">')
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield from (f"<title>{title}</title>", f"<style>\n{STYLE}\n</style>", "</head>", "<body>", f"<h1>{title}</h1>")
    if solution.blank:
        yield WHO
    yield f"<p>{_prose(solution.about_notation)} {_prose(rounding_note(solution))}</p>"
    yield "<ul>"
    for words, formulas in solution.facts:
        yield f"<li>{escape(words)}{': ' if formulas else ''}{', '.join(map(html, formulas))}</li>"
    yield "</ul>"
    if solution.formulas:
        yield "<h2>Formulas</h2>"
        for formula in solution.formulas:
            yield f'<div class="line formula">{html(formula)}</div>'
    for step in solution.steps:
        yield f"<h2>Step {step.index}</h2>"
        if step.rows:
            yield f"<p>{_prose(step.rows)}</p>"
        for section in step.sections:
            yield from ("<section>", f"<h3>{escape(section.title)}</h3>")
            for entry in section.entries:
                yield from _entry(entry, f"step-{step.index}-{entry.name}")
            yield "</section>"
    yield from ("</body>", "</html>")


def _entry(entry: Entry, anchor: str) -> Iterator[str]:
    yield f'<div class="entry" id="{escape(anchor)}">'
    note = prose_text(shape_note(entry))
    noun, names = entry.names
    if names:
        note += f", {noun}: {', '.join(names)}"
    symbol = html(entry.symbol)
    yield f'<div><span class="symbol">{symbol}</span> <span class="note">{escape(note)}</span></div>'
    if entry.formula:
        yield f'<div class="line formula">{symbol} = {html(entry.formula)}</div>'
    if entry.substituted:
        yield f'<div class="line">= {_parts(entry.substituted)}</div>'
    left = f"{'' if entry.formula else symbol} {html(equals(entry.exact))} "
    for i, (place, block) in enumerate(entry.result.blocks()):
        where = f'<span class="note">({place})</span> ' if place else ""
        yield f'<div class="line result">{"" if i else left}{where}{_parts([block])}</div>'
    if entry.remark:
        yield f'<div class="line note">({escape(entry.remark)})</div>'
    for example in entry.examples:
        yield f'<div class="line formula example">{_example(example)}</div>'
    yield "</div>"


def _example(example: Arithmetic) -> str:
    line = f"{html(example.symbol)} = {html(example.symbols)}"
    if not example.numbers:
        return f"{line} is {escape(example.result)}"
    line += f" = {html(example.numbers)}"
    return line if example.is_number else f"{line} {html(equals(example.exact))} {html_number(example.result)}"


def _parts(parts: Sequence[Part]) -> str:
    single = len(parts) == 1
    return " ".join(_matrix(part, single) if isinstance(part, Grid) else _between(part) for part in parts)


def _between(pieces: Pieces) -> str:
    """What stands between matrices, its parentheses as tall as they are."""
    return "".join(f'<span class="tall">{p.text}</span>' if p in (OPEN, CLOSE) else html([p]) for p in pieces)


def _matrix(grid: Grid, single: bool) -> str:
    if single and grid.rows == grid.columns == 1:
        (cell,) = grid.cells[0]
        return html_number(cell) if cell != BLANK else '<span class="blank"></span>'
    down, across = dots(grid)
    rows = [
        "".join(map(_cell, row, pads)) + ("<td>…</td>" if across else "")
        for row, pads in zip(grid.cells, fractions(grid.cells), strict=True)
    ]
    if down:
        rows.append("<td>⋮</td>" * (len(grid.cells[0]) + across))
    kind = ' class="open"' if grid.blank else ""
    return f"<table{kind}>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _cell(text: str, pad: int) -> str:
    return f"<td>{html_number(text)}{' ' * pad}</td>" if text != BLANK else '<td class="blank"></td>'


def _prose(prose: Prose) -> str:
    """A sentence of our own, its formulas with their indices."""
    return "".join(escape(part) if isinstance(part, str) else html(part) for part in prose)
