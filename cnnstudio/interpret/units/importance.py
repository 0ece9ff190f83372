"""How much each unit of a layer matters for a class, in one image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.capture import require_names
from cnnstudio.interpret.explanations.at_layer import see_at
from cnnstudio.interpret.explanations.scores import Target, choose_scores
from cnnstudio.interpret.images import as_batch, evaluating, one_image_input


@dataclass(frozen=True)
class Importance:
    """`values` float32 (N, C) for the class `targets` (N) of each image."""

    values: np.ndarray
    targets: list[int]


def importance(model: nn.Module, images: Tensor, layer: str, target: Target = None) -> Importance:
    """The sum over a unit's positions of activation × ∂score/∂activation.

    That is, to first order, how much of the class's score would go if the unit were set to 0
    (Molchanov, Tyree, Karras, Aila and Kautz, 2017: Pruning convolutional neural networks);
    `ablation` tells it exactly. The predicted class if `target` is None.
    """
    require_names(model, [layer])
    one_image_input(model)
    with evaluating(model):
        seen = see_at(model, as_batch(images, model), layer)
        scores = choose_scores(seen.result, target)
        try:
            gradient = seen.gradient(scores.chosen(seen.result))
        except RuntimeError as error:
            raise ExplanationError(
                f"No gradient leads from the class's score back to '{layer}'.",
                "Choose a layer that the score depends on.",
            ) from error
    product = seen.activation.detach() * gradient
    summed = product.flatten(2).sum(2) if product.ndim > 2 else product
    return Importance(summed.float().cpu().numpy(), scores.targets.tolist())
