"""Whatever stands in a file, there is a problem to work with or a list of what is wrong."""

from __future__ import annotations

import re
import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import core

TOML = (
    "name = 'x'\n[data]\ninputs = [[1, 2], [3, 4]]\ntargets = [1, -1]\n[[layers]]\nunits = 2\nbias = true\n"
    "activation = 'relu'\nseed = 3\n[[layers]]\nweights = [[1.5], [-2]]\nbias = [0.5]\ntrain_bias = false\n"
    "[training]\nloss = 'softmax_hinge'\nmargin = 0.5\nlearning_rate = 0.1\nbatch_size = 1\nreduction = 'mean'\n"
)
PIECES = [
    "true",
    "nan",
    "-inf",
    "[]",
    "{}",
    "''",
    "[[1]]",
    "1e999",
    "-1",
    "0",
    "'\\u001b'",
    "[data]",
    "=",
    "\n",
    "1" * 30,
]
TABLE = 'width,height,"kind"\r\n1,2.5,a\r\n-3,1e2,b\r\n0.5,"7",a\r\n4,4,"b"\r\n'
CELLS = [",", ";", "\t", "\n", "\r", '"', "nan", "1e999", "", "1_0", "0,5", "a", "\x1b[2J", "\ufeff", "\0", "9" * 400]
Edit = tuple[int, int, str]


def edits(pieces: list[str]) -> st.SearchStrategy[list[Edit]]:
    """Places in a text, how much of it goes, and what comes there instead."""
    piece = st.sampled_from(pieces) | st.text(string.printable + "\x1b\0é", max_size=5)
    return st.lists(st.tuples(st.integers(0, 400), st.integers(0, 12), piece), min_size=1, max_size=4)


def edited(text: str, changes: list[Edit]) -> str:
    for start, length, piece in changes:
        start %= len(text) + 1
        text = text[:start] + piece + text[start + length :]
    return text


def load(path: Path, **options: object) -> None:
    """A problem that can be trained, or words that can be shown."""
    try:
        problem = core.load_problem(path, options)
    except core.ProblemError as error:
        mistakes = error.mistakes
    else:
        core.Timeline(problem).approach(1)
        mistakes = (problem.name, *problem.input_names, *problem.target_names, "-")
    assert mistakes
    assert all(line.isprintable() for line in mistakes)


any_file = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


@any_file
@given(changes=edits(PIECES))
def test_any_toml(tmp_path: Path, changes: list[Edit]) -> None:
    path = tmp_path / "any.toml"
    path.write_text(edited(TOML, changes), newline="")
    load(path)


@any_file
@given(
    values=st.lists(st.sampled_from(re.findall(r"^\w+ = (.+)$", TOML, re.M) + PIECES[:10]), min_size=15, max_size=15)
)
def test_any_value_under_any_key(tmp_path: Path, values: list[str]) -> None:
    left = list(values)
    path = tmp_path / "any.toml"
    path.write_text(re.sub(r"^(\w+) = .+$", lambda match: f"{match[1]} = {left.pop()}", TOML, flags=re.M))
    load(path)


@any_file
@given(changes=edits(CELLS), task=st.sampled_from([None, "classification", "regression"]))
def test_any_table(tmp_path: Path, changes: list[Edit], task: str | None) -> None:
    path = tmp_path / "any.csv"
    path.write_text(edited(TABLE, changes), newline="")
    load(path, task=task, hidden="2", standardize=True)


@any_file
@given(data=st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    for suffix in (".toml", ".csv", ".npz"):
        path = tmp_path / f"any{suffix}"
        path.write_bytes(data)
        load(path)


@any_file
@given(place=st.integers(0, 2000), byte=st.integers(0, 255), cut=st.integers(0, 2000))
def test_any_damage_to_an_archive_of_arrays(tmp_path: Path, place: int, byte: int, cut: int) -> None:
    path = tmp_path / "any.npz"
    np.savez_compressed(path, inputs=np.arange(8.0).reshape(4, 2), targets=np.array([0, 1, 0, 1]))
    data = bytearray(path.read_bytes())
    data[place % len(data)] = byte
    path.write_bytes(data[: len(data) - cut % len(data)] if cut % 3 == 0 else data)
    load(path)


@pytest.mark.parametrize("name", ["hidden", "activation", "loss", "lr", "batch", "seed", "margin", "reduction", "task"])
@any_file
@given(value=st.text(max_size=8) | st.none() | st.integers() | st.floats() | st.booleans() | st.lists(st.integers()))
def test_any_option(tmp_path: Path, name: str, value: object) -> None:
    path = tmp_path / "any.csv"
    path.write_text(TABLE)
    load(path, **{name: value})
