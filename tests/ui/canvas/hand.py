"""A hand for tests: real mouse, wheel and key events at places of the scene."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cnnstudio.ui.canvas.gestures.drop import LAYER_MIME_TYPE
from cnnstudio.ui.canvas.view import CanvasView

LEFT, RIGHT, MIDDLE = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.RightButton,
    Qt.MouseButton.MiddleButton,
)
NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier


class Hand:
    def __init__(self, canvas: CanvasView, qtbot) -> None:
        self.canvas = canvas
        self.qtbot = qtbot

    # Places

    def on_view(self, point: QPointF) -> QPoint:
        return self.canvas.viewportTransform().map(point).toPoint()

    def middle(self, id: str) -> QPointF:
        return self.canvas.canvas_scene.nodes[id].rect.center()

    def output(self, id: str, index: int = 0) -> QPointF:
        return self.canvas.canvas_scene.nodes[id].port(index, True)

    def input(self, id: str, index: int = 0) -> QPointF:
        return self.canvas.canvas_scene.nodes[id].port(index, False)

    def beside(self, id: str) -> QPointF:
        """Empty canvas to the right of a card."""
        rect = self.canvas.canvas_scene.nodes[id].rect
        return QPointF(rect.right() + 120, rect.center().y())

    # The mouse

    def press(self, point: QPointF, modifiers=NONE, button=LEFT) -> None:
        QTest.mousePress(self.canvas.viewport(), button, modifiers, self.on_view(point))

    def move(self, point: QPointF) -> None:
        QTest.mouseMove(self.canvas.viewport(), self.on_view(point))

    def release(self, point: QPointF, modifiers=NONE, button=LEFT) -> None:
        QTest.mouseRelease(self.canvas.viewport(), button, modifiers, self.on_view(point))

    def click(self, point: QPointF, modifiers=NONE, button=LEFT) -> None:
        self.press(point, modifiers, button)
        self.release(point, modifiers, button)

    def double_click(self, point: QPointF) -> None:
        QTest.mouseDClick(self.canvas.viewport(), LEFT, NONE, self.on_view(point))

    def drag(self, start: QPointF, end: QPointF, modifiers=NONE, button=LEFT) -> None:
        self.begin_drag(start, end, modifiers, button)
        self.release(end, modifiers, button)

    def begin_drag(self, start: QPointF, end: QPointF, modifiers=NONE, button=LEFT) -> None:
        """A drag without its release."""
        self.press(start, modifiers, button)
        for share in (0.1, 0.5, 0.9, 1.0):
            self.move(start + (end - start) * share)

    def wheel(self, point: QPointF, notches: float, modifiers=NONE, sideways: float = 0) -> None:
        place = QPointF(self.on_view(point))
        event = QWheelEvent(
            place,
            QPointF(self.canvas.viewport().mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(round(sideways * 120), round(notches * 120)),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas.viewport(), event)

    def drop_layer(self, kind: str, point: QPointF) -> bool:
        """Drags a layer in from the palette; whether the canvas took it."""
        data = QMimeData()
        data.setData(LAYER_MIME_TYPE, kind.encode())
        place = self.on_view(point)
        action = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(place, action, data, LEFT, NONE)
        QApplication.sendEvent(self.canvas.viewport(), enter)
        if not enter.isAccepted():
            return False
        drop = QDropEvent(QPointF(place), action, data, LEFT, NONE)
        QApplication.sendEvent(self.canvas.viewport(), drop)
        return drop.isAccepted()

    # Keys

    def key(self, key: Qt.Key, modifiers=NONE) -> None:
        QTest.keyClick(self.canvas, key, modifiers)

    def type(self, text: str) -> None:
        """Types into what has the focus."""
        QTest.keyClicks(QApplication.focusWidget(), text)

    def key_in(self, widget, key: Qt.Key, modifiers=NONE) -> None:
        """A key in another widget than the canvas."""
        QTest.keyClick(widget, key, modifiers)
