"""Right formulas for every quantity of a step, more and less spelled out, and the slips that people make in them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import core
from core.checking.formulas.edits import in_pairs, joined, operator_of, rebuilt
from core.expression.nodes import Function, Literal, Name, Node, Power, Total, Transpose


def label(k: int, depth: int) -> str:
    return "out" if k == depth else str(k)


def penalised(problem: core.Problem, name: str) -> str:
    """What a penalty adds to the gradient of the weights."""
    penalty = problem.penalty
    sizes, squares = ("λ₁", "lambda_2") if penalty.l1 and penalty.l2 else ("lam", "lambda")
    return f" + {sizes} * sign({name})" * bool(
        penalty.l1
    ) + f" + {'2 * ' * (not penalty.half)}{squares} * {name}" * bool(penalty.l2)


def updated(update: core.Update, name: str) -> Iterator[tuple[str, str]]:
    """What an update makes of a parameter."""
    decay, after = f" - alpha * weight_decay * {name}" * bool(update.weight_decay), f"{name}_next"
    if isinstance(update, core.Momentum):
        yield f"v{after}", f"mu * v{name} + d{name}"
        step = f"(∂{name} + μ v{name}⁺)" if isinstance(update, core.Nesterov) else f"v{after}"
        yield after, f"{name}{decay} - alpha * {step}"
    elif isinstance(update, core.RMSprop):
        yield f"n{after}", f"rho * n{name} + (1 - rho) * d{name}^2"
        yield after, f"{name}{decay} - alpha * d{name} / (sqrt(n{after}) + epsilon)"
    elif isinstance(update, core.Adam):
        yield f"m{after}", f"β₁ m{name} + (1 - β₁) ∂{name}"
        yield f"n{after}", f"beta2 * n{name} + (1 - beta2) * d{name} .* d{name}"
        yield f"mhat{name}", f"m{after} / (1 - β₁ᵗ)"
        yield f"nhat{name}", f"n{after} / (1 - beta_2^t)"
        yield after, f"{name}{decay} - α m̂{name} / (√(n̂{name}) + eps)"
    else:
        yield after, f"{name}{decay} - alpha * d{name}"


def right_formulas(step: core.Step) -> Iterator[tuple[str, str]]:
    """Quantities and formulas for them, several for each."""
    problem, depth = step.problem, len(step.weights)
    layers, mean = problem.network.layers, " / n" if problem.reduction == "mean" else ""
    loss = "data_loss" if problem.penalty else "loss"
    if problem.penalty:
        costs = [name for name in step.values if name.startswith("penalty")]
        yield "loss", " + ".join([*costs[::-1], "ℒ_data"])
        yield "loss", f"sum(sample_losses){mean} + {' + '.join(costs)}"
    labels = [label(k, depth) for k in range(1, depth + 1)]
    below = ["X_in", *(f"z_{k}" for k in range(1, depth))]
    above: list[list[str]] = [[] for _ in layers]
    start = []
    if isinstance(problem.loss, core.SquaredError):
        start = [f"((y_out - y_gt){mean})"]
        yield "sample_losses", "1/2 * sum((y_out - y_gt)^2)"
        yield "sample_losses", "sum((y_out - y_gt) .* (y_out - y_gt)) / 2"
        yield loss, f"0.5 * sum((y_out - y_gt)^2){mean}"
        yield loss, "mean(sample_losses)" if mean else "sum(sample_losses)"
        yield loss, f"½Σ(y_out - y_gt)²{mean}"
        yield "sample_losses", "Σ ½ (y_out - y_gt)²"
        yield "delta_out", "∂ℒ/∂y_out⊙f_out'(s_out)"
    elif isinstance(problem.loss, core.MeanSquaredError):
        per_output = "/ d " if step.targets.shape[1] > 1 else ""
        start = [f"(2 (y_out - y_gt){per_output}{mean})"]
        yield "sample_losses", f"sum((y_out - y_gt)^2) {per_output}"
        yield "dy_out", start[0]
        if step.targets.shape[1] > 1:
            yield "sample_losses", "mean((y_out - y_gt)^2)"
        if mean:
            yield from ((loss, text) for text in ("mean((y_out - y_gt)^2)", "mean(sample_losses)"))
    elif isinstance(problem.loss, core.BinaryCrossEntropy):
        start = [f"((y_out - y_gt) / (y_out .* (1 - y_out)){mean})"]
        yield "sample_losses", "-sum(y_gt .* log(y_out) + (1 - y_gt) .* log(1 - y_out))"
        yield "dy_out", f"(-y_gt / y_out + (1 - y_gt) / (1 - y_out)){mean}"
        yield "delta_out", f"(y_out - y_gt){mean}"
        yield "delta_out", "dy_out .* f_out'(s_out)"
    elif isinstance(problem.loss, core.Hinge):
        single = step.targets.shape[1] == 1
        start = ["(-y_gt .* dterm)" if single else "(dterm - y_gt .* sum_columns(dterm))"]
        term = "m - y_gt .* y_out" if single else "y_out - y_out_y + m"
        yield "sample_losses", f"max(0, {term})" if single else f"sum([j != y] .* max(0, {term}))"
        yield "dy_out", start[0]
    elif step.targets.shape[1] > 1:
        start = ["do"]
        if isinstance(problem.loss, core.SoftmaxCrossEntropy):
            start.append(f"((p - y_gt){mean})")
            yield "do", start[1]
    for k in reversed(range(depth)):
        above[k] = [f"({text} .* f_{labels[k]}'(s_{labels[k]}))" for text in start]
        yield from ((f"delta_{labels[k]}", text[1:-1]) for text in above[k])
        start = [f"{text} * W_{labels[k]}'" for text in [f"delta_{labels[k]}", *above[k]]]
    for k, layer in enumerate(layers):
        name, bias = labels[k], "" if layer.bias is None else f" + b_{labels[k]}"
        s, z = f"{below[k]} * W_{name}{bias}", "y_out" if k == depth - 1 else f"z_{k + 1}"
        yield f"s_{name}", s
        yield z, f"f_{name}(s_{name})"
        yield z, f"{layer.activation}({s})"
        gradients = [f"delta_{name}", *above[k]]
        for text in gradients:
            yield f"dW_{name}", f"{below[k]}' * {text}{penalised(problem, f'W_{name}')}"
        for letter, trained in (("W", layer.train_weights), ("b", layer.train_bias and bias)):
            if trained:
                yield from updated(problem.update, f"{letter}_{name}")
        yield f"dW_{name}", f"z_{k}ᵀ∂ℒ/∂s_{name}{penalised(problem, f'W_{name}')}"
        if k < depth - 1:
            yield f"delta_{name}", f"(δ_{labels[k + 1]}W_{labels[k + 1]}ᵀ)⊙f_{name}'(s_{name})"
            yield f"delta_{name}", f"∂ℒ/∂z_{name} ⊙ f_{name}'(s_{name})"
        if layer.train_weights and problem.update == core.SGD():
            yield f"W_{name}_next", f"W_{name} - α∂ℒ/∂W_{name}"
            if not problem.penalty:
                yield f"W_{name}_next", f"W_{name} - alpha * {below[k]}' * {gradients[-1]}"
            yield f"W_{name}_next", f"W_{name} - {step.learning_rate} * dW_{name}"
        if bias and not problem.penalty.biases:
            yield from ((f"db_{name}", f"sum({text})") for text in gradients)


def slips(tree: Node, step: core.Step) -> Iterator[tuple[str, Node]]:
    """Every formula that is one slip away, with its kind; some are right all the same, like A .* B for B .* A."""
    yield from _slips(in_pairs(tree), step)
    yield "a number too many", joined("*", Literal(Fraction(1, 2)), tree)


def _slips(node: Node, step: core.Step) -> Iterator[tuple[str, Node]]:
    yield from _here(node, step)
    parts = node.children
    for i, part in enumerate(parts):
        for kind, found in _slips(part, step):
            yield kind, rebuilt(node, (*parts[:i], found, *parts[i + 1 :]))


def _here(node: Node, step: core.Step) -> Iterator[tuple[str, Node]]:
    depth = len(step.weights)
    if isinstance(node, Transpose):
        yield "transpose missing", node.argument
    elif isinstance(node, Power):
        yield "square missing", node.argument
    elif isinstance(node, Total):
        yield "sum missing", node.argument
    elif isinstance(node, Name):
        yield from _for_a_name(node, step)
    elif isinstance(node, Function):
        if node.slope:
            yield "f for f'", Function(node.name, node.argument)
        for other in (label(k, depth) for k in range(1, depth + 1)):
            if f"f_{other}" != node.name and node.name.startswith("f_") and node.name != "f_out":
                yield "another layer's f", Function(f"f_{other}", Name(f"s_{other}"), node.slope)
    elif operator := operator_of(node):
        yield from _for_an_operation(node, operator, *node.children)


def _for_a_name(node: Name, step: core.Step) -> Iterator[tuple[str, Node]]:
    depth = len(step.weights)
    yield "transpose too many", Transpose(node)
    kind, _, own = node.name.partition("_")
    if kind == "W" and "next" not in own:
        yield "the updated W", Name(f"{node.name}_next")
    if kind in ("W", "z", "s", "delta", "dW") and "next" not in own:
        names = [f"{kind}_{label(k, depth)}".replace("z_out", "y_out") for k in range(1, depth + 1)]
        yield from (("another layer's", Name(name)) for name in names if name != node.name)


def _for_an_operation(node: Node, operator: str, left: Node, right: Node) -> Iterator[tuple[str, Node]]:
    if operator in ("*", ".*"):
        yield "order", joined(operator, right, left)
        yield "factor missing", left
        yield "factor missing", right
        yield "kind of product", joined("*" if operator == ".*" else ".*", left, right)
        yield from (("another operation", joined(other, left, right)) for other in "+-/")
        yield from (("factor too many", joined("*", node, Name(name))) for name in ("W_1", "y_gt", "X_in"))
    elif operator == "/":
        yield "division missing", left
    else:
        yield "sign", joined("-" if operator == "+" else "+", left, right)
        yield "term missing", left
        if operator == "-":
            yield "difference turned", joined("-", right, left)
