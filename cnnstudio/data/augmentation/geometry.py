"""Steps that move what is in an image: boxes and masks follow."""

from __future__ import annotations

from typing import Any

from cnnstudio.data.augmentation.declared import CUT, DOCS, GEOMETRY, V2, step
from cnnstudio.layers.declaration import Choice, Size2, parameter

OURS = "cnnstudio.data.augmentation.transforms."
MANY = "cnnstudio.data.augmentation.resampling."
SMOOTH = {"interpolation": "bilinear"}
AFFINE: dict[str, Any] = {
    "target": MANY + "RandomAffine",
    "reference": DOCS + "RandomAffine.html",
    "geometric": True,
    "filled": True,
}


def _fill() -> int:
    made: int = parameter(
        0, minimum=0, maximum=255, advanced=True,
        help="grey level of what comes in from outside of the image",
    )  # fmt: skip
    return made


def _degrees(default: float, help: str) -> float:
    made: float = parameter(default, minimum=0.0, maximum=180.0, headline=True, help=help)
    return made


def _shear(default: float, help: str) -> float:
    made: float = parameter(default, minimum=0.0, maximum=60.0, headline=True, help=help)
    return made


def _shift(default: float, help: str) -> float:
    made: float = parameter(default, minimum=0.0, maximum=1.0, headline=True, help=help)
    return made


def _scale(title: str, default: float, help: str) -> float:
    made: float = parameter(
        default, minimum=0.1, maximum=4.0, title=title, headline=True, help=help
    )
    return made


@step(
    "Crop", category=CUT, target=OURS + "RandomCrop", icon="mdi6.crop", sized="size",
    fixed={"pad_if_needed": True}, filled=True, geometric=True,
    reference=DOCS + "RandomCrop.html",
)  # fmt: skip
class RandomCrop:
    """Pads the image and cuts the input's size out of it, anywhere: shifts by whole pixels. The
    usual step for small images, together with a flip."""

    padding: int = parameter(
        4, minimum=0, maximum=512, headline=True, help="pixels added at each side before the cut"
    )
    padding_mode: Choice = parameter(
        "constant", choices=("constant", "edge", "reflect", "symmetric"), title="Padded with",
        help="one grey level, the edge's pixels, or the image mirrored",
    )  # fmt: skip
    size: Size2 | None = parameter(
        None, advanced=True, help="height and width of the cut; the input's if empty"
    )
    fill: int = _fill()


@step(
    "Crop and resize", category=CUT, target=V2 + "RandomResizedCrop", sized="size",
    icon="mdi6.resize", fixed={**SMOOTH, "antialias": True}, geometric=True,
    tuples={"scale": ("scale_from", "scale_to"), "ratio": ("ratio_from", "ratio_to")},
)  # fmt: skip
class RandomResizedCrop:
    """Cuts out a part of random size and shape and stretches it to the input. The usual step for
    photographs, which show objects at any distance."""

    scale_from: float = parameter(
        0.25, minimum=0.01, maximum=1.0, title="Smallest part", headline=True,
        help="of the image's area",
    )  # fmt: skip
    scale_to: float = parameter(
        1.0, minimum=0.01, maximum=1.0, title="Largest part", help="of the image's area"
    )
    ratio_from: float = parameter(
        0.75, minimum=0.1, maximum=10.0, advanced=True, title="Narrowest",
        help="width of the part through its height, at least",
    )  # fmt: skip
    ratio_to: float = parameter(
        1.3333, minimum=0.1, maximum=10.0, advanced=True, title="Widest",
        help="width of the part through its height, at most",
    )  # fmt: skip


@step(
    "Resize", category=CUT, target=OURS + "Resize", icon="mdi6.arrow-expand", sized="size",
    fixed={**SMOOTH, "antialias": True}, geometric=True, reference=DOCS + "Resize.html",
)  # fmt: skip
class Resize:
    """Makes the image larger or smaller, for a crop after it. As the first step it begins with the
    image as it is stored, so that what is cut out of a large photograph stays sharp; each image is
    read anew for that. What is not the input's size at the end is brought to it."""

    factor: float = parameter(
        1.5, minimum=0.1, maximum=8.0, headline=True, help="of the input's height and width"
    )


@step(
    "Horizontal flip", category=GEOMETRY, target=V2 + "RandomHorizontalFlip", probability=0.5,
    decides=True, geometric=True, alike=True, icon="mdi6.flip-horizontal",
)  # fmt: skip
class RandomHorizontalFlip:
    """Mirrors left and right. Not for what has a direction: digits, letters, traffic signs."""


