"""A Python file dropped on the window brings its layers."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent

from cnnstudio.graph import Document
from cnnstudio.ui.design.own.code_dialog import CodeDialog
from cnnstudio.ui.main_window import MainWindow
from tests.ui.conftest import wait_for

LAYER = """from torch import nn
class Twice(nn.Module):
    def forward(self, x):
        return x * 2
"""


def drop(window: MainWindow, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window.dropEvent(QDropEvent(QPointF(300, 300), Qt.DropAction.CopyAction, mime, buttons, keys))


def test_a_python_file_is_taken_where_a_project_is_open(session, small_project, qtbot, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(LAYER)
    window = MainWindow(session)
    qtbot.addWidget(window, before_close_func=lambda window: setattr(window, "_may_close", True))
    window.show_gallery()
    window.show()
    drop(window, file)
    assert session.project.sources == ()

    session.replace_document(Document(small_project))
    window.show_workspace("design")
    drop(window, file)
    wait_for(qtbot, lambda: window.findChild(CodeDialog, "code_dialog") is not None)
    assert [source.name for source in session.project.sources] == ["mine"]
    window.findChild(CodeDialog, "code_dialog").reject()
