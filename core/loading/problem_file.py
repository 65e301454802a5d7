"""A problem file in TOML: its data, its layers, and how it is trained.

name = "..."                    what the screen calls it; about = "..." says in a line what it shows
notation = "ng"                 whose names and layout sheets and reports have; or a table, as in `core.notations.own`
[data]
inputs = [[...], ...]           a row for each sample
targets = [[...], ...]          likewise; a flat list is one column
csv = "..." or npz = "..."      instead: a table beside this file; a name that is not UTF-8 as "file:caf%E9.csv"
table = "..."                   the same for any table: .csv, .npz, and with the extra "tables" .parquet, .feather,
                                .arrow, .ndjson, .jsonl, .xlsx
target, task                    the target's column (the last), and "classification" or "regression"
drop, only, encode              columns that are left out, that alone are features, that become a feature for each of
                                their cells; a list of names, or "a, b"
missing                         "drop" leaves rows with a missing cell out, "mean" fills them in
header = false                  the first line is data; columns are called "1", "2", ...
encoding, decimal, thousands    of a text: "latin-1", and the marks in numbers, such as "," and "."
dataset = "..."                 or: blobs, circles, moons, sine or spiral, with rows, noise and seed; or digits
test, seed                      the share of the rows to hold out, and the seed that they are drawn from
standardize                     true: features with mean 0 and deviation 1
shape                           [height, width] of the picture that each row of the inputs is
[[layers]]                      from the first to the last
weights = [[...], ...]          a row for each input; or units, with init (xavier, he, normal, uniform, zeros) and seed
bias = [...]                    or true (zeros), or false (none)
activation = "..."              identity unless told otherwise; beside it its settings, if it has some
train_weights, train_bias       true unless told otherwise
[training]
loss                            and its settings: margin (hinge, softmax_hinge, softmax_margin), squared (hinge), half
                                (squared_error)
learning_rate                   a number, with decay, or schedule = "cosine" and steps; or stages [[0, 0.5], [100, 0.1]]
batch_size, shuffle_seed        rows in a mini-batch, and the seed of their order; shuffle = false: the file's
reduction                       sum or mean
update                          sgd, momentum, nesterov, rmsprop or adam; momentum, beta_1, beta_2, rho, epsilon and
                                weight_decay are its settings
l1, l2                          penalties; l2_half = false leaves the ½ out, penalise_biases = true takes the biases in
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.arrays import Array
from core.errors import ProblemError
from core.files import MIB, decode, path_in, read_bytes
from core.loading import training
from core.loading.datasets import DATASET, DIGITS, GENERATING, PIXELS, read_dataset
from core.loading.fields import LIST, SWITCH, TABLE, TEXT, FieldReader, Kind, Unfit, choice, whole
from core.loading.hidden import with_hidden, with_seed
from core.loading.initializers import INITIALIZERS, MOST_WEIGHTS, default_initializer, initial_weights
from core.loading.options import (
    ACTIVATION,
    ACTIVATION_SETTINGS,
    LOSS,
    LOSS_SETTINGS,
    SEED,
    data_settings,
    read_activation,
    read_loss,
    read_options,
    settings_of,
)
from core.loading.orientation import as_typed_here
from core.loading.prepare import PREPARING, Prepared, read_prepared
from core.loading.reading import READING, READING_OPTIONS, Reading
from core.loading.table import Table, Targets
from core.loading.table_file import TABLES, read_table
from core.losses import USUAL_LOSSES, Loss
from core.network import Layer, Network
from core.problem import Problem
from core.text import clean, counted, shown

if TYPE_CHECKING:
    from core.notations.words import Notation

LARGEST_FILE = 16 * MIB


def _bias(value: object) -> bool | list[Any]:
    if not isinstance(value, (bool, list)):
        raise Unfit
    return value


PROBLEM: dict[str, Kind] = {
    **{"name": TEXT, "about": TEXT, "notation": Kind("a text or a table", lambda value: value)},
    **{"data": TABLE, "layers": LIST, "training": TABLE},
}
WAYS: dict[str, Kind] = {"inputs": LIST, **dict.fromkeys(TABLES, TEXT), "dataset": DATASET}
DATA: dict[str, Kind] = {**WAYS, "targets": LIST, **READING, **PREPARING, **GENERATING}
LAYER: dict[str, Kind] = {
    "weights": LIST,
    "units": whole(1, 1_000_000),
    "init": choice(INITIALIZERS.keys()),
    "seed": SEED,
    "bias": Kind("a list of numbers, true or false", _bias),
    "activation": ACTIVATION,
    **ACTIVATION_SETTINGS,
    "train_weights": SWITCH,
    "train_bias": SWITCH,
}
TRAINING: dict[str, Kind] = {
    "loss": LOSS,
    **LOSS_SETTINGS,
    **training.TRAINING,
}


@dataclass(frozen=True, eq=False)
class _Data:
    """All rows as far as they could be read, what a problem takes of them, and the table's file. A None is a mistake
    that has been noted.
    """

    inputs: Array | None = None
    targets: Array | None = None
    prepared: Prepared | None = None
    file: Path | None = None


def read_toml(
    path: Path, source: str, largest: int = LARGEST_FILE, parse_float: Callable[[str], Any] = float
) -> dict[str, Any]:
    """The tables of a TOML file of at most `largest` bytes. Raises ProblemError with the line and column of a mistake
    in the syntax.
    """
    text = decode(path, read_bytes(path, largest))
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except RecursionError:
        raise ProblemError(source, ["lists or tables are nested too deep"]) from None
    except ValueError as error:  # a TOMLDecodeError, or a number with more digits than Python reads
        raise ProblemError(source, [f"not TOML: {clean(str(error))}"]) from None


def load_problem_file(path: Path, source: str, options: Mapping[str, object]) -> Problem:
    """The problem in a TOML file, which messages call `source`; the options go before what it says: target and
    task for a table, rows and noise for generated data, hidden and activation for layers without given weights. Raises
    ProblemError, which lists every mistake.
    """
    try:
        found = read_toml(path, source)
    except ProblemError as error:
        reader = FieldReader()
        read_options(reader, options)
        raise ProblemError(source, [*reader.mistakes, *error.mistakes]) from None
    return problem_of_tables(found, path, source, options)


def problem_of_tables(
    found: Mapping[str, Any], path: Path, source: str, options: Mapping[str, object] | None = None
) -> Problem:
    """The problem that the tables of a problem file say; `path` is where that file is, or would be. Raises
    ProblemError, which lists every mistake by the path of its key: "layers[2].units: expected ...".
    """
    reader = FieldReader()
    given = read_options(reader, options or {})
    read = reader.table("", found, PROBLEM)
    for key in ("data", "layers"):
        if key not in found:
            reader.note(key, f"missing; expected {'a table [data]' if key == 'data' else 'a table [[layers]] each'}")
    data = _read_data(reader, read["data"], path.parent, given) if "data" in read else _Data()
    settings = reader.table("training", read.get("training", {}), TRAINING)
    loss = _read_loss(reader, settings, given, data)
    trained = training.read_training(reader, "training", settings, given)
    layers = _read_layers(reader, read["layers"], data, given) if "layers" in read else []
    notation = _read_notation(reader, read["notation"]) if "notation" in read else None
    if reader.mistakes or data.prepared is None:
        raise ProblemError(source, reader.mistakes)
    try:
        return Problem(
            name=read.get("name") or clean(path.stem),
            **data.prepared._asdict(),
            network=Network([layer for layer in layers if layer is not None]),
            loss=loss,
            **trained,
            notation=notation,
            files=tuple(os.path.abspath(file) for file in (path, data.file) if file is not None),
        )
    except ProblemError as error:
        raise ProblemError(source, error.mistakes) from None


def _read_notation(reader: FieldReader, value: object) -> Notation | None:
    from core.notations.own import read_notation  # few files have one

    return read_notation(reader, value)


def _read_loss(reader: FieldReader, training: dict[str, Any], given: dict[str, Any], data: _Data) -> Loss:
    kind = training.get("loss", USUAL_LOSSES["regression"])
    settings = {key: training[key] for key in LOSS_SETTINGS if key in training}
    loss, path = read_loss(reader, "training.", kind, settings), "training.loss"
    typed = {key: given[key] for key in LOSS_SETTINGS if key in given}
    if "loss" in given or typed:
        path = "option loss"
        # What the file says of its loss stands where the other one has the same; what was typed needs a loss with it.
        chosen = type(loss) if "loss" not in given else given["loss"]
        kept = chosen.like(loss)
        loss = read_loss(reader, "option ", chosen, {key: getattr(kept, key) for key in settings_of(chosen)} | typed)
    if data.targets is not None:
        for mistake in loss.target_mistakes(data.targets):
            reader.note(path, mistake.removeprefix("targets: "))
    return loss


def _read_data(reader: FieldReader, found: dict[str, Any], folder: Path, given: dict[str, Any]) -> _Data:
    read = reader.table("data", found, DATA)
    ways = [way for way in WAYS if way in found or (way == "inputs" and "targets" in found)]
    if not ways:
        reader.note("data", f"expected inputs and targets, or {', '.join(TABLES)} or dataset")
        return _Data()
    for way in ways[1:]:
        reader.note(f"data.{way}", f"cannot be combined with data.{ways[0]}")
    if len(ways) > 1 or any(key in found and key not in read for key in READING):
        return _Data()
    (way,) = ways
    rest = {key: value for key, value in read.items() if key not in (*WAYS, "targets")}
    settings, places = data_settings(reader, read.get(way, "") if way == "dataset" else way, rest, given)
    file, table = None, None
    if way == "inputs":
        inputs, targets = _read_rows(reader, found, read)
        if inputs is None or targets is None or len(inputs) != len(targets):
            return _Data(inputs, targets)
        table = Table(inputs, (), Targets(targets, (), are_classes=False))
    elif way not in read:
        return _Data()
    elif way == "dataset":
        try:
            table = read_dataset(read[way], settings)
        except ProblemError as error:
            for mistake in error.mistakes:
                reader.note("data.dataset", mistake)
        settings = {"shape": PIXELS} | settings if read[way] == DIGITS else settings
    else:
        name = path_in(read[way])
        file = folder / name
        # What was typed beside the file is answered by what can be typed: nobody edits a built-in problem.
        reading = Reading.of(settings, in_file=READING_OPTIONS.keys().isdisjoint(given))
        table = _read_table(reader, way, name, reading, file)
    if table is None:
        return _Data()
    return _Data(table.inputs, table.targets.values, read_prepared(reader, table, settings, places), file)


def _read_rows(reader: FieldReader, found: dict[str, Any], read: dict[str, Any]) -> tuple[Array | None, Array | None]:
    for key in ("inputs", "targets"):
        if key not in found:
            reader.note(f"data.{key}", "missing; expected a list of rows, one for each sample")
    inputs = reader.matrix("data.inputs", read["inputs"]) if "inputs" in read else None
    targets = reader.matrix("data.targets", read["targets"], flat=True) if "targets" in read else None
    if inputs is not None and targets is not None and len(inputs) != len(targets):
        reader.note("data.targets", f"expected {counted(len(inputs), 'row')} (as many as inputs), found {len(targets)}")
    return inputs, targets


def _read_table(reader: FieldReader, way: str, name: str, reading: Reading, file: Path) -> Table | None:
    suffixes = TABLES[way]
    if not name.lower().endswith(suffixes):
        kinds = suffixes[0] if way != "table" else f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        reader.note(f"data.{way}", f"expected the name of a {kinds} file, found {shown(name)}")
        return None
    try:
        return read_table(file, reading)
    except ProblemError as error:
        for mistake in error.mistakes:
            reader.note(f"data.{way}", f"{shown(name)[1:-1]}: {mistake}")
        return None


def _read_layers(reader: FieldReader, found: list[Any], data: _Data, given: dict[str, Any]) -> list[Layer | None]:
    if not found:
        reader.note("layers", "expected at least one layer, found an empty list")
    width = None if data.inputs is None else data.inputs.shape[1]
    found = with_seed(with_hidden(reader, found, given, width or 1), given)
    if width is not None and data.targets is not None:
        found = as_typed_here(reader, found, width, data.targets.shape[1])
    origin = "the columns of inputs"
    layers: list[Layer | None] = []
    for k, entry in enumerate(found, start=1):
        path = f"layers[{k}]"
        if not isinstance(entry, dict):
            reader.note(path, f"expected {TABLE.expected}, found {shown(entry)}")
            width = None
            layers.append(None)
            continue
        layer, width = _read_layer(reader, path, k, entry, width, origin)
        layers.append(layer)
        origin = f"the units of layer {k}"
    if found and width is not None and data.targets is not None and width != data.targets.shape[1]:
        key = "weights" if isinstance(found[-1], dict) and "weights" in found[-1] else "units"
        columns = data.targets.shape[1]
        expected = f"expected {counted(columns, 'unit')} (the columns of targets)"
        reader.note(f"layers[{len(found)}].{key}", f"{expected}, found {width}")
    return layers


def _read_layer(
    reader: FieldReader, path: str, k: int, found: dict[str, Any], inputs: int | None, origin: str
) -> tuple[Layer | None, int | None]:
    """Layer k with its number of units, over a number of inputs that is the `origin`'s; None for what is a mistake."""
    read = reader.table(path, found, LAYER)
    known = "activation" in read or "activation" not in found  # a wrong name is already noted
    settings = {key: read[key] for key in ACTIVATION_SETTINGS if known and key in read}
    activation = read_activation(reader, path, read.get("activation", "identity"), settings)
    weights, units = None, read.get("units")
    if "weights" in found:
        for key in ("units", "init", "seed"):
            if key in found:
                reader.note(f"{path}.{key}", "cannot be combined with weights")
        weights = reader.matrix(f"{path}.weights", read["weights"]) if "weights" in read else None
        units = None if weights is None else weights.shape[1]
        if weights is not None and inputs is not None and len(weights) != inputs:
            reader.note(f"{path}.weights", f"expected {counted(inputs, 'row')} ({origin}), found {len(weights)}")
    elif "units" not in found:
        reader.note(path, "expected weights, or units")
    elif units is not None and inputs is not None:
        if inputs * units <= MOST_WEIGHTS:
            initializer = read.get("init", default_initializer(activation))
            weights = initial_weights(initializer, inputs, units, read.get("seed", 0), k)
        else:
            reader.note(f"{path}.units", f"expected at most {MOST_WEIGHTS} weights, found {inputs} x {units}")
    bias = _read_bias(reader, f"{path}.bias", read.get("bias", False), units)
    if weights is None:
        return None, units
    flags = {key: read[key] for key in ("train_weights", "train_bias") if key in read}
    if bias is not None and bias.shape != weights.shape[1:]:
        return None, units
    return Layer(weights=weights, bias=bias, activation=activation, **flags), units


def _read_bias(reader: FieldReader, path: str, found: bool | list[Any], units: int | None) -> Array | None:
    if not isinstance(found, list):
        return np.zeros(units) if found and units is not None else None
    if any(isinstance(cell, list) for cell in found):
        reader.note(path, "expected a list of numbers, found a list of lists")
        return None
    row = reader.matrix(path, [found])
    if row is not None and units is not None and row.shape[1] != units:
        reader.note(path, f"expected {counted(units, 'number')} (the units of this layer), found {row.shape[1]}")
    return None if row is None else row[0]
