"""Wrong formulas in the notation of a course: the same mistake is named as in sgdb's own, in its names and order."""

from __future__ import annotations

import re
from collections import Counter, defaultdict

import numpy as np
import pytest

import core
from core.checking.answers import WrittenFormula
from core.checking.formulas.check import FormulaChecker
from core.checking.formulas.definitions import context_of
from core.checking.formulas.notes import FormulaStyle, Note
from core.expression.nodes import Name, Node, walk
from core.expression.pieces import as_text
from core.expression.typed import as_typed
from core.notations import SHIPPED, Rendition
from core.notations.printing import typed_printer
from core.notations.reading import over_in, read_in
from core.notations.words import MINUS
from formula_slips import slips
from samples import random_problem

ALIKE = (  # what the same mistake is called where matrices are turned
    ("must not be transposed", "must be transposed"),
    ("(columns)", "(rows)"),
    ("the sum of each column", "the sum of each row"),
    (" before {}", ""),
)
NAMES_IN_LAYOUT = [notation for notation in SHIPPED if notation.sign != MINUS]


def told(
    step: core.Step, notation: core.Notation | None, name: str, key: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[object, ...]:
    """What is told of a formula, in sgdb's own where there is no notation: whether it is right, else whether there is
    one for it, and the kinds of what is wrong.
    """
    found: list[str] = []
    sentence = FormulaStyle.sentence

    def recorded(style: FormulaStyle, note: Note) -> str:
        found.append(note.words)
        return sentence(style, note)

    with monkeypatch.context() as patch:
        patch.setattr(FormulaStyle, "sentence", recorded)
        if notation is None:
            verdict = FormulaChecker(step).check(name, key, WrittenFormula(key, text))
        else:
            (verdict,) = core.check_answers({}, step, formulas={key: text}, notation=notation).formulas
    for its, own in ALIKE:
        found = [words.replace(its, own) for words in found]
    return verdict.right, verdict.right or bool(verdict.mended), *sorted(found)


def by_kind(tree: Node, step: core.Step) -> dict[tuple[str, ...], list[Node]]:
    """The slips in a formula by their kind and the quantities that are left in it."""
    found: dict[tuple[str, ...], list[Node]] = defaultdict(list)
    for kind, slipped in slips(tree, step):
        found[kind, *sorted(part.name for part in walk(slipped) if isinstance(part, Name))].append(slipped)
    return found


@pytest.mark.parametrize("loss", [core.SquaredError(), core.SoftmaxCrossEntropy()], ids=lambda loss: loss.name)
@pytest.mark.parametrize("notation", NAMES_IN_LAYOUT[1:], ids=lambda notation: notation.name)
def test_a_planted_slip_is_named_as_in_sgdb_s_own(
    notation: core.Notation, loss: core.Loss, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = 10 * SHIPPED.index(notation) + len(loss.name)
    problem = random_problem(seed, (2, 3, 2), rows=4, loss=loss, bias=True, learning_rate=0.5)
    step, rng = core.Timeline(problem)[0], np.random.default_rng(seed)
    found = Rendition(notation, core.statement_of(problem, 4, detailed=False))
    names = [name for name in found.trees if not found.spellings[name].typed.startswith("sample_")]
    for name in rng.permutation(names)[:4]:
        plain, noted = by_kind(found.statement.equations[name].tree, step), by_kind(found.trees[name], step)
        both = sorted(kind for kind in {*plain} & {*noted} if name not in kind)
        kind = both[int(rng.integers(len(both)))]
        over, printer = context_of(name, step.statement).over, typed_printer(found, over_in(found, name))
        texts, key = [as_text(printer(tree)) for tree in noted[kind]], found.spellings[name].typed
        own = (told(step, None, name, name, as_typed(tree, over), monkeypatch) for tree in plain[kind])
        its = (told(step, notation, name, key, text, monkeypatch) for text in texts)
        assert Counter(its) == Counter(own), texts


@pytest.mark.parametrize("notation", SHIPPED[1:], ids=lambda notation: notation.name)
def test_what_is_right_for_it_is_right_and_in_the_notation(notation: core.Notation) -> None:
    seed = SHIPPED.index(notation)
    problem = random_problem(seed, (2, 3, 2), rows=3, bias=True, reduction="mean", learning_rate=0.5)
    step, rng = core.Timeline(problem)[0], np.random.default_rng(seed)
    found = Rendition(notation, core.statement_of(problem, 3, detailed=False))
    for name in rng.permutation([*found.trees])[:5]:
        key, printer = found.spellings[name].typed, typed_printer(found, over_in(found, name))
        wrong = list(slips(found.trees[name], step))
        _, tree = wrong[int(rng.integers(len(wrong)))]
        try:
            (verdict,) = core.check_answers(
                {}, step, formulas={key: as_text(printer(tree))}, notation=notation
            ).formulas
        except core.ProblemError:
            continue
        if verdict.right:
            continue
        read_in(found, name, verdict.mended)
        (again,) = core.check_answers({}, step, formulas={key: verdict.mended}, notation=notation).formulas
        assert again.right, (verdict, again)
        assert not re.search(r"\b(?:[sz]|delta|y|dW|db|W|b)_(?:\d|out|in|gt)", verdict.message)


@pytest.mark.parametrize(
    ("notation", "key", "text", "message", "mended"),
    [
        ("ng", "dW2", "dZ2 * A1'", "the division by m is missing", "dZ2 * A1' / m"),
        ("ng", "Z1", "X * W1 + b1", "the order is wrong: W1 comes first", "W1 * X + b1"),
        ("ng", "dZ1", "W2 * dZ2 .* g'(Z1)", "W2 must be transposed", "W2' * dZ2 .* g'(Z1)"),
        ("ng", "dZ1", "W2' * dZ2 .* g'(Z2)", "g'(Z2) must be g'(Z1)", "W2' * dZ2 .* g'(Z1)"),
        ("ng", "dZ1", "W2' * dZ2", "g'(Z1) is missing", "W2' * dZ2 .* g'(Z1)"),
        ("ng", "db1", "1/m * dZ1", "the sum over the samples (columns) is missing", "1 / m * sum(dZ1)"),
        ("ng", "dZ1", "dA1", "g'(Z1) is missing", "dA1 .* g'(Z1)"),
        ("ng", "dZ₁", "W₂ᵀ dZ₂", "g'(Z₁) is missing", "(W₂ᵀ dZ₂) ⊙ g'(Z₁)"),
        ("ng", "dW1", "1/m * np.dot(dZ1, X)", "X must be transposed", "1 / m * (dZ1 @ X.T)"),
        ("nielsen", "w2_next", "w2 - eta * nabla_w2", "the division by n is missing", "w2 - eta * nabla_w2 / n"),
        ("nielsen", "nabla_w3", "delta3 * a3'", "a3 must be a2", "delta3 * a2'"),
        ("mitchell", "w1_next", "w1 - eta * delta1 * x'", "eta * delta1 * x' must be added, not subtracted", ""),
        ("mitchell", "delta2", "(o2 - t) .* f'(net2) / n", "the sign is wrong: o2 - t must be t - o2", ""),
        ("pytorch", "dW1", "x' * dz1", "(x' * dz1) must be transposed", "dz1' * x"),
        ("goodfellow", "nabla_W1", "x * g1'", "(x * g1') must be transposed", "g1 * x'"),
    ],
)
def test_the_slip_is_told_in_the_notation(notation: str, key: str, text: str, message: str, mended: str) -> None:
    problem = random_problem(3, (2, 3, 2), rows=4, bias=True, reduction="mean", learning_rate=0.5)
    step = core.Timeline(problem)[0]
    (verdict,) = core.check_answers({}, step, formulas={key: text}, notation=core.notation(notation)).shown.formulas
    assert not verdict.right
    assert verdict.message.partition("; ")[2] == message
    assert mended in ("", verdict.mended)


def test_a_formula_may_name_a_gradient_that_only_makes_the_steps_smaller_and_one_row_has_its_share() -> None:
    problem = random_problem(3, (2, 3, 2), rows=1, bias=True, reduction="mean", learning_rate=0.5)
    step, ng = core.Timeline(problem)[0], core.notation("ng")
    formulas = {"dZ1": "dA1 .* g'(Z1)", "dW1": "1/m * dZ1 * X'", "dW2": "dZ2 * A1'"}
    found = core.check_answers({}, step, formulas=formulas, notation=ng).shown.formulas
    assert all(verdict.right for verdict in found)
    messages = {verdict.name: verdict.message for verdict in found}
    assert (messages["dZ1"], messages["dW1"]) == ("", "")
    assert messages["dW2"] == "right here, where m is 1: in general it is dZ2 * A1' / m"
