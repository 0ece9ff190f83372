from __future__ import annotations

import csv
import io
import subprocess
import sys
from datetime import datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from cnnstudio.training.alive import process_of
from cnnstudio.training.rundir import replace_json
from cnnstudio.training.status import RunStatus
from cnnstudio.ui.inspect.network_chooser import run_title
from cnnstudio.ui.train.run_words import epochs_done, name_of, started
from tests.ui.train.conftest import append, drawn, history, start

LATE = "2026-11-24T11-00-00-second"
EARLY = "2026-11-23T10-00-00-first"


@pytest.fixture
def two(workspace, make_run, open_small, tmp_path, qtbot):
    """Two finished runs, listed and looked at: the later one first."""
    runs = [
        make_run(LATE, history(2), best={"epoch": 2, "val_accuracy": 0.875}),
        make_run(EARLY, history(1, scale=3.0), epochs=1, epoch=1, step=10, steps=10),
    ]
    open_small.runs.set_roots([tmp_path / "runs"])
    qtbot.waitUntil(lambda: all(open_small.runs.status_of(run) for run in runs))
    qtbot.waitUntil(lambda: workspace.runs.list.model().rowCount() == 2)
    return runs


def click(workspace, row: int, double: bool = False) -> None:
    view = workspace.runs.list
    place = view.visualRect(view.model().index(row, 0)).center()
    (QTest.mouseDClick if double else QTest.mouseClick)(
        view.viewport(), Qt.MouseButton.LeftButton, pos=place
    )


def test_a_click_makes_a_run_the_current_one(workspace, two, open_small, qtbot):
    click(workspace, 1)
    assert open_small.run == two[1]
    qtbot.waitUntil(lambda: len(drawn(workspace.plots.loss.train)[0]) == 10)

    QTest.keyClick(workspace.runs.list, Qt.Key.Key_Up)

    assert open_small.run == two[0]
    qtbot.waitUntil(lambda: len(drawn(workspace.plots.loss.train)[0]) == 20)


def test_the_current_run_stays_selected_when_another_comes(
    workspace, two, make_run, open_small, qtbot
):
    click(workspace, 1)
    make_run("2026-11-24T12-00-00-third", [])
    open_small.runs.refresh()

    qtbot.waitUntil(lambda: workspace.runs.list.model().rowCount() == 3)

    assert open_small.run == two[1]
    assert workspace.runs.list.currentIndex().row() == 2


def test_a_double_click_or_enter_shows_what_it_sees(workspace, two, open_small, qtbot):
    with qtbot.waitSignal(open_small.workspace_requested) as asked:
        click(workspace, 0)
        click(workspace, 0, double=True)
    assert asked.args == ["inspect"]

    with qtbot.waitSignal(open_small.workspace_requested):
        QTest.keyClick(workspace.runs.list, Qt.Key.Key_Return)


def test_a_run_is_read_out_with_its_numbers(workspace, two):
    told = workspace.runs.list.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)

    for part in ("second", "finished", "2 of 2 epochs", "1:12", "best accuracy 87.5 %"):
        assert part in told


def test_names_times_and_epochs_read_as_people_write_them(two):
    assert name_of(LATE) == "second"
    assert name_of("mine") == "mine"
    assert started(EARLY, None) == "23 Nov, 10:00"
    # A twin's folder has its original's name, with the time of that.
    twin, later = f"{EARLY}-shuffled-labels", datetime(2026, 11, 23, 10, 5).timestamp()
    assert started(twin, RunStatus(state="running", started=later)) == "23 Nov, 10:05"
    assert started(twin, None) == ""
    assert run_title(twin) == "first, twin of 23 Nov 10:00"
    assert epochs_done(two[1].status()) == "1 of 1 epoch"


def test_the_menu_acts_on_the_run(workspace, two, open_small, qtbot):
    click(workspace, 1)
    actions = {action.text(): action for action in workspace.runs.list.menu.actions()}
    actions["Copy the run's path"].trigger()
    assert QGuiApplication.clipboard().text() == str(two[1].path)

    with qtbot.waitSignal(open_small.project_offered) as offered:
        actions["Open its project as new"].trigger()
    assert offered.args[0] == two[1].project()


def dialog(kind) -> QMessageBox | QFileDialog:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible())


def test_a_run_is_deleted_only_after_the_question(workspace, two, open_small, qtbot):
    click(workspace, 1)

    QTest.keyClick(workspace.runs.list, Qt.Key.Key_Delete)
    box = dialog(QMessageBox)
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert two[1].path.is_dir()

    QTest.keyClick(workspace.runs.list, Qt.Key.Key_Delete)
    move = next(b for b in dialog(QMessageBox).buttons() if b.text() == "Move to the trash")
    QTest.mouseClick(move, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: not two[1].path.exists())
    qtbot.waitUntil(lambda: workspace.runs.list.model().rowCount() == 1)
    assert open_small.run is None
    assert two[0].path.is_dir()


def test_a_run_that_goes_on_is_not_deleted(workspace, make_run, open_small, tmp_path, qtbot):
    alive = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    run = make_run(LATE, [start(2)], state="running", **process_of(alive.pid))
    open_small.show_run(run)
    qtbot.waitUntil(lambda: open_small.runs.status_of(run) is not None)

    assert not open_small.actions["run.delete"].isEnabled()
    alive.kill()
    alive.wait()


def test_the_csv_holds_the_events(workspace, two, open_small, tmp_path, qtbot):
    open_small.show_run(two[0])
    qtbot.waitUntil(lambda: len(open_small.runs.history) == 23)
    target = tmp_path / "curves.csv"

    workspace.export_to(target)
    qtbot.waitUntil(target.exists)
    qtbot.waitUntil(lambda: target.read_text().count("\n") == 23)

    told = [event for event in history(2) if event["type"] in ("step", "epoch")]
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    assert len(rows) == len(told)
    for row, event in zip(rows, told, strict=True):
        assert {name: text for name, text in row.items() if text} == {
            name: str(value) for name, value in event.items()
        }


