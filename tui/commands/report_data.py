"""Reports and marks as plain lists, texts and numbers, for JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tui.commands.arguments import printable

if TYPE_CHECKING:
    from core import CheckReport, MarkedSheet, MarkTable

DIGITS = 12  # of a number


def report_as_data(report: CheckReport) -> dict[str, Any]:
    """Everything a report says; a number that is not finite is None."""
    return {
        "problem": report.step.problem.name,
        "step": report.step.index,
        **({} if report.named is None else {"notation": report.named.name}),
        "right": report.right,
        "blank": report.blank,
        "conventions": [{"kind": convention.kind, "text": convention.text} for convention in report.conventions],
        "counts": dict(report.counts),
        "unreadable": list(report.unreadable),
        "remarks": list(report.remarks),
        "slips": [
            {
                "name": slip.name,
                "symbol": slip.symbol,
                "cells": [list(cell) for cell in slip.cells],
                "kind": slip.kind or None,
                "text": slip.text,
                "others": list(slip.others),
                "arithmetic": list(slip.arithmetic),
            }
            for slip in report.slips
        ],
        "cells": [
            {
                "name": verdict.name,
                "cell": list(verdict.cell),
                "status": verdict.status,
                "written": verdict.written,
                "true": finite(verdict.true),
                "own": finite(verdict.own),
                "follows_from": list(verdict.follows_from),
                "from_zeros": verdict.from_zeros,
            }
            for verdict in report.cells
        ],
        "formulas": [
            {
                "name": formula.name,
                "symbol": formula.symbol,
                "text": formula.text,
                "right": formula.right,
                "message": formula.message,
                "mended": formula.mended or None,
            }
            for formula in report.formulas
        ],
    }


def marks_as_data(sheet: MarkedSheet) -> dict[str, Any]:
    """What a sheet earns, and why not more."""
    return {
        "points": _points(sheet.points),
        "of": _points(sheet.total),
        "parts": [
            {
                "label": mark.part.label,
                "name": sheet.called(mark.part.name),
                "formula": mark.part.is_formula,
                "points": _points(mark.points),
                "of": _points(mark.part.points),
                "reasons": list(mark.reasons),
            }
            for mark in sheet.parts
        ],
        "elsewhere": list(sheet.elsewhere),
        "conventions_cost": _points(sheet.costs),
    }


def table_as_data(table: MarkTable, skipped: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The marks of a class, each sheet with its report; one that could not be read has its mistakes alone."""
    from core import MarkedSheet

    return {
        "sheets": [
            {"sheet": row.name, "marks": marks_as_data(row), "report": report_as_data(row.report.shown)}
            if isinstance(row, MarkedSheet)
            else {"sheet": row.name, "mistakes": list(row.mistakes)}
            for row in table.rows
        ],
        "skipped": [{"file": printable(path), "reason": reason} for path, reason in skipped],
        "common_slips": [{"slip": words, "sheets": count} for words, count in table.common_slips],
    }


def _points(points: Fraction) -> float:
    from core import shown_points

    return float(shown_points(points))


def finite(value: float) -> float | None:
    """A number without the digits that depend on the processor; None where it is not finite."""
    from core import rounded_to

    return rounded_to(value, DIGITS) if math.isfinite(value) else None
