"""Beside a unit's map: taking it out, the samples that excite it most, its filter."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.ui import theme
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.units.example_button import SIZE, ExampleButton
from cnnstudio.ui.inspect.units.kernel_view import KernelView

FEWEST_COLUMNS, MOST_COLUMNS = 2, 3
SELECTIVE = 0.1  # below, a unit answers to all classes nearly alike


class UnitStrip(QScrollArea):
    """`ablated(bool)` wants the unit taken out or back in, `image_chosen(split, index)` another
    image, `scan_wanted` the search for the samples."""

    ablated = Signal(bool)
    image_chosen = Signal(str, int)
    scan_wanted = Signal()
    scan_stopped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("About the unit")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.ablate = QPushButton("Take the unit out")
        self.ablate.setCheckable(True)
        self.ablate.setToolTip("Sets it to 0 everywhere, and shows what the network says then")
        self.ablate.toggled.connect(self._tell_ablated)
        self.find = QPushButton("Find exciting samples")
        self.find.clicked.connect(self.scan_wanted)
        self.stop = QPushButton("Stop")
        self.stop.setAccessibleName("Stop looking for samples")
        self.stop.clicked.connect(self.scan_stopped)
        self.exciting = _words("heading", "What excites it most")
        self.about = _words("caption")
        self.examples: list[ExampleButton] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(MOST_COLUMNS, 1)
        self._columns = 0
        self.made = _words("heading", "Its filter")
        self.kernel = KernelView()
        self.weights = _words("caption")
        self.field = _words("caption")
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(2, 0, 10, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.ablate)
        column.addWidget(self.field)
        column.addSpacing(4)
        column.addWidget(self.exciting)
        column.addLayout(self._grid)
        row = QHBoxLayout()
        row.addWidget(self.about, 1)
        row.addWidget(self.stop)
        column.addLayout(row)
        column.addWidget(self.find)
        column.addSpacing(4)
        column.addWidget(self.made)
        column.addWidget(self.kernel)
        column.addWidget(self.weights)
        column.addStretch()
        content.setAutoFillBackground(False)
        self.setWidget(content)
        self.show_columns(MOST_COLUMNS)
        self.show_searching("")
        self.show_unit(None)

    def show_columns(self, columns: int) -> None:
        """As wide as so many samples side by side, two or three."""
        columns = max(FEWEST_COLUMNS, min(columns, MOST_COLUMNS))
        if columns != self._columns:
            self._columns = columns
            self.setFixedWidth(columns * (SIZE + 4) + 12)
            for place, button in enumerate(self.examples):
                self._grid.addWidget(button, place // columns, place % columns)

    def show_ablated(self, out: bool) -> None:
        """Whether the unit is taken out; no signal."""
        blocked = self.ablate.blockSignals(True)
        self.ablate.setChecked(out)
        self.ablate.blockSignals(blocked)
        self.ablate.setText("Put the unit back" if out else "Take the unit out")

    def show_unit(self, answer: dict[str, Any] | None) -> None:
        """Shows an answer of `unit`; None before it has come."""
        kernel = None if answer is None else answer["kernel"]
        weights = None if kernel is None else np.asarray(kernel["weights"])
        self.made.setVisible(answer is not None)
        self.weights.setVisible(answer is not None)
        self.kernel.show_weights(weights)
        if kernel is not None and weights is not None:
            self.weights.setText(self._about_weights(kernel, weights))
        else:
            self.weights.setText("No convolution or linear layer makes this unit alone.")
        self.field.setText("" if answer is None else _about_field(np.asarray(answer["boxes"])))

    def show_examples(self, answer: dict[str, Any]) -> None:
        """Shows an answer of `top_samples`."""
        self._clear()
        for place, sample in enumerate(answer["samples"]):
            button = ExampleButton(sample)
            button.clicked.connect(
                lambda _=False, one=sample: self.image_chosen.emit(one["split"], one["index"])
            )
            self._grid.addWidget(button, place // self._columns, place % self._columns)
            self.examples.append(button)
        self.stop.hide()
        self.find.hide()
        selectivity = float(answer["selectivity"])
        told = f"It answers most to {answer['favourite']}: class selectivity {selectivity:.2f}."
        if selectivity < SELECTIVE:
            told = f"It tells no class apart: class selectivity {selectivity:.2f}."
        self.about.setText(f"of {answer['scanned']:,} test images. {told}")
        self.about.setToolTip(
            "How much more its favourite class excites it than the others, in 0…1: "
            "(µmax − µothers) / (µmax + µothers). Morcos et al., 2018."
        )

    def show_searching(self, text: str) -> None:
        """Tells how far the search is; with an empty text, that there was none yet."""
        self._clear()
        self.about.setText(text)
        self.about.setToolTip("")
        self.stop.setVisible(bool(text))
        self.find.setVisible(not text)

    def _tell_ablated(self, out: bool) -> None:
        self.show_ablated(out)
        self.ablated.emit(out)

    def _clear(self) -> None:
        for button in self.examples:
            self._grid.removeWidget(button)
            button.deleteLater()
        self.examples.clear()

    def _about_weights(self, kernel: dict[str, Any], weights: np.ndarray) -> str:
        bias = "" if kernel["bias"] is None else f", bias {number_text(kernel['bias'])}"
        low, high = number_text(float(weights.min())), number_text(float(weights.max()))
        if weights.ndim == 1:
            return f"{len(weights):,} weights of {kernel['layer']}, {low} … {high}{bias}"
        size = "×".join(map(str, weights.shape[1:]))
        shown = len(self.kernel.shown)
        some = f", the {shown} strongest shown" if shown < len(weights) else ""
        return (
            f"{size} on {len(weights)} channels{some}, of {kernel['layer']}: {low} … {high}{bias}"
        )


def _about_field(boxes: np.ndarray) -> str:
    height = int((boxes[..., 2] - boxes[..., 0]).max())
    width = int((boxes[..., 3] - boxes[..., 1]).max())
    if boxes.ndim == 1:
        return f"It sees {height}×{width} pixels of the image."
    return f"Each place of its map sees up to {height}×{width} pixels of the image."


def _words(role: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
