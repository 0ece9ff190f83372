"""One filter through the run, as small pictures in a row."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from cnnstudio.interpret.weights.figures import weight_colours
from cnnstudio.interpret.weights.forms import symmetric_range
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.number import number_text

TILE, GAP, LINE = 56, 8, 15
HEIGHT = LINE + 4 + TILE + 2 * LINE + 4


class HistoryRow(QWidget):
    """Shows an answer of `filter_history`, or a sentence in its place. `step_chosen(step)` is
    emitted for a moment that is clicked."""

    step_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The filter through the run")
        self.setFixedHeight(HEIGHT)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._title = ""
        self._answer: dict[str, Any] | None = None
        self._images: list[QImage] = []

    def show_history(self, answer: dict[str, Any], whole: bool = False) -> None:
        """Of one unit, or of a `whole` matrix or vector."""
        self._answer = answer
        pictures = np.asarray(answer["pictures"])
        within = symmetric_range(pictures)  # one scale: growing is seen
        self._images = [image_of(weight_colours(one, within)) for one in pictures]
        what = "The weights" if whole else f"Filter {answer['unit']}"
        self._title = f"{what} through the run: step, and change since the first"
        steps, change = answer["steps"], answer["change"]
        self.setAccessibleDescription(
            f"{len(steps)} moments to step {steps[-1]:,}; "
            f"changed by {quantities.percent(float(change[-1]))} since the first"
        )
        self.update()

    def say(self, text: str) -> None:
        """Says why there is nothing to show."""
        self._answer, self._images, self._title = None, [], text
        self.setAccessibleDescription(text)
        self.update()

    @property
    def moments_shown(self) -> list[int]:
        """Which moments have room: the first and the last always."""
        count = len(self._images)
        room = max(2, (self.width() + GAP) // (self._tile_width() + GAP))
        if count <= room:
            return list(range(count))
        return sorted(set(np.linspace(0, count - 1, room).round().astype(int).tolist()))

    def sizeHint(self) -> QSize:
        return QSize(320, HEIGHT)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self._told_at(event.pos()), self)
            return True
        return super().event(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.moment_at(event.position().toPoint()) >= 0:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self.unsetCursor()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        moment = self.moment_at(event.position().toPoint())
        if moment >= 0 and event.button() == Qt.MouseButton.LeftButton:
            assert self._answer is not None, "it has moments"
            self.step_chosen.emit(int(self._answer["steps"][moment]))
        else:
            super().mousePressEvent(event)

    def moment_at(self, position: QPoint) -> int:
        """The moment whose tile stands at a point of the widget; -1 if none."""
        for place, moment in enumerate(self.moments_shown if self._images else []):
            if self._tile_rect(place).adjusted(-4, 0, 4, 2 * LINE).contains(position):
                return moment
        return -1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        painter.drawText(QRect(0, 0, self.width(), LINE), Qt.AlignmentFlag.AlignLeft, self._title)
        if self._answer is None:
            return
        painter.setFont(theme.font(11))
        middle = Qt.AlignmentFlag.AlignHCenter
        for place, moment in enumerate(self.moments_shown):
            image, tile = self._images[moment], self._tile_rect(place)
            scale = min(tile.width() / image.width(), tile.height() / image.height())
            size = QSize(
                max(1, round(image.width() * scale)), max(1, round(image.height() * scale))
            )
            left = tile.left() + (tile.width() - size.width()) // 2
            top = tile.top() + (tile.height() - size.height()) // 2
            painter.drawImage(QRect(QPoint(left, top), size), image)
            below = QRect(tile.left() - 4, tile.bottom() + 3, tile.width() + 8, LINE)
            painter.setPen(theme.color("text_muted"))
            painter.drawText(below, middle, f"{int(self._answer['steps'][moment]):,}")
            painter.setPen(theme.color("text"))
            change = _share(float(self._answer["change"][moment]))
            painter.drawText(below.translated(0, LINE), middle, change)

    def _tile_width(self) -> int:
        if not self._images:
            return TILE
        aspect = self._images[0].width() / max(1, self._images[0].height())
        return round(TILE * min(2.0, max(1.0, aspect)))

    def _tile_rect(self, place: int) -> QRect:
        width = self._tile_width()
        return QRect(place * (width + GAP) + 4, LINE + 4, width, TILE)

    def _told_at(self, position: QPoint) -> str:
        moment = self.moment_at(position)
        if self._answer is None or moment < 0:
            return ""
        cosine = number_text(float(self._answer["cosine"][moment]))
        change = _share(float(self._answer["change"][moment]))
        return (
            f"Step {int(self._answer['steps'][moment]):,}: changed by {change} of its norm at the "
            f"beginning; the cosine to it is {cosine}. A click looks at the network of this step."
        )


def _share(value: float) -> str:
    return quantities.percent(value) if np.isfinite(value) else "–"
