"""From a graph to PyTorch source: a file that defines the same network with plain torch."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from textwrap import indent, wrap
from typing import Any

from cnnstudio.compiler.build import class_name, sound
from cnnstudio.compiler.construct import resolve
from cnnstudio.compiler.trace import Ref, Step, Trace
from cnnstudio.graph import ProblemError, Project
from cnnstudio.layers import LayerKind

OPERATORS = {"operator.add": "+", "operator.mul": "*", "operator.sub": "-"}
LINE = 100
CHAIN = "x"  # the variable of a value that only the next line needs


def code(project: Project) -> str:
    """A complete Python file that needs torch only.

    Its class builds the same modules under the same names as `build`, so a state dict of the one
    loads into the other. Raises ProblemError if the network has errors.
    """
    found = sound(project)
    if len(found.uses) > 1:
        raise ProblemError("A network with blocks can't be printed as code yet.")
    name = class_name(project.name)
    head = wrap(project.description.split("\n")[0] or f"{project.name}.", LINE - 6)
    imports = ["import torch"] if _needs_torch(found) else []
    parts = [
        '"""' + "\n".join(head).replace('"""', "'''").replace("\\", "/") + '"""',
        "",
        *imports,
        "from torch import Tensor, nn",
        "",
        "",
        f"class {name}(nn.Module):",
        f'    """{_signature(found)}"""',
        "",
        "    def __init__(self) -> None:",
        "        super().__init__()",
        indent("\n".join(_constructors(found)), " " * 8),
        "",
        indent(_forward(found), " " * 4),
        "",
    ]
    return "\n".join(parts)


def _needs_torch(found: Trace) -> bool:
    return any(
        step.kind.call in ("function", "list") and step.kind.target not in OPERATORS
        for step in found.used
    )


def _inputs(found: Trace) -> list[Step]:
    return sorted(
        (step for step in found.used if step.kind.call == "input"),
        key=lambda step: [node.id for node in found.network.nodes].index(step.node.id),
    )


def _signature(found: Trace) -> str:
    """`image (N, 1, 28, 28) → (N, 10)`"""

    def shown(ref: Ref) -> str:
        return f"(N, {', '.join(map(str, found.shape(ref)))})"

    given = ", ".join(f"{step.path} {shown(Ref(step.path))}" for step in _inputs(found))
    if len(found.outputs) == 1:
        return f"{given} → {shown(next(iter(found.outputs.values())))}"
    outputs = found.outputs.items()
    return f"{given} → " + ", ".join(f"{name} {shown(ref)}" for name, ref in outputs)


def _constructors(found: Trace) -> list[str]:
    lines = {
        step.module: f"self.{step.module} = {_call(step.kind, step.arguments)}"
        for step in reversed(found.used)
        if step.kind.call == "module"
    }
    return list(lines.values())[::-1] or ["pass"]


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


def _forward(found: Trace) -> str:
    given = ", ".join(f"{step.path}: Tensor" for step in _inputs(found))
    gives = "Tensor" if len(found.outputs) == 1 else "dict[str, Tensor]"
    names = _variables(found)
    lines = []
    for step in found.used:
        if step.kind.call != "input":
            sources = [names[ref.path] for ref in step.inputs]
            lines.append(f"{names[step.path]} = {_expression(step, sources)}")
    results = {name: names[ref.path] for name, ref in found.outputs.items()}
    if len(results) == 1:
        lines.append(f"return {next(iter(results.values()))}")
    else:
        lines.append("return {" + ", ".join(f'"{k}": {v}' for k, v in results.items()) + "}")
    return f"def forward(self, {given}) -> {gives}:\n" + indent("\n".join(lines), "    ")


def _expression(step: Step, sources: list[str]) -> str:
    if step.kind.call == "module":
        return f"self.{step.module}({', '.join(sources)})"
    if step.kind.target in OPERATORS:
        return f" {OPERATORS[step.kind.target]} ".join(sources)
    given = f"[{', '.join(sources)}]" if step.kind.call == "list" else ", ".join(sources)
    return _call(step.kind, step.arguments, given)


def _variables(found: Trace) -> dict[str, str]:
    """A variable for each value; what only the next line reads needs no name of its own."""
    chain = CHAIN
    while found.network.find(chain) is not None:
        chain += "_"
    lines = [step.path for step in found.used if step.kind.call != "input"]
    following: dict[str, str | None] = dict(zip(lines, [*lines[1:], None], strict=True))
    readers: dict[str, set[str | None]] = {step.path: set() for step in found.used}
    for step in found.used:
        for ref in step.inputs:
            readers[ref.path].add(step.path)
    for ref in found.outputs.values():
        readers[ref.path].add(None)
    names = {}
    for path, own in readers.items():
        passed_on = len(own) == 1 and path in following and following[path] in own
        names[path] = chain if passed_on else path
    return names
