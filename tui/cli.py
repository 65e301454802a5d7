"""The command `sgdb`: what it was told to do, and an exit status whatever happens on the way."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from tui.commands.streams import open_streams, status_of_output

ABOUT = "A debugger for stochastic gradient descent: step a small network through training, forward and back."
EXIT_STATUSES = """\
exit status: 0 done, 1 failed or not right, 2 wrong input, 3 nothing to judge, 74 the
output cannot be written, 130 interrupted, 141 nobody reads the output
"""
INTERRUPTED = 130
FAILED = 1
# What tells the libraries that numpy may multiply with how many threads to use.
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Command(NamedTuple):
    """A word after `sgdb`: a line about it, and what it does with the words that follow."""

    about: str
    main: Callable[[Sequence[str]], int]


def _run(argv: Sequence[str]) -> int:
    from tui.commands.run import main

    return main(argv)


def _export(argv: Sequence[str]) -> int:
    from tui.commands.export import main

    return main(argv)


def _gradcheck(argv: Sequence[str]) -> int:
    from tui.commands.gradcheck import main

    return main(argv)


def _diagnose(argv: Sequence[str]) -> int:
    from tui.commands.diagnose import main

    return main(argv)


def _check(argv: Sequence[str]) -> int:
    from tui.commands.check import main

    return main(argv)


def _solve(argv: Sequence[str]) -> int:
    from tui.commands.solve import main

    return main(argv)


def _practise(argv: Sequence[str]) -> int:
    from tui.commands.practise import main

    return main(argv)


def _compare(argv: Sequence[str]) -> int:
    from tui.commands.compare import main

    return main(argv)


def _sweep(argv: Sequence[str]) -> int:
    from tui.commands.sweep import main

    return main(argv)


# Each imports its own file when it is asked for, so that no command waits for what another one needs.
COMMANDS: dict[str, Command] = {
    "run": Command("train without a screen and print the final loss", _run),
    "sweep": Command("train many runs with other settings, and compare them: which rates, seeds, sizes work", _sweep),
    "diagnose": Command("train, and say why the network does not learn, if it does not", _diagnose),
    "check": Command("check work done by hand: its first slip, or the marks of a class", _check),
    "solve": Command("write the worked solution of a step: Markdown, LaTeX, HTML, or an answer sheet", _solve),
    "practise": Command(
        "practise on a new problem of the same kind, or print it as a sheet; also: practice", _practise
    ),
    "export": Command("write a pytest file that asserts the losses of a saved session", _export),
    "compare": Command("draw runs side by side under one cursor: problems, sessions, runs of a sweep", _compare),
    "gradcheck": Command("compare the gradients of a step with central differences of its loss", _gradcheck),
}
ALSO = {"practice": "practise"}  # other spellings of a command


def main(argv: list[str] | None = None) -> int:
    """Do what the command line (None: that of this process) says. Returns the exit status: 0, 1 where a run or a
    file failed, 2 for wrong input, 74 where the output cannot be written, 130 when interrupted, 141 when nobody reads
    the output.
    """
    words = sys.argv[1:] if argv is None else argv
    open_streams()
    _use_one_thread()
    try:
        command = COMMANDS.get(ALSO.get(words[0], words[0])) if words else None
        status = _open(words) if command is None else command.main(words[1:])
        return status_of_output(status)
    except KeyboardInterrupt:
        return INTERRUPTED
    except MemoryError:
        print("sgdb: there is not enough memory for this", file=sys.stderr)
        return FAILED
    except OSError as error:
        print(f"sgdb: {error.strerror or error}", file=sys.stderr)
        return FAILED
    finally:
        gc.enable()


def _use_one_thread() -> None:
    """Let numpy multiply in one thread, unless somebody has set a number. For small matrices more are never faster, and
    slower while the machine is busy; and the last bits depend on how many there are.
    """
    if "numpy" not in sys.modules and not any(os.environ.get(name) for name in THREADS):
        os.environ.update(dict.fromkeys(THREADS, "1"))


def _open(argv: Sequence[str]) -> int:
    """`sgdb [PROBLEM]`: the screen; also --version, --list and --notations."""
    gc.disable()  # until the screen runs: what is loaded stays, and to look through it takes a tenth of the start
    from tui.commands.arguments import PROBLEM_OPTIONS, SESSION_TOO, Option, complain, parse, printable, terminal
    from tui.commands.notations import NOTATION, notation_of
    from tui.commands.session import load_either

    options = (
        *PROBLEM_OPTIONS,
        NOTATION,
        Option("list", None, "list the built-in problems"),
        Option("notations", None, "list the notations of courses and books, with a formula in each"),
        Option("version", None, "show the version"),
    )
    arguments = parse("sgdb", ABOUT, options, argv, (*COMMANDS, *ALSO), SESSION_TOO)
    if "help" in arguments.values:
        print(f"{arguments.help}\ncommands:")
        for name, command in COMMANDS.items():
            print(f"  {f'sgdb {name}':<20}  {command.about} (sgdb {name} --help)")
        print(f"\n{EXIT_STATUSES}", end="")
        return 0
    for name, answer in (("version", _print_version), ("list", _print_list), ("notations", _print_notations)):
        if name in arguments.values and not arguments.mistakes:
            return answer()
    notation, unknown = notation_of(arguments.values)
    problem, session, mistakes = load_either(arguments)
    if problem is None or unknown:
        return complain([*unknown, *mistakes])
    if not terminal():
        from shlex import quote

        hint = f"sgdb run {quote(printable(arguments.problem))}{' --steps 1000' if session is None else ''}"
        return complain([f"the screen needs a terminal; to train without one: {hint}"])
    from tui.app import run_app

    opened = run_app if notation is None else partial(run_app, notation=notation.name)
    return opened(problem) if session is None else opened(problem, session=session, path=arguments.problem)


def _print_version() -> int:
    from importlib.metadata import version

    print(f"sgdb {version('sgdb')}")
    return 0


def _print_notations() -> int:
    from tui.commands.notations import notation_lines

    print("\n".join(notation_lines()))
    return 0


def _print_list() -> int:
    from core import built_in_problems

    problems = built_in_problems()
    width = max(map(len, problems))
    for name, about in problems.items():
        print(f"{name:<{width}}  {about}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
