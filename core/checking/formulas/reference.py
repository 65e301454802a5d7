"""The right formula of every quantity that the grammar can express, from the quantities before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.checking.formulas.edits import replaced
from core.checking.formulas.grammar import Name, Node, Total, parse, walk
from core.losses import SoftmaxCrossEntropy, SoftmaxLoss
from core.problem import Problem
from core.quantity import canonical, layer_label


def definitions(problem: Problem) -> dict[str, Node]:
    """The formulas by quantity, each in terms of quantities that come before it in the computation."""
    parts = (_forward(problem), _loss(problem), _backward(problem), _update(problem))
    return {name: parse(text) for part in parts for name, text in part}


def other_names(problem: Problem) -> dict[str, str]:
    """What may be named beside the quantities, each with its formula: z_0, the gradients dz_k and dy_out, and o where
    it is y_out.
    """
    depth, targets = len(problem.network), problem.targets.shape[1]
    found = {"z_0": "X_in"}
    for k in range(1, depth):
        above = layer_label(k + 1, depth)
        found[f"dz_{k}"] = f"delta_{above} * W_{above}'"
    if not isinstance(problem.loss, SoftmaxLoss):
        found["dy_out"] = _difference("y_out", problem)
    elif targets > 1:
        found |= {"dy_out": "do", "o": "y_out"}
    return found | ({"dz_out": found["dy_out"]} if "dy_out" in found else {})


def in_quantities(tree: Node, problem: Problem) -> Node:
    """The formula with the quantities of a step for whatever other names it has."""
    others, depth = other_names(problem), len(problem.network)
    for part in list(walk(tree)):
        if isinstance(part, Name) and (name := canonical(part.name, depth)) in others:
            tree = replaced(tree, part, parse(others[name]))
    return tree


def rights(name: str, known: Mapping[str, Node]) -> Iterator[Node]:
    """The right formulas of a quantity among the definitions, none where it has no definition."""
    if name in known:
        yield known[name]
    if name == "loss" and "sample_losses" in known:
        total = next(part for part in walk(known["loss"]) if isinstance(part, Total))
        yield replaced(known["loss"], total, known["sample_losses"])  # a sum over samples and outputs alike


def _forward(problem: Problem) -> Iterator[tuple[str, str]]:
    depth, below = len(problem.network), "X_in"
    for k, layer in enumerate(problem.network.layers, start=1):
        label = layer_label(k, depth)
        yield f"s_{label}", f"{below} * W_{label}" + (f" + b_{label}" if layer.bias is not None else "")
        below = "y_out" if k == depth else f"z_{label}"
        yield below, f"f_{label}(s_{label})"


def _loss(problem: Problem) -> Iterator[tuple[str, str]]:
    if not isinstance(problem.loss, SoftmaxLoss):
        yield "sample_losses", "1/2 * sum((y_out - y_gt)^2)"
    elif isinstance(problem.loss, SoftmaxCrossEntropy) and problem.targets.shape[1] > 1:
        yield "do", _difference("p", problem)
    yield "loss", f"sum(sample_losses){_share(problem)}"


def _difference(found: str, problem: Problem) -> str:
    return f"({found} - y_gt){_share(problem)}"


def _share(problem: Problem) -> str:
    return " / n" if problem.reduction == "mean" else ""


def _backward(problem: Problem) -> Iterator[tuple[str, str]]:
    depth, slope = len(problem.network), " .* f_out'(s_out)"
    if not isinstance(problem.loss, SoftmaxLoss):
        yield "delta_out", f"{_difference('y_out', problem)}{slope}"
    elif problem.targets.shape[1] > 1:
        yield "delta_out", f"do{slope}"
    for k in range(depth - 1, 0, -1):
        above, label = layer_label(k + 1, depth), layer_label(k, depth)
        yield f"delta_{label}", f"delta_{above} * W_{above}' .* f_{label}'(s_{label})"
    for k in range(depth, 0, -1):
        label, below = layer_label(k, depth), "X_in" if k == 1 else f"z_{k - 1}"
        yield f"dW_{label}", f"{below}' * delta_{label}"
        if problem.network.layers[k - 1].bias is not None:
            yield f"db_{label}", f"sum(delta_{label})"


def _update(problem: Problem) -> Iterator[tuple[str, str]]:
    depth = len(problem.network)
    for k, layer in enumerate(problem.network.layers, start=1):
        label = layer_label(k, depth)
        for letter, trained, there in (
            ("W", layer.train_weights, True),
            ("b", layer.train_bias, layer.bias is not None),
        ):
            if there:
                change = f" - alpha * d{letter}_{label}" if trained else ""
                yield f"{letter}_{label}_next", f"{letter}_{label}{change}"
