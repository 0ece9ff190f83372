"""A line that tells what was corrected since a run, and starts the next one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from cnnstudio.graph import DataSettings
from cnnstudio.ui import theme
from cnnstudio.ui.images.corrections import told
from cnnstudio.ui.session import Session


class ChangesBar(QFrame):
    """Hidden while the project's data is as the run had it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._before: DataSettings | None = None
        self.setProperty("role", "banner")
        self.setProperty("level", "info")
        self._icon = QLabel()
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.look = QPushButton("Show in Data")
        self.look.setAccessibleName("Show the corrections in Data")
        self.look.clicked.connect(self._look)
        self.again = QPushButton("Train again")
        self.again.setProperty("role", "primary")
        self.again.setAccessibleName("Train again with these corrections")
        self.again.clicked.connect(self._train)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(theme.spacing)
        row.addWidget(self._icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.look)
        row.addWidget(self.again)
        session.changed.connect(self._show)
        session.document_replaced.connect(self._show)
        self.hide()

    def show_run(self, data: DataSettings | None) -> None:
        """The data as the run had it; None for a run that the project can't be compared with."""
        self._before = data
        self._show()

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        self._icon.setPixmap(theme.icon("mdi6.playlist-edit", "text_muted").pixmap(QSize(18, 18)))

    def _show(self, *_: object) -> None:
        changes = ""
        if self._before is not None:
            changes = told(self._session.project.data, self._before)
        self.setVisible(bool(changes))
        self.text.setText(f"Since this run: {changes}. The data itself is untouched.")

    def _look(self) -> None:
        before = set(self._before.left_out) if self._before is not None else set()
        new = set(self._session.project.data.left_out) - before
        self._session.show_workspace("data")
        self._session.split_requested.emit("left_out" if new else "relabelled")

    def _train(self) -> None:
        if "run.train" in self._session.actions:
            self._session.actions["run.train"].trigger()
