"""The chosen samples: how many of each class, and their images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cnnstudio.graph import DataSettings
from cnnstudio.ui import theme
from cnnstudio.ui.data.sample_grid import SampleGrid
from cnnstudio.ui.images.samples_model import SamplesModel, Source
from cnnstudio.ui.message import Message
from cnnstudio.ui.session import Session

HINT = (
    "Draw around points to see their images here. Shift draws a rectangle, Ctrl adds, the wheel "
    "zooms, the right button shifts."
)
OTHER_DATA = "These images are not the open project's: correct them in their own project."


class GuardedGrid(SampleGrid):
    """Corrects only images of the open project's data; `refusal` says why not, where not."""

    refusal = ""

    def __init__(self, session: Session, samples: SamplesModel | None = None) -> None:
        super().__init__(session, samples=samples)
        self._session = session

    def guard(self, data: DataSettings) -> None:
        """Takes notice of whose images these are."""
        here = self._session.project.data
        same = (here.dataset, here.options) == (data.dataset, data.options)
        self.refusal = "" if same else OTHER_DATA

    def fill_menu(self) -> None:
        if self.refusal:
            self.menu.addAction(self.refusal).setEnabled(False)
        else:
            super().fill_menu()

    def delete_chosen(self) -> None:
        if self.refusal:
            self._session.tell(Message(self.refusal, key="corrections"))
        else:
            super().delete_chosen()


class Chosen(QWidget):
    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = QLabel("Chosen images")
        self.title.setProperty("role", "heading")
        self.told = QLabel(HINT)
        self.told.setProperty("role", "caption")
        self.told.setWordWrap(True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.grid = GuardedGrid(session)
        self.grid.setAccessibleName("Chosen images")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.title)
        column.addWidget(self.told)
        column.addWidget(self.grid, 1)

    def show_rows(
        self, source: Source, indexes: Sequence[int], labels: Sequence[int], classes: list[str]
    ) -> None:
        """Shows samples of a split; `labels` are theirs."""
        if not indexes:
            self.show_nothing()
            return
        counts = Counter(labels).most_common()
        self.title.setText(f"{len(indexes):,} chosen")
        self.told.setText(" · ".join(f"“{classes[label]}” {count:,}" for label, count in counts))
        self.grid.guard(source.settings)
        here = Source(source.settings, source.input_shape, source.split, indexes=tuple(indexes))
        self.grid.samples.show(here, classes, len(indexes))

    def show_nothing(self) -> None:
        self.title.setText("Chosen images")
        self.told.setText(HINT)
        self.grid.samples.show(None)
