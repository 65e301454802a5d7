"""Tables (.csv, .npz) as problems: what is made of them, and what is said of every mistake in one."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import core
from core.loading.initializers import initial_weights

POINTS = "x,y,kind\n1,2,b\n3,4,a\n5,6,b\n"


@pytest.fixture
def load(tmp_path: Path) -> Any:
    def load(table: str | bytes | dict[str, Any], **options: object) -> core.Problem:
        path = tmp_path / ("mine.npz" if isinstance(table, dict) else "mine.csv")
        if isinstance(table, dict):
            np.savez(path, **table)
        else:
            path.write_bytes(table.encode() if isinstance(table, str) else table)
        return core.load_problem(path, options)

    return load


def mistakes(load: Any, table: object, **options: object) -> tuple[str, ...]:
    with pytest.raises(core.ProblemError) as caught:
        load(table, **options)
    assert all(line.isprintable() for line in caught.value.mistakes)
    return caught.value.mistakes


class TestMeaning:
    def test_a_table_comes_with_a_network_that_fits(self, load: Any) -> None:
        problem = load(POINTS)
        assert problem.name == "mine"
        assert problem.network.sizes == (2, 8, 2)
        assert [layer.activation for layer in problem.network.layers] == ["tanh", "identity"]
        assert [layer.bias.tolist() for layer in problem.network.layers] == [[0] * 8, [0] * 2]
        assert problem.network.layers[0].weights.tolist() == initial_weights("xavier", 2, 8, 0, 1).tolist()
        assert problem.network.layers[1].weights.tolist() == initial_weights("xavier", 8, 2, 0, 2).tolist()
        assert (problem.learning_rate, problem.shuffle_seed, problem.reduction) == (0.1, 0, "mean")

    def test_mini_batches_are_of_32(self, load: Any) -> None:
        assert load(POINTS + "1,2,a\n" * 40).batch_size == 32

    def test_options_change_the_network_and_its_training(self, load: Any) -> None:
        problem = load(
            POINTS, hidden="3,4", activation="relu", loss="hinge", margin="0.2", lr="0.5", batch="2", seed="7",
            reduction="sum", target="kind", task="classification",
        )  # fmt: skip
        assert problem.network.sizes == (2, 3, 4, 2)
        assert [layer.activation for layer in problem.network.layers] == ["relu", "relu", "identity"]
        assert problem.network.layers[0].weights.tolist() == initial_weights("he", 2, 3, 7, 1).tolist()
        assert problem.loss == core.Hinge(margin=0.2)
        assert (problem.learning_rate, problem.batch_size, problem.shuffle_seed) == (0.5, 2, 7)
        assert problem.reduction == "sum"

    @pytest.mark.parametrize(
        ("hidden", "sizes"), [("none", ()), ("5", (5,)), (5, (5,)), (" 5, 6", (5, 6)), ([5, 6], (5, 6)), ((), ())]
    )
    def test_hidden_layers_come_as_text_or_numbers(self, load: Any, hidden: object, sizes: tuple[int, ...]) -> None:
        assert load(POINTS, hidden=hidden).network.sizes == (2, *sizes, 2)

    def test_texts_are_classes_in_the_order_of_the_alphabet(self, load: Any) -> None:
        problem = load(POINTS)
        assert problem.target_names == ("a", "b")
        assert problem.targets.tolist() == [[0, 1], [1, 0], [0, 1]]
        assert problem.loss == core.SoftmaxCrossEntropy()

    def test_few_different_whole_numbers_are_classes_in_their_order(self, load: Any) -> None:
        problem = load("x,y\n1,10\n2,9\n3,8\n4,9.0\n5,10\n6,8\n")
        assert problem.target_names == ("8", "9", "10")
        assert problem.targets.argmax(axis=1).tolist() == [2, 1, 0, 1, 2, 0]

    @pytest.mark.parametrize("cells", [[*range(20)] * 2, [f"kind {i:04}" for i in range(1000)]])
    def test_as_many_classes_as_there_may_be_are_classes(self, load: Any, cells: Any) -> None:
        problem = load("x,y\n" + "".join(f"1,{cell}\n" for cell in cells), hidden="none")
        assert problem.target_names == tuple(map(str, dict.fromkeys(cells)))

    @pytest.mark.parametrize("cells", [[0, 1], [-1, 1], [2, 1], [3, 7, 7, 3], [3, 4, 5] * 2, [-1, 0, 1] * 2])
    def test_few_whole_numbers_that_repeat_often_are_classes(self, load: Any, cells: list[int]) -> None:
        problem = load("x,y\n" + "".join(f"1,{cell}\n" for cell in cells))
        assert problem.target_names == tuple(map(str, sorted(set(cells))))

    @pytest.mark.parametrize(
        "cells",
        [
            [30000, 35000, 42000, 50000, 61000] * 20,  # salaries
            [30000, 35000] * 20,
            [2018, 2019, 2020, 2021] * 20,  # years
            [18, 19, 20, 21, 22] * 20,  # ages
            [0, 1, 2, 3, 4, 7] * 20,  # counts, whose rare large values leave gaps
            [0, 1, 2, 3],  # none of them twice
            [5, 5, 6, 7],
            [0.5, 1.0] * 20,
        ],
    )
    def test_amounts_years_ages_and_counts_are_numbers(self, load: Any, cells: list[float]) -> None:
        problem = load("x,y\n" + "".join(f"1,{cell}\n" for cell in cells))
        assert (problem.targets.ravel().tolist(), problem.target_names) == (cells, ("y",))

    @pytest.mark.parametrize("cells", [[*range(21)] * 2, ["1", "2.5"], ["1", "1e300"]])
    def test_other_numbers_are_numbers(self, load: Any, cells: Any) -> None:
        problem = load("x,y\n" + "".join(f"1,{cell}\n" for cell in cells))
        assert problem.targets.ravel().tolist() == [float(cell) for cell in cells]
        assert (problem.target_names, problem.loss) == (("y",), core.SquaredError())

    @pytest.mark.parametrize("cells", [[30000, 35000, 42000], [2, 3, 5]])
    def test_different_whole_numbers_are_no_classes(self, load: Any, cells: list[int]) -> None:
        problem = load("x,y\n" + "".join(f"1,{cell}\n" for cell in cells))
        assert (problem.targets.ravel().tolist(), problem.target_names) == (cells, ("y",))

    def test_a_column_of_which_half_are_texts_holds_numbers(self, load: Any) -> None:
        (mistake,) = mistakes(load, "x,y\n1,a\n2,3\n")
        assert mistake == 'column 2 ("y"): 1 cell is no number, in line 2: "a"; for classes, --task classification'

    def test_the_task_decides_where_it_is_said(self, load: Any) -> None:
        assert load("x,y\n1,0\n2,1\n", task="regression").targets.tolist() == [[0], [1]]
        assert load("x,y\n1,0.5\n2,1\n", task="classification").target_names == ("0.5", "1")
        assert load("x,y\n1,a\n2,1\n3,2\n", task="classification").target_names == ("1", "2", "a")

    def test_minus_and_plus_one_as_numbers_fit_the_hinge(self, load: Any) -> None:
        problem = load("x,y\n1,-1\n2,1\n", task="regression", loss="hinge")
        assert (problem.network.sizes[-1], problem.class_names) == (1, ("-1", "+1"))

    def test_a_binary_cross_entropy_has_a_sigmoid_for_its_output(self, load: Any) -> None:
        problem = load("x,y\n1,0\n2,1\n", task="regression", loss="bce")
        assert [layer.activation for layer in problem.network.layers] == ["tanh", "sigmoid"]
        assert (problem.loss, problem.reduction) == (core.BinaryCrossEntropy(), "mean")
        assert load("x,y\n1,a\n2,b\n", loss="bce").network.sizes[-1] == 2

    def test_the_target_may_be_any_column(self, load: Any) -> None:
        problem = load("kind,x,y\na,1,2\nb,3,4\n", target="kind")
        assert (problem.input_names, problem.target_names) == (("x", "y"), ("a", "b"))
        assert problem.inputs.tolist() == [[1, 2], [3, 4]]

    @pytest.mark.parametrize(
        "text",
        [
            POINTS.replace("\n", "\r\n"),
            POINTS.replace("\n", "\r"),
            POINTS.replace(",", ";"),
            POINTS.replace(",", "\t"),
            POINTS.replace(",", ", "),
            "\ufeff" + POINTS,
            '\ufeff"x";"y";"kind"\r\n"1";"2";"b"\r\n"3";"4";"a"\r\n"5";"6";"b"\r\n',
            "\n" + POINTS.replace("\n", "\n\n") + "  \n",
            POINTS.rstrip("\n"),
        ],
    )
    def test_it_may_be_written_in_many_ways(self, load: Any, text: str) -> None:
        problem = load(text)
        assert problem.input_names == ("x", "y")
        assert problem.inputs.tolist() == [[1, 2], [3, 4], [5, 6]]
        assert problem.target_names == ("a", "b")

    def test_quoted_cells_may_hold_separators_quotes_and_line_breaks(self, load: Any) -> None:
        problem = load('"a, ""b""",y\n"1\n",p\n2,"q\nr"\n')
        assert (problem.input_names, problem.target_names) == (('a, "b"',), ("p", "q r"))

    def test_standardized_features_have_mean_0_and_deviation_1(self, load: Any) -> None:
        inputs = load("a,b,c,d,y\n1,0.1,1e308,-4,p\n2,0.1,-1e308,0,q\n6,0.1,1e308,1,p\n", standardize="true").inputs
        assert inputs.mean(axis=0) == pytest.approx([0] * 4, abs=1e-12)
        assert inputs.std(axis=0) == pytest.approx([1, 0, 1, 1])
        assert inputs[:, 0] == pytest.approx((np.array([1, 2, 6]) - 3) / np.sqrt(14 / 3))
        assert inputs[:, 1].tolist() == [0, 0, 0]

    def test_a_table_is_learned(self, load: Any) -> None:
        problem = load(POINTS, standardize=True, lr="0.5")
        assert core.Timeline(problem)[500].loss < 0.05

    def test_control_characters_get_into_no_name(self, load: Any) -> None:
        problem = load("a\x1b[31m,y\n1,p\x07\n2,\x9bq\n")
        assert (problem.input_names, problem.target_names) == (("a[31m",), ("p", "q"))


