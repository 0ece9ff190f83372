"""How alike two heatmaps are."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

WINDOW = 7


def spearman(one: Tensor, other: Tensor) -> float:
    """The correlation of the values' ranks, in −1…1; 0 where one is the same everywhere."""
    ranks = [_ranks(heat.detach().cpu().double().numpy().ravel()) for heat in (one, other)]
    deviations = [values - values.mean() for values in ranks]
    sizes = [float(np.sqrt((values**2).sum())) for values in deviations]
    if min(sizes) == 0:
        return 0.0
    return float((deviations[0] * deviations[1]).sum() / (sizes[0] * sizes[1]))


def ssim(one: Tensor, other: Tensor) -> float:
    """The structural similarity of two maps (H, W), each scaled to 0…1, by a uniform window.

    Wang et al. 2004, https://ieeexplore.ieee.org/document/1284395
    """
    x, y = (_scaled(heat)[None, None] for heat in (one, other))
    window = min(WINDOW, *x.shape[2:])

    def mean(values: Tensor) -> Tensor:
        return functional.avg_pool2d(values, window, stride=1)

    mean_x, mean_y = mean(x), mean(y)
    var_x, var_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    covariance = mean(x * y) - mean_x * mean_y
    c1, c2 = 0.01**2, 0.03**2
    found = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    found = found / ((mean_x**2 + mean_y**2 + c1) * (var_x + var_y + c2))
    return float(found.mean())


def _ranks(values: np.ndarray) -> np.ndarray:
    """From 1; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = counts.cumsum()
    return (last - (counts - 1) / 2)[place.ravel()]


def _scaled(heat: Tensor) -> Tensor:
    heat = heat.detach().double()
    low, span = heat.min(), heat.max() - heat.min()
    return (heat - low) / span if span > 0 else torch.zeros_like(heat)
