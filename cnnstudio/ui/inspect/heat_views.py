"""Heat over the image: of one class, or of two side by side with their difference below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QLineF, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.interpret.figures.pictures import heat_range
from cnnstudio.ui.inspect.heat_view import HeatView
from cnnstudio.ui.inspect.scale import Range

MINIMUM_HEIGHT = 220
SMALL_HEIGHT = 120


class HeatViews(QWidget):
    """`main` shows the one class's heat, or the difference; `first` and `second` are two classes',
    on one scale. `hovered(text)` tells the heat under the pointer, `left` that there is none."""

    hovered = Signal(float, int, int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.main = HeatView()
        self.first, self.second = HeatView(), HeatView()
        self.captions = [QLabel() for _ in range(3)]
        self._pair = [self.first, self.second, *self.captions]
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        for column, view in enumerate((self.first, self.second)):
            grid.setColumnStretch(column, 1)
            grid.addWidget(self.captions[column], 0, column)
            grid.addWidget(view, 1, column)
            view.setMinimumHeight(SMALL_HEIGHT)
        grid.addWidget(self.captions[2], 2, 0, 1, 2)
        grid.addWidget(self.main, 3, 0, 1, 2)
        grid.setRowStretch(3, 2)
        self.main.setMinimumHeight(MINIMUM_HEIGHT)
        for caption in self.captions:
            caption.setProperty("role", "caption")
            caption.setTextFormat(Qt.TextFormat.PlainText)
        for view in self.views:
            view.hovered.connect(lambda column, row, view=view: self._tell(view, column, row))
            view.left.connect(self.left)
        self._show_pair(False)

    @property
    def views(self) -> tuple[HeatView, ...]:
        return self.main, self.first, self.second

    @property
    def image(self) -> QImage | None:
        """The main picture at its own size; None before there is one."""
        return self.main.image

    def show_answer(self, answer: dict[str, Any]) -> Range:
        """Shows an answer of `explain`; returns the values that the main view's colours end at."""
        image, heat = np.asarray(answer["image"]), np.asarray(answer["heat"])
        two = answer.get("difference") is not None
        # Also where nothing is below 0: the colours don't change their meaning along a run.
        signed = methods[answer["method"]].signed
        self._show_pair(two)
        if two:
            other = np.asarray(answer["against_heat"])
            within = heat_range(np.stack([heat, other]), signed=signed)
            self.first.show_heat(image, heat, within)
            self.second.show_heat(image, other, within)
            self.captions[0].setText(str(answer["class"]))
            self.captions[1].setText(str(answer["against_class"]))
            self.captions[2].setText(
                f"{answer['class']} less {answer['against_class']}: red speaks for the one, "
                "blue for the other"
            )
            heat = np.asarray(answer["difference"])
        shown = heat_range(heat, signed=signed or two)
        self.main.show_heat(image, heat, shown)
        return shown

    def set_opacity(self, opacity: float) -> None:
        for view in self.views:
            view.set_opacity(opacity)

    def show_outline(self, lines: Sequence[QLineF]) -> None:
        for view in self.views:
            view.show_outline(lines)

    def _show_pair(self, shown: bool) -> None:
        self._grid.setRowStretch(1, int(shown))  # a row of hidden widgets would keep its room
        for widget in self._pair:
            widget.setVisible(shown)

    def _tell(self, view: HeatView, column: int, row: int) -> None:
        self.hovered.emit(view.heat_at(column, row), column, row)
