"""Which layers of torch.nn and torchvision.ops the catalogue has, and why others are left out.

python benchmarks/catalogue_coverage.py
"""

from __future__ import annotations

import torch
import torchvision
from torch import nn
from torchvision import ops

from cnnstudio.compiler.construct import resolve
from cnnstudio.layers import catalogue

LOSS = "a loss: chosen in the training settings"
CONTAINER = "a container: a network, or a block, holds layers here"
LAZY = "every layer here takes its input size from the wire"
STEP = "one step of a loop: the whole layer is there, and a graph has no loops"
PART = "not a layer: a base class or a kind of tensor"
BOXES = "takes lists of boxes, of another number for each image"

LEFT_OUT = {
    "AdaptiveLogSoftmaxWithLoss": LOSS,
    "CrossMapLRN2d": "the old form of LocalResponseNorm",
    "DataParallel": "a way to train, not a layer",
    "SyncBatchNorm": "made of batch normalisation when training on several devices",
    "Transformer": "a chain of encoder and decoder layers: draw these",
    "TransformerEncoder": "TransformerEncoderLayer in a block with a repeat count",
    "TransformerDecoder": "TransformerDecoderLayer one behind the other",
    "LinearCrossEntropyOptions": LOSS,
    "NLLLoss2d": LOSS,
    "FeaturePyramidNetwork": "takes and gives dicts: draw it with ResizeLike, Add and Conv2d",
    "RoIAlign": BOXES,
    "RoIPool": BOXES,
    "PSRoIAlign": BOXES,
    "PSRoIPool": BOXES,
    "MultiScaleRoIAlign": BOXES,
    **dict.fromkeys(("GRUCell", "LSTMCell", "RNNCell"), STEP),
    **dict.fromkeys(
        ("Container", "ModuleDict", "ModuleList", "ParameterDict", "ParameterList", "Sequential"),
        CONTAINER,
    ),
    **dict.fromkeys(
        (
            "Buffer", "Module", "Parameter", "RNNBase", "RNNCellBase", "UninitializedBuffer",
            "UninitializedParameter",
        ),
        PART,
    ),
}  # fmt: skip


def classes() -> dict[str, type]:
    """Every public class of torch.nn, and every module of torchvision.ops, by dotted name."""
    of_torch = {
        f"torch.nn.{name}": found for name, found in vars(nn).items() if isinstance(found, type)
    }
    of_vision = {
        f"torchvision.ops.{name}": getattr(ops, name)
        for name in ops.__all__
        if isinstance(getattr(ops, name), type)
    }
    return {
        name: found
        for name, found in {**of_torch, **of_vision}.items()
        if not name.rsplit(".", 1)[1].startswith("_")
    }


def coverage() -> dict[str, tuple[list[str], str]]:
    """By class: the kinds that make it, and the reason if there is none; both may be empty."""
    made: dict[type, list[str]] = {}
    for kind in catalogue.values():
        if kind.call == "module" and kind.target.startswith(("torch.", "torchvision.")):
            made.setdefault(resolve(kind.target), []).append(kind.kind)
    return {
        name: (made.get(cls, []), "" if cls in made else reason(name.rsplit(".", 1)[1]))
        for name, cls in sorted(classes().items())
    }


def reason(name: str) -> str:
    """Why a class is left out; empty if nobody said."""
    if name.endswith("Loss"):
        return LOSS
    if name.startswith("Lazy"):
        return LAZY
    if name == "Permute":
        return "the kind Permute, as a function"
    return LEFT_OUT.get(name, "")


def main() -> None:
    found = coverage()
    width = max(map(len, found))
    for name, (kinds, why) in found.items():
        print(f"{name:{width}}  {', '.join(kinds) or '– ' + (why or 'MISSING, no reason given')}")
    have = sum(bool(kinds) for kinds, _ in found.values())
    print()
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}")
    print(f"{have} of {len(found)} classes have a kind, {len(found) - have} are left out by reason")
    print(f"{len(catalogue)} kinds in {len({k.category for k in catalogue.values()})} categories")


if __name__ == "__main__":
    main()
