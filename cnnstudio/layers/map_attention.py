"""Attention over the channels and places of feature maps."""

from __future__ import annotations

from typing import Any

from cnnstudio.layers.attention import CATEGORY
from cnnstudio.layers.declaration import Choice, parameter
from cnnstudio.layers.kind import channels, layer, named

INFERRED = {"channels": channels}


def _quarter(values: dict[str, Any], shapes: Any) -> int:
    return values["squeezed"] or max(1, shapes[0][0] // 4)


def _squeezed_or_none(module: Any) -> int | None:
    usual = max(1, module.fc1.in_channels // 4)
    return None if module.fc1.out_channels == usual else module.fc1.out_channels


class Reduced:
    reduction: int = parameter(
        4, minimum=1, headline=True, help="so many times fewer channels in its middle"
    )


@layer(
    "Squeeze and excitation", category=CATEGORY, target="torchvision.ops.SqueezeExcitation",
    icon="mdi6.arrow-collapse-all", ranks=[4], common=True,
    also_called=("se", "squeeze-excite", "senet"), hidden=["squeezed"],
    inferred={
        "input_channels": channels, "squeeze_channels": _quarter,
        "activation": named("activation"), "scale_activation": named("scale_activation"),
    },
    reads={
        "input_channels": lambda m: m.fc1.in_channels,
        "squeeze_channels": lambda m: m.fc1.out_channels, "squeezed": _squeezed_or_none,
        "activation": lambda m: type(m.activation).__name__,
        "scale_activation": lambda m: type(m.scale_activation).__name__,
    },
    formula="x · σ(W₂ · act(W₁ · mean(x)))", used_in="SENet, MobileNet v3, EfficientNet.",
    reference="https://arxiv.org/abs/1709.01507",
)  # fmt: skip
class SqueezeExcitation:
    """Looks at the mean of each channel, and weighs the channels by what it sees."""

    squeezed: int | None = parameter(
        None, minimum=1, title="Squeezed to", headline=True,
        help="channels in its middle; a quarter of the input's if empty",
    )  # fmt: skip
    activation: Choice = parameter(
        "ReLU", choices=("ReLU", "SiLU", "Hardswish", "GELU"), help="in its middle"
    )
    scale_activation: Choice = parameter(
        "Sigmoid", choices=("Sigmoid", "Hardsigmoid"), title="Gate", help="at its end"
    )


@layer(
    "Efficient channel attention", category=CATEGORY,
    target="cnnstudio.modules.attention.EfficientChannelAttention", icon="mdi6.equalizer",
    ranks=[3, 4, 5], also_called=("eca",), formula="x · σ(conv1d(mean(x) along channels))",
    used_in="ECA-Net: squeeze-excite with a handful of weights.",
    reference="https://arxiv.org/abs/1910.03151",
)  # fmt: skip
class EfficientChannelAttention:
    """Weighs each channel by its own mean and those of its neighbours."""

    kernel_size: int = parameter(3, minimum=1, headline=True, help="channels looked at; odd")


@layer(
    "CBAM", category=CATEGORY, target="cnnstudio.modules.attention.CBAM", icon="mdi6.target",
    ranks=[4], common=True, inferred=INFERRED, also_called=("convolutional block attention",),
    formula="x · channel weights · place weights", used_in="Detectors and small classifiers.",
    reference="https://arxiv.org/abs/1807.06521",
)  # fmt: skip
class CBAM(Reduced):
    """Weighs channels, then places, each by their mean and maximum."""

    kernel_size: int = parameter(7, minimum=1, help="of the look around each place; odd")


@layer(
    "Coordinate attention", category=CATEGORY,
    target="cnnstudio.modules.attention.CoordinateAttention2d", icon="mdi6.crosshairs",
    ranks=[4], inferred=INFERRED, formula="x · row weights · column weights",
    used_in="Mobile networks.", reference="https://arxiv.org/abs/2103.02907",
)  # fmt: skip
class CoordinateAttention2d(Reduced):
    """Weighs each channel by what its rows and its columns say, so that it knows where things
    are."""


@layer(
    "Self-attention 2d", category=CATEGORY, target="cnnstudio.modules.attention.SelfAttention2d",
    icon="mdi6.eye-plus-outline", ranks=[4], inferred=INFERRED, also_called=("sagan",),
    formula="x + gamma · softmax(q·kᵀ) · v over all places",
    used_in="SAGAN; small maps, since every pixel looks at every other.",
    reference="https://arxiv.org/abs/1805.08318",
)  # fmt: skip
class SelfAttention2d(Reduced):
    """Each pixel gathers from all pixels. It starts by doing nothing: gamma is learned from 0."""


@layer(
    "Non-local block", category=CATEGORY, target="cnnstudio.modules.attention.NonLocal2d",
    icon="mdi6.graph-outline", ranks=[4], inferred=INFERRED, also_called=("nonlocal",),
    formula="x + W · softmax(θ·φᵀ) · g over all places", used_in="Video, detection.",
    reference="https://arxiv.org/abs/1711.07971",
)  # fmt: skip
class NonLocal2d(Reduced):
    """Each pixel gathers from all pixels, in fewer channels; the answer is added to the input."""


@layer(
    "SimAM", category=CATEGORY, target="cnnstudio.modules.attention.SimAM",
    icon="mdi6.scatter-plot", ranks=[4], also_called=("parameter-free",),
    formula="x · σ(energy of each value)", used_in="Anywhere: it has no weights.",
    reference="https://proceedings.mlr.press/v139/yang21o.html",
)  # fmt: skip
class SimAM:
    """Weighs each value by how much it stands out in its map."""

    e_lambda: float = parameter(1e-4, minimum=1e-12, advanced=True, help="against division by zero")


@layer(
    "Global context block", category=CATEGORY, target="cnnstudio.modules.attention.GlobalContext2d",
    icon="mdi6.earth", ranks=[4], inferred=INFERRED, also_called=("gcnet", "gc"),
    formula="x + W₂ · act(norm(W₁ · Σ αⱼ·xⱼ))",
    used_in="GCNet: a non-local block that costs little.",
    reference="https://arxiv.org/abs/1904.11492",
)  # fmt: skip
class GlobalContext2d(Reduced):
    """Gathers once from all pixels, and adds what it found to each of them."""


@layer(
    "Attention gate", category=CATEGORY, target="cnnstudio.modules.attention.AttentionGate2d",
    icon="mdi6.gate-and", ranks=[4], inputs=("input", "gate"),
    inferred={"channels": channels, "gate_channels": lambda _, shapes: shapes[1][0]},
    formula="x · σ(ψ · relu(Wx·x + Wg·g))", used_in="Attention U-Net: its skip connections.",
    reference="https://arxiv.org/abs/1804.03999",
)  # fmt: skip
class AttentionGate2d(Reduced):
    """Lets through the places of its first input that the second, which comes from further on in
    the network, finds of interest. The second is brought to the first's size."""


@layer(
    "Spatial attention", category=CATEGORY, target="cnnstudio.modules.attention.SpatialAttention2d",
    icon="mdi6.bullseye", ranks=[4], formula="x · σ(conv(mean and max over channels))",
    used_in="CBAM's second half, by itself.", reference="https://arxiv.org/abs/1807.06521",
)  # fmt: skip
class SpatialAttention2d:
    """Weighs each place by the mean and maximum of its channels."""

    kernel_size: int = parameter(7, minimum=1, headline=True, help="of the look around; odd")
