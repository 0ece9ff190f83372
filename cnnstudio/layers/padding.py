"""Padding: values put around the input."""

from __future__ import annotations

from cnnstudio.layers.declaration import Sides, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Padding"
FORMULA = "each side grows by its number"
USED_IN = "Before a convolution that needs uneven padding, or none of its own."


class Margins:
    padding: Sides = parameter(
        1, minimum=0, maximum=4096, headline=True, help="{points} added {ends}"
    )


class Cropping:
    padding: Sides = parameter(
        1, minimum=-4096, maximum=4096, headline=True,
        help="{points} added {ends}; negative ones are cut off",
    )  # fmt: skip


@layer(
    "Zero padding {n}d", category=CATEGORY, target="torch.nn.ZeroPad{n}d",
    icon="mdi6.border-outside", dimensions=(2, 1, 3), common=(2, 1), formula=FORMULA,
    used_in=USED_IN,
)  # fmt: skip
class ZeroPad(Cropping):
    """Adds zeros around the {map}; negative numbers crop it."""


@layer(
    "Constant padding {n}d", category=CATEGORY, target="torch.nn.ConstantPad{n}d",
    icon="mdi6.border-all-variant", dimensions=(2, 1, 3), formula=FORMULA, used_in=USED_IN,
)  # fmt: skip
class ConstantPad(Cropping):
    """Adds a constant around the {map}; negative numbers crop it."""

    value: float = parameter(0.0, headline=True, help="what the added {points} hold")


@layer(
    "Reflection padding {n}d", category=CATEGORY, target="torch.nn.ReflectionPad{n}d",
    icon="mdi6.flip-horizontal", dimensions=(2, 1, 3), common=(2,), formula=FORMULA,
    used_in="Style transfer and image-to-image networks: zeros would show at the edge.",
)  # fmt: skip
class ReflectionPad(Margins):
    """Continues the {map} by its mirror image, the edge itself not repeated."""


@layer(
    "Replication padding {n}d", category=CATEGORY, target="torch.nn.ReplicationPad{n}d",
    icon="mdi6.border-style", dimensions=(2, 1, 3), formula=FORMULA,
    used_in="Filters and image restoration: zeros would show at the edge.",
)  # fmt: skip
class ReplicationPad(Margins):
    """Continues the {map} by the {points} at its edge."""


@layer(
    "Circular padding {n}d", category=CATEGORY, target="torch.nn.CircularPad{n}d",
    icon="mdi6.rotate-360", dimensions=(2, 1, 3), formula=FORMULA,
    used_in="Panoramas, maps of the globe, and fields with periodic boundaries.",
)  # fmt: skip
class CircularPad(Margins):
    """Continues the {map} by what stands at its other end."""
