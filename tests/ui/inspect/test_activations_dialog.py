"""Exporting activations from the window."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cnnstudio.graph import Project
from cnnstudio.ui.inspect.activations_dialog import OTHERS, ActivationsDialog
from tests.ui.conftest import wait_for


@pytest.fixture
def dialog(session, shapes_project: Project, qtbot) -> ActivationsDialog:
    """The dialog for the untrained network and one of its images."""
    looked_at = {"image": ["test", 0], "project": shapes_project}
    made = ActivationsDialog(session, looked_at, "relu1")
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def test_activations_of_chosen_images_are_written(dialog, session, tmp_path, qtbot):
    dialog.images.choose(OTHERS)
    assert dialog.others.isVisible()
    dialog.others.setText("test:0-3")
    dialog.layers.choose("relu1")
    with qtbot.waitSignal(session.told, timeout=90_000) as told:
        dialog.write(tmp_path / "some.npz")
        assert dialog.bar.isVisible() and not dialog.images.isEnabled()
    assert "4 images" in told.args[0].text
    with np.load(tmp_path / "some.npz") as read:
        assert read["relu1"].shape[0] == 4 and (read["relu1"] >= 0).all()
        assert read["image names"].tolist() == [f"test:{number}" for number in range(4)]
    assert not dialog.isVisible()


def test_what_can_not_be_written_is_told_and_the_choice_stays(dialog, tmp_path, qtbot):
    dialog.images.choose(OTHERS)
    dialog.others.setText("test:0-99999")
    dialog.write(tmp_path / "all.csv")
    wait_for(qtbot, lambda: not dialog.writing.waiting, 90)
    assert "names no images: test has" in dialog.note.text() and dialog.isVisible()
    assert dialog.save_button.isEnabled() and not list(tmp_path.glob("*.csv"))


def test_it_can_be_taken_back_and_leaves_no_file(dialog, tmp_path, qtbot):
    dialog.images.choose("train")
    dialog.kind.setCurrentIndex(1)
    dialog.write(tmp_path / "all.csv")
    wait_for(qtbot, lambda: dialog.bar.value() > 0, 90)
    qtbot.mouseClick(dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible() and "Taken back" in dialog.note.text()
    again = tmp_path / "one.csv"
    dialog.images.setCurrentIndex(0)
    dialog.write(again)  # waits in the same lane: the first has ended
    wait_for(qtbot, lambda: not dialog.isVisible(), 90)
    assert [path.name for path in tmp_path.iterdir() if "csv" in path.name] == ["one.csv"]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".cnnstudio")]
