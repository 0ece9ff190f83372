"""A run's curves as files: a table of its events, or a picture of the plots."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from io import StringIO
from pathlib import Path
from typing import Any

import pyqtgraph as pg
from pyqtgraph.exporters import ImageExporter, SVGExporter

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


def picture(plots: pg.GraphicsLayoutWidget) -> Callable[[Path], None]:
    """Draws the plots at twice their size; the answer writes that to a PNG file, on any thread."""
    exporter = ImageExporter(plots.scene())
    exporter.parameters()["width"] = PICTURE_SCALE * plots.width()
    image = exporter.export(toBytes=True)

    def write(path: Path) -> None:
        if not image.save(str(path), "PNG"):
            raise _unwritable(path, "")

    return write


def drawing(plots: pg.GraphicsLayoutWidget) -> Callable[[Path], None]:
    """Draws the plots as lines; the answer writes that to an SVG file, on any thread."""
    content = SVGExporter(plots.scene()).export(toBytes=True)
    return lambda path: write_bytes(path, content)


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
