"""The evaluation of a run, as files: `predictions.npz` (each sample), `predictions.json` (all
metrics) and `curves.json` (ROC of each class, reliability)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.data.samples import Samples
from cnnstudio.graph.replacing import replacing
from cnnstudio.training.evaluate import Evaluation
from cnnstudio.training.rundir import replace_json
from cnnstudio.training.summary import summarise

GENERATED = "These images are drawn by a program; they are not real ones."


def write_predictions(
    folder: Path,
    evaluation: Evaluation,
    classes: list[str],
    samples: Samples,
    k: int,
    split: str,
    **facts: Any,
) -> dict[str, Any]:
    """Writes the files and returns the summary; `facts` (checkpoint, …) go into it.

    The arrays hold no objects: `numpy.load(…, allow_pickle=False)` reads them.
    """
    summary, curves = summarise(evaluation, classes, k, split)
    summary |= {"split": split, **facts}
    if facts.get("generated"):
        summary["notes"] = [GENERATED, *summary["notes"]]
    names, keys = ([f(index) for index in range(len(samples))] for f in (samples.name, samples.key))
    with replacing(folder / "predictions.npz") as aside, aside.open("wb") as stream:
        np.savez_compressed(
            stream,
            probabilities=evaluation.probabilities,
            labels=evaluation.labels,
            predicted=evaluation.predicted,
            names=np.array(names, dtype=np.str_),
            keys=np.array(keys, dtype=np.str_),
            classes=np.array(classes, dtype=np.str_),
        )
    replace_json(folder / "curves.json", curves)
    replace_json(folder / "predictions.json", summary)
    return summary
