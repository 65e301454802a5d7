"""The engine of sgdb: small networks, SGD, and every step of a run in both directions. Needs numpy alone."""

from importlib import import_module
from typing import TYPE_CHECKING

from core.activations import ACTIVATIONS
from core.errors import DivergedError, ProblemError
from core.loading import built_in_problems, load_problem
from core.losses import LOSSES, Loss, SoftmaxCrossEntropy, SoftmaxHinge, SoftmaxMargin, SquaredError
from core.network import Layer, Network
from core.problem import Problem
from core.quantities import Quantity, quantities
from core.step import Step
from core.suggest import suggest
from core.timeline import Timeline

if TYPE_CHECKING:
    from core.answer_check import check_answers
    from core.check_report import CellVerdict, CheckReport, FormulaVerdict, Slip
    from core.comparison import LossComparison, compare_losses, step_under
    from core.exercise import Exercise
    from core.explanation import Explanation, Factor, Term, explain
    from core.export import write_solution
    from core.formulas import Formula, Recursion, Token, expanded, recursive
    from core.gradient_check import CheckedGradient, GradientCheck, check_gradients
    from core.hinge import HingeView, hinge_view
    from core.origins import Cells, Place, sources, targets
    from core.practice import practice_problem
    from core.solution import Solution, solve

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "CellVerdict",
    "Cells",
    "CheckReport",
    "CheckedGradient",
    "DivergedError",
    "Exercise",
    "Explanation",
    "Factor",
    "Formula",
    "FormulaVerdict",
    "GradientCheck",
    "HingeView",
    "Layer",
    "Loss",
    "LossComparison",
    "Network",
    "Place",
    "Problem",
    "ProblemError",
    "Quantity",
    "Recursion",
    "Slip",
    "SoftmaxCrossEntropy",
    "SoftmaxHinge",
    "SoftmaxMargin",
    "Solution",
    "SquaredError",
    "Step",
    "Term",
    "Timeline",
    "Token",
    "built_in_problems",
    "check_answers",
    "check_gradients",
    "compare_losses",
    "expanded",
    "explain",
    "hinge_view",
    "load_problem",
    "practice_problem",
    "quantities",
    "recursive",
    "solve",
    "sources",
    "step_under",
    "suggest",
    "targets",
    "write_solution",
]

# What only some questions need is imported when the first of them is asked.
_LATER = {
    "check_answers": "core.answer_check",
    **dict.fromkeys(("CellVerdict", "CheckReport", "FormulaVerdict", "Slip"), "core.check_report"),
    **dict.fromkeys(("LossComparison", "compare_losses", "step_under"), "core.comparison"),
    **dict.fromkeys(("Explanation", "Factor", "Term", "explain"), "core.explanation"),
    **dict.fromkeys(("HingeView", "hinge_view"), "core.hinge"),
    **dict.fromkeys(("Formula", "Recursion", "Token", "expanded", "recursive"), "core.formulas"),
    **dict.fromkeys(("CheckedGradient", "GradientCheck", "check_gradients"), "core.gradient_check"),
    **dict.fromkeys(("Cells", "Place", "sources", "targets"), "core.origins"),
    **dict.fromkeys(("Solution", "solve"), "core.solution"),
    "write_solution": "core.export",
    "Exercise": "core.exercise",
    "practice_problem": "core.practice",
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
