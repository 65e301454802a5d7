"""Answer sheets as people write them: their own names, fractions, commas and units, lines that are not TOML, arrays."""

from __future__ import annotations

import string
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import core
from tui import cli

HEAD = 'problem = "exercise-2"\n'
S_OUT = [0.09859, 0.011215, 0.06336, 0.005945]


def step_of(problem: str, **options: Any) -> core.Step:
    return core.Timeline(core.load_problem(problem, options))[0]


@pytest.fixture
def sheet(tmp_path: Path) -> Any:
    def report(text: str) -> core.CheckReport:
        path = tmp_path / "answers.toml"
        path.write_text(HEAD + text)
        return core.check_answers(path)

    return report


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "name"),
        [
            *[
                (key, "dW_1")
                for key in ("dW1", "grad_W_1", "gradW1", "dL_dW_1", "dL/dW_1", "dE/dW1", "W1.grad", "nabla_W1")
            ],
            *[(key, "W_1_next") for key in ("W_1_new", "W_1+", "W1_next", "new_W1", "W_1^{t+1}", "W_1(t+1)", "W₁⁺")],
            *[
                (key, "delta_1")
                for key in ("delta1", "δ1", "dZ1", "dL_ds1", "sigma_1", "σ_1", "d1", r"\delta_1", "∂ℒ/∂s_1")
            ],
            *[(key, "delta_out") for key in ("delta2", "delta_L", "dZ_2", "deltaout")],
            *[(key, "loss") for key in ("L", "loss", "J", "E", "cost", "ℒ")],
            *[(key, "s_1") for key in ("s1", "S_1", "Z1", "net1")],
            *[(key, "z_1") for key in ("z1", "A1", "h_1")],
            *[(key, "dz_1") for key in ("dz1", "dA1", "dL_dz_1", "dh1")],
            *[(key, "y_out") for key in ("ŷ", "y_hat", "y", "y_pred", "z_2", "A2")],
            ("db1", "db_1"),
            ("bias1_new", "b_1_next"),
        ],
    )
    def test_a_name_means_the_one_quantity_that_it_can_mean(self, key: str, name: str) -> None:
        step = step_of("xor")
        report = core.check_answers({key: step.values[name].tolist()}, step)
        assert (report.right, report.names) == (True, (name,))

    @pytest.mark.parametrize(
        ("key", "question"),
        [("a_1", '"a_1" can mean z_1 or s_1; write which'), ("dW", '"dW" can mean dW_1 or dW_out; write which')],
    )
    def test_an_ambiguous_name_is_asked_about(self, key: str, question: str) -> None:
        with pytest.raises(core.ProblemError, match=question):
            core.check_answers({key: 1}, step_of("xor"))

    def test_how_a_word_was_read_is_said(self, sheet: Any) -> None:
        report = sheet('[answers]\nsigma_1 = "?"\ns_out = [0.09859, 0.011215, 0.06336, 0.005945]\nL = 1.9664\n')
        assert report.right
        assert report.remarks == ("sigma_1 is read as delta_1", "L is read as loss")
        assert sheet("[formulas]\ndW_1 = 'X_in^T σ_1'\n").remarks == ("sigma_1 is read as delta_1",)
        assert sheet("[answers]\nloss = 1.9664\ndW1 = '?'\n").remarks == ()

    def test_a_cell_of_such_a_name(self) -> None:
        step = step_of("exercise-2")
        assert core.check_answers({"s1[1,2]": 0.869, "delta1[1]": ["?", "?", "?"]}, step).right

    def test_with_one_layer_no_number_is_needed(self) -> None:
        step = core.Timeline(core.Problem("one", [[1.0]], [[0.5]], core.Network([core.Layer([[2.0]])])))[0]
        assert core.check_answers({"dW": [[1.5]], "delta": 1.5, "s": 2}, step).right

    def test_the_gradients_formula_may_be_one_of_a_class(self) -> None:
        step = step_of("exercise-3")
        formulas = {"∂ℒ/∂o_j": "p_j (dp_j - Σ_k p_k dp_k)"}
        assert core.check_answers({}, step, formulas=formulas).right


