"""Notations: what courses and books call the quantities of a step, and how they lay them out."""

from core.notations.formulas import example_formula, paper_formula, tex_formula, typed_formula
from core.notations.gradients import checked_in
from core.notations.own import read_notation
from core.notations.reading import read_in
from core.notations.rendition import Rendition
from core.notations.shipped import NOTATIONS, SHIPPED, notation
from core.notations.words import Notation, Word

__all__ = [
    "NOTATIONS",
    "SHIPPED",
    "Notation",
    "Rendition",
    "Word",
    "checked_in",
    "example_formula",
    "notation",
    "paper_formula",
    "read_in",
    "read_notation",
    "tex_formula",
    "typed_formula",
]
