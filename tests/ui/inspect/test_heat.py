"""Explanations in the window: methods, two classes, parameters, and the scorecard."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QLineEdit, QSlider

from cnnstudio.interpret.explanations.methods import methods
from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.interpret.figures.pictures import overlay
from cnnstudio.interpret.trust.checks import checks
from cnnstudio.ui.inspect.heat_choice import HeatChoice
from cnnstudio.ui.inspect.heat_panel import HeatPanel
from cnnstudio.ui.inspect.method_box import MethodBox
from cnnstudio.ui.inspect.scorecard import Scorecard
from tests.ui.conftest import wait_for
from tests.ui.inspect.conftest import is_filled

RESULTS = [
    {"check": "randomisation", "title": "Depends on the weights", "verdict": "bad", "value": 1.0,
     "text": "It does not show what the network has learnt.", "measures": {}},
    {"check": "pointing", "title": "Points at the object", "verdict": "unknown", "value": None,
     "text": "Not known.", "measures": {}},
]  # fmt: skip


@pytest.fixture
def choice(qtbot) -> HeatChoice:
    made = HeatChoice()
    qtbot.addWidget(made)
    made.list_classes(["cat", "dog", "cow"])
    made.show()
    return made


def test_methods_stand_by_family_with_what_they_cost(qtbot):
    box = MethodBox("Method")
    qtbot.addWidget(box)
    headings = [text for text, kind in box.items if not kind]
    assert headings == ["CLASS ACTIVATION", "GRADIENTS", "PERTURBATION"]
    assert [kind for _, kind in box.items if kind] == [
        kind for heading in headings for kind, one in methods.items()
        if one.category.upper() == heading
    ]  # fmt: skip
    assert not box.model().item(0).isEnabled() and box.currentData() == "gradcam"
    tip = box.itemData(box.findData("rise"), Qt.ItemDataRole.ToolTipRole)
    assert "Cost: a pass for each mask" in tip

    last = max(place for place, (_, kind) in enumerate(box.items)
               if kind and methods[kind].category == "Class activation")  # fmt: skip
    box.setCurrentIndex(last)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert box.currentData() == "gradients"  # the heading is passed over


def test_a_method_s_parameters_are_asked_for_and_only_what_differs_is_told(choice, qtbot):
    assert choice.fold.isHidden()
    choice.method.choose("occlusion")
    assert choice.fold.text() == "Parameters" and choice.form.isHidden()
    qtbot.mouseClick(choice.fold, Qt.MouseButton.LeftButton)
    assert choice.form.isVisible()
    spy = QSignalSpy(choice.changed)
    editor = choice.form.editor("window")
    field = editor if isinstance(editor, QLineEdit) else editor.findChild(QLineEdit)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "9")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert spy.count() >= 1
    assert choice.arguments["parameters"] == {"window": 9}
    assert choice.fold.text() == "Parameters · 1 changed"
    choice.method.choose("gradcam")
    assert choice.arguments["parameters"] == {}
    choice.method.choose("occlusion")
    assert choice.arguments["parameters"] == {"window": 9}
    assert choice.arguments["layer"] is None and not choice.layer.isEnabled()


def test_a_method_without_classes_asks_for_none(choice):
    choice.target.choose(1)
    choice.against.choose(2)
    assert (choice.arguments["target"], choice.arguments["against"]) == (1, 2)
    choice.method.choose("eigencam")
    assert not choice.target.isEnabled() and not choice.against.isEnabled()
    assert choice.arguments["target"] is None and choice.arguments["against"] is None


def test_heat_with_a_sign_is_red_above_zero_and_blue_below_and_the_image_at_zero():
    image = np.full((2, 3, 3), 90, np.uint8)
    heat = np.array([[-1, 0, 1], [-1, 0, 1]], np.float32)
    picture = overlay(image, heat, 1.0)
    table = colour_maps["coolwarm"]
    assert tuple(picture[0, 0]) == tuple(table[0]) and tuple(picture[0, 2]) == tuple(table[255])
    assert np.abs(picture[:, 1].astype(int) - 90).max() <= 1


def test_the_scorecard_shows_each_verdict_in_words_and_is_asked_for_by_its_button(qtbot):
    card = Scorecard()
    qtbot.addWidget(card)
    card.show()
    with qtbot.waitSignal(card.wanted):
        qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    card.show_waiting()
    card.show_progress(0.5, "Steady under noise")
    assert card.button.text() == "Cancel" and card.progress.value() == 500
    with qtbot.waitSignal(card.taken_back):
        qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert card.button.text() == "Check" and card.progress.isHidden()

    card.show_answer({"checks": RESULTS})
    shown = [label.text() for label in card.rows.findChildren(type(card.note))]
    assert "Depends on the weights: bad" in shown and "Points at the object: not known" in shown
    assert "It does not show what the network has learnt." in shown
    card.reset()
    assert card.rows.isHidden() and card.results == []


def test_heat_that_is_zero_everywhere_is_told_in_words(session, qtbot):
    panel = HeatPanel(session)
    qtbot.addWidget(panel)
    answer = {
        "class": "cat", "method": "gradcam", "layer": "conv2", "reason": "", "note": "",
        "image": np.full((8, 8, 3), 90, np.uint8), "heat": np.zeros((8, 8), np.float32),
    }  # fmt: skip
    panel.show_heat(answer)

    told = panel.shown.notice.message
    assert not panel.shown.shows_content and not panel.picture_button.isEnabled()
    assert told.text == "Nothing in conv2 speaks for “cat” here."
    assert told.hint == "The heat is 0 everywhere. Try another layer or method."

    panel.show_heat(answer | {"method": "occlusion", "layer": None})
    assert "another method" in panel.shown.notice.message.hint
    heat = answer["heat"].copy()
    heat[3, 4] = 1.0
    panel.show_heat(answer | {"heat": heat})
    assert panel.shown.shows_content and panel.picture_button.isEnabled()


def test_two_classes_are_shown_side_by_side_and_as_difference(untrained, qtbot):
    heat = untrained.image_page.heat
    heat.target.choose(0)
    heat.against.choose(3)
    heat.choice.changed.emit()
    wait_for(qtbot, lambda: is_filled(untrained))

    views = heat.views
    assert all(view.isVisible() for view in views.views)
    names = [heat.target.itemText(heat.target.findData(number)) for number in (0, 3)]
    assert [caption.text() for caption in views.captions[:2]] == names
    assert heat.title.text() == f"Why “{names[0]}”, not “{names[1]}”?"
    np.testing.assert_allclose(views.main._heat, views.first._heat - views.second._heat, atol=1e-6)
    assert views.first._within == views.second._within

    heat.against.choose(None)
    heat.choice.changed.emit()
    wait_for(qtbot, lambda: is_filled(untrained))
    assert not views.first.isVisible() and views.main.isVisible()


def test_a_difference_keeps_the_colours_of_its_sign_where_none_is_below_zero(session, qtbot):
    panel = HeatPanel(session)
    qtbot.addWidget(panel)
    heat = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    answer = {
        "class": "cat", "method": "gradcam", "layer": "conv2", "reason": "", "note": "",
        "image": np.full((8, 8, 3), 90, np.uint8), "heat": heat,
    }  # fmt: skip
    panel.show_heat(answer)
    assert panel.colors._colour_map == "magma"
    other = {"against_class": "dog", "against_heat": heat / 2, "difference": heat / 2}
    panel.show_heat(answer | other)
    low, high = panel.view._within
    assert panel.colors._colour_map == "coolwarm" and low == -high < 0
    assert panel.figure().panels[2].scale.colour_map == "coolwarm"
    panel.show_heat(answer | {"method": "occlusion", "layer": None})
    assert panel.colors._colour_map == "coolwarm"


def test_the_wheel_over_a_slider_without_focus_leaves_its_value(untrained, qtbot):
    heat = untrained.image_page.heat
    assert heat.opacity.focusPolicy() == heat.method.focusPolicy() == Qt.FocusPolicy.StrongFocus
    plain = QSlider()
    qtbot.addWidget(plain)
    moved = []
    for slider in (plain, heat.opacity):
        slider.setValue(50)
        QApplication.sendEvent(slider, _notch())
        moved.append(slider.value() != 50)
    assert moved == [True, False]


def _notch() -> QWheelEvent:
    return QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip


def test_the_question_of_trust_is_in_sight_however_low_the_window(untrained, qtbot):
    heat = untrained.image_page.heat
    assert not heat.area.isAncestorOf(heat.scorecard.button)
    heat.scorecard.show_answer({"checks": RESULTS})
    wait_for(qtbot, lambda: not heat.scorecard.rows.visibleRegion().isEmpty(), 5)


def test_the_scorecard_is_made_in_the_kernel_and_goes_with_the_heat(untrained, qtbot):
    card = untrained.image_page.heat.scorecard
    spy = QSignalSpy(untrained.image_page._trust.progressed)
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    assert card.button.text() == "Cancel"
    wait_for(qtbot, lambda: bool(card.results))

    assert [one["check"] for one in card.results] == list(checks)
    assert spy.count() > 3
    untrained.images.step(1)
    assert card.results == []
    wait_for(qtbot, lambda: is_filled(untrained))


def test_checks_that_are_taken_back_end_and_leave_the_kernel_free(untrained, qtbot):
    heat = untrained.image_page.heat
    heat.method.choose("rise")
    heat.choice._take("masks", 20000, False)  # minutes, were it not taken back
    qtbot.mouseClick(heat.scorecard.button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: heat.busy.text().endswith("%") or untrained.image_page._trust.waiting)
    heat.method.choose("gradients")
    heat.choice.changed.emit()
    assert heat.scorecard.button.text() == "Check"
    wait_for(qtbot, lambda: is_filled(untrained), 30)
    assert heat.view.image is not None and heat.arguments["method"] == "gradients"
