"""From a constructor's signature to parameters: annotations, defaults, and what the wire tells."""

from __future__ import annotations

import ast
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnnstudio.layers.declaration import Parameter, ParameterType, Shape
from cnnstudio.layers.kind import Inference, channels, features


def width(_: dict[str, Any], shapes: Sequence[Shape]) -> int:
    """The channels of an image or volume; of tokens and vectors the last dimension."""
    return shapes[0][0] if len(shapes[0]) > 2 else shapes[0][-1]


# Arguments that follow from the first wire if the code gives them no default.
FROM_THE_WIRE: Mapping[str, Inference] = {
    **dict.fromkeys(
        (
            "in_channels", "in_chans", "in_ch", "in_planes", "inplanes", "in_c", "c_in", "inp",
            "input_channels", "num_channels", "n_channels", "num_features", "channels", "planes_in",
            "nin", "n_in",
        ),
        channels,
    ),
    **dict.fromkeys(("in_features", "input_size", "input_features", "in_size"), features),
    **dict.fromkeys(
        ("dim", "in_dim", "input_dim", "embed_dim", "embedding_dim", "d_model", "hidden_dim"), width
    ),
}  # fmt: skip
# Where the code gives no default a form still needs a number to begin with.
TO_BEGIN_WITH = {
    **dict.fromkeys(("kernel_size", "kernel"), 3),
    **dict.fromkeys(("num_classes", "out_features", "n_classes"), 10),
    **dict.fromkeys(("out_channels", "out_ch", "out_chans", "planes", "c_out", "oup"), 16),
    **dict.fromkeys(("num_heads", "heads", "n_heads"), 4),
}
MOST_NUMBERS = 8
NO_DEFAULT = object()


class Unclear(Exception):
    """The code can't be understood without running it; the message says which part."""


@dataclass
class Signature:
    """`notes` tell what was left to the code's own default."""

    parameters: list[Parameter] = field(default_factory=list)
    inferences: dict[str, Inference] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_signature(
    function: ast.FunctionDef | None, help: Mapping[str, str], constants: Mapping[str, Any]
) -> Signature:
    """The parameters of an `__init__`. Raises Unclear if one is needed and can't be understood."""
    found = Signature()
    if function is None:
        return found
    given = function.args
    if given.vararg:
        found.notes.append(f"*{given.vararg.arg} is left empty")
    if given.kwarg:
        found.notes.append(f"**{given.kwarg.arg} is left empty")
    for argument, default in with_defaults(given)[1:]:
        name = argument.arg
        value = literal(default, constants) if default is not None else NO_DEFAULT
        if default is None and name in FROM_THE_WIRE:
            found.inferences[name] = FROM_THE_WIRE[name]
        elif default is not None and value is NO_DEFAULT:
            found.notes.append(f"{name} keeps its default, {ast.unparse(default)}")
        elif argument in given.posonlyargs and default is None:
            raise Unclear(f"__init__ takes '{name}' by its place only (before the /)")
        elif argument not in given.posonlyargs:
            _add(found, name, argument.annotation, value, help.get(name, ""))
    return found


def _add(found: Signature, name: str, annotation: ast.expr | None, value: Any, help: str) -> None:
    declared = _declared(name, annotation, value)
    if declared is not None:
        found.parameters.append(_described(declared, help, value is NO_DEFAULT))
    elif value is NO_DEFAULT:
        what = f"of type {ast.unparse(annotation)}" if annotation else "without a type"
        raise Unclear(
            f"__init__ needs '{name}', {what}, which a form can't ask for: annotate it as int, "
            "float, bool, str, Literal[…] or tuple[int, …], or give it a default"
        )
    else:
        found.notes.append(f"{name} keeps its default, {value!r}")


