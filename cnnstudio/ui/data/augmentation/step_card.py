"""One step of the augmentation: a line that folds open to its form."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.data.augmentation.catalogue import augmentations
from cnnstudio.data.augmentation.chosen import mistake_in, probability_of
from cnnstudio.graph import AugmentationStep
from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui import theme
from cnnstudio.ui.card_section import label
from cnnstudio.ui.data.augmentation.card_head import CardHead
from cnnstudio.ui.forms import Form
from cnnstudio.ui.forms.editors import CheckEditor

KEYS = "Drag it, or Alt+Up and Alt+Down, to move it; Enter opens it, Delete removes it"

SWITCH = 22  # the box alone, without its word


class StepCard(QFrame):
    """A view of one step of `data.augmentation`.

    `edited(name, value, merge)` names what changes from the step on, as in `parameters.degrees`.
    `moved(steps)` and `walked(steps)` ask for another place in the list, and for another card.
    """

    edited = Signal(str, object, object)
    removed = Signal()
    moved = Signal(int)
    walked = Signal(int)
    dragged = Signal(QPoint)  # the pointer on the screen
    dropped = Signal(bool)  # whether where it is

    def __init__(self, step: AugmentationStep) -> None:
        super().__init__()
        self.step = step
        self.declared = augmentations.get(step.kind)
        self.setProperty("role", "step")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setObjectName(f"step_{step.kind}")
        title = self.declared.title if self.declared else step.kind
        self.on = CheckEditor(_switch())
        self.on.setFixedWidth(SWITCH)
        self.on.setAccessibleName(f"{title} is on")
        self.on.setToolTip("Leave the step out without removing it")
        self.on.clicked.connect(lambda on: self.edited.emit("enabled", on, False))
        self.remove = QToolButton()
        self.remove.setIconSize(QSize(16, 16))
        self.remove.setAccessibleName(f"Remove {title}")
        self.remove.setToolTip("Remove (Delete)")
        self.remove.clicked.connect(self.removed)
        self.head = CardHead(title)
        self.head.setToolTip(KEYS)
        self.head.clicked.connect(self.toggle)
        self.head.dragged.connect(self.dragged)
        self.head.dropped.connect(self.dropped)
        self.about = label(self.declared.doc if self.declared else "", "caption")
        self.about.setWordWrap(True)
        self.form = Form(_parameters(self.declared))
        self.form.edited.connect(self._take)
        self.mistake = label("", "error")
        self.mistake.setWordWrap(True)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self.head, 1)
        top.addWidget(self.on)
        top.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 2, 4, 2)
        column.setSpacing(theme.spacing)
        column.addLayout(top)
        for part in (self.about, self.form, self.mistake):
            part.setContentsMargins(8, 0, 8, 4)
            column.addWidget(part)
        self.open(False)
        self.show_step(step)
        self.redraw()

    def show_step(self, step: AugmentationStep) -> None:
        """Shows a step of the same kind."""
        self.step = step
        chance = probability_of(step)
        self.form.show_values({**step.parameters, "probability": chance})
        self.on.show_value(step.enabled)
        share = [] if chance >= 1 else [f"{100 * chance:.3g} %"]
        self.head.show_summary(" · ".join((*share, *self._told())))
        wrong = mistake_in(step)
        self.mistake.setText(wrong.partition(": ")[2] or wrong)
        self.mistake.setVisible(bool(wrong))
        self._set("off", None if step.enabled else "true")
        state = "" if step.enabled else ", off"
        self.setAccessibleName(f"{self.head.title}{state}")
        self.setAccessibleDescription(f"{self.head.summary}. {KEYS}")

    @property
    def stops(self) -> list[QWidget]:
        """Where Tab stops, in order."""
        inside = self.form.findChildren(QWidget)
        takers = [one for one in inside if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        return [self, self.on, self.remove, *takers]

    def open(self, open: bool) -> None:
        """Unfolds the form, or folds it away."""
        self.head.show_open(open)
        self.about.setVisible(open and bool(self.about.text()))
        self.form.setVisible(open)

    def toggle(self) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.open(not self.head.is_open)

    def lift(self, lifted: bool) -> None:
        """Shows that the card is being dragged."""
        self._set("lifted", "true" if lifted else None)

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        self.head.show_icon(self.declared.icon if self.declared else "mdi6.help-circle-outline")
        self.remove.setIcon(theme.icon("mdi6.close", "text_muted"))
        self.form.redraw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if key in steps:
            alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
            (self.moved if alt else self.walked).emit(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open(not self.head.is_open)
        elif key == Qt.Key.Key_Space:
            self.edited.emit("enabled", not self.step.enabled, False)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif key == Qt.Key.Key_Escape and self.head.is_dragging:
            self.head.cancel()
        else:
            super().keyPressEvent(event)

    def _told(self) -> list[str]:
        """The parameters that matter most, each by its name."""
        found = self.declared.parameters if self.declared else ()
        values = self.step.parameters
        return [
            f"{one.title.lower()} {one.show(values.get(one.name, one.default))}"
            for one in found
            if one.headline
        ]

    def _take(self, name: str, value: Any, merge: object) -> None:
        path = name if name == "probability" else f"parameters.{name}"
        self.edited.emit(path, value, merge)

    def _set(self, name: str, value: str | None) -> None:
        if self.property(name) != value:
            self.setProperty(name, value)
            for part in (self, *self.findChildren(QLabel), *self.findChildren(QCheckBox)):
                self.style().polish(part)


def _switch() -> Parameter:
    return Parameter("enabled", "On", "bool", True, "off leaves the step out")


def _parameters(declared: Any) -> list[Parameter]:
    if declared is None:
        return []
    what = "batches" if declared.of_batches else "images"
    chance = Parameter(
        "probability", "Probability", "float", declared.probability,
        f"share of the {what} that it is applied to", minimum=0.0, maximum=1.0,
    )  # fmt: skip
    return [chance, *declared.parameters]
