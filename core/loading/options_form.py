"""The options of a problem's source as a form: what is so now, and what becomes of it, anew or from a step on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from core.branch import Edit
from core.edits import edits_for
from core.errors import ProblemError
from core.loading.fields import FieldReader, from_text
from core.loading.form_field import USUAL_OF_DATA, FormField, at_fields, default_of, text_of
from core.loading.options import (
    DATA_OPTIONS,
    LOSS_NAMES,
    LOSS_SETTINGS,
    TABLE_OPTIONS,
    TRAINING_OPTIONS,
    is_of_use,
    settings_of,
)
from core.loading.prepare import OVERRIDES
from core.loading.problem_file import WAYS, read_toml
from core.loading.table_file import key_of
from core.loading.training import SETTINGS
from core.losses import Loss
from core.problem import Problem
from core.source import Source
from core.step import Step
from core.text import exact
from core.toml import value
from core.updates import UPDATES, Update

OPTION = "option "
EDITS = {"lr": "alpha", "batch": "batch_size", "l1": "l1", "l2": "l2"}  # by what an edit calls them


@dataclass(frozen=True, eq=False)
class OptionsForm:
    """The options of a problem that is open, and what a person has typed in their place.

    problem    as its source has it
    step       the one that is looked at, of a run that may have been changed on the way
    given      the texts of the options that its source takes, as the file says or as they were given; "" for neither
    typed      the texts of the fields that were changed, by option
    """

    problem: Problem
    step: Step
    given: Mapping[str, str]
    typed: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, problem: Problem, step: Step) -> OptionsForm:
        """That of a problem, of which a step is looked at; reads its file."""
        return cls(problem, step, _given(problem))

    @property
    def fields(self) -> list[FormField]:
        """The fields that it has now: a loss or an update brings its own settings."""
        own = settings_of(self.loss) | settings_of(self.update)
        shown = [name for name in self.given if name in own or name not in LOSS_SETTINGS.keys() | SETTINGS.keys()]
        if self.problem.source is None:
            shown = [name for name in shown if self._edited(name) is not None]
        return [self._field(name) for name in sorted(shown, key=lambda name: name not in TRAINING_OPTIONS)]

    def _field(self, name: str) -> FormField:
        kind = TABLE_OPTIONS[name]
        group = "training" if name in TRAINING_OPTIONS else "table and network"
        given = name in present(self.step.problem)
        choices = kind.choices if given or not kind.choices else ("", *kind.choices)
        return FormField(name, group, kind.expected, choices, "" if given else self._usual(name))

    def _usual(self, name: str) -> str:
        """What is so where nothing is given."""
        part: type[Any] = self.loss if name in LOSS_SETTINGS else self.update
        return default_of(part, name) or USUAL_OF_DATA.get(OVERRIDES.get(name, name), "as it is")

    def text(self, name: str) -> str:
        """What stands in a field."""
        return self.typed.get(name, self.now(name))

    def now(self, name: str) -> str:
        """What is so at the step that is looked at."""
        return self._as_is(self.step.problem, name)

    def _as_is(self, problem: Problem, name: str) -> str:
        found = present(problem)
        if name in found:
            return found[name]
        return self.given.get(name, "")

    @property
    def loss(self) -> type[Loss]:
        """The loss that is chosen."""
        return LOSS_NAMES.get(self.text("loss"), type(self.problem.loss))

    @property
    def update(self) -> type[Update]:
        """The update that is chosen."""
        return UPDATES.get(self.text("update"), type(self.problem.update))

    def put(self, name: str, text: str) -> OptionsForm:
        """With another text in a field."""
        return replace(self, typed={**self.typed, name: text.strip()})

    @property
    def changed(self) -> tuple[str, ...]:
        """The options that are not what they are at the step that is looked at."""
        return tuple(part.path for part in self.fields if self.text(part.path) != self.now(part.path))

    @property
    def mistakes(self) -> list[str]:
        """What cannot be read of what was typed, a line for each mistake: "option lr: expected ..."."""
        reader = FieldReader()
        for name in self.changed:
            if self.text(name):
                reader.read(f"{OPTION}{name}", self.text(name), from_text(TABLE_OPTIONS[name]))
            elif name in present(self.step.problem):
                reader.note(f"{OPTION}{name}", f"expected {TABLE_OPTIONS[name].expected}")
        return reader.mistakes

    def mistakes_at(self, mistakes: list[str]) -> tuple[dict[str, str], list[str]]:
        """Mistakes at the fields that they are about, by option; and those about none of them."""
        instead = {edited: name for name in self.given if (edited := self._edited(name)) is not None}
        return at_fields(self.fields, mistakes, instead)

    # What comes of it.

    @property
    def source(self) -> Source:
        """The source with these options, for a run from step 0. Raises ProblemError where there is no source."""
        source = self.problem.source
        if source is None:
            raise ProblemError("", ["a problem that was made in Python cannot be read anew"])
        shown = [part.path for part in self.fields]
        given = {name: found for name, found in source.options if name in shown}
        for name in shown:
            if (text := self.text(name)) != self._as_is(self.problem, name):
                given.pop(name, None)
                if text:
                    given[name] = text
        return replace(source, options=Source.of(source.name, given).options)

    def starts_anew(self, name: str) -> bool:
        """Whether an option can only be so from step 0 on."""
        return self._edited(name) is None

    @property
    def needs_restart(self) -> tuple[str, ...]:
        """The options that were changed and can only be so from step 0 on."""
        return tuple(filter(self.starts_anew, self.changed))

    def edits(self) -> tuple[Edit, ...]:
        """What makes the run another one from its step on. Raises ProblemError, by the option."""
        mistakes, found = self.mistakes, list[Edit]()
        for name in self.needs_restart:
            mistakes.append(f"{OPTION}{name}: only from step 0: restart")
        if mistakes:
            raise ProblemError("", mistakes)
        for name, edited in self._edits():
            number = from_text(TABLE_OPTIONS[name]).read(self.text(name))
            try:
                found += edits_for(self.step, edited, (), float(number))
            except ProblemError as error:
                mistakes += [f"{OPTION}{name}: {line.partition(': ')[2] or line}" for line in error.mistakes]
        if mistakes:
            raise ProblemError("", mistakes)
        return tuple(found)

    def _edits(self) -> Iterator[tuple[str, str]]:
        for name in self.changed:
            if (edited := self._edited(name)) is not None:
                yield name, edited

    def _edited(self, name: str) -> str | None:
        """What an edit calls an option; None for one that no edit changes."""
        problem = self.step.problem
        names = {part.field: part.name for made in (problem.loss, problem.update) for part in made.settings}
        return {**names, **EDITS}.get(name)


def _given(problem: Problem) -> dict[str, str]:
    """The options that the source of a problem takes, each with its text; "" where it says nothing of it."""
    source = problem.source
    if source is None or not problem.files:
        return dict.fromkeys(TRAINING_OPTIONS, "")
    path, file, weights = Path(problem.files[0]), dict[str, Any](), False
    way = key_of(path)
    if way is None:
        try:
            tables = read_toml(path, path.name)
        except ProblemError:  # it is not there any more
            return dict.fromkeys(TRAINING_OPTIONS, "")
        file = tables.get("data", {})
        way = next((known for known in WAYS if known in file), "inputs")
        way = file[way] if way == "dataset" else way
        weights = any("weights" in layer for layer in tables.get("layers", []))
    options = [name for name in TABLE_OPTIONS if name not in (*DATA_OPTIONS, *TRAINING_OPTIONS) and not weights]
    options += [name for name in DATA_OPTIONS if name != "header" and is_of_use(way, OVERRIDES.get(name, name))]
    file = {**file, "no-header": True} if file.get("header") is False else file
    found = {option: file.get(OVERRIDES.get(option, option), "") for option in (*options, *TRAINING_OPTIONS)}
    found |= {option: given for option, given in source.options if option in found}
    return {option: _as_text(option, given) for option, given in found.items()}


def _as_text(option: str, given: Any) -> str:
    if isinstance(given, (list, tuple)):
        return ",".join(part if isinstance(part, str) else value(part) for part in given)
    return given if isinstance(given, str) else text_of(from_text(TABLE_OPTIONS[option]), given)


def present(problem: Problem) -> dict[str, str]:
    """What a problem's settings are, as texts of the options that set them."""
    layers, made = problem.network.layers, dict[str, str]()
    for part in (problem.loss, problem.update):
        found = {own.name: getattr(part, own.name) for own in fields(part)}
        made |= {
            name: value(setting) if isinstance(setting, bool) else exact(setting) for name, setting in found.items()
        }
    return {
        "loss": problem.loss.name,
        "lr": exact(problem.learning_rate),
        "batch": str(problem.batch_size or len(problem.inputs)),
        "seed": str(problem.shuffle_seed),
        "in-order": value(not problem.shuffle),
        "reduction": problem.reduction,
        "update": problem.update.name,
        "l1": exact(problem.penalty.l1),
        "l2": exact(problem.penalty.l2),
        "hidden": ",".join(str(layer.weights.shape[1]) for layer in layers[:-1]) or "none",
        **({"activation": layers[0].function.name} if len(layers) > 1 else {}),
        **made,
    }
