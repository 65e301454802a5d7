"""Slips in one term of the sum that a number is: named before any slip of the pen, with the term, and not by chance."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import core
from core.checking.terms import LEFT_OUT, SIGN, term_slips
from samples import exercise_2, problems


def first(name: str, seed: int) -> core.Step:
    return core.Timeline(core.practice_problem(core.load_problem(name), seed))[0]


@pytest.mark.parametrize("kind", [LEFT_OUT, SIGN])
@given(problems(), st.data())
def test_they_are_what_the_terms_of_a_cell_give(kind: str, problem: core.Problem, data: st.DataObject) -> None:
    """Of a sum of products, by the arithmetic of the cell."""
    step = core.Timeline(problem)[0]
    name = data.draw(st.sampled_from([n for n in step.values if n.startswith(("s_", "dW_")) and "next" not in n]))
    values = step.values[name]
    cell = tuple(data.draw(st.integers(1, size)) for size in values.shape)
    terms = core.explain(step, name, cell).terms()
    place = tuple(i - 1 for i in cell)
    assume(len(terms) > 1 and not core.explain(step, name, cell).around)
    found = {slip.value for slip in term_slips(step.statement, name, place, step.values) if slip.kind == kind}
    times = 1 if kind == LEFT_OUT else 2
    wanted = [float(values[place]) - times * term.value for term in terms]
    for value in wanted:
        if value and abs(abs(value) - abs(values[place])) > 1e-9 * abs(values[place]):
            assert any(np.isclose(value, other, rtol=1e-6, atol=1e-12) for other in found)


@pytest.mark.parametrize(
    ("name", "cell", "written", "text"),
    [
        ("s_1", (1, 1), "1.0", "perhaps X_in[1,1] W_1[1,1] is left out"),
        ("s_1", (1, 1), "-0.5", "perhaps the sign of X_in[1,2] W_1[2,1] is wrong"),
        ("dW_out", (1, 1), None, "z_1[1,1] delta_out[1,1] is left out"),
        ("loss", (), None, "sample_losses[1] is left out"),
    ],
)
def test_a_number_alone_tells_which_term(name: str, cell: tuple[int, ...], written: Any, text: str) -> None:
    step = first("exercise-2", 7)
    values = step.values
    if written is None:
        term = values["sample_losses"][0] if name == "loss" else values["z_1"][0, 0] * values["delta_out"][0, 0]
        written = f"{float(values[name][tuple(i - 1 for i in cell)]) - term:.5f}"
    before: dict[str, Any] = {}
    for quantity in step.statement.equations:
        if quantity == name:
            break
        before[quantity] = values[quantity].round(9).tolist()
    key = f"{name}[{','.join(map(str, cell))}]" if cell else name
    report = core.check_answers({**before, key: written}, step)
    assert [(slip.name, slip.cells) for slip in report.slips] == [(name, (cell,))]
    (slip,) = report.slips
    assert slip.text == text or (name in ("dW_out", "loss") and "sample" in slip.text), slip


def test_a_wrong_number_is_seldom_one_by_chance() -> None:
    """Of random wrong numbers of three digits."""
    step = core.Timeline(exercise_2())[0]
    rng, named, tried = np.random.default_rng(5), 0, 0
    right = step.values["s_1"].round(4).tolist()
    for _ in range(300):
        wrong = [row[:] for row in right]
        wrong[0][0] = round(float(rng.choice([-1, 1]) * rng.uniform(0.1, 0.999)), 3)
        report = core.check_answers({"s_1": wrong}, step)
        tried += bool(report.slips)
        named += any(slip.kind in (LEFT_OUT, SIGN) for slip in report.slips)
    assert tried > 290
    assert named <= 6  # 4 of 1,800 numbers are
