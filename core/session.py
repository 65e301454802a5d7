"""Session: what somebody decided while debugging a run, and where they are in it."""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import NamedTuple, TypeAlias, TypeVar

from core.branch import Branch, Cell, Edit
from core.errors import ProblemError
from core.machine import Fingerprint
from core.problem import Problem
from core.source import Source
from core.suggestion import suggest
from core.text import clean, legible, shown

MAIN, WHAT_IF = "main", "what if"
MOST_LISTED = 10  # mistakes that are told
MOST_EDITED = 200  # steps of a branch with edits: each is a timeline of its own
ViewSetting: TypeAlias = str | int | bool
T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True)
class NamedBranch:
    """A branch, what it is called, and how many of its steps were computed; where it is read from a file, its edits as
    they are `written` there, in their order.
    """

    name: str
    branch: Branch
    steps: int = 0
    written: tuple[Edit, ...] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", clean(self.name))


@dataclass(frozen=True)
class SavedWatch:
    """A watch as it was typed, and whether it is on."""

    text: str
    enabled: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))


@dataclass(frozen=True)
class Bookmark:
    """A step of a branch, by the branch's name, and what somebody noted about it."""

    branch: str
    step: int
    note: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "branch", clean(self.branch))
        object.__setattr__(self, "note", clean(self.note))


@dataclass(frozen=True)
class Cursor:
    """Where somebody is: on a branch, by its name, at a step, at a cell of a quantity ("W_1", (1, 3)) or at none."""

    branch: str = MAIN
    step: int = 0
    cell: tuple[str, Cell] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "branch", clean(self.branch))


class LossDigest(NamedTuple):
    """What the losses of a run came to: the last one, and digests of the first so many, by how many, as a mapping in
    the order of their numbers.
    """

    loss: float
    digests: Mapping[int, str]


@dataclass(frozen=True)
class Recorded:
    """What a session came to when it was saved: on which machine, from which problem (a digest of its numbers), and the
    losses of its branches.
    """

    machine: Fingerprint | None = None
    problem: str = ""
    losses: Mapping[Branch, LossDigest] = field(default_factory=dict)


