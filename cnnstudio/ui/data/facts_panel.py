"""What is known of the data: classes, numbers, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.data.class_bars import ClassBars

PROBLEMS_SHOWN = 50
CHANNELS = ("red", "green", "blue")


class FactsPanel(QScrollArea):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("About the data")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bars = ClassBars()
        self.numbers = _words("muted")
        self.problems_title = _words("heading")
        self.problems = _words("muted")
        self.problems.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.classes_title = _words("heading")
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(theme.spacing)
        column.addWidget(self.classes_title)
        column.addWidget(self.bars)
        column.addSpacing(theme.spacing)
        statistics = _words("heading")
        statistics.setText("Training images")
        column.addWidget(statistics)
        column.addWidget(self.numbers)
        column.addSpacing(theme.spacing)
        column.addWidget(self.problems_title)
        column.addWidget(self.problems)
        column.addStretch()
        self.setWidget(page)

    def show_facts(self, answer: dict[str, Any]) -> None:
        """Shows an answer of `dataset`."""
        self.classes_title.setText(quantities.plural(len(answer["classes"]), "class", "classes"))
        self.bars.show_counts(answer["classes"], answer["counts"])
        self.numbers.setText(_levels(answer["mean"], answer["std"]))
        problems = list(answer["problems"])
        self.problems_title.setVisible(bool(problems))
        self.problems.setVisible(bool(problems))
        self.problems_title.setText(f"{quantities.plural(len(problems), 'image')} left out")
        more = len(problems) - PROBLEMS_SHOWN
        shown = [*problems[:PROBLEMS_SHOWN], *([f"… and {more:,} more"] if more > 0 else [])]
        self.problems.setText("\n".join(shown))


def _levels(mean: Sequence[float], std: Sequence[float]) -> str:
    names = CHANNELS if len(mean) == 3 else ("grey",) if len(mean) == 1 else ()
    lines = ["Levels from 0 to 1, mean ± standard deviation:"]
    for number, (middle, spread) in enumerate(zip(mean, std, strict=True)):
        name = names[number] if names else f"channel {number}"
        lines.append(f"{name}  {middle:.3f} ± {spread:.3f}")
    return "\n".join(lines)


def _words(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
