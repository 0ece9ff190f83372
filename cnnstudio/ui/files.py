"""Opening and saving projects: dialogs, recent files, the question about unsaved changes.

Nothing here blocks: dialogs are shown and answered later, files are read and written on another
thread.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from cnnstudio.blueprints import SAMPLE, classes_of, ready, template
from cnnstudio.graph import Document, Project, SetSetting, load, save
from cnnstudio.layers.own.lookup import carried_code
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

SUFFIX = ".cnns"
FILTER = f"CNN Studio projects (*{SUFFIX})"
FITTED_SECONDS = 12.0


class ProjectFiles(QObject):
    """Changes which project the session shows. `opened` follows each change."""

    opened = Signal()

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window

    def new(self) -> None:
        """An empty project."""
        self.after_saving(lambda: self._show(Document()))

    def new_from_template(self, name: str, then: Callable[[], object] | None = None) -> None:
        """A project from a template, ready to train; `then` is called once it is shown."""
        session = self._session

        def start() -> None:
            session.in_background(lambda: (ready(name), template(name)), show)

        def show(made: tuple[Project, Project]) -> None:
            project, drawn = made
            self._show(Document(project))
            if then is not None:
                then()
            elif project != drawn:
                session.tell(self._fitted(classes_of(project)))

        self.after_saving(start)

    def open_sample(self, then: Callable[[], object] | None = None) -> None:
        self.new_from_template(SAMPLE, then)

    def _fitted(self, classes: int) -> Message:
        """Why the network is not quite the one of the card: it was made ready to train."""
        return Message(
            f"The last layer is fitted to the {classes} classes of the generated data that the "
            "network can be trained on at once.",
            "Choose your own data in Data, and it is fitted to that.",
            actions=(("Choose data", lambda: self._session.show_workspace("data")),),
            key="fitted",
            seconds=FITTED_SECONDS,
            until="document",
        )

    def open(self) -> None:
        """Asks for a file and opens it."""
        self.after_saving(self._ask_what_to_open)

    def open_path(self, path: Path, then: Callable[[], object] | None = None) -> None:
        """Opens a file, after the question about unsaved changes; `then` once it is shown."""
        self.after_saving(lambda: self._load(path, then))

    def show_recovered(
        self, project: Project, path: Path | None, then: Callable[[], object]
    ) -> None:
        """Shows a project that was never saved; it counts as modified."""

        def show() -> None:
            document = Document(project, path)
            document.mark_unsaved()
            self._show(document)
            then()

        self.after_saving(show)

    def save(self, then: Callable[[], object] | None = None) -> None:
        path = self._session.document.path
        if path is None:
            self.save_as(then)
        else:
            self._write(path, then)

    def save_as(self, then: Callable[[], object] | None = None) -> None:
        document = self._session.document
        name = document.path.name if document.path else f"{document.project.name}{SUFFIX}"
        folder = str(self._session.folder)
        dialog = QFileDialog(self._window, "Save the project", folder, FILTER)
        dialog.setObjectName("save_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(SUFFIX[1:])
        dialog.selectFile(name)
        dialog.fileSelected.connect(self._session.settings.remember_folder)
        dialog.fileSelected.connect(lambda chosen: self._write(Path(chosen), then))
        _show_dialog(dialog)

    def after_saving(self, then: Callable[[], object], note: str = "") -> None:
        """Calls `then` at once, or after the user has saved or discarded unsaved changes; the
        question about them ends with `note`."""
        if not self._session.document.modified:
            then()
            return
        path = self._session.document.path
        name = path.name if path else self._session.project.name
        box = QMessageBox(
            QMessageBox.Icon.NoIcon,
            "Unsaved changes",
            f"Save the changes to {name}?",
            QMessageBox.StandardButton.Save
            | QMessageBox.StandardButton.Discard
            | QMessageBox.StandardButton.Cancel,
            self._window,
        )
        box.setObjectName("unsaved_dialog")
        lost = "Without saving, they are lost. Runs and their results stay."
        box.setInformativeText(f"{lost}\n\n{note}".strip())
        box.setDefaultButton(QMessageBox.StandardButton.Save)

        def answer(button: int) -> None:
            if button == QMessageBox.StandardButton.Save:
                self.save(then)
            elif button == QMessageBox.StandardButton.Discard:
                then()

        box.finished.connect(answer)
        _show_dialog(box)

    def _ask_what_to_open(self) -> None:
        folder = str(self._session.folder)
        dialog = QFileDialog(self._window, "Open a project", folder, FILTER)
        dialog.fileSelected.connect(self._session.settings.remember_folder)
        dialog.setObjectName("open_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self._load(Path(chosen)))
        _show_dialog(dialog)

    def _load(self, path: Path, then: Callable[[], object] | None = None) -> None:
        def show(project: Project) -> None:
            self._session.settings.add_recent(path)
            self._show(Document(project, path.absolute()))
            if then is not None:
                then()

        def fail(error: Exception) -> None:
            if not path.exists():
                self._session.settings.forget_recent(path.absolute())
            self._session.tell(Message.of(error, key="open"))

        def read() -> Project:
            project = load(path)
            carried_code(project)  # is remembered, so that the window need not read it
            return project

        self._session.in_background(read, show, fail)

    def _show(self, document: Document) -> None:
        self._session.replace_document(document)
        self.opened.emit()

    def _write(self, path: Path, then: Callable[[], object] | None) -> None:
        session, document = self._session, self._session.document
        if document.project.name == Project().name:
            session.apply(SetSetting(section="project", name="name", value=path.stem))
        project = document.project

        def finish(_: object) -> None:
            if document is session.document:
                session.mark_saved(path, project)
            if then is not None:
                then()

        def fail(error: Exception) -> None:
            session.tell(Message.of(error, key="save"))

        session.in_background(lambda: save(project, path), finish, fail)


def _show_dialog(dialog: QFileDialog | QMessageBox) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
