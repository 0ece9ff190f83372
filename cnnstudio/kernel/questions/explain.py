"""Questions about why a network says what it says. They take the network and the image as those of
`inspect` do, tell of progress after each pass through the network, and end there when taken back.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from torch import nn

from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.explanations.explain import contrast, explanation
from cnnstudio.interpret.subject import Subject
from cnnstudio.interpret.trust.scorecard import trust as scorecard
from cnnstudio.kernel.memory import Memory
from cnnstudio.kernel.questions.asked import Image, reference_of, shown, subject_of
from cnnstudio.training.twin import twin_of

# Each beside the one that it is a copy of: as long as that lives, its id is no other's.
_copies: Memory[tuple[Subject, Subject]] = Memory(limit=3)


def explain(
    image: Image,
    method: str = "gradcam",
    target: Any = None,
    layer: str | None = None,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    against: int | None = None,
    parameters: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """{"heat": float32 (H, W), "target", "class", "layer", "reason", "note", "image", "label", …}.

    With another class `against`: also "against" and "against_class", "against_heat" and
    "difference", the one heat less the other.
    """
    subject = _subject(run, checkpoint, project)
    picture = subject.picture(reference_of(image))
    node = None if layer is None else subject.node(layer)
    asked: dict[str, Any] = {"method": method, "target": target, "layer": node}
    asked |= {"progress": progress, **(parameters or {})}
    answer: dict[str, Any] = {}
    if against is None:
        found = explanation(subject.model, picture.tensor[None], **asked)
    else:
        two = contrast(subject.model, picture.tensor[None], against, **asked)
        found = two.first
        answer = {
            "against": against,
            "against_class": subject.class_names(against + 1)[against],
            "against_heat": two.second.heat[0],
            "difference": two.difference[0],
        }
    [number] = found.targets
    return {
        "heat": found.heat[0],
        "method": method,
        "target": number,
        "class": subject.class_names(number + 1)[number],
        "output": found.output,
        "layer": found.layer,
        "reason": found.reason,
        "note": found.note,
        **answer,
        **shown(picture),
    }


def trust(
    image: Image,
    method: str = "gradcam",
    target: Any = None,
    layer: str | None = None,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    parameters: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """{"method", "layer", "targets", "checks": [{"check", "title", "verdict", "value", "text",
    "measures"}], "twin"}, for one image. The run's twin is used if it is trained: "twin" is its
    state, "none" before there is one; None for a network that has no run."""
    subject = _subject(run, checkpoint, project)
    picture = subject.picture(reference_of(image))
    node = None if layer is None else subject.node(layer)
    card = scorecard(
        subject.model, picture.tensor[None], method, target, node,
        truths=[picture.truth], twin=_twin(run), progress=progress, **(parameters or {}),
    )  # fmt: skip
    return {**card.to_json(), "twin": _twin_state(run)}


def _twin_state(run: str | None) -> str | None:
    if run is None:
        return None
    twin = twin_of(run)
    return str(twin.status().state) if twin.exists() else "none"


def _twin(run: str | None) -> nn.Module | None:
    """The network of a run's twin, if it is trained, remembered."""
    if run is None or _twin_state(run) != "finished":
        return None
    return _subject(str(twin_of(run).path), "last", None).model


def _subject(run: str | None, checkpoint: str, project: dict[str, Any] | None) -> Subject:
    """One whose network no other lane runs: explaining may put hooks on it."""
    subject = subject_of(run, checkpoint, project)
    _, own = _copies.get(
        id(subject), lambda: (subject, replace(subject, model=copy.deepcopy(subject.model)))
    )
    return own
