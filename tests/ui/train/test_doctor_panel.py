"""What the doctor finds is shown in Train and on the canvas, and mended with one click."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from cnnstudio.graph import Document, Project, SetSetting
from cnnstudio.graph.set_kind import SetKind
from cnnstudio.ui.canvas.view import CanvasView
from cnnstudio.ui.train.run_words import line_of
from tests.ui.conftest import small, wait_for
from tests.ui.train.conftest import append, history

DEAD = {
    "t": 120.0, "type": "finding", "step": 12, "epoch": 2, "illness": "dead_units",
    "severity": "warning", "message": "Most units of 'relu1' are dead.", "hint": "Mend them.",
    "evidence": {"70 % give 0": "at relu1"}, "nodes": ["relu1"],
}  # fmt: skip
HIGH = {
    "t": 130.0, "type": "finding", "step": 15, "epoch": 2, "illness": "rate_too_high",
    "severity": "warning", "message": "Too high.", "evidence": {"Loss": "2.3 at first, 8 now"},
    "nodes": [],
}  # fmt: skip


@pytest.fixture
def panel(workspace):
    workspace.runs.tabs.setCurrentWidget(workspace.runs.doctor)
    return workspace.runs.doctor


@pytest.fixture
def run(make_run):
    return make_run("2026-11-24T10-31-05-small", [*history(2), DEAD])


@pytest.fixture
def started(open_small):
    """Projects that a training was begun with; none is trained."""
    begun = []
    open_small.actions.add("run.train", "Train", lambda: begun.append(open_small.project), None)
    return begun


def show(panel, run, qtbot, cards: int) -> None:
    panel._session.show_run(run)
    wait_for(qtbot, lambda: len(panel.cards) == cards)
    wait_for(qtbot, lambda: panel._session.findings.trained is not None)


def set_rate(project: Project, rate: float) -> Project:
    return SetSetting(section="training", name="learning_rate", value=rate).apply(project)[0]


def remedy(panel, name: str) -> QPushButton:
    (card,) = panel.cards
    return next(button for button in card.buttons if button.objectName() == f"remedy_{name}")


def test_each_finding_is_a_card_with_its_evidence_and_its_remedies(panel, run, workspace, qtbot):
    show(panel, run, qtbot, 1)
    (card,) = panel.cards

    assert "'relu1'" in card.accessibleName()
    assert "70 % give 0" in card.accessibleDescription()
    assert card.findChild(QPushButton, "remedy_leaky-relu") is not None
    assert workspace.runs.tabs.tabText(workspace.runs.tabs.indexOf(panel)) == "Doctor · 1"


def test_a_finding_that_comes_later_stands_first(panel, run, qtbot):
    show(panel, run, qtbot, 1)
    append(run, HIGH)
    wait_for(qtbot, lambda: len(panel.cards) == 2)

    assert panel.cards[0].finding.illness.name == "rate_too_high"


def test_a_remedy_changes_the_project_and_a_second_button_trains_it(
    panel, run, qtbot, started, open_small
):
    show(panel, run, qtbot, 1)
    wait_for(qtbot, lambda: bool(panel.cards[0].buttons))
    before = open_small.project
    panel.window().activateWindow()
    wait_for(qtbot, panel.window().isActiveWindow)
    panel.cards[0].buttons[0].setFocus()
    wait_for(qtbot, panel.cards[0].buttons[0].hasFocus)
    QTest.keyClick(panel.cards[0].buttons[0], Qt.Key.Key_Space)

    kinds = [node.kind for node in open_small.project.network.nodes]
    assert "LeakyReLU" in kinds and "ReLU" not in kinds
    wait_for(qtbot, lambda: panel.cards[0].train.isVisible())
    assert not started and panel.cards[0].buttons[0].text().startswith("Done")
    wait_for(qtbot, lambda: panel.cards[0].train.hasFocus())
    QTest.keyClick(panel.cards[0].train, Qt.Key.Key_Space)
    assert started == [open_small.project]

    open_small.undo.undo()
    assert open_small.project == before
    wait_for(qtbot, lambda: panel.cards[0].buttons[0].isEnabled())
    assert not panel.cards[0].train.isVisible()


def test_a_remedy_goes_by_what_the_run_had_and_is_done_once(
    panel, make_run, qtbot, started, open_small
):
    trained = set_rate(open_small.project, 1.0)
    run = make_run("2026-11-24T10-31-05-small", [*history(2), HIGH], project=trained)
    open_small.apply(SetSetting(section="training", name="learning_rate", value=0.003))
    show(panel, run, qtbot, 1)
    wait_for(qtbot, lambda: "1 → 0.1" in remedy(panel, "lower-rate").text())
    assert "0.003 now" in remedy(panel, "lower-rate").toolTip()

    QTest.mouseClick(remedy(panel, "lower-rate"), Qt.MouseButton.LeftButton)
    wait_for(qtbot, lambda: not remedy(panel, "lower-rate").isEnabled())
    assert remedy(panel, "lower-rate").text() == "Done · learning rate 1 → 0.1"
    QTest.mouseClick(remedy(panel, "lower-rate"), Qt.MouseButton.LeftButton)

    assert open_small.project.training.learning_rate == 0.1


def test_while_a_run_goes_on_a_remedy_waits_for_the_next(panel, run, qtbot, started, open_small):
    open_small.actions["run.train"].setEnabled(False)
    told = []
    open_small.told.connect(told.append)
    show(panel, run, qtbot, 1)
    panel.cards[0].buttons[0].click()

    assert not started and "next run" in told[-1].text


def test_a_remedy_for_a_run_of_another_project_opens_that_one(panel, run, qtbot, open_small):
    offered = []
    open_small.project_offered.connect(offered.append)
    open_small.replace_document(Document(small().model_copy(update={"name": "other"})))
    show(panel, run, qtbot, 1)
    wait_for(qtbot, lambda: bool(panel.cards[0].buttons))
    panel.cards[0].buttons[0].click()

    assert [node.kind for node in offered[0].network.nodes].count("LeakyReLU") == 1
    assert offered[0].name == "small"


def test_before_anything_is_found_the_doctor_says_that_it_watches(panel, make_run, qtbot):
    run = make_run("2026-11-24T10-31-05-small", history(2), state="queued", step=0)
    panel._session.show_run(run)
    wait_for(qtbot, lambda: "watching" in panel.notice.message.text)
    run.write_status(run.raw_status().model_copy(update={"state": "finished", "step": 8}))
    wait_for(qtbot, lambda: "found nothing" in panel.notice.message.text)


def test_a_run_without_findings_says_so(panel, make_run, qtbot):
    panel._session.show_run(make_run("2026-11-24T10-31-05-small", history(2)))
    wait_for(qtbot, lambda: "nothing" in panel.notice.message.text)
    assert not panel.cards


def test_the_layer_is_marked_on_the_canvas_until_it_is_changed(run, qtbot, open_small):
    canvas = CanvasView(open_small)
    qtbot.addWidget(canvas)
    relu = canvas.canvas_scene.nodes["n2"]
    open_small.show_run(run)
    wait_for(qtbot, lambda: relu.content.severity == "warning")
    assert "In the last run: Most units of 'relu1'" in relu.content.problems[0]

    open_small.apply(SetKind(node_id="n2", kind="LeakyReLU"))
    wait_for(qtbot, lambda: canvas.canvas_scene.nodes["n2"].content.severity is None)


def test_a_running_run_tells_a_finding_in_the_banner(make_run, qtbot, open_small):
    told = []
    open_small.told.connect(told.append)
    open_small.show_run(make_run("2026-11-24T10-31-05-small", [*history(2), DEAD], state="queued"))
    wait_for(qtbot, lambda: any(message.key == "doctor" for message in told))


def test_the_log_tells_a_finding_as_a_warning():
    line = line_of(DEAD)
    assert line is not None and (line.level, line.hint) == ("warning", "Mend them.")
