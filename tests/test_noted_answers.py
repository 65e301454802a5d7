"""Answer sheets in the notation of a course: its names alone are keys, numbers stand as it prints them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.equations import NUMBER
from core.loading.fields import FieldReader
from core.loading.form import ProblemForm
from core.loading.problem_text import problem_text
from core.notations import SHIPPED, Rendition, read_notation, typed_formula
from core.notations.words import Notation
from samples import examples, exercise_2, random_problem
from tui import cli

NG = """
name = "2-4-1 tanh, binary cross-entropy"
[data]
inputs = [[1.62434536, -1.07296862], [-0.61175641, 0.86540763], [-0.52817175, -2.3015387]]
targets = [[1], [0], [1]]
[[layers]]
weights = [[-0.00416758, -0.02136196, -0.01793436, 0.00502881], [-0.00056267, 0.01640271, -0.00841747, -0.01245288]]
bias = [0, 0, 0, 0]
activation = "tanh"
[[layers]]
weights = [[-0.01057952], [-0.00909008], [0.00551454], [0.02292208]]
bias = [0]
activation = "sigmoid"
[training]
loss = "binary_cross_entropy"
learning_rate = 1.2
reduction = "mean"
"""
# "Planar data classification with one hidden layer", the test case of backward_propagation, as printed.
NG_PAGE = """
notation = "ng"
problem = "problem.toml"
[answers]
Z1 = [[-0.00616586, 0.0020626, 0.0034962], [-0.05229879, 0.02726335, -0.02646869],
      [-0.02009991, 0.00368692, 0.02884556], [0.02153007, -0.01385322, 0.02600471]]
A1 = [[-0.00616578, 0.0020626, 0.00349619], [-0.05225116, 0.02725659, -0.02646251],
      [-0.02009721, 0.0036869, 0.02883756], [0.02152675, -0.01385234, 0.02599885]]
