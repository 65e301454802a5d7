"""Sheets without a notation that are laid out, or named, as in one: samples in columns, W out x in, z for s."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from core.arrays import Array
from core.checking.report import FOLLOWED, CellVerdict, Convention, Slip
from core.checking.shapes import LaidOutAnswer
from core.equations import FORWARD, Statement
from core.errors import FormulaError
from core.expression.lexicon import lexemes
from core.expression.nodes import Function, Name, names_in
from core.notations.shipped import SGDB, SHIPPED
from core.notations.words import IN_COLUMNS, IN_GRADIENT, IN_UPDATE, MINUS, OUT_IN, SWITCHES, Notation
from core.quantity import canonical, layer_label

TRANSPOSED, PRE_ACTIVATION = "transposed", "z for s"
SAMPLES, WEIGHTS = "samples", "weights"  # the switches of a notation that turn matrices
TURNED = {SAMPLES: IN_COLUMNS, WEIGHTS: OUT_IN}
WORDS = {
    (SAMPLES,): "your matrices are transposed, as where the samples are columns",
    (WEIGHTS,): "your ∂W are transposed, as where W is out x in",
    (SAMPLES, WEIGHTS): "your matrices are transposed, as where the samples are columns and W is out x in",
}
LETTER_OF_LAYER = re.compile(r"([zsa])_?(\d+|out)")
LEAST = 2  # matrices: one alone is a slip

IN_FORMULAS = {
    (SAMPLES, IN_COLUMNS): "the samples are columns",
    (WEIGHTS, OUT_IN): "W is out x in",
    ("sign", MINUS): "δ is minus the gradient",
    ("mean", IN_GRADIENT): "δ has no 1/n, which ∂W has",
    ("mean", IN_UPDATE): "δ and ∂W have no 1/n, which the update has",
}

LaidOut = Mapping[str, LaidOutAnswer]


class Relaid(NamedTuple):
    """What was written as it is to be read by a convention."""

    convention: Convention
    laid_out: dict[str, LaidOutAnswer]


def is_matrix(values: Array) -> bool:
    """Whether it shows how it is laid out."""
    return values.ndim == 2 and min(values.shape) > 1


def groups(statement: Statement, names: Iterable[str]) -> dict[str, list[str]]:
    """Some matrices by the switch that turns them."""
    found: dict[str, list[str]] = {SAMPLES: [], WEIGHTS: []}
    for name in names:
        found[WEIGHTS if statement.equations[name].letter[-1:] == "W" else SAMPLES].append(name)
    return found


def turned(
    statement: Statement, true: Mapping[str, Array], laid_out: LaidOut, slips: Collection[Slip]
) -> Iterator[Relaid]:
    """The ways in which all matrices of a sheet, or all that lie along the weights or the samples, may be transposed.
    Where they are square, only the numbers tell.
    """
    if all(slip.kind != TRANSPOSED for slip in slips):
        return
    show = (name for name, answer in laid_out.items() if is_matrix(true[name]) or answer.kind == TRANSPOSED)
    matrices = groups(statement, show)
    ways = []
    for names in matrices.values():
        is_turned = [laid_out[name].kind == TRANSPOSED for name in names]
        may_be = bool(names) and all(t or _is_square(true[name]) for t, name in zip(is_turned, names, strict=True))
        ways.append((False,) if not may_be else (True,) if any(is_turned) else (True, False))
    for way in product(*ways):
        switches = tuple(switch for switch, is_turned in zip(matrices, way, strict=True) if is_turned)
        names = [name for switch in switches for name in matrices[switch]]
        if len(names) >= LEAST:
            convention = Convention(TRANSPOSED, WORDS[switches], tuple((s, TURNED[s]) for s in switches))
            yield Relaid(convention, {n: _turned(a) if n in names else a for n, a in laid_out.items()})


def before_activations(statement: Statement) -> dict[str, str]:
    """What z is, and its gradient, where z is the pre-activation: s_1 for z_1, delta_1 for dz_1."""
    found = {}
    for name, equation in statement.equations.items():
        if (
            equation.part == FORWARD
            and isinstance(equation.tree, Function)
            and isinstance(equation.tree.argument, Name)
        ):
            found[name] = equation.tree.argument.name
        elif equation.letter in ("dz", "dy"):
            found[name] = f"delta_{layer_label(equation.layer or 0, len(statement.problem.network))}"
    return found


def meant(typed: str, names: tuple[str, ...], before: Mapping[str, str]) -> tuple[str, ...]:
    """Which of the quantities that a word can mean it does where z is the pre-activation, and a the activation."""
    word = typed.strip().casefold()
    if word.startswith(("z", "dz", "∂z")):
        return tuple(before.get(name, name) for name in names)
    if not word.startswith("a"):
        return names
    back = {s: z for z, s in before.items()}
    return tuple(name for name in names if name not in back) or tuple(back.get(name, name) for name in names)


def letters_in(texts: Iterable[str], depth: int) -> dict[str, dict[str, str]]:
    """What formulas call by the letters z, s and a with a layer's number: by letter, and by sgdb's name of that
    letter, as it was typed. Of what cannot be read nothing is known.
    """
    found: dict[str, dict[str, str]] = {"z": {}, "s": {}, "a": {}}
    for text in texts:
        try:
            words = [lexeme.text for lexeme in lexemes(text)]
        except FormulaError:
            continue
        for word in words:
            if match := LETTER_OF_LAYER.fullmatch(word.casefold()):
                found[match[1]].setdefault(canonical(f"{match[1]}_{match[2]}", depth), word)
    return found


def named_before(
    statement: Statement, laid_out: LaidOut, keys: Mapping[str, str], slips: Collection[Slip], cells: list[CellVerdict]
) -> Iterator[Relaid]:
    """A sheet whose z is the pre-activation throughout: f is left out of every z, and what comes of it is right all the
    same; where there are activations, they are called a. `keys` has what the quantities were called.
    """
    before = before_activations(statement)
    names = {name: meant(keys.get(name, ""), (name,), before)[0] for name in laid_out}
    renamed = {name for name, new in names.items() if new != name}
    moved = [z for z in renamed if z in before and statement.equations[z].part == FORWARD]
    left_out = {slip.name for slip in slips if slip.kind == "f left out"}
    if left_out.isdisjoint(moved) or len(set(names.values())) < len(names):
        return
    behind = {*moved}
    for name, equation in statement.equations.items():
        if not behind.isdisjoint(names_in(equation.tree)):
            behind.add(name)
    has_activations = any(keys.get(name, "").strip().casefold().startswith("a") for name in renamed)
    is_right = (v.name in behind - renamed for v in cells if v.status == "right" and v.true)
    if not has_activations and not any(is_right):
        return
    z = next(name for name in laid_out if name in moved)
    found = {names[name]: answer for name, answer in laid_out.items()}
    in_order = {name: found[name] for name in statement.equations if name in found}
    yield Relaid(pre_activation(keys[z], names[z]), in_order)


def pre_activation(key: str, name: str) -> Convention:
    """The convention of a sheet that calls a pre-activation z."""
    words = f"your z is the pre-activation: {key.strip()} is judged as {name}"
    return Convention(PRE_ACTIVATION, words, (("pre", "z"), ("activation", "a"), ("output", "y_out")))


def layouts() -> list[Notation]:
    """The layouts of the notations that there are, with sgdb's names, those first that differ from its own in the
    least.
    """
    found = dict.fromkeys(tuple(getattr(notation, switch) for switch in SWITCHES) for notation in SHIPPED)
    each = [replace(SGDB, **dict(zip(SWITCHES, values, strict=True))) for values in found]
    return sorted(filter(_differing, each), key=lambda notation: len(_differing(notation)))


def formulas_laid_out(notation: Notation) -> Convention:
    """The convention of formulas in a layout."""
    differing = _differing(notation)
    words = [IN_FORMULAS[switch, getattr(notation, switch)] for switch in differing]
    seen = [switch for switch in SWITCHES if switch in (SAMPLES, WEIGHTS, *differing)]
    text = f"your formulas are as where {' and '.join(words)}{FOLLOWED}"
    return Convention(TRANSPOSED, text, tuple((switch, getattr(notation, switch)) for switch in seen))


def _differing(notation: Notation) -> list[str]:
    return [switch for switch in SWITCHES if getattr(notation, switch) != getattr(SGDB, switch)]


def _is_square(values: Array) -> bool:
    return len(set(values.shape)) == 1


def _turned(answer: LaidOutAnswer) -> LaidOutAnswer:
    """An answer whose matrix is taken to be transposed; one of another shape was turned when it was laid out."""
    return replace(answer, kind="", problem="") if answer.kind == TRANSPOSED else answer.turned
