"""Cards coloured by what their layer costs: a measure, each card's share of it, and the legend."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QActionGroup, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from cnnstudio.ui import quantities, theme

if TYPE_CHECKING:
    from cnnstudio.compiler.report import NodeCost, Report
    from cnnstudio.ui.canvas.view import CanvasView

LEVELS = 16  # so many shades are told apart
LEGEND_WIDTH = 232
LEGEND_HEIGHT = 44
NO_MEASURE = "none"


@dataclass(frozen=True)
class Measure:
    title: str
    number: Callable[[NodeCost], float]
    text: Callable[[float], str]


MEASURES = {
    "parameters": Measure("Parameters", lambda c: c.parameters, quantities.count),
    "macs": Measure("Multiply-adds", lambda c: c.macs, quantities.count),
    "activations": Measure("Activations", lambda c: c.activation_bytes, quantities.memory),
}


@dataclass(frozen=True)
class Tint:
    """A card's `level` of `LEVELS`, and what it says instead of its parameters."""

    level: int
    text: str


def tints(
    report: Report | None, names: Iterable[str], measure: str
) -> tuple[dict[str, Tint], float]:
    """Tints by node name, and the largest number. The level follows the number's square root:
    costs differ by orders of magnitude, and small ones should still be told apart."""
    chosen = MEASURES.get(measure)
    if report is None or chosen is None:
        return {}, 0.0
    numbers = {name: chosen.number(report.nodes[name]) for name in names if name in report.nodes}
    most = max(numbers.values(), default=0.0)
    return {
        name: Tint(round((number / most) ** 0.5 * (LEVELS - 1)) if most else 0, chosen.text(number))
        for name, number in numbers.items()
    }, most


class TintLegend(QWidget):
    """In the lower left corner of the canvas, while cards are coloured."""

    def __init__(self, canvas: CanvasView) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.measure = canvas.session.settings.value("canvas/tint", NO_MEASURE)
        self._most = 0.0
        self.setObjectName("tint_legend")
        self.setAccessibleName("What the cards' colour means")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(LEGEND_WIDTH, LEGEND_HEIGHT)
        self._add_actions()

    def show_most(self, most: float) -> None:
        """Shows the scale up to this number; none hides it."""
        self._most = most
        self.setVisible(most > 0)
        self.update()

    def place(self) -> None:
        corner = self._canvas.viewport().geometry().bottomLeft()
        self.move(corner.x() + 16, corner.y() - self.height() - 16 - self._canvas.foot)

    def paintEvent(self, event: QPaintEvent) -> None:
        chosen = MEASURES.get(self.measure)
        if chosen is None:
            return
        look, painter = self._canvas.canvas_scene.look, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.border)
        painter.setBrush(look.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        bar = QRectF(12, 26, self.width() - 24, 8)
        ramp = QLinearGradient(bar.topLeft(), bar.topRight())
        for level in range(LEVELS):
            ramp.setColorAt((level / (LEVELS - 1)) ** 2, look.tint(level))
        painter.setPen(look.border)
        painter.setBrush(ramp)
        painter.drawRect(bar)
        painter.setPen(look.muted)
        painter.setFont(theme.font(11))
        words = bar.translated(0, -18).adjusted(0, -1, 0, 6)
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, chosen.title)
        most = chosen.text(self._most)
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, f"0 … {most}")

    def _add_actions(self) -> None:
        add, group = self._canvas.session.actions.add, QActionGroup(self)
        titles = {NO_MEASURE: "Colour layers by kind"} | {
            name: f"Colour layers by {measure.title.lower()}" for name, measure in MEASURES.items()
        }
        for name, title in titles.items():
            action = add(f"view.tint_{name}", title, None, None, None, "View", checkable=True)
            action.setChecked(name == self.measure)
            action.triggered.connect(lambda _=False, name=name: self._choose(name))
            group.addAction(action)

    def _choose(self, measure: str) -> None:
        self.measure = measure
        self._canvas.session.settings.set_value("canvas/tint", measure)
        self._canvas.renew()
