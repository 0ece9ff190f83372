"""Which parts of the image speak for a class."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.graph import Node
from cnnstudio.interpret.methods import methods
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.images.truth import outline
from cnnstudio.ui.inspect.color_bar import ColorBar
from cnnstudio.ui.inspect.heat_view import HeatView
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.panel import Panel
from cnnstudio.ui.inspect.picture_file import enlarged, save_picture
from cnnstudio.ui.inspect.scale import range_of
from cnnstudio.ui.session import Session

OPACITY = 60
PREDICTED = "The predicted class"
SUGGESTED = "Suggested"


class HeatPanel(Panel):
    """Class, method and layer to choose, and the heat over the image. `wanted` is emitted when
    another explanation is to be asked for; `arguments` are those of the question."""

    wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        content = QWidget()
        super().__init__("Why?", content, parent)
        self._session = session
        self._truth: dict[str, Any] = {}
        self._outlined = False
        self._name = "heatmap"
        self.copy_button = self._tool("mdi6.content-copy", "Copy the picture", self.copy)
        self.save_button = self._tool("mdi6.download", "Save the picture as PNG", self.save)
        self.header.addWidget(self.copy_button)
        self.header.addWidget(self.save_button)
        self.target = self._combo("Class", [(PREDICTED, None)])
        self.method = self._combo("Method", [(m.title, m.kind) for m in methods.values()])
        self.layer = self._combo("Layer", [(SUGGESTED, None)])
        self.method.currentIndexChanged.connect(lambda _: self._show_method())
        controls = QGridLayout()
        controls.setVerticalSpacing(6)
        controls.setHorizontalSpacing(12)
        controls.setColumnStretch(1, 1)
        for row, combo in enumerate((self.target, self.method, self.layer)):
            label = QLabel(combo.accessibleName())
            label.setProperty("role", "muted")
            controls.addWidget(label, row, 0)
            controls.addWidget(combo, row, 1)
        self.column.insertLayout(1, controls)
        self.view = HeatView()
        self.view.hovered.connect(self._tell_heat)
        self.view.left.connect(lambda: self.note.setText(self._reason))
        self.colors = ColorBar("magma")
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setAccessibleName("Opacity of the heat")
        self.opacity.setToolTip("Opacity of the heat")
        self.opacity.setRange(0, 100)
        self.opacity.setValue(OPACITY)
        self.opacity.valueChanged.connect(lambda value: self.view.set_opacity(value / 100))
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setMinimumHeight(36)
        self.note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._reason = ""
        foot = QHBoxLayout()
        foot.setSpacing(12)
        faint = QLabel("Opacity")
        faint.setProperty("role", "muted")
        foot.addWidget(faint)
        foot.addWidget(self.opacity, 1)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.view, 1)
        column.addWidget(self.colors)
        column.addLayout(foot)
        column.addWidget(self.note)
        column.addStretch()
        self._show_method()

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "target": self.target.currentData(),
            "method": self.method.currentData(),
            "layer": self.layer.currentData() if self._uses_layer else None,
        }

    def list_classes(self, classes: list[str]) -> None:
        """The classes to choose from, the chosen one kept."""
        self.target.show_items([(PREDICTED, None), *((n, i) for i, n in enumerate(classes))])

    def list_layers(self, layers: list[Node]) -> None:
        """The nodes to choose from, the chosen one kept."""
        names = [node.name for node in layers if node.kind not in ("Input", "Output")]
        self.layer.show_items([(SUGGESTED, None), *((name, name) for name in names)])

    def choose_class(self, number: int) -> None:
        """Explains this class."""
        if self.target.choose(number):
            self.wanted.emit()

    def show_heat(self, answer: dict[str, Any]) -> None:
        """Shows an answer of `explain`."""
        heat = np.asarray(answer["heat"])
        self.title.setText(f"Why “{answer['class']}”?")
        self._name = f"{answer['class']}-{answer['method']}"
        self._truth = answer.get("truth") or {}
        self._reason = str(answer["reason"] or methods[answer["method"]].doc)
        if answer["layer"] and self.layer.currentData() is None:
            self.layer.setItemText(0, f"{SUGGESTED}: {answer['layer']}")
        self.note.setText(self._reason)
        self.view.show_heat(np.asarray(answer["image"]), heat)
        self.colors.show_range(*range_of(heat))
        self.show_outline(self._outlined)
        self.show_answer()

    def show_outline(self, shown: bool) -> None:
        self._outlined = shown
        self.view.show_outline(outline(self._truth) if shown else [])

    def picture(self) -> QImage | None:
        """The heat over the image, large enough for a page; None before there is one."""
        return None if self.view.image is None else enlarged(self.view.image)

    def copy(self) -> None:
        picture = self.picture()
        if picture is not None:
            QGuiApplication.clipboard().setImage(picture)

    def save(self) -> None:
        """Asks for a file and writes the picture to it."""
        picture = self.picture()
        if picture is not None:
            save_picture(self._session, self, picture, f"{self._name}.png")

    def redraw(self) -> None:
        super().redraw()
        for button in (self.copy_button, self.save_button):
            button.setIcon(theme.icon(button.property("icon_name"), "text_muted"))

    @property
    def _uses_layer(self) -> bool:
        return methods[self.method.currentData()].uses_layer

    def _show_method(self) -> None:
        self.layer.setEnabled(self._uses_layer)
        method = methods[self.method.currentData()]
        self.method.setToolTip(f"{method.doc}\n{method.formula}")

    def _tell_heat(self, column: int, row: int) -> None:
        heat = number_text(self.view.heat_at(column, row))
        self.note.setText(f"row {row}, column {column}: {heat}")

    def _combo(self, name: str, items: list[tuple[str, Any]]) -> ChoiceBox:
        combo = ChoiceBox(name, items)
        combo.activated.connect(lambda _: self.wanted.emit())
        return combo

    def _tool(self, icon: str, text: str, called: Any) -> QToolButton:
        button = QToolButton()
        button.setProperty("icon_name", icon)
        button.setIcon(theme.icon(icon, "text_muted"))
        button.setIconSize(QSize(18, 18))
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.clicked.connect(lambda _=False: called())
        return button
