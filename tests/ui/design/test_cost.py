"""What the window says of cost: the table by layer, the status bar, two networks side by side."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from cnnstudio.graph import Document, SetParameter, SetSetting
from cnnstudio.ui import pacing
from cnnstudio.ui.compare import CompareDialog
from cnnstudio.ui.design.cost_model import PATH
from cnnstudio.ui.run_bar import RunBar
from cnnstudio.ui.run_control import RunControl
from cnnstudio.ui.status_bar import StatusBar
from tests.compiler.blocks import resnet
from tests.ui.conftest import wait_for


def opened(workspace, session, qtbot):
    session.actions["view.drawer"].trigger()
    workspace.drawer.tabs.setCurrentIndex(1)
    wait_for(qtbot, lambda: session.report is not None)
    table = workspace.drawer.cost
    wait_for(qtbot, lambda: table.model().rowCount() > 0)
    return table


def column(table, number):
    model = table.model()
    return [model.index(row, number).data() for row in range(model.rowCount())]


def click_head(table, number):
    head = table.header()
    place = head.sectionViewportPosition(number) + head.sectionSize(number) // 2
    point = head.viewport().rect().center()
    point.setX(place)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=point)


def test_the_table_lists_layers_as_the_data_flows_and_sorts_by_cost(workspace, open_small, qtbot):
    table = opened(workspace, open_small, qtbot)
    assert column(table, 0) == ["image", "conv1", "relu1", "flat", "fc"]
    assert column(table, 3)[1] == "40"
    assert column(table, 6)[:2] == ["1×1", "3×3"]
    click_head(table, 3)
    click_head(table, 3)
    assert column(table, 0)[0] in ("fc", "image")
    click_head(table, 4)
    assert sorted(column(table, 0)) == ["conv1", "fc", "flat", "image", "relu1"]


def test_a_click_on_a_row_shows_its_node(workspace, open_small, qtbot):
    table = opened(workspace, open_small, qtbot)
    row = next(r for r in range(table.model().rowCount()) if column(table, 0)[r] == "fc")
    table.scrollTo(table.model().index(row, 0))
    place = table.visualRect(table.model().index(row, 0)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert open_small.selection == ["n4"]


def test_the_table_follows_an_edit(workspace, open_small, qtbot):
    table = opened(workspace, open_small, qtbot)
    open_small.apply(SetParameter(node_id="n1", name="out_channels", value=8))
    wait_for(qtbot, lambda: column(table, 3)[1] == "80")


def test_a_block_unfolds_into_its_copies_and_their_layers(workspace, session, qtbot):
    session.replace_document(Document(resnet((1, 3, 1, 1), classes=4)))
    table = opened(workspace, session, qtbot)
    model = table.model()
    row = column(table, 0).index("rest1")
    block = model.index(row, 0)
    assert model.index(row, 1).data() == "Bottleneck × 2"
    table.setCurrentIndex(block)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Right)
    assert table.isExpanded(block)
    assert [model.index(i, 0, block).data() for i in range(model.rowCount(block))] == [
        "copy 1", "copy 2",
    ]  # fmt: skip
    copy = model.index(0, 0, block)
    assert model.index(0, 0, copy).data(PATH) == "rest1.0.conv1"


@pytest.fixture
def status(session, qtbot):
    bar = StatusBar(session)
    qtbot.addWidget(bar)
    bar.resize(1400, 28)
    bar.show()
    return bar


def test_the_status_bar_tells_memory_for_the_batch_size(status, open_small, qtbot):
    wait_for(qtbot, lambda: "batch 64" in status._memory.text())
    before = status._memory.text()
    open_small.apply(SetSetting(section="training", name="batch_size", value=640))
    wait_for(qtbot, lambda: "batch 640" in status._memory.text())
    assert status._memory.text().split()[0] != before.split()[0]


def test_an_epoch_is_timed_when_asked_for_and_forgotten_with_the_next_edit(
    status, open_small, qtbot, monkeypatch
):
    monkeypatch.setattr(pacing, "MOST_WORK", 0)
    bar = RunBar(open_small, RunControl(open_small))
    qtbot.addWidget(bar)
    bar.resize(900, 40)
    bar.follow(status.pacing)
    bar.show()
    button = status.findChild(QPushButton, "status_pace")
    wait_for(qtbot, lambda: button.isVisible() and button.text() == "Time an epoch")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Timing a few steps…"
    wait_for(qtbot, lambda: button.text().startswith("About "), seconds=90)
    assert "an epoch" in button.text() and "images a second" in button.toolTip()
    told = status.pacing.estimate
    assert bar.text.text().split("  ·  ") == pacing.forecast(told)
    assert bar.text.text().startswith("about ") and "memory" in bar.text.text()
    too_much = told | {"memory_free": told["memory"] // 2}
    assert pacing.forecast(too_much)[0].startswith("needs ")
    open_small.apply(SetParameter(node_id="n1", name="out_channels", value=9))
    wait_for(qtbot, lambda: button.text() == "Time an epoch")
    assert bar.text.text() == ""
    open_small.undo.undo()
    wait_for(qtbot, lambda: button.text().startswith("About "))


def test_the_open_network_beside_a_template(open_small, qtbot):
    dialog = CompareDialog(open_small)
    qtbot.addWidget(dialog)
    dialog.show()
    wait_for(qtbot, lambda: dialog.other.findData("lenet5") > 0)
    dialog.other.setFocus()
    qtbot.keyClicks(dialog.other.lineEdit(), "net-5")
    qtbot.keyClick(dialog.other.completer().popup(), Qt.Key.Key_Down)
    qtbot.keyClick(dialog.other.completer().popup(), Qt.Key.Key_Return)
    wait_for(qtbot, lambda: dialog.shown == ("small", "LeNet-5"))
    assert dialog.totals.item(1, 0).text() == "Parameters"
    assert dialog.totals.item(1, 2).text() == "61,706"
    differing = dialog.rows.rowCount()
    dialog.differing.setFocus()
    qtbot.keyClick(dialog.differing, Qt.Key.Key_Space)
    assert not dialog.differing.isChecked() and dialog.rows.rowCount() > differing
