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
from cnnstudio.interpret.explanations.at_layer import see_at
from cnnstudio.interpret.explanations.baselines import baseline_of
from cnnstudio.interpret.explanations.case import Case, Passes, Progress
from cnnstudio.interpret.explanations.declared import Method
from cnnstudio.interpret.explanations.methods import method_named
from cnnstudio.interpret.explanations.scores import Target, choose_scores, named_output
from cnnstudio.interpret.explanations.spatial import LayerChoice, choose_layer, first_output
from cnnstudio.interpret.images import (
    accepting,
    as_batch,
    evaluating,
    one_image_input,
    shape_text,
)

NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Explanation:
    """Heat at input size, float32 (N, H, W), and what it is about.

    `layer` is None for a method that needs none; `reason` tells why this layer, if it was not
    the caller's choice. `note` tells how far complete heat adds up to what it should, or that
    there is none.
    """

    heat: np.ndarray
    method: str
    targets: list[int]
    output: str | None
    layer: str | None
    reason: str
    note: str = ""


@dataclass(frozen=True)
class Contrast:
    """Two classes of the same images; `difference` is the first's heat less the second's."""

    first: Explanation
    second: Explanation

    @property
    def difference(self) -> np.ndarray:
        return self.first.heat - self.second.heat


def explain(
    model: nn.Module,
    images: Any,
    method: str = "gradcam",
    target: Target = None,
    layer: str | None = None,
    *,
    against: int | None = None,
    **parameters: Any,
) -> np.ndarray:
    """A heatmap for each image (N, C, H, W), given as the network takes it: float32 (N, H, W) at
    input size.

    `method` is one of `cs.methods`, `parameters` its own. `target` is the class that is explained
    (the predicted one if None): a class, one for each image, an output's name, or (output, class).
    `layer` is any node, function or module (the last with positions if None). With another class
    `against`, how much more each pixel speaks for the one than for the other. Raises
    ExplanationError where the method can't be applied.
    """
    method_named(method).accepts(layer)
    if against is not None:
        differ(target, against)
        return contrast(model, images, against, method, target, layer, **parameters).difference
    return explanation(model, images, method, target, layer, **parameters).heat


def differ(target: Target, against: int) -> None:
    """Raises ExplanationError where a class would be set against itself."""
    if named_output(target)[1] == against:
        raise ExplanationError(
            f"Class {against} can't be set against itself.", "Choose another class against it."
        )


def contrast(
    model: nn.Module,
    images: Any,
    against: int,
    method: str = "gradcam",
    target: Target = None,
    layer: str | None = None,
    *,
    progress: Progress | None = None,
    **parameters: Any,
) -> Contrast:
    """Explains `target` as `explanation` does, and the class `against` of the same output."""
    first = explanation(model, images, method, target, layer, progress=progress, **parameters)
    other: Target = against if first.output is None else (first.output, against)
    second = explanation(model, images, method, other, layer, progress=progress, **parameters)
    return Contrast(first, second)


def explanation(
    model: nn.Module,
    images: Any,
    method: str = "gradcam",
    target: Target = None,
    layer: str | None = None,
    *,
    progress: Progress | None = None,
    **parameters: Any,
) -> Explanation:
    """Explains the class `target` (the predicted one if None) of each image (N, C, H, W).

    `target` may be a class, one for each image, an output's name, or (output, class); `layer`
    any node, function or module (the last with positions if None). `parameters` are the method's
    own. Raises ExplanationError where the method can't be applied.
    """
    declared = method_named(method)
    chosen = declared.chosen(parameters)
    one_image_input(model)
    batch = as_batch(images, model).detach()
    if batch.ndim != 4:
        raise ExplanationError(
            f"The images have the shape {shape_text(batch.shape)}; explanations need "
            "(N, channels, height, width)."
        )
    choice = LayerChoice("", "")
    if layer is not None:
        require_names(model, [layer])
    with evaluating(model), torch.enable_grad():
        with accepting(batch):
            if declared.uses_layer:
                output = named_output(target)[0] or first_output(model)
                choice = choose_layer(model, batch, layer, output)
            case = _case(model, batch, target, choice.layer, Passes(progress))
        try:
            heat = _found(declared, case, chosen)
        except RuntimeError as error:
            raise ExplanationError(
                f"{declared.title} found no gradient from the class's score back to "
                f"{choice.layer or 'the image'}: {_first_sentence(error)}",
                "A layer in between may not be differentiable. Choose a later layer, or "
                "'occlusion' or 'rise', which need no gradient.",
            ) from error
        note = _note(declared, case, heat, chosen)
    return Explanation(
        heat=heat.float().cpu().numpy(),
        method=method,
        targets=case.scores.targets.tolist(),
        output=case.scores.output,
        layer=choice.layer or None,
        reason=choice.reason,
        note=note,
    )


def _case(model: nn.Module, images: Tensor, target: Target, layer: str, passes: Passes) -> Case:
    """One pass, which chooses the class too, and sees the layer if one is named."""
    if layer:
        seen = see_at(model, images, layer)
        return Case(model, images, choose_scores(seen.result, target), seen, passes)
    with torch.no_grad():
        result = model(images.clone())
    return Case(model, images, choose_scores(result, target), None, passes)


def _found(method: Method, case: Case, parameters: dict[str, Any]) -> Tensor:
    module, function = method.target.rsplit(".", 1)
    heat: Tensor = getattr(import_module(module), function)(case, **parameters)
    return heat


def _note(method: Method, case: Case, heat: Tensor, parameters: dict[str, Any]) -> str:
    if not heat.any():
        where = f"in '{case.seen.layer}'" if case.seen else "in the image"
        return f"Nothing {where} speaks for the class: the heat is 0 everywhere."
    return _completeness(case, heat, parameters["baseline"]) if method.complete else ""


def _completeness(case: Case, heat: Tensor, baseline: str) -> str:
    """How much of the score's difference from the baseline's the heat adds up to."""
    with torch.no_grad():
        both = torch.cat([case.images, baseline_of(case.images, baseline)])
        scores = case.score(both).gather(1, case.scores.targets.repeat(2)[:, None])[:, 0]
    wanted = scores[: len(case.images)] - scores[len(case.images) :]
    found = heat.sum((1, 2))
    shares = [
        float(has / should)
        for has, should in zip(found, wanted, strict=True)
        if abs(should) > NEGLIGIBLE
    ]
    if not shares:
        return ""
    worst = max(shares, key=lambda share: abs(share - 1))
    return f"The heat adds up to {worst:.1%} of what the image scores above the baseline."


def _first_sentence(error: RuntimeError) -> str:
    return str(error).strip().split("\n")[0].split(". ")[0].rstrip(".") + "."
