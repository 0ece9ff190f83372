"""Activation functions: each has a curve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Choice, Shape, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Activation"


@layer(
    "ReLU", category=CATEGORY, target="torch.nn.ReLU", icon="mdi6.chart-line-variant", curve=True,
    common=True, also_called=("rectifier",),
    formula="max(0, x)", used_in="Most convolutional networks since AlexNet.",
)  # fmt: skip
class ReLU:
    """Keeps positive values and makes negative ones zero. Without such a bend, stacked layers would
    be no more than one linear layer."""


@layer(
    "ReLU6", category=CATEGORY, target="torch.nn.ReLU6", icon="mdi6.chart-line-variant", curve=True,
    formula="min(max(0, x), 6)", used_in="MobileNet: a bounded range survives low precision.",
    
)  # fmt: skip
class ReLU6:
    """ReLU that stops at 6, so that its output fits few bits."""


@layer(
    "Leaky ReLU", common=True, category=CATEGORY, target="torch.nn.LeakyReLU",
    icon="mdi6.chart-line-variant", curve=True, formula="x if x ≥ 0, else negative_slope · x",
    used_in="Detectors and generators, where units must not die.",
)  # fmt: skip
class LeakyReLU:
    """ReLU that lets a little of the negative values through, so that its gradient never ends."""

    negative_slope: float = parameter(
        0.01, minimum=0.0, maximum=1.0, headline=True, help="slope for negative values"
    )


def _slopes(values: dict[str, Any], shapes: Sequence[Shape]) -> int:
    return shapes[0][0] if values["per_channel"] else 1


@layer(
    "PReLU", category=CATEGORY, target="torch.nn.PReLU", icon="mdi6.chart-line-variant", curve=True,
    inferred={"num_parameters": _slopes}, hidden=["per_channel"],
    reads={"per_channel": lambda m: m.num_parameters != 1},
    formula="x if x ≥ 0, else a · x, with a learned a",
    used_in="He et al. 2015, the first network to pass the human score on ImageNet.",
    reference="https://arxiv.org/abs/1502.01852",
)  # fmt: skip
class PReLU:
    """Leaky ReLU whose slope for negative values is learned."""

    init: float = parameter(
        0.25, minimum=0.0, maximum=1.0, title="First slope", help="the slope at the start"
    )
    per_channel: bool = parameter(
        False, headline=True, help="a slope for each channel, in place of one for all"
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
    "GELU", common=True, category=CATEGORY, target="torch.nn.GELU",
    icon="mdi6.chart-bell-curve-cumulative", curve=True,
    formula="x · Φ(x), with Φ the normal distribution's function",
    used_in="Transformers, ViT, ConvNeXt.", reference="https://arxiv.org/abs/1606.08415",
)  # fmt: skip
class GELU:
    """A smooth ReLU: weighs each value by how likely a normal variable lies below it."""

    approximate: Choice = parameter(
        "none", choices=("none", "tanh"), advanced=True, help="exact, or the faster tanh formula"
    )


@layer(
    "SiLU", common=True, also_called=("swish",), category=CATEGORY, target="torch.nn.SiLU",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="x · σ(x)",
    used_in="EfficientNet and modern detectors; also called swish.",
    reference="https://arxiv.org/abs/1702.03118",
)  # fmt: skip
class SiLU:
    """A smooth ReLU: each value times its own sigmoid."""


@layer(
    "Hard swish", also_called=("hswish", "h-swish"), category=CATEGORY, target="torch.nn.Hardswish",
    icon="mdi6.chart-line-variant", curve=True, formula="x · min(max(0, x + 3), 6) / 6",
    used_in="MobileNet v3.", reference="https://arxiv.org/abs/1905.02244",
)  # fmt: skip
class Hardswish:
    """SiLU made of straight pieces: nearly the same, and cheap on small devices."""


@layer(
    "Sigmoid", common=True, also_called=("logistic",), category=CATEGORY, target="torch.nn.Sigmoid",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="1 / (1 + e⁻ˣ)",
    used_in="Gates, and yes-or-no outputs.",
)  # fmt: skip
class Sigmoid:
    """Maps every value to between 0 and 1. In deep stacks its gradient vanishes at both ends."""


@layer(
    "Tanh", common=True, category=CATEGORY, target="torch.nn.Tanh",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="(eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)",
    used_in="LeNet, and the output of generators.",
)  # fmt: skip
class Tanh:
    """Maps every value to between −1 and 1."""


@layer(
    "Softplus", category=CATEGORY, target="torch.nn.Softplus",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="log(1 + e^(beta·x)) / beta",
    used_in="Outputs that must be positive.",
)  # fmt: skip
class Softplus:
    """A smooth ReLU that is always positive."""

    beta: float = parameter(1.0, minimum=0.01, help="sharpness of the bend")
    threshold: float = parameter(
        20.0, advanced=True, help="above this the line itself is taken, which is as exact"
    )


@layer(
    "SELU", category=CATEGORY, target="torch.nn.SELU", icon="mdi6.chart-bell-curve-cumulative",
    curve=True, formula="1.0507 · (x if x > 0, else 1.6733 · (eˣ − 1))",
    used_in="Self-normalising networks.", reference="https://arxiv.org/abs/1706.02515",
)  # fmt: skip
class SELU:
    """ELU with the two constants that bring mean 0 and variance 1 about by themselves."""


@layer(
    "CELU", category=CATEGORY, target="torch.nn.CELU", icon="mdi6.chart-bell-curve-cumulative",
    curve=True, formula="max(0, x) + min(0, alpha · (e^(x/alpha) − 1))",
    used_in="In place of ELU, where alpha is not 1.", reference="https://arxiv.org/abs/1704.07483",
)  # fmt: skip
class CELU:
    """ELU whose slope at zero is 1 for every alpha."""

    alpha: float = parameter(1.0, minimum=0.01, headline=True, help="where negative values end")


@layer(
    "Mish", category=CATEGORY, target="torch.nn.Mish", icon="mdi6.chart-bell-curve-cumulative",
    curve=True, formula="x · tanh(log(1 + eˣ))", used_in="YOLOv4.",
    reference="https://arxiv.org/abs/1908.08681",
)  # fmt: skip
class Mish:
    """A smooth ReLU that dips a little below zero."""


@layer(
    "RReLU", category=CATEGORY, target="torch.nn.RReLU", icon="mdi6.chart-line-variant",
    curve=True, formula="x if x ≥ 0, else a · x, with a drawn between lower and upper",
    used_in="Against overfitting on few images.", reference="https://arxiv.org/abs/1505.00853",
)  # fmt: skip
class RReLU:
    """Leaky ReLU whose slope is drawn at random while training; their mean in evaluation."""

    lower: float = parameter(0.125, minimum=0.0, maximum=1.0, help="smallest slope")
    upper: float = parameter(1 / 3, minimum=0.0, maximum=1.0, help="largest slope")


@layer(
    "Hard sigmoid", category=CATEGORY, target="torch.nn.Hardsigmoid",
    icon="mdi6.chart-line-variant", curve=True, formula="min(max(0, x/6 + 1/2), 1)",
    used_in="MobileNet v3: the gates of its squeeze-excite.",
)  # fmt: skip
class Hardsigmoid:
    """Sigmoid made of straight pieces: cheap on small devices."""


@layer(
    "Hard tanh", category=CATEGORY, target="torch.nn.Hardtanh", icon="mdi6.chart-line-variant",
    curve=True, also_called=("clip",), formula="min(max(min_val, x), max_val)",
    used_in="Recurrent and quantised networks.",
)  # fmt: skip
class Hardtanh:
    """Cuts values off at both ends: a tanh made of straight pieces."""

    min_val: float = parameter(-1.0, title="Minimum", headline=True, help="the lower end")
    max_val: float = parameter(1.0, title="Maximum", headline=True, help="the upper end")


@layer(
    "Log-sigmoid", category=CATEGORY, target="torch.nn.LogSigmoid",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="log(1 / (1 + e⁻ˣ))",
    used_in="Losses over yes-or-no answers.",
)  # fmt: skip
class LogSigmoid:
    """The logarithm of a sigmoid, exact also where the sigmoid is nearly zero."""


@layer(
    "Softsign", category=CATEGORY, target="torch.nn.Softsign",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="x / (1 + |x|)",
    used_in="In place of tanh, where its ends should be reached slowly.",
)  # fmt: skip
class Softsign:
    """Maps every value to between −1 and 1, more slowly than tanh."""


@layer(
    "Tanhshrink", category=CATEGORY, target="torch.nn.Tanhshrink",
    icon="mdi6.chart-bell-curve-cumulative", curve=True, formula="x − tanh(x)",
    used_in="Sparse coding.",
)  # fmt: skip
class Tanhshrink:
    """Takes tanh away from each value: small ones nearly vanish."""


@layer(
    "Softshrink", category=CATEGORY, target="torch.nn.Softshrink", icon="mdi6.chart-line-variant",
    curve=True, formula="sign(x) · max(0, |x| − lambd)",
    used_in="Sparse coding, denoising in a wavelet's coefficients.",
)  # fmt: skip
class Softshrink:
    """Brings every value nearer to zero by lambd; what is smaller becomes zero."""

    lambd: float = parameter(0.5, minimum=0.0, title="Lambda", headline=True, help="the step")


@layer(
    "Hardshrink", category=CATEGORY, target="torch.nn.Hardshrink", icon="mdi6.chart-line-variant",
    curve=True, formula="x if |x| > lambd, else 0",
    used_in="Sparse coding: small answers are noise.",
)  # fmt: skip
class Hardshrink:
    """Keeps large values as they are and makes small ones zero."""

    lambd: float = parameter(0.5, minimum=0.0, title="Lambda", headline=True, help="the limit")


@layer(
    "Threshold", category=CATEGORY, target="torch.nn.Threshold", icon="mdi6.chart-line-variant",
    curve=True, formula="x if x > threshold, else value",
    used_in="Where answers below a limit should count as none.",
)  # fmt: skip
class Threshold:
    """Keeps values above a limit; all others become one number."""

    threshold: float = parameter(0.0, headline=True, help="the limit")
    value: float = parameter(0.0, help="what stands in place of values up to it")


@layer(
    "Squared ReLU", category=CATEGORY, target="cnnstudio.modules.activation.SquaredReLU",
    icon="mdi6.chart-line-variant", curve=True, formula="max(0, x)²",
    used_in="Primer and other efficient transformers.",
    reference="https://arxiv.org/abs/2109.08668",
)  # fmt: skip
class SquaredReLU:
    """The square of ReLU: strong answers count more."""


@layer(
    "Snake", category=CATEGORY, target="cnnstudio.modules.activation.Snake",
    icon="mdi6.sine-wave", curve=True, formula="x + sin²(alpha · x) / alpha, with a learned alpha",
    used_in="Generators of audio: BigVGAN, DAC.", reference="https://arxiv.org/abs/2006.08195",
)  # fmt: skip
class Snake:
    """A slope with a learned ripple: networks of it can continue what is periodic."""

    alpha: float = parameter(
        1.0, minimum=0.001, title="First alpha", headline=True, help="frequency at the start"
    )
