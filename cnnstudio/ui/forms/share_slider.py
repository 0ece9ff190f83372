"""A slider beside the field of a number that lies between two limits: a dropout rate, a share."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSlider

from cnnstudio.layers.declaration import Parameter

STEPS = 100
WIDEST = 1.0  # a wider range has no slider: a hundredth of it would be too coarse a step


def has_slider(parameter: Parameter) -> bool:
    """Whether the parameter is a number with two near limits."""
    low, high = parameter.minimum, parameter.maximum
    return parameter.type == "float" and None not in (low, high) and high - low <= WIDEST


class ShareSlider(QSlider):
    """Emits `edited(value, merge)`; all values of one drag have one merge token."""

    edited = Signal(object, object)

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        assert parameter.minimum is not None and parameter.maximum is not None
        self._low, self._high = parameter.minimum, parameter.maximum
        self._drag: object = None
        self.setObjectName(f"slider_{parameter.name}")
        self.setAccessibleName(f"{parameter.title}, slider")
        self.setRange(0, STEPS)
        # The field takes the same keys, so the slider would be one more stop for Tab.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sliderPressed.connect(self._begin)
        self.valueChanged.connect(self._take)

    def show_value(self, value: object) -> None:
        """Moves the handle, emitting nothing."""
        if isinstance(value, int | float) and not self.isSliderDown():
            share = (value - self._low) / (self._high - self._low)
            with QSignalBlocker(self):
                self.setValue(round(share * STEPS))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling the panel must not change what lies under the pointer

    def _begin(self) -> None:
        self._drag = object()

    def _take(self, step: int) -> None:
        value = round(self._low + (self._high - self._low) * step / STEPS, 4)
        self.edited.emit(value, self._drag if self.isSliderDown() else False)
