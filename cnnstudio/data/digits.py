"""Scikit-learn's handwritten digits: real, small, and always there."""

from __future__ import annotations

import numpy as np

from cnnstudio.data.source import ArraySource
from cnnstudio.data.watch import Watch

LARGEST_VALUE = 16


def find(watch: Watch) -> ArraySource:
    """1,797 images of 8×8 pixels; their values 0…16 become 0…255."""
    from sklearn.datasets import load_digits

    found = load_digits()
    images = np.rint(found.images * (255 / LARGEST_VALUE)).astype(np.uint8)
    return ArraySource(images[..., None], found.target, [str(digit) for digit in range(10)])
