"""A course's own notation, from a table: one of those that there are, and what differs from it.

notation = "ng"              one of them as it is; or a table:
[notation]
like = "ng"                  sgdb's own unless told otherwise
name = "..."                 what messages call it
pre = "S"                    a word for each of the roles: input, pre, activation, output, target, weight, bias, delta,
                             dweight, dbias, dactivation, doutput, loss, losses, rate, count, function; a Greek letter
                             by its name
delta = { typed = "e", printed = "ε", tex = "\\varepsilon" }
dweight = false              there is no name for it: the update has it written out
samples, weights             "rows" or "columns"; "in x out" or "out x in"
sign                         of delta: "plus" for the gradient, "minus" for its opposite
mean                         where the 1/n is: in "delta", in the "gradient", in the "update"
layer                        where LaTeX has its number: "_k", "^k", "^(k)" or "^[k]"
units, numbers               what is added to the number of a layer's units, and of its weights and biases
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from core.expression.cursor import WORDS
from core.expression.lexicon import SUMS
from core.expression.names import function_of
from core.loading.fields import FieldReader, Kind, Unfit, choice, whole
from core.notations.names import OURS, Spelling, function_words, role_of, spellings
from core.notations.rendition import typical_statement
from core.notations.shipped import NOTATIONS
from core.notations.words import GRADIENTS, RAISED, ROLES, SWITCHES, YOURS, Notation, Word
from core.quantity import NEXT
from core.text import shown

LONGEST = 30
OFFSET = whole(-1, 1)
TAKEN = frozenset(
    (*WORDS, *SUMS, "softmax", "max", "maximum", "fmax", "one_hot", "power", "pow", "array", "frac", "cases", "e", "j")
)
ELEMENTARY = ("exp", "log", "sqrt", "abs", "sign", "tanh", "sigmoid", "relu", "identity")
INDEX = ("_y", "_j", "_k", "_c", "_i")  # of a class, behind a name
LIKE = "like "  # before the name of the one that it is like, in its title
DEPTH = 3


def _word(value: object) -> Word:
    parts = {"typed": value} if isinstance(value, str) else value
    if not isinstance(parts, dict) or not all(isinstance(part, str) for part in parts.values()):
        raise Unfit
    others = [part for part in parts if part not in ("typed", "printed", "tex")]
    if "typed" not in parts or others:
        found = f", found {shown(others[0])}" if others else ""
        raise Unfit(f'expected "typed", and "printed" or "tex" beside it{found}')
    word = Word(**parts)
    if not (word.typed.isidentifier() and len(word.typed) <= LONGEST):
        raise Unfit(f"expected letters, digits and _, at most {LONGEST}, found {shown(word.typed)}")
    return word


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit
    if not value.strip():
        raise Unfit(f"expected a name of its own, found {shown(value)}")
    if value in NOTATIONS:
        raise Unfit(f"{value} comes with sgdb; expected a name of its own")
    return value


def _word_or_none(value: object) -> Word | bool:
    return False if value is False else _word(value)


WORD = Kind('a text such as "Z"', _word)
OPTIONAL = Kind('a text such as "dW", or false where there is no name for it', _word_or_none)
NOTATION: dict[str, Kind] = {
    "like": choice(NOTATIONS),
    "name": Kind("a text", _name),
    **{role: OPTIONAL if role in GRADIENTS else WORD for role in ROLES},
    **{switch: choice(values) for switch, values in SWITCHES.items()},
    "layer": choice(RAISED.keys()),
    "units": OFFSET,
    "numbers": OFFSET,
}


def read_notation(reader: FieldReader, value: object, path: str = "notation") -> Notation | None:
    """The notation of a name, or of a table of one's own; None after a note of what is wrong."""
    if isinstance(value, str):
        found: Notation | None = reader.read(path, value, choice(NOTATIONS))
        return found
    if not isinstance(value, dict):
        reader.note(path, f"expected a text or a table, found {shown(value)}")
        return None
    before = len(reader.mistakes)
    read = reader.table(path, value, NOTATION)
    if any(key in value and key not in read for key in ("like", *ROLES)):
        return None  # words may clash for the lack of another
    given = [role for role in ROLES if role in read]
    notation = _with(read.pop("like", NOTATIONS["sgdb"]), read)
    mistakes = [*_mistakes(notation, given)]
    told = [found for found in mistakes if found[0] in given] or mistakes  # the others are due to them
    for role, mistake in told:
        reader.note(f"{path}.{role}" if role in given else path, mistake)
    return None if len(reader.mistakes) > before else notation


