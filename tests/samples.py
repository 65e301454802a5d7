"""Problems to test with, and an oracle: a step of SGD written out plainly, which shares no line with core."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import count, pairwise
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

import core

BUILT_IN = tuple(name for name in core.built_in_problems() if name != "digits")  # those that need no extra
USUAL_ACTIVATIONS = ("identity", "relu", "tanh", "sigmoid")
ACTIVATIONS = (*USUAL_ACTIVATIONS, "leaky_relu")
LOSSES = (
    core.SquaredError(),
    core.SoftmaxCrossEntropy(),
    core.SoftmaxHinge(margin=0.5),
    core.SoftmaxMargin(margin=0.5),
    core.MeanSquaredError(),
    core.BinaryCrossEntropy(),
    core.Hinge(margin=1.0),
)
UPDATES = (
    core.SGD(),
    core.SGD(weight_decay=0.01),
    core.Momentum(0.8),
    core.Nesterov(0.7),
    core.RMSprop(0.9, 1e-4),
    core.Adam(0.8, 0.95, 1e-4),
    core.Adam(weight_decay=0.1),
)
PENALTIES = (
    core.Penalty(),
    core.Penalty(l2=0.1),
    core.Penalty(l2=0.1, half=False, biases=True),
    core.Penalty(l1=0.05),
    core.Penalty(l2=0.3, l1=0.2, biases=True),
)
LOSS_PARTS = ("data_loss", "penalty", "penalty_1", "penalty_2", "loss")
SCHEDULES = (None, core.Stages(((0, 0.03), (2, 0.01))), core.Decay(0.5), core.Cosine(7))
VARIANTS = (core.SquaredError(half=False), core.Hinge(margin=0.5, squared=True))
SQUARES = (core.SquaredError, core.MeanSquaredError)


def examples(count: int) -> settings:
    """So many examples by default, and more under the profile `long`, as of every property."""
    usual, now = settings.get_profile("sgdb").max_examples, settings().max_examples
    return settings(max_examples=count * now // usual)


def exercise_2(**changes: Any) -> core.Problem:
    """Four samples, two inputs, three ReLU units, one linear output, no biases."""
    problem = {
        "name": "exercise 2",
        "inputs": [[0.75, 0.8], [0.2, 0.05], [-0.75, 0.8], [0.2, -0.05]],
        "targets": [[1], [1], [-1], [-1]],
        "network": core.Network(
            [
                core.Layer(weights=[[0.6, 0.7, 0], [0.01, 0.43, 0.88]], activation="relu"),
                core.Layer(weights=[[0.02], [0.03], [0.09]]),
            ]
        ),
        "loss": core.SquaredError(),
        "learning_rate": 0.5,
    }
    return core.Problem(**(problem | changes))


def random_network(
    rng: np.random.Generator,
    sizes: tuple[int, ...],
    activation: str | tuple[str, ...] = USUAL_ACTIVATIONS,
    bias: bool | None = None,
    freeze: bool = False,
) -> core.Network:
    """Layers between `sizes`; chance chooses among several activations for each layer, and whether it has a bias where
    that is None; `freeze` lets it freeze parts.
    """
    layers = []
    for below, units in pairwise(sizes):
        has_bias = bool(rng.integers(2)) if bias is None else bias
        layers.append(
            core.Layer(
                weights=rng.normal(size=(below, units)) / np.sqrt(below),
                bias=rng.normal(size=units) / 2 if has_bias else None,
                activation=activation if isinstance(activation, str) else str(rng.choice(activation)),
                train_weights=not (freeze and rng.random() < 0.3),
                train_bias=not (freeze and rng.random() < 0.3),
            )
        )
    return core.Network(layers)


def fit_for(loss: core.Loss, network: core.Network) -> core.Network:
    """The network with outputs that the loss can take: from a sigmoid, for the binary cross-entropy."""
    *layers, last = network.layers
    is_binary = isinstance(loss, core.BinaryCrossEntropy)
    return core.Network([*layers, replace(last, activation="sigmoid") if is_binary else last])


def random_targets(rng: np.random.Generator, rows: int, columns: int, loss: core.Loss) -> Any:
    """Targets that the loss accepts: any numbers for the squared errors, 0 and 1 for the binary cross-entropy, else
    classes.
    """
    if isinstance(loss, SQUARES):
        return rng.normal(size=(rows, columns))
    if isinstance(loss, core.BinaryCrossEntropy):
        return rng.integers(2, size=(rows, columns)).astype(float)
    if columns == 1:
        return rng.choice([-1.0, 1.0], size=(rows, 1))
    return np.eye(columns)[rng.integers(columns, size=rows)]


def random_problem(
    seed: int,
    sizes: tuple[int, ...],
    rows: int = 5,
    loss: core.Loss = LOSSES[0],
    activation: str | tuple[str, ...] = USUAL_ACTIVATIONS,
    bias: bool | None = None,
    freeze: bool = False,
    **training: Any,
) -> core.Problem:
    rng = np.random.default_rng(seed)
    inputs, targets = rng.normal(size=(rows, sizes[0])), random_targets(rng, rows, sizes[-1], loss)
    return core.Problem(
        name=f"random {seed}",
        inputs=inputs,
        targets=targets,
        network=fit_for(loss, random_network(rng, sizes, activation, bias, freeze)),
        loss=loss,
        **training,
    )


TRAINING = {
    "update": st.sampled_from(UPDATES),
    "penalty": st.sampled_from(PENALTIES),
    "schedule": st.sampled_from(SCHEDULES),
}


@st.composite
def problems(draw: st.DrawFn) -> core.Problem:
    """Depths 1 to 4, biases or not, frozen parts, every activation, loss, reduction, penalty, update, schedule, whole
    and mini-batches, and learning rates from timid to hopeless.
    """
    rows = draw(st.integers(1, 7))
    return random_problem(
        seed=draw(st.integers(0, 2**16)),
        sizes=tuple(draw(st.lists(st.integers(1, 4), min_size=2, max_size=5))),
        rows=rows,
        loss=draw(st.sampled_from(LOSSES)),
        activation=ACTIVATIONS,
        freeze=draw(st.booleans()),
        learning_rate=draw(st.sampled_from([0.01, 0.1, 0.5, 1000.0])),
        batch_size=draw(st.none() | st.integers(1, rows)),
        shuffle_seed=draw(st.integers(0, 3)),
        reduction=draw(st.sampled_from(["sum", "mean"])),
        shuffle=draw(st.booleans()),
        **draw(st.just({}) | st.builds(dict, **TRAINING)),
    )


SIZES = (1.0, 1e-300, 1e-160, 1.5e-7, 1e-3, 1e6, 12345678.9, 1e22, 1e150, 1e300, 1e308)
MARGINS = (0.0, 1e-300, 1.5e-7, 0.1, 0.123456789012345, 800.0, 1e6, 12345678.9, 1e16, 1e22, 1e300, 1.7e308)


@st.composite
def problems_of_any_size(draw: st.DrawFn) -> core.Problem:
    """The same with numbers of any size: inputs, targets, weights, biases, margin and learning rate."""
    problem, size = draw(problems()), st.sampled_from(SIZES)

    def scaled(values: Any) -> Any:
        factor = draw(size)
        with np.errstate(all="ignore"):
            return np.clip(np.asarray(values) * factor, -1.7e308, 1.7e308)

    loss = problem.loss
    return replace(
        problem,
        inputs=scaled(problem.inputs),
        targets=scaled(problem.targets) if isinstance(loss, SQUARES) else problem.targets,
        network=core.Network(
            [
                replace(layer, weights=scaled(layer.weights), bias=None if layer.bias is None else scaled(layer.bias))
                for layer in problem.network.layers
            ]
        ),
        loss=replace(loss, margin=draw(st.sampled_from(MARGINS))) if hasattr(loss, "margin") else loss,
        learning_rate=draw(size),
    )


def oracle_activation(name: str, s: Any) -> Any:
    if name == "relu":
        return np.where(s > 0, s, 0.0)
    if name == "leaky_relu":
        return np.where(s > 0, s, 0.01 * s)
    if name == "tanh":
        return np.tanh(s)
    if name == "sigmoid":
        return 0.5 * (1 + np.tanh(s / 2))
    return s


def oracle_slope(name: str, s: Any) -> Any:
    if name == "relu":
        return np.where(s > 0, 1.0, 0.0)
    if name == "leaky_relu":
        return np.where(s > 0, 1.0, 0.01)
    if name == "tanh":
        return 1 - np.tanh(s) ** 2
    if name == "sigmoid":
        return oracle_activation("sigmoid", s) * oracle_activation("sigmoid", -s)
    return np.ones_like(s)


def oracle_softmax(o: Any) -> Any:
    e = [np.exp(value - max(o)) for value in o]
    return np.array(e) / sum(e)


def oracle_classes(y: Any, target: Any) -> tuple[Any, int]:
    """The logits of one sample and its true class."""
    if len(y) == 1:
        return np.array([-y[0], y[0]]), int(target[0] > 0)
    return np.array(y), int(np.argmax(target))


def oracle_scale(loss: core.Loss, width: int) -> float:
    """What a squared error multiplies the squares of the residuals by."""
    if isinstance(loss, core.MeanSquaredError):
        return 1 / width
    assert isinstance(loss, core.SquaredError)
    return 0.5 if loss.half else 1.0


def oracle_hinge_terms(loss: core.Hinge, y: Any, target: Any) -> Any:
    """m - t y for one output; y_j - y_y + m for each wrong class, in order."""
    if len(y) == 1:
        return np.array([loss.margin - target[0] * y[0]])
    true = int(np.argmax(target))
    return np.array([y[j] - y[true] + loss.margin for j in range(len(y)) if j != true])


def oracle_sample_loss(loss: core.Loss, y: Any, target: Any) -> float:
    if isinstance(loss, SQUARES):
        return float(oracle_scale(loss, len(y)) * sum((a - b) ** 2 for a, b in zip(y, target, strict=True)))
    if isinstance(loss, core.BinaryCrossEntropy):
        return float(sum(-np.log(a if b == 1 else 1 - a) for a, b in zip(y, target, strict=True)))
    if isinstance(loss, core.Hinge):
        return float(sum(max(0, term) ** (2 if loss.squared else 1) for term in oracle_hinge_terms(loss, y, target)))
    o, true = oracle_classes(y, target)
    if isinstance(loss, core.SoftmaxCrossEntropy):
        return float(max(o) + np.log(sum(np.exp(o - max(o)))) - o[true])
    assert isinstance(loss, (core.SoftmaxHinge, core.SoftmaxMargin))
    p = oracle_softmax(o)
    least = 0.0 if isinstance(loss, core.SoftmaxHinge) else -np.inf
    return float(sum(max(least, p[j] - p[true] + loss.margin) for j in range(len(p)) if j != true))


def oracle_probability_gradient(loss: core.SoftmaxHinge | core.SoftmaxMargin, y: Any, target: Any) -> Any:
    """∂ℒ/∂p of one sample."""
    o, true = oracle_classes(y, target)
    p = oracle_softmax(o)
    gradient = np.zeros(len(p))
    for j in range(len(p)):
        active = isinstance(loss, core.SoftmaxMargin) or p[j] - p[true] + loss.margin > 0
        if j != true and active:
            gradient[j] += 1
            gradient[true] -= 1
    return gradient


def oracle_logit_gradient(loss: core.Loss, y: Any, target: Any) -> Any:
    """∂ℒ/∂o of one sample; the hinge's, and without its max, by the whole Jacobian of the softmax."""
    o, true = oracle_classes(y, target)
    p = oracle_softmax(o)
    if isinstance(loss, core.SoftmaxCrossEntropy):
        return p - np.eye(len(p))[true]
    assert isinstance(loss, (core.SoftmaxHinge, core.SoftmaxMargin))
    jacobian = np.diag(p) - np.outer(p, p)
    return jacobian.T @ oracle_probability_gradient(loss, y, target)


