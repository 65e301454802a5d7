"""What the help tells of practice: its keys in groups, what can be typed, how to read the sheet, and the notation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.practice import Exercise

GROUPS = (
    ("answering", ("screen.check", "aside", "hint")),
    ("moving over the sheet", ("screen.move", "scroll_matrices", "scroll_lines")),
    ("the rest", ("",)),
)
READING = (
    (
        "what can be typed",
        (
            ("-0.25  3e-4  1/3", "a number: exact, or to three significant digits"),
            ("1 2 3 or 1, 2, 3", "a row"),
            ("1 2 3; 4 5 6", "a matrix, also pasted or in brackets: [[1, 2, 3], [4, 5, 6]]; _ leaves a cell open"),
            ("letters", "are keys while the line is empty or checked"),
        ),
    ),
    (
        "how to read the sheet",
        (
            ("▶ and a bar", "the number that is asked for; · is one that is not known yet"),
            ("✓ ✗ ±", "right, a slip, right so far but with too few digits"),
            ("numbers found", "are shown as you typed them: what comes after is judged from these digits"),
            ("at a number found", "the true one stands beside yours"),
        ),
    ),
    (
        "points",
        (
            ("1", "a number found at the first attempt"),
            ("½", "after a slip or a hint"),
            ("0", "if you asked for the value; input that cannot be read costs nothing"),
        ),
    ),
    ("progress", (("", "It is saved: open the same sheet again to continue."),)),
)


def reading(exercise: Exercise) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """READING, with what the names mean in the notation that is practised."""
    notation = exercise.paper.notation
    return READING if notation.is_own else (*READING, (f"notation: {notation.name}", tuple(_names(exercise))))


def _names(exercise: Exercise) -> Iterator[tuple[str, str]]:
    paper = exercise.paper
    letters = paper.letters
    yield "paper", paper.rendition.layout
    yield "rows", "are samples on the sheet in every notation; its numbers are those on paper"
    turned = [paper.heading(name) for name in ("s_out", "W_out") if paper.is_turned(name)]
    if turned:
        yield "  ".join(turned), "ᵀ: on paper it is transposed; type it as it stands here"
        yield "[1,2]", "behind a letter: row and column on paper; where the heading has ᵀ, column and row here"
    yield f"{letters['s_out']}  {letters['y_out']}", "the pre-activation of the last layer, and the output"
    yield f"{letters['y_gt']}", "the target"
    yield f"{letters['sample_losses']}  {letters['loss']}", "loss of a sample, loss of the batch"
    yield f"{letters['delta_out']}", "delta of the last layer"
    yield f"⁺  {letters['alpha']}", "after the update; the learning rate"
