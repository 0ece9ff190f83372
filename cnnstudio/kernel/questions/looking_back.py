"""Questions about a run over time, and about two networks."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.over_time.history import history
from cnnstudio.interpret.side_by_side import differing
from cnnstudio.kernel.questions.asked import Image, reference_of, subject_of
from cnnstudio.kernel.questions.data import splits_of

LOOKING_SHARE = 0.6  # of the time that an animation takes; the rest draws and writes


def animate(
    image: Image,
    run: str,
    path: str,
    method: str | None = None,
    target: int | None = None,
    against: int | None = None,
    layer: str | None = None,
    parameters: dict[str, Any] | None = None,
    maps: str | None = None,
    filters: str | None = None,
    per_second: float = 6.0,
    width: int = 960,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Writes a run's history of an image as .gif or .mp4: {"path", "frames", "bytes"}.

    Ends when it is taken back, with no file.
    """

    def part(begun: float, share: float) -> Progress | None:
        if progress is None:
            return None
        return lambda done, text: progress(begun + share * (done or 0.0), text)

    found = history(
        run, reference_of(image), method, target, layer, against=against, maps=maps,
        filters=filters, load_data=splits_of, progress=part(0.0, LOOKING_SHARE),
        **(parameters or {}),
    )  # fmt: skip
    file = found.save(path, per_second, width, part(LOOKING_SHARE, 1 - LOOKING_SHARE))
    return {"path": str(file), "frames": len(found.moments), "bytes": Path(file).stat().st_size}


def differences(
    first: dict[str, Any],
    second: dict[str, Any],
    split: str = "test",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """What two networks decide differently: {"indexes", "labels", "first", "second" (classes),
    "first_confidence", "second_confidence", "classes", "total", "right": [of each]}.

    `first` and `second` name networks as other questions do: run and checkpoint, or project.
    """
    subjects = [
        subject_of(one.get("run"), one.get("checkpoint", "best"), one.get("project"))
        for one in (first, second)
    ]
    # Copies: no other lane runs their networks.
    one, two = (replace(one, model=copy.deepcopy(one.model)) for one in subjects)
    found = differing(one, two, split, progress)
    return {
        "indexes": found.indexes, "labels": found.labels,
        "first": found.predicted[0], "second": found.predicted[1],
        "first_confidence": found.confidence[0], "second_confidence": found.confidence[1],
        "classes": found.classes, "total": found.total, "right": list(found.right),
    }  # fmt: skip