def with_defaults(arguments: ast.arguments) -> list[tuple[ast.arg, ast.expr | None]]:
    """All named arguments with their defaults; None where there is none."""
    placed = [*arguments.posonlyargs, *arguments.args]
    missing: list[ast.expr | None] = [None] * (len(placed) - len(arguments.defaults))
    return [
        *zip(placed, [*missing, *arguments.defaults], strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]


def literal(node: ast.expr, constants: Mapping[str, Any]) -> Any:
    """A value written out, or the name of one; NO_DEFAULT for anything else."""
    if isinstance(node, ast.Name):
        return constants.get(node.id, NO_DEFAULT)
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return NO_DEFAULT
    if isinstance(value, float) and not math.isfinite(value):
        return NO_DEFAULT
    return value


@dataclass(frozen=True)
class _Type:
    type: ParameterType
    rank: int = 0
    optional: bool = False
    choices: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


def _declared(name: str, annotation: ast.expr | None, value: Any) -> Parameter | None:
    """The parameter; None if its type can't be told or its default is none of that type."""
    said = _annotated(annotation) if annotation is not None else _of_value(value)
    if said is None and value is NO_DEFAULT and annotation is None and name in TO_BEGIN_WITH:
        said = _Type("int")
    if said is None:
        return None
    default = _start(name, said) if value is NO_DEFAULT else value
    declared = Parameter(
        name=name,
        title=name.replace("_", " ").strip().capitalize() or name,
        type=said.type,
        default=tuple(default) if isinstance(default, list) else default,
        help="",
        rank=said.rank,
        choices=said.choices,
        words=said.words,
        optional=said.optional or value is None,
        headline=value is NO_DEFAULT or name in TO_BEGIN_WITH,
    )
    try:
        checked = declared.validate(declared.default)
    except ValueError:
        return None
    # A size keeps its one number as `validate` writes it out, which is how forms show it.
    return replace(declared, default=checked)


def _described(declared: Parameter, help: str, needed: bool) -> Parameter:
    said = help.strip() or f"the argument {declared.name}"
    if needed:
        said += f"; the code gives no default, {declared.show(declared.default)} is to begin with"
    return replace(declared, help=said)


def _start(name: str, said: _Type) -> Any:
    if said.optional:
        return None
    number = TO_BEGIN_WITH.get(name, 1)
    match said.type:
        case "choice":
            return said.choices[0]
        case "size":
            return (number,) * said.rank
        case "ints":
            return (number,)
        case "float":
            return float(number)
        case "bool":
            return False
        case "text":
            return ""
        case _:
            return number


def _of_value(value: Any) -> _Type | None:
    if isinstance(value, bool):
        return _Type("bool")
    if isinstance(value, int):
        return _Type("int")
    if isinstance(value, float):
        return _Type("float")
    if isinstance(value, str):
        return _Type("text")
    if isinstance(value, tuple | list) and value and all(type(item) is int for item in value):
        return _Type("ints")
    return None


def _annotated(node: ast.expr) -> _Type | None:
    """What an annotation says: `int`, `float | None`, `Literal["a", "b"]`, `tuple[int, int]`, …"""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        try:
            return _annotated(ast.parse(node.value, mode="eval").body)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
    options = list(_options(node))
    plain = [option for option in options if not _is_none(option)]
    found = [_simple(option) for option in plain]
    if not found or any(one is None for one in found):
        return None
    joined = _joined([one for one in found if one is not None])
    if joined is None:
        return None
    return _Type(joined.type, joined.rank, len(plain) < len(options), joined.choices, joined.words)


def _options(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return [*_options(node.left), *_options(node.right)]
    if isinstance(node, ast.Subscript):
        name = dotted_end(node.value)
        inner = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if name == "Union":
            return [option for item in inner for option in _options(item)]
        if name == "Optional":
            return [*_options(inner[0]), ast.Constant(None)]
    return [node]


def _joined(types: list[_Type]) -> _Type | None:
    """One type for several: `int | tuple[int, int]` is a size, `int | float` a number."""
    names = {one.type for one in types}
    if len(names) == 1 and len(types) == 1:
        return types[0]
    if names <= {"int", "float"}:
        return _Type("float")
    sizes = [one for one in types if one.type == "size"]
    words = tuple(word for one in types if one.type == "choice" for word in one.choices)
    if len(sizes) == 1 and names <= {"int", "size", "choice"}:
        return _Type("size", sizes[0].rank, words=words)
    if names == {"int", "choice"} and words:
        return _Type("int", words=words)
    if names == {"int", "ints"}:
        return _Type("ints")
    return None


def _simple(node: ast.expr) -> _Type | None:
    if isinstance(node, ast.Subscript):
        return _subscripted(node)
    plain: dict[str, _Type] = {
        "int": _Type("int"),
        "float": _Type("float"),
        "bool": _Type("bool"),
        "str": _Type("text"),
        "_size_1_t": _Type("size", 1),
        "_size_2_t": _Type("size", 2),
        "_size_3_t": _Type("size", 3),
    }
    return plain.get(dotted_end(node))


def _subscripted(node: ast.Subscript) -> _Type | None:
    name = dotted_end(node.value)
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if name == "Literal":
        values = [item.value for item in items if isinstance(item, ast.Constant)]
        texts = tuple(value for value in values if isinstance(value, str))
        return _Type("choice", choices=texts) if texts and len(texts) == len(items) else None
    if name == "Final" or name == "Annotated":
        return _simple(items[0])
    ints = [item for item in items if dotted_end(item) == "int"]
    if name in ("list", "List", "Sequence", "Iterable") and len(ints) == 1:
        return _Type("ints")
    if name in ("tuple", "Tuple"):
        if len(items) == 2 and len(ints) == 1 and _is_ellipsis(items[1]):
            return _Type("ints")
        if len(ints) == len(items) <= MOST_NUMBERS:
            return _Type("size", len(items)) if len(items) <= 3 else _Type("ints")
    return None


def dotted_end(node: ast.expr) -> str:
    """`Tuple` of `typing.Tuple`; empty for what is no name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_ellipsis(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is ...
