"""Labels dealt out anew: a network can learn such data by heart only.

The data test of Adebayo et al. 2018, https://arxiv.org/abs/1810.03292
"""

from __future__ import annotations

import numpy as np


def shuffled(labels: np.ndarray, rows: np.ndarray, seed: int) -> np.ndarray:
    """A copy of labels (N,) whose `rows` have exchanged theirs, each class as often as before."""
    found = labels.copy()
    found[rows] = labels[np.random.default_rng([seed, 1810]).permutation(rows)]
    return found
