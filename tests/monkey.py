"""A monkey at the keyboard: random keys, clicks and sizes of the terminal, in bursts, on every screen.

`python tests/monkey.py --events 100000 --seed 1` prints how many events there were, what went wrong and how the memory
grew, and ends with status 1 if anything went wrong. The order of the events follows from the seed; what they meet does
not quite, because the screens keep their own time. `--session N` plays one session of a run again.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import gc
import os
import random
import resource
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from textual import events
from textual.app import App
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.worker import WorkerFailed

import core
from core.practice import Exercise
from pictured import circles, small_digits
from samples import exercise_2
from screen import diverging, regression, wide
from swept import file_of, grid
from tui.app import SgdbApp
from tui.commands.data_folder import data_folder
from tui.practice.screen import PractiseScreen
from tui.sweeps.compare import Side
from tui.sweeps.compare_screen import ComparedScreen
from tui.sweeps.screen import SweepScreen

Event: TypeAlias = events.Event
Scene: TypeAlias = Callable[[], App[Any]]

SESSION = 400  # events on one application; if they end it, the rest go to a new one
WARM_UP = 10_000  # events, or a fifth of a short run, in which the caches of Textual and Rich fill up to their limits
BURST = 40  # events at most, between which the application gets no time
SMALLEST, LARGEST = (20, 5), (300, 100)
PUBLISHED = Path(__file__).parent.parent / "examples" / "exercise-2-published.toml"

MOVES = (
    *("left", "right", "up", "down", "home", "end", "pageup", "pagedown", "tab", "shift+tab", "enter", "escape"),
    *("backspace", "delete", "space", "shift+left", "shift+right", "shift+up", "shift+down"),
    *("ctrl+left", "ctrl+right", "ctrl+home", "ctrl+end"),
)
OPENERS = ("ctrl+p", "question_mark", *"fmxgrzhnsSdlyweBDUcCbiV0{}oNEPPP")
RARE = (*(f"ctrl+{letter}" for letter in "cauwkvxdzs"), "f1", "shift+home", "shift+end")
# What is typed holds no slash and no tilde: a file that is written stays in the monkey's folder.
TYPED = "0123456789.-+eE_,; []<>abchklmnpqrstuvwxyzδ∂✓"
PASTES = ("1.5 -0.2 0.2; 2 0.6 1.1", "[[1, 2], [3, 4]]", "-0.25", "answers.toml", "x" * 300, "\x1b[31m", "1\n2\n3\n")


class Clock:
    """A clock on which every look takes a second: a held key is a pressed one."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


def practice(name: str, seed: int) -> SgdbApp:
    """A sheet of a built-in problem."""
    problem = core.load_problem(name)
    return SgdbApp(problem, first=PractiseScreen(Exercise(problem, seed), data_folder(), Clock()))


def checked() -> SgdbApp:
    """Answers with slips."""
    report = core.check_answers(PUBLISHED)
    return SgdbApp(report.step.problem, report)


def swept() -> SgdbApp:
    """Results of a sweep, in a file of the folder that the monkey is in."""
    axes = {"lr": [0.01, 0.1, 1.0, 10.0], "update": ["adam", "sgd"], "seed": range(4)}
    return SgdbApp(first=SweepScreen(file_of(Path("made.sqlite"), grid(axes), 40)))


def side_by_side() -> SgdbApp:
    """Runs that are compared, one of which ends early."""
    found = [core.load_problem("exercise-2", {"lr": lr}) for lr in (0.5, 1.5, 1e200)]
    return SgdbApp(first=ComparedScreen([Side("a run", "", core.Session.of(one), one, 40) for one in found]))


SCENES: dict[str, Scene] = {
    "exercise 2": lambda: SgdbApp(exercise_2()),
    "practice": lambda: practice("exercise-2", 7),
    "hinge": lambda: SgdbApp(core.load_problem("exercise-3")),
    "checked answers": checked,
    "mini-batches": lambda: SgdbApp(wide()),
    "practice of the hinge": lambda: practice("exercise-3", 8),
    "diverging": lambda: SgdbApp(diverging()),
    "no classes": lambda: SgdbApp(regression()),
    "held out": lambda: SgdbApp(circles()),
    "images": lambda: SgdbApp(small_digits()),
    "sweep": swept,
    "side by side": side_by_side,
}


