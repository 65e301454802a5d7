"""What LaTeX's commands are in plain letters, and what it raises behind a name."""

from __future__ import annotations

import re

COMMANDS = {
    "delta": " delta",
    "alpha": " alpha ",
    "eta": " eta ",
    "sigma": " sigma",
    "Delta": " Delta",
    "ell": " sample_losses ",
    **{name: f" {name}" for name in ("lambda", "mu", "rho", "beta")},
    **dict.fromkeys(("epsilon", "varepsilon"), " epsilon"),
    "Omega": " penalty",
    **dict.fromkeys(("sqrt", "surd"), " sqrt "),
    **dict.fromkeys(("lvert", "rvert", "vert", "mid"), "|"),
    "partial": " d",
    **dict.fromkeys(("odot", "circ", "ast"), ".*"),
    **dict.fromkeys(("cdot", "times"), "*"),
    **dict.fromkeys(("neq", "ne"), "!="),
    **dict.fromkeys(("geq", "ge", "geqslant"), ">="),
    **dict.fromkeys(("leq", "le", "leqslant"), "<="),
    **dict.fromkeys(("gets", "leftarrow", "coloneqq"), ":="),
    **dict.fromkeys(("gt",), ">"),
    **dict.fromkeys(("lt",), "<"),
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac"), " frac "),
    **{name: f" {name} " for name in ("exp", "log", "ln", "max", "tanh")},
    "prime": "'",
    **dict.fromkeys(("land", "wedge"), " and "),
    **dict.fromkeys(
        ("left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr"), ""
    ),
    **dict.fromkeys(
        ("quad", "qquad", "allowbreak", "displaystyle", "textstyle", "limits", "nolimits", "nonumber"), " "
    ),
    **dict.fromkeys(("lbrack", "lbrace"), "["),
    **dict.fromkeys(("rbrack", "rbrace"), "]"),
}
FONTS = "mathrm|mathbf|mathsf|mathit|mathcal|mathscr|boldsymbol|bm|operatorname|text|textbf|textrm|textit|mathop|vec"
SUPERSCRIPTS = {
    **dict.fromkeys(("T", "top", "intercal", "tr"), "'"),
    **dict.fromkeys(("prime", "'"), "'"),
    **dict.fromkeys(("+", "new", "next", "t+1", "(t+1)", "neu"), "_next "),
    **dict.fromkeys(("+T", "+top"), "_next '"),
    **dict.fromkeys(("t", "(t)", "old"), " "),
}
LAYER_ABOVE = re.compile(r"[(\[](\d{1,4}|out|L)[)\]](.*)")  # W^{[1]}, δ^{(out)}, W^{[1]T}
