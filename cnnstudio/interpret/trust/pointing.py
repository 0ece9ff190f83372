"""The pointing game: is the hottest pixel on the object?

Zhang et al. 2016, https://arxiv.org/abs/1608.00507
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cnnstudio.interpret.trust.judged import Judged


def pointing(judged: Judged) -> dict[str, Any]:
    """{"hit": 1 or 0, "inside": share of the heat above 0 on the object, "area": the object's share
    of the image}."""
    assert judged.truth is not None, "the check is made only where the truth is known"
    heat = judged.heat.detach().cpu().numpy()
    return {
        "hit": float(hits(heat, judged.truth, int(judged.cell // 2))),
        "inside": share_inside(heat, judged.truth),
        "area": float(judged.truth.mean()),
    }


def hits(heat: np.ndarray, truth: np.ndarray, tolerance: int = 0) -> bool:
    """Whether the hottest pixel of (H, W) is in the box around the mask, bool (H, W), or at most
    `tolerance` pixels beside it: half a position of the layer, which tells no finer.

    The paper allows 15 pixels, about one position of its network's last layer. Heat that is the
    same everywhere points at nothing.
    """
    rows, columns = np.flatnonzero(truth.any(axis=1)), np.flatnonzero(truth.any(axis=0))
    if not len(rows) or heat.max() <= heat.min():
        return False
    row, column = np.unravel_index(int(heat.argmax()), heat.shape)
    return bool(
        rows[0] - tolerance <= row <= rows[-1] + tolerance
        and columns[0] - tolerance <= column <= columns[-1] + tolerance
    )


def share_inside(heat: np.ndarray, truth: np.ndarray) -> float:
    positive = heat.clip(min=0)
    total = float(positive.sum())
    return float(positive[truth].sum()) / total if total > 0 else 0.0


def mask_of(truth: Mapping[str, Any], size: tuple[int, int]) -> np.ndarray | None:
    """Where the object is, bool (H, W), by a sample's mask or else its box; None without either."""
    if truth.get("mask") is not None:
        mask = np.asarray(truth["mask"], bool)
        rows, columns = (
            (np.arange(new) * old) // new for new, old in zip(size, mask.shape, strict=True)
        )
        return mask[np.ix_(rows, columns)]
    if truth.get("box") is not None:
        left, top, right, bottom = (round(edge) for edge in truth["box"])
        mask = np.zeros(size, bool)
        mask[top:bottom, left:right] = True
        return mask
    return None
