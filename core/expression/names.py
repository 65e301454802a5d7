"""What people call the quantities, numbers and functions of a step, in tables, and the one reader of such names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from core.quantity import BUFFERS, LETTERS, NEXT, canonical, layer_label

# Words for what each layer has one of. A capital Z is a pre-activation wherever it is written; a small z is sgdb's, and
# a small a is an activation in some courses and a pre-activation in others.
OF_LAYER: dict[str, tuple[str, ...]] = {
    **{letter: (letter,) for letter in ("W", "b", "s", "z", "delta")},
    **dict.fromkeys(("w", "weight", "weights", "kernel", "Theta", "theta"), ("W",)),
    **dict.fromkeys(("B", "bias", "biases"), ("b",)),
    **dict.fromkeys(("S", "Z", "net", "pre", "preact", "preactivation"), ("s",)),
    **dict.fromkeys(("A", "h", "H", "act", "activation"), ("z",)),
    **dict.fromkeys(("sigma", "σ", "Delta", "d"), ("delta",)),
    "a": ("z", "s"),
    # What updates remember. The mean of squares is n here, and in many books v, which is the velocity of others.
    **{f"{typed}{of}": (f"{typed}{of}",) for typed in BUFFERS for of in "Wb"},
    **{f"v{d}{of}": (f"v{of}", f"n{of}") for d in ("", "d") for of in "Wb"},
    **{f"{word}{of}": (f"nhat{of}",) for word in ("vhat", "v\u0302", "n\u0302") for of in "Wb"},
    **{f"m\u0302{of}": (f"mhat{of}",) for of in "Wb"},
    **{letter: tuple(f"{letter}{of}" for of in "Wb") for letter in ("m", "mhat", "nhat")},
    **{"v": ("vW", "vb", "nW", "nb"), "vhat": ("nhatW", "nhatb")},
    **{f"{word}{of}": (f"v{of}",) for word in ("velocity", "vel") for of in "Wb"},
}
# Words for what a step has one of.
OF_STEP: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("X", "Xin", "x", "xin", "input", "inputs"), ("X_in",)),
    **dict.fromkeys(("yhat", "ŷ", "Yhat", "ypred", "pred", "prediction", "predictions"), ("y_out",)),
    **dict.fromkeys(("yout", "output", "outputs", "out", "AL"), ("y_out",)),
    **dict.fromkeys(("ygt", "ytrue", "t", "target", "targets", "label", "labels"), ("y_gt",)),
    **dict.fromkeys(("y", "Y"), ("y_out", "y_gt")),
    **dict.fromkeys(("L", "Loss", "loss", "J", "E", "C", "cost", "Etotal", "Ltotal", "totalloss"), ("loss",)),
    **dict.fromkeys(("l", "losses", "sampleloss", "samplelosses", "ell"), ("sample_losses",)),
    **dict.fromkeys(("o", "logits", "scores"), ("o", "y_out")),  # the first that there is
    **dict.fromkeys(("Ldata", "dataloss", "lossdata"), ("data_loss",)),
    **dict.fromkeys(("Omega", "omega", "Ω", "penalty", "regloss", "regularization", "Lreg"), ("penalty",)),
    **dict.fromkeys(("probs", "prob", "probabilities", "softmax"), ("p",)),
}
FIRST_THAT_IS = frozenset(("o", "logits", "scores"))
NUMBER_WORDS = {
    **dict.fromkeys(("lr", "eta", "learning_rate", "learningrate", "step_size", "rate"), "alpha"),
    **dict.fromkeys(("N", "batch_size", "n_samples", "num_samples"), "n"),
    **dict.fromkeys(("margin", "Delta"), "m"),
    "L": "loss",
    **dict.fromkeys(("lam", "lambda_", "lamda", "lambd", "reg", "l2", "l1"), "lambda"),
    **dict.fromkeys(("momentum", "beta"), "mu"),
    **dict.fromkeys(("eps",), "epsilon"),
    **{f"beta{i}": f"beta_{i}" for i in "12"},
    **dict.fromkeys(("decay_rate", "alpha_rms"), "rho"),
    **dict.fromkeys(("wd",), "weight_decay"),
}
GRADIENTS = {"W": "dW", "b": "db", "s": "delta", "z": "dz", "y": "dy", "y_out": "dy_out"}
BEFORE_GRADIENT = ("d", "grad", "gradient", "nabla", "∇", *(f"d{loss}d" for loss in ("L", "l", "loss", "J", "E", "C")))
BEHIND_GRADIENT = ("grad", "gradient")
AFTER = ("next", "new", "plus", "after", "updated", "+", "⁺", "t+1")
LAST = ("out", "last", "L")
NUMBER = re.compile(r"\d{1,4}")
BETWEEN = re.compile(r"[\s_.^/*\\{}()\[\]]")  # what separates the parts of a name, and says nothing

# Functions: the words for the usual ones, and the marks of a derivative.
FUNCTION_WORDS = {
    **dict.fromkeys(("relu", "rectifier"), "relu"),
    **dict.fromkeys(("sigmoid", "sigma", "σ", "logistic", "expit", "sigm"), "sigmoid"),
    "tanh": "tanh",
    "ln": "log",
}
SLOPE_MARKS = ("_slope", "_prime", "_derivative", "_deriv", "_grad", "_der", "_backward", "prime", "deriv")
SLOPE_STARTS = ("d_", "grad_", "deriv_", "derivative_", "d")
ANY_LAYER = frozenset(("f", "g", "phi", "φ", "act", "activation"))  # the function of the layer whose s it is applied to
NO_SUCH_THING = {
    **dict.fromkeys(("beta", "momentum", "velocity", "mu", "vel"), "there is no momentum here"),
    **dict.fromkeys(("before", "previous", "prev", "old"), "only this step's quantities are known"),
    **dict.fromkeys(("lambda", "lam", "decay", "weight_decay"), "there is no penalty on the weights here"),
}
BELIES = {  # the numbers of a step that has such a thing
    "there is no momentum here": frozenset(("mu", "beta_1", "rho")),
    "there is no penalty on the weights here": frozenset(("lambda", "lambda_1", "lambda_2", "weight_decay")),
}


class Meaning(NamedTuple):
    """The quantities that a name can mean, and whether the word is another than sgdb's for them, worth a remark."""

    names: tuple[str, ...]
    remark: bool = False


