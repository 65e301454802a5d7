"""A table (.csv, .npz) as a problem: a network of fully connected layers that fits its columns."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np

from core.activations import ACTIVATIONS
from core.errors import ProblemError
from core.loading.fields import FieldReader
from core.loading.initializers import MOST_WEIGHTS, default_initializer, initial_weights
from core.loading.options import LOSS_SETTINGS, data_settings, read_loss, read_options
from core.loading.prepare import read_prepared
from core.loading.reading import READING_OPTIONS, Reading
from core.loading.table_file import read_table
from core.loading.training import read_training
from core.losses import USUAL_LOSSES
from core.network import Layer, Network
from core.problem import Problem
from core.text import clean

HIDDEN, ACTIVATION = (8,), "tanh"
TRAINING = {"learning_rate": 0.1, "batch_size": 32, "shuffle_seed": 0, "reduction": "mean"}


def load_table_problem(path: Path, options: Mapping[str, object]) -> Problem:
    """The problem of a table. Options, as texts or as values:

    target, task, drop, only, encode, missing, no-header, encoding, decimal, thousands    as in `Reading`
    test, data-seed, standardize, shape    as for `prepare`
    hidden, activation           the hidden layers' units ("8,8", "none"; 8 unless told otherwise) and function (tanh)
    loss and its settings        softmax cross-entropy for classes, squared error for numbers, unless told otherwise
    lr, batch, seed, reduction   0.1; 32; 0, for the starting weights and the order of the rows; mean
    update, momentum, l1, l2     plain SGD without penalty
    in-order                     whether mini-batches take the rows in their own order; shuffled unless told otherwise

    The output layer is the identity, or what the loss asks for: a sigmoid under the binary cross-entropy. Every layer
    has biases. Raises ProblemError, which lists every mistake.
    """
    source = clean(str(path))
    reader = FieldReader()
    given = read_options(reader, options)
    settings, places = data_settings(reader, "table", {}, given)
    table, prepared = None, None
    try:
        if path.exists() and any(options.get(key) is not None and key not in given for key in READING_OPTIONS):
            raise ProblemError(source, [])  # read otherwise than meant, it would have other mistakes
        table = read_table(path, Reading.of(settings))
    except ProblemError as error:
        reader.mistakes += error.mistakes
    if table is not None:
        prepared = read_prepared(reader, table, settings, places)
        usual = USUAL_LOSSES["classification" if table.targets.are_classes else "regression"]
        kind = given.get("loss", usual)
        loss = read_loss(reader, "option ", kind, {key: given[key] for key in LOSS_SETTINGS if key in given})
        for mistake in loss.target_mistakes(table.targets.values):
            reader.note("option loss", mistake.removeprefix("targets: "))
        trained = read_training(reader, "", TRAINING, given)
        sizes = (table.inputs.shape[1], *given.get("hidden", HIDDEN), table.targets.values.shape[1])
        weights = sum(a * b for a, b in pairwise(sizes))
        if weights > MOST_WEIGHTS:
            reader.note("option hidden", f"expected a network of at most {MOST_WEIGHTS} weights, found {weights}")
    if reader.mistakes or prepared is None:
        raise ProblemError(source, reader.mistakes)
    return Problem(
        name=clean(path.stem),
        **prepared._asdict(),
        network=_network(sizes, given.get("activation", ACTIVATION), loss.output_activation, trained["shuffle_seed"]),
        loss=loss,
        **trained,
        files=(os.path.abspath(path),),
    )


def _network(sizes: tuple[int, ...], activation: str, last: str, seed: int) -> Network:
    layers = []
    for k, (inputs, units) in enumerate(pairwise(sizes), start=1):
        function = ACTIVATIONS[last if k == len(sizes) - 1 else activation]
        weights = initial_weights(default_initializer(function), inputs, units, seed, k)
        layers.append(Layer(weights=weights, bias=np.zeros(units), activation=function))
    return Network(layers)
