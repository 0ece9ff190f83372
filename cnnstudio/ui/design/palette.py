"""The palette: every layer kind, searched, dragged to the canvas or added with Enter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QKeyEvent, QMouseEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.ui.design.palette_look import CARD_SIZE, PaletteDelegate, drag_pixmap
from cnnstudio.ui.design.palette_model import FOLD, LAYER, PaletteModel
from cnnstudio.ui.design.parts import key_label

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)


class Palette(QWidget):
    """Emits `chosen(kind)` when a layer is to be added, `left` when Escape is pressed, and
    `menu_wanted(kind, place)` for a menu on a layer at a place of the screen."""

    chosen = Signal(str)
    left = Signal()
    menu_wanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName("Layers")
        self.model = PaletteModel(catalogue)
        self.search = QLineEdit()
        self.search.setObjectName("palette_search")
        self.search.setAccessibleName("Search layers")
        self._show_count()
        self.search.setToolTip("Find a layer by its name, or by what it does (/)")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self._key = key_label("/")
        self._key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        within = QHBoxLayout(self.search)
        within.setContentsMargins(0, 0, 8, 0)
        within.addWidget(self._key, 0, Qt.AlignmentFlag.AlignRight)
        self.search.textChanged.connect(lambda text: self._key.setVisible(not text))
        self.list = LayerList(self.model)
        self.list.doubleClicked.connect(self._choose_layer)
        self.list.entered_with_keyboard.connect(self._choose)
        self.list.left_upwards.connect(lambda: self.search.setFocus(Qt.FocusReason.TabFocusReason))
        self.list.left.connect(self.left)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._ask_menu)
        self._nothing = QLabel("No layer matches.\nTry conv, pool or norm.")
        self._nothing.setObjectName("palette_nothing")
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._nothing.setContentsMargins(12, 24, 12, 0)
        self._nothing.hide()
        self.header = QHBoxLayout()
        self.header.setContentsMargins(12, 12, 12, 4)
        self.header.setSpacing(4)
        self.header.addWidget(self.search, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self.header)
        column.addWidget(self._nothing)
        column.addWidget(self.list, 1)
        self.footer = QVBoxLayout()
        self.footer.setContentsMargins(12, 8, 12, 8)
        column.addLayout(self.footer)

    def set_own(self, kinds: Sequence[LayerKind], group: str = "own") -> None:
        """Lists layers of somebody's own before the catalogue's."""
        place = self.list.verticalScrollBar().value()
        self.model.set_own(kinds, group)
        self._show_count()
        self.list.verticalScrollBar().setValue(place)

    def start_search(self) -> None:
        """Gives the search box the keyboard."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def redraw(self) -> None:
        """Draws everything in the current theme's colours."""
        self.list.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys in the search box: arrows go through the list, Enter adds, Escape leaves."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Down and not self.search.text():
                self.list.take_keyboard()
                return True
            if event.key() in MOVES:
                self.list.move_current(event)
                return True
            if event.key() in ENTER:
                self._choose(self.list.currentIndex())
                return True
            if event.key() == Qt.Key.Key_Escape:
                if self.search.text():
                    self.search.clear()
                else:
                    self.left.emit()
                return True
        return False

    def _show_count(self) -> None:
        self.search.setPlaceholderText(f"Search {self.model.count} layers")

    def _ask_menu(self, place: QPoint) -> None:
        layer = self.list.indexAt(place).data(LAYER)
        if layer is not None:
            self.menu_wanted.emit(layer.kind, self.list.viewport().mapToGlobal(place))

    def _search(self, text: str) -> None:
        self.model.search(text)
        found = bool(self.model.layers)
        self.list.setVisible(found)
        self._nothing.setVisible(not found)
        # With a search, Enter adds the best match; without, nothing is marked.
        self.list.setCurrentIndex(self.model.first_layer() if text.strip() else QModelIndex())
        self.list.scrollToTop()

    def _choose_layer(self, index: QModelIndex) -> None:
        if index.data(LAYER) is not None:  # the first click has opened or closed a heading
            self._choose(index)

    def _choose(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        layer = index.data(LAYER)
        if layer is not None:
            self.chosen.emit(layer.kind)
        else:
            self.list.toggle(index)


class LayerList(QListView):
    entered_with_keyboard = Signal(QModelIndex)
    left_upwards = Signal()
    left = Signal()

    def __init__(self, model: PaletteModel) -> None:
        super().__init__()
        self.setObjectName("palette_list")
        self.setAccessibleName("Layers")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setModel(model)
        self.setItemDelegate(PaletteDelegate(self))
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)

    def take_keyboard(self) -> None:
        """Focuses the list, on its first layer if none is current."""
        model = self.model()
        assert isinstance(model, PaletteModel)
        self.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.currentIndex().isValid():
            self.setCurrentIndex(model.first_layer())

    def move_current(self, event: QKeyEvent) -> None:
        """Moves the current row as a key would that was pressed in the list."""
        super().keyPressEvent(event)

    def drag_picture(self, index: QModelIndex) -> QPixmap:
        """What follows the pointer while that row is dragged."""
        return drag_pixmap(index.data(LAYER), self.devicePixelRatioF())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # A heading can't be dragged; without this, the layer chosen before would be.
        index = self.indexAt(event.position().toPoint())
        if index.data(LAYER) is None:
            if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
                self.toggle(index)
            else:
                event.ignore()
            return
        super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.indexAt(event.position().toPoint()).data(LAYER) is None:
            self.mousePressEvent(event)  # quick clicks on a heading are several
        else:
            super().mouseDoubleClickEvent(event)

    def toggle(self, index: QModelIndex) -> None:
        """Opens or closes what a heading holds; the row stays where it is."""
        model = self.model()
        assert isinstance(model, PaletteModel)
        place = self.verticalScrollBar().value()
        current = self.currentIndex() == index
        row = model.toggle(index)
        self.doItemsLayout()
        self.verticalScrollBar().setValue(place)
        if current:
            self.setCurrentIndex(row)

    def _fold(self, index: QModelIndex, open: bool) -> bool:
        """Opens or closes a heading that isn't so yet; whether it was a heading."""
        fold = index.data(FOLD)
        if fold is None:
            return False
        if fold.open != open:
            self.toggle(index)
        return True

    def startDrag(self, supported: Qt.DropAction) -> None:
        index = self.currentIndex()
        if index.data(LAYER) is None:
            return
        drag = QDrag(self)
        drag.setMimeData(self.model().mimeData([index]))
        drag.setPixmap(self.drag_picture(index))
        drag.setHotSpot(QPoint(CARD_SIZE.width() // 2, CARD_SIZE.height() // 2))
        drag.exec(Qt.DropAction.CopyAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        folds = {Qt.Key.Key_Left: False, Qt.Key.Key_Right: True}
        if event.key() in folds and self._fold(self.currentIndex(), folds[Qt.Key(event.key())]):
            return
        if event.key() in ENTER:
            self.entered_with_keyboard.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0:
            self.left_upwards.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
