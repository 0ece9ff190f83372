from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from cnnstudio.ui import theme
from cnnstudio.ui.train.confusion import TALLEST, ConfusionPanel

CLASSES = ["circle", "square", "triangle", "star", "ellipse", "crooked line"]


@pytest.fixture
def panel(qtbot):
    made = ConfusionPanel()
    qtbot.addWidget(made)
    made.show_predictions(
        {"classes": CLASSES, "confusion": [[1] * len(CLASSES)] * len(CLASSES), "split": "test"}
    )
    made.show()
    return made


def test_columns_are_as_wide_as_their_names_where_there_is_room(panel, qtbot):
    panel.resize(900, 300)
    qtbot.waitUntil(lambda: panel.table.viewport().width() > 700)

    assert not panel.names.upright
    metrics = QFontMetrics(theme.font(11))
    for column, name in enumerate(CLASSES):
        assert panel.model.headerData(column, Qt.Orientation.Horizontal) == name
        assert panel.names.sectionSize(column) > metrics.horizontalAdvance(name)


def test_names_stand_upright_where_columns_are_narrow(panel, qtbot):
    panel.resize(900, 300)
    qtbot.waitUntil(lambda: panel.table.viewport().width() > 700)
    flat = panel.names.height()
    panel.resize(300, 300)
    qtbot.waitUntil(lambda: panel.names.upright)

    qtbot.waitUntil(lambda: flat < panel.names.height() <= TALLEST)
    assert panel.names.length() <= panel.table.viewport().width()
    assert panel.model.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
