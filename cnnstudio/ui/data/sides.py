"""The left of the Data workspace: the data's settings, or the augmentation, by a tab each."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from cnnstudio.ui.data.augmentation.panel import AugmentationPanel
from cnnstudio.ui.data.settings_panel import SettingsPanel
from cnnstudio.ui.session import Session

TITLES = ("Images", "Augmentation")
LEAST_WIDTH = 280


class Sides(QWidget):
    """`tabs` chooses between `settings` and `augmentation`; the second tab counts the steps."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.setMinimumWidth(LEAST_WIDTH)
        self.settings = SettingsPanel(session)
        self.augmentation = AugmentationPanel(session)
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Data or augmentation")
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        panels = QStackedWidget()
        for title, panel in zip(TITLES, (self.settings, self.augmentation), strict=True):
            self.tabs.addTab(title)
            panels.addWidget(panel)
        self.tabs.currentChanged.connect(panels.setCurrentIndex)
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 0)
        row.addWidget(self.tabs)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(panels, 1)
        session.changed.connect(lambda _: self._count())
        session.document_replaced.connect(self._count)
        self._count()

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        self.settings.redraw()
        self.augmentation.redraw()

    def _count(self) -> None:
        on = sum(step.enabled for step in self._session.project.data.augmentation)
        self.tabs.setTabText(1, f"{TITLES[1]}  {on}" if on else TITLES[1])
