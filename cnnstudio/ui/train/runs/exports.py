"""What can be written of the selected runs: tables, a report; and what opens beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from cnnstudio.graph.file import write_atomically
from cnnstudio.training.run_export import curves_csv, curves_json, runs_csv, runs_json
from cnnstudio.training.run_rows import read_row
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session
from cnnstudio.ui.train.run_words import name_of

Write = Callable[[Sequence[RunDirectory]], str]
# Title, suffix, what is written, whether of one run alone.
FILES: tuple[tuple[str, str, Write, bool], ...] = (
    ("Table as CSV…", "csv", lambda runs: runs_csv([read_row(run) for run in runs]), False),
    ("Table as JSON…", "json", lambda runs: runs_json([read_row(run) for run in runs]), False),
    ("Curves as CSV…", "csv", lambda runs: curves_csv(runs[0].history()), True),
    ("Curves as JSON…", "json", lambda runs: curves_json(runs[0].history()), True),
)


class RunExports(QObject):
    """Actions on the selected runs."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self._runs: list[RunDirectory] = []
        self.actions: dict[str, QAction] = {}
        for title, suffix, write, _ in FILES:
            self._add(title, lambda suffix=suffix, write=write: self._ask(suffix, write))
        self._add("Report as HTML…", self._ask_report)
        self._add("Open the TensorBoard folder", self._open_board)
        self.show_chosen([])

    def fill(self, menu: QMenu) -> None:
        menu.addActions(list(self.actions.values()))

    def show_chosen(self, runs: list[RunDirectory]) -> None:
        """Which runs the actions are for."""
        self._runs = list(runs)
        alone = {title for title, _, _, one in FILES if one}
        alone |= {"Report as HTML…", "Open the TensorBoard folder"}
        for title, action in self.actions.items():
            action.setEnabled(len(runs) == 1 if title in alone else bool(runs))

    def write_table(self, path: Path, write: Write) -> None:
        """Writes a file of the selected runs, on another thread."""
        runs = list(self._runs)
        self._session.in_background(
            lambda: write_atomically(path, write(runs)), lambda _: self._tell(path)
        )

    def write_report(self, path: Path) -> None:
        """Asks the kernel for the report of the selected run."""
        run = self._runs[0]
        told = Message(f"The report of {name_of(run.name)} is being written.", key="report")
        self._session.tell(told)
        self._session.ask(
            "report", lambda _: self._tell(path, opens=True), key="train.report",
            run=str(run.path), path=str(path),
        )  # fmt: skip

    def _add(self, title: str, act: Callable[[], object]) -> None:
        action = QAction(title, self)
        action.triggered.connect(lambda: act())
        self.actions[title] = action

    def _ask(self, suffix: str, write: Write) -> None:
        self._ask_where(suffix, lambda path: self.write_table(path, write))

    def _ask_report(self) -> None:
        self._ask_where("html", self.write_report)

    def _ask_where(self, suffix: str, write: Callable[[Path], object]) -> None:
        name = name_of(self._runs[0].name) if len(self._runs) == 1 else "runs"
        dialog = QFileDialog(self._window, "Export", str(self._session.folder), f"*.{suffix}")
        dialog.setObjectName("run_export_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"{name}.{suffix}")
        dialog.fileSelected.connect(self._session.settings.remember_folder)
        dialog.fileSelected.connect(lambda chosen: write(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _tell(self, path: Path, opens: bool = False) -> None:
        show = (("Open", lambda: _open(path)),) if opens else ()
        seconds = None if opens else 5.0
        self._session.tell(
            Message(f"Written to {path}.", actions=show, key="report", seconds=seconds)
        )

    def _open_board(self) -> None:
        folder = self._runs[0].board_folder
        if folder.is_dir():
            _open(folder)
        else:
            text = f"{name_of(self._runs[0].name)} has no files for TensorBoard."
            hint = "They come with the first epochs, unless the run's settings say no."
            self._session.tell(Message(text, hint, key="report"))


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
