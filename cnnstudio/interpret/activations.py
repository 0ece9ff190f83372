"""Every node's output for some images, as arrays and as files."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from cnnstudio.graph.errors import ExplanationError
from cnnstudio.interpret.activation_files import check_room, check_suffix, write_activations
from cnnstudio.interpret.capture import collect, require_names
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.images import as_batch, evaluating
from cnnstudio.interpret.several_images import name_of, several
from cnnstudio.interpret.subject import Subject

BATCH = 32


@dataclass(frozen=True, eq=False)
class Activations:
    """`arrays`: by node, in order of computation, (N, …) for N images. `images` are their names,
    `labels` their classes by number (−1 where not known).

    `left_out` are nodes that give nothing for each image, such as sizes or constants.
    """

    arrays: dict[str, np.ndarray]
    images: list[str]
    labels: np.ndarray
    left_out: list[str] = field(default_factory=list)

    def save(
        self, path: str | Path, statistics: bool = False, progress: Progress | None = None
    ) -> Path:
        """Writes `.npz` or `.csv`, whole or not at all: see `write_activations`."""
        path = Path(path)
        write_activations(path, self.arrays, self.images, self.labels, statistics, progress)
        return path


def activations(
    model: nn.Module,
    images: Any,
    layers: str | Iterable[str] | None = None,
    *,
    progress: Progress | None = None,
) -> Activations:
    """What the nodes in `layers` (all if None) give for images (N, C, H, W), batch by batch.

    The model is run in evaluation mode. What works in place doesn't spoil what comes before it.
    Raises ExplanationError for a layer that the network doesn't have.
    """
    batch = as_batch(images, model)
    count = len(batch)
    names = [str(number) for number in range(count)]
    labels = np.full(count, -1)
    return _gathered(model, batch.split(BATCH), _named(layers), names, labels, None, progress)


def export_activations(
    subject: Subject,
    images: Sequence[str],
    layers: Sequence[str] | None,
    path: Path,
    statistics: bool = False,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Writes the activations of images (as `several` names them) to a file.

    They are gathered on the disk beside it, so that they need not fit in memory. Returns {"path",
    "images", "nodes": {name: shape for one image}, "left_out", "bytes"}. Raises ExplanationError
    if there is no room, or the disk refuses; `progress` may raise to end it.
    """
    check_suffix(path)
    references = several(subject, images)
    names = None if layers is None else [subject.node(layer) for layer in layers]
    subject = replace(subject, model=copy.deepcopy(subject.model))  # others may run the same
    labels: list[int] = []

    def batches() -> Iterator[torch.Tensor]:
        for first in range(0, len(references), BATCH):
            pictures = [subject.picture(one) for one in references[first : first + BATCH]]
            labels.extend(-1 if one.label is None else one.label for one in pictures)
            yield torch.stack([one.tensor for one in pictures])

    try:
        with tempfile.TemporaryDirectory(dir=path.absolute().parent, prefix=".cnnstudio-") as aside:
            found = _gathered(
                subject.model, batches(), names, [name_of(one) for one in references],
                labels, Path(aside), _part(progress, 0.0, 0.7),
            )  # fmt: skip
            found.save(path, statistics, _part(progress, 0.7, 1.0))
            shapes = {name: list(array.shape[1:]) for name, array in found.arrays.items()}
            left_out = found.left_out
            del found  # its files are open
    except OSError as error:
        raise ExplanationError(
            f"{path} can't be written: {error.strerror or error}.",
            "Check the folder, its permissions and the free space, or save elsewhere.",
        ) from None
    return {
        "path": str(path),
        "images": len(references),
        "nodes": shapes,
        "left_out": left_out,
        "bytes": path.stat().st_size,
    }


def _gathered(
    model: nn.Module,
    batches: Iterable[torch.Tensor],
    names: list[str] | None,
    images: list[str],
    labels: Any,
    folder: Path | None,
    progress: Progress | None,
) -> Activations:
    """Arrays in memory, or files in a folder that are read as arrays."""
    if names is not None:
        require_names(model, names)
    arrays: dict[str, np.ndarray] = {}
    left_out: list[str] = []
    done, count = 0, len(images)
    with evaluating(model):
        for batch in batches:
            seen = collect(model, (as_batch(batch, model),), names)
            if not done:
                left_out = [name for name, value in seen.items() if not _each(value, batch)]
                kept = {name: value[0] for name, value in seen.items() if name not in left_out}
                arrays = _room_for(kept, count, folder)
            for name, array in arrays.items():
                array[done : done + len(batch)] = seen[name].cpu().numpy()
            done += len(batch)
            if progress is not None:
                progress(done / count, f"{done} of {count} images")
    return Activations(arrays, images, np.asarray(labels, np.int64), left_out)


def _each(value: torch.Tensor, batch: torch.Tensor) -> bool:
    """Whether a node's value has a part for each image."""
    return value.ndim > 0 and len(value) == len(batch)


def _room_for(
    values: dict[str, torch.Tensor], count: int, folder: Path | None
) -> dict[str, np.ndarray]:
    shapes = {name: (count, *value.shape) for name, value in values.items()}
    kinds = {name: value.cpu().numpy().dtype for name, value in values.items()}
    if folder is None:
        return {name: np.empty(shape, kinds[name]) for name, shape in shapes.items()}
    needed = sum(value.element_size() * value.numel() * count for value in values.values())
    check_room(folder, needed)
    return {
        name: np.lib.format.open_memmap(folder / f"{number}.npy", "w+", kinds[name], shape)
        for number, (name, shape) in enumerate(shapes.items())
    }


def _named(layers: str | Iterable[str] | None) -> list[str] | None:
    return [layers] if isinstance(layers, str) else None if layers is None else list(layers)


def _part(progress: Progress | None, begin: float, end: float) -> Progress | None:
    """Progress of a part of the work, told as that of all."""
    if progress is None:
        return None

    def tell(share: float | None, text: str) -> None:
        progress(None if share is None else begin + (end - begin) * share, text)

    return tell
