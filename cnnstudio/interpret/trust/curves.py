"""Insertion and deletion: the class's probability while the hottest pixels come or go first.

Petsiuk, Das, Saenko 2018, https://arxiv.org/abs/1806.07421
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from cnnstudio.interpret.explanations.baselines import baseline_of
from cnnstudio.interpret.trust.judged import Judged

STEPS = 20
RANDOM_MAPS = 3
RANDOM_CELLS = 5
SEED = 0


def curves(judged: Judged) -> dict[str, Any]:
    """{"deletion", "insertion"}: areas under the curves in 0…1, those of random blobs as
    "…_random", and "…_curve" with the probability at each step."""
    draw = torch.Generator().manual_seed(SEED)
    height, width = judged.heat.shape
    blobs = functional.interpolate(
        torch.rand(RANDOM_MAPS, 1, RANDOM_CELLS, RANDOM_CELLS, generator=draw),
        size=(height, width), mode="bilinear", align_corners=False,
    )[:, 0].to(judged.heat)  # fmt: skip
    black, blurred = (baseline_of(judged.image, kind) for kind in ("zero", "blur"))
    ways = {"deletion": (judged.image, black), "insertion": (blurred, judged.image)}
    found: dict[str, Any] = {}
    total = len(ways) * (1 + RANDOM_MAPS)
    for number, (name, (start, end)) in enumerate(ways.items()):
        judged.tell(number * (1 + RANDOM_MAPS) / total)
        curve = follow(judged, judged.heat, start, end)
        random = []
        for place, blob in enumerate(blobs):
            judged.tell((number * (1 + RANDOM_MAPS) + 1 + place) / total)
            random.append(area(follow(judged, blob, start, end)))
        found |= {
            name: area(curve),
            f"{name}_random": sum(random) / len(random),
            f"{name}_curve": curve.tolist(),
        }
    return found


def follow(judged: Judged, heat: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """(STEPS + 1,): the probability while pixels go from `start` to `end`, the hottest first.

    Pixels of the same heat go in an order drawn at random.
    """
    order = hottest_first(heat)
    rank = torch.empty_like(order)
    rank[order] = torch.arange(len(order), device=order.device)
    rank = rank.view(heat.shape)
    counts = [round(len(order) * step / STEPS) for step in range(STEPS + 1)]
    images = torch.cat([torch.where(rank < count, end, start) for count in counts])
    return judged.chances(images)


def hottest_first(heat: Tensor) -> Tensor:
    """Flat indices of all pixels."""
    draw = torch.Generator().manual_seed(SEED)
    shuffled = torch.randperm(heat.numel(), generator=draw).to(heat.device)
    return shuffled[heat.flatten()[shuffled].argsort(descending=True, stable=True)]


def area(curve: Tensor) -> float:
    """Under a curve over 0…1, by the trapezoidal rule."""
    return float(torch.trapezoid(curve.double(), dx=1 / (len(curve) - 1)))
