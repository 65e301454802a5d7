"""Conventions of other books, which somebody may follow throughout: δ of the opposite sign, no ½ in the squared error
or one where the problem has none, the mean for the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from core.arrays import Array
from core.checking.layer_mistakes import ALPHA
from core.checking.layouts import formulas_laid_out, layouts
from core.checking.mistakes import HALF, TWO, is_multiple
from core.checking.numbers import Numbers
from core.checking.report import Convention, FormulaVerdict
from core.equations import BACKWARD, DATA_LOSS, GRADIENT, LOSS, UPDATE, Equation, Statement
from core.expression.nodes import Node, Power, Product, Sum, Total, names_in
from core.expression.spots import spots, without_factor
from core.notations.turning import with_opposites
from core.notations.words import IN_GRADIENT, IN_UPDATE, MINUS, SWITCHES, Notation

if TYPE_CHECKING:
    from core.checking.formulas.check import FormulaChecker

Sheet = Mapping[str, Numbers]
OPPOSITE = 0.5  # of all δ: so many more have the opposite sign than have the right one
SIGN, SIGN_OF_DELTA, SIGN_OF_KEPT = "sign", "sign of δ alone", "sign of what is kept"
HALF_LEFT_OUT, HALF_PUT_IN, VELOCITY = "half left out", "half put in", "velocity"
NO_SHARE, NO_SHARES = "1/n in the gradient", "1/n in the update"
MEANS = {NO_SHARE: IN_GRADIENT, NO_SHARES: IN_UPDATE}
KEPT = [f"{buffer}{of}" for buffer in ("v", "m", "mhat") for of in "Wb"]
SIGNS = {  # the letters of what has the opposite sign
    SIGN: ("delta", "dW", "db"),
    SIGN_OF_DELTA: ("delta",),
    SIGN_OF_KEPT: ("delta", "dW", "db", *KEPT),
}
SCALES = {"mean for sum": ("sum", "mean"), "sum for mean": ("mean", "sum")}
CONVENTIONS = {
    SIGN: "your δ have the opposite sign convention, with W + α ∂W; followed",
    SIGN_OF_DELTA: "your δ are minus the gradient, and your ∂W are the gradient; followed",
    SIGN_OF_KEPT: "your δ have the opposite sign convention, and so has what the update keeps; followed",
    VELOCITY: "your velocities are v = μ v - α ∂W, and you add them: W + v; followed",
    HALF_LEFT_OUT: "your squared error has no ½, and its gradient is twice as large; followed",
    HALF_PUT_IN: "your squared error has a ½, and its gradient is half as large; followed",
    NO_SHARE: "your δ have no 1/n, which ∂W has; followed",
    NO_SHARES: "your δ and ∂W have no 1/n, which the update has; followed",
    "mean for sum": "you take the mean over the samples, where the problem has the sum; followed",
    "sum for mean": "you take the sum over the samples, where the problem has the mean; followed",
}
MADE_UP_FOR = "your δ have the opposite sign convention, which the update makes up for; followed"
FEWEST = 2  # formulas that show a convention
NO_WAY: tuple[Convention, bool, set[str]] = (Convention("", ""), False, set())
NEAR = 0.02  # relative: how near to what a convention gives a number is that may follow it


class Reading(NamedTuple):
    """A convention, the equations and the right values under it; and the quantities that must hold for it to be one."""

    convention: Convention
    statement: Statement
    true: dict[str, Array]
    hinges: tuple[str, ...]

    def holds(self, slipped: Collection[str]) -> bool:
        """Whether the convention was followed, with slips in these quantities: an update may be wrong among others."""
        against = sum(name in slipped for name in self.hinges)
        mostly = self.convention.kind in (*SIGNS, *MEANS)
        return 2 * against < len(self.hinges) if mostly else not against


@dataclass(frozen=True, eq=False)
class ByConvention(Statement):
    """A statement with the trees that a convention has for some quantities."""

    trees: Mapping[str, Node] = field(default_factory=dict)

    @cached_property
    def equations(self) -> dict[str, Equation]:
        plain = Statement(self.problem, self.rows, self.detailed).equations
        return {name: e._replace(tree=self.trees.get(name, e.tree)) for name, e in plain.items()}


def readings(
    statement: Statement, true: Mapping[str, Array], sheet: Sheet, kinds: Mapping[str, set[str]]
) -> Iterator[Reading]:
    """The conventions that the numbers of a sheet with slips may follow; `kinds` has those of its slips by quantity."""
    written = [name for name in statement.equations if sheet.get(name)]
    parts = {name: statement.equations[name] for name in written}
    costs = [name for name, e in parts.items() if e.part == LOSS and name in ("sample_losses", DATA_LOSS, "loss")]
    start = next((name for name, e in parts.items() if e.part in (BACKWARD, GRADIENT)), None)
    found: dict[str, tuple[str, ...]] = {}
    if velocities := _are_steps(statement, parts, true, sheet):
        found[VELOCITY] = velocities
    if _is_opposite(parts, true, sheet):
        found |= dict(_signs(parts))
    if start is not None and parts[start].part == BACKWARD and _lacks_share(statement, sheet[start], true[start]):
        for kind, part in ((NO_SHARE, GRADIENT), (NO_SHARES, UPDATE)):
            if behind := [name for name, e in parts.items() if e.part == part]:
                found[kind] = (start, *behind)
    if start is not None and costs:
        hinges = (*costs, start)
        for kind, factor in ((HALF_LEFT_OUT, 2.0), (HALF_PUT_IN, 0.5)):
            if any(_is_about(sheet[name], factor * true[name]) for name in costs):
                found[kind] = hinges
        of_costs = set[str]().union(*(kinds.get(name, set()) for name in costs))
        scales = [kind for kind in SCALES if kind in of_costs and kind in kinds.get(start, ())]
        found |= dict.fromkeys(scales, hinges)
    for kind, hinges in found.items():
        if (under := statement_under(kind, statement)) is not None:
            has_gradients = any(e.part == GRADIENT for e in parts.values())
            convention = Convention(kind, words_of(kind, statement), keys_of(kind, has_gradients))
            yield Reading(convention, under, values_under(under, true), hinges)


def words_of(kind: str, statement: Statement) -> str:
    """What is said of a convention."""
    update = statement.problem.update
    is_plain = update.name == "sgd" and not update.weight_decay
    return MADE_UP_FOR if kind == SIGN and not is_plain else CONVENTIONS[kind]


def keys_of(kind: str, has_gradients: bool) -> tuple[tuple[str, str], ...]:
    """The keys of a notation that has a convention, with their values: of the opposite sign where ∂W has it, too, none
    if there is ∂W.
    """
    if kind in MEANS:
        return (("mean", MEANS[kind]),)
    return (("sign", MINUS),) if kind == SIGN_OF_DELTA or (kind == SIGN and not has_gradients) else ()


def statement_under(kind: str, statement: Statement) -> Statement | None:
    """The equations by a convention; None where they have nothing of it."""
    problem = statement.problem
    if kind in SCALES:
        stated, taken = SCALES[kind]
        is_other = problem.reduction != stated or isinstance(statement, ByConvention)
        return None if is_other else replace(statement, problem=replace(problem, reduction=taken))
    ways: dict[str, Callable[[Statement], Iterator[tuple[str, Node]]]] = {
        **dict.fromkeys(SIGNS, partial(_opposite, kind)),
        HALF_LEFT_OUT: _without_half,
        HALF_PUT_IN: _with_half,
        VELOCITY: _as_steps,
    }
    if kind in MEANS:
        trees = {} if isinstance(statement, ByConvention) else _without_share(MEANS[kind], statement)
    else:
        trees = dict(ways[kind](statement))
    under = (problem, statement.rows, statement.detailed, statement.index)
    before = statement.trees if isinstance(statement, ByConvention) else {}
    return ByConvention(*under, {**before, **trees}) if trees else None


def values_under(statement: Statement, true: Mapping[str, Array]) -> dict[str, Array]:
    """The right values by the equations of a convention."""
    values = dict(true)
    changed = {*statement.trees} if isinstance(statement, ByConvention) else {*statement.equations}
    for name, equation in statement.equations.items():
        if name in changed or not changed.isdisjoint(names_in(equation.tree)):
            values[name] = statement.evaluate(name, values)
            changed.add(name)
    return values


def formula_values(kind: str, statement: Statement, true: Mapping[str, Array]) -> dict[str, Array] | None:
    """What the names in formulas stand for by a convention: the velocities before the step, too, are the writer's own.
    None where there is nothing of it.
    """
    under = statement_under(kind, statement)
    if under is None:
        return None
    values = values_under(under, true)
    if kind in (VELOCITY, SIGN_OF_KEPT):
        factor = -statement.numbers["alpha"] if kind == VELOCITY else -1
        kept = [name for name, after in statement.updates.items() if statement.equations[after].letter in KEPT]
        values |= {name: factor * true[name] for name in kept}
    return values


def _opposite(kind: str, statement: Statement) -> Iterator[tuple[str, Node]]:
    """δ = (t - y) f', and W + α ∂W."""
    equations = statement.equations
    opposite = {name for name, e in equations.items() if e.letter in SIGNS[kind]}
    if kind == SIGN_OF_KEPT and all(equations[name].letter not in KEPT for name in opposite):
        return
    for name, equation in equations.items():
        tree = with_opposites(equation.tree, opposite, name in opposite)
        if tree != equation.tree:
            yield name, tree


