"""Reading: how a person wants a table to be read."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any

from core.loading.columns.numbers import PLAIN, Notation
from core.loading.fields import SWITCH, TEXT, Kind, Unfit, choice, from_text
from core.losses import USUAL_LOSSES
from core.suggestion import suggest
from core.text import clean, shown

# What a misspelt name may stand for; Python knows many more.
ENCODINGS = (
    *("utf-8", "utf-16", "latin-1", "cp1250", "cp1251", "cp1252", "cp1253", "cp437", "cp850", "iso-8859-2"),
    *("iso-8859-15", "mac-roman", "koi8-r", "shift-jis", "euc-jp", "euc-kr", "gbk", "gb18030", "big5"),
)


def _columns(value: object) -> tuple[str, ...]:
    """Names of columns, from a list or from a text with commas between them; a name with a comma stands in quotes."""
    if isinstance(value, str):
        try:
            (value,) = csv.reader([value], skipinitialspace=True, strict=True)
        except (csv.Error, ValueError):
            raise Unfit from None
    if not isinstance(value, (list, tuple)) or not all(isinstance(name, str) for name in value):
        raise Unfit
    names = tuple(dict.fromkeys(clean(name) for name in value))
    if not names or not all(names):
        raise Unfit
    return names


def _encoding(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit
    try:
        b"".decode(value.strip())
        "".encode(value.strip())
    except (LookupError, ValueError):  # unknown, no encoding of texts, or no name at all
        raise Unfit(suggest(shown(value)[1:-1], ENCODINGS)) from None
    return value.strip()


COLUMNS = Kind("the names of columns with commas between them, a name with a comma in quotes", _columns)

# The keys of a problem file's [data] and the options of the command line, where `header` is spelled --no-header.
READING: dict[str, Kind] = {
    "target": TEXT,
    "task": choice(USUAL_LOSSES.keys()),
    "drop": COLUMNS,
    "only": COLUMNS,
    "encode": COLUMNS,
    "missing": choice(("drop", "mean")),
    "header": SWITCH,
    "encoding": Kind("the name of an encoding, such as latin-1", _encoding),
    "decimal": choice((".", ",")),
    "thousands": choice((",", ".", " ", "'")),
}
READING_OPTIONS: dict[str, Kind] = {**READING, "no-header": from_text(SWITCH)}


@dataclass(frozen=True)
class Reading:
    """How a table is read.

    target      the name of the target's column; None: the last one that is not dropped
    task        "classification" or "regression"; None: what the targets look like
    drop, only  columns that are left out; the only ones that are features (none: all)
    encode      columns that become a feature for each of their different cells, which is 1 where it is in the row
    missing     rows with a missing cell: "drop" leaves them out, "mean" keeps them with NaN among the inputs; None: a
                mistake, as a missing target is unless the rows are dropped
    header      whether the first line has the columns' names, which are 1, 2, 3, ... otherwise; None: the line tells
    encoding    of a text file; None: UTF-8, or UTF-16 if it begins with a byte-order mark
    decimal, thousands    the marks in numbers; "": none between thousands
    in_file     whether messages spell the settings as a problem file does, and not as options
    """

    target: str | None = None
    task: str | None = None
    drop: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    encode: tuple[str, ...] = ()
    missing: str | None = None
    header: bool | None = None
    encoding: str | None = None
    decimal: str | None = None
    thousands: str = ""
    in_file: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any], in_file: bool = False) -> Reading:
        """From what was read of the settings in READING_OPTIONS; the rest of `given` is left alone."""
        own = {field.name: given[field.name] for field in fields(cls) if field.name in given}
        if given.get("no-header"):
            own["header"] = False
        return cls(**own, in_file=in_file)

    @cached_property
    def notation(self) -> Notation:
        """How numbers are written."""
        decimal = self.decimal or ("," if self.thousands == "." else PLAIN.decimal)
        return Notation(decimal, self.thousands)

    def mistakes(self) -> list[str]:
        """What does not go together."""
        if self.notation.decimal != self.notation.thousands:
            return []
        mark = shown(self.thousands)
        return [f"thousands: {mark} cannot stand both before decimals and between thousands"]

    def spelled(self, setting: str, value: str = "") -> str:
        """A setting as it is written: --thousands , or thousands = ",\" """
        if not self.in_file:
            typed = f'"{value}"' if " " in value or "'" in value else value
            return f"--{setting} {typed}".strip()
        if setting == "no-header":
            return "header = false"
        if not value:
            return setting
        text = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{setting} = {f'[{text}]' if READING[setting] is COLUMNS else text}"

    def spelled_column(self, setting: str, name: str) -> str:
        """A setting with the name of a column, quoted where a comma in it would part it."""
        quoted = '"' + name.replace('"', '""') + '"' if not self.in_file and ("," in name or '"' in name) else ""
        return f"--{setting} '{quoted}'" if quoted else self.spelled(setting, name)
