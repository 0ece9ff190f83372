"""What is known to be in an image, as lines over it."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QLineF


def outline(truth: dict[str, Any]) -> list[QLineF]:
    """The edge of the mask where there is one, else the box; in the image's pixels."""
    if truth.get("mask") is not None:
        return mask_outline(np.asarray(truth["mask"]) != 0)
    if truth.get("box") is not None:
        return box_outline([float(value) for value in truth["box"]])
    return []


def box_outline(box: list[float]) -> list[QLineF]:
    """A rectangle from (left, top, right, bottom)."""
    left, top, right, bottom = box
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return [
        QLineF(*start, *end) for start, end in zip(corners, corners[1:] + corners[:1], strict=True)
    ]


def mask_outline(mask: np.ndarray) -> list[QLineF]:
    """The borders between pixels inside and outside a mask (H, W), one line a pixel's side."""
    padded = np.pad(mask, 1).astype(np.int8)
    rows, columns = np.nonzero(np.diff(padded, axis=0)[:, 1:-1])
    across = [QLineF(x, y, x + 1, y) for y, x in zip(rows.tolist(), columns.tolist(), strict=True)]
    rows, columns = np.nonzero(np.diff(padded, axis=1)[1:-1, :])
    down = [QLineF(x, y, x, y + 1) for y, x in zip(rows.tolist(), columns.tolist(), strict=True)]
    return across + down
