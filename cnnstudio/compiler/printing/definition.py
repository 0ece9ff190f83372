"""What the class of a block is made of: constructor arguments, and an expression for each number.

Every expression is checked against the numbers of every use of the block. A number for which none
fits becomes an argument of the class.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.compiler.printing import sizes
from cnnstudio.compiler.printing.demand import Demand, Variant
from cnnstudio.compiler.printing.symbols import (
    Symbolic,
    as_tree,
    fits,
    is_same,
    name,
    names_of,
    plain,
    simplified,
    translated,
    value_of,
)
from cnnstudio.compiler.trace import Ref, Step, Trace
from cnnstudio.graph import Node, ProblemError
from cnnstudio.graph.expressions import GIVEN, has_expression, is_expression, names_in
from cnnstudio.layers import LayerKind
from cnnstudio.layers.declaration import Parameter
from cnnstudio.layers.lookup import kind_of

RESERVED = {"self", "nn", "torch", "F", "Tensor", "super", "range", "tuple", "torchvision"}
RESERVED |= {"min", "max", "round", "int", "abs", "bool", "float", "str", "list", "dict"}

Value = tuple[str, int]  # a node's id and its output port
Tree = ast.expr
Cases = list[tuple[Mapping[str, Any], Any]]


@dataclass
class Argument:
    """A constructor argument of a class; `default` is None where it has none."""

    name: str
    type: str
    default: Tree | None
    values: list[Any]  # in each use of the class
    parameter: str = ""  # the block's parameter that it stands for
    help: str = ""


@dataclass
class Copies:
    """How the objects of a block node are made. `count` is None without a repeat.

    `names` has what stands for the block's own names here, `arguments` those that are handed over.
    """

    children: tuple[Definition, ...]
    count: Tree | None
    counter: str
    arguments: dict[str, Tree] = field(default_factory=dict)
    names: dict[str, Tree] = field(default_factory=dict)


@dataclass
class Definition:
    """A class to be printed. Dicts are by node id; `arguments` hold what is used of `symbols`."""

    variant: Variant
    class_name: str
    symbols: dict[str, Argument] = field(default_factory=dict)
    calls: dict[str, dict[str, Tree]] = field(default_factory=dict)
    conditions: dict[str, Tree] = field(default_factory=dict)
    copies: dict[str, Copies] = field(default_factory=dict)
    shapes: dict[Value, tuple[Tree | None, ...]] = field(default_factory=dict)

    @property
    def arguments(self) -> list[Argument]:
        """The arguments that anything in the class reads; those without a default first."""
        used = self.used_names
        kept = [argument for argument in self.symbols.values() if argument.name in used]
        return sorted(kept, key=lambda argument: argument.default is not None)

    @property
    def used_names(self) -> set[str]:
        trees: list[Tree] = [*self.conditions.values()]
        trees += [tree for call in self.calls.values() for tree in call.values()]
        trees += [copies.count for copies in self.copies.values() if copies.count]
        used = {name for tree in trees for name in names_of(tree)}
        for copies in self.copies.values():
            for tree in copies.arguments.values():
                used |= names_of(tree) - ({copies.counter} if copies.count else set())
        return used


def define(
    found: Trace, variant: Variant, class_name: str, others: Mapping[Variant, Definition]
) -> Definition:
    """The definition of a class; `others` has those of the blocks in it."""
    return _Definer(found, variant, class_name, others).definition()


class _Definer:
    def __init__(
        self, found: Trace, variant: Variant, class_name: str,
        others: Mapping[Variant, Definition],
    ) -> None:  # fmt: skip
        self._found = found
        self._variant = variant
        self._others = others
        self._made = Definition(variant, class_name)
        self._is_main = not variant.uses[0].use.path
        self._trees: dict[str, Tree] = {}  # what stands for each name of the block's expressions
        self._names: list[dict[str, Any]] = [{} for _ in variant.uses]

    def definition(self) -> Definition:
        self._add_symbols()
        for id in self._variant.nodes:
            node = self._variant.network.node(id)
            kind = kind_of(self._found.project, node.kind)
            assert kind is not None
            bypassed = self._variant.fixed.get(id)
            if kind.call == "input":
                continue
            if kind.call == "output" or bypassed:
                wire = self._variant.wires(id)[0]
                given = self._made.shapes[wire.source, wire.source_port]
                self._made.shapes[id, 0] = given
                continue
            if bypassed is None:
                self._add_condition(node)
            if kind.call == "block":
                self._add_copies(node)
            else:
                self._add_step(node, kind)
        return self._made

    # What expressions can name.

    def _add_symbols(self) -> None:
        network, uses = self._variant.network, self._variant.uses
        if self._is_main:
            self._trees = {key: as_tree(uses[0].use.names[key]) for key in GIVEN
                           if key in uses[0].use.names}  # fmt: skip
        elif all("in_channels" in use.use.names for use in uses):
            values = [use.use.names["in_channels"] for use in uses]
            self._trees["in_channels"] = self._symbol("in_channels", "int", values)
        self._add_inputs()
        for parameter in network.parameters:
            values = [plain(use.use.names[parameter.name]) for use in uses]
            default = None if has_expression(parameter.default) else as_tree(parameter.default)
            self._trees[parameter.name] = self._symbol(
                parameter.name, _type_of(values), default=default, values=values,
                parameter=parameter.name, help=parameter.help,
            )  # fmt: skip
        if not self._is_main:
            for key, default in (("index", 0), ("repeat", 1)):
                values = [use.use.names[key] for use in uses]
                self._trees[key] = self._symbol(key, "int", values, as_tree(default))

    def _add_inputs(self) -> None:
        """Names for the sizes of the block's inputs; those of the main network are numbers."""
        for port, node in enumerate(self._variant.ports("Input")):
            shapes = [self._shape(use, (node.id, 0)) for use in self._variant.uses]
            if shapes[0] is None or len({len(shape or ()) for shape in shapes}) > 1:
                continue
            trees: list[Tree | None] = []
            for place, key in enumerate(sizes.names(port, node.name, len(shapes[0]))):
                values = [shape[place] for shape in shapes if shape is not None]
                if self._is_main:
                    trees.append(as_tree(values[0]))
                elif port == 0 and place == 0 and "in_channels" in self._trees:
                    trees.append(self._trees["in_channels"])
                else:
                    trees.append(self._symbol(key, "int", values))
            self._made.shapes[node.id, 0] = tuple(trees)

    def _symbol(
        self, wish: str, type: str, values: list[Any], default: Tree | None = None,
        parameter: str = "", help: str = "",
    ) -> Tree:  # fmt: skip
        """A name that expressions of the class can use; it becomes an argument when one does."""
        taken = RESERVED | self._made.symbols.keys()
        while wish in taken:
            wish += "_"
        self._made.symbols[wish] = Argument(wish, type, default, values, parameter, help)
        for names, value in zip(self._names, values, strict=True):
            names[wish] = value
        return name(wish)

    # What is in the class.

    def _add_condition(self, node: Node) -> None:
        """When the node is bypassed."""
        tree = translated(node.bypass, self._trees)
        cases = [
            (names, node.id in use.bypassed)
            for names, use in zip(self._names, self._variant.uses, strict=True)
        ]
        if tree is None or not fits(tree, cases, lambda one, other: bool(one) == other):
            values = [wanted for _, wanted in cases]
            tree = self._symbol(f"without_{node.name}", "bool", values)
        self._made.conditions[node.id] = tree

    def _add_step(self, node: Node, kind: LayerKind) -> None:
        owner = self._variant.network.by_id.get(node.shares or "", node)
        steps = [(place, self._step(use, node)) for place, use in enumerate(self._variant.uses)]
        active = [(place, step) for place, step in steps if step is not None]
        if kind.call != "module" or owner.id not in self._made.calls:
            given = self._given(node)
            guessed = self._guess(owner, kind, given, active[0])
            call = {}
            for key in active[0][1].arguments:
                cases: Cases = [(self._names[p], plain(s.arguments[key])) for p, s in active]
                declared = next((one for one in kind.parameters if one.name == key), None)
                call[key] = self._expression(
                    [*self._written(owner, kind, key, declared), *guessed.get(key, ())],
                    cases, f"{owner.name}_{key}", _comparison(declared, key, kind),
                )  # fmt: skip
            self._made.calls[owner.id if kind.call == "module" else node.id] = call
        call = self._made.calls[owner.id if kind.call == "module" else node.id]
        for port in range(len(active[0][1].shapes)):
            self._add_shape((node.id, port), sizes.candidates(kind, call, self._given(node)))

    def _written(
        self, owner: Node, kind: LayerKind, key: str, declared: Parameter | None
    ) -> list[Tree]:
        """The parameter's own expression, where the argument is a parameter that has one."""
        raw = owner.parameters.get(key)
        if declared is None or not has_expression(raw):
            return []
        tree = translated(raw, self._trees)
        if tree is None:
            return []
        if isinstance(tree, ast.Tuple) and len({ast.unparse(part) for part in tree.elts}) == 1:
            return [tree.elts[0], tree]
        return [tree, ast.Call(name("int"), [tree], [])]

    def _guess(
        self, owner: Node, kind: LayerKind, given: Sequence[tuple[Tree | None, ...]],
        example: tuple[int, Step],
    ) -> dict[str, list[Tree]]:  # fmt: skip
        """What the kind's own functions make of symbols in place of numbers."""
        place, step = example
        names = self._names[place]
        shapes = [
            tuple(_symbolic(size, tree) for size, tree in zip(shape, trees, strict=True))
            for shape, trees in zip(step.made_for, given, strict=True)
            if len(shape) == len(trees)
        ]
        if len(shapes) < len(step.made_for):
            return {}
        parameters = {
            key: _with_symbols(raw, step.parameters.get(key), self._trees, names)
            for key, raw in owner.parameters.items()
        }
        try:
            arguments = kind.arguments(parameters, shapes)
        except (ProblemError, TypeError, ValueError, ArithmeticError, AttributeError):
            return {}
        return {key: [simplified(as_tree(value))] for key, value in arguments.items()}

    def _given(self, node: Node) -> list[tuple[Tree | None, ...]]:
        return [
            self._made.shapes.get((wire.source, wire.source_port), ())
            for wire in self._variant.wires(node.id)
        ]

    def _add_copies(self, node: Node) -> None:
        owner = self._variant.network.by_id.get(node.shares or "", node)
        uses = [use.copies.get(node.id, []) for use in self._variant.uses]
        children = tuple(self._others[child] for child in self._variant.children.get(node.id, ()))
        if not children:  # it has no copies anywhere
            self._made.copies[node.id] = Copies((), as_tree(0), "index")
            self._made.shapes[node.id, 0] = self._given(node)[0]
            return
        if owner.id in self._made.copies:
            self._check_shared(node, owner)
            copies = self._made.copies[owner.id]
        else:
            copies = Copies(children, self._count(node, owner, uses), self._counter())
            self._fill(copies, owner, node, uses)
            self._made.copies[owner.id] = copies
        self._made.copies[node.id] = copies
        for port in children[0].variant.outputs:
            end = children[-1].variant.ports("Output")[port]
            shape = children[-1].shapes.get((end.id, 0), ())
            self._add_shape((node.id, port), sizes.after_block(shape, copies, self._given(node)))

    def _count(self, node: Node, owner: Node, uses: Sequence[Sequence[Demand]]) -> Tree | None:
        if "repeat" not in owner.parameters:
            return None
        tree = translated(owner.parameters["repeat"], self._trees)
        cases: Cases = [
            (names, len(copies))
            for names, copies, use in zip(self._names, uses, self._variant.uses, strict=True)
            if node.id in use.copies
        ]
        return self._expression([tree] if tree else [], cases, f"{owner.name}_repeat", is_same)

    def _counter(self) -> str:
        """The loop's variable; not `index` where that means the place of the class itself."""
        texts = [
            text
            for node in self._variant.network.nodes
            for value in (*node.parameters.values(), node.bypass)
            for text in _expressions(value)
        ]
        if self._is_main or not any("index" in names_in(text) for text in texts):
            return "index"
        wish = "copy"
        while wish in self._made.symbols:
            wish += "_"
        return wish

    def _fill(
        self, copies: Copies, owner: Node, node: Node, uses: Sequence[Sequence[Demand]]
    ) -> None:
        """Finds the constructor arguments of the block's objects, over the class's own names."""
        counter = copies.counter if copies.count is not None else None
        copies.names["index"] = name(counter) if counter else as_tree(0)
        copies.names["repeat"] = copies.count or as_tree(1)
        starts = self._sizes_at(node, copies.children[0])
        needed = {argument.name for child in copies.children for argument in child.arguments}
        symbols = {key: one for child in copies.children[::-1] for key, one in child.symbols.items()}
        for key in sorted(symbols, key=lambda key: self._rank(copies, owner, symbols[key], starts)):
            cases: Cases = []
            for names, demands in zip(self._names, uses, strict=True):
                for number, demand in enumerate(demands):
                    value = _value(copies.children, demand, key)
                    cases.append(({**names, counter: number} if counter else names, value))
            wish = [copies.names[key]] if key in copies.names else []
            if symbols[key].parameter:
                wish = self._handed(copies, owner, symbols[key].parameter)
            elif (start := starts.get(key)) is not None:
                wish = [start, *self._along(copies, key, start)]
            if key in needed:
                lengths = [len(demands) for demands in uses]
                tree = self._expression(
                    wish, cases, f"{node.name}_{key}", is_same, counter, lengths
                )
                copies.arguments[key] = copies.names[key] = tree
            elif fitting := [tree for tree in wish if fits(tree, cases)]:
                copies.names[key] = fitting[0]

    def _rank(
        self, copies: Copies, owner: Node, symbol: Argument, starts: Mapping[str, Tree | None]
    ) -> int:
        """What is found first: parameters that are set here; sizes; defaults that read those."""
        if symbol.parameter:
            return 0 if symbol.parameter in owner.parameters or symbol.default else 2
        return 1 if symbol.name in starts else 3

    def _sizes_at(self, node: Node, child: Definition) -> dict[str, Tree | None]:
        """What stands here for the names of the sizes of the block's inputs."""
        found: dict[str, Tree | None] = {}
        inputs = child.variant.ports("Input")
        wires = {wire.target_port: wire for wire in self._variant.wires(node.id)}
        for port, start in enumerate(inputs):
            inner = child.shapes.get((start.id, 0), ())
            if port not in wires:
                continue
            outer = self._made.shapes.get((wires[port].source, wires[port].source_port), ())
            if len(inner) == len(outer):
                for symbol, tree in zip(inner, outer, strict=True):
                    if isinstance(symbol, ast.Name):
                        found[symbol.id] = tree
        if "in_channels" in child.symbols and "in_channels" not in found:
            found["in_channels"] = None
        return found

    def _handed(self, copies: Copies, owner: Node, parameter: str) -> list[Tree]:
        """What the block's parameter is here: what the node says, or the default."""
        if parameter in owner.parameters:
            tree = translated(owner.parameters[parameter], self._trees)
        else:
            child = copies.children[0]
            declared = next(
                one for one in child.variant.network.parameters if one.name == parameter
            )
            own = {
                symbol.parameter: copies.names[key]
                for key, symbol in child.symbols.items()
                if key in copies.names and symbol.parameter
            }
            tree = translated(declared.default, {**copies.names, **own})
        return [] if tree is None else [tree]

    def _along(self, copies: Copies, key: str, start: Tree) -> list[Tree]:
        """How a size of the first input goes on from copy to copy."""
        if copies.count is None:
            return []
        return [
            tree
            for after in sizes.after_one(copies.children[-1], key, copies.names)
            for tree in sizes.sequences(start, after, key, copies.counter)
        ]

    def _check_shared(self, node: Node, owner: Node) -> None:
        """Whether the objects made for the owner can be called here too."""
        for use in self._variant.uses:
            mine, theirs = use.copies.get(node.id, []), use.copies.get(owner.id, [])
            same = len(mine) == len(theirs) and all(
                self._is_alike(one, other) for one, other in zip(mine, theirs, strict=True)
            )
            if not same:
                raise ProblemError(
                    f"'{node.name}' shares the weights of '{owner.name}' but works otherwise "
                    "inside, which one object of a class can't do.",
                    node=f"{use.prefix}{node.name}",
                    hint="Give both the same parameters and inputs of the same shape.",
                )

    def _is_alike(self, one: Demand, other: Demand) -> bool:
        variant = one.variant
        if variant is None or variant is not other.variant:
            return False
        mine, theirs = variant.uses.index(one), variant.uses.index(other)
        return all(
            is_same(argument.values[mine], argument.values[theirs])
            for argument in self._others[variant].arguments
        )

    # Shapes.

    def _shape(self, use: Demand, value: Value) -> tuple[int, ...] | None:
        refs: tuple[Ref, ...] = use.use.values.get(value[0], ())
        return self._found.shape(refs[value[1]]) if value[1] < len(refs) else None

    def _step(self, use: Demand, node: Node) -> Step | None:
        if node.id in use.bypassed:
            return None
        return self._found.steps[f"{use.prefix}{node.name}"]

    def _add_shape(self, value: Value, candidates: Callable[[int, int], Iterable[Tree]]) -> None:
        """The sizes of a value, each as an expression if there is one for all uses."""
        shapes = [self._shape(use, value) for use in self._variant.uses]
        if shapes[0] is None or len({len(shape or ()) for shape in shapes}) > 1:
            self._made.shapes[value] = ()
            return
        trees: list[Tree | None] = []
        for place in range(len(shapes[0])):
            numbers = [shape[place] for shape in shapes if shape is not None]
            cases: Cases = list(zip(self._names, numbers, strict=True))
            found = None
            if self._made.symbols:
                options = (simplified(t) for t in candidates(place, len(shapes[0])))
                found = next((tree for tree in options if fits(tree, cases)), None)
            if found is None and len(set(numbers)) == 1:
                found = as_tree(numbers[0])
            trees.append(found)
        self._made.shapes[value] = tuple(trees)

    # Expressions.

    def _expression(
        self, candidates: Sequence[Tree], cases: Cases, wish: str,
        same: Callable[[Any, Any], bool], counter: str | None = None,
        lengths: Sequence[int] = (),
    ) -> Tree:  # fmt: skip
        """The first candidate that holds in all cases; else a number, else a new argument."""
        for tree in candidates:
            if fits(tree, cases, same):
                return tree
        values = [wanted for _, wanted in cases]
        if all(is_same(value, values[0]) for value in values):
            return as_tree(values[0])
        rows = [values]
        if counter is not None:
            rows, rest = [], values
            for length in lengths:
                rows, rest = [*rows, rest[:length]], rest[length:]
            longest = max(rows, key=len)
            if all(is_same(row, longest[: len(row)]) for row in rows):
                for tree in sizes.patterns(longest, counter):
                    if fits(tree, cases, same):
                        return tree
        return self._new_argument(wish, cases, rows, counter)

    def _new_argument(
        self, wish: str, cases: Cases, rows: list[list[Any]], counter: str | None
    ) -> Tree:
        """An argument of the class for what no expression tells. `rows` are a list for each use."""
        by_use: list[Any] = [None] * len(self._names)
        if counter is None:
            for names, wanted in cases:
                by_use[next(i for i, own in enumerate(self._names) if own is names)] = wanted
            example = next(value for value in by_use if value is not None)
            by_use = [example if value is None else value for value in by_use]
            return self._symbol(wish, _type_of(by_use), by_use)
        if all(is_same(value, row[0]) for row in rows for value in row):
            by_use = [row[0] if row else 0 for row in rows]
            return self._symbol(wish, _type_of(by_use), by_use)
        by_use = [tuple(row) for row in rows]
        tree = self._symbol(wish, "tuple", by_use)
        return ast.Subscript(tree, name(counter), ast.Load())


