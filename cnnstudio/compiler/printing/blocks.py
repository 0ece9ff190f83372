"""The objects of the blocks in a class: how many, and their constructor arguments."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from cnnstudio.compiler.printing import sizes
from cnnstudio.compiler.printing.definition import Argument, Copies, Definition, Tree
from cnnstudio.compiler.printing.demand import Demand, Variant
from cnnstudio.compiler.printing.scope import Cases, Scope
from cnnstudio.compiler.printing.symbols import as_tree, fits, is_same, name, translated
from cnnstudio.graph import Node, ProblemError
from cnnstudio.graph.expressions import is_expression, names_in

Others = Mapping[Variant, Definition]


def add_block(scope: Scope, node: Node, others: Others) -> None:
    """Notes the objects that a block node stands for, and the sizes that they give."""
    made, variant = scope.made, scope.variant
    owner = variant.network.by_id.get(node.shares or "", node)
    children = tuple(others[child] for child in variant.children.get(node.id, ()))
    if not children:  # it has no copies anywhere
        made.copies[node.id] = Copies((), as_tree(0), "index")
        made.shapes[node.id, 0] = scope.given(node.id)[0]
        return
    if owner.id in made.copies:
        _check_shared(scope, node, owner, others)
    else:
        uses = [use.copies.get(node.id, []) for use in variant.uses]
        made.copies[owner.id] = Copies(children, _count(scope, owner, node), _counter(scope))
        _fill(scope, made.copies[owner.id], owner, node, uses)
    copies = made.copies[node.id] = made.copies[owner.id]
    for port in children[0].variant.outputs:
        end = children[-1].variant.ports("Output")[port]
        shape = children[-1].shapes.get((end.id, 0), ())
        scope.add_shape((node.id, port), sizes.after_block(shape, copies, scope.given(node.id)))


def _count(scope: Scope, owner: Node, node: Node) -> Tree | None:
    if "repeat" not in owner.parameters:
        return None
    tree = translated(owner.parameters["repeat"], scope.trees)
    cases: Cases = [
        (names, len(use.copies[node.id]))
        for names, use in zip(scope.names, scope.variant.uses, strict=True)
        if node.id in use.copies
    ]
    return scope.expression([tree] if tree else [], cases, f"{owner.name}_repeat")


def _counter(scope: Scope) -> str:
    """The loop's variable; not `index` where that means the place of the class itself."""
    texts = [
        text
        for node in scope.variant.network.nodes
        for value in (*node.parameters.values(), node.bypass)
        for text in _expressions(value)
    ]
    if scope.is_main or not any("index" in names_in(text) for text in texts):
        return "index"
    wish = "copy"
    while wish in scope.made.symbols:
        wish += "_"
    return wish


def _expressions(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for item in value for text in _expressions(item)]
    return [value] if is_expression(value) else []


def _fill(
    scope: Scope, copies: Copies, owner: Node, node: Node, uses: Sequence[Sequence[Demand]]
) -> None:
    """Finds the constructor arguments of the objects, over the class's own names."""
    counter = copies.counter if copies.count is not None else None
    copies.names["index"] = name(counter) if counter else as_tree(0)
    copies.names["repeat"] = copies.count or as_tree(1)
    starts = _sizes_at(scope, node, copies.children[0])
    needed = {argument.name for child in copies.children for argument in child.arguments}
    symbols: dict[str, Argument] = {}
    for child in reversed(copies.children):
        symbols.update(child.symbols)
    lengths = [len(demands) for demands in uses]
    for key in sorted(symbols, key=lambda key: _rank(symbols[key], owner, starts)):
        cases: Cases = []
        for names, demands in zip(scope.names, uses, strict=True):
            for number, demand in enumerate(demands):
                value = _value(copies.children, demand, key)
                cases.append(({**names, counter: number} if counter else names, value))
        wish = [copies.names[key]] if key in copies.names else []
        if symbols[key].parameter:
            wish = _handed(scope, copies, owner, symbols[key].parameter)
        elif (start := starts.get(key)) is not None:
            wish = [start, *_along(copies, key, start)]
        if key in needed:
            tree = scope.expression(
                wish, cases, f"{node.name}_{key}", counter=counter, lengths=lengths
            )
            copies.arguments[key] = copies.names[key] = tree
        elif fitting := [tree for tree in wish if fits(tree, cases)]:
            copies.names[key] = fitting[0]


