"""The questions that can be asked, and the lane each one waits in.

A lane answers one question at a time, in order, on its own thread: a slow picture or a download
never delays the shapes of the network that is being edited.
"""

from __future__ import annotations

from typing import Final, Literal

# Scans of a whole data set "study"; pictures that are optimised are "imagined".
Lane = Literal[
    "design",
    "data",
    "inspect",
    "weights",
    "explain",
    "study",
    "imagine",
    "measure",
    "layout",
    "report",
]

LANES: Final[dict[str, Lane]] = {
    "check": "design",
    "code": "design",
    "compare": "design",
    "curve": "design",
    "arrange": "layout",
    "dataset": "data",
    "samples": "data",
    "sample": "data",
    "augmented": "data",
    "predict": "inspect",
    "feature_maps": "inspect",
    "thumbnails": "inspect",
    "computation": "inspect",
    "unit": "inspect",
    "unit_importance": "inspect",
    "ablate": "inspect",
    "layer_scan": "study",
    "top_samples": "study",
    "ablate_split": "study",
    "filters": "weights",
    "filter_history": "weights",
    "explain": "explain",
    "trust": "explain",
    "activations": "study",
    "embed": "study",
    "neighbours": "study",
    "mistakes": "study",
    "heats": "study",
    "visualize": "imagine",
    "attack": "imagine",
    "smallest_attack": "imagine",
    "robust_accuracy": "study",
    "estimate": "measure",
    "rehearse": "measure",
    "batch_sizes": "measure",
    "report": "report",
    "animate": "report",
    "differences": "study",
}
