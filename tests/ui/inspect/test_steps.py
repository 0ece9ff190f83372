"""How a layer computes, in the window: the pointer, the keys, and playing it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from cnnstudio.graph import Document
from cnnstudio.interpret.computation.sliding import ConvolutionAt
from cnnstudio.interpret.computation.summing import LinearAt
from cnnstudio.ui.canvas.context_menu import context_menu
from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.inspect import InspectWorkspace
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.steps import page as page_module
from cnnstudio.ui.inspect.steps.board import Grid
from cnnstudio.ui.inspect.steps.page import StepsPage
from cnnstudio.ui.inspect.steps.plots import Marked, SpreadView
from cnnstudio.ui.inspect.steps.sides import Side
from cnnstudio.ui.main_window import MainWindow
from tests.ui.conftest import wait_for


@pytest.fixture
def steps(workspace: InspectWorkspace, qtbot) -> StepsPage:
    """The page on the first convolution of the untrained network."""
    workspace.networks.choose_untrained()
    workspace.show_page(StepsPage)
    page = workspace.pages[StepsPage]
    assert isinstance(page, StepsPage)
    look_at(page, "conv1", qtbot)
    page.output.lattice.setFocus()
    return page


def look_at(page: StepsPage, layer: str, qtbot) -> None:
    page.focus.show_layer(layer)
    wait_for(qtbot, lambda: page.working is not None and page.working.layer == layer, 90)


def hover(lattice, row: int, column: int, qtbot) -> None:
    """Moves the pointer onto a pixel of a map."""
    centre = lattice.cell_rect(row, column).center().toPoint()
    QTest.mouseMove(lattice, centre + QPoint(1, 1))
    QTest.mouseMove(lattice, centre)
    qtbot.wait(20)


def truth(page: StepsPage, layer: str) -> np.ndarray:
    """The layer's maps, by another question to the kernel."""
    asked = page.session.kernel.kernel.ask("feature_maps", layer=layer, **page.focus.arguments)
    return np.asarray(asked.result(timeout=60)["maps"])


def test_the_window_follows_the_pointer_over_the_output(steps, qtbot):
    maps = truth(steps, "conv1")
    for row, column in ((0, 0), (10, 7), (31, 31)):
        hover(steps.output.lattice, row, column, qtbot)
        assert steps.position == (row, column)
        assert steps.input.lattice.window_cells == (row - 1, column - 1, row + 1, column + 1)
        assert steps.output.lattice.mark == (row, column)
        told = steps.told
        assert isinstance(told, ConvolutionAt)
        expected = float(maps[0, row, column])
        assert told.value == pytest.approx(expected, abs=1e-6)
        assert told.products.sum() + told.bias == pytest.approx(expected, abs=1e-5)
        grids = steps.middle.board.grids
        assert [grid.title for grid in grids] == ["input", "weights", "products"]
        assert np.allclose(grids[0].values * grids[1].values, grids[2].values)
        assert steps.middle.board.shows_numbers
        assert steps.sentence.text().endswith(f"that is {number_text(expected)}.")
        assert steps.accessibleDescription() == steps.sentence.text()


def test_the_output_follows_the_pointer_over_the_input(steps, qtbot):
    hover(steps.input.lattice, 12, 20, qtbot)
    assert steps.position == (12, 20)
    hover(steps.input.lattice, -1, 5, qtbot)  # in the padding
    assert steps.position == (0, 5)


def test_arrows_step_a_pixel_and_the_ends_are_a_key_away(steps, qtbot):
    image = steps.focus.image
    keys = [(Qt.Key.Key_Home, (0, 0)), (Qt.Key.Key_Right, (0, 1)), (Qt.Key.Key_Down, (1, 1)),
            (Qt.Key.Key_Left, (1, 0)), (Qt.Key.Key_Left, (1, 0)), (Qt.Key.Key_Up, (0, 0)),
            (Qt.Key.Key_End, (31, 31)), (Qt.Key.Key_Right, (31, 31))]  # fmt: skip
    for key, place in keys:
        qtbot.keyClick(steps.output.lattice, key)
        assert steps.position == place
    assert steps.focus.image == image, "the arrows are the map's, not the images'"


