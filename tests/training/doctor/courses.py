"""Courses of runs as streams of events, healthy unless told otherwise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from cnnstudio.graph import Project
from cnnstudio.training.doctor import diagnose
from tests.training.networks import lenet

STEPS = 20  # in an epoch
CLASSES = [str(number) for number in range(10)]
DATA = {
    "classes": CLASSES,
    "counts": [100] * 10,
    "sizes": {"train": 1000, "validation": 200, "test": 200},
}
LAYERS = ("conv1", "conv2", "fc1", "fc2", "fc3")

Layers = dict[str, dict[str, float | None]]


def healthy_loss(epoch: float) -> float:
    return 0.05 + (math.log(10) - 0.05) * math.exp(-1.5 * epoch)


def healthy_layers() -> Layers:
    layers: Layers = {name: {"gradient": 0.1, "weight": 5.0, "update": 2e-3} for name in LAYERS}
    return layers | {"relu1": {"dead": 0.05}, "tanh1": {"saturated": 0.02}}


def course(
    epochs: int = 8,
    *,
    loss: Callable[[float], float] = healthy_loss,
    val_loss: Callable[[float], float] | None = None,
    accuracy: Callable[[float], float] = lambda epoch: 1 - 0.9 * math.exp(-1.5 * epoch),
    val_accuracy: Callable[[float], float] | None = None,
    layers: Callable[[], Layers] = healthy_layers,
    memory: float = 0.5,
    **step: Any,
) -> list[dict[str, Any]]:
    """Numbers by the epochs that have passed; `step` are fields of the step events."""
    told: list[dict[str, Any]] = [{"type": "start", "step": 0, "epoch": 0}]
    for number in range(1, epochs * STEPS + 1):
        passed = (number - 1) / STEPS
        told.append(
            {
                "type": "step", "step": number, "epoch": int(passed) + 1, "loss": loss(passed),
                "accuracy": accuracy(passed), "learning_rate": 1e-3, "samples_per_second": 1000.0,
                "gradient_norm": 0.5, "data_share": 0.02,
            } | step
        )  # fmt: skip
        if number % (STEPS // 2) == 1:
            told.append(
                {
                    "type": "layers", "step": number, "epoch": int(passed) + 1, "layers": layers(),
                    "memory_bytes": int(memory * 2**34), "memory_total_bytes": 2**34,
                }
            )  # fmt: skip
        if number % STEPS == 0:
            epoch = number // STEPS
            told.append(
                {
                    "type": "epoch", "step": number, "epoch": epoch,
                    "train_loss": loss(epoch - 0.5), "train_accuracy": accuracy(epoch - 0.5),
                    "val_loss": (val_loss or loss)(epoch),
                    "val_accuracy": (val_accuracy or accuracy)(epoch), "learning_rate": 1e-3,
                }
            )  # fmt: skip
    return told


def found(
    events: list[dict[str, Any]], data: Mapping[str, Any] = DATA, project: Project | None = None
) -> list[str]:
    """Names of the illnesses in a course."""
    return [one.illness.name for one in diagnose(project or lenet(epochs=8), data, events)]
