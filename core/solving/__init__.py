"""The worked solution of a step: its numbers and formulas in order, written as Markdown, LaTeX or HTML."""

from core.solving.export import SUFFIXES, format_of, render, write_solution
from core.solving.rounding import FEWEST, MOST, SURE, USUAL
from core.solving.solution import Solution, blank_sheet, solve

__all__ = [
    "FEWEST",
    "MOST",
    "SUFFIXES",
    "SURE",
    "USUAL",
    "Solution",
    "blank_sheet",
    "format_of",
    "render",
    "solve",
    "write_solution",
]
