"""Every action of the window in one place: menus, shortcuts and the command palette list it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

from cnnstudio.ui import theme

Shortcut = str | QKeySequence.StandardKey | QKeySequence | Sequence[str]


class Actions(QObject):
    """The window's actions by id (`file.save`), in the order they were added."""

    added = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        self._icons: dict[str, str] = {}

    def add(
        self,
        id: str,
        text: str,
        callback: Callable[[], object] | None = None,
        shortcut: Shortcut | None = None,
        icon: str | None = None,
        category: str = "Edit",
        tip: str = "",
        checkable: bool = False,
    ) -> QAction:
        """Makes an action. `category` is its menu; a checkable one calls `callback(checked)`.

        Adding an id again replaces the older action.
        """
        if id in self._actions:
            self._actions[id].setParent(None)
        action = QAction(text, self)
        action.setObjectName(id)
        action.setData(category)
        action.setCheckable(checkable)
        action.setIconVisibleInMenu(not checkable)  # where a menu has its tick
        if tip:
            action.setToolTip(tip)
            action.setStatusTip(tip)
        if shortcut is not None:
            if isinstance(shortcut, QKeySequence.StandardKey):
                action.setShortcuts(shortcut)
            elif isinstance(shortcut, str | QKeySequence):
                action.setShortcut(QKeySequence(shortcut))
            else:
                action.setShortcuts([QKeySequence(one) for one in shortcut])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        if icon:
            self._icons[id] = icon
            action.setIcon(theme.icon(icon))
        if callback is not None:
            if checkable:
                action.toggled.connect(callback)
            else:
                action.triggered.connect(lambda _checked=False: callback())
        self._actions[id] = action
        self.added.emit(action)
        return action

    def __getitem__(self, id: str) -> QAction:
        return self._actions[id]

    def __contains__(self, id: str) -> bool:
        return id in self._actions

    def __iter__(self) -> Iterator[QAction]:
        return iter(list(self._actions.values()))

    def category(self, name: str) -> list[QAction]:
        """The actions of one menu."""
        return [action for action in self if action.data() == name]

    def redraw_icons(self) -> None:
        """Draws the icons in the current theme's colours."""
        for id, name in self._icons.items():
            self._actions[id].setIcon(theme.icon(name))
