"""The slim rail on the left: one button a workspace."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from cnnstudio.ui import theme


@dataclass(frozen=True)
class Place:
    """A workspace as the rail lists it; `home` is where its class is found."""

    name: str
    title: str
    icon: str
    home: str
    tip: str


PLACES = (
    Place("design", "Design", "mdi6.vector-polyline", "cnnstudio.ui.design:DesignWorkspace",
          "Draw the network"),
    Place("data", "Data", "mdi6.image-multiple-outline", "cnnstudio.ui.data:DataWorkspace",
          "Choose the images to learn from"),
    Place("train", "Train", "mdi6.chart-line", "cnnstudio.ui.train:TrainWorkspace",
          "Watch it learn"),
    Place("inspect", "Inspect", "mdi6.eye-outline", "cnnstudio.ui.inspect:InspectWorkspace",
          "See what it sees"),
)  # fmt: skip


class Rail(QWidget):
    """Emits `chosen(name)` when a workspace's button is pressed."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAccessibleName("Workspaces")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.rail_width)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(4)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QToolButton] = {}
        for number, place in enumerate(PLACES, start=1):
            button = QToolButton()
            button.setObjectName(f"rail_{place.name}")
            button.setProperty("role", "workspace")
            button.setAccessibleName(f"{place.title} workspace")
            button.setText(place.title)
            button.setToolTip(f"{place.tip} (Ctrl+{number})")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setIconSize(QSize(20, 20))
            button.setFixedSize(theme.rail_width - 1, 52)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, name=place.name: self.chosen.emit(name))
            self._group.addButton(button)
            self._buttons[place.name] = button
            column.addWidget(button)
        column.addStretch()
        self.redraw()

    def show_current(self, name: str | None) -> None:
        """Marks a workspace's button; None marks none."""
        self._group.setExclusive(name is not None)
        for own, button in self._buttons.items():
            button.setChecked(own == name)
        self.redraw()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        for place in PLACES:
            button = self._buttons[place.name]
            button.setIcon(theme.icon(place.icon, "accent" if button.isChecked() else "text_muted"))
