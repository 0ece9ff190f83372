"""Gradient saliency: which pixels would change the class's score most."""

from __future__ import annotations

from torch import Tensor, nn

from cnnstudio.interpret.scores import Scores


def gradients(model: nn.Module, images: Tensor, scores: Scores) -> Tensor:
    """|∂score/∂pixel|, the largest over the channels: (N, H, W).

    Simonyan, Vedaldi, Zisserman 2014, https://arxiv.org/abs/1312.6034
    """
    # Captum takes a second to load: only when it is asked for.
    from captum.attr import Saliency

    attribution: Tensor = Saliency(scores.of(model)).attribute(
        images.detach().clone().requires_grad_(), target=scores.targets, abs=True
    )
    return attribution.detach().amax(dim=1)
