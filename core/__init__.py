"""The engine of sgdb: small networks, SGD, and every step of a run in both directions. Needs numpy alone."""

from importlib import import_module
from typing import TYPE_CHECKING

from core.activations import ACTIVATIONS, Activation
from core.arrays import Array, Mask, Rows
from core.errors import DivergedError, FormulaError, ProblemError
from core.evaluation import Evaluation, Verdict, evaluate, verdict_on
from core.judgement import classes_said, how_judged, is_right_or_wrong, judged
from core.loading.loader import built_in_problems, load_problem, problem_suffixes
from core.losses import (
    LOSSES,
    BinaryCrossEntropy,
    Hinge,
    JoinedLoss,
    Loss,
    LossEquations,
    MarginLoss,
    MeanSquaredError,
    SoftmaxCrossEntropy,
    SoftmaxHinge,
    SoftmaxLoss,
    SoftmaxMargin,
    SquaredError,
)
from core.network import Layer, Network
from core.penalty import Penalty
from core.problem import HeldOut, Problem
from core.quantity import Quantity, given, layer_label, layer_symbol, quantities
from core.record import memoized
from core.schedules import Cosine, Decay, Schedule, Stages
from core.settings import Setting
from core.source import Option, Source
from core.step import Step, shown_in
from core.suggestion import suggest
from core.text import percent, rounded_to, significant, sure
from core.timeline import Timeline
from core.updates import SGD, UPDATES, Adam, Momentum, Nesterov, RMSprop, Update

if TYPE_CHECKING:
    from core.asked import absent
    from core.branch import Branch, Edit
    from core.branches import Timelines
    from core.change import changes, edit_text, read_change, unchanged_text
    from core.checking.check import check_answers
    from core.checking.report import CellVerdict, CheckReport, FormulaVerdict, Slip
    from core.classes import true_classes
    from core.comparison import LossComparison, compare_losses, step_under
    from core.computation import Computation, Variable, computations, symbols_of, values_of
    from core.diagnosis.finding import Diagnosis, Finding, Outcome
    from core.diagnosis.losses import loss_over_all_rows
    from core.diagnosis.run import diagnose, diagnosing, facts_of_run
    from core.diagnosis.why_not import Cut, WhyNot, why_not
    from core.differences import Difference, Differences, compare_steps, first_loss_apart
    from core.edits import changeable, edits_for
    from core.equations import Equation, Statement, statement_of
    from core.explanation import Explanation, Factor, Term, explain
    from core.expression.nodes import (
        ALL,
        COLUMNS,
        ROWS,
        Function,
        IsTrueClass,
        Literal,
        MatrixProduct,
        Name,
        Node,
        Positive,
        Power,
        Product,
        Quotient,
        Signs,
        Softmax,
        Sum,
        Total,
        Transpose,
        names_in,
    )
    from core.gradient_check import CheckedGradient, GradientCheck, check_gradients
    from core.gradient_formulas import GradientFormula, Recursion, Token, expanded, recursive
    from core.hinge import HingeView, hinge_view
    from core.loading.form import ProblemForm
    from core.loading.form_field import FormField
    from core.loading.form_start import form_of
    from core.loading.options_form import OptionsForm
    from core.loading.problem_text import problem_text
    from core.machine import Fingerprint, fingerprint, told_apart
    from core.marking.marker import mark_answers, mark_sheets
    from core.marking.marks import MarkedSheet, shown_points
    from core.marking.scheme import Scheme, load_scheme
    from core.marking.sheets import find_sheets
    from core.marking.table import MarkTable, UnreadableSheet
    from core.notations import NOTATIONS, Notation, Rendition, checked_in, example_formula, notation
    from core.origins import Cells, Place, Scope, sources, targets
    from core.practice import Exercise, practice_problem
    from core.saving.export import export_session
    from core.saving.reader import load_session
    from core.saving.recent import Recent, recent_sources, remember_source
    from core.saving.replay import Replay
    from core.saving.store import Autosave, LeftSession
    from core.saving.text import save_session
    from core.scores import Points, Scores
    from core.session import Bookmark, Cursor, NamedBranch, SavedWatch, Session
    from core.solving import Solution, solve, write_solution
    from core.sweeps.asking import Asking
    from core.sweeps.curve import steps_of_curve
    from core.sweeps.executors import Executor, Local, OnDask, Processes
    from core.sweeps.grid import Grid, Range, read_values
    from core.sweeps.learned import KINDS, Tried
    from core.sweeps.rates import RateAnswer, ask_rate
    from core.sweeps.run import OUTCOMES, Result, Run
    from core.sweeps.seeds import SeedAnswer, ask_seed
    from core.sweeps.store import SweepFile
    from core.sweeps.sweep import Sweep, stored, sweep
    from core.sweeps.table import column_of, in_order, sorted_runs, table_csv, text_of, varied, without_effect
    from core.sweeps.widths import Width, WidthAnswer, ask_width
    from core.watching.history import History
    from core.watching.hits import Hits
    from core.watching.search import Hit, Search, run_until
    from core.watching.watch import Watch, read_watch, watch_in
    from core.wording import ANY, Wording

