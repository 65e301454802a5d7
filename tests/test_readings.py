"""What people write in formulas and as keys, in the spelling of their course or book, and what it is read as."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

import core


def step_of(problem: str, index: int = 0, **options: Any) -> core.Step:
    return core.Timeline(core.load_problem(problem, options))[index]


def verdicts(step: core.Step, **formulas: str) -> list[bool]:
    """Whether each of the formulas is right, in the order of the quantities."""
    report = core.check_answers({}, step, formulas=formulas)
    assert report.unreadable == ()
    return [formula.right for formula in report.formulas]


class TestScores:
    def test_o_is_the_output_under_a_hinge_on_scores(self) -> None:
        assert verdicts(step_of("svm"), sample_losses="Σ_(j≠y) max(0, o_j - o_y + m)") == [True]
        assert verdicts(step_of("svm"), sample_losses="Σ_(j≠y) max(0, o_y - o_j + m)") == [False]


class TestVelocities:
    def test_formulas_of_velocities_that_are_steps_are_followed_in_every_layer(self) -> None:
        step = step_of("exercise-2", 1, update="momentum")
        own = {
            f"{name}_{layer}_next": text.format(layer)
            for layer in ("1", "out")
            for name, text in (("vW", "mu*vW_{0} - alpha*dW_{0}"), ("W", "W_{0} + vW_{0}_next"))
        }
        assert verdicts(step, **own) == [True] * 4
        (convention,) = core.check_answers({}, step, formulas=own).conventions
        assert convention.text.startswith("your velocities are v = μ v - α ∂W")

    def test_without_the_rate_they_are_wrong_all_the_same(self) -> None:
        step = step_of("exercise-2", 1, update="momentum")
        own = {"vW_1_next": "mu*vW_1 - dW_1", "W_1_next": "W_1 + vW_1_next", "W_out_next": "W_out + vW_out_next"}
        assert verdicts(step, **own)[0] is False


class TestBuffers:
    @pytest.mark.parametrize(
        ("update", "name", "keys"),
        [
            ("momentum", "vW_1_next", ("vW1_new", "v_W_1+", "vW_1_next", "v_{W_1}^{t+1}", "velocity_W1_next")),
            ("adam", "mW_1_next", ("mW_1+", "mW1_new", "m_W1_next")),
            ("adam", "nW_1_next", ("vW1_new", "nW1_next", "v_W_1+")),
            ("adam", "mhatW_1", ("mhatW1", "m_hat_W1", "mhat_W_1", "m̂W1")),
            ("adam", "nhatW_out", ("v_hat_W_out", "vhatW2", "nhatW2")),
        ],
    )
    def test_a_key_means_the_one_that_it_can_mean(self, update: str, name: str, keys: tuple[str, ...]) -> None:
        step = step_of("xor", 1, update=update)
        for key in keys:
            assert core.check_answers({key: step.values[name].tolist()}, step).names == (name,)

    def test_the_one_before_the_step_is_given(self) -> None:
        with pytest.raises(core.ProblemError, match='vW_1 is given, not computed; after the step it is "vW_1_next"'):
            core.check_answers({"vW1": 1}, step_of("xor", 1, update="momentum"))

    @pytest.mark.parametrize(
        ("name", "keys"),
        [("data_loss", ("L_data", "data_loss", "ℒ_data")), ("penalty", ("omega", "Omega", "Ω", "reg_loss", "penalty"))],
    )
    def test_the_parts_of_a_penalised_loss(self, name: str, keys: tuple[str, ...]) -> None:
        step = step_of("exercise-2", l2=0.1)
        for key in keys:
            assert core.check_answers({key: float(step.values[name])}, step).names == (name,)

    def test_an_update_is_about_its_own_parameter(self) -> None:
        step = step_of("xor", 1, update="adam")
        own = {
            "mW_1_next": "beta_1*m + (1-beta_1)*dW",
            "nb_out_next": "beta_2*v + (1-beta_2)*db^2",
            "mhatW_1": r"m_{W_1}^{+}/(1-\beta_1^t)",
            "W_1_next": r"W - \eta \hat{m}_{W_1}/(\sqrt{\hat{v}_{W_1}} + \epsilon)",
        }
        assert verdicts(step, **own) == [True] * 4
        assert verdicts(step_of("xor"), W_1_next="W - alpha dW", b_out_next=r"b - \alpha \nabla_b") == [True] * 2


class TestLeftSides:
    @pytest.mark.parametrize(
        "left",
        [
            r"\partial\mathcal{L}/\partial W_{1}",
            r"\partial L / \partial W_1",
            r"\frac{\partial\mathcal{L}}{\partial W_{1}}",
            r"\nabla_{W_1} \mathcal{L}",
            r"\nabla_{W_1} L",
            r"\frac{dL}{dW_1}",
            r"\nabla_{W_1}",
            "∇_W₁",
            "∇W_1",
        ],
    )
    def test_the_gradient_as_it_is_printed(self, left: str) -> None:
        right = r" = X_{\mathrm{in}}^{\mathsf{T}} \delta_{1}"
        assert verdicts(step_of("xor"), dW_1=left + right) == [True]
        with pytest.raises(core.ProblemError, match="it begins with"):
            core.check_answers({}, step_of("xor"), formulas={"dW_out": left + right})

    def test_the_parts_of_a_penalised_loss(self) -> None:
        step = step_of("exercise-2", l2=0.1)
        assert verdicts(step, loss=r"\mathcal{L} = \mathcal{L}_{\mathrm{data}} + \Omega") == [True]
        assert verdicts(step, data_loss=r"\mathcal{L}_{\mathrm{data}} = \sum \ell") == [True]


class TestEntrywise:
    def test_numbers_of_a_sample_are_multiplied_as_such(self) -> None:
        step = step_of("xor", loss="binary_cross_entropy", reduction="mean")
        own = {
            "sample_losses": r"-(y_i \ln \hat{y}_i + (1-y_i)\ln(1-\hat{y}_i))",
            "loss": r"-\frac{1}{n}\sum_i [y_i \log \hat{y}_i + (1-y_i)\log(1-\hat{y}_i)]",
        }
        assert verdicts(step, **own) == [True] * 2
        assert verdicts(step, sample_losses=r"-y_i \ln \hat{y}_i") == [False]

    @pytest.mark.parametrize(
        "text",
        [
            "np.outer(delta_out, W_out) * (s1>0)",
            r"\delta_{out} W_{out}^T \circ 1[s_1>0]",
            "δ_out W_outᵀ ⊙ 1[s₁ > 0]",
            "np.outer(delta_out, W2) * (s1 > 0)",
            r"\delta_{out} W_{out}^\top \odot \mathbb{1}_{s_1>0}",
            r"\delta_{out} W_{out}^\top \circ 1_{s_1 \gt 0}",
            r"\delta_{out} W_{out}^T \circ \mathbf{1}_{\{s_1 > 0\}}",
        ],
    )
    def test_the_slope_of_a_relu(self, text: str) -> None:
        assert verdicts(step_of("exercise-2"), delta_1=text) == [True]

    def test_an_outer_product_of_one_sample(self) -> None:
        step = step_of("exercise-2", batch=1)
        assert verdicts(step, dW_out="np.outer(z_1, delta_out)") == [True]

    def test_what_an_array_is_asked_tells_numpy(self) -> None:
        step = step_of("xor", loss="binary_cross_entropy", reduction="mean")
        bce = "-sum(y * log(yhat) + (1-y) * log(1-yhat)) / {}"
        assert [verdicts(step, loss=bce.format(n)) for n in ("y.shape[0]", "len(y)")] == [[True]] * 2
        assert verdicts(step_of("exercise-2"), z_1="s_1 * (s_1 >= 0)") == [True]
        assert verdicts(step_of("exercise-2"), dW_1="X' * delta_1 / len(X) * n") == [True]


class TestFunctions:
    @pytest.mark.parametrize(
        "text", ["s_1.clip(min=0)", "np.clip(s_1,0,None)", "s_1.clamp(0)", "np.clip(s_1, a_min=0)"]
    )
    def test_a_clipped_sum_is_a_relu(self, text: str) -> None:
        assert verdicts(step_of("exercise-2"), z_1=text) == [True]

    def test_another_bound_is_another_function(self) -> None:
        for text in ("np.clip(s_1, 0, 1)", "s_1.clip(max=0)", "np.clip(s_1, 1, None)"):
            with pytest.raises(core.ProblemError, match="expected something, 0 and None"):
                core.check_answers({}, step_of("exercise-2"), formulas={"z_1": text})

    def test_a_division_entry_by_entry(self) -> None:
        assert verdicts(step_of("xor"), y_out="1 ./ (1 + exp(-s_out))") == [True]

    def test_other_logarithms_are_named(self) -> None:
        step = step_of("xor", loss="binary_cross_entropy")
        with pytest.raises(core.ProblemError, match="log10 is another function than log, the natural logarithm"):
            core.check_answers({}, step, formulas={"sample_losses": "-log10(y_out)"})


class TestEpsilon:
    @pytest.mark.parametrize("epsilon", ["epsilon", "1e-8"])
    @pytest.mark.parametrize("alpha", ["alpha", "0.001"])
    def test_a_small_epsilon_counts(self, alpha: str, epsilon: str) -> None:
        step = step_of("exercise-2", 1, update="adam", lr=0.001)
        right, slip, inside = (
            f"W_1 - {alpha}*mhatW_1/{below}"
            for below in (f"(sqrt(nhatW_1) + {epsilon})", "sqrt(nhatW_1)", f"sqrt(nhatW_1 + {epsilon})")
        )
        assert [verdicts(step, W_1_next=text) for text in (right, slip, inside)] == [[True], [False], [False]]

    @pytest.mark.parametrize("name", ["W_1_next", "b_1_next", "mhatW_1", "dW_1", "loss"])
    def test_a_bare_letter_of_a_buffer_ends_no_check(self, name: str) -> None:
        step = step_of("xor", 1, update="adam")
        assert verdicts(step, **{name: r"W_1 - \alpha m_{W_1}/(\sqrt{v_{W_1}}+\epsilon)"}) == [False]
        with suppress(core.ProblemError):
            assert verdicts(step, **{name: r"W_1 - \alpha m/(\sqrt{v}+\epsilon)"}) == [False]


def test_the_gradient_that_a_program_keeps_with_its_weights() -> None:
    assert verdicts(step_of("xor"), W_1_next="W_1 -= lr * W1.grad", b_1_next="b1 - lr * b1.grad") == [True] * 2
    assert verdicts(step_of("xor"), W_1_next="W_1 - lr * W2.grad") == [False]


@pytest.mark.parametrize("text", ["m * delta_out * m / n", "X_in' * m + m*v", "m .* v / (1 + m)"])
def test_a_margin_that_there_is_none_of_is_no_buffer(text: str) -> None:
    step = step_of("svm", 1, update="adam", loss="softmax_cross_entropy")
    with pytest.raises(core.ProblemError, match='unknown "m"'):
        core.check_answers({}, step, formulas={"dW_out": text})
    assert verdicts(step, W_out_next=text) == [False]


class TestSumsOverSamples:
    @pytest.mark.parametrize("text", [r"\sum_i x_i^T \delta_{1,i}", r"\sum_{i=1}^{n} X_i^T \delta_1", "Σ_i x_iᵀ δ_1"])
    def test_the_sum_of_the_samples_products_is_the_matrix_product(self, text: str) -> None:
        assert verdicts(step_of("exercise-2"), dW_1=text) == [True]

    def test_a_sum_of_the_matrix_product_does_not_belong(self) -> None:
        assert verdicts(step_of("exercise-2"), dW_1="Σ X_in' * delta_1") == [False]

    def test_fractions_of_two_digits(self) -> None:
        assert verdicts(step_of("exercise-2"), loss=r"\frac12 \sum_i (y_i - t_i)^2") == [True]
        assert verdicts(step_of("exercise-2"), loss=r"\frac 2 3 \sum_i (y_i - t_i)^2") == [False]

    def test_a_large_delta_is_the_margin(self) -> None:
        assert verdicts(step_of("svm"), sample_losses=r"\sum_{j\neq y} \max(0, o_j - o_y + \Delta)") == [True]

    def test_behind_a_transpose_numpys_product_stays_entrywise(self) -> None:
        own = {"dW_out": "z_1.T @ delta_out", "dW_1": "X_in.T * delta_1"}
        assert verdicts(step_of("exercise-2"), **own) == [True, False]
