"""Which images of a split two networks decide differently."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.inspect.compare.note import Note
from cnnstudio.ui.session import Session

STEPS = 1000
MOST = 500  # in the list


class Differing(QWidget):
    """A button, what it found, and a list of it. `wanted` asks to `search`; `image_chosen(index)`
    tells a row that is clicked or entered."""

    wanted = Signal()
    image_chosen = Signal(list)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._split, self._about = "test", ""
        self.button = QPushButton("Find where they differ")
        self.button.setToolTip("Looks which images of the split the two decide differently")
        self.button.clicked.connect(self._press)
        self.bar = QProgressBar()
        self.bar.setAccessibleName("Progress of the search")
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.note = Note()
        self.list = QListWidget()
        self.list.setAccessibleName("Images that are decided differently")
        self.list.itemClicked.connect(self._choose)
        self.list.itemActivated.connect(self._choose)
        self.searching = Inquiry(session, "differences", "compare differences", self)
        self.searching.answered.connect(self._take)
        self.searching.failed.connect(self._fail)
        self.searching.progressed.connect(
            lambda share, text: self.bar.setValue(round(STEPS * (share or 0.0)))
        )
        self.searching.settled.connect(lambda: self._show_searching(False))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        for widget in (self.button, self.bar, self.note):
            column.addWidget(widget)
        column.addWidget(self.list, 1)
        self.reset()

    def search(
        self, first: dict[str, Any], second: dict[str, Any], split: str, about: str = ""
    ) -> None:
        """Goes through a split with two networks, as questions take them. `about` is said of what
        is found."""
        self._split, self._about = split, about
        self.list.clear()
        self.note.setText(f"Looking through the {split} images…")
        self._show_searching(True)
        self.searching.ask(first=first, second=second, split=split)

    def reset(self) -> None:
        """Forgets what was found: the networks are others."""
        if self.searching.waiting:
            self.searching.forget()
        self.list.clear()
        self.list.setVisible(False)
        self.note.setText("")
        self._show_searching(False)

    def _press(self) -> None:
        if self.searching.waiting:
            self.searching.forget()
            self.note.setText("Taken back.")
        else:
            self.wanted.emit()

    def _show_searching(self, searching: bool) -> None:
        self.button.setText("Cancel" if searching else "Find where they differ")
        self.bar.setVisible(searching)
        self.bar.setValue(0)

    def _take(self, answer: dict[str, Any]) -> None:
        classes, total = answer["classes"], int(answer["total"])
        count = len(answer["indexes"])
        right = [quantities.percent(part / max(1, total)) for part in answer["right"]]
        images = quantities.plural(total, "image")
        self.note.setText(
            f"{count} of {images} differ. A has {right[0]} right, B {right[1]}."
            + (f" The first {MOST} are listed." if count > MOST else "")
            + (f" {self._about}" if self._about else "")
        )
        rows = zip(
            answer["indexes"], answer["labels"], answer["first"], answer["second"], strict=True
        )
        for index, label, first, second in list(rows)[:MOST]:
            said = [f"{classes[one]}{' ✓' if one == label else ''}" for one in (first, second)]
            item = QListWidgetItem(f"{int(index)} · {said[0]} | {said[1]}")
            item.setToolTip(f"{self._split} image {int(index)}, which is {classes[label]}")
            item.setData(Qt.ItemDataRole.UserRole, int(index))
            self.list.addItem(item)
        self.list.setVisible(count > 0)

    def _fail(self, error: Exception) -> None:
        self.note.setText(" ".join(str(error).split("\n")))

    def _choose(self, item: QListWidgetItem) -> None:
        self.image_chosen.emit([self._split, item.data(Qt.ItemDataRole.UserRole)])
