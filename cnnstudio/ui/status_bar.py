"""The strip at the bottom: problems, cost, device, zoom."""

from __future__ import annotations

import os
from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from cnnstudio.ui import quantities, theme
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
        self._memory = _label("status_memory", "Memory of all activations for one image, float32")
        self._device = _label("status_device", "Where the network is trained")
        self._zoom = _label("status_zoom", "Zoom of the canvas")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.rail_width, 0, 16, 0)
        row.setSpacing(20)
        for widget in (self._problems, self._parameters, self._macs, self._memory):
            row.addWidget(widget)
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
        self._show_device()

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
        self._memory.setText(f"{quantities.memory(report.activation_bytes)} activations an image")

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
