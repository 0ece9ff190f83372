"""How a picture is to be saved: kind of file, size, and what stands below it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.figures.figure import NARROWEST, WIDEST, WIDTH, Figure
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.inspect.saving_dialog import SavingDialog
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session
from cnnstudio.ui.settings import Settings
from cnnstudio.ui.wheel import pass_wheel

PREVIEW = QSize(440, 330)
KINDS = (("PNG (pixels)", "png"), ("SVG (letters stay letters)", "svg"))


class PictureDialog(SavingDialog):
    """Shows the picture as it will be. What was chosen is remembered for the next one."""

    def __init__(self, session: Session, figure: Figure, parent: QWidget | None = None) -> None:
        super().__init__(session, "save_picture_dialog", "Save picture", parent)
        self._figure = figure
        chosen = choices_of(session.settings)
        self.kind = ChoiceBox("Kind of file", KINDS)
        self.kind.choose(session.settings.value("picture/kind", "png"))
        self.width_edit = QSpinBox()
        self.width_edit.setAccessibleName("Width in pixels")
        self.width_edit.setRange(NARROWEST, WIDEST)
        self.width_edit.setSuffix(" px")
        pass_wheel(self.width_edit)
        self.width_edit.setValue(chosen["width"])
        self.width_edit.lineEdit().setTextMargins(theme.spacing, 0, 0, 0)
        self.height_note = QLabel()
        self.height_note.setProperty("role", "muted")
        self.caption = QCheckBox("Caption")
        self.caption.setChecked(chosen["caption"])
        self.caption.setEnabled(bool(figure.caption))
        self.bars = QCheckBox("Colour bar")
        self.bars.setChecked(chosen["bars"])
        self.bars.setEnabled(figure.has_scale)
        self.preview = QLabel()
        self.preview.setAccessibleName("The picture as it will be")
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setFixedSize(PREVIEW)
        self._arrange()
        for changed in (self.caption.toggled, self.bars.toggled, self.width_edit.valueChanged):
            changed.connect(lambda _: self._show_preview())
        self._show_preview()

    @property
    def choices(self) -> dict[str, Any]:
        """As `Figure.image` and `Figure.save` take them."""
        return {
            "width": self.width_edit.value(),
            "caption": self.caption.isChecked(),
            "bars": self.bars.isChecked(),
        }

    def write(self, path: Path) -> None:
        """Writes the picture, on another thread, tells where it is, and closes."""
        settings, figure, choices = self._session.settings, self._figure, self.choices
        settings.remember_folder(path)
        settings.set_value("picture/kind", self.kind.currentData())
        for name, value in choices.items():
            settings.set_value(f"picture/{name}", value)
        save_figure(self._session, lambda: figure.save(path, **choices))
        self.accept()

    def _arrange(self) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(theme.spacing)
        form.setColumnStretch(2, 1)
        for row, (text, field) in enumerate((("Kind", self.kind), ("Width", self.width_edit))):
            label = QLabel(text)
            label.setBuddy(field)
            form.addWidget(label, row, 0)
            form.addWidget(field, row, 1)
        form.addWidget(self.height_note, 1, 2)
        form.addWidget(QLabel("Below it"), 2, 0)
        below = QHBoxLayout()
        below.setSpacing(16)
        below.addWidget(self.bars)
        below.addWidget(self.caption)
        below.addStretch()
        form.addLayout(below, 2, 1, 1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(16)
        column.addWidget(self.preview, 1, Qt.AlignmentFlag.AlignCenter)
        column.addLayout(form)
        column.addLayout(self._button_row())

    def _show_preview(self) -> None:
        choices = self.choices
        page = self._figure.page(**choices)
        self.height_note.setText(f"× {page.height} px")
        # At the size of the preview letters would be too large: it is drawn larger and shrunk.
        shown = self._figure.image(**(choices | {"width": min(choices["width"], WIDTH)}))
        how = Qt.TransformationMode.SmoothTransformation
        ratio = Qt.AspectRatioMode.KeepAspectRatio
        self.preview.setPixmap(QPixmap.fromImage(image_of(shown)).scaled(PREVIEW, ratio, how))

    def _ask_where(self) -> None:
        kind = str(self.kind.currentData())
        self._ask_for_file(
            "save_picture_file_dialog", "Save the picture", f"Pictures (*.{kind})",
            f"{self._figure.name}.{kind}",
        )  # fmt: skip


def choices_of(settings: Settings) -> dict[str, Any]:
    """How pictures were last saved, as `Figure.image` takes it."""
    return {
        "width": max(NARROWEST, min(WIDEST, settings.value("picture/width", WIDTH))),
        "caption": settings.value("picture/caption", True),
        "bars": settings.value("picture/bars", True),
    }


def save_figure(session: Session, write: Callable[[], Path]) -> None:
    """Writes on another thread, and tells where the picture is."""

    def tell(path: object) -> None:
        session.tell(Message(f"Saved {path}.", key="picture", seconds=6.0))

    session.in_background(write, tell)
