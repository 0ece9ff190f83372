"""A field for a count, or a number that counts from a least one, outside of a form."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal

from cnnstudio.layers.declaration import Parameter
from cnnstudio.ui.forms.number_edit import NumberEdit
from cnnstudio.ui.forms.texts import read


class CountEdit(NumberEdit):
    """`value` is the last count that could be one; `counted(value)` tells each new one."""

    counted = Signal(int)

    def __init__(self, name: str, value: int, maximum: int, minimum: int = 1) -> None:
        self._counts = Parameter(
            name="count", title=name, type="int", default=value, help=name,
            minimum=minimum, maximum=maximum,
        )  # fmt: skip
        super().__init__(self._counts)
        self.value = value
        self.setAccessibleName(name)
        self.show_value(value)
        self.edited.connect(self._take)

    def set_maximum(self, maximum: int) -> None:
        self._counts = self._parameter = replace(self._counts, maximum=maximum)

    def show_count(self, value: int) -> None:
        """Shows a count without telling of it."""
        if value != self.value:
            self.value = value
            self.show_value(value)

    def _take(self, typed: object, _: object) -> None:
        try:
            value = read(self._counts, str(typed))
        except ValueError:
            self.setProperty("invalid", "true")
        else:
            self.setProperty("invalid", "false")
            if value != self.value:
                self.value = value
                self.counted.emit(value)
        self.style().unpolish(self)
        self.style().polish(self)
