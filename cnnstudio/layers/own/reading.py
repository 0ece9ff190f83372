"""Layer kinds from the text of a Python file, without running it.

Every class that derives from `torch.nn.Module`, directly or through another class of the file, is
a kind; its constructor gives the parameters, its `forward` the ports, its docstring the help.
Classes whose name begins with an underscore are helpers. What can't be understood is told.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from cnnstudio.layers.kind import LayerKind
from cnnstudio.layers.own import docstring
from cnnstudio.layers.own.ports import read_ports
from cnnstudio.layers.own.signature import NO_DEFAULT, Unclear, literal, read_signature

MODULE = "torch.nn.Module"
MODULES = (MODULE, "torch.nn.modules.Module", "torch.nn.modules.module.Module")
TORCH = "torch.nn."


@dataclass(frozen=True)
class Note:
    """What is to be said of a class, or of the whole file where `name` is empty.

    A class that was left out is no kind; of the others something was left to their own default.
    """

    name: str
    line: int
    message: str
    left_out: bool = False

    def __str__(self) -> str:
        where = f"{self.name} (line {self.line})" if self.name else f"line {self.line}"
        return f"{where}: {self.message}"


@dataclass(frozen=True)
class Reading:
    """The layers of one file, and what is to be said of it. `error` if it is not Python."""

    layers: tuple[LayerKind, ...] = ()
    lines: dict[str, int] = field(default_factory=dict)  # of each class, by name
    notes: tuple[Note, ...] = ()
    error: str = ""


@dataclass(frozen=True)
class Origin:
    """What all kinds of one file share. `prefix` stands before the class in a kind's name, and
    `target` before it in what is built."""

    prefix: str
    target: str
    category: str
    icon: str
    file: str


@dataclass(frozen=True, eq=False)
class OwnKind(LayerKind):
    """A kind that somebody's own code defines; a card calls it as the class is called."""

    @property
    def label(self) -> str:
        return self.kind.rsplit(".", 1)[-1]


def read(text: str, origin: Origin) -> Reading:
    """Reads a file's text. Never raises for what stands in it."""
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return Reading(error=f"{origin.file} is not valid Python: {where}{error.msg}")
    except (ValueError, RecursionError, MemoryError) as error:
        return Reading(error=f"{origin.file} is not valid Python: {error or 'too deeply nested'}")
    file = _File.of(tree)
    layers: list[LayerKind] = []
    lines: dict[str, int] = {}
    notes: list[Note] = []
    for name, node in file.classes.items():
        if name.startswith("_"):
            continue
        try:
            if not file.is_module(node):
                continue
            kind, said = _kind(file, node, origin)
        except Unclear as reason:
            notes.append(Note(name, node.lineno, f"{reason}.", left_out=True))
        except RecursionError:
            notes.append(Note(name, node.lineno, "it is nested too deeply.", left_out=True))
        else:
            layers.append(kind)
            lines[name] = node.lineno
            notes += [Note(name, node.lineno, f"{one}.") for one in said]
    if not layers and not notes:
        notes.append(Note("", 1, "no class here derives from torch.nn.Module.", left_out=True))
    return Reading(tuple(layers), lines, tuple(notes))


def _kind(file: _File, node: ast.ClassDef, origin: Origin) -> tuple[LayerKind, list[str]]:
    init, forward = file.method(node, "__init__"), file.method(node, "forward")
    torch_base = file.torch_base(node)
    if init is None and torch_base not in MODULES:
        raise Unclear(
            f"its __init__ is that of {torch_base}, which can't be read: give the class its own"
        )
    if forward is None and torch_base in MODULES:
        raise Unclear("it has no forward")
    own = docstring.parse(ast.get_docstring(node))
    of_init = docstring.parse(ast.get_docstring(init) if init else None)
    signature = read_signature(init, {**own.arguments, **of_init.arguments}, file.constants)
    ports = read_ports(forward, file.records)
    kind = OwnKind(
        kind=f"{origin.prefix}.{node.name}",
        title=_words(node.name),
        category=origin.category,
        target=f"{origin.target}.{node.name}",
        doc=own.text or of_init.text or f"A layer of {origin.file}; its class has no docstring.",
        parameters=tuple(signature.parameters),
        icon=origin.icon,
        used_in="",
        call="module",
        inputs=ports.inputs,
        outputs=ports.outputs,
        variadic=ports.variadic,
        inferences=signature.inferences,
        call_arguments={},
        common=True,
    )
    return kind, [*signature.notes, *ports.notes]


