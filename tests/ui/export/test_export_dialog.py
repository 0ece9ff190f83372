from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QRadioButton

from cnnstudio.graph import Document, SetParameter
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.export import ExportDialog
from cnnstudio.ui.export import job as jobs
from tests.ui.conftest import wait_for

SECONDS = 100.0  # a worker and its proof load torch twice


@pytest.fixture
def dialog(open_small, qtbot, tmp_path):
    made = ExportDialog(open_small)
    qtbot.addWidget(made, before_close_func=lambda dialog: dialog.stop())
    made.show()
    qtbot.waitExposed(made)
    made.file.setText(str(tmp_path / "small.onnx"))
    return made


def choose(dialog, name: str) -> None:
    chosen = dialog.findChild(QRadioButton, f"export_{name}")
    # On the indicator: the button's area may be wider than what can be clicked.
    QTest.mouseClick(chosen, Qt.MouseButton.LeftButton, pos=QPoint(8, chosen.height() // 2))


def texts(dialog) -> str:
    return "\n".join(label.text() for label in dialog.outcome.findChildren(QLabel))


def button(dialog, text: str) -> QPushButton:
    return next(b for b in dialog.findChildren(QPushButton) if b.text() == text and b.isVisible())


def test_a_file_is_written_and_its_proof_is_shown(dialog, open_small, tmp_path, qtbot):
    choose(dialog, "python")
    assert dialog.file.text() == str(tmp_path / "small.py")

    QTest.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    assert dialog.end.text() == "Cancel"
    assert not dialog.start.isEnabled()
    wait_for(qtbot, lambda: not dialog.working, SECONDS)

    assert dialog.outcome.error is None
    assert "Proven: small.py computes what the canvas does." in texts(dialog)
    assert "Fresh with seed 0 (untrained)" in texts(dialog)
    assert (tmp_path / "small.py").is_file() and (tmp_path / "small.safetensors").is_file()
    QTest.mouseClick(button(dialog, "Copy path"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == str(tmp_path / "small.py")
    assert open_small.settings.value("export/format") == "python"


def test_a_file_that_would_be_replaced_is_named_before(dialog, tmp_path):
    (tmp_path / "small.safetensors").write_text("mine")
    assert not dialog.file_note.isVisible()
    choose(dialog, "python")
    assert dialog.file_note.text() == "small.safetensors exists and will be replaced."
    assert dialog.start.text() == "Replace"


def test_cancelling_leaves_nothing(dialog, tmp_path, qtbot):
    before = sorted(path.name for path in tmp_path.iterdir())
    dialog.export()
    wait_for(qtbot, lambda: "Writing" in texts(dialog), SECONDS)
    QTest.mouseClick(dialog.end, Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: not dialog.working, SECONDS)
    assert dialog.isVisible()
    assert dialog.outcome.proof is None and dialog.outcome.error is None
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_network_with_an_error_is_told_with_its_layer(dialog, open_small, qtbot):
    open_small.apply(SetParameter(node_id="n1", name="kernel_size", value=[99, 99]))
    open_small.apply(SetParameter(node_id="n1", name="padding", value=0))
    dialog.export()
    wait_for(qtbot, lambda: not dialog.working, SECONDS)
    assert "conv1" in dialog.outcome.error.message
    with qtbot.waitSignal(dialog.node_wanted) as asked:
        QTest.mouseClick(button(dialog, "Show conv1"), Qt.MouseButton.LeftButton)
    assert asked.args == ["conv1"]


def test_a_process_that_dies_is_told(dialog, monkeypatch, qtbot):
    monkeypatch.setattr(
        jobs.interpreter,
        "command",
        lambda *_: [sys.executable, "-c", "raise SystemExit('no')"],
    )
    dialog.export()
    wait_for(qtbot, lambda: not dialog.working, SECONDS)
    assert dialog.outcome.error.message == "The export ended unexpectedly: no."


def test_a_format_whose_packages_are_missing_says_how_to_get_them(open_small, monkeypatch, qtbot):
    monkeypatch.setattr(
        "cnnstudio.deploy.formats.find_spec", lambda name: None if "onnx" in name else object()
    )
    made = ExportDialog(open_small)
    qtbot.addWidget(made)
    assert not made.findChild(QRadioButton, "export_onnx").isEnabled()
    assert made.format.name == "python"
    told = "\n".join(label.text() for label in made.findChildren(QLabel))
    assert "pip install 'cnnstudio[deploy]'" in told


def test_a_run_without_a_checkpoint_can_not_be_exported_yet(dialog, open_small, tmp_path, qtbot):
    run = RunDirectory.create_at(tmp_path / "runs" / "first", open_small.project)
    dialog.choose_run(run)
    qtbot.waitUntil(lambda: not dialog.start.isEnabled())
    assert dialog.note.text() == "This run has no checkpoint yet."

    folder = run.checkpoint_folder / "step-000001"
    folder.mkdir(parents=True)
    (run.checkpoint_folder / "index.json").write_text('{"last": "step-000001"}')
    dialog.choose_run(run)
    qtbot.waitUntil(dialog.start.isEnabled)
    assert dialog.weights.request == {"run": str(run.path), "checkpoint": "last"}


def test_another_project_proposes_its_own_file(dialog, open_small, small_project, tmp_path):
    (tmp_path / "nets").mkdir()
    project = small_project.model_copy(update={"name": "my net (2)"})
    open_small.replace_document(Document(project, tmp_path / "nets" / "x.cnns"))
    assert Path(dialog.file.text()).name == "my_net_2.onnx"
