"""Choosing what pictures are made of: a unit, all units of a layer, or a class."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.forms.count_edit import CountEdit
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.layer_box import LayerBox

UNIT, LAYER, CLASS = "unit", "layer", "class"
KINDS = (("A unit", UNIT), ("All units of a layer", LAYER), ("A class", CLASS))
MOST_UNITS = 64  # of a layer in one mosaic
MOST = 10**6  # units, while it is not known how many there are


@dataclass(frozen=True)
class Goal:
    """`layer` is None for a class, `units` are counted from 0; `title` names it for people."""

    kind: str
    layer: str | None
    units: tuple[int, ...]
    title: str


class GoalChoice(QWidget):
    """Layer and unit are the focus's; `changed` tells of another goal."""

    changed = Signal()

    def __init__(self, focus: Focus, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._focus = focus
        self._count = 0
        self.kind = ChoiceBox("Picture of", KINDS)
        self.kind.setToolTip("What the picture is to excite")
        self.layer = LayerBox(focus)
        self.unit = CountEdit("Unit", 0, MOST, minimum=0)
        self.unit.setToolTip("Unit of the layer, counted from 0")
        self.of = QLabel()
        self.of.setProperty("role", "muted")
        self.classes = ChoiceBox("Class")
        self.classes.shrink_to(10)
        self.kind.activated.connect(lambda _: self._choose())
        self.classes.activated.connect(lambda _: self.changed.emit())
        self.unit.counted.connect(focus.show_unit)
        self._arrange()
        self._show_rows()

    @property
    def goal(self) -> Goal | None:
        """None while a layer's units, or the classes, are not known."""
        match self.kind.currentData():
            case "class":
                number = self.classes.currentData()
                if number is None:
                    return None
                return Goal(CLASS, None, (number,), f"“{self.classes.currentText()}”")
            case "unit" if self._focus.layer:
                unit = self._focus.unit
                return Goal(UNIT, self._focus.layer, (unit,), f"{self._focus.layer}, unit {unit}")
            case "layer" if self._focus.layer and self._count:
                units = tuple(range(min(self._count, MOST_UNITS)))
                more = f", the first {MOST_UNITS} units" if self._count > MOST_UNITS else ""
                return Goal(LAYER, self._focus.layer, units, f"{self._focus.layer}{more}")
        return None

    def choose(self, kind: str) -> None:
        if self.kind.choose(kind):
            self._choose()

    def show_focus(self) -> None:
        """Shows the focus's unit and classes."""
        names = self._focus.classes
        self.classes.show_items((name, number) for number, name in enumerate(names))
        self.unit.show_count(self._focus.unit)

    def show_count(self, count: int) -> None:
        """How many units the layer has; 0 while that is not known."""
        self._count = count
        self.of.setText(f"of {count}" if count else "")
        self.unit.set_maximum(count - 1 if count else MOST)

    def _choose(self) -> None:
        self._show_rows()
        self.changed.emit()

    def _show_rows(self) -> None:
        kind = self.kind.currentData()
        for shown, widgets in (
            (kind in (UNIT, LAYER), (self._labels["Layer"], self.layer)),
            (kind == UNIT, (self._labels["Unit"], self.unit, self.of)),
            (kind == CLASS, (self._labels["Class"], self.classes)),
        ):
            for widget in widgets:
                widget.setVisible(shown)

    def _arrange(self) -> None:
        rows = QGridLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setHorizontalSpacing(12)
        rows.setVerticalSpacing(6)
        rows.setColumnStretch(1, 1)
        self._labels: dict[str, QLabel] = {}
        named = (("Picture of", self.kind), ("Layer", self.layer), ("Unit", self.unit),
                 ("Class", self.classes))  # fmt: skip
        for row, (name, widget) in enumerate(named):
            self._labels[name] = label = QLabel(name)
            label.setProperty("role", "muted")
            rows.addWidget(label, row, 0)
            rows.addWidget(widget, row, 1, 1, 1 if widget is self.unit else 2)
        rows.addWidget(self.of, 2, 2)
