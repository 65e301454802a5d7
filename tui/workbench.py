"""The workbench: the matrices of a step, a cell cursor in them that asks where a number came from, and the walk through
the step's computations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

import core
from core import Step, quantities
from tui.block import Block, Cell
from tui.format import DEFAULT_DIGITS
from tui.matrix import MatrixView, Pointer
from tui.pane_grid import PaneGrid
from tui.panes.activations import ActivationsPane
from tui.panes.arithmetic import ArithmeticPane
from tui.panes.deltas import DeltasPane
from tui.panes.hinge import HingePane
from tui.panes.matrix_pane import MatrixPane, belongs
from tui.panes.weights import WeightsPane

if TYPE_CHECKING:
    from core import Cells, CheckReport, Place, Slip

PROGRESS_AFTER = 0.1  # seconds after which a wait shows itself


class Workbench(PaneGrid):
    """The matrix panes and the arithmetic of a cell. The step and the digits come from the screen by data binding; that
    another step is wanted goes up as a message.

    inspected   the cell under the cursor: the name of its quantity and its place in it; None while none is inspected
    current     the quantity that is being computed, in a walk through the step; None while there is no walk
    report      of answers that were checked on some step, and are marked while it is shown
    detailed    whether one of these is so: the panes then show every quantity of the step
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "inspect", "why", tooltip="Inspect a cell: where its number comes from"),
        Binding(
            "escape", "leave", "leave", tooltip="Leave the cell, the walk, the zoom, the checked answers", show=False
        ),
        Binding("full_stop", "walk(1)", "walk", tooltip="Next computation of the step", key_display="."),
        Binding("comma", "walk(-1)", "uncompute", tooltip="Previous computation", key_display=",", show=False),
        Binding("d", "check", "differences", tooltip="Gradients next to central differences, or not", show=False),
        Binding("left", "move(0, -1)", "cell left", show=False),
        Binding("right", "move(0, 1)", "cell right", show=False),
        Binding("up", "move(-1, 0)", "cell up", show=False),
        Binding("down", "move(1, 0)", "cell down", show=False),
        Binding("pageup", "move(-10, 0)", "ten cells up", show=False),
        Binding("pagedown", "move(10, 0)", "ten cells down", show=False),
        Binding("ctrl+left", "move(0, -10)", "ten cells left", show=False),
        Binding("ctrl+right", "move(0, 10)", "ten cells right", show=False),
        Binding("tab", "next(1)", "next", tooltip="Next pane; next matrix while a cell is inspected", show=False),
        Binding("shift+tab", "next(-1)", "previous", tooltip="Previous pane or matrix", show=False),
        Binding("left_square_bracket", "margin(-1)", "margin", key_display="[", show=False),
        Binding("right_square_bracket", "margin(1)", "margin", key_display="]", show=False),
        Binding("s", "slip(1)", "next slip", tooltip="Next slip in the checked answers", show=False),
        Binding("S", "slip(-1)", "previous slip", tooltip="Previous slip", show=False),
        Binding("r", "report", "report", tooltip="The whole report on the checked answers", show=False),
        Binding("z", "zoom", "zoom", tooltip="One pane alone, or all", show=False),
        Binding("backspace", "back", "back", tooltip="Back along the trail of cells", show=False),
        Binding("y", "copy", "copy", tooltip="Copy the arithmetic of the cell", show=False),
    ]

    step: reactive[Step | None] = reactive(None, init=False)
    digits: reactive[int] = reactive(DEFAULT_DIGITS, init=False)
    inspected: reactive[tuple[str, Cell] | None] = reactive(None, init=False)
    current: reactive[str | None] = reactive(None, init=False)
    detailed: reactive[bool] = reactive(False, init=False)

    report: reactive[CheckReport | None] = reactive(None, init=False)

    @dataclass
    class StepWanted(Message):
        """Another step is to be shown."""

        index: int

    def __init__(self, plot: Widget, *, id: str | None = None) -> None:
        """`plot` is of the losses, and stands below the matrices on the right."""
        super().__init__(id=id)
        self._plot = plot
        self._trail: list[Place] = []
        self._coming: tuple[int, str | None, Place | None] | None = None  # what to show once a step is there

    def compose(self) -> ComposeResult:
        shared = {
            "step": Workbench.step,
            "digits": Workbench.digits,
            "current": Workbench.current,
            "report": Workbench.report,
        }
        with Vertical(id="left"):
            yield WeightsPane(id="weights").data_bind(**shared, detailed=Workbench.detailed)
            yield DeltasPane(id="deltas").data_bind(**shared, detailed=Workbench.detailed)
        with Vertical(id="right"):
            yield ActivationsPane(id="activations").data_bind(**shared, detailed=Workbench.detailed)
            yield HingePane(id="hinge").data_bind(step=Workbench.step, digits=Workbench.digits)
            yield self._plot
        yield ArithmeticPane(id="arithmetic").data_bind(**shared, inspected=Workbench.inspected)

    # What the panes show.

    def watch_step(self, step: Step | None) -> None:
        if step is None:
            return
        self.set_class("term" in step.values, "-hinge")
        self.call_after_refresh(self.keep_focus)
        values = step.values
        self._trail = [place for place in self._trail if place.name in values]
        if self.current not in values:
            self.current = None
        if self.inspected is not None:
            name, cell = self.inspected
            if name not in values:
                self.inspected = None
            else:  # the last batch of an epoch may have fewer rows
                self.inspected = (name, tuple(map(min, cell, values[name].shape)))
        self._detail()
        self.call_later(self._arrive)  # when the panes have the step, too

    def _arrive(self) -> None:
        """A step is on screen: show there what it was wanted for."""
        coming, self._coming = self._coming, None
        if coming is not None and self.step is not None and coming[0] == self.step.index:
            _, current, place = coming
            self.current = current if current is not None else self.current
            if place is not None:
                self.inspected = (place.name, place.cell)
        self._point()

    def watch_current(self, current: str | None) -> None:
        self._detail()
        if current is not None and self.inspected is None:
            for pane in self.panes:
                pane.reveal(current)

    def watch_inspected(self) -> None:
        self._detail()
        self._point()

    def watch_report(self, report: CheckReport | None) -> None:
        """Begin at the first slip; where only formulas were checked, with the report."""
        self._detail()
        if report is None or self.step is None or not belongs(report, self.step):
            return
        if report.slips:
            self._go_to_slip(report.slips[0])
        elif report.formulas and not report.cells:
            self.action_report()

    def _detail(self) -> None:
        report, step = self.report, self.step
        checked = report is not None and step is not None and belongs(report, step)
        self.detailed = self.inspected is not None or self.current is not None or checked
        self.set_class(self.detailed, "-detailed")
        self.refresh_bindings()

    def _point(self) -> None:
        """Put the cell cursor where it belongs, with the marks of what feeds the cell and what it feeds."""
        pointer = None
        if self.inspected is not None and self.step is not None:
            name, cell = self.inspected
            fed, feeds = core.sources(self.step, name, cell), core.targets(self.step, name, cell)
            pointer = Pointer(name, cell, self._marks(fed), self._marks(feeds))
        for pane in self.panes:
            pane.point(pointer)

    def _marks(self, found: Sequence[Cells]) -> dict[str, list[Cells]]:
        """Cells of this step by the name of their quantity."""
        assert self.step is not None
        marks: dict[str, list[Cells]] = {}
        for cells in found:
            if cells.step == self.step.index:
                marks.setdefault(cells.name, []).append(cells)
        return marks

    @property
    def panes(self) -> list[MatrixPane]:
        """The matrix panes in reading order."""
        return list(self.query(MatrixPane))

    def _has(self, name: str) -> bool:
        """Whether a matrix on screen is a quantity of the step, so that its cells can be asked where they come from."""
        return self.step is not None and name in self.step.values

    def _find(self, name: str) -> tuple[MatrixPane, Block] | None:
        for pane in self.panes:
            block = pane.find(name)
            if block is not None:
                return pane, block
        return None

    # Keys.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "move":  # the arrows are the screen's as long as there is no cursor
            return self.inspected is not None
        return None if self.why_not(action, parameters) else True

    def why_not(self, action: str, parameters: tuple[object, ...] = ()) -> str | None:  # noqa: ARG002
        """Why an action can do nothing now; None if it can."""
        if action == "copy" and self.inspected is None:
            return "No cell is selected: press enter to inspect one."
        if action == "back" and not self._trail:
            return "The trail is empty: follow a term with enter first."
        if action == "leave" and not (self.detailed or self.zoomed or self.report is not None):
            return "Nothing to leave here; q quits."
        if action in ("slip", "report") and self.report is None:
            return "No answers are loaded: use Check answers in the palette, or sgdb check FILE --screen."
        if action == "slip" and self.report is not None and not self.report.slips:
            return "The checked numbers have no slip."
        if action == "margin" and not self.has_class("-hinge"):
            return "This loss has no margin; h shows the softmax hinge."
        return None

    def action_margin(self, change: int) -> None:
        self.query_one(HingePane).action_margin(change)

    def action_inspect(self) -> None:
        """Begin to inspect, at what is being computed or in the pane that has the focus; then, choose a term."""
        if self.inspected is not None:
            self.query_one(ArithmeticPane).focus()
        elif self.current is not None:
            self._go(self.current)
        else:
            pane = next((pane for pane in self.panes if pane.has_focus), self.query_one(ActivationsPane))
            names = [block.name for block in pane.blocks_shown if self._has(block.name)]
            if names:  # else the first step, or this pane's first picture of it, is still to come
                self._go(pane.home if pane.home in names else names[0])

    def action_leave(self) -> None:
        self._trail.clear()
        if self.inspected is None:
            if self.current is not None:
                self.current = None
            elif self.zoomed:
                self.zoomed = False
            else:
                self.report = None
            return
        found = self._find(self.inspected[0])
        self.inspected = None
        if found is not None:
            found[0].focus()

    def action_walk(self, change: int) -> None:
        """To the next or the previous computation; past the last one into the next step."""
        step = self.step
        if step is None:
            return
        order = [quantity.name for quantity in quantities(step)]
        there = order.index(self.current) + change if self.current is not None else 0 if change > 0 else -1
        name = order[there % len(order)]
        if there in (-1, len(order)):
            index = step.index + change
            if index < 0:
                self.notify("This is the first computation of step 0.", timeout=4)
            else:
                place = core.Place(index, name, self._first(name)) if self.inspected is not None else None
                self._want(index, name, place)
            return
        self.current = name
        if self.inspected is not None:
            self._go(name)

    def _want(self, index: int, current: str | None, place: Place | None) -> None:
        """Have another step shown, and there this computation or this cell; where it cannot come nothing changes."""
        self._coming = (index, current, place)
        self.post_message(self.StepWanted(index))

    def action_move(self, down: int, right: int) -> None:
        if self.inspected is None or (found := self._find(self.inspected[0])) is None:
            return
        _, block = found
        row, column = block.place(self.inspected[1])
        row = min(max(row + down, 0), block.rows - 1)
        column = min(max(column + right, 0), block.columns - 1)
        self.inspected = (block.name, block.cell(row, column))

    def action_next(self, change: int) -> None:
        """To the next pane, or while a cell is inspected to the next matrix."""
        if self.inspected is None:
            self.focus_next(change)
            return
        names = [block.name for pane in self.panes for block in pane.blocks_shown if self._has(block.name)]
        here = names.index(self.inspected[0]) if self.inspected[0] in names else 0
        self._go(names[(here + change) % len(names)])

    def action_back(self) -> None:
        place = self._trail.pop()
        self._show(place)

    def action_check(self) -> None:
        deltas = self.query_one(DeltasPane)
        deltas.checking = not deltas.checking

    def action_report(self) -> None:
        from tui.screens.report import ReportScreen

        if self.report is not None:
            self.app.push_screen(ReportScreen(self.report))

    def action_slip(self, change: int) -> None:
        """To the next slip in the checked answers, or the previous one, around from the last to the first."""
        assert self.report is not None
        slips = self.report.slips
        here = next((i for i, slip in enumerate(slips) if self.inspected == (slip.name, self._start(slip))), None)
        start = here if here is not None else -1 if change > 0 else 0
        self._go_to_slip(slips[(start + change) % len(slips)])

    def _go_to_slip(self, slip: Slip) -> None:
        assert self.report is not None
        if self.step is not None and belongs(self.report, self.step):
            self._go(slip.name, self._start(slip))
        else:
            self._show(core.Place(self.report.step.index, slip.name, self._start(slip)))

    def _start(self, slip: Slip) -> Cell:
        """The cell that tells of a slip: its first, or the first of a matrix whose shape is wrong."""
        assert self.report is not None
        return slip.cells[0] if slip.cells else (1,) * np.ndim(self.report.step.values[slip.name])

    def action_copy(self) -> None:
        if self.step is not None and self.inspected is not None:
            self.app.copy_to_clipboard(str(core.explain(self.step, *self.inspected)))
            self.notify("Copied the arithmetic of the cell.", timeout=2)

    # Where the cursor goes.

    @on(MatrixView.Chosen)
    def _choose(self, event: MatrixView.Chosen) -> None:
        if self._has(event.name):
            self._go(event.name, event.cell)

    @on(ArithmeticPane.Followed)
    def _follow(self, event: ArithmeticPane.Followed) -> None:
        if self.step is not None and self.inspected is not None:
            self._trail.append(core.Place(self.step.index, *self.inspected))
            self._show(event.place)

    @on(ArithmeticPane.Left)
    def _return(self) -> None:
        found = self._find(self.inspected[0]) if self.inspected is not None else None
        if found is not None:
            found[0].focus()

    def _show(self, place: Place) -> None:
        if self.step is not None and place.step != self.step.index:
            self._want(place.step, None, place)
        else:
            self.inspected = (place.name, place.cell)

    def _go(self, name: str, cell: Cell | None = None) -> None:
        """Inspect a cell of a quantity; None: its first."""
        if self.step is None:
            return
        self.inspected = (name, cell if cell is not None else self._first(name))
        found = self._find(name)
        if found is not None:
            found[0].focus()

    def _first(self, name: str) -> Cell:
        """The first cell of a quantity."""
        assert self.step is not None
        return (1,) * np.ndim(self.step.values[name])
