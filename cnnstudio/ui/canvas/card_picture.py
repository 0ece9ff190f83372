"""Draws a card, and keeps drawn cards as pictures so that panning only copies pixels."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from time import perf_counter

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPixmap

from cnnstudio.graph.layout import Flow
from cnnstudio.ui.canvas.block_look import (
    BYPASSED_OPACITY,
    paint_pass_through,
    paint_port_names,
    paint_repeat,
    paint_stack,
)
from cnnstudio.ui.canvas.card import CardContent, Thumbnail, shape_text
from cnnstudio.ui.canvas.geometry import (
    BRIEF_SCALE,
    CARD_RADIUS,
    CARD_WIDTH,
    EDGE_WIDTH,
    PLAIN_HEIGHT,
    PORT_RADIUS,
    port_offset,
)
from cnnstudio.ui.canvas.look import Look
from cnnstudio.ui.canvas.thumbnail import COMPACT_WIDTH, LEFT, RIGHT, paint_compact, paint_thumbnail

BADGE_RADIUS = 8.0
FOOT = 50.0  # below this only the thumbnail is drawn
PICTURES_BYTES = 96 * 1024 * 1024
FRAME_BUDGET_SECONDS = 0.006
CHANGED_BUDGET_SECONDS = 0.008  # for cards that are new or say something new


def paint_card(
    painter: QPainter,
    content: CardContent,
    thumbnail: Thumbnail | None,
    height: float,
    look: Look,
    selected: bool,
    flow: Flow,
    scale: float,
    device: float,
) -> None:
    """The card with its top-left corner at (0, 0), to be seen at `scale`.

    `device` is how many of the screen's pixels make up one of the view's.
    """
    ratio = scale * device
    card = QRectF(0, 0, CARD_WIDTH, height)
    outline = QPainterPath()
    outline.addRoundedRect(card, CARD_RADIUS, CARD_RADIUS)
    color = look.category(content.category) if content.known else look.warning
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    if content.marks.passes:
        painter.setOpacity(BYPASSED_OPACITY)
    paint_stack(painter, content, height, look)
    painter.fillPath(outline, look.tint(content.tint.level) if content.tint else look.surface)
    # A path of its own: in a drawing as SVG, Qt leaves clipping out.
    edge = QPainterPath()
    edge.addRect(QRectF(0, 0, EDGE_WIDTH, height))
    painter.fillPath(outline.intersected(edge), color)
    pen = QPen(look.accent, 2) if selected else QPen(look.border, 1)
    if not content.known:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.drawPath(outline)
    if selected:  # the category stays visible beside the outline
        painter.fillRect(QRectF(1, CARD_RADIUS, EDGE_WIDTH, height - 2 * CARD_RADIUS), color)
    compact = bool(thumbnail) and height == PLAIN_HEIGHT
    if scale < BRIEF_SCALE:
        _paint_brief(painter, content, look, ratio)
    else:
        _paint_words(painter, content, look, ratio, compact)
    if thumbnail and compact:
        paint_compact(painter, thumbnail, color, look, brief=scale < BRIEF_SCALE)
    elif thumbnail:
        paint_thumbnail(painter, thumbnail, color, look, brief=scale < BRIEF_SCALE)
    painter.setOpacity(1.0)
    paint_pass_through(painter, content, height, look, flow)
    paint_ports(painter, content, height, look, flow)
    if scale >= BRIEF_SCALE:
        paint_port_names(painter, content, height, look, flow)
    if content.severity:
        _paint_badge(painter, content.severity, look)


def paint_foot(
    painter: QPainter, content: CardContent, thumbnail: Thumbnail, height: float, look: Look,
    scale: float,
) -> None:  # fmt: skip
    """Draws the thumbnail anew on a card as `paint_card` has drawn it."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    ground = look.tint(content.tint.level) if content.tint else look.surface
    painter.fillRect(QRectF(LEFT - 6, FOOT, CARD_WIDTH - LEFT, height - FOOT - 6), ground)
    color = look.category(content.category) if content.known else look.warning
    paint_thumbnail(painter, thumbnail, color, look, brief=scale < BRIEF_SCALE)


