"""The formulas of a step in a notation, with both sides."""

from __future__ import annotations

from core.equations import PER_SAMPLE
from core.expression.markup import tex
from core.expression.nodes import IsTrueClass, Node, walk
from core.expression.paper import WHERE
from core.expression.pieces import EQUALS, Pieces, as_text, word
from core.notations.printing import paper_printer, typed_printer
from core.notations.reading import over_in
from core.notations.rendition import Rendition, typical_statement
from core.notations.words import Notation


def typed_formula(rendition: Rendition, name: str) -> str:
    """The formula of a quantity, by sgdb's name, as it is typed: "dW1 = 1 / m * dZ1 * X'"."""
    right = typed_printer(rendition, over_in(rendition, name))(rendition.trees[name])
    return f"{rendition.spellings[name].typed} = {as_text(right)}"


def example_formula(notation: Notation) -> str:
    """A formula in which notations differ: the gradient of the weights of the first of two layers, or their update."""
    rendition = Rendition(notation, typical_statement(2))
    return typed_formula(rendition, "W_1_next" if notation.lacks("dweight") else "dW_1")


def paper_formula(rendition: Rendition, name: str) -> Pieces:
    """The same in print: dW₁ = 1/m dZ₁ Xᵀ."""
    return (rendition.spellings[name].piece, *EQUALS, *on_paper_in(rendition, rendition.trees[name]))


def on_paper_in(rendition: Rendition, tree: Node) -> Pieces:
    """A formula of a notation in print, without its left side."""
    right = paper_printer(rendition, rendition.statement.with_axes(PER_SAMPLE))(tree)
    if any(isinstance(part, IsTrueClass) for part in walk(tree)) and word("one-hot") not in right:
        right = (*right, *WHERE[:-1], rendition.spellings["y_gt"].piece)
    return right


def tex_formula(rendition: Rendition, name: str) -> str:
    """The same in LaTeX's maths."""
    return tex(paper_formula(rendition, name))
