"""A layer dragged in from the palette: placed where it is dropped, or into the wire there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from cnnstudio.ui.canvas.editing import can_insert
from cnnstudio.ui.canvas.geometry import (
    CARD_RADIUS,
    CARD_WIDTH,
    PLAIN_HEIGHT,
    Point,
    clamp_place,
    snap_point,
)
from cnnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from cnnstudio.ui.canvas.look import faded
from cnnstudio.ui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

LAYER_MIME_TYPE = "application/x-cnnstudio-layer"
WIRE_REACH = 24.0


class DropGesture(Gesture):
    survives_edits = True

    def __init__(self, canvas: CanvasView, kind: str) -> None:
        super().__init__(canvas)
        self._kind = kind
        self._wire: WireItem | None = None
        self._place: Point | None = None

    def move(self, pointer: Pointer) -> None:
        self._place = self._place_under(pointer.scene)
        over = None
        if can_insert(self.scene.network, self._kind, kind_of=self.canvas.session.kind_of):
            over = self.scene.wire_at(pointer.scene, WIRE_REACH)
        self._highlight(over)
        self.canvas.viewport().update()

    def release(self, pointer: Pointer) -> None:
        self.move(pointer)
        wire = self._wire
        self._highlight(None)
        self.canvas.add_layer(
            self._kind,
            QPointF(*self._place_under(pointer.scene)),
            into=wire.edge if wire else None,
        )

    def cancel(self) -> None:
        self._highlight(None)
        self._place = None

    def _place_under(self, point: QPointF) -> Point:
        """The corner of a card held by the middle of its upper part."""
        return clamp_place(snap_point((point.x() - CARD_WIDTH / 2, point.y() - PLAIN_HEIGHT / 2)))

    def _highlight(self, wire: WireItem | None) -> None:
        if wire is not self._wire:
            if self._wire is not None:
                self._wire.set_state(self._wire.selected, False)
            if wire is not None:
                wire.set_state(wire.selected, True)
            self._wire = wire

    def paint(self, painter: QPainter) -> None:
        if self._place is None:
            return
        look = self.scene.look
        painter.setPen(QPen(look.accent, 1.5, Qt.PenStyle.DashLine))
        painter.setBrush(faded(look.accent, 0.08))
        card = QRectF(*self._place, CARD_WIDTH, PLAIN_HEIGHT)
        painter.drawRoundedRect(card, CARD_RADIUS, CARD_RADIUS)
        painter.setPen(look.text)
        painter.setFont(look.name_font)
        layer = self.canvas.session.kind_of(self._kind)
        label = layer.label if layer is not None else self._kind
        painter.drawText(card, Qt.AlignmentFlag.AlignCenter, label)
