"""Calls of functions and methods: which layer kind each is, and how its arguments are told it.

One table. A function is known by its plain name, so `torch.relu`, `F.relu`, `x.relu_()` and
`aten.relu` are one entry; the names and defaults of its arguments are written as in torch.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from cnnstudio.compiler.importing import arithmetic, shaping, weighted
from cnnstudio.compiler.importing.modules import Found
from cnnstudio.compiler.importing.recording import (
    Batch,
    Constant,
    Event,
    Recording,
    Ref,
    Weight,
    leaves,
    mapped,
)
from cnnstudio.compiler.outcome import outcome
from cnnstudio.layers import catalogue

# Arguments that decide nothing about the result of a network in evaluation.
IGNORED = ("inplace", "training", "train", "dtype", "_stacklevel", "cudnn_enabled", "cudnn_enable",
           "half_to_float", "implicit")  # fmt: skip
# From the call to (kind, parameters), or None where no kind says it.
Reader = Callable[["shaping.Call"], "shaping.Said | None"]


@dataclass(frozen=True)
class Function:
    """How one function is read: its kind (or a reader that finds it) and its arguments."""

    kind: str | Reader
    signature: str

    @property
    def defaults(self) -> dict[str, Any]:
        return _defaults(self.signature)


def _same(kind: str, names: str, arguments: str = "input inplace=False") -> dict[str, Function]:
    return {name: Function(kind, arguments) for name in names.split()}


def _concatenated(call: shaping.Call) -> shaping.Said | None:
    return arithmetic.with_class_token(call) or shaping.joined("Concatenate")(call)


POOL = "input kernel_size stride=None padding=0 dilation=1 ceil_mode=False return_indices=False"
AVERAGE = ("input kernel_size stride=None padding=0 ceil_mode=False count_include_pad=True "
           "divisor_override=None")  # fmt: skip
CONVOLUTION = "input weight bias=None stride=1 padding=0 dilation=1 groups=1"
TRANSPOSED = "input weight bias=None stride=1 padding=0 output_padding=0 groups=1 dilation=1"
BATCH_NORM = ("input running_mean running_var weight=None bias=None training=False momentum=0.1 "
              "eps=1e-5")  # fmt: skip

FUNCTIONS: dict[str, Function] = {
    **_same("ReLU", "relu"),
    **_same("ReLU6", "relu6"),
    **_same("Sigmoid", "sigmoid"),
    **_same("Tanh", "tanh"),
    **_same("SiLU", "silu"),
    **_same("Mish", "mish"),
    **_same("Hardswish", "hardswish"),
    **_same("Hardsigmoid", "hardsigmoid"),
    **_same("Softsign", "softsign"),
    **_same("Tanhshrink", "tanhshrink"),
    **_same("LogSigmoid", "logsigmoid"),
    **_same("SELU", "selu"),
    "gelu": Function("GELU", "input approximate='none'"),
    "elu": Function("ELU", "input alpha=1.0 inplace=False"),
    "celu": Function("CELU", "input alpha=1.0 inplace=False"),
    "leaky_relu": Function("LeakyReLU", "input negative_slope=0.01 inplace=False"),
    "hardtanh": Function(shaping.clamped, "input min=-1.0 max=1.0 inplace=False"),
    "clamp": Function(shaping.clamped, "input min=None max=None"),
    "clip": Function(shaping.clamped, "input min=None max=None"),
    "threshold": Function("Threshold", "input threshold value inplace=False"),
    "hardshrink": Function("Hardshrink", "input lambd=0.5"),
    "softshrink": Function("Softshrink", "input lambd=0.5"),
    "softplus": Function("Softplus", "input beta=1.0 threshold=20.0"),
    "glu": Function("GLU", "input dim=-1"),
    "softmax": Function("Softmax", "input dim=None _stacklevel=3 dtype=None"),
    "log_softmax": Function("LogSoftmax", "input dim=None _stacklevel=3 dtype=None"),
    "softmin": Function("Softmin", "input dim=None _stacklevel=3 dtype=None"),
    "normalize": Function("Normalize", "input p=2.0 dim=1 eps=1e-12 out=None"),
    "dropout": Function("Dropout", "input p=0.5 training=True inplace=False"),
    "dropout1d": Function("Dropout1d", "input p=0.5 training=True inplace=False"),
    "dropout2d": Function("Dropout2d", "input p=0.5 training=True inplace=False"),
    "dropout3d": Function("Dropout3d", "input p=0.5 training=True inplace=False"),
    "feature_dropout": Function(shaping.feature_dropout, "input p=0.5 training=True"),
    "alpha_dropout": Function("AlphaDropout", "input p=0.5 training=False inplace=False"),
    **{f"max_pool{n}d": Function(f"MaxPool{n}d", POOL) for n in (1, 2, 3)},
    **{f"avg_pool{n}d": Function(f"AvgPool{n}d", AVERAGE) for n in (1, 2, 3)},
    **{
        f"adaptive_{how}_pool{n}d": Function(f"Adaptive{name}Pool{n}d", "input output_size")
        for how, name in (("avg", "Avg"), ("max", "Max"))
        for n in (1, 2, 3)
    },
    **{
        f"lp_pool{n}d": Function(
            f"LPPool{n}d", "input norm_type kernel_size stride=None ceil_mode=False"
        )
        for n in (1, 2, 3)
    },
    "pixel_shuffle": Function("PixelShuffle", "input upscale_factor"),
    "pixel_unshuffle": Function("PixelUnshuffle", "input downscale_factor"),
    "channel_shuffle": Function("ChannelShuffle", "input groups"),
    "local_response_norm": Function("LocalResponseNorm", "input size alpha=1e-4 beta=0.75 k=1.0"),
    # Joining
    "add": Function(arithmetic.added, "input other alpha=1"),
    "radd": Function(arithmetic.added, "input other alpha=1"),
    "sub": Function(arithmetic.subtracted, "input other alpha=1"),
    "rsub": Function(arithmetic.subtracted_from, "input other alpha=1"),
    "mul": Function(arithmetic.multiplied, "input other"),
    "rmul": Function(arithmetic.multiplied, "input other"),
    "multiply": Function(arithmetic.multiplied, "input other"),
    "div": Function(arithmetic.divided, "input other rounding_mode=None"),
    "truediv": Function(arithmetic.divided, "input other rounding_mode=None"),
    "true_divide": Function(arithmetic.divided, "input other rounding_mode=None"),
    "maximum": Function(arithmetic.two("Maximum"), "input other"),
    "minimum": Function(arithmetic.two("Minimum"), "input other"),
    "matmul": Function(arithmetic.two("MatMul"), "input other"),
    "bmm": Function(arithmetic.two("MatMul"), "input other"),
    "cat": Function(_concatenated, "tensors dim=0"),
    "concat": Function(_concatenated, "tensors dim=0"),
    "concatenate": Function(_concatenated, "tensors dim=0"),
    "pow": Function(arithmetic.raised, "input exponent"),
    "einsum": Function(shaping.einsum, "equation *operands"),
    "scaled_dot_product_attention": Function(
        "ScaledDotProductAttention",
        "query key value attn_mask=None dropout_p=0.0 is_causal=False scale=None enable_gqa=False",
    ),
    **{
        name: Function(kind, "input")
        for name, kind in {
            "neg": "Negative",
            "negative": "Negative",
            "abs": "Abs",
            "absolute": "Abs",
            "exp": "Exp",
            "log": "Log",
            "log1p": "Log1p",
            "log10": "Log10",
            "expm1": "Expm1",
            "sqrt": "Sqrt",
            "rsqrt": "Rsqrt",
            "square": "Square",
            "reciprocal": "Reciprocal",
            "sin": "Sin",
            "cos": "Cos",
            "tan": "Tan",
            "atan": "Atan",
            "arctan": "Atan",
            "sinh": "Sinh",
            "asinh": "Asinh",
            "erf": "Erf",
            "sign": "Sign",
            "floor": "Floor",
            "ceil": "Ceil",
        }.items()
    },
    "expand": Function(shaping.expanded, "input *shape"),
    "broadcast_to": Function(shaping.expanded, "input *shape"),
    "stack": Function(shaping.joined("Stack"), "tensors dim=0"),
    # Rearranging
    "flatten": Function(shaping.flattened, "input start_dim=0 end_dim=-1"),
    "reshape": Function(shaping.reshaped, "input *shape"),
    "view": Function(shaping.reshaped, "input *shape"),
    "_unsafe_view": Function(shaping.reshaped, "input *shape"),
    "unflatten": Function(shaping.reshaped, "input *shape"),
    "permute": Function(shaping.permuted, "input *dims"),
    "transpose": Function(shaping.transposed, "input dim0 dim1"),
    "swapaxes": Function(shaping.transposed, "input axis0 axis1"),
    "swapdims": Function(shaping.transposed, "input dim0 dim1"),
    "movedim": Function(shaping.moved, "input source destination"),
    "unsqueeze": Function(shaping.unsqueezed, "input dim"),
    "squeeze": Function(shaping.squeezed, "input dim=None"),
    "chunk": Function(shaping.chunked, "input chunks dim=0"),
    "split": Function(shaping.split, "input split_size dim=0"),
    "split_with_sizes": Function(shaping.split, "input split_size dim=0"),
    "tensor_split": Function(shaping.chunked, "input chunks dim=0"),
    "getitem": Function(shaping.indexed, "input index"),
    "select": Function(shaping.selected, "input dim index"),
    "slice": Function(shaping.sliced, "input dim=0 start=None end=None step=1"),
    "narrow": Function(shaping.narrowed, "input dim start length"),
    "flip": Function(shaping.flipped, "input *dims"),
    "roll": Function(shaping.rolled, "input shifts dims=None"),
    # Reducing
    **{
        name: Function(shaping.reduced(kind), "input dim=None keepdim=False dtype=None")
        for name, kind in {"mean": "Mean", "sum": "Sum", "amax": "Max", "amin": "Min"}.items()
    },
    # Resizing and padding
    "interpolate": Function(
        shaping.interpolated,
        "input size=None scale_factor=None mode='nearest' align_corners=None "
        "recompute_scale_factor=None antialias=False",
    ),
    **{
        f"upsample_{name}": Function(
            shaping.resampled(mode), "input shape=None align_corners=None scale_factors=None"
        )
        for name, mode in {
            "nearest1d": "nearest",
            "nearest2d": "nearest",
            "nearest3d": "nearest",
            "linear1d": "linear",
            "bilinear2d": "bilinear",
            "trilinear3d": "trilinear",
            "bicubic2d": "bicubic",
        }.items()
    },
    "pad": Function(shaping.padded, "input pad mode='constant' value=None"),
    "constant_pad_nd": Function(shaping.padded, "input pad value=0"),
    # With weights among the arguments
    "linear": Function(weighted.linear, "input weight bias=None"),
    **{f"conv{n}d": Function(weighted.convolution(n), CONVOLUTION) for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": Function(weighted.transposed(n), TRANSPOSED) for n in (1, 2, 3)},
    "batch_norm": Function(weighted.batch_norm, BATCH_NORM),
    "layer_norm": Function(
        weighted.layer_norm,
        "input normalized_shape weight=None bias=None eps=1e-5 cudnn_enable=True",
    ),
    "group_norm": Function(
        weighted.group_norm, "input num_groups weight=None bias=None eps=1e-5 cudnn_enabled=True"
    ),
    "rms_norm": Function(weighted.rms_norm, "input normalized_shape weight=None eps=None"),
    "prelu": Function(weighted.prelu, "input weight"),
}


# Gives the values that it was given: no node at all.
COPY = "copy"
COPIES = frozenset(
    """contiguous clone detach alias to float type_as view_as expand_as cat concat concatenate
    expand type cpu _to_copy lift_fresh_copy squeeze reshape view flatten broadcast_to""".split()
)


def from_function(recording: Recording, event: Event) -> Found | None:
    """The kind of a function's call; None if none says what it does."""
    if _is_copy(recording, event):
        return Found(COPY, {}, event.inputs, list(event.outputs))
    entry = FUNCTIONS.get(event.name)
    if entry is None:
        return None
    arguments = _bound(entry, event)
    if arguments is None:
        return None
    call = shaping.Call(recording, event, arguments)
    said = _plainly(entry, call) if isinstance(entry.kind, str) else entry.kind(call)
    if said is None or said.kind not in catalogue:
        return None
    found = Found(
        kind=said.kind,
        parameters=_shortened(said.kind, said.parameters),
        inputs=said.inputs if said.inputs is not None else event.inputs,
        outputs=list(event.outputs),
        weights=said.weights,
    )
    return found if _fits(recording, found) else None


