"""Leaving images out and giving others another class, as the project's data settings list them.

The data itself is not touched. An image is named by its key, which does not depend on the split:
its path in the dataset's folder, or its number in the dataset.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cnnstudio.data.source import Source
from cnnstudio.graph import DataError, DataSettings

KEYS_NAMED = 3


@dataclass(frozen=True)
class Corrections:
    """`labels` are the source's with those that were corrected; `left_out` and `relabelled` are
    indices into the source, in the settings' order."""

    labels: np.ndarray  # int64 (N,)
    left_out: np.ndarray  # int64
    relabelled: np.ndarray  # int64
    problems: list[str]

    def kept(self, indices: np.ndarray) -> np.ndarray:
        """The indices without those that are left out, in their order."""
        return indices[~np.isin(indices, self.left_out)] if len(self.left_out) else indices


def corrections(source: Source, settings: DataSettings) -> Corrections:
    """What the settings correct in a source. Raises DataError for a class that is not there."""
    nothing = np.zeros(0, np.int64)
    if not settings.left_out and not settings.relabelled:
        return Corrections(source.labels, nothing, nothing, [])
    index_of = {source.key(index): index for index in range(len(source.labels))}
    class_of = {name: number for number, name in enumerate(source.classes)}
    unknown = sorted({*settings.relabelled.values()} - set(class_of))
    if unknown:
        raise DataError(
            f"An image is relabelled as '{unknown[0]}', but there is no such class.",
            f"Classes are: {', '.join(source.classes)}. Restore its label in the Data workspace.",
        )
    labels = source.labels.copy()
    known = {key: index_of[key] for key in settings.relabelled if key in index_of}
    for key, index in known.items():
        labels[index] = class_of[settings.relabelled[key]]
    left_out = [index_of[key] for key in settings.left_out if key in index_of]
    return Corrections(
        labels,
        np.array(left_out, np.int64),
        np.array([*known.values()], np.int64),
        [
            *_gone("left out", [key for key in settings.left_out if key not in index_of]),
            *_gone("relabelled", [key for key in settings.relabelled if key not in index_of]),
        ],
    )


def _gone(what: str, keys: list[str]) -> list[str]:
    if not keys:
        return []
    more = f" and {len(keys) - KEYS_NAMED} more" if len(keys) > KEYS_NAMED else ""
    return [f"To be {what}, but not among the images: {', '.join(keys[:KEYS_NAMED])}{more}."]
