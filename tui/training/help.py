"""What the help tells of the training screen: its keys in groups, how to read the sheet, and the notation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core import Notation, Statement

GROUPS = (
    (
        "moving through the run",
        ("arrow(0", "step", "first", "last", "go_to", "play", "speed"),
    ),
    (
        "looking at numbers",
        (
            *("arrow", "move", "inspect", "leave", "walk", "next", "back", "scroll"),
            *("copy", "numbers", "order", "buffers", "alone", "digits"),
        ),
    ),
    ("what if", ("change", "branches", "compare", "undo")),
    ("watches", ("watches", "continue", "event", "bookmark")),
    ("whether it learns, and why not", ("verdict", "why_not", "diagnosis")),
    ("the loss and its plot", ("hinge", "other_hinge", "margin", "losses", "log", "zoom", "picture")),
    ("problems", ("app.open", "app.new", "app.settings", "save", "export")),
    ("checking", ("differences", "formulas", "slip", "report", "answers", "check_answers")),
    ("the rest", ("",)),
)
NOTATION = "notation"
READING = (
    (
        "more ways",
        (
            ("ctrl+p", "all commands, also those without a key: check answers, practise"),
            ("mouse", "click a number, a name, a row, a key, the plot; the wheel scrolls, and zooms the plot"),
        ),
    ),
    (
        "marks behind a number",
        (
            ("▴ ▾", "went up, went down since the step before"),
            ("○", "an idle ReLU unit: its slope is 0"),
            ("◂", "the number you inspect"),
            ("◆ ◇", "what it is computed from, what uses it; ◆ at a name: a factor of what is computed now"),
            ("✓ ≈", "checked answers: right; right within your own rounding"),
            ("✗ ±", "a slip, with what was written; right, but with too few digits"),
            ("→ ∅", "carried on from a slip; carried on, but only from zeros"),
            ("?", "left open"),
            ("✓ ✗ ~", "with d: agrees with the central difference, differs, too small to tell"),
            ("= ≠", "right, wrong: what the network says beside y_gt; ≠ 3: it says class 3"),
            ("·  —  …", "not computed yet, no such number, left out here"),
            ("NaN inf", "out of range: the run has diverged"),
        ),
    ),
    (
        "squares, where numbers do not fit",
        (
            ("■ ▪", "positive: at least 1/2, at least 1/8 of the largest number in the matrix"),
            ("□ ▫", "negative, likewise"),
            ("·", "near 0"),
            ("!", "NaN or infinite"),
        ),
    ),
    (
        "pictures, with P",
        (
            ("● ○ +", "samples by class, as the line above the picture names them; a b c: held out"),
            ("reverse", "a sample that the network gets wrong"),
            ("▸●◂", "the chosen sample"),
            ("ground", "the predicted class, stronger the more certain; or blue above the middle, orange below"),
            ("░ ▒ ·", "the same without colours, in every other place where that is not certain"),
            ("click", "a sample: choose it; a number: inspect it; a count: which samples these are"),
        ),
    ),
    (
        "colours",
        (
            ("blue", "positive, stronger the larger"),
            ("orange", "negative, stronger the larger"),
            ("amber", "where you are, and what is wrong"),
            ("red", "a slip, NaN, infinite"),
            ("green", "right"),
            ("grey", "idle, not computed yet"),
        ),
    ),
    (
        NOTATION,
        (
            ("rows", "are samples; layers count from 1, the last is called out"),
            ("s = z W + b", "pre-activation of a layer; z = f(s) is its activation"),
            ("y_out  y_gt", "output and target"),
            ("ℓ  ℒ", "loss of a sample, loss of the batch"),
            ("∂x", "∂ℒ/∂x, the gradient of the loss"),
            ("δ", "∂ℒ/∂s, the delta of a layer"),
            ("W⁺ = W - α ∂W", "the update, α is the learning rate"),
            ("o  p", "logits, and their softmax: probabilities"),
        ),
    ),
)


def reading(notation: Notation | None, statement: Statement) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """READING, with what the names mean in the notation that the sheet speaks."""
    if notation is None or notation.is_own:
        return READING
    kept = tuple(group for group in READING if group[0] != NOTATION)
    return (*kept, (f"{NOTATION}: {notation.name}", tuple(_names(notation, statement))))


def _names(notation: Notation, statement: Statement) -> Iterator[tuple[str, str]]:
    """What the names mean, how headings differ from them, and in which names one types."""
    wording = statement.wording
    heads, letters, word = wording.headings, wording.letters, wording.word
    yield "paper", notation.layout(statement.problem.reduction == "mean")
    yield "rows", "are samples on the sheet in every notation, and its numbers are the run's"
    turned = [heads[name] for name in ("s_out", "W_out") if wording.turns(name)]
    if turned:
        yield "  ".join(turned), "ᵀ: on paper it is transposed"
    if heads["delta_out"].startswith("-"):
        yield heads["delta_out"], f"the gradient, which is -{letters['delta_out']}"
    elif "/" in heads["delta_out"].removeprefix(letters["delta_out"]):
        yield heads["delta_out"], f"the gradient of the mean; {letters['delta_out']} is without the 1/{letters['n']}"
    yield "[1,2]", "behind a letter: row and column on paper; where the heading has ᵀ, column and row here"
    yield f"{word('s')}  {word('z')}", "pre-activation of a layer, and its activation"
    yield f"{letters['y_out']}  {letters['y_gt']}", "output and target"
    yield f"{letters['sample_losses']}  {letters['loss']}", "loss of a sample, loss of the batch"
    yield f"{word('delta')}  {word('dW')}", "delta of a layer, and the gradient of its weights"
    yield f"⁺  {letters['alpha']}", "after the update; the learning rate"
    names = ", ".join(map(wording.typed, ("s_1", "z_1", "delta_1", "W_1")))
    yield "typing", f"watches and changes are typed in these names: {names}[row,column on paper]"
