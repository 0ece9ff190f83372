"""The window's one hub: the open document, its undo list, the kernel, the runs, the selection.

Panels get the session, read from it, apply edits through it and listen to its signals; they do
not know each other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QUndoStack

from cnnstudio.block_library import BlockLibrary, KeptBlock
from cnnstudio.graph import Changed, Document, Edit, Group, Network, ProblemError, Project
from cnnstudio.kernel.client import Kernel
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.layers.lookup import kind_of
from cnnstudio.layers.own.lookup import own_kinds, package_notes
from cnnstudio.training.rundir import RunDirectory, imports_folder
from cnnstudio.ui import theme
from cnnstudio.ui.actions import Actions
from cnnstudio.ui.background import Background
from cnnstudio.ui.block_kinds import LIBRARY_PREFIX, block_kinds, kept_kind
from cnnstudio.ui.deliveries import OnError, OnResult
from cnnstudio.ui.edit_command import EditCommand, merge_token
from cnnstudio.ui.kernel_bridge import KernelBridge
from cnnstudio.ui.message import Message
from cnnstudio.ui.place import Place, local, networks_in, place_of
from cnnstudio.ui.run_findings import RunFindings
from cnnstudio.ui.run_watcher import RunWatcher
from cnnstudio.ui.settings import Settings

Workspace = Literal["design", "data", "train", "inspect"]
UNDO_LIMIT = 1000


class Session(QObject):
    """Everything the panels of one window share.

    `report` is the last answer of `check` for the document (a `compiler.report.Report`), None
    until it came. `run` is the run that the top bar, Train and Inspect show. `kernel` may be lent
    by somebody who closes it; `settings` is where the window remembers things.
    """

    document_replaced = Signal()
    changed = Signal(object)  # Changed
    modified_changed = Signal(bool)
    saved = Signal()
    report_changed = Signal(object)  # Report
    selection_changed = Signal(object)  # list of node ids
    place_changed = Signal(object)  # Place: the network that was shown before
    theme_changed = Signal()
    run_changed = Signal(object)  # RunDirectory or None
    runs_listed = Signal()
    library_changed = Signal()  # files of the user's blocks
    library_loaded = Signal()  # `kept` has the user's blocks as they are now
    told = Signal(object)  # Message
    withdrawn = Signal(str)  # the key of a message that no longer holds
    workspace_requested = Signal(str)
    project_offered = Signal(object)  # Project to open as new, once unsaved changes are settled
    problems_requested = Signal()
    layer_requested = Signal(str)  # the path of a layer to be shown on the canvas
    doctor_requested = Signal()  # once the Train workspace is shown
    inspect_requested = Signal(str)  # a page by its title, once the Inspect workspace is shown
    histograms_requested = Signal(str)  # of a layer by path, once the Inspect workspace is shown
    split_requested = Signal(str)  # of the images, once the Data workspace is shown
    export_requested = Signal(object)  # RunDirectory whose network is to be exported, or None
    zoom_changed = Signal(float)  # of the canvas; 1.0 is actual size

    def __init__(
        self,
        kernel: Kernel | None = None,
        settings: Settings | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings or Settings()
        # Before the actions: it tells its texts once more when it is destroyed.
        self.undo = QUndoStack(self)
        self.undo.setUndoLimit(UNDO_LIMIT)
        self.actions = Actions(self)
        self.kernel = KernelBridge(kernel, self)
        self.kernel.failed.connect(self.tell_error)
        self.runs = RunWatcher(self)
        self.runs.listed.connect(self.runs_listed)
        self.document = Document()
        self.report: Any = None
        self.selection: list[str] = []
        self.place = Place()
        self.library = BlockLibrary()
        self.kept: dict[str, KeptBlock] = {}
        self._local: tuple[Any, Place, Any] | None = None
        self._alone: tuple[str, Any] | None = None
        self._applying = False
        self.run: RunDirectory | None = None
        self.findings = RunFindings(self)
        self._unsubscribe = self.document.subscribe(self._take_change)
        self._was_modified = False
        self._background = Background(self)
        self._check_timer = QTimer(self, singleShot=True, interval=0)
        self._check_timer.timeout.connect(self._ask_check)
        self._theme_mode: theme.Mode = self.settings.value("theme", "system")
        theme.use(self._theme_mode)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)

    # The document

    @property
    def project(self) -> Project:
        return self.document.project

    def apply(self, edit: Edit, merge: Hashable | bool = False) -> None:
        """Makes an edit as one undo step; ProblemError if it is impossible.

        With `merge`, edits that follow each other within a moment and set the same thing become
        one step: pass True for typing, or a token that is new for each drag of a slider.
        """
        before = self.document.project
        self._applying = True
        try:
            inverse = self.document.apply(edit)
            notes = package_notes(self.document.project)
            if notes:
                # In the same step: the edit brought the first layer of an installed package.
                also = [self.document.apply(note) for note in notes]
                edit = Group(text=edit.label, edits=(edit, *notes))
                inverse = Group(text=edit.label, edits=(*reversed(also), inverse))
        finally:
            self._applying = False
        if self.document.project != before:
            token = merge_token(edit, merge)
            self.undo.push(EditCommand(self.document, edit, inverse, token))

    def try_apply(self, edit: Edit, merge: Hashable | bool = False) -> bool:
        """As `apply`, but tells the user if the edit is impossible; whether it was made."""
        try:
            self.apply(edit, merge)
        except ProblemError as error:
            self.tell(Message.of(error, until="edit"))
            return False
        return True

    def replace_document(self, document: Document) -> None:
        """Shows another document; the undo list and the selection start empty."""
        self._unsubscribe()
        self.document = document
        self._unsubscribe = document.subscribe(self._take_change)
        self.undo.clear()
        self.report = None
        self._alone = None
        self.place = Place()
        selected, self.selection = self.selection, []
        self.document_replaced.emit()
        if selected:
            self.selection_changed.emit([])
        self._tell_modified()
        self._check_timer.start()

    @property
    def folder(self) -> Path:
        """Where a file dialog begins: beside the project, or where the last one ended."""
        path = self.document.path
        if path is None or path.parent == imports_folder():
            return self.settings.folder
        return path.parent

    def kind_of(self, name: str) -> LayerKind | None:
        """The layer kind of this name in the document; None if it is not known here."""
        if name.startswith(LIBRARY_PREFIX):
            kept = self.kept.get(name.removeprefix(LIBRARY_PREFIX))
            return None if kept is None else kept_kind(kept)
        return kind_of(self.project, name)

    def kinds(self) -> list[LayerKind]:
        """All kinds of layers that can be added here, those of somebody's own first."""
        own = own_kinds(self.project, look=False)
        return [*own, *self.block_kinds(), *catalogue.values()]

    def block_kinds(self) -> list[LayerKind]:
        """The project's blocks that the shown network is not part of, then the user's own."""
        return block_kinds(self.project, self.network, self.kept.values())

    def load_library(self) -> None:
        """Reads the user's blocks, on another thread."""

        def take(blocks: list[KeptBlock]) -> None:
            self.kept = {kept.name: kept for kept in blocks}
            self.library_loaded.emit()

        self.in_background(self.library.blocks, take)

    def check_again(self) -> None:
        """Checks the document anew, since something else than the document has changed."""
        self._check_timer.start()

    def mark_saved(self, path: Path, project: Project) -> None:
        """Remembers that `project` is what stands in the file at `path`."""
        self.document.path = path
        self.document.mark_saved(project)
        self.settings.add_recent(path)
        self._tell_modified()
        self.saved.emit()

    def select(self, ids: Iterable[str]) -> None:
        """Makes these nodes (ids) the selected ones."""
        known = self.network.by_id
        wanted = [id for id in dict.fromkeys(ids) if id in known]
        if wanted != self.selection:
            self.selection = wanted
            self.selection_changed.emit(list(wanted))

    # Where in the document

    @property
    def network(self) -> Network:
        """The network that is shown: the main one, or the block that is open."""
        return self.place.network(self.project)

    @property
    def report_here(self) -> Any:
        """The report that the shown network is part of: on the main network, or on the block that
        is looked at by itself; None until it came."""
        if self.place.alone is None:
            return self.report
        named, report = self._alone or ("", None)
        return report if named == self.place.alone else None

    @property
    def local_report(self) -> Any:
        """The report on the network that is shown, its names without the path that leads there."""
        report = self.report_here
        if report is None or self.place.is_main:
            return report
        if self._local is None or self._local[0] is not report or self._local[1] != self.place:
            self._local = (report, self.place, local(report, self.project, self.place))
        return self._local[2]

    @property
    def values(self) -> dict[str, Any]:
        """What expressions in the network that is shown come to; empty while that isn't known."""
        report = self.report_here
        use = report.uses.get(self.place.path(self.project)) if report is not None else None
        return dict(use.values) if use is not None else {}

    def go(self, place: Place, select: Iterable[str] = ()) -> None:
        """Shows another network of the document, with these nodes selected."""
        place = place.mended(self.project)
        if place != self.place:
            before, self.place = self.place, place
            self.selection = []
            self._local = None
            self.place_changed.emit(before)
            self.selection_changed.emit([])
            self._ask_alone()
        self.select(select)

    # The kernel and the background

    def ask(
        self,
        question: str,
        on_result: OnResult,
        on_error: OnError | None = None,
        key: str | None = None,
        on_progress: Callable[[float | None, str], object] | None = None,
        **arguments: Any,
    ) -> Future[Any] | None:
        """Asks the kernel; callbacks run on the window's thread. Errors go to the banner unless
        `on_error` takes them. See `KernelBridge.ask`."""
        return self.kernel.ask(question, on_result, on_error, key, on_progress, **arguments)

    def in_background(
        self,
        function: Callable[[], Any],
        on_result: OnResult,
        on_error: OnError | None = None,
    ) -> None:
        """Runs a function that reads or writes files on another thread, one at a time.

        A closed session starts nothing any more.
        """
        self._background.run(function, on_result, on_error or self.tell_error)

    # The user

    def tell(self, message: Message) -> None:
        """Shows a message in the banner."""
        self.told.emit(message)

    def tell_error(self, error: Exception) -> None:
        self.tell(Message.of(error))

    def show_workspace(self, name: Workspace) -> None:
        self.workspace_requested.emit(name)

    def show_run(self, run: RunDirectory | None) -> None:
        """Makes a run the current one."""
        if run != self.run:
            self.run = run
            self.runs.follow(run)
            self.run_changed.emit(run)

    @property
    def theme_mode(self) -> theme.Mode:
        return self._theme_mode

    def set_theme(self, mode: theme.Mode) -> None:
        """Chooses light, dark or the system's theme, and remembers it."""
        self._theme_mode = mode
        self.settings.set_value("theme", mode)
        self._use_theme()

    def close(self) -> None:
        """Ends the kernel and the watching. Runs go on."""
        self._check_timer.stop()
        self.runs.close()
        self.kernel.close()
        self._background.close()

    # What happens

    def _take_change(self, change: Changed) -> None:
        self._local = None
        mended = self.place.mended(self.project)
        if not self._applying:
            # Undone or made again: the user is to see where.
            changed = list(networks_in(change.edit))
            known = {network.name for network in self.project.networks}
            shown = mended.network(self.project).name
            if changed and shown not in changed and changed[0] in known:
                mended = place_of(self.project, changed[0])
        if mended != self.place:
            self.go(mended)
        self.changed.emit(change)
        self.select(self.selection)
        self._tell_modified()
        self._check_timer.start()

    def _tell_modified(self) -> None:
        modified = self.document.modified
        if modified != self._was_modified:
            self._was_modified = modified
            self.modified_changed.emit(modified)

    def _ask_check(self) -> None:
        document = self.document
        self.ask(
            "check",
            lambda answer: self._take_report(document, answer),
            lambda error: self.tell(Message.of(error, key="check")),
            key="check",
            project=document.project,
        )
        self._ask_alone()

    def _ask_alone(self) -> None:
        """Asks about a block that is looked at by itself; the report tells of the main network."""
        name, document = self.place.alone, self.document
        if name is None:
            return

        def take(answer: dict[str, Any]) -> None:
            from cnnstudio.compiler.report import Report

            if document is self.document and name == self.place.alone:
                self._alone = name, Report.model_validate(answer)
                if self.report is not None:
                    self.report_changed.emit(self.report)

        self.ask(
            "check", take, lambda error: self.tell(Message.of(error, key="check")),
            key="check block", project=document.project, block=name,
        )  # fmt: skip

    def _take_report(self, document: Document, answer: dict[str, Any]) -> None:
        if document is not self.document:
            return
        from cnnstudio.compiler.report import Report

        self.withdrawn.emit("check")
        self.report = Report.model_validate(answer)
        self.report_changed.emit(self.report)

    def _follow_system(self) -> None:
        if self._theme_mode == "system":
            self._use_theme()

    def _use_theme(self) -> None:
        if theme.use(self._theme_mode):
            self.actions.redraw_icons()
            self.theme_changed.emit()
