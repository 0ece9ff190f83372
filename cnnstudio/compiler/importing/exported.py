"""Reads `.pt2` files of torch.export without running anything that they hold.

`torch.export.load` unpickles, which can run code. Such a file is a zip archive of JSON (the graph)
and bytes (the weights), so these are read here, and of the graph only torch's own operators on
tensors are called, one after another. Whatever a file holds as a pickle is refused, but for plain
tensors.
"""

from __future__ import annotations

import io
import json
import operator
import pickle
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from cnnstudio.compiler.importing.recording import Frame
from cnnstudio.graph import ProblemError, ProjectFileError
from cnnstudio.modules.program import TorchProgram

MAX_JSON_BYTES = 512 * 1024 * 1024
DTYPES = {
    1: torch.uint8, 2: torch.int8, 3: torch.int16, 4: torch.int32, 5: torch.int64,
    6: torch.float16, 7: torch.float32, 8: torch.float64, 12: torch.bool, 13: torch.bfloat16,
}  # fmt: skip
MEMORY_FORMATS = {
    1: torch.contiguous_format, 2: torch.channels_last, 3: torch.channels_last_3d,
    4: torch.preserve_format,
}  # fmt: skip
# What works on whole numbers: sizes that follow from the input's.
NUMBERS: dict[str, Callable[..., Any]] = {
    "_operator.add": operator.add, "_operator.sub": operator.sub, "_operator.mul": operator.mul,
    "_operator.floordiv": operator.floordiv, "_operator.mod": operator.mod,
    "_operator.neg": operator.neg, "torch.sym_max": max, "torch.sym_min": min,
}  # fmt: skip
# What only states something about sizes.
STATEMENTS = ("sym_constrain", "_assert", "torch.sym_not", "_operator.ge", "_operator.le",
              "_operator.eq", "_operator.gt", "_operator.lt", "torch._check")  # fmt: skip
SIZED = ("view", "reshape", "expand", "_unsafe_view", "new_zeros", "new_ones", "zeros", "ones",
         "full", "new_full", "empty", "repeat")  # fmt: skip