def paint_blank(painter: QPainter, content: CardContent, height: float, look: Look) -> None:
    """Stands for a card for the moment until there is time to draw it."""
    painter.setPen(QPen(look.border, 0))
    painter.setBrush(look.surface)
    painter.drawRect(QRectF(0, 0, CARD_WIDTH, height))
    painter.fillRect(QRectF(0, 0, EDGE_WIDTH, height), look.category(content.category))


def _paint_words(
    painter: QPainter, content: CardContent, look: Look, ratio: float, compact: bool
) -> None:
    elide = Qt.TextElideMode.ElideRight
    end = RIGHT - (BADGE_RADIUS + 4 if content.severity else 0)
    if content.icon:
        painter.drawPixmap(
            QRectF(end - 14, 7, 14, 14),
            look.icon(content.icon, 14, ratio),
            QRectF(),
        )
        end -= 20
    if content.frozen:
        painter.drawPixmap(
            QRectF(end - 14, 7, 14, 14), look.icon("mdi6.snowflake", 14, ratio), QRectF()
        )
        end -= 20
    end = paint_repeat(painter, content, look, end)
    kind = (content.label or content.kind).upper()
    kind = kind if content.known else f"{kind} (UNKNOWN)"
    painter.setPen(look.text if content.tint else look.muted)
    painter.setFont(look.kind_font)
    painter.drawText(QPointF(LEFT, 20), look.kind_metrics.elidedText(kind, elide, end - LEFT))
    summary = f"shares {content.shares}" if content.shares else content.summary
    summary = content.marks.bypassed or (content.tint.text if content.tint else summary)
    room = RIGHT - LEFT
    if compact:  # the thumbnail stands where the summary would
        summary, room = "", room - COMPACT_WIDTH - 8
    name_width = look.name_metrics.horizontalAdvance(content.name)
    summary_room = max(room - name_width - 12, room * 0.4)
    painter.setFont(look.text_font)
    if summary:
        text = look.text_metrics.elidedText(summary, elide, summary_room)
        width = look.text_metrics.horizontalAdvance(text)
        painter.drawText(QPointF(RIGHT - width, 42), text)
        room -= width + 8
    painter.setPen(look.text)
    painter.setFont(look.struck_font if content.marks.passes else look.name_font)
    painter.drawText(QPointF(LEFT, 42), look.name_metrics.elidedText(content.name, elide, room))


def _paint_brief(painter: QPainter, content: CardContent, look: Look, ratio: float) -> None:
    """The name alone, large enough to be read in an overview."""
    end = RIGHT - (BADGE_RADIUS + 8 if content.severity else 0)
    if content.icon:
        icon = look.icon(content.icon, 22, ratio)
        painter.drawPixmap(QRectF(end - 22, 17, 22, 22), icon, QRectF())
        end -= 30
    if content.marks.repeat:
        painter.setPen(look.muted)
        painter.setFont(look.brief_font)
        width = look.brief_metrics.horizontalAdvance(content.marks.repeat)
        painter.drawText(QPointF(end - width, 37), content.marks.repeat)
        end -= width + 10
    name = look.brief_metrics.elidedText(content.name, Qt.TextElideMode.ElideMiddle, end - LEFT)
    painter.setPen(look.text)
    painter.setFont(look.brief_font)
    painter.drawText(QPointF(LEFT, 37), name)


def paint_ports(
    painter: QPainter, content: CardContent, height: float, look: Look, flow: Flow
) -> None:
    painter.setPen(QPen(look.muted, 1.4))
    painter.setBrush(look.surface)
    for count, is_output in ((content.inputs, False), (content.outputs, True)):
        for index in range(count):
            x, y = port_offset(index, count, is_output, height, flow)
            painter.drawEllipse(QPointF(x, y), PORT_RADIUS, PORT_RADIUS)


def paint_shape_at_port(
    painter: QPainter, content: CardContent, height: float, look: Look, flow: Flow
) -> None:
    """The output's shape, where no wire carries it."""
    if not content.shapes or content.outputs == 0:
        return
    x, y = port_offset(0, content.outputs, True, height, flow)
    painter.setPen(look.muted)
    painter.setFont(look.text_font)
    place = QPointF(x + 10, y + 16) if flow == "down" else QPointF(x + 10, y + 4)
    painter.drawText(place, shape_text(content.shapes[0]))


