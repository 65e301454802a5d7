"""Data that come with the program: generated figures, iris and the digits."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.loading import datasets
from core.loading.datasets import GENERATED, generated
from core.loading.draws import Draws
from core.loading.same_bits import cosine_of_turns, logarithm

FIGURES = tuple(name for name in GENERATED if name != "sine")
BITS = [
    *("-0x1.281c6aab63a78p-2", "0x1.b2975273c1077p-1", "0x1.84c9b0a031eb0p-1"),
    *("-0x1.829c7f93fa536p-2", "-0x1.44d8005641980p-1", "0x1.c5e1041f05388p-1"),
]


def stray(name: str, points: np.ndarray[Any, Any], kind: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """How far points (n, 2) of classes (n,) are from their figure, by its equation."""
    x, y = points.T
    radius, angle = np.hypot(x, y), np.arctan2(y, x)
    if name == "circles":
        return np.abs(radius - np.where(kind == 0, 1, 0.5))
    if name == "moons":
        centre = np.where(kind[:, None] == 0, [0, 0], [1, 0.5])
        # The upper moon lies above its centre, the lower one below.
        side = np.where(kind == 0, 1, -1) * (points - centre)[:, 1]
        return np.abs(np.hypot(*(points - centre).T) - 1) + np.maximum(-side, 0)
    if name == "spiral":
        turns = 1.25 * (radius - 0.1) / 0.9 + kind / 2 - angle / (2 * np.pi)
        return np.abs(turns - np.round(turns)) + np.maximum(0.1 - radius, 0) + np.maximum(radius - 1, 0)
    return np.hypot(*(points - np.array([[-1, -0.6], [1, -0.6], [0, 1]])[kind]).T)


class TestGenerated:
    @given(st.sampled_from(FIGURES), st.integers(3, 60), st.integers(0, 2**40))
    def test_without_noise_all_points_are_on_the_figure(self, name: str, rows: int, seed: int) -> None:
        table = generated(name, rows, 0.0, seed)
        kind = table.targets.values.argmax(axis=1)
        assert stray(name, table.inputs, kind) == pytest.approx(np.zeros(rows), abs=1e-9)
        counts = table.targets.values.sum(axis=0)
        assert (table.inputs.shape, counts.max() - counts.min() <= 1) == ((rows, 2), True)
        assert (table.targets.values.sum(axis=1) == 1).all()

    @given(st.integers(3, 60), st.integers(0, 2**40))
    def test_the_sine(self, rows: int, seed: int) -> None:
        table = generated("sine", rows, 0.0, seed)
        assert table.targets.values == pytest.approx(np.sin(table.inputs))
        assert (np.abs(table.inputs) <= np.pi).all()

    @pytest.mark.parametrize("name", GENERATED)
    def test_noise_is_the_deviation_from_the_figure_and_moves_no_point_along_it(self, name: str) -> None:
        exact, noisy = (generated(name, 5000, noise, 3) for noise in (0.0, 0.25))
        apart = noisy.targets.values - exact.targets.values if name == "sine" else noisy.inputs - exact.inputs
        assert apart.mean() == pytest.approx(0, abs=0.02)
        assert apart.std() == pytest.approx(0.25, rel=0.03)
        assert np.mean(np.abs(apart) < 0.25) == pytest.approx(0.6827, abs=0.02)
        if name == "sine":
            assert noisy.inputs.tobytes() == exact.inputs.tobytes()

    @pytest.mark.parametrize("name", GENERATED)
    def test_a_seed_gives_the_same_points_and_another_one_others(self, name: str) -> None:
        one, again, other = (generated(name, 30, 0.2, seed) for seed in (1, 1, 2))
        assert one.inputs.tobytes() == again.inputs.tobytes()
        assert not (one.inputs == other.inputs).any()

    def test_the_points_are_the_same_for_ever(self) -> None:
        # They follow from numpy's promise for the raw stream of PCG64.
        raw = np.random.PCG64(np.random.SeedSequence([7, 0, 2])).random_raw(4)
        angle = 2 * np.pi * (raw >> np.uint64(11)) * 2.0**-53
        points = np.column_stack([np.cos(angle), np.sin(angle)]) * np.array([1, 0.5, 1, 0.5])[:, None]
        assert generated("circles", 4, 0.0, 7).inputs == pytest.approx(points, rel=1e-12)
        assert [x.hex() for x in generated("moons", 3, 0.1, 0).inputs.ravel().tolist()] == BITS

    def test_noise_has_the_same_bits_for_ever(self) -> None:
        expected = [
            *("-0x1.ad9f55ce18973p-2", "-0x1.fa0751e0029d0p-2", "-0x1.e27453e932431p-4"),
            *("-0x1.4b21dd3272b80p-1", "0x1.945d6846d25fap-2", "-0x1.105090eba75b0p+0"),
        ]
        assert [float(x).hex() for x in Draws(5, 2).normal(6) * np.sqrt(0.5)] == expected

    def test_columns_and_classes_have_names(self) -> None:
        for name in FIGURES:
            table = generated(name, 6, 0.1, 0)
            assert table.input_names == ("x", "y")
            assert len(set(table.targets.names)) == table.targets.values.shape[1]
        sine = generated("sine", 6, 0.1, 0)
        assert (sine.input_names, sine.targets.names) == (("x",), ("y",))


class TestSameBits:
    """Functions that are computed from sums, products and quotients, held against those of a library."""

    def test_the_logarithm(self) -> None:
        x = np.concatenate([np.geomspace(1e-300, 1, 1000)[:-1], 1 - np.geomspace(1e-15, 0.5, 1000)])
        np.testing.assert_allclose(logarithm(x), np.log(x), rtol=1e-15)

    def test_the_cosine_of_turns(self) -> None:
        turns = np.linspace(0, 1, 4001)
        np.testing.assert_allclose(cosine_of_turns(turns), np.cos(2 * np.pi * turns), atol=1e-15)
        assert cosine_of_turns(np.array([0, 0.25, 0.5, 0.75, 1])).tolist() == [1, 0, -1, 0, 1]


# Steps, and what was learned after them: the accuracy (of the sine R²) over the training rows and over those held out.
LEARNED = {
    "blobs": (100, 0.99, 0.99),
    "circles": (300, 0.97, 0.95),
    "iris": (300, 0.95, 0.93),
    "moons": (500, 0.97, 0.95),
    "sine": (500, 0.92, 0.92),
    "spiral": (300, 0.97, 0.97),
}


class TestBuiltIn:
    @pytest.mark.parametrize("name", LEARNED)
    def test_it_is_learned(self, name: str) -> None:
        steps, training, held_out = LEARNED[name]
        problem = core.load_problem(name)
        network = core.Timeline(problem)[steps].network
        for which, least in ((False, training), (True, held_out)):
            found = core.evaluate(problem, network, which)
            reached = found.r2 if name == "sine" else found.accuracy
            assert reached is not None
            assert reached >= least

    @pytest.mark.parametrize("seed", range(1, 4))
    def test_the_spiral_is_learned_whatever_its_points(self, seed: int) -> None:
        problem = core.load_problem("spiral", {"data-seed": seed})
        accuracy = core.evaluate(problem, core.Timeline(problem)[500].network, held_out=True).accuracy
        assert accuracy is not None
        assert accuracy >= 0.95

    def test_a_fifth_of_each_class_is_held_out(self) -> None:
        for name, rows in (("blobs", 30), ("circles", 40), ("iris", 30), ("moons", 40), ("spiral", 80)):
            problem = core.load_problem(name)
            assert problem.held_out is not None
            counts = problem.held_out.targets.sum(axis=0)
            assert (counts == rows / len(counts)).all()

    def test_iris_is_fishers_table(self) -> None:
        problem = core.load_problem("iris", {"test": None})
        path = Path(core.__file__).parent / "problems" / "iris.csv"
        rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
        numbers, species = np.array([row[:4] for row in rows], dtype=float), [row[4] for row in rows]
        assert species == [name for name in ("setosa", "versicolor", "virginica") for _ in range(50)]
        # The means that Fisher gives in his Table II, and the two flowers that other copies have wrong.
        means = [
            [5.006, 3.428, 1.462, 0.246],
            [5.936, 2.770, 4.260, 1.326],
            [6.588, 2.974, 5.552, 2.026],
        ]
        assert numbers.reshape(3, 50, 4).mean(axis=1) == pytest.approx(np.array(means))
        assert numbers[[34, 37]].tolist() == [[4.9, 3.1, 1.5, 0.2], [4.9, 3.6, 1.4, 0.1]]
        assert problem.input_names == ("sepal length", "sepal width", "petal length", "petal width")
        assert problem.target_names == ("setosa", "versicolor", "virginica")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of digits as scikit-learn has it, but with 40 of them: of the digit k those whose k-th pixel is dark."""
    file = tmp_path / "sklearn" / "datasets" / "data" / "digits.csv.gz"
    file.parent.mkdir(parents=True)
    (tmp_path / "sklearn" / "__init__.py").write_text("raise AssertionError('scikit-learn is not to be imported')")
    rows = [[*(16 if j == k % 10 else j % 5 for j in range(64)), k % 10] for k in range(40)]
    file.write_bytes(gzip.compress("".join(f"{','.join(map(str, row))}\n" for row in rows).encode()))
    monkeypatch.syspath_prepend(str(tmp_path))
    return file


