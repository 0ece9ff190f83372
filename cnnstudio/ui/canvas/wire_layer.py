"""Draws the wires in sight; the selected and the hovered one over the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from cnnstudio.ui.canvas.layer import Layer

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene
    from cnnstudio.ui.canvas.wire_item import WireItem


class WireLayer(Layer):
    def __init__(self, canvas: CanvasScene) -> None:
        super().__init__(canvas)
        self.setZValue(0)

    def paint_exposed(self, painter: QPainter, exposed: QRectF) -> None:
        canvas, look = self.canvas, self.canvas.look
        levels = canvas.strengths.levels
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for step, keys in canvas.near(exposed, canvas.wire_index):
            painter.translate(step)
            painter.setPen(look.wire_pen)
            marked, lines = [], []
            strong: dict[int, list[WireItem]] = {}
            for key in keys:
                wire = canvas.wire_by_key[key]
                if wire.selected or wire.hovered or wire.opacity < 1.0:
                    marked.append(wire)
                elif levels and (level := levels.get(wire.edge.source)) is not None:
                    strong.setdefault(level, []).append(wire)
                elif wire.straight is not None:
                    lines.append(wire.straight)
                else:
                    painter.drawPath(wire.path)
            painter.drawLines(lines)
            for level, wires in sorted(strong.items()):
                painter.setPen(look.strength_pens[level])
                painter.drawLines([wire.straight for wire in wires if wire.straight is not None])
                for wire in wires:
                    if wire.straight is None:
                        painter.drawPath(wire.path)
            for wire in marked:
                painter.setOpacity(wire.opacity)
                hovered = look.wire_hover_pen if wire.hovered else look.wire_pen
                painter.setPen(look.wire_selected_pen if wire.selected else hovered)
                painter.drawPath(wire.path)
                painter.setOpacity(1.0)
            painter.translate(-step)
