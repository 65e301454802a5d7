"""Worked solutions in the notation of a course: its names, its full layout, and the numbers that it has there."""

from __future__ import annotations

import math
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import core
from core.expression.markup import tex
from core.expression.pieces import as_text
from core.loading.fields import FieldReader
from core.notations import SHIPPED, Rendition, read_in, read_notation
from core.notations.own import notation_value
from core.notations.words import Notation
from core.solving import render, rounded, solve, to_toml, worksheet
from core.solving.solution import Arithmetic, Entry, Solution
from samples import examples, exercise_2, problems, random_problem
from solution_readers import read_html, read_latex, read_markdown_by
from test_reader import as_printed
from tui import cli

GOLDEN = Path(__file__).parent / "expected_solutions"
FORMATS = ("md", "latex", "html")
OTHERS = [notation for notation in SHIPPED if not notation.is_own]


def two_layers(**training: Any) -> core.Problem:
    return random_problem(0, (2, 3, 1), rows=3, activation="sigmoid", bias=True, **training)


def first_step(problem: core.Problem) -> core.Step:
    try:
        return core.Timeline(problem)[0]
    except core.DivergedError:
        assume(False)
        raise


def entries(solution: Solution, given: bool = True) -> dict[str, Entry]:
    sections = solution.steps[0].sections[0 if given else 1 :]
    return {entry.name: entry for section in sections for entry in section.entries}


def in_its_layout(notation: Notation, step: core.Step, name: str) -> Any:
    """The numbers of a quantity as a notation has them, by its four switches alone."""
    equation = {**step.statement.given, **step.statement.equations}[name]
    values = np.asarray(step.values[name])
    if equation.letter == "delta" and notation.sign == "minus":
        values = -values
    unshared = {"delta": (), "gradient": ("backward",), "update": ("backward", "gradient")}[notation.mean]
    if step.problem.reduction == "mean" and equation.part in unshared:
        values = values * len(step.batch)
    if equation.letter.endswith("W"):
        return values.T if notation.weights == "out x in" else values
    if values.ndim == 1:  # of the samples, or of the units
        values = values[:, np.newaxis] if equation.axes == "i" else values[np.newaxis, :]
    return values.T if notation.samples == "columns" else values


def read(solution: Solution, format: str) -> dict[str, list[list[str]]]:
    text, found = render(solution, format), entries(solution)
    if format == "md":
        return read_markdown_by(text, {as_text(entry.symbol): name for name, entry in found.items()})
    if format == "latex":
        assert text.isascii()
        return read_latex(text, {tex(entry.symbol): name for name, entry in found.items()}.__getitem__)
    return read_html(text).found


@examples(30)
@given(problems(), st.sampled_from(OTHERS), st.sampled_from(FORMATS))
def test_printed_matrices_are_those_of_the_notation(problem: core.Problem, notation: Notation, format: str) -> None:
    step = first_step(problem)
    found = read(solve([step], whole=True, notation=notation), format)
    rendition = Rendition(notation, step.statement)
    assert found.keys() == {spelling.typed for name, spelling in rendition.spellings.items() if name in step.values}
    for key, rows in found.items():
        expected = in_its_layout(notation, step, rendition.names[key])
        absent = [(i, j) for i, row in enumerate(rows) for j, cell in enumerate(row) if cell == "—"]
        assert all(expected[cell] == 0 for cell in absent)
        cells = [[0.0 if cell == "—" else float(cell) for cell in row] for row in rows]
        np.testing.assert_allclose(cells, np.atleast_2d(expected), rtol=5.1e-6, err_msg=key)


