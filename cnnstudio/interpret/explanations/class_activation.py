"""Class activation maps: a layer's units, weighed for a class and added up: (N, H, W), ≥ 0."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from cnnstudio.interpret.explanations.case import Case


def gradcam(case: Case) -> Tensor:
    """ReLU(Σ over units of mean gradient × activation).

    Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391. Captum has it too; here one pass
    chooses the class and explains it.
    """
    activation, gradient = _with_gradient(case)
    return weighed(case, activation, gradient.mean((2, 3), keepdim=True))


def gradcam_plus_plus(case: Case) -> Tensor:
    """Chattopadhyay et al. 2018, https://arxiv.org/abs/1710.11063, equations 10 and 19.

    With Y = exp(score) and no curvature after the layer, the second and third derivatives are
    exp(score) times powers of the gradient. The factor exp(score), alike everywhere, is left out.
    """
    activation, gradient = _with_gradient(case)
    square, sums = gradient**2, activation.sum((2, 3), keepdim=True)
    below = 2 * square + gradient * square * sums
    alpha = torch.where(below != 0, square / torch.where(below != 0, below, 1), 0)
    return weighed(case, activation, (alpha * gradient.relu()).sum((2, 3), keepdim=True))


def layercam(case: Case) -> Tensor:
    """Jiang et al. 2021, https://ieeexplore.ieee.org/document/9462463"""
    activation, gradient = _with_gradient(case)
    return weighed(case, activation, gradient.relu())


def eigencam(case: Case) -> Tensor:
    """The layer's activity along its first right singular vector, not centred.

    Muhammad and Yeasin 2020, https://arxiv.org/abs/2008.00299. Of the two signs, the one by which
    most activity counts as heat.
    """
    activation = case.at_layer.activation.detach()
    units = activation.flatten(2).transpose(1, 2).double()  # (N, positions, C)
    _, vectors = torch.linalg.eigh(units.transpose(1, 2) @ units)
    along = units @ vectors[:, :, -1:]
    along = along * torch.where(along.sum(1, keepdim=True) < 0, -1.0, 1.0)
    maps = along.transpose(1, 2).unflatten(2, activation.shape[2:]).to(activation.dtype)
    return enlarged(case, maps.relu())


@torch.no_grad()
def scorecam(case: Case, units: int | None) -> Tensor:
    """Wang et al. 2020, https://arxiv.org/abs/1910.01279. The score of the empty image, which the
    paper takes off each, falls out of the softmax."""
    activation = case.at_layer.activation.detach()
    chosen = _most_varied(activation, units)
    case.passes.expect(chosen.shape[1] * len(case.images))
    heat = []
    for image, maps, own, target in zip(
        case.images, activation, chosen, case.scores.targets, strict=True
    ):
        maps = maps[own]
        masks = functional.interpolate(
            maps[:, None], size=image.shape[1:], mode="bilinear", align_corners=False
        )
        low = masks.amin((2, 3), keepdim=True)
        span = masks.amax((2, 3), keepdim=True) - low
        masks = torch.where(span > 0, (masks - low) / torch.where(span > 0, span, 1), 0)
        scores = torch.cat([case.score(image * part)[:, target] for part in masks.split(16)])
        heat.append((scores.softmax(0)[:, None, None] * maps).sum(0).relu())
    return enlarged(case, torch.stack(heat)[:, None])


def weighed(case: Case, activation: Tensor, weights: Tensor) -> Tensor:
    """Heat of maps (N, C, h, w), with weights that may differ from position to position."""
    return enlarged(case, (weights * activation).sum(1, keepdim=True).relu())


def enlarged(case: Case, maps: Tensor) -> Tensor:
    """Maps (N, 1, h, w) at the input's size: (N, H, W)."""
    large = functional.interpolate(
        maps, size=case.images.shape[2:], mode="bilinear", align_corners=False
    )
    return large[:, 0]


def _with_gradient(case: Case) -> tuple[Tensor, Tensor]:
    seen = case.at_layer
    gradient = seen.gradient(case.scores.chosen(seen.result))
    return seen.activation.detach(), gradient


def _most_varied(activation: Tensor, count: int | None) -> Tensor:
    """Indices (N, units) of the units whose maps vary most, all if None, in their order."""
    variance = activation.flatten(2).var(2, unbiased=False)
    return variance.topk(min(count or len(variance[0]), len(variance[0]))).indices.sort().values
