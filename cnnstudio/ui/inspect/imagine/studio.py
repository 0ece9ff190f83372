"""Making pictures unit by unit in the kernel, a few steps at a time, and keeping them."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from cnnstudio.interpret.imagine.settings import visualization
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.imagine.goal import Goal
from cnnstudio.ui.inspect.subject import Subject
from cnnstudio.ui.session import Session

FIRST_STAGE, LONGEST_STAGE = 4, 32  # steps between two looks at a picture that grows
SECONDS = 0.7  # that a stage should take
TOGETHER = 8  # units of a layer in one batch: the more, the fewer passes
KEPT = 512


@dataclass(frozen=True)
class Made:
    """Of one unit or class, so far. `pictures` uint8 (starts, H, W, 3); `curve` (step, starts);
    `values` and `before` (starts,); `probabilities` of a class, else None."""

    step: int
    pictures: np.ndarray
    curve: np.ndarray
    values: np.ndarray
    before: np.ndarray
    probabilities: np.ndarray | None
    note: str


class Studio(QObject):
    """`grown` tells of something new, `ended` that the work is over, `failed(error)` that it can't
    be done. What was made is kept for the session: asking for it again shows it at once."""

    grown = Signal()
    ended = Signal()
    failed = Signal(object)

    def __init__(self, session: Session, focus: Focus, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._focus = focus
        self._made: OrderedDict[Hashable, Made] = OrderedDict()
        self._goal: Goal | None = None
        self._parameters: dict[str, Any] = {}
        self._stage = FIRST_STAGE
        self._timed = 0.0, 0  # when the stage began, and at which step
        self._whose: tuple[Subject | None, Hashable] = (None, None)
        self._inquiry = Inquiry(session, "visualize", "inspect visualize", self)
        self._inquiry.answered.connect(self._take)
        self._inquiry.failed.connect(self._fail)

    @property
    def goal(self) -> Goal | None:
        """What is worked at."""
        return self._goal

    @property
    def is_busy(self) -> bool:
        return self._goal is not None

    def made(self, goal: Goal, parameters: dict[str, Any]) -> dict[int, Made]:
        """What there is of each unit."""
        keys = ((unit, self._key(goal.layer, unit, parameters)) for unit in goal.units)
        return {unit: self._made[key] for unit, key in keys if key in self._made}

    def is_done(self, goal: Goal, parameters: dict[str, Any]) -> bool:
        made, steps = self.made(goal, parameters), steps_of(parameters)
        return len(made) == len(goal.units) and all(one.step == steps for one in made.values())

    def share(self, goal: Goal, parameters: dict[str, Any]) -> float:
        """How much of the work is done, in 0…1."""
        made = self.made(goal, parameters).values()
        return sum(one.step for one in made) / (steps_of(parameters) * len(goal.units))

    def start(self, goal: Goal, parameters: dict[str, Any]) -> None:
        """Begins, or goes on where it was stopped."""
        self._goal, self._parameters = goal, dict(parameters)
        self._stage = FIRST_STAGE
        self._ask()

    def stop(self) -> None:
        """What there is stays."""
        was_busy, self._goal = self.is_busy, None
        self._inquiry.forget()
        if was_busy:
            self.ended.emit()

    def _ask(self) -> None:
        """Asks for the next steps of the first units that are not done, which are as far."""
        assert self._goal is not None and self._focus.subject is not None
        goal, steps = self._goal, steps_of(self._parameters)
        made = self.made(goal, self._parameters)
        at = {unit: made[unit].step if unit in made else 0 for unit in goal.units}
        open_units = [unit for unit in goal.units if at[unit] < steps]
        if not open_units:
            self._goal = None
            self.ended.emit()
            return
        first = open_units[0] // TOGETHER * TOGETHER
        units = [u for u in goal.units if first <= u < first + TOGETHER] or open_units[:1]
        now = min(at[unit] for unit in units)
        self._timed = time.monotonic(), now
        self._inquiry.ask(
            layer=goal.layer,
            units=units,
            until=min(now + self._stage, steps),
            parameters=self._parameters,
            **self._focus.subject.arguments,
        )

    def _take(self, answer: dict[str, Any]) -> None:
        goal = self._goal
        if goal is None or self._focus.subject is None:
            return
        began, step = self._timed
        each = (time.monotonic() - began) / max(1, int(answer["step"]) - step)
        self._stage = max(1, min(round(SECONDS / max(each, 1e-3)), LONGEST_STAGE))
        units = list(dict.fromkeys(answer["units"]))
        starts = len(answer["units"]) // len(units)
        for number, unit in enumerate(units):
            own = slice(number * starts, (number + 1) * starts)
            chances = answer["probabilities"]
            key = self._key(goal.layer, unit, self._parameters)
            if key in self._made and self._made[key].step > answer["step"]:
                continue  # it was made alone before, and is the same
            self._made[key] = Made(
                step=int(answer["step"]),
                pictures=np.asarray(answer["pictures"])[own],
                curve=np.asarray(answer["curve"])[:, own],
                values=np.asarray(answer["values"])[own],
                before=np.asarray(answer["before"])[own],
                probabilities=None if chances is None else np.asarray(chances)[own],
                note=str(answer["note"]),
            )
            self._made.move_to_end(key)
        while len(self._made) > KEPT:
            self._made.popitem(last=False)
        self.grown.emit()
        if self._goal is not None:
            self._ask()

    def _fail(self, error: Exception) -> None:
        self._goal = None
        self.failed.emit(error)
        self.ended.emit()

    def _key(self, layer: str | None, unit: int, parameters: dict[str, Any]) -> Hashable:
        subject = self._focus.subject
        if subject is not None and subject is not self._whose[0]:
            folder = (str(subject.run.path), str(subject.folder)) if subject.run else None
            self._whose = subject, folder or subject.project.model_dump_json()
        return self._whose[1], layer, unit, json.dumps(parameters, sort_keys=True)


def steps_of(parameters: dict[str, Any]) -> int:
    """How many steps these parameters ask for."""
    return int(parameters.get("steps", visualization.parameter("steps").default))
