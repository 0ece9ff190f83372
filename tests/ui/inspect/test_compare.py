"""Two networks side by side in the window."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest

import cnnstudio as cs
from cnnstudio.graph import Document, save
from cnnstudio.training.rundir import RunDirectory
from cnnstudio.ui.inspect import InspectWorkspace
from cnnstudio.ui.inspect.compare.other_images import other_images
from cnnstudio.ui.inspect.compare.page import ComparePage
from tests.ui.conftest import small, wait_for

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> tuple[RunDirectory, RunDirectory]:
    """Two runs of one project, which begin with other weights."""
    folder = tmp_path_factory.mktemp("compare")
    project = small()
    save(project, folder / "small.cnns")
    found = []
    for seed in (0, 3):
        update = {"epochs": 1, "seed": seed, "tensorboard": False, "device": "cpu"}
        training = project.training.model_copy(update=update)
        made = project.model_copy(update={"training": training})
        path = folder / "runs" / f"2026-11-24T10-3{seed}-05-small"
        found.append(cs.train(made, path).directory)
    return found[0], found[1]


@pytest.fixture
def workspace(session, runs, qtbot) -> InspectWorkspace:
    session.replace_document(Document(runs[0].project()))
    session.runs.set_roots([runs[0].path.parent])
    session.show_run(runs[0])
    made = InspectWorkspace(session)
    made.resize(1380, 780)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.show_page(ComparePage)
    wait_for(qtbot, lambda: settled(made), 90)
    return made


@pytest.fixture
def page(workspace) -> ComparePage:
    found = workspace.pages[ComparePage]
    assert isinstance(found, ComparePage)
    return found


def settled(workspace) -> bool:
    page = workspace.pages[ComparePage]
    sides = page._heats() is not None and all(len(side._maps) for side in page.sides)
    return sides and not workspace.is_busy()


def said(run: RunDirectory, checkpoint: str) -> np.ndarray:
    subject = cs.open_run(run.path, checkpoint)
    with torch.no_grad():
        return subject.model(torch.as_tensor(subject.images("test:0"))).softmax(1)[0].numpy()


def scroll(view, at: QPoint) -> None:
    """A notch of the wheel, towards the screen."""
    event = QWheelEvent(
        QPointF(at), QPointF(view.mapToGlobal(at)), QPoint(), QPoint(0, 120),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QGuiApplication.sendEvent(view, event)


def choose_second(workspace, page, qtbot, run, moment="best"):
    page.second.chooser.choose(run, moment)
    name = moment if moment.startswith("step-") else run.checkpoint(moment).name
    wait_for(
        qtbot,
        lambda: (
            page.second.subject is not None
            and page.second.subject.folder is not None
            and page.second.subject.folder.name == name
            and page.second.subject.run == run
            and settled(workspace)
        ),
        30,
    )


def test_beside_the_network_stands_at_first_what_its_training_began_with(page, runs):
    best, begun = (np.asarray(side.prediction["probabilities"]) for side in page.sides)
    assert np.allclose(best, said(runs[0], "best"), atol=1e-6)
    assert np.allclose(begun, said(runs[0], "step-000000"), atol=1e-6)


def test_both_explain_one_class_on_one_scale_with_their_difference(workspace, page, runs, qtbot):
    choose_second(workspace, page, qtbot, runs[1])
    [found] = cs.compare_runs(*[run.path for run in runs], "test:0")
    one, two = page._heats()
    assert np.allclose(one, found.first.heat, atol=1e-6)
    assert np.allclose(two, found.second.heat, atol=1e-6)
    assert page.first.heat._within == page.second.heat._within
    assert np.allclose(page.difference._heat, one - two)
    figure = page.figure()
    assert figure is not None and len(figure.panels) == 4


def test_the_pointer_is_on_all_pictures_at_once(page, qtbot):
    QTest.mouseMove(page.second.heat, QPoint(60, 80))
    wait_for(qtbot, lambda: page.first.heat._mark is not None, 5)
    assert page.first.heat._mark == page.difference._mark == page.second.heat._mark
    column, row = page.second.heat.pixel_at(QPoint(60, 80))
    one, two = (float(heat[row, column]) for heat in page._heats())
    assert page.note.text().startswith(f"row {row}, column {column}: A ")
    QTest.mouseMove(page.note, QPoint(5, 5))
    wait_for(qtbot, lambda: page.first.heat._mark is None, 5)
    assert "both on one scale" in page.note.text()
    assert page.difference.heat_at(column, row) == pytest.approx(one - two, abs=1e-6)


def test_a_part_of_the_image_is_enlarged_on_all_pictures(page, qtbot):
    scroll(page.second.heat, QPoint(60, 80))
    assert page.first.heat.region == page.difference.region == page.second.heat.region
    assert page.first.heat.region.width() < 1.0
    qtbot.mouseDClick(page.difference, LEFT)
    assert page.second.large.view.region.width() == 1.0 == page.first.heat.region.width()


def test_a_unit_is_enlarged_on_both_sides_and_pointed_at_on_both(page, qtbot):
    mosaic = page.first.mosaic
    QTest.mouseMove(mosaic.viewport(), mosaic.tile_rect(2).center())
    wait_for(qtbot, lambda: page.second.mosaic._under == 2, 5)
    qtbot.mouseClick(mosaic.viewport(), LEFT, pos=mosaic.tile_rect(2).center())
    assert all(side.views.currentWidget() is side.large for side in page.sides)
    assert {side.large.unit for side in page.sides} == {2}
    assert page.focus.unit == 2
    page.first.large.setFocus()
    qtbot.keyClick(page.first.large, Qt.Key.Key_Right)
    assert {side.large.unit for side in page.sides} == {3}
    qtbot.mouseClick(page.second.large.back, LEFT)
    assert all(side.views.currentWidget() is side.mosaic for side in page.sides)


def test_swapping_exchanges_the_sides(workspace, page, runs, qtbot):
    choose_second(workspace, page, qtbot, runs[1])
    before = [np.asarray(side.prediction["probabilities"]) for side in page.sides]
    qtbot.mouseClick(page.swap_button, LEFT)
    wait_for(qtbot, lambda: page.first.subject.run == runs[1] and settled(workspace), 30)
    wait_for(qtbot, lambda: page.second.subject.run == runs[0] and settled(workspace), 30)
    after = [np.asarray(side.prediction["probabilities"]) for side in page.sides]
    assert np.array_equal(before[0], after[1]) and np.array_equal(before[1], after[0])


def test_the_line_of_moments_moves_one_side_beside_the_other(workspace, page, runs, qtbot):
    slider = workspace.history.slider
    still = np.asarray(page.second.prediction["probabilities"])
    qtbot.mouseClick(slider, LEFT, pos=QPoint(round(slider.place_of(0)), slider.height() // 2))
    wait_for(qtbot, lambda: page.first.subject.folder.name == "step-000000", 30)
    wait_for(qtbot, lambda: settled(workspace), 30)
    moved, other = (np.asarray(side.prediction["probabilities"]) for side in page.sides)
    assert np.array_equal(other, still) and np.allclose(moved, still, atol=1e-6)
    assert not np.any(page.difference._heat)
    low, high = page.difference._within
    assert low == -high < 0, "nothing is in the middle of a difference's colours"


def test_what_they_decide_differently_is_listed_and_looked_at(workspace, page, runs, qtbot):
    choose_second(workspace, page, qtbot, runs[1])
    qtbot.mouseClick(page.differing.button, LEFT)
    wait_for(qtbot, lambda: "right" in page.differing.note.text(), 60)
    one, two = (cs.open_run(run.path) for run in runs)
    images, _ = one.splits.test.tensors()
    with torch.no_grad():
        decided = [subject.model(images).argmax(1) for subject in (one, two)]
    differ = torch.nonzero(decided[0] != decided[1])[:, 0].tolist()
    assert differ, "the two runs agree on all: nothing is tested"
    rows = [page.differing.list.item(row) for row in range(page.differing.list.count())]
    assert [row.data(Qt.ItemDataRole.UserRole) for row in rows] == differ
    page.differing.list.scrollToItem(rows[0])
    place = page.differing.list.visualItemRect(rows[0]).center()
    qtbot.mouseClick(page.differing.list.viewport(), LEFT, pos=place)
    wait_for(qtbot, lambda: workspace.images.image == ["test", differ[0]], 10)
    wait_for(qtbot, lambda: settled(workspace), 30)
    assert page.first.likeliest != page.second.likeliest


def test_a_network_without_the_class_leaves_the_other_with_its_own_image(
    workspace, page, session, shapes_project, runs, qtbot
):
    page.second.chooser.run.activated.emit(page.second.chooser.run.currentIndex())  # it stays
    session.replace_document(Document(shapes_project))
    workspace.networks.choose_untrained()
    assert not page.first.stage.shows_content, "another network's picture stands under its name"
    wait_for(qtbot, lambda: page.first.heat_answer and not workspace.is_busy(), 60)
    wait_for(qtbot, lambda: "knows no class" in page.note.text(), 10)
    assert page.second.subject.run == runs[0] and page.second.scale.isHidden()
    assert np.array_equal(page.first.heat._picture, page.first.prediction["image"])
    assert page.first.heat._picture.shape[:2] == (32, 32)
    assert page.difference.isHidden() and page.figure() is None
    assert "B's images are its own: digits, not shapes." in page.note.text()


def test_beside_another_network_stands_its_own_beginning(workspace, page, session, runs, qtbot):
    session.show_run(runs[1])
    wait_for(qtbot, lambda: page.first.subject.run == runs[1] and settled(workspace), 60)
    wait_for(qtbot, lambda: page.second.subject.run == runs[1] and settled(workspace), 60)
    assert page.second.subject.folder.name == "step-000000"


def test_another_run_is_taken_at_its_best(workspace, page, runs, qtbot):
    box = page.second.chooser.run
    assert page.second.chooser.moment.currentData() == "step-000000"
    box.choose(runs[1])
    box.activated.emit(box.currentIndex())
    assert not page.second.stage.shows_content
    wait_for(qtbot, lambda: page.second.subject.run == runs[1] and settled(workspace), 30)
    assert page.second.subject.folder.name == runs[1].checkpoint("best").name


def test_what_makes_the_images_others_is_named():
    one = small().data
    assert other_images(one, one.model_copy(update={"normalize": False})) == ""
    two = one.model_copy(update={"options": {"shortcut": 1.0}, "seed": 5})
    assert other_images(one, two) == (
        "B's images are its own: digits with shortcut 1.0, another split seed."
    )


def test_the_lines_of_python_give_the_same_heat(page, tmp_path, monkeypatch):
    page.picture_button.copy_python()
    monkeypatch.chdir(tmp_path)
    made: dict[str, object] = {}
    exec(QGuiApplication.clipboard().text(), made)
    [found] = made["found"]
    for heat, side in zip(page._heats(), (found.first, found.second), strict=True):
        assert np.allclose(heat, side.heat, atol=1e-6)
    assert (tmp_path / "compared.png").is_file()


def test_the_untrained_network_is_a_side_too_and_has_no_lines_of_python(workspace, page, qtbot):
    page.second.chooser.choose(None)
    wait_for(qtbot, lambda: page.second.subject.run is None and settled(workspace), 30)
    page.picture_button.look()
    assert not page.picture_button.python_action.isEnabled()