def oracle_sample_gradient(loss: core.Loss, y: Any, target: Any) -> Any:
    """∂ℒ/∂y_out of one sample."""
    if isinstance(loss, SQUARES):
        return 2 * oracle_scale(loss, len(y)) * (np.array(y) - np.array(target))
    if isinstance(loss, core.BinaryCrossEntropy):
        return np.array([-1 / a if b == 1 else 1 / (1 - a) for a, b in zip(y, target, strict=True)])
    if isinstance(loss, core.Hinge):
        slopes = [(2 * term if loss.squared else 1) * (term > 0) for term in oracle_hinge_terms(loss, y, target)]
        if len(y) == 1:
            return np.array([-target[0] * slopes[0]])
        return np.insert(np.array(slopes, dtype=float), int(np.argmax(target)), -sum(slopes))
    gradient = oracle_logit_gradient(loss, y, target)
    return np.array([gradient[1] - gradient[0]]) if len(y) == 1 else gradient


def oracle_loss(problem: core.Problem, weights: Any, biases: Any, inputs: Any, targets: Any) -> float:
    """ℒ of a batch."""
    z = inputs
    for layer, W, b in zip(problem.network.layers, weights, biases, strict=True):
        z = oracle_activation(layer.activation, z @ W + (0 if b is None else b))
    losses = [oracle_sample_loss(problem.loss, y, target) for y, target in zip(z, targets, strict=True)]
    return sum(losses) / (len(losses) if problem.reduction == "mean" else 1) + sum(
        oracle_penalty(problem, weights, biases).values()
    )


