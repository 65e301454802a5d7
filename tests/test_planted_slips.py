"""One slip is one slip: planted anywhere, carried on in full or as written, with numbers left out on the way."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import core
from answer_sheets import ROUNDINGS, answers_of, as_printed, carried_on, decimals, nested, plainly, significant
from core.computation import values_of
from samples import exercise_2, random_problem

KINDS = ("sign", "decimal point", "digit inserted", "digit dropped", "digits swapped")


def step_0(problem: core.Problem | None = None) -> core.Step:
    return core.Timeline(problem or exercise_2())[0]


def only_slip(answers: dict[str, Any], step: core.Step | None = None) -> core.Slip:
    report = core.check_answers(answers, step or step_0())
    assert len(report.slips) == 1, report.slips
    return report.slips[0]


def exact(text: str) -> list[Decimal]:
    return [Decimal(number) for number in text.split()]


def planted(text: str, kind: str) -> list[str]:
    """What becomes of a number's digits behind the first that counts, in writing it down."""
    first = next(i for i, c in enumerate(text) if c in "123456789")
    digits = [i for i in range(first, len(text)) if text[i].isdigit()]
    if kind == "sign":
        return [str(-Decimal(text))]
    if kind == "decimal point":
        return [str(Decimal(text).scaleb(places)) for places in (-1, 1)]
    if kind == "digit inserted":
        return [f"{text[:i]}{d}{text[i:]}" for i in digits[1:] for d in "0123456789"]
    if kind == "digit dropped":
        return [f"{text[:i]}{text[i + 1 :]}" for i in digits[1:-1]]
    return [
        f"{text[:i]}{text[j]}{text[i + 1 : j]}{text[i]}{text[j + 1 :]}"
        for i, j in pairwise(digits)
        if text[i] != text[j]
    ]


class TestSlipsOfThePen:
    @pytest.mark.parametrize(
        ("key", "text", "kind", "words"),
        [
            ("s_out[2]", "0.011251", "digits swapped", "the digits 5 and 1 are swapped"),
            ("s_out[1]", "0.09895", "digits swapped", "the digits 9 and 5 are swapped"),
            ("dW_1[1,1]", "-0.0134251", "digit dropped", "a digit 5 is missing"),
            ("W_out_next[3]", "0.05474867", "digits swapped", "the digits 8 and 6 are swapped"),
            ("delta_1[2,3]", "-0.8899", "decimal point", "a decimal point slip"),
        ],
    )
    def test_what_reproduces_most_digits_is_named(self, key: str, text: str, kind: str, words: str) -> None:
        step = step_0()
        slip = only_slip({key: Decimal(text)}, step)
        assert slip.kind == kind
        assert words in slip.text

    @pytest.mark.parametrize(("text", "kind"), [("0.005495", "digits swapped"), ("0.0059345", "digit inserted")])
    def test_it_is_read_with_as_many_digits_as_the_others_have(self, text: str, kind: str) -> None:
        slip = only_slip({"s_out": exact(f"0.098590 0.011215 0.063360 {text}")})
        assert slip.kind == kind

    def test_the_other_reading_is_told_as_well(self) -> None:
        assert only_slip({"delta_1[2,3]": Decimal("-0.8899")}).others == ("a digit 0 is missing",)

    @pytest.mark.parametrize("kind", KINDS)
    @pytest.mark.parametrize("in_full", [True, False])
    @given(data=st.data(), seed=st.integers(0, 10_000))
    def test_it_is_the_only_one_and_named(self, kind: str, in_full: bool, data: st.DataObject, seed: int) -> None:
        step = step_0(random_problem(seed=seed, sizes=(2, 3, 3, 2), rows=3, activation="sigmoid", learning_rate=0.3))
        write = significant(data.draw(st.integers(5, 8)), data.draw(st.sampled_from(ROUNDINGS)))
        name = data.draw(st.sampled_from([q.name for q in plainly(step)]))
        right = values_of(step)[name]
        place = tuple(data.draw(st.integers(0, size - 1)) for size in right.shape)
        assume(1e-3 < abs(right[place]) < 10)
        candidates = planted(f"{write(float(right[place])):f}", kind)
        assume(candidates)  # 1.1111 has no digits to swap
        wrong = Decimal(data.draw(st.sampled_from(candidates)))
        key = f"{name}[{','.join(str(i + 1) for i in place)}]" if place else name
        assume(not core.check_answers({key: wrong}, step).right)

        def slip(v: dict[str, Any]) -> Any:
            values = v[name].copy()
            values[place] = float(wrong)
            return values

        values = carried_on(step, name, slip, None if in_full else lambda v: wrong if v == float(wrong) else write(v))
        answers = answers_of(values, step, write if in_full else as_printed)
        whole: Any = answers[name]
        if place:
            for i in place[:-1]:
                whole = whole[i]
            whole[place[-1]] = wrong
        else:
            answers[name] = wrong
        report = core.check_answers(answers, step)
        assume(report.slips)  # what is left open by the rounding of earlier numbers may hide it
        assert len(report.slips) == 1, report.slips
        found = report.slips[0]
        assert (found.name, found.cells) == (name, (tuple(i + 1 for i in place),))
        assert found.kind in KINDS, found


