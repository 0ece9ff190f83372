"""Questions about a network with weights: predictions and feature maps.

All take the network as `run` (a run's folder) and `checkpoint`, or, with `run` None, as `project`:
its network as a training would begin with. `image` is (split, index) or the path of a file.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.graph import ExplanationError, KernelError, Project
from cnnstudio.interpret.computation.compute import layer_call
from cnnstudio.interpret.computation.reading.call import Call
from cnnstudio.interpret.computation.reading.read import read, units_of
from cnnstudio.interpret.computation.wire import to_message
from cnnstudio.interpret.feature_maps import feature_maps as maps_of
from cnnstudio.interpret.predict import probabilities
from cnnstudio.interpret.subject import (
    Picture,
    Reference,
    Subject,
    open_run,
    open_untrained,
)
from cnnstudio.interpret.thumbnails import thumbnails as thumbnails_of
from cnnstudio.kernel.arguments import project_from
from cnnstudio.kernel.memory import Memory
from cnnstudio.kernel.questions.data import splits_of
from cnnstudio.training.rundir import RunDirectory

Image = list[Any] | str

_subjects: Memory[Subject] = Memory(limit=4)
# Each beside the subject that it was asked of: as long as that lives, its id is no other's.
_calls: Memory[tuple[Subject, Call, dict[str, Any]]] = Memory(limit=2)


def predict(
    image: Image,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """{"classes", "probabilities": float32 (classes,), "image": uint8 (H, W, 3), "label", …}."""
    subject = subject_of(run, checkpoint, project)
    picture = subject.picture(reference_of(image))
    chances = probabilities(subject.model, picture.tensor[None])[0].numpy()
    return {
        "classes": subject.class_names(len(chances)),
        "probabilities": chances,
        **shown(picture),
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
    (C, h, w)}, at most `limit` units.

    Of a node that gives a vector, "values": float32 (C,) instead of maps.
    """
    subject = subject_of(run, checkpoint, project)
    picture = subject.picture(reference_of(image))
    node = subject.node(layer)
    [value] = maps_of(subject.model, picture.tensor[None], [node]).values()
    value = value[0].astype(np.float32)
    if value.ndim == 2:  # (C, L): a signal is a map one pixel high
        value = value[:, None, :]
    kind = "maps" if value.ndim == 3 else "values"
    kept = value[:limit] if value.ndim == 3 else value.reshape(-1)
    return {"layer": layer, "node": node, "channels": len(value), kind: kept, **shown(picture)}


def thumbnails(
    image: Image,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    size: int = 40,
    count: int = 4,
) -> dict[str, Any]:
    """{"nodes": {name: {"maps": uint8 (n, size, size) or "values", "channels", "mean",
    "silent"}}, "probabilities": float32 (classes,), "image": uint8 (H, W, 3), "label", …}.

    "probabilities" is None where the network gives no scores.
    """
    subject = subject_of(run, checkpoint, project)
    picture = subject.picture(reference_of(image))
    found = thumbnails_of(subject.model, picture.tensor, size, count)
    try:
        chances = probabilities(subject.model, picture.tensor[None])[0].numpy()
    except ExplanationError:
        chances = None
    return {
        "nodes": {name: asdict(one) for name, one in found.items()},
        "probabilities": chances,
        **shown(picture),
    }


def computation(
    image: Image,
    layer: str,
    unit: int = 0,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """{"working": as `from_message` takes it, "image": uint8 (H, W, 3), "label", …}.

    It holds what is needed for all places of the unit, so that the window follows the pointer
    without asking again. A unit beyond the last is the last.
    """
    subject = subject_of(run, checkpoint, project)
    reference = reference_of(image)
    node = subject.node(layer)

    def make() -> tuple[Subject, Call, dict[str, Any]]:
        picture = subject.picture(reference)
        return subject, layer_call(subject.model, (picture.tensor[None],), node), shown(picture)

    _, call, picture = _calls.get((id(subject), str(reference), node), make)
    return {"working": to_message(read(call, max(0, min(unit, units_of(call) - 1)))), **picture}


def subject_of(run: str | None, checkpoint: str, project: dict[str, Any] | None) -> Subject:
    """The network of a question, remembered."""
    if run is not None:
        # By folder and not by name: what is "last" today is not the last tomorrow.
        folder = RunDirectory(run).checkpoint(checkpoint)
        key = str(Path(run).resolve()), folder.name
        return _subjects.get(key, lambda: open_run(run, checkpoint, splits_of))
    if project is None:
        raise KernelError("The question names neither a run nor a project.")
    drawn = project_from(project)
    return _subjects.get(_identity(drawn), lambda: open_untrained(drawn, splits_of))


def _identity(project: Project) -> str:
    """What decides an untrained network: where its nodes lie does not."""
    nodes = [node.model_dump(exclude={"position"}) for node in project.network.nodes]
    edges = [edge.model_dump() for edge in project.network.edges]
    data = project.data.model_dump(mode="json")
    beginning = project.training.seed, *_weights_identity(project.training.initial_weights)
    return json.dumps([nodes, edges, data, beginning], sort_keys=True)


def _weights_identity(file: str) -> tuple[Any, ...]:
    """Changes when the file is written anew."""
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return (file,)
    return file, found.st_mtime_ns, found.st_size


def reference_of(image: Image) -> Reference:
    if isinstance(image, str):
        return image
    split, index = image
    return str(split), int(index)


def shown(picture: Picture) -> dict[str, Any]:
    return {
        "image": picture.image,
        "label": picture.label,
        "name": picture.name,
        "truth": picture.truth,
    }