class TestArrays:
    def test_labels_and_few_whole_numbers_are_classes(self, load: Any) -> None:
        inputs = np.arange(8.0).reshape(4, 2)
        b, t = "b", True
        for labels in ([b, "a", b, b], [b"b", b"a", b"b", b"b"], [7, 3, 7, 7], [7.0, 3.0, 7.0, 7.0], [t, False, t, t]):
            problem = load({"inputs": inputs, "targets": np.array(labels)})
            assert problem.targets.tolist() == [[0, 1], [1, 0], [0, 1], [0, 1]]
            assert len(problem.target_names) == 2
            assert problem.inputs.tolist() == inputs.tolist()

    def test_numbers_are_numbers(self, load: Any) -> None:
        problem = load({"inputs": np.eye(2, dtype=np.float32), "targets": np.array([0.5, 1.0])})
        assert (problem.targets.tolist(), problem.loss) == ([[0.5], [1.0]], core.SquaredError())

    def test_one_hot_rows_are_classes_and_other_rows_numbers(self, load: Any) -> None:
        assert load({"inputs": np.eye(2), "targets": np.eye(2, dtype=int)}).loss == core.SoftmaxCrossEntropy()
        assert load({"inputs": np.eye(2), "targets": 2 * np.eye(2)}).loss == core.SquaredError()
        assert load({"inputs": np.eye(2), "targets": np.eye(2)}, task="regression").loss == core.SquaredError()
        assert load({"inputs": np.eye(2), "targets": [[-1], [1]]}).targets.tolist() == [[-1], [1]]
        assert load({"inputs": np.eye(2), "targets": [[-1], [1]]}, task="classification").target_names == ("-1", "1")

    def test_they_take_the_same_options(self, load: Any) -> None:
        problem = load({"inputs": np.eye(2), "targets": ["a", "b"]}, hidden="3", standardize=True)
        assert problem.network.sizes == (2, 3, 2)
        assert problem.inputs.tolist() == [[1, -1], [-1, 1]]


