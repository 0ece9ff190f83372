"""The command palette: type a few letters of what you want, Enter does it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QIcon, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from cnnstudio.ui import theme
from cnnstudio.ui.commands import Command, commands, matching

if TYPE_CHECKING:
    from cnnstudio.ui.main_window import MainWindow

WIDTH, ROWS, ROW_HEIGHT = 560, 10, 34
TOP = 96
COMMAND = Qt.ItemDataRole.UserRole
MOVES = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
Index = QModelIndex | QPersistentModelIndex


def show_command_palette(window: MainWindow) -> CommandPalette:
    """Opens the palette over the window."""
    palette = CommandPalette(window, commands(window))
    palette.open_over()
    return palette


class CommandPalette(QFrame):
    """Lists what fits the typed letters, best first; closes before it runs what was chosen."""

    def __init__(self, window: MainWindow, found: Sequence[Command]) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self._commands = list(found)
        self.setObjectName("command_palette")
        self.setAccessibleName("Command palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setProperty("role", "popup")
        self.search = QLineEdit()
        self.search.setObjectName("command_search")
        self.search.setAccessibleName("Search commands, layers and nodes")
        self.search.setPlaceholderText("Search commands, layers and nodes")
        self.search.addAction(
            theme.icon("mdi6.magnify", "text_muted"), QLineEdit.ActionPosition.LeadingPosition
        )
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._show_matches)
        self.model = CommandModel()
        self.list = QListView()
        self.list.setObjectName("command_list")
        self.list.setAccessibleName("Commands found")
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setModel(self.model)
        self.list.setItemDelegate(CommandDelegate(self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.clicked.connect(self._run)
        self._nothing = QLabel("Nothing matches. Try fewer letters.")
        self._nothing.setProperty("role", "muted")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.search)
        column.addWidget(self._nothing)
        column.addWidget(self.list)
        self._show_matches("")

    def open_over(self) -> None:
        """Opens in the upper middle of its window."""
        window = self.parentWidget()
        self.setFixedWidth(min(WIDTH, window.width()))
        self.adjustSize()
        top = min(TOP, max((window.height() - self.height()) // 2, 0))
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, top)))
        self.show()
        self.search.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys in the search box: arrows move through the list, Enter runs, Escape closes."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in MOVES:
                self.list.event(QKeyEvent(event))
                return True
            if event.key() in ENTER:
                self._run(self.list.currentIndex())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close()
                return True
        return False

    def _show_matches(self, text: str) -> None:
        self.model.show_commands(matching(self._commands, text))
        found = self.model.rowCount() > 0
        self.list.setVisible(found)
        # As high as what was found needs.
        self.list.setFixedHeight(ROW_HEIGHT * min(self.model.rowCount(), ROWS) + 4)
        self.adjustSize()
        self._nothing.setVisible(not found)
        self.list.setCurrentIndex(self.model.index(0))

    def _run(self, index: QModelIndex) -> None:
        command: Command | None = index.data(COMMAND) if index.isValid() else None
        if command is not None and command.enabled:
            run: Callable[[], object] = command.run
            self.close()
            run()


class CommandModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self._commands: list[Command] = []

    def show_commands(self, found: Sequence[Command]) -> None:
        self.beginResetModel()
        self._commands = list(found)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._commands)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        command = self._commands[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return command.text
            case Qt.ItemDataRole.AccessibleDescriptionRole:
                return f"{command.category} {command.keys}".strip()
        return command if role == COMMAND else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        enabled = self._commands[index.row()].enabled
        return super().flags(index) if enabled else Qt.ItemFlag.NoItemFlags


class CommandDelegate(QStyledItemDelegate):
    """Icon, text, and at the right the category and the keys."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(WIDTH // 2, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        command: Command = index.data(COMMAND)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = option.rect.adjusted(2, 1, -2, -1)
        states = ((QStyle.StateFlag.State_Selected, "surface_selected"),
                  (QStyle.StateFlag.State_MouseOver, "surface_hover"))  # fmt: skip
        surface = next((name for flag, name in states if option.state & flag), None)
        if surface:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(surface))
            painter.drawRoundedRect(area, theme.radius, theme.radius)
        picture = QRect(area.left() + 10, area.center().y() - 8, 17, 17)
        mode = QIcon.Mode.Normal if command.enabled else QIcon.Mode.Disabled
        command.icon.paint(painter, picture, mode=mode)
        inner = area.adjusted(38, 0, -10, 0)
        painter.setFont(theme.font(12))
        painter.setPen(theme.color("text_muted"))
        middle = Qt.AlignmentFlag.AlignVCenter
        if command.keys:
            painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, command.keys)
            inner.setRight(inner.right() - painter.fontMetrics().horizontalAdvance(command.keys))
            inner.setRight(inner.right() - 16)
        painter.drawText(inner, middle | Qt.AlignmentFlag.AlignRight, command.category)
        width = painter.fontMetrics().horizontalAdvance(command.category)
        inner.setRight(inner.right() - width - 12)
        painter.setFont(theme.font(13))
        painter.setPen(theme.color("text" if command.enabled else "text_disabled"))
        text = painter.fontMetrics().elidedText(
            command.text, Qt.TextElideMode.ElideRight, inner.width()
        )
        painter.drawText(inner, middle, text)
        painter.restore()