def test_page_keys_step_the_channel_and_keep_the_place(steps, qtbot):
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_Home)
    maps = truth(steps, "conv1")
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_PageDown)
    wait_for(qtbot, lambda: steps.working.unit == 1)
    assert steps.focus.unit == 1 and steps.header.unit.value() == 1
    assert steps.position == (0, 0)
    assert steps.told.value == pytest.approx(float(maps[1, 0, 0]), abs=1e-6)
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_PageUp)
    wait_for(qtbot, lambda: steps.working.unit == 0)


def test_space_slides_the_window_and_the_output_fills(steps, qtbot):
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_End)
    steps.header.speed.setValue(steps.header.speed.maximum())
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_Space)
    assert steps.player.plays and steps.header.play.text() == "Pause"
    wait_for(qtbot, lambda: int(steps.player.seen.sum()) > 40)
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_Space)
    assert not steps.player.plays and steps.header.play.text() == "Play"
    seen = int(steps.player.seen.sum())
    assert steps.position == divmod(seen - 1, 32)
    shown = steps.output.lattice.image
    empty = shown.pixelColor(31, 31)
    assert shown.pixelColor(30, 31) == empty != shown.pixelColor(0, 0)
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_Escape)
    assert steps.player.seen is None
    assert steps.output.lattice.image.pixelColor(31, 31) != empty


def test_it_plays_to_the_end_and_then_from_the_start(steps, qtbot):
    steps.player.set_speed(100)
    steps.player._rate = 1e6
    qtbot.mouseClick(steps.header.play, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: not steps.player.plays)
    assert steps.position == (31, 31) and steps.player.seen.all()


def test_where_less_motion_is_asked_for_space_goes_on_by_one(steps, qtbot, monkeypatch):
    monkeypatch.setattr(page_module, "less_motion", lambda: True)
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_Home)
    qtbot.keyClick(steps.output.lattice, Qt.Key.Key_Space)
    assert steps.position == (0, 1) and not steps.player.plays


def test_a_channel_of_the_input_is_chosen_by_its_bar_or_its_map(steps, qtbot):
    steps.choose_channel(0)
    before = steps.middle.board.grids[1].values.copy()
    sums = steps.middle.sums
    qtbot.mouseClick(sums, Qt.MouseButton.LeftButton, pos=sums.bar_rect(2).center().toPoint())
    assert np.array_equal(steps.middle.board.grids[1].values, steps.told.weights[2])
    assert not np.array_equal(steps.middle.board.grids[1].values, before)
    mosaic = steps.input.channels
    qtbot.mouseClick(mosaic.viewport(), Qt.MouseButton.LeftButton, pos=mosaic.tile_rect(1).center())
    assert np.array_equal(steps.middle.board.grids[1].values, steps.told.weights[1])


