from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from cnnstudio.layers.catalogue import catalogue
from cnnstudio.layers.search import SYNONYMS, matching
from cnnstudio.ui.canvas.gestures.drop import LAYER_MIME_TYPE
from cnnstudio.ui.design.palette import Palette
from cnnstudio.ui.design.palette_model import LAYER

Key = Qt.Key


@pytest.fixture
def palette(session, qtbot) -> Palette:
    made = Palette()
    qtbot.addWidget(made)
    made.resize(240, 600)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    return made


def kinds(palette: Palette) -> list[str]:
    return [layer.kind for layer in palette.model.layers]


def kinds_added(workspace) -> list[str]:
    return [node.kind for node in workspace._session.project.network.nodes]


def row_of(palette: Palette, kind: str):
    model = palette.model
    rows = (model.index(row) for row in range(model.rowCount()))
    return next(i for i in rows if i.data(LAYER) and i.data(LAYER).kind == kind)


def test_all_layers_are_listed_by_category(palette):
    assert kinds(palette) == list(catalogue)
    headings = [
        palette.model.index(row).data()
        for row in range(palette.model.rowCount())
        if palette.model.index(row).data(LAYER) is None
    ]
    assert headings[:3] == ["Input and output", "Convolution", "Pooling"]


def test_search_filters_and_escape_shows_all_again(palette, qtbot):
    qtbot.keyClicks(palette.search, "max pool")
    assert kinds(palette)[:3] == ["MaxPool2d", "MaxPool1d", "MaxPool3d"]
    assert "AvgPool2d" not in kinds(palette)

    qtbot.keyClick(palette.search, Key.Key_Escape)
    assert kinds(palette) == list(catalogue)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("linear", "Linear"), ("dense", "Linear"), ("bn", "BatchNorm2d"), ("conv", "Conv2d"),
        ("swish", "SiLU"), ("skip", "Add"), ("deconv", "ConvTranspose2d"), ("relu", "ReLU"),
        ("pooling", "MaxPool2d"), ("mobilenet", "DepthwiseConv2d"), ("fc", "Linear"),
        ("drop path", "StochasticDepth"), ("gap", "AdaptiveAvgPool2d"), ("concat", "Concatenate"),
    ],
)  # fmt: skip
def test_layers_are_found_by_what_people_call_them(text, first):
    assert matching(catalogue.values(), text)[0].kind == first


def test_every_synonym_finds_something():
    for word in SYNONYMS:
        assert matching(catalogue.values(), word), word


def test_a_search_without_result_says_so(palette, qtbot):
    qtbot.keyClicks(palette.search, "zzz")
    assert palette.findChild(object, "palette_nothing").isVisible()
    qtbot.keyClick(palette.search, Key.Key_Return)  # adds nothing


def test_enter_in_the_search_adds_the_best_match(workspace, qtbot):
    search = workspace.palette_panel.search
    qtbot.keyClicks(search, "dropout")
    qtbot.keyClick(search, Key.Key_Return)

    assert "Dropout" in kinds_added(workspace)


def test_arrows_go_from_the_search_into_the_list_and_back(palette, qtbot):
    chosen = []
    palette.chosen.connect(chosen.append)
    palette.start_search()
    qtbot.keyClick(palette.search, Key.Key_Down)
    assert palette.list.hasFocus()
    for _ in range(2):
        qtbot.keyClick(palette.list, Key.Key_Down)
    qtbot.keyClick(palette.list, Key.Key_Return)
    assert chosen == ["Conv2d"]  # past the heading between Output and Conv2d

    for _ in range(3):
        qtbot.keyClick(palette.list, Key.Key_Up)
    assert palette.search.hasFocus()


def test_a_double_click_adds_a_layer_once(workspace, qtbot):
    palette = workspace.palette_panel
    place = palette.list.visualRect(row_of(palette, "MaxPool2d")).center()
    before = len(kinds_added(workspace))
    qtbot.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert kinds_added(workspace).count("MaxPool2d") == 1
    assert len(kinds_added(workspace)) == before + 1


def test_a_layer_is_dragged_as_its_kinds_name(palette):
    index = row_of(palette, "Conv2d")
    mime = palette.model.mimeData([index])

    assert bytes(mime.data(LAYER_MIME_TYPE).data()) == b"Conv2d"
    assert palette.model.flags(index) & Qt.ItemFlag.ItemIsDragEnabled
    assert not palette.list.drag_picture(index).isNull()


def test_the_slash_key_starts_the_search_but_not_while_typing(workspace, open_small, qtbot):
    workspace.canvas.setFocus()
    qtbot.keyClick(workspace.canvas, Key.Key_Slash)
    assert workspace.palette_panel.search.hasFocus()

    name = workspace.inspector.overview_page.name
    name.setFocus()
    qtbot.keyClick(name, Key.Key_Slash)
    assert name.hasFocus()


def test_every_layer_tells_what_it_does(palette):
    index = row_of(palette, "ReLU")
    assert "Keeps positive values" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "ReLU" in index.data(Qt.ItemDataRole.AccessibleDescriptionRole)


def test_dragging_a_heading_drags_no_layer(palette, qtbot, monkeypatch):
    dragged = []
    monkeypatch.setattr(palette.list, "startDrag", lambda *_: dragged.append(1))
    palette.list.setCurrentIndex(row_of(palette, "Output"))
    heading = next(
        index
        for index in (palette.model.index(row) for row in range(palette.model.rowCount()))
        if index.data(LAYER) is None
    )
    for index, expected in ((heading, False), (row_of(palette, "Conv2d"), True)):
        place = palette.list.visualRect(index).center()
        qtbot.mousePress(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        for step in (4, 12, 24, 36):
            qtbot.mouseMove(palette.list.viewport(), place + type(place)(step, step))
        qtbot.mouseRelease(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert bool(dragged) == expected
