"""Grad-CAM: where in the image the layer's units speak for the class."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

from cnnstudio.interpret.probe import with_probe
from cnnstudio.interpret.scores import Scores


def gradcam(model: nn.Module, images: Tensor, scores: Scores, layer: str) -> Tensor:
    """ReLU(Σ over units of mean gradient × activation), enlarged to the input: (N, H, W), ≥ 0.

    Selvaraju et al. 2017, https://arxiv.org/abs/1610.02391
    """
    # Captum takes a second to load: only when it is asked for.
    from captum.attr import LayerGradCam

    probed, probe = with_probe(model, layer)
    attribution: Tensor = LayerGradCam(scores.of(probed), probe).attribute(
        images.detach(), target=scores.targets, relu_attributions=True
    )
    size = images.shape[2:]
    large = functional.interpolate(
        attribution.detach(), size=size, mode="bilinear", align_corners=False
    )
    return large[:, 0]
