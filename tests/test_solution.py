"""The worked solution: what is printed is read back and checked, in every format and at every number of digits."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import core
from core.asked import absent, asked
from core.checking.written import read_written
from core.computation import copies, values_of
from core.expression.markup import html, tex
from core.expression.pieces import BLANK, CLOSE, OPEN, as_text, letter, number, sign, word
from core.quantity import given as given_of
from core.solving.export import WRITERS, render
from core.solving.latex import SPECIAL
from core.solving.rounding import rounded
from core.solving.toml import to_toml
from core.solving.worked import solve, worksheet
from samples import BUILT_IN, LOSSES, examples, exercise_2, problems, problems_of_any_size, random_problem
from solution_readers import as_answers, read_html, read_latex, read_markdown

NASTY = r"<script>$\input{x}|"
WORST = NASTY + "`*_[a](b) &amp; #1 ~^% \\\\ --'\" é δ"


def read(text: str, format: str, step: core.Step) -> dict[str, list[list[str]]]:
    if format == "md":
        return read_markdown(text, step)
    return read_latex(text) if format == "latex" else read_html(text).found


def assert_right(found: dict[str, list[list[str]]], step: core.Step, whole: bool = True) -> None:
    answers = as_answers(found, step)
    report = core.check_answers(answers, step)
    assert report.right, report.slips
    if whole:
        assert len(report.cells) == sum(np.count_nonzero(~absent(step, q.name)) for q in core.quantities(step))
    for quantity in given_of(step):
        values = quantity.values.reshape(1, -1) if quantity.values.ndim == 1 else quantity.values
        for row, true in zip(found[quantity.name], values, strict=False):
            for cell, value in zip(row, true, strict=False):
                written = read_written(Decimal(cell))
                assert written is not None
                assert written.fits(float(value))


@examples(60)
@given(problems(), st.integers(2, 12), st.integers(0, 2), st.sampled_from(sorted(WRITERS)))
def test_what_is_printed_checks_as_right(problem: core.Problem, digits: int, index: int, format: str) -> None:
    assume(problem.learning_rate < 1)
    try:
        step = core.Timeline(problem)[index]
    except core.DivergedError:
        assume(False)
    assert_right(read(render(solve([step], digits, whole=True), format), format, step), step)


@examples(100)
@given(problems_of_any_size(), st.integers(2, 12), st.booleans(), st.sampled_from([*sorted(WRITERS), "toml"]))
def test_numbers_of_any_size_check_as_right(problem: core.Problem, digits: int, whole: bool, format: str) -> None:
    try:
        step = core.Timeline(problem)[0]
    except core.DivergedError:
        assume(False)
    solution = solve([step], digits, whole=whole or format == "toml")
    if format == "toml":
        answers = tomllib.loads(to_toml(solution, "exercise-2"), parse_float=Decimal)["answers"]
        assert core.check_answers(answers, step).right
    else:
        assert_right(read(render(solution, format), format, step), step, whole=False)


@pytest.mark.parametrize(
    ("number_text", "html_text", "latex_text"),
    [
        ("1.5e-7", "(1.5·10<sup>-7</sup>)²", r"(1.5 \cdot 10^{-7})^{2}"),
        ("-1e+06", "-(1·10<sup>6</sup>)²", r"-(1 \cdot 10^{6})^{2}"),
        ("0.5", "0.5²", "0.5^{2}"),
        ("inf", "inf²", r"\infty^{2}"),
        ("NaN", "NaN²", r"\text{NaN}^{2}"),
    ],
)
def test_powers_of_ten_in_other_notations(number_text: str, html_text: str, latex_text: str) -> None:
    pieces = (*number(number_text), sign("²"))
    assert (html(pieces), tex(pieces)) == (html_text, latex_text)


def test_only_signs_of_a_formula_break_or_grow_in_latex() -> None:
    words = (OPEN, word("a ⊙ (b) [c]"), CLOSE)
    assert tex(words, breaks=True, tall=True) == r"\left(\text{ a ⊙ (b) [c] }\right)"
    product = (letter("a"), BLANK, sign("⊙"), BLANK, sign("["), letter("b"), sign("]"))
    assert tex(product, breaks=True) == r"a \allowbreak \odot \allowbreak [b]"
    assert tex(product) == r"a \odot [b]"
    assert tex((letter("f"), sign("["), letter("b"), sign("]")), breaks=True) == "f[b]"


@pytest.mark.parametrize("format", sorted(WRITERS))
@pytest.mark.parametrize("digits", range(2, 13))
def test_every_number_of_digits(format: str, digits: int) -> None:
    step = core.Timeline(core.load_problem("exercise-2"))[3]
    text = render(solve([step], digits), format)
    assert_right(read(text, format, step), step)


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_a_large_matrix_is_cut_and_the_cut_noted(format: str) -> None:
    step = core.Timeline(random_problem(1, (20, 15, 3), rows=30, loss=LOSSES[1]))[0]
    text = render(solve([step]), format)
    assert re.search(r"the first 16 of 30 rows and the first [5-9] of 15 columns", text)
    assert_right(read(text, format, step), step, whole=False)


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_a_large_matrix_is_whole_in_blocks(format: str) -> None:
    step = core.Timeline(random_problem(1, (20, 15, 3), rows=50, loss=LOSSES[1]))[0]
    text = render(solve([step], whole=True), format)
    assert re.search(r"\(rows 41 to 50, columns \d+ to 15\)", text)
    assert_right(read(text, format, step), step)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.0, 6, "0"),
        (-0.0, 6, "0"),
        (0.458, 6, "0.458"),
        (0.1 + 0.2, 6, "0.3"),
        (1 / 3, 2, "0.33"),
        (-2 / 3, 4, "-0.6667"),
        (0.9999996, 6, "1.00000"),
        (123456.0, 6, "123456"),
        (123456.0, 2, "1.2e5"),
        (0.0001234, 6, "0.0001234"),
        (0.00001234, 6, "1.234e-5"),
        (1e300, 6, "1e300"),
        (0.1, 12, "0.1"),
        (5e-324, 12, "4.94065645841e-324"),
        (float("nan"), 6, "NaN"),
        (float("-inf"), 6, "-inf"),
    ],
)
def test_numbers_as_they_are_written(value: float, digits: int, text: str) -> None:
    assert rounded(value, digits) == text


@given(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False), st.integers(2, 12))
@example(1.789567871993263e308, 2)
def test_a_written_number_is_the_true_one_rounded(value: float, digits: int) -> None:
    number = Decimal(rounded(value, digits))
    assert len(number.normalize().as_tuple().digits) <= digits
    close = abs(number - Decimal(value)) <= abs(Decimal(value)) * Decimal(10) ** (1 - digits) / 2 * Decimal("1.001")
    # The largest numbers are rounded down where the nearest one is beyond what a float can hold.
    beyond = np.isinf(float(f"{value:.{digits - 1}e}"))
    assert close or float(number) == value or (beyond and abs(number) < abs(Decimal(value)))


def test_the_solution_says_how_each_matrix_comes_about() -> None:
    text = render(solve([core.Timeline(exercise_2())[0]]), "md")
    for line in (
        "∂z₁ = δ_out W_outᵀ",
        "    = [ -0.988785 ] [ 0.02  0.03  0.09 ]",
        "    = [ -0.0197757  -0.0296636  -0.0889907 ]",
        "δ₁ = ∂z₁ ⊙ f₁'(s₁)",
        "   = [ -0.0197757  -0.0296636  -0.0889907 ] ⊙ [ 1  1  1 ]",
        "   = [ -0.0197757  -0.0296636  -0.0889907 ]",
        "     = ½ · (0.06336 - (-1))²",
        "∂ℒ/∂W₁ = X_inᵀ [(∂ℒ/∂y_out ⊙ f_out'(s_out)) W_outᵀ ⊙ f₁'(s₁)]",
    ):
        assert line in text.splitlines()


def test_a_worksheet_gives_nothing_away() -> None:
    step = core.Timeline(exercise_2())[0]
    for format in WRITERS:
        text = render(worksheet(step), format)
        assert "0.75" in text
        assert not any(found in text for found in ("0.458", "1.96645", "0.90141", "0.606726"))
        assert "Name" in text
        assert "Date" in text


def facts_of(problem: core.Problem, blank: bool) -> str:
    step = core.Timeline(problem)[0]
    text = render(worksheet(step) if blank else solve([step]), "md")
    return text.split("## ")[0]


@pytest.mark.parametrize("blank", [True, False])
def test_everything_that_is_needed_is_among_the_given(blank: bool) -> None:
    margin = core.SoftmaxHinge(0.1234567891)
    text = facts_of(exercise_2(loss=margin, learning_rate=0.12345678, reduction="mean"), blank)
    for fact in (
        "`o = (-y_out, +y_out)`, `p = softmax(o)`, `term = (1 - one-hot(y_gt)) ⊙ (p - p_y + m)`",
        "`ℓ = Σ_(j≠y) max(0, p_j - p_y + m), y the true class in y_gt`, `ℒ = mean ℓ`",
        "margin: `m = 0.1234567891`",
        "learning rate: `α = 0.12345678`",
    ):
        assert fact in text
    text = facts_of(exercise_2(loss=core.SoftmaxCrossEntropy()), blank)
    assert "`ℓ = -log p_y, y the true class in y_gt`" in text
    assert "log is the natural logarithm" in text
    # The true class is the column of p that the targets mean, -1 the first.
    assert "- the classes, a column each of o and p, from the left: `y_gt = -1`, `y_gt = +1`" in text
    text = facts_of(core.load_problem("three-classes"), blank)
    assert "`o = y_out`, `p = softmax(o)`" in text
    assert "from the left" not in text


def formula_lines(step: core.Step) -> Iterator[str]:
    """Everything in a solution that is a formula, in symbols or in numbers."""
    solution = solve([step])
    yield from (as_text(formula) for _, formulas in solution.facts for formula in formulas)
    yield from map(as_text, solution.formulas)
    for section in solution.steps[0].sections:
        for entry in section.entries:
            yield as_text(entry.formula)
            yield "".join(as_text(part) for part in entry.substituted if isinstance(part, tuple))
            yield from (as_text(line) for example in entry.examples for line in (example.symbols, example.numbers))


def balanced(text: str) -> bool:
    """Whether every bracket is closed by its like, and no pair encloses just another."""
    open_: list[tuple[str, int]] = []
    pairs = set()
    for at, c in enumerate(text):
        if c in "([":
            open_.append((c, at))
        elif c in ")]":
            if not open_ or open_[-1][0] != {")": "(", "]": "["}[c]:
                return False
            pairs.add((open_.pop()[1], at))
    return not open_ and not any((first + 1, last - 1) in pairs for first, last in pairs)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("name", BUILT_IN)
def test_brackets_come_in_pairs(name: str, reduction: str) -> None:
    problem = core.load_problem(name, {"reduction": reduction})
    for loss in LOSSES:
        if not problem.mistakes_under(loss):
            for line in formula_lines(core.Timeline(problem.with_loss(loss))[0]):
                assert balanced(line), line


def test_the_gradient_of_a_mean_has_its_factor_in_front() -> None:
    text = render(solve([core.Timeline(exercise_2(reduction="mean"))[0]]), "md").splitlines()
    assert "∂y_out = 1/4 (y_out - y_gt)" in text
    assert "       = 1/4 ( [ 0.011215 ] - [  1 ] )" in text
    assert "δ_out = ∂y_out ⊙ f_out'(s_out)" in text


def test_a_mean_of_one_row_is_that_row() -> None:
    step = core.Timeline(exercise_2(reduction="mean", batch_size=1))[1]
    text = render(solve([step]), "md")
    assert "1/1" not in text
    assert "ℒ = ℓ[1]" in text
    assert re.search(r"epoch 0, row \d of the data", text)
    assert core.explain(step, "dy_out", (1, 1)).symbols() == "y_out[1] - y_gt[1]"
    assert core.explain(step, "delta_out", (1, 1)).symbols() == "∂y_out[1] · f_out'(s_out[1])"
    at_once = core.explain(step, "delta_out", (1, 1), detailed=False)
    assert at_once.symbols() == "(y_out[1] - y_gt[1]) · f_out'(s_out[1])"


def test_a_frozen_weight_is_named_and_not_asked_for() -> None:
    frozen = core.Layer([[0.6, 0.7], [0.01, 0.43]], bias=[0, 1], train_weights=False, train_bias=False)
    problem = exercise_2(network=core.Network([frozen, core.Layer([[0.02], [0.03]])]))
    for blank in (True, False):
        assert "- frozen, not trained: `W₁⁺ = W₁`, `b₁⁺ = b₁`" in facts_of(problem, blank)
    sections = worksheet(core.Timeline(problem)[0]).steps[0].sections
    asked = {entry.name for section in sections for entry in section.entries}
    assert not asked & {"W_1_next", "b_1_next", "y_out", "z_1"}
    assert asked >= {"s_1", "s_out", "dW_1", "W_out_next"}
    assert "- not asked for twice: `z₁ = s₁`, `y_out = s_out`" in facts_of(problem, blank=True)


def test_the_delta_of_an_identity_is_not_asked_for_beside_the_gradient_of_the_logits() -> None:
    problem = random_problem(2, (3, 4, 2), loss=core.SoftmaxHinge(0.5), activation="identity")
    step = core.Timeline(problem)[0]
    assert "`y_out = s_out`, `∂y_out = ∂o`, `δ_out = ∂y_out`, `δ₁ = ∂z₁`" in facts_of(problem, blank=True)
    asked = {entry.name for section in worksheet(step).steps[0].sections for entry in section.entries}
    assert asked >= {"do", "dz_1"}
    assert not asked & {"dy_out", "delta_out", "delta_1"}
    bent = random_problem(2, (3, 4, 2), loss=core.SoftmaxHinge(0.5), activation="tanh")
    assert "- not asked for twice: `∂y_out = ∂o`\n" in facts_of(bent, blank=True)
    assert "∂y_out = ∂o" not in facts_of(exercise_2(loss=core.SoftmaxHinge(0.5)), blank=True)  # o has two columns


@pytest.mark.parametrize("format", ["md", "html", "latex", "toml"])
def test_what_is_0_whatever_the_numbers_are_is_on_a_sheet(format: str) -> None:
    step = core.Timeline(core.load_problem("exercise-3"))[0]
    sheet = worksheet(step)
    grids = {entry.name: entry.result for section in sheet.steps[0].sections for entry in section.entries}
    true_class = step.targets == 1
    for name, known in (("term", "—"), ("dterm", "0")):
        found = [[known if true else "" for true in row] for row in true_class]
        assert [[*row] for row in grids[name].cells] == found
    assert {cell for name in ("p", "dp", "do", "loss") for row in grids[name].cells for cell in row} == {""}
    if format == "toml":
        text = to_toml(sheet, "exercise-3")
        assert text.count("# the true class has no term\n") == 2
        answers = tomllib.loads(text, parse_float=Decimal)["answers"]
        assert answers["term"] == [["—" if true else "?" for true in row] for row in true_class]
        report = core.check_answers(answers, step)
        assert report.blank
        assert not report.slips
        assert len(report.verdicts("term")) == np.count_nonzero(~true_class)
    else:
        blank = {"md": "________", "html": 'class="blank"', "latex": r"\underline{\hspace"}[format]
        body = render(sheet, format).split("Forward pass")[1]
        assert body.count(blank) == sum(map(np.count_nonzero, asked(step).values()))
        assert body.count("(the true class has no term)") == 2
        assert body.count(r"\text{--}" if format == "latex" else "—") == len(true_class)


def test_what_is_not_finite_is_not_asked_for() -> None:
    network = core.Network([core.Layer([[1.0]], bias=[-1e4])])
    step = core.Timeline(exercise_2(inputs=[[1.0]], targets=[[1.0]], network=network, loss=core.SoftmaxCrossEntropy()))[
        0
    ]
    assert step.values["dp"].tolist() == [[0, -np.inf]]
    assert "dp" not in asked(step)
    assert asked(step)["do"].all()
    text = render(solve([step]), "md")
    told = "∂p[1,2] = -1 / p[1,2]\n        out of range: below -1.8e308, the lowest number in floating point\n"
    assert f"(one cell of 2; only p of the true class counts)\n{told}" in text
    assert "∂p[1,1]" not in text.split("**∂p**")[1].split("**∂o**")[0]


def test_both_forms_of_a_matrix_are_worked_out() -> None:
    text = render(solve([core.Timeline(core.load_problem("exercise-3"))[0]]), "md")
    (of_dp,) = re.findall(r"\(2 cells of 12\)\n(∂p.*?)```", text, re.S)
    assert "∂p[2,1] = ∂term[2,1]\n        = 1\n" in of_dp
    assert re.search(r"∂p\[2,2\] = .*- ∂term\[2,1\].*\n        = 0 - 1 .*\n        = -1\n", of_dp)


def test_a_copy_is_not_worked_out_cell_by_cell() -> None:
    text = render(solve([core.Timeline(core.load_problem("exercise-3"))[0]]), "md")
    (of_copy,) = re.findall(r"```text\n(∂y_out = ∂o\n.*?)```", text, re.S)
    assert "∂o[" not in of_copy
    assert "cell" not in of_copy


@given(problems())
def test_what_is_not_asked_for_twice_is_the_same(problem: core.Problem) -> None:
    values = values_of(core.Timeline(problem)[0])
    for name, other in copies(problem).items():
        np.testing.assert_array_equal(values[name], values[other])


def test_an_idle_unit_and_a_slope_are_worked_out_too() -> None:
    text = render(solve([core.Timeline(exercise_2())[0]]), "md")
    assert "z₁[3,1] = f₁(s₁[3,1])\n        = max(0, -0.442)\n        = 0\n" in text
    assert "f₁'(s₁[3,1]) = [s₁[3,1] > 0]\n             = [-0.442 > 0]\n             = 0\n" in text
    step = core.Timeline(random_problem(0, (2, 2, 1), activation="tanh"))[0]
    assert re.search(r"f₁'\(s₁\[\d,\d\]\) = 1 - z₁\[\d,\d\]²\n +[=≈] 1 - \S+²\n", render(solve([step]), "md"))


def test_the_name_of_a_function_is_text_in_latex() -> None:
    text = render(solve([core.Timeline(random_problem(0, (2, 2, 1), activation="leaky_relu"))[0]]), "latex")
    assert r"\item leaky\_relu: $f_{1}(s) = \max(0, s) - 0.01 \max(0, -s)$" in text
    assert r"the sum of the samples' losses" in text


def test_a_single_term_is_not_left_out() -> None:
    for inputs, left in ((9, False), (10, True)):
        text = render(solve([core.Timeline(random_problem(1, (inputs, 1), rows=30, bias=False))[0]]), "md")
        forward = text.split("### Forward")[1].split("### Loss")[0]
        assert ("(2 smaller)" in forward) == left
        assert "(1 smaller)" not in text


def named(name: str) -> core.Step:
    return core.Timeline(exercise_2(name=name, input_names=(name, "b")))[0]


@pytest.mark.parametrize("name", [NASTY, WORST])
def test_a_name_stays_text_in_markdown(name: str) -> None:
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(render(solve([named(name)]), "md"))
    heading = tokens[1]
    assert heading.content
    assert "".join(child.content for child in heading.children or ()) == f"{name}: step 0, worked out"
    assert {child.type for child in heading.children or ()} <= {"text", "text_special"}
    assert not any("html" in token.type for token in tokens)
    # A dollar sign begins no maths where it follows a backslash.
    assert not re.search(r"(?<!\\)\$", render(solve([named(name)]), "md"))


@pytest.mark.parametrize("name", [NASTY, WORST])
def test_a_name_stays_text_in_html(name: str) -> None:
    page = read_html(render(solve([named(name)]), "html"))
    assert page.title == f"{name}: step 0, worked out"
    assert "script" not in page.tags


@pytest.mark.parametrize("name", [NASTY, WORST])
def test_a_name_stays_text_in_latex(name: str) -> None:
    text = render(solve([named(name)]), "latex")
    assert text.isascii()
    title = text.split(r"\section*{")[1].split(": step 0")[0]
    plain = title.replace(r"\'{e}", "é").replace(r"$\delta$", "δ").replace("''", '"')
    for character, command in sorted(SPECIAL.items(), key=lambda item: -len(item[1])):
        plain = plain.replace(command, character) if len(command) > 2 else plain
    assert re.sub(r"\\([{}$&#_%])", r"\1", plain.replace("\\\\", "\0")).replace("\0", "\\\\") == name
    assert not re.search(r"\\input\b", text)


@pytest.mark.parametrize("format", sorted(WRITERS))
def test_a_file_needs_nothing_from_elsewhere(format: str) -> None:
    text = render(solve([core.Timeline(exercise_2())[0]]), format)
    assert "http" not in text
    assert "src=" not in text
    assert re.findall(r"\\usepackage(?:\[.*\])?\{(.*)\}", text) == (["amsmath"] if format == "latex" else [])


def test_steps_go_into_one_file() -> None:
    timeline = core.Timeline(exercise_2())
    text = render(solve([timeline[1], timeline[2]]), "md")
    assert "# exercise 2: steps 1 to 2, worked out" in text
    assert text.count("## Formulas") == 1
    assert "## Step 1" in text
    assert "## Step 2" in text


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, step = tmp_path / "solution.html", core.Timeline(exercise_2())[0]
    core.write_solution(step, path, "html")
    before = path.read_bytes()

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(OSError, match="No space"):
        core.write_solution(step, path, "html", digits=3)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


LATEX = shutil.which("pdflatex")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def varied() -> list[core.Step]:
    """A step of every kind: each loss, one output and several, biases, mini-batches, large matrices."""
    return [
        named(WORST),
        core.Timeline(random_problem(2, (3, 4, 2), loss=core.SoftmaxHinge(0.5), bias=True, reduction="mean"))[1],
        core.Timeline(random_problem(3, (2, 3, 2, 1), loss=core.SoftmaxCrossEntropy(), batch_size=2))[2],
        core.Timeline(random_problem(4, (3, 3), loss=core.SoftmaxMargin(0.5), freeze=True))[0],
        core.Timeline(random_problem(1, (20, 15, 3), rows=30, loss=LOSSES[1], bias=True))[0],
    ]


@pytest.mark.skipif(LATEX is None, reason="there is no pdflatex here")
@pytest.mark.parametrize(("kind", "digits"), [(0, 6), (1, 12), (2, 6), (3, 2), (4, 6)])
def test_the_latex_compiles(kind: int, digits: int, tmp_path: Path) -> None:
    (tmp_path / "solution.tex").write_text(render(solve([varied()[kind]], digits), "latex"), encoding="ascii")
    command = [str(LATEX), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "solution.tex"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=60, check=False)
    log = run.stdout.decode("utf-8", "replace")
    assert run.returncode == 0, log[-2000:]
    assert (tmp_path / "solution.pdf").stat().st_size > 10_000
    wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)]
    assert max(wide, default=0) < 20


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.parametrize(("kind", "digits"), [(0, 12), (1, 4), (2, 6)])
def test_the_numbers_in_a_browser(kind: int, digits: int, tmp_path: Path) -> None:
    step = varied()[kind]
    path = tmp_path / "solution.html"
    core.write_solution(step, path, "html", digits)
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += ["--disable-background-networking", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
    run = subprocess.run([*command, path.as_uri()], capture_output=True, timeout=60, check=True)
    page = read_html(run.stdout.decode("utf-8"))
    assert page.title == f"{step.problem.name}: step {step.index}, worked out"
    assert "script" not in page.tags
    assert_right(page.found, step, whole=False)


def test_a_problem_without_a_name_has_a_solution() -> None:
    step = core.Timeline(replace(exercise_2(), name="\x1b[31m\n"))[0]
    for format in WRITERS:
        assert "\x1b" not in render(solve([step]), format)
