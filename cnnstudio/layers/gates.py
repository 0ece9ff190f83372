"""What lets values or gradients through, and what changes along one dimension or by channel."""

from __future__ import annotations

from cnnstudio.layers.arithmetic import CATEGORY
from cnnstudio.layers.declaration import Floats, parameter
from cnnstudio.layers.kind import channels, layer


@layer(
    "Above threshold", category=CATEGORY, target="cnnstudio.modules.gates.AboveThreshold",
    icon="mdi6.greater-than", curve=True, differentiable=False, also_called=("greater", "gate"),
    formula="1 where x > threshold, else 0", used_in="Masks, and spikes counted.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.gt.html",
)  # fmt: skip
class AboveThreshold:
    """1 where a value is above a threshold, 0 elsewhere. It passes no gradient on."""

    threshold: float = parameter(0.0, headline=True, help="what a value must exceed")


@layer(
    "Binarise", category=CATEGORY, target="cnnstudio.modules.gates.Binarize",
    icon="mdi6.toggle-switch-outline", also_called=("straight-through", "bnn", "binarize"),
    formula="sign(x), with the gradient of x where |x| ≤ 1",
    used_in="Binary networks: XNOR-Net.", reference="https://arxiv.org/abs/1602.02830",
)  # fmt: skip
class Binarize:
    """Makes every value −1 or 1, and lets the gradient through as if it had not."""


@layer(
    "Stop gradient", category=CATEGORY, target="torch.detach", icon="mdi6.hand-back-right-outline",
    call="function", differentiable=False, also_called=("detach", "no grad"), formula="x",
    used_in="SimSiam, BYOL: one branch must not follow the other.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.Tensor.detach.html",
)  # fmt: skip
class StopGradient:
    """Passes its input on as it is, but no gradient back."""


@layer(
    "Reverse gradient", category=CATEGORY, target="cnnstudio.modules.gates.GradientReversal",
    icon="mdi6.arrow-u-left-top", also_called=("dann", "adversarial"),
    formula="x; gradient · (−weight)",
    used_in="DANN: features that don't tell where an image is from.",
    reference="https://arxiv.org/abs/1409.7495",
)  # fmt: skip
class GradientReversal:
    """Passes its input on as it is, and its gradient back with the sign turned round."""

    weight: float = parameter(1.0, minimum=0.0, headline=True, help="factor of the gradient")


@layer(
    "Cumulative sum", category=CATEGORY, target="torch.cumsum", icon="mdi6.chart-line",
    call="function", also_called=("integral",), formula="y₁ = x₁, y₂ = x₁ + x₂, …",
    used_in="Integrals over time; positions counted.",
)  # fmt: skip
class CumulativeSum:
    """Sums along a dimension up to each place."""

    dim: int = parameter(-1, minimum=-4, maximum=4, title="Dimension", help="along which")


@layer(
    "Difference", category=CATEGORY, target="torch.diff", icon="mdi6.delta", call="function",
    also_called=("derivative", "delta"), formula="y₁ = x₂ − x₁, y₂ = x₃ − x₂, …",
    used_in="Change over time; edges; delta features of audio.",
)  # fmt: skip
class Difference:
    """The difference of each place to the one before it along a dimension, which gets shorter."""

    n: int = parameter(1, minimum=1, title="Times", headline=True, help="how often it is done")
    dim: int = parameter(-1, minimum=-4, maximum=4, title="Dimension", help="along which")


@layer(
    "Affine", category=CATEGORY, target="cnnstudio.modules.gates.Affine", icon="mdi6.tune-vertical",
    inferred={"channels": channels}, also_called=("scale and shift", "resmlp"),
    formula="x · weight + bias, for each channel", used_in="ResMLP, in place of normalisation.",
    reference="https://arxiv.org/abs/2105.03404",
)  # fmt: skip
class Affine:
    """Scales and shifts each channel by learned numbers."""

    scale: float = parameter(1.0, help="what each channel is multiplied by at the start")


@layer(
    "Standardise channels", category=CATEGORY, target="cnnstudio.modules.gates.Standardize",
    icon="mdi6.palette-swatch-outline", ranks=[3, 4, 5],
    also_called=("normalize", "mean and std", "imagenet"), formula="(x − mean) / std",
    used_in="The first layer of networks that expect ImageNet's mean and deviation.",
    reference="https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.Normalize.html",
    examples=[[(3, 16, 16)]],
)  # fmt: skip
class Standardize:
    """Brings each channel to fixed mean and deviation: nothing is learned."""

    mean: Floats = parameter(
        (0.485, 0.456, 0.406), help="of each channel in the data; one number for all"
    )
    std: Floats = parameter(
        (0.229, 0.224, 0.225), minimum=1e-12, title="Deviation", help="of each channel in the data"
    )
