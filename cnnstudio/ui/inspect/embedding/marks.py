"""How points look: their groups, each with a mark, by what they are coloured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap, QPolygonF

from cnnstudio.interpret.figures.class_marks import Outline, shape_of
from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.ui import theme

BY = {
    "true": "True class",
    "predicted": "Predicted class",
    "right": "Right or wrong",
    "confidence": "Confidence",
}
LEVELS = 32  # of confidence that are told apart
ROOM = 1.5  # around a mark's centre, in radii
CIRCLE, CROSS, LARGE = 0, 5, 1.6


@dataclass(frozen=True)
class Mark:
    """A colour and a shape; `size` is against the others'."""

    color: QColor
    shape: Outline
    size: float = 1.0

    def pixmap(self, radius: float, ratio: float = 1.0, opacity: float = 1.0) -> QPixmap:
        """The mark in the middle of a picture, for a screen of this ratio."""
        radius *= self.size
        side = round(2 * ROOM * radius * ratio)
        made = QPixmap(side, side)
        made.fill(Qt.GlobalColor.transparent)
        made.setDevicePixelRatio(ratio)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(opacity)
        painter.translate(ROOM * radius, ROOM * radius)
        painter.scale(radius, radius)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.color)
        if self.shape:
            painter.drawPolygon(QPolygonF([QPointF(x, y) for x, y in self.shape]))
        else:
            painter.drawEllipse(QPointF(0, 0), 1.0, 1.0)
        painter.end()
        return made

    def icon(self) -> QIcon:
        icon = QIcon(self.pixmap(5 / self.size, 2))
        icon.addPixmap(self.pixmap(5 / self.size, 2), QIcon.Mode.Selected)
        return icon


@dataclass(frozen=True)
class Grouping:
    """`groups` int64 (n,): the number of each point's group; `names` and `marks` of each group. A
    `scaled` one has a colour scale from 0 to 1 instead of names."""

    groups: np.ndarray
    names: list[str]
    marks: list[Mark]
    scaled: bool = False


def grouping(answer: dict[str, Any], by: str) -> Grouping:
    """Groups the points of an answer of `embed`; by the true class where nothing is predicted."""
    labels, predicted = np.asarray(answer["labels"]), answer["predicted"]
    classes = list(answer["classes"])
    if predicted is None or by == "true":
        return _by_class(labels, classes)
    predicted = np.asarray(predicted)
    if by == "predicted":
        return _by_class(predicted, classes)
    if by == "right":
        right = Mark(theme.color("ok"), shape_of(CIRCLE))
        wrong = Mark(theme.color("error"), shape_of(CROSS), LARGE)
        groups = (labels != predicted).astype(np.int64)
        return Grouping(groups, ["Recognised", "Taken for another"], [right, wrong])
    table = colour_maps["viridis"]
    levels = np.linspace(0, 255, LEVELS).round().astype(int)
    marks = [Mark(QColor(*map(int, table[level])), shape_of(CIRCLE)) for level in levels]
    groups = (np.asarray(answer["confidence"]) * (LEVELS - 1)).round().astype(np.int64)
    return Grouping(groups.clip(0, LEVELS - 1), [], marks, scaled=True)


def _by_class(numbers: np.ndarray, classes: list[str]) -> Grouping:
    marks = [Mark(theme.run_color(number), shape_of(number)) for number in range(len(classes))]
    return Grouping(numbers.astype(np.int64), classes, marks)
