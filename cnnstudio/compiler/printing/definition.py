"""What the class of a block is made of: constructor arguments, and an expression for a number."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.compiler.printing.demand import Variant
from cnnstudio.compiler.printing.symbols import name, names_of, substituted

Value = tuple[str, int]  # a node's id and its output port
Tree = ast.expr


@dataclass
class Argument:
    """A constructor argument of a class; `default` is None where it has none.

    `parameter` is the block's parameter that it stands for.
    """

    name: str
    type: str
    default: Tree | None
    values: list[Any]  # in each use of the class
    parameter: str = ""
    help: str = ""


@dataclass
class Local:
    """A variable of the constructor: what a node makes of a size, too long to be repeated."""

    node: str
    tree: Tree


@dataclass
class Copies:
    """How the objects of a block node are made. `count` is None without a repeat.

    `names` has what stands for the block's own names here, `arguments` those that are handed over;
    `counter` is the loop's variable.
    """

    children: tuple[Definition, ...]
    count: Tree | None
    counter: str
    arguments: dict[str, Tree] = field(default_factory=dict)
    names: dict[str, Tree] = field(default_factory=dict)

    @property
    def number(self) -> int | None:
        """How many there are, where that is a number and no expression."""
        if isinstance(self.count, ast.Constant) and isinstance(self.count.value, int):
            return self.count.value
        return None


@dataclass
class Definition:
    """A class to be printed.

    `symbols` are all names that its expressions could use; those that they do use are its
    `arguments`. By node id: `calls` has the arguments of layers, `conditions` when a node is
    bypassed, `copies` the blocks. `shapes` has sizes as expressions, None where there is none;
    long ones have a name among the `locals`.
    """

    variant: Variant
    class_name: str
    symbols: dict[str, Argument] = field(default_factory=dict)
    calls: dict[str, dict[str, Tree]] = field(default_factory=dict)
    conditions: dict[str, Tree] = field(default_factory=dict)
    copies: dict[str, Copies] = field(default_factory=dict)
    shapes: dict[Value, tuple[Tree | None, ...]] = field(default_factory=dict)
    locals: dict[str, Local] = field(default_factory=dict)

    @property
    def arguments(self) -> list[Argument]:
        """The arguments that anything in the class reads; those without a default first."""
        used = self._used_names()
        kept = [argument for argument in self.symbols.values() if argument.name in used]
        return sorted(kept, key=lambda argument: argument.default is not None)

    @property
    def used_locals(self) -> dict[str, Local]:
        used = self._used_names()
        return {key: local for key, local in self.locals.items() if key in used}

    def expanded(self, tree: Tree) -> Tree:
        """An expression over the arguments alone."""
        for key, local in reversed(self.locals.items()):
            if key in names_of(tree):
                known = {other: name(other) for other in names_of(tree)}
                tree = substituted(tree, {**known, key: local.tree}) or tree
        return tree

    def _used_names(self) -> set[str]:
        trees: list[Tree] = [*self.conditions.values()]
        trees += [tree for call in self.calls.values() for tree in call.values()]
        trees += [copies.count for copies in self.copies.values() if copies.count]
        used = {name for tree in trees for name in names_of(tree)}
        for copies in self.copies.values():
            for tree in copies.arguments.values():
                used |= names_of(tree) - ({copies.counter} if copies.count else set())
        for key, local in reversed(self.locals.items()):
            if key in used:
                used |= names_of(local.tree)
        return used
