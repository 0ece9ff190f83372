"""Some versions of Qt's bindings lose references to None with each repaint of a plot, until
Python aborts. This watches that the installed ones do not."""

from __future__ import annotations

import sys

from cnnstudio.ui.train.curves import Curves
from cnnstudio.ui.train.plots import Plots
from tests.ui.train.conftest import epoch, start, step

REPAINTS = 250
NOISE = 200


def test_repainting_a_live_plot_loses_no_references(qtbot):
    plots = Plots()
    qtbot.addWidget(plots)
    plots.resize(800, 600)
    plots.show()
    qtbot.waitExposed(plots)
    plots.show_curves(Curves([start(100)]))
    plots.set_log(True)

    def live(first: int) -> None:
        for number in range(first, first + REPAINTS):
            plots.curves.take([step(number), *([epoch(number // 10)] if number % 10 == 0 else [])])
            plots.point_at(float(number % 7))
            plots.draw()
            plots.viewport().repaint()

    live(1)
    before = sys.getrefcount(None)
    live(1 + REPAINTS)

    # A version that loses them is short of about 180 a repaint.
    assert sys.getrefcount(None) > before - NOISE