class TestSlipsCarriedOnInFull:
    def test_a_number_that_looks_right_after_a_slip_hands_it_on(self) -> None:
        sheet = {
            "s_out": exact("0.09859 0.011215 0.0633605 0.005945"),
            "delta_out": exact("-0.90141 -0.988785 1.06336 1.005945"),
            "delta_1[3]": exact("0 0 0.095702445"),
            "dW_out": exact("-0.4117839 -0.8238095 0.0705066"),
        }
        assert only_slip(sheet).cells == ((3, 1),)


class TestSlipsInWhatWasLeftOut:
    def test_one_in_a_quantity_that_two_others_follow_from_is_one(self) -> None:
        sheet = {
            "dW_out": exact("-0.823568 -1.64762 0.141013"),
            "dW_1": [exact("-0.026905 -0.0403575 -0.30084"), exact("-0.0328346 -0.0492519 0.0144217")],
        }
        slip = only_slip(sheet)
        assert (slip.name, slip.kind) == ("dW_out", "half left out")
        assert slip.text.endswith("(in delta_out)")

    def test_one_in_a_quantity_of_which_a_part_was_written_is_one(self) -> None:
        sheet = {
            "sample_losses[2]": Decimal("0.97769"),
            "loss": Decimal("3.93289"),
            "delta_out[2]": Decimal("-1.97757"),
            "dW_out": exact("-0.823568 -1.64762 0.141013"),
        }
        report = core.check_answers(sheet, step_0())
        assert (report.slips, [convention.kind for convention in report.conventions]) == ((), ["half left out"])

    @pytest.mark.parametrize("reduction", ["sum", "mean"])
    def test_a_half_where_the_problem_has_none_is_one_convention(self, reduction: str) -> None:
        settings = {"loss": core.SquaredError(half=False), "activation": "tanh", "reduction": reduction}
        step = step_0(random_problem(seed=2, sizes=(2, 3, 2), rows=3, **settings))
        halves = {name: values_of(step)[name] / 2 for name in ("sample_losses", "loss", "delta_out", "dW_out", "dW_1")}
        write = significant(6, ROUNDINGS[1])
        report = core.check_answers({name: nested(value, write) for name, value in halves.items()}, step)
        assert (report.slips, [convention.kind for convention in report.conventions]) == ((), ["half put in"])
        # In the loss alone it is a slip.
        only_slip({name: nested(halves[name], write) for name in ("sample_losses", "loss")}, step)
        right = nested(values_of(step)["delta_out"], write)
        only_slip({"sample_losses": nested(halves["sample_losses"], write), "delta_out": right}, step)

    @pytest.mark.parametrize(("seed", "symbol"), [(1, "μ"), (21, "μ"), (7, "λ"), (24, "λ")])
    def test_another_constant_is_told_once_where_the_digits_leave_a_little_room(self, seed: int, symbol: str) -> None:
        """With two decimals, one quantity gives 0.624, and another 0.63."""
        settings = {"update": core.Momentum(0.8)} if symbol == "μ" else {"penalty": core.Penalty(l2=0.1)}
        problem = random_problem(seed, (2, 3, 2), rows=3, activation="tanh", learning_rate=0.3, **settings)
        step = core.Timeline(problem)[2 if symbol == "μ" else 0]
        v = step.values
        if symbol == "μ":
            velocities = [name for name in v if name.startswith("v") and name.endswith("_next")]
            wrong = {name: v[name] + (0.63 - 0.8) * v[name.removesuffix("_next")] for name in velocities}
        else:
            wrong = {name: v[name] + (0.23 - 0.1) * v[name[1:]] for name in v if name.startswith("dW")}
        write = decimals(2, ROUNDINGS[0])
        report = core.check_answers({name: nested(values, write) for name, values in wrong.items()}, step)
        assert [slip.text.split()[0] for slip in report.slips if slip.kind == "another number"] == [symbol]

    def test_a_sign_that_two_quantities_share_was_changed_before_both(self) -> None:
        values = values_of(step_0())
        write = significant(6, ROUNDINGS[1])
        slip = only_slip({name: nested(-values[name], write) for name in ("delta_1", "dW_out")})
        assert slip.text == "the sign is wrong (in delta_out)"

    @given(data=st.data(), seed=st.integers(0, 10_000), digits=st.integers(5, 8))
    def test_any_subset_of_a_sheet_with_one_slip_has_at_most_one(
        self, data: st.DataObject, seed: int, digits: int
    ) -> None:
        step = step_0(random_problem(seed=seed, sizes=(2, 3, 3, 2), rows=3, activation="sigmoid", learning_rate=0.3))
        name, slip = data.draw(
            st.sampled_from(
                [
                    ("delta_out", lambda v: 2 * v["delta_out"]),
                    ("delta_out", lambda v: -v["delta_out"]),
                    ("z_1", lambda v: v["s_1"]),
                    ("z_2", lambda v: v["s_2"]),
                    ("delta_2", lambda v: v["delta_out"] @ v["W_out"].T),
                    ("sample_losses", lambda v: 2 * v["sample_losses"]),
                ]
            )
        )
        write = significant(digits, data.draw(st.sampled_from(ROUNDINGS)))
        answers = answers_of(carried_on(step, name, slip), step, write)
        kept = data.draw(st.sets(st.sampled_from(list(answers)), min_size=1))
        report = core.check_answers({key: value for key, value in answers.items() if key in kept}, step)
        assert len(report.slips) <= 1, report.slips


