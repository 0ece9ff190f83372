from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.interpret.figures.pictures import overlay
from cnnstudio.ui.choice_box import ChoiceBox
from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.inspect.focus import Focus
from cnnstudio.ui.inspect.heat_view import HeatView
from cnnstudio.ui.inspect.maps_panel import MapsPanel
from cnnstudio.ui.inspect.mosaic import Mosaic
from cnnstudio.ui.inspect.number import number_text
from cnnstudio.ui.inspect.prediction_bars import ROW_HEIGHT, PredictionBars
from cnnstudio.ui.inspect.vector_plot import VectorPlot

MAPS = np.stack([np.linspace(0, 1 + unit, 64, dtype=np.float32).reshape(8, 8) for unit in range(9)])
FLAT = {"layer": "conv1", "channels": 9, "maps": MAPS}


@pytest.fixture
def panel(session, qtbot) -> MapsPanel:
    made = MapsPanel(session, Focus(session))
    qtbot.addWidget(made)
    made.resize(640, 600)
    made.show()
    qtbot.waitExposed(made)
    made.show_maps(FLAT, [])
    return made


def click_tile(qtbot, mosaic: Mosaic, unit: int) -> None:
    place = mosaic.tile_rect(unit).center()
    qtbot.mouseClick(mosaic.viewport(), Qt.MouseButton.LeftButton, pos=place)


def pixel(widget, point: QPoint) -> tuple[int, int, int]:
    return widget.grab().toImage().pixelColor(point).getRgb()[:3]


def test_clicking_a_map_enlarges_it(panel, qtbot):
    click_tile(qtbot, panel.mosaic, 4)

    assert panel.views.currentWidget() is panel.large
    assert panel.large.unit == 4
    assert "4" in panel.large.caption.text()


def test_the_enlarged_map_tells_the_value_under_the_pointer(panel, qtbot):
    panel.enlarge(2)
    view = panel.large.view
    place = view.picture_rect()

    qtbot.mouseMove(view, place.center().toPoint())
    qtbot.mouseMove(view, place.bottomRight().toPoint() - QPoint(3, 3))

    assert panel.large.value.text() == f"row 7, column 7: {number_text(float(MAPS[2, 7, 7]))}"


def test_arrows_home_and_end_go_through_the_enlarged_maps(panel, qtbot):
    panel.enlarge(3)

    qtbot.keyClick(panel.large, Qt.Key.Key_Right)
    assert panel.large.unit == 4
    qtbot.keyClick(panel.large, Qt.Key.Key_End)
    assert panel.large.unit == 8
    qtbot.keyClick(panel.large, Qt.Key.Key_Home)
    assert panel.large.unit == 0
    qtbot.keyClick(panel.large, Qt.Key.Key_Escape)
    assert panel.views.currentWidget() is panel.mosaic


def test_the_mosaic_is_walked_with_the_keyboard(panel, qtbot):
    mosaic = panel.mosaic
    qtbot.keyClick(mosaic, Qt.Key.Key_Right)
    assert mosaic.current == 1
    qtbot.keyClick(mosaic, Qt.Key.Key_End)
    assert mosaic.current == 8

    qtbot.keyClick(mosaic, Qt.Key.Key_Return)

    assert panel.large.unit == 8


def test_a_tile_has_the_colours_of_its_values(panel):
    tile = panel.mosaic.tile_rect(5)
    low, high = colour_maps["viridis"][0], colour_maps["viridis"][255]

    assert pixel(panel.mosaic.viewport(), tile.topLeft() + QPoint(3, 3)) == tuple(low)
    assert pixel(panel.mosaic.viewport(), tile.bottomRight() - QPoint(3, 3)) == tuple(high)


def test_on_a_common_scale_only_the_largest_value_is_brightest(panel, qtbot):
    panel.scale.setCurrentIndex(1)
    panel.scale.activated.emit(1)
    corner = panel.mosaic.tile_rect(0).bottomRight() - QPoint(3, 3)
    level = round(float(MAPS[0].max() / MAPS.max()) * 255)

    assert pixel(panel.mosaic.viewport(), corner) == tuple(colour_maps["viridis"][level])


def test_many_maps_are_coloured_only_where_they_are_seen(panel):
    many = np.random.default_rng(0).random((256, 16, 16), np.float32)
    panel.show_maps({"layer": "x", "channels": 512, "maps": many}, [])
    panel.grab()

    assert 0 < len(panel.mosaic._images) < 256
    assert panel.note.text() == "512 maps of 16×16, the first 256 shown"


