"""A new sweep: what varies, how it is searched, how many runs."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import CnnStudioError, Project
from cnnstudio.training.metrics import metrics, watchable
from cnnstudio.training.paths import settings_of
from cnnstudio.training.sweep.space import Dimension, check_space, dimension, grid_of, is_small_grid
from cnnstudio.ui import quantities, theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.forms.count_edit import CountEdit

WIDTH = 640
METHODS = [
    ("Automatic: a grid where it is small, else TPE", "auto"),
    ("TPE: learns where it is worth looking", "tpe"),
    ("Random", "random"),
    ("Grid: every combination", "grid"),
]
PRUNINGS = [
    ("No: each run goes to its end", "none"),
    ("Median: worse than half of the others", "median"),
    ("Successive halving", "halving"),
]
BEGINNINGS = {
    "training.learning_rate": "1e-4..1e-1:log",
    "training.batch_size": "32,64,128",
}
HOW = (
    "Values: 32,64,128 · 0.1..0.5 · 16..64:16 in steps · 1e-4..1e-1:log by magnitude · "
    "1e-4..1e-1:log:x4 at four points"
)


class SweepForm(QDialog):
    """`wanted(space, how, workers)` is emitted when it is to start; see `create_sweep`."""

    wanted = Signal(object, object, int)

    def __init__(self, project: Project, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._project = project
        self._paths = [
            path for path in settings_of(project)
            if not (path.startswith(("network.", "blocks.")) and path.count(".") == 1)
        ]  # fmt: skip
        self.rows: list[tuple[QLineEdit, QLineEdit, QPushButton]] = []
        self.setObjectName("sweep_form")
        self.setWindowTitle("Sweep over settings")
        self.setMinimumWidth(WIDTH)
        told = QLabel(f"Each trial is a run of {project.name} with other settings.")
        told.setProperty("role", "muted")
        told.setWordWrap(True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.spacing)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 2)
        for column, text in enumerate(("What varies", "Values")):
            label = QLabel(text)
            label.setProperty("role", "heading")
            self._grid.addWidget(label, 0, column)
        how = QLabel(HOW)
        how.setProperty("role", "caption")
        how.setWordWrap(True)
        self.add = QPushButton("Add a setting")
        self.add.setProperty("role", "quiet")
        self.add.clicked.connect(lambda: self.add_row("", "").setFocus())
        self.method = ChoiceBox("Method", METHODS)
        self.quantity = ChoiceBox("Metric", [(_metric(name), name) for name in watchable()])
        self.quantity.choose("val_accuracy")
        self.pruning = ChoiceBox("End hopeless runs early", PRUNINGS)
        self.pruning.choose("median")
        self.trials = CountEdit("Trials", 12, 100_000)
        self.workers = CountEdit("Runs at the same time", 1, 64)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        for text, widget in (
            ("Method", self.method), ("What is to become best", self.quantity),
            ("End hopeless runs early", self.pruning), ("Trials", self.trials),
            ("Runs at the same time", self.workers),
        ):  # fmt: skip
            form.addRow(text, widget)
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setMinimumHeight(36)
        self.start = QPushButton("Start the sweep")
        self.start.setObjectName("start_sweep")
        self.start.setProperty("role", "primary")
        self.start.setDefault(True)
        self.start.clicked.connect(self._emit)
        cancel = QPushButton("Cancel")
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addStretch()
        buttons.addWidget(cancel)
        buttons.addWidget(self.start)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(12)
        column.addWidget(told)
        column.addLayout(self._grid)
        column.addWidget(how)
        column.addLayout(form)
        column.addWidget(self.state)
        column.addLayout(buttons)
        self.method.currentIndexChanged.connect(self._check)
        self.trials.counted.connect(self._check)
        for path, values in BEGINNINGS.items():
            self.add_row(path, values)

    def add_row(self, path: str, values: str) -> QLineEdit:
        """A further setting that varies; returns the field of its name."""
        name, typed, remove = QLineEdit(path), QLineEdit(values), QPushButton()
        completer = QCompleter(self._paths, name)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        name.setCompleter(completer)
        name.setPlaceholderText("training.learning_rate")
        name.setAccessibleName("Setting that varies")
        typed.setPlaceholderText("0.1,0.01 or 1e-4..1e-1:log")
        typed.setAccessibleName("Its values")
        remove.setIcon(theme.icon("mdi6.close"))
        remove.setProperty("role", "quiet")
        remove.setAccessibleName("Take this setting out")
        remove.setToolTip("Take this setting out")
        row = (name, typed, remove)
        self.rows.append(row)
        for column, widget in enumerate(row):
            self._grid.addWidget(widget, len(self.rows), column)
        name.textChanged.connect(self._check)
        typed.textChanged.connect(self._check)
        remove.clicked.connect(lambda: self._remove(row))
        self._check()
        return name

    def space(self) -> list[Dimension]:
        """What varies. Raises an error of ours that says what is wrong."""
        found = [
            dimension(f"{name.text().strip()}={typed.text().strip()}")
            for name, typed, _ in self.rows
            if name.text().strip() or typed.text().strip()
        ]
        check_space(self._project, found)
        return found

    def _remove(self, row: tuple[QLineEdit, QLineEdit, QPushButton]) -> None:
        self.rows.remove(row)
        for widget in row:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._check()

    def _check(self, *_: object) -> None:
        """Says how many runs it comes to, or what is wrong."""
        grid = self.method.currentData() == "grid"
        self.trials.setEnabled(not grid)
        self.pruning.setEnabled(not grid)
        try:
            space = self.space()
            if self.method.currentData() == "auto":
                grid = is_small_grid(space, self.trials.value)
            runs = len(grid_of(space)) if grid else self.trials.value
            each = ", one for each combination" if grid else ""
            text, role, fine = f"{quantities.plural(runs, 'run')}{each}.", "muted", True
        except CnnStudioError as error:
            text, role, fine = f"{error.message} {error.hint}".strip(), "error", False
        self.state.setText(text)
        self.state.setProperty("role", role)
        self.state.style().polish(self.state)
        self.start.setEnabled(fine)

    def _emit(self) -> None:
        how: dict[str, Any] = {
            "method": self.method.currentData(),
            "trials": self.trials.value,
            "metric": self.quantity.currentData(),
            "pruning": self.pruning.currentData(),
        }
        self.wanted.emit(self.space(), how, self.workers.value)
        self.accept()


def _metric(name: str) -> str:
    return f"Validation {metrics[name.partition('_')[2]].in_words(5)}"
