"""Sorting, colouring and opening feature maps on the Image page, with a real network and data."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.inspect import InspectWorkspace
from cnnstudio.ui.inspect.image_page import ImagePage
from cnnstudio.ui.inspect.units.unit_strip import UnitStrip
from tests.ui.conftest import wait_for


@pytest.fixture
def page(untrained: InspectWorkspace, qtbot) -> ImagePage:
    """The Image page on the convolution of the untrained network."""
    made = untrained.image_page
    untrained.focus.show_layer("conv1")
    wait_for(qtbot, lambda: made.maps._asked.get("layer") == "conv1")
    return made


@pytest.fixture
def opened(page: ImagePage, qtbot) -> ImagePage:
    """The same with unit 2 by itself, and all that is to be known of it."""
    mosaic = page.maps.mosaic
    place = mosaic.tile_rect(2).center()
    qtbot.mouseClick(mosaic.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_for(qtbot, lambda: len(page.maps.large.strip.examples) == 9)
    return page


def choose(box, data) -> None:
    """As a person does with the keyboard or mouse."""
    box.choose(data)
    box.activated.emit(box.currentIndex())


def test_maps_come_in_the_order_of_their_means(page, qtbot):
    choose(page.maps.sort, "mean")
    means = page.maps._maps.mean((1, 2))
    mosaic = page.maps.mosaic
    tiles = sorted(
        range(4), key=lambda unit: (mosaic.tile_rect(unit).y(), mosaic.tile_rect(unit).x())
    )
    assert tiles == np.argsort(-means).tolist()
    qtbot.keyClick(mosaic, Qt.Key.Key_Home)
    assert mosaic.current == int(means.argmax())


@pytest.mark.parametrize(("sort", "words"), [("selectivity", "selectivity over"),
                                             ("importance", "importance for")])  # fmt: skip
def test_orders_that_the_kernel_decides_come_when_they_are_known(page, qtbot, sort, words):
    choose(page.maps.sort, sort)
    wait_for(qtbot, lambda: words in page.maps.note.text())
    values = page.maps._values
    assert [values[unit] for unit in page.maps._order] == sorted(values, reverse=True)
    assert page.maps.target.isVisible() == (sort == "importance")


def test_order_and_colours_are_remembered(page, qtbot):
    choose(page.maps.sort, "mean")
    choose(page.maps.colour_map, "coolwarm")
    settings = page.session.settings
    assert settings.value("inspect/sort", "") == "mean"
    assert settings.value("inspect/colours", "") == "coolwarm"


def test_signed_colours_have_0_in_their_middle(page):
    choose(page.maps.colour_map, "coolwarm")
    page.maps.enlarge(1)
    values = page.maps._maps[1]
    most = np.abs(values).max()
    place = np.unravel_index(np.abs(values).argmin(), values.shape)
    shown = array_of(page.maps.large.view.image)[place]
    level = round((values[place] / most + 1) / 2 * 255)
    assert np.abs(shown.astype(int) - colour_maps["coolwarm"][level]).max() <= 2


def test_the_pointer_over_the_map_shows_what_is_seen_from_there_and_back(opened, qtbot):
    view, image = opened.maps.large.view, opened.prediction.view
    height, width = opened.maps._maps.shape[1:]
    place = view.picture_rect()
    at = QPointF(place.left() + 10.5 / width * place.width(),
                 place.top() + 5.5 / height * place.height())  # fmt: skip
    qtbot.mouseMove(view, at.toPoint() + QPoint(2, 2))
    qtbot.mouseMove(view, at.toPoint())
    assert image.box == QRectF(9, 4, 3, 3)  # a 3×3 convolution with padding 1

    on_image = image.picture_rect()
    qtbot.mouseMove(image, on_image.topLeft().toPoint() + QPoint(40, 40))
    qtbot.mouseMove(image, on_image.topLeft().toPoint() + QPoint(2, 2))
    assert image.box == QRectF(0, 0, 2, 2)


def test_zooming_the_map_zooms_the_image_and_back_shows_it_whole(opened, qtbot):
    view, image = opened.maps.large.view, opened.prediction.view
    center = view.picture_rect().center()
    wheel = QWheelEvent(
        center, QPointF(view.mapToGlobal(center.toPoint())), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
        False,
    )  # fmt: skip
    QApplication.sendEvent(view, wheel)
    assert image.region == view.region and image.region.width() == pytest.approx(0.64)

    inside = image.frame_rect().center().toPoint()
    qtbot.mousePress(image, Qt.MouseButton.LeftButton, pos=inside)
    qtbot.mouseMove(image, inside + QPoint(-30, 0))
    qtbot.mouseRelease(image, Qt.MouseButton.LeftButton, pos=inside + QPoint(-30, 0))
    assert view.region == image.region and view.region.left() > 0.18

    qtbot.keyClick(opened.maps.large, Qt.Key.Key_Escape)
    assert image.region == QRectF(0, 0, 1, 1) and not image.zoomable and image.box is None


def test_a_unit_tells_its_filter_field_and_exciting_samples_and_a_click_looks_at_one(opened, qtbot):
    strip = opened.maps.large.strip
    assert "3×3 on 3 channels" in strip.weights.text() and strip.kernel.isVisible()
    assert "3×3 pixels" in strip.field.text()
    values = [button.sample["value"] for button in strip.examples]
    assert values == sorted(values, reverse=True)

    best = strip.examples[0]
    qtbot.mouseClick(best, Qt.MouseButton.LeftButton)
    assert opened.focus.image == ["test", best.sample["index"]]
    wait_for(qtbot, lambda: opened.maps._asked["image"] == opened.focus.image)
    assert opened.maps.unit_shown == 2
    assert opened.maps._maps[2].max() == pytest.approx(best.sample["value"], rel=1e-4)


@pytest.mark.parametrize(
    ("selectivity", "told"), [(0.03, "It tells no class apart"), (0.4, "It answers most to star")]
)
def test_a_favourite_class_is_named_only_where_there_is_one(qtbot, selectivity, told):
    strip = UnitStrip()
    qtbot.addWidget(strip)
    strip.show_examples(
        {"samples": [], "scanned": 450, "favourite": "star", "selectivity": selectivity}
    )
    assert strip.about.text() == (
        f"of 450 test images. {told}: class selectivity {selectivity:.2f}."
    )


def test_units_are_taken_out_until_they_are_put_back(opened, qtbot):
    strip, without, bars = (
        opened.maps.large.strip, opened.prediction.without, opened.prediction.bars,
    )  # fmt: skip
    qtbot.mouseClick(strip.ablate, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: bars.after is not None)
    assert without.isVisible() and "unit 2 of conv1" in without.words.text()
    assert not np.allclose(bars.after, opened.focus.prediction["probabilities"])
    likeliest = opened.focus.classes[int(np.argmax(bars.after))]
    said = opened.prediction.verdict.text()
    assert said.startswith(f"With unit 2 of conv1 taken out: {likeliest}, ")
    assert opened.maps.mosaic.accessibleDescription() == "Taken out: 2"

    qtbot.keyClick(opened.maps.large, Qt.Key.Key_Right)
    assert opened.maps.unit_shown == 3 and not strip.ablate.isChecked()
    qtbot.mouseClick(strip.ablate, Qt.MouseButton.LeftButton)
    assert opened.units.ablated == {"conv1": [2, 3]}

    wait_for(qtbot, lambda: opened.prediction.verdict.text().startswith("With 2 units"))
    place = without.clear.mapTo(opened, QPoint())
    qtbot.mouseClick(without.test, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: "test images are right" in without.result.text())
    assert without.clear.mapTo(opened, QPoint()) == place

    qtbot.mouseClick(without.clear, Qt.MouseButton.LeftButton)
    assert bars.after is None and not without.isVisible() and not strip.ablate.isChecked()
    assert not opened.prediction.verdict.text().startswith("With")
    assert opened.maps.mosaic.accessibleDescription() == ""


def test_another_network_has_nothing_taken_out(opened, qtbot):
    qtbot.mouseClick(opened.maps.large.strip.ablate, Qt.MouseButton.LeftButton)
    opened.focus.show_subject(opened.focus.subject, opened.focus.image)
    assert opened.units.ablated == {} and not opened.prediction.without.isVisible()
