"""Cards whose pictures change several times a second, and wires as strong as what they carry."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage, QPainter

from cnnstudio.ui import theme
from cnnstudio.ui.canvas.hints import tooltip_at
from cnnstudio.ui.canvas.strength import LEVELS
from cnnstudio.ui.canvas.thumbnail import LARGEST_BRIEF_MAP, grid_of, paint_thumbnail


def thumbnails(seed: int, names: list[str], images: int = 1) -> dict[str, dict]:
    """Maps for every other node, values for the others."""
    made = np.random.default_rng(seed)
    count = grid_of(images, False, True).count
    maps = {
        "maps": made.integers(0, 255, (images, count, 16, 16), dtype=np.uint8), "channels": 32,
        "mean": made.random(), "std": 0.5, "silent": seed, "dead": 0.2 * seed,
    }  # fmt: skip
    values = {"values": made.normal(size=(images, 32)).astype(np.float32), "channels": 32}
    return {name: (maps, values)[index % 2] for index, name in enumerate(names)}


def picture(canvas) -> QImage:
    for _ in range(20):  # cards that don't fit into a frame's time come in the next ones
        image = canvas.viewport().grab().toImage()
        if not canvas.canvas_scene.pictures.postponed:
            return image
    raise AssertionError("not drawn")


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("scale", [0.45, 1.0, 1.7])
def test_a_card_whose_pictures_change_looks_as_if_drawn_anew(chain, mode, scale):
    chain.session.set_theme(mode)
    chain.camera.zoom_to(scale)
    chain.select(["n1"])
    names = [item.content.name for item in chain.canvas_scene.nodes.values()]
    for seed in range(3):
        chain.set_thumbnails(thumbnails(seed, names))
        picture(chain)
    quick = picture(chain)
    chain.canvas_scene.pictures.clear()
    assert quick == picture(chain)


def test_the_stronger_a_wire_the_wider_and_the_farther_from_the_ground(chain):
    ids = ["n0", "n1", "n2"]
    plain = picture(chain)
    chain.set_strengths(dict(zip(ids, (0.01, 0.1, 1.0), strict=True)), "activation")
    levels = chain.canvas_scene.strengths.levels
    assert [levels[id] for id in ids] == [0, round((LEVELS - 1) / 2), LEVELS - 1]
    for mode in ("light", "dark"):
        chain.session.set_theme(mode)
        pens = chain.canvas_scene.look.strength_pens
        ground = theme.color("canvas").lightnessF()
        away = [abs(pen.color().lightnessF() - ground) for pen in (pens[0], pens[-1])]
        assert away[1] > away[0] and pens[-1].widthF() > pens[0].widthF()
    chain.session.set_theme("light")
    assert picture(chain) != plain
    chain.set_strengths({}, "none")
    assert picture(chain) == plain and not chain.strength_legend.isVisible()


def test_the_legend_goes_with_the_strengths_even_while_the_canvas_is_out_of_sight(chain):
    chain.set_strengths({"n0": 0.5}, "activation")
    assert chain.strength_legend.isVisible()
    chain.hide()
    chain.set_strengths({}, "activation")
    chain.show()
    assert not chain.strength_legend.isVisible()


def test_a_tooltip_tells_what_a_layer_gives(chain):
    item = chain.canvas_scene.nodes["n1"]
    thumbnail = {
        "maps": np.zeros((1, 5, 8, 8), np.uint8), "channels": 8, "mean": -0.26, "std": 1.5,
        "low": -3.0, "high": 1234.0, "zeros": 0.47, "silent": 3, "gradient": 3.14e-5, "dead": 0.125,
    }  # fmt: skip
    chain.set_thumbnails({item.content.name: thumbnail})
    told = tooltip_at(chain.canvas_scene, item.rect.center())
    for text in ("Mean: −0.26 ± 1.50", "Range: −3.00 … 1234", "Zeros: 47.0 %", "3 of 8",
                 "Gradient: 3.1e−5", "Dead units: 12.5 %"):  # fmt: skip
        assert text in told


@pytest.mark.parametrize("gradients", [False, True])
@pytest.mark.parametrize("images", [1, 2, 3, 4])
def test_several_images_have_fewer_maps_instead_of_ones_too_small_to_see(images, gradients):
    for statistics, largest in ((True, 32.0), (False, 32.0), (False, LARGEST_BRIEF_MAP)):
        columns, lines, size, count = grid_of(images, gradients, statistics, largest)
        assert 14 <= size <= largest and columns * lines >= images * (1 + gradients)
        assert lines * size + (lines - 1) * 3 <= (48 if statistics else 64)
        assert columns * (count * (size + 3) - 3) + (columns - 1) * 10 <= 172
        wide = images > 1 and (gradients or images > 2)
        assert columns == 1 if not wide else columns > 1


@pytest.mark.parametrize("gradients", [False, True])
@pytest.mark.parametrize("images", [1, 4])
def test_the_line_of_numbers_is_there_for_several_images_too(chain, images, gradients):
    look, known = chain.canvas_scene.look, thumbnails(0, ["one"], images)["one"]
    known |= {"gradients": known["maps"]} if gradients else {}

    def drawn(**numbers) -> QImage:
        image = QImage(200, 128, QImage.Format.Format_RGB32)
        image.fill(0xFFFFFF)
        painter = QPainter(image)
        paint_thumbnail(painter, {**known, **numbers}, look.accent, look)
        painter.end()
        return image

    assert drawn() != drawn(mean=7.5)
    assert drawn(statistics=False) == drawn(statistics=False, mean=7.5)
