"""The effect of the augmentation on real samples, shown while it is edited."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from cnnstudio.data.augmentation.catalogue import augmentations
from cnnstudio.graph import DataSettings
from cnnstudio.training.status import UNFINISHED
from cnnstudio.ui import theme
from cnnstudio.ui.card_section import label
from cnnstudio.ui.data.augmentation.seen_grid import SIDE, SeenGrid
from cnnstudio.ui.images.input_shape import input_shape
from cnnstudio.ui.images.outline_button import OutlineButton
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.notice import Stage
from cnnstudio.ui.session import Session

EDIT_MILLISECONDS = 60
EXACT = "The very images that these epochs of the training will see"
MIXED = "As these epochs see them, mixed as if they were one batch"
DRAWING = "Drawing…"
NEXT_RUN = "Changes count for the next run."


class AugmentationPreview(QWidget):
    """Asks the kernel while it is visible. `shown` when an answer is."""

    shown = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._first = 0
        self._label: int | None = None
        self._asked: dict[str, Any] = {}
        self._told = DRAWING
        self._is_stale = False  # what was asked for may have another answer now
        self.setAccessibleName("Preview of the augmentation")
        self.grid = SeenGrid()
        self.note = label(DRAWING, "caption")
        self.shuffle = QPushButton("Shuffle")
        self.shuffle.setIconSize(QSize(16, 16))
        self.shuffle.setToolTip("Show what the next epochs will see")
        self.shuffle.clicked.connect(self.go_on)
        self.outline = OutlineButton()
        self.outline.setChecked(True)
        self.outline.toggled.connect(self.grid.show_outlines)
        self._question = Inquiry(session, "augmented", "augmented", self)
        self._question.answered.connect(self._show)
        self._question.slow.connect(lambda: self._tell(DRAWING))
        self.stage = Stage(self.grid)
        self._question.failed.connect(self._fail)
        self._edits = QTimer(self, singleShot=True, interval=EDIT_MILLISECONDS)
        self._edits.timeout.connect(self.ask)
        row = QHBoxLayout()
        row.setSpacing(theme.spacing)
        row.addWidget(self.note, 1)
        row.addWidget(self.outline)
        row.addWidget(self.shuffle)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addLayout(row)
        column.addWidget(self.stage, 1)
        session.changed.connect(lambda _: self._edits.start())
        session.document_replaced.connect(self._begin_again)
        session.run_changed.connect(lambda _: self._tell(self._told))
        session.runs.status.connect(lambda *_: self._tell(self._told))
        self.grid.room_changed.connect(self._edits.start)
        self.redraw()

    @property
    def waiting(self) -> bool:
        """Whether what is shown is not yet what the project says."""
        return self._question.waiting or self._edits.isActive()

    def ask(self) -> None:
        """Asks for what the project makes of samples, if that is not what is shown or asked for."""
        if not self.isVisible():
            return
        project = self._session.project
        count, epochs = self.grid.room
        wanted = {
            "settings": project.data, "input_shape": list(input_shape(project)),
            "seed": project.training.seed, "first": self._first, "epochs": epochs,
            "count": count, "size": SIDE, "label": self._label,
        }  # fmt: skip
        if wanted != self._asked or self._is_stale:
            self._asked, self._is_stale = wanted, False
            self._question.ask(**wanted)

    def show_class(self, number: int | None) -> None:
        """Shows samples of one class alone; None for all."""
        self._label = number
        self.ask()

    def go_on(self) -> None:
        """Shows the epochs after those that are shown."""
        self._first += self.grid.room[1]
        self.ask()

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        self.shuffle.setIcon(theme.icon("mdi6.shuffle-variant"))
        self.outline.redraw()
        self.stage.notice.redraw()
        self.grid.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._edits.start()

    def _begin_again(self) -> None:
        self._first, self._label = 0, None
        self._edits.start()

    def read_again(self) -> None:
        """Asks anew, since the data may be another."""
        self._is_stale = True
        self._edits.start()

    def _fail(self, error: Exception) -> None:
        self._is_stale = True
        self.stage.tell_error(error)

    def _show(self, answer: dict[str, Any]) -> None:
        self.grid.show_answer(answer, self._asked["first"] + 1)
        self.outline.setVisible(self.grid.has_outlines)
        self._tell(MIXED if _mixes(self._asked["settings"]) else EXACT)
        self.stage.show_content()
        self.shown.emit()

    def _tell(self, text: str) -> None:
        """Says what is shown, and that a run that goes on has its own."""
        self._told, run = text, self._session.run
        status = None if run is None else self._session.runs.status_of(run)
        trains = text != DRAWING and status is not None and status.state in UNFINISHED
        self.note.setText(f"{text}. {NEXT_RUN}" if trains else text)


def _mixes(data: DataSettings) -> bool:
    kinds = (augmentations.get(step.kind) for step in data.augmentation if step.enabled)
    return any(kind is not None and kind.of_batches for kind in kinds)