def notation_value(notation: Notation) -> str | dict[str, Any]:
    """What a file has of a notation: the name of one that comes with sgdb, or the table of another, which
    `read_notation` reads.
    """
    if NOTATIONS.get(notation.name) == notation:
        return notation.name
    like = NOTATIONS.get(notation.title.removeprefix(LIKE), NOTATIONS["sgdb"])
    words = {
        role: False if word is None else _word_value(word)
        for role, word in notation.words.items()
        if role not in like.words or like.words[role] != word
    }
    others = {key: getattr(notation, key) for key in (*SWITCHES, "layer", "units", "numbers")}
    differs = {key: value for key, value in others.items() if value != getattr(like, key)}
    return {"like": like.name, "name": notation.name, **words, **differs}


def _word_value(word: Word) -> str | dict[str, str]:
    found = {part: text for part, text in asdict(word).items() if text}
    return word.typed if len(found) == 1 else found


def _with(like: Notation, read: dict[str, Any]) -> Notation:
    words = {role: read.pop(role) or None for role in [*read] if role in ROLES}
    name = read.pop("name", YOURS)
    return replace(like, name=name, title=f"{LIKE}{like.name}", words={**like.words, **words}, **read)


def _mistakes(notation: Notation, given: list[str]) -> Iterator[tuple[str, str]]:
    """What cannot be read again, or stands for two things at once, each with the role whose word it is: one a role."""
    named: dict[str, str] = {}
    told: set[str] = set()
    numbered = {
        word.typed: role for role, word in notation.words.items() if word is not None and ROLES[role][1]
    }  # Z beside Z1, of which Z[1] can be either
    for form, role in _forms(notation):
        other = named.setdefault(form, role)
        other = numbered.get(form, role) if other == role else other
        first, second = (role, other) if role in given else (other, role)
        if first in told:
            continue
        if form in TAKEN or form.endswith(INDEX):
            mistake = f"{shown(form)} means something else in formulas"
        elif not form.isidentifier() or (role != "function" and function_of(form, ELEMENTARY)):
            mistake = f"{shown(''.join(form.split()))} cannot be told from other things in formulas"
        elif other != role:
            mistake = f"{shown(form)} is {ROLES[second][0]}, too; each needs a name of its own"
        else:
            continue
        told.add(first)
        yield first, mistake


def _takers(notation: Notation, taken: Spelling) -> Iterator[tuple[str, str]]:
    """The words that are, without a layer's number, what sgdb calls something else: n for the weights."""
    for role, word in notation.words.items():
        if word is not None and word.typed in taken.forms():
            yield word.typed, role


def _forms(notation: Notation) -> Iterator[tuple[str, str]]:
    """Every form of every word, with the layers of a network of three, and its role."""
    statement = replace(typical_statement(DEPTH), detailed=True)
    equations = {**statement.given, **statement.equations}
    for form in function_words(notation, DEPTH):
        yield form, "function"
    for name, spelling in spellings(notation, statement).items():
        if spelling.typed.startswith(OURS):  # no word that somebody would want for one of the roles
            spelling = Spelling(name, statement.own_pieces[name])
            yield from _takers(notation, spelling)
        equation = equations.get(name)
        letter, layer = ("", None) if equation is None else (equation.letter, equation.layer)
        role = role_of(name, letter, layer == DEPTH)
        for form in spelling.forms() if role is not None and not name.endswith(NEXT) else ():
            yield form, role or ""
