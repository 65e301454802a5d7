"""Settings of an open problem: what becomes of it anew, and from a step on."""

from __future__ import annotations

from pathlib import Path

import pytest

import core
from core import Edit, OptionsForm, Timelines
from core.loading.loader import BUILT_IN

DATA = str(Path(BUILT_IN, "three-classes.csv"))


def form(name: str = "exercise-2", step: int = 3, **options: object) -> OptionsForm:
    problem = core.load_problem(name, options)
    return OptionsForm.of(problem, core.Timeline(problem)[step])


def texts(found: OptionsForm) -> dict[str, str]:
    return {field.path: found.text(field.path) for field in found.fields}


def test_every_field_has_its_present_value() -> None:
    assert texts(form(lr="0.25", l2=0.01)) == {
        "test": "",
        "data-seed": "",
        "standardize": "",
        "shape": "",
        "loss": "squared_error",
        "half": "true",
        "lr": "0.25",
        "batch": "4",
        "seed": "0",
        "in-order": "false",
        "reduction": "sum",
        "update": "sgd",
        "l1": "0",
        "l2": "0.01",
    }


def test_a_table_has_the_options_of_its_columns_and_its_network() -> None:
    found = texts(form(DATA, hidden="4,3", target="class"))
    assert (found["hidden"], found["activation"], found["target"], found["task"]) == ("4,3", "tanh", "class", "")


@pytest.mark.parametrize("name", ["exercise-2", DATA])
def test_present_values_typed_as_options_are_the_same_problem(name: str) -> None:
    found = form(name)
    options = {name: text for name, text in texts(found).items() if text}
    assert core.load_problem(name, options).particulars() == found.problem.particulars()


def test_a_restart_keeps_the_options_that_stay() -> None:
    found = form(lr="0.25", seed="7").put("batch", "2").put("update", "momentum").put("momentum", "0.8")
    source = found.source
    assert dict(source.options) == {"lr": "0.25", "seed": "7", "batch": "2", "update": "momentum", "momentum": "0.8"}
    problem = source.problem()
    assert (problem.learning_rate, problem.batch_size, problem.update) == (0.25, 2, core.Momentum(momentum=0.8))


def test_a_restart_takes_what_was_changed_on_the_way() -> None:
    problem = core.load_problem("exercise-2")
    branch = core.Branch.of(problem).with_edits(Edit(2, "alpha", (), 0.125))
    step = Timelines(problem)[branch][4]
    found = OptionsForm.of(problem, step).put("seed", "5")
    assert found.text("lr") == "0.125"
    assert dict(found.source.options) == {"lr": "0.125", "seed": "5"}


def test_another_loss_leaves_the_settings_of_the_one_before() -> None:
    found = form("exercise-3", margin="0.3").put("loss", "softmax_cross_entropy")
    assert "margin" not in texts(found)
    assert found.source.problem().loss == core.SoftmaxCrossEntropy()


def test_what_can_change_on_the_way_is_a_fork() -> None:
    found = form("exercise-3").put("lr", "0.1").put("margin", "0.25").put("l1", "0.01")
    assert set(found.edits()) == {Edit(3, "alpha", (), 0.1), Edit(3, "m", (), 0.25), Edit(3, "l1", (), 0.01)}


@pytest.mark.parametrize(
    ("name", "text"),
    [("loss", "hinge"), ("seed", "3"), ("update", "adam"), ("reduction", "mean")],
)
def test_what_cannot_says_that_it_needs_a_restart(name: str, text: str) -> None:
    found = form().put(name, text)
    with pytest.raises(core.ProblemError) as caught:
        found.edits()
    at, others = found.mistakes_at(list(caught.value.mistakes))
    assert at == {name: "only from step 0: restart"}
    assert not others


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("lr", "fast", 'expected a finite number above 0, found "fast"'),
        ("lr", "", "expected a finite number above 0"),
        ("l2", "-1", "expected a finite number of at least 0"),
        ("batch", "0", "expected a whole number of at least 1"),
    ],
)
def test_a_mistake_is_at_its_field(name: str, text: str, words: str) -> None:
    found = form().put(name, text)
    assert words in found.mistakes_at(found.mistakes)[0][name]


def test_a_fork_with_a_batch_that_is_too_large_says_so_at_its_field() -> None:
    found = form().put("batch", "9")
    with pytest.raises(core.ProblemError) as caught:
        found.edits()
    assert "at most 4" in found.mistakes_at(list(caught.value.mistakes))[0]["batch"]


def test_a_problem_made_in_python_can_only_be_forked() -> None:
    network = core.Network([core.Layer([[1.0]])])
    problem = core.Problem("mine", [[1.0], [2.0]], [[2.0], [3.0]], network)
    found = OptionsForm.of(problem, core.Timeline(problem)[0])
    assert set(texts(found)) == {"lr", "batch", "l1", "l2"}
    assert found.put("lr", "0.01").edits() == (Edit(0, "alpha", (), 0.01),)


def test_generated_data_have_their_own_options_and_a_file_its_settings() -> None:
    found = form("circles", noise="0.2")
    assert (found.text("rows"), found.text("noise"), found.text("hidden")) == (
        str(len(found.problem.inputs) + (0 if found.problem.held_out is None else len(found.problem.held_out.inputs))),
        "0.2",
        ",".join(str(size) for size in found.problem.network.sizes[1:-1]),
    )
    again = found.put("rows", "60").put("hidden", "3,2").source.problem()
    assert again.network.sizes == (2, 3, 2, 2)
    assert len(again.inputs) < len(found.problem.inputs)


def test_what_is_of_no_use_is_not_there() -> None:
    assert {"hidden", "rows", "target"}.isdisjoint(texts(form("exercise-2")))
    assert "rows" not in texts(form(DATA))
    assert "target" not in texts(form("circles"))
