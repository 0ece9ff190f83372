"""The part of the image that each value of a layer can see: its receptive field, exactly.

The network is gone through once, with coordinates of the image in the place of its pixels, and each
operation hands on the largest of what it depends on (`reach`). The field of all values at all
positions comes of one pass, clipped at the image's edges, and with skip connections, dilation and
shared layers as they are. It is a fact of the drawing: weights do not matter.

As is usual, what normalisation takes from a whole map (its mean and variance) does not count. An
operation that is not known counts as seeing all that it is given.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn
from torch.nn import functional
from torch.nn.modules.conv import _ConvNd
from torch.utils import _pytree as pytree

from cnnstudio.compiler.running import first_tensor
from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.capture import node_named, require_names
from cnnstudio.interpret.images import one_image_input
from cnnstudio.interpret.units import reach

NORMALISING = ("batch_norm", "layer_norm", "group_norm", "instance_norm", "local_response_norm")
BOTH = {"add", "sub", "mul", "truediv", "div", "maximum", "minimum", "pow", "iadd", "isub", "imul",
        "itruediv", "add_", "sub_", "mul_", "div_", "rsub", "where"}  # fmt: skip
REDUCING = {"mean", "sum", "amax", "amin", "prod", "var", "std", "logsumexp"}
WITHIN = {"softmax", "log_softmax", "softmin", "cumsum"}
PRODUCTS = {"matmul", "bmm", "mm"}
# These put values elsewhere and add none: they are run as they are.
PLACING = {"cat", "concat", "stack", "flatten", "reshape", "view", "permute", "transpose",
           "getitem", "squeeze", "unsqueeze", "expand", "expand_as", "chunk", "split", "unbind",
           "contiguous", "tensor_split", "clone", "detach", "movedim", "unflatten", "t",
           "repeat"}  # fmt: skip
PLACING_LAYERS = (nn.Flatten, nn.Unflatten, nn.Identity, nn.PixelShuffle, nn.PixelUnshuffle)
INSIDE = (nn.Softmax, nn.LogSoftmax, nn.Softmin)
# What running code on stand-ins for its tensors ends in, where it asks for their values.
UNTRACEABLE = (fx.proxy.TraceError, AttributeError, IndexError, KeyError, NotImplementedError,
               RuntimeError, TypeError, ValueError)  # fmt: skip
SPREADING = (*INSIDE, nn.Softmax2d, nn.GLU, nn.MultiheadAttention)


@dataclass(frozen=True)
class Box:
    """Rows `top` ≤ row < `bottom` and columns `left` ≤ column < `right` of the image. Of a signal
    (C, L), one row."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def empty(self) -> bool:
        return self.bottom <= self.top or self.right <= self.left

    def cut(self, image: np.ndarray) -> np.ndarray:
        """The part of an image (H, W, …)."""
        return image[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True)
class Fields:
    """Of every value of a layer: int32 (C, …, directions), from `low` to below `high`.

    A value that depends on nothing has `high` ≤ `low`.
    """

    layer: str
    low: np.ndarray
    high: np.ndarray

    def box(self, unit: int, position: tuple[int, ...] = ()) -> Box:
        """What the unit sees at a position (row, column) of its map."""
        low, high = self.low[unit][position], self.high[unit][position]
        while low.ndim > 1:
            low, high = low.min(0), high.max(0)
        rows = (0, 1) if len(low) < 2 else (int(low[-2]), int(high[-2]))
        return Box(rows[0], int(low[-1]), rows[1], int(high[-1]))

    def boxes(self, unit: int) -> np.ndarray:
        """int32 (…, 4): top, left, bottom, right at each of the unit's positions."""
        low, high = self.low[unit], self.high[unit]
        if low.shape[-1] < 2:
            zero = np.zeros_like(low)
            return np.concatenate([zero, low, zero + 1, high], -1)
        return np.concatenate([low[..., -2:], high[..., -2:]], -1)


def receptive_fields(model: nn.Module, shape: tuple[int, ...], layer: str) -> Fields:
    """What the values of `layer` see of an image of `shape` (C, H, W), or (C, L).

    Raises ExplanationError for a layer that isn't there, for several inputs, and for a module that
    can't be followed.
    """
    require_names(model, [layer])
    one_image_input(model)
    graph = _followed(model)
    if graph is None:
        raise ExplanationError(
            "The network's code can't be followed, so what its units see isn't known.",
            "Import it as a graph first: cs.from_module.",
        )
    own = node_named(graph, layer).name if isinstance(model, fx.GraphModule) else None
    directions = len(shape) - 1
    if directions < 1:
        raise ExplanationError("The network takes no images: nothing has a place to be seen.")
    with torch.no_grad():
        found = _Reaching(graph, own, layer).go(_coordinates(shape))
    high = found[:directions].movedim(0, -1)
    low = -found[directions:].movedim(0, -1)
    nothing = ~torch.isfinite(high)
    return Fields(
        layer,
        low.masked_fill(nothing, 0).to(torch.int32).numpy(),
        (high + 1).masked_fill(nothing, 0).to(torch.int32).numpy(),
    )