DROP = "--missing drop leaves such rows out"
FILL = f"{DROP}, --missing mean fills them in"
OTHER = "--target COLUMN chooses another target"
CORRECT = "correct it, write NA for a missing number, or --drop x leaves the column out"

REFUSED = [
    ("x,y\n1,a\n,b\n", f'column 1 ("x"): 1 cell is missing, in line 3 (empty); {FILL}'),
    ("x,y\n1,a\nNA,b\n", f'column 1 ("x"): 1 cell is missing, in line 3: "NA"; {FILL}'),
    ("x,y\n1,a\nnan,b\n", f'column 1 ("x"): 1 cell is missing, in line 3: "nan"; {FILL}'),
    ("x,y\n1,a\n-inf,b\n", 'column 1 ("x"): 1 cell is no finite number, in line 3: "-inf"'),
    ("x,y\n1,a\n1e999,b\n", 'column 1 ("x"): 1 cell is no finite number, in line 3: "1e999"'),
    ("x,y\n1,a\n1_000,b\n", f'column 1 ("x"): 1 cell is no number, in line 3: "1_000"; {CORRECT}'),
    ("x,y\n1,a\n\x1b[2J,b\n", f'column 1 ("x"): 1 cell is no number, in line 3: "[2J"; {CORRECT}'),
    ("x,y\n1,a\n" + "z" * 100 + ",b\n", f'column 1 ("x"): 1 cell is no number, in line 3: "{"z" * 37}..."; {CORRECT}'),
    ("x;y\n1;a\n0,5;b\n", 'column 1 ("x"): 1 cell is no number, in line 3: "0,5"; --decimal , reads them'),
    ('x,y\n1,a\n"0,5",b\n', 'column 1 ("x"): 1 cell is no number, in line 3: "0,5"; --decimal , reads them'),
    ('x,y\n"1\n\n",a\n\n"2\r\n",b\nz,c\n', f'column 1 ("x"): 1 cell is no number, in line 8: "z"; {CORRECT}'),
    ('x,y,z\n"1\n","\n?",b\n', f'column 2 ("y"): 1 cell is missing, in line 3: "?"; {FILL}'),
    ("x,y\n1,a\n2,\n", f'column 2 ("y"): 1 cell is missing, in line 3 (empty); {DROP}'),
    ("x,y\n1,0.5\n2,\n", f'column 2 ("y"): 1 cell is missing, in line 3 (empty); {DROP}'),
    ("x,y\n1,0.5\n2,inf\n", 'column 2 ("y"): 1 cell is no finite number, in line 3: "inf"'),
    ("x,y\n1,a\n2,b\n3,NaN\n", f'column 2 ("y"): 1 cell is missing, in line 4: "NaN"; {DROP}'),
    ("x,y\n1,0.5\n2,1\n3,?\n", f'column 2 ("y"): 1 cell is missing, in line 4: "?"; {DROP}'),
    (
        "x,y\n1,a\n2,b\n3,3\n",
        'column 2 ("y"): 1 cell is a number where most cells are names of classes, in line 4: "3"; '
        "--task classification if they are names, too",
    ),
    ("x,y\n1,a\n2,NA\n3,b\n", f'column 2 ("y"): 1 cell is missing, in line 3: "NA"; {DROP}'),
    (
        "x;y\n1;70,5\n2;82,1\n",
        'column 2 ("y"): 2 cells are no numbers, the first in line 2: "70,5"; --decimal , reads them',
    ),
    (
        'x,y\n"1,200",0.5\n"900",1.5\n',
        'column 1 ("x"): 1 cell is no number, in line 2: "1,200"; '
        "--thousands , reads them as 1200 (--decimal , as 1.2)",
    ),
    (
        "x;y;;\n1;2;;3\n",
        "line 1, column 3: expected a column's name, found an empty cell (and in 1 more column)",
    ),
    (
        "x:y\n1:2\n",
        'line 1: expected at least one feature and a target, separated by commas, semicolons, tabs, "|" or spaces; '
        'found the one column "x:y"; it seems to be separated by colons',
    ),
    (
        "x y\n1 2\n3 4 5\n",
        'line 1: expected at least one feature and a target, separated by commas, semicolons, tabs, "|" or spaces; '
        'found the one column "x y"; it seems to be separated by spaces',
    ),
    ("x,y\n1,a\n2\n", "line 3: expected 2 cells, found 1"),
    ("x,y\n1,a\n2,b,3\n", "line 3: expected 2 cells, found 3"),
    ("x,x,y\n1,2,a\n", 'line 1, column 2: the name "x" is already that of column 1'),
    ("x,,y\n1,2,a\n", "line 1, column 2: expected a column's name, found an empty cell"),
    (
        "1,2\n3,4\n",
        "line 1: expected a header row with the columns' names, found numbers only; "
        "--no-header takes the first line for data",
    ),
    (
        "x\n1\n",
        'line 1: expected at least one feature and a target, separated by commas, semicolons, tabs, "|" or spaces; '
        'found the one column "x"',
    ),
    ("x,y\n", "expected rows of data after the header, found none"),
    ("\n \n", "expected a header row with the columns' names, found empty lines only"),
    ("x,y\n1,a\n2,a\n", f'column 2 ("y"): expected at least 2 different classes, found only "a"; {OTHER}'),
    (
        "x,y\n1,3\n2,3\n",
        'column 2 ("y"): expected at least 2 different targets, found only 3; --task regression takes it for a number',
    ),
    (
        "x,y\n" + "".join(f"1,n{k}\n" for k in range(1001)),
        f'column 2 ("y"): expected at most 1,000 different classes, found 1,001; {OTHER}',
    ),
    ('x,y\n1,"a\n2,b\n', "line 2: a quotation mark is opened and never closed"),
    ('x,y\n1,"a"b\n', "line 2: expected a separator after a closing quotation mark"),
    ('"x,y\n1,2\n', "line 1: a quotation mark is opened and never closed"),
    ("x,y\n1," + "a" * 200_000 + "\n", "line 2: field larger than field limit (131072)"),
    ("", "the file is empty"),
    (
        b"x,y\n1,a\n2,\xff\n",
        "line 3: expected UTF-8 text, found the byte 0xff; --encoding latin-1 may read it, or save it as UTF-8",
    ),
    (
        {"inputs": [[1.0]], "target": [1]},
        'targets: expected an array of this name, found none (unknown "target"; did you mean "targets"?)',
    ),
    ({"targets": [1, 2]}, "inputs: expected an array of this name, found none"),
    (
        {"inputs": [1.0, 2.0], "targets": [1, 2]},
        "inputs: expected a matrix with a row for each sample, found shape (2,)",
    ),
    (
        {"inputs": np.empty((0, 2)), "targets": [1]},
        "inputs: expected a matrix with a row for each sample, found shape (0, 2)",
    ),
    ({"inputs": [[1j]], "targets": [1]}, "inputs: expected numbers, found the type complex128"),
    ({"inputs": [["a"]], "targets": [1]}, "inputs: expected numbers, found the type <U1"),
    (
        {"inputs": np.array([[None]], dtype=object), "targets": [1]},
        "inputs: expected an array of numbers, found Python objects",
    ),
    ({"inputs": [[1.0, np.nan]], "targets": [1]}, "inputs, row 1, column 2: expected a finite number, found nan"),
    ({"inputs": np.eye(2), "targets": [1.5, np.inf]}, 'targets: 1 cell is no finite number, in row 2: "inf"'),
    (
        {"inputs": np.eye(2), "targets": [[1, 2], [3, np.inf]]},
        "targets, row 2, column 2: expected a finite number, found inf",
    ),
    ({"inputs": np.eye(2), "targets": [1, 2, 3]}, "targets: expected 2 rows (as many as inputs), found 3"),
    ({"inputs": np.eye(2), "targets": [[[1]]]}, "targets: expected shape (n,) or (n, c), found (1, 1, 1)"),
    ({"inputs": np.eye(2), "targets": [1j, 2]}, "targets: expected labels or numbers, found the type complex128"),
    ({"inputs": np.eye(2), "targets": ["a", "a"]}, 'targets: expected at least 2 different classes, found only "a"'),
]

