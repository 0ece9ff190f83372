"""The constructor arguments of the layers in a class, as expressions."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.compiler.printing import sizes
from cnnstudio.compiler.printing.definition import Tree
from cnnstudio.compiler.printing.scope import Cases, Same, Scope
from cnnstudio.compiler.printing.symbols import (
    Symbolic,
    as_tree,
    is_same,
    name,
    plain,
    simplified,
    translated,
    value_of,
)
from cnnstudio.compiler.trace import Step
from cnnstudio.graph import Node, ProblemError
from cnnstudio.graph.expressions import has_expression, is_expression
from cnnstudio.layers import LayerKind
from cnnstudio.layers.declaration import Parameter

SIZES = ("size", "sides")  # types of parameters in which 3 means (3, 3)


def add_layer(scope: Scope, node: Node, kind: LayerKind) -> None:
    """Notes the arguments of a node's target and the sizes that it gives."""
    owner = scope.variant.network.by_id.get(node.shares or "", node)
    key = owner.id if kind.call == "module" else node.id
    active = [
        (place, scope.found.steps[f"{use.prefix}{node.name}"])
        for place, use in enumerate(scope.variant.uses)
        if node.id not in use.bypassed
    ]
    if key not in scope.made.calls:
        scope.made.calls[key] = _call(scope, owner, node, kind, active)
    call = scope.made.calls[key]
    for port in range(len(active[0][1].shapes)):
        scope.add_shape((node.id, port), sizes.candidates(kind, call, scope.given(node.id)))


def _call(
    scope: Scope, owner: Node, node: Node, kind: LayerKind, active: Sequence[tuple[int, Step]]
) -> dict[str, Tree]:
    guessed = _guess(scope, owner, node, kind, active[0])
    call = {}
    for key in active[0][1].arguments:
        cases: Cases = [(scope.names[p], plain(step.arguments[key])) for p, step in active]
        declared = next((one for one in kind.parameters if one.name == key), None)
        candidates = [*_written(scope, owner, key, declared), *guessed.get(key, ())]
        same = _comparison(declared, key, kind)
        call[key] = scope.expression(candidates, cases, f"{owner.name}_{key}", same)
    return call


def _written(scope: Scope, owner: Node, key: str, declared: Parameter | None) -> list[Tree]:
    """The parameter's own expression, where the argument is a parameter that has one."""
    raw = owner.parameters.get(key)
    if declared is None or not has_expression(raw):
        return []
    tree = translated(raw, scope.trees)
    if tree is None:
        return []
    if isinstance(tree, ast.Tuple) and len({ast.unparse(part) for part in tree.elts}) == 1:
        return [tree.elts[0], tree]
    return [tree, ast.Call(name("int"), [tree], [])]


def _guess(
    scope: Scope, owner: Node, node: Node, kind: LayerKind, example: tuple[int, Step]
) -> dict[str, list[Tree]]:
    """What the kind's own functions make of symbols in place of numbers."""
    place, step = example
    given = scope.given(node.id)
    if any(len(shape) != len(trees) for shape, trees in zip(step.made_for, given, strict=True)):
        return {}
    shapes = [
        tuple(_symbolic(size, tree) for size, tree in zip(shape, trees, strict=True))
        for shape, trees in zip(step.made_for, given, strict=True)
    ]
    parameters = {
        key: _with_symbols(raw, step.parameters.get(key), scope.trees, scope.names[place])
        for key, raw in owner.parameters.items()
    }
    try:
        arguments = kind.arguments(parameters, shapes)
    except (ProblemError, TypeError, ValueError, ArithmeticError, AttributeError):
        return {}  # a guess; the numbers themselves are known
    return {key: [simplified(as_tree(value))] for key, value in arguments.items()}


def _symbolic(size: int, tree: Tree | None) -> int:
    return size if tree is None or isinstance(tree, ast.Constant) else Symbolic(size, tree)


def _with_symbols(raw: Any, value: Any, trees: Mapping[str, Tree], names: Mapping[str, Any]) -> Any:
    """A parameter's value in one use; whole numbers from expressions remember them."""
    if isinstance(raw, list | tuple):
        pairs = zip(raw, value, strict=True)
        return [_with_symbols(part, one, trees, names) for part, one in pairs]
    if is_expression(raw) and type(value) is int:
        tree = translated(raw, trees)
        if tree is not None and is_same(value_of(tree, names), value):
            return _symbolic(value, tree)
    return value


def _comparison(declared: Parameter | None, key: str, kind: LayerKind) -> Same:
    """When a value means the same to the target as another: 3 is (3, 3) where a size is meant."""
    if declared is None or key in (kind.inferences or {}):
        return is_same

    def same(one: Any, other: Any) -> bool:
        if declared.type in SIZES:
            return is_same(_collapsed(one), _collapsed(other))
        if declared.type == "float" and not isinstance(one, bool | str):
            return one is not None and other is not None and float(one) == float(other)
        return is_same(one, other)

    return same


def _collapsed(value: Any) -> Any:
    alike = isinstance(value, list | tuple) and len({repr(item) for item in value}) == 1
    return value[0] if alike else value
