"""A node's name, edited where it is read."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit

from cnnstudio.graph import Rename
from cnnstudio.ui import theme
from cnnstudio.ui.canvas.rename import name_problem
from cnnstudio.ui.design.parts import label
from cnnstudio.ui.session import Session


class NameEdit(QLineEdit):
    """Renames with Enter or when it is left; Escape takes the old name back.

    `problem` is the label that says why a name can't be used.
    """

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._id = ""
        self._name = ""
        self.problem = label("", "error", "name_problem")
        self.problem.hide()
        self.setObjectName("node_name")
        self.setProperty("role", "name")
        self.setAccessibleName("Name")
        self.setToolTip("Click to rename")
        self.setFont(theme.font(17, bold=True))
        self.textEdited.connect(self._show_problem)
        self.returnPressed.connect(self._commit)

    def show_name(self, id: str, name: str) -> None:
        """Shows a node's name; what was typed for another node still counts."""
        if id != self._id:
            self._commit()
        if (id, name) != (self._id, self._name):
            self._id, self._name = id, name
            self._revert()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._name:
            self._revert()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._commit()

    def _revert(self) -> None:
        self.setText(self._name)
        self.setCursorPosition(0)
        self._show_problem(self._name)

    def _commit(self) -> None:
        name = self.text().strip()
        network = self._session.network
        if name == self._name or self._id not in network.by_id:
            return
        if not name_problem(network, self._id, name):
            self._name = name
            self._session.try_apply(Rename(network=network.name, node_id=self._id, name=name))

    def _show_problem(self, text: str) -> None:
        network = self._session.network
        changed = text != self._name
        said = name_problem(network, self._id, text.strip()) if changed else ""
        self.problem.setText(said)
        self.problem.setVisible(bool(said))
        self.setProperty("invalid", "true" if said else None)
        self.style().polish(self)
