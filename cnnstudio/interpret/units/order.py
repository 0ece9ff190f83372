"""The orders in which a layer's units can be shown. No torch."""

from __future__ import annotations

import numpy as np

# By name, what is shown to people; all but the first begin with the largest.
SORTS = {
    "index": "By index",
    "mean": "By mean",
    "selectivity": "By class selectivity",
    "importance": "By importance",
}


def order_by(values: np.ndarray | None, count: int) -> list[int]:
    """Units with the largest value first; in their own order if None. Of equal ones, and those that
    are no numbers, the lower index comes first."""
    if values is None:
        return list(range(count))
    known = np.nan_to_num(np.asarray(values, np.float64)[:count], nan=-np.inf)
    return [int(unit) for unit in np.argsort(-known, kind="stable")]
