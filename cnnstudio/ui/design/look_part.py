"""The inspector's part on what the selected layer gives for the probe images now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.ui.canvas.card_numbers import numbers_of
from cnnstudio.ui.design.parts import add_line, label

TIPS = {
    "Mean": "Mean and standard deviation of all values for the probe images",
    "Range": "The smallest and the largest value",
    "Zeros": "Share of the values that are exactly 0",
    "Silent units": "Units that are 0 everywhere on this image",
    "Gradient": "Root mean square of the loss's gradient with respect to the values",
    "Dead units": "Units that gave 0 for every image of a training batch: they learn no more",
    "Saturated": "Share of outputs at an end of their range, where the gradient is almost 0",
}


class LookPart(QWidget):
    """A row for each number; nothing while nothing is known."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("node_look")
        self._rows: dict[str, tuple[QLabel, QLabel]] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        add_line(column)
        self._title = label("Output now", "heading")
        column.addWidget(self._title)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(0, 1)
        column.addLayout(self._grid)
        self.hide()

    def show_known(self, known: Mapping[str, Any] | None) -> None:
        """Shows what a thumbnail tells of a layer; None for nothing."""
        told = dict(numbers_of(known or {}))
        for name in TIPS:
            if name in told and name not in self._rows:
                self._add_row(name)
            if name in self._rows:
                for part in self._rows[name]:
                    part.setVisible(name in told)
                if name in told and self._rows[name][1].text() != told[name]:
                    self._rows[name][1].setText(told[name])
        if bool(told) == self.isHidden():
            self.setVisible(bool(told))

    def _add_row(self, name: str) -> None:
        row = list(TIPS).index(name)
        title, number = QLabel(name), QLabel()
        title.setProperty("role", "muted")
        number.setAlignment(Qt.AlignmentFlag.AlignRight)
        for part in (title, number):
            part.setToolTip(TIPS[name])
        self._grid.addWidget(title, row, 0)
        self._grid.addWidget(number, row, 1)
        self._rows[name] = title, number
