"""Weights that were typed the other way round: a row for each unit, as some textbooks have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.loading.fields import FieldReader
from core.text import counted


def as_typed_here(reader: FieldReader, layers: list[Any], inputs: int, outputs: int) -> list[Any]:
    """The tables of layers as they are, if their weights have a row for each input, or do not fit either way. Where
    some of them must be turned round to lead from the inputs to the outputs, that is one mistake, and they are turned
    round for what else is to be read of them.
    """
    shapes = [_shape(layer) for layer in layers]
    known = [shape for shape in shapes if shape]
    turned = _turned(known, inputs, outputs) if len(known) == len(layers) else []
    if not turned:
        return layers
    first = turned[0]
    rows, columns = known[first]
    reader.note(
        f"layers[{first + 1}].weights",
        f"expected {counted(columns, 'row')}, found {counted(rows, 'row')} of {columns}: transposed? "
        "sgdb has a row for each input",
    )
    return [_transposed(layer) if k in turned else layer for k, layer in enumerate(layers)]


def _transposed(layer: Mapping[str, Any]) -> dict[str, Any]:
    return {**layer, "weights": [list(row) for row in zip(*layer["weights"], strict=True)]}


def _shape(layer: object) -> tuple[int, int] | None:
    """Rows and columns of a layer's weights; (0, units) where it has none, and None where that cannot be told."""
    if not isinstance(layer, Mapping):
        return None
    rows = layer.get("weights")
    if rows is None:
        units = layer.get("units")
        return (0, units) if isinstance(units, int) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) and row for row in rows):
        return None
    widths = {len(row) for row in rows}
    return (len(rows), widths.pop()) if len(widths) == 1 else None


def _turned(shapes: Sequence[tuple[int, int]], inputs: int, outputs: int) -> list[int]:
    """Which matrices of these shapes must be turned round to lead from the inputs to the outputs; none where that does
    not help, either. A shape with 0 rows is that of a layer without given weights.
    """
    turned, width = [], inputs
    for k, (rows, columns) in enumerate(shapes):
        if rows in (0, width):
            width = columns
        elif columns == width:
            turned.append(k)
            width = rows
        else:
            return []
    return turned if width == outputs else []