def _words(name: str) -> str:
    """`SqueezeExcite2d` as `Squeeze excite 2d`."""
    parts = re.findall(r"[A-Z]+(?![a-z])\d*[a-z]?|[A-Z]?[a-z]+|\d+[a-z]*", name)
    words = [part if part.isupper() else part.lower() for part in parts] or [name]
    return " ".join(words)[:1].upper() + " ".join(words)[1:]


@dataclass
class _File:
    """The names that a file defines at its top level."""

    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)
    starred: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, tree: ast.Module) -> _File:
        file = cls()
        for node in _statements(tree.body):
            if isinstance(node, ast.ClassDef):
                file.classes[node.name] = node
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.split(".")[0]
                    file.imports[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    if alias.name == "*":
                        file.starred.add(node.module or "")
                    else:
                        dotted = f"{node.module}.{alias.name}"
                        file.imports[alias.asname or alias.name] = dotted
            elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                value = literal(node.value, file.constants)
                for target in targets:
                    if isinstance(target, ast.Name) and value is not NO_DEFAULT:
                        file.constants[target.id] = value
        return file

    @property
    def records(self) -> dict[str, tuple[str, ...]]:
        """The fields of the file's NamedTuples."""
        return {
            name: tuple(
                item.target.id
                for item in node.body
                if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
            )
            for name, node in self.classes.items()
            if any(self.dotted(base).endswith("NamedTuple") for base in node.bases)
        }

    def dotted(self, node: ast.expr) -> str:
        """`torch.nn.Module` for `nn.Module`; empty for what is no name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Subscript):  # Base[T]
            return self.dotted(node.value)
        if not isinstance(node, ast.Name):
            return ""
        first = self.imports.get(node.id, node.id)
        if first == node.id == "Module" and "torch.nn" in self.starred:
            first = MODULE
        if first == "nn" and "torch" in self.starred:
            first = "torch.nn"
        return ".".join([first, *reversed(parts)])

    def lineage(self, node: ast.ClassDef) -> Iterator[ast.ClassDef]:
        """The class and those of the file that it derives from, nearest first."""
        waiting, seen = [node], set()
        while waiting:
            current = waiting.pop(0)
            if current.name in seen:
                continue
            seen.add(current.name)
            yield current
            names = [self.dotted(base) for base in current.bases]
            waiting += [self.classes[name] for name in names if name in self.classes]

    def torch_base(self, node: ast.ClassDef) -> str:
        """The class of torch that this one derives from; empty if there is none."""
        found = [
            self.dotted(base)
            for current in self.lineage(node)
            for base in current.bases
            if self.dotted(base).startswith(TORCH)
        ]
        return next((name for name in found if name not in MODULES), found[0] if found else "")

    def is_module(self, node: ast.ClassDef) -> bool:
        """Whether it is a layer. Raises Unclear if it looks like one and can't be known as one."""
        if self.torch_base(node):
            return True
        strange = [
            name
            for current in self.lineage(node)
            for name in map(self.dotted, current.bases)
            if "." in name and name.split(".")[0] not in ("typing", "abc", "enum", "collections")
        ]
        if strange and self.method(node, "forward") is not None:
            raise Unclear(
                f"it derives from {strange[0]}, and whether that is a torch.nn.Module can't be "
                "known without running it"
            )
        return False

    def method(self, node: ast.ClassDef, name: str) -> ast.FunctionDef | None:
        """The method of the class or of the nearest one that it derives from."""
        for current in self.lineage(node):
            for item in current.body:
                if isinstance(item, ast.FunctionDef) and item.name == name:
                    return item
        return None


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, those under `if` and `try` included."""
    for node in body:
        yield node
        if isinstance(node, ast.If):
            yield from _statements([*node.body, *node.orelse])
        elif isinstance(node, ast.Try):
            handlers = [line for handler in node.handlers for line in handler.body]
            yield from _statements([*node.body, *handlers, *node.orelse, *node.finalbody])
