"""Finds the definition of a class from all uses of its block."""

from __future__ import annotations

from collections.abc import Mapping

from cnnstudio.compiler.printing import sizes
from cnnstudio.compiler.printing.blocks import add_block
from cnnstudio.compiler.printing.definition import Definition, Tree
from cnnstudio.compiler.printing.demand import Variant
from cnnstudio.compiler.printing.layers import add_layer
from cnnstudio.compiler.printing.scope import Cases, Scope, type_of
from cnnstudio.compiler.printing.symbols import as_tree, fits, plain, translated
from cnnstudio.compiler.trace import Trace
from cnnstudio.graph import Node
from cnnstudio.graph.expressions import GIVEN, has_expression
from cnnstudio.layers import LayerKind

# What a block knows of its place: name, default, help.
PLACE = (
    ("index", 0, "number of this copy where the block is repeated, from 0"),
    ("repeat", 1, "how many copies there are"),
)


def define(
    found: Trace, variant: Variant, class_name: str, kinds: Mapping[str, LayerKind],
    others: Mapping[Variant, Definition],
) -> Definition:  # fmt: skip
    """The definition of a class; `kinds` are by node id, `others` the classes of blocks in it."""
    made = Definition(variant, class_name)
    scope = Scope(found, made)
    _add_names(scope)
    for id in variant.nodes:
        node, kind = variant.network.node(id), kinds[id]
        bypassed = variant.fixed.get(id)
        if kind.call == "input":
            continue
        if kind.call == "output" or bypassed:
            made.shapes[id, 0] = scope.given(id)[0]
            continue
        if bypassed is None:
            made.conditions[id] = _condition(scope, node)
        if kind.call == "block":
            add_block(scope, node, others)
        else:
            add_layer(scope, node, kind)
    return made


def _add_names(scope: Scope) -> None:
    """What expressions in the class can name. In the main network, sizes are numbers."""
    uses = [use.use for use in scope.variant.uses]
    if scope.is_main:
        scope.trees = {key: as_tree(uses[0].names[key]) for key in GIVEN if key in uses[0].names}
    elif all("in_channels" in use.names for use in uses):
        values = [use.names["in_channels"] for use in uses]
        scope.trees["in_channels"] = scope.symbol("in_channels", "int", values)
    for port, node in enumerate(scope.variant.ports("Input")):
        _add_sizes(scope, port, node)
    for parameter in scope.variant.network.parameters:
        values = [plain(use.names[parameter.name]) for use in uses]
        default = None if has_expression(parameter.default) else as_tree(parameter.default)
        scope.trees[parameter.name] = scope.symbol(
            parameter.name, type_of(values), values, default, parameter.name, parameter.help
        )
    if not scope.is_main:
        for key, start, help in PLACE:
            values = [use.names[key] for use in uses]
            scope.trees[key] = scope.symbol(key, "int", values, as_tree(start), help=help)


def _add_sizes(scope: Scope, port: int, node: Node) -> None:
    """Names for the sizes of one of the block's inputs."""
    shapes = [scope.shape(place, (node.id, 0)) for place in range(len(scope.names))]
    if shapes[0] is None or len({len(shape or ()) for shape in shapes}) > 1:
        return
    trees: list[Tree | None] = []
    for place, key in enumerate(sizes.names(port, node.name, len(shapes[0]))):
        values = [shape[place] for shape in shapes if shape is not None]
        if scope.is_main:
            trees.append(as_tree(values[0]))
        elif port == place == 0 and "in_channels" in scope.trees:
            trees.append(scope.trees["in_channels"])
        else:
            trees.append(scope.symbol(key, "int", values))
    scope.made.shapes[node.id, 0] = tuple(trees)


def _condition(scope: Scope, node: Node) -> Tree:
    """When the node is bypassed."""
    tree = translated(node.bypass, scope.trees)
    cases: Cases = [
        (names, node.id in use.bypassed)
        for names, use in zip(scope.names, scope.variant.uses, strict=True)
    ]
    if tree is not None and fits(tree, cases, lambda one, other: bool(one) == other):
        return tree
    return scope.symbol(f"without_{node.name}", "bool", [wanted for _, wanted in cases])
