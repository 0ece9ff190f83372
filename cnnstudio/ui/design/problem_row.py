"""A problem in words, with a button for its remedy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.graph import Problem
from cnnstudio.ui import theme
from cnnstudio.ui.design.parts import label
from cnnstudio.ui.remedies import apply_fix
from cnnstudio.ui.session import Session

ICONS = {
    "error": ("mdi6.alert-circle-outline", "error"),
    "warning": ("mdi6.alert-outline", "warning"),
    "info": ("mdi6.information-outline", "text_muted"),
}
SEVERITIES = ("error", "warning", "info")
ICON = 16


class ProblemRow(QWidget):
    def __init__(self, session: Session, problem: Problem) -> None:
        super().__init__()
        self.problem = problem
        self.setObjectName("problem")
        self.setAccessibleName(f"{problem.severity.capitalize()}: {problem.message}")
        self.setAccessibleDescription(problem.hint)
        self._picture = QLabel()
        self._picture.setFixedSize(ICON, ICON)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 4, 0, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        grid.addWidget(self._picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(problem.message), 0, 1)
        if problem.hint:
            grid.addWidget(label(problem.hint, "muted"), 1, 1)
        if problem.fix is not None:
            button = QPushButton(problem.fix.label)
            button.setObjectName("fix")
            button.setAccessibleName(f"{problem.fix.label}: {problem.message}")
            button.clicked.connect(lambda: apply_fix(session, problem))
            grid.addWidget(button, 2, 1, Qt.AlignmentFlag.AlignLeft)
        self.redraw()

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        name, color = ICONS[self.problem.severity]
        self._picture.setPixmap(theme.icon(name, color).pixmap(QSize(ICON, ICON)))


class ProblemRows(QWidget):
    """The problems of one node."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._problems: list[Problem] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.hide()

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Lists these, errors first; the widget is hidden when there is none."""
        ordered = sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))
        if ordered == self._problems:
            return
        self._problems = ordered
        while (item := self._column.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        for problem in ordered:
            self._column.addWidget(ProblemRow(self._session, problem))
        self.setVisible(bool(ordered))

    def redraw(self) -> None:
        for row in self.findChildren(ProblemRow):
            row.redraw()
