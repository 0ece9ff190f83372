"""Blocks in the Design workspace, with the kernel: values and shapes of each use, the forms, the
palette, and problems inside."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QInputDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSlider,
    QToolButton,
    QWidget,
)

from cnnstudio.graph import Document, SetBypass, SetParameter, dumps
from cnnstudio.graph.blocks import duplicate_block
from cnnstudio.ui.design import DesignWorkspace
from cnnstudio.ui.design.palette_model import LAYER
from cnnstudio.ui.design.unchanged import unchanged_in
from cnnstudio.ui.place import place_at
from cnnstudio.ui.session import Session
from tests.compiler.blocks import resnet
from tests.ui.conftest import wait_for
from tests.ui.design.conftest import retype, shown


@pytest.fixture
def workspace(session: Session, qtbot) -> DesignWorkspace:
    """A ResNet of two stages: first0, rest0 (× 2), first1, rest1 (× 3)."""
    session.replace_document(Document(resnet((3, 4), classes=10)))
    made = shown(qtbot, session)
    wait_for(qtbot, lambda: session.report is not None)
    return made


def go(workspace: DesignWorkspace, session: Session, path: str) -> None:
    session.go(place_at(session.project, path))


def content(workspace: DesignWorkspace, id: str):
    return workspace.canvas.canvas_scene.nodes[id].content


def form(workspace: DesignWorkspace):
    return workspace.inspector.node_page.form


def trigger(widget: QWidget, name: str) -> None:
    """Chooses an entry of the menu that opens over a widget."""
    point = widget.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, widget.mapToGlobal(point))
    QApplication.sendEvent(widget, event)
    (menu,) = [m for m in QApplication.topLevelWidgets() if isinstance(m, QMenu) and m.isVisible()]
    found = [a for a in menu.actions() if name in (a.objectName(), a.text())]
    assert found and found[0].isEnabled(), [a.text() for a in menu.actions()]
    menu.setActiveAction(found[0])
    QTest.keyClick(menu, Qt.Key.Key_Return)


def test_shapes_and_values_inside_are_those_of_the_use(workspace, session, qtbot):
    go(workspace, session, "rest1.0")
    assert content(workspace, "conv2").shapes == ((128, 28, 28),)
    assert content(workspace, "conv2").summary.startswith("128")
    assert content(workspace, "downsample").marks.bypassed == "bypassed"
    go(workspace, session, "first1")
    assert content(workspace, "conv1").shapes == ((128, 56, 56),)
    assert not content(workspace, "downsample").marks.passes
    assert content(workspace, "x").summary == "256×56×56"


def test_an_expression_can_bypass_some_of_the_copies(workspace, session, qtbot):
    edit = SetParameter(node_id="rest1", name="repeat", value=4)
    session.apply(edit)
    session.apply(SetBypass(network="Bottleneck", node_id="relu1", bypass="=index > 0"))
    go(workspace, session, "rest1.1")
    wait_for(qtbot, lambda: "3 of 4" in content(workspace, "relu1").marks.bypassed)
    assert content(workspace, "relu1").marks.passes


def test_another_use_is_chosen_from_the_crumbs_menu(workspace, session, qtbot):
    go(workspace, session, "rest1.2")
    crumb = workspace.canvas.breadcrumb.findChild(QToolButton, "crumb_1")
    qtbot.mouseClick(crumb, Qt.MouseButton.LeftButton)
    menu = workspace.canvas.breadcrumb.findChild(QMenu, "uses_menu")
    texts = [action.text() for action in menu.actions()]
    assert texts == ["first0", "rest0 › 0", "rest0 › 1", "first1",
                     "rest1 › 0", "rest1 › 1", "rest1 › 2"]  # fmt: skip
    menu.setActiveAction(menu.actions()[0])
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert session.place.path(session.project) == "first0"


def test_a_block_has_its_parameters_as_a_form_with_a_slider_for_its_depth(
    workspace, session, qtbot
):
    session.select(["rest1"])
    assert {"width", "stride", "repeat"} <= {
        p.name for p in session.kind_of("block:Bottleneck").parameters
    }
    slider = form(workspace).findChild(QSlider, "slider_repeat")
    assert slider.isVisible() and slider.value() == 3
    before = session.undo.count()
    handle = QPoint(round(slider.width() * 3 / 24), slider.height() // 2)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, handle)
    for step in (10, 30, 50, 70):
        QTest.mouseMove(slider, handle + QPoint(step, 0))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
                       handle + QPoint(70, 0))  # fmt: skip
    depth = session.network.node("rest1").parameters["repeat"]
    assert depth > 6
    assert session.undo.count() == before + 1, "one drag is one step"
    assert content(workspace, "rest1").marks.repeat == f"× {depth}"
    wait_for(qtbot, lambda: f"rest1.{depth - 1}" in session.report.uses)


def test_a_field_takes_an_expression_and_shows_what_it_comes_to(workspace, session, qtbot):
    go(workspace, session, "rest1.0")
    session.select(["conv1"])
    editor = form(workspace).editor("out_channels")
    result = form(workspace).findChild(QLabel, "result_out_channels")
    assert editor.text() == "=width" and result.text() == "= 128"
    retype(qtbot, editor, "=width // 2")
    assert session.network.node("conv1").parameters["out_channels"] == "=width // 2"
    assert result.text() == "= 64" and result.isVisible()
    retype(qtbot, editor, "=wide")
    error = form(workspace).findChild(QLabel, "error_out_channels")
    assert "names 'wide'" in error.text() and not result.isVisible()
    assert session.network.node("conv1").parameters["out_channels"] == "=width // 2"


def test_names_are_completed_while_an_expression_is_typed(workspace, session, qtbot):
    go(workspace, session, "rest1.0")
    session.select(["conv1"])
    editor = form(workspace).editor("out_channels")
    retype(qtbot, editor, "=wi")
    popup = QApplication.activePopupWidget()
    assert popup is not None and popup.objectName() == "name_completion"
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    assert editor.text() == "=width"
    assert session.network.node("conv1").parameters["out_channels"] == "=width"


def test_each_part_of_a_size_may_be_an_expression(workspace, session, qtbot):
    go(workspace, session, "first1")
    session.select(["conv2"])
    editor = form(workspace).editor("stride")
    assert editor.text() == "=stride × =stride"
    retype(qtbot, editor, "=stride × 1")
    assert session.network.node("conv2").parameters["stride"] == ["=stride", 1]
    assert form(workspace).findChild(QLabel, "result_stride").text() == "= 2×1"


def test_a_check_box_gives_way_to_an_expression(workspace, session, qtbot):
    go(workspace, session, "first1")
    session.select(["conv1"])
    trigger(form(workspace).editor("bias"), "use_expression")
    editor = form(workspace).editor("bias")
    assert isinstance(editor, QLineEdit) and editor.text() == "="
    retype(qtbot, editor, "=stride > 1")
    assert session.network.node("conv1").parameters["bias"] == "=stride > 1"
    assert form(workspace).findChild(QLabel, "result_bias").text() == "= on"


def test_a_value_is_turned_into_a_parameter_of_the_block(workspace, session, qtbot):
    go(workspace, session, "first1")
    session.select(["conv2"])
    trigger(form(workspace).editor("padding"), "lift")
    assert session.network.node("conv2").parameters["padding"] == "=padding"
    assert session.network.parameters[-1].name == "padding"
    assert session.network.parameters[-1].default == 1
    session.go(session.place.up(), select=["first1"])
    assert form(workspace).editor("padding").text() == "1"


def test_the_blocks_page_renames_a_parameter_with_all_that_reads_it(workspace, session, qtbot):
    go(workspace, session, "rest1.0")
    page = workspace.inspector.block_page
    assert page.isVisible()
    before = dumps(session.project)
    field = page.findChild(QLineEdit, "name_of_width")
    retype(qtbot, field, "planes")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert session.network.node("conv3").parameters["out_channels"] == "=planes * 4"
    assert session.project.network.node("rest1").parameters["planes"] == 128
    session.undo.undo()
    assert dumps(session.project) == before


def test_a_parameter_is_added_given_a_range_and_deleted(workspace, session, qtbot):
    go(workspace, session, "rest1.0")
    page = workspace.inspector.block_page
    qtbot.mouseClick(page.findChild(QPushButton, "add_parameter"), Qt.MouseButton.LeftButton)
    name = page.findChild(QLineEdit, "name_of_parameter1")
    assert name.hasFocus()
    retype(qtbot, name, "groups")
    QTest.keyClick(name, Qt.Key.Key_Return)
    for field, text in (("default", "2"), ("minimum", "1"), ("maximum", "8"), ("help", "of conv2")):
        editor = page.findChild(QLineEdit, f"{field}_of_groups")
        retype(qtbot, editor, text)
        QTest.keyClick(editor, Qt.Key.Key_Return)
    made = session.network.parameters[-1]
    assert (made.default, made.minimum, made.maximum, made.help) == (2, 1, 8, "of conv2")
    assert not page.findChild(QToolButton, "remove_width").isEnabled(), "it is read"
    remove = page.findChild(QToolButton, "remove_groups")
    qtbot.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert [p.name for p in session.network.parameters] == ["width", "stride"]


def test_a_wrong_parameter_name_is_said_at_its_row(workspace, session, qtbot):
    go(workspace, session, "rest1.0")
    page = workspace.inspector.block_page
    field = page.findChild(QLineEdit, "name_of_width")
    retype(qtbot, field, "in_channels")
    QTest.keyClick(field, Qt.Key.Key_Return)
    problem = page.findChild(QLabel, "problem_width")
    assert "has a meaning of its own" in problem.text()


def test_a_problem_inside_is_marked_outside_and_a_click_leads_to_it(workspace, session, qtbot):
    session.apply(
        SetParameter(network="Bottleneck", node_id="conv2", name="kernel_size", value=[99, 99])
    )
    wait_for(qtbot, lambda: not session.report.ok)
    assert content(workspace, "first0").severity == "error"
    workspace.show_problems()
    problems = workspace.drawer.problems.list
    item = problems.topLevelItem(0)
    assert item.text(1) == "first0.conv2"
    place = problems.visualItemRect(item).center()
    qtbot.mouseClick(problems.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(200, place.y()))
    assert session.network.name == "Bottleneck" and session.selection == ["conv2"]
    assert content(workspace, "conv2").severity == "error"
    assert workspace.inspector.node_page.problems.isVisible()


def test_the_palette_lists_the_projects_blocks_and_the_users(workspace, session, qtbot):
    model = workspace.palette_panel.model
    rows = [model.index(row).data() for row in range(model.rowCount())]
    assert rows[:2] == ["Blocks", "Bottleneck"]
    with qtbot.waitSignal(session.library_loaded, timeout=5000):
        workspace.canvas.blocks.keep("Bottleneck")
    rows = [model.index(row).data() for row in range(model.rowCount())]
    assert rows[:4] == ["Blocks", "Bottleneck", "My blocks", "Bottleneck"]
    assert model.index(3).data(LAYER).kind == "library:Bottleneck"


def test_the_palettes_menu_renames_a_block_with_its_uses(workspace, session, qtbot):
    palette = workspace.palette_panel
    rect = palette.list.visualRect(palette.model.index(1))
    palette.list.customContextMenuRequested.emit(rect.center())
    (menu,) = [m for m in palette.findChildren(QMenu) if m.isVisible()]
    (rename,) = [a for a in menu.actions() if a.text() == "Rename…"]
    menu.setActiveAction(rename)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    dialog = workspace.findChild(QInputDialog, "block_dialog")
    line = dialog.findChild(QLineEdit)
    retype(qtbot, line, "Residual")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert session.project.block("Residual") is not None
    assert session.project.network.node("rest1").block == "Residual"


def test_an_unused_block_is_opened_and_checked_by_itself(workspace, session, qtbot):
    session.apply(duplicate_block(session.project, "Bottleneck"))
    workspace.canvas.blocks.open_block("Bottleneck2")
    assert session.place.alone == "Bottleneck2"
    wait_for(qtbot, lambda: session.local_report is not None)
    assert content(workspace, "conv3").shapes == ((256, 56, 56),)
    note = workspace.canvas.breadcrumb.note.text()
    assert note == "Not used yet: drag it from the palette"
    QTest.keyClick(workspace.canvas, Qt.Key.Key_Escape)
    assert session.place.is_main


def test_dissolving_a_repeated_block_works_out_its_expressions(workspace, session, qtbot):
    workspace.canvas.setFocus()
    session.select(["rest1"])
    QTest.keyClick(
        workspace.canvas, Qt.Key.Key_U,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )  # fmt: skip
    wait_for(qtbot, lambda: "rest1" not in session.network.by_id)
    assert session.network.find("rest1_2_conv3").parameters["out_channels"] == 512
    assert session.network.find("rest1_0_downsample") is None
    wait_for(qtbot, lambda: "rest1_2_conv3" in session.report.shapes)
    assert session.report.ok


def test_a_card_whose_block_changed_inside_has_no_picture_of_before(session):
    before = resnet((2, 2))
    edit = SetParameter(network="Bottleneck", node_id="conv2", name="dilation", value=2)
    after, _ = edit.apply(before)
    assert unchanged_in(before, before) == set(before.network.by_id)
    assert unchanged_in(before, after) == {"image", "conv1", "bn1", "relu", "maxpool"}


def test_a_double_click_in_the_workspace_opens_a_block(workspace, session, qtbot):
    canvas = workspace.canvas
    canvas.reveal("rest1")
    place = canvas.viewportTransform().map(canvas.canvas_scene.nodes["rest1"].rect.center())
    QTest.mouseDClick(canvas.viewport(), Qt.MouseButton.LeftButton,
                      Qt.KeyboardModifier.NoModifier, QPointF(place).toPoint())  # fmt: skip
    assert session.network.name == "Bottleneck"
    assert workspace.inspector.kind.text() == "Block"


def test_a_path_leads_to_the_layer_in_its_block(workspace, session):
    workspace.canvas.reveal_path("rest1.2.conv2")
    assert session.place.path(session.project) == "rest1.2" and session.selection == ["conv2"]
    workspace.canvas.reveal_path("fc")
    assert session.place.is_main and session.selection == ["fc"]
    workspace.canvas.reveal_path("rest1.0")
    assert session.place.is_main and session.selection == ["rest1"]
