"""What is said of a wrong formula: the notes of its repair in a line, and where its value is off the most."""

from __future__ import annotations

import numpy as np

from core.arrays import Array
from core.checking.formulas.edits import Repair, is_product
from core.checking.formulas.notes import FormulaStyle
from core.checking.formulas.products import DISORDER
from core.expression.nodes import Node
from core.text import significant


def says_more(repair: Repair) -> bool:
    """Whether a repair says more of a known mistake: the one part that is missing, or is another."""
    return repair.cost == 1 and not repair.notes[0].foreign


def words_of(repair: Repair, called: str, tree: Node, spell: FormulaStyle) -> str:
    """What was wrong with a formula for what is `called` so, in a line."""
    notes = [note for note in dict.fromkeys(repair.notes) if note != DISORDER]
    sentences, disorder = [spell.sentence(note) for note in notes], DISORDER in repair.notes
    if not notes:
        return "the factors are right, but not their order, transposes and kinds of product"
    if len(notes) == 1 and notes[0].foreign and is_product(tree):
        it = "it" if notes[0].foreign == 1 else "them"
        order = ", its factors put in order" if disorder else ""
        return f"{sentences[0]}: without {it} the product has the shape and value of {called}{order}"
    return ", and ".join([*sentences, *([DISORDER.words] if disorder else [])])


def largest(found: Array, target: Array) -> str:
    place = np.unravel_index(int(np.argmax(np.abs(found - target))), target.shape)
    where = f"[{','.join(str(int(i) + 1) for i in place)}]" if place else ""
    mine, right = float(found[place]), float(target[place])
    digits = next(n for n in range(6, 13) if significant(mine, n) != significant(right, n) or n == 12)
    return f"{where or 'it'} comes to {significant(mine, digits)}, where {significant(right, digits)} is right"