OPTIONS = [
    ("hidden", "8,x", 'expected the units of each hidden layer, such as 8 or 8,8, or none, found "8,x"'),
    ("hidden", "0", 'expected the units of each hidden layer, such as 8 or 8,8, or none, found "0"'),
    ("hidden", "", 'expected the units of each hidden layer, such as 8 or 8,8, or none, found ""'),
    ("hidden", "10000,10000", "expected a network of at most 10000000 weights, found 100040000"),
    ("activation", "sigmod", 'unknown "sigmod"; did you mean "sigmoid"?'),
    ("loss", "entropy", 'unknown "entropy"; did you mean "cross-entropy"?'),
    ("lr", "abc", 'expected a finite number above 0, found "abc"'),
    ("lr", True, "expected a finite number above 0, found true"),
    ("batch", "0", 'expected a whole number of at least 1, found "0"'),
    ("seed", "1.5", 'expected a whole number of at least 0, found "1.5"'),
    ("margin", "0.5", "softmax_cross_entropy has no margin; it belongs to hinge, softmax_hinge, softmax_margin"),
    ("reduction", "average", 'unknown "average"; expected one of sum, mean'),
    ("task", "classify", 'unknown "classify"; did you mean "classification"?'),
    ("standardize", "maybe", 'expected true or false, found "maybe"'),
    ("hiden", "8", 'unknown "hiden"; did you mean "hidden"?'),
]