Z2 = [[0.00092281, -0.00056678, 0.00095853]]
dZ2 = [[-0.4997693, 0.49985831, -0.49976037]]
dW1 = [[0.00301023, -0.00747267], [0.00257968, -0.00641288], [-0.00156892, 0.003893], [-0.00652037, 0.01618243]]
db1 = [[0.00176201], [0.00150995], [-0.00091736], [-0.00381422]]
dW2 = [[0.00078841, 0.01765429, -0.00084166, -0.01022527]]
db2 = [[-0.16655712]]
"""
NIELSEN = """
name = "2-2-2 sigmoid, one sample"
[data]
inputs = [[0.05, 0.10]]
targets = [[0.01, 0.99]]
[[layers]]
weights = [[0.15, 0.25], [0.20, 0.30]]
bias = [0.35, 0.35]
activation = "sigmoid"
[[layers]]
weights = [[0.40, 0.50], [0.45, 0.55]]
bias = [0.60, 0.60]
activation = "sigmoid"
[training]
loss = "squared_error"
learning_rate = 0.5
"""
# "A Step by Step Backpropagation Example", with the layers counted from the input as 1.
NIELSEN_PAGE = """
notation = "nielsen"
problem = "problem.toml"
[answers]
z2 = [[0.3775], [0.3925]]
a2 = [[0.593269992], [0.596884378]]
a3 = [[0.75136507], [0.772928465]]
w2 = [[0.15, 0.20], [0.25, 0.30]]
w3 = [[0.40, 0.45], [0.50, 0.55]]
"""


def checked(folder: Path, problem: str, sheet: str) -> core.CheckReport:
    (folder / "problem.toml").write_text(problem, encoding="utf-8")
    (folder / "sheet.toml").write_text(sheet, encoding="utf-8")
    return core.check_answers(folder / "sheet.toml").shown


@pytest.mark.parametrize(("problem", "page", "numbers"), [(NG, NG_PAGE, 47), (NIELSEN, NIELSEN_PAGE, 6)])
def test_published_pages_in_their_own_notation_have_no_slip(
    tmp_path: Path, problem: str, page: str, numbers: int
) -> None:
    report = checked(tmp_path, problem, page)
    assert report.right
    assert report.counts["right"] == numbers
    assert not report.remarks


def test_planted_slips_are_told_in_the_notation_s_names_and_places(tmp_path: Path) -> None:
    page = NG_PAGE.replace("[0.02152675, -0.01385234, 0.02599885]", "[0.02152675, 0.01385234, 0.02599885]")
    report = checked(tmp_path, NG, page)
    (slip,) = report.slips
    assert (slip.name, slip.symbol, slip.cells, slip.kind) == ("A1", "A₁", ((4, 2),), "sign")
    assert report.verdict("A1", (4, 2)) is not None
    page = NG_PAGE.replace(
        "dW2 = [[0.00078841, 0.01765429, -0.00084166, -0.01022527]]",
        "dW2 = [[0.00236522, 0.05296288, -0.00252498, -0.03067582]]",
    )
    (slip,) = checked(tmp_path, NG, page).slips
    assert (slip.name, len(slip.cells)) == ("dW2", 4)
    step = core.check_answers(tmp_path / "sheet.toml").step
    transposed = {"W1_next": step.values["W_1_next"].round(6).tolist()}
    (slip,) = core.check_answers(transposed, step, notation=core.notation("ng")).shown.slips
    assert (slip.name, slip.kind) == ("W1_next", "transposed")
    assert slip.text == "the matrix is transposed: expected 4 rows of 2, found 2 rows of 4"


@pytest.mark.parametrize("key", ["Z1", "Z_1", "Z[1]", "Z^[1]", "Z^{[1]}", "Z₁", "Z1[2,3]", "Z[1][2,3]", "Z^[1][2,3]"])
def test_a_key_may_be_written_as_the_course_does(tmp_path: Path, key: str) -> None:
    value = -0.02646869 if key.endswith("[2,3]") else [[0.0, 0, 0]] * 4
    report = checked(tmp_path, NG, f'notation = "ng"\nproblem = "problem.toml"\n[answers]\n"{key}" = {value}')
    assert {verdict.name for verdict in report.cells} == {"Z1"}
    if key.endswith("[2,3]"):
        assert report.right
        assert report.cells[0].cell == (2, 3)


FRACTIONS = (r"\frac{\partial C}{\partial w^2}", r"\dfrac{\partial C}{\partial w^{2}}", r"\partial C / \partial w^2")
NIELSEN_KEYS = ("nabla_w_2", "nabla_w^2", "nabla_w^{2}", "nabla_w²", "∂C/∂w^2", "∂C/∂w²", "∂C/∂w_2", "∂C/∂w2")


@pytest.mark.parametrize(
    ("notation", "name", "keys"),
    [
        ("nielsen", "nabla_w2", NIELSEN_KEYS),
        ("nielsen", "delta2", ("delta_2", "delta^2", "δ²", "δ2", "δ^{2}", "\\delta^2", "δ[2]")),
        ("nielsen", "nabla_w2", FRACTIONS),
        ("nyu", "dC_dw1", (r"\frac{\partial C}{\partial w_1}", r"\frac{dC}{dw_1}", r"\partial C / \partial w_1")),
        ("mit", "dLdZ1", (r"\frac{\partial L}{\partial Z_1}",)),
        ("sgdb", "dW_1", (r"\frac{\partial \mathcal{L}}{\partial W_1}", r"\frac{\partial L}{\partial W_{1}}")),
        ("pytorch", "dW1", ("W1.grad", "W_1.grad", "W[1].grad")),
        ("pytorch", "dz2", ("z2.grad",)),
        ("pytorch", "doutput", ("output.grad",)),
        ("goodfellow", "nabla_W2", ("nabla_W_2", "nabla_W^(2)", "nabla_W^{(2)}", "∂J/∂W2")),
        ("nyu", "dC_dw0", ("dC_dw_0", "dC/dw0", "∂C/∂w_0")),
        ("mit", "dLdW1", ("dLdW_1", "∂L/∂W1")),
        ("ng", "W2_next", ("W_2_next", "W^[2]_next", "W^{[2]}_next", "W2⁺", "W_2^+")),
    ],
)
def test_a_name_of_any_notation_may_have_its_layer_in_any_place(
    notation: str, name: str, keys: tuple[str, ...]
) -> None:
    named = core.notation(notation)
    for key in keys:
        report = core.check_answers({key: "?"}, core.Timeline(exercise_2())[0], notation=named)
        assert {verdict.name for verdict in report.shown.cells} == {name}, (key, report.unreadable)


def test_a_derivative_is_a_key_without_a_notation_too() -> None:
    key = r"\frac{\partial L}{\partial W_1}"
    report = core.check_answers({key: "?"}, core.Timeline(exercise_2())[0])
    assert ({verdict.name for verdict in report.cells}, report.unreadable) == ({"dW_1"}, ())


def test_pytorch_s_grad_is_a_key_of_no_other_notation() -> None:
    report = core.check_answers(
        {"W1.grad": "?", "Z1": "?"}, core.Timeline(exercise_2())[0], notation=core.notation("ng")
    )
    assert len(report.unreadable) == 1


@pytest.mark.parametrize(
    ("notation", "told"),
    [
        (
            "mitchell",
            "your δ are the gradient, not minus the gradient; followed; "
            'write notation = { like = "mitchell", sign = "plus" }',
        ),
        ("ng", "your dZ have the opposite sign convention, with W + α dW; followed"),
        ({"like": "mitchell", "delta": "e"}, '; followed; write sign = "plus" in your notation'),
        ("nyu", "your ∂C/∂s have the opposite sign convention, with w + η ∂C/∂w; followed"),
    ],
)
def test_the_other_sign_throughout_is_told_as_what_it_is_in_the_notation(notation: Any, told: str) -> None:
    named = read_notation(FieldReader(), notation)
    assert named is not None
    step = core.Timeline(exercise_2())[1]
    rendition, sheet = Rendition(named, step.statement), dict[str, Any]()
    for name, equation in step.statement.equations.items():
        if name in rendition.spellings and (equation.part != "backward" or equation.letter == "delta"):
            flips = equation.part in ("backward", "gradient")
            sheet[rendition.spellings[name].typed] = (
                (-1) ** flips * rendition.turned(name, step.values[name])
            ).tolist()
    report = core.check_answers(sheet, step, notation=named)
    assert not report.slips
    (convention,) = report.shown.conventions
    assert convention.text.endswith(told)


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("z3", 'unknown "z3": it is s_out in nielsen and ufldl: add notation = "nielsen"'),
        ("dC_dw0", 'unknown "dC_dw0": it is dW_1 in nyu: add notation = "nyu"'),
        ("nett1", 'unknown "nett1"; expected one of s_1, '),
    ],
)
def test_a_name_that_sgdb_does_not_have_is_told_with_the_notations_that_have_it(key: str, told: str) -> None:
    report = core.check_answers({"s_1[1,1]": 0.458, key: "?"}, core.Timeline(exercise_2())[0])
    (line,) = report.unreadable
    assert line.partition(": ")[2].startswith(told)


def test_what_is_given_may_be_left_open_or_written_in_part(tmp_path: Path) -> None:
    sheet = """
