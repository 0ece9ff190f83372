"""A line above the samples when the network's output does not fit the data's classes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from cnnstudio.data.agreement import disagreement
from cnnstudio.graph import Problem
from cnnstudio.ui import theme
from cnnstudio.ui.remedies import apply_fix
from cnnstudio.ui.session import Session


class MismatchBar(QFrame):
    """Hidden while all is well. Its button makes the last layer give as many numbers as there are
    classes."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._classes: int | None = None
        self._found: Problem | None = None
        self.setProperty("role", "banner")
        self.setProperty("level", "warning")
        self._icon = QLabel()
        self.text = QLabel()
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        self.mend = QPushButton()
        self.mend.clicked.connect(self._mend)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(theme.spacing)
        row.addWidget(self._icon)
        row.addWidget(self.text, 1)
        row.addWidget(self.mend)
        session.report_changed.connect(lambda _: self._look())
        self.hide()

    def show_classes(self, classes: int | None) -> None:
        """How many classes the data has; None while that is not known."""
        self._classes = classes
        self._look()

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        self._icon.setPixmap(theme.icon("mdi6.alert-outline", "warning").pixmap(QSize(18, 18)))

    def _look(self) -> None:
        found = None
        if self._classes is not None:
            found = disagreement(self._session.project, self._session.report, self._classes)
        self._found = found
        self.setVisible(found is not None)
        if found is not None:
            self.text.setText(found.message)
            self.mend.setVisible(found.fix is not None)
            if found.fix is not None:
                self.mend.setText(found.fix.label)
                self.mend.setAccessibleName(found.fix.label)

    def _mend(self) -> None:
        if self._found is not None:
            apply_fix(self._session, self._found)
