"""The canvas's entries in the session's actions, and which of them make sense now."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from PySide6.QtGui import QKeySequence

from cnnstudio.ui.canvas.editing import Side

if TYPE_CHECKING:
    from cnnstudio.ui.canvas.view import CanvasView

Keys = QKeySequence.StandardKey
ALIGN = {
    "left": ("Align left", "Ctrl+Shift+Left", "mdi6.align-horizontal-left"),
    "centre": ("Align centres", None, "mdi6.align-horizontal-center"),
    "right": ("Align right", "Ctrl+Shift+Right", "mdi6.align-horizontal-right"),
    "top": ("Align top", "Ctrl+Shift+Up", "mdi6.align-vertical-top"),
    "middle": ("Align middles", None, "mdi6.align-vertical-center"),
    "bottom": ("Align bottom", "Ctrl+Shift+Down", "mdi6.align-vertical-bottom"),
}
# From how many selected nodes on an action does something.
NEEDS = {
    "edit.duplicate_shared": 1,
    "block.make": 1,
    "block.bypass": 1,
    "block.freeze": 1,
    **{f"arrange.align_{side}": 2 for side in get_args(Side)},
    "arrange.distribute_horizontally": 3,
    "arrange.distribute_vertically": 3,
}
# What a selected frame is enough for as well.
WITH_SELECTION = ("edit.cut", "edit.copy", "edit.duplicate", "edit.rename", "edit.frame")
ALWAYS = (
    "edit.paste", "edit.add", "edit.note", "view.zoom_in", "view.zoom_out", "view.zoom_actual",
)  # fmt: skip
WITH_BLOCK = ("block.open", "block.dissolve", "block.keep")
WITH_NODES = (
    "edit.select_all", "edit.find", "view.fit", "arrange.layout", "block.fold",
    "file.export_drawing", "file.print", "edit.copy_drawing",
)  # fmt: skip


class CanvasActions:
    """Registers the actions; `update` enables those that can do something.

    While the canvas is not in sight all are off, so that their keys are free for what is.
    """

    def __init__(self, canvas: CanvasView) -> None:
        self._canvas = canvas
        self._actions = canvas.session.actions
        self._add_edit()
        self._add_drawing()
        self._add_view()
        self._add_arrange()
        self._add_blocks()

    @property
    def shows_minimap(self) -> bool:
        return self._actions["view.minimap"].isChecked()

    def update(self) -> None:
        canvas = self._canvas
        shown, selected = canvas.isVisible(), len(canvas.selected_ids)
        for id, count in NEEDS.items():
            self._actions[id].setEnabled(shown and selected >= count)
        chosen = selected > 0 or bool(canvas.selected_frames)
        for id in WITH_SELECTION:
            self._actions[id].setEnabled(shown and chosen)
        self._actions["edit.delete"].setEnabled(
            shown and (chosen or canvas.selected_wire is not None)
        )
        for id in ALWAYS:
            self._actions[id].setEnabled(shown)
        node = canvas.blocks.chosen_block if shown else None
        for id in WITH_BLOCK:
            self._actions[id].setEnabled(node is not None)
        self._actions["block.unfold"].setEnabled(node is not None and "repeat" in node.parameters)
        inside = bool(canvas.session.place.steps)
        self._actions["block.independent"].setEnabled(shown and (node is not None or inside))
        self._actions["block.leave"].setEnabled(shown and not canvas.session.place.is_main)
        for id in WITH_NODES:
            self._actions[id].setEnabled(shown and bool(canvas.canvas_scene.nodes))

    def _add_edit(self) -> None:
        add, do = self._actions.add, self._canvas.commands
        add("edit.cut", "Cut", do.cut, Keys.Cut, "mdi6.content-cut", "Edit")
        add("edit.copy", "Copy", do.copy, Keys.Copy, "mdi6.content-copy", "Edit")
        add("edit.paste", "Paste", do.paste, Keys.Paste, "mdi6.content-paste", "Edit")
        add("edit.duplicate", "Duplicate", do.duplicate, "Ctrl+D",
            "mdi6.content-duplicate", "Edit")  # fmt: skip
        add("edit.duplicate_shared", "Duplicate with shared weights", do.duplicate_shared,
            "Ctrl+Shift+D", "mdi6.link-variant", "Edit",
            tip="The copies use the same weights as the originals")  # fmt: skip
        add("edit.delete", "Delete", do.delete, ["Del", "Backspace"],
            "mdi6.trash-can-outline", "Edit")  # fmt: skip
        add("edit.select_all", "Select all", do.select_all, Keys.SelectAll,
            "mdi6.select-all", "Edit")  # fmt: skip
        add("edit.rename", "Rename", do.rename, "F2", "mdi6.rename-outline", "Edit")
        add("edit.add", "Add a layer…", do.quick_add, "Ctrl+Space", "mdi6.plus", "Edit",
            tip="Search for a layer to add behind the selected one")  # fmt: skip

        frames = self._canvas.frame_commands
        add("edit.frame", "Frame the selection", frames.frame_selection, "Ctrl+G",
            "mdi6.group", "Edit", tip="Puts a titled frame around what is selected")  # fmt: skip
        add("edit.note", "Add a note", lambda: frames.add_note(), "Ctrl+Alt+N",
            "mdi6.note-text-outline", "Edit", tip="Text beside the network")  # fmt: skip

    def _add_drawing(self) -> None:
        add, do = self._actions.add, self._canvas.drawing_commands
        add("file.export_drawing", "Export the drawing…", do.export, "Ctrl+Alt+E",
            "mdi6.image-outline", "File", tip="As SVG, PDF or PNG, fit for a paper")  # fmt: skip
        add("file.print", "Print…", do.print, Keys.Print, "mdi6.printer-outline", "File")
        add("edit.copy_drawing", "Copy the drawing", do.copy, "Ctrl+Alt+C",
            "mdi6.image-multiple-outline", "Edit")  # fmt: skip

    def _add_view(self) -> None:
        add, canvas = self._actions.add, self._canvas
        add("view.zoom_in", "Zoom in", lambda: canvas.camera.zoom(1.25), ["Ctrl++", "Ctrl+="],
            "mdi6.magnify-plus-outline", "View")  # fmt: skip
        add("view.zoom_out", "Zoom out", lambda: canvas.camera.zoom(0.8), "Ctrl+-",
            "mdi6.magnify-minus-outline", "View")  # fmt: skip
        add("view.zoom_actual", "Actual size", lambda: canvas.camera.zoom_to(1.0), "Ctrl+0",
            "mdi6.magnify", "View")  # fmt: skip
        add("view.fit", "Fit the network", canvas.fit, "Ctrl+9", "mdi6.fit-to-screen-outline",
            "View")  # fmt: skip
        add("edit.find", "Find a layer on the canvas…", canvas.find_bar.open, Keys.Find,
            "mdi6.magnify", "Edit", tip="Find a node by its name or kind")  # fmt: skip
        minimap = add("view.minimap", "Overview", None, None, "mdi6.map-outline", "View",
                      checkable=True)  # fmt: skip
        minimap.setChecked(canvas.session.settings.value("canvas/minimap", True))
        minimap.toggled.connect(canvas.show_minimap)
        flow = add("view.flow_right", "Flow from left to right", None, None,
                   "mdi6.arrow-right", "View", checkable=True)  # fmt: skip
        flow.setChecked(canvas.canvas_scene.flow == "right")
        flow.toggled.connect(canvas.commands.set_flow)

    def _add_blocks(self) -> None:
        add, do = self._actions.add, self._canvas.blocks
        add("block.open", "Open the block", do.open, None, "mdi6.arrow-expand", "Network",
            tip="Shows what is in it (double-click or Enter)")  # fmt: skip
        add("block.leave", "Leave the block", do.leave, "Ctrl+Up", "mdi6.arrow-collapse",
            "Network", tip="Back to the network that it stands in (Escape)")  # fmt: skip
        add("block.make", "Make block…", do.make, "Ctrl+Shift+G", "mdi6.cube-outline",
            "Network", tip="Makes the selected layers one node that can be used again")  # fmt: skip
        add("block.dissolve", "Dissolve the block", do.dissolve, "Ctrl+Shift+U",
            "mdi6.cube-off-outline", "Network",
            tip="Puts the layers that are in it in its place")  # fmt: skip
        add("block.fold", "Fold repeats", do.fold, None, "mdi6.layers-triple-outline", "Network",
            tip="Makes equal layers in a row one node that is repeated: of the selection, or of "
            "the whole network")  # fmt: skip
        add("block.unfold", "Unfold the copies", do.unfold, None, "mdi6.layers-off-outline",
            "Network", tip="Puts a node for each copy in its place")  # fmt: skip
        add("block.bypass", "Bypass", do.bypass, "Ctrl+M", "mdi6.debug-step-over", "Network",
            tip="Switches layers off: they hand their input on")  # fmt: skip
        add("block.freeze", "Freeze", do.freeze, "Ctrl+Alt+F", "mdi6.snowflake", "Network",
            tip="Keeps the selected layers' weights as they are while the others learn; "
            "again, to let them learn")  # fmt: skip
        add("block.independent", "Make independent", do.make_independent, None,
            "mdi6.call-split", "Network",
            tip="Gives this use a block of its own")  # fmt: skip
        add("block.keep", "Save to my blocks", do.keep, None, "mdi6.bookmark-outline", "Network",
            tip="Keeps the block for other projects")  # fmt: skip

    def _add_arrange(self) -> None:
        add, do = self._actions.add, self._canvas.commands
        add("arrange.layout", "Arrange the network", do.arrange, "Ctrl+L", "mdi6.sitemap-outline",
            "Arrange")  # fmt: skip
        for side, (text, shortcut, icon) in ALIGN.items():
            add(f"arrange.align_{side}", text, lambda side=side: do.align(side), shortcut, icon,
                "Arrange")  # fmt: skip
        for way, vertical in (("horizontally", False), ("vertically", True)):
            add(f"arrange.distribute_{way}", f"Distribute {way}",
                lambda vertical=vertical: do.distribute(vertical), None,
                f"mdi6.distribute-{way.replace('ly', '')}-center", "Arrange")  # fmt: skip
