"""A run's curves as files: a table of its events, or a picture of the plots."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import pyqtgraph as pg
from pyqtgraph.exporters import Exporter
from PySide6.QtCore import QBuffer, QRectF
from PySide6.QtGui import QImage, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator

from cnnstudio.graph import CnnStudioError

COLUMNS = (
    "type", "t", "step", "epoch", "loss", "accuracy", "train_loss", "train_accuracy",
    "val_loss", "val_accuracy", "learning_rate", "samples_per_second", "gradient_norm", "seconds",
)  # fmt: skip
PICTURE_SCALE = 2


def table(events: Iterable[dict[str, Any]]) -> str:
    """The step and epoch events as CSV: a row each, numbers as they were written, a number that
    is missing left empty."""
    told = [event for event in events if event["type"] in ("step", "epoch")]
    others = dict.fromkeys(name for event in told for name in event if name not in COLUMNS)
    text = StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *others], lineterminator="\n")
    writer.writeheader()
    writer.writerows(told)
    return text.getvalue()


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
