"""Styles of print: what every symbol and every operation looks like in print. Data alone; `printer` walks the trees."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from core.expression import nodes
from core.expression.nodes import ALL, COLUMNS, ROWS, Function
from core.expression.pieces import BLANK, CLOSE, LETTER, OPEN, Piece, Pieces, as_text, letter, number, sign, word
from core.quantity import LETTERS, NEXT

# How closely a part of a formula holds together. A sum of the Σ kind takes the whole product behind it.
SUM, PREFIX, PRODUCT, POSTFIX, ATOM = range(5)

NUMBERS = frozenset(nodes.SETTINGS)  # names that stand for a number and are no quantities
LETTERS_OF_TRAINING = {"lambda": "λ", "mu": "μ", "beta": "β", "epsilon": "ε", "rho": "ρ"}
WHOLE = {"data_loss": letter("ℒ", "data")}  # names that are no letter with an index
PRINTED_LETTERS = {"penalty": "Ω", "delta": "δ", "alpha": "α", "loss": "ℒ", "sample": "ℓ", **LETTERS_OF_TRAINING}
PRINTED_LETTERS |= {typed: printed for typed, printed in LETTERS.items() if typed[0] != "d"}
SUPERSCRIPTS = str.maketrans("0123456789tsepown", "⁰¹²³⁴⁵⁶⁷⁸⁹ᵗˢᵉᵖᵒʷⁿ")
POWERS = {superscript: chr(character) for character, superscript in SUPERSCRIPTS.items()}


class Form(NamedTuple):
    """An operation on a single argument in print: how closely it holds together, and its pieces. A number among them
    stands for the argument, which is put in brackets if it holds together less closely than that.
    """

    level: int
    parts: tuple[Piece | int, ...]


class Quotients(NamedTuple):
    """a / b: the sign `between` the operands, how closely these must hold together, and how closely the whole does;
    the sign between numbers, and how closely such a fraction holds together.
    """

    between: Pieces
    above: int
    below: int
    level: int
    fraction: Pieces
    fraction_level: int


class Style(NamedTuple):
    """How trees are written.

    symbol            the piece that shows a name
    transposed        behind a name that is turned
    transpose         of anything else
    matrix_product, entrywise, multiple    the signs of products; the last is that of a number with anything
    brackets          around the right factor of a matrix product
    apart             whether brackets tell entrywise and matrix products apart where the order alone would do
    quotient          fractions
    half, power, function (of a node), positive, softmax, largest, totals (over ROWS, COLUMNS,
    ALL), signs (the row (-1, +1)), true_class (and, for True, the others)      forms of operations
    """

    symbol: Callable[[str], Piece]
    transposed: str
    transpose: Form
    matrix_product: Pieces
    entrywise: Pieces
    multiple: Pieces
    brackets: str
    apart: bool
    quotient: Quotients
    half: Form | None
    power: Callable[[int | str], Form]
    function: Callable[[Function], Form]
    positive: Form
    softmax: Form
    largest: Form
    totals: dict[str, Form]
    signs: Form
    true_class: dict[bool, Form]


def call(name: Piece, *before: Piece, after: Pieces = ()) -> Form:
    """name(argument)."""
    return Form(ATOM, (name, OPEN, *before, SUM, *after, CLOSE))


def _spaced(text: str) -> Pieces:
    return (BLANK, sign(text), BLANK)


# Paper and screen: δ₁ = (δ_out W_outᵀ) ⊙ f₁'(s₁), ℓ = -log p_y.


@lru_cache(maxsize=1024)
def printed_symbol(name: str) -> Piece:
    """δ_out, ∂W₁, W₁⁺, ℓ."""
    if name in WHOLE:
        return WHOLE[name]._replace(name=name)
    base, _, index = name.removesuffix(NEXT).partition("_")
    before = "∂" if base[:1] == "d" and base[1:] and base not in PRINTED_LETTERS else ""
    base, index = base.removeprefix("d") if before else base, "" if base == "sample" else index
    return Piece(LETTER, PRINTED_LETTERS.get(base, base), index, "⁺" * name.endswith(NEXT), before, name=name)


def symbol_piece(name: str, symbol: str, is_number: bool = False) -> Piece:
    """The piece of a name with this symbol, the usual one or one that somebody has chosen: κ."""
    usual = printed_symbol(name)
    if as_text([usual]) != symbol:
        before = "∂" if symbol.startswith("∂") else ""
        text, _, index = symbol.removeprefix(before).partition("_")
        usual = Piece(LETTER, text, index, before=before, name=name)
    return usual._replace(name="") if is_number else usual


def printed_function(node: Function) -> Form:
    name, slope = node.name, node.slope
    if name == "log":
        return Form(POSTFIX, (word("log"), BLANK, POSTFIX))
    if name == "relu" and not slope:
        return call(word("max"), *number("0"), sign(","), BLANK)
    if name == "sqrt":
        return call(sign("√"))
    if name == "abs":
        return Form(ATOM, (sign("|"), SUM, sign("|")))
    marks = "'" * slope
    if name.startswith("f_"):
        return call(letter("f", name.removeprefix("f_"), marks))
    return call(word(name)._replace(marks=marks))


def _printed_power(power: int | str) -> Form:
    return Form(POSTFIX, (ATOM, sign(str(power).translate(SUPERSCRIPTS))))


def _sigma(index: str = "") -> Form:
    return Form(PREFIX, (letter("Σ", index), BLANK, PREFIX))


PAPER = Style(
    symbol=printed_symbol,
    transposed="ᵀ",
    transpose=Form(POSTFIX, (ATOM, sign("ᵀ"))),
    matrix_product=(BLANK,),
    entrywise=_spaced("⊙"),
    multiple=(BLANK,),
    brackets="[]",
    apart=True,
    quotient=Quotients(_spaced("/"), POSTFIX, ATOM, PRODUCT, (sign("/"),), POSTFIX),
    half=Form(ATOM, (sign("½"),)),
    power=_printed_power,
    function=printed_function,
    positive=Form(ATOM, (sign("["), SUM, *_spaced(">"), *number("0"), sign("]"))),
    softmax=call(word("softmax")),
    largest=call(word("max")),
    totals={ROWS: _sigma("rows"), COLUMNS: _sigma(), ALL: _sigma()},
    signs=Form(ATOM, (OPEN, *number("-1"), sign(","), BLANK, sign("+"), *number("1"), CLOSE)),
    true_class={
        False: Form(ATOM, (word("one-hot"), OPEN, printed_symbol("y_gt"), CLOSE)),
        True: Form(SUM, (*number("1"), *_spaced("-"), word("one-hot"), OPEN, printed_symbol("y_gt"), CLOSE)),
    },
)


# Formulas in answer sheets: delta_1 = delta_out * W_out' .* f1'(s_1). A sum is over what the quantity asks for.


def typed_symbol(name: str) -> Piece:
    """The name as it is typed."""
    return Piece(LETTER, name, name=name)


def typed_function_name(name: str, slope: bool) -> str:
    """f1, f_out', tanh."""
    label = name.removeprefix("f_")
    return (f"f{label}" if label.isdigit() else name) + "'" * slope


