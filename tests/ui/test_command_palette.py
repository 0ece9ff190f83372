from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from cnnstudio.ui.command_palette import CommandPalette
from cnnstudio.ui.fuzzy import score
from cnnstudio.ui.main_window import MainWindow
from cnnstudio.ui.session import Session
from tests.ui.conftest import wait_for

Key = Qt.Key


@pytest.fixture
def window(open_small: Session, qtbot) -> Iterator[MainWindow]:
    made = MainWindow(open_small)
    qtbot.addWidget(made, before_close_func=lambda window: setattr(window, "_may_close", True))
    made.show_workspace("design")
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    wait_for(qtbot, made.isActiveWindow)
    yield made


def opened(qtbot, window: MainWindow) -> CommandPalette:
    """The palette, opened with its key."""
    window.workspaces["design"].canvas.setFocus()
    qtbot.keyClick(
        window.workspaces["design"].canvas, Key.Key_K, Qt.KeyboardModifier.ControlModifier
    )
    palettes = [p for p in window.findChildren(CommandPalette) if p.isVisible()]
    assert len(palettes) == 1
    return palettes[0]


def texts(palette: CommandPalette) -> list[str]:
    model = palette.model
    return [model.index(row).data() for row in range(model.rowCount())]


def run(qtbot, window: MainWindow, text: str) -> None:
    palette = opened(qtbot, window)
    qtbot.keyClicks(palette.search, text)
    qtbot.keyClick(palette.search, Key.Key_Return)


def test_it_lists_actions_nodes_and_layers(window, qtbot):
    found = texts(opened(qtbot, window))

    assert {"Save as…", "Go to conv1", "Add MaxPool2d"} <= set(found)
    assert "Undo" not in found  # nothing can be undone yet
    assert "Command palette" not in found


def test_what_cannot_be_done_now_is_found_last_and_not_run(window, qtbot):
    palette = opened(qtbot, window)
    qtbot.keyClicks(palette.search, "align left")
    assert texts(palette) == ["Align left"]
    qtbot.keyClick(palette.search, Key.Key_Return)
    assert palette.isVisible()


def test_enter_runs_the_best_match(window, qtbot):
    run(qtbot, window, "select all")

    assert len(window.session.selection) == 6
    assert not window.findChildren(CommandPalette) or not any(
        palette.isVisible() for palette in window.findChildren(CommandPalette)
    )


def test_a_layer_is_added_behind_the_selected_one(window, qtbot):
    window.session.select(["n1"])
    run(qtbot, window, "add batchnorm2d")

    network = window.session.project.network
    added = next(node for node in network.nodes if node.kind == "BatchNorm2d")
    assert [edge.source for edge in network.incoming(added.id)] == ["n1"]


def test_going_to_a_node_selects_it(window, qtbot):
    run(qtbot, window, "gotofc")

    assert window.session.selection == ["n4"]


def test_arrows_choose_another_match(window, qtbot):
    palette = opened(qtbot, window)
    qtbot.keyClicks(palette.search, "zoom")
    assert texts(palette)[:2] == ["Zoom in", "Zoom out"]
    before = window.workspaces["design"].canvas.scale_factor
    qtbot.keyClick(palette.search, Key.Key_Down)
    qtbot.keyClick(palette.search, Key.Key_Return)

    assert window.workspaces["design"].canvas.scale_factor < before


def test_escape_closes_and_does_nothing(window, qtbot):
    before = window.session.project
    palette = opened(qtbot, window)
    qtbot.keyClicks(palette.search, "add conv")
    qtbot.keyClick(palette.search, Key.Key_Escape)

    assert not palette.isVisible()
    assert window.session.project == before


def test_a_click_runs_a_command(window, qtbot):
    palette = opened(qtbot, window)
    qtbot.keyClicks(palette.search, "dark theme")
    place = palette.list.visualRect(palette.model.index(0)).center()
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert window.session.theme_mode == "dark"


def test_what_nobody_offers_is_said(window, qtbot):
    palette = opened(qtbot, window)
    qtbot.keyClicks(palette.search, "qqqq")

    assert texts(palette) == [] and palette._nothing.isVisible()
    qtbot.keyClick(palette.search, Key.Key_Return)
    assert palette.isVisible()


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("conv", "Add Conv2d", "Add a layer to the canvas view"),
        ("mp", "Add MaxPool2d", "Add AdaptiveMaxPool2d"),
        ("undo", "Undo", "Unfold"),
    ],
)
def test_starts_of_words_and_runs_of_letters_count_more(query, better, worse):
    assert score(query, better) > (score(query, worse) or -100)


@given(st.text(max_size=20), st.text(max_size=6))
def test_only_letters_in_their_order_fit(text, query):
    wanted = [c for c in query.casefold() if not c.isspace()]
    letters = iter(text.casefold())
    assert (score(query, text) is not None) == all(c in letters for c in wanted)


def test_importing_it_is_cheap():
    """Neither torch nor the canvas is loaded until something is chosen."""
    code = (
        "import sys, cnnstudio.ui.command_palette; "
        "print('torch' in sys.modules, 'cnnstudio.ui.canvas.view' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)

    assert done.stdout.split() == ["False", "False"]
