"""Mouse, wheel and keys of the canvas: begins the gesture that fits, and hands events to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QDropEvent,
    QInputDevice,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)

from cnnstudio.ui.canvas.geometry import GRIP_REACH, PORT_REACH, WIRE_END_REACH, WIRE_REACH
from cnnstudio.ui.canvas.gestures.drop import LAYER_MIME_TYPE, DropGesture
from cnnstudio.ui.canvas.gestures.frame import CURSORS, FrameMoveGesture, FrameSizeGesture
from cnnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from cnnstudio.ui.canvas.gestures.marquee import MarqueeGesture
from cnnstudio.ui.canvas.gestures.move import MoveGesture
from cnnstudio.ui.canvas.gestures.pan import PanGesture
from cnnstudio.ui.canvas.gestures.wire import WireGesture
from cnnstudio.ui.canvas.port import Port
from cnnstudio.ui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

ZOOM_PER_DEGREE = 1.012  # a notch of a wheel is 15 degrees: about a fifth
BUTTONS = Qt.MouseButton


class CanvasInput:
    """Holds the current gesture, if one is going on, and the button that ends it."""

    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self._scene = canvas.canvas_scene
        self.gesture: Gesture | None = None
        self.holds_space = False
        self._button = BUTTONS.NoButton
        self._last: Pointer | None = None
        self._hovered: WireItem | None = None

    # Buttons

    def press(self, event: QMouseEvent) -> None:
        if self.gesture is not None:
            if event.button() == BUTTONS.RightButton:
                self.cancel()
            return
        pointer = self._pointer(event.position(), event.modifiers())
        gesture = self._gesture_for(event.button(), pointer)
        if gesture is not None:
            self._hover(None)
            self._begin(gesture, event.button(), pointer)

    def move(self, event: QMouseEvent) -> None:
        pointer = self._pointer(event.position(), event.modifiers())
        if self.gesture is None:
            self.hover_at(pointer.scene)
        elif not event.buttons() & self._button:
            self.cancel()  # the release went to somebody else
        else:
            self._last = pointer
            self.gesture.move(pointer)

    def release(self, event: QMouseEvent) -> None:
        if self.gesture is None or event.button() != self._button:
            return
        gesture = self.gesture
        self._end()
        gesture.release(self._pointer(event.position(), event.modifiers()))
        self._canvas.viewport().update()

    def cancel(self) -> None:
        """Takes back what the gesture shows and forgets it."""
        if self.gesture is not None:
            gesture = self.gesture
            self._end()
            gesture.cancel()
            self._canvas.viewport().update()

    def replay(self) -> None:
        """Shows the gesture's preview again after the picture under it was made anew."""
        if self.gesture is not None and self._last is not None:
            self.gesture.move(self._last)

    def hover_at(self, point: QPointF) -> None:
        """Shows what a press would take hold of."""
        if self.holds_space:
            self._canvas.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
            return
        port = self._scene.port_at(point, self._reach(PORT_REACH))
        item = self._scene.node_at(point)
        wire = None if port or item else self._scene.wire_at(point, self._reach(WIRE_REACH))
        self._hover(wire)
        held = None if port or item or wire else self._scene.frames.part_at(point, self._grip())
        if held is not None:
            self._canvas.viewport().setCursor(CURSORS[held[1]])
        elif port is not None:
            self._canvas.viewport().setCursor(Qt.CursorShape.CrossCursor)
        elif wire is not None:
            self._canvas.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        else:
            self._canvas.viewport().unsetCursor()

    def left(self) -> None:
        """The pointer left the canvas."""
        self._hover(None)

    def hold_space(self, held: bool) -> None:
        self.holds_space = held
        if self.gesture is None:
            shape = Qt.CursorShape.OpenHandCursor if held else Qt.CursorShape.ArrowCursor
            self._canvas.viewport().setCursor(shape)

    def _begin(self, gesture: Gesture, button: Qt.MouseButton, pointer: Pointer) -> None:
        self.gesture, self._button, self._last = gesture, button, pointer
        self._canvas.viewport().setCursor(gesture.cursor)
        gesture.press(pointer)

    def _end(self) -> None:
        self.gesture, self._button, self._last = None, BUTTONS.NoButton, None
        self._canvas.viewport().unsetCursor()

    def _gesture_for(self, button: Qt.MouseButton, pointer: Pointer) -> Gesture | None:
        canvas, scene, point = self._canvas, self._scene, pointer.scene
        if button == BUTTONS.MiddleButton:
            return PanGesture(canvas)
        if button != BUTTONS.LeftButton:
            return None
        if self.holds_space:
            return PanGesture(canvas)
        port = scene.port_at(point, self._reach(PORT_REACH))
        if port is not None:
            return self._wiring_from(port)
        item = scene.node_at(point)
        if item is not None:
            return MoveGesture(canvas, item)
        wire = scene.wire_at(point, self._reach(WIRE_REACH))
        if wire is not None:
            return self._replugging(wire, point)
        held = scene.frames.part_at(point, self._grip())
        if held is not None:
            kind = FrameMoveGesture if held[1] == "title" else FrameSizeGesture
            return kind(canvas, *held)
        return MarqueeGesture(canvas)

    def _wiring_from(self, port: Port) -> Gesture:
        """A new wire; or from an input that has one, that wire's end."""
        if not port.is_output:
            for edge in self._scene.network.incoming(port.node):
                if edge.target_port == port.index and edge in self._scene.wires:
                    return WireGesture(self._canvas, self._scene.source_of(edge), edge)
        return WireGesture(self._canvas, port)

    def _replugging(self, wire: WireItem, point: QPointF) -> Gesture | None:
        """The wire's nearer end; away from both ends the wire is only selected."""
        to_start, to_end = _distance(point, wire.start), _distance(point, wire.end)
        if min(to_start, to_end) <= WIRE_END_REACH:
            end = self._scene.source_of if to_end <= to_start else self._scene.target_of
            return WireGesture(self._canvas, end(wire.edge), wire.edge)
        self._canvas.select_wire(wire.edge)
        return None

    def _hover(self, wire: WireItem | None) -> None:
        if wire is not self._hovered:
            if self._hovered is not None:
                self._hovered.set_state(self._hovered.selected, False)
            if wire is not None:
                wire.set_state(wire.selected, True)
            self._hovered = wire

    def _grip(self) -> float:
        return GRIP_REACH / self._canvas.scale_factor

    def _reach(self, reach: float) -> float:
        """A reach in the scene that feels the same at any zoom, and leaves a card its middle."""
        return min(reach / self._canvas.scale_factor, 1.5 * reach)

    def _pointer(
        self,
        view: QPointF,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> Pointer:
        return Pointer(self._canvas.camera.to_scene(view), QPointF(view), modifiers)

    # Wheel and pinch

    def wheel(self, event: QWheelEvent) -> None:
        """Zooms about the pointer; sideways, with Shift or on a touchpad it pans."""
        camera, keys = self._canvas.camera, event.modifiers()
        angle = QPointF(event.angleDelta())
        touchpad = event.device().type() == QInputDevice.DeviceType.TouchPad or (
            event.phase() != Qt.ScrollPhase.NoScrollPhase
        )
        if keys & Qt.KeyboardModifier.ControlModifier:
            camera.zoom(_zoom(angle.y() or angle.x()), event.position())
        elif touchpad:
            pixels = QPointF(event.pixelDelta())
            camera.pan(pixels if not pixels.isNull() else angle / 2)
        elif keys & Qt.KeyboardModifier.ShiftModifier:
            camera.pan(QPointF(angle.y() or angle.x(), 0))
        elif abs(angle.x()) > abs(angle.y()):
            camera.pan(QPointF(angle.x(), 0))
        else:
            camera.zoom(_zoom(angle.y()), event.position())
        self._follow_view(event.position())
        event.accept()

    def pinch(self, event: QNativeGestureEvent) -> bool:
        """A pinch on a touchpad; whether the event was one."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._canvas.camera.zoom(max(1.0 + event.value(), 0.1), event.position())
        self._follow_view(event.position())
        return True

    def _follow_view(self, view: QPointF) -> None:
        """The scene moved under the pointer: a gesture goes on from where it is now."""
        if self.gesture is not None and self._last is not None:
            self._last = self._pointer(view, self._last.modifiers)
            self.gesture.move(self._last)

    # Layers dragged in

    def drag(self, event: QDropEvent) -> None:
        """A drag entered or moved; takes those that carry a layer kind."""
        kind = self._layer_kind(event)
        if kind is None:
            event.ignore()
            return
        event.acceptProposedAction()
        pointer = self._pointer(event.position(), event.modifiers())
        if not isinstance(self.gesture, DropGesture) and event.type() == QEvent.Type.DragEnter:
            self.cancel()
            self._begin(DropGesture(self._canvas, kind), BUTTONS.NoButton, pointer)
        if isinstance(self.gesture, DropGesture):
            self._last = pointer
            self.gesture.move(pointer)

    def drag_left(self) -> None:
        if isinstance(self.gesture, DropGesture):
            self.cancel()

    def drop(self, event: QDropEvent) -> None:
        gesture = self.gesture
        if not isinstance(gesture, DropGesture):
            event.ignore()
            return
        event.acceptProposedAction()
        self._end()
        gesture.release(self._pointer(event.position(), event.modifiers()))
        self._canvas.setFocus(Qt.FocusReason.MouseFocusReason)

    def _layer_kind(self, event: QDropEvent) -> str | None:
        data = event.mimeData()
        if not data.hasFormat(LAYER_MIME_TYPE):
            return None
        kind = bytes(data.data(LAYER_MIME_TYPE).data()).decode("utf-8", errors="replace")
        return kind if self._canvas.session.kind_of(kind) is not None else None


def _zoom(angle: float) -> float:
    """From eighths of a degree to a factor."""
    return ZOOM_PER_DEGREE ** min(max(angle / 8, -120.0), 120.0)


def _distance(a: QPointF, b: QPointF) -> float:
    away = a - b
    return (away.x() ** 2 + away.y() ** 2) ** 0.5
