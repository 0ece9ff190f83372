"""The Design workspace: palette, canvas, inspector and drawer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.actions import Actions
from cnnstudio.ui.blocks.palette_part import BlocksPart
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.design.drawer import HEIGHT, Drawer
from cnnstudio.ui.design.inspector import Inspector
from cnnstudio.ui.design.living import Living
from cnnstudio.ui.design.living_tool import LivingActions, LivingTool
from cnnstudio.ui.design.own.layers import OwnLayers
from cnnstudio.ui.design.own.palette_part import PalettePart
from cnnstudio.ui.design.palette import Palette
from cnnstudio.ui.design.side import Side
from cnnstudio.ui.session import Session


class DesignWorkspace(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.palette_panel = Palette()
        self.canvas = CanvasView(session)
        self.inspector = Inspector(session)
        self.drawer = Drawer(session)
        self.left = Side(self.palette_panel, "left", theme.palette_width, "palette")
        self.right = Side(self.inspector, "right", theme.inspector_width, "inspector")
        self._sides = ((self.left, "palette"), (self.right, "inspector"))
        self._was_placed = False
        self.palette_panel.header.addWidget(self.left.fold_button)
        self.inspector.header.addWidget(self.right.fold_button)
        self._middle = _splitter(Qt.Orientation.Vertical, "design_middle")
        self._middle.addWidget(self.canvas)
        self._middle.addWidget(self.drawer)
        self._middle.setStretchFactor(0, 1)
        self._across = _splitter(Qt.Orientation.Horizontal, "design_across")
        for part in (self.left, self._middle, self.right):
            self._across.addWidget(part)
        self._across.setStretchFactor(1, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._across)
        self.living = Living(session, self.canvas)
        self.living_actions = LivingActions(session, self.living, self.canvas)
        self.living_tool = LivingTool(session, self.living, self.canvas, self.living_actions)
        self.canvas.was_resized.connect(self.living_tool.place)
        self.living.changed.connect(self._show_known)
        session.selection_changed.connect(lambda _: self._show_known())
        self.own = OwnLayers(session, self)
        self.own_part = PalettePart(session, self.palette_panel, self.own)
        self.blocks_part = BlocksPart(session, self.palette_panel, self.canvas)
        self._add_actions()
        self._restore()
        self._connect()

    def show_problems(self) -> None:
        """Opens the drawer on the problems."""
        self._actions["view.drawer"].setChecked(True)
        self.drawer.show_problems()

    def search_layers(self) -> None:
        """Gives the palette's search box the keyboard, unfolding the palette if need be."""
        self.left.set_folded(False)
        self.palette_panel.start_search()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._actions["edit.search_layers"].setEnabled(True)
        if not self._was_placed:
            self._was_placed = True
            self._place()
            self.own.look_for_packages()
        self.living.canvas_shown_or_hidden()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # Its key is a plain character, which belongs to whatever is shown instead.
        self._actions["edit.search_layers"].setEnabled(False)
        self.living.canvas_shown_or_hidden()

    @property
    def _actions(self) -> Actions:
        return self._session.actions

    def _add_actions(self) -> None:
        add = self._actions.add
        add("edit.search_layers", "Search the layers", self.search_layers, "/",
            "mdi6.magnify", "Edit")  # fmt: skip
        for id, text, keys, show in (
            ("view.palette", "Palette", "Ctrl+B", lambda on: self.left.set_folded(not on)),
            ("view.inspector", "Inspector", "Ctrl+I", lambda on: self.right.set_folded(not on)),
            ("view.drawer", "Problems, cost, history and code", "Ctrl+J", self._show_drawer),
        ):
            add(id, text, show, keys, None, "View", checkable=True)

    def _connect(self) -> None:
        session = self._session
        self.palette_panel.chosen.connect(self.canvas.add_layer_kind)
        self.palette_panel.left.connect(self.canvas.setFocus)
        self.inspector.left.connect(self.canvas.setFocus)
        self.canvas.frames_selected.connect(self.inspector.show_frames)
        self.drawer.problems.node_wanted.connect(self.canvas.reveal)
        self.drawer.cost.node_wanted.connect(self.canvas.reveal_path)
        self.drawer.closed.connect(self._close_drawer)
        session.problems_requested.connect(self.show_problems)
        session.theme_changed.connect(self._redraw)
        for side, name in self._sides:
            side.folded_changed.connect(lambda folded, name=name: self._take_fold(name, folded))
        self._across.splitterMoved.connect(lambda *_: self._take_widths())
        self._middle.splitterMoved.connect(lambda *_: self._take_height())

    def _restore(self) -> None:
        settings = self._session.settings
        for side, name in self._sides:
            side.open_width = settings.value(f"design/{name}_width", side.open_width)
            folded = settings.value(f"design/{name}_folded", False)
            side.set_folded(folded)
            self._actions[f"view.{name}"].setChecked(not folded)
        layers = self.palette_panel.model
        layers.restore_folds(settings.value("design/palette_folds", layers.folds))
        layers.folded.connect(lambda: settings.set_value("design/palette_folds", layers.folds))
        self._actions["view.drawer"].setChecked(settings.value("design/drawer", False))
        self._show_drawer(self._actions["view.drawer"].isChecked())

    def _place(self) -> None:
        """Gives the sides and the drawer their sizes, and the canvas the rest."""
        left, right = (side.minimumWidth() if side.folded else side.open_width
                       for side, _ in self._sides)  # fmt: skip
        self._across.setSizes([left, max(self.width() - left - right - 2, 1), right])
        height = self._session.settings.value("design/drawer_height", HEIGHT)
        self._middle.setSizes([max(self.height() - height - 1, 1), height])

    def _take_fold(self, name: str, folded: bool) -> None:
        self._session.settings.set_value(f"design/{name}_folded", folded)
        self._actions[f"view.{name}"].setChecked(not folded)
        self._place()

    def _take_widths(self) -> None:
        for side, name in self._sides:
            if not side.folded:
                side.open_width = side.width()
                self._session.settings.set_value(f"design/{name}_width", side.width())

    def _take_height(self) -> None:
        self._session.settings.set_value("design/drawer_height", self._middle.sizes()[1])

    def _show_drawer(self, shown: bool) -> None:
        self.drawer.setVisible(shown)
        self._session.settings.set_value("design/drawer", shown)

    def _close_drawer(self) -> None:
        self._actions["view.drawer"].setChecked(False)
        self.canvas.setFocus()

    def _show_known(self) -> None:
        """Tells in the inspector what the selected layer gives now."""
        selected = self._session.selection
        known = self.living.known_of(selected[0]) if len(selected) == 1 else None
        self.inspector.node_page.look.show_known(known)

    def _redraw(self) -> None:
        for part in (self.palette_panel, self.inspector, self.drawer, self.left, self.right):
            part.redraw()
        self.own_part.redraw()
        self.living_tool.redraw()
        self.living_tool.refresh()


def _splitter(orientation: Qt.Orientation, name: str) -> QSplitter:
    made = QSplitter(orientation)
    made.setObjectName(name)
    made.setChildrenCollapsible(False)
    made.setHandleWidth(1)
    return made
