"""Layers that only act while training."""

from __future__ import annotations

from cnnstudio.layers.declaration import Choice, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Regularisation"


class Dropping:
    p: float = parameter(
        0.5, minimum=0.0, maximum=1.0, title="Probability", headline=True,
        help="share of what is set to zero",
    )  # fmt: skip


@layer(
    "Dropout", category=CATEGORY, target="torch.nn.Dropout", icon="mdi6.dots-grid", common=True,
    formula="x · mask / (1 − p)", used_in="Before the linear layers of AlexNet and VGG.",
    reference="https://arxiv.org/abs/1207.0580",
)  # fmt: skip
class Dropout(Dropping):
    """Sets random values to zero while training, so that no unit can rely on another; the rest is
    scaled up. Does nothing in evaluation."""


@layer(
    "Dropout {n}d", category=CATEGORY, target="torch.nn.Dropout{n}d", icon="mdi6.dots-grid",
    dimensions=(2, 1, 3), common=(2,), also_called=("spatial dropout", "channel dropout"),
    formula="x · channel mask / (1 − p)",
    used_in="Between convolutions, where neighbouring {points} are too alike for plain dropout.",
    reference="https://arxiv.org/abs/1411.4280",
)  # fmt: skip
class Dropout_(Dropping):
    """Sets whole channels of {input} to zero at random while training."""


@layer(
    "Alpha dropout", category=CATEGORY, target="torch.nn.AlphaDropout", icon="mdi6.dots-hexagon",
    formula="keeps mean 0 and variance 1", used_in="Self-normalising networks, after SELU.",
    reference="https://arxiv.org/abs/1706.02515",
)  # fmt: skip
class AlphaDropout(Dropping):
    """Dropout that sets values to SELU's lower end in place of zero, so that mean and variance
    stay."""


@layer(
    "Feature alpha dropout", category=CATEGORY, target="torch.nn.FeatureAlphaDropout",
    icon="mdi6.dots-hexagon", ranks=[3, 4, 5], formula="keeps mean 0 and variance 1",
    used_in="Self-normalising convolutional networks, after SELU.",
    reference="https://arxiv.org/abs/1706.02515",
)  # fmt: skip
class FeatureAlphaDropout(Dropping):
    """Alpha dropout of whole channels."""


@layer(
    "Stochastic depth", category=CATEGORY, target="torchvision.ops.StochasticDepth",
    icon="mdi6.layers-off-outline", common=True, also_called=("drop path", "droppath"),
    formula="x · (0 or 1/(1 − p)), one draw a sample",
    used_in="The branch beside a skip connection: EfficientNet, ConvNeXt, Swin.",
    reference="https://arxiv.org/abs/1603.09382",
)  # fmt: skip
class StochasticDepth:
    """Drops its whole input at random while training, so that a residual block becomes a plain skip
    connection: the network trained is shallower than the one used."""

    p: float = parameter(
        0.2, minimum=0.0, maximum=0.999, title="Probability", headline=True,
        help="how often the branch is dropped",
    )  # fmt: skip
    mode: Choice = parameter(
        "row", choices=("row", "batch"), help="drawn for each sample (row), or once a batch"
    )


@layer(
    "DropBlock {n}d", category=CATEGORY, target="torchvision.ops.DropBlock{n}d",
    icon="mdi6.square-off-outline", dimensions=(2, 3), formula="x · block mask, scaled to its mean",
    used_in="Convolutional networks, where single dropped values can be guessed from beside them.",
    reference="https://arxiv.org/abs/1810.12890",
)  # fmt: skip
class DropBlock:
    """Sets connected blocks of {input} to zero at random while training."""

    p: float = parameter(
        0.1, minimum=0.0, maximum=1.0, title="Probability", headline=True,
        help="share of the values that are dropped",
    )  # fmt: skip
    block_size: int = parameter(3, minimum=1, headline=True, help="{sides} of a block")
    eps: float = parameter(1e-6, minimum=0.0, advanced=True, help="against division by zero")


@layer(
    "Gaussian noise", category=CATEGORY, target="cnnstudio.modules.noise.GaussianNoise",
    icon="mdi6.television-classic", also_called=("jitter",), formula="x + std · normal noise",
    used_in="After the input, or inside: a network that doesn't mind small changes.",
    reference="https://doi.org/10.1162/neco.1995.7.1.108",
)  # fmt: skip
class GaussianNoise:
    """Adds normal noise while training. Does nothing in evaluation."""

    std: float = parameter(
        0.1, minimum=0.0, title="Deviation", headline=True, help="standard deviation of the noise"
    )


@layer(
    "Gaussian dropout", category=CATEGORY, target="cnnstudio.modules.noise.GaussianDropout",
    icon="mdi6.television-classic", formula="x · (1 + √(p/(1 − p)) · normal noise)",
    used_in="In place of dropout, where no value should vanish.",
    reference="https://www.jmlr.org/papers/v15/srivastava14a.html",
)  # fmt: skip
class GaussianDropout:
    """Multiplies with normal noise around 1 while training, as varied as dropout's mask."""

    p: float = parameter(
        0.5, minimum=0.0, maximum=0.99, title="Probability", headline=True,
        help="the dropout that it is as strong as",
    )  # fmt: skip