def _is_copy(recording: Recording, event: Event) -> bool:
    if event.name not in COPIES or len(event.inputs) != 1 or len(event.outputs) != 1:
        return False
    if any(isinstance(leaf, Weight | Constant) for leaf in leaves((event.arguments, event.named))):
        return False
    given, made = (recording.values[n] for n in (event.inputs[0], event.outputs[0]))
    return given.shape == made.shape and given.example.dtype == made.example.dtype


PLAIN_NAMES = {
    "self": "input", "size": "shape", "output_size": "shape", "axis": "dim", "min_val": "min",
    "max_val": "max",
}  # fmt: skip


@cache
def _defaults(signature: str) -> dict[str, Any]:
    """Names with their defaults; Ellipsis where an argument has to be given."""
    parsed: dict[str, Any] = {}
    for part in signature.split():
        name, equals, default = part.partition("=")
        parsed[name] = ast.literal_eval(default) if equals else ...
    return parsed


def _bound(entry: Function, event: Event) -> dict[str, Any] | None:
    """The call's arguments by name; None if it isn't called as the table says."""
    bound: dict[str, Any] = {}
    rest, named = list(event.arguments), dict(event.named)
    schema = getattr(event.function, "_schema", None)
    if schema is not None:  # an operator, whose arguments may stand in another order
        names = [argument.name for argument in schema.arguments]
        named |= dict(zip(names, rest, strict=False))
        rest = []
    for name in entry.defaults:
        if schema is not None:
            break
        if name.startswith("*"):
            given = rest[0] if len(rest) == 1 and isinstance(rest[0], tuple | list) else rest
            bound[name[1:]] = tuple(given)
            rest = []
        elif rest:
            bound[name] = rest.pop(0)
    for name, value in named.items():
        plain = PLAIN_NAMES.get(name, name)
        if name in entry.defaults:
            plain = name
        known = plain if plain in entry.defaults or f"*{plain}" in entry.defaults else name
        if known in entry.defaults or f"*{known}" in entry.defaults:
            bound[known] = value
        elif known not in IGNORED and value not in (None, False):
            return None
    for name, default in entry.defaults.items():
        plain = name.lstrip("*")
        if plain not in bound:
            if default is ... and not name.startswith("*"):
                return None
            bound[plain] = default
    return None if rest else bound


