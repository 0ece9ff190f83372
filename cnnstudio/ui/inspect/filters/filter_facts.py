"""One filter in numbers."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cnnstudio.ui import quantities, theme
from cnnstudio.ui.inspect.number import number_text

WIDTH = 196
ROWS = {
    "norm": ("Norm", "2-norm of the filter's weights"),
    "mean": ("Mean", "Mean of the weights"),
    "std": ("Deviation", "Standard deviation of the weights"),
    "low": ("Lowest", "The smallest weight"),
    "high": ("Highest", "The largest weight"),
    "near_zero": ("Near 0", "Share of weights below a hundredth of the layer's largest"),
    "explained": ("Principal", "How much of the kernels their principal component explains"),
    "reads": ("Reads input", "The input channel that this picture is over"),
}
SHARES = {"near_zero", "explained"}


class FilterFacts(QWidget):
    """`unit_wanted(unit)` asks for the filter that is most like this one."""

    unit_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("The filter in numbers")
        self.setFixedWidth(WIDTH)
        self.heading = QLabel()
        self.heading.setProperty("role", "heading")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(4)
        self._values: dict[str, QLabel] = {}
        for name, (title, tip) in ROWS.items():
            label, value = QLabel(title), QLabel()
            label.setProperty("role", "muted")
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            value.setFont(theme.font(13))
            for one in (label, value):
                one.setToolTip(tip)
            self._form.addRow(label, value)
            self._values[name] = value
        self.alike = QPushButton()
        self.alike.setProperty("role", "quiet")
        self.alike.setAccessibleName("Show the filter that is most like this")
        self.alike.hide()
        self.alike.clicked.connect(lambda: self.unit_wanted.emit(self._alike))
        self._alike = 0
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(theme.spacing)
        column.addWidget(self.heading)
        column.addLayout(self._form)
        column.addWidget(self.alike)
        column.addStretch()

    def show_unit(self, answer: dict[str, Any], unit: int) -> None:
        """A unit of an answer of `filters`."""
        statistics = answer["statistics"]
        self.heading.setText(f"{'Filter' if answer['form'] == 'maps' else 'Unit'} {unit}")
        told = {name: statistics[name][unit] for name in ROWS if name in statistics}
        if "reads" in answer:
            told["reads"] = answer["reads"][unit]
        for name, label in self._values.items():
            self._form.setRowVisible(label, name in told)
            if name in told:
                label.setText(_text(name, float(told[name])))
        self.alike.setVisible("nearest" in statistics)
        if "nearest" in statistics:
            self._alike = int(statistics["nearest"][unit])
            cosine = number_text(float(statistics["cosine"][unit]))
            self.alike.setText(f"Most like {self._alike} ({cosine})")
            self.alike.setAccessibleName(f"Show filter {self._alike}, the one most like this")
            self.alike.setToolTip(
                f"Go to filter {self._alike}: of all it points most in the same direction, "
                f"with a cosine of {cosine}"
            )


def _text(name: str, value: float) -> str:
    if name == "reads":
        return str(int(value))
    return quantities.percent(value) if name in SHARES else number_text(value)
