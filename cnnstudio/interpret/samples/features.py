"""What one node gives for many samples of a split: a row of numbers for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn

from cnnstudio.compiler.running import names_by_node
from cnnstudio.data.samples import Samples
from cnnstudio.graph.errors import DataError, ExplanationError
from cnnstudio.interpret.capture import require_names, run
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.explanations.scores import class_scores
from cnnstudio.interpret.explanations.spatial import LayerChoice, first_output
from cnnstudio.interpret.images import as_batch, evaluating, shape_text
from cnnstudio.interpret.predict import as_probabilities
from cnnstudio.interpret.samples.reductions import POOLING
from cnnstudio.interpret.subject import Subject, samples_of

AT_ONCE = 32
LARGEST_BYTES = 256 * 2**20


@dataclass(frozen=True)
class Said:
    """What the network says of n samples of a split: `predicted` int64 (n,) with its probability
    `confidence` float32 (n,); both None where the network gives no scores of classes."""

    split: str
    indexes: np.ndarray  # int64 (n,), in the split
    labels: np.ndarray  # int64 (n,)
    predicted: np.ndarray | None
    confidence: np.ndarray | None
    classes: list[str]
    names: list[str]


@dataclass(frozen=True)
class Features:
    """`values` float32 (n, d) of `layer`, and what the network said of the same samples. `how`
    tells what a row is, `reason` why this layer if it was not the caller's choice."""

    layer: str
    reason: str
    how: str
    values: np.ndarray
    said: Said


def features(
    subject: Subject,
    layer: str | None = None,
    split: str = "test",
    samples: int = 500,
    pooling: str = "mean",
    progress: Progress | None = None,
) -> Features:
    """What `layer` (the last before the classifier if None) gives for `samples` of a split, evenly
    spread over it.

    Of maps, `pooling` is "mean" (each map's mean over its positions) or "flat" (all values).
    """
    if pooling not in POOLING:
        raise ExplanationError(
            f"There is no pooling '{pooling}'.", f"Choose one of: {', '.join(POOLING)}."
        )
    part = samples_of(subject.splits, split)
    if not len(part):
        raise DataError(f"The {split} split has no images.", "Choose another split.")
    if layer is None:
        choice = before_classifier(subject.model)
    else:
        choice = LayerChoice(subject.node(layer), "")
    require_names(subject.model, [choice.layer])
    indexes = spread(len(part), samples)
    rows, said = _passes(subject, part, split, indexes, progress, choice.layer, pooling)
    assert rows is not None
    return Features(choice.layer, choice.reason, rows.how, rows.values, said)


def feature_of(subject: Subject, images: Tensor, layer: str, pooling: str) -> np.ndarray:
    """The rows float32 (N, d) of a few images (N, C, H, W)."""
    with evaluating(subject.model), torch.no_grad():
        value, _ = _seen(subject.model, images, layer)
    return _row(value, pooling).float().cpu().numpy()


def said_of(
    subject: Subject,
    split: str,
    indexes: np.ndarray | None = None,
    progress: Progress | None = None,
) -> Said:
    """What the network says of samples of a split, all of them if None."""
    part = samples_of(subject.splits, split)
    chosen = np.arange(len(part)) if indexes is None else indexes
    return _passes(subject, part, split, chosen, progress)[1]


def spread(total: int, count: int) -> np.ndarray:
    """At most `count` numbers below `total`, evenly spread: int64, rising."""
    if count < 1:
        raise ExplanationError(f"{count} samples are none.", "Choose at least 1.")
    return np.linspace(0, total - 1, min(count, total)).round().astype(np.int64)


def before_classifier(model: nn.Module) -> LayerChoice:
    """What the last layer that learns reads: the classes are told apart by it alone."""
    if not isinstance(model, fx.GraphModule):
        raise ExplanationError("Which layer? This network is no graph.", "Name one of its modules.")
    names = names_by_node(model)
    result = next(node for node in model.graph.nodes if node.op == "output").args[0]
    if isinstance(result, dict):
        result = next(iter(result.values()))
    last = node = result
    assert isinstance(node, fx.Node)
    while not _learns(model, node):
        if not node.all_input_nodes:
            return _chosen(names, last, "is what the network gives.")
        node = node.all_input_nodes[0]
    read = node.all_input_nodes[0]
    if read.op == "placeholder":
        return _chosen(names, last, "is what the network gives.")
    return _chosen(names, read, f"is the last before the classifier, '{names[node.name][0]}'.")


