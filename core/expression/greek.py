"""Greek letters by their names, as they are typed and as LaTeX has them: theta, Theta."""

from __future__ import annotations

import unicodedata

CAPITALS = ("Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Phi", "Psi")  # others look Latin, or are Σ and Ω
WITHOUT_COMMAND = ("omicron", "final sigma")  # in LaTeX


def greek(name: str) -> str:
    """The letter of a name; empty where it is that of none."""
    size = "CAPITAL" if name in CAPITALS else "SMALL" if name.islower() else ""
    try:
        return unicodedata.lookup(f"GREEK {size} LETTER {name.lower().replace('lambda', 'lamda')}")
    except KeyError:
        return ""


def greek_command(letter: str) -> str:
    r"""LaTeX's command for a letter, \theta; empty where it has none."""
    _, _, name = (unicodedata.name(letter, "") if len(letter) == 1 else "").lower().partition(" letter ")
    name = name.replace("lamda", "lambda")
    found = next((of for of in (name, name.capitalize()) if greek(of) == letter), "")
    return rf"\{found}" if found and found not in WITHOUT_COMMAND else ""
