"""Import a network: one of torchvision's by name, an exported program or an ONNX file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import CnnStudioError
from cnnstudio.layers.torchvision_names import TORCHVISION_MODELS
from cnnstudio.training.rundir import imports_folder
from cnnstudio.ui import theme
from cnnstudio.ui.importing.job import ImportJob
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

WIDTH, LIST_HEIGHT = 480, 260
SUFFIXES = (".pt2", ".onnx")
PROPOSED = "resnet18"


class ImportDialog(QDialog):
    """Asks what to import and shows that it is going on.

    `imported(Path, Message)` gives the project file and what is to be told of it. The files are
    written to the user's folder of imports, with the weights beside the project.
    """

    imported = Signal(object, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._job: ImportJob | None = None
        self.setObjectName("import_dialog")
        self.setWindowTitle("Import network")
        self.setMinimumWidth(WIDTH)
        self.search = QLineEdit()
        self.search.setObjectName("import_search")
        self.search.setPlaceholderText("Search torchvision's models")
        self.search.setAccessibleName("Search models")
        self.search.setClearButtonEnabled(True)
        self.models = QListWidget()
        self.models.setObjectName("import_models")
        self.models.setAccessibleName("Models of torchvision")
        self.models.setFixedHeight(LIST_HEIGHT)
        self.models.setUniformItemSizes(True)
        self.models.addItems(TORCHVISION_MODELS)
        self.models.setCurrentRow(TORCHVISION_MODELS.index(PROPOSED))
        self.shape = QLineEdit("3,224,224")
        self.shape.setObjectName("import_shape")
        self.shape.setAccessibleName("Input shape")
        self.pretrained = QCheckBox("With trained weights (downloaded)")
        self.pretrained.setObjectName("import_pretrained")
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.state = QLabel()
        self.state.setObjectName("import_state")
        self.state.setProperty("role", "caption")
        self.state.setWordWrap(True)
        self.choose_file = QPushButton("From a file…")
        self.choose_file.setObjectName("import_file")
        self.choose_file.setToolTip("An exported program (.pt2) or an ONNX file")
        self.choose_file.setAutoDefault(False)
        self.start = QPushButton("Import")
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.end = QPushButton("Close")
        self.end.setAutoDefault(False)
        self._arrange()
        self.search.textChanged.connect(self._filter)
        self.models.itemActivated.connect(lambda _: self.import_model())
        self.choose_file.clicked.connect(self._ask_for_file)
        self.start.clicked.connect(self.import_model)
        self.end.clicked.connect(self.reject)
        self._show_state("")

    @property
    def working(self) -> bool:
        return self._job is not None

    def import_model(self) -> None:
        """Imports the chosen one of torchvision's models."""
        item = self.models.currentItem()
        if item is not None and not item.isHidden():
            name = item.text()
            self._begin(
                f"torchvision:{name}", name, self.shape.text().replace(" ", ""),
                self.pretrained.isChecked(),
            )  # fmt: skip

    def import_file(self, path: Path) -> None:
        """Imports an exported program or an ONNX file; it tells its input shape itself."""
        self._begin(str(path), path.stem, "", False)

    def _begin(self, source: str, name: str, shape: str, pretrained: bool) -> None:
        if self.working:
            return
        job = ImportJob(source, _free_file(name), shape, pretrained, self)
        job.done.connect(lambda told: self._finish(lambda: self._open(told)))
        job.failed.connect(lambda error: self._finish(lambda: self._fail(error)))
        job.cancelled.connect(lambda: self._finish(lambda: self._show_state("")))
        self._job = job
        self._show_state(f"Importing {name}: reading, drawing and comparing with the original")
        job.start()

    def _finish(self, then: Callable[[], object]) -> None:
        job, self._job = self._job, None
        if job is not None:
            job.deleteLater()
        then()

    def _open(self, told: dict[str, Any]) -> None:
        self._show_state("")
        self.accept()
        file = Path(told["file"])
        text = f"{told['name']} is imported: {told['told']}."
        hint = f"The project and its weights are in {file.parent}; Save as puts it elsewhere."
        if told["opaque"]:
            hint = (
                f"{len(told['opaque'])} nodes keep torch's operators, for want of a layer: "
                f"{', '.join(told['opaque'][:3])}. {hint}"
            )
        level = "info" if told["holds"] else "error"
        message = Message(text, hint, level, key="import", until="document")
        self.imported.emit(file, message)

    def _fail(self, error: CnnStudioError) -> None:
        self._show_state(f"{error.message} {error.hint}".strip())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.stop()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape: ends the import that is going on, else closes."""
        if self._job is not None:
            self._job.cancel()
        else:
            super().reject()

    def stop(self) -> None:
        """Ends the import that is going on."""
        if self._job is not None:
            self._job.close()

    def _arrange(self) -> None:
        form = QHBoxLayout()
        form.setSpacing(theme.spacing)
        form.addWidget(QLabel("Input"))
        form.addWidget(self.shape)
        form.addWidget(self.pretrained, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.spacing)
        buttons.addWidget(self.choose_file)
        buttons.addStretch()
        buttons.addWidget(self.end)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        for widget in (self.search, self.models):
            column.addWidget(widget)
        column.addLayout(form)
        column.addWidget(self.progress)
        column.addWidget(self.state)
        column.addLayout(buttons)

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        shown = []
        for row in range(self.models.count()):
            item = self.models.item(row)
            item.setHidden(not all(word in item.text() for word in words))
            if not item.isHidden():
                shown.append(item)
        current = self.models.currentItem()
        if shown and (current is None or current.isHidden()):
            self.models.setCurrentItem(shown[0])
        self.start.setEnabled(bool(shown) and not self.working)

    def _ask_for_file(self) -> None:
        pattern = " ".join(f"*{suffix}" for suffix in SUFFIXES)
        settings = self._session.settings
        dialog = QFileDialog(self, "Import a file", str(settings.folder), f"Networks ({pattern})")
        dialog.fileSelected.connect(settings.remember_folder)
        dialog.setObjectName("import_file_dialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda chosen: self.import_file(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _show_state(self, text: str) -> None:
        working = self.working
        self.progress.setVisible(working)
        self.state.setText(text)
        self.state.setVisible(bool(text))
        self.end.setText("Cancel" if working else "Close")
        for widget in (self.search, self.models, self.shape, self.pretrained, self.choose_file,
                       self.start):  # fmt: skip
            widget.setEnabled(not working)


def _free_file(name: str) -> Path:
    """A project file of this name that there is none of yet, in the folder of imports."""
    folder = imports_folder()
    file, number = folder / f"{name}.cnns", 1
    while file.exists() or file.with_suffix(".safetensors").exists():
        number += 1
        file = folder / f"{name}-{number}.cnns"
    return file
