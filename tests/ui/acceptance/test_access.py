"""Every control of every workspace has a name for a screen reader, and Tab reaches it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)

from cnnstudio.blueprints import template
from cnnstudio.graph import Document
from cnnstudio.ui.main_window import MainWindow
from tests.ui.conftest import wait_for

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
)
PLACES = ("design", "data", "train", "inspect")


@pytest.fixture
def window(session, qtbot):
    made = MainWindow(session)
    qtbot.addWidget(made, before_close_func=lambda window: setattr(window, "_may_close", True))
    session.replace_document(Document(template("lenet5")))
    made.show_workspace("design")
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    wait_for(qtbot, lambda: session.report is not None, 60)
    return made


def controls(place: QWidget) -> list[QWidget]:
    """What can be used in a workspace now, but for the parts of controls that Qt makes itself."""
    return [
        widget
        for widget in place.findChildren(QWidget)
        if isinstance(widget, CONTROLS)
        and not isinstance(widget, QScrollBar)
        and not widget.objectName().startswith("qt_")
        and widget.isVisible()
        and widget.isEnabled()
    ]


def describe(widget: QWidget) -> str:
    parents = []
    parent: QWidget | None = widget
    while parent is not None and len(parents) < 4:
        parents.append(f"{type(parent).__name__} {parent.objectName()}".strip())
        parent = parent.parentWidget()
    return " < ".join(parents)


@pytest.mark.parametrize("name", PLACES)
def test_every_control_has_an_accessible_name(window, qtbot, name):
    window.show_workspace(name)
    window.session.select(["conv1"])
    qtbot.wait(1500)
    nameless = [
        describe(widget)
        for widget in controls(window.workspaces[name])
        if not (widget.accessibleName() or getattr(widget, "text", lambda: "")())
        and not isinstance(widget.parentWidget(), QComboBox | QAbstractSpinBox | QLineEdit)
    ]
    assert nameless == []


@pytest.mark.parametrize("name", PLACES)
def test_tab_goes_round_and_reaches_every_control(window, qtbot, name):
    window.show_workspace(name)
    window.session.select(["conv1"])
    qtbot.wait(1500)
    reached: set[QWidget] = set()
    for _ in range(150):
        # On the canvas Tab searches for a layer, and Ctrl+Tab leads on.
        focused = QApplication.focusWidget() or window
        on_canvas = type(focused).__name__ == "CanvasView"
        held = Qt.KeyboardModifier.ControlModifier if on_canvas else Qt.KeyboardModifier.NoModifier
        qtbot.keyClick(focused, Qt.Key.Key_Tab, held)
        focused = QApplication.focusWidget()
        if focused in reached and len(reached) > 3:
            break
        if focused is not None:
            reached.add(focused)
    wanted = {
        widget
        for widget in controls(window.workspaces[name])
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (isinstance(widget, QAbstractButton) and widget.group() is not None)
    }
    missed = [describe(widget) for widget in wanted - reached]
    assert missed == []


def test_no_two_actions_share_a_shortcut(window):
    taken: dict[str, str] = {}
    for action in window.session.actions:
        for keys in action.shortcuts():
            text = keys.toString()
            assert text not in taken, f"{text}: {taken.get(text)} and {action.objectName()}"
            taken[text] = action.objectName()
    assert len(taken) > 40