__all__ = [
    "ACTIVATIONS",
    "ALL",
    "ANY",
    "COLUMNS",
    "KINDS",
    "LOSSES",
    "NOTATIONS",
    "OUTCOMES",
    "ROWS",
    "SGD",
    "UPDATES",
    "Activation",
    "Adam",
    "Array",
    "Asking",
    "Autosave",
    "BinaryCrossEntropy",
    "Bookmark",
    "Branch",
    "CellVerdict",
    "Cells",
    "CheckReport",
    "CheckedGradient",
    "Computation",
    "Cosine",
    "Cursor",
    "Cut",
    "Decay",
    "Diagnosis",
    "Difference",
    "Differences",
    "DivergedError",
    "Edit",
    "Equation",
    "Evaluation",
    "Executor",
    "Exercise",
    "Explanation",
    "Factor",
    "Finding",
    "Fingerprint",
    "FormField",
    "FormulaError",
    "FormulaVerdict",
    "Function",
    "GradientCheck",
    "GradientFormula",
    "Grid",
    "HeldOut",
    "Hinge",
    "HingeView",
    "History",
    "Hit",
    "Hits",
    "IsTrueClass",
    "JoinedLoss",
    "Layer",
    "LeftSession",
    "Literal",
    "Local",
    "Loss",
    "LossComparison",
    "LossEquations",
    "MarginLoss",
    "MarkTable",
    "MarkedSheet",
    "Mask",
    "MatrixProduct",
    "MeanSquaredError",
    "Momentum",
    "Name",
    "NamedBranch",
    "Nesterov",
    "Network",
    "Node",
    "Notation",
    "OnDask",
    "Option",
    "OptionsForm",
    "Outcome",
    "Penalty",
    "Place",
    "Points",
    "Positive",
    "Power",
    "Problem",
    "ProblemError",
    "ProblemForm",
    "Processes",
    "Product",
    "Quantity",
    "Quotient",
    "RMSprop",
    "Range",
    "RateAnswer",
    "Recent",
    "Recursion",
    "Rendition",
    "Replay",
    "Result",
    "Rows",
    "Run",
    "SavedWatch",
    "Schedule",
    "Scheme",
    "Scope",
    "Scores",
    "Search",
    "SeedAnswer",
    "Session",
    "Setting",
    "Signs",
    "Slip",
    "Softmax",
    "SoftmaxCrossEntropy",
    "SoftmaxHinge",
    "SoftmaxLoss",
    "SoftmaxMargin",
    "Solution",
    "Source",
    "SquaredError",
    "Stages",
    "Statement",
    "Step",
    "Sum",
    "Sweep",
    "SweepFile",
    "Term",
    "Timeline",
    "Timelines",
    "Token",
    "Total",
    "Transpose",
    "Tried",
    "UnreadableSheet",
    "Update",
    "Variable",
    "Verdict",
    "Watch",
    "WhyNot",
    "Width",
    "WidthAnswer",
    "Wording",
    "absent",
    "ask_rate",
    "ask_seed",
    "ask_width",
    "built_in_problems",
    "changeable",
    "changes",
    "check_answers",
    "check_gradients",
    "checked_in",
    "classes_said",
    "column_of",
    "compare_losses",
    "compare_steps",
    "computations",
    "diagnose",
    "diagnosing",
    "edit_text",
    "edits_for",
    "evaluate",
    "example_formula",
    "expanded",
    "explain",
    "export_session",
    "facts_of_run",
    "find_sheets",
    "fingerprint",
    "first_loss_apart",
    "form_of",
    "given",
    "hinge_view",
    "how_judged",
    "in_order",
    "is_right_or_wrong",
    "judged",
    "layer_label",
    "layer_symbol",
    "load_problem",
    "load_scheme",
    "load_session",
    "loss_over_all_rows",
    "mark_answers",
    "mark_sheets",
    "memoized",
    "names_in",
    "notation",
    "percent",
    "practice_problem",
    "problem_suffixes",
    "problem_text",
    "quantities",
    "read_change",
    "read_values",
    "read_watch",
    "recent_sources",
    "recursive",
    "remember_source",
    "rounded_to",
    "run_until",
    "save_session",
    "shown_in",
    "shown_points",
    "significant",
    "solve",
    "sorted_runs",
    "sources",
    "statement_of",
    "step_under",
    "steps_of_curve",
    "stored",
    "suggest",
    "sure",
    "sweep",
    "symbols_of",
    "table_csv",
    "targets",
    "text_of",
    "told_apart",
    "true_classes",
    "unchanged_text",
    "values_of",
    "varied",
    "verdict_on",
    "watch_in",
    "why_not",
    "without_effect",
    "write_solution",
]

