"""The strip at the bottom: problems, cost, device, zoom."""

from __future__ import annotations

import os
from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from cnnstudio.training.needs import training_memory
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.pacing import Pacing
from cnnstudio.ui.session import Session


class StatusBar(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setObjectName("status_bar")
        self.setAccessibleName("Status")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.status_bar_height)
        self._problems = QPushButton()
        self._problems.setObjectName("status_problems")
        self._problems.setProperty("role", "quiet")
        self._problems.setToolTip("Show the problems")
        self._problems.clicked.connect(session.problems_requested)
        self._parameters = _label("status_parameters", "Parameters: the numbers that are learned")
        self._macs = _label("status_macs", "Multiply-adds for one image")
        self._memory = _label(
            "status_memory",
            "Memory for training: weights, gradients, the optimizer's state and what a batch's "
            "activations take",
        )
        self.pacing = Pacing(session, self)
        self.pacing.changed.connect(self._show_pace)
        self._pace = QPushButton()
        self._pace.setObjectName("status_pace")
        self._pace.setProperty("role", "quiet")
        self._pace.clicked.connect(self.pacing.measure)
        self._device = _label("status_device", "Where the network is trained")
        self._zoom = _label("status_zoom", "Zoom of the canvas")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.rail_width, 0, 16, 0)
        row.setSpacing(20)
        self._figures = QWidget()
        figures = QHBoxLayout(self._figures)
        figures.setContentsMargins(0, 0, 0, 0)
        figures.setSpacing(20)
        for widget in (self._problems, self._parameters, self._macs, self._memory, self._pace):
            figures.addWidget(widget)
        row.addWidget(self._figures)
        row.addStretch()
        row.addWidget(self._device)
        row.addWidget(self._zoom)
        session.report_changed.connect(self._show_report)
        session.document_replaced.connect(self._show_nothing)
        session.document_replaced.connect(self._show_device)
        session.changed.connect(self._show_device)
        session.run_changed.connect(self._show_device)
        session.runs.events.connect(self._show_device)
        session.zoom_changed.connect(lambda scale: self._zoom.setText(f"{100 * scale:.0f} %"))
        self._show_nothing()
        self._show_pace()
        self._show_device()

    def show_welcome(self, welcome: bool) -> None:
        """On the start page nothing is said of a network, which isn't in sight."""
        self._figures.setVisible(not welcome)
        self._zoom.setVisible(not welcome)

    def redraw(self) -> None:
        """Draws the problems' icon in the current theme's colours."""
        if self._session.report is None:
            self._show_nothing()
        else:
            self._show_report(self._session.report)

    def _show_nothing(self) -> None:
        empty = not self._session.project.network.nodes
        self._show_problems("No layers yet" if empty else "Checking", None, "text_muted")
        for label in (self._parameters, self._macs, self._memory):
            label.clear()

    def _show_report(self, report) -> None:
        if not self._session.project.network.nodes:
            self._show_nothing()
            return
        counts = Counter(problem.severity for problem in report.problems)
        found = [
            quantities.plural(counts[severity], severity)
            for severity in ("error", "warning")
            if counts[severity]
        ]
        if counts["error"]:
            icon, token = "mdi6.alert-circle-outline", "error"
        elif counts["warning"]:
            icon, token = "mdi6.alert-outline", "warning"
        else:
            icon, token = "mdi6.check", "ok"
        self._show_problems(", ".join(found) or "No problems", icon, token)
        self._parameters.setText(f"{quantities.count(report.parameters)} parameters")
        self._macs.setText(f"{quantities.count(report.macs)} multiply-adds")
        settings = self._session.project.training
        needed = quantities.memory(training_memory(report, settings))
        self._memory.setText(f"{needed} to train, batch {settings.batch_size}")

    def _show_pace(self) -> None:
        """The time of an epoch, or an offer to measure it."""
        found = self.pacing.estimate
        self._pace.setVisible(self.pacing.possible or found is not None)
        self._pace.setEnabled(not self.pacing.measuring)
        if self.pacing.measuring:
            self._pace.setText("Timing a few steps…")
        elif found is None:
            self._pace.setText("Time an epoch")
            self._pace.setToolTip("Runs a few training steps and tells how long an epoch will take")
        elif "error" in found:
            self._pace.setText("No time for an epoch")
            self._pace.setToolTip(found["error"])
        else:
            self._pace.setText(f"About {quantities.rough_time(found['epoch_seconds'])} an epoch")
            self._pace.setToolTip(
                f"{found['images_per_second']:,.0f} images a second on {found['device']}; all "
                f"{found['epochs']} epochs about {quantities.rough_time(found['run_seconds'])} and "
                f"{quantities.memory(found['memory'])}. "
                "Click to time it again."
            )

    def _show_problems(self, text: str, icon: str | None, token: str) -> None:
        self._problems.setText(text)
        self._problems.setAccessibleName(f"Problems: {text}")
        self._problems.setIcon(theme.icon(icon, token) if icon else QIcon())

    def _show_device(self, *_: object) -> None:
        device = self._session.project.training.device
        started = [event for event in self._session.runs.history[:20] if event["type"] == "start"]
        if started and "device" in started[0]:
            device = started[0]["device"]
        name = {"auto": "Automatic device", "cpu": "CPU", "mps": "Apple GPU"}.get(
            device, device.upper()
        )
        cores = quantities.plural(len(_usable_cores()), "core")
        self._device.setText(f"{name}, {cores}" if device in ("auto", "cpu") else name)


def _usable_cores() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def _label(name: str, meaning: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setAccessibleName(meaning.split(":")[0])
    label.setProperty("role", "muted")
    label.setToolTip(meaning)
    label.setFont(theme.font(12))
    return label
