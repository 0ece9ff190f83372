"""From `forward` to ports: what wires a layer takes, and what it gives."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cnnstudio.layers.own.signature import Unclear, dotted_end, with_defaults

NOT_TENSORS = ("int", "float", "bool", "str", "bytes", "Size", "Callable", "Module")
SEVERAL = ("list", "List", "Sequence", "Iterable", "dict", "Dict", "Mapping", "tuple", "Tuple")


@dataclass
class Ports:
    inputs: tuple[str, ...] = ("input",)
    outputs: tuple[str, ...] = ("output",)
    variadic: bool = False
    notes: list[str] = field(default_factory=list)


def read_ports(forward: ast.FunctionDef | None, records: Mapping[str, tuple[str, ...]]) -> Ports:
    """The ports of a `forward`; one in and one out if torch's own class has it.

    `records` are the fields of the file's named tuples. Raises Unclear.
    """
    ports = Ports()
    if forward is None:
        return ports
    given = forward.args
    names = []
    for argument, default in with_defaults(given)[1:]:
        if default is not None:
            ports.notes.append(f"'{argument.arg}' of forward keeps its default")
        elif argument in given.kwonlyargs:
            raise Unclear(f"forward takes '{argument.arg}' by name only; a wire can't lead to it")
        else:
            names.append(_input(argument))
    ports.variadic = given.vararg is not None
    if not names and not ports.variadic:
        raise Unclear("forward takes no tensor")
    ports.inputs = tuple(names) or ("input",)
    ports.outputs = _outputs(forward, records)
    return ports


def _input(argument: ast.arg) -> str:
    annotation = argument.annotation
    whole = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    name = dotted_end(whole) if whole is not None else ""
    if name in NOT_TENSORS + SEVERAL:
        assert annotation is not None
        raise Unclear(
            f"forward takes '{argument.arg}' as {ast.unparse(annotation)}, and a wire carries one "
            "tensor"
        )
    return argument.arg


def _outputs(forward: ast.FunctionDef, records: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    returned = [statement.value for statement in _returns(forward.body)]
    values = [value for value in returned if value is not None]
    if not values and not _raises_only(forward):
        raise Unclear("forward returns nothing")
    declared = _declared_outputs(forward.returns, records)
    found = {_names(value) for value in values}
    if declared is not None:
        named = [names for names in found if len(names) == len(declared) > 1]
        return named[0] if len(named) == 1 and declared[0].startswith("output") else declared
    counts = {len(names) for names in found}
    if len(counts) > 1:
        raise Unclear(
            f"forward returns {' or '.join(map(str, sorted(counts)))} values: say which by its "
            "return annotation, such as tuple[Tensor, Tensor]"
        )
    return found.pop() if len(found) == 1 else _numbered(counts.pop() if counts else 1)


def _declared_outputs(
    annotation: ast.expr | None, records: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...] | None:
    """The outputs that a return annotation names; None if it says nothing of their number."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    if annotation is None:
        return None
    if isinstance(annotation, ast.Subscript):
        name = dotted_end(annotation.value)
        if name in ("tuple", "Tuple") and isinstance(annotation.slice, ast.Tuple):
            items = annotation.slice.elts
            if any(isinstance(item, ast.Constant) and item.value is ... for item in items):
                raise Unclear("forward returns a tuple of any length: name each tensor in it")
            if any(dotted_end(item) in NOT_TENSORS for item in items):
                raise Unclear(f"forward returns {ast.unparse(annotation)}: not only tensors")
            return _numbered(len(items))
        if name in SEVERAL:
            raise Unclear(
                f"forward returns {ast.unparse(annotation)}: return one tensor or a tuple of them"
            )
        return None
    name = dotted_end(annotation)
    if name in records:
        return records[name]
    return ("output",) if name == "Tensor" else None


def _names(value: ast.expr) -> tuple[str, ...]:
    """The outputs of one return statement, called as its variables are."""
    if isinstance(value, ast.Dict | ast.DictComp | ast.List | ast.ListComp | ast.Set):
        raise Unclear(
            f"forward returns {ast.unparse(value)[:60]}: return one tensor or a tuple of them"
        )
    if not isinstance(value, ast.Tuple):
        return ("output",)
    if any(isinstance(item, ast.Starred) for item in value.elts):
        raise Unclear("forward returns a tuple of any length: name each tensor in it")
    names = [item.id for item in value.elts if isinstance(item, ast.Name)]
    if len(set(names)) == len(value.elts):
        return tuple(name.replace("_", " ") for name in names)
    return _numbered(len(value.elts))


def _numbered(count: int) -> tuple[str, ...]:
    return ("output",) if count == 1 else tuple(f"output {n}" for n in range(1, count + 1))


def _returns(body: list[ast.stmt]) -> Iterator[ast.Return]:
    """The function's own return statements, not those of functions within it."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Return):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            waiting += reversed(list(ast.iter_child_nodes(node)))


def _raises_only(forward: ast.FunctionDef) -> bool:
    return any(isinstance(statement, ast.Raise) for statement in forward.body)
