"""What PyTorch makes of the same runs, in double precision: python tests/torch_oracle.py writes the figures anew.

They are kept in golden/torch.json, so that a test needs no PyTorch; one that has it works them out again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

import core

GOLDEN = Path(__file__).parent / "golden" / "torch.json"
STEPS = 50
LOSSES: tuple[core.Loss, ...] = (
    core.SquaredError(),
    core.SquaredError(half=False),
    core.MeanSquaredError(),
    core.BinaryCrossEntropy(),
    core.SoftmaxCrossEntropy(),
    core.Hinge(),
    core.Hinge(margin=0.5, squared=True),
    core.SoftmaxHinge(),
    core.SoftmaxMargin(),
)


UPDATES = (
    core.SGD(weight_decay=0.1),
    core.Momentum(0.8),
    core.Nesterov(0.8),
    core.RMSprop(0.9, 1e-3),
    core.Adam(0.8, 0.95, 1e-3),
    core.Adam(epsilon=1e-4, weight_decay=0.1),
)
PENALTIES = (core.Penalty(), core.Penalty(l2=0.1, l1=0.05), core.Penalty(l2=0.1, half=False, biases=True))


def numbers(shape: tuple[int, ...], first: int) -> Any:
    """Numbers of one decimal between -0.9 and 0.9, all alike on every machine."""
    return ((np.arange(np.prod(shape)) * 7 + first) % 19 - 9).reshape(shape) / 10


def problem_of(loss: core.Loss, outputs: int, reduction: str) -> core.Problem:
    """A layer of three tanh units, and one of linear units or what the loss asks for; six rows."""
    rows, sizes = 6, (2, 3, outputs)
    layers = [
        core.Layer(numbers((a, b), 3 * a + b), numbers((b,), a), activation)
        for (a, b), activation in zip(pairwise(sizes), ("tanh", loss.output_activation), strict=True)
    ]
    classes = np.arange(rows) % max(2, outputs)
    if isinstance(loss, (core.SquaredError, core.MeanSquaredError)):
        targets = numbers((rows, outputs), 5)
    elif isinstance(loss, core.BinaryCrossEntropy):
        targets = (numbers((rows, outputs), 5) > 0).astype(float)
    else:
        targets = np.eye(outputs)[classes] if outputs > 1 else 2.0 * classes[:, None] - 1
    inputs = 2 * numbers((rows, 2), 4)
    rate = 0.2 if reduction == "mean" else 0.02  # more, and some sums of six rows run away
    return core.Problem("golden", inputs, targets, core.Network(layers), loss, learning_rate=rate, reduction=reduction)


def problems() -> Iterator[tuple[str, core.Problem]]:
    """Every loss over one output and three, as a sum and as a mean."""
    for loss in LOSSES:
        for outputs in (1, 3):
            for reduction in ("sum", "mean"):
                yield f"{loss.full_title}, {outputs} outputs, {reduction}", problem_of(loss, outputs, reduction)

    for loss in LOSSES:
        for update in UPDATES:
            for penalty in PENALTIES:
                problem = problem_of(loss, 3, "mean")
                rate = 0.005 if isinstance(update, (core.RMSprop, core.Adam)) else 0.02
                changed = replace(problem, learning_rate=rate, update=update, penalty=penalty)
                yield f"{loss.full_title}, {update}, {penalty}", changed


def optimizer_of(problem: core.Problem, parameters: Any) -> Any:
    """PyTorch's own optimiser; the decay of weights apart from the gradient is that of AdamW."""
    import torch

    update, rate = problem.update, problem.learning_rate
    if isinstance(update, core.Momentum):
        nesterov = isinstance(update, core.Nesterov)
        return torch.optim.SGD(parameters, lr=rate, momentum=update.momentum, nesterov=nesterov)
    if isinstance(update, core.RMSprop):
        return torch.optim.RMSprop(parameters, lr=rate, alpha=update.rho, eps=update.epsilon)
    if isinstance(update, core.Adam):
        betas, decay = (update.beta_1, update.beta_2), update.weight_decay
        return torch.optim.AdamW(parameters, lr=rate, betas=betas, eps=update.epsilon, weight_decay=decay)
    return torch.optim.SGD(parameters, lr=rate)


