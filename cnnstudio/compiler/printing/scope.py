"""The names of one class, and the choice of an expression for a number in it.

An expression is taken only if it comes to the right number in every use of the block. A number for
which none does becomes an argument of the class.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnnstudio.compiler.printing import sizes
from cnnstudio.compiler.printing.definition import Argument, Definition, Local, Tree
from cnnstudio.compiler.printing.symbols import as_tree, fits, is_long, is_same, name, value_of
from cnnstudio.compiler.trace import Ref, Trace

RESERVED = {"self", "nn", "torch", "F", "Tensor", "super", "range", "tuple", "torchvision"}
RESERVED |= {"min", "max", "round", "int", "abs", "bool", "float", "str", "list", "dict"}

Cases = list[tuple[Mapping[str, Any], Any]]
Same = Callable[[Any, Any], bool]


class Scope:
    """What expressions in a class can name: `names` are the values in each use of the block.

    `trees` has what stands for each name that the block's own expressions read.
    """

    def __init__(self, found: Trace, made: Definition) -> None:
        self.found = found
        self.made = made
        self.variant = made.variant
        self.is_main = not made.variant.uses[0].use.path
        self.trees: dict[str, Tree] = {}
        self.names: list[dict[str, Any]] = [{} for _ in made.variant.uses]

    def symbol(
        self, wish: str, type: str, values: list[Any], default: Tree | None = None,
        parameter: str = "", help: str = "",
    ) -> Tree:  # fmt: skip
        """A name that expressions of the class can use; it becomes an argument when one does."""
        taken = RESERVED | self.made.symbols.keys() | self.made.locals.keys()
        while wish in taken:
            wish += "_"
        self.made.symbols[wish] = Argument(wish, type, default, values, parameter, help)
        for names, value in zip(self.names, values, strict=True):
            names[wish] = value
        return name(wish)

    def expression(
        self, candidates: Sequence[Tree], cases: Cases, wish: str, same: Same = is_same,
        counter: str | None = None, lengths: Sequence[int] = (),
    ) -> Tree:  # fmt: skip
        """The first candidate that holds in all cases; else a number, else a new argument.

        `cases` are names and the value that is wanted. Where copies are counted by `counter`, there
        is a case for each copy in each use; `lengths` tells how many copies each use has.
        """
        for tree in candidates:
            if fits(tree, cases, same):
                return tree
        values = [wanted for _, wanted in cases]
        if all(is_same(value, values[0]) for value in values):
            return as_tree(values[0])
        if counter is None:
            return self._new_argument(wish, cases)
        rows: list[list[Any]] = []
        rest = values
        for length in lengths:
            rows, rest = [*rows, rest[:length]], rest[length:]
        longest = max(rows, key=len)
        if all(is_same(row, longest[: len(row)]) for row in rows):
            for tree in sizes.patterns(longest, counter):
                if fits(tree, cases, same):
                    return tree
        if all(is_same(value, row[0]) for row in rows for value in row):
            by_use = [row[0] if row else 0 for row in rows]
            return self.symbol(wish, type_of(by_use), by_use)
        lists = [tuple(row) for row in rows]
        return ast.Subscript(self.symbol(wish, type_of(lists), lists), name(counter), ast.Load())

    def _new_argument(self, wish: str, cases: Cases) -> Tree:
        """An argument of the class for what no expression tells."""
        wanted = {id(names): value for names, value in cases}
        example = cases[0][1]
        by_use = [wanted.get(id(names), example) for names in self.names]
        return self.symbol(wish, type_of(by_use), by_use)

    def shape(self, place: int, value: tuple[str, int]) -> tuple[int, ...] | None:
        """The shape of a node's output in one use of the block."""
        refs: tuple[Ref, ...] = self.variant.uses[place].use.values.get(value[0], ())
        return self.found.shape(refs[value[1]]) if value[1] < len(refs) else None

    def add_shape(self, value: tuple[str, int], candidates: sizes.Candidates) -> None:
        """Notes the sizes of a value, each as an expression if there is one for all uses."""
        shapes = [self.shape(place, value) for place in range(len(self.names))]
        if shapes[0] is None or len({len(shape or ()) for shape in shapes}) > 1:
            self.made.shapes[value] = ()
            return
        words = sizes.words(len(shapes[0])) if len(shapes[0]) > 1 else ["features"]
        trees: list[Tree | None] = []
        for place in range(len(shapes[0])):
            numbers = [shape[place] for shape in shapes if shape is not None]
            cases: Cases = list(zip(self.names, numbers, strict=True))
            found = None
            if self.made.symbols:
                found = next((t for t in candidates(place, len(shapes[0])) if fits(t, cases)), None)
            if found is None and len(set(numbers)) == 1:
                found = as_tree(numbers[0])
            if found is not None and is_long(found):
                found = self._local(f"{self._node_name(value)}_{words[place]}", found, value[0])
            trees.append(found)
        self.made.shapes[value] = tuple(trees)

    def _node_name(self, value: tuple[str, int]) -> str:
        return self.variant.network.node(value[0]).name

    def _local(self, wish: str, tree: Tree, id: str) -> Tree:
        """A name for a long expression, so that what is worked out from it stays short."""
        taken = RESERVED | self.made.symbols.keys() | self.made.locals.keys()
        while wish in taken:
            wish += "_"
        self.made.locals[wish] = Local(id, tree)
        for names in self.names:
            names[wish] = value_of(tree, names)
        return name(wish)

    def given(self, id: str) -> list[tuple[Tree | None, ...]]:
        """The sizes at a node's inputs."""
        return [
            self.made.shapes.get((wire.source, wire.source_port), ())
            for wire in self.variant.wires(id)
        ]


def type_of(values: Sequence[Any]) -> str:
    """The annotation of an argument that has these values."""
    words = {bool: "bool", int: "int", float: "float", str: "str"}
    types = {type(value) for value in values if value is not None}
    none = " | None" if None in values else ""
    if types == {int, float}:
        return f"float{none}"
    if len(types) == 1 and (only := next(iter(types))) in words:
        return words[only] + none
    inner = {type(item) for value in values if isinstance(value, tuple) for item in value}
    if types == {tuple} and len(inner) == 1 and (only := inner.pop()) in words:
        lengths = {len(value) for value in values if value is not None}
        parts = [words[only]] * lengths.pop() if len(lengths) == 1 else [words[only], "..."]
        return f"tuple[{', '.join(parts)}]{none}"
    return f"int | tuple[int, ...]{none}" if types == {int, tuple} else "tuple"
