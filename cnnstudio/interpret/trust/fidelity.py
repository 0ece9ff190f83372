"""Infidelity and sensitivity, by captum. Yeh et al. 2019, https://arxiv.org/abs/1901.09392

All that is drawn follows from a seed; captum's own perturbations would not.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from cnnstudio.interpret.trust.judged import Judged

SQUARES = 60
SQUARE_SHARE = 4  # of the image's shorter side
NOISE = 0.02
NOISY_COPIES = 5
SEED = 0


def infidelity_share(judged: Judged) -> dict[str, Any]:
    """{"explained": in 0…1}: 1 less the infidelity, the heat scaled as fits best, as a share of
    that of no heat at all, which is the mean square of the score's changes."""
    # Captum takes a second to load: only when it is asked for.
    from captum.metrics import infidelity

    judged.tell(0.0)
    heat = judged.heat.to(judged.image)[None, None] / judged.image.shape[1]
    attribution = heat.expand_as(judged.image)

    def measured(attributions: Tensor, scaled: bool) -> float:
        draw = torch.Generator().manual_seed(SEED)
        found = infidelity(
            judged.scores,
            lambda inputs: _covered(inputs, draw),
            judged.image,
            attributions,
            target=judged.target,
            n_perturb_samples=SQUARES,
            normalize=scaled,
        )
        return float(found)

    nothing = measured(torch.zeros_like(attribution), False)
    judged.tell(0.5)
    if nothing == 0 or not heat.any():
        return {"explained": 0.0}
    return {"explained": max(0.0, 1 - measured(attribution, True) / nothing)}


def sensitivity(judged: Judged) -> dict[str, Any]:
    """{"change": the largest of the heat, as a share of its size, "noise": the noise's, as a share
    of the image's range}."""
    from captum.metrics import sensitivity_max

    if not judged.heat.any():
        return {"change": 0.0, "noise": NOISE}
    draw = torch.Generator().manual_seed(SEED)
    radius = NOISE * float(judged.image.max() - judged.image.min())

    def again(images: tuple[Tensor, ...] | Tensor) -> Tensor:
        # Captum hands over the images in a tuple, and what `noisy` gives as it is.
        batch = images if isinstance(images, Tensor) else images[0]
        return judged.again(judged.model, batch)[:, None]

    def noisy(images: Tensor, largest: float) -> Tensor:
        return images + largest * (2 * torch.rand(images.shape, generator=draw).to(images) - 1)

    judged.tell(0.0)
    found = sensitivity_max(
        again, judged.image, noisy, perturb_radius=radius, n_perturb_samples=NOISY_COPIES
    )
    return {"change": float(found), "noise": NOISE}


def _covered(images: Tensor, draw: torch.Generator) -> tuple[Tensor, Tensor]:
    """1 in a square at a random place and 0 elsewhere, for each image, and the image without it."""
    height, width = images.shape[2:]
    side = max(1, min(height, width) // SQUARE_SHARE)
    taken = torch.zeros_like(images)
    for gone in taken:
        top = int(torch.randint(0, height - side + 1, (1,), generator=draw))
        left = int(torch.randint(0, width - side + 1, (1,), generator=draw))
        place = (slice(None), slice(top, top + side), slice(left, left + side))
        gone[place] = 1
    return taken, images * (1 - taken)
