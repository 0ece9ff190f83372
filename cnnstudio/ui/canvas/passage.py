"""The short passage to another network: the one that is left grows or shrinks, and fades."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, QVariantAnimation
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

MILLISECONDS = 140
GROWTH = 0.25


class Passage(QWidget):
    """Lies over a view while it fades, lets the mouse through, and is gone when it is over."""

    def __init__(self, over: QWidget, left: QPixmap, centre: QPointF, inwards: bool) -> None:
        super().__init__(over)
        self._left = left
        self._centre = centre
        self._inwards = inwards
        self.setObjectName("passage")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setGeometry(over.rect())
        self._share = 0.0
        self._clock = QVariantAnimation(self)
        self._clock.setDuration(MILLISECONDS)
        self._clock.setStartValue(0.0)
        self._clock.setEndValue(1.0)
        self._clock.valueChanged.connect(self._go_on)
        self._clock.finished.connect(self.deleteLater)
        self.show()
        self._clock.start()

    def _go_on(self, share: float) -> None:
        self._share = share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setOpacity(1.0 - self._share)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        grown = 1.0 + GROWTH * self._share * (1 if self._inwards else -1)
        painter.translate(self._centre)
        painter.scale(grown, grown)
        painter.translate(-self._centre)
        painter.drawPixmap(QRectF(self.rect()), self._left, QRectF(self._left.rect()))
