"""The mistakes that people make at the layers and in the update, each as the tree of what they compute."""

from __future__ import annotations

from collections.abc import Iterator

from core.activations import ACTIVATIONS, Activation
from core.checking.loss_mistakes import BINARY_CROSS_ENTROPY, Mistake, slope_text, without_output_slope
from core.equations import BACKWARD, FORWARD, GRADIENT, PER_UNIT, UPDATE, Equation, Statement
from core.expression.nodes import (
    COLUMNS,
    ROWS,
    Function,
    Literal,
    MatrixProduct,
    Name,
    Node,
    Power,
    Product,
    Quotient,
    Sum,
    Total,
    Transpose,
    names_in,
    put_in_place,
)
from core.expression.spots import Spot, spots, without_factor, without_term
from core.expression.typed import as_typed

ALPHA, TWO, N = Name("alpha"), Literal(2), Name("n")
SHARED = Quotient(ALPHA, N)  # the rate where a notation divides by n in the update


class LayerMistakes:
    """The mistakes in what a step computes outside of the loss."""

    def __init__(self, statement: Statement) -> None:
        self._statement, self._equations = statement, statement.equations
        self._of_cross_entropy = without_output_slope(statement)
        self._biases = statement.with_axes(PER_UNIT)

    def at(self, equation: Equation) -> Iterator[Mistake]:
        """The mistakes that can be made in computing a quantity."""
        if equation.part == UPDATE:
            yield from self._update(equation.tree)
        elif equation.part == BACKWARD and equation.layer is not None:
            yield from self._delta(equation)
        elif equation.part == GRADIENT:
            yield from self._gradient(equation.tree)
        elif equation.part == FORWARD and isinstance(equation.tree, Function):
            yield from self._activation(equation.tree)
        elif equation.part == FORWARD:
            yield from self._pre_activation(equation.tree)
        if equation.layer is not None and equation.part != UPDATE:
            yield from self._another_layer(equation.tree)

    def _update(self, tree: Node) -> Iterator[Mistake]:
        """α left out, or in it twice; what is subtracted added; a mean of it; no update, or nothing but that."""
        for part, with_ in spots(tree):
            rates = [rate for rate in (ALPHA, SHARED) if rate in part.children]
            if not isinstance(part, Product) or not rates:
                continue
            rate = rates[0]
            gradient = without_factor(part, rate)
            what = gradient.name if isinstance(gradient, Name) else "its factor"
            subtracts = isinstance(tree, Sum) and (-1, part) in tree.terms
            wrong, right = ("added", "subtracted") if subtracts else ("subtracted", "added")
            shown = "α" if rate == ALPHA else "α / n"
            added = f"{shown} {what} is {wrong}, where it must be {right}"
            if rate == SHARED:
                words = f"it is not divided by n, the number of rows: α stands for α / n before {what}"
                yield Mistake("sum for mean", words, with_(ALPHA * gradient), 0)
                gradient = Quotient(Literal(1), N) * gradient
            yield Mistake("learning rate left out", "the learning rate α is left out", with_(gradient), 0)
            yield Mistake(wrong, added, with_(Sum((-1, part))), 0)
            if self._statement.rows > 1 and rate == ALPHA:
                words = f"the update is divided by n, the number of rows: α / n stands for α before {what}"
                yield Mistake("mean for sum", words, with_(Quotient(Literal(1), N) * part), 0)
            yield Mistake(
                "learning rate twice", "the learning rate α is in it twice", with_(ALPHA * ALPHA * gradient), 1
            )
            yield Mistake("learning rate twice", "the learning rate α is added twice", with_(TWO * ALPHA * gradient), 1)
            if isinstance(tree, Sum):
                old = without_term(tree, part)
                yield Mistake("not updated", f"it is not updated: this is {as_typed(old)}", old, 1)
                words = f"{as_typed(old)} is left out: this is the change alone"
                yield Mistake("term left out", words, without_term(tree, old), 1)

    def _delta(self, equation: Equation) -> Iterator[Mistake]:
        """f' left out, or another's; the weights left out, or those after the update."""
        yield from self._updated_weights(equation.tree)
        for spot in spots(equation.tree):
            if isinstance(spot.part, Product):
                for factor in spot.part.children:
                    if isinstance(factor, Function) and factor.slope:
                        yield from self._slopes(equation, spot, factor)
            elif isinstance(spot.part, MatrixProduct):
                yield from _without_weights(spot)

    def _slopes(self, equation: Equation, product: Spot, factor: Function) -> Iterator[Mistake]:
        own, written = self._statement.functions[factor.name], slope_text(factor)
        assert isinstance(product.part, Product)
        plain, z = without_factor(product.part, factor), self._made_by(factor)
        if own.is_identity:
            for other in _others(own):
                words = f"the derivative of {other.name} is taken, where {factor.name} is identity, a linear output"
                slope = put_in_place(other.slope_tree, {"z": z or factor.argument, "s": factor.argument})
                yield Mistake("another function", words, product.with_(plain * slope), 1)
            return
        wrong, words = product.with_(plain), f"the derivative {written} is left out"
        if wrong == self._of_cross_entropy and equation.layer == len(self._statement.problem.network):
            words = f"{words}, as with a {BINARY_CROSS_ENTROPY}"
        yield Mistake("derivative left out", words, wrong, 0)
        for other in _others(own):
            words = f"the derivative of {other.name} is taken, where {factor.name} is {own.name}"
            # Of s, and as it is written with z, of the z that is there.
            for stands in (other.tree, Function(factor.name, Name("s"))):
                slope = put_in_place(put_in_place(other.slope_tree, {"z": stands}), {"s": factor.argument})
                yield Mistake("another function", words, product.with_(plain * slope), 2)
        if z is not None:
            words = f"{factor.name}' is taken at {z.name}, not at {as_typed(factor.argument)}"
            yield Mistake("derivative at z", words, product.with_(plain * Function(factor.name, z, slope=True)), 0)
            words = f"{factor.name} stands for its derivative: {z.name} for {written}"
            yield Mistake("f for f'", words, product.with_(plain * z), 1)
            yield from self._within_slope(equation, product, plain, factor, z)
        yield Mistake(
            "derivative twice", f"the derivative {written} is in it twice", product.with_(plain * factor**2), 3
        )
        for other_slope in self._other_slopes(factor):
            words = f"{slope_text(other_slope)} stands for {written}"
            yield Mistake("another layer", words, product.with_(plain * other_slope), 2)

    def _within_slope(
        self, equation: Equation, product: Spot, plain: Node, factor: Function, z: Name
    ) -> Iterator[Mistake]:
        """Mistakes in the formula of a derivative that is written with z: z (1 - z), 1 - z²."""
        slope_tree, s = self._statement.functions[factor.name].slope_tree, factor.argument
        if "z" not in names_in(slope_tree):
            return
        formula = put_in_place(slope_tree, {"z": z, "s": s})
        written = as_typed(formula)
        words = f"the formula of the derivative, {written}, is fed with {as_typed(s)}, not with {z.name}"
        fed = put_in_place(slope_tree, {"z": s, "s": s})
        yield Mistake("slope fed with s", words, product.with_(plain * fed), 1)
        error = self._statement.output_gradient
        if equation.layer == len(self._statement.problem.network) and "y_gt" in names_in(error) and _is_sum(error):
            words = f"the derivative is taken at {as_typed(error)}, the error, not at the output {z.name}"
            slope = put_in_place(slope_tree, {"z": error, "s": error})
            yield Mistake("slope at the error", words, product.with_(slope), 1)
            yield Mistake("slope at the error", words, product.with_(plain * slope), 1)
        for kind, text, tree, rank in _within(formula):
            yield Mistake(kind, f"{text} {written}", product.with_(plain * tree), rank)

    def _made_by(self, slope: Function) -> Name | None:
        """z_1 for f_1'(s_1)."""
        made = Function(slope.name, slope.argument)
        return next((Name(name) for name, equation in self._equations.items() if equation.tree == made), None)

    def _other_slopes(self, slope: Function) -> Iterator[Function]:
        for equation in self._equations.values():
            tree = equation.tree
            if equation.part != FORWARD or not isinstance(tree, Function) or tree.name == slope.name:
                continue
            if not self._statement.functions[tree.name].is_identity:
                yield Function(tree.name, tree.argument, slope=True)

    def _updated_weights(self, tree: Node) -> Iterator[Mistake]:
        """W_{k+1}⁺ in δ_k, as it follows or, where it was written, as it was."""
        for name in names_in(tree):
            if name not in self._statement.updates:
                continue
            updated = self._equations[self._statement.updates[name]]
            words = f"the updated {updated.name} is used, where it must be the old {name}"
            gradient = {part: self._equations[part].tree for part in names_in(updated.tree) if part in self._equations}
            for wrong in (put_in_place(updated.tree, gradient), Name(updated.name)):
                yield Mistake("updated weights", words, put_in_place(tree, {name: wrong}), 0)

    def _activation(self, tree: Function) -> Iterator[Mistake]:
        """f left out, twice, or another."""
        own = self._statement.functions[tree.name]
        for other in _others(own):
            words = f"{other.name} is applied, where {tree.name} is {own.name}"
            yield Mistake("another function", words, put_in_place(other.tree, {"s": tree.argument}), 2)
        if not own.is_identity:
            yield Mistake("f left out", f"{tree.name} ({own.name}) is not applied", tree.argument, 0)
            words = f"the derivative of {tree.name} stands for {tree.name}"
            yield Mistake("f' for f", words, Function(tree.name, tree.argument, slope=True), 1)
            yield Mistake("f twice", f"{tree.name} ({own.name}) is applied twice", Function(tree.name, tree), 3)
            formula = put_in_place(own.tree, {"s": tree.argument})
            for kind, text, wrong, rank in _within(formula):
                yield Mistake(kind, f"{text} {as_typed(formula)}", wrong, rank)

    def _pre_activation(self, tree: Node) -> Iterator[Mistake]:
        yield from self._without_f(tree)
        for part, with_ in spots(tree):
            if isinstance(part, MatrixProduct):
                below, weights = part.children
                yield Mistake("activation left out", f"{as_typed(below)} is left out", with_(Total(ROWS, weights)), 2)
                yield Mistake("weights left out", f"{as_typed(weights)} is left out", with_(Total(COLUMNS, below)), 2)
            if not isinstance(part, Sum):
                continue
            for _, term in part.terms:
                if isinstance(term, Name) and term.name in self._biases:
                    without = without_term(part, term)
                    yield Mistake("bias left out", f"the bias {term.name} is left out", with_(without), 0)
                    words = f"the bias {term.name} is subtracted"
                    yield Mistake("sign of a term", words, with_(without - term), 1)
                    words = f"the bias {term.name} is added twice"
                    yield Mistake("bias twice", words, with_(without + TWO * term), 3)

    def _gradient(self, tree: Node) -> Iterator[Mistake]:
        yield from self._without_f(tree)
        for part, with_ in spots(tree):
            if isinstance(part, MatrixProduct):
                turned, delta = part.children
                words = f"{as_typed(delta)} is left out"
                yield Mistake("delta left out", words, with_(Total(COLUMNS, turned)), 0)
                words = f"{as_typed(turned.T)} is left out"
                yield Mistake("activation left out", words, with_(Total(ROWS, delta)), 1)

    def _without_f(self, tree: Node) -> Iterator[Mistake]:
        """s_k where it must be z_k."""
        for z in names_in(tree):
            made = self._equations.get(z)
            if made is None or not isinstance(made.tree, Function) or not isinstance(made.tree.argument, Name):
                continue
            own = self._statement.functions[made.tree.name]
            if not own.is_identity:
                s = made.tree.argument
                words = f"{made.tree.name} ({own.name}) is not applied: {s.name} stands for {z}"
                yield Mistake("f left out", words, put_in_place(tree, {z: s}), 0)

    def _another_layer(self, tree: Node) -> Iterator[Mistake]:
        """z_2 for z_1, δ_2 for δ_1, W_2 for W_1."""
        groups = self._groups
        for name in names_in(tree):
            for group in groups:
                for other in group if name in group else ():
                    if other != name:
                        words = f"{other} stands for {name}"
                        yield Mistake("another layer", words, put_in_place(tree, {name: Name(other)}), 2)

    @property
    def _groups(self) -> tuple[list[str], ...]:
        """The quantities that are alike in every layer: activations, δ, W."""
        made = [name for name, e in self._equations.items() if e.part == FORWARD and isinstance(e.tree, Function)]
        deltas = [name for name, e in self._equations.items() if e.letter == "delta"]
        return ["X_in", *made], deltas, [name for name, e in self._statement.given.items() if e.letter == "W"]


