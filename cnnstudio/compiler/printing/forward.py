"""Prints the forward method of a block's class."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

from cnnstudio.compiler.construct import call as called
from cnnstudio.compiler.construct import construct
from cnnstudio.compiler.outcome import BATCH
from cnnstudio.compiler.printing import constructor
from cnnstudio.compiler.printing.definition import Definition
from cnnstudio.compiler.printing.layout import Call, Choice, Doc, Infix, Keyword, flat, laid_out
from cnnstudio.compiler.printing.sources import Needs
from cnnstudio.compiler.printing.symbols import (
    literal,
    name,
    names_of,
    negated,
    substituted,
    text_of,
)
from cnnstudio.compiler.printing.variables import Statement, Value, Variables
from cnnstudio.compiler.trace import Trace
from cnnstudio.graph import Edge, Node
from cnnstudio.layers import LayerKind
from cnnstudio.layers.own.code import OWN_TARGET

INDENT = 8
OPERATORS = {
    "operator.add": "+", "operator.sub": "-", "operator.mul": "*", "operator.truediv": "/",
    "operator.floordiv": "//", "operator.matmul": "@", "operator.pow": "**", "operator.mod": "%",
}  # fmt: skip


class Forward:
    """The forward method of one class. `stored` is what it reads that the constructor keeps."""

    def __init__(
        self, found: Trace, definition: Definition, kinds: Mapping[str, LayerKind], needs: Needs
    ) -> None:
        self._found = found
        self._definition = definition
        self._variant = definition.variant
        self._kinds = kinds
        self._needs = needs
        self.stored: dict[str, str] = {}
        self._attributes: dict[str, ast.expr] = {}

    def prepare(self) -> None:
        """Finds what is read from `self`, and notes what has to be imported."""
        network = self._variant.network
        for id in self._variant.nodes:
            kind, node = self._kinds[id], network.node(id)
            if self._variant.fixed.get(id) or kind.call in ("module", "block", "input", "output"):
                continue
            for tree in self._definition.calls[id].values():
                for used in names_of(tree):
                    if used not in self._attributes:
                        text = text_of(self._definition.expanded(name(used)))
                        attribute = self._keep(used, text)
                        self._attributes[used] = ast.Attribute(name("self"), attribute, ast.Load())
            if id in self._definition.conditions:
                there = text_of(negated(self._definition.conditions[id]))
                self._attributes[f"={id}"] = name(self._keep(f"has_{node.name}", there))
            if kind.target not in OPERATORS or self._definition.calls[id]:
                self._needs.reference(kind)

    def _keep(self, wish: str, text: str) -> str:
        names = {node.name for node in self._variant.network.nodes}
        taken = names | self.stored.keys() | {"training"}
        while wish in taken or hasattr(nn.Module, wish):
            wish += "_"
        self.stored[wish] = text
        return wish

    def lines(self, class_names: set[str]) -> list[str]:
        inputs = self._inputs()
        found = map(self._statement, self._variant.nodes)
        statements = [statement for statement in found if statement is not None]
        results = self._results()
        reserved = class_names | self._needs.names | {"self", "nn", "Tensor"}
        variables = Variables(inputs, statements, results, reserved - {*inputs.values()})
        body: list[str] = []
        for place, statement in enumerate(statements):
            is_last = place == len(statements) - 1
            if is_last and len(results) == 1 and [*results.values()] == [*statement.gives]:
                doc = self._expression(statement, variables)
                if doc is not None:
                    body += laid_out(doc, INDENT, "return ")
                    break
            body += self._printed(statement, place, variables)
        else:
            body += laid_out(self._returned(results, variables), INDENT, "return ")
        arguments: list[Doc] = ["self", *(f"{text}: Tensor" for text in inputs.values())]
        gives = f" -> {self._gives(results)}:"
        return [*laid_out(Call("def forward(", tuple(arguments)), 4, suffix=gives), *body]

    # What goes in and out.

    @property
    def _is_main(self) -> bool:
        return not self._variant.uses[0].use.path

    def _inputs(self) -> dict[Value, str]:
        nodes = self._variant.ports("Input")
        taken = self._needs.names | {"self", "nn", "Tensor"}
        names = {}
        for port in self._variant.inputs:
            wish = nodes[port].name
            while wish in taken:
                wish += "_"
            names[nodes[port].id, 0] = wish
        return names

    def _results(self) -> dict[str, Value]:
        """{name: value} of the outputs; those of the main network in the order of its graph."""
        ends = self._variant.ports("Output")
        found = {}
        for port in self._variant.outputs:
            [wire] = self._variant.wires(ends[port].id)
            found[ends[port].name] = self._source(wire)
        return found

    def _gives(self, results: Mapping[str, Value]) -> str:
        if len(results) == 1:
            return "Tensor"
        if self._is_main:
            return "dict[str, Tensor]"
        return f"tuple[{', '.join(['Tensor'] * len(results))}]"

    def _returned(self, results: Mapping[str, Value], variables: Variables) -> Doc:
        if len(results) == 1:
            return variables[next(iter(results.values()))]
        if self._is_main:
            entries = (Keyword(literal(k), variables[v], ": ") for k, v in results.items())
            return Call("{", tuple(entries))
        return ", ".join(variables[value] for value in results.values())

    def _source(self, wire: Edge) -> Value:
        """The value at the beginning of a wire, past nodes that hand their input on."""
        id = wire.source
        empty = id in self._definition.copies and not self._definition.copies[id].children
        if self._variant.fixed.get(id) or empty:
            return self._source(self._variant.wires(id)[0])
        return id, wire.source_port

    # Statements.

    def _statement(self, id: str) -> Statement | None:
        node, kind = self._variant.network.node(id), self._kinds[id]
        if kind.call in ("input", "output") or self._source_of(id) != id:
            return None
        wires = self._variant.wires(id)
        if kind.call == "block":
            needed = {port for child in self._children(id) for port in child.variant.inputs}
            wires = [wire for wire in wires if wire.target_port in needed]
        ports = sorted(
            {
                wire.source_port
                for other in self._variant.nodes
                for wire in self._read_by(other)
                if wire.source == id
            }
        )
        return Statement(
            id, kind.kind, node.name, tuple(self._source(wire) for wire in wires),
            tuple((id, port) for port in ports),
        )  # fmt: skip

    def _read_by(self, id: str) -> list[Edge]:
        wires = self._variant.wires(id)
        return wires[:1] if self._source_of(id) != id else wires

    def _source_of(self, id: str) -> str:
        """The node itself, unless it always hands its input on."""
        return self._source(Edge(source=id, target=id))[0]

    def _children(self, id: str) -> tuple[Definition, ...]:
        return self._definition.copies[id].children

    def _expression(self, statement: Statement, variables: Variables) -> Doc | None:
        """The statement's right side; None if it takes a loop or several lines."""
        id = statement.node
        kind, node = self._kinds[id], self._variant.network.node(id)
        given = tuple(variables[value] for value in statement.inputs)
        owner = self._variant.network.by_id.get(node.shares or "", node)
        given = _as_indices(kind, given)
        if kind.call == "block":
            return self._block(owner, id, given)
        picks = self._picks(id, statement)
        if len(picks) > 1:
            return None
        doc = self._called(owner, node, kind, given)
        for index in picks[0]:
            doc = f"{flat(doc)}[{index}]"
        if f"={id}" in self._attributes:
            return Choice(doc, f"self.{text_of(self._attributes[f'={id}'])}", given[0])
        return doc

    def _called(self, owner: Node, node: Node, kind: LayerKind, given: tuple[str, ...]) -> Doc:
        if kind.call == "module":
            extra = tuple(
                Keyword(key, literal(value)) for key, value in (kind.call_arguments or {}).items()
            )
            return Call(f"self.{owner.name}(", (*given, *extra))
        arguments = self._definition.calls[node.id]
        if kind.target in OPERATORS and not arguments and len(given) > 1:
            return Infix(OPERATORS[kind.target], given)
        known = {**{key: name(key) for key in self._definition.symbols}, **self._attributes}
        shown = {key: substituted(tree, known) or tree for key, tree in arguments.items()}
        parts: tuple[Doc, ...] = (Call("[", given),) if kind.call == "list" else given
        if kind.call == "fold" and len(given) > 2:
            result: Doc = given[0]
            for other in given[1:]:
                result = Call(f"{self._needs.reference(kind)}(", (result, other))
            return result
        return constructor.call(kind, shown, self._needs, parts)

    def _block(self, owner: Node, id: str, given: tuple[str, ...]) -> Doc | None:
        copies = self._definition.copies[id]
        if copies.count is None or constructor.takes_one(copies):
            return Call(f"self.{owner.name}(", given)
        if copies.number == 1:
            return Call(f"self.{owner.name}[0](", given)
        return None

    def _picks(self, id: str, statement: Statement) -> list[tuple[int, ...]]:
        step = self._example(id)
        kind = self._kinds[id]
        return [kind.pick(port, len(step.shapes)) for _, port in statement.gives]

    def _example(self, id: str) -> Any:
        use = next(use for use in self._variant.uses if id not in use.bypassed)
        return self._found.steps[f"{use.prefix}{self._variant.network.node(id).name}"]

    def _printed(self, statement: Statement, place: int, variables: Variables) -> list[str]:
        id = statement.node
        kind = self._kinds[id]
        doc = self._expression(statement, variables)
        if kind.call == "block" and doc is None:
            return self._loop(statement, place, variables)
        if kind.call == "block":
            [*_, child] = self._children(id)
            targets = [
                variables[id, port] if (id, port) in statement.gives else "_"
                for port in child.variant.outputs
            ]
            return laid_out(doc or "", INDENT, f"{', '.join(targets)} = ")
        if doc is not None:
            return laid_out(doc, INDENT, f"{variables[statement.gives[0]]} = ")
        return self._unpacked(statement, place, variables)

    def _loop(self, statement: Statement, place: int, variables: Variables) -> list[str]:
        """Copies that take more than one tensor are called one after another."""
        node = self._variant.network.node(statement.node)
        owner = self._variant.network.by_id.get(node.shares or "", node)
        target = variables[statement.gives[0]]
        first, *rest = (variables[value] for value in statement.inputs)
        if target in rest:
            target = variables.free("out", place)
        block = variables.free("block", place) if target != "block" else "block_"
        space = " " * INDENT
        lines = [] if target == first else [f"{space}{target} = {first}"]
        lines.append(f"{space}for {block} in self.{owner.name}:")
        lines += laid_out(Call(f"{block}(", (target, *rest)), INDENT + 4, f"{target} = ")
        if target != variables[statement.gives[0]]:
            lines.append(f"{space}{variables[statement.gives[0]]} = {target}")
        return lines

    def _unpacked(self, statement: Statement, place: int, variables: Variables) -> list[str]:
        """Several values of one call: `output, (h, c) = self.lstm(x)`."""
        node = self._variant.network.node(statement.node)
        kind = self._kinds[statement.node]
        owner = self._variant.network.by_id.get(node.shares or "", node)
        given = tuple(variables[value] for value in statement.inputs)
        given = _as_indices(kind, given)
        picks = self._picks(statement.node, statement)
        names = {pick: variables[v] for pick, v in zip(picks, statement.gives, strict=True)}
        target = _pattern(self._result(statement.node), names, ())
        return laid_out(self._called(owner, node, kind, given), INDENT, f"{target} = ")

    def _result(self, id: str) -> Any:
        """What the target gives, on the meta device: how its tuples are nested."""
        step = self._example(id)
        # Code of somebody's own may look at values, which tensors on the meta device haven't.
        device = "cpu" if step.kind.target.startswith(OWN_TARGET) else "meta"
        with torch.device(device), torch.no_grad(), torch.random.fork_rng(devices=[]):
            module = construct(step.kind, step.arguments)
            if module is not None:
                module.eval()
            indices = step.kind.reads_indices(len(step.given))
            inputs = [
                torch.zeros((BATCH, *shape), dtype=torch.long if index else torch.float32)
                for shape, index in zip(step.given, indices, strict=True)
            ]
            return called(step.kind, module, step.arguments, inputs)


def _as_indices(kind: LayerKind, given: tuple[str, ...]) -> tuple[str, ...]:
    """The inputs; those at which a kind reads whole numbers are made such."""
    indices = kind.reads_indices(len(given))
    return tuple(f"{t}.long()" if i else t for t, i in zip(given, indices, strict=True))


def _pattern(result: Any, names: Mapping[tuple[int, ...], str], place: tuple[int, ...]) -> str:
    """`output, (h, _)` for the names of what is picked from a nested result."""
    if place in names:
        return names[place]
    if not isinstance(result, list | tuple) or not any(p[: len(place)] == place for p in names):
        return "_"
    parts = [_pattern(part, names, (*place, index)) for index, part in enumerate(result)]
    text = ", ".join(parts) + ("," if len(parts) == 1 else "")
    return f"({text})" if place else text
