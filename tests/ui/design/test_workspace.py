from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton

from cnnstudio.graph import Document, Move, SetParameter
from cnnstudio.ui.main_window import MainWindow
from tests.ui.conftest import wait_for
from tests.ui.design.conftest import shown

Key = Qt.Key


def test_asking_for_the_problems_opens_the_drawer(broken, session):
    assert not broken.drawer.isVisible()
    session.problems_requested.emit()

    assert broken.drawer.isVisible()
    assert broken.drawer.problems.list.topLevelItemCount() == 1
    assert broken.drawer.tabs.tabText(0) == "Problems (1)"


def test_asking_from_another_workspace_opens_the_drawer(session, without_flatten, qtbot):
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    session.replace_document(Document(without_flatten))
    wait_for(qtbot, lambda: session.report is not None)
    session.problems_requested.emit()

    assert window.workspaces["design"].drawer.problems.list.isVisible()


def test_clicking_a_problem_selects_its_node(broken, session, qtbot):
    session.problems_requested.emit()
    problems = broken.drawer.problems.list
    qtbot.mouseClick(
        problems.viewport(), Qt.MouseButton.LeftButton, pos=problems.row_rect(0).center()
    )

    assert session.selection == ["n4"]


def test_enter_on_a_problem_selects_its_node(broken, session, qtbot):
    session.problems_requested.emit()
    assert broken.drawer.problems.list.hasFocus()
    qtbot.keyClick(broken.drawer.problems.list, Key.Key_Return)

    assert session.selection == ["n4"]


def test_a_problem_is_mended_from_the_list(broken, session, qtbot):
    session.problems_requested.emit()
    fix = broken.drawer.problems.findChild(QPushButton, "fix")
    qtbot.mouseClick(fix, Qt.MouseButton.LeftButton)

    assert "Flatten" in [node.kind for node in session.project.network.nodes]
    wait_for(qtbot, lambda: broken.drawer.problems.list.topLevelItemCount() == 0)
    state = broken.drawer.problems.findChild(object, "problems_state")
    assert state.isVisible() and state.text().startswith("No problems")


def test_escape_closes_the_drawer_and_goes_back_to_the_canvas(broken, session, qtbot):
    session.problems_requested.emit()
    qtbot.keyClick(broken.drawer.problems.list, Key.Key_Escape)

    assert not broken.drawer.isVisible()
    assert broken.canvas.hasFocus()


def test_the_history_goes_back_to_any_step(workspace, open_small, qtbot):
    for x in (24.0, 48.0):
        open_small.apply(Move(positions={"n0": (x, 0.0)}))
    open_small.actions["view.drawer"].trigger()
    workspace.drawer.tabs.setCurrentIndex(2)
    history = workspace.drawer.history
    first = history.visualRect(history.model().index(0, 0)).center()
    qtbot.mouseClick(history.viewport(), Qt.MouseButton.LeftButton, pos=first)

    assert open_small.project.network.node("n0").position == (0.0, 0.0)


def test_the_code_follows_the_network(workspace, open_small, qtbot):
    open_small.actions["view.drawer"].trigger()
    workspace.drawer.tabs.setCurrentIndex(3)
    code = workspace.drawer.code
    wait_for(qtbot, lambda: "Conv2d(1, 4" in code.text.toPlainText())
    open_small.apply(SetParameter(node_id="n1", name="out_channels", value=5))
    wait_for(qtbot, lambda: "Conv2d(1, 5" in code.text.toPlainText())

    qtbot.mouseClick(code.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == code.text.toPlainText()


def test_without_code_the_reason_is_told(broken, session, qtbot):
    session.actions["view.drawer"].trigger()
    broken.drawer.tabs.setCurrentIndex(3)
    code = broken.drawer.code
    wait_for(qtbot, lambda: "There is no code yet." in code.text.toPlainText())

    assert "Flatten" in code.text.toPlainText() and not code.copy_button.isEnabled()


def test_panels_fold_and_stay_folded(workspace, open_small, qtbot):
    wide = workspace.canvas.width()
    qtbot.mouseClick(workspace.left.fold_button, Qt.MouseButton.LeftButton)
    open_small.actions["view.inspector"].trigger()
    assert not workspace.palette_panel.isVisible() and not workspace.inspector.isVisible()
    wait_for(qtbot, lambda: workspace.canvas.width() > wide + 400)

    again = shown(qtbot, open_small)
    assert not again.palette_panel.isVisible() and not again.inspector.isVisible()

    qtbot.mouseClick(again.right.unfold_button, Qt.MouseButton.LeftButton)
    assert again.inspector.isVisible()
    wait_for(qtbot, lambda: again.right.width() == 320)
    assert open_small.actions["view.inspector"].isChecked()


def test_searching_unfolds_the_palette(workspace, open_small, qtbot):
    workspace.left.set_folded(True)
    workspace.canvas.setFocus()
    qtbot.keyClick(workspace.canvas, Key.Key_Slash)

    assert workspace.palette_panel.search.hasFocus()


def test_both_themes_are_drawn(workspace, open_small, qtbot):
    open_small.select(["n1"])
    open_small.set_theme("dark")
    dark = workspace.palette_panel.grab().toImage()
    open_small.set_theme("light")

    assert workspace.palette_panel.grab().toImage() != dark
