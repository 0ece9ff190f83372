"""The current run in the top bar: its buttons, its progress, its numbers."""

from __future__ import annotations

import time
from typing import Any

from PySide6.QtCore import QAbstractAnimation, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.other_run import OtherRun
from cnnstudio.ui.pacing import Pacing, forecast
from cnnstudio.ui.run_control import RunControl
from cnnstudio.ui.session import Session

STEPS = 1000
SETTLING_SECONDS = 0.4  # in which a second click is still meant for what stood there before


class ActionButton(QPushButton):
    """A button for one of several actions: looks and works like the action it has now.

    It stays enabled while its action is not, for a moment between two states: a disabled button
    would lose the keyboard. For a moment after it came to do something else it does nothing, so
    that a double click on Resume doesn't stop the run.
    """

    def __init__(self, name: str, role: str = "") -> None:
        super().__init__()
        self._action: QAction | None = None
        self._does: QAction | None = None
        self._changed = 0.0
        self.setObjectName(name)
        self.setProperty("role", role)
        self.setMinimumWidth(96)
        self.setAutoDefault(True)
        self.setIconSize(QSize(16, 16))
        self.clicked.connect(self._act)

    @property
    def settled(self) -> bool:
        """Whether a click is meant for what it does now."""
        return time.monotonic() - self._changed >= SETTLING_SECONDS

    def set_action(self, action: QAction) -> None:
        if self._action is not None:
            self._action.changed.disconnect(self._follow)
        self._action = action
        action.changed.connect(self._follow)
        self._follow()

    def _act(self) -> None:
        if self._action is not None and self.settled:
            self._action.trigger()

    def _follow(self) -> None:
        action = self._action
        assert action is not None
        if action.isEnabled() and action is not self._does:
            if self._does is not None:
                self._changed = time.monotonic()
            self._does = action
        self.setText(action.text())
        self.setAccessibleName(action.text())
        keys = action.shortcut().toString()
        self.setToolTip(action.toolTip() + (f" ({keys})" if keys else ""))


class RunBar(QWidget):
    def __init__(self, session: Session, control: RunControl, parent: QWidget | None = None):
        super().__init__(parent)
        self.setObjectName("run_bar")
        self.setAccessibleName("Run")
        self._session = session
        self._control = control
        self._step: dict[str, Any] = {}
        self._epoch: dict[str, Any] = {}
        self._pacing: Pacing | None = None
        self.main = ActionButton("run_main", "primary")
        self.second = ActionButton("run_second")
        self.progress = QProgressBar()
        self.progress.setObjectName("run_progress")
        self.progress.setAccessibleName("Progress of the run")
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(184)
        self.text = FittingLabel("run_text")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.spacing)
        row.addWidget(self.main)
        row.addWidget(self.second)
        row.addSpacing(theme.spacing)
        row.addWidget(self.progress)
        row.addSpacing(4)
        row.addWidget(self.text, 1)
        self.other = OtherRun(session, control)
        row.addWidget(self.other, 0, Qt.AlignmentFlag.AlignVCenter)
        control.state_changed.connect(self._show_buttons)
        session.run_changed.connect(self._start_over)
        session.runs.events.connect(lambda _run, batch: self._take(batch))
        session.runs.restarted.connect(lambda _run: self._take(session.runs.history))
        session.runs.status.connect(lambda *_: self._show_numbers())
        self._show_buttons()

    def follow(self, pacing: Pacing) -> None:
        """Where there is no run yet, tells what one will take."""
        self._pacing = pacing
        pacing.changed.connect(self._show_numbers)

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self._show_buttons()
        self.other.redraw()

    def focus_main(self) -> None:
        self.main.setFocus(Qt.FocusReason.OtherFocusReason)

    def _start_over(self) -> None:
        self._step, self._epoch = {}, {}
        self._show_numbers()

    def _take(self, batch: list[dict[str, Any]]) -> None:
        for event in batch:
            if event["type"] == "step":
                self._step = event
            elif event["type"] == "epoch":
                self._epoch = event
        self._show_numbers()

    def _show_buttons(self) -> None:
        control, state = self._control, self._control.state
        main, icon = {
            "running": (control.pause_action, "mdi6.pause"),
            "paused": (control.resume_action, "mdi6.play"),
            "starting": (control.train_action, "mdi6.play"),
            "queued": (control.pause_action, "mdi6.pause"),
        }.get(state, (control.train_action, "mdi6.play"))
        self.main.set_action(main)
        self.main.setIcon(theme.icon(icon, "accent_text"))
        ended_early = state in ("failed", "stopped")
        self.second.set_action(control.resume_action if ended_early else control.stop_action)
        self.second.setIcon(theme.icon("mdi6.play" if ended_early else "mdi6.stop"))
        self.second.setVisible(state not in ("none", "finished"))
        self._show_numbers()

    def _show_numbers(self) -> None:
        state, status = self._control.state, self._control.status
        preparing = state in ("starting", "queued") or (
            state == "running" and (status is None or not status.steps)
        )
        # A run that ended makes room for the one that goes on.
        ended = state in ("finished", "stopped", "failed")
        self.progress.setVisible(state != "none" and not (ended and self._control.others))
        if preparing:
            self.progress.setRange(0, 0)
        else:
            self.progress.setRange(0, STEPS)
            self.progress.setValue(round(STEPS * status.fraction) if status else 0)
            # Qt never ends it by itself: it would paint thirty times a second from now on.
            for animation in self.progress.findChildren(QAbstractAnimation):
                animation.stop()
        self.text.show_parts(self._parts(preparing))

    def _parts(self, preparing: bool) -> list[str]:
        """What there is to say, the most important first."""
        state, status = self._control.state, self._control.status
        found = self._pacing.estimate if self._pacing else None
        expected = forecast(found) if found else []
        if state == "none":
            return expected
        if preparing or status is None:
            return ["starting" if state in ("starting", "queued") else "loading the images"]
        parts = []
        if state != "running":
            parts.append(state)
        if state == "finished" and status.test and status.test.get("accuracy") is not None:
            parts.append(f"test accuracy {quantities.percent(status.test['accuracy'])}")
        else:
            parts.append(f"epoch {max(status.epoch, 1)} of {status.epochs}")
        loss = self._step.get("loss")
        if loss is not None:
            parts.append(f"loss {loss:.3f}")
        if self._epoch.get("val_accuracy") is not None:
            parts.append(f"val. accuracy {quantities.percent(self._epoch['val_accuracy'])}")
        elif self._step.get("accuracy") is not None:
            parts.append(f"accuracy {quantities.percent(self._step['accuracy'])}")
        if state == "running":
            if status.seconds_left is not None:
                parts.append(f"{quantities.duration(status.seconds_left)} left")
            if status.samples_per_second:
                parts.append(f"{status.samples_per_second:,.0f} images/s")
        elif state in ("finished", "stopped", "failed"):
            parts += [f"a new run: {told}" for told in expected[:1]]
        return parts


class FittingLabel(QLabel):
    """Shows as many of its parts as there is room for, the first ones first."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._parts: list[str] = []
        self.setObjectName(name)
        self.setAccessibleName("Numbers of the run")
        self.setFont(theme.font(12))
        self.setProperty("role", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def show_parts(self, parts: list[str]) -> None:
        self._parts = parts
        self.setToolTip("\n".join(parts))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        for count in range(len(self._parts), 0, -1):
            text = "  ·  ".join(self._parts[:count])
            if metrics.horizontalAdvance(text) <= self.width() or count == 1:
                self.setText(text)
                return
        self.setText("")