class Monkey:
    """Draws events. Where it points depends on the size of the terminal that it set last, and on nothing else."""

    def __init__(self, seed: str) -> None:
        self.rng = random.Random(seed)
        self.size = self._size()
        self.mouse = (0, 0)

    def bursts(self, count: int) -> Iterator[list[Event]]:
        """`count` events in bursts."""
        while count > 0:
            wanted = min(count, self.rng.choice((1, 1, 2, 3, 5, 8, 20, BURST)))
            burst: list[Event] = []
            while len(burst) < wanted:
                burst += self._few()
            yield burst[:wanted]
            count -= wanted

    def _few(self) -> list[Event]:
        """A few events that belong together."""
        rng = self.rng
        kind = rng.random()
        if kind < 0.45:
            return [self._key(rng.choice((*MOVES, *OPENERS)))]
        if kind < 0.55:  # held down
            key = rng.choice((*MOVES, *OPENERS, "n", "n", "h", "p", "full_stop", "comma"))
            return [self._key(key) for _ in range(rng.randint(2, 20))]
        if kind < 0.63:
            return [self._key(rng.choice(TYPED)) for _ in range(rng.randint(1, 6))]
        if kind < 0.64:
            return [self._key(rng.choice((*RARE, "q", "q", "ctrl+q")))]
        if kind < 0.65:
            return [events.Paste(rng.choice(PASTES))]
        if kind < 0.83:
            return self._clicks()
        if kind < 0.87:
            return [self._pointed(events.MouseMove) for _ in range(rng.randint(1, 5))]
        if kind < 0.90:  # drag
            down = self._pointed(events.MouseDown, button=1)
            moves = [self._pointed(events.MouseMove, button=1) for _ in range(rng.randint(1, 4))]
            return [down, *moves, self._pointed(events.MouseUp, button=1, stay=True)]
        if kind < 0.95:
            way = rng.choice(
                (events.MouseScrollUp, events.MouseScrollDown, events.MouseScrollLeft, events.MouseScrollRight)
            )
            return [self._pointed(way, stay=i > 0) for i in range(rng.randint(1, 4))]
        if kind < 0.96:
            return [rng.choice((events.AppBlur, events.AppFocus))()]
        sizes = []
        for _ in range(rng.choice((1, 1, 2, 3))):
            self.size = self._size()
            sizes.append(events.Resize(Size(*self.size), Size(*self.size)))
        return list(sizes)

    def _size(self) -> tuple[int, int]:
        rng = self.rng
        usual = ((80, 24), (120, 40), (60, 20), (200, 60), SMALLEST, LARGEST)
        if rng.random() < 0.5:
            return rng.choice(usual)
        return rng.randint(SMALLEST[0], LARGEST[0]), rng.randint(SMALLEST[1], LARGEST[1])

    def _key(self, key: str) -> events.Key:
        if len(key) == 1:
            return events.Key(key if key.isalnum() else _character_to_key(key), key)
        return events.Key(key, {"space": " ", "full_stop": ".", "comma": ",", "question_mark": "?"}.get(key))

    def _clicks(self) -> list[Event]:
        clicks: list[Event] = []
        button = self.rng.choice((1, 1, 1, 3))
        for i in range(self.rng.choice((1, 1, 2, 3))):
            clicks += [
                self._pointed(events.MouseDown, button=button, stay=i > 0),
                self._pointed(events.MouseUp, button=button, stay=True),
            ]
        return clicks

    def _pointed(self, kind: type[events.MouseEvent], button: int = 0, stay: bool = False) -> Event:
        width, height = self.size
        if not stay:
            near = self.rng.random()
            if near < 0.15:  # where notices are
                self.mouse = self.rng.randint(width // 2, width - 1), self.rng.randint(max(0, height - 8), height - 1)
            elif near < 0.3:  # the footer
                self.mouse = self.rng.randint(0, width - 1), height - 1
            else:
                self.mouse = self.rng.randint(0, width - 1), self.rng.randint(0, height - 1)
        x, y = self.mouse
        x, y = min(x, width - 1), min(y, height - 1)
        return kind(None, x, y, 0, 0, button, False, False, False, screen_x=x, screen_y=y)


@dataclass
class Outcome:
    """What came of a run: events, megabytes at its start, after the warm-up and after it all, and what went wrong, each
    with where.
    """

    events: int = 0
    start: float = 0.0
    before: float = 0.0
    after: float = 0.0
    faults: list[tuple[str, str]] = field(default_factory=list)

    def report(self) -> str:
        """The figures, in lines."""
        growth = self.after - self.before
        return (
            f"events      {self.events:,}\n"
            f"exceptions  {len(self.faults)}\n"
            f"memory      {self.before:.1f} MiB before, {self.after:.1f} MiB after: {growth:+.1f} MiB\n"
            f"            {self.start:.1f} MiB before the warm-up"
        )


@contextlib.contextmanager
def cage() -> Iterator[Path]:
    """A temporary folder that everything is written into."""
    xdg = ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DOWNLOAD_DIR")
    names = ("HOME", "USERPROFILE", "LOCALAPPDATA", *xdg)
    kept, here = {name: os.environ.get(name) for name in names}, os.getcwd()
    with tempfile.TemporaryDirectory(prefix="monkey-") as folder:
        os.environ.update(dict.fromkeys(names, folder))
        os.chdir(folder)
        try:
            yield Path(folder)
        finally:
            os.chdir(here)
            for name, value in kept.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


async def play(outcome: Outcome, seed: int, session: int, count: int) -> None:
    """One session: `count` events on one scene, which is set up again whenever they end it."""
    name, scene = list(SCENES.items())[session % len(SCENES)]
    where = f"seed {seed}, session {session} ({name})"
    monkey = Monkey(f"{seed} {session}")
    size, bursts = monkey.size, monkey.bursts(count)
    left = True
    while left:
        app = scene()
        app._fatal_error = app._close_messages_no_wait  # type: ignore[method-assign]  # one traceback is enough
        try:
            async with app.run_test(size=size, tooltips=True, notifications=True) as pilot:
                left = await _play_on(pilot, monkey, bursts, outcome)
        except Exception as failed:
            error = failed.error if isinstance(failed, WorkerFailed) else failed
            outcome.faults.append((where, "".join(traceback.format_exception(error))))
        size = monkey.size


async def _play_on(pilot: Pilot[Any], monkey: Monkey, bursts: Iterator[list[Event]], outcome: Outcome) -> bool:
    """Send bursts until there are no more, or the application ends. Whether there may be more."""
    app = pilot.app
    for burst in bursts:
        patience = monkey.rng.random()
        for event in burst:
            assert app._driver is not None
            app._driver.process_message(event)
            outcome.events += 1
        if patience < 0.5:
            await pilot.pause(0)  # until all that has been posted is dealt with
        else:
            for _ in range(int(patience * 10)):
                await asyncio.sleep(0)
        if app._exit or app._exception is not None or not app.is_running:
            return True
    return False


async def run(count: int, seed: int, session: int | None = None, each: int = SESSION) -> Outcome:
    """Play sessions of `each` events, `count` events in all; or one of them alone."""
    outcome = Outcome()

    def lost(_loop: object, context: dict[str, Any]) -> None:
        error = context.get("exception")
        text = "".join(traceback.format_exception(error)) if error is not None else context["message"]
        outcome.faults.append((f"seed {seed}, in a task", text))

    def lost_thread(arguments: threading.ExceptHookArgs) -> None:
        text = "".join(traceback.format_exception(arguments.exc_value))
        outcome.faults.append((f"seed {seed}, in a thread", text))

    hook, threading.excepthook = threading.excepthook, lost_thread
    asyncio.get_running_loop().set_exception_handler(lost)
    try:
        if session is not None:
            await play(outcome, seed, session, min(count, each))
            return outcome
        for number in range(len(SCENES)):  # what is imported once
            await play(Outcome(), seed, number, 1)
        outcome.start = outcome.before = memory()
        for number, start in enumerate(range(0, count, each)):
            if start <= min(WARM_UP, count / 5):
                outcome.before = await _memory_alone(seed)
            await play(outcome, seed, number, min(each, count - start))
            if sys.stderr.isatty():
                print(f"\r{outcome.events:,} events, {memory():.0f} MiB", end="\r", file=sys.stderr)
        outcome.after = await _memory_alone(seed)
    finally:
        threading.excepthook = hook
    return outcome


async def _memory_alone(seed: int) -> float:
    """The memory without the last application and its run: something still holds it until there is another one."""
    await play(Outcome(), seed, 0, 1)
    return memory()


def memory() -> float:
    """Megabytes of memory that the process has: now, or where that is not told, at most so far. What is free and only
    kept for later by the C library is given back first, where that can be asked for.
    """
    gc.collect()
    with contextlib.suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
    except OSError:
        size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return size / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> int:
    """Run from the command line. Returns the exit status: 1 where there were exceptions."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=10_000, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of their order (default: %(default)s)")
    parser.add_argument("--session", type=int, help="play this session of the run alone")
    arguments = parser.parse_args()
    with cage():
        outcome = asyncio.run(run(arguments.events, arguments.seed, arguments.session))
    seen = set()
    for where, text in outcome.faults:
        if (last := text[-400:]) not in seen:
            seen.add(last)
            print(f"{where}\n{text}", file=sys.stderr)
    print(outcome.report())
    return 1 if outcome.faults else 0


if __name__ == "__main__":
    sys.exit(main())
