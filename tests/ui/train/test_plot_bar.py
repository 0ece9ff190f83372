from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from cnnstudio.ui import theme
from cnnstudio.ui.train.plot_bar import MINIMUM_WIDTH, PlotBar


@pytest.fixture
def bar(qtbot):
    window = QWidget()  # by itself the bar would be no narrower than its layout
    window.resize(1100, 60)
    window.setStyleSheet(theme.stylesheet())
    qtbot.addWidget(window)
    made = PlotBar(window)
    made.show_choices("epoch", False, 10)
    made.show_metrics(["accuracy", "f1"], 5)
    window.show()
    qtbot.waitExposed(window)
    yield made


def test_words_go_only_where_there_is_no_room_for_them(bar):
    for width, log, reset, number in (
        (1000, "Log loss", "Reset view", "10 steps"),
        (bar_without_units(bar), "Log", "Reset view", "10"),
        (MINIMUM_WIDTH, "Log", "", "10"),
    ):
        bar.resize(width, bar.height())
        assert (bar.log.text(), bar.reset.text(), bar._number.text()) == (log, reset, number)
        assert bar._caption.isVisible() == bool(reset)
        assert bar.layout().minimumSize().width() <= width


def bar_without_units(bar: PlotBar) -> int:
    """A width between those that show all and nothing."""
    bar.resize(1000, bar.height())
    return bar.layout().minimumSize().width() - 10


def test_the_workspace_is_as_narrow_as_a_small_window(workspace):
    workspace.setStyleSheet(theme.stylesheet())
    assert workspace.minimumSizeHint().width() <= 1100 - 56
    workspace.stage.show_content()
    assert workspace.minimumSizeHint().width() <= 1100 - 56
