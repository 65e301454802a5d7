"""The strip's state: which of the pages is shown for a view."""

from __future__ import annotations

from collections.abc import Collection

from core import Step
from tui.training.compared import report_on
from tui.training.late import Late
from tui.training.view import COMPARE, DIAGNOSIS, LEARNED, WHY_ZERO, View
from tui.training.why.page import Page, Why, laid_out


def why(
    step: Step,
    before: Step | None,
    view: View,
    width: int,
    height: int,
    squares: Collection[str] = (),
    late: Late = Late(),  # noqa: B008
) -> Why:
    """What the strip shows in `width` columns and at most `height` lines.

    before    the step before, if it is there to compare with
    squares   the quantities that the sheet shows as squares, by name
    late      what is worked out beside the step's numbers
    """
    return laid_out(_page(step, before, view, width, height, squares, late), view.scroll, width, height)


def _page(
    step: Step,
    before: Step | None,
    view: View,
    width: int,
    height: int,
    squares: Collection[str],
    late: Late,
) -> Page:
    if view.aside == "formulas":
        from tui.training.why.gradients import network_formulas

        return network_formulas(step, width)
    if view.aside == "losses":
        from tui.training.why.losses import side_by_side

        return side_by_side(step, late.losses, view, width)
    if view.aside == COMPARE:
        from tui.training.why.compared import compared

        return compared(late.compared, view, width)
    if view.aside == WHY_ZERO:
        from tui.training.why.told import of_zero

        return of_zero(late.zero, view, width)
    if view.aside == DIAGNOSIS:
        from tui.training.why.told import of_run

        return of_run(late.diagnosis, view, width)
    if view.aside == LEARNED:
        from tui.training.why.learned import verdict_page

        return verdict_page(late.verdict, step, view, width)
    cursor = cell_of(step, view)
    report = report_on(view, step)
    if cursor is not None:
        from tui.training.why.inspected import inspected

        return inspected(step, before, view, cursor, report, width, height, squares)
    if view.current in step.statement.equations:
        from tui.training.why.walk import walk

        return walk(step, view, width, height)
    if report is not None:
        from tui.training.why.checked import checked

        return checked(report, width)
    if view.differences:
        from tui.training.why.differences import differences

        return differences(step, view, width)
    from tui.training.why.hinge import has_terms, hinge
    from tui.training.why.rest import at_rest, fresh

    if view.fresh:
        return fresh(step, width, height)
    if has_terms(step):
        return hinge(step, view, width, height, squares)
    return at_rest(step, view, width, height, squares)


def cell_of(step: Step, view: View) -> tuple[str, tuple[int, ...]] | None:
    """The inspected cell, if the step has it."""
    if view.cursor is None or view.cursor[0] not in step.values:
        return None
    shape = step.values[view.cursor[0]].shape
    cell = view.cursor[1]
    inside = len(cell) == len(shape) and all(1 <= i <= size for i, size in zip(cell, shape, strict=True))
    return view.cursor if inside else None