class TestNumbers:
    @pytest.mark.parametrize(
        "text", ["0.869", "+0.869", ".869", "8.69e-1", "0.870", "869/1000", "1738 / 2000", " 0.869 "]
    )
    def test_numbers_that_are_texts(self, text: str) -> None:
        report = core.check_answers({"s_1[1,2]": text}, step_of("exercise-2"))
        assert report.right == (text != "0.870")

    def test_a_fraction_is_exact(self) -> None:
        problem = core.Problem("third", [[1.0]], [[0.0]], core.Network([core.Layer([[1 / 3]])]))
        step = core.Timeline(problem)[0]
        assert core.check_answers({"s_out": "1/3"}, step).right
        report = core.check_answers({"s_out": "1/30"}, step)
        assert [verdict.written for verdict in report.cells] == ["1/30"]
        assert not report.right
        assert not core.check_answers({"s_out": "-1/3"}, step).right

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("0,869", "write a decimal point: 0.869, not 0,869"),
            ("-1,5", "write a decimal point: -1.5, not -1,5"),
            ("0.869 V", 'expected a number alone, found "V" behind 0.869'),
            ("12 %", 'expected a number alone, found "%" behind 12'),
            ("1/0", 'expected a finite number, found "1/0"'),
            ("about 1", 'expected a number or "?", found "about 1"'),
        ],
    )
    def test_what_else_stands_there_is_named(self, value: str, message: str) -> None:
        with pytest.raises(core.ProblemError) as error:
            core.check_answers({"s_1[1,2]": value}, step_of("exercise-2"))
        assert error.value.mistakes == (f"answers.s_1[1,2]: {message}",)

    @pytest.mark.parametrize(
        "line",
        [
            "delta_out = [-0,90141, -0,988785, 1,06336, 1,005945]",
            "delta_out = [[-0,90141], [-0,988785], [1,06336], [1,005945]]",
            "delta_out = [-0,90141, -0,988785]",
            "W_out_next = [[0,2258, 0,1035]]",
            "s_out = [0,09859, 0,011215, 0,06336, 0,005945]",
            '"s_1[1]" = [0,458, 0,869, 0,704]',
        ],
    )
    def test_decimal_commas_are_no_two_numbers(self, sheet: Any, line: str) -> None:
        report = sheet(f"[answers]\nloss = 1.9664\n{line}\n")
        assert (report.slips, [verdict.name for verdict in report.cells]) == ((), ["loss"])
        (message,) = report.unreadable
        assert "write a decimal point: " in message

    def test_whole_numbers_are_no_commas(self) -> None:
        step = core.Timeline(core.Problem("whole", [[1.0, 2.0]], [[0.0]], core.Network([core.Layer([[1.0], [2.0]])])))[
            0
        ]
        report = core.check_answers({"dW_out": [5, 10], "s_out": 5}, step)
        assert report.right
        report = core.check_answers({"dW_out": [5, 100]}, step)
        assert [slip.name for slip in report.slips] == ["dW_out"]


class TestWhatCannotBeRead:
    def test_the_other_cells_of_its_quantity_are_judged(self) -> None:
        step = step_of("exercise-2")
        s_1 = [["0.458", "0.86g", "0.704"], [0.1205, 0.1615, 0.044], [-0.442, -0.181, -0.704], [0.1195, "?", -0.044]]
        report = core.check_answers({"s_1": s_1}, step)
        assert report.unreadable == ('answers.s_1: row 1, column 2: expected a number alone, found "g" behind 0.86',)
        assert [verdict.cell for verdict in report.cells if verdict.status == "open"] == [(1, 2), (4, 2)]
        assert [(slip.kind, slip.cells) for slip in report.slips] == [("sign", ((3, 3),))]
        assert len(report.cells) == 12

    def test_the_rest_is_judged(self, sheet: Any) -> None:
        report = sheet(
            "[answers]\nloss = 1.9664\ns_9 = 1\ns_1 = 1/3 m\nz_1 = [[0.458, 0.869\ns_out = [0.09859, ?, 0.06336, ?]\n"
            "δ_out = [-0.90141, ?, ?, ?]\n"
            "[formulas]\ndW_1 = X_in' * delta_1\ns_1 = 'X_in * ('\ndelta_1 = \"delta_out *\n"
        )
        assert [line.partition(":")[0] for line in report.unreadable] == [
            *("line 6", "answers.s_9", "answers.s_1", "formulas.s_1", "formulas.delta_1")
        ]
        assert 'a "]" is missing' in report.unreadable[0]
        assert report.names == ("s_out", "loss", "delta_out")
        assert [formula.right for formula in report.formulas] == [True]

    def test_lines_that_are_no_toml(self, sheet: Any) -> None:
        report = sheet(
            "[answers]\nδ_out = [-0.90141, ?, ?, ?]  # not yet\nW_1+ = ?\nL = 1.9664\ns_out = [\n  0.09859, 0.011215,\n"
            "  0.06336, 0.005945]\ndL/dW_out[1] = -0.41178\n[formulas]\ndW_1 = X_in' * delta_1\ns_1 = X_in W_1\n"
        )
        assert report.unreadable == ()
        assert set(report.names) == {"delta_out", "W_1_next", "loss", "s_out", "dW_out"}
        assert all(formula.right for formula in report.formulas)
        assert len(report.formulas) == 2

    def test_each_is_listed_with_its_place(self, sheet: Any) -> None:
        report = sheet("[answers]\nloss = 1.9664\nnonsense\ns_9 = 1\n[formulas]\ns_1 = 'X_in * ('\n")
        assert report.counts["right"] == 1
        assert not report.right
        assert [line.partition(":")[0] for line in report.unreadable] == ["line 4", "answers.s_9", "formulas.s_1"]

    def test_a_quantity_given_twice_counts_once(self) -> None:
        report = core.check_answers({"s_2": S_OUT, "s_out[1]": 1}, step_of("exercise-2"))
        assert report.unreadable == ("answers.s_out[1]: s_out was already given, at least in part",)
        assert report.counts["right"] == 4

    def test_with_nothing_left_the_sheet_is_unusable(self) -> None:
        with pytest.raises(core.ProblemError, match="there is no momentum here"):
            core.check_answers({}, step_of("xor"), formulas={"W_1_next": "W_1 - alpha dW_1 + beta * v"})

    def test_the_report_lists_it(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        path = tmp_path / "answers.toml"
        path.write_text(HEAD + "[answers]\nL = 1.9664\ns_9 = 1\n")
        assert cli.main(["check", str(path)]) == 1
        out = capsys.readouterr().out
        assert "read:\n  L is read as loss\n" in out
        assert 'could not be read:\n  answers.s_9: unknown "s_9"; did you mean "s_1"?\n' in out
        assert cli.main(["check", str(path), "--json"]) == 1
        assert '"unreadable": [\n    "answers.s_9: ' in capsys.readouterr().out


PIECES = [
    "[answers]",
    "[formulas]",
    "\n",
    "=",
    "[",
    "]",
    ",",
    "?",
    "1/3",
    "0,5",
    '"',
    "'",
    "#",
    "s_1",
    "δ_out",
    "L",
    "W_1+",
]
PIECES += ["X_in' * delta_1", "0.5 cm", "problem", "step = 0", '"""', "\\", "[[", "-", "1e5", " ", "dW1"]


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES) | st.text(string.printable + "δ⁺−", max_size=3), max_size=25))
def test_no_text_ends_in_a_traceback(tmp_path: Path, parts: list[str]) -> None:
    path = tmp_path / "answers.toml"
    path.write_text(HEAD + "[answers]\nloss = 1.9664\n" + "".join(parts), encoding="utf-8", newline="")
    with suppress(core.ProblemError):
        core.check_answers(path)