notation = "ng"
problem = "problem.toml"
[answers]
Z2 = [[0.00092281, -0.00056678, 0.00095853]]
X = "?"
Y = [["?", 0, "?"]]
W2 = [["?", -0.00909008, "?", "?"]]
"W1[2,1]" = -0.02136196
b1 = ["?", 0, "?", 0]
"b1[3,1]" = 0
"b1[2,1]" = 0.5
"W1[2,2]" = 7
"W1[2,3]" = 7
W1 = 1
"""
    assert [line.partition("this is another: ")[2] for line in checked(tmp_path, NG, sheet).unreadable] == [
        "b1[2] is 0, found 0.5",
        "W1[2,2] is 0.01640271, found 7",
        "expected a row from 1 to 4 and a column from 1 to 2, found [2,3]",
        "the shape is wrong: expected 4 rows of 2, found a single number",
    ]


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        (
            "z_1 = [1, 2]",
            'unknown "z_1": in ng the activation is A1 (z_1 in sgdb) and the pre-activation is Z1 (z_1 in pytorch)',
        ),
        ("delta_2 = 1", 'unknown "delta_2": in ng the gradient of the pre-activation is dZ1 (delta_2 in nielsen)'),
        ("W2 = [[1, 2, 3, 4]]", "W2 is given, and this is another: W2[1,1] is -0.01057952, found 1"),
        ('"Z1[5,1]" = 1', "expected a row from 1 to 4 and a column from 1 to 3, found [5,1]"),
        ('"b1_next[1,2]" = 1', "expected a single column, found [1,2]"),
        ("dZ3 = 1", 'unknown "dZ3"; did you mean "dZ2"?'),
    ],
)
def test_what_the_notation_does_not_have_is_told(tmp_path: Path, entry: str, mistake: str) -> None:
    sheet = (
        f'notation = "ng"\nproblem = "problem.toml"\n[answers]\nZ2 = [[0.00092281, -0.00056678, 0.00095853]]\n{entry}'
    )
    (line,) = checked(tmp_path, NG, sheet).unreadable
    assert line.partition(": ")[2].startswith(mistake)


def test_a_wrong_formula_is_answered_in_the_notation(tmp_path: Path) -> None:
    formulas = """
