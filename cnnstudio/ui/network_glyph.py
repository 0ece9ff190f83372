"""A network as a small picture: a bar for each layer, lower where the image has shrunk, with an
arc for each wire that skips layers."""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cnnstudio.graph import Network, Node
from cnnstudio.layers import catalogue
from cnnstudio.ui import theme

WIDE = ("Convolution", "Linear")
SHRINK = 0.74
FLAT_HEIGHT = 0.2
LOWEST = 0.16
ARC_SPACE = 0.2


def paint_glyph(painter: QPainter, area: QRectF, network: Network) -> None:
    """Draws the network into `area`, left to right."""
    depths = _depths(network)
    if not depths:
        return
    heights = _heights(network)
    columns: dict[int, list[Node]] = defaultdict(list)
    for id, depth in depths.items():
        columns[depth].append(network.node(id))
    widths = {depth: max(map(_width, nodes)) for depth, nodes in columns.items()}
    unit = min(area.width() / (sum(widths.values()) * 1.35), 11.0)
    total = sum(widths.values()) * unit * 1.35
    left = area.center().x() - total / 2
    below = area.adjusted(0, area.height() * ARC_SPACE, 0, 0)
    boxes: dict[str, QRectF] = {}
    for depth in sorted(columns):
        width = widths[depth] * unit
        share = below.height() / len(columns[depth])
        for index, node in enumerate(columns[depth]):
            height = share * heights[node.id] * (0.8 if len(columns[depth]) > 1 else 1.0)
            middle = below.top() + share * (index + 0.5)
            boxes[node.id] = QRectF(left, middle - height / 2, max(width, 1.0), height)
        left += width * 1.35
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_arcs(painter, network, depths, boxes)
    for id, box in boxes.items():
        painter.fillRect(box, _color(network.node(id)))
    painter.restore()


def _paint_arcs(
    painter: QPainter, network: Network, depths: dict[str, int], boxes: dict[str, QRectF]
) -> None:
    color = theme.color("text_muted")
    color.setAlphaF(0.7)
    painter.setPen(QPen(color, 1.0))
    for edge in network.edges:
        if edge.source not in boxes or edge.target not in boxes:
            continue
        if depths[edge.target] - depths[edge.source] < 2:
            continue
        start, end = boxes[edge.source], boxes[edge.target]
        first = QPointF(start.center().x(), start.top())
        last = QPointF(end.center().x(), end.top())
        rise = min(14.0, 3.0 + abs(last.x() - first.x()) * 0.25)
        top = min(first.y(), last.y()) - rise
        path = QPainterPath(first)
        path.cubicTo(QPointF(first.x(), top), QPointF(last.x(), top), last)
        painter.drawPath(path)


def _depths(network: Network) -> dict[str, int]:
    """The longest way from an input to each node, in wires."""
    depths: dict[str, int] = {}
    for id in network.topological():
        before = [depths[e.source] for e in network.incoming(id) if e.source in depths]
        depths[id] = max(before, default=-1) + 1
    return depths


def _heights(network: Network) -> dict[str, float]:
    """How high each node's bar is, 0…1: an impression of its output's height and width."""
    heights: dict[str, float] = {}
    for id in network.topological():
        node = network.node(id)
        height = max((heights.get(e.source, 1.0) for e in network.incoming(id)), default=1.0)
        if node.kind.startswith("AdaptiveAvgPool") or node.kind in ("Flatten", "Linear", "Mean"):
            height = FLAT_HEIGHT
        elif _shrinks(node):
            height = max(LOWEST, height * SHRINK)
        heights[id] = height
    return heights


def _shrinks(node: Node) -> bool:
    if node.kind.startswith(("MaxPool", "AvgPool")):
        return node.parameters.get("stride") not in (1, [1, 1])
    stride = node.parameters.get("stride", 1)
    return max(stride) > 1 if isinstance(stride, list) else isinstance(stride, int) and stride > 1


def _width(node: Node) -> float:
    return 1.0 if _category(node) in WIDE else 0.45


def _category(node: Node) -> str:
    return catalogue[node.kind].category if node.kind in catalogue else ""


def _color(node: Node) -> QColor:
    return theme.category_color(_category(node))