def test_the_image_is_shown_in_colour_or_by_channel(steps, qtbot):
    assert steps.header.in_colour.isVisible() and steps.input.title.text() == "Input: the image"
    qtbot.mouseClick(
        steps.header.in_colour, Qt.MouseButton.LeftButton,
        pos=QPoint(8, steps.header.in_colour.height() // 2),
    )  # fmt: skip
    assert steps.input.title.text().startswith("Input: channel ")
    assert steps.session.settings.value("steps/in_colour", True) is False


def test_each_kind_of_layer_has_its_view(steps, qtbot):
    look_at(steps, "relu1", qtbot)
    hover(steps.output.lattice, 4, 9, qtbot)
    assert steps.middle.currentWidget() is steps.middle.curve
    given = float(truth(steps, "conv1")[0, 4, 9])
    assert steps.middle.curve.point == pytest.approx((given, max(0.0, given)), abs=1e-6)

    look_at(steps, "flat", qtbot)
    assert steps.middle.currentWidget() is steps.middle.value
    assert not steps.output.isVisible() and steps.input.isVisible()

    look_at(steps, "fc", qtbot)
    assert steps.middle.currentWidget() is steps.middle.terms
    assert isinstance(steps.told, LinearAt)
    terms = steps.middle.terms.terms
    assert terms[0].label.startswith("flat ")
    assert sum(term.value for term in terms) == pytest.approx(steps.told.value, abs=1e-4)
    sizes = [abs(term.value) for term in terms[:-2]]
    assert sizes == sorted(sizes, reverse=True)
    qtbot.keyClick(steps, Qt.Key.Key_Right)
    wait_for(qtbot, lambda: steps.working.unit == 1)
    assert steps.focus.classes[1] in steps.header.kind.text()


def test_it_says_that_the_network_is_given_the_image_normalised(steps, qtbot):
    assert steps.session.project.data.normalize and steps.input.note.isVisible()
    assert "normalised" in steps.input.note.text()
    look_at(steps, "relu1", qtbot)
    assert not steps.input.note.isVisible()


def test_the_deviation_is_told_with_the_mean(qtbot):
    plot = SpreadView("Values before")
    qtbot.addWidget(plot)
    values = np.array([-1.0, 0.5, 2.0])
    mean, deviation = float(values.mean()), float(values.std())
    marks = (Marked(mean, "mean"), Marked(2.0, "x =", True))
    plot.show_values("Before", values, marks, (mean - deviation, mean + deviation))
    assert plot.mark_text(marks[0]) == "mean 0.500 ± 1.22"
    assert plot.mark_text(marks[1]) == "x = 2.00"


def test_operands_are_called_by_the_nodes_that_gave_them(qtbot):
    side = Side("Input", channels=True)
    side.resize(300, 500)
    qtbot.addWidget(side)
    side.show()
    maps = np.random.default_rng(0).random((2, 8, 8))
    written = []
    for titles in ((), ("bn3b", "bn3skip")):
        side.show_channels(maps, 0, titles)
        written.append(array_of(side.channels.grab().toImage()))
    assert (written[0] != written[1]).any()


def test_it_follows_the_layer_that_is_selected_on_the_canvas(steps, workspace, qtbot):
    relu = steps.session.network.find("relu1")
    steps.session.select([relu.id])
    wait_for(qtbot, lambda: steps.working.layer == "relu1")
    workspace.show_page(next(iter(workspace.pages)))
    steps.focus.show_layer("conv1")
    steps.session.inspect_requested.emit("Steps")
    assert workspace.tabs.currentWidget() is steps
    wait_for(qtbot, lambda: steps.working.layer == "relu1")


def test_it_can_be_taken_out_as_a_picture_and_as_python(steps, qtbot):
    figure = steps.figure()
    height, width, _ = figure.panels[0].pixels.shape
    assert (width, height) == (2 * steps.parts.width(), 2 * steps.parts.height())
    assert steps.sentence.text() in figure.caption and "untrained network" in figure.caption
    steps.picture_button.look()
    assert not steps.picture_button.python_action.isEnabled(), "lines begin with a run"


def test_a_seven_by_seven_kernel_shows_its_numbers(steps, qtbot):
    values = np.arange(49.0).reshape(7, 7) / 49 - 0.5
    colors = np.zeros((7, 7, 3), np.uint8)
    board = steps.middle.board
    board.resize(700, 300)
    board.show_grids([Grid("a", values, colors, sign) for sign in ("", "×", "=")])
    assert board.shows_numbers


def test_it_is_drawn_in_both_themes(steps, qtbot):
    light = steps.grab().toImage()
    steps.session.set_theme("dark")
    steps.redraw()
    assert steps.grab().toImage() != light


def test_the_canvas_menu_of_a_card_leads_here(session, shapes_project, qtbot):
    session.replace_document(Document(shapes_project))
    window = MainWindow(session)
    qtbot.addWidget(window, before_close_func=lambda window: setattr(window, "_may_close", True))
    window.show_workspace("design")
    window.show()
    qtbot.waitExposed(window)
    canvas = window.workspaces["design"].canvas
    conv = session.network.find("conv1")
    menu = context_menu(canvas, canvas.canvas_scene.nodes[conv.id].rect.center())
    action = next(one for one in menu.actions() if one.text() == "Show how it computes")
    action.trigger()
    inspect = window.workspaces["inspect"]
    assert isinstance(inspect.tabs.currentWidget(), StepsPage)
    inspect.networks.choose_untrained()
    page = inspect.pages[StepsPage]
    wait_for(qtbot, lambda: page.working is not None and page.working.layer == "conv1", 90)
