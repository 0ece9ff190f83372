"""Expressions in a block's parameters: `=channels * 4`. Arithmetic only; nothing of Python's runs.

A text that begins with `=` is an expression over the block's own parameters and what is known of
its place: `in_channels`, the channels of its first input; `index`, the number of the copy (from 0)
where the block is repeated; `repeat`, how many copies there are.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

from cnnstudio.graph.errors import ProblemError

GIVEN: Final = ("in_channels", "index", "repeat")  # names that every expression knows
MAX_LENGTH: Final = 500
MAX_SIZE: Final = 2**63

_BINARY: Final[dict[type, Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_UNARY: Final[dict[type, Callable[[Any], Any]]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARED: Final[dict[type, Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "min": min,
    "max": max,
    "round": round,
    "int": int,
    "abs": abs,
}


def is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("=")


def has_expression(value: Any) -> bool:
    """Whether a parameter's value is an expression or a list that holds one."""
    if isinstance(value, list | tuple):
        return any(has_expression(item) for item in value)
    return is_expression(value)


def resolve(value: Any, names: Mapping[str, Any]) -> Any:
    """The value with its expressions, also those in lists, replaced by what they come to.

    Raises ProblemError for one that can't be read or worked out.
    """
    if isinstance(value, list | tuple):
        return [resolve(item, names) for item in value]
    return evaluate(value, names) if is_expression(value) else value


def evaluate(text: str, names: Mapping[str, Any]) -> Any:
    """What `=…` comes to; whole numbers stay whole. Raises ProblemError with the reason."""
    try:
        result = _value(parse(text), names)
    except KeyError as error:
        known = ", ".join(names) or "none"
        raise ProblemError(
            f"'{text}' names '{error.args[0]}', which the block has no parameter for.",
            hint=f"It can use: {known}.",
        ) from None
    except (ArithmeticError, TypeError, ValueError) as error:
        raise ProblemError(f"'{text}' can't be worked out: {error}.") from None
    return result


def names_in(text: str) -> set[str]:
    """The names that an expression reads. Raises ProblemError if it can't be read."""
    called = {id(node.func) for node in ast.walk(parse(text)) if isinstance(node, ast.Call)}
    return {
        node.id
        for node in ast.walk(parse(text))
        if isinstance(node, ast.Name) and id(node) not in called
    }


def names_within(value: Any) -> set[str]:
    """The names that a parameter's value reads, also in lists; what can't be read names none."""
    if isinstance(value, list | tuple):
        return {name for item in value for name in names_within(item)}
    if not is_expression(value):
        return set()
    try:
        return names_in(value)
    except ProblemError:
        return set()


def substitute(value: Any, names: Mapping[str, Any]) -> Any:
    """The value with these names replaced: by plain values, or by expressions of other names.

    What then names nothing is worked out. Raises ProblemError for what can't be read.
    """
    if isinstance(value, list | tuple):
        return [substitute(item, names) for item in value]
    if not is_expression(value):
        return value
    tree = parse(value)
    if isinstance(tree, ast.Name) and tree.id in names:
        return names[tree.id]
    text = _body(value).encode()
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in called and node.id in names
    ]
    for node in sorted(found, key=lambda node: node.col_offset, reverse=True):
        put = _written(names[node.id]).encode()
        text = text[: node.col_offset] + put + text[node.end_col_offset :]
    result = f"={text.decode()}"
    return result if names_in(result) else evaluate(result, {})


def _body(text: str) -> str:
    """The expression as it is parsed: on one line, so that places in it can be counted."""
    return " ".join(text.removeprefix("=").strip().splitlines())


def _written(value: Any) -> str:
    """A value as it stands inside of an expression."""
    if is_expression(value):
        body = _body(value)
        return body if body.isidentifier() or body.isdigit() else f"({body})"
    is_bare = isinstance(value, bool | str) or (isinstance(value, int | float) and value >= 0)
    return repr(value) if is_bare or value is None else f"({value!r})"


@lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """The expression's tree, checked. Raises ProblemError if it is more than arithmetic."""
    if len(text) > MAX_LENGTH:
        raise ProblemError(f"An expression of {len(text)} characters is too long.")
    try:
        tree = ast.parse(_body(text), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ProblemError(
            f"'{text}' is no expression.", hint="Write one such as =channels * 4."
        ) from None
    for node in ast.walk(tree):
        if not isinstance(node, _ALLOWED) or not _is_plain(node):
            raise ProblemError(
                f"'{text}' is more than arithmetic.",
                hint="Use numbers, the block's parameters, + - * / // %, comparisons, "
                "'a if b else c', min, max, round, int and abs.",
            )
    return tree


_ALLOWED: Final = (
    ast.Constant,
    ast.Name,
    ast.Load,
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Call,
    ast.And,
    ast.Or,
    *_BINARY,
    *_UNARY,
    *_COMPARED,
    ast.Pow,
)


def _is_plain(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or isinstance(node.value, bool | int | float | str)
    if isinstance(node, ast.Call):
        known = isinstance(node.func, ast.Name) and node.func.id in _FUNCTIONS
        return known and not node.keywords
    return True


def _value(node: ast.AST, names: Mapping[str, Any]) -> Any:
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return names[node.id]
        case ast.BinOp():
            return _bounded(_binary(node, names))
        case ast.UnaryOp():
            return _UNARY[type(node.op)](_value(node.operand, names))
        case ast.BoolOp():
            both = isinstance(node.op, ast.And)
            result: Any = both
            for part in node.values:
                result = _value(part, names)
                if bool(result) != both:
                    break
            return result
        case ast.Compare():
            left = _value(node.left, names)
            for sign, right_node in zip(node.ops, node.comparators, strict=True):
                right = _value(right_node, names)
                if not _COMPARED[type(sign)](left, right):
                    return False
                left = right
            return True
        case ast.IfExp():
            chosen = node.body if _value(node.test, names) else node.orelse
            return _value(chosen, names)
        case ast.Call(func=ast.Name(id=name)):
            return _bounded(_FUNCTIONS[name](*(_value(part, names) for part in node.args)))
    raise TypeError(f"{type(node).__name__} is not allowed")


def _binary(node: ast.BinOp, names: Mapping[str, Any]) -> Any:
    left, right = _value(node.left, names), _value(node.right, names)
    if not all(isinstance(side, bool | int | float) for side in (left, right)):
        raise TypeError("only numbers can be added or multiplied")
    if isinstance(node.op, ast.Pow):
        if abs(right) > 64:
            raise ValueError("the exponent is too large")
        return left**right
    result = _BINARY[type(node.op)](left, right)
    return result


def _bounded(value: Any) -> Any:
    if isinstance(value, complex):
        raise ValueError("the result is not a real number")
    if isinstance(value, bool | int | float) and not abs(value) < MAX_SIZE:
        raise ValueError("the result is too large")
    return value
