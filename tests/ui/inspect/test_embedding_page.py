"""The Embedding page, driven by mouse and keyboard."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QPolygonF, QWheelEvent

from cnnstudio.interpret.samples.embedding import embed
from cnnstudio.interpret.samples.neighbours import neighbours
from cnnstudio.interpret.subject import open_untrained
from cnnstudio.ui import theme
from cnnstudio.ui.images.array_image import array_of
from cnnstudio.ui.inspect.embedding.gestures import inside
from cnnstudio.ui.inspect.embedding.marks import grouping
from cnnstudio.ui.inspect.embedding.page import EmbeddingPage
from tests.ui.acceptance.test_access import controls
from tests.ui.conftest import wait_for

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
corner = st.tuples(st.integers(-20, 20), st.integers(-20, 20))


@pytest.fixture
def page(untrained, qtbot) -> EmbeddingPage:
    """Training images of the untrained network, laid out by PCA, with all that follows."""
    made = untrained.pages[EmbeddingPage]
    made.choice.split.choose("train")
    untrained.show_page(EmbeddingPage)
    wait_for(qtbot, lambda: is_settled(made), 60)
    return made


def is_settled(page: EmbeddingPage) -> bool:
    asking = (page._embed, page._neighbours, page._images)
    return page._answer is not None and not any(one.waiting for one in asking)


def around(place: np.ndarray, far: float, corners: int = 12) -> list[QPoint]:
    turns = [2 * math.pi * number / corners for number in range(corners + 1)]
    return [
        QPoint(round(place[0] + far * math.cos(turn)), round(place[1] + far * math.sin(turn)))
        for turn in turns
    ]


def draw(qtbot, scatter, path: list[QPoint], held=NONE) -> None:
    qtbot.mousePress(scatter, LEFT, held, path[0])
    for place in path[1:]:
        qtbot.mouseMove(scatter, place)
    qtbot.mouseRelease(scatter, LEFT, held, path[-1])


def point(page: EmbeddingPage, row: int) -> QPoint:
    return QPointF(*page.scatter.places[row]).toPoint()


def lone(page: EmbeddingPage) -> int:
    """The row of a point that is far from all others."""
    places = page.scatter.places
    far = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    np.fill_diagonal(far, np.inf)
    return int(far.min(axis=1).argmax())


@given(st.lists(corner, min_size=3, max_size=9), st.lists(corner, min_size=1, max_size=30))
def test_inside_is_what_qt_takes_for_inside(corners, places):
    # Halves keep the places off the line itself, where it is a matter of taste.
    off = np.array(places, float) + np.array([0.5, 0.25])
    polygon = QPolygonF([QPointF(*map(float, one)) for one in corners])
    there = [polygon.containsPoint(QPointF(*one), Qt.FillRule.OddEvenFill) for one in off]
    clear = [_off_the_line(corners, one) for one in off]
    found = inside(np.array(corners, float), off)
    assert [a for a, fine in zip(found, clear, strict=True) if fine] == [
        b for b, fine in zip(there, clear, strict=True) if fine
    ]


def _off_the_line(corners, place) -> bool:
    ends = np.array(corners, float)
    for start, end in zip(ends, np.roll(ends, -1, axis=0), strict=True):
        way, to = end - start, place - start
        length = float(way @ way)
        share = min(1.0, max(0.0, float(to @ way) / length)) if length else 0.0
        if np.hypot(*(to - share * way)) < 1e-6:
            return False
    return True


def test_the_points_are_those_of_the_same_call_without_a_window(page):
    subject = open_untrained(page.session.project)
    found = embed(subject, None, "pca", "train", 500)
    np.testing.assert_allclose(page._answer["points"], found.points, atol=1e-4)
    assert (
        page.heading.title.text()
        == f"{len(found.points)} training images by {found.features.layer}"
    )
    assert page.note.text().startswith(found.belief.sentence)
    assert page.choice.layer.currentText() == f"Suggested: {found.features.layer}"
    places = page.scatter.places
    assert (places > 0).all() and (places < (page.scatter.width(), page.scatter.height())).all()


def test_a_line_drawn_around_points_fills_the_gallery_with_exactly_these(page, qtbot):
    scatter, answer = page.scatter, page._answer
    path = around(scatter.places.mean(axis=0), 70)
    draw(qtbot, scatter, path)
    polygon = QPolygonF([QPointF(one) for one in path])
    wanted = [
        int(index)
        for index, place in zip(answer["indexes"], scatter.places, strict=True)
        if polygon.containsPoint(QPointF(*place), Qt.FillRule.OddEvenFill)
    ]
    assert 0 < len(wanted) < len(answer["indexes"])
    assert list(page.chosen.grid.samples.source.indexes) == wanted
    assert page.chosen.title.text() == f"{len(wanted)} chosen"
    labels = [answer["labels"][list(answer["indexes"]).index(index)] for index in wanted]
    for label in set(labels):
        assert f"“{answer['classes'][label]}” {labels.count(label)}" in page.chosen.told.text()


def test_chosen_images_are_left_out_of_the_data_from_the_gallery(page, qtbot):
    grid = page.chosen.grid
    draw(qtbot, page.scatter, around(page.scatter.places.mean(axis=0), 60))
    wait_for(qtbot, lambda: grid.samples.index(0).data(Qt.ItemDataRole.DecorationRole))
    qtbot.mouseClick(grid.viewport(), LEFT, NONE, grid.visualRect(grid.samples.index(0)).center())
    [sample] = grid.chosen_samples
    qtbot.keyClick(grid, Qt.Key.Key_Delete)
    assert page.session.project.data.left_out == (sample.key,)
    page.session.undo.undo()
    assert not page.session.project.data.left_out


def test_shift_draws_a_rectangle_ctrl_adds_and_escape_chooses_none(page, qtbot):
    scatter = page.scatter
    x, y = scatter.places[lone(page)]
    corners = [QPoint(round(x - 6), round(y - 6)), QPoint(round(x), round(y + 30)),
               QPoint(round(x + 6), round(y + 6))]  # fmt: skip
    draw(qtbot, scatter, corners, Qt.KeyboardModifier.ShiftModifier)
    assert scatter.selected.sum() == 1
    other = point(page, (lone(page) + 1) % len(scatter.places))
    qtbot.mouseClick(scatter, LEFT, Qt.KeyboardModifier.ControlModifier, other)
    assert scatter.selected.sum() == 2
    qtbot.keyClick(scatter, Qt.Key.Key_Escape)
    assert not scatter.selected.any() and page.chosen.grid.samples.rowCount() == 0
    qtbot.keyClick(scatter, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert scatter.selected.all()


def test_a_class_that_is_unticked_is_neither_seen_nor_chosen(page, qtbot):
    scatter, labels = page.scatter, np.asarray(page._answer["labels"])
    qtbot.keyClick(scatter, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    page.legend.list.item(2).setCheckState(Qt.CheckState.Unchecked)
    number = page.legend.list.item(2).data(Qt.ItemDataRole.UserRole)
    assert (scatter.visible == (labels != number)).all()
    assert (scatter.selected == (labels != number)).all()
    page.session.set_theme("dark")  # what is hidden stays so
    assert page.legend.list.item(2).checkState() == Qt.CheckState.Unchecked
    assert (scatter.visible == (labels != number)).all()
    row = int(np.flatnonzero(labels == number)[0])
    assert scatter.row_at(QPointF(*scatter.places[row])) != row


def test_a_click_looks_at_the_image_and_its_neighbours_and_two_open_it(page, untrained, qtbot):
    row = lone(page)
    index = int(page._answer["indexes"][row])
    qtbot.mouseClick(page.scatter, LEFT, NONE, point(page, row))
    assert untrained.images.image == ["train", index] and page.scatter._current == row
    wait_for(qtbot, lambda: is_settled(page))
    found = neighbours(open_untrained(page.session.project), ("train", index), split="train",
                       samples=500)  # fmt: skip
    assert list(page.nearest.model.source.indexes) == [one.index for one in found.found]
    told = page.nearest.model.index(0).data(Qt.ItemDataRole.StatusTipRole)
    assert told == f"{found.found[0].distance:.3g}"

    first = page.nearest.strip.visualRect(page.nearest.model.index(0)).center()
    wait_for(qtbot, lambda: page.nearest.model.index(0).data(Qt.ItemDataRole.DecorationRole))
    qtbot.mouseClick(page.nearest.strip.viewport(), LEFT, NONE, first)
    assert untrained.images.image == ["train", found.found[0].index]
    qtbot.mouseDClick(page.scatter, LEFT, NONE, point(page, row))
    assert untrained.tabs.currentWidget() is untrained.image_page
    assert untrained.images.image == ["train", index]


def test_the_pointer_tells_what_is_under_it(page, qtbot):
    row = lone(page)
    before = array_of(page.scatter.grab().toImage())

    def is_under() -> bool:
        qtbot.mouseMove(page.scatter, point(page, row) - QPoint(1, 0))
        qtbot.mouseMove(page.scatter, point(page, row))
        return page.scatter._under == row

    wait_for(qtbot, is_under)  # the screen's own pointer may still come by
    name = page._answer["classes"][page._answer["labels"][row]]
    assert name in page.scatter._facts[row] and "sure" in page.scatter._facts[row]
    assert (array_of(page.scatter.grab().toImage()) != before).any(axis=2).sum() > 2000


def test_the_wheel_zooms_into_what_is_under_the_pointer(page):
    scatter, row = page.scatter, lone(page)
    place = QPointF(*scatter.places[row])
    wide = np.ptp(scatter.places, axis=0)
    event = QWheelEvent(place, scatter.mapToGlobal(place), QPoint(), QPoint(0, 240),
                        Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase,
                        False)  # fmt: skip
    QGuiApplication.sendEvent(scatter, event)
    np.testing.assert_allclose(scatter.places[row], (place.x(), place.y()), atol=1e-6)
    np.testing.assert_allclose(np.ptp(scatter.places, axis=0), wide * 1.15**2, rtol=1e-6)
    page.fit_button.click()
    np.testing.assert_allclose(np.ptp(scatter.places, axis=0), wide, rtol=1e-6)


def test_points_are_coloured_by_class_prediction_rightness_and_confidence(page):
    answer = page._answer
    labels, predicted = np.asarray(answer["labels"]), np.asarray(answer["predicted"])
    assert (grouping(answer, "true").groups == labels).all()
    assert (grouping(answer, "predicted").groups == predicted).all()
    assert (grouping(answer, "right").groups == (labels != predicted)).all()
    sure = grouping(answer, "confidence")
    order = np.argsort(answer["confidence"])
    assert (np.diff(sure.groups[order]) >= 0).all() and sure.scaled
    marks = {(mark.color.name(), mark.shape) for mark in grouping(answer, "true").marks}
    assert len(marks) == len(answer["classes"])
    page.choice.colors.choose("confidence")
    page.choice.recolored.emit()
    assert page.legend.scale.isVisible() and not page.legend.list.isVisible()
    assert page.session.settings is page.choice._settings


def test_fifty_classes_are_told_apart(qapp):
    answer = {"labels": list(range(50)), "predicted": None, "classes": [f"c{n}" for n in range(50)]}
    marks = grouping(answer, "right").marks
    assert len({(mark.color.name(), mark.shape) for mark in marks}) == 50


def _colours(pixels: np.ndarray) -> int:
    return len(np.unique(pixels.astype(int) @ (1, 256, 65536)))


def test_images_stand_in_the_place_of_points(page, session):
    page.images_button.click()
    seen = array_of(page.scatter.picture())
    colours = _colours(seen)
    page.images_button.click()
    plain = array_of(page.scatter.picture())
    assert colours > 2 * _colours(plain)
    session.set_theme("dark")
    ground = theme.color("surface").getRgb()[:3]
    assert tuple(array_of(page.scatter.picture())[0, 0]) == ground


def test_another_method_and_its_parameters_lay_out_anew_and_errors_are_told(page, qtbot):
    page.choice.method.choose("tsne")
    page.choice.method.activated.emit(1)
    wait_for(qtbot, lambda: is_settled(page), 60)
    assert "t-SNE" in page._figure().caption
    page.choice.form.edited.emit("perplexity", 400.0, False)
    wait_for(qtbot, lambda: not page.stage.shows_content, 30)
    assert "perplexity of 400 needs more than" in page.stage.notice.message.text
    assert page._figure() is None
    page.choice.form.edited.emit("perplexity", 5.0, False)
    wait_for(qtbot, lambda: is_settled(page) and page.stage.shows_content, 60)
    assert page._asked["parameters"] == {"perplexity": 5.0}
    page._ask_again()
    page._stop()
    assert page.stage.notice.message.text.startswith("Stopped")


def test_chosen_samples_stay_chosen_where_another_method_puts_them(page, qtbot):
    scatter = page.scatter
    draw(qtbot, scatter, around(scatter.places.mean(axis=0), 70))
    chosen = np.asarray(page._answer["indexes"])[scatter.selected]
    before, points = page._answer, page._answer["points"]
    assert 0 < len(chosen) < len(points)
    page.choice.method.choose("tsne")
    page.choice.changed.emit()
    wait_for(qtbot, lambda: page._answer is not before and is_settled(page), 60)
    assert not np.allclose(page._answer["points"], points)
    assert set(np.asarray(page._answer["indexes"])[scatter.selected]) == set(chosen)
    assert page.chosen.title.text() == f"{len(chosen)} chosen"
    assert list(page.chosen.grid.samples.source.indexes) == chosen.tolist()

    before = page._answer
    page.choice.method.choose("pca")
    page.choice.split.choose("test")
    page.choice.changed.emit()
    wait_for(qtbot, lambda: page._answer is not before and is_settled(page), 60)
    assert not scatter.selected.any() and page.chosen.title.text() == "Chosen images"


def test_in_a_small_window_the_points_keep_off_the_text_below(page, untrained, qtbot):
    untrained.tabs.setCurrentIndex(0)
    for width, height in ((1130, 560), (1130, 420), (900, 300)):
        untrained.resize(width, height)
        untrained.show_page(EmbeddingPage)
        qtbot.wait(20)
        scatter, note = page.scatter, page.note
        size = scatter.width(), scatter.height()
        assert scatter.geometry().bottom() < note.geometry().top()
        assert note.height() >= note.heightForWidth(note.width())
        assert (scatter.places > 0).all() and (scatter.places < size).all()
        untrained.tabs.setCurrentIndex(0)


def test_every_control_has_a_name(page):
    unnamed = [one for one in controls(page) if one.isVisible() and not one.accessibleName()]
    assert not unnamed
    assert page.scatter.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_chosen_layer_is_that_of_all_pages_the_suggested_one_stays(page, untrained, qtbot):
    asked = page._asked
    untrained.focus.show_layer("conv1")
    assert page._asked == asked
    page.choice.layer.choose("relu1")
    page.choice.layer.activated.emit(1)
    assert untrained.focus.layer == "relu1" and page._asked["layer"] == "relu1"
    untrained.focus.show_layer("conv1")
    assert page.choice.layer.currentData() == "conv1" and page._asked["layer"] == "conv1"
    wait_for(qtbot, lambda: is_settled(page) and page._answer["layer"] == "conv1", 60)
