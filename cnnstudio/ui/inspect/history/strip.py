"""Going through the moments of a run: by hand, by keys, or as they play."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from cnnstudio.training.moments import Moment
from cnnstudio.ui import theme
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.inspect.history.moment_slider import MomentSlider, moment_text
from cnnstudio.ui.session import Session

SPEEDS = (("1 a second", 1), ("2 a second", 2), ("4 a second", 4), ("8 a second", 8))
USUAL_SPEED = 4
LOOK_MILLISECONDS = 15
# A drag asks for another moment after so long, though the pages still wait for the one before.
PATIENCE_MILLISECONDS = 400
ICON = QSize(20, 20)
METRICS = ("val_accuracy", "val_loss")


class HistoryStrip(QWidget):
    """`moment_wanted(Moment)` asks to look at another moment, once the pages have shown the one
    before: `busy()` says whether they still wait. `export_wanted` asks for an animation."""

    moment_wanted = Signal(object)
    export_wanted = Signal()

    def __init__(
        self, session: Session, busy: Callable[[], bool], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._busy = busy
        self._moments: list[Moment] = []
        self._shown = -1  # what the pages were asked for
        self._waited = 0
        self.setAccessibleName("History of the run")
        settings = session.settings
        self.play_button = self._button("", self.toggle)
        self.slider = MomentSlider()
        self.slider.valueChanged.connect(self._take_value)
        self.slider.sliderPressed.connect(self.pause)
        self.slider.sliderReleased.connect(self._ask)
        self.slider.space_pressed.connect(self.toggle)
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.speed = ChoiceBox("Moments a second", SPEEDS)
        self.speed.setToolTip("How fast it plays, where the answers come as fast")
        self.speed.choose(settings.value("history/speed", USUAL_SPEED))
        self.speed.activated.connect(lambda _: self._take_speed())
        self.loop = self._button("Play again and again", None)
        self.loop.setCheckable(True)
        self.loop.setChecked(settings.value("history/loop", False))
        self.loop.toggled.connect(lambda on: settings.set_value("history/loop", on))
        self.export_button = self._button("Export as animation…", self.export_wanted.emit)
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._step)
        self._pump = QTimer(self, interval=LOOK_MILLISECONDS)
        self._pump.timeout.connect(self._ask_if_free)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.spacing)
        row.addWidget(self.play_button)
        row.addWidget(self.slider, 1)
        for widget in (self.label, self.speed, self.loop, self.export_button):
            row.addWidget(widget)
        self.redraw()
        self.setVisible(False)

    @property
    def playing(self) -> bool:
        return self._clock.isActive()

    @property
    def moment(self) -> Moment | None:
        """The one that the handle is on."""
        there = 0 <= self.slider.value() < len(self._moments)
        return self._moments[self.slider.value()] if there else None

    def show_moments(self, moments: Sequence[Moment], current: str) -> None:
        """The run's moments, of which the one of a name or mark is looked at."""
        self._moments = list(moments)
        self.slider.show_moments(self._moments)
        self.setVisible(len(self._moments) > 1)
        if not self.isVisibleTo(self.parentWidget()):
            self.pause()
        room = max((moment_text(one) for one in self._moments), key=len, default="")
        self.label.setMinimumWidth(self.label.fontMetrics().horizontalAdvance(room) + 8)
        found = next(
            (n for n, one in enumerate(self._moments) if current in (one.name, *one.marks)), -1
        )
        if found >= 0 and not self.slider.isSliderDown() and not self._pump.isActive():
            self._shown = found
            self.slider.show_index(found)
        self._tell()

    def show_curve(self, events: Iterable[dict[str, Any]]) -> None:
        """Draws the validation's accuracy, or else its loss, from a run's events."""
        epochs = [event for event in events if event["type"] == "epoch"]
        metric = next((name for name in METRICS if epochs and name in epochs[-1]), "")
        known = [
            (int(event["step"]), float(event[metric]))
            for event in epochs
            if metric and isinstance(event.get(metric), int | float)
        ]
        words = metric.replace("val_", "validation ")
        self.slider.show_curve([_at(known, moment.step) for moment in self._moments], words)

    def toggle(self) -> None:
        """Plays, or stops."""
        if self.playing:
            self.pause()
            return
        if self.slider.value() >= len(self._moments) - 1:
            self.slider.setValue(0)
        self._clock.start(1000 // int(self.speed.currentData()))
        self._show_playing()

    def pause(self) -> None:
        self._clock.stop()
        self._show_playing()

    def redraw(self) -> None:
        """Draws icons in the current theme's colours."""
        self._show_playing()
        self.loop.setIcon(theme.icon("mdi6.repeat", "text_muted"))
        self.export_button.setIcon(theme.icon("mdi6.movie-open-outline", "text_muted"))
        self.slider.update()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.pause()

    def _step(self) -> None:
        """One moment on, when the one before is seen."""
        if self._pump.isActive() or self._busy():
            return
        last = len(self._moments) - 1
        if self.slider.value() < last:
            self.slider.setValue(self.slider.value() + 1)
        elif self.loop.isChecked():
            self.slider.setValue(0)
        else:
            self.pause()

    def _take_value(self) -> None:
        self._tell()
        self._ask_if_free()
        if self.slider.value() != self._shown and not self._pump.isActive():
            self._waited = 0
            self._pump.start()

    def _ask_if_free(self) -> None:
        self._waited += LOOK_MILLISECONDS
        if not self._busy() or self._waited > PATIENCE_MILLISECONDS:
            self._ask()

    def _ask(self) -> None:
        self._pump.stop()
        moment = self.moment
        if moment is not None and self.slider.value() != self._shown:
            self._shown = self.slider.value()
            self.moment_wanted.emit(moment)

    def _take_speed(self) -> None:
        self._session.settings.set_value("history/speed", self.speed.currentData())
        if self.playing:
            self._clock.start(1000 // int(self.speed.currentData()))

    def _tell(self) -> None:
        moment = self.moment
        self.label.setText("" if moment is None else moment_text(moment))

    def _show_playing(self) -> None:
        name, text = ("mdi6.pause", "Pause") if self.playing else ("mdi6.play", "Play the history")
        self.play_button.setIcon(theme.icon(name, "text"))
        self.play_button.setAccessibleName(text)
        self.play_button.setToolTip(f"{text} (Space on the line of moments)")

    def _button(self, text: str, called: Callable[[], object] | None) -> QToolButton:
        button = QToolButton()
        button.setIconSize(ICON)
        button.setAccessibleName(text)
        button.setToolTip(text)
        if called is not None:
            button.clicked.connect(lambda _=False: called())
        return button


def _at(known: Sequence[tuple[int, float]], step: int) -> float | None:
    """The value at a step, between those of two epochs; None before the first is over."""
    for (before, low), (after, high) in pairwise(known):
        if before <= step <= after:
            return low + (high - low) * (step - before) / max(1, after - before)
    return known[-1][1] if known and step >= known[-1][0] else None
