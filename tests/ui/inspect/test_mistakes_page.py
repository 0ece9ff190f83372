"""The Mistakes page, driven by mouse and keyboard."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnnstudio.interpret.explanations.explain import explanation
from cnnstudio.interpret.samples.mistakes import mistakes
from cnnstudio.interpret.subject import open_untrained
from cnnstudio.ui.inspect.mistakes.page import MistakesPage
from tests.ui.conftest import wait_for

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
PICTURE = Qt.ItemDataRole.DecorationRole


@pytest.fixture
def page(untrained, qtbot) -> MistakesPage:
    """Mistakes of the untrained network on its test images, with the heat of those in view."""
    made = untrained.pages[MistakesPage]
    untrained.show_page(MistakesPage)
    wait_for(qtbot, lambda: made._answer is not None and made.grid.mistakes.heat_of(0), 60)
    return made


def test_tiles_are_the_mistakes_with_the_heat_of_what_they_were_taken_for(page):
    subject = open_untrained(page.session.project)
    facts = mistakes(subject, "test").facts()
    model = page.grid.mistakes
    assert [fact["index"] for fact in model.facts] == [fact["index"] for fact in facts]
    assert page.heading.title.text().startswith(f"{len(facts)} mistakes of ")
    assert model.index(0).data() == f"{facts[0]['class']} → {facts[0]['taken_for']}"
    picture = subject.picture(("test", facts[0]["index"]))
    alone = explanation(subject.model, picture.tensor[None], "gradcam", facts[0]["predicted"])
    image, heat = model.heat_of(0)
    np.testing.assert_array_equal(image, picture.image)
    np.testing.assert_allclose(heat, alone.heat[0], atol=1e-4)
    assert page.choice.layer.currentText() == f"Suggested: {alone.layer}"


def test_a_pair_of_classes_is_filtered_and_its_true_class_explained(page, qtbot):
    model = page.grid.mistakes
    pairs = Counter((fact["class"], fact["taken_for"]) for fact in model.facts)
    (true, taken), count = pairs.most_common(1)[0]
    assert page.choice.pair.itemText(1) == f"{true} → {taken}   {count}"
    page.choice.pair.setCurrentIndex(1)
    page.choice.pair.activated.emit(1)
    assert {(fact["class"], fact["taken_for"]) for fact in model.facts} == {(true, taken)}
    wait_for(qtbot, lambda: model.heat_of(0))
    before = model.heat_of(0)[1]
    page.choice.of.setCurrentIndex(1)
    page.choice.of.activated.emit(1)
    wait_for(qtbot, lambda: model.heat_of(0))
    assert np.abs(model.heat_of(0)[1] - before).max() > 0


def test_heat_is_turned_off_and_faded(page, qtbot):
    model = page.grid.mistakes
    wait_for(qtbot, lambda: model.heat_of(0) and model._pictures)
    hot = model.index(0).data(PICTURE)
    page.choice.opacity.setValue(10)
    faint = model.index(0).data(PICTURE)
    page.heat_button.click()
    wait_for(qtbot, lambda: model.index(0).data(PICTURE) is not None)
    plain = model.index(0).data(PICTURE)
    assert hot != faint and plain not in (hot, faint)
    assert not page.choice.opacity.isEnabled()


def test_a_click_looks_at_the_image_and_two_open_it(page, untrained, qtbot):
    rect = page.grid.visualRect(page.grid.model().index(1))
    qtbot.mouseClick(page.grid.viewport(), LEFT, NONE, rect.center())
    index = page.grid.mistakes.facts[1]["index"]
    assert untrained.images.image == ["test", index]
    assert untrained.tabs.currentWidget() is page
    qtbot.keyClick(page.grid, Qt.Key.Key_Return)
    assert untrained.tabs.currentWidget() is untrained.image_page


def test_only_tiles_in_view_are_explained(page, untrained, qtbot):
    page.choice.split.choose("train")
    page.choice.split_changed.emit()
    model = page.grid.mistakes
    wait_for(qtbot, lambda: page._answer is not None and model.heat_of(0), 60)
    wait_for(qtbot, lambda: not model._inquiry.waiting and not model._heat_wanted)
    seen = [
        row for row in range(len(model.facts))
        if page.grid.viewport().rect().intersects(page.grid.visualRect(model.index(row)))
    ]  # fmt: skip
    there = [row for row in range(len(model.facts)) if model.heat_of(row)]
    assert set(seen) <= set(there) and len(there) < len(model.facts)
    figure = page.figure()
    assert len(figure.panels) == len(there) and "Grad-CAM" in figure.caption


def test_a_method_that_can_not_be_had_is_told_above_the_images(page, qtbot):
    page.choice.method.choose("cam")
    page.choice._take_method()
    wait_for(qtbot, lambda: page.note.isVisible())
    assert page.note.text() and page.stage.shows_content
    wait_for(qtbot, lambda: page.grid.mistakes.index(0).data(PICTURE) is not None)