def _value(children: Sequence[Definition], demand: Demand, key: str) -> Any:
    for child in children:
        if demand in child.variant.uses and key in child.symbols:
            return child.symbols[key].values[child.variant.uses.index(demand)]
    return next(c.symbols[key].values[0] for c in children if key in c.symbols)


def _type_of(values: Sequence[Any]) -> str:
    types = {type(value) for value in values if value is not None}
    words = {bool: "bool", int: "int", float: "float", str: "str"}
    if types == {int, float}:
        return "float"
    if len(types) == 1 and (only := types.pop()) in words:
        return words[only] + (" | None" if None in values else "")
    if all(isinstance(value, tuple) for value in values):
        inner = {type(item) for value in values for item in value}
        if len(inner) == 1 and (only := inner.pop()) in words:
            return f"tuple[{words[only]}, ...]"
        return "tuple"
    return "int | tuple[int, ...]"


def _symbolic(size: int, tree: Tree | None) -> int:
    return size if tree is None or isinstance(tree, ast.Constant) else Symbolic(size, tree)


def _with_symbols(
    raw: Any, value: Any, trees: Mapping[str, Tree], names: Mapping[str, Any]
) -> Any:
    """A parameter's value in one use; whole numbers from expressions remember them."""
    if isinstance(raw, list | tuple):
        return [_with_symbols(part, one, trees, names) for part, one in zip(raw, value)]
    if is_expression(raw) and type(value) is int:
        tree = translated(raw, trees)
        if tree is not None and is_same(value_of(tree, names), value):
            return _symbolic(value, tree)
    return value


def _comparison(
    declared: Parameter | None, key: str, kind: LayerKind
) -> Callable[[Any, Any], bool]:
    """When a value means the same to the target as another: 3 is (3, 3) where a size is meant."""
    if declared is None or key in (kind.inferences or {}):
        return is_same

    def same(one: Any, other: Any) -> bool:
        if declared.type == "size":
            return is_same(_collapsed(one), _collapsed(other))
        if declared.type == "float" and not isinstance(one, bool | str):
            return one is not None and other is not None and float(one) == float(other)
        return is_same(one, other)

    return same


def _collapsed(value: Any) -> Any:
    alike = isinstance(value, list | tuple) and len({repr(item) for item in value}) == 1
    return value[0] if alike else value


def _expressions(value: Any) -> list[str]:
    if isinstance(value, list | tuple):
        return [text for item in value for text in _expressions(item)]
    return [value] if is_expression(value) else []
