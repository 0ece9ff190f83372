"""The shapes beside the wires: where each stands so that all can be read, and drawing them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QStaticText

from cnnstudio.graph import Edge
from cnnstudio.ui.canvas.geometry import LABEL_SCALE
from cnnstudio.ui.canvas.layer import Layer
from cnnstudio.ui.canvas.routing import Box, CardIndex
from cnnstudio.ui.canvas.wire_item import wire_key

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene
    from cnnstudio.ui.canvas.wire_item import WireItem

GAP = 8.0  # from the wire
PADDING = 2.0
ALONG = (0.5, 0.25, 0.75, 0.12, 0.88)  # of a stretch, tried in this order


class LabelLayer(Layer):
    """Draws all labels over the wires, each on a ground that parts it from wires behind."""

    def __init__(self, canvas: CanvasScene) -> None:
        super().__init__(canvas)
        self._taken = CardIndex()
        self._shown: dict[str, tuple[Edge, str]] = {}
        self._texts: dict[str, QStaticText] = {}
        self.setZValue(0.5)

    def place(self, wires: Iterable[WireItem]) -> None:
        """Finds places for these wires' labels anew."""
        wires = list(wires)
        for wire in wires:
            self.drop(wire.edge)
        for wire in wires:
            if wire.label:
                self._place(wire)

    def drop(self, edge: Edge) -> None:
        key = wire_key(edge)
        if key in self._shown:
            self.update(_rect(self._taken.boxes[key]))
            del self._shown[key]
            self._taken.drop(key)

    def shift(self, wires: Iterable[WireItem], dx: float, dy: float) -> None:
        """Moves these wires' labels with the wires."""
        for wire in wires:
            box = self._taken.boxes.get(wire.key)
            if box is not None:
                self.update(_rect(box))
                moved = (box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy)
                self._taken.put(wire.key, moved)
                self.update(_rect(moved))

    def near(self, box: Box) -> list[Edge]:
        """The wires whose labels touch the box."""
        return [self._shown[key][0] for key in self._taken.near(box)]

    def place_of(self, edge: Edge) -> QRectF | None:
        """Where the wire's label stands; None if it has none."""
        box = self._taken.boxes.get(wire_key(edge))
        return None if box is None else _rect(box)

    def forget_look(self) -> None:
        """Fonts or colours changed."""
        self._texts.clear()
        self.update()

    def _place(self, wire: WireItem) -> None:
        metrics = self.canvas.look.text_metrics
        width = metrics.horizontalAdvance(wire.label) + 2 * PADDING
        height = metrics.height()
        first: Box | None = None
        for box in self._places(wire, width, height):
            first = first or box
            if not self.canvas.cards.near(box) and not self._taken.near(box):
                self._put(wire, box)
                return
        # Wires of one tensor carry the same shape: one of them says it.
        if first is not None and not self._said_elsewhere(wire.edge):
            self._put(wire, first)

    def _put(self, wire: WireItem, box: Box) -> None:
        key = wire_key(wire.edge)
        self._taken.put(key, box)
        self._shown[key] = wire.edge, wire.label
        self.update(_rect(box))

    def _said_elsewhere(self, edge: Edge) -> bool:
        siblings = self.canvas.network.outgoing(edge.source)
        return any(
            wire_key(other) in self._shown
            for other in siblings
            if other.source_port == edge.source_port
        )

    def _places(self, wire: WireItem, width: float, height: float) -> Iterator[Box]:
        """Beside upright stretches and above level ones, the longest stretch first."""
        for start, end in wire.stretches():
            step = end - start
            level = abs(step.x()) > abs(step.y())
            if wire.route.curve:
                level = self.canvas.flow == "right"
            for share in ALONG:
                point = start + step * share
                if level:
                    left, top = point.x() - width / 2, min(start.y(), end.y()) - height - 2
                else:
                    left, top = point.x() + GAP - PADDING, point.y() - height / 2
                    if abs(step.x()) > GAP:  # on the free side above the slope
                        top = point.y() - height
                        if step.x() < 0:
                            left = point.x() - GAP - width
                yield left, top, left + width, top + height

    def paint_exposed(self, painter: QPainter, exposed: QRectF) -> None:
        if painter.worldTransform().m11() < LABEL_SCALE:
            return
        look = self.canvas.look
        painter.setFont(look.text_font)
        painter.setPen(look.muted)
        for step, keys in self.canvas.near(exposed, self._taken):
            for key in keys:
                rect = _rect(self._taken.boxes[key]).translated(step)
                painter.fillRect(rect, look.canvas)
                text = self._static(self._shown[key][1])
                painter.drawStaticText(rect.topLeft() + QPointF(PADDING, 0), text)

    def paint_all(self, painter: QPainter) -> None:
        """Draws every label as text, for a drawing."""
        look = self.canvas.look
        painter.setFont(look.text_font)
        for key, (_, text) in self._shown.items():
            rect = _rect(self._taken.boxes[key])
            painter.fillRect(rect, look.canvas)
            painter.setPen(look.muted)
            painter.drawText(
                rect.bottomLeft() + QPointF(PADDING, -look.text_metrics.descent()), text
            )

    def _static(self, text: str) -> QStaticText:
        if text not in self._texts:
            made = QStaticText(text)
            made.setTextFormat(Qt.TextFormat.PlainText)
            made.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            self._texts[text] = made
        return self._texts[text]


def _rect(box: Box) -> QRectF:
    left, top, right, bottom = box
    return QRectF(left, top, right - left, bottom - top)
