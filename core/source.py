"""Source: where a problem came from, so that it can be had again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from core.problem import Problem

# As it was given: a text that a person typed, or a value.
Option: TypeAlias = str | float | bool | tuple[float | str, ...]


@dataclass(frozen=True)
class Source:
    """A built-in problem by its name, or a file by its absolute path, with the options that were given beside it, by
    name; with the `seed` of a practice sheet, the fresh problem of its kind that the sheet asks about.
    """

    name: str
    options: tuple[tuple[str, Option], ...] = ()
    seed: int | None = None

    @classmethod
    def of(cls, name: str, options: Mapping[str, object]) -> Source:
        """That of a problem that is loaded with these options."""
        return cls(name, tuple(sorted((key, _option(value)) for key, value in options.items())))

    @property
    def is_file(self) -> bool:
        """Whether the problem is read from a file of a person's own."""
        return os.path.isabs(self.name)

    def problem(self) -> Problem:
        """The problem, read anew. Raises ProblemError."""
        from core.loading.loader import load_problem

        options = {key: list(value) if isinstance(value, tuple) else value for key, value in self.options}
        problem = load_problem(self.name, options)
        if self.seed is None:
            return problem
        from core.fresh import practice_problem

        fresh = practice_problem(problem, self.seed, keep_rate="lr" in options, keep_rows="batch" in options)
        return fresh.with_source(self)

    def practised(self, seed: int, keep_rate: bool, keep_rows: bool) -> Source | None:
        """That of a practice sheet of its kind; None where the sheet would keep other numbers when it is made anew."""
        given = dict(self.options)
        if self.seed is not None or (keep_rate, keep_rows) != ("lr" in given, "batch" in given):
            return None
        return Source(self.name, self.options, seed)


def _option(value: object) -> Option:
    """A value that can be compared and hashed."""
    if isinstance(value, (str, bool, int, float)):
        return value
    return tuple(value) if isinstance(value, (list, tuple)) else str(value)
