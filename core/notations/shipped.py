"""The notations that come with sgdb. What could not be verified of a source is not in its table."""

from __future__ import annotations

from core.errors import ProblemError
from core.notations.words import IN_COLUMNS, IN_GRADIENT, IN_UPDATE, MINUS, OUT_IN, Notation, Word
from core.suggestion import suggest
from core.text import shown

W, B, X, Y, T, Z, A, H = (Word(letter) for letter in "WbxytZah")
Y_HAT = Word("yhat", "ŷ", r"\hat{y}")
DELTA, ETA, ALPHA = Word("delta", "δ"), Word("eta", "η"), Word("alpha", "α")
D_W, D_B, F = Word("dW"), Word("db"), Word("f")

SGDB = Notation("sgdb", "sgdb's own")
NG = Notation(
    "ng",
    "Andrew Ng, Deep Learning Specialization; CS229",
    words={
        **{"input": Word("X"), "pre": Z, "activation": Word("A"), "target": Word("Y"), "weight": W, "bias": B},
        **{"delta": Word("dZ"), "dactivation": Word("dA"), "dweight": D_W, "dbias": D_B},
        **{"loss": Word("J"), "losses": Word("L", tex=r"\mathcal{L}"), "rate": ALPHA, "count": Word("m")},
        "function": Word("g"),
    },
    samples=IN_COLUMNS,
    weights=OUT_IN,
    mean=IN_GRADIENT,
    layer="^[k]",
)
NIELSEN = Notation(
    "nielsen",
    "Michael Nielsen, Neural Networks and Deep Learning",
    words={
        **{"input": X, "pre": Word("z"), "activation": A, "target": Y, "weight": Word("w"), "bias": B},
        **{"delta": DELTA, "dweight": Word("nabla_w", "∂C/∂w"), "dbias": Word("nabla_b", "∂C/∂b")},
        **{"loss": Word("C"), "rate": ETA, "function": Word("sigma", "σ")},
    },
    units=1,
    numbers=1,
    samples=IN_COLUMNS,
    weights=OUT_IN,
    mean=IN_UPDATE,
    layer="^k",
)
CS231N = Notation(
    "cs231n",
    "CS231n, Convolutional Neural Networks for Visual Recognition",
    words={
        **{"input": Word("X"), "pre": Word("s"), "activation": H, "output": Word("scores"), "target": Word("y")},
        **{"weight": W, "bias": B, "delta": Word("ds"), "dactivation": Word("dh"), "doutput": Word("dscores")},
        **{"dweight": D_W, "dbias": D_B, "loss": Word("L"), "rate": Word("step_size", "step")},
        **{"count": Word("N"), "function": F, "probabilities": Word("probs"), "dprobabilities": Word("dprobs")},
    },
)
GOODFELLOW = Notation(
    "goodfellow",
    "Goodfellow, Bengio, Courville, Deep Learning",
    words={
        **{"input": X, "pre": A, "activation": H, "output": Y_HAT, "target": Y, "weight": W, "bias": B},
        **{"delta": Word("g"), "dweight": Word("nabla_W", "∂J/∂W"), "dbias": Word("nabla_b", "∂J/∂b")},
        **{"loss": Word("J"), "losses": Word("L"), "rate": Word("epsilon", "ε"), "function": F},
    },
    samples=IN_COLUMNS,
    weights=OUT_IN,
    layer="^(k)",
    settings={"epsilon": Word("delta", "δ")},  # of RMSProp and Adam: ε is the rate
)
BISHOP = Notation(
    "bishop",
    "Bishop, Pattern Recognition and Machine Learning; Bishop and Bishop, Deep Learning",
    words={
        **{"input": X, "pre": A, "activation": Word("z"), "output": Y, "target": T, "weight": W, "bias": B},
        **{"delta": DELTA, "dweight": Word("dW", "∂E/∂W"), "dbias": Word("db", "∂E/∂b")},
        **{"loss": Word("E"), "losses": Word("E_n", tex="E_n"), "rate": ETA, "function": Word("h")},
    },
    samples=IN_COLUMNS,
    weights=OUT_IN,
    layer="^(k)",
)
MITCHELL = Notation(
    "mitchell",
    "Mitchell, Machine Learning",
    words={
        **{"input": X, "pre": Word("net"), "activation": Word("o"), "target": T, "weight": Word("w")},
        **{"bias": B, "delta": DELTA, "dweight": None, "dbias": None, "loss": Word("E"), "rate": ETA},
        "function": F,
    },
    samples=IN_COLUMNS,
    weights=OUT_IN,
    sign=MINUS,
)
PYTORCH = Notation(
    "pytorch",
    "PyTorch",
    words={
        **{"input": X, "pre": Word("z"), "activation": A, "output": Word("output"), "target": Word("target")},
        **{"weight": W, "bias": B, "delta": Word("dz"), "dactivation": Word("da"), "doutput": Word("doutput")},
        **{"dweight": D_W, "dbias": D_B, "loss": Word("loss"), "rate": Word("lr"), "function": F},
    },
    weights=OUT_IN,
    behind=".grad",
)
MIT = Notation(
    "mit",
    "MIT 6.036 and 6.390, Introduction to Machine Learning",
    words={
        **{"input": Word("X"), "pre": Z, "activation": Word("A"), "target": Word("Y"), "weight": W},
        **{"bias": Word("W0_", "W0"), "delta": Word("dLdZ", "∂L/∂Z"), "dactivation": Word("dLdA", "∂L/∂A")},
        **{"dweight": Word("dLdW", "∂L/∂W"), "dbias": Word("dLdW0_", "∂L/∂W0"), "loss": Word("L")},
        **{"rate": Word("lrate"), "function": F},
    },
    samples=IN_COLUMNS,
)
UFLDL = Notation(
    "ufldl",
    "UFLDL tutorial, Stanford",
    words={
        **{"input": X, "pre": Word("z"), "activation": A, "output": H, "target": Y, "weight": W, "bias": B},
        **{"delta": DELTA, "dweight": Word("nabla_W", "∂J/∂W"), "dbias": Word("nabla_b", "∂J/∂b")},
        **{"loss": Word("J"), "rate": ALPHA, "count": Word("m"), "function": F},
    },
    units=1,
    samples=IN_COLUMNS,
    weights=OUT_IN,
    layer="^(k)",
)
NYU = Notation(
    "nyu",
    "NYU Deep Learning, LeCun and Canziani",
    words={
        **{"input": X, "pre": Word("s"), "activation": Word("z"), "output": Word("ybar", "ȳ", r"\bar{y}"), "target": Y},
        **{"weight": Word("w"), "bias": B, "delta": Word("dC_ds", "∂C/∂s"), "dweight": Word("dC_dw", "∂C/∂w")},
        **{"dbias": Word("dC_db", "∂C/∂b"), "dactivation": Word("dC_dz", "∂C/∂z"), "loss": Word("C"), "rate": ETA},
        "function": Word("h"),
    },
    numbers=-1,
    samples=IN_COLUMNS,
    weights=OUT_IN,
)
SHIPPED = (SGDB, NG, NIELSEN, CS231N, GOODFELLOW, BISHOP, MITCHELL, PYTORCH, MIT, UFLDL, NYU)
NOTATIONS = {notation.name: notation for notation in SHIPPED}


def notation(name: str) -> Notation:
    """The notation of this name. Raises ProblemError, which says what there is."""
    if name not in NOTATIONS:
        raise ProblemError("", [f"notation: {suggest(shown(name)[1:-1], NOTATIONS)}"])
    return NOTATIONS[name]
