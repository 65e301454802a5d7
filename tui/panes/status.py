"""The line on top: what is being trained, and where in the run one is."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.app import RenderResult
from textual.reactive import reactive
from textual.widget import Widget

from core import Step
from tui.format import plain, short

LOOSE, TIGHT = " │ ", "  "


class StatusLine(Widget):
    """Problem, loss, step, epoch, ℒ, α, batch, and what is going on. What does not fit is left out, the least
    important first.
    """

    step: reactive[Step | None] = reactive(None)
    reached: reactive[int] = reactive(0)
    activity: reactive[str] = reactive("")

    def render(self) -> RenderResult:
        step = self.step
        if step is None:
            return Text("sgdb", style="bold")
        problem = step.problem
        name = plain(problem.name)
        mean = " mean" if problem.reduction == "mean" else ""
        batch = f"batch {len(step.batch)}" + (f" of {len(problem.inputs)}" if problem.batch_size is not None else "")
        parts = [  # importance, text, style: in the order on screen
            (3, name if len(name) <= 24 else name[:23] + "…", "bold"),
            (4, problem.loss.title + mean, ""),
            (0, f"step {step.index} of {max(self.reached - 1, step.index)}", "bold"),
            (5, f"epoch {step.epoch}", ""),
            (2, f"ℒ {short(step.loss, 8)}", "bold"),
            (6, f"α {short(problem.learning_rate)}", ""),
            (8, batch, ""),
            (1, self.activity, "reverse"),
        ]
        return _fitted(parts, self.size.width)


def _fitted(parts: list[tuple[int, str, str]], width: int) -> Text:
    """As many parts as there is room for, with lines between them, or where that lets more stand, spaces."""
    kept = [part for part in parts if part[1]]
    while len(kept) > 1 and _length(kept, TIGHT) > width:
        kept.remove(max(kept))
    between = LOOSE if _length(kept, LOOSE) <= width else TIGHT
    line = Text(no_wrap=True, overflow="ellipsis")
    for i, (_, text, style) in enumerate(kept):
        if i:
            line.append(between, style="dim")
        line.append(f" {text} " if style == "reverse" else text, style=style)
    return line


def _length(parts: list[tuple[int, str, str]], between: str) -> int:
    texts = [f" {text} " if style == "reverse" else text for _, text, style in parts]
    return sum(map(cell_len, texts)) + len(between) * (len(texts) - 1)
