"""The course of a run as its events tell it: what the doctor looks at."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from cnnstudio.graph import TrainingSettings

Event = Mapping[str, Any]

FIRST_STEPS = 30
LAST_STEPS = 300
FIRST_LAYERS = 3
LAST_LAYERS = 5
# A layer is dead when so many of its units are.
DEAD = 0.5


class Course:
    """What a run has told so far. Of steps and measurements only the first and the last are
    remembered.

    `data` is what `data.json` says; `found` are the names of illnesses that were found.
    """

    def __init__(self, settings: TrainingSettings, data: Mapping[str, Any]) -> None:
        self.settings = settings
        self.data = data
        self.first_steps: list[Event] = []
        self.steps: deque[Event] = deque(maxlen=LAST_STEPS)
        self.first_layers: list[Event] = []
        self.layers: deque[Event] = deque(maxlen=LAST_LAYERS)
        self.epochs: list[Event] = []
        self.diverged: Event | None = None
        self.found: set[str] = set()
        self.most_loss = -math.inf  # of all told steps

    def take(self, event: Event) -> None:
        kind = event["type"]
        if kind == "start":
            self._go_back_to(event.get("step") or 0)
        elif kind == "step":
            if len(self.first_steps) < FIRST_STEPS:
                self.first_steps.append(event)
            self.steps.append(event)
            self.most_loss = max(self.most_loss, _number(event, "loss"))
        elif kind == "epoch":
            self.epochs.append(event)
        elif kind == "layers":
            if len(self.first_layers) < FIRST_LAYERS:
                self.first_layers.append(event)
            self.layers.append(event)
        elif kind == "diverged":
            self.diverged = event
        elif kind == "finding":
            self.found.add(str(event.get("illness")))

    def _go_back_to(self, step: int) -> None:
        """A resumed run goes on from here: what it did after that is not its past."""

        def kept(events: Iterable[Event]) -> list[Event]:
            return [event for event in events if (event.get("step") or 0) <= step]

        self.first_steps, self.epochs = kept(self.first_steps), kept(self.epochs)
        self.steps = deque(kept(self.steps), LAST_STEPS)
        self.first_layers = kept(self.first_layers)
        self.layers = deque(kept(self.layers), LAST_LAYERS)
        self.diverged = None
        self.most_loss = max((_number(e, "loss") for e in self.steps), default=-math.inf)

    # What is known beforehand

    @property
    def classes(self) -> int:
        return len(self.data.get("classes") or ())

    @property
    def counts(self) -> list[int]:
        """Training images by class; empty if nobody has counted."""
        return list(self.data.get("counts") or ())

    @property
    def chance(self) -> float:
        """The accuracy of always naming the most frequent class."""
        counts = self.counts
        if counts and sum(counts):
            return max(counts) / sum(counts)
        return 1 / self.classes if self.classes else 0.0

    @property
    def guessing(self) -> float | None:
        """The loss of giving all classes alike; None for a loss where nobody can tell."""
        settings = self.settings
        plain = settings.loss.kind == "CrossEntropyLoss" and not settings.added_losses
        return math.log(self.classes) if plain and self.classes else None

    @property
    def validation_images(self) -> int:
        return int((self.data.get("sizes") or {}).get("validation") or 0)

    # What was told

    @property
    def step(self) -> int:
        told = [events[-1]["step"] for events in (self.steps, self.epochs) if events]
        return max(told, default=0)

    @property
    def first_loss(self) -> float:
        """NaN while nothing was told."""
        return _number(self.first_steps[0], "loss") if self.first_steps else math.nan

    @property
    def run_away(self) -> float:
        """A loss above this has run away: twice the first one, and worse than guessing."""
        return max(2 * self.first_loss, self.guessing or 0.0)

    @property
    def has_not_recovered(self) -> bool:
        """Whether the loss had run away, and is not far below the first one again."""
        last = self.last_losses(1)
        return self.most_loss > self.run_away and bool(last) and last[0] > self.first_loss / 2

    def last_losses(self, count: int) -> list[float]:
        """Of the last told steps; fewer if there are fewer."""
        return [_number(event, "loss") for event in self.last_steps(count)]

    def last_steps(self, count: int) -> list[Event]:
        """The last told steps; fewer if there are fewer."""
        first = max(len(self.steps) - count, 0)
        return [self.steps[number] for number in range(first, len(self.steps))]

    def epochs_of(self, name: str) -> list[float]:
        """A metric by epoch; NaN where it is missing."""
        return [_number(event, name) for event in self.epochs]

    def last_layers(self, count: int) -> list[Mapping[str, Mapping[str, float | None]]]:
        """The last measurements by node, the newest last; empty if there are fewer than `count`."""
        told = [event.get("layers") or {} for event in self.layers][-count:]
        return told if len(told) == count else []

    def update_ratio(self, count: int = 2) -> float:
        """The median over the nodes of how far a step goes, as a share of the weights, in the last
        measurements; NaN if there are fewer than `count`."""
        return _median_update(self.last_layers(count))

    @property
    def early_update_ratio(self) -> float:
        """The same in the largest of the first measurements; NaN while there are none."""
        ratios = [_median_update([event.get("layers") or {}]) for event in self.first_layers]
        return max((ratio for ratio in ratios if not math.isnan(ratio)), default=math.nan)

    def lasting(self, name: str) -> dict[str, float]:
        """By node, the share that the last two measurements agree on, such as of dead units; empty
        before the second one."""
        told = self.last_layers(2)
        if not told:
            return {}
        before, now = told
        return {
            node: min(found.get(name) or 0.0, before.get(node, {}).get(name) or 0.0)
            for node, found in now.items()
        }

    @property
    def rate_share(self) -> float:
        """What the learning rate is now, as a share of the chosen one."""
        told = [events[-1] for events in (self.steps, self.epochs) if events]
        if not told:
            return math.nan
        newest = max(told, key=lambda event: event.get("step") or 0)
        return _number(newest, "learning_rate") / self.settings.learning_rate


def _median_update(told: Iterable[Mapping[str, Mapping[str, float | None]]]) -> float:
    ratios = [
        ratio
        for layers in told
        for node in layers.values()
        if (ratio := node.get("update")) is not None
    ]
    return median(ratios) if ratios else math.nan


def _number(event: Event, name: str) -> float:
    value = event.get(name)
    return math.nan if value is None else float(value)
