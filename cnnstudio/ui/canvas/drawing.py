"""The network as a drawing for paper: SVG, PDF, PNG and print, always light on white.

Drawn from the document anew, not from what the window shows: no grid, no marks of a selection or
a search, cropped to what there is, and everything as vectors, so that type stays sharp.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QImage,
    QPagedPaintDevice,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from cnnstudio.graph import CnnStudioError, Network
from cnnstudio.graph.layout import Flow
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.ui import theme
from cnnstudio.ui.canvas.card import Findings, Thumbnail
from cnnstudio.ui.canvas.card_picture import paint_card, paint_shape_at_port
from cnnstudio.ui.canvas.frame_layer import paint_frame
from cnnstudio.ui.canvas.scene import CanvasScene

MARGIN = 12.0
DOTS_PER_INCH = 96  # a scene pixel is a CSS pixel
MOST_PIXELS = 20_000  # on a side of a picture; more than any viewer opens
SUFFIXES = (".svg", ".pdf", ".png")


class Drawing:
    """A network's picture. `size` is in scene pixels.

    With `tinted`, cards have the colours that `found` tells of what their layers cost.
    """

    def __init__(
        self,
        network: Network,
        found: Findings,
        flow: Flow = "down",
        thumbnails: Mapping[str, Thumbnail] | None = None,
        kind_of: Callable[[str], LayerKind | None] = catalogue.get,
        tinted: bool = False,
    ) -> None:
        if not network.nodes and not network.frames:
            raise CnnStudioError("The network is empty: there is nothing to draw.")
        with theme.drawn_in(theme.PAPER):
            self._scene = CanvasScene(flow)
            # Thumbnails first: cards and wires find their places with them.
            self._scene.set_thumbnails(thumbnails or {})
            # What is true of the network, without the problems of the moment.
            plain = Findings(
                found.shapes,
                values=found.values,
                siblings=found.siblings,
                tints=found.tints if tinted else {},
            )
            self._scene.show(network, plain, kind_of)
        self._area = self._reach()

    @property
    def size(self) -> QSizeF:
        return self._area.size()

    def paint(self, painter: QPainter, target: QRectF) -> None:
        """Draws the network into a rectangle of the painter, as large as fits."""
        scale = min(target.width() / self.size.width(), target.height() / self.size.height())
        painter.save()
        painter.translate(target.center())
        painter.scale(scale, scale)
        painter.translate(-self._area.center())
        with theme.drawn_in(theme.PAPER):
            self._paint(painter)
        painter.restore()

    def save(self, path: Path, scale: float = 2.0) -> None:
        """Writes an SVG, PDF or PNG file, by its name; `scale` is for PNG: pixels a scene pixel.

        Raises CnnStudioError for another kind of file, or if it can't be written.
        """
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise CnnStudioError(
                f"A drawing can't be written as '{path.name}'.", "Use .svg, .pdf or .png."
            )
        content = {
            ".svg": self.svg,
            ".pdf": self.pdf,
            ".png": lambda: self.png(scale),
        }[suffix]()
        try:
            path.write_bytes(content)
        except OSError as error:
            raise CnnStudioError(f"{path} can't be written: {error.strerror}.") from None

    def svg(self) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        made = QSvgGenerator()
        made.setOutputDevice(buffer)
        made.setResolution(DOTS_PER_INCH)
        made.setSize(self.size.toSize())
        made.setViewBox(QRectF(0, 0, self.size.width(), self.size.height()))
        made.setTitle(self._scene.network.name)
        self._paint_onto(made, QRectF(0, 0, self.size.width(), self.size.height()))
        return bytes(buffer.data().data())

    def pdf(self) -> bytes:
        """One page, as large as the drawing."""
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setResolution(DOTS_PER_INCH * 10)
        points = self.size * (72 / DOTS_PER_INCH)
        page = QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
        writer.setPageLayout(
            QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0))
        )
        writer.setTitle(self._scene.network.name)
        writer.setCreator("CNN Studio")
        self._paint_onto(writer, QRectF(0, 0, writer.width(), writer.height()))
        return bytes(buffer.data().data())

    def image(self, scale: float = 2.0) -> QImage:
        """At so many pixels a scene pixel; less if it would be too large to be opened."""
        longest = max(self.size.width(), self.size.height())
        scale = min(scale, MOST_PIXELS / longest)
        image = QImage((self.size * scale).toSize(), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        self._paint_onto(image, QRectF(image.rect()))
        return image

    def png(self, scale: float = 2.0) -> bytes:
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self.image(scale).save(buffer, "PNG")
        return bytes(buffer.data().data())

    def print_to(self, device: QPagedPaintDevice, page: QRect) -> None:
        """Draws onto a printer's page, as large as fits."""
        self._paint_onto(device, QRectF(0, 0, page.width(), page.height()))

    def _paint_onto(self, device: object, target: QRectF) -> None:
        painter = QPainter(device)
        if not painter.isActive():
            raise CnnStudioError("The drawing can't be made.", "Is the printer ready?")
        self.paint(painter, target)
        painter.end()

    def _reach(self) -> QRectF:
        scene = self._scene
        area = scene.bounds() | scene.frames.bounds
        for wire in scene.wires.values():
            area |= wire.bounds
            label = scene.labels.place_of(wire.edge)
            if label is not None:
                area |= label
        for item in scene.nodes.values():
            if item.shows_shape and item.content.outputs and item.content.shapes:
                area |= item.bounds.translated(*item.position)
        return area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def _paint(self, painter: QPainter) -> None:
        scene = self._scene
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self._area, Qt.GlobalColor.white)
        for frame in scene.frames.shown.values():
            paint_frame(painter, scene.look, frame, selected=False, scale=1.0)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(scene.look.wire_pen)
        for wire in scene.wires.values():
            painter.drawPath(wire.path)
        scene.labels.paint_all(painter)
        for item in scene.nodes.values():
            painter.save()
            painter.translate(*item.position)
            paint_card(
                painter, item.content, item.thumbnail, item.height, scene.look, False, scene.flow,
                scale=1.0, device=4.0,
            )  # fmt: skip
            if item.shows_shape:
                paint_shape_at_port(painter, item.content, item.height, scene.look, scene.flow)
            painter.restore()
