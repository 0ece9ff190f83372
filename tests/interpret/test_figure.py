"""Pictures to take away: PNG and SVG with colour bar and caption."""

from __future__ import annotations

import base64
import io
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnstudio.graph import ExplanationError
from cnnstudio.interpret.figures.colour import colour_maps
from cnnstudio.interpret.figures.figure import Figure, Panel, Scale
from cnnstudio.interpret.figures.making import heat_figure, maps_figure
from cnnstudio.interpret.figures.page import Bar, Raster, Text, font

SVG = "{http://www.w3.org/2000/svg}"
CHECKS = np.indices((4, 6)).sum(0)[..., None].repeat(3, 2).astype(np.uint8) % 2 * 255


def test_a_png_has_the_width_asked_for_and_its_pixels_stay_sharp(tmp_path):
    figure = Figure((Panel(CHECKS, scale=Scale("viridis", 0.0, 1.0)),), "A caption")
    path = figure.save(tmp_path / "a.png", width=400)

    read = np.asarray(Image.open(path))
    assert read.shape[1] == 400 and (read == figure.image(400)).all()
    [raster] = [part for part in figure.page(400).parts if isinstance(part, Raster)]
    inside = read[raster.top : raster.top + raster.height, raster.left : raster.left + raster.width]
    assert set(np.unique(inside)) == {0, 255}
    [bar] = [part for part in figure.page(400).parts if isinstance(part, Bar)]
    ends = read[bar.top, bar.left], read[bar.top, bar.left + bar.width - 1]
    assert (ends[0] == colour_maps["viridis"][0]).all()
    assert (ends[1] == colour_maps["viridis"][-1]).all()


def test_an_svg_holds_the_pixels_and_the_words(tmp_path):
    caption = "Why “<cat>” & not 'dog'?\x00"
    figure = Figure((Panel(CHECKS, "5 < 6", Scale("coolwarm", -2.0, 2.0)),), caption)
    root = ElementTree.parse(figure.save(tmp_path / "a.svg", width=500)).getroot()

    assert root.get("width") == "500"
    texts = [text.text for text in root.iter(f"{SVG}text")]
    assert texts == ["5 < 6", "−2.00", "2.00", "Why “<cat>” & not 'dog'? "]
    [image] = root.iter(f"{SVG}image")
    assert image.get("style") == "image-rendering: pixelated"
    content = base64.b64decode(image.get("href").removeprefix("data:image/png;base64,"))
    assert (np.asarray(Image.open(io.BytesIO(content))) == CHECKS).all()
    stops = [stop.get("stop-color") for stop in root.iter(f"{SVG}stop")]
    low = ",".join(map(str, colour_maps["coolwarm"][0]))
    assert stops[0] == f"rgb({low})" and len(stops) > 8


def test_caption_and_colour_bar_can_be_left_out():
    figure = Figure((Panel(CHECKS, scale=Scale("magma", 0, 1)),), "A caption")
    kinds = {
        (caption, bars): {type(part) for part in figure.page(300, caption, bars).parts}
        for caption in (True, False)
        for bars in (True, False)
    }
    assert kinds[True, True] == {Raster, Bar, Text} and kinds[False, False] == {Raster}
    assert Bar not in kinds[True, False] and Bar in kinds[False, True]


@given(
    sizes=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=9),
    columns=st.none() | st.integers(1, 4),
    width=st.integers(64, 1500),
    caption=st.text(max_size=120),
)
@settings(max_examples=25, deadline=None)
def test_everything_lies_on_the_page_and_nothing_over_another(sizes, columns, width, caption):
    panels = tuple(
        Panel(np.zeros((*size, 3), np.uint8), "a title", Scale("magma", 0, 1)) for size in sizes
    )
    page = Figure(panels, caption, columns=columns).page(width)
    boxes = [_box(part) for part in page.parts]
    for left, top, right, bottom in boxes:
        assert left >= -1 and right <= page.width + 1 and top >= -1 and bottom <= page.height + 1
    rasters = [box for box, part in zip(boxes, page.parts, strict=True) if isinstance(part, Raster)]
    assert len(rasters) == len(sizes)
    for one in rasters:
        for other in rasters:
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1]
            assert one is other or apart or other[3] <= one[1]


def test_what_can_not_stand_in_a_figure_is_refused(tmp_path):
    with pytest.raises(ExplanationError, match="shape"):
        Panel(np.zeros((4, 4), np.uint8))
    with pytest.raises(ExplanationError, match="colour map"):
        Panel(CHECKS, scale=Scale("jet"))
    figure = Figure((Panel(CHECKS),))
    with pytest.raises(ExplanationError, match=r"a\.bmp"):
        figure.save(tmp_path / "a.bmp")
    with pytest.raises(ExplanationError, match="3 pixels wide"):
        figure.image(3)
    (tmp_path / "file").touch()
    with pytest.raises(ExplanationError, match="can't be written: Not a directory"):
        figure.save(tmp_path / "file" / "in" / "a.png")
    assert figure.save(tmp_path / "new" / "folder" / "a.png").is_file()
    assert {path.name for path in tmp_path.rglob("*.*")} == {"a.png"}


def test_two_classes_share_a_scale_and_the_difference_has_its_own():
    draw = np.random.default_rng(0)
    image = draw.integers(0, 255, (8, 8, 3), np.uint8)
    one, other = draw.random((2, 8, 8), np.float32) * [[[1]], [[4]]]
    figure = heat_figure(image, one, other, classes=["cat", "dog"])
    assert [panel.title for panel in figure.panels] == ["cat", "dog", "cat less dog"]
    first, second, difference = (panel.scale for panel in figure.panels)
    assert first == second and first.high == pytest.approx(other.max())
    assert difference.colour_map == "coolwarm" and difference.low == -difference.high


def test_a_difference_that_is_nowhere_below_zero_still_has_a_sign():
    image, small = np.zeros((8, 8, 3), np.uint8), np.full((8, 8), 0.2, np.float32)
    scale = heat_figure(image, small + 0.3, small).panels[2].scale
    assert scale.colour_map == "coolwarm" and scale.low == -scale.high == pytest.approx(-0.3)
    [panel] = heat_figure(image, small, signed=True).panels
    assert panel.scale.colour_map == "coolwarm" and panel.scale.low == -panel.scale.high
    [panel] = heat_figure(image, small).panels
    assert panel.scale.colour_map == "magma"


def test_maps_have_their_own_scales_or_one():
    maps = np.arange(2 * 3 * 3, dtype=np.float32).reshape(2, 3, 3)
    own, common = maps_figure(maps), maps_figure(maps, common=True)
    assert own.scale == Scale("viridis") and common.scale == Scale("viridis", 0, 17)
    assert (own.panels[0].pixels == own.panels[1].pixels).all()
    assert (common.panels[0].pixels != common.panels[1].pixels).any()
    [alone] = maps_figure(maps, [1]).panels
    assert alone.title == "1" and (alone.pixels == own.panels[1].pixels).all()


def _box(part) -> tuple[float, float, float, float]:
    if isinstance(part, Text):
        wide = font(part.size).getlength(part.text)
        left = part.left - {"start": 0, "middle": wide / 2, "end": wide}[part.anchor]
        return left, part.base - part.size, left + wide, part.base
    return part.left, part.top, part.left + part.width, part.top + part.height
