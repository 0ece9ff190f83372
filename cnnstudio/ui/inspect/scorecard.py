"""Whether the explanation can be trusted: a row for each check, made when it is asked for."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.interpret.trust.checks import checks
from cnnstudio.ui import theme

ICONS = {
    "good": ("mdi6.check-circle", "ok"),
    "doubtful": ("mdi6.help-circle", "warning"),
    "bad": ("mdi6.close-circle", "error"),
    "unknown": ("mdi6.minus-circle-outline", "text_disabled"),
}
WORDS = {"good": "good", "doubtful": "doubtful", "bad": "bad", "unknown": "not known"}
ICON = QSize(16, 16)
FINEST = 1000
ABOUT = (
    "Whether it depends on the weights, names the pixels that matter, points at the object, and is "
    "steady"
)


class Scorecard(QFrame):
    """`wanted` is emitted when the checks are to be made, `taken_back` when no longer;
    `twin_wanted` when the network is to be trained on shuffled labels for one of them; `shown` when
    there are results. `head`, with the button, may be put elsewhere."""

    wanted = Signal()
    taken_back = Signal()
    twin_wanted = Signal()
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Can it be trusted?")
        self.title = QLabel("Can it be trusted?")
        self.title.setProperty("role", "heading")
        self.button = QPushButton()
        self.button.clicked.connect(lambda _=False: self._press())
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, FINEST)
        self.progress.setFixedHeight(6)
        self.note = QLabel()
        self.note.setProperty("role", "caption")
        self.note.setWordWrap(True)
        self.rows = QWidget()
        self.train_twin: QPushButton | None = None
        self._results: list[dict[str, Any]] = []
        self._twin: str | None = None
        self._asking = False
        self.title.setToolTip(ABOUT)
        self.button.setToolTip(ABOUT)
        self.head = QWidget()
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.button)
        column = QVBoxLayout(self.head)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.progress)
        column.addWidget(self.note)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 4, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.head)
        self._column.addWidget(self.rows)
        self.reset()

    @property
    def results(self) -> list[dict[str, Any]]:
        """What is shown, as the kernel told it."""
        return self._results

    def reset(self) -> None:
        """Nothing was checked: another heat is shown."""
        self._show([], False, "")

    def show_waiting(self) -> None:
        self.progress.setValue(0)
        self._show([], True, "Beginning…")

    def show_progress(self, share: float | None, text: str) -> None:
        self.progress.setValue(round(FINEST * (share or 0)))
        self.note.setText(text)

    def show_answer(self, answer: dict[str, Any]) -> None:
        """Shows an answer of `trust`."""
        self._twin = answer.get("twin")
        self._show(list(answer["checks"]), False, "")
        self.shown.emit()

    def show_error(self, error: Exception) -> None:
        self._show([], False, str(getattr(error, "message", error)))

    def show_twin(self, state: str) -> None:
        """The twin's state has changed."""
        self._twin = state
        self.redraw()

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self._show(self._results, self._asking, self.note.text())

    def _press(self) -> None:
        if self._asking:
            self.reset()
            self.taken_back.emit()
        else:
            self.wanted.emit()

    def _show(self, results: list[dict[str, Any]], asking: bool, note: str) -> None:
        self._results, self._asking = results, asking
        self.button.setText("Cancel" if asking else "Check again" if results else "Check")
        self.button.setAccessibleName(f"{self.button.text()}: can the explanation be trusted?")
        self.progress.setVisible(asking)
        self.note.setText(note)
        self.note.setVisible(bool(note))
        rows = _rows(results)
        self.train_twin = self._offer_twin(rows) if _lacks_twin(results) else None
        self._column.replaceWidget(self.rows, rows)
        self.rows.hide()
        self.rows.deleteLater()
        self.rows = rows
        self.rows.setVisible(bool(results))

    def _offer_twin(self, rows: QWidget) -> QPushButton | None:
        """A button below the check that needs the twin; None for a network that has no run."""
        if self._twin is None:
            return None
        words = {
            "none": "Train the twin",
            "stopped": "Resume the twin",
            "failed": "Resume the twin",
        }
        button = QPushButton(words.get(self._twin, "The twin is being trained"))
        button.setObjectName("train_twin")
        button.setEnabled(self._twin in words)
        button.setToolTip(
            "Trains the same network on shuffled labels, as a run of its own in the background"
        )
        button.clicked.connect(lambda _=False: self.twin_wanted.emit())
        layout = rows.layout()
        assert isinstance(layout, QGridLayout)
        place = [one["check"] for one in self._results].index("labels")
        layout.addWidget(button, 4 * place + 2, 1, Qt.AlignmentFlag.AlignLeft)
        return button


def _lacks_twin(results: list[dict[str, Any]]) -> bool:
    return any(one["check"] == "labels" and one["value"] is None for one in results)


def _rows(results: list[dict[str, Any]]) -> QWidget:
    rows = QWidget()
    grid = QGridLayout(rows)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    for number, one in enumerate(results):
        name, color = ICONS[one["verdict"]]
        icon = QLabel()
        icon.setPixmap(theme.icon(name, color).pixmap(ICON))
        icon.setAccessibleName(WORDS[one["verdict"]])
        title = QLabel(f"{one['title']}: {WORDS[one['verdict']]}")
        text = QLabel(one["text"])
        text.setProperty("role", "caption")
        text.setWordWrap(True)
        for label in (title, text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setToolTip(f"{checks[one['check']].doc}\n{checks[one['check']].reference}")
        grid.addWidget(icon, 4 * number, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(title, 4 * number, 1)
        grid.addWidget(text, 4 * number + 1, 1)
        grid.setRowMinimumHeight(4 * number + 3, 4)
    return rows
