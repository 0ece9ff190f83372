"""Which images are for training, which for validation, which for the test."""

from __future__ import annotations

import numpy as np

from cnnstudio.data.source import SPLITS

TRAIN, VALIDATION, TEST = range(3)


def split(
    labels: np.ndarray, parts: np.ndarray, validation: float, test: float, seed: int
) -> dict[str, np.ndarray]:
    """Indices of each split, int64, in a mixed order that follows from the seed.

    A split that `parts` names nowhere is taken out of the training images, each class in the same
    proportion. Every class keeps at least one training image, and gives at least one to each split
    that is wanted where it has three or more.
    """
    chosen = np.asarray(parts, np.int8).copy()
    shares = {VALIDATION: validation, TEST: test}
    pool = np.flatnonzero(chosen == TRAIN)
    wanted = {part: share for part, share in shares.items() if share > 0 and part not in parts}
    by_class = [pool[labels[pool] == label] for label in np.unique(labels[pool])]
    left = np.array([len(members) for members in by_class], np.int64)
    counts = {}
    for part in (TEST, VALIDATION):
        if part in wanted:
            sizes = np.array([len(members) for members in by_class], np.int64)
            # One is left for training, and one for validation if that is still to come.
            room = left - 1 - (part == TEST and VALIDATION in wanted)
            counts[part] = _counts(sizes, wanted[part], room)
            left -= counts[part]
    for number, members in enumerate(by_class):
        label = int(labels[members[0]])
        members = np.random.default_rng([seed, label]).permutation(members)
        first = 0
        for part in counts:
            chosen[members[first : first + counts[part][number]]] = part
            first += counts[part][number]
    order = np.random.default_rng([seed, 2**31]).permutation(len(chosen))
    return {name: order[chosen[order] == part] for part, name in enumerate(SPLITS)}


def _counts(sizes: np.ndarray, share: float, room: np.ndarray) -> np.ndarray:
    """Images to take from classes of these sizes: the share of each, within one.

    What rounding down leaves over goes to the largest fractions, so that all of them together are
    the share of all.
    """
    exact = sizes * share
    counts = np.floor(exact).astype(np.int64)
    missing = round(float(exact.sum())) - int(counts.sum())
    largest = np.argsort(counts - exact, kind="stable")[: max(missing, 0)]
    counts[largest] += 1
    return np.minimum(np.maximum(counts, 1), np.maximum(room, 0))