# What only some questions need is imported when the first of them is asked.
_LATER = {
    name: module
    for module, names in {
        "core.asked": ("absent",),
        "core.branch": ("Branch", "Edit"),
        "core.branches": ("Timelines",),
        "core.change": ("changes", "edit_text", "read_change", "unchanged_text"),
        "core.checking.check": ("check_answers",),
        "core.checking.report": ("CellVerdict", "CheckReport", "FormulaVerdict", "Slip"),
        "core.classes": ("true_classes",),
        "core.comparison": ("LossComparison", "compare_losses", "step_under"),
        "core.computation": ("Computation", "Variable", "computations", "symbols_of", "values_of"),
        "core.diagnosis.finding": ("Diagnosis", "Finding", "Outcome"),
        "core.diagnosis.losses": ("loss_over_all_rows",),
        "core.diagnosis.run": ("diagnose", "diagnosing", "facts_of_run"),
        "core.diagnosis.why_not": ("Cut", "WhyNot", "why_not"),
        "core.differences": ("Difference", "Differences", "compare_steps", "first_loss_apart"),
        "core.edits": ("changeable", "edits_for"),
        "core.equations": ("Equation", "Statement", "statement_of"),
        "core.expression.nodes": (
            "ALL",
            "COLUMNS",
            "ROWS",
            "Function",
            "IsTrueClass",
            "Literal",
            "MatrixProduct",
            "Name",
            "Node",
            "Positive",
            "Power",
            "Product",
            "Quotient",
            "Signs",
            "Softmax",
            "Sum",
            "Total",
            "Transpose",
            "names_in",
        ),
        "core.explanation": ("Explanation", "Factor", "Term", "explain"),
        "core.gradient_formulas": ("GradientFormula", "Recursion", "Token", "expanded", "recursive"),
        "core.gradient_check": ("CheckedGradient", "GradientCheck", "check_gradients"),
        "core.hinge": ("HingeView", "hinge_view"),
        "core.loading.form": ("ProblemForm",),
        "core.loading.form_field": ("FormField",),
        "core.loading.form_start": ("form_of",),
        "core.loading.options_form": ("OptionsForm",),
        "core.loading.problem_text": ("problem_text",),
        "core.machine": ("Fingerprint", "fingerprint", "told_apart"),
        "core.marking.marker": ("mark_answers", "mark_sheets"),
        "core.marking.marks": ("MarkedSheet", "shown_points"),
        "core.marking.scheme": ("Scheme", "load_scheme"),
        "core.marking.sheets": ("find_sheets",),
        "core.marking.table": ("MarkTable", "UnreadableSheet"),
        "core.notations": ("NOTATIONS", "Notation", "Rendition", "checked_in", "example_formula", "notation"),
        "core.origins": ("Cells", "Place", "Scope", "sources", "targets"),
        "core.practice": ("Exercise", "practice_problem"),
        "core.saving.export": ("export_session",),
        "core.saving.reader": ("load_session",),
        "core.saving.recent": ("Recent", "recent_sources", "remember_source"),
        "core.saving.replay": ("Replay",),
        "core.saving.store": ("Autosave", "LeftSession"),
        "core.saving.text": ("save_session",),
        "core.scores": ("Points", "Scores"),
        "core.session": ("Bookmark", "Cursor", "NamedBranch", "SavedWatch", "Session"),
        "core.solving": ("Solution", "solve", "write_solution"),
        "core.sweeps.asking": ("Asking",),
        "core.sweeps.curve": ("steps_of_curve",),
        "core.sweeps.executors": ("Executor", "Local", "OnDask", "Processes"),
        "core.sweeps.grid": ("Grid", "Range", "read_values"),
        "core.sweeps.learned": ("KINDS", "Tried"),
        "core.sweeps.rates": ("RateAnswer", "ask_rate"),
        "core.sweeps.run": ("OUTCOMES", "Result", "Run"),
        "core.sweeps.seeds": ("SeedAnswer", "ask_seed"),
        "core.sweeps.store": ("SweepFile",),
        "core.sweeps.sweep": ("Sweep", "stored", "sweep"),
        "core.sweeps.table": (
            "column_of",
            "in_order",
            "sorted_runs",
            "table_csv",
            "text_of",
            "varied",
            "without_effect",
        ),
        "core.sweeps.widths": ("Width", "WidthAnswer", "ask_width"),
        "core.watching.history": ("History",),
        "core.watching.hits": ("Hits",),
        "core.watching.search": ("Hit", "Search", "run_until"),
        "core.wording": ("ANY", "Wording"),
        "core.watching.watch": ("Watch", "read_watch", "watch_in"),
    }.items()
    for name in names
}


def __getattr__(name: str) -> object:
    if name not in _LATER:
        raise AttributeError(f"module 'core' has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
