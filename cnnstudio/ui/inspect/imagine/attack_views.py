"""An image, what is added to it, and the result, side by side with what the network says."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from cnnstudio.interpret.adversarial.attacks import LEVELS
from cnnstudio.interpret.adversarial.pictures import change_picture
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.imagine.lens import Lens, LensView
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.prediction_bars import PredictionBars

TITLES = ("Image", "Change", "Result")
NAMES = ("Image before", "What is added, enlarged", "Image after")


class AttackViews(QWidget):
    """Shows one of the epsilons of an answer of `attack`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = np.zeros((1, 1, 3), np.uint8)
        self._change = np.zeros((1, 1, 1), np.float32)
        self.titles = [QLabel(text) for text in TITLES]
        self.views = [LensView(name, compact=True) for name in NAMES]
        self.lens = Lens(self.views, self)
        self.lens.hovered.connect(self._tell_pixel)
        self.lens.left.connect(self._tell_change)
        self.before, self.after = PredictionBars(), PredictionBars()
        self.before.setAccessibleName("Predictions before")
        self.after.setAccessibleName("Predictions after")
        self.colors = ColorBar("coolwarm")
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self._arrange()

    def show_answer(self, answer: dict[str, Any], number: int) -> None:
        """The image changed by the epsilon of this number."""
        self._epsilon = float(answer["epsilons"][number])
        self._image = np.asarray(answer["image"])
        self._change = np.asarray(answer["changes"][number], np.float32)
        self.lens.show_pictures(
            [self._image, change_picture(self._change, self._epsilon), self.result]
        )
        names, chances = answer["classes"], answer["probabilities"]
        self.before.show_prediction(names, chances[0], answer.get("label"))
        self.after.show_prediction(names, chances[number], answer.get("label"))
        for title, text, row in ((0, TITLES[0], 0), (2, TITLES[2], number)):
            best = int(np.argmax(chances[row]))
            self.titles[title].setText(f"{text}: {names[best]}")
        levels = self._epsilon * LEVELS
        self.colors.show_range(-levels, levels)
        self._tell_change()

    @property
    def result(self) -> np.ndarray:
        """The changed image, uint8 (H, W, 3)."""
        change = self._change if len(self._change) == 3 else self._change[:1]
        moved = self._image + LEVELS * change.transpose(1, 2, 0)
        picture: np.ndarray = moved.clip(0, LEVELS).round().astype(np.uint8)
        return picture

    def redraw(self) -> None:
        for widget in (*self.views, self.before, self.after, self.colors):
            widget.update()

    def _tell_change(self) -> None:
        levels = self._epsilon * LEVELS
        if not levels:
            self.note.setText("Nothing is added. Move the slider.")
            return
        self.note.setText(
            f"In levels of {LEVELS}, mean of the channels; its contrast is enlarged "
            f"{LEVELS / 2 / levels:.0f} times."
        )

    def _tell_pixel(self, row: int, column: int) -> None:
        values = ", ".join(number_text(float(v) * LEVELS) for v in self._change[:, row, column])
        self.note.setText(f"row {row}, column {column}: {values} of {LEVELS}")

    def _arrange(self) -> None:
        self._epsilon = 0.0
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(6)
        for column, (title, view) in enumerate(zip(self.titles, self.views, strict=True)):
            title.setProperty("role", "heading")
            title.setTextFormat(Qt.TextFormat.PlainText)
            view.setToolTip("The wheel comes closer, a double click shows all (+, −, 0)")
            grid.setColumnStretch(column, 1)
            grid.addWidget(title, 0, column)
            grid.addWidget(view, 1, column)
        top = Qt.AlignmentFlag.AlignTop
        between = QGridLayout()
        between.addWidget(self.colors, 0, 0)
        between.addWidget(self.note, 1, 0)
        grid.addWidget(self.before, 2, 0, top)
        grid.addLayout(between, 2, 1, top)
        grid.addWidget(self.after, 2, 2, top)
        grid.setRowStretch(1, 100)
        grid.setRowStretch(3, 1)
