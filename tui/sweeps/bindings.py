"""The keys of a sweep's screen."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from tui.sheet.keyline import Key
from tui.sweeps.view import CURVES, GRID, TABLE, Look

BINDINGS: list[BindingType] = [
    Binding("up", "arrow(-1, 0)", "up", tooltip="The cell or the run above"),
    Binding("down", "arrow(1, 0)", "down", tooltip="The cell or the run below"),
    Binding("left", "arrow(0, -1)", "left", tooltip="The cell or the column to the left; back along the curves"),
    Binding("right", "arrow(0, 1)", "right", tooltip="The cell or the column to the right; on along the curves"),
    Binding("pageup", "arrow(-10, 0)", "ten up", tooltip="Ten cells or runs up", key_display="pgup"),
    Binding("pagedown", "arrow(10, 0)", "ten down", tooltip="Ten cells or runs down", key_display="pgdn"),
    Binding("shift+left", "arrow(0, -10)", "ten left", tooltip="Ten to the left"),
    Binding("shift+right", "arrow(0, 10)", "ten right", tooltip="Ten to the right"),
    Binding("home", "edge(-1)", "first", tooltip="The first cell of the row, the first run, step 0"),
    Binding("end", "edge(1)", "last", tooltip="The last cell of the row, the last run, the last step"),
    Binding("tab", "pane(1)", "next pane", tooltip="Next pane: grid, runs, curves"),
    Binding("shift+tab", "pane(-1)", "previous pane", tooltip="Previous pane"),
    Binding("n", "run(1)", "next run", tooltip="Next run of the table"),
    Binding("p", "run(-1)", "previous run", tooltip="Previous run of the table"),
    Binding(
        "enter",
        "open",
        "open",
        tooltip="Open the run in the debugger: from the table at its last step, from the curves at the cursor's; "
        "from the grid, to the table",
    ),
    Binding("r", "turn('rows', 1)", "rows", tooltip="Another parameter down the grid"),
    Binding("R", "turn('rows', -1)", "rows", tooltip="The parameter before it down the grid"),
    Binding("c", "turn('columns', 1)", "columns", tooltip="Another parameter across the grid"),
    Binding("C", "turn('columns', -1)", "columns", tooltip="The parameter before it across the grid"),
    Binding("v", "turn('figure', 1)", "figure", tooltip="Another figure in the cells: outcome, loss, accuracy, …"),
    Binding("V", "turn('figure', -1)", "figure", tooltip="The figure before it in the cells"),
    Binding("a", "whole", "all runs", tooltip="The runs of all cells, or of the one pointed at"),
    Binding("s", "sort", "sort", tooltip="Sort by the column pointed at; again: largest first; again: as they came"),
    Binding("slash", "filter", "filter", tooltip="Filter the runs: lr < 0.1 and outcome = stuck", key_display="/"),
    Binding("o", "only", "outcome", tooltip="Runs of one outcome only, the next one, then all"),
    Binding("space", "mark", "mark", tooltip="Mark the run, to compare it; again: no more"),
    Binding("m", "compare", "compare", tooltip="The marked runs side by side under one cursor"),
    Binding("l", "log", "log", tooltip="Log scale of the losses"),
    Binding("escape", "leave", "leave", tooltip="Back to the grid; then without the filter"),
    Binding("question_mark", "help", "help", tooltip="The keys, and how to read the screen", key_display="?"),
    Binding("q", "app.quit", "quit", tooltip="Quit"),
]
GROUPS = (
    ("moving", ("arrow", "edge", "pane", "run", "leave")),
    ("the grid", ("turn",)),
    ("the runs", ("whole", "sort", "filter", "only")),
    ("a run", ("open", "mark", "compare", "log")),
    ("the rest", ("",)),
)
READING = (
    (
        "how to read the grid",
        (
            ("C g S D f", "converged, still going, stuck, diverging, failed: the commonest outcome of a cell's runs"),
            ("filled", "all runs of the cell have it"),
            ("C 17/20  C85  C·", "17 of 20 runs have it, 85 % have it, not all have it: as there is room"),
            ("C 17  S 3", "where there is more room: how many runs have each outcome"),
            ("0.12 ±0.03", "the median of a figure, and half the distance of the quartiles"),
            ("0.01… ", "numbers from 0.01 on: more values than there is room for stand in parts of their range"),
        ),
    ),
    (
        "how to read the curves",
        (
            ("⠒ • ░", "the chosen run; the median of the runs in the table, and the half of them in the middle"),
            ("●", "the step of the cursor; the losses are over the rows of its batch"),
            ("", "a long curve is thinned: the least and the largest loss of each of 128 stretches"),
        ),
    ),
    (
        "how to read the table",
        (("▸ ◆", "the chosen run; one that is marked, for m to compare"), ("▴ ▾", "sorted: smallest, largest first")),
    ),
    (
        "a run in the debugger",
        (
            ("enter", "it is computed anew, to the same bits on a machine of the same kind"),
            ("e  q", "forks it there; goes back"),
        ),
    ),
    (
        "mouse",
        (
            ("click", "a cell, a run, a column to sort by, an outcome to filter by, a step, a key"),
            ("twice", "on a run: open it"),
            ("wheel", "scrolls where it is"),
        ),
    ),
)
MOVE, PANE, HELP, QUIT = (
    Key("←↑↓→", "cell", ()),
    Key("tab", "pane", ("pane(1)",)),
    Key("?", "help", ("help",)),
    Key("q", "quit", ("app.quit",)),
)
ROWS, COLUMNS, FIGURE = (
    Key("r", "rows", ("turn('rows', 1)",)),
    Key("c", "columns", ("turn('columns', 1)",)),
    Key("v", "figure", ("turn('figure', 1)",)),
)
FILTER, ONLY, WHOLE = Key("/", "filter", ("filter",)), Key("o", "outcome", ("only",)), Key("a", "all runs", ("whole",))
CELL = Key("a", "the cell's", ("whole",))
RUNS, OPEN, RUN = Key("⏎", "runs", ("open",)), Key("⏎", "open", ("open",)), Key("↑↓", "run", ("run(-1)", "run(1)"))
COLUMN, SORT = Key("←→", "column", ("arrow(0, -1)", "arrow(0, 1)")), Key("s", "sort", ("sort",))
STEP, OPEN_HERE = Key("←→", "step", ("arrow(0, -1)", "arrow(0, 1)")), Key("⏎", "open here", ("open",))
MARK, COMPARE = Key("space", "mark", ("mark",)), Key("m", "compare", ("compare",))
LOG, LEAVE, ALL = Key("l", "log", ("log",)), Key("esc", "grid", ("leave",)), Key("esc", "no filter", ("leave",))


def offered(look: Look) -> list[Key]:
    """The keys of the last line, the most wanted first."""
    whole = CELL if look.whole else WHOLE
    if look.pane == TABLE:
        compare = [COMPARE] if len(look.marked) > 1 else []
        return [OPEN, RUN, COLUMN, SORT, PANE, *compare, HELP, LEAVE, whole, FILTER, MARK, ONLY]
    if look.pane == CURVES:
        return [OPEN_HERE, STEP, RUN, LOG, PANE, HELP, LEAVE, FILTER]
    assert look.pane == GRID
    kept = ALL if look.filtered else FILTER
    return [MOVE, RUNS, ROWS, COLUMNS, FIGURE, PANE, kept, HELP, QUIT, ONLY, whole, LOG]
