"""What is wrong with an activation that somebody brings from outside, before anything is computed with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.activations import ACTIVATIONS, Activation
from core.expression.nodes import Function, Name, Node, walk
from core.expression.numbers import ENTRYWISE
from core.expression.value import PRIMITIVES
from core.suggestion import suggest

OF_ACTIVATIONS = (Name, *ENTRYWISE)  # what f and f' are made of


def activation_mistakes(activation: Activation, meaning: Callable[[str], str | None]) -> list[str]:
    """What is wrong with its name and its formulas, a line for each mistake. `meaning` tells what a name stands for in
    a step; None where it stands for nothing.
    """
    found = [*_name_mistakes(activation, meaning)]
    for what, tree, names in (("f", activation.tree, ("s",)), ("f'", activation.slope_tree, ("s", "z"))):
        found += (f"{what}: {mistake}" for mistake in _tree_mistakes(tree, names))
    return [f"activation: {activation.name}: {mistake}" for mistake in found]


def function_mistakes(function: Function) -> Iterator[str]:
    """What is wrong with the name of a function, where there are no layers."""
    known = [*ACTIVATIONS] if function.slope else [*PRIMITIVES, *ACTIVATIONS]
    if function.name not in known:
        yield suggest(function.name, known)


def _name_mistakes(activation: Activation, meaning: Callable[[str], str | None]) -> Iterator[str]:
    name, known = activation.name, ACTIVATIONS.get(activation.name)
    of_its_kind = known is not None and known.make is not None and known.make is activation.make
    if (name in ACTIVATIONS or name in PRIMITIVES) and not of_its_kind:
        yield f'expected another name: "{name}" is a function of sgdb'
    elif meant := meaning(name):
        yield f'expected another name: "{name}" is {meant}'


def _tree_mistakes(tree: Node, names: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(tree, Node):
        yield f"expected a formula, found {tree!r}"
        return
    for part in dict.fromkeys(walk(tree)):
        if not isinstance(part, OF_ACTIVATIONS):
            yield f"{type(part).__name__} does not work entry by entry"
        elif isinstance(part, Name) and part.name not in names:
            yield suggest(part.name, names)
        elif isinstance(part, Function):
            yield from function_mistakes(part)