class Names:
    """The names of a step: the quantities `known`, of which some are `computed`, of a network of `depth` layers."""

    def __init__(self, known: Collection[str], computed: Collection[str], depth: int) -> None:
        self._known, self._computed, self._depth = frozenset(known), frozenset(computed), depth
        self.meaning = lru_cache(maxsize=512)(self._meaning)

    def _meaning(self, typed: str) -> Meaning:
        """What a name can mean; no quantity at all where nobody calls anything so."""
        exact = canonical(typed, self._depth)
        if exact in self._known:
            return Meaning((exact,))
        found: dict[str, bool] = {}
        for squashed in dict.fromkeys((BETWEEN.sub("", typed), BETWEEN.sub("", typed).lower())):
            for word, parts in _readings(squashed):
                for name in self._named(word, *parts):
                    found[name] = found.get(name, True) and word not in (*LETTERS, "y", "o", "p")
            if found:
                break
        return Meaning(tuple(found), any(found.values()))

    def as_key(self, typed: str) -> Meaning:
        """What a name can mean where somebody gives its numbers: given ones are meant only if nothing else can be."""
        meaning = self.meaning(typed)
        computed = tuple(name for name in meaning.names if name in self._computed)
        return meaning._replace(names=computed or meaning.names)

    def _named(self, word: str, gradient: bool, label: str, after: bool) -> Iterator[str]:
        """The quantities of the step that a word stands for, with its marks."""
        for letter in OF_LAYER.get(word, ()) or (("y",) if word == "y" and label else ()):
            letter = GRADIENTS.get(letter, "") if gradient else letter
            layers = [label] if label else [layer_label(k, self._depth) for k in range(1, self._depth + 1)]
            for layer in layers if letter else ():
                layer = layer_label(self._depth, self._depth) if layer in LAST else str(int(layer))
                name = canonical(f"{letter}_{layer}{NEXT * after}", self._depth)
                if name in self._known:
                    yield name
        if label or after:
            return
        for name in (word,) if word == "p" else OF_STEP.get(word, ()):
            name = GRADIENTS.get(name, f"d{name}") if gradient else name
            if name in self._known:
                yield name
                if word in FIRST_THAT_IS:
                    return


def _readings(text: str) -> Iterator[tuple[str, tuple[bool, str, bool]]]:
    """The words that a name without separators may be made of: each with whether it is a gradient's, the layer, and
    whether it is what comes after the update.
    """
    words = {*OF_LAYER, *OF_STEP, "p"}
    for new, before, behind, after in product(
        ("", "new", "next", "updated"), ("", *BEFORE_GRADIENT), ("", *BEHIND_GRADIENT), ("", *AFTER)
    ):
        start, end = new + before, behind + after
        if (new and after) or (before and behind) or not (text.startswith(start) and text.endswith(end)):
            continue
        rest = text[len(start) : len(text) - len(end)]
        number = re.search(r"\d{1,4}$", rest)
        labels = ["", *([number[0]] if number else []), *(last for last in LAST if rest.endswith(last))]
        for label in labels:
            word = rest.removesuffix(label)
            if word in words and len(start) + len(end) + len(rest) == len(text):
                yield word, (bool(before or behind), label, bool(new or after))


def asked(typed: str, meaning: Meaning) -> str:
    """The question which of several quantities is meant."""
    return f'"{typed}" can mean {" or ".join(meaning.names)}; write which'


def no_such_thing(typed: str, numbers: Iterable[str]) -> str:
    """Why a step with these numbers (mu, lambda, ...) has nothing of this name, where people know the word for
    something else; else empty.
    """
    words = [word for word in re.split(r"[_\W]", typed.lower()) if word]
    why = next((NO_SUCH_THING[word] for word in (typed.lower(), *words) if word in NO_SUCH_THING), "")
    return why if BELIES.get(why, frozenset()).isdisjoint(numbers) else ""


def function_of(word: str, functions: Collection[str]) -> tuple[str, bool] | None:
    """The function that a word stands for, and whether it is its derivative: RELU, relu_prime, σ, f1_slope; None where
    it is no function's.
    """
    for mark in ("", *SLOPE_MARKS):
        for start in ("", *SLOPE_STARTS):
            if (mark and start) or not (word.endswith(mark) and word.startswith(start)):
                continue
            bare = word.removeprefix(start) if start else word.removesuffix(mark) if mark else word
            layer = re.fullmatch(r"[fF]_?(\d{1,4}|out)", bare)
            if layer:
                return f"f_{layer[1].lstrip('0') or 0}", bool(mark or start)
            for name in (bare, bare.lower()):
                name = FUNCTION_WORDS.get(name, name)
                if name in functions and name:
                    return name, bool(mark or start)
    return None
