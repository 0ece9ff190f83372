"""How the arguments of functions on tensors become the parameters of layer kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from cnnstudio.compiler.importing.recording import (
    Batch,
    Event,
    Recording,
    Ref,
    Value,
    Viewed,
    Weight,
)


@dataclass(frozen=True)
class Call:
    """A function's call with its arguments by name."""

    recording: Recording
    event: Event
    arguments: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.arguments[name]

    @property
    def input(self) -> Value:
        """The first tensor."""
        return self.recording.values[self.event.inputs[0]]

    @property
    def rank(self) -> int:
        return len(self.input.shape)

    @property
    def output(self) -> Value:
        return self.recording.values[self.event.outputs[0]]

    def dim(self, given: Any) -> int:
        """A dimension counted from the front, with the batch as 0."""
        return int(given) % self.rank

    @property
    def operands(self) -> tuple[Any, Any]:
        return self["input"], self["other"]


@dataclass(frozen=True)
class Said:
    """A kind with its parameters; `inputs` where they aren't simply the call's."""

    kind: str
    parameters: dict[str, Any] = field(default_factory=dict)
    weights: Mapping[str, str | Viewed | Tensor] = field(default_factory=dict)
    inputs: list[int] | None = None


Reader = Callable[[Call], Said | None]


def are_values(*operands: Any) -> bool:
    return all(isinstance(operand, Ref) for operand in operands)


def joined(kind: str) -> Reader:
    """A kind that joins a list of tensors along a dimension."""

    def read(call: Call) -> Said | None:
        tensors = call["tensors"]
        if not isinstance(tensors, list | tuple) or not are_values(*tensors):
            return None
        if len(tensors) < 2:
            return None
        return Said(kind, {"dim": _forward(call["dim"], call.rank + (kind == "Stack"))})

    return read


def _forward(dim: int, rank: int) -> int:
    return int(dim) % rank


def clamped(call: Call) -> Said | None:
    low, high = call["min"], call["max"]
    if isinstance(low, Ref | Weight) or isinstance(high, Ref | Weight):
        return None
    if call.event.name == "hardtanh":
        if (low, high) == (0.0, 6.0):
            return Said("ReLU6")
        return Said("Hardtanh", {"min_val": float(low), "max_val": float(high)})
    limits = {"min": low, "max": high}
    return Said("Clamp", {k: None if v is None else float(v) for k, v in limits.items()})


def feature_dropout(call: Call) -> Said | None:
    kind = {3: "Dropout1d", 4: "Dropout2d", 5: "Dropout3d"}.get(call.rank)
    return Said(kind, {"p": call["p"]}) if kind else None


def flattened(call: Call) -> Said | None:
    start, end = call.dim(call["start_dim"]), call.dim(call["end_dim"])
    if start == 0:
        return None
    return Said("Flatten", {"start_dim": start, "end_dim": end if end < call.rank - 1 else -1})


def reshaped(call: Call) -> Said | None:
    """Another shape behind the batch; all in one row is to flatten."""
    if not (call.input.batched and call.output.batched):
        return None
    shape = list(call.output.inner)
    if call.event.name != "unflatten" and "shape" in call.arguments:
        given = list(call["shape"])
        if len(given) == len(shape) + 1 and given.count(-1) == 1 and given[0] == Batch(1):
            shape[given.index(-1) - 1] = -1
    if len(shape) == 1 and call.rank > 2:
        return Said("Flatten")
    return Said("Reshape", {"shape": shape})


def permuted(call: Call) -> Said | None:
    return _permutation(call, [call.dim(dim) for dim in call["dims"]])


def transposed(call: Call) -> Said | None:
    names = [name for name in call.arguments if name != "input"]
    one, other = (call.dim(call[name]) for name in names)
    if 0 in (one, other):
        return None
    return Said("Transpose", {"dim0": min(one, other), "dim1": max(one, other)})


def moved(call: Call) -> Said | None:
    source, destination = call["source"], call["destination"]
    if not isinstance(source, int) or not isinstance(destination, int):
        return None
    order = [dim for dim in range(call.rank) if dim != call.dim(source)]
    order.insert(call.dim(destination), call.dim(source))
    return _permutation(call, order)


def _permutation(call: Call, order: Sequence[int]) -> Said | None:
    return Said("Permute", {"dims": list(order[1:])}) if order[:1] == [0] else None


def unsqueezed(call: Call) -> Said | None:
    dim = call["dim"] % (call.rank + 1)
    return Said("Unsqueeze", {"dim": dim}) if dim > 0 else None


def squeezed(call: Call) -> Said | None:
    dims = call["dim"]
    if dims is None:
        dims = [dim for dim, size in enumerate(call.input.shape) if size == 1]
    elif isinstance(dims, int):
        dims = [dims]
    dims = [call.dim(dim) for dim in dims]
    if len(dims) == 1 and dims[0] > 0:
        return Said("Squeeze", {"dim": dims[0]})
    return Said("Reshape", {"shape": list(call.output.inner)}) if call.output.batched else None


def chunked(call: Call) -> Said | None:
    chunks, dim = call["chunks"], call.dim(call["dim"])
    if not isinstance(chunks, int) or dim == 0 or len(call.event.outputs) != chunks:
        return None
    return Said("Chunk", {"chunks": chunks, "dim": dim})


