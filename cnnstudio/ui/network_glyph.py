"""A network as a small picture: a bar for each layer, lower where the image has shrunk, with an
arc for each wire that skips layers. A block is a bar for each of its copies."""

from __future__ import annotations

from collections import defaultdict

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cnnstudio.graph import Network, Node, Project
from cnnstudio.layers import catalogue
from cnnstudio.ui import theme

WIDE = ("Convolution", "Linear")
LEARNING = ("Attention", "Convolution", "Linear")
FLATTENING = ("AdaptiveAvgPool", "Flatten", "Linear", "Mean", "SpatialMean")
GROWING = ("ConvTranspose", "Upsample")
SHRINK = 0.74
GAP = 0.35  # behind a bar, of its width
FLAT_HEIGHT = 0.2
LOWEST = 0.16
ARC_SPACE = 0.2
MOST_SLICES = 9
SLICE = 0.55  # width of a block's further copies


def paint_glyph(painter: QPainter, area: QRectF, project: Project) -> None:
    """Draws the project's main network into `area`, left to right."""
    network = project.network
    depths = _depths(network)
    if not depths:
        return
    heights = _heights(project)
    columns: dict[int, list[Node]] = defaultdict(list)
    for id, depth in depths.items():
        columns[depth].append(network.node(id))
    widths = {depth: max(map(_width, nodes)) for depth, nodes in columns.items()}
    gaps = {depth: GAP * min(width, 1.0) for depth, width in widths.items()}
    taken = sum(widths.values()) + sum(gaps.values())
    unit = min(area.width() / taken, 11.0)
    total = taken * unit
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
        left += width + gaps[depth] * unit
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    _paint_arcs(painter, network, depths, boxes)
    for id, box in boxes.items():
        _paint_bar(painter, box, project, network.node(id))
    painter.restore()


def _paint_bar(painter: QPainter, box: QRectF, project: Project, node: Node) -> None:
    color, slices = _color(project, node), _slices(node)
    if slices == 1:
        painter.fillRect(box, color)
        return
    step = box.width() / slices
    gap = min(1.0, step * 0.3)
    for index in range(slices):
        painter.fillRect(
            QRectF(box.left() + index * step, box.top(), step - gap, box.height()), color
        )


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


def _heights(project: Project) -> dict[str, float]:
    """How high each node's bar is, 0…1: an impression of its output's height and width."""
    network = project.network
    heights: dict[str, float] = {}
    for id in network.topological():
        node = network.node(id)
        height = max((heights.get(e.source, 1.0) for e in network.incoming(id)), default=1.0)
        if node.kind.startswith(FLATTENING):
            height = FLAT_HEIGHT
        else:
            grown = height * SHRINK ** _halvings(project, node, (network.name,))
            height = min(1.0, max(LOWEST, grown)) if grown != height else height
        heights[id] = height
    return heights


def _halvings(project: Project, node: Node, within: tuple[str, ...]) -> int:
    """1 if its output is about half as large as its input, −1 if it is twice as large."""
    if node.kind.startswith(GROWING):
        return -1
    if node.kind.startswith(("MaxPool", "AvgPool")):
        return int(node.parameters.get("stride") not in (1, [1, 1]))
    stride = node.parameters.get("stride", 1)
    stride = stride[0] if isinstance(stride, list) and stride else stride
    if (isinstance(stride, int) and stride > 1) or stride == "=stem_stride":
        return 1
    inner = project.block(node.block or "")
    if inner is None or inner.name in within or "stride" in node.parameters:
        return 0
    inside = {_halvings(project, other, (*within, inner.name)) for other in inner.nodes}
    return next((each for each in (-1, 1) if each in inside), 0)


def _slices(node: Node) -> int:
    repeat = node.parameters.get("repeat", 1)
    return min(repeat, MOST_SLICES) if isinstance(repeat, int) and repeat > 0 else 1


def _width(node: Node) -> float:
    if node.block is not None:
        return 1.0 + SLICE * (_slices(node) - 1)
    return 1.0 if _category(node) in WIDE else 0.45


def _category(node: Node) -> str:
    if node.block is not None:
        return "Blocks"
    return catalogue[node.kind].category if node.kind in catalogue else ""


def _color(project: Project, node: Node) -> QColor:
    """A block has the colour of the first of its layers that learns."""
    inner = project.block(node.block or "")
    if inner is None:
        return theme.category_color(_category(node))
    found = {_category(other) for other in inner.nodes}
    return theme.category_color(next((c for c in LEARNING if c in found), "Convolution"))
