"""The weights that make a unit: those of its convolution or linear layer, or of the one before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor, fx, nn
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.conv import _ConvNd, _ConvTransposeNd

from cnnstudio.compiler.running import names_by_node
from cnnstudio.interpret.capture import node_named

WEIGHTED = ("conv1d", "conv2d", "conv3d", "linear")
# A unit of these is made of the unit of the same number before: norms, activations, pooling.
KEEPING_HOMES = ("activation", "batchnorm", "dropout", "pooling", "instancenorm")
KEEPING = {"relu", "relu_", "relu6", "leaky_relu", "elu", "gelu", "silu", "mish", "hardswish",
           "sigmoid", "tanh", "max_pool1d", "max_pool2d", "avg_pool1d", "avg_pool2d", "dropout",
           "adaptive_avg_pool2d", "clamp", "batch_norm"}  # fmt: skip


@dataclass(frozen=True)
class Kernel:
    """A unit's weights: float32 (channels of its input, height, width) of a convolution, or
    (features,) of a linear layer. `layer` is the node that they belong to."""

    layer: str
    weights: np.ndarray
    bias: float | None


def kernel_of(model: nn.Module, layer: str, unit: int) -> Kernel | None:
    """None where no convolution or linear layer makes the unit alone."""
    if not isinstance(model, fx.GraphModule):
        module = model.get_submodule(layer)
        return _of_module(layer, module, unit)
    node = node_named(model, layer)
    names = names_by_node(model)
    while True:
        name = names.get(node.name, [node.name])[0]
        if node.op == "call_module":
            module = model.get_submodule(str(node.target))
            if isinstance(module, _ConvNd | nn.Linear):
                return _of_module(name, module, unit)
            home = type(module).__module__.rpartition(".")[2]
            keeps = isinstance(module, _NormBase) or home in KEEPING_HOMES
            if isinstance(module, nn.GLU | nn.MultiheadAttention):
                return None
        elif node.op in ("call_function", "call_method"):
            function = str(getattr(node.target, "__name__", node.target))
            if function in WEIGHTED:
                return _of_function(model, name, node, unit)
            keeps = function in KEEPING
        else:
            return None
        if not keeps or not node.all_input_nodes:
            return None
        node = node.all_input_nodes[0]


def _of_module(name: str, module: nn.Module, unit: int) -> Kernel | None:
    if not isinstance(module, _ConvNd | nn.Linear):
        return None
    weight = module.weight
    if isinstance(module, _ConvTransposeNd):
        # (in, out / groups, …): the unit's weights for each channel of its group.
        each = module.out_channels // module.groups
        group = weight.shape[0] // module.groups
        first = unit // each * group
        if unit >= module.out_channels:
            return None
        return _kernel(name, weight[first : first + group, unit % each], module.bias, unit)
    return None if unit >= len(weight) else _kernel(name, weight[unit], module.bias, unit)


def _of_function(model: fx.GraphModule, name: str, node: fx.Node, unit: int) -> Kernel | None:
    given = dict(zip(("input", "weight", "bias"), node.args, strict=False)) | dict(node.kwargs)

    def read(source: object) -> Tensor | None:
        if not isinstance(source, fx.Node) or source.op != "get_attr":
            return None
        home, _, own = str(source.target).rpartition(".")
        found = getattr(model.get_submodule(home), own)
        return found if isinstance(found, Tensor) else None

    weight = read(given.get("weight"))
    if weight is None or unit >= len(weight):
        return None
    return _kernel(name, weight[unit], read(given.get("bias")), unit)


def _kernel(name: str, weight: Tensor, bias: Tensor | None, unit: int) -> Kernel:
    return Kernel(
        name,
        weight.detach().float().cpu().numpy().copy(),
        None if bias is None else float(bias.detach()[unit]),
    )
