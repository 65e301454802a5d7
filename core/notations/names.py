"""The names of a step's quantities and numbers in a notation: as they are typed, and as pieces of formulas."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from core.equations import DATA_LOSS, Equation, Statement
from core.expression.lexicon import spelled
from core.expression.markup import tex
from core.expression.nodes import COUNT
from core.expression.pieces import LETTER, Piece, as_text
from core.notations.words import RAISED, ROLES, Notation, Word
from core.quantity import BUFFERS, NEXT

OF_STEP = {
    **{"X_in": "input", "y_gt": "target", "loss": "loss", "sample_losses": "losses"},
    **{"p": "probabilities", "dp": "dprobabilities"},
}
OF_LAYER = {"W": "weight", "b": "bias", "s": "pre", "delta": "delta", "dW": "dweight", "db": "dbias"}
OF_NUMBER = {"alpha": "rate", "n": "count"}
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
TO_SUBSCRIPTS = str.maketrans(SUPERSCRIPTS, "₀₁₂₃₄₅₆₇₈₉")
PARAMETERS = ("W", "b", "dW", "db")
BUFFER = r"(?:[vmn]|[mn]hat|[mn]\u0302|\\hat\{[mn]\})"  # before the word for what an update keeps it of
OURS = "own"  # before a name of sgdb's that stands for something else
INSTEAD = {  # where their own letters are taken
    **{"o": Word("logits"), "do": Word("dlogits", "∂logits")},
    COUNT: Word("steps"),  # `step` is its number, from 0
}
RAISED_TO_COUNT = ("beta_1", "beta_2")  # behind which alone t is read as a power
POWER = re.compile(r"\^\{(\d+)\}")
IN_BRACKETS = re.compile(r"(?<=\w)\^\[(\d+)\]")  # Z^[1]
BEHIND = re.compile(r"([^\W\d]\w*)\s*\[\s*(\d{1,4})\s*\]")  # Z[1], behind which a cell may stand
IN_PARENTHESES = re.compile(r"(?<=\w)\^\((\d+)\)")


class Spelling(NamedTuple):
    """How something is written: as it is typed, and in print."""

    typed: str
    piece: Piece

    def forms(self) -> Iterator[str]:
        """It in the reader's plain letters, from wherever it is read: nabla_w2, nabla_w_2, ∂C/∂w₂, ∂C/∂w2."""
        texts = [self.typed, as_text([self.piece]), POWER.sub(r"_{\1}", tex([self.piece]))]
        if number := self.piece.subscript:
            after = NEXT * ("⁺" in self.piece.marks)
            stem = self.typed.removesuffix(after).removesuffix(number).rstrip("_")
            letters = as_text([self.piece._replace(subscript="", marks="")])
            texts += [f"{stem}_{number}{after}", f"{letters}{number}{after}"]
        for form in (spelled(text).strip() for text in texts):
            yield form
            if " " in form:
                yield "".join(form.split())


def spellings(notation: Notation, statement: Statement) -> dict[str, Spelling]:
    """How every quantity and number of a step is written, by sgdb's name. One whose name stands for something else in
    the notation, with a layer's number or without, goes by another word for it, by the name of its setting, or by its
    own with "own" before it.
    """
    equations = {**statement.given, **statement.equations}
    depth = len(statement.problem.network)
    found = {name: named for name, e in equations.items() if (named := _named(notation, e, depth))}
    for name, role in OF_NUMBER.items():
        if (word := notation.word(role)) is not None and name in statement.numbers:
            found[name] = _spelling(word, "")
    for name, word in notation.settings.items():
        if name in statement.numbers:
            found[name] = _spelling(word, "")
    taken = {form for spelling in found.values() for form in spelling.forms()}
    for role, word in notation.words.items():
        if word is not None and ROLES[role][1]:
            taken |= {form for own in (word, Word(f"d{word.typed}")) for form in _forms_of(own, "")}
    fields = {setting.name: setting.field for setting in statement.settings}
    for name, piece in statement.own_pieces.items():
        if name in found:
            continue
        own, other = Spelling(name, piece), fields.get(name, name)
        words = (INSTEAD.get(name, Word(other)), Word(f"{OURS}{name.replace('_', '')}"))
        others = [_spelling(word, piece.name) for word in words]
        is_lost = name == COUNT and any(found[beta].typed != beta for beta in RAISED_TO_COUNT if beta in found)
        found[name] = next((s for s in (own, *others)[is_lost:] if taken.isdisjoint(s.forms())), own)
        taken.update(found[name].forms())
    return {name: found[name] for name in statement.own_pieces}


def bare(notation: Notation, role: str, own: str) -> Piece:
    """The letter for a role without the number of a layer; sgdb's `own` where the notation has no word for it."""
    word = notation.word(role)
    if word is None:
        return Piece(LETTER, own)
    return _spelling(word, "", raised=RAISED[notation.layer]).piece._replace(raised="")


