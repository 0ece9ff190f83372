"""Prints the constructor of a block's class."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

from cnnstudio.compiler.construct import resolve
from cnnstudio.compiler.printing.definition import Argument, Copies, Definition
from cnnstudio.compiler.printing.layout import (
    Call,
    Doc,
    Each,
    Keyword,
    doc_of,
    laid_out,
)
from cnnstudio.compiler.printing.sizes import WIDTHS
from cnnstudio.compiler.printing.sources import Needs
from cnnstudio.compiler.printing.symbols import (
    as_tree,
    literal,
    name,
    names_of,
    negated,
    substituted,
    text_of,
    value_of,
)
from cnnstudio.graph import Node
from cnnstudio.layers import LayerKind
from cnnstudio.layers.kind import Named

INDENT = 8
# Of functions written in C, which have no signature.
C_DEFAULTS: Mapping[str, Any] = {"keepdim": False, "correction": 1}


def constructor(
    definition: Definition, kinds: Mapping[str, LayerKind], needs: Needs, stored: Mapping[str, str]
) -> list[str]:
    """The lines of `__init__`; none if the class needs none.

    `stored` has what forward reads again, as {attribute: expression}.
    """
    lines = [
        f"{' ' * INDENT}self.{attribute} = {expression}" for attribute, expression in stored.items()
    ]
    lines += _members(definition, kinds, needs)
    arguments = [_declared(argument) for argument in definition.arguments]
    if not lines:
        return []
    head = laid_out(Call("def __init__(", ("self", *arguments)), 4, suffix=" -> None:")
    return [*head, f"{' ' * INDENT}super().__init__()", *lines]


def _declared(argument: Argument) -> str:
    default = "" if argument.default is None else f" = {text_of(argument.default)}"
    return f"{argument.name}: {argument.type}{default}"


def _members(definition: Definition, kinds: Mapping[str, LayerKind], needs: Needs) -> list[str]:
    """A line for each layer and block, in the order of computation."""
    lines: list[str] = []
    waiting: list[tuple[str, Doc]] = []  # layers under the same condition
    condition = ""
    network = definition.variant.network
    seen = set()
    used = definition.used_locals.items()

    def locals_after(id: str) -> list[str]:
        mine = [(key, local.tree) for key, local in used if local.node == id]
        return [line for key, tree in mine for line in laid_out(doc_of(tree), INDENT, f"{key} = ")]

    for id in definition.variant.nodes:
        node = network.node(id)
        owner = network.by_id.get(node.shares or "", node)
        if owner.id in seen or definition.variant.fixed.get(id):
            continue
        made = _made(definition, owner, kinds[id], needs)
        if made is None:
            lines += locals_after(id)
            continue
        seen.add(owner.id)
        when = _condition(definition, owner)
        if when != condition:
            lines += _under(condition, waiting)
            waiting, condition = [], when
        if when:
            waiting.append((owner.name, made))
        else:
            lines += laid_out(made, INDENT, f"self.{owner.name} = ")
        lines += locals_after(id)
    return [*lines, *_under(condition, waiting)]


def _condition(definition: Definition, owner: Node) -> str:
    """When the layer is there; "" for always."""
    trees = []
    for id in definition.variant.nodes:
        node = definition.variant.network.node(id)
        if id == owner.id or node.shares == owner.id:
            if id not in definition.conditions:
                if definition.variant.fixed.get(id):
                    continue
                return ""
            trees.append(negated(definition.conditions[id]))
    texts = list(dict.fromkeys(text_of(tree) for tree in trees))
    return texts[0] if len(texts) == 1 else " or ".join(f"({text})" for text in texts)


def _under(condition: str, waiting: list[tuple[str, Doc]]) -> list[str]:
    if not waiting:
        return []
    space = " " * INDENT
    lines = [f"{space}self.{name}: nn.Module = nn.Identity()" for name, _ in waiting]
    lines.append(f"{space}if {condition}:")
    for attribute, made in waiting:
        lines += laid_out(made, INDENT + 4, f"self.{attribute} = ")
    return lines


def _made(definition: Definition, owner: Node, kind: LayerKind, needs: Needs) -> Doc | None:
    """The expression that makes a layer or a block's objects; None where there is none."""
    if kind.call == "module":
        return call(kind, definition.calls[owner.id], needs)
    if kind.call == "block" and definition.copies[owner.id].children:
        return _copies(definition.copies[owner.id])
    return None


