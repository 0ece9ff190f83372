"""Selects the cards that a rectangle touches and the frames wholly in it; a mere click, nothing."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from cnnstudio.ui.canvas.frame_layer import frame_rect
from cnnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from cnnstudio.ui.canvas.look import faded


class MarqueeGesture(Gesture):
    def press(self, pointer: Pointer) -> None:
        self._from = pointer.scene
        self._rect = QRectF()
        self._kept = list(self.canvas.selected_ids) if pointer.extends else []
        self._frames_kept = list(self.canvas.selected_frames) if pointer.extends else []

    def move(self, pointer: Pointer) -> None:
        self._rect = QRectF(self._from, pointer.scene).normalized()
        self._preview()

    def release(self, pointer: Pointer) -> None:
        self.canvas.select(self._chosen(), self._chosen_frames())

    def cancel(self) -> None:
        # The selection itself was never touched, unless by a key pressed meanwhile.
        self.scene.select(self.canvas.selected_ids)
        self.scene.frames.select(self.canvas.selected_frames)

    def _preview(self) -> None:
        self.scene.select(self._chosen())
        self.scene.frames.select(self._chosen_frames())
        self.canvas.viewport().update()

    def _chosen(self) -> list[str]:
        touched = [item.id for item in self.scene.nodes_in(self._rect)] if self._dragged else []
        return [*self._kept, *(id for id in touched if id not in self._kept)]

    def _chosen_frames(self) -> list[str]:
        """A frame is chosen when it lies wholly in the rectangle."""
        inside = [
            frame.id
            for frame in self.scene.frames.shown.values()
            if self._dragged and self._rect.contains(frame_rect(frame))
        ]
        return [*self._frames_kept, *(id for id in inside if id not in self._frames_kept)]

    @property
    def _dragged(self) -> bool:
        return self._rect.width() > 0 or self._rect.height() > 0

    def paint(self, painter: QPainter) -> None:
        if self._dragged:
            painter.setPen(QPen(self.scene.look.accent, 0))
            painter.setBrush(faded(self.scene.look.accent, 0.12))
            painter.drawRect(self._rect)
