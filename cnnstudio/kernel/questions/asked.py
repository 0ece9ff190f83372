"""What the questions of Inspect are about: a network with its weights, and an image.

The network is `run` (a run's folder) at a `checkpoint`, or, with `run` None, that of `project` as a
training would begin with it. An image is (split, index) or the path of a file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnnstudio.graph import ExplanationError, KernelError, Project
from cnnstudio.interpret.capture import collect_all
from cnnstudio.interpret.images import as_batch, evaluating
from cnnstudio.interpret.predict import probabilities_of
from cnnstudio.interpret.subject import Picture, Reference, Subject, open_run, open_untrained
from cnnstudio.kernel.arguments import project_from
from cnnstudio.kernel.memory import Memory
from cnnstudio.kernel.questions.data import splits_of
from cnnstudio.training.rundir import RunDirectory

Image = list[Any] | str

BYTES_REMEMBERED = 128 * 2**20  # of one image's values


@dataclass(frozen=True)
class Look:
    """A network's answer to an image, from one pass: `values` (1, …) by node, none where they are
    too many to remember; `subject` keeps its id from being another's."""

    subject: Subject
    picture: Picture
    values: dict[str, np.ndarray]
    probabilities: np.ndarray | ExplanationError


_subjects: Memory[Subject] = Memory(limit=4)
# By run: going from moment to moment, the network isn't built anew.
_bases: Memory[Subject] = Memory(limit=2)
_looks: Memory[Look] = Memory(limit=4)


def subject_of(run: str | None, checkpoint: str, project: dict[str, Any] | None) -> Subject:
    """The network of a question, remembered."""
    if run is not None:
        # By folder and not by name: what is "last" today is not the last tomorrow.
        folder = RunDirectory(run).checkpoint(checkpoint)
        where = str(Path(run).resolve())
        begun = where, _file_identity(str(RunDirectory(run).project_file))

        def make() -> Subject:
            base = _bases.get(begun, lambda: open_run(run, checkpoint, splits_of))
            return base.with_weights(folder)

        return _subjects.get((where, folder.name), make)
    if project is None:
        raise KernelError("The question names neither a run nor a project.")
    drawn = project_from(project)
    return _subjects.get(_identity(drawn), lambda: open_untrained(drawn, splits_of))


def _identity(project: Project) -> str:
    """What decides an untrained network: where its nodes lie does not."""
    nodes = [node.model_dump(exclude={"position"}) for node in project.network.nodes]
    edges = [edge.model_dump() for edge in project.network.edges]
    data = project.data.model_dump(mode="json")
    beginning = project.training.seed, *_file_identity(project.training.initial_weights)
    return json.dumps([nodes, edges, data, beginning], sort_keys=True)


def _file_identity(file: str) -> tuple[Any, ...]:
    """Changes when the file is written anew."""
    try:
        found = Path(file).stat()
    except (OSError, ValueError):
        return (file,)
    return file, found.st_mtime_ns, found.st_size


def look_at(subject: Subject, image: Image) -> Look:
    """Remembered, so that a layer of an image that was seen costs no pass."""
    return _looks.get((id(subject), _version(image)), lambda: _looked(subject, image))


def _looked(subject: Subject, image: Image) -> Look:
    picture = subject.picture(reference_of(image))
    batch = as_batch(picture.tensor[None], subject.model)
    with evaluating(subject.model):
        found, result = collect_all(subject.model, (batch,))
    values = {name: value.detach().cpu().numpy() for name, value in found.items()}
    if sum(value.nbytes for value in values.values()) > BYTES_REMEMBERED:
        values = {}
    try:
        chances: np.ndarray | ExplanationError = probabilities_of(result)[0].numpy()
    except ExplanationError as error:
        chances = error
    return Look(subject, picture, values, chances)


def _version(image: Image) -> Any:
    """What an image is remembered by; a file that is written anew is another."""
    return _file_identity(image) if isinstance(image, str) else tuple(image)


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