@examples(30)
@given(problems(), st.sampled_from(OTHERS))
def test_printed_formulas_read_back(problem: core.Problem, notation: Notation) -> None:
    step = first_step(problem)
    solution = solve([step], notation=notation)
    rendition = Rendition(notation, step.statement)
    for key, entry in entries(solution, given=False).items():
        name = rendition.names[key]
        for text in (as_text(entry.formula), tex(entry.formula)):
            formula = re.sub(r"( {3}| \\, )\((frozen|\\text\{ frozen \})\)", "", text)
            assert as_printed(read_in(rendition, name, formula)) == as_printed(rendition.trees[name]), text
    shown = {as_text(formula).partition(" = ")[0] for formula in solution.formulas}
    assert shown == {as_text(entry.symbol) for entry in entries(solution, given=False).values()}


PYTHON = {"½": "(1/2)", "·": "*", "²": "**2", "√": "sqrt", "≈": "=", "[": "(", "]": ")"}


def worth(numbers: str) -> float:
    """What a line of numbers comes to."""
    for sign, python in PYTHON.items():
        numbers = numbers.replace(sign, python)
    names = {"exp": math.exp, "log": math.log, "tanh": math.tanh, "max": max, "sqrt": math.sqrt, "abs": abs}
    return float(eval(numbers, {"__builtins__": {}}, names))


def lines(solution: Solution) -> list[tuple[Entry, Arithmetic]]:
    return [(entry, line) for entry in entries(solution, given=False).values() for line in entry.examples]


@examples(30)
@given(problems(), st.sampled_from(OTHERS))
def test_lines_of_cells_are_about_the_cells_in_print(problem: core.Problem, notation: Notation) -> None:
    step = first_step(problem)
    solution = solve([step], notation=notation)
    rendition = Rendition(notation, step.statement)
    for entry, line in lines(solution):
        numbers = as_text(line.numbers)
        if re.fullmatch(r"[-\d.e+*/()½·² ,a-z\[\]>√]+", numbers) and "smaller" not in numbers and "sign" not in numbers:
            assert math.isclose(worth(numbers), float(line.result), rel_tol=1e-4, abs_tol=1e-9), line
        piece = line.symbol[0]
        if len(line.symbol) == 1:  # and no slope
            values = in_its_layout(notation, step, rendition.names[entry.name])
            along = values.reshape(-1) if len(piece.cell) == 1 else values
            assert line.result == rounded(float(along[tuple(int(i) - 1 for i in piece.cell)]))
        for part in (*line.symbol, *line.symbols):
            if part.cell and part.name in step.values and step.values[part.name].ndim == 2:
                rows, columns = in_its_layout(notation, step, part.name).shape
                assert int(part.cell[0]) <= rows
                assert int(part.cell[1]) <= columns


@examples(30)
@given(problems(), st.sampled_from(SHIPPED), st.integers(2, 12))
def test_a_sheet_that_is_written_checks_as_right(problem: core.Problem, notation: Notation, digits: int) -> None:
    step = first_step(problem)
    sheet = tomllib.loads(
        to_toml(solve([step], digits, whole=True, notation=notation), "exercise-2"), parse_float=Decimal
    )
    assert sheet.get("notation", "sgdb") == notation.name
    report = core.check_answers(sheet["answers"], step, notation=notation)
    assert report.right, report.slips
    unnamed = {name for name in step.statement.equations if name not in Rendition(notation, step.statement).spellings}
    finite = {name: np.isfinite(step.values[name]).sum() for name in step.statement.equations if name not in unnamed}
    absent = sum(cell == "—" for values in sheet["answers"].values() for cell in np.array(values, dtype=object).flat)
    assert report.counts["right"] == sum(finite.values()) - absent


@pytest.mark.parametrize("name", ["ng", "nielsen", "pytorch"])
def test_the_latex_of_a_page(name: str) -> None:
    """The files were read through; whoever changes one reads it again."""
    step = core.Timeline(two_layers(reduction="mean"))[0]
    text = render(solve([step], 4, notation=core.notation(name)), "latex")
    assert text == (GOLDEN / f"{name}.tex").read_text(encoding="utf-8")


