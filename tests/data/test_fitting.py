"""Images of any size and channels at the network's input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.data.fitting import Fit, fit_for
from cnnstudio.graph import DataError

HOW = ["resize", "crop", "pad"]
SIZES = st.integers(1, 40)


@settings(max_examples=150, deadline=None)
@given(SIZES, SIZES, st.sampled_from([1, 3]), SIZES, SIZES, st.sampled_from([1, 3]),
       st.sampled_from(HOW))  # fmt: skip
def test_any_image_fits_any_input(height, width, channels, to_height, to_width, to_channels, how):
    image = np.full((height, width, channels), 200, np.uint8)
    fitted = Fit(to_channels, to_height, to_width, how)(image)
    assert fitted.shape == (to_channels, to_height, to_width)
    assert fitted.dtype == np.uint8
    assert fitted.max() == 200
    if how != "pad":
        assert fitted.min() == 200


def test_an_image_of_the_right_size_is_not_touched():
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    for how in HOW:
        assert np.array_equal(Fit(3, 5, 7, how)(image), image.transpose(2, 0, 1))


def test_crop_cuts_the_centre_and_pad_keeps_everything():
    wide = np.zeros((10, 30, 1), np.uint8)
    wide[:, 10:20] = 90
    wide[:, 20:] = 180
    assert (Fit(1, 10, 10, "crop")(wide) == 90).all()
    padded = Fit(1, 30, 30, "pad")(wide)[0]
    assert (padded[:10] == 0).all() and (padded[20:] == 0).all()
    assert (padded[10:20] == wide[..., 0]).all()


def test_shrinking_averages_what_falls_together():
    stripes = np.zeros((64, 64, 1), np.uint8)
    stripes[:, ::2] = 255
    inner = Fit(1, 8, 8, "resize")(stripes)[0, :, 1:-1]
    assert np.abs(inner.astype(int) - 127).max() < 8


def test_grey_becomes_three_equal_channels_and_colour_its_brightness():
    grey = np.arange(16, dtype=np.uint8).reshape(4, 4, 1)
    assert all(np.array_equal(channel, grey[..., 0]) for channel in Fit(3, 4, 4, "pad")(grey))
    green = np.zeros((2, 2, 3), np.uint8)
    green[..., 1] = 255
    assert (Fit(1, 2, 2, "resize")(green) == 150).all()  # 0.587 of 255


@pytest.mark.parametrize("how", HOW)
def test_a_mask_goes_where_its_pixels_go(how):
    image = np.zeros((40, 60, 3), np.uint8)
    mask = np.zeros((40, 60), bool)
    mask[12:28, 24:40] = True
    image[mask] = 255
    fit = Fit(1, 32, 32, how)
    truth = fit.truth({"mask": mask, "box": [24, 12, 40, 28]})
    assert np.array_equal(truth["mask"], fit(image)[0] > 127)
    left, top, right, bottom = truth["box"]
    assert truth["mask"][top:bottom, left:right].any(axis=0).all()
    assert truth["mask"].sum() == truth["mask"][top:bottom, left:right].sum()


@pytest.mark.parametrize("shape", [(), (28,), (28, 28), (1, 3, 28, 28), (4, 28, 28), (3, 0, 28)])
def test_an_input_that_takes_no_images_is_told_with_what_to_set(shape):
    with pytest.raises(DataError) as caught:
        fit_for(shape, "resize")
    assert caught.value.hint
