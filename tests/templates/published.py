"""How the names of our templates' weights become those of torchvision's models.

Nearly all names are the same or come in the same order; here stand the rules for the rest. Each is
a list of (pattern, replacement), applied one after another to a key of the state dict.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain
from unittest.mock import patch

import torch
import torchvision
from torch import Tensor, nn

Rules = list[tuple[str, str]]

RESNET: Rules = [(r"\.downsample\.", ".downsample.0."), (r"\.downsample_bn\.", ".downsample.1.")]
DENSENET: Rules = [
    (r"^(?!classifier)", "features."),
    (r"(denseblock\d)\.(\d+)\.", lambda m: f"{m[1]}.denselayer{int(m[2]) + 1}."),  # type: ignore[list-item]
]
GOOGLENET: Rules = [
    (r"\.conv1x1\.", ".branch1."),
    (r"\.reduce3x3\.", ".branch2.0."),
    (r"\.conv3x3\.", ".branch2.1."),
    (r"\.reduce5x5\.", ".branch3.0."),
    (r"\.conv5x5\.", ".branch3.1."),
    (r"\.pool_proj\.", ".branch4.1."),
]
SHUFFLENET: Rules = [
    (r"^conv1\.", "conv1.0."), (r"^bn1\.", "conv1.1."),
    (r"^conv5\.", "conv5.0."), (r"^bn5\.", "conv5.1."),
    (r"^(stage\d)\.(\d+)\.", lambda m: f"{m[1]}.{int(m[2]) + 1}."),  # type: ignore[list-item]
    (r"^(stage\d)_down\.", r"\1.0."),
    (r"\.side_depthwise\.", ".branch1.0."), (r"\.side_bn1\.", ".branch1.1."),
    (r"\.side_conv\.", ".branch1.2."), (r"\.side_bn2\.", ".branch1.3."),
    (r"^(stage\S+)\.conv1\.", r"\1.branch2.0."), (r"^(stage\S+)\.bn1\.", r"\1.branch2.1."),
    (r"\.depthwise\.", ".branch2.3."), (r"\.bn2\.", ".branch2.4."),
    (r"\.conv2\.", ".branch2.5."), (r"\.bn3\.", ".branch2.6."),
]  # fmt: skip
CONVNEXT: Rules = [
    (r"^stem\.", "features.0.0."), (r"^stem_norm\.", "features.0.1."),
    (r"^stage(\d)\.", lambda m: f"features.{2 * int(m[1]) - 1}."),  # type: ignore[list-item]
    (r"^down(\d)\.", lambda m: f"features.{2 * int(m[1]) - 2}."),  # type: ignore[list-item]
    (r"(features\.[246])\.norm\.", r"\1.0."), (r"(features\.[246])\.conv\.", r"\1.1."),
    (r"\.depthwise\.", ".block.0."), (r"(features\.\d\.\d+)\.norm\.", r"\1.block.2."),
    (r"\.widen\.", ".block.3."), (r"\.narrow\.", ".block.5."),
    (r"\.layer_scale\.weight", ".layer_scale"),
    (r"^norm\.", "classifier.0."), (r"^fc\.", "classifier.2."),
]  # fmt: skip
VIT: Rules = [
    (r"^patches\.projection\.", "conv_proj."), (r"^class_token\.token", "class_token"),
    (r"^position\.weight", "encoder.pos_embedding"), (r"^ln\.", "encoder.ln."),
    (r"^head\.", "heads.head."),
    (r"^encoder\.(\d+)\.", r"encoder.layers.encoder_layer_\1."),
    (r"\.self_attention\.attention\.", ".self_attention."),
    (r"\.mlp_1\.", ".mlp.0."), (r"\.mlp_2\.", ".mlp.3."),
]  # fmt: skip
RULES: dict[str, Rules] = {
    "resnet": RESNET,
    "resnext": RESNET,
    "wide_resnet": RESNET,
    "densenet": DENSENET,
    "googlenet": GOOGLENET,
    "inception_v3": [],
    "shufflenet": SHUFFLENET,
    "convnext": CONVNEXT,
    "vit": VIT,
}


def rules_for(name: str) -> Rules | None:
    """The rules of a template's family; None where both list their weights in the same order."""
    found = [rules for start, rules in RULES.items() if name.startswith(start)]
    return found[0] if found else None


def renamed(key: str, rules: Rules) -> str:
    """Torchvision's name of a weight of ours."""
    for pattern, replacement in rules:
        key = re.sub(pattern, replacement, key)
    return key


@contextmanager
def undrawn() -> Iterator[None]:
    """Modules made within hold no weights yet: drawing them takes most of the time."""
    drawing = [name for name in dir(nn.init) if name.endswith("_") and name[0] != "_"]
    with ExitStack() as stack:
        for name in drawing:
            stack.enter_context(patch.object(nn.init, name, lambda tensor, *_, **__: tensor))
        yield


def published(name: str) -> nn.Module:
    """Torchvision's model with made-up weights and statistics, as after some training.

    It is made without its own initial weights, since drawing those takes longer than all the rest.
    """
    options = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with undrawn():
        model: nn.Module = getattr(torchvision.models, name)(**options)
    drawn = torch.randn(2**20, generator=torch.Generator().manual_seed(0))
    for module in model.modules():
        own = (module.named_parameters(recurse=False), module.named_buffers(recurse=False))
        for key, tensor in chain(*own):
            _fill(tensor, key, drawn)
    return model.eval()


def _fill(tensor: Tensor, key: str, drawn: Tensor) -> None:
    """Writes numbers that keep the activations' size, each of them different."""
    copies = -(-tensor.numel() // len(drawn))
    values = drawn.repeat(copies)[: tensor.numel()].view(tensor.shape)
    with torch.no_grad():
        if not tensor.is_floating_point():
            tensor.zero_()
        elif key == "running_var" or (key == "weight" and tensor.dim() == 1):
            tensor.copy_(values.abs().clamp(0.5, 1.5))
        elif tensor.dim() > 1:
            tensor.copy_(values / math.sqrt(max(1, tensor[0].numel())))
        else:
            tensor.copy_(values * 0.1)


def copied(name: str, ours: nn.Module, theirs: nn.Module) -> None:
    """Gives ours their weights; AssertionError where names or shapes don't agree."""
    given, wanted = ours.state_dict(), theirs.state_dict()
    rules = rules_for(name)
    if rules is None:
        names = dict(zip(given, wanted, strict=True))
    else:
        names = {key: renamed(key, rules) for key in given}
        assert set(names.values()) == set(wanted)
    for key, other in names.items():
        assert given[key].numel() == wanted[other].numel(), f"{key} is not {other}"
    weights = {key: wanted[other].view(given[key].shape) for key, other in names.items()}
    ours.load_state_dict(weights, assign=True)