def _signs(parts: Mapping[str, Equation]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The conventions of sign of which quantities that were written show something, and which these are."""
    updates = tuple(name for name, e in parts.items() if e.part == UPDATE)
    gradients = tuple(name for name, e in parts.items() if e.part == GRADIENT)
    if updates:
        yield SIGN, updates
    if gradients:
        yield SIGN_OF_DELTA, (*gradients, *updates)
    if any(e.letter in KEPT for e in parts.values()):
        yield SIGN_OF_KEPT, updates


def _without_half(statement: Statement) -> Iterator[tuple[str, Node]]:
    costs = statement.equations["sample_losses"].tree
    if not is_multiple(costs, HALF):
        return
    tree: Node = costs
    for part, with_ in spots(costs):
        if isinstance(part, Product) and HALF in part.children:
            tree = with_(without_factor(part, HALF))
    yield "sample_losses", tree
    first = next(equation for equation in statement.equations.values() if equation.part == BACKWARD)
    yield first.name, TWO * first.tree


def _with_half(statement: Statement) -> Iterator[tuple[str, Node]]:
    costs = statement.equations["sample_losses"].tree
    if not (isinstance(costs, Total) and isinstance(costs.argument, Power) and costs.argument.power == 2):
        return
    yield "sample_losses", HALF * costs
    first = next(equation for equation in statement.equations.values() if equation.part == BACKWARD)
    yield first.name, HALF * first.tree


def _without_share(mean: str, statement: Statement) -> dict[str, Node]:
    """What is computed otherwise where the 1/n is elsewhere."""
    from core.notations.rendition import Rendition

    found = Rendition(Notation("", "", mean=mean), statement).stated
    return {name: tree for name, tree in found.items() if tree != statement.equations[name].tree}


def _lacks_share(statement: Statement, numbers: Numbers, true: Array) -> bool:
    """Whether they are about n times what they are here, where there is a 1/n."""
    is_mean = statement.problem.reduction == "mean" and statement.rows > 1
    return is_mean and bool(numbers.of(true).any()) and _is_about(numbers, statement.rows * true)


def _as_steps(statement: Statement) -> Iterator[tuple[str, Node]]:
    """v = μ v - α ∂W, which is -α times what it is here, and W + v."""
    if statement.problem.update.name != "momentum":
        return
    for name, equation in statement.equations.items():
        if equation.part == UPDATE and equation.letter[0] == "v":
            yield name, Sum((-1, ALPHA * equation.tree))
        elif equation.part == UPDATE and isinstance(equation.tree, Sum):
            for part, with_ in spots(equation.tree):
                if isinstance(part, Product) and ALPHA in part.children and len(names_in(part)) == 2:
                    yield name, with_(Sum((-1, without_factor(part, ALPHA))))


def _are_steps(
    statement: Statement, parts: Mapping[str, Equation], true: Mapping[str, Array], sheet: Sheet
) -> tuple[str, ...]:
    """The velocities that were written, where all are about -α times what they are here; else none."""
    names = tuple(name for name, e in parts.items() if e.part == UPDATE and e.letter[:1] == "v")
    alpha = statement.numbers["alpha"]
    return names if names and alpha != 1 and all(_is_about(sheet[name], -alpha * true[name]) for name in names) else ()


def _is_opposite(parts: Mapping[str, Equation], true: Mapping[str, Array], sheet: Sheet) -> bool:
    """Whether the δ that were written have the opposite sign, but for a few. Where ∂ℒ/∂y or the like was written, the
    sign is no convention.
    """
    if any(e.part == BACKWARD and e.letter != "delta" for e in parts.values()):
        return False
    signs = [
        np.sign(sheet[name].values) * np.sign(sheet[name].of(true[name]))
        for name, equation in parts.items()
        if equation.letter == "delta"
    ]
    return bool(signs) and bool(np.concatenate(signs).mean() < -OPPOSITE)


def _is_about(numbers: Numbers, values: Array) -> bool:
    near = numbers.of(values)
    return bool((np.abs(numbers.values - near) <= NEAR * np.abs(near) + numbers.units).all())


def by_convention(
    formulas: Sequence[FormulaVerdict], checker: FormulaChecker, numbers: Collection[Convention], is_noted: bool
) -> tuple[list[FormulaVerdict], list[Convention]]:
    """What formulas are worth by the convention that most of them follow, throughout or as the numbers beside them do;
    and that convention, if only the formulas follow it. Under a notation, `is_noted`, they have said how they are laid
    out.
    """
    wrong = {formula.name for formula in formulas if not formula.right}
    right = {formula.name for formula in formulas if formula.right}
    kinds, keys = (
        {convention.kind for convention in numbers},
        [key for c in numbers for key in c.keys if key[0] in SWITCHES],
    )
    ways: list[tuple[Convention, bool, set[str]]] = []
    equations = checker.step.statement.equations
    has_gradients = any(equations[name].part == GRADIENT for name in wrong | right)
    for kind in CONVENTIONS if wrong else ():
        hold = {name for name in wrong | right if checker.holds_under(kind, name)}
        convention = Convention(kind, words_of(kind, checker.step.statement), keys_of(kind, has_gradients))
        ways.append((convention, kind in kinds, hold))
    for notation in layouts() if wrong and not is_noted else ():
        hold = {name for name in wrong | right if checker.holds_in(notation, name)}
        is_of_numbers = bool(keys) and all(getattr(notation, key) == value for key, value in keys)
        ways.append((formulas_laid_out(notation), is_of_numbers, hold))
    ways = [way for way in ways if way[1] or (len(way[2] & wrong) >= FEWEST and right <= way[2])]
    convention, is_of_numbers, hold = max(ways, key=lambda way: len(way[2] & wrong), default=NO_WAY)
    if not hold & wrong:
        return list(formulas), []
    return _followed(formulas, hold), [] if is_of_numbers else [convention]


def _followed(formulas: Sequence[FormulaVerdict], hold: Collection[str]) -> list[FormulaVerdict]:
    """The verdicts on formulas of which some hold by a convention."""
    words = "right by your convention"
    return [replace(f, right=True, message=words, mended="") if f.name in hold and not f.right else f for f in formulas]
