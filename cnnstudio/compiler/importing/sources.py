"""What can be imported, by how it is named: torchvision's models, callables, files."""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from cnnstudio.compiler.importing.from_module import Imported, Shapes, from_module
from cnnstudio.graph import CnnStudioError, ProblemError

TORCHVISION = "torchvision"

# One model of each of torchvision's families.
FAMILIES = {
    "AlexNet": "alexnet",
    "ConvNeXt": "convnext_tiny",
    "DenseNet": "densenet121",
    "EfficientNet": "efficientnet_b0",
    "EfficientNetV2": "efficientnet_v2_s",
    "GoogLeNet": "googlenet",
    "Inception": "inception_v3",
    "MaxViT": "maxvit_t",
    "MNASNet": "mnasnet0_5",
    "MobileNetV2": "mobilenet_v2",
    "MobileNetV3": "mobilenet_v3_small",
    "RegNet": "regnet_y_400mf",
    "ResNet": "resnet18",
    "ResNeXt": "resnext50_32x4d",
    "ShuffleNetV2": "shufflenet_v2_x0_5",
    "SqueezeNet": "squeezenet1_1",
    "Swin": "swin_t",
    "SwinV2": "swin_v2_t",
    "ViT": "vit_b_32",
    "VGG": "vgg11_bn",
}
# Models that take no image of another size, or none below one.
INPUTS = {"inception_v3": 96, "maxvit_t": 224, "googlenet": 64}


def smallest_input(name: str) -> tuple[int, int, int]:
    """A small image that the model of this name takes."""
    fixed = 224 if name.startswith("vit") else 64
    size = INPUTS.get(name, fixed)
    return (3, size, size)


def torchvision_names() -> list[str]:
    """The names of torchvision's classification models."""
    import torchvision

    names: list[str] = torchvision.models.list_models(module=torchvision.models)
    return names


def construct_torchvision(name: str, pretrained: bool = False) -> nn.Module:
    """A torchvision model with random weights, or with its best trained ones, which are downloaded.

    Raises ProblemError for an unknown name, CnnStudioError if the download fails.
    """
    import difflib

    import torchvision

    names = torchvision_names()
    if name not in names:
        close = difflib.get_close_matches(name, names, 3)
        raise ProblemError(
            f"torchvision has no classification model '{name}'.",
            hint=f"Did you mean {' or '.join(close)}?" if close else "See torchvision.models.",
        )
    builder = torchvision.models.get_model_builder(name)
    if pretrained:
        try:
            trained: nn.Module = builder(weights="DEFAULT")
        except (OSError, RuntimeError, ValueError) as error:
            raise CnnStudioError(
                f"The weights of {name} can't be had: {error}.",
                "Is there a connection? Without them it is imported with random ones.",
            ) from error
        return trained.eval()
    # Drawing the weights of these from a truncated normal takes scipy or minutes.
    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    module: nn.Module = builder(weights=None, **options)
    return module.eval()


def import_source(
    source: str, input_shape: Shapes | None = None, pretrained: bool = False
) -> Imported:
    """What `cnnstudio import` is given: `torchvision:NAME`, a `.pt2` or `.onnx` file, or
    `package.module:callable`, whose code is run. Raises CnnStudioError if it can't be imported.
    """
    suffix = Path(source).suffix.lower()
    scheme, _, name = source.partition(":")
    if suffix == ".pt2":
        return _from_pt2(Path(source), input_shape)
    if suffix == ".onnx":
        from cnnstudio.compiler.importing.onnx_file import from_onnx

        return from_onnx(Path(source), input_shape)
    if scheme == TORCHVISION and name:
        module = construct_torchvision(name, pretrained)
        return from_module(
            module, input_shape or (3, 224, 224), name=name,
            origin=f"Imported from torchvision's {name}" + " with its trained weights" * pretrained,
        )  # fmt: skip
    if name and suffix not in (".py", ".pt", ".pth", ".cnns"):
        module = _called(scheme, name)
        return from_module(
            module, input_shape or (3, 224, 224), name=type(module).__name__,
            origin=f"Imported from {source}",
        )  # fmt: skip
    if suffix in (".pt", ".pth"):
        raise CnnStudioError(
            f"{source} holds weights or pickled code, not a network that can be read safely.",
            "Name what makes the network, as package.module:callable, or export it with "
            "torch.export.save to a .pt2 file.",
        )
    if suffix == ".py":
        raise CnnStudioError(
            f"{source} is Python code, which would have to be run.",
            f"Name the class or function in it that makes the network: {Path(source).stem}:Name.",
        )
    raise CnnStudioError(
        f"'{source}' is nothing that can be imported.",
        "Give torchvision:resnet18, package.module:callable, a .pt2 or an .onnx file.",
    )


def _from_pt2(path: Path, input_shape: Shapes | None) -> Imported:
    from cnnstudio.compiler.importing.exported import read_exported

    program = read_exported(path)
    return from_module(
        program, input_shape or program.shapes, name=path.stem, origin=f"Imported from {path.name}"
    )


def _called(module_name: str, attribute: str) -> nn.Module:
    """The module that a callable makes, or that has this name."""
    folder = os.getcwd()
    if folder not in sys.path:
        sys.path.insert(0, folder)  # as for `python -m`
    try:
        found = importlib.import_module(module_name)
        for part in attribute.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise CnnStudioError(
            f"{module_name}:{attribute} is not found: {error}.",
            "Name a module of Python and what in it makes the network.",
        ) from error
    made: object = found if isinstance(found, nn.Module) else _made(found, attribute)
    if not isinstance(made, nn.Module):
        raise CnnStudioError(
            f"{module_name}:{attribute} gives {type(made).__name__}, not a torch.nn.Module."
        )
    return made


def _made(maker: object, name: str) -> object:
    if not callable(maker):
        raise CnnStudioError(f"'{name}' is neither a module nor something that makes one.")
    call: Callable[..., object] = maker
    needed = [
        parameter.name
        for parameter in inspect.signature(call).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD,
                               parameter.KEYWORD_ONLY)
    ]  # fmt: skip
    if needed:
        raise CnnStudioError(
            f"'{name}' needs arguments: {', '.join(needed)}.",
            "Write a function without arguments that calls it, and name that.",
        )
    torch.manual_seed(0)
    return call()
