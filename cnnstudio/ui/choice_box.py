"""A box to choose one of several things."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

from cnnstudio.ui import theme

ARROW = 16


class ChoiceBox(QComboBox):
    """A QComboBox in the window's look, whose items are (text, data)."""

    def __init__(self, name: str, items: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the wheel gives it none
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.show_items(items)

    def shrink_to(self, characters: int) -> None:
        """Lets the box become narrower than its longest item."""
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(characters)

    @property
    def items(self) -> list[tuple[str, Any]]:
        return [(self.itemText(index), self.itemData(index)) for index in range(self.count())]

    def show_items(self, items: Iterable[tuple[str, Any]]) -> None:
        """Offers these items; the chosen one is kept where it is still there. No signals."""
        items = list(items)
        if items == self.items:
            return
        chosen, was_chosen = self.currentData(), self.currentIndex() >= 0
        blocked = self.blockSignals(True)
        self.clear()
        for text, data in items:
            self.addItem(text, data)
        if was_chosen:
            self.choose(chosen)
        self.blockSignals(blocked)

    def choose(self, data: Any) -> bool:
        """Makes the item with this data the chosen one; whether there is one and it was not."""
        index = next((i for i, (_, own) in enumerate(self.items) if own == data), -1)
        if index < 0 or index == self.currentIndex():
            return False
        self.setCurrentIndex(index)
        return True

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        edit, combo = QStyle.SubControl.SC_ComboBoxEditField, QStyle.ComplexControl.CC_ComboBox
        room = self.style().subControlRect(combo, option, edit, self).width()
        if not option.currentIcon.isNull():
            room -= option.iconSize.width() + 4
        ending = Qt.TextElideMode.ElideRight
        option.currentText = option.fontMetrics.elidedText(option.currentText, ending, room)
        painter.drawComplexControl(combo, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        place = QRect(self.width() - ARROW - 6, (self.height() - ARROW) // 2, ARROW, ARROW)
        color = "text_muted" if self.isEnabled() else "text_disabled"
        theme.icon("mdi6.chevron-down", color).paint(painter, place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        # Scrolling must not change what happens to be under the pointer.
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
