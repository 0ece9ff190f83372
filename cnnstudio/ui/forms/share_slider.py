"""A slider beside the field of a number that lies between two limits: a rate, a width, a depth."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSlider

from cnnstudio.layers.declaration import Parameter

STEPS = 100
WIDEST = 1.0  # a wider range has no slider: a hundredth of it would be too coarse a step
FAR = 1000  # a limit that is there to keep mistakes out, not to be slid to
NEAR = 24  # where the slider of such a number ends


def has_slider(parameter: Parameter, whole: bool = False) -> bool:
    """Whether the parameter is a number with two near limits; with `whole` any with two limits."""
    low, high = parameter.minimum, parameter.maximum
    if low is None or high is None or high <= low:
        return False
    if whole:
        return parameter.type in ("int", "float")
    return parameter.type == "float" and high - low <= WIDEST


class ShareSlider(QSlider):
    """Emits `edited(value, merge)`; all values of one drag have one merge token."""

    edited = Signal(object, object)

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        assert parameter.minimum is not None and parameter.maximum is not None
        self._low, self._high = parameter.minimum, parameter.maximum
        self._whole = parameter.type == "int"
        if self._whole and self._high - self._low >= FAR and parameter.name == "repeat":
            self._high = self._low + NEAR
        self._limit = parameter.maximum
        self._drag: object = None
        self.setObjectName(f"slider_{parameter.name}")
        self.setAccessibleName(f"{parameter.title}, slider")
        self._set_steps()
        # The field takes the same keys, so the slider would be one more stop for Tab.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.sliderPressed.connect(self._begin)
        self.valueChanged.connect(self._take)

    def show_value(self, value: object) -> None:
        """Moves the handle, emitting nothing; a number beyond the end moves the end."""
        self.setEnabled(isinstance(value, int | float))
        if isinstance(value, int | float) and not self.isSliderDown():
            with QSignalBlocker(self):
                if self._high < value <= self._limit:
                    self._high = float(value)
                    self._set_steps()
                share = (value - self._low) / (self._high - self._low)
                self.setValue(round(share * self.maximum()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling the panel must not change what lies under the pointer

    def _set_steps(self) -> None:
        """A step for each whole number where there are few."""
        span = self._high - self._low
        self.setRange(0, int(span) if self._whole and span <= 2 * STEPS else STEPS)

    def _begin(self) -> None:
        self._drag = object()

    def _take(self, step: int) -> None:
        value: float = self._low + (self._high - self._low) * step / self.maximum()
        value = round(value) if self._whole else round(value, 4)
        self.edited.emit(value, self._drag if self.isSliderDown() else False)
