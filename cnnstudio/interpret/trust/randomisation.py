"""The sanity check by cascading randomisation: weights drawn anew from the last layer to the first.

Adebayo et al. 2018, https://arxiv.org/abs/1810.03292
"""

from __future__ import annotations

import copy
from typing import Any

import torch
from torch import Tensor, fx, nn

from cnnstudio.interpret.trust.judged import Judged
from cnnstudio.interpret.trust.similarity import spearman, ssim

STAGES = 6
DRAWS = 3


def randomisation(judged: Judged) -> dict[str, Any]:
    """{"alike": |rank correlation| of the heat's size at the end, "layers", "spearman", "ssim"}:
    the name of the last layer drawn anew at each stage, and how alike the heat still is.

    Weights by which nothing speaks for the class tell nothing: others are drawn then.
    """
    found: dict[str, Any] = {}
    for seed in range(DRAWS):
        found, flat = _cascade(judged, seed)
        if not flat:
            break
    return found


def _cascade(judged: Judged, seed: int) -> tuple[dict[str, Any], bool]:
    """What is measured with the weights of a seed, and whether the last heat is 0 everywhere."""
    model = copy.deepcopy(judged.model)
    draw = torch.Generator().manual_seed(seed)
    stages = in_stages(list(reversed(layers_with_weights(model))), STAGES)
    before = after = judged.heat.abs()
    names, ranks, structures = [], [], []
    for number, stage in enumerate(stages):
        for name in stage:
            redraw(model.get_submodule(name), draw)
        judged.tell((seed + number / len(stages)) / DRAWS)
        after = judged.again(model, judged.image)[0].abs()
        names.append(stage[-1])
        ranks.append(spearman(before, after))
        structures.append(ssim(before, after))
    alike = abs(ranks[-1]) if ranks else 1.0
    measures = {"alike": alike, "layers": names, "spearman": ranks, "ssim": structures}
    return measures, not after.any()


def layers_with_weights(model: nn.Module) -> list[str]:
    """Paths of the modules that hold parameters themselves, in the order of computation."""
    own = [name for name, one in model.named_modules() if any(True for _ in one.parameters(False))]
    if not isinstance(model, fx.GraphModule):
        return own
    called = [str(node.target) for node in model.graph.nodes if node.op == "call_module"]
    place = {path: number for number, path in reversed(list(enumerate(called)))}

    def order(name: str) -> int:
        # A module inside of a composite one counts as that one; what is none's comes first.
        parts = name.split(".")
        paths = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((place[path] for path in paths if path in place), -1)

    return sorted(own, key=order)


def in_stages(names: list[str], count: int) -> list[list[str]]:
    """The names in order, as at most so many groups of about the same size; the first is alone."""
    if len(names) <= count:
        return [[name] for name in names]
    rest, stages = names[1:], [names[:1]]
    for number in range(count - 1):
        first, last = (len(rest) * n // (count - 1) for n in (number, number + 1))
        stages.append(rest[first:last])
    return stages


@torch.no_grad()
def redraw(module: nn.Module, draw: torch.Generator) -> None:
    """Weights of the same mean and spread, but without what was learnt."""
    for parameter in module.parameters(recurse=False):
        parameter.copy_(_alike(parameter, draw))


def _alike(values: Tensor, draw: torch.Generator) -> Tensor:
    spread = values.std() if values.numel() > 1 else values.abs().mean()
    return values.mean() + spread * torch.randn(values.shape, generator=draw).to(values)
