"""Which notation a sheet without one looks like: several conventions that one has are told as one, with its name. And
how a sheet differs from the notation that it says it is in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from core.arrays import Array
from core.checking.conventions import SIGNS
from core.checking.layouts import groups, is_matrix
from core.checking.report import FOLLOWED, Convention
from core.equations import BACKWARD, GRADIENT, Statement
from core.notations.shipped import NOTATIONS, SGDB, SHIPPED
from core.notations.wording import with_gradients
from core.notations.words import IN_UPDATE, MINUS, PLUS, SWITCHES, Notation

ITSELF = f"your δ are the gradient, not minus the gradient{FOLLOWED}"
LETTERS = {"δ": "delta", "∂W": "dweight", "W": "weight"}  # of sgdb, without a layer's number
LETTER = re.compile(r"∂W|δ|(?<!\w)W(?!\w)")


def advised(
    conventions: Collection[Convention],
    statement: Statement,
    true: Mapping[str, Array],
    numbers: Collection[str],
    formulas: Collection[str],
) -> list[Convention]:
    """The conventions of a sheet with numbers and formulas for some quantities. Those that a notation has are one, with
    the advice which notation it looks like, and what says so.
    """
    told = [convention for convention in conventions if convention.keys]
    if not told:
        return list(conventions)
    keys = {key: value for convention in told for key, value in convention.keys}
    parts = {statement.equations[name].part for name in (*numbers, *formulas)}
    is_mean = statement.problem.reduction == "mean" and statement.rows > 1
    plain = {switch: getattr(SGDB, switch) for switch in _shown(statement, true, numbers, parts)}
    look_alikes = [
        notation
        for notation in SHIPPED
        if all(_has(notation, key, value, is_mean) for key, value in keys.items())
        and not (GRADIENT in parts and (notation.lacks("dweight") or _lacks_share(notation, keys, is_mean)))
    ]
    alike = [n for n in look_alikes if all(_has(n, key, value, is_mean) for key, value in {**plain, **keys}.items())]
    names = [notation.name for notation in alike or look_alikes]
    table = ", ".join(f'{key} = "{value}"' for key, value in keys.items() if value != getattr(SGDB, key, ""))
    whole = f'"{names[0]}" with its names, or ' if len(alike) == 1 else ""
    as_in = f"as in {_listed(names)}: " if names else ""
    what = ", and ".join(convention.text.removesuffix(FOLLOWED) for convention in told)
    text = f"{what}{FOLLOWED}; {as_in}add notation = {whole}{{ {table} }}"
    return [Convention(told[0].kind, text, tuple(keys.items())), *(c for c in conventions if not c.keys)]


def differing(convention: Convention, notation: Notation) -> Convention:
    """A convention of a sheet in a notation, in its letters and with the advice what to change of it."""
    text, keys = convention.text, convention.keys
    if convention.kind in SIGNS and keys and notation.sign == MINUS:
        text, keys = ITSELF, (("sign", PLUS),)
    named = with_gradients(notation)
    text = LETTER.sub(lambda found: named.letter(LETTERS[found[0]], found[0]), text)
    table = ", ".join(f'{key} = "{value}"' for key, value in keys)
    if keys and notation.name in NOTATIONS:
        text = f'{text}; write notation = {{ like = "{notation.name}", {table} }}'
    elif keys:
        text = f"{text}; write {table} in your notation"
    return replace(convention, text=text, keys=keys)


def _shown(
    statement: Statement, true: Mapping[str, Array], numbers: Collection[str], parts: Collection[str]
) -> Iterator[str]:
    """The switches that a sheet shows anything of."""
    show = (name for name in numbers if is_matrix(true[name]))
    yield from (switch for switch, matrices in groups(statement, show).items() if matrices)
    if BACKWARD in parts:
        yield from ("sign", "mean")


def _has(notation: Notation, key: str, value: str, is_mean: bool) -> bool:
    """Whether a notation has a switch so, or this word for the pre-activation; where the 1/n is counts for a mean."""
    if key in SWITCHES:
        return (key == "mean" and not is_mean) or bool(getattr(notation, key) == value)
    word = notation.word(key)
    return key != "pre" or (word is not None and word.typed.casefold() == value)


def _lacks_share(notation: Notation, keys: Mapping[str, str], is_mean: bool) -> bool:
    """Whether ∂W has no 1/n in a notation, which it has in the sheet."""
    return is_mean and notation.mean == IN_UPDATE != keys.get("mean")


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
