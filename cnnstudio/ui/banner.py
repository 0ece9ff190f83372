"""The one place where the window tells what happened: a strip below the workspace.

It never blocks: work goes on beneath it, and Escape or its cross takes it away.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui import theme
from cnnstudio.ui.message import Message

ICONS = {
    "info": ("mdi6.information-outline", "link"),
    "warning": ("mdi6.alert-outline", "warning"),
    "error": ("mdi6.alert-circle-outline", "error"),
}
MAXIMUM_WAITING = 20


class Banner(QFrame):
    """Shows messages one at a time, the newest first; hidden while there is none."""

    emptied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAccessibleName("Message")
        self.setProperty("role", "banner")
        self._waiting: deque[Message] = deque(maxlen=MAXIMUM_WAITING)
        self.message: Message | None = None
        self._icon = QLabel()
        self._text = _wrapping("banner_text")
        self._hint = _wrapping("banner_hint", role="muted")
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.spacing)
        self._close = QToolButton()
        self._close.setObjectName("banner_close")
        self._close.setAccessibleName("Dismiss the message")
        self._close.setToolTip("Dismiss (Esc)")
        self._close.clicked.connect(self.dismiss)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addWidget(self._text)
        texts.addWidget(self._hint)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 8, 6)
        row.setSpacing(12)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addLayout(texts, 1)
        row.addLayout(self._buttons)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.dismiss)
        self.hide()

    def tell(self, message: Message) -> None:
        """Shows a message now; one that stood here waits beneath it."""
        self.withdraw(message.key)
        if self.message is not None and self.message.seconds is None:
            self._waiting.append(self.message)
        self._show(message)

    def withdraw(self, key: str | None) -> None:
        """Takes back the message with this key, shown or waiting."""
        if key is not None:
            self._withdraw(lambda message: message.key == key)

    def outdate(self, document: bool) -> None:
        """Takes back what holds until the next edit; with `document`, what is of this one too."""
        untils = ("edit", "document") if document else ("edit",)
        self._withdraw(lambda message: message.until in untils)

    def _withdraw(self, gone: Callable[[Message], bool]) -> None:
        self._waiting = deque((it for it in self._waiting if not gone(it)), MAXIMUM_WAITING)
        if self.message is not None and gone(self.message):
            self.dismiss()

    def dismiss(self) -> None:
        self._timer.stop()
        self.message = None
        if self._waiting:
            self._show(self._waiting.pop())
        else:
            had_focus = self.isAncestorOf(self.window().focusWidget() or self.window())
            self.hide()
            if had_focus:
                self.emptied.emit()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self._close.setIcon(theme.icon("mdi6.close", "text_muted"))
        if self.message is not None:
            name, token = ICONS[self.message.level]
            self._icon.setPixmap(theme.icon(name, token).pixmap(20, 20))

    def focus_action(self) -> None:
        """Moves the keyboard to the first button, so that Enter does what is proposed."""
        item = self._buttons.itemAt(0)
        if item is not None and item.widget() is not None:
            # A layout shows new children only later, and what is hidden can't have the focus.
            item.widget().show()
            item.widget().setFocus(Qt.FocusReason.OtherFocusReason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def _show(self, message: Message) -> None:
        self.message = message
        self._text.setText(message.text)
        self._hint.setText(message.hint)
        self._hint.setVisible(bool(message.hint))
        self.setAccessibleDescription(f"{message.text} {message.hint}".strip())
        while self._buttons.count():
            self._buttons.takeAt(0).widget().deleteLater()
        for index, (label, callback) in enumerate(message.actions):
            self._buttons.addWidget(self._button(label, callback, primary=index == 0))
        self.setProperty("level", message.level)
        # The style depends on the level, which Qt only looks at when asked to.
        self.style().unpolish(self)
        self.style().polish(self)
        self.redraw()
        self.show()
        if message.seconds is not None:
            self._timer.start(round(1000 * message.seconds))

    def _button(self, label: str, callback: Callable[[], object], primary: bool) -> QPushButton:
        button = QPushButton(label)
        button.setObjectName("banner_action" if primary else f"banner_action_{label.lower()}")
        button.setAccessibleName(label)
        button.setAutoDefault(True)
        if primary:
            button.setProperty("role", "primary")
        message = self.message

        def act() -> None:
            if self.message is message:
                self.dismiss()
            callback()

        button.clicked.connect(act)
        return button


def _wrapping(name: str, role: str = "") -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label
