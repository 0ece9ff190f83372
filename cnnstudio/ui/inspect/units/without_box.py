"""Below the prediction: which units are taken out, and how accurate the network is without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.ui import quantities, theme

NAMED = 3
LONG_RESULT = (
    "88.8 % of 500 test images are right, 88.8 % with. Most is lost for a long name: 88 points."
)


class WithoutBox(QWidget):
    """Hidden while nothing is taken out. `cleared` puts all back, `wanted` wants the accuracy."""

    cleared = Signal()
    wanted = Signal()
    stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Units taken out")
        self.words = _words()
        self.result = _words("caption")
        self.clear = QPushButton("Put all back")
        self.clear.clicked.connect(self.cleared)
        self.test = QPushButton("Test without")
        self.test.setToolTip("Classifies test images with and without these units")
        self.test.clicked.connect(self._act)
        row = QHBoxLayout()
        row.setSpacing(theme.spacing)
        row.addWidget(self.clear)
        row.addWidget(self.test)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.words)
        column.addLayout(row)
        column.addWidget(self.result)
        self._testing = False
        self._told = ""
        kept = self.result.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.result.setSizePolicy(kept)
        self.result.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.show_units({})

    @property
    def told(self) -> str:
        """What is taken out, within a sentence: one unit by its name, several by their number."""
        return self._told

    def show_units(self, ablated: Mapping[str, Sequence[int]]) -> None:
        """Names what is taken out of each layer."""
        named = [f"{unit} of {layer}" for layer, units in ablated.items() for unit in units]
        count = len(named)
        more = f" and {count - NAMED} more" if count > NAMED else ""
        units, it = ("unit", "it") if count == 1 else ("units", "them")
        self.words.setText(
            f"Without {units} {', '.join(named[:NAMED])}{more}. Thin bars: with {it}."
        )
        self._told = f"unit {named[0]}" if count == 1 else f"{count} units"
        self.setVisible(bool(count))
        self.forget_result()
        self._reserve()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._reserve()

    def _reserve(self) -> None:
        """Keeps room for the result: the buttons stay under the pointer when it comes."""
        self.result.ensurePolished()
        room = QRect(0, 0, max(1, self.width()), 1000)
        metrics = self.result.fontMetrics()
        needed = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), LONG_RESULT).height()
        self.result.setMinimumHeight(needed)

    def forget_result(self) -> None:
        self._show_testing(False)
        self.result.hide()

    def show_progress(self, text: str) -> None:
        self._show_testing(True)
        self.result.setText(text)
        self.result.show()

    def show_result(self, answer: dict[str, Any]) -> None:
        """Shows an answer of `ablate_split`."""
        self._show_testing(False)
        before, after = answer["before"], answer["after"]
        change = np.asarray(answer["by_class_after"]) - np.asarray(answer["by_class_before"])
        text = (
            f"{quantities.percent(after)} of {answer['samples']:,} test images are right, "
            f"{quantities.percent(before)} with."
        )
        if np.isfinite(change).any() and np.nanmin(change) < 0:
            worst = int(np.nanargmin(change))
            text += (
                f" Most is lost for {answer['classes'][worst]}: {-100 * change[worst]:.0f} points."
            )
        self.result.setText(text)
        self.result.show()

    def _act(self) -> None:
        if self._testing:
            self.forget_result()
            self.stopped.emit()
        else:
            self.show_progress("Starting…")
            self.wanted.emit()

    def _show_testing(self, testing: bool) -> None:
        self._testing = testing
        self.test.setText("Stop testing" if testing else "Test without")


def _words(role: str = "") -> QLabel:
    label = QLabel()
    if role:
        label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
