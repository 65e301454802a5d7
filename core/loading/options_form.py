"""The options of a problem's source as a form: what is so now, and what becomes of it, anew or from a step on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from core.branch import Edit
from core.edits import edits_for
from core.errors import ProblemError
from core.files import TABLE_SUFFIXES
from core.loading.fields import FieldReader, Kind, from_text
from core.loading.form_field import FormField, at_fields, default_of, text_of
from core.loading.options import LOSS_NAMES, LOSS_SETTINGS, TABLE_OPTIONS, TRAINING_OPTIONS, settings_of
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
    typed      the texts of the fields that were changed, by option
    """

    problem: Problem
    step: Step
    typed: Mapping[str, str]

    @property
    def options(self) -> Mapping[str, Kind]:
        """The options that the source takes."""
        source = self.problem.source
        is_table = source is not None and source.is_file and Path(source.name).suffix.lower() in TABLE_SUFFIXES
        return TABLE_OPTIONS if is_table else TRAINING_OPTIONS

    @property
    def fields(self) -> list[FormField]:
        """The fields that it has now: a loss or an update brings its own settings."""
        own = settings_of(self.loss) | {part.name for part in fields(self.update)}
        shown = [name for name in self.options if name in own or name not in LOSS_SETTINGS.keys() | SETTINGS.keys()]
        if self.problem.source is None:
            shown = [name for name in shown if self._edited(name) is not None]
        return [self._field(name) for name in shown]

    def _field(self, name: str) -> FormField:
        kind = self.options[name]
        group = "training" if name in TRAINING_OPTIONS else "table and network"
        given = name in present(self.step.problem)
        choices = kind.choices if given or not kind.choices else ("", *kind.choices)
        return FormField(name, group, kind.expected, choices, "" if given else self._usual(name))

    def _usual(self, name: str) -> str:
        """What is so where nothing is given."""
        part: type[Any] = self.loss if name in LOSS_SETTINGS else self.update
        return default_of(part, name) or "as it was read"

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
        source = self.problem.source
        given = dict(source.options).get(name, "") if source is not None else ""
        return (
            ",".join(map(value, given)) if isinstance(given, tuple) else text_of(from_text(self.options[name]), given)
        )

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
                reader.read(f"{OPTION}{name}", self.text(name), from_text(self.options[name]))
            elif name in present(self.step.problem):
                reader.note(f"{OPTION}{name}", f"expected {self.options[name].expected}")
        return reader.mistakes

    def mistakes_at(self, mistakes: list[str]) -> tuple[dict[str, str], list[str]]:
        """Mistakes at the fields that they are about, by option; and those about none of them."""
        instead = {edited: name for name in self.options if (edited := self._edited(name)) is not None}
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
            number = from_text(self.options[name]).read(self.text(name))
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
