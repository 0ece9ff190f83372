"""The pages Visualize and Attack, by mouse and keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.inspect.imagine.attack_page import AttackPage
from cnnstudio.ui.inspect.imagine.visualize_page import VisualizePage
from tests.ui.conftest import wait_for

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def visualize(untrained, qtbot):
    untrained.show_page(VisualizePage)
    page = untrained.pages[VisualizePage]
    wait_for(qtbot, lambda: page.choice.of.text().startswith("of "), 60)
    return page


@pytest.fixture
def attack(untrained, qtbot):
    untrained.show_page(AttackPage)
    page = untrained.pages[AttackPage]
    wait_for(qtbot, lambda: page.slider.isEnabled() and not page.inquiry.waiting, 60)
    return page


def type_steps(page, qtbot, steps):
    page.parameters.fold.click()
    editor = page.parameters.form.editor("steps")
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, str(steps))
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_a_picture_grows_is_stopped_goes_on_and_is_there_again_at_once(visualize, qtbot):
    page = visualize
    type_steps(page, qtbot, 48)
    assert page.parameters.values == {"steps": 48}
    assert "Press Start" in page.stage.notice.message.text

    qtbot.mouseClick(page.start_button, LEFT)
    wait_for(qtbot, lambda: page.picture.image is not None, 60)
    assert page.start_button.text() == "Stop"
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.studio.is_busy and page.start_button.text() == "Go on"
    assert page.stage.shows_content and "of 48" in page.told.text()

    early = array_of(page.picture.image)
    qtbot.mouseClick(page.start_button, LEFT)
    wait_for(qtbot, lambda: not page.studio.is_busy, 60)
    done = array_of(page.picture.image)
    assert done.shape == (32, 32, 3) and (done != early).any()
    assert page.curve.points == 48 and page.told.text().startswith("Step 48 of 48")
    assert not page.start_button.isEnabled() and page.start_button.text() == "Done"
    steps, value = page.curve.captions
    assert steps == "step 1 … 48" and f": {value}; noise" in page.told.text()

    page.choice.unit.setFocus()
    qtbot.keyClick(page.choice.unit, Qt.Key.Key_Up)
    assert page.focus.unit == 1 and not page.stage.shows_content
    qtbot.keyClick(page.choice.unit, Qt.Key.Key_Down)
    assert page.stage.shows_content and not page.studio.is_busy
    assert (array_of(page.picture.image) == done).all()

    assert page.figure().panels[0].pixels.shape == (32, 32, 3)
    qtbot.mouseClick(page.look_button, LEFT)
    wait_for(qtbot, lambda: str(page.focus.image).endswith(".png"), 30)
    wait_for(qtbot, lambda: page.focus.prediction is not None, 30)
    assert (page.focus.prediction["image"] == done).all()


def test_all_units_of_a_layer_fill_a_mosaic_whose_tiles_open(visualize, qtbot):
    page = visualize
    type_steps(page, qtbot, 2)
    page.choice.choose("layer")
    qtbot.mouseClick(page.start_button, LEFT)
    wait_for(qtbot, lambda: not page.studio.is_busy and page.stage.shows_content, 60)
    count = int(page.choice.of.text().removeprefix("of "))
    assert page.told.text().startswith(f"{count} of {count} units")
    assert len(page.figure().panels) == count

    place = page.mosaic.tile_rect(2).center()
    qtbot.mouseClick(page.mosaic.viewport(), LEFT, pos=place)
    assert page.focus.unit == 2 and page.choice.kind.currentData() == "unit"
    assert page.stage.shows_content and page.picture.image is not None
    assert not page.start_button.isEnabled()


def test_samples_that_excite_the_unit_stand_below_and_follow_it(visualize, untrained, qtbot):
    page = visualize
    qtbot.mouseClick(page.samples.find, LEFT)
    wait_for(qtbot, lambda: len(page.samples.examples) > 1, 60)
    values = [button.sample["value"] for button in page.samples.examples]
    assert values == sorted(values, reverse=True) and not page.samples.find.isVisible()

    page.focus.show_unit(1)
    assert not page.samples.examples
    wait_for(qtbot, lambda: len(page.samples.examples) > 1, 60)
    best = page.samples.examples[0]
    qtbot.mouseClick(best, LEFT)
    assert page.focus.image == [best.sample["split"], best.sample["index"]]
    assert untrained.tabs.currentWidget() is untrained.image_page


def test_a_class_is_told_with_its_probability(visualize, qtbot):
    page = visualize
    type_steps(page, qtbot, 3)
    page.choice.choose("class")
    qtbot.mouseClick(page.start_button, LEFT)
    wait_for(qtbot, lambda: not page.studio.is_busy and page.stage.shows_content, 60)
    name = page.focus.classes[0]
    assert f"takes it for “{name}” with" in page.told.text()
    value = page.curve.captions[1]
    assert value.startswith("log-odds ") and f": {value}; noise" in page.told.text()
    assert page.heading.text() == f"What excites “{name}” most"


def test_the_slider_moves_picture_and_prediction_at_once(attack, qtbot):
    page = attack
    answer = page.answer
    page.slider.setFocus()
    qtbot.keyClick(page.slider, Qt.Key.Key_Home)
    assert page.views.note.text().startswith("Nothing is added")
    image = page.views.result
    assert (image == page.answer["image"]).all()
    qtbot.keyClick(page.slider, Qt.Key.Key_End)
    changed = np.abs(page.views.result.astype(int) - image)
    assert changed.max() == 32 and "32/255" in page.amount.text()
    qtbot.keyClick(page.slider, Qt.Key.Key_Left)
    assert np.abs(page.views.result.astype(int) - image).max() == 31
    assert not page.inquiry.waiting and page.answer is answer
    shares = page.answer["probabilities"][31]
    assert page.views.after.order[0] == shares.argmax()
    turned = np.array(page.slider.turned)
    assert (turned == (page.answer["probabilities"].argmax(1) != turned_from(page))).all()
    told = "Where it changes" if turned.any() else "No change up to here changes"
    assert page.legend.text == f"{told} the decision" and page.legend.isVisible()


def turned_from(page):
    return page.answer["probabilities"][0].argmax()


def test_the_smallest_change_is_marked_where_the_slider_turns(attack, qtbot):
    page = attack
    if not any(page.slider.turned):  # an untrained network may hold out against one step
        page.method.setCurrentIndex(1)
        page.method.activated.emit(1)
        wait_for(qtbot, lambda: page.inquiry.waiting)
        wait_for(qtbot, lambda: not page.inquiry.waiting, 60)
    first = page.slider.turned.index(True)
    qtbot.mouseClick(page.find_button, LEFT)
    wait_for(qtbot, lambda: page.slider.smallest is not None, 60)
    assert first - 1 < page.slider.smallest <= first
    assert " turns " in page.found.text() and "/255" in page.found.text()


def test_pgd_asks_anew_and_remembers_the_choice(attack, session, qtbot):
    page = attack
    box = page.method
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    box.activated.emit(box.currentIndex())
    wait_for(qtbot, lambda: page.answer["method"] == "pgd" and not page.inquiry.waiting, 60)
    assert session.settings.value("inspect/attack", "") == "pgd"
    assert page.folds["pgd"].isVisible() and not page.folds["fgsm"].isVisible()
    page.slider.setValue(32)
    before = page.answer["probabilities"][0]
    assert page.answer["probabilities"][32][before.argmax()] < before.max()


def test_the_wheel_comes_closer_in_all_three_pictures(attack, qtbot):
    page = attack
    first, *others = page.views.views
    place = first.picture_rect().topLeft() + QPointF(2, 2)
    for _ in range(4):
        turn(first, place)
    assert page.views.lens.part[:2] == (0, 0) and first.image.width() < 32
    assert all(view.image.size() == first.image.size() for view in others)
    corner = page.answer["image"][: first.image.height(), : first.image.width()]
    assert (array_of(first.image) == corner).all()
    qtbot.mouseDClick(first, LEFT, pos=place.toPoint())
    assert first.image.width() == 32


def turn(view, place):
    event = QWheelEvent(
        place, view.mapToGlobal(place), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)


def test_the_result_is_looked_at_as_an_image(attack, untrained, qtbot):
    page = attack
    page.slider.setValue(6)
    result = page.views.result
    figure = page.figure()
    assert [one.pixels.shape for one in figure.panels] == [(32, 32, 3)] * 3
    assert "at most 6/255" in figure.caption
    qtbot.mouseClick(page.look_button, LEFT)
    assert untrained.tabs.currentWidget() is untrained.image_page
    wait_for(qtbot, lambda: page.focus.prediction is not None, 30)
    assert (page.focus.prediction["image"] == result).all()


def test_robust_accuracy_falls_with_the_change(attack, qtbot):
    page = attack
    qtbot.mouseClick(page.robust.button, LEFT)
    assert page.robust.button.text() == "Stop"
    wait_for(qtbot, lambda: not page.robust.inquiry.waiting, 60)
    assert page.robust.curve.isVisible() and page.robust.curve.points == 7
    assert "right unchanged" in page.robust.told.text()
    low, high = page.robust.curve._y[-1], page.robust.curve._y[0]
    assert low <= high


def test_every_control_has_a_name(visualize, attack):
    visualize.parameters.fold.setChecked(True)
    attack.folds["pgd"].fold.setChecked(True)
    controls = [
        one
        for page in (visualize, attack)
        for one in page.findChildren(QWidget)
        if isinstance(one, QAbstractButton | QAbstractSlider | QComboBox | QLineEdit)
        and not isinstance(one, QScrollBar)
        and not one.objectName().startswith("qt_")
    ]
    assert len(controls) > 30
    nameless = [one for one in controls if not one.accessibleName()]
    assert not [one for one in nameless if not (isinstance(one, QAbstractButton) and one.text())]
