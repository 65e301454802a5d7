"""What is on the page of an exercise, as lines: the status, what is given, what is to be found, and the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from textwrap import wrap

from rich.cells import cell_len

from core.practice import Exercise, Reply
from core.solving import rounded
from tui.format import fit, plain
from tui.practice.matrices import Layout, Matrix, answer_matrix, arrange, given_matrix
from tui.sheet.lines import Line, Words, fitting, line
from tui.training.marks import COARSE, RIGHT, WRONG
from tui.training.rows import rule

SHORTEST_NAME = 8  # characters that are left of a problem's name
SHARE = 2 / 5  # of the room for matrices that what is given gets, where all of them do not fit
WORK = ((50, 10), (30, 7), (22, 4), (0, 2))  # lines of the work, from so many lines of the page on
RULES, RULE_ENDS = 3, 4  # how many there are, and the columns of one that are no text
GIVEN = ("given", " ─ ")
KEPT = "\N{NO-BREAK SPACE}"
LONGEST, DIGITS = 12, 9  # characters of a number that is shown as it was typed; digits of a longer one
START = "exactly or to three significant digits. h helps: the formula, then the numbers put in, then the value."
MARKS = {
    "right": (RIGHT, "right"),
    "slip": (WRONG, "alarm"),
    "coarse": (COARSE, "amber bold"),
    "unreadable": ("", "amber"),
}


@dataclass(frozen=True)
class Said:
    """What has been said last.

    note     something of the sheet as a whole, or nothing
    reply    what is thought of the last answer
    hints    lines of help
    summary  what there is to say in the end
    """

    note: str = ""
    reply: Reply | None = None
    hints: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Page:
    """The three panes of the page: two of matrices, and the work, of which `work_lines` from `work_top` on are in
    sight. `facts` are lines above what is given, where its rule has no room for them.
    """

    width: int
    facts: tuple[Line, ...]
    given: Layout
    found: Layout
    work: tuple[Line, ...]
    work_top: int
    work_lines: int

    @property
    def found_y(self) -> int:
        """The line of the rule over what is to be found."""
        return 2 + len(self.facts) + self.given.window.height

    @property
    def work_y(self) -> int:
        """The line of the rule over the work."""
        return self.found_y + 1 + self.found.window.height

    def pane_at(self, y: int) -> str:
        """The pane on a line: "given", "found" or "work"; "" for none."""
        return "" if y == 0 else "given" if y < self.found_y else "found" if y < self.work_y else "work"


def given_matrices(exercise: Exercise) -> list[Matrix]:
    """The quantities that the sheet starts from."""
    problem = exercise.problem
    names: list[Sequence[str]] = [problem.input_names, problem.target_names]
    found = exercise.paper.given
    return [given_matrix(quantity, names[i] if i < len(names) else ()) for i, quantity in enumerate(found)]


def answer_matrices(exercise: Exercise) -> list[Matrix]:
    """The quantities of the step, with the numbers that are on the table."""
    current = exercise.current.name if exercise.current is not None else ""

    def known(name: str, cell: tuple[int, ...]) -> str:
        there = exercise.knows(name, cell) if name in asked else exercise.reached(name)
        return _short(exercise.shown(name, cell)) if there else ""

    asked = {quantity.name for quantity in exercise.questions}
    return [answer_matrix(quantity, known, quantity.name == current) for quantity in exercise.paper.quantities]


def page(exercise: Exercise, said: Said, size: tuple[int, int], before: Page | None, work_top: int | None) -> Page:
    """The page at a size of so many columns and lines. What was in sight `before` stays, and of the work the line
    `work_top`, or the last where that is None.
    """
    width, height = size
    inside = max(0, width - 2)
    work = tuple(work_of(exercise, said, inside))
    lines = next(lines for least, lines in WORK if height >= least)
    if exercise.done:
        lines = max(lines, min(len(work), height // 2))
    above = tuple(_facts_apart(exercise, width))
    room = max(0, height - 1 - RULES - lines - len(above))
    known, asked = given_matrices(exercise), answer_matrices(exercise)
    wanted, rest = (arrange(matrices, inside, height).height for matrices in (known, asked))
    upper = min(wanted, max(round(room * SHARE), room - rest))
    last = max(0, len(work) - lines)
    return Page(
        width,
        above,
        arrange(known, inside, upper, before.given if before else None),
        arrange(asked, inside, room - upper, before.found if before else None),
        work,
        last if work_top is None else min(max(work_top, 0), last),
        lines,
    )


def lines_of(shown: Page, exercise: Exercise, said: Said, seconds: float) -> list[Line]:
    """The page, line by line."""
    cursor = (exercise.current.name, exercise.cell) if exercise.current is not None else None
    upper = [(GIVEN[0], "title"), (GIVEN[1], "structure"), (facts(exercise), "dim")]
    lower = [("to be found", "title")]
    work = [(title(exercise), "title")]
    help_ = "h tells it" if said.hints and exercise.tells_next else ""
    pages = "pgup pgdn" if len(shown.work) > shown.work_lines else ""
    said_now = shown.work[shown.work_top : shown.work_top + shown.work_lines]
    return [
        status(exercise, seconds, shown.width),
        _rule(upper[:1] if shown.facts else upper, shown.width, _ways(shown.given)),
        *(line_moved(found) for found in shown.facts),
        *(line_moved(found) for found in shown.given.lines()),
        _rule(lower, shown.width, _ways(shown.found)),
        *(line_moved(found) for found in shown.found.lines(cursor)),
        _rule(work, shown.width, " · ".join(filter(None, (help_, pages)))),
        *(line_moved(found) for found in said_now),
        *((),) * (shown.work_lines - len(said_now)),
    ]


def line_moved(found: Line) -> Line:
    """A line with the page's margin."""
    return tuple(span._replace(column=span.column + 1) for span in found)