def backpropagated(step: core.Step, kind: Any, slip: bool = False) -> dict[str, Any]:
    """Somebody's own code for the xor network, in the precision of `kind`; with a slip, f' is forgotten."""
    x, w1, b1, w2, b2, y = (kind(step.values[name]) for name in ("X_in", "W_1", "b_1", "W_out", "b_out", "y_gt"))
    s1 = x @ w1 + b1
    z1 = np.tanh(s1)
    s2 = z1 @ w2 + b2
    out = 1 / (1 + np.exp(-s2))
    d2 = (out - y) * out * (1 - out)
    d1 = d2 @ w2.T * (1 if slip else 1 - z1**2)
    return {
        **{"s1": s1, "z1": z1, "s2": s2, "y_out": out, "L": kind(0.5) * np.sum((out - y) ** 2), "delta2": d2},
        **{"delta1": d1, "dW2": z1.T @ d2, "dW1": x.T @ d1, "db2": d2.sum(0), "db1": d1.sum(axis=0, keepdims=True)},
    }


class TestArrays:
    @pytest.mark.parametrize("kind", [np.float16, np.float32, np.float64])
    def test_right_arrays_are_right_in_the_precision_of_their_type(self, kind: Any) -> None:
        step = step_of("xor")
        report = core.check_answers(backpropagated(step, kind), step)
        assert report.slips == ()
        assert report.right
        assert len(report.names) == 11

    @pytest.mark.parametrize("kind", [np.float32, np.float64])
    def test_the_first_wrong_quantity_and_its_mistake_are_named(self, kind: Any) -> None:
        step = step_of("xor")
        report = core.check_answers(backpropagated(step, kind, slip=True), step)
        assert [(slip.name, slip.kind) for slip in report.slips] == [("delta_1", "derivative left out")]
        assert {verdict.status for verdict in report.cells if verdict.name in ("dW_1", "db_1")} == {"follows"}

    @pytest.mark.parametrize("kind", [np.float32, np.float64])
    def test_a_difference_above_the_precision_is_told(self, kind: Any) -> None:
        step = step_of("xor")
        arrays = backpropagated(step, kind)
        arrays["z1"] = arrays["z1"] * kind(1 + 1e-3)
        assert [slip.name for slip in core.check_answers({"z1": arrays["z1"]}, step).slips] != []

    def test_an_array_that_was_rounded_is_judged_by_its_digits(self) -> None:
        step = step_of("xor")
        assert core.check_answers({"z_1": step.values["z_1"].round(3)}, step).right
        assert not core.check_answers({"z_1": step.values["z_1"].round(3) + 0.002}, step).right

    def test_a_tensor_is_taken_as_it_is(self) -> None:
        class Tensor:
            """What is like one of PyTorch, which asks to be detached."""

            def __init__(self, array: Any) -> None:
                self.array = array

            def detach(self) -> Tensor:
                return self

            def cpu(self) -> Tensor:
                return self

            def numpy(self) -> Any:
                return self.array

        step = step_of("xor")
        assert core.check_answers({"W1.grad": Tensor(np.float32(step.values["dW_1"]))}, step).right

    def test_what_is_given_may_be_among_them(self) -> None:
        step = step_of("xor")
        arrays = {name: np.float32(step.values[name]) for name in ("X_in", "W_1", "b_1", "y_gt", "s_1")}
        report = core.check_answers({"X": arrays.pop("X_in"), "W1": arrays.pop("W_1"), **arrays}, step)
        assert (report.right, report.names, report.unreadable) == (True, ("s_1",), ())

    def test_another_than_what_is_given_is_told(self) -> None:
        step = step_of("xor")
        weights = np.float32(step.values["W_1"])
        weights[1, 2] += 1
        report = core.check_answers({"W1": weights, "s1": np.float32(step.values["s_1"])}, step)
        assert report.unreadable[0].startswith("answers.W1: W_1 is given, and this is another: W_1[2,3] is ")

    def test_weights_that_were_updated_in_place_are_those_after_the_step(self) -> None:
        step = step_of("xor")
        report = core.check_answers({"W1": np.float32(step.values["W_1_next"])}, step)
        assert (report.right, report.names) == (True, ("W_1_next",))
        assert report.remarks == ("W1 is read as W_1_next: it is what W_1 is after the step",)

    def test_what_is_no_number_is_told(self) -> None:
        step = step_of("xor")
        array = np.float32(step.values["z_1"])
        array[1, 2] = np.nan
        report = core.check_answers({"z_1": array, "s_1": step.values["s_1"]}, step)
        assert report.unreadable == ("answers.z_1: row 2, column 3: expected a finite number, found nan",)

    def test_large_arrays_are_taken(self) -> None:
        rng = np.random.default_rng(0)
        network = core.Network([core.Layer(rng.normal(size=(100, 80)) / 10)])
        step = core.Timeline(core.Problem("large", rng.normal(size=(8, 100)), rng.normal(size=(8, 80)), network))[0]
        assert core.check_answers({"dW": np.float32(step.values["dW_out"])}, step).counts["right"] == 8_000