def _chosen(names: dict[str, list[str]], node: fx.Node, why: str) -> LayerChoice:
    name = names[node.name][0]
    return LayerChoice(name, f"'{name}' {why}")


def _learns(model: fx.GraphModule, node: fx.Node) -> bool:
    if node.op != "call_module":
        return False
    return any(True for _ in model.get_submodule(str(node.target)).parameters())


class _Rows:
    """Rows of a layer, gathered batch by batch into one array."""

    def __init__(self, layer: str, pooling: str, count: int) -> None:
        self._layer, self._pooling, self._count = layer, pooling, count
        self._done = 0
        self.values = np.zeros((0, 0), np.float32)
        self.how = ""

    def take(self, value: Tensor) -> None:
        rows = _row(value, self._pooling).float().cpu().numpy()
        if not self._done:
            self.how = _how(value, self._pooling)
            needed = self._count * rows.shape[1] * 4
            if needed > LARGEST_BYTES:
                raise ExplanationError(
                    f"{self._count:,} samples of '{self._layer}' ({shape_text(value.shape[1:])}) "
                    f"would take {needed / 2**20:,.0f} MB of memory.",
                    "Take the mean over positions, fewer samples or a later layer.",
                )
            self.values = np.empty((self._count, rows.shape[1]), np.float32)
        self.values[self._done : self._done + len(rows)] = rows
        self._done += len(rows)


def _passes(
    subject: Subject,
    part: Samples,
    split: str,
    indexes: np.ndarray,
    progress: Progress | None,
    layer: str = "",
    pooling: str = "mean",
) -> tuple[_Rows | None, Said]:
    gathered = _Rows(layer, pooling, len(indexes)) if layer else None
    predicted: list[np.ndarray] = []
    confidence: list[np.ndarray] = []
    classes = len(subject.splits.classes)
    output = first_output(subject.model)
    with evaluating(subject.model), torch.no_grad():
        for first in range(0, len(indexes), AT_ONCE):
            chosen = indexes[first : first + AT_ONCE]
            images = torch.from_numpy(part.batch(chosen))
            value, result = _seen(subject.model, images, layer)
            if gathered is not None:
                gathered.take(value)
            chances = _chances(result, output)
            if chances is not None:
                sure, best = chances.max(dim=1)
                predicted.append(best.cpu().numpy())
                confidence.append(sure.cpu().numpy())
                classes = chances.shape[1]
            done = first + len(chosen)
            if progress is not None:
                progress(done / len(indexes), f"{done:,} of {len(indexes):,} images")
    known = bool(predicted)
    said = Said(
        split=split,
        indexes=np.asarray(indexes, np.int64),
        labels=part.labels[indexes],
        predicted=np.concatenate(predicted) if known else None,
        confidence=np.concatenate(confidence).astype(np.float32) if known else None,
        classes=subject.class_names(max(classes, len(subject.splits.classes))),
        names=[part.name(int(index)) for index in indexes],
    )
    return gathered, said


def _seen(model: nn.Module, images: Tensor, layer: str) -> tuple[Tensor, Any]:
    """What the layer gives for images (N, C, H, W), and what the network makes of them."""
    found: list[Tensor] = []

    def keep(name: str, value: Tensor) -> None:
        if name == layer:
            found[:] = [value.clone()]

    result = run(model, (as_batch(images, model),), keep)
    return (found[0] if found else images), result


def _row(value: Tensor, pooling: str) -> Tensor:
    """(N, d) of a node's output (N, …)."""
    if value.ndim == 1:
        return value[:, None]
    if value.ndim > 2 and pooling == "mean":
        return value.float().flatten(2).mean(2)
    return value.flatten(1)


def _how(value: Tensor, pooling: str) -> str:
    size = shape_text(value.shape[1:])
    if value.ndim <= 2:
        return f"its {size} values" if value.ndim == 2 and value.shape[1] > 1 else "its value"
    if pooling == "mean":
        return f"the mean over positions of each of its {value.shape[1]} maps ({size})"
    return f"all its {size} values"


def _chances(result: Any, output: str | None) -> Tensor | None:
    """Probabilities (N, classes); None where the network gives no scores, or but one."""
    try:
        scores = class_scores(result, output)
    except ExplanationError:
        return None
    return as_probabilities(scores.float()) if scores.shape[1] > 1 else None
