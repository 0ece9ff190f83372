"""Finds nodes by name or kind, in blocks as well: a small bar in the corner of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QToolButton,
    QVBoxLayout,
)

from cnnstudio.ui import theme
from cnnstudio.ui.canvas.finding import Match, find

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

WIDTH = 320
ROWS = 8  # of the list that are seen at once


class FindBar(QFrame):
    """Marks what is found while one types; Enter and Shift+Enter step through it.

    While one types, no other network opens: what lies in blocks is listed, and opened by stepping
    on or by a click.
    """

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._found: list[Match] = []
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
        self._texts = QStringListModel(self)
        self.list = QListView()
        self.list.setObjectName("canvas_find_list")
        self.list.setAccessibleName("Where it was found")
        self.list.setModel(self._texts)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideLeft)  # the node's name is at the end
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(self._choose)
        self.list.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 6, 6)
        column.setSpacing(6)
        row = QHBoxLayout()
        column.addLayout(row)
        column.addWidget(self.list)
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
        """Looks anew; shows the `first` match here, or keeps to the one that is shown."""
        canvas, session = self._canvas, self._canvas.session
        current = self._found[self._at].key if 0 <= self._at < len(self._found) else None
        self._found = find(session.project, session.place, self.box.text(), session.kind_of)
        here = [number for number, match in enumerate(self._found) if match.is_at(session.place)]
        canvas.canvas_scene.mark(self._found[number].node_id for number in here)
        keys = [match.key for match in self._found]
        self._at = keys.index(current) if current in keys and not first else -1
        self._list(any(not match.place.is_main for match in self._found))
        # A name elsewhere that begins so is meant rather than a kind here that holds the text.
        best = any(match.begins for match in self._found)
        meant = [number for number in here if self._found[number].begins or not best]
        if first and meant:
            self._show(meant[0])
        else:
            self._tell()

    def _go(self, step: int) -> None:
        if self._found:
            if self._at < 0 and step < 0:
                self._at = 0
            self._show((self._at + step) % len(self._found))

    def _choose(self, row: QModelIndex) -> None:
        self._show(row.row())

    def _show(self, number: int) -> None:
        """Brings a match into sight, in the block where it is."""
        self._at = number
        match = self._found[number]
        self._canvas.reveal_in(match.place, match.node_id)
        self._tell()

    def _list(self, shown: bool) -> None:
        """Lists where the matches are, if they aren't all in one network."""
        texts = [match.text for match in self._found] if shown else []
        if texts != self._texts.stringList():
            self._texts.setStringList(texts)
        self.list.setVisible(shown)
        if shown:
            self.list.setFixedHeight(min(len(texts), ROWS) * self.list.sizeHintForRow(0) + 4)
        self.place()

    def _tell(self) -> None:
        self.list.setCurrentIndex(self._texts.index(self._at))
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
