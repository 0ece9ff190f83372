"""The canvas as a Qt widget: paints, and passes Qt's events on to whom they concern."""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QFrame,
    QGestureEvent,
    QGraphicsView,
    QPinchGesture,
    QToolTip,
    QWidget,
)

from cnnstudio.ui.canvas.backdrop import EmptyHint, paint_grid
from cnnstudio.ui.canvas.breadcrumb import Breadcrumb
from cnnstudio.ui.canvas.camera import Camera
from cnnstudio.ui.canvas.geometry import REACH_OF_SCENE
from cnnstudio.ui.canvas.hints import tooltip_at
from cnnstudio.ui.canvas.input import CanvasInput
from cnnstudio.ui.canvas.keys import CanvasKeys
from cnnstudio.ui.canvas.minimap import Minimap
from cnnstudio.ui.canvas.scene import CanvasScene
from cnnstudio.ui.canvas.tint import TintLegend

SETTLE_MILLISECONDS = 120


class CanvasSurface(QGraphicsView):
    """Holds the scene, the camera, the minimap, and who takes the pointer and the keys."""

    camera: Camera
    canvas_scene: CanvasScene
    input: CanvasInput
    keys: CanvasKeys
    minimap: Minimap
    hint: EmptyHint
    legend: TintLegend
    breadcrumb: Breadcrumb
    foot = 0  # pixels above the lower edge that are taken on the left side

    def __init__(self, scene: CanvasScene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas_scene = scene
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MILLISECONDS)
        self._settling.timeout.connect(self._settle)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAcceptDrops(True)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.SmartViewportUpdate)
        # On macOS Qt makes pinches out of native gestures, which are handled by themselves.
        if sys.platform != "darwin":
            self.viewport().grabGesture(Qt.GestureType.PinchGesture)
        self.setScene(scene)
        # The view's own rectangle: were it the scene's, Qt's index of items would be too coarse.
        reach = REACH_OF_SCENE
        self.setSceneRect(-reach, -reach, 2 * reach, 2 * reach)

    def move_settles(self) -> None:
        """The view is in motion: cards are drawn sharply once it stands still."""
        self.canvas_scene.pictures.in_motion = True
        self._settling.start(SETTLE_MILLISECONDS)

    def _settle(self) -> None:
        self.canvas_scene.pictures.in_motion = False
        self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        pictures = self.canvas_scene.pictures
        pictures.begin_frame()
        super().paintEvent(event)
        if pictures.postponed and not pictures.in_motion:
            self._settling.start(0)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        paint_grid(painter, QRectF(rect), self.canvas_scene.look, self.camera.scale)

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        self.canvas_scene.paint_marks(painter)
        if self.input.gesture is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.input.gesture.paint(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.camera.follows:
            self.camera.follow()
        self.minimap.place()
        self.legend.place()
        self.breadcrumb.place()
        self.hint.place()
        self.resized()

    def reserve_above(self, pixels: int) -> None:
        """Keeps so much room above what is shown."""
        if self.viewportMargins().top() != pixels:
            self.setViewportMargins(0, pixels, 0, 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown_or_hidden()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.input.cancel()
        self.shown_or_hidden()

    def resized(self) -> None:
        """The view has another size."""

    def shown_or_hidden(self) -> None:
        """The canvas came into sight or went out of it."""

    # The pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.input.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.input.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.input.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or not self.double_clicked(
            self.camera.to_scene(event.position())
        ):
            self.input.press(event)

    def double_clicked(self, point: QPointF) -> bool:
        """A double click at a place of the scene; whether it means something there."""
        return False

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.input.wheel(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and self.input.pinch(event):
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                place = QPointF(self.viewport().mapFromGlobal(pinch.hotSpot()))
                self.camera.zoom(pinch.scaleFactor(), place)
                return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            point = self.camera.to_scene(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), tooltip_at(self.canvas_scene, point), self)
            return True
        if event.type() == QEvent.Type.Leave and self.input.gesture is None:
            self.input.left()
        return super().viewportEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.input.drag(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.input.drag(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.input.drag_left()

    def dropEvent(self, event: QDropEvent) -> None:
        self.input.drop(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.input.gesture is None:
            self.show_menu(event)

    def show_menu(self, event: QContextMenuEvent) -> None:
        """Shows the menu of what is under the pointer, or of the selection."""

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self.keys.press(event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if not self.keys.release(event):
            event.ignore()

    def focusNextPrevChild(self, next: bool) -> bool:
        # Tab searches for a layer; Shift+Tab and Ctrl+Tab leave the canvas.
        return False if next else super().focusNextPrevChild(next)

    def leave_forwards(self) -> None:
        """Gives the keyboard to the next widget."""
        super().focusNextPrevChild(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.input.hold_space(False)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.input.cancel()