dZ1 = "W2' * dZ2 .* g'(Z1)"
dW1 = "dZ1 * X'"
db1 = "1/m * sum(dZ1)"
"W^[1]" = "W1 - alpha dW1"
dW2 = "dZ2 * z_1'"
"""
    report = checked(tmp_path, NG, f'notation = "ng"\nproblem = "problem.toml"\n[formulas]{formulas}')
    verdicts = {verdict.name: verdict for verdict in report.formulas}
    assert {name: verdict.right for name, verdict in verdicts.items()} == {
        "dZ1": True,
        "dW1": False,
        "db1": True,
        "W1_next": True,
    }
    assert verdicts["dW1"].message.endswith("the division by m is missing")
    assert verdicts["dW1"].mended == "dZ1 * X' / m"
    assert report.unreadable[0].startswith('formulas.dW2: unknown "z_1" (character 7): in ng the activation is A1')


def test_a_course_s_own_table_at_the_top_of_a_sheet(tmp_path: Path) -> None:
    own = '[notation]\nlike = "ng"\npre = "S"\n[answers]\nS2 = [[0.00092281, -0.00056678, 0.00095853]]'
    assert checked(tmp_path, NG, f'problem = "problem.toml"\n{own}').right
    with pytest.raises(core.ProblemError, match=r"notation.pre: .* is the activation, too"):
        checked(tmp_path, NG, f'problem = "problem.toml"\n{own.replace("S", "A")}')


@pytest.mark.parametrize(
    ("notation", "wrong", "name", "text"),
    [
        ("ng", {"A1": ("s_1", 1.0)}, "A1", "g1 (tanh) is not applied"),
        ("ng", {"dZ2": ("delta_out", 1 / 3)}, "dZ2", "it is divided by m, the number of samples"),
        ("ng", {"W1_next": ("W_1", 1.0)}, "W1_next", "it is not updated: this is W1"),
        ("ng", {"dW2": ("dW_out", 3.0)}, "dW2", "the sum over the samples is taken, where it must be the mean"),
        ("nielsen", {"nabla_w2": ("dW_1", 1 / 3)}, "nabla_w2", "it is divided by n, the number of samples"),
        ("mitchell", {"delta2": ("delta_out", -1.0)}, "delta2", "the sign is wrong"),
    ],
)
def test_slips_in_words(
    tmp_path: Path, notation: str, wrong: dict[str, tuple[str, float]], name: str, text: str
) -> None:
    (tmp_path / "problem.toml").write_text(NG, encoding="utf-8")
    step = core.Timeline(core.load_problem(str(tmp_path / "problem.toml")))[0]
    found = Rendition(core.notation(notation), step.statement)
    sheet = {key: (factor * found.turned(of, step.values[of])).round(9).tolist() for key, (of, factor) in wrong.items()}
    (slip,) = core.check_answers(sheet, step, notation=found.notation).shown.slips
    assert (slip.name, slip.text) == (name, text)


def right_sheet(found: Rendition, step: core.Step) -> dict[str, Any]:
    """Every number that a step computes, as the notation has it, by its names."""
    names = [name for name in found.trees if not found.statement.equations[name].detail]
    return {
        found.spellings[name].typed: found.turned(name, step.values[name]).tolist()
        if found.statement.equations[name].axes != NUMBER
        else float(step.values[name])
        for name in names
    }


PROBLEMS = st.builds(
    random_problem,
    seed=st.integers(0, 2**16),
    sizes=st.lists(st.integers(1, 3), min_size=2, max_size=4).map(tuple),
    rows=st.integers(1, 3),
    loss=st.sampled_from([core.SquaredError(), core.SoftmaxCrossEntropy(), core.BinaryCrossEntropy()]),
    reduction=st.sampled_from(["sum", "mean"]),
    learning_rate=st.just(0.5),
)


@examples(15)
@given(PROBLEMS, st.sampled_from(SHIPPED))
def test_right_numbers_and_formulas_of_any_problem_are_right(problem: core.Problem, notation: Notation) -> None:
    step = core.Timeline(problem)[0]
    found = Rendition(notation, core.statement_of(problem, len(step.batch), detailed=False))
    formulas = dict(typed_formula(found, name).split(" = ", 1) for name in found.trees)
    report = core.check_answers(right_sheet(found, step), step, formulas=formulas, notation=notation)
    assert report.right, (report.unreadable, report.slips, [f for f in report.formulas if not f.right])


@examples(15)
@given(PROBLEMS, st.sampled_from(SHIPPED), st.integers(0, 2**16))
def test_a_number_with_the_wrong_sign_is_found_where_it_was_written(
    problem: core.Problem, notation: Notation, seed: int
) -> None:
    step = core.Timeline(problem)[0]
    found = Rendition(notation, core.statement_of(problem, len(step.batch), detailed=False))
    sheet = {name: np.array(values) for name, values in right_sheet(found, step).items()}
    names = [name for name, values in sheet.items() if values.ndim == 2 and values.any() and 1 not in values.shape]
    if not names:
        return
    rng = np.random.default_rng(seed)
    name = names[rng.integers(len(names))]
    places = np.argwhere(sheet[name])
    place = tuple(places[rng.integers(len(places))].tolist())
    sheet[name][place] *= -1
    slips = core.check_answers({k: v.tolist() for k, v in sheet.items()}, step, notation=notation).shown.slips
    assert (slips[0].name, slips[0].cells) == (name, ((place[0] + 1, place[1] + 1),))


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    checked(tmp_path, NG, NG_PAGE.replace('notation = "ng"\n', ""))
    sheet = str(tmp_path / "sheet.toml")
    assert cli.main(["check", sheet, "--notation", "ng"]) == 0
    first = capsys.readouterr().out.splitlines()
    assert first[1] == "in the notation ng: Columns are samples; W is out x in; dZ has no 1/m."
    assert "  dZ2  3 right" in first
    assert cli.main(["check", sheet, "--notation", "ng", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["notation"] == "ng"
    assert {"name": "Z1", "cell": [4, 3], "written": "0.02600471"}.items() <= data["cells"][11].items()
    assert cli.main(["check", sheet, "--notation", "mg"]) == 2
    assert capsys.readouterr().err.startswith('sgdb: --notation: unknown "mg"; expected one of sgdb, ng')
    assert cli.main(["--notations"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 * len(SHIPPED)
    assert lines[2].split("  ")[0] == "ng"
    assert "dW1 = 1 / m * dZ1 * X'" in lines[2]


def test_the_notation_of_a_problem_file_is_that_of_its_sheets(tmp_path: Path) -> None:
    page = NG_PAGE.replace('notation = "ng"\n', "")
    assert checked(tmp_path, f'notation = "ng"\n{NG}', page).right
    assert checked(tmp_path, f'notation = "nielsen"\n{NG}', NG_PAGE).right
    own = f'{NG}\n[notation]\nlike = "ng"\npre = "S"\n'
    assert checked(tmp_path, own, page.replace("\nZ", "\nS")).right
    with pytest.raises(core.ProblemError, match='unknown "mg"'):
        checked(tmp_path, f'notation = "mg"\n{NG}', page)


@pytest.mark.parametrize(
    "start", ['notation = "ng"', '[notation]\nlike = "ng"\ndelta = { typed = "e", printed = "ε" }']
)
def test_a_problem_file_that_is_written_again_keeps_its_notation(tmp_path: Path, start: str) -> None:
    top, table = (f"{start}\n", "") if start.startswith("notation") else ("", f"\n{start}\n")
    path = tmp_path / "problem.toml"
    path.write_text(f"{top}{NG}{table}", encoding="utf-8")
    written = problem_text(ProblemForm.of_file(path).written(tmp_path))
    assert tomllib.loads(written)["notation"] == tomllib.loads(path.read_text(encoding="utf-8"))["notation"]


def test_gradients_are_checked_in_a_notation(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "problem.toml").write_text(f'notation = "ng"\n{NG}', encoding="utf-8")
    problem = str(tmp_path / "problem.toml")
    assert cli.main(["gradcheck", problem]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "in the notation ng: Columns are samples; W is out x in; dZ has no 1/m."
    assert [line.split()[:2] for line in lines if line.startswith(("dW1[4,2]", "db1[3,1]"))] == [
        ["dW1[4,2]", "0.016182"],
        ["db1[3,1]", "-0.00091736"],
    ]
    assert cli.main(["gradcheck", problem, "--notation", "nielsen"]) == 0
    assert "nabla_w2[4,2]" in capsys.readouterr().out
    assert cli.main(["gradcheck", problem, "--notation", "mitchell"]) == 0  # which has no word for ∂E/∂w
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines() if "[4,2]" in line] == [
        ["dw1[4,2]", "0.016182"]
    ]
    own = tmp_path / "own.toml"
    own.write_text(f'notation = {{ like = "ng", delta = "e" }}\n{NG}', encoding="utf-8")
    assert cli.main(["gradcheck", str(own)]) == 0
    assert capsys.readouterr().out.startswith("in your notation: Columns are samples;")


def test_a_name_that_is_no_answer_is_told_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "problem.toml").write_text(NG, encoding="utf-8")
    sheet = 'notation = "ng"\nproblem = "problem.toml"\n[answers]\nm = 3\nalpha = 1.2\nX_in = [[1.0]]\n'
    (tmp_path / "sheet.toml").write_text(sheet, encoding="utf-8")
    with pytest.raises(core.ProblemError) as caught:
        core.check_answers(str(tmp_path / "sheet.toml"))
    assert caught.value.mistakes == (
        "answers.m: m is given, not computed",
        "answers.alpha: alpha is given, not computed",
        'answers.X_in: unknown "X_in": in ng the inputs are X (X_in in sgdb)',
    )


@pytest.mark.parametrize("command", [("solve",), ("practise", "--seed", "3", "--key")])
@pytest.mark.parametrize("notation", ["ng", "sgdb", "pytorch"])
def test_a_sheet_that_is_written_says_its_notation(tmp_path: Path, command: tuple[str, ...], notation: str) -> None:
    (tmp_path / "problem.toml").write_text(f'notation = "ng"\n{NG}', encoding="utf-8")
    problem, sheet = str(tmp_path / "problem.toml"), str(tmp_path / "sheet.toml")
    options = () if notation == "ng" else ("--notation", notation)
    assert cli.main([command[0], problem, *command[1:], *options, "--format", "toml", "--output", sheet]) == 0
    assert f'notation = "{notation}"' in (tmp_path / "sheet.toml").read_text(encoding="utf-8").splitlines()
    report = core.check_answers(sheet)
    assert report.right
    assert report.notation == core.notation(notation)


def test_formulas_with_the_other_sign_throughout_are_told_whose_it_is(tmp_path: Path) -> None:
    (tmp_path / "problem.toml").write_text(NG, encoding="utf-8")
    formulas = """
    delta_out = "1/n * (y_gt - y_out)"
    delta_1 = "(delta_out * W_out') .* (1 - z_1 .* z_1)"
    W_out_next = "W_out + alpha * z_1' * delta_out"
    """
    sheet = tmp_path / "sheet.toml"
    sheet.write_text(f'problem = "problem.toml"\n[formulas]{formulas}', encoding="utf-8")
    report = core.check_answers(str(sheet))
    assert report.right
    (convention,) = report.conventions
    assert convention.text.endswith('as in mitchell: add notation = "mitchell" with its names, or { sign = "minus" }')
    sheet.write_text(
        f'problem = "problem.toml"\nnotation = {{ sign = "minus" }}\n[formulas]{formulas}', encoding="utf-8"
    )
    assert core.check_answers(str(sheet)).right


@examples(15)
@given(PROBLEMS, st.sampled_from(SHIPPED[1:]), st.integers(0, 2**16))
def test_how_a_number_comes_about_is_told_in_the_notation(problem: core.Problem, notation: Notation, seed: int) -> None:
    step, rng = core.Timeline(problem)[0], np.random.default_rng(seed)
    found = Rendition(notation, core.statement_of(problem, len(step.batch), detailed=False))
    sheet = right_sheet(found, step)
    name = [*sheet][rng.integers(len(sheet))]
    wrong = np.array(sheet[name])
    report = core.check_answers(
        {name: (wrong * rng.uniform(2, 9, wrong.shape)).round(6).tolist()}, step, notation=notation
    )
    for slip in report.shown.slips:
        if slip.arithmetic:
            verdict = report.shown.verdict(slip.name, slip.cells[0])
            assert verdict is not None
            assert slip.arithmetic[0].startswith(slip.symbol)
            assert float(slip.arithmetic[-1].rpartition("= ")[2]) == pytest.approx(verdict.true, rel=1e-4, abs=1e-9)
    for own, beside in zip(report.slips, report.worded(notation).slips, strict=True):
        assert (own.name, own.cells, own.kind) == (beside.name, beside.cells, beside.kind)
