"""Expressions over a class's arguments: made, worked out, simplified and printed."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from cnnstudio.graph.expressions import is_expression, parse

FUNCTIONS = {"min": min, "max": max, "round": round, "int": int, "abs": abs}
# Between plain operands a power has no spaces around its sign.
POWER = re.compile(r"(?<![\w.)\]])([\w.]+) \*\* (-?[\w.]+)(?![\w.(\[])")
NEGATED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}  # fmt: skip


class Symbolic(int):
    """A whole number that remembers how it was worked out from a class's arguments.

    Functions that compute sizes can be called with it: what they give tells its expression.
    """

    tree: ast.expr

    def __new__(cls, value: int, tree: ast.expr) -> Symbolic:
        made = super().__new__(cls, value)
        made.tree = tree
        return made

    def __add__(self, other: Any) -> Any:
        return _joined(self, ast.Add(), other, int(self) + other)

    def __radd__(self, other: Any) -> Any:
        return _joined(other, ast.Add(), self, other + int(self))

    def __sub__(self, other: Any) -> Any:
        return _joined(self, ast.Sub(), other, int(self) - other)

    def __rsub__(self, other: Any) -> Any:
        return _joined(other, ast.Sub(), self, other - int(self))

    def __mul__(self, other: Any) -> Any:
        return _joined(self, ast.Mult(), other, int(self) * other)

    def __rmul__(self, other: Any) -> Any:
        return _joined(other, ast.Mult(), self, other * int(self))

    def __floordiv__(self, other: Any) -> Any:
        return _joined(self, ast.FloorDiv(), other, int(self) // other)

    def __mod__(self, other: Any) -> Any:
        return _joined(self, ast.Mod(), other, int(self) % other)


def _joined(left: Any, sign: ast.operator, right: Any, value: Any) -> Any:
    if type(value) is not int:
        return value
    return Symbolic(value, ast.BinOp(as_tree(left), sign, as_tree(right)))


def as_tree(value: Any) -> ast.expr:
    """The expression that gives a value; sequences are tuples."""
    if isinstance(value, Symbolic):
        return value.tree
    if isinstance(value, list | tuple):
        return ast.Tuple([as_tree(item) for item in value], ast.Load())
    if isinstance(value, int | float) and not isinstance(value, bool) and value < 0:
        return ast.UnaryOp(ast.USub(), ast.Constant(-value))
    return ast.Constant(value)


def name(text: str) -> ast.Name:
    return ast.Name(text, ast.Load())


def translated(value: Any, names: Mapping[str, ast.expr]) -> ast.expr | None:
    """A parameter's value, whose expressions read the block's names, over other names.

    None if it reads a name that is not known.
    """
    if isinstance(value, list | tuple):
        parts = [translated(item, names) for item in value]
        return None if None in parts else ast.Tuple([p for p in parts if p], ast.Load())
    if not is_expression(value):
        return as_tree(value)
    return substituted(parse(value), names)


def substituted(tree: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr | None:
    """The expression with each name replaced; None if one is not known."""
    copied = ast.parse(ast.unparse(tree), mode="eval").body
    if not names_of(copied) <= names.keys():
        return None
    made: ast.expr = _Replace(names).visit(copied)
    return made


class _Replace(ast.NodeTransformer):
    def __init__(self, names: Mapping[str, ast.expr]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._names[node.id]

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(part) for part in node.args]
        return node


def names_of(tree: ast.expr) -> set[str]:
    """The names that an expression reads, without those of the functions that it calls."""
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    return {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and id(n) not in called}


@cache
def _compiled(text: str) -> Any:
    return compile(text, "<expression>", "eval")


def value_of(tree: ast.expr, names: Mapping[str, Any]) -> Any:
    """What the printed expression comes to in Python. Raises what Python raises.

    The expression is made of checked ones (`graph.expressions.parse`): arithmetic only.
    """
    return eval(_compiled(text_of(tree)), {"__builtins__": {}, **FUNCTIONS}, dict(names))


def fits(
    tree: ast.expr,
    cases: Sequence[tuple[Mapping[str, Any], Any]],
    same: Callable[[Any, Any], bool] | None = None,
) -> bool:
    """Whether an expression comes to the wanted value in every case of (names, wanted)."""
    same = same or is_same
    try:
        return all(same(value_of(tree, names), wanted) for names, wanted in cases)
    except (ArithmeticError, TypeError, ValueError, IndexError, NameError):
        return False


def is_same(one: Any, other: Any) -> bool:
    """Equal, and of the same type: 2 is not 2.0, True is not 1."""
    return repr(plain(one)) == repr(plain(other))


def plain(value: Any) -> Any:
    """The value without memory of its expression; lists are tuples."""
    if isinstance(value, list | tuple):
        return tuple(plain(item) for item in value)
    return int(value) if isinstance(value, Symbolic) else value


def text_of(tree: ast.expr) -> str:
    """The expression as it is written."""
    if isinstance(tree, ast.Constant):
        return literal(tree.value)
    return POWER.sub(r"\1**\2", _quoted(ast.unparse(tree)))


def literal(value: Any) -> str:
    """A value as it is written: strings in double quotes."""
    if isinstance(value, str):
        text = repr(value)
        if text[0] == "'" and '"' not in text:
            text = f'"{text[1:-1]}"'
        return text
    if isinstance(value, tuple | list):
        inner = ", ".join(literal(item) for item in value)
        inner += "," if len(value) == 1 and isinstance(value, tuple) else ""
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    return repr(value)


def _quoted(text: str) -> str:
    if "'" not in text or '"' in text or "\\" in text:
        return text
    return text.replace("'", '"')


def is_long(tree: ast.expr) -> bool:
    """Whether an expression has more than one operation."""
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp | ast.IfExp | ast.Call)]
    return len(parts) > 1


def negated(tree: ast.expr) -> ast.expr:
    """The opposite condition, written as people do: `a != 1 or b < 2`."""
    match tree:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[sign], comparators=[right]) if type(sign) in NEGATED:
            return ast.Compare(left, [NEGATED[type(sign)]()], [right])
        case ast.BoolOp(op=sign, values=values):
            other = ast.Or() if isinstance(sign, ast.And) else ast.And()
            return ast.BoolOp(other, [negated(value) for value in values])
        case _:
            return ast.UnaryOp(ast.Not(), tree)


def simplified(tree: ast.expr) -> ast.expr:
    """Sums with their terms collected: `a + b + b` is `a + 2 * b`, `16 + 16` is `32`."""
    match tree:
        case ast.BinOp() if not names_of(tree):
            return as_tree(value_of(tree, {}))
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult()):
            terms = _terms(tree)
            return tree if terms is None else _sum(terms)
        case ast.Tuple(elts=parts):
            return ast.Tuple([simplified(part) for part in parts], ast.Load())
        case _:
            return tree


_Terms = dict[str, tuple[int, ast.expr | None]]


def _terms(tree: ast.expr) -> _Terms | None:
    """{text: (factor, expression)} of a sum; the text "" is the plain number."""
    match tree:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return {"": (value, None)}
        case ast.Constant():
            return None
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=right):
            one, other = _terms(left), _terms(right)
            if one is None or other is None:
                return None
            for text, (factor, part) in other.items():
                factor = -factor if isinstance(sign, ast.Sub) else factor
                one[text] = (one.get(text, (0, None))[0] + factor, part)
            return one
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            one, other = _terms(left), _terms(right)
            if one is None or other is None:
                return None
            for numbers, terms in ((one, other), (other, one)):
                if numbers.keys() == {""} and len(terms) == 1:
                    times = numbers[""][0]
                    return {text: (factor * times, part) for text, (factor, part) in terms.items()}
            return {ast.unparse(tree): (1, tree)}
        case _:
            return {ast.unparse(tree): (1, tree)}


def _sum(terms: _Terms) -> ast.expr:
    total: ast.expr | None = None
    for factor, part in terms.values():
        if factor == 0:
            continue
        size: ast.expr = ast.Constant(abs(factor))
        if part is not None:
            size = part if abs(factor) == 1 else ast.BinOp(part, ast.Mult(), size)
        if total is None:
            total = size if factor > 0 else ast.UnaryOp(ast.USub(), size)
        else:
            total = ast.BinOp(total, ast.Add() if factor > 0 else ast.Sub(), size)
    return total or ast.Constant(0)
