"""Readers of worked solutions, one for each format, that share no line with the writers.

They give the numbers of each quantity by its name, row by row, as somebody finds them on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt

import core
from core.computation import symbols_of

Rows = list[list[str]]


def read_markdown(text: str, step: core.Step) -> dict[str, Rows]:
    return read_markdown_by(text, {symbol: name for name, symbol in symbols_of(step).items()})


def read_markdown_by(text: str, names: Mapping[str, str]) -> dict[str, Rows]:
    """The same of a page with other symbols, by the `names` of these."""
    found: dict[str, Rows] = {}
    name = ""
    for token in MarkdownIt("commonmark").parse(text):
        if token.type == "inline" and token.content.startswith("**"):
            words = [child.content for child in token.children or () if child.type == "text" and child.content]
            name = names[words[0]]
        elif token.type == "fence" and name:
            assert name not in found
            found[name], name = markdown_result(token.content), ""
    return found


def markdown_result(block: str) -> Rows:
    """The last part of a block of code that is a single matrix or number, or the blocks of one."""
    result: list[tuple[str, Rows]] = []
    for part in re.split(r"\n\s*\n", block):
        place = "".join(re.findall(r" \(((?:rows|columns) [^()]*)\)", part))
        lines = re.sub(r" \((?:rows|columns) [^()]*\)", lambda m: " " * len(m[0]), part.rstrip("\n")).split("\n")
        right = [re.sub(r"^[^\[]*?[=≈](?= )", "", line).strip() for line in lines]
        if all(re.fullmatch(r"\[ [^\[\]]* \]", line) for line in right):
            result = [*followed_by(result, place), (place, [line[1:-1].split() for line in right])]
        elif len(lines) == 1 and re.fullmatch(r"-?[\d.]+(e-?\d+)?|-?inf|NaN", right[0]):
            result = [*followed_by(result, place), (place, [[right[0]]])]
    return [[cell for cell in row if cell != "…"] for row in joined(result) if "⋮" not in row]


def followed_by(blocks: list[tuple[str, Rows]], place: str) -> list[tuple[str, Rows]]:
    """The blocks of the same matrix as one at a place: what has none is another line."""
    return [block for block in blocks if place and block[0]]


def joined(blocks: list[tuple[str, Rows]]) -> Rows:
    """A matrix from its blocks, each with its place: "rows 41 to 60, columns 4 to 6"."""
    cells: dict[tuple[int, int], str] = {}
    for place, rows in blocks:
        starts = {noun: int(first) for noun, first in re.findall(r"(rows|columns) (\d+) to", place)}
        for i, row in enumerate(rows, start=starts.get("rows", 1)):
            for j, cell in enumerate(row, start=starts.get("columns", 1)):
                assert (i, j) not in cells
                cells[i, j] = cell
    height, width = (max(place[axis] for place in cells) for axis in (0, 1))
    return [[cells[i, j] for j in range(1, width + 1)] for i in range(1, height + 1)]


TEX_NAMES = {r"\delta": "delta", r"\ell": "sample_losses", r"\mathcal{L}": "loss", r"\Omega": "penalty"}


def tex_name(symbol: str) -> str:
    """s_{1}, \\delta_{\\mathrm{out}}, \\partial W_{1}, W_{1}^{+} as an answer sheet names them."""
    if symbol == r"\mathcal{L}_{\mathrm{data}}":
        return "data_loss"
    symbol = re.sub(r"\\hat\{(\w)\}", r"\1hat", symbol)
    match = re.fullmatch(
        r"(\\partial ?)?(\\math(?:cal|rm)\{\w+\}|\\?[A-Za-z]+)(?:_\{(?:\\mathrm\{)?(\w+)\}?\})?(\^\{\+\})?", symbol
    )
    assert match is not None, symbol
    partial, letter, label, plus = match.groups()
    base = ("d" if partial else "") + TEX_NAMES.get(letter, re.sub(r"\\mathrm\{(\w+)\}", r"\1", letter))
    return base + (f"_{label}" if label else "") + ("_next" if plus else "")


def read_latex(text: str, name_of: Callable[[str], str] = tex_name) -> dict[str, Rows]:
    found: dict[str, Rows] = {}
    parts = re.split(r"\\textbf\{\$(.+?)\$\}", text)[1:]
    for symbol, rest in zip(parts[::2], parts[1::2], strict=True):
        name = name_of(symbol)
        assert name not in found
        displays = re.findall(r"\\begin\{aligned\}\n(.*?)\n\\end\{aligned\}", rest, re.S)
        blocks: list[tuple[str, Rows]] = []
        place = ""
        for line in "\\\\[2pt]\n".join(displays).split("\\\\[2pt]\n"):
            if label := re.fullmatch(r"&\\text\{\((.*)\)\} ?", line):
                place = label[1]
                continue
            last = re.split(r"&(?:=|\\approx|\\phantom\{=\}) ", line)[1].strip()
            array = re.fullmatch(r"\\left\[\\begin\{array\}\{r+\} (.*) \\end\{array\}\\right\]", last)
            rows = [row.split(" & ") for row in array[1].split(r" \\ ")] if array else [[last]]
            blocks = [*followed_by(blocks, place), (place, rows)]
        rows = joined(blocks)
        found[name] = [[tex_number(cell) for cell in row if cell != r"\cdots"] for row in rows if r"\vdots" not in row]
    return found


def tex_number(cell: str) -> str:
    cell = re.sub(r"\\phantom\{[0.]*\}", "", cell).strip()
    cell = cell.replace(r"\infty", "inf").replace(r"\text{NaN}", "NaN").replace(r"\text{--}", "—")
    return re.sub(r" \\cdot 10\^\{(-?\d+)\}$", r"e\1", cell)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Rows] = {}
        self.title = ""
        self.tags: set[str] = set()
        self.blocks: dict[str, list[tuple[str, Rows]]] = {}
        self._name = ""
        self._result = self._heading = self._place = False
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        attributes = dict(attrs)
        self.tags.add(tag)
        if "entry" in (attributes.get("class") or "").split():
            self._name = re.sub(r"^step-\d+-", "", attributes["id"])
        if tag == "div" and "result" in (attributes.get("class") or "").split():
            self._result = True
            self.blocks.setdefault(self._name, []).append(("", []))
        elif self._result and tag == "tr":
            self._rows.append([])
        elif self._result and tag == "td":
            self._rows[-1].append("")
        elif self._result and tag == "sup" and self._rows:
            self._add("^")
        self._place = self._result and tag == "span"
        self._heading = tag == "h1"

    def handle_endtag(self, tag: str) -> None:
        self._result = self._result and tag != "div"
        self._place = False
        self._heading = self._heading and tag != "h1"

    def handle_data(self, data: str) -> None:
        if self._heading:
            self.title += data
        if self._place:
            self.blocks[self._name][-1] = (data.strip("()"), [])
        elif self._result:
            place, right = self.blocks[self._name][-1][0], re.split("[=≈]", data)[-1]
            if not self._rows and (place or right != data) and right.strip():
                self._rows.append([""])
                data = right
            if self._rows and self._rows[-1]:
                self._add(data)

    @property
    def _rows(self) -> Rows:
        return self.blocks[self._name][-1][1]

    def _add(self, data: str) -> None:
        self._rows[-1][-1] += data


def read_html(text: str) -> _Page:
    """The page: `found` numbers, the `title` on it, and the `tags` that are on it."""
    page = _Page()
    page.feed(text)
    for name, rows in ((name, joined(blocks)) for name, blocks in page.blocks.items()):
        cells = [[cell.strip().replace("·10^", "e") for cell in row] for row in rows]
        page.found[name] = [[cell for cell in row if cell != "…"] for row in cells if "⋮" not in row]
    return page


def as_answers(found: dict[str, Rows], step: core.Step) -> dict[str, Any]:
    """The numbers that were computed, cell by cell, as an answer sheet has them; what is not finite is left open."""
    answers: dict[str, Any] = {}
    for quantity in core.quantities(step):
        rows, shape = found[quantity.name], quantity.values.shape
        for i, row in enumerate(rows, start=1):
            for j, cell in enumerate(row, start=1):
                place = {0: "", 1: f"[{i if quantity.name == 'sample_losses' else j}]"}.get(len(shape), f"[{i},{j}]")
                left = "?" if cell.strip("-") in ("inf", "NaN") else "—" if cell == "—" else None
                answers[quantity.name + place] = left or Decimal(cell)
    return answers
