"""The row above the points: what is shown, how far a question is, and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.inquiry import Inquiry

ICON = QSize(18, 18)


class Heading(QWidget):
    """`title` names what is shown. While a followed question is under way there are its progress
    and `stop_button`, which the owner connects."""

    def __init__(self, title: str, stop: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel(title)
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.busy = QLabel("")
        self.busy.setProperty("role", "caption")
        self.stop_button = QPushButton("Stop")
        self.stop_button.setProperty("role", "quiet")
        self.stop_button.setAccessibleName(stop)
        self.stop_button.hide()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.spacing)
        for widget in (self.title, self.busy, self.stop_button):
            self._row.addWidget(widget)
        self._row.addStretch()

    def add(self, button: QToolButton) -> None:
        """Puts a button at the right end."""
        button.setIconSize(ICON)
        self._row.addWidget(button)

    def follow(self, inquiry: Inquiry) -> None:
        """Shows how far a question is."""
        inquiry.progressed.connect(self._show_progress)
        inquiry.settled.connect(self._settle)

    def _show_progress(self, share: float | None, text: str) -> None:
        self.stop_button.show()
        self.busy.setText(text if share is None else f"{text} · {share:.0%}")

    def _settle(self) -> None:
        self.stop_button.hide()
        self.busy.setText("")


def toggle_button(text: str, name: str, tip: str) -> QToolButton:
    """A button that stays pressed, with its text beside the icon that the owner draws."""
    button = QToolButton()
    button.setCheckable(True)
    button.setText(text)
    button.setAccessibleName(name)
    button.setToolTip(tip)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
