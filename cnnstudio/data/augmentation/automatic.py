"""Steps that choose among many, and steps that mix the images of a batch."""

from __future__ import annotations

from typing import Any

from cnnstudio.data.augmentation.declared import AUTOMATIC, MIXING, V2, step
from cnnstudio.layers.declaration import Choice, parameter

OURS = "cnnstudio.data.augmentation.policies."
SMOOTH = {"interpolation": "bilinear"}
POLICY: dict[str, Any] = {"category": AUTOMATIC, "fixed": SMOOTH, "geometric": True}


@step(
    "RandAugment", target=OURS + "RandAugment", icon="mdi6.dice-multiple-outline",
    reference="https://arxiv.org/abs/1909.13719", **POLICY,
)  # fmt: skip
class RandAugment:
    """A few operations chosen at random, all of one strength: two numbers instead of a pipeline.
    It may rotate, shift and slant."""

    num_ops: int = parameter(
        2, minimum=1, maximum=8, title="Operations", headline=True, help="one after the other"
    )
    magnitude: int = parameter(
        9, minimum=0, maximum=30, title="Strength", headline=True, help="of each operation, of 30"
    )


@step(
    "TrivialAugment", target=OURS + "TrivialAugmentWide", icon="mdi6.dice-1-outline",
    reference="https://arxiv.org/abs/2103.10158", **POLICY,
)  # fmt: skip
class TrivialAugmentWide:
    """One operation at random strength: nothing to set, and as good as most of what is searched
    for. It may rotate, shift and slant, up to the extreme."""


@step(
    "AutoAugment", target=OURS + "AutoAugment", icon="mdi6.auto-fix",
    reference="https://arxiv.org/abs/1805.09501", **POLICY,
)  # fmt: skip
class AutoAugment:
    """A policy that was found by search on a data set, one of its pairs of operations at random."""

    policy: Choice = parameter(
        "imagenet", choices=("imagenet", "cifar10", "svhn"), headline=True,
        help="the data that it was found on",
    )  # fmt: skip


@step(
    "AugMix", category=AUTOMATIC, target="cnnstudio.data.augmentation.transforms.AugMix",
    fixed=SMOOTH, icon="mdi6.layers-triple-outline", reference="https://arxiv.org/abs/1912.02781",
)  # fmt: skip
class AugMix:
    """The image mixed with several changed copies of itself: for robustness. Slow. Boxes and masks
    stay where they are, as most of the image does."""

    severity: int = parameter(
        3, minimum=1, maximum=10, title="Strength", headline=True, help="of each operation, of 10"
    )
    mixture_width: int = parameter(
        3, minimum=1, maximum=10, title="Copies", headline=True, help="that are mixed"
    )
    alpha: float = parameter(
        1.0, minimum=0.01, maximum=100.0, advanced=True,
        help="large mixes all alike, small mostly one",
    )  # fmt: skip


@step(
    "MixUp", category=MIXING, target=V2 + "MixUp", of_batches=True, icon="mdi6.blender-outline",
    reference="https://arxiv.org/abs/1710.09412",
)  # fmt: skip
class MixUp:
    """Mixes each image of a batch with the next, and the loss in the same shares. Comes after all
    other steps."""

    alpha: float = parameter(
        0.2, minimum=0.01, maximum=100.0, headline=True,
        help="small: mostly one image; 1: all shares alike; large: half and half",
    )  # fmt: skip


@step(
    "CutMix", category=MIXING, target=V2 + "CutMix", of_batches=True, icon="mdi6.content-cut",
    reference="https://arxiv.org/abs/1905.04899",
)  # fmt: skip
class CutMix:
    """Puts a rectangle of the next image of the batch into each, and the loss in the shares of the
    areas. Comes after all other steps."""

    alpha: float = parameter(
        1.0, minimum=0.01, maximum=100.0, headline=True,
        help="small: tiny or whole rectangles; 1: all sizes alike; large: half of the area",
    )  # fmt: skip
