"""A wire on the canvas: a smooth line along its route. Layers draw it and its label."""

from __future__ import annotations

from itertools import pairwise
from math import dist
from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QPainterPath

from cnnstudio.graph import Edge
from cnnstudio.graph.layout import Flow
from cnnstudio.ui.canvas.geometry import Point
from cnnstudio.ui.canvas.routing import Route, tangent

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

CORNER = 24.0
BLEED = 4.0


class WireItem:
    """A plain value beside the scene's layers; the wire layer draws it."""

    def __init__(self, canvas: CanvasScene, edge: Edge) -> None:
        self._canvas = canvas
        self.edge = edge
        self.key = wire_key(edge)
        self.label = ""
        self.selected = False
        self.hovered = False
        self.opacity = 1.0
        self._line: list[QPointF] | None = []  # None: to be found when it is asked for
        self.route = Route((), curve=True)
        self.path = QPainterPath()
        self.straight: QLineF | None = None  # the whole wire, if it is one line
        self._bounds = QRectF()

    @property
    def line(self) -> list[QPointF]:
        """The path in short straight pieces."""
        if self._line is None:
            self._line = flattened(self.path)
        return self._line

    @property
    def start(self) -> QPointF:
        return QPointF(*self.route.points[0]) if self.route.points else QPointF()

    @property
    def end(self) -> QPointF:
        return QPointF(*self.route.points[-1]) if self.route.points else QPointF()

    @property
    def bounds(self) -> QRectF:
        return self._bounds

    def follow(self, route: Route) -> None:
        if route == self.route:
            return
        self.update()
        self.route = route
        self.path = wire_path(route, self._canvas.flow)
        self._line = None
        self.straight = None
        if len(route.points) == 2 and _aligned(*route.points, self._canvas.flow):
            self.straight = QLineF(QPointF(*route.points[0]), QPointF(*route.points[1]))
        self._take_bounds()

    def shift(self, dx: float, dy: float) -> None:
        """Moves the wire as it is."""
        self.update()
        points = tuple((x + dx, y + dy) for x, y in self.route.points)
        self.route = Route(points, self.route.curve)
        self.path.translate(dx, dy)
        step = QPointF(dx, dy)
        self._line = None
        if self.straight is not None:
            self.straight.translate(step)
        self._take_bounds()

    def _take_bounds(self) -> None:
        self._bounds = self.path.boundingRect().adjusted(-BLEED, -BLEED, BLEED, BLEED)
        self._canvas.wire_index.put(self.key, self._bounds.getCoords())
        self.update()

    def update(self) -> None:
        """Draws the wire anew at the next frame."""
        self._canvas.wire_layer.update(self._bounds)

    def stretches(self) -> list[tuple[QPointF, QPointF]]:
        """The straight parts, the longest along the flow first; a curve is one part."""
        points = [QPointF(*point) for point in self.route.points]
        down = self._canvas.flow == "down"

        def reach(stretch: tuple[QPointF, QPointF]) -> tuple[float, float]:
            step = stretch[1] - stretch[0]
            along, across = abs(step.y()), abs(step.x())
            return (along, across) if down else (across, along)

        return sorted(pairwise(points), key=reach, reverse=True)

    def set_state(self, selected: bool, hovered: bool) -> None:
        if (selected, hovered) != (self.selected, self.hovered):
            self.selected, self.hovered = selected, hovered
            self.update()

    def set_opacity(self, opacity: float) -> None:
        if opacity != self.opacity:
            self.opacity = opacity
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


def wire_key(edge: Edge) -> str:
    """A name for the wire that sorts and can be looked up."""
    return f"{edge.source!r} {edge.source_port} {edge.target!r} {edge.target_port}"


def _aligned(start: Point, end: Point, flow: Flow) -> bool:
    """Whether the ports face each other, so that a sweep between them is a straight line."""
    return start[0] == end[0] if flow == "down" else start[1] == end[1]


def wire_path(route: Route, flow: Flow) -> QPainterPath:
    """The route as a smooth line: one sweep, or round corners."""
    if not route.points:
        return QPainterPath()
    points = route.points
    path = QPainterPath(QPointF(*points[0]))
    if route.curve:
        (x1, y1), (x2, y2) = points[0], points[-1]
        if flow == "down":
            pull = tangent((x1, y1), (x2, y2))
            path.cubicTo(x1, y1 + pull, x2, y2 - pull, x2, y2)
        else:
            pull = tangent((y1, x1), (y2, x2))
            path.cubicTo(x1 + pull, y1, x2 - pull, y2, x2, y2)
        return path
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        into, onward = dist(before, corner), dist(corner, after)
        radius = min(CORNER, into / 2, onward / 2)
        path.lineTo(*_towards(corner, before, radius, into))
        path.quadTo(*corner, *_towards(corner, after, radius, onward))
    path.lineTo(*points[-1])
    return path


def flattened(path: QPainterPath) -> list[QPointF]:
    polygons = path.toSubpathPolygons()
    return list(polygons[0]) if polygons else []


def _towards(start: Point, end: Point, step: float, distance: float) -> Point:
    """The point a step from the start to an end at this distance."""
    share = step / distance if distance else 0.0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
