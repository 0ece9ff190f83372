"""Export network: what, as what, where to; then the proof."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.deploy.formats import EXTRA, Format, formats
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui import theme
from cnnstudio.ui.export.job import ExportJob
from cnnstudio.ui.export.outcome import Outcome, existing
from cnnstudio.ui.export.weights_choice import WeightsChoice
from cnnstudio.ui.session import Session

WIDTH = 600
DEFAULT = "onnx"


class ExportDialog(QDialog):
    """Stays open beside the window: work goes on while a file is written and proven.

    `node_wanted(name)` asks to be shown a layer on the canvas.
    """

    node_wanted = Signal(str)

    def __init__(
        self, session: Session, parent: QWidget | None = None, run: RunDirectory | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._job: ExportJob | None = None
        self.setObjectName("export_network_dialog")
        self.setWindowTitle("Export network")
        self.setMinimumWidth(WIDTH)
        self.formats = QButtonGroup(self)
        self.weights = WeightsChoice(session, run)
        self.file = QLineEdit()
        self.file.setObjectName("export_file")
        self.file.setAccessibleName("File")
        self.choose_file = QPushButton("Choose…")
        self.choose_file.setAccessibleName("Choose the file to write")
        self.choose_file.setAutoDefault(False)
        self.note = _label("caption")
        self.file_note = _label("caption")
        self.outcome = Outcome()
        self.start = QPushButton("Export")
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.end = QPushButton("Close")
        self.end.setAutoDefault(False)
        self._arrange()
        self.formats.idClicked.connect(lambda _: self._take_format())
        self.weights.changed.connect(self._show_state)
        self.file.textChanged.connect(lambda _: self._show_state())
        self.choose_file.clicked.connect(self._ask_where)
        self.start.clicked.connect(self.export)
        self.end.clicked.connect(self.reject)
        self.outcome.node_wanted.connect(self.node_wanted)
        session.theme_changed.connect(self.outcome.redraw)
        session.document_replaced.connect(self._propose_file)
        self._propose_file()

    @property
    def format(self) -> Format:
        """The chosen one."""
        name = self.formats.checkedButton().objectName().removeprefix("export_")
        return formats[name]

    @property
    def path(self) -> Path:
        return Path(self.file.text().strip()).expanduser()

    @property
    def working(self) -> bool:
        return self._job is not None

    def export(self) -> None:
        """Starts the export as it is chosen."""
        request = self.weights.request
        if request is None or self.working or not self.file.text().strip():
            return
        path = self.format.files(self.path.absolute())[0]
        settings = self._session.settings
        settings.set_value("export/folder", str(path.parent))
        settings.set_value("export/format", self.format.name)
        job = ExportJob({**request, "path": str(path), "format": self.format.name}, self)
        job.stage.connect(self.outcome.show_stage)
        job.proven.connect(lambda proof: self._finish(lambda: self.outcome.show_proof(proof)))
        job.failed.connect(lambda error: self._finish(lambda: self.outcome.show_error(error)))
        job.cancelled.connect(lambda: self._finish(self.outcome.clear))
        self._job = job
        self.outcome.show_stage("Starting")
        self._show_state()
        job.start()

    def choose_run(self, run: RunDirectory | None) -> None:
        """Proposes a run's weights."""
        if not self.working:
            self.weights.choose(run if run is not None else self._session.run)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape: ends the export that is going on, else closes."""
        if self._job is not None:
            self._job.cancel()
        else:
            super().reject()

    def stop(self) -> None:
        """Ends the export that is going on, and waits until nothing of it is left."""
        if self._job is not None:
            self._job.close()

    def _finish(self, show: Callable[[], object]) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.deleteLater()
        show()
        self._show_state()
        self.adjustSize()

    # The form

    def _arrange(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(theme.spacing)
        grid.setColumnStretch(1, 1)
        grid.addWidget(_label("heading", "Format"), 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(self._format_list(), 0, 1)
        grid.setRowMinimumHeight(1, theme.spacing)
        grid.addWidget(_label("heading", "Weights"), 2, 0)
        grid.addWidget(self.weights, 2, 1)
        grid.addWidget(self.note, 3, 1)
        grid.addWidget(_label("heading", "File"), 4, 0)
        where = QHBoxLayout()
        where.setSpacing(theme.spacing)
        where.addWidget(self.file, 1)
        where.addWidget(self.choose_file)
        grid.addLayout(where, 4, 1)
        grid.addWidget(self.file_note, 5, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.spacing)
        buttons.addStretch()
        buttons.addWidget(self.end)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(14)
        column.addLayout(grid)
        column.addWidget(self.outcome, 1)
        column.addLayout(buttons)

    def _format_list(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2)
        wanted = self._session.settings.value("export/format", DEFAULT)
        usable = [one.name for one in formats.values() if not one.missing]
        chosen = wanted if wanted in usable else usable[0]
        for number, one in enumerate(formats.values()):
            button = QRadioButton(f"{one.title}  ({one.suffix})")
            button.setObjectName(f"export_{one.name}")
            button.setAccessibleDescription(one.help)
            button.setEnabled(not one.missing)
            button.setChecked(one.name == chosen)
            self.formats.addButton(button, number)
            text = one.help[:1].upper() + one.help[1:] + "."
            if one.missing:
                listed = ", ".join(one.missing)
                text = f"Needs {listed}: pip install 'cnnstudio[{EXTRA}]'"
            help = _label("caption", text)
            help.setIndent(20)
            column.addWidget(button)
            column.addWidget(help)
        return column

    def _propose_file(self) -> None:
        path = self._session.document.path
        own = str(path.parent) if path else str(Path.home())
        folder = Path(self._session.settings.value("export/folder", own))
        name = re.sub(r"\W+", "_", self._session.project.name).strip("_") or "network"
        self.file.setText(str((folder if folder.is_dir() else Path(own)) / name))
        self._take_format()

    def _take_format(self) -> None:
        """Gives the file the format's suffix."""
        suffixes = {one.suffix for one in formats.values()}
        path = self.path
        stem = path.with_suffix("") if path.suffix.lower() in suffixes else path
        self.file.setText(f"{stem}{self.format.suffix}")
        self._show_state()

    def _ask_where(self) -> None:
        dialog = QFileDialog(
            self, "Export to", str(self.path.parent), f"{self.format.title} (*{self.format.suffix})"
        )
        dialog.setObjectName("export_file_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setOption(QFileDialog.Option.DontConfirmOverwrite)  # the dialog says so itself
        dialog.setDefaultSuffix(self.format.suffix[1:])
        dialog.selectFile(self.path.name)
        dialog.fileSelected.connect(self.file.setText)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_state(self) -> None:
        """Texts and buttons for what is chosen and going on."""
        working = self.working
        named = bool(self.file.text().strip()) and bool(self.path.name)
        ready = named and self.weights.request is not None
        files = self.format.files(self.path.absolute()) if named else [self.path]
        again = self.outcome.proof is not None and self.outcome.proof.path == files[0]
        replaced = existing(files) if ready and not working and not again else ""
        self.note.setText(self.weights.note)
        self.file_note.setText(replaced)
        self.file_note.setVisible(bool(replaced))
        self.start.setText("Replace" if replaced else "Export again" if again else "Export")
        self.start.setEnabled(ready and not working)
        self.end.setText("Cancel" if working else "Close")
        for part in (self.weights, self.file, self.choose_file):
            part.setEnabled(not working)
        for button in self.formats.buttons():
            declared = formats[button.objectName().removeprefix("export_")]
            button.setEnabled(not working and not declared.missing)


def _label(role: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setProperty("role", role)
    label.setWordWrap(role != "heading")
    return label
