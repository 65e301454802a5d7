"""A problem file as a form: its settings as texts, changed one by one; what it does not show stays as it is."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.activations import ACTIVATIONS
from core.files import path_in, spelled
from core.loading.datasets import GENERATING
from core.loading.fields import SWITCH, TEXT, Kind
from core.loading.form_field import USUAL_OF_DATA, FormField, at_fields, default_of, text_of, value_of
from core.loading.initializers import default_initializer
from core.loading.options import ACTIVATION_SETTINGS, LOSS_NAMES, LOSS_SETTINGS, is_of_use, settings_of
from core.loading.problem_file import DATA, LAYER, PROBLEM, TRAINING, problem_of_tables, read_toml
from core.loading.table_file import TABLES, key_of
from core.loading.training import LEARNING_RATE, SETTINGS
from core.losses import USUAL_LOSSES, Loss
from core.problem import Problem
from core.text import clean
from core.toml import value as toml_value
from core.updates import SGD, UPDATES, Update

GIVEN = "given"  # numbers that stand in the file
ROWS, FILE, DATASET = "rows", "file", "dataset"
ROW_KEYS = ("inputs", "targets")
FILE_KEYS = tuple(TABLES)
GENERATED_KEYS = ("dataset", *GENERATING)  # of data that come with the program alone
LAYER_PATH = re.compile(r"layers\[(\d+)\](?:\.(.*))?")
NEW_LAYER = {"units": 8, "activation": "tanh", "bias": True}
NEW = {
    "data": {"dataset": "circles"},
    "layers": [NEW_LAYER, {"units": 2, "bias": True}],
    "training": {"loss": "softmax_cross_entropy", "batch_size": 20, "reduction": "mean"},
}
SHOWN_OF_TRAINING = ("learning_rate", "batch_size", "shuffle_seed", "reduction", "l1", "l2")


@dataclass(frozen=True, eq=False)
class ProblemForm:
    """The tables of a problem file, and how a person changes them: each change returns another form. Paths of files are
    from the working folder, as everywhere on the command line; `written` has them from the file's own folder.

    tables     as `read_toml` returns them
    kept       the data of the ways that are not chosen now, by way
    given      the weights and biases that stand in the file, for each layer; chosen again, they are back
    """

    tables: Mapping[str, Any] = field(default_factory=lambda: NEW)
    kept: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    given: tuple[Mapping[str, Any], ...] = ({}, {})

    @classmethod
    def of_file(cls, path: Path) -> ProblemForm:
        """That of a problem file. Raises ProblemError, with every mistake in it."""
        tables = read_toml(path, clean(str(path)))
        problem_of_tables(tables, path, clean(str(path)))
        given = tuple(
            {key: layer[key] for key in ("weights", "bias") if _is_list(layer, key)} for layer in tables["layers"]
        )
        data = dict(tables["data"])
        for key in FILE_KEYS:
            if key in data:
                data[key] = _from_here(path.parent / path_in(data[key]))
        return cls({"training": {}, **tables, "data": data}, given=given)

    @staticmethod
    def path_of(path: Path) -> str:
        """A path as it is typed in a field."""
        return path_in(_from_here(path))

    @property
    def way(self) -> str:
        """Where the data come from: "rows" that stand in the file, another "file", or a generated "dataset"."""
        data = self.tables["data"]
        return ROWS if any(key in data for key in ROW_KEYS) else DATASET if "dataset" in data else FILE

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that can be chosen."""
        own = [ROWS] if self.way == ROWS or ROWS in self.kept else []
        return (*own, FILE, DATASET)

    @property
    def depth(self) -> int:
        """How many layers there are."""
        return len(self.tables["layers"])

    # What is shown.

    @property
    def fields(self) -> list[FormField]:
        """The fields that it has now: a loss, an update or an activation brings its own settings."""
        return [*self._of_data(), *self._of_layers(), *self._of_training(), *self._of_file()]

    def text(self, path: str) -> str:
        """What stands in a field; nothing where the setting is left to what is usual."""
        if path == "data":
            return self.way
        table, key, kind = self._place(path)
        if path == "data.file":
            return next((path_in(table[known]) for known in FILE_KEYS if isinstance(table.get(known), str)), "")
        if key == "init" and "weights" in table:
            return GIVEN
        if key == "units" and "weights" in table:
            return str(_width(table))
        if key == "bias" and _is_list(table, key):
            return GIVEN
        return text_of(kind, table[key]) if key in table else ""

    def means(self, path: str, text: str) -> bool:
        """Whether what stands in a field is read as a text is."""
        table, key, kind = self._place(path)
        return key in table and kind.read(table[key]) == kind.read(value_of(kind, text))

    def _of_data(self) -> Iterator[FormField]:
        yield FormField("data", "data", "where the rows come from", self.ways)
        if self.way == FILE:
            yield FormField("data.file", "data", "the path of a table: .csv, .npz, .parquet, …")
        if self.way == DATASET:
            yield _field("data.dataset", "data", DATA["dataset"], required=True)
        for key in DATA:
            if key not in (*ROW_KEYS, *FILE_KEYS, "dataset") and self._has_use_for(key):
                yield _field(f"data.{key}", "data", DATA[key], USUAL_OF_DATA.get(key, ""))

    def _has_use_for(self, key: str) -> bool:
        """Whether a setting of data is of use for those that are chosen."""
        data = self.tables["data"]
        named = next((known for known in FILE_KEYS if known in data), FILE_KEYS[0])
        return is_of_use({FILE: named, DATASET: data.get("dataset", ""), ROWS: "inputs"}[self.way], key)

    def _of_layers(self) -> Iterator[FormField]:
        for k, (layer, given) in enumerate(zip(self.tables["layers"], self.given, strict=True), 1):
            path, group = f"layers[{k}]", f"layer {k}{' (out)' * (k == self.depth)}"
            name = layer.get("activation", "identity")
            activation = ACTIVATIONS.get(name, ACTIVATIONS["identity"])
            yield _field(f"{path}.units", group, LAYER["units"], required=True)
            yield _field(f"{path}.activation", group, LAYER["activation"], "identity")
            for key, usual in activation.settings:
                yield _field(f"{path}.{key}", group, ACTIVATION_SETTINGS[key], toml_value(usual))
            init = _field(f"{path}.init", group, LAYER["init"], default_initializer(activation))
            yield init._replace(choices=(*init.choices, *[GIVEN] * ("weights" in given)))
            if "weights" not in layer:
                yield _field(f"{path}.seed", group, LAYER["seed"], "0")
            bias = _field(f"{path}.bias", group, SWITCH, "false")
            yield bias._replace(choices=(*bias.choices, *[GIVEN] * ("bias" in given)))

    def _of_training(self) -> Iterator[FormField]:
        group, loss, update = "training", self.loss, self.update
        yield _field("training.loss", group, TRAINING["loss"], USUAL_LOSSES["regression"].name)
        for key in (key for key in LOSS_SETTINGS if key in settings_of(loss)):
            yield _field(f"training.{key}", group, LOSS_SETTINGS[key], default_of(loss, key))
        usual = {
            "learning_rate": toml_value(LEARNING_RATE),
            "batch_size": "all rows",
            "shuffle_seed": "0",
            "reduction": loss.usual_reduction,
            "l1": "0",
            "l2": "0",
        }
        for key in SHOWN_OF_TRAINING:
            yield _field(f"training.{key}", group, TRAINING[key], usual[key])
        yield _field("training.update", group, TRAINING["update"], SGD.name)
        for key in (key for key in SETTINGS if key in settings_of(update)):
            yield _field(f"training.{key}", group, SETTINGS[key], default_of(update, key))

    @staticmethod
    def _of_file() -> Iterator[FormField]:
        yield _field("name", "file", TEXT, "the file's")
        yield _field("about", "file", TEXT, "nothing")

    @property
    def loss(self) -> type[Loss]:
        """The loss that is chosen."""
        return LOSS_NAMES.get(str(self.tables["training"].get("loss", "")), USUAL_LOSSES["regression"])

    @property
    def update(self) -> type[Update]:
        """The update that is chosen."""
        return UPDATES.get(str(self.tables["training"].get("update", "")), SGD)

    # How it is changed.

    def put(self, path: str, text: str) -> ProblemForm:
        """With another text in a field; an empty one leaves the setting to what is usual. Settings that belonged to
        another loss, update or activation go with it.
        """
        if path == "data":
            return self if text == self.way else self._along(text)
        table, key, kind = self._place(path)
        text = text if text in kind.choices else text.strip()
        if text == self.text(path):
            return self
        changed = {known: found for known, found in table.items() if known != key}
        if path == "data.file":
            changed = {known: found for known, found in changed.items() if known not in FILE_KEYS}
            if text:
                path_typed = os.path.expanduser(text)
                changed[key_of(path_typed) or FILE_KEYS[-1]] = spelled(path_typed)
        elif LAYER_PATH.fullmatch(path) and self._put_given(path, changed, key, text):
            pass
        elif text:
            changed[key] = value_of(kind, text)
        return self._with(path, changed)._fitting()

    def add_layer(self, at: int) -> ProblemForm:
        """With a new layer that becomes number `at`, counted from 1."""
        layers, given = list(self.tables["layers"]), list(self.given)
        layers.insert(at - 1, NEW_LAYER)
        given.insert(at - 1, {})
        return replace(self, tables={**self.tables, "layers": layers}, given=tuple(given))

    def remove_layer(self, at: int) -> ProblemForm:
        """Without layer number `at`; the last one stays."""
        if self.depth == 1:
            return self
        layers, given = list(self.tables["layers"]), list(self.given)
        del layers[at - 1], given[at - 1]
        return replace(self, tables={**self.tables, "layers": layers}, given=tuple(given))

    def _along(self, way: str) -> ProblemForm:
        """With data that come another way; those of the way before are kept."""
        data, kept = dict(self.tables["data"]), {**self.kept, self.way: self.tables["data"]}
        shared = {key: found for key, found in data.items() if key not in (*ROW_KEYS, *FILE_KEYS, *GENERATED_KEYS)}
        usual = {DATASET: {"dataset": DATA["dataset"].choices[0]}}
        data = dict(kept.get(way) or {**({} if self.way == ROWS else shared), **usual.get(way, {})})
        return replace(self, tables={**self.tables, "data": data}, kept=kept)

    def _put_given(self, path: str, layer: dict[str, Any], key: str, text: str) -> bool:
        """What a layer without a key becomes where numbers that stand in the file come or go; whether that is all."""
        given = self.given[_layer(path) - 1]
        if key in ("init", "bias") and text == GIVEN:
            which = "weights" if key == "init" else "bias"
            if which in given:
                layer[which] = given[which]
                if which == "weights":
                    for other in ("units", "seed"):
                        layer.pop(other, None)
            return True
        if key in ("init", "units") and "weights" in layer:
            width = _width(layer)
            del layer["weights"]
            layer.setdefault("units", width)
        return False

    def _fitting(self) -> ProblemForm:
        """Without the settings that belong to a loss, an update or an activation that is not the one chosen."""
        training, loss, update = dict(self.tables["training"]), self.loss, self.update
        alien = (LOSS_SETTINGS.keys() - settings_of(loss)) | (SETTINGS.keys() - settings_of(update))
        layers = [
            {
                key: found
                for key, found in layer.items()
                if key not in ACTIVATION_SETTINGS
                or any(key == own for own, _ in getattr(ACTIVATIONS.get(layer.get("activation", "")), "settings", ()))
            }
            for layer in self.tables["layers"]
        ]
        training = {key: found for key, found in training.items() if key not in alien}
        data = {
            key: found
            for key, found in self.tables["data"].items()
            if key not in GENERATING or self.way == FILE or self._has_use_for(key)
        }
        return replace(self, tables={**self.tables, "data": data, "layers": layers, "training": training})

    def _place(self, path: str) -> tuple[Mapping[str, Any], str, Kind]:
        """The table of a field, its key there, and what it takes."""
        if match := LAYER_PATH.fullmatch(path):
            return self.tables["layers"][int(match[1]) - 1], match[2], LAYER[match[2]]
        table, _, key = path.rpartition(".")
        kinds = {"data": DATA, "training": TRAINING, "": PROBLEM}[table]
        return (self.tables.get(table, {}) if table else self.tables), key, kinds.get(key, TEXT)

    def _with(self, path: str, table: dict[str, Any]) -> ProblemForm:
        """With another table in place of that of a field."""
        if LAYER_PATH.fullmatch(path):
            layers = list(self.tables["layers"])
            layers[_layer(path) - 1] = table
            return replace(self, tables={**self.tables, "layers": layers})
        name = path.rpartition(".")[0]
        return replace(self, tables={**self.tables, name: table} if name else table)

    # What comes of it.

    def written(self, folder: Path) -> dict[str, Any]:
        """The tables of a file in a folder: without what is empty, and with other files' paths from there."""
        data = dict(self.tables["data"])
        for key in (key for key in FILE_KEYS if isinstance(data.get(key), str)):
            data[key] = _from(Path(path_in(data[key])), folder)
        tables = {**self.tables, "data": data}
        return {key: found for key, found in tables.items() if key != "training" or found}

    def problem(self, path: Path) -> Problem:
        """The problem that a file with these tables has at a path. Raises ProblemError, with every mistake by the path
        of its key.
        """
        return problem_of_tables(self.written(path.parent), path, "")

    def mistakes_at(self, mistakes: list[str]) -> tuple[dict[str, str], list[str]]:
        """Mistakes of the problem at the fields that they are about, by path; and those about none of them."""
        instead = {f"data.{key}": "data.file" for key in FILE_KEYS} | {f"data.{key}": "data" for key in ROW_KEYS}
        for k in range(1, self.depth + 1):
            instead |= {f"layers[{k}]": f"layers[{k}].units", f"layers[{k}].weights": f"layers[{k}].init"}
        instead |= {"data": "data.file" if self.way == FILE else "data", "inputs": "data", "targets": "data"}
        found, others = at_fields(self.fields, mistakes, instead)
        for shown in self.fields:  # the reader knows of other ways to say what an empty field leaves out
            if shown.path in found and shown.is_required and not self.text(shown.path):
                found[shown.path] = f"expected {shown.expected}"
        return found, others


def _field(path: str, group: str, kind: Kind, usual: str = "", required: bool = False) -> FormField:
    choices = kind.choices if required or not kind.choices else ("", *kind.choices)
    return FormField(path, group, kind.expected, choices, usual)


def _layer(path: str) -> int:
    match = LAYER_PATH.fullmatch(path)
    assert match is not None
    return int(match[1])


def _is_list(table: Mapping[str, Any], key: str) -> bool:
    return isinstance(table.get(key), list)


def _width(layer: Mapping[str, Any]) -> int:
    rows = layer["weights"]
    return len(rows[0]) if rows and isinstance(rows[0], list) else 0


def _from_here(path: Path) -> str:
    """A path as a person types it in the working folder."""
    return _from(path, Path.cwd())


def _from(path: Path, folder: Path) -> str:
    """A path from a folder: relative for what is in it or beside it, else whole."""
    whole = os.path.abspath(path)
    try:
        found = os.path.relpath(whole, folder)
    except ValueError:  # on another drive
        return spelled(whole)
    return spelled(whole if found.startswith(os.path.join(os.pardir, os.pardir)) else found.replace(os.sep, "/"))
