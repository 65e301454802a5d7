"""Canvas: cells with a character, an ink and a ground each, as arrays; and its lines, equal neighbours in one text."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import numpy as np

from core import Rows
from tui.sheet.colours import GROUND, INK, NAMES, ON
from tui.sheet.lines import Line, Span

Codes: TypeAlias = np.ndarray[Any, np.dtype[np.uint32]]

BLANK, HALF = ord(" "), ord("▀")
PIXELS = 2  # of a cell, one above the other


class Canvas:
    """A rectangle of blank cells.

    characters   (rows, columns) code points, of characters that take one column
    inks         (rows, columns) what they are drawn in, as indices into `tui.sheet.colours.NAMES`
    grounds      (rows, columns) what they are drawn on, likewise
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.characters: Codes = np.full((rows, columns), BLANK, dtype=np.uint32)
        self.inks: Rows = np.full((rows, columns), INK, dtype=np.intp)
        self.grounds: Rows = np.full((rows, columns), GROUND, dtype=np.intp)

    def fill(self, shades: Rows, plain: bool, row: int = 0, column: int = 0) -> None:
        """Fill it, from a cell on, with colours (2 rows, columns), as half blocks, and blanks where both halves of a
        cell are the same; or where it is `plain` with characters (rows, columns).
        """
        height = -(-len(shades) // (1 if plain else PIXELS))
        place = slice(row, row + height), slice(column, column + shades.shape[1])
        if plain:
            self.characters[place] = shades
            return
        if len(shades) % PIXELS:
            shades = np.pad(shades, ((0, 1), (0, 0)), constant_values=GROUND)
        inks, grounds = shades[::PIXELS], shades[1::PIXELS]
        self.inks[place], self.grounds[place] = inks, grounds
        self.characters[place] = np.where(inks == grounds, BLANK, HALF)

    def put(self, row: Any, column: Any, character: Any, ink: Any) -> None:
        """Characters (code points) in places of the canvas, on the ground that is there."""
        self.characters[row, column], self.inks[row, column] = character, ink

    def draw(self, characters: Codes, ink: int) -> None:
        """Characters over all of it, but for blanks."""
        drawn = characters != BLANK
        self.characters[drawn], self.inks[drawn] = characters[drawn], ink

    def write(self, row: int, column: int, text: str, ink: int = INK) -> None:
        """A text of characters that take one column each, as far as it is in the canvas."""
        rows, columns = self.characters.shape
        for x, character in enumerate(text, column):
            if 0 <= row < rows and 0 <= x < columns:
                self.put(row, x, ord(character), ink)

    def lines(self, start: int = 0) -> list[Line]:
        """Its rows as lines that begin at a column; what is blank on the plain ground is left out."""
        rows, columns = self.characters.shape
        if not rows or not columns:
            return [()] * rows
        looks = self.inks * len(NAMES) + self.grounds
        looks[self.characters == BLANK] = -1 - self.grounds[self.characters == BLANK]
        changes = np.ones((rows, columns), dtype=np.bool_)
        changes[:, 1:] = looks[:, 1:] != looks[:, :-1]
        firsts = np.flatnonzero(changes)
        ends = np.append(firsts[1:], rows * columns)
        text = np.ascontiguousarray(self.characters).tobytes().decode("utf-32-le")
        found: list[list[Span]] = [[] for _ in range(rows)]
        for first, end, look in zip(firsts.tolist(), ends.tolist(), looks.ravel()[firsts].tolist(), strict=True):
            if look != BARE:
                row, column = divmod(first, columns)
                found[row].append(Span(start + column, text[first:end], _style(look)))
        return [tuple(spans) for spans in found]


BARE = -1 - GROUND


@cache
def _style(look: int) -> str:
    """The name of a style: of an ink on a ground, or of a ground alone."""
    ink, ground = divmod(look, len(NAMES)) if look >= 0 else (-1 - look, -1 - look)
    return NAMES[ink] + ON + NAMES[ground]
