"""Settings that a person gives beside a problem's file: what each must be, and how it changes the training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from core.activations import ACTIVATIONS, Activation
from core.loading import training
from core.loading.datasets import GENERATED, GENERATING_OPTIONS
from core.loading.fields import NUMBER, SWITCH, FieldReader, Kind, choice, from_text, number, whole
from core.loading.prepare import OVERRIDES, PREPARING_OPTIONS
from core.loading.reading import READING_OPTIONS
from core.loading.table_file import TABLES
from core.losses import LOSSES, Loss
from core.settings import is_switch
from core.updates import Update

LOSS_NAMES = LOSSES | {kind.word: kind for kind in LOSSES.values() if kind.word}
UNITS = whole(1, 1_000_000)


def _hidden(value: object) -> tuple[int, ...]:
    """The units of each hidden layer, from "8,8", "none", a number or a list of numbers."""
    if isinstance(value, str):
        value = [] if value.strip() == "none" else value.split(",")
    sizes = list(value) if isinstance(value, (list, tuple)) else [value]
    return tuple(from_text(UNITS).read(size) for size in sizes)


def _kind_of(field: Field[Any]) -> Kind:
    """What a setting of a loss must be."""
    if is_switch(field):
        return SWITCH
    least = field.metadata.get("at_least")
    return NUMBER if least is None else number(least)


HIDDEN = Kind("the units of each hidden layer, such as 8 or 8,8, or none", _hidden)
LOSS = choice(LOSS_NAMES)
SEED = whole(at_least=0)
ACTIVATION = choice(ACTIVATIONS.keys())
LOSS_SETTINGS = {field.name: _kind_of(field) for kind in LOSSES.values() for field in fields(kind)}
ACTIVATION_SETTINGS = {key: NUMBER for activation in ACTIVATIONS.values() for key, _ in activation.settings}

TRAINING_OPTIONS: dict[str, Kind] = {
    "loss": LOSS,
    **{name: from_text(kind) for name, kind in LOSS_SETTINGS.items()},
    **training.OPTIONS,
}
DATA_OPTIONS: dict[str, Kind] = {**READING_OPTIONS, **PREPARING_OPTIONS, **GENERATING_OPTIONS}
TABLE_OPTIONS: dict[str, Kind] = {**DATA_OPTIONS, "hidden": HIDDEN, "activation": ACTIVATION, **TRAINING_OPTIONS}


def read_options(reader: FieldReader, options: Mapping[str, object]) -> dict[str, Any]:
    """The options that are given (None: not given) and right."""
    read: dict[str, Any] = {}
    for name, value in options.items():
        if value is not None:
            option = FieldReader()
            read |= option.table("", {name: value}, TABLE_OPTIONS)
            reader.mistakes += [f"option {mistake}" for mistake in option.mistakes]
    return read


def data_settings(
    reader: FieldReader, way: str, file: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings of data, those of a problem file's table [data] and the options that go before them, and the place
    of each, for messages. `way` is how the data are given: inputs, one of TABLES, or the name of a dataset. A setting
    that is of no use for these is a mistake.
    """
    options = {OVERRIDES.get(option, option): option for option in given if option in DATA_OPTIONS}
    settings = {**file, **{setting: given[option] for setting, option in options.items()}}
    places = {key: f"data.{key}" for key in file} | {key: f"option {option}" for key, option in options.items()}
    generated = way in GENERATED
    for setting, place in places.items():
        if setting in READING_OPTIONS and way not in TABLES:
            reader.note(place, "only for a table")
        elif setting in GENERATING_OPTIONS and not generated:
            reader.note(place, f"only for generated data: the dataset {', '.join(GENERATED)}")
        elif setting == "seed" and not generated and "test" not in settings:
            reader.note(place, "of no use without test: no rows are drawn")
    return settings, places


def is_of_use(way: str, setting: str) -> bool:
    """Whether a setting of the table [data] is of use where the data are given in a way and some rows are held out."""
    reader = FieldReader()
    data_settings(reader, way, {"test": 0.5, setting: 0.5}, {})
    return not reader.mistakes


def read_loss(reader: FieldReader, path: str, loss: type[Loss], settings: Mapping[str, Any]) -> Loss:
    """The loss with those of its settings that are given; one that it has no use for is a mistake, in a line that
    begins with `path`.
    """
    own = settings_of(loss)
    for key in (key for key in settings if key not in own):
        having = ", ".join(name for name, kind in LOSSES.items() if key in settings_of(kind))
        reader.note(f"{path}{key}", f"{loss.name} has no {key}; it belongs to {having}")
    return loss(**{key: value for key, value in settings.items() if key in own})


def settings_of(kind: type[Loss] | type[Update]) -> frozenset[str]:
    """The names of the settings that a loss or an update is made with."""
    return frozenset(field.name for field in fields(kind))


def read_activation(reader: FieldReader, path: str, name: str, settings: Mapping[str, float]) -> Activation:
    """An activation with those of its settings that are given; one that it has no use for is a mistake at `path`."""
    activation = ACTIVATIONS[name]
    own = dict(activation.settings)
    for key in (key for key in settings if key not in own):
        having = ", ".join(other.name for other in ACTIVATIONS.values() if key in dict(other.settings))
        reader.note(f"{path}.{key}", f"{name} has no {key}; it belongs to {having}")
    given = {key: value for key, value in settings.items() if key in own}
    return activation.make(**given) if given and activation.make is not None else activation
