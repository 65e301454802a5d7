"""A problem file as a form: what is typed, what is written, what is read again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import core
from core import ProblemForm, problem_text
from core.loading.loader import BUILT_IN

BUILT_INS = ("exercise-1", "exercise-2", "exercise-3", "three-classes", "xor", "circles", "iris")
NUMBERS = ("1", "2", "3", "0", "0.5", "0.01", "1e-3", "-1", "12", "8.0", "[[0, 0.5], [9, 0.1]]")
DATA = Path(BUILT_IN, "three-classes.csv")


def form_of(name: str) -> ProblemForm:
    return ProblemForm.of_file(Path(BUILT_IN, f"{name}.toml"))


def new(**texts: str) -> ProblemForm:
    """A new form for the three classes, which is right, with other texts in some fields."""
    form = ProblemForm().put("data", "file").put("data.file", str(DATA)).put("layers[2].units", "3")
    for path, text in texts.items():
        form = form.put(path.replace("__", "."), text)
    return form


def saved(form: ProblemForm, path: Path) -> Path:
    path.write_text(problem_text(form.written(path.parent)), encoding="utf-8")
    return path


@st.composite
def forms(draw: st.DrawFn) -> ProblemForm:
    """Forms as somebody might have left them: right, or not."""
    form = draw(st.sampled_from([new(), *map(form_of, BUILT_INS)]))
    for _ in range(draw(st.integers(0, 6))):
        step = draw(st.sampled_from(["put", "put", "put", "put", "add", "remove"]))
        if step == "put":
            field = draw(st.sampled_from(form.fields))
            some = st.one_of(st.sampled_from(NUMBERS), st.sampled_from(NUMBERS), st.text(max_size=8))
            typed = st.sampled_from(field.choices) if field.choices else some
            form = form.put(field.path, draw(typed))
        else:
            at = draw(st.integers(1, form.depth))
            form = form.add_layer(at) if step == "add" else form.remove_layer(at)
    return form


@given(form=forms())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_again(form: ProblemForm, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    written = form.written(tmp_path)
    assert tomllib.loads(problem_text(written)) == written
    try:
        problem = form.problem(path)
    except core.ProblemError:
        return
    loaded = core.load_problem(saved(form, path))
    assert loaded.particulars() == problem.particulars()
    again = ProblemForm.of_file(path)
    assert {field.path: again.text(field.path) for field in again.fields if field.path != "data.file"} == {
        field.path: form.text(field.path) for field in form.fields if field.path != "data.file"
    }


@given(form=forms())
def test_typing_what_stands_in_a_field_changes_nothing(form: ProblemForm) -> None:
    for field in form.fields:
        assert form.put(field.path, form.text(field.path)) is form


@pytest.mark.parametrize("name", BUILT_INS)
def test_a_built_in_problem_goes_through_the_form_as_it_is(name: str, tmp_path: Path) -> None:
    loaded = core.load_problem(saved(form_of(name), tmp_path / "a.toml"))
    assert loaded.particulars() == core.load_problem(name).particulars()


def test_a_file_looks_as_a_person_writes_it(tmp_path: Path) -> None:
    form = ProblemForm.of_file(Path(BUILT_IN, "exercise-2.toml"))
    for path, text in {
        "about": "",
        "name": "Mine",
        "layers[1].units": "4",
        "layers[1].init": "he",
        "layers[1].seed": "3",
        "layers[2].units": "1",
        "layers[2].init": "uniform",
        "layers[2].bias": "true",
        "training.update": "momentum",
        "training.momentum": "0.8",
        "training.l2": "0.01",
    }.items():
        form = form.put(path, text)
    assert problem_text(form.written(tmp_path)) == (
        """name = "Mine"

[data]
inputs = [
    [ 0.75,   0.8],
    [  0.2,  0.05],
    [-0.75,   0.8],
    [  0.2, -0.05],
]
targets = [[1], [1], [-1], [-1]]

[[layers]]
units = 4
init = "he"
seed = 3
activation = "relu"

[[layers]]
units = 1
init = "uniform"
bias = true

