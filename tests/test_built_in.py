"""The problems that come with the program, and the starting weights that a problem may ask for."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

import core
from core.loading.initializers import initial_weights

GOLDEN = [0.9546611716005038, 0.1399590679027816, 0.7370712723623949]
GOLDEN_MATRIX = [
    [-0.9085612307409356, -0.250034307953939, 0.3166651409688672],
    [0.6978700330870395, -1.5472575430836875, -0.026132677844374494],
]


class TestBuiltIn:
    def test_exercise_2_is_the_sheet_of_paper(self) -> None:
        problem = core.load_problem("exercise-2")
        assert problem.inputs.tolist() == [[0.75, 0.8], [0.2, 0.05], [-0.75, 0.8], [0.2, -0.05]]
        assert problem.targets.tolist() == [[1], [1], [-1], [-1]]
        assert problem.network.layers[0].weights.tolist() == [[0.6, 0.7, 0], [0.01, 0.43, 0.88]]
        assert problem.network.layers[1].weights.tolist() == [[0.02], [0.03], [0.09]]
        assert [layer.activation for layer in problem.network.layers] == ["relu", "identity"]
        assert [layer.bias for layer in problem.network.layers] == [None, None]
        assert (problem.learning_rate, problem.batch_size, problem.reduction) == (0.5, None, "sum")
        assert problem.loss == core.SquaredError()
        assert f"{core.Timeline(problem)[1000].loss:.6g}" == "0.0162793"

    def test_xor_is_learned(self) -> None:
        problem = core.load_problem("xor")
        outputs = core.Timeline(problem)[1000].outputs
        assert np.abs(outputs - problem.targets).max() < 0.05

    def test_three_classes_is_learned_from_mini_batches(self) -> None:
        problem = core.load_problem("three-classes")
        assert (len(problem.inputs), problem.batch_size) == (60, 10)
        assert problem.target_names == ("amber", "blue", "coral")
        step = core.Timeline(problem)[600]
        layers = zip(step.weights, step.biases, problem.network.layers, strict=True)
        trained = core.Network([core.Layer(w, b, layer.activation) for w, b, layer in layers])
        right = trained.outputs(problem.inputs).argmax(axis=1) == problem.targets.argmax(axis=1)
        assert right.mean() >= 0.95

    def test_exercise_3_has_samples_with_no_one_and_two_active_terms_and_learns_them_all(self) -> None:
        problem = core.load_problem("exercise-3")
        assert problem.loss == core.SoftmaxHinge(margin=0.5)
        timeline = core.Timeline(problem)
        assert timeline[0].outputs.tolist() == [[2, 0, 0], [0, 1, -1], [2, 1, -1], [-2, 0, 0]]
        assert core.hinge_view(timeline[0]).active.sum(axis=1).tolist() == [0, 1, 2, 2]
        assert core.hinge_view(timeline[0], margin=0).at_kink.sum(axis=1).tolist() == [0, 0, 0, 1]
        assert timeline[50].loss == 0

    def test_why_the_max_learns_with_it_what_it_does_not_learn_without_it(self) -> None:
        problem = core.load_problem("why-the-max")
        view = core.hinge_view(core.Timeline(problem)[0])
        terms = view.terms[np.arange(5), 1 - view.classes]
        assert terms.tolist() == pytest.approx([-0.8, -0.8, -0.5, -0.5, 0.8], rel=1e-12)
        assert view.sample_losses.tolist() == pytest.approx([0, 0, 0, 0, 0.8], rel=1e-12)
        assert view.loss_without_max == pytest.approx(-1.8, rel=1e-12)

        hinge, without = core.Timeline(problem), core.Timeline(problem.with_loss(core.SoftmaxMargin(0)))

        def wrong(step: core.Step) -> list[int]:
            return np.flatnonzero(np.sign(step.outputs) != step.targets).tolist()

        assert [wrong(hinge[k]) for k in (0, 5, 1000)] == [[4], [], []]
        assert [wrong(without[k]) for k in (0, 5, 1000)] == [[4], [4], [4]]
        assert hinge[1000].loss == 0
        # The loss without the max falls all the same, while the sample that is wrong gets worse.
        assert without[1000].loss < without[5].loss < without[0].loss
        assert without[1000].sample_losses[4] > without[0].sample_losses[4]

    def test_each_says_in_a_line_what_it_is(self) -> None:
        problems = core.built_in_problems()
        assert list(problems) == [
            "blobs",
            "circles",
            "digits",
            "exercise-1",
            "exercise-2",
            "exercise-3",
            "iris",
            "moons",
            "sine",
            "spiral",
            "svm",
            "three-classes",
            "why-the-max",
            "xor",
        ]
        assert all(about.isascii() and about.isprintable() and about for about in problems.values())

    def test_a_name_nearly_right_is_guessed(self) -> None:
        with pytest.raises(core.ProblemError, match=r'^problem: unknown "exercise2"; did you mean "exercise-2"\?$'):
            core.load_problem("exercise2")

    def test_any_other_name_is_told_what_there_is(self) -> None:
        with pytest.raises(core.ProblemError, match=r"expected one of blobs, .*, or the path of a \.toml, \.csv"):
            core.load_problem("?")

    def test_mistakes_in_options_are_told_beside_an_unknown_name(self) -> None:
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem("exercise2", {"lr": "fast", "hidden": "8"})
        assert len(caught.value.mistakes) == 2


class TestInitializers:
    def test_a_seed_gives_the_same_weights_for_ever(self) -> None:
        # The figures follow from numpy's promise for the raw stream of PCG64.
        raw = np.random.PCG64(np.random.SeedSequence([3, 1])).random_raw(2)
        expected = [(2 * int(value >> 11) * 2.0**-53 - 1) * np.sqrt(6 / 3) for value in raw.tolist()]
        assert initial_weights("xavier", 2, 1, 3, 1).ravel().tolist() == pytest.approx(expected, rel=1e-15)
        assert initial_weights("xavier", 1, 3, 0, 1).ravel() == pytest.approx(GOLDEN, rel=1e-12)
        np.testing.assert_allclose(initial_weights("he", 2, 3, 5, 2), GOLDEN_MATRIX, rtol=1e-12)

    def test_a_built_in_problem_starts_with_the_same_weights_for_ever(self) -> None:
        first, last = core.load_problem("three-classes").network.layers
        assert first.weights[0, :3] == pytest.approx([-0.26046217053301, 0.17334849697492, 0.01182446586024], rel=1e-10)
        assert last.weights[1] == pytest.approx([-0.32935830019655, 0.47549643504586, -0.66506349770761], rel=1e-10)

    def test_layers_and_seeds_differ(self) -> None:
        draws = {tuple(initial_weights("he", 2, 2, seed, k).ravel()) for seed in (0, 1) for k in (1, 2)}
        assert len(draws) == 4

    def test_normal_weights_have_the_same_bits_for_ever(self) -> None:
        expected = [
            ["-0x1.ad9f55ce18973p-2", "-0x1.fa0751e0029d0p-2", "-0x1.e27453e932431p-4"],
            ["-0x1.4b21dd3272b80p-1", "0x1.945d6846d25fap-2", "-0x1.105090eba75b0p+0"],
        ]
        assert [[w.hex() for w in row] for row in initial_weights("normal", 2, 3, 5, 2).tolist()] == expected

    def test_normal_weights_are_distributed_as_they_should(self) -> None:
        """Against the distribution function of the standard library, by Kolmogorov and Smirnov's distance: 1.95/√n is
        passed once in a thousand times.
        """
        weights = np.sort(initial_weights("normal", 100, 100, 1, 1).ravel()) * np.sqrt(100)
        ranks = (np.arange(len(weights)) + 0.5) / len(weights)
        distance = np.abs(ranks - [NormalDist().cdf(w) for w in weights.tolist()]).max()
        assert distance < 1.95 / np.sqrt(len(weights))

    @pytest.mark.parametrize(
        ("name", "half_width"),
        [("xavier", np.sqrt(6 / 150)), ("he", np.sqrt(6 / 100)), ("uniform", np.sqrt(1 / 100))],
    )
    def test_weights_fill_their_range_evenly(self, name: str, half_width: float) -> None:
        weights = initial_weights(name, 100, 50, 0, 1) / half_width
        assert np.abs(weights).max() <= 1
        assert weights.mean() == pytest.approx(0, abs=0.03)
        assert (weights * weights).mean() == pytest.approx(1 / 3, abs=0.02)