@dataclass(frozen=True)
class Session:
    """Decisions, not arrays: the branches of one source, watches, bookmarks, the cursor, which says what branch is
    looked at, and settings of the view by name, in the order of their names. It never changes: what changes one returns
    another. Equal sessions have the same decisions, wherever they were saved.

    Raises ProblemError where names are not unique, or stand for nothing, or the branches are of several sources.
    """

    branches: tuple[NamedBranch, ...]
    watches: tuple[SavedWatch, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    cursor: Cursor = Cursor()
    view: tuple[tuple[str, ViewSetting], ...] = ()
    recorded: Recorded = field(default_factory=Recorded, compare=False, repr=False)

    def __post_init__(self) -> None:
        if mistakes := [*islice(self._mistakes(), MOST_LISTED)]:
            raise ProblemError("", mistakes)

    @classmethod
    def of(cls, source: Source | Problem) -> Session:
        """A new one, on the run of a source or a problem as it is."""
        branch = Branch.of(source) if isinstance(source, Problem) else Branch(source)
        return cls((NamedBranch(MAIN, branch),))

    @property
    def source(self) -> Source | Problem:
        """Where the problem of all branches comes from."""
        return self.branches[0].branch.source

    @property
    def title(self) -> str:
        """What its problem is called, on one line: "exercise-2", "data.csv", "sheet 7 of exercise-2"."""
        name = clean(legible(os.path.basename(self.source.name)))
        seed = None if isinstance(self.source, Problem) else self.source.seed
        return name if seed is None else f"sheet {seed} of {name}"

    def problem(self) -> Problem:
        """The problem that all branches begin with, read anew. Raises ProblemError, also for edits that cannot be made
        to it, watches that cannot be read, and a cursor on what it does not have, each with its place.
        """
        problem = self.source if isinstance(self.source, Problem) else self.source.problem()
        from core.saving.fit import mistakes_against

        if mistakes := mistakes_against(self, problem):
            raise ProblemError("", mistakes)
        return problem

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the branches."""
        return tuple(named.name for named in self.branches)

    @property
    def looked_at(self) -> NamedBranch:
        """The branch that the cursor is on."""
        return self.named(self.cursor.branch)

    def named(self, name: str) -> NamedBranch:
        """The branch of this name. Raises ProblemError."""
        for named in self.branches:
            if named.name == name:
                return named
        raise ProblemError("", [f"branch: {suggest(name, self.names)}"])

    def fork(self, *edits: Edit) -> Session:
        """With the branch that leaves the one looked at by these edits, which is looked at then."""
        return self.add(self.looked_at.branch.with_edits(*edits))

    def add(self, branch: Branch, name: str = "") -> Session:
        """With another branch, which is looked at then; without a `name` it is called "what if 1", "what if 2" and so
        on. One that is there already keeps its own.
        """
        for known in self.branches:
            if known.branch == branch:
                return self.switch(known.name)
        name = name or next(name for k in count(1) if (name := f"{WHAT_IF} {k}") not in self.names)
        added = NamedBranch(name, branch)
        cursor = replace(self.cursor, branch=added.name)
        return replace(self, branches=(*self.branches, added), cursor=cursor)

    def remove(self, name: str) -> Session:
        """Without a branch and its bookmarks; no other branch changes. Where it was looked at, the nearest that it came
        from is now, or the first. Raises ProblemError where it is the only one.
        """
        gone = self.named(name)
        left = tuple(named for named in self.branches if named.name != name)
        if not left:
            raise ProblemError("", [f"{name}: the only branch cannot be removed"])
        by_branch = {named.branch: named.name for named in reversed(left)}
        origins = [by_branch[branch] for branch in gone.branch.lineage if branch in by_branch]
        there = (origins or [left[0].name])[-1]
        cursor = replace(self.cursor, branch=there) if self.cursor.branch == name else self.cursor
        bookmarks = tuple(mark for mark in self.bookmarks if mark.branch != name)
        return replace(self, branches=left, bookmarks=bookmarks, cursor=cursor)

    def rename(self, name: str, new: str) -> Session:
        """With another name for a branch, in its bookmarks, too. Raises ProblemError where another one has it."""
        self.named(name)
        return replace(
            self,
            branches=tuple(replace(named, name=new) if named.name == name else named for named in self.branches),
            bookmarks=tuple(replace(mark, branch=new) if mark.branch == name else mark for mark in self.bookmarks),
            cursor=replace(self.cursor, branch=new) if self.cursor.branch == name else self.cursor,
        )

    def switch(self, name: str) -> Session:
        """With another branch looked at, at the same step and cell."""
        return replace(self, cursor=replace(self.cursor, branch=self.named(name).name))

    def at(self, step: int, cell: tuple[str, Cell] | None = None) -> Session:
        """With the cursor on another step of the branch looked at, at a cell of a quantity, or at none."""
        return replace(self, cursor=replace(self.cursor, step=step, cell=cell))

    def add_watch(self, text: str) -> Session:
        """With a watch; one that is there already is on again."""
        watch = SavedWatch(text)
        if watch.text in [known.text for known in self.watches]:
            return self.change_watch(watch.text, watch)
        return replace(self, watches=(*self.watches, watch))

    def change_watch(self, text: str, watch: SavedWatch | None) -> Session:
        """With another watch in place of one, or none. Raises ProblemError where there is another like it."""
        put = () if watch is None else (watch,)
        watches = tuple(part for known in self.watches for part in (put if known.text == text else (known,)))
        return replace(self, watches=watches)

    def add_bookmark(self, step: int, note: str = "") -> Session:
        """With a bookmark on a step of the branch looked at; the note is that of the one that is there already."""
        mark = Bookmark(self.cursor.branch, step, note)
        others = self.remove_bookmark(mark.branch, step).bookmarks
        order = {name: k for k, name in enumerate(self.names)}
        return replace(self, bookmarks=tuple(sorted((*others, mark), key=lambda m: (order[m.branch], m.step))))

    def remarks(self, branch: str, step: int) -> tuple[str, ...]:
        """The note of the bookmark on a step of a branch, by the branch's name; none without a bookmark."""
        return tuple(mark.note for mark in self.bookmarks if (mark.branch, mark.step) == (branch, step))

    def remove_bookmark(self, branch: str, step: int) -> Session:
        """Without the bookmark on a step of a branch."""
        return replace(self, bookmarks=tuple(m for m in self.bookmarks if (m.branch, m.step) != (branch, step)))

    @property
    def is_in_python(self) -> bool:
        """Whether its problem was made in Python, so that no file can say where it came from."""
        return isinstance(self.source, Problem)

    def with_view(self, settings: Mapping[str, ViewSetting]) -> Session:
        """With these settings of the view; the others stay."""
        cleaned = {
            clean(name): clean(setting) if isinstance(setting, str) else setting for name, setting in settings.items()
        }
        return replace(self, view=tuple(sorted({**dict(self.view), **cleaned}.items())))

    def _mistakes(self) -> Iterator[str]:
        if not self.branches:
            yield "branches: expected at least one"
            return
        names = self.names
        yield from _repeated("branches[{}].name", names)
        for k, named in enumerate(self.branches, 1):
            if named.branch.source != self.source:
                yield f"branches[{k}]: expected the source of the first branch"
            if (found := len({edit.step for edit in named.branch.edits})) > MOST_EDITED:
                yield f"branches[{k}].edits: expected edits at {MOST_EDITED} steps at most, found {found} steps"
        places = {"cursor.branch": self.cursor.branch}
        places |= {f"bookmarks[{k}].branch": mark.branch for k, mark in enumerate(self.bookmarks, 1)}
        known = {*names}
        for place in (place for place, name in places.items() if name not in known):
            yield f"{place}: {suggest(shown(places[place])[1:-1], names)}"
        yield from _repeated("watches[{}].text", [watch.text for watch in self.watches])
        marks = [(mark.branch, mark.step) for mark in self.bookmarks]
        for k, (name, step) in again(marks):
            yield f"bookmarks[{k}]: there is one on step {step} of {shown(name)} already"


def _repeated(place: str, texts: Sequence[str]) -> Iterator[str]:
    """What is wrong with texts that should be different, and not empty."""
    for k, text in enumerate(texts, 1):
        if not text:
            yield f"{place.format(k)}: expected a text, found an empty one"
    for k, text in again(texts):
        if text:
            yield f"{place.format(k)}: there is {shown(text)} already"


def again(found: Iterable[T]) -> Iterator[tuple[int, T]]:
    """What has been there before, and which it is, from 1."""
    seen: set[T] = set()
    for k, one in enumerate(found, 1):
        if one in seen:
            yield k, one
        seen.add(one)
