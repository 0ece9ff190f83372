"""The explanation methods, each declared once: what forms, help and the command line offer.

No torch is needed to read them.
"""

from __future__ import annotations

from difflib import get_close_matches

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.explanations.declared import (
    ACTIVATION,
    GRADIENTS,
    PERTURBATION,
    Method,
    declared_methods,
    method,
)
from cnnstudio.layers.declaration import Choice, parameter

HERE = "cnnstudio.interpret.explanations."
ONE = "one pass forward and one back"
POSITIONS = "a layer with positions (C×H×W)"

BASELINES = ("zero", "mean", "blur")


def _baseline(default: str = "zero") -> str:
    made: str = parameter(
        default, choices=BASELINES,
        help="what stands for 'nothing there': zero (the mean colour where images are normalised), "
        "the image's own mean colour, or the image blurred",
    )  # fmt: skip
    return made


def _seed() -> int:
    made: int = parameter(0, minimum=0, advanced=True, help="another one draws other numbers")
    return made


@method(
    "gradcam", "Grad-CAM", family=ACTIVATION, target=HERE + "class_activation.gradcam",
    uses_layer=True, cost=ONE, needs=POSITIONS, reference="https://arxiv.org/abs/1610.02391",
    formula="ReLU(Σₖ αₖ Aₖ), αₖ = mean over positions of ∂score/∂Aₖ",
)  # fmt: skip
class GradCam:
    """Weighs each unit of a layer by how much it raises the class's score, and shows where the
    weighted units are active. Coarse, but tells classes apart: the later the layer, the more it is
    about objects rather than edges."""


@method(
    "gradcam_plus_plus", "Grad-CAM++", family=ACTIVATION,
    target=HERE + "class_activation.gradcam_plus_plus", uses_layer=True, cost=ONE, needs=POSITIONS,
    formula="ReLU(Σₖ wₖ Aₖ), wₖ = Σ α · ReLU(g), α = g² / (2g² + g³ · ΣAₖ), g = ∂score/∂Aₖ",
    reference="https://arxiv.org/abs/1710.11063",
)  # fmt: skip
class GradCamPlusPlus:
    """Grad-CAM whose positions count by how much each raises the score. Shows all of several
    objects of a class, where Grad-CAM may show the largest."""


@method(
    "layercam", "LayerCAM", family=ACTIVATION, target=HERE + "class_activation.layercam",
    uses_layer=True, cost=ONE, needs=POSITIONS, formula="ReLU(Σₖ ReLU(∂score/∂Aₖ) · Aₖ)",
    reference="https://ieeexplore.ieee.org/document/9462463",
)  # fmt: skip
class LayerCam:
    """Weighs each position of each unit by its own gradient. Fine detail from early layers, where
    Grad-CAM gives noise."""


@method(
    "scorecam", "Score-CAM", family=ACTIVATION, target=HERE + "class_activation.scorecam",
    uses_layer=True, cost="one pass for each of the layer's units", needs=POSITIONS,
    formula="ReLU(Σₖ αₖ Aₖ), α = softmax over k of score(x · Aₖ, enlarged and scaled to 0…1)",
    reference="https://arxiv.org/abs/1910.01279",
)  # fmt: skip
class ScoreCam:
    """Shows the network only what each unit of a layer looks at, and weighs the unit by the score
    that is left. Needs no gradient; slow for wide layers."""

    units: int | None = parameter(
        None, minimum=1, title="Most units",
        help="tries only the units that vary most; empty for all of them",
    )  # fmt: skip


@method(
    "eigencam", "Eigen-CAM", family=ACTIVATION, target=HERE + "class_activation.eigencam",
    uses_layer=True, uses_target=False, cost="one pass forward", needs=POSITIONS,
    formula="A V₁, V₁ the first right singular vector of A (positions × units)",
    reference="https://arxiv.org/abs/2008.00299",
)  # fmt: skip
class EigenCam:
    """Shows what most of a layer's activity has in common. Needs no gradient and no class: it is
    the same for every class."""


@method(
    "cam", "CAM", family=ACTIVATION, target=HERE + "weights_as_maps.cam", uses_layer=True,
    signed=True, cost="one pass forward", formula="Σₖ wₖ Aₖ, wₖ the class's weight of unit k",
    needs="maps whose means over all positions go into one linear layer, which gives the scores",
    reference="https://arxiv.org/abs/1512.04150",
)  # fmt: skip
class Cam:
    """The last layer's weights for the class, applied at each position instead of to the mean: the
    mean of the map is the class's score, less its bias."""


@method(
    "guided_gradcam", "Guided Grad-CAM", family=ACTIVATION,
    target=HERE + "rectified.guided_gradcam", uses_layer=True,
    cost="two passes forward and two back", needs=POSITIONS + ", and ReLU",
    formula="Grad-CAM · guided backpropagation", reference="https://arxiv.org/abs/1610.02391",
)  # fmt: skip
class GuidedGradCam:
    """Guided backpropagation where Grad-CAM is hot: fine detail of the class's regions only."""


@method(
    "gradients", "Gradients", family=GRADIENTS, target=HERE + "gradients.gradients", cost=ONE,
    formula="maxₖ |∂score/∂xₖ| over the channels k", reference="https://arxiv.org/abs/1312.6034",
)  # fmt: skip
class Gradients:
    """Shows the pixels whose change would change the class's score most. Sharp and noisy, and often
    much alike for every class."""


