"""The window's side of layers of the user's own: adds, reloads, removes, shows, asks.

A project's code never runs in the window; what is asked here is whether the kernel and the trainer
may run it.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from cnnstudio.graph import Changed, ChangeSource, CnnStudioError, RemoveSource, SourceFile
from cnnstudio.graph.sources import USER_PREFIX
from cnnstudio.layers import LayerKind
from cnnstudio.layers.own import consent, packages
from cnnstudio.layers.own.code import OwnCode, of_source
from cnnstudio.layers.own.files import SUFFIX, adding, changed_on_disk, read_source
from cnnstudio.layers.own.lookup import code_of, own_kinds
from cnnstudio.ui.design.own.code_dialog import CodeDialog
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

FILTER = f"Python files (*{SUFFIX})"
RECENT = "own/recent"
# An editor may write a file in several steps.
SETTLE_MILLISECONDS = 300


class OwnLayers(QObject):
    """`kinds_changed` tells that there are other kinds than before."""

    kinds_changed = Signal()

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._declined: set[str] = set()  # digests, until another project is opened
        self._watcher = QFileSystemWatcher(self)
        self._timer = QTimer(self, singleShot=True, interval=SETTLE_MILLISECONDS)
        self._timer.timeout.connect(self._look_at_files)
        self._watcher.fileChanged.connect(lambda _: self._timer.start())
        session.document_replaced.connect(self._take_document)
        session.changed.connect(self._take_change)
        add = session.actions.add
        add("own.add", "Add layers from a Python file…", self.choose_file, None,
            "mdi6.puzzle-plus-outline", "Network",
            tip="Use your own torch.nn.Module classes")  # fmt: skip
        add("own.allow", "Allow the project's code…", self.ask_again, None,
            "mdi6.shield-check-outline", "Network",
            tip="Look at the code that the project brings, and let it run")  # fmt: skip
        add("own.show_code", "Show the layer's code", self._show_selected, None,
            "mdi6.code-braces", "Network",
            tip="The Python code of a layer of your own")  # fmt: skip
        session.selection_changed.connect(lambda _: self._show_actions())
        self._take_document()

    # What there is

    def kinds(self) -> list[LayerKind]:
        """The kinds of the project's own files, and of installed packages once they are known."""
        return own_kinds(self._session.project, look=False)

    def look_for_packages(self) -> None:
        """Finds the installed packages that bring layers, on another thread."""

        self._session.in_background(packages.installed, lambda _: self.kinds_changed.emit())

    @property
    def recent(self) -> list[Path]:
        """Python files used lately, newest first."""
        stored = self._session.settings.value(RECENT) or []
        return [Path(path) for path in ([stored] if isinstance(stored, str) else stored)]

    # What the user does

    def choose_file(self) -> None:
        """Asks for a Python file and adds its layers."""
        recent = self.recent
        folder = recent[0].parent if recent else self._session.folder
        dialog = QFileDialog(self._window, "Add layers from a Python file", str(folder), FILTER)
        dialog.setObjectName("own_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.add_file(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add_file(self, path: Path) -> None:
        """Adds a file's layers to the project; a file that is there already is reloaded."""
        there = next((s for s in self._session.project.sources if s.path == str(path)), None)
        if there is not None:
            self.reload(there.name)
            return

        def show(source: SourceFile) -> None:
            self._remember(path)
            self._session.try_apply(adding(self._session.project, source))

        self._session.in_background(lambda: read_source(path), show, self._fail)

    def reload(self, name: str) -> None:
        """Reads a file of the project anew from where it came from."""
        source = self._session.project.source(name)
        if source is None:
            return

        def show(fresh: SourceFile) -> None:
            self._session.withdrawn.emit(_key(name))
            if self._session.project.source(name) is None:
                return
            if fresh == source:
                self._session.tell(Message(f"{name}.py is as it was.", seconds=4))
            else:
                self._session.try_apply(ChangeSource(source=fresh))

        self._session.in_background(lambda: read_source(source.path, name), show, self._fail)

    def remove(self, name: str) -> None:
        """Takes a file out of the project; nodes of its kinds stay as placeholders."""
        prefix = f"{USER_PREFIX}{name}."
        users = [
            node.name
            for network in self._session.project.networks
            for node in network.nodes
            if node.kind.startswith(prefix)
        ]
        if self._session.try_apply(RemoveSource(name=name)) and users:
            nodes = f"{users[0]} stays" if len(users) == 1 else f"{len(users)} nodes stay"
            self._session.tell(
                Message(
                    f"{nodes} without the code of {name}.py.",
                    "The settings are kept. Undo brings the code back.",
                )
            )

    def show_code(self, kind: str) -> None:
        """Shows the code of a kind, at its class."""
        code = code_of(self._session.project, kind)
        if code is not None:
            number = code.reading.lines.get(kind.rsplit(".", 1)[-1], 0)
            self._open(CodeDialog([code], self._window, line_number=number))

    def _show_selected(self) -> None:
        kind = self._selected_kind()
        if kind is not None:
            self.show_code(kind)

    def _selected_kind(self) -> str | None:
        """The selected node's kind, where its code is here."""
        project, ids = self._session.project, self._session.selection
        node = self._session.network.by_id.get(ids[0]) if len(ids) == 1 else None
        return None if node is None or code_of(project, node.kind) is None else node.kind

    def ask_again(self) -> None:
        """Asks for all code that is not allowed, also what was declined before."""
        self._declined.clear()
        self._ask_if_needed()

    # Asking

    def _ask_if_needed(self, opening: bool = False) -> None:
        if self._window.findChild(CodeDialog, "code_dialog") is not None:
            return  # what came meanwhile is asked for when it closes
        codes = consent.not_allowed(self._session.project)
        waiting = [code for code in codes if code.digest not in self._declined]
        if not waiting:
            return
        leave = "Open without it" if opening else "Go on without it"
        dialog = CodeDialog(waiting, self._window, leave=leave, asks=True)
        dialog.allowed.connect(lambda: self._allow(waiting))
        dialog.rejected.connect(lambda: self._declined.update(code.digest for code in waiting))
        self._open(dialog)

    def _open(self, dialog: CodeDialog) -> None:
        self._session.theme_changed.connect(dialog.redraw)

        def end() -> None:
            dialog.setObjectName("")  # it is deleted later, and another may be asked for now
            dialog.deleteLater()
            self._show_actions()
            QTimer.singleShot(0, self._ask_if_needed)

        dialog.finished.connect(end)
        dialog.open()

    def _allow(self, codes: list[OwnCode]) -> None:
        try:
            consent.allow_code(codes)
        except CnnStudioError as error:
            self._session.tell_error(error)
            return
        self._session.check_again()
        self._look_at_files()

    # What happens

    def _take_document(self) -> None:
        self._declined.clear()
        self._follow_sources(opening=True)

    def _take_change(self, change: Changed) -> None:
        if change.before.sources != change.after.sources:
            self._follow_sources()
        elif change.before.networks != change.after.networks:
            self._show_actions()
            self._ask_if_needed()

    def _follow_sources(self, opening: bool = False) -> None:
        watched = self._watcher.files()
        if watched:
            self._watcher.removePaths(watched)
        self._look_at_files()
        self.kinds_changed.emit()
        self._show_actions()
        self._ask_if_needed(opening)

    def _show_actions(self) -> None:
        waiting = consent.not_allowed(self._session.project)
        self._session.actions["own.allow"].setEnabled(bool(waiting))
        self._session.actions["own.show_code"].setEnabled(self._selected_kind() is not None)

    def _look_at_files(self) -> None:
        """Offers to reload the files that are another on disk by now, and watches them all."""
        # Where a stranger's project points to is nobody's business before its code is allowed.
        sources = [
            source
            for source in self._session.project.sources
            if source.path and consent.is_allowed(of_source(source))
        ]
        if not sources:
            return

        def show(found: tuple[list[str], list[str]]) -> None:
            there, changed = found
            # A file that an editor has replaced must be watched anew.
            missing = [path for path in there if path not in self._watcher.files()]
            if missing:
                self._watcher.addPaths(missing)
                self._timer.start()  # it may have changed before it was watched
            for source in self._session.project.sources:
                if source in sources and source.name in changed:
                    self._offer_reload(source.name)

        def look() -> tuple[list[str], list[str]]:
            there = [source.path for source in sources if Path(source.path).is_file()]
            return there, [source.name for source in sources if changed_on_disk(source)]

        self._session.in_background(look, show)

    def _offer_reload(self, name: str) -> None:
        actions = (("Reload", lambda: self.reload(name)),)
        self._session.tell(
            Message(
                f"{name}.py has changed on disk.", "The project still has it as it was.",
                actions=actions, key=_key(name),
            )
        )  # fmt: skip

    def _remember(self, path: Path) -> None:
        kept = [path, *(old for old in self.recent if old != path)][:10]
        self._session.settings.set_value(RECENT, [str(one) for one in kept])

    def _fail(self, error: Exception) -> None:
        self._session.tell(Message.of(error, key="own"))


def _key(name: str) -> str:
    return f"own {name}"
