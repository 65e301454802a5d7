"""What is done to a table once it is read: rows held out, missing numbers filled, features standardised."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import core
from core.loading.draws import Draws
from core.loading.prepare import Preparing, held_out_rows, prepare
from core.loading.table import Table, Targets
from session_samples import begun

SHARES = st.floats(0.01, 0.99)
SEEDS = st.integers(0, 2**40)
NUMBERS = st.floats(-1e300, 1e300)
GOLDEN = [4, 6, 7]


def table(inputs: Any, targets: Any = None, names: tuple[str, ...] = ()) -> Table:
    """A table of these inputs (n, d), with targets (n,) that are different numbers unless they are given."""
    inputs = np.array(inputs, dtype=float)
    values = np.arange(len(inputs)) + 0.5 if targets is None else np.array(targets, dtype=float)
    return Table(inputs, names, Targets(values.reshape(len(inputs), -1), (), are_classes=False))


def one_hot(labels: list[int]) -> np.ndarray[Any, Any]:
    return np.eye(max(labels) + 1)[labels]


@st.composite
def labels(draw: st.DrawFn) -> list[int]:
    """The classes of some rows, from 0 on, each of which has a row."""
    counts = draw(st.lists(st.integers(1, 30), min_size=2, max_size=5))
    return draw(st.permutations([j for j, count in enumerate(counts) for _ in range(count)]))


class TestHeldOut:
    @given(labels(), SHARES, SEEDS)
    def test_each_class_keeps_its_share_and_a_row_for_training(
        self, classes: list[int], share: float, seed: int
    ) -> None:
        chosen = held_out_rows(one_hot(classes), share, seed)
        rows, counts = np.bincount(classes, chosen), np.bincount(classes)
        assert (np.abs(rows - share * counts) < 1 + 1e-9).all()
        assert (counts - rows >= 1).all()
        room = (counts - 1).sum()
        # As a whole it is the nearest number of rows, unless classes of a row or two leave no room for it.
        assert chosen.sum() == max(1, round(share * len(classes))) or (rows == counts - 1).any() or room == 0

    @given(st.integers(2, 60), SHARES, SEEDS)
    def test_of_numbers_it_is_the_nearest_number_of_rows(self, rows: int, share: float, seed: int) -> None:
        chosen = held_out_rows(np.arange(rows)[:, None] + 0.5, share, seed)
        assert chosen.sum() == min(max(1, round(share * rows)), rows - 1)

    @pytest.mark.parametrize("targets", [[-1, 1], [0, 1]])
    def test_two_classes_in_one_column_are_classes(self, targets: list[int]) -> None:
        values = np.array([targets[k % 5 == 0] for k in range(50)])[:, None]
        chosen = held_out_rows(values, 0.2, 0)
        assert (int(chosen.sum()), int((values[chosen] == targets[1]).sum())) == (10, 2)

    @given(labels(), SHARES, SEEDS)
    def test_rows_are_parted_and_keep_their_order(self, classes: list[int], share: float, seed: int) -> None:
        assume(len(set(classes)) < len(classes))
        rows = table(np.arange(len(classes))[:, None], one_hot(classes))
        prepared = prepare(rows, Preparing(share, seed=seed))
        assert prepared.held_out is not None
        training, rest = prepared.inputs.ravel(), prepared.held_out.inputs.ravel()
        assert (np.diff(training) > 0).all()
        assert (np.diff(rest) > 0).all()
        assert sorted([*training, *rest]) == list(range(len(classes)))
        for inputs, targets in ((training, prepared.targets), (rest, prepared.held_out.targets)):
            assert targets.tolist() == rows.targets.values[inputs.astype(int)].tolist()

    def test_a_seed_holds_the_same_rows_out_for_ever(self) -> None:
        # The rows follow from numpy's promise for the raw stream of PCG64.
        raw = np.random.PCG64(np.random.SeedSequence([3, 0, 1])).random_raw(10)
        assert np.flatnonzero(held_out_rows(np.arange(10)[:, None] / 3, 0.3, 3)).tolist() == sorted(np.argsort(raw)[:3])
        assert np.flatnonzero(held_out_rows(np.arange(10)[:, None] / 3, 0.3, 0)).tolist() == GOLDEN

    def test_seeds_hold_different_rows_out(self) -> None:
        assert len({held_out_rows(np.arange(40)[:, None] / 3, 0.5, seed).tobytes() for seed in range(8)}) == 8

    @pytest.mark.parametrize(
        ("targets", "why"),
        [([[1, 0], [0, 1]], "each class needs one for training, and has no other"), ([0.5], "there is only one")],
    )
    def test_where_no_row_is_left_it_is_said(self, targets: Any, why: str) -> None:
        with pytest.raises(core.ProblemError) as caught:
            prepare(table([[1.0]] * len(targets), targets), Preparing(0.2))
        assert caught.value.mistakes == (f"test: no row can be held out: {why}",)


class TestStatistics:
    @given(st.data(), SHARES, SEEDS)
    def test_held_out_rows_change_nothing_for_training(self, data: st.DataObject, share: float, seed: int) -> None:
        cells = st.one_of(st.just(np.nan), st.floats(-1e6, 1e6))
        rows = data.draw(st.lists(st.tuples(cells, cells), min_size=3, max_size=12))
        whole = table(rows)
        chosen = held_out_rows(whole.targets.values, share, seed)
        assume(not np.isnan(whole.inputs[~chosen]).all(axis=0).any())
        others = whole.inputs.copy()
        others[chosen] = 77.0
        how = Preparing(share, standardize=True, seed=seed)
        one, two = (prepare(replace(whole, inputs=inputs), how) for inputs in (whole.inputs, others))
        assert one.inputs.tobytes() == two.inputs.tobytes()
        assert one.targets.tobytes() == two.targets.tobytes()

    def test_held_out_rows_are_on_the_scale_of_the_training_rows(self) -> None:
        whole = table(np.array([[k * k, 5.0] for k in range(10)]))
        prepared = prepare(whole, Preparing(0.3, standardize=True))
        chosen = held_out_rows(whole.targets.values, 0.3, 0)
        training, rest = whole.inputs[~chosen, 0], whole.inputs[chosen, 0]
        assert prepared.held_out is not None
        expected = (rest - training.mean()) / training.std()
        assert prepared.held_out.inputs == pytest.approx(np.column_stack([expected, 0 * expected]))
        assert prepared.inputs == pytest.approx(
            np.column_stack([(training - training.mean()) / training.std(), 0 * training])
        )

    @given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=12), NUMBERS)
    def test_features_have_mean_0_and_deviation_1_whatever_their_size(
        self, rows: list[tuple[float, float]], constant: float
    ) -> None:
        inputs = prepare(table([[*row, constant] for row in rows]), Preparing(standardize=True)).inputs
        assert (inputs[:, 2] == 0).all()
        for before, after in zip(np.array(rows).T, inputs[:, :2].T, strict=True):
            scale = np.abs(before).max()
            if np.ptp(before / scale if scale else before) > 1e-6:
                assert after.mean() == pytest.approx(0, abs=1e-9)
                assert after.std() == pytest.approx(1, rel=1e-6)

    def test_a_feature_that_becomes_0_is_named(self) -> None:
        rows = [[k, 0.1, *[7.0] * 6] for k in range(10)]
        assert prepare(table(rows), Preparing(0.5, standardize=True)).remarks[-1] == (
            "the same in all training rows, so 0 after standardising: "
            "column 2, column 3, column 4, column 5, column 6 and 2 more"
        )
        assert prepare(table([[1, 5], [2, 5]]), Preparing(standardize=True)).remarks[-1] == (
            "the same in all rows, so 0 after standardising: column 2"
        )

    def test_missing_numbers_are_the_mean_of_those_that_are_trained_on(self) -> None:
        cells = np.array([[1.0, 1e308], [np.nan, 1e308], [3.0, np.nan], [8.0, 1e308]])
        prepared = prepare(table(cells, names=("age", "fare")), Preparing())
        assert prepared.inputs == pytest.approx(np.array([[1, 1e308], [4, 1e308], [3, 1e308], [8, 1e308]]))
        assert prepared.remarks == ("2 missing numbers are filled with the column's mean: age 1, fare 1",)
        chosen = held_out_rows(np.arange(4)[:, None] + 0.5, 0.25, 0)
        training = cells[~chosen, 0]
        held = prepare(table(cells, names=("age", "fare")), Preparing(0.25))
        assert held.inputs[:, 0] == pytest.approx(np.where(np.isnan(training), np.nanmean(training), training))
        assert "the column's mean over the training rows: age 1" in held.remarks[1]

    def test_a_column_without_a_number_is_a_mistake(self) -> None:
        with pytest.raises(core.ProblemError) as caught:
            prepare(table([[1, np.nan], [2, np.nan]], names=("age", "fare")), Preparing())
        assert caught.value.mistakes == (
            'missing: column "fare": expected a number in one of the training rows at least',
        )

    def test_held_out_numbers_that_are_too_far_away_are_a_mistake(self) -> None:
        chosen = held_out_rows(np.arange(4)[:, None] + 0.5, 0.25, 0)
        inputs = np.where(chosen, 1e300, np.arange(4) * 1e-300)[:, None]
        with pytest.raises(core.ProblemError, match="standardize: column 1, held-out row 1: the number is too far"):
            prepare(table(inputs), Preparing(0.25, standardize=True))


class TestOfProblems:
    """Held-out rows and standard features of a table, a problem file and a built-in problem."""

    CSV = "a,b,kind\n" + "".join(f"{k},{k * k},{'xyz'[k % 3]}\n" for k in range(30))
    LAYERS = "[[layers]]\nunits = 3\nbias = true\n"

    def test_a_table_says_what_was_done_to_it(self, tmp_path: Path) -> None:
        (tmp_path / "mine.csv").write_text(self.CSV)
        problem = core.load_problem(tmp_path / "mine.csv", {"test": "0.2", "standardize": "true", "shape": "1x2"})
        assert problem.remarks[-2:] == (
            "6 of 30 rows held out (--test 0.2, --data-seed 0)",
            "standardised: mean 0, deviation 1 over the training rows",
        )
        assert problem.held_out is not None
        assert problem.held_out.targets.sum(axis=0).tolist() == [2, 2, 2]
        assert problem.inputs.mean(axis=0) == pytest.approx([0, 0])
        assert (len(problem.inputs), problem.image_shape) == (24, (1, 2))

    def test_the_same_rows_in_every_kind_of_file(self, tmp_path: Path) -> None:
        (tmp_path / "mine.csv").write_text(self.CSV)
        whole = core.load_problem(tmp_path / "mine.csv")
        np.savez(tmp_path / "mine.npz", inputs=whole.inputs, targets=whole.targets)
        rows = f"inputs = {whole.inputs.tolist()}\ntargets = {whole.targets.tolist()}"
        held = set()
        for data in ("csv = 'mine.csv'", "npz = 'mine.npz'", rows):
            path = tmp_path / "mine.toml"
            path.write_text(f"[data]\n{data}\ntest = 0.3\nseed = 5\nstandardize = true\nshape = [2, 1]\n{self.LAYERS}")
            problem = core.load_problem(path)
            assert problem.held_out is not None
            assert problem.image_shape == (2, 1)
            held.add(problem.held_out.inputs.tobytes() + problem.inputs.tobytes())
        assert len(held) == 1

    def test_options_go_before_what_the_file_says(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(f"[data]\ndataset = 'blobs'\nrows = 60\ntest = 0.2\nseed = 1\n{self.LAYERS}")
        usual = core.load_problem(path)
        problem = core.load_problem(path, {"test": "0.5", "rows": "40", "data-seed": "2", "noise": "0"})
        assert (len(usual.inputs), len(problem.inputs)) == (48, 20)
        assert problem.remarks[0] == "blobs: 40 rows with noise 0 (--data-seed 2)"
        assert {tuple(row) for row in problem.inputs} == {(-1.0, -0.6), (1.0, -0.6), (0.0, 1.0)}

    def test_missing_cells_are_filled_by_the_training_rows(self, tmp_path: Path) -> None:
        cells = np.array([float(k) if k % 4 else np.nan for k in range(20)])
        rows = "".join(f"{'' if np.isnan(cell) else cell},{'xy'[k % 2]}\n" for k, cell in enumerate(cells))
        (tmp_path / "mine.csv").write_text("a,kind\n" + rows)
        (tmp_path / "mine.toml").write_text(f"[data]\ncsv = 'mine.csv'\n{self.LAYERS.replace('3', '2')}")
        options = {"missing": "mean", "test": 0.3}
        one, two = (core.load_problem(tmp_path / f"mine{suffix}", options) for suffix in (".csv", ".toml"))
        assert one.inputs.tobytes() == two.inputs.tobytes()
        assert one.held_out is not None
        chosen = held_out_rows(one_hot([k % 2 for k in range(20)]), 0.3, 0)
        filled = np.where(np.isnan(cells), np.nanmean(cells[~chosen]), cells)
        assert one.inputs.ravel() == pytest.approx(filled[~chosen])
        assert one.held_out.inputs.ravel() == pytest.approx(filled[chosen])

    def test_a_task_that_is_typed_goes_before_that_of_the_file(self, tmp_path: Path) -> None:
        (tmp_path / "mine.csv").write_text("x,y,z\n1,0,1\n2,1,0\n3,1,1\n")
        (tmp_path / "mine.toml").write_text("[data]\ncsv = 'mine.csv'\n[[layers]]\nunits = 1\n")
        problem = core.load_problem(tmp_path / "mine.toml", {"task": "regression", "target": "y"})
        assert (problem.target_names, problem.input_names) == (("y",), ("x", "z"))

    def test_a_table_of_its_own_has_no_rows_to_draw(self, tmp_path: Path) -> None:
        (tmp_path / "mine.csv").write_text(self.CSV)
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem(tmp_path / "mine.csv", {"rows": "9", "data-seed": 3, "shape": "3,3"})
        assert caught.value.mistakes == (
            "option rows: only for generated data: the dataset blobs, circles, moons, sine, spiral",
            "option data-seed: of no use without test: no rows are drawn",
            "option shape: expected a picture of 2 numbers, found 3 x 3",
        )

    def test_held_out_rows_are_not_trained_on(self) -> None:
        whole = core.load_problem("moons")
        assert whole.held_out is not None
        alone = replace(whole, held_out=None)
        one, two = core.Timeline(whole), core.Timeline(alone)
        one.advance(50)
        two.advance(50)
        assert one.losses.tobytes() == two.losses.tobytes()

    def test_a_session_comes_back_with_the_same_rows_held_out(self, tmp_path: Path) -> None:
        session, timelines = begun("iris", **{"test": "0.3", "data-seed": "4", "hidden": "5", "shape": "2x2"})
        main = timelines[session.looked_at.branch]
        main.advance(20)
        session = session.fork(*core.edits_for(main[10], "X_in", (2, 1), 0.5), core.Edit(10, "alpha", (), 0.3))
        timelines[session.looked_at.branch].advance(15)
        core.save_session(session.add_watch("loss < 0.5"), tmp_path / "a.session", timelines)
        again = core.load_session(tmp_path / "a.session")
        anew = core.Timelines()
        replay = core.Replay(again, anew)
        replay.go()
        assert (replay.differences, replay.complete) == ((), True)
        for branch in again.branches:
            one, two = timelines[branch.branch], anew[branch.branch]
            assert one.losses.tobytes() == two.losses.tobytes()
            held = [timeline[12].problem.held_out for timeline in (one, two)]
            assert held[0] is not None
            assert held[1] is not None
            assert held[0].inputs.tobytes() == held[1].inputs.tobytes()
            assert (len(held[1].inputs), two[12].problem.image_shape) == (45, (2, 2))

    def test_a_sheet_to_practise_on_holds_nothing_out(self) -> None:
        fresh = core.practice_problem(core.load_problem("moons"), 1)
        assert (fresh.held_out, fresh.image_shape, fresh.remarks) == (None, None, ())


class TestHidden:
    TEXT = "[data]\ndataset = 'moons'\n[[layers]]\nunits = 4\nseed = 3\ninit = 'xavier'\nactivation = 'tanh'\n"
    LAST = "[[layers]]\nunits = 2\nbias = true\n"

    @pytest.fixture
    def load(self, tmp_path: Path) -> Any:
        def load(text: str, **options: str) -> core.Network:
            (tmp_path / "mine.toml").write_text(text)
            return core.load_problem(tmp_path / "mine.toml", options).network

        return load

    def test_hidden_layers_are_replaced_and_the_last_one_stays(self, load: Any) -> None:
        network = load(self.TEXT + self.LAST, hidden="5,6,7")
        assert network.sizes == (2, 5, 6, 7, 2)
        assert [layer.activation for layer in network.layers] == ["tanh", "tanh", "tanh", "identity"]
        assert [layer.bias is None for layer in network.layers] == [True, True, True, False]
        assert load(self.TEXT + self.LAST, hidden="none").sizes == (2, 2)

    def test_as_many_units_as_the_file_has_are_the_same_network(self, load: Any) -> None:
        one, two = load(self.TEXT + self.LAST), load(self.TEXT + self.LAST, hidden="4", activation="tanh")
        assert [layer.weights.tobytes() for layer in one.layers] == [layer.weights.tobytes() for layer in two.layers]

    def test_an_activation_brings_its_starting_weights_and_leaves_settings_of_another(self, load: Any) -> None:
        text = self.TEXT.replace("'tanh'", "'leaky_relu'\nslope = 0.3")
        first = load(text + self.LAST, activation="relu").layers[0]
        assert first.activation == "relu"
        assert np.abs(first.weights).max() <= np.sqrt(6 / 2)
        expected = (2 * Draws(3, 1).uniform(8) - 1).reshape(2, 4) * np.sqrt(6 / 2)
        assert first.weights == pytest.approx(expected)

    def test_numbers_of_other_units_are_no_biases(self, load: Any) -> None:
        network = load(f"{self.TEXT}bias = [1, 2, 3, 4]\n{self.LAST}", hidden="2")
        assert network.layers[0].bias.tolist() == [0, 0]

    def test_a_file_without_hidden_layers_gets_usual_ones(self, load: Any) -> None:
        network = load("[data]\ndataset = 'moons'\n" + self.LAST, hidden="3")
        assert (network.sizes, network.layers[0].activation) == ((2, 3, 2), "tanh")

    @pytest.mark.parametrize(("name", "layer"), [("exercise-2", 1), ("xor", 1)])
    def test_given_weights_are_not_replaced(self, name: str, layer: int) -> None:
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem(name, {"hidden": "4", "activation": "relu"})
        assert caught.value.mistakes == tuple(
            f"option {option}: not for this problem, whose file gives the weights of layer {layer}"
            for option in ("hidden", "activation")
        )

    def test_an_activation_without_a_hidden_layer_is_of_no_use(self) -> None:
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem("blobs", {"activation": "relu"})
        assert caught.value.mistakes == ("option activation: of no use without a hidden layer, such as hidden 8",)
        assert core.load_problem("blobs", {"activation": "relu", "hidden": "4"}).network.sizes == (2, 4, 3)

    def test_a_network_that_is_too_large(self, load: Any) -> None:
        with pytest.raises(core.ProblemError, match="option hidden: expected a network of at most 10000000 weights"):
            load(self.TEXT + self.LAST, hidden="9000,9000")
