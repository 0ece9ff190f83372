"""The drawer below the canvas: problems, cost, history and code."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QUndoView, QVBoxLayout, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.design.code_view import CodeView
from cnnstudio.ui.design.cost_table import CostTable
from cnnstudio.ui.design.parts import icon_button
from cnnstudio.ui.design.problems import Problems
from cnnstudio.ui.session import Session

HEIGHT = 176


class Drawer(QWidget):
    """Emits `closed` when its cross or Escape is pressed."""

    closed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drawer")
        self.setAccessibleName("Problems, cost, history and code")
        self.setProperty("role", "drawer")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(96)
        self.problems = Problems(session)
        self.cost = CostTable(session)
        self.history = QUndoView(session.undo)
        self.history.setObjectName("history")
        self.history.setAccessibleName("History")
        self.history.setEmptyLabel("As it was opened")
        self.code = CodeView(session)
        self.tabs = QTabBar()
        self.tabs.setObjectName("drawer_tabs")
        self.tabs.setAccessibleName("Drawer")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab("Problems")
        self.tabs.addTab("Cost")
        self.tabs.addTab("History")
        self.tabs.addTab("Code")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.problems)
        self._pages.addWidget(self.cost)
        self._pages.addWidget(self.history)
        self._pages.addWidget(self.code)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self.close_button = icon_button("close_drawer", "Close the drawer")
        self.close_button.clicked.connect(self.closed)
        self.problems.counted.connect(self._count)
        head = QHBoxLayout()
        head.setContentsMargins(8, 0, 8, 0)
        head.addWidget(self.tabs, 1)
        head.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        self.redraw()

    def show_problems(self) -> None:
        """Shows the problems and gives their list the keyboard."""
        self.tabs.setCurrentIndex(0)
        self.problems.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def redraw(self) -> None:
        """Draws everything in the current theme's colours."""
        self.close_button.setIcon(theme.icon("mdi6.close", "text_muted"))
        self.problems.refresh(redraw=True)
        self.code.redraw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _count(self, number: int) -> None:
        self.tabs.setTabText(0, f"Problems ({number})" if number else "Problems")
