"""What the help tells of the training screen: its keys in groups, how to read the sheet, and the notation."""

from __future__ import annotations

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
        "notation",
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
