"""Settings that a person gives beside a problem's file: what each must be, and how it changes the training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from core.activations import ACTIVATIONS, Activation
from core.loading import training
from core.loading.fields import NUMBER, SWITCH, FieldReader, Kind, choice, from_text, number, whole
from core.loading.reading import READING_OPTIONS
from core.losses import LOSSES, Loss
from core.settings import is_switch

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
TABLE_OPTIONS: dict[str, Kind] = {
    **READING_OPTIONS,
    "hidden": HIDDEN,
    "activation": ACTIVATION,
    "standardize": from_text(SWITCH),
    **TRAINING_OPTIONS,
}


def read_options(reader: FieldReader, options: Mapping[str, object], for_table: bool) -> dict[str, Any]:
    """The options that are given (None: not given) and right; a problem file takes only those of the training."""
    read: dict[str, Any] = {}
    for name, value in options.items():
        if value is None:
            continue
        if not for_table and name in TABLE_OPTIONS.keys() - TRAINING_OPTIONS.keys():
            reader.note(f"option {name}", "only for a table (.csv, .npz); set it in the problem file")
            continue
        option = FieldReader()
        read |= option.table("", {name: value}, TABLE_OPTIONS if for_table else TRAINING_OPTIONS)
        reader.mistakes += [f"option {mistake}" for mistake in option.mistakes]
    return read


def read_loss(reader: FieldReader, path: str, loss: type[Loss], settings: Mapping[str, Any]) -> Loss:
    """The loss with those of its settings that are given; one that it has no use for is a mistake, in a line that
    begins with `path`.
    """
    own = settings_of(loss)
    for key in (key for key in settings if key not in own):
        having = ", ".join(name for name, kind in LOSSES.items() if key in settings_of(kind))
        reader.note(f"{path}{key}", f"{loss.name} has no {key}; it belongs to {having}")
    return loss(**{key: value for key, value in settings.items() if key in own})


def settings_of(loss: type[Loss]) -> frozenset[str]:
    """The names of the settings that a loss is made with."""
    return frozenset(field.name for field in fields(loss))


def read_activation(reader: FieldReader, path: str, name: str, settings: Mapping[str, float]) -> Activation:
    """An activation with those of its settings that are given; one that it has no use for is a mistake at `path`."""
    activation = ACTIVATIONS[name]
    own = dict(activation.settings)
    for key in (key for key in settings if key not in own):
        having = ", ".join(other.name for other in ACTIVATIONS.values() if key in dict(other.settings))
        reader.note(f"{path}.{key}", f"{name} has no {key}; it belongs to {having}")
    given = {key: value for key, value in settings.items() if key in own}
    return activation.make(**given) if given and activation.make is not None else activation