def oracle_penalty(problem: core.Problem, weights: Any, biases: Any) -> dict[str, float]:
    """What the weights cost, by the name of the penalty."""
    penalty = problem.penalty
    taken = [*weights, *(b for b in biases if b is not None and penalty.biases)]
    squares, sizes = sum((W**2).sum() for W in taken), sum(abs(W).sum() for W in taken)
    costs = {"1": penalty.l1 * sizes, "2": penalty.l2 * squares * (0.5 if penalty.half else 1)}
    both = penalty.l1 and penalty.l2
    return {f"penalty_{which}" if both else "penalty": cost for which, cost in costs.items() if cost or both}


def oracle_penalty_gradient(penalty: core.Penalty, W: Any) -> Any:
    return penalty.l2 * W * (1 if penalty.half else 2) + penalty.l1 * np.sign(W)


def oracle_update(problem: core.Problem, index: int, W: Any, g: Any, kept: dict[str, Any]) -> dict[str, Any]:
    """What step `index` makes of a parameter, "", and what it works out before, in order, as PyTorch's documentation
    writes its optimisers; `kept` has the buffers.
    """
    update, t, lr = problem.update, index + 1, oracle_rate(problem, index)
    W = W - lr * update.weight_decay * W
    if isinstance(update, core.Momentum):
        v = update.momentum * kept["v"] + g
        return {"v": v, "": W - lr * (g + update.momentum * v if isinstance(update, core.Nesterov) else v)}
    if isinstance(update, core.RMSprop):
        n = update.rho * kept["n"] + (1 - update.rho) * g * g
        return {"n": n, "": W - lr * g / (np.sqrt(n) + update.epsilon)}
    if isinstance(update, core.Adam):
        m = update.beta_1 * kept["m"] + (1 - update.beta_1) * g
        n = update.beta_2 * kept["n"] + (1 - update.beta_2) * g * g
        mhat, nhat = m / (1 - update.beta_1**t), n / (1 - update.beta_2**t)
        return {"m": m, "n": n, "mhat": mhat, "nhat": nhat, "": W - lr * mhat / (np.sqrt(nhat) + update.epsilon)}
    return {"": W - lr * g}


