"""The stations of a sample's row: each a quantity that has a row for every sample, and below it the gradient by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import core
from core import Computation, Equation, Problem, Statement
from tui.format import plain
from tui.training.verdicts import title as verdict_title

SHARE = "share"  # what stands below ℓ: what a sample's loss counts in ℒ
VERDICT = "verdict"  # the group that is no quantity: what comes of a sample


@dataclass(frozen=True)
class Station:
    """A quantity that has a row for each sample, and what stands below it.

    above, below   the names of the quantity, and of the gradient by it; below "" for none, "share" for what a sample's
                   loss counts
    aliases        quantities that are the same numbers as one of the two, and are shown there: s_out as y_out
    columns        of both
    title, under   their names in print
    formula, below_formula   what they are computed by, as it stands behind these: " = z₁ W_out"
    asked          the quantity above, or the alias of it whose arithmetic says more
    names          of the columns; () for none
    hidden         whether it is of a layer between: shown as squares where room is short
    """

    above: str
    below: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    columns: int = 1
    title: str = ""
    under: str = ""
    formula: str = ""
    below_formula: str = ""
    asked: str = ""
    names: tuple[str, ...] = ()
    hidden: bool = False


@core.memoized(8)
def stations(problem: Problem, rows: int) -> tuple[Station, ...]:
    """The groups of a row in the order of the computation; y_gt stands before the first that uses it."""
    return tuple(_stations(core.statement_of(problem, rows)))


def _stations(statement: Statement) -> Iterator[Station]:
    problem, equations = statement.problem, statement.equations
    gradients = {equation.gradient_of: equation for equation in equations.values() if equation.gradient_of}
    last = problem.network.layers[-1]
    widths = _widths(problem)
    yield Station(
        "X_in",
        columns=problem.inputs.shape[1],
        title=statement.symbols["X_in"],
        names=tuple(map(plain, problem.input_names)),
    )
    targets = Station(
        "y_gt",
        columns=problem.targets.shape[1],
        title=statement.symbols["y_gt"],
        names=tuple(map(plain, problem.target_names)),
    )
    come = False
    placed = {"X_in", "y_gt"}
    found: list[Station] = []
    for equation in equations.values():
        if not equation.per_sample or equation.part not in ("forward", "loss"):
            continue
        if not come and equation.part == "loss" and "y_gt" in core.names_in(equation.tree):
            come = True
            found.append(targets)
        output = equation.layer == len(problem.network)
        if output and last.function.is_identity and equation.letter == "s":
            continue
        station = _station(statement, equation, gradients.get(equation.name), widths)
        if output and equation.letter == "y" and last.function.is_identity:
            station = _outputs(statement, station, gradients)
        found.append(station)
        placed |= {station.above, station.below} | {name for name, _ in station.aliases}
    for station in found:
        rest = [e for e in equations.values() if e.per_sample and e.part == "backward" and e.name not in placed]
        output = station.above == f"y_{'out'}"
        yield (
            station
            if not output
            else replace(station, aliases=(*station.aliases, *((e.name, station.below) for e in rest)))
        )
    yield Station(VERDICT, title=verdict_title(problem))


def _widths(problem: Problem) -> dict[int, int]:
    return {k: layer.weights.shape[1] for k, layer in enumerate(problem.network.layers, start=1)}


def _station(statement: Statement, equation: Equation, gradient: Equation | None, widths: dict[int, int]) -> Station:
    problem = statement.problem
    if equation.axes == "i":
        columns = 1
    elif equation.layer is not None:
        columns = widths[equation.layer]
    else:
        columns = statement.widths_of_loss[equation.name]
    classes = problem.has_classes and equation.layer in (None, len(problem.network)) and columns > 1
    names = tuple(map(plain, problem.class_names)) if classes else ()
    below, under, below_formula = "", "", ""
    if gradient is not None:
        below, under, below_formula = gradient.name, statement.symbols[gradient.name], _formula(statement, gradient)
    elif equation.name == "sample_losses":
        below, under = SHARE, f"∂{statement.letters[equation.name]}"
    return Station(
        equation.name,
        below,
        (),
        columns,
        statement.symbols[equation.name],
        under,
        _formula(statement, equation),
        below_formula,
        names=names if len(names) == columns else (),
        hidden=equation.layer is not None and equation.layer < len(problem.network),
    )


def _outputs(statement: Statement, station: Station, gradients: dict[str, Equation]) -> Station:
    """The outputs of a layer without a function: s_out, y_out and often o are one, and so are their gradients."""
    before = next(e for e in statement.equations.values() if e.name in core.names_in(statement.equations["y_out"].tree))
    delta = gradients[before.name]
    aliases = [(before.name, "y_out")]
    aliases += [(e.name, delta.name) for name, e in gradients.items() if name == "y_out"]
    step = statement.equations.get("dy_out")
    long = _formula(statement, step) if step is not None else ""
    return replace(
        station,
        aliases=tuple(aliases),
        asked=before.name,
        title=f"{statement.symbols['y_out']}={statement.symbols[before.name]}",
        formula="",
        below=delta.name,
        under=statement.symbols[delta.name],
        below_formula=long,
    )


def _formula(statement: Statement, equation: Equation) -> str:
    """What a quantity is computed by, behind its heading."""
    return statement.wording.behind(equation.name) + Computation(equation.name, statement).text.strip()
