from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from cnnstudio.ui.train.rehearsal_dialog import RehearsalDialog
from tests.ui.conftest import wait_for


def test_findings_and_the_curve_are_shown_and_the_rate_is_used(open_small, qtbot):
    dialog = RehearsalDialog(open_small)
    qtbot.addWidget(dialog)
    dialog.start()
    assert dialog.progress.isVisible()
    wait_for(qtbot, lambda: dialog.found is not None, 90)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert any("learned by heart in" in text for text in words)
    assert dialog.plot.isVisible() and dialog.plot.points > 20
    assert dialog.plot.captions[0].startswith("learning rate 1e−7 … ")
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    suggested = dialog.found["range_test"]["suggestion"]
    assert open_small.project.training.learning_rate == float(f"{suggested:.2g}")
    assert not dialog.isVisible()
    open_small.undo.undo()
    assert open_small.project.training.learning_rate == dialog.found["learning_rate"]


def test_it_can_be_given_up(open_small, qtbot):
    dialog = RehearsalDialog(open_small)
    qtbot.addWidget(dialog)
    dialog.start()
    qtbot.mouseClick(dialog.end, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible() and dialog.found is None


def test_the_batch_size_that_is_fastest_is_found_and_used(open_small, qtbot):
    dialog = RehearsalDialog(open_small)
    qtbot.addWidget(dialog)
    dialog.show()
    row = dialog.batch_sizes
    row.show()
    before = open_small.project.training.batch_size
    qtbot.mouseClick(row.find, Qt.MouseButton.LeftButton)
    assert not row.find.isEnabled() and row.words.isVisible()
    wait_for(qtbot, lambda: row.found is not None, 90)
    assert row.words.text() == row.found["text"] and "fit" in row.found["text"]
    qtbot.mouseClick(row.use, Qt.MouseButton.LeftButton)
    assert open_small.project.training.batch_size == row.found["fastest"] > 0
    assert dialog.isVisible() and not row.use.isVisible()
    open_small.undo.undo()
    assert open_small.project.training.batch_size == before