def oracle_rate(problem: core.Problem, step: int) -> float:
    """α of a step."""
    schedule, first = problem.schedule, problem.learning_rate
    if isinstance(schedule, core.Stages):
        return [rate for begin, rate in schedule.stages if begin <= step][-1]
    if isinstance(schedule, core.Decay):
        return first / (1 + schedule.decay * step)
    if isinstance(schedule, core.Cosine):
        return first * (1 + np.cos(np.pi * min(1, step / schedule.steps))) / 2
    return first


def oracle_run(problem: core.Problem, first: core.Step | None = None) -> Iterator[dict[str, Any]]:
    """SGD over whole batches, without end: every quantity of each step by name, in the order of the computation; from
    where the step `first` begins, if one is given.
    """
    layers, X, Y = problem.network.layers, np.array(problem.inputs), np.array(problem.targets)
    depth, n = len(layers), len(X) if problem.reduction == "mean" else 1
    label = [str(k) for k in range(1, depth)] + ["out"]
    weights = [np.array(layer.weights) for layer in layers]
    biases = [None if layer.bias is None else np.array(layer.bias) for layer in layers]
    if first is not None:
        weights, biases = [*map(np.array, first.weights)], [None if b is None else np.array(b) for b in first.biases]
    zeros = np.zeros(())
    kept: dict[str, Any] = {
        f"{part}{letter}_{k}": zeros if first is None else first.buffers.get(f"{part}{letter}_{k}", zeros)
        for part in problem.update.buffers
        for letter in "Wb"
        for k in label
    }
    for index in count(0 if first is None else first.index):
        step: dict[str, Any] = {}
        z = [X]
        for k, layer in enumerate(layers):
            bias = biases[k]
            step[f"s_{label[k]}"] = s = z[k] @ weights[k] + (0 if bias is None else bias)
            z.append(oracle_activation(layer.activation, s))
            step[f"z_{label[k]}" if k < depth - 1 else "y_out"] = z[-1]
        y_out = z[-1]
        is_softmax = isinstance(problem.loss, core.SoftmaxLoss)
        if is_softmax:
            logits = [oracle_classes(y, target)[0] for y, target in zip(y_out, Y, strict=True)]
            if y_out.shape[1] == 1:
                step["o"] = np.array(logits)
            step["p"] = np.array([oracle_softmax(o) for o in logits])
        samples = list(zip(y_out, Y, strict=True))
        step["sample_losses"] = np.array([oracle_sample_loss(problem.loss, y, target) for y, target in samples])
        step["loss"] = oracle_loss(problem, weights, biases, X, Y)
        if problem.penalty:
            step |= oracle_penalty(problem, weights, biases)
            step["data_loss"] = step["loss"] - sum(oracle_penalty(problem, weights, biases).values())
            order = [name for name in step if name not in LOSS_PARTS] + [name for name in LOSS_PARTS if name in step]
            step = {name: step[name] for name in order}
        if isinstance(problem.loss, (core.SoftmaxHinge, core.SoftmaxMargin)):
            by_p = [oracle_probability_gradient(problem.loss, y, target) for y, target in samples]
            step["dp"] = np.array(by_p) / n
        if is_softmax:
            step["do"] = np.array([oracle_logit_gradient(problem.loss, y, target) for y, target in samples]) / n
        upper = np.array([oracle_sample_gradient(problem.loss, y, target) for y, target in samples]) / n
        for k in reversed(range(depth)):
            step[f"delta_{label[k]}"] = delta = upper * oracle_slope(layers[k].activation, step[f"s_{label[k]}"])
            upper = delta @ weights[k].T
        for k in reversed(range(depth)):
            step[f"dW_{label[k]}"] = z[k].T @ step[f"delta_{label[k]}"]
            step[f"dW_{label[k]}"] += oracle_penalty_gradient(problem.penalty, weights[k])
            if biases[k] is not None:
                step[f"db_{label[k]}"] = step[f"delta_{label[k]}"].sum(axis=0)
                if problem.penalty.biases:
                    step[f"db_{label[k]}"] += oracle_penalty_gradient(problem.penalty, biases[k])
        for k, layer in enumerate(layers):
            for letter, values, trained in (("W", weights, layer.train_weights), ("b", biases, layer.train_bias)):
                name, old = f"{letter}_{label[k]}", values[k]
                if old is None:
                    continue
                made = {"": old}
                if trained:
                    before = {part: kept[f"{part}{name}"] for part in problem.update.buffers}
                    made = oracle_update(problem, index, old, step[f"d{name}"], before)
                for part, found in made.items():
                    helper = part in problem.update.helpers
                    step[f"{part}{name}" + "_next" * (not helper)] = kept[f"{part}{name}"] = found
                values[k] = made[""]
        yield step


def step_bits(step: core.Step) -> tuple[object, ...]:
    """Everything in a step, to the last bit."""

    def bits(values: Any) -> object:
        if isinstance(values, tuple):
            return tuple(map(bits, values))
        return None if values is None else (np.shape(values), np.asarray(values).tobytes())

    return (
        step.index,
        step.epoch,
        *map(
            bits,
            (
                step.batch,
                step.inputs,
                step.targets,
                step.weights,
                step.biases,
                step.pre_activations,
                step.activations,
                step.sample_losses,
                step.loss,
                step.deltas,
                step.weight_gradients,
                step.bias_gradients,
                step.next_weights,
                step.next_biases,
                tuple(step.buffers.values()),
            ),
        ),
    )


def step_arrays(step: core.Step) -> Iterator[Any]:
    """Every array of a step."""
    yield from (step.batch, step.inputs, step.targets, step.sample_losses)
    for arrays in (
        step.weights,
        step.biases,
        step.pre_activations,
        step.activations,
        step.deltas,
        step.weight_gradients,
        step.bias_gradients,
        step.next_weights,
        step.next_biases,
    ):
        yield from (array for array in arrays if array is not None)
