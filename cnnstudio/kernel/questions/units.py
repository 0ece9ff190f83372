"""Questions about single units. They take the network, and the image where there is one, as those
of `inspect` do. The scans tell of progress after each batch, and end there when taken back.

`layer` is a node's name; a unit is counted from 0.
"""

from __future__ import annotations

from typing import Any

import torch

from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.subject import Subject
from cnnstudio.interpret.units.ablation import ablation, ablation_of_split
from cnnstudio.interpret.units.importance import importance
from cnnstudio.interpret.units.kernels import kernel_of
from cnnstudio.interpret.units.receptive import Fields, receptive_fields
from cnnstudio.interpret.units.scan import Scan, scan
from cnnstudio.interpret.units.unit import top_of
from cnnstudio.kernel.memory import Memory
from cnnstudio.kernel.questions.asked import Image, reference_of, subject_of

# With the subject, so that its id is no other's as long as it is remembered.
_scans: Memory[tuple[Subject, Scan]] = Memory(limit=8)
_fields: Memory[tuple[Subject, Fields]] = Memory(limit=8)


def unit(
    layer: str,
    unit: int,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """{"layer", "unit", "boxes": int32 (…, 4): top, left, bottom, right of what it sees of
    the image at each position of its map, "kernel": None or {"layer",
    "weights": float32, "bias"}}.
    """
    subject = subject_of(run, checkpoint, project)
    kernel = kernel_of(subject.model, subject.node(layer), unit)
    return {
        "layer": layer,
        "unit": unit,
        "boxes": fields_of(subject, layer).boxes(unit),
        "kernel": None
        if kernel is None
        else {"layer": kernel.layer, "weights": kernel.weights, "bias": kernel.bias},
    }


def unit_importance(
    image: Image,
    layer: str,
    target: int | None = None,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """{"importance": float32 (C,) of a layer's units for the class "target" (the predicted one if
    None), "class"}: what of its score would go without each, to first order."""
    subject = subject_of(run, checkpoint, project)
    picture = subject.picture(reference_of(image))
    found = importance(subject.model, picture.tensor[None], subject.node(layer), target)
    [number] = found.targets
    name = subject.class_names(number + 1)[number]
    return {"importance": found.values[0], "target": number, "class": name}


def layer_scan(
    layer: str,
    split: str = "test",
    samples: int = 1000,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Of a layer's units over samples of a split: {"selectivity": float32 (C,), "favourites": the
    class each answers to most, "means": float32 (C,), "samples", "classes"}."""
    subject = subject_of(run, checkpoint, project)
    found = scan_of(subject, layer, split, samples, progress)
    return {
        "layer": layer,
        "selectivity": found.selectivity,
        "favourites": found.favourites.tolist(),
        "means": found.means,
        "samples": found.samples,
        "classes": subject.class_names(len(subject.splits.classes)),
    }


def top_samples(
    layer: str,
    unit: int,
    split: str = "test",
    samples: int = 1000,
    count: int = 9,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The samples that excite a unit most, best first: {"samples": [{"image": uint8 (H, W, 3),
    "split", "index", "name", "label", "class", "value", "position", "box": [top, left, bottom,
    right]}], "scanned", "selectivity", "favourite": a class's name}."""
    subject = subject_of(run, checkpoint, project)
    found = scan_of(subject, layer, split, samples, progress)
    names = subject.class_names(len(subject.splits.classes))
    examples = top_of(subject, found, unit, count, fields_of(subject, layer))
    return {
        "layer": layer,
        "unit": unit,
        "scanned": found.samples,
        "selectivity": float(found.selectivity[unit]),
        "favourite": names[int(found.favourites[unit])],
        "samples": [
            {
                "image": one.picture.image,
                "split": one.split,
                "index": one.index,
                "name": one.picture.name,
                "label": one.picture.label,
                "class": "" if one.picture.label is None else names[one.picture.label],
                "value": one.value,
                "position": list(one.position),
                "box": [one.box.top, one.box.left, one.box.bottom, one.box.right],
            }
            for one in examples
        ],
    }


def ablate(
    image: Image,
    ablated: dict[str, list[int]],
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What the network says of an image without the units `ablated` of each layer: {"classes",
    "before", "after": float32 (classes,)}."""
    subject = subject_of(run, checkpoint, project)
    batch = subject.images(reference_of(image))
    found = ablation(subject.model, torch.from_numpy(batch), _in_model(subject, ablated))
    return {
        "classes": subject.class_names(found.before.shape[1]),
        "before": found.before[0],
        "after": found.after[0],
    }


def ablate_split(
    ablated: dict[str, list[int]],
    split: str = "test",
    samples: int = 1000,
    run: str | None = None,
    checkpoint: str = "best",
    project: dict[str, Any] | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """How many samples of a split are classified correctly: {"samples", "before", "after" (shares),
    "classes", "by_class_before", "by_class_after": float64 (classes,), NaN without samples}."""
    subject = subject_of(run, checkpoint, project)
    found = ablation_of_split(
        subject, _in_model(subject, ablated), split, samples, progress=progress
    )
    return {
        "samples": found.samples,
        "before": found.before,
        "after": found.after,
        "classes": subject.class_names(len(found.by_class_before)),
        "by_class_before": found.by_class_before,
        "by_class_after": found.by_class_after,
    }


def scan_of(
    subject: Subject, layer: str, split: str, samples: int, progress: Progress | None
) -> Scan:
    """Remembered: one scan tells of all units of the layer."""
    key = id(subject), layer, split, samples
    return _scans.get(
        key, lambda: (subject, scan(subject, layer, split, samples, progress))
    )[1]  # fmt: skip


def fields_of(subject: Subject, layer: str) -> Fields:
    node = subject.node(layer)
    return _fields.get(
        (id(subject), node),
        lambda: (subject, receptive_fields(subject.model, subject.input_shape, node)),
    )[1]


def _in_model(subject: Subject, ablated: dict[str, list[int]]) -> dict[str, list[int]]:
    return {subject.node(layer): [int(one) for one in units] for layer, units in ablated.items()}
