"""What the network says without some of its units."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, fx, nn

from cnnstudio.compiler.running import first_tensor, names_by_node
from cnnstudio.graph.errors import DataError, ExplanationError
from cnnstudio.interpret.capture import require_names
from cnnstudio.interpret.explanations.case import Progress
from cnnstudio.interpret.images import as_batch, evaluating
from cnnstudio.interpret.predict import probabilities_of
from cnnstudio.interpret.samples.features import spread
from cnnstudio.interpret.subject import Subject, samples_of

AT_ONCE = 32

# By layer, the units to take out; and what to put in their place, by layer a value for each unit
# (C,), 0 where there is none.
Ablated = Mapping[str, Sequence[int]]
Means = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Ablation:
    """Probabilities float32 (N, classes) as the network is, and without the units."""

    before: np.ndarray
    after: np.ndarray


@dataclass(frozen=True)
class AblatedSplit:
    """Of `samples` of a split, the share that is classified correctly, and by class (NaN for one
    without samples)."""

    samples: int
    before: float
    after: float
    by_class_before: np.ndarray
    by_class_after: np.ndarray


def ablation(
    model: nn.Module, images: Any, ablated: Ablated, means: Means | None = None
) -> Ablation:
    """What the network says of images (N, C, H, W) with units of some layers set to 0, or to their
    `means` over the data, at all positions."""
    batch = as_batch(images, model)
    with evaluating(model), torch.no_grad():
        before = probabilities_of(model(batch.clone()))
        after = probabilities_of(without(model, batch, ablated, means))
    return Ablation(before.cpu().numpy(), after.cpu().numpy())


def ablation_of_split(
    subject: Subject,
    ablated: Ablated,
    split: str = "test",
    samples: int = 1000,
    means: Means | None = None,
    progress: Progress | None = None,
) -> AblatedSplit:
    """How many of a split's samples are classified correctly, with the units and without."""
    part = samples_of(subject.splits, split)
    if not len(part):
        raise DataError(f"The {split} split has no images.", "Choose another split.")
    chosen = spread(len(part), samples)
    right: list[np.ndarray] = []
    for first in range(0, len(chosen), AT_ONCE):
        indexes = chosen[first : first + AT_ONCE]
        found = ablation(subject.model, part.batch(indexes), ablated, means)
        said = np.stack([found.before.argmax(1), found.after.argmax(1)])
        right.append(said == part.labels[indexes])
        if progress is not None:
            done = first + len(indexes)
            progress(done / len(chosen), f"{done:,} of {len(chosen):,} images")
    before, after = np.concatenate(right, axis=1)
    labels = part.labels[chosen]
    classes = len(subject.splits.classes)
    return AblatedSplit(
        len(chosen), float(before.mean()), float(after.mean()),
        _by_class(before, labels, classes), _by_class(after, labels, classes),
    )  # fmt: skip


def without(model: nn.Module, images: Tensor, ablated: Ablated, means: Means | None = None) -> Any:
    """What the model gives with the units taken out. Call it without gradients."""
    require_names(model, list(ablated))
    changes = {
        layer: _change(layer, list(units), None if means is None else means.get(layer))
        for layer, units in ablated.items()
        if units
    }
    if isinstance(model, fx.GraphModule):
        return _Changing(model, changes).run(images.clone())
    with _changed_modules(model, changes):
        return model(images.clone())


Change = Callable[[Any], Any]


def _change(layer: str, units: list[int], means: np.ndarray | None) -> Change:
    def change(result: Any) -> Any:
        value = first_tensor(result)
        if value is None or value.ndim < 2:
            raise ExplanationError(
                f"'{layer}' has no units to take out.",
                "Choose one that gives maps or a vector.",
            )
        if not 0 <= min(units) <= max(units) < value.shape[1]:
            raise ExplanationError(
                f"'{layer}' has no unit {max(units)}: it has {value.shape[1]}, counted from 0."
            )
        changed = value.clone()
        if means is None:
            changed[:, units] = 0
        else:
            instead = torch.as_tensor(means[units], dtype=value.dtype, device=value.device)
            changed[:, units] = instead.view(1, -1, *[1] * (value.ndim - 2))
        return changed if result is value else type(result)((changed, *result[1:]))

    return change


class _Changing(fx.Interpreter):
    def __init__(self, model: fx.GraphModule, changes: Mapping[str, Change]) -> None:
        super().__init__(model)
        self._changes: dict[str, list[Change]] = {}
        for node, names in names_by_node(model).items():
            self._changes[node] = [changes[name] for name in names if name in changes]

    def run_node(self, n: fx.Node) -> Any:
        result = super().run_node(n)
        for change in self._changes.get(n.name, ()):
            result = change(result)
        return result


@contextmanager
def _changed_modules(model: nn.Module, changes: Mapping[str, Change]) -> Iterator[None]:
    handles = [
        model.get_submodule(layer).register_forward_hook(
            lambda module, inputs, output, change=change: change(output)
        )
        for layer, change in changes.items()
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _by_class(right: np.ndarray, labels: np.ndarray, classes: int) -> np.ndarray:
    counts = np.bincount(labels, minlength=classes).astype(np.float64)
    hits = np.bincount(labels, weights=right, minlength=classes)
    return np.divide(hits, counts, out=np.full(classes, np.nan), where=counts > 0)