def read_exported(path: Path) -> ExportedProgram:
    """The program in a `.pt2` file. Raises ProjectFileError if it can't be read or is refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, path)
    except FileNotFoundError:
        raise ProjectFileError(f"{path} does not exist.", "Check the spelling.") from None
    except (zipfile.BadZipFile, EOFError, OSError, NotImplementedError) as error:
        raise ProjectFileError(
            f"{path} can't be read: {error}.", "Is it cut short, or no file of torch.export?"
        ) from None
    except (KeyError, ValueError, TypeError, IndexError, RecursionError, RuntimeError) as error:
        raise ProjectFileError(
            f"{path} is damaged, or in a form that is not known here: "
            f"{type(error).__name__} {error}.",
            "Save it again with torch.export.save of a newer torch.",
        ) from None


def _read(archive: zipfile.ZipFile, path: Path) -> ExportedProgram:
    names = {name.split("/", 1)[-1]: name for name in archive.namelist()}
    models = [name for name in names if name.startswith("models/") and name.endswith(".json")]
    if not models:
        old = any(name.endswith("serialized_exported_program.json") for name in names)
        raise ProjectFileError(
            f"{path} holds no exported program" + (" of this torch's form." if old else "."),
            "Save it with torch.export.save (torch 2.8 or newer).",
        )
    if len(models) > 1:
        raise ProjectFileError(f"{path} holds {len(models)} programs.", "Save one by itself.")
    content = _json(archive, names[models[0]])
    label = Path(models[0]).stem
    weights = {
        **_tensors(archive, names, "weights", label),
        **_tensors(archive, names, "constants", label),
    }
    return ExportedProgram(content["graph_module"], weights)


def _json(archive: zipfile.ZipFile, name: str) -> Any:
    if archive.getinfo(name).file_size > MAX_JSON_BYTES:
        raise ProjectFileError(f"'{name}' has more than {MAX_JSON_BYTES:,} bytes.")
    return json.loads(archive.read(name))


def _tensors(
    archive: zipfile.ZipFile, names: Mapping[str, str], kind: str, label: str
) -> dict[str, tuple[Tensor, bool]]:
    """Tensors by name, and whether each is learned."""
    config = names.get(f"data/{kind}/{label}_{kind}_config.json")
    if config is None:
        return {}
    found = {}
    for name, entry in _json(archive, config)["config"].items():
        content = archive.read(names[f"data/{kind}/{entry['path_name']}"])
        found[name] = (_tensor(name, content, entry), bool(entry["is_param"]))
    return found


def _tensor(name: str, content: bytes, entry: Mapping[str, Any]) -> Tensor:
    if entry["use_pickle"]:
        try:
            loaded = torch.load(io.BytesIO(content), weights_only=True)
        except (pickle.UnpicklingError, RuntimeError) as error:
            raise ProjectFileError(
                f"'{name}' is stored as something that could run code: it is not read.",
                f"Only plain tensors are. ({error.__class__.__name__})",
            ) from None
        if not isinstance(loaded, Tensor):
            raise ProjectFileError(f"'{name}' is no tensor but a {type(loaded).__name__}.")
        return loaded
    meta = entry["tensor_meta"]
    dtype = DTYPES[meta["dtype"]]
    sizes, strides = ([_whole(part) for part in meta[key]] for key in ("sizes", "strides"))
    flat = torch.frombuffer(bytearray(content), dtype=dtype) if content else torch.empty(0)
    return torch.as_strided(flat.to(dtype), sizes, strides, _whole(meta["storage_offset"])).clone()


def _whole(written: Mapping[str, Any]) -> int:
    """A size; of one that may vary, the one that it had when it was exported."""
    if "as_int" in written:
        return int(written["as_int"])
    return int(written["as_expr"]["hint"]["as_int"])


class ExportedProgram(nn.Module):
    """An exported graph that is run call by call.

    `shapes` are those of its inputs without the batch, `frames` the submodules that the present
    call stands in, by the names that they had.
    """

    def __init__(
        self, content: Mapping[str, Any], weights: Mapping[str, tuple[Tensor, bool]]
    ) -> None:
        super().__init__()
        self._nodes: Sequence[Any] = content["graph"]["nodes"]
        self._known: dict[str, Tensor] = {}
        self._inputs: list[str] = []
        self.input_names = self._inputs
        self.shapes: list[tuple[int, ...]] = []
        self.frames: tuple[Frame, ...] = ()
        self.classes: dict[str, type] = {"": nn.Module}
        values = content["graph"]["tensor_values"]
        for spec in content["signature"]["input_specs"]:
            self._add_input(spec, values, weights)
        self._outputs = [
            spec["user_output"]["arg"]
            for spec in content["signature"]["output_specs"]
            if "user_output" in spec
        ]
        if not self._inputs:
            raise ProblemError("The exported program takes no tensor.")
        sizes = values[self._inputs[0]]["sizes"]
        self.batch = _whole(sizes[0]) if sizes else 1
        self._fixed = bool(sizes) and "as_int" in sizes[0]
        stacks = [_stack(node) for node in self._nodes]
        self._frames = numbered(stacks)
        for stack in stacks:
            for _, path, cls in stack:
                self.classes.setdefault(path, _class(cls))

    def _add_input(
        self, spec: Mapping[str, Any], values: Mapping[str, Any],
        weights: Mapping[str, tuple[Tensor, bool]],
    ) -> None:  # fmt: skip
        [(kind, entry)] = spec.items()
        if kind == "user_input":
            name = entry["arg"].get("as_tensor", {}).get("name")
            if name is None:
                if "as_none" in entry["arg"]:
                    return
                raise ProblemError("The exported program takes an input that is no tensor.")
            self._inputs.append(name)
            self.shapes.append(tuple(_whole(size) for size in values[name]["sizes"][1:]))
            return
        origin = entry.get("parameter_name", entry.get("buffer_name",
                           entry.get("tensor_constant_name")))  # fmt: skip
        if origin is None:
            if kind in ("constant_input", "token"):
                return
            raise ProblemError(f"The exported program takes a {kind}, which is not imported.")
        tensor, learned = weights[origin]
        place: nn.Module = self
        *parents, last = origin.split(".")
        for parent in parents:
            if parent not in place._modules:
                place.add_module(parent, nn.Module())
            inner = place._modules[parent]
            assert inner is not None
            place = inner
        if learned:
            place.register_parameter(last, nn.Parameter(tensor, tensor.is_floating_point()))
            self._known[entry["arg"]["name"]] = place._parameters[last]  # type: ignore[assignment]
        else:
            place.register_buffer(last, tensor)
            self._known[entry["arg"]["name"]] = tensor

    def forward(self, *tensors: Tensor) -> Any:
        values: dict[str, Any] = dict(self._known)
        values.update(zip(self._inputs, tensors, strict=True))
        batch = tensors[0].shape[0]
        for node, frames in zip(self._nodes, self._frames, strict=True):
            self.frames = frames
            self._call(node, values, batch)
        results = tuple(values[arg["as_tensor"]["name"]] for arg in self._outputs)
        return results[0] if len(results) == 1 else results

    def _call(self, node: Mapping[str, Any], values: dict[str, Any], batch: int) -> None:
        target = node["target"]
        if any(word in target for word in STATEMENTS):
            return
        args = {one["name"]: _argument(one["arg"], values) for one in node["inputs"]}
        if target in NUMBERS:
            result = NUMBERS[target](*args.values())
        elif target == "torch.ops.aten.sym_size.int":
            [tensor, dim] = args.values()
            result = tensor.shape[dim]
        else:
            result = self._operate(target, args, batch)
        _keep(node["outputs"], result, values)

    def _operate(self, target: str, args: dict[str, Any], batch: int) -> Any:
        name = target.removeprefix("torch.ops.aten.")
        try:
            if name == target:
                raise ValueError("it is none of torch's own operators on tensors")
            found = TorchProgram._operator(name)
        except ValueError as error:
            raise ProblemError(
                f"The exported program calls '{target}', which is not imported: {error}."
            ) from None
        if self._fixed and batch != self.batch and name.split(".")[0] in SIZED:
            sized = {key: self._resized(value, batch) for key, value in args.items()}
            try:
                return _called(found, sized)
            except RuntimeError:
                pass  # this size is no batch but happens to be as large
        return _called(found, args)

    def _resized(self, sizes: Any, batch: int) -> Any:
        """A shape that was written down for one batch size, for another."""
        if isinstance(sizes, list) and sizes[:1] == [self.batch]:
            return [batch, *sizes[1:]]
        return sizes


def _called(function: Any, args: Mapping[str, Any]) -> Any:
    """Calls an operator with arguments by their names in its schema, tensors by position."""
    positional: list[Any] = []
    named: dict[str, Any] = {}
    for argument in function._schema.arguments:
        if argument.name not in args:
            continue
        if argument.kwarg_only or len(named) > 0:
            named[argument.name] = args[argument.name]
        elif len(positional) == function._schema.arguments.index(argument):
            positional.append(args[argument.name])
        else:
            named[argument.name] = args[argument.name]
    return function(*positional, **named)


def _argument(written: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    [(kind, value)] = written.items()
    match kind:
        case "as_tensor":
            return values[value["name"]]
        case "as_tensors":
            return [values[one["name"]] for one in value]
        case "as_optional_tensors":
            return [_argument(one, values) for one in value]
        case "as_none":
            return None
        case "as_int" | "as_float" | "as_bool" | "as_ints" | "as_floats" | "as_bools":
            return value
        case "as_string":
            return value
        case "as_sym_int" | "as_sym_float" | "as_sym_bool":
            return _symbol(value, values)
        case "as_sym_ints" | "as_sym_floats" | "as_sym_bools":
            return [_symbol(one, values) for one in value]
        case "as_scalar_type":
            return DTYPES[value]
        case "as_memory_format":
            return MEMORY_FORMATS[value]
        case "as_device":
            return torch.device("cpu")
        case "as_layout":
            return torch.strided
    raise ProblemError(f"The exported program has an argument of the kind '{kind}'.")


def _symbol(written: Mapping[str, Any], values: Mapping[str, Any]) -> Any:
    if "as_name" in written:
        return values[written["as_name"]]
    return next(iter(written.values()))


def _keep(outputs: Sequence[Mapping[str, Any]], result: Any, values: dict[str, Any]) -> None:
    names: list[str | None] = []
    for output in outputs:
        [(kind, value)] = output.items()
        if kind == "as_tensors":
            names += [one["name"] for one in value]
        elif kind == "as_none":
            names.append(None)
        else:
            names.append(value.get("name", value.get("as_name")))
    results = result if isinstance(result, tuple | list) else (result,)
    for name, one in zip(names, results, strict=False):
        if name is not None:
            values[name] = one


Stack = list[tuple[str, str, str]]


def _stack(node: Mapping[str, Any]) -> Stack:
    """The calls of modules that a node stands in: a key for each, the module's path, its class."""
    found: Stack = []
    for part in filter(None, node["metadata"].get("nn_module_stack", "").split(";")):
        key, _, rest = part.partition(",")
        path, _, cls = rest.rpartition(",")
        found.append((key + path, path.split("@")[0], cls))
    return found or [("", "", "")]


def numbered(stacks: Sequence[Stack]) -> list[tuple[Frame, ...]]:
    """The stacks as frames: a module that is left and entered again is called once more."""
    calls: dict[str, int] = {}
    before: Stack = []
    frames: tuple[Frame, ...] = ()
    numbered = []
    for stack in stacks:
        present: list[Frame] = []
        same = True
        for depth, (key, path, _) in enumerate(stack):
            same = same and depth < len(before) and before[depth][0] == key
            if same:
                present.append(frames[depth])
            else:
                present.append(Frame(path, calls.get(path, 0)))
                calls[path] = calls.get(path, 0) + 1
        before, frames = stack, tuple(present)
        numbered.append(frames)
    return numbered


def _class(name: str) -> type:
    """A stand-in for a class that is only known by its name; torch's containers are themselves."""
    short = name.rsplit(".", 1)[-1]
    if name == f"torch.nn.modules.container.{short}":
        return getattr(nn, short, nn.Module)
    plain = short if short.isidentifier() else "Module"
    return type(plain, (nn.Module,), {})
