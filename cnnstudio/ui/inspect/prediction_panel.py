"""The image as the network gets it, and what the network says of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.images.array_image import image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.images.outline_button import OutlineButton
from cnnstudio.ui.images.truth import outline
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.prediction_bars import PredictionBars
from cnnstudio.ui.inspect.units.without_box import WithoutBox

ICON = QSize(18, 18)


class PredictionPanel(Panel):
    """`class_chosen(class)` is emitted when a bar is clicked, `outline_shown` when the truth's
    outline is wanted or not."""

    class_chosen = Signal(int)
    outline_shown = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__("Prediction", content, parent)
        self.view = ImageView("The image as the network gets it", compact=True)
        self.name = QLabel()
        self.name.setProperty("role", "muted")
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.outline = OutlineButton()
        self.outline.toggled.connect(self._show_outline)
        self.icon = QLabel()
        self.icon.setFixedSize(ICON)
        self.verdict = QLabel()
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setWordWrap(True)
        self.bars = PredictionBars()
        self.bars.setToolTip("Click a class to see what speaks for it")
        self.bars.chosen.connect(self.class_chosen)
        self.without = WithoutBox()
        self._truth: dict[str, Any] = {}
        self._said: tuple[list[str], np.ndarray, int | None] | None = None
        self._verdict_icon = ("mdi6.help-circle-outline", "text_muted")
        below = QHBoxLayout()
        below.addWidget(self.name, 1)
        below.addWidget(self.outline)
        said = QHBoxLayout()
        said.setSpacing(6)
        said.addWidget(self.icon, 0, Qt.AlignmentFlag.AlignTop)
        said.addWidget(self.verdict, 1)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.view, 1)
        column.addLayout(below)
        column.addSpacing(4)
        column.addLayout(said)
        column.addSpacing(4)
        column.addWidget(self.bars)
        column.addWidget(self.without)
        column.addStretch()

    def show_prediction(self, answer: dict[str, Any], in_place: bool = False) -> None:
        """Shows an answer of `predict`; with `in_place` each class stays in its row."""
        names, shares = answer["classes"], np.asarray(answer["probabilities"])
        label = answer.get("label")
        self.view.show_image(image_of(np.asarray(answer["image"])))
        self._truth = answer.get("truth") or {}
        self.outline.setVisible(bool(self._truth))
        self._show_outline(self.outline.isChecked())
        self.name.setText(str(answer["name"]))
        self.name.setToolTip(str(answer["name"]))
        self._said = names, shares, label
        self.bars.show_prediction(names, shares, label, in_place)
        self.bars.show_after(None)
        self._judge(names, shares, label)
        self.show_answer()

    def show_without(self, answer: dict[str, Any] | None) -> None:
        """Shows an answer of `ablate`: what is said without some units; None without any."""
        after = None if answer is None else np.asarray(answer["after"])
        self.bars.show_after(after)
        if self._said is not None:
            names, shares, label = self._said
            if after is None or len(after) != len(names):
                self._judge(names, shares, label)
            else:
                self._judge(names, after, label, f"With {self.without.told} taken out")

    def redraw(self) -> None:
        super().redraw()
        self.outline.redraw()
        icon, color = self._verdict_icon
        self.icon.setPixmap(theme.icon(icon, color).pixmap(ICON))

    def _judge(
        self, names: list[str], shares: np.ndarray, label: int | None, without: str = ""
    ) -> None:
        """Says what is said, and if it is right; `without` tells what was taken out before."""
        likeliest = int(np.argmax(shares))
        said = f"{names[likeliest]}, {quantities.percent(float(shares[likeliest]))}"
        if label is None:
            self.verdict.setText(f"{without}: {said}" if without else f"The network says {said}")
            self._verdict_icon = ("mdi6.eye-outline", "text_muted")
        elif label == likeliest:
            self.verdict.setText(f"{without or 'Right'}: {said}")
            self._verdict_icon = ("mdi6.check-circle", "ok")
        else:
            right = names[label] if label < len(names) else f"class {label}"
            self.verdict.setText(f"{without or 'Wrong'}: {said}. The true class is {right}.")
            self._verdict_icon = ("mdi6.close-circle", "error")
        self.redraw()

    def _show_outline(self, shown: bool) -> None:
        self.view.show_outline(outline(self._truth) if shown else [])
        self.outline_shown.emit(shown)
