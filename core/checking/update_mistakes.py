"""The mistakes that people make with penalties and with what an update remembers, each as a tree."""

from __future__ import annotations

from collections.abc import Iterator

from core.checking.layer_mistakes import ALPHA
from core.checking.loss_mistakes import Mistake
from core.equations import GRADIENT, UPDATE, Equation, Statement
from core.expression.nodes import (
    COUNT,
    Function,
    Literal,
    Name,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    names_in,
    put_in_place,
)
from core.expression.spots import spots, without_factor, without_term
from core.expression.typed import as_typed
from core.penalty import HALF
from core.quantity import NEXT

ZERO, TWO = Literal(0), Literal(2)
SHARES = ("beta_1", "beta_2", "rho")  # what is kept of a running mean


class UpdateMistakes:
    """The mistakes in penalties and updates of a step."""

    def __init__(self, statement: Statement) -> None:
        self._statement, self._equations = statement, statement.equations
        self._symbols = statement.symbols

    def at(self, equation: Equation) -> Iterator[Mistake]:
        """The mistakes that can be made in computing a quantity."""
        if equation.part == GRADIENT and self._statement.problem.penalty:
            yield from self._penalised(equation.tree)
            yield from self._with_biases(equation)
        elif equation.name.startswith("penalty"):
            yield from self._of_penalty(equation)
        elif equation.name == "loss" and self._statement.problem.penalty:
            yield from self._without_penalty(equation.tree)
        elif equation.part == UPDATE:
            yield from self._remembered(equation.tree)
            yield from self._corrected(equation)
            yield from self._plain(equation)

    def _penalised(self, tree: Node) -> Iterator[Mistake]:
        """λ W left out, or with a factor too many."""
        for setting in self._statement.problem.penalty.settings:
            for part, with_ in spots(tree):
                if not isinstance(part, Product) or Name(setting.name) not in part.children:
                    continue
                assert isinstance(tree, Sum)
                words = f"the penalty is left out: {as_typed(part)}"
                yield Mistake("penalty left out", words, without_term(tree, part), 0)
                words = f"{setting.symbol} is left out"
                yield Mistake("λ left out", words, with_(without_factor(part, Name(setting.name))), 0)
                yield Mistake("sign of a term", "the penalty is subtracted", with_(Sum((-1, part))), 1)
                for sign in (child for child in part.children if isinstance(child, Function)):
                    words = f"{as_typed(sign)} is left out"
                    yield Mistake("sign(W) left out", words, with_(without_factor(part, sign)), 0)
                    words = f"{as_typed(sign.argument)} stands for {as_typed(sign)}"
                    yield Mistake("W for sign(W)", words, with_(without_factor(part, sign) * sign.argument), 1)
                if setting.field == "l2":
                    half = self._statement.problem.penalty.half
                    words = (
                        "the ½ of the penalty is left out: the 2 of its derivative stays" if half else "a 2 is left out"
                    )
                    wrong = TWO * part if half else without_factor(part, TWO)
                    yield Mistake("half left out", words, with_(wrong), 1)
                if self._statement.rows > 1:
                    words = "the penalty is divided by n, the number of rows"
                    yield Mistake("mean for sum", words, with_(Quotient(part, Name("n"))), 1)

    def _with_biases(self, equation: Equation) -> Iterator[Mistake]:
        """The biases penalised, though they are not."""
        penalty, bias = self._statement.problem.penalty, equation.name.removeprefix("d")
        if equation.letter == "db" and not penalty.takes("b"):
            words = f"{bias} is penalised, but the penalty is on the weights alone"
            yield Mistake("biases penalised", words, penalty.gradient_tree(equation.tree, Name(bias)), 1)

    def _of_penalty(self, equation: Equation) -> Iterator[Mistake]:
        """The ½ left out of λ Σ W², and the biases in the sum, though they are not penalised."""
        tree, given = equation.tree, self._statement.given.values()
        if isinstance(tree, Product) and HALF in tree.children:
            yield Mistake("half left out", "the ½ of the penalty is left out", without_factor(tree, HALF), 0)
        parameters = [one.name for one in given if one.letter in ("W", "b")]
        for name, _, with_biases in self._statement.problem.penalty.cost_trees(parameters):
            if name == equation.name:
                words = "the biases are penalised, but the penalty is on the weights alone"
                yield Mistake("biases penalised", words, with_biases, 1)

    def _without_penalty(self, tree: Node) -> Iterator[Mistake]:
        assert isinstance(tree, Sum)
        for _, term in tree.terms[1:]:
            words = f"the penalty {self._symbols[names_in(term)[0]]} is left out"
            yield Mistake("penalty left out", words, without_term(tree, term), 0)

    def _remembered(self, tree: Node) -> Iterator[Mistake]:
        """What is remembered left out; the shares of a mean left out or swapped; the square, the root or ε left out."""
        for part, with_ in spots(tree):
            if isinstance(part, Product) and Name("mu") in part.children:
                words = f"the momentum is left out: {as_typed(part)}"
                without = without_term(tree, part) if isinstance(tree, Sum) and part in tree.children else with_(ZERO)
                yield Mistake("momentum left out", words, without, 0)
                yield Mistake("μ left out", "μ is left out", with_(without_factor(part, Name("mu"))), 0)
                yield Mistake("μ twice", "μ is in it twice", with_(Name("mu") * part), 2)
            elif isinstance(part, Product) and any(Name(share) in part.children for share in SHARES):
                share = next(name for name in SHARES if Name(name) in part.children)
                words = f"{self._symbols[share]} is left out"
                yield Mistake("share left out", words, with_(without_factor(part, Name(share))), 1)
                if isinstance(tree, Sum) and part in tree.children:
                    words = f"{as_typed(part)} is left out: nothing is carried over from the step before"
                    yield Mistake("not carried over", words, without_term(tree, part), 0)
            elif isinstance(part, Product) and isinstance(part.children[0], Sum):
                kept = part.children[0]
                words = f"{as_typed(kept)} is left out"
                yield Mistake("share left out", words, with_(without_factor(part, kept)), 0)
            elif isinstance(part, Power) and part.power == 2:
                yield Mistake(
                    "square left out", f"the square of {as_typed(part.argument)} is left out", with_(part.argument), 1
                )
            elif isinstance(part, Function) and part.name == "sqrt":
                yield Mistake("root left out", "the square root is left out", with_(part.argument), 0)
            if isinstance(part, Sum) and Name("epsilon") in part.children:
                without = without_term(part, Name("epsilon"))
                yield Mistake("ε left out", "ε is left out", with_(without), 0)
                root = next(child for child in part.children if isinstance(child, Function))
                words = "ε stands within the square root"
                yield Mistake("ε in the root", words, with_(Function("sqrt", root.argument + Name("epsilon"))), 1)
        swapped = {share: Literal(1) - Name(share) for share in SHARES if share in names_in(tree)}
        if swapped and not any(isinstance(part, Power) and isinstance(part.power, str) for part, _ in spots(tree)):
            (share,) = swapped
            words = f"{self._symbols[share]} and 1 - {self._symbols[share]} have changed places"
            yield Mistake("shares swapped", words, put_in_place(tree, swapped), 1)
        if "weight_decay" in names_in(tree):
            words = "the weight decay is left out"
            yield Mistake("weight decay left out", words, put_in_place(tree, {"weight_decay": ZERO}), 0)

    def _corrected(self, equation: Equation) -> Iterator[Mistake]:
        """What stands for what is worked out on the way: the gradient for the velocity, m for m̂; another t."""
        tree, helpers = equation.tree, self._statement.problem.update.helpers
        for part, with_ in spots(tree):
            if isinstance(part, Quotient) and any(isinstance(below, Power) for below, _ in spots(part.children[1])):
                yield Mistake("bias correction left out", "the bias correction is left out", with_(part.children[0]), 0)
        hats = {name: letter for name in names_in(tree) for letter in helpers if name.startswith(letter)}
        for other, words in self._other_counts():
            changed = put_in_place(tree, {name: _at_step(self._equations[name].tree, other) for name in hats})
            yield Mistake("another t", f"{words} stands for t", _at_step(changed, other), 1)
        plain = {
            name: Name(f"{letter.removesuffix('hat')}{name.removeprefix(letter)}{NEXT}")
            for name, letter in hats.items()
        }
        if plain:
            words = "the bias correction is left out"
            yield Mistake("bias correction left out", words, put_in_place(tree, dict(plain)), 0)
        for name, letter in hats.items() if equation.letter in ("W", "b") else ():
            gradient = f"d{name.removeprefix(letter)}"
            if letter == "mhat":
                words = f"{gradient} stands for {name}"
                yield Mistake("gradient for the mean", words, put_in_place(tree, {name: Name(gradient)}), 1)
        if self._statement.problem.update.name == "nesterov" and equation.letter in ("W", "b"):
            for part, with_ in spots(tree):
                if isinstance(part, Sum) and Name("mu") in {
                    factor for term in part.children for factor in term.children
                }:
                    velocity = next(Name(name) for name in names_in(part) if name.endswith(NEXT))
                    words = "plain momentum is taken, without Nesterov's look ahead"
                    yield Mistake("look ahead left out", words, with_(velocity), 0)
        buffers = [name for name in names_in(tree) if name.endswith(NEXT) and name in self._equations]
        for name in buffers if equation.letter in ("W", "b") else ():
            own = name.removesuffix(NEXT)
            gradient = f"d{equation.letter}{own.partition(equation.letter)[2]}"
            if self._equations[name].letter[0] == "v":
                words = f"{gradient} stands for {name}: the momentum is left out"
                yield Mistake("momentum left out", words, put_in_place(tree, {name: Name(gradient)}), 0)
            words = f"{own}, from before the step, stands for {name}"
            yield Mistake("before the step", words, put_in_place(tree, {name: Name(own)}), 1)

    def _plain(self, equation: Equation) -> Iterator[Mistake]:
        """W - α ∂W, as without anything remembered."""
        if equation.letter not in ("W", "b") or not self._statement.problem.update.buffers:
            return
        if not isinstance(equation.tree, Sum):  # frozen
            return
        plain = ALPHA * Name(f"d{equation.name.removesuffix(NEXT)}")
        words = f"this is a step of plain SGD, where it must be {self._statement.problem.update.title}"
        yield Mistake("plain SGD", words, Sum(*equation.tree.terms[:-1], (-1, plain)), 1)

    def _other_counts(self) -> Iterator[tuple[int, str]]:
        """The steps before and behind t, where an update counts them."""
        t = int(self._statement.numbers.get(COUNT, 0))
        yield from ((other, words) for other, words in ((t - 1, "t - 1"), (t + 1, "t + 1")) if t and other >= 1)


def _at_step(tree: Node, t: int) -> Node:
    """A tree with a number for t."""
    if isinstance(tree, Power) and tree.power == COUNT:
        return tree.argument**t
    return tree.with_children(tuple(_at_step(child, t) for child in tree.children))
