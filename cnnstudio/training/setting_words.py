"""Settings and their values as people read them, in tables and lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnnstudio.graph import Component, TrainingSettings, WeightedLoss
from cnnstudio.training.losses import losses

CORRECTIONS = {"data.left_out": "left out", "data.relabelled": "relabelled"}


def settings_text(settings: Mapping[str, Any]) -> str:
    """`learning_rate 0.01, batch_size 32`."""
    return ", ".join(
        f"{path.rpartition('.')[2]} {setting_text(path, value)}" for path, value in settings.items()
    )


def setting_text(path: str, value: Any) -> str:
    """The value of the setting with this path; of corrections how many there are: `1 left out`."""
    if path in CORRECTIONS and value is not None:
        return f"{len(value) or 'none'} {CORRECTIONS[path]}"
    return value_text(value)


def value_text(value: Any) -> str:
    """A value as a cell shows it. A chosen kind is told with its parameters:
    `RandomRotation (degrees 10)`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.5g}"
    if isinstance(value, Mapping):
        if "kind" in value:
            parameters = value_text(value.get("parameters"))
            return f"{value['kind']} ({parameters})" if parameters else str(value["kind"])
        return ", ".join(f"{name} {value_text(inner)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        between = ", " if any(isinstance(inner, Mapping) for inner in value) else " "
        return between.join(map(value_text, value))
    return str(value)


def objective_text(training: TrainingSettings) -> str:
    """What is made small: `Cross-entropy + 0.5 · KL divergence; aux1: 0.3 · Focal`."""
    added = [_weighted(loss) for loss in training.added_losses if loss.weight]
    terms = [_title(training.loss), *added]
    own = [f"{name}: {_weighted(loss)}" for name, loss in training.output_losses.items()]
    return "; ".join([" + ".join(terms), *own])


def _weighted(loss: WeightedLoss) -> str:
    return _title(loss) if loss.weight == 1 else f"{loss.weight:g} · {_title(loss)}"


def _title(loss: Component) -> str:
    declared = losses.get(loss.kind)
    return loss.kind if declared is None else declared.title
