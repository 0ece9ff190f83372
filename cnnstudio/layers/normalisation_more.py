"""Further normalisations, most of our own."""

from __future__ import annotations

from cnnstudio.layers.declaration import parameter
from cnnstudio.layers.kind import channels, features, layer
from cnnstudio.layers.normalisation import CATEGORY, EPS, FORMULA, ICON


@layer(
    "Layer normalisation over channels", category=CATEGORY,
    target="cnnstudio.modules.normalisation.ChannelLayerNorm", icon=ICON, ranks=[3, 4, 5],
    common=True, also_called=("layernorm2d", "channels first"), inferred={"channels": channels},
    formula=FORMULA, used_in="ConvNeXt: at each pixel, over its channels.",
    reference="https://arxiv.org/abs/2201.03545",
)  # fmt: skip
class ChannelLayerNorm:
    """Brings the channels at each place to mean 0 and variance 1: layer normalisation for maps
    whose channels come first."""

    eps: float = parameter(1e-6, minimum=1e-12, advanced=True, help=EPS)


@layer(
    "Global response normalisation", category=CATEGORY,
    target="cnnstudio.modules.normalisation.GlobalResponseNorm", icon=ICON, ranks=[4],
    also_called=("grn",), inferred={"channels": channels},
    formula="x + gamma · x · ‖x‖ / mean‖x‖ + beta", used_in="ConvNeXt v2.",
    reference="https://arxiv.org/abs/2301.00808",
)  # fmt: skip
class GlobalResponseNorm:
    """Lets channels compete: each is weighed by its length over the map, relative to the others."""

    eps: float = parameter(1e-6, minimum=1e-12, advanced=True, help="against division by zero")


@layer(
    "L2 normalisation", category=CATEGORY, target="torch.nn.functional.normalize",
    icon="mdi6.ray-start-end", call="function", common=True,
    also_called=("normalize", "unit length"), formula="x / max(‖x‖ₚ, eps)",
    used_in="Embeddings: CLIP, face recognition.",
)  # fmt: skip
class Normalize:
    """Brings vectors along a dimension to length 1."""

    p: float = parameter(2.0, minimum=0.1, title="Exponent", advanced=True, help="of the norm")
    dim: int = parameter(
        1, minimum=-4, maximum=4, title="Dimension", headline=True, help="along which they lie"
    )
    eps: float = parameter(1e-12, minimum=1e-30, advanced=True, help="smallest length that counts")


@layer(
    "Layer scale", category=CATEGORY, target="cnnstudio.modules.normalisation.LayerScale",
    icon="mdi6.arrow-split-horizontal", also_called=("gamma", "cait"),
    inferred={"size": lambda values, shapes: shapes[0][values["dim"] - (values["dim"] > 0)]},
    formula="x · weight", used_in="CaiT, ConvNeXt: the end of a residual branch.",
    reference="https://arxiv.org/abs/2103.17239",
)  # fmt: skip
class LayerScale:
    """Multiplies each channel by a learned number that starts near zero, so that a deep network
    begins as a shallow one."""

    init: float = parameter(1e-6, title="First value", headline=True, help="at the start")
    dim: int = parameter(
        1, minimum=-1, maximum=4, title="Dimension", help="1 is channels, −1 the last one"
    )


@layer(
    "Dynamic tanh", category=CATEGORY, target="cnnstudio.modules.normalisation.DynamicTanh",
    icon="mdi6.chart-bell-curve-cumulative", features_last=True, ranks=[2, 3, 4, 5],
    also_called=("dyt",), inferred={"features": features},
    formula="weight · tanh(alpha · x) + bias", used_in="Transformers without normalisation.",
    reference="https://arxiv.org/abs/2503.10622",
)  # fmt: skip
class DynamicTanh:
    """In place of layer normalisation: a tanh whose steepness is learned, then scale and shift.
    Works on the last dimension."""

    alpha: float = parameter(0.5, title="First alpha", headline=True, help="steepness at the start")
