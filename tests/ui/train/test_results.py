"""The results of a real run, on images of which some lie in the wrong folder."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from sklearn.datasets import load_digits

from cnnstudio.graph import Document, Project, SetSetting, save
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import UNFINISHED
from cnnstudio.training.verdicts import read_verdicts
from cnnstudio.ui.images.samples_model import SamplesModel
from cnnstudio.ui.run_control import RunControl
from cnnstudio.ui.train import TrainWorkspace
from cnnstudio.ui.train.results.class_table import PER_CLASS
from tests.ui.conftest import small, wait_for

PLANTED = 4
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[Project, RunDirectory, dict[str, str]]:
    """Digits as files, four of the test in the wrong folder ({key: class}), and a run on them."""
    folder, found, wrong = tmp_path_factory.mktemp("planted"), load_digits(), {}
    for number, (pixels, label) in enumerate(zip(found.images, found.target, strict=True)):
        split, digit = "test" if number % 9 == 0 else "train", int(label)
        if split == "test" and len(wrong) < PLANTED and number % 7 == 0:
            digit = (digit + 5) % 10
            wrong[f"test/{digit}/{number}.png"] = str(label)
        place = folder / "images" / split / str(digit)
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pixels * 15).astype(np.uint8)).save(place / f"{number}.png")
    project = small()
    options = {"dataset": "folder", "options": {"path": str(folder / "images")}}
    project = project.model_copy(
        update={
            "data": project.data.model_copy(update=options),
            "training": project.training.model_copy(update={"epochs": 4, "learning_rate": 0.004}),
        }
    )
    save(project, folder / "digits.cnns")
    run = folder / "runs" / "2026-11-24T11-00-00-small"
    command = ["-m", "cnnstudio", "train", str(folder / "digits.cnns"), "--run-dir", str(run)]
    subprocess.run([sys.executable, *command], check=True, timeout=110, capture_output=True)
    return project, RunDirectory(run), wrong


@pytest.fixture
def workspace(trained, session, qtbot) -> TrainWorkspace:
    """Train with the results of that run."""
    project, run, _ = trained
    session.replace_document(Document(project))
    made = TrainWorkspace(session)
    qtbot.addWidget(made)
    made.resize(1380, 820)
    made.show()
    qtbot.waitExposed(made)
    session.show_run(run)
    bar = made.pages.tabBar()
    QTest.mouseClick(bar, LEFT, pos=bar.tabRect(made.pages.indexOf(made.results)).center())
    wait_for(qtbot, lambda: made.results.stage.shows_content)
    return made


def keys(workspace: TrainWorkspace) -> list[str]:
    samples = workspace.results.gallery.samples
    return [samples.sample(row).key for row in range(samples.rowCount())]


def point(workspace: TrainWorkspace, row: int) -> QPoint:
    gallery = workspace.results.gallery
    return gallery.visualRect(gallery.samples.index(row)).center()


def choose(workspace: TrainWorkspace, row: int, with_control: bool = False) -> None:
    modifier = Qt.KeyboardModifier.ControlModifier if with_control else Qt.KeyboardModifier(0)
    QTest.mouseClick(workspace.results.gallery.viewport(), LEFT, modifier, point(workspace, row))


def loaded(workspace: TrainWorkspace, row: int = 0) -> bool:
    samples = workspace.results.gallery.samples
    return samples.data(samples.index(row), Qt.ItemDataRole.DecorationRole) is not None


def test_the_planted_images_come_first_with_their_pictures(workspace, trained, qtbot):
    _, run, wrong = trained
    assert set(keys(workspace)[:PLANTED]) == set(wrong)
    wait_for(qtbot, lambda: loaded(workspace))
    samples = workspace.results.gallery.samples
    told = samples.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    first = read_verdicts(run.path).facts(samples.index(0).data(SamplesModel.INDEX))
    assert f"{first['class']} taken for {first['predicted']}" in told and "% sure" in told
    assert workspace.results.title.text().endswith("mistakes, the most confident first")
    accuracy = workspace.results.tiles.tiles["accuracy"].value.text()
    assert accuracy == f"{100 * run_summary(run)['accuracy']:.1f} %"


def run_summary(run: RunDirectory) -> dict:
    return json.loads((run.path / "predictions.json").read_text())


def test_a_cell_of_the_confusion_leads_to_its_images(workspace, qtbot):
    panel = workspace.results.confusion
    counts = panel.model.counts.copy()
    label = int(counts.diagonal().argmax())
    place = panel.table.visualRect(panel.model.index(label, label)).center()
    QTest.mouseClick(panel.table.viewport(), LEFT, pos=place)
    shown = keys(workspace)
    assert len(shown) == counts[label, label]
    assert all(key.startswith(f"test/{panel.model.classes[label]}/") for key in shown)
    assert workspace.results.title.text().startswith(f"{panel.model.classes[label]} recognised")
    wait_for(qtbot, lambda: loaded(workspace))

    QTest.mouseClick(workspace.results.all, LEFT)
    assert len(keys(workspace)) == counts.sum() - counts.trace()


def test_the_small_table_leads_there_too(workspace):
    workspace.pages.setCurrentIndex(0)
    workspace.runs.tabs.setCurrentWidget(workspace.runs.confusion)
    table = workspace.runs.confusion.table
    wait = workspace.runs.confusion.model.index(0, 0)
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(wait).center())
    assert workspace.pages.currentWidget() is workspace.results
    assert workspace.results.title.text().startswith("0 recognised")


def test_the_classes_are_sorted_by_a_click_and_lead_to_their_images(workspace, trained, qtbot):
    results, verdicts = workspace.results, read_verdicts(trained[1].path)
    results.tabs.setCurrentWidget(results.classes)
    table, header = results.classes, results.classes.header()
    column = 2 + [metric.name for metric in PER_CLASS].index("recall")
    qtbot.waitUntil(lambda: header.viewport().width() >= header.length() > 0)  # laid out
    place = QPoint(header.sectionViewportPosition(column) + 20, header.height() // 2)
    QTest.mouseClick(header.viewport(), LEFT, pos=place)
    rows = [
        table.sorted.mapToSource(table.sorted.index(row, 0)).row()
        for row in range(table.sorted.rowCount())
    ]
    recalls = [table.rows.rows[row]["recall"] for row in rows]
    assert recalls in (sorted(recalls), sorted(recalls, reverse=True))
    assert recalls != [row["recall"] for row in table.rows.rows]
    worst = table.sorted.index(0, 0)
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(worst).center())
    expected = verdicts.of_class(rows[0])
    assert keys(workspace) == [verdicts.keys[number] for number in expected]
    assert results.roc.current == rows[0]


def test_curves_lead_to_their_class_and_bin(workspace, trained):
    results, verdicts = workspace.results, read_verdicts(trained[1].path)
    results.tabs.setCurrentIndex(3)
    plot = results.reliability
    box = plot.getPlotItem().getViewBox()
    scene = box.mapViewToScene(QPointF(0.97, 0.5))
    QTest.mouseClick(plot.viewport(), LEFT, pos=plot.mapFromScene(scene))
    assert keys(workspace) == [verdicts.keys[number] for number in verdicts.in_bin(14)]
    assert "93.3 % to 100.0 % sure" in results.title.text()

    results.tabs.setCurrentIndex(2)
    QTest.keyClick(results.roc, Qt.Key.Key_Right)
    assert results.roc.current == 0 and "0: area" in results.roc.accessibleDescription()
    assert keys(workspace) == [verdicts.keys[number] for number in verdicts.of_class(0)]


def test_delete_leaves_the_chosen_out_and_undo_puts_them_back(workspace, session, qtbot):
    shown = keys(workspace)
    choose(workspace, 0)
    choose(workspace, 2, with_control=True)
    QTest.keyClick(workspace.results.gallery, Qt.Key.Key_Delete)
    assert set(session.project.data.left_out) == {shown[0], shown[2]}
    assert session.undo.undoText() == "Leave out 2 images"
    samples = workspace.results.gallery.samples
    assert samples.corrected(0) == "left out" and samples.corrected(1) == ""
    qtbot.waitUntil(workspace.results.changes.isVisible)
    assert "2 images left out" in workspace.results.changes.text.text()
    asked = []
    session.workspace_requested.connect(asked.append)
    session.split_requested.connect(asked.append)
    QTest.mouseClick(workspace.results.changes.look, LEFT)
    assert asked == ["data", "left_out"]

    QTest.keyClick(workspace.results.gallery, Qt.Key.Key_Delete)
    assert session.project.data.left_out == ()
    session.undo.undo()
    session.undo.undo()
    assert session.project.data.left_out == () and not workspace.results.changes.isVisible()


def menu_of(workspace: TrainWorkspace) -> QMenu:
    """The menu that the keyboard's menu key opens for what is chosen."""
    gallery = workspace.results.gallery
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(gallery.viewport(), event)
    assert gallery.menu.isVisible()
    return gallery.menu


