"""Draws frames and notes behind everything else, and finds them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cnnstudio.graph import Frame
from cnnstudio.ui.canvas.geometry import FRAME_MARGIN, FRAME_RADIUS, GRIP_REACH, TITLE_HEIGHT
from cnnstudio.ui.canvas.layer import Layer
from cnnstudio.ui.canvas.look import Look

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene

# A part of a frame under the pointer: the handle that moves it, or sides that resize it, each a
# letter of the compass.
Part = Literal["title", "n", "s", "e", "w", "ne", "nw", "se", "sw"]
UNTITLED = "Untitled"


class FrameLayer(Layer):
    """`shown` are the frames as they are drawn; a gesture may preview them elsewhere."""

    def __init__(self, canvas: CanvasScene) -> None:
        super().__init__(canvas)
        self.shown: dict[str, Frame] = {}
        self.selected: set[str] = set()
        self.setZValue(-1)

    @property
    def bounds(self) -> QRectF:
        """The rectangle around all frames."""
        rect = QRectF()
        for frame in self.shown.values():
            rect |= frame_rect(frame)
        return rect

    def show(self, frames: Iterable[Frame]) -> None:
        # The larger ones first: a frame in a frame stays in sight.
        ordered = sorted(frames, key=lambda frame: -frame.size[0] * frame.size[1])
        shown = {frame.id: frame for frame in ordered}
        if list(shown.items()) != list(self.shown.items()):
            self.shown = shown
            self.update()

    def preview(self, frames: Iterable[Frame]) -> None:
        """Shows some frames otherwise than the document says, while they are dragged."""
        self.show({**self.shown, **{frame.id: frame for frame in frames}}.values())

    def select(self, ids: Iterable[str]) -> None:
        chosen = set(ids)
        if chosen != self.selected:
            self.selected = chosen
            self.update()

    def part_at(self, point: QPointF, reach: float = GRIP_REACH) -> tuple[Frame, Part] | None:
        """The frame whose handle or edge is there. Inside, a frame lets everything through."""
        for frame in reversed(self.shown.values()):
            rect = frame_rect(frame)
            if not rect.adjusted(-reach, -reach, reach, reach).contains(point):
                continue
            sides = _sides(rect, point, reach)
            if sides:
                return frame, sides
            if handle_rect(frame).contains(point):
                return frame, "title"
        return None

    def ground(self, point: QPointF) -> QColor:
        """The colour behind a point: that of the innermost frame there, or the canvas's."""
        look = self.canvas.look
        for frame in reversed(self.shown.values()):
            if frame_rect(frame).contains(point):
                return look.frame(frame.color)[0]
        return look.canvas

    def paint_exposed(self, painter: QPainter, exposed: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for frame in self.shown.values():
            if frame_rect(frame).intersects(exposed):
                scale = painter.worldTransform().m11()
                paint_frame(painter, self.canvas.look, frame, frame.id in self.selected, scale)


def paint_frame(painter: QPainter, look: Look, frame: Frame, selected: bool, scale: float) -> None:
    """The frame or note, to be seen at this scale."""
    rect = frame_rect(frame)
    fill, edge = look.frame(frame.color)
    width = max(2.0 if selected else 1.2, 1.0 / scale)
    painter.setPen(QPen(look.accent if selected else edge, width))
    painter.setBrush(fill)
    painter.drawRoundedRect(rect, FRAME_RADIUS, FRAME_RADIUS)
    # Far away the title grows, so that it stays readable as long as it fits.
    grow = max(1.0, min(0.75 / scale, 3.0))
    top = rect.top() + FRAME_MARGIN / 2
    if not frame.is_note:
        painter.setPen(look.text if frame.title else look.muted)
        painter.setFont(look.frame_font(grow))
        bar = QRectF(rect.left() + FRAME_MARGIN, rect.top(), rect.width() - 2 * FRAME_MARGIN,
                     TITLE_HEIGHT * grow)  # fmt: skip
        metrics = look.frame_metrics(grow)
        title = metrics.elidedText(
            frame.title or UNTITLED, Qt.TextElideMode.ElideRight, bar.width()
        )
        painter.drawText(bar, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, title)
        top = rect.top() + TITLE_HEIGHT
    if frame.text and scale > 0.3:
        painter.setPen(look.text)
        painter.setFont(look.note_font)
        room = rect.adjusted(FRAME_MARGIN, top - rect.top(), -FRAME_MARGIN, -FRAME_MARGIN / 2)
        painter.save()
        painter.setClipRect(room, Qt.ClipOperation.IntersectClip)
        wrap = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(room, int(wrap), frame.text)
        painter.restore()


def frame_rect(frame: Frame) -> QRectF:
    return QRectF(*frame.position, *frame.size)


def handle_rect(frame: Frame) -> QRectF:
    """Where a frame is taken hold of: its title bar, or all of a note."""
    rect = frame_rect(frame)
    if not frame.is_note:
        rect.setHeight(min(TITLE_HEIGHT, rect.height()))
    return rect


def _sides(rect: QRectF, point: QPointF, reach: float) -> Part | None:
    upright = "n" if abs(point.y() - rect.top()) <= reach else (
        "s" if abs(point.y() - rect.bottom()) <= reach else "")  # fmt: skip
    level = "w" if abs(point.x() - rect.left()) <= reach else (
        "e" if abs(point.x() - rect.right()) <= reach else "")  # fmt: skip
    return upright + level or None  # type: ignore[return-value]
