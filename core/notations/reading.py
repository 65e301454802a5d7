"""Reads formulas in a notation, in which only its own names mean something."""

from __future__ import annotations

import re
from functools import lru_cache

from core.checking.formulas.definitions import context_of
from core.equations import Statement
from core.errors import FormulaError
from core.expression.cursor import Context, Reading
from core.expression.nodes import Name, Node
from core.expression.reader import EULER, Reader, refuse_too_long
from core.notations.rendition import Rendition
from core.notations.shipped import SHIPPED
from core.notations.turning import ACROSS
from core.notations.words import ROLES
from core.text import shown

REMARK = re.compile(r", y(?: the true class in |\s*\\text\{ the true class in \}\s*).*\Z")
MOST_MEANINGS = 2
PLURAL = tuple(ROLES[role][0] for role in ("input", "target", "weight", "bias"))


def over_in(rendition: Rendition, name: str) -> str:
    """What a sum in a quantity's formula is over that does not say it."""
    over = context_of(name, rendition.statement).over
    return ACROSS[over] if rendition.notation.in_columns else over


def read_in(rendition: Rendition, name: str, text: str) -> Node:
    """The tree of a formula for a quantity, typed, in print or in LaTeX, in the notation's layout. Raises FormulaError
    where it cannot be read, or has a name in it that is none of the notation's.
    """
    return reading_in(rendition, name, text).tree


def reading_in(rendition: Rendition, name: str, text: str, dialect: str = "") -> Reading:
    """The same with what is written around it; in a style of print, if it does not tell itself."""
    context = context_of(name, rendition.statement)
    refuse_too_long(text, context.longest)
    context = context._replace(
        symbols=rendition.names,
        over=over_in(rendition, name),
        classes=rendition.classes,
        layers=rendition.functions,
        thin=(),
        dialect=dialect or context.dialect,
    )
    return _NotationReader(REMARK.sub("", rendition.lowered(text)), context, rendition).read()


def named_elsewhere(rendition: Rendition, typed: str) -> str:
    """What other notations call by a name, in words, with what it is called here: "in ng the activation is A1 (z_1 in
    sgdb)"; empty where none does.
    """
    here, found = rendition.notation.name, dict[str, str]()
    for other in _shipped(rendition.statement):
        name, its = other.names.get(typed), other.notation.name
        if name is not None and its != here and name in rendition.spellings:
            here_it_is = rendition.spellings[name].typed
            what = rendition.meaning(name)
            verb = "are" if what.startswith(PLURAL) else "is"
            found.setdefault(name, f"{what} {verb} {here_it_is} ({typed} in {its})")
    parts = [*found.values()][:MOST_MEANINGS]
    return f"in {here} {' and '.join(parts)}" if parts else ""


def with_notation(statement: Statement, typed: str) -> str:
    """What a name that sgdb does not have is in the notations that have it, with the advice to say so: "it is s_out in
    nielsen and ufldl: add notation = ..."; empty where none has it.
    """
    found: dict[str, list[str]] = {}
    for other in _shipped(statement):
        if (name := other.names.get(typed)) in statement.equations:
            found.setdefault(name, []).append(other.notation.name)
    parts = [f"{name} in {' and '.join(notations[:MOST_MEANINGS])}" for name, notations in found.items()]
    first = next(iter(found.values()), [""])[0]
    return f'it is {", ".join(parts[:MOST_MEANINGS])}: add notation = "{first}"' if found else ""


@lru_cache(maxsize=2)
def _shipped(statement: Statement) -> tuple[Rendition, ...]:
    """A statement in every notation that comes with sgdb: a sheet with one foreign name has more of them."""
    return tuple(Rendition(notation, statement) for notation in SHIPPED)


class _NotationReader(Reader):
    """Reads formulas in which the names are a notation's."""

    def __init__(self, text: str, context: Context, rendition: Rendition) -> None:
        super().__init__(text, context)
        self._rendition = rendition

    def _named(self, token: str) -> Node:
        names = self._rendition.names
        if token in names:
            return Name(names[token])
        base, _, column = token.rpartition("_")
        if names.get(base) in self._context.columns and column in ("1", "2"):
            return Name(f"{names[base]}_{column}")
        if token == EULER.name:
            return EULER
        place = self._place(-1)
        here = named_elsewhere(self._rendition, token) or f"{self._rendition.notation.name} has no such name"
        raise FormulaError(f"unknown {shown(token)} (character {place}): {here}", place)
