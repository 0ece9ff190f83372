"""One sample, large, as it is stored."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.images.outline_button import OutlineButton
from cnnstudio.ui.images.samples_model import SamplesModel, Source
from cnnstudio.ui.images.truth import outline
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class SampleView(QWidget):
    """Shows a row of the list of samples. `closed(row)` asks to go back to the list."""

    closed = Signal(int)

    def __init__(self, session: Session, samples: SamplesModel) -> None:
        super().__init__()
        self._samples = samples
        self._row = 0
        self._truth: dict[str, Any] = {}
        self._question = Inquiry(session, "sample", "data sample", self)
        self._question.answered.connect(self._show)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("One sample")
        self.back = QPushButton("All samples")
        self.back.setAccessibleName("Back to all samples")
        self.back.setToolTip("Back to all samples (Esc)")
        self.back.clicked.connect(lambda: self.closed.emit(self._row))
        self.caption = QLabel()
        self.caption.setTextFormat(Qt.TextFormat.PlainText)
        self.outline = OutlineButton()
        self.outline.toggled.connect(lambda _: self._show_outline())
        self.view = ImageView("The sample as it is stored")
        self.stage = Stage(self.view)
        self._question.failed.connect(self.stage.tell_error)
        row = QHBoxLayout()
        row.setSpacing(theme.spacing)
        row.addWidget(self.back)
        row.addWidget(self.caption, 1)
        row.addWidget(self.outline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addLayout(row)
        column.addWidget(self.stage, 1)

    def show_row(self, row: int) -> None:
        source, total = self._samples.source, self._samples.rowCount()
        if source is None or not 0 <= row < total:
            return
        self._row = row
        self._ask(source, self._samples.data(self._samples.index(row), SamplesModel.INDEX))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.closed.emit(self._row)
        elif key in STEPS:
            self.show_row(self._row + STEPS[key])
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.show_row(0 if key == Qt.Key.Key_Home else self._samples.rowCount() - 1)
        else:
            super().keyPressEvent(event)

    def _ask(self, source: Source, index: int | None) -> None:
        if index is None:  # its page is on the way
            if source.label is not None or source.indexes is not None:
                return
            index = self._row
        self._question.ask(
            settings=source.settings,
            input_shape=list(source.input_shape),
            split=source.split,
            index=index,
        )

    def _show(self, answer: dict[str, Any]) -> None:
        image = np.asarray(answer["image"])
        height, width = image.shape[:2]
        self._truth = answer.get("truth") or {}
        self.outline.setVisible(bool(self._truth))
        size = quantities.shape((width, height))
        self.caption.setText(f"{answer['class']}  ·  {answer['name']}  ·  {size} pixels as stored")
        self.view.show_image(image_of(image))
        self._show_outline()
        self.stage.show_content()

    def _show_outline(self) -> None:
        self.view.show_outline(outline(self._truth) if self.outline.isChecked() else [])
