"""The row above: which layer and channel, and how to play it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from cnnstudio.interpret.computation.working import Working
from cnnstudio.ui import theme
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.layer_box import LayerBox
from cnnstudio.ui.inspect.panel import HEADER_HEIGHT
from cnnstudio.ui.inspect.steps.player import LEVELS, less_motion
from cnnstudio.ui.wheel import pass_wheel

SPEED = 45


class Header(QHBoxLayout):
    """The controls; the page connects them."""

    def __init__(self, focus: Focus, picture: QWidget) -> None:
        super().__init__()
        self.layer = LayerBox(focus)
        self.unit = QSpinBox()
        self.unit.setAccessibleName("Channel of the output")
        self.unit.setToolTip("Channel of the output (Page Up, Page Down)")
        self.unit.setKeyboardTracking(False)
        pass_wheel(self.unit)
        self.unit.lineEdit().setTextMargins(6, 0, 0, 0)
        self.before, self.after = QToolButton(), QToolButton()
        for button, name in ((self.before, "Channel before"), (self.after, "Next channel")):
            button.setAccessibleName(name)
            button.setIconSize(QSize(18, 18))
        self.before.setToolTip("Channel before (Page Up)")
        self.after.setToolTip("Next channel (Page Down)")
        self.before.clicked.connect(lambda: self.unit.stepBy(-1))
        self.after.clicked.connect(lambda: self.unit.stepBy(1))
        self.kind = QLabel()
        self.kind.setTextFormat(Qt.TextFormat.PlainText)
        self.kind.setProperty("role", "muted")
        self.in_colour = QCheckBox("In colour")
        self.in_colour.setToolTip("The image itself, in place of the chosen channel of it")
        self.play = QToolButton()
        self.play.setObjectName("play_steps")
        self.play.setIconSize(QSize(20, 20))
        self.play.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.speed = QSlider(Qt.Orientation.Horizontal)
        self.speed.setAccessibleName("Speed")
        self.speed.setToolTip("How fast the window slides")
        self.speed.setRange(0, LEVELS)
        pass_wheel(self.speed)
        self.speed.setFixedWidth(110)
        self.busy = QLabel()
        self.busy.setProperty("role", "caption")
        self.setSpacing(theme.spacing)
        self.addStrut(HEADER_HEIGHT)
        for widget in (self.layer, self.before, self.unit, self.after, self.kind, self.busy):
            self.addWidget(widget)
        self.addStretch()
        for widget in (self.in_colour, self.play, self.speed, picture):
            self.addWidget(widget)
        self.show_playing(False)

    def show_working(self, working: Working, called: str) -> None:
        """No signals. `called` is what the unit stands for, "" if nothing."""
        blocked = self.unit.blockSignals(True)
        self.unit.setRange(0, working.units - 1)
        name = "Channel" if working.output.shape else "Unit"
        self.unit.setPrefix(f"{name} ")
        self.unit.setSuffix(f" of 0…{working.units - 1}")
        self.unit.setAccessibleName(f"{name} of the output")
        self.unit.setValue(working.unit)
        self.unit.blockSignals(blocked)
        kind = working.kind[:1].upper() + working.kind[1:]
        self.kind.setText(f"{kind} · {called}" if called else kind)
        self.before.setEnabled(working.unit > 0)
        self.after.setEnabled(working.unit < working.units - 1)
        several = working.output.size > 1
        self.play.setEnabled(several)
        self.speed.setEnabled(several and not less_motion())

    def show_playing(self, plays: bool) -> None:
        text = "Pause" if plays else "Step" if less_motion() else "Play"
        icon = {"Pause": "mdi6.pause", "Step": "mdi6.skip-next", "Play": "mdi6.play"}[text]
        self.before.setIcon(theme.icon("mdi6.chevron-left"))
        self.after.setIcon(theme.icon("mdi6.chevron-right"))
        self.play.setIcon(theme.icon(icon))
        self.play.setText(text)
        self.play.setAccessibleName(text)
        self.play.setToolTip(f"{text} (Space): goes over all places of the output")
