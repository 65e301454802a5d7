"""Reads calls: those of numpy, and those of functions over the classes."""

from __future__ import annotations

from core.expression.calls import AXIS, BOUNDS, CALLS, CLIPS, IGNORED, TOTALS, total
from core.expression.cases import Cases
from core.expression.cursor import COMPARED, ONE, ZERO
from core.expression.nodes import (
    COLUMNS,
    ROWS,
    Function,
    IsTrueClass,
    Literal,
    Name,
    Node,
    Quotient,
    Signs,
    Softmax,
    Total,
    Transpose,
)

MOST_POWER = 99
NO_BOUND = (Name("None"), Name("np.inf"), Name("inf"))


class Calls(Cases):
    """Reads calls and methods."""

    def _method(self, node: Node) -> Node:
        """a.dot(b), a.sum(axis=0), W.grad"""
        name = self._take()[1:]
        if name == "grad" and isinstance(node, Name):
            return Name(f"d{node.name}")
        if name not in (*TOTALS, *CALLS, *CLIPS, "pow"):
            raise self._mistake(f'"{name}" is not known', -1)
        if self._peek() != "(":
            raise self._mistake(f"expected ( behind .{name}")
        return self._call(name, node)

    def _call(self, name: str, *first: Node) -> Node:
        """One of numpy's functions."""
        arguments, named = self._within(self._arguments)
        arguments = [*first, *arguments]
        if name in TOTALS:
            axis = named.get("axis") or named.get("dim") or (arguments[1] if len(arguments) > 1 else None)
            if not arguments:
                raise self._mistake(f"expected something to sum in {name}()")
            found = total(arguments[0], axis)
            return found if name == "sum" else Quotient(ONE, self._count(found)) * found
        if name in ("power", "pow"):
            exponent = arguments[1] if len(arguments) == 2 else None
            if not isinstance(exponent, Literal) or exponent.value not in range(1, MOST_POWER + 1):
                raise self._mistake(f"expected a whole power from 1 to {MOST_POWER} in {name}()")
            return arguments[0] ** int(exponent.value)
        if name in CLIPS:
            return self._clipped(name, arguments, named)
        if name == "outer" and len(arguments) == 2 and any(part in self._thin for part in arguments):
            return arguments[0] @ arguments[1].T
        if name in ("maximum", "fmax"):
            if len(arguments) != 2 or ZERO not in arguments:
                raise self._mistake(f"expected 0 and something in {name}()")
            return Function("relu", arguments[arguments[0] == ZERO])
        try:
            return CALLS[name](*arguments)
        except TypeError:
            raise self._mistake(f"{name}() does not take {len(arguments)} arguments") from None

    def _clipped(self, name: str, arguments: list[Node], named: dict[str, Node]) -> Node:
        """np.clip(s, 0, None), s.clip(min=0)"""
        bounds = [*arguments[1:], *named.values()]
        low = bounds[0] if len(arguments) > 1 else named.get("min") or named.get("a_min")
        if not arguments or low != ZERO or any(bound not in (ZERO, *NO_BOUND) for bound in bounds):
            raise self._mistake(f"expected something, 0 and None in {name}()")
        return Function("relu", arguments[0])

    @property
    def _thin(self) -> list[Node]:
        """The weights to a single unit, which programs may have as a vector."""
        return [Name(name) for typed in self._context.thin for name in (typed, typed.replace("_", ""))]

    def _count(self, found: Total) -> Node:
        """How many numbers a mean is over."""
        if not self._context.outputs or found.over == self._samples or not self._has_columns(found.argument):
            return Name("n")
        outputs = Name(self._context.outputs)
        return outputs if found.over == self._context.classes else Name("n") * outputs

    @property
    def _samples(self) -> str:
        """What a sum over the samples runs over."""
        return ROWS if self._context.classes == COLUMNS else COLUMNS

    def _has_columns(self, node: Node) -> bool:
        """Whether it has a number for each output, and not one for each sample alone."""
        if isinstance(node, Name):
            return node.name != "sample_losses" and ("_" in node.name or node.name in self._context.columns)
        is_sum = isinstance(node, Total) and node.over != self._samples
        return not is_sum and any(map(self._has_columns, node.children))

    def _arguments(self) -> tuple[list[Node], dict[str, Node]]:
        """What stands in the parentheses of a call: arguments, and those with names."""
        self._take("(")
        arguments: list[Node] = []
        named: dict[str, Node] = {}
        while self._peek() != ")":
            if self._peek(1) == "=" and self._peek() in (*IGNORED, *BOUNDS):
                name = self._take()
                self._take()
                value = self._sum()
                if name in (*AXIS, *BOUNDS):
                    named[name] = value
            else:
                arguments.append(self._comparable())
            if self._peek() != ",":
                break
            self._take()
        self._take(")", " behind the arguments")
        return arguments, named

    def _comparable(self) -> Node:
        """A sum, or a comparison of two as 1 and 0."""
        node = self._sum()
        return self._compared_from(node) if self._peek() in COMPARED else node

    def _compared_from(self, node: Node) -> Node:
        return self._compared(node).holds

    def _softmax(self) -> Node:
        before, self._in_class = self._in_class, False
        arguments, named = self._within(self._arguments)
        self._in_class = before
        axis = named.get("axis") or named.get("dim")
        if len(arguments) != 1:
            raise self._mistake("expected one quantity in softmax()")
        return Transpose(Softmax(arguments[0].T)) if axis == ZERO else Softmax(arguments[0])

    def _signs(self) -> Node:
        """np.array([[-1, 1]])"""
        for token in ("(", "[", "[", "-", "1", ",", "1", "]", "]", ")"):
            self._take(token, " in np.array([[-1, 1]])")
        return Signs()

    def _of_classes(self, name: str) -> Node:
        """softmax(...), max(0, ...), one_hot(y_gt)"""
        if name in ("maximum", "fmax", "power", "pow"):
            return self._call(name)
        self._expect("(", f" behind the function {name}")
        if name == "array":
            return self._signs()
        if name == "softmax":
            return self._softmax()
        self._take()
        if name == "one_hot":
            if self._context.symbols.get(self._peek()) == "y_gt":
                self._take()
            else:
                self._take("y_gt", f" in {name}()")
            self._take(")")
            return IsTrueClass()
        if self._peek() == "0":
            self._take()
            self._take(",", f" in {name}()")
            argument = self._within(self._sum)
        else:
            why = self._mistake(f"expected 0 in {name}()")
            argument = self._within(self._sum)
            if (self._peek(), self._peek(1), self._peek(2)) != (",", "0", ")"):
                raise why
            self._next += 2
        self._take(")")
        return Function("relu", argument)
