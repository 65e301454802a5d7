"""What a step computes, in print: its formulas, the names of its cells, and the legend of the sheet's marks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar, TypeVarTuple

import core
from core import ANY, Computation, Name, Statement, Step, Variable, computations
from tui.format import fit
from tui.sheet.lines import Line, Words
from tui.training.why.texts import flow

if TYPE_CHECKING:
    from core import Cells, Place

PARTS = (("forward  ", ("forward", "loss")), ("backward ", ("backward", "gradient")), ("update   ", ("update",)))
SHORTHAND = "(∂x is ∂{}/∂x)"
LISTED = 2  # cells of a quantity that are named one by one
T = TypeVar("T")
Ts = TypeVarTuple("Ts")


def for_all_steps(tell: Callable[[Statement, *Ts], T]) -> Callable[[Statement, *Ts], T]:
    """What is told of a statement is kept, and told alike of all steps of a run, though each may have other numbers."""
    cached = core.memoized(16)(tell)

    def told(statement: Statement, *rest: *Ts) -> T:
        return cached(core.statement_of(statement.problem, statement.rows, statement.detailed), *rest)

    return told


@for_all_steps
def in_order(statement: Statement) -> tuple[Computation, ...]:
    """The computations of a step."""
    return computations(statement.problem, statement.rows)


@for_all_steps
def copied(statement: Statement) -> dict[str, str]:
    """The quantities that are another one unchanged, as identities leave it, each with that one; given ones too."""
    found = {c.name: statement.without_identities(c.tree) for c in in_order(statement)}
    return {name: tree.name for name, tree in found.items() if isinstance(tree, Name)}


@for_all_steps
def handed_on(statement: Statement) -> dict[str, str]:
    """The computed quantities that are the same as another computed one, each with the first that is so."""
    found: dict[str, str] = {}
    for name, source in copied(statement).items():
        if source in statement.equations:
            found[name] = found.get(source, source)
    return found


@for_all_steps
def walked(statement: Statement) -> tuple[str, ...]:
    """The quantities that a walk through a step stops at: all but ∂ℒ/∂y_out where δ_out is the same."""
    same = {*copied(statement).values()}
    skipped = {name for name, equation in statement.equations.items() if equation.letter == "dy" and name in same}
    return tuple(name for name in statement.equations if name not in skipped)


@for_all_steps
def formulas(statement: Statement, columns: int) -> tuple[Line, ...]:
    """Every formula of a step; one that only hands on another's values is joined to it: y_out = s_out = z₁ W_out."""
    texts: dict[str, str] = {}
    parts: dict[str, str] = {}
    for computation in in_order(statement):
        name, source = computation.name, copied(statement).get(computation.name)
        symbol, part = statement.letters[name], statement.equations[name].part
        if source in texts and parts[source] == part and not computation.frozen:
            texts[name] = f"{symbol} = {texts.pop(source)}"
        elif source is not None and not computation.frozen:
            texts[name] = f"{symbol} = {statement.letters[source]}"
        else:
            texts[name] = f"{symbol} = {computation.text}"
        parts[name] = part
    lines: list[Line] = []
    for head, kinds in PARTS:
        items: list[Words] = [[text] for name, text in texts.items() if parts[name] in kinds]
        found = flow(items, columns, head)
        short = any(statement.pieces[name].before == "∂" for name in texts)
        shorthand = SHORTHAND.format(statement.letters["loss"])
        with_shorthand = flow([*items, [(shorthand, "structure")]], columns, head)
        lines += with_shorthand if short and "backward" in kinds and len(with_shorthand) == len(found) else found
    return tuple(lines)


def legend(step: Step, squares: Collection[str], columns: int) -> list[Line]:
    """What the sheet's marks mean, of those that can be on it."""
    items: list[Words] = []
    if squares:
        items.append([("■ ▪ positive  □ ▫ negative: big from ½ of the ≤ max, · below ⅛", "structure")])
    items.append([("▴▾ up, down since the step before", "structure")])
    kinked = dict.fromkeys(layer.function.name for layer in step.problem.network.layers if layer.function.kinks)
    if kinked:
        items.append([(f"○ {fit(', '.join(kinked), 20)} idle: its slope is 0", "structure")])
    if "term" in step.values:
        items += [[("○ cut by the max", "structure")], [("— column y has no term", "structure")]]
    return flow(items, columns)


def cell_label(step: Step, place: Place) -> str:
    """A cell in print: s₁[3,3]; by its row alone where the matrix has a single column."""
    return block_label(step, core.Cells(place.step, place.name, tuple((i,) for i in place.cell)))


def block_label(step: Step, cells: Cells) -> str:
    """Cells of a quantity in print: a dot where all of an axis is meant, left out at the end: X_in[8], W₁[.,3]."""
    values = step.values[cells.name]
    shape = values.shape
    shown = [_index(indices, size) for indices, size in zip(cells.indices, shape, strict=True)]
    if len(shown) == 2 and shape[1] == 1:
        shown = shown[:1]
    return step.statement.wording.label(cells.name, shown)


def _index(indices: Sequence[int], size: int) -> str:
    if len(indices) == 1:
        return str(indices[0])
    if len(indices) == size:
        return "."
    if all(b - a == 1 for a, b in pairwise(indices)):
        return f"{indices[0]}-{indices[-1]}"
    others = [i for i in range(1, size + 1) if i not in set(indices)]
    return f"≠{others[0]}" if len(others) == 1 else f"{indices[0]}…{indices[-1]}"


def labels(step: Step, cells: Cells) -> list[str]:
    """The labels of cells: one by one where there are few. Those of another step say so."""
    behind = "" if cells.step == step.index else f" of step {cells.step}"
    if len(cells) <= LISTED:
        return [cell_label(step, core.Place(cells.step, cells.name, cell)) + behind for cell in cells]
    return [block_label(step, cells) + behind]


def merged(found: Iterable[Cells]) -> list[Cells]:
    """One block of cells a quantity."""
    blocks: dict[tuple[int, str], list[set[int]]] = {}
    for cells in found:
        axes = blocks.setdefault((cells.step, cells.name), [set() for _ in cells.indices])
        for axis, indices in zip(axes, cells.indices, strict=True):
            axis.update(indices)
    return [
        core.Cells(step, name, tuple(tuple(sorted(axis)) for axis in axes)) for (step, name), axes in blocks.items()
    ]


def of_row(computation: Computation, i: int) -> str:
    """A formula for one sample, counted from 0: z₁[4] W_out."""
    statement = computation.statement
    equations = {**statement.given, **statement.equations}
    text = ""
    for part in computation.formula:
        if not isinstance(part, Variable):
            text += part
            continue
        equation = equations[part.name]
        indices = [str(i + 1), ANY][: len(equation.axes)] if equation.per_sample else []
        row = statement.wording.letter_at(part.name, indices)
        text += row.replace("[", "ᵀ[", 1) if part.transposed and "[" in row else row + "ᵀ" * part.transposed
    return statement.wording.as_headed(computation.name, text)


def row_label(step: Step, name: str, i: int) -> str:
    """A sample's numbers of a quantity, counted from 0: z₁[4]."""
    return step.statement.wording.label(name, [str(i + 1), ANY][: step.values[name].ndim])
