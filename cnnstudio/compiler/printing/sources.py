"""What a printed file needs besides its own classes: imports, and source of layers not torch's."""

from __future__ import annotations

import ast
import builtins
import inspect
import sys
from dataclasses import dataclass, field
from importlib import import_module

from cnnstudio.graph import ProblemError
from cnnstudio.layers import LayerKind
from cnnstudio.layers.own.code import code_of_target

FUTURE = "__future__"


@dataclass(frozen=True)
class Import:
    """`from module import name as alias`; without `name`, `import module as alias`."""

    module: str
    name: str = ""
    alias: str = ""

    @property
    def bound(self) -> str:
        """The name that stands for it in the file."""
        return self.alias or self.name or self.module.split(".")[0]


@dataclass
class Needs:
    """Imports and pieces of source of one file, found as its targets are named."""

    imports: set[Import] = field(default_factory=set)
    pieces: dict[tuple[str, str], str] = field(default_factory=dict)  # by module and name

    def reference(self, kind: LayerKind) -> str:
        """How the file names a kind's target; notes what that needs."""
        return self.named(kind.target)

    def named(self, target: str) -> str:
        """How the file names what a target stands for; notes what that needs."""
        code = code_of_target(target)
        module, _, name = target.rpartition(".")
        if code is not None and not code.module:
            self._take(code.prefix, code.text, name)
            return name
        if code is not None:
            module = code.module
        if module.split(".")[0] == "cnnstudio":
            self._take(module, inspect.getsource(import_module(module)), name)
            return name
        if module == "torch":
            self.imports.add(Import("torch"))
            return target
        if module == "torch.nn":
            self.imports.add(Import("torch", "nn"))
            return f"nn.{name}"
        if module == "torch.nn.functional":
            self.imports.add(Import("torch.nn", "functional", "F"))
            return f"F.{name}"
        if module.split(".")[0] in ("torch", "operator"):
            self.imports.add(Import(module))
            return f"{module}.{name}"
        self.imports.add(Import(module, name))
        return name

    @property
    def names(self) -> set[str]:
        """All names that the imports and pieces bind."""
        return {one.bound for one in self.imports} | {name for _, name in self.pieces}

    def import_lines(self) -> list[str]:
        """The imports: the future's first, plain ones before `from`, each module on one line."""
        lines = []
        if any(one.module == FUTURE for one in self.imports):
            lines = ["from __future__ import annotations", ""]
        groups: dict[int, list[str]] = {}
        named: dict[str, set[str]] = {}
        for one in self.imports:
            text = f"{one.name} as {one.alias}" if one.alias else one.name
            if one.module == FUTURE:
                continue
            if one.name:
                named.setdefault(one.module, set()).add(text)
            else:
                line = f"import {one.module}" + (f" as {one.alias}" if one.alias else "")
                groups.setdefault(_section(one.module), []).append(line)
        for section in groups.values():
            section.sort()
        for module in sorted(named):
            names = ", ".join(sorted(named[module], key=_as_isort))
            line = f"from {module} import {names}"
            groups.setdefault(_section(module), []).append(line)
        for section_number in sorted(groups):
            lines += [*groups[section_number], ""]
        return lines[:-1]

    def _take(self, module: str, text: str, name: str) -> None:
        """Takes a class or function from a module's text, with whatever of it that it names."""
        if (module, name) in self.pieces:
            return
        clash = next((other for other, taken in self.pieces if taken == name), None)
        if clash is not None:
            raise ProblemError(
                f"'{name}' is defined in {clash} and in {module}: one file can't hold both.",
                hint="Rename one of the two.",
            )
        bound = _bindings(ast.parse(text))
        node = bound.get(name)
        if node is None:
            raise ProblemError(f"The source of '{name}' is not found in {module}.")
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._take_import(node, name)
            return
        self.pieces[module, name] = ""  # before what it names, which may name it
        if FUTURE in {n.module for n in ast.parse(text).body if isinstance(n, ast.ImportFrom)}:
            self.imports.add(Import(FUTURE, "annotations"))
        for used in sorted({n.id for n in ast.walk(node) if isinstance(n, ast.Name)}):
            if used in bound and used != name:
                self._take(module, text, used)
            elif used not in bound and not hasattr(builtins, used):
                self._take_star_imports(text)
        # What it names stands before it.
        del self.pieces[module, name]
        self.pieces[module, name] = _segment(text, node)

    def _take_import(self, node: ast.Import | ast.ImportFrom, name: str) -> None:
        for alias in node.names:
            if (alias.asname or alias.name.split(".")[0]) != name:
                continue
            if isinstance(node, ast.Import):
                self.imports.add(Import(alias.name, alias=alias.asname or ""))
            elif (node.module or "").split(".")[0] == "cnnstudio":
                module = node.module or ""
                self._take(module, inspect.getsource(import_module(module)), alias.name)
            else:
                self.imports.add(Import(node.module or "", alias.name, alias.asname or ""))

    def _take_star_imports(self, text: str) -> None:
        for node in ast.parse(text).body:
            if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
                self.imports.add(Import(node.module or "", "*"))


def _bindings(tree: ast.Module) -> dict[str, ast.stmt]:
    """The statement that binds each name at the top of a module."""
    found: dict[str, ast.stmt] = {}
    for node in tree.body:
        match node:
            case ast.ClassDef() | ast.FunctionDef():
                found[node.name] = node
            case ast.Import():
                for alias in node.names:
                    found[alias.asname or alias.name.split(".")[0]] = node
            case ast.ImportFrom():
                for alias in node.names:
                    found[alias.asname or alias.name] = node
            case ast.Assign(targets=targets):
                for target in targets:
                    for one in ast.walk(target):
                        if isinstance(one, ast.Name):
                            found[one.id] = node
            case ast.AnnAssign(target=ast.Name(id=name)):
                found[name] = node
    return found


def _segment(text: str, node: ast.stmt) -> str:
    """The statement's lines, with its decorators."""
    first = node.lineno
    for decorator in getattr(node, "decorator_list", []):
        first = min(first, decorator.lineno)
    return "\n".join(text.splitlines()[first - 1 : node.end_lineno])


def _section(module: str) -> int:
    """Python's own modules stand before others."""
    return 0 if module.split(".")[0] in sys.stdlib_module_names else 1


def _as_isort(text: str) -> tuple[int, str]:
    """Constants, then classes, then the rest."""
    name = text.split(" ")[0]
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name
