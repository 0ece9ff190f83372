"""Explanations by changing the image and looking at what the network then says."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.baselines import baseline_of
from cnnstudio.interpret.explanations.case import Case
from cnnstudio.interpret.predict import as_probabilities

# Captum takes a second to load: only when it is asked for.


@torch.no_grad()
def occlusion(case: Case, window: int | None, stride: int | None, baseline: str) -> Tensor:
    """(N, H, W), signed: by how much the score falls, the mean over the windows on a pixel.

    Zeiler, Fergus 2014, https://arxiv.org/abs/1311.2901
    """
    from captum.attr import Occlusion

    channels, height, width = case.images.shape[1:]
    side = window or max(1, min(height, width) // 6)
    if side > min(height, width):
        raise ExplanationError(
            f"The window of {side} pixels is larger than the image, {height}×{width}.",
            f"Make it at most {min(height, width)}.",
        )
    step = min(stride or max(1, side // 2), side)
    places = [math.ceil((size - side) / step) + 1 for size in (height, width)]
    case.passes.expect((math.prod(places) + 1) * len(case.images))
    attribution: Tensor = Occlusion(case.score).attribute(
        case.images,
        (channels, side, side),
        strides=(channels, step, step),
        baselines=baseline_of(case.images, baseline),
        target=case.scores.targets,
        perturbations_per_eval=case.at_once(),
    )
    return attribution[:, 0].to(case.images.dtype)


@torch.no_grad()
def feature_ablation(case: Case, tiles: int, baseline: str) -> Tensor:
    """(N, H, W), signed: by how much the score falls without each pixel's tile."""
    from captum.attr import FeatureAblation

    numbers = tile_numbers(case.images, tiles)
    case.passes.expect((int(numbers.max()) + 2) * len(case.images))
    attribution: Tensor = FeatureAblation(case.score).attribute(
        case.images,
        baselines=baseline_of(case.images, baseline),
        target=case.scores.targets,
        feature_mask=numbers,
        perturbations_per_eval=case.at_once(),
    )
    return attribution[:, 0].to(case.images.dtype)


def tile_numbers(images: Tensor, tiles: int) -> Tensor:
    """(1, C, H, W) int64: each pixel's tile, alike for all channels; squares as far as they go."""
    channels, height, width = images.shape[1:]
    side = max(1, round(min(height, width) / tiles))
    rows = torch.arange(height, device=images.device) // side
    columns = torch.arange(width, device=images.device) // side
    numbers = rows[:, None] * (int(columns[-1]) + 1) + columns
    return numbers.expand(1, channels, height, width)


@torch.no_grad()
def rise(case: Case, masks: int, cells: int, share: float, seed: int) -> Tensor:
    """(N, H, W): the masks, weighed by the class's probability through each.

    Petsiuk, Das, Saenko 2018, https://arxiv.org/abs/1806.07421. The masks follow from the seed and
    are alike for all images.
    """
    images, targets = case.images, case.scores.targets
    drawn = rise_masks((images.shape[2], images.shape[3]), masks, cells, share, seed).to(images)
    case.passes.expect(masks * len(images))
    heat = torch.zeros_like(images[:, 0])
    for part in drawn.split(case.at_once()):
        seen = (images[None] * part[:, None, None]).flatten(0, 1)
        chances = as_probabilities(case.score(seen)).unflatten(0, (len(part), len(images)))
        weights = chances[:, torch.arange(len(images), device=images.device), targets]  # (masks, N)
        heat += torch.einsum("mn,mhw->nhw", weights.to(images.dtype), part)
    return heat / (masks * share)


def rise_masks(size: tuple[int, int], count: int, cells: int, share: float, seed: int) -> Tensor:
    """(count, H, W) in 0…1: grids of open and closed cells, enlarged and shifted at random."""
    draw = torch.Generator().manual_seed(seed)
    height, width = size
    cell = math.ceil(height / cells), math.ceil(width / cells)
    large = (cells + 1) * cell[0], (cells + 1) * cell[1]
    grids = (torch.rand(count, 1, cells, cells, generator=draw) < share).float()
    rows = torch.randint(0, cell[0], (count,), generator=draw).tolist()
    columns = torch.randint(0, cell[1], (count,), generator=draw).tolist()
    made = torch.empty(count, height, width)
    for number, (grid, row, column) in enumerate(zip(grids, rows, columns, strict=True)):
        mask = functional.interpolate(grid[None], size=large, mode="bilinear", align_corners=False)
        made[number] = mask[0, 0, row : row + height, column : column + width]
    return made
