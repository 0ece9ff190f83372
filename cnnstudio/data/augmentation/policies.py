"""Torchvision's automatic policies, told apart into what they draw and what they do.

So boxes and masks follow the operations that move things.
"""

from __future__ import annotations

import copy
from typing import Any

from torchvision.transforms import AutoAugmentPolicy, v2
from torchvision.tv_tensors import BoundingBoxes, Mask

MOVING = ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate")

Operation = tuple[str, float]  # what is done, and how strongly


class _Drawn:
    """Before a policy's class: draws as it does, and does it afterwards."""

    _found: list[Operation] | None = None
    interpolation: Any
    _fill: Any

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        twin: Any = copy.copy(self)  # several threads draw at once
        twin._found = []
        twin.forward(flat_inputs[0])
        return {"operations": twin._found}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        stays = isinstance(inpt, BoundingBoxes | Mask)
        for name, magnitude in params["operations"]:
            if name in MOVING or not stays:
                inpt = self._apply_image_or_video_transform(
                    inpt, name, magnitude, self.interpolation, self._fill
                )
        return inpt

    def _apply_image_or_video_transform(
        self, image: Any, transform_id: str, magnitude: float, interpolation: Any, fill: Any
    ) -> Any:
        if self._found is not None:
            self._found.append((transform_id, magnitude))
            return image
        inherited: Any = super()
        return inherited._apply_image_or_video_transform(
            image, transform_id, magnitude, interpolation, fill
        )


class RandAugment(_Drawn, v2.RandAugment):
    pass


class TrivialAugmentWide(_Drawn, v2.TrivialAugmentWide):
    pass


class AutoAugment(_Drawn, v2.AutoAugment):
    def __init__(self, policy: str, **arguments: Any) -> None:
        super().__init__(AutoAugmentPolicy(policy), **arguments)
