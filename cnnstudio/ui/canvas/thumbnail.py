"""The strip at the foot of a card: feature maps, the values of a vector, or the input's images.

Of several images that are looked at, each has fewer maps instead of smaller ones: a card has two
lines of maps at most. Two images have a line each, more stand side by side; with gradients all
stand side by side, with the gradients below the maps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cnnstudio.ui import quantities
from cnnstudio.ui.canvas.array_pictures import color_image, indexed_image
from cnnstudio.ui.canvas.card import Thumbnail
from cnnstudio.ui.canvas.geometry import CARD_WIDTH, MAPS_HEIGHT, TEXT_LINE
from cnnstudio.ui.canvas.look import Look
from cnnstudio.ui.canvas.vector_picture import paint_vectors

LEFT = 16.0
RIGHT = CARD_WIDTH - 12.0
TOP = 56.0
GAP = 3.0
GROUP_GAP = 10.0  # at least, between the maps of different images
ROOM = MAPS_HEIGHT - TOP - 8.0  # for rows of maps
STATISTICS_HEIGHT = 16.0
LARGEST_MAP = 32.0
LARGEST_BRIEF_MAP = 54.0
LARGEST_IMAGE = 84.0
FEW_VALUES = 16
COMPACT_MAPS = 3
COMPACT_SIZE = 22.0
COMPACT_TOP = 28.0
COMPACT_WIDTH = COMPACT_MAPS * (COMPACT_SIZE + 2)
NONE_SILENT = "0 silent"
# From these shares on a card says how many of its units are dead or saturated.
AILING = 0.1
ILL = 0.5


def paint_thumbnail(
    painter: QPainter, thumbnail: Thumbnail, color: QColor, look: Look, brief: bool = False
) -> None:
    """A `brief` one has fewer, larger pictures and no small print, to be seen in an overview."""
    if "images" in thumbnail:
        _paint_images(painter, thumbnail, look, brief)
    elif "maps" in thumbnail:
        _paint_maps(painter, thumbnail, look, brief)
    elif "values" in thumbnail:
        _paint_values(painter, thumbnail, color, look, brief)
    elif "texts" in thumbnail:
        _paint_texts(painter, thumbnail, look, brief)


def paint_compact(
    painter: QPainter, thumbnail: Thumbnail, color: QColor, look: Look, brief: bool = False
) -> None:
    """The thumbnail of the first image beside the name, on a card that has no room below it."""
    if brief:
        return
    left, size = RIGHT - COMPACT_WIDTH, COMPACT_SIZE
    if "images" in thumbnail:
        image = color_image(np.asarray(thumbnail["images"][0]))
        painter.drawImage(QRectF(RIGHT - size, COMPACT_TOP, size, size), image)
    elif "maps" in thumbnail:
        maps = _by_image(thumbnail["maps"])[0][:COMPACT_MAPS]
        first = RIGHT - len(maps) * (size + 2) + 2
        _paint_row(painter, maps, "viridis", QPointF(first, COMPACT_TOP), size, size + 2, look)
    elif "values" in thumbnail:
        area = QRectF(left, COMPACT_TOP, COMPACT_WIDTH, size)
        values = np.atleast_2d(np.asarray(thumbnail["values"], np.float32))[:1]
        paint_vectors(painter, values, area, color, look, thumbnail.get("style", "bars"))


# Maps


class Grid(NamedTuple):
    """`columns` of images in a line, each with `count` maps that are `size` wide; `lines` of maps
    in all, gradients among them."""

    columns: int
    lines: int
    size: float
    count: int


def grid_of(images: int, gradients: bool, statistics: bool, largest: float = LARGEST_MAP) -> Grid:
    """How the maps of so many images are laid out on a card, with a line of numbers or not."""
    columns = images if gradients else -(-images // 2)
    lines = 2 if gradients or images > 1 else 1
    room = ROOM - (STATISTICS_HEIGHT if statistics else 0.0)
    width = (RIGHT - LEFT - GROUP_GAP * (columns - 1)) / columns
    size = min(largest, (room - GAP * (lines - 1)) / lines, width)
    return Grid(columns, lines, size, max(1, int((width + GAP) // (size + GAP))))


def maps_parts(thumbnail: Thumbnail, shown: int) -> list[str]:
    """`+27 maps`, `0.26 ± 0.31`, `0 silent`; `shown` maps are to be seen."""
    channels = int(thumbnail.get("channels", shown))
    parts = []
    if channels > shown:
        parts.append(f"+{channels - shown} map{'s' if channels - shown > 1 else ''}")
    if "mean" in thumbnail:
        spread = f" ± {quantities.short(thumbnail['std'])}" if "std" in thumbnail else ""
        parts.append(f"{quantities.short(thumbnail['mean'])}{spread}")
    if "silent" in thumbnail:
        parts.append(f"{int(thumbnail['silent'])} silent")
    return parts


def _paint_maps(painter: QPainter, thumbnail: Thumbnail, look: Look, brief: bool) -> None:
    maps = _by_image(thumbnail["maps"])
    given = thumbnail.get("gradients")
    gradients = None if given is None else _by_image(given)
    wanted = bool(thumbnail.get("statistics", True)) and not brief
    largest = LARGEST_BRIEF_MAP if brief else LARGEST_MAP
    columns, lines, size, count = grid_of(len(maps), gradients is not None, wanted, largest)
    step = size + GAP
    if columns == 1:  # spread over the width
        step = size + (RIGHT - LEFT - count * size) / max(count - 1, 1)
    taken = size + (count - 1) * step
    aside = (RIGHT - LEFT - taken) / max(columns - 1, 1)
    for number, own in enumerate(maps):
        line, column = divmod(number, columns)
        corner = QPointF(LEFT + column * aside, TOP + line * (size + GAP))
        _paint_row(painter, own[:count], "viridis", corner, size, step, look)
        if gradients is not None:
            below = corner + QPointF(0, size + GAP)
            _paint_row(painter, gradients[number][:count], "coolwarm", below, size, step, look)
    if wanted:
        painter.setPen(look.muted)
        painter.setFont(look.small_font)
        room = RIGHT - LEFT - (_pill_width(thumbnail, look) + 6 if _ailment(thumbnail) else 0)
        parts = maps_parts(thumbnail, min(count, maps.shape[1]))
        baseline = TOP + lines * (size + GAP) - GAP + (22 if lines == 1 else 14)
        painter.drawText(QPointF(LEFT, baseline), _fitting(parts, look, room))
        _paint_ailment(painter, thumbnail, look, brief, baseline + 6)
    else:
        _paint_ailment(painter, thumbnail, look, brief, MAPS_HEIGHT - 6)


def _by_image(maps: Any) -> np.ndarray:
    """(P, n, h, w), also of (n, h, w)."""
    found = np.asarray(maps)
    return found[None] if found.ndim == 3 else found


def _paint_row(
    painter: QPainter, maps: np.ndarray, colors: str, corner: QPointF, size: float, step: float,
    look: Look,
) -> None:  # fmt: skip
    """Maps (n, h, w) side by side; where all of one is the same there is a line across instead."""
    if not len(maps):
        return
    count, height, width = maps.shape
    # As one image: converting it costs more than drawing it.
    image = indexed_image(np.ascontiguousarray(maps).reshape(count * height, width), colors)
    fit = size / max(height, width)
    wide, tall = fit * width, fit * height
    # A gradient that is the same everywhere has a colour; a map has none of its own.
    flat = (maps == maps[:, :1, :1]).all((1, 2)) & (colors == "viridis")
    for index in range(count):
        left = corner.x() + index * step
        place = QRectF(left + (size - wide) / 2, corner.y() + (size - tall) / 2, wide, tall)
        if flat[index]:
            painter.fillRect(place, look.grid)
            painter.setPen(QPen(look.muted, 1))
            painter.drawLine(place.bottomLeft(), place.topRight())
        else:
            painter.drawImage(place, image, QRectF(0, index * height, width, height))


def _fitting(parts: list[str], look: Look, room: float) -> str:
    """The parts in one line, as wide apart and as complete as the card allows."""
    telling = [part for part in parts if part != NONE_SILENT]
    short = [part.removesuffix(" maps") for part in telling]
    mean = [part for part in short if "±" in part]
    some = (parts, telling, short, short[1:], mean, [part.split(" ±")[0] for part in mean])
    lines = ["  ·  ".join(parts), *(" · ".join(one) for one in some if one)]
    for line in lines:
        if look.small_metrics.horizontalAdvance(line) <= room:
            return line
    return look.small_metrics.elidedText(lines[-1], Qt.TextElideMode.ElideRight, room)


# Vectors


def _paint_values(
    painter: QPainter, thumbnail: Thumbnail, color: QColor, look: Look, brief: bool
) -> None:
    values = np.atleast_2d(np.asarray(thumbnail["values"], dtype=np.float32))
    if values.size == 0:
        return
    left = LEFT
    if values.shape[1] > FEW_VALUES and not brief:
        painter.setPen(look.muted)
        painter.setFont(look.small_font)
        count = int(thumbnail.get("channels", values.shape[1]))
        painter.drawText(QPointF(LEFT, TOP + 12), f"{count} values")
        left += 72
    area = QRectF(left, TOP - 4, RIGHT - left, 20.0)
    gradients = thumbnail.get("gradients")
    style = thumbnail.get("style", "bars")
    if gradients is not None:
        half = area.width() / 2 - 4
        paint_vectors(
            painter, np.atleast_2d(np.asarray(gradients, np.float32)),
            QRectF(area.right() - half, area.top(), half, area.height()), look.accent, look, style,
            signed=True,
        )  # fmt: skip
        area.setWidth(half)
    paint_vectors(painter, values, area, color, look, style)
    _paint_ailment(painter, thumbnail, look, brief, TOP + 20)


# Images and words


def _paint_images(painter: QPainter, thumbnail: Thumbnail, look: Look, brief: bool) -> None:
    images: Sequence[Any] = thumbnail["images"]
    captions = list(thumbnail.get("captions", ()))
    count = max(len(images), 1)
    size = min(LARGEST_IMAGE, (RIGHT - LEFT - (count - 1) * 4) / count)
    for index, image in enumerate(images):
        place = QRectF(LEFT + index * (size + 4), TOP, size, size)
        painter.drawImage(place, color_image(np.asarray(image)))
        if brief or index >= len(captions):
            continue
        painter.setPen(look.text)
        if count == 1:
            _paint_caption(painter, captions[0], LEFT + size + 12, look)
        else:
            painter.setFont(look.small_font)
            text = look.small_metrics.elidedText(captions[index], _ELIDE, size)
            painter.drawText(QPointF(place.left(), place.bottom() + 14), text)


def _paint_caption(painter: QPainter, caption: str, left: float, look: Look) -> None:
    painter.setPen(look.muted)
    painter.setFont(look.small_font)
    painter.drawText(QPointF(left, TOP + 14), "probe image")
    painter.setPen(look.text)
    painter.setFont(look.text_font)
    painter.drawText(
        QPointF(left, TOP + 32), look.text_metrics.elidedText(caption, _ELIDE, RIGHT - left)
    )


def _paint_texts(painter: QPainter, thumbnail: Thumbnail, look: Look, brief: bool) -> None:
    """A line for each image: `✓ circle  0.93`; whether it is right is told by sign and colour."""
    texts: Sequence[tuple[str, bool | None]] = thumbnail["texts"]
    if brief and len(texts) > 1:
        texts = [("".join({True: "✓ ", False: "✗ "}.get(right, "· ") for _, right in texts), None)]
    painter.setFont(look.brief_font if brief else look.text_font)
    metrics = look.brief_metrics if brief else look.text_metrics
    for index, (text, right) in enumerate(texts):
        sign = {True: "✓ ", False: "✗ ", None: ""}[right]
        y = TOP + (14 if brief else 11) + index * TEXT_LINE
        painter.setPen({True: look.ok, False: look.error, None: look.muted}[right])
        painter.drawText(QPointF(LEFT, y), sign)
        left = LEFT + metrics.horizontalAdvance(sign)
        if metrics.horizontalAdvance(text) > RIGHT - left:
            text = text.rpartition("  ")[0]  # without the number
        painter.setPen(look.muted)
        painter.drawText(QPointF(left, y), metrics.elidedText(text, _ELIDE, RIGHT - left))


# What ails a layer


def _ailment(thumbnail: Thumbnail) -> tuple[str, float] | None:
    """`31 % dead`, and how large a share that is; None where it is no cause for alarm."""
    shares = [(float(thumbnail.get(name) or 0.0), name) for name in ("dead", "saturated")]
    share, name = max(shares)
    return (f"{share:.0%} {name}".replace("%", " %"), share) if share >= AILING else None


def _pill_width(thumbnail: Thumbnail, look: Look) -> float:
    found = _ailment(thumbnail)
    return look.small_metrics.horizontalAdvance(found[0]) + 14 if found else 0.0


def _paint_ailment(
    painter: QPainter, thumbnail: Thumbnail, look: Look, brief: bool, bottom: float
) -> None:
    """A pill at the right edge, down to `bottom`: `31 % dead`."""
    found = _ailment(thumbnail)
    if found is None:
        return
    text, share = found
    font = look.text_font if brief else look.small_font
    metrics = look.text_metrics if brief else look.small_metrics
    width, height = metrics.horizontalAdvance(text) + 14, metrics.height() + 3
    pill = QRectF(RIGHT - width + 4, bottom - height, width, height)
    ill = share >= ILL
    painter.setPen(QPen(look.error if ill else look.warning, 1))
    painter.setBrush(look.error_surface if ill else look.warning_surface)
    painter.drawRoundedRect(pill, height / 2, height / 2)
    painter.setFont(font)
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


_ELIDE = Qt.TextElideMode.ElideRight
