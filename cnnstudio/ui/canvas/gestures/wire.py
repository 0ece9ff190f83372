"""Draws a wire from a port, in either direction, or takes a wire by its end to another port."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QApplication

from cnnstudio.graph import Connect, Disconnect, Edge, Edit, Group
from cnnstudio.ui.canvas.geometry import PORT_RADIUS
from cnnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from cnnstudio.ui.canvas.look import faded
from cnnstudio.ui.canvas.port import Port, downstream, upstream, wire_between
from cnnstudio.ui.canvas.routing import Route
from cnnstudio.ui.canvas.wire_item import wire_path
from cnnstudio.ui.message import Message

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView


class WireGesture(Gesture):
    """`fixed` is the end that stays; `detached` the wire whose other end was taken, if any."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, canvas: CanvasView, fixed: Port, detached: Edge | None = None) -> None:
        super().__init__(canvas)
        self._fixed = fixed
        self._detached = detached

    def press(self, pointer: Pointer) -> None:
        self._pressed_view = pointer.view
        self._at = pointer.scene
        self._dragged = False
        self._target: Port | None = None
        network, fixed = self.scene.network, self._fixed
        # A wire to one of these would close a loop.
        walk = upstream if fixed.is_output else downstream
        self._barred = walk(network, fixed.node)
        self._open = [
            port
            for item in self.scene.nodes_in(self.canvas.visible_rect())
            for port in self.scene.ports(item)
            if self._fits(port)
        ]

    def move(self, pointer: Pointer) -> None:
        travelled = (pointer.view - self._pressed_view).manhattanLength()
        if not self._dragged and travelled < QApplication.startDragDistance():
            return
        self._dragged = True
        self._at = pointer.scene
        self._target = self._port_for(pointer.scene)
        if self._detached is not None:
            self.scene.wires[self._detached].set_opacity(0.2)
        self.canvas.viewport().update()

    def release(self, pointer: Pointer) -> None:
        self.cancel()
        if not self._dragged:
            if self._detached is not None:
                self.canvas.select_wire(self._detached)
            return
        target = self._port_for(pointer.scene)
        edge = wire_between(self._fixed, target) if target else None
        name = self.scene.network.name
        if edge is not None and edge == self._detached:
            return
        edits: list[Edit] = []
        if self._detached is not None:
            edits.append(Disconnect(network=name, edge=self._detached))
        if edge is not None:
            edits.append(Connect(network=name, edge=edge))
        if len(edits) == 1:
            self.canvas.apply(edits[0])
        elif edits:
            self.canvas.apply(Group(text="Re-plug wire", edits=tuple(edits)))
        elif not self._told_of_loop(pointer.scene) and self.scene.node_at(pointer.scene) is None:
            self.canvas.request_quick_add(pointer.scene, self._fixed)

    def cancel(self) -> None:
        wire = self.scene.wires.get(self._detached) if self._detached else None
        if wire is not None:
            wire.set_opacity(1.0)

    def _told_of_loop(self, point: QPointF) -> bool:
        """Whether the wire was let go on a layer that it may not lead to; says why."""
        port, item = self.scene.port_at(point), self.scene.node_at(point)
        id = item.id if item is not None else port.node if port is not None else None
        if id is None or id not in self._barred:
            return False
        if id != self._fixed.node:
            network = self.scene.network
            one, other = network.node(self._fixed.node).name, network.node(id).name
            source, target = (one, other) if self._fixed.is_output else (other, one)
            self.canvas.session.tell(
                Message(
                    f"A wire from {source} to {target} would close a loop.",
                    "Data flows one way: lead the wire to a layer further on.",
                    "warning",
                    key="wire",
                    seconds=6,
                )
            )
        return True

    def _fits(self, port: Port) -> bool:
        return port.is_output != self._fixed.is_output and port.node not in self._barred

    def _port_for(self, point: QPointF) -> Port | None:
        """The port under the pointer, or the best one of the card under it."""
        port = self.scene.port_at(point)
        if port is not None and self._fits(port):
            return port
        item = self.scene.node_at(point)
        if item is None:
            return None
        fitting = [port for port in self.scene.ports(item) if self._fits(port)]
        taken = {edge.target_port for edge in self.scene.network.incoming(item.id)}
        free = [port for port in fitting if port.is_output or port.index not in taken]
        return next(iter(free or fitting), None)

    def paint(self, painter: QPainter) -> None:
        look = self.scene.look
        painter.setPen(QPen(look.accent, 1.6))
        painter.setBrush(look.surface)
        for port in self._open:
            painter.drawEllipse(port.place, PORT_RADIUS + 2, PORT_RADIUS + 2)
        if self._target is not None:
            painter.setBrush(faded(look.accent, 0.3))
            painter.drawEllipse(self._target.place, PORT_RADIUS + 7, PORT_RADIUS + 7)
            painter.setBrush(look.accent)
            painter.drawEllipse(self._target.place, PORT_RADIUS + 1, PORT_RADIUS + 1)
        if self._dragged:
            free_end = self._target.place if self._target else self._at
            ends = (self._fixed.place.toTuple(), free_end.toTuple())
            points = ends if self._fixed.is_output else ends[::-1]
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(look.wire_selected_pen)
            painter.drawPath(wire_path(Route(points, curve=True), self.scene.flow))
