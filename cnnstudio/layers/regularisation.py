"""Layers that only act while training."""

from __future__ import annotations

from cnnstudio.layers.declaration import parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Regularisation"


@layer(
    "Dropout", category=CATEGORY, target="torch.nn.Dropout", icon="mdi6.dots-grid",
    formula="x · mask / (1 − p)", used_in="Before the linear layers of AlexNet and VGG.",
    reference="https://arxiv.org/abs/1207.0580",
)  # fmt: skip
class Dropout:
    """Sets random values to zero while training, so that no unit can rely on another; the rest is
    scaled up. Does nothing in evaluation."""

    p: float = parameter(
        0.5, minimum=0.0, maximum=1.0, title="Probability", headline=True,
        help="share of values set to zero",
    )  # fmt: skip


@layer(
    "Dropout 2d", category=CATEGORY, target="torch.nn.Dropout2d", icon="mdi6.dots-grid", ranks=[4],
    formula="x · channel mask / (1 − p)",
    used_in="Between convolutions, where neighbouring pixels are too alike for plain dropout.",
    reference="https://arxiv.org/abs/1411.4280",
)  # fmt: skip
class Dropout2d:
    """Sets whole feature maps to zero at random while training."""

    p: float = parameter(
        0.5, minimum=0.0, maximum=1.0, title="Probability", headline=True,
        help="share of maps set to zero",
    )  # fmt: skip


@layer(
    "Dropout 1d", category=CATEGORY, target="torch.nn.Dropout1d", icon="mdi6.dots-grid", ranks=[3],
    formula="x · channel mask / (1 − p)", used_in="Between 1d convolutions.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html",
)  # fmt: skip
class Dropout1d:
    """Sets whole channels of a signal to zero at random while training."""

    p: float = parameter(
        0.5, minimum=0.0, maximum=1.0, title="Probability", headline=True,
        help="share of channels set to zero",
    )  # fmt: skip
