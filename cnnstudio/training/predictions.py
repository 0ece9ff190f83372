"""The evaluation of a run, as files: `predictions.npz` (each sample) and `.json` (the summary)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.training.evaluate import Evaluation
from cnnstudio.training.rundir import replace_json


def write_predictions(
    folder: Path, evaluation: Evaluation, classes: list[str], names: list[str], **facts: Any
) -> None:
    """Writes both files; `facts` (split, checkpoint, …) go into the summary.

    The arrays hold no objects: `numpy.load(…, allow_pickle=False)` reads them.
    """
    temporary = folder / ".predictions.npz"
    try:
        with temporary.open("wb") as stream:
            np.savez_compressed(
                stream,
                probabilities=evaluation.probabilities,
                labels=evaluation.labels,
                predicted=evaluation.predicted,
                names=np.array(names, dtype=np.str_),
                classes=np.array(classes, dtype=np.str_),
            )
        temporary.replace(folder / "predictions.npz")
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    replace_json(
        folder / "predictions.json",
        {
            **facts,
            "classes": classes,
            "samples": len(evaluation.labels),
            "loss": evaluation.loss,
            "accuracy": evaluation.accuracy,
            "confusion": evaluation.confusion.tolist(),
            "per_class": evaluation.per_class(classes),
        },
    )