def _plainly(entry: Function, call: shaping.Call) -> shaping.Said | None:
    """A call whose arguments are the kind's parameters, by the same names."""
    assert isinstance(entry.kind, str)
    kind = catalogue.get(entry.kind)
    if kind is None:
        return None
    known = {parameter.name: parameter for parameter in kind.parameters}
    parameters = {}
    tensors = []
    for name, value in call.arguments.items():
        if isinstance(value, Ref):
            tensors.append(value)
        elif name in known:
            value = None if isinstance(value, list | tuple) and not value else value
            if value is None and not known[name].optional:
                return None
            parameters[name] = value
        elif name not in IGNORED and value != entry.defaults.get(name):
            return None
    if len(tensors) != len(kind.inputs):
        return None
    return shaping.Said(entry.kind, parameters)


def _shortened(kind: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the kind's defaults, in lists, as a project holds it."""
    kept = {}
    for parameter in catalogue[kind].parameters:
        if parameter.name not in parameters:
            continue
        value = parameters[parameter.name]
        try:
            checked = parameter.validate(list(value) if isinstance(value, tuple) else value)
            same = checked == parameter.validate(parameter.default)
        except ValueError:
            same, checked = False, value
        if not same:
            kept[parameter.name] = mapped(
                list(checked) if isinstance(checked, tuple) else checked, lambda leaf: leaf
            )
    return kept


def _fits(recording: Recording, found: Found) -> bool:
    """Whether the kind, with these parameters, gives tensors of the shapes that were seen."""
    if any(isinstance(leaf, Batch) for leaf in leaves(found.parameters)):
        return False
    if not all(recording.values[number].batched for number in found.inputs):
        return False
    shapes = tuple(recording.values[number].inner for number in found.inputs)
    kind = catalogue[found.kind]
    if kind.ranks and any(len(shape) + 1 not in kind.ranks for shape in shapes):
        return False
    result = outcome(kind, found.parameters, shapes, shapes)
    given = tuple(recording.values[number].inner for number in found.outputs)
    return result.invalid is None and result.refused is None and result.shapes == given