def test_pictures_are_exported_from_the_menu(workspace, two, open_small, tmp_path, qtbot):
    open_small.show_run(two[0])
    qtbot.waitUntil(lambda: len(drawn(workspace.plots.loss.train)[0]) == 20)
    for suffix in ("png", "svg"):
        open_small.actions[f"run.export_{suffix}"].trigger()
        chosen = tmp_path / f"curves.{suffix}"
        asking = dialog(QFileDialog)
        asking.fileSelected.emit(str(chosen))
        asking.close()
        qtbot.waitUntil(chosen.exists)

    qtbot.waitUntil(lambda: not QImage(str(tmp_path / "curves.png")).isNull())
    assert QImage(str(tmp_path / "curves.png")).width() == 2 * workspace.plots.width()
    qtbot.waitUntil(lambda: QSvgRenderer(str(tmp_path / "curves.svg")).isValid())
    assert "<image" not in (tmp_path / "curves.svg").read_text()


def test_a_folder_that_cannot_be_written_is_told(workspace, two, open_small, tmp_path, qtbot):
    open_small.show_run(two[0])
    qtbot.waitUntil(lambda: not workspace.plots.curves.empty)

    with qtbot.waitSignal(open_small.told) as told:
        workspace.export_to(tmp_path / "missing" / "curves.csv")

    assert "can't be written" in told.args[0].text
    assert told.args[0].level == "error"


def test_warnings_and_errors_are_told_in_words(workspace, two, open_small, qtbot):
    open_small.show_run(two[0])
    append(
        two[0],
        {"t": 5.0, "type": "warning", "step": 1, "message": "Few images of <star>."},
        {"t": 6.0, "type": "error", "step": 2, "message": "Diverged.", "hint": "Lower the rate."},
    )

    log = workspace.runs.log
    qtbot.waitUntil(lambda: log.troubles == 2)

    text = log.toPlainText()
    assert "Warning: Few images of <star>." in text
    assert "Error: Diverged." in text and "Lower the rate." in text
    assert "Began: 2 epochs, 20 steps, on the CPU." in text
    tabs = workspace.runs.tabs
    assert tabs.tabText(tabs.indexOf(log)) == "Log · 2"


def test_facts_and_confusion_are_read_from_the_run(workspace, two, open_small, qtbot):
    counts = [[5, 1], [0, 6]]
    replace_json(
        two[0].path / "predictions.json",
        {"classes": ["circle", "star"], "confusion": counts, "split": "test"},
    )
    replace_json(
        two[0].path / "environment.json",
        {"device": "cpu", "device_name": "x86_64", "threads": 2, "packages": {"torch": "2.9"}},
    )
    open_small.show_run(two[0])

    facts = workspace.runs.facts
    qtbot.waitUntil(lambda: facts.facts.get("Device") == "CPU (x86_64)")
    assert facts.facts["Best validation"] == "87.5 % in epoch 2"
    assert facts.facts["Seed"] == "0"
    assert facts.facts["Loss function"] == "Cross-entropy"
    model = workspace.runs.confusion.model
    assert model.counts.tolist() == counts
    tip = model.index(0, 1).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "circle taken for star: 1 of 6"


def test_without_a_run_the_next_step_is_told(workspace, open_small):
    assert not workspace.stage.shows_content
    assert workspace.stage.notice.message.text
    assert not open_small.actions["run.export_png"].isEnabled()


def test_a_run_that_failed_before_its_first_step_says_why(workspace, make_run, open_small, qtbot):
    run = make_run(LATE, [], state="failed", message="The folder is gone.", hint="Choose another.")
    open_small.show_run(run)

    notice = workspace.stage.notice
    qtbot.waitUntil(lambda: notice.message.text == "The folder is gone.")
    assert notice.message.hint == "Choose another."
    assert workspace.runs.facts.facts["Reason"] == "The folder is gone."


def test_the_package_loads_without_torch():
    code = "import sys, cnnstudio.ui.train; assert not {'torch', 'torchvision'} & set(sys.modules)"

    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_the_log_ends_with_the_death_of_a_trainer_that_left_no_word(
    workspace, make_run, open_small, qtbot
):
    trainer = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    named = process_of(trainer.pid)
    run = make_run(LATE, history(1), state="running", epoch=2, step=13, **named)
    open_small.show_run(run)
    log = workspace.runs.log
    qtbot.waitUntil(lambda: "Began" in log.toPlainText())
    assert log.troubles == 0

    trainer.kill()
    trainer.communicate()
    qtbot.waitUntil(lambda: log.troubles == 1)
    last = log.toPlainText().splitlines()[-2]
    assert "The trainer died at step 13." in last and "ended from outside" in last

    append(run, start(2, step=10))
    run.write_status(run.raw_status().model_copy(update={"state": "finished"}))
    qtbot.waitUntil(lambda: log.troubles == 0)
    assert "Went on from step 10" in log.toPlainText()


def test_a_trainer_that_told_why_it_failed_did_not_die(workspace, make_run, open_small, qtbot):
    failure = {"t": 130.0, "type": "error", "step": 12, "message": "The folder is gone."}
    run = make_run(LATE, [*history(1), failure], state="failed", message=failure["message"])
    open_small.show_run(run)
    qtbot.waitUntil(lambda: workspace.runs.log.troubles == 1)
    qtbot.waitUntil(lambda: open_small.runs.status_of(run) is not None)

    assert "died" not in workspace.runs.log.toPlainText()