class TestRefused:
    @pytest.mark.parametrize(("table", "message"), REFUSED, ids=range(len(REFUSED)))
    def test_a_mistake_is_told_with_its_place_what_was_expected_and_what_was_found(
        self, load: Any, table: Any, message: str
    ) -> None:
        assert mistakes(load, table) == (message,)

    @pytest.mark.parametrize(("option", "value", "message"), OPTIONS)
    def test_a_mistake_in_an_option_is_told(self, load: Any, option: str, value: object, message: str) -> None:
        assert mistakes(load, POINTS, **{option: value}) == (f"option {option}: {message}",)

    def test_mistakes_in_cells_and_options_are_told_together(self, load: Any) -> None:
        found = mistakes(load, "x,y,kind\n1,?,a\n1,2\n,2,b\n", hidden="8,x", activation="sigmod", lr="abc")
        assert [line.partition(":")[0] for line in found] == [
            "option hidden",
            "option activation",
            "option lr",
            "line 3",
            'column 1 ("x")',
            'column 2 ("y")',
        ]

    def test_there_is_a_line_for_each_column_not_for_each_cell(self, load: Any) -> None:
        found = mistakes(load, "x,y,z,kind\n" + "?,0.5,oops,a\n" * 25)
        assert [line.partition(":")[0] for line in found] == ['column 1 ("x")', 'column 3 ("z")']
        assert found[0].startswith('column 1 ("x"): 25 cells are missing, the first in line 2: "?"')

    def test_only_the_first_ten_are_listed(self, load: Any) -> None:
        names = [f"x{j}" for j in range(25)]
        found = mistakes(load, ",".join(names) + ",y\n" + "?," * 25 + "a\n" + "1," * 25 + "b\n")
        assert len(found) == 11
        assert found[-1] == "and 15 more"

    def test_a_target_that_is_no_column(self, load: Any) -> None:
        assert mistakes(load, POINTS, target="knd") == ('target: unknown "knd"; did you mean "kind"?',)
        wide = ",".join(f"a{k}" for k in range(100)) + "\n"
        (found,) = mistakes(load, wide, target="?")
        assert found.endswith("a18, a19, ... (100 columns)")

    def test_a_target_where_columns_have_no_names(self, load: Any) -> None:
        table = {"inputs": np.eye(2), "targets": [1, 2]}
        assert mistakes(load, table, target="y") == (
            "target: only a table of cells with named columns, such as a .csv file",
        )

    def test_a_task_that_the_cells_do_not_fit(self, load: Any) -> None:
        assert mistakes(load, POINTS, task="regression") == (
            'column 3 ("kind"): 3 cells are no numbers, the first in line 2: "b"',
        )
        table = {"inputs": np.eye(2), "targets": [[1, 1], [0, 1]]}
        assert mistakes(load, table, task="classification") == (
            "targets: for classification in 2 columns expected a single 1 in each row, the rest 0; row 1 differs",
        )

    def test_a_loss_for_classes_where_the_targets_are_numbers(self, load: Any) -> None:
        assert mistakes(load, "x,y\n1,0.5\n2,1.5\n", loss="hinge") == (
            "option loss: the hinge on scores loss needs classes; row 1 is (0.5), expected -1 or +1 "
            "(two classes read from one output) (2 such rows)",
        )

    def test_an_archive_that_is_none(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.npz"
        for data in (b"not an archive", b"PK\x03\x04", b"\x93NUMPY"):
            path.write_bytes(data)
            with pytest.raises(core.ProblemError, match=r"expected a \.npz file as numpy\.savez writes it$"):
                core.load_problem(path)

    def test_a_damaged_array(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.npz"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("inputs.npy", b"\x93NUMPY\x01\x00 nothing like a header")
            archive.writestr("targets", b"no array at all")
        with pytest.raises(core.ProblemError) as caught:
            core.load_problem(path)
        assert caught.value.mistakes == (
            "inputs: expected an array of numbers, found a damaged array",
            "targets: expected an array of numbers, found a damaged array",
        )

    def test_an_array_that_is_small_only_when_packed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.loading.npz_file.LARGEST_ARRAY", 2**20)
        np.savez_compressed(tmp_path / "mine.npz", inputs=np.zeros((2**18, 1)), targets=np.array([1, 2]))
        with pytest.raises(core.ProblemError, match=r"inputs: the array is too large: expected at most 1 MiB"):
            core.load_problem(tmp_path / "mine.npz")

    def test_a_header_that_promises_more_than_there_is(self, tmp_path: Path) -> None:
        header = io.BytesIO()
        np.lib.format.write_array_header_1_0(header, {"descr": "<f8", "fortran_order": False, "shape": (2**50, 2)})
        with zipfile.ZipFile(tmp_path / "mine.npz", "w") as archive:
            archive.writestr("inputs.npy", header.getvalue())
        with pytest.raises(core.ProblemError, match=r"inputs: expected an array of numbers, found a damaged array"):
            core.load_problem(tmp_path / "mine.npz")

    @pytest.mark.parametrize("suffix", [".csv", ".npz"])
    def test_a_file_that_is_not_there_a_folder_and_a_huge_one(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"mine{suffix}"
        with pytest.raises(core.ProblemError, match=r"there is no such file$"):
            core.load_problem(path)
        path.mkdir()
        with pytest.raises(core.ProblemError, match=r"expected a file, found a folder$"):
            core.load_problem(path)
        path.rmdir()
        with path.open("wb") as file:
            file.truncate(2**40)
        with pytest.raises(core.ProblemError, match=r"the file is too large: expected at most 256 MiB$"):
            core.load_problem(path)
