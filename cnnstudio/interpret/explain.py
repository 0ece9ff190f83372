"""Explanations: a heatmap over each image, for one class of one output."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.capture import require_names
from cnnstudio.interpret.images import as_batch, evaluating, one_image_input, shape_text
from cnnstudio.interpret.methods import Method, method_named
from cnnstudio.interpret.scores import Scores, Target, choose_scores
from cnnstudio.interpret.spatial import LayerChoice, choose_layer


@dataclass(frozen=True)
class Explanation:
    """Heat at input size, float32 (N, H, W), and what it is about.

    `layer` is None for a method that needs none; `reason` tells why this layer, if it was not
    the caller's choice.
    """

    heat: np.ndarray
    method: str
    targets: list[int]
    output: str | None
    layer: str | None
    reason: str


def explain(
    model: nn.Module,
    images: Any,
    method: str = "gradcam",
    target: Target = None,
    layer: str | None = None,
) -> np.ndarray:
    """A heatmap for each image, float32 (N, H, W) at input size. See `explanation`."""
    return explanation(model, images, method, target, layer).heat


def explanation(
    model: nn.Module,
    images: Any,
    method: str = "gradcam",
    target: Target = None,
    layer: str | None = None,
) -> Explanation:
    """Explains the class `target` (the predicted one if None) of each image (N, C, H, W).

    `target` may be a class, one for each image, an output's name, or (output, class); `layer`
    any node, function or module (the last with positions if None). Raises ExplanationError where
    the method can't be applied.
    """
    declared = method_named(method)
    one_image_input(model)
    batch = as_batch(images, model)
    if batch.ndim != 4:
        raise ExplanationError(
            f"The images have the shape {shape_text(batch.shape)}; explanations need "
            "(N, channels, height, width)."
        )
    with evaluating(model), torch.enable_grad():
        scores = choose_scores(model, batch, target)
        choice = LayerChoice("", "")
        if layer is not None:
            require_names(model, [layer])
        if declared.uses_layer:
            choice = choose_layer(model, batch, layer, scores.output)
        try:
            heat = _heat(declared, model, batch, scores, choice.layer)
        except RuntimeError as error:
            raise ExplanationError(
                f"{declared.title} found no gradient from the class's score back to "
                f"{choice.layer or 'the image'}: {_first_sentence(error)}",
                "A layer in between may not be differentiable. Choose a later layer.",
            ) from error
    return Explanation(
        heat=heat.float().cpu().numpy(),
        method=method,
        targets=scores.targets.tolist(),
        output=scores.output,
        layer=choice.layer or None,
        reason=choice.reason,
    )


def _heat(method: Method, model: nn.Module, batch: Tensor, scores: Scores, layer: str) -> Tensor:
    module, function = method.target.rsplit(".", 1)
    heat: Tensor = getattr(import_module(module), function)(
        model, batch, scores, *([layer] if method.uses_layer else [])
    )
    return heat


def _first_sentence(error: RuntimeError) -> str:
    return str(error).strip().split("\n")[0].split(". ")[0].rstrip(".") + "."
