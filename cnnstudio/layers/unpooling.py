"""Max pooling that remembers where it found its values, and the layer that puts them back."""

from __future__ import annotations

from cnnstudio.layers.declaration import Size, parameter
from cnnstudio.layers.kind import layer
from cnnstudio.layers.pooling import CATEGORY, CEIL, FORMULA, Window, stride_or_none


@layer(
    "Max pooling {n}d with indices", category=CATEGORY, target="torch.nn.MaxPool{n}d",
    icon="mdi6.map-marker-radius-outline", dimensions=(2, 1, 3), outputs=("output", "indices"),
    picks=[(0,), (1,)], inferred={"return_indices": lambda *_: True},
    reads={"stride": stride_or_none}, formula=FORMULA,
    used_in="SegNet: its decoder puts values back where the encoder found them.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.MaxPool{n}d.html",
)  # fmt: skip
class MaxPoolIndices(Window):
    """Max pooling that also tells where each maximum stood: the second output, for a MaxUnpool{n}d
    further on."""

    padding: Size = parameter(0, minimum=0, help="{points} added at each side")
    dilation: Size = parameter(1, minimum=1, advanced=True, help="spacing in the window")
    ceil_mode: bool = parameter(False, advanced=True, title="Round up", help=CEIL)


@layer(
    "Max unpooling {n}d", category=CATEGORY, target="torch.nn.MaxUnpool{n}d",
    icon="mdi6.arrow-expand", dimensions=(2, 1, 3), inputs=("input", "indices"), index_inputs=(1,),
    reads={"stride": stride_or_none}, formula="out = (in − 1)·stride − 2·padding + kernel",
    used_in="SegNet, and other decoders that mirror an encoder.",
)  # fmt: skip
class MaxUnpool(Window):
    """Puts each value back where a max pooling found it, and zeros elsewhere. The places come from
    the second output of MaxPoolIndices{n}d."""

    padding: Size = parameter(0, minimum=0, help="{points} that were added at each side")