@step(
    "Vertical flip", category=GEOMETRY, target=V2 + "RandomVerticalFlip", probability=0.5,
    decides=True, geometric=True, alike=True, icon="mdi6.flip-vertical",
)  # fmt: skip
class RandomVerticalFlip:
    """Mirrors top and bottom: for images without an up, such as those of cells or from above."""


@step(
    "Rotation", category=GEOMETRY, target=MANY + "RandomRotation", icon="mdi6.rotate-right",
    reference=DOCS + "RandomRotation.html",
    fixed=SMOOTH, filled=True, geometric=True,
)  # fmt: skip
class RandomRotation:
    """Turns the image by a random angle, to either side."""

    degrees: float = _degrees(15.0, "largest angle, in degrees")
    fill: int = _fill()


@step(
    "Translation", category=GEOMETRY, icon="mdi6.cursor-move",
    fixed={**SMOOTH, "degrees": 0.0}, tuples={"translate": ("horizontal", "vertical")}, **AFFINE,
)  # fmt: skip
class RandomTranslation:
    """Shifts the image by whole pixels, to any side."""

    horizontal: float = _shift(0.1, "largest shift sideways, as a share of the width")
    vertical: float = _shift(0.1, "largest shift up and down, as a share of the height")
    fill: int = _fill()


@step(
    "Scale", category=GEOMETRY, icon="mdi6.magnify-plus-outline",
    fixed={**SMOOTH, "degrees": 0.0}, tuples={"scale": ("scale_from", "scale_to")}, **AFFINE,
)  # fmt: skip
class RandomScale:
    """Makes what is in the image larger or smaller, around its centre."""

    scale_from: float = _scale("Smallest", 0.8, "factor at least; 1 leaves the size")
    scale_to: float = _scale("Largest", 1.2, "factor at most; 1 leaves the size")
    fill: int = _fill()


@step(
    "Shear", category=GEOMETRY, icon="mdi6.skew-more",
    fixed={"degrees": 0.0, **SMOOTH}, tuples={"shear": ("horizontal", "vertical")},
    **{**AFFINE, "target": MANY + "RandomShear"},
)  # fmt: skip
class RandomShear:
    """Slants the image, as italics are slanted."""

    horizontal: float = _shear(10.0, "largest slant sideways, in degrees")
    vertical: float = _shear(0.0, "largest slant up and down, in degrees")
    fill: int = _fill()


@step(
    "Affine", category=GEOMETRY, icon="mdi6.axis-arrow", fixed=SMOOTH,
    tuples={"translate": ("horizontal", "vertical"), "scale": ("scale_from", "scale_to")}, **AFFINE,
)  # fmt: skip
class RandomAffine:
    """Rotation, translation, scale and shear at once: faster than one after the other, and the
    image is resampled only once."""

    degrees: float = _degrees(10.0, "largest angle, in degrees")
    horizontal: float = _shift(0.1, "largest shift sideways, as a share of the width")
    vertical: float = _shift(0.1, "largest shift up and down, as a share of the height")
    scale_from: float = _scale("Smallest", 0.9, "factor at least; 1 leaves the size")
    scale_to: float = _scale("Largest", 1.1, "factor at most; 1 leaves the size")
    shear: float = _shear(5.0, "largest slant sideways, in degrees")
    fill: int = _fill()


@step(
    "Perspective", category=GEOMETRY, target=V2 + "RandomPerspective", probability=0.5,
    decides=True, fixed=SMOOTH, filled=True, geometric=True, icon="mdi6.perspective-less",
)  # fmt: skip
class RandomPerspective:
    """Looks at the image from aside: its corners move inwards."""

    distortion_scale: float = parameter(
        0.3, minimum=0.0, maximum=1.0, title="Distortion", headline=True,
        help="how far a corner may move, as a share of half the image",
    )  # fmt: skip
    fill: int = _fill()


@step(
    "Elastic", category=GEOMETRY, target=OURS + "ElasticTransform", probability=0.5,
    fixed=SMOOTH, filled=True, geometric=True, icon="mdi6.wave",
    reference=DOCS + "ElasticTransform.html",
)  # fmt: skip
class ElasticTransform:
    """Bends the image as if seen through water: made for handwriting and tissue. Slow."""

    alpha: float = parameter(
        50.0, minimum=0.0, maximum=1000.0, title="Strength", headline=True,
        help="how far pixels move",
    )  # fmt: skip
    sigma: float = parameter(
        5.0, minimum=0.1, maximum=100.0, title="Smoothness", headline=True,
        help="how wide the waves are, in pixels",
    )  # fmt: skip
    fill: int = _fill()
