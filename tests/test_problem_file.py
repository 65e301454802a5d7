"""Problem files in TOML: what they mean, and what is said of every mistake in one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.loading.initializers import initial_weights

DATA = "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[1], [-1]]\n"
LAYER = "[[layers]]\nweights = [[1], [2]]\n"
TRAINING = "[training]\nlearning_rate = 0.5\n"


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def load(text: str | bytes, **options: object) -> core.Problem:
        path = tmp_path / "mine.toml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return core.load_problem(path, options)

    return load


def mistakes(load: Any, text: str | bytes, **options: object) -> tuple[str, ...]:
    with pytest.raises(core.ProblemError) as caught:
        load(text, **options)
    assert caught.value.source.endswith("mine.toml") or not caught.value.source
    return caught.value.mistakes


class TestMeaning:
    def test_defaults_are_one_full_batch_of_squared_error_summed(self, load: Any) -> None:
        problem = load(DATA + LAYER)
        assert (problem.name, problem.learning_rate, problem.batch_size) == ("mine", 0.1, None)
        assert (problem.shuffle_seed, problem.reduction, problem.loss) == (0, "sum", core.SquaredError())
        assert problem.network.layers[0].activation == "identity"
        assert problem.network.layers[0].bias is None

    def test_every_setting_of_the_training_is_read(self, load: Any) -> None:
        training = (
            "[training]\nloss = 'softmax_hinge'\nmargin = 0.25\nlearning_rate = 2\nbatch_size = 1\n"
            "shuffle_seed = 7\nreduction = 'mean'\n"
        )
        problem = load("name = 'Mine'\n" + DATA + LAYER + training)
        assert problem.loss == core.SoftmaxHinge(margin=0.25)
        assert (problem.name, problem.learning_rate, problem.batch_size) == ("Mine", 2.0, 1)
        assert (problem.shuffle_seed, problem.reduction) == (7, "mean")

    @pytest.mark.parametrize(
        ("short", "loss"),
        [
            ("squared", core.SquaredError()),
            ("hinge", core.Hinge()),
            ("p-hinge", core.SoftmaxHinge()),
            ("mse", core.MeanSquaredError()),
            ("cross-entropy", core.SoftmaxCrossEntropy()),
        ],
    )
    def test_losses_have_short_names(self, load: Any, short: str, loss: core.Loss) -> None:
        assert load(f"{DATA}{LAYER}[training]\nloss = '{short}'\n").loss == loss

    def test_a_flat_list_of_targets_is_one_column(self, load: Any) -> None:
        assert load(DATA.replace("[[1], [-1]]", "[1, -1]") + LAYER).targets.tolist() == [[1], [-1]]

    def test_a_bias_is_a_row_or_zeros_or_none(self, load: Any) -> None:
        layers = [load(f"{DATA}{LAYER}bias = {bias}\n").network.layers[0] for bias in ("[3]", "true", "false")]
        assert [None if layer.bias is None else layer.bias.tolist() for layer in layers] == [[3], [0], None]

    def test_what_is_not_to_be_trained_stays(self, load: Any) -> None:
        layer = load(f"{DATA}{LAYER}bias = true\ntrain_weights = false\ntrain_bias = false\n").network.layers[0]
        assert (layer.train_weights, layer.train_bias) == (False, False)

    def test_units_are_drawn_from_a_seed(self, load: Any) -> None:
        text = DATA + "[[layers]]\nunits = 3\nactivation = 'relu'\nseed = 5\n[[layers]]\nunits = 1\ninit = 'zeros'\n"
        first, second = load(text).network.layers
        assert first.weights.tolist() == initial_weights("he", 2, 3, 5, 1).tolist()
        assert second.weights.tolist() == [[0], [0], [0]]
        tanh = load(text.replace("relu", "tanh")).network.layers[0]
        assert tanh.weights.tolist() == initial_weights("xavier", 2, 3, 5, 1).tolist()

    def test_a_layer_has_the_settings_of_its_activation(self, load: Any) -> None:
        usual, steep = (
            load(f"{DATA}{LAYER}activation = 'leaky_relu'\n{slope}").network.layers[0]
            for slope in ("", "slope = 0.2\n")
        )
        assert usual.function is core.ACTIVATIONS["leaky_relu"]
        assert steep.activation == "leaky_relu"
        assert steep.function(np.array([-2.0, 3.0])).tolist() == [-0.4, 3.0]

    def test_a_table_stands_beside_the_file(self, load: Any, tmp_path: Path) -> None:
        (tmp_path / "data.csv").write_text("a,kind,b\n1,x,2\n3,y,4\n5,x,6\n")
        np.savez(tmp_path / "data.npz", inputs=np.eye(2), targets=np.array(["x", "y"]))
        layers = "[[layers]]\nunits = 2\n"
        problem = load(f"[data]\ncsv = 'data.csv'\ntarget = 'kind'\nstandardize = true\n{layers}")
        assert (problem.input_names, problem.target_names) == (("a", "b"), ("x", "y"))
        assert problem.inputs.mean(axis=0) == pytest.approx([0, 0])
        assert load(f"[data]\nnpz = 'data.npz'\n{layers}").target_names == ("x", "y")

    def test_control_characters_do_not_get_into_the_name(self, load: Any) -> None:
        assert load(f'name = "a\\u001b[31mb\\u0007\\nc"\n{DATA}{LAYER}').name == "a[31mb c"

    def test_a_byte_order_mark_and_windows_line_ends_are_fine(self, load: Any) -> None:
        load(b"\xef\xbb\xbf" + (DATA + LAYER).replace("\n", "\r\n").encode())

    def test_a_file_without_a_suffix_is_toml_where_its_folder_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("run").write_text(DATA + LAYER)
        assert core.load_problem(os.path.join(".", "run")).name == "run"


GENERATED = "only for generated data: the dataset blobs, circles, moons, sine, spiral"
PICTURE = "data.shape: expected the height and width of a picture, such as 8,8 or [8, 8]"
ROWS = "expected a whole number from 3 to 100000"
HINGE = "[training]\nloss = 'hinge'\n"

REFUSED = [
    ("nam = 'x'\n" + DATA + LAYER, 'nam: unknown "nam"; did you mean "name"?'),
    ("name = 3\n" + DATA + LAYER, "name: expected a text, found 3"),
    ("about = 1979-05-27\n" + DATA + LAYER, "about: expected a text, found a date"),
    ("data = 3\n" + LAYER, "data: expected a table, found 3"),
    ("data = []\n" + LAYER, "data: expected a table, found an empty list"),
    (LAYER, "data: missing; expected a table [data]"),
    (DATA, "layers: missing; expected a table [[layers]] each"),
    ("layers = []\n" + DATA, "layers: expected at least one layer, found an empty list"),
    ("layers = [3]\n" + DATA, "layers[1]: expected a table, found 3"),
    (DATA + "[layers]\nunits = 1\n", "layers: expected a list, found a table"),
    ("training = 'fast'\n" + DATA + LAYER, 'training: expected a table, found "fast"'),
    ("[data]\n" + LAYER, "data: expected inputs and targets, or csv, npz, table or dataset"),
    ("[data]\ntargets = [1]\n" + LAYER, "data.inputs: missing; expected a list of rows, one for each sample"),
    ("[data]\ninputs = [[1, 2]]\n" + LAYER, "data.targets: missing; expected a list of rows, one for each sample"),
    (DATA + "csv = 'x.csv'\n" + LAYER, "data.csv: cannot be combined with data.inputs"),
    (
        "[data]\ncsv='a.csv'\nnpz='a.npz'\n" + LAYER,
        "data.npz: cannot be combined with data.csv",
    ),
    (DATA + "target = 'y'\n" + LAYER, "data.target: only for a table"),
    (DATA + "task = 'regression'\n" + LAYER, "data.task: only for a table"),
    (DATA + "rows = 9\n" + LAYER, f"data.rows: {GENERATED}"),
    (DATA + "noise = 9\n" + LAYER, f"data.noise: {GENERATED}"),
    ("[data]\ndataset = 'digits'\nrows = 9\n" + LAYER, f"data.rows: {GENERATED}"),
    (DATA + "seed = 9\n" + LAYER, "data.seed: of no use without test: no rows are drawn"),
    (DATA + "test = 1\n" + LAYER, "data.test: expected a number above 0 and below 1, found 1"),
    (DATA + "test = 0\n" + LAYER, "data.test: expected a number above 0 and below 1, found 0"),
    (DATA + "shape = [2]\n" + LAYER, f"{PICTURE}, found a list of 1"),
    (DATA + "shape = '2 by 2'\n" + LAYER, f'{PICTURE}, found "2 by 2"'),
    (DATA + "shape = [2, 2]\n" + LAYER, "data.shape: expected a picture of 2 numbers, found 2 x 2"),
    (DATA + "dataset = 'moons'\n" + LAYER, "data.dataset: cannot be combined with data.inputs"),
    ("[data]\ndataset = 'moon'\n" + LAYER, 'data.dataset: unknown "moon"; did you mean "moons"?'),
    ("[data]\ndataset = 'moons'\nrows = 2\n" + LAYER, f"data.rows: {ROWS}, found 2"),
    ("[data]\ndataset = 'moons'\nnoise = -1\n" + LAYER, "data.noise: expected a number from 0 to 100, found -1"),
    ("[data]\ncsv = 'x.txt'\n" + LAYER, 'data.csv: expected the name of a .csv file, found "x.txt"'),
    ("[data]\nnpz = 'x.csv'\n" + LAYER, 'data.npz: expected the name of a .npz file, found "x.csv"'),
    ("[data]\ncsv = 'none.csv'\n" + LAYER, "data.csv: none.csv: there is no such file"),
    ("[data]\ncsv = 3\n" + LAYER, "data.csv: expected a text, found 3"),
    (
        "[data]\ncsv = 'x.csv'\ntask = 'regresion'\n" + LAYER,
        'data.task: unknown "regresion"; did you mean "regression"?',
    ),
    ("[data]\ncsv = 'x.csv'\nstandardize = 1\n" + LAYER, "data.standardize: expected true or false, found 1"),
    ("[data]\ninputs = 3\ntargets = [1]\n" + LAYER, "data.inputs: expected a list, found 3"),
    ("[data]\ninputs = []\ntargets = [1]\n" + LAYER, "data.inputs: expected at least one row, found an empty list"),
    ("[data]\ninputs = [[]]\ntargets = [1]\n" + LAYER, "data.inputs: row 1: expected numbers, found an empty list"),
    ("[data]\ninputs = [1]\ntargets = [1]\n" + LAYER, "data.inputs: row 1: expected a list of numbers, found 1"),
    (
        "[data]\ninputs = [[1, 2], [3]]\ntargets = [1, 1]\n" + LAYER,
        "data.inputs: row 2: expected 2 numbers as in the first row, found 1",
    ),
    (
        "[data]\ninputs = [[1, true]]\ntargets = [1]\n" + LAYER,
        "data.inputs: row 1, column 2: expected a finite number, found true",
    ),
    (
        "[data]\ninputs = [[1, nan]]\ntargets = [1]\n" + LAYER,
        "data.inputs: row 1, column 2: expected a finite number, found nan",
    ),
    (
        f"[data]\ninputs = [[1, 1{'0' * 400}]]\ntargets = [1]\n" + LAYER,
        "data.inputs: row 1, column 2: expected a finite number, found a number of more than 20 digits",
    ),
    (
        "[data]\ninputs = [[1, '\\u001b[31m']]\ntargets = [1]\n".replace("'", '"') + LAYER,
        'data.inputs: row 1, column 2: expected a finite number, found "[31m"',
    ),
    (
        "[data]\ninputs = [[1, 2]]\ntargets = ['a']\n" + LAYER,
        'data.targets: row 1, column 1: expected a finite number, found "a"',
    ),
    (
        "[data]\ninputs = [[1, 2]]\ntargets = [1, 2]\n" + LAYER,
        "data.targets: expected 1 row (as many as inputs), found 2",
    ),
    (DATA + "[[layers]]\nactivation = 'relu'\n", "layers[1]: expected weights, or units"),
    (DATA + LAYER + "activaton = 'relu'\n", 'layers[1].activaton: unknown "activaton"; did you mean "activation"?'),
    (DATA + LAYER + "activation = 'sigmod'\n", 'layers[1].activation: unknown "sigmod"; did you mean "sigmoid"?'),
    (
        DATA + LAYER + "activation = 3\n",
        "layers[1].activation: expected one of identity, relu, tanh, sigmoid, leaky_relu, found 3",
    ),
    (DATA + LAYER + "slope = 0.2\n", "layers[1].slope: identity has no slope; it belongs to leaky_relu"),
    (
        DATA + LAYER + "activation = 'leaky_relu'\nslope = 'steep'\n",
        'layers[1].slope: expected a finite number, found "steep"',
    ),
    (DATA + LAYER + "units = 1\n", "layers[1].units: cannot be combined with weights"),
    (DATA + LAYER + "init = 'he'\n", "layers[1].init: cannot be combined with weights"),
    (DATA + LAYER + "seed = 1\n", "layers[1].seed: cannot be combined with weights"),
    (DATA + LAYER + "train_bias = 1\n", "layers[1].train_bias: expected true or false, found 1"),
    (DATA + LAYER + "train_weights = 'no'\n", 'layers[1].train_weights: expected true or false, found "no"'),
    (DATA + LAYER + "bias = 3\n", "layers[1].bias: expected a list of numbers, true or false, found 3"),
    (DATA + LAYER + "bias = []\n", "layers[1].bias: row 1: expected numbers, found an empty list"),
    (DATA + LAYER + "bias = [[1]]\n", "layers[1].bias: expected a list of numbers, found a list of lists"),
    (DATA + LAYER + "bias = [1, 2]\n", "layers[1].bias: expected 1 number (the units of this layer), found 2"),
    (DATA + LAYER + "bias = [inf]\n", "layers[1].bias: row 1, column 1: expected a finite number, found inf"),
    (DATA + "[[layers]]\nweights = 3\n", "layers[1].weights: expected a list, found 3"),
    (DATA + "[[layers]]\nweights = [[1]]\n", "layers[1].weights: expected 2 rows (the columns of inputs), found 1"),
    (
        DATA + LAYER + "[[layers]]\nweights = [[1], [2], [3]]\n",
        "layers[2].weights: expected 1 row (the units of layer 1), found 3",
    ),
    (
        DATA + "[[layers]]\nweights = [[1, 2], [3, 4]]\n",
        "layers[1].weights: expected 1 unit (the columns of targets), found 2",
    ),
    (DATA + "[[layers]]\nunits = 3\n", "layers[1].units: expected 1 unit (the columns of targets), found 3"),
    (DATA + "[[layers]]\nunits = 0\n", "layers[1].units: expected a whole number from 1 to 1000000, found 0"),
    (DATA + "[[layers]]\nunits = true\n", "layers[1].units: expected a whole number from 1 to 1000000, found true"),
    (DATA + "[[layers]]\nunits = 8.0\n", "layers[1].units: expected a whole number from 1 to 1000000, found 8.0"),
    (DATA + "[[layers]]\nunits = 1\ninit = 'xaver'\n", 'layers[1].init: unknown "xaver"; did you mean "xavier"?'),
    (DATA + "[[layers]]\nunits = 1\nseed = -1\n", "layers[1].seed: expected a whole number of at least 0, found -1"),
    (
        DATA + "[[layers]]\nunits = 1000000\n[[layers]]\nunits = 1000000\n",
        "layers[2].units: expected at most 10000000 weights, found 1000000 x 1000000",
    ),
    (DATA + LAYER + "[training]\nlos = 'hinge'\n", 'training.los: unknown "los"; did you mean "loss"?'),
    (DATA + LAYER + "[training]\nloss = 'hinged'\n", 'training.loss: unknown "hinged"; did you mean "hinge"?'),
    (
        DATA + LAYER + "[training]\nlearning_rate = 0\n",
        "training.learning_rate: expected a finite number above 0, found 0",
    ),
    (
        DATA + LAYER + "[training]\nlearning_rate = true\n",
        "training.learning_rate: expected a finite number above 0, found true",
    ),
    (
        DATA + LAYER + "[training]\nbatch_size = 0\n",
        "training.batch_size: expected a whole number of at least 1, found 0",
    ),
    (
        DATA + LAYER + "[training]\nbatch_size = 2.5\n",
        "training.batch_size: expected a whole number of at least 1, found 2.5",
    ),
    (
        DATA + LAYER + "[training]\nshuffle_seed = -3\n",
        "training.shuffle_seed: expected a whole number of at least 0, found -3",
    ),
    (DATA + LAYER + "[training]\nreduction = 'avg'\n", 'training.reduction: unknown "avg"; expected one of sum, mean'),
    (DATA + LAYER + "[training]\nhalf = 1\n", "training.half: expected true or false, found 1"),
    (DATA + LAYER + HINGE + "half = true\n", "training.half: hinge has no half; it belongs to squared_error"),
    (
        DATA + LAYER + "[training]\nloss = 'binary_cross_entropy'\n",
        "training.loss: the binary cross-entropy loss needs 0 and 1; row 2 is -1; write 0 for -1",
    ),
    (
        DATA.replace("[-1]", "[0]") + LAYER + "[training]\nloss = 'binary_cross_entropy'\n",
        "loss: the binary cross-entropy needs outputs between 0 and 1: "
        'give the last layer the activation "sigmoid", not "identity"',
    ),
    (DATA + LAYER + HINGE + "margin = -1\n", "training.margin: expected a finite number of at least 0, found -1"),
    (
        DATA + LAYER + "[training]\nmargin = 1\n",
        "training.margin: squared_error has no margin; it belongs to hinge, softmax_hinge, softmax_margin",
    ),
    (
        DATA.replace("[-1]", "[0.5]") + LAYER + HINGE,
        "training.loss: the hinge on scores loss needs classes; row 2 is (0.5), expected -1 or +1 "
        "(two classes read from one output)",
    ),
    ("", "the file is empty"),
    ("x", "not TOML: Expected '=' after a key in a key/value pair (at end of document)"),
    ("a = 1\nb ? 2\n", "not TOML: Expected '=' after a key in a key/value pair (at line 2, column 3)"),
    ("a = " + "[" * 100_000, "lists or tables are nested too deep"),
    (b"a = 1\nb = '\xff'\n", "line 2: expected UTF-8 text, found the byte 0xff"),
]


class TestRefused:
    @pytest.mark.parametrize(("text", "message"), REFUSED, ids=range(len(REFUSED)))
    def test_a_mistake_is_told_with_its_key_what_was_expected_and_what_was_found(
        self, load: Any, text: str | bytes, message: str
    ) -> None:
        assert message in mistakes(load, text)

    def test_every_mistake_is_told_at_once(self, load: Any) -> None:
        text = (
            "[data]\ninputs = [[1, 2], [3]]\ntargets = ['a']\n[[layers]]\nweights = [[1]]\nactivation = 'rel'\n"
            "[training]\nlearning_rate = -1\nlos = 'hinge'\n"
        )
        found = mistakes(load, text, lr="quick", batch="none", target="y")
        places = [mistake.partition(": ")[0] for mistake in found]
        assert sorted(places) == [
            "data.inputs",
            "data.targets",
            "layers[1].activation",
            "option batch",
            "option lr",
            "option target",
            "training.learning_rate",
            "training.los",
        ]

    def test_a_mistake_brings_no_others_in_its_train(self, load: Any) -> None:
        text = DATA + "[[layers]]\nunits = 'many'\n[[layers]]\nweights = [[1], [2], [3]]\n"
        assert mistakes(load, text) == ('layers[1].units: expected a whole number from 1 to 1000000, found "many"',)

    def test_weights_with_a_row_for_each_unit_are_one_mistake(self, load: Any) -> None:
        data = "[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [[0], [1]]\n"
        first = "[[layers]]\nweights = [[1, 2], [3, 4], [5, 6]]\nbias = [1, 2, 3]\n"
        last = "[[layers]]\nweights = [[1, 2, 3]]\n"
        assert mistakes(load, data + first + last) == (
            "layers[1].weights: expected 2 rows, found 3 rows of 2: transposed? sgdb has a row for each input",
        )
        units = "[[layers]]\nunits = 3\nbias = true\n"
        assert mistakes(load, data + units + last) == (
            "layers[2].weights: expected 3 rows, found 1 row of 3: transposed? sgdb has a row for each input",
        )
        right = "[[layers]]\nweights = [[1, 2, 3], [4, 5, 6]]\n"
        assert mistakes(load, data + right + last) == (
            "layers[2].weights: expected 3 rows, found 1 row of 3: transposed? sgdb has a row for each input",
        )
        square = "[[layers]]\nweights = [[1, 2], [3, 4]]\n"
        flat = "[[layers]]\nweights = [[1, 2]]\n"
        assert mistakes(load, data + square + flat) == (
            "layers[2].weights: expected 2 rows, found 1 row of 2: transposed? sgdb has a row for each input",
        )
        assert load(data + square + "[[layers]]\nweights = [[1], [2]]\n").network.sizes == (2, 2, 1)
        for wrong in (first + square, square + last, last):  # turned round, they do not fit either
            assert not any("transposed" in line for line in mistakes(load, data + wrong))

    def test_many_mistakes_in_one_value_are_counted_not_listed(self, load: Any) -> None:
        found = mistakes(load, f"[data]\ninputs = {[['x', 'y']] * 50}\ntargets = {[1] * 50}\n{LAYER}")
        assert len(found) == 11
        assert found[-1] == "data.inputs: and 90 more"

    def test_mistakes_in_a_table_beside_the_file_name_its_lines(self, load: Any, tmp_path: Path) -> None:
        (tmp_path / "data.csv").write_text("a,y\n1,x\n?,z\n")
        assert mistakes(load, f"[data]\ncsv = 'data.csv'\n{LAYER}") == (
            'data.csv: data.csv: column 1 ("a"): 1 cell is missing, in line 3: "?"; '
            'missing = "drop" leaves such rows out, missing = "mean" fills them in',
        )

    def test_every_mistake_goes_with_the_name_of_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.toml"
        path.write_text(LAYER + "bias = 1\n")
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem(path)
        assert all(line.startswith(f"{path}: ") for line in str(caught.value).splitlines())

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(core.ProblemError, match=r"none\.toml: there is no such file$"):
            core.load_problem(tmp_path / "none.toml")

    def test_a_folder(self, tmp_path: Path) -> None:
        for name in ("folder.toml", "folder"):
            (tmp_path / name).mkdir()
            with pytest.raises(core.ProblemError, match=rf"{name}: expected a file, found a folder$"):
                core.load_problem(tmp_path / name)

    def test_a_pipe_is_not_waited_for(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.toml")
        with pytest.raises(core.ProblemError, match=r"pipe\.toml: expected a file, found a device or a pipe$"):
            core.load_problem(tmp_path / "pipe.toml")

    def test_a_huge_file_is_not_read(self, tmp_path: Path) -> None:
        with (tmp_path / "huge.toml").open("wb") as file:
            file.truncate(2**40)
        with pytest.raises(core.ProblemError, match=r"the file is too large: expected at most 16 MiB$"):
            core.load_problem(tmp_path / "huge.toml")

    @pytest.mark.skipif(os.geteuid() == 0, reason="an administrator may read everything")
    def test_a_file_that_may_not_be_read(self, tmp_path: Path) -> None:
        (tmp_path / "closed.toml").touch(mode=0)
        with pytest.raises(core.ProblemError, match=r"cannot be read: Permission denied$"):
            core.load_problem(tmp_path / "closed.toml")

    @pytest.mark.parametrize("name", ["x" * 5000 + ".toml", "a\0b.toml", "a\x1bb.csv"])
    def test_a_name_that_no_file_can_have(self, name: str) -> None:
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem(name)
        assert str(caught.value).isprintable()

    def test_a_file_of_another_kind(self, tmp_path: Path) -> None:
        expected = r"expected a \.toml, \.csv, \.npz or \.parquet file"
        advice = r"a table as text must be called \.csv"
        with pytest.raises(core.ProblemError, match=rf'{expected}, found "notes\.txt"; {advice}$'):
            core.load_problem(tmp_path / "notes.txt")


class TestOptions:
    def test_they_go_before_the_file(self, load: Any) -> None:
        problem = load(
            DATA + LAYER + TRAINING, loss="hinge", margin="0.3", lr="0.2", batch="1", seed="9", reduction="mean"
        )
        assert problem.loss == core.Hinge(margin=0.3)
        assert (problem.learning_rate, problem.batch_size, problem.shuffle_seed) == (0.2, 1, 9)
        assert problem.reduction == "mean"

    def test_what_is_not_given_leaves_the_file_as_it_is(self, load: Any) -> None:
        assert load(DATA + LAYER + TRAINING, lr=None, hidden=None).learning_rate == 0.5

    def test_a_seed_of_0_goes_before_the_files(self, load: Any) -> None:
        assert load(DATA + LAYER + "[training]\nshuffle_seed = 3\n", seed=0).shuffle_seed == 0

    def test_a_margin_may_be_0(self, load: Any) -> None:
        assert load(DATA + LAYER + HINGE + "margin = 0\n").loss == core.Hinge(margin=0.0)
        assert load(DATA + LAYER + TRAINING, loss="hinge", margin="0").loss == core.Hinge(margin=0.0)

    def test_the_files_margin_stays_with_its_loss(self, load: Any) -> None:
        text = DATA + LAYER + HINGE + "margin = 0.3\n"
        assert load(text, loss="hinge").loss == core.Hinge(margin=0.3)
        assert load(text, margin="0.1").loss == core.Hinge(margin=0.1)
        assert load(text, squared="true").loss == core.Hinge(margin=0.3, squared=True)
        assert load(text, loss="squared").loss == core.SquaredError()

    def test_a_margin_on_scores_is_none_on_probabilities(self, load: Any) -> None:
        text = DATA + LAYER + HINGE + "margin = 0.3\n"
        assert load(text, loss="softmax_hinge").loss == core.SoftmaxHinge()
        on_probabilities = text.replace("'hinge'", "'softmax_hinge'")
        assert load(on_probabilities, loss="margin").loss == core.SoftmaxMargin(margin=0.3)
        assert load(on_probabilities, loss="hinge").loss == core.Hinge()

    def test_a_loss_is_switched_by_the_file_or_an_option(self, load: Any) -> None:
        text = DATA + LAYER + "[training]\nhalf = false\n"
        assert load(text).loss == core.SquaredError(half=False)
        assert load(text, half="true").loss == load(text, half=True).loss == core.SquaredError()
        assert load(text, loss="mse").loss == core.MeanSquaredError()

    def test_the_reduction_is_the_usual_one_of_the_loss_that_is_taken(self, load: Any) -> None:
        assert [load(DATA + LAYER, loss=loss).reduction for loss in (None, "mse", "hinge")] == ["sum", "mean", "mean"]
        assert load(DATA + LAYER + "[training]\nreduction = 'sum'\n", loss="mse").reduction == "sum"

    @pytest.mark.parametrize(
        ("option", "value", "message"),
        [
            ("lr", "abc", 'option lr: expected a finite number above 0, found "abc"'),
            ("lr", "inf", 'option lr: expected a finite number above 0, found "inf"'),
            ("batch", "1.5", 'option batch: expected a whole number of at least 1, found "1.5"'),
            ("seed", "-1", 'option seed: expected a whole number of at least 0, found "-1"'),
            ("reduction", "total", 'option reduction: unknown "total"; expected one of sum, mean'),
            ("loss", "hinged", 'option loss: unknown "hinged"; did you mean "hinge"?'),
            (
                "margin",
                "1",
                "option margin: squared_error has no margin; it belongs to hinge, softmax_hinge, softmax_margin",
            ),
            (
                "rate",
                "1",
                'option rate: unknown "rate"; did you mean "update"?',
            ),
            ("target", "y", "option target: only for a table"),
            ("task", "regression", "option task: only for a table"),
            ("rows", "9", f"option rows: {GENERATED}"),
            ("noise", "0.1", f"option noise: {GENERATED}"),
            ("data-seed", "1", "option data-seed: of no use without test: no rows are drawn"),
            ("test", "1", 'option test: expected a number above 0 and below 1, found "1"'),
            ("hidden", "3", "option hidden: not for this problem, whose file gives the weights of layer 1"),
            ("activation", "tanh", "option activation: not for this problem, whose file gives the weights of layer 1"),
        ],
    )
    def test_a_mistake_in_one_is_told(self, load: Any, option: str, value: str, message: str) -> None:
        assert mistakes(load, DATA + LAYER, **{option: value}) == (message,)

    def test_a_loss_that_the_targets_do_not_fit_is_told(self, load: Any) -> None:
        (found,) = mistakes(load, DATA.replace("[-1]", "[0.5]") + LAYER, loss="hinge")
        assert found.startswith("option loss: the hinge on scores loss needs classes; row 2 is (0.5)")

    def test_they_are_checked_beside_a_file_that_is_not_toml(self, load: Any) -> None:
        assert len(mistakes(load, "x", lr="fast")) == 2


def test_the_option_seed_draws_the_weights_that_are_drawn(tmp_path: Path) -> None:
    drawn = core.load_problem("circles").network.layers[0].weights
    other = core.load_problem("circles", {"seed": 5}).network.layers[0].weights
    assert (drawn != other).all()
    assert core.load_problem("circles", {"seed": 1}).network.layers[0].weights.tolist() == drawn.tolist()  # the file's
    given = [core.load_problem("exercise-2", {"seed": seed}).particulars()["weights"] for seed in (0, 5)]
    assert given[0] == given[1]
    form = core.form_of(core.load_problem("circles", {"seed": 5, "hidden": "3,3"}))
    again = form.problem(tmp_path / "saved.toml")
    assert again.particulars() == core.load_problem("circles", {"seed": 5, "hidden": "3,3"}).particulars()