def penalty_of(problem: core.Problem, parameters: Any) -> Any:
    """What the weights cost, and the biases where they count."""
    penalty = problem.penalty
    taken = parameters if penalty.biases else parameters[::2]
    squares, sizes = sum((part**2).sum() for part in taken), sum(part.abs().sum() for part in taken)
    return penalty.l2 * squares * (0.5 if penalty.half else 1) + penalty.l1 * sizes


def sample_losses(loss: core.Loss) -> Callable[[Any, Any], Any]:
    """What each sample costs, from s_out and the targets, by PyTorch's own functions where it has one."""
    import torch
    from torch.nn import functional as f

    def classes(s: Any, t: Any) -> tuple[Any, Any]:
        return (s, t.argmax(dim=1)) if s.shape[1] > 1 else (torch.cat([-s, s], dim=1), (t[:, 0] > 0).long())

    def margins(s: Any, true: Any, margin: float, power: int = 1) -> Any:
        # PyTorch divides by the number of classes.
        return s.shape[1] * f.multi_margin_loss(s, true, p=power, margin=margin, reduction="none")

    def hinge(s: Any, t: Any) -> Any:
        assert isinstance(loss, core.Hinge)
        power = 2 if loss.squared else 1
        if s.shape[1] == 1:
            return torch.clamp(loss.margin - t * s, min=0)[:, 0] ** power
        return margins(s, t.argmax(dim=1), loss.margin, power)

    def without_max(s: Any, t: Any) -> Any:
        assert isinstance(loss, core.SoftmaxMargin)
        o, true = classes(s, t)
        p = o.softmax(dim=1)
        terms = p - p.gather(1, true[:, None]) + loss.margin
        return terms.sum(dim=1) - loss.margin  # the true class has no term

    def softmax_hinge(s: Any, t: Any) -> Any:
        assert isinstance(loss, core.SoftmaxHinge)
        o, true = classes(s, t)
        return margins(o.softmax(dim=1), true, loss.margin)

    functions: dict[type[core.Loss], Callable[[Any, Any], Any]] = {
        core.SquaredError: lambda s, t: f.mse_loss(s, t, reduction="none").sum(dim=1) * (0.5 if loss.half else 1),  # type: ignore[attr-defined]
        core.MeanSquaredError: lambda s, t: f.mse_loss(s, t, reduction="none").mean(dim=1),
        core.BinaryCrossEntropy: lambda s, t: f.binary_cross_entropy_with_logits(s, t, reduction="none").sum(dim=1),
        core.SoftmaxCrossEntropy: lambda s, t: f.cross_entropy(*classes(s, t), reduction="none"),
        core.Hinge: hinge,
        core.SoftmaxHinge: softmax_hinge,
        core.SoftmaxMargin: without_max,
    }
    return functions[type(loss)]


def run(problem: core.Problem) -> dict[str, list[float]]:
    """The losses of every tenth step, and all weights and biases after the last, layer by layer."""
    import torch

    def tensor(values: Any) -> Any:
        return torch.tensor(np.array(values), dtype=torch.float64)

    layers = problem.network.layers
    parameters = [tensor(part).requires_grad_() for layer in layers for part in (layer.weights, layer.bias)]
    optimizer = optimizer_of(problem, parameters)
    inputs, targets, costs = tensor(problem.inputs), tensor(problem.targets), sample_losses(problem.loss)
    losses = []
    for _ in range(STEPS):
        z = inputs
        for k, layer in enumerate(layers):
            s = z @ parameters[2 * k] + parameters[2 * k + 1]
            z = torch.tanh(s) if layer.activation == "tanh" else s  # the loss takes the last layer's s
        found = costs(s, targets)
        loss = found.mean() if problem.reduction == "mean" else found.sum()
        loss = loss + penalty_of(problem, parameters)
        optimizer.zero_grad()
        loss.backward()
        if isinstance(problem.update, core.SGD):  # PyTorch's SGD has no decay apart from the gradient
            with torch.no_grad():
                for part in parameters:
                    part *= 1 - problem.learning_rate * problem.update.weight_decay
        optimizer.step()
        losses.append(float(loss.detach()))
    flat = torch.cat([part.detach().reshape(-1) for part in parameters])
    return {"losses": losses[::10], "weights": flat.tolist()}


if __name__ == "__main__":
    GOLDEN.parent.mkdir(exist_ok=True)
    lines = (f"  {json.dumps(name)}: {json.dumps(run(problem))}" for name, problem in problems())
    GOLDEN.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