def split(call: Call) -> Said | None:
    dim = call.dim(call["dim"])
    if dim == 0:
        return None
    sizes = [call.recording.values[o].shape[dim] for o in call.event.outputs]
    return Said("Split", {"split_size_or_sections": sizes, "dim": dim})


def indexed(call: Call) -> Said | None:
    """`x[:, 3]` and `x[:, :, ::2]`; anything richer has no kind."""
    index = call["index"]
    index = list(index) if isinstance(index, tuple) else [index]
    if any(part is Ellipsis for part in index):
        place = next(i for i, part in enumerate(index) if part is Ellipsis)
        filled = call.rank - (len(index) - 1)
        index[place : place + 1] = [slice(None)] * filled
    acting = [(dim, part) for dim, part in enumerate(index) if part != slice(None)]
    if len(acting) != 1 or acting[0][0] == 0:
        return None
    dim, part = acting[0]
    if isinstance(part, int) and not isinstance(part, bool):
        return Said("Select", {"dim": dim, "index": part})
    if isinstance(part, slice):
        return _slice(call, dim, part.start, part.stop, part.step)
    return None


def selected(call: Call) -> Said | None:
    dim = call.dim(call["dim"])
    return Said("Select", {"dim": dim, "index": call["index"]}) if dim > 0 else None


def sliced(call: Call) -> Said | None:
    dim = call.dim(call["dim"])
    return _slice(call, dim, call["start"], call["end"], call["step"]) if dim > 0 else None


def narrowed(call: Call) -> Said | None:
    dim = call.dim(call["dim"])
    return _slice(call, dim, call["start"], call["start"] + call["length"], 1) if dim else None


def _slice(call: Call, dim: int, start: Any, stop: Any, step: Any) -> Said | None:
    size = call.input.shape[dim]
    if not isinstance(size, int):
        return None
    first, last, stride = slice(start, stop, step).indices(size)
    parameters: dict[str, Any] = {"dim": dim, "start": first, "step": stride}
    if last < size:
        parameters["stop"] = last
    return Said("Slice", parameters)


def flipped(call: Call) -> Said | None:
    dims = [call.dim(dim) for dim in call["dims"]]
    return Said("Flip", {"dims": dims}) if 0 not in dims else None


def rolled(call: Call) -> Said | None:
    shifts, dims = call["shifts"], call["dims"]
    if dims is None:
        return None
    shifts = list(shifts) if isinstance(shifts, tuple | list) else [shifts]
    dims = [call.dim(d) for d in (dims if isinstance(dims, tuple | list) else [dims])]
    return Said("Roll", {"shifts": shifts, "dims": dims}) if 0 not in dims else None


def reduced(kind: str) -> Reader:
    """A kind that works out one number over dimensions."""

    def read(call: Call) -> Said | None:
        dims = call["dim"]
        if dims is None or isinstance(dims, Ref):
            return None
        dims = [call.dim(d) for d in (dims if isinstance(dims, tuple | list) else [dims])]
        if 0 in dims or not dims:
            return None
        return Said(kind, {"dim": dims, "keepdim": bool(call["keepdim"])})

    return read


def expanded(call: Call) -> Said | None:
    return Said("Expand", {"size": list(call.output.inner)}) if call.output.batched else None


def einsum(call: Call) -> Said | None:
    operands = call["operands"]
    if len(operands) == 1 and isinstance(operands[0], list | tuple):
        operands = operands[0]
    if not are_values(*operands) or not isinstance(call["equation"], str):
        return None
    return Said("Einsum", {"equation": call["equation"]})


def interpolated(call: Call) -> Said | None:
    if call["recompute_scale_factor"]:
        return None
    parameters: dict[str, Any] = {"mode": call["mode"], "scale_factor": None, "size": None}
    for name in ("size", "scale_factor"):
        given = call[name]
        if given is not None:
            parameters[name] = list(given) if isinstance(given, tuple | list) else [given]
    for name in ("align_corners", "antialias"):
        if call[name]:
            parameters[name] = True
    sized = parameters["size"] is not None or "antialias" in parameters
    return Said("Interpolate" if sized else "Upsample", parameters)


def resampled(mode: str) -> Reader:
    """torch's operators for one mode of interpolation each, as exported programs have them."""

    def read(call: Call) -> Said | None:
        parameters: dict[str, Any] = {"mode": mode, "scale_factor": None,
                                      "size": list(call.output.inner[1:])}  # fmt: skip
        if call["scale_factors"]:
            parameters |= {"scale_factor": list(call["scale_factors"]), "size": None}
        if call.arguments.get("align_corners"):
            parameters["align_corners"] = True
        return Said("Interpolate" if parameters["size"] else "Upsample", parameters)

    return read


PADS = {"constant": "ConstantPad", "reflect": "ReflectionPad", "replicate": "ReplicationPad",
        "circular": "CircularPad"}  # fmt: skip


def padded(call: Call) -> Said | None:
    mode = call.arguments.get("mode", "constant")
    value = call["value"] or 0
    pad = list(call["pad"])
    spatial = call.rank - 2
    if len(pad) > 2 * spatial or spatial not in (1, 2, 3) or mode not in PADS:
        return None
    pad += [0] * (2 * spatial - len(pad))
    if mode == "constant":
        if value == 0:
            return Said(f"ZeroPad{spatial}d", {"padding": pad})
        return Said(f"ConstantPad{spatial}d", {"padding": pad, "value": float(value)})
    return Said(f"{PADS[mode]}{spatial}d", {"padding": pad})
