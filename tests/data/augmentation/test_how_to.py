"""The example in the guide works as it is printed."""

import re
from pathlib import Path

import numpy as np

from cnnstudio.data.augmentation.catalogue import augmentations
from cnnstudio.data.augmentation.declared import COLOUR, V2, declared_steps, step
from cnnstudio.data.augmentation.pipeline import pipeline
from cnnstudio.graph import AugmentationStep

GUIDE = Path(__file__).parents[3] / "docs" / "how-to-add-an-augmentation.md"


def test_the_guides_step_is_declared_and_changes_images(monkeypatch):
    [block] = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.setitem(declared_steps, "RandomChannelPermutation", None)
    code = "from __future__ import annotations\n" + block
    exec(compile(code, str(GUIDE), "exec"), {"step": step, "COLOUR": COLOUR, "V2": V2})
    images = np.random.default_rng(0).integers(0, 256, (50, 3, 4, 4), np.uint8)
    seen = pipeline([AugmentationStep(kind="RandomChannelPermutation")], (4, 4), 0).rows(
        0, images, np.arange(50)
    )

    assert augmentations["RandomChannelPermutation"].probability == 0.2
    changed = (seen != images).any(axis=(1, 2, 3))
    assert 1 <= changed.sum() < 25
    np.testing.assert_array_equal(np.sort(seen, axis=1), np.sort(images, axis=1))
