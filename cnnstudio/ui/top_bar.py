"""The bar above every workspace: the project on the left, its run on the right."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.run_bar import RunBar
from cnnstudio.ui.run_control import RunControl
from cnnstudio.ui.session import Session

NAME_WIDTH = 376


class TopBar(QWidget):
    def __init__(self, session: Session, control: RunControl, parent: QWidget | None = None):
        super().__init__(parent)
        self._session = session
        self._control = control
        self._welcome = False
        self.setObjectName("top_bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.top_bar_height)
        self.name = QLabel()
        self.name.setObjectName("project_name")
        self.name.setAccessibleName("Project")
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setFont(theme.font(15, bold=True))
        self.edited = QLabel("edited")
        self.edited.setObjectName("project_edited")
        self.edited.setProperty("role", "muted")
        self.run_bar = RunBar(session, control)
        project = QWidget()
        project.setFixedWidth(NAME_WIDTH)
        left = QHBoxLayout(project)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(12)
        left.addWidget(self.name)
        left.addWidget(self.edited)
        left.addStretch()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.rail_width + 8, 0, 16, 0)
        row.setSpacing(16)
        row.addWidget(project, 0, Qt.AlignmentFlag.AlignLeft)
        row.addWidget(self.run_bar, 1)
        for signal in (
            session.document_replaced,
            session.modified_changed,
            session.saved,
            session.changed,
        ):
            signal.connect(self._show_project)
        control.state_changed.connect(self._show_project)
        session.runs.status.connect(self._show_project)
        self._show_project()

    def show_welcome(self, welcome: bool) -> None:
        """On the start page there is nothing to train yet; a run that goes on stays in sight."""
        self._welcome = welcome
        self._show_project()

    def _show_project(self, *_: object) -> None:
        path, project = self._session.document.path, self._session.project
        name = path.name if path else project.name
        if self._welcome and path is None and not project.network.nodes:
            name = "CNN Studio"
        busy = self._control.state != "none" or bool(self._control.others)
        self.run_bar.setVisible(not self._welcome or busy)
        metrics = self.name.fontMetrics()
        self.name.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, NAME_WIDTH - 80))
        self.name.setToolTip(str(path) if path else "Not saved yet")
        self.edited.setVisible(self._session.document.modified)
