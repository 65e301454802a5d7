"""A .npz file: the arrays `inputs` and `targets`."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from core.arrays import Array
from core.errors import ProblemError
from core.files import MIB, read_bytes
from core.loading.columns.column import Column
from core.loading.columns.target import holds_numbers, read_target, wrong_targets
from core.loading.fields import MistakeLines
from core.loading.reading import Reading
from core.loading.table import Table, Targets
from core.suggestion import suggest
from core.text import clean, counted, shown

LARGEST_FILE = 256 * MIB
LARGEST_ARRAY = 1024 * MIB
ARRAYS = ("inputs", "targets")
NUMBERS = "iuf"
LABELS = "iufbUS"
WITH_NAMES = ("target", "drop", "only", "encode", "missing", "header", "encoding", "decimal", "thousands")  # not here
UNREADABLE = (
    ValueError,
    OSError,
    EOFError,
    KeyError,
    SyntaxError,
    RuntimeError,
    MemoryError,
    OverflowError,
    TypeError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_npz(path: Path, reading: Reading) -> Table:
    """`inputs` (n, d) and `targets`, (n,) labels or numbers or (n, c) numbers, of a .npz file; pickled objects are not
    read. Raises ProblemError, which lists every mistake.
    """
    source = clean(str(path))
    mistakes = MistakeLines()
    for setting, given in ((name, getattr(reading, name)) for name in WITH_NAMES):
        if given not in (None, (), ""):
            mistakes.note(f"{setting}: only a table of cells with named columns, such as a .csv file")
    arrays = _read_arrays(source, read_bytes(path, LARGEST_FILE), mistakes)
    inputs = _read_inputs(arrays["inputs"], mistakes) if "inputs" in arrays else None
    targets = _read_targets(arrays["targets"], reading, mistakes) if "targets" in arrays else None
    if "inputs" in arrays and "targets" in arrays and not mistakes:
        rows, found = len(arrays["inputs"]), len(arrays["targets"])
        if rows != found:
            mistakes.note(f"targets: expected {counted(rows, 'row')} (as many as inputs), found {found}")
    if mistakes or inputs is None or targets is None:
        raise ProblemError(source, mistakes.lines)
    return Table(inputs, (), targets)


def _read_arrays(source: str, data: bytes, mistakes: MistakeLines) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            sizes = {info.filename.removesuffix(".npy"): info.file_size for info in archive.infolist()}
        file = np.load(BytesIO(data), allow_pickle=False)
    except UNREADABLE:
        raise ProblemError(source, ["expected a .npz file as numpy.savez writes it"]) from None
    with file:
        for name in ARRAYS:
            if name not in sizes:
                near = [suggest(shown(found)[1:-1], [name]) for found in sizes if found not in ARRAYS]
                hint = next((message for message in near if "did you mean" in message), "")
                mistakes.note(f"{name}: expected an array of this name, found none" + (f" ({hint})" if hint else ""))
            elif sizes[name] > LARGEST_ARRAY:
                mistakes.note(f"{name}: the array is too large: expected at most {LARGEST_ARRAY // MIB} MiB")
            else:
                try:
                    arrays[name] = file[name]
                except UNREADABLE as error:
                    pickled = "allow_pickle" in str(error)
                    found = "Python objects" if pickled else "a damaged array"
                    mistakes.note(f"{name}: expected an array of numbers, found {found}")
    return {name: array for name, array in arrays.items() if _is_array(name, array, mistakes)}


def _is_array(name: str, array: Any, mistakes: MistakeLines) -> bool:
    if isinstance(array, np.ndarray):
        return True
    mistakes.note(f"{name}: expected an array of numbers, found a damaged array")
    return False


def _read_inputs(array: Any, mistakes: MistakeLines) -> Array | None:
    if array.ndim != 2 or 0 in array.shape:
        mistakes.note(f"inputs: expected a matrix with a row for each sample, found shape {array.shape}")
        return None
    return _finite("inputs", array, mistakes)


def _read_targets(array: Any, reading: Reading, mistakes: MistakeLines) -> Targets | None:
    if array.ndim not in (1, 2) or 0 in array.shape:
        mistakes.note(f"targets: expected shape (n,) or (n, c), found {array.shape}")
        return None
    if array.ndim == 1 or (array.shape[1] == 1 and reading.task == "classification"):
        if array.dtype.kind not in LABELS:
            mistakes.note(f"targets: expected labels or numbers, found the type {array.dtype}")
            return None
        return _read_labels(array.reshape(-1), reading, mistakes)
    values = _finite("targets", array, mistakes)
    if values is None:
        return None
    bad = ((values != 0) & (values != 1)).any(axis=1) | (values.sum(axis=1) != 1)
    if reading.task == "classification" and bad.any():
        row = int(np.argmax(bad)) + 1
        mistakes.note(
            f"targets: for classification in {array.shape[1]} columns expected a single 1 in each row, the "
            f"rest 0; row {row} differs"
        )
        return None
    one_hot = array.shape[1] > 1 and not bad.any() and reading.task != "regression"
    return Targets(values, (), are_classes=one_hot)


def _read_labels(array: Any, reading: Reading, mistakes: MistakeLines) -> Targets | None:
    def texts() -> list[str]:
        return [cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell) for cell in array]

    def place(row: int) -> str:
        return f"row {row + 1}"

    if array.dtype.kind in NUMBERS:
        column = Column("targets", "", place, _as_floats(array), read_texts=texts)
    else:
        column = Column("targets", "", place, texts=texts())
    numbers = holds_numbers(column, reading)
    if (wrong := wrong_targets(column, reading, numbers)) is not None:
        mistakes.note(wrong.line())
    return None if mistakes else read_target(column, reading, numbers, mistakes)


def _finite(name: str, array: Any, mistakes: MistakeLines) -> Array | None:
    if array.dtype.kind not in NUMBERS:
        mistakes.note(f"{name}: expected numbers, found the type {array.dtype}")
        return None
    values = _as_floats(array)
    bad = np.argwhere(~np.isfinite(values))
    if len(bad):
        row, column = bad[0]
        more = f" ({len(bad) - 1:,} more are not finite)" if len(bad) > 1 else ""
        found = values[row, column]
        mistakes.note(f"{name}, row {row + 1}, column {column + 1}: expected a finite number, found {found}{more}")
    return values


def _as_floats(array: Any) -> Array:
    with np.errstate(all="ignore"):  # a long double beyond a double's range is found to be infinite
        return np.asarray(array, dtype=np.float64)
