"""A wire on the canvas: a smooth line along its route, with the tensor's shape beside it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPainterPath
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from cnnstudio.graph import Edge
from cnnstudio.graph.layout import Flow
from cnnstudio.ui.canvas.geometry import LABEL_SCALE, Point
from cnnstudio.ui.canvas.routing import Route, tangent

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

CORNER = 24.0
BLEED = 4.0
LABEL_GAP = 8.0


class WireItem(QGraphicsItem):
    def __init__(self, canvas: CanvasScene, edge: Edge) -> None:
        super().__init__()
        self._canvas = canvas
        self.edge = edge
        self.label = ""
        self.selected = False
        self.hovered = False
        self.line: list[QPointF] = []
        self.route = Route((), curve=True)
        self._path = QPainterPath()
        self._bounds = QRectF()
        self._label_at = QPointF()

    @property
    def start(self) -> QPointF:
        return self.line[0] if self.line else QPointF()

    @property
    def end(self) -> QPointF:
        return self.line[-1] if self.line else QPointF()

    def follow(self, route: Route) -> None:
        if route == self.route:
            return
        self.prepareGeometryChange()
        self.route = route
        self._path = wire_path(route, self._canvas.flow)
        self.line = flattened(self._path)
        self._label_at = _label_place(route, self._path)
        self._measure()

    def show_label(self, label: str) -> None:
        if label != self.label:
            self.prepareGeometryChange()
            self.label = label
            self._measure()

    def _measure(self) -> None:
        bounds = self._path.boundingRect().adjusted(-BLEED, -BLEED, BLEED, BLEED)
        if self.label:
            metrics = self._canvas.look.text_metrics
            width = metrics.horizontalAdvance(self.label)
            bounds |= QRectF(self._label_at.x(), self._label_at.y() - 14, width + 2, 20)
        self._bounds = bounds
        self.update()

    def set_state(self, selected: bool, hovered: bool) -> None:
        if (selected, hovered) != (self.selected, self.hovered):
            self.selected, self.hovered = selected, hovered
            self.update()

    def distance(self, point: QPointF, within: float) -> float:
        """How far the point is from the line; infinite if more than `within`."""
        if not self._bounds.adjusted(-within, -within, within, within).contains(point):
            return float("inf")
        px, py, best = point.x(), point.y(), within * within
        found = float("inf")
        for a, b in pairwise(self.line):
            ax, ay, dx, dy = a.x(), a.y(), b.x() - a.x(), b.y() - a.y()
            length = dx * dx + dy * dy
            t = min(max(((px - ax) * dx + (py - ay) * dy) / length, 0.0), 1.0) if length else 0.0
            away = (ax + t * dx - px) ** 2 + (ay + t * dy - py) ** 2
            if away <= best:
                best = found = away
        return found**0.5

    def boundingRect(self) -> QRectF:
        return self._bounds

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        look = self._canvas.look
        if self.selected:
            painter.setPen(look.wire_selected_pen)
        elif self.hovered:
            painter.setPen(look.wire_hover_pen)
        else:
            painter.setPen(look.wire_pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPath(self._path)
        if self.label and painter.worldTransform().m11() >= LABEL_SCALE:
            painter.setPen(look.muted)
            painter.setFont(look.text_font)
            painter.drawText(self._label_at, self.label)


def wire_path(route: Route, flow: Flow) -> QPainterPath:
    """The route as a smooth line: one sweep, or round corners."""
    if not route.points:
        return QPainterPath()
    points = [QPointF(*point) for point in route.points]
    path = QPainterPath(points[0])
    if route.curve:
        start, end = points[0], points[-1]
        if flow == "down":
            pull = QPointF(0, tangent(route.points[0], route.points[-1]))
        else:
            pull = QPointF(tangent(route.points[0][::-1], route.points[-1][::-1]), 0)
        path.cubicTo(start + pull, end - pull, end)
        return path
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(CORNER, _length(corner - before) / 2, _length(after - corner) / 2)
        path.lineTo(_towards(corner, before, radius))
        path.quadTo(corner, _towards(corner, after, radius))
    path.lineTo(points[-1])
    return path


def flattened(path: QPainterPath) -> list[QPointF]:
    polygons = path.toSubpathPolygons()
    return list(polygons[0]) if polygons else []


def _label_place(route: Route, path: QPainterPath) -> QPointF:
    """Right of the middle of the wire's longest upright stretch, or of its middle."""
    below = QPointF(LABEL_GAP, 4)
    if route.curve or len(route.points) < 2:
        return path.pointAtPercent(0.5) + below
    longest: tuple[float, Point] = (0.0, route.points[0])
    for (x1, y1), (x2, y2) in pairwise(route.points):
        if x1 == x2 and abs(y2 - y1) > longest[0]:
            longest = abs(y2 - y1), (x1, (y1 + y2) / 2)
    return QPointF(*longest[1]) + below


def _length(vector: QPointF) -> float:
    return (vector.x() ** 2 + vector.y() ** 2) ** 0.5


def _towards(start: QPointF, end: QPointF, distance: float) -> QPointF:
    length = _length(end - start)
    return start + (end - start) * (distance / length) if length else start
