"""What to say of the cells of a column that cannot be read: a line, with how many there are and where the first is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from core.loading.columns.column import Column
from core.loading.columns.numbers import Look, Notation, counts_of, look_of
from core.loading.reading import Reading
from core.text import clean, counted, shown

MOST_ENCODED = 1000  # features from one column


class Wrong(NamedTuple):
    """Cells of a column that are wrong: how many of them are `noun` (or `nouns`), the place of the first and what it
    is, and what can be done. Columns with the same `remedy` share a message.
    """

    title: str
    cells: int
    noun: str
    nouns: str
    place: str
    first: str
    advice: str
    remedy: str = ""

    @classmethod
    def of(cls, column: Column, rows: Sequence[int], noun: str, nouns: str, advice: str, remedy: str = "") -> Wrong:
        """Those in some rows of a column."""
        return cls(column.title, len(rows), noun, nouns, column.place(rows[0]), column.cells[rows[0]], advice, remedy)

    def line(self, others: Sequence[Wrong] = ()) -> str:
        """A message about them, and about those of other columns with the same remedy."""
        count = self.cells + sum(other.cells for other in others)
        title = f"{self.title} and {counted(len(others), 'more column')}" if others else self.title
        told = f"1 cell is {self.noun}, in" if count == 1 else f"{count:,} cells are {self.nouns}, the first in"
        found = f": {shown(self.first)}" if clean(self.first) else " (empty)"
        return f"{title}: {told} {self.place}{found}" + (f"; {self.advice}" if self.advice else "")


def lines(found: Sequence[Wrong]) -> Iterator[str]:
    """A message for each column, or for all that have the same remedy."""
    told = set()
    for i, wrong in enumerate(found, start=1):
        if wrong.remedy not in told:
            yield wrong.line([other for other in found[i:] if wrong.remedy and other.remedy == wrong.remedy])
        told |= {wrong.remedy} - {""}


def instead_of(column: Column, reading: Reading, is_target: bool) -> str:
    """What can be done about a column that is of no use."""
    if is_target:
        return f"{reading.spelled('target')} COLUMN chooses another target"
    return f"{reading.spelled_column('drop', column.name)} leaves the column out"


def on_missing(column: Column, rows: Sequence[int], reading: Reading, is_target: bool) -> Wrong:
    """What to say of cells that are missing."""
    if len(rows) == len(column) > 1:
        return Wrong.of(
            column, rows, "missing", "missing", f"all are missing: {instead_of(column, reading, is_target)}"
        )
    advice = f"{reading.spelled('missing', 'drop')} leaves such rows out"
    fill = "" if is_target else f", {reading.spelled('missing', 'mean')} fills them in"
    return Wrong.of(column, rows, "missing", "missing", advice + fill)


def on_no_numbers(column: Column, rows: Sequence[int], missing: int, reading: Reading, is_target: bool) -> Wrong:
    """What to say of cells that should be finite numbers; so many others of the column are missing."""
    counts = counts_of(map(column.cells.__getitem__, rows))
    more = f"{missing:,} more {'is' if missing == 1 else 'are'} missing" if missing else ""
    if all(reading.notation.number(cell) is not None for cell in counts):
        return Wrong.of(column, rows, "no finite number", "no finite numbers", more)
    advice, remedy = "", ""
    look = look_of(counts, reading.notation)
    if look is not None:
        advice = _ways(look, counts, reading) or _on_look(look, column, reading, is_target)
        if look.notations and look.often < len(rows):
            advice = f"{look.often:,} look like numbers: {advice}"
        elif look.notations:
            remedy = _options(look.notations[0], reading)
    elif not is_target:
        advice = _on_texts(column, counts, missing, reading)
    elif reading.task is None:
        advice = f"for classes, {reading.spelled('task', 'classification')}"
    return Wrong.of(column, rows, "no number", "no numbers", "; ".join(filter(None, (advice, more))), remedy)


def look_alike(column: Column, cells: Mapping[str, int], reading: Reading) -> str:
    """What to say of a column that is encoded, though most of its cells look like numbers; or nothing."""
    counts = {cell: often for cell, often in cells.items() if reading.notation.number(cell) is None}
    look = look_of(counts, reading.notation) if counts else None
    if look is None or look.often <= sum(cells.values()) / 2:
        return ""
    ways = _ways(look, counts, reading)
    return f"{column.name} is encoded, but looks like {look.kind} ({shown(next(iter(counts)))})" + (
        f": {ways}" if ways else ""
    )


def _on_look(look: Look, column: Column, reading: Reading, is_target: bool) -> str:
    """What can be done about cells that no option reads."""
    bare = look.kind not in ("dates", "times")
    if is_target:
        names = f"{reading.spelled('task', 'classification')} if they are names of classes"
        return f"they look like {look.kind}: write {'bare numbers' if bare else 'numbers'}, or {names}"
    drop = instead_of(column, reading, is_target=False)
    return f"they look like {look.kind}: {'write bare numbers, or ' if bare else ''}{drop}"


def _ways(look: Look, counts: Mapping[str, int], reading: Reading) -> str:
    """Which options read the cells, and as what where there are two ways."""
    if not look.notations:
        return ""
    first, *others = look.notations
    example = next(cell for cell in counts if first.number(cell) is not None)
    value = first.number(example)
    other = next((other for other in others if other.number(example) != value), None)
    options = _options(first, reading)
    if other is None:
        return f"{options} reads them"
    return f"{options} reads them as {value:.12g} ({_options(other, reading)} as {other.number(example):.12g})"


def _options(notation: Notation, reading: Reading) -> str:
    """What turns the notation of a reading into another one."""
    now, options = reading.notation, []
    if notation.decimal != now.decimal and notation != Notation(",", "."):  # which the thousands imply
        options.append(reading.spelled("decimal", notation.decimal))
    if notation.thousands and notation.thousands != now.thousands:
        options.append(reading.spelled("thousands", notation.thousands))
    return (" and " if reading.in_file else " ").join(options) or f"no {reading.spelled('thousands')}"


def _on_texts(column: Column, counts: Mapping[str, int], missing: int, reading: Reading) -> str:
    """What can be done about a feature that is no numbers; so many of its other cells are missing."""
    count, different, drop = sum(counts.values()), len(counts), instead_of(column, reading, is_target=False)
    if count <= (len(column) - missing) / 2:  # the rest are numbers
        return f"correct {'it' if count == 1 else 'them'}, write NA for a missing number, or {drop}"
    if different == 1:
        return drop
    if different == count > 2 or different > MOST_ENCODED:
        return f"{'all' if different == count else f'{different:,}'} are different: {drop}"
    return f"{reading.spelled_column('encode', column.name)} makes features of its {different:,} texts, {drop}"
