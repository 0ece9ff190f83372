"""What can be done with the current run besides training: its folder, its project, its end."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDir, QFile, QObject, QStandardPaths, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from cnnstudio.graph import RunError
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import UNFINISHED, RunStatus
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.run_words import name_of

Places = QStandardPaths.StandardLocation
STEERING = ("run.resume", "run.stop")


class RunActions(QObject):
    """Adds them to the session's actions; they are for the session's current run."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        add = session.actions.add
        self._always = [
            add("run.inspect", "Open in Inspect", lambda: session.show_workspace("inspect"),
                None, "mdi6.eye-outline", "Run"),
            add("run.open_project", "Open its project as new", self.open_project,
                None, "mdi6.file-plus-outline", "Run", tip="The network as it was trained"),
            add("run.export", "Export its network…",
                lambda: self._with_run(session.export_requested.emit), None, "mdi6.export-variant",
                "Run", tip="As PyTorch source, .pt2, ONNX or weights, with a checkpoint"),
            add("run.show_folder", "Show the run's folder", self.show_folder,
                None, "mdi6.folder-outline", "Run"),
            add("run.copy_path", "Copy the run's path", self.copy_path,
                None, "mdi6.content-copy", "Run"),
        ]  # fmt: skip
        self._delete = add(
            "run.delete", "Move the run to the trash…", self.delete,
            None, "mdi6.trash-can-outline", "Run",
        )  # fmt: skip
        session.run_changed.connect(self._show)
        session.runs.status.connect(self._show)
        self._show()

    def fill(self, menu: QMenu) -> None:
        """Lists the actions, those that steer the run first."""
        actions = self._session.actions
        steering: list[QAction] = [actions[id] for id in STEERING if id in actions]
        menu.addActions([*steering, menu.addSeparator(), *self._always])
        menu.addActions([menu.addSeparator(), self._delete])

    def show_folder(self) -> None:
        self._with_run(lambda run: QDesktopServices.openUrl(QUrl.fromLocalFile(str(run.path))))

    def copy_path(self) -> None:
        self._with_run(lambda run: QGuiApplication.clipboard().setText(str(run.path)))

    def open_project(self) -> None:
        """Shows the run's project as one that was never saved."""
        self._with_run(
            lambda run: self._session.in_background(run.project, self._session.project_offered.emit)
        )

    def delete(self) -> None:
        """Asks, then moves the run's folder to the system's trash; only if it has ended."""
        run = self._session.run
        if run is None or not self._delete.isEnabled():
            return
        box = QMessageBox(
            QMessageBox.Icon.NoIcon,
            "Move the run to the trash",
            f"Move the run {name_of(run.name)} to the trash?",
            QMessageBox.StandardButton.Cancel,
            self._window,
        )
        box.setObjectName("delete_dialog")
        box.setInformativeText(f"Its curves, checkpoints and results go with it:\n{run.path}")
        move = box.addButton("Move to the trash", QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(QMessageBox.StandardButton.Cancel)
        move.clicked.connect(lambda: self._move_away(run))
        box.finished.connect(box.deleteLater)
        box.open()

    def _move_away(self, run: RunDirectory) -> None:
        def finish(_: object) -> None:
            if self._session.run == run:
                self._session.show_run(None)
            self._session.runs.refresh()
            text = f"The run {name_of(run.name)} is in the trash."
            self._session.tell(Message(text, key="delete run", seconds=5.0))

        self._session.in_background(lambda: move_to_trash(run), finish)

    def _with_run(self, act: Callable[[RunDirectory], object]) -> None:
        if self._session.run is not None:
            act(self._session.run)

    def _show(self, *_: object) -> None:
        run = self._session.run
        status: RunStatus | None = run and self._session.runs.status_of(run)
        for action in self._always:
            action.setEnabled(run is not None)
        ended = status is not None and status.state not in UNFINISHED
        self._delete.setEnabled(ended)


def move_to_trash(run: RunDirectory) -> None:
    """RunError if the run goes on, or if there is no trash for it."""
    if run.alive():
        raise RunError(f"The run {run.name} is still going on.", "Stop it first.")
    # A user who has just begun has no place for a trash yet.
    QDir().mkpath(QStandardPaths.writableLocation(Places.GenericDataLocation))
    if not QFile.moveToTrash(str(run.path)):
        raise RunError(
            f"The run's folder can't be moved to the trash: {run.path}.",
            "The system has no trash for it. Delete the folder yourself to be rid of the run.",
        )