class TestSlipsBesideRightNumbers:
    """The quantity before was written and is right, and yet another was used."""

    @pytest.mark.parametrize("name", ["s_out", "dW_out"])
    def test_s_used_in_place_of_z(self, name: str) -> None:
        step = step_0()
        v = values_of(step)
        value = v["s_1"] @ v["W_out"] if name == "s_out" else v["s_1"].T @ v["delta_out"]
        answers = answers_of(v, step, significant(8, ROUNDINGS[1]))
        answers = {key: answers[key] for key in ("s_1", "z_1", "delta_out")}
        slip = only_slip(answers | {name: nested(value, significant(6, ROUNDINGS[1]))}, step)
        assert (slip.name, slip.kind) == (name, "f left out")
        assert "s_1 stands for z_1" in slip.text

    @pytest.mark.parametrize(
        ("name", "loss", "kind"),
        [
            ("delta_out", core.SoftmaxHinge(), "diagonal only"),
            ("delta_out", core.SoftmaxHinge(), "sum for mean"),
            ("delta_out", core.SoftmaxCrossEntropy(), "sum for mean"),
            ("loss", core.SoftmaxCrossEntropy(), "sum for mean"),
        ],
    )
    def test_slips_at_the_start_of_the_way_back(self, name: str, loss: core.Loss, kind: str) -> None:
        step = step_0(random_problem(seed=5, sizes=(2, 3, 3), rows=10, loss=loss, reduction="mean"))
        v = values_of(step)
        answers = answers_of(v, step, significant(7, ROUNDINGS[1]))
        slope = step.problem.network.layers[-1].function.slope(v["s_out"])
        wrong = v["p"] * (1 - v["p"]) * v["dp"] * slope if kind == "diagonal only" else 10 * v[name]
        before = {key: answers[key] for key in ("p", "dp", "do", "sample_losses") if key in answers}
        slip = only_slip(before | {name: nested(wrong, significant(7, ROUNDINGS[1]))}, step)
        assert (slip.name, slip.kind) == (name, kind)

    @pytest.mark.parametrize(
        ("loss", "name", "wrong", "kind"),
        [
            (core.SoftmaxHinge(), "do", lambda v, _: v["dp"], "Jacobian left out"),
            (core.SoftmaxCrossEntropy(), "do", lambda v, _: v["dp"], "Jacobian left out"),
            (core.SoftmaxHinge(), "do", lambda v, _: v["p"] - v["y_gt"], "another loss"),
            (core.SoftmaxHinge(), "delta_out", lambda v, slope: (v["p"] - v["y_gt"]) * slope, "another loss"),
            (
                core.SoftmaxHinge(),
                "sample_losses",
                lambda v, _: -np.log((v["p"] * v["y_gt"]).sum(axis=1)),
                "another loss",
            ),
            (core.SoftmaxHinge(), "dp", lambda v, _: v["dterm"], "true class left out"),
            (
                core.SoftmaxHinge(),
                "dp",
                lambda v, _: v["dterm"] - v["y_gt"] * v["dterm"].any(axis=1)[:, None],
                "true class once",
            ),
            (core.SoftmaxHinge(), "sample_losses", lambda v, _: v["sample_losses"] + 0.5, "true class counted"),
            (core.SoftmaxCrossEntropy(), "do", lambda v, _: v["p"], "true class left out"),
            (core.SoftmaxCrossEntropy(), "dp", lambda v, _: -1 / v["p"], "indicator left out"),
            (core.SoftmaxHinge(), "dz_1", lambda v, _: v["delta_1"], "derivative too many"),
            (
                core.SoftmaxHinge(),
                "p",
                lambda v, _: np.exp(v["y_out"]) / np.exp(v["y_out"]).sum(axis=0),
                "softmax over samples",
            ),
            (core.SoftmaxHinge(), "p", lambda v, _: np.exp(v["y_out"]) / np.exp(v["y_out"]).sum(), "softmax over all"),
        ],
    )
    def test_slips_at_a_loss_of_probabilities(self, loss: core.Loss, name: str, wrong: Any, kind: str) -> None:
        step = step_0(random_problem(seed=5, sizes=(2, 3, 3), rows=5, loss=loss, activation="tanh"))
        v = values_of(step)
        answers = answers_of(v, step, significant(7, ROUNDINGS[1]))
        after = wrong(v, step.problem.network.layers[-1].function.slope(v["s_out"]))
        # The right numbers around it, so that but one of them is wrong.
        slip = only_slip(answers | {name: nested(after, significant(7, ROUNDINGS[1]))}, step)
        assert (slip.name, slip.kind) == (name, kind)

    @pytest.mark.parametrize("reduction", ["sum", "mean"])
    @pytest.mark.parametrize("digits", [3, 6])
    @pytest.mark.parametrize("seed", range(1, 4))
    @pytest.mark.parametrize(
        ("kind", "count"),
        [
            ("true class once", lambda active, _: np.fmin(active, 1)),
            ("true class counted", lambda active, margin: active + (margin > 0)),
        ],
    )
    def test_slips_in_the_true_class_at_a_loss_of_scores(
        self, kind: str, count: Any, seed: int, digits: int, reduction: str
    ) -> None:
        """δ of the true class is minus the number of active terms: an oracle of its own counts them."""
        loss = core.Hinge(1.0)
        step = step_0(random_problem(seed, (2, 4, 3), rows=4, loss=loss, activation="identity", reduction=reduction))
        y, true = step.outputs, step.targets > 0
        terms = np.where(true, 0.0, y - y[true][:, None] + loss.margin > 0)
        share = 1 / len(y) if reduction == "mean" else 1.0
        delta = share * np.where(true, -count(terms.sum(axis=1), loss.margin)[:, None], terms)
        assert not np.allclose(delta, step.deltas[-1])
        slip = only_slip({"delta_out": nested(delta, significant(digits, ROUNDINGS[1]))}, step)
        assert (slip.name, slip.kind) == ("delta_out", kind)


