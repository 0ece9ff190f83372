"""Image files of all kinds, whole and broken, as arrays."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnstudio.data import pictures
from cnnstudio.data.pictures import is_image_name, read_image
from cnnstudio.graph import DataError


def saved(path: Path, pixels: np.ndarray, **options) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


def picture(height: int = 6, width: int = 4, channels: int = 3, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (height, width, channels), np.uint8)


@pytest.mark.parametrize("suffix", ["png", "bmp", "ppm", "tiff", "tga"])
def test_a_colour_image_comes_back_as_it_was_saved(tmp_path, suffix):
    pixels = picture()
    assert np.array_equal(read_image(saved(tmp_path / f"one.{suffix}", pixels)), pixels)


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_a_compressed_image_comes_back_nearly_so(tmp_path, suffix):
    pixels = np.full((16, 24, 3), (200, 100, 50), np.uint8)
    found = read_image(saved(tmp_path / f"one.{suffix}", pixels, quality=95))
    assert found.shape == (16, 24, 3)
    assert np.abs(found.astype(int) - pixels).max() < 8


def test_a_grey_image_keeps_one_channel(tmp_path):
    grey = picture()[..., 0]
    found = read_image(saved(tmp_path / "grey.png", grey))
    assert np.array_equal(found, grey[..., None])


def test_a_black_and_white_image_becomes_0_and_255(tmp_path):
    Image.new("1", (3, 2), 1).save(tmp_path / "white.png")
    assert np.array_equal(read_image(tmp_path / "white.png"), np.full((2, 3, 1), 255, np.uint8))


def test_a_photograph_taken_sideways_is_turned_upright(tmp_path):
    upright = picture(height=6, width=4)
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90° clockwise to show
    Image.fromarray(np.rot90(upright)).save(tmp_path / "sideways.png", exif=exif)
    assert np.array_equal(read_image(tmp_path / "sideways.png"), upright)


def test_what_is_see_through_lies_on_white(tmp_path):
    pixels = np.zeros((2, 2, 4), np.uint8)
    pixels[0] = (10, 20, 30, 255)
    found = read_image(saved(tmp_path / "alpha.png", pixels))
    assert found[0, 0].tolist() == [10, 20, 30]
    assert found[1, 0].tolist() == [255, 255, 255]


def test_grey_with_transparency_stays_grey(tmp_path):
    Image.new("LA", (2, 2), (40, 0)).save(tmp_path / "la.png")
    assert np.array_equal(read_image(tmp_path / "la.png"), np.full((2, 2, 1), 255, np.uint8))


def test_a_palette_becomes_its_colours_and_its_see_through_one_white(tmp_path):
    image = Image.new("P", (2, 1))
    image.putpalette([9, 8, 7, 200, 0, 0])
    image.putpixel((1, 0), 1)
    image.save(tmp_path / "plain.png")
    image.save(tmp_path / "holes.png", transparency=1)
    assert read_image(tmp_path / "plain.png")[0].tolist() == [[9, 8, 7], [200, 0, 0]]
    assert read_image(tmp_path / "holes.png")[0].tolist() == [[9, 8, 7], [255, 255, 255]]


@pytest.mark.parametrize("suffix", ["png", "tiff"])
def test_16_bits_become_8(tmp_path, suffix):
    deep = np.array([[0, 255, 256, 65_535]], np.uint16)
    found = read_image(saved(tmp_path / f"deep.{suffix}", deep))
    assert found[..., 0].tolist() == [[0, 0, 1, 255]]


def test_brightness_in_0_to_1_is_read_and_measurements_are_refused(tmp_path):
    bright = saved(tmp_path / "bright.tiff", np.array([[0.0, 0.5, 1.0]], np.float32))
    assert read_image(bright)[..., 0].tolist() == [[0, 128, 255]]
    heights = saved(tmp_path / "heights.tiff", np.array([[0.0, 3000.0]], np.float32))
    with pytest.raises(DataError, match="measurements"):
        read_image(heights)


def test_print_colours_become_screen_colours(tmp_path):
    Image.new("CMYK", (8, 8), (0, 0, 0, 0)).save(tmp_path / "print.jpg")
    assert read_image(tmp_path / "print.jpg").shape == (8, 8, 3)


def test_of_an_animation_the_first_frame_is_taken(tmp_path):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "two.gif", save_all=True, append_images=frames[1:])
    assert read_image(tmp_path / "two.gif")[0, 0].tolist() == [255, 0, 0]


def test_a_truncated_file_is_told_by_name(tmp_path):
    whole = saved(tmp_path / "whole.jpg", picture(64, 64)).read_bytes()
    (tmp_path / "torn.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match=r"torn\.jpg can't be read as an image") as caught:
        read_image(tmp_path / "torn.jpg")
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"not an image", b"%!PS-Adobe-3.0 EPSF-3.0\nshowpage"])
def test_other_content_is_told_by_name(tmp_path, content):
    (tmp_path / "odd.png").write_bytes(content)
    with pytest.raises(DataError, match=r"odd\.png"):
        read_image(tmp_path / "odd.png")


def test_a_missing_file_is_told_as_missing(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read_image(tmp_path / "gone.png")


def test_a_folder_is_no_image(tmp_path):
    with pytest.raises(DataError):
        read_image(tmp_path)


def test_a_small_file_that_claims_a_huge_image_is_refused_unread(tmp_path, monkeypatch):
    monkeypatch.setattr(pictures, "LARGEST_PIXELS", 1000)
    path = saved(tmp_path / "bomb.png", np.zeros((40, 40), np.uint8))
    with pytest.raises(DataError, match="40×40 pixels: too many"):
        read_image(path)


def test_an_absurd_size_is_refused(tmp_path):
    header = b"P5 1000000 1000000 255\n"
    (tmp_path / "absurd.pgm").write_bytes(header + b"0" * 100)
    with pytest.raises(DataError, match=r"absurd\.pgm"):
        read_image(tmp_path / "absurd.pgm")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    suffix=st.sampled_from(["png", "jpg", "gif", "bmp", "tiff", "webp"]),
    changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_damaged_bytes_give_an_image_or_a_data_error_and_nothing_else(tmp_path, suffix, changes):
    path = saved(tmp_path / f"one.{suffix}", picture(12, 12))
    content = bytearray(path.read_bytes())
    for place, value in changes:
        content[int(place * (len(content) - 1))] = value
    path.write_bytes(bytes(content))
    try:
        found = read_image(path)
    except DataError as error:
        assert path.name in error.message
    else:
        assert found.dtype == np.uint8
        assert found.ndim == 3
        assert found.shape[2] in (1, 3)


def test_images_are_known_by_their_endings_in_any_case():
    assert is_image_name("a.JPG")
    assert is_image_name("b.tar.png")
    assert not is_image_name(".hidden.png")
    assert not is_image_name("notes.txt")
    assert not is_image_name("png")


def test_reading_images_and_the_catalogue_needs_no_torch():
    code = (
        "import sys, cnnstudio.data.catalogue, cnnstudio.data.pictures\n"
        "assert not {'torch', 'torchvision', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
