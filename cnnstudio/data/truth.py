"""What is known of an image beyond its class: where its object is."""

from __future__ import annotations

from typing import Any

import numpy as np


def truth_of(mask: np.ndarray) -> dict[str, Any]:
    """Mask bool (H, W) and its box (x0, y0, x1, y1) in pixels, x1 and y1 just outside."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return {"mask": mask, "box": [0, 0, 0, 0]}
    box = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
    return {"mask": mask, "box": [int(edge) for edge in box]}