class TestAFileOfArrays:
    @pytest.fixture
    def check(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
        def run(*words: str, step: int = 0, **arrays: Any) -> tuple[int, str, str]:
            found = core.Timeline(core.load_problem("xor"))[step]
            np.savez(tmp_path / "mine.npz", **(arrays or backpropagated(found, np.float32, slip=True)))
            status = cli.main(["check", str(tmp_path / "mine.npz"), *words])
            return status, *capsys.readouterr()

        return run

    @pytest.mark.parametrize("step", [0, 3])
    def test_the_problem_and_the_step_are_named_beside_it(self, check: Any, step: int) -> None:
        status, out, err = check("--problem", "xor", "--step", str(step), step=step)
        assert (status, err) == (1, "")
        assert f"XOR, step {step}\n1 slip in " in out
        assert "the derivative f_1'(s_1) is left out" in out

    def test_settings_of_the_problem_may_be_given(self, check: Any) -> None:
        step = step_of("xor", lr="0.1")
        assert check("--problem", "xor", "--lr", "0.1", W1_next=step.values["W_1_next"])[0] == 0

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ((), "expected the problem that these arrays are for: --problem NAME [--step N]"),
            (("--step", "1"), "--step: only with --problem; the answers name their own"),
            (("--problem", "xorr"), 'unknown "xorr"; did you mean "xor"?'),
            (("--problem", "xor", "--step", "x"), '--step: expected a whole number from 0 to 100000, found "x"'),
        ],
    )
    def test_what_is_wrong_is_said(self, check: Any, words: tuple[str, ...], message: str) -> None:
        status, out, err = check(*words)
        assert (status, out) == (2, "")
        assert message in err

    def test_a_damaged_file_and_python_objects_are_refused(self, check: Any, tmp_path: Path, capsys: Any) -> None:
        assert "expected a .npz file of arrays of numbers" in check("--problem", "xor", z_1=np.array([{}], object))[2]
        (tmp_path / "bad.npz").write_bytes(b"PK nothing")
        assert cli.main(["check", str(tmp_path / "bad.npz"), "--problem", "xor"]) == 2
        assert "expected a .npz file" in capsys.readouterr().err