def _coordinates(shape: tuple[int, ...]) -> Tensor:
    """(2·directions, C, …): each place's coordinates, and their negatives."""
    places = shape[1:]
    axes = torch.meshgrid(*(torch.arange(float(size)) for size in places), indexing="ij")
    both = torch.stack([*axes, *(-axis for axis in axes)])[:, None]
    return both.expand(-1, shape[0], *places)


def _followed(module: nn.Module) -> fx.GraphModule | None:
    if isinstance(module, fx.GraphModule):
        return module
    try:
        return fx.symbolic_trace(module)
    except UNTRACEABLE:
        return None


class _Done(Exception):
    pass


class _Reaching(fx.Interpreter):
    """Runs a graph on coordinates, as far as the node `own` (or the module at `layer`)."""

    def __init__(self, model: fx.GraphModule, own: str | None = None, layer: str = "") -> None:
        super().__init__(model)
        self._own = own
        self._layer = layer
        self._found: Tensor | None = None

    def go(self, coordinates: Tensor) -> Tensor:
        with contextlib.suppress(_Done):
            self.run(coordinates)
        assert self._found is not None, "a node that was found is run"
        return self._found

    def run_node(self, n: fx.Node) -> Any:
        result = super().run_node(n)
        if n.name == self._own or (self._own is None and self._layer and n.target == self._layer):
            self._found = first_tensor(result)
            raise _Done
        return result

    def get_attr(self, target: Any, args: Any, kwargs: Any) -> Any:
        value = super().get_attr(target, args, kwargs)
        return torch.full(value.shape, reach.NOWHERE) if isinstance(value, Tensor) else value

    def call_module(self, target: Any, args: Any, kwargs: Any) -> Any:
        module = self.fetch_attr(target)
        value = args[0] if args else next(iter(kwargs.values()))
        known = _of_module(module, value) if isinstance(value, Tensor) else None
        if known is not None:
            return known
        inner = None if type(module).__module__.startswith("torch.nn") else _followed(module)
        if inner is not None:
            return _Reaching(inner).run(*args)
        return _unknown(module, args, kwargs)

    def call_function(self, target: Any, args: Any, kwargs: Any) -> Any:
        return _of_function(getattr(target, "__name__", ""), target, args, kwargs)

    def call_method(self, target: Any, args: Any, kwargs: Any) -> Any:
        return _of_function(str(target), getattr(torch.Tensor, target), args, kwargs)


def _of_module(module: nn.Module, value: Tensor) -> Tensor | None:
    if isinstance(module, _ConvNd):
        return reach.convolution(module, value)
    if isinstance(module, nn.Linear):
        return value.amax(-1, keepdim=True).expand(*value.shape[:-1], module.out_features)
    home, name = type(module).__module__, type(module).__name__
    if isinstance(module, PLACING_LAYERS):
        result: Tensor = module(value)
        return result
    if isinstance(module, INSIDE):
        axis = 1 if module.dim is None else int(module.dim)
        return value.amax(axis, keepdim=True).expand(value.shape)
    if isinstance(module, SPREADING):
        return None
    if home in ("torch.nn.modules.activation", "torch.nn.modules.dropout"):
        return value
    if home in ("torch.nn.modules.batchnorm", "torch.nn.modules.instancenorm") or name.endswith(
        ("LayerNorm", "GroupNorm", "RMSNorm", "ResponseNorm")
    ):
        return value
    if home == "torch.nn.modules.pooling":
        return reach.pooled(module, value)
    if isinstance(module, nn.Upsample):
        return _resized(
            module, value, module.size, module.scale_factor, module.mode, module.align_corners
        )
    return None