def _without_weights(spot: Spot) -> Iterator[Mistake]:
    """δ_{k+1} W_{k+1}ᵀ without one or the other."""
    delta, turned = spot.part.children
    if isinstance(turned, Transpose):
        words = f"{as_typed(turned.argument)} is left out"
        yield Mistake("weights left out", words, spot.with_(Total(COLUMNS, delta)), 0)
        yield Mistake("delta left out", f"{as_typed(delta)} is left out", spot.with_(Total(ROWS, turned)), 1)


def _within(formula: Node) -> Iterator[Mistake]:
    """Mistakes in a function that is written out; the texts go on with the formula."""
    for part, with_ in spots(formula):
        if isinstance(part, Power):
            yield Mistake("square left out", "the square is left out of", with_(part.argument), 1)
        elif isinstance(part, Function) and part.name == "exp" and isinstance(part.argument, Sum):
            wrong = Function("exp", Sum(*((-sign, term) for sign, term in part.argument.terms)))
            yield Mistake("sign of the exponent", "the sign of the exponent is wrong in", with_(wrong), 1)
        elif isinstance(part, Product):
            for factor in part.children:
                words = f"{as_typed(factor)} is left out of"
                yield Mistake("factor left out", words, with_(without_factor(part, factor)), 2)
        elif isinstance(part, Sum) and len(part.terms) > 1:
            for i, (sign, term) in enumerate(part.terms):
                words = f"{as_typed(term)} is left out of"
                yield Mistake("term left out", words, with_(without_term(part, term)), 2)
                if i:
                    turned = Sum(*part.terms[:i], (-sign, term), *part.terms[i + 1 :])
                    words = f"the sign of {as_typed(term)} is wrong in"
                    yield Mistake("sign of a term", words, with_(turned), 2)
        elif isinstance(part, Quotient):
            yield Mistake("division left out", "the division is left out of", with_(part.children[1]), 3)


def _others(own: Activation) -> list[Activation]:
    """The functions of sgdb that a layer does not have."""
    return [f for name, f in ACTIVATIONS.items() if name != own.name and not f.is_identity]


def _is_sum(node: Node) -> bool:
    """Whether it is a sum, or a multiple of one."""
    return isinstance(node, Sum) or (isinstance(node, Product) and isinstance(node.children[-1], Sum))