def test_values_that_are_no_number_do_not_spoil_the_map(panel):
    spoilt = MAPS.copy()
    spoilt[0, 0, 0] = np.nan
    spoilt[1, 0, 0] = np.inf
    panel.show_maps({**FLAT, "maps": spoilt}, [])
    panel.grab()

    tile = panel.mosaic.tile_rect(0)
    expected = tuple(colour_maps["viridis"][255])
    assert pixel(panel.mosaic.viewport(), tile.bottomRight() - QPoint(3, 3)) == expected


def test_a_vector_is_shown_as_bars_with_the_classes_names(panel, qtbot):
    values = np.array([0.5, -1.0, 2.0], np.float32)
    panel.show_maps({"layer": "fc", "channels": 3, "values": values}, ["cat", "dog", "cow"])

    assert panel.views.currentWidget() is panel.plot
    qtbot.mouseMove(panel.plot, panel.plot.bar_rect(2).center().toPoint())
    assert panel.note.text() == "cow: 2.00"
    qtbot.keyClick(panel.plot, Qt.Key.Key_Home)
    assert panel.note.text() == "cat: 0.500"


def test_bars_stand_above_and_below_zero(qtbot):
    plot = VectorPlot()
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show_values(np.array([1.0, -1.0], np.float32))

    assert plot.bar_rect(0).bottom() == pytest.approx(plot.bar_rect(1).top())


def test_the_heat_has_the_colours_of_its_values():
    image = np.zeros((16, 16, 3), np.uint8)
    heat = np.linspace(0, 3, 256, dtype=np.float32).reshape(16, 16)

    picture = overlay(image, heat, 1.0)

    table = colour_maps["magma"].astype(float)
    levels = np.arange(256).reshape(16, 16)
    expected = (0.35 + 0.65 * levels / 255)[..., None] * table[levels]
    assert np.abs(picture - expected).max() <= 1


def test_without_opacity_the_image_is_as_it_was():
    image = np.random.default_rng(0).integers(0, 255, (8, 8, 3), np.uint8)

    assert (overlay(image, np.ones((8, 8), np.float32), 0.0) == image).all()


def test_the_hottest_pixel_on_screen_is_the_hottest_of_the_array(qtbot):
    heat = np.zeros((32, 32), np.float32)
    heat[20:24, 4:8] = 1.0
    view = HeatView()
    qtbot.addWidget(view)
    view.resize(320, 320)
    view.set_opacity(1.0)
    view.show_heat(np.zeros((32, 32, 3), np.uint8), heat)

    brightness = array_of(view.grab().toImage()).astype(int).sum(axis=2)
    row, column = np.unravel_index(brightness.argmax(), brightness.shape)

    assert 20 <= row / 10 < 24 and 4 <= column / 10 < 8


def test_the_likeliest_class_comes_first_and_can_be_clicked(qtbot):
    bars = PredictionBars()
    qtbot.addWidget(bars)
    bars.show_prediction(["a", "b", "c"], np.array([0.1, 0.7, 0.2]), true=0)
    bars.show()

    with qtbot.waitSignal(bars.chosen) as told:
        point = QPoint(20, ROW_HEIGHT + 5)
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=point)

    assert bars.order == [1, 2, 0]
    assert told.args == [2]


def test_at_another_moment_each_class_stays_in_its_row(qtbot):
    bars = PredictionBars()
    qtbot.addWidget(bars)
    names = ["a", "b", "c"]
    bars.show_prediction(names, np.array([0.1, 0.7, 0.2]))
    bars.show_prediction(names, np.array([0.6, 0.3, 0.1]), in_place=True)
    assert bars.order == [1, 2, 0]
    bars.show_prediction(names, np.array([0.6, 0.3, 0.1]))
    assert bars.order == [0, 1, 2]
    many = [str(number) for number in range(12)]
    bars.show_prediction(many, np.arange(12)[::-1] / 66)
    bars.show_prediction(many, np.arange(12) / 66, in_place=True)
    assert bars.order[0] == 11  # the likeliest had no row to stay in


def test_a_text_longer_than_its_box_ends_in_dots(qtbot):
    long, short = ChoiceBox("Long", [("By importance for a class", 0)]), ChoiceBox("Short")
    for box in (long, short):
        qtbot.addWidget(box)
        box.resize(96, 30)
    pictures = []
    for ending in range(4, 16):
        short.show_items([("By importance for a class"[:ending].rstrip() + "…", 0)])
        pictures.append(short.grab().toImage())
    assert long.grab().toImage() in pictures


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_numbers_are_short(value):
    text = number_text(value)

    assert len(text) <= 9
    assert text.startswith("−") == (value < 0)
