"""From a graph to PyTorch source: a file that defines the same network with plain torch."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from textwrap import indent, wrap
from typing import Any

from cnnstudio.compiler.build import class_name, require_sound
from cnnstudio.compiler.check import Checked
from cnnstudio.compiler.construct import resolve
from cnnstudio.graph import Network, Node, Project
from cnnstudio.layers import LayerKind, catalogue

OPERATORS = {"operator.add": "+", "operator.mul": "*", "operator.sub": "-"}
LINE = 100
CHAIN = "x"  # the variable of a value that only the next line needs


def code(project: Project) -> str:
    """A complete Python file that needs torch only.

    Its class builds the same modules under the same names as `build`, so a state dict of the one
    loads into the other. Raises ProblemError if the network has errors.
    """
    require_sound(project)
    checked = Checked(project.network)
    name = class_name(project.name)
    head = wrap(project.description.split("\n")[0] or f"{project.name}.", LINE - 6)
    imports = ["import torch"] if _needs_torch(checked) else []
    parts = [
        '"""' + "\n".join(head).replace('"""', "'''").replace("\\", "/") + '"""',
        "",
        *imports,
        "from torch import Tensor, nn",
        "",
        "",
        f"class {name}(nn.Module):",
        f'    """{_signature(checked)}"""',
        "",
        "    def __init__(self) -> None:",
        "        super().__init__()",
        indent("\n".join(_constructors(checked)), " " * 8),
        "",
        indent(_forward(checked), " " * 4),
        "",
    ]
    return "\n".join(parts)


def _needs_torch(checked: Checked) -> bool:
    kinds = [catalogue[checked.network.node(id).kind] for id in checked.used]
    return any(kind.call in ("function", "list") and kind.target not in OPERATORS for kind in kinds)


def _ends(network: Network, kind: str, used: list[str]) -> list[Node]:
    return [node for node in network.nodes if node.kind == kind and node.id in used]


def _signature(checked: Checked) -> str:
    """`image (N, 1, 28, 28) → (N, 10)`"""

    def shown(node: Node) -> str:
        return f"(N, {', '.join(map(str, checked.shapes[node.id]))})"

    inputs = _ends(checked.network, "Input", checked.used)
    outputs = _ends(checked.network, "Output", checked.used)
    given = ", ".join(f"{node.name} {shown(node)}" for node in inputs)
    if len(outputs) == 1:
        return f"{given} → {shown(outputs[0])}"
    return f"{given} → " + ", ".join(f"{node.name} {shown(node)}" for node in outputs)


def _constructors(checked: Checked) -> list[str]:
    lines = []
    made: set[str] = set()
    for id in checked.used:
        node = checked.network.node(id)
        kind = catalogue[node.kind]
        owner = checked.network.by_id.get(node.shares or "", node)
        if kind.call == "module" and owner.id not in made:
            made.add(owner.id)
            arguments = kind.arguments(owner.parameters, checked.made_for[owner.id])
            lines.append(f"self.{owner.name} = {_call(kind, arguments)}")
    return lines or ["pass"]


def _call(kind: LayerKind, arguments: Mapping[str, Any], given: str = "") -> str:
    """The call of a kind's target, without arguments that are the target's own defaults."""
    target = resolve(kind.target)
    shown = [given] if given else []
    signature = _parameters(target)
    positional = 0
    ordered = sorted(arguments, key=lambda name: [*signature, name].index(name))
    for name in ordered:
        text = _literal(arguments[name])
        if name in signature and text == _literal(signature[name].default):
            continue
        in_order = list(signature)[positional : positional + 1] == [name]
        if kind.call == "module" and in_order and positional < 2:
            positional += 1
            shown.append(text)
        else:
            shown.append(f"{name}={text}")
    name = kind.target.replace("torch.nn.", "nn.", 1)
    line = f"{name}({', '.join(shown)})"
    if len(line) + 30 <= LINE:
        return line
    return f"{name}(\n" + indent(",\n".join(shown), "    ") + ",\n)"


def _parameters(target: Any) -> Mapping[str, inspect.Parameter]:
    try:
        return inspect.signature(target).parameters
    except (TypeError, ValueError):  # a function written in C
        return {}


def _literal(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _forward(checked: Checked) -> str:
    network = checked.network
    inputs = _ends(network, "Input", checked.used)
    outputs = _ends(network, "Output", checked.used)
    given = ", ".join(f"{node.name}: Tensor" for node in inputs)
    gives = "Tensor" if len(outputs) == 1 else "dict[str, Tensor]"
    names = _variables(checked)
    lines = []
    for id in checked.used:
        node = network.node(id)
        kind = catalogue[node.kind]
        if kind.call in ("input", "output"):
            continue
        sources = [names[edge.source] for edge in network.incoming(id)]
        lines.append(f"{names[id]} = {_expression(checked, node, kind, sources)}")
    results = {node.name: names[network.incoming(node.id)[0].source] for node in outputs}
    if len(results) == 1:
        lines.append(f"return {next(iter(results.values()))}")
    else:
        lines.append("return {" + ", ".join(f'"{k}": {v}' for k, v in results.items()) + "}")
    return f"def forward(self, {given}) -> {gives}:\n" + indent("\n".join(lines), "    ")


def _expression(checked: Checked, node: Node, kind: LayerKind, sources: list[str]) -> str:
    owner = checked.network.by_id.get(node.shares or "", node)
    if kind.call == "module":
        return f"self.{owner.name}({', '.join(sources)})"
    if kind.target in OPERATORS:
        return f" {OPERATORS[kind.target]} ".join(sources)
    arguments = kind.arguments(node.parameters, checked.made_for[node.id])
    given = f"[{', '.join(sources)}]" if kind.call == "list" else ", ".join(sources)
    return _call(kind, arguments, given)


def _variables(checked: Checked) -> dict[str, str]:
    """A variable for each value; what only the next line reads needs no name of its own."""
    network = checked.network
    chain = CHAIN
    while network.find(chain) is not None:
        chain += "_"
    lines = [id for id in checked.used if network.node(id).kind not in ("Input", "Output")]
    following: dict[str, str | None] = dict(zip(lines, [*lines[1:], None], strict=True))
    names = {}
    for id in checked.used:
        readers = {edge.target for edge in network.outgoing(id) if edge.target in checked.used}
        follower = following.get(id, id)
        passed_on = len(readers) == 1 and follower in (None, *readers)
        names[id] = chain if passed_on else network.node(id).name
    return names
