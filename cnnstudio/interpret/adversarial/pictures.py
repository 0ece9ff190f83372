"""What an attack added to an image, as a picture. No torch."""

from __future__ import annotations

import numpy as np

from cnnstudio.interpret.figures.colour import coloured
from cnnstudio.interpret.figures.pictures import DIVERGING


def change_picture(change: np.ndarray, epsilon: float) -> np.ndarray:
    """What was added to the levels (C, H, W), on average over the channels, as uint8 (H, W, 3):
    blue is −epsilon, red is epsilon."""
    within = max(epsilon, 1e-9)
    return coloured((change.mean(axis=0) / within + 1) / 2, DIVERGING)
