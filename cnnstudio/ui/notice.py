"""A message in the place of what can't be shown: what happened, why, what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui import theme
from cnnstudio.ui.message import Message

ICONS = {
    "info": ("mdi6.information-outline", "text_muted"),
    "warning": ("mdi6.alert-outline", "warning"),
    "error": ("mdi6.alert-circle-outline", "error"),
}
TEXT_WIDTH = 560


class Notice(QWidget):
    """Icon, sentence, hint and buttons, in the middle of its place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = Message("")
        self._icon = ""
        self._picture = QLabel()
        self._text = _label("heading")
        self._hint = _label("muted")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.spacing)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(theme.spacing)
        column.addStretch(2)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for words in (self._text, self._hint):
            words.setMaximumWidth(TEXT_WIDTH)
            row = QHBoxLayout()
            row.addStretch()
            row.addWidget(words, 1000)
            row.addStretch()
            column.addLayout(row)
        column.addLayout(self._buttons)
        column.addStretch(3)

    def tell(self, message: Message, icon: str = "") -> None:
        """Shows a message; `icon` instead of the one of its level."""
        self.message = message
        self._icon = icon
        self._text.setText(message.text)
        self._hint.setText(message.hint)
        self._hint.setVisible(bool(message.hint))
        self.setAccessibleName(message.text)
        self.setAccessibleDescription(message.hint)
        self._show_buttons(message.actions)
        self.redraw()

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        name, color = ICONS[self.message.level]
        self._picture.setPixmap(theme.icon(self._icon or name, color).pixmap(QSize(28, 28)))

    def _show_buttons(self, actions: Sequence[tuple[str, Callable[[], object]]]) -> None:
        while (item := self._buttons.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        if not actions:
            return
        self._buttons.addStretch()
        for number, (text, called) in enumerate(actions):
            button = QPushButton(text)
            button.setAccessibleName(text)
            button.setProperty("role", "primary" if number == 0 else "")
            button.setAutoDefault(True)
            button.clicked.connect(lambda _=False, called=called: called())
            self._buttons.addWidget(button)
        self._buttons.addStretch()


class Stage(QStackedWidget):
    """A widget, or a notice that says why it is not there."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content = content
        self.notice = Notice()
        self.addWidget(content)
        self.addWidget(self.notice)

    @property
    def shows_content(self) -> bool:
        return self.currentWidget() is self.content

    def show_content(self) -> None:
        self.setCurrentWidget(self.content)

    def tell(self, message: Message, icon: str = "") -> None:
        self.notice.tell(message, icon)
        self.setCurrentWidget(self.notice)

    def tell_error(self, error: Exception) -> None:
        self.tell(Message.of(error))


def _label(role: str) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label
