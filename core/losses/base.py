"""Loss: what every loss says about itself, and what it adds to the statement of a step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import Field, dataclass, fields, replace
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from core.activations import Activation
from core.arrays import Array
from core.expression.nodes import Literal, Name, Node, Product, Quotient, names_in, put_in_place
from core.expression.smoothness import Jump, is_straight, jumps
from core.losses.joined import JoinedLoss
from core.losses.stated import StatedLoss
from core.settings import Setting, is_switch, setting_mistakes, settings_of

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
    output_delta      ∂ℒ/∂s_out where the loss is joined with the output layer's function (see `Loss.joined`): a shorter
                      way than ∂ℒ/∂y_out ⊙ f_out'(s_out)
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
    output_delta: Node | None = None

    @property
    def kinks(self) -> tuple[Jump, ...]:
        """Where ∂ℒ/∂y_out jumps or has a corner, over the quantities of the loss."""
        trees = (*(tree for _, tree in self.backward), self.output_gradient)
        return tuple(dict.fromkeys(kink for tree in trees for kink in jumps(tree)))

    def shared(self, share: Node) -> LossEquations:
        """The same for ℒ in which each sample's loss has this factor: it enters where the way back begins."""
        *backward, (_, gradient) = _shared((*self.backward, (OUTPUT_GRADIENT, self.output_gradient)), share)
        names = {OUTPUT_GRADIENT, *(name for name, _ in backward)}
        out_of_range = tuple((name, _part(share, tree) if name in names else tree) for name, tree in self.out_of_range)
        delta = None if self.output_delta is None else _part(share, self.output_delta)
        return self._replace(
            backward=tuple(backward), output_gradient=gradient, out_of_range=out_of_range, output_delta=delta
        )

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
        yield name, tree if before & {*names_in(tree)} else _part(share, tree)
        before.add(name)


def _part(share: Node, tree: Node) -> Node:
    """share · tree; a number that the tree begins with goes above the line: 2/n (y - t)."""
    if isinstance(tree, Product) and isinstance(share, Quotient) and share.children[0] == Literal(1):
        first, *rest = tree.children
        if isinstance(first, Literal):
            return Product(first / share.children[1], *rest)
    return share * tree


@dataclass(frozen=True)
class Loss(ABC):
    """A loss over outputs and targets of shape (n, d). One from outside is a subclass with a name, a title and
    `equations`; the rest follows from these, or is said where there is more to say.

    name                what problem files call it
    title               what people call it
    word                what people type for it, where that is shorter than the name
    remark              what is to be said of it where it may be taken for another
    usual_reduction     "sum" or "mean": what the batch's loss is of the samples' losses unless somebody says otherwise
    threshold           of a single output for two classes, what is more than this is taken for the second
    output_activation   what it takes the outputs from, where a network is made for it

    Its fields are its settings: numbers, and switches of type bool, which choose between forms of its equations. A
    field's metadata may have

    name, symbol        of a number: what it is called in formulas as typed and as printed, where that is not its field
    at_least            of a number: the smallest that it may be
    words               of a switch: what people call the loss for it when it is not as usual: "squared"
    """

    name: ClassVar[str]
    title: ClassVar[str]
    word: ClassVar[str] = ""
    remark: ClassVar[str] = ""
    usual_reduction: ClassVar[str] = "sum"
    threshold: ClassVar[float | None] = None
    output_activation: ClassVar[str] = "identity"

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

    def joined(self, function: Activation) -> JoinedLoss | None:  # noqa: ARG002
        """The loss and this function of the output layer as one, for those that are more exact together, as the
        cross-entropy is with a sigmoid. None: the chain rule will do.
        """
        return None

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
        return settings_of(self)

    @property
    def full_title(self) -> str:
        """What people call it with its switches: "hinge on scores, squared"."""
        turned = (field for field in fields(self) if is_switch(field) and not self._is_usual(field))
        return ", ".join((self.title, *(field.metadata.get("words", field.name) for field in turned)))

    @property
    def particulars(self) -> str:
        """What tells it from every other: its class and settings, without switches that are as usual."""
        told = (field for field in fields(self) if field.repr and not (is_switch(field) and self._is_usual(field)))
        return f"{type(self).__qualname__}({', '.join(f'{f.name}={getattr(self, f.name)!r}' for f in told)})"

    def _is_usual(self, field: Field[Any]) -> bool:
        return bool(getattr(self, field.name) == field.default)

    @property
    def numbers(self) -> dict[str, float]:
        """The values of its settings, by their names in formulas."""
        return {setting.name: setting.value for setting in self.settings}

    def counts(self, width: int) -> Mapping[str, float]:  # noqa: ARG002
        """Other numbers in its equations, by name: those that follow from how many outputs there are."""
        return {}

    def with_numbers(self, **numbers: float) -> Loss:
        """The same loss with other values of some settings, by their names in formulas."""
        fields = {setting.name: setting.field for setting in self.settings}
        return replace(self, **{fields[name]: value for name, value in numbers.items()})

    @classmethod
    def like(cls, other: Loss) -> Self:
        """This loss with the settings that it shares with another one, which both have from one class, as they are
        there.
        """
        shared = (field.name for field in fields(cls) if isinstance(other, _origin(cls, field.name)))
        return cls(**{name: getattr(other, name) for name in shared})

    def setting_mistakes(self) -> list[str]:
        """What is wrong with the loss's own settings, a line for each mistake."""
        return setting_mistakes(self)

    def target_mistakes(self, targets: Array) -> list[str]:  # noqa: ARG002
        """What is wrong with `targets` (n, d) for this loss, a line for each mistake."""
        return []

    def output_mistakes(self, function: Activation) -> list[str]:  # noqa: ARG002
        """What is wrong with outputs that come from this function, a line for each mistake."""
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


def _origin(kind: type[Loss], field: str) -> type[Loss]:
    """The class that brought a field."""
    lineage = (part for part in reversed(kind.__mro__) if issubclass(part, Loss))
    return next(part for part in lineage if field in part.__dict__.get("__dataclass_fields__", {}))
