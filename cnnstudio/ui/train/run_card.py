"""How one run looks in the list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.train.run_words import best_accuracy, epochs_done, lasted, name_of, started

HEIGHT = 56
MARGIN = 16
LINE = 20
CHIP_ALPHA = 36
STATE_TOKENS = {
    "queued": "text_muted",
    "running": "accent",
    "paused": "warning",
    "finished": "ok",
    "stopped": "text_muted",
    "failed": "error",
}


class RunCard(QStyledItemDelegate):
    """Two lines: name, what was done to its data, best accuracy; state, epochs, duration, start."""

    def __init__(self, run_role: int, status_role: int, notes_role: int, parent: QWidget) -> None:
        super().__init__(parent)
        self._run_role = run_role
        self._status_role = status_role
        self._notes_role = notes_role

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        run, status = index.data(self._run_role), index.data(self._status_role)
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._fill(painter, option)
        inner = area.adjusted(MARGIN, 7, -MARGIN, -7)
        top = QRect(inner.topLeft(), QSize(inner.width(), LINE))
        bottom = top.translated(0, LINE + 2)
        accuracy = best_accuracy(status) if status is not None else None
        if accuracy is not None:
            painter.setFont(theme.font(13, bold=True))
            painter.setPen(theme.color("text"))
            told = quantities.percent(accuracy)
            painter.drawText(top, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, told)
            top.setRight(top.right() - painter.fontMetrics().horizontalAdvance(told) - 8)
        notes = " · ".join(index.data(self._notes_role))
        if notes:  # the name gives way
            told = QFontMetrics(theme.font(11)).horizontalAdvance(notes)
            name = QFontMetrics(theme.font(13, bold=True)).horizontalAdvance(name_of(run.name))
            beside = QRect(top)
            beside.setLeft(max(min(top.left() + name + 8, top.right() - told), top.left() + 64))
            _write(painter, beside, notes, "warning", 11)
            top.setRight(beside.left() - 8)
        _write(painter, top, name_of(run.name), "text", 13, bold=True)
        if status is not None:
            bottom.setLeft(_draw_chip(painter, bottom.topLeft(), status.state) + 8)
            parts = [epochs_done(status), lasted(status), started(run.name, status)]
        else:
            parts = [started(run.name, None)]
        _write(painter, bottom, " · ".join(part for part in parts if part), "text_muted", 11)
        if status is not None and status.state in UNFINISHED:
            _draw_progress(painter, area, status)
        painter.restore()

    def _fill(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, theme.color("surface_selected"))
            edge = QRect(option.rect.topLeft(), QSize(3, option.rect.height()))
            painter.fillRect(edge, theme.color("accent"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, theme.color("surface_hover"))


def _draw_chip(painter: QPainter, corner: QPoint, state: str) -> int:
    """Draws the state and returns its right edge."""
    color = theme.color(STATE_TOKENS[state])
    font = theme.font(11, bold=True)
    width = QFontMetrics(font).horizontalAdvance(state) + 12
    box = QRectF(corner.x(), corner.y() + 1, width, LINE - 2)
    faint = QColor(color)
    faint.setAlpha(CHIP_ALPHA)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(faint)
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    painter.setPen(color)
    painter.setFont(font)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, state)
    return int(box.right())


def _draw_progress(painter: QPainter, area: QRect, status: RunStatus) -> None:
    line = QRect(area.left(), area.bottom() - 1, area.width(), 2)
    painter.fillRect(line, theme.color("track"))
    line.setWidth(round(area.width() * status.fraction))
    painter.fillRect(line, theme.color(STATE_TOKENS[status.state]))


def _write(
    painter: QPainter, area: QRect, text: str, token: str, pixels: int, bold: bool = False
) -> None:
    painter.setFont(theme.font(pixels, bold))
    painter.setPen(theme.color(token))
    fitting = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, fitting)
