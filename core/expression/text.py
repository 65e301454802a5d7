"""A formula as texts and quantities in turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from core.expression.pieces import Piece, as_text


@dataclass(frozen=True)
class Variable:
    """A quantity in a formula, by name; `transposed` where it is turned."""

    name: str
    transposed: bool = False


TextAndVariables: TypeAlias = tuple[str | Variable, ...]


def in_turn(pieces: Iterable[Piece]) -> TextAndVariables:
    """A formula as texts and the quantities between them."""
    found: list[str | Variable] = []
    for part in (part for piece in pieces for part in _parts(piece)):
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        else:
            found.append(part)
    return tuple(found)


def _parts(piece: Piece) -> Iterator[str | Variable]:
    if not piece.name:
        yield as_text([piece])
        return
    yield Variable(piece.name, piece.transposed)
    if piece.subscript and "_" not in piece.name:  # of a sum
        yield f"_{piece.subscript}"
