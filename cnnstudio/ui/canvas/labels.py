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
PORT_GAP = 3.0  # below the port that several wires leave
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
        outputs = {(wire.edge.source, wire.edge.source_port): wire for wire in wires}
        fans = [self._fan(source, port) or [wire] for (source, port), wire in outputs.items()]
        for fan in fans:
            for wire in fan:
                self.drop(wire.edge)
        for fan in fans:
            if fan[0].label:
                self._place(fan)

    def _fan(self, source: str, port: int) -> list[WireItem]:
        """The wires that leave an output."""
        wires = self.canvas.wires
        leaving = (e for e in self.canvas.network.outgoing(source) if e.source_port == port)
        return [wires[edge] for edge in leaving if edge in wires]

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

    def _place(self, fan: list[WireItem]) -> None:
        """Finds room for the label of an output's wires: they carry one tensor, so one says it."""
        wire = fan[0]
        metrics = self.canvas.look.text_metrics
        width = metrics.horizontalAdvance(wire.label) + 2 * PADDING
        height = metrics.height()
        first: Box | None = None
        places = self._places if len(fan) == 1 else self._places_at_port
        for box in places(fan, width, height):
            first = first or box
            if not self.canvas.cards.near(box) and not self._taken.near(box):
                self._put(wire, box)
                return
        if first is not None:
            self._put(wire, first)

    def _put(self, wire: WireItem, box: Box) -> None:
        key = wire_key(wire.edge)
        self._taken.put(key, box)
        self._shown[key] = wire.edge, wire.label
        self.update(_rect(box))

    def _places_at_port(self, fan: list[WireItem], width: float, height: float) -> Iterator[Box]:
        """Beside the port that the wires leave, first on the side to which fewer of them turn."""
        x, y = fan[0].start.x(), fan[0].start.y()
        if self.canvas.flow == "down":
            turned = sum(_turn(wire, 0) for wire in fan)
            right, left = x + GAP - PADDING, x - GAP + PADDING - width
            sides = (left, right) if turned > 0 else (right, left)
            for top in (y + PORT_GAP, y + PORT_GAP + height):
                for side in sides:
                    yield side, top, side + width, top + height
        else:
            turned = sum(_turn(wire, 1) for wire in fan)
            above, below = y - height - PADDING, y + PADDING
            for top in (above, below) if turned >= 0 else (below, above):
                left = x + GAP
                yield left, top, left + width, top + height
        yield from self._places(fan, width, height)

    def _places(self, fan: list[WireItem], width: float, height: float) -> Iterator[Box]:
        """Beside upright stretches of the first wire and above level ones, the longest first."""
        wire = fan[0]
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
                painter.fillRect(rect, self.canvas.frames.ground(rect.center()))
                text = self._static(self._shown[key][1])
                painter.drawStaticText(rect.topLeft() + QPointF(PADDING, 0), text)

    def paint_all(self, painter: QPainter) -> None:
        """Draws every label as text, for a drawing."""
        look = self.canvas.look
        painter.setFont(look.text_font)
        for key, (_, text) in self._shown.items():
            rect = _rect(self._taken.boxes[key])
            painter.fillRect(rect, self.canvas.frames.ground(rect.center()))
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


def _turn(wire: WireItem, axis: int) -> int:
    """To which side a wire leaves the line that it begins on: -1, 1, or 0 if it never does."""
    start, *way = (point[axis] for point in wire.route.points)
    return next(((at > start) - (at < start) for at in way if at != start), 0)


def _rect(box: Box) -> QRectF:
    left, top, right, bottom = box
    return QRectF(left, top, right - left, bottom - top)
