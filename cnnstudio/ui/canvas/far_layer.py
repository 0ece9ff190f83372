"""All cards and wires seen from far away: blocks and lines, drawn in a few calls for speed."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.ui.canvas.geometry import CARD_WIDTH

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

EDGE_PIXELS = 4.0
WORDS = QRectF(16, 12, 72, 8), QRectF(16, 30, 104, 12)
WORDS_SCALE = 0.08


@dataclass
class _Blocks:
    """What is drawn, gathered once for many frames."""

    lines: list[QLineF] = field(default_factory=list)
    cards: list[QRectF] = field(default_factory=list)
    words: list[QRectF] = field(default_factory=list)
    selected: list[QRectF] = field(default_factory=list)
    categories: dict[str, list[QRectF]] = field(default_factory=dict)
    marked: dict[str, list[QRectF]] = field(default_factory=dict)


class FarLayer(QGraphicsItem):
    def __init__(self, canvas: CanvasScene) -> None:
        super().__init__()
        self._canvas = canvas
        self._extent = QRectF()
        self._blocks: _Blocks | None = None
        self.setVisible(False)

    def spread(self, extent: QRectF) -> None:
        """Takes up that cards and wires changed; they lie within `extent`."""
        self.prepareGeometryChange()
        self._extent = extent
        self.refresh()

    def refresh(self) -> None:
        """Gathers anew what is drawn: a card was selected or marked."""
        self._blocks = None
        self.update()

    def boundingRect(self) -> QRectF:
        return self._extent

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        look = self._canvas.look
        blocks = self._blocks = self._blocks or self._gathered()
        scale = painter.worldTransform().m11()
        edge = min(EDGE_PIXELS / scale, CARD_WIDTH / 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(look.wire, 0))
        painter.drawLines(blocks.lines)
        painter.setPen(QPen(look.border, 0))
        painter.setBrush(look.surface)
        painter.drawRects(blocks.cards)
        painter.setPen(Qt.PenStyle.NoPen)
        for category, rects in blocks.categories.items():
            edges = [QRectF(rect.left(), rect.top(), edge, rect.height()) for rect in rects]
            self._fill(painter, edges, look.category(category))
        if scale > WORDS_SCALE:
            self._fill(painter, blocks.words, look.grid)
        for severity, rects in blocks.marked.items():
            marks = [
                QRectF(rect.right() - 2 * edge, rect.top(), 2 * edge, 2 * edge) for rect in rects
            ]
            self._fill(painter, marks, look.severity(severity))
        if blocks.selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(look.accent, 2 / scale))
            painter.drawRects(blocks.selected)

    def _gathered(self) -> _Blocks:
        blocks = _Blocks()
        for wire in self._canvas.wires.values():
            points = [QPointF(*point) for point in wire.route.points]
            blocks.lines += [QLineF(start, end) for start, end in pairwise(points)]
        for item in self._canvas.nodes.values():
            rect, content = item.rect, item.content
            blocks.cards.append(rect)
            blocks.words += [word.translated(rect.topLeft()) for word in WORDS]
            blocks.categories.setdefault(content.category, []).append(rect)
            if item.selected:
                blocks.selected.append(rect)
            if content.severity:
                blocks.marked.setdefault(content.severity, []).append(rect)
        return blocks

    def _fill(self, painter: QPainter, rects: list[QRectF], color: QColor) -> None:
        painter.setBrush(color)
        painter.drawRects(rects)
