"""Losses beside the first: those added to it, and those of further outputs."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from cnnstudio.graph import TrainingSettings, WeightedLoss
from cnnstudio.training.losses import losses
from cnnstudio.ui import theme
from cnnstudio.ui.forms import Form, parameters_of_settings
from cnnstudio.ui.train.component_form import ComponentForm

START = WeightedLoss(kind="KLDivLoss", weight=0.5)
LOSS_HELP = "what is made small"


class WeightedLossForm(QWidget):
    """One of them. Emits `edited(loss as JSON, merge)`, and `removed`."""

    edited = Signal(object, object)
    removed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._loss: dict[str, Any] = {}
        heading = QLabel(title)
        heading.setProperty("role", "muted")
        heading.setWordWrap(True)
        self.remove = QToolButton()
        self.remove.setAccessibleName(f"Remove: {title}")
        self.remove.setToolTip("Remove")
        self.remove.setIconSize(QSize(16, 16))
        self.remove.clicked.connect(self.removed)
        self.component = ComponentForm("loss", "Kind", losses, LOSS_HELP)
        self.component.edited.connect(self._take_component)
        self.weight = Form(parameters_of_settings(WeightedLoss, ("weight",)))
        self.weight.edited.connect(self._take)
        row = QHBoxLayout()
        row.addWidget(heading, 1)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.spacing, 0, 0)
        column.setSpacing(theme.spacing)
        column.addLayout(row)
        column.addWidget(self.component)
        column.addWidget(self.weight)
        self.redraw()

    def show_loss(self, loss: WeightedLoss) -> None:
        self._loss = loss.model_dump(mode="json")
        self.component.show_component(loss)
        self.weight.show_values({"weight": loss.weight})

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        self.remove.setIcon(theme.icon("mdi6.close", "text_muted"))
        self.component.redraw()
        self.weight.redraw()

    def _take_component(self, path: str, value: Any, merge: object) -> None:
        if path == "loss":
            self.edited.emit(self._loss | value, merge)
        else:
            own = self._loss["parameters"] | {path.rpartition(".")[2]: value}
            self._take("parameters", own, merge)

    def _take(self, name: str, value: Any, merge: object) -> None:
        self.edited.emit(self._loss | {name: value}, merge)


class LossesForm(QWidget):
    """Emits `edited(setting, value, merge)` as a form of settings does."""

    edited = Signal(str, object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("further_losses")
        self._added: list[dict[str, Any]] = []
        self._own: dict[str, dict[str, Any]] = {}
        self.added: list[WeightedLossForm] = []
        self.own: dict[str, WeightedLossForm] = {}
        self.offers: dict[str, QPushButton] = {}
        self.add = _link("Add a loss")
        self.add.setObjectName("add_loss")
        self.add.setToolTip(TrainingSettings.model_fields["added_losses"].description or "")
        self.add.clicked.connect(self._add)
        self._added_column, self._outputs_column = QVBoxLayout(), QVBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addLayout(self._added_column)
        column.addWidget(self.add, alignment=Qt.AlignmentFlag.AlignLeft)
        column.addLayout(self._outputs_column)

    def show_settings(self, training: TrainingSettings, outputs: Sequence[str]) -> None:
        """`outputs` are the network's by name, the first of them the answer."""
        self._show_added(training.added_losses)
        values = training.output_losses
        self._own = {name: loss.model_dump(mode="json") for name, loss in values.items()}
        further = list(dict.fromkeys((*outputs[1:], *values)))
        for name in [name for name in self.offers if name not in further]:
            _discard(self.offers.pop(name))
        for name in [name for name in self.own if name not in values]:
            _discard(self.own.pop(name))
        for name in further:
            if name not in self.offers:
                self._offer(name)
            self.offers[name].setVisible(name not in values)
            if name in values:
                self._own_form(name).show_loss(values[name])

    def redraw(self) -> None:
        """Draws the icons in the current theme's colours."""
        for form in (*self.added, *self.own.values()):
            form.redraw()

    def _show_added(self, wanted: Sequence[WeightedLoss]) -> None:
        self._added = [loss.model_dump(mode="json") for loss in wanted]
        while len(self.added) > len(wanted):
            _discard(self.added.pop())
        while len(self.added) < len(wanted):
            form = WeightedLossForm("Added loss")
            form.edited.connect(partial(self._change, len(self.added)))
            form.removed.connect(partial(self._remove, len(self.added)))
            self.added.append(form)
            self._added_column.addWidget(form)
        for form, loss in zip(self.added, wanted, strict=True):
            form.show_loss(loss)

    def _add(self) -> None:
        self.edited.emit("added_losses", [*self._added, START.model_dump(mode="json")], False)
        if self.added:
            self.added[-1].component.kind_form.setFocus()

    def _change(self, index: int, loss: dict[str, Any], merge: object) -> None:
        changed = [*self._added[:index], loss, *self._added[index + 1 :]]
        self.edited.emit("added_losses", changed, merge)

    def _remove(self, index: int) -> None:
        left = [*self._added[:index], *self._added[index + 1 :]]
        self.edited.emit("added_losses", left, False)

    def _offer(self, name: str) -> None:
        offer = self.offers[name] = _link(f"Give '{name}' a loss of its own")
        offer.clicked.connect(
            lambda: self._set_own(name, WeightedLoss(kind="CrossEntropyLoss").model_dump(), False)
        )
        self._outputs_column.addWidget(offer, alignment=Qt.AlignmentFlag.AlignLeft)

    def _own_form(self, name: str) -> WeightedLossForm:
        if name not in self.own:
            form = self.own[name] = WeightedLossForm(f"Loss of '{name}'")
            form.edited.connect(partial(self._set_own, name))
            form.removed.connect(lambda: self._set_own(name, None, False))
            self._outputs_column.addWidget(form)
        return self.own[name]

    def _set_own(self, name: str, loss: dict[str, Any] | None, merge: object) -> None:
        left = {key: value for key, value in self._own.items() if key != name}
        changed = left if loss is None else {**left, name: loss}
        self.edited.emit("output_losses", changed, merge)


def _link(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setProperty("role", "link")
    return button


def _discard(widget: QWidget) -> None:
    widget.hide()
    widget.deleteLater()
