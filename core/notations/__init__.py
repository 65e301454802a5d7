"""Notations: what courses and books call the quantities of a step, and how they lay them out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from core.notations.words import Notation, Word

if TYPE_CHECKING:
    from core.notations.formulas import example_formula, paper_formula, tex_formula, typed_formula
    from core.notations.gradients import checked_in
    from core.notations.own import read_notation
    from core.notations.reading import read_in
    from core.notations.rendition import Rendition
    from core.notations.shipped import NOTATIONS, SHIPPED, notation

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

# A problem has a notation, whose words alone are wanted before anything is printed in it.
_LATER = {
    name: f"core.notations.{module}"
    for module, names in {
        "formulas": ("example_formula", "paper_formula", "tex_formula", "typed_formula"),
        "gradients": ("checked_in",),
        "own": ("read_notation",),
        "reading": ("read_in",),
        "rendition": ("Rendition",),
        "shipped": ("NOTATIONS", "SHIPPED", "notation"),
    }.items()
    for name in names
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module 'core.notations' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
