"""Finds nodes by name or kind: a small bar in the corner of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QToolButton

from cnnstudio.ui import theme
from cnnstudio.ui.canvas.finding import matches

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

WIDTH = 320


class FindBar(QFrame):
    """Marks what is found while one types; Enter and Shift+Enter step through it."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._found: list[str] = []
        self._at = -1
        self.setObjectName("canvas_find")
        self.box = QLineEdit()
        self.box.setObjectName("canvas_find_box")
        self.box.setAccessibleName("Find a layer by name or kind")
        self.box.setPlaceholderText("Find by name or kind")
        self.box.setClearButtonEnabled(True)
        self.count = QLabel()
        self.count.setObjectName("canvas_find_count")
        self.count.setProperty("role", "caption")
        self.count.setMinimumWidth(56)
        self.count.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._buttons = {
            "mdi6.chevron-up": self._button("Previous match (Shift+Enter)", lambda: self._go(-1)),
            "mdi6.chevron-down": self._button("Next match (Enter)", lambda: self._go(1)),
            "mdi6.close": self._button("Close (Escape)", self.leave),
        }
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 6, 6, 6)
        row.setSpacing(2)
        row.addWidget(self.box, 1)
        row.addWidget(self.count)
        for button in self._buttons.values():
            row.addWidget(button)
        self.setFixedWidth(WIDTH)
        self.box.textChanged.connect(lambda _: self._search(first=True))
        self.redraw()
        self.hide()

    def open(self) -> None:
        """Shows the bar with the keyboard in it."""
        self.show()
        self.raise_()
        self.place()
        self.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.box.selectAll()
        self._search(first=False)

    def leave(self) -> None:
        """Closes the bar and gives the canvas the keyboard; what was found last stays selected."""
        if self.isVisible():
            self.hide()
            self._canvas.canvas_scene.mark(())
            self._canvas.setFocus(Qt.FocusReason.OtherFocusReason)

    def network_changed(self) -> None:
        if self.isVisible():
            self._search(first=False)

    def place(self) -> None:
        """Moves to the view's upper right corner."""
        self.adjustSize()
        area = self._canvas.viewport().geometry()
        self.move(max(area.right() - self.width() - 12, 0), area.top() + 12)

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        for icon, button in self._buttons.items():
            button.setIcon(theme.icon(icon))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            back = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._go(-1 if back else 1)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._go(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _search(self, first: bool) -> None:
        """Looks anew; shows the `first` match, or keeps to the one that is shown."""
        canvas = self._canvas
        text = self.box.text().strip()
        current = self._found[self._at] if 0 <= self._at < len(self._found) else None
        self._found = matches(canvas.canvas_scene.network, text, canvas.session.kind_of)
        self._at = self._found.index(current) if current in self._found and not first else -1
        canvas.canvas_scene.mark(self._found)
        if first and self._found:
            self._go(1)
        else:
            self._tell()

    def _go(self, step: int) -> None:
        if self._found:
            if self._at < 0 and step < 0:
                self._at = 0
            self._at = (self._at + step) % len(self._found)
            self._canvas.reveal(self._found[self._at])
        self._tell()

    def _tell(self) -> None:
        text = self.box.text().strip()
        if not text:
            self.count.setText("")
        elif not self._found:
            self.count.setText("none")
        else:
            self.count.setText(f"{self._at + 1} of {len(self._found)}" if self._at >= 0 else
                               f"{len(self._found)} found")  # fmt: skip
        self.box.setProperty("invalid", bool(text) and not self._found)
        self.box.style().unpolish(self.box)
        self.box.style().polish(self.box)

    def _button(self, text: str, called: object) -> QToolButton:
        button = QToolButton()
        button.setToolTip(text)
        button.setAccessibleName(text.split(" (")[0])
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(called)
        return button
