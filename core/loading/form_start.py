"""What the form of a new problem begins with: the problem that is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.loading import prepare, training
from core.loading.fields import FieldReader
from core.loading.form import ProblemForm
from core.loading.hidden import with_hidden, with_seed
from core.loading.options import DATA_OPTIONS, read_options
from core.loading.options_form import present
from core.loading.table_file import key_of
from core.problem import Problem


def form_of(problem: Problem) -> ProblemForm:
    """The form of a problem as it is open, with the options it was opened with; a new one where it is none of a file's,
    or not as its file has it. Raises ProblemError where the file cannot be read any more.
    """
    source = problem.source
    if source is None or source.seed is not None or not problem.files:
        return ProblemForm()
    path, options = Path(problem.files[0]), dict(source.options)
    if source.is_file and key_of(path) is not None:
        form = _of_table(problem, path)
    else:
        form = _with_hidden(ProblemForm.of_file(path), options, problem.inputs.shape[1])
    for option, found in options.items():
        if option == "no-header":
            form = form.put("data.header", "false")
        elif option in DATA_OPTIONS:
            form = form.put(f"data.{prepare.OVERRIDES.get(option, option)}", _text(found))
    return _with_training(form, problem)


def _of_table(problem: Problem, path: Path) -> ProblemForm:
    """Where the table is the file that is open, the network is one that was made for it."""
    layers = [
        {"units": layer.weights.shape[1], "bias": True, "activation": layer.function.name}
        for layer in problem.network.layers
    ]
    if problem.shuffle_seed:
        layers = [{**layer, "seed": problem.shuffle_seed} for layer in layers]
    form = ProblemForm({"data": {}, "layers": layers, "training": {}}, given=({},) * len(layers))
    return form.put("data.file", form.path_of(path))


def _with_hidden(form: ProblemForm, options: Mapping[str, Any], inputs: int) -> ProblemForm:
    """With the hidden layers and the starting weights that options ask for."""
    reader = FieldReader()
    given = read_options(reader, {name: options[name] for name in ("hidden", "activation", "seed") if name in options})
    if not given:
        return form
    layers = with_seed(with_hidden(reader, list(form.tables["layers"]), given, inputs), given)
    return replace(form, tables={**form.tables, "layers": layers}, given=({},) * len(layers))


def _with_training(form: ProblemForm, problem: Problem) -> ProblemForm:
    """With the settings of the training as they are, where they are not usual."""
    found = present(problem)
    keys = {training.OVERRIDES.get(option, option): text for option, text in found.items()}
    if problem.batch_size is None:  # all rows, however many
        del keys["batch_size"]
        if problem.source is not None and "batch" in dict(problem.source.options):
            form = form.put("training.batch_size", "")
    for path in ("training.loss", "training.update"):
        form = _put(form, path, keys[path.removeprefix("training.")])
    for part in form.fields:
        if part.group == "training" and part.label in keys:
            form = _put(form, part.path, keys[part.label])
    if not problem.shuffle:
        settings = {key: kept for key, kept in form.tables["training"].items() if key != "shuffle_seed"}
        form = replace(form, tables={**form.tables, "training": {**settings, "shuffle": False}})
    return form


def _put(form: ProblemForm, path: str, text: str) -> ProblemForm:
    """With a text in a field, unless the same is so without it, or is what stands there in other words."""
    part = next(part for part in form.fields if part.path == path)
    return form if form.means(path, text) else form.put(path, "" if text == part.usual else text)


def _text(option: object) -> str:
    if isinstance(option, bool):
        return "true" if option else "false"
    return ",".join(map(_text, option)) if isinstance(option, tuple) else str(option)
