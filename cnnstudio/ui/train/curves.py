"""What a run's events say, as arrays that grow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from cnnstudio.training.metrics import VALIDATION, is_better_epoch, metrics, watchable
from cnnstudio.ui.train.layer_curves import LayerCurves
from cnnstudio.ui.train.notes import Note, note_of

Event = dict[str, Any]
Axis = Literal["step", "epoch"]

FIRST_CAPACITY = 256


class Series:
    """Columns of numbers of one length; what is missing is not a number (NaN)."""

    def __init__(self, *names: str) -> None:
        self._rows = {name: row for row, name in enumerate(names)}
        self._numbers = np.empty((len(names), FIRST_CAPACITY))
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, name: str) -> np.ndarray:
        """A column (N,), float64; not to be changed."""
        return self._numbers[self._rows[name], : self._length]

    def told(self, name: str) -> np.ndarray:
        """A column, or nothing (0,) where there is none of this name."""
        return self[name] if name in self._rows else self._numbers[0, :0]

    def append(self, numbers: Mapping[str, float | None]) -> None:
        self.extend([numbers])

    def extend(self, rows: Sequence[Mapping[str, float | None]], **columns: Sequence[Any]) -> None:
        """Adds rows; `columns` are numbers of theirs that are known otherwise."""
        length = self._length + len(rows)
        if length > self._numbers.shape[1]:
            # Arrays given away before keep their memory.
            grown = np.empty((len(self._numbers), max(length, 2 * self._numbers.shape[1])))
            grown[:, : self._length] = self._numbers[:, : self._length]
            self._numbers = grown
        for name, place in self._rows.items():
            numbers = columns.get(name)
            if numbers is None:
                numbers = [row.get(name) for row in rows]
            # None becomes NaN.
            self._numbers[place, self._length : length] = np.array(numbers, dtype=float)
        self._length = length


class Curves:
    """The numbers of one run: a row for each told step, and one for each epoch.

    A step's `epoch` is the epochs passed by then, such as 2.25; an epoch's is its number.
    """

    def __init__(self, events: Iterable[Event] = ()) -> None:
        self.steps = Series(
            "step", "epoch", "loss", "accuracy", "learning_rate", "gradient_norm",
            "samples_per_second", "memory_bytes",
        )  # fmt: skip
        self.epochs = Series("step", "epoch", "train_loss", "train_accuracy", *watchable())
        self.metrics: tuple[str, ...] = ()  # told after each epoch, as they are declared
        self.layers = LayerCurves()
        self.notes: list[Note] = []
        self._steps_per_epoch: float | None = None
        self._memory: float | None = None  # that was told last
        self.best: int | None = None
        self.generated = False  # whether a program drew the images
        self._best_by = "val_accuracy"
        self._best_told: Event = {}
        self.take(events)

    @property
    def empty(self) -> bool:
        return not len(self.steps) and not len(self.epochs)

    def take(self, events: Iterable[Event]) -> None:
        """Adds what newer events say."""
        steps: list[Event] = []
        memory: list[float | None] = []
        for event in events:
            if event["type"] == "step":
                steps.append(event)
                memory.append(self._memory)
            elif event["type"] == "epoch":
                self.epochs.append(event)
                there = [name for name in metrics if event.get(VALIDATION + name) is not None]
                if len(there) > len(self.metrics):
                    self.metrics = tuple(there)
                self._compare(event, len(self.epochs) - 1)
            elif event["type"] == "layers":
                self.layers.take(event, self._epochs_passed(event))
                self._memory = event.get("memory_bytes")
            elif (note := note_of(event, self._epochs_passed(event))) is not None:
                self.notes.append(note)
            elif event["type"] == "start":
                self._take_steps(steps, memory)
                steps, memory = [], []
                self.generated = bool(event.get("generated"))
                if event.get("steps") and event.get("epochs"):
                    self._steps_per_epoch = event["steps"] / event["epochs"]
                self._best_by = event.get("best_metric") or self._best_by
        self._take_steps(steps, memory)

    def _take_steps(self, steps: list[Event], memory: list[float | None]) -> None:
        """All at once, which takes a fifth of the time."""
        passed = [self._epochs_passed(event) for event in steps]
        self.steps.extend(steps, epoch=passed, memory_bytes=memory)

    def epoch_of(self, step: float) -> float:
        """The epochs passed at a step; NaN while nobody knows."""
        return step / self._steps_per_epoch if self._steps_per_epoch else np.nan

    def step_of(self, epoch: float) -> float:
        """The step at which so many epochs are passed; NaN while nobody knows."""
        return epoch * self._steps_per_epoch if self._steps_per_epoch else np.nan

    def _epochs_passed(self, event: Event) -> float | None:
        if self._steps_per_epoch and event.get("step") is not None:
            return event["step"] / self._steps_per_epoch
        return event.get("epoch")

    def _compare(self, event: Event, row: int) -> None:
        """Takes the row as the best if it is, by the metric that the run chose.

        Without validation no epoch is called the best.
        """
        if event.get("val_loss") is None or event.get(self._best_by) is None:
            return
        if self.best is None or is_better_epoch(event, self._best_told, self._best_by):
            self.best, self._best_told = row, event
