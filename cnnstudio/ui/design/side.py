"""A panel at the side that folds to a narrow strip."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.design.parts import icon_button

STRIP_WIDTH = 32


class Side(QWidget):
    """Holds `content`, or while folded a button that unfolds it. Emits `folded_changed`."""

    folded_changed = Signal(bool)

    def __init__(
        self, content: QWidget, side: Literal["left", "right"], width: int, what: str
    ) -> None:
        super().__init__()
        self.content = content
        self.open_width = self._usual_width = width
        self.folded = False
        self._inwards = side == "left"
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.fold_button = icon_button(f"fold_{what}", f"Fold the {what}")
        self.fold_button.clicked.connect(lambda: self.set_folded(True))
        self.unfold_button = icon_button(f"unfold_{what}", f"Show the {what}")
        self.unfold_button.clicked.connect(lambda: self.set_folded(False))
        self._strip = QWidget()
        strip = QVBoxLayout(self._strip)
        strip.setContentsMargins(2, 12, 2, 0)
        strip.addWidget(self.unfold_button)
        strip.addStretch()
        self._strip.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(content)
        row.addWidget(self._strip)
        self._limit()
        self.redraw()

    def set_folded(self, folded: bool) -> None:
        if folded == self.folded:
            return
        self.folded = folded
        had_keyboard = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.content.setVisible(not folded)
        self._strip.setVisible(folded)
        self._limit()
        if had_keyboard:
            (self.unfold_button if folded else self.fold_button).setFocus()
        self.folded_changed.emit(folded)

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        left, right = "mdi6.chevron-double-left", "mdi6.chevron-double-right"
        fold, unfold = (left, right) if self._inwards else (right, left)
        self.fold_button.setIcon(theme.icon(fold, "text_muted"))
        self.unfold_button.setIcon(theme.icon(unfold, "text_muted"))

    def _limit(self) -> None:
        self.setMinimumWidth(STRIP_WIDTH if self.folded else self._usual_width * 4 // 5)
        self.setMaximumWidth(STRIP_WIDTH if self.folded else self._usual_width * 2)
