"""Reads calls: those of numpy, and those of functions over the classes."""

from __future__ import annotations

from core.errors import FormulaError
from core.expression.calls import AXIS, CALLS, IGNORED, TOTALS, total
from core.expression.cases import Cases
from core.expression.cursor import COMPARED, ZERO
from core.expression.nodes import Function, IsTrueClass, Literal, Node, Signs, Softmax, Transpose

MOST_POWER = 99


class Calls(Cases):
    """Reads calls and methods."""

    def _method(self, node: Node) -> Node:
        """a.dot(b), a.sum(axis=0)"""
        name = self._take()[1:]
        if name not in (*TOTALS, *CALLS, "pow"):
            raise FormulaError(f'"{name}" is not known {self._here(-1)}')
        if self._peek() != "(":
            raise FormulaError(f"expected ( behind .{name} {self._here()}")
        return self._call(name, node)

    def _call(self, name: str, *first: Node) -> Node:
        """One of numpy's functions."""
        arguments, named = self._within(self._arguments)
        arguments = [*first, *arguments]
        if name in TOTALS:
            axis = named.get("axis") or named.get("dim") or (arguments[1] if len(arguments) > 1 else None)
            if not arguments:
                raise FormulaError(f"expected something to sum in {name}() {self._here()}")
            return total(arguments[0], axis, name)
        if name in ("power", "pow"):
            exponent = arguments[1] if len(arguments) == 2 else None
            if not isinstance(exponent, Literal) or exponent.value not in range(1, MOST_POWER + 1):
                raise FormulaError(f"expected a whole power from 1 to {MOST_POWER} in {name}() {self._here()}")
            return arguments[0] ** int(exponent.value)
        if name in ("maximum", "fmax"):
            if len(arguments) != 2 or ZERO not in arguments:
                raise FormulaError(f"expected 0 and something in {name}() {self._here()}")
            return Function("relu", arguments[arguments[0] == ZERO])
        try:
            return CALLS[name](*arguments)
        except TypeError:
            raise FormulaError(f"{name}() does not take {len(arguments)} arguments {self._here()}") from None

    def _arguments(self) -> tuple[list[Node], dict[str, Node]]:
        """What stands in the parentheses of a call: arguments, and those with names."""
        self._take("(")
        arguments: list[Node] = []
        named: dict[str, Node] = {}
        while self._peek() != ")":
            if self._peek(1) == "=" and self._peek() in IGNORED:
                name = self._take()
                self._take()
                value = self._sum()
                if name in AXIS:
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
            raise FormulaError(f"expected one quantity in softmax() {self._here()}")
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
            self._take("y_gt", f" in {name}()")
            self._take(")")
            return IsTrueClass()
        if self._peek() == "0":
            self._take()
            self._take(",", f" in {name}()")
            argument = self._within(self._sum)
        else:
            why = f"expected 0 in {name}() {self._here()}"
            argument = self._within(self._sum)
            if (self._peek(), self._peek(1), self._peek(2)) != (",", "0", ")"):
                raise FormulaError(why)
            self._next += 2
        self._take(")")
        return Function("relu", argument)
