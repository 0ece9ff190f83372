"""All cards and wires seen from far away: blocks and lines, drawn in a few calls for speed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.ui.canvas.geometry import CARD_WIDTH

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

EDGE_PIXELS = 4.0
WORDS = QRectF(16, 12, 72, 8), QRectF(16, 30, 104, 12)


class FarLayer(QGraphicsItem):
    def __init__(self, canvas: CanvasScene) -> None:
        super().__init__()
        self._canvas = canvas
        self._bounds = QRectF()
        self.setVisible(False)

    def follow(self) -> None:
        """Takes up where the cards and wires are now."""
        self.prepareGeometryChange()
        bounds = self._canvas.bounds()
        for wire in self._canvas.wires.values():
            bounds |= wire.boundingRect()
        self._bounds = bounds.adjusted(-8, -8, 8, 8)
        self.update()

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        look = self._canvas.look
        scale = painter.worldTransform().m11()
        self._paint_wires(painter, QPen(look.wire, 0))
        blocks: list[QRectF] = []
        edges: dict[str, list[QRectF]] = {}
        words: list[QRectF] = []
        selected: list[QRectF] = []
        marked: dict[str, list[QRectF]] = {}
        edge_width = min(EDGE_PIXELS / scale, CARD_WIDTH / 3)
        for item in self._canvas.nodes.values():
            rect = item.rect
            blocks.append(rect)
            edges.setdefault(item.content.category, []).append(
                QRectF(rect.left(), rect.top(), edge_width, rect.height())
            )
            words.extend(word.translated(rect.topLeft()) for word in WORDS)
            if item.selected:
                selected.append(rect)
            if item.content.severity:
                size = edge_width * 2
                marked.setdefault(item.content.severity, []).append(
                    QRectF(rect.right() - size, rect.top(), size, size)
                )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(look.border, 0))
        painter.setBrush(look.surface)
        painter.drawRects(blocks)
        painter.setPen(Qt.PenStyle.NoPen)
        for category, rects in edges.items():
            self._fill(painter, rects, look.category(category))
        if scale > 0.08:
            self._fill(painter, words, look.grid)
        for severity, rects in marked.items():
            self._fill(painter, rects, look.severity(severity))
        if selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.accent, 2 / scale))
            painter.drawRects(selected)

    def _paint_wires(self, painter: QPainter, pen: QPen) -> None:
        painter.setPen(pen)
        for wire in self._canvas.wires.values():
            if wire.route.curve:
                painter.drawLine(wire.start, wire.end)
            else:
                painter.drawPolyline([QPointF(*point) for point in wire.route.points])

    def _fill(self, painter: QPainter, rects: list[QRectF], color: QColor) -> None:
        painter.setBrush(color)
        painter.drawRects(rects)
