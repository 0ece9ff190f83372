"""A search box over the canvas: type a layer's name, Enter adds it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from cnnstudio.layers import LayerKind
from cnnstudio.layers.search import matching
from cnnstudio.ui import theme

WIDTH, HEIGHT = 360, 320
Index = QModelIndex | QPersistentModelIndex
KIND = Qt.ItemDataRole.UserRole
TITLE = Qt.ItemDataRole.UserRole + 1
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class _Rows(QStyledItemDelegate):
    """A kind's name, and what it is called in full at the end of the row."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        super().paint(painter, option, index)
        name = option.fontMetrics.horizontalAdvance(index.data())
        room = option.rect.adjusted(name + 48, 0, -10, 0)
        title = option.fontMetrics.elidedText(
            index.data(TITLE), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.setPen(theme.color("text_muted"))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, title)


class QuickAdd(QFrame):
    """Lists the layer kinds that match what is typed, best first; emits the chosen one's name."""

    chosen = Signal(str)

    def __init__(self, parent: QAbstractScrollArea, kinds: Iterable[LayerKind]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._kinds = list(kinds)
        self.setObjectName("quick_add")
        self.setAccessibleName("Add a layer")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("role", "panel")
        self.setFixedSize(WIDTH, HEIGHT)
        self._search = QLineEdit()
        self._search.setObjectName("quick_add_search")
        self._search.setAccessibleName("Search layers")
        self._search.setPlaceholderText("Search layers")
        self._search.addAction(
            theme.icon("mdi6.magnify", "text_muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self._search.installEventFilter(self)
        self._search.textChanged.connect(self._show_matches)
        self._list = QListWidget()
        self._list.setObjectName("quick_add_list")
        self._list.setAccessibleName("Layers found")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setIconSize(QSize(18, 18))
        self._list.setUniformItemSizes(True)
        self._list.setItemDelegate(_Rows(self._list))
        self._list.itemClicked.connect(self._choose)
        self._nothing = QLabel("No layer is called so. Try conv, pool or norm.")
        self._nothing.setProperty("role", "muted")
        self._nothing.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self._search)
        column.addWidget(self._nothing)
        column.addWidget(self._list, 1)
        self._show_matches("")

    def open_at(self, place: QPointF) -> None:
        """Opens with its corner at a point of the canvas, moved to stay on the screen."""
        canvas = self.parentWidget()
        assert isinstance(canvas, QAbstractScrollArea)
        corner = canvas.viewport().mapToGlobal(place.toPoint())
        room = canvas.screen().availableGeometry()
        corner = _within(QRect(corner, self.size()), room)
        self.move(corner)
        self.show()
        self._search.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys typed in the search box: arrows move through the list, Enter chooses."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in MOVES:
                self._list.event(QKeyEvent(event))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self._list.currentItem() is not None:
                    self._choose(self._list.currentItem())
                return True
            if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Tab):
                self.close()
                return True
        return super().eventFilter(watched, event)

    def _show_matches(self, text: str) -> None:
        self._list.clear()
        for layer in matching(self._kinds, text):
            item = QListWidgetItem(layer.label, self._list)
            item.setData(KIND, layer.kind)
            item.setData(TITLE, layer.title if layer.title != layer.label else "")
            item.setToolTip(layer.doc)
            color = theme.category_color(layer.category)
            item.setIcon(theme.icon(layer.icon, color))
            item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, layer.title)
        self._list.setCurrentRow(0)
        self._nothing.setVisible(self._list.count() == 0)

    def _choose(self, item: QListWidgetItem) -> None:
        kind = item.data(KIND)
        self.close()
        self.chosen.emit(kind)


def _within(rect: QRect, room: QRect) -> QPoint:
    x = max(min(rect.x(), room.right() - rect.width()), room.left())
    y = max(min(rect.y(), room.bottom() - rect.height()), room.top())
    return QPoint(x, y)
