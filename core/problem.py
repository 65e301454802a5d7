"""Problem: a network, its data, and how it is trained."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import partial
from numbers import Integral, Real
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.arrays import Array, frozen
from core.classes import class_mistake
from core.errors import ProblemError
from core.losses import LOSSES, USUAL_LOSSES, JoinedLoss, Loss
from core.network import Network
from core.penalty import Penalty
from core.record import Record, memoized
from core.schedules import Schedule
from core.updates import SGD, Update

if TYPE_CHECKING:
    from core.notations.words import Notation
    from core.source import Source


class HeldOut(NamedTuple):
    """Rows that are not trained on, to see what was learned: inputs (m, d_0) and targets (m, d_L)."""

    inputs: Array
    targets: Array


REDUCTIONS = ("sum", "mean")


@dataclass(frozen=True, eq=False)
class Problem(Record):
    """What a timeline is a function of.

    inputs         (n, d_0), a row for each sample
    targets        (n, d_L), what the outputs are compared with
    loss           one of LOSSES, with its settings, or one from outside
    learning_rate  α > 0, of step 0 where there is a schedule
    schedule       how α changes from step to step; None: it does not
    update         what a step makes of the gradients: one of UPDATES, with its settings
    penalty        what large weights cost
    batch_size     None: all rows in one step, in their own order; m: mini-batches of m rows, shuffled anew for each
                   epoch, the last one of an epoch as small as it comes out. m >= n means None.
    shuffle_seed   a whole number >= 0 from which every epoch's order follows
    shuffle        False: mini-batches take the rows in their own order
    reduction      "sum" or "mean": the batch's loss is that of the samples' losses; "": the usual one of the loss
    input_names, target_names    the columns' names for people; empty where they have none
    held_out       rows that are not trained on; None: there are none
    notation       how its quantities are written in sheets and reports; None: as sgdb does
    image_shape    (height, width), where each row of the inputs is a picture, row by row; None: it is not
    shown_in       the notation that its steps speak now, None for sgdb's own: see `core.shown_in`
    files          the files that it was read from
    remarks        what the reader of a file has to say of it, a sentence each: how a table was understood
    source         where it came from, so that it can be had again; None: it was made in Python, or from another one

    The arrays are copied and made read-only. Raises ProblemError, which lists every mistake.
    """

    name: str
    inputs: Array
    targets: Array
    network: Network
    loss: Loss = field(default_factory=USUAL_LOSSES["regression"])
    learning_rate: float = 0.1
    batch_size: int | None = None
    shuffle_seed: int = 0
    shuffle: bool = True
    schedule: Schedule | None = None
    update: Update = field(default_factory=SGD)
    penalty: Penalty = field(default_factory=Penalty)
    reduction: str = ""
    input_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ()
    held_out: HeldOut | None = None
    image_shape: tuple[int, int] | None = None
    notation: Notation | None = None
    shown_in: Notation | None = field(default=None, init=False)  # not taken over by what `replace` makes of it
    files: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    source: Source | None = field(default=None, init=False)  # not taken over by what `replace` makes of it

    def __post_init__(self) -> None:
        for name, kind in (("network", Network), ("loss", Loss), ("update", Update), ("penalty", Penalty)):
            if not isinstance(getattr(self, name), kind):
                raise ProblemError(self.name, [f"{name}: expected a {kind.__name__}, found {getattr(self, name)!r}"])
        object.__setattr__(self, "reduction", self.reduction or self.loss.usual_reduction)
        for name in ("inputs", "targets"):
            object.__setattr__(self, name, self._frozen(name, getattr(self, name)))
        if self.held_out is not None:
            parts = zip(HeldOut._fields, self.held_out, strict=True)
            object.__setattr__(self, "held_out", HeldOut(*(self._frozen(f"held out {name}", v) for name, v in parts)))
        mistakes = [*self._data_mistakes(), *self._training_mistakes()] or self._mistakes_from_outside()
        if mistakes:
            raise ProblemError(self.name, mistakes)
        object.__setattr__(self, "learning_rate", float(self.learning_rate))
        object.__setattr__(self, "shuffle_seed", int(self.shuffle_seed))
        if self.batch_size is not None and self.batch_size >= len(self.inputs):
            object.__setattr__(self, "batch_size", None)

    def _frozen(self, name: str, values: object) -> Array:
        try:
            return frozen(values)
        except (TypeError, ValueError):
            raise ProblemError(self.name, [f"{name}: expected numbers in rows of one length"]) from None

    def _data_mistakes(self) -> list[str]:
        sizes = self.network.sizes
        mistakes = self._row_mistakes("", self.inputs, self.targets)
        if self.held_out is not None:
            mistakes += self._row_mistakes("held out ", *self.held_out)
        if self.image_shape is not None and self.image_shape[0] * self.image_shape[1] != sizes[0]:
            height, width = self.image_shape
            mistakes.append(f"image_shape: expected a picture of {sizes[0]} numbers, found {height} x {width}")
        for name, names, width in (
            ("input_names", self.input_names, sizes[0]),
            ("target_names", self.target_names, sizes[-1]),
        ):
            if names and len(names) != width:
                mistakes.append(f"{name}: expected {width} names, found {len(names)}")
        if mistakes or self.network.layers[-1].own is None:
            return mistakes or self.mistakes_under(self.loss)
        return self._target_mistakes(self.loss)  # what the function comes to is asked once that is known to work

    def _row_mistakes(self, which: str, inputs: Array, targets: Array) -> list[str]:
        """What is wrong with rows of data, a line for each mistake."""
        mistakes = []
        sizes = self.network.sizes
        for name, values, width, layer in (
            ("inputs", inputs, sizes[0], "first layer's inputs"),
            ("targets", targets, sizes[-1], "last layer's units"),
        ):
            name = which + name
            if values.ndim != 2 or len(values) == 0:
                mistakes.append(f"{name}: expected a matrix with a row for each sample, found shape {values.shape}")
            elif values.shape[1] != width:
                mistakes.append(f"{name}: expected {width} columns (the {layer}), found {values.shape[1]}")
            elif not np.isfinite(values).all():
                row, column = np.argwhere(~np.isfinite(values))[0] + 1
                found = values[row - 1, column - 1]
                mistakes.append(f"{name}: expected finite numbers, found {found} in row {row}, column {column}")
        if inputs.ndim == targets.ndim == 2 and len(inputs) != len(targets):
            mistakes.append(f"{which}targets: expected {len(inputs)} rows (as many as inputs), found {len(targets)}")
        return mistakes

    def mistakes_under(self, loss: Loss) -> list[str]:
        """What keeps the targets and the outputs from being compared by a loss, a line for each mistake."""
        return [*self._target_mistakes(loss), *loss.output_mistakes(self.network.layers[-1].function)]

    def _target_mistakes(self, loss: Loss) -> list[str]:
        held_out = () if self.held_out is None else loss.target_mistakes(self.held_out.targets)
        return [*loss.target_mistakes(self.targets), *(f"held out {mistake}" for mistake in held_out)]

    def _training_mistakes(self) -> list[str]:
        mistakes = []
        if not (_is(Real, self.learning_rate) and 0 < self.learning_rate < np.inf):
            mistakes.append(f"learning_rate: expected a finite number above 0, found {self.learning_rate!r}")
        if self.batch_size is not None and not (_is(Integral, self.batch_size) and self.batch_size >= 1):
            mistakes.append(f"batch_size: expected a whole number of at least 1, found {self.batch_size!r}")
        if not (_is(Integral, self.shuffle_seed) and self.shuffle_seed >= 0):
            mistakes.append(f"shuffle_seed: expected a whole number of at least 0, found {self.shuffle_seed!r}")
        if self.reduction not in REDUCTIONS:
            mistakes.append(f'reduction: expected "sum" or "mean", found "{self.reduction}"')
        mistakes += [] if self.schedule is None else self.schedule.mistakes()
        return mistakes + [line for part in (self.loss, self.update, self.penalty) for line in part.setting_mistakes()]

    def rate(self, index: int) -> float:
        """α of step `index`."""
        return self.learning_rate if self.schedule is None else self.schedule.rate(self.learning_rate, index)

    @property
    def changes_with_step(self) -> bool:
        """Whether steps compute with other numbers than the step before: another α, or a count of the steps."""
        return self.schedule is not None or self.update.counts_steps

    def _mistakes_from_outside(self) -> list[str]:
        """What is wrong with the statement of a loss, or of activations, that are none of the known ones."""
        own = {id(layer.own): layer.own for layer in self.network.layers if layer.own is not None}
        is_known = type(self.loss) in LOSSES.values()
        if is_known and not own:
            return []
        # Only somebody who brings something pays for these imports.
        from core.equations import meaning_in, quantity_in
        from core.losses.outside import mistakes_from_outside
        from core.own_activation import activation_mistakes

        found = [line for f in own.values() for line in activation_mistakes(f, partial(quantity_in, self))]
        if not (is_known or found):
            found = mistakes_from_outside(self.loss, self.targets.shape[1], partial(meaning_in, self))
        return found or self.mistakes_under(self.loss)

    def sample_losses(self, scores: Array, outputs: Array, targets: Array) -> Array:
        """What each sample costs, (n,), for s_out, y_out and targets (n, d_L)."""
        joined = self.joined_loss
        return self.loss.sample_losses(outputs, targets) if joined is None else joined.sample_losses(scores, targets)

    @property
    def joined_loss(self) -> JoinedLoss | None:
        """The loss and the output layer's function as one, where they are computed together."""
        return self.loss.joined(self.network.layers[-1].function)

    @property
    def has_classes(self) -> bool:
        """Whether the targets are classes, so that the softmax losses apply."""
        return class_mistake(self.targets) is None

    @property
    def threshold(self) -> float | None:
        """Where a single output changes from one of two classes to the other; None where it tells no classes."""
        if self.targets.shape[1] > 1:
            return None
        return 0.0 if self.has_classes else self.loss.threshold

    @property
    def class_names(self) -> tuple[str, ...]:
        """A name for each class: the target columns' own; -1 and +1, or 0 and 1, where a single output is read as two
        classes.
        """
        if self.targets.shape[1] == 1:
            return ("0", "1") if self.threshold else ("-1", "+1")
        return self.target_names or tuple(str(j) for j in range(1, self.targets.shape[1] + 1))

    def particulars(self, told: Callable[[Array], object] = np.ndarray.tolist) -> dict[str, object]:
        """Everything that a run follows from, by name, in plain numbers and texts: two problems with the same are
        trained alike, whatever they are called. `told` is what stands for an array.
        """
        layers = self.network.layers
        return {
            "inputs": told(self.inputs),
            "targets": told(self.targets),
            "network": [(layer.function.particulars, layer.train_weights, layer.train_bias) for layer in layers],
            "weights": [told(layer.weights) for layer in layers],
            "bias": [None if layer.bias is None else told(layer.bias) for layer in layers],
            "loss": self.loss.particulars,
            "learning rate": self.learning_rate,
            "order of batches": (self.batch_size, self.shuffle_seed),
            "reduction": self.reduction,
        } | {
            name: repr(value)
            for name, value, usual in (
                ("shuffle", self.shuffle, True),
                ("schedule", self.schedule, None),
                ("update", self.update, SGD()),
                ("penalty", self.penalty, Penalty()),
            )
            if value != usual
        }

    def with_source(self, source: Source) -> Problem:
        """The same problem, which came from there."""
        problem = replace(self)
        object.__setattr__(problem, "source", source)
        return problem

    @memoized(4)
    def speaking(self, notation: Notation | None) -> Problem:
        """The same problem, whose statements speak a notation, None for sgdb's own; itself where they do."""
        notation = None if notation is None or notation.is_own else notation
        if notation == self.shown_in:
            return self
        problem = object.__new__(Problem)
        vars(problem).update({part.name: getattr(self, part.name) for part in fields(self)})
        vars(problem)["shown_in"] = notation
        return problem

    def with_loss(self, loss: Loss) -> Problem:
        """The same network, data and reduction under another loss. Raises ProblemError where that does not fit."""
        return replace(self, loss=loss)


def _is(kind: type, value: object) -> bool:
    """Whether a value is of a kind of number; True and False are none."""
    return isinstance(value, kind) and not isinstance(value, bool)