def press(menu: QMenu, text: str) -> None:
    """Clicks the entry of a menu that begins so."""
    action = next(action for action in menu.actions() if action.text().startswith(text))
    QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())


def test_the_menu_relabels_and_restores(workspace, session, trained, qtbot):
    wait_for(qtbot, lambda: loaded(workspace))
    key = keys(workspace)[0]
    choose(workspace, 0)
    press(menu_of(workspace), "Relabel as")
    assert session.project.data.relabelled == {key: trained[2][key]}
    assert workspace.results.gallery.samples.corrected(0) == f"now {trained[2][key]}"
    press(menu_of(workspace), "Restore the label")
    assert session.project.data.relabelled == {}

    menu = menu_of(workspace)
    labels = menu.findChild(QMenu, "relabel_menu")
    assert [action.text() for action in labels.actions()] == [str(digit) for digit in range(10)]
    labels.actions()[3].trigger()
    menu.close()
    assert session.project.data.relabelled == {key: "3"}


def test_a_project_with_other_images_refuses_and_says_why(workspace, session, qtbot):
    session.apply(SetSetting(section="data", name="dataset", value="digits"))
    choose(workspace, 0)
    with qtbot.waitSignal(session.told) as told:
        QTest.keyClick(workspace.results.gallery, Qt.Key.Key_Delete)
    assert "learns from other images" in told.args[0].text
    assert session.project.data.left_out == ()


