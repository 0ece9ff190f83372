"""The menu bar and the window's own actions. Panels add theirs to `session.actions` as well; a
menu lists whatever has its category, in the order it was added."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QActionGroup, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QMenu

from cnnstudio.training.rundir import runs_root
from cnnstudio.ui import theme
from cnnstudio.ui.rail import PLACES
from cnnstudio.ui.session import Session

if TYPE_CHECKING:
    from cnnstudio.ui.main_window import MainWindow

MENUS = ("File", "Edit", "Network", "Arrange", "View", "Run", "Help")
OTHERS = {"Select": "Edit", "Canvas": "View"}
Keys = QKeySequence.StandardKey


class Menus(QObject):
    def __init__(self, session: Session, window: MainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._menus: dict[str, QMenu] = {}
        bar = window.menuBar()
        bar.setObjectName("menu_bar")
        for title in MENUS:
            menu = bar.addMenu(f"&{title}")
            menu.setObjectName(f"menu_{title.lower()}")
            menu.setToolTipsVisible(True)
            menu.aboutToShow.connect(lambda title=title: self._fill(title))
            self._menus[title] = menu
        self._add_file()
        self._add_edit()
        self._add_view()
        self._add_run()
        self._add_help()

    def _add_file(self) -> None:
        add, files, window = self._session.actions.add, self._window.files, self._window
        add("file.new", "New", files.new, Keys.New, "mdi6.file-plus-outline", "File")
        add("file.gallery", "New from template", window.show_gallery, "Ctrl+Shift+N",
            "mdi6.view-grid-outline", "File")  # fmt: skip
        add("file.open", "Open…", files.open, Keys.Open, "mdi6.folder-open-outline", "File")
        add("file.sample", "Open the sample", files.open_sample, None, "mdi6.shape-outline", "File")
        add("file.import", "Import…", window.show_import, "Ctrl+Shift+I", "mdi6.import", "File",
            tip="A network of torchvision, an exported program or an ONNX file")  # fmt: skip
        add("file.compare", "Compare with…", window.show_compare, None,
            "mdi6.scale-balance", "File",
            tip="Two networks side by side: sizes, cost, layers that differ")  # fmt: skip
        add("file.save", "Save", files.save, Keys.Save, "mdi6.content-save-outline", "File")
        add("file.save_as", "Save as…", files.save_as, "Ctrl+Shift+S", None, "File")
        add(
            "file.export",
            "Export network…",
            lambda: self._session.export_requested.emit(None),
            "Ctrl+Shift+E",
            "mdi6.export-variant",
            "File",
            tip="As PyTorch source, .pt2, ONNX or weights, proven to compute the same",
        )
        add("file.export_activations", "Export activations…", self._export_activations, None,
            "mdi6.table-arrow-right", "File",
            tip="What each layer gives for some images, as NPZ or CSV")  # fmt: skip
        add("file.quit", "Quit", window.close, "Ctrl+Q", None, "File")

    def _add_edit(self) -> None:
        undo, actions = self._session.undo, self._session.actions
        one = actions.add("edit.undo", "Undo", undo.undo, Keys.Undo, "mdi6.undo", "Edit")
        two = actions.add(
            "edit.redo", "Redo", undo.redo, ["Ctrl+Shift+Z", "Ctrl+Y"], "mdi6.redo", "Edit"
        )
        one.setEnabled(False)
        two.setEnabled(False)
        undo.canUndoChanged.connect(one.setEnabled)
        undo.canRedoChanged.connect(two.setEnabled)
        undo.undoTextChanged.connect(lambda label: one.setText(_naming("Undo", label)))
        undo.redoTextChanged.connect(lambda label: two.setText(_naming("Redo", label)))

    def _add_view(self) -> None:
        session, actions = self._session, self._session.actions
        for number, place in enumerate(PLACES, start=1):
            actions.add(
                f"view.{place.name}", place.title,
                lambda name=place.name: session.show_workspace(name),
                f"Ctrl+{number}", place.icon, "View", tip=place.tip,
            )  # fmt: skip
        actions.add("inspect.steps", "Show how it computes", self._show_steps, None,
                    "mdi6.calculator-variant-outline", "View",
                    tip="The selected layer in Inspect, place by place")  # fmt: skip
        group = QActionGroup(self)
        for mode, text in (
            ("system", "Theme of the system"), ("light", "Light theme"), ("dark", "Dark theme"),
        ):  # fmt: skip
            action = actions.add(f"view.theme_{mode}", text, None, None, None, "View",
                                 checkable=True)  # fmt: skip
            action.setChecked(session.theme_mode == mode)
            action.triggered.connect(lambda _=False, mode=mode: session.set_theme(mode))
            group.addAction(action)
        actions.add("view.command_palette", "Command palette", self._show_commands, "Ctrl+K",
                    "mdi6.console-line", "View",
                    tip="Find any command, layer or node")  # fmt: skip
        actions.add("view.full_screen", "Full screen", self._window.toggle_full_screen, "F11",
                    "mdi6.fullscreen", "View")  # fmt: skip

    def _add_run(self) -> None:
        self._session.actions.add(
            "run.rehearse", "Rehearse…", self._window.show_rehearsal, "Ctrl+Alt+Shift+R",
            "mdi6.clipboard-check-outline", "Run",
            tip="A few steps before the run: is it sound, and which learning rate suits?",
        )  # fmt: skip

    def _add_help(self) -> None:
        add = self._session.actions.add
        add("help.runs", "Open the folder of the runs", self._open_runs, None,
            "mdi6.folder-outline", "Help")  # fmt: skip
        add("help.log", "Show the log", self._open_log, None, "mdi6.text-box-outline", "Help")
        add("help.about", "About CNN Studio", self._window.show_about, None,
            "mdi6.information-outline", "Help")  # fmt: skip

    def _show_steps(self) -> None:
        self._session.show_workspace("inspect")
        self._session.inspect_requested.emit("Steps")

    def _export_activations(self) -> None:
        self._window.show_workspace("inspect")
        self._window.workspaces["inspect"].export_activations()

    def _show_commands(self) -> None:
        from cnnstudio.ui.command_palette import show_command_palette

        show_command_palette(self._window)

    def _fill(self, title: str) -> None:
        """Lists the menu's actions anew: panels add theirs when they are first shown."""
        menu = self._menus[title]
        menu.clear()
        within = menu.findChild(QMenu, "menu_living")  # filled anew as well
        if within is not None:
            within.deleteLater()
        before, within = None, None
        # Quit comes last, whatever the panels have added after it.
        for action in sorted(self._session.actions, key=lambda a: a.objectName() == "file.quit"):
            category = action.data()
            if title != (category if category in MENUS else OTHERS.get(category, "Edit")):
                continue
            id = action.objectName()
            if id.startswith(LIVING):
                if within is None:
                    menu.addSeparator()
                    within = menu.addMenu("On cards and wires")
                    within.setObjectName("menu_living")
                    within.setToolTipsVisible(True)
                elif id in BEGINS:
                    within.addSeparator()
                within.addAction(action)
                continue
            group = (category, id.split("_")[0] in GROUPED)
            if before is not None and (group != before or id in BEGINS):
                menu.addSeparator()
            before = group
            menu.addAction(action)
            if id == "file.open":
                self._add_recent(menu)

    def _add_recent(self, menu: QMenu) -> None:
        recent = menu.addMenu("Open recent")
        recent.setObjectName("menu_recent")
        paths = self._session.settings.recent
        recent.setEnabled(bool(paths))
        recent.setIcon(theme.icon("mdi6.history"))
        for path in paths:
            action = recent.addAction(_short(path))
            action.triggered.connect(lambda _=False, path=path: self._window.files.open_path(path))

    def _open_runs(self) -> None:
        folder = runs_root(self._session.document.path)
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    def _open_log(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._session.kernel.kernel.log)))


GROUPED = ("view.theme",)
# What the cards and wires show of a run, in a menu of its own.
LIVING = (
    "view.thumbnails", "view.living_", "view.vectors_", "view.wires_", "view.choose_probes",
    "view.next_probe", "view.previous_probe",
)  # fmt: skip
BEGINS = (
    "file.import", "file.save", "file.export", "file.quit", "view.tint_none", "view.zoom_in",
    "view.minimap", "view.vectors_bars", "view.wires_none", "view.choose_probes",
    "view.palette",
)  # fmt: skip


def _naming(verb: str, label: str) -> str:
    return f"{verb} {label[:1].lower()}{label[1:]}" if label else verb


def _short(path: Path) -> str:
    text = str(path)
    home = str(Path.home())
    # A single & would mark a mnemonic.
    return (f"~{text[len(home) :]}" if text.startswith(home) else text).replace("&", "&&")
