"""A picture of the plots as a file."""

from __future__ import annotations

from pathlib import Path

import pyqtgraph as pg
from pyqtgraph.exporters import Exporter
from PySide6.QtCore import QBuffer, QRectF
from PySide6.QtGui import QImage, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator

from cnnstudio.graph import CnnStudioError

PICTURE_SCALE = 2


def picture(plots: pg.GraphicsLayoutWidget) -> bytes:
    """The plots as a PNG of twice their size."""
    image = QImage(plots.size() * PICTURE_SCALE, QImage.Format.Format_RGB32)
    image.fill(plots.backgroundBrush().color())
    _render(plots, image, PICTURE_SCALE)
    content = QBuffer()
    content.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(content, "PNG")
    return bytes(content.data().data())


def drawing(plots: pg.GraphicsLayoutWidget) -> bytes:
    """The plots as an SVG, in lines and letters."""
    content = QBuffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(content)
    generator.setSize(plots.size())
    # The axes are recorded for the screen's resolution and are scaled for any other.
    generator.setResolution(plots.logicalDpiX())
    generator.setViewBox(plots.rect())
    generator.setTitle(plots.accessibleName())
    _render(plots, generator, 1)
    return bytes(content.data().data())


def _render(plots: pg.GraphicsLayoutWidget, device: QPaintDevice, scale: int) -> None:
    exporter = Exporter(plots.scene())
    painter = QPainter(device)
    try:
        # Marks are drawn as shapes then, not as pictures made for the screen.
        exporter.setExportMode(True, {"painter": painter, "resolutionScale": scale})
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(plots.rect())
        target = QRectF(0, 0, area.width() * scale, area.height() * scale)
        if isinstance(device, QSvgGenerator):
            painter.fillRect(target, plots.backgroundBrush())
        plots.scene().render(painter, target, plots.mapToScene(plots.rect()).boundingRect())
    finally:
        exporter.setExportMode(False)
        painter.end()


def write_bytes(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from None


def _unwritable(path: Path, reason: str) -> CnnStudioError:
    told = f": {reason}" if reason else ""
    return CnnStudioError(
        f"{path} can't be written{told}.", "Check the folder, its permissions and the free space."
    )