class TestZeros:
    @pytest.mark.parametrize("key", ["loss", "delta_1[2,3]"])
    def test_a_zero_alone_says_zero(self, key: str) -> None:
        slip = only_slip({key: 0})
        assert slip.kind == ""

    def test_a_matrix_of_zeros_is_not_right(self) -> None:
        assert not core.check_answers({"delta_1": np.zeros((4, 3), dtype=int)}, step_0()).right
        assert core.check_answers({"delta_1[3]": [0, 0, "?"]}, step_0()).right

    def test_among_whole_numbers_it_may_be_cut_off(self) -> None:
        report = core.check_answers({"dW_out": [0, -1, 0]}, step_0())
        assert (report.slips, report.counts["coarse"]) == ((), 3)

    def test_a_digit_far_from_the_number_is_no_slip_of_the_point(self) -> None:
        assert only_slip({"W_out_next": exact("0.2 0.4 0.01")}).kind != "decimal point"

    @pytest.mark.parametrize("zero", ["0.0", "0.000", "0"])
    def test_a_zero_is_as_exact_as_the_numbers_beside_it(self, zero: str) -> None:
        slip = only_slip({"dW_1[1]": exact(f"-0.0134 {zero} -0.1504")})
        assert (slip.name, slip.cells) == ("dW_1", ((1, 2),))

    def test_the_zeros_of_an_array_are_zeros(self) -> None:
        step = step_0()
        assert core.check_answers({"delta_1": step.deltas[0]}, step).right
        report = core.check_answers({"delta_1": np.zeros((4, 3))}, step)
        assert report.counts["slip"] == np.count_nonzero(step.deltas[0])

    def test_a_finger_too_many_on_one_number_makes_no_zero_finer(self) -> None:
        slip = only_slip({"s_out": exact("0.0912 0.01 0.06 0.00")})
        assert slip.cells == ((1, 1),)


