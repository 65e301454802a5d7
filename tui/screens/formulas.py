"""The formulas of the whole network: the gradient of every weight matrix, by the recursion and expanded in full."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from core import Step, expanded, layer_symbol, recursive
from tui.base import BaseModal
from tui.block import Block
from tui.format import NumberFormat, short
from tui.matrix import MatrixView

WIDEST = 100  # columns of a line of formulas: longer ones are hard to read


class FormulasScreen(BaseModal[None]):
    """For every W_k its gradient by the recursion over δ, expanded down to the deltas' own parts, and expanded in full
    to X_in; the shape stands under each factor, and the numbers of both forms side by side.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f", "dismiss", "Close"),
    ]

    def __init__(self, step: Step, digits: int) -> None:
        super().__init__()
        self._step, self._digits = step, digits

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = f"gradients of {self._step.problem.name}, step {self._step.index}: esc closes"
            for k in range(len(self._step.weights), 0, -1):
                yield Static(id=f"formulas_{k}")
                yield MatrixView(id=f"numbers_{k}")

    def on_mount(self) -> None:
        self._write()
        self.query_one("#dialog").focus()

    def on_resize(self, _event: events.Resize) -> None:
        self._write()

    def _write(self) -> None:
        width = min(WIDEST, max(40, self.size.width - 12))
        depth = len(self._step.weights)
        for k in range(depth, 0, -1):
            by_recursion, in_one, in_full = (
                recursive(self._step, k),
                expanded(self._step, k),
                expanded(self._step, k, True),
            )
            a, b = by_recursion.evaluate(), in_full.evaluate()
            text = Text()
            text.append(f"∂ℒ/∂{layer_symbol('W', k, depth)}\n", style="bold reverse")
            for title, formula in (("by the recursion", by_recursion), ("expanded", in_one), ("down to X_in", in_full)):
                text.append(f"{title}\n", style="italic")
                for above, below in formula.lines(width):
                    text.append(f"  {above}\n", style="bold")
                    text.append(f"  {below}\n", style="dim")
            text.append("their values; largest difference: ", style="italic")
            text.append(short(float(np.abs(a - b).max()), 3), style="bold")
            self.query_one(f"#formulas_{k}", Static).update(text)
            numbers = NumberFormat(self._digits)
            view = self.query_one(f"#numbers_{k}", MatrixView)
            shape = f"{a.shape[0]}×{a.shape[1]}"
            view.styles.height = min(a.shape[0], 8) + 3
            view.show(
                [
                    Block("recursion", "by the recursion", a, shape, numbers),
                    Block("expanded", "down to X_in", b, shape, numbers),
                ]
            )