[training]
loss = "squared_error"
learning_rate = 0.5
update = "momentum"
momentum = 0.8
l2 = 0.01
"""
    )


class TestMistakes:
    @pytest.mark.parametrize(
        ("path", "text", "words"),
        [
            ("layers[2].units", "4", "expected 3 units (the columns of targets), found 4"),
            ("layers[1].units", "many", 'expected a whole number from 1 to 1000000, found "many"'),
            ("layers[1].units", "", "expected a whole number from 1 to 1000000"),
            ("training.learning_rate", "-1", "expected a finite number above 0, found -1"),
            ("training.loss", "hinges", 'unknown "hinges"; did you mean "hinge"?'),
            ("training.momentum", "1", "expected a number from 0 to below 1, found 1"),
            ("data.file", "nowhere.csv", "nowhere.csv: there is no such file"),
            ("data.file", "", "expected the path of a table: .csv, .npz, .parquet, …"),
            ("data.target", "colour", None),
        ],
    )
    def test_a_mistake_is_said_at_its_field_in_the_readers_words(self, path: str, text: str, words: str | None) -> None:
        form = new(training__update="momentum").put(path, text)
        with pytest.raises(core.ProblemError) as caught:
            form.problem(Path("new.toml"))
        found, others = form.mistakes_at(list(caught.value.mistakes))
        assert not others
        if words is None:
            assert list(found) == ["data.target"]
            assert found["data.target"].startswith('unknown "colour"')
        else:
            assert found == {path: words}

    def test_a_file_that_is_no_table_is_told_what_tables_there_are(self) -> None:
        form = new().put("data.file", "data.txt")
        with pytest.raises(core.ProblemError) as caught:
            form.problem(Path("new.toml"))
        (found,) = form.mistakes_at(list(caught.value.mistakes))[0].values()
        assert ".parquet" in found
        assert '"data.txt"' in found

    def test_a_mistake_in_what_is_not_shown_is_said_below(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.write_text(saved(new(), tmp_path / "b.toml").read_text() + "schedule = 'cosine'\nsteps = 100\n")
        form = ProblemForm.of_file(path)
        assert form.problem(path).schedule is not None
        assert form.mistakes_at(["training.steps: expected schedule beside it"])[1]


class TestWhatBelongsTogether:
    def test_another_loss_brings_its_own_settings_and_drops_the_others(self) -> None:
        form = new(training__loss="hinge", training__margin="2")
        assert "training.margin" in paths(form)
        plain = form.put("training.loss", "softmax_cross_entropy")
        assert "training.margin" not in paths(plain)
        assert "margin" not in plain.tables["training"]
        plain.problem(Path("new.toml"))

    def test_an_update_and_an_activation_bring_theirs(self) -> None:
        form = new(training__update="adam").put("layers[1].activation", "leaky_relu")
        assert {"training.beta_1", "training.beta_2", "layers[1].slope"} <= paths(form)
        form = form.put("layers[1].slope", "0.2").put("layers[1].activation", "relu")
        assert "layers[1].slope" not in paths(form)
        form.problem(Path("new.toml"))

    def test_numbers_that_stand_in_the_file_are_back_when_they_are_chosen_again(self) -> None:
        form = form_of("exercise-2")
        drawn = form.put("layers[1].init", "he")
        assert drawn.text("layers[1].units") == "3"
        assert "weights" not in drawn.tables["layers"][0]
        assert drawn.put("layers[1].init", "given").tables == form.tables

    def test_rows_are_back_after_a_file_was_chosen(self) -> None:
        form = form_of("exercise-2")
        other = form.put("data", "file").put("data.file", str(DATA))
        assert "inputs" not in other.tables["data"]
        assert other.put("data", "rows").tables == form.tables

    def test_layers_come_and_go(self) -> None:
        form = new().add_layer(2).put("layers[2].units", "5")
        assert [form.text(f"layers[{k}].units") for k in (1, 2, 3)] == ["8", "5", "3"]
        assert form.problem(Path("new.toml")).network.sizes == (2, 8, 5, 3)
        assert form.remove_layer(1).problem(Path("new.toml")).network.sizes == (2, 5, 3)
        assert form.remove_layer(1).remove_layer(1).remove_layer(1).depth == 1


def test_the_path_of_a_table_is_from_the_folder_of_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "down"
    folder.mkdir(parents=True)
    (tmp_path / "deep" / "data.csv").write_bytes(DATA.read_bytes())
    form = new().put("data.file", str(tmp_path / "deep" / "data.csv"))
    path = saved(form, folder / "mine.toml")
    assert 'csv = "../data.csv"' in path.read_text()
    assert core.load_problem(path).inputs.shape == (60, 2)


@pytest.mark.parametrize(
    ("source", "options"),
    [
        (str(DATA), {}),
        (str(DATA), {"target": "class", "hidden": "4,3", "standardize": True, "test": "0.25", "data-seed": "3"}),
        (str(DATA), {"seed": "5", "update": "adam", "lr": "0.01", "l2": "0.1", "loss": "hinge"}),
        (str(DATA), {"in-order": True}),
        ("exercise-2", {"lr": "0.25", "update": "momentum", "momentum": "0.5", "batch": "2"}),
        ("exercise-3", {"loss": "softmax_cross_entropy"}),
        ("circles", {"rows": "60", "hidden": "4,4", "activation": "relu", "noise": 0.2}),
    ],
)
def test_a_form_begins_with_the_problem_as_it_is_open(source: str, options: dict[str, object]) -> None:
    problem = core.load_problem(source, options)
    found = core.form_of(problem).problem(Path("new.toml"))
    assert found.particulars() == problem.particulars()
    assert (found.held_out is None) == (problem.held_out is None)


@pytest.mark.parametrize("name", BUILT_INS)
def test_a_problem_file_that_is_open_begins_a_form_with_what_stands_in_it(name: str) -> None:
    assert core.form_of(core.load_problem(name)).tables == {"training": {}, **form_of(name).tables}


def test_a_problem_that_is_no_file_begins_a_form_that_is_right() -> None:
    network = core.Network([core.Layer([[1.0]])])
    assert core.form_of(core.Problem("mine", [[1.0]], [[2.0]], network)).problem(Path("new.toml")).inputs.shape[1] == 2


@pytest.mark.parametrize(
    ("key", "text", "written"),
    [
        ("thousands", " ", 'thousands = " "'),
        ("decimal", ",", 'decimal = ","'),
        ("drop", "a, b", 'drop = "a, b"'),
        ("drop", '["a", "b"]', 'drop = ["a", "b"]'),
        ("header", "false", "header = false"),
        ("shape", "[8, 8]", "shape = [8, 8]"),
        ("target", "2", 'target = "2"'),
        ("test", "0.25", "test = 0.25"),
    ],
)
def test_how_a_table_is_read_is_written_as_it_is_typed(key: str, text: str, written: str, tmp_path: Path) -> None:
    form = new().put(f"data.{key}", text)
    assert written in problem_text(form.written(tmp_path)).splitlines()
    assert form.text(f"data.{key}") == text


def test_a_dataset_has_its_own_fields() -> None:
    form = ProblemForm()
    assert {"data.rows", "data.noise", "data.test"} <= paths(form)
    assert "data.target" not in paths(form)
    form = form.put("data.rows", "50").put("data.dataset", "sine").put("layers[2].units", "1").put("training.loss", "")
    assert len(form.problem(Path("new.toml")).inputs) == 50
    assert "rows" not in form.put("data.dataset", "digits").tables["data"]


def paths(form: ProblemForm) -> set[str]:
    return {field.path for field in form.fields}


def every_usual(form: ProblemForm) -> Iterator[tuple[str, str]]:
    yield from ((field.path, field.usual) for field in form.fields if field.path.startswith(("training", "layers")))


def test_what_is_called_usual_is_what_is_so_where_nothing_is_given() -> None:
    """Put in its field, the usual text changes nothing but what is written."""
    form = new(training__update="adam", training__loss="hinge")
    for path, usual in every_usual(form):
        if usual and path != "training.batch_size":
            bare, put = (form.put(path, text).problem(Path("new.toml")) for text in ("", usual))
            assert put.particulars() == bare.particulars(), path
