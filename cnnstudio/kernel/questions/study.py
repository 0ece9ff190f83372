"""Questions that go through many images of a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cnnstudio.interpret.activations import export_activations
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.kernel.questions.asked import subject_of
from cnnstudio.kernel.questions.looking_back import differences
from cnnstudio.kernel.questions.robust import robust_accuracy
from cnnstudio.kernel.questions.seen_data import embed, heats, mistakes, neighbours
from cnnstudio.kernel.questions.units import ablate_split, layer_scan, top_samples

__all__ = [
    "ablate_split",
    "activations",
    "differences",
    "embed",
    "heats",
    "layer_scan",
    "mistakes",
    "neighbours",
    "robust_accuracy",
    "top_samples",
]


def activations(
    images: list[str],
    path: str,
    layers: list[str] | None = None,
    statistics: bool = False,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """{"path", "images", "nodes": {name: shape}, "left_out", "bytes"} of the file that is written.

    `images` are such as `test`, `test:0-99`, or paths. Ends when it is taken back, with no file.
    """
    subject = subject_of(run, checkpoint, project)
    return export_activations(subject, images, layers, Path(path), statistics, progress)