def _of_function(name: str, target: Any, args: Any, kwargs: Any) -> Any:
    tensors = [leaf for leaf in pytree.tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    if not tensors or name in PLACING:
        return target(*args, **kwargs)
    first = tensors[0]
    if name in BOTH and all(t.ndim for t in tensors):
        return reach.largest(tensors)
    if name in PRODUCTS and len(tensors) == 2:
        return reach.multiplied(*tensors)
    if any(name.startswith(norm) for norm in NORMALISING):
        return first
    if name in REDUCING:
        dims = kwargs.get("dim", kwargs.get("axis", args[1] if len(args) > 1 else None))
        if isinstance(dims, int | tuple | list):
            kept = bool(kwargs.get("keepdim", args[2] if len(args) > 2 else False))
            return first.amax(dims, keepdim=kept)
    if name in WITHIN:
        dim = kwargs.get("dim", args[1] if len(args) > 1 else None)
        if isinstance(dim, int):
            return first.amax(dim, keepdim=True).expand(first.shape)
    known = _pooling_or_convolving(name, first, args, kwargs)
    return _unknown(target, args, kwargs) if known is None else known


def _pooling_or_convolving(name: str, value: Tensor, args: Any, kwargs: Any) -> Tensor | None:
    """Functions of torch.nn.functional, read as the layers that do the same."""
    rank = value.ndim - 2
    if name.startswith("adaptive_") and "pool" in name and 1 <= rank <= 3:
        size = kwargs.get("output_size", args[1] if len(args) > 1 else None)
        return reach.each_channel(lambda one: reach.ADAPTIVE[rank - 1](one, size), value)
    if name.lstrip("_").startswith(("max_pool", "avg_pool")) and 1 <= rank <= 3:
        named = ["kernel_size", "stride", "padding"]
        named += ["dilation", "ceil_mode"] if "max" in name else ["ceil_mode"]
        found = dict(zip(named, args[1:], strict=False)) | kwargs
        return reach.windows_of(
            value, found["kernel_size"], found.get("stride"), found.get("padding", 0),
            found.get("dilation", 1), bool(found.get("ceil_mode", False)),
        )  # fmt: skip
    if name in ("interpolate", "upsample"):
        named = ["size", "scale_factor", "mode", "align_corners"]
        found = dict(zip(named, args[1:], strict=False)) | kwargs
        return _resized(
            functional.interpolate, value, found.get("size"), found.get("scale_factor"),
            found.get("mode", "nearest"), found.get("align_corners"),
        )  # fmt: skip
    if name in ("conv1d", "conv2d", "conv3d"):
        return _convolved(value, args, kwargs)
    if name == "linear":
        weight = kwargs.get("weight", args[1] if len(args) > 1 else None)
        return value.amax(-1, keepdim=True).expand(*value.shape[:-1], weight.shape[0])
    return None


def _convolved(value: Tensor, args: Any, kwargs: Any) -> Tensor:
    named = ["weight", "bias", "stride", "padding", "dilation", "groups"]
    found = dict(zip(named, args[1:], strict=False)) | kwargs
    weight = found["weight"]
    rank = weight.ndim - 2
    groups = int(found.get("groups", 1))
    layer = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[rank - 1](
        weight.shape[1] * groups, weight.shape[0], tuple(weight.shape[2:]),
        found.get("stride", 1), found.get("padding", 0), found.get("dilation", 1), groups,
        bias=False, device="meta",
    )  # fmt: skip
    return reach.convolution(layer, value)


def _resized(
    call: Any, value: Tensor, size: Any, scale: Any, mode: str, align_corners: bool | None
) -> Tensor:
    where = reach.thin(value).nan_to_num(neginf=0.0)
    if call is functional.interpolate:
        like = call(where, size, scale, mode, align_corners)
    else:
        like = call(where)
    return reach.resized(value, like.shape[2:], mode, align_corners)


def _unknown(target: Any, args: Any, kwargs: Any) -> Any:
    """Of an operation that isn't known: tried out, whether it only moves values or works on each
    alone. If not, all that it gives depends on all that it is given."""
    leaves, form = pytree.tree_flatten((args, kwargs))
    tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
    weights = target.parameters() if isinstance(target, nn.Module) else iter(())
    kind = next((one.dtype for one in weights), torch.get_default_dtype())

    def call(*others: Tensor) -> Any:
        rest = iter(others)
        filled = [next(rest) if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        given, named = pytree.tree_unflatten(filled, form)
        return target(*given, **named)

    placed = reach.moved(call, tensors)
    if placed is not None:
        return placed
    if len(tensors) == 1 and reach.is_pointwise(call, tensors[0], kind):
        return tensors[0]
    given = [one for one in tensors if one.ndim]
    return pytree.tree_map_only(
        Tensor,
        lambda one: reach.everywhere(given, one) if one.ndim else one,
        call(*(torch.zeros(one.shape, dtype=kind) for one in tensors)),
    )
