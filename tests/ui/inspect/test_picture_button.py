"""Taking pictures out of Inspect."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog

from cnnstudio.graph import Document
from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.inspect import InspectWorkspace
from tests.ui.conftest import wait_for
from tests.ui.inspect.conftest import is_filled


@pytest.fixture
def trained(session, shapes_project, finished_run, qtbot) -> InspectWorkspace:
    session.replace_document(Document(shapes_project))
    made = InspectWorkspace(session)
    made.resize(1380, 780)
    qtbot.addWidget(made)
    session.show_run(finished_run)
    made.show()
    wait_for(qtbot, lambda: is_filled(made), 90)
    return made


def test_a_picture_is_copied_as_it_would_be_saved(untrained, session, qtbot):
    button = untrained.image_page.heat.picture_button
    with qtbot.waitSignal(session.told):
        button.copy_action.trigger()
    copied = array_of(QGuiApplication.clipboard().image())
    assert (copied == untrained.image_page.heat.figure().image(1024)).all()


def test_a_picture_is_saved_as_chosen_and_the_choice_is_remembered(
    untrained, session, tmp_path, qtbot
):
    button = untrained.image_page.maps.picture_button
    button.save_action.trigger()
    dialog = _dialog("save_picture_dialog")
    dialog.kind.choose("svg")
    dialog.width_edit.setValue(640)
    qtbot.mouseClick(dialog.caption, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.save_button, Qt.MouseButton.LeftButton)
    asking = dialog.findChild(QFileDialog, "save_picture_file_dialog")
    with qtbot.waitSignal(session.told):
        asking.fileSelected.emit(str(tmp_path / "maps.svg"))

    root = ElementTree.parse(tmp_path / "maps.svg").getroot()
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert root.get("width") == "640" and texts[-2:] == ["lowest", "highest"]
    button.save_action.trigger()
    again = _dialog("save_picture_dialog")
    assert again.choices == {"width": 640, "caption": False, "bars": True}
    assert again.kind.currentData() == "svg"
    again.reject()


def test_a_disk_that_refuses_is_told(untrained, session, tmp_path, qtbot):
    (tmp_path / "file").write_text("no folder")
    untrained.image_page.maps.picture_button.save_action.trigger()
    with qtbot.waitSignal(session.told) as told:
        _dialog("save_picture_dialog").write(tmp_path / "file" / "maps.png")
    assert told.args[0].level == "error" and "can't be written" in told.args[0].text


def test_an_untrained_network_has_no_lines_and_says_why(untrained):
    button = untrained.image_page.heat.picture_button
    button.look()
    assert not button.python_action.isEnabled() and button.save_action.isEnabled()
    assert "not trained yet" in button.python_action.toolTip()


def test_the_copied_lines_make_the_very_picture(trained, tmp_path: Path, qtbot):
    page = trained.image_page
    page.heat.opacity.setValue(80)
    page.heat.against.choose(2)
    page.heat.wanted.emit()
    wait_for(qtbot, lambda: is_filled(trained) and len(page.heat.figure().panels) == 3)
    page.maps.enlarge(1)
    copied = []
    for panel in (page.heat, page.maps):
        panel.picture_button.look()
        assert panel.picture_button.python_action.isEnabled()
        panel.picture_button.python_action.trigger()
        copied.append(QGuiApplication.clipboard().text())
        assert len(copied[-1].splitlines()) < 40
    script = tmp_path / "copied.py"
    script.write_text("\n".join(copied), "utf-8")
    subprocess.run([sys.executable, script], check=True, cwd=tmp_path, timeout=100)
    for panel in (page.heat, page.maps):
        figure = panel.figure()
        made = np.asarray(Image.open(tmp_path / f"{figure.name}.png"))
        assert (made == figure.image()).all()


def _dialog(name: str) -> QDialog:
    QApplication.processEvents()
    found = [one for one in QApplication.topLevelWidgets()
             if one.objectName() == name and one.isVisible()]  # fmt: skip
    return found[-1]
