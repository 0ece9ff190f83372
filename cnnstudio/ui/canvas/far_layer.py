"""All cards and wires seen from far away: blocks and lines, drawn in a few calls for speed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cnnstudio.ui.canvas.geometry import CARD_WIDTH
from cnnstudio.ui.canvas.layer import Layer
from cnnstudio.ui.canvas.node_item import NodeItem
from cnnstudio.ui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

EDGE_PIXELS = 4.0
WORDS = QRectF(16, 12, 72, 8), QRectF(16, 30, 104, 12)
WORDS_SCALE = 0.08


@dataclass
class _Blocks:
    """What is drawn, gathered once for many frames."""

    lines: dict[int | None, list[QLineF]] = field(default_factory=dict)  # by level of strength
    cards: dict[int | None, list[QRectF]] = field(default_factory=dict)  # by level of the tint
    words: list[QRectF] = field(default_factory=list)
    selected: list[QRectF] = field(default_factory=list)
    categories: dict[str, list[QRectF]] = field(default_factory=dict)
    marked: dict[str, list[QRectF]] = field(default_factory=dict)
    _edges: dict[str, tuple[float, list[QRectF]]] = field(default_factory=dict)

    def edges(self, category: str, rects: list[QRectF], width: float) -> list[QRectF]:
        """The cards' coloured left edges; kept, since most frames have the scale of the last."""
        kept_width, edges = self._edges.get(category, (0.0, []))
        if kept_width != width:
            edges = [QRectF(rect.left(), rect.top(), width, rect.height()) for rect in rects]
            self._edges[category] = width, edges
        return edges


class FarLayer(Layer):
    """What stands still is gathered once; what is dragged is drawn apart from it."""

    def __init__(self, canvas: CanvasScene) -> None:
        super().__init__(canvas)
        self._still: _Blocks | None = None
        self._lifted: _Blocks | None = None
        self._apart: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())
        self.setZValue(2)
        self.setVisible(False)

    def refresh(self) -> None:
        """Gathers anew what is drawn: a card was selected, marked, moved, added or removed."""
        self._still = self._lifted = None
        self.update()

    def paint_exposed(self, painter: QPainter, exposed: QRectF) -> None:
        canvas = self.canvas
        lively, lifted, step = canvas.preview.dragged()
        if (lively, lifted) != self._apart:
            self._apart = lively, lifted
            self._still = self._lifted = None
        levels = canvas.strengths.levels
        nodes, wires = canvas.nodes.values(), canvas.wires.values()
        if self._still is None:
            gone = lively | lifted
            self._still = _gathered(
                [item for item in nodes if item.id not in gone],
                [w for w in wires if w.edge.source not in gone and w.edge.target not in gone],
                levels,
            )
            self._lifted = _gathered(
                [canvas.nodes[id] for id in sorted(lifted)],
                [w for w in wires if w.edge.source in lifted and w.edge.target in lifted],
                levels,
            )
        self._paint(painter, self._still)
        if self._lifted is not None and lifted:
            painter.translate(step)
            self._paint(painter, self._lifted)
            painter.translate(-step)
        if lively or lifted:
            items = [canvas.nodes[id] for id in sorted(lively)]
            self._paint(painter, _gathered(items, canvas.preview.loose_wires(), levels))

    def _paint(self, painter: QPainter, blocks: _Blocks) -> None:
        look = self.canvas.look
        scale = painter.worldTransform().m11()
        edge = min(EDGE_PIXELS / scale, CARD_WIDTH / 3)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for strength, lines in blocks.lines.items():
            painter.setPen(QPen(look.wire, 0) if strength is None else look.strength_pens[strength])
            painter.drawLines(lines)
        painter.setPen(QPen(look.border, 0))
        for level, rects in blocks.cards.items():
            self._fill(painter, rects, look.surface if level is None else look.tint(level))
        painter.setPen(Qt.PenStyle.NoPen)
        for category, rects in blocks.categories.items():
            self._fill(painter, blocks.edges(category, rects, edge), look.category(category))
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

    def _fill(self, painter: QPainter, rects: list[QRectF], color: QColor) -> None:
        painter.setBrush(color)
        painter.drawRects(rects)


def _gathered(
    nodes: Iterable[NodeItem], wires: Iterable[WireItem], levels: Mapping[str, int]
) -> _Blocks:
    blocks = _Blocks()
    for wire in wires:
        points = [QPointF(*point) for point in wire.route.points]
        lines = blocks.lines.setdefault(levels.get(wire.edge.source), [])
        lines += [QLineF(start, end) for start, end in pairwise(points)]
    for item in nodes:
        rect, content = item.rect, item.content
        blocks.cards.setdefault(content.tint.level if content.tint else None, []).append(rect)
        blocks.words += [word.translated(rect.topLeft()) for word in WORDS]
        blocks.categories.setdefault(content.category, []).append(rect)
        if item.selected:
            blocks.selected.append(rect)
        if content.severity:
            blocks.marked.setdefault(content.severity, []).append(rect)
    return blocks
