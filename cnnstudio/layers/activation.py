"""Activation functions: each has a curve."""

from __future__ import annotations

from cnnstudio.layers.declaration import Choice, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Activation"
DOCS = "https://docs.pytorch.org/docs/stable/generated/torch.nn."


@layer(
    "ReLU", category=CATEGORY, target="torch.nn.ReLU", icon="mdi6.chart-line-variant", curve=True,
    formula="max(0, x)", used_in="Most convolutional networks since AlexNet.",
    reference=DOCS + "ReLU.html",
)  # fmt: skip
class ReLU:
    """Keeps positive values and makes negative ones zero. Without such a bend, stacked layers would
    be no more than one linear layer."""


@layer(
    "ReLU6", category=CATEGORY, target="torch.nn.ReLU6", icon="mdi6.chart-line-variant", curve=True,
    formula="min(max(0, x), 6)", used_in="MobileNet: a bounded range survives low precision.",
    reference=DOCS + "ReLU6.html",
)  # fmt: skip
class ReLU6:
    """ReLU that stops at 6, so that its output fits few bits."""


@layer(
    "Leaky ReLU", category=CATEGORY, target="torch.nn.LeakyReLU", icon="mdi6.chart-line-variant",
    curve=True, formula="x if x ≥ 0, else negative_slope · x",
    used_in="Detectors and generators, where units must not die.",
    reference=DOCS + "LeakyReLU.html",
)  # fmt: skip
class LeakyReLU:
    """ReLU that lets a little of the negative values through, so that its gradient never ends."""

    negative_slope: float = parameter(
        0.01, minimum=0.0, maximum=1.0, headline=True, help="slope for negative values"
    )


@layer(
    "PReLU", category=CATEGORY, target="torch.nn.PReLU", icon="mdi6.chart-line-variant", curve=True,
    formula="x if x ≥ 0, else a · x, with a learned a",
    used_in="He et al. 2015, the first network to pass the human score on ImageNet.",
    reference="https://arxiv.org/abs/1502.01852",
)  # fmt: skip
class PReLU:
    """Leaky ReLU whose slope for negative values is learned."""

    init: float = parameter(
        0.25, minimum=0.0, maximum=1.0, title="First slope", help="the slope at the start"
    )


@layer(
    "ELU", category=CATEGORY, target="torch.nn.ELU", icon="mdi6.chart-bell-curve-cumulative",
    curve=True, formula="x if x > 0, else alpha · (eˣ − 1)",
    used_in="Networks without normalisation.", reference="https://arxiv.org/abs/1511.07289",
)  # fmt: skip
class ELU:
    """Like ReLU, but bends smoothly to −alpha, which keeps mean activations near zero."""

    alpha: float = parameter(1.0, minimum=0.0, headline=True, help="where negative values end")


@layer(
    "GELU", category=CATEGORY, target="torch.nn.GELU", icon="mdi6.chart-bell-curve-cumulative",
    curve=True, formula="x · Φ(x), with Φ the normal distribution's function",
    used_in="Transformers, ViT, ConvNeXt.", reference="https://arxiv.org/abs/1606.08415",
)  # fmt: skip
class GELU:
    """A smooth ReLU: weighs each value by how likely a normal variable lies below it."""

    approximate: Choice = parameter(
        "none", choices=("none", "tanh"), advanced=True, help="exact, or the faster tanh formula"
    )


@layer(
    "SiLU", category=CATEGORY, target="torch.nn.SiLU", icon="mdi6.chart-bell-curve-cumulative",
    curve=True, formula="x · σ(x)", used_in="EfficientNet and modern detectors; also called swish.",
    reference="https://arxiv.org/abs/1702.03118",
)  # fmt: skip
class SiLU:
    """A smooth ReLU: each value times its own sigmoid."""


@layer(
    "Hard swish", category=CATEGORY, target="torch.nn.Hardswish", icon="mdi6.chart-line-variant",
    curve=True, formula="x · min(max(0, x + 3), 6) / 6", used_in="MobileNet v3.",
    reference="https://arxiv.org/abs/1905.02244",
)  # fmt: skip
class Hardswish:
    """SiLU made of straight pieces: nearly the same, and cheap on small devices."""


@layer(
    "Sigmoid", category=CATEGORY, target="torch.nn.Sigmoid",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="1 / (1 + e⁻ˣ)",
    used_in="Gates, and yes-or-no outputs.",
    reference=DOCS + "Sigmoid.html",
)  # fmt: skip
class Sigmoid:
    """Maps every value to between 0 and 1. In deep stacks its gradient vanishes at both ends."""


@layer(
    "Tanh", category=CATEGORY, target="torch.nn.Tanh", icon="mdi6.chart-bell-curve-cumulative",
    curve=True, formula="(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", used_in="LeNet, and the output of generators.",
    reference=DOCS + "Tanh.html",
)  # fmt: skip
class Tanh:
    """Maps every value to between −1 and 1."""


@layer(
    "Softplus", category=CATEGORY, target="torch.nn.Softplus",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="log(1 + e^(beta·x)) / beta",
    used_in="Outputs that must be positive.", reference=DOCS + "Softplus.html",
)  # fmt: skip
class Softplus:
    """A smooth ReLU that is always positive."""

    beta: float = parameter(1.0, minimum=0.01, help="sharpness of the bend")


@layer(
    "Softmax", category=CATEGORY, target="torch.nn.Softmax", icon="mdi6.chart-bar",
    formula="e^xᵢ / Σ e^xⱼ",
    used_in="Attention. Not before a cross-entropy loss, which applies it itself.",
    reference=DOCS + "Softmax.html",
)  # fmt: skip
class Softmax:
    """Turns values into shares that sum to 1."""

    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True,
        help="the dimension that sums to 1; 1 is channels or classes",
    )  # fmt: skip


@layer(
    "Log-softmax", category=CATEGORY, target="torch.nn.LogSoftmax", icon="mdi6.chart-bar",
    formula="log(e^xᵢ / Σ e^xⱼ)", used_in="Before a negative log-likelihood loss.",
    reference=DOCS + "LogSoftmax.html",
)  # fmt: skip
class LogSoftmax:
    """The logarithm of softmax, computed so that it stays exact for small shares."""

    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True,
        help="the dimension that sums to 1; 1 is channels or classes",
    )  # fmt: skip