def _rank(symbol: Argument, owner: Node, starts: Mapping[str, Tree | None]) -> int:
    """What is found first: parameters that are set here; sizes; defaults that read those."""
    if symbol.parameter:
        return 0 if symbol.parameter in owner.parameters or symbol.default else 2
    return 1 if symbol.name in starts else 3


def _value(children: Sequence[Definition], demand: Demand, key: str) -> Any:
    """A name's value in one use of a block."""
    for child in children:
        if child.variant is demand.variant and key in child.symbols:
            return child.symbols[key].values[child.variant.uses.index(demand)]
    return next(c.symbols[key].values[0] for c in children if key in c.symbols)


def _sizes_at(scope: Scope, node: Node, child: Definition) -> dict[str, Tree | None]:
    """What stands here for the names of the sizes of the block's inputs."""
    found: dict[str, Tree | None] = {"in_channels": None}
    wires = {wire.target_port: wire for wire in scope.variant.wires(node.id)}
    for port, start in enumerate(child.variant.ports("Input")):
        inner = child.shapes.get((start.id, 0), ())
        if port not in wires:
            continue
        outer = scope.made.shapes.get((wires[port].source, wires[port].source_port), ())
        if len(inner) == len(outer):
            for symbol, tree in zip(inner, outer, strict=True):
                if isinstance(symbol, ast.Name):
                    found[symbol.id] = tree
    return found


def _handed(scope: Scope, copies: Copies, owner: Node, parameter: str) -> list[Tree]:
    """What the block's parameter is here: what the node says, or the default."""
    if parameter in owner.parameters:
        tree = translated(owner.parameters[parameter], scope.trees)
    else:
        child = copies.children[0]
        network = child.variant.network
        declared = next(one for one in network.parameters if one.name == parameter)
        own = {
            symbol.parameter: copies.names[key]
            for key, symbol in child.symbols.items()
            if key in copies.names and symbol.parameter
        }
        tree = translated(declared.default, {**copies.names, **own})
    return [] if tree is None else [tree]


def _along(copies: Copies, key: str, start: Tree) -> list[Tree]:
    """How a size of the first input goes on from copy to copy."""
    if copies.count is None:
        return []
    return [
        tree
        for after in sizes.after_one(copies.children[-1], key, copies.names)
        for tree in sizes.sequences(start, after, key, copies.counter)
    ]


def _check_shared(scope: Scope, node: Node, owner: Node, others: Others) -> None:
    """Whether the objects made for the owner can be called here too; ProblemError if not."""
    for use in scope.variant.uses:
        mine, theirs = use.copies.get(node.id, []), use.copies.get(owner.id, [])
        if len(mine) == len(theirs) and all(map(_is_alike, mine, theirs, [others] * len(mine))):
            continue
        raise ProblemError(
            f"'{node.name}' shares the weights of '{owner.name}' but works otherwise inside, which "
            "one object of a class can't do.",
            node=f"{use.prefix}{node.name}",
            hint="Give both the same parameters and inputs of the same shape.",
        )


def _is_alike(one: Demand, other: Demand, others: Others) -> bool:
    variant = one.variant
    if variant is None or variant is not other.variant:
        return False
    mine, theirs = variant.uses.index(one), variant.uses.index(other)
    return all(
        is_same(argument.values[mine], argument.values[theirs])
        for argument in others[variant].arguments
    )
