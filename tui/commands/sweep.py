"""`sgdb sweep`: train many runs of one problem, and look at them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import (
    PROBLEM,
    PROBLEM_OPTIONS,
    Arguments,
    Option,
    as_typed,
    complain,
    is_session,
    is_value,
    no_session,
    parse,
    printable,
    terminal,
    whole,
)
from tui.commands.asked import ASK, answer
from tui.commands.output import FORCE, refused
from tui.commands.progress import progress_bar
from tui.commands.run import steps_of
from tui.commands.streams import UNWRITTEN
from tui.commands.sweep_text import runs_text, summary

if TYPE_CHECKING:
    from core import Executor, Grid, Problem, Result, Sweep, SweepFile

ABOUT = """Train a problem with every combination of some options, and keep the results in a file; or look at such a
file, also while it is written. After an option stand its values: 0.1 0.2, or 0..19 for whole numbers, 1..2/5 for five
values evenly apart, 0.01..10/log/13 for thirteen by equal factors. The same command goes on where it was stopped."""
SUFFIX = ".sqlite"
VALUES = "\x1f"  # between the values of one option, which nobody types
SWEPT = tuple(option if option.metavar else option._replace(metavar="WHETHER") for option in PROBLEM_OPTIONS)
OPERAND = PROBLEM._replace(help=f"{PROBLEM.help}; or a {SUFFIX} file that a sweep has written")
STEPS = 1000
OPTIONS = (
    ASK,
    Option("steps", "N", f"the number of SGD steps of each run (default: {STEPS})"),
    Option("random", "N", "draw N of the combinations; a range without a number of values is drawn from: 0.01..10/log"),
    Option("random-seed", "N", "seed of the draw (default: 0)"),
    Option("output", "FILE", f"the file for the results (default: the problem's name and {SUFFIX})", short="o"),
    Option("csv", "FILE", "save the results as a table: a row for each run"),
    FORCE._replace(help="replace an existing CSV file"),
    Option("workers", "N", "the number of processes (default: one for each processor)"),
    Option("dask", "ADDRESS", "compute on a Dask cluster, such as tcp://host:8786"),
    *SWEPT,
)
OF_FILES = ("csv", "force", "help")  # options that go with a file of results
FAILED, INTERRUPTED = 1, 130
MOST_WORKERS = 1024
MOST_DRAWN = 10**9
PATIENCE = 10  # seconds, for a cluster


def main(argv: Sequence[str]) -> int:
    """Run a sweep, or open the file of one. Returns 0, also where runs fail; 1 where a cluster is lost, 2 for wrong
    input, 74 where a file cannot be written, 130 when interrupted: what was computed is kept.
    """
    arguments = parse("sgdb sweep", ABOUT, OPTIONS, gathered(argv), operand=OPERAND)
    if "help" in arguments.values:
        print(arguments.help, end="")
        return 0
    if is_session(arguments.problem):
        return complain([*arguments.mistakes, no_session(arguments.problem)])
    if arguments.problem.lower().endswith(SUFFIX):
        return _look(arguments)
    kept = "what was computed before is kept, and the same command goes on with the others"
    try:
        return _sweep(arguments)
    except BrokenPipeError:  # nobody reads the output
        raise
    except ConnectionError as error:
        return complain([f"--dask: {error}; {kept}"], FAILED)
    except OSError as error:
        if error.filename is None:
            raise
        return complain([f"{printable(error.filename)}: {error.strerror}; {kept}"], UNWRITTEN)


def gathered(argv: Sequence[str]) -> list[str]:
    """A command line in which the values of each option of a problem stand in one word; where it is given again, all
    of them. A switch without a value is on.
    """
    switches = {f"--{option.name}" for option in PROBLEM_OPTIONS if option.metavar is None}
    several = {f"--{option.name}" for option in SWEPT}
    words: list[str] = []
    rest, found = list(argv), dict[str, list[str]]()
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name not in several:
            words.append(word)
            continue
        values = [value] if equals else []
        while rest and (rest[0] in ("true", "false") if name in switches else is_value(rest[0])):
            values.append(rest.pop(0))
        if not values and name not in switches:
            words.append(name)
            continue
        found[name] = [*found.get(name, []), *(values or ["true"])]
        words.append(f"{name}={VALUES.join(found[name])}")
    return words


def _sweep(arguments: Arguments) -> int:
    from core import ProblemError, Sweep, SweepFile

    values, mistakes = arguments.values, list(arguments.mistakes)
    problem, grid = _read(arguments, mistakes)
    workers = _number(values, "workers", 1, MOST_WORKERS, mistakes)
    if workers is not None and "dask" in values:
        mistakes.append("--workers: of no use with --dask, whose cluster has its own")
    if "csv" in values and (mistake := refused(values["csv"], problem, "force" in values)):
        mistakes.append(f"--csv: {mistake}")
    if problem is None or grid is None or mistakes:
        return complain(mistakes)
    if "ask" in values:
        return _ask(arguments, grid, workers)
    path = values.get("output", f"{os.path.splitext(os.path.basename(arguments.problem))[0]}{SUFFIX}")
    if mistake := _misnamed(path):
        return complain([mistake])
    try:
        executor = _executor(values.get("dask"), workers)
        with SweepFile.create(path, problem) as file:
            known = file.keys()
            sweep = Sweep(grid, known, executor)
            file.plan(len(known) + sweep.missing)
            status = _run(sweep, file)
            results = [result for _, result in file.results() if result.run in grid]
            return _written(file, results, values.get("csv"), status)
    except ProblemError as error:
        return complain(str(error).splitlines())


def _misnamed(path: str | None) -> str:
    """What is wrong with the name of a file for results, or nothing."""
    if path is None or path.lower().endswith(SUFFIX):
        return ""
    return f"--output: {printable(path)}: expected a name that ends in {SUFFIX}"


def _ask(arguments: Arguments, grid: Grid, workers: int | None) -> int:
    """Answer a question about the problem, with its options as they are given, of which the seed alone may vary."""
    from core import ProblemError, SweepFile, load_problem

    values, path = arguments.values, arguments.values.get("output")
    mistakes = [f"--{name}: of no use with --ask" for name in ("random", "random-seed", "csv") if name in values]
    axes = dict(grid.axes)
    seeds: tuple[Any, ...] = () if values["ask"] == "rate" and len(axes.get("seed", ())) == 1 else axes.pop("seed", ())
    mistakes += [f"--{name}: expected one value with --ask" for name, found in axes.items() if len(found) > 1]
    mistakes += filter(None, [_misnamed(path)])
    if mistakes:
        return complain(mistakes)
    try:
        problem = load_problem(arguments.problem, {name: found[0] for name, found in axes.items()})
        with nullcontext() if path is None else SweepFile.create(path, problem) as file:
            executor = _executor(values.get("dask"), workers)
            return answer(values["ask"], problem, grid.steps, executor, file, seeds)
    except ProblemError as error:
        return complain(as_typed(error))


def _read(arguments: Arguments, mistakes: list[str]) -> tuple[Problem | None, Grid | None]:
    """The problem, and what is varied; all mistakes are added to those that there are."""
    from core import Grid, ProblemError, Source, load_problem, read_values

    steps = max(0, steps_of(arguments.values.get("steps", str(STEPS)), mistakes))
    drawn = _number(arguments.values, "random", 1, MOST_DRAWN, mistakes)
    seed = _number(arguments.values, "random-seed", 0, MOST_DRAWN, mistakes)
    if seed is not None and drawn is None:
        mistakes.append("--random-seed: of no use without --random")
    axes: dict[str, tuple[Any, ...]] = {}
    for name, text in arguments.problem_options.items():
        try:
            axes[name] = read_values(text.split(VALUES), name)
        except ProblemError as error:
            mistakes += [f"--{name}: {mistake}" for mistake in error.mistakes]
    try:
        grid = Grid(Source.of(arguments.problem, {}), axes, steps, drawn, seed or 0)
        run = next(iter(grid.runs()))
    except ProblemError as error:
        mistakes += as_typed(error)
        return None, None
    for options in (run.options, {}):
        # One combination may be wrong where others are right: then it is the result of its run.
        try:
            problem = load_problem(arguments.problem, options)
        except ProblemError as error:
            first = error
            continue
        assert problem.source is not None
        return problem, Grid(Source(problem.source.name), axes, steps, drawn, seed or 0)
    mistakes += as_typed(first)
    return None, None


def _number(values: Mapping[str, Any], name: str, least: int, most: int, mistakes: list[str]) -> int | None:
    """A whole number that was given as an option; whatever is wrong with it is added to the mistakes."""
    if name not in values:
        return None
    number = whole(values[name])
    if number is None or not least <= number <= most:
        mistakes.append(
            f'--{name}: expected a whole number from {least} to {most:,}, found "{printable(values[name])}"'
        )
        return least  # so that the rest can be looked at
    return number


def _executor(address: str | None, workers: int | None) -> Executor:
    """What computes the runs. Raises ProblemError where there is no such cluster."""
    from core import Local, OnDask, ProblemError

    if address is None:
        return Local(workers)
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address, parse_host_port
    except ImportError:
        raise ProblemError("", ["--dask: install it first: pip install 'sgdb[dask]'"]) from None
    try:
        parse_host_port(parse_address(address)[1])  # a client with a wrong one ends with a traceback, after 20 seconds
    except ValueError:
        wrong = f"--dask: {printable(address)}: expected an address with a port, such as tcp://host:8786"
        raise ProblemError("", [wrong]) from None
    try:
        return OnDask(Client(address, timeout=PATIENCE, set_as_default=False))
    except (OSError, ValueError) as error:
        raise ProblemError("", [f"--dask: {printable(address)}: {str(error).splitlines()[0]}"]) from None


def _run(sweep: Sweep, file: SweepFile) -> int:
    """Compute what is missing, into the file. Returns the exit status."""
    from core import stored

    done, missing, begun = 0, sweep.missing, perf_counter()
    chunks = stored(sweep, file)
    try:
        with _end_as_interrupt(), progress_bar() as bar:
            bar.show(0, missing, f"run 0 of {missing:,}")
            for results in chunks:
                done += len(results)
                rate = done / max(perf_counter() - begun, 1e-9)
                left = (missing - done) / rate
                bar.show(done, missing, f"run {done:,} of {missing:,}, {_rate(rate)}, {_time(left)} left")
    except KeyboardInterrupt:
        complain([f"stopped after {done:,} of {missing:,} runs; the same command goes on with the others"])
        return INTERRUPTED
    finally:
        chunks.close()
    if done:
        taken = perf_counter() - begun
        print(f"sweep: {runs_text(done)} in {_time(taken)}, {_rate(done / taken)}", file=sys.stderr)
    else:
        print(f"sweep: all runs are in {printable(file.path)} already", file=sys.stderr)
    return 0


@contextmanager
def _end_as_interrupt() -> Iterator[None]:
    """Meanwhile a request to end, such as from a batch system, is an interrupt, so that all is left in order."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _rate(rate: float) -> str:
    return f"{rate:,.0f} a second" if rate >= 10 else f"{60 * rate:,.0f} a minute"


