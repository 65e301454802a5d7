"""What a session says of its problem, against the problem: edits that cannot be made, watches that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby, islice, product

from core.branch import Edit
from core.edits import DATA, changed
from core.errors import FormulaError, ProblemError
from core.expression.shape import Shape
from core.losses import LOSSES, Loss
from core.problem import Problem
from core.quantity import canonical
from core.session import MOST_LISTED, NamedBranch, Session, again
from core.suggestion import suggest
from core.watching.vocabulary import Vocabulary
from core.watching.watch import read_watch


def mistakes_against(session: Session, problem: Problem) -> list[str]:
    """What the runs of `problem` do not have, a line for each mistake, with its place in the session's file; the first
    ten. What only a run under another loss has, or one of larger batches or with a penalty, is no mistake: the screen
    shows such runs, too.
    """
    parts = (_in_edits(session, problem), _in_watches(session, problem), _in_cursor(session, problem))
    return [*islice((line for part in parts for line in part), MOST_LISTED)]


def _in_edits(session: Session, problem: Problem) -> Iterator[str]:
    for k, named in enumerate(session.branches, 1):
        places = {edit: place for place, edit in enumerate(named.written or named.branch.edits, 1)}
        found = [(places[edit], line) for edit, line in _of_branch(named, problem)]
        yield from (f"branches[{k}].edits[{place}]: {line}" for place, line in sorted(found))


def _of_branch(named: NamedBranch, problem: Problem) -> Iterator[tuple[Edit, str]]:
    """The edits of a branch that cannot be made, each with the reason."""
    edits, depth = named.written or named.branch.edits, len(problem.network)
    targets = [(edit.step, canonical(edit.name, depth), edit.cell) for edit in edits]
    for at, (step, _, _) in again(targets):
        yield edits[at - 1], f"step {step} changes this number already"
    for _, group in groupby(named.branch.edits, key=lambda edit: edit.step):
        together = [*group]
        try:
            problem = changed(problem, together)
        except ProblemError as error:
            found = [*_each(together, problem)]
            yield from found or [(together[-1], line) for line in error.mistakes]


def _each(edits: Sequence[Edit], problem: Problem) -> Iterator[tuple[Edit, str]]:
    """What is wrong with each of the edits of a step; those of the data go together, as a row's targets do."""
    data = [edit for edit in edits if edit.name in DATA]
    for part in (*([edit] for edit in edits if edit.name not in DATA), data):
        try:
            changed(problem, part)
        except ProblemError as error:
            yield from ((part[-1], line) for line in error.mistakes)


def _in_watches(session: Session, problem: Problem) -> Iterator[str]:
    for k, watch in enumerate(session.watches, 1):
        mistake = _mistake(watch.text, problem)
        if mistake is not None and all(_mistake(watch.text, other) for other in _others(session, problem)):
            at = "" if mistake.place is None or "(character" in str(mistake) else f" (character {mistake.place})"
            yield f"watches[{k}].text: {mistake}{at}"


def _mistake(text: str, problem: Problem) -> FormulaError | None:
    """What keeps a watch from being read."""
    try:
        read_watch(text, problem)
    except FormulaError as error:
        return error
    return None


def _in_cursor(session: Session, problem: Problem) -> Iterator[str]:
    if session.cursor.cell is None:
        return
    name, cell = session.cursor.cell
    if name != (own := canonical(name, len(problem.network))):
        yield f"cursor.cell: {name} goes by the name {own} here"
        return
    sizes: list[int] | None = None
    for other in (problem, *_others(session, problem)):
        shape = _shapes(other).get(name)
        if shape is not None:
            sizes = [size for size in shape if size is not None]
            if len(cell) == len(sizes) and all(1 <= at <= size for at, size in zip(cell, sizes, strict=True)):
                return
    if sizes is None:
        yield f"cursor.cell: {suggest(name, _shapes(problem))}"
    else:
        expected = f"a cell of {' x '.join(map(str, sizes))}" if sizes else "no cell"
        yield f"cursor.cell: {name}: expected {expected}, found [{','.join(map(str, cell))}]"


def _shapes(problem: Problem) -> dict[str, Shape]:
    """Of the quantities of a step over all rows."""
    vocabulary = Vocabulary(problem, len(problem.inputs))
    statement = vocabulary.statement
    return {name: vocabulary.shapes[name] for name in (*statement.given, *statement.equations)}


def _others(session: Session, problem: Problem) -> Iterator[Problem]:
    """Problems whose steps have all names that those of the session's runs may have, whatever is edited."""
    edited = [edit.value for named in session.branches for edit in named.branch.edits if isinstance(edit.value, Loss)]
    losses = [problem.loss, *(kind.like(problem.loss) for kind in LOSSES.values()), *edited]
    penalty = problem.penalty
    for loss, l1, l2 in product(dict.fromkeys(losses), (penalty.l1, 1.0), (penalty.l2, 1.0)):
        if not problem.mistakes_under(loss):
            yield replace(problem, loss=loss, batch_size=None, penalty=replace(penalty, l1=l1, l2=l2))
