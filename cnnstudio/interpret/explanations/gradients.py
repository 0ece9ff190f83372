"""Gradients of the class's score with respect to the image's pixels, and what is made of them."""

from __future__ import annotations

import torch
from torch import Tensor

from cnnstudio.interpret.explanations.baselines import baseline_of
from cnnstudio.interpret.explanations.case import Case

# Captum takes a second to load: only when it is asked for.


def gradients(case: Case) -> Tensor:
    """|∂score/∂pixel|, the largest over the channels: (N, H, W).

    Simonyan, Vedaldi, Zisserman 2014, https://arxiv.org/abs/1312.6034
    """
    return gradient(case, case.images).abs().amax(dim=1)


def input_x_gradient(case: Case) -> Tensor:
    """The sum over channels of pixel × gradient: (N, H, W), signed.

    Shrikumar et al. 2016, https://arxiv.org/abs/1605.01713
    """
    from captum.attr import InputXGradient

    attribution: Tensor = InputXGradient(case.score).attribute(
        case.images.clone().requires_grad_(), target=case.scores.targets
    )
    return attribution.detach().sum(dim=1)


def integrated_gradients(case: Case, baseline: str, steps: int) -> Tensor:
    """(N, H, W), signed: the path's integral by the Gauss-Legendre rule, summed over the channels.

    Sundararajan, Taly, Yan 2017, https://arxiv.org/abs/1703.01365
    """
    from captum.attr import IntegratedGradients

    case.passes.expect(steps * len(case.images))
    attribution: Tensor = IntegratedGradients(case.score).attribute(
        case.images,
        baseline_of(case.images, baseline),
        target=case.scores.targets,
        n_steps=steps,
        internal_batch_size=max(16, len(case.images)),
    )
    return attribution.detach().sum(dim=1).to(case.images.dtype)


def smoothgrad(case: Case, samples: int, noise: float, seed: int) -> Tensor:
    """(N, H, W): the size of the mean gradient over noisy copies, the largest over the channels.

    Smilkov et al. 2017, https://arxiv.org/abs/1706.03825. The noise follows from the seed and is
    alike for all images, so that one's heat doesn't depend on the others'.
    """
    images = case.images
    drawn = torch.randn(
        samples, *images.shape[1:], generator=torch.Generator().manual_seed(seed)
    ).to(images)
    span = images.amax((1, 2, 3), keepdim=True) - images.amin((1, 2, 3), keepdim=True)
    case.passes.expect(samples * len(images))
    total = torch.zeros_like(images)
    for one in drawn:
        total += gradient(case, images + noise * span * one)
    return (total / samples).abs().amax(dim=1)


def gradient(case: Case, images: Tensor) -> Tensor:
    """∂score/∂images, signed, of the same shape."""
    from captum.attr import Saliency

    attribution: Tensor = Saliency(case.score).attribute(
        images.detach().clone().requires_grad_(), target=case.scores.targets, abs=False
    )
    return attribution.detach()
