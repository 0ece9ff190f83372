"""How blocks and bypassed nodes are drawn: on a stack, how often, port names, a dashed way."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from cnnstudio.graph.layout import Flow
from cnnstudio.ui.canvas.card import CardContent
from cnnstudio.ui.canvas.geometry import CARD_RADIUS, CARD_WIDTH, port_offset
from cnnstudio.ui.canvas.look import Look, faded

STEP = 3.0  # by which a card lies behind another
BYPASSED_OPACITY = 0.5
PILL_HEIGHT = 16.0


def paint_stack(painter: QPainter, content: CardContent, height: float, look: Look) -> None:
    """The cards behind a block's card: one, or two for a repeated block."""
    if not content.marks.is_block:
        return
    count = 2 if content.marks.repeat else 1
    painter.setPen(QPen(look.border, 1))
    painter.setBrush(look.surface)
    for number in range(count, 0, -1):
        away = STEP * number
        box = QRectF(away, away, CARD_WIDTH, height)
        painter.drawRoundedRect(box, CARD_RADIUS, CARD_RADIUS)
    painter.setBrush(Qt.BrushStyle.NoBrush)


def paint_repeat(painter: QPainter, content: CardContent, look: Look, end: float) -> float:
    """`× 12` in a pill that ends at `end`; where it begins."""
    text = content.marks.repeat
    if not text:
        return end
    painter.setFont(look.kind_font)
    width = look.kind_metrics.horizontalAdvance(text) + 12
    box = QRectF(end - width, 6, width, PILL_HEIGHT)
    color = look.category(content.category)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faded(color, 0.22))
    painter.drawRoundedRect(box, PILL_HEIGHT / 2, PILL_HEIGHT / 2)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.text)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box.left() - 6


def paint_pass_through(
    painter: QPainter, content: CardContent, height: float, look: Look, flow: Flow
) -> None:
    """The dashed way of the first input through a bypassed card."""
    if not content.marks.passes or not content.inputs or not content.outputs:
        return
    start = QPointF(*port_offset(0, content.inputs, False, height, flow))
    end = QPointF(*port_offset(0, content.outputs, True, height, flow))
    pen = QPen(look.muted, 1.6, Qt.PenStyle.DashLine)
    painter.setPen(pen)
    if flow == "down" and start.x() != end.x():
        path = QPainterPath(start)
        middle = QPointF(0, height / 2)
        path.cubicTo(start + middle, end - middle, end)
        painter.drawPath(path)
    else:
        painter.drawLine(QLineF(start, end))


def paint_port_names(
    painter: QPainter, content: CardContent, height: float, look: Look, flow: Flow
) -> None:
    """What a card's ports are called, beside them, where there are several."""
    painter.setFont(look.small_font)
    painter.setPen(look.muted)
    metrics = look.small_metrics
    for names, is_output in ((content.input_names, False), (content.output_names, True)):
        if len(names) < 2:
            continue
        room = CARD_WIDTH / (len(names) + 1) - 10 if flow == "down" else 90
        for index, name in enumerate(names):
            x, y = port_offset(index, len(names), is_output, height, flow)
            text = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(room))
            if flow == "down":
                place = QPointF(x + 7, y + 13 if is_output else y - 5)
            else:
                width = metrics.horizontalAdvance(text)
                place = QPointF(x + 8 if is_output else x - 8 - width, y - 4)
            painter.drawText(place, text)