def typed_function(node: Function) -> Form:
    return call(word(typed_function_name(node.name, node.slope)))


TYPED_QUOTIENT = Quotients(_spaced("/"), PRODUCT, POSTFIX, PRODUCT, _spaced("/"), PRODUCT)
ONE_HOT = (word("one_hot"), OPEN, typed_symbol("y_gt"), CLOSE)
TYPED_CLASS = {
    False: Form(ATOM, ONE_HOT),
    True: Form(SUM, (*number("1"), *_spaced("-"), *ONE_HOT)),
}

TYPED = Style(
    symbol=typed_symbol,
    transposed="'",
    transpose=Form(POSTFIX, (ATOM, sign("'"))),
    matrix_product=_spaced("*"),
    entrywise=_spaced(".*"),
    multiple=_spaced("*"),
    brackets="()",
    apart=False,
    quotient=TYPED_QUOTIENT,
    half=None,
    power=lambda power: Form(POSTFIX, (ATOM, sign(f"^{power}"))),
    function=typed_function,
    positive=Form(ATOM, (sign("["), SUM, *_spaced(">"), *number("0"), sign("]"))),
    softmax=call(word("softmax")),
    largest=call(word("max")),
    totals=dict.fromkeys((ROWS, COLUMNS, ALL), call(word("sum"))),
    signs=Form(ATOM, (OPEN, *number("-1"), sign(","), BLANK, sign("+"), *number("1"), CLOSE)),
    true_class=TYPED_CLASS | {True: Form(ATOM, (sign("[j != y]"),))},
)


# numpy: delta_1 = delta_out @ W_out.T * f_1_slope(s_1). A row is (1, d), a column (n, 1); softmax, one_hot and the
# layers' functions go by these names.


NUMPY_FUNCTIONS = {name: f"np.{name}" for name in ("log", "exp", "tanh", "sqrt", "abs", "sign")}


def _numpy_symbol(name: str) -> Piece:
    """The name as it is typed; `lambda` means something else in Python."""
    return typed_symbol(name)._replace(text=f"{name}_" if name == "lambda" else name)


def _numpy_function(node: Function) -> Form:
    name, slope = node.name, node.slope
    if name == "relu" and not slope:
        return call(word("np.maximum"), *number("0"), sign(","), BLANK)
    return call(word(f"{name}_slope" if slope else NUMPY_FUNCTIONS.get(name, name)))


def _along(function: str, axis: int) -> Form:
    return call(word(f"np.{function}"), after=(sign(f", axis={axis}, keepdims=True"),))


NUMPY = Style(
    symbol=_numpy_symbol,
    transposed=".T",
    transpose=Form(POSTFIX, (ATOM, sign(".T"))),
    matrix_product=_spaced("@"),
    entrywise=_spaced("*"),
    multiple=_spaced("*"),
    brackets="()",
    apart=False,
    quotient=TYPED_QUOTIENT,
    half=None,
    power=lambda power: Form(POSTFIX, (ATOM, *_spaced("**"), *number(str(power)))),
    function=_numpy_function,
    positive=call(word("np.where"), after=(*_spaced(">"), *number("0"), sign(", 1, 0"))),
    softmax=call(word("softmax")),
    largest=_along("max", axis=1),
    totals={ROWS: _along("sum", axis=0), COLUMNS: _along("sum", axis=1), ALL: call(word("np.sum"))},
    signs=Form(ATOM, (word("np.array"), sign("([[-1, 1]])"))),
    true_class=TYPED_CLASS,
)
