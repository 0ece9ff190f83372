"""The drawing for paper: vectors, light on white, cropped, whatever the window shows."""

from __future__ import annotations

import re
import zlib

import numpy as np
import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLineEdit

from cnnstudio.graph import CnnStudioError, Network
from cnnstudio.ui.canvas.card import Findings
from cnnstudio.ui.canvas.drawing import Drawing
from cnnstudio.ui.canvas.tint import LEVELS, Tint


def test_an_svg_holds_the_names_as_text_and_no_picture_of_a_card(chain):
    svg = chain.drawing_commands.drawing(thumbnails=False).svg()
    assert QSvgRenderer(svg).isValid()
    text = svg.decode()
    assert "conv2d1" in text and "linear1" in text
    # Only the icons could be pictures, and those are small.
    assert len(svg) < 200_000


def test_a_drawing_is_light_on_white_in_the_dark_theme_too_and_shows_no_selection(chain):
    light = chain.drawing_commands.drawing(thumbnails=False).image(1.0)
    chain.session.set_theme("dark")
    chain.select(["n1"])
    dark = chain.drawing_commands.drawing(thumbnails=False).image(1.0)
    assert light == dark
    assert light.pixelColor(0, 0) == QColor("white")


def test_a_drawing_is_cropped_to_the_network(chain):
    size = chain.drawing_commands.drawing(thumbnails=False).size
    bounds = chain.canvas_scene.bounds()
    assert bounds.width() < size.width() < bounds.width() + 120
    assert bounds.height() < size.height() < bounds.height() + 60


def test_thumbnails_are_drawn_by_choice(chain):
    maps = np.zeros((5, 8, 8), dtype=np.uint8)
    chain.set_thumbnails({"conv2d1": {"maps": maps, "channels": 8}})
    without = chain.drawing_commands.drawing(thumbnails=False).svg()
    assert b"<image" in chain.drawing_commands.drawing(thumbnails=True).svg().replace(without, b"")


@pytest.mark.parametrize(("name", "begin"), [("a.svg", b"<?xml"), ("a.pdf", b"%PDF"),
                                             ("a.PNG", b"\x89PNG")])  # fmt: skip
def test_the_files_name_says_its_kind(chain, tmp_path, name, begin):
    chain.drawing_commands.save(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(begin)


def test_another_kind_of_file_and_an_empty_network_are_refused(chain, tmp_path):
    told = []
    chain.session.told.connect(told.append)
    chain.drawing_commands.save(tmp_path / "a.docx")
    assert "a.docx" in told[0].text
    with pytest.raises(CnnStudioError):
        Drawing(Network(), Findings())


def test_the_colours_of_the_cost_are_drawn_by_choice(chain):
    network = chain.canvas_scene.network
    found = Findings(tints={"conv2d1": Tint(LEVELS - 1, "4.2 k")})
    plain, coloured = Drawing(network, found), Drawing(network, found, tinted=True)
    assert "4.2 k" in coloured.svg().decode() and "4.2 k" not in plain.svg().decode()
    assert plain.image(1.0) != coloured.image(1.0)


def test_the_drawing_is_copied_as_svg_and_as_a_picture(chain):
    chain.session.actions["edit.copy_drawing"].trigger()
    data = QGuiApplication.clipboard().mimeData()
    assert QSvgRenderer(data.data("image/svg+xml")).isValid()
    assert not QImage(data.imageData()).isNull()


def test_a_drawing_says_what_expressions_come_to(chain):
    network = chain.canvas_scene.network
    convolution = network.node("n1").model_copy(update={"parameters": {"out_channels": "=width"}})
    drawn = network.replace(nodes=[convolution])
    found = Findings(values={"width": 24})
    text = Drawing(drawn, found).svg().decode()
    assert "24 ·" in text and "=width" not in text


def test_the_coloured_edge_stays_inside_the_round_corner_in_an_svg_too(chain):
    made = chain.drawing_commands.drawing(thumbnails=False)
    image = QImage(made.size.toSize(), QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    QSvgRenderer(made.svg()).render(painter)
    painter.end()
    itself = made.image(1.0)  # where Qt clips as it should
    edge = [
        (x, y)
        for x in range(30)
        for y in range(image.height())
        if itself.pixelColor(x, y) == QColor("white") and image.pixelColor(x, y).saturation() > 60
    ]
    assert edge == []


def test_the_drawing_is_printed_on_one_page(chain, qtbot, tmp_path):
    """Without a printer Qt prints to a PDF file, which its dialog asks for."""
    chain.session.actions["file.print"].trigger()
    dialog = chain.window().findChild(QPrintDialog, "print_dialog")
    qtbot.waitExposed(dialog)
    path = tmp_path / "printed.pdf"
    dialog.printer().setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    dialog.printer().setOutputFileName(str(path))
    dialog.findChild(QLineEdit, "filename").setText(str(path))
    dialog.accept()
    written = path.read_bytes()
    assert written.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", written)) == 1
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", written, re.DOTALL)
    texts = sum(zlib.decompress(one).count(b"Tj") for one in streams if one.startswith(b"x"))
    # Each card has at least its kind and its name, as text.
    assert texts >= 2 * len(chain.canvas_scene.nodes)