def _rule(words: Sequence[tuple[str, str]], width: int, right: str) -> Line:
    """A line that divides panes, with a pane's name and, at its right end, what can be done, if there is room."""
    used = RULE_ENDS + sum(cell_len(text) for text, _ in words)
    tail = [(right, "dim")] if right and used + cell_len(right) + 2 <= width else []
    return rule(words, width, tail)


def _ways(layout: Layout) -> str:
    """How to see what does not fit."""
    ways = "↑↓" * bool(layout.below) + "←→" * bool(layout.beside)
    return f"⇧{ways} scroll" if ways else ""


def status(exercise: Exercise, seconds: float, width: int) -> Line:
    """The line on top: the sheet, and how far one is."""
    parts: list[Words] = [
        [f"sheet {exercise.seed}"],
        [exercise.progress],
        [count(exercise.slips, "slip")],
        [count(exercise.hints, "hint")],
        [minutes(seconds)],
    ]
    used = cell_len(" │ ".join(["", *(str(part[0]) for part in parts)]))
    name = fit(plain(exercise.like.name), max(width - 1 - used, SHORTEST_NAME))
    return fitting([[(name, "title")], *parts], width, start=1)


def facts(exercise: Exercise) -> str:
    """What is given, but for the matrices."""
    problem, paper = exercise.problem, exercise.paper
    letters, found = paper.letters, []
    for k, layer in enumerate(problem.network.layers, start=1):
        settings = "".join(f", {name} = {value:g}" for name, value in layer.function.settings)
        found.append(f"{paper.function(k)} {layer.activation}{settings}")
    statement = exercise.step.statement
    settings = "".join(f", {letters[setting.name]} = {setting.value:g}" for setting in statement.settings)
    update = "" if problem.update.name == "sgd" else f", {problem.update.title}"
    count = f", t = {exercise.step.index + 1}" * ("t" in statement.numbers)
    found.append(f"{problem.loss.full_title}, {problem.reduction}{update}{settings}{count}")
    found.append(f"{letters['alpha']} = {exercise.step.learning_rate:g}")
    if not paper.notation.is_own and paper.rendition.is_mean:
        found.append(f"{letters['n']} = {statement.rows}")
    return " · ".join(found)


def _facts_apart(exercise: Exercise, width: int) -> Iterator[Line]:
    """The same as lines of their own, where the rule over what is given has no room for them."""
    if cell_len("".join((*GIVEN, facts(exercise)))) + RULE_ENDS > width:
        whole = facts(exercise).replace(" ", KEPT).replace(f"{KEPT}·{KEPT}", " · ")  # broken between facts
        for found in _wrapped(whole, width - 2, "dim"):
            yield tuple(span._replace(text=span.text.replace(KEPT, " ")) for span in found)


def title(exercise: Exercise) -> str:
    """What is asked."""
    return "done" if exercise.current is None else place(exercise)


def place(exercise: Exercise) -> str:
    """The number that is asked for: s₁[1,2]."""
    assert exercise.current is not None
    return exercise.label(exercise.current.name, exercise.cell)


def _here(exercise: Exercise) -> str:
    """Where a number stands on the sheet, if that is not where it stands on paper."""
    assert exercise.current is not None
    if not exercise.paper.is_turned(exercise.current.name):
        return ""
    row, column = exercise.cell
    return f" (here row {row}, column {column})"


def work_of(exercise: Exercise, said: Said, width: int) -> Iterator[Line]:
    """What is said of the answer, the help, and the question."""
    found: list[tuple[str, str]] = []
    if said.note:
        found.append((said.note, "title"))
    if said.reply is not None:
        mark, style = MARKS[said.reply.verdict]
        found.append((f"{mark} {said.reply.text}".strip(), style))
    found += [(text, "title" if i == 0 else "text") for i, text in enumerate(said.hints)]
    found += [(text, "text") for text in said.summary]
    if exercise.current is not None and said.reply is None and not said.hints:
        name, cell = exercise.current.name, exercise.cell
        known = exercise.knows(name, cell)
        found.append(
            (beside(exercise, name, cell) if known else f"Find {place(exercise)}{_here(exercise)}, {START}", "dim")
        )
    for text, style in found:
        yield from _wrapped(text, width, style)


def beside(exercise: Exercise, name: str, cell: tuple[int, ...]) -> str:
    """A number on the sheet beside the true one."""
    written, true = exercise.shown(name, cell), exercise.told(name, cell)
    label = exercise.label(name, cell)
    return f"{label} = {true}" if written == true else f"{label}: on the sheet {written}, from exact numbers {true}"


def _short(text: str) -> str:
    """A number as it was typed, rounded where that is long."""
    above, _, below = text.partition("/")
    return text if len(text) <= LONGEST else rounded(float(Decimal(above) / Decimal(below or 1)), DIGITS)


def _wrapped(text: str, width: int, style: str) -> Iterator[Line]:
    for part in wrap(text, max(width, 1), subsequent_indent="  " if width > 20 else ""):
        yield line([(part, style)])


def minutes(seconds: float) -> str:
    """A time: 12:34."""
    whole, rest = divmod(int(seconds), 60)
    return f"{whole}:{rest:02}"


def count(n: int, noun: str) -> str:
    """So many of something, in words."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"
