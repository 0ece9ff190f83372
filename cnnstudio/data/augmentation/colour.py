"""Steps that change the pixels' values and leave them where they are."""

from __future__ import annotations

from cnnstudio.data.augmentation.declared import COLOUR, DAMAGE, DOCS, V2, step
from cnnstudio.layers.declaration import parameter

OURS = "cnnstudio.data.augmentation.transforms."


def _jitter(default: float, help: str, maximum: float = 2.0) -> float:
    made: float = parameter(default, minimum=0.0, maximum=maximum, headline=True, help=help)
    return made


@step("Colour jitter", category=COLOUR, target=V2 + "ColorJitter", icon="mdi6.palette-outline")
class ColorJitter:
    """Other light: brightness, contrast, saturation and hue, each changed at random and in random
    order."""

    brightness: float = _jitter(0.2, "by how much of itself it may change; 0 leaves it")
    contrast: float = _jitter(0.2, "by how much of itself it may change; 0 leaves it")
    saturation: float = _jitter(0.2, "by how much of itself it may change; 0 leaves it")
    hue: float = _jitter(0.02, "as a share of the colour circle; 0 leaves it, and is fast", 0.5)


@step(
    "Grayscale", category=COLOUR, target=V2 + "RandomGrayscale", probability=0.1, decides=True,
    alike=True, icon="mdi6.image-filter-black-white",
)  # fmt: skip
class RandomGrayscale:
    """Takes the colour away: shape has to be enough."""


@step(
    "Invert", category=COLOUR, target=V2 + "RandomInvert", probability=0.5, decides=True,
    alike=True, icon="mdi6.invert-colors",
)  # fmt: skip
class RandomInvert:
    """Makes a negative: light becomes dark."""


@step(
    "Posterize", category=COLOUR, target=V2 + "RandomPosterize", probability=0.5, decides=True,
    alike=True, icon="mdi6.stairs",
)  # fmt: skip
class RandomPosterize:
    """Keeps only the first bits of each level: fewer shades."""

    bits: int = parameter(4, minimum=1, maximum=8, headline=True, help="bits kept of 8")


@step(
    "Solarize", category=COLOUR, target=V2 + "RandomSolarize", probability=0.5, decides=True,
    alike=True, icon="mdi6.white-balance-sunny",
)  # fmt: skip
class RandomSolarize:
    """Inverts what is lighter than a threshold."""

    threshold: int = parameter(
        128, minimum=0, maximum=255, headline=True, help="levels from here on are inverted"
    )


@step(
    "Equalize", category=COLOUR, target=V2 + "RandomEqualize", probability=0.5, decides=True,
    alike=True, icon="mdi6.chart-histogram",
)  # fmt: skip
class RandomEqualize:
    """Spreads the levels so that each is as frequent."""


@step(
    "Autocontrast", category=COLOUR, target=V2 + "RandomAutocontrast", probability=0.5,
    decides=True, alike=True, icon="mdi6.contrast-box",
)  # fmt: skip
class RandomAutocontrast:
    """Stretches the levels until the darkest is black and the lightest white."""


@step(
    "Sharpness", category=DAMAGE, target=V2 + "RandomAdjustSharpness", probability=0.5,
    decides=True, icon="mdi6.triangle-outline",
)  # fmt: skip
class RandomAdjustSharpness:
    """Sharpens the image, or softens it."""

    sharpness_factor: float = parameter(
        2.0, minimum=0.0, maximum=20.0, title="Factor", headline=True,
        help="0 blurs, 1 leaves the image, 2 doubles its sharpness",
    )  # fmt: skip


@step(
    "Blur", category=DAMAGE, target=OURS + "GaussianBlur", probability=0.5,
    reference=DOCS + "GaussianBlur.html",
    tuples={"sigma": ("sigma_from", "sigma_to")}, icon="mdi6.blur",
)  # fmt: skip
class GaussianBlur:
    """Out of focus: a Gaussian blur of random width."""

    sigma_from: float = parameter(
        0.1, minimum=0.01, maximum=20.0, title="Least", headline=True, help="width, in pixels"
    )
    sigma_to: float = parameter(
        1.0, minimum=0.01, maximum=20.0, title="Most", headline=True, help="width, in pixels"
    )


@step(
    "Noise", category=DAMAGE, target=OURS + "GaussianNoise", probability=0.5,
    reference=DOCS + "GaussianNoise.html",
    icon="mdi6.grain",
)  # fmt: skip
class GaussianNoise:
    """Grain, as of a sensor in the dark: a random number added to each level."""

    sigma: float = parameter(
        0.05, minimum=0.0, maximum=1.0, title="Strength", headline=True,
        help="standard deviation, where levels go from 0 to 1",
    )  # fmt: skip


@step(
    "Erasing", category=DAMAGE, target=V2 + "RandomErasing", probability=0.5, decides=True,
    tuples={"scale": ("scale_from", "scale_to"), "ratio": ("ratio_from", "ratio_to")},
    icon="mdi6.eraser",
)  # fmt: skip
class RandomErasing:
    """Covers a rectangle, so that no single part is relied on (https://arxiv.org/abs/1708.04896)."""

    scale_from: float = parameter(
        0.02, minimum=0.0, maximum=1.0, title="Smallest", help="of the image's area"
    )
    scale_to: float = parameter(
        0.2, minimum=0.0, maximum=1.0, title="Largest", headline=True, help="of the image's area"
    )
    value: int = parameter(
        0, minimum=0, maximum=255, title="Level", help="grey level of what is covered"
    )
    ratio_from: float = parameter(
        0.3, minimum=0.05, maximum=20.0, advanced=True, title="Flattest",
        help="height through width, at least",
    )  # fmt: skip
    ratio_to: float = parameter(
        3.3, minimum=0.05, maximum=20.0, advanced=True, title="Tallest",
        help="height through width, at most",
    )  # fmt: skip
