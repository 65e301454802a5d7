"""A notation: what a course or a book calls the quantities of a step, and how it lays them out. Data alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.expression.greek import greek

ROLES = {  # what there is a word for: what it is, and whether a layer's number stands behind it
    "input": ("the inputs", False),
    "pre": ("the pre-activation", True),
    "activation": ("the activation", True),
    "output": ("the output", False),
    "target": ("the targets", False),
    "weight": ("the weights", True),
    "bias": ("the biases", True),
    "delta": ("the gradient of the pre-activation", True),
    "dweight": ("the gradient of the weights", True),
    "dbias": ("the gradient of the biases", True),
    "dactivation": ("the gradient of the activation", True),
    "doutput": ("the gradient of the output", False),
    "probabilities": ("the probabilities", False),
    "dprobabilities": ("the gradient of the probabilities", False),
    "loss": ("the loss", False),
    "losses": ("each sample's loss", False),
    "rate": ("the learning rate", False),
    "count": ("the number of samples", False),
    "function": ("a layer's function", True),
}
GRADIENTS = ("dweight", "dbias")  # which a notation may do without: they are put in place in the update
IN_ROWS, IN_COLUMNS = "rows", "columns"
IN_OUT, OUT_IN = "in x out", "out x in"
PLUS, MINUS = "plus", "minus"
IN_DELTA, IN_GRADIENT, IN_UPDATE = "delta", "gradient", "update"
SWITCHES = {
    "samples": (IN_ROWS, IN_COLUMNS),
    "weights": (IN_OUT, OUT_IN),
    "sign": (PLUS, MINUS),
    "mean": (IN_DELTA, IN_GRADIENT, IN_UPDATE),
}
YOURS = "your notation"  # one without a name
RAISED = {"_k": "", "^k": "{}", "^(k)": "({})", "^[k]": "[{}]"}  # where LaTeX has a layer's number


@dataclass(frozen=True)
class Word:
    """What something is called: `typed` in formulas and as a key, "dW"; `printed` on screen, "∂C/∂w", where that is
    not the same, or the Greek letter of that name; and the letter as LaTeX has it, where that does not follow.
    """

    typed: str
    printed: str = ""
    tex: str = ""

    @property
    def in_print(self) -> str:
        """What is printed."""
        return self.printed or greek(self.typed) or self.typed


@dataclass(frozen=True)
class Notation:
    """How a course writes the quantities of a step. sgdb's own names stand for what it has no word for.

    name       what it is called: "ng"
    title      what it is the notation of, in words
    words      by role, one of ROLES; None for a gradient that it has no name for, which is put in place in the update
    units      what is added to the number of a layer's units: 1 where the input is layer 1
    numbers    what is added to the number of a layer's weights and biases
    samples    "rows" or "columns" of X
    weights    "in x out" or "out x in"
    sign       of δ: "plus" for ∂ℒ/∂s, "minus" for -∂ℒ/∂s
    mean       where the 1/n is of a loss that is a mean: in "delta", in the "gradient" of the weights, in the "update"
    layer      where LaTeX has the layer's number: "_k", "^k", "^(k)" or "^[k]"
    behind     what may stand behind a quantity's name for its gradient: ".grad"
    settings   words for numbers of the loss, the penalty and the update by sgdb's names, where these are something else
    """

    name: str
    title: str
    words: Mapping[str, Word | None] = field(default_factory=dict)
    units: int = 0
    numbers: int = 0
    samples: str = IN_ROWS
    weights: str = IN_OUT
    sign: str = PLUS
    mean: str = IN_DELTA
    layer: str = "_k"
    behind: str = ""
    settings: Mapping[str, Word] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.name, self.title))

    @property
    def called(self) -> str:
        """What it is called in a sentence: "the notation ng", "your notation"."""
        return self.name if self.name == YOURS else f"the notation {self.name}"

    @property
    def in_columns(self) -> bool:
        """Whether each sample is a column, and so is a bias."""
        return self.samples == IN_COLUMNS

    @property
    def is_own(self) -> bool:
        """Whether it changes nothing of what sgdb has."""
        return self == Notation(self.name, self.title)

    def word(self, role: str) -> Word | None:
        """What it calls something; None where it has no word for it."""
        return self.words.get(role)

    def lacks(self, role: str) -> bool:
        """Whether a gradient has no name at all."""
        return role in self.words and self.words[role] is None

    def layout(self, is_mean: bool = True) -> str:
        """What a reader must know of it in a line: "Columns are samples; W is out x in; dZ has no 1/m.", and from where
        it counts, if not as sgdb; nothing of the 1/m where the loss is no mean.
        """
        words = {role: self.letter(role, own) for role, own in OWN_LETTERS.items()}
        return "".join(words.get(part, part) for part in self.layout_parts(is_mean))

    def layout_parts(self, is_mean: bool = True) -> tuple[str, ...]:
        """The same in parts, with the roles of OWN_LETTERS where their words stand."""
        parts: list[tuple[str, ...]] = [(f"{self.samples.capitalize()} are samples; ", "weight", f" is {self.weights}")]
        if self.units:
            parts.append((f"; the input is layer {self.units}",))
        if self.numbers != self.units:
            parts.append(("; ", "weight", f" counts from {self.numbers + 1}"))
        if self.sign == MINUS:
            parts.append(("; ", "delta", " is minus the gradient"))
        if is_mean and self.mean == IN_GRADIENT:
            parts.append(("; ", "delta", " has no 1/", "count"))
        elif is_mean and self.mean == IN_UPDATE:
            parts.append(("; the 1/", "count", " is in the update"))
        return (*(part for found in parts for part in found), ".")

    def letter(self, role: str, own: str) -> str:
        """What it calls something, `own` where it has no word for it."""
        word = self.word(role)
        return own if word is None else word.in_print


OWN_LETTERS = {"weight": "W", "delta": "δ", "count": "n"}
