"""Selects the cards that a rectangle touches; a mere click selects nothing."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from cnnstudio.ui.canvas.gestures.gesture import Gesture, Pointer
from cnnstudio.ui.canvas.look import faded


class MarqueeGesture(Gesture):
    def press(self, pointer: Pointer) -> None:
        self._from = pointer.scene
        self._rect = QRectF()
        self._before = list(self.canvas.selected_ids)
        self._kept = self._before if pointer.extends else []

    def move(self, pointer: Pointer) -> None:
        self._rect = QRectF(self._from, pointer.scene).normalized()
        self._preview()

    def release(self, pointer: Pointer) -> None:
        self.canvas.select(self._chosen())

    def cancel(self) -> None:
        self.scene.select(self._before)

    def _preview(self) -> None:
        self.scene.select(self._chosen())
        self.canvas.viewport().update()

    def _chosen(self) -> list[str]:
        touched = [item.id for item in self.scene.nodes_in(self._rect)] if self._dragged else []
        return [*self._kept, *(id for id in touched if id not in self._kept)]

    @property
    def _dragged(self) -> bool:
        return self._rect.width() > 0 or self._rect.height() > 0

    def paint(self, painter: QPainter) -> None:
        if self._dragged:
            painter.setPen(QPen(self.scene.look.accent, 0))
            painter.setBrush(faded(self.scene.look.accent, 0.12))
            painter.drawRect(self._rect)
