"""Some definitions out of a Python file, with whatever else of it they need, as they are written.

So exported code can hold a class without importing the file that it comes from.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cnnstudio.layers.own.code import lines_of

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Extract:
    """`imports` are single import statements, `definitions` source texts in the file's order.

    `names` are all names that the definitions bind; `postponed` says whether the file postpones
    its annotations (`from __future__ import annotations`).
    """

    imports: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    postponed: bool = False


def extract(text: str, wanted: Iterable[str], renamed: Mapping[str, str] | None = None) -> Extract:
    """The definitions of the wanted names and of all names of the file that they use.

    `renamed` gives names of the file's top level others, wherever they stand for it. Raises
    SyntaxError or ValueError for a text that is not Python.
    """
    tree = ast.parse(text)
    units = [_Unit.of(node) for node in tree.body]
    waiting = list(wanted)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [used for unit in units if name in unit.binds for used in unit.uses]
    kept = [unit for unit in units if unit.binds & seen]
    new_names = dict(renamed or {})
    imports: list[str] = []
    definitions: list[str] = []
    names: set[str] = set()
    for unit in kept:
        names |= unit.binds & seen if unit.imports else unit.binds
        if unit.imports:
            imports += [
                line.text(new_names.get(name)) for name, line in unit.imports.items()
                if name in seen
            ]  # fmt: skip
        else:
            definitions.append(_source(text, unit.node, new_names))
    return Extract(tuple(imports), tuple(definitions), tuple(sorted(names)), _postponed(tree))


@dataclass(frozen=True)
class _Import:
    module: str | None  # of `from module import …`; None for `import …`
    alias: ast.alias

    def text(self, new_name: str | None) -> str:
        bound = new_name or self.alias.asname
        wanted = ast.alias(self.alias.name, bound if bound != self.alias.name else None)
        if self.module is None:
            return ast.unparse(ast.Import([wanted]))
        return ast.unparse(ast.ImportFrom(self.module, [wanted], 0))


@dataclass
class _Unit:
    """One statement of a file's top level."""

    node: ast.stmt
    binds: set[str] = field(default_factory=set)
    uses: set[str] = field(default_factory=set)
    imports: dict[str, _Import] = field(default_factory=dict)  # by the name that each binds

    @classmethod
    def of(cls, node: ast.stmt) -> _Unit:
        unit = cls(node)
        if isinstance(node, ast.Import):
            for alias in node.names:
                bound = alias.asname or alias.name.split(".")[0]
                # `import a.b` binds a; told apart from `import a` by its whole name.
                unit.imports[bound] = _Import(None, alias)
        elif isinstance(node, ast.ImportFrom):
            if node.module == "__future__":
                return unit
            for alias in node.names:
                unit.imports[alias.asname or alias.name] = _Import(
                    "." * node.level + (node.module or ""), alias
                )
        unit.binds = set(unit.imports) or _bound(node)
        unit.uses = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
        return unit


def _bound(node: ast.stmt) -> set[str]:
    """The names that a statement binds in the module, those of nested `if` and `try` included."""
    if isinstance(node, Definition):
        return {node.name}
    found: set[str] = set()
    waiting: list[ast.AST] = [node]
    while waiting:
        child = waiting.pop()
        if isinstance(child, Definition):
            found.add(child.name)
            continue
        if isinstance(child, ast.Import | ast.ImportFrom):
            found |= {alias.asname or alias.name.split(".")[0] for alias in child.names}
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            found.add(child.id)
        waiting += ast.iter_child_nodes(child)
    return found


def _source(text: str, node: ast.stmt, renamed: Mapping[str, str]) -> str:
    """A statement as it is written, with the comments right above it."""
    lines = lines_of(text)
    decorators = node.decorator_list if isinstance(node, Definition) else []
    first = min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1
    if renamed:
        lines = _with_new_names(lines, node, renamed)
    while first > 0 and lines[first - 1].startswith("#") and not lines[first - 1].startswith("#!"):
        first -= 1
    return "\n".join(lines[first : node.end_lineno])


def _with_new_names(lines: list[str], node: ast.stmt, renamed: Mapping[str, str]) -> list[str]:
    places: list[tuple[int, int, str]] = []  # line, offset in bytes, name
    _find_names(node, renamed, places)
    changed = list(lines)
    for number, offset, name in sorted(set(places), reverse=True):
        raw = changed[number - 1].encode()
        found = re.compile(rb"\b" + name.encode() + rb"\b").search(raw, offset)
        if found is not None:
            raw = raw[: found.start()] + renamed[name].encode() + raw[found.end() :]
            changed[number - 1] = raw.decode()
    return changed


def _find_names(
    node: ast.AST, renamed: Mapping[str, str], places: list[tuple[int, int, str]]
) -> None:
    """Where the names stand; not within functions that have an argument of that name."""
    if isinstance(node, ast.Name) and node.id in renamed:
        places.append((node.lineno, node.col_offset, node.id))
    if isinstance(node, Definition) and node.name in renamed:
        # The name stands behind `class` or `def`.
        keyword = "class " if isinstance(node, ast.ClassDef) else "def "
        places.append((node.lineno, node.col_offset + len(keyword), node.name))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        hidden = {argument.arg for argument in _arguments(node.args)}
        renamed = {old: new for old, new in renamed.items() if old not in hidden}
    for child in ast.iter_child_nodes(node):
        _find_names(child, renamed, places)


def _arguments(given: ast.arguments) -> list[ast.arg]:
    extra = [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    return [*given.posonlyargs, *given.args, *given.kwonlyargs, *extra]


def _postponed(tree: ast.Module) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(alias.name == "annotations" for alias in node.names)
        for node in tree.body
    )