class TestRoundingOnTheWay:
    """Numbers that were not written had been rounded."""

    def test_it_is_one_slip_and_named(self) -> None:
        dW_1 = [exact("-0.01344 -0.02015 -0.1504"), exact("-0.016395 -0.024595 0.00723")]
        slip = only_slip({"dW_1": dW_1})
        assert (slip.kind, len(slip.cells)) == ("rounded early", 5)
        assert slip.text == "the result of intermediate numbers rounded to 4 decimals"

    def test_rounding_of_no_fixed_kind_is_one_slip_too(self) -> None:
        dW_1 = [exact("-0.013420 -0.020160 -0.150435"), exact("-0.016405 -0.024615 0.007230")]
        slip = only_slip({"dW_1": dW_1})
        assert (slip.kind, len(slip.cells)) == ("rounded early", 6)
        assert slip.text.startswith("about")

    def test_it_comes_behind_a_slip(self) -> None:
        dW_1 = [exact("-0.013420 -0.020160 -0.150435"), exact("-0.016405 -0.024615 0.007230")]
        report = core.check_answers({"dW_1": dW_1, "W_out_next[3]": Decimal("0.5474687")}, step_0())
        assert [slip.kind for slip in report.slips] == ["decimal point", "rounded early"]

    def test_whoever_hands_in_half_of_what_they_rounded_has_made_hardly_any_other(self) -> None:
        rng = np.random.default_rng(3)
        sheets = others = 0
        for seed in range(120):
            problem = random_problem(
                seed=seed, sizes=(2, 3, 3, 2), rows=3, activation=("relu", "sigmoid", "tanh")[seed % 3]
            )
            step = step_0(problem)
            places = (decimals, significant)[seed % 2](int(rng.integers(3, 8)), ROUNDINGS[seed // 2 % 3])
            answers = answers_of(carried_on(step, "", lambda _: None, places), step, as_printed)
            report = core.check_answers({n: a for n, a in answers.items() if rng.random() < 0.5}, step)
            sheets += 1
            others += any(slip.kind not in ("rounded early", "last digit") for slip in report.slips)
            assert sum(slip.kind == "rounded early" for slip in report.slips) <= 1
        assert sheets == 120
        assert others <= 1

    def test_what_is_off_in_the_last_digit_is_said_so(self) -> None:
        assert only_slip({"s_out": exact("0.09859 0.01123 0.06336 0.00594")}).kind == "last digit"


class TestSlipsThatLeaveMuchOpen:
    def test_dead_units_do_not_split_a_slip(self) -> None:
        """Where somebody's own value is 0, what their digits leave open after a slip is not."""
        step = step_0(random_problem(seed=12, sizes=(3, 4, 3), rows=5, activation="relu", learning_rate=0.5))
        write = significant(3, ROUNDINGS[1])

        def slip(v: dict[str, Any]) -> Any:
            updated = v["W_out"] - 0.5 * v["z_1"].T @ v["delta_out"]
            return (v["delta_out"] @ updated.T) * (v["s_1"] > 0)

        found = only_slip(answers_of(carried_on(step, "delta_1", slip, write), step, as_printed), step)
        assert (found.name, found.kind) == ("delta_1", "updated weights")

    def test_a_number_on_the_far_side_of_what_follows_is_no_consequence(self) -> None:
        """Cutting off makes each product smaller: it leads from the true value towards 0, and not away from it."""
        step = step_0(random_problem(seed=2, sizes=(2, 3, 1), rows=1, activation="sigmoid"))
        cut = decimals(1, ROUNDINGS[0])
        z, delta = (np.vectorize(lambda x: float(cut(x)))(v) for v in (step.activations[0], step.deltas[1]))
        answers = {"z_1": nested(step.activations[0], cut), "delta_out": nested(step.deltas[1], cut)}
        true, rough = step.weight_gradients[1], z.T @ delta
        for place in np.ndindex(true.shape):
            key = f"dW_out[{place[0] + 1},{place[1] + 1}]"
            between, beyond = (true + rough)[place] / 2, 2 * rough[place] - true[place]
            assert not core.check_answers(answers | {key: round(between, 4)}, step).slips
            assert core.check_answers(answers | {key: round(beyond, 4)}, step).slips

    @pytest.mark.parametrize(
        ("activation", "digits", "seed"), [("sigmoid", 3, 37), ("sigmoid", 5, 56), ("tanh", 3, 13), ("tanh", 7, 53)]
    )
    def test_slopes_may_be_taken_from_z_as_it_was_rounded(self, activation: str, digits: int, seed: int) -> None:
        """δ by z (1 - z) or 1 - z², from the z that somebody wrote, where f'(s) has the digits of s."""
        step = step_0(random_problem(seed=seed, sizes=(2, 3, 3, 2), rows=3, activation=activation))

        def from_z(v: dict[str, Any]) -> Any:
            z = v["z_2"]
            return v["delta_out"] @ v["W_out"].T * (z * (1 - z) if activation == "sigmoid" else 1 - z**2)

        values = carried_on(step, "delta_2", from_z, significant(digits, ROUNDINGS[2]))
        assert not core.check_answers(answers_of(values, step, as_printed), step).slips


class TestMisreadInWhatWasLeftOut:
    @pytest.mark.parametrize(
        ("name", "slip", "left"),
        [
            ("s_2", lambda v: v["z_1"] @ v["W_2"].T, ("z_2", "delta_out")),
            ("delta_1", lambda v: v["delta_2"] @ v["W_2"] * v["z_1"] * (1 - v["z_1"]), ("delta_2", "dW_1")),
            ("dW_2", lambda v: v["z_1"] @ v["delta_2"], ("delta_2", "W_2_next")),
        ],
    )
    def test_a_matrix_turned(self, name: str, slip: Any, left: tuple[str, ...]) -> None:
        step = step_0(random_problem(seed=5, sizes=(2, 3, 3, 2), rows=3, activation="sigmoid", bias=False))
        answers = answers_of(carried_on(step, name, slip), step, significant(7, ROUNDINGS[1]))
        found = only_slip({key: answers[key] for key in left}, step)
        assert found.kind == "transposed"
        assert name in found.text


def test_numbers_that_lead_out_of_all_bounds_are_slips_like_any() -> None:
    step = step_0(random_problem(seed=1, sizes=(2, 3, 3, 2), rows=3, activation="relu", loss=core.SoftmaxHinge()))
    rng = np.random.default_rng(0)
    wrong = {q.name: nested(rng.normal(5, 2, q.values.shape), significant(4, ROUNDINGS[1])) for q in plainly(step)}
    for name, sizes in (("s_1", (1e300, -1e300, 1e308)), ("W_2_next", (-1e308, 1e308, 1e307))):
        report = core.check_answers({**wrong, name: [sizes] * 3}, step)
        assert report.counts["slip"] > 50
        assert report.first_slip is not None


class TestDigitsLeftOff:
    @pytest.mark.parametrize(
        ("key", "right", "wrong"),
        [
            ("delta_out[1]", ("-0.90141", "-0.9014", "-0.901", "-0.9", "-1"), ("-0.90142", "-0.902", "-0.8")),
            ("s_1[1,3]", ("0.704", "0.70", "0.7", "0.7040000"), ("0.703", "0.69", "0.6", "0.705", "0.71")),
            (
                "s_out[3]",
                ("0.06336", "0.0633", "0.0634", "0.06", "0.1"),
                ("0.0632", "0.0635", "0.062", "0.05"),
            ),
        ],
    )
    def test_a_whole_unit_less_is_not_cut_off(self, key: str, right: tuple[str, ...], wrong: tuple[str, ...]) -> None:
        for text in right:
            assert not core.check_answers({key: Decimal(text)}, step_0()).slips, text
        for text in wrong:
            assert core.check_answers({key: Decimal(text)}, step_0()).slips, text

    @pytest.mark.parametrize("text", ["0.457", "0.4579", "0.45799999"])
    def test_the_last_bits_of_a_number_are_not_what_is_cut_off(self, text: str) -> None:
        for s in (0.45799999999999996, 0.458, 0.45800000000000003):
            step = step_0(exercise_2(inputs=[[s]], targets=[[1]], network=core.Network([core.Layer([[1.0]])])))
            assert not core.check_answers({"s_out": Decimal(text)}, step).right

    @pytest.mark.parametrize("text", ["0.123456789012", "0.12345678901", "0.1234567890", "0.12345678"])
    def test_of_many_digits_the_very_double_may_be_cut_off(self, text: str) -> None:
        s = float(f"{text}99999")
        step = step_0(exercise_2(inputs=[[s]], targets=[[1]], network=core.Network([core.Layer([[1.0]])])))
        assert core.check_answers({"s_out": Decimal(text)}, step).right


class TestMoreKinds:
    @pytest.mark.parametrize(
        ("name", "slip", "changes", "kind", "words"),
        [
            ("s_2", lambda v: v["z_1"] @ v["W_2"], {"bias": True}, "bias left out", "the bias b_2 is left out"),
            ("z_1", lambda v: np.tanh(v["s_1"]), {}, "another function", "tanh is applied, where f_1 is sigmoid"),
            (
                "delta_1",
                lambda v: (v["delta_2"] @ v["W_2"].T) * (1 - v["z_1"] ** 2),
                {},
                "another function",
                "the derivative of tanh is taken, where f_1 is sigmoid",
            ),
            (
                "sample_losses",
                lambda v: np.maximum(v["p"] - (v["p"] * v["y_gt"]).sum(1, keepdims=True), 0).sum(1),
                {"loss": core.SoftmaxHinge(0.25)},
                "margin left out",
                "the margin m is left out",
            ),
        ],
    )
    def test_it_is_one_slip_and_named(
        self, name: str, slip: Any, changes: dict[str, Any], kind: str, words: str
    ) -> None:
        settings = {"sizes": (2, 3, 3, 3), "rows": 4, "activation": "sigmoid", "learning_rate": 0.3, "bias": False}
        step = step_0(random_problem(seed=3, **(settings | changes)))
        found = only_slip(answers_of(carried_on(step, name, slip), step, significant(7, ROUNDINGS[1])), step)
        assert (found.name, found.kind, found.text) == (name, kind, words)

    @pytest.mark.parametrize(("cell", "value"), [((1, 2), -0.8899), ((0, 1), 0.0270423), ((3, 0), 0.201189)])
    def test_one_wrong_number_in_what_was_left_out_is_one_slip(self, cell: tuple[int, int], value: float) -> None:
        def slip(v: dict[str, Any]) -> Any:
            values = v["delta_1"].copy()
            values[cell] = value
            return values

        answers = answers_of(carried_on(step_0(), "delta_1", slip), step_0(), significant(8, ROUNDINGS[1]))
        del answers["delta_1"]
        found = only_slip(answers)
        assert (found.name, found.kind, len(found.cells)) == ("dW_1", "one number before", 2)
        assert found.text.startswith(f"the result of one wrong number, delta_1[{cell[0] + 1},{cell[1] + 1}] of about")


class TestNumbersFromPython:
    def test_lists_of_numpy_numbers_and_single_precision_are_read(self) -> None:
        step = step_0()
        s_1 = step.pre_activations[0]
        for numbers in (list(s_1), [list(row) for row in s_1], s_1.astype(np.float32), tuple(map(tuple, s_1.tolist()))):
            assert core.check_answers({"s_1": numbers}, step).right
        assert core.check_answers({"loss": np.float64(step.loss), "s_out[1]": np.float32(0.09859)}, step).right

    def test_formulas_are_given_beside_them(self) -> None:
        report = core.check_answers({}, step_0(), formulas={"s_1": "X_in * W_1", "dW_1": "X_in * delta_1"})
        assert [formula.right for formula in report.formulas] == [True, False]

    @pytest.mark.parametrize("answers", [{}, {1: 2}, {"s_1": [["?"], 3]}, {"loss": np.float32("nan")}, {"loss": None}])
    def test_what_is_no_answer_is_told(self, answers: Any) -> None:
        with pytest.raises(core.ProblemError):
            core.check_answers(answers, step_0())

    def test_a_row_may_be_left_open(self) -> None:
        report = core.check_answers({"s_1": [[0.458, 0.869, 0.704], "?", "?", [0.1195, 0.1185, -0.044]]}, step_0())
        assert (report.right, report.counts["open"]) == (True, 6)


def test_a_number_of_the_wrong_sign_is_that_though_two_of_its_terms_cancel() -> None:
    step = step_0(random_problem(seed=1, sizes=(2, 3, 3, 2), rows=3, activation="sigmoid", learning_rate=0.3))
    answers = {name: np.round(step.values[name], 7) for name in ("delta_1", "db_1")}
    answers["db_1"][1] *= -1
    slips = core.check_answers({name: numbers.tolist() for name, numbers in answers.items()}, step).slips
    assert [(slip.name, slip.cells, slip.kind) for slip in slips] == [("db_1", ((2,),), "sign")]
