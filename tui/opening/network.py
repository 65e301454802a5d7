"""The shape of a network, drawn: a column of dots for each layer, and how many parameters it has."""

from __future__ import annotations

from core import Network, Problem, layer_label
from tui.format import fit, plain

MOST_DOTS = 8
GAP = 3


def about_data(problem: Problem) -> list[str]:
    """What there is to say of a problem's data: what its reader has said, or how many rows there are."""
    return [plain(remark) for remark in problem.remarks] or [f"{len(problem.inputs):,} rows"]


def network_text(network: Network) -> str:
    """4 → 8 tanh → 3."""
    layers = [f"{layer.weights.shape[1]} {_named(layer.function.name)}".strip() for layer in network.layers]
    return " → ".join([str(network.sizes[0]), *layers])


def network_drawing(network: Network, width: int, height: int) -> list[str]:
    """Lines of at most `width` columns, about `height` of them: the units of each layer as dots, `⋮` where there are
    more than fit; the layers' sizes and activations below them; then the parameters of each layer.
    """
    sizes = network.sizes
    names = ["", *(_named(layer.function.name) for layer in network.layers)]
    counts = [
        (f"{letter}_{layer_label(k, len(network))}", values.size, values.shape)
        for k, layer in enumerate(network.layers, 1)
        for letter, values in (("W", layer.weights), ("b", layer.bias))
        if values is not None
    ]
    total = sum(size for _, size, _ in counts)
    told = [f"{total:,} parameter{'s' * (total != 1)}"]
    for name, size, shape in counts:
        told.append(f"{name:<6} {' × '.join(map(str, shape)) * (len(shape) > 1):<11}{size:>7,}")
    column = max(max(len(name) for name in names[1:]), 4) + GAP
    if column * len(sizes) > width:
        column = max(4, width // len(sizes))
    shown = max(1, width // column)
    if len(sizes) > shown:  # the first ones, and the last
        kept = [*range(shown - 1), len(sizes) - 1]
        sizes, names = tuple(sizes[k] for k in kept), [names[k] for k in kept]
    most = min(MOST_DOTS, max(sizes), max(2, height - len(told) - 4))
    rows = [_row(r, most, sizes, column) for r in range(most)]
    labels = "".join(f"{size:^{column}}" for size in sizes)
    functions = "".join(f"{fit(name, column - 1):^{column}}" for name in names)
    lines = [*rows, labels, *([functions] if functions.strip() else []), "", *told]
    return [line[:width].rstrip() for line in lines]


def _row(r: int, most: int, sizes: tuple[int, ...], column: int) -> str:
    """A line of dots: those of each layer stand in its middle."""
    cells = []
    for size in sizes:
        dots = min(size, most)
        at = r - (most - dots) // 2
        more = size > most and at == dots - 1
        cells.append(f"{('⋮' if more else '●') if 0 <= at < dots else ' ':^{column}}")
    return "".join(cells)


def _named(activation: str) -> str:
    """What an activation is called beside a layer's size."""
    return "" if activation == "identity" else activation
