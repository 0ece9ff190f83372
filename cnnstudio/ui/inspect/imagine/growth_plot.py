"""How a picture's value grew, step by step."""

from __future__ import annotations

from collections.abc import Sequence

from cnnstudio.ui.curve_plot import CurvePlot
from cnnstudio.ui.inspect.number import number_text


class GrowthPlot(CurvePlot):
    """Says below what the last value is: the one that is told in words."""

    def __init__(self) -> None:
        super().__init__(("step", "activation"))
        self.setToolTip(
            "Of the picture after each step, shifted and turned as it is while it is made; at the "
            "end, of the picture itself"
        )

    def show_growth(self, values: Sequence[float], what: str) -> None:
        """`what` is measured, "activation" or "log-odds", after steps 1, 2, …"""
        self._names = ("step", what)
        self.show_curve(range(1, len(values) + 1), values, "Activation", what)

    @property
    def captions(self) -> list[str]:
        return [
            f"{self._names[0]} 1 … {self.points}",
            f"{self._names[1]} {number_text(self._y[-1])}",
        ]
