"""The list of everything that is wrong with the network."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import Problem
from cnnstudio.ui import theme
from cnnstudio.ui.design.parts import label
from cnnstudio.ui.design.problem_row import ICONS, SEVERITIES
from cnnstudio.ui.place import place_within
from cnnstudio.ui.remedies import apply_fix
from cnnstudio.ui.session import Session

PROBLEM = Qt.ItemDataRole.UserRole
FIX_WIDTH = 216
ROW_HEIGHT = 30


class Problems(QWidget):
    """Emits `node_wanted(id)` for the problem that is clicked or entered, `counted(number)`."""

    node_wanted = Signal(str)
    counted = Signal(int)

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._shown: list[Problem] = []
        self.setObjectName("problems")
        self.list = ProblemList()
        self.list.itemClicked.connect(self._choose)
        self.list.entered_with_keyboard.connect(self._choose)
        self._state = label("", "muted", "problems_state")
        self._picture = QLabel()
        self._empty = QWidget()
        row = QHBoxLayout(self._empty)
        row.setContentsMargins(16, 12, 16, 12)
        row.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._state, 1, Qt.AlignmentFlag.AlignTop)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        session.report_changed.connect(lambda _: self.refresh())
        session.document_replaced.connect(lambda: self.refresh())
        self.refresh()

    def refresh(self, redraw: bool = False) -> None:
        """Lists the report's problems; with `redraw` in the theme's colours of now."""
        report, nodes = self._session.report, self._session.project.network.nodes
        problems = list(report.problems) if report is not None and nodes else []
        problems.sort(key=lambda problem: SEVERITIES.index(problem.severity))
        if problems != self._shown or redraw:
            self._shown = problems
            self._list(problems)
        self.counted.emit(len(problems))
        self._stack.setCurrentWidget(self.list if problems else self._empty)
        if not nodes:
            self._tell("No layers yet. Problems of the network are listed here.", "", "")
        elif report is None:
            self._tell("Checking…", "", "")
        else:
            self._tell("No problems. The network can be trained.", "mdi6.check", "ok")

    def _tell(self, text: str, icon: str, color: str) -> None:
        self._state.setText(text)
        self._picture.setVisible(bool(icon))
        if icon:
            self._picture.setPixmap(theme.icon(icon, color).pixmap(QSize(16, 16)))

    def _list(self, problems: list[Problem]) -> None:
        row = self.list.indexOfTopLevelItem(self.list.currentItem())
        self.list.clear()
        for problem in problems:
            item = QTreeWidgetItem(["", problem.node or "network", ""])
            item.setData(0, PROBLEM, problem)
            name, color = ICONS[problem.severity]
            item.setSizeHint(0, QSize(0, ROW_HEIGHT))
            item.setIcon(0, theme.icon(name, color))
            spoken = f"{problem.severity}: {problem.message} {problem.hint}"
            item.setData(0, Qt.ItemDataRole.AccessibleTextRole, spoken)
            item.setText(2, f"{problem.message}  {problem.hint}".strip())
            item.setToolTip(2, f"{problem.message}\n{problem.hint}".strip())
            item.setForeground(1, theme.color("text_muted"))
            self.list.addTopLevelItem(item)
            if problem.fix is not None:
                self.list.setItemWidget(item, 3, self._fix_button(problem))
        if problems:
            self.list.setCurrentItem(self.list.topLevelItem(min(max(row, 0), len(problems) - 1)))

    def _fix_button(self, problem: Problem) -> QPushButton:
        assert problem.fix is not None
        button = QPushButton(problem.fix.label)
        button.setObjectName("fix")
        button.setProperty("role", "link")
        button.setAccessibleName(f"{problem.fix.label}: {problem.message}")
        button.clicked.connect(lambda: apply_fix(self._session, problem))
        return button

    def _choose(self, item: QTreeWidgetItem) -> None:
        problem: Problem = item.data(0, PROBLEM)
        session = self._session
        place = place_within(session.project, problem.within, problem.network)
        if place.network(session.project) is not session.network:
            session.go(place)
        if problem.node_id is not None:
            self.node_wanted.emit(problem.node_id)


class ProblemList(QTreeWidget):
    """A table: severity, node, sentence, remedy."""

    entered_with_keyboard = Signal(QTreeWidgetItem)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("problem_list")
        self.setAccessibleName("Problems")
        self.setColumnCount(4)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(16, 16))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 36), (1, 96), (3, FIX_WIDTH)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, width)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
            self.entered_with_keyboard.emit(item)
        else:
            super().keyPressEvent(event)

    def row_rect(self, number: int) -> QRect:
        """Where a row is drawn, in the viewport."""
        return self.visualItemRect(self.topLevelItem(number))
