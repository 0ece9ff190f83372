"""Thin lines are seen on both grounds."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPainter, QPicture

from cnnstudio.training.run_rows import RunRow
from cnnstudio.ui import theme
from cnnstudio.ui.train.results.curve_views import RocPlot
from cnnstudio.ui.train.runs.parallel import Parallel
from cnnstudio.ui.train.ticks import on_surface

SEEN = 3.0  # contrast of graphics: WCAG 2.2, 1.4.11
ROC = [{"class": "a", "false_positive_rate": [0, 0.2, 1], "true_positive_rate": [0, 0.9, 1]}]


def contrast(color: QColor, ground: QColor) -> float:
    """WCAG 2.2's contrast ratio."""

    def luminance(of: QColor) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in of.getRgbF()[:3]
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05

    both = sorted((luminance(color), luminance(ground)))
    return both[1] / both[0]


@pytest.fixture(params=[theme.LIGHT, theme.DARK], ids=lambda one: one.name)
def drawn_in(request):
    with theme.drawn_in(request.param):
        yield request.param


def test_curves_and_runs_that_are_not_chosen_are_seen(drawn_in, qtbot):
    roc, parallel = RocPlot(), Parallel()
    for widget in (roc, parallel):
        qtbot.addWidget(widget)
    roc.show_curves(ROC, [0.9])
    assert contrast(roc.curves[0].opts["pen"].color(), theme.color("surface")) > SEEN

    quiet = on_surface(parallel._quiet_color(RunRow(None, {})))
    assert contrast(quiet, theme.color("surface")) > SEEN


def test_both_ends_of_the_axes_of_a_roc_are_named(qtbot):
    roc = RocPlot()
    qtbot.addWidget(roc)
    roc.resize(500, 300)
    roc.show()
    roc.grab()
    for axis in roc._axes.values():
        picture = QPicture()
        painter = QPainter(picture)
        _, _, texts = axis.generateDrawSpecs(painter)
        painter.end()
        told = {text: area for area, _, text in texts}
        assert {"0 %", "100 %"} <= set(told)
        for area in told.values():
            assert roc.viewport().rect().contains(axis.mapRectToScene(area).toRect())
