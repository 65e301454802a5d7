"""Losses: what each sample costs, and the gradient of the batch's loss with respect to the network's output."""

from core.losses.base import Loss, LossEquations, Setting
from core.losses.margin import MarginLoss, SoftmaxHinge, SoftmaxMargin
from core.losses.softmax import SoftmaxCrossEntropy, SoftmaxLoss
from core.losses.squared_error import SquaredError

__all__ = [
    "COMPARED_LOSSES",
    "LOSSES",
    "USUAL_LOSSES",
    "Loss",
    "LossEquations",
    "MarginLoss",
    "Setting",
    "SoftmaxCrossEntropy",
    "SoftmaxHinge",
    "SoftmaxLoss",
    "SoftmaxMargin",
    "SquaredError",
]

KINDS: tuple[type[Loss], ...] = (SquaredError, SoftmaxCrossEntropy, SoftmaxHinge, SoftmaxMargin)
LOSSES = {kind.name: kind for kind in KINDS}
USUAL_LOSSES: dict[str, type[Loss]] = {"classification": SoftmaxCrossEntropy, "regression": SquaredError}  # by task
COMPARED_LOSSES: tuple[type[Loss], ...] = (SquaredError, SoftmaxCrossEntropy, SoftmaxHinge)  # what is set side by side
