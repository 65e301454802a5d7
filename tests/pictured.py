"""Problems for pictures, and a reader of lines: what stands in which column."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.cells import cell_len

import core
from samples import random_network
from tui.sheet.lines import Line


def text_of(line: Line) -> str:
    """A line as a person reads it."""
    text = ""
    for span in line:
        text = text.ljust(span.column) + span.text
    return text


def width_of(line: Line) -> int:
    return cell_len(text_of(line))


def circles(**changes: Any) -> core.Problem:
    """Two rings of samples, told apart by one output of 0 or 1; the last eight are held out."""
    rng = np.random.default_rng(3)
    turns = rng.uniform(0, 2 * np.pi, size=48)
    labels = np.arange(48) % 2
    inputs = np.stack([np.cos(turns), np.sin(turns)], axis=1) * np.where(labels, 0.4, 1.0)[:, np.newaxis]
    network = random_network(rng, (2, 8, 8, 1), "tanh", bias=True)
    *layers, last = network.layers
    network = core.Network([*layers, core.Layer(last.weights, last.bias, "sigmoid")])
    problem = {
        "name": "circles",
        "inputs": inputs[:40],
        "targets": labels[:40, np.newaxis].astype(float),
        "network": network,
        "loss": core.BinaryCrossEntropy(),
        "learning_rate": 0.5,
        "held_out": core.HeldOut(inputs[40:], labels[40:, np.newaxis].astype(float)),
        "input_names": ("across", "up"),
    }
    return core.Problem(**(problem | changes))


def sine() -> core.Problem:
    """A curve: one input, one output."""
    x = np.linspace(-3, 3, 40)[:, np.newaxis]
    network = random_network(np.random.default_rng(1), (1, 6, 1), "tanh", bias=True)
    return core.Problem("sine", x, np.sin(x), network, learning_rate=0.01)


def small_digits() -> core.Problem:
    """Pictures of 4 x 4 pixels: a bar that stands, one that lies, one that slants."""
    rng = np.random.default_rng(2)
    labels = np.arange(30) % 3
    bars = np.zeros((3, 4, 4))
    bars[0, :, 1], bars[1, 2, :], bars[2] = 1, 1, np.eye(4)
    inputs = (bars[labels] + 0.2 * rng.random((30, 4, 4))).reshape(30, 16)
    network = random_network(rng, (16, 5, 3), "relu", bias=True)
    return core.Problem(
        "small digits",
        inputs,
        np.eye(3)[labels],
        network,
        core.SoftmaxCrossEntropy(),
        0.1,
        target_names=("stands", "lies", "slants"),
        image_shape=(4, 4),
    )


def plane_regression(outputs: int = 1) -> core.Problem:
    """Two inputs and numbers to predict."""
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(25, 2))
    targets = np.stack([inputs[:, 0] * (j + 1) - inputs[:, 1] for j in range(outputs)], axis=1)
    network = random_network(rng, (2, 4, outputs), "tanh", bias=True)
    return core.Problem("plane", inputs, targets, network, learning_rate=0.01)


def many_inputs() -> core.Problem:
    """Regression from five inputs."""
    rng = np.random.default_rng(5)
    inputs = rng.normal(size=(30, 5))
    network = random_network(rng, (5, 4, 1), "tanh", bias=True)
    return core.Problem("many inputs", inputs, inputs.sum(axis=1, keepdims=True), network, learning_rate=0.01)
