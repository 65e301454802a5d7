"""Weights that were typed the other way round: a row for each unit, as some textbooks have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.loading.fields import FieldReader
from core.text import counted


def as_typed_here(reader: FieldReader, layers: list[Any], inputs: int, outputs: int) -> list[Any]:
    """The tables of layers as they are, if their weights have a row for each input, or do not fit either way. Where
    they all fit a number of inputs and outputs with a row for each unit, that is one mistake, and they are turned round
    for what else is to be read of them.
    """
    shapes = [_shape(layer) for layer in layers]
    if not all(shapes) or _fit([shape for shape in shapes if shape], inputs, outputs):
        return layers
    turned = [(columns, rows) for rows, columns in filter(None, shapes)]
    if not _fit(turned, inputs, outputs):
        return layers
    at = next(k for k, layer in enumerate(layers) if "weights" in layer)
    rows, columns = counted(len(layers[at]["weights"]), "row"), len(layers[at]["weights"][0])
    reader.note(
        f"layers[{at + 1}].weights",
        f"expected {columns} rows, found {rows} of {columns}: transposed? sgdb has a row for each input",
    )
    return [_turned(layer) if rows else layer for layer, (rows, _) in zip(layers, filter(None, shapes), strict=True)]


def _turned(layer: Mapping[str, Any]) -> dict[str, Any]:
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


def _fit(shapes: Sequence[tuple[int, int]], inputs: int, outputs: int) -> bool:
    """Whether matrices of these shapes lead from the inputs to the outputs; 0 rows, or columns, stand for any."""
    width = inputs
    for rows, columns in shapes:
        if 0 not in (rows, columns) and rows != width:
            return False
        width = columns or rows
    return width == outputs
