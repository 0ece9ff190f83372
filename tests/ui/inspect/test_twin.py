"""The twin on shuffled labels, trained from the scorecard."""

from __future__ import annotations

from PySide6.QtCore import Qt

from cnnstudio.graph import Document
from cnnstudio.training.twin import twin_of
from cnnstudio.ui.inspect import InspectWorkspace
from tests.ui.conftest import wait_for
from tests.ui.inspect.conftest import is_filled


def test_the_twin_is_trained_in_the_background_and_then_the_check_is_made(
    session, shapes_project, finished_run, qtbot
):
    session.replace_document(Document(shapes_project))
    session.runs.set_roots([finished_run.path.parent])
    made = InspectWorkspace(session)
    made.resize(1380, 780)
    qtbot.addWidget(made)
    session.show_run(finished_run)
    made.show()
    wait_for(qtbot, lambda: is_filled(made), 90)
    card = made.image_page.heat.scorecard
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: bool(card.results), 90)
    assert _labels(card)["verdict"] == "unknown" and card.train_twin.text() == "Train the twin"

    with qtbot.waitSignal(session.told, timeout=20_000) as told:
        qtbot.mouseClick(card.train_twin, Qt.MouseButton.LeftButton)
    assert "shuffled labels" in told.args[0].text
    assert card.train_twin.text() == "The twin is being trained" and not card.train_twin.isEnabled()
    wait_for(qtbot, lambda: bool(card.results) and _labels(card)["value"] is not None, 110)
    assert card.train_twin is None and session.run == finished_run
    assert twin_of(finished_run).project().data.shuffled_labels == 1


def _labels(card) -> dict:
    return next(one for one in card.results if one["check"] == "labels")
