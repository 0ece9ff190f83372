"""What the palette offers for blocks: the project's, the user's own, and a menu on each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QInputDialog, QMenu

from cnnstudio.graph import Changed, ChangeNetwork, CnnStudioError, Edit, RenameNetwork
from cnnstudio.graph.blocks import (
    check_block_name,
    delete_block,
    delete_unused,
    duplicate_block,
    unused,
    uses_of,
)
from cnnstudio.graph.model import BLOCK_PREFIX
from cnnstudio.ui import quantities
from cnnstudio.ui.block_kinds import LIBRARY_PREFIX
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.design.palette import Palette
from cnnstudio.ui.session import Session


class BlocksPart(QObject):
    """Keeps the palette's blocks up to date, and does what is chosen in a block's menu."""

    def __init__(self, session: Session, palette: Palette, canvas: CanvasView) -> None:
        super().__init__(palette)
        self._session = session
        self._palette = palette
        self._canvas = canvas
        palette.menu_wanted.connect(self._show_menu)
        session.document_replaced.connect(self._show_kinds)
        session.changed.connect(self._take_change)
        session.place_changed.connect(lambda _: self._show_kinds())
        session.library_changed.connect(session.load_library)
        session.library_loaded.connect(self._show_kinds)
        session.load_library()
        self._show_kinds()

    def _take_change(self, change: Changed) -> None:
        if change.before.networks[1:] != change.after.networks[1:]:
            self._show_kinds()

    def _show_kinds(self) -> None:
        self._palette.set_own(self._session.block_kinds(), "blocks")

    # The menu

    def _show_menu(self, kind: str, place: QPoint) -> None:
        if kind.startswith(BLOCK_PREFIX):
            menu = self._of_block(kind.removeprefix(BLOCK_PREFIX))
        elif kind.startswith(LIBRARY_PREFIX):
            menu = self._of_kept(kind.removeprefix(LIBRARY_PREFIX))
        else:
            return
        menu.setObjectName("block_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(place)

    def _of_block(self, name: str) -> QMenu:
        session, project = self._session, self._session.project
        menu = QMenu(self._palette)
        menu.addAction("Open", lambda: self._canvas.blocks.open_block(name))
        menu.addAction("Add", lambda: self._canvas.add_layer_kind(f"{BLOCK_PREFIX}{name}"))
        menu.addSeparator()
        menu.addAction("Rename…", lambda: self._rename(name))
        menu.addAction("Describe…", lambda: self._describe(name))
        menu.addAction("Duplicate", lambda: self._apply(lambda: duplicate_block(project, name)))
        menu.addAction("Save to my blocks", lambda: self._canvas.blocks.keep(name))
        menu.addSeparator()
        uses = len(uses_of(project, name))
        text = f"Delete, with its {quantities.plural(uses, 'node')}" if uses else "Delete"
        menu.addAction(text, lambda: self._apply(lambda: delete_block(session.project, name)))
        count = len(unused(project))
        if count > 1:
            menu.addAction(
                f"Delete {count} unused blocks",
                lambda: self._apply(lambda: delete_unused(session.project)),
            )
        return menu

    def _of_kept(self, name: str) -> QMenu:
        menu = QMenu(self._palette)
        menu.addAction("Add", lambda: self._canvas.add_layer_kind(f"{LIBRARY_PREFIX}{name}"))
        menu.addSeparator()
        menu.addAction("Rename…", lambda: self._rename_kept(name))
        menu.addAction("Delete from my blocks", lambda: self._delete_kept(name))
        return menu

    def _rename(self, name: str) -> None:
        def rename(text: str) -> None:
            def edit() -> RenameNetwork:
                checked = check_block_name(self._session.project, text, own=name)
                return RenameNetwork(name=name, new_name=checked)

            if text.strip() != name:
                self._apply(edit)

        self._ask("Rename block", f"New name of {name}:", name, rename)

    def _describe(self, name: str) -> None:
        block = self._session.project.network_named(name)

        def describe(text: str) -> None:
            self._apply(
                lambda: ChangeNetwork(name=name, parameters=block.parameters, description=text)
            )

        self._ask("Describe block", f"What {name} is for:", block.description, describe)

    def _rename_kept(self, name: str) -> None:
        def rename(text: str) -> None:
            self._change_library(lambda: self._session.library.rename(name, text))

        self._ask("Rename block", f"New name of {name} in your library:", name, rename)

    def _delete_kept(self, name: str) -> None:
        self._change_library(lambda: self._session.library.delete(name))

    def _change_library(self, change: Callable[[], object]) -> None:
        self._session.in_background(change, lambda _: self._session.library_changed.emit())

    def _ask(self, title: str, text: str, value: str, take: Callable[[str], None]) -> None:
        dialog = QInputDialog(self._palette.window())
        dialog.setObjectName("block_dialog")
        dialog.setWindowTitle(title)
        dialog.setLabelText(text)
        dialog.setTextValue(value)
        dialog.setMinimumWidth(360)
        dialog.textValueSelected.connect(take)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _apply(self, make: Callable[[], Edit]) -> None:
        try:
            self._session.apply(make())
        except CnnStudioError as error:
            self._session.tell_error(error)
