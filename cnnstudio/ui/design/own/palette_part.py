"""What the palette offers for layers of the user's own: the button below, the menu on a row."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton

from cnnstudio.graph.sources import USER_PREFIX
from cnnstudio.layers.own.lookup import is_own
from cnnstudio.ui import theme
from cnnstudio.ui.design.own.layers import OwnLayers
from cnnstudio.ui.design.palette import Palette
from cnnstudio.ui.session import Session


class PalettePart(QObject):
    """Keeps the palette's own layers up to date, and hands on what is chosen there."""

    def __init__(self, session: Session, palette: Palette, own: OwnLayers) -> None:
        super().__init__(palette)
        self._session = session
        self._palette = palette
        self._own = own
        self.button = QToolButton()
        self.button.setObjectName("add_own_layers")
        self.button.setText("Add your own layers…")
        self.button.setToolTip("Add layers from a Python file (or drop one on the window)")
        self.button.setAccessibleName("Add layers from a Python file")
        self.button.setProperty("role", "button")
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.clicked.connect(self._add)
        palette.footer.addWidget(self.button)
        palette.menu_wanted.connect(self._show_menu)
        own.kinds_changed.connect(self._show_kinds)
        self._show_kinds()
        self.redraw()

    def redraw(self) -> None:
        """Draws the icon in the current theme's colours."""
        self.button.setIcon(theme.icon("mdi6.puzzle-plus-outline", "text_muted"))

    def _show_kinds(self) -> None:
        self._palette.set_own(self._own.kinds())

    def _add(self) -> None:
        """The file dialog; with files that were used before, a menu of these first."""
        there = {source.path for source in self._session.project.sources}
        recent = [path for path in self._own.recent if str(path) not in there]
        if not recent:
            self._own.choose_file()
            return
        menu = self._menu("own_menu")
        menu.addAction("Choose a file…", self._own.choose_file)
        menu.addSeparator()
        for path in recent:
            action = menu.addAction(path.name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, path=path: self._own.add_file(path))
        menu.setToolTipsVisible(True)
        menu.popup(self.button.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _show_menu(self, kind: str, place: QPoint) -> None:
        if not is_own(kind):
            return
        menu = self._menu("own_layer_menu")
        menu.addAction("Show the code", lambda: self._own.show_code(kind))
        if kind.startswith(USER_PREFIX):
            name = kind.removeprefix(USER_PREFIX).rpartition(".")[0]
            source = self._session.project.source(name)
            reload = menu.addAction("Reload from the file", lambda: self._own.reload(name))
            reload.setEnabled(bool(source and source.path))
            menu.addSeparator()
            menu.addAction(f"Remove {name}.py", lambda: self._own.remove(name))
        menu.popup(place)

    def _menu(self, name: str) -> QMenu:
        menu = QMenu(self._palette)
        menu.setObjectName(name)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu
