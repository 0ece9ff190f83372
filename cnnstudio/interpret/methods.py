"""The explanation methods, declared: what forms, help and the command line offer. No torch."""

from __future__ import annotations

from dataclasses import dataclass

from cnnstudio.graph.errors import ExplanationError


@dataclass(frozen=True)
class Method:
    """One method.

    `target` is the dotted name of a function (model, images, scores[, layer]) → heat (N, H, W).
    """

    kind: str
    title: str
    target: str
    uses_layer: bool
    doc: str
    formula: str
    reference: str


methods: dict[str, Method] = {
    method.kind: method
    for method in (
        Method(
            kind="gradcam",
            title="Grad-CAM",
            target="cnnstudio.interpret.gradcam.gradcam",
            uses_layer=True,
            doc="Weighs each unit of a layer by how much it raises the class's score, and shows "
            "where the weighted units are active. Coarse, but tells classes apart: the later "
            "the layer, the more it is about objects rather than edges.",
            formula="ReLU(Σₖ αₖ Aₖ), αₖ = mean over positions of ∂score/∂Aₖ",
            reference="https://arxiv.org/abs/1610.02391",
        ),
        Method(
            kind="gradients",
            title="Gradients",
            target="cnnstudio.interpret.gradients.gradients",
            uses_layer=False,
            doc="Shows the pixels whose change would change the class's score most. Sharp and "
            "noisy, and often much alike for every class.",
            formula="maxₖ |∂score/∂xₖ| over the channels k",
            reference="https://arxiv.org/abs/1312.6034",
        ),
    )
}


def method_named(kind: str) -> Method:
    """The method of this kind; ExplanationError if there is none."""
    if kind not in methods:
        raise ExplanationError(
            f"There is no explanation method '{kind}'.", f"Choose one of: {', '.join(methods)}."
        )
    return methods[kind]