def call(
    kind: LayerKind, arguments: Mapping[str, ast.expr], needs: Needs, given: tuple[Doc, ...] = ()
) -> Doc:
    """The call of a kind's target, without arguments that are the target's own defaults."""
    signature = _parameters(kind.target)
    known = list(signature)
    shown: list[Doc] = list(given)
    positional = 0
    for key in sorted(arguments, key=lambda key: [*known, key].index(key)):
        tree = arguments[key]
        if _is_default(tree, signature.get(key), key):
            continue
        in_order = known[positional : positional + 1] == [key]
        if kind.call == "module" and in_order and (positional == 0 or key in WIDTHS):
            positional += 1
            shown.append(_shown(tree, needs))
        else:
            shown.append(Keyword(key, _shown(tree, needs)))
    return Call(f"{needs.reference(kind)}(", tuple(shown))


def _shown(tree: ast.expr, needs: Needs) -> Doc:
    if isinstance(tree, ast.Constant) and isinstance(tree.value, Named):
        return needs.named(tree.value.name)
    return doc_of(tree)


def _is_default(tree: ast.expr, parameter: inspect.Parameter | None, key: str) -> bool:
    if names_of(tree):
        return False
    default = C_DEFAULTS.get(key, inspect.Parameter.empty)
    if parameter is not None:
        default = parameter.default
    if isinstance(tree, ast.Constant) and isinstance(tree.value, Named):
        return resolve(tree.value.name) is default
    return default is not inspect.Parameter.empty and text_of(tree) == literal(default)


@cache
def _parameters(target: str) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(resolve(target)).parameters
    except (TypeError, ValueError):  # a function written in C
        return {}


def takes_one(copies: Copies) -> bool:
    """Whether the copies can stand in a Sequential: one tensor goes in, one comes out."""
    return all(
        len(child.variant.inputs) == len(child.variant.outputs) == 1 for child in copies.children
    )


def _copies(copies: Copies) -> Doc:
    if copies.count is None:
        return _object(copies.children[0], copies.arguments)
    objects = _objects(copies)
    if takes_one(copies):
        return Call("nn.Sequential(", tuple(objects))
    if len(objects) == 1 and isinstance(objects[0], Call) and objects[0].head == "*(":
        return Call("nn.ModuleList(", objects[0].parts)
    return Call("nn.ModuleList(", (Call("[", tuple(objects)),))


def _objects(copies: Copies) -> list[Doc]:
    """The objects one by one, or `*(Block(…) for _ in range(n))` for alike ones."""
    assert copies.count is not None
    number, given = copies.counter, copies.arguments

    def at(place: int) -> dict[str, ast.expr]:
        return {key: _at(tree, number, place) for key, tree in given.items()}

    if len(copies.children) > 1:
        return [_object(child, at(place)) for place, child in enumerate(copies.children)]
    [child] = copies.children
    if copies.number is not None and copies.number <= 2:
        return [_object(child, at(place)) for place in range(copies.number)]
    rest = {key: _later(tree, number) for key, tree in given.items()}
    if copies.number is None or all(rest[key] is given[key] for key in given):
        return [_each(child, given, number, "", text_of(copies.count))]
    return [_object(child, at(0)), _each(child, rest, number, "1", str(copies.number))]


def _each(
    child: Definition, arguments: Mapping[str, ast.expr], counter: str, start: str, end: str
) -> Doc:
    """`*(Block(64) for _ in range(3))`"""
    if any(counter in names_of(tree) for tree in arguments.values()):
        source = f"range({start}, {end})" if start else f"range({end})"
        return Call("*(", (Each(_object(child, arguments), counter, source),))
    source = f"range({int(end) - int(start)})" if start else f"range({end})"
    return Call("*(", (Each(_object(child, arguments), "_", source),))


def _object(child: Definition, arguments: Mapping[str, ast.expr]) -> Doc:
    """`Bottleneck(64, 64, stride=2)`"""
    shown: list[Doc] = []
    for argument in child.arguments:
        tree = arguments[argument.name]
        if argument.default is None and argument.name.startswith("in_") and not shown:
            shown.append(doc_of(tree))
        elif argument.default is None or text_of(argument.default) != text_of(tree):
            shown.append(Keyword(argument.name, doc_of(tree)))
    return Call(f"{child.class_name}(", tuple(shown))


def _at(tree: ast.expr, counter: str, number: int) -> ast.expr:
    """The expression for one copy."""
    if counter not in names_of(tree):
        return tree
    known = {key: name(key) for key in names_of(tree)}
    made = substituted(tree, {**known, counter: as_tree(number)})
    assert made is not None
    return _decided(made)


def _later(tree: ast.expr, counter: str) -> ast.expr:
    """The expression for all copies but the first."""
    match tree:
        case ast.IfExp(test=test, orelse=other) if text_of(test) == f"{counter} == 0":
            return other
        case _:
            return tree


def _decided(tree: ast.expr) -> ast.expr:
    """The expression without choices that are made already."""
    if not names_of(tree):
        return as_tree(value_of(tree, {}))
    if isinstance(tree, ast.IfExp) and not names_of(tree.test):
        return _decided(tree.body if value_of(tree.test, {}) else tree.orelse)
    return tree
