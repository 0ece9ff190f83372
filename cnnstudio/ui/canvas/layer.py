"""A layer of the scene: one Qt item that draws many things of one sort, those in sight.

With an item for each of a thousand cards and wires, Qt would ask each of them where it is and
what it is; a layer looks up what is near and draws it in one go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.scene import CanvasScene


class Layer(QGraphicsItem):
    def __init__(self, canvas: CanvasScene) -> None:
        super().__init__()
        self.canvas = canvas
        self._extent = QRectF()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption)

    def spread(self, extent: QRectF) -> None:
        """Reaches over this part of the scene from now on."""
        if extent != self._extent:
            self.prepareGeometryChange()
            self._extent = extent

    def boundingRect(self) -> QRectF:
        return self._extent

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionGraphicsItem,
        widget: QWidget | None = None,
    ) -> None:
        self.paint_exposed(painter, option.exposedRect)

    def paint_exposed(self, painter: QPainter, exposed: QRectF) -> None:
        """Draws what touches this part of the scene."""
        raise NotImplementedError
