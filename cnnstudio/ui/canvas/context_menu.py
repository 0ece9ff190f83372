"""The menu under the pointer: for cards, for a wire, for the empty canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QMenu

from cnnstudio.graph import Frame
from cnnstudio.graph.model import FRAME_COLORS
from cnnstudio.layers.own.lookup import is_own
from cnnstudio.ui import theme

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

BLOCK = (
    "block.open", "block.dissolve", "block.unfold", "block.independent", "block.keep", "",
)  # fmt: skip
MAKE = ("block.make", "block.fold", "block.bypass", "block.freeze", "")
CARD = (
    "edit.rename", "edit.cut", "edit.copy", "edit.duplicate", "edit.duplicate_shared",
    "edit.delete", "", "edit.add", "edit.frame",
)  # fmt: skip
CARDS = (
    "edit.cut", "edit.copy", "edit.duplicate", "edit.duplicate_shared", "edit.delete", "",
    "edit.frame", "",
    "arrange.align_left", "arrange.align_centre", "arrange.align_right", "arrange.align_top",
    "arrange.align_middle", "arrange.align_bottom", "",
    "arrange.distribute_horizontally", "arrange.distribute_vertically",
)  # fmt: skip
PROBE = ("view.choose_probes", "view.next_probe", "view.previous_probe", "")
STEPS = ("inspect.steps", "")
OWN = ("own.show_code", "")
FRAME = ("edit.cut", "edit.copy", "edit.duplicate", "edit.delete")
EMPTY = (
    "edit.select_all", "", "view.fit", "view.zoom_actual", "arrange.layout", "block.fold",
    "block.leave",
)  # fmt: skip


def context_menu(canvas: CanvasView, point: QPointF) -> QMenu:
    """The menu for what is at this place of the scene; selects it first."""
    menu = QMenu(canvas)
    menu.setObjectName("canvas_menu")
    scene = canvas.canvas_scene
    item, wire = scene.node_at(point), scene.wire_at(point)
    if item is not None:
        if item.id not in canvas.selected_ids:
            canvas.select([item.id])
        if "images" in (item.thumbnail or {}) and PROBE[0] in canvas.session.actions:
            _add(menu, canvas, PROBE)
        if STEPS[0] in canvas.session.actions and len(canvas.selected_ids) == 1:
            _add(menu, canvas, STEPS)
        shows_code = is_own(item.content.kind) and OWN[0] in canvas.session.actions
        if shows_code and len(canvas.selected_ids) == 1:
            _add(menu, canvas, OWN)
        if canvas.blocks.chosen_block is not None:
            _add(menu, canvas, BLOCK)
        _add(menu, canvas, CARD if len(canvas.selected_ids) == 1 else CARDS)
        menu.addSeparator()
        _add(menu, canvas, MAKE)
    elif wire is not None:
        edge = wire.edge
        canvas.select_wire(edge)
        menu.addAction("Insert a layer…", lambda: canvas.commands.quick_insert(edge, point))
        _add(menu, canvas, ("edit.delete",))
    elif (held := scene.frames.part_at(point)) is not None:
        _add_frame(menu, canvas, held[0])
    else:
        menu.addAction("Add a layer here…", lambda: canvas.request_quick_add(point))
        menu.addAction("Add a note here", lambda: canvas.frame_commands.add_note(point))
        menu.addAction("Paste here", lambda: canvas.commands.paste(point))
        _add(menu, canvas, EMPTY)
    return menu


def _add_frame(menu: QMenu, canvas: CanvasView, frame: Frame) -> None:
    """What can be done with a frame; selects it first."""
    if frame.id not in canvas.selected_frames:
        canvas.select([], [frame.id])
    do = canvas.frame_commands
    if not frame.is_note:
        menu.addAction("Change the title…", lambda: do.edit(frame))
    menu.addAction("Change the text…", lambda: do.edit(frame, text=True))
    colors = menu.addMenu("Colour")
    colors.setObjectName("canvas_frame_colors")
    for name in FRAME_COLORS:
        action = colors.addAction(theme.swatch(theme.frame_color(name)), name.capitalize())
        action.setCheckable(True)
        action.setChecked(name == frame.color)
        action.triggered.connect(lambda _=False, name=name: do.set_color(name))
    menu.addAction("Select what is inside", lambda: do.select_contents(frame))
    menu.addSeparator()
    _add(menu, canvas, FRAME)


def _add(menu: QMenu, canvas: CanvasView, ids: tuple[str, ...]) -> None:
    for id in ids:
        if id:
            menu.addAction(canvas.session.actions[id])
        else:
            menu.addSeparator()
