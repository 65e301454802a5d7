"""Losses: what each sample costs, and the gradient of the batch's loss with respect to the network's output."""

from core.losses.base import Loss, LossEquations, Setting
from core.losses.margin import MarginLoss, SoftmaxHinge, SoftmaxMargin
from core.losses.softmax import SoftmaxCrossEntropy, SoftmaxLoss
from core.losses.squared_error import SquaredError

__all__ = [
    "LOSSES",
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

LOSSES: dict[str, type[Loss]] = {
    loss.name: loss for loss in (SquaredError, SoftmaxCrossEntropy, SoftmaxHinge, SoftmaxMargin)
}
