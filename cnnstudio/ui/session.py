"""The window's one hub: the open document, its undo list, the kernel, the runs, the selection.

Panels get the session, read from it, apply edits through it and listen to its signals; they do
not know each other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QUndoStack

from cnnstudio.graph import Changed, Document, Edit, Group, ProblemError, Project
from cnnstudio.kernel.client import Kernel
from cnnstudio.layers import LayerKind, catalogue
from cnnstudio.layers.lookup import kind_of
from cnnstudio.layers.own.lookup import own_kinds, package_notes
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import theme
from cnnstudio.ui.actions import Actions
from cnnstudio.ui.deliveries import Deliveries, OnError, OnResult
from cnnstudio.ui.edit_command import EditCommand, merge_token
from cnnstudio.ui.kernel_bridge import KernelBridge
from cnnstudio.ui.message import Message
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
    theme_changed = Signal()
    run_changed = Signal(object)  # RunDirectory or None
    runs_listed = Signal()
    told = Signal(object)  # Message
    withdrawn = Signal(str)  # the key of a message that no longer holds
    workspace_requested = Signal(str)
    project_offered = Signal(object)  # Project to open as new, once unsaved changes are settled
    problems_requested = Signal()
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
        self.run: RunDirectory | None = None
        self._unsubscribe = self.document.subscribe(self._take_change)
        self._was_modified = False
        self._closed = False
        self._deliveries = Deliveries(self)
        self._pool: ThreadPoolExecutor | None = None
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
        inverse = self.document.apply(edit)
        notes = package_notes(self.document.project)
        if notes:
            # In the same step: the edit brought the first layer of an installed package.
            also = [self.document.apply(note) for note in notes]
            edit = Group(text=edit.label, edits=(edit, *notes))
            inverse = Group(text=edit.label, edits=(*reversed(also), inverse))
        if self.document.project != before:
            token = merge_token(edit, merge)
            self.undo.push(EditCommand(self.document, edit, inverse, token))

    def try_apply(self, edit: Edit, merge: Hashable | bool = False) -> bool:
        """As `apply`, but tells the user if the edit is impossible; whether it was made."""
        try:
            self.apply(edit, merge)
        except ProblemError as error:
            self.tell_error(error)
            return False
        return True

    def replace_document(self, document: Document) -> None:
        """Shows another document; the undo list and the selection start empty."""
        self._unsubscribe()
        self.document = document
        self._unsubscribe = document.subscribe(self._take_change)
        self.undo.clear()
        self.report = None
        selected, self.selection = self.selection, []
        self.document_replaced.emit()
        if selected:
            self.selection_changed.emit([])
        self._tell_modified()
        self._check_timer.start()

    def kind_of(self, name: str) -> LayerKind | None:
        """The layer kind of this name in the document; None if it is not known here."""
        return kind_of(self.project, name)

    def kinds(self) -> list[LayerKind]:
        """All kinds of layers that can be added, those of somebody's own code first."""
        return [*own_kinds(self.project, look=False), *catalogue.values()]

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
        known = self.document.project.network.by_id
        wanted = [id for id in dict.fromkeys(ids) if id in known]
        if wanted != self.selection:
            self.selection = wanted
            self.selection_changed.emit(list(wanted))

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
        if self._closed:
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "window-files")
        self._deliveries.expect(self._pool.submit(function), on_result, on_error or self.tell_error)

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
        self._closed = True
        self._check_timer.stop()
        self.runs.close()
        self.kernel.close()
        if self._pool is not None:
            self._pool.shutdown()

    # What happens

    def _take_change(self, change: Changed) -> None:
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