def _paint_badge(painter: QPainter, severity: str, look: Look) -> None:
    """A round error sign, or a triangle for a warning: told apart without colour."""
    centre = QPointF(CARD_WIDTH - BADGE_RADIUS - 6, BADGE_RADIUS + 6)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.severity(severity))
    if severity == "warning":
        triangle = QPainterPath(QPointF(centre.x(), centre.y() - BADGE_RADIUS))
        triangle.lineTo(centre.x() + BADGE_RADIUS, centre.y() + BADGE_RADIUS - 1)
        triangle.lineTo(centre.x() - BADGE_RADIUS, centre.y() + BADGE_RADIUS - 1)
        triangle.closeSubpath()
        painter.drawPath(triangle)
    else:
        painter.drawEllipse(centre, BADGE_RADIUS, BADGE_RADIUS)
    painter.setPen(QPen(look.surface, 1.8, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(QLineF(centre.x(), centre.y() - 3.5, centre.x(), centre.y() + 1.0))
    painter.drawPoint(QPointF(centre.x(), centre.y() + 4.2))


@dataclass
class Drawn:
    """A card's picture, in `ratio` device pixels a scene pixel; outdated once it is not `fresh`,
    with `foot_only` no more than its thumbnail."""

    ratio: float
    picture: QPixmap
    fresh: bool = True
    foot_only: bool = False


class PictureStore:
    """Pictures of cards with their scale, the least recently used dropped first.

    While the view is in motion, and when a frame's budget is spent, an older picture or a blank
    card is shown until there is time to draw it: zooming stays smooth over hundreds of cards.
    """

    def __init__(self, limit_bytes: int = PICTURES_BYTES) -> None:
        self._pictures: OrderedDict[Hashable, Drawn] = OrderedDict()
        self._limit = limit_bytes
        self._bytes = 0
        self._spent = 0.0
        self.in_motion = False
        self.postponed = False

    def begin_frame(self) -> None:
        self._spent = 0.0
        self.postponed = False

    def must_draw(self, drawn: Drawn | None, ratio: float) -> bool:
        """Whether to draw a card now: if it never was, if it changed, or at another scale."""
        if drawn is not None and drawn.fresh and drawn.ratio == ratio:
            return False
        if drawn is None or not drawn.fresh:
            may = self._spent < CHANGED_BUDGET_SECONDS
        else:
            may = not self.in_motion and self._spent < FRAME_BUDGET_SECONDS
        self.postponed |= not may
        return may

    def get(self, key: Hashable) -> Drawn | None:
        found = self._pictures.get(key)
        if found is not None:
            self._pictures.move_to_end(key)
        return found

    def draw(self, key: Hashable, ratio: float, paint: Callable[[], QPixmap]) -> Drawn:
        """Keeps the picture that `paint` makes, and counts its time into the frame's budget."""
        begun = perf_counter()
        drawn = Drawn(ratio, paint())
        self._spent += perf_counter() - begun
        self.drop(key)
        self._pictures[key] = drawn
        self._bytes += _bytes(drawn.picture)
        while self._bytes > self._limit and len(self._pictures) > 1:
            _, oldest = self._pictures.popitem(last=False)
            self._bytes -= _bytes(oldest.picture)
        return drawn

    def redraw_foot(self, drawn: Drawn, paint: Callable[[QPixmap], object]) -> None:
        """Lets `paint` draw over a picture of which only the thumbnail is outdated."""
        begun = perf_counter()
        paint(drawn.picture)
        drawn.fresh, drawn.foot_only = True, False
        self._spent += perf_counter() - begun

    def outdate(self, key: Hashable, foot_only: bool = False) -> None:
        """The card, or its thumbnail alone, changed: it is drawn anew when there is time."""
        drawn = self._pictures.get(key)
        if drawn is not None:
            drawn.foot_only = foot_only and (drawn.fresh or drawn.foot_only)
            drawn.fresh = False

    def drop(self, key: Hashable) -> None:
        found = self._pictures.pop(key, None)
        if found is not None:
            self._bytes -= _bytes(found.picture)

    def clear(self) -> None:
        self._pictures.clear()
        self._bytes = 0


def _bytes(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