def test_the_top_says_what_it_is() -> None:
    step = core.Timeline(two_layers(reduction="mean"))[0]
    top = render(solve([step], notation=core.notation("nielsen")), "md").splitlines()[2]
    assert top.startswith(
        "In the notation nielsen (Michael Nielsen, Neural Networks and Deep Learning): Columns are samples; "
        "w is out × in; the input is layer 1; the 1/n is in the update. ⊙ multiplies entry by entry; "
        "w₂⁺ is w₂ after the update. "
    )
    html = render(solve([step], notation=core.notation("ng")), "html")
    assert "<var>dZ</var> has no 1/<var>m</var>." in html
    assert "<var>Z</var><sup>[1]</sup> = <var>W</var><sup>[1]</sup> <var>X</var>" in html
    assert ".</p>" in html


def test_a_batch_says_how_many_samples_it_has() -> None:
    problem = random_problem(0, (2, 3, 1), rows=5, activation="sigmoid", reduction="mean", batch_size=3)
    steps = [core.Timeline(problem)[index] for index in (0, 1)]
    text = render(solve(steps, notation=core.notation("ng")), "md")
    assert re.findall(r"of the data.*", text) == ["of the data: m = 3", "of the data: m = 2"]


def test_the_names_of_inputs_stand_by_the_rows_that_they_have() -> None:
    problem = random_problem(0, (2, 3, 1), rows=3, activation="relu", input_names=("age", "height"))
    step = core.Timeline(problem)[0]
    text = render(solve([step], notation=core.notation("ng")), "md")
    assert "**X** (2×3)\nrows: age, height" in text
    assert "columns: age, height" in render(solve([step], notation=core.notation("pytorch")), "md")


@pytest.mark.parametrize("format", [*FORMATS, "toml"])
def test_sgdb_s_own_notation_is_what_there_is_without_one(format: str) -> None:
    step = core.Timeline(exercise_2())[0]
    found = [solve([step], notation=notation) for notation in (None, core.notation("sgdb"))]
    plain, own = (to_toml(s, "exercise-2") if format == "toml" else render(s, format) for s in found)
    assert plain == own


def test_a_worksheet_in_a_notation_is_filled_in_with_its_numbers() -> None:
    step, notation = core.Timeline(two_layers(reduction="mean"))[0], core.notation("mitchell")
    open_, key = (
        tomllib.loads(to_toml(solution, "exercise-2"))["answers"]
        for solution in (worksheet(step, notation=notation), solve([step], whole=True, notation=notation))
    )
    assert open_.keys() == key.keys()
    assert all(cell == "?" for values in open_.values() for cell in np.array(values, dtype=object).flat)
    assert {name: np.shape(values) for name, values in open_.items()} == {
        name: np.shape(values) for name, values in key.items()
    }
    assert core.check_answers(key, step, notation=notation).right


def own(table: dict[str, Any]) -> Notation:
    reader = FieldReader()
    found = read_notation(reader, table)
    assert not reader.mistakes
    assert found is not None
    return found


def test_a_sheet_in_a_notation_of_one_s_own_has_its_table(tmp_path: Path) -> None:
    table = {
        "like": "ng",
        "name": "ours",
        "pre": "S",
        "delta": {"typed": "e", "printed": "ε", "tex": r"\varepsilon"},
        "dweight": False,
        "samples": "rows",
        "units": 1,
    }
    notation = own(table)
    assert notation_value(notation) == table
    assert own(dict(table)) == notation
    step = core.Timeline(core.load_problem("exercise-2"))[0]
    sheet = tmp_path / "sheet.toml"
    sheet.write_text(to_toml(solve([step], whole=True, notation=notation), "exercise-2"), encoding="utf-8")
    report = core.check_answers(sheet)
    assert report.right
    assert report.notation == notation
    assert {"S2", "e3"} <= {verdict.name for verdict in report.shown.cells}
    assert r"\varepsilon^{[2]}" in render(solve([step], notation=notation), "latex")


