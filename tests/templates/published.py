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
RULES: dict[str, Rules] = {
    "resnet": RESNET,
    "resnext": RESNET,
    "wide_resnet": RESNET,
    "densenet": DENSENET,
    "googlenet": GOOGLENET,
    "inception_v3": [],
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
