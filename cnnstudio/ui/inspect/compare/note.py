"""A muted sentence between the two networks."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QLabel, QWidget

from cnnstudio.ui.inspect.compare.side import HEAT_SIDE


class Note(QLabel):
    """As wide as the pictures and as high as its lines.

    A wrapped QLabel tells its height only for a width, and a layout that is asked for its own
    height then takes what all its parts would like for the least they need: in a small window they
    lie on top of each other.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "muted")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    def hasHeightForWidth(self) -> bool:
        return False

    def sizeHint(self) -> QSize:
        return QSize(HEAT_SIDE, max(0, self.heightForWidth(HEAT_SIDE)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
