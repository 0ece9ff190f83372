"""What each of ONNX's operators is in torch.

Numbers that don't depend on the input come as numpy arrays (or single floats) and stay such.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from cnnstudio.graph import ProblemError


class Attributes:
    """A node's attributes by name; what a file leaves out has ONNX's default."""

    def __init__(self, node: Any, graph: Any, batch: int) -> None:
        from onnx import helper

        self._values = {one.name: helper.get_attribute_value(one) for one in node.attribute}
        self.graph = graph
        self.batch = batch
        self.outputs = len(node.output)

    def __call__(self, name: str, default: Any = None) -> Any:
        value = self._values.get(name, default)
        return value.decode() if isinstance(value, bytes) else value

    def resized(self, sizes: list[int]) -> list[int]:
        """A shape that was written down for one batch size, for the present one."""
        fixed = self.graph.batch
        return [self.batch, *sizes[1:]] if fixed and sizes[:1] == [fixed] else sizes


Operator = Callable[..., Any]


def _ints(value: Any) -> list[int]:
    return [int(one) for one in np.asarray(value).reshape(-1)]


def _sides(a: Attributes, x: Tensor, kernel: Sequence[int], value: float = 0.0) -> tuple[Any, Any]:
    """The input, padded where its sides differ, and the padding that the layer itself can add."""
    n = len(kernel)
    pads = list(a("pads", [0] * 2 * n))
    how = a("auto_pad", "NOTSET")
    if how in ("SAME_UPPER", "SAME_LOWER"):
        strides, dilations = a("strides", [1] * n), a("dilations", [1] * n)
        pads = [0] * 2 * n
        for i in range(n):
            size, span = x.shape[2 + i], (kernel[i] - 1) * dilations[i] + 1
            total = max((-(-size // strides[i]) - 1) * strides[i] + span - size, 0)
            less, more = total // 2, total - total // 2
            pads[i], pads[i + n] = (less, more) if how == "SAME_UPPER" else (more, less)
    if pads[:n] == pads[n:]:
        return x, tuple(pads[:n])
    flat = [side for i in reversed(range(n)) for side in (pads[i], pads[i + n])]
    return F.pad(x, flat, value=value), (0,) * n


def conv(a: Attributes, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    n = weight.ndim - 2
    x, padding = _sides(a, x, weight.shape[2:])
    function = (F.conv1d, F.conv2d, F.conv3d)[n - 1]
    return function(
        x, weight, bias, tuple(a("strides", [1] * n)), padding, tuple(a("dilations", [1] * n)),
        a("group", 1),
    )  # fmt: skip


def conv_transpose(a: Attributes, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    n = weight.ndim - 2
    pads = a("pads", [0] * 2 * n)
    if pads[:n] != pads[n:] or a("output_shape") is not None:
        raise ProblemError("A transposed convolution in the file is padded unevenly.")
    function = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[n - 1]
    return function(
        x, weight, bias, tuple(a("strides", [1] * n)), tuple(pads[:n]),
        tuple(a("output_padding", [0] * n)), a("group", 1), tuple(a("dilations", [1] * n)),
    )  # fmt: skip


def max_pool(a: Attributes, x: Tensor) -> Tensor:
    kernel = a("kernel_shape")
    x, padding = _sides(a, x, kernel, float("-inf"))
    n = len(kernel)
    function = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[n - 1]
    return function(
        x, tuple(kernel), tuple(a("strides", [1] * n)), padding, tuple(a("dilations", [1] * n)),
        bool(a("ceil_mode", 0)),
    )  # fmt: skip


def average_pool(a: Attributes, x: Tensor) -> Tensor:
    kernel = a("kernel_shape")
    x, padding = _sides(a, x, kernel)
    n = len(kernel)
    function = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[n - 1]
    return function(
        x, tuple(kernel), tuple(a("strides", [1] * n)), padding, bool(a("ceil_mode", 0)),
        bool(a("count_include_pad", 0)),
    )  # fmt: skip


def global_pool(kind: str) -> Operator:
    def pool(a: Attributes, x: Tensor) -> Tensor:
        return getattr(F, f"adaptive_{kind}_pool{x.ndim - 2}d")(x, 1)

    return pool


def batch_normalization(
    a: Attributes, x: Tensor, scale: Tensor, bias: Tensor, mean: Tensor, variance: Tensor
) -> Tensor:
    momentum = round(1.0 - a("momentum", 0.9), 6)
    return F.batch_norm(x, mean, variance, scale, bias, False, momentum, a("epsilon", 1e-5))


def layer_normalization(
    a: Attributes, x: Tensor, scale: Tensor, bias: Tensor | None = None
) -> Tensor:
    axis = a("axis", -1) % x.ndim
    return F.layer_norm(x, tuple(x.shape[axis:]), scale, bias, a("epsilon", 1e-5))


def gemm(a: Attributes, x: Tensor, weight: Any, bias: Any = None) -> Tensor:
    plain = a("alpha", 1.0) == 1.0 and a("beta", 1.0) == 1.0 and not a("transA", 0)
    if not plain or not isinstance(weight, nn.Parameter):
        raise ProblemError("A Gemm in the file is no linear layer.")
    return F.linear(x, weight if a("transB", 0) else a.graph.transposed(weight), bias)


def matmul(a: Attributes, x: Any, other: Any) -> Any:
    if isinstance(other, nn.Parameter) and other.ndim == 2:
        return F.linear(x, a.graph.transposed(other))
    return torch.matmul(x, other)


def binary(function: Callable[[Any, Any], Any]) -> Operator:
    def call(a: Attributes, x: Any, y: Any) -> Any:
        return function(x, y)

    return call


def unary(function: Callable[[Any], Any]) -> Operator:
    def call(a: Attributes, x: Any) -> Any:
        return function(x)

    return call


def several(function: Callable[[Any, Any], Any]) -> Operator:
    def call(a: Attributes, first: Any, *rest: Any) -> Any:
        for one in rest:
            first = function(first, one)
        return first

    return call


def divide(x: Any, y: Any) -> Any:
    if isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and x.dtype.kind == "i":
        return x // y
    return x / y


def clip(a: Attributes, x: Any, low: Any = None, high: Any = None) -> Any:
    low = a("min") if low is None else float(low)
    high = a("max") if high is None else float(high)
    if (low, high) == (0.0, 6.0):
        return F.relu6(x)
    return torch.clamp(x, low, high)


def hard_sigmoid(a: Attributes, x: Tensor) -> Tensor:
    alpha, beta = a("alpha", 0.2), a("beta", 0.5)
    if abs(alpha - 1 / 6) < 1e-6 and beta == 0.5:
        return F.hardsigmoid(x)
    return torch.clamp(x * alpha + beta, 0.0, 1.0)


def softmax(function: Callable[..., Tensor]) -> Operator:
    def call(a: Attributes, x: Tensor) -> Tensor:
        return function(x, dim=a("axis", -1))

    return call


def prelu(a: Attributes, x: Tensor, slope: Any) -> Tensor:
    if isinstance(slope, float):
        return F.leaky_relu(x, slope)
    return torch.where(x > 0, x, x * slope) if slope.ndim > 1 else F.prelu(x, slope)


def reshape(a: Attributes, x: Any, shape: Any) -> Any:
    sizes = _ints(shape)
    if not a("allowzero", 0):
        sizes = [x.shape[i] if size == 0 else size for i, size in enumerate(sizes)]
    if isinstance(x, np.ndarray):
        return x.reshape(sizes)
    if len(sizes) == 2 and sizes[1] == -1 and x.ndim > 2:
        return torch.flatten(x, 1)
    return torch.reshape(x, a.resized(sizes))


def flatten(a: Attributes, x: Tensor) -> Tensor:
    axis = a("axis", 1) % max(x.ndim, 1)
    if axis != 1:
        raise ProblemError(
            f"A Flatten in the file begins at dimension {axis}, not behind the batch."
        )
    return torch.flatten(x, 1)


def transpose(a: Attributes, x: Any) -> Any:
    order = a("perm", list(range(x.ndim))[::-1])
    return x.transpose(order) if isinstance(x, np.ndarray) else x.permute(*order)


def squeeze(a: Attributes, x: Any, axes: Any = None) -> Any:
    dims = _ints(axes) if axes is not None else a("axes")
    dims = [i for i, s in enumerate(x.shape) if s == 1] if dims is None else dims
    if isinstance(x, np.ndarray):
        return x.squeeze(tuple(dims))
    for dim in sorted((d % x.ndim for d in dims), reverse=True):
        x = torch.squeeze(x, dim)
    return x


def unsqueeze(a: Attributes, x: Any, axes: Any = None) -> Any:
    dims = _ints(axes) if axes is not None else a("axes")
    x = np.asarray(x) if isinstance(x, int | float) else x
    for dim in sorted(d % (x.ndim + len(dims)) for d in dims):
        x = np.expand_dims(x, dim) if isinstance(x, np.ndarray) else torch.unsqueeze(x, dim)
    return x


def concat(a: Attributes, *parts: Any) -> Any:
    if all(isinstance(part, np.ndarray) for part in parts):
        return np.concatenate(parts, a("axis"))
    return torch.cat(list(parts), dim=a("axis"))


def split(a: Attributes, x: Tensor, sizes: Any = None) -> Any:
    dim = a("axis", 0)
    given = _ints(sizes) if sizes is not None else a("split")
    if given is None:
        return torch.chunk(x, a("num_outputs", a.outputs), dim)
    return torch.split(x, given, dim)


def cut(a: Attributes, x: Any, *given: Any) -> Any:
    names = ("starts", "ends", "axes", "steps")
    parts = {n: _ints(v) for n, v in zip(names, given, strict=False) if v is not None}
    parts |= {n: list(a(n)) for n in names if n not in parts and a(n) is not None}
    axes = parts.get("axes", list(range(len(parts["starts"]))))
    steps = parts.get("steps", [1] * len(axes))
    for axis, start, end, step in zip(axes, parts["starts"], parts["ends"], steps, strict=True):
        index = (slice(None),) * (axis % x.ndim) + (slice(start, end, step),)
        x = x[index]
    return x


def gather(a: Attributes, x: Any, indices: Any) -> Any:
    dim = a("axis", 0)
    if isinstance(x, np.ndarray):
        return np.take(x, indices, dim)
    if not isinstance(indices, np.ndarray):
        raise ProblemError("A Gather in the file takes places that depend on the input.")
    if indices.ndim == 0:
        return torch.select(x, dim, int(indices))
    return torch.index_select(x, dim, torch.tensor(_ints(indices)))


def reduce(function: Callable[..., Tensor]) -> Operator:
    def call(a: Attributes, x: Tensor, axes: Any = None) -> Tensor:
        dims = _ints(axes) if axes is not None else a("axes", list(range(1, x.ndim)))
        return function(x, dim=tuple(d % x.ndim for d in dims), keepdim=bool(a("keepdims", 1)))

    return call


def pad(a: Attributes, x: Tensor, pads: Any = None, value: Any = None, axes: Any = None) -> Tensor:
    sides = _ints(pads) if pads is not None else list(a("pads"))
    if axes is not None:
        raise ProblemError("A Pad in the file names its dimensions.")
    n = len(sides) // 2
    flat = [side for i in reversed(range(n)) for side in (sides[i], sides[i + n])]
    while len(flat) > 2 and flat[-2:] == [0, 0]:
        flat = flat[:-2]
    mode = {"edge": "replicate", "wrap": "circular"}.get(
        a("mode", "constant"), a("mode", "constant")
    )
    if mode == "constant":
        return F.pad(x, flat, value=float(a("value", 0.0) if value is None else value))
    return F.pad(x, flat, mode=mode)


def resize(
    a: Attributes, x: Tensor, _: Any = None, scales: Any = None, sizes: Any = None
) -> Tensor:
    smooth = {"linear": {3: "linear", 4: "bilinear", 5: "trilinear"}[x.ndim], "cubic": "bicubic"}
    how = smooth.get(a("mode", "nearest"), "nearest")
    place = a("coordinate_transformation_mode", "half_pixel")
    corners = (place == "align_corners") if how != "nearest" else None
    known = {"asymmetric"} if how == "nearest" else {"half_pixel", "pytorch_half_pixel",
                                                     "align_corners"}  # fmt: skip
    if place not in known:
        raise ProblemError(f"A Resize in the file is of the kind {a('mode')}, {place}.")
    if sizes is not None and np.asarray(sizes).size:
        return F.interpolate(x, size=tuple(_ints(sizes)[2:]), mode=how, align_corners=corners)
    factors = tuple(float(one) for one in np.asarray(
        scales.detach() if isinstance(scales, Tensor) else scales).reshape(-1)[2:])  # fmt: skip
    return F.interpolate(x, scale_factor=factors, mode=how, align_corners=corners)


def dropout(a: Attributes, x: Tensor, ratio: Any = None, training: Any = None) -> Tensor:
    return F.dropout(x, float(a("ratio", 0.5) if ratio is None else ratio), False)


def constant(a: Attributes) -> Any:
    from onnx import numpy_helper

    for name in ("value_float", "value_int", "value_floats", "value_ints"):
        if a(name) is not None:
            value = a(name)
            return float(value) if name == "value_float" else np.asarray(value)
    array = np.array(numpy_helper.to_array(a("value")))
    if array.dtype.kind == "f":
        return float(array.reshape(())) if array.size == 1 else torch.from_numpy(array)
    return array


def cast(a: Attributes, x: Any) -> Any:
    if isinstance(x, np.ndarray):
        return x
    return x.float() if isinstance(x, Tensor) else x


def shape(a: Attributes, x: Any) -> np.ndarray:
    sizes = list(x.shape)[a("start", 0) : a("end")]
    return np.asarray(sizes, dtype=np.int64)


def expand(a: Attributes, x: Any, sizes: Any) -> Any:
    wanted = list(np.broadcast_shapes(tuple(x.shape), tuple(a.resized(_ints(sizes)))))
    return x.expand(*wanted)


def lrn(a: Attributes, x: Tensor) -> Tensor:
    return F.local_response_norm(x, a("size"), a("alpha", 1e-4), a("beta", 0.75), a("bias", 1.0))


def depth_to_space(a: Attributes, x: Tensor) -> Tensor:
    if a("mode", "DCR") != "CRD":
        raise ProblemError("A DepthToSpace in the file orders its channels another way (DCR).")
    return F.pixel_shuffle(x, a("blocksize"))


OPERATORS: dict[str, Operator] = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": max_pool,
    "AveragePool": average_pool, "GlobalAveragePool": global_pool("avg"),
    "GlobalMaxPool": global_pool("max"), "BatchNormalization": batch_normalization,
    "LayerNormalization": layer_normalization, "LRN": lrn, "Gemm": gemm, "MatMul": matmul,
    "InstanceNormalization": lambda a, x, w, b: F.instance_norm(
        x, weight=w, bias=b, eps=a("epsilon", 1e-5)
    ),
    "Add": binary(lambda x, y: x + y), "Sub": binary(lambda x, y: x - y),
    "Mul": binary(lambda x, y: x * y), "Div": binary(divide),
    "Pow": binary(lambda x, y: x**y), "Max": several(torch.maximum), "Min": several(torch.minimum),
    "Sum": several(lambda x, y: x + y),
    "Relu": unary(F.relu), "Sigmoid": unary(torch.sigmoid), "Tanh": unary(torch.tanh),
    "Softplus": unary(F.softplus), "Softsign": unary(F.softsign), "HardSwish": unary(F.hardswish),
    "Mish": unary(F.mish), "Erf": unary(torch.erf), "Exp": unary(torch.exp),
    "Log": unary(torch.log), "Sqrt": unary(torch.sqrt), "Neg": unary(lambda x: -x),
    "Abs": unary(lambda x: abs(x)), "Reciprocal": unary(torch.reciprocal),
    "Floor": unary(torch.floor), "Ceil": unary(torch.ceil), "Sign": unary(torch.sign),
    "Identity": unary(lambda x: x),
    "Selu": lambda a, x: F.selu(x), "Elu": lambda a, x: F.elu(x, a("alpha", 1.0)),
    "Celu": lambda a, x: F.celu(x, a("alpha", 1.0)),
    "LeakyRelu": lambda a, x: F.leaky_relu(x, round(a("alpha", 0.01), 7)),
    "Gelu": lambda a, x: F.gelu(x, approximate=a("approximate", "none")),
    "HardSigmoid": hard_sigmoid, "Clip": clip, "PRelu": prelu, "Softmax": softmax(F.softmax),
    "LogSoftmax": softmax(F.log_softmax), "Reshape": reshape, "Flatten": flatten,
    "Transpose": transpose, "Squeeze": squeeze, "Unsqueeze": unsqueeze, "Concat": concat,
    "Split": split, "Slice": cut, "Gather": gather, "ReduceMean": reduce(torch.mean),
    "ReduceSum": reduce(torch.sum), "ReduceMax": reduce(torch.amax),
    "ReduceMin": reduce(torch.amin), "Pad": pad, "Resize": resize, "Dropout": dropout,
    "Constant": constant, "Cast": cast, "Shape": shape, "Expand": expand,
    "DepthToSpace": depth_to_space,
}  # fmt: skip
