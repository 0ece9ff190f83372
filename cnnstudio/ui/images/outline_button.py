"""The button that shows the true outline of what is in an image."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton

from cnnstudio.ui import theme


class OutlineButton(QToolButton):
    def __init__(self) -> None:
        super().__init__()
        self.setText("Outline")
        self.setCheckable(True)
        self.setAccessibleName("Show the true outline")
        self.setToolTip("Draw the true outline of what is in the image")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(16, 16))
        self.toggled.connect(lambda _: self.redraw())
        self.redraw()

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        color = "accent" if self.isChecked() else "text_muted"
        self.setIcon(theme.icon("mdi6.vector-polygon", color))
