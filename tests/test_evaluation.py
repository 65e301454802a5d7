"""What a network makes of rows of data, beside plain numpy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import core
from samples import random_network


def classes(rows: int, held_out: int = 0, reduction: str = "mean") -> core.Problem:
    """Three classes read from four columns."""
    rng = np.random.default_rng(rows)
    inputs, targets = rng.normal(size=(rows + held_out, 4)), np.eye(3)[rng.integers(3, size=rows + held_out)]
    return core.Problem(
        "three",
        inputs[:rows],
        targets[:rows],
        random_network(rng, (4, 5, 3), "tanh", bias=True),
        core.SoftmaxCrossEntropy(),
        batch_size=8,
        reduction=reduction,
        held_out=core.HeldOut(inputs[rows:], targets[rows:]) if held_out else None,
    )


class TestEvaluate:
    def test_it_is_what_one_step_over_all_rows_has(self) -> None:
        problem = replace(classes(60), batch_size=None)
        step = core.Timeline(problem)[3]
        found = core.evaluate(problem, step.network)
        assert found.loss == pytest.approx(step.loss)
        said, true = step.outputs.argmax(axis=1), step.targets.argmax(axis=1)
        assert (found.right, found.rows, found.accuracy) == ((said == true).sum(), 60, (said == true).mean())
        assert found.rmse == pytest.approx(np.sqrt(np.mean((step.outputs - step.targets) ** 2)))
        assert found.r2 is None

    def test_the_confusion_table_has_true_classes_in_rows(self) -> None:
        problem = classes(10_000)
        found = core.evaluate(problem, problem.network)
        said, true = problem.network.outputs(problem.inputs).argmax(axis=1), problem.targets.argmax(axis=1)
        assert found.confusion is not None
        expected = [[int(((true == i) & (said == j)).sum()) for j in range(3)] for i in range(3)]
        assert found.confusion.tolist() == expected

    def test_held_out_rows_by_themselves(self) -> None:
        problem = classes(40, held_out=25)
        assert problem.held_out is not None
        alone = replace(problem, inputs=problem.held_out.inputs, targets=problem.held_out.targets, held_out=None)
        found, expected = core.evaluate(problem, problem.network, True), core.evaluate(alone, problem.network)
        assert found[:4] == expected[:4]
        assert found.rows == 25
        with pytest.raises(ValueError, match="no rows are held out"):
            core.evaluate(alone, alone.network, True)

    def test_numbers_in_blocks(self) -> None:
        rng = np.random.default_rng(0)
        network = random_network(rng, (3, 4, 1), "tanh", bias=True)
        inputs, targets = rng.normal(size=(10_000, 3)), rng.normal(size=(10_000, 1))
        found = core.evaluate(core.Problem("many", inputs, targets, network, batch_size=32), network)
        errors = network.outputs(inputs) - targets
        assert found.loss == pytest.approx(0.5 * float((errors**2).sum()))
        assert (found.right, found.accuracy, found.confusion) == (None, None, None)
        assert found.rmse == pytest.approx(np.sqrt(np.mean(errors**2)))
        assert found.r2 == pytest.approx(1 - (errors**2).mean() / np.var(targets))
        perfect = core.Problem("perfect", inputs, network.outputs(inputs), network)
        assert core.evaluate(perfect, network).r2 == pytest.approx(1)

    @pytest.mark.parametrize("target", [3.0, 0.1])  # the mean of 0.1, three times, is another number
    def test_targets_that_are_all_the_same_have_no_r2(self, target: float) -> None:
        problem = core.Problem("same", [[1.0], [2.0], [3.0]], [[target]] * 3, core.Network([core.Layer([[1.0]])]))
        assert core.evaluate(problem, problem.network).r2 is None

    def test_an_output_between_two_classes_is_in_no_column(self) -> None:
        network = core.Network([core.Layer([[1.0]])])
        problem = core.Problem("sign", [[0.0], [2.0], [-3.0], [1.0]], [[1.0], [1.0], [-1.0], [-1.0]], network)
        found = core.evaluate(problem, network)
        assert found.confusion is not None
        assert found.confusion.tolist() == [[1, 1], [0, 1]]
        assert (found.right, problem.class_names) == (2, ("-1", "+1"))

    def test_outputs_that_are_nan_are_in_no_column(self, monkeypatch: pytest.MonkeyPatch) -> None:
        network = core.Network([core.Layer(np.eye(2))])
        inputs, targets = [[1.0, 1.0], [1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]]
        problem = core.Problem("far", inputs, targets, network, core.SoftmaxCrossEntropy())
        outputs = np.array([[np.nan, 0.0], [np.inf, 0.0], [0.0, 1.0]])
        monkeypatch.setattr(core.Network, "scores_and_outputs", lambda *_: (outputs, outputs))
        found = core.evaluate(problem, network)
        assert found.confusion is not None
        assert found.confusion.tolist() == [[1, 1], [0, 0]]
        assert found.right == 1


class TestHeldOut:
    @pytest.mark.parametrize(
        ("inputs", "targets", "message"),
        [
            ([[1.0, 2.0]], [[1.0, 0.0, 0.0]], "held out inputs: expected 4 columns"),
            (np.ones((2, 4)), [[1.0, 0.0, 0.0]], "held out targets: expected 2 rows"),
            (np.ones((1, 4)), [[0.5, 0.5, 0.0]], "held out targets: "),
            (np.full((1, 4), np.nan), [[1.0, 0.0, 0.0]], "held out inputs: expected finite numbers"),
            ([[1.0], [2.0, 3.0]], [[1.0, 0.0, 0.0]], "held out inputs: expected numbers in rows of one length"),
        ],
    )
    def test_a_mistake_says_that_it_is_there(self, inputs: object, targets: object, message: str) -> None:
        with pytest.raises(core.ProblemError, match=message):
            replace(classes(5), held_out=core.HeldOut(inputs, targets))  # type: ignore[arg-type]

    def test_a_picture_has_as_many_numbers_as_there_are_inputs(self) -> None:
        assert replace(classes(5), image_shape=(2, 2)).image_shape == (2, 2)
        with pytest.raises(core.ProblemError, match="image_shape: expected a picture of 4 numbers, found 2 x 3"):
            replace(classes(5), image_shape=(2, 3))
