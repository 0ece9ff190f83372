from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PySide6.QtCore import QPointF, Qt

from cnnstudio.graph import DataSettings
from cnnstudio.ui.images.array_image import array_of, image_of
from cnnstudio.ui.images.image_view import ImageView
from cnnstudio.ui.images.samples_model import PAGE, SamplesModel, Source
from cnnstudio.ui.images.truth import box_outline, mask_outline, outline
from tests.ui.conftest import wait_for

DIGITS = DataSettings(dataset="digits")
SHAPE = (1, 28, 28)


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3))))
def test_an_image_has_the_pixels_of_its_array(values):
    assert (array_of(image_of(values)) == values).all()


def test_a_grey_array_becomes_grey_pixels():
    values = np.arange(12, dtype=np.uint8).reshape(3, 4)

    assert (array_of(image_of(values)) == values[:, :, None]).all()


def test_an_image_outlives_its_array():
    values = np.full((4, 4, 3), 7, np.uint8)
    image = image_of(values)
    values[:] = 9

    assert (array_of(image) == 7).all()


def test_a_masks_outline_runs_between_inside_and_outside():
    mask = np.zeros((4, 4), bool)
    mask[1, 1:3] = True

    lines = {(line.x1(), line.y1(), line.x2(), line.y2()) for line in mask_outline(mask)}

    assert lines == {
        (1, 1, 2, 1), (2, 1, 3, 1), (1, 2, 2, 2), (2, 2, 3, 2), (1, 1, 1, 2), (3, 1, 3, 2),
    }  # fmt: skip


@given(arrays.arrays(bool, st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_an_outline_is_as_long_as_the_masks_edge(mask):
    padded = np.pad(mask, 1).astype(int)
    edge = np.abs(np.diff(padded, axis=0)).sum() + np.abs(np.diff(padded, axis=1)).sum()

    assert sum(line.length() for line in mask_outline(mask)) == edge


def test_without_a_mask_the_box_is_outlined():
    assert len(outline({"box": [1, 2, 5, 6]})) == 4
    assert outline({}) == []
    assert box_outline([1, 2, 5, 6])[0].length() == 4


def test_the_pointer_is_told_as_a_pixel_of_the_image(qtbot):
    view = ImageView("picture")
    qtbot.addWidget(view)
    view.resize(200, 100)
    view.show_image(image_of(np.zeros((10, 10, 3), np.uint8)))

    assert view.picture_rect().getRect() == (50, 0, 100, 100)
    assert view.pixel_at(QPointF(50, 0)) == (0, 0)
    assert view.pixel_at(QPointF(149, 99)) == (9, 9)
    assert view.pixel_at(QPointF(20, 50)) is None


@pytest.fixture
def samples(session, qtbot) -> SamplesModel:
    return SamplesModel(session, 32)


def loaded(samples: SamplesModel, row: int) -> bool:
    return samples.data(samples.index(row), Qt.ItemDataRole.DecorationRole) is not None


def test_samples_are_fetched_when_they_are_looked_at(samples, qtbot):
    samples.show(Source(DIGITS, SHAPE, "test"))
    wait_for(qtbot, lambda: samples.rowCount() > 200, 60)
    last = samples.rowCount() - 1

    assert loaded(samples, 0)
    assert not loaded(samples, last)
    wait_for(qtbot, lambda: loaded(samples, last))
    assert not any(number not in (0, last // PAGE) for number in samples._pages)


def test_samples_of_one_class_know_their_place_in_the_split(samples, qtbot):
    samples.show(Source(DIGITS, SHAPE, "test", label=3), [str(digit) for digit in range(10)])
    wait_for(qtbot, lambda: samples.rowCount() > 0 and loaded(samples, 0), 60)

    first = samples.index(0)
    assert samples.data(first) == "3"
    assert samples.data(samples.index(1), SamplesModel.INDEX) > samples.data(
        first, SamplesModel.INDEX
    )
    assert "of" in samples.data(first, Qt.ItemDataRole.ToolTipRole)


def test_what_is_wrong_with_the_data_is_told(samples, qtbot):
    source = Source(DataSettings(dataset="folder", options={"path": "/nowhere"}), SHAPE, "train")

    with qtbot.waitSignal(samples.failed, timeout=60_000) as told:
        samples.show(source)

    assert "/nowhere" in told.args[0].message
