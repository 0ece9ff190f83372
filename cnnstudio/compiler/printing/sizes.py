"""Sizes of tensors as expressions: what a layer, a block or a row of copies makes of them.

These are guesses, good ones first; `definition` takes the first that holds in every use.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cnnstudio.compiler.printing.symbols import as_tree, name, names_of, simplified, substituted
from cnnstudio.layers import LayerKind

if TYPE_CHECKING:
    from cnnstudio.compiler.printing.definition import Copies, Definition

Tree = ast.expr
Trees = tuple[Tree | None, ...]
Candidates = Callable[[int, int], Iterable[Tree]]

# Arguments that say how large a dimension of the output is.
WIDTHS = ("out_channels", "out_features", "hidden_size", "embedding_dim", "embed_dim", "d_model")
SIZE_NAMES = {
    1: ("channels",), 2: ("channels", "features"), 3: ("channels", "height", "width"),
    4: ("channels", "depth", "height", "width"),
}  # fmt: skip


def names(port: int, input_name: str, rank: int) -> list[str]:
    """What the sizes of a block's input are called in its class."""
    return [f"{'in' if port == 0 else input_name}_{word}" for word in words(rank)]


def words(rank: int) -> Sequence[str]:
    """What the sizes of a tensor are called, without the batch."""
    return SIZE_NAMES.get(rank) or [f"size{place}" for place in range(rank)]


def candidates(kind: LayerKind, call: Mapping[str, Tree], given: Sequence[Trees]) -> Candidates:
    """What each size of a layer's output may be: `candidates(place, rank)`."""

    def at(place: int, rank: int) -> Iterator[Tree]:
        alike = [shape[place] for shape in given if len(shape) == rank]
        same = [tree for tree in alike if tree is not None]
        if kind.keeps_layout and kind.call != "list":
            yield from same
        yield from (call[key] for key in WIDTHS if key in call)
        if kind.call == "list" and len(same) == len(given) > 0 and _is_joined(kind, call, place):
            yield simplified(reduce(_plus, same))
        yield from same
        numbers = [part for tree in call.values() for part in _parts(tree)]
        yield from numbers
        sizes = [tree for shape in given for tree in shape if tree is not None]
        yield from sizes
        if given and given[0] and None not in given[0]:
            yield simplified(reduce(_times, [tree for tree in given[0] if tree is not None]))
        for size in [*same, *sizes]:
            for number in numbers:
                yield simplified(_times(size, number))
                if not (isinstance(number, ast.Constant) and number.value == 0):
                    yield simplified(ast.BinOp(size, ast.FloorDiv(), number))
                    yield simplified(ast.BinOp(size, ast.FloorDiv(), _times(number, number)))

    return at


def _is_joined(kind: LayerKind, call: Mapping[str, Tree], place: int) -> bool:
    dim = call.get("dim")
    return isinstance(dim, ast.Constant) and dim.value == place + 1


def _parts(tree: Tree) -> list[Tree]:
    parts = tree.elts if isinstance(tree, ast.Tuple) else [tree]
    return [
        part
        for part in parts
        if not isinstance(part, ast.Constant) or type(part.value) is int
    ]  # fmt: skip


def _plus(left: Tree, right: Tree) -> Tree:
    return ast.BinOp(left, ast.Add(), right)


def _times(left: Tree, right: Tree) -> Tree:
    return ast.BinOp(left, ast.Mult(), right)


def after_one(child: Definition, key: str, known: Mapping[str, Tree]) -> Iterator[Tree]:
    """A size behind a block, over the names around it and the same size before it, `key`."""
    start = child.variant.ports("Input")[0]
    [end] = child.variant.ports("Output")
    before, after = child.shapes.get((start.id, 0), ()), child.shapes.get((end.id, 0), ())
    for symbol, tree in zip(before, after, strict=False):
        if isinstance(symbol, ast.Name) and symbol.id == key and tree is not None:
            made = substituted(child.expanded(tree), {**known, key: symbol})
            if made is not None:
                yield simplified(made)


def sequences(start: Tree, after: Tree, key: str, counter: str) -> Iterator[Tree]:
    """A size before each copy: `start` before the first, then what each makes of it."""
    number = name(counter)
    if key not in names_of(after):
        is_first = ast.Compare(number, [ast.Eq()], [as_tree(0)])
        yield ast.IfExp(is_first, start, after)
        return
    step = simplified(ast.BinOp(after, ast.Sub(), name(key)))
    if key not in names_of(step):
        yield simplified(_plus(start, _times(number, step)))
    if isinstance(after, ast.BinOp) and isinstance(after.op, ast.Mult):
        factors = [part for part in (after.left, after.right) if key not in names_of(part)]
        for factor in factors:
            yield _times(start, ast.BinOp(factor, ast.Pow(), number))


def patterns(values: Sequence[Any], counter: str) -> Iterator[Tree]:
    """Expressions for a row of values by their number."""
    number = name(counter)
    first, *rest = values
    if rest and all(value == rest[0] for value in rest):
        is_first = ast.Compare(number, [ast.Eq()], [as_tree(0)])
        yield ast.IfExp(is_first, as_tree(first), as_tree(rest[0]))
    last = values[-1]
    if len(values) > 1 and all(value == first for value in values[:-1]):
        is_last = ast.Compare(number, [ast.Eq()], [as_tree(len(values) - 1)])
        yield ast.IfExp(is_last, as_tree(last), as_tree(first))
    if all(type(value) is int for value in values):
        steps = {after - before for before, after in pairwise(values)}
        if len(steps) == 1:
            yield simplified(_plus(as_tree(first), _times(number, as_tree(steps.pop()))))
    yield ast.Subscript(as_tree(tuple(values)), number, ast.Load())


def after_block(shape: Trees, copies: Copies, given: Sequence[Trees]) -> Candidates:
    """What each size behind a block node may be. `shape` is over the block's own names."""
    child = copies.children[0]
    ports = child.variant.ports("Input")
    first = child.shapes.get((ports[0].id, 0), ()) if ports else ()
    own = {tree.id for tree in first if isinstance(tree, ast.Name)}

    def at(place: int, rank: int) -> Iterator[Tree]:
        tree = shape[place] if place < len(shape) else None
        if tree is not None:
            tree = copies.children[-1].expanded(tree)
            known = copies.names
            if copies.count is not None:
                known = {
                    key: value
                    for key, value in known.items()
                    if key not in own and copies.counter not in names_of(value)
                }
            made = substituted(tree, known)
            if made is not None:
                yield simplified(made)
            start = given[0][place] if given and place < len(given[0]) else None
            symbol = first[place] if place < len(first) else None
            if copies.count is not None and start is not None and isinstance(symbol, ast.Name):
                yield from _after_all(tree, symbol, known, start, copies.count)
        for trees in given:
            if len(trees) == rank and (one := trees[place]) is not None:
                yield one
        for trees in given:
            yield from (one for one in trees if one is not None)

    return at


def _after_all(
    tree: Tree, symbol: ast.Name, known: Mapping[str, Tree], start: Tree, count: Tree
) -> Iterator[Tree]:
    after = substituted(tree, {**known, symbol.id: symbol})
    if after is None:
        return
    if symbol.id not in names_of(after):
        yield after
        return
    step = simplified(ast.BinOp(after, ast.Sub(), symbol))
    if symbol.id not in names_of(step):
        yield simplified(_plus(start, _times(count, step)))
