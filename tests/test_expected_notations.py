"""Pages and errata in print, and sheets that do not name their notation: what is said of them, and that the advice to
name it is right.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.equations import NUMBER
from core.notations import SHIPPED, Rendition, typed_formula
from core.notations.words import GRADIENTS, SWITCHES, Notation
from samples import examples, random_problem
from test_expected_cases import UNKNOWN, Found, Row

PAGES = Path(__file__).parent / "expected_notations"
COLUMNS, Z_FOR_S, NO_SHARE = "transposed", "z for s", "1/n in the gradient"

TABLE = (
    Row("mazur/answers"),
    Row("mazur/answers-total-added-twice", (Found("loss", UNKNOWN),)),
    Row(
        "mazur/answers-solved-numerical",
        (
            Found("s_1", "transposed", "W_1 is transposed", 2),
            Found("s_out", "transposed", "W_out is transposed, and the bias b_out is left out", 2),
        ),
    ),
    Row("mazur/answers-by-source", (Found("s_out", "bias left out", "the bias b_out is left out", 2),)),
    Row("mazur/answers-weights-by-source", (Found("s_out", "transposed", "W_out is transposed", 2),)),
    Row("lifecycle/answers"),
    Row("erratum/answers-corrected"),
    Row("erratum/answers-weight-misread", (Found("s_out", UNKNOWN),)),
    Row("ng/answers"),
    Row("ng/answers-as-printed", (), COLUMNS),
    Row("ng/answers-whole-sheet-in-columns", (), COLUMNS),
    Row("ng/answers-dZ-without-1-over-m", (), NO_SHARE),
    Row("names/names-z-is-pre", (), Z_FOR_S),
    Row("names/names-numbers-for-out"),
    Row("names/names-column", (), COLUMNS),
    Row("names/names-f", (), Z_FOR_S),
)
MIXED = ("names/names-f",)  # names of several notations, which none of them reads


@pytest.mark.parametrize("row", TABLE, ids=[row.sheet for row in TABLE])
def test_a_page_has_its_slips_and_one_remark_at_most(row: Row) -> None:
    report = core.check_answers(PAGES / f"{row.sheet}.toml")
    assert [(slip.name, slip.kind) for slip in report.slips] == [(slip.name, slip.kind) for slip in row.slips]
    for slip, expected in zip(report.slips, row.slips, strict=True):
        assert expected.words in slip.text
        assert expected.cells in (None, len(slip.cells))
    assert all(formula.right for formula in report.formulas)
    assert [convention.kind for convention in report.conventions] == [row.convention] * bool(row.convention)


@pytest.mark.parametrize("sheet", [row.sheet for row in TABLE if row.convention and row.sheet not in MIXED])
def test_with_the_notation_that_is_advised_nothing_is_left_to_remark(sheet: str) -> None:
    path = PAGES / f"{sheet}.toml"
    (convention,) = core.check_answers(path).conventions
    advice = re.search(r"notation = (\{.*\})", convention.text)
    assert advice is not None
    named = path.with_name(f"{path.stem}-named.toml")
    try:
        named.write_text(f"notation = {advice[1]}\n{path.read_text(encoding='utf-8')}", encoding="utf-8")
        report = core.check_answers(named)
    finally:
        named.unlink()
    assert report.right
    assert report.conventions == ()


def test_formulas_with_names_of_several_notations_are_read_without_one_and_translated_with_one() -> None:
    report = core.check_answers(PAGES / "names/names-f.toml")
    assert [(formula.name, formula.right) for formula in report.formulas] == [("delta_1", True), ("dW_out", True)]
    (convention,) = report.conventions
    assert convention.text.startswith("your z is the pre-activation: z_1 is judged as s_1, and your formulas are as ")
    assert "; as in ng, nielsen and ufldl: add notation = {" in convention.text
    noted = core.check_answers(PAGES / "names/names-f.toml", notation=core.notation("ng")).shown
    assert [(formula.name, formula.right) for formula in noted.formulas] == [("dW2", True)]
    assert noted.unreadable == (
        'formulas.delta_1: unknown "delta_1": in ng the gradient of the pre-activation is dZ1 (delta_1 in sgdb)',
    )


@pytest.mark.parametrize("f", ["f1'(z_1)", "f1'(z1)"])
def test_a_slope_at_z_is_a_slip_where_nothing_says_that_z_is_the_pre_activation(f: str) -> None:
    step = core.check_answers(PAGES / "mazur/answers.toml").step
    formulas = {"delta_1": f"delta_out * W_out' .* {f}", "delta_out": "(y_out - y_gt) .* f_out'(y_out)"}
    for others in ({}, {"dW_out": "z_1' * delta_out"}, {"s_out": "a_1 * W_out + b_out"}):
        report = core.check_answers({}, step, formulas={**formulas, **others})
        wrong = {verdict.name: verdict.message for verdict in report.formulas if not verdict.right}
        assert wrong["delta_1"].endswith(f"{f} must be {f.replace('z', 's')}")
        assert "delta_out" in wrong


@pytest.mark.parametrize(
    ("sheet", "words"),
    [
        ("ng/answers-dZ-without-1-over-m", "your δ have no 1/n, which ∂W has; followed; as in ng: add"),
        ("ng/answers-as-printed", "followed; as in ng, goodfellow, bishop, ufldl and nyu: add"),
        ("names/names-z-is-pre", "your z is the pre-activation: z_1 is judged as s_1; followed; as in ng, nielsen,"),
    ],
)
def test_the_advice_names_the_notations_that_fit(sheet: str, words: str) -> None:
    (convention,) = core.check_answers(PAGES / f"{sheet}.toml").conventions
    assert words in convention.text
    assert convention.brief == f"{convention.text.partition('; followed')[0]}; followed"


def in_layout_of(notation: Notation, problem: core.Problem) -> tuple[dict[str, Any], dict[str, str], core.Step]:
    """The numbers and formulas of a step in sgdb's names, laid out as a notation has it, of all that it has a name
    for.
    """
    step = core.Timeline(problem)[0]
    lacking: dict[str, None] = {role: None for role in GRADIENTS if notation.lacks(role)}
    own = replace(core.notation("sgdb"), words=lacking, **{switch: getattr(notation, switch) for switch in SWITCHES})
    found = Rendition(own, core.statement_of(problem, len(step.batch), detailed=False))
    equations = found.statement.equations
    names = [name for name in found.trees if equations[name].axes != NUMBER]
    numbers = {name: found.turned(name, step.values[name]).tolist() for name in names}
    formulas = {name: typed_formula(found, name).partition(" = ")[2] for name in found.trees}
    return numbers, formulas, step


@pytest.mark.parametrize("sizes", [(2, 3, 2), (2, 2, 2)])
@pytest.mark.parametrize("notation", SHIPPED, ids=[notation.name for notation in SHIPPED])
def test_a_right_sheet_in_any_layout_has_no_slip_and_one_remark(notation: Notation, sizes: tuple[int, ...]) -> None:
    problem = random_problem(3, sizes, rows=2, activation="sigmoid", bias=True, reduction="mean")
    numbers, _, step = in_layout_of(notation, problem)
    report = core.check_answers(numbers, step)
    assert report.slips == ()
    own = {switch: getattr(notation, switch) for switch in SWITCHES}
    differing = {switch: value for switch, value in own.items() if value != getattr(core.notation("sgdb"), switch)}
    assert [dict(convention.keys) for convention in report.conventions] == [differing] * bool(differing)
    if differing:
        assert notation.name in report.conventions[0].text


@pytest.mark.parametrize("notation", SHIPPED, ids=[notation.name for notation in SHIPPED])
def test_right_formulas_in_any_layout_are_right_with_one_remark(notation: Notation) -> None:
    problem = random_problem(3, (2, 3, 2), rows=4, activation="sigmoid", bias=True, reduction="mean")
    _, formulas, step = in_layout_of(notation, problem)
    report = core.check_answers({}, step, formulas=formulas)
    assert [formula.name for formula in report.formulas if not formula.right] == []
    is_own = notation.name in ("sgdb", "cs231n")
    assert len(report.conventions) == (not is_own)
    assert is_own or notation.name in report.conventions[0].text


PROBLEMS = st.builds(
    random_problem,
    seed=st.integers(0, 2**16),
    sizes=st.lists(st.integers(1, 3), min_size=3, max_size=3).map(tuple),
    rows=st.integers(2, 3),
    activation=st.just("sigmoid"),
    bias=st.just(True),
    reduction=st.sampled_from(["sum", "mean"]),
    learning_rate=st.just(0.5),
)


@examples(6)
@given(PROBLEMS, st.sampled_from(SHIPPED))
def test_right_numbers_and_formulas_of_any_problem_are_right_in_any_layout(
    problem: core.Problem, notation: Notation
) -> None:
    numbers, formulas, step = in_layout_of(notation, problem)
    report = core.check_answers(numbers, step, formulas=formulas)
    assert report.right, (report.slips, [formula for formula in report.formulas if not formula.right])
    assert len(report.conventions) <= 1


def test_a_single_row_or_column_shows_a_layout_too() -> None:
    problem = random_problem(3, (2, 3, 1), rows=4, activation="sigmoid", bias=True)
    numbers, _, step = in_layout_of(core.notation("goodfellow"), problem)
    report = core.check_answers({name: numbers[name] for name in ("s_out", "delta_out", "dW_out")}, step)
    assert report.right
    assert [convention.kind for convention in report.conventions] == [COLUMNS]
    assert [slip.kind for slip in core.check_answers({"s_out": numbers["s_out"]}, step).slips] == ["transposed"]


def test_a_slip_in_a_sheet_in_columns_is_told_in_its_place() -> None:
    problem = random_problem(3, (2, 3, 2), rows=4, activation="sigmoid", bias=True)
    numbers, _, step = in_layout_of(core.notation("goodfellow"), problem)
    numbers["delta_1"][2][1] *= -1
    report = core.check_answers({name: numbers[name] for name in ("s_1", "z_1", "delta_1", "dW_out")}, step)
    (slip,) = report.slips
    assert (slip.name, slip.cells, slip.kind) == ("delta_1", ((2, 3),), "sign")
    verdict = report.verdict("delta_1", (2, 3))
    assert verdict is not None
    assert verdict.status == "slip"
    assert [convention.kind for convention in report.conventions] == [COLUMNS]


def test_a_function_that_is_left_out_is_a_slip_where_it_is_carried_on() -> None:
    report = core.check_answers(
        {"z_1": [0.3775, 0.3925], "s_out": [0.9276, 1.0046]}, core.check_answers(PAGES / "mazur/answers.toml").step
    )
    assert [slip.kind for slip in report.slips] == ["f left out"]
    assert report.conventions == ()


def test_a_matrix_that_is_transposed_among_others_stays_a_slip() -> None:
    problem = random_problem(3, (2, 3, 2), rows=4, activation="sigmoid", bias=True)
    numbers, _, step = in_layout_of(core.notation("sgdb"), problem)
    numbers["delta_1"] = [list(column) for column in zip(*numbers["delta_1"], strict=True)]
    report = core.check_answers(numbers, step)
    assert [(slip.name, slip.kind) for slip in report.slips] == [("delta_1", "transposed")]
    assert report.conventions == ()


MAZUR = {"s": [0.3775, 0.3925], "z": [0.59327, 0.59688]}


@pytest.mark.parametrize(
    ("z", "a", "conventions", "remarks"),
    [("s", "z", (Z_FOR_S,), ()), ("z", "s", (), ("a_1 is read as s_1",))],  # as in ng, and as in bishop
)
def test_a_beside_z_is_the_other_one(z: str, a: str, conventions: tuple[str, ...], remarks: tuple[str, ...]) -> None:
    step = core.check_answers(PAGES / "mazur/answers.toml").step
    report = core.check_answers({"z_1": MAZUR[z], "a_1": MAZUR[a]}, step)
    assert report.right
    assert report.names == ("s_1", "z_1")
    assert tuple(convention.kind for convention in report.conventions) == conventions
    assert report.remarks == remarks
    with pytest.raises(core.ProblemError, match='"a_1" can mean z_1 or s_1'):
        core.check_answers({"a_1": MAZUR[a]}, step)


def test_a_whole_page_with_z_and_a_is_judged_with_its_gradients_and_formulas() -> None:
    step = core.check_answers(PAGES / "mazur/answers.toml").step
    numbers = {
        **{"z_1": MAZUR["s"], "a_1": MAZUR["z"], "z_2": [1.105905967, 1.2249], "a_2": [0.75136507, 0.772928465]},
        "dz_2": [0.138498562, -0.038098237],
    }
    formulas = {
        "z_1": "W_1 * x + b_1",
        "a_1": "sigmoid(z_1)",
        "dW_2": "dz_2 * a_1'",
        "dz_2": "(a_2 - y_gt) .* f2'(z_2)",
    }
    report = core.check_answers(numbers, step, formulas=formulas)
    assert report.right
    assert report.names == ("s_1", "z_1", "s_out", "y_out", "delta_out")
    (convention,) = report.conventions
    assert dict(convention.keys) == {
        **{"pre": "z", "activation": "a", "output": "y_out"},
        **{"samples": "columns", "weights": "out x in"},
    }
    assert "; as in ng, nielsen and ufldl: add notation = {" in convention.text
    formulas["a_1"] = "sigmoid(a_1)"
    wrong = core.check_answers(numbers, step, formulas=formulas)
    assert [formula.name for formula in wrong.formulas if not formula.right] == ["z_1"]


@pytest.mark.parametrize("z", ["X_in * W_1 + b_1", "W_1 * X_in + b_1"])
def test_formulas_alone_show_what_z_is(z: str) -> None:
    step = core.check_answers(PAGES / "mazur/answers.toml").step
    formulas = {"z_1": z, "a_1": "sigmoid(z_1)", "dW_1": "X_in' * delta_1" if z.startswith("X") else "delta_1 * X_in'"}
    report = core.check_answers({}, step, formulas=formulas)
    assert report.right
    (convention,) = report.conventions
    assert convention.text.startswith("your z is the pre-activation: z_1 is judged as s_1")
    assert ("samples", "columns") not in convention.keys or z.startswith("W")
    alone = core.check_answers({}, step, formulas={"z_1": z})
    assert [formula.right for formula in alone.formulas] == [False]
