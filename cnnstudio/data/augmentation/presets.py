"""Pipelines to begin with. No torch is needed to read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cnnstudio.graph import AugmentationStep, ProblemError


@dataclass(frozen=True)
class Preset:
    title: str
    text: str
    steps: tuple[AugmentationStep, ...]


def _step(kind: str, probability: float | None = None, **parameters: Any) -> AugmentationStep:
    return AugmentationStep(kind=kind, parameters=parameters, probability=probability)


PRESETS: dict[str, Preset] = {
    "none": Preset("None", "Images as they are", ()),
    "light": Preset(
        "Light",
        "Flips and small shifts: right for most photographs",
        (_step("RandomHorizontalFlip"), _step("RandomCrop", padding_mode="reflect")),
    ),
    "standard": Preset(
        "Standard",
        "Crops of random size, flips and other light",
        (
            _step("RandomResizedCrop", scale_from=0.5),
            _step("RandomHorizontalFlip"),
            _step("ColorJitter", hue=0.0),
        ),
    ),
    "strong": Preset(
        "Strong, for photographs",
        "Crops, flips, TrivialAugment, erasing, and MixUp or CutMix: for long runs",
        (
            _step("Resize"),
            _step("RandomResizedCrop"),
            _step("RandomHorizontalFlip"),
            _step("TrivialAugmentWide"),
            _step("RandomErasing", 0.25),
            _step("MixUp", 0.5),
            _step("CutMix"),
        ),
    ),
    "digits": Preset(
        "Digits and letters",
        "Small turns, shifts and slants, and no flips: what is mirrored is another letter",
        (_step("RandomAffine", degrees=10.0, shear=10.0),),
    ),
}


def preset(name: str) -> Preset:
    """The preset of this name; ProblemError if there is none."""
    if name not in PRESETS:
        raise ProblemError(
            f"There is no augmentation '{name}'.", hint=f"There are: {', '.join(PRESETS)}."
        )
    return PRESETS[name]
