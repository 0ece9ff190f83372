"""A network's answer as bars: first the classes that were likeliest at the first look."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cnnstudio.ui import quantities, theme

ROWS = 10
ROW_HEIGHT = 24
NAME_SHARE = 0.36
PERCENT_WIDTH = 60
BAR_HEIGHT = 8


class PredictionBars(QWidget):
    """The ten likeliest classes; the true one, where it is known, has a mark.

    `chosen(class)` is emitted for a class that is clicked.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names: list[str] = []
        self._shares = np.zeros(0, np.float32)
        self._order: list[int] = []
        self._likeliest = -1
        self._true: int | None = None
        self._after: np.ndarray | None = None
        self.setAccessibleName("Predictions")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_prediction(
        self,
        names: Sequence[str],
        probabilities: np.ndarray,
        true: int | None = None,
        in_place: bool = False,
    ) -> None:
        """Probabilities (classes,) with their names; `true` is the class that is right. With
        `in_place` each class stays in its row, if the likeliest has one."""
        kept = in_place and list(names) == self._names
        self._names, self._shares, self._true = list(names), np.asarray(probabilities), true
        self._likeliest = int(np.argmax(self._shares)) if len(self._shares) else -1
        if not (kept and self._likeliest in self._order):
            self._order = np.argsort(-self._shares, kind="stable")[:ROWS].tolist()
        self.setAccessibleDescription(
            ", ".join(f"{self._names[n]} {quantities.percent(self._shares[n])}" for n in self.order)
        )
        self.updateGeometry()
        self.update()

    def show_after(self, probabilities: np.ndarray | None) -> None:
        """What the network says with something changed: thick bars, those of before become thin."""
        self._after = None if probabilities is None else np.asarray(probabilities)
        self.update()

    @property
    def after(self) -> np.ndarray | None:
        """What `show_after` shows."""
        return self._after

    @property
    def order(self) -> list[int]:
        """The classes shown, from the top."""
        return self._order

    def sizeHint(self) -> QSize:
        return QSize(240, max(1, len(self._order)) * ROW_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, self.sizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y() // ROW_HEIGHT)
        if event.button() == Qt.MouseButton.LeftButton and 0 <= row < len(self._order):
            self.chosen.emit(self._order[row])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for row, number in enumerate(self._order):
            area = QRectF(0, row * ROW_HEIGHT, self.width(), ROW_HEIGHT)
            self._paint_row(painter, area, number, number == self._likeliest)

    def _paint_row(self, painter: QPainter, area: QRectF, number: int, likeliest: bool) -> None:
        before = float(np.nan_to_num(self._shares[number]))
        changed = self._after is not None and len(self._after) == len(self._shares)
        share = before
        if self._after is not None and changed:
            share = float(np.nan_to_num(self._after[number]))
        is_true = number == self._true
        painter.setFont(theme.font(13, bold=likeliest))
        painter.setPen(theme.color("text" if likeliest or is_true else "text_muted"))
        name = QRectF(area.left(), area.top(), area.width() * NAME_SHARE - 8, area.height())
        mark = "✓ " if is_true else ""
        text = painter.fontMetrics().elidedText(
            mark + self._names[number], Qt.TextElideMode.ElideRight, int(name.width())
        )
        painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, text)
        percent = QRectF(area.right() - PERCENT_WIDTH, area.top(), PERCENT_WIDTH, area.height())
        right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        painter.drawText(percent, right, quantities.percent(share))
        track = QRectF(name.right() + 8, area.center().y() - BAR_HEIGHT / 2, 0, BAR_HEIGHT)
        track.setRight(percent.left() - 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("track"))
        painter.drawRoundedRect(track, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
        if changed:
            thin = QRectF(track.left(), track.bottom() + 2, track.width() * before, 3)
            painter.setBrush(theme.color("text_muted"))
            painter.drawRoundedRect(thin, 1.5, 1.5)
        filled = QRectF(track)
        filled.setWidth(max(BAR_HEIGHT * (share > 0.001), track.width() * share))
        painter.setBrush(theme.color("ok" if is_true else "accent" if likeliest else "text_muted"))
        painter.drawRoundedRect(filled, BAR_HEIGHT / 2, BAR_HEIGHT / 2)