def _time(seconds: float) -> str:
    """Some time, in words."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, hours = round(seconds / 60), seconds / 3600
    return f"{minutes} min" if minutes < 100 else f"{hours:.1f} h"


def _look(arguments: Arguments) -> int:
    """Show the file of a sweep."""
    from core import ProblemError, SweepFile

    values, mistakes = arguments.values, list(arguments.mistakes)
    mistakes += [f"--{name}: of no use with {printable(arguments.problem)}" for name in values if name not in OF_FILES]
    if "csv" in values and (mistake := refused(values["csv"], None, "force" in values)):
        mistakes.append(f"--csv: {mistake}")
    if mistakes:
        return complain(mistakes)
    try:
        if "csv" not in values and terminal():
            from tui.sweeps.app import run_sweep_app

            return run_sweep_app(arguments.problem)
        with SweepFile.open(arguments.problem) as file:
            return _written(file, [result for _, result in file.results()], values.get("csv"), 0)
    except ProblemError as error:
        return complain(str(error).splitlines())


def _written(file: SweepFile, results: Sequence[Result], path: str | None, status: int) -> int:
    """Print what came out, and write the table. Returns the exit status."""
    from core import table_csv

    if path is not None:
        from core.files import write_lines

        try:
            write_lines(path, [table_csv(results)])
        except OSError as error:
            return complain([f"--csv: {printable(path)}: {error.strerror or error}"], UNWRITTEN)
    for line in summary(file, results):
        print(line)
    sys.stdout.flush()
    return status
