"""How well a network holds out against attacks, over a split."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cnnstudio.interpret.adversarial.search import robust_accuracy as accuracy_of
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.subject import samples_of
from cnnstudio.kernel.questions.asked import subject_of

BATCH = 32


def robust_accuracy(
    epsilons: list[float],
    split: str = "test",
    samples: int = 200,
    method: str = "fgsm",
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The share of a split's first images that are still told right when attacked by each epsilon:
    {"epsilons", "accuracy": float64 (E,), "samples": how many there were, "split", "method"}."""
    subject = subject_of(run, checkpoint, project)
    data = samples_of(subject.splits, split)
    count = min(samples, len(data))

    def batches() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for first in range(0, count, BATCH):
            rows = np.arange(first, min(first + BATCH, count))
            yield data.batch(rows), data.labels[rows]

    found = accuracy_of(
        subject.model, batches(), epsilons, method, images=count, progress=progress,
        normalization=subject.normalization, **(parameters or {}),
    )  # fmt: skip
    return {
        "epsilons": list(epsilons),
        "accuracy": found,
        "samples": count,
        "split": split,
        "method": method,
    }