def test_enter_shows_an_image_large_and_escape_goes_back(workspace, qtbot):
    wait_for(qtbot, lambda: loaded(workspace))
    key = keys(workspace)[0]
    choose(workspace, 0)
    QTest.keyClick(workspace.results.gallery, Qt.Key.Key_Return)
    large = workspace.results.large
    wait_for(qtbot, lambda: key in large.caption.text())
    QTest.keyClick(large, Qt.Key.Key_Escape)
    assert workspace.results.images.currentWidget() is workspace.results.gallery


def test_a_run_without_a_test_says_what_is_missing(workspace, session, make_run, qtbot):
    session.show_run(make_run("2026-11-24T12-00-00-new", [], state="running"))
    wait_for(qtbot, lambda: not workspace.results.stage.shows_content)
    assert "not been tested yet" in workspace.results.stage.notice.message.text


def test_training_again_leaves_out_and_relabels(workspace, session, trained, qtbot):
    control = RunControl(session)
    key, other = keys(workspace)[:2]
    choose(workspace, 0)
    QTest.keyClick(workspace.results.gallery, Qt.Key.Key_Delete)
    choose(workspace, 1)
    QTest.keyClick(workspace.results.gallery, Qt.Key.Key_R)
    QTest.mouseClick(workspace.results.changes.again, LEFT)
    wait_for(qtbot, lambda: session.run not in (None, trained[1]))
    run = session.run
    wait_for(qtbot, lambda: run.data() is not None)
    control.stop()
    wait_for(qtbot, lambda: run.status().state not in UNFINISHED)
    assert run.data()["corrected"] == {"left_out": 1, "relabelled": 1}
    assert run.project().data.left_out == (key,)
    assert run.project().data.relabelled == {other: trained[2][other]}
    assert Path(run.path) != trained[1].path