@method(
    "input_x_gradient", "Input × gradient", family=GRADIENTS,
    target=HERE + "gradients.input_x_gradient", signed=True, cost=ONE,
    formula="Σₖ xₖ · ∂score/∂xₖ", reference="https://arxiv.org/abs/1605.01713",
)  # fmt: skip
class InputXGradient:
    """Multiplies each pixel with its gradient: what it adds to the score, if the network were
    linear around the image."""


@method(
    "guided_backpropagation", "Guided backpropagation", family=GRADIENTS,
    target=HERE + "rectified.guided_backpropagation", cost=ONE, needs="ReLU",
    formula="maxₖ |∂score/∂xₖ|, each ReLU passing back only what is above 0",
    reference="https://arxiv.org/abs/1412.6806",
)  # fmt: skip
class GuidedBackpropagation:
    """The gradient without anything that speaks against the class at any ReLU. Crisp pictures that
    hardly depend on the class or the later weights: look at the sanity check."""


@method(
    "integrated_gradients", "Integrated gradients", family=GRADIENTS,
    target=HERE + "gradients.integrated_gradients", signed=True, complete=True,
    cost="a pass forward and back for each step",
    formula="Σₖ (xₖ − bₖ) · mean of ∂score/∂xₖ on the way from the baseline b to x",
    reference="https://arxiv.org/abs/1703.01365",
)  # fmt: skip
class IntegratedGradients:
    """Adds up gradients on the way from a baseline to the image. The heat adds up to what the
    image scores above the baseline."""

    baseline: Choice = _baseline()
    steps: int = parameter(50, minimum=2, maximum=1000, help="more come nearer to the integral")


@method(
    "smoothgrad", "SmoothGrad", family=GRADIENTS, target=HERE + "gradients.smoothgrad",
    cost="a pass forward and back for each sample",
    formula="maxₖ |mean of ∂score/∂xₖ over x + noise|", reference="https://arxiv.org/abs/1706.03825",
)  # fmt: skip
class SmoothGrad:
    """Averages the gradients of noisy copies of the image: what stays is less noisy."""

    samples: int = parameter(25, minimum=1, maximum=1000, help="noisy copies of the image")
    noise: float = parameter(
        0.15, minimum=0.0, maximum=2.0,
        help="standard deviation, as a share of the image's range from its lowest to its highest "
        "value",
    )  # fmt: skip
    seed: int = _seed()


@method(
    "deeplift", "DeepLIFT", family=GRADIENTS, target=HERE + "rectified.deeplift", signed=True,
    complete=True, cost="one pass forward and one back, of image and baseline",
    formula="Σₖ (xₖ − bₖ) · m, m the gradient with Δout/Δin in place of each activation's slope",
    reference="https://arxiv.org/abs/1704.02685",
)  # fmt: skip
class DeepLift:
    """Compares each unit with what it is for a baseline, and hands the difference back (rescale
    rule). As good as integrated gradients at a fraction of the time; inexact where values are
    multiplied with each other."""

    baseline: Choice = _baseline()


@method(
    "occlusion", "Occlusion", family=PERTURBATION, target=HERE + "perturbation.occlusion",
    signed=True, cost="a pass for each place of the window",
    formula="mean over the windows on a pixel of score(x) − score(x with the window covered)",
    reference="https://arxiv.org/abs/1311.2901",
)  # fmt: skip
class Occlusion:
    """Covers a window of the image, moves it over all places, and shows how much the score falls.
    Slow, but true to what the network does."""

    window: int | None = parameter(
        None, minimum=1, help="side in pixels; a sixth of the image's shorter side if empty"
    )
    stride: int | None = parameter(
        None, minimum=1, help="pixels from place to place; half of the window if empty"
    )
    baseline: Choice = _baseline()


@method(
    "feature_ablation", "Feature ablation", family=PERTURBATION,
    target=HERE + "perturbation.feature_ablation", signed=True, cost="a pass for each tile",
    formula="score(x) − score(x without the tile)", reference="https://captum.ai/api/feature_ablation.html",
)  # fmt: skip
class FeatureAblation:
    """Takes away one tile of the image after the other, and shows how much the score falls. Tiles
    do not overlap: each is a number of its own."""

    tiles: int = parameter(8, minimum=2, maximum=64, help="along the image's shorter side")
    baseline: Choice = _baseline()


@method(
    "rise", "RISE", family=PERTURBATION, target=HERE + "perturbation.rise",
    cost="a pass for each mask", formula="Σᵢ p(class | x · Mᵢ) · Mᵢ / (n · share)",
    reference="https://arxiv.org/abs/1806.07421",
)  # fmt: skip
class Rise:
    """Shows the network the image through many random masks, and adds up the masks by the class's
    probability. Sees the network only from outside; grainy with few masks."""

    masks: int = parameter(500, minimum=1, maximum=20000, help="more give less grain")
    cells: int = parameter(7, minimum=2, maximum=32, help="of a mask, along each side")
    share: float = parameter(
        0.5, minimum=0.01, maximum=0.99, help="of the image that a mask lets through"
    )
    seed: int = _seed()


methods: dict[str, Method] = declared_methods


def method_named(kind: str) -> Method:
    """The method of this kind; ExplanationError if there is none."""
    if kind not in methods:
        close = get_close_matches(kind, methods, 1)
        meant = f" Did you mean '{close[0]}'?" if close else ""
        raise ExplanationError(
            f"There is no explanation method '{kind}'.{meant}",
            f"Choose one of: {', '.join(methods)}.",
        )
    return methods[kind]
