"""The engine of sgdb: small networks, SGD, and every step of a run in both directions. Needs numpy alone."""

from core.activations import ACTIVATIONS
from core.errors import DivergedError, ProblemError
from core.loading import built_in_problems, load_problem
from core.losses import LOSSES, Loss, SoftmaxCrossEntropy, SoftmaxHinge, SquaredError
from core.network import Layer, Network
from core.problem import Problem
from core.quantities import Quantity, quantities
from core.step import Step
from core.suggest import suggest
from core.timeline import Timeline

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "DivergedError",
    "Layer",
    "Loss",
    "Network",
    "Problem",
    "ProblemError",
    "Quantity",
    "SoftmaxCrossEntropy",
    "SoftmaxHinge",
    "SquaredError",
    "Step",
    "Timeline",
    "built_in_problems",
    "load_problem",
    "quantities",
    "suggest",
]