def test_a_problem_s_own_notation_is_spoken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = (Path(core.__file__).parent / "problems" / "exercise-2.toml").read_text(encoding="utf-8")
    problem = tmp_path / "p.toml"
    problem.write_text(f'notation = {{ like = "ng", pre = "S" }}\n{source}', encoding="utf-8")
    assert cli.main(["solve", str(problem)]) == 0
    assert "S₁ = W₁ X" in capsys.readouterr().out
    sheet = str(tmp_path / "sheet.toml")
    assert cli.main(["solve", str(problem), "-o", sheet]) == 0
    assert "\nnotation" not in Path(sheet).read_text(encoding="utf-8")  # which is the problem's
    assert core.check_answers(sheet).right


def test_the_option_of_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = str(tmp_path / "answers.toml")
    assert cli.main(["solve", "exercise-2", "--notation", "ng", "-o", sheet]) == 0
    lines = Path(sheet).read_text(encoding="utf-8").splitlines()
    assert 'notation = "ng"' in lines
    assert "# In the notation ng (Andrew Ng, Deep Learning Specialization; CS229): Columns are samples;" in lines[1]
    numbers = sum(quantity.values.size for quantity in core.quantities(core.Timeline(exercise_2())[0]))
    assert core.check_answers(sheet).counts["right"] == numbers
    assert cli.main(["practise", "exercise-2", "--seed", "3", "--key", "--notation", "ng"]) == 0
    assert "Z₁ = W₁ X" in capsys.readouterr().out
    assert cli.main(["solve", "exercise-2", "--notation", "nielson"]) == 2
    assert cli.main(["practise", "exercise-2", "--notation", "nng"]) == 2
    err = capsys.readouterr().err
    assert '--notation: unknown "nielson"; did you mean "nielsen"' in err
    assert '--notation: unknown "nng"; did you mean "ng"?' in err


def test_an_update_with_its_gradient_in_place_is_written_out() -> None:
    problem = random_problem(0, (4, 8, 3), rows=3, activation="tanh", bias=True, loss=core.SoftmaxCrossEntropy())
    solution = solve([core.Timeline(problem)[0]], notation=core.notation("mitchell"))
    found = {entry.name: as_text(line.symbols) for entry, line in lines(solution)}
    assert found["w1_next"] == ("w₁[1,1] + η · δ₁[1,1] · x[1,1] + η · δ₁[1,2] · x[1,2] + η · δ₁[1,3] · x[1,3]")
    assert found["b2_next"] == "b₂[3] + η · (δ₂[3,1] + δ₂[3,2] + δ₂[3,3])"


def test_lines_of_a_matrix_product_have_the_notation_s_order() -> None:
    large = random_problem(0, (4, 13, 1), rows=14, activation="sigmoid")
    step = core.Timeline(large)[0]
    solution = solve([step], notation=core.notation("ng"))
    (line,) = [line for entry, line in lines(solution) if entry.name == "Z1"][:1]
    assert as_text(line.symbols).startswith("W₁[1,1] · X[1,1] + W₁[1,2] · X[2,1]")


def test_the_count_of_steps_is_called_what_stands_in_powers() -> None:
    solution = solve(
        [first_step(two_layers(update=core.Adam()))], notation=core.notation("mitchell")
    )  # whose t is y_gt
    counts = [as_text(formula) for text, formulas in solution.facts for formula in formulas if "steps so far" in text]
    assert counts == ["steps = 1"]
    assert any("β₁ˢᵗᵉᵖˢ" in as_text(formula) for formula in solution.formulas)


@pytest.mark.parametrize("notation", OTHERS, ids=lambda notation: notation.name)
@pytest.mark.parametrize("update", [core.Adam(), core.RMSprop(), core.Momentum()], ids=lambda update: update.name)
def test_no_formula_has_a_letter_that_nobody_writes(notation: Notation, update: core.Update) -> None:
    solution = solve([first_step(two_layers(update=update))], notation=notation)
    formulas = [*solution.formulas, *(formula for _, formulas in solution.facts for formula in formulas)]
    assert not [text for text in map(as_text, formulas) if "own" in text]
