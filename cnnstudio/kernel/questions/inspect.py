"""Questions about a network with weights and an image that are answered at once: predictions,
feature maps, single units. What network and image are, `asked` tells.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.computation.compute import layer_call
from cnnstudio.interpret.computation.reading.call import Call
from cnnstudio.interpret.computation.reading.read import read, units_of
from cnnstudio.interpret.computation.wire import to_message
from cnnstudio.interpret.feature_maps import feature_maps as maps_of
from cnnstudio.interpret.subject import Picture, Subject
from cnnstudio.interpret.thumbnails import look as look_of
from cnnstudio.kernel.memory import Memory
from cnnstudio.kernel.questions.asked import Image, look_at, reference_of, shown, subject_of
from cnnstudio.kernel.questions.units import ablate, unit, unit_importance
from cnnstudio.training.living.look import packed

__all__ = ["ablate", "computation", "feature_maps", "predict", "thumbnails", "unit",
           "unit_importance"]  # fmt: skip

BYTES_SENT = 4 * 2**20

# Each beside the subject that it was asked of: as long as that lives, its id is no other's.
_calls: Memory[tuple[Subject, Call, Picture]] = Memory(limit=2)


def predict(
    image: Image,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """{"classes", "probabilities": float32 (classes,), "image": uint8 (H, W, 3), "label", …}."""
    subject = subject_of(run, checkpoint, project)
    look = look_at(subject, image)
    if isinstance(look.probabilities, ExplanationError):
        raise look.probabilities
    return {
        "classes": subject.class_names(len(look.probabilities)),
        "probabilities": look.probabilities,
        **shown(look.picture),
    }


def feature_maps(
    image: Image,
    layer: str,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    limit: int = 256,
) -> dict[str, Any]:
    """What a node gives: {"layer", "node" (its name in the model), "channels", "maps": float32
    (C, h, w)}, at most `limit` units, or as many as a few megabytes hold.

    Of a node that gives a vector, "values": float32 (C,) instead of maps.
    """
    subject = subject_of(run, checkpoint, project)
    look = look_at(subject, image)
    node = subject.node(layer)
    if node in look.values:
        value = look.values[node]
    else:
        value = maps_of(subject.model, look.picture.tensor[None], [node])[node]
    value = value[0].astype(np.float32)
    if value.ndim == 2:  # (C, L): a signal is a map one pixel high
        value = value[:, None, :]
    kind = "maps" if value.ndim == 3 else "values"
    if value.ndim == 3:
        limit = max(limit, BYTES_SENT // max(1, value[:1].nbytes))
    kept = value[:limit] if value.ndim == 3 else value.reshape(-1)
    return {"layer": layer, "node": node, "channels": len(value), kind: kept, **shown(look.picture)}


def thumbnails(
    images: list[Image],
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    size: int = 64,
    count: int = 5,
    gradients: bool = False,
) -> dict[str, Any]:
    """{"look": a `training.living.look.Look` of a few images, as a file's bytes: uint8}."""
    subject = subject_of(run, checkpoint, project)
    found = look_of(subject, [reference_of(image) for image in images], count, size, gradients)
    return {"look": np.frombuffer(packed(found), np.uint8)}


def computation(
    image: Image,
    layer: str,
    unit: int = 0,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """{"working": as `from_message` takes it, "is_image": whether that is given just the image,
    "origins": names of the nodes that gave what it takes, "image": uint8 (H, W, 3), "label", …}.

    It holds what is needed for all places of the unit, so that the window follows the pointer
    without asking again. A unit beyond the last is the last.
    """
    subject = subject_of(run, checkpoint, project)
    reference = reference_of(image)
    node = subject.node(layer)

    def make() -> tuple[Subject, Call, Picture]:
        picture = subject.picture(reference)
        return subject, layer_call(subject.model, (picture.tensor[None],), node), picture

    _, call, picture = _calls.get((id(subject), str(reference), node), make)
    working = read(call, max(0, min(unit, units_of(call) - 1)))
    is_image = any(torch.equal(tensor[0], picture.tensor) for tensor in call.tensors[:1])
    return {
        "working": to_message(working),
        "is_image": is_image,
        "origins": list(call.origins),
        **shown(picture),
    }
