from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog


def test_a_file_of_weights_is_chosen_shown_and_taken_away_again(workspace, open_small, tmp_path):
    row = workspace.settings.weights
    assert row.shown.text() == "Fresh, from the seed"
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"")

    QTest.mouseClick(row.choose, Qt.MouseButton.LeftButton)
    row.findChild(QFileDialog).fileSelected.emit(str(path))

    assert open_small.project.training.initial_weights == str(path)
    assert row.shown.text() == "w.safetensors"
    assert not row.missing.isVisible()
    QTest.mouseClick(row.clear, Qt.MouseButton.LeftButton)
    assert open_small.project.training.initial_weights == ""
    assert row.shown.text() == "Fresh, from the seed"
    path.unlink()
    open_small.undo.undo()
    assert row.missing.isVisible()


def test_the_runs_menu_exports_its_network(workspace, make_run, open_small, qtbot):
    run = make_run("2026-11-24T10-00-00-first", [])
    open_small.show_run(run)
    with qtbot.waitSignal(open_small.export_requested) as asked:
        open_small.actions["run.export"].trigger()
    assert asked.args == [run]
    assert "Export its network…" in [a.text() for a in workspace.runs.list.menu.actions()]
