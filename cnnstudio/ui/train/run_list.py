"""The runs of the project and of the user, the newest first."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QWidget

from cnnstudio.data.origin import MEANING
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui import quantities
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.run_card import RunCard
from cnnstudio.ui.train.run_words import best_accuracy, epochs_done, lasted, name_of, started

RUN_ROLE = Qt.ItemDataRole.UserRole
STATUS_ROLE = Qt.ItemDataRole.UserRole + 1
NOTES_ROLE = Qt.ItemDataRole.UserRole + 2
Index = QModelIndex | QPersistentModelIndex


class RunsModel(QAbstractListModel):
    """One row a run: its directory and its last seen status."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._watcher = session.runs
        self._runs = list(self._watcher.runs)
        session.runs_listed.connect(self._take_list)
        self._watcher.status.connect(self._take_status)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._runs)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        run = self._runs[index.row()]
        status = self._watcher.status_of(run)
        if role == RUN_ROLE:
            return run
        if role == STATUS_ROLE:
            return status
        if role == NOTES_ROLE:
            return self._watcher.notes_of(run)
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(run.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join([_spoken(run, status), *self._watcher.notes_of(run)])
        if role == Qt.ItemDataRole.ToolTipRole:
            hint = (status.message or status.hint) if status is not None else ""
            notes = [
                f"{note.capitalize()}: {MEANING[note]}" for note in self._watcher.notes_of(run)
            ]
            return "\n".join(part for part in (str(run.path), *notes, hint) if part)
        return None

    def index_of(self, run: RunDirectory | None) -> QModelIndex:
        return self.index(self._runs.index(run)) if run in self._runs else QModelIndex()

    def _take_list(self) -> None:
        self.beginResetModel()
        self._runs = list(self._watcher.runs)
        self.endResetModel()

    def _take_status(self, run: RunDirectory, _: RunStatus) -> None:
        index = self.index_of(run)
        if index.isValid():
            self.dataChanged.emit(index, index)


class RunList(QListView):
    """A click makes a run the current one, a double click or Enter opens it in Inspect.

    `delete_wanted` is emitted for the Delete key. `menu` is what a right click shows.
    """

    delete_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.menu = QMenu(self)
        self.setObjectName("run_list")
        self.setAccessibleName("Runs")
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setItemDelegate(RunCard(RUN_ROLE, STATUS_ROLE, NOTES_ROLE, self))
        self._runs = RunsModel(session, self)
        self.setModel(self._runs)
        self._runs.modelReset.connect(self._show_current)
        self.selectionModel().currentChanged.connect(self._take_current)
        self.doubleClicked.connect(lambda _: self._open())
        session.run_changed.connect(self._show_current)
        self._show_current()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        # A right click has made the run below it the current one already.
        if self.currentIndex().isValid():
            self.menu.popup(event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _take_current(self, index: QModelIndex) -> None:
        if index.isValid():
            self._session.show_run(index.data(RUN_ROLE))

    def _show_current(self, *_: object) -> None:
        index = self._runs.index_of(self._session.run)
        if index != self.currentIndex():
            self.setCurrentIndex(index)

    def _open(self) -> None:
        if self.currentIndex().isValid():
            self._session.show_workspace("inspect")


def _spoken(run: RunDirectory, status: RunStatus | None) -> str:
    parts = [name_of(run.name), started(run.name, status)]
    if status is not None:
        parts += [status.state, epochs_done(status), lasted(status)]
        accuracy = best_accuracy(status)
        parts.append(f"best accuracy {quantities.percent(accuracy)}" if accuracy else "")
    return ", ".join(part for part in parts if part)
