"""Help: the keys, from the bindings themselves, and how to read the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.base import BaseModal

READING = """\
sgdb steps a small network through training, forward and back.
Every number on the screen belongs to one SGD step.

Rows are samples. Layers are counted from 1, the last is written out.
  s = z W + b    pre-activation  z = f(s)        activation
  y_out, y_gt    output, target  ℓ, ℒ            losses: sample, batch
  δ = ∂ℒ/∂s      delta           ∂W = ∂ℒ/∂W      gradient
  W⁺ = W - α ∂W  the update      o, p = softmax  logits, probabilities

0.75 is exact, 0.750000 is rounded. ▴ rose, ▾ fell since the last step shown. \
○ is a ReLU unit that is off. ◆ is a cell that the selected one is computed \
from, ◇ one that uses it. In checked answers, ✓ is right, ✗ a slip, ≈ the \
result of an earlier slip, ? left open. The mouse wheel, ↑, ↓, page up and \
page down scroll a pane; ctrl+← and ctrl+→ scroll it sideways.
"""
TWO_COLUMNS = 118  # columns of the terminal, and the keys stand in two


class HelpScreen(BaseModal[None]):
    """The keys of a screen, and how to read what it shows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,enter", "dismiss", "Close"),
    ]

    def __init__(self, keys: Sequence[tuple[str, str]], reading: str = READING) -> None:
        """`keys` are pairs of keys and what they do, in the order to be shown; `reading` says how to read the rest."""
        super().__init__()
        self._keys, self._reading = keys, reading

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="dialog") as dialog:
            dialog.border_title = "sgdb: help"
            dialog.border_subtitle = "esc closes"
            columns = 2 if self.app.size.width >= TWO_COLUMNS else 1
            table = Table.grid(padding=(0, 3, 0, 0))
            rows = -(-len(self._keys) // columns)
            for i in range(rows):
                cells = [self._keys[j] for j in range(i, len(self._keys), rows)]
                table.add_row(*(cell for keys, meaning in cells for cell in (Text(keys, style="bold"), meaning)))
            yield Static(Text(self._reading), id="reading")
            yield Static(table)
