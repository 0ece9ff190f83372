"""Lowering the learning rate when a run makes no progress, and ending it when it makes none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from cnnstudio.training.metrics import metric_of


@dataclass
class Watch:
    """Whether a metric becomes better, one look an epoch. `best` is None before the first one.

    Better is by the share `threshold` (of the best so far), or by the amount if it is `absolute`.
    """

    metric: str
    threshold: float = 0.0
    absolute: bool = False
    best: float | None = None
    waited: int = 0  # looks since the best

    def look(self, value: float) -> bool:
        """Takes in a value; whether it is better than all before."""
        if self.best is None or self._is_better(value, self.best):
            self.best, self.waited = value, 0
            return True
        self.waited += 1
        return False

    def _is_better(self, value: float, best: float) -> bool:
        margin = self.threshold if self.absolute else self.threshold * abs(best)
        return metric_of(self.metric).is_better(value, best, margin)


@dataclass
class Plateau:
    """The factor of torch.optim.lr_scheduler.ReduceLROnPlateau, and what it remembers."""

    values: Mapping[str, Any]  # the parameters of the schedule ReduceLROnPlateau
    factor: float = 1.0
    cooling: int = 0
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = Watch(self.values["metric"], self.values["threshold"])

    def look(self, metrics: Mapping[str, Any]) -> bool:
        """Takes in an epoch's metrics; whether the learning rate falls now."""
        value = metrics.get(self.values["metric"])
        if value is None:
            return False
        self.watch.look(value)
        if self.cooling > 0:
            self.cooling -= 1
            self.watch.waited = 0
        if self.watch.waited <= self.values["patience"]:
            return False
        self.factor *= self.values["factor"]
        self.cooling = self.values["cooldown"]
        self.watch.waited = 0
        return True

    def to_json(self) -> dict[str, Any]:
        return {"factor": self.factor, "cooling": self.cooling, "watch": asdict(self.watch)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Goes on from what `to_json` gave."""
        self.factor, self.cooling = state["factor"], state["cooling"]
        self.watch = Watch(**state["watch"])
