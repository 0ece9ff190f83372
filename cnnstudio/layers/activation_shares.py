"""Activations that look at several values at once: shares, gates, the strongest of a group."""

from __future__ import annotations

from cnnstudio.layers.activation import CATEGORY
from cnnstudio.layers.declaration import parameter
from cnnstudio.layers.kind import channels, layer


class Shares:
    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True,
        help="the dimension that sums to 1; 1 is channels or classes",
    )  # fmt: skip


@layer(
    "Softmax", category=CATEGORY, target="torch.nn.Softmax", icon="mdi6.chart-bar", common=True,
    formula="e^xᵢ / Σ e^xⱼ",
    used_in="Attention. Not before a cross-entropy loss, which applies it itself.",
)  # fmt: skip
class Softmax(Shares):
    """Turns values into shares that sum to 1."""


@layer(
    "Log-softmax", category=CATEGORY, target="torch.nn.LogSoftmax", icon="mdi6.chart-bar",
    formula="log(e^xᵢ / Σ e^xⱼ)", used_in="Before a negative log-likelihood loss.",
)  # fmt: skip
class LogSoftmax(Shares):
    """The logarithm of softmax, computed so that it stays exact for small shares."""


@layer(
    "Softmin", category=CATEGORY, target="torch.nn.Softmin", icon="mdi6.chart-bar",
    formula="e^−xᵢ / Σ e^−xⱼ", used_in="Shares of distances: the nearest gets most.",
)  # fmt: skip
class Softmin(Shares):
    """Turns values into shares that sum to 1, the smallest value's being the largest."""


@layer(
    "Softmax 2d", category=CATEGORY, target="torch.nn.Softmax2d", icon="mdi6.chart-bar", ranks=[4],
    formula="e^xᵢ / Σ e^xⱼ over channels, at each pixel", used_in="Segmentation.",
)  # fmt: skip
class Softmax2d:
    """Turns the channels at each pixel into shares that sum to 1."""


@layer(
    "Gumbel softmax", category=CATEGORY, target="cnnstudio.modules.activation.GumbelSoftmax",
    icon="mdi6.dice-multiple-outline", formula="softmax((x + Gumbel noise) / tau)",
    used_in="Networks that choose: discrete codes, architecture search.",
    reference="https://arxiv.org/abs/1611.01144",
)  # fmt: skip
class GumbelSoftmax(Shares):
    """Draws one of several by their logits while training, in a way that has a gradient. In
    evaluation nothing is drawn: the shares, or the largest."""

    tau: float = parameter(
        1.0, minimum=0.01, title="Temperature", headline=True, help="the lower, the more decided"
    )
    hard: bool = parameter(False, headline=True, help="gives exactly one 1, the others 0")


@layer(
    "GLU", category=CATEGORY, target="torch.nn.GLU", icon="mdi6.gate",
    also_called=("gate", "gated"), formula="a · σ(b), with a and b the input's halves",
    used_in="Gated convolutions: WaveNet's kin, Conformer.",
    reference="https://arxiv.org/abs/1612.08083",
)  # fmt: skip
class GLU:
    """Splits the input in halves along a dimension: one half, through a sigmoid, gates the
    other."""

    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True,
        help="the dimension that is halved; 1 is channels",
    )  # fmt: skip


@layer(
    "Maxout", category=CATEGORY, target="cnnstudio.modules.activation.Maxout",
    icon="mdi6.arrow-up-bold-box-outline", formula="the maximum of each group of channels",
    used_in="Behind a layer with so many times more channels: it learns its own bend.",
    reference="https://arxiv.org/abs/1302.4389",
)  # fmt: skip
class Maxout:
    """Keeps the largest of each group of neighbouring channels."""

    pieces: int = parameter(
        2, minimum=1, headline=True, help="channels in a group; must divide their number"
    )


@layer(
    "CReLU", category=CATEGORY, target="cnnstudio.modules.activation.ConcatenatedReLU",
    icon="mdi6.chart-line-variant", also_called=("concatenated relu",),
    formula="max(0, x) and max(0, −x), one after the other",
    used_in="First layers, whose filters come in pairs of opposite sign.",
    reference="https://arxiv.org/abs/1603.05201",
)  # fmt: skip
class ConcatenatedReLU:
    """Keeps positive and negative answers in channels of their own: twice as many come out."""


@layer(
    "FReLU", category=CATEGORY, target="cnnstudio.modules.activation.FunnelReLU",
    icon="mdi6.filter-outline", ranks=[4], inferred={"channels": channels},
    also_called=("funnel relu",), formula="max(x, depthwise convolution of x)",
    used_in="Recognition, where the bend itself should see a pixel's neighbours.",
    reference="https://arxiv.org/abs/2007.11824",
)  # fmt: skip
class FunnelReLU:
    """ReLU whose zero is replaced by a learned look at the pixel's neighbours."""

    kernel_size: int = parameter(3, minimum=1, help="height and width of that look; odd")
