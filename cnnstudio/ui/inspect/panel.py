"""A titled part of Inspect: a heading with controls, and below it content or the reason why not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.message import Message
from cnnstudio.ui.notice import Stage

HEADER_HEIGHT = 30


class Panel(QWidget):
    """`header` is the row of the heading; subclasses add controls to it."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(title)
        self.title = QLabel(title)
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.busy = QLabel("")
        self.busy.setProperty("role", "caption")
        self.stage = Stage(content)
        self.header = QHBoxLayout()
        self.header.addStrut(HEADER_HEIGHT)
        self.header.setSpacing(theme.spacing)
        self.header.addWidget(self.title)
        self.header.addWidget(self.busy)
        self.header.addStretch()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 12, 16, 12)
        self.column.setSpacing(theme.spacing)
        self.column.addLayout(self.header)
        self.column.addWidget(self.stage, 1)
        self._answered = False

    def follow(self, inquiry: Inquiry) -> None:
        """Shows what becomes of a question: waiting, and errors."""
        inquiry.slow.connect(self._show_waiting)
        inquiry.settled.connect(lambda: self.busy.setText(""))
        inquiry.failed.connect(self._fail)

    @property
    def answered(self) -> bool:
        """Whether the last question had an answer."""
        return self._answered

    def show_answer(self) -> None:
        self._answered = True
        self.stage.show_content()

    def outdate(self) -> None:
        """What is shown is another network's: shows it no longer, until there is an answer."""
        show_waiting(self.stage)

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        if not self.stage.shows_content:
            self.stage.notice.redraw()

    def _show_waiting(self) -> None:
        if self._answered and self.stage.shows_content:
            self.busy.setText("Asking…")

    def _fail(self, error: Exception) -> None:
        self._answered = False
        self.stage.tell_error(error)


def show_waiting(stage: Stage) -> None:
    """Says that the network is asked, in place of what another one answered."""
    stage.tell(Message("Asking the network…"), "mdi6.timer-sand")
