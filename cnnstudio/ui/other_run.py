"""The chip in the top bar of a training that goes on while another run is looked at."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from cnnstudio.training.run_rows import short_name
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import theme
from cnnstudio.ui.run_control import RunControl
from cnnstudio.ui.session import Session

WIDEST_TEXT = 300


class OtherRun(QFrame):
    """`name: epoch 3 of 10`, Show and Stop; hidden while nothing but the current run goes on."""

    def __init__(self, session: Session, control: RunControl, parent: QWidget | None = None):
        super().__init__(parent)
        self._session = session
        self._control = control
        self.run: RunDirectory | None = None
        self.setObjectName("other_run")
        self.setAccessibleName("Another training")
        self.setProperty("role", "chip")
        self.text = _Elided("other_run_text")
        self.show_run = _button("other_run_show", "Show")
        self.show_run.clicked.connect(self._show_run)
        self.stop = _button("other_run_stop", "Stop")
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 2, 0)
        row.setSpacing(2)
        row.addWidget(self.text, 1)
        row.addSpacing(6)
        row.addWidget(self.show_run)
        row.addWidget(self.stop)
        control.state_changed.connect(self.refresh)
        session.run_changed.connect(self.refresh)
        session.runs.status.connect(self.refresh)
        session.runs.listed.connect(self.refresh)
        self.redraw()
        self.refresh()

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        self.stop.setIcon(theme.icon("mdi6.stop"))

    def refresh(self, *_: object) -> None:
        others = self._control.others
        self.run = others[0] if others else None
        self.setVisible(self.run is not None)
        if self.run is None:
            return
        status, name = self._session.runs.status_of(self.run), short_name(self.run.name)
        assert status is not None
        told = f"epoch {max(status.epoch, 1)} of {status.epochs}"
        if status.state == "paused":
            told = f"paused at {told}"
        more = f", {len(others) - 1} more" if len(others) > 1 else ""
        self.text.show_text(f"{name}: ", f"{told}{more}")
        self.text.setToolTip(f"{name}: {told} ({status.fraction:.0%})\n{self.run.path}")
        self.show_run.setAccessibleName(f"Show the training of {name}")
        self.show_run.setToolTip("Make this training the current run")
        self.stop.setAccessibleName(f"Stop the training of {name}")
        self.stop.setToolTip("End this training with a checkpoint")

    def _show_run(self) -> None:
        if self.run is not None:
            self._session.show_run(self.run)

    def _stop(self) -> None:
        if self.run is not None:
            self._control.stop_run(self.run)


class _Elided(QLabel):
    """A name that gives way and a text behind it that doesn't."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._parts = ("", "")
        self.setObjectName(name)
        self.setAccessibleName("What else is being trained")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(12))
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def show_text(self, name: str, text: str) -> None:
        if (name, text) != self._parts:
            self._parts = name, text
            self.updateGeometry()
            self._fit()

    def sizeHint(self) -> QSize:
        wanted = self.fontMetrics().horizontalAdvance("".join(self._parts)) + 4
        return QSize(min(wanted, WIDEST_TEXT), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        least = self.fontMetrics().horizontalAdvance(f"…{self._parts[1]}") + 4
        return QSize(least, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        name, text = self._parts
        metrics = self.fontMetrics()
        room = self.width() - metrics.horizontalAdvance(text)
        self.setText(metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(room, 0)) + text)


def _button(name: str, text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setProperty("role", "quiet")
    button.setAutoDefault(True)
    button.setIconSize(QSize(14, 14))
    return button
