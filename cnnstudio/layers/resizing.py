"""Making maps larger or smaller without windows, and cutting them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnstudio.layers.declaration import Choice, Floats, Ints, Shape, Size2, parameter
from cnnstudio.layers.kind import layer

CATEGORY = "Resizing"
MODES = ("nearest", "linear", "bilinear", "bicubic", "trilinear", "nearest-exact", "area")
SMOOTH = ("linear", "bilinear", "bicubic", "trilinear")
MODE_HELP = "how values between are made; linear for signals, trilinear for volumes"
CORNERS = "the outermost values stay at the edge"


def _corners(values: dict[str, Any], _: Sequence[Shape]) -> bool | None:
    """Torch takes it for modes that interpolate only."""
    return values["align_corners"] if values["mode"] in SMOOTH else None


def _one_or_all(name: str) -> Any:
    def given(values: dict[str, Any], _: Sequence[Shape]) -> Any:
        found = values[name]
        return found[0] if found is not None and len(found) == 1 else found

    return given


class ToScaleOrSize:
    scale_factor: Floats | None = parameter(
        (2.0,), minimum=0.01, maximum=64.0, title="Scale", headline=True,
        help="enlargement, of all sides or of each; empty if a size is given",
    )  # fmt: skip
    size: Ints | None = parameter(
        None, minimum=1, headline=True, help="of the output, in place of a scale"
    )


@layer(
    "Upsample", category=CATEGORY, target="torch.nn.Upsample", icon="mdi6.arrow-expand",
    ranks=[3, 4, 5], common=True, also_called=("resize", "enlarge", "upscale"),
    inferred={
        "align_corners": _corners, "scale_factor": _one_or_all("scale_factor"),
        "size": _one_or_all("size"),
    },
    reads={"align_corners": lambda m: bool(m.align_corners)},
    formula="(H, W) → (H·scale, W·scale)", used_in="Decoders, feature pyramids.",
)  # fmt: skip
class Upsample(ToScaleOrSize):
    """Enlarges feature maps by repeating or interpolating values; nothing is learned."""

    mode: Choice = parameter("nearest", choices=MODES[:5], headline=True, help=MODE_HELP)
    align_corners: bool = parameter(False, advanced=True, help=CORNERS)


@layer(
    "Interpolate", category=CATEGORY, target="torch.nn.functional.interpolate",
    icon="mdi6.resize", call="function", ranks=[3, 4, 5], common=True,
    also_called=("resize", "rescale", "downsample"),
    inferred={
        "align_corners": _corners, "scale_factor": _one_or_all("scale_factor"),
        "size": _one_or_all("size"),
    },
    formula="to a size, or by a factor", used_in="Segmentation: answers in the image's own size.",
)  # fmt: skip
class Interpolate(ToScaleOrSize):
    """Brings maps to another size, larger or smaller, by interpolating values."""

    mode: Choice = parameter("nearest", choices=MODES, headline=True, help=MODE_HELP)
    align_corners: bool = parameter(False, advanced=True, help=CORNERS)
    antialias: bool = parameter(
        False, advanced=True, help="blurs before it shrinks; for bilinear and bicubic"
    )


class ScaledOrSized:
    scale_factor: Floats | None = parameter(
        (2.0,), minimum=0.01, maximum=64.0, title="Scale", headline=True, help="enlargement"
    )
    size: Ints | None = parameter(None, minimum=1, help="of the output, in place of a scale")


PLAIN: dict[str, Any] = {
    "inferred": {"scale_factor": _one_or_all("scale_factor"), "size": _one_or_all("size")},
}


@layer(
    "Nearest upsampling 2d", category=CATEGORY, target="torch.nn.UpsamplingNearest2d",
    icon="mdi6.arrow-expand", ranks=[4], formula="(H, W) → (H·scale, W·scale)",
    used_in="Older networks; Upsample does the same.", **PLAIN,
)  # fmt: skip
class UpsamplingNearest2d(ScaledOrSized):
    """Enlarges by repeating pixels."""


@layer(
    "Bilinear upsampling 2d", category=CATEGORY, target="torch.nn.UpsamplingBilinear2d",
    icon="mdi6.arrow-expand", ranks=[4], formula="(H, W) → (H·scale, W·scale)",
    used_in="Older networks; the corners are aligned.", **PLAIN,
)  # fmt: skip
class UpsamplingBilinear2d(ScaledOrSized):
    """Enlarges by interpolating between pixels, corners aligned."""


@layer(
    "Pixel shuffle", category=CATEGORY, target="torch.nn.PixelShuffle", icon="mdi6.view-grid-plus",
    ranks=[4], common=True, also_called=("depth to space", "subpixel"),
    formula="(C·r², H, W) → (C, H·r, W·r)",
    used_in="Super-resolution.", reference="https://arxiv.org/abs/1609.05158",
    examples=[[(12, 16, 16)]],
)  # fmt: skip
class PixelShuffle:
    """Enlarges by turning channels into pixels. The number of channels must be divisible by r²."""

    upscale_factor: int = parameter(
        2, minimum=1, title="Scale", headline=True, help="enlargement r"
    )


@layer(
    "Pixel unshuffle", category=CATEGORY, target="torch.nn.PixelUnshuffle",
    icon="mdi6.view-grid-compact", ranks=[4], also_called=("space to depth", "focus"),
    formula="(C, H·r, W·r) → (C·r², H, W)", used_in="YOLO's focus layer: nothing is lost.",
)  # fmt: skip
class PixelUnshuffle:
    """Shrinks by turning pixels into channels. Height and width must be divisible by r."""

    downscale_factor: int = parameter(
        2, minimum=1, title="Scale", headline=True, help="reduction r"
    )


@layer(
    "Channel shuffle", category=CATEGORY, target="torch.nn.ChannelShuffle",
    icon="mdi6.shuffle-variant", ranks=[3, 4, 5], also_called=("shufflenet",),
    formula="channel (g, c) becomes (c, g)", used_in="ShuffleNet: between grouped convolutions.",
)  # fmt: skip
class ChannelShuffle:
    """Deals the channels of groups out anew, so that the next groups see something of each."""

    groups: int = parameter(
        2, minimum=1, headline=True, help="number of groups; must divide that of channels"
    )


@layer(
    "Resize like", category=CATEGORY, target="cnnstudio.modules.resizing.ResizeLike",
    icon="mdi6.move-resize", ranks=[4], inputs=("input", "like"), common=True, gates=(1,),
    also_called=("fpn", "upsample to match"), formula="input in the size of the other",
    used_in="Feature pyramids and U-Nets over images of any size.",
    reference="https://arxiv.org/abs/1612.03144",
)  # fmt: skip
class ResizeLike:
    """Brings its first input to the height and width of the second."""

    mode: Choice = parameter(
        "nearest", choices=("nearest", "bilinear", "bicubic"), headline=True,
        help="how values between are made",
    )  # fmt: skip


@layer(
    "Crop like", category=CATEGORY, target="cnnstudio.modules.resizing.CropLike",
    icon="mdi6.crop-free", ranks=[4], inputs=("input", "like"), gates=(1,),
    also_called=("copy and crop",), formula="the middle of the input, in the size of the other",
    used_in="The original U-Net, whose convolutions have no padding.",
    reference="https://arxiv.org/abs/1505.04597", examples=[[(12, 16, 16), (4, 10, 8)]],
)  # fmt: skip
class CropLike:
    """Cuts the middle out of its first input, in the height and width of the second."""


@layer(
    "Centre crop", category=CATEGORY, target="cnnstudio.modules.resizing.CenterCrop2d",
    icon="mdi6.crop", ranks=[4], also_called=("center crop",), formula="(H, W) → size",
    used_in="Where the edge is not to be trusted.",
    reference="https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2.CenterCrop.html",
)  # fmt: skip
class CenterCrop2d:
    """Cuts the middle out of a map."""

    size: Size2 = parameter((8, 8), minimum=1, headline=True, help="height and width of the middle")


@layer(
    "Grid sample", category=CATEGORY, target="torch.nn.functional.grid_sample",
    icon="mdi6.grid-large", call="function", ranks=[4], inputs=("input", "grid"),
    also_called=("warp", "optical flow"), formula="out(p) = in(grid(p))",
    used_in="Warping by optical flow; deformation.",
    examples=[[(12, 16, 16), (8, 8, 2)]],
)  # fmt: skip
class GridSample:
    """Reads the first input at the places that the second names: a map (N, H, W, 2) of columns and
    rows from −1 to 1."""

    mode: Choice = parameter(
        "bilinear", choices=("bilinear", "nearest", "bicubic"), help="how values between are made"
    )
    padding_mode: Choice = parameter(
        "zeros", choices=("zeros", "border", "reflection"), help="what lies beyond the edge"
    )
    align_corners: bool = parameter(False, advanced=True, help=CORNERS)


@layer(
    "Spatial transformer", category=CATEGORY,
    target="cnnstudio.modules.resizing.SpatialTransform", icon="mdi6.axis-z-rotate-clockwise",
    inputs=("input", "theta"), also_called=("stn", "affine grid"),
    formula="out(p) = in(theta · p), theta a 2×3 matrix",
    used_in="Spatial transformer networks: they straighten the image themselves.",
    reference="https://arxiv.org/abs/1506.02025", examples=[[(12, 16, 16), (6,)]],
)  # fmt: skip
class SpatialTransform:
    """Shifts, rotates, scales and shears its first input as six numbers, the second, say."""

    align_corners: bool = parameter(False, advanced=True, help=CORNERS)
