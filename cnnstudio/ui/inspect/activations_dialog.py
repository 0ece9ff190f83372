"""Every node's output for some images as a file: of which images and layers, as what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.figures.as_python import reference_text
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

SHOWN, OTHERS = "", "others"
IMAGES = (("The image that is shown", SHOWN), ("All test images", "test"),
          ("All validation images", "validation"), ("All training images", "train"),
          ("Others", OTHERS))  # fmt: skip
# What is written, its ending, and whether statistics.
KINDS = (("NPZ: an array for each node", ("npz", False)),
         ("CSV: a row for each value", ("csv", False)),
         ("CSV: a row for each unit, with statistics", ("csv", True)))  # fmt: skip
STEPS = 1000
WIDTH = 460


class ActivationsDialog(QDialog):
    """Asks the kernel for the file, shows how far it is, and can take that back.

    `looked_at` are network and image as the kernel's questions take them, `layer` the node that is
    looked at.
    """

    def __init__(
        self,
        session: Session,
        looked_at: dict[str, Any],
        layer: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._looked_at = looked_at
        settings = session.settings
        self.setObjectName("activations_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export activations")
        self.setMinimumWidth(WIDTH)
        self.images = ChoiceBox("Images", IMAGES)
        self.others = QLineEdit(settings.value("activations/others", "test:0-99"))
        self.others.setAccessibleName("Other images")
        self.others.setPlaceholderText("test:0-99, or a folder of images")
        self.others.setToolTip("A part of a split such as test:0-99, a folder, or an image file")
        layers = [("All layers", ""), (f"Only {layer}", layer)]
        self.layers = ChoiceBox("Layers", layers if layer else layers[:1])
        self.kind = ChoiceBox("Kind of file", KINDS)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the export")
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(6)
        self.save_button = QPushButton("Save…")
        self.save_button.setProperty("role", "primary")
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(self._ask_where)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        self.writing = Inquiry(session, "activations", "activations", self)
        self.writing.progressed.connect(self._show_progress)
        self.writing.answered.connect(self._take_file)
        self.writing.failed.connect(self._fail)
        self.images.choose(settings.value("activations/images", SHOWN))
        self.kind.setCurrentIndex(min(settings.value("activations/kind", 0), len(KINDS) - 1))
        self.images.currentIndexChanged.connect(lambda _: self._show_others())
        self._arrange()
        self._show_others()
        self._show_writing(False)

    def write(self, path: Path) -> None:
        """Asks for the file."""
        settings = self._session.settings
        settings.remember_folder(path)
        settings.set_value("activations/images", self.images.currentData())
        settings.set_value("activations/others", self.others.text())
        settings.set_value("activations/kind", self.kind.currentIndex())
        chosen = self.images.currentData()
        if chosen == SHOWN:
            chosen = reference_text(self._looked_at["image"])
        elif chosen == OTHERS:
            chosen = self.others.text().strip()
        layer = self.layers.currentData()
        network = {name: value for name, value in self._looked_at.items() if name != "image"}
        self.note.setText("")
        self._show_writing(True)
        self.writing.ask(
            images=[chosen], path=str(path), layers=[layer] if layer else None,
            statistics=self.kind.currentData()[1], **network,
        )  # fmt: skip

    def reject(self) -> None:
        """Takes back what is being written: no half file stays."""
        if self.writing.waiting:
            self.writing.forget()
            self._show_writing(False)
            self.note.setText("Taken back: nothing was written.")
            return
        super().reject()

    def _arrange(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(theme.spacing)
        form.setColumnStretch(1, 1)
        # One field, so that a row that is hidden leaves no gap.
        images = QWidget()
        both = QVBoxLayout(images)
        both.setContentsMargins(0, 0, 0, 0)
        both.setSpacing(theme.spacing)
        both.addWidget(self.images)
        both.addWidget(self.others)
        rows = (("Images", images), ("Layers", self.layers), ("Kind", self.kind))
        self._fields = [self.images, self.others, self.layers, self.kind]
        for row, (text, field) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(field)
            label.setFixedHeight(self.kind.sizeHint().height())
            form.addWidget(label, row, 0, Qt.AlignmentFlag.AlignTop)
            form.addWidget(field, row, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.spacing)
        buttons.addStretch()
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        column.addStretch()
        column.addLayout(buttons)

    def _show_others(self) -> None:
        self.others.setVisible(self.images.currentData() == OTHERS)

    def _show_writing(self, writing: bool) -> None:
        self.bar.setVisible(writing)
        self.bar.setValue(0)
        self.note.setVisible(writing or bool(self.note.text()))
        self.save_button.setEnabled(not writing)
        for field in self._fields:
            field.setEnabled(not writing)

    def _show_progress(self, share: float | None, text: str) -> None:
        self.bar.setValue(round(STEPS * (share or 0.0)))
        self.note.setText(text)

    def _take_file(self, answer: dict[str, Any]) -> None:
        nodes = quantities.plural(len(answer["nodes"]), "node")
        images = quantities.plural(answer["images"], "image")
        left_out = ", ".join(answer["left_out"])
        self._session.tell(
            Message(
                f"Saved the activations of {nodes} for {images}: {answer['path']}.",
                f"Left out, as they give nothing for each image: {left_out}." if left_out else "",
                key="activations",
                seconds=8.0,
            )
        )
        self.accept()

    def _fail(self, error: Exception) -> None:
        told = Message.of(error)
        self.note.setText(f"{told.text} {told.hint}".strip())
        self._show_writing(False)

    def _ask_where(self) -> None:
        suffix = self.kind.currentData()[0]
        dialog = QFileDialog(self, "Save the activations", str(self._session.folder), f"*.{suffix}")
        dialog.setObjectName("activations_file_dialog")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(f"activations.{suffix}")
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
