"""How a network is trained, as problem files and options say it: the update, the penalty, the learning rate, the order
of the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.loading.fields import POSITIVE, SWITCH, FieldReader, Kind, Unfit, choice, from_text, number, whole
from core.penalty import Penalty
from core.problem import REDUCTIONS
from core.schedules import Cosine, Decay, Schedule, Stages
from core.text import shown
from core.updates import UPDATES, Update

LEARNING_RATE = 0.1
SHARE = Kind("a number from 0 to below 1", lambda value: _below_one(value))
SIZE = number(at_least=0)
STEPS = whole(at_least=1)

# The settings of the updates, in a file and in `Update`.
SETTINGS = {"momentum": SHARE, "beta_1": SHARE, "beta_2": SHARE, "rho": SHARE, "epsilon": SIZE, "weight_decay": SIZE}


def _below_one(value: object) -> float:
    result: float = SIZE.read(value)
    if result >= 1:
        raise Unfit
    return result


def _rates(value: object) -> float | tuple[tuple[int, float], ...]:
    """A number above 0, or stages, each a step and its rate."""
    if not isinstance(value, list):
        try:
            rate: float = POSITIVE.read(value)
        except Unfit:  # few want stages
            raise Unfit(f"expected {POSITIVE.expected}, found {shown(value)}") from None
        return rate
    stages = []
    for stage in value:
        if not isinstance(stage, list) or len(stage) != 2:
            raise Unfit
        stages.append((whole(at_least=0).read(stage[0]), POSITIVE.read(stage[1])))
    if not stages:
        raise Unfit
    return tuple(stages)


RATES = Kind("a finite number above 0, or stages such as [[0, 0.5], [100, 0.1]]", _rates)

TRAINING: dict[str, Kind] = {
    "learning_rate": RATES,
    "decay": SIZE,
    "schedule": choice(("cosine",)),
    "steps": STEPS,
    "batch_size": whole(at_least=1),
    "shuffle_seed": whole(at_least=0),
    "shuffle": SWITCH,
    "reduction": choice(REDUCTIONS),
    "update": choice(UPDATES),
    **SETTINGS,
    "l1": SIZE,
    "l2": SIZE,
    "l2_half": SWITCH,
    "penalise_biases": SWITCH,
}
OPTIONS: dict[str, Kind] = {
    "lr": from_text(POSITIVE),
    "batch": from_text(TRAINING["batch_size"]),
    "seed": from_text(TRAINING["shuffle_seed"]),
    "in-order": from_text(SWITCH),
    "reduction": TRAINING["reduction"],
    "update": TRAINING["update"],
    "momentum": from_text(SHARE),
    "l1": from_text(SIZE),
    "l2": from_text(SIZE),
}
# An option, and the setting of a file that it goes before.
OVERRIDES = {"lr": "learning_rate", "batch": "batch_size", "seed": "shuffle_seed"}


def read_training(
    reader: FieldReader, path: str, training: Mapping[str, Any], given: Mapping[str, Any]
) -> dict[str, Any]:
    """What a Problem takes of the settings of a file, whose table is `path`, and of the options that go before them.
    What does not go together is a mistake.
    """
    options = {OVERRIDES.get(option, option): value for option, value in given.items() if option in OPTIONS}
    if "in-order" in options:
        options["shuffle"] = not options.pop("in-order")
    found = {**training, **options}
    if "shuffle_seed" in training and found.get("shuffle") is False and "shuffle" not in options:
        reader.note(f"{path}.shuffle_seed", "of no use with shuffle = false")
    places = dict.fromkeys(training, path) | dict.fromkeys(options, "option")
    read = {key: found[key] for key in ("batch_size", "shuffle_seed", "shuffle", "reduction") if key in found}
    rate = found.get("learning_rate", LEARNING_RATE)
    read["learning_rate"] = rate if isinstance(rate, float) else rate[0][1]
    read["schedule"] = _schedule(reader, places, found)
    read["update"] = _update(reader, places, found)
    read["penalty"] = _penalty(reader, places, found)
    return read


def _schedule(reader: FieldReader, places: Mapping[str, str], found: Mapping[str, Any]) -> Schedule | None:
    rate = found.get("learning_rate", LEARNING_RATE)
    ways: list[tuple[str, Schedule]] = []
    if not isinstance(rate, float):
        ways.append(("learning_rate", Stages(rate)))
    if "decay" in found:
        ways.append(("decay", Decay(found["decay"])))
    if "schedule" in found and "steps" in found:
        ways.append(("schedule", Cosine(found["steps"])))
    for one, other in (("schedule", "steps"), ("steps", "schedule")):
        if one in found and other not in found:
            reader.note(_at(places, one), f"expected {other} beside it")
    for key, _ in ways[1:]:
        reader.note(_at(places, key), f"cannot be combined with {ways[0][0]}{' in stages' * (ways[0][0] != 'decay')}")
    return ways[0][1] if ways else None


def _update(reader: FieldReader, places: Mapping[str, str], found: Mapping[str, Any]) -> Update:
    kind: type[Update] = found.get("update", UPDATES["sgd"])
    for key in (key for key in SETTINGS if key in found and key not in _settings(kind)):
        having = [name for name, other in UPDATES.items() if key in _settings(other)]
        advice = "" if "update" in found else f': set update = "{having[0]}"'
        reader.note(_at(places, key), f"{kind.name} has no {key}; it belongs to {', '.join(having)}{advice}")
    return kind(**{key: found[key] for key in SETTINGS if key in found and key in _settings(kind)})


def _settings(kind: type[Update]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _penalty(reader: FieldReader, places: Mapping[str, str], found: Mapping[str, Any]) -> Penalty:
    for key, needs in (("l2_half", ("l2",)), ("penalise_biases", ("l1", "l2"))):
        if key in found and not any(need in found for need in needs):
            reader.note(_at(places, key), f"only with {' or '.join(needs)}")
    return Penalty(
        found.get("l2", 0.0), found.get("l1", 0.0), found.get("l2_half", True), found.get("penalise_biases", False)
    )


def _at(places: Mapping[str, str], key: str) -> str:
    option = {setting: option for option, setting in OVERRIDES.items()}.get(key, key)
    return f"option {option}" if places[key] == "option" else f"{places[key]}.{key}"
