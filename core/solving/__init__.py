"""The worked solution of a step: its numbers and formulas in order, written as Markdown, LaTeX or HTML, or its numbers
alone as an answer sheet.
"""

from core.solving.export import SUFFIXES, format_of, render, write_solution
from core.solving.rounding import FEWEST, MOST, USUAL, rounded
from core.solving.solution import Solution
from core.solving.toml import LAST_CHECKED, MOST_CHECKED, count, to_toml
from core.solving.worked import solve, worksheet

__all__ = [
    "FEWEST",
    "LAST_CHECKED",
    "MOST",
    "MOST_CHECKED",
    "SUFFIXES",
    "USUAL",
    "Solution",
    "count",
    "format_of",
    "render",
    "rounded",
    "solve",
    "to_toml",
    "worksheet",
    "write_solution",
]
