"""Layers of the user's own in the window: asked about, shown, reloaded, removed."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QPlainTextEdit, QPushButton

from cnnstudio.graph import Document, SourceFile
from cnnstudio.layers.own import consent
from cnnstudio.ui.canvas.context_menu import context_menu
from cnnstudio.ui.design import DesignWorkspace
from cnnstudio.ui.design.own.code_dialog import CodeDialog
from cnnstudio.ui.design.palette_model import LAYER
from tests.layers.own.conftest import install as install
from tests.ui.conftest import wait_for
from tests.ui.design.conftest import shown

TEXT = '''
open({marker!r}, "a").write("ran\\n")
from torch import nn


class Gate(nn.Module):
    """Weighs its input.

    Args:
        floor: the least weight
    """

    def __init__(self, floor: float = 0.5):
        super().__init__()
        self.floor = floor

    def forward(self, x):
        return x * self.floor
'''
KIND = "user:my_layers.Gate"


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "marker"


@pytest.fixture
def file(tmp_path: Path, marker: Path) -> Path:
    path = tmp_path / "my_layers.py"
    path.write_text(TEXT.format(marker=str(marker)))
    return path


def dialog(workspace) -> CodeDialog | None:
    found = workspace.findChild(CodeDialog, "code_dialog")
    return found if found is not None and found.isVisible() else None


def answer(workspace, qtbot, button: str) -> None:
    wait_for(qtbot, lambda: dialog(workspace) is not None)
    dialog(workspace).findChild(QPushButton, button).click()
    wait_for(qtbot, lambda: dialog(workspace) is None)


def add(workspace, qtbot, file: Path, button: str = "code_allow") -> None:
    workspace.own.add_file(file)
    answer(workspace, qtbot, button)


def put_gate(workspace):
    workspace.canvas.select(["n2"])
    workspace.canvas.add_layer_kind(KIND)
    return workspace._session.project.network.find("gate1")


def own_kinds(workspace) -> list[str]:
    return [k.kind for k in workspace.palette_panel.model.layers if k.kind.startswith("user:")]


def messages(session) -> list[str]:
    problems = session.report.problems if session.report else []
    return [problem.message for problem in problems if problem.severity == "error"]


def test_a_file_is_shown_and_nothing_runs_before_it_is_allowed(workspace, qtbot, file, marker):
    session = workspace._session
    workspace.own.add_file(file)
    wait_for(qtbot, lambda: dialog(workspace) is not None)
    text = dialog(workspace).findChild(QPlainTextEdit, "own_code").toPlainText()
    assert text == file.read_text()
    assert dialog(workspace).focusWidget() is dialog(workspace).leave_button
    answer(workspace, qtbot, "code_leave")

    assert own_kinds(workspace) == [KIND]
    put_gate(workspace)
    # The kernel's first answer: it may still be loading.
    wait_for(qtbot, lambda: any("not been allowed" in m for m in messages(session)), seconds=90)
    card = workspace.canvas.canvas_scene.nodes["gate1"].content
    assert (card.label, card.known, card.category) == ("Gate", True, "My layers")
    assert dialog(workspace) is None, "what was declined is not asked for again"
    assert not marker.exists()

    session.actions["own.allow"].trigger()
    answer(workspace, qtbot, "code_allow")
    wait_for(qtbot, lambda: session.report is not None and not messages(session))
    assert session.report.shapes["gate1"] == [4, 28, 28]
    assert marker.exists()
    assert not session.actions["own.allow"].isEnabled()


def test_a_project_with_code_asks_when_it_is_opened(session, small_project, qtbot, file, marker):
    source = SourceFile(name="my_layers", text=file.read_text())
    session.replace_document(Document(small_project.with_sources([source])))
    workspace = DesignWorkspace(session)
    qtbot.addWidget(workspace)
    workspace.show()
    wait_for(qtbot, lambda: dialog(workspace) is not None)
    assert dialog(workspace).leave_button.text() == "Open without it"
    answer(workspace, qtbot, "code_leave")
    wait_for(qtbot, lambda: session.report is not None, seconds=90)
    assert not messages(session), "the rest works"
    assert not marker.exists()


def test_an_allowed_project_asks_nothing(session, small_project, qtbot, file):
    project = small_project.with_sources([SourceFile(name="my_layers", text=file.read_text())])
    consent.allow(project)
    session.replace_document(Document(project))
    workspace = shown(qtbot, session)
    qtbot.wait(200)
    assert dialog(workspace) is None


def test_adding_and_removing_can_be_undone(workspace, qtbot, file):
    session = workspace._session
    add(workspace, qtbot, file)
    put_gate(workspace)
    workspace.own.remove("my_layers")
    assert own_kinds(workspace) == []
    card = workspace.canvas.canvas_scene.nodes["gate1"].content
    assert not card.known
    session.undo.undo()
    assert own_kinds(workspace) == [KIND]
    assert workspace.canvas.canvas_scene.nodes["gate1"].content.known
    session.undo.undo()
    session.undo.undo()
    assert session.project.sources == ()
    assert workspace.palette_panel.model.layers[0].kind == "Input"


def test_a_file_that_changed_on_disk_is_offered_and_asked_about_anew(workspace, qtbot, file):
    session = workspace._session
    told = []
    session.told.connect(told.append)
    add(workspace, qtbot, file)
    node = put_gate(workspace)
    session.select([node.id])
    file.write_text(
        file.read_text().replace("floor: float = 0.5", "floor: float = 0.5, n: int = 2")
    )
    wait_for(qtbot, lambda: any("changed on disk" in message.text for message in told))
    [(label, reload)] = told[-1].actions
    assert label == "Reload"
    reload()
    answer(workspace, qtbot, "code_allow")
    assert list(session.kind_of(KIND).defaults()) == ["floor", "n"]
    names = [field.parameter.name for field in workspace.inspector.node_page.form._fields.values()]
    assert names == ["floor", "n"]


def test_bad_files_are_told_and_change_nothing(workspace, qtbot, tmp_path):
    session = workspace._session
    told = []
    session.told.connect(told.append)
    for number, content in enumerate([b"\xff\x00", b"def f(:\n", b"x = 1\n"]):
        path = tmp_path / f"bad{number}.py"
        path.write_bytes(content)
        workspace.own.add_file(path)
        wait_for(qtbot, lambda number=number: len(told) == number + 1)
    assert [message.level for message in told] == ["error"] * 3
    assert session.project.sources == ()


def test_files_used_lately_are_remembered(workspace, qtbot, file):
    add(workspace, qtbot, file)
    assert workspace.own.recent == [file]


def test_two_files_of_one_name_get_two_names(workspace, qtbot, file, tmp_path):
    add(workspace, qtbot, file)
    other = tmp_path / "other" / "my_layers.py"
    other.parent.mkdir()
    other.write_text(file.read_text())
    workspace.own.add_file(other)  # the same text is allowed already
    wait_for(qtbot, lambda: len(workspace._session.project.sources) == 2)
    assert own_kinds(workspace) == [KIND, "user:my_layers_2.Gate"]


def test_the_code_is_shown_at_the_class(workspace, qtbot, file):
    add(workspace, qtbot, file)
    workspace.own.show_code(KIND)
    view = dialog(workspace).findChild(QPlainTextEdit, "own_code")
    assert view.textCursor().block().text() == "class Gate(nn.Module):"
    answer(workspace, qtbot, "code_leave")


def test_a_layer_of_ones_own_is_found_and_described(workspace, qtbot, file):
    add(workspace, qtbot, file)
    palette = workspace.palette_panel
    palette.search.setText("gate")
    assert palette.model.layers[0].kind == KIND
    index = palette.model.first_layer()
    assert (index.data(), index.data(LAYER).kind) == ("Gate", KIND)


def test_menus_on_the_card_and_on_the_palettes_row(workspace, qtbot, file):
    add(workspace, qtbot, file)
    put_gate(workspace)
    item = workspace.canvas.canvas_scene.nodes["gate1"]
    menu = context_menu(workspace.canvas, item.rect.center())
    assert "Show the layer's code" in [action.text() for action in menu.actions()]

    workspace.palette_panel.menu_wanted.emit(KIND, QPoint(10, 10))
    row = workspace.palette_panel.findChild(QMenu, "own_layer_menu")
    actions = {action.text(): action for action in row.actions()}
    assert list(actions) == ["Show the code", "Reload from the file", "", "Remove my_layers.py"]
    actions["Remove my_layers.py"].trigger()
    row.close()
    assert workspace._session.project.sources == ()


def test_a_packages_first_layer_is_noted_in_the_same_step(workspace, qtbot, install):
    install()
    session = workspace._session
    before = session.project
    workspace.canvas.add_layer_kind("package:swirls.Scale")
    answer(workspace, qtbot, "code_leave")
    [use] = session.project.packages
    assert (use.distribution, use.version) == ("swirl-layers", "1.2")
    session.undo.undo()
    assert session.project == before
