"""Loss: what every loss says about itself, and what it adds to the statement of a step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, fields, replace
from typing import ClassVar, NamedTuple, Self

import numpy as np

from core.arrays import Array
from core.expression.nodes import Name, Node, names_in, put_in_place
from core.expression.smoothness import Jump, is_straight, jumps
from core.losses.stated import StatedLoss

OUTPUTS, TARGETS = Name("y_out"), Name("y_gt")
OUTPUT_GRADIENT = "dy_out"


class LossEquations(NamedTuple):
    """What a loss adds to the statement of a step, each quantity a tree over those before it.

    forward           from y_out up to the samples' losses: "o", "p"
    sample_losses     what each sample costs, in a column
    backward          from ℒ back to ∂ℒ/∂y_out: "dp", "do"
    output_gradient   ∂ℒ/∂y_out
    out_of_range      the same as the trees of these quantities, for rows in which a number of those is out of range
    symbols           in print, of the quantities that are written otherwise than typed: "do" as ∂o
    detailed          the same in smaller steps, with quantities of its own between; None: there are none
    long_way          what some come to by way of another, where the equation has a shorter one: "do" by "dp"
    zeros             why the cells of a quantity are 0 that are 0 whatever the numbers are, in words
    """

    forward: tuple[tuple[str, Node], ...]
    sample_losses: Node
    backward: tuple[tuple[str, Node], ...]
    output_gradient: Node
    out_of_range: tuple[tuple[str, Node], ...] = ()
    symbols: Mapping[str, str] = {}
    detailed: LossEquations | None = None
    long_way: tuple[tuple[str, Node], ...] = ()
    zeros: Mapping[str, str] = {}

    @property
    def kinks(self) -> tuple[Jump, ...]:
        """Where ∂ℒ/∂y_out jumps, over the quantities of the loss."""
        trees = (*(tree for _, tree in self.backward), self.output_gradient)
        return tuple(dict.fromkeys(kink for tree in trees for kink in jumps(tree)))

    def shared(self, share: Node) -> LossEquations:
        """The same for ℒ in which each sample's loss has this factor: it enters where the way back begins."""
        *backward, (_, gradient) = _shared((*self.backward, (OUTPUT_GRADIENT, self.output_gradient)), share)
        names = {name for name, _ in backward}
        out_of_range = tuple((name, share * tree if name in names else tree) for name, tree in self.out_of_range)
        return self._replace(backward=tuple(backward), output_gradient=gradient, out_of_range=out_of_range)

    @property
    def quadratic(self) -> bool:
        """Whether ∂ℒ/∂y_out is a straight line in each output, but for its jumps."""
        trees: dict[str, Node] = {}
        for name, tree in (*self.forward, *self.backward):
            trees[name] = put_in_place(tree, trees)
        return is_straight(put_in_place(self.output_gradient, trees))


def _shared(stated: Iterable[tuple[str, Node]], share: Node) -> Iterator[tuple[str, Node]]:
    before: set[str] = set()
    for name, tree in stated:
        yield name, tree if before & {*names_in(tree)} else share * tree
        before.add(name)


class Setting(NamedTuple):
    """A number that a loss was made with: its field, "margin"; its `name` in formulas as they are typed, and its
    `symbol` as they are printed, both "m"; and its value.
    """

    field: str
    name: str
    symbol: str
    value: float


@dataclass(frozen=True)
class Loss(ABC):
    """A loss over outputs and targets of shape (n, d). One from outside is a subclass with a name, a title and
    `equations`; the rest follows from these, or is said where there is more to say.

    name    what problem files call it
    title   what people call it
    word    what people type for it, where that is shorter than the name

    Its fields are its settings, numbers. One that is called otherwise in formulas than its field says so in the field's
    metadata: "name" as it is typed there, "symbol" as it is printed.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    word: ClassVar[str] = ""

    @abstractmethod
    def equations(self, single: bool) -> LossEquations:
        """The loss's part of the statement of a step, for ℒ the sum over the samples. `single` tells that the network
        has one output.
        """

    def sample_losses(self, outputs: Array, targets: Array) -> Array:
        """What each sample costs, shape (n,)."""
        return StatedLoss(self, outputs.shape[1]).sample_losses(outputs, targets)

    def bind(
        self, outputs: Array, targets: Array, gradient: Array, note: Callable[[float], object]
    ) -> Callable[[], None]:
        """An operation over these three arrays: each call writes ∂ℒ/∂y_out, for ℒ the sum over the samples, into
        `gradient` and tells `note` ℒ. A loss that brings its own is faster than its trees.
        """
        return StatedLoss(self, outputs.shape[1]).bind(outputs, targets, gradient, note)

    def gradient(self, outputs: Array, targets: Array) -> Array:
        """∂ℒ/∂y_out for ℒ the sum over the samples, shape (n, d)."""
        gradient = np.empty(outputs.shape)
        self.bind(outputs, targets, gradient, note=lambda _: None)()
        return gradient

    def own_values(self, outputs: Array, targets: Array, share: float) -> Mapping[str, Array]:  # noqa: ARG002
        """The values of those of its quantities that it works out more exactly than their trees, by name. `share` is
        what each sample's loss counts in ℒ.
        """
        return {}

    def bend(self, outputs: Array) -> Array:
        """A bound on the second and third derivative of each sample's loss in its outputs, (n, 1)."""
        return np.ones((len(outputs), 1))

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The numbers that it was made with."""
        return tuple(map(self._setting, fields(self)))

    def _setting(self, field: Field[float]) -> Setting:
        name = field.metadata.get("name", field.name)
        return Setting(field.name, name, field.metadata.get("symbol", name), getattr(self, field.name))

    @property
    def numbers(self) -> dict[str, float]:
        """The values of its settings, by their names in formulas."""
        return {setting.name: setting.value for setting in self.settings}

    def with_numbers(self, **numbers: float) -> Loss:
        """The same loss with other values of some settings, by their names in formulas."""
        fields = {setting.name: setting.field for setting in self.settings}
        return replace(self, **{fields[name]: value for name, value in numbers.items()})

    @classmethod
    def like(cls, other: Loss) -> Self:
        """This loss with the settings that another one has, too, as they are there."""
        own = {field.name for field in fields(cls)}
        return cls(**{setting.field: setting.value for setting in other.settings if setting.field in own})

    def setting_mistakes(self) -> list[str]:
        """What is wrong with the loss's own settings, a line for each mistake."""
        return []

    def target_mistakes(self, targets: Array) -> list[str]:  # noqa: ARG002
        """What is wrong with `targets` (n, d) for this loss, a line for each mistake."""
        return []

    def draw_targets(self, rng: np.random.Generator, rows: int, width: int) -> Array:
        """Random targets without a mistake, (rows, width)."""
        return rng.normal(size=(rows, width))

    def is_near(self, kind: type[Loss]) -> bool:
        """Whether it is of this kind, or differs from it by no more than a mistake that has a name of its own."""
        return isinstance(self, kind)

    @property
    def companion(self) -> Loss | None:
        """The loss whose run shows, beside this one's, what makes the difference; None where there is none."""
        return None
