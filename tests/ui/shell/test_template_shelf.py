"""The templates on the start page."""

import pytest
from PySide6.QtCore import Qt

from cnnstudio.blueprints import blueprints
from cnnstudio.ui.template_shelf import TemplateShelf, facts, summary


@pytest.fixture
def shelf(session, qtbot) -> TemplateShelf:
    made = TemplateShelf(session)
    qtbot.addWidget(made)
    qtbot.waitUntil(made.isVisible)
    return made


def shown(shelf: TemplateShelf) -> list[str]:
    cards = [card for section, _ in shelf._families for card in section.cards]
    return [card.objectName().removeprefix("template_") for card in cards if card.isVisible()]


def test_words_in_any_order_find_templates_by_name_year_or_author(shelf, qtbot):
    everything = shown(shelf)
    assert "resnet50" in everything and "lenet5" in everything
    qtbot.keyClicks(shelf.search, "he 2015 152")
    qtbot.waitUntil(lambda: shown(shelf) == ["resnet152"])
    qtbot.keyClick(shelf.search, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: shown(shelf) == everything)


def test_enter_goes_on_to_the_first_card_that_fits_and_opens_it(shelf, qtbot):
    shelf.activateWindow()
    qtbot.waitUntil(shelf.isActiveWindow)
    qtbot.keyClicks(shelf.search, "densenet169")
    qtbot.keyClick(shelf.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shelf.focusWidget() is not shelf.search)
    with qtbot.waitSignal(shelf.chosen) as chosen:
        qtbot.keyClick(shelf.focusWidget(), Qt.Key.Key_Return)
    assert chosen.args == ["densenet169"]


def test_a_search_without_a_match_says_so(shelf, qtbot):
    qtbot.keyClicks(shelf.search, "perceptron 2030")
    assert shown(shelf) == []
    assert shelf._nothing.isVisible()


def test_a_card_tells_size_and_year_and_does_not_repeat_the_name():
    [resnet] = [blueprint for blueprint in blueprints() if blueprint.name == "resnet50"]
    assert facts(resnet) == "25.6 M parameters · 2015"
    assert summary(resnet).startswith("Bottleneck blocks")
