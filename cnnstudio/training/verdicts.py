"""What a run's network said of each sample of its test, read from its files. Needs no torch."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.graph import RunError
from cnnstudio.training.counts import bins_of


@dataclass(frozen=True)
class Verdicts:
    """The samples of a test in the order of their split: the same number is the same sample.

    `keys` name samples so that the project's data settings can leave them out or relabel them.
    """

    classes: list[str]
    labels: np.ndarray  # int64 (N,)
    predicted: np.ndarray  # int64 (N,)
    confidence: np.ndarray  # float32 (N,), the probability of what was predicted
    names: list[str]
    keys: list[str]

    def mistakes(self) -> np.ndarray:
        """Numbers of the samples that were not recognised, the most confident mistake first."""
        return self._surest(self.labels != self.predicted)

    def cell(self, label: int, predicted: int) -> np.ndarray:
        """Samples of one class taken for one class, the most confident first."""
        return self._surest((self.labels == label) & (self.predicted == predicted))

    def of_class(self, label: int) -> np.ndarray:
        """Samples of a class, and those taken for it: mistakes first, the most confident first."""
        concerned = (self.labels == label) | (self.predicted == label)
        wrong = self.labels != self.predicted
        return np.concatenate([self._surest(concerned & part) for part in (wrong, ~wrong)])

    def in_bin(self, number: int) -> np.ndarray:
        """Samples in a bin of the reliability, mistakes first."""
        there = bins_of(self.confidence) == number
        wrong = self.labels != self.predicted
        return np.concatenate([self._surest(there & part) for part in (wrong, ~wrong)])

    def facts(self, number: int) -> dict[str, Any]:
        """A sample as JSON."""
        return {
            "number": int(number),
            "key": self.keys[number],
            "name": self.names[number],
            "class": self.classes[self.labels[number]],
            "predicted": self.classes[self.predicted[number]],
            "confidence": float(self.confidence[number]),
        }

    def _surest(self, chosen: np.ndarray) -> np.ndarray:
        numbers = np.flatnonzero(chosen)
        return numbers[np.argsort(-self.confidence[numbers], kind="stable")]


def read_verdicts(folder: Path) -> Verdicts:
    """Those of the run in `folder`. Raises RunError where it has none that can be read."""
    file = folder / "predictions.npz"
    try:
        with np.load(file, allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
    except FileNotFoundError:
        raise RunError(
            f"{folder.name} has not been tested yet.",
            "That comes when it is finished; 'cnnstudio evaluate RUN' does it now.",
        ) from None
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise RunError(
            f"{file} can't be read: {error}.", "'cnnstudio evaluate RUN' writes it anew."
        ) from None
    if "keys" not in arrays:
        raise RunError(
            f"{folder.name} was tested by an older version.",
            "'cnnstudio evaluate RUN' tests it again.",
        )
    probabilities = arrays["probabilities"]
    return Verdicts(
        classes=arrays["classes"].tolist(),
        labels=arrays["labels"],
        predicted=arrays["predicted"],
        confidence=np.take_along_axis(probabilities, arrays["predicted"][:, None], axis=1)[:, 0],
        names=arrays["names"].tolist(),
        keys=arrays["keys"].tolist(),
    )
