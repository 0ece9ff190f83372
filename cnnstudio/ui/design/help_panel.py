"""What a layer does: text, formula, curve, where it is used, where to read more."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlparse

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from cnnstudio.layers import LayerKind
from cnnstudio.ui import theme
from cnnstudio.ui.curve_plot import CurvePlot
from cnnstudio.ui.design.parts import label
from cnnstudio.ui.inquiry import Inquiry
from cnnstudio.ui.session import Session

SITES = {"arxiv.org": "Read the paper", "docs.pytorch.org": "PyTorch reference"}


class HelpPanel(QWidget):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._layer: LayerKind | None = None
        self._asked = ""
        self._inquiry = Inquiry(session, "curve", "inspector curve", self)
        self._inquiry.answered.connect(self._show_curve)
        self._inquiry.failed.connect(self._show_failure)
        self._doc = label(name="help_doc")
        self._formula = label(name="help_formula")
        self._formula.setProperty("role", "formula")
        self._formula.setFont(theme.font(12, fixed=True))
        self._formula.setAccessibleName("Formula")
        self._formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.curve = CurvePlot()
        self._failure = label("", "caption")
        self._used_in = label("", "muted")
        self.link = QPushButton()
        self.link.setObjectName("help_link")
        self.link.setProperty("role", "link")
        self.link.setCursor(Qt.CursorShape.PointingHandCursor)
        self.link.clicked.connect(self._open_reference)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        for part in (self._doc, self.curve, self._failure, self._formula, self._used_in):
            column.addWidget(part)
        column.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeft)

    def show_layer(self, layer: LayerKind, parameters: dict[str, Any]) -> None:
        """Shows a kind's help; the curve with these parameters."""
        if layer is not self._layer:
            self._layer = layer
            self._asked = ""
            self.curve.clear()
            self._doc.setText(layer.doc)
            self._formula.setText(layer.formula)
            self._formula.setVisible(bool(layer.formula))
            self._used_in.setText(f"Used in: {layer.used_in}" if layer.used_in else "")
            self._used_in.setVisible(bool(layer.used_in))
            host = urlparse(layer.reference).hostname or ""
            self.link.setText(SITES.get(host, f"Read more at {host}"))
            self.link.setToolTip(layer.reference)
            self.link.setVisible(bool(layer.reference))
            self.curve.setVisible(layer.curve)
            self._failure.hide()
        if layer.curve:
            self._ask_curve(layer, parameters)

    def _ask_curve(self, layer: LayerKind, parameters: dict[str, Any]) -> None:
        wanted = json.dumps([layer.kind, parameters], sort_keys=True)
        if wanted != self._asked:
            self._asked = wanted
            self._inquiry.ask(kind=layer.kind, parameters=parameters)

    def _show_curve(self, answer: dict[str, Any]) -> None:
        if self._layer is not None and self._layer.curve:
            self._failure.hide()
            self.curve.show_curve(answer["x"], answer["y"], self._layer.category, self._layer.title)

    def _show_failure(self, error: Exception) -> None:
        self.curve.clear()
        self._failure.setText(f"The curve can't be drawn: {error}")
        self._failure.show()

    def _open_reference(self) -> None:
        if self._layer is not None:
            QDesktopServices.openUrl(QUrl(self._layer.reference))