def function_words(notation: Notation, depth: int) -> Mapping[str, str]:
    """The words for the layers' functions: each with sgdb's name, or with none for that of the layer whose
    pre-activation it is applied to.
    """
    word = notation.word("function")
    if word is None:
        return {}
    found = dict.fromkeys(_forms_of(word, ""), "")
    for k in range(1, depth + 1):
        label = "out" if k == depth else str(k)
        found |= dict.fromkeys(_forms_of(word, str(k + notation.units)), f"f_{label}")
    return found


def lowered(notation: Notation, names: Container[str], text: str) -> str:
    """A formula or name with the layers' numbers as indices below, as many characters as before: w_{2} for w^{2}, Z_{1}
    for Z^[1], Z_1 for Z[1] if that is one of the `names` and Z is none. Where the number alone stands above, it is one
    behind the words that have one.
    """

    def below(match: re.Match[str]) -> str:
        name, number = match.groups()
        is_layer = spelled(name).strip() not in names and spelled(f"{name}{number}").strip() in names
        return f"{name}_{number}".ljust(len(match[0])) if is_layer else match[0]

    text = IN_BRACKETS.sub(r"_{\1}", BEHIND.sub(below, text))
    if notation.layer == "^(k)":
        return IN_PARENTHESES.sub(r"_{\1}", text)
    if notation.layer != "^k":
        return text
    words = [_spelling(word, "") for role, word in notation.words.items() if word is not None and ROLES[role][1]]
    letters = {form for s in words for form in (s.typed, s.piece.text, tex([s.piece._replace(before="")]))}
    either = "|".join(map(re.escape, sorted(letters, key=len, reverse=True)))
    before = rf"(?<![A-Za-z\\])({BUFFER}?(?:{either})\}}?)"
    text = re.sub(rf"{before}\^(\d+|\{{\d+\}})", r"\1_\2", text)
    return re.sub(rf"{before}([{SUPERSCRIPTS}]+)", lambda match: match[1] + match[2].translate(TO_SUBSCRIPTS), text)


def _forms_of(word: Word, number: str) -> Iterator[str]:
    return _spelling(word, "", number).forms()


def role_of(name: str, letter: str, is_last: bool) -> str | None:
    """What a quantity or number is, one of ROLES, by its name, and the letter of what has a layer; None for what has no
    role.
    """
    if not letter:
        return OF_STEP.get(name) or OF_NUMBER.get(name)
    if letter in ("z", "y", "dz", "dy"):
        return f"{letter[:-1]}{'output' if is_last else 'activation'}"
    return OF_LAYER.get(letter)


def _word_of(notation: Notation, equation: Equation, is_last: bool) -> tuple[Word, bool] | None:
    """The word for a quantity, and whether the number of its layer stands behind it; None where sgdb's name stands."""
    role = role_of(equation.name, equation.letter, is_last)
    if role in ("dactivation", "doutput"):
        return _gradient_of_activation(notation, is_last)
    if role == "output":
        output = notation.word(role)
        word = output or notation.word("activation")
        return None if word is None else (word, output is None)
    if role is not None:
        word = notation.word(role)
        return None if word is None else (word, ROLES[role][1])
    buffer, of = equation.letter[:-1], OF_LAYER.get(equation.letter[-1:], "")
    word = notation.word(of) if buffer in BUFFERS else None
    if word is None:
        return None
    mark = BUFFERS[buffer]
    return Word(f"{buffer}{word.typed}", f"{mark}{word.in_print}"), True


def _gradient_of_activation(notation: Notation, is_last: bool) -> tuple[Word, bool] | None:
    """The word for ∂ℒ/∂z or ∂ℒ/∂y; made of that for the activation, where there is none."""
    output = notation.word("output") if is_last else None
    word = notation.word("dactivation" if output is None else "doutput")
    if word is not None:
        return word, output is None
    of, loss = output or notation.word("activation"), notation.word("loss")
    if of is None:
        return None
    before = "∂" if loss is None else f"∂{loss.in_print}/∂"
    return Word(f"d{of.typed}", f"{before}{of.in_print}", of.tex), output is None


def _named(notation: Notation, equation: Equation, depth: int) -> Spelling | None:
    if equation.name == DATA_LOSS and (word := notation.word("loss")) is not None:
        piece = Piece(LETTER, word.in_print, "data", name=DATA_LOSS, tex=word.tex)
        return Spelling(f"{word.typed}_data", piece)
    found = _word_of(notation, equation, equation.layer == depth)
    if found is None:
        return None
    word, is_numbered = found
    number, raised = "", ""
    if is_numbered and equation.layer is not None:
        is_parameter = equation.letter[-1:] in ("W", "b")
        number = str(equation.layer + (notation.numbers if is_parameter else notation.units))
        raised = RAISED[notation.layer].format(number)
    after = equation.name.endswith(NEXT)
    return _spelling(word, equation.name, number, raised, after)


def _spelling(word: Word, name: str, number: str = "", raised: str = "", after: bool = False) -> Spelling:
    shown = word.in_print
    at = shown.rfind("∂") + 1
    letters = shown[at:]
    tex_letter = word.tex or (letters if raised and letters.isascii() and len(letters) > 1 else "")
    piece = Piece(LETTER, letters, number, "⁺" * after, shown[:at], name=name, tex=tex_letter, raised=raised)
    return Spelling(f"{word.typed}{number}{NEXT * after}", piece)