class TestDigits:
    @pytest.mark.usefixtures("installed")
    def test_they_are_pictures_from_0_to_1(self) -> None:
        problem = core.load_problem("digits", {"test": "0.25"})
        assert (problem.network.sizes, problem.image_shape) == ((64, 32, 10), (8, 8))
        assert problem.held_out is not None
        assert problem.held_out.targets.sum(axis=0).tolist() == [1] * 10
        assert problem.target_names == tuple("0123456789")
        digits = problem.targets.argmax(axis=1)
        assert (problem.inputs[np.arange(30), digits] == 1).all()
        assert problem.inputs[:, 63].tolist() == [3 / 16] * 30
        assert "digits: 40 pictures of 8 x 8, from 0 (white) to 1" in problem.remarks

    @pytest.mark.usefixtures("installed")
    def test_they_may_be_looked_at_in_another_shape(self) -> None:
        assert core.load_problem("digits", {"shape": "4,16"}).image_shape == (4, 16)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (None, "expected rows of 65 numbers in "),
            ("", "expected rows of 65 numbers in "),
            ("1,2,3\n", "expected rows of 65 numbers in "),
            ("a" + ",1" * 64, "expected rows of 65 numbers in "),
            ("17" + ",1" * 64, "expected pictures of 0 to 16 and a digit in "),
            ("nan" + ",1" * 64, "expected pictures of 0 to 16 and a digit in "),
            ("1" + ",1" * 63 + ",0.5", "expected pictures of 0 to 16 and a digit in "),
        ],
    )
    def test_a_file_that_is_another_one(self, installed: Path, text: str | None, expected: str) -> None:
        installed.write_bytes(b"not gzip" if text is None else gzip.compress(text.encode()))
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem("digits")
        (mistake,) = (line for line in caught.value.mistakes if "digits" in line)
        assert mistake.startswith(f"data.dataset: digits: {expected}")
        assert mistake.endswith("; pip install 'sgdb[datasets]'")

    def test_without_scikit_learn_it_is_said_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(datasets, "digits_file", lambda: None)
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem("digits")
        assert caught.value.mistakes == (
            "data.dataset: the digits come with scikit-learn, which is not installed: pip install 'sgdb[datasets]'",
        )
        assert core.built_in_problems()["digits"].endswith(" (needs pip install 'sgdb[datasets]')")

    @pytest.mark.usefixtures("installed")
    def test_the_list_leaves_it_out_where_it_is_there(self) -> None:
        assert "needs" not in core.built_in_problems()["digits"]

    def test_the_real_ones_are_learned(self) -> None:
        if datasets.needs_extra("digits"):
            pytest.skip("scikit-learn is not installed")
        problem = core.load_problem("digits")
        assert problem.held_out is not None
        assert (len(problem.inputs), len(problem.held_out.inputs)) == (1438, 359)
        network = core.Timeline(problem)[500].network
        for held_out, least in ((False, 0.95), (True, 0.91)):
            accuracy = core.evaluate(problem, network, held_out).accuracy
            assert accuracy is not None
            assert accuracy >= least
