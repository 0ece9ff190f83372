from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from cnnstudio.graph import Document, Project, SetSetting
from cnnstudio.ui.data import DataWorkspace
from cnnstudio.ui.data.sample_grid import SampleGrid
from cnnstudio.ui.session import Session
from tests.ui.conftest import wait_for


@pytest.fixture
def workspace(session: Session, small_project: Project, qtbot) -> Iterator[DataWorkspace]:
    """Data on the digits, loaded."""
    session.replace_document(Document(small_project))
    made = DataWorkspace(session)
    made.resize(1380, 780)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    wait_for(qtbot, lambda: is_loaded(made), 90)
    yield made


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of two classes with eight images each and one broken file."""
    folder = tmp_path / "pets"
    colors = np.random.default_rng(0).integers(0, 255, (16, 3), np.uint8)
    for number, color in enumerate(colors):
        place = folder / ("cat" if number < 8 else "dog")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.tile(color, (20, 20, 1))).save(place / f"{number}.png")
    (folder / "cat" / "broken.png").write_bytes(b"no image")
    return folder


def is_loaded(workspace: DataWorkspace) -> bool:
    return not workspace._question.waiting and workspace.stage.shows_content


def shows(workspace: DataWorkspace, row: int) -> bool:
    samples = workspace.grid.samples
    return samples.data(samples.index(row), Qt.ItemDataRole.DecorationRole) is not None


def choose(workspace: DataWorkspace, kind: str) -> None:
    box = workspace.settings.dataset
    box.choose(kind)
    box.activated.emit(box.currentIndex())


def test_the_data_is_shown_with_its_numbers(workspace, qtbot):
    sizes = [int(workspace.tabs.tabText(n).split()[-1].replace(",", "")) for n in range(3)]

    assert sum(sizes) == 1797
    assert workspace.facts.classes_title.text() == "10 classes"
    assert sum(workspace.facts.bars.total(digit) for digit in range(10)) == 1797
    assert "±" in workspace.facts.numbers.text()
    assert not workspace.generated.isVisible()
    wait_for(qtbot, lambda: shows(workspace, 0))


def test_another_split_shows_its_own_samples(workspace, qtbot):
    bar = workspace.tabs
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(2).center())
    wait_for(qtbot, lambda: shows(workspace, 0))

    assert workspace.split == "test"
    assert workspace.grid.samples.source.split == "test"
    assert f"{workspace.grid.samples.rowCount():,}" in bar.tabText(2)


def test_choosing_a_dataset_edits_the_project_and_undo_restores_it(workspace, session, qtbot):
    before = session.project.data
    choose(workspace, "shapes")
    wait_for(qtbot, lambda: is_loaded(workspace) and workspace.generated.isVisible(), 60)

    assert session.project.data.dataset == "shapes"
    assert session.undo.count() == 1
    session.undo.undo()
    assert session.project.data == before
    assert workspace.settings.dataset.currentData() == "digits"
    wait_for(qtbot, lambda: is_loaded(workspace) and not workspace.generated.isVisible())


def test_a_setting_edits_the_project(workspace, session, qtbot):
    editor = workspace.settings.split.editor("validation")
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "0.4")
    qtbot.keyClick(editor, Qt.Key.Key_Return)

    assert session.project.data.validation == 0.4
    wait_for(qtbot, lambda: workspace.tabs.tabText(1) == "Validation  719")


def test_an_impossible_setting_is_told_and_taken_back(workspace, session, qtbot):
    with qtbot.waitSignal(session.told) as told:
        workspace.settings.split.edited.emit("test", 0.8, False)

    assert "less than a tenth" in told.args[0].text
    assert session.project.data.test == 0.15


def test_a_class_can_be_looked_at_alone(workspace, qtbot):
    bars = workspace.facts.bars
    row = bars.row_rect(4).center().toPoint()
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=row)
    wait_for(qtbot, lambda: shows(workspace, 0))
    samples = workspace.grid.samples

    assert {samples.data(samples.index(n)) for n in range(20)} == {"4"}
    assert workspace.filter.text().startswith("4: ")
    qtbot.mouseClick(workspace.filter, Qt.MouseButton.LeftButton)
    assert samples.source.label is None
    assert not workspace.filter.isVisible()


def test_a_double_click_enlarges_a_sample_and_escape_goes_back(workspace, qtbot):
    wait_for(qtbot, lambda: shows(workspace, 2))
    grid = workspace.grid
    place = grid.visualRect(grid.samples.index(2)).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    wait_for(qtbot, lambda: workspace.large.view.image is not None)

    assert workspace.views.currentWidget() is workspace.large
    assert "8×8 pixels as stored" in workspace.large.caption.text()
    before = workspace.large.caption.text()
    qtbot.keyClick(workspace.large, Qt.Key.Key_Right)
    wait_for(qtbot, lambda: workspace.large.caption.text() != before)
    qtbot.keyClick(workspace.large, Qt.Key.Key_Escape)
    assert workspace.views.currentWidget() is grid
    assert grid.currentIndex().row() == 3


def test_a_dropped_folder_becomes_the_data(workspace, session, pictures, qtbot):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(pictures))])
    copy, left, none = (
        Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    entered = QDragEnterEvent(QPoint(50, 50), copy, data, left, none)
    QGuiApplication.sendEvent(workspace, entered)
    QGuiApplication.sendEvent(workspace, QDropEvent(QPointF(50, 50), copy, data, left, none))
    wait_for(qtbot, lambda: workspace.facts.classes_title.text() == "2 classes")

    assert entered.isAccepted()
    assert session.project.data.options == {"path": str(pictures)}
    assert workspace.facts.problems_title.text() == "1 image left out"
    assert "broken.png" in workspace.facts.problems.text()


def test_missing_data_is_told_in_words_with_what_to_do(workspace, tmp_path, qtbot):
    workspace.settings.choose_folder(tmp_path / "gone")
    wait_for(qtbot, lambda: not workspace.stage.shows_content and not workspace._question.waiting)
    told = workspace.stage.notice.message

    assert told.level == "error"
    assert "gone" in told.text
    assert [text for text, _ in told.actions] == ["Try again"]


def test_a_network_with_too_few_outputs_is_mended_with_one_click(workspace, session, qtbot):
    wait_for(qtbot, lambda: session.report is not None)
    assert not workspace.bar.isVisible()
    choose(workspace, "shapes")
    wait_for(qtbot, lambda: workspace.bar.isVisible(), 60)

    assert workspace.bar.text.text() == "The network gives 10 numbers, but the data has 6 classes."
    qtbot.mouseClick(workspace.bar.mend, Qt.MouseButton.LeftButton)
    assert session.project.network.find("fc").parameters["out_features"] == 6
    wait_for(qtbot, lambda: not workspace.bar.isVisible())


def test_slow_loading_shows_how_far_it_is_and_can_be_cancelled(workspace, session, qtbot):
    choose(workspace, "shapes")
    workspace.settings.options.edited.emit("count", 5_000, False)
    wait_for(qtbot, lambda: workspace.stage.currentWidget() is workspace.loading)
    wait_for(qtbot, lambda: workspace.loading.bar.maximum() > 0)
    assert "5,000" in workspace.loading.text.text()

    qtbot.mouseClick(workspace.loading.cancel, Qt.MouseButton.LeftButton)

    assert workspace.stage.notice.message.text == "Loading was stopped."
    assert session.project.data.options == {"count": 5_000}


def entry(menu: QMenu, text: str) -> None:
    """Clicks the entry of an open menu that begins so."""
    action = next(action for action in menu.actions() if action.text().startswith(text))
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def ask_for_menu(grid: SampleGrid) -> QMenu:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), QPoint(1, 1))
    QApplication.sendEvent(grid.viewport(), event)
    assert grid.menu.isVisible()
    return grid.menu


def show_part(workspace: DataWorkspace, number: int, qtbot) -> None:
    bar = workspace.tabs
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(number).center())
    wait_for(qtbot, lambda: shows(workspace, 0))


def pick(workspace: DataWorkspace, row: int, qtbot) -> None:
    place = workspace.grid.visualRect(workspace.grid.samples.index(row)).center()
    qtbot.mouseClick(workspace.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_an_image_left_out_has_a_place_of_its_own_and_a_way_back(workspace, session, qtbot):
    wait_for(qtbot, lambda: shows(workspace, 0))
    before = workspace.tabs.tabText(0)
    assert not workspace.tabs.isTabVisible(3)
    pick(workspace, 2, qtbot)
    key = workspace.grid.chosen_samples[0].key
    qtbot.keyClick(workspace.grid, Qt.Key.Key_Delete)
    assert session.project.data.left_out == (key,)
    wait_for(qtbot, lambda: workspace.tabs.tabText(3) == "Left out  1")
    assert workspace.tabs.tabText(0) == "Train  1,256"

    show_part(workspace, 3, qtbot)
    assert workspace.grid.samples.rowCount() == 1
    pick(workspace, 0, qtbot)
    entry(ask_for_menu(workspace.grid), "Put back")
    assert session.project.data.left_out == ()
    wait_for(qtbot, lambda: not workspace.tabs.isTabVisible(3))
    assert workspace.split == "train" and workspace.tabs.tabText(0) == before


def test_a_relabelled_image_tells_both_classes_and_can_be_restored(workspace, session, qtbot):
    wait_for(qtbot, lambda: shows(workspace, 0))
    pick(workspace, 0, qtbot)
    [sample] = workspace.grid.chosen_samples
    other = str((int(sample.given) + 1) % 10)
    menu = ask_for_menu(workspace.grid)
    labels = menu.findChild(QMenu, "relabel_menu")
    labels.actions()[int(other)].trigger()
    menu.close()
    assert session.project.data.relabelled == {sample.key: other}
    wait_for(qtbot, lambda: workspace.tabs.tabText(4) == "Relabelled  1")

    show_part(workspace, 4, qtbot)
    assert workspace.grid.samples.index(0).data() == f"{sample.given} → {other}"
    assert workspace.back.text() == "Restore all labels"
    pick(workspace, 0, qtbot)
    assert workspace.back.text() == "Restore the label"
    qtbot.mouseClick(workspace.back, Qt.MouseButton.LeftButton)
    assert session.project.data.relabelled == {}
    session.undo.undo()
    assert session.project.data.relabelled == {sample.key: other}


def test_other_images_take_the_corrections_of_the_old_ones_away(workspace, session, qtbot):
    choose(workspace, "shapes")
    left = SetSetting(section="data", name="left_out", value=["3"])
    session.apply(left)
    workspace.settings.options.edited.emit("seed", 5, False)
    assert session.project.data.left_out == ()
    session.undo.undo()
    assert session.project.data.left_out == ("3",)
    choose(workspace, "digits")
    assert session.project.data.left_out == ()


def test_corrections_that_are_asked_for_are_shown_whatever_was_looked_at_before(
    workspace, session, qtbot
):
    workspace.sides.tabs.setCurrentIndex(1)
    workspace.facts.bars.choose(3)
    corrections = (("left_out", ["450"]), ("relabelled", {"451": "7", "452": "7"}))
    workspace.hide()
    for name, value in corrections:
        session.apply(SetSetting(section="data", name=name, value=value))
    workspace.show()
    session.split_requested.emit("left_out")

    wait_for(qtbot, lambda: workspace.split == "left_out" and shows(workspace, 0))
    assert workspace.pages.currentIndex() == 0
    assert workspace.grid.samples.rowCount() == 1 and not workspace.filter.isVisible()

    workspace.sides.tabs.setCurrentIndex(1)
    session.split_requested.emit("relabelled")
    assert workspace.split == "relabelled" and workspace.pages.currentIndex() == 0
    assert workspace.grid.samples.rowCount() == 2


def test_shuffled_labels_are_told_by_a_badge_and_beside_each_sample(workspace, session, qtbot):
    assert workspace.origin.isHidden()
    session.apply(SetSetting(section="data", name="shuffled_labels", value=1))
    wait_for(qtbot, lambda: is_loaded(workspace) and workspace.origin.isVisible(), 60)
    assert workspace.origin.text() == "Labels shuffled"
    tabs = workspace.tabs
    wide = tabs.fontMetrics().horizontalAdvance(tabs.tabText(0))
    assert tabs.tabRect(0).width() > wide  # whole, though it was named while data was loaded
    session.undo.undo()
    wait_for(qtbot, lambda: is_loaded(workspace) and workspace.origin.isHidden(), 60)
