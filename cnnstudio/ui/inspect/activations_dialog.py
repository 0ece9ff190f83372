"""Every node's output for some images as a file: of which images and layers, as what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QGridLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.figures.as_python import reference_text
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.saving_dialog import WritingDialog
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
WIDTH = 460


class ActivationsDialog(WritingDialog):
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
        super().__init__(session, "activations_dialog", "Export activations", "activations", parent)
        self._looked_at = looked_at
        settings = session.settings
        self.setMinimumWidth(WIDTH)
        self.images = ChoiceBox("Images", IMAGES)
        self.others = QLineEdit(settings.value("activations/others", "test:0-99"))
        self.others.setAccessibleName("Other images")
        self.others.setPlaceholderText("test:0-99, or a folder of images")
        self.others.setToolTip("A part of a split such as test:0-99, a folder, or an image file")
        layers = [("All layers", ""), (f"Only {layer}", layer)]
        self.layers = ChoiceBox("Layers", layers if layer else layers[:1])
        self.kind = ChoiceBox("Kind of file", KINDS)
        self.bar.setFixedHeight(6)
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
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addLayout(form)
        column.addWidget(self.bar)
        column.addWidget(self.note)
        column.addStretch()
        column.addLayout(self._button_row())

    def _show_others(self) -> None:
        self.others.setVisible(self.images.currentData() == OTHERS)

    def _show_writing(self, writing: bool) -> None:
        self.bar.setVisible(writing)
        self.bar.setValue(0)
        self.note.setVisible(writing or bool(self.note.text()))
        self.save_button.setEnabled(not writing)
        for field in self._fields:
            field.setEnabled(not writing)

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
        self._ask_for_file(
            "activations_file_dialog",
            "Save the activations",
            f"*.{suffix}",
            f"activations.{suffix}",
        )
