"""The augmentation in the Data workspace, with mouse and keys."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from cnnstudio.data.augmentation.catalogue import augmentations
from cnnstudio.data.augmentation.presets import PRESETS
from cnnstudio.graph import AugmentationStep, Component, Document, Project, SetSetting
from cnnstudio.training.alive import process_of
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.training.status import RunStatus
from cnnstudio.ui import theme
from cnnstudio.ui.data import DataWorkspace
from cnnstudio.ui.data.augmentation.panel import AugmentationPanel
from cnnstudio.ui.data.augmentation.preview import EXACT, NEXT_RUN
from cnnstudio.ui.data.augmentation.step_card import StepCard
from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.session import Session
from tests.ui.conftest import wait_for

LEFT = Qt.MouseButton.LeftButton
KINDS = ["RandomRotation", "RandomInvert", "GaussianNoise", "RandomErasing"]


@pytest.fixture
def workspace(session: Session, small_project: Project, qtbot) -> Iterator[DataWorkspace]:
    """The augmentation of the digits: four steps, and what they make of them."""
    steps = tuple(AugmentationStep(kind=kind) for kind in KINDS)
    data = small_project.data.model_copy(update={"augmentation": steps})
    session.replace_document(Document(small_project.model_copy(update={"data": data})))
    made = DataWorkspace(session)
    made.resize(1380, 780)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    qtbot.mouseClick(made.sides.tabs, LEFT, pos=made.sides.tabs.tabRect(1).center())
    wait_for(qtbot, lambda: made.stage.shows_content and shows(made), 90)
    yield made


def shows(workspace: DataWorkspace) -> bool:
    return not workspace.preview.waiting and bool(workspace.preview.grid.images)


def cards(workspace: DataWorkspace) -> list[StepCard]:
    return workspace.sides.augmentation.steps.cards


def kinds(session: Session) -> list[str]:
    return [step.kind for step in session.project.data.augmentation]


def pixels(workspace: DataWorkspace) -> np.ndarray:
    return np.stack([[array_of(image) for image in column]
                     for column in workspace.preview.grid.images])  # fmt: skip


def drag(workspace: DataWorkspace, place: int, to: QPoint, release: bool = True) -> None:
    """Drags a card's line by the mouse to a point of the list."""
    head, steps = cards(workspace)[place].head, workspace.sides.augmentation.steps
    start = QPoint(10, head.height() // 2)
    end = head.mapFromGlobal(steps.mapToGlobal(to))
    QTest.mousePress(head, LEFT, pos=start)
    for share in (0.3, 0.6, 1.0):
        QTest.mouseMove(head, start + (end - start) * share)
        QApplication.processEvents()
    if release:
        QTest.mouseRelease(head, LEFT, pos=end)


def below(card: StepCard) -> QPoint:
    return QPoint(40, card.geometry().bottom() - 2)


def test_each_step_is_a_card_and_the_tab_counts_those_that_are_on(workspace, session):
    assert [card.head.title for card in cards(workspace)] == [
        augmentations[kind].title for kind in KINDS
    ]
    assert workspace.sides.tabs.tabText(1) == "Augmentation  4"
    assert "degrees 15" in cards(workspace)[0].head.summary
    assert "50 %" in cards(workspace)[1].head.summary


def test_a_card_dragged_down_goes_there_and_undo_takes_it_back(workspace, session, qtbot):
    first = cards(workspace)[0]
    drag(workspace, 0, below(cards(workspace)[2]), release=False)
    line = workspace.sides.augmentation.steps.findChild(object, "drop_line")
    assert line.isVisible() and line.y() > cards(workspace)[2].geometry().center().y()
    assert kinds(session) == KINDS

    QTest.mouseRelease(first.head, LEFT)
    assert kinds(session) == [KINDS[1], KINDS[2], KINDS[0], KINDS[3]]
    assert cards(workspace)[2] is first and not line.isVisible()
    assert session.undo.undoText() == "Move Rotation"
    session.undo.undo()
    assert kinds(session) == KINDS and cards(workspace)[0] is first
    session.undo.redo()
    drag(workspace, 3, QPoint(40, 1))
    assert kinds(session) == [KINDS[3], KINDS[1], KINDS[2], KINDS[0]]


def test_escape_ends_a_drag_where_it_began(workspace, session, qtbot):
    drag(workspace, 0, below(cards(workspace)[3]), release=False)
    qtbot.keyClick(cards(workspace)[0], Qt.Key.Key_Escape)
    QTest.mouseRelease(cards(workspace)[0].head, LEFT)
    assert kinds(session) == KINDS
    assert session.undo.count() == 0


def test_keys_walk_move_switch_open_and_remove(workspace, session, qtbot):
    cards(workspace)[1].setFocus()
    qtbot.keyClick(cards(workspace)[1], Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert kinds(session) == [KINDS[0], KINDS[2], KINDS[1], KINDS[3]]
    moved = cards(workspace)[2]
    assert workspace.window().focusWidget() is moved
    qtbot.keyClick(moved, Qt.Key.Key_Space)
    assert not session.project.data.augmentation[2].enabled
    assert workspace.sides.tabs.tabText(1) == "Augmentation  3"
    qtbot.keyClick(moved, Qt.Key.Key_Return)
    assert moved.form.isVisible()
    qtbot.keyClick(moved, Qt.Key.Key_Up)
    assert workspace.window().focusWidget() is cards(workspace)[1]
    qtbot.keyClick(cards(workspace)[1], Qt.Key.Key_Delete)
    assert kinds(session) == [KINDS[0], KINDS[1], KINDS[3]]
    assert workspace.window().focusWidget() is cards(workspace)[1] and cards(workspace)[1] is moved
    for _ in range(3):
        session.undo.undo()
    assert kinds(session) == KINDS


def test_a_card_opens_to_its_form_and_an_edit_changes_what_is_seen_at_once(
    workspace, session, qtbot
):
    card = cards(workspace)[0]
    before = pixels(workspace)
    qtbot.mouseClick(card.head, LEFT)
    editor = card.form.editor("degrees")
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "90")

    assert session.project.data.augmentation[0].parameters == {"degrees": 90.0}
    assert session.undo.count() == 1
    wait_for(qtbot, lambda: shows(workspace) and not np.array_equal(pixels(workspace), before))
    after = pixels(workspace)
    np.testing.assert_array_equal(after[0], before[0])
    session.undo.undo()
    wait_for(qtbot, lambda: shows(workspace) and np.array_equal(pixels(workspace), before))
    assert card.form.isVisible()


def test_the_probability_is_the_kinds_own_until_it_is_set(workspace, session, qtbot):
    card = cards(workspace)[1]
    card.open(True)
    assert session.project.data.augmentation[1].probability is None
    assert card.form.field("probability").value == 0.5
    editor = card.form.editor("probability")
    editor.selectAll()
    qtbot.keyClicks(editor, "1")
    assert session.project.data.augmentation[1].probability == 1.0
    assert "50 %" not in card.head.summary


def test_a_step_that_is_off_does_nothing_and_one_that_is_removed_is_gone(workspace, session, qtbot):
    for card in cards(workspace)[:3]:
        qtbot.mouseClick(card.on, LEFT, pos=QPoint(8, card.on.height() // 2))
    qtbot.mouseClick(cards(workspace)[3].remove, LEFT)
    wait_for(qtbot, lambda: shows(workspace) and (pixels(workspace) == pixels(workspace)[0]).all())
    assert kinds(session) == KINDS[:3]
    assert [step.enabled for step in session.project.data.augmentation] == [False] * 3


def test_shuffle_shows_what_the_next_epochs_will_see_of_the_same_samples(workspace, qtbot):
    before = pixels(workspace)
    title = workspace.preview.grid.titles[-1]
    qtbot.mouseClick(workspace.preview.shuffle, LEFT)
    wait_for(qtbot, lambda: shows(workspace) and workspace.preview.grid.titles[-1] != title)

    after = pixels(workspace)
    np.testing.assert_array_equal(after[0], before[0])
    assert not np.array_equal(after[1:], before[1:])
    assert int(workspace.preview.grid.titles[1].split()[-1]) == len(before)


def test_a_step_is_added_from_the_menu_and_stands_open_at_the_end(workspace, session, qtbot):
    menu = workspace.sides.augmentation.add.menu()
    actions = {one.data(): one for part in menu.actions() for one in part.menu().actions()}
    assert set(actions) == set(augmentations)
    actions["CutMix"].trigger()
    last = cards(workspace)[-1]

    assert kinds(session)[-1] == "CutMix" and last.form.isVisible()
    assert session.undo.undoText() == "Add CutMix"
    grid = workspace.preview.grid
    wait_for(
        qtbot,
        lambda: shows(workspace) and any("%" in c for column in grid.captions for c in column),
    )
    assert "one batch" in workspace.preview.note.text()


def test_a_preset_replaces_all_with_one_click_and_undo_brings_them_back(workspace, session, qtbot):
    menu = workspace.sides.augmentation.presets.menu()
    none, *_ = menu.actions()
    none.trigger()
    assert session.project.data.augmentation == ()
    assert workspace.sides.tabs.tabText(1) == "Augmentation"
    button = workspace.sides.augmentation.first.findChild(QPushButton, "preset_digits")
    qtbot.mouseClick(button, LEFT)
    assert session.project.data.augmentation == PRESETS["digits"].steps
    session.undo.undo(), session.undo.undo()
    assert kinds(session) == KINDS


def test_what_a_step_can_not_be_is_told_on_its_card_and_a_wrong_loss_below(
    workspace, session, qtbot
):
    workspace.sides.augmentation.add_step("MixUp")
    dice = Component(kind="DiceLoss").model_dump()
    session.apply(SetSetting(section="training", name="loss", value=dice))
    assert "DiceLoss is not for images mixed by MixUp" in workspace.sides.augmentation.note.text()
    wrong = {"kind": "RandomScale", "parameters": {"scale_from": 2.0, "scale_to": 1.0}}
    session.apply(SetSetting(section="data", name="augmentation", value=[wrong]))

    assert cards(workspace)[0].mistake.text().startswith("Smallest of Scale is 2, more than")
    wait_for(qtbot, lambda: not workspace.preview.stage.shows_content)
    session.undo.undo()
    wait_for(qtbot, lambda: shows(workspace) and workspace.preview.stage.shows_content)


def test_editing_the_steps_does_not_load_the_data_again(workspace, session, qtbot):
    asked = workspace._asked
    workspace.sides.augmentation.choose_preset("digits")
    wait_for(qtbot, lambda: shows(workspace) and not workspace._edits.isActive())
    assert workspace._asked is asked and workspace.stage.shows_content


def test_the_outlines_of_shapes_follow_and_can_be_taken_away(workspace, session, qtbot):
    for name, value in (("dataset", "shapes"), ("options", {"count": 300})):
        session.apply(SetSetting(section="data", name=name, value=value))
    grid = workspace.preview.grid
    outline = workspace.preview.outline
    wait_for(qtbot, lambda: shows(workspace) and grid.has_outlines and outline.isVisible(), 60)
    with_lines = grid.grab().toImage()
    qtbot.mouseClick(outline, LEFT)
    assert grid.grab().toImage() != with_lines
    rows = range(len(grid.images[0]))
    assert any(grid.outlines[0][row] != grid.outlines[1][row] for row in rows)


def test_while_a_run_goes_on_the_preview_says_that_changes_are_for_the_next(
    workspace, session, tmp_path, qtbot
):
    assert workspace.preview.note.text() == EXACT
    run = RunDirectory.create(tmp_path / "runs", session.project)
    run.write_status(RunStatus(state="running", heartbeat=time.time(), **process_of(os.getpid())))
    session.show_run(run)
    wait_for(qtbot, lambda: workspace.preview.note.text() == f"{EXACT}. {NEXT_RUN}")

    run.write_status(RunStatus(state="finished"))
    wait_for(qtbot, lambda: workspace.preview.note.text() == EXACT)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_kinds_of_steps_stand_on_the_menus_own_ground(mode, session, qapp, qtbot):
    sheet = qapp.styleSheet()
    session.set_theme(mode)
    qapp.setStyleSheet(theme.stylesheet())
    panel = AugmentationPanel(session)
    qtbot.addWidget(panel)
    panel.show()
    menu = panel.add.menu()
    kinds_of_one = menu.actions()[0].menu()

    drawn = [ground(menu), ground(kinds_of_one)]
    qapp.setStyleSheet(sheet)
    assert drawn == [theme.color("surface_raised").name()] * 2


def ground(menu: QMenu) -> str:
    menu.ensurePolished()
    picture = QImage(menu.sizeHint(), QImage.Format.Format_ARGB32)
    picture.fill(0)
    menu.resize(picture.size())
    menu.render(picture)
    return picture.pixelColor(20, 3).name()
