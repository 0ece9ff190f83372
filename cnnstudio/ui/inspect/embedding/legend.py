"""What the points' marks mean; groups can be hidden and shown."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui import theme
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.embedding.marks import Grouping

ROW_PIXELS = 24
MOST_ROWS = 10
NUMBER = Qt.ItemDataRole.UserRole


class Legend(QWidget):
    """A row with a tick for each group that has points, or a colour scale. `toggled(group,
    hidden)` is emitted for a row whose tick is changed."""

    toggled = Signal(int, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget()
        self.list.setAccessibleName("Shown groups")
        self.list.setToolTip("Untick a group to hide its points")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setIconSize(QSize(15, 15))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(self._toggle)
        self.scale = ColorBar("viridis")
        self.scale.show_range(0.0, 1.0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        column.addWidget(self.scale)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def show_grouping(self, grouping: Grouping, hidden: Collection[int] = ()) -> None:
        """Lists the groups, all of them ticked but the hidden ones."""
        self.list.setVisible(not grouping.scaled)
        self.scale.setVisible(grouping.scaled)
        blocked = self.list.blockSignals(True)
        self.list.clear()
        counts = np.bincount(grouping.groups, minlength=len(grouping.marks))
        for number, name in enumerate(grouping.names):
            if not counts[number]:
                continue
            item = QListWidgetItem(grouping.marks[number].icon(), f"{name}   {counts[number]:,}")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable |
                          Qt.ItemFlag.ItemIsSelectable)  # fmt: skip
            item.setData(NUMBER, number)
            _tick(item, number in hidden)
            item.setSizeHint(QSize(80, ROW_PIXELS))
            self.list.addItem(item)
        self.list.blockSignals(blocked)
        self.list.setFixedHeight(ROW_PIXELS * min(self.list.count(), MOST_ROWS) + 4)

    def _toggle(self, item: QListWidgetItem) -> None:
        hidden = item.checkState() != Qt.CheckState.Checked
        blocked = self.list.blockSignals(True)
        _tick(item, hidden)
        self.list.blockSignals(blocked)
        self.toggled.emit(item.data(NUMBER), hidden)


def _tick(item: QListWidgetItem, hidden: bool) -> None:
    item.setCheckState(Qt.CheckState.Unchecked if hidden else Qt.CheckState.Checked)
    item.setForeground(theme.color("text_disabled" if hidden else "text"))
