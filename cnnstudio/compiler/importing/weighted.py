"""Functions that get their weights as arguments: they become the layers that hold them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from cnnstudio.compiler.importing.recording import Constant, Recording, Weight
from cnnstudio.compiler.importing.shaping import Call, Reader, Said


def _tensor(recording: Recording, argument: Any) -> Tensor | None:
    match argument:
        case Weight(name):
            return recording.weights[name]
        case Constant(tensor):
            return tensor
    return None


def _weights(call: Call, *names: str) -> dict[str, str | Tensor] | None:
    """The weights by argument; None if one is computed by the network itself."""
    found: dict[str, str | Tensor] = {}
    for name in names:
        match call[name]:
            case None:
                continue
            case Weight(origin):
                found[name] = origin
            case Constant(tensor):
                found[name] = tensor
            case _:
                return None
    return found


def linear(call: Call) -> Said | None:
    weights, weight = _weights(call, "weight", "bias"), _tensor(call.recording, call["weight"])
    if weights is None or weight is None or weight.ndim != 2:
        return None
    return Said("Linear", {"out_features": weight.shape[0], "bias": "bias" in weights}, weights)


def _listed(value: Any, count: int) -> Any:
    if isinstance(value, tuple | list):
        return list(value) * (count if len(value) == 1 else 1)
    return value if isinstance(value, str) else [value] * count


def convolution(n: int) -> Reader:
    """Convolutions over `n` dimensions."""

    def read(call: Call) -> Said | None:
        weights = _weights(call, "weight", "bias")
        weight = _tensor(call.recording, call["weight"])
        if weights is None or weight is None:
            return None
        parameters = {
            "out_channels": weight.shape[0],
            "kernel_size": list(weight.shape[2:]),
            "bias": "bias" in weights,
            "groups": call["groups"],
        }
        for name in ("stride", "padding", "dilation"):
            parameters[name] = _listed(call[name], n)
        return Said(f"Conv{n}d", parameters, weights)

    return read


def transposed(n: int) -> Reader:
    """Transposed convolutions over `n` dimensions."""

    def read(call: Call) -> Said | None:
        weights = _weights(call, "weight", "bias")
        weight = _tensor(call.recording, call["weight"])
        if weights is None or weight is None:
            return None
        parameters = {
            "out_channels": weight.shape[1] * call["groups"],
            "kernel_size": list(weight.shape[2:]),
            "bias": "bias" in weights,
            "groups": call["groups"],
        }
        for name in ("stride", "padding", "output_padding", "dilation"):
            parameters[name] = _listed(call[name], n)
        return Said(f"ConvTranspose{n}d", parameters, weights)

    return read


def batch_norm(call: Call) -> Said | None:
    names = ("running_mean", "running_var", "weight", "bias")
    weights = _weights(call, *names)
    if weights is None or "running_mean" not in weights or call["training"]:
        return None
    if ("weight" in weights) != ("bias" in weights):
        return None
    kind = {2: "BatchNorm1d", 3: "BatchNorm1d", 4: "BatchNorm2d", 5: "BatchNorm3d"}.get(call.rank)
    if kind is None:
        return None
    parameters = {
        "eps": call["eps"], "momentum": call["momentum"], "affine": "weight" in weights
    }  # fmt: skip
    # A count that the function doesn't need, but the layer keeps.
    count = f"{str(weights['running_mean']).rpartition('.')[0]}.num_batches_tracked"
    known = count in call.recording.weights
    weights["num_batches_tracked"] = count if known else torch.tensor(0)
    return Said(kind, parameters, weights)


def layer_norm(call: Call) -> Said | None:
    weights = _weights(call, "weight", "bias")
    if weights is None or ("bias" in weights and "weight" not in weights):
        return None
    parameters: dict[str, Any] = {
        "dimensions": len(call["normalized_shape"]),
        "eps": call["eps"],
        "elementwise_affine": "weight" in weights,
    }
    if "weight" in weights and "bias" not in weights:
        parameters["bias"] = False
    return Said("LayerNorm", parameters, weights)


def rms_norm(call: Call) -> Said | None:
    weights = _weights(call, "weight")
    if weights is None:
        return None
    parameters = {
        "dimensions": len(call["normalized_shape"]),
        "eps": call["eps"],
        "elementwise_affine": "weight" in weights,
    }
    return Said("RMSNorm", parameters, weights)


def group_norm(call: Call) -> Said | None:
    weights = _weights(call, "weight", "bias")
    if weights is None or ("weight" in weights) != ("bias" in weights):
        return None
    parameters = {
        "num_groups": call["num_groups"], "eps": call["eps"], "affine": "weight" in weights
    }  # fmt: skip
    return Said("GroupNorm", parameters, weights)


def prelu(call: Call) -> Said | None:
    weights, weight = _weights(call, "weight"), _tensor(call.recording, call["weight"])
    if weights is None or weight is None:
        return None
    return Said("PReLU", {"num_parameters": weight.numel()}, weights)
